"""Level of detail: as many splats as a machine can draw, and the rest melted into their neighbours.

Leaving splats out makes holes. So splats that are close together, as seen from where people walk, are merged into one
of the same mean and colour that covers what they covered (moment matching, as in hierarchical 3-D Gaussians, Kerbl et
al. 2024). "Close together" is an angle: cells grow with the distance, and what is near keeps its detail.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.viewer.splats import Splats

FINEST, COARSEST = 1e-4, 1.0
"""Radians: the range in which the size of a cell is looked for."""

CLOSE_ENOUGH = 0.93
"""Part of the budget that a result may stay below."""

CLOSING = 3.5
"""How much wider than the variance of its parts' centres a merged splat is. Centres spread evenly over a cell of width
d have the variance d^2 / 12, and splats d apart close a surface when they are about 0.55 d wide: 12 * 0.55^2 = 3.6."""

NEAREST = 0.3
"""Metres; nearer things are cut into cells as if they were this far away."""


def reduce_to(splats: Splats, budget: int, origin: NDArray[np.floating] = np.zeros(3)) -> Splats:
    """At most `budget` splats that look like all of them from around `origin`.

    Args:
        splats: N splats.
        budget: at least 1.
        origin: (3,) where people walk.
    Returns:
        The same object if it fits already.
    """
    if len(splats) <= budget:
        return splats
    offsets = splats.centers - origin.astype(np.float32)
    distances = np.maximum(np.linalg.norm(offsets, axis=1), np.float32(NEAREST))
    # shells half an octave thick; the cells of a shell have one size, so that they line up
    shells = np.floor(2 * np.log2(distances))
    units = np.exp2(shells / 2).astype(np.float32)
    fine, coarse = FINEST, COARSEST
    cells = _cells(offsets, units, shells, coarse)
    for _ in range(12):
        angle = float(np.sqrt(fine * coarse))
        trial = _cells(offsets, units, shells, angle)
        count = _distinct(trial)
        if count > budget:
            fine = angle
        else:
            coarse, cells = angle, trial
            if count >= CLOSE_ENOUGH * budget:
                break
    merged = _merge(splats, cells)
    if len(merged) > budget:  # even the coarsest cells are too many: keep what is seen best
        weight = merged.opacities * np.trace(merged.covariances, axis1=1, axis2=2)
        merged = merged[np.sort(np.argsort(-weight, kind="stable")[:budget])]
    return merged


def _cells(
    offsets: NDArray[np.float32], units: NDArray[np.float32], shells: NDArray[np.float32], angle: float
) -> NDArray[np.uint64]:
    """(N,) one number for each cell (a 64-bit mix of shell and grid position)."""
    key = shells.astype(np.int64).astype(np.uint64)
    with np.errstate(over="ignore"):
        for axis in range(3):
            step = np.floor(offsets[:, axis] / (units * np.float32(angle))).astype(np.int64)
            key = (key ^ step.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(29)
    return key


def _distinct(keys: NDArray[np.uint64]) -> int:
    ordered = np.sort(keys)
    return 1 + int(np.count_nonzero(ordered[1:] != ordered[:-1]))


def _merge(splats: Splats, cells: NDArray[np.uint64]) -> Splats:
    """One splat a cell, by the moments of those in it."""
    order = np.argsort(cells, kind="stable")
    ordered = cells[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    counts = np.diff(np.r_[first, len(order)])
    group = np.repeat(np.arange(len(first)), counts)

    def total(values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.add.reduceat(values, first, axis=0, dtype=np.float64)

    centers, covariances = splats.centers[order], splats.covariances[order]
    # how much of the picture a splat fills, up to a factor: its opacity times its spread
    spread = np.trace(covariances, axis1=1, axis2=2)
    weight = splats.opacities[order] * spread + 1e-20
    sum_weight = total(weight)
    mean = total(weight[:, None] * centers) / sum_weight[:, None]
    away = centers - mean[group]
    second = covariances + CLOSING * away[:, :, None] * away[:, None, :]
    covariance = (total(weight[:, None, None] * second) / sum_weight[:, None, None]).astype(np.float32)
    color = total(weight[:, None] * splats.colors[order]) / sum_weight[:, None]
    merged_spread = np.trace(covariance, axis1=1, axis2=2)
    # the merged splat covers what its parts covered together
    opacity = np.minimum(sum_weight / np.maximum(merged_spread, 1e-20), total(splats.opacities[order]))
    return Splats(
        mean.astype(np.float32), covariance, color.astype(np.float32), np.clip(opacity, 0, 0.99).astype(np.float32)
    )
