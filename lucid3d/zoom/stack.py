"""The zoom stack: one sample a level, each showing the centre of the one before it, magnified.

Image rendering pastes finer levels, prefiltered, into the centre of coarser ones; noise rendering does the same and
keeps the noise white and of unit variance; multi-resolution blending averages what levels say about the same band of
frequencies ("Generative Powers of Ten", Wang et al. 2024, sections 4.1 to 4.3).

A stack is (L, ..., n, n): L levels from coarse to fine, any channels, n pixels a side. All operators are separable
matrices, so that variances and adjoints are exact.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError

Floats = NDArray[np.float32]
SMALLEST_BAND = 4
"""Pixels a side below which a pyramid is not taken further: there is only a mean left."""


@dataclass(frozen=True)
class Geometry:
    """How the levels of a stack lie in each other.

    Attributes:
        size: n, pixels a side of every level.
        factors: magnification from each level to the next.
        cell: inner squares are multiples of twice this, so that they are centred on whole cells (8 for pictures of a
            latent model, whose latents then have the same geometry at cell 1).
    """

    size: int
    factors: tuple[float, ...]
    cell: int = 1

    def __post_init__(self) -> None:
        if self.size % (2 * self.cell):
            raise InputError(f"the levels of a zoom are {self.size} pixels wide; take a multiple of {2 * self.cell}")
        if any(self.span(i, 1) >= self.size or self.span(i, 1) < 2 * self.cell for i in range(len(self.factors))):
            raise InputError(f"{self.size} pixels are too few for a zoom by {max(self.factors):g} a level")

    def span(self, level: int, down: int) -> int:
        """Pixels a side that level `level + down` covers in the centre of level `level`; at least one cell."""
        total = float(np.prod(self.factors[level : level + down]))
        return int(2 * self.cell * max(round(self.size / total / (2 * self.cell)), 1))

    def reach(self, level: int) -> int:
        """How many levels above `level` still show it in more than a few pixels."""
        up = 0
        while up < level and self.span(level - up - 1, up + 1) >= SMALLEST_BAND * self.cell:
            up += 1
        return up

    def of_latents(self) -> Geometry:
        """The same geometry for latents, one a cell."""
        return Geometry(self.size // self.cell, self.factors)


@functools.lru_cache(maxsize=64)
def area_matrix(fine: int, coarse: int) -> Floats:
    """(coarse, fine): every output pixel is the mean over the part of the input that it covers; rows sum to 1."""
    edges_out = np.arange(coarse + 1) * (fine / coarse)
    edges_in = np.arange(fine + 1)
    low = np.maximum(edges_out[:-1, None], edges_in[None, :-1])
    high = np.minimum(edges_out[1:, None], edges_in[None, 1:])
    overlap = np.maximum(high - low, 0)
    return np.asarray(overlap / overlap.sum(axis=1, keepdims=True), np.float32)


@functools.lru_cache(maxsize=64)
def white_matrix(fine: int, coarse: int) -> Floats:
    """(coarse, fine): the area average, made orthonormal, so that white noise of unit variance stays just that.

    With a whole factor p the averages are independent with deviation 1/sqrt(p) along each axis, and this is the
    average times sqrt(p): p over both axes, the restoration of the paper. With another factor neighbouring averages
    share a pixel; the symmetric inverse root of their covariance takes that correlation out again.
    """
    average = area_matrix(fine, coarse).astype(np.float64)
    values, vectors = np.linalg.eigh(average @ average.T)
    root = (vectors / np.sqrt(values)) @ vectors.T
    return np.asarray(root @ average, np.float32)


@functools.lru_cache(maxsize=64)
def expansion_matrix(coarse: int, fine: int) -> Floats:
    """(fine, coarse): cubic interpolation (Catmull-Rom) at the fine pixel centres; rows sum to 1, edges are held."""
    position = (np.arange(fine) + 0.5) * (coarse / fine) - 0.5
    base = np.floor(position).astype(int)
    t = position - base
    weights = np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3], 1) / 2
    matrix = np.zeros((fine, coarse))
    for tap in range(4):
        np.add.at(matrix, (np.arange(fine), np.clip(base + tap - 1, 0, coarse - 1)), weights[:, tap])
    return matrix.astype(np.float32)


def _apply(matrix: Floats, sample: Floats) -> Floats:
    return np.asarray(matrix @ (sample @ matrix.T), np.float32)


def shrink(sample: Floats, size: int) -> Floats:
    """(..., size, size): prefiltered (area average)."""
    return _apply(area_matrix(sample.shape[-1], size), sample)


def expand(sample: Floats, size: int) -> Floats:
    """(..., size, size): interpolated."""
    return _apply(expansion_matrix(sample.shape[-1], size), sample)


def centre(sample: Floats, size: int) -> Floats:
    """(..., size, size): the middle of a sample, a view into it."""
    start = (sample.shape[-1] - size) // 2
    return sample[..., start : start + size, start : start + size]


def render_images(stack: Floats, geometry: Geometry) -> Floats:
    """Every level with the finer ones in its centre, prefiltered: each level's centre is the next level, shrunk.

    Args:
        stack: (L, ..., n, n).
    Returns:
        The same shape.
    """
    return _pasted(stack, geometry, area_matrix)


def render_noise(noise: Floats, geometry: Geometry) -> Floats:
    """The same for independent white noise (L, ..., n, n) of unit variance: each level stays white and of unit
    variance, and what two levels both show they share."""
    return _pasted(noise, geometry, white_matrix)


def _pasted(stack: Floats, geometry: Geometry, matrix: Callable[[int, int], Floats]) -> Floats:
    rendered = np.array(stack, np.float32)
    if len(stack) != len(geometry.factors) + 1 or stack.shape[-2:] != (geometry.size, geometry.size):
        raise InputError(f"a zoom stack of shape {stack.shape} does not fit {geometry}")
    for level in range(len(stack) - 2, -1, -1):
        span = geometry.span(level, 1)
        centre(rendered[level], span)[...] = _apply(matrix(geometry.size, span), rendered[level + 1])
    return rendered


def blend(stack: Floats, geometry: Geometry) -> Floats:
    """Multi-resolution blending: what the levels say about the same frequencies at the same place is averaged.

    The Laplacian pyramid of level i has one band for every level above it: band b is what level i - b can show of the
    place and level i - b - 1 cannot. Level i - b and every level between it and i have a band there; their mean is
    taken. So the finest band is level i's own, and the coarser a band the more levels have a say in it.

    Args:
        stack: (L, ..., n, n) estimates, one a level, that need not agree.
    Returns:
        The same shape; `render_images` of it is what the levels agree on.
    """
    return np.stack([_blended(stack, level, geometry) for level in range(len(stack))])


def _blended(stack: Floats, level: int, geometry: Geometry) -> Floats:
    reach = geometry.reach(level)
    sizes = [geometry.size] + [geometry.span(level - up, up) for up in range(1, reach + 1)]
    bands: list[list[Floats]] = [[] for _ in sizes]
    for up in range(reach + 1):
        part = np.asarray(centre(stack[level - up], sizes[up]))
        for band in range(up, reach + 1):
            if band == reach:
                bands[band].append(part)
                break
            low = shrink(part, sizes[band + 1])
            bands[band].append(part - expand(low, sizes[band]))
            part = low
    result = np.mean(bands[-1], axis=0)
    for band in range(reach - 1, -1, -1):
        result = expand(result, sizes[band]) + np.mean(bands[band], axis=0)
    return np.asarray(result, np.float32)


def towards_photograph(
    stack: Floats, photograph: Floats, level: int, geometry: Geometry, *, steps: int = 5, rate: float = 0.5
) -> Floats:
    """Gradient steps on the estimates, so that rendered level `level` becomes the photograph.

    The loss is half the squared difference between `render_images(stack)[level]` and the photograph. Its gradient for a
    finer level is the residual in the centre, taken back through the shrinking (the adjoint of the area average, times
    the square of the factor, which makes a step of rate 1 exact for a whole factor).

    Args:
        stack: (L, C, n, n); photograph: (C, n, n).
        steps, rate: of the descent; (1 - rate)^steps of the difference is left.
    Returns:
        (L, C, n, n); levels coarser than `level` are unchanged (rendering pastes the photograph into them).
    """
    moved = np.array(stack, np.float32)
    for _ in range(steps):
        residual = photograph - render_images(moved, geometry)[level]
        for i in range(level, len(moved)):
            if i == level:
                step = residual.copy()
            else:
                span = geometry.span(i - 1, 1)
                matrix = area_matrix(geometry.size, span)
                scale = (geometry.size / span) ** 2
                step = np.asarray(scale * (matrix.T @ centre(step, span) @ matrix), np.float32)
            own = step.copy()
            if i < len(moved) - 1:
                centre(own, geometry.span(i, 1))[...] = 0  # hidden by the finer level
            moved[i] += rate * own
    return moved


def agreement(images: Sequence[NDArray[np.floating]] | NDArray[np.floating], geometry: Geometry) -> list[float]:
    """PSNR in dB between each level, shrunk, and the centre of the level before it; (L, n, n, 3) in [0, 1]."""
    found = []
    for level in range(len(geometry.factors)):
        span = geometry.span(level, 1)
        coarse = np.moveaxis(np.asarray(images[level], np.float32), -1, 0)
        fine = np.moveaxis(np.asarray(images[level + 1], np.float32), -1, 0)
        error = float(np.mean((shrink(fine, span) - centre(coarse, span)) ** 2))
        found.append(10 * math.log10(1 / max(error, 1e-12)))
    return found
