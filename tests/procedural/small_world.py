"""A little world that is known by heart: level ground at y = 1.6, a box ahead, a pond to the right. Builds in a
blink."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.place import EYE_HEIGHT, Place
from lucid3d.procedural.kit.shapes import box
from lucid3d.procedural.kit.terrain import Terrain, terrain_mesh
from lucid3d.procedural.kit.water import Water
from lucid3d.procedural.render.atmosphere import Atmosphere
from lucid3d.procedural.world import World

POND = (6.0, 4.0, 2.0)
"""x, z and radius in metres."""
WATER_LEVEL = 1.8
BOX_FRONT = 5.0
"""z of the box's near face."""


def heights(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Level ground with a bowl for the pond."""
    bowl = np.clip(1 - np.hypot(x - POND[0], z - POND[1]) / POND[2], 0, 1)
    return (EYE_HEIGHT + 1.2 * bowl).astype(np.float32)


def small_world(seed: int = 0, *, water: bool = True, **air: object) -> World:
    """The world; keyword arguments are fields of its atmosphere."""
    ground = Ground(seed=float(seed + 1), water_level=WATER_LEVEL if water else 1e9)
    terrain = Terrain(heights, ground, terrain_mesh(heights, far=400, around=160, rings=90))
    brick = Material("brick", "brick", ((0.6, 0.3, 0.2), (0.5, 0.25, 0.2), (0.7, 0.7, 0.65)), bump=0.01)
    thing = box((2, 2, 2), (0, EYE_HEIGHT - 1, BOX_FRONT + 1), brick, label="building")
    place = Place([thing], terrain, Water(WATER_LEVEL, seed=seed) if water else None)
    return World(place, Atmosphere(**{"cover": 0.2, **air}), prompt="a box", seed=seed)  # type: ignore[arg-type]
