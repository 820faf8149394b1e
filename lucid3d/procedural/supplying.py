"""What a sentence asks for and no composer has put in sight: set where the finished world has room for it in view.

It stands above the composers, as `telling` does, so that it holds for every place. A spot is one that the start's
panorama shows: nothing hides it. Rays through the world say whether a thing fits there and is then seen whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.catalogue.records import ThingRecord
from lucid3d.procedural.compose.making import HEAD
from lucid3d.procedural.compose.relating import relate
from lucid3d.procedural.compose.room.pieces import pieces
from lucid3d.procedural.compose.single import one_of
from lucid3d.procedural.compose.standing import FEW, GROWN, Ground, boxes_of, cleared
from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.kit.mesh import Mesh, placement
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.language.brief import Brief
from lucid3d.procedural.language.naming import thing_words, word_forms
from lucid3d.procedural.language.reader import exact_counts
from lucid3d.procedural.render.drawing import Drawing, equirectangular_rays
from lucid3d.procedural.telling import ENOUGH, Sight
from lucid3d.procedural.world import World

Stance = tuple[NDArray[np.float64], float]
"""A foot (3,) and a turn in radians."""
BURNS = 0.6
"""Metres around a thing within which a lamp is its own."""
MOST = 5
"""Of one thing are supplied at most; more are a crowd, which composers see to."""
AHEAD = 0.62
"""Radians off straight ahead within which the first view shows a thing whole."""
FILLS = 0.012
"""Share of a 90-degree view that a thing's outline takes where it stands well: some times what counts as seen."""
OUTLINE = 0.6
"""Of its width by its height that a thing's outline fills."""
DISTANCES = (1.7, 48.0)
"""Metres from the start between which things are set."""
WHOLE = 1.6
"""Times its largest side that a thing is away at least: it fills a third of the view."""
CLOSEST = 1.2
"""Metres that stay free about the start."""
STEP, STEEP = 0.25, 0.5
"""Metres, or of a thing's narrow side, by how much the ground under it may rise."""
SUNK = 0.3
"""Of its height, by how much the ground may rise under a thing where all of it is steep."""
BEHIND = 2.5
"""Metres from a spot to the wall behind it, to which what stands at walls is moved."""
LEVEL = 0.8
"""Cosine of the slope of what things are set on."""
TRIED = 100
"""Spots that are looked at closely, the best first; then as many of all others."""
WALL_SPOTS = 600
"""Spots on walls that are looked at at most."""
HOUSE = 9.0
"""Metres of a side from which a thing is as large as a house: rays tell what is in it and under its eaves."""
SEEN = 4
"""Of the five points of a thing that must be seen."""
ON = frozenset(map(label_number, ("ground", "grass", "road", "path", "floor", "snow", "ice", "pier", "flower", "rock")))
"""Labels of what things are set on."""
SOFT = frozenset(map(label_number, GROWN))
"""Labels of what makes room."""
WET = label_number("water")
WALLS = frozenset(map(label_number, ("wall", "building")))
HEIGHTS = (0.3, 1.3)
"""Metres above the floor of the tops that small things are put on."""
FLIGHT, FLOWN = (0.2, 0.4), (2.4, 2.4)
"""Radians above the horizon of what flies; metres to it at least, and times its largest side."""
HIGHER = (0.2, 0.4, 0.55)
"""Radians above the horizon that are tried where something stands before the sky."""
WIDE = 28.0
"""Degrees below the horizon of a thing's foot at most, where it is large enough: it is whole on a wide screen."""
LARGE_ENOUGH = 0.0015
"""Share of the sphere that a thing's outline takes at least, more than twice what is told."""
ASIDE, APART = (0.14, -0.2, 0.38, -0.42, 0.0), 0.16
"""Radians off straight ahead where the first, second, ... of a thing is best, and between things that fly."""
TURNS, SIDEWAYS = (0.35, -0.5, 0.8, -0.9, 0.1), (1.1, -1.2, 0.9, -0.8, 1.3)
"""Radians by which the first, second, ... of a thing is turned from facing the start, and of one that is long."""
LONG = 1.4
"""Times its width that a long thing is deep."""
UNCOUNTED = frozenset(("scattered", "landform"))
"""Sorts of which a few more or less are not counted, unless the sentence says a number."""


def missing(sight: Sight, brief: Brief) -> dict[str, int]:
    """What a world does not show of what is asked for -> how many of it."""
    said = exact_counts(brief.prompt, brief.features)
    found: dict[str, int] = {}
    for name, count in brief.features.items():
        record = brief.catalogue.things[name]
        if name in brief.without or record.sort == "landform" or count <= 0:
            continue
        shown = sight.count(name) if sight.shows(name) else 0
        if shown == 0 or ((name in said or record.sort not in UNCOUNTED) and shown < min(count, MOST)):
            found[name] = min(count, MOST) - shown
    return found


def supplied(place: Place, world: World, sight: Sight, wanted: Mapping[str, int], rng: np.random.Generator) -> bool:
    """Add to `place` what is `wanted` and can be set in view.

    Args:
        place: what `world` was made of; it is changed.
        sight: the start's panorama of `world`.
        wanted: thing -> how many (see `missing`).
    Returns:
        Whether anything was added.
    """
    brief: Brief = world.brief
    tops = frozenset(piece.feature.replace("_", " ") for piece in pieces(brief.catalogue).values() if piece.top)
    shop = _Site(place, world, sight.drawing, Ground(place), sight.numbers(tops))
    added = set()
    for name, count in wanted.items():
        record = brief.catalogue.things[name]
        unseen = _unseen(place, record, brief) if count == brief.features.get(name) else []
        stands: list[Mesh] = []
        for number in range(count):
            mesh = one_of(record, brief, brief.season, rng, hung=True)
            if mesh is None or not mesh.triangle_count:
                break
            mesh = replace(mesh, thing=_called(record))
            if not shop.set_up(mesh, _support(record, brief), number):
                break
            added.add(name)
            stands.append(place.meshes[-1])
        else:
            moved(place, unseen, stands)
    if any(p.thing in added or added & set(p.to) for p in brief.relations):
        relate(place, brief)
    return bool(added)


def _unseen(place: Place, record: ThingRecord, brief: Brief) -> list[Mesh]:
    """The meshes of a thing that was set up because it is asked for, and where it is not seen: those of a crowd, or of
    what grows, are left alone."""
    words = thing_words(record.name, brief.catalogue)
    found = [m for m in place.meshes if m.thing and m.triangle_count and not words.isdisjoint(word_forms(m.thing))]
    many = sum(1 if m.instances is None else int(m.instances.max()) + 1 for m in found)
    return found if record.sort not in UNCOUNTED and many <= brief.features[record.name] else []


def moved(place: Place, before: list[Mesh], after: list[Mesh]) -> None:
    """Take away what now stands elsewhere; the lamps that burnt in it go with it."""
    place.meshes = [m for m in place.meshes if not any(m is gone for gone in before)]
    if not (before and after):
        return
    there = after[0].bounds.mean(axis=0)
    for mesh in before:
        (low, high), here = mesh.bounds, mesh.bounds.mean(axis=0)
        for i, lamp in enumerate(place.lamps):
            at = np.asarray(lamp.position)
            if (at > low - BURNS).all() and (at < high + BURNS).all():
                x, y, z = (at - here + there).tolist()
                place.lamps[i] = replace(lamp, position=(x, y, z))


def _called(record: ThingRecord) -> str:
    """The word for one of a thing: what grows in numbers is listed as "palms", and each of them is a "palm"."""
    return record.words.english[0] if record.sort == "scattered" else record.name.replace("_", " ")


def _support(record: ThingRecord, brief: Brief) -> str:
    """What a thing is set on: "sky", "water", "hung" on a wall, "wall" for its back to one, "table", or "ground"."""
    if record.stands and record.stands[0] in ("sky", "water"):
        return record.stands[0]
    piece = pieces(brief.catalogue).get(record.name)
    stands = piece.stands if piece is not None else "ground"
    return stands if stands in ("hung", "wall", "table") else "ground"


def _outline(size: NDArray[np.float64]) -> float:
    """Square metres of what one sees of a thing of that width, height and depth."""
    return OUTLINE * float(max(size[0], size[2]) * size[1])


def _in_the_sky(away: float, side: float, up: float) -> NDArray[np.float64]:
    """The foot of what hangs so many metres away, radians to the right of ahead and above the horizon."""
    return np.array([away * np.sin(side), -away * np.tan(up), away * np.cos(side)])


@dataclass(eq=False)
class _Site:
    """A world as things are set into it."""

    place: Place
    world: World
    drawing: Drawing
    ground: Ground
    tops: Sequence[int]
    """Numbers of the instances that things are put on."""
    taken: list[tuple[float, float, float]] = field(default_factory=list)
    """(x, z, radius) of what has been set up."""
    flying: int = 0
    """How many things have been hung in the sky."""
    flown: list[tuple[float, float]] = field(default_factory=list)
    """Where: radians off straight ahead, and above the horizon."""
    boxes: NDArray[np.float64] = field(init=False)
    """(N, 2, 3) of the things that stand there, but for what makes room and what is as large as a house."""

    def __post_init__(self) -> None:
        found = [np.zeros((0, 2, 3))]
        for mesh in self.place.meshes:
            if not (mesh.thing and mesh.triangle_count):
                continue
            if not (mesh.label in GROWN and mesh.instances is not None and mesh.instances.max() >= FEW):
                found.append(boxes_of(mesh)[1])
        boxes = np.concatenate(found)
        size = np.ptp(boxes, axis=1)
        self.boxes = boxes[(size[:, [0, 2]].max(axis=1) < HOUSE) & (size[:, 1] > STEP)]

    def set_up(self, mesh: Mesh, support: str, number: int) -> bool:
        """Set a thing that stands on the origin where it is seen; False where nothing has room."""
        (x0, y0, z0), (x1, y1, z1) = mesh.bounds.tolist()
        size = np.array([x1 - x0, y1 - y0, z1 - z0])
        if support != "hung":
            drop = 0.0 if support == "water" else y1  # what floats is made with its waterline at the origin
            mesh = mesh.transformed(placement((-(x0 + x1) / 2, -drop, -(z0 + z1) / 2)))
        if support == "sky":
            return self._fly(mesh, size, number)
        if support == "hung":
            return self._hang(mesh, size)
        if self._stand(mesh, size, support, number):
            return True
        if support in ("table", "wall") and self._stand(mesh, size, "ground", number):
            return True
        return support == "ground" and not self.place.interior and self._stand(mesh, size, support, number, steep=True)

    def _fly(self, mesh: Mesh, size: NDArray[np.float64], number: int) -> bool:
        """Hang a thing in the sky, apart from all that hang there, where neither trees nor walls hide it."""
        away = float(np.clip(np.sqrt(_outline(size) / (4 * np.pi * LARGE_ENOUGH)), FLOWN[0], DISTANCES[1]))
        away = max(away, FLOWN[1] * float(size.max()))
        spots = [(APART * (1 + self.flying) * (-1) ** self.flying, FLIGHT[self.flying % 2])]
        spots += [(APART * k * side, up) for up in HIGHER for k in (1, 2, 3) for side in (1, -1)]
        free = [spot for spot in spots if spot not in self.flown]
        seen = (s for s in free if self._seen(_in_the_sky(away, *s), size))
        side, up = next(seen, free[0] if free else spots[0])
        self._put(mesh, _in_the_sky(away, side, up), side + TURNS[number % len(TURNS)], 0.0)
        self.flown.append((side, up))
        self.flying += 1
        return True

    def _put(self, mesh: Mesh, at: NDArray[np.float64], yaw: float, radius: float, *, on_ground: bool = False) -> None:
        """Set a thing up, turned by `yaw` radians; nothing else comes within `radius` metres of it."""
        if radius:
            self.taken.append((float(at[0]), float(at[2]), radius))
        if on_ground:
            cleared(self.place.meshes, float(at[0]), float(at[2]), radius + 0.15)
        self.place.meshes.append(mesh.transformed(placement(at, yaw=yaw)))

    def _spots(self, where: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Points (N, 3) of the panorama ahead, of its pixels (H, W) that are wanted, and their normals (N, 3)."""
        rows = len(self.drawing.depth)
        rays = equirectangular_rays(rows).reshape(rows, 2 * rows, 3).astype(np.float64)
        azimuth = np.arctan2(rays[..., 0], rays[..., 2])
        depth = self.drawing.depth
        fit = (np.abs(azimuth) < AHEAD) & np.isfinite(depth) & where
        fit[1::2], fit[:, 1::2] = False, False  # one in four is enough to choose from
        return rays[fit] * depth[fit][:, None], self.drawing.normals[fit].astype(np.float64)

    def _free(self, spots: NDArray[np.float64], radius: float, support: str = "") -> NDArray[np.bool_]:
        free = np.hypot(spots[:, 0], spots[:, 2]) > radius + CLOSEST
        for low, high in self.boxes if support not in ("table", "hung") else ():
            nearest = np.clip(spots[:, [0, 2]], low[[0, 2]], high[[0, 2]])
            over = (spots[:, 1] > low[1]) & (spots[:, 1] - HEAD < high[1])
            free &= ~over | (np.linalg.norm(spots[:, [0, 2]] - nearest, axis=1) > radius)
        for x, z, other in self.taken:
            free &= np.hypot(spots[:, 0] - x, spots[:, 2] - z) > radius + other
        return free

    def _best(self, spots: NDArray[np.float64], size: NDArray[np.float64], aside: float) -> NDArray[np.intp]:
        """The spots in the order of how well a thing of that size is seen there, about an azimuth."""
        area = _outline(size)
        best = np.clip(np.sqrt(area / (4 * FILLS)), max(DISTANCES[0], WHOLE * float(size.max())), DISTANCES[1])
        foot = np.maximum(spots[:, 1], 0) / np.tan(np.radians(WIDE)) + 0.5 * size[2]
        best = np.maximum(best, np.minimum(foot, np.sqrt(area / (4 * np.pi * LARGE_ENOUGH))))
        away = np.hypot(spots[:, 0], spots[:, 2])
        azimuth = np.arctan2(spots[:, 0], spots[:, 2])
        cost = np.abs(np.log(np.maximum(away, 0.1) / best)) + 0.9 * np.abs(azimuth - aside)
        order = np.argsort(cost)
        order = order[area / (4 * np.pi * np.maximum(away[order], 0.1) ** 2) > ENOUGH]
        return np.concatenate([order[:TRIED], order[TRIED :: max(1, len(order) // TRIED)]])

    def _stand(self, mesh: Mesh, size: NDArray[np.float64], support: str, number: int, *, steep: bool = False) -> bool:
        radius = 0.5 * float(np.hypot(size[0], size[2]))
        if support == "table":
            where = np.isin(self.drawing.instances, self.tops)
        else:
            where = np.isin(self.drawing.labels, [WET] if support == "water" else list(ON))
        spots, normals = self._spots(where)
        level = -normals[:, 1] > (0.0 if support == "ground" else LEVEL)  # blades of grass point anywhere
        spots = spots[level & self._free(spots, radius, support)]
        aside = ASIDE[number % len(ASIDE)]
        for x, y, z in spots[self._best(spots, size, aside)] if len(spots) else ():
            foot = np.array([x, y, z])
            if support in ("ground", "wall"):
                foot[1] = self.ground.at(float(x), float(z))
                if not self.ground.dry(float(x), float(z)):
                    continue
            elif support == "table" and not HEIGHTS[0] < self.ground.at(float(x), float(z)) - y < HEIGHTS[1]:
                continue
            yaw = float(np.arctan2(x, z))
            if support == "wall":
                found = self._against(foot, size)
                if found is None:
                    continue
                foot, yaw = found
            elif support in ("ground", "water"):
                yaw += (SIDEWAYS if size[2] > LONG * size[0] else TURNS)[number % len(TURNS)]
            ground = self._ground_under(foot, size, radius, support, steep)
            if ground is None:
                continue
            foot[1] = ground
            if self._seen(foot, size):
                self._put(mesh, foot, yaw, radius, on_ground=support != "table")
                return True
        return False

    def _against(self, foot: NDArray[np.float64], size: NDArray[np.float64]) -> Stance | None:
        """A spot moved to the wall behind it, and the turn that looks away from it; None where no wall is near."""
        away = foot * (1, 0, 1) / np.hypot(foot[0], foot[2])
        eye = foot - [0, 0.4 * size[1], 0]
        reach, normals, labels = self.world.hits(eye[None], away[None])
        if not (reach[0] < BEHIND and int(labels[0]) in WALLS):
            return None
        normal = normals[0].astype(np.float64) * (1, 0, 1)
        if np.linalg.norm(normal) < LEVEL:
            return None
        normal /= np.linalg.norm(normal)
        at = foot + reach[0] * away + (0.5 * size[2] + 0.03) * normal
        return np.array([at[0], foot[1], at[2]]), float(np.arctan2(-normal[0], -normal[2]))

    def _ground_under(
        self, foot: NDArray[np.float64], size: NDArray[np.float64], radius: float, support: str, steep: bool
    ) -> float | None:
        """y of a thing's foot; None where the ground does not go on under it, or something solid stands in it.

        Args:
            steep: a slope will do, into which the thing is sunk on one side.
        """
        around = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        ring = np.stack([np.sin(around), np.zeros(12), np.cos(around)], axis=1)
        narrow = float(min(size[0], size[2]))
        edge = 0.45 * narrow if support in ("wall", "table") else radius
        over = 0.1 if support == "table" else 1.4 + radius if steep else min(0.6 * float(size[1]), 1.4)
        from_ = foot + edge * ring - [0, over, 0]
        reach, _, labels = self.world.hits(from_, np.broadcast_to(np.array([0, 1.0, 0]), ring.shape))
        may = 0.03 if support == "table" else max(STEP, STEEP * narrow, SUNK * float(size[1]) * steep)
        soft = np.isin(labels, list(SOFT)) & (support != "table")
        flat = np.abs(reach - over) < may
        if support == "water":
            flat &= labels == WET
        if not (flat | soft).all():
            return None
        lowest = float(foot[1] + max(np.max(reach - over, where=flat, initial=0.0), 0.0)) if steep else float(foot[1])
        if support == "table" or steep:
            return lowest
        for up in (0.25, 0.8):
            middle = np.broadcast_to(foot - [0, max(up * size[1], 0.12), 0], ring.shape)
            reach, _, labels = self.world.hits(middle, ring)
            if ((reach < edge) & ~np.isin(labels, [*SOFT, *ON])).any():
                return None
        return lowest

    def _seen(self, foot: NDArray[np.float64], size: NDArray[np.float64]) -> bool:
        """Whether the start sees a thing nearly whole."""
        across = np.array([foot[2], 0, -foot[0]]) / max(float(np.hypot(foot[0], foot[2])), 1e-6)
        up = np.array([0, -size[1], 0])
        half = 0.35 * float(max(size[0], size[2]))
        points = np.stack(
            [foot + up * u + across * half * s for u, s in ((0.3, 0), (0.6, 0), (0.9, 0), (0.6, 1), (0.6, -1))]
        )
        away = np.linalg.norm(points, axis=1)
        reach, _, _ = self.world.hits(np.zeros_like(points), points / away[:, None])
        return int((reach > 0.97 * away).sum()) >= SEEN

    def _hang(self, mesh: Mesh, size: NDArray[np.float64]) -> bool:
        """Hang a thing, whose middle is the origin, on a wall that is seen."""
        spots, normals = self._spots(np.isin(self.drawing.labels, list(WALLS)))
        flat = np.abs(normals[:, 1]) < 1 - LEVEL
        few = max(1, int(flat.sum()) // WALL_SPOTS)
        spots, normals = spots[flat][::few], normals[flat][::few]
        floor = np.array([self.ground.at(float(x), float(z)) for x, _, z in spots])
        up = floor - spots[:, 1]
        fit = (up > 0.5 * size[1] + 0.4) & (up < 2.4) & self._free(spots, 0.5 * float(size[0]), "hung")
        spots, normals = spots[fit], normals[fit]
        for at in self._best(spots, size, 0.12) if len(spots) else ():
            normal = normals[at] * (1, 0, 1)
            normal /= np.linalg.norm(normal)
            across = np.array([normal[2], 0, -normal[0]])
            corners = spots[at] + np.array(
                [0.55 * size[0] * s * across + [0, 0.55 * size[1] * u, 0] for s in (-1, 0, 1) for u in (-1, 0, 1)]
            )
            away = np.linalg.norm(corners, axis=1)
            reach, _, labels = self.world.hits(np.zeros_like(corners), corners / away[:, None])
            if (np.abs(reach - away) < 0.02 * away).all() and np.isin(labels, list(WALLS)).all():
                yaw = float(np.arctan2(-normal[0], -normal[2]))
                self._put(mesh, spots[at] + 0.02 * normal, yaw, 0.5 * float(size[0]))
                return True
        return False
