"""Noise on arrays: a thin layer over the native kernels, for the shapes of land."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lucid3d.procedural.kit.kernels import kernels

Kind = Literal["fbm", "ridged", "billow", "cells", "edges", "cell_id"]


def noise(
    x: ArrayLike,
    z: ArrayLike,
    seed: int,
    size: float,
    octaves: int = 5,
    *,
    kind: Kind = "fbm",
    gain: float = 0.5,
    lacunarity: float = 2.03,
) -> NDArray[np.float32]:
    """Fractal noise over the plane.

    Args:
        x, z: coordinates in metres, of any shape, both of the same shape.
        seed: any integer; size: metres of the largest feature; gain: share of amplitude that each octave keeps.
        kind: "fbm" about [-1, 1], mean 0; "ridged" 0 to about 1, creases upwards; "billow" creases downwards from 0 up;
            "cells" distance to the nearest of scattered points in units of `size`; "edges" 0 on the borders between
            cells; "cell_id" one random number in [0, 1) a cell.
    Returns:
        float32 array of the shape of x.
    """

    flat_x = np.ascontiguousarray(x, np.float32)
    flat_z = np.ascontiguousarray(z, np.float32)
    out = kernels().fractal(
        flat_x.ravel(), flat_z.ravel(), kind, int(seed) & 0x7FFFFFFF, float(size), int(octaves), gain, lacunarity
    )
    values: NDArray[np.float32] = out.reshape(flat_x.shape)
    return values


def smoothstep(
    low: float | NDArray[np.floating], high: float | NDArray[np.floating], value: NDArray[np.floating]
) -> NDArray[np.float32]:
    """0 below `low`, 1 above `high`, smooth between (either may be the larger); values of any shape."""
    first, span = np.asarray(low, np.float32), np.asarray(high - low, np.float32)
    t = np.clip((np.asarray(value, np.float32) - first) / span, 0, 1)
    result: NDArray[np.float32] = t * t * (3 - 2 * t)
    return result
