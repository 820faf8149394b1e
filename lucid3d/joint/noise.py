"""Starting noise drawn on the sphere: overlapping views share it, and within each view it is white.

The sphere is strewn with N points of equal area (a Fibonacci lattice, Swinbank and Purser 2006), each with a standard
normal number of its own. A pixel of a view takes the sum over the n points that fall into it, divided by sqrt(n). Then,
exactly and for every view:

- every pixel has mean 0 and variance 1, because it is a sum of n independent unit variances over n;
- two pixels of one view are independent, because no point falls into both: the view's noise is white;
- pixels a and b of two views have the correlation m / sqrt(n_a n_b), m being the points that fall into both: 1 where
  they cover the same patch of the sphere, 0 where they do not touch.

Only directions count: views from two places share the noise of what is infinitely far.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError

POINTS_A_PIXEL = 16
"""Points in the smallest pixel of any view, on average: the finer, the more of a partly shared pixel is shared."""

MAX_POINTS = 40_000_000
"""Points on the sphere; views so fine that they need more take fewer a pixel, and at least `FEWEST`."""

FEWEST = 4
"""Points a pixel below which some pixel might hold none."""


@dataclass(frozen=True)
class SphereNoise:
    """White noise on the sphere as a set of views sees it.

    Attributes:
        weights: (V * h * w, N) sparse matrix, 1 / sqrt(n) for the n points of each pixel: noise = weights @ points.
            weights @ weights.T is the covariance of all pixels of all views.
        views: V.
        height, width: h and w, the same for all views.
    """

    weights: Any
    views: int
    height: int
    width: int

    @classmethod
    def over(cls, cameras: Sequence[Camera]) -> SphereNoise:
        """Lay the views over the sphere.

        Args:
            cameras: at least one, all with as many pixels (of latents, not of pictures).
        Raises:
            InputError: no camera, different sizes, or pixels too fine for any number of points that memory holds.
        """
        from scipy import sparse

        sizes = {(camera.height, camera.width) for camera in cameras}
        if len(sizes) != 1:
            raise InputError(f"views that are denoised together must have one size, not {sorted(sizes)}")
        ((height, width),) = sizes
        finest = min(float(_solid_angles(camera).min()) for camera in cameras)
        count = min(MAX_POINTS, math.ceil(POINTS_A_PIXEL * 4 * math.pi / finest))
        if count * finest < FEWEST * 4 * math.pi:
            raise InputError(
                f"views of {width}x{height} latents are too fine for noise on the sphere: lower diffusion.image_size"
            )
        points = fibonacci_sphere(count)
        rows, columns, values = [], [], []
        for index, camera in enumerate(cameras):
            pixel, point = _pixels_of(points, camera)
            inside = np.bincount(pixel, minlength=height * width)
            rows.append(pixel + index * height * width)
            columns.append(point)
            values.append((1 / np.sqrt(inside[pixel])).astype(np.float32))
        shape = (len(cameras) * height * width, count)
        entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
        return cls(sparse.csr_matrix(entries, shape=shape), len(cameras), height, width)

    def draw(self, rng: np.random.Generator, channels: int) -> NDArray[np.float32]:
        """(V, h, w, channels) float32 noise; every channel is drawn anew."""
        points = rng.standard_normal((self.weights.shape[1], channels), np.float32)
        drawn: NDArray[np.float32] = (self.weights @ points).astype(np.float32)
        return drawn.reshape(self.views, self.height, self.width, channels)


def fibonacci_sphere(count: int) -> NDArray[np.float64]:
    """(count, 3) unit vectors of nearly equal area, in the world's axes."""
    index = np.arange(count)
    y = 1 - (2 * index + 1) / count
    longitude = index * (math.pi * (3 - math.sqrt(5)))
    radius = np.sqrt(1 - y * y)
    return np.stack([radius * np.sin(longitude), y, radius * np.cos(longitude)], axis=1)


def _pixels_of(points: NDArray[np.float64], camera: Camera) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Flat pixel index and point index of the points that a camera sees."""
    local = points @ camera.rotation
    ahead = np.flatnonzero(local[:, 2] > 1e-6)
    local = local[ahead]
    x = np.floor(local[:, 0] / local[:, 2] * camera.fx + camera.cx).astype(np.intp)
    y = np.floor(local[:, 1] / local[:, 2] * camera.fy + camera.cy).astype(np.intp)
    inside = (x >= 0) & (x < camera.width) & (y >= 0) & (y < camera.height)
    return (y * camera.width + x)[inside], ahead[inside]


def _solid_angles(camera: Camera) -> NDArray[np.float64]:
    """(h, w) steradians of each pixel: its area on the image plane times cos^3 of the angle to the axis."""
    lengths = np.linalg.norm(camera.rays().astype(np.float64), axis=-1)
    angles: NDArray[np.float64] = 1 / (camera.fx * camera.fy * lengths**3)
    return angles
