"""Score distillation sampling (DreamFusion, Poole et al. 2022, section 3.2, equation 3), at one or two resolutions.

Magic3D (Lin et al. 2023, sections 3.1 and 3.2) goes from a coarse stage with a base model on small pictures to a fine
one with a latent model on large ones. Here both stages are of one latent network: its pictures are made of small ones
first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lucid3d.camera import Camera
from lucid3d.guidance.base import resized
from lucid3d.guidance.diffusion_network import DiffusionNetwork


@dataclass(frozen=True)
class Distillation:
    """How a network is asked.

    Attributes:
        scale: of classifier-free guidance (DreamFusion: 100; VSD: 7.5).
        noise: least and most part of the network's steps; the most falls to `late` over the first half.
        late: see `noise`.
        side: pixels that a picture is brought to; None = what the network was trained on.
        seed: of steps and noise.
        coarse: pixels across the pictures of the first stage; 0 = no such stage.
        coarse_part: part of all steps that the first stage takes; steps: of all.
    """

    scale: float = 100.0
    noise: tuple[float, float] = (0.02, 0.98)
    late: float = 0.5
    side: int | None = None
    seed: int = 0
    coarse: int = 0
    coarse_part: float = 0.5
    steps: int = 1000


MAGIC3D = Distillation(coarse=64, noise=(0.02, 0.98), late=0.5)
"""Two stages; noise falls in the second (its section 3.2: t from [0.02, 0.5])."""


class Distilling:
    """What SDS and its kin share: noise is put into pictures, and the network says which way is less wrong."""

    def __init__(self, network: DiffusionNetwork, settings: Distillation) -> None:
        self.network, self.settings = network, settings
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.step = 0

    def staged(self, images: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) of the stage: small ones in the first."""
        settings = self.settings
        if settings.coarse and self.step < settings.coarse_part * settings.steps:
            return resized(images, settings.coarse, settings.coarse)
        return images

    def draw(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Steps (B,) and noise for latents; one call is one step of the schedule."""
        low, high = self.settings.noise
        part = min(1.0, 2 * self.step / max(1, self.settings.steps))
        high = max(low, high + part * (min(self.settings.late, high) - high))
        total = len(self.network.kept)
        least, most = int(low * total), max(int(low * total) + 1, int(high * total))
        steps = torch.randint(least, most, (len(latents),), generator=self.generator)
        noise = torch.randn(latents.shape, generator=self.generator)
        self.step += 1
        return steps.to(latents.device), noise.to(latents)


class SDS(Distilling):
    """Pictures move towards what the network finds likely for the words."""

    def __init__(self, network: DiffusionNetwork, settings: Distillation | None = None) -> None:
        super().__init__(network, settings or Distillation())

    def loss(self, images: Tensor, cameras: Sequence[Camera], prompt: str) -> Tensor:
        """See `Guidance.loss`; its gradient by the latents is w(t) (predicted - added noise), the network's own
        Jacobian left out."""
        network = self.network
        latents = network.latents(self.staged(images), self.settings.side)
        steps, noise = self.draw(latents)
        with torch.no_grad():
            noisy = network.noisy(latents, noise, steps)
            predicted = network.noise_in(noisy, steps, network.words(prompt), self.settings.scale)
            weight = (1 - network.kept[steps])[:, None, None, None]
            gradient = torch.nan_to_num(weight * (predicted - noise))
        return with_gradient(latents, gradient) / len(images)


def with_gradient(values: Tensor, gradient: Tensor) -> Tensor:
    """A scalar whose gradient by `values` is `gradient`, of the same shape."""
    return 0.5 * torch.nn.functional.mse_loss(values, (values - gradient).detach(), reduction="sum")
