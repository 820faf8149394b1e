"""Where a placement's thing could stand or hang: candidates in the order of liking, by what its record and the page
say. Whether one is free is the plan's affair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from lucid3d.procedural.assets.furniture.registry import Piece
from lucid3d.procedural.compose.room import placing
from lucid3d.procedural.compose.room.furnishing import Furnishing
from lucid3d.procedural.compose.room.placing import Bounds, Placed, Spot, view
from lucid3d.procedural.compose.room.plan import Footprint
from lucid3d.procedural.compose.room.recipe import Put
from lucid3d.procedural.compose.room.walls import WALLS, between
from lucid3d.procedural.kit.mesh import placement


def spots(
    at: Furnishing, put: Put, piece: Piece, bounds: Bounds, index: int, number: int, anchor: Placed | None, how: str
) -> Iterator[Spot]:
    """Candidates for one of a placement's things.

    Args:
        put, piece: the placement and its thing; bounds: of its mesh.
        index, number: which of how many it is.
        anchor: what it goes with, and `how`: "on", "above", "around", "sides" or "before"; None and "": nothing.
    """
    room, rng = at.room, at.rng
    if anchor is not None:
        yield from _with_anchor(at, put, piece, bounds, index, number, anchor, how)
        return
    if piece.stands == "ceiling":
        yield from _under_ceiling(at, put, bounds, index, number)
        return
    if piece.stands == "hung":
        yield from _on_walls(at, put, piece, bounds)
        return
    if piece.stands == "table":
        yield from _on_tops(at, bounds)
        return
    found = at.found((*put.under, *put.facing, *put.near, *put.beside))
    if put.under and found:
        yield _beneath(at, bounds, found[0])
    elif put.facing and found and index == 0:
        yield from placing.opposite(found[0], bounds, put.away, rng)
    elif (put.near or put.facing) and found:
        yield from placing.about(found[0], bounds, rng)
    elif put.beside and found:
        yield from placing.next_to(room, found[index % len(found)], bounds)
    if put.grid is not None:
        yield from _in_grid(at, put, bounds)
        return
    if bounds.high <= 0.05 and not put.under:
        wish = at.at_shares(*put.spot) if put.spot is not None else (0.0, 1.6)
        yield from placing.on_floor(room, bounds, wish, 0.0, rng)
        return
    corner = put.corner or (piece.stands == "corner" and not (put.wall or put.spot))
    if corner:
        yield from placing.corners(room, bounds, rng)
    yaw = float(rng.uniform(-np.pi, np.pi) if put.turn == "any" else np.radians(put.turn or 0.0))
    if put.spot is not None:
        x, z = at.at_shares(*put.spot)
        yield from placing.on_floor(room, bounds, (x, z), yaw, rng)
    if put.wall or piece.stands in ("wall", "corner"):
        order = [WALLS[name] for name in put.wall]
        for wall in [*order, *(w for w in WALLS.values() if w not in order)]:
            liking = order.index(wall) * 1.5 if wall in order else (5.0 if order or corner else 0.0)
            for spot in placing.along_wall(room, bounds, wall, at.along(put, wall), put.out, rng):
                yield spot.dearer(liking)
    if put.spot is None and (piece.stands in ("floor", "corner") or at.asked(put.thing)):
        far = 9.0 if put.wall or piece.stands != "floor" else 4.0 if found else 0.0
        for spot in placing.on_floor(room, bounds, None, yaw, rng):
            yield spot.dearer(far + 1.5 * (1 - view(spot.footprint.x, spot.footprint.z)))


def _beneath(at: Furnishing, bounds: Bounds, anchor: Placed) -> Spot:
    """A rug under a thing, kept between the walls."""
    turned = abs(np.sin(anchor.yaw)) > 0.7
    wide, deep = (bounds.depth, bounds.width) if turned else (bounds.width, bounds.depth)
    x = float(
        np.clip(
            anchor.footprint.x,
            at.room.left + wide / 2,
            max(at.room.right - wide / 2, at.room.left + wide / 2),
        )
    )
    z = float(
        np.clip(
            anchor.footprint.z,
            at.room.back + deep / 2,
            max(at.room.ahead - deep / 2, at.room.back + deep / 2),
        )
    )
    return placing.floor_spot(bounds, x, z, np.pi / 2 if turned else 0.0)


def _in_grid(at: Furnishing, put: Put, bounds: Bounds) -> Iterator[Spot]:
    """The cells of a grid, those in view first, with a little disorder."""
    assert put.grid is not None
    rows, columns = put.grid
    left, right, back, ahead = put.area
    x0, z0 = at.at_shares(left, back)
    x1, z1 = at.at_shares(right, ahead)
    loose = put.turn == "any"
    for row in range(rows):
        for column in range(columns):
            x, z = x0 + (x1 - x0) * (column + 0.5) / columns, z0 + (z1 - z0) * (row + 0.5) / rows
            for shift in (0.0, 0.25, -0.25, 0.5, -0.5):
                jitter = at.rng.uniform(-0.12, 0.12, 2) if loose else np.zeros(2)
                yaw = float(at.rng.choice([0.0, np.pi / 2])) if loose else float(np.radians(put.turn or 0.0))
                px, pz = float(x + shift + jitter[0]), float(z + jitter[1])
                cost = 2 * (1 - view(px, pz)) + 0.2 * abs(shift)
                yield placing.floor_spot(bounds, px, pz, yaw, cost)


def _under_ceiling(at: Furnishing, put: Put, bounds: Bounds, index: int, number: int) -> Iterator[Spot]:
    found = at.found(put.over)
    if found:
        per = -(-number // len(found))
        anchor, k = found[min(index // per, len(found) - 1)], index % per
        axis = anchor.footprint.axes()[0] * anchor.footprint.width * ((k + 0.5) / per - 0.5)
        points = [(anchor.footprint.x + axis[0], anchor.footprint.z + axis[1])]
    elif put.grid is not None:
        rows, columns = put.grid
        cells = [(c, r) for r in range(rows) for c in range(columns)]
        points = [at.at_shares((c + 0.5) / columns, (r + 0.5) / rows) for c, r in cells]
    else:
        across, along = put.spot or (0.5, 0.6)
        points = [
            at.at_shares(across, along),
            at.at_shares(0.5, 0.3),
            at.at_shares(0.3, 0.7),
            at.at_shares(0.7, 0.8),
        ]
    for cost, (x, z) in enumerate(points):
        matrix = placement([x, placing.FLOOR - at.room.height, z])
        yield Spot(Footprint(float(x), float(z), bounds.width, bounds.depth), float(cost), frame=matrix)


def _on_walls(at: Furnishing, put: Put, piece: Piece, bounds: Bounds) -> Iterator[Spot]:
    order = [WALLS[name] for name in put.wall]
    beside = at.found(put.beside)
    if beside and beside[0].wall is not None:
        order = [beside[0].wall]
    up = between(put.up, at.rng) if put.up is not None else piece.up + float(at.rng.uniform(-0.04, 0.04))
    for wall in [*order, *(w for w in WALLS.values() if w not in order)]:
        liking = order.index(wall) * 1.5 if wall in order else (5.0 if order else float(at.rng.uniform(0, 2)))
        for spot in placing.on_wall(at.room, bounds, wall, at.along(put, wall), up, put.out, at.rng):
            yield spot.dearer(liking)


def _on_tops(at: Furnishing, bounds: Bounds) -> Iterator[Spot]:
    """On any top that there is, those in view first."""
    for item in at.placed:
        if at.pieces[item.thing].top is not None and item.where == "floor":
            for spot in _on_top(at, item, bounds):
                yield replace(spot, cost=2 * (1 - view(item.footprint.x, item.footprint.z)))


def _on_top(at: Furnishing, anchor: Placed, bounds: Bounds) -> Iterator[Spot]:
    top = at.pieces[anchor.thing].top
    if top is None:
        return
    taken = [
        p.footprint
        for p in at.placed
        if p.where == "top" and anchor.footprint.distance(p.footprint.x, p.footprint.z) < 0.4
    ]
    height = anchor.bounds.high if top.height is None else top.height
    yield from placing.tops(anchor, bounds, height, top.inset, top.depth, taken, at.rng)


def _with_anchor(
    at: Furnishing, put: Put, piece: Piece, bounds: Bounds, index: int, number: int, anchor: Placed, how: str
) -> Iterator[Spot]:
    rng = at.rng
    if how == "on":
        yield from _on_top(at, anchor, bounds)
    elif how == "above" and anchor.wall is not None:
        matrix, _ = at.room.wall_matrix(anchor.wall)
        along = float(
            (np.linalg.inv(matrix) @ np.array([anchor.footprint.x, placing.FLOOR, anchor.footprint.z, 1.0]))[0]
        )
        up, out = at.pieces[anchor.thing].hang or (max(piece.up, anchor.top + 0.2 - bounds.low), 0.0)
        up = between(put.up, rng) if put.up is not None else up
        for spot in placing.on_wall(at.room, bounds, anchor.wall, along, up, out, rng):
            if spot.cost <= anchor.footprint.width * 0.5:
                yield spot
    elif how == "around":
        round_top = anchor.thing in ("round_table", "side_table")
        yield from placing.seats(anchor, bounds, piece.tuck, round_top, number, rng)
    elif how == "sides":
        yield from placing.next_to(at.room, anchor, bounds, (-1.0, 1.0) if index % 2 == 0 else (1.0, -1.0))
    elif how == "before":
        gap = -piece.tuck if piece.tuck else 0.0 if piece.stands == "wall" else 0.4
        if piece.tuck:
            outside = replace(bounds, front=bounds.front + piece.tuck)
            yield from placing.in_front(anchor, outside, 0.02, True, rng)
        else:
            yield from placing.in_front(anchor, bounds, gap, False, rng)
