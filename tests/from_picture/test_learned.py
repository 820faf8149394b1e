"""A photograph is laid out by what was read in it: here by the truth of drawn worlds, as a perfect network would."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image as pillow
from PIL import ImageDraw

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.from_picture.clearing import cleared
from lucid3d.from_picture.learned import layout_from_reading, no_photograph, to_edges
from lucid3d.from_picture.photo import PhotoWorld, world_from_photo
from lucid3d.from_picture.picture import GROUND, SKY, UPRIGHT
from lucid3d.learning.optics import down_vector, levelling
from lucid3d.learning.reader import Reading
from lucid3d.procedural.build import build_place, build_world
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, merge
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.language.brief import understand
from tests.from_picture.true_reading import true_reading

SIZE, FOV = 128, 65.0


@cache
def read(prompt: str, place: str, indoors: bool, pitch: float, yaw: float = 0.0) -> tuple[np.ndarray, Reading]:
    """A drawn picture, and the reading that is true of it."""
    camera = Camera.from_fov(SIZE, SIZE, FOV, yaw_pitch(yaw, pitch, np.zeros(3)))
    return true_reading(build_world(prompt, 3), camera, place, indoors=indoors)


def street(pitch: float = 10.0) -> tuple[np.ndarray, Reading]:
    return read("a town street in the afternoon", "town_street", False, pitch)


def room() -> tuple[np.ndarray, Reading]:
    return read("a living room", "living_room", True, -6.0, 25.0)


def focal() -> float:
    return SIZE / 2 / math.tan(math.radians(FOV) / 2)


@pytest.mark.parametrize(("pitch", "roll"), [(0, 0), (12, 0), (-40, 5), (25, -8)])
def test_levelling_takes_gravity_to_plus_y_and_keeps_the_direction(pitch: float, roll: float) -> None:
    turn = levelling(pitch, roll)
    np.testing.assert_allclose(turn @ down_vector(pitch, roll), [0, 1, 0], atol=1e-12)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    ahead = turn @ [0, 0, 1]
    assert ahead[0] == pytest.approx(0, abs=1e-12) and ahead[2] > 0
    assert math.degrees(math.asin(-ahead[1])) == pytest.approx(pitch)


def test_depth_is_measured_and_the_ground_lies_at_the_eyes_height() -> None:
    image, reading = street()
    layout = layout_from_reading(reading, image, focal())
    assert layout.kind == "outdoors" and layout.measured and "town street" in layout.words
    assert math.degrees(layout.pitch) == pytest.approx(-10, abs=0.1)
    solid = (layout.classes != SKY) & (reading.depth < 40)
    ratio = layout.depth[solid] / reading.depth[solid]
    assert np.median(ratio) == pytest.approx(1, abs=0.05) and np.mean(np.abs(ratio - 1) < 0.1) > 0.85
    assert np.isinf(layout.depth[layout.classes == SKY]).all()
    halved = replace(reading, depth=(reading.depth / 2).astype(np.float32))
    again = layout_from_reading(halved, image, focal())
    np.testing.assert_allclose(again.depth[solid], layout.depth[solid], rtol=1e-3)


def test_a_room_has_its_box_and_things_stand_before_it() -> None:
    image, reading = room()
    layout = layout_from_reading(reading, image, focal())
    assert layout.kind == "room" and layout.box is not None and "living room" in layout.words
    assert layout.box.floor == pytest.approx(EYE_HEIGHT, rel=0.06)
    beyond = layout.box.depth(
        (np.arange(SIZE)[None] + 0.5 - layout.box.centre[0]) / focal(),
        (np.arange(SIZE)[:, None] + 0.5 - layout.box.centre[1]) / focal(),
    )
    walls = ~layout.standing & (layout.classes == UPRIGHT)
    assert np.median(np.abs(layout.depth[walls] / beyond[walls] - 1)) < 0.12
    assert layout.standing.any() and not layout.standing[layout.classes == GROUND].mean() > 0.3


def test_words_win_over_what_was_read() -> None:
    image, reading = street()
    assert layout_from_reading(reading, image, focal(), "a kitchen").kind == "room"
    words = layout_from_reading(reading, image, focal(), "a village in the rain").words
    assert "village in the rain" in words and "town street" not in words


def test_a_doubtful_reading_says_how_to_say_it_better() -> None:
    image, reading = street()
    sure = layout_from_reading(reading, image, focal()).told
    assert sure == "The picture is taken for a town street."
    vague = replace(reading, places=np.ones_like(reading.places), confidence=np.zeros_like(reading.confidence))
    told = layout_from_reading(vague, image, focal()).told
    assert "doubtful" in told and "--prompt" in told and "--depth" in told
    named = layout_from_reading(vague, image, focal(), "a village").told
    assert "taken for" not in named and "--depth" in named


def test_edges_come_back_and_the_sky_does_not_count() -> None:
    image = np.zeros((96, 96, 3), np.float32)
    image[:, 48:] = 1
    x = np.arange(96, dtype=np.float32)
    blurred = np.broadcast_to(2 + 6 / (1 + np.exp(-(x - 47.5))), (96, 96)).astype(np.float32).copy()
    sharp = to_edges(blurred, image)
    assert sharp[48, 48] - sharp[48, 47] > 2 * (blurred[48, 48] - blurred[48, 47])
    blurred[:20] = np.inf
    with_sky = to_edges(blurred, image)
    assert np.isfinite(with_sky).all()
    np.testing.assert_allclose(with_sky[40:], sharp[40:], rtol=1e-4)


@cache
def street_world() -> PhotoWorld:
    image, reading = street()
    camera = Camera.from_fov(SIZE, SIZE, FOV)
    pose = np.eye(4)
    pose[:3, :3] = levelling(reading.pitch, reading.roll)
    return world_from_photo(image, camera.at(pose), 7, reading=reading)


def test_the_world_is_level_and_shows_the_picture_from_its_pitched_camera() -> None:
    world = street_world()
    np.testing.assert_allclose(world.tilted, world.camera.world_from_camera, atol=1e-6)
    image, _ = street()
    np.testing.assert_allclose(world.draw(world.camera).image, image, atol=1e-6)
    down = Camera.from_fov(32, 32, 60, yaw_pitch(0, -90, np.zeros(3)))
    below = world.draw(down).depth
    assert np.median(below) == pytest.approx(EYE_HEIGHT, rel=0.15)
    assert np.median(np.abs(below - np.median(below))) < 0.1


def test_a_metre_aside_what_was_seen_is_where_it_was() -> None:
    """The truth is the world that the picture was taken in."""
    world = street_world()
    pose = world.camera.world_from_camera.copy()
    pose[:3, 3] += pose[:3, :3] @ [0.5, 0, 0]
    camera = world.camera.at(pose)
    truth = build_world("a town street in the afternoon", 3).draw(camera).depth
    found = world.draw(camera).depth
    both = np.isfinite(truth) & np.isfinite(found) & (truth < 30)
    assert both.mean() > 0.4
    assert np.median(np.abs(found[both] / truth[both] - 1)) < 0.06


def box_at(x: float, z: float, instance: int, height: float = 6.0) -> Mesh:
    """A post of 0.4 m with its foot on the ground."""
    corners = np.array([[a, b, c] for a in (-0.2, 0.2) for b in (EYE_HEIGHT - height, EYE_HEIGHT) for c in (-0.2, 0.2)])
    sides = [[0, 1, 3], [0, 3, 2], [4, 5, 7], [4, 7, 6], [0, 1, 5], [0, 5, 4], [2, 3, 7], [2, 7, 6]]
    instances = np.full(len(sides), instance, np.int32)
    return Mesh(
        corners + np.array([x, 0, z]),
        np.array(sides),
        (Material("oak"),),
        "column",
        instances=instances,
    )


def test_things_that_the_picture_sees_through_are_gone_whole() -> None:
    camera = Camera.from_fov(64, 64, 60)
    depth = np.full((64, 64), np.inf, np.float32)
    depth[:, :32] = 5.0  # a wall on the left
    seen_through, behind, aside = box_at(1.5, 8.0, 1), box_at(-1.5, 8.0, 2), box_at(30.0, 8.0, 3)
    ground = replace(box_at(1.5, 6.0, 4), label="ground")
    place = build_place(understand("a meadow"), 1)
    place = replace(place, meshes=[merge([seen_through, behind, aside]), ground])
    columns, left = cleared(place, depth, camera, np.eye(3)).meshes
    assert columns.instances is not None and len(set(columns.instances.tolist())) == 2
    assert columns.triangle_count == 16 and left.triangle_count == ground.triangle_count
    used = columns.vertices[np.unique(columns.triangles)]
    assert not ((used[:, 0] > 1) & (used[:, 0] < 2)).any()


def test_a_house_that_goes_on_beside_the_picture_stays() -> None:
    camera = Camera.from_fov(64, 64, 60)
    sky = np.full((64, 64), np.inf, np.float32)
    inner, outer = box_at(3.5, 8.0, 1), box_at(4.9, 8.0, 2)  # the frame ends at 4.6 there
    place = replace(build_place(understand("a meadow"), 1), meshes=[merge([inner, outer])])
    (left,) = cleared(place, sky, camera, np.eye(3)).meshes
    assert left.instances is not None and left.vertices[np.unique(left.triangles), 0].min() > 4


def test_a_photographed_page_is_text_and_a_night_with_lamps_is_no_noise() -> None:
    rng = np.random.default_rng(0)
    sheet = pillow.new("RGB", (300, 400), "white")
    for y in range(30, 380, 14):
        ImageDraw.Draw(sheet).text((20, y), "the quick brown fox jumps over the lazy dog", fill="black")
    page = np.asarray(sheet, np.float32) / 255
    shade = np.linspace(0.6, 1, 300, dtype=np.float32)[None, :, None] * np.array([0.96, 0.92, 0.84], np.float32)
    held = np.clip(cv2.GaussianBlur(page, (0, 0), 0.8) * shade + rng.normal(0, 0.02, (400, 300, 1)), 0, 1)
    assert no_photograph(page) == no_photograph(held) == "like a page of text or a diagram"
    night = np.clip(rng.normal(0.03, 0.02, (120, 160, 3)), 0, 1)
    night[60:66, 20:140:20] = 1
    assert no_photograph(night) == ""


def test_what_is_no_photograph_is_named_and_drawn_places_are_not() -> None:
    rng = np.random.default_rng(0)
    page = np.full((120, 90, 3), 0.97, np.float32)
    page[6::8, 5:80] -= rng.random((15, 75, 1)).astype(np.float32)
    named = {
        "one plain colour": np.full((64, 64, 3), [0.3, 0.5, 0.8], np.float32),
        "nearly black": 0.01 * rng.random((64, 64, 3), np.float32),
        "noise": rng.random((64, 64, 3), np.float32),
        "like a page of text or a diagram": page.clip(0, 1),
    }
    for words, image in named.items():
        assert no_photograph(image) == words
    for image, _ in (street(), room()):
        assert no_photograph(image) == ""
    image, reading = street()
    blank = layout_from_reading(reading, np.full_like(image, 0.4), focal())
    assert "one plain colour" in blank.told and "--prompt" in blank.told
