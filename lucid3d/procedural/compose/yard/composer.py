"""From a recipe and a brief to a laid-out place; what the sentence asks for beyond the recipe is set about last."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.catalogue.records import PlaceRecord
from lucid3d.procedural.compose.extras import add_extras
from lucid3d.procedural.compose.land.planting import lot_for, plant
from lucid3d.procedural.compose.land.sea import sea
from lucid3d.procedural.compose.settlement.context import DARK_TIMES, finish, hills, lit_share, weathered_ground
from lucid3d.procedural.compose.settlement.curve import Curve
from lucid3d.procedural.compose.wishes import site_for
from lucid3d.procedural.compose.yard import floors
from lucid3d.procedural.compose.yard.putting import put
from lucid3d.procedural.compose.yard.recipe import Basin, Recipe, Street, read_recipe, spread
from lucid3d.procedural.compose.yard.rows import row
from lucid3d.procedural.compose.yard.work import Work
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.place import EYE_HEIGHT, Place, Way
from lucid3d.procedural.kit.terrain import Terrain
from lucid3d.procedural.kit.water import Water
from lucid3d.procedural.language.brief import Brief

UNDER, UNDER_BY = 0.4, 0.45
"""Metres that the ground lies lower under floors, and how far within them: its coarse mesh must not come through."""
TURN_AT, TURN_OVER = 4.0, 34.0
"""Metres ahead at which a street begins to turn, and over which it turns by its bend."""


def compose(record: PlaceRecord, brief: Brief, rng: np.random.Generator) -> Place:
    """A laid-out place.

    Args:
        record: its recipe is a mapping (see `recipe`); brief: what is wanted; rng: decides the rest.
    Raises:
        InputError: the recipe is wrong.
    """
    return compose_recipe(read_recipe(record.recipe, record.file), brief, rng)


def compose_recipe(made: Recipe, brief: Brief, rng: np.random.Generator) -> Place:
    """`compose` for a recipe that has been read."""
    work = lay(made, brief, rng)
    yard = work.yard
    made = replace(made, yard=yard)
    if yard.street is not None:
        floors.street(yard.street, work)
        work.place.ways = _ways(yard.street, work.curve)
    for item in yard.floor:
        floors.floor(item, work)
    for basin in _basins(made, brief):
        floors.basin_walls(basin, work)
    for wall in yard.walls:
        floors.wall(wall, work)
    for buildings in yard.rows:
        row(buildings, work)
    for thing in yard.put:
        put(thing, work)
    add_extras(work.site, work.place.lamps, work.place.water, made=work.made)
    for layer in made.layers:
        plant(layer, work.lot)
    work.place.meshes += work.site.meshes
    work.place.sown = work.site.sown
    return finish(work.place, brief)


def lay(made: Recipe, brief: Brief, rng: np.random.Generator) -> Work:
    """The land, with basins cut into it and nothing on it."""
    side = -1.0 if made.yard.mirrored and rng.random() < 0.5 else 1.0
    made = replace(made, yard=spread(made.yard, float(rng.uniform(*made.yard.spread))))
    broad, curve = 1.0, None
    if made.yard.street is not None:
        broad = float(rng.uniform(*made.yard.street.broad))
        street = made.yard.street.drawn(broad)
        curve = _curve(street, side * float(rng.uniform(*street.bend)))
        made = replace(made, yard=replace(made.yard, street=street))
    yard = made.yard
    basins = _basins(made, brief)
    water = yard.water if basins else None
    ground = weathered_ground(
        brief, **{"seed": int(rng.integers(4096)), "snow_line": 420.0, "beach": 0.04, **yard.ground}
    )
    around = yard.around
    terrain = hills(
        brief, rng, flat=around.flat, level=EYE_HEIGHT + yard.raised, height=around.height, rolling=around.rolling,
        wooded=around.wooded, ridges=around.ridges, ground=ground,
        carve=lambda x, z, y: floors.carved(basins, side, x, z, y + UNDER * _paved(made, curve, side, x, z, UNDER_BY)),
        water_down=None if water is None else water.down,
    )  # fmt: skip
    level = None if water is None else EYE_HEIGHT + water.down
    site = site_for(brief, _stood_on(made, curve, side, terrain), rng, level, clear=yard.clear)
    place = Place(sun_azimuth=float(rng.choice([-1.0, 1.0])) * float(rng.uniform(*yard.sun)), haze=yard.haze)
    place.terrain = terrain
    if water is not None and level is not None:
        seed = int(terrain.ground.seed)
        if water.sea:
            place.water = sea(brief.weather, level, seed, rng, tropical=water.sea == "tropical")
        else:
            look: dict[str, Any] = {n: v for n in ("absorb", "scatter") if (v := getattr(water, n)) is not None}
            place.water = Water(level, water.amplitude, water.wavelength, seed=seed, **look)
    dark = brief.time in DARK_TIMES
    times = ("always", "dark" if dark else "day", brief.time)
    place.sky |= {name: value for time in times for name, value in yard.sky.get(time, {}).items()}
    stray = tuple(rng.uniform(0, 2 * np.pi, 2).tolist()) if yard.stray else ()
    lot = lot_for(site, brief)
    work = Work(yard, brief, rng, dark, lit_share(brief), side, place, terrain, site, lot, curve, broad, stray)
    site.paved = lambda x, z: _paved(made, curve, side, x, z) | work.in_court(x, z)
    return work


def _ways(street: Street, curve: Curve | None) -> tuple[Way, ...]:
    """Where the street leaves the place, ahead and behind."""
    assert curve is not None
    ends = ((curve.end, 0.0), (max(curve.start, street.start + floors.BEHIND_START), math.pi))
    spots = [(*curve.at(s).tolist(), curve.yaw(s) + turn) for s, turn in ends]
    return tuple(Way(x, z, heading, street.width, street.pavement) for x, z, heading in spots)


def _basins(made: Recipe, brief: Brief) -> tuple[Basin, ...]:
    return tuple(b for b in made.yard.basins if not b.word or b.word not in brief.without)


def _curve(street: Street, bend: float) -> Curve:
    start = street.start

    def line(z: NDArray[np.float64]) -> NDArray[np.float64]:
        return bend * (1 - np.cos(np.clip(z - TURN_AT, 0, 200) / TURN_OVER)) - street.aside

    return Curve(line, start, street.end)


def _paved(
    made: Recipe, curve: Curve | None, side: float, x: Floats, z: Floats, inside: float = -0.05
) -> NDArray[np.bool_]:
    """Where a floor, a basin or the street lies, `inside` metres and more within it."""
    covered = np.zeros(np.shape(x), bool)
    for area in (*made.yard.floor, *made.yard.basins):
        covered |= floors.distance_in(area, x * side, z) > inside
    if curve is not None and made.yard.street is not None:
        half = made.yard.street.width / 2 + made.yard.street.pavement + 2.0
        covered |= (np.abs(x - curve.x(z)) < half - inside) & (z > curve.start) & (z < curve.end)
    return covered


def _stood_on(made: Recipe, curve: Curve | None, side: float, terrain: Terrain) -> Terrain:
    """The same land, at the height at which one stands: on its floors, not on the ground under them."""

    def heights(x: Floats, z: Floats) -> NDArray[np.float32]:
        y = terrain.heights(x, z)
        y = y - UNDER * _paved(made, curve, side, x, z, UNDER_BY)
        for floor in made.yard.floor:
            y = np.where(floors.distance_in(floor, x * side, z) > 0, EYE_HEIGHT - floor.up, y)
        for basin in made.yard.basins:
            y = np.where(floors.distance_in(basin, x * side, z) > 0, EYE_HEIGHT + basin.depth, y)
        return np.asarray(y, np.float32)

    return replace(terrain, heights=heights)
