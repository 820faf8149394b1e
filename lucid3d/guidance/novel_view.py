"""View-conditioned distillation: a picture of one side says what the others look like (Zero-1-to-3, Liu et al. 2023).

The network sees the reference picture's latents beside the noisy ones and, instead of words, the picture's CLIP
features with the camera's move around the object: (polar, sin azimuth, cos azimuth, radius), projected to the width of
words (section 3.2); Gaussians follow it by score distillation (section 3.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.device import choose_device
from lucid3d.families.diffusion.loading import quiet, read_checkpoint
from lucid3d.guidance.base import resized
from lucid3d.guidance.clip import MEAN, SPREAD
from lucid3d.guidance.sds import Distillation, with_gradient

DEFAULT = "ashawkey/zero123-xl-diffusers"
COMPONENTS = ("unet", "vae", "image_encoder", "clip_camera_projection", "scheduler")


class ViewNetwork:
    """Zero-1-to-3 in the layout of diffusers, frozen: unet (8 channels), vae, image_encoder, clip_camera_projection.

    Raises:
        InputError: it is missing, or something else.
    """

    def __init__(self, name: str = DEFAULT, device: str = "auto") -> None:
        import diffusers as untyped
        from transformers import CLIPVisionModelWithProjection

        diffusers: Any = untyped

        folder = Path(name) if Path(name).is_dir() else Path(weights.inspect(name).require())
        missing = [part for part in COMPONENTS if not (folder / part).is_dir()]
        if missing:
            raise InputError(f"{name} is no Zero-1-to-3 in the layout of diffusers: it lacks {', '.join(missing)}")
        self.device = choose_device(device)
        local: dict[str, Any] = {"local_files_only": True}
        with quiet(), read_checkpoint(name):
            self.unet: Any = diffusers.UNet2DConditionModel.from_pretrained(folder / "unet", **local)
            self.vae: Any = diffusers.AutoencoderKL.from_pretrained(folder / "vae", **local)
            self.encoder: Any = CLIPVisionModelWithProjection.from_pretrained(folder / "image_encoder", **local)
            self.projection = _projection(folder / "clip_camera_projection")
            scheduler = diffusers.DDIMScheduler.from_pretrained(folder / "scheduler", **local)
        if self.unet.config.in_channels != 8:
            raise InputError(
                f"{name} is no Zero-1-to-3: its network takes {self.unet.config.in_channels} channels, not 8"
            )
        for network in (self.unet, self.vae, self.encoder, self.projection):
            network.eval().requires_grad_(False).to(self.device)
        self.kept: Tensor = scheduler.alphas_cumprod.to(self.device, torch.float32)

    @property
    def side(self) -> int:
        """Pixels of the pictures that it was trained on."""
        return int(self.unet.config.sample_size) * int(2 ** (len(self.vae.config.block_out_channels) - 1))


def _projection(folder: Path) -> nn.Linear:
    from safetensors.torch import load_file

    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise InputError(f"'{folder}' holds no .safetensors: convert the checkpoint first")
    tensors = load_file(files[0])
    weight = next(t for t in tensors.values() if t.ndim == 2)
    bias = next(t for t in tensors.values() if t.ndim == 1)
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return layer


def move_of(reference: Camera, camera: Camera, middle: NDArray[np.floating]) -> NDArray[np.float32]:
    """(4,) how a camera stands to the reference around a middle (3,): polar angle, sine and cosine of the azimuth, both
    in radians, and the distance in distances of the reference."""

    def angles(each: Camera) -> tuple[float, float, float]:
        x, y, z = each.position - middle
        away = float(np.linalg.norm((x, y, z)))
        return float(np.arccos(np.clip(-y / max(away, 1e-9), -1, 1))), float(np.arctan2(x, -z)), away

    (polar, azimuth, away), (other_polar, other_azimuth, other_away) = angles(reference), angles(camera)
    turn = other_azimuth - azimuth
    relative = (other_away - away) / max(away, 1e-9)
    return np.array([other_polar - polar, np.sin(turn), np.cos(turn), relative], np.float32)


class NovelView:
    """Pictures from anywhere around an object, as a picture of it has them.

    Args:
        camera, picture: (H, W, 3) float32 sRGB, the reference; middle: (3,) metres, of the object.
    """

    def __init__(
        self,
        network: ViewNetwork,
        camera: Camera,
        picture: NDArray[np.float32],
        middle: NDArray[np.floating],
        settings: Distillation | None = None,
    ) -> None:
        self.network, self.camera, self.middle = network, camera, np.asarray(middle, np.float64)
        self.settings = settings or Distillation(scale=3.0, noise=(0.02, 0.98))
        self.generator = torch.Generator().manual_seed(self.settings.seed)
        image = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32))[None].to(network.device)
        side = int(network.encoder.config.image_size)
        mean, spread = (image.new_tensor(values)[:, None, None] for values in (MEAN, SPREAD))
        with torch.no_grad():
            self._features = network.encoder((resized(image, side, side) - mean) / spread).image_embeds
            pixels = resized(image, network.side, network.side) * 2 - 1
            self._latents = network.vae.encode(pixels).latent_dist.mode()  # unscaled, as it was trained

    def loss(self, images: Tensor, cameras: Sequence[Camera], prompt: str) -> Tensor:
        """See `Guidance.loss`; the prompt does not matter."""
        network, settings, count = self.network, self.settings, len(images)
        pixels = resized(images, network.side, network.side).to(network.device) * 2 - 1
        latents = network.vae.encode(pixels).latent_dist.mean * network.vae.config.scaling_factor
        total = len(network.kept)
        low, high = (int(part * total) for part in settings.noise)
        steps = torch.randint(low, max(low + 1, high), (count,), generator=self.generator).to(latents.device)
        noise = torch.randn(latents.shape, generator=self.generator).to(latents)
        moves = torch.from_numpy(np.stack([move_of(self.camera, camera, self.middle) for camera in cameras]))
        with torch.no_grad():
            features = torch.cat([self._features.expand(count, -1), moves.to(self._features)], dim=-1)
            words = network.projection(features)[:, None]
            kept = network.kept[steps][:, None, None, None]
            noisy = kept.sqrt() * latents + (1 - kept).sqrt() * noise
            beside = self._latents.expand(count, -1, -1, -1)
            both = torch.cat([torch.cat([noisy, torch.zeros_like(beside)], 1), torch.cat([noisy, beside], 1)])
            said = torch.cat([torch.zeros_like(words), words])
            without, given = network.unet(both, torch.cat([steps, steps]), said).sample.chunk(2)
            predicted = without + settings.scale * (given - without)
            gradient = torch.nan_to_num((1 - kept) * (predicted - noise))
        return with_gradient(latents, gradient) / count
