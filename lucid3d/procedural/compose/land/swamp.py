"""A swamp: still black water between banks of moss, and the trees that stand in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.plants.wetland import swamp_tree
from lucid3d.procedural.compose import wishes
from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.relief import Shape, Start
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.noise import noise, smoothstep


def swamp(start: Start) -> Shape:
    """Islets and hummocks about the start, which stands on the end of a spit; open water ahead."""
    seed, side = start.seed, start.side

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        islands = np.clip(0.95 * noise(x, z, seed + 1, 26, 4) - 0.02, -0.75, 0.5)
        start = 0.75 * np.exp(-(((x + 0.8 * side) / 2.7) ** 2) - ((z + 0.6) / 2.3) ** 2)
        spit = 0.6 * np.exp(-(((x + 4 * side) / 2.6) ** 2) - ((z + 4) / 5.0) ** 2)
        water = -0.75 * np.exp(-(((x - 1.5 * side) / 6.5) ** 2) - ((z - 9) / 7.5) ** 2)
        shore = smoothstep(110, 420, r) * (5 + 18 * noise(x, z, seed + 2, 240, 3))
        return np.asarray(islands + start + spit + water + shore, np.float32)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        hummocks = np.clip(noise(x, z, seed + 3, 1.7, 3), 0, 1)
        return np.asarray(0.2 * hummocks + 0.05 * noise(x, z, seed + 4, 0.5, 3), np.float32)

    def tint(x: Floats, z: Floats) -> NDArray[np.float32]:
        """Bright moss on the hummocks, black mud between."""
        mossy = smoothstep(-0.2, 0.5, noise(x, z, seed + 3, 1.7, 3) + 0.4 * noise(x, z, seed + 5, 7, 3))[:, None]
        return np.asarray((1 - mossy) * np.array([0.8, 0.78, 0.75]) + mossy * np.array([1.5, 1.75, 1.1]), np.float32)

    return Shape(up, near, tint)


def swamp_trees(lot: Lot) -> None:
    """Trees in the shallows and on the banks, near enough on every side to break the horizon."""
    if not (usual := lot.trees(("willow", "dead"), 2, 8.0)):
        return
    site, rng, level = lot.site, lot.site.rng, lot.site.water_level or 2.0
    asked = wishes.names_trees(lot.brief)
    grown = usual if asked else [swamp_tree(rng, h, site.season) for h in (9.0, 12.5, 7.0)] + usual[1:]

    def shallows(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        open_water = np.exp(-((x / 5) ** 2) - ((z - 8) / 7) ** 2)  # the view ahead stays open
        return np.asarray(smoothstep(0.62, 0.3, y - level) * (1 - open_water))

    common: dict[str, Any] = {"above_water": -0.65, "sizes": (0.5, 1.3), "power": 1.1, "tint": 0.15, "steepest": 2.0}
    site.put(grown, shallows, per_square_metre=0.02, near=5, far=70, apart=3.4, patch=24, contrast=1.5, **common)
    site.put(grown, shallows, per_square_metre=0.008, near=70, far=260, apart=6, patch=60, limit=700, **common)
