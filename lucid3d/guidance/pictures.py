"""Plain pictures: what cameras shall see is known (3D Gaussian Splatting, Kerbl et al. 2023, equation 7)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.gaussians.training.torch_engine import ssim_map
from lucid3d.guidance.base import resized

SSIM_WEIGHT = 0.2


class Pictures:
    """L1 and D-SSIM to pictures that were taken from known places.

    Args:
        cameras, pictures: as many of both; pictures (H, W, 3) float32 sRGB.
        masks: (H, W) bool where they count; None = everywhere. Pixels that are no finite numbers never do.
        ssim: weight of D-SSIM beside L1; 0 where the pictures are black outside of their masks.
    """

    def __init__(
        self,
        cameras: Sequence[Camera],
        pictures: Sequence[NDArray[np.float32]],
        masks: Sequence[NDArray[np.bool_]] | None = None,
        *,
        ssim: float = SSIM_WEIGHT,
    ) -> None:
        if len(cameras) != len(pictures) or not pictures:
            raise InputError("as many pictures as cameras are needed, at least one")
        self._ssim = ssim
        self._poses = np.array([camera.world_from_camera for camera in cameras])
        finite = [np.nan_to_num(p).transpose(2, 0, 1) for p in pictures]
        self._pictures = [torch.from_numpy(np.ascontiguousarray(p, np.float32)) for p in finite]
        known = list(masks) if masks is not None else [np.ones(p.shape[:2], bool) for p in pictures]
        known = [mask & np.isfinite(p).all(axis=2) for mask, p in zip(known, pictures, strict=True)]
        self._masks = [torch.from_numpy(mask.astype(np.float32))[None] for mask in known]

    def loss(self, images: Tensor, cameras: Sequence[Camera], prompt: str) -> Tensor:
        """See `Guidance.loss`; the cameras must be among those of the pictures.

        Raises:
            InputError: one is not.
        """
        total = images.new_zeros(())
        for image, camera in zip(images, cameras, strict=True):
            away = np.abs(self._poses - camera.world_from_camera).max(axis=(1, 2))
            number = int(np.argmin(away))
            if away[number] > 1e-6:
                raise InputError("no picture was taken from where this one is drawn")
            height, width = image.shape[-2:]
            target = resized(self._pictures[number][None].to(image), height, width)[0]
            mask = resized(self._masks[number][None].to(image), height, width)[0]
            share = mask.mean().clamp(min=1e-6)
            l1 = ((image - target).abs() * mask).mean() / share
            total = total + (1 - self._ssim) * l1
            if self._ssim:
                total = total + self._ssim * (1 - (ssim_map(image, target) * mask).mean() / share)
        return total / len(images)
