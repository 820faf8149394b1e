"""Land: a height function over (x, z), and the mesh of it that is fine near the start and coarse far away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.mesh import Mesh

Heights = Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.float32]]


@dataclass
class Terrain:
    """Land for things to stand on.

    Attributes:
        heights: (x, z) arrays -> y of the ground, float32, metres, y DOWN (a hilltop is more negative). Vectorised; what
            is scattered should call `height` with thousands of points at once.
        mesh: the drawn land, built from `heights`.
    """

    heights: Heights
    mesh: Mesh | None = field(default=None)

    def height(self, x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.float32]:
        """y of the ground at (x, z), any shape; put a plant's foot here (sink it by a few centimetres)."""
        return self.heights(np.asarray(x, np.float32), np.asarray(z, np.float32))

    def normal(self, x: NDArray[np.floating], z: NDArray[np.floating], step: float = 0.25) -> NDArray[np.float32]:
        """(..., 3) unit normals that point up (y < 0), from differences over `step` metres."""
        x, z = np.asarray(x, np.float32), np.asarray(z, np.float32)
        slope_x = (self.height(x + step, z) - self.height(x - step, z)) / (2 * step)
        slope_z = (self.height(x, z + step) - self.height(x, z - step)) / (2 * step)
        normal = np.stack([slope_x, -np.ones_like(slope_x), slope_z], axis=-1)
        unit: NDArray[np.float32] = (normal / np.linalg.norm(normal, axis=-1, keepdims=True)).astype(np.float32)
        return unit

    def slope(self, x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.float32]:
        """Steepness in [0, 1]: 0 flat, 1 a cliff (1 - cosine of the slope)."""
        steepness: NDArray[np.float32] = 1.0 + self.normal(x, z, 0.5)[..., 1]
        return steepness
