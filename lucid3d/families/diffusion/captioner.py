"""Describes a picture that came without a prompt (BLIP, Li et al. 2022)."""

from __future__ import annotations

from typing import Any

from lucid3d.errors import InputError
from lucid3d.families.base import Image
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.device import choose_device, free
from lucid3d.families.diffusion.loading import quiet, read_checkpoint
from lucid3d.families.diffusion.networks import read_network

LONGEST_CAPTION = 40  # tokens; a prompt has room for 75


def caption(image: Image, config: ModelsConfig) -> str:
    """Describe a picture in one sentence. The network is loaded, used once and freed.

    Args:
        image: (H, W, 3) float32 sRGB in [0, 1].
        config: names the captioner, the device and the precision.
    Raises:
        InputError: the captioner is not on disk, or is no image-captioning checkpoint.
    """

    found = weights.inspect(config.captioner)
    folder = found.require(config.allow_pickle)
    import torch
    from transformers import BlipForConditionalGeneration, BlipProcessor

    device = choose_device(config.device)
    kind = weights.read_json(folder / "config.json").get("model_type")
    if kind != "blip":
        raise InputError(f'diffusion.captioner {config.captioner} is a "{kind}" checkpoint: a BLIP captioner is needed')
    with quiet(), read_checkpoint(config.captioner):
        processor: Any = BlipProcessor.from_pretrained(folder, local_files_only=True)
        network = read_network(
            BlipForConditionalGeneration,
            folder,
            config.captioner,
            dtype=torch.float32,
            variant=found.variant_of(),
            allow_pickle=config.allow_pickle,
        )
        network = network.eval().to(device)
    bytes_image = (image * 255 + 0.5).astype("uint8")
    with torch.inference_mode(), quiet():
        inputs = processor(images=bytes_image, return_tensors="pt").to(device)
        tokens = network.generate(**inputs, max_new_tokens=LONGEST_CAPTION, do_sample=False)
    text: str = processor.decode(tokens[0], skip_special_tokens=True).strip()
    del network, processor
    free()
    return text
