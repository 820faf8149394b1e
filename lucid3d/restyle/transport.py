"""Colours carried over from one set of pictures to another: one function of colour, so views stay consistent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RIDGE = 4.0
"""Variance added to both sides, in Lab units squared: a grey wall has no colour to be stretched."""

MAX_GAIN = 2.5
"""Most that a direction of colour is stretched; beyond it the grain of the pictures would show."""


@dataclass(frozen=True)
class Transport:
    """An affine map in CIE Lab that takes one Gaussian to another at least cost (Monge and Kantorovich; Pitie and
    Kokaram 2007): mean and covariance of the source become those of the target, up to `RIDGE` and `MAX_GAIN`.

    Attributes:
        matrix: (3, 3), symmetric; source, target: (3,) means.
    """

    matrix: NDArray[np.float64]
    source: NDArray[np.float64]
    target: NDArray[np.float64]

    def __call__(self, image: Floats) -> Floats:
        """(..., 3) float32 sRGB carried over, clipped to [0, 1]."""
        shape = image.shape
        lab = to_lab(image.reshape(-1, 3)).astype(np.float64)
        carried: Floats = np.clip(from_lab((lab - self.source) @ self.matrix.T + self.target), 0, 1)
        return carried.reshape(shape)


def transport(source: Floats, target: Floats) -> Transport:
    """The map from the colours (n, 3) of one set of pixels to those (m, 3) of another, sRGB."""
    a, b = to_lab(source).astype(np.float64), to_lab(target).astype(np.float64)
    ridge = RIDGE * np.eye(3)
    root = _power(np.cov(a.T) + ridge, 0.5)
    inverse = _power(np.cov(a.T) + ridge, -0.5)
    matrix = inverse @ _power(root @ (np.cov(b.T) + ridge) @ root, 0.5) @ inverse
    values, vectors = np.linalg.eigh(matrix)
    matrix = vectors @ np.diag(np.minimum(values, MAX_GAIN)) @ vectors.T
    return Transport(matrix, a.mean(axis=0), b.mean(axis=0))


def _power(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Of a symmetric positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    raised: NDArray[np.float64] = vectors @ np.diag(np.maximum(values, 1e-9) ** exponent) @ vectors.T
    return raised


def to_lab(colors: Floats) -> Floats:
    """(n, 3) sRGB in [0, 1] to CIE Lab, L from 0 to 100."""
    import cv2

    return np.asarray(cv2.cvtColor(np.ascontiguousarray(colors[None], np.float32), cv2.COLOR_RGB2Lab)[0], np.float32)


def from_lab(colors: NDArray[np.float64]) -> Floats:
    """The inverse of `to_lab`, (..., 3); colours that no screen shows fall outside [0, 1]."""
    import cv2

    return np.asarray(cv2.cvtColor(np.ascontiguousarray(colors[None], np.float32), cv2.COLOR_Lab2RGB)[0], np.float32)
