"""The sky that one view is sure of is carried to the others, and goes no further than the sky."""

from __future__ import annotations

import numpy as np

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.families.diffusion.common_sky import agree_on_sky
from tests.families.test_sky import world

POSES = [(0, 0), (60, 10), (120, 0), (180, 15), (240, 0), (300, 10), (0, 60), (120, 60), (240, 60), (0, 90)]
BLUE = (0.35, 0.55, 0.85)


def views(found: set[int]) -> tuple[list[Camera], list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Of one plain under one sky; an estimator finds the sky in some of them and puts a wall in the others."""
    cameras = [Camera.from_fov(96, 96, 75, yaw_pitch(*pose)) for pose in POSES]
    images, depths, truths = [], [], []
    for index, camera in enumerate(cameras):
        image, depth, truth = world(camera, BLUE)
        depth = depth * np.float32(1 + 0.04 * (-1) ** index)
        images.append(image)
        depths.append(np.where(truth, np.inf, depth) if index in found else depth)
        truths.append(truth)
    return cameras, images, depths, truths


def test_the_sky_is_carried_to_the_zenith_and_not_into_the_hills() -> None:
    cameras, images, depths, truths = views({0, 1, 2, 3, 4, 5})
    agreed = agree_on_sky(cameras, images, depths)
    for index in (6, 7, 8, 9):
        found = ~np.isfinite(agreed[index])
        assert found[truths[index]].mean() > 0.97
    false = np.concatenate([(~np.isfinite(a))[~t] for a, t in zip(agreed, truths, strict=True)])
    assert false.mean() < 0.02
    kept = [np.isfinite(a) for a in agreed]
    assert all(np.array_equal(a[k], d[k]) for a, d, k in zip(agreed, depths, kept, strict=True))


def test_what_is_near_stays_before_the_sky() -> None:
    """A branch that one view knows, in a direction that the others call sky."""
    cameras, images, depths, _ = views({0, 1, 2, 3, 4, 5})
    depths[9][40:44] = 3.0
    agreed = agree_on_sky(cameras, images, depths)
    assert (agreed[9][40:44] == 3.0).all() and not np.isfinite(agreed[9][60:]).any()


def test_where_nobody_is_sure_nothing_changes() -> None:
    cameras, images, depths, _ = views(set())
    depths[0][:4, :4] = np.inf
    agreed = agree_on_sky(cameras, images, depths)
    assert all(np.array_equal(a, d) for a, d in zip(agreed, depths, strict=True))
