"""A place whose picture is known at every scale, and a denoiser that knows it, but for an error of each level's own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lucid3d.zoom.plan import ZoomPlan

Floats = NDArray[np.float32]
OVERSAMPLING = 4


def plan(levels: int = 3, factor: float = 4.0) -> ZoomPlan:
    return ZoomPlan(tuple(f"level {i}" for i in range(levels)), (factor,) * (levels - 1))


def truth(level: int, size: int, factor: float, levels: int) -> Floats:
    """(3, size, size) in [-1, 1]: waves of every length about the origin, as level `level` sees them (area sampled)."""
    fine = size * OVERSAMPLING
    u = ((np.arange(fine) + 0.5) / fine - 0.5) / factor**level
    x, y = np.meshgrid(u, u)
    rng = np.random.default_rng(11)
    total = np.zeros((3, fine, fine))
    for octave in range(int(np.log2(size / 8 * factor ** (levels - 1)))):
        for _ in range(3):
            angle, phase = rng.uniform(0, 2 * np.pi, 2)
            wave = 2 * np.pi * 2**octave * rng.uniform(0.8, 1.25)
            if wave < 2 * np.pi * size * factor**level:  # finer waves average out, and would alias here
                carrier = np.sin(wave * (x * np.cos(angle) + y * np.sin(angle)) + phase)
                total += rng.normal(size=(3, 1, 1)) * carrier * 0.1
    return np.clip(total.reshape(3, size, OVERSAMPLING, size, OVERSAMPLING).mean(axis=(2, 4)), -1, 1).astype(np.float32)


def truths(levels: int, size: int, factor: float) -> Floats:
    return np.stack([truth(level, size, factor, levels) for level in range(levels)])


class KnownDenoiser:
    """Estimates each level's true picture plus an error of the level's own, in part smooth, in part grain."""

    channels, cell = 3, 1

    def __init__(self, pictures: Floats, error: float = 0.15, seed: int = 5) -> None:
        rng = np.random.default_rng(seed)
        count, _, size, _ = pictures.shape
        smooth = np.kron(rng.normal(size=(count, 3, 8, 8)), np.ones((size // 8, size // 8)))
        grain = rng.normal(size=pictures.shape)
        self.answers = (pictures + error * (0.7 * smooth + 0.7 * grain)).astype(np.float32)

    def schedule(self, steps: int) -> Floats:
        return np.linspace(0.01, 0.99, steps).astype(np.float32) ** 2

    def estimate(self, noisy: Floats, step: int, prompts: Sequence[str]) -> Floats:
        return self.answers + np.float32(0.02) * noisy

    def decode(self, samples: Floats) -> Floats:
        return samples

    def encode(self, pictures: Floats) -> Floats:
        return pictures
