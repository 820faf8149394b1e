"""An alpine lake: a basin of water among ridges, woods on its shores."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.land import greenery, thickets
from lucid3d.procedural.compose.land.relief import Course, mountains
from lucid3d.procedural.compose.land.wild import Knoll, finish, lay_out, sheet_of_water, sun_side
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import Place

Floats = NDArray[np.floating]


BROOK_DEPTH = 0.5
"""Metres of water in the lake's outflow."""


def alpine_lake(brief: Any, rng: np.random.Generator) -> Place:
    """The start stands on the near shore; the lake lies ahead, the highest peaks beyond it, a wooded slope behind."""
    seed = int(rng.integers(1 << 20))
    reach = float(rng.uniform(190, 260))
    peak = float(rng.uniform(620, 820)) * brief.size("mountains")
    if "mountains" in brief.without:
        peak = 90.0
    aside = float(rng.uniform(-60, 60))
    # What a bridge or a river needs: the lake's own outflow, past the start on the right.
    outflow = brief.wants("river") or brief.wants("bridge")
    brook = Course(5.0, 0.1, ((1.2, 7.0, float(seed % 6)),))
    islet_x = float(rng.choice([-1, 1])) * float(rng.uniform(38, 60))

    # A building that is asked for stands on a spit that comes in from the side.
    built = any(brief.wants(feature) for feature in ("cabin", "house", "barn", "church", "tower", "windmill"))
    spit = Knoll(-20.0 if islet_x > 0 else 20.0, 42.0, 1.4, 10.0, 11.0) if built else None

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

    ground = Ground(
        snow_line=40.0 if brief.season == "winter" else 300.0, treeline=230, beach=0.45, vegetation=0.85,
        grass=(0.1, 0.125, 0.038), grass_dark=(0.055, 0.078, 0.022), grass_dry=(0.19, 0.155, 0.07),
    )  # fmt: skip
    site = lay_out(
        brief,
        rng,
        seed,
        up,
        ground,
        near=near,
        water_up=0.0,
        water_clearance=0.7,
        shore=16.0 if outflow else 5.0,
        knoll=spit,
    )
    level = site.water_level or 2.0

    def woods(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        up_hill = level - y
        open_view = 1 - smoothstep(0.75, 0.45, np.abs(np.arctan2(x, z))) * (np.hypot(x, z) < 60)
        return smoothstep(1.2, 5, up_hill) * smoothstep(260, 150, up_hill) * open_view

    trees = greenery.tree_prototypes(site, ("spruce", "fir", "spruce", "larch"), 4, 13)
    greenery.forest(site, trees, woods, spacing=6, far=650, near=9, limit=1700, patch=90, contrast=1.5)

    def turf(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(0.08, 0.35, level - y)

    def strand(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return 0.12 + 0.88 * smoothstep(1.3, 0.4, np.abs(level - y))

    greenery.grass(site, "alpine", turf, height=0.34, amount=1.2)
    greenery.flowers(site, ("gentian", "daisy", "buttercup"), turf, amount=0.5)
    greenery.stones(site, "granite", strand, amount=2.4, boulders=2.2)
    thickets.shrubs(site, turf, amount=0.8)
    thickets.reed_beds(site, amount=0.4)
    windy = brief.weather in ("storm", "rain")
    waves = {"amplitude": 0.07, "wavelength": 2.6} if windy else {"amplitude": 0.016, "wavelength": 2.2}
    water = sheet_of_water(site, wind=float(rng.uniform(0, 6)), **waves)
    # The glow over the water is brighter than all the land: left to the meter, the meadow would be black.
    sky = {"exposure": 0.4} if brief.time == "sunrise" else None
    return finish(site, water=water, sun=sun_side(rng, 0.5, 0.95), sky=sky)
