"""The sky that no view has seen: continued from what is seen, only where nothing was, and not in rooms."""

from __future__ import annotations

import numpy as np

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.pointcloud import PointCloud, lift, merge
from lucid3d.projection import project_cloud
from lucid3d.skydome import hidden_sky

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
    whole = merge(cloud, hidden_sky(cloud))
    aside = UP.at(yaw_pitch(0, 90, np.array([3.0, 0.0, 0.0])))
    before, after = (project_cloud(each, aside, rim_erosion=0) for each in (cloud, whole))
    assert before.known.mean() < 0.95
    assert 1 - after.known.mean() < 0.25 * (1 - before.known.mean())  # at a pixel a degree a rim stays
    fresh = after.known & ~before.known
    true = project_cloud(under(np.zeros_like(roof)), aside).image
    assert np.abs(after.image - true)[fresh].mean() < 0.05


def test_what_is_seen_stays_and_is_not_doubled() -> None:
    cloud = under(np.zeros((256, 256), bool))
    added = hidden_sky(cloud)
    middle = added.positions[:, 1] < -0.5 * RADIUS
    assert not middle.any()  # all of it is seen there
    assert added.is_sky.all() and np.isfinite(added.colors).all()


def test_rooms_have_none() -> None:
    window = np.ones((256, 256), bool)
    window[120:136, 120:136] = False
    assert len(hidden_sky(under(window))) == 0
    assert len(hidden_sky(PointCloud.empty())) == 0
