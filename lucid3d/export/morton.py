"""An order of points in which neighbours in space are neighbours in the list, whatever strays there are.

Source: Morton (Z-order) codes of 21 bits an axis. Beyond `LINEAR_METRES` from the middle a coordinate grows with the
logarithm of its distance, so that one point at 1,000 km does not put all others into one cell.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

LINEAR_METRES = 256.0
"""Around the middle, cells are cubes of one size; farther out they grow with the distance."""
BITS = 21
"""Of a code, for each axis: three make 63."""


def middle(positions: NDArray[np.float32]) -> NDArray[np.float64]:
    """(3,) the median of positions (N, 3), which strays do not move; zeros when there are none."""
    if len(positions) == 0:
        return np.zeros(3)
    return np.asarray(np.median(positions, axis=0), np.float64)


def codes(
    positions: NDArray[np.float32], centre: NDArray[np.float64], cell: float = 0.0
) -> tuple[NDArray[np.uint64], float]:
    """Morton codes: the cell of a code at level k, whose edge is 2^k cells, is code >> 3 k.

    Args:
        positions: (N, 3), finite.
        centre: (3,), from where distances are taken.
        cell: metres of the smallest cell's edge at least (0: as small as fits).
    Returns:
        (N,) codes, and the metres of the smallest cell's edge.
    """
    offsets = np.asarray(positions - centre, np.float64)
    far = np.abs(offsets)
    reach = float(far.max(initial=0.0))
    if reach > LINEAR_METRES:
        with np.errstate(divide="ignore"):
            folded = LINEAR_METRES * (1 + np.log(far / LINEAR_METRES))
        offsets = np.where(far > LINEAR_METRES, np.copysign(folded, offsets), offsets)
        reach = LINEAR_METRES * (1 + math.log(reach / LINEAR_METRES))
    half = 1 << (BITS - 1)
    cell = max(cell, reach / (half - 1), 1e-9)
    steps = (np.floor(offsets / cell).astype(np.int64) + half).astype(np.uint64)
    code = _spread(steps[:, 0])
    code |= _spread(steps[:, 1]) << np.uint64(1)
    code |= _spread(steps[:, 2]) << np.uint64(2)
    return code, cell


def _spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The lowest 21 bits of each, two empty bits after every one."""
    for shift, mask in (
        (32, 0x001F00000000FFFF), (16, 0x001F0000FF0000FF), (8, 0x100F00F00F00F00F),
        (4, 0x10C30C30C30C30C3), (2, 0x1249249249249249),
    ):  # fmt: skip
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values
