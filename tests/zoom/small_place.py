"""A place for tests: flat land under a morning sky, made in a moment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.place import EYE_HEIGHT, Place
from lucid3d.procedural.kit.terrain import Terrain, terrain_mesh
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.render.atmosphere import atmosphere_for
from lucid3d.procedural.world import World


def flat_world(prompt: str = "a meadow in the morning") -> World:
    """Level ground 1.6 m below the start, a few thousand triangles."""

    def heights(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.float32]:
        return np.full(np.shape(x), EYE_HEIGHT, np.float32)

    mesh = terrain_mesh(heights, far=3000.0, around=48, rings=40, near=0.5)
    brief = understand(prompt)
    place = Place([], Terrain(heights, Ground(), mesh))
    return World(place, atmosphere_for(brief, place, np.random.default_rng(0)), prompt=prompt, brief=brief)
