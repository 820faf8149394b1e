"""Variational score distillation (ProlificDreamer, Wang et al. 2023, section 3.3 and algorithm 1).

Instead of the noise that was added stands what a copy of the network predicts, which learns the scene's own pictures as
it goes: a low-rank adaptation (LoRA) of it that knows the camera.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.guidance.diffusion_network import DiffusionNetwork
from lucid3d.guidance.sds import Distillation, Distilling, with_gradient

RANK = 4
RATE = 1e-4
"""Learning rate of the copy (the paper's appendix)."""
ADAPTED = ("to_q", "to_k", "to_v", "to_out.0")
"""Layers of attention that are adapted (Hu et al. 2022)."""


class LowRank(nn.Module):
    """A linear layer with a learned change of low rank, zero at first."""

    def __init__(self, layer: nn.Linear, rank: int = RANK) -> None:
        super().__init__()
        self.layer = layer
        self.down = nn.Parameter(torch.randn(rank, layer.in_features) / math.sqrt(layer.in_features))
        self.up = nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        """(..., D) the layer's output, changed."""
        change = (x.float() @ self.down.T) @ self.up.T
        return self.layer(x) + change.to(x.dtype)  # type: ignore[no-any-return]


def adapted(unet: Any, seed: int = 0) -> tuple[Any, list[nn.Parameter]]:
    """A copy of a UNet with low-rank changes and a camera for a class; and what of it learns. Weights are shared."""
    shared = {id(parameter): parameter for parameter in unet.parameters()}
    twin: Any = copy.deepcopy(unet, shared)  # parameters stay the very ones
    learned: list[nn.Parameter] = []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for name, module in list(twin.named_modules()):
            if name.endswith(ADAPTED) and isinstance(module, nn.Linear):
                parent = twin.get_submodule(name.rpartition(".")[0])
                low_rank = LowRank(module).to(module.weight.device)
                setattr(parent, name.rpartition(".")[2], low_rank)
                learned += [low_rank.down, low_rank.up]
    if not learned:
        raise InputError("this network has no attention that could learn the scene's pictures: guide with sds instead")
    width = int(twin.time_embedding.linear_2.out_features)
    camera = nn.Linear(12, width).to(learned[0].device)
    nn.init.zeros_(camera.weight)
    nn.init.zeros_(camera.bias)
    twin.class_embedding = camera
    learned += list(camera.parameters())
    return twin, learned


class VSD(Distilling):
    """Pictures move from what the copy finds likely to what the network does."""

    def __init__(self, network: DiffusionNetwork, settings: Distillation | None = None, *, rate: float = RATE) -> None:
        super().__init__(network, settings or Distillation(scale=7.5))
        self.twin, self.learned = adapted(network.unet, self.settings.seed)
        self._optimizer = torch.optim.AdamW(self.learned, lr=rate)

    def loss(self, images: Tensor, cameras: Sequence[Camera], prompt: str) -> Tensor:
        """See `Guidance.loss`; every call also teaches the copy a step (algorithm 1, lines 5 to 7)."""
        network = self.network
        latents = network.latents(self.staged(images), self.settings.side)
        steps, noise = self.draw(latents)
        words = network.words(prompt)
        poses = np.array([camera.world_from_camera[:3].ravel() for camera in cameras], np.float32)
        classes = torch.from_numpy(poses).to(latents.device)
        with torch.no_grad():
            noisy = network.noisy(latents, noise, steps)
            wanted = network.noise_in(noisy, steps, words, self.settings.scale)
            own = network.noise_in(noisy, steps, words, 1.0, self.twin, class_labels=classes)
            weight = (1 - network.kept[steps])[:, None, None, None]
            gradient = torch.nan_to_num(weight * (wanted - own))
        self._learn(latents.detach(), words, classes)
        return with_gradient(latents, gradient) / len(images)

    def _learn(self, latents: Tensor, words: Tensor, classes: Tensor) -> None:
        network = self.network
        steps = torch.randint(0, len(network.kept), (len(latents),), generator=self.generator).to(latents.device)
        noise = torch.randn(latents.shape, generator=self.generator).to(latents)
        with torch.enable_grad():
            noisy = network.noisy(latents, noise, steps)
            seen = network.noise_in(noisy, steps, words, 1.0, self.twin, class_labels=classes)
            loss = torch.nn.functional.mse_loss(seen, noise)
            self._optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
