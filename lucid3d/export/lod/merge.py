"""Several Gaussians as one: the first two moments of where they are, and what they cover.

Source: moment matching as in Runnalls 2007 and "A Hierarchical 3D Gaussian Representation" (Kerbl et al. 2024, section
4): the weight of a Gaussian is its opacity times its area. What is more than opaque then is spent on size: neighbours
on a surface overlap, and the one that stands for them must overlap with its own neighbours as much.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.export.checks import FLAT_LOG_SCALE
from lucid3d.gaussians.model import Gaussians
from lucid3d.rotations import quaternions

OPAQUE = 0.99
"""Opacity that a merged Gaussian has at most."""
LARGEST_SPREAD = 2.0
"""Times that a merged Gaussian grows at most for what is more than opaque."""


def merge(scene: Gaussians, starts: NDArray[np.intp]) -> Gaussians:
    """One Gaussian for each run of Gaussians.

    Args:
        scene: N Gaussians, finite.
        starts: (M,) where runs begin, rising from 0; each run has a Gaussian at least.
    Returns:
        M Gaussians of the same degree. Rotations have unit length, scales fall from x to z.
    """
    count, groups = len(scene), len(starts)
    if groups == 0:
        return scene[:0]
    run = np.repeat(np.arange(groups), np.diff(np.append(starts, count)))
    scales = np.exp(scene.log_scales.astype(np.float64))
    covered = areas(scales)
    opacities = 1 / (1 + np.exp(-scene.logit_opacities.astype(np.float64)))
    mass = opacities * covered
    total = np.add.reduceat(mass, starts)
    # Where nothing can be seen all count the same.
    weights = np.where(total[run] > 0, mass / np.where(total > 0, total, 1)[run], 1.0)
    weights /= np.add.reduceat(weights, starts)[run]

    origin = scene.means[starts].astype(np.float64)  # near the run, so that nothing is lost in large coordinates
    offsets = scene.means - origin[run]
    centre = np.add.reduceat(weights[:, None] * offsets, starts, axis=0)
    offsets -= centre[run]
    inner = covariances(scene.quats, scales)
    inner += offsets[:, :, None] * offsets[:, None, :]
    inner *= weights[:, None, None]
    values, axes = np.linalg.eigh(np.add.reduceat(inner, starts, axis=0))
    sizes = np.sqrt(np.maximum(values[:, ::-1], np.exp(2 * FLAT_LOG_SCALE)))  # falling
    axes = axes[:, :, ::-1]
    axes[np.linalg.det(axes) < 0, :, 2] *= -1

    cover = total / areas(sizes)
    sizes[:, :2] *= np.clip(np.sqrt(cover / OPAQUE), 1, LARGEST_SPREAD)[:, None]
    opacity = np.clip(cover, 1e-9, OPAQUE)
    sh = np.add.reduceat(weights.astype(np.float32)[:, None, None] * scene.sh, starts, axis=0)
    return Gaussians(
        means=(origin + centre).astype(np.float32),
        quats=quaternions(axes).astype(np.float32),
        log_scales=np.log(sizes).astype(np.float32),
        logit_opacities=np.log(opacity / (1 - opacity)).astype(np.float32),
        sh=sh,
    )


def areas(scales: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) the product of the two larger standard deviations of (N, 3): what a Gaussian covers at most, over 2 pi."""
    # Not below the least that is written, or a line would cover nothing and count for nothing.
    ordered = np.sort(scales, axis=1)
    return np.asarray(np.maximum(ordered[:, 1] * ordered[:, 2], np.exp(2 * FLAT_LOG_SCALE)))


def covariances(quats: NDArray[np.float32], scales: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 3, 3) from quaternions w x y z (N, 4) of any length and standard deviations (N, 3)."""
    w, x, y, z = (quats / np.linalg.norm(quats, axis=1, keepdims=True)).T.astype(np.float64)
    axes = np.empty((len(quats), 3, 3))
    axes[:, 0] = np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], axis=1)
    axes[:, 1] = np.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], axis=1)
    axes[:, 2] = np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=1)
    axes *= scales[:, None, :]
    return axes @ axes.transpose(0, 2, 1)
