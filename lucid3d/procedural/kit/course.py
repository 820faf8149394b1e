"""Lines over the land: rivers, streams of lava, gorges, paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.arrays import Floats


@dataclass(frozen=True)
class Course:
    """The middle line of a river, a lava stream or a gorge: x over z, in bends.

    Attributes:
        start: x where the line passes the start (z = 0); drift: metres to the side a metre ahead.
        bends: (metres to the side, metres over which a bend turns by a radian, phase) of each sway.
    """

    start: float
    drift: float = 0.0
    bends: tuple[tuple[float, float, float], ...] = ()

    def x(self, z: Floats) -> NDArray[np.float32]:
        """x of the middle line at z, metres, in its shape."""
        total = self.start + self.drift * np.asarray(z, np.float32)
        for wide, turn, phase in self.bends:
            total = total + wide * (np.sin(z / turn + phase) - np.sin(phase))
        return np.asarray(total, np.float32)

    def across(self, x: Floats, z: Floats) -> NDArray[np.float32]:
        """Metres from the middle line, positive to the right of it, true where the bends are wider than the stream."""
        slope = self.drift + sum((wide / turn * np.cos(z / turn + phase) for wide, turn, phase in self.bends), 0.0 * z)
        return np.asarray((x - self.x(z)) / np.sqrt(1 + slope * slope), np.float32)
