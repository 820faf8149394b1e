"""What a surface looks like at every scale: relief and albedo as functions of place and of the finest size wanted.

Everything is a sum of bands, each about half the size of the one before. A coarse level asks for the bands that it can
show, a finer level for the same ones and more: so the finer level, seen from further away, is the coarser one.
Coordinates are metres from the target, float64; sizes are metres.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Values = NDArray[np.float64]

RELIEF = 0.055
"""Height of a band as a share of its size: about 20 degrees of slope over all bands of a broken stone."""


CHUNK = 1 << 14
"""Points at a time: few enough that what is computed of them stays in the processor's cache."""

PRIMES = np.array([[0x8DA6B343], [0xD8163841], [0xCB1AB31F]], np.uint32)


def _place(points: Points, size: float, shift: float) -> tuple[NDArray[np.uint32], Points]:
    """Lattice cell (3, N), wrapped to 32 bits and times the axis' prime, and place in it (3, N), of points (N, 3)."""
    place = points.T / size + shift
    floor = np.floor(place)
    cell = floor.astype(np.int64).astype(np.uint32)
    return cell * PRIMES, place - floor


def _random(value: NDArray[np.uint32], seed: int) -> Values:
    """Random numbers in [0, 1) of lattice cells, given the exclusive or of their three coordinates."""
    value = value ^ np.uint32((seed * 0x9E3779B1) & 0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        value ^= value >> np.uint32(shift)
        value *= np.uint32(factor)
    value ^= value >> np.uint32(16)
    return np.asarray(value * 2.0**-32)


def noise3(points: Points, size: float, seed: int) -> Values:
    """(N,) smooth value noise in about [-1, 1], one bump about `size` wide, of points (N, 3)."""
    total = np.empty(len(points))
    for start in range(0, len(points), CHUNK):
        lower, t = _place(points[start : start + CHUNK], size, 0.5)
        t = t * t * t * (t * (t * 6 - 15) + 10)
        xs, ys, zs = np.stack([lower, lower + PRIMES], axis=1)
        along_z = []
        for z in zs:
            along_y = []
            for y in ys:
                first, second = (_random(x ^ y ^ z, seed) for x in xs)
                along_y.append(first + t[0] * (second - first))
            along_z.append(along_y[0] + t[1] * (along_y[1] - along_y[0]))
        total[start : start + CHUNK] = (along_z[0] + t[2] * (along_z[1] - along_z[0])) * 2 - 1
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
        offset: (N, 3) from the cell's seed, in the same units.
    """

    inside: Values
    border: Values
    number: Values
    offset: Points


def cells3(points: Points, size: float, seed: int) -> Cells:
    """Cells about `size` wide at points (N, 3): one seed in each cube of a lattice, sought in the 27 cubes around."""
    inside, border, number = (np.empty(len(points)) for _ in range(3))
    offset = np.empty((len(points), 3))
    for start in range(0, len(points), CHUNK):
        lower, t = _place(points[start : start + CHUNK], size, 0.0)
        nearest, second = np.full(t.shape[1], np.inf), np.full(t.shape[1], np.inf)
        chosen = np.zeros(t.shape[1], np.uint32)
        way = np.zeros_like(t)
        for steps in itertools.product((-1, 0, 1), repeat=3):
            cube = np.bitwise_xor.reduce(lower + np.array(steps).astype(np.uint32)[:, None] * PRIMES)
            to_seed = [_random(cube, seed + axis) + step - t[axis] for axis, step in enumerate(steps)]
            square = to_seed[0] ** 2 + to_seed[1] ** 2 + to_seed[2] ** 2
            closer = square < nearest
            second = np.minimum(second, np.where(closer, nearest, square))
            nearest = np.where(closer, square, nearest)
            chosen = np.where(closer, cube, chosen)
            way = np.where(closer, to_seed, way)
        here = slice(start, start + CHUNK)
        inside[here] = np.sqrt(nearest)
        border[here] = np.sqrt(second) - inside[here]
        number[here] = _random(chosen, seed + 7)
        offset[here] = -way.T
    return Cells(inside, border, number, offset)


def seen(size: float, finest: float) -> float:
    """How much of a feature of this size shows when the finest size is `finest`: 0 (its mean) to 1."""
    return float(np.clip(np.log2(size / finest), 0, 1))


def mix(a: NDArray[np.float64], b: NDArray[np.float64] | tuple[float, float, float], share: Values) -> Values:
    """Colours (N, 3): `a` where share (N,) is 0, `b` where it is 1."""
    return np.asarray(a + (np.asarray(b) - a) * np.clip(share, 0, 1)[:, None])


def step(
    low: float | NDArray[np.floating], high: float | NDArray[np.floating], value: NDArray[np.floating]
) -> NDArray[Any]:
    """0 below `low`, 1 above `high` (either may be the larger), smooth between; values of any shape."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
