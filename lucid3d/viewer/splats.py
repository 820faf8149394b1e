"""Gaussians as a browser draws them: centres, covariances, one colour and one opacity each."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from lucid3d.gaussians.model import Gaussians

Floats = NDArray[np.float32]

SIGMA_MIN, SIGMA_MAX = 4e-4, 200.0
"""Metres. Covariances travel as float16: below the first they would become 0, above the second infinite."""


@dataclass
class Splats:
    """N splats.

    Attributes:
        centers: (N, 3) float32, metres, world frame.
        covariances: (N, 3, 3) float32, square metres.
        colors: (N, 3) float32 sRGB in [0, 1]; without spherical harmonics.
        opacities: (N,) float32.
    """

    centers: Floats
    covariances: Floats
    colors: Floats
    opacities: Floats

    def __len__(self) -> int:
        return len(self.centers)

    def __getitem__(self, index: NDArray[np.bool_] | NDArray[np.integer]) -> Splats:
        return Splats(*(getattr(self, f.name)[index] for f in fields(self)))

    @classmethod
    def of(cls, gaussians: Gaussians) -> Splats:
        """What of the Gaussians a browser can show."""
        return cls(
            np.ascontiguousarray(gaussians.means, np.float32),
            covariances_of(gaussians),
            np.clip(gaussians.colors, 0, 1),
            gaussians.opacities,
        )


def covariances_of(gaussians: Gaussians) -> Floats:
    """(N, 3, 3) float32: R diag(scale^2) R^T, scales kept within what float16 can carry."""
    w, x, y, z = (gaussians.quats / np.linalg.norm(gaussians.quats, axis=1, keepdims=True)).T
    rotation = np.empty((len(gaussians), 3, 3), np.float32)
    rotation[:, 0, 0], rotation[:, 0, 1], rotation[:, 0, 2] = (
        1 - 2 * (y * y + z * z),
        2 * (x * y - w * z),
        2 * (x * z + w * y),
    )
    rotation[:, 1, 0], rotation[:, 1, 1], rotation[:, 1, 2] = (
        2 * (x * y + w * z),
        1 - 2 * (x * x + z * z),
        2 * (y * z - w * x),
    )
    rotation[:, 2, 0], rotation[:, 2, 1], rotation[:, 2, 2] = (
        2 * (x * z - w * y),
        2 * (y * z + w * x),
        1 - 2 * (x * x + y * y),
    )
    rotation *= np.clip(gaussians.scales, SIGMA_MIN, SIGMA_MAX)[:, None, :]
    covariances: Floats = rotation @ rotation.transpose(0, 2, 1)
    return covariances
