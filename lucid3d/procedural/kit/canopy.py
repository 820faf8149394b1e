"""Woods too far off for single trees: the land's mesh is raised into crowns there, and takes their colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.noise import noise, smoothstep

CROWN = 9.0
"""Metres from one crown to the next."""
TALL = 8.5
"""Metres from the ground to the top of a middling crown."""

# Factors on the albedo of turf, by season: mean, and what every other crown varies towards.
_HUES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "spring": ((0.62, 0.85, 0.5), (1.0, 1.15, 0.75)),
    "summer": ((0.5, 0.62, 0.45), (0.78, 0.85, 0.6)),
    "autumn": ((0.85, 0.5, 0.3), (1.5, 0.75, 0.3)),
    "winter": ((0.55, 0.52, 0.5), (0.7, 0.68, 0.66)),
}


@dataclass(frozen=True)
class Canopy:
    """Far woods.

    Attributes:
        share: how much of the land they cover, 0 to 1; begin: metres from the start where they begin to be drawn so.
        season: of the brief; seed: any integer.
        clearing: (x, z) -> (N,) share of the woods that is left there; None = all.
    """

    share: float
    begin: float
    season: str
    seed: int
    clearing: Callable[[Floats, Floats], NDArray[np.float32]] | None = None

    def wood(self, x: Floats, z: Floats) -> NDArray[np.float32]:
        """(N,) share of the land at (x, z) that is wood, 0 to 1, whether it is drawn so or not."""
        patches = noise(x, z, self.seed, 210.0, 4) + 0.35 * noise(x, z, self.seed + 1, 40.0, 2)
        edge = 1.1 - 2.2 * self.share
        wood = smoothstep(edge - 0.12, edge + 0.12, patches)
        return wood if self.clearing is None else np.asarray(wood * self.clearing(x, z), np.float32)

    def raised(self, x: Floats, z: Floats) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Metres (N,) that the crowns stand above the ground at (x, z), and factors (N, 3) on the land's albedo."""
        wood = self.wood(x, z) * smoothstep(self.begin, 1.6 * self.begin, np.hypot(x, z))
        bent_x, bent_z = x + 3 * noise(x, z, self.seed + 2, 14, 2), z + 3 * noise(x, z, self.seed + 3, 14, 2)
        from_stem = noise(bent_x, bent_z, self.seed + 4, CROWN, 1, kind="cells")
        pick = noise(bent_x, bent_z, self.seed + 4, CROWN, 1, kind="cell_id")
        dome = np.sqrt(np.clip(1 - 1.6 * from_stem * from_stem, 0.0, 1.0))
        tall = wood * TALL * (0.6 + 0.8 * pick) * (0.3 + 0.7 * dome)
        base, other = (np.array(hue) for hue in _HUES.get(self.season, _HUES["summer"]))
        hue = base + (other - base) * (pick**1.5)[:, None]
        hue = hue * (0.45 + 0.55 * dome)[:, None]  # dark between the crowns
        return np.asarray(tall, np.float32), np.asarray(1 + (hue - 1) * wood[:, None], np.float32)
