"""What training is told: the views, and every knob."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError

if TYPE_CHECKING:
    from lucid3d.gaussians.training.strategies import Strategy


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


@dataclass(frozen=True)
class TrainConfig:
    """Every knob of training. The defaults polish a good start (`from_points`) in a few hundred steps.

    Attributes:
        iterations: steps; one view each.
        seed: decides the order of the views and everything random in the strategy.
        threads: of the native kernels; None for the cores that this process may use.

        means_lr: learning rate of positions, in units of each Gaussian's own size (its middle scale).
        quats_lr, scales_lr, opacities_lr: learning rates of rotations, log scales and logit opacities.
        sh_lr: learning rate of the colour; higher spherical harmonics learn `sh_rest_factor` times as fast.
        lr_decay: all learning rates fall exponentially to this part of their start by the last step.
        means_lr_decay: the same for positions.
        beta1, beta2, epsilon: of Adam.
        visible_only: Adam leaves Gaussians alone that a step's view does not see (momentum does not carry them off, and
            a step costs no more than what is in view).

        eps2d: square pixels that every Gaussian is widened by while it is trained. Less than the 0.3 that pictures are
            drawn with: a Gaussian that counts on being widened leaves cracks where a finer picture widens it less (Yu
            et al. 2024, Mip-Splatting, section 4), and what is drawn of a scene is mostly finer than its views.
        ssim_weight: the photometric loss is (1 - ssim_weight) L1 + ssim_weight (1 - SSIM), over known pixels.
        depth_weight: of the relative depth error, where depth is known; sky counts as `sky_radius` away.
        opaque_weight: of 1 - alpha, over known pixels: nothing shines through.
        opacity_regularizer: of the mean opacity (3DGS-MCMC): Gaussians that nothing needs fade.
        scale_regularizer: of the mean scale in metres (3DGS-MCMC).
        max_needle: the largest scale stays below this many times the middle one: no needles.
        max_scale: upper limit of every scale in metres; None for no limit.

        strategy: what adds, moves and removes Gaussians; None keeps them all.
        max_gaussians: the strategy never goes beyond this number; None for no limit.
        prune_opacity: at the end, Gaussians less opaque than this are removed.
        sky_radius: Gaussians that start at least this far (metres) from the cameras' middle are sky: their positions
            stay. None: those beyond every finite depth of the views, if the views show sky at all.
    """

    iterations: int = 300
    seed: int = 0
    threads: int | None = None

    means_lr: float = 0.1
    quats_lr: float = 0.015
    scales_lr: float = 0.1
    opacities_lr: float = 5e-2
    sh_lr: float = 5e-3
    sh_rest_factor: float = 0.05
    lr_decay: float = 0.1
    means_lr_decay: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-15
    visible_only: bool = True

    eps2d: float = 0.1
    ssim_weight: float = 0.2
    depth_weight: float = 0.1
    opaque_weight: float = 0.3
    opacity_regularizer: float = 0.0
    scale_regularizer: float = 0.0
    max_needle: float = 5.0
    max_scale: float | None = None

    strategy: Strategy | None = None
    max_gaussians: int | None = None
    prune_opacity: float = 0.01
    sky_radius: float | None = None

    def __post_init__(self) -> None:
        if self.iterations < 0:
            raise InputError(f"iterations={self.iterations} must not be negative")
        if self.max_gaussians is not None and self.max_gaussians < 1:
            raise InputError(f"max_gaussians={self.max_gaussians} must be at least 1")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type == "float" and not (math.isfinite(value) and value >= 0):
                raise InputError(f"{field.name}={value} must be finite and not negative")
        for name in ("lr_decay", "means_lr_decay"):
            if not 0 < getattr(self, name) <= 1:
                raise InputError(f"{name}={getattr(self, name)} must lie in (0, 1]")
        for name in ("beta1", "beta2", "ssim_weight", "prune_opacity"):
            if not getattr(self, name) <= 1 or (name.startswith("beta") and getattr(self, name) == 1):
                raise InputError(f"{name}={getattr(self, name)} must lie between 0 and 1")
        if self.max_needle < 1:
            raise InputError(f"max_needle={self.max_needle} must be at least 1")
        for name in ("max_scale", "sky_radius"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise InputError(f"{name}={value} must be positive")
