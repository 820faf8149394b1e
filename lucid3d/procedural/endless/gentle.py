"""The land of a settlement: the same hills, smoother and lower, so that streets and houses can stand on it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.endless.kept import Kept
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.noise import smoothstep
from lucid3d.procedural.kit.terrain import Heights

SPACING = 64.0
"""Metres between the heights that gentle land is drawn through."""
ACROSS = 32
"""Of them along a side of the squares in which they are held."""
MOST_SQUARES = 400
"""Squares that are held, 5 kB each: 2 km wide each."""
FROM, OVER = 1.15, 90.0
"""Where the land becomes gentle: from so many times as far as the start reaches, and over so many metres."""


class GentleLand:
    """Heights (x, z) -> y of the ground, of land that is as it was about the start and gentle beyond.

    Cubic B-splines over samples `SPACING` metres apart take away what is narrower; slopes are `steep` times what is
    left. What lies under water stays as low as it was.
    """

    def __init__(self, heights: Heights, *, steep: float, reach: float) -> None:
        """
        Args:
            reach: metres from the start within which nothing changes.
        """
        self._heights, self._steep, self._reach = heights, steep, reach
        self._level = float(heights(np.zeros(1, np.float32), np.zeros(1, np.float32))[0])
        self._squares: Kept[tuple[int, int], NDArray[np.float64]] = Kept(self._square, MOST_SQUARES)

    def __call__(self, x: Floats, z: Floats) -> NDArray[np.float32]:
        """y of the ground at points, in their shape."""
        x, z = np.asarray(x, np.float32), np.asarray(z, np.float32)
        share = smoothstep(FROM * self._reach, FROM * self._reach + OVER, np.hypot(x, z)).astype(np.float64)
        out = np.empty(x.shape, np.float64)
        near, beyond = share < 1, share > 0
        if x.size and not near.any():
            return self._gentle(x.ravel(), z.ravel()).reshape(x.shape).astype(np.float32)
        if near.any():
            out[near] = self._heights(x[near], z[near])
        if beyond.any():
            gentle = self._gentle(x[beyond], z[beyond])
            was = np.where(near[beyond], out[beyond], 0.0)
            out[beyond] = was + share[beyond] * (gentle - was)
        return np.asarray(out, np.float32)

    def _gentle(self, x: Floats, z: Floats) -> NDArray[np.float64]:
        smooth = self._smooth(x.astype(np.float64), z.astype(np.float64))
        gentle = self._level + self._steep * (smooth - self._level)
        return np.where(smooth > self._level, smooth, gentle)  # basins, and the bed of the sea

    def _square(self, at: tuple[int, int]) -> NDArray[np.float64]:
        """(ACROSS + 3, ACROSS + 3) heights from one sample before a square to two behind it, rows along z."""
        steps = np.arange(-1, ACROSS + 2)
        x, z = np.meshgrid((at[0] * ACROSS + steps) * SPACING, (at[1] * ACROSS + steps) * SPACING)
        flat = self._heights(x.ravel().astype(np.float32), z.ravel().astype(np.float32))
        return flat.reshape(x.shape).astype(np.float64)

    def _smooth(self, x: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.float64]:
        """y (N,) of the spline at points (N,)."""
        side = SPACING * ACROSS
        column, row = np.floor(x / side).astype(np.int64), np.floor(z / side).astype(np.int64)
        out = np.empty(len(x))
        for i in range(int(column.min()), int(column.max()) + 1):
            for j in range(int(row.min()), int(row.max()) + 1):
                mine = (column == i) & (row == j)
                if mine.any():
                    out[mine] = _spline(
                        self._squares((i, j)), x[mine] / SPACING - i * ACROSS, z[mine] / SPACING - j * ACROSS
                    )
        return out


def _spline(samples: NDArray[np.float64], u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values (N,) at points (N,) of a square, counted in samples from its corner."""
    i, j = (np.minimum(w.astype(np.int64), ACROSS - 1) for w in (u, v))
    near = samples[(j[:, None] + _FOUR)[:, :, None], (i[:, None] + _FOUR)[:, None, :]]
    return np.asarray(np.einsum("nb,nba,na->n", _weights(v - j), near, _weights(u - i)))


_FOUR = np.arange(4)


def _weights(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 4) weights of the samples about points `t` of the way from the second to the third, of a cubic B-spline."""
    powers = np.stack([t**3, t**2, t, np.ones_like(t)], axis=1)
    return np.asarray(powers @ _BASIS)


_BASIS = np.array([[-1, 3, -3, 1], [3, -6, 3, 0], [-3, 0, 3, 0], [1, 4, 1, 0]]) / 6


def reach_of(boxes: NDArray[np.floating]) -> float:
    """Metres from the start to the furthest corner of boxes (N, 4) of x and z."""
    return max((math.hypot(x, z) for low_x, low_z, high_x, high_z in boxes.tolist()
                for x in (low_x, high_x) for z in (low_z, high_z)), default=0.0)  # fmt: skip
