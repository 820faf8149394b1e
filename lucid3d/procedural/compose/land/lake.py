"""The land of an alpine lake: a basin of water among ridges, a wooded slope behind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.land.relief import Knoll, Shape, Start, mountains
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.course import Course
from lucid3d.procedural.kit.noise import noise, smoothstep

BROOK_DEPTH = 0.5
"""Metres of water in the lake's outflow."""
BUILDINGS = ("cabin", "house", "barn", "church", "tower", "windmill")
"""Buildings for which a spit of land comes into the lake."""


def alpine_lake(start: Start) -> Shape:
    """The start stands on the near shore; the lake lies ahead, the highest peaks beyond it, a wooded slope behind."""
    seed, rng = start.seed, start.rng
    reach = float(rng.uniform(190, 260))
    peak = float(rng.uniform(620, 820)) * start.size("mountains")
    if "mountains" in start.refused:
        peak = 90.0
    aside = float(rng.uniform(-60, 60))
    # What a bridge or a river needs: the lake's own outflow, past the start on the right.
    outflow = start.wants("river", "bridge")
    brook = Course(5.0, 0.1, ((1.2, 7.0, float(seed % 6)),))
    islet_x = float(rng.choice([-1, 1])) * float(rng.uniform(38, 60))

    # What is asked for stands on a spit that comes in from the side: ahead of the start there is but water.
    clear_side = -1.0 if islet_x > 0 else 1.0
    spit = None
    if start.wants("castle"):
        spit = Knoll(50.0 * clear_side, 105.0, 3.0, 36.0, 14.0)
    elif start.wants(*BUILDINGS):
        spit = Knoll(20.0 * clear_side, 42.0, 1.4, 10.0, 11.0)
    elif start.sets_down:
        spit = Knoll(8.5 * clear_side, 14.0, 0.8, 7.0, 6.0)

    def shore_distance(x: Floats, z: Floats) -> NDArray[np.float32]:
        """Metres to the lake's shore, negative over the water."""
        wx = x + 34 * noise(x, z, seed + 1, 140, 4)
        wz = z + 34 * noise(x, z, seed + 2, 140, 4)
        return np.asarray((np.hypot((wx - aside) / 1.5, wz - reach) / reach - 1.0) * reach + 5, np.float32)

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        shore = shore_distance(x, z)
        tall = 0.075 * np.clip(shore, -90, 9) + 0.13 * np.clip(shore - 9, 0, 160)
        far = smoothstep(70, 1250, shore)
        ahead = 0.5 + 0.5 * smoothstep(-1400, 1500, z)
        hills = noise(x, z, seed + 5, 220, 4)
        tall = tall + far * ahead * peak * 1.5 * mountains(x, z, seed, 1350)
        islet = (
            11.5
            * np.exp(-(((x - islet_x) / 20) ** 2) - ((z - 95) / 13) ** 2)
            * (1 + 0.5 * noise(x, z, seed + 8, 14, 3))
        )
        tall = tall + islet + 26 * hills * smoothstep(25, 260, shore)
        if outflow:
            bank = smoothstep(1.5, 2.8 + 1.5 * np.clip(tall, 0, 10), np.abs(brook.across(x, z)))
            bank = np.maximum(bank, np.maximum(smoothstep(4, 9, tall), smoothstep(40, 60, z)))  # no gorge in the hills
            tall = np.minimum(tall, -BROOK_DEPTH + (tall + BROOK_DEPTH) * bank)
        return np.asarray(tall, np.float32)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        return 0.16 * noise(x, z, seed + 6, 4.5, 4) + 0.035 * noise(x, z, seed + 7, 0.7, 3)

    return Shape(up, near, knoll=spit, shore=16.0 if outflow else None)
