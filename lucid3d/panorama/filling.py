"""Holes in a panorama, filled on the sphere: by its surroundings, or by a painter that looks at them.

The plain filling is a pull-push pyramid (Gortler et al. 1996, The Lumigraph, section 3.4): known pixels are averaged
down until every hole has shrunk away, holes take their colour from the finest level that knows one, and are smoothed
on the way back so that they meet their rims. It runs on the panorama as a sphere: levels wrap around, and near the
poles rows are averaged along the circle of latitude until a sample covers as much of the sphere as one on the horizon.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.panorama.resampling import (
    checked_panorama,
    equirectangular_rays,
    perspective_from_equirectangular,
    pixel_solid_angles,
    sample_image,
)

Array = NDArray[np.float32]
Inpaint = Callable[[Array, NDArray[np.bool_], Camera], Array]
"""(image, known, camera) -> image: a Painter's `inpaint` with its prompt and seed bound."""

HOLE_ALPHA = 0.5
"""A pixel covered less than this is counted (and handed to a painter) as a hole."""
_ENOUGH = 1e-3
"""Weight from which a coarse sample is believed to know its colour."""
_BAND_PIXELS = 1 << 20
_RELAXATIONS = 8
"""Smoothing steps a level."""
_VIEW_FOV = 90.0
"""Field of view in degrees in which a painter sees a hole: a cube face's."""
_MAX_VIEWS = 14
"""Views a painter is asked for at most: six faces and eight corners of a cube cover every gap."""


def fill_holes(
    panorama: Array, alpha: NDArray[np.floating] | NDArray[np.bool_], *, inpaint: Inpaint | None = None
) -> tuple[Array, float]:
    """Leave no hole in a panorama.

    Args:
        panorama: (H, 2H, C) float32.
        alpha: (H, 2H). bool: True = known, and known pixels come back exactly as they were. Float in [0, 1]: coverage,
            with the panorama premultiplied by it (as a renderer over black gives it); the filling shines through where
            coverage is below 1.
        inpaint: a painter for pixels covered less than `HOLE_ALPHA`. It sees 90-degree views, the largest hole first;
            what it paints is put back into holes only. Needs C = 3 and colours in [0, 1].
    Returns:
        The filled panorama (H, 2H, C) float32, and the fraction of the sphere that was a hole.
    Raises:
        InputError: shapes that do not belong together, or nothing known at all.
    """
    panorama = checked_panorama(panorama)
    alpha = np.asarray(alpha)
    if panorama.ndim != 3 or alpha.shape != panorama.shape[:2]:
        raise InputError(
            f"fill_holes needs a panorama (H, 2H, C) and a mask (H, 2H), got {panorama.shape}, {alpha.shape}"
        )
    coverage = np.clip(np.nan_to_num(alpha.astype(np.float32)), 0, 1)
    if coverage.max() < _ENOUGH:
        raise InputError("the panorama is one hole: nothing in it is known, so nothing can be continued")
    holes = coverage < HOLE_ALPHA
    fraction = float((holes.mean(axis=1) * pixel_solid_angles(len(holes)) * 2 * len(holes)).sum() / (4 * math.pi))
    if coverage.min() >= 1:
        return panorama.copy(), 0.0
    filled = panorama.copy()
    if alpha.dtype == np.bool_:
        filled[coverage == 0] = 0  # whatever stands in a hole, a NaN too
    _add_background(filled, coverage)
    if inpaint is not None and holes.any():
        filled = _paint_holes(filled, holes, inpaint)
    return filled, fraction


def _add_background(colour: Array, weight: Array) -> None:
    """Let a continued background shine through premultiplied colours (H, W, C) with weights (H, W), in place."""
    height, width = weight.shape
    if weight.min() >= 1:
        return
    if height == 1:
        mean = colour.sum(axis=(0, 1)) / max(float(weight.sum()), 1e-12)
        known = (weight > _ENOUGH)[..., None]
        colour += (1 - weight[..., None]) * np.where(known, colour / np.maximum(weight[..., None], 1e-12), mean)
        return
    coarse, coarse_weight = _halve(colour, weight)
    _add_background(coarse, coarse_weight)
    padded = _pad_for_upsampling(coarse)
    for rows in _bands(height, width):
        colour[rows] += (1 - weight[rows, :, None]) * _upsample(padded, rows, width)
    _relax(colour, weight)


def _halve(colour: Array, weight: Array) -> tuple[Array, Array]:
    """The next level: means of two by two, evened out over the sphere; odd sides repeat their last row or column."""
    height, width = weight.shape
    rows, columns = (height + 1) // 2, (width + 1) // 2
    coarse = np.empty((rows, columns, colour.shape[2]), np.float32)
    coarse_weight = np.empty((rows, columns), np.float32)
    right = np.minimum(np.arange(columns) * 2 + 1, width - 1)
    for band in _bands(rows, columns):
        upper = np.arange(band.start, band.stop) * 2
        lower = np.minimum(upper + 1, height - 1)
        for fine, out in ((colour, coarse), (weight, coarse_weight)):
            pair = fine[upper] + fine[lower]
            out[band] = (pair[:, ::2] + pair[:, right]) / 4
    _even_out_latitudes(coarse)
    _even_out_latitudes(coarse_weight)
    # A level is as certain as its samples, but no more than fully: what is known well stays, what is known little
    # counts for more as holes shrink.
    gain = np.minimum(1, 2 * coarse_weight) / np.maximum(coarse_weight, 1e-12)
    coarse *= gain[..., None]
    coarse_weight *= gain
    return coarse, coarse_weight


def _bands(rows: int, columns: int) -> Iterator[slice]:
    """Rows in portions of about a million pixels, which bounds the memory of what is done to them."""
    step = max(1, _BAND_PIXELS // columns)
    for start in range(0, rows, step):
        yield slice(start, min(rows, start + step))


def _relax(colour: Array, weight: Array) -> None:
    """Some Jacobi steps of Laplace's equation on the sphere inside holes, in place, so that rims show no step.

    Every level adds its own wavelengths, so a few steps a level do what thousands would on the finest alone.
    """
    height, width = weight.shape
    inside = np.flatnonzero(weight < _ENOUGH)
    if len(inside) == 0 or height < 2:
        return
    row, column = inside // width, inside % width
    left, right = row * width + (column - 1) % width, row * width + (column + 1) % width
    # Beyond a pole lies the same row, half a turn away.
    over = row * width + (column + width // 2) % width
    above = np.where(row > 0, inside - width, over)
    below = np.where(row < height - 1, inside + width, over)
    sine = np.sin((row + 0.5) / height * math.pi)
    across = (1 / np.maximum(sine, 1e-3) ** 2).astype(np.float32)[:, None]
    total = 2 * across + 2
    flat = colour.reshape(height * width, -1)
    for _ in range(_RELAXATIONS):
        flat[inside] = (across * (flat[left] + flat[right]) + flat[above] + flat[below]) / total


def _pad_for_upsampling(coarse: Array) -> Array:
    """A level with one more pixel on every side: wrapped at the sides, over the poles at the top and bottom."""
    opposite = np.roll(coarse[[0, -1]], coarse.shape[1] // 2, axis=1)
    tall = np.concatenate([opposite[:1], coarse, opposite[1:]], axis=0)
    return np.concatenate([tall[:, -1:], tall, tall[:, :1]], axis=1)


def _upsample(padded: Array, rows: slice, width: int) -> Array:
    """Some rows of a level at twice its size, bilinear, from the padded level."""
    import cv2

    y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) / 2 + 0.5
    x = (np.arange(width, dtype=np.float32) + 0.5) / 2 + 0.5
    columns, lines = np.meshgrid(x, y)
    out = cv2.remap(padded, columns, lines, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.float32).reshape(*lines.shape, padded.shape[2])


def _even_out_latitudes(level: Array) -> None:
    """Average every row along its circle over 1 / cos(latitude) pixels, in place: samples alike on the sphere."""
    height, width = level.shape[:2]
    cosine = np.sin((np.arange(height) + 0.5) / height * math.pi)
    radius = np.minimum(np.floor((1 / cosine - 1) / 2 + 0.5).astype(int), (width - 1) // 2)
    for row in np.flatnonzero(radius):
        r = int(radius[row])
        wrapped = np.concatenate([level[row, -r - 1 :], level[row], level[row, :r]], axis=0)
        sums = np.cumsum(wrapped, axis=0, dtype=np.float64)
        level[row] = (sums[2 * r + 1 :] - sums[: -2 * r - 1]) / (2 * r + 1)


def _paint_holes(panorama: Array, holes: NDArray[np.bool_], inpaint: Inpaint) -> Array:
    """Ask a painter for every hole, the largest gap of what is left first, and put its pixels back into holes only."""
    height = panorama.shape[0]
    # A 90-degree view has a quarter of the width; painters like multiples of 8.
    size = max(64, round(height / 2 / 8) * 8)
    rays = equirectangular_rays(height)
    weights = np.broadcast_to(pixel_solid_angles(height)[:, None], holes.shape)
    panorama, left = panorama.copy(), holes.copy()
    for _ in range(_MAX_VIEWS):
        if not left.any():
            return panorama
        centre = _gap_centre(rays, left, weights)
        yaw = math.degrees(math.atan2(centre[0], centre[2]))
        pitch = math.degrees(math.asin(float(np.clip(-centre[1], -1, 1))))
        camera = Camera.from_fov(size, size, _VIEW_FOV, yaw_pitch(yaw, pitch))
        view = perspective_from_equirectangular(panorama, camera)
        unknown = perspective_from_equirectangular(left.astype(np.float32), camera) > 0
        painted = np.asarray(inpaint(view, ~unknown, camera), np.float32)
        if painted.shape != view.shape:
            raise InputError(f"the painter returned {painted.shape} for a view of {view.shape}")
        pixels, depth = camera.project(rays[left])
        # Half a pixel inside the view, so that interpolation never leaves it.
        inside = (depth > 0) & (np.abs(pixels - size / 2) <= size / 2 - 0.5).all(axis=1)
        target = np.flatnonzero(left)[inside]
        panorama.reshape(-1, panorama.shape[2])[target] = sample_image(painted, pixels[inside])
        left.reshape(-1)[target] = False
    if left.any():
        logging.getLogger(__name__).warning("%d pixels of the panorama keep their plain filling", int(left.sum()))
    return panorama


def _gap_centre(rays: Array, left: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The direction that sees the most of what is left, among the holes themselves and the whole of them."""
    directions, amounts = rays[left].astype(np.float64), weights[left]
    step = max(1, len(directions) // 4096)  # enough to find the middle of a gap
    directions, amounts = directions[::step], amounts[::step]
    candidates = directions[:: max(1, len(directions) // 256)]
    seen = (directions @ candidates.T > math.cos(math.radians(_VIEW_FOV / 2))).T @ amounts
    best = candidates[int(seen.argmax())]
    near = directions @ best > math.cos(math.radians(_VIEW_FOV / 2))
    middle: NDArray[np.float64] = (directions[near] * amounts[near, None]).sum(axis=0)
    length = float(np.linalg.norm(middle))
    return middle / length if length > 1e-6 else best
