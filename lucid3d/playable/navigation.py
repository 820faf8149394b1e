"""A navigation mesh of free space: triangles that a walker's middle can be on, sharing their edges.

No well-kept binding of Recast is on PyPI, and its first half (voxels of what is solid, eroded by the walker) is what
`exploring.finding` has done already. What is left is to make few triangles of the grid: its cells become two each, with
corners that are shared between cells from one to the next of which one can step, and Open3D's quadric decimation merges
them (Garland and Heckbert 1997), which keeps slopes, holes and shared edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.exploring.free_space import STEP, FreeSpace
from lucid3d.export.mesh import open3d

FLAT = 0.05
"""Metres that a merged triangle may lie from the grid's."""
RIM_WEIGHT = 30.0
"""Of the mesh's rim against its inside: merging may not move walls."""
_CORNERS = np.array([(0, 0), (0, 1), (1, 1), (1, 0)])
"""Row and column of a cell's corners, in the order of its rim."""


@dataclass(frozen=True, eq=False)
class NavigationMesh:
    """Where a walker can be.

    Attributes:
        vertices: (V, 3) float32 metres, world frame (y down), on the ground.
        triangles: (T, 3) int32, counter-clockwise seen from above.
    """

    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]

    @property
    def area(self) -> float:
        """Square metres, seen from above."""
        a, b, c = (self.vertices[self.triangles[:, i]][:, [0, 2]].astype(np.float64) for i in range(3))
        twice = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
        return float(np.abs(twice).sum() / 2)


def navigation_mesh(free: FreeSpace, *, flat: float = FLAT) -> NavigationMesh:
    """The navigation mesh of free space.

    Args:
        flat: metres that it may lie from the ground of the grid.
    """
    full = grid_mesh(free)
    o3d = open3d()
    surface = o3d.geometry.TriangleMesh(
        o3d.utility.Vector3dVector(full.vertices.astype(np.float64)), o3d.utility.Vector3iVector(full.triangles)
    )
    surface = surface.simplify_quadric_decimation(2, maximum_error=flat**2, boundary_weight=RIM_WEIGHT)
    surface.remove_degenerate_triangles()
    surface.remove_unreferenced_vertices()
    vertices = np.asarray(surface.vertices, np.float32)
    triangles = np.asarray(surface.triangles, np.int32)
    if not len(triangles):
        return full
    return NavigationMesh(vertices, _upwards(vertices, triangles))


def grid_mesh(free: FreeSpace) -> NavigationMesh:
    """Two triangles a cell on which one can stand; cells share corners where one can step between them. Where that is
    across a corner alone, a third joins them: a way through takes an edge."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    cells = np.argwhere(free.free)
    number = np.full(free.ground.shape, -1, np.int64)
    number[tuple(cells.T)] = np.arange(len(cells))
    # Four corners of its own a cell, then those made one that neighbours share.
    own: list[NDArray[np.int64]] = []
    other: list[NDArray[np.int64]] = []
    for step, pairs in (((0, 1), ((1, 0), (2, 3))), ((1, 0), ((3, 0), (2, 1)))):
        one, two = _neighbours(free, number, *step)
        for corner, of_other in pairs:
            own.append(one * 4 + corner)
            other.append(two * 4 + of_other)
    bridges = []
    for right, at, of_other, left_out in ((1, 2, 0, ((1, 1), (3, 3))), (-1, 3, 1, ((2, 2), (0, 0)))):
        one, two = _neighbours(free, number, 1, right)
        levels = [free.ground[tuple(cells[numbers].T)] for numbers in (one, two)]
        # of the cells beside the corner, in the row of `one` and in that of `two`: from how many of both one can step
        with np.errstate(invalid="ignore"):
            steps = [
                sum(
                    (np.abs(free.ground[tuple((cells[one] + beside).T)] - level) <= STEP).astype(int)
                    for level in levels
                )
                for beside in ((0, right), (1, 0))
            ]
        cut_off = (steps[0] < 2) & (steps[1] < 2)
        for side, (first, second) in enumerate(left_out):
            rows = cut_off & (steps[side] == 0) & ((side == 0) | (steps[0] > 0))  # one side is enough
            at_one, at_two = one[rows] * 4, two[rows] * 4
            own.append(at_one + at)
            other.append(at_two + of_other)
            bridges.append(np.stack([at_one + first, at_one + at, at_two + second], axis=1))
    count = 4 * len(cells)
    pairs_of = (np.concatenate(own), np.concatenate(other))
    graph = coo_array((np.ones(len(pairs_of[0]), bool), pairs_of), shape=(count, count))
    joined, shared = connected_components(graph, directed=False)
    heights = np.repeat(free.ground[tuple(cells.T)].astype(np.float64), 4)
    height = np.bincount(shared, heights, joined) / np.bincount(shared, minlength=joined)
    grid = (cells[:, None] + _CORNERS - 0.5 - free.half).reshape(-1, 2) * free.cell
    vertices = np.empty((joined, 3), np.float32)
    vertices[shared, 0] = free.start[0] + grid[:, 1]
    vertices[shared, 1] = height[shared]
    vertices[shared, 2] = free.start[2] + grid[:, 0]
    corners = np.arange(count).reshape(-1, 4)
    triangles = np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]], *bridges])
    return NavigationMesh(vertices, _upwards(vertices, shared[triangles].astype(np.int32)))


def _neighbours(
    free: FreeSpace, number: NDArray[np.int64], down: int, right: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers (K,) of cells and (K,) of those so many rows and columns on, where one can step from one to the other."""
    size = len(number)
    near = (slice(0, size - down), slice(max(0, -right), size - max(0, right)))
    far = (slice(down, size), slice(max(0, right), size - max(0, -right)))
    both = (number[near] >= 0) & (number[far] >= 0)
    both &= np.abs(np.where(both, free.ground[near] - free.ground[far], np.inf)) <= STEP
    return number[near][both], number[far][both]


def _upwards(vertices: NDArray[np.float32], triangles: NDArray[np.int32]) -> NDArray[np.int32]:
    """The triangles with the side up that is counter-clockwise."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    upside_down = np.cross(b - a, c - a)[:, 1] > 0  # y is down
    return np.where(upside_down[:, None], triangles[:, ::-1], triangles).astype(np.int32)
