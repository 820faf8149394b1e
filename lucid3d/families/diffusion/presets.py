"""Settings written out: what a preset, a quality, or the checkpoint itself says of steps, guidance and size."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig, Quality
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.catalogue import Painting, catalogue, entry, painting
from lucid3d.families.diffusion.checkpoints import base_config, is_xl
from lucid3d.families.diffusion.device import total_memory

LCM_LORAS = {
    "sd": "latent-consistency/lcm-lora-sdv1-5",
    "sdxl": "latent-consistency/lcm-lora-sdxl",
}
"""The LoRA that teaches a family to paint in four steps."""

GIGABYTE = 1e9


def with_preset(config: ModelsConfig) -> ModelsConfig:
    """`config` with scheduler, steps, guidance and size written out; `preset` itself stays, for the record.

    LCM: "Latent Consistency Models", Luo et al. 2023, which recommends 4 steps and, with the LoRA, guidance 1 to 2; at
    1 the unconditional pass is skipped. Turbo: "Adversarial Diffusion Distillation", Sauer et al. 2023, trained without
    guidance. Without a preset, what is not set is what the checkpoint was made for (catalogue.yaml, else its own
    settings).

    Raises:
        InputError: a name cannot be a model.
    """
    if config.preset == "lcm":
        family = "sdxl" if is_xl(config.inpainting) else "sd"
        has_one = any("lcm" in name.lower() for name in config.lora)
        lora = config.lora if has_one else (*config.lora, LCM_LORAS[family])
        config = replace(config, scheduler="lcm", steps=4, guidance=1.0, lora=lora)
    if config.preset == "turbo":
        config = replace(config, scheduler="euler-a", steps=4, guidance=0.0)
    made = made_for(config.inpainting, config)
    return replace(
        config,
        steps=config.steps or made.steps,
        guidance=made.guidance if config.guidance < 0 else config.guidance,
        image_size=config.image_size or made.native,
    )


def made_for(name: str, config: ModelsConfig) -> Painting:
    """How a checkpoint was made to be used; its own size where its settings state one.

    Args:
        config: says what describes a single file.
    Raises:
        InputError: the name cannot be a model.
    """
    found = weights.inspect(name, safety_checker=False)
    if found.path is not None and found.path.is_file():
        if found.path.suffix != ".safetensors" or not found.complete:
            return painting(name, "StableDiffusionPipeline")
        known = painting(name, "StableDiffusionXLPipeline" if is_xl(name) else "StableDiffusionPipeline")
        described = weights.inspect_settings(base_config(config, found.path)).path
        return known if described is None else replace(known, native=_stated_size(described) or known.native)
    class_name = ""
    if found.path is not None and (found.path / "model_index.json").is_file():
        class_name = str(weights.read_json(found.path / "model_index.json").get("_class_name", ""))
    known = painting(name, class_name)
    if found.path is None or ((own := entry(name)) is not None and own.native):
        return known
    return replace(known, native=_stated_size(found.path) or known.native)


def guidance_argument(pipeline: Any) -> str:
    """Which argument of a loaded pipeline its guidance goes to; the guidance_scale of some is none."""
    return painting("", type(pipeline).__name__).scale


def _stated_size(folder: Path) -> int:
    """Pixels a side that a UNet was trained at, by its own settings; 0 where it has none."""
    settings, autoencoder = folder / "unet" / "config.json", folder / "vae" / "config.json"
    if not (settings.is_file() and autoencoder.is_file()):
        return 0
    cells = weights.read_json(settings).get("sample_size")
    blocks = weights.read_json(autoencoder).get("block_out_channels")
    if not (isinstance(cells, int) and isinstance(blocks, list) and blocks):
        return 0
    return cells * int(2 ** (len(blocks) - 1))


def with_quality(config: ModelsConfig, quality: Quality) -> ModelsConfig:
    """`config` with the networks of a quality: of each role the first that is on disk and fits this machine.

    What a person named stays. Where none is on disk the first that fits is taken, so that it is named with the command
    that fetches it.

    Raises:
        InputError: no such quality.
    """
    if not quality:
        return config
    picks = catalogue().quality
    if quality not in picks:
        raise InputError(f"quality '{quality}' must be one of {', '.join(picks)}")
    pick, usual = picks[quality], ModelsConfig()
    memory = card_memory()
    if config.inpainting == usual.inpainting:
        config = replace(config, inpainting=_first(pick.inpainting, memory))
    if config.depth == usual.depth:
        config = replace(config, depth=_first(pick.depth, memory))
    return replace(config, preset=config.preset or pick.preset)


def _first(names: Sequence[str], memory: float) -> str:
    """The first on disk that fits, else the first that fits, else the last (which is the smallest)."""
    known = [(name, entry(name)) for name in names]
    fitting = [name for name, record in known if record is not None and record.memory * GIGABYTE <= memory]
    fitting = fitting or [names[-1]]
    return next((name for name in fitting if weights.inspect(name).complete), fitting[0])


def card_memory() -> float:
    """Bytes that networks may fill: of the largest NVIDIA card, asked of its driver; without one, half of main memory.

    torch, which takes seconds to import, is not asked.
    """
    if shutil.which("nvidia-smi") is not None:
        command = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout
        except (OSError, subprocess.TimeoutExpired):
            answer = ""
        sizes = [int(word) for word in answer.split() if word.isdigit()]
        if sizes:
            return max(sizes) * 2.0**20
    return total_memory() / 2
