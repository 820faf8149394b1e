"""Motion along rays in the known region, and its smooth continuation (paper, Algorithm 1, lines 11-13).

A pixel that moves along its ray changes its depth by a factor; the field of log-factors is fitted to the known region
and continued into the unknown one as `smooth` says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.alignment.smooth import FieldBasis

NOISE = 0.02
"""Log-depth; how far the known scene itself is trusted: its errors were continued from view to view before this one."""
ROBUST_ITERATIONS = 6


def normal_equations(
    rows: NDArray[np.float64], weights: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """rows^T W rows (M, M) and rows^T W values (M,), for rows (N, M).

    Native, because a threaded BLAS on matrices this small waits for its own threads whenever the machine is busy.
    """
    import lucid3d.native._geometry as _geometry

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
    """The most plausible smooth field through log-depth residuals (N,) at pixels x, y, robustly: its coefficients (M,)."""
    rows = basis.rows(x, y)
    values = np.asarray(residual, np.float64)
    coefficients = np.zeros(len(basis))
    coefficients[0] = np.median(values) / basis.sigmas[0]
    for _ in range(ROBUST_ITERATIONS):
        left = values - rows @ coefficients
        spread = max(NOISE, 1.4826 * float(np.median(np.abs(left))))
        information, right = normal_equations(rows, robust_weight(left, spread) / NOISE**2, values)
        coefficients = np.linalg.solve(information + np.eye(len(basis)), right)
    return coefficients


def robust_weight(residual: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Weights (N,) of Tukey's biweight at 4.7 spreads: full near zero, none for what belongs to another surface."""
    share = np.minimum(np.abs(residual) / (4.685 * spread), 1.0)
    weight: NDArray[np.float64] = (1 - share**2) ** 2
    return weight
