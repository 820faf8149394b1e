"""The cloud of dreamed points: what the loop grows and the Gaussians start from."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass
class PointCloud:
    """N coloured points with what training needs to know about each.

    Attributes:
        positions: (N, 3) float32, metres, world frame.
        colors: (N, 3) float32 sRGB in [0, 1].
        normals: (N, 3) float32 unit vectors towards the camera that saw the point (zeros where unknown).
        footprints: (N,) float32, the width in metres of the pixel that the point was lifted from (depth / focal).
        views: (N,) int32, index of the dreamed view that the point comes from.
        confidences: (N,) float32 in (0, 1], low at grazing angles and depth edges.
        is_sky: (N,) bool, True for points on the sky dome (they never take part in alignment).
    """

    positions: NDArray[np.float32]
    colors: NDArray[np.float32]
    normals: NDArray[np.float32]
    footprints: NDArray[np.float32]
    views: NDArray[np.int32]
    confidences: NDArray[np.float32]
    is_sky: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, index: NDArray[np.bool_] | NDArray[np.integer] | slice) -> PointCloud:
        return PointCloud(*(getattr(self, f.name)[index] for f in fields(self)))

    @classmethod
    def empty(cls) -> PointCloud:
        return cls(
            np.zeros((0, 3), np.float32),
            np.zeros((0, 3), np.float32),
            np.zeros((0, 3), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.int32),
            np.zeros(0, np.float32),
            np.zeros(0, bool),
        )

    @classmethod
    def concatenate(cls, clouds: list[PointCloud]) -> PointCloud:
        if not clouds:
            return cls.empty()
        return cls(*(np.concatenate([getattr(c, f.name) for c in clouds]) for f in fields(cls)))
