"""A panorama as the start, without weights: what is read in it, and what is seen from where it was not taken."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.config import Config
from lucid3d.errors import InputError
from lucid3d.families.picture import PanoramaPainter
from lucid3d.from_picture.panorama_layout import Room, SphereLayout, fit_box, read_panorama
from lucid3d.from_picture.panorama_world import world_from_panorama
from lucid3d.from_picture.picture import SKY, UPRIGHT
from lucid3d.panorama import equirectangular_rays, perspective_from_equirectangular
from lucid3d.pipeline import run
from lucid3d.preparation import prepare
from lucid3d.procedural.kit.place import EYE_HEIGHT
from tests.small import small_config

ROWS = 256
CARD = (math.radians(30), math.radians(75), 14.0, 9.0)
"""A wall: from and to azimuth, metres away, metres high."""


def level_land() -> np.ndarray:
    """(ROWS, 2 ROWS, 3) panorama of a meadow under a blue sky with one wall standing on it."""
    rays = equirectangular_rays(ROWS)
    rng = np.random.default_rng(0)
    grain = cv2.GaussianBlur(rng.normal(size=(ROWS, 2 * ROWS)).astype(np.float32), (0, 0), 0.8)[..., None]
    up = -rays[..., 1:2]
    picture = np.where(up > 0, [0.45, 0.65, 0.95] + (1 - up) * [0.25, 0.2, 0.04], [0.25, 0.42, 0.15] + 0.25 * grain)
    azimuth, level = np.arctan2(rays[..., 0], rays[..., 2]), np.hypot(rays[..., 0], rays[..., 2])
    slope = rays[..., 1] / level * CARD[2]
    wall = (azimuth > CARD[0]) & (azimuth < CARD[1]) & (slope < EYE_HEIGHT) & (slope > EYE_HEIGHT - CARD[3])
    bricks = 0.5 + 0.4 * np.sign(np.sin(azimuth * 24) * np.sin(slope * 3))[..., None] * [1, 0.6, 0.5]
    return np.clip(np.where(wall[..., None], [0.5, 0.2, 0.15] * bricks, picture), 0, 1).astype(np.float32)


def painted_room(room: Room) -> np.ndarray:
    """The panorama of an empty room: every face of its own brightness."""
    rays = equirectangular_rays(ROWS)
    points = rays * room.distance(rays)[..., None]
    turned = np.arctan2(points[..., 0], points[..., 2]) - room.yaw
    across, along = np.hypot(points[..., 0], points[..., 2]) * np.stack([np.sin(turned), np.cos(turned)])
    sides = [along - room.walls[0], across - room.walls[1], along + room.walls[2], across + room.walls[3]]
    off = np.abs([*sides, points[..., 1] - EYE_HEIGHT, points[..., 1] + room.ceiling])
    shade = np.array([0.55, 0.7, 0.5, 0.65, 0.25, 0.85])[np.argmin(off, axis=0)]
    return (shade[..., None] * [1.0, 0.95, 0.85]).astype(np.float32)


@pytest.fixture(scope="module")
def layout() -> SphereLayout:
    return read_panorama(level_land())


def test_ground_sky_and_a_wall_are_found_where_they_are(layout: SphereLayout) -> None:
    assert layout.kind == "outdoors"
    rays = equirectangular_rays(ROWS)
    azimuth = np.arctan2(rays[..., 0], rays[..., 2])
    down = np.arcsin(rays[..., 1])
    away = (azimuth < CARD[0] - 0.2) | (azimuth > CARD[1] + 0.2)
    assert (layout.classes == SKY)[away & (down < -0.03)].mean() > 0.99
    ground = away & (down > 0.12)
    np.testing.assert_allclose(layout.distance[ground], EYE_HEIGHT / rays[..., 1][ground], rtol=1e-4)
    face = (azimuth > CARD[0] + 0.1) & (azimuth < CARD[1] - 0.1) & (down < 0) & (down > -0.3)
    assert (layout.classes == UPRIGHT)[face].mean() > 0.98
    along_ground = layout.distance[face] * np.cos(down[face])
    assert abs(np.median(along_ground) / CARD[2] - 1) < 0.15


def test_nothing_begins_at_the_edge_of_the_panorama(layout: SphereLayout) -> None:
    turned = read_panorama(np.roll(level_land(), ROWS // 2 + 40, axis=1))
    agreeing = np.roll(turned.classes, -(ROWS // 2 + 40), axis=1) == layout.classes
    assert agreeing.mean() > 0.985


@pytest.mark.parametrize(
    "room",
    [
        Room(0.0, (2.0, 3.0, 4.0, 1.5), 1.1),
        Room(math.radians(24), (3.2, 2.2, 2.4, 4.4), 0.95),
        Room(math.radians(-36), (2.6, 5.0, 2.0, 2.2), 1.3),
    ],
)
def test_a_room_of_any_orientation_is_measured(room: Room) -> None:
    rays = equirectangular_rays(ROWS)
    found = fit_box(painted_room(room)).distance(rays)
    off = np.abs(np.log(found / room.distance(rays)))
    assert np.median(off) < 0.05
    assert off.mean() < 0.1


def test_a_warm_ceiling_makes_a_room_and_words_do_too() -> None:
    assert read_panorama(painted_room(Room(0.2, (2.0, 3.0, 4.0, 1.5), 1.1))).kind == "room"
    assert read_panorama(level_land(), "my living room").kind == "room"


def test_from_the_start_it_is_the_panorama_and_from_elsewhere_the_same_place() -> None:
    panorama = level_land()
    world = world_from_panorama(panorama)
    camera = Camera.from_fov(128, 128, 90, yaw_pitch(40, -10))
    here = world.draw(camera)
    looked_up = perspective_from_equirectangular(panorama, camera, interpolation="cubic")
    np.testing.assert_allclose(here.image, np.clip(looked_up, 0, 1), atol=1e-6)
    assert world.draw_equirectangular(64).depth.shape == (64, 128)
    # a step aside: points of the first view, seen from the second, have the colours and depths they had
    beside = camera.at(yaw_pitch(40, -10, np.array([0.4, 0.1, 0.3])))
    there = world.draw(beside)
    points = camera.position + camera.world_rays() * here.depth[..., None]
    pixels, z = beside.project(points[np.isfinite(here.depth)])
    u, v = pixels.T
    inside = (z > 0) & (u > 1) & (v > 1) & (u < 127) & (v < 127)
    z, row, column = z[inside], v[inside].astype(int), u[inside].astype(int)
    off = np.abs(there.depth[row, column] / z - 1)
    assert np.median(off) < 0.02
    assert np.mean(off < 0.1) > 0.9
    colours = np.abs(there.image[row, column] - here.image[np.isfinite(here.depth)][inside]).mean(axis=-1)
    assert np.median(colours) < 0.06


def test_what_a_thing_hid_is_ground_and_sky() -> None:
    world = world_from_panorama(level_land())
    aside = np.array([-2.0, 0.0, 0.0])  # the wall uncovers what lay behind its left end
    edge = Camera.from_fov(96, 96, 40, yaw_pitch(36, 5, aside))
    moved = world.draw(edge)
    points = edge.position + edge.world_rays() * np.where(np.isfinite(moved.depth), moved.depth, 1e4)[..., None]
    level = np.hypot(points[..., 0], points[..., 2])
    azimuth, slope = np.arctan2(points[..., 0], points[..., 2]), points[..., 1] / level * CARD[2]
    # what lies in the wall's directions from the start, but behind it
    hidden = (azimuth > CARD[0] + 0.02) & (azimuth < CARD[1]) & (slope < 1.2) & (slope > -6) & (level > 1.3 * CARD[2])
    assert hidden.sum() > 30
    red, green, blue = moved.image[hidden].T
    assert np.mean(np.maximum(green, blue) > red) > 0.9  # no bricks
    on_ground = np.abs(points[hidden & np.isfinite(moved.depth)][:, 1] - EYE_HEIGHT) < 0.02
    assert on_ground.mean() > 0.9


class Refusing:
    """A painter that says so when it is asked."""

    def imagine(self, prompt: str, camera: Camera, **_: object) -> np.ndarray:
        raise AssertionError("the panorama shows it")

    def inpaint(self, image: np.ndarray, known: np.ndarray, prompt: str, camera: Camera, **_: object) -> np.ndarray:
        return np.where(known[..., None], image, 0.5).astype(np.float32)


def test_other_painters_only_paint_what_the_panorama_does_not_show() -> None:
    panorama = level_land()
    painter = PanoramaPainter(panorama, Refusing())
    camera = Camera.from_fov(64, 64, 90, yaw_pitch(100, 0))
    view = painter.imagine("", camera, seed=0)
    known = np.zeros((64, 64), bool)
    known[:, :32] = True
    filled = painter.inpaint(np.ones_like(view), known, "", camera, seed=0)
    assert (filled[:, :32] == 1).all()
    np.testing.assert_array_equal(filled[:, 32:], view[:, 32:])
    aside = camera.at(yaw_pitch(100, 0, np.array([0.5, 0, 0])))
    assert (painter.inpaint(view, known, "", aside, seed=0)[:, 32:] == 0.5).all()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("panorama") / "meadow.png"
    cv2.imwrite(str(path), np.round(level_land()[..., ::-1] * 255).astype(np.uint8))
    return path


def test_a_scene_of_a_panorama_shows_it_all_around(file: Path) -> None:
    scene = run(small_config(panorama=str(file), prompt=[], models="procedural"))
    assert "panorama" in scene.facts["understood"].lower()
    shown = scene.panorama(ROWS // 4).image
    wanted = cv2.resize(level_land(), (ROWS // 2, ROWS // 4), interpolation=cv2.INTER_AREA)
    middle = slice(18, 46)  # 40 degrees up and down: where the small job looked
    soft = (cv2.GaussianBlur(picture[middle], (0, 0), 1.5) for picture in (shown, wanted))  # so are 48-pixel views
    error = np.mean((next(soft) - next(soft)) ** 2)
    assert -10 * math.log10(error) > 27
    # a panorama turned round is another picture
    assert np.mean((np.roll(shown, ROWS // 4, axis=1)[middle] - wanted[middle]) ** 2) > 2 * error


def test_what_is_no_panorama_is_refused_in_a_sentence(file: Path, tmp_path: Path) -> None:
    square = tmp_path / "square.png"
    cv2.imwrite(str(square), np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(InputError, match=r"twice as wide as high.*--image"):
        prepare(small_config(panorama=str(square)))
    with pytest.raises(InputError, match="not both"):
        Config(panorama=str(file), image=str(file))
    with pytest.raises(InputError, match="leave out --dreaming joint"):
        Config(panorama=str(file), dreaming="joint")
    for wrong, words in (
        (np.zeros((64, 64, 3)), "twice as wide"),
        (np.zeros((16, 32, 3)), "16 rows"),
        (np.full((64, 128, 3), 9.0), "divide 8-bit"),
    ):
        with pytest.raises(InputError, match=words):
            world_from_panorama(wrong)
