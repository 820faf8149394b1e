"""A finished panorama changed by Stable Diffusion, all around at once: image-to-image over the views of a sphere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.diffusion.prompting import adapt
from lucid3d.joint.diffusion_painting import paint_patiently
from lucid3d.joint.fusion import SHARPNESS, centre_weights
from lucid3d.joint.overlaps import turned_overlaps
from lucid3d.joint.ring import joint_path
from lucid3d.joint.stable_diffusion import LATENT_CELL, Redraw
from lucid3d.panorama import equirectangular_rays, perspective_from_equirectangular
from lucid3d.panorama.resampling import sample_image

if TYPE_CHECKING:
    from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter

Array = NDArray[np.float32]

BAND_ROWS = 64
"""Rows of the panorama that are put together at a time, which bounds the memory."""


def redraw_panorama(
    painter: DiffusionPainter,
    panorama: Array,
    prompt: str,
    *,
    strength: float,
    negative_prompt: str = "",
    seed: int,
) -> Array:
    """Paint over a panorama: the ring of eight views and both poles are noised, and denoised together.

    What changed in the views is added to the panorama, so detail finer than the views stays, and a painter that changes
    nothing leaves everything as it was.

    Args:
        panorama: (H, 2H, 3) float32 sRGB in [0, 1].
        strength: above 0 (as it is) to 1 (only the words count): the part of the denoising that is done.
    Returns:
        (H, 2H, 3) float32 in [0, 1].
    Raises:
        InputError: the strength is outside, the checkpoint is no Stable Diffusion, or its pictures cannot be used.
    """
    if not 0 < strength <= 1:
        raise InputError(f"the strength {strength:g} must be above 0 and at most 1")
    side = painter.config.image_size or 512
    width, height = painter.working_size(Camera.from_fov(side, side, 90))
    cameras = joint_path([], width) if width == height else []
    if not cameras:
        raise InputError(f"diffusion.image_size gives views of {width}x{height}; they must be square here")
    before = [perspective_from_equirectangular(panorama, camera) for camera in cameras]
    after = paint_patiently(
        painter,
        cameras,
        [adapt(prompt, camera, painter.config) for camera in cameras],
        turned_overlaps([camera.resized(width // LATENT_CELL, height // LATENT_CELL) for camera in cameras]),
        seed=seed,
        negative_prompt=negative_prompt,
        redraw=Redraw(np.stack(before), strength),
    )
    changes = [np.asarray(new - old, np.float32) for new, old in zip(after, before, strict=True)]
    changed: Array = np.clip(panorama + on_the_sphere(changes, cameras, len(panorama)), 0, 1).astype(np.float32)
    return changed


def on_the_sphere(views: Sequence[Array], cameras: Sequence[Camera], height: int) -> Array:
    """(H, 2H, C) panorama of views from one point; each direction is mostly that of the view that looks along it.

    Args:
        views: (h, w, C) float32 one a camera; together they see everything, or 0 remains.
    """
    out = np.zeros((height, 2 * height, views[0].shape[2]), np.float32)
    for begin in range(0, height, BAND_ROWS):
        rows = slice(begin, min(begin + BAND_ROWS, height))
        rays = equirectangular_rays(height, rows).reshape(-1, 3)
        total, weights = np.zeros((len(rays), out.shape[2]), np.float32), np.zeros((len(rays), 1), np.float32)
        for view, camera in zip(views, cameras, strict=True):
            pixels, _ = camera.project(rays + camera.position)
            with np.errstate(invalid="ignore"):
                seen = (pixels > 0).all(axis=-1) & (pixels[:, 0] < camera.width) & (pixels[:, 1] < camera.height)
            if not seen.any():
                continue
            near = sample_image(centre_weights(camera.height, camera.width)[..., None], pixels[seen]) ** SHARPNESS
            total[seen] += near * sample_image(view, pixels[seen])
            weights[seen] += near
        out[rows] = (total / np.maximum(weights, np.finfo(np.float32).tiny)).reshape(out[rows].shape)
    return out
