"""Free space: where a person can stand and walk, as a grid with the ground's height in every cell.

A person is a capsule of 0.2 m radius whose eye is as high above the ground as the start. They climb steps of 0.4 m and
slopes of 40 degrees; walls and furniture stop them. `finding` finds it; it is kept with the scene (free_space.npz).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.files import atomic_path
from lucid3d.reading import guarded, read_arrays

CELL = 0.25
"""Metres between cells: half a stride."""
STEP = 0.4
"""Metres that a person steps up or down: two stairs at once."""
FREE_SPACE = "free_space.npz"
"""Its file in a scene's folder."""
FORMAT = 1
"""Of the file; raised when an older version could no longer read it."""
LARGEST = 4001
"""Cells along a side of a grid in a file: 500 m around the start."""

Floats = NDArray[np.float32]
Cells = NDArray[np.intp]
"""(N, 2) row and column of cells."""


@dataclass(frozen=True, eq=False)
class FreeSpace:
    """Where a person can be.

    Attributes:
        ground: (N, N) float32, world y (down, metres) of the ground under the centre of a cell, NaN where nobody can
            stand. The middle cell is the start's; rows run along +z, columns along +x.
        start: (3,) float64, the world position of the start's eye.
        eye: metres from the ground to the eye.
        cell: metres between the centres of cells.
    """

    ground: Floats
    start: NDArray[np.float64]
    eye: float
    cell: float = CELL

    @property
    def free(self) -> NDArray[np.bool_]:
        """(N, N) bool: cells in which a person can stand, all connected with the start."""
        return np.isfinite(self.ground)

    @property
    def half(self) -> int:
        """Cells from the middle to the rim."""
        return len(self.ground) // 2

    @property
    def area(self) -> float:
        """Square metres to walk on."""
        return float(self.free.sum()) * self.cell**2

    def cells_at(self, positions: NDArray[np.floating]) -> Cells:
        """(N, 2) row and column of the cells under world positions (N, 3); outside the grid they are clipped."""
        offset = np.asarray(positions, np.float64)[:, [2, 0]] - self.start[[2, 0]]
        return np.clip(np.rint(offset / self.cell).astype(np.intp) + self.half, 0, len(self.ground) - 1)

    def contains(self, positions: NDArray[np.floating]) -> NDArray[np.bool_]:
        """(N,) bool: whether a person can stand under world positions (N, 3)."""
        offset = np.abs(np.asarray(positions, np.float64)[:, [2, 0]] - self.start[[2, 0]])
        inside = (offset <= (self.half + 0.5) * self.cell).all(axis=1)
        row, column = self.cells_at(positions).T
        stands: NDArray[np.bool_] = inside & self.free[row, column]
        return stands

    def eyes(self, cells: Cells) -> NDArray[np.float64]:
        """(N, 3) world positions of the eye of somebody who stands in free cells (N, 2)."""
        row, column = cells.T
        x = self.start[0] + (column - self.half) * self.cell
        z = self.start[2] + (row - self.half) * self.cell
        return np.stack([x, self.ground[row, column].astype(np.float64) - self.eye, z], axis=1)

    def steps(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Neighbouring cells between which one can walk: numbers (row N + column) of the one (K,) and of the other
        (K,), and the metres between them (K,). Each pair is there once."""
        free, size = self.free, len(self.ground)
        number = np.arange(size * size).reshape(size, size)
        ahead: list[NDArray[np.intp]] = []
        behind: list[NDArray[np.intp]] = []
        length: list[NDArray[np.float64]] = []
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            near = (slice(0, size - down), slice(max(0, -right), size - max(0, right)))
            far = (slice(down, size), slice(max(0, right), size - max(0, -right)))
            both = free[near] & free[far] & (np.abs(self.ground[near] - self.ground[far]) <= STEP)
            ahead.append(number[near][both])
            behind.append(number[far][both])
            length.append(np.full(int(both.sum()), self.cell * np.hypot(down, right)))
        return np.concatenate(ahead), np.concatenate(behind), np.concatenate(length)

    def distances(self) -> Floats:
        """(N, N) float32 metres of walking from the start, +inf where nobody gets to."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import dijkstra

        size = len(self.ground)
        rows, columns, length = self.steps()
        graph = coo_array((length, (rows, columns)), shape=(size * size, size * size)).tocsr()
        walked = dijkstra(graph, directed=False, indices=self.half * size + self.half)
        return np.where(self.free, walked.reshape(size, size), np.inf).astype(np.float32)


def united(first: FreeSpace, second: FreeSpace) -> FreeSpace:
    """Both in one grid, around the same start; where both know the ground, as `first` does."""
    half = max(first.half, second.half)

    def grown(free: FreeSpace) -> Floats:
        return np.pad(free.ground, half - free.half, constant_values=np.nan)

    one, other = grown(first), grown(second)
    return FreeSpace(np.where(np.isfinite(one), one, other).astype(np.float32), first.start, first.eye, first.cell)


def write_free_space(free: FreeSpace, path: Path) -> None:
    """Save as .npz: `format`, `ground`, `start`, `eye` and `cell` as they are in `FreeSpace`."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file, format=FORMAT, ground=free.ground, start=free.start, eye=np.float64(free.eye), cell=free.cell
        )


def read_free_space(path: Path) -> FreeSpace:
    """Read what `write_free_space` wrote.

    Raises:
        InputError: it is damaged, or from a later version.
        OSError: there is no such file.
    """
    data = read_arrays(path)
    with guarded(str(path)):
        if int(data["format"]) > FORMAT:
            raise InputError(f"'{path}' is from a later version of lucid3d; update it to walk by this map")
        ground, start = data["ground"], data["start"]
        eye, cell = float(data["eye"]), float(data["cell"])
        square = ground.ndim == 2 and ground.shape[0] == ground.shape[1] <= LARGEST and ground.shape[0] % 2 == 1
        if not square or ground.dtype != np.float32 or np.isinf(ground).any() or start.shape != (3,):
            raise InputError(f"'{path}' holds no free space")
        if not (np.isfinite(start).all() and 0 < eye < 100 and 0 < cell < 100):
            raise InputError(f"'{path}' holds values that no free space has")
        return FreeSpace(ground, start.astype(np.float64), eye, cell)
