"""A denoiser whose answer is known: each view's true image, plus an error of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from lucid3d.camera import Camera
from lucid3d.panorama import perspective_from_equirectangular

Floats = NDArray[np.float32]
CHANNELS = 4


def smooth_noise(rng: np.random.Generator, shape: tuple[int, ...], sigma: float, wrap: bool = False) -> Floats:
    """Unit noise (h, w, C), smoothed over `sigma` pixels; 0 leaves it white."""
    mode = ("nearest", "wrap" if wrap else "nearest", "nearest")
    values = (
        gaussian_filter(rng.standard_normal(shape), (sigma, sigma, 0), mode=mode) if sigma else rng.normal(size=shape)
    )
    return (values / values.std()).astype(np.float32)


def true_views(cameras: Sequence[Camera], seed: int = 0) -> Floats:
    """(V, h, w, 4) what the cameras see of one smooth sphere of values, detail down to a few of their pixels."""
    rng = np.random.default_rng(seed)
    height = 8 * cameras[0].height
    sphere = smooth_noise(rng, (height, 2 * height, CHANNELS), height / 50, wrap=True)
    return np.stack([perspective_from_equirectangular(sphere, camera) for camera in cameras])


def own_errors(views: int, size: int, kind: str, amount: float = 0.3, seed: int = 1) -> Floats:
    """(V, size, size, 4) an error for each view, all of the same root mean square.

    Args:
        kind: "tone" (each channel of each view is off by a constant), or the number of pixels that the error is
            smoothed over.
    """
    rng = np.random.default_rng(seed)
    errors = []
    for _ in range(views):
        if kind == "tone":
            error = np.broadcast_to(rng.standard_normal(CHANNELS), (size, size, CHANNELS)).astype(np.float32)
        else:
            error = smooth_noise(rng, (size, size, CHANNELS), float(kind))
        errors.append(amount * error / np.sqrt((error**2).mean()))
    return np.stack(errors)


@dataclass
class KnownAnswer:
    """Estimates truth + errors whatever it is shown; `errors` may be (steps, V, ...) for another error at each step."""

    truth: Floats
    errors: Floats

    def estimate(self, noisy: Floats, step: int, which: Sequence[int]) -> Floats:
        errors = self.errors[step] if self.errors.ndim == 5 else self.errors
        return self.truth[list(which)] + errors[list(which)]
