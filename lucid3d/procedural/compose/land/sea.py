"""The open sea in every weather."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit.water import Water

WILD = {"storm": 1.0, "rain": 0.45, "snow": 0.3}
"""Weather -> how wild the sea is, 0 to 1."""
CALM = 0.16


def sea(weather: str, level: float, seed: int, rng: np.random.Generator, *, tropical: bool = False) -> Water:
    """The open sea; `level`: y of its surface in metres."""
    wild = WILD.get(weather, CALM)
    return Water(
        level,
        amplitude=0.12 + 0.75 * wild,
        wavelength=9 + 16 * wild,
        wind=float(rng.uniform(-0.6, 0.6)),
        absorb=(0.45, 0.075, 0.055) if tropical else (0.42, 0.13, 0.12),
        scatter=(0.008, 0.07, 0.085) if tropical else (0.008, 0.03, 0.036) if wild < 0.8 else (0.014, 0.024, 0.026),
        foam=0.55 + 0.45 * wild,
        seed=seed,
    )
