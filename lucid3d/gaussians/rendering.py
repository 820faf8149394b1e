"""Pictures of Gaussians without gradients: the fast path for previews, videos and panoramas."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.gaussians import kernels
from lucid3d.gaussians.model import Gaussians


@dataclass(frozen=True)
class Render:
    """What a camera sees.

    Attributes:
        image: (H, W, 3) float32 sRGB, background included, not clipped from above.
        depth: (H, W) float32, expected z-depth in metres: the mean over what is in the pixel, weighted by how much of
            the pixel it covers. 0 where alpha is 0.
        alpha: (H, W) float32 in [0, 1], how much of the pixel is covered.
    """

    image: NDArray[np.float32]
    depth: NDArray[np.float32]
    alpha: NDArray[np.float32]


def check_background(background: ArrayLike | None) -> NDArray[np.float32]:
    """(3,) float32, black if None."""
    values = np.zeros(3, np.float32) if background is None else np.asarray(background, np.float32)
    if values.shape != (3,):
        raise InputError(f"background has shape {values.shape}, it must be one colour: (3,)")
    return values


class Renderer:
    """Renders one set of Gaussians from many cameras; keeps their packed form and the kernels' buffers.

    Args:
        gaussians: what to look at.
        threads: how many to use; None for the cores that this process may use.
    """

    def __init__(self, gaussians: Gaussians, *, threads: int | None = None) -> None:
        self._count = len(gaussians)
        self._degree = gaussians.sh_degree
        self._planes = kernels.pack(gaussians)
        self._wide: kernels.Planes | None = None
        self._frame = kernels.native().Frame()
        self._threads = kernels.thread_count(threads)

    def of(self, chosen: NDArray[np.intp]) -> Renderer:
        """A renderer of some of the Gaussians: indices (M,), in ascending order. Both share the kernels' buffers."""
        part = copy.copy(self)
        part._wide = None
        part._count = len(chosen)
        part._planes = kernels.empty_planes(len(self._planes), len(chosen))
        np.take(self._planes, chosen, axis=1, out=part._planes[:, : len(chosen)])
        return part

    def beside(self, more: Gaussians) -> Renderer:
        """A renderer of these Gaussians and M more, as films of who walks want it: what is drawn each time is copied
        once, and only the M are packed anew. It holds until the next call, and shares the kernels' buffers.

        Raises:
            ValueError: they have harmonics of another degree.
        """
        if more.sh_degree != self._degree:
            raise ValueError(f"harmonics of degree {more.sh_degree} beside those of degree {self._degree}")
        count = self._count + len(more)
        if self._wide is None or self._wide.shape[1] != kernels.padded(count):
            self._wide = kernels.empty_planes(len(self._planes), count)
            self._wide[:, : self._count] = self._planes[:, : self._count]
        self._wide[:, self._count : count] = kernels.pack(more)[:, : len(more)]
        both = copy.copy(self)
        both._count, both._planes, both._wide = count, self._wide, None
        return both

    def apart(self, *, threads: int) -> Renderer:
        """A renderer of the same Gaussians with buffers of its own, for use in another thread."""
        part = copy.copy(self)
        part._frame = kernels.native().Frame()
        part._threads = threads
        return part

    def planes(
        self, camera: Camera, background: NDArray[np.float32], *, eps2d: float = kernels.EPS2D
    ) -> NDArray[np.float32]:
        """(5, H, W) float32: red, green, blue, depth summed by weight, alpha."""
        view = kernels.view_of(camera, eps2d=eps2d)
        self._frame.project(
            view, self._planes, self._count, sh_degree=self._degree, channels=0, raw=True, threads=self._threads
        )
        image = np.empty((kernels.IMAGE_PLANES, camera.height, camera.width), np.float32)
        self._frame.rasterize(np.append(background, np.float32(0)), image, self._threads)
        return image

    def render(self, camera: Camera, *, background: ArrayLike | None = None) -> Render:
        """See `render`."""
        planes = self.planes(camera, check_background(background))
        depth, alpha = planes[3], planes[4]
        depth /= np.maximum(alpha, np.float32(1e-10))
        image = np.asarray(cv2.merge(list(planes[:3])), np.float32)  # a third of the time that numpy's transpose takes
        return Render(image=image, depth=depth, alpha=alpha)


def render(
    gaussians: Gaussians, camera: Camera, *, background: ArrayLike | None = None, threads: int | None = None
) -> Render:
    """Render Gaussians as a pinhole camera sees them, spherical harmonics included.

    Args:
        gaussians: N Gaussians.
        camera: where from, and at what size.
        background: (3,) sRGB behind everything; black if None.
        threads: how many to use; None for the cores that this process may use.
    Returns:
        Image, expected depth and alpha.
    Raises:
        InputError: the background is not one colour, or the size is beyond 65535 pixels.
        ImportError: the native kernels were not built (use `rasterization(..., backend="torch")`).
    """
    return Renderer(gaussians, threads=threads).render(camera, background=background)
