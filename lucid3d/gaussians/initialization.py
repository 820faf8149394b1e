"""Gaussians from points: so good a start that training is polish.

A point lifted from a pixel stands for a small patch of surface: the pixel's footprint, turned into the surface's
plane. So its Gaussian is a disc in that plane, as wide as the pixels are apart, nearly opaque, thin along the normal.
"""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.gaussians.model import SH_C0, Gaussians
from lucid3d.pointcloud import PointCloud

logger = logging.getLogger(__name__)

DISC_WIDTH = 0.55
"""Standard deviation of a disc in units of the points' spacing: neighbours overlap enough to close the surface (the sum
of Gaussians half a spacing wide on a square grid varies by less than 2 %) and blur little."""

THICKNESS = 0.1
"""Standard deviation along the normal, in units of that across it."""

MAX_STRETCH = 4.0
"""Most that a disc is stretched along the slope, where a surface is seen at a grazing angle."""

INITIAL_OPACITY = 0.95


def from_points(
    cloud: PointCloud,
    *,
    sh_degree: int = 0,
    max_gaussians: int | None = None,
    opacity: float = INITIAL_OPACITY,
    viewpoint: NDArray[np.floating] | None = None,
    seed: int = 0,
) -> Gaussians:
    """A Gaussian for every point.

    Args:
        cloud: N points with footprints and normals; a point of unknown normal (zeros) gets a ball.
        sh_degree: 0 to 3; coefficients above degree 0 start at zero.
        max_gaussians: keep at most this many, chosen at random; those kept grow to cover the same surface.
        opacity: in (0, 1), of every Gaussian.
        viewpoint: (3,) where sky points are seen from; the origin if None. Their discs face it.
        seed: of the choice.
    Raises:
        InputError: an argument is out of range, or a point is not finite.
    """
    if not 0 <= sh_degree <= 3:
        raise InputError(f"sh_degree={sh_degree} must be 0, 1, 2 or 3")
    if not 0 < opacity < 1:
        raise InputError(f"opacity={opacity} must lie between 0 and 1")
    if max_gaussians is not None and max_gaussians < 1:
        raise InputError(f"max_gaussians={max_gaussians} must be at least 1")
    if not np.isfinite(cloud.positions).all():
        raise InputError("the point cloud has positions that are not finite: remove them first")
    spacing_growth = 1.0
    if max_gaussians is not None and len(cloud) > max_gaussians:
        logger.info("keeping %d of %d points", max_gaussians, len(cloud))
        spacing_growth = float(np.sqrt(len(cloud) / max_gaussians))
        keep = np.sort(np.random.default_rng(seed).permutation(len(cloud))[:max_gaussians])
        cloud = cloud[keep]
    count = len(cloud)
    centre = np.zeros(3) if viewpoint is None else np.asarray(viewpoint, np.float64)
    towards = centre - cloud.positions
    towards /= np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-12)
    normals = np.where(cloud.is_sky[:, None], towards, cloud.normals.astype(np.float64))
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    flat = length[:, 0] > 0.5
    normals = np.where(flat[:, None], normals / np.maximum(length, 1e-12), [0.0, 0.0, 1.0])

    width = DISC_WIDTH * spacing_growth * np.maximum(cloud.footprints.astype(np.float64), 1e-6)
    scales = np.stack([width, width, np.where(flat, THICKNESS * width, width)], axis=1)
    sh = np.zeros((count, (sh_degree + 1) ** 2, 3), np.float32)
    sh[:, 0] = (cloud.colors - 0.5) / SH_C0
    return Gaussians(
        means=cloud.positions.astype(np.float32).copy(),
        quats=_facing(normals).astype(np.float32),
        log_scales=np.log(scales).astype(np.float32),
        logit_opacities=np.full(count, np.log(opacity / (1 - opacity)), np.float32),
        sh=sh,
    )


def _facing(normals: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 4) quaternions w x y z that turn +z to the (N, 3) unit normals, by the shortest way."""
    x, y, z = normals.T
    # The half-way quaternion (1 + n.z, z x n), safe but at n = -z, where any half turn about x will do.
    quats = np.stack([1 + z, -y, x, np.zeros_like(z)], axis=1)
    quats[z < -1 + 1e-9] = [0.0, 1.0, 0.0, 0.0]
    unit: NDArray[np.float64] = quats / np.linalg.norm(quats, axis=1, keepdims=True)
    return unit
