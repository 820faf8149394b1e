"""The style of a picture: the correlations of its features (Gatys, Ecker and Bethge 2016, section 2.2).

Without weights the features are those of random filters at several scales, which carry texture nearly as well as a
trained network's (Ustyuzhaninov et al., "What does it take to generate natural textures?", 2017, section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lucid3d.camera import Camera
from lucid3d.guidance.base import resized

Features = Callable[[Tensor], list[Tensor]]
"""Pictures (B, 3, H, W) -> feature maps (B, C, h, w), one a layer."""

SIZE, LEVELS = 5, 4
"""Pixels across the random filters, and how often the picture is halved for them: large ones cost the same as small."""
FILTERS = 48
"""Random filters at each level."""
SIDE = 256
"""Pixels of the style picture's shorter side: strokes are as large as in the drawn pictures of that size."""


def random_features(seed: int = 0) -> Features:
    """One layer of random zero-mean filters at several scales, each followed by a rectifier; and the colours."""
    generator = torch.Generator().manual_seed(seed)
    banks = []
    for _ in range(LEVELS):
        weights = torch.randn(FILTERS, 3, SIZE, SIZE, generator=generator)
        weights = weights - weights.mean(dim=(1, 2, 3), keepdim=True)
        banks.append(weights / weights.flatten(1).norm(dim=1)[:, None, None, None])

    def features(images: Tensor) -> list[Tensor]:
        found = [images]
        for bank in banks:
            if min(images.shape[-2:]) > 2 * SIZE:
                found.append(functional.conv2d(images, bank.to(images)).relu())
                images = functional.avg_pool2d(images, 2)
        return found

    return features


def gram(features: Tensor) -> Tensor:
    """(B, C + 1, C + 1) means of products of features (B, C, h, w) and 1, so that means count, too (equation 3)."""
    flat = functional.pad(features.flatten(2), (0, 0, 0, 1), value=1.0)
    return flat @ flat.transpose(1, 2) / flat.shape[-1]


class Style:
    """The mean squared difference of Gram matrices to those of a picture (equations 4 and 5).

    Args:
        picture: (H, W, 3) float32 sRGB; features: of which network.
    """

    def __init__(self, picture: NDArray[np.float32], features: Features | None = None) -> None:
        self._features = features or random_features()
        image = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32))[None]
        factor = SIDE / min(image.shape[-2:])
        if factor < 1:
            image = resized(image, round(image.shape[-2] * factor), round(image.shape[-1] * factor))
        with torch.no_grad():
            self._targets = [gram(layer) for layer in self._features(image)]

    def loss(self, images: Tensor, cameras: Sequence[Camera], prompt: str) -> Tensor:
        """See `Guidance.loss`; the prompt does not matter."""
        layers = self._features(images)
        terms = [
            ((gram(layer) - target.to(layer)) ** 2).mean() / (target**2).mean().clamp(min=1e-12)
            for layer, target in zip(layers, self._targets, strict=False)
        ]
        return torch.stack(terms).mean()
