"""What was scattered over a land in one go, kept so that it can go on beyond, and be copied again for another eye."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.mesh import Mesh, instances
from lucid3d.procedural.kit.prototype import Prototype

Density = Callable[[Floats, Floats, Floats, Floats], Floats]
"""density(x, z, y, slope) -> 0 to 1."""


@dataclass(frozen=True, eq=False)
class Copies:
    """Where N copies of one prototype stand.

    Attributes:
        prototype: what is copied; detail: factor on the ranges of its levels.
        matrices: (N, 4, 4) world-from-prototype; scales: (N,); tints: (N, 3) factors on the albedo.
        meshes: what was made of them for the start.
    """

    prototype: Prototype
    matrices: NDArray[np.float32]
    scales: NDArray[np.float32]
    tints: NDArray[np.float32]
    detail: float = 1.0
    meshes: tuple[Mesh, ...] = ()

    def __len__(self) -> int:
        return len(self.matrices)

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Copies:
        return replace(self, matrices=self.matrices[rows], scales=self.scales[rows], tints=self.tints[rows], meshes=())

    def levels(self, distances: Floats) -> NDArray[np.intp]:
        """(N,) the level of detail that each copy shows from (N,) metres away."""
        edges = np.asarray(self.prototype.ranges[: len(self.prototype.levels) - 1]) * self.detail
        return np.searchsorted(edges, distances / self.scales)

    def triangles(self, distances: Floats) -> int:
        """How many triangles copies have from (N,) metres away."""
        each = np.array([level.triangle_count for level in self.prototype.levels])
        return int(each[self.levels(distances)].sum())

    def at(self, distances: Floats) -> list[Mesh]:
        """One mesh for each level of detail that copies show from (N,) metres away."""
        level = self.levels(distances)
        return [
            instances(self.prototype.levels[number], self.matrices[level == number], tints=self.tints[level == number])
            for number in np.unique(level)
        ]


@dataclass(frozen=True, eq=False)
class Sown:
    """One scattering (see `compose.land.scatter`).

    Attributes:
        prototypes: what is scattered; density: where; rate: copies a square metre where the density is 1.
        near, far: metres from the start between which it was scattered; falloff: metres over which it thins out, or 0.
        thinned: share of the candidates that a limit left; apart: least metres between two.
        look: how copies differ (options of `scatter.place`); copies: those about the start.
    """

    prototypes: Sequence[Prototype]
    density: Density
    rate: float
    near: float
    far: float
    falloff: float
    thinned: float
    apart: float
    look: Mapping[str, Any]
    copies: list[Copies] = field(default_factory=list)
