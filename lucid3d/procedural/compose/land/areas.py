"""Where things grow, where that is no product of simple measures: functions (lot) -> `site.Where`."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.relief import to_polyline
from lucid3d.procedural.compose.land.site import Where
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.noise import noise, smoothstep

FORE = 7.5
"""Metres ahead of the start that are kept free of trunks in a forest: half of a crown's width and a view beyond it."""


def open_slopes(lot: Lot) -> Where:
    """Everywhere, but thinly near by and ahead, so that the view over a meadow stays open."""

    def where(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        view = 0.15 + 0.85 * smoothstep(0.5, 1.0, np.abs(np.arctan2(x, z)))
        return np.where(np.hypot(x, z) < 110, 0.3 * view, 1.0)

    return where


def open_ahead(lot: Lot) -> Where:
    """No trunk so near ahead that its crown would be all there is to see."""

    def where(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return np.where((z > 0.7 * np.abs(x)) & (np.hypot(x, z) < FORE), 0.0, 1.0)

    return where


def open_shore(lot: Lot) -> Where:
    """Not between the start and the water ahead."""

    def where(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return 1 - smoothstep(0.75, 0.45, np.abs(np.arctan2(x, z))) * (np.hypot(x, z) < 60)

    return where


def kerb(lot: Lot) -> Where:
    """A line along both edges of a garden path."""
    return lambda x, z, y, slope: np.asarray(np.abs(to_polyline(x, z, lot.site.path) - 1.02) < 0.09, np.float32)


def beds(lot: Lot) -> Where:
    """Flower beds: round ones in the lawn, and borders on one side of the path for some metres, then on the other."""

    def where(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        off = to_polyline(x, z, lot.site.path)
        turns = smoothstep(-0.1, 0.3, np.sin(z / 5 + 2 * (x > 0)))
        borders = smoothstep(1.15, 1.4, off) * smoothstep(3.2, 2.3, off) * turns
        return np.asarray(np.maximum(smoothstep(0.12, 0.3, noise(x, z, lot.start.seed + 5, 9, 3)), borders))

    return where


def lawn(lot: Lot) -> Where:
    """Between the flower beds."""
    inside = beds(lot)
    return lambda x, z, y, slope: 1 - 0.8 * inside(x, z, y, slope)
