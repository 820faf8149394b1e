"""The start of a dream: a painted view, a picture, or a picture with its depth (the paper's text, RGB and RGB-D)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lucid3d import alignment
from lucid3d.camera import Camera
from lucid3d.families.base import Depth, DepthKind, Image, Mask
from lucid3d.input_depth import load_depth, upright_depth
from lucid3d.input_pictures import load_picture, prepare_picture
from lucid3d.projection import PartialView

RELATIVE_NEAR, RELATIVE_FAR = 1.5, 60.0
"""Metres that the nearest and the farthest pixel of a first view get when its depth network gives no unit: a room and
a landscape both look right between them, and every later view is fitted to it."""


@dataclass
class Start:
    """A picture to begin with in place of a painted first view.

    Attributes:
        image: (H, W, 3) float32 sRGB, the size of the first camera.
        known: (H, W) bool, where the picture is; the rest is outpainted.
        depth: (H, W) float32 metres for an RGB-D start (0 or less, or NaN: not measured; +inf: sky), or None.
    """

    image: Image
    known: Mask
    depth: Depth | None = None


def load_start(image: str, depth: str, *, size: int, depth_unit: float) -> tuple[Start, float | None]:
    """Read a picture, and its depth if there is one, as a start of `size` pixels a side.

    Args:
        image: the picture's file; nearly square pictures are cropped, others outpainted to a square.
        depth: the depth's file, or "".
        depth_unit: metres that one step of the depth file stands for; 0 takes pictures (16-bit PNG, TIFF) to be in
            millimetres, as depth cameras write them, and floating point files (EXR, npy) in metres.
    Returns:
        The start, and the horizontal field of view in degrees where the file states it.
    Raises:
        InputError: a file is missing or cannot be used, or the two do not belong together.
    """

    unit = depth_unit or (0.001 if Path(depth).suffix.lower() in (".png", ".tif", ".tiff") else 1.0)
    picture = load_picture(image)
    measured = upright_depth(load_depth(depth, unit), picture.image, picture.orientation) if depth else None
    square = prepare_picture(picture, size, measured)
    return Start(square.image, square.known, square.depth), square.fov_degrees


def first_depth(depth: Depth, kind: DepthKind) -> Depth:
    """Metres for a first view, which has no cloud to be fitted to.

    Args:
        depth: (H, W) what the estimator returned, +inf in the sky.
        kind: what its numbers mean; metric depth is returned as it is.
    Returns:
        (H, W) float32 z-depth in metres. Relative numbers are stretched in disparity (1 / depth) between
        `RELATIVE_NEAR` and `RELATIVE_FAR`.
    """
    if kind == "metric":
        return depth
    finite = np.isfinite(depth) & (depth > 0) if kind == "relative-depth" else np.isfinite(depth)
    disparity = np.full(depth.shape, np.nan, np.float64)
    disparity[finite] = 1.0 / depth[finite] if kind == "relative-depth" else depth[finite]
    if not finite.any():
        return np.full(depth.shape, np.inf, np.float32)
    low, high = np.percentile(disparity[finite], [1, 99])  # a stray pixel must not set the range
    share = np.clip((disparity - low) / max(high - low, 1e-12), 0, 1)
    metres = 1.0 / (1 / RELATIVE_FAR + share * (1 / RELATIVE_NEAR - 1 / RELATIVE_FAR))
    return np.where(finite, metres, np.inf).astype(np.float32)


def depth_of_start(start: Start, estimate: Depth, camera: Camera) -> Depth:
    """Measured depth where there is any, and the estimate fitted to it elsewhere.

    The measurement plays the part of the cloud in the alignment, so the estimate meets it without a step.

    Args:
        estimate: (H, W) float32 metres for the whole view, +inf in the sky.
    Returns:
        (H, W) float32 metres.
    """
    if start.depth is None:
        return estimate
    measured = start.known & (start.depth > 0)  # NaN compares false
    if not measured.any():
        return estimate
    partial = PartialView(
        image=start.image,
        depth=np.where(measured, start.depth, np.inf).astype(np.float32),
        known=measured,
        point_index=np.full(measured.shape, -1, np.int32),
    )
    aligned = alignment.align(estimate, "metric", partial, camera)
    return np.where(measured, start.depth, aligned.depth).astype(np.float32)
