"""How long a scene will take on this machine, before it starts: operations counted, speed measured.

The operations of a checkpoint's networks are counted on torch's meta device (shapes only, nothing computed), the speed
of this machine by a convolution and a matrix product of the sizes that these networks are made of.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.device import choose_device, choose_dtype, synchronise
from lucid3d.families.diffusion.presets import with_preset

if TYPE_CHECKING:
    import torch

EFFICIENCY = 0.75
"""Speed of whole networks over that of the two probes: normalisations, activations and attention run below the
convolutions' speed (benchmarks/models.py prints it)."""
PROBE_REPEATS = 3
LONG_SECONDS = 120.0
"""From here on a run is long enough for a person to want to know."""


@dataclass(frozen=True)
class TimeEstimate:
    """A scene's time with the diffusion family.

    Attributes:
        seconds: for all views.
        parts: (what, seconds) in the order in which they are worked on; they add up to `seconds`.
        sentence: one line for a person.
    """

    seconds: float
    parts: tuple[tuple[str, float], ...]
    sentence: str


@dataclass(frozen=True)
class Work:
    """Operations, in floating point operations (two a multiply-add).

    Attributes:
        step: one denoising step, guidance included.
        picture: what a picture costs beside its steps: text encoders, VAE.
        depth: one depth map, mirrored pass included.
    """

    step: float
    picture: float
    depth: float


def time_estimate(config: ModelsConfig, views: int, size: int | tuple[int, int]) -> TimeEstimate:
    """Estimate how long painting and measuring `views` views takes on this machine.

    Takes a few seconds, most of them imports. Without weights on disk the sizes of Stable Diffusion 1.5 and ZoeDepth
    are assumed.

    Args:
        config: the models' settings.
        views: pictures to be painted.
        size: pixels a side of a view, or (width, height).
    """

    config = with_preset(config)
    device = choose_device(config.device)
    width, height = (size, size) if isinstance(size, int) else size
    work = count_work(config, width, height)
    speed = EFFICIENCY * measure_speed(device, choose_dtype(config.dtype, device))
    steps = max(1, int(config.steps * config.strength))
    parts = (
        ("painting", views * steps * work.step / speed),
        ("encoding and decoding pictures", views * work.picture / speed),
        ("measuring depth", views * work.depth / speed),
    )
    seconds = sum(part for _, part in parts)
    each = f"{steps} steps of {work.step / speed:.1f} s, {work.picture / speed:.1f} s to encode and decode"
    sentence = (
        f"about {duration(seconds)} for {views} views at {width}x{height} on {device} (each: {each}, "
        f"{work.depth / speed:.1f} s for depth)"
    )
    return TimeEstimate(seconds, parts, sentence)


def duration(seconds: float) -> str:
    """Seconds in the words that fit: "40 s", "12 min", "3 h 20 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def count_work(config: ModelsConfig, width: int, height: int) -> Work:
    """Count the operations of the configured networks for one view, from their configuration files alone."""
    config = with_preset(config)
    scale = config.image_size / min(width, height) if config.image_size else 1.0
    width, height = (8 * max(1, round(side * scale / 8)) for side in (width, height))
    passes = 2 if config.guidance > 1 else 1
    folder = _description(config)
    step = passes * unet_operations(folder, width, height)
    if config.controlnet:
        step *= 1.4  # a ControlNet is a copy of the UNet's encoder, which does about 40 % of its work
    return Work(step, vae_operations(folder, width, height), depth_operations(config))


def _description(config: ModelsConfig) -> Path | None:
    """The folder that describes the painter, None when there is none on disk (Stable Diffusion 1.5 is assumed then)."""
    for name in (config.inpainting, config.base_config):
        if name:
            path = weights.inspect(name).path
            if (
                path is not None
                and (path / "unet" / "config.json").is_file()
                and (path / "vae" / "config.json").is_file()
            ):
                return path
    return None


def operations(run: Callable[[], Any]) -> float:
    """Floating point operations of what `run` computes with meta tensors."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        run()
    return float(counter.get_total_flops())


def unet_operations(folder: Path | None, width: int, height: int) -> float:
    """Operations of one pass of a UNet for a picture of this size, without guidance."""
    import torch
    from diffusers import UNet2DConditionModel

    settings = (
        weights.read_json(folder / "unet" / "config.json") if folder else {"cross_attention_dim": 768, "in_channels": 9}
    )
    with torch.device("meta"):
        network: Any = UNet2DConditionModel.from_config(settings)  # type: ignore[no-untyped-call]
        latents = torch.empty(1, network.config.in_channels, height // 8, width // 8)
        text = torch.empty(1, 77, network.config.cross_attention_dim)
        options: dict[str, Any] = {}
        if network.config.addition_embed_type == "text_time":
            sizes = 6 * network.config.addition_time_embed_dim
            pooled = network.config.projection_class_embeddings_input_dim - sizes
            options["added_cond_kwargs"] = {"text_embeds": torch.empty(1, pooled), "time_ids": torch.empty(1, 6)}
        time_step = torch.ones((), dtype=torch.long)
        return operations(lambda: network(latents, time_step, text, **options))


def vae_operations(folder: Path | None, width: int, height: int) -> float:
    """Operations of one encoding (of the masked picture) and one decoding.

    A painter that was not trained to inpaint encodes the picture as well: a few seconds that are left out here.
    """
    import torch
    from diffusers import AutoencoderKL

    settings: dict[str, Any] = {
        "down_block_types": ["DownEncoderBlock2D"] * 4,
        "up_block_types": ["UpDecoderBlock2D"] * 4,
        "block_out_channels": [128, 256, 512, 512],
        "layers_per_block": 2,
    }
    if folder:
        settings = weights.read_json(folder / "vae" / "config.json")
    with torch.device("meta"):
        network: Any = AutoencoderKL.from_config(settings)  # type: ignore[no-untyped-call]
        picture = torch.empty(1, 3, height, width)
        latents = torch.empty(1, network.config.latent_channels, height // 8, width // 8)
        return operations(lambda: network.encode(picture)) + operations(lambda: network.decode(latents))


ZOE_PARAMETERS = 345e6  # ZoeDepth's BEiT-large backbone and heads
DEPTH_TOKENS = 24 * 32  # 384 x 512 pixels in patches of 16
HEADS_SHARE = 2.2  # the convolutional neck and heads beside the transformer's products


def depth_operations(config: ModelsConfig) -> float:
    """Operations of one depth map: two a parameter and token, and the heads. An estimate, good to a factor of 1.5."""
    found = weights.inspect(config.depth)
    stored = sum(file.stat().st_size for file in found.path.glob("*.safetensors")) if found.path else 0
    parameters = stored / 4 if stored else ZOE_PARAMETERS
    return (2 if config.mirrored_average else 1) * 2 * parameters * DEPTH_TOKENS * HEADS_SHARE


def measure_speed(device: torch.device, dtype: torch.dtype) -> float:
    """Operations a second on this device: a 3 x 3 convolution and a matrix product of a UNet's middle, best of a
    few.
    """
    import torch

    convolution = torch.nn.Conv2d(640, 640, 3, padding=1, device=device, dtype=dtype)
    linear = torch.nn.Linear(1280, 1280, device=device, dtype=dtype)
    pixels = torch.ones(1, 640, 32, 32, device=device, dtype=dtype)
    tokens = torch.ones(1024, 1280, device=device, dtype=dtype)
    counts = (2 * 9 * 640 * 640 * 32 * 32, 2 * 1024 * 1280 * 1280)
    seconds = [
        min(_seconds(run, device) for _ in range(PROBE_REPEATS))
        for run in (lambda: convolution(pixels), lambda: linear(tokens))
    ]
    return sum(counts) / sum(seconds)


def _seconds(run: Callable[[], Any], device: torch.device) -> float:
    import torch

    with torch.inference_mode():
        began = time.perf_counter()
        run()
        synchronise(device)
    return time.perf_counter() - began
