"""Samples of a function over the plane, looked up smoothly: what is costly to work out is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.kernels import kernels

Field = Callable[[Floats, Floats], NDArray[np.float32]]
"""(x, z) of one shape -> values."""


@dataclass
class Grid:
    """Square samples of a function, looked up smoothly: values (N, N) with rows along z."""

    values: NDArray[np.float32]
    half: float

    @property
    def cell(self) -> float:
        """Metres between samples."""
        return 2 * self.half / (len(self.values) - 1)

    def __call__(self, x: Floats, z: Floats) -> NDArray[np.float32]:
        """Heights, float32 of the shape of `x` and `z`, which are in metres."""
        flat_x, flat_z = np.ascontiguousarray(x, np.float32), np.ascontiguousarray(z, np.float32)
        sampled = kernels().sample_grid(
            self.values, flat_x.ravel(), flat_z.ravel(), -self.half, -self.half, np.float32(self.cell)
        )
        out: NDArray[np.float32] = sampled.reshape(flat_x.shape)
        return out


def sampled(up: Field, half: float, cells: int) -> Grid:
    """`up` on a grid of `cells` x `cells` over [-half, half] squared."""
    side = np.linspace(-half, half, cells, dtype=np.float32)
    x, z = np.meshgrid(side, side)
    return Grid(np.ascontiguousarray(up(x, z), np.float32), half)
