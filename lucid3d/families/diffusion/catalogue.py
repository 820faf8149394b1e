"""Models that are known to work: what they do, what they weigh, and under which licence their makers give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["inpainting", "text-to-image", "depth", "caption", "controlnet", "lora"]


@dataclass(frozen=True)
class Entry:
    """One known model.

    Attributes:
        name: hub repository.
        role: what it does here.
        gigabytes: roughly what a download takes (the half-precision weights where the repository has them).
        licence: as its page states it; read the page before you publish what you made.
        note: what to know before choosing it.
    """

    name: str
    role: Role
    gigabytes: float
    licence: str
    note: str = ""


CATALOGUE = (
    Entry(
        "stable-diffusion-v1-5/stable-diffusion-inpainting",
        "inpainting",
        2.7,
        "CreativeML OpenRAIL-M",
        "the paper's; 512 pixels; the default",
    ),
    Entry("sd2-community/stable-diffusion-2-inpainting", "inpainting", 2.6, "CreativeML OpenRAIL++-M", "512 pixels"),
    Entry(
        "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
        "inpainting",
        6.9,
        "CreativeML OpenRAIL++-M",
        "1024 pixels; for a GPU",
    ),
    Entry(
        "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "text-to-image",
        2.7,
        "CreativeML OpenRAIL-M",
        "the first view, if diffusion.text_to_image names it",
    ),
    Entry("stabilityai/stable-diffusion-xl-base-1.0", "text-to-image", 6.9, "CreativeML OpenRAIL++-M", "1024 pixels"),
    Entry("Intel/zoedepth-nyu-kitti", "depth", 1.4, "MIT", "metric, indoors and outdoors; the paper's; the default"),
    Entry("Intel/zoedepth-nyu", "depth", 1.4, "MIT", "metric, indoors"),
    Entry("Intel/zoedepth-kitti", "depth", 1.4, "MIT", "metric, outdoors"),
    Entry(
        "depth-anything/Depth-Anything-V2-Metric-Indoor-Small-hf", "depth", 0.1, "Apache-2.0", "metric, indoors; quick"
    ),
    Entry(
        "depth-anything/Depth-Anything-V2-Metric-Outdoor-Small-hf",
        "depth",
        0.1,
        "Apache-2.0",
        "metric, outdoors; quick",
    ),
    Entry("depth-anything/Depth-Anything-V2-Small-hf", "depth", 0.1, "Apache-2.0", "relative disparity; quick"),
    Entry(
        "depth-anything/Depth-Anything-V2-Large-hf", "depth", 1.3, "CC-BY-NC-4.0", "relative; not for commercial use"
    ),
    Entry("Salesforce/blip-image-captioning-large", "caption", 1.9, "BSD-3-Clause", "the default"),
    Entry(
        "lllyasviel/control_v11p_sd15_inpaint", "controlnet", 1.4, "CreativeML OpenRAIL-M", "guides SD 1.5 checkpoints"
    ),
    Entry(
        "lllyasviel/control_v11f1p_sd15_depth",
        "controlnet",
        1.4,
        "CreativeML OpenRAIL-M",
        "lucid3d restyle, over a scene's depth",
    ),
    Entry("latent-consistency/lcm-lora-sdv1-5", "lora", 0.1, "CreativeML OpenRAIL++-M", "preset lcm for SD 1.5"),
    Entry("latent-consistency/lcm-lora-sdxl", "lora", 0.4, "CreativeML OpenRAIL++-M", "preset lcm for SDXL"),
)


def entry(name: str) -> Entry | None:
    """The known model of this hub name, None for any other."""
    return next((known for known in CATALOGUE if known.name == name), None)
