"""Noise, land, sky and film, each against what it must be."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from lucid3d.colour import quick_srgb_from_linear
from lucid3d.procedural.compose.land.relief import shaped, to_polyline
from lucid3d.procedural.kit.canopy import TALL, Canopy
from lucid3d.procedural.kit.grid import sampled
from lucid3d.procedural.kit.kernels import kernels
from lucid3d.procedural.kit.noise import noise, smoothstep
from lucid3d.procedural.kit.place import EYE_HEIGHT, Place
from lucid3d.procedural.kit.terrain import Terrain, polar_grid
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.render.atmosphere import Atmosphere, atmosphere_for
from lucid3d.procedural.render.light import build_sky, directions
from lucid3d.procedural.render.tone import NIGHT_SHEET, Film, metered

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("kind", ["fbm", "ridged", "billow", "cells", "edges", "cell_id"])
def test_noise_is_a_function_of_place_and_seed(kind: str) -> None:
    x, z = RNG.uniform(-500, 500, (2, 2000)).astype(np.float32)
    a = noise(x, z, 3, 20, kind=kind)  # type: ignore[arg-type]
    assert a.shape == x.shape
    assert np.isfinite(a).all()
    np.testing.assert_array_equal(a[::-1], noise(x[::-1], z[::-1], 3, 20, kind=kind))  # type: ignore[arg-type]
    assert np.abs(a - noise(x, z, 4, 20, kind=kind)).mean() > 0.02  # type: ignore[arg-type]


def test_fbm_has_no_mean_and_is_smooth() -> None:
    x, z = RNG.uniform(-3000, 3000, (2, 20000)).astype(np.float32)
    values = noise(x, z, 1, 30, 4)
    assert abs(values.mean()) < 0.03
    assert 0.15 < values.std() < 0.6
    assert np.abs(noise(x + 0.01, z, 1, 30, 4) - values).max() < 0.02


def test_noise_does_not_repeat() -> None:
    line = np.arange(4000, dtype=np.float32) * 0.5
    values = noise(line, 0 * line, 7, 10, 4)
    values = values - values.mean()
    correlation = np.correlate(values, values, "full")[len(values) :] / (values**2).sum()
    assert np.abs(correlation[200:2000]).max() < 0.35


def test_erosion_moves_soil_downhill_and_makes_none() -> None:
    x, z = np.meshgrid(np.linspace(-1, 1, 96, dtype=np.float32), np.linspace(-1, 1, 96, dtype=np.float32))
    hill = (120 * np.exp(-3 * (x * x + z * z))).astype(np.float32)
    hill += 3 * noise(x * 100, z * 100, 1, 20, 4)
    worn = np.asarray(kernels().erode(hill, 10.0, 6000, 1, 1.0))
    assert worn[40:56, 40:56].mean() < hill[40:56, 40:56].mean()
    assert worn.sum() <= hill.sum() + 1e-3 * np.abs(hill).sum()
    np.testing.assert_array_equal(worn, np.asarray(kernels().erode(hill, 10.0, 6000, 1, 1.0)))


def test_grid_look_up_is_exact_on_samples_and_on_planes() -> None:
    grid = sampled(lambda x, z: (0.3 * x - 0.2 * z + 1).astype(np.float32), 10.0, 21)
    x, z = RNG.uniform(-8, 8, (2, 100)).astype(np.float32)
    np.testing.assert_allclose(grid(x, z), 0.3 * x - 0.2 * z + 1, atol=1e-4)


def test_land_carries_the_viewer() -> None:
    heights, _ = shaped(lambda x, z: 30 * noise(x, z, 5, 200, 4), 5, half=400, cells=96, drops=2000)
    zero = np.zeros(1, np.float32)
    assert float(heights(zero, zero)[0]) == pytest.approx(EYE_HEIGHT, abs=1e-3)
    terrain = Terrain(heights)
    x, z = RNG.uniform(-25, 25, (2, 500)).astype(np.float32)
    assert np.abs(terrain.height(x, z) - heights(x, z)).max() < 0.25
    normals = terrain.normal(x, z)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=-1), 1, atol=1e-5)
    assert (normals[:, 1] < 0).all()


def test_polar_grid_covers_the_disc_once() -> None:
    x, z, triangles = polar_grid(far=50.0, around=64, rings=30)
    a, b, c = (np.stack([x[triangles[:, k]], z[triangles[:, k]]], 1).astype(np.float64) for k in range(3))
    area = 0.5 * np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])
    assert area.sum() == pytest.approx(math.pi * 50**2, rel=0.01)


def test_far_woods_raise_the_land_and_leave_what_is_near() -> None:
    x, z = RNG.uniform(-900, 900, (2, 20000)).astype(np.float32)
    near = np.hypot(x, z) < 100
    few, many = (Canopy(share, 100.0, "summer", 3).raised(x, z) for share in (0.3, 0.8))
    for tall, hue in (few, many):
        assert not tall[near].any()
        np.testing.assert_array_equal(hue[near], 1)
        assert tall.min() >= 0 and tall.max() < 2 * TALL
        assert (hue[tall > 0.5 * TALL] < 1).all()  # trees are darker than turf
    assert (many[0] > 1).mean() > 2 * (few[0] > 1).mean() > 0


def test_a_low_sun_clears_the_hills_and_the_sky_stays_low() -> None:
    """Behind a ridge 12 degrees high the key light of a sunset stands higher, the sun of its sky where it was."""

    def ridge(x: np.ndarray, z: np.ndarray) -> np.ndarray:
        return np.where(np.hypot(x, z) > 100, EYE_HEIGHT - 0.21 * np.hypot(x, z), EYE_HEIGHT).astype(np.float32)

    brief = understand("a meadow at sunset")
    airs = [
        atmosphere_for(brief, Place(terrain=Terrain(land), sun_azimuth=0.5), np.random.default_rng(1))
        for land in (lambda x, z: np.full_like(x, EYE_HEIGHT), ridge)
    ]
    assert airs[1].elevation > math.atan(0.2) > airs[0].elevation
    assert airs[1].sky_elevation == pytest.approx(airs[0].sky_elevation)


def test_falling_snow_gathers_in_the_valley_that_one_looks_down_into() -> None:
    def pass_over(x: np.ndarray, z: np.ndarray) -> np.ndarray:
        return (EYE_HEIGHT + np.clip(np.hypot(x, z) - 20, 0, 150)).astype(np.float32)

    def foot(words: str, land: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> float:
        place = Place(terrain=Terrain(land))
        return atmosphere_for(understand(words), place, np.random.default_rng(1)).mist_base

    assert foot("a meadow in falling snow", pass_over) == pytest.approx(EYE_HEIGHT + 150, abs=1)
    level = foot("a meadow in falling snow", lambda x, z: np.full_like(x, EYE_HEIGHT))
    assert level == pytest.approx(EYE_HEIGHT, abs=0.1)
    assert foot("a meadow in mist", pass_over) == pytest.approx(level, abs=0.1)  # asked for, it is about the start


def test_distance_to_a_polyline() -> None:
    x, z = np.array([0.0, 3.0, 12.0]), np.array([1.0, -2.0, 0.0])
    np.testing.assert_allclose(to_polyline(x, z, ((0, 0), (10, 0))), [1, 2, 2], atol=1e-6)


def test_smoothstep_runs_both_ways() -> None:
    v = np.linspace(-1, 2, 31)
    np.testing.assert_allclose(smoothstep(0, 1, v) + smoothstep(1, 0, v), 1, atol=1e-6)


def test_sky_directions_cover_half_the_sphere() -> None:
    vectors, solid = directions(72, 144)
    assert solid.sum() == pytest.approx(2 * math.pi, rel=1e-6)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1e-9)
    assert (vectors[..., 1] <= 1e-9).all()


def test_noon_is_blue_above_and_sunset_red_below() -> None:
    noon = build_sky(Atmosphere(elevation=0.9, cover=0.0, wisps=0.0), (0.1, 0.1, 0.1))
    dusk = build_sky(Atmosphere(elevation=0.06, azimuth=0.0, cover=0.0, wisps=0.0), (0.1, 0.1, 0.1))
    zenith = noon.air[-1].mean(axis=0)
    assert zenith[2] > 1.5 * zenith[0]
    low = dusk.air[8, :4].mean(axis=0)  # towards the sun, low down
    assert low[0] > 1.5 * low[2]
    assert dusk.sunlight[0] > 2 * dusk.sunlight[2]
    assert noon.sunlight.mean() > 2 * dusk.sunlight.mean()
    assert dusk.air[8, :4].mean() > dusk.air[8, 70:74].mean()  # brighter towards the sun than away from it


def test_after_sunset_the_glow_lights_land_and_clouds() -> None:
    """The land keeps a low warm light, clouds are pink, and the sky overhead is bluer and darker than by day."""
    air = Atmosphere(elevation=0.07, sunk=0.1, azimuth=0.0, cover=0.4, wisps=0.0)
    assert air.sky_elevation < 0
    dusk, day = build_sky(air, (0.1, 0.1, 0.1)), build_sky(replace(air, elevation=0.4, sunk=0.0), (0.1, 0.1, 0.1))
    assert dusk.sunlight[0] > 1.5 * dusk.sunlight[2] > 0
    assert dusk.air[-1].mean() < 0.5 * day.air[-1].mean()
    lit = dusk.clouds[20:80].reshape(-1, 4)
    pink = lit[lit[:, 3] < 0.3, :3].mean(axis=0)
    assert pink[0] > 1.15 * pink[2]


def test_a_meter_does_not_make_day_of_a_night() -> None:
    """Among dark things the exposure of a night stays what the light under the open sky allows."""
    radiance, weights = np.full((50, 3), 0.001, np.float32), np.ones(50, np.float32)
    dark, free = metered(radiance, weights, 0.0, night_sheet=0.1), metered(radiance, weights, 0.0)
    assert free > 5 * dark
    assert dark * 0.1 == pytest.approx(NIGHT_SHEET)
    bright = np.full((50, 3), 0.5, np.float32)  # lamps: the meter alone decides
    assert metered(bright, weights, 0.0, night_sheet=0.1) == metered(bright, weights, 0.0)


def test_clouds_cover_as_much_as_asked() -> None:
    shares = [
        build_sky(Atmosphere(cover=c, wisps=0.0), (0.1, 0.1, 0.1)).clouds[60:, :, 3].mean() for c in (0.0, 0.4, 0.9)
    ]
    assert shares[0] == pytest.approx(1.0)
    assert shares[0] > shares[1] > shares[2]


def test_ambient_light_is_the_integral_of_the_sky() -> None:
    """The up-facing irradiance from the harmonics is close to a direct sum over the table."""
    sky = build_sky(Atmosphere(cover=0.0, wisps=0.0, elevation=0.8), (0.0, 0.0, 0.0))
    vectors, solid = directions(*sky.air.shape[:2])
    direct = (sky.air * (solid * -vectors[..., 1])[..., None]).sum(axis=(0, 1)) / math.pi
    up = np.array([0, -1.0, 0])
    basis = np.array([0.282095, 0.488603 * up[1], 0, 0, 0, 0, -0.315392, 0, -0.546274])
    np.testing.assert_allclose(basis @ sky.ambient, direct, rtol=0.08)


def test_aurora_is_green_and_only_where_asked() -> None:
    plain = build_sky(Atmosphere(moon=True, cover=0.0, wisps=0.0), (0.1, 0.1, 0.1))
    lit = build_sky(Atmosphere(moon=True, cover=0.0, wisps=0.0, aurora=1.0), (0.1, 0.1, 0.1))
    added = (lit.clouds - plain.clouds)[..., :3].reshape(-1, 3).sum(axis=0)
    assert added[1] > 1.4 * max(added[0], added[2]) > 0


def test_film_rises_and_never_leaves_the_range() -> None:
    film = Film(exposure=1.0)
    grey = np.geomspace(1e-4, 1e3, 60, dtype=np.float32)[:, None] * np.ones(3, np.float32)
    out = film.develop(grey)
    assert (np.diff(out[:, 0]) >= -1e-6).all()
    assert out.min() >= 0
    assert out.max() <= 1
    np.testing.assert_allclose(film.expand(film.compress(grey[:40])), grey[:40], rtol=1e-3)
    assert quick_srgb_from_linear(np.float32([0.18]))[0] == pytest.approx(0.4614, abs=1e-3)


def test_film_without_saturation_is_grey() -> None:
    out = Film(saturation=0.0).develop(np.float32([[0.4, 0.2, 0.1]]))
    np.testing.assert_allclose(out, out.mean(), atol=1e-5)
