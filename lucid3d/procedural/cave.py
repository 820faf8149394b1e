"""A cave: a tunnel of stone with dripstone and a pool, daylight through a mouth and a hole above, crystals if
wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural import rocks
from lucid3d.procedural.ground import Ground
from lucid3d.procedural.materials import Material, rgb
from lucid3d.procedural.mesh import Mesh, instances, placement
from lucid3d.procedural.noise import noise, smoothstep
from lucid3d.procedural.terrain import Terrain, terrain_mesh
from lucid3d.procedural.water import Water
from lucid3d.procedural.world import EYE_HEIGHT, Lamp, Place

Floats = NDArray[np.floating]
LIMESTONE = Material(
    "cave limestone",
    "rock",
    (rgb("#8d7f6c"), rgb("#b3a489"), rgb("#4f4a3c")),
    scale=0.8,
    bump=0.09,
    wear=0.35,
    variation=0.9,
)
DRIP = Material("dripstone", "rock", (rgb("#a8977c"), rgb("#c9b99a"), rgb("#6d604b")), scale=0.3, bump=0.02, wear=0.1)


def cave(brief: Any, rng: np.random.Generator) -> Place:
    """A hall under an irregular vault; the way out glows ahead."""
    from lucid3d.procedural.kernels import kernels

    seed = int(rng.integers(1 << 20))
    mouth = 21.0  # metres ahead to the way out

    def half_width(z: Floats) -> NDArray[np.floating]:
        folds = 2.6 * np.sin(z / 6.3 + seed % 7) * np.sin(z / 3.7 + 1.1)
        ends = 2.2 * smoothstep(11, mouth, z) + 3.8 * smoothstep(-9, -16, z)
        return np.asarray(5.2 + folds - ends, np.float32)

    def ceiling(x: Floats, z: Floats) -> NDArray[np.floating]:
        return 4.6 + 1.9 * noise(x, z, seed + 1, 7, 4) - 1.2 * smoothstep(12, mouth, z)

    def heights(x: Floats, z: Floats) -> NDArray[np.float32]:
        pool = 0.9 * np.exp(-((((x + 2.6) / 2.3) ** 2 + ((z - 5.2) / 3.0) ** 2) ** 2))
        rise = -0.9 * np.clip((np.abs(x) - half_width(z) * 0.72) / 1.6, 0, 1.4) * smoothstep(mouth + 4, mouth - 3, z)
        out = -2.0 * smoothstep(mouth + 60, mouth + 300, np.hypot(x, z)) * (4 + 14 * noise(x, z, seed + 3, 120, 4))
        bumps = 0.3 * noise(x, z, seed + 4, 3.2, 4) + 0.06 * noise(x, z, seed + 5, 0.7, 3)
        start = 1 - 0.8 * np.exp(-(x * x + z * z) / 4)
        return np.asarray(EYE_HEIGHT + pool + rise + out - bumps * start, np.float32)

    shell = _shell(heights, half_width, ceiling, mouth, kernels(), seed)
    ground = Ground(
        vegetation=0.0, rock=(0.2, 0.175, 0.14), rock_light=(0.32, 0.285, 0.23), rock_dark=(0.09, 0.08, 0.068),
        rock_slope=0.3,
        gravel=(0.24, 0.21, 0.17), moss=0.0, strata=0.15, beach=0.15, water_level=EYE_HEIGHT + 0.32, sand=(0.2, 0.17,
        0.13),
        sand_dark=(0.13, 0.11, 0.085), wetness=0.35,
    )  # fmt: skip
    terrain = Terrain(heights, ground, terrain_mesh(heights, far=2500))
    meshes = [shell, *_dripstone(rng, heights, half_width, ceiling, mouth)]
    lamps: list[Lamp] = []
    glowing = brief.wants("crystals") or brief.mood in ("magical", "dreamy")
    if brief.wants("crystals", True) and "crystals" not in brief.without:
        hue = ((0.15, 0.5, 0.9), (0.6, 0.25, 0.85), (0.2, 0.8, 0.6))[int(rng.integers(3))]
        cluster = [rocks.crystals(rng, size, hue, glow=1.4 if glowing else 0.35) for size in (0.45, 0.9)]
        for i in range(14 if glowing else 6):
            z = float(rng.uniform(-9, mouth - 6))
            x = float((1 if i % 2 else -1) * float(half_width(np.array([z]))[0]) * rng.uniform(0.55, 0.8))
            y = float(heights(np.array([x], np.float32), np.array([z], np.float32))[0])
            meshes.append(
                cluster[i % 2]
                .levels[0]
                .transformed(
                    placement((x, y + 0.05, z), yaw=float(rng.uniform(0, 6)), tilt=0.3 * np.sign(-x), tilt_yaw=1.57)
                )
            )
            strength = (0.55 if glowing else 0.2) * float(rng.uniform(0.5, 1.2))
            lamps.append(
                Lamp((x, y - 0.5, z), (hue[0] * strength, hue[1] * strength, hue[2] * strength), 0.25, 9.0, i < 5)
            )
    if brief.wants("lamp") or brief.wants("campfire") or brief.wants("candle"):
        from lucid3d.procedural.props import campfire

        fire, light = campfire(rng)
        foot = float(heights(np.array([1.8], np.float32), np.array([4.0], np.float32))[0])
        meshes.append(fire.transformed(placement((1.8, foot, 4.0))))
        lamps.append(Lamp((1.8 + light[0], foot + light[1], 4.0 + light[2]), (3.2, 1.5, 0.5), 0.25, 16.0))
    water = Water(EYE_HEIGHT + 0.32, amplitude=0.002, wavelength=0.8, seed=seed, absorb=(0.5, 0.16, 0.16))
    place = Place(
        meshes,
        terrain,
        water,
        lamps,
        interior=True,
        sun_azimuth=float(rng.uniform(-0.25, 0.25)),
        ground_color=(0.2, 0.18, 0.14),
    )
    place.sky = {"mist": 0.004, "mist_height": 6.0, "exposure": -0.5}
    if brief.time not in ("night", "dusk", "dawn"):
        place.sky["elevation"] = 0.42
    return replace(place, haze=1.0)


def _shell(heights: Any, half_width: Any, ceiling: Any, mouth: float, native: Any, seed: int) -> Mesh:
    """Walls and vault: a tube of rings along z whose radius is broken by noise; open ahead, closed behind."""
    rows, columns = 220, 150
    z = np.linspace(-17, mouth, rows)[:, None]
    angle = np.linspace(-0.35, np.pi + 0.35, columns)[None]
    width = half_width(z) * smoothstep(-17, -13.5, z) + 0.02
    tall = ceiling(np.zeros_like(z), z) * (0.15 + 0.85 * smoothstep(-17, -12, z))
    x = width * np.cos(angle) * 1.06
    up = tall * np.maximum(np.sin(angle), -0.3) ** 1.0
    points = np.stack(np.broadcast_arrays(x, EYE_HEIGHT - up, z + 0 * angle), axis=-1).reshape(-1, 3).astype(np.float32)
    rough = np.asarray(native.fractal3(points, seed & 0xFFFF, 3.4, 6, 0.52)) * 0.95
    fold = (
        np.abs(
            np.asarray(native.fractal3(points * np.array([1, 0.4, 1], np.float32), (seed + 9) & 0xFFFF, 1.1, 4, 0.5))
        )
        * 0.4
    )
    outward = np.stack(np.broadcast_arrays(np.cos(angle), -np.sin(angle), 0 * z), axis=-1).reshape(-1, 3)
    points = points + (outward * (rough - fold)[:, None]).astype(np.float32)
    # A hole in the vault lets a shaft of light down.
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    centre = points[triangles].mean(axis=1)
    hole = np.hypot(centre[:, 0] - 1.2, (centre[:, 2] - 6.5) * 0.8) + 0.4 * rough[triangles[:, 0]] < 1.5
    triangles = triangles[~(hole & (centre[:, 1] < EYE_HEIGHT - 2.5))]
    return Mesh(points, triangles, (LIMESTONE,), "rock").with_smooth_normals()


def _dripstone(rng: np.random.Generator, heights: Any, half_width: Any, ceiling: Any, mouth: float) -> list[Mesh]:
    """Stalactites from the vault, stalagmites under some of them."""
    rings, sides = 9, 10
    t = np.linspace(0, 1, rings)[:, None]
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)[None]
    radius = 0.16 * (1 - t) ** 0.75 * (1 + 0.12 * np.sin(t * 19)) + 0.004
    points = np.stack(np.broadcast_arrays(radius * np.cos(angle), t + 0 * angle, radius * np.sin(angle)), -1).reshape(
        -1, 3
    )
    index = np.arange(rings * sides).reshape(rings, sides)
    a, b, c, d = index[:-1], np.roll(index[:-1], -1, 1), index[1:], np.roll(index[1:], -1, 1)
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    cone = Mesh(points.astype(np.float32), triangles, (DRIP,), "rock").with_smooth_normals()
    down, upward = [], []
    for _ in range(150):
        z = float(rng.uniform(-13, mouth - 2))
        x = float(rng.normal(0, 0.45) * float(half_width(np.array([z]))[0]))
        if abs(x) > float(half_width(np.array([z]))[0]) * 0.85:
            continue
        length = float(0.25 + 1.5 * rng.random() ** 3)
        share = np.sqrt(max(1 - (x / float(half_width(np.array([z]))[0])) ** 2, 0.05))
        top = EYE_HEIGHT - float(ceiling(np.zeros(1), np.array([z]))[0]) * share - 0.35
        wide = float(rng.uniform(0.6, 1.3)) * length**0.4
        down.append(placement((x, top, z), scale=(wide, length, wide)))
        if rng.random() < 0.45 and np.hypot(x, z) > 2.2:
            foot = float(heights(np.array([x], np.float32), np.array([z], np.float32))[0]) + 0.08
            upward.append(placement((x, foot, z), scale=(wide * 1.5, -length * 0.7, wide * 1.5)))
    return [instances(cone, np.array(m)) for m in (down, upward) if m]
