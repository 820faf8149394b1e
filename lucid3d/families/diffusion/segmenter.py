"""What belongs together in a picture with a point of it (Segment Anything, Kirillov et al. 2023)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.families.base import Image
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.device import choose_device
from lucid3d.families.diffusion.loading import quiet, read_checkpoint
from lucid3d.families.diffusion.networks import read_network

MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the pictures that SAM was trained on (ImageNet's)."""


class Segmenter:
    """A SAM checkpoint from disk; it is read when it is first asked.

    Args:
        config: names the checkpoint (`segmenter`) and where it runs.
    """

    def __init__(self, config: ModelsConfig | None = None) -> None:
        self._config = config or ModelsConfig()
        self._network: Any = None

    def part(self, image: Image, point: tuple[float, float]) -> NDArray[np.bool_]:
        """The part of a picture that a point of it belongs to: of the three that SAM offers (a part of a thing, a
        larger one, all of it) the one that it trusts most.

        Args:
            image: (H, W, 3) float32 sRGB in [0, 1].
            point: x and y in pixels from the upper left corner.
        Returns:
            (H, W) bool.
        Raises:
            InputError: the checkpoint is not on disk, cannot be read, or is no SAM.
        """
        import torch
        from torch.nn import functional

        network = self._read()
        side = int(network.config.vision_config.image_size)
        height, width = image.shape[:2]
        factor = side / max(height, width)
        size = (math.floor(height * factor + 0.5), math.floor(width * factor + 0.5))
        pixels = torch.from_numpy(np.ascontiguousarray(image, np.float32).transpose(2, 0, 1)[None])
        pixels = functional.interpolate(pixels, size, mode="bilinear", antialias=True, align_corners=False)
        mean, spread = (pixels.new_tensor(values)[:, None, None] for values in (MEAN, SPREAD))
        # the network takes squares: zeros after normalising, below and to the right (section A, "Image encoder")
        square = functional.pad((pixels - mean) / spread, (0, side - size[1], 0, side - size[0])).to(network.device)
        where = [[[[point[0] * size[1] / width, point[1] * size[0] / height]]]]
        with torch.inference_mode(), quiet():
            found = network(
                pixel_values=square, input_points=torch.tensor(where, dtype=torch.float32, device=network.device)
            )
        best = int(found.iou_scores[0, 0].argmax())
        mask = functional.interpolate(found.pred_masks[0, :, best][None], (side, side), mode="bilinear")
        mask = functional.interpolate(mask[..., : size[0], : size[1]], (height, width), mode="bilinear")
        return np.asarray((mask[0, 0] > 0).cpu().numpy(), np.bool_)

    def _read(self) -> Any:
        if self._network is None:
            import torch
            from transformers import SamModel

            name = self._config.segmenter
            found = weights.inspect(name)
            folder = Path(found.require(self._config.allow_pickle))
            kind = weights.read_json(folder / "config.json").get("model_type")
            if kind != "sam":
                raise InputError(f'diffusion.segmenter {name} is a "{kind}" checkpoint: a SAM is needed')
            with quiet(), read_checkpoint(name):
                network = read_network(
                    SamModel,
                    folder,
                    name,
                    dtype=torch.float32,
                    variant=found.variant_of(),
                    allow_pickle=self._config.allow_pickle,
                )
                self._network = network.eval().to(choose_device(self._config.device))
        return self._network


def segmenter_on_disk(config: ModelsConfig) -> Segmenter | None:
    """The segmenter that a config names, or None where its weights are not here."""
    return Segmenter(config) if weights.inspect(config.segmenter).complete else None
