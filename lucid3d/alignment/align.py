"""One view against what is known: scale, then motion along rays, and a word when it cannot be done."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.alignment.motion import agrees, continue_along_surfaces, fit_field
from lucid3d.alignment.scale import ScaleFit, apply_scale, fit_scale
from lucid3d.alignment.smooth import field_basis
from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import DepthKind
from lucid3d.projection import PartialView

SAMPLES = 4096
"""Pixels of the overlap that scale and field are fitted to; more does not change the third digit."""
LEAST_OVERLAP = 0.005
"""Fraction of the picture below which an overlap says something about the scale but not about a field."""
LEAST_PIXELS = 16
"""Pixels below which an overlap says nothing."""
CONSTANT = 1e-6
"""Relative range below which a depth map is constant,"""
CONSTANT_ERROR = 0.05
"""which is worth a word when the known scene differs from it by this much in log-depth: a wall may face the camera."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alignment:
    """A depth map brought into agreement with the known scene.

    Attributes:
        depth: (H, W) float32 z-depth, metres, +inf for sky.
        scaled: (H, W) float32 the same after scale and shift alone: `close_loop` finds the smooth fields of all views
            together, and what is bent already to meet its neighbours would bend them, too.
        scale, shift: see lucid3d.alignment.scale.
        loss: mean L1 distance in 3-D after the scale, metres; NaN without overlap.
        iterations, converged: of the descent.
        overlap: fraction of the picture's pixels, that are known and a surface in both.
        residual: median relative depth difference to the known scene, at the end; NaN without overlap.
        warning: what went wrong and what was done instead, or None.
    """

    depth: NDArray[np.float32]
    scaled: NDArray[np.float32]
    scale: float
    shift: float
    loss: float
    iterations: int
    converged: bool
    overlap: float
    residual: float
    warning: str | None


def align(
    depth: NDArray[np.floating],
    kind: DepthKind,
    partial: PartialView,
    camera: Camera,
    *,
    view: int | None = None,
    fallback: tuple[float, float] | None = None,
    motion: bool = True,
    seed: int = 0,
) -> Alignment:
    """Align an estimated depth map to the part of it that is known (paper, Algorithm 1, lines 6-13).

    Args:
        depth: (H, W) what the estimator says; +inf is sky, for every kind.
        kind: "metric", "relative-depth" or "relative-disparity".
        partial: the known scene from `camera`.
        camera: of that size.
        view: its index, for the warning.
        fallback: scale and shift of an earlier view of the same estimator, used where there is no overlap.
        motion: False to stop after the scale.
        seed: of the robust start.
    Returns:
        Alignment; trouble is logged as a warning, too.
    Raises:
        InputError: shapes that do not fit, or an unknown kind.
    """
    if kind not in ("metric", "relative-depth", "relative-disparity"):
        raise InputError(f"depth kind {kind!r} must be 'metric', 'relative-depth' or 'relative-disparity'")
    depth = np.asarray(depth, np.float32)
    if depth.shape != (camera.height, camera.width) or partial.depth.shape != depth.shape:
        raise InputError(
            f"depth {depth.shape} and partial view {partial.depth.shape} must have the camera's shape "
            f"({camera.height}, {camera.width})"
        )
    surface = np.isfinite(depth) & ((depth > 0) | (kind != "metric"))
    both = partial.known & np.isfinite(partial.depth) & surface
    overlap = float(both.mean())
    trouble = _trouble(surface, both)
    if trouble is not None:
        return _without_overlap(depth, kind, surface, overlap, trouble, view, fallback)
    y, x = _samples(both)
    rays = _rays(camera, x, y)
    target = partial.depth[y, x]
    fit = fit_scale(depth[y, x], target, rays, kind, seed=seed)
    if kind == "metric" and agrees(np.log(depth[y, x] / target)):
        fit = ScaleFit(1.0, 0.0, fit.loss, fit.iterations, fit.converged, fit.inliers)
    scaled = apply_scale(depth, kind, fit.scale, fit.shift, nearest=0.5 * float(target.min()))
    aligned = scaled
    with np.errstate(divide="ignore"):
        residual = np.log(target / scaled[y, x])
    usable = np.isfinite(residual)
    warning = None
    misfit = float(np.median(np.abs(residual[usable]))) if usable.any() else float("inf")
    if _constant(depth[surface]) and misfit > CONSTANT_ERROR:
        return _flat(surface, target, overlap, view)
    if not fit.converged:
        warning = (
            f"the scale did not converge in {fit.iterations} steps (mean distance {fit.loss:.3g} m); the last was kept"
        )
    if kind != "metric" and fit.scale <= 0 and not _constant(depth[surface]):
        warning = f"the estimated depth runs against the known one (scale {fit.scale:.3g}); it was used all the same"
    if overlap < LEAST_OVERLAP:
        warning = f"only {overlap:.2%} of the picture overlaps with the known scene; scaled, but not bent to fit"
    elif motion and usable.any():
        if not agrees(residual[usable]):
            basis = field_basis(camera.width, camera.height)
            aligned = scaled * np.exp(basis.field(fit_field(basis, x[usable], y[usable], residual[usable])))
        aligned = move_objects(aligned, partial)
        with np.errstate(divide="ignore", invalid="ignore"):
            residual = np.log(target / aligned[y, x])
    final = float(np.median(np.abs(residual[usable]))) if usable.any() else float("nan")
    return Alignment(
        aligned,
        scaled,
        fit.scale,
        fit.shift,
        fit.loss,
        fit.iterations,
        fit.converged,
        overlap,
        final,
        _say(warning, view),
    )


def move_objects(depth: NDArray[np.float32], partial: PartialView) -> NDArray[np.float32]:
    """Move what is off as a whole onto the known scene, and its unknown part along with it.

    Args:
        depth: (H, W) z-depth, metres, after scale and smooth field; +inf is sky.
        partial: the known scene from the same camera.
    Returns:
        (H, W) float32; `depth` itself when no object is off.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.log(partial.depth / depth).astype(np.float32)
    known = partial.known & np.isfinite(left)
    objects = continue_along_surfaces(depth, np.where(known, left, np.float32(0)), known)
    return depth if objects is None else (depth * np.exp(objects)).astype(np.float32)


def _trouble(surface: NDArray[np.bool_], both: NDArray[np.bool_]) -> str | None:
    """Why a depth map cannot be aligned, or None."""
    if not surface.any():
        return "the estimated depth is all sky"
    if both.sum() < LEAST_PIXELS:
        return f"its overlap with the known scene is {int(both.sum())} pixels"
    return None


def _constant(values: NDArray[np.float32]) -> bool:
    return float(np.ptp(values)) <= CONSTANT * max(float(np.abs(values).max()), 1e-30)


def _flat(surface: NDArray[np.bool_], target: NDArray[np.float32], overlap: float, view: int | None) -> Alignment:
    """What a constant depth map becomes where the known scene is not flat: the known scene's median distance."""
    distance = float(np.median(target))
    warning = _say(f"the estimated depth is constant; {distance:.3g} m, the median of what is known, was taken", view)
    depth = np.where(surface, np.float32(distance), np.float32(np.inf)).astype(np.float32)
    residual = float(np.median(np.abs(np.log(target / distance))))
    return Alignment(depth, depth, 1.0, 0.0, float("nan"), 0, False, overlap, residual, warning)


def _without_overlap(
    depth: NDArray[np.float32],
    kind: DepthKind,
    surface: NDArray[np.bool_],
    overlap: float,
    trouble: str,
    view: int | None,
    fallback: tuple[float, float] | None,
) -> Alignment:
    """The best that can be done for a view that cannot be aligned."""
    if fallback is not None:
        scale, shift = fallback
        instead = "the scale of the view before it was used"
    elif kind == "metric":
        scale, shift, instead = 1.0, 0.0, "its depth was kept as estimated"
    else:
        scale, shift, instead = 1.0, 0.0, "its numbers were taken for metres"
    scaled = apply_scale(depth, kind, scale, shift)
    return Alignment(
        scaled, scaled, scale, shift, float("nan"), 0, False, overlap, float("nan"), _say(f"{trouble}; {instead}", view)
    )


def _say(warning: str | None, view: int | None) -> str | None:
    if warning is None:
        return None
    text = warning if view is None else f"view {view}: {warning}"
    _log.warning(text)
    return text


def _samples(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns (N,) of at most about SAMPLES pixels of a mask, evenly spread."""
    flat = np.flatnonzero(mask)
    # A step that shares no factor with the rows' length walks through all columns.
    chosen = flat[:: max(1, len(flat) // SAMPLES) | 1]
    y, x = np.divmod(chosen, mask.shape[1])
    return y, x


def _rays(camera: Camera, x: NDArray[np.intp], y: NDArray[np.intp]) -> NDArray[np.float64]:
    """(N, 3) rays through the centres of pixels x, y in the camera's frame, z = 1."""
    return np.stack(
        [(x + 0.5 - camera.cx) / camera.fx, (y + 0.5 - camera.cy) / camera.fy, np.ones(len(x))], axis=1
    ).astype(np.float64)
