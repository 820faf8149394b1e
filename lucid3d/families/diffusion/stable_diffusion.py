"""The diffusion painter: any text-to-image or inpainting pipeline of diffusers behind the Painter protocol."""

from __future__ import annotations

import inspect
import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import Image, Mask, Progress
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.checkpoints import load_pipeline, paints_from_text, text_to_image_from
from lucid3d.families.diffusion.compositing import blank, block_unknown, composite, fill_slivers, prefill
from lucid3d.families.diffusion.device import choose_device, free, memory_advice, place
from lucid3d.families.diffusion.loading import quiet
from lucid3d.families.diffusion.presets import guidance_argument, with_preset
from lucid3d.families.diffusion.prompting import adapt, avoided
from lucid3d.families.diffusion.sky import sky_at_rim
from lucid3d.families.diffusion.sphere import close_seam, mend_poles, settings_for, sphere_painter, whole_camera
from lucid3d.joint.diffusion_painting import paint_ring
from lucid3d.pixels import resize

if TYPE_CHECKING:
    from lucid3d.start import Start

LATENT_CELL = 8  # pixels a side of what one latent stands for; sizes must be divisible by it
PATCH = 16  # the same for transformers that take two by two latents
TILING_PIXELS = 1024 * 1024 + 1  # from here on the VAE decodes in tiles: its memory grows with the picture
SPHERE_ROWS = 512  # of a painted panorama, where nobody knows what the checkpoint was made for
REPAINT_STRENGTH = 0.4  # of the steps: what is there keeps its shapes and colours and gains detail (SDEdit, section 4)
RETRY_STRIDE = 7_368_787  # what a retry adds to the seed: a prime far from what separates the seeds of views


class DiffusionPainter:
    """Paints with Stable Diffusion.

    Networks are read at first use and stay until `close`. The same seed gives the same bytes on the same machine.

    Attributes:
        unset: the settings as they were given.
        config: with its preset, and what the checkpoint was made for, written out.
        config_from_text: the same for `text_to_image`.
        device: where the networks run.
        progress: called as progress("painting", step, steps); an exception raised in it cancels at once.
    """

    def __init__(self, config: ModelsConfig, progress: Progress | None = None) -> None:
        self.unset = config
        from_text = with_preset(replace(config, inpainting=config.text_to_image or config.inpainting))
        config = with_preset(config)
        if int(config.steps * config.strength) < 1:
            raise InputError(
                f"diffusion.steps {config.steps} at strength {config.strength:g} leaves no step: raise one of them"
            )
        for name in filter(None, (config.inpainting, config.text_to_image, config.controlnet)):
            weights.inspect(name, safety_checker=config.safety_checker).require(config.allow_pickle)
        self.config = config
        self.config_from_text = replace(from_text, inpainting=config.inpainting)
        self.progress = progress
        self.device = choose_device(config.device)
        self._inpainting: Any = None
        self._from_text: Any = None
        self._told: set[str] = set()

    def imagine(self, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int) -> Image:
        """Paint the first view from text.

        With `text_to_image` set that checkpoint paints, and is freed afterwards; else the inpainting checkpoint does,
        by itself or with nothing known.

        Returns:
            (camera.height, camera.width, 3) float32 sRGB.
        Raises:
            InputError: the picture stays blank, memory is short, or a checkpoint cannot do this.
        """
        if self.config.text_to_image:
            pipeline = self._load("text-to-image")
            painted = self._paint(pipeline, prompt, camera, negative_prompt, seed, config=self.config_from_text)
            del pipeline
            self._free()
            return painted
        pipeline = self._load("inpainting")
        if paints_from_text(pipeline):
            return self._paint(text_to_image_from(pipeline), prompt, camera, negative_prompt, seed)
        nothing = np.zeros((camera.height, camera.width, 3), np.float32)
        return self.inpaint(
            nothing, np.zeros(nothing.shape[:2], bool), prompt, camera, negative_prompt=negative_prompt, seed=seed
        )

    def inpaint(
        self, image: Image, known: Mask, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int
    ) -> Image:
        """Paint what `known` leaves open.

        Args:
            image: (H, W, 3) float32 sRGB; known: (H, W) bool; both of the camera's size.
            prompt: what the scene is; adapted to where the camera looks (see `prompting`).
        Returns:
            (H, W, 3) float32 sRGB; known pixels exactly as they were, a blend just outside them.
        Raises:
            InputError: wrong shapes, the picture stays blank, or memory is short.
        """
        shape = (camera.height, camera.width)
        if image.shape != (*shape, 3) or known.shape != shape:
            raise InputError(f"inpaint got an image {image.shape} and a mask {known.shape} for a camera of {shape}")
        known = np.asarray(known, bool)
        if known.all():
            return np.array(image, np.float32)
        image = np.where(known[..., None], image, 0).astype(np.float32)  # what is not known may hold anything, even NaN
        image, known = fill_slivers(image, known, self.config.sliver)
        if known.all():
            return image
        painted = self._paint(self._load("inpainting"), prompt, camera, negative_prompt, seed, image, known)
        return composite(painted, image, known, self.config.feather)

    def repaint(
        self,
        image: Image,
        known: Mask,
        fine: Mask,
        prompt: str,
        camera: Camera,
        *,
        negative_prompt: str = "",
        seed: int,
    ) -> Image:
        """Paint what `known` leaves open, then again, from the picture at hand, what is known but not `fine`.

        A pipeline that cannot begin from a picture (it has no strength) leaves what is known as it is.

        Args:
            image: (H, W, 3) float32 sRGB; known, fine: (H, W) bool, `fine` a part of `known`; of the camera's size.
        Returns:
            (H, W, 3) float32 sRGB; pixels of `fine` exactly as they were.
        Raises:
            InputError: as for `inpaint`.
        """
        whole = self.inpaint(image, known, prompt, camera, negative_prompt=negative_prompt, seed=seed)
        kept = ~(known & ~fine)
        pipeline = self._load("inpainting")
        if kept.all() or "strength" not in inspect.signature(pipeline.__call__).parameters:
            return whole
        # never so low that no step is left
        strength = min(self.config.strength, max(REPAINT_STRENGTH, 1.0 / self.config.steps + 1e-6))
        gently = replace(self.config, strength=strength)
        painted = self._paint(pipeline, prompt, camera, negative_prompt, seed, whole, kept, gently, guide=True)
        return composite(painted, whole, kept, self.config.feather)

    def imagine_together(
        self,
        prompts: Sequence[str],
        cameras: Sequence[Camera],
        *,
        negative_prompt: str = "",
        seed: int,
        start: Start | None = None,
    ) -> list[Image]:
        """Paint all views around one point at once, so that they agree where they overlap (see `lucid3d.joint`).

        Args:
            prompts, cameras: one of each for every view.
            start: a picture that is the first view and is held fixed.
        Returns:
            One (camera.height, camera.width, 3) float32 sRGB picture a view.
        Raises:
            InputError: the checkpoint is no Stable Diffusion, the pictures stay blank, or memory is short.
        """

        for prompt in dict.fromkeys(prompts):
            self._say_what_is_cut(self.pipeline_for_words(), prompt)
        painted = paint_ring(self, prompts, cameras, negative_prompt, seed, start)
        if self._from_text is not None:  # what follows is inpainted by another checkpoint
            self._from_text = None
            self._free()
        return painted

    def imagine_panorama(self, prompt: str, *, negative_prompt: str = "", seed: int) -> Image:
        """Paint all that is around the start (see `sphere`), with a network of its own that is freed afterwards.

        Returns:
            (H, 2H, 3) float32 sRGB, H the size that the network was made for; the centre column looks ahead.
        Raises:
            InputError: no network for panoramas is there, the picture stays blank, or memory is short.
        """
        wanted = sphere_painter(self.config)
        settings = with_preset(settings_for(wanted, self.unset))
        with memory_advice(settings, self.device, 512, 512):
            pipeline = load_pipeline(settings, "text-to-image", self.device)
            place(pipeline, self.device, settings.offload)
        rows = settings.image_size or SPHERE_ROWS
        words = wanted.words.replace("{prompt}", prompt)
        panorama = self._paint(pipeline, words, whole_camera(rows), negative_prompt, seed, config=settings)
        del pipeline
        self._free()

        def inpaint(image: Image, known: Mask, camera: Camera) -> Image:
            asked = words if camera.width != camera.height else prompt
            return self.inpaint(image, known, asked, camera, negative_prompt=negative_prompt, seed=seed)

        return mend_poles(close_seam(panorama, inpaint), inpaint)

    def pipeline_for_words(self) -> Any:
        """The pipeline that paints from text alone: that of `text_to_image`, else the inpainting one. It stays until
        `close`."""
        if not self.config.text_to_image:
            return self._load("inpainting")
        if self._from_text is None:
            self._from_text = self._load("text-to-image")
        return self._from_text

    def close(self) -> None:
        """Free the networks; the next call reads them again."""
        self._from_text = None
        self._inpainting = None
        self._free()

    def _free(self) -> None:
        free()

    def _load(self, task: Any) -> Any:
        if task == "inpainting" and self._inpainting is not None:
            return self._inpainting
        if self.progress:
            self.progress("reading the painter", 0, 1)
        with memory_advice(self.config, self.device, 512, 512):
            pipeline = load_pipeline(self.config, task, self.device)
            place(pipeline, self.device, self.config.offload)
        if task == "inpainting":
            self._inpainting = pipeline
        return pipeline

    def working_size(self, camera: Camera, config: ModelsConfig | None = None) -> tuple[int, int]:
        """(width, height) that the network paints at: `image_size` for the shorter side, in whole patches; the camera's
        own where it is not known."""
        side = (config or self.config).image_size
        scale = side / min(camera.width, camera.height) if side else 1.0
        width, height = (PATCH * max(1, math.ceil(side * scale / PATCH)) for side in (camera.width, camera.height))
        return width, height

    def _paint(
        self,
        pipeline: Any,
        prompt: str,
        camera: Camera,
        negative_prompt: str,
        seed: int,
        image: Image | None = None,
        known: Mask | None = None,
        config: ModelsConfig | None = None,
        guide: bool = False,
    ) -> Image:
        """Run the network, again with other seeds while the result is blank; (camera.height, camera.width, 3).

        With `guide` the picture shows what is to be painted, too, and painting begins from that.
        """

        config = config or self.config
        width, height = self.working_size(camera, config)
        asked = adapt(prompt, camera, config, None if image is None or known is None else sky_at_rim(image, known))
        self._say_what_is_cut(pipeline, asked)
        options: dict[str, Any] = {
            "prompt": asked,
            "negative_prompt": avoided(asked, negative_prompt, config) or None,
            "width": width,
            "height": height,
            "num_inference_steps": config.steps,
            guidance_argument(pipeline): config.guidance,
            "output_type": "np",
        }
        if image is not None and known is not None:
            options |= self._conditions(pipeline, image, known, width, height, config.strength, guide)
        if width * height >= TILING_PIXELS and hasattr(pipeline, "vae") and hasattr(pipeline.vae, "enable_tiling"):
            pipeline.vae.enable_tiling()
        problem = ""
        for attempt in range(self.config.retries + 1):
            with memory_advice(self.config, self.device, width, height):
                painted, problem = self._run(pipeline, options, (seed + attempt * RETRY_STRIDE) % 2**63)
            if not problem:
                break
            logging.getLogger(__name__).warning("the picture for seed %d %s", seed + attempt * RETRY_STRIDE, problem)
        if problem:
            raise InputError(self._report(problem, asked))
        if painted.shape[:2] != (camera.height, camera.width):
            painted = resize(painted, camera.width, camera.height)
        clipped: Image = np.clip(painted, 0, 1).astype(np.float32)
        return clipped

    def _conditions(
        self, pipeline: Any, image: Image, known: Mask, width: int, height: int, strength: float, guide: bool
    ) -> dict[str, Any]:
        """The picture, mask and ControlNet picture at the working size, as diffusers takes them."""
        import torch

        if known.shape != (height, width):
            # A working pixel that covers anything unknown is unknown: no hole may be lost by reducing the mask.
            unknown = resize((~known).astype(np.float32), width, height, "linear") > 1e-3
            image = resize(image if guide else prefill(image, known), width, height)
            known = ~unknown
        seen, unknown = known, block_unknown(known, LATENT_CELL)
        guided = hasattr(pipeline, "controlnet")
        sees_hole = guided or strength < 1 or paints_from_text(pipeline)
        if sees_hole and not guide:
            image = prefill(image, known)
        picture = torch.from_numpy(np.ascontiguousarray(np.clip(image, 0, 1).transpose(2, 0, 1)))[None]
        mask = torch.from_numpy(unknown.astype(np.float32))[None, None]
        options: dict[str, Any] = {"image": picture, "mask_image": mask, "strength": strength}
        if not sees_hole and not seen.all() and getattr(pipeline, "unet", None) is not None:
            # What is known of a cell that is painted anew is seen: grey is what is not known, and nothing else.
            visible = torch.from_numpy(seen.astype(np.float32))[None, None]
            options["masked_image_latents"] = (2 * picture - 1) * visible
        if guided:
            # What control_v11p_sd15_inpaint was trained on: the picture, and -1 where it is to be painted.
            control = torch.where(mask > 0.5, torch.tensor(-1.0), picture)
            options |= {"control_image": control, "controlnet_conditioning_scale": self.config.controlnet_scale}
        return options

    def _run(self, pipeline: Any, options: dict[str, Any], seed: int) -> tuple[Image, str]:
        """One denoising run: (height, width, 3) float32, and what is wrong with it ("" when nothing is)."""
        import torch

        accepted = inspect.signature(pipeline.__call__).parameters  # not every pipeline knows a negative prompt, say
        options = {name: value for name, value in options.items() if name in accepted}
        if "callback_on_step_end" in accepted:
            options["callback_on_step_end"] = self._on_step
        generator = torch.Generator("cpu").manual_seed(seed)  # the CPU's numbers are the same on every device
        with torch.inference_mode(), quiet():
            result = pipeline(**options, generator=generator)
        painted = np.asarray(result.images[0], np.float32)
        if any(getattr(result, "nsfw_content_detected", None) or ()):
            return painted, "was blanked by the safety checker"
        return painted, blank(painted)

    def _on_step(self, pipeline: Any, step: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        if self.progress:
            self.progress("painting", step + 1, int(getattr(pipeline, "num_timesteps", self.config.steps)))
        return tensors

    def _report(self, problem: str, prompt: str) -> str:
        tried = f"{self.config.retries + 1} seeds"
        if "safety" in problem:
            return (
                f'every picture of "{prompt}" {problem} ({tried}): change the prompt, or set diffusion.safety_checker '
                "to false"
            )
        return (
            f'every picture of "{prompt}" {problem} ({tried}): set diffusion.dtype to float32, or check the checkpoint '
            f"{self.config.inpainting}"
        )

    def _say_what_is_cut(self, pipeline: Any, prompt: str) -> None:
        """Warn once of the end of a prompt that the text encoder does not read (77 tokens, two of them its own)."""
        tokenizer = getattr(pipeline, "tokenizer", None)
        if tokenizer is None or prompt in self._told:
            return
        self._told.add(prompt)
        cut = cut_text(tokenizer, prompt)
        if cut:
            limit = tokenizer.model_max_length
            logging.getLogger(__name__).warning(
                'the prompt is longer than %d tokens; this is not read: "%s"', limit, cut
            )


def cut_text(tokenizer: Any, prompt: str) -> str:
    """The end of a prompt that lies beyond the tokenizer's limit, as text; "" when it fits."""
    room = tokenizer.model_max_length - 2  # one token opens the text, one ends it
    tokens = tokenizer(prompt, add_special_tokens=False, truncation=False, verbose=False).input_ids
    return tokenizer.decode(tokens[room:]).strip() if len(tokens) > room else ""
