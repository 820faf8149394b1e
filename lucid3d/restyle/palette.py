"""A panorama in the palette and contrast of a picture: one function of colour, so no seam can come of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.panorama.resampling import checked_panorama, pixel_solid_angles
from lucid3d.restyle.transport import transport

Array = NDArray[np.float32]

SAMPLES = 100_000
"""Pixels from which the colours of a picture are taken, at most."""


def styled_panorama(panorama: Array, picture: Array) -> Array:
    """The panorama with mean and spread of its colours taken to those of a picture (see `lucid3d.restyle.transport`).

    Args:
        panorama: (H, 2H, 3) float32 sRGB in [0, 1]; its pixels count by the part of the sphere that they cover.
        picture: (h, w, 3) float32 sRGB in [0, 1].
    Returns:
        (H, 2H, 3) float32. Nothing is drawn anew: shapes and brush strokes of the picture do not come along.
    Raises:
        InputError: the panorama is not 2:1.
    """
    panorama = checked_panorama(panorama)
    rng = np.random.default_rng(0)
    areas = np.asarray(pixel_solid_angles(len(panorama)), np.float64).reshape(-1)
    rows = rng.choice(len(panorama), SAMPLES, p=areas / areas.sum())
    source = panorama[rows, rng.integers(panorama.shape[1], size=SAMPLES)]
    colours = picture.reshape(-1, 3)
    target = colours[rng.integers(len(colours), size=SAMPLES)] if len(colours) > SAMPLES else colours
    carried: Array = transport(source, target)(panorama)
    return carried
