"""One estimate out of many: what overlapping views say of the same direction, averaged as in a panorama stitcher."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.joint.overlaps import Floats, Overlap, sampled
from lucid3d.pixels import blur

BAND = 2.0
"""Pixels, the standard deviation that parts low frequencies from detail."""

SHARPNESS = 6.0
"""Exponent of the centre weights for detail. Averaging two views' independent detail would blur it; with 6 nearly every
direction takes its detail from the one view whose centre is nearest (multi-band blending, Burt and Adelson 1983)."""

FLOOR = 1e-3
"""Weight of a view at its very edge, so that what nobody else sees keeps its own value."""

PINNED = 1e4
"""What a view that is known (a photograph) counts beside one that is estimated."""


def centre_weights(height: int, width: int) -> Floats:
    """(h, w) weights that fall from 1 at the centre to nearly 0 at the edges, linearly to each side."""
    x = 1 - np.abs((np.arange(width) + 0.5) / width * 2 - 1)
    y = 1 - np.abs((np.arange(height) + 0.5) / height * 2 - 1)
    weights: Floats = (y[:, None] * x + FLOOR).astype(np.float32)
    return weights


@dataclass(frozen=True)
class Fusion:
    """How the estimates of V views become one: called with (V, h, w, C) float32, it returns the same shape.

    Low frequencies are averaged with the centre weights, so that a difference in tone fades over the whole overlap;
    detail is taken almost wholly from the view whose centre is nearest.

    Attributes:
        overlaps: who sees what of whom.
        weights: (V, h, w) float32 of each view's pixels.
        band, sharpness: see `BAND` and `SHARPNESS`; a band of 0 averages everything alike.
    """

    overlaps: Sequence[Overlap]
    weights: Floats
    band: float = BAND
    sharpness: float = SHARPNESS

    def __call__(self, estimates: Floats) -> Floats:
        """Fuse.

        Raises:
            ValueError: the estimates do not have the weights' shape.
        """
        if estimates.shape[:3] != self.weights.shape:
            raise ValueError(f"estimates {estimates.shape} do not fit the views {self.weights.shape}")
        plain, sharp = self._averages(estimates)
        if self.band <= 0:
            return plain
        # Where the views agree the two averages are one; where they differ, the low frequencies of the difference are
        # what the plain average has to say.
        return np.stack(
            [detail + _blurred(tone - detail, self.band) for tone, detail in zip(plain, sharp, strict=True)]
        )

    def _averages(self, values: Floats) -> tuple[Floats, Floats]:
        """The averages with the weights, and with their power."""
        peak = self.weights.max()  # relative to the best weight, so that the power neither over- nor underflows
        totals = [(self.weights / peak)[..., None].astype(np.float64) ** power for power in (1.0, self.sharpness)]
        sums = [values * total for total in totals]
        for overlap in self.overlaps:
            there = sampled(self.weights[overlap.source], overlap, sharp=False)
            weight = (np.where(overlap.seen, there, 0) / peak)[..., None].astype(np.float64)
            warped = _channels(sampled(values[overlap.source], overlap))
            for power, total, summed in zip((1.0, self.sharpness), totals, sums, strict=True):
                summed[overlap.target] += weight**power * warped
                total[overlap.target] += weight**power
        plain, sharp = ((summed / total).astype(np.float32) for summed, total in zip(sums, totals, strict=True))
        return plain, sharp


def fusion(overlaps: Sequence[Overlap], views: int, size: tuple[int, int], pinned: Sequence[int] = ()) -> Fusion:
    """The usual fusion of `views` views of `size` (height, width); `pinned` ones are known and outweigh all others."""
    weights = np.repeat(centre_weights(*size)[None], views, axis=0)
    for view in pinned:
        weights[view] *= PINNED
    return Fusion(overlaps, weights)


def separate(estimates: Floats) -> Floats:
    """The fusion of independent denoising: none. (V, h, w, C) float32 come back as they are."""
    return estimates


Fuse = Callable[[Floats], Floats]


def disagreement(views: Floats, overlaps: Sequence[Overlap]) -> float:
    """Root mean square difference between what two views show of the same direction, over the given overlaps.

    Args:
        views: (V, h, w, C) float32.
    Returns:
        The difference in units of the values; 0 without any overlap.
    """
    total, count = 0.0, 0
    for overlap in overlaps:
        inner = _inner(overlap, views.shape[1], views.shape[2])
        difference = (views[overlap.target] - _channels(sampled(views[overlap.source], overlap)))[inner]
        total += float((difference.astype(np.float64) ** 2).sum())
        count += difference.size
    return float(np.sqrt(total / count)) if count else 0.0


def _inner(overlap: Overlap, height: int, width: int) -> NDArray[np.bool_]:
    """Where the source is interpolated, not continued beyond its outermost pixel centres."""
    inside: NDArray[np.bool_] = (
        overlap.seen & (overlap.x >= 0) & (overlap.x <= width - 1) & (overlap.y >= 0) & (overlap.y <= height - 1)
    )
    return inside


def _channels(values: Floats) -> Floats:
    """cv2 drops a single channel: put it back."""
    return values if values.ndim == 3 else values[..., None]


def _blurred(view: Floats, sigma: float) -> Floats:
    return _channels(blur(view, sigma))
