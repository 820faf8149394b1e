"""Every knob of the models, in plain types, so that a YAML file or a command line can fill it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lucid3d.errors import InputError

Scheduler = Literal["", "ddim", "dpm++", "euler", "euler-a", "unipc", "lcm"]
Preset = Literal["", "lcm", "turbo"]
Quality = Literal["", "best", "fast", "laptop"]


@dataclass(frozen=True)
class ModelsConfig:
    """Which networks paint and measure, and how.

    A model is named by its hub repository ("owner/name"), by a local folder, or, for the painters, by one .safetensors
    file. Nothing is ever fetched unless somebody asks for it with `lucid3d models download`.
    """

    inpainting: str = "stable-diffusion-v1-5/stable-diffusion-inpainting"
    """Paints what a view does not show yet: whatever diffusers' AutoPipelineForInpainting reads (SD 1.5, 2, XL)."""
    text_to_image: str = ""
    """Paints the first view. Empty: the inpainting checkpoint does, with nothing known (its training covered that)."""
    depth: str = "Intel/zoedepth-nyu-kitti"
    """Measures depth: ZoeDepth, DepthAnything, or any depth-estimation checkpoint of transformers."""
    depth_kind: Literal["auto", "metric", "relative-depth", "relative-disparity"] = "auto"
    """What the depth network's numbers mean; "auto" reads it from the checkpoint."""
    mirrored_average: bool = True
    """Average the depth with that of the mirrored picture: steadier, and twice the time."""
    sky: bool = True
    """Find the sky and put it infinitely far away."""
    captioner: str = "Salesforce/blip-image-captioning-large"
    """Describes a picture that came without a prompt. (The base variant of BLIP exists only as a pickle.)"""
    segmenter: str = "facebook/sam-vit-base"
    """Cuts out what a click means, where no procedural world knows what things there are (a SAM checkpoint)."""
    thing: str = "openai/shap-e"
    """Makes things of words that the catalogue of rules does not know (Shap-E)."""
    thing_from_picture: str = "openai/shap-e-img2img"
    """Makes things of a picture (Shap-E)."""
    controlnet: str = ""
    """A ControlNet trained for inpainting, such as lllyasviel/control_v11p_sd15_inpaint, to guide a checkpoint that was
    not trained to inpaint."""
    controlnet_scale: float = 1.0
    """How strongly the ControlNet guides, 0 to 2."""
    depth_controlnet: str = "lllyasviel/control_v11f1p_sd15_depth"
    """A ControlNet that was trained on depth and belongs to the painter's family: `restyle` repaints with it."""
    lora: tuple[str, ...] = ()
    """LoRA files, folders or hub names, merged into the painter; "name:0.7" merges with that weight."""
    panorama: str = ""
    """Paints the sphere for `dreaming: panorama`: a LoRA for 360-degree panoramas, merged into `text_to_image` (or the
    checkpoint it was made for), or a checkpoint of its own. Empty: the first of `lucid3d models list` that is on
    disk."""
    panorama_prompt: str = ""
    """What it is asked for; {prompt} is the sentence. Empty: the words that call it, where they are known."""
    base_config: str = ""
    """For a single .safetensors file: the diffusers folder or hub name of the same architecture that describes it.
    Empty: the `inpainting` or `text_to_image` default of that family, if its configuration is on disk."""

    preset: Preset = ""
    """"lcm": 4 steps with the LCM scheduler and LCM-LoRA; "turbo": 4 steps for a Turbo checkpoint, without guidance.
    Both make a CPU bearable. A preset replaces scheduler, steps and guidance (and lcm adds its LoRA, unless one is
    named)."""
    scheduler: Scheduler = ""
    """Noise schedule; empty keeps the checkpoint's own."""
    steps: int = 0
    """Denoising steps a picture. 0: as many as the checkpoint was made for (30 where that is not known)."""
    guidance: float = -1.0
    """Classifier-free guidance scale; at 1 or below a step costs half. -1: what the checkpoint was made for."""
    strength: float = 1.0
    """How much of the unknown part is painted anew, in (0, 1]; below 1 the quick pre-fill shows through."""
    image_size: int = 0
    """Shorter side, in pixels, that the painter works at; the result is resized. 0: what the checkpoint was trained at,
    whatever the camera's size; the camera's own where that is not known."""
    views_at_once: int = 0
    """Views that one call of the network takes when views are painted together (`dreaming: joint`); the rest take
    turns. 0: as many as this machine's memory holds."""
    feather: int = 8
    """Width in pixels of the blend just outside the known region; known pixels themselves never change."""
    retries: int = 2
    """How often a black, broken or censored picture is painted again with another seed."""

    avoid: tuple[str, ...] = ("frame", "border", "text", "watermark", "signature", "people")
    """What no picture should hold, added to the negative prompt; a word that the prompt itself has is left out."""
    sliver: int = 16
    """Pixels; a hole that is narrower everywhere is filled from its surroundings, without the network. 0: none is."""
    subject_ahead: bool = True
    """Ask for the subject of a sentence ahead alone, for its setting, light and style all around: the whole sentence in
    every direction gives the same house eight times. Does nothing where prompts are given by direction."""
    narrow: bool = True
    """Take the path of narrower views in place of `roam`, `walk` and `turn` (70 degrees for 95): no network was trained
    on wide ones, whose edges stretch what is known and bend depth."""

    prompt_up: str = "{prompt}, looking up, {above}"
    """The prompt for a camera that looks up by more than `prompt_tilt`; {prompt} is what was asked for, {above} what
    the known part of the picture and the sentence say is there: a sky, a ceiling, or neither."""
    prompt_down: str = "{prompt}, looking down, the {ground} below"
    """The same for looking down; {ground} is "floor" in a room, else "ground"."""
    prompt_level: str = "{prompt}"
    """The same for every other direction."""
    prompt_tilt: float = 35.0
    """Degrees above or below the horizon from which a view counts as looking up or down."""
    prompt_towards: tuple[str, ...] = ()
    """What lies in a direction: "90: a waterfall" adds it to level views within 45 degrees of 90 to the right."""

    device: str = "auto"
    """"auto", "cuda", "cuda:1", "mps" or "cpu"."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """Of the painter. "auto": float16 on CUDA, bfloat16 there for transformers and on a CPU that computes in it, else
    float32. Depth is always float32."""
    offload: Literal["auto", "none", "model", "sequential"] = "auto"
    """Keep networks in main memory until the GPU needs them: whole networks, or layer by layer (slow, smallest)."""
    allow_pickle: bool = False
    """Accept weights stored as pickles (.bin, .ckpt). Reading one runs whatever code it contains."""
    safety_checker: bool = True
    """Use the checkpoint's safety checker where it has one."""

    def __post_init__(self) -> None:
        checks = {
            "steps": (self.steps >= 0, "must not be negative"),
            "guidance": (
                self.guidance == -1 or self.guidance >= 0,
                "must not be negative (-1: the checkpoint's own)",
            ),
            "strength": (0 < self.strength <= 1, "must lie above 0 and at most 1"),
            "image_size": (self.image_size == 0 or 64 <= self.image_size <= 4096, "must be 0 or 64 to 4096"),
            "views_at_once": (self.views_at_once >= 0, "must not be negative"),
            "sliver": (0 <= self.sliver <= 512, "must lie between 0 and 512 pixels"),
            "feather": (self.feather >= 0, "must not be negative"),
            "retries": (self.retries >= 0, "must not be negative"),
            "controlnet_scale": (0 <= self.controlnet_scale <= 2, "must lie between 0 and 2"),
            "prompt_tilt": (0 <= self.prompt_tilt <= 90, "must lie between 0 and 90 degrees"),
        }
        for name, (fine, rule) in checks.items():
            if not fine:  # also catches NaN
                raise InputError(f"diffusion.{name} = {getattr(self, name)} {rule}")
        for name in ("inpainting", "depth", "segmenter", "thing", "thing_from_picture"):
            if not getattr(self, name):
                raise InputError(f"diffusion.{name} is empty: name a hub repository, a folder or a file")


def lora_name(text: str) -> tuple[str, float]:
    """Split "name:0.7" into the LoRA's name and its weight, 1 when none is given."""
    name, colon, weight = text.rpartition(":")
    if not colon or "/" in weight or "\\" in weight:  # "C:\lora.safetensors" has a colon and no weight
        return text, 1.0
    try:
        return name, float(weight)
    except ValueError:
        raise InputError(f'diffusion.lora "{text}": what follows the colon must be a number, such as 0.7') from None
