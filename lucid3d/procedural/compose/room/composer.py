"""The composer of rooms: a recipe and what a sentence wants become objects in places.

Decided here, once for every room and every thing: what is refused and what stands there instead, how many there are,
colours, materials and sizes, whether lamps are lit, where each thing stands so that nothing overlaps and there is a
way through, what of it is seen first. What a sentence asks for and the recipe does not have is added by the same code.
What has no room is listed in `Place.unplaced` with the reason. Generators below get an `Order` and know nothing of
sentences.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lucid3d.procedural.assets.furniture.registry import Piece
from lucid3d.procedural.catalogue.records import PlaceRecord
from lucid3d.procedural.compose.room import placing
from lucid3d.procedural.compose.room.finishing import finished
from lucid3d.procedural.compose.room.furnishing import Furnishing
from lucid3d.procedural.compose.room.outside import add_outside
from lucid3d.procedural.compose.room.pieces import made
from lucid3d.procedural.compose.room.placing import Bounds, Placed, Spot, view
from lucid3d.procedural.compose.room.plan import Footprint, Patch
from lucid3d.procedural.compose.room.recipe import Put, RoomRecipe, room_recipe
from lucid3d.procedural.compose.room.spots import spots
from lucid3d.procedural.compose.room.walls import WALLS, said
from lucid3d.procedural.kit.place import Lamp, Place
from lucid3d.procedural.language.brief import Brief

SEATED = 0.5
"""Metres about a table that are kept for its chairs."""
MOST = 24
"""Of one kind, whatever is asked."""
BARE = frozenset({"window", "wall", "lamp"})
"""Features that the shell and the lamps answer, which are not added as things."""
CLOSE_TO = 0.06
"""Metres that are kept between a row along one wall and what stands at the next."""


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
    place = finished(composer)
    if outside:
        reach = np.abs(place.meshes[0].bounds[:, [0, 2]])  # the floor's corners
        add_outside(place, brief, rng, clear=float(np.hypot(*reach.max(axis=0))) + 0.6)
    return place


class Composer(Furnishing):
    """Furnishes one room."""

    # What and how many

    def furnish(self) -> None:
        """Put everything that the recipe and the sentence want into the room."""
        puts = list(self.recipe.put)
        sure = [p for p in puts if p.chance > 0 or self.asked(p.thing)]
        covered = {self.pieces[each.thing].feature for p in sure for each in (p, *p.around)}
        extras = [Put(f) for f in self.brief.features if f in self.pieces and f not in covered and f not in BARE]
        at = next((i for i, put in enumerate(puts) if self._can_wait(i)), len(puts))
        for put in [*puts[:at], *extras, *puts[at:]]:
            self.put(put)
        for feature, number in self.brief.features.items():
            missing = number - self.count[feature]
            if feature in self.pieces and feature not in BARE and missing > 0 and self._why(feature) == "":
                self._more(feature, min(missing, MOST))
        asked = {f: n for f, n in self.brief.features.items() if f in self.pieces and f not in BARE}
        few = [(f, self._why(f) or "there is no room for more") for f, n in asked.items() if self.count[f] < n]
        self.unplaced = few + [(t, why) for t, why in self.unplaced if self.pieces[t].feature not in asked]

    def _more(self, feature: str, missing: int) -> None:
        """Further ones of a feature: seats at the tables that there are, the rest wherever there is room."""
        tables = self.found(("table",)) if self.pieces[feature].tuck else []
        for table in tables:
            before, told = self.count[feature], list(self.unplaced)
            self._some(Put(feature), missing, table, "around")
            self.unplaced = told
            missing -= self.count[feature] - before
        if missing > 0:
            self._some(Put(feature), missing, None)

    def _why(self, feature: str) -> str:
        return next((reason for thing, reason in self.unplaced if self.pieces[thing].feature == feature), "")

    def _can_wait(self, index: int) -> bool:
        """Whether what a sentence adds has its turn before this placement: nothing later stands in relation to it."""
        put = self.recipe.put[index]
        names = {n for p in (put, *put.with_it()) for n in (p.thing, self.pieces[p.thing].feature)}
        needed = {
            name for later in self.recipe.put[index + 1 :] for name in (*later.facing, *later.near, *later.beside)
        }
        return put.grid is not None or not (self.asked(put.thing) or names & needed or put.fill)

    def put(self, put: Put, anchor: Placed | None = None, how: str = "") -> None:
        """Carry out a placement: as many as there are to be, or what stands there instead."""
        named = self.brief.wants(put.thing) or not put.when  # "a lamp" brings no chandelier into every bedroom
        wanted = named and self.asked(put.thing) and (anchor is None or put.chance > 0)
        there = wanted or said(self.brief, put.when) or self.rng.random() < put.chance
        if self.refused(put.thing) or not there or (said(self.brief, put.unless) and not wanted):
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
                max(number, sum(self.is_one(p, put.over) for p in self.placed)) if feature not in self.exact else number
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

    def _one(self, put: Put, index: int, number: int, anchor: Placed | None, how: str) -> str:
        """Make one of a placement's things and put it somewhere; why that is not possible, or ""."""
        piece = self.pieces[put.thing]
        order = self.order(put)
        mesh = made(self.pieces[put.thing], order)
        bounds = Bounds.of(mesh, piece.body, piece.round)
        reason = "there is nothing to put it on" if piece.stands == "table" else "there is no room for it"
        # what hangs under a ceiling is seen from afar, not from below
        asked = self.asked(put.thing) and piece.stands != "ceiling"
        found = list(spots(self, put, piece, bounds, index, number, anchor, how))
        cost = [
            spot.cost + (2.5 * (1 - view(spot.footprint.x, spot.footprint.z)) if asked and anchor is None else 0.0)
            for spot in found
        ]
        for roomy in (True, False) if put.around else (False,):
            for i in np.argsort(cost, kind="stable"):
                fault = self._fault(found[i], piece, put, bounds, how, roomy)
                if not fault:
                    size = order.width, order.depth, order.height
                    self._keep(put, piece, found[i], mesh, bounds, anchor, how, size)
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
        if not glows or (item.thing == "candle" and (not self.asked("candle") or self.count["candle"] > 2)):
            return
        drop = item.bounds.low if item.where == "ceiling" else 0.0  # a lamp's light is at its lower end
        x, y, z, _ = item.matrix @ np.array([0.0, light.y - drop, light.z, 1.0])
        red, green, blue = (c * light.strength for c in light.color)
        self.lamps.append(Lamp((float(x), float(y), float(z)), (red, green, blue), light.radius, light.reach))

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
                    mesh = made(self.pieces[put.thing], replace(order, width=pitch - 0.006, main=self.main(put, piece)))
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
