"""Films: H.264 in MP4, written by the ffmpeg that imageio-ffmpeg carries."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from lucid3d.families.base import Depth, Image
from lucid3d.files import atomic_path

NEAR_PERCENTILE = 1.0
"""The depth film's brightest colour belongs to this percentile of the first picture: one speck must not set it."""


def write_film(frames: Iterable[Image], path: Path, *, width: int, height: int, rate: int) -> None:
    """Write pictures as they come; atomic.

    Args:
        frames: (height, width, 3) float32 sRGB each; even sizes.
        rate: pictures a second.
    """
    import imageio_ffmpeg

    with atomic_path(path) as temporary:
        writer = imageio_ffmpeg.write_frames(
            str(temporary),
            (width, height),
            fps=rate,
            codec="libx264",
            macro_block_size=2,
            # imageio-ffmpeg asks for yuv420p itself; with faststart browsers play from the first byte on
            output_params=["-crf", "20", "-preset", "veryfast", "-movflags", "+faststart"],
        )
        writer.send(None)
        try:
            for frame in frames:
                writer.send(np.round(np.clip(frame, 0, 1) * 255).astype(np.uint8).tobytes())
        finally:
            writer.close()


def depth_colours(depth: Depth, near: float) -> Image:
    """Depth as colours, bright near and dark far; the sky is black.

    Args:
        depth: (H, W) float32 metres, +inf where there is nothing.
        near: metres that get the brightest colour. Disparity (near / depth) chooses the colour.
    Returns:
        (H, W, 3) float32.
    """
    import cv2

    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(depth > 0, near / depth, 0)
    # the square root spends more colours on the distance, which disparity squeezes together
    levels = (np.sqrt(np.clip(np.nan_to_num(share), 0, 1)) * 255).astype(np.uint8)
    colours = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[..., ::-1]
    return np.asarray(colours * (levels > 0)[..., None], np.float32) / np.float32(255)


def near_depth(depth: Depth) -> float:
    """The `near` for `depth_colours` that fits a picture, in metres."""
    finite = depth[np.isfinite(depth) & (depth > 0)]
    return float(np.percentile(finite, NEAR_PERCENTILE)) if len(finite) else 1.0
