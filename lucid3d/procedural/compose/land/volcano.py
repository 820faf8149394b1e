"""Burning land: lava fields under a cone that smokes and spills."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets import rocks
from lucid3d.procedural.assets.formations import column_of_smoke, stream
from lucid3d.procedural.compose import wishes
from lucid3d.procedural.compose.land import greenery
from lucid3d.procedural.compose.land.composer import finish
from lucid3d.procedural.compose.land.layout import lay_out
from lucid3d.procedural.compose.land.relief import Shape, mountains
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.course import Course
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.materials import Material, rgb
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import Lamp, Place

LAVA = Material(
    "flowing lava", "lava", (rgb("#2a1f1b"), rgb("#3a2a24"), rgb("#140e0d")), scale=0.9, bump=0.05,
    emission=(1.7, 0.36, 0.035),
)  # fmt: skip
ASH_CLOUD = Material(
    "ash cloud", "plain", (rgb("#a0958f"), rgb("#b8ada5"), rgb("#7d736e")), scale=30.0, translucency=0.45
)


def pahoehoe(x: Floats, z: Floats, seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Ropy lava: lobes some metres wide, each wrinkled across the way it crept. Metres up; 0 to 1 in furrows."""
    bent_x, bent_z = x + 0.9 * noise(x, z, seed, 3.0, 3), z + 0.9 * noise(x, z, seed + 1, 3.0, 3)
    cell = noise(bent_x, bent_z, seed + 2, 2.6, 1, kind="cells")
    border = noise(bent_x, bent_z, seed + 2, 2.6, 1, kind="edges")
    turn = 6.28 * noise(bent_x, bent_z, seed + 2, 2.6, 1, kind="cell_id")
    along = bent_x * np.cos(turn) + bent_z * np.sin(turn)
    rope = np.abs(np.sin((along + 1.7 * cell * cell) / 0.075 + 2.2 * noise(x, z, seed + 3, 0.9, 3)))
    wrinkled = smoothstep(-0.45, 0.1, noise(x, z, seed + 4, 4.0, 2)) * smoothstep(0.02, 0.2, border)
    gap = smoothstep(0.12, 0.0, border)
    lobes = 0.4 * np.clip(1 - cell, 0, 1) ** 0.6 - 0.16 * gap
    furrow = np.maximum(wrinkled * (1 - rope) ** 2, gap)
    return np.asarray(lobes + 0.065 * wrinkled * rope, np.float32), np.asarray(furrow, np.float32)


def volcano(brief: Any, rng: np.random.Generator) -> Place:
    """A field of ropy lava, split by a glowing stream that comes down from a smoking cone ahead."""
    seed = int(rng.integers(1 << 20))
    distance, tall = 640.0, 330.0 * brief.size("mountains")
    aside = float(rng.uniform(-110, 110))
    bank = 7.5 if aside < 0 else -7.5
    course = Course(bank, (aside - bank) / distance, ((7.0, 17.0, 1.0), (20.0, 61.0, 2.2)))

    def half_width(z: Floats) -> NDArray[np.floating]:
        return np.asarray(1.9 + 0.5 * np.sin(z / 9.0) + 9.0 * smoothstep(60, 420, z), np.float32)

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        dx, dz = x - course.x(np.full(1, distance, np.float32))[0], z - distance
        r = np.hypot(dx, dz)
        ribs = noise(30 * np.arctan2(dx, dz), 0.05 * r, seed + 1, 7, 4, kind="ridged") * smoothstep(30, 190, r)
        cone = tall * np.exp(-np.clip(r - 46, 0, None) / 205) * (1 + 0.13 * (ribs - 0.5))
        crater = -55 * smoothstep(52, 12, r) + 9 * noise(x, z, seed + 8, 40, 3) * smoothstep(120, 50, r)
        breach = -26 * smoothstep(26, 8, np.abs(dx)) * smoothstep(8, -20, dz) * smoothstep(120, 50, r)
        swells = 5.5 * noise(x, z, seed + 3, 80, 4) * smoothstep(6, 50, np.hypot(x, z))
        rim = smoothstep(900, 2200, np.hypot(x, z)) * 300 * mountains(x, z, seed, 1200)
        small = 70 * np.exp(-np.hypot(x + 260, z + 190) / 70) + 55 * np.exp(-np.hypot(x - 330, z - 60) / 60)
        return np.asarray(cone + crater + breach + swells + rim + small, np.float32)

    def near(x: Floats, z: Floats) -> NDArray[np.float32]:
        away = np.abs(course.across(x, z))
        wide = half_width(z)
        on = smoothstep(distance + 30, distance - 40, z)
        channel = -(1.0 + 0.12 * wide) * smoothstep(wide * 1.25, wide * 0.75, away)
        levee = (0.22 + 0.1 * wide) * np.exp(-(((away - wide * 1.5) / (0.4 * wide + 0.3)) ** 2))
        blocks = 0.5 * noise(x, z, seed + 5, 5.0, 4, kind="billow")
        skin = pahoehoe(x, z, seed + 20)[0] + blocks * smoothstep(0.0, 0.4, noise(x, z, seed + 6, 26, 2))
        return np.asarray(on * (channel + levee) + skin * np.clip(away / wide - 0.5, 0, 1), np.float32)

    def tint(x: Floats, z: Floats) -> NDArray[np.float32]:
        """Old flows are grey, ash is pale, the banks of the stream are scorched red."""
        age = noise(x, z, seed + 7, 9, 4)
        furrow = pahoehoe(x, z, seed + 20)[1] * smoothstep(60, 25, np.hypot(x, z))
        sulphur = smoothstep(0.36, 0.6, noise(x, z, seed + 9, 6, 4))[:, None] * np.array([1.6, 1.3, -0.2])
        scorched = smoothstep(3.2, 1.0, np.abs(course.across(x, z)) / half_width(z))
        tone = ((1.1 + 0.7 * age) * (1 - 0.6 * furrow))[:, None]
        hue = np.array([1.0, 0.97, 0.98]) + scorched[:, None] * np.array([0.5, 0.0, -0.1]) + sulphur
        return np.asarray(np.clip(tone * hue, 0.3, 2.4), np.float32)

    ground = Ground(
        vegetation=0.0, rock=(0.07, 0.069, 0.071), rock_light=(0.13, 0.124, 0.12), rock_dark=(0.034, 0.034, 0.036),
        gravel=(0.075, 0.07, 0.068), soil=(0.045, 0.035, 0.03), lava=0.3, strata=0.25, rock_slope=-0.3, moss=0,
        glow=(7.0, 1.3, 0.08),
    )  # fmt: skip
    conditions = wishes.conditions_of(brief)
    site = lay_out(Shape(up, near, tint), seed, rng, conditions, ground, drops=50_000, rough=0.7, half=2200, calm=1.6)
    site.brief = brief

    def off_the_stream(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(1.2, 1.7, np.abs(course.across(x, z)) / half_width(z))

    greenery.stones(site, "basalt", off_the_stream, amount=0.5,
                    boulders=1.6 * wishes.amount(brief, "rocks"))  # fmt: skip
    slag = [rocks.scree(rng, "basalt", 0.8, 26) for _ in range(3)]
    site.put(slag, off_the_stream, per_square_metre=0.35, near=0.8, far=26, patch=7, contrast=2.2, sizes=(0.4, 1.3))
    if "lava" not in brief.without:
        site.meshes.append(stream(site.terrain, course, half_width, LAVA, near=-240.0, far=distance - 12, fill=1.0))
    lamps = _glow(site, course, rng)
    peak = float(course.x(np.full(1, distance, np.float32))[0])
    crater = float(site.terrain.height(np.array([peak], np.float32), np.array([distance], np.float32))[0])
    if "smoke" not in brief.without:
        lean = float(rng.uniform(120, 260)) * (-1 if aside > 0 else 1)
        site.meshes.append(
            column_of_smoke(
                rng,
                (peak, crater + 10, distance),
                ASH_CLOUD,
                height=640,
                width=64,
                drift=(lean, 240),
                spread=5.0,
                puffs=150,
            )
        )
    return finish(
        site, lamps=lamps, sun=float(rng.uniform(0.55, 0.95)) * (1 if aside < 0 else -1), haze=1.6,
        sky={"cover": 0.6, "exposure": 0.0, "mist": 0.0012, "mist_height": 14.0},
    )  # fmt: skip


def _glow(site: Any, course: Course, rng: np.random.Generator) -> list[Lamp]:
    """The light that the stream throws on its banks."""
    z = np.array([-16.0, -7.0, -1.0, 5.0, 11.0, 19.0, 30.0, 46.0], np.float32)
    x = course.x(z)
    y = site.terrain.height(x, z)
    return [
        Lamp(
            (float(a), float(b) - 0.9, float(c)),
            (1.5, 0.42, 0.06),
            radius=0.8,
            reach=9.0 + 0.15 * abs(float(c)),
            shadows=False,
        )
        for a, b, c in zip(x, y, z, strict=True)
    ]
