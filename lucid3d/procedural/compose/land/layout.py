"""From a shape of land and a cover to a site to plant: water, shore, path, valley, far woods."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.land.relief import Knoll, Shape, river_valley, shaped
from lucid3d.procedural.compose.land.site import Conditions, Site
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.canopy import Canopy
from lucid3d.procedural.kit.course import Course
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import EYE_HEIGHT, Path
from lucid3d.procedural.kit.terrain import Heights, Terrain, Tint, terrain_mesh


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
    shape: Shape,
    seed: int,
    rng: np.random.Generator,
    conditions: Conditions,
    ground: Ground,
    *,
    water_up: float | None = None,
    water_clearance: float = 0.45,
    shore: float = 0.0,
    path: Path = (),
    path_width: float = 1.5,
    canopy: Canopy | None = None,
    river: Course | None = None,
    around: int = 720,
    rings: int = 400,
    **form: Any,
) -> Site:
    """The land, ready to be planted.

    Args:
        water_up: height of the water in the composition's own metres, or None.
        water_clearance: least metres from the water up to the ground at the start.
        shore: metres from the start ahead to the waterline; 0 = wherever it is.
        canopy: far woods; for land without bare rock.
        river: its middle line; it lies in a valley of its own, and its water is the site's.
        around, rings: spokes and circles of the mesh.
        form: options of `relief.shaped`.
    """
    up, near = shape.up, shape.near
    if river is not None:
        up, near = river_valley(up, near, river)
        water_up = 0.0
    heights, zero = shaped(up, seed, near=near, **form)
    step = 0.0
    level = None if water_up is None else max(zero - water_up, EYE_HEIGHT + water_clearance)
    if level is not None and shore > 0:
        heights, level, step = _at_the_shore(heights, level, shore)
    if level is not None and shape.knoll is not None:
        heights = raised(shape.knoll, heights, level)
    snow = conditions.snowed_in and ground.ripples == 0 and ground.lava == 0
    ground = replace(
        ground,
        seed=float(seed % 4096),
        water_level=1e9 if level is None else level,
        wetness=max(ground.wetness, 0.85 if conditions.wet else 0.0),
        snow_cover=max(ground.snow_cover, 0.75 if snow else 0.0),
        path=path,
        path_width=path_width,
    ).by_season(conditions.season)
    if canopy is not None:  # crowns are steep, and not of rock
        ground = replace(ground, rock_slope=max(ground.rock_slope, 0.85))
    mesh = terrain_mesh(heights, around=around, rings=rings, canopy=canopy)
    tint = None if shape.tint is None else _moved(shape.tint, step)
    if tint is not None:
        mesh = mesh.tinted(tint(mesh.vertices[:, 0], mesh.vertices[:, 2]))
    vantage = None if shape.knoll is None or level is None else (shape.knoll.x, shape.knoll.z)
    terrain = Terrain(heights, ground, mesh, canopy, tint)
    return Site(terrain, rng, conditions, level, path, path_width, vantage=vantage)


def _moved(tint: Tint, step: float) -> Tint:
    """The tint of land that was moved by `step` metres along z."""
    return lambda x, z: tint(x, z + np.float32(step))


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


def raised(knoll: Knoll, heights: Heights, level: float) -> Heights:
    """`heights` (y down) with the knoll in it, where the water stands at y = `level`."""

    def with_knoll(x: Floats, z: Floats) -> NDArray[np.float32]:
        y = heights(x, z)
        out = np.where((x - knoll.x) * knoll.x > 0, 0.4, 1.0) * (x - knoll.x)
        off = np.hypot(out, z - knoll.z) + 2.5 * noise(x, z, 77, 13, 3)
        share = smoothstep(knoll.top + knoll.fall, knoll.top, off)
        return np.asarray(y + (level - knoll.height - y) * share, np.float32)

    return with_knoll
