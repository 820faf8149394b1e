"""Motion along rays in the known region, and its smooth continuation (paper, Algorithm 1, lines 11-13).

A pixel that moves along its ray changes its depth by a factor; the field of log-factors is fitted to the known region
and continued into the unknown one as `smooth` says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.alignment.smooth import FieldBasis

NOISE = 0.004
"""Log-depth; two good measurements of one surface agree no better than this from one pixel to the next."""
ROBUST_ITERATIONS = 8


def fit_field(
    basis: FieldBasis,
    x: NDArray[np.integer],
    y: NDArray[np.integer],
    residual: NDArray[np.floating],
) -> NDArray[np.float64]:
    """Coefficients (M,) of the most plausible smooth field through log-depth residuals (N,) at pixels x, y,
    robustly.
    """
    rows = basis.rows(x, y)
    residual = np.asarray(residual, np.float64)
    weight = np.ones(len(residual))
    coefficients = np.zeros(len(basis))
    for _ in range(ROBUST_ITERATIONS):
        spread = max(NOISE, 1.4826 * float(np.median(np.abs(residual - rows @ coefficients))))
        weight = robust_weight(residual - rows @ coefficients, spread)
        information = (rows * weight[:, None]).T @ rows / NOISE**2 + np.eye(len(basis))
        coefficients = np.linalg.solve(information, rows.T @ (weight * residual) / NOISE**2)
    return coefficients


def robust_weight(residual: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Weights (N,) of Tukey's biweight at 4.7 spreads: full near zero, none for what belongs to another surface."""
    share = np.minimum(np.abs(residual) / (4.685 * spread), 1.0)
    weight: NDArray[np.float64] = (1 - share**2) ** 2
    return weight
