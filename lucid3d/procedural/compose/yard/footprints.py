"""Which ground is taken: rectangles, turned as the things on them are. Two things never share ground."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

MARGIN = 0.12
"""Metres between two footprints at least."""


@dataclass(frozen=True)
class Footprint:
    """A rectangle of ground: its middle, half its sides, and the turn of its x axis, radians as of `placement`."""

    x: float
    z: float
    half_x: float
    half_z: float
    yaw: float = 0.0

    @property
    def axes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Unit vectors (x, z) along its sides."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        return (c, -s), (s, c)

    def reach(self, axis: tuple[float, float]) -> float:
        """Half its extent along a direction."""
        u, v = self.axes
        return self.half_x * abs(u[0] * axis[0] + u[1] * axis[1]) + self.half_z * abs(v[0] * axis[0] + v[1] * axis[1])

    def meets(self, other: Footprint, margin: float = MARGIN) -> bool:
        """Whether two footprints share ground (separating axes), or come nearer than `margin` metres."""
        dx, dz = other.x - self.x, other.z - self.z
        return all(
            abs(dx * a[0] + dz * a[1]) < self.reach(a) + other.reach(a) + margin for a in (*self.axes, *other.axes)
        )

    def circles(self) -> list[tuple[float, float, float]]:
        """(x, z, radius) that together cover it, for what grows."""
        long, short = max(self.half_x, self.half_z), min(self.half_x, self.half_z)
        axis = self.axes[0] if self.half_x >= self.half_z else self.axes[1]
        count = max(1, math.ceil(long / max(short, 0.35)))
        radius = math.hypot(short, long / count)
        return [
            (self.x + t * axis[0], self.z + t * axis[1], radius)
            for t in (np.arange(count) + 0.5) / count * 2 * long - long
        ]


@dataclass
class Taken:
    """The ground that is taken so far."""

    footprints: list[Footprint] = field(default_factory=list)

    def free(self, print_: Footprint, margin: float = MARGIN) -> bool:
        """Whether nothing stands there."""
        return not any(print_.meets(other, margin) for other in self.footprints)

    def take(self, print_: Footprint) -> None:
        """Nothing else comes there."""
        self.footprints.append(print_)


def footprint(box: tuple[float, float, float, float], x: float, z: float, yaw: float, scale: float = 1.0) -> Footprint:
    """Where a thing stands whose own box is (x0, z0, x1, z1), set at (x, z) and turned."""
    x0, z0, x1, z1 = (scale * v for v in box)
    mx, mz = (x0 + x1) / 2, (z0 + z1) / 2
    c, s = math.cos(yaw), math.sin(yaw)
    return Footprint(x + c * mx + s * mz, z - s * mx + c * mz, (x1 - x0) / 2, (z1 - z0) / 2, yaw)
