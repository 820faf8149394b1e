"""Projection against identities, homographies and a brute-force reading of its rules."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.depth import sharpen_depth
from lucid3d.errors import InputError
from lucid3d.pointcloud import PointCloud, lift
from lucid3d.projection import PartialView, erode_rim, project_cloud
from tests.analytic_room import Room, furnished_room, see

SKY_RADIUS = 50.0


def cloud_of(positions: np.ndarray, footprint: float = 1e-4, **changes: np.ndarray) -> PointCloud:
    """Points that face any camera."""
    n = len(positions)
    fields = {
        "positions": np.asarray(positions, np.float32),
        "colors": np.linspace(0, 1, 3 * n, dtype=np.float32).reshape(n, 3),
        "normals": np.zeros((n, 3), np.float32),
        "footprints": np.full(n, footprint, np.float32),
        "views": np.zeros(n, np.int32),
        "confidences": np.ones(n, np.float32),
        "is_sky": np.zeros(n, bool),
    }
    return PointCloud(**(fields | changes))


def poses() -> st.SearchStrategy[np.ndarray]:
    turn, move = st.floats(-180, 180), st.floats(-1, 1)
    return st.builds(
        lambda yaw, pitch, x, y, z: yaw_pitch(yaw, pitch / 2.5, np.array([x, y, z])), turn, turn, move, move, move
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(20, 110), poses(), st.integers(0, 5))
def test_project_after_unproject_gives_the_pixels_back(width, height, fov, pose, seed):
    camera = Camera.from_fov(width, height, fov, pose)
    rng = np.random.default_rng(seed)
    image = rng.random((height, width, 3), dtype=np.float32)
    depth = rng.uniform(0.5, 20, (height, width)).astype(np.float32)  # every pixel a depth edge
    depth[rng.random((height, width)) < 0.2] = np.inf
    seen = project_cloud(lift(image, depth, camera, view=0, sky_radius=SKY_RADIUS), camera)
    assert seen.known.all()
    assert (seen.point_index.ravel() == np.arange(width * height)).all()
    assert (seen.image == image).all()
    assert np.allclose(seen.depth, depth, rtol=1e-4)
    assert (seen.is_sky == np.isinf(depth)).all()


def test_a_one_pixel_gap_is_no_crack():
    """A lattice of single pixels before a far wall comes back exactly, gaps and all."""
    camera = Camera.from_fov(33, 33, 60)
    depth = np.full((33, 33), 5.0, np.float32)
    depth[::2, ::2] = 1.0
    seen = project_cloud(lift(np.zeros((33, 33, 3), np.float32), depth, camera, view=0, sky_radius=SKY_RADIUS), camera)
    assert np.allclose(seen.depth, depth, rtol=1e-5)


def test_two_cameras_on_one_plane_agree_with_the_homography():
    first = Camera.from_fov(96, 96, 70)
    second = Camera.from_fov(96, 96, 60, yaw_pitch(8, -4, np.array([0.2, -0.1, 0.3])))
    normal, distance = np.array([0.3, -0.2, 1.0]) / np.linalg.norm([0.3, -0.2, 1.0]), 3.0
    depth = (distance / (first.rays().astype(np.float64) @ normal)).astype(np.float32)
    seen = project_cloud(lift(np.zeros((96, 96, 3), np.float32), depth, first, view=0, sky_radius=SKY_RADIUS), second)
    # x2 ~ K2 (R - t n^T / d) K1^-1 x1 with X2 = R X1 - t' and the plane n X1 = d.
    rotation, translation = second.camera_from_world[:3, :3], second.camera_from_world[:3, 3]
    homography = (
        second.intrinsics @ (rotation + np.outer(translation, normal) / distance) @ np.linalg.inv(first.intrinsics)
    )
    rows, columns = np.nonzero(seen.known)
    source = seen.point_index[rows, columns]
    pixels = np.stack([source % 96 + 0.5, source // 96 + 0.5, np.ones(len(source))])
    mapped = homography @ pixels
    offset = mapped[:2] / mapped[2] - np.stack([columns + 0.5, rows + 0.5])
    assert seen.known.mean() > 0.7
    # Each pixel shows the plane's nearest sample, which is less than a sample's half diagonal (here 1.4 pixels) away.
    assert np.abs(offset).max() < 1.0 and np.linalg.norm(offset, axis=0).mean() < 0.6
    # Depth is that of the plane at the pixel's centre, not of the sample.
    normal2 = rotation @ normal
    exact = (distance + normal2 @ translation) / (second.rays().astype(np.float64) @ normal2)
    assert np.allclose(seen.depth[seen.known], exact[seen.known], rtol=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), poses(), st.integers(0, 1000), st.integers(0, 80))
def test_every_point_in_view_is_seen_or_hidden_by_a_nearer_one(width, height, pose, seed, count):
    camera = Camera.from_fov(width, height, 80, pose)
    rng = np.random.default_rng(seed)
    cloud = cloud_of(camera.position + rng.uniform(-3, 3, (count, 3)))  # half of them behind the camera
    seen = project_cloud(cloud, camera, rim_erosion=0)
    pixels, depth = camera.project(cloud.positions)
    # A point within rounding of a pixel's border may be counted to either side: leave those examples out.
    edges = np.abs(pixels[depth > 0.005] - np.rint(pixels[depth > 0.005]))
    assume((edges > 1e-3).all() and (np.abs(depth - 0.01) > 1e-3).all())
    inside = (depth > 0.01) & (pixels > 0).all(1) & (pixels < np.array([width, height])).all(1)
    nearest = np.full((height, width), np.inf)
    for (u, v), z in zip(pixels[inside], depth[inside], strict=True):
        nearest[int(v), int(u)] = min(nearest[int(v), int(u)], z)
    shown = seen.known & np.isfinite(nearest)
    assert shown.sum() == np.isfinite(nearest).sum()
    # Within the thickness of a surface the point nearest to the pixel's centre is shown instead.
    assert (seen.depth[shown] >= nearest[shown] * (1 - 1e-4)).all()
    assert (seen.depth[shown] <= nearest[shown] * 1.01).all()
    assert set(seen.point_index[seen.known]) <= set(np.flatnonzero(depth > 0))


@pytest.mark.parametrize("u,v", [(0.0, 0.0), (0.0, 3.999), (3.999, 0.0), (3.999, 3.999), (2.0, 2.0)])
def test_a_point_on_the_border_falls_into_its_pixel(u, v):
    camera = Camera(4, 4, 4.0, 4.0, 2.0, 2.0)
    point = np.array([[(u - 2) / 4, (v - 2) / 4, 1.0]])
    seen = project_cloud(cloud_of(point), camera, rim_erosion=0)
    assert seen.known.sum() == 1
    assert seen.known[min(int(v), 3), min(int(u), 3)] or seen.known[math.ceil(v) - 1, math.ceil(u) - 1]


def test_points_at_equal_depth_are_decided_by_the_pixels_centre_then_by_order():
    camera = Camera(1, 1, 1.0, 1.0, 0.5, 0.5)
    centre, side = [0.0, 0.0, 2.0], [0.4, 0.0, 2.0]
    assert project_cloud(cloud_of(np.array([side, centre])), camera).point_index[0, 0] == 1
    assert project_cloud(cloud_of(np.array([centre, centre])), camera).point_index[0, 0] == 0


def test_points_behind_at_the_camera_or_not_finite_are_left_out():
    camera = Camera.from_fov(8, 8, 90)
    bad = np.array([[0, 0, -1], [0, 0, 0], [np.nan, 0, 1], [np.inf, 0, 1], [0, 0, np.inf], [1e30, 0, 1e-30]])
    seen = project_cloud(cloud_of(bad), camera, rim_erosion=0)
    assert not seen.known.any() and np.isinf(seen.depth).all() and (seen.point_index == -1).all()


def test_an_empty_cloud_shows_nothing():
    seen = project_cloud(PointCloud.empty(), Camera.from_fov(5, 3, 60))
    assert isinstance(seen, PartialView) and seen.coverage == 0 and (seen.image == 0).all()


def test_the_number_of_threads_changes_nothing():
    room = furnished_room(1, open_top=True)
    camera = Camera.from_fov(120, 90, 80)
    cloud = lift(*see(room, camera), camera, view=0, sky_radius=SKY_RADIUS)
    other = camera.at(yaw_pitch(20, 5, np.array([0.3, 0.1, 0.2])))
    one, four = (project_cloud(cloud, other, threads=n) for n in (1, 4))
    assert (one.point_index == four.point_index).all() and (one.depth == four.depth).all()


def test_a_rigid_motion_of_everything_changes_nothing():
    room = furnished_room(2)
    camera = Camera.from_fov(100, 100, 80)
    cloud = lift(*see(room, camera), camera, view=0, sky_radius=SKY_RADIUS)
    other = camera.at(yaw_pitch(15, 0, np.array([0.2, 0.0, 0.1])))
    motion = yaw_pitch(110, 25, np.array([1.0, -2.0, 0.5]))
    rotation = motion[:3, :3].astype(np.float32)
    moved = PointCloud(**vars(cloud))
    moved.positions = (cloud.positions @ rotation.T + motion[:3, 3]).astype(np.float32)
    moved.normals = (cloud.normals @ rotation.T).astype(np.float32)
    a, b = project_cloud(cloud, other), project_cloud(moved, other.at(motion @ other.world_from_camera))
    assert (a.known == b.known).mean() > 0.999
    both = a.known & b.known
    assert np.quantile(np.abs(a.depth[both] / b.depth[both] - 1), 0.999) < 1e-3


def test_a_view_of_a_room_from_elsewhere_is_right():
    room = furnished_room(0, poles=0)
    camera = Camera.from_fov(256, 256, 90)
    cloud = lift(*see(room, camera), camera, view=0, sky_radius=SKY_RADIUS)
    other = camera.at(yaw_pitch(30, 0, np.array([0.25, 0.0, 0.2])))
    _, truth = see(room, other)
    seen = project_cloud(cloud, other)
    error = np.abs(seen.depth / truth - 1)[seen.known]
    assert np.median(error) < 1e-5 and np.quantile(error, 0.9) < 1e-3 and (error > 0.02).mean() < 0.01


def test_no_background_shows_through_a_magnified_foreground():
    """A step towards a poster before a wall: the poster's samples spread out, the wall must not show between them."""
    camera = Camera.from_fov(128, 128, 60)
    depth = np.full((128, 128), 6.0, np.float32)
    depth[44:84, 44:84] = 2.0
    cloud = lift(np.zeros((128, 128, 3), np.float32), depth, camera, view=0, sky_radius=SKY_RADIUS)
    wall_behind = cloud_of(
        np.stack(np.meshgrid(np.linspace(-3, 3, 200), np.linspace(-3, 3, 200), [6.0]), -1).reshape(-1, 3), 0.03
    )
    for step in (0.5, 1.0, 1.4):
        nearer = camera.at(yaw_pitch(0, 0, np.array([0.0, 0.0, step])))
        seen = project_cloud(PointCloud.concatenate([cloud, wall_behind]), nearer)
        half = 18 * 2.0 / (2.0 - step)  # the poster is 20 pixels to each side; a little less, to stay clear of its edge
        inside = np.abs(np.arange(128) + 0.5 - 64) < half
        poster = seen.depth[np.ix_(inside, inside)]
        assert np.allclose(poster, 2.0 - step, rtol=1e-3), step


def test_a_slanted_floor_has_no_cracks_after_a_step_forward():
    floor = Room(np.array([-9.0, -9.0, -9.0]), np.array([9.0, 1.5, 9.0]), np.zeros((0, 4)), np.zeros((0, 3)))
    camera = Camera.from_fov(160, 120, 70)
    cloud = lift(*see(floor, camera), camera, view=0, sky_radius=SKY_RADIUS)
    seen = project_cloud(cloud, camera.at(yaw_pitch(0, 0, np.array([0.0, 0.0, 0.6]))), rim_erosion=0)
    middle = seen.known[:90, 20:140]
    assert middle.mean() > 0.999


def pole_world() -> tuple[Camera, PointCloud, np.ndarray]:
    room = Room(np.array([-6.0, -3, -3]), np.array([6.0, 3, 6]), np.zeros((0, 4)), np.array([[0.05, 2.0, 0.06]]))
    camera = Camera.from_fov(256, 256, 70)
    image, depth = see(room, camera)
    return camera, lift(image, sharpen_depth(depth), camera, view=0, sky_radius=SKY_RADIUS), depth


def test_a_thin_pole_is_solid_casts_a_hole_and_has_no_flying_points():
    camera, cloud, depth = pole_world()
    z = cloud.positions[:, 2]
    level = (np.abs(cloud.positions[:, 0]) < 0.4) & (np.abs(cloud.positions[:, 1]) < 1.2)
    assert ((z > 2.1) & (z < 5.9) & level).sum() == 0  # nothing between pole and wall
    assert (depth < 2.1).sum() > 1000
    side = camera.at(yaw_pitch(0, 0, np.array([0.25, 0.0, 0.0])))
    seen = project_cloud(cloud, side, rim_erosion=0)
    x = 128 + camera.fx * (0.05 - 0.25) / 2.0
    columns = np.arange(256) + 0.5
    radius = camera.fx * 0.06 / 2.0
    pole = np.abs(columns - x) < radius - 2.5
    assert pole.sum() >= 5
    # The side of the pole that the first view did not see is unknown; nowhere does the wall show through it.
    assert not (seen.depth[:, pole] > 2.2)[seen.known[:, pole]].any()
    assert seen.known[:, pole].mean() > 0.8
    # The wall behind the pole, as first seen, lies elsewhere now: a hole about as wide as the pole's shadow.
    shadow = 128 + camera.fx * (6 / 2.0 * np.array([-0.01, 0.11]) - 0.25) / 6.0
    hole = ~seen.known[128]
    assert hole[int(shadow[0]) + 3 : int(shadow[1]) - 3].all()
    assert hole.sum() < 1.6 * (shadow[1] - shadow[0])


def test_a_smeared_pole_has_no_flying_points_after_sharpening():
    import cv2

    camera, _, depth = pole_world()
    smeared = (1 / cv2.GaussianBlur(1 / depth, (0, 0), 1.0)).astype(np.float32)

    def flying(d: np.ndarray) -> int:
        z = lift(np.zeros((256, 256, 3), np.float32), d, camera, view=0, sky_radius=SKY_RADIUS).positions
        return int(((z[:, 2] > 2.4) & (z[:, 2] < 5.0) & (np.abs(z[:, 0]) < 0.5) & (np.abs(z[:, 1]) < 1.2)).sum())

    before = flying(smeared)
    assert before > 500
    assert flying(sharpen_depth(smeared)) < 0.02 * before


def test_sky_is_known_infinite_and_behind_everything():
    camera = Camera.from_fov(16, 16, 60)
    depth = np.full((16, 16), np.inf, np.float32)
    sky = lift(np.ones((16, 16, 3), np.float32), depth, camera, view=0, sky_radius=5.0)
    assert np.allclose(np.linalg.norm(sky.positions, axis=1), 5.0, rtol=1e-5)
    far = cloud_of(np.array([[0.0, 0.0, 40.0]]), 1.0)  # further than the dome
    seen = project_cloud(PointCloud.concatenate([sky, far]), camera)
    assert seen.known.all() and np.isclose(seen.depth[8, 8], 40.0) and seen.is_sky[0, 0]


def test_a_surface_seen_from_behind_hides_and_is_unknown():
    camera = Camera.from_fov(32, 32, 60)
    depth = np.full((32, 32), 4.0, np.float32)
    image = np.zeros((32, 32, 3), np.float32)
    wall = lift(image, depth, camera, view=0, sky_radius=SKY_RADIUS)
    poster = lift(
        image, depth / 2, camera.at(yaw_pitch(180, 0, np.array([0.0, 0.0, 4.0]))), view=1, sky_radius=SKY_RADIUS
    )
    seen = project_cloud(PointCloud.concatenate([wall, poster]), camera)
    assert not seen.known[4:-4, 4:-4].any()


@pytest.mark.parametrize("pixels", [0, 1, 2, 5])
def test_the_rim_is_eroded_by_the_named_amount_and_not_at_the_border(pixels):
    known = np.zeros((20, 30), bool)
    known[:, :15] = True
    assert (erode_rim(known, pixels).sum(1) == 15 - pixels).all()


def test_a_negative_rim_is_refused():
    with pytest.raises(InputError, match="rim_erosion -1"):
        project_cloud(PointCloud.empty(), Camera.from_fov(4, 4, 60), rim_erosion=-1)
