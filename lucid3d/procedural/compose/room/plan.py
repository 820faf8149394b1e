"""A room's plan: what floor and which part of each wall is taken, so that nothing overlaps and there is a way through.

Plan coordinates are the room's own: x to the right, z ahead, metres, the first guess of the start at the origin. On a
wall they are metres from its left end as seen from inside, and heights above the floor.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lucid3d.procedural.compose.room.shell import AHEAD, BACK, LEFT, RIGHT, Room

CELL, HALL_CELL, HALL = 0.1, 0.25, 90.0
"""Metres of a cell of the grid on which ways are looked for, in rooms and in halls of more than `HALL` m2."""
SHOULDER = 0.2
"""Half of what a person needs to pass, metres."""
DOOR_ZONE = 0.85
"""Metres in front of a door that stay free."""
START = (0.45, 0.45, 1.0)
"""Metres that stay free about the start: to each side, behind it and ahead of it."""
TOUCH = 0.004
"""Metres between things that stand side by side."""
FLAT = 0.05
"""Height in metres up to which a thing is walked over and stood upon: rugs."""


@dataclass(frozen=True)
class Footprint:
    """A rectangle on the floor: its middle, its width and depth before turning, and its yaw in radians
    (`kit.mesh.placement`'s); or a circle as wide as `width`, where it is `round`."""

    x: float
    z: float
    width: float
    depth: float
    yaw: float = 0.0
    round: bool = False

    def axes(self) -> NDArray[np.float64]:
        """(2, 2) unit vectors (x, z) along its width and its depth."""
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        return np.array([[c, -s], [s, c]])

    def corners(self) -> NDArray[np.float64]:
        """(4, 2) corners (x, z)."""
        across, along = self.axes() * np.array([[self.width / 2], [self.depth / 2]])
        middle = np.array([self.x, self.z])
        return np.stack(
            [middle - across - along, middle + across - along, middle + across + along, middle - across + along]
        )

    def grown(self, by: float) -> Footprint:
        """The same with a margin on all sides."""
        return replace(self, width=max(self.width + 2 * by, 0.01), depth=max(self.depth + 2 * by, 0.01))

    def overlaps(self, other: Footprint) -> bool:
        """Whether the two share an area (the separating axis theorem); touching edges do not count."""
        reach = (np.hypot(self.width, self.depth) + np.hypot(other.width, other.depth)) / 2
        if np.hypot(self.x - other.x, self.z - other.z) >= reach:
            return False
        if self.round:
            return other.distance(self.x, self.z) < self.width / 2 - 1e-6
        if other.round:
            return self.distance(other.x, other.z) < other.width / 2 - 1e-6
        a, b = self.corners(), other.corners()
        for axis in (*self.axes(), *other.axes()):
            on_a, on_b = a @ axis, b @ axis
            if on_a.max() <= on_b.min() + 1e-6 or on_b.max() <= on_a.min() + 1e-6:
                return False
        return True

    def covers(self, x: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points, of any shape, lie in it."""
        across, along = self.axes()
        dx, dz = x - self.x, z - self.z
        if self.round:
            return np.asarray(np.hypot(dx, dz) <= self.width / 2)
        inside: NDArray[np.bool_] = (np.abs(dx * across[0] + dz * across[1]) <= self.width / 2) & (
            np.abs(dx * along[0] + dz * along[1]) <= self.depth / 2
        )
        return inside

    def distance(self, x: float, z: float) -> float:
        """Metres from a point to it, 0 inside."""
        if self.round:
            return max(float(np.hypot(x - self.x, z - self.z)) - self.width / 2, 0.0)
        across, along = self.axes()
        dx, dz = x - self.x, z - self.z
        u = max(abs(dx * across[0] + dz * across[1]) - self.width / 2, 0.0)
        v = max(abs(dx * along[0] + dz * along[1]) - self.depth / 2, 0.0)
        return float(np.hypot(u, v))


@dataclass(frozen=True)
class Patch:
    """A part of a wall that is taken: from `left` to `right`, from `low` to `high`."""

    left: float
    right: float
    low: float
    high: float

    def overlaps(self, other: Patch) -> bool:
        """Whether they share more than an edge."""
        return (
            self.left < other.right - 1e-6
            and other.left < self.right - 1e-6
            and self.low < other.high - 1e-6
            and other.low < self.high - 1e-6
        )


@dataclass
class Plan:
    """What is taken of a room's floor and walls."""

    room: Room
    standing: list[tuple[Footprint, float]] = field(default_factory=list)
    """Footprints with their heights, rugs among them."""
    hung: dict[int, list[Patch]] = field(default_factory=lambda: {wall: [] for wall in (AHEAD, RIGHT, BACK, LEFT)})
    zones: list[Footprint] = field(default_factory=list)
    """Where nothing may stand: doors, the start."""
    doors: list[tuple[float, float]] = field(default_factory=list)
    """A point before each door, to which a way leads."""

    def __post_init__(self) -> None:
        room = self.room
        aside, behind, ahead = START
        self.zones.append(Footprint(0.0, (ahead - behind) / 2, 2 * aside, ahead + behind))
        for wall, holes in room.openings.items():
            for hole in holes:
                self.hung[wall].append(Patch(hole.left - 0.1, hole.right + 0.1, hole.bottom - 0.06, hole.top + 0.12))
                if hole.bottom < 0.01:
                    matrix = room.against(wall, (hole.left + hole.right) / 2, DOOR_ZONE / 2)
                    x, z = float(matrix[0, 3]), float(matrix[2, 3])
                    yaw = float(np.arctan2(matrix[0, 2], matrix[2, 2]))
                    self.zones.append(Footprint(x, z, hole.width, DOOR_ZONE, yaw))
                    self.doors.append((x, z))
        # The cells of the way: those a person's middle can be in.
        self.cell = cell = HALL_CELL if room.width * room.length > HALL else CELL
        xs = np.arange(room.left + SHOULDER + cell / 2, room.right - SHOULDER, cell)
        zs = np.arange(room.back + SHOULDER + cell / 2, room.ahead - SHOULDER, cell)
        self._x, self._z = np.meshgrid(xs, zs)
        self._blocked = np.zeros(self._x.shape, bool)

    def fault(self, footprint: Footprint, height: float, *, passing: bool = True) -> str:
        """Why a thing cannot stand there, or "".

        Args:
            passing: the way from the start to the doors is looked for, too.
        """
        room, corners = self.room, footprint.corners()
        edge = 0.005
        if (
            corners[:, 0].min() < room.left - edge
            or corners[:, 0].max() > room.right + edge
            or corners[:, 1].min() < room.back - edge
            or corners[:, 1].max() > room.ahead + edge
        ):
            return "it does not fit between the walls"
        if height <= FLAT:
            flat = [other for other, tall in self.standing if tall <= FLAT]
            return "another one lies there" if any(footprint.overlaps(other) for other in flat) else ""
        if any(footprint.overlaps(zone) for zone in self.zones):
            return "it would stand in a door or before one's feet"
        if any(tall > FLAT and footprint.overlaps(other.grown(TOUCH / 2)) for other, tall in self.standing):
            return "there is no free floor for it"
        if passing and not self._passes(footprint):
            return "there would be no way past it"
        return ""

    def _passes(self, footprint: Footprint) -> bool:
        """Whether there is a way from the start to every door with this thing there, too."""
        blocked = self._blocked | footprint.grown(SHOULDER).covers(self._x, self._z)
        areas, _ = ndimage.label(~blocked)
        here = areas[self._cell(0.0, 0.0)]
        return bool(here) and all(areas[self._cell(*door)] == here for door in self.doors)

    def reaches(self, x: float, z: float) -> bool:
        """Whether one can walk from the first guess of the start to a point."""
        areas, _ = ndimage.label(~self._blocked)
        here = areas[self._cell(0.0, 0.0)]
        return bool(here) and areas[self._cell(x, z)] == here

    def _cell(self, x: float, z: float) -> tuple[int, int]:
        rows, columns = self._x.shape
        column = int(np.clip(round((x - self._x[0, 0]) / self.cell), 0, columns - 1))
        row = int(np.clip(round((z - self._z[0, 0]) / self.cell), 0, rows - 1))
        return row, column

    def wall_fault(self, wall: int, patch: Patch) -> str:
        """Why that part of a wall cannot be taken, or ""."""
        _, length = self.room.wall_matrix(wall)
        if patch.left < -0.01 or patch.right > length + 0.01 or patch.high > self.room.height + 0.01:
            return "it does not fit on the wall"
        return "there is no free wall for it" if any(patch.overlaps(other) for other in self.hung[wall]) else ""

    def stand(self, footprint: Footprint, height: float, hides: float | None = None) -> None:
        """Take floor, and the parts of the walls that it hides, up to `hides` metres (its height)."""
        self.standing.append((footprint, height))
        if height <= FLAT:
            return
        self._blocked |= footprint.grown(SHOULDER).covers(self._x, self._z)
        for wall in (AHEAD, RIGHT, BACK, LEFT):
            matrix, _ = self.room.wall_matrix(wall)
            seen = np.linalg.inv(matrix) @ np.stack([*self._lifted(footprint), np.ones(4)])
            if seen[2].max() > -0.12:  # it touches this wall
                self.hung[wall].append(Patch(float(seen[0].min()), float(seen[0].max()), 0.0, hides or height))

    @staticmethod
    def _lifted(footprint: Footprint) -> NDArray[np.float64]:
        corners = footprint.corners()
        return np.stack([corners[:, 0], np.zeros(4), corners[:, 1]])

    def free_lengths(self, wall: int, depth: float, height: float, *, least: float = 0.3) -> list[tuple[float, float]]:
        """The stretches of a wall, from left to right, along which things `depth` metres deep and `height` high can
        stand."""
        matrix, length = self.room.wall_matrix(wall)
        taken = [(p.left, p.right) for p in self.hung[wall] if p.low < height and p.high > 0.0]
        inverse = np.linalg.inv(matrix)
        for footprint in [*(f for f, tall in self.standing if tall > FLAT), *self.zones]:
            corners = footprint.corners()
            points = inverse @ np.stack([corners[:, 0], np.zeros(4), corners[:, 1], np.ones(4)])
            if points[2].max() > -depth and points[0].max() > 0 and points[0].min() < length:
                taken.append((float(points[0].min()), float(points[0].max())))
        free, at = [], 0.0
        for left, right in [*sorted(taken), (length, length)]:
            if left - at >= least:
                free.append((at, left))
            at = max(at, right)
        return free

    def hides(self, x: float, z: float, from_x: float, from_z: float, *, taller: float = 1.35) -> bool:
        """Whether something tall stands between two points of the floor."""
        share = np.linspace(0.08, 0.85, 24)
        xs, zs = from_x + (x - from_x) * share, from_z + (z - from_z) * share
        return any(tall > taller and footprint.covers(xs, zs).any() for footprint, tall in self.standing)


def overlapping(footprints: list[Footprint]) -> list[tuple[int, int]]:
    """The pairs that overlap, by number."""
    pairs = itertools.combinations(range(len(footprints)), 2)
    return [(i, k) for i, k in pairs if footprints[i].grown(-0.004).overlaps(footprints[k].grown(-0.004))]
