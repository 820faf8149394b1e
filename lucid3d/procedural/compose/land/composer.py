"""From a recipe and a brief to a natural place: refusals, amounts, seasons, water and paths are decided here, once.

The generators below (`layout`, `site`, `greenery`, `thickets`, `scatter`) get plain values.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lucid3d.procedural.catalogue.functions import function
from lucid3d.procedural.catalogue.records import PlaceRecord
from lucid3d.procedural.compose import wishes
from lucid3d.procedural.compose.extras import add_extras
from lucid3d.procedural.compose.land import landform, recipe, terms
from lucid3d.procedural.compose.land.layout import lay_out, winding_path
from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.planting import plant
from lucid3d.procedural.compose.land.recipe import Recipe, read_recipe
from lucid3d.procedural.compose.land.relief import Shape, Start, footprints, river_ahead
from lucid3d.procedural.compose.land.sea import sea
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.kit.course import Course
from lucid3d.procedural.kit.place import Lamp, Path, Place
from lucid3d.procedural.kit.water import Water
from lucid3d.procedural.language.brief import Brief

DARK = ("dusk", "night", "dawn")


def compose(record: PlaceRecord, brief: Brief, rng: np.random.Generator) -> Place:
    """A natural place.

    Args:
        record: its recipe is a mapping (see `recipe`); brief: what is wanted; rng: decides the rest.
    Raises:
        InputError: the recipe is wrong.
    """
    return compose_recipe(read_recipe(record.recipe, record.file), brief, rng)


def compose_recipe(made: Recipe, brief: Brief, rng: np.random.Generator) -> Place:
    """`compose` for a recipe that has been read."""
    land = made.land
    lot = lay(made, brief, rng)
    for layer in made.layers:
        plant(layer, lot)
    water = _water(land.water, lot)
    times = ("always", brief.time if brief.time in DARK else "day", brief.time)
    sky = {name: value for time in times for name, value in land.sky.get(time, {}).items()}
    return finish(lot.site, water=water, sun=sun_side(rng, *land.sun), haze=land.haze, sky=sky)


def lay(made: Recipe, brief: Brief, rng: np.random.Generator) -> Lot:
    """The land of a recipe, before anything grows on it. A wish for a river cuts a valley where the recipe allows one;
    a path goes where none is refused and no river is in the way."""
    land = made.land
    seed = int(rng.integers(1 << 20))
    start = start_of(brief, seed, rng, mirrored=land.mirrored)
    shape = _shape(made, start)
    river = river_ahead(rng) if land.river and brief.wants("river") else None
    path: Path = ()
    if land.path is not None and river is None and "path" not in brief.without:
        path = winding_path(rng, land.path.length, land.path.turn, land.path.back)
    if land.tracks is not None:
        shape = _with_tracks(shape, land.tracks, brief.snowed_in, rng)
    water = land.water
    if water is not None and (shape.dry or (water.asked and not start.wants(*water.asked))):
        water = None
    woods = land.woods
    site = lay_out(
        shape, seed, rng, wishes.conditions_of(brief), made.grounds[brief.season], path=path,
        path_width=land.path.width if land.path else 1.5,
        water_up=None if water is None else water.level,
        water_clearance=0.45 if water is None else water.clearance,
        shore=shape.shore if shape.shore is not None else 0.0 if water is None else water.shore,
        canopy=None if woods is None else wishes.far_woods(brief, woods.share, woods.begin, seed + 40), river=river,
        **recipe.vars_of(land.form),
    )  # fmt: skip
    site.brief = brief
    return Lot(site, brief, start, shape)


def start_of(brief: Brief, seed: int, rng: np.random.Generator, *, mirrored: bool = False) -> Start:
    """What a shape begins with, as the brief has it."""
    side = 1.0 if not mirrored or rng.random() < 0.5 else -1.0
    wished = frozenset(name for name in brief.features if brief.wants(name))
    things = [brief.catalogue.things[name] for name in wished]
    sets_down = any(t.sort == "prop" and t.set_about is not None and "ground" in t.stands for t in things)
    return Start(seed, side, rng, wished, frozenset(brief.without), brief.sizes, brief.arid, sets_down)


def _shape(made: Recipe, start: Start) -> Shape:
    shape = function(made.relief)(start) if isinstance(made.relief, str) else Shape(terms.relief(made.relief, start))
    return replace(shape, near=terms.relief(made.detail, start)) if made.detail else shape


def _with_tracks(shape: Shape, tracks: landform.Tracks, snow: bool, rng: np.random.Generator) -> Shape:
    """Someone has gone this way before; `snow`: whether it lies."""
    trail = Course(_drawn(tracks.start, rng), _drawn(tracks.drift, rng), (tracks.bend,))
    if tracks.snow and not snow:
        return shape
    near = shape.near

    def trodden(x: Any, z: Any) -> Any:
        steps = tracks.depth * footprints(x, z, trail)
        return np.asarray(steps if near is None else near(x, z) + steps, np.float32)

    return replace(shape, near=trodden)


def _drawn(between: tuple[float, float], rng: np.random.Generator) -> float:
    low, high = between
    return low if low == high else float(rng.uniform(low, high))


def _water(water: landform.Water | None, lot: Lot) -> Water | None:
    """The site's water, seeded as its land, or None where there is none."""
    site, brief, rng = lot.site, lot.brief, lot.site.rng
    if site.water_level is None:
        return None
    seed = int(site.terrain.ground.seed)
    look = water or landform.Water()
    if look.sea:
        return sea(brief.weather, site.water_level, lot.start.seed, rng, tropical=look.sea == "tropical")
    amplitude, wavelength = look.rough if look.rough and site.conditions.wet else (look.amplitude, look.wavelength)
    given: dict[str, Any] = {"wind": _drawn(look.wind, rng)} if look.wind else {}
    given |= {name: value for name in ("absorb", "scatter") if (value := getattr(look, name)) is not None}
    return Water(site.water_level, amplitude, wavelength, seed=seed, **given)


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
        sown=site.sown,
    )


def sun_side(rng: np.random.Generator, low: float = 0.45, high: float = 0.95) -> float:
    """An azimuth ahead and to one side: things are lit from the side, the light's glow is in the picture's corner."""
    return float(rng.uniform(low, high)) * (1 if rng.random() < 0.6 else -1)
