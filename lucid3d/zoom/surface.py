"""What a surface looks like at every scale: relief and albedo as functions of place and of the finest size wanted.

Everything is a sum of bands, each about half the size of the one before. A coarse level asks for the bands that it can
show, a finer level for the same ones and more: so the finer level, seen from further away, is the coarser one.
Coordinates are metres from the target, float64; sizes are metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Values = NDArray[np.float64]

RELIEF = 0.055
"""Height of a band as a share of its size: about 20 degrees of slope over all bands of a broken stone."""


def _hash(cell: NDArray[np.int64], seed: int) -> NDArray[np.uint32]:
    """(...) random 32 bits of integer cells (..., 3)."""
    x, y, z = (cell[..., i].astype(np.uint32) for i in range(3))
    value = x * np.uint32(0x8DA6B343) ^ y * np.uint32(0xD8163841) ^ z * np.uint32(0xCB1AB31F)
    value ^= np.uint32((seed * 0x9E3779B1) & 0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        value ^= value >> np.uint32(shift)
        value *= np.uint32(factor)
    mixed: NDArray[np.uint32] = value ^ (value >> np.uint32(16))
    return mixed


def noise3(points: Points, size: float, seed: int) -> Values:
    """(N,) smooth value noise in about [-1, 1], one bump about `size` wide, of points (N, 3)."""
    place = points / size + 0.5
    base = np.floor(place).astype(np.int64)
    t = place - base
    t = t * t * t * (t * (t * 6 - 15) + 10)
    total = np.zeros(len(points))
    for corner in range(8):
        offset = np.array([corner & 1, corner >> 1 & 1, corner >> 2])
        weight = np.where(offset, t, 1 - t).prod(axis=1)
        total += weight * (_hash(base + offset, seed) * (2.0 / 2**32) - 1)
    return total


def bands(coarsest: float, finest: float, ratio: float = 2.07) -> list[tuple[float, float]]:
    """(size, weight) of the bands from `coarsest` down to `finest`; the last fades in, so that no band pops."""
    found = []
    size = coarsest
    while size > finest:
        found.append((size, float(np.clip(np.log(size / finest) / np.log(ratio), 0, 1))))
        size /= ratio
    return found


def fractal(
    points: Points, coarsest: float, finest: float, seed: int, *, roughness: float = 1.0, ridged: bool = False
) -> Values:
    """(N,) noise whose bands weigh size^roughness, relative to `coarsest`; ridged bands have creases."""
    total = np.zeros(len(points))
    for number, (size, weight) in enumerate(bands(coarsest, finest)):
        value = noise3(points, size, seed + number)
        if ridged:
            value = 0.6 - 1.8 * np.abs(value)
        total += weight * (size / coarsest) ** roughness * value
    return total


@dataclass(frozen=True)
class Cells:
    """Irregular cells (Worley 1996) at N points.

    Attributes:
        inside: distance to the cell's seed, in units of the cells' size; border: distance to the nearest border, about.
        number: a random number in [0, 1), the same all over a cell.
    """

    inside: Values
    border: Values
    number: Values


def cells3(points: Points, size: float, seed: int) -> Cells:
    """Cells about `size` wide at points (N, 3)."""
    from scipy.spatial import cKDTree

    place = points / size
    occupied = np.unique(np.floor(place).astype(np.int64), axis=0)
    around = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), -1).reshape(-1, 3)
    cells = np.unique((occupied[:, None] + around).reshape(-1, 3), axis=0)
    seeds = cells + np.stack([_hash(cells, seed + axis) / 2.0**32 for axis in range(3)], axis=1)
    distance, nearest = cKDTree(seeds).query(place, k=2)
    number = _hash(cells, seed + 7) / 2.0**32
    return Cells(distance[:, 0], distance[:, 1] - distance[:, 0], number[nearest[:, 0]])


def seen(size: float, finest: float) -> float:
    """How much of a feature of this size shows when the finest size is `finest`: 0 (its mean) to 1."""
    return float(np.clip(np.log2(size / finest), 0, 1))


def mix(a: NDArray[np.float64], b: NDArray[np.float64] | tuple[float, float, float], share: Values) -> Values:
    """Colours (N, 3): `a` where share (N,) is 0, `b` where it is 1."""
    return np.asarray(a + (np.asarray(b) - a) * np.clip(share, 0, 1)[:, None])


def step(low: float | Values, high: float | Values, value: Values) -> Values:
    """0 below `low`, 1 above `high` (either may be the larger), smooth between."""
    t: Values = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
