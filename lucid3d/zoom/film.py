"""The zoom as a film: constant speed in log scale, and no picture in which the level is seen to change."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lucid3d.families.base import Image
from lucid3d.zoom import surface
from lucid3d.zoom.stack import Geometry

Floats = NDArray[np.float32]

FEATHER = 0.3
"""Part of a finer level's half width over which it fades into the coarser one: the change of sharpness has no edge."""

SECONDS_A_DOUBLING = 1.25
"""Of the film: slow enough to look around."""


def frame_count(geometry: Geometry, rate: int) -> int:
    """Frames of a film at this speed, both ends included."""
    doublings = sum(math.log2(geometry.size / geometry.span(i, 1)) for i in range(len(geometry.factors)))
    return max(2, round(doublings * SECONDS_A_DOUBLING * rate))


def zoom_frames(images: Sequence[Image] | Floats, geometry: Geometry, count: int, size: int) -> Iterator[Image]:
    """Pictures of the zoom from the coarsest level to the finest.

    Every frame shows all levels that are in sight, each resampled once from its own pixels, the finer ones over the
    coarser ones with a soft edge. As the levels agree, a level can take over from the next without being seen to.

    Args:
        images: (L, n, n, 3) levels whose centres agree (`render_images`).
        count: frames; size: pixels a side of a frame.
    """
    ratios = [geometry.size / geometry.span(i, 1) for i in range(len(geometry.factors))]
    scales = np.concatenate([[0.0], np.cumsum(np.log(ratios))])
    for at in np.linspace(0, scales[-1], count):
        yield _frame(images, scales, float(at), size)


def _frame(images: Sequence[Image] | Floats, scales: NDArray[np.float64], at: float, size: int) -> Image:
    """The picture at log magnification `at`."""
    level = min(int(np.searchsorted(scales, at + 1e-9, side="right")) - 1, len(scales) - 1)
    frame: Image | None = None
    for index in range(level, len(scales)):
        # pixels of the level that one pixel of the frame stands for: below 1 it is magnified
        n = images[index].shape[0]
        step = np.exp(scales[index] - at) * n / size
        covered = n / step
        if index > level and covered < 2:
            break
        picture = _resampled(images[index], step, size)
        if frame is None:
            frame = picture
            continue
        weight = _window(covered / 2, size)[..., None]
        frame = frame + weight * (picture - frame)
    assert frame is not None
    return np.clip(frame, 0, 1).astype(np.float32)


def _resampled(image: Image, step: float, size: int) -> Image:
    """(size, size, 3) about the image's centre, one pixel every `step` of the image's, prefiltered."""
    import cv2

    source = np.asarray(image, np.float32)
    if step > 1:  # the box that a pixel covers, as a Gaussian of its variance, less what the source's own pixels are
        sigma = float(np.sqrt((step**2 - 1) / 12))
        if sigma > 0.05:
            source = np.asarray(cv2.GaussianBlur(source, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.float32)
    middle = source.shape[0] / 2
    offset = middle - step * size / 2 + step / 2 - 0.5
    matrix = np.array([[step, 0, offset], [0, step, offset]])
    way = cv2.INTER_CUBIC if step < 1 else cv2.INTER_LINEAR
    warped = cv2.warpAffine(
        source, matrix, (size, size), flags=way | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.float32)


def _window(half: float, size: int) -> Floats:
    """(size, size) 1 in a centred square of `half` pixels, 0 outside, a soft edge inside it."""
    distance = np.abs(np.arange(size) + 0.5 - size / 2)
    soft = max(FEATHER * half, 1.0)
    ramp = surface.step(half - 0.5, half - 0.5 - soft, distance)
    return np.asarray(ramp[:, None] * ramp[None, :], np.float32)


def changes(frames: Sequence[Image] | Iterator[Image]) -> Floats:
    """(N - 1,) mean absolute change from each frame to the next."""
    found, before = [], None
    for frame in frames:
        if before is not None:
            found.append(float(np.abs(frame - before).mean()))
        before = frame
    return np.array(found, np.float32)
