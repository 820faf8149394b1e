"""Stable Diffusion (1.5, 2, XL; made for text or for inpainting) as a joint denoiser. Nothing is trained."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import Image, Mask
from lucid3d.families.diffusion.compositing import blank, block_unknown
from lucid3d.families.diffusion.device import free, is_out_of_memory, total_memory
from lucid3d.families.diffusion.loading import quiet
from lucid3d.joint.fusion import Fuse, fusion
from lucid3d.joint.noise import SphereNoise
from lucid3d.joint.overlaps import Floats, Overlap, sampled
from lucid3d.joint.sampling import Fixed, Redrawn, denoise_together
from lucid3d.joint.schedulers import SchedulerSteps

if TYPE_CHECKING:
    import torch

    from lucid3d.families.config import ModelsConfig

log = logging.getLogger(__name__)

LATENT_CELL = 8
"""Pixels a side of one latent."""

BYTES_A_CELL = 80_000
"""What one pass of a UNet holds for one latent in float32 beside its weights: some 60 maps of 320 channels."""

MEMORY_SHARE = 0.5
"""Of the memory that the weights leave; the rest is the system's, the VAE's and the scene's."""


@dataclass
class Known:
    """What is known of the views before they are painted.

    Attributes:
        images: (V, H, W, 3) float32 sRGB at the working size, meaningful where known.
        known: (V, H, W) bool.
        pinned: views whose own pixels are known (a photograph, key frames): these never change. The others' known
            pixels are only shown to checkpoints that were made for inpainting.
    """

    images: Floats
    known: np.ndarray
    pinned: tuple[int, ...]


@dataclass
class Control:
    """A ControlNet and what it is shown.

    Attributes:
        network: diffusers' ControlNetModel.
        pictures: (V, H, W, 3) float32 in [0, 1].
        scale: how strongly it guides.
    """

    network: Any
    pictures: Floats
    scale: float


@dataclass
class Redraw:
    """Pictures to change.

    Attributes:
        images: (V, H, W, 3) float32 sRGB at the working size.
        strength: from 0 (as they are) to 1 (painted from nothing); the part of the steps that is done.
    """

    images: Floats
    strength: float


def paint_views(
    pipeline: Any,
    config: ModelsConfig,
    cameras: Sequence[Camera],
    prompts: Sequence[str],
    overlaps: Sequence[Overlap],
    *,
    negative_prompt: str,
    seed: int,
    known: Known | None = None,
    control: Control | None = None,
    redraw: Redraw | None = None,
    on_step: Any = None,
) -> tuple[list[Image], list[str]]:
    """Denoise all views together, once.

    Args:
        pipeline: a placed pipeline of Stable Diffusion, for text or for inpainting.
        cameras: V, at the working size (multiples of 8).
        prompts: V, as the network shall read them.
        overlaps: of the views' latents (cameras at an eighth of the size).
        on_step: called as on_step(step, steps) after each step.
    Returns:
        V pictures (H, W, 3) float32 sRGB at the working size, and for each what is wrong with it ("" for nothing).
    Raises:
        InputError: the checkpoint is no Stable Diffusion, or one view alone is too much for the memory.
    """
    import torch

    check_pipeline(pipeline)
    latent_cameras = [camera.resized(camera.width // LATENT_CELL, camera.height // LATENT_CELL) for camera in cameras]
    sphere, rng = SphereNoise.over(latent_cameras), np.random.default_rng([seed, 0x701])
    channels = int(pipeline.vae.config.latent_channels)
    steps = SchedulerSteps(pipeline.scheduler, config.steps)
    with torch.inference_mode(), quiet():
        denoiser = StableDiffusion(pipeline, config, steps, cameras, prompts, negative_prompt, known, control)
        fixed = _fixed(denoiser, known) if known is not None else None
        redrawn = None
        if redraw is not None:
            begin = min(len(steps) - 1, round((1 - redraw.strength) * len(steps)))
            redrawn = Redrawn(np.stack([denoiser.encode(image) for image in redraw.images]), begin)
        fuse: Fuse = fusion(overlaps, len(cameras), (sphere.height, sphere.width), known.pinned if known else ())
        latents = denoise_together(
            denoiser,
            steps,
            lambda: sphere.draw(rng, channels),
            fuse,
            fixed=fixed,
            redrawn=redrawn,
            on_step=(lambda step: on_step(step + 1, len(steps))) if on_step else None,
        )
        pictures = [denoiser.decode(view) for view in latents]
        if redraw is not None and redrawn is not None:  # what the VAE alone loses of a picture is no change of it
            own = [image - denoiser.decode(view) for image, view in zip(redraw.images, redrawn.clean, strict=True)]
            pictures = [np.clip(new + kept, 0, 1) for new, kept in zip(pictures, own, strict=True)]
    problems = [denoiser.problem(picture) for picture in pictures]
    return pictures, problems


def check_pipeline(pipeline: Any) -> None:
    """Raises InputError for anything that is not Stable Diffusion."""
    unet, vae = getattr(pipeline, "unet", None), getattr(pipeline, "vae", None)
    if unet is None or vae is None or unet.config.in_channels not in (4, 9):
        raise InputError(
            f"joint dreaming works with Stable Diffusion (1.5, 2, XL), not with {type(pipeline).__name__}: name "
            "another checkpoint in diffusion.inpainting, or leave out --dreaming joint"
        )
    if getattr(unet.config, "addition_embed_type", None) == "text_time" and pipeline.text_encoder is None:
        raise InputError("joint dreaming needs SDXL's base checkpoint: this one is its refiner")


def _fixed(denoiser: StableDiffusion, known: Known) -> Fixed:
    """The pinned views as latents; a cell is known when all of its pixels are."""
    views, height, width = known.known.shape
    channels = int(denoiser.pipeline.vae.config.latent_channels)
    clean = np.zeros((views, height // LATENT_CELL, width // LATENT_CELL, channels), np.float32)
    cells = np.zeros(clean.shape[:3], bool)
    for view in known.pinned:
        clean[view] = denoiser.encode(known.images[view])
        cells[view] = ~block_unknown(known.known[view], LATENT_CELL)[::LATENT_CELL, ::LATENT_CELL]
    return Fixed(clean, cells)


class StableDiffusion:
    """Predicts clean latents (see `sampling.Denoiser`): guidance, SDXL's sizes, inpainting masks, ControlNet, turns."""

    def __init__(
        self,
        pipeline: Any,
        config: ModelsConfig,
        steps: SchedulerSteps,
        cameras: Sequence[Camera],
        prompts: Sequence[str],
        negative_prompt: str,
        known: Known | None,
        control: Control | None,
    ) -> None:
        self.pipeline, self.config, self.steps, self.control = pipeline, config, steps, control
        self.device, self.dtype = pipeline._execution_device, pipeline.unet.dtype
        self.size = (cameras[0].height, cameras[0].width)
        self.guided = config.guidance > 1
        self.words = self._encode_words(prompts, negative_prompt)
        self.masks = self._masks(len(cameras), known) if pipeline.unet.config.in_channels == 9 else None
        cells = self.size[0] * self.size[1] // LATENT_CELL**2
        self.at_once = config.views_at_once or views_that_fit(pipeline, self.device, cells * (2 if self.guided else 1))
        self._said = False

    def estimate(self, noisy: Floats, step: int, which: Sequence[int]) -> Floats:
        """See `sampling.Denoiser`. As many views at once as memory holds; the rest take turns."""

        outputs: list[Floats] = []
        while len(outputs) < len(which):
            begin = len(outputs)
            part = slice(begin, min(begin + self.at_once, len(which)))
            if len(which) > self.at_once and not self._said:
                log.warning("%d views are taken %d at a time: memory holds no more", len(which), self.at_once)
                self._said = True
            try:
                outputs.extend(self._predict(noisy[part], step, list(which[part])))
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error) or self.at_once == 1:
                    raise
                free()
                self.at_once, self._said = max(1, min(self.at_once, len(which)) // 2), False
        return self.steps.clean(np.stack(outputs), noisy, step)

    def _predict(self, noisy: Floats, step: int, which: list[int]) -> list[Floats]:
        """The network's output for a few views, guided."""
        import torch

        latents = self._tensor(self.steps.network_input(noisy, step))
        timestep = self.steps.timesteps[step].to(self.device)
        passes = 2 if self.guided else 1
        repeated = torch.cat([latents] * passes)
        options: dict[str, Any] = {"encoder_hidden_states": self._both("text", which)}
        if "pooled" in self.words:
            sizes = torch.tensor([[*self.size, 0, 0, *self.size]], dtype=self.dtype, device=self.device)
            options["added_cond_kwargs"] = {
                "text_embeds": self._both("pooled", which),
                "time_ids": sizes.repeat(passes * len(which), 1),
            }
        if self.control is not None:
            shown = self._tensor(self.control.pictures[which])
            down, middle = self.control.network(
                repeated,
                timestep,
                controlnet_cond=torch.cat([shown] * passes),
                conditioning_scale=self.control.scale,
                return_dict=False,
                **options,
            )
            options |= {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}
        if self.masks is not None:
            masks = self.masks[which].to(self.device)
            repeated = torch.cat([repeated, torch.cat([masks] * passes)], dim=1)
        if (width := getattr(self.pipeline.unet.config, "time_cond_proj_dim", None)) is not None:
            scale = torch.full((len(repeated),), self.config.guidance - 1)
            options["timestep_cond"] = self.pipeline.get_guidance_scale_embedding(scale, embedding_dim=width).to(
                device=self.device, dtype=self.dtype
            )
        output = self.pipeline.unet(repeated, timestep, return_dict=False, **options)[0].float()
        if self.guided:
            without, with_words = output.chunk(2)
            output = without + self.config.guidance * (with_words - without)
        return list(_array(output))

    def _encode_words(self, prompts: Sequence[str], negative_prompt: str) -> dict[str, torch.Tensor]:
        """Text features of every view: "text" and "unwanted", for SDXL "pooled" and "unwanted pooled" too."""
        import torch

        rows: list[tuple[Any, ...]] = []
        encoded: dict[str, tuple[Any, ...]] = {}
        for prompt in prompts:
            if prompt not in encoded:
                encoded[prompt] = self.pipeline.encode_prompt(
                    prompt=prompt,
                    device=self.device,
                    num_images_per_prompt=1,
                    do_classifier_free_guidance=self.guided,
                    negative_prompt=negative_prompt or None,
                )
            rows.append(encoded[prompt])
        names = ("text", "unwanted", "pooled", "unwanted pooled")
        return {
            name: torch.cat(list(parts)).to(self.dtype)
            for name, parts in zip(names, zip(*rows, strict=True), strict=False)
            if parts[0] is not None
        }

    def _both(self, name: str, which: list[int]) -> torch.Tensor:
        """The features of some views, with those of the negative prompt before them where there is guidance."""
        import torch

        unwanted = {"text": "unwanted", "pooled": "unwanted pooled"}[name]
        parts = [self.words[unwanted][which]] if self.guided else []
        return torch.cat([*parts, self.words[name][which]]).to(self.device)

    def _masks(self, views: int, known: Known | None) -> torch.Tensor:
        """(V, 5, h, w): where to paint, and the latents of what is known, as inpainting checkpoints are shown them."""
        import torch

        height, width = (side // LATENT_CELL for side in self.size)
        grey = np.full((*self.size, 3), 0.5, np.float32)
        nothing = self.encode(grey)
        rows = []
        for view in range(views):
            paint, latents = np.ones((height, width, 1), np.float32), nothing
            if known is not None and known.known[view].any():
                unknown = block_unknown(known.known[view], LATENT_CELL)
                paint = unknown[::LATENT_CELL, ::LATENT_CELL, None].astype(np.float32)
                latents = self.encode(np.where(unknown[..., None], grey, known.images[view]))
            rows.append(np.concatenate([paint, latents], axis=-1))
        return torch.from_numpy(np.stack(rows).transpose(0, 3, 1, 2)).to(self.dtype)

    def encode(self, image: Image) -> Floats:
        """(h, w, C) latents of one (H, W, 3) picture."""
        with self._vae() as vae:
            pixels = self._tensor(np.asarray(image, np.float32)[None] * 2 - 1).to(vae.dtype)
            latents = vae.encode(pixels).latent_dist.mode().float() * vae.config.scaling_factor
        first: Floats = _array(latents)[0]
        return first

    def decode(self, latents: Floats) -> Image:
        """(H, W, 3) picture in [0, 1] of one view's (h, w, C) latents."""
        with self._vae() as vae:
            values = self._tensor(latents[None]).to(vae.dtype) / vae.config.scaling_factor
            pixels = vae.decode(values, return_dict=False)[0].float()
        decoded: Image = np.clip(_array(pixels)[0] / 2 + 0.5, 0, 1)
        return decoded

    @contextlib.contextmanager
    def _vae(self) -> Iterator[Any]:
        """The VAE. SDXL's overflows in float16 and asks for float32 in its configuration: it gets it for the while."""
        import torch

        vae = self.pipeline.vae
        overflows = vae.dtype == torch.float16 and getattr(vae.config, "force_upcast", False)
        if overflows:
            vae.to(torch.float32)
        try:
            yield vae
        finally:
            if overflows:
                vae.to(torch.float16)

    def problem(self, picture: Image) -> str:
        """What is wrong with a picture: "" when nothing is."""
        if problem := blank(picture):
            return problem
        if getattr(self.pipeline, "safety_checker", None) is not None:
            pixels = self._tensor(picture[None] * 2 - 1)
            _, flagged = self.pipeline.run_safety_checker(pixels, self.device, self.dtype)
            if flagged is not None and any(flagged):
                return "was blanked by the safety checker"
        return ""

    def _tensor(self, values: Floats) -> torch.Tensor:
        """(n, h, w, C) to (n, C, h, w) on the device."""
        import torch

        return torch.from_numpy(np.ascontiguousarray(values.transpose(0, 3, 1, 2))).to(self.device, self.dtype)


def _array(values: torch.Tensor) -> Floats:
    """(n, C, h, w) to (n, h, w, C) float32."""
    return np.ascontiguousarray(values.cpu().numpy().transpose(0, 2, 3, 1))


def views_that_fit(pipeline: Any, device: Any, cells: int) -> int:
    """How many views one call of the UNet may take, by the memory that the machine has (not by what is free just now:
    one seed must give one picture).

    Args:
        cells: latents of one view, times the passes of a step.
    """
    import torch

    total = torch.cuda.get_device_properties(device).total_memory if device.type == "cuda" else total_memory()
    networks = [each for each in pipeline.components.values() if isinstance(each, torch.nn.Module)]
    held = sum(p.numel() * p.element_size() for network in networks for p in network.parameters())
    each = cells * BYTES_A_CELL * pipeline.unet.dtype.itemsize / 4
    return max(1, int(MEMORY_SHARE * (total - held) / each))


def known_views(
    cameras: Sequence[Camera], pictures: Mapping[int, tuple[Image, Mask]], overlaps: Sequence[Overlap]
) -> Known:
    """Pictures that are known of some of the views: pinned there, and shown where they reach into the others.

    Args:
        cameras: V, at the working size.
        pictures: view -> its picture (H, W, 3) and where it is known (H, W).
        overlaps: of the views' pixels.
    """

    shape = (len(cameras), cameras[0].height, cameras[0].width)
    images, known = np.zeros((*shape, 3), np.float32), np.zeros(shape, bool)
    for view, (picture, mask) in pictures.items():
        images[view], known[view] = np.where(mask[..., None], picture, 0), mask
    for overlap in overlaps:
        if overlap.source in pictures and overlap.target not in pictures:
            whole = sampled(pictures[overlap.source][1].astype(np.float32), overlap, sharp=False) > 0.999
            new = overlap.seen & ~known[overlap.target] & whole
            shown = np.clip(sampled(images[overlap.source], overlap, sharp=False), 0, 1)
            images[overlap.target][new] = shown[new]
            known[overlap.target] |= new
    return Known(images, known, tuple(pictures))
