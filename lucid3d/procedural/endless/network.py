"""Streets without end: crossings on a loose grid, streets as smooth curves between them, blocks within.

Everything follows from the seed and the indices alone. A street belongs to the two crossings that it joins, so that the
blocks on its two sides agree on it: streets are continuous however they are cut into tiles.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.endless.kept import Kept
from lucid3d.procedural.endless.recipe import Settled
from lucid3d.procedural.kit.noise import smoothstep
from lucid3d.procedural.kit.place import Way

Points = NDArray[np.float64]
"""(N, 2) x and z in metres."""
Box = tuple[float, float, float, float]
"""Least x and z, greatest x and z."""
Crossing = tuple[int, int]
"""(i, j): streets i to the right and j ahead."""

STEP = 6.0
"""Metres between the points of a street's line, about."""
SWING_OVER = (310.0, 270.0)
"""Metres from one swing of the streets to the next, for those that run ahead and those that run across."""
SWINGS_FROM = (60.0, 320.0)
"""Metres from the start between which streets begin to swing."""
COLUMN_OFF = 0.12
"""Share of a block by which a whole street lies off."""
AT_WAY = 14.0
"""Metres about the end of the start's street within which the street that goes on from it meets what stands there."""
MOST_HELD = 8_000
"""Crossings and streets that are held: half a kilobyte each; a look takes some 2000."""
HALF_TURN = 1.0
"""Metres before and behind a point between which a street's direction is taken there."""
MAIN_EVERY = 3
"""Of so many streets one is as broad as the broadest."""


def chance(*numbers: int) -> float:
    """A number in [0, 1) that follows from some whole numbers (the finaliser of SplitMix64, for each in turn)."""
    state = 0x9E3779B97F4A7C15
    for number in numbers:
        state = (state ^ (number & 0xFFFFFFFFFFFFFFFF)) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 27
        state = state * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 31
    return state / 2**64


@dataclass(frozen=True, eq=False)
class Edge:
    """What runs from one crossing to the next.

    Attributes:
        line: its middle; half: metres from there to the kerb; pavement: metres of each pavement.
        broad: factor on the widths of the start's street.
        road: whether there is a street; two blocks are one where there is none.
    """

    line: Points
    half: float
    pavement: float
    broad: float
    road: bool

    @functools.cached_property
    def along(self) -> NDArray[np.float64]:
        """(N,) metres from its beginning to each of its points."""
        steps = np.hypot(*np.diff(self.line, axis=0).T)
        return np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length(self) -> float:
        """Metres."""
        return float(self.along[-1])

    @property
    def wide(self) -> float:
        """Metres from its middle to the outer edge of its pavement; 0 where there is no street."""
        return self.half + self.pavement if self.road else 0.0

    def metres(self) -> tuple[Points, Points]:
        """Its middle at each whole metre and a little beyond its end, and the unit vectors to its right there."""
        s = np.arange(math.ceil(self.length) + 2, dtype=np.float64)
        middle = np.stack([np.interp(s, self.along, self.line[:, axis]) for axis in (0, 1)], axis=-1)
        return middle, self.right(s)

    def at(self, s: NDArray[np.float64], off: float | NDArray[np.float64] = 0.0) -> Points:
        """Points (..., 2) `s` metres along it and `off` metres to the right of its middle."""
        middle = np.stack([np.interp(s, self.along, self.line[:, axis]) for axis in (0, 1)], axis=-1)
        return np.asarray(middle + self.right(s) * np.asarray(off)[..., None])

    def right(self, s: NDArray[np.float64]) -> Points:
        """Unit vectors (..., 2) to its right at `s`."""
        ends = [np.clip(np.asarray(s) + step, 0.0, self.length) for step in (HALF_TURN, -HALF_TURN)]
        ahead, behind = (
            np.stack([np.interp(v, self.along, self.line[:, axis]) for axis in (0, 1)], axis=-1) for v in ends
        )
        step = ahead - behind
        step = np.where(np.hypot(step[..., 0], step[..., 1])[..., None] > 0, step, self.line[-1] - self.line[-2])
        step = step / np.maximum(np.hypot(step[..., 0], step[..., 1]), 1e-9)[..., None]
        return np.stack([step[..., 1], -step[..., 0]], axis=-1)


@dataclass(frozen=True)
class Line:
    """A street's line at each whole metre, for one point after the other.

    Attributes:
        middle, right: (x, z) of its middle, and of the unit vectors to its right.
    """

    middle: list[list[float]]
    right: list[list[float]]

    def spot(self, s: float, off: float) -> tuple[float, float]:
        """`Edge.at` for one point."""
        whole = min(int(s), len(self.middle) - 2)
        share = s - whole
        (ax, az), (bx, bz) = self.middle[whole], self.middle[whole + 1]
        (ux, uz), (vx, vz) = self.right[whole], self.right[whole + 1]
        return (
            ax + share * (bx - ax) + off * (ux + share * (vx - ux)),
            az + share * (bz - az) + off * (uz + share * (vz - uz)),
        )


@dataclass(frozen=True, eq=False)
class Block:
    """What lies between four crossings.

    Attributes:
        near, far: the streets across, at its near and its far side, from left to right; left, right: those ahead.
    """

    near: Edge
    far: Edge
    left: Edge
    right: Edge

    @property
    def edges(self) -> tuple[Edge, Edge, Edge, Edge]:
        """In the order in which rows of houses are laid along them: those ahead first."""
        return self.left, self.right, self.near, self.far

    @functools.cached_property
    def ring(self) -> Points:
        """Its outline, closed, with the first point once."""
        parts = (self.near.line, self.right.line, self.far.line[::-1], self.left.line[::-1])
        return np.concatenate([part[:-1] for part in parts])

    @functools.cached_property
    def box(self) -> Box:
        """The least box about it."""
        low, high = self.ring.min(axis=0), self.ring.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def inside(self, points: Points) -> NDArray[np.bool_]:
        """(N,) whether points lie within its outline (crossings of a ray to the right)."""
        a, b = self.ring, np.roll(self.ring, -1, axis=0)
        x, z = points[:, 0, None], points[:, 1, None]
        spans = (a[:, 1] > z) != (b[:, 1] > z)
        run = np.where(a[:, 1] == b[:, 1], 1.0, b[:, 1] - a[:, 1])
        at = a[:, 0] + (z - a[:, 1]) / run * (b[:, 0] - a[:, 0])
        return np.asarray((spans & (x < at)).sum(axis=1) % 2 == 1)

    def within(self, u: NDArray[np.float64], v: NDArray[np.float64]) -> Points:
        """(N, 2) points at shares `u` (N,) from left to right and `v` (N,) from near to far (Coons' patch between its
        four sides)."""
        near, far = (edge.at(u * edge.length) for edge in (self.near, self.far))
        left, right = (edge.at(v * edge.length) for edge in (self.left, self.right))
        u, v = u[..., None], v[..., None]
        corners = [line.line[end] for line in (self.near, self.far) for end in (0, -1)]
        bilinear = (1 - v) * ((1 - u) * corners[0] + u * corners[1]) + v * ((1 - u) * corners[2] + u * corners[3])
        return np.asarray((1 - v) * near + v * far + (1 - u) * left + u * right - bilinear)


def clear_of(points: Points, edge: Edge) -> NDArray[np.float64]:
    """(N,) metres from points to the middle of a street."""
    a, step = edge.line[:-1], np.diff(edge.line, axis=0)
    off = points[:, None] - a
    share = np.clip((off * step).sum(-1) / np.maximum((step**2).sum(-1), 1e-9), 0, 1)
    return np.asarray(np.hypot(*np.moveaxis(off - share[..., None] * step, -1, 0)).min(axis=1))


class Network:
    """The streets of a settlement that goes on."""

    def __init__(
        self, made: Settled, seed: int, ways: Sequence[Way], taken: Sequence[Box],
        passable: Callable[[Points], bool],
    ) -> None:  # fmt: skip
        """
        Args:
            ways: where streets leave the start, the one ahead first.
            taken: what stands at the start: no other street comes there.
            passable: whether a street can run along points: not in water, not too steep.
        """
        assert made.street is not None
        self.made, self.seed, self.taken, self.passable = made, seed, np.array(taken).reshape(-1, 4), passable
        ahead = ways[0] if ways else None
        self.street = made.street
        if ahead is not None and ahead.width > 0:
            self.half, self.pavement = ahead.width / 2, ahead.pavement
        else:
            self.half, self.pavement = made.street.width / 2, made.street.pavement
        self.ways: dict[Crossing, Way] = {}
        if made.origin is not None:
            self._origin = made.origin
        elif ahead is not None:
            self._origin = (ahead.x, ahead.z)
            self.ways[0, 0] = ahead
        else:
            reach = max((box[3] for box in taken), default=0.0)
            self._origin = (0.0, reach)
        for way in ways[1:] if made.origin is None else ():
            j = min(round((way.z - self._origin[1]) / made.blocks[1]), -1)
            self.ways[0, j] = way
        self._own = (min((j for _, j in self.ways), default=0), 0)
        self.crossing: Kept[Crossing, tuple[float, float]] = Kept(self._crossing, MOST_HELD)
        self.across: Kept[Crossing, Edge] = Kept(lambda at: self._edge(at, (at[0] + 1, at[1]), 0), MOST_HELD)
        self.ahead: Kept[Crossing, Edge] = Kept(lambda at: self._edge(at, (at[0], at[1] + 1), 1), MOST_HELD)

    def block(self, at: Crossing) -> Block:
        """The block to the right and ahead of a crossing."""
        i, j = at
        return Block(self.across((i, j)), self.across((i, j + 1)), self.ahead((i, j)), self.ahead((i + 1, j)))

    def about(self, box: Box) -> list[Crossing]:
        """The blocks that may have something in common with a box, in a fixed order."""
        spans = []
        for axis in (0, 1):
            size = self.made.blocks[axis]
            off = size * (self.made.jitter + COLUMN_OFF + 0.5 * bool(self.ways)) + self.made.swing
            first, last = ((box[axis + 2 * end] - self._origin[axis]) / size for end in (0, 1))
            spans.append(range(math.floor(first - off / size) - 1, math.ceil(last + off / size) + 1))
        return [(i, j) for i in spans[0] for j in spans[1]]

    def _crossing(self, at: Crossing) -> tuple[float, float]:
        if at in self.ways:
            return self.ways[at].x, self.ways[at].z
        i, j = at
        made, seed = self.made, self.seed
        size = made.blocks
        off = (chance(seed, 1, i, j) - 0.5, chance(seed, 2, i, j) - 0.5)
        whole = (chance(seed, 3, i) - 0.5 if i else 0.0, chance(seed, 4, j) - 0.5 if j else 0.0)
        loose = made.jitter > 0
        x, z = (self._origin[a] + size[a] * (n + 2 * made.jitter * off[a] + 2 * COLUMN_OFF * loose * whole[a])
                for a, n in ((0, i), (1, j)))  # fmt: skip
        swing = made.swing * float(smoothstep(*SWINGS_FROM, np.hypot(x, z)))
        phases = [2 * math.pi * chance(seed, 5, k) for k in range(2)]
        return (
            x + swing * math.sin(2 * math.pi * z / SWING_OVER[0] + phases[0]),
            z + swing * math.sin(2 * math.pi * x / SWING_OVER[1] + phases[1]),
        )

    def _heading(self, at: Crossing, axis: int) -> Points:
        """Unit vector along the street ahead (1) or across (0) at a crossing."""
        if axis == 1 and at in self.ways:
            turn = self.ways[at].heading + (math.pi if at[1] < 0 else 0.0)
            return np.array([math.sin(turn), math.cos(turn)])
        i, j = at
        before, behind = ((i, j - 1), (i, j + 1)) if axis else ((i - 1, j), (i + 1, j))
        step = np.array(self.crossing(behind)) - np.array(self.crossing(before))
        return np.asarray(step / max(float(np.hypot(*step)), 1e-9))

    def _edge(self, one: Crossing, other: Crossing, axis: int) -> Edge:
        a, b = np.array(self.crossing(one)), np.array(self.crossing(other))
        length = float(np.hypot(*(b - a)))
        t = np.linspace(0, 1, max(3, math.ceil(length / STEP) + 1))[:, None]
        u, v = length * self._heading(one, axis), length * self._heading(other, axis)
        line = (  # Hermite's cubic
            (2 * t**3 - 3 * t**2 + 1) * a + (t**3 - 2 * t**2 + t) * u + (3 * t**2 - 2 * t**3) * b + (t**3 - t**2) * v
        )
        number = one[0] if axis else one[1]
        main = number % MAIN_EVERY == 0
        kinds = self.made.broad
        broad = kinds[0] if main else kinds[int(chance(self.seed, 6 + axis, number) * len(kinds))]
        left_out = chance(self.seed, 8 + axis, *one) < self.made.left_out and not (axis and one[0] == 0)
        half = self.half * broad
        road = not left_out and self._free(line, half, one, other) and self.passable(line)
        return Edge(line, half, self.pavement * broad, broad, road)

    def _free(self, line: Points, half: float, one: Crossing, other: Crossing) -> bool:
        """Whether nothing of the start stands where a street would run."""
        if one[0] == other[0] == 0 and self._own[0] <= one[1] < self._own[1]:
            return False  # the start's own street is there
        tested = np.concatenate([line, 0.5 * (line[1:] + line[:-1])])
        for at in (one, other):
            if at in self.ways:
                tested = tested[np.hypot(*(tested - np.array(self.crossing(at))).T) > AT_WAY]
        low, high = self.taken[:, :2] - half - 1.0, self.taken[:, 2:] + half + 1.0
        return not ((tested[:, None] > low) & (tested[:, None] < high)).all(axis=2).any()
