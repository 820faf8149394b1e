"""Places to begin: with a metre free all around, spread over where one can walk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.exploring.free_space import FreeSpace

ROOM = 1.0
"""Metres around a spawn point in which nothing is in the way."""
APART = 4.0
"""Metres between spawn points."""
MOST = 16
_LOOKS = 16
"""Directions that are tried for the longest way ahead."""


@dataclass(frozen=True, eq=False)
class Spawn:
    """Where somebody can begin.

    Attributes:
        position: (3,) metres, world frame (y down), on the ground.
        heading: radians to the right from looking towards +z: along the longest way straight ahead.
        room: metres to the nearest place where one cannot stand.
    """

    position: NDArray[np.float64]
    heading: float
    room: float

    @property
    def front(self) -> NDArray[np.float64]:
        """(3,) unit vector that one looks along."""
        return np.array([np.sin(self.heading), 0.0, np.cos(self.heading)])


def spawn_points(free: FreeSpace, count: int = MOST, *, room: float = ROOM) -> list[Spawn]:
    """At most `count` places to begin, the start first if it has the room, else the nearest that has.

    In a closet, where none has a metre around it, the roomiest cell is the only one; `Spawn.room` says how much.
    """
    from scipy.ndimage import distance_transform_edt

    around = np.pad(free.free, 1)  # beyond the grid nobody stands
    clear = distance_transform_edt(around)[1:-1, 1:-1] * free.cell - free.cell / 2
    cells = np.argwhere(free.free & (clear >= room))
    if not len(cells):
        cells = np.array([np.unravel_index(np.argmax(clear), clear.shape)])
    feet = free.eyes(cells)
    feet[:, 1] += free.eye
    walked = free.distances()[tuple(cells.T)]
    gap = np.hypot(*(feet - free.start)[:, [0, 2]].T)
    gap = np.where(np.isfinite(walked), gap, np.inf)
    chosen = [int(np.argmin(gap))]
    nearest = np.hypot(*(feet - feet[chosen[0]])[:, [0, 2]].T)
    while len(chosen) < count:
        nearest = np.where(np.isfinite(walked), nearest, -1)
        following = int(np.argmax(nearest))
        if nearest[following] < APART:
            break
        chosen.append(following)
        nearest = np.minimum(nearest, np.hypot(*(feet - feet[following])[:, [0, 2]].T))
    return [
        Spawn(feet[i], _heading(free, cells[i], first=rank == 0), float(clear[tuple(cells[i])]))
        for rank, i in enumerate(chosen)
    ]


def _heading(free: FreeSpace, cell: NDArray[np.intp], *, first: bool) -> float:
    """Radians of the direction in which one can walk furthest; ahead for the first where that is about as far."""
    angles = np.arange(_LOOKS) * 2 * np.pi / _LOOKS
    steps = np.arange(1, free.half * 2)
    rows = np.rint(cell[0] + np.cos(angles)[:, None] * steps).astype(np.intp)
    columns = np.rint(cell[1] + np.sin(angles)[:, None] * steps).astype(np.intp)
    size = len(free.ground)
    inside = (rows >= 0) & (rows < size) & (columns >= 0) & (columns < size)
    walkable = inside & free.free[np.clip(rows, 0, size - 1), np.clip(columns, 0, size - 1)]
    reach = np.where(walkable.all(axis=1), len(steps), walkable.argmin(axis=1))
    if first and reach[0] * free.cell >= ROOM:
        return 0.0
    return float(angles[int(np.argmax(reach))])
