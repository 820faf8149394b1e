"""A panorama is laid out by what is read in views of it: here by the truth of a drawn world, at scales that differ."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.from_picture.learned_panorama import DIRECTIONS, FOV, common_scales, layout_of_panorama
from lucid3d.from_picture.panorama_layout import Room, SphereLayout
from lucid3d.from_picture.panorama_world import PanoramaWorld
from lucid3d.from_picture.picture import SKY
from lucid3d.learning.reader import Reading
from lucid3d.panorama import equirectangular_rays
from lucid3d.procedural.build import build_world
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.world import World
from tests.from_picture.true_reading import true_reading

VIEW = 96


class TrueReader:
    """Reads the views of a panorama in the order in which they are asked for, each off by a scale of its own."""

    def __init__(self, world: World, place: str, *, indoors: bool) -> None:
        self.world, self.place, self.indoors = world, place, indoors
        self.directions = iter(DIRECTIONS)
        self.rng = np.random.default_rng(0)

    def read(self, image: np.ndarray, fov: float | None = None, *, lean: float = 0.0) -> Reading:
        camera = Camera.from_fov(VIEW, VIEW, FOV, yaw_pitch(*next(self.directions), np.zeros(3)))
        _, reading = true_reading(self.world, camera, self.place, indoors=self.indoors)
        off = replace(reading, depth=(reading.depth * np.exp(self.rng.uniform(-0.3, 0.3))).astype(np.float32))
        return off.resized(image.shape[1], image.shape[0])


@cache
def found(prompt: str, place: str, indoors: bool) -> tuple[np.ndarray, np.ndarray, SphereLayout]:
    """Panorama, true distance, layout."""
    world = build_world(prompt, 3)
    drawing = world.draw_equirectangular(256)
    return drawing.image, drawing.depth, layout_of_panorama(drawing.image, TrueReader(world, place, indoors=indoors))


def test_scales_that_differ_from_view_to_view_are_found() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(1, 0.5, (40, 80)).astype(np.float32)
    off = rng.uniform(-0.4, 0.4, 5)
    weight = np.zeros((5, 40, 80), np.float32)
    for k in range(5):
        weight[k, :, 14 * k : 14 * k + 24] = 1
    said = truth + off[:, None, None].astype(np.float32)
    said[2, :12] += 1.5  # one view takes something for much farther than its neighbours do
    scales = common_scales(said, weight)
    np.testing.assert_allclose(scales + off - (scales + off).mean(), 0, atol=0.04)


def test_a_street_all_around_is_where_it_is() -> None:
    _, truth, layout = found("a town street in the afternoon", "town_street", False)
    assert layout.kind == "outdoors" and layout.measured and "town street" in layout.words
    solid = np.isfinite(truth) & np.isfinite(layout.distance) & (truth < 60)
    assert np.median(np.abs(layout.distance[solid] / truth[solid] - 1)) < 0.04
    assert ((layout.classes == SKY) == ~np.isfinite(truth)).mean() > 0.95


def test_a_room_all_around_has_its_box_and_its_furniture_stands_before_it() -> None:
    _, truth, layout = found("a living room", "living_room", True)
    assert layout.kind == "room" and layout.room is not None
    solid = np.isfinite(truth) & (truth < 8)
    assert np.median(np.abs(layout.distance[solid] / truth[solid] - 1)) < 0.05
    assert 0.05 < layout.standing.mean() < 0.7
    box = layout.room.distance(equirectangular_rays(256))
    empty = ~layout.standing & solid
    assert np.median(np.abs(box[empty] / truth[empty] - 1)) < 0.1


def test_from_a_step_aside_the_room_is_closed() -> None:
    image, _, layout = found("a living room", "living_room", True)
    drawing = PanoramaWorld(image, layout).draw_equirectangular(128, np.array([0.4, 0.0, 0.2]))
    assert np.isfinite(drawing.depth).all() and (drawing.depth < 12).mean() > 0.98


@pytest.mark.parametrize("yaw", [0.0, 0.4, -0.6])
def test_a_box_seen_from_elsewhere(yaw: float) -> None:
    room = Room(yaw, (3.0, 2.0, 4.0, 2.5), 1.1)
    start = np.array([0.5, 0.3, -0.7])
    rays = equirectangular_rays(32)
    points = start + rays * room.distance(rays, start)[..., None]
    away = np.linalg.norm(points, axis=-1)
    np.testing.assert_allclose(room.distance((points / away[..., None]).astype(np.float32)), away, rtol=1e-4)
    assert points[..., 1].max() == pytest.approx(EYE_HEIGHT, abs=1e-4)
