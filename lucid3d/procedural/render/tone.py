"""Exposure and film curve: from linear radiance to the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.colour import linear_from_srgb, quick_power, quick_srgb_from_linear
from lucid3d.procedural.kit.materials import RGB

Floats = NDArray[np.float32]
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
MIDDLE = 0.19
"""Where the log-average of a scene is put, in exposed linear light: a third of a stop above the grey card's 0.18, which
the curve's toe takes back."""

HIGHLIGHT = 0.95
"""The most that the brightest tenth of the subject may be exposed to: mist against the sun must not burn out."""

NIGHT_SHEET = 2.8
"""The most that a white sheet under the open night sky may be exposed to, before the stops of the hour: under trees
the meter would make day of a night."""


@dataclass(frozen=True)
class Film:
    """How radiance is developed.

    Attributes:
        exposure: factor on radiance; tint: linear colour grade; saturation, contrast: 1 = as it is.
    """

    exposure: float = 1.0
    tint: RGB = (1.0, 1.0, 1.0)
    saturation: float = 1.0
    contrast: float = 1.0

    def develop(self, radiance: Floats) -> Floats:
        """(..., 3) linear radiance -> (..., 3) sRGB in [0, 1].

        A filmic curve (the rational fit of the ACES tone scale by K. Narkowicz) on each channel, with a share of the
        same curve on luminance alone, so that highlights keep their hue longer before they run to white.
        """
        planes = np.ascontiguousarray(radiance.reshape(-1, 3).T)  # numpy is slow on rows of three
        exposed = np.maximum(planes, 0) * (np.array(self.tint, np.float32) * np.float32(self.exposure))[:, None]
        luma = _luminance(exposed)
        kept = exposed * (_curve(luma, self.contrast) / np.maximum(luma, 1e-6))
        mixed = 0.6 * _curve(exposed, self.contrast) + 0.4 * np.minimum(kept, 1.0)
        if self.saturation != 1.0:
            grey = _luminance(mixed)
            mixed = grey + (mixed - grey) * np.float32(self.saturation)
        encoded = quick_srgb_from_linear(np.clip(mixed, 0, 1))
        return np.ascontiguousarray(encoded.T).reshape(radiance.shape)

    def compress(self, radiance: Floats) -> Floats:
        """Radiance squeezed into [0, 1) as the eye weighs it, for averaging, of any shape; `expand` undoes it."""
        exposed = np.maximum(radiance, 0) * np.float32(self.exposure)
        return np.asarray(exposed / (1 + exposed), np.float32)

    def expand(self, squeezed: Floats) -> Floats:
        """The inverse of `compress`, of any shape."""
        return np.asarray(squeezed / np.maximum(1 - squeezed, 1e-4) / self.exposure, np.float32)


def _curve(x: Floats, contrast: float) -> Floats:
    if contrast != 1.0:
        x = np.float32(MIDDLE) * quick_power(x / np.float32(MIDDLE), contrast)
    x = x * np.float32(0.72)
    curved = (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)
    return np.asarray(curved, np.float32)


def redeveloped(
    image: Floats, *, exposure: float = 0.0, saturation: float = 1.0, contrast: float = 1.0, tint: RGB | None = None
) -> Floats:
    """A finished picture (..., 3) of sRGB in [0, 1] as another film would have it; see `Film`, exposure in stops."""

    linear = linear_from_srgb(image) * np.float32(2.0**exposure)
    if tint is not None:
        linear = linear * np.asarray(tint)
    grey = np.maximum((linear * LUMA).sum(axis=-1, keepdims=True), 1e-6)
    linear = linear * (grey / MIDDLE) ** (contrast - 1)
    shown = quick_srgb_from_linear(np.clip(linear, 0, 1).astype(np.float32))
    level = (shown * LUMA).sum(axis=-1, keepdims=True)
    return np.asarray(np.clip(level + (shown - level) * np.float32(saturation), 0, 1), np.float32)


def _luminance(planes: Floats) -> Floats:
    """(N,) of (3, N); a matrix product would wake threads for it."""
    return np.asarray(LUMA[0] * planes[0] + LUMA[1] * planes[1] + LUMA[2] * planes[2], np.float32)


def balanced(radiance: Floats, weights: Floats, share: float) -> Floats:
    """(3,) factors that take `share` of a scene's colour cast away, as the eye does in lamp light."""
    mean = (radiance * weights[:, None]).sum(axis=0) / weights.sum()
    cast = mean / max(float(mean @ LUMA), 1e-9)
    factors: Floats = np.clip(cast, 0.25, 4.0) ** -np.float32(share)
    return (factors / float(factors @ LUMA)).astype(np.float32)


def metered(radiance: Floats, weights: Floats, ev: float, *, night_sheet: float = 0.0) -> float:
    """The exposure that puts the weighted log-average at `MIDDLE`, changed by `ev` stops.

    Args:
        radiance: (N, 3) linear; weights: (N,).
        night_sheet: by night, the luminance of a white sheet that lies under the open sky; 0 by day.
    """
    luma = np.maximum(radiance @ LUMA, 1e-5)
    low, high = np.quantile(luma, [0.02, 0.97])
    log = np.log(np.clip(luma, low, high))
    exposure = MIDDLE / np.exp((log * weights).sum() / weights.sum())
    order = np.argsort(luma)
    share = np.cumsum(weights[order]) / weights.sum()
    bright = float(luma[order][np.searchsorted(share, 0.9)])
    exposure = min(exposure, HIGHLIGHT / bright)
    if night_sheet > 0:
        exposure = min(exposure, NIGHT_SHEET / night_sheet)
    return float(exposure * 2.0**ev)
