"""How things stand to each other, as a sentence says: once, above all composers. What a composer has set up otherwise
is moved: onto, under, beside, in front of, behind, between or around what it is said to stand by."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.standing import (
    FLAT,
    SOLID,
    Ground,
    Item,
    boxes_of,
    cleared,
    items_in,
    moved,
    top_at,
    triangles_of,
)
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.language.binding import Placing
from lucid3d.procedural.language.brief import Brief
from lucid3d.procedural.language.naming import thing_words

Point = NDArray[np.float64]
"""(x, z)."""
AHEAD = 0.7
"""Radians off straight ahead within which the first view shows a thing."""
GAPS = (0.5, 1.0, 1.8, 3.0)
"""Metres between two things that stand by each other, the first choice first."""
ASIDE = (0.0, 0.5, -0.5, 1.0, -1.0, 1.7, -1.7)
"""Shares of its own size by which a thing gives way sideways."""
NEAREST = 1.1
"""Metres from the start that stay free."""
LARGEST = 45.0
"""Metres from which a thing is not moved."""
FIXED = frozenset(("window", "door", "wall", "fireplace", "fence", "path", "stairs", "pier", "stage"))
"""What is part of a place."""
OTHER_WAY = {"left": "right", "right": "left", "in front of": "behind", "behind": "in front of", "beside": "beside",
             "around": "", "under": "", "on": "", "above": "", "between": ""}  # fmt: skip
"""The relation of the second thing to the first; "" where it is not moved instead."""
SHORES = frozenset(("lake", "river", "sea"))
HILLS = frozenset(("hills", "mountains"))
HANGING = -0.4
"""Metres from a thing's foot to the ground below which it hangs or flies, and keeps its height."""
RING = 3.0
"""Metres of the radius of a circle of things at least."""
RISE = 1.2
"""Metres above the ground at the start that a hill has where something stands on it."""


def relate(place: Place, brief: Brief) -> None:
    """Move things of a finished place until they stand as the sentence has them, as far as there is room."""
    wanted = [p for p in brief.relations if p.relation in (*RULES, *SIDES, "circle", "row", "centre")]
    if not wanted:
        return
    scene = _Scene(place, brief, Ground(place))
    elsewhere = {p.thing for p in wanted if p.relation != "facing"}
    for placing in wanted:
        first = scene.items(placing.thing)
        if placing.relation == "facing" and placing.thing in elsewhere:
            continue  # a bench under an oak faces the lake from there
        if placing.relation in ("circle", "row"):
            middle = next((i for p in wanted if p.relation == "centre" for i in scene.items(p.thing)), None)
            _in_a_group(scene, first, placing.relation, middle)
            continue
        if placing.relation in SIDES and not placing.to:
            if scene.movable(placing.thing, first):
                _to_the_side(scene, first, SIDES[placing.relation])
            continue
        if not placing.to or placing.relation not in RULES:
            continue
        if SHORES & set(placing.to) and placing.relation in ("beside", "facing", "on"):
            _at_the_water(scene, first)
        elif HILLS & set(placing.to) and placing.relation == "on":
            _on_high_ground(scene, first)
        else:
            second = [item for name in placing.to for item in scene.items(name)]
            _one(scene, placing, first, second)


@dataclass
class _Scene:
    place: Place
    brief: Brief
    ground: Ground

    def items(self, name: str) -> list[Item]:
        """The things of one kind, those that are seen best first."""
        found = items_in(self.place.meshes, thing_words(name, self.brief.catalogue))
        return sorted(found, key=lambda i: i.away + 14 * max(abs(i.azimuth) - AHEAD, 0))[:24]

    def movable_items(self, items: list[Item]) -> bool:
        """Whether things are small enough to be moved."""
        return all(float(i.half.max()) * 2 < LARGEST for i in items)

    def movable(self, name: str, items: list[Item]) -> bool:
        record = self.brief.catalogue.things[name]
        small = bool(items) and float(items[0].half.max()) * 2 < LARGEST
        loose = not {"ground", "water", "table", "sky"}.isdisjoint(record.stands)
        return small and loose and name not in FIXED and record.sort in ("prop", "building", "furniture")

    def others(self, but: list[Item]) -> NDArray[np.float64]:
        """Boxes (N, 2, 3) of what stands there, besides some things and what surrounds the one who looks."""
        parts = {part for item in but for part in item.parts}
        found = [np.zeros((0, 2, 3))]
        for index, mesh in enumerate(self.place.meshes):
            if mesh.label in SOLID and mesh.triangle_count:
                numbers, boxes = boxes_of(mesh)
                found.append(boxes[[(index, number) not in parts for number in numbers]])
        boxes = np.concatenate(found)
        middle, size = boxes.mean(axis=1), np.ptp(boxes, axis=1)
        about_start = (np.abs(middle) < size / 2)[:, [0, 2]].all(axis=1)
        solid: NDArray[np.float64] = boxes[
            ~about_start & (size[:, [0, 2]].max(axis=1) < 2 * LARGEST) & (size[:, 1] > FLAT)
        ]
        return solid

    def fits(self, item: Item, at: Point, foot: float, others: NDArray[np.float64]) -> bool:
        """Whether a thing has room with its middle at `at` and its foot at y = `foot`."""
        low, high = at - item.half, at + item.half
        tall = float(np.ptp(item.box[:, 1]))
        if not self.ground.inside(low, high):
            return False
        if (np.abs(at) - item.half < NEAREST).all() and foot > -tall:
            return False
        across = (low < others[:, 1, [0, 2]] - 0.02).all(axis=1) & (high > others[:, 0, [0, 2]] + 0.02).all(axis=1)
        return not bool((across & (others[:, 0, 1] < foot - FLAT) & (others[:, 1, 1] > foot - tall)).any())

    def put(self, item: Item, at: Point, foot: float, turn: float = 0.0) -> None:
        if not self.place.interior:
            cleared(self.place.meshes, float(at[0]), float(at[1]), float(item.half.max()) + 0.3)
        moved(self.place, item, float(at[0]), float(at[1]), foot, turn)

    def level(self, item: Item, at: Point) -> float | None:
        """y of a thing's foot on the ground at `at`; None where it is wet or steep."""
        old = item.box[1, 1] - self.ground.at(*item.middle)
        if old < HANGING:
            return float(item.box[1, 1])
        spots = [at, at + item.half * (0.7, 0.7), at - item.half * (0.7, 0.7)]
        heights = [self.ground.at(*spot) for spot in spots]
        if not all(self.ground.dry(*spot) for spot in spots) or np.ptp(heights) > 0.25 + 0.35 * float(item.half.max()):
            return None
        return heights[0] + float(np.clip(old, -0.1, 1.0))


def _one(scene: _Scene, placing: Placing, first: list[Item], second: list[Item]) -> None:
    """Bring one of the first things into its relation to one of the second, or the second to the first."""
    kind = placing.relation
    holds, places = RULES[kind]
    if not first or not second or any(holds(a, b) for a in first[:6] for b in second[:6] if a.parts != b.parts):
        return
    if kind == "around":
        _ring(scene, first, second[0])
        return
    if kind == "between":
        _between(scene, first[0], second)
        return
    trees = scene.brief.catalogue.things[placing.to[0]].seen_as == ("tree",)
    if kind == "under" and trees and abs(second[0].azimuth) > AHEAD:
        _grown_over(scene, first[0], second[0])
        return
    movers, targets, how = first, second, places
    if not scene.movable(placing.thing, first):
        back = OTHER_WAY.get(kind, "")
        if not back or not scene.movable(placing.to[0], second):
            return
        movers, targets, how = second, first, RULES[back][1]
    item = movers[0]
    others = scene.others([item, *(targets if kind in ("on", "under") else [])])
    for target in targets[:4]:
        for at, foot in how(scene, item, target):
            if foot is not None and scene.fits(item, at, foot, others):
                scene.put(item, at, foot)
                return


def _along(target: Item) -> tuple[Point, Point]:
    """Unit directions from the start to a thing, and to its right."""
    away = max(target.away, 1e-6)
    out = target.middle / away
    return out, np.array([out[1], -out[0]])


Spots = Iterator[tuple[Point, float | None]]


def _before(scene: _Scene, item: Item, target: Item) -> Spots:
    out, right = _along(target)
    for gap in GAPS:
        for aside in ASIDE:
            at = target.middle - out * (target.reach(out) + item.reach(out) + gap) + right * aside * item.reach(right)
            if float(at @ out) > item.reach(out) + NEAREST:
                yield at, scene.level(item, at)


def _beyond(scene: _Scene, item: Item, target: Item) -> Spots:
    out, right = _along(target)
    hidden = np.ptp(item.box[:, 1]) < np.ptp(target.box[:, 1])
    sides = (1.0, -1.0) if hidden else (0.0, 1.0, -1.0)
    for gap in GAPS:
        for side in sides:  # what is lower peeps out beside what it stands behind
            aside = side * (target.reach(right) * 0.8 + item.reach(right) * 0.4)
            at = target.middle + out * (target.reach(out) + item.reach(out) + gap) + right * aside
            yield at, scene.level(item, at)


def _at_sides(sides: tuple[float, ...]) -> Callable[[_Scene, Item, Item], Spots]:
    def places(scene: _Scene, item: Item, target: Item) -> Spots:
        out, right = _along(target)
        for gap in GAPS:
            for side in sides:
                for back in (0.0, -0.6, 0.6):
                    at = target.middle + right * side * (target.reach(right) + item.reach(right) + gap)
                    at = at + out * back * target.reach(out)
                    yield at, scene.level(item, at)

    return places


def _on_top(scene: _Scene, item: Item, target: Item) -> Spots:
    """The flattest places of a thing's top, its middle first."""
    steps = (0.0, 0.3, -0.3, 0.6, -0.6)
    grid = [np.array([u, v]) * target.half for u in steps for v in steps]
    meshes = [(scene.place.meshes[i], triangles_of(scene.place.meshes[i], n)) for i, n in target.parts]
    small = np.minimum(item.half, 0.5 * target.half) * 0.7

    def top(spot: Point) -> float | None:
        found = [y for m, t in meshes if (y := top_at(m, float(spot[0]), float(spot[1]), t)) is not None]
        return min(found, default=None)

    ranked = []
    for off in grid:
        spot = target.middle + off
        tops = [top(spot), *(top(spot + small * s) for s in ((1, 1), (-1, 1), (1, -1), (-1, -1)))]
        if all(t is not None for t in tops):
            levels = [t for t in tops if t is not None]
            ranked.append((float(np.ptp(levels)) + 0.1 * float(np.hypot(*off)), spot, min(levels)))
    for uneven, spot, level in sorted(ranked, key=lambda r: r[0]):
        if uneven < 0.4:
            yield spot, level


def _beneath(scene: _Scene, item: Item, target: Item) -> Spots:
    """Under a thing, towards the start first: beside a trunk, below a bridge or a table."""
    out, right = _along(target)
    reach = target.half.max()
    for back in (0.0, 0.35, 0.6):
        for aside in (0.0, 0.4, -0.4):
            at = target.middle - out * reach * back + right * reach * aside
            yield at, scene.level(item, at)


def _ring(scene: _Scene, items: list[Item], target: Item) -> None:
    """Set things about another one, evenly."""
    radius = float(target.half.max() + max(i.half.max() for i in items) + 1.0)
    radius = max(radius, len(items) * 2.3 * max(float(i.half.max()) for i in items) / (2 * math.pi))
    if target.away - radius < NEAREST + 1 and not target.thing:
        return
    out, _ = _along(target)
    start = math.atan2(*-out)  # one looks in between two of them
    others = scene.others(items)
    for k, item in enumerate(items):
        for nudge in (0.0, 0.2, -0.2, 0.4):
            a = start + 2 * math.pi * (k + 0.5) / len(items) + nudge
            at = target.middle + radius * np.array([math.sin(a), math.cos(a)])
            foot = scene.level(item, at)
            if foot is not None and scene.fits(item, at, foot, others):
                scene.put(item, at, foot)
                break


def _in_a_group(scene: _Scene, items: list[Item], how: str, middle: Item | None) -> None:
    """Set things in a circle, about what stands in its middle, or in a row across the view."""
    if len(items) < 3 or not scene.movable_items(items):
        return
    wide = 2.3 * max(float(i.half.max()) for i in items)
    if how == "circle":
        radius = max(len(items) * wide / (2 * math.pi), RING)
        centre = np.array([0.0, radius + NEAREST + 2.5]) if middle is None else middle.middle
        if middle is not None and middle.away < radius + NEAREST + 1:
            centre = centre / max(middle.away, 1e-6) * (radius + NEAREST + 2.0)
            foot = scene.level(middle, centre)
            if foot is not None:
                scene.put(middle, centre, foot)
        back = math.atan2(*-centre)  # one looks in between two of them
        angles = back + 2 * math.pi * (np.arange(len(items)) + 0.5) / len(items)
        spots = [centre + radius * np.array([math.sin(a), math.cos(a)]) for a in angles]
    else:
        away = float(np.clip(np.median([i.away for i in items]), 6.0, 30.0))
        spots = [np.array([(k - (len(items) - 1) / 2) * 0.6 * wide, away]) for k in range(len(items))]
    others = scene.others(items)
    for item, spot in zip(items, spots, strict=True):
        foot = scene.level(item, spot)
        if foot is not None and scene.fits(item, spot, foot, others):
            scene.put(item, spot, foot)


def _grown_over(scene: _Scene, item: Item, tree: Item) -> None:
    """Let a tree that nobody would see stand behind a thing in view, its crown over it."""
    if abs(item.azimuth) > AHEAD:
        _to_the_side(scene, [item], 0.25)
    out, right = _along(item)
    at = item.middle + out * (item.reach(out) + 0.7) + right * 0.4
    moved(scene.place, tree, float(at[0]), float(at[1]), scene.ground.at(*at) + 0.1)


def _between(scene: _Scene, item: Item, ends: list[Item]) -> None:
    """Set a thing between two; where those stand too close or too far, they are set about it."""
    pairs = [(a, b) for i, a in enumerate(ends) for b in ends[i + 1 :]]
    others = scene.others([item])
    for a, b in sorted(pairs, key=lambda p: float(np.hypot(*(p[0].middle - p[1].middle)))):
        apart = float(np.hypot(*(a.middle - b.middle)))
        way = (b.middle - a.middle) / max(apart, 1e-6)
        if a.reach(way) + b.reach(way) + 2 * item.reach(way) < apart < 30:
            at = (a.middle + b.middle) / 2
            foot = scene.level(item, at)
            if foot is not None and scene.fits(item, at, foot, others):
                scene.put(item, at, foot)
                return
    if len(ends) > 1:
        _, right = _along(item)
        for side, end in ((-1.0, ends[0]), (1.0, ends[1])):
            at = item.middle + right * side * (item.reach(right) + end.reach(right) + 0.4)
            foot = scene.level(end, at)
            if foot is not None and float(end.half.max()) * 2 < LARGEST:
                scene.put(end, at, foot)


SIDES = {"left": -0.5, "right": 0.5, "ahead": 0.0, "behind": math.pi}
"""Azimuth of what stands to one side of the one who looks."""


def _to_the_side(scene: _Scene, items: list[Item], azimuth: float) -> None:
    """Turn a thing about the start until it stands on the side that is said."""
    if not items or any(abs((i.azimuth - azimuth + math.pi) % (2 * math.pi) - math.pi) < 0.5 for i in items):
        return
    item = items[0]
    if float(item.half.max()) * 2 > LARGEST:
        return
    others = scene.others([item])
    for away in (item.away, 0.75 * item.away, 1.3 * item.away):
        for off in (0.0, 0.15, -0.15, 0.3, -0.3):
            a = azimuth + off
            at = away * np.array([math.sin(a), math.cos(a)])
            foot = scene.level(item, at)
            if foot is not None and scene.fits(item, at, foot, others):
                scene.put(item, at, foot, turn=a - item.azimuth)
                return


def _at_the_water(scene: _Scene, items: list[Item]) -> None:
    """Bring a thing to the nearest dry ground ahead by the water."""
    water = scene.place.water
    if water is None or not items or float(items[0].half.max()) * 2 > LARGEST:
        return
    item = items[0]
    others = scene.others([item])
    best: tuple[float, Point, float] | None = None
    for a in np.linspace(-AHEAD, AHEAD, 15):
        way = np.array([math.sin(a), math.cos(a)])
        wet = next(
            (r for r in np.arange(4.0, 60.0, 1.0) if not scene.ground.dry(float(way[0] * r), float(way[1] * r), 0.0)),
            None,
        )
        if wet is None:
            continue
        at = way * (wet - item.reach(way) - 1.2)
        foot = scene.level(item, at) if float(np.hypot(*at)) > item.half.max() + NEAREST else None
        if foot is not None and scene.fits(item, at, foot, others):
            cost = float(wet) + 10 * abs(float(a))
            best = min(best, (cost, at, foot), key=lambda c: c[0]) if best else (cost, at, foot)
    if best is not None:
        scene.put(item, best[1], best[2], turn=math.atan2(*best[1]) - item.azimuth)


def _on_high_ground(scene: _Scene, items: list[Item]) -> None:
    """Bring things onto the best rise ahead."""
    if not items or scene.place.terrain is None:
        return
    start = scene.ground.at(0.0, 0.0)
    for item in items[:4]:
        others = scene.others([item])
        best: tuple[float, Point, float] | None = None
        for a in np.linspace(-AHEAD, AHEAD, 17):
            for r in (14.0, 20.0, 28.0, 38.0, 50.0, 70.0, 95.0):
                at = r * np.array([math.sin(a), math.cos(a)])
                rise = start - scene.ground.at(*at)
                if rise < RISE:
                    continue
                foot = scene.level(item, at)
                if foot is not None and scene.fits(item, at, foot, others):
                    cost = r / 12 + 2 * abs(a) - min(rise, 8.0) / 4
                    best = min(best, (cost, at, foot), key=lambda c: c[0]) if best else (cost, at, foot)
        if best is not None:
            scene.put(item, best[1], best[2])


def _bearing(a: Item, b: Item) -> float:
    """Radians by which a stands to the right of b."""
    return (a.azimuth - b.azimuth + math.pi) % (2 * math.pi) - math.pi


def _gap(a: Item, b: Item) -> float:
    apart = np.maximum(np.maximum(a.box[0] - b.box[1], b.box[0] - a.box[1]), 0)
    return float(np.hypot(apart[0], apart[2]))


def _over(a: Item, b: Item) -> bool:
    return bool((np.abs(a.middle - b.middle) <= b.half + 0.1).all())


def _near(a: Item, b: Item) -> bool:
    return _gap(a, b) <= 2.0 + 0.5 * float(a.half.max())


RULES: dict[str, tuple[Callable[[Item, Item], bool], Callable[[_Scene, Item, Item], Spots]]] = {
    "in front of": (lambda a, b: abs(_bearing(a, b)) < 0.35 and a.away < b.away - 0.2 and _gap(a, b) < 8, _before),
    "behind": (lambda a, b: abs(_bearing(a, b)) < 0.35 and a.away > b.away + 0.2 and _gap(a, b) < 30, _beyond),
    "beside": (_near, _at_sides((1.0, -1.0))),
    "left": (lambda a, b: -1.5 < _bearing(a, b) < -0.06, _at_sides((-1.0,))),
    "right": (lambda a, b: 0.06 < _bearing(a, b) < 1.5, _at_sides((1.0,))),
    "on": (lambda a, b: _over(a, b) and b.box[0, 1] - 0.3 < a.box[1, 1] < b.box[1, 1] - 0.1, _on_top),
    "under": (lambda a, b: _over(a, b) and a.box[0, 1] > b.box[0, 1] + 0.2, _beneath),
    "around": (lambda a, b: False, _before),
    "between": (lambda a, b: False, _before),
    "facing": (lambda a, b: _gap(a, b) < 30, _before),
}
"""Relation -> whether it holds for a thing and what it stands by, and where the thing could stand so."""
