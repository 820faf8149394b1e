"""The second sky: behind the first and in its colours, continued where nothing was seen, and none in rooms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.gaussians import from_points, render
from lucid3d.gaussians.model import joined
from lucid3d.gaussians.patches import join_patches
from lucid3d.pointcloud import PointCloud, lift, merge
from lucid3d.projection import project_cloud
from lucid3d.skydome import restored, sky_behind

RADIUS = 100.0
UP = Camera.from_fov(256, 256, 120.0, yaw_pitch(0, 90))


def under(covered: np.ndarray) -> PointCloud:
    """What is seen straight up: sky that is bluer ahead than behind, and things where `covered` (256, 256) is True."""
    image = np.full((256, 256, 3), 0.2, np.float32)
    image[..., 2] = np.linspace(0.5, 1.0, 256, dtype=np.float32)[:, None]
    depth = np.where(covered, 5.0, np.inf).astype(np.float32)
    return lift(image, depth, UP, view=0, sky_radius=RADIUS)


def test_sky_that_a_roof_hides_is_continued_behind_it() -> None:
    roof = np.zeros((256, 256), bool)
    roof[80:180, 60:160] = True
    cloud = under(roof)
    whole = PointCloud.concatenate([cloud, sky_behind(cloud)])
    aside = UP.at(yaw_pitch(0, 90, np.array([3.0, 0.0, 0.0])))
    before, after = (project_cloud(each, aside, rim_erosion=0) for each in (cloud, whole))
    assert before.known.mean() < 0.95
    assert 1 - after.known.mean() < 0.25 * (1 - before.known.mean())  # at a pixel a degree a rim stays
    true = project_cloud(under(np.zeros_like(roof)), aside)
    fresh = after.known & ~before.known & true.known
    assert np.abs(after.image - true.image)[fresh].mean() < 0.05


def test_what_stands_before_a_far_hill_hides_the_hill_and_no_sky() -> None:
    camera = Camera.from_fov(256, 256, 130.0)
    image, depth = np.ones((256, 256, 3), np.float32), np.full((256, 256), np.inf, np.float32)
    image[100:], depth[100:] = (0.1, 0.3, 0.1), 400.0
    image[60:200, 118:138], depth[60:200, 118:138] = (0.8, 0.7, 0.5), 30.0  # a sail, from the water into the sky
    behind = sky_behind(lift(image, depth, camera, view=0, sky_radius=1000.0))
    shown = project_cloud(behind, camera, rim_erosion=0)
    hill, sky = shown.image[106:126, 120:136][shown.known[106:126, 120:136]], shown.image[:60][shown.known[:60]]
    assert np.abs(np.median(hill, axis=0) - (0.1, 0.3, 0.1)).max() < 0.1
    assert np.median(sky) > 0.9


def test_it_lies_behind_what_is_seen_and_lets_nothing_through() -> None:
    cloud = under(np.zeros((256, 256), bool))
    behind = sky_behind(cloud)
    assert behind.is_sky.all() and np.isfinite(behind.colors).all()
    assert np.linalg.norm(behind.positions, axis=1).min() > RADIUS
    np.testing.assert_array_equal(
        project_cloud(PointCloud.concatenate([cloud, behind]), UP).image, project_cloud(cloud, UP).image
    )
    few = join_patches(cloud, 300, {0: UP})
    alone, both = (render(from_points(each), UP) for each in (few, PointCloud.concatenate([few, behind])))
    assert alone.alpha.min() < 0.95 < 0.995 < both.alpha.min()
    truth = project_cloud(cloud, UP, rim_erosion=0).image
    assert np.abs(both.image - truth).max() < np.abs(alone.image - truth).max()


def test_fewer_points_are_coarser_and_close_too() -> None:
    cloud = under(np.zeros((256, 256), bool))
    fine, coarse = sky_behind(cloud), sky_behind(cloud, 2000)
    assert 0 < len(coarse) <= 2000 < len(fine)
    assert render(from_points(coarse), UP).alpha.min() > 0.85
    assert len(sky_behind(cloud, 100)) == 0


def test_below_the_horizon_it_has_the_colours_of_the_land() -> None:
    ahead = Camera.from_fov(256, 256, 90.0)
    rows = np.arange(256)[:, None] * np.ones((1, 256))
    image = np.where((rows < 128)[..., None], [0.4, 0.6, 0.9], [0.3, 0.5, 0.1]).astype(np.float32)
    depth = np.where(rows < 128, np.inf, 1.6 * ahead.fy / np.maximum(rows - 127.5, 1)).astype(np.float32)
    cloud = merge(under(np.zeros((256, 256), bool)), lift(image, depth, ahead, view=1, sky_radius=RADIUS), ahead)
    seen = render(from_points(sky_behind(cloud)), ahead.at(yaw_pitch(20, 0, np.array([2.0, 0.0, 0.0]))))
    assert seen.alpha[:240].min() > 0.99
    np.testing.assert_allclose(seen.image[150:230].mean(axis=(0, 1)), [0.3, 0.5, 0.1], atol=0.03)


def test_what_training_takes_of_it_comes_back() -> None:
    cloud = under(np.zeros((256, 256), bool))
    things, dome = from_points(cloud), from_points(sky_behind(cloud))
    trained = joined(things[5:], dome)  # some were pruned
    shrunk = replace(trained, log_scales=trained.log_scales - 1.0)
    again = restored(shrunk, dome)
    assert len(again) == len(trained)
    np.testing.assert_array_equal(again.log_scales[: len(things) - 5], shrunk.log_scales[: len(things) - 5])
    np.testing.assert_array_equal(again.log_scales[len(things) - 5 :], dome.log_scales)
    assert restored(shrunk, dome[:0]) is shrunk


def test_rooms_have_none() -> None:
    window = np.ones((256, 256), bool)
    window[120:136, 120:136] = False
    assert len(sky_behind(under(window))) == 0
    assert len(sky_behind(PointCloud.empty())) == 0
