"""A reference view: one picture is known, all others are guided (Make-It-3D, Tang et al. 2023, section 3.2).

From the reference's place the pictures are compared pixel by pixel where it is known (equation 2); from elsewhere
another guidance has its say.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lucid3d.camera import Camera
from lucid3d.guidance.base import Guidance
from lucid3d.guidance.pictures import Pictures

HERE = 1e-6
"""Largest difference of poses that are the same."""


class Reference:
    """A picture from its place, a guidance from all others.

    Args:
        camera, picture: (H, W, 3) float32 sRGB; mask: (H, W) bool where it counts, None = everywhere.
        elsewhere: what guides the other views, or None.
        weight: of the reference.
    """

    def __init__(
        self,
        camera: Camera,
        picture: NDArray[np.float32],
        elsewhere: Guidance | None = None,
        *,
        mask: NDArray[np.bool_] | None = None,
        weight: float = 1.0,
    ) -> None:
        self.camera, self._weight, self._elsewhere = camera, weight, elsewhere
        self._pictures = Pictures([camera], [picture], None if mask is None else [mask])

    def loss(self, images: Tensor, cameras: Sequence[Camera], prompt: str) -> Tensor:
        """See `Guidance.loss`."""
        pose = self.camera.world_from_camera
        here = [i for i, camera in enumerate(cameras) if np.abs(camera.world_from_camera - pose).max() < HERE]
        others = [i for i in range(len(cameras)) if i not in here]
        total: Tensor = images.sum() * 0
        if here:
            total = total + self._weight * self._pictures.loss(images[here], [cameras[i] for i in here], prompt)
        if others and self._elsewhere is not None:
            total = total + self._elsewhere.loss(images[others], [cameras[i] for i in others], prompt)
        return torch.nan_to_num(total)
