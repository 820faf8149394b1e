"""What training changes: the Gaussians as planes, Adam's moments, and the changes that strategies make to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.gaussians import kernels
from lucid3d.gaussians.model import Gaussians


@dataclass
class State:
    """N Gaussians in training.

    Attributes:
        planes: (11 + 3 K, padded N) float32, see `kernels.pack`.
        first, second: the same shape, Adam's moments.
        count: N.
        identity: (N,) int64, who a Gaussian is: those of the start are numbered in their order, later ones follow.
        is_sky: (N,) bool, Gaussians whose positions stay.
        born: how many identities have been given out.
    """

    planes: NDArray[np.float32]
    first: NDArray[np.float32]
    second: NDArray[np.float32]
    count: int
    identity: NDArray[np.int64]
    is_sky: NDArray[np.bool_]
    born: int

    @classmethod
    def start(cls, gaussians: Gaussians, is_sky: NDArray[np.bool_]) -> State:
        """Put Gaussians in an order in which neighbours in space are neighbours in memory, which the caches like."""
        order = morton_order(gaussians.means)
        planes = kernels.pack(gaussians[order])
        count = len(gaussians)
        return cls(planes, np.zeros_like(planes), np.zeros_like(planes), count, order, is_sky[order], count)

    @property
    def degree(self) -> int:
        """The degree of the spherical harmonics, 0 to 3."""
        coefficients = (len(self.planes) - kernels.GEOMETRY_ROWS) // 3
        return int(np.sqrt(coefficients)) - 1

    @property
    def gaussians(self) -> Gaussians:
        """A copy, in order of identity."""
        return kernels.unpack(self.planes, self.count)[np.argsort(self.identity)]

    @property
    def opacities(self) -> NDArray[np.float32]:
        """(N,) in (0, 1)."""
        return (1 / (1 + np.exp(-self.planes[kernels.OPACITY, : self.count]))).astype(np.float32)

    def keep(self, index: NDArray[np.bool_] | NDArray[np.integer]) -> None:
        """Keep only these Gaussians."""
        self._rebuild(index, np.zeros(0, np.int64))

    def append_copies(self, index: NDArray[np.integer]) -> slice:
        """Append copies of these Gaussians, with moments of zero; returns where they are."""
        start = self.count
        self._rebuild(np.arange(self.count), index)
        return slice(start, self.count)

    def _rebuild(self, kept: NDArray[np.bool_] | NDArray[np.integer], copied: NDArray[np.integer]) -> None:
        n = self.count
        parts = {"planes": self.planes, "first": self.first, "second": self.second}
        for name, old in parts.items():
            source = old[:, :n]
            stay = source[:, kept]
            new = kernels.empty_planes(len(old), stay.shape[1] + len(copied))
            new[:, : stay.shape[1]] = stay
            extra = new[:, stay.shape[1] : stay.shape[1] + len(copied)]
            extra[:] = source[:, copied] if name == "planes" else 0
            if name != "planes":
                new[:, stay.shape[1] + len(copied) :] = 0
            setattr(self, name, new)
        fresh = self.born + np.arange(len(copied), dtype=np.int64)
        self.identity = np.concatenate([self.identity[kept], fresh])
        self.is_sky = np.concatenate([self.is_sky[kept], self.is_sky[copied]])
        self.born += len(copied)
        self.count = len(self.identity)


def morton_order(points: NDArray[np.floating]) -> NDArray[np.int64]:
    """(N,) indices that sort (N, 3) points along a Z-order curve through their bounding box."""
    if not len(points):
        return np.zeros(0, np.int64)
    finite = np.nan_to_num(points.astype(np.float64), posinf=0, neginf=0)
    low, high = finite.min(axis=0), finite.max(axis=0)
    bits = 20
    cells = ((finite - low) / np.maximum(high - low, 1e-30) * ((1 << bits) - 1)).astype(np.uint64)
    code = np.zeros(len(points), np.uint64)
    for axis in range(3):
        spread = cells[:, axis]
        # Spread the bits of a number so that two zeros lie between any two.
        for shift, mask in (
            (32, 0x1F00000000FFFF),
            (16, 0x1F0000FF0000FF),
            (8, 0x100F00F00F00F00F),
            (4, 0x10C30C30C30C30C3),
            (2, 0x1249249249249249),
        ):
            spread = (spread | (spread << np.uint64(shift))) & np.uint64(mask)
        code |= spread << np.uint64(axis)
    return np.argsort(code, kind="stable")
