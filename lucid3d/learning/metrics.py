"""How good a reading of a picture is, in the numbers that papers on monocular depth print."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WITHIN = 1.25
"""Factor of the usual threshold accuracy, delta < 1.25 (Eigen et al. 2014, section 4.2)."""
FARTHEST = 80.0
"""Metres to which a prediction in metres is cut before it is compared with what a laser measured, and what one of
infinitely far counts as (the usual cap, Eigen et al. 2014, section 4.2)."""


@dataclass(frozen=True)
class DepthScore:
    """Of one picture.

    Attributes:
        abs_rel: mean |predicted / true - 1| after one scale, which makes the medians of the ratio 1.
        within: share of pixels within 25 % after that scale.
        factor: by how much that scale is off, at least 1 (2 = half or twice as far).
    """

    abs_rel: float
    within: float
    factor: float


def depth_score(predicted: NDArray[np.floating], truth: NDArray[np.floating]) -> DepthScore | None:
    """Compare depths (H, W) where `truth` is finite and positive; None where that is nowhere."""
    known = np.isfinite(truth) & (truth > 0)
    if not known.any():
        return None
    answer = np.where(np.isfinite(predicted), predicted, FARTHEST)[known].astype(np.float64)
    ratio = np.maximum(answer, 1e-6) / truth[known]
    scale = float(np.median(ratio))
    aligned = ratio / scale
    return DepthScore(
        abs_rel=float(np.abs(aligned - 1).mean()),
        within=float((np.maximum(aligned, 1 / aligned) < WITHIN).mean()),
        factor=math.exp(abs(math.log(scale))),
    )


def constant_score(truth: NDArray[np.floating]) -> DepthScore | None:
    """The same for a truth (H, W) and a prediction that is one distance everywhere: what any network has to beat."""
    return depth_score(np.ones(truth.shape), truth)
