"""From an atmosphere to what shading reads: sky and cloud tables, the colour of far air, light from all around."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.kernels import kernels
from lucid3d.procedural.kit.materials import RGB
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.render.atmosphere import Atmosphere, direction

Floats = NDArray[np.float32]

AIR_ROWS, AIR_COLUMNS = 72, 144
CLOUD_ROWS, CLOUD_COLUMNS = 200, 960
SUN_RADIUS = math.radians(0.5)
"""The sun's disc, drawn twice its true size: film bleeds, and it must be more than a pixel."""
MOON_RADIUS = math.radians(1.1)
AURORA = 0.085
"""Radiance of a bright curtain beside a moonlit white wall of about 0.1."""
AURORA_ON_LAND = 0.4
"""Share of it that lights the land: all of it dyes snow green through and through, and eyes take most of that off."""
MOONLIT_AIR = 0.25
"""Moonlit air is as bright beside moonlit ground as sunlit air by day; what makes a night of it is that nobody's eyes
see that, nor any film that is exposed for a night. It lights the land all the same."""
MOONLIT_CLOUDS = 0.4
"""The same for clouds, which are nearer to white."""
LAST_LIGHT = math.radians(4.0)
"""Elevation of the sun below which the glow around it begins to light the land as much as its disc."""
CLOUDS_SUNSET = math.radians(0.8)
"""Clouds are so high that they see the sun at least this far up when it sets for the land below."""
KOSCHMIEDER = 3.0
"""-ln(0.05): extinction times visibility."""


@dataclass(frozen=True)
class Sky:
    """What the native scene is told of the light.

    Attributes:
        state: the native SkyState's values.
        air: (rows, columns, 3) clear-sky radiance; row r looks to elevation (r / (rows - 1))**2 * 90 degrees, column
        c to
            azimuth c / columns * 360 degrees from +z towards +x.
        clouds: (rows, columns, 4) radiance that clouds add, and the share of the sky behind them that remains.
        horizon: (1, columns, 3) colour of far air by azimuth.
        ambient: (9, 3) spherical harmonics of the light from all around, ready to be read by a normal.
        sunlight: (3,) radiance of a white wall that faces the key light.
        sheet: (3,) radiance of a white sheet that lies under the open sky.
    """

    state: Floats
    air: Floats
    clouds: Floats
    horizon: Floats
    ambient: Floats
    sunlight: Floats
    sheet: Floats


def directions(rows: int, columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors (rows, columns, 3) of a sky table and the solid angle of each of its cells (rows, columns)."""
    elevation = np.linspace(0, 1, rows) ** 2 * (math.pi / 2)
    azimuth = np.arange(columns) / columns * 2 * math.pi
    e, a = np.meshgrid(elevation, azimuth, indexing="ij")
    vectors = np.stack([np.cos(e) * np.sin(a), -np.sin(e), np.cos(e) * np.cos(a)], axis=-1)
    edges = np.concatenate([[0], 0.5 * (elevation[1:] + elevation[:-1]), [math.pi / 2]])
    solid = np.diff(np.sin(edges)) * (2 * math.pi / columns)
    return vectors, np.repeat(solid[:, None], columns, axis=1)


def build_sky(air: Atmosphere, ground_color: RGB) -> Sky:
    """Everything about the light that does not depend on where one stands."""
    above = _above(air)
    vectors, solid = directions(AIR_ROWS, AIR_COLUMNS)
    ambient = _ambient(above.seen, vectors, solid, np.array(ground_color) * above.sheet)
    clear, clouds, horizon = above.clear, above.clouds, above.horizon
    f32 = np.float32
    return Sky(above.state, clear, clouds, horizon, ambient.astype(f32), above.sunlight, above.sheet.astype(f32))


class _Above(NamedTuple):
    """What of a `Sky` no ground has a part in; `seen` (rows, columns, 3) is the sky with its clouds."""

    state: Floats
    clear: Floats
    clouds: Floats
    horizon: Floats
    sunlight: Floats
    sheet: NDArray[np.floating]
    seen: NDArray[np.floating]


@functools.lru_cache(maxsize=4)
def _above(air: Atmosphere) -> _Above:
    """Kept for a few skies (3 MB each), as an edited place is drawn again under the same one; not to be written to."""
    sun = np.array(air.sun_direction)
    clear, direct = _scattered(air, air.sky_elevation, AIR_ROWS, AIR_COLUMNS)
    aloft, unseen = direct, np.zeros_like(clear)
    if air.moon:
        unseen = clear * (1 - MOONLIT_AIR)
        clear = clear * MOONLIT_AIR
        direct = np.array(air.strength, np.float32)
        aloft = direct * np.float32(MOONLIT_CLOUDS)
    elif air.sky_elevation < LAST_LIGHT:  # the last light comes from the glow as much as from the disc
        _, aloft = _scattered(air, max(air.sky_elevation, CLOUDS_SUNSET), 2, 2)
        share = 1 - max(air.sky_elevation, 0.0) / LAST_LIGHT
        direct = direct + share * _glow(clear, sun) * 0.6
    clear = clear + np.array(air.night_glow, np.float32) * _night_gradient()
    sunlight = (direct * air.sun_share).astype(np.float32)
    vectors, solid = directions(AIR_ROWS, AIR_COLUMNS)
    mean_sky = (clear * solid[..., None]).sum(axis=(0, 1)) / solid.sum()
    if air.cover > 0.6:  # under an overcast the blue behind it no longer colours anything
        grey = (air.cover - 0.6) / 0.4
        flat = mean_sky.mean() * np.array([0.95, 1.0, 1.07]) * 1.15 * (0.6 + 0.4 * air.cloud_shade)
        low = 1 - 0.35 * np.clip(-vectors[..., 1:2], 0, 1)
        clear = clear * (1 - 0.8 * grey) + (flat * low * 1.1) * 0.8 * grey
        mean_sky = (clear * solid[..., None]).sum(axis=(0, 1)) / solid.sum()
    clouds = _clouds(air, clear, aloft, mean_sky)
    seen = _seen(clear, clouds)
    if air.aurora > 0:  # last, so that clouds are as bright as they are without
        dark = clouds.copy()
        kernels().aurora(clouds, float(air.aurora) * AURORA, int(air.seed) & 0xFFFF)
        seen = seen + AURORA_ON_LAND * (_seen(clear, clouds) - _seen(clear, dark))
    horizon = _horizon(seen, air)
    state = _state(air, sunlight, direct, seen, solid)
    seen = seen + unseen + np.array(air.night_glow, np.float32)
    fall = (seen * solid[..., None] * -vectors[..., 1:2]).sum(axis=(0, 1)) / math.pi
    sheet = fall + sunlight * max(-float(sun[1]), 0.0)
    f32 = np.float32
    made = _Above(state, clear.astype(f32), clouds, horizon.astype(f32), sunlight, sheet, seen)
    for table in made:
        table.flags.writeable = False
    return made


def _scattered(air: Atmosphere, elevation: float, rows: int, columns: int) -> tuple[Floats, Floats]:
    """Clear-sky radiance (rows, columns, 3) under a sun at this elevation, and its colour (3,) through the air."""

    params = np.array([*direction(elevation, air.azimuth), *air.strength, air.turbidity, *air.rayleigh], np.float32)
    clear, through = kernels().scatter(params, rows, columns)
    return np.asarray(clear), np.asarray(through) * np.array(air.strength, np.float32)


def _night_gradient() -> Floats:
    """The night sky is a little brighter low down."""
    elevation = np.linspace(0, 1, AIR_ROWS, dtype=np.float32) ** 2
    return np.asarray((0.75 + 0.9 * np.exp(-elevation * 7))[:, None, None], np.float32)


def _glow(clear: Floats, sun: NDArray[np.float64]) -> Floats:
    """Radiance of the sky about the sun's azimuth, near the horizon."""
    column = round(math.atan2(sun[0], sun[2]) / (2 * math.pi) * AIR_COLUMNS) % AIR_COLUMNS
    rows = slice(2, AIR_ROWS // 3)
    return np.asarray(np.roll(clear, -column, axis=1)[rows, :6].mean(axis=(0, 1)), np.float32)


def _clouds(air: Atmosphere, clear: Floats, aloft: Floats, mean_sky: Floats) -> Floats:
    fine = _resampled(clear.astype(np.float32), CLOUD_ROWS, CLOUD_COLUMNS)
    lit = aloft * (0.35 + 0.65 * air.cloud_shade)
    params: dict[str, Any] = {
        "cover": float(air.cover),
        "density": float(air.cloud_density),
        "base": float(air.cloud_base),
        "top": float(air.cloud_top),
        "scale": float(air.cloud_size),
        "wisps": float(air.wisps),
        "sun": [float(v) for v in direction(max(air.sky_elevation, CLOUDS_SUNSET), air.azimuth)],
        "sunlight": [float(v) for v in lit * (1 - 0.75 * max(air.cover - 0.6, 0) / 0.4)],
        "ambient_low": [float(v) for v in mean_sky * 0.5 * air.cloud_shade],
        "ambient_high": [float(v) for v in mean_sky * 1.05 * air.cloud_shade],
        "drift": [float(air.seed % 1000) * 37.0, float(air.seed % 777) * 53.0],
        "silver": 0.6,
        "seed": int(air.seed) & 0xFFFF,
    }
    table = np.ascontiguousarray(kernels().clouds(params, fine), np.float32)
    if air.cover > CLOSED:
        table = _without_grain(table)
    if air.cloud_shade < 0.5:
        _bellies(table, air)
    if air.lightning > 0:
        _flash(table, air, mean_sky)
    if air.veil > 0:
        _veils(table, air, mean_sky)
    return table


def _cloud_grid() -> tuple[Floats, Floats]:
    """Elevation (rows, 1) and azimuth (1, columns) in radians of the cloud table."""
    elevation = np.linspace(0, 1, CLOUD_ROWS, dtype=np.float32)[:, None] ** 2 * np.float32(math.pi / 2)
    azimuth = np.arange(CLOUD_COLUMNS, dtype=np.float32)[None] * np.float32(2 * math.pi / CLOUD_COLUMNS)
    return elevation, azimuth


CLOSED = 0.6
"""Cover above which clouds are broad and soft, and the noise of few steps through them would show as a grain."""


def _without_grain(table: Floats) -> Floats:
    """The cloud table smoothed over its neighbours, around the whole horizon."""
    import cv2

    wrapped = np.concatenate([table[:, -8:], table, table[:, :8]], axis=1)
    return np.ascontiguousarray(cv2.GaussianBlur(wrapped, (0, 0), 1.6)[:, 8:-8], np.float32)


def _bellies(table: Floats, air: Atmosphere) -> None:
    """Thunderclouds hang in dark bags and ragged shelves, with paler gaps between."""

    elevation, azimuth = _cloud_grid()
    away = 1 / (np.sin(elevation) + 0.09)  # a ceiling seen from below, drawn together towards the horizon
    x, z = away * np.cos(elevation) * np.sin(azimuth), away * np.cos(elevation) * np.cos(azimuth)
    seed = (air.seed + 31) & 0xFFFF
    bent_x, bent_z = x + 0.5 * noise(x, z, seed, 1.6, 3), z + 0.5 * noise(x, z, seed + 1, 1.6, 3)
    bags = noise(bent_x, bent_z, seed + 2, 1.9, 5) + 0.35 * noise(bent_x, bent_z, seed + 3, 5.0, 2)
    light = 0.42 + 1.05 * smoothstep(-0.5, 0.75, bags)
    table[..., :3] *= np.asarray(light[..., None], np.float32)


FLASH = (0.5, 0.56, 0.8)
"""Radiance that a flash lends to the cloud around its channel, in units of the dark sky around."""


def _flash(table: Floats, air: Atmosphere, mean_sky: Floats) -> None:
    """Clouds lit from inside about a bolt of lightning."""
    elevation, azimuth = _cloud_grid()
    aside = np.abs((azimuth - air.bolt_azimuth + math.pi) % (2 * math.pi) - math.pi)
    near = np.exp(-((aside / 0.3) ** 2) - ((elevation - 0.4) / 0.22) ** 2)
    wide = np.exp(-((aside / 0.9) ** 2) - ((elevation - 0.4) / 0.5) ** 2)
    lumpy = 0.25 + 1.5 * table[..., :3].mean(axis=-1) / max(float(table[..., :3].mean()), 1e-6)
    glow = (near + 0.25 * wide) * np.clip(lumpy, 0.3, 2.2) * (1 - table[..., 3]) * air.lightning
    dark = float(mean_sky.mean()) * (0.55 + 0.35 * air.cloud_shade)
    table[..., :3] += np.asarray(glow[..., None] * (dark * np.array(FLASH)), np.float32)


def _veils(table: Floats, air: Atmosphere, mean_sky: Floats) -> None:
    """Shafts of rain or snow that hang from far clouds to the horizon, leaning with the wind."""

    elevation, azimuth = _cloud_grid()
    lean = azimuth + 0.35 * elevation
    x, z = 6 * np.sin(lean), 6 * np.cos(lean)
    broad = noise(x, z, air.seed & 0xFFFF, 3.0, 2)
    streaks = noise(x * 6, z * 6, (air.seed + 5) & 0xFFFF, 2.0, 3)
    amount = np.clip(0.35 + 0.9 * broad + 0.3 * streaks, 0, 1) * np.exp(-((elevation / 0.34) ** 2)) * 0.75 * air.veil
    color = mean_sky * (0.55 + 0.35 * air.cloud_shade) * 0.8
    share = np.asarray(amount[..., None], np.float32)
    table[..., :3] += (np.asarray(color, np.float32) - table[..., :3]) * share
    table[..., 3:] *= 1 - share


def _resampled(table: Floats, rows: int, columns: int) -> Floats:
    import cv2

    wrapped = np.concatenate([table, table[:, :1]], axis=1)
    r = np.linspace(0, table.shape[0] - 1, rows, dtype=np.float32)
    c = np.arange(columns, dtype=np.float32) / columns * table.shape[1]
    x, y = np.meshgrid(c, r)
    return np.ascontiguousarray(cv2.remap(wrapped, x, y, cv2.INTER_LINEAR))


def _seen(clear: Floats, clouds: Floats) -> Floats:
    """The sky with its clouds, at the resolution of the clear sky."""
    rows = np.linspace(0, CLOUD_ROWS - 1, AIR_ROWS).round().astype(int)
    columns = (np.arange(AIR_COLUMNS) * CLOUD_COLUMNS // AIR_COLUMNS).astype(int)
    few = clouds[rows][:, columns]
    return np.asarray(clear * few[..., 3:] + few[..., :3], np.float32)


def _horizon(seen: Floats, air: Atmosphere) -> Floats:
    """Colour of far air by azimuth: the low sky, smoothed sideways."""
    elevation = np.linspace(0, 1, AIR_ROWS) ** 2 * 90
    band = (elevation > 0.8) & (elevation < 9)
    low = seen[band].mean(axis=0)
    frequencies = np.fft.rfft(low, axis=0)
    frequencies *= np.exp(-((np.arange(len(frequencies)) / 7.0) ** 2))[:, None]
    smooth = np.fft.irfft(frequencies, AIR_COLUMNS, axis=0)
    return np.asarray(np.maximum(smooth, 0)[None] * (1.0 if not air.moon else 0.9), np.float32)


def _basis(n: NDArray[np.floating]) -> NDArray[np.float64]:
    """Real spherical harmonics to order 2, (..., 9), in the native code's order."""
    x, y, z = n[..., 0], n[..., 1], n[..., 2]
    one = np.ones_like(x)
    return np.stack(
        [
            0.282095 * one, 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y, 1.092548 * y * z,
            0.315392 * (3 * z * z - 1), 1.092548 * x * z, 0.546274 * (x * x - y * y),
        ],
        axis=-1,
    )  # fmt: skip


LAMBERT = np.array([1.0] + [2.0 / 3.0] * 3 + [0.25] * 5)
"""The cosine lobe in spherical harmonics, over pi (Ramamoorthi and Hanrahan 2001)."""


def _ambient(
    seen: NDArray[np.floating], vectors: NDArray[np.float64], solid: NDArray[np.float64], bounced: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Light from the sky as it is `seen`, and from ground of one radiance `bounced` (3,) below."""
    weights = (seen * solid[..., None]).reshape(-1, 3)
    sh = _basis(vectors.reshape(-1, 3)).T @ weights
    mirrored = vectors * np.array([1, -1, 1])
    sh = sh + _basis(mirrored.reshape(-1, 3)).T @ (np.ones_like(seen) * bounced * solid[..., None]).reshape(-1, 3)
    result: NDArray[np.float64] = sh * LAMBERT[:, None]
    return result


def _planet(air: Atmosphere) -> list[float]:
    """Direction, radius, albedo and ring of another world in the sky."""
    if air.planet <= 0:
        return [0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    rng = np.random.default_rng([air.seed, 3])
    aside = -1 if math.sin(air.azimuth) > 0 else 1  # on the sun's side that is nearer to the first view
    azimuth = air.azimuth + aside * rng.uniform(0.7, 1.1)
    elevation = rng.uniform(0.28, 0.5)
    c = math.cos(elevation)
    hue = ((0.75, 0.5, 0.3), (0.5, 0.55, 0.75), (0.7, 0.45, 0.5))[int(rng.integers(3))]
    look = air.planet_look or (*hue, float(rng.random() < 0.6))
    return [c * math.sin(azimuth), -math.sin(elevation), c * math.cos(azimuth), air.planet, *look]


def _state(air: Atmosphere, sunlight: Floats, direct: Floats, seen: Floats, solid: NDArray[np.float64]) -> Floats:
    hidden = max(0.0, 1 - air.cover * 0.3) if air.sun_share > 0.5 else 0.0
    if (air.moon and air.moon_phase <= 0) or air.sky_elevation < 0:  # a moonless night; the sun has set
        hidden = 0.0
    mean = (seen * solid[..., None]).sum(axis=(0, 1)) / solid.sum()
    disc = direct * (14.0 if air.moon else 60.0) * hidden
    extinction = KOSCHMIEDER / air.visibility
    blue = np.array([0.8, 1.0, 1.28]) if air.visibility > 8000 else np.array([0.95, 1.0, 1.06])
    mist_color = mean * 0.85 + sunlight * 0.1
    return np.array(
        [
            *air.sun_direction,
            *sunlight,
            *disc,
            MOON_RADIUS if air.moon else SUN_RADIUS,
            (0.5 if air.moon else 1.0) * hidden,
            air.moon_phase if air.moon else 0.0,
            air.stars,
            *(extinction * blue),
            air.haze_height,
            air.mist,
            air.mist_base,
            air.mist_height,
            *mist_color,
            air.rainbow,
            air.seed % 4096,
            *_planet(air),
            1.0,
        ],
        np.float32,
    )
