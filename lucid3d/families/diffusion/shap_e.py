"""Things made of words or of a picture by a network (Shap-E, Jun and Nichol 2023), as meshes with colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.colour import srgb_from_linear
from lucid3d.errors import InputError
from lucid3d.families.base import Image
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.checkpoints import read_pipeline
from lucid3d.families.diffusion.device import choose_device, free
from lucid3d.families.diffusion.loading import quiet, read_checkpoint

STEPS = 64
"""Denoising steps (the released sample's)."""
CELLS = 128
"""Along a side of the grid that the surface is found on (diffusers' own)."""
GUIDANCE = {"ShapEPipeline": 15.0, "ShapEImg2ImgPipeline": 3.0}
"""Classifier-free guidance, by the kind of checkpoint (the released samples')."""


@dataclass(frozen=True, eq=False)
class Shape:
    """A mesh as glTF has it: y up, front towards +z, within a cube of two.

    Attributes:
        vertices: (V, 3) float64; faces: (F, 3) int64; colours: (V, 3) float64 sRGB in [0, 1].
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    colours: NDArray[np.float64]


def words_on_disk(config: ModelsConfig) -> bool:
    """Whether things can be made of words here."""
    return weights.inspect(config.thing).complete


def shape_of(asked: str | Image, config: ModelsConfig, *, seed: int = 0, cells: int = CELLS) -> Shape:
    """What a network makes of words, or of a picture of one thing before a plain ground. Loaded, used once and freed.

    Args:
        asked: words, or (H, W, 3) float32 sRGB in [0, 1].
        config: names the checkpoints (`thing`, `thing_from_picture`), the device and the steps (0: 64).
        cells: along a side of the grid that the surface is found on.
    Raises:
        InputError: the checkpoint is not on disk, is another's, or makes nothing of it.
    """
    import torch

    words = isinstance(asked, str)
    name, kind = (config.thing, "ShapEPipeline") if words else (config.thing_from_picture, "ShapEImg2ImgPipeline")
    device = choose_device(config.device)
    pipeline = _read(name, kind, config).to(device)
    pipeline.set_progress_bar_config(disable=True)
    given = asked if isinstance(asked, str) else _pictured(asked)
    with torch.inference_mode(), quiet():
        made = pipeline(
            given,
            num_inference_steps=config.steps or STEPS,
            guidance_scale=GUIDANCE[kind] if config.guidance < 0 else config.guidance,
            generator=torch.Generator("cpu").manual_seed(seed),
            output_type="latent",
        ).images
        try:
            mesh = pipeline.shap_e_renderer.decode_to_mesh(made[:1], device, grid_size=cells)
        except ValueError:  # where nothing is inside, there are no corners to put together
            mesh = None
    del pipeline
    free()
    about = f"'{asked}'" if isinstance(asked, str) else "that picture"
    if mesh is None or not len(mesh.faces):
        raise InputError(f"{name} made nothing of {about}: try another --seed, or other words")
    corners, faces = (np.asarray(values.cpu().numpy()) for values in (mesh.verts, mesh.faces))
    if not np.isfinite(corners).all():
        raise InputError(f"{name} made nothing that is finite of {about}: try another --seed")
    x, y, z = corners.astype(np.float64).T
    linear = np.stack([mesh.vertex_channels[channel].cpu().numpy() for channel in "RGB"], axis=1)
    colours = srgb_from_linear(np.clip(linear.astype(np.float64), 0, 1), np.float64)
    # Shap-E's meshes have z up and are first looked at from -y
    return Shape(np.stack([x, z, -y], axis=1), faces.astype(np.int64), colours)


def _pictured(image: Image) -> Any:
    from PIL import Image as Pillow

    return Pillow.fromarray((np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8))


def _read(name: str, kind: str, config: ModelsConfig) -> Any:
    import diffusers
    import torch

    found = weights.inspect(name)
    folder = found.require(config.allow_pickle)
    index = weights.read_json(folder / "model_index.json") if (folder / "model_index.json").is_file() else {}
    if (own := index.get("_class_name", "checkpoint without a class")) != kind:
        raise InputError(f"{name} is a {own}: a {kind} is needed here (lucid3d models list)")
    with quiet(), read_checkpoint(name):
        return read_pipeline(getattr(diffusers, kind), found, folder, torch.float32, allow_pickle=config.allow_pickle)
