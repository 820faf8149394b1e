"""Words by CLIP: pictures move in feature space as words do.

The direction is that of StyleGAN-NADA (Gal et al. 2022, equation 2); crops of the region, whole and random, each with
words of their own, are CLIPVG's region-of-interest loss (Song et al. 2023, section 3.3), and random patches that are
turned in perspective are CLIPstyler's (Kwon and Ye 2022, section 3.2, equations 3 to 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lucid3d.camera import Camera
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.loading import quiet, read_checkpoint
from lucid3d.gaussians import Renderer
from lucid3d.gaussians.model import Gaussians
from lucid3d.guidance.base import resized

DEFAULT = "openai/clip-vit-base-patch32"
MEAN, SPREAD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""Of the pictures that CLIP was trained on."""


class Encoder(Protocol):
    """Pictures and words as vectors of one space."""

    def images(self, images: Tensor) -> Tensor:
        """(B, D) of pictures (B, 3, H, W) in [0, 1]."""
        ...

    def words(self, words: Sequence[str]) -> Tensor:
        """(B, D) of sentences."""
        ...


class Clip:
    """A CLIP checkpoint from disk.

    Raises:
        InputError: it is not there or cannot be read; says how to fetch it.
    """

    def __init__(self, name: str = DEFAULT, device: str = "cpu") -> None:
        from transformers import CLIPModel, CLIPTokenizer

        folder = Path(weights.inspect(name).require())
        with quiet(), read_checkpoint(name):
            model: Any = CLIPModel.from_pretrained(folder, local_files_only=True)
            self._model: Any = model.eval().to(device)
            self._tokenizer: Any = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
        self._model.requires_grad_(False)
        self._side = int(self._model.config.vision_config.image_size)

    def images(self, images: Tensor) -> Tensor:
        """See `Encoder.images`."""
        mean, spread = (images.new_tensor(values)[:, None, None] for values in (MEAN, SPREAD))
        pixels = (resized(images, self._side, self._side) - mean) / spread
        model = self._model
        return model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)  # type: ignore[no-any-return]

    def words(self, words: Sequence[str]) -> Tensor:
        """See `Encoder.words`."""
        model = self._model
        tokens = self._tokenizer(list(words), padding=True, truncation=True, return_tensors="pt").to(model.device)
        with torch.no_grad():
            return model.text_projection(model.text_model(**tokens).pooler_output)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Crops:
    """Which parts of a picture are looked at.

    Attributes:
        whole: weight of the whole region; patches: how many random ones; size: theirs, of the region's shorter side.
        tilt: how far the corners of a patch are moved, of its size; reject: patches whose loss is below are left out
            (CLIPstyler's threshold, equation 5).
    """

    whole: float = 1.0
    patches: int = 8
    size: tuple[float, float] = (0.3, 0.8)
    tilt: float = 0.15
    reject: float = 0.0


class DirectionalClip:
    """Pictures go in CLIP's space where words go, from what a scene was.

    Args:
        encoder: of pictures and words.
        before: the scene as it was; pictures of it are compared with those of the present one.
        source: words of what it was ("a photo").
        regions: words of their own -> (N,) bool of the Gaussians; looked at in crops of their own. None: the whole
            picture, in the prompt's words.
        seed: decides the patches.
    """

    def __init__(
        self,
        encoder: Encoder,
        before: Gaussians,
        source: str = "a photo",
        *,
        regions: Sequence[tuple[str, NDArray[np.bool_]]] = (),
        crops: Crops | None = None,
        seed: int = 0,
    ) -> None:
        self._encoder, self._source, self._crops = encoder, source, crops or Crops()
        self._before = Renderer(before)
        self._regions = [(words, before.means[mask]) for words, mask in regions]
        self._rng = np.random.default_rng(seed)
        self._known: dict[str, Tensor] = {}

    def loss(self, images: Tensor, cameras: Sequence[Camera], prompt: str) -> Tensor:
        """See `Guidance.loss`: 1 - cos of the directions, over the crops."""
        now, was, wanted = [], [], []
        for image, camera in zip(images, cameras, strict=True):
            old = torch.from_numpy(self._before.render(camera).image.transpose(2, 0, 1).copy()).to(image).clamp(0, 1)
            for words, box in self._boxes(camera, prompt):
                left, top, right, bottom = box
                direction = self._direction(words)
                pair = torch.stack([image[:, top:bottom, left:right], old[:, top:bottom, left:right]])
                for crop in (pair, *self._patches(pair)):
                    now.append(crop[:1])
                    was.append(crop[1:])
                    wanted.append(direction)
        side = max(16, max(crop.shape[-1] for crop in now))
        features = self._encoder.images(torch.cat([resized(crop, side, side) for crop in now]))
        with torch.no_grad():
            old_features = self._encoder.images(torch.cat([resized(crop, side, side) for crop in was]))
        moved = _unit(features) - _unit(old_features)
        losses = 1 - functional.cosine_similarity(moved, torch.stack(wanted).to(moved), dim=-1, eps=1e-6)
        losses = torch.where(losses < self._crops.reject, torch.zeros_like(losses), losses)
        per = 1 + self._crops.patches
        shares = losses.new_tensor([self._crops.whole, *(1 / max(1, self._crops.patches),) * self._crops.patches])
        return (losses.view(-1, per) * shares).sum(dim=1).mean()

    def _direction(self, words: str) -> Tensor:
        if words not in self._known:
            source, target = _unit(self._encoder.words([self._source, words]))
            self._known[words] = target - source
        return self._known[words]

    def _boxes(self, camera: Camera, prompt: str) -> list[tuple[str, tuple[int, int, int, int]]]:
        """What to look at, and in which part of the picture; the whole picture where no region is seen."""
        found = []
        for words, means in self._regions:
            pixels, depth = camera.project(means)
            seen = (depth > 0.01) & (pixels >= 0).all(axis=1) & (pixels < (camera.width, camera.height)).all(axis=1)
            if seen.sum() >= 8:
                low, high = np.percentile(pixels[seen], [1, 99], axis=0)
                box = _at_least(low, high, camera.width, camera.height)
                found.append((words or prompt, box))
        return found or [(prompt, (0, 0, camera.width, camera.height))]

    def _patches(self, pair: Tensor) -> list[Tensor]:
        """Random parts of pictures (2, 3, H, W), their corners moved, the same of both."""
        height, width = pair.shape[-2:]
        patches = []
        for _ in range(self._crops.patches):
            share = self._rng.uniform(*self._crops.size)
            side = share * min(height, width)
            x, y = self._rng.uniform(0, width - side), self._rng.uniform(0, height - side)
            corners = np.array([(x, y), (x + side, y), (x, y + side), (x + side, y + side)])
            corners += self._rng.uniform(-1, 1, (4, 2)) * self._crops.tilt * side / 2
            size = max(16, round(side))
            u, v = np.meshgrid((np.arange(size) + 0.5) / size, (np.arange(size) + 0.5) / size)
            grid = ((1 - u) * (1 - v))[..., None] * corners[0] + (u * (1 - v))[..., None] * corners[1]
            grid += ((1 - u) * v)[..., None] * corners[2] + (u * v)[..., None] * corners[3]
            scaled = torch.from_numpy(2 * grid / [width, height] - 1).to(pair)[None].expand(2, -1, -1, -1)
            patches.append(functional.grid_sample(pair, scaled, padding_mode="reflection", align_corners=False))
        return patches


def _unit(features: Tensor) -> Tensor:
    unit: Tensor = features / features.norm(dim=-1, keepdim=True).clamp(min=1e-8)
    return unit


def _at_least(
    low: NDArray[np.floating], high: NDArray[np.floating], width: int, height: int
) -> tuple[int, int, int, int]:
    """A box of pixels around a region, with a margin, at least 16 pixels across."""
    middle, half = (low + high) / 2, np.maximum((high - low) / 2 * 1.1, 8)
    left, top = np.clip(np.floor(middle - half), 0, [width - 16, height - 16]).astype(int)
    right, bottom = np.clip(np.ceil(middle + half), [left + 16, top + 16], [width, height]).astype(int)
    return int(left), int(top), int(right), int(bottom)
