"""Which corrections of a depth map are plausible: smooth fields over the image, as a Gaussian process.

What a depth network gets wrong, beside the scale, varies slowly over the picture. A field c(x, y), by which log-depth
is corrected, is drawn from a Gaussian process: a constant plus a smooth part with a squared-exponential covariance. Its
leading modes (Karhunen-Loeve) with unit-variance coefficients q make every fit a small least-squares problem whose
regulariser is just |q|^2, and say how a correction continues where nothing is known.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIELD_SIGMA = 0.05
"""Standard deviation of the smooth part, in log-depth: a depth network's error after scaling is a few per cent."""
CONSTANT_SIGMA = 0.15
"""Standard deviation of what is left of the scale: fitted to a part of the picture it does not hold for all of it."""
CORRELATION = 0.25
"""Correlation length in image sides; networks err in blobs of about this size."""
MODES_PER_AXIS = 9
LEAST_VARIANCE = 5e-5
"""Modes with less than this share of the largest variance are left out."""
NODES = 48


@dataclass(frozen=True, eq=False)
class FieldBasis:
    """The modes of smooth fields over a picture of `width` x `height` pixels.

    Attributes:
        across: (width, P) values of the one-dimensional modes at the pixel centres; down: (height, Q).
        pairs: (M - 1, 2) which mode down and which across make a mode of the picture; mode 0 is the constant.
        sigmas: (M,) standard deviation of every mode's coefficient (already applied by `rows` and `field`).
    """

    across: NDArray[np.float64]
    down: NDArray[np.float64]
    pairs: NDArray[np.intp]
    sigmas: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.sigmas)

    def rows(self, x: NDArray[np.integer], y: NDArray[np.integer]) -> NDArray[np.float64]:
        """(N, M): field values at pixels x, y (N,) for a unit of every coefficient."""
        smooth = self.down[y][:, self.pairs[:, 0]] * self.across[x][:, self.pairs[:, 1]]
        return np.concatenate([np.ones((len(x), 1)), smooth], axis=1) * self.sigmas

    def field(self, coefficients: NDArray[np.float64]) -> NDArray[np.float32]:
        """(height, width) float32 field of coefficients (M,)."""
        table = np.zeros((self.down.shape[1], self.across.shape[1]))
        table[self.pairs[:, 0], self.pairs[:, 1]] = (coefficients * self.sigmas)[1:]
        constant = coefficients[0] * self.sigmas[0]
        # Row by row of the table: a threaded BLAS would wait for its threads longer than this takes.
        across = (table @ self.across.T).astype(np.float32)
        values = np.full((len(self.down), len(self.across)), constant, np.float32)
        for mode, row in zip(self.down.T.astype(np.float32), across, strict=True):
            values += mode[:, None] * row
        return values


@functools.lru_cache(maxsize=8)
def field_basis(
    width: int,
    height: int,
    field_sigma: float = FIELD_SIGMA,
    constant_sigma: float = CONSTANT_SIGMA,
    correlation: float = CORRELATION,
) -> FieldBasis:
    """The modes for a picture of this size; `correlation` is in units of its longer side."""
    side = max(width, height)
    across, variance_x = _modes(width, correlation * side)
    down, variance_y = _modes(height, correlation * side)
    variance = variance_y[:, None] * variance_x[None, :]
    pairs = np.argwhere(variance > LEAST_VARIANCE * variance.max())
    sigmas = field_sigma * np.sqrt(variance[pairs[:, 0], pairs[:, 1]])
    return FieldBasis(across, down, pairs, np.concatenate([[constant_sigma], sigmas]))


def _modes(pixels: int, correlation: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(pixels, P) modes of a unit-variance process with this correlation length in pixels, and their variances (P,)."""
    nodes = (np.arange(NODES) + 0.5) * pixels / NODES
    centres = np.arange(pixels) + 0.5

    def covariance(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
        result: NDArray[np.float64] = np.exp(-0.5 * ((a[:, None] - b[None, :]) / correlation) ** 2)
        return result

    values, vectors = np.linalg.eigh(covariance(nodes, nodes) / NODES)
    keep = np.argsort(values)[::-1][:MODES_PER_AXIS]
    keep = keep[values[keep] > 1e-9 * values.max()]
    # Nystroem: the eigenfunctions between the nodes, of unit mean square.
    functions = covariance(centres, nodes) @ vectors[:, keep] / (values[keep] * np.sqrt(NODES))
    return functions, values[keep]
