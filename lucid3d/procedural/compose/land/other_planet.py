"""Another planet: foreign rock under a foreign sky."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets import rocks
from lucid3d.procedural.assets.formations import arch
from lucid3d.procedural.assets.plants import alien
from lucid3d.procedural.compose import wishes
from lucid3d.procedural.compose.land import greenery
from lucid3d.procedural.compose.land.composer import finish, sun_side
from lucid3d.procedural.compose.land.dry import dune_field
from lucid3d.procedural.compose.land.layout import lay_out
from lucid3d.procedural.compose.land.relief import Shape, mountains
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.mesh import placement
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.kit.water import Water

PLANETS: tuple[dict[str, Any], ...] = (
    {  # red dust, butterscotch sky
        "sand": (0.36, 0.14, 0.06), "sand_dark": (0.24, 0.085, 0.04), "rock": (0.2, 0.08, 0.05),
        "light": (0.3, 0.14, 0.085), "dark": (0.09, 0.04, 0.03), "rayleigh": (1.6e-5, 1.05e-5, 6.0e-6),
        "stone": "red", "frond": (0.07, 0.13, 0.12), "glow": (0.3, 0.75, 0.9),
    },
    {  # violet rock under a green-blue sky
        "sand": (0.2, 0.13, 0.24), "sand_dark": (0.12, 0.075, 0.16), "rock": (0.13, 0.09, 0.17),
        "light": (0.24, 0.17, 0.28), "dark": (0.05, 0.035, 0.075), "rayleigh": (4.0e-6, 2.4e-5, 2.3e-5),
        "stone": "alien", "frond": (0.3, 0.07, 0.1), "glow": (0.15, 0.95, 0.75),
    },
    {  # pale salt, magenta dusk
        "sand": (0.42, 0.4, 0.36), "sand_dark": (0.28, 0.25, 0.25), "rock": (0.2, 0.22, 0.23),
        "light": (0.34, 0.35, 0.34), "dark": (0.08, 0.085, 0.1), "rayleigh": (2.2e-5, 8.0e-6, 2.6e-5),
        "stone": "slate", "frond": (0.07, 0.2, 0.16), "glow": (0.9, 0.3, 0.75),
    },
)  # fmt: skip


THIN_AIR = 0.55
"""Share of the air's scattering that is kept: a darker sky, against which another world is seen by day."""


def crater(r: Floats) -> NDArray[np.float32]:
    """The profile of an impact over the distance in radii: a bowl of depth 1, a raised rim at 1, nothing beyond 2."""
    bowl = np.where(r < 1, r * r - 1, 0.0)
    return np.asarray(bowl + 0.42 * np.exp(-(((r - 1.0) / np.where(r < 1, 0.16, 0.34)) ** 2)), np.float32)


def other_planet(brief: Any, rng: np.random.Generator) -> Place:
    """Arches of wind-cut rock, craters and glowing crystals under a foreign sky."""
    seed = int(rng.integers(1 << 20))
    look = PLANETS[int(rng.integers(len(PLANETS)))]

    hole = (float(rng.choice([-1, 1])) * float(rng.uniform(20, 30)), float(rng.uniform(26, 38)))

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        r = np.hypot(x, z)
        craters = 9 * crater(noise(x, z, seed + 1, 150, 1, kind="cells") / 0.28) * smoothstep(30, 90, r)
        own = 6 * crater(np.hypot(x - hole[0], z - hole[1]) / 15 + 0.12 * noise(x, z, seed + 9, 12, 3))
        bent_x, bent_z = x + 50 * noise(x, z, seed + 2, 190, 3), z + 50 * noise(x, z, seed + 3, 190, 3)
        spires = smoothstep(0.3, 0.62, noise(bent_x, bent_z, seed + 4, 230, 3)) * (
            110 + 60 * noise(x, z, seed + 5, 60, 3)
        )
        far = smoothstep(700, 2400, r) * 520 * mountains(x, z, seed, 1500)
        rise = 3.5 * np.exp(-((r / 45) ** 2)) + 3 * noise(x, z, seed + 7, 60, 3)
        dunes = dune_field(x, z, seed + 6, 24, 1.1)
        return np.asarray(craters + own + spires * smoothstep(40, 170, r) + far + dunes + rise, np.float32)

    steps_here = float(np.floor(3.5 * noise(np.zeros(1), np.zeros(1), seed + 14, 48, 4))[0])

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        pits = noise(x, z, seed + 10, 6.5, 1, kind="cells") / 0.2
        kept = (noise(x, z, seed + 10, 6.5, 1, kind="cell_id") < 0.4) * smoothstep(1.8, 3.2, np.hypot(x, z))
        ledge = 3.5 * noise(x, z, seed + 14, 48, 4)
        steps = np.floor(ledge) + smoothstep(0.8, 0.97, ledge - np.floor(ledge))
        shelves = 0.85 * (steps - steps_here) * smoothstep(3.0, 6.0, np.hypot(x, z))
        plates = 0.1 * smoothstep(0.02, 0.1, noise(x, z, seed + 11, 1.3, 1, kind="edges"))
        plates = plates * (0.6 + 0.8 * noise(x, z, seed + 11, 1.3, 1, kind="cell_id"))  # some stand, some have sunk
        crust = smoothstep(-0.05, 0.3, noise(x, z, seed + 12, 15, 3))
        dust = 0.1 * noise(x, z, seed + 8, 2.2, 4)
        return np.asarray(shelves + 0.3 * crater(pits) * kept + plates * crust + dust, np.float32)

    ground = Ground(
        vegetation=0.0, ripples=0.45, sand=look["sand"], sand_dark=look["sand_dark"], rock=look["rock"],
        rock_light=look["light"],
        rock_dark=look["dark"], gravel=look["light"], strata=0.8, strata_scale=8, rock_slope=0.24, moss=0,
    )  # fmt: skip
    wet = brief.wants("lake") or brief.wants("sea")
    site = lay_out(
        Shape(up, near), seed, rng, wishes.conditions_of(brief), ground, drops=70_000, strength=0.8, rough=0.9,
        half=2400, calm=3, water_up=-2.5 if wet else None,
    )  # fmt: skip
    site.brief = brief
    greenery.stones(site, look["stone"], amount=3.6, boulders=2.6 * wishes.amount(brief, "rocks"))
    shards = [rocks.scree(rng, look["stone"], 1.0, 26) for _ in range(2)]
    site.put(shards, per_square_metre=0.1, near=1.5, far=45, patch=11, contrast=2.2, sizes=(0.4, 1.8), power=2.0)
    _arches(site, look["stone"])
    dark = brief.time in ("dusk", "night", "dawn")
    if "crystals" not in brief.without:
        red, green, blue = (0.6 * c**1.9 + 0.015 for c in look["glow"])
        hue = (red, green, blue)
        glow = 0.5 if dark else 0.12
        clusters = [rocks.crystals(rng, h, hue, glow=glow, count=n) for h, n in ((0.4, 7), (0.8, 11), (1.7, 15))]
        more = 1.6 if brief.wants("crystals") else 1.0
        common: dict[str, Any] = {"patch": 19, "contrast": 3.6, "middle": -0.7, "clear": 2.6, "tint": 0.25, "hue": 0.12}
        site.put(clusters[:2], per_square_metre=0.3 * more, near=2.6, far=34, sizes=(0.35, 1.5), power=2.0, **common)
        site.put(
            clusters, per_square_metre=0.015 * more, near=6, far=150, apart=3, sizes=(0.6, 2.6), limit=900, **common
        )
        giants = [rocks.crystals(rng, h, hue, glow=glow, count=17) for h in (2.4, 3.6)]
        side = float(rng.choice([-1.0, 1.0]))
        small = [rocks.crystals(rng, h, hue, glow=glow, count=n) for h, n in ((0.22, 9), (0.4, 13))]
        at_hand = (-side * 2.6, 4.4)
        site.put(small, per_square_metre=3.0, far=1.5, centre=at_hand, apart=0.25, sizes=(0.4, 1.6), clear=2.2)
        for centre in ((side * 9.0, 13.0), (-side * 21.0, 6.0), (side * 4.0, -17.0)):
            site.put(giants, per_square_metre=0.16, far=3.6, centre=centre, apart=1.6, sizes=(0.35, 1.0), clear=3.0)
            site.put(clusters[:2], per_square_metre=0.5, far=6.0, centre=centre, sizes=(0.4, 1.2), clear=2.6)
    grown = [
        alien.feathers(rng, 1.0, look["frond"]), alien.feathers(rng, 0.55, look["frond"], 9),
        alien.lanterns(rng, 0.8, look["glow"], 0.5 if dark else 0.08),
    ]  # fmt: skip
    site.put(
        grown,
        per_square_metre=0.5,
        far=45,
        patch=11,
        contrast=3.0,
        middle=-0.5,
        clear=1.7,
        falloff=22,
        sizes=(0.4, 2.2),
        power=2.0,
    )
    low = [alien.feathers(rng, h, tuple(c * 1.5 + 0.02 for c in look["frond"]), 9) for h in (0.16, 0.3)]
    site.put(low, per_square_metre=7.0, far=22, patch=7, contrast=3.2, middle=-0.3, clear=1.2, falloff=9,
             sizes=(0.5, 1.6))  # fmt: skip
    water = None
    if site.water_level is not None:
        water = Water(site.water_level, amplitude=0.015, scatter=look["glow"], absorb=(0.9, 0.9, 0.9),
                      seed=int(site.terrain.ground.seed))  # fmt: skip
    sky = {
        "rayleigh": tuple(THIN_AIR * k for k in look["rayleigh"]),
        "stars": 0.5 if brief.time in ("dusk", "night", "dawn") else 0.12,
        "cover": 0.2,
        "turbidity": 1.8,
    }
    if "planet" not in brief.without:
        sky["planet"] = 0.17 if brief.wants("planet") else 0.13
    if brief.time in ("sunset", "sunrise"):  # air of another colour would dye the last light beyond belief
        sky["sunk"] = 0.0
    if brief.time in ("noon",):
        sky["elevation"] = math.radians(30)
    return finish(site, water=water, sun=sun_side(rng, 0.3, 0.9), haze=1.5, sky=sky)


def _arches(site: Site, stone: str) -> None:
    """Bridges of rock near enough to walk under, to one side, and farther off to the other."""
    rng = site.rng
    material = rocks.stone_material(stone, 2.2)
    first = float(rng.choice([-1, 1]))
    for bearing, away, span in ((0.62 * first, 27, 15), (-1.45 * first, 60, 34), (-0.3 * first, 150, 62)):
        x, z = away * math.sin(bearing), away * math.cos(bearing)
        y, _ = site.terrain.rise_over_run(np.array([x], np.float32), np.array([z], np.float32))
        shape = arch(rng, span, span * float(rng.uniform(0.45, 0.62)), span * float(rng.uniform(0.26, 0.4)), material)
        matrix = placement((x, float(y[0]) + 0.8, z), yaw=bearing + float(rng.uniform(-0.5, 0.5)))
        site.meshes.append(shape.transformed(matrix))
        site.keep_out.append((x, z, 2.0))
