"""Random small scenes, and the pixels at which two correct rasterisers may differ."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lucid3d.gaussians.twin import ALPHA_MAX, ALPHA_MIN, TRANSMITTANCE_MIN


@dataclass
class Scene:
    """Inputs of `rasterization`, float64."""

    means: Tensor
    quats: Tensor
    scales: Tensor
    opacities: Tensor
    colors: Tensor
    viewmats: Tensor
    Ks: Tensor
    width: int
    height: int
    sh_degree: int | None

    def tensors(self, dtype: torch.dtype, *, grad: bool = True) -> list[Tensor]:
        """The seven tensors, as leaves; intrinsics take no gradient."""
        values = [self.means, self.quats, self.scales, self.opacities, self.colors, self.viewmats, self.Ks]
        return [v.to(dtype).clone().requires_grad_(grad and i < 6) for i, v in enumerate(values)]


def random_scene(
    seed: int,
    *,
    count: int = 50,
    width: int = 40,
    height: int = 30,
    sh_degree: int | None = None,
    channels: int = 3,
    cameras: int = 1,
    kind: str = "mixed",
) -> Scene:
    """A random scene of one kind: mixed, behind, huge, tiny, opaque, ties, hidden."""
    rng = np.random.default_rng(seed)
    means = rng.uniform(-1, 1, (count, 3)) * [2, 2, 1.5] + [0, 0, 3]
    scales = np.exp(rng.uniform(-4, -0.5, (count, 3)))
    opacities = rng.uniform(0.01, 0.99, count)
    if kind == "behind":
        means[::2, 2] -= 6
        means[1::4, 2] = rng.uniform(-0.02, 0.05, len(means[1::4]))  # about the near plane
    elif kind == "huge":
        scales *= 30
    elif kind == "tiny":
        scales *= 1e-3
    elif kind == "opaque":
        opacities = rng.choice([0.9985, 0.9995, 1.0], count)
        scales *= 2
    elif kind == "ties":
        means[:, 2] = rng.choice([2.0, 3.0], count)
    elif kind == "hidden":
        means[:, 2] -= 20
    quats = rng.normal(size=(count, 4)) * rng.uniform(0.2, 3, (count, 1))
    # Float32 inputs, so that both precisions start from the same numbers.
    if sh_degree is None:
        colors = rng.uniform(0, 1, (count, channels))
    else:
        colors = rng.normal(size=(count, (sh_degree + 1) ** 2, 3)) * 0.5
    viewmats, Ks = [], []
    for c in range(cameras):
        angle = 0.0 if kind == "ties" else 0.1 + 0.2 * c
        turn = np.array([[math.cos(angle), 0, -math.sin(angle)], [0, 1, 0], [math.sin(angle), 0, math.cos(angle)]])
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = turn, [0, 0, 0] if kind == "ties" else rng.uniform(-0.2, 0.2, 3)
        viewmats.append(pose)
        focal = 0.8 * max(width, height, 8)
        Ks.append([[focal, 0, width * 0.47], [0, focal * 1.1, height * 0.52], [0, 0, 1]])

    def tensor(values: object) -> Tensor:
        return torch.tensor(np.asarray(values, np.float32).astype(np.float64))

    return Scene(
        *map(tensor, (means, quats, scales, opacities, colors, viewmats, Ks)),
        width=width,
        height=height,
        sh_degree=sh_degree,
    )


def undecided(meta: dict[str, Tensor], camera: int, width: int, height: int) -> Tensor:
    """(H, W) bool: pixels where a comparison (alpha with 1/255 or 0.999, transmittance with 1e-4) is so close that
    rounding may decide it. meta: of an unpacked float64 rendering.
    """
    means2d, conics = meta["means2d"][camera].detach(), meta["conics"][camera].detach()
    opacities, depths = meta["opacities"][camera].detach(), meta["depths"][camera].detach()
    seen = (meta["radii"][camera] > 0).all(-1)
    order = torch.argsort(torch.where(seen, depths, torch.inf), stable=True)[: int(seen.sum())]
    x, y = torch.arange(width) + 0.5, torch.arange(height) + 0.5
    left = torch.ones(height, width, dtype=torch.float64)
    full = torch.zeros(height, width, dtype=torch.bool)
    close = torch.zeros(height, width, dtype=torch.bool)
    for i in order:
        dx, dy = x[None] - means2d[i, 0], y[:, None] - means2d[i, 1]
        power = 0.5 * (conics[i, 0] * dx * dx + conics[i, 2] * dy * dy) + conics[i, 1] * dx * dy
        alpha = opacities[i] * torch.exp(-power)
        close |= ~full & (((alpha / ALPHA_MIN - 1).abs() < 1e-3) | ((alpha / ALPHA_MAX - 1).abs() < 1e-4))
        alpha = alpha.clamp(max=ALPHA_MAX)
        touched = (alpha >= ALPHA_MIN) & ~full
        after = left * (1 - alpha)
        close |= touched & ((after / TRANSMITTANCE_MIN - 1).abs() < 1e-2)
        full |= touched & (after <= TRANSMITTANCE_MIN)
        left = torch.where(touched & ~full, after, left)
    return close


def worst(actual: Tensor, expected: Tensor) -> float:
    """Largest difference, relative to the largest expected value (at least 1e-6)."""
    if not expected.numel():
        return 0.0
    difference = (actual.double() - expected.double()).abs().max()
    return float(difference / expected.double().abs().max().clamp(min=1e-6))
