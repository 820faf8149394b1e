"""Lakes, rivers and seas: a level, its waves and what the water does to light."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.materials import RGB


@dataclass(frozen=True)
class Water:
    """A sheet of water over everything that lies below its level.

    Attributes:
        level: y of the surface in metres (down positive; the start's ground is at +1.6).
        amplitude: metres of the largest waves: lake 0.02, breeze 0.05, sea 0.4, storm 1.2.
        wavelength: metres between the largest waves.
        wind: direction in radians, 0 = towards +z.
        absorb: extinction per metre by channel.
        scatter: albedo of deep water.
        foam: 0 to 1.
        swell: metres of real displacement of the surface (storms), 0 = a flat sheet with shaded waves.
        ice: 0 open, 1 frozen over.
    """

    level: float
    amplitude: float = 0.03
    wavelength: float = 3.0
    wind: float = 0.6
    absorb: RGB = (0.62, 0.24, 0.2)
    scatter: RGB = (0.006, 0.022, 0.024)
    foam: float = 0.0
    swell: float = 0.0
    ice: float = 0.0
    seed: int = 0

    def packed(self) -> NDArray[np.float32]:
        """The native struct's values (N,)."""
        return np.array(
            [
                self.level,
                self.amplitude,
                self.wavelength,
                math.sin(self.wind),
                math.cos(self.wind),
                *self.absorb,
                *self.scatter,
                self.foam,
                0.0,
                self.seed % 4096,
                self.ice,
            ],
            np.float32,
        )
