"""The asymmetric scene that decides every question of axes, and independent mathematics to judge it by."""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial.transform import Rotation

from lucid3d.gaussians.model import SH_C0, Gaussians

CENTRE = np.array([0.3, -0.2, 4.0])


def axes_scene(sh_degree: int = 0) -> Gaussians:
    """Three arms of different colour and length along +x (red), +y (green), +z (blue), and a turned yellow bar.

    With harmonics the arms also change their colour with the direction they are seen from.
    """
    arms = [(0, 1.2, (0.9, 0.1, 0.1)), (1, 0.8, (0.1, 0.9, 0.1)), (2, 1.6, (0.2, 0.2, 0.95))]
    means, colors, scales, quats = [], [], [], []
    for axis, length, color in arms:
        for along in np.arange(0.1, length, 0.1):
            mean = CENTRE.copy()
            mean[axis] += along
            means.append(mean)
            colors.append(color)
            scales.append((0.05, 0.05, 0.05))
            quats.append((1.0, 0.0, 0.0, 0.0))
    turn = Rotation.from_euler("zyx", [35, -50, 20], degrees=True).as_quat()[[3, 0, 1, 2]]
    means.append(CENTRE + np.array([-0.7, -0.6, 0.2]))
    colors.append((0.9, 0.8, 0.1))
    scales.append((0.45, 0.12, 0.04))
    quats.append(tuple(turn * 1.7))  # not of unit length, as an optimiser leaves it
    count = len(means)
    sh = np.zeros((count, (sh_degree + 1) ** 2, 3), np.float32)
    sh[:, 0] = (np.array(colors) - 0.5) / SH_C0
    if sh_degree:
        rng = np.random.default_rng(3)
        sh[:, 1:] = rng.uniform(-0.25, 0.25, sh[:, 1:].shape)
    return Gaussians(
        means=np.array(means, np.float32),
        quats=np.array(quats, np.float32),
        log_scales=np.log(np.array(scales, np.float32)),
        logit_opacities=np.linspace(2.0, 4.0, count).astype(np.float32),
        sh=sh,
    )


def random_scene(count: int, sh_degree: int = 0, seed: int = 0) -> Gaussians:
    rng = np.random.default_rng(seed)
    return Gaussians(
        means=rng.normal(0, 2, (count, 3)).astype(np.float32),
        quats=rng.normal(0, 1, (count, 4)).astype(np.float32),
        log_scales=rng.uniform(math.log(0.01), math.log(0.3), (count, 3)).astype(np.float32),
        logit_opacities=rng.normal(0, 2, count).astype(np.float32),
        sh=rng.uniform(-0.4, 0.4, (count, (sh_degree + 1) ** 2, 3)).astype(np.float32),
    )


def covariances(quats: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """(N, 3, 3) from quaternions w x y z of any length and standard deviations: what a rotation is for."""
    rotations = Rotation.from_quat(np.asarray(quats, np.float64)[:, [1, 2, 3, 0]]).as_matrix()
    scaled = rotations * np.asarray(scales, np.float64)[:, None, :]
    return scaled @ scaled.transpose(0, 2, 1)


def colors_seen(sh: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """(N, D, 3) colours of harmonics along directions (D, 3), by gsplat's torch reference."""
    import torch
    from gsplat.cuda._torch_impl import _eval_sh_bases_fast

    bases = _eval_sh_bases_fast(sh.shape[1], torch.tensor(directions, dtype=torch.float64)).numpy()
    return np.einsum("dk,nkc->ndc", bases[:, : sh.shape[1]], sh.astype(np.float64)) + 0.5


def some_directions(count: int = 12) -> np.ndarray:
    vectors = np.random.default_rng(11).normal(size=(count, 3))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


ROOM_LOW = np.array([-2.0, -1.2, -1.5])
ROOM_HIGH = np.array([2.0, 1.5, 3.0])
"""A room around the origin: the floor is at y = 1.5, for y is down."""
ROOM_COLORS = {
    (0, 1): (0.9, 0.2, 0.2), (0, -1): (0.2, 0.8, 0.8), (1, 1): (0.3, 0.6, 0.2), (1, -1): (0.85, 0.85, 0.9),
    (2, 1): (0.2, 0.3, 0.9), (2, -1): (0.9, 0.8, 0.2),
}  # fmt: skip
"""(axis, side) -> colour of a wall: right is red, the floor green, ahead blue."""


def room_scene(spacing: float = 0.1) -> Gaussians:
    """Six walls of flat, opaque Gaussians, every wall in a colour of its own."""
    means, colors, scales = [], [], []
    for (axis, side), color in ROOM_COLORS.items():
        others = [a for a in range(3) if a != axis]
        grids = [np.arange(ROOM_LOW[a] + spacing / 2, ROOM_HIGH[a], spacing) for a in others]
        first, second = np.meshgrid(*grids, indexing="ij")
        wall = np.empty((first.size, 3))
        wall[:, others[0]], wall[:, others[1]] = first.ravel(), second.ravel()
        wall[:, axis] = ROOM_HIGH[axis] if side > 0 else ROOM_LOW[axis]
        means.append(wall)
        colors.append(np.tile(color, (len(wall), 1)))
        size = np.full((len(wall), 3), spacing * 0.7)
        size[:, axis] = spacing * 0.05
        scales.append(size)
    positions = np.concatenate(means)
    return Gaussians(
        means=positions.astype(np.float32),
        quats=np.tile(np.float32([1, 0, 0, 0]), (len(positions), 1)),
        log_scales=np.log(np.concatenate(scales)).astype(np.float32),
        logit_opacities=np.full(len(positions), 5.0, np.float32),
        sh=((np.concatenate(colors) - 0.5) / SH_C0)[:, None].astype(np.float32),
    )


def room_hit(directions: np.ndarray, origin: np.ndarray = np.zeros(3)) -> tuple[np.ndarray, np.ndarray]:
    """Distances (N,) and colours (N, 3) of the room's walls along unit directions (N, 3)."""
    with np.errstate(divide="ignore"):
        steps = np.where(directions > 0, (ROOM_HIGH - origin) / directions, (ROOM_LOW - origin) / directions)
    axis = steps.argmin(axis=1)
    side = np.sign(directions[np.arange(len(axis)), axis]).astype(int)
    return steps.min(axis=1), np.array([ROOM_COLORS[a, s] for a, s in zip(axis.tolist(), side.tolist(), strict=True)])
