"""Diffusion pipelines as a `Denoiser`: Stable Diffusion, Stable Diffusion XL, and models that paint pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.checkpoints import load_pipeline
from lucid3d.families.diffusion.device import choose_device, place
from lucid3d.families.diffusion.presets import with_preset

Floats = NDArray[np.float32]

INPAINTING_CHANNELS = 9
"""Of a UNet that was trained to inpaint: latents, the mask, and the latents of what is known."""


class DiffusersDenoiser:
    """Any text-to-image pipeline of diffusers whose noise schedule is a table of alpha-bars.

    One level at a time goes through the networks, so that memory does not grow with the number of levels.

    Args:
        pipeline: with a `unet`, a `scheduler`, `encode_prompt` where it takes words, a `vae` where it paints latents.
        guidance: classifier-free guidance scale; at 1 or below a step costs half.
        negative_prompt: what no level may show.
    Raises:
        InputError: the pipeline has no UNet that takes latents or pictures.
    """

    def __init__(self, pipeline: Any, *, guidance: float = 7.5, negative_prompt: str = "") -> None:
        unet = getattr(pipeline, "unet", None)
        self.vae: Any = getattr(pipeline, "vae", None)
        if unet is None or unet.config.in_channels not in (3, 4, INPAINTING_CHANNELS):
            kind = type(pipeline).__name__
            raise InputError(f"{kind} cannot dream a zoom: it needs a UNet that paints pictures or latents from text")
        self.pipeline, self.unet = pipeline, unet
        self.guidance, self.negative_prompt = guidance, negative_prompt
        self.inpaints = unet.config.in_channels == INPAINTING_CHANNELS
        self.channels = 4 if self.inpaints else int(unet.config.in_channels)
        self.cell = 1 if self.vae is None else 2 ** (len(self.vae.config.block_out_channels) - 1)
        self._timesteps: list[int] = []
        self._words: dict[str, list[dict[str, Any]]] = {}
        self._blank: Any = None

    def schedule(self, steps: int) -> Floats:
        """See `Denoiser.schedule`: timesteps evenly spaced, the last of training first ("trailing")."""
        table = self.pipeline.scheduler.alphas_cumprod.float().numpy()
        if steps > len(table):
            raise InputError(
                f"diffusion.steps {steps} is more than the {len(table)} steps that the model was trained on"
            )
        self._timesteps = [round(len(table) * (1 - i / steps)) - 1 for i in range(steps)]
        return np.asarray(table[self._timesteps], np.float32)

    def estimate(self, noisy: Floats, step: int, prompts: Sequence[str]) -> Floats:
        """See `Denoiser.estimate`."""
        import torch

        time = self._timesteps[step]
        alpha = float(self.pipeline.scheduler.alphas_cumprod[time])
        found = []
        with torch.inference_mode():
            for level, prompt in enumerate(prompts):
                sample = self._tensor(noisy[level : level + 1])
                ways = self._encoded(prompt, sample.shape[-1] * self.cell)
                answers = [self._network(sample, time, way) for way in ways]
                guided = answers[0] if len(answers) == 1 else answers[1] + self.guidance * (answers[0] - answers[1])
                found.append(self._clean(sample.float(), guided.float(), alpha).cpu().numpy())
        return np.asarray(np.concatenate(found), np.float32)

    def decode(self, samples: Floats) -> Floats:
        """See `Denoiser.decode`."""
        import torch

        if self.vae is None:
            return samples
        with torch.inference_mode():
            parts = [
                self.vae.decode(self._tensor(sample[None]) / self.vae.config.scaling_factor)
                .sample.float()
                .cpu()
                .numpy()
                for sample in samples
            ]
        return np.asarray(np.clip(np.concatenate(parts), -1, 1), np.float32)

    def encode(self, pictures: Floats) -> Floats:
        """See `Denoiser.encode`: the mode of the encoder's distribution, so that nothing is random."""
        import torch

        if self.vae is None:
            return pictures
        with torch.inference_mode():
            parts = [self._latents(self._tensor(picture[None])).float().cpu().numpy() for picture in pictures]
        return np.asarray(np.concatenate(parts), np.float32)

    def _latents(self, picture: Any) -> Any:
        return self.vae.encode(picture).latent_dist.mode() * self.vae.config.scaling_factor

    def _tensor(self, values: Floats) -> Any:
        import torch

        return torch.from_numpy(np.ascontiguousarray(values)).to(self.unet.device, self.unet.dtype)

    def _clean(self, sample: Any, answer: Any, alpha: float) -> Any:
        """The clean sample from what the network was trained to predict."""
        if answer.shape[1] == 2 * sample.shape[1]:  # a learned variance beside the mean
            answer = answer[:, : sample.shape[1]]
        kind = self.pipeline.scheduler.config.prediction_type
        root, rest = alpha**0.5, (1 - alpha) ** 0.5
        clean = {
            "epsilon": lambda: (sample - rest * answer) / root,
            "v_prediction": lambda: root * sample - rest * answer,
            "sample": lambda: answer,
        }[kind]()
        return clean.clamp(-1, 1) if self.vae is None else clean

    def _network(self, sample: Any, time: int, words: dict[str, Any]) -> Any:
        import torch

        if self.inpaints:  # with nothing known: its training covered that
            side = sample.shape[-1]
            if self._blank is None or self._blank.shape[-1] != side:
                grey = torch.zeros(1, 3, side * self.cell, side * self.cell, dtype=sample.dtype, device=sample.device)
                self._blank = self._latents(grey)
            sample = torch.cat([sample, torch.ones_like(sample[:, :1]), self._blank], dim=1)
        return self.unet(sample, time, **words).sample

    def _encoded(self, prompt: str, size: int) -> list[dict[str, Any]]:
        """What the network is told: the prompt, and with guidance what it is guided away from."""
        if prompt not in self._words:
            self._words[prompt] = self._encode(prompt, size)
        return self._words[prompt]

    def _encode(self, prompt: str, size: int) -> list[dict[str, Any]]:
        import torch

        if not hasattr(self.pipeline, "encode_prompt"):  # it was trained without words
            return [{}]
        guided = self.guidance > 1
        options: dict[str, Any] = {
            "do_classifier_free_guidance": guided,
            "negative_prompt": self.negative_prompt or None,
        }
        options |= {"device": self.unet.device, "num_images_per_prompt": 1}
        encoded = self.pipeline.encode_prompt(prompt, **options)
        ways = [{"encoder_hidden_states": each} for each in encoded[: 2 if guided else 1]]
        if len(encoded) == 4:  # Stable Diffusion XL also hears of sizes, and of the sentence as a whole
            sizes = torch.tensor([[size, size, 0, 0, size, size]], dtype=self.unet.dtype, device=self.unet.device)
            for way, pooled in zip(ways, encoded[2:], strict=False):
                way["added_cond_kwargs"] = {"text_embeds": pooled, "time_ids": sizes}
        return ways


def load_denoiser(config: ModelsConfig, negative_prompt: str = "") -> DiffusersDenoiser:
    """The checkpoint of the config (`text_to_image`, else `inpainting`) as a denoiser.

    Raises:
        InputError: it is not on disk, or cannot paint from text.
    """

    config = with_preset(config)
    device = choose_device(config.device)
    pipeline = load_pipeline(config, "text-to-image" if config.text_to_image else "inpainting", device)
    place(pipeline, device, config.offload)
    return DiffusersDenoiser(pipeline, guidance=config.guidance, negative_prompt=negative_prompt)
