"""Farmland: where its fields and hedgerows are, and the fence beside its track."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.props import fence
from lucid3d.procedural.compose.extras import add_buildings
from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.site import Where
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.noise import noise, smoothstep


def field_borders(lot: Lot) -> Where:
    """Hedgerows along the borders of fields, a tree here and there between."""

    def where(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        lines = noise(x, z, lot.start.seed + 9, 95, 1, kind="edges")
        return smoothstep(0.09, 0.03, lines) * smoothstep(14, 30, np.hypot(x, z)) + 0.01

    return where


def left_of_the_track(lot: Lot) -> Where:
    """The field to the left of the start."""
    return lambda x, z, y, slope: smoothstep(1.2, 2.4, -x + 0.12 * z)


def right_of_the_track(lot: Lot) -> Where:
    """All but the field to the left of the start."""
    left = left_of_the_track(lot)
    return lambda x, z, y, slope: 1 - left(x, z, y, slope)


def fence_by_the_track(lot: Lot) -> None:
    """A fence along the path ahead."""
    beside = [(x + 2.0, z) for x, z in lot.site.path if 4 < z < 60]
    if beside:
        lot.site.meshes.append(fence(lot.site.rng, beside, lot.site.terrain.height))


def barn(lot: Lot) -> None:
    """A barn on the fields."""
    add_buildings(lot.site, "barn", 1)
