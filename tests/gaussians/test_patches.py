"""Points are joined where the picture is flat, and only there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.gaussians.budget import within_budget
from lucid3d.gaussians.patches import join_patches, solid_angles
from lucid3d.pointcloud import PointCloud, lift

SIZE = 64
CAMERA = Camera.from_fov(SIZE, SIZE, 70, yaw_pitch(30, 0, np.array([0.4, 0, -0.2])))
CAMERAS = {0: CAMERA}


def seen(image: np.ndarray, depth: np.ndarray) -> PointCloud:
    return lift(image.astype(np.float32), depth.astype(np.float32), CAMERA, view=0, sky_radius=1e4)


@pytest.fixture
def half() -> PointCloud:
    """A wall: grey on the left, noise on the right."""
    image = np.full((SIZE, SIZE, 3), 0.5)
    image[:, SIZE // 2 :] = np.random.default_rng(0).uniform(size=(SIZE, SIZE // 2, 3))
    return seen(image, np.full((SIZE, SIZE), 3.0))


def columns(cloud: PointCloud) -> np.ndarray:
    return CAMERA.project(cloud.positions)[0][:, 0]


def test_the_flat_half_is_joined_and_the_detailed_half_stays(half: PointCloud) -> None:
    joined = join_patches(half, SIZE * SIZE // 2 + 100, CAMERAS)
    assert len(joined) <= SIZE * SIZE // 2 + 100
    right = columns(joined) > SIZE / 2
    assert right.sum() == SIZE * SIZE // 2
    original = half[columns(half) > SIZE / 2]
    assert set(map(tuple, joined.colors[right])) == set(map(tuple, original.colors))


def test_the_area_and_the_mean_colour_stay(half: PointCloud) -> None:
    joined = join_patches(half, 400, CAMERAS)
    assert len(joined) <= 400
    area = (half.footprints.astype(np.float64) ** 2).sum()
    assert (joined.footprints.astype(np.float64) ** 2).sum() == pytest.approx(area, rel=0.15)
    weights = joined.footprints.astype(np.float64) ** 2
    mean = (joined.colors * weights[:, None]).sum(0) / weights.sum()
    np.testing.assert_allclose(mean, half.colors.mean(0), atol=0.02)


def test_no_patch_bridges_a_depth_edge() -> None:
    depth = np.full((SIZE, SIZE), 2.0)
    depth[:, 29:] = 6.0  # within a 2 x 2 patch
    joined = join_patches(seen(np.full((SIZE, SIZE, 3), 0.5), depth), 300, CAMERAS)
    z = CAMERA.project(joined.positions)[1]
    assert (np.minimum(np.abs(z - 2.0), np.abs(z - 6.0)) < 0.01).all()


def test_leaves_do_not_take_what_ground_and_sky_need() -> None:
    rng = np.random.default_rng(1)
    image = np.empty((SIZE, SIZE, 3))
    image[:] = np.linspace(0, 1, SIZE)[None, :, None]
    image[: SIZE // 2] = rng.uniform(0.2, 0.4, (SIZE // 2, SIZE, 3))
    depth = np.full((SIZE, SIZE), 3.0)
    depth[: SIZE // 2] += rng.uniform(-0.3, 0.3, (SIZE // 2, SIZE))
    wanted = SIZE * SIZE // 4
    joined = join_patches(seen(image, depth), wanted, CAMERAS)
    assert len(joined) <= wanted  # the leaves alone were twice as many
    pixels = CAMERA.project(joined.positions)[0]
    ground = pixels[:, 1] > SIZE / 2
    steps = np.abs(joined.colors[ground].mean(1) - (pixels[ground, 0] - 0.5) / (SIZE - 1))
    assert steps.max() < 0.03


def test_sky_and_things_are_never_joined() -> None:
    depth = np.full((SIZE, SIZE), 5.0)
    depth[:21] = np.inf
    cloud = seen(np.full((SIZE, SIZE, 3), 0.5), depth)
    joined = join_patches(cloud, 300, CAMERAS)
    distance = np.linalg.norm(joined.positions - CAMERA.position, axis=1)
    assert (distance[joined.is_sky] > 9000).all()
    assert (distance[~joined.is_sky] < 20).all()


def test_what_people_come_near_to_stays_finer() -> None:
    """The same noise, near one eye and far from the other: more is left of what is near."""
    image = np.random.default_rng(1).uniform(0.4, 0.6, size=(SIZE, SIZE, 3))
    cloud = seen(image, np.full((SIZE, SIZE), 3.0))
    left = np.array([cloud.positions[columns(cloud) < 8].mean(axis=0)]) * 0.8
    joined = join_patches(cloud, 1000, CAMERAS, left)
    assert (columns(joined) < SIZE / 2).sum() > 1.5 * (columns(joined) > SIZE / 2).sum()
    near = solid_angles(cloud, left)
    assert near[columns(cloud) < 8].mean() > near[columns(cloud) > 56].mean()


def test_points_without_a_camera_stay_and_the_budget_holds(half: PointCloud) -> None:
    assert len(join_patches(half, 100, {})) == len(half)
    assert len(within_budget(half, 100, cameras={})) <= 100
    assert len(within_budget(half, 700, cameras=CAMERAS)) <= 700
    assert within_budget(half, len(half), cameras=CAMERAS) is half


def test_points_without_a_camera_do_not_cost_the_others_their_detail(half: PointCloud) -> None:
    dome = replace(half, views=np.full(len(half), 7, half.views.dtype))
    both = PointCloud.concatenate([half, dome])
    joined = join_patches(both, len(half), CAMERAS)
    seen = joined.views == 0
    assert (~seen).sum() == len(dome)
    assert seen.sum() == pytest.approx(len(half) / 2, rel=0.05)
