"""Gaussians from points: so good a start that training is polish.

A point lifted from a pixel stands for a small patch of surface: the pixel's footprint, turned into the surface's
plane. So its Gaussian is a disc in that plane, as wide as the pixels are apart, nearly opaque, thin along the normal.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.gaussians.budget import within_budget
from lucid3d.gaussians.model import SH_C0, Gaussians
from lucid3d.pointcloud import PointCloud
from lucid3d.rotations import quaternions

DISC_WIDTH = 0.55
"""Standard deviation of a disc in units of the points' spacing: neighbours overlap enough to close the surface (the sum
of Gaussians half a spacing wide on a square grid varies by less than 2 %) and blur little."""

THICKNESS = 0.1
"""Standard deviation along the normal, in units of that across it."""

MAX_STRETCH = 4.0
"""Most that a disc is stretched along the slope, where a surface is seen at a grazing angle (there the points of
neighbouring pixels lie that much further apart). At still lower angles the disc is tilted towards the viewer until this
is enough: from where people stand it covers the same pixels, and nothing in the scene is a needle."""

INITIAL_OPACITY = 0.98


def from_points(
    cloud: PointCloud,
    *,
    sh_degree: int = 0,
    max_gaussians: int | None = None,
    opacity: float = INITIAL_OPACITY,
    viewpoint: NDArray[np.floating] | None = None,
    cameras: Mapping[int, Camera] | None = None,
    eyes: NDArray[np.floating] | None = None,
) -> Gaussians:
    """A Gaussian for every point.

    Args:
        cloud: N points with footprints and normals; a point of unknown normal (zeros) gets a ball.
        sh_degree: 0 to 3; coefficients above degree 0 start at zero.
        max_gaussians: at most this many, see `within_budget`; None for one from every point.
        opacity: in (0, 1), of every Gaussian.
        cameras, eyes: see `within_budget`.
        viewpoint: (3,) where sky points are seen from; the origin if None. Their discs face it.
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
    if max_gaussians is not None:
        cloud = within_budget(cloud, max_gaussians, cameras=cameras, eyes=eyes)
    count = len(cloud)
    centre = np.zeros(3) if viewpoint is None else np.asarray(viewpoint, np.float64)
    towards = centre - cloud.positions
    towards /= np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-12)
    flat = cloud.is_sky | (np.abs(cloud.normals).sum(axis=1) > 0.5)
    normals = np.where(cloud.is_sky[:, None] | ~flat[:, None], towards, cloud.normals.astype(np.float64))
    frames, stretch = _discs(normals, towards)

    width = DISC_WIDTH * np.maximum(cloud.footprints.astype(np.float64), 1e-6)
    scales = np.stack([width * stretch, width, np.where(flat, THICKNESS * width, width)], axis=1)
    sh = np.zeros((count, (sh_degree + 1) ** 2, 3), np.float32)
    sh[:, 0] = (cloud.colors - 0.5) / SH_C0
    return Gaussians(
        means=cloud.positions.astype(np.float32).copy(),
        quats=quaternions(frames).astype(np.float32),
        log_scales=np.log(scales).astype(np.float32),
        logit_opacities=np.full(count, np.log(opacity / (1 - opacity)), np.float32),
        sh=sh,
    )


def _discs(
    normals: NDArray[np.float64], towards: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How discs lie: along the slope, across it, and out of the surface.

    Args:
        normals: (N, 3) of the surface, on either side.
        towards: (N, 3) unit vectors to the viewer.
    Returns:
        frames (N, 3, 3), the three axes as columns; stretch (N,), by how much the first is longer than the second.
    """
    normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    cosine = (normals * towards).sum(axis=1, keepdims=True)
    normals, cosine = normals * np.where(cosine < 0, -1, 1), np.abs(cosine)
    # the part of the viewing direction that lies in the surface: the way in which it slopes away
    slope = towards - cosine * normals
    length = np.linalg.norm(slope, axis=1, keepdims=True)
    sideways = np.where(np.abs(towards[:, :1]) < 0.8, [[1.0, 0, 0]], [[0, 1.0, 0]])
    sideways = sideways - (sideways * normals).sum(axis=1, keepdims=True) * normals
    head_on = length < 1e-6
    along = np.where(head_on, sideways, slope)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    least = 1 / MAX_STRETCH
    grazing = cosine < least
    # turned in the plane of normal and viewer until the cosine is `least`
    turn = np.arccos(np.clip(cosine, 0, 1)) - np.arccos(least)
    tilted = np.cos(turn) * normals + np.sin(turn) * along
    tilted_along = np.cos(turn) * along - np.sin(turn) * normals
    normals, along = np.where(grazing, tilted, normals), np.where(grazing, tilted_along, along)
    frames = np.stack([along, np.cross(normals, along), normals], axis=2)
    return frames, 1 / np.maximum(cosine[:, 0], least)
