"""Where the sky of a picture is, and where it ends; see `horizon` for what that says of the horizon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ONE_LEVEL = 0.25
"""Share of a picture's width in which the sky has to end at one level for that to be the horizon."""
CLOUD_GAP = 9
"""Rows of anything but sky after which a column's sky has ended (of a picture `WORKING_WIDTH` wide)."""


def find_sky(lab: NDArray[np.float32], sharp: NDArray[np.float32]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """What the sky may be (H, W), and the row where it ends in each block of 8 columns (NaN where there is none).

    Smooth regions are flooded from the upper edge. A flood can cross a hazy horizon into a lake; within a block of
    columns the sky therefore ends where lightness or colour first steps away.

    Args:
        lab: (H, W, 3) CIE Lab; sharp: (H, W) detail.
    """
    import cv2

    rows, columns = lab.shape[:2]
    smooth = cv2.bilateralFilter(lab, 9, 8, 5)
    quantised = np.clip(np.stack([smooth[..., 0] * 2.55, smooth[..., 1] + 128, smooth[..., 2] + 128], -1), 0, 255)
    picture = np.ascontiguousarray(quantised.astype(np.uint8))
    mask = np.zeros((rows + 2, columns + 2), np.uint8)
    for x in range(2, columns, 12):
        bright = lab[:6, x, 0].mean() > 38
        cool = lab[:6, x, 2].mean() < 12 or lab[:6, x, 0].mean() > 70
        if bright and cool and sharp[3, x] < 4.0 and not mask[4, x + 1]:
            cv2.floodFill(picture, mask, (x, 3), 0, (2, 2, 2), (2, 2, 2), 4 | cv2.FLOODFILL_MASK_ONLY | (255 << 8))
    flooded = mask[1:-1, 1:-1] > 0
    block = 8
    bottoms = np.full((columns + block - 1) // block, np.nan, np.float32)
    for i in range(len(bottoms)):
        part = slice(i * block, min((i + 1) * block, columns))
        share = flooded[:, part].mean(axis=1)
        stop = np.nonzero(share < 0.5)[0]
        end = int(stop[0]) if len(stop) else rows
        if end < 4:
            continue
        profile = cv2.GaussianBlur(np.ascontiguousarray(np.median(lab[:end, part], axis=1)), (1, 5), 0).reshape(end, 3)
        if end > 14:
            step = np.abs(profile[6:] - profile[:-6]).max(axis=1)
            jump = np.nonzero(step > max(2.6, 4.0 * float(np.median(step))))[0]
            jump = jump[jump > 4]
            if len(jump):
                end = min(end, int(jump[0]) + 4)
        bottoms[i] = end
    return flooded, bottoms


def whole_sky(
    lab: NDArray[np.float32], sky: NDArray[np.bool_], bottoms: NDArray[np.float32], horizon: float
) -> NDArray[np.bool_]:
    """The sky (H, W), from what `find_sky` found and the horizon's row where that is known.

    A smooth sky that ends at the horizon is all of it. Clouds break the sky up, and a street hides where it ends: then
    the sky is also what is bright.
    """
    if _share_at(bottoms, horizon, lab.shape[0]) > ONE_LEVEL or not np.isfinite(bottoms).any():
        return sky
    return bright_sky(lab) | sky


def _share_at(bottoms: NDArray[np.float32], row: float, rows: int) -> float:
    """Share of the picture's width in which the sky ends at `row`, give or take."""
    return float((np.abs(bottoms[np.isfinite(bottoms)] - row) < 0.02 * rows).sum()) / len(bottoms)


def bright_sky(lab: NDArray[np.float32]) -> NDArray[np.bool_]:
    """`find_sky` for a sky full of clouds: what of (H, W, 3) CIE Lab is bright or blue, from the upper edge down."""
    import cv2

    rows = len(lab)
    light = np.clip(lab[..., 0] * 2.55, 0, 255).astype(np.uint8)
    split, _ = cv2.threshold(light, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    like = (light > split) | ((lab[..., 2] < -8) & (lab[..., 0] > 25))
    like = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0
    # Going down a column, the sky has ended where a stretch of anything else begins.
    other = np.cumsum(~like, axis=0)
    stretch: NDArray[np.int64] = other[CLOUD_GAP:] - other[:-CLOUD_GAP]
    ended: NDArray[np.bool_] = stretch >= CLOUD_GAP - 1
    end = np.where(ended.any(axis=0), ended.argmax(axis=0) + 1, rows)
    end[~like[:4].any(axis=0)] = 0
    sky: NDArray[np.bool_] = like & (np.arange(rows)[:, None] < end[None])
    return sky
