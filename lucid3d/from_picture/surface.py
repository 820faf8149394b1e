"""Which neighbours in a picture of depths are one surface, and which are at the edge of something."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TEAR = 0.12
"""A step in depth of more than this share is an edge of something: the surface is cut there."""
STEEPEST = 0.5
"""The same where depth goes on as on a plane: a floor that is seen at a glancing angle."""
FLAT = 0.004
"""Bend of inverse depth, as a share of itself, up to which four neighbours lie on a plane."""


def joined(depths: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(...) whether the four corners of a cell, depths (4, ...) in the order around it, lie on one surface.

    On a plane inverse depth is linear in the picture: a cut is where it is not, not where depth grows fast.
    """
    inverse = 1 / depths
    largest = inverse.max(axis=0)
    bend = np.abs(inverse[0] + inverse[2] - inverse[1] - inverse[3]) / largest
    steep = (largest - inverse.min(axis=0)) / largest
    result: NDArray[np.bool_] = (steep < TEAR) | ((bend < FLAT) & (steep < STEEPEST))
    return result
