"""Depth maps before they are lifted: depth edges without pixels that float between the surfaces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera

SOBEL_THRESHOLD = 3.0
"""Pixels of disparity; steeper is a depth edge (Watson et al., Learning Stereo from Single Images, section 3.2)."""
REFERENCE_DISPARITY = 120.0
"""Pixels; the disparity of the nearest surfaces at which SOBEL_THRESHOLD is meant (the middle of that paper's 50 to
225)."""
NEAREST_PERCENTILE = 98.0
"""What counts as the nearest surfaces; not the maximum, because a depth network's single nearest pixel is noise."""
RAMP_RADIUS = 3
"""Pixels on either side in which both ends of a smeared edge are looked for."""
FLANK = 2 * RAMP_RADIUS
"""Pixels within which the slope must ease off on both sides: at one end of a smeared edge the other is this far."""
BETWEEN = 0.1
"""A pixel floats when it is further than this share of the step from both surfaces; nearer, it is of one of them."""
CRISP = 0.65
"""Share of a step that is taken from one pixel to the next, above which an edge is crisp: a Gaussian blur of 0.7 pixels
leaves 0.52. A map whose edges are crisp (their median) comes from a renderer and has no floating pixels."""


def sharpen_depth(depth: NDArray[np.float32], camera: Camera | None = None) -> NDArray[np.float32]:
    """Give pixels that float between two surfaces the depth of the nearest pixel that does not.

    A pixel floats when the disparity gradient is steep there (Sobel above SOBEL_THRESHOLD at REFERENCE_DISPARITY, over
    the slope of the surfaces on either side) and its disparity lies between those of these surfaces. Crisp edges, such
    as an exact renderer's, slanted surfaces and things a pixel thin therefore come back as they are.

    Args:
        depth: (H, W) z-depth; +inf is sky (disparity zero).
        camera: not needed for z-depth; here so that a caller need not know.
    Returns:
        (H, W) float32, a new array.
    """
    del camera
    floating = floating_pixels(depth)
    result = np.array(depth, np.float32)
    if not floating.any() or floating.all():
        return result
    nearest = nearest_index(~floating)
    return result.reshape(-1)[nearest]


def floating_pixels(depth: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(H, W) bool: pixels of a depth map (H, W) that lie on a smeared depth edge, on neither of its surfaces."""
    import cv2

    disparity = _disparity(depth)
    steep = _relief(disparity) > SOBEL_THRESHOLD
    if not steep.any():
        return steep
    kernel = np.ones((2 * RAMP_RADIUS + 1, 2 * RAMP_RADIUS + 1), np.uint8)
    high, low = cv2.dilate(disparity, kernel), cv2.erode(disparity, kernel)
    step = high - low
    jump = np.zeros_like(disparity)
    jump[:, 1:] = np.abs(np.diff(disparity, axis=1))
    jump[1:] = np.maximum(jump[1:], np.abs(np.diff(disparity, axis=0)))
    smeared = cv2.dilate(jump, kernel) < CRISP * step
    if 2 * np.count_nonzero(smeared & steep) < np.count_nonzero(steep):
        return np.zeros_like(steep)
    floating: NDArray[np.bool_] = steep & smeared
    floating &= (disparity < high - BETWEEN * step) & (disparity > low + BETWEEN * step)
    return floating


def _gradient(disparity: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(H, W) Sobel derivatives across and down, in disparity a pixel."""
    import cv2

    # The Sobel kernels sum to 8 for a unit slope; 1/8 makes that disparity a pixel.
    x = cv2.Sobel(disparity, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8, borderType=cv2.BORDER_REPLICATE)
    y = cv2.Sobel(disparity, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


def _relief(disparity: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) float32: by how much the disparity map is steeper than the surfaces on both sides, along its steepest
    axis.

    The disparity of a plane has one slope everywhere. In a small picture a floor's is steeper than the threshold, but
    it does not ease off on both sides, as an edge's does.
    """
    import cv2

    slopes = [np.abs(slope) for slope in _gradient(disparity)]
    reliefs = []
    for slope, size in zip(slopes, ((FLANK + 1, 1), (1, FLANK + 1)), strict=True):
        kernel = np.ones(size[::-1], np.uint8)
        flanks = [cv2.erode(slope, kernel, anchor=(a * (size[0] - 1), a * (size[1] - 1))) for a in (0, 1)]
        reliefs.append(slope - np.maximum(*flanks))
    relief: NDArray[np.float32] = np.where(slopes[0] >= slopes[1], *reliefs).astype(np.float32)
    return relief


def _disparity(depth: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) float32 inverse depth scaled so that the nearest surfaces have REFERENCE_DISPARITY."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.where(depth > 0, 1.0 / depth, 0.0).astype(np.float32)
    seen = inverse[inverse > 0]
    if seen.size == 0:
        return inverse
    scale = REFERENCE_DISPARITY / np.percentile(seen, NEAREST_PERCENTILE)
    return (inverse * np.float32(scale)).astype(np.float32)


def nearest_index(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(H, W) flat index of the nearest True pixel of `mask` (H, W), which must have one."""
    import cv2

    _, labels = cv2.distanceTransformWithLabels(
        (~mask).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.zeros(int(labels.max()) + 1, np.intp)
    of_label[labels[mask]] = np.flatnonzero(mask)
    nearest: NDArray[np.intp] = of_label[labels]
    return nearest
