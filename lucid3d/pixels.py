"""Resampling of pictures and maps, typed, with the filter that fits the direction."""

from __future__ import annotations

from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]
Filter = Literal["smooth", "linear", "nearest", "area"]


def resize(values: Floats32, width: int, height: int, how: Filter = "smooth") -> Floats32:
    """Resample (h, w) or (h, w, c) float32 to (height, width[, c]), pixel centres at +0.5.

    "smooth" averages when it shrinks and is bicubic when it enlarges (and can overshoot); "linear" never overshoots;
    "nearest" invents no values; "area" averages exactly, cell by cell.
    """
    import cv2

    if values.shape[:2] == (height, width):
        return values
    shrinks = width < values.shape[1] or height < values.shape[0]
    filters = {
        "smooth": cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
        "linear": cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
        "nearest": cv2.INTER_NEAREST_EXACT,
        "area": cv2.INTER_AREA,
    }
    return cast(Floats32, cv2.resize(values, (width, height), interpolation=filters[how]))


def blur(values: Floats32, sigma: float) -> Floats32:
    """Gaussian blur of (h, w) or (h, w, c) float32; the border repeats."""
    import cv2

    return cast(Floats32, cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))


def blur_known(values: Floats32, known: NDArray[np.bool_], sigma: float) -> Floats32:
    """A Gaussian average of (h, w, c) values over known pixels only (normalised convolution)."""
    weight = known.astype(np.float32)
    mean = blur(values * weight[..., None], sigma) / np.maximum(blur(weight, sigma), 1e-6)[..., None]
    return cast(Floats32, mean)
