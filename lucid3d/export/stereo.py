"""Omni-directional stereo: a panorama for each eye, top and bottom, for headsets.

Both eyes run around a circle whose diameter is their distance, and every column of the picture is seen from where the
eye is when the head looks that way (Peleg, Ben-Ezra and Pritch 2001; Google's "Rendering Omni-directional Stereo
Content"). Here each column is rendered from the Gaussians themselves: narrow views along the circle, cut to columns.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.export.checks import checked_gaussians
from lucid3d.export.images import write_png
from lucid3d.gaussians import Renderer
from lucid3d.gaussians.model import Gaussians
from lucid3d.panorama import equirectangular_rays, fill_holes

MAX_STRIPS, COLUMNS_A_STRIP = 96, 12
"""Stops along the circle: one for this many columns, 96 at most. From one of 96 to the next the eye moves by
(eye distance) / 2 * 2 pi / 96, two millimetres; a small picture's pixels are wider than that."""
_PITCHES = (-60.0, 0.0, 60.0)
"""Views of a strip in degrees: each is responsible for 60 degrees of latitude."""
_BAND = 60.0
_MARGIN = 2
"""Pixels around a view's own part, for interpolation."""
MAX_EYE_DISTANCE = 0.5


def write_stereo_panorama(
    gaussians: Gaussians,
    path: str | os.PathLike[str],
    height: int = 2048,
    *,
    eye_distance: float = 0.064,
    position: NDArray[np.floating] = np.zeros(3),
) -> Path:
    """Write a top-bottom stereo panorama: the left eye above the right eye, each (height, 2 * height).

    Returns:
        The path.
    Raises:
        InputError: see `stereo_panorama`.
    """
    left, right = stereo_panorama(gaussians, height, eye_distance=eye_distance, position=position)
    return write_png(path, np.concatenate([left, right], axis=0))


def stereo_panorama(
    gaussians: Gaussians,
    height: int,
    *,
    eye_distance: float = 0.064,
    position: NDArray[np.floating] = np.zeros(3),
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the left and the right eye see all around.

    Args:
        height: rows of each panorama.
        eye_distance: metres between the eyes.
        position: (3,) the middle between the eyes, in the world.
    Returns:
        Two (height, 2 * height, 3) float32 sRGB panoramas without holes.
    Raises:
        InputError: an empty scene, a size or an eye distance out of range.
    """
    scene = checked_gaussians(gaussians, "the scene for a stereo panorama")
    if not 8 <= height <= 4096:
        raise InputError(f"panorama height {height} must lie between 8 and 4096")
    if not 0 <= eye_distance <= MAX_EYE_DISTANCE:
        raise InputError(f"eye distance {eye_distance} m must lie between 0 and {MAX_EYE_DISTANCE} m (people: 0.064)")
    left = _eye(scene, height, -eye_distance / 2, np.asarray(position, np.float64))
    right = _eye(scene, height, eye_distance / 2, np.asarray(position, np.float64))
    return left, right


def _eye(gaussians: Gaussians, height: int, offset: float, position: NDArray[np.float64]) -> NDArray[np.float32]:
    """One eye's panorama; `offset` in metres to the right of the middle, whichever way the head looks."""

    renderer = Renderer(gaussians)
    width = 2 * height
    image, alpha = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    columns = np.array_split(np.arange(width), max(1, min(MAX_STRIPS, width // COLUMNS_A_STRIP)))
    latitudes = (0.5 - (np.arange(height) + 0.5) / height) * 180
    for strip in columns:
        yaw = ((strip.mean() + 0.5) / width - 0.5) * 360
        for pitch in _PITCHES:
            rows = np.flatnonzero((latitudes > pitch - _BAND / 2) & (latitudes <= pitch + _BAND / 2))
            if len(rows) == 0:
                continue
            rays = equirectangular_rays(height, slice(rows[0], rows[-1] + 1))[:, strip]
            camera = _fitting_camera(rays, yaw, pitch, height)
            right = camera.rotation[:, 0]  # level, for the camera has no roll
            pose = camera.world_from_camera.copy()
            pose[:3, 3] = position + offset * right
            render = renderer.render(camera.at(pose))
            block = np.ix_(rows, strip)
            image[block], alpha[block] = _look_up(render.image, render.alpha, camera, rays)
    filled, _ = fill_holes(image, alpha)
    return np.clip(filled, 0, 1)


def _fitting_camera(rays: NDArray[np.float32], yaw: float, pitch: float, height: int) -> Camera:
    """The smallest camera that looks along yaw and pitch and holds all rays, with a panorama's pixels at its axis."""
    pose = yaw_pitch(yaw, pitch)
    local = rays.reshape(-1, 3) @ pose[:3, :3].astype(np.float32)
    focal = height / math.pi
    x, y = local[:, 0] / local[:, 2] * focal, local[:, 1] / local[:, 2] * focal
    left, top = math.floor(x.min()) - _MARGIN, math.floor(y.min()) - _MARGIN
    right, bottom = math.ceil(x.max()) + _MARGIN, math.ceil(y.max()) + _MARGIN
    return Camera(right - left, bottom - top, focal, focal, -left, -top, pose)


def _look_up(
    image: NDArray[np.float32], alpha: NDArray[np.float32], camera: Camera, rays: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Bilinear samples of a render along rays (rows, columns, 3) from the camera's own place."""
    import cv2

    local = rays @ camera.rotation.astype(np.float32)
    x = local[..., 0] / local[..., 2] * np.float32(camera.fx) + np.float32(camera.cx - 0.5)
    y = local[..., 1] / local[..., 2] * np.float32(camera.fy) + np.float32(camera.cy - 0.5)
    both = np.concatenate([image, alpha[..., None]], axis=-1)
    values = cv2.remap(both, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    values = np.asarray(values, np.float32).reshape(*rays.shape[:2], 4)
    return values[..., :3], values[..., 3]
