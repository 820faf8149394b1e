"""A picture to train on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError


@dataclass(frozen=True, eq=False)
class TrainingView:
    """A picture to train on.

    Attributes:
        camera: where it was taken.
        image: (H, W, 3) float32 sRGB.
        known: (H, W) bool; only pixels where it is True count.
        depth: (H, W) z-depth in metres, +inf where it is sky, 0 or NaN where it is not known; None for no depth at all.
        weight: how much the view counts.
    """

    camera: Camera
    image: NDArray[np.float32]
    known: NDArray[np.bool_]
    depth: NDArray[np.float32] | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        size = (self.camera.height, self.camera.width)
        if self.image.shape != (*size, 3):
            raise InputError(f"image has shape {self.image.shape}, its camera needs {(*size, 3)}")
        if self.known.shape != size or self.known.dtype != bool:
            raise InputError(f"known is {self.known.dtype} {self.known.shape}, its camera needs bool {size}")
        if self.depth is not None and self.depth.shape != size:
            raise InputError(f"depth has shape {self.depth.shape}, its camera needs {size}")
        if not np.isfinite(self.image[self.known]).all():
            raise InputError("image has known pixels that are not finite")
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise InputError(f"weight={self.weight} of a view must be finite and not negative")
