"""Embree, through open3d: what rays hit and whether they are blocked."""

from __future__ import annotations

import ctypes
import functools
import pathlib
import sys
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@functools.cache
def open3d() -> ModuleType:
    """Import open3d, lending it the libusb of a wheel where the system has none (slim Linux images)."""
    if sys.platform.startswith("linux"):
        try:
            import libusb_package

            for library in pathlib.Path(libusb_package.__file__).parent.rglob("libusb-1.0*.so*"):
                ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
        except (ImportError, OSError):
            pass  # the system's own libusb may do
    import open3d as module

    return module


ONE_THREAD = 2048
"""Rays below which waking other threads takes longer than the rays."""


@dataclass
class RayHits:
    """distance (N,) in ray lengths, +inf = nothing; triangle (N,) uint32; barycentric (N, 2); normals (N, 3)."""

    distance: Floats
    triangle: NDArray[np.uint32]
    barycentric: Floats
    normals: Floats

    def pick(self, rows: NDArray[np.intp]) -> RayHits:
        """Some of the hits (`rows` ascending)."""
        if len(rows) == len(self.distance):
            return self
        return RayHits(self.distance[rows], self.triangle[rows], self.barycentric[rows], self.normals[rows])


class RayScene:
    """Triangles in Embree's tree."""

    def __init__(self, vertices: Floats, triangles: NDArray[np.uint32]) -> None:
        self._o3d = open3d()
        self._scene = self._o3d.t.geometry.RaycastingScene()
        self.empty = len(triangles) == 0
        if not self.empty:
            tensor = self._o3d.core.Tensor
            self._scene.add_triangles(tensor(np.ascontiguousarray(vertices)), tensor(np.ascontiguousarray(triangles)))

    @staticmethod
    def _packed(origins: Floats, directions: Floats) -> Floats:
        rays = np.empty((len(origins), 6), np.float32)
        rays[:, :3], rays[:, 3:] = origins, directions
        return rays

    def cast(self, origins: Floats, directions: Floats) -> RayHits:
        """The nearest hit of every ray; origins and directions (N, 3)."""
        count = len(origins)
        if self.empty or not count:
            zeros = np.zeros((count, 3), np.float32)
            return RayHits(np.full(count, np.inf, np.float32), np.zeros(count, np.uint32), zeros[:, :2], zeros)
        threads = 1 if count < ONE_THREAD else 0  # 0: all of them
        result = self._scene.cast_rays(self._o3d.core.Tensor(self._packed(origins, directions)), nthreads=threads)
        return RayHits(
            result["t_hit"].numpy(),
            result["primitive_ids"].numpy(),
            result["primitive_uvs"].numpy(),
            result["primitive_normals"].numpy(),
        )

    def blocked(self, origins: Floats, directions: Floats, reach: float = float("inf")) -> Floats:
        """1 where something stands within `reach` ray lengths, else 0; (N,) float32."""
        if self.empty or not len(origins):
            return np.zeros(len(origins), np.float32)
        return self.blocked_rays(self._packed(origins, directions), reach)

    def blocked_rays(self, rays: Floats, reach: float = float("inf")) -> Floats:
        """The same for rays (..., 6) that are origin and direction already; returns (...,)."""
        if self.empty or not rays.size:
            return np.zeros(rays.shape[:-1], np.float32)
        result = self._scene.test_occlusions(self._o3d.core.Tensor(rays), tnear=0.0, tfar=reach)
        return result.numpy().astype(np.float32)  # type: ignore[no-any-return]

    def away(self, positions: Floats) -> Floats:
        """(N,) distance from positions (N, 3) to the nearest triangle; +inf where there is none."""
        if self.empty or not len(positions):
            return np.full(len(positions), np.inf, np.float32)
        result = self._scene.compute_distance(self._o3d.core.Tensor(np.ascontiguousarray(positions, np.float32)))
        return result.numpy()  # type: ignore[no-any-return]


class OneMore:
    """A tree of triangles and a small one beside it, as one: the large one need not be built anew. Triangles of the
    small one are numbered after those of the large one.

    Args:
        large, small: as they are; count: triangles of the large one.
    """

    def __init__(self, large: RayScene, small: RayScene, count: int) -> None:
        self._large, self._small, self._count = large, small, count

    def cast(self, origins: Floats, directions: Floats) -> RayHits:
        """See `RayScene.cast`."""
        hits, other = self._large.cast(origins, directions), self._small.cast(origins, directions)
        nearer = np.flatnonzero(other.distance < hits.distance)
        if len(nearer):
            hits = RayHits(*(values.copy() for values in vars(hits).values()))
            hits.distance[nearer] = other.distance[nearer]
            hits.triangle[nearer] = other.triangle[nearer] + np.uint32(self._count)
            hits.barycentric[nearer], hits.normals[nearer] = other.barycentric[nearer], other.normals[nearer]
        return hits

    def blocked(self, origins: Floats, directions: Floats, reach: float = float("inf")) -> Floats:
        """See `RayScene.blocked`."""
        return np.maximum(*(each.blocked(origins, directions, reach) for each in (self._large, self._small)))

    def blocked_rays(self, rays: Floats, reach: float = float("inf")) -> Floats:
        """See `RayScene.blocked_rays`."""
        return np.maximum(*(each.blocked_rays(rays, reach) for each in (self._large, self._small)))

    def away(self, positions: Floats) -> Floats:
        """See `RayScene.away`."""
        return np.minimum(*(each.away(positions) for each in (self._large, self._small)))
