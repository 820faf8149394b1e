"""Pictures of a small world: exact depth, light from the right side, two cameras that agree."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.procedural.groundtruth import optical_flow
from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import EYE_HEIGHT, Place
from lucid3d.procedural.kit.shapes import box
from lucid3d.procedural.render import tone
from lucid3d.procedural.render.atmosphere import Atmosphere
from lucid3d.procedural.render.drawing import equirectangular_direction, equirectangular_rays
from lucid3d.procedural.world import World
from tests.procedural.small_world import BOX_FRONT, POND, WATER_LEVEL, small_world

SIZE = 96


@pytest.fixture(scope="module")
def world() -> World:
    return small_world(mist=0.0, visibility=1e6)


@pytest.fixture(scope="module")
def camera() -> Camera:
    return Camera.from_fov(SIZE, SIZE, 90, yaw_pitch(0, -12))


def test_depth_is_that_of_planes(world: World, camera: Camera) -> None:
    drawing = world.draw(camera)
    points = camera.unproject(np.where(np.isfinite(drawing.depth), drawing.depth, 0))
    front = (drawing.labels == label_number("building")) & (np.abs(drawing.normals[..., 1]) < 0.7)
    assert front.sum() > 100
    np.testing.assert_allclose(points[front][:, 2], BOX_FRONT, atol=2e-3)
    ground = (drawing.labels == label_number("ground")) & (
        np.hypot(points[..., 0] - POND[0], points[..., 2] - POND[1]) > 3
    )
    assert ground.sum() > 500
    np.testing.assert_allclose(points[ground][:, 1], EYE_HEIGHT, atol=2e-3)
    assert np.isinf(drawing.depth[drawing.labels == 0]).all()


def test_water_lies_level(world: World) -> None:
    camera = Camera.from_fov(SIZE, SIZE, 70, yaw_pitch(math.degrees(math.atan2(POND[0], POND[1])), -14))
    drawing = world.draw(camera)
    wet = drawing.labels == label_number("water")
    assert wet.sum() > 30
    np.testing.assert_allclose(camera.unproject(drawing.depth)[wet][:, 1], WATER_LEVEL, atol=1e-4)


def test_pictures_are_pictures(world: World, camera: Camera) -> None:
    drawing = world.draw(camera)
    for array in (drawing.image, drawing.radiance, drawing.normals):
        assert array.shape == (SIZE, SIZE, 3)
        assert array.dtype == np.float32
        assert np.isfinite(array).all()
    assert drawing.image.min() >= 0
    assert drawing.image.max() <= 1
    assert drawing.image.std() > 0.05
    solid = np.isfinite(drawing.depth)
    np.testing.assert_allclose(np.linalg.norm(drawing.normals[solid], axis=-1), 1, atol=1e-3)
    assert (drawing.normals[~solid] == 0).all()


def test_a_drawing_repeats(world: World, camera: Camera) -> None:
    np.testing.assert_array_equal(world.draw(camera).image, world.draw(camera).image)


def test_a_part_is_drawn_as_in_the_whole(world: World, camera: Camera) -> None:
    from scipy.ndimage import binary_erosion

    only = np.zeros((SIZE, SIZE), bool)
    only[20:70, 40:83] = True
    only[80:, ::7] = True
    whole, part = world.draw(camera), world.draw(camera, only=only)
    inner = only & binary_erosion(only, np.ones((5, 5), bool))
    np.testing.assert_array_equal(part.image[inner], whole.image[inner])
    assert np.abs(part.image - whole.image)[only].mean() < 0.01  # light at the rim is evened out over fewer neighbours
    np.testing.assert_array_equal(part.depth, whole.depth)
    np.testing.assert_array_equal(part.labels, whole.labels)
    assert (part.radiance[:10, :10] == 0).all()


def test_the_sunny_side_is_bright_and_the_shadow_dark() -> None:
    lit = small_world(water=False, azimuth=math.pi, elevation=0.5, cover=0.0, wisps=0.0)  # the sun behind the viewer
    dark = small_world(water=False, azimuth=0.0, elevation=0.5, cover=0.0, wisps=0.0)  # the sun behind the box
    camera = Camera.from_fov(64, 64, 60)
    a, b = lit.draw(camera), dark.draw(camera)
    face = (a.labels == label_number("building")) & (np.abs(a.normals[..., 2]) > 0.9)
    assert a.radiance[face].mean() > 2 * b.radiance[face].mean()
    # The shadow of the box falls towards the viewer, and nowhere else near by.
    down = Camera.from_fov(64, 64, 60, yaw_pitch(0, -40))
    shaded, free = dark.draw(down), lit.draw(down)
    assert np.median(shaded.radiance[20:30, 28:36]) < 0.6 * np.median(free.radiance[20:30, 28:36])


def test_two_cameras_agree(world: World) -> None:
    import cv2

    first = Camera.from_fov(128, 128, 80, yaw_pitch(0, -8))
    second = first.at(yaw_pitch(2, -8, np.array([0.12, 0.03, 0.05])))
    a, b = world.draw(first), world.draw(second)
    flow, visible = optical_flow(world, first, second, a)
    x, y = np.meshgrid(np.arange(128, dtype=np.float32), np.arange(128, dtype=np.float32))
    warped = cv2.remap(b.image, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR)
    near = 1 / np.where(np.isfinite(a.depth), a.depth, 1e6)
    flat = cv2.dilate(near, np.ones((3, 3))) < 1.08 * cv2.erode(near, np.ones((3, 3)))
    keep = visible & np.isfinite(a.depth) & (a.labels != label_number("water")) & flat
    assert keep.mean() > 0.2
    assert -10 * np.log10(np.mean((warped - a.image)[keep] ** 2)) > 30


def test_flow_is_projection_and_hidden_pixels_are_told(world: World) -> None:
    first, second = Camera.from_fov(64, 64, 80), Camera.from_fov(64, 64, 80, yaw_pitch(0, 0, np.array([0.8, 0, 0])))
    drawing = world.draw(first, antialias=False)
    flow, visible = optical_flow(world, first, second, drawing)
    front = (drawing.labels == label_number("building")) & (np.abs(drawing.normals[..., 2]) > 0.9)
    np.testing.assert_allclose(flow[front][:, 0], -0.8 * first.fx / BOX_FRONT, atol=0.02)
    np.testing.assert_allclose(flow[front][:, 1], 0, atol=1e-3)
    sky = drawing.labels == 0
    np.testing.assert_allclose(flow[sky], 0, atol=1e-2)
    # From the right, the box hides ground that the first camera saw beside its left edge.
    hidden = ~visible & np.isfinite(drawing.depth) & (np.abs(flow[..., 0]) < 30)
    assert hidden.any()


def test_a_board_just_before_a_wall_hides_it() -> None:
    paint = Material("paint", "plain", ((0.5, 0.5, 0.5),))
    wall, board = box((20, 20, 1), (0, 0, 10.5), paint), box((0.5, 30, 0.04), (0.25, 0, 9.92), paint)
    world = World(Place([wall, board]), Atmosphere())
    first = Camera.from_fov(64, 16, 3, yaw_pitch(0, 0))
    second = Camera.from_fov(64, 16, 5, yaw_pitch(-math.degrees(math.atan2(2, 10)), 0, np.array([2.0, 0, 0])))
    drawing = world.draw(first, antialias=False)
    x = first.unproject(drawing.depth)[8, :, 0]
    visible = optical_flow(world, first, second, drawing)[1][8]
    edge = 2 - 2 * 10 / 9.9  # where the second camera sees the board's edge before the wall
    np.testing.assert_array_equal(visible[x < edge - 1e-3], True)
    assert ((x > edge + 1e-3) & (x < -1e-3)).sum() >= 2
    np.testing.assert_array_equal(visible[(x > edge + 1e-3) & (x < -1e-3)], False)


def test_antialiasing_brings_edges_nearer_to_the_truth(world: World) -> None:
    import cv2

    camera = Camera.from_fov(48, 48, 70)
    truth = world.draw(camera.resized(48 * 6, 48 * 6), antialias=False)
    truth_image = cv2.resize(truth.image, (48, 48), interpolation=cv2.INTER_AREA)
    error = [np.abs(world.draw(camera, antialias=flag).image - truth_image).mean() for flag in (False, True)]
    assert error[1] < error[0]


def test_panorama_and_view_see_the_same(world: World) -> None:
    panorama = world.draw_equirectangular(64)
    assert panorama.image.shape == (64, 128, 3)
    middle = panorama.depth[32, 64]  # a little below and right of straight ahead: the box
    assert middle == pytest.approx(BOX_FRONT, rel=0.02)


def test_outlines_are_the_panorama_without_its_light(world: World) -> None:
    outlines, panorama = world.outlines(32), world.draw_equirectangular(32)
    np.testing.assert_array_equal(outlines.labels, panorama.labels)
    np.testing.assert_array_equal(outlines.instances, panorama.instances)
    np.testing.assert_array_equal(outlines.depth, panorama.depth)
    assert {0, label_number("water"), label_number("building")} <= set(np.unique(outlines.labels))
    facing = (outlines.normals * equirectangular_rays(32)).sum(axis=-1)
    assert (facing[np.isfinite(outlines.depth)] <= 0).all()
    assert not outlines.image.any()


def test_panorama_looks_ahead_in_the_middle_and_right_on_the_right() -> None:
    np.testing.assert_allclose(
        equirectangular_direction(np.array([64.0]), np.array([32.0]), 64), [[0, 0, 1]], atol=1e-6
    )
    np.testing.assert_allclose(
        equirectangular_direction(np.array([96.0]), np.array([32.0]), 64), [[1, 0, 0]], atol=1e-6
    )
    np.testing.assert_allclose(equirectangular_direction(np.array([0.0]), np.array([0.0]), 64), [[0, -1, 0]], atol=1e-6)


def test_far_hills_take_the_colour_of_the_air() -> None:
    clear, hazy = small_world(water=False, visibility=1e6), small_world(water=False, visibility=60.0)
    camera = Camera.from_fov(48, 48, 60)
    a, b = clear.draw(camera), hazy.draw(camera)
    far = (a.depth > 40) & np.isfinite(a.depth)
    near = a.depth < 3
    sky = np.isinf(a.depth)
    horizon = b.radiance[sky].reshape(-1, 3)[-48:].mean(axis=0)
    assert np.abs(b.radiance[far].mean(axis=0) - horizon).mean() < np.abs(a.radiance[far].mean(axis=0) - horizon).mean()
    assert near.sum() == 0 or np.abs(a.radiance[near] - b.radiance[near]).mean() < 0.2


def test_a_finished_picture_can_be_developed_again() -> None:
    picture = np.random.default_rng(0).uniform(0, 1, (8, 8, 3)).astype(np.float32)
    np.testing.assert_allclose(tone.redeveloped(picture), picture, atol=2e-5)
    grey = tone.redeveloped(picture, saturation=0)
    np.testing.assert_allclose(grey, grey[..., :1].repeat(3, -1), atol=1e-6)
    assert tone.redeveloped(picture, exposure=-1).mean() < picture.mean() < tone.redeveloped(picture, exposure=1).mean()
    assert tone.redeveloped(picture, saturation=0, contrast=1.6).std() > grey.std()
    warm = tone.redeveloped(picture, tint=(1.2, 1.0, 0.7))
    assert warm[..., 0].mean() > picture[..., 0].mean() and warm[..., 2].mean() < picture[..., 2].mean()


def test_a_sliver_of_a_pattern_is_drawn_without_relief() -> None:
    rough = Material("rough", "mottled", ((0.4, 0.4, 0.4),) * 3, bump=0.02)
    corners = np.array([[-2, -1, 3], [2, -1, 3], [2, 3, 3], [-2, 3, 3]], np.float32)
    for sliver in (1e-3, 1e-6, 1e-11):
        uv = np.array([[0, 0], [1, sliver], [2, 3 * sliver], [1, 0]], np.float32)
        wall = Mesh(corners, np.array([[0, 1, 2], [0, 2, 3]]), (rough,), "wall", uv=uv)
        drawing = World(Place([wall]), Atmosphere()).draw(Camera.from_fov(24, 24, 60))
        assert np.isfinite(drawing.image).all() and np.isfinite(drawing.normals).all()
