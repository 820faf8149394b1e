"""What Depth Pro (Bochkovskii et al. 2024) does differently; transformers' own processor for it needs torchvision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.families.diffusion.weights import read_json

if TYPE_CHECKING:
    import torch

USUAL_SIZE = 1536  # pixels a side that its patches are cut from
SMALLEST, LARGEST = 1e-4, 1e4  # canonical inverse depth: what lies outside is noise of the network


def processor(folder: Path) -> Callable[..., dict[str, torch.Tensor]]:
    """What stands in for its image processor: bytes (H, W, 3) -> {"pixel_values": (1, 3, size, size)} in [-1, 1]."""
    import torch
    import torch.nn.functional as functional

    size: Any = read_json(folder / "preprocessor_config.json").get("size", USUAL_SIZE)
    height, width = (size["height"], size["width"]) if isinstance(size, dict) else (size, size)

    def process(images: NDArray[np.uint8], **_: Any) -> dict[str, torch.Tensor]:
        pixels = torch.from_numpy(images).permute(2, 0, 1)[None].float() / 127.5 - 1
        return {"pixel_values": functional.interpolate(pixels, (height, width), mode="bilinear", align_corners=False)}

    return process


def metres(canonical: torch.Tensor, camera: Camera) -> torch.Tensor:
    """Depth in metres (..., H, W) from canonical inverse depth C of that shape (section 3.1): f / (width C).

    f is the focal length in pixels: the camera's own, which we know, in place of the one that the network guesses.
    """
    return camera.fx / camera.width / canonical.clamp(SMALLEST, LARGEST)
