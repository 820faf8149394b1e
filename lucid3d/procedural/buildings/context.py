"""What every man-made place asks of the brief: is it dark, are windows lit, what are walls made of, what is around."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.brief import Brief
from lucid3d.procedural.buildings import palette
from lucid3d.procedural.ground import Ground
from lucid3d.procedural.materials import RGB, Material
from lucid3d.procedural.noise import noise, smoothstep
from lucid3d.procedural.terrain import Terrain, terrain_mesh
from lucid3d.procedural.world import Place

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
    factor = _LAMPS.get(brief.time, 0.3)
    place.lamps = [replace(lamp, color=_scaled(lamp.color, factor)) for lamp in place.lamps]
    for mesh in place.meshes:
        mesh.label = _LABELS.get(mesh.label, mesh.label)
        if any(any(m.emission) for m in mesh.materials):
            mesh.materials = tuple(
                replace(m, emission=_scaled(m.emission, factor)) if any(m.emission) else m for m in mesh.materials
            )
    return place


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


def hills(
    brief: Brief,
    rng: np.random.Generator,
    *,
    flat: float,
    level: float,
    height: float = 90.0,
    rolling: float = 0.0,
    ground: Ground | None = None,
) -> Terrain:
    """Land about a town: level within `flat` metres, then rising into hills of `height` metres.

    Args:
        level: y of the flat part (y is down); rolling: metres by which that part still rises and falls.
        ground: what it is covered with.
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
        roll = rolling * noise(x, z, gentle, 45.0, 3) * smoothstep(4.0, 22.0, distance)
        y: NDArray[np.float32] = (level - roll - rise * height * np.maximum(form, 0.02)).astype(np.float32)
        return y

    snow = brief.season == "winter" or brief.weather == "snow"
    cover = ground or Ground(
        seed=seed % 4096,
        snow_line=-10.0 if snow else 320.0,
        snow_cover=0.85 if snow else 0.0,
        wetness=0.8 if brief.weather in ("rain", "storm") else 0.0,
    )
    return Terrain(
        heights, cover.by_season(brief.season), terrain_mesh(heights, far=6000.0, around=420, rings=260, near=0.08)
    )


def ground_y(terrain: Terrain, x: float, z: float) -> float:
    """y of the ground at one point."""
    return float(terrain.heights(np.array([x], np.float32), np.array([z], np.float32))[0])
