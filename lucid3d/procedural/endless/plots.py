"""What stands on a block: houses in rows along its streets, or towers that fill it; nothing in a street or in another.

A block's houses lie within its outline, and streets and blocks have no ground in common, so that each block can be
built on by itself.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.yard.footprints import Footprint
from lucid3d.procedural.compose.yard.recipe import Row
from lucid3d.procedural.compose.yard.rows import ALLEY
from lucid3d.procedural.endless.network import Block, Box, Edge, Line, Points, clear_of
from lucid3d.procedural.endless.recipe import Behind, Towers

Built = Callable[[Points], NDArray[np.float64]]
"""(N, 2) -> (N,) the share of the lots there that are built on."""

CORNER = 0.4
"""Metres that the first house of a row stands behind the pavement of the street at its end."""
PIECE = 1.0
"""Metres along a street between the strips of ground that are looked at: see `Edge.metres`."""
DEEP = 4
"""Points of such a strip, from the fronts to the backs of houses."""
AGAIN = 0.6
"""Metres by which a house that finds no room is moved on."""
SHARED = 0.1
"""Metres by which two houses of a row may reach into each other: they share a wall."""
AT_BACK = 0.02
"""Metres between the back of a house and what is built on to it."""
SET_BACK = 0.3
"""Metres between a house and the pavement of another street than its own, at least."""


@dataclass(frozen=True)
class Kind:
    """A house that is built again and again.

    Attributes:
        number: among all prototypes; width, depth: metres that it takes on the ground.
    """

    number: int
    width: float
    depth: float


@dataclass(frozen=True, eq=False)
class Lot:
    """A house in its place: its kind, and the ground that it takes, whose x axis runs along its front."""

    kind: Kind
    ground: Footprint


@dataclass
class Ground:
    """The ground of a block while it is built on.

    Attributes:
        block: it; boxes: where something of the start stands; ways: more streets that houses keep off.
        taken: where houses stand.
    """

    block: Block
    boxes: Sequence[Box]
    ways: Sequence[Edge]
    taken: list[Footprint] = field(default_factory=list)

    def open(self, points: Points, *, own: Edge | None = None) -> NDArray[np.bool_]:
        """(N,) whether points lie in the block, in no street but perhaps `own`, and on nothing of the start's."""
        free = self.block.inside(points)
        for edge in (*self.block.edges, *self.ways):
            if edge.road and edge is not own and free.any():
                free[free] &= clear_of(points[free], edge) > edge.wide + SET_BACK
        for low_x, low_z, high_x, high_z in self.boxes:
            x, z = points.T
            free &= ~((x > low_x) & (x < high_x) & (z > low_z) & (z < high_z))
        return free

    def fits(self, one: Footprint) -> bool:
        """Whether no house stands there yet."""
        reach = math.hypot(one.half_x, one.half_z)
        return not any(
            math.hypot(other.x - one.x, other.z - one.z) < reach + math.hypot(other.half_x, other.half_z)
            and one.meets(other, -SHARED)
            for other in self.taken
        )


def rows_on(
    ground: Ground, rows: Sequence[tuple[Row, Sequence[Kind]]], built: Built, rng: np.random.Generator
) -> list[Lot]:
    """Houses along the streets of a block, row after row."""
    found: list[Lot] = []
    for edge, into in zip(ground.block.edges, (1.0, -1.0, -1.0, 1.0), strict=True):
        if edge.road:
            for row, kinds in rows:
                if kinds and row.sides in ("both", "left" if into < 0 else "right"):
                    found += _along(ground, edge, into, row, kinds, built, rng)
    return found


def _along(
    ground: Ground, edge: Edge, into: float, row: Row, kinds: Sequence[Kind], built: Built, rng: np.random.Generator
) -> Iterator[Lot]:
    """The houses of a row on one side of a street; `into`: 1 where the block lies to its right."""
    begin, end = (_setback(ground.block, edge, point) for point in (edge.line[0], edge.line[-1]))
    last = edge.length - end
    if last - begin < row.widths[0]:
        return
    middle, right = edge.metres()
    line = Line(middle.tolist(), right.tolist())
    deepest = edge.wide + row.back[1] + max(kind.depth for kind in kinds)
    offs = np.linspace(edge.wide + row.back[0] + 0.2, deepest, DEEP)
    probes = middle + into * offs[:, None, None] * right
    open_ground = ground.open(probes.reshape(-1, 2), own=edge).reshape(probes.shape[:2])
    free = [bool(strip) for strip in np.all(open_ground, axis=0)]
    density: list[float] = built(probes[1]).tolist()
    narrowest = min(kinds, key=lambda k: k.width)
    s = begin + float(rng.uniform(0, max(row.gap[1], 0.01)))
    while s + narrowest.width <= last:
        kind = kinds[int(rng.integers(len(kinds)))]
        gap, back, wanted = float(rng.uniform(*row.gap)), float(rng.uniform(*row.back)), rng.random()
        if row.alley and rng.random() < row.alley:
            gap += float(rng.uniform(*ALLEY))
        if s + kind.width > last:
            kind = narrowest
        first, behind = int(s), math.ceil(s + kind.width) + 1
        if wanted >= density[(first + behind) // 2]:
            s += kind.width + gap
            continue
        while not all(free[first:behind]) and s + kind.width <= last:
            s += PIECE
            first, behind = int(s), math.ceil(s + kind.width) + 1
        one = None
        while s + kind.width <= last and all(free[int(s) : math.ceil(s + kind.width) + 1]):
            one = _beside(line, edge.wide, into, s, kind, back)
            if ground.fits(one):
                break
            s, one = s + AGAIN, None
        if one is None:
            continue
        ground.taken.append(one)
        yield Lot(kind, one)
        s += kind.width + gap


def _setback(block: Block, edge: Edge, crossing: NDArray[np.float64]) -> float:
    """Metres from a crossing to the first house along a street: behind the pavement of those that meet it there."""
    meeting = [
        other.wide for other in block.edges
        if other is not edge and min(np.hypot(*(other.line[end] - crossing)) for end in (0, -1)) < 1e-6
    ]  # fmt: skip
    return max(meeting, default=0.0) + CORNER


def _beside(line: Line, wide: float, into: float, s: float, kind: Kind, back: float) -> Footprint:
    """Where a house stands whose front begins `s` metres along a street; its front looks to it."""
    off = into * (wide + back)
    (ax, az), (bx, bz) = line.spot(s, off), line.spot(s + kind.width, off)
    long = max(math.hypot(bx - ax, bz - az), 1e-9)
    in_x, in_z = into * (bz - az) / long, into * (ax - bx) / long
    # a chord cuts off a bend: where it would come before the fronts' line, the house stands back by as much
    cx, cz = line.spot(s + kind.width / 2, off)
    bulge = max((cx - 0.5 * (ax + bx)) * in_x + (cz - 0.5 * (az + bz)) * in_z, 0.0)
    deep = kind.depth / 2 + bulge
    return Footprint(0.5 * (ax + bx) + in_x * deep, 0.5 * (az + bz) + in_z * deep, kind.width / 2, kind.depth / 2,
                     math.atan2(in_x, in_z))  # fmt: skip


def behind_on(
    ground: Ground, lots: Sequence[Lot], wanted: Behind, annexes: Sequence[Kind], walls: Sequence[Kind],
    rng: np.random.Generator,
) -> list[Lot]:  # fmt: skip
    """Annexes at the backs of houses, and walls and hedges that run back from their corners."""
    found: list[Lot] = []
    for lot in lots:
        house = lot.ground
        (ux, uz), (vx, vz) = house.axes
        for kinds, share in ((annexes, wanted.annexes), (walls, wanted.often)):
            if not kinds or rng.random() >= share:
                continue
            kind = kinds[int(rng.integers(len(kinds)))]
            side = float(rng.choice([-1.0, 1.0]))
            across = side * (house.half_x - kind.width / 2) if house.half_x > kind.width / 2 else 0.0
            deep = house.half_z + kind.depth / 2 + AT_BACK
            one = Footprint(house.x + across * ux + deep * vx, house.z + across * uz + deep * vz, kind.width / 2,
                            kind.depth / 2, house.yaw)  # fmt: skip
            if ground.fits(one) and ground.open(corners_of(one)).all():
                ground.taken.append(one)
                found.append(Lot(kind, one))
    return found


def corners_of(one: Footprint) -> Points:
    """(5, 2) the corners of a footprint, and its middle."""
    (ux, uz), (vx, vz) = one.axes
    return np.array([
        (one.x + a * one.half_x * ux + b * one.half_z * vx, one.z + a * one.half_x * uz + b * one.half_z * vz)
        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1), (0, 0))
    ])  # fmt: skip


def towers_on(
    ground: Ground, towers: Towers, kinds: Sequence[Kind], built: Built, rng: np.random.Generator
) -> list[Lot]:
    """Towers that fill a block, cut into pieces along z."""
    block = ground.block
    cuts = int(rng.integers(towers.cuts[0], towers.cuts[1] + 1))
    u = [edge.wide / max(cross.length, 1e-9) for edge, cross in ((block.left, block.near), (block.right, block.near))]
    v = [edge.wide / max(cross.length, 1e-9) for edge, cross in ((block.near, block.left), (block.far, block.left))]
    edges = np.linspace(v[0], 1 - v[1], cuts + 1)
    found = []
    for low, high in itertools.pairwise(edges):
        middle = block.within(np.array([(u[0] + 1 - u[1]) / 2]), np.array([(low + high) / 2]))[0]
        deep = (high - low) * block.left.length
        fitting = [kind for kind in kinds if kind.depth <= deep + 0.05]
        fitting = [kind for kind in fitting if kind.depth > max(k.depth for k in fitting) - 0.5]
        if not fitting or rng.random() >= built(middle[None])[0]:
            continue
        kind = fitting[int(rng.integers(len(fitting)))]
        one = Footprint(float(middle[0]), float(middle[1]), kind.width / 2, kind.depth / 2, 0.0)
        if ground.open(corners_of(one)).all() and ground.fits(one):
            ground.taken.append(one)
            found.append(Lot(kind, one))
    return found
