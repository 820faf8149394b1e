"""The composer of rooms: a recipe and what a sentence wants become objects in places.

Decided here, once for every room and every thing: what is refused and what stands there instead, how many there are,
colours, materials and sizes, whether lamps are lit, where each thing stands so that nothing overlaps and there is a
way through, what of it is seen first. What a sentence asks for and the recipe does not have is added by the same code.
What has no room is listed in `Place.unplaced` with the reason. Generators below get an `Order` and know nothing of
sentences.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.furniture.registry import Order, Piece
from lucid3d.procedural.catalogue.records import PlaceRecord
from lucid3d.procedural.compose.room import placing
from lucid3d.procedural.compose.room.hall import column_spots, raise_columns
from lucid3d.procedural.compose.room.outside import add_outside
from lucid3d.procedural.compose.room.pieces import made, pieces
from lucid3d.procedural.compose.room.placing import Bounds, Placed, Spot, view
from lucid3d.procedural.compose.room.plan import FLAT, Footprint, Patch, Plan
from lucid3d.procedural.compose.room.recipe import Put, RoomRecipe, room_recipe
from lucid3d.procedural.compose.room.scheme import FURNISHINGS, chosen, scheme
from lucid3d.procedural.compose.room.walls import WALLS, between, raised, said, trimmings
from lucid3d.procedural.compose.room.windows import stained_glass
from lucid3d.procedural.compose.settlement.context import DARK_TIMES, finish
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import Mesh, mirrored, placement
from lucid3d.procedural.kit.place import Lamp, Place
from lucid3d.procedural.language.brief import Brief
from lucid3d.procedural.language.reader import MANY, PLURAL

SEATED = 0.5
"""Metres about a table that are kept for its chairs."""
MOST = 24
"""Of one kind, whatever is asked."""
BARE = frozenset({"window", "wall", "lamp"})
"""Features that the shell and the lamps answer, which are not added as things."""


def furnished(record: PlaceRecord, brief: Brief, rng: np.random.Generator) -> Place:
    """A room by the recipe under its page's key `room`.

    Raises:
        InputError: the recipe is wrong (see `recipe.room_recipe`).
    """
    return compose(room_recipe(record.recipe, where=record.file), brief, rng)


def compose(recipe: RoomRecipe, brief: Brief, rng: np.random.Generator, *, outside: bool = True) -> Place:
    """A room by its recipe, with what the brief wants; the same arguments give the same bytes.

    Args:
        outside: whether the land that the windows show is built, too.
    """
    composer = Composer(recipe, brief, rng)
    composer.furnish()
    place = composer.place()
    if outside:
        reach = np.abs(place.meshes[0].bounds[:, [0, 2]])  # the floor's corners
        add_outside(place, brief, rng, clear=float(np.hypot(*reach.max(axis=0))) + 0.6)
    return place


class Composer:
    """One room while it is being furnished."""

    def __init__(self, recipe: RoomRecipe, brief: Brief, rng: np.random.Generator) -> None:
        self.recipe, self.brief, self.rng = recipe, brief, rng
        self.pieces = pieces(brief.catalogue)
        self.scheme = scheme(brief, recipe.shell, rng)
        self.room = raised(recipe.shell, self.scheme, brief, rng)
        self.plan = Plan(self.room)
        roof = recipe.shell.roof
        holes = [hole for holes in self.room.openings.values() for hole in holes]
        self.daylight = any(h.kind == "arch" or "window" in h.kind for h in holes) or bool(
            roof and roof.kind == "glass"
        )
        self.lit = lamps_on(brief) or ((recipe.shell.lit or not self.daylight) and "lamp" not in brief.without)
        self.placed: list[Placed] = []
        self.unplaced: list[tuple[str, str]] = []
        self.lamps: list[Lamp] = []
        self.count: Counter[str] = Counter()
        self.exact = exact_counts(brief)
        self.style: dict[str, Material] = {}
        self.columns: list[Mesh] = []
        columns = recipe.shell.columns
        if columns is not None:
            stone = chosen(columns.of, self.room.wall, rng)
            self.columns = raise_columns(self.room, columns, stone)
            for x, z in (spot for row in column_spots(self.room, columns) for spot in row):
                self.plan.stand(Footprint(x, z, columns.thick * 1.4, columns.thick * 1.4), self.room.height)

    # What and how many

    def furnish(self) -> None:
        """Put everything that the recipe and the sentence want into the room."""
        puts = list(self.recipe.put)
        covered = {self.pieces[p.thing].feature for p in puts if p.chance > 0 or self._asked(p.thing)}
        extras = [Put(f) for f in self.brief.features if f in self.pieces and f not in covered and f not in BARE]
        at = next((i for i, put in enumerate(puts) if self._can_wait(i)), len(puts))
        for put in [*puts[:at], *extras, *puts[at:]]:
            self.put(put)
        for feature, number in self.brief.features.items():
            missing = number - self.count[feature]
            if feature in self.pieces and feature not in BARE and missing > 0 and self._why(feature) == "":
                self._some(Put(feature), min(missing, MOST), None)
        asked = {f: n for f, n in self.brief.features.items() if f in self.pieces and f not in BARE}
        few = [(f, self._why(f) or "there is no room for more") for f, n in asked.items() if self.count[f] < n]
        self.unplaced = few + [(t, why) for t, why in self.unplaced if self.pieces[t].feature not in asked]

    def _why(self, feature: str) -> str:
        return next((reason for thing, reason in self.unplaced if self.pieces[thing].feature == feature), "")

    def _can_wait(self, index: int) -> bool:
        """Whether what a sentence adds has its turn before this placement: nothing later stands in relation to it."""
        put = self.recipe.put[index]
        names = {n for p in (put, *put.with_it()) for n in (p.thing, self.pieces[p.thing].feature)}
        needed = {
            name for later in self.recipe.put[index + 1 :] for name in (*later.facing, *later.near, *later.beside)
        }
        return put.grid is not None or not (self._asked(put.thing) or names & needed or put.fill)

    def _asked(self, thing: str) -> bool:
        return self.brief.wants(self.pieces[thing].feature) or self.brief.wants(thing)

    def _refused(self, thing: str) -> bool:
        return not {thing, self.pieces[thing].feature}.isdisjoint(self.brief.without)

    def put(self, put: Put, anchor: Placed | None = None, how: str = "") -> None:
        """Carry out a placement: as many as there are to be, or what stands there instead."""
        wanted = self._asked(put.thing) and (anchor is None or put.chance > 0)
        there = wanted or said(self.brief, put.when) or self.rng.random() < put.chance
        if self._refused(put.thing) or not there or (said(self.brief, put.unless) and not wanted):
            for other in put.instead:
                hinted = other.wall or other.spot or other.corner or other.facing or other.near or other.beside
                place = (
                    {}
                    if hinted
                    else {key: getattr(put, key) for key in ("wall", "at", "corner", "spot", "facing", "near")}
                )
                self.put(replace(other, **place), anchor, how)
            return
        usual = int(self.rng.integers(put.count[0], put.count[1] + 1))
        self._some(put, self._number(put, usual, anchor), anchor, how)

    def _number(self, put: Put, usual: int, anchor: Placed | None) -> int:
        """How many of a placement's thing there are to be."""
        feature = self.pieces[put.thing].feature
        asked, made_so_far = self.brief.count(feature), self.count[feature]
        if feature in self.exact:
            left = max(asked - made_so_far, 0)
            return (
                min(left, MOST)
                if anchor is None or put.chance == 0
                else min(left, max(usual, self._share(put, anchor, left)))
            )
        if anchor is None and put.grid is None and put.thing == feature:
            usual = max(usual, asked)
        return min(usual, put.most)

    def _share(self, put: Put, anchor: Placed, left: int) -> int:
        """How many of those that are left go with one of several anchors (chairs at tables)."""
        others = sum(p.thing == anchor.thing for p in self.placed)
        return left if others <= 1 else -(-left // others)

    def _some(self, put: Put, number: int, anchor: Placed | None, how: str = "") -> None:
        piece, feature = self.pieces[put.thing], self.pieces[put.thing].feature
        if put.fill and number:
            self._fill(put, number)
            return
        if piece.stands == "window" or put.sill:
            self._at_windows(put, number)
            return
        if put.over and anchor is None:
            number = (
                max(number, sum(self._is(p, put.over) for p in self.placed)) if feature not in self.exact else number
            )
        if put.grid is not None and feature not in self.exact:
            number = put.grid[0] * put.grid[1]
        reasons: list[str] = []
        for index in range(number):
            reason = self._one(put, index, number, anchor, how)
            if reason:
                reasons.append(reason)
                if not put.grid and not put.around:
                    break
        if reasons and anchor is None and (put.grid is None or len(reasons) == number):
            self.unplaced.append((put.thing, reasons[-1]))

    # Making

    def order(self, put: Put) -> Order:
        """What is asked of the function that makes a placement's thing."""
        piece = self.pieces[put.thing]
        size = self.brief.size(piece.feature)
        width, depth, height = (
            between(given, self.rng)
            if given is not None
            else usual * (size if piece.stands not in ("window",) else 1.0)
            for given, usual in zip(put.size, piece.size, strict=True)
        )
        if height < 0:
            height += self.room.height
        lit = self.lit
        if piece.always:
            season = put.thing == "fireplace" and self.brief.season in ("autumn", "winter")
            lit = lit or season or self._asked(put.thing)
        return Order(self.rng, width, depth, height, self._main(put, piece), self.scheme, lit, self.room.height)

    def _main(self, put: Put, piece: Piece) -> Material:
        """The material of a thing's main part: of all things of a kind alike."""
        key = f"{put.of or put.thing} {put.shows or piece.feature}"
        if key not in self.style:
            role = vars(self.scheme).get(piece.main) if isinstance(piece.main, str) else None
            names = put.of or (piece.main if isinstance(piece.main, tuple) else () if role else (piece.main,))
            main = chosen(names, role or self.scheme.wood, self.rng)
            brief = self.brief
            whole = "" if put.shows else piece.feature
            made_of = brief.material(put.thing) or brief.material(piece.feature) or brief.material(whole)
            if made_of:
                main = FURNISHINGS.get(made_of, self.scheme.wood)
            colour = brief.colour(put.thing) or brief.colour(piece.feature) or brief.colour(whole)
            self.style[key] = palette.painted(main, palette.named(colour)) if colour else main
        if put.thing in ("picture", "houseplant", "small_plant", "vase", "teapot") and not self.brief.colour(
            piece.feature
        ):
            return self.style.pop(key)  # these differ one by one
        return self.style[key]

    def _one(self, put: Put, index: int, number: int, anchor: Placed | None, how: str) -> str:
        """Make one of a placement's things and put it somewhere; why that is not possible, or ""."""
        piece = self.pieces[put.thing]
        order = self.order(put)
        mesh = made(self.pieces[put.thing], order)
        bounds = Bounds.of(mesh, piece.body, piece.round)
        reason = "there is nothing to put it on" if piece.stands == "table" else "there is no room for it"
        asked = self._asked(put.thing)
        spots = list(self._spots(put, piece, bounds, index, number, anchor, how))
        cost = [
            spot.cost + (2.5 * (1 - view(spot.footprint.x, spot.footprint.z)) if asked and anchor is None else 0.0)
            for spot in spots
        ]
        for roomy in (True, False) if put.around else (False,):
            for i in np.argsort(cost, kind="stable"):
                fault = self._fault(spots[i], piece, put, bounds, how, roomy)
                if not fault:
                    size = order.width, order.depth, order.height
                    self._keep(put, piece, spots[i], mesh, bounds, anchor, how, size)
                    return ""
                reason = fault
        return reason

    def _fault(self, spot: Spot, piece: Piece, put: Put, bounds: Bounds, how: str, roomy: bool) -> str:
        where = self._where(piece, put, how)
        if where == "top":
            return ""
        if where == "ceiling":
            hanging = [p for p in self.placed if p.where == "ceiling"]
            return "another lamp hangs there" if any(spot.footprint.overlaps(p.footprint) for p in hanging) else ""
        if where == "wall":
            assert spot.wall is not None and spot.patch is not None
            return (
                ""
                if how == "above" and put.up is None and self._before_breast(spot)
                else self.plan.wall_fault(spot.wall, spot.patch)
            )
        if spot.wall is not None and put.out < 0.3:
            patch = self._patch(spot, bounds, piece.wall_height or bounds.high)
            fault = self.plan.wall_fault(spot.wall, patch)
            if fault:
                return fault
        footprint = spot.footprint
        if roomy:
            long_sides = 2 * int(footprint.width / placing.SEAT) if not footprint.round else 0
            footprint = footprint.grown(SEATED)
            if put.around[0].count[1] <= long_sides:
                footprint = replace(footprint, width=spot.footprint.width)
        return self.plan.fault(footprint, bounds.high)

    def _before_breast(self, spot: Spot) -> bool:
        """Whether a spot above a thing hangs on the thing itself (a chimney breast), not on the wall."""
        return any(
            self.pieces[p.thing].hang
            and p.wall == spot.wall
            and p.footprint.distance(spot.footprint.x, spot.footprint.z) < 0.2
            for p in self.placed
        )

    def _patch(self, spot: Spot, bounds: Bounds, height: float) -> Patch:
        assert spot.wall is not None
        matrix, _ = self.room.wall_matrix(spot.wall)
        along = float((np.linalg.inv(matrix) @ np.array([spot.footprint.x, placing.FLOOR, spot.footprint.z, 1.0]))[0])
        return Patch(along - bounds.width / 2, along + bounds.width / 2, 0.0, height)

    def _where(self, piece: Piece, put: Put, how: str) -> str:
        if how == "on" or put.sill:
            return "top"
        if piece.stands in ("hung", "ceiling"):
            return {"hung": "wall", "ceiling": "ceiling"}[piece.stands]
        return "top" if piece.stands == "table" else "floor"

    def _keep(
        self, put: Put, piece: Piece, spot: Spot, mesh: Any, bounds: Bounds, anchor: Placed | None, how: str,
        order_size: tuple[float, float, float] | None = None,
    ) -> None:  # fmt: skip
        where = self._where(piece, put, how)
        base = placing.FLOOR - float(spot.matrix[1, 3])
        item = Placed(put.thing, mesh, spot.matrix, spot.footprint, bounds, base, where, spot.wall)
        self.placed.append(item)
        self.count[piece.feature] += 1
        if where == "floor":
            self.plan.stand(spot.footprint, bounds.high, piece.wall_height)
        elif where == "wall" and spot.wall is not None and spot.patch is not None:
            self.plan.hung[spot.wall].append(spot.patch)
        self._light(item, piece)
        if piece.holds:
            inner = self.pieces[piece.holds]
            order = self.order(replace(put, thing=piece.holds, of=(), shows=False))
            width, depth, height = order_size or (order.width, order.depth, order.height)
            content = made(inner, replace(order, width=width, depth=depth, height=height))
            inside = Bounds.of(content)
            self.placed.append(
                Placed(piece.holds, content, spot.matrix, spot.footprint, inside, base, "inside", spot.wall)
            )
            self.count[inner.feature] += 1
        for how_next in ("around", "sides", "before", "above", "on"):
            for child in getattr(put, how_next):
                self.put(child, item, how_next)
        if not put.with_it() and anchor is None:
            for name in piece.before:
                self.put(Put(name), item, "before")
            for name in piece.on:
                self.put(Put(name), item, "on")

    def _light(self, item: Placed, piece: Piece) -> None:
        light = piece.light
        if light is None:
            return
        glows = any(any(m.emission) for m in item.mesh.materials)
        if not glows or (item.thing == "candle" and (not self._asked("candle") or self.count["candle"] > 2)):
            return
        drop = item.bounds.low if item.where == "ceiling" else 0.0  # a lamp's light is at its lower end
        x, y, z, _ = item.matrix @ np.array([0.0, light.y - drop, light.z, 1.0])
        red, green, blue = (c * light.strength for c in light.color)
        self.lamps.append(Lamp((float(x), float(y), float(z)), (red, green, blue), light.radius, light.reach))

    # Where

    def _is(self, item: Placed, names: Iterable[str]) -> bool:
        return bool({item.thing, self.pieces[item.thing].feature} & set(names))

    def _found(self, names: tuple[str, ...]) -> list[Placed]:
        """The things that a placement refers to: all of the first name that is there."""
        for name in names:
            found = [p for p in self.placed if self._is(p, (name,))]
            if found:
                return found
        return []

    def _spots(
        self, put: Put, piece: Piece, bounds: Bounds, index: int, number: int, anchor: Placed | None, how: str
    ) -> Iterator[Spot]:
        room, rng = self.room, self.rng
        if anchor is not None:
            yield from self._with_anchor(put, piece, bounds, index, number, anchor, how)
            return
        if piece.stands == "ceiling":
            yield from self._under_ceiling(put, bounds, index, number)
            return
        if piece.stands == "hung":
            yield from self._on_walls(put, piece, bounds)
            return
        if piece.stands == "table":
            yield from self._on_tops(bounds)
            return
        found = self._found((*put.under, *put.facing, *put.near, *put.beside))
        if put.under and found:
            yield self._beneath(bounds, found[0])
        elif put.facing and found and index == 0:
            yield from placing.opposite(found[0], bounds, put.away, rng)
        elif (put.near or put.facing) and found:
            yield from placing.about(found[0], bounds, rng)
        elif put.beside and found:
            yield from placing.next_to(room, found[index % len(found)], bounds)
        if put.grid is not None:
            yield from self._in_grid(put, bounds)
            return
        if bounds.high <= 0.05 and not put.under:
            wish = self._share_point(*put.spot) if put.spot is not None else (0.0, 1.6)
            yield from placing.on_floor(room, bounds, wish, 0.0, rng)
            return
        corner = put.corner or (piece.stands == "corner" and not (put.wall or put.spot))
        if corner:
            yield from placing.corners(room, bounds, rng)
        yaw = float(rng.uniform(-np.pi, np.pi) if put.turn == "any" else np.radians(put.turn or 0.0))
        if put.spot is not None:
            x, z = self._share_point(*put.spot)
            yield from placing.on_floor(room, bounds, (x, z), yaw, rng)
        if put.wall or piece.stands in ("wall", "corner"):
            order = [WALLS[name] for name in put.wall]
            for wall in [*order, *(w for w in WALLS.values() if w not in order)]:
                liking = order.index(wall) * 1.5 if wall in order else (5.0 if order or corner else 0.0)
                for spot in placing.along_wall(room, bounds, wall, self._along(put, wall, bounds), put.out, rng):
                    yield replace(spot, cost=spot.cost + liking)
        if put.spot is None and (piece.stands in ("floor", "corner") or self._asked(put.thing)):
            far = 9.0 if put.wall or piece.stands != "floor" else 4.0 if found else 0.0
            for spot in placing.on_floor(room, bounds, None, yaw, rng):
                yield replace(spot, cost=spot.cost + far + 1.5 * (1 - view(spot.footprint.x, spot.footprint.z)))

    def _along(self, put: Put, wall: int, bounds: Bounds) -> float | None:
        if put.at is None:
            return None
        _, length = self.room.wall_matrix(wall)
        return between(put.at, self.rng) * length

    def _share_point(self, across: float, along: float) -> tuple[float, float]:
        return self.room.left + across * self.room.width, self.room.back + along * self.room.length

    def _beneath(self, bounds: Bounds, anchor: Placed) -> Spot:
        """A rug under a thing, kept between the walls."""
        turned = abs(np.sin(anchor.yaw)) > 0.7
        wide, deep = (bounds.depth, bounds.width) if turned else (bounds.width, bounds.depth)
        x = float(
            np.clip(
                anchor.footprint.x,
                self.room.left + wide / 2,
                max(self.room.right - wide / 2, self.room.left + wide / 2),
            )
        )
        z = float(
            np.clip(
                anchor.footprint.z,
                self.room.back + deep / 2,
                max(self.room.ahead - deep / 2, self.room.back + deep / 2),
            )
        )
        return placing.floor_spot(bounds, x, z, np.pi / 2 if turned else 0.0)

    def _in_grid(self, put: Put, bounds: Bounds) -> Iterator[Spot]:
        """The cells of a grid, those in view first, with a little disorder."""
        assert put.grid is not None
        rows, columns = put.grid
        left, right, back, ahead = put.area
        x0, z0 = self._share_point(left, back)
        x1, z1 = self._share_point(right, ahead)
        loose = put.turn == "any"
        for row in range(rows):
            for column in range(columns):
                x, z = x0 + (x1 - x0) * (column + 0.5) / columns, z0 + (z1 - z0) * (row + 0.5) / rows
                for shift in (0.0, 0.25, -0.25, 0.5, -0.5):
                    jitter = self.rng.uniform(-0.12, 0.12, 2) if loose else np.zeros(2)
                    yaw = float(self.rng.choice([0.0, np.pi / 2])) if loose else float(np.radians(put.turn or 0.0))
                    px, pz = float(x + shift + jitter[0]), float(z + jitter[1])
                    cost = 2 * (1 - view(px, pz)) + 0.2 * abs(shift)
                    yield placing.floor_spot(bounds, px, pz, yaw, cost)

    def _under_ceiling(self, put: Put, bounds: Bounds, index: int, number: int) -> Iterator[Spot]:
        found = self._found(put.over)
        if found:
            per = -(-number // len(found))
            anchor, k = found[min(index // per, len(found) - 1)], index % per
            axis = anchor.footprint.axes()[0] * anchor.footprint.width * ((k + 0.5) / per - 0.5)
            points = [(anchor.footprint.x + axis[0], anchor.footprint.z + axis[1])]
        elif put.grid is not None:
            rows, columns = put.grid
            cells = [(c, r) for r in range(rows) for c in range(columns)]
            points = [self._share_point((c + 0.5) / columns, (r + 0.5) / rows) for c, r in cells]
        else:
            across, along = put.spot or (0.5, 0.6)
            points = [
                self._share_point(across, along),
                self._share_point(0.5, 0.3),
                self._share_point(0.3, 0.7),
                self._share_point(0.7, 0.8),
            ]
        for cost, (x, z) in enumerate(points):
            matrix = placement([x, placing.FLOOR - self.room.height, z])
            yield Spot(matrix, Footprint(float(x), float(z), bounds.width, bounds.depth), float(cost))

    def _on_walls(self, put: Put, piece: Piece, bounds: Bounds) -> Iterator[Spot]:
        order = [WALLS[name] for name in put.wall]
        beside = self._found(put.beside)
        if beside and beside[0].wall is not None:
            order = [beside[0].wall]
        up = between(put.up, self.rng) if put.up is not None else piece.up + float(self.rng.uniform(-0.04, 0.04))
        for wall in [*order, *(w for w in WALLS.values() if w not in order)]:
            liking = order.index(wall) * 1.5 if wall in order else (5.0 if order else float(self.rng.uniform(0, 2)))
            for spot in placing.on_wall(self.room, bounds, wall, self._along(put, wall, bounds), up, put.out, self.rng):
                yield replace(spot, cost=spot.cost + liking)

    def _on_tops(self, bounds: Bounds) -> Iterator[Spot]:
        """On any top that there is, those in view first."""
        for item in self.placed:
            if self.pieces[item.thing].top is not None and item.where == "floor":
                for spot in self._on_top(item, bounds):
                    yield replace(spot, cost=2 * (1 - view(item.footprint.x, item.footprint.z)))

    def _on_top(self, anchor: Placed, bounds: Bounds) -> Iterator[Spot]:
        top = self.pieces[anchor.thing].top
        if top is None:
            return
        taken = [
            p.footprint
            for p in self.placed
            if p.where == "top" and anchor.footprint.distance(p.footprint.x, p.footprint.z) < 0.4
        ]
        height = anchor.bounds.high if top.height is None else top.height
        yield from placing.tops(anchor, bounds, height, top.inset, top.depth, taken, self.rng)

    def _with_anchor(
        self, put: Put, piece: Piece, bounds: Bounds, index: int, number: int, anchor: Placed, how: str
    ) -> Iterator[Spot]:
        rng = self.rng
        if how == "on":
            yield from self._on_top(anchor, bounds)
        elif how == "above" and anchor.wall is not None:
            matrix, _ = self.room.wall_matrix(anchor.wall)
            along = float(
                (np.linalg.inv(matrix) @ np.array([anchor.footprint.x, placing.FLOOR, anchor.footprint.z, 1.0]))[0]
            )
            up, out = self.pieces[anchor.thing].hang or (max(piece.up, anchor.top + 0.2 - bounds.low), 0.0)
            up = between(put.up, rng) if put.up is not None else up
            for spot in placing.on_wall(self.room, bounds, anchor.wall, along, up, out, rng):
                if spot.cost <= anchor.footprint.width * 0.5:
                    yield spot
        elif how == "around":
            round_top = anchor.thing in ("round_table", "side_table")
            yield from placing.seats(anchor, bounds, piece.tuck, round_top, number, rng)
        elif how == "sides":
            yield from placing.next_to(self.room, anchor, bounds, (-1.0, 1.0) if index % 2 == 0 else (1.0, -1.0))
        elif how == "before":
            gap = -piece.tuck if piece.tuck else 0.0 if piece.stands == "wall" else 0.4
            if piece.tuck:
                outside = replace(bounds, front=bounds.front + piece.tuck)
                yield from placing.in_front(anchor, outside, 0.02, True, rng)
            else:
                yield from placing.in_front(anchor, bounds, gap, False, rng)

    def _fill(self, put: Put, number: int) -> None:
        """Fill what is free of the wished walls with things side by side."""
        piece = self.pieces[put.thing]
        least, most = piece.stretch or (piece.size[0], piece.size[0])
        order = self.order(put)
        segments: list[Placed] = []
        for wall in (WALLS[name] for name in put.wall):
            for left, right in self.plan.free_lengths(wall, order.depth + CLOSE_TO, order.height, least=least):
                count = int(np.ceil((right - left) / most - 1e-6))
                pitch = (right - left) / count
                for i in range(count):
                    if len(segments) >= number and piece.feature in self.exact:
                        break
                    # The mesh may be a little wider than ordered: crowns, worktops.
                    mesh = made(
                        self.pieces[put.thing], replace(order, width=pitch - 0.006, main=self._main(put, piece))
                    )
                    bounds = Bounds.of(mesh)
                    if bounds.width > pitch:
                        mesh = made(self.pieces[put.thing], replace(order, width=2 * pitch - bounds.width - 0.012))
                        bounds = Bounds.of(mesh)
                    spot = placing.wall_spot(self.room, bounds, wall, left + pitch * (i + 0.5))
                    if not self.plan.fault(spot.footprint, bounds.high):
                        bare = replace(put, on=(), above=(), around=(), sides=(), before=())
                        self._keep(
                            bare,
                            piece,
                            spot,
                            mesh,
                            bounds,
                            Placed(put.thing, mesh, spot.matrix, spot.footprint, bounds),
                            "",
                            (pitch - 0.006, order.depth, order.height),
                        )
                        segments.append(self.placed[-1])
        if not segments:
            self.unplaced.append((put.thing, "there is no free wall for it"))
            return
        for how in ("before", "above", "on"):
            for child in getattr(put, how):
                for segment in sorted(
                    segments, key=lambda s: -s.footprint.width * (0.3 + view(s.footprint.x, s.footprint.z))
                )[: max(1, child.count[0])]:
                    before = self.count[self.pieces[child.thing].feature]
                    self.put(replace(child, count=(1, 1)) if len(segments) > 1 else child, segment, how)
                    if (
                        self.count[self.pieces[child.thing].feature] > before
                        and len(segments) > 1
                        and child.count[0] == 1
                    ):
                        break

    def _at_windows(self, put: Put, number: int) -> None:
        """Curtains at windows, and things on their sills."""
        piece = self.pieces[put.thing]
        walls = [WALLS[name] for name in put.wall] or list(WALLS.values())
        for wall in walls:
            for hole in self.room.openings.get(wall, []):
                if hole.bottom < 0.01:
                    continue
                middle = (hole.left + hole.right) / 2
                if piece.stands == "window":
                    order = replace(self.order(put), width=hole.width, sill=hole.bottom, head=hole.top)
                    self._fix(put, made(self.pieces[put.thing], order), self.room.against(wall, middle), wall)
                    self.plan.hung[wall].append(Patch(hole.left - 0.45, hole.right + 0.45, 0.95, hole.top + 0.3))
                    continue
                for x in np.linspace(hole.left + 0.2, hole.right - 0.2, number) if number > 1 else [middle]:
                    mesh = made(self.pieces[put.thing], self.order(put))
                    self._fix(put, mesh, self.room.against(wall, float(x), -0.12, hole.bottom + 0.01), wall)

    def _fix(self, put: Put, mesh: Any, matrix: Any, wall: int) -> None:
        bounds = Bounds.of(mesh, 0.1)
        footprint = Footprint(
            float(matrix[0, 3]), float(matrix[2, 3]), bounds.width, 0.05, float(np.arctan2(matrix[0, 2], matrix[2, 2]))
        )
        self.placed.append(
            Placed(put.thing, mesh, matrix, footprint, bounds, placing.FLOOR - float(matrix[1, 3]), "window", wall)
        )
        self.count[self.pieces[put.thing].feature] += 1

    # The whole

    def start(self) -> tuple[float, float, float]:
        """Where a person starts, and which way the first view looks: x, z and yaw, a multiple of a quarter turn.

        It is free floor near the recipe's start, from which most of what the sentence is about is seen.
        """
        asked = Counter(self.pieces[p.thing].feature for p in self.placed if self._asked(p.thing))
        subjects = []
        for i, item in enumerate(p for p in self.placed if p.where != "window"):
            feature = self.pieces[item.thing].feature
            weight = (
                4.0 / asked[feature] if feature in asked else 1.0 if i < 4 else 0.2 if item.where == "floor" else 0.0
            )
            subjects.append((item.footprint.x, item.footprint.z, weight))
        whole = sum(weight for *_, weight in subjects)
        solid = [f for f, tall in self.plan.standing if tall > FLAT]
        best, chosen_start = -np.inf, (0.0, 0.0, 0.0)
        room, reach = self.room, (2.4 if asked else 1.2)
        for x in np.arange(max(room.left + 0.6, -reach), min(room.right - 0.6, reach) + 0.01, 0.4):
            for z in np.arange(max(room.back + 0.6, -0.8), min(room.ahead - 0.6, 2 * reach) + 0.01, 0.4):
                near = min((f.distance(x, z) for f in solid), default=9.0)
                if near < 0.5 or not self.plan.reaches(x, z):
                    continue
                hidden = [0.4 if self.plan.hides(sx, sz, x, z) else 1.0 for sx, sz, _ in subjects]
                for quarter in (0, -1, 1, 2) if asked else (0,):
                    c, s = np.cos(quarter * np.pi / 2), np.sin(quarter * np.pi / 2)
                    seen = sum(
                        w * h * view(c * (sx - x) - s * (sz - z), s * (sx - x) + c * (sz - z))
                        for (sx, sz, w), h in zip(subjects, hidden, strict=True)
                    )
                    score = (
                        seen / max(whole, 1e-6)
                        + 0.06 * min(near, 1.0)
                        - 0.08 * float(np.hypot(x, z))
                        - 0.1 * abs(quarter)
                    )
                    if score > best:
                        best, chosen_start = score, (float(x), float(z), quarter * np.pi / 2)
        return chosen_start

    def place(self) -> Place:
        """The finished place, the start at its origin."""
        brief, rng, shell = self.brief, self.rng, self.recipe.shell
        dressed = trimmings(self.room, shell, self.scheme, brief, rng)
        x, z, yaw = self.start()
        home = placement([0, 0, 0], yaw=-yaw) @ placement([-x, 0, -z])
        meshes = [*self.room.mesh(rng), *dressed, *self.columns]
        place = Place(interior=True, sun_azimuth=between(shell.sun, rng) - yaw if shell.sun else None)
        place.meshes = [m.transformed(home) for m in meshes] + [
            p.mesh.transformed(home @ p.matrix) for p in self.placed
        ]
        place.lamps = [replace(lamp, position=moved(home, lamp.position)) for lamp in self.lamps]
        place.unplaced = tuple(self.unplaced)
        sided = any(p.relation in ("left", "right") and not p.to for p in brief.relations)
        mirror = rng.random() < 0.5 and not sided
        if mirror:
            place.meshes = [mirrored(m) for m in place.meshes]
            place.lamps = [replace(lamp, position=(-lamp.position[0], *lamp.position[1:])) for lamp in place.lamps]
            place.sun_azimuth = None if place.sun_azimuth is None else -place.sun_azimuth
        if shell.exposure:
            place.sky["exposure"] = shell.exposure
        if self.lit and brief.time in DARK_TIMES:
            # A lamplit evening is darker than the average that automatic exposure aims at.
            place.sky["exposure"] = -1.1 if brief.mood in ("dark", "eerie") else -0.7
        share = BY_DAY.get(brief.time, 1.0) if self.daylight else 1.0
        place.lamps = [replace(lamp, color=faded(lamp.color, share)) for lamp in place.lamps]
        for mesh in place.meshes:
            mesh.materials = tuple(replace(m, emission=faded(m.emission, share)) for m in mesh.materials)
        finish(place, brief)  # before the outside comes: its own builder has seen to its lamps
        glass = [mesh.transformed(home) for mesh in self._stained_glass()]  # glows by day, not by lamplight
        place.meshes += [mirrored(mesh) for mesh in glass] if mirror else glass
        return place

    def _stained_glass(self) -> list[Mesh]:
        bright = OVERCAST.get(self.brief.weather, 1.0)
        return [
            stained_glass(hole, self.room.depth, self.rng, self.brief.time, bright).transformed(
                self.room.wall_matrix(wall)[0]
            )
            for wall, holes in self.room.openings.items()
            for hole in holes
            if hole.kind.startswith("stained")
        ]


CLOSE_TO = 0.06
"""Metres that are kept between a row along one wall and what stands at the next."""


def moved(matrix: NDArray[np.float64], point: tuple[float, float, float]) -> tuple[float, float, float]:
    """A point moved by a (4, 4) matrix."""
    x, y, z = (matrix @ np.array([*point, 1.0]))[:3]
    return float(x), float(y), float(z)


OVERCAST = {"cloudy": 0.7, "mist": 0.6, "rain": 0.4, "snow": 0.6, "storm": 0.25}
"""How bright coloured glass is under such a sky, beside a clear one."""
BY_DAY = {"morning": 0.06, "noon": 0.05, "afternoon": 0.06, "sunset": 0.25, "sunrise": 0.25}
"""How bright lamps and fires of a room are by day, as a share of what they are by night: daylight outshines them."""


def faded(color: RGB, share: float) -> RGB:
    """A share of a light."""
    return color[0] * share, color[1] * share, color[2] * share


def lamps_on(brief: Brief) -> bool:
    """Whether a room's lamps are lit: when it is dark outside or gloomy, or when they are asked for."""
    if "lamp" in brief.without:
        return False
    if "window" in brief.without:
        return True
    bright = brief.time in ("morning", "noon", "afternoon") and brief.weather in ("clear", "cloudy", "snow")
    return brief.wants("lamp") or brief.mood in ("cosy", "romantic", "dark", "magical") or not bright


_SAID = re.compile(r"\b(three|3|twelve|12)\b|[三3]|十二")


def exact_counts(brief: Brief) -> frozenset[str]:
    """The features whose number the sentence says: a plural alone counts as `PLURAL`, "many" as `MANY`."""
    spoken = bool(_SAID.search(brief.prompt.lower()))
    return frozenset(f for f, n in brief.features.items() if n > 1 and (n not in (PLURAL, MANY) or spoken))
