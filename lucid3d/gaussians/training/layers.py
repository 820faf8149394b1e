"""What of a scene lies before and behind one of its parts in a picture, drawn without that part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.gaussians import kernels
from lucid3d.gaussians.model import Gaussians
from lucid3d.gaussians.training.engine import let_through

Picture = NDArray[np.float32]
"""(5, H, W): red, green, blue and depth summed by weight, and alpha."""

NEAR = 0.01
"""Metres before a camera from which on things are seen."""


@dataclass(frozen=True, eq=False)
class Drawable:
    """N Gaussians that are drawn as they are.

    Attributes:
        planes: (11 + 3 K, padded N) float32, see `kernels.pack`; may lie on a disk.
        count: N.
        low, high: (3,) metres, the corners of a box that holds all of them, each three deviations wide.
    """

    planes: NDArray[np.float32]
    count: int
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def packed(cls, planes: NDArray[np.float32], count: int) -> Drawable:
        """With the box that they fill."""
        means = planes[kernels.MEANS, :count].astype(np.float64)
        reach = 3 * np.exp(planes[kernels.SCALES, :count].max(axis=0))
        if not count:
            return cls(planes, 0, np.zeros(3), np.zeros(3))
        return cls(planes, count, (means - reach).min(axis=1), (means + reach).max(axis=1))

    @property
    def gaussians(self) -> Gaussians:
        """A copy, in their order."""
        return kernels.unpack(np.asarray(self.planes), self.count)

    def is_seen(self, camera: Camera) -> bool:
        """False where the whole box lies beyond one side of what a camera sees."""
        if not self.count:
            return False
        choice = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, 8).T
        corners = np.where(choice, self.high, self.low) @ camera.rotation + camera.camera_from_world[:3, 3]
        x, y, z = corners.T
        left, right = -camera.cx / camera.fx, (camera.width - camera.cx) / camera.fx
        top, bottom = -camera.cy / camera.fy, (camera.height - camera.cy) / camera.fy
        beyond = [z < NEAR, x < left * z, x > right * z, y < top * z, y > bottom * z]
        return not any(side.all() for side in beyond)


class Artist:
    """Draws parts one by one; keeps the kernels' buffers between them."""

    def __init__(self, eps2d: float, threads: int | None) -> None:
        self._eps2d = eps2d
        self._threads = kernels.thread_count(threads)
        self._frame = kernels.native().Frame()
        self._black = np.zeros(4, np.float32)

    def draw(self, part: Drawable, camera: Camera) -> Picture:
        """One of them, before nothing."""
        degree = int(np.sqrt((len(part.planes) - kernels.GEOMETRY_ROWS) // 3)) - 1
        self._frame.project(
            kernels.view_of(camera, eps2d=self._eps2d), part.planes, part.count, sh_degree=degree, channels=0, raw=True,
            threads=self._threads,
        )  # fmt: skip
        image = np.empty((kernels.IMAGE_PLANES, camera.height, camera.width), np.float32)
        self._frame.rasterize(self._black, image, self._threads)
        return image

    def together(self, parts: Sequence[Drawable], camera: Camera, seen: Picture | None = None) -> Picture:
        """(5, H, W) all of them, nearest first; one at a time is drawn, and none that is out of sight.

        Args:
            seen: (H, W) what part of them can be seen at all; None for all.
        """
        image = np.zeros((kernels.IMAGE_PLANES, camera.height, camera.width), np.float32)
        for part in parts:
            open_ = let_through(image[4])
            if not (open_ if seen is None else open_ * seen).any():
                break
            if part.is_seen(camera):
                image += open_ * self.draw(part, camera)
        return image
