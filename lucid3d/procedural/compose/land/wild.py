"""What natural places have in common: from a shape of land and a cover to a site to plant, and from a site to a
place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.extras import add_extras
from lucid3d.procedural.compose.land.relief import Course, Up, river_valley, shaped
from lucid3d.procedural.compose.land.site import Site, snowed_in
from lucid3d.procedural.kit.canopy import canopy_for
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import EYE_HEIGHT, Lamp, Place
from lucid3d.procedural.kit.terrain import Heights, Terrain, Tint, terrain_mesh
from lucid3d.procedural.kit.water import Water

Floats = NDArray[np.floating]
Path = tuple[tuple[float, float], ...]


def winding_path(rng: np.random.Generator, length: float = 70.0, turn: float = 0.35, back: float = 25.0) -> Path:
    """A path that comes from behind the start and winds away ahead; corners about 6 m apart, (x, z)."""
    points = [(0.0, 0.0)]
    heading = float(rng.uniform(-0.3, 0.3))
    while np.hypot(*points[-1]) < length and len(points) < 22:
        heading = float(np.clip(heading + rng.normal(0, turn), -0.9, 0.9))
        x, z = points[-1]
        points.append((x + 6 * np.sin(heading), z + 6 * np.cos(heading)))
    behind = [(float(rng.normal(0, 2)) * k, -back * k / 3) for k in (3, 2, 1)]
    return tuple((float(x), float(z)) for x, z in behind + points)


def lay_out(
    brief: Any,
    rng: np.random.Generator,
    seed: int,
    up: Up,
    ground: Ground,
    *,
    near: Up | None = None,
    water_up: float | None = None,
    water_clearance: float = 0.45,
    path: Path = (),
    path_width: float = 1.5,
    shore: float = 0.0,
    far: float = 9000.0,
    tint: Tint | None = None,
    wooded: float = 0.0,
    woods_from: float = 130.0,
    knoll: Knoll | None = None,
    river: Course | None = None,
    **shape: Any,
) -> Site:
    """The land, ready to be planted.

    Args:
        up: the composition, metres up; near: small shapes.
        water_up: height of the water in the composition's own metres, or None.
        water_clearance: least metres from the water up to the ground at the start.
        shore: metres from the start ahead to the waterline; 0 = wherever it is.
        tint: factors on the land's albedo where the ground's own layers are not enough.
        wooded: share of the land under trees from `woods_from` metres on; for land without bare rock.
        knoll: level ground for a building.
        river: its middle line; it lies in a valley of its own, and its water is the site's.
        shape: options of `land.shaped`.
    """
    if river is not None:
        up, near = river_valley(up, near, river)
        water_up = 0.0
    heights, zero = shaped(up, seed, near=near, **shape)
    step = 0.0
    level = None if water_up is None else max(zero - water_up, EYE_HEIGHT + water_clearance)
    if level is not None and shore > 0:
        heights, level, step = _at_the_shore(heights, level, shore)
    if level is not None and knoll is not None:
        heights = knoll.raise_to(heights, level)
    wet = brief.weather in ("rain", "storm")
    white = snowed_in(brief)
    ground = replace(
        ground,
        seed=float(seed % 4096),
        water_level=1e9 if level is None else level,
        wetness=max(ground.wetness, 0.85 if wet else 0.0),
        snow_cover=max(ground.snow_cover, 0.75 if white and ground.ripples == 0 and ground.lava == 0 else 0.0),
        path=path,
        path_width=path_width,
    ).by_season(brief.season)
    canopy = canopy_for(brief, wooded, woods_from, seed + 40)
    if canopy is not None:  # crowns are steep, and not of rock
        ground = replace(ground, rock_slope=max(ground.rock_slope, 0.85))
    mesh = terrain_mesh(heights, far=far, canopy=canopy)
    if tint is not None:
        mesh = mesh.tinted(tint(mesh.vertices[:, 0], mesh.vertices[:, 2] + np.float32(step)))
    terrain = Terrain(heights, ground, mesh)
    vantage = None if knoll is None or level is None else (knoll.x, knoll.z)
    return Site(terrain, brief, rng, level, path, path_width, vantage=vantage)


def _at_the_shore(heights: Heights, level: float, shore: float) -> tuple[Heights, float, float]:
    """The same land and water moved so that the start stands `shore` metres from the waterline ahead; and the metres
    along z by which it was moved."""
    ahead = np.arange(0.0, 260.0, 0.5, dtype=np.float32)
    wet = np.flatnonzero(heights(np.zeros_like(ahead), ahead) > level + 0.03)
    if not len(wet):
        return heights, level, 0.0
    step = float(ahead[wet[0]]) - shore
    foot = np.array([step], np.float32)
    drop = float(heights(np.zeros(1, np.float32), foot)[0]) - EYE_HEIGHT
    if level - (EYE_HEIGHT + drop) < 0.12:  # too low a shore: the start would stand in the wash
        drop = level - 0.3 - EYE_HEIGHT

    def moved(x: Floats, z: Floats) -> NDArray[np.float32]:
        ground = heights(x, z + np.float32(step)) - np.float32(drop)
        bank = np.exp(-(x * x + z * z) / np.float32(4.0))
        return np.asarray(ground + (EYE_HEIGHT - ground) * bank, np.float32)

    return moved, level - drop, step


@dataclass(frozen=True)
class Knoll:
    """Level ground in or by the water, for a building that is asked for: (x, z) and metres above the water, the radius
    of its top, and how many metres of shore fall from there. It runs on to the side, towards the land there."""

    x: float
    z: float
    height: float
    top: float
    fall: float

    def raise_to(self, heights: Heights, level: float) -> Heights:
        """`heights` (y down) with this in it, where the water stands at y = `level`."""

        def raised(x: Floats, z: Floats) -> NDArray[np.float32]:
            y = heights(x, z)
            out = np.where((x - self.x) * self.x > 0, 0.4, 1.0) * (x - self.x)
            off = np.hypot(out, z - self.z) + 2.5 * noise(x, z, 77, 13, 3)
            share = smoothstep(self.top + self.fall, self.top, off)
            return np.asarray(y + (level - self.height - y) * share, np.float32)

        return raised


def sheet_of_water(site: Site, **look: Any) -> Water | None:
    """The site's water, seeded as its land, or None where there is none; `look` are fields of `Water`."""
    if site.water_level is None:
        return None
    return Water(site.water_level, seed=int(site.terrain.ground.seed), **look)


def finish(
    site: Site,
    *,
    water: Water | None = None,
    lamps: list[Lamp] | None = None,
    sun: float | None = None,
    haze: float = 1.0,
    sky: dict[str, Any] | None = None,
) -> Place:
    """The planted site as a place, with the things that the sentence asks for."""

    lights = list(lamps or [])
    add_extras(site, lights, water)
    ground = site.terrain.ground
    mean = np.mean([ground.grass, ground.soil], axis=0) if ground.ripples < 0.5 else np.array(ground.sand)
    if ground.snow_cover > 0.4:
        mean = 0.5 * mean + 0.5 * np.array(ground.snow)
    return Place(
        site.meshes,
        site.terrain,
        water,
        lights,
        sun_azimuth=sun,
        ground_color=(float(mean[0]), float(mean[1]), float(mean[2])),
        haze=haze,
        sky=sky or {},
    )


def sun_side(rng: np.random.Generator, low: float = 0.45, high: float = 0.95) -> float:
    """An azimuth ahead and to one side: things are lit from the side, the light's glow is in the picture's corner."""
    return float(rng.uniform(low, high)) * (1 if rng.random() < 0.6 else -1)
