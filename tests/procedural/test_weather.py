"""Weather that is seen: it stands in the world, keeps off the viewer and out of houses, the same for every eye."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.procedural.kit import palettes
from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.place import EYE_HEIGHT, Place
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.render.atmosphere import Atmosphere, atmosphere_for
from lucid3d.procedural.render.light import build_sky
from lucid3d.procedural.render.shading import THROUGH
from lucid3d.procedural.render.weather import (
    DROP,
    FLAKE,
    PUDDLE,
    RAIN,
    SNOW,
    bolt,
    falling,
    near_solids,
    puddles,
    weathered,
    wet,
)
from lucid3d.procedural.world import World

STREET = Material("street", "cobble", ((0.5, 0.5, 0.5),))


def slab(y: float, x0: float, x1: float, label: str = "road") -> Mesh:
    """A level square of 80 m along z, x0 to x1 across."""
    corners = [[x0, y, -40], [x1, y, -40], [x1, y, 40], [x0, y, 40]]
    return Mesh(np.array(corners, np.float32), np.array([[0, 1, 2], [0, 2, 3]]), (STREET,), label)


def town() -> Place:
    """A street with a roof over its left half."""
    return Place(meshes=[slab(EYE_HEIGHT, -40, 40), slab(-2.0, -40, 0, "roof")])


def around(meshes: list[Mesh]) -> np.ndarray:
    return np.concatenate([m.vertices for m in meshes])


@pytest.mark.parametrize(("layers", "material"), [(RAIN, DROP), (SNOW, FLAKE)], ids=["rain", "snow"])
def test_it_falls_in_the_open_air(layers: tuple, material: Material) -> None:
    near = near_solids(town().meshes)
    meshes = falling(layers, 1.0, near, np.random.default_rng(0), material)
    vertices = around(meshes)
    assert sum(m.triangle_count for m in meshes) > 2000
    assert np.hypot(vertices[:, 0], vertices[:, 2]).min() > 1.5  # a step does not meet it
    assert vertices[:, 1].max() < EYE_HEIGHT + 0.7  # not below the ground, but for the tip of a streak
    sheltered = (vertices[:, 0] < -0.5) & (vertices[:, 1] > -1.4) & (np.abs(vertices) < 29).all(axis=1)
    assert not sheltered.any()  # none under the roof
    assert (vertices[:, 0] > 1).sum() > (vertices[:, 0] < -1).sum()


def test_the_same_seed_falls_alike() -> None:
    near = near_solids(town().meshes)
    one, two, other = (around(falling(RAIN, 1.0, near, np.random.default_rng(s), DROP)) for s in (1, 1, 2))
    assert np.array_equal(one, two)
    assert one.shape != other.shape or not np.array_equal(one, other)


def test_rain_makes_the_street_wet_and_leaves_puddles() -> None:
    place, brief = town(), understand("a street in heavy rain")
    rained = weathered(place, brief, Atmosphere(), np.random.default_rng(0))
    assert rained.meshes[0].materials[0].colors[0][0] < 0.9 * STREET.colors[0][0]
    water = [m for m in rained.meshes if m.label == "water"]
    assert len(water) > 10
    sheets = [(m.vertices[0], np.linalg.norm(m.vertices - m.vertices[0], axis=1).max()) for m in water
              if PUDDLE in m.materials]  # fmt: skip
    apart = [np.linalg.norm(a - b) - r - q for i, (a, r) in enumerate(sheets) for b, q in sheets[:i]]
    assert min(apart) > -0.05  # none lies on another
    assert np.allclose(around(water)[:, 1], EYE_HEIGHT, atol=0.02)
    assert place.meshes[0].materials[0] == STREET  # the place that was handed in is untouched


def test_no_drop_hangs_in_a_scene_to_walk_in() -> None:
    brief = understand("a street in heavy rain")

    def shown(drops: bool) -> list[Mesh]:
        return weathered(town(), brief, Atmosphere(), np.random.default_rng(0), drops=drops).meshes

    def drops(meshes: list[Mesh]) -> list[Mesh]:
        return [m for m in meshes if DROP in m.materials]

    assert drops(shown(True)) and not drops(shown(False))
    assert any(m.label == "water" for m in shown(False))


def test_no_puddles_on_slopes_or_under_water() -> None:
    hill = slab(EYE_HEIGHT, -40, 40)
    hill.vertices[:, 1] -= 0.3 * hill.vertices[:, 0]
    assert not puddles(near_solids([hill]), np.random.default_rng(0), 1.0, np.inf)
    assert not puddles(near_solids([slab(EYE_HEIGHT, -40, 40)]), np.random.default_rng(0), 1.0, 1.0)


def test_walls_stay_dry() -> None:
    assert wet(slab(0, 0, 1, "wall")).materials[0] == STREET


@pytest.mark.parametrize("sentence", ["a village on a sunny day", "a living room on a rainy day"])
def test_fair_weather_and_rooms_are_left_alone(sentence: str) -> None:
    place = town()
    brief = understand(sentence)
    place.interior = brief.indoors
    assert weathered(place, brief, Atmosphere(), np.random.default_rng(0)) is place


def test_more_rain_in_heavy_rain() -> None:
    def streaks(sentence: str) -> int:
        rained = weathered(town(), understand(sentence), Atmosphere(), np.random.default_rng(0))
        return sum(m.triangle_count for m in rained.meshes if m.materials[0] == DROP)

    assert streaks("a village in light rain") < 0.7 * streaks("a village in the rain")
    assert streaks("a village in heavy rain") > 1.3 * streaks("a village in the rain")


def test_lightning_strikes_where_the_clouds_are_lit() -> None:
    brief = understand("a meadow in a thunderstorm")
    air = atmosphere_for(brief, Place(), np.random.default_rng(3))
    assert air.lightning > 0
    channel = bolt(air.bolt_azimuth, air.bolt_color, np.random.default_rng(0)).vertices
    azimuth = np.arctan2(channel[:, 0], channel[:, 2])
    assert np.abs(azimuth - air.bolt_azimuth).max() < 0.5
    assert channel[:, 1].max() > 0 > channel[:, 1].min() + 500  # from the clouds into the ground
    clouds = build_sky(air, (0.1, 0.1, 0.1)).clouds
    dark = build_sky(replace(air, lightning=0.0), (0.1, 0.1, 0.1))
    gain = (clouds - dark.clouds)[..., :3].sum(axis=(0, 2))
    brightest = (gain.argmax() / len(gain) * 2 * np.pi - air.bolt_azimuth + np.pi) % (2 * np.pi) - np.pi
    assert abs(brightest) < 0.6
    assert gain.min() < 0.05 * gain.max()


def test_puddles_mirror_what_stands_about_them() -> None:
    """A wall that glows stands behind a level sheet of water: the sheet shows it, and the ground beside does not."""
    ground, sheet, wall = Parts(), Parts(), Parts()
    ground.quad([[-9, 1.6, 9], [9, 1.6, 9], [9, 1.6, -9], [-9, 1.6, -9]], palettes.ASPHALT)
    sheet.quad([[-1, 1.59, 4], [1, 1.59, 4], [1, 1.59, 2], [-1, 1.59, 2]], PUDDLE)
    wall.box((0, 0, 6), (6, 4, 0.2), palettes.glowing("sign", "#ff2020", (4.0, 0.2, 0.2)))
    place = Place([ground.mesh("road"), sheet.mesh("water"), wall.mesh("wall")])
    world = World(place, atmosphere_for(understand("a street at night"), place, np.random.default_rng(0)))
    drawing = world.draw(Camera.from_fov(64, 64, 90))
    wet = drawing.labels == label_number("water")
    dry = (drawing.labels == label_number("road")) & (np.abs(np.arange(64) - 32)[None] < 20)
    assert wet.sum() > 20
    red = drawing.image[..., 0] - drawing.image[..., 1]
    assert red[wet].mean() > red[dry].mean() + 0.05


@pytest.mark.parametrize(("deep", "seen"), [(0.004, True), (0.2, False)])
def test_the_ground_is_seen_through_shallow_water_alone(deep: float, seen: bool) -> None:
    """Looked at from straight above: a puddle is its ground, wet; deep water has a colour of its own."""
    ground, sheet = Parts(), Parts()
    ground.quad(
        [[-9, 1.6, 9], [9, 1.6, 9], [9, 1.6, -9], [-9, 1.6, -9]], Material("red", "plain", ((0.6, 0.05, 0.05),))
    )
    y = 1.6 - deep
    sheet.quad([[-1, y, 1], [1, y, 1], [1, y, -1], [-1, y, -1]], PUDDLE)
    place = Place([ground.mesh("road"), sheet.mesh("water")])
    world = World(place, atmosphere_for(understand("a cloudy street"), place, np.random.default_rng(0)))
    drawing = world.draw(Camera.from_fov(48, 48, 90).at(yaw_pitch(0, -90)))
    wet = drawing.labels == label_number("water")
    dry = (drawing.labels == label_number("road")) & (np.indices(wet.shape) - 24 < 22).all(axis=0)
    red, beside = (drawing.radiance[where].mean(axis=0) for where in (wet, dry))
    assert (red[0] > 3 * red[1]) == seen
    if seen:
        assert red[0] / beside[0] == pytest.approx(THROUGH, abs=0.08)
