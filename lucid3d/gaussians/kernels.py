"""The native kernels, as the rest of the package sees them: loaded on first use, fed with planes.

The kernels read Gaussians as planes, one row a component and one column a Gaussian (`GEOMETRY_ROWS` of geometry, then
spherical harmonics or features), padded to a multiple of sixteen columns.
"""

from __future__ import annotations

import functools
import importlib
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.gaussians.model import Gaussians

MEANS, QUATS, SCALES, OPACITY = slice(0, 3), slice(3, 7), slice(7, 10), 10
"""Rows of the planes: position, quaternion (w x y z), scales, opacity."""

GEOMETRY_ROWS = 11
"""Rows before the spherical harmonics (coefficient-major: row 11 + 3 k + channel) or the features."""

IMAGE_PLANES = 5
"""Planes of a rendered image: four features and alpha."""

EPS2D = 0.3
"""Square pixels added to a projected covariance's eigenvalues by default: nothing falls between pixels."""

LANES = 16
MAX_SIZE = 65535

Planes = NDArray[np.float32]
"""(rows, columns) float32: 11 + 3 K rows, one a parameter (K coefficients of the colour), and a column a Gaussian."""


@functools.cache
def native() -> ModuleType:
    """The compiled module.

    Raises:
        ImportError: it was not built.
    """
    return importlib.import_module("lucid3d.native._gaussians")


@functools.cache
def available() -> bool:
    """Whether the native kernels were built and load."""
    try:
        native()
    except ImportError:
        return False
    return True


def thread_count(threads: int | None) -> int:
    """`threads`, or the cores that this process may use."""
    if threads is None:
        return int(native().default_threads())
    if threads < 1:
        raise InputError(f"threads={threads} must be at least 1")
    return threads


def padded(count: int) -> int:
    """Columns that planes for `count` Gaussians have."""
    return max(LANES, -(-count // LANES) * LANES)


def empty_planes(rows: int, count: int) -> Planes:
    """Planes (rows, `padded(count)`) for `count` Gaussians, whose padding holds invisible ones."""
    planes = np.empty((rows, padded(count)), np.float32)
    planes[:, count:] = 0
    planes[OPACITY, count:] = -100  # invisible as a logit and as an opacity
    return planes


def pack(gaussians: Gaussians) -> Planes:
    """Planes of raw parameters, (11 + 3 K, padded N) float32."""
    count, coefficients = len(gaussians), gaussians.sh.shape[1]
    planes = empty_planes(GEOMETRY_ROWS + 3 * coefficients, count)
    planes[MEANS, :count] = gaussians.means.T
    planes[QUATS, :count] = gaussians.quats.T
    planes[SCALES, :count] = gaussians.log_scales.T
    planes[OPACITY, :count] = gaussians.logit_opacities
    planes[GEOMETRY_ROWS:, :count] = gaussians.sh.reshape(count, 3 * coefficients).T
    return planes


def unpack(planes: Planes, count: int) -> Gaussians:
    """The inverse of `pack`; the result owns its memory."""
    rows = np.ascontiguousarray(planes[:, :count].T)
    return Gaussians(
        means=rows[:, MEANS].copy(),
        quats=rows[:, QUATS].copy(),
        log_scales=rows[:, SCALES].copy(),
        logit_opacities=rows[:, OPACITY].copy(),
        sh=rows[:, GEOMETRY_ROWS:].reshape(count, -1, 3).copy(),
    )


def view_of(
    camera: Camera,
    *,
    near_plane: float = 0.01,
    far_plane: float = 1e10,
    eps2d: float = EPS2D,
    radius_clip: float = 0.0,
    antialiased: bool = False,
) -> Any:
    """The kernels' description of a camera."""
    return make_view(
        camera.camera_from_world,
        camera.position,
        camera.intrinsics,
        camera.width,
        camera.height,
        near_plane=near_plane,
        far_plane=far_plane,
        eps2d=eps2d,
        radius_clip=radius_clip,
        antialiased=antialiased,
    )


def make_view(
    viewmat: NDArray[np.floating],
    position: NDArray[np.floating],
    intrinsics: NDArray[np.floating],
    width: int,
    height: int,
    *,
    near_plane: float,
    far_plane: float,
    eps2d: float,
    radius_clip: float,
    antialiased: bool,
) -> Any:
    """The kernels' description of a pinhole camera given by matrices: `viewmat` (4, 4), `position` (3,), `intrinsics`
    (3, 3)."""
    if not (1 <= width <= MAX_SIZE and 1 <= height <= MAX_SIZE):
        raise InputError(f"image size {width}x{height} must lie between 1x1 and {MAX_SIZE}x{MAX_SIZE}")
    return native().View(
        viewmat=np.ascontiguousarray(viewmat, np.float32),
        position=np.ascontiguousarray(position, np.float32),
        fx=float(intrinsics[0, 0]),
        fy=float(intrinsics[1, 1]),
        cx=float(intrinsics[0, 2]),
        cy=float(intrinsics[1, 2]),
        width=int(width),
        height=int(height),
        near_plane=near_plane,
        far_plane=far_plane,
        eps2d=eps2d,
        radius_clip=radius_clip,
        antialiased=antialiased,
    )
