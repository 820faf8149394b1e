"""All levels of a zoom denoised together ("Generative Powers of Ten", Algorithm 1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lucid3d.families.base import Image
from lucid3d.zoom.plan import ZoomPlan
from lucid3d.zoom.stack import Geometry, agreement, blend, render_images, render_noise, towards_photograph

Floats = NDArray[np.float32]

FINAL_STEPS = 16
"""Of the descent towards the photograph after the last denoising step: a 65,000th of the difference is left."""


class Denoiser(Protocol):
    """A diffusion model as the zoom sees it: it estimates clean samples from noisy ones.

    A sample is (channels, size / cell, size / cell): latents, or, with `cell` 1, a picture in [-1, 1]. The stack is
    blended as pictures: two levels overlap exactly there, while the latents of a shrunk picture are not its shrunk
    latents. A pixel model's `decode` and `encode` return what they are given.
    """

    channels: int
    cell: int

    def schedule(self, steps: int) -> Floats:
        """(steps,) alpha-bar of every step, rising: a noisy sample is sqrt(a) clean + sqrt(1 - a) noise."""
        ...

    def estimate(self, noisy: Floats, step: int, prompts: Sequence[str]) -> Floats:
        """Clean estimates (L, channels, n, n) of noisy samples at a step of the last schedule, one prompt a level."""
        ...

    def decode(self, samples: Floats) -> Floats:
        """(L, channels, n, n) samples -> (L, 3, size, size) pictures in [-1, 1]."""
        ...

    def encode(self, pictures: Floats) -> Floats:
        """(L, 3, size, size) -> (L, channels, n, n), the inverse as well as the model has one."""
        ...


@dataclass(frozen=True)
class ZoomResult:
    """Pictures of a zoom.

    Attributes:
        images: (L, size, size, 3) float32 sRGB in [0, 1]; each level's centre is the next level, shrunk.
        geometry: how they lie in each other.
        raw_agreement: dB between the levels before they were pasted into each other, one less than levels.
        film: further pictures between the levels, with these among them, and how those lie in each other; None where
            there are only the levels.
    """

    images: Floats
    geometry: Geometry
    raw_agreement: tuple[float, ...]
    film: tuple[Floats, Geometry] | None = None


def sample_zoom(
    denoiser: Denoiser,
    plan: ZoomPlan,
    *,
    size: int,
    steps: int,
    seed: int,
    photograph: Image | None = None,
    joint: bool = True,
    on_step: Callable[[int, int], None] = lambda step, steps: None,
) -> ZoomResult:
    """Denoise the levels of a zoom together.

    Every step: estimate each level; blend the estimates; render; and let every level take its DDIM step (Song et al.
    2021, eta = 0) from the rendered estimate. The noise that levels share they keep.

    Args:
        size: pixels a side of every level.
        photograph: (size, size, 3) what level `plan.photograph_level` shows.
        joint: False denoises every level by itself, for comparison.
        on_step: told after every step.
    """
    geometry = Geometry(size, plan.factors, denoiser.cell)
    rng = np.random.default_rng(seed)
    side, count = size // denoiser.cell, len(plan)
    drawn = rng.standard_normal((count, denoiser.channels, side, side), np.float32)
    noise = render_noise(drawn, geometry.of_latents()) if joint else drawn
    target = None if photograph is None else np.moveaxis(photograph, -1, 0).astype(np.float32) * 2 - 1
    alphas = denoiser.schedule(steps)
    noisy = noise
    pictures = np.zeros((count, 3, size, size), np.float32)
    for step, alpha in enumerate(alphas):
        clean = denoiser.estimate(noisy, step, plan.prompts)
        pictures = denoiser.decode(clean)
        if joint:
            pictures = blend(pictures, geometry)
            if target is not None:
                pictures = towards_photograph(pictures, target, plan.photograph_level, geometry)
            clean = denoiser.encode(render_images(pictures, geometry))
        if step + 1 < len(alphas):
            direction = (noisy - np.sqrt(alpha) * clean) / np.sqrt(1 - alpha)
            following = alphas[step + 1]
            noisy = np.asarray(np.sqrt(following) * clean + np.sqrt(1 - following) * direction, np.float32)
        on_step(step + 1, len(alphas))
    raw = tuple(agreement(_images(pictures), geometry))
    if joint and target is not None:
        pictures = towards_photograph(pictures, target, plan.photograph_level, geometry, steps=FINAL_STEPS)
    pictures = np.clip(pictures, -1, 1)  # before pasting: the mean of clipped pixels is not the clipped mean
    rendered = render_images(pictures, geometry) if joint else pictures
    return ZoomResult(_images(rendered), geometry, raw)


def _images(pictures: Floats) -> Floats:
    return np.clip(np.moveaxis(pictures, 1, -1) / 2 + 0.5, 0, 1).astype(np.float32)
