"""Where the pixels of one view lie in another: through the homography K R K^-1, or through depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.families.base import Depth

Floats = NDArray[np.float32]

DEPTH_TOLERANCE = 0.05
"""Relative depth by which two views of one surface may differ: more is another surface, in front or behind."""

LEAST_SHARE = 0.01
"""Of a view's pixels; pairs that share less are not worth a warp."""


@dataclass(frozen=True)
class Overlap:
    """What one view (the target) shares with another (the source).

    Attributes:
        target, source: indices of the views.
        x, y: (h, w) float32, where each pixel of the target lies in the source, 0 at the first pixel's centre.
        seen: (h, w) bool, where the source shows it.
    """

    target: int
    source: int
    x: Floats
    y: Floats
    seen: NDArray[np.bool_]


def turned_overlaps(cameras: Sequence[Camera]) -> list[Overlap]:
    """All overlaps of views from one place: pixel p of the target lies at K_s R_s^T R_t K_t^-1 p in the source."""
    found = []
    for target, camera in enumerate(cameras):
        rays = camera.rays().astype(np.float64)
        for source, other in enumerate(cameras):
            if source == target:
                continue
            local = rays @ (other.rotation.T @ camera.rotation).T
            overlap = _overlap(target, source, local, other)
            if overlap.seen.mean() >= LEAST_SHARE:
                found.append(overlap)
    return found


def depth_overlaps(
    cameras: Sequence[Camera], depths: Sequence[Depth], targets: Sequence[int] | None = None
) -> list[Overlap]:
    """All overlaps of views with depth, wherever they stand; what is hidden from the source is not shared.

    Args:
        depths: (h, w) z-depth in metres of each view, +inf in the sky, which is shared with the sky alone.
        targets: only what these views share with the others; None for all.
    """
    found = []
    for target, camera in enumerate(cameras):
        if targets is not None and target not in targets:
            continue
        depth = depths[target].astype(np.float64)
        rays = camera.rays().astype(np.float64) @ camera.rotation.T
        sky = ~np.isfinite(depth)
        # in the sky only the direction counts
        points = rays * np.where(sky, 1.0, depth)[..., None]
        for source, other in enumerate(cameras):
            if source == target:
                continue
            offset = camera.position - other.position
            local = (points + np.where(sky[..., None], 0.0, offset)) @ other.rotation
            overlap = _overlap(target, source, local, other)
            column = np.clip(np.round(overlap.x), 0, other.width - 1).astype(int)
            row = np.clip(np.round(overlap.y), 0, other.height - 1).astype(int)
            there = depths[source][row, column]
            near = np.abs(there - local[..., 2]) <= DEPTH_TOLERANCE * local[..., 2]
            seen = overlap.seen & np.where(sky, ~np.isfinite(there), near)
            if seen.mean() >= LEAST_SHARE:
                found.append(Overlap(target, source, overlap.x, overlap.y, seen))
    return found


def _overlap(target: int, source: int, local: NDArray[np.float64], other: Camera) -> Overlap:
    """Project (h, w, 3) directions or points in the source's frame into it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        x = local[..., 0] / local[..., 2] * other.fx + other.cx
        y = local[..., 1] / local[..., 2] * other.fy + other.cy
    inside = (x >= 0) & (x <= other.width) & (y >= 0) & (y <= other.height)
    seen = (local[..., 2] > 0) & inside
    columns, rows = (np.where(seen, value - 0.5, -1e3).astype(np.float32) for value in (x, y))
    return Overlap(target, source, columns, rows, seen)


def sampled(values: Floats, overlap: Overlap, *, sharp: bool = True) -> Floats:
    """The source's values (h, w) or (h, w, c) as the target sees them, nonsense where `seen` is False.

    Args:
        sharp: bicubic (keeps detail, may overshoot), else bilinear.
    """
    import cv2

    how = cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR
    warped = cv2.remap(values, overlap.x, overlap.y, how, borderMode=cv2.BORDER_REPLICATE)
    return warped.astype(np.float32, copy=False)
