"""Cold, burning and foreign land: arctic, volcano, another planet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural import greenery, rocks
from lucid3d.procedural.dry import dune_field
from lucid3d.procedural.ground import Ground
from lucid3d.procedural.land import mountains
from lucid3d.procedural.noise import noise, smoothstep
from lucid3d.procedural.water import Water
from lucid3d.procedural.wild import finish, lay_out, sun_side
from lucid3d.procedural.world import Lamp, Place

Floats = NDArray[np.floating]


def arctic(brief: Any, rng: np.random.Generator) -> Place:
    """Wind-carved snow above a cold sea with floes and icebergs, white mountains around the bay."""
    seed = int(rng.integers(1 << 20))

    bias = float(noise(np.zeros(1), np.zeros(1), seed + 1, 160, 3)[0])

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        inland = 9 + 22 * (noise(x, z, seed + 1, 160, 3) - bias) - z - 0.0007 * x * x * smoothstep(-80, 60, z)
        shelf = np.where(inland > 0, 0.5 + 0.05 * np.clip(inland, 0, 300), 0.09 * np.clip(inland, -120, 0))
        drifts = dune_field(x, z, seed + 2, 26, 0.9) * smoothstep(2, 14, inland)
        berg = noise(x, z, seed + 3, 120, 3)
        bergs = smoothstep(0.3, 0.36, berg) * smoothstep(-70, -150, inland) * (10 + 60 * np.clip(berg - 0.3, 0, 1))
        floes = (
            smoothstep(0.12, 0.2, noise(x, z, seed + 4, 26, 2))
            * smoothstep(-3, -12, inland)
            * (5.0 + 0.09 * np.clip(-inland, 0, 120))
        )
        peaks = smoothstep(300, 1500, np.maximum(inland, r - 900)) * 620 * mountains(x, z, seed, 1300)
        far_side = smoothstep(1500, 2200, z) * 520 * mountains(x, z, seed + 7, 1200)
        return np.asarray(
            shelf
            + drifts
            + np.maximum(bergs, floes * 0)
            + np.where(inland < -3, np.minimum(floes, -shelf + 0.35), 0)
            + np.maximum(peaks, far_side),
            np.float32,
        )

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        return 0.05 * noise(x * 0.8 + z * 0.6, (z * 0.8 - x * 0.6) * 0.35, seed + 6, 1.6, 4)

    ground = Ground(
        vegetation=0.0, snow_cover=1.0, snow_line=-1000.0, rock_slope=0.36, rock=(0.1, 0.105, 0.12),
        rock_light=(0.17, 0.18, 0.2),
        rock_dark=(0.05, 0.052, 0.06), beach=0.3, moss=0, sand=(0.5, 0.58, 0.64), sand_dark=(0.4, 0.5, 0.58),
        gravel=(0.5, 0.56, 0.6),
    )  # fmt: skip
    site = lay_out(
        brief,
        rng,
        seed,
        up,
        ground,
        near=near,
        water_up=0.0,
        water_clearance=0.55,
        shore=9.0,
        drops=50_000,
        strength=0.7,
        rough=0.5,
        half=2600,
        calm=4,
    )
    greenery.stones(site, "ice", amount=0.1, boulders=0.8)
    greenery.stones(site, "slate", amount=0.05, boulders=0.25)
    level = site.water_level or 2.3
    water = Water(
        level, amplitude=0.02, wavelength=3.0, seed=seed, absorb=(0.5, 0.14, 0.1), scatter=(0.006, 0.03, 0.04)
    )
    return finish(site, water=water, sun=sun_side(rng, 0.3, 0.8), haze=0.6)


def volcano(brief: Any, rng: np.random.Generator) -> Place:
    """Black lava fields with glowing cracks under a cone that lights its own smoke."""
    seed = int(rng.integers(1 << 20))
    distance = 950.0
    aside = float(rng.uniform(-260, 260))

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x - aside, z - distance)
        cone = 470 * np.exp(-((r / 430) ** 1.25)) * (1 + 0.1 * noise(x, z, seed + 1, 160, 4))
        crater = -130 * np.exp(-((r / 75) ** 4))
        flow = 2.6 * noise(x, z, seed + 2, 24, 5, kind="billow") + 7 * noise(x, z, seed + 3, 90, 4)
        rim = smoothstep(900, 2200, np.hypot(x, z)) * 260 * mountains(x, z, seed, 1200)
        return np.asarray(cone + crater + flow * smoothstep(2, 22, np.hypot(x, z)) + rim, np.float32)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        ropes = noise(x, z, seed + 4, 1.1, 4, kind="ridged") - 0.4
        return 0.22 * ropes + 0.05 * noise(x, z, seed + 5, 0.35, 3)

    ground = Ground(
        vegetation=0.0, rock=(0.055, 0.05, 0.048), rock_light=(0.1, 0.088, 0.08), rock_dark=(0.03, 0.028, 0.028),
        gravel=(0.07, 0.058, 0.054), soil=(0.05, 0.035, 0.03), lava=0.9, strata=0.3, rock_slope=0.3, moss=0,
        glow=(2.6, 0.85, 0.12),
    )  # fmt: skip
    site = lay_out(brief, rng, seed, up, ground, near=near, drops=60_000, rough=0.8, half=2200, calm=3)
    greenery.stones(site, "basalt", amount=0.8, boulders=2.0)
    top = float(site.terrain.height(np.array([aside], np.float32), np.array([distance], np.float32))[0])
    lamps = [Lamp((aside, top - 170, distance), (9e4, 2.2e4, 3.5e3), radius=60, reach=900, shadows=False)]
    return finish(site, lamps=lamps, sun=float(rng.uniform(1.9, 2.6)), haze=1.6, sky={"cover": 0.6, "exposure": -0.3})


PLANETS: tuple[dict[str, Any], ...] = (
    {  # red dust, butterscotch sky
        "sand": (0.36, 0.14, 0.06), "sand_dark": (0.24, 0.085, 0.04), "rock": (0.2, 0.08, 0.05), "light": (0.3, 0.14,
        0.085),
        "dark": (0.09, 0.04, 0.03), "rayleigh": (1.6e-5, 1.05e-5, 6.0e-6), "stone": "red", "glow": (0.3, 0.75, 0.9),
    },
    {  # violet rock under a green-blue sky
        "sand": (0.2, 0.13, 0.24), "sand_dark": (0.12, 0.075, 0.16), "rock": (0.13, 0.09, 0.17), "light": (0.24,
        0.17, 0.28),
        "dark": (0.05, 0.035, 0.075), "rayleigh": (4.0e-6, 2.4e-5, 2.3e-5), "stone": "alien", "glow": (0.15, 0.95,
        0.75),
    },
    {  # pale salt, magenta dusk
        "sand": (0.42, 0.4, 0.36), "sand_dark": (0.28, 0.25, 0.25), "rock": (0.2, 0.22, 0.23), "light": (0.34, 0.35,
        0.34),
        "dark": (0.08, 0.085, 0.1), "rayleigh": (2.2e-5, 8.0e-6, 2.6e-5), "stone": "slate", "glow": (0.9, 0.3, 0.75),
    },
)  # fmt: skip


def other_planet(brief: Any, rng: np.random.Generator) -> Place:
    """Arches of wind-cut rock, craters and glowing crystals under a foreign sky."""
    seed = int(rng.integers(1 << 20))
    look = PLANETS[int(rng.integers(len(PLANETS)))]

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        cell = noise(x, z, seed + 1, 150, 1, kind="cells")
        crater = np.where(
            cell < 0.28, -9 * (1 - (cell / 0.28) ** 2), 5 * np.exp(-(((cell - 0.28) / 0.06) ** 2))
        ) * smoothstep(14, 70, r)
        bent_x, bent_z = x + 50 * noise(x, z, seed + 2, 190, 3), z + 50 * noise(x, z, seed + 3, 190, 3)
        spires = smoothstep(0.3, 0.62, noise(bent_x, bent_z, seed + 4, 230, 3)) * (
            110 + 60 * noise(x, z, seed + 5, 60, 3)
        )
        far = smoothstep(700, 2400, r) * 520 * mountains(x, z, seed, 1500)
        return np.asarray(
            crater
            + spires * smoothstep(40, 170, r)
            + far
            + dune_field(x, z, seed + 6, 24, 1.1)
            + 3 * noise(x, z, seed + 7, 60, 3),
            np.float32,
        )

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        return 0.08 * noise(x, z, seed + 8, 2.2, 4)

    ground = Ground(
        vegetation=0.0, ripples=0.7, sand=look["sand"], sand_dark=look["sand_dark"], rock=look["rock"],
        rock_light=look["light"],
        rock_dark=look["dark"], gravel=look["light"], strata=0.8, strata_scale=8, rock_slope=0.24, moss=0,
    )  # fmt: skip
    wet = brief.wants("lake") or brief.wants("sea")
    site = lay_out(
        brief,
        rng,
        seed,
        up,
        ground,
        near=near,
        drops=70_000,
        strength=0.8,
        rough=0.9,
        half=2400,
        calm=3,
        water_up=-2.5 if wet else None,
    )
    greenery.stones(site, look["stone"], amount=0.9, boulders=1.7)
    lamps: list[Lamp] = []
    if "crystals" not in brief.without:
        clusters = [rocks.crystals(rng, h, look["glow"], glow=0.16) for h in (0.5, 0.9, 1.6)]
        site.put(
            clusters,
            per_square_metre=0.012,
            near=3.5,
            far=70,
            patch=22,
            contrast=2.0,
            sizes=(0.6, 2.2),
            clear=3.5,
            tint=0.1,
        )
    alien = [*_alien_plants(rng)]
    site.put(alien, per_square_metre=0.5, far=40, patch=9, contrast=2.2, clear=1.5, falloff=18, sizes=(0.7, 2.0))
    water = (
        Water(site.water_level, amplitude=0.015, seed=seed, scatter=look["glow"], absorb=(0.9, 0.9, 0.9))
        if site.water_level is not None
        else None
    )
    sky = {
        "rayleigh": look["rayleigh"],
        "stars": 0.5 if brief.time in ("dusk", "night", "dawn") else 0.12,
        "cover": 0.2,
        "turbidity": 3.0,
    }
    if brief.time in ("noon",):
        sky["elevation"] = math.radians(30)
    return finish(site, water=water, lamps=lamps, sun=sun_side(rng, 0.3, 0.9), haze=1.5, sky=sky)


def _alien_plants(rng: np.random.Generator) -> list[Any]:
    from lucid3d.procedural import plants

    return [plants.grass_tuft(rng, "alien", 0.3), plants.flower(rng, "glow", stems=3)]
