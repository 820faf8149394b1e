"""Seam repair for panoramas that come from elsewhere: painted flat, or joined from views that do not quite meet.

Where `seams` finds one, the two sides are brought together band by band (Burt and Adelson 1983, A multiresolution
spline with application to image mosaics): each side is continued beyond the seam by its mirror image, coarse bands are
blended over a wide zone and fine ones over a narrow one, so that tones meet softly and detail is not smeared. With a
painter, what lies right on the seam is then painted anew in a 90-degree view that looks at it, and put back; poles
are painted in the views that look straight up and down. Without one, a pinched pole is continued from its rim, with
the grain of what lies beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.panorama.filling import Inpaint, fill_holes
from lucid3d.panorama.resampling import (
    checked_panorama,
    equirectangular_rays,
    perspective_from_equirectangular,
    sample_image,
)
from lucid3d.panorama.seams import (
    SEGMENTS,
    Curve,
    Seam,
    cap_mask,
    curves,
    find_seams,
    pole_reach,
    seam_segments,
    sphere_share,
    strip,
)
from lucid3d.pixels import blur, resize

Array = NDArray[np.float32]

ZONE_DEGREES = 16.0
"""Half the width of the zone in which two sides are brought together: their tones meet over it."""
PAINTED_DEGREES = 2.5
"""Half the width of what a painter paints anew along a seam."""
SMALLEST_SIDE = 8
"""Pixels of the coarsest band's shorter side."""
CAP_FOV = 80.0
"""Field of view in degrees of the view in which a pole is mended: the cap, and as much again beside it."""
CAP_FEATHER = 0.35
"""Part of a cap's radius over which the mended pole passes into the panorama."""
CAP_GRAIN_DEGREES = 1.0
"""Detail finer than this is taken from beside the cap; coarser is continued from its rim."""
PASSES = 2
"""Rounds of mending: cube edges that meet in a corner change each other's ends."""


@dataclass(frozen=True)
class Repair:
    """A mended panorama.

    Attributes:
        panorama: (H, 2H, 3) float32 in [0, 1].
        before, after: what `find_seams` says of it.
        painted: part of the sphere that a painter painted anew; 0 without one.
    """

    panorama: Array
    before: list[Seam]
    after: list[Seam]
    painted: float


def repair_panorama(panorama: Array, *, inpaint: Inpaint | None = None) -> Repair:
    """Mend the seams of a panorama; what shows none is left as it is.

    Args:
        panorama: (H, 2H, 3) float32 sRGB in [0, 1].
        inpaint: a painter (see `lucid3d.panorama.fill_holes`) for what lies right on a seam and for pinched poles.
    Raises:
        InputError: the shape is not 2:1 with three colours, or values that are not finite.
    """
    panorama = checked_panorama(panorama)
    if panorama.ndim != 3 or panorama.shape[2] != 3:
        raise InputError(f"a panorama to mend must be (H, 2H, 3), this one is {panorama.shape}")
    if not np.isfinite(panorama).all():
        raise InputError("the panorama holds values that are not finite; fill its holes first")
    before = find_seams(panorama)
    if not any(seam.visible for seam in before):
        return Repair(panorama, before, before, 0.0)
    mended = panorama.copy()
    height = len(mended)
    holes = np.zeros(mended.shape[:2], bool)
    for _ in range(PASSES):
        for curve in curves(height):
            segments, _ratio = seam_segments(mended, curve)
            if segments.any():
                zone = _join(mended, curve, segments)
                holes |= zone
    for top in (True, False):
        reach, _ratio = pole_reach(mended, top=top)
        if reach > 0:
            if inpaint is None:
                _mend_cap(mended, reach, top=top)
            else:
                holes |= cap_mask(height, reach, top=top)
    np.clip(mended, 0, 1, out=mended)
    painted = 0.0
    if inpaint is not None and holes.any():
        mended, _ = fill_holes(mended, ~holes, inpaint=inpaint)
        np.clip(mended, 0, 1, out=mended)
        painted = sphere_share(holes)
    return Repair(mended, before, find_seams(mended), painted)


def _join(panorama: Array, curve: Curve, segments: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Bring both sides of a curve together where it shows a seam, in place.

    Returns:
        (H, 2H) bool: the pixels right on the seam, for a painter.
    """
    height = len(panorama)
    reach = max(4, round(ZONE_DEGREES / 180 * height))
    offsets = np.arange(-reach, reach) + 0.5
    beside = strip(panorama, curve, offsets)
    change = _spline(beside) - beside
    # Fade out towards the zone's rim, and along the curve where no seam was seen.
    rim = np.clip((reach - np.abs(offsets)) / (0.4 * reach), 0, 1)
    along = _along(segments, len(curve.points))
    change *= (rim * rim * (3 - 2 * rim))[None, :, None].astype(np.float32) * along[:, None, None]
    rows, columns, t, offset = _zone(height, curve, reach)
    _add(panorama, change, rows, columns, t, offset + reach)
    on_seam = np.zeros(panorama.shape[:2], bool)
    near = (np.abs(offset) < PAINTED_DEGREES / 180 * height) & (along[np.clip(t.astype(int), 0, len(along) - 1)] > 0.5)
    on_seam[rows[near], columns[near]] = True
    return on_seam


def _along(segments: NDArray[np.bool_], count: int) -> Array:
    """(count,) float32 in [0, 1]: where along a curve to work, with soft ends."""
    wide = np.repeat(segments, 2)
    wide = wide | np.roll(wide, 1) | np.roll(wide, -1)
    line = resize(wide.astype(np.float32)[None], count, 1, "linear")
    soft: Array = np.clip(blur(line, count / SEGMENTS / 2)[0] * 1.5, 0, 1).astype(np.float32)
    return soft


def _spline(beside: Array) -> Array:
    """(N, 2R, C) with its left and right halves blended band by band, each continued by its mirror image."""
    half = beside.shape[1] // 2
    left = np.concatenate([beside[:, :half], beside[:, :half][:, ::-1]], axis=1)
    right = np.concatenate([beside[:, half:][:, ::-1], beside[:, half:]], axis=1)
    mask: Array = np.zeros((*beside.shape[:2], 1), np.float32)
    mask[:, :half] = 1
    total = np.zeros_like(beside)
    while True:
        small = (max(1, left.shape[0] // 2), max(1, left.shape[1] // 2))
        if min(small) < SMALLEST_SIDE:  # what is left are tones: they meet over the whole zone
            t = np.linspace(1, 0, left.shape[1])[None, :, None]
            ramp: Array = (t * t * (3 - 2 * t)).astype(np.float32)
            return total + _grown(np.asarray(ramp * left + (1 - ramp) * right, np.float32), beside)
        coarse = [_halved(level, small) for level in (left, right, mask)]
        bands = [level - _grown(c, level) for level, c in zip((left, right), coarse[:2], strict=True)]
        total += _grown(np.asarray(mask * bands[0] + (1 - mask) * bands[1], np.float32), beside)
        left, right, mask = coarse


def _halved(level: Array, small: tuple[int, int]) -> Array:
    return resize(blur(level, 1.0), small[1], small[0], "area").reshape(*small, -1)


def _grown(level: Array, like: Array) -> Array:
    return resize(level, like.shape[1], like.shape[0], "linear").reshape(*like.shape[:2], -1)


def _zone(
    height: int, curve: Curve, reach: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """The panorama's pixels within `reach` pixels of a curve: rows, columns, place along it, offset across (pixels)."""
    rays = equirectangular_rays(height)
    across, along = curve.across[0].astype(np.float64), curve.points.astype(np.float64)
    sine = rays @ across.astype(np.float32)
    near = np.abs(sine) < math.sin(reach * math.pi / height)
    tangent, middle = along[-1] - along[0], along[-1] + along[0]
    tangent, middle = tangent / np.linalg.norm(tangent), middle / np.linalg.norm(middle)
    rows, columns = np.nonzero(near & (rays @ middle.astype(np.float32) > 0))
    chosen = rays[rows, columns].astype(np.float64)
    pixel = math.pi / height
    angle = np.arctan2(chosen @ tangent, chosen @ middle)
    offset = np.arcsin(np.clip(chosen @ across, -1, 1)) / pixel
    first = math.atan2(float(along[0] @ tangent), float(along[0] @ middle))
    t = (angle - first) / pixel
    inside = (t > -0.5) & (t < len(along) - 0.5) & (np.abs(offset) < reach)
    return rows[inside], columns[inside], t[inside], offset[inside]


def _add(
    panorama: Array,
    change: Array,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    t: NDArray[np.float64],
    across: NDArray[np.float64],
) -> None:
    """Add what a strip says, linear along the curve and within each side (never across the seam), in place."""
    half = change.shape[1] // 2
    x = across - 0.5
    # The change jumps at the seam (that is its purpose): each side takes its own values only.
    x = np.where(across < half, np.clip(x, 0, half - 1), np.clip(x, half, 2 * half - 1))
    y = np.clip(t, 0, len(change) - 1)
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    x1 = np.where(across < half, np.minimum(x0 + 1, half - 1), np.minimum(x0 + 1, 2 * half - 1))
    y1 = np.minimum(y0 + 1, len(change) - 1)
    fx, fy = (x - x0)[:, None].astype(np.float32), (y - y0)[:, None].astype(np.float32)
    upper = change[y0, x0] * (1 - fx) + change[y0, x1] * fx
    lower = change[y1, x0] * (1 - fx) + change[y1, x1] * fx
    panorama[rows, columns] += upper * (1 - fy) + lower * fy


def _mend_cap(panorama: Array, degrees: float, *, top: bool) -> None:
    """Continue a pinched pole from its rim, with the grain of what lies beside it, in place."""
    height = len(panorama)
    cap = cap_mask(height, degrees * (1 + CAP_FEATHER), top=top)
    core = cap_mask(height, degrees, top=top)
    coarse, _ = fill_holes(panorama, ~core)
    size = max(64, round(height * CAP_FOV / 180))
    camera = Camera.from_fov(size, size, CAP_FOV, yaw_pitch(0, 90 if top else -90))
    view = perspective_from_equirectangular(panorama, camera)
    grain = view - blur(view, CAP_GRAIN_DEGREES / CAP_FOV * size)
    # The grain of the place beside the cap, as far away as the cap is wide.
    shift = round(camera.fx * math.tan(math.radians(2 * degrees * (1 + CAP_FEATHER))))
    grain = np.roll(grain, shift, axis=1)
    rays = equirectangular_rays(height)[cap]
    angle = np.degrees(np.arccos(np.clip(-rays[:, 1] if top else rays[:, 1], -1, 1)))
    weight = np.clip((degrees * (1 + CAP_FEATHER) - angle) / (degrees * CAP_FEATHER), 0, 1)[:, None].astype(np.float32)
    filled = coarse[cap] + sample_image(grain, camera.project(rays)[0])
    panorama[cap] = panorama[cap] * (1 - weight) + filled * weight
