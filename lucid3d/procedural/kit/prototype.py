"""A thing to place many times: one mesh for each level of detail, from near to far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lucid3d.colour import linear_from_srgb, srgb_from_linear
from lucid3d.procedural.kit.arrays import Shape
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import Mesh, merge

Season = Literal["spring", "summer", "autumn", "winter"]


@dataclass
class Prototype:
    """One plant, stone or thing, standing on the origin (the ground at y = 0, its top at negative y).

    Attributes:
        name: of its kind ("spruce", "boulder").
        levels: meshes; level 0 is for the nearest, later levels have fewer, larger triangles.
        ranges: metres up to which each level is drawn (times the copy's scale); the last is infinite.
        radius: metres that it keeps free around itself on the ground.
        sink: metres that it goes into the ground, so that nothing floats on a slope.
        lean: how far it follows the ground's slope, 0 (trees: upright) to 1 (pebbles: lie flat on it).
    """

    name: str
    levels: list[Mesh]
    ranges: tuple[float, ...] = (12.0, 40.0, np.inf)
    radius: float = 0.3
    sink: float = 0.05
    lean: float = 0.0

    def __post_init__(self) -> None:
        for level in self.levels:
            level.thing = level.thing or self.name

    @property
    def height(self) -> float:
        """Metres above the ground."""
        return float(max(-self.levels[0].vertices[:, 1].min(), 0.0))

    @property
    def label(self) -> str:
        """Semantic label of its meshes."""
        return self.levels[0].label

    def triangles(self, level: int = 0) -> int:
        """Triangles at one level (the last one for a higher number)."""
        return self.levels[min(level, len(self.levels) - 1)].triangle_count


def srgb(color: tuple[float, ...] | NDArray[np.floating]) -> RGB:
    """sRGB in [0, 1] from linear albedo (3,)."""
    red, green, blue = (round(float(v), 4) for v in srgb_from_linear(color, np.float64))
    return red, green, blue


def solid(parts: list[tuple[Shape, Material]], label: str) -> Mesh:
    """One mesh from shapes and their materials; a shape's colours become tints on its material's first hue."""
    meshes = [
        Mesh(
            s.vertices,
            s.triangles,
            (m,),
            label,
            tints=(s.colors / np.maximum(linear_from_srgb(m.hues[0]), 0.004)).astype(np.float32),
            normals=s.normals,
        )
        for s, m in parts
        if len(s)
    ]
    return merge(meshes, label, one_instance=True)
