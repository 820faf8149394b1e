"""A set of 3-D Gaussians, stored as the optimiser and the INRIA PLY file store it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

SH_C0 = 0.28209479177387814
"""The constant of the degree-0 spherical harmonic: rgb = SH_C0 * sh[:, 0] + 0.5."""


@dataclass
class Gaussians:
    """N Gaussians, before activation.

    Attributes:
        means: (N, 3) float32, metres, world frame (OpenCV axes, y down).
        quats: (N, 4) float32, w x y z, not necessarily unit length.
        log_scales: (N, 3) float32, natural logarithm of the standard deviations in metres.
        logit_opacities: (N,) float32, opacity = sigmoid of this.
        sh: (N, (degree + 1)^2, 3) float32 spherical harmonics of the sRGB colour; see `SH_C0`.
    """

    means: NDArray[np.float32]
    quats: NDArray[np.float32]
    log_scales: NDArray[np.float32]
    logit_opacities: NDArray[np.float32]
    sh: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.means)

    def __getitem__(self, index: NDArray[np.bool_] | NDArray[np.integer] | slice) -> Gaussians:
        return Gaussians(*(getattr(self, f.name)[index] for f in fields(self)))

    @property
    def sh_degree(self) -> int:
        """The degree of the spherical harmonics, 0 to 3."""
        return math.isqrt(self.sh.shape[1]) - 1

    @property
    def opacities(self) -> NDArray[np.float32]:
        """(N,) in (0, 1)."""
        return (1 / (1 + np.exp(-self.logit_opacities))).astype(np.float32)

    @property
    def scales(self) -> NDArray[np.float32]:
        """(N, 3) standard deviations in metres."""
        scales: NDArray[np.float32] = np.exp(self.log_scales)
        return scales

    @property
    def colors(self) -> NDArray[np.float32]:
        """(N, 3) sRGB of the degree-0 term (what the Gaussian looks like on average), not clipped."""
        return (self.sh[:, 0] * SH_C0 + 0.5).astype(np.float32)


def joined(*parts: Gaussians) -> Gaussians:
    """All of them in one set, in their order; the spherical harmonics of lower degrees get zeros."""
    coefficients = max(part.sh.shape[1] for part in parts)

    def padded(sh: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.pad(sh, ((0, 0), (0, coefficients - sh.shape[1]), (0, 0)))

    return Gaussians(
        np.concatenate([part.means for part in parts]),
        np.concatenate([part.quats for part in parts]),
        np.concatenate([part.log_scales for part in parts]),
        np.concatenate([part.logit_opacities for part in parts]),
        np.concatenate([padded(part.sh) for part in parts]),
    )
