"""An alpine lake: a basin of water among ridges, woods on its shores."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.ground import Ground
from lucid3d.procedural.noise import noise, smoothstep
from lucid3d.procedural.terrain import Terrain, terrain_mesh
from lucid3d.procedural.water import Water
from lucid3d.procedural.world import EYE_HEIGHT, Place

Floats = NDArray[np.floating]


def alpine_lake(brief: Any, rng: np.random.Generator) -> Place:
    """The start stands on the near shore; the lake lies ahead, the highest peaks beyond it, a wooded slope behind."""
    seed = int(rng.integers(1 << 20))
    level = EYE_HEIGHT + 0.75
    reach = rng.uniform(170, 260)
    peak = rng.uniform(520, 760)

    def heights(x: Floats, z: Floats) -> NDArray[np.float32]:
        wx = x + 24 * noise(x, z, seed + 1, 130, 3)
        wz = z + 24 * noise(x, z, seed + 2, 130, 3)
        # The lake is an oval ahead of the start; `d` grows from 0 in its middle to 1 at its shore.
        d = np.hypot(wx / (reach * 1.25), (wz - reach * 0.97) / reach)
        shore = (d - 1.0) * reach
        basin = np.clip(shore, -30, None)
        up = 0.055 * np.clip(basin, -60, 12) + 0.11 * np.clip(shore - 12, 0, 120)
        far = smoothstep(60, 900, shore)
        ridges = noise(wx, wz, seed + 3, 1500, 8, kind="ridged", gain=0.52)
        small = noise(wx, wz, seed + 4, 360, 6, kind="ridged")
        ahead = 0.45 + 0.55 * smoothstep(-1200, 1500, z)
        up = up + far * ahead * (peak * 1.7 * np.maximum(ridges - 0.28, 0) + 90 * (small - 0.3))
        near = smoothstep(4, 60, np.hypot(x, z))
        up = up + near * 3.5 * noise(x, z, seed + 5, 45, 4) * smoothstep(-4, 20, shore)
        up = up + 0.22 * noise(x, z, seed + 6, 5.5, 4) + 0.03 * noise(x, z, seed + 7, 0.6, 3)
        return (level - up).astype(np.float32)

    # Move the land so that the start stands just above the water's edge.
    base = float(heights(np.zeros(1, np.float32), np.zeros(1, np.float32))[0])
    shift = EYE_HEIGHT - base

    def shifted(x: Floats, z: Floats) -> NDArray[np.float32]:
        return heights(x, z) + np.float32(shift) * (1 - smoothstep(3, 16, np.hypot(x, z)))

    ground = Ground(water_level=level, seed=seed % 4096, snow_line=330, treeline=230, beach=0.7).by_season(brief.season)
    terrain = Terrain(shifted, ground, terrain_mesh(shifted))
    return Place(terrain=terrain, water=Water(level, seed=seed), sun_azimuth=float(rng.uniform(0.35, 0.8)))
