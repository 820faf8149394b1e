"""What the network is trained on, loss by loss, each with its source.

All are means over a batch, finite for every input, and zero in value and gradient where nothing is known (all sky, an
unknown place). Depth is in logarithms, where one factor on all of it is one number added.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from lucid3d.learning.batches import Batch
from lucid3d.learning.network import BINS, Answer, focal_share, horizon_share, roll_share

GRADIENT_SCALES = 4
"""Pyramid levels of `gradient_loss`, as MiDaS has."""
BIN_SOFTNESS = 1.2
"""Standard deviation, in bins, of the target distribution around the true bin."""
LEAST_KNOWN = 16
"""Pixels of known depth below which a picture says nothing of depth."""


@dataclass(frozen=True)
class Weights:
    """How much each loss counts. They were chosen so that each starts near the size of the depth's."""

    depth: float = 1.0
    gradient: float = 0.1
    error: float = 0.05
    normals: float = 0.5
    classes: float = 0.3
    latitude: float = 1.0
    scale: float = 0.2
    horizon: float = 0.15
    roll: float = 0.05
    focal: float = 0.05
    place: float = 0.2
    indoors: float = 0.3


def losses(answer: Answer, truth: Batch) -> dict[str, Tensor]:
    """Every loss, a scalar, by the name that `Weights` has for it."""
    known = truth.depth > 0
    log_truth = torch.where(known, truth.depth, torch.ones_like(truth.depth)).log()
    offset = best_offset(answer.log_depth, log_truth, known)
    residual = aligned_residual(answer.log_depth, log_truth, known, offset)
    return {
        "depth": depth_loss(residual, known),
        "gradient": gradient_loss(residual, known),
        "error": error_loss(answer.log_error, residual, known),
        "normals": normal_loss(answer.normals, truth.normals),
        "classes": functional.cross_entropy(answer.classes, truth.classes),
        "latitude": (answer.latitude - truth.latitude).abs().mean(),
        "scale": scale_loss(answer.scale, offset, known),
        "horizon": bin_loss(answer.horizon, horizon_share(truth.horizon)),
        "roll": bin_loss(answer.roll, roll_share(truth.roll)),
        "focal": bin_loss(answer.focal, focal_share(truth.focal)),
        "place": place_loss(answer.place, truth.place),
        "indoors": functional.binary_cross_entropy_with_logits(answer.indoors, truth.indoors),
    }


def total(parts: dict[str, Tensor], weights: Weights) -> Tensor:
    """The weighted sum of `losses`, a scalar."""
    return torch.stack([getattr(weights, name) * value for name, value in parts.items()]).sum()


def best_offset(log_depth: Tensor, log_truth: Tensor, known: Tensor) -> Tensor:
    """(B,) what to add to each `log_depth` (B, h, w) so that the median of its difference to the truth is zero.

    The robust alignment of MiDaS ("Towards Robust Monocular Depth Estimation", Ranftl et al. 2020, section 5, equation
    5), for scale alone: our truth and our answer are depths, not disparities with an unknown shift. No gradient passes.
    """
    difference = torch.where(known, log_truth - log_depth, torch.full_like(log_depth, torch.nan)).detach()
    return torch.nan_to_num(difference.flatten(1).nanmedian(dim=1).values)


def aligned_residual(log_depth: Tensor, log_truth: Tensor, known: Tensor, offset: Tensor) -> Tensor:
    """(B, h, w) `log_depth` less the truth after alignment; zero where it is not known."""
    return torch.where(known, log_depth + offset[:, None, None] - log_truth, torch.zeros_like(log_depth))


def depth_loss(residual: Tensor, known: Tensor) -> Tensor:
    """Scale-invariant L1 in log depth, a scalar, of residuals (B, h, w): "Depth Map Prediction", Eigen et al. 2014,
    section 3.2, with the median for the mean and the absolute value for the square, as MiDaS (section 5, equation 4)
    has it."""
    return _mean_of_pictures(residual.abs(), known)


def gradient_loss(residual: Tensor, known: Tensor) -> Tensor:
    """Multi-scale gradient matching, a scalar, of residuals (B, h, w): edges where the truth has them ("MegaDepth", Li
    and Snavely 2018, section 4.2; MiDaS, section 5, equation 11), over `GRADIENT_SCALES` levels of half the size each.
    """
    result = residual.new_zeros(())
    for level in range(GRADIENT_SCALES):
        step = 2**level
        r, k = residual[:, ::step, ::step], known[:, ::step, ::step]
        for axis in (1, 2):
            if r.shape[axis] < 2:
                continue
            both = k.narrow(axis, 1, k.shape[axis] - 1) & k.narrow(axis, 0, k.shape[axis] - 1)
            result = result + _mean_of_pictures(r.diff(dim=axis).abs(), both)
    return result


def error_loss(log_error: Tensor, residual: Tensor, known: Tensor) -> Tensor:
    """Negative log likelihood, a scalar, of the residual (B, h, w) under a Laplace distribution of the width that the
    network expects ("What Uncertainties Do We Need", Kendall and Gal 2017, section 3.1). The residual's gradient is
    stopped: depth shall not be excused where it is hard."""
    return _mean_of_pictures(residual.detach().abs() * torch.exp(-log_error) + log_error, known)


def normal_loss(normals: Tensor, truth: Tensor) -> Tensor:
    """Angle between normals (B, 3, h, w), as one minus its cosine, a scalar ("Designing Deep Networks for Surface
    Normal Estimation", Wang et al. 2015; MoGe, section 3.3, compares normals for the same reason: they make surfaces
    flat)."""
    known = truth.square().sum(dim=1) > 0.5
    return _mean_of_pictures(1 - (normals * truth).sum(dim=1), known)


def scale_loss(scale: Tensor, offset: Tensor, known: Tensor) -> Tensor:
    """L1, a scalar, between the scale (B,) and the offset (B,) that fits the picture, apart from its shape (MoGe-2,
    section 3.2)."""
    enough = known.flatten(1).sum(dim=1) >= LEAST_KNOWN
    return ((scale - offset).abs() * enough).sum() / enough.sum().clamp(min=1)


def bin_loss(logits: Tensor, share: Tensor) -> Tensor:
    """Cross entropy (B, BINS) to a narrow bell about the true bin: bins next to it are nearly right (Hold-Geoffroy et
    al. 2018, section 3.2, with soft targets)."""
    bins = torch.arange(BINS, device=logits.device) + 0.5
    bell = torch.exp(-0.5 * ((bins[None] - share[:, None] * BINS) / BIN_SOFTNESS) ** 2)
    return functional.cross_entropy(logits, bell / bell.sum(dim=1, keepdim=True))


def place_loss(logits: Tensor, place: Tensor) -> Tensor:
    """Cross entropy, a scalar, of `logits` (B, C) over the pictures whose `place` (B,) is known (not negative)."""
    known = (place >= 0).float()
    each = functional.cross_entropy(logits, place.clamp(min=0), reduction="none", label_smoothing=0.05)
    return (each * known).sum() / known.sum().clamp(min=1)


def _mean_of_pictures(values: Tensor, known: Tensor) -> Tensor:
    """Mean over the known pixels of each picture, then over the pictures that have enough of them."""
    count = known.flatten(1).sum(dim=1)
    each = torch.where(known, values, torch.zeros_like(values)).flatten(1).sum(dim=1) / count.clamp(min=1)
    enough = count >= LEAST_KNOWN
    return (each * enough).sum() / enough.sum().clamp(min=1)
