"""A text-to-image network as guidances ask it: what noise does it see in pictures of a scene?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.checkpoints import load_pipeline
from lucid3d.families.diffusion.device import choose_device
from lucid3d.guidance.base import resized

DEFAULT = "stable-diffusion-v1-5/stable-diffusion-v1-5"


class DiffusionNetwork:
    """Stable Diffusion (1.5, 2) from disk, frozen.

    Args:
        config: which one (`text_to_image`), where it runs, and in which precision.
    Raises:
        InputError: it is missing, or no UNet that words alone condition.
    """

    def __init__(self, config: ModelsConfig | None = None) -> None:
        config = config or ModelsConfig()
        if not config.text_to_image:
            config = replace(config, text_to_image=DEFAULT)
        self.device = choose_device(config.device)
        self.pipeline: Any = load_pipeline(config, "text-to-image", self.device)
        unet = getattr(self.pipeline, "unet", None)
        if unet is None or unet.config.in_channels != 4 or getattr(unet.config, "addition_embed_type", None):
            raise InputError(
                f"{config.text_to_image} cannot guide Gaussians: it takes a Stable Diffusion 1.5 or 2 checkpoint"
            )
        self.pipeline.to(self.device)
        self.unet, self.vae = unet.eval(), self.pipeline.vae.eval()
        for network in (unet, self.vae, self.pipeline.text_encoder):
            network.requires_grad_(False)
        scheduler = self.pipeline.scheduler
        self.kept: Tensor = scheduler.alphas_cumprod.to(self.device, torch.float32)
        """(T,) share of the signal's power that is left at each step."""
        self.predicts: str = scheduler.config.prediction_type
        self.negative_prompt = ""
        self._words: dict[str, Tensor] = {}

    @property
    def side(self) -> int:
        """Pixels of the pictures that it was trained on."""
        return int(self.unet.config.sample_size) * self.factor

    @property
    def factor(self) -> int:
        """Pixels that a latent pixel stands for, along a side."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    def words(self, prompt: str) -> Tensor:
        """(2, T, D) features of T tokens: of no words (or the negative ones), then of these."""
        if prompt not in self._words:
            with torch.no_grad():
                positive, negative = self.pipeline.encode_prompt(
                    prompt, self.device, 1, True, negative_prompt=self.negative_prompt or None
                )
            self._words[prompt] = torch.cat([negative, positive])
        return self._words[prompt]

    def latents(self, images: Tensor, side: int | None = None) -> Tensor:
        """(B, 4, h, w) of pictures (B, 3, H, W) in [0, 1], with gradients; drawn to `side` pixels first."""
        side = side or self.side
        pixels = resized(images, side, side).to(self.device, self.vae.dtype) * 2 - 1
        found = self.vae.encode(pixels).latent_dist.mean * self.vae.config.scaling_factor
        return found.float()  # type: ignore[no-any-return]

    def noisy(self, latents: Tensor, noise: Tensor, steps: Tensor) -> Tensor:
        """Latents with the noise of steps (B,)."""
        kept = self.kept[steps][:, None, None, None]
        return kept.sqrt() * latents + (1 - kept).sqrt() * noise

    def noise_in(
        self, noisy: Tensor, steps: Tensor, words: Tensor, scale: float, unet: Any = None, **conditions: Any
    ) -> Tensor:
        """(B, 4, h, w) what noise the network sees, with classifier-free guidance (scale 1: none).

        Args:
            noisy: (B, 4, h, w) latents; steps: (B,); words: (2, T, D), see `words`.
            unet: another one of the same make; conditions: of it.
        """
        unet = unet or self.unet
        count, dtype = len(noisy), self.unet.dtype
        if scale == 1:
            embedded = words[1:].repeat_interleave(count, 0).to(dtype)
            raw = unet(noisy.to(dtype), steps, embedded, **conditions).sample
            return self._as_noise(raw.float(), noisy, steps)
        both = torch.cat([noisy, noisy])
        embedded = words.repeat_interleave(count, 0).to(dtype)
        twice = {name: torch.cat([value, value]) for name, value in conditions.items()}
        raw = unet(both.to(dtype), torch.cat([steps, steps]), embedded, **twice).sample.float()
        without, given = (self._as_noise(part, noisy, steps) for part in raw.chunk(2))
        return without + scale * (given - without)

    def _as_noise(self, raw: Tensor, noisy: Tensor, steps: Tensor) -> Tensor:
        """What the network predicts as noise (Salimans and Ho 2022, appendix D, for v)."""
        if self.predicts == "epsilon":
            return raw
        kept = self.kept[steps][:, None, None, None]
        return kept.sqrt() * raw + (1 - kept).sqrt() * noisy
