"""Scale and shift by gradient descent on the mean L1 distance in 3-D (paper, Algorithm 1, lines 6-10).

A depth map d is brought to metres by z = s d ("metric"), z = s d + t ("relative-depth") or 1 / z = s d + t
("relative-disparity"). The L1 distance between the lifted pixel and its known point is |z - target| times the L1 norm
of the pixel's ray (taken in the camera's frame, so that turning the world changes nothing).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.families.base import DepthKind

MAX_ITERATIONS = 200
MAX_LOG_STEP = 1.0
"""One step changes the scale by a factor of e at most: far from the minimum the curvature says nothing."""
TOLERANCE = 1e-6
"""Relative change of every depth below which the descent has converged."""
SMOOTHING = 0.3
"""The L1 norm is rounded off within this share of the current mean distance, which falls to FINEST as it converges."""
FINEST = 1e-7
OUTLIER_MADS = 4.0
"""Pixels further than this many (normal-consistent) median deviations from the start are left out of the descent,"""
OUTLIER_FLOOR = 0.05
"""but never those within 5 % of it."""
HYPOTHESES = 200
"""Random pairs of pixels tried for a robust start of scale and shift: with 30 % of outliers half of them are clean."""
LEAST_DISPARITY = 1e-5
"""1 / metres; what an aligned disparity is kept above, so that no pixel goes behind the camera."""


@dataclass(frozen=True)
class ScaleFit:
    """What brings a depth map to metres, and how the search for it went.

    Attributes:
        scale, shift: see the module; the shift is zero for metric depth.
        loss: mean L1 distance in 3-D over the pixels used, metres.
        iterations: steps of descent.
        converged: False when the steps ran out first.
        inliers: fraction of the pixels that the descent used.
    """

    scale: float
    shift: float
    loss: float
    iterations: int
    converged: bool
    inliers: float


def apply_scale(
    depth: NDArray[np.floating], kind: DepthKind, scale: float, shift: float, nearest: float = 0.0
) -> NDArray[np.float32]:
    """Bring a depth map of any shape to metric z-depth, float32; +inf stays +inf, and disparity of no more than zero
    is.

    Args:
        nearest: metres that relative depth is kept above (a negative shift may send near pixels behind the camera).
    """
    metric: NDArray[np.floating]
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "metric":
            metric = depth * np.float32(scale)
        elif kind == "relative-depth":
            metric = np.maximum(depth * np.float32(scale) + np.float32(shift), np.float32(nearest))
        else:
            disparity = depth * np.float32(scale) + np.float32(shift)
            metric = np.where(disparity > LEAST_DISPARITY, 1.0 / disparity, np.inf)
            metric = np.where(np.isnan(depth), np.nan, np.where(np.isinf(depth), np.inf, metric))
    return metric.astype(np.float32)


def fit_scale(
    depth: NDArray[np.floating],
    target: NDArray[np.floating],
    rays: NDArray[np.floating],
    kind: DepthKind = "metric",
    *,
    start: float | None = None,
    seed: int = 0,
) -> ScaleFit:
    """Fit scale (and shift) of a depth to known depth.

    Args:
        depth: (N,) the estimator's numbers, finite; N at least 1 (2 with a shift).
        target: (N,) known z-depth, metres, finite and positive.
        rays: (N, 3) ray of each pixel in the camera's frame, z = 1.
        kind: what `depth` means.
        start: a scale to begin the descent at with every pixel taken in ("metric" alone); None for the robust start.
        seed: of the random pairs that scale and shift start from.
    """
    d, z = np.asarray(depth, np.float64), np.asarray(target, np.float64)
    weight = np.abs(np.asarray(rays, np.float64)).sum(1)
    if kind == "metric":
        parameters = np.array([np.log(start if start is not None else _median_ratio(d, z))])
    else:
        parameters = _robust_line(d, z if kind == "relative-depth" else 1.0 / z, z, kind, seed)
    inlier = np.ones(len(d), bool)
    if start is None:
        with np.errstate(divide="ignore", invalid="ignore"):
            deviation = np.abs(np.log(_metric(d, kind, parameters)[0] / z))
        deviation[~np.isfinite(deviation)] = np.inf
        spread = 1.4826 * float(np.median(deviation))
        inlier = deviation <= max(OUTLIER_MADS * spread, OUTLIER_FLOOR)
    if not inlier.any():
        inlier[:] = True
    parameters, loss, iterations, converged = _descend(d[inlier], z[inlier], weight[inlier], kind, parameters)
    scale, shift = (float(np.exp(parameters[0])), 0.0) if kind == "metric" else map(float, parameters)
    return ScaleFit(scale, shift, loss, iterations, converged, float(inlier.mean()))


def _median_ratio(d: NDArray[np.float64], z: NDArray[np.float64]) -> float:
    return float(np.median(z / np.maximum(d, 1e-12)))


def _metric(
    d: NDArray[np.float64], kind: DepthKind, parameters: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """z (N,) and its Jacobian (N, P) in the parameters: log s, or s and t."""
    if kind == "metric":
        z = d * np.exp(parameters[0])
        return z, z[:, None]
    line = parameters[0] * d + parameters[1]
    jacobian = np.stack([d, np.ones_like(d)], axis=1)
    if kind == "relative-depth":
        return line, jacobian
    z = 1.0 / np.maximum(line, LEAST_DISPARITY)
    return z, -(z**2)[:, None] * jacobian


def _descend(
    d: NDArray[np.float64],
    z: NDArray[np.float64],
    weight: NDArray[np.float64],
    kind: DepthKind,
    parameters: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float, int, bool]:
    """Descend; returns parameters, loss, steps, converged.

    The gradient is divided by the curvature of the parabola that touches the rounded L1 norm from above, so that a step
    never needs a learning rate; halving it where depth is not linear in the parameters keeps the loss falling.
    """

    def distance(p: NDArray[np.float64]) -> float:
        return float(np.mean(weight * np.abs(_metric(d, kind, p)[0] - z)))

    smallest = FINEST * float(np.median(z))
    loss = distance(parameters)
    for iteration in range(1, MAX_ITERATIONS + 1):
        estimate, jacobian = _metric(d, kind, parameters)
        error = estimate - z
        rounding = max(SMOOTHING * loss * 0.7**iteration, smallest)
        pull = weight / np.sqrt(error**2 + rounding**2)
        gradient = jacobian.T @ (pull * error)
        curvature = (jacobian * pull[:, None]).T @ jacobian
        curvature[np.diag_indices_from(curvature)] *= 1 + 1e-9
        try:
            step = -np.linalg.solve(curvature, gradient)
        except np.linalg.LinAlgError:  # a constant depth: any scale will do
            step = -np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        if kind == "metric":
            step = np.clip(step, -MAX_LOG_STEP, MAX_LOG_STEP)
        shrink = 1.0
        for _ in range(12):
            trial = distance(parameters + shrink * step)
            if trial <= loss * (1 + 1e-4) + smallest:  # the rounding may cost a little of the exact loss
                break
            shrink /= 2
        parameters = parameters + shrink * step
        moved = float(np.max(np.abs(jacobian @ (shrink * step)) / z))
        loss = trial
        if moved < TOLERANCE:
            return parameters, loss, iteration, True
    return parameters, loss, MAX_ITERATIONS, False


def _robust_line(
    d: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64], kind: DepthKind, seed: int
) -> NDArray[np.float64]:
    """Scale and shift (2,) of y = s d + t with the smallest truncated relative error in z among lines through two
    pixels.
    """
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, len(d), (2, HYPOTHESES))
    rise, run = y[second] - y[first], d[second] - d[first]
    usable = np.abs(run) > 1e-9 * max(float(np.ptp(d)), 1e-300)
    if not usable.any():
        return np.array([0.0, float(np.median(y))])
    scale = rise[usable] / run[usable]
    shift = y[first][usable] - scale * d[first][usable]
    some = rng.choice(len(d), min(len(d), 1000), replace=False)
    line = scale[:, None] * d[some] + shift[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = line / z[some] if kind == "relative-depth" else 1.0 / (line * z[some])
        error = np.where(ratio > 0, np.abs(np.log(ratio)), np.inf)
    best = int(np.argmin(np.minimum(error, 0.3).mean(1)))
    return np.array([scale[best], shift[best]])
