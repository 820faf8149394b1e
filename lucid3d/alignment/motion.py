"""Motion along rays in the known region, and its smooth continuation (paper, Algorithm 1, lines 11-13).

A pixel that moves along its ray changes its depth by a factor; the field of log-factors is fitted to the known region
and continued into the unknown one as `smooth` says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import lucid3d.native._geometry as _geometry
from lucid3d.alignment.smooth import FieldBasis

NOISE = 0.02
"""Log-depth; how far the known scene itself is trusted: its errors were continued from view to view before this one."""
ROBUST_ITERATIONS = 6
EXACT = 1e-3
"""Log-depth; two exact depths of one surface agree this well wherever it is smooth,"""
EXACT_SHARE = 0.15
"""and among grass and branches, where most pixels meet another blade, still in this share of the pixels. A depth that
is off by a smooth field of a few per cent passes through zero in a tenth of that."""
EXACT_BIAS = 1e-4
"""Log-depth; a scale that is further off than this is worth correcting."""
OTHER_SURFACE = 0.3
"""Log-depth; what is further off than this is not the surface that is known there."""
WORTHWHILE = 0.01
"""Log-depth; a smaller error of single objects is left to the smooth field."""
WORTHWHILE_SHARE = 0.01
"""Share of the known cells that must be off by WORTHWHILE, whole, before objects are moved on their own."""
CELL = 4
"""Pixels a node of the membrane."""
REACH = 0.4
"""Picture sides over which a correction of one object fades."""


def normal_equations(
    rows: NDArray[np.float64], weights: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """rows^T W rows (M, M) and rows^T W values (M,), for rows (N, M).

    Native, because a threaded BLAS on matrices this small waits for its own threads whenever the machine is busy.
    """
    information, right = np.empty((rows.shape[1], rows.shape[1])), np.empty(rows.shape[1])
    _geometry.normal_equations(
        np.ascontiguousarray(rows), np.ascontiguousarray(weights), np.ascontiguousarray(values), information, right
    )
    return information, right


def fit_field(
    basis: FieldBasis,
    x: NDArray[np.integer],
    y: NDArray[np.integer],
    residual: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Coefficients (M,) of the most plausible smooth field through log-depth residuals (N,) at pixels x, y."""
    rows = basis.rows(x, y)
    values = np.asarray(residual, np.float64)
    coefficients: NDArray[np.float64] = np.zeros(len(basis))
    coefficients[0] = np.median(values) / basis.sigmas[0]
    for _ in range(ROBUST_ITERATIONS):
        left = values - rows @ coefficients
        spread = max(NOISE, 1.4826 * float(np.median(np.abs(left))))
        information, right = normal_equations(rows, robust_weight(left, spread) / NOISE**2, values)
        coefficients = np.asarray(np.linalg.solve(information + np.eye(len(basis)), right), np.float64)
    return coefficients


def robust_weight(residual: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Weights (N,) of Tukey's biweight at 4.7 spreads: full near zero, none for what belongs to another surface."""
    share = np.minimum(np.abs(residual) / (4.685 * spread), 1.0)
    weight: NDArray[np.float64] = (1 - share**2) ** 2
    return weight


def agrees(residual: NDArray[np.floating]) -> bool:
    """Whether log-depth residuals (N,) are those of two exact depths: many zeros, whatever the rest, and no bias."""
    zero = np.abs(residual) < EXACT
    if float(zero.sum()) < EXACT_SHARE * float(np.isfinite(residual).sum()) or not zero.any():
        return False
    return abs(float(np.median(residual[zero]))) < EXACT_BIAS


def continue_along_surfaces(
    depth: NDArray[np.float32], residual: NDArray[np.float32], known: NDArray[np.bool_]
) -> NDArray[np.float32] | None:
    """What a smooth field cannot say: an object that is off as a whole, corrected as far as its surface goes.

    The log-depth residual of the known region, averaged over CELL pixels, is continued into the unknown region like a
    screened membrane (a harmonic function that fades within REACH), whose links are cut at depth edges.

    Args:
        depth: (H, W) z-depth, metres, after the smooth field.
        residual: (H, W) log of known depth over `depth`, where `known`.
        known: (H, W) bool.
    Returns:
        (H, W) float32 log-factors; None when there is nothing worth correcting.
    """
    one_surface = known & (np.abs(residual) < OTHER_SURFACE)
    if _coherent_share(residual, one_surface) < WORTHWHILE_SHARE:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        log_depth = np.log(depth)
    result = np.empty(depth.shape, np.float32)
    decay = (CELL / (REACH * max(depth.shape))) ** 2
    filled = np.where(one_surface, residual, 0).astype(np.float32)
    _geometry.continue_along_surfaces(np.ascontiguousarray(log_depth), filled, one_surface, CELL, decay, result)
    return result


def _coherent_share(residual: NDArray[np.float32], known: NDArray[np.bool_]) -> float:
    """The share of whole known cells whose every pixel is off by WORTHWHILE to the same side.

    Pixels of grass or branches that meet another blade are off by more, but not together.
    """
    rows, columns = (n // CELL for n in residual.shape)

    def cells(values: NDArray[np.bool_]) -> NDArray[np.bool_]:
        blocks = values[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
        return np.asarray(blocks.all(axis=(1, 3)))

    off = cells(known & (residual > WORTHWHILE)) | cells(known & (residual < -WORTHWHILE))
    return float(off.sum() / max(1, cells(known).sum()))
