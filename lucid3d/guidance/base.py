"""What every guidance is: a loss on pictures of a scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from lucid3d.camera import Camera


class Guidance(Protocol):
    """Says how wrong pictures of a scene are."""

    def loss(self, images: Tensor, cameras: Sequence[Camera], prompt: str) -> Tensor:
        """A scalar that falls as the pictures become what they shall be.

        Args:
            images: (B, 3, H, W) float32 sRGB in [0, 1], with gradients.
            cameras: B, from where they were drawn.
            prompt: what they shall show.
        """
        ...


def resized(images: Tensor, height: int, width: int) -> Tensor:
    """Pictures (B, 3, H, W) in another size, antialiased when they become smaller."""
    if images.shape[-2:] == (height, width):
        return images
    smaller = height < images.shape[-2] or width < images.shape[-1]
    return torch.nn.functional.interpolate(
        images, (height, width), mode="bilinear", align_corners=False, antialias=smaller
    )


def sum_of(terms: Sequence[tuple[float, Guidance]]) -> Guidance:
    """Several guidances at once, each with its weight."""
    return _Sum(tuple(terms))


class _Sum:
    def __init__(self, terms: tuple[tuple[float, Guidance], ...]) -> None:
        self.terms = terms

    def loss(self, images: Tensor, cameras: Sequence[Camera], prompt: str) -> Tensor:
        """See `Guidance.loss`."""
        total = images.new_zeros(())
        for weight, guidance in self.terms:
            total = total + weight * guidance.loss(images, cameras, prompt)
        return total
