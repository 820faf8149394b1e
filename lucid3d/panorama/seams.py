"""Seams of a panorama: where it does not go on across the wrap, across a cube map's edges, or over a pole.

A seam is a step that the picture beside it does not have. Along every curve on which one may lie the difference of the
pixels to both sides is compared with the same difference measured a little further away on either side; a picture that
simply has much detail has it in both places.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lucid3d.panorama.resampling import (
    CUBE_FACES,
    checked_panorama,
    equirectangular_rays,
    pixel_solid_angles,
    sample_equirectangular,
)

Array = NDArray[np.float32]

SEGMENTS = 48
"""Parts of a curve that are judged by themselves: a seam may show in the sky only, or on the ground only."""
BESIDE = tuple(o for k in range(4, 12) for o in (-k, k))
"""Pixels beside a curve where the picture's own steps are measured: clear of the step, near enough to be alike."""
STEP_RATIO = 3.0
"""A step this many times the picture's own is a seam. Five neighbours in a row of a picture without one stay below."""
LEAST_RUN = 5
"""Neighbouring segments that must show it: an edge of the picture may lie on a curve, hardly along a tenth of it."""
LEAST_STEP = 1.5 / 255
"""Steps below it nobody sees."""
POLE_DEGREES = 12.0
"""How far from a pole a panorama that was painted flat is looked at, and mended at most."""
PINCH_RATIO = 2.5
"""Detail around a pole over that of the sphere from which it is pinched; panoramas of a sphere stay below 1.5."""
POLE_BANDS = 12
"""Rings that this cap is judged in."""


@dataclass(frozen=True)
class Curve:
    """An arc of a great circle on which a seam may lie.

    Attributes:
        name: "wrap", or the two cube faces that meet there.
        points: (N, 3) unit vectors along it, about a pixel apart.
        across: (N, 3) unit vectors at right angles to it and to the points: from the first side to the second.
    """

    name: str
    points: Array
    across: Array


@dataclass(frozen=True)
class Seam:
    """What was found on one curve or around one pole.

    Attributes:
        name: the curve's, or "zenith" or "nadir".
        ratio: steps over the picture's own steps, where a seam shows or else on the whole; about 1 where all is well.
        share: part of the curve (of the cap) that shows a seam.
    """

    name: str
    ratio: float
    share: float

    @property
    def visible(self) -> bool:
        """Whether a person would see it."""
        return self.share > 0


def curves(height: int) -> list[Curve]:
    """The wrap and the twelve edges of a cube map, for a panorama of `height` rows."""
    step = math.pi / height
    latitude = (0.5 - (np.arange(height) + 0.5) / height) * math.pi
    wrap = np.stack([np.zeros(height), -np.sin(latitude), -np.cos(latitude)], axis=1)
    # At the wrap (looking along -z) the picture goes on towards -x: that is where column 0 follows the last one.
    found = [Curve("wrap", wrap.astype(np.float32), np.tile(np.array([-1, 0, 0], np.float32), (height, 1)))]
    names = list(CUBE_FACES)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            a, b = CUBE_FACES[first][:, 2], CUBE_FACES[second][:, 2]
            if abs(a @ b) > 0.5:  # opposite faces do not meet
                continue
            along = np.cross(a, b)
            reach = math.atan(1 / math.sqrt(2))  # from the middle of an edge to a cube's corner
            t = np.arange(-reach + step / 2, reach, step)[:, None]
            middle = (a + b) / math.sqrt(2)
            points = np.cos(t) * middle + np.sin(t) * along
            across = np.broadcast_to((b - a) / math.sqrt(2), points.shape)
            found.append(Curve(first + second, points.astype(np.float32), across.astype(np.float32)))
    return found


def strip(panorama: Array, curve: Curve, offsets: NDArray[np.floating]) -> Array:
    """The panorama beside a curve: (N, len(offsets), C), with offsets in pixels, positive on the second side."""
    angle = np.asarray(offsets, np.float32)[None, :, None] * np.float32(math.pi / panorama.shape[0])
    directions = np.cos(angle) * curve.points[:, None] + np.sin(angle) * curve.across[:, None]
    return sample_equirectangular(panorama, directions.astype(np.float32))


def steps_along(panorama: Array, curve: Curve) -> tuple[Array, Array]:
    """(N,) absolute steps of colour across a curve, and beside it (their mean).

    A step is what the difference over two pixels is more than the differences to both sides of it let expect: a slope,
    however steep, is none.
    """
    first = min(BESIDE) - 3
    beside = strip(panorama, curve, np.arange(first, max(BESIDE) + 4).astype(np.float32))

    def difference(at: int) -> Array:
        return beside[:, at + 1 - first] - beside[:, at - 1 - first]

    def step(at: int) -> Array:
        more = difference(at) - (difference(at - 2) + difference(at + 2)) / 2
        return np.asarray(np.abs(more).mean(axis=1), np.float32)

    return step(0), np.mean([step(o) for o in BESIDE], axis=0, dtype=np.float32)


def seam_segments(panorama: Array, curve: Curve) -> tuple[NDArray[np.bool_], float]:
    """(SEGMENTS,) bool: where a curve shows a seam; and its steps over those beside it, there or on the whole."""
    here, beside = steps_along(panorama, curve)
    parts = np.array_split(np.arange(len(here)), SEGMENTS)
    steps = np.array([(here[p].mean(), beside[p].mean()) for p in parts if len(p)], np.float32)
    ratio = steps[:, 0] / np.maximum(steps[:, 1], LEAST_STEP)
    shown = (ratio > STEP_RATIO) & (steps[:, 0] > LEAST_STEP)
    full = np.zeros(SEGMENTS, bool)
    full[: len(shown)] = _runs(shown)
    judged = steps[full[: len(shown)]] if full.any() else steps
    return full, float(judged[:, 0].mean() / max(float(judged[:, 1].mean()), LEAST_STEP))


def _runs(shown: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Only what belongs to a run of at least `LEAST_RUN`; a gap of one does not end a run."""
    closed = ndimage.binary_closing(shown, np.ones(3), border_value=0)
    kept: NDArray[np.bool_] = ndimage.binary_opening(closed, np.ones(LEAST_RUN))
    return kept


def pole_reach(panorama: Array, *, top: bool) -> tuple[float, float]:
    """How far a pole of a panorama (H, 2H, C) is pinched.

    A picture painted flat shows as much detail along the first row as along any other, although that row is a point of
    the sphere. Along each ring the change over one pixel of the sphere's is compared with what the panorama has at the
    same height of picture, further down, over the same distance.

    Returns:
        Degrees from the pole up to which the ratio is too large (0 where it never is), and the largest ratio.
    """
    height = panorama.shape[0]
    rows = max(2, round(POLE_DEGREES / 180 * height))
    upper = panorama[:rows] if top else panorama[::-1][:rows]
    below = panorama[rows : 3 * rows] if top else panorama[::-1][rows : 3 * rows]
    own = np.abs(np.diff(below, axis=0)).mean()  # over one pixel of latitude: the same anywhere on the sphere
    angle = (np.arange(rows) + 0.5) / rows * math.radians(POLE_DEGREES)
    change = np.abs(upper - np.roll(upper, 1, axis=1)).mean(axis=(1, 2))
    # A pixel of these rows spans only sin(angle) of a pixel of the sphere; smooth pictures change as little.
    spanned = np.sin(angle)
    ratio = change / np.maximum(spanned * own, LEAST_STEP / 4)
    bands = np.array([part.mean() for part in np.array_split(ratio, min(POLE_BANDS, rows))])
    bad = np.flatnonzero(bands > PINCH_RATIO)
    reach = POLE_DEGREES * (int(bad.max()) + 1) / len(bands) if len(bad) else 0.0
    return reach, float(bands.max())


def find_seams(panorama: Array) -> list[Seam]:
    """Everything of a panorama that does not go on as the sphere does.

    Args:
        panorama: (H, 2H, C) float32 in [0, 1].
    Returns:
        One entry for the wrap, for each cube edge and for each pole, visible or not.
    Raises:
        InputError: the shape is not 2:1.
    """
    panorama = checked_panorama(panorama)
    if panorama.ndim == 2:
        panorama = panorama[..., None]
    found = []
    for curve in curves(panorama.shape[0]):
        segments, ratio = seam_segments(panorama, curve)
        found.append(Seam(curve.name, ratio, float(segments.mean())))
    for name, top in (("zenith", True), ("nadir", False)):
        reach, ratio = pole_reach(panorama, top=top)
        found.append(Seam(name, ratio, reach / POLE_DEGREES))
    return found


def cap_mask(height: int, degrees: float, *, top: bool) -> NDArray[np.bool_]:
    """(H, 2H) bool: the pixels within some degrees of a pole."""
    y = equirectangular_rays(height)[..., 1]
    inside: NDArray[np.bool_] = (-y if top else y) > math.cos(math.radians(degrees))
    return inside


def sphere_share(mask: NDArray[np.bool_]) -> float:
    """Part of the sphere that a mask (H, 2H) covers."""
    height = len(mask)
    return float((mask.mean(axis=1) * pixel_solid_angles(height) * 2 * height).sum() / (4 * math.pi))
