"""What every man-made place asks of the brief: is it dark, are windows lit, what are walls made of, what is around."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.catalogue.records import Growth, Shore
from lucid3d.procedural.compose.land.relief import mountains
from lucid3d.procedural.compose.land.sea import sea
from lucid3d.procedural.compose.wishes import far_woods
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.kit.terrain import Terrain, terrain_mesh
from lucid3d.procedural.kit.water import Water
from lucid3d.procedural.language.brief import Brief

DARK_TIMES = frozenset({"dawn", "dusk", "night"})
"""Times of day at which lamps are on."""

_WALLS: dict[str, tuple[Material, ...]] = {
    "wood": (palette.OLD_WOOD, palette.LOGS, palette.GREY_WOOD),
    "stone": (palette.RUBBLE, palette.RUBBLE, palette.LIMESTONE),
    "brick": (palette.BRICK, palette.DARK_BRICK, palette.BRICK, palette.YELLOW_BRICK),
    "plaster": (palette.LIMEWASH,),
    "metal": (palette.ZINC,),
    "marble": (palette.WEATHERED_MARBLE,),
    "concrete": (palette.CONCRETE, palette.LIGHT_CONCRETE),
    "sandstone": (palette.SANDSTONE,),
}


def lit_share(brief: Brief) -> float:
    """The share of windows with a light on behind them."""
    share = {"night": 0.45, "dusk": 0.5, "dawn": 0.3, "sunset": 0.08}.get(brief.time, 0.0)
    if share == 0.0 and (brief.weather == "storm" or brief.mood == "dark"):
        share = 0.15
    if brief.mood in ("lonely", "eerie"):
        share *= 0.3
    elif brief.mood in ("cosy", "romantic", "magical", "cheerful"):
        share = min(share * 1.5, 0.8)
    return 0.0 if "lamp" in brief.without else share


_LAMPS = {"night": 0.1, "dusk": 0.09, "dawn": 0.09, "sunset": 0.2}
"""How bright lamps and lit windows are against the daylight that is left, so that one exposure shows both."""
_LABELS = {
    "sofa": "furniture",
    "armchair": "furniture",
    "chair": "furniture",
    "table": "furniture",
    "bed": "furniture",
    "cabinet": "furniture",
    "bookshelf": "furniture",
    "piano": "furniture",
    "television": "furniture",
    "bench": "furniture",
    "stall": "furniture",
    "barrel": "furniture",
    "crate": "furniture",
    "ladder": "furniture",
    "mirror": "furniture",
    "clock": "furniture",
    "picture": "furniture",
    "globe": "furniture",
    "books": "book",
    "curtain": "fabric",
    "rug": "fabric",
    "cushion": "fabric",
    "basket": "furniture",
    "beam": "ceiling",
    "kerb": "road",
    "car": "vehicle",
    "bicycle": "vehicle",
    "fountain": "statue",
    "fireplace": "wall",
    "candle": "lamp",
}
"""What things here are called -> the labels of the ground truth."""


def finish(place: Place, brief: Brief) -> Place:
    """Fit lamps and lit surfaces to the time of day, and give every mesh a label of the ground truth."""
    place.water = place.water or water_of(brief, place)
    factor = lamp_share(brief)
    place.lamps = [replace(lamp, color=_scaled(lamp.color, factor)) for lamp in place.lamps]
    for mesh in place.meshes:
        mesh.label = label_of(mesh.label)
        mesh.materials = dimmed(mesh.materials, factor)
    return place


def lamp_share(brief: Brief) -> float:
    """How bright lamps are at the hour of a brief, of what their makers gave them."""
    return _LAMPS.get(brief.time, 0.3)


def dimmed(materials: tuple[Material, ...], factor: float) -> tuple[Material, ...]:
    """The materials, those that glow by a factor."""
    return tuple(replace(m, emission=_scaled(m.emission, factor)) if any(m.emission) else m for m in materials)


def label_of(name: str) -> str:
    """The ground truth's label of a thing made here."""
    return _LABELS.get(name, name)


def _scaled(color: RGB, factor: float) -> RGB:
    return color[0] * factor, color[1] * factor, color[2] * factor


def lamp_color(strength: float) -> RGB:
    """Linear intensity of a warm lamp."""
    return strength * 1.0, strength * 0.66, strength * 0.33


def wall_for(brief: Brief, rng: np.random.Generator, feature: str) -> Material | None:
    """The wall that the sentence asks for ("a brick house", "white houses"), or None."""
    material = brief.material(feature) or brief.material("")
    color = brief.colour(feature)
    wall = palette.pick(_WALLS[material], rng) if material in _WALLS else None
    if color:
        jitter = rng.uniform(0.88, 1.08)
        wall = palette.painted(wall or palette.LIMEWASH, palette.shade(palette.named(color), float(jitter)))
    return wall


BANK, FLANK = 3.0, 1.1
"""Metres by which low land stands above the water beside it at most, and rise over run of higher land from there."""


def hills(
    brief: Brief,
    rng: np.random.Generator,
    *,
    flat: float,
    level: float,
    height: float = 90.0,
    rolling: float = 0.0,
    ground: Ground | None = None,
    wooded: float = 0.0,
    ridges: float = 0.0,
    carve: Callable[[Floats, Floats, Floats], Floats] | None = None,
    water_down: float | None = None,
) -> Terrain:
    """Land about a town: level within `flat` metres, then rising into hills of `height` metres.

    Args:
        level: y of the flat part (y is down); rolling: metres by which that part still rises and falls.
        ground: what it is covered with; wooded: share of the hills under trees.
        ridges: how much the hills are cut into crests and gullies, 0 to 1.
        carve: (x, z, y) -> y of the ground with basins and banks cut into it; there is no other shore then.
        water_down: metres from the level down to the water that stands in them.
    """
    seed = int(rng.integers(1 << 30))
    if brief.wants("mountains"):
        height *= 4.5 * brief.size("mountains")
    elif brief.wants("hills"):
        height *= 1.4 * brief.size("hills")

    gentle = seed + 2

    def heights(x: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.float32]:
        distance = np.hypot(x, z)
        rise = smoothstep(flat, flat * 7.0, distance)
        form = 0.45 + 0.55 * noise(x, z, seed, 900.0, 6) + 0.5 * noise(x, z, seed + 1, 700.0, 5, kind="ridged")
        if ridges > 0:
            form = form * (1 - 0.75 * ridges) + 1.5 * ridges * mountains(x, z, seed + 5, 620.0)
        roll = rolling * noise(x, z, gentle, 45.0, 3) * smoothstep(4.0, 22.0, distance)
        up = roll + rise * height * np.maximum(form, 0.02)
        if shore is not None:
            up = np.maximum(up, DRY - SHORE_DROP)  # or the sea would stand in every hollow of the village
            across = beyond_shore(shore, x, z) + 14 * noise(x, z, seed + 3, 70.0, 3)
            up = np.minimum(up, BANK + FLANK * np.maximum(-across, 0))  # mountains come down to it, none is cut off
            # steep: surf stays at the edge
            low = np.where(across > 0, shore.foot - 0.2 * np.clip(across, 0, 60), shore.foot or up)
            up = up + (low - up) * smoothstep(-shore.gentle, 0.0, across)
        y: NDArray[np.float32] = (level - up).astype(np.float32)
        return y if carve is None else np.asarray(carve(x, z, y), np.float32)

    shore = shore_of(brief, flat) if carve is None else None
    cover = weathered_ground(brief, seed=seed % 4096, snow_line=320.0) if ground is None else ground
    cover = setting(brief, cover)
    if shore is not None:
        cover = replace(cover, water_level=level + SHORE_DROP)
    elif water_down is not None:
        cover = replace(cover, water_level=level + water_down)
    canopy = far_woods(brief, wooded, flat * 1.3, seed + 9)
    if canopy is not None:  # crowns are steep, and not of rock
        cover = replace(cover, rock_slope=max(cover.rock_slope, 0.85))
    return Terrain(
        heights,
        cover.by_season(brief.season),
        terrain_mesh(heights, far=6000.0, around=420, rings=260, near=0.08, canopy=canopy),
        canopy,
    )


def weathered_ground(brief: Brief, *, seed: int, snow_line: float, **fields: Any) -> Ground:
    """The ground of a built place under the brief's snow or rain; `fields` of `Ground`, `snow_line` without snow."""
    snow = brief.snowed_in
    return Ground(
        seed=seed,
        snow_line=-10.0 if snow else snow_line,
        snow_cover=0.85 if snow else 0.0,
        wetness=0.8 if brief.weather in ("rain", "storm") else 0.0,
        **fields,
    )


SHORE_DROP = 1.5
"""Metres from the level of the streets down to the water."""

DRY = 1.1
"""Metres that land on the near side of a shore lies above the water at least: the waves of a storm stay below it."""


def beyond_shore(shore: Shore, x: Floats, z: Floats) -> NDArray[np.float32]:
    """Metres beyond the line of the water (negative on the near side)."""
    out = x * np.sin(shore.azimuth) + z * np.cos(shore.azimuth) - shore.distance
    return np.asarray(out, np.float32)


def shore_of(brief: Brief, flat: float) -> Shore | None:
    """Where the water of a place "by the sea" or "on a lake" begins, or None."""
    if not (brief.wants("sea") or brief.wants("lake")):
        return None
    # Beyond the last house, on the left ahead.
    return brief.record.shore or Shore(max(0.62 * flat, 50.0) if flat < 100 else 0.95 * flat, -1.15)


def water_of(brief: Brief, place: Place) -> Water | None:
    """The sea or lake beside a built place whose land has a shore."""
    terrain = place.terrain
    if terrain is None or terrain.ground.water_level > 1e8:
        return None
    level, seed = terrain.ground.water_level, int(terrain.ground.seed)
    if brief.wants("sea"):
        return sea(brief.weather, level, seed, np.random.default_rng(seed))
    return Water(level, amplitude=0.03, wavelength=2.4, seed=seed)


def setting(brief: Brief, ground: Ground) -> Ground:
    """The ground as the landscape around has it ("a desert village")."""
    fields = next((place.landscape.ground for place in brief.around if place.landscape.ground), {})
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return replace(ground, **given)


def growth(brief: Brief, kinds: tuple[str, ...]) -> Growth:
    """Trees and grass as the landscape around has them; `kinds` elsewhere."""
    return next((place.landscape.growth for place in brief.around if place.landscape.growth), Growth(kinds))


def ground_y(terrain: Terrain, x: float, z: float) -> float:
    """y of the ground at one point."""
    return float(terrain.heights(np.array([x], np.float32), np.array([z], np.float32))[0])
