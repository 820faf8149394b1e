"""Dry land: desert and canyon."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural import greenery, thickets
from lucid3d.procedural.ground import Ground
from lucid3d.procedural.noise import noise, smoothstep
from lucid3d.procedural.water import Water
from lucid3d.procedural.wild import finish, lay_out, sun_side, winding_path
from lucid3d.procedural.world import Place

Floats = NDArray[np.floating]


def dune_field(x: Floats, z: Floats, seed: int, size: float, height: float) -> NDArray[np.float32]:
    """Dunes with a long windward and a short lee side, crests that bend and fork.

    The ramp of each dune rises over three quarters of a wave and slips down over the rest; the phase is bent by noise.
    """
    along = 0.86 * x + 0.51 * z
    across = -0.51 * x + 0.86 * z
    phase = along / size + 0.9 * noise(x, z, seed, size * 3.0, 3) + 0.18 * noise(along, across * 0.5, seed + 1, size, 3)
    saw = phase - np.floor(phase)
    crest = 0.72
    ramp = np.where(saw < crest, saw / crest, (1 - saw) / (1 - crest))
    smooth = ramp * ramp * (3 - 2 * ramp) * 0.55 + ramp * 0.45
    swell = 0.35 + 0.65 * np.clip(0.5 + 0.9 * noise(x, z, seed + 2, size * 4, 3), 0, 1.3)
    return np.asarray(height * smooth * swell, np.float32)


def desert(brief: Any, rng: np.random.Generator) -> Place:
    """A sea of dunes with rippled sand underfoot, rock towers on the horizon, dry shrubs in the hollows."""
    seed = int(rng.integers(1 << 20))
    cacti = brief.wants("cacti")

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        far = smoothstep(10, 160, r)
        dunes = dune_field(x, z, seed, 130, 34) * (0.35 + 0.65 * far) + dune_field(x, z, seed + 9, 27, 2.8)
        mesa = smoothstep(0.1, 0.24, noise(x, z, seed + 3, 900, 3)) * (130 + 40 * noise(x, z, seed + 4, 260, 4))
        return np.asarray(dunes + smoothstep(900, 1900, r) * mesa, np.float32)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        drift = 4 * noise(x, z, seed + 6, 6, 3)
        waves = 0.012 * np.sin((x * 0.83 + z * 0.55) / 0.13 + drift)
        return np.asarray(0.06 * noise(x, z, seed + 5, 3.5, 3) + waves, np.float32)

    oasis = brief.wants("lake") or brief.wants("river") or brief.wants("palms")
    ground = Ground(
        vegetation=0.0, ripples=1.0, sand=(0.5, 0.345, 0.195), sand_dark=(0.38, 0.235, 0.12), rock=(0.3, 0.15, 0.085),
        rock_light=(0.42, 0.25, 0.15), rock_dark=(0.16, 0.08, 0.05), gravel=(0.38, 0.24, 0.14), strata=0.9,
        strata_scale=16,
        rock_slope=0.36, moss=0, treeline=0, grass=(0.12, 0.11, 0.05), beach=0.5,
    )  # fmt: skip
    site = lay_out(
        brief,
        rng,
        seed,
        up,
        ground,
        near=near,
        drops=0,
        rough=0.12,
        calm=4,
        water_up=6.0 if oasis else None,
        water_clearance=0.6,
    )
    greenery.stones(site, "sandstone", amount=0.25, boulders=0.45)
    thickets.desert_plants(site, cacti=1.6 if cacti else 0.35)
    water = None
    if oasis and site.water_level is not None:
        palms = greenery.tree_prototypes(site, ("palm",), 3, 8)
        level = site.water_level

        def shore(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
            return smoothstep(3.5, 0.8, level - y)

        greenery.forest(site, palms, shore, spacing=4, near=5, far=160, patch=20, limit=220)
        greenery.grass(site, "lush", shore, amount=0.8)
        water = Water(level, amplitude=0.012, wavelength=1.6, seed=seed)
    return finish(site, water=water, sun=sun_side(rng, 0.5, 1.1), haze=1.5)


def canyon(brief: Any, rng: np.random.Generator) -> Place:
    """Between red walls in steps of hard and soft rock, a river or its dry bed along the bottom, buttes beyond."""
    seed = int(rng.integers(1 << 20))
    wet = "river" not in brief.without

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        bend_x = x + 34 * noise(x, z, seed + 1, 160, 4) + 34 * np.sin(z / 150 + 0.4) * smoothstep(10, 120, np.abs(z))
        side = np.abs(bend_x + 4)
        wall = np.clip(side - 13, 0, None) * 1.15 + 7 * noise(x, z, seed + 2, 60, 4) * smoothstep(8, 40, side)
        # Terraces: cliffs where the rock is hard, slopes where it is soft, their rims broken by gullies.
        step = 24.0
        level = wall / step + 0.22 * noise(x, z, seed + 3, 90, 4)
        floor = np.floor(level)
        part = level - floor
        stepped = (floor + smoothstep(0.6, 0.95, part) * 0.8 + 0.2 * part) * step
        top = 125 + 14 * noise(x, z, seed + 4, 400, 3)
        tall = np.minimum(stepped, top + 0.04 * np.clip(stepped - top, 0, None))
        buttes = smoothstep(300, 700, np.hypot(x, z)) * 150 * smoothstep(0.18, 0.3, noise(x, z, seed + 5, 420, 3))
        bed = -1.6 * np.exp(-(((bend_x - 9) / 6.5) ** 2))
        rolls = 0.9 * noise(x, z, seed + 7, 18, 3) * smoothstep(3, 14, np.hypot(x, z))
        return np.asarray(tall + buttes + bed + rolls, np.float32)

    ground = Ground(
        vegetation=0.22, sand=(0.42, 0.25, 0.14), sand_dark=(0.3, 0.16, 0.09), rock=(0.36, 0.15, 0.075),
        rock_light=(0.5, 0.29, 0.17), rock_dark=(0.2, 0.075, 0.045), gravel=(0.38, 0.22, 0.14), soil=(0.3, 0.16, 0.09),
        strata=1.0, strata_scale=9, rock_slope=0.2, moss=0, dryness=0.9, beach=0.6, trodden=(0.42, 0.27, 0.17),
        grass_dry=(0.2, 0.16, 0.07),
    )  # fmt: skip
    path = winding_path(rng, 60, 0.2) if brief.wants("path", True) else ()
    site = lay_out(
        brief,
        rng,
        seed,
        up,
        ground,
        path=path,
        path_width=1.3,
        drops=70_000,
        strength=0.6,
        rough=0.7,
        half=1500,
        cells=600,
        water_up=-0.95 if wet else None,
    )
    greenery.stones(site, "sandstone", amount=0.9, boulders=2.2)
    thickets.desert_plants(site, cacti=1.2 if brief.wants("cacti") else 0.5)
    greenery.grass(site, "dry", amount=0.35, height=0.3)
    thickets.shrubs(site, amount=0.7, palette="dry")
    water = (
        Water(
            site.water_level,
            amplitude=0.02,
            wavelength=1.4,
            seed=seed,
            absorb=(0.5, 0.55, 0.9),
            scatter=(0.05, 0.04, 0.025),
        )
        if site.water_level is not None
        else None
    )
    return finish(site, water=water, sun=sun_side(rng, 0.25, 0.6))
