"""The sRGB transfer function (IEC 61966-2-1) and its inverse: between encoded colours and linear light."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Number = TypeVar("Number", np.float32, np.float64)

ENCODED_KNEE, LINEAR_KNEE = 0.04045, 0.0031308
"""Below these the curve is a straight line of slope `SLOPE`."""
SLOPE = 12.92
OFFSET, SCALE, GAMMA = 0.055, 1.055, 2.4

_BAND_ROWS = 128
"""Rows of a picture that are decoded at a time: a large panorama has no room for several copies."""


def linear_from_srgb(encoded: ArrayLike, dtype: type[Number] = np.float32) -> NDArray[Number]:  # type: ignore[assignment]
    """Linear light from sRGB-encoded values in [0, 1], of any shape.

    Args:
        dtype: what is computed in and returned.
    """
    values = np.asarray(encoded, dtype)
    linear = np.empty_like(values)
    for start in range(0, max(1, len(values)) if values.ndim else 1, _BAND_ROWS):
        part = (slice(start, start + _BAND_ROWS),) if values.ndim else ()
        band = values[part]
        curved = ((np.maximum(band, 0) + OFFSET) / SCALE) ** GAMMA
        linear[part] = np.where(band <= ENCODED_KNEE, band / SLOPE, curved)
    return linear


def srgb_from_linear(linear: ArrayLike, dtype: type[Number] = np.float32) -> NDArray[Number]:  # type: ignore[assignment]
    """sRGB-encoded values from linear light, of any shape; light above 1 is not clipped.

    Args:
        dtype: what is computed in and returned.
    """
    values = np.asarray(linear, dtype)
    curved = SCALE * np.maximum(values, LINEAR_KNEE) ** (1 / GAMMA) - OFFSET
    return np.asarray(np.where(values <= LINEAR_KNEE, values * SLOPE, curved), dtype)


def quick_srgb_from_linear(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same to some 1e-6 and several times as fast, for pictures that are drawn: (...) float32, not negative."""
    encoded = np.float32(SCALE) * quick_power(np.maximum(linear, 1e-8), 1 / GAMMA) - np.float32(OFFSET)
    dark = linear <= LINEAR_KNEE
    encoded[dark] = np.float32(SLOPE) * linear[dark]
    return np.asarray(encoded, np.float32)


def quick_power(x: NDArray[np.float32], exponent: float) -> NDArray[np.float32]:
    """x ** exponent for (...) float32 above 0, several times as fast as numpy's."""
    import cv2

    if not x.size:
        return x
    flat = np.ascontiguousarray(x, np.float32).reshape(1, -1)
    return np.asarray(cv2.pow(flat, exponent), np.float32).reshape(x.shape)
