"""Linear light for image-based lighting, from pictures that end at white.

A display-referred picture clips the sun and every lamp at 1, so a scene lit by it is flat. `expand_highlights` gives
them their brightness back by a stated curve, a simple member of the family of inverse tone mapping operators (Banterle
et al. 2006): values below a knee stay as they are; above it they rise as a power towards `peak`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.colour import linear_from_srgb
from lucid3d.errors import InputError
from lucid3d.panorama import pixel_solid_angles

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Weights of linear sRGB primaries in luminance (Rec. 709)."""


@dataclass(frozen=True)
class InverseToneMapping:
    """The curve: with m the largest linear channel, gain = 1 + (peak - 1) * ((m - knee) / (1 - knee)) ** power.

    Attributes:
        peak: how bright a pixel at white becomes; 1 leaves everything as it is.
        knee: the linear value from which pixels are taken for lights (0.75 is sRGB 0.88).
        power: how steeply they rise.
        budget: light that may be added, as a multiple of what the panorama sends before (weighted by solid angle). A
            small sun stays below it; for a white overcast sky it lowers the peak instead of lighting the scene twice.
    """

    peak: float = 24.0
    knee: float = 0.75
    power: float = 3.0
    budget: float = 1.0

    def __post_init__(self) -> None:
        if not (self.peak >= 1 and 0 <= self.knee < 1 and self.power > 0 and self.budget >= 0):
            raise InputError(f"{self} needs peak >= 1, 0 <= knee < 1, power > 0 and budget >= 0")


def expand_highlights(
    panorama: NDArray[np.float32], curve: InverseToneMapping = InverseToneMapping()
) -> tuple[NDArray[np.float32], float]:
    """Radiance from a display-referred panorama.

    Args:
        panorama: (H, 2H, 3) float32 sRGB in [0, 1].
    Returns:
        (H, 2H, 3) float32 linear, and the peak that was used once the budget was kept.
    """
    linear = linear_from_srgb(np.clip(panorama, 0, 1))
    rise = np.clip((linear.max(axis=-1) - curve.knee) / (1 - curve.knee), 0, 1) ** curve.power
    weights = pixel_solid_angles(len(linear))[:, None]
    luminance = linear @ LUMINANCE
    before, lights = float((luminance * weights).sum()), float((luminance * rise * weights).sum())
    peak = curve.peak
    if lights > 0:
        peak = min(peak, 1 + curve.budget * before / lights)
    linear *= (1 + (peak - 1) * rise)[..., None].astype(np.float32)
    return linear, peak


BRIGHTEST_RATIO = 1000.0
"""Most by which true light may exceed what the picture shows: the sun's disc, a few pixels of the small panorama wide,
is about that much brighter than white."""


def carry_radiance(panorama: NDArray[np.float32], radiance: NDArray[np.float32]) -> NDArray[np.float32]:
    """The detail of a picture with the light of a smaller panorama of true radiance.

    Each pixel of the picture is multiplied by how much more light its neighbourhood truly sends than the picture shows.

    Args:
        panorama: (H, 2H, 3) float32 sRGB in [0, 1].
        radiance: (h, 2h, 3) float32 linear, h at most H.
    Returns:
        (H, 2H, 3) float32 linear.
    """
    import cv2

    height, small = len(panorama), len(radiance)
    linear = linear_from_srgb(np.clip(panorama, 0, 1))
    shown = cv2.resize(linear, (2 * small, small), interpolation=cv2.INTER_AREA)
    floor = 1e-3  # below it a picture's 8 bits say nothing of its colour
    ratio = np.clip((radiance + floor) / (shown + floor), 0, BRIGHTEST_RATIO).astype(np.float32)
    # interpolated around the wrap: a column of each side beyond the other
    wrapped = np.concatenate([ratio[:, -1:], ratio, ratio[:, :1]], axis=1)
    columns = (np.arange(2 * height, dtype=np.float32) + 0.5) * (small / height) - 0.5 + 1
    rows = (np.arange(height, dtype=np.float32) + 0.5) * (small / height) - 0.5
    x, y = np.broadcast_arrays(columns[None, :], rows[:, None])
    fine = cv2.remap(wrapped, x.copy(), y.copy(), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    carried: NDArray[np.float32] = linear * fine
    return carried
