"""Stereo panoramas: what the geometry of the viewing circle says, and nothing else."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.export.stereo import stereo_panorama, write_stereo_panorama
from lucid3d.gaussians.model import SH_C0, Gaussians
from lucid3d.panorama import equirectangular_pixels, equirectangular_rays
from tests.export.scenes import random_scene, room_hit, room_scene

HEIGHT = 144


def dots(directions: np.ndarray, distance: float) -> Gaussians:
    """Small balls at a horizontal distance from the axis, each in a primary colour, in front of a grey room."""
    count = len(directions)
    balls = Gaussians(
        means=(directions / np.hypot(directions[:, 0], directions[:, 2])[:, None] * distance).astype(np.float32),
        quats=np.tile(np.float32([1, 0, 0, 0]), (count, 1)),
        log_scales=np.full((count, 3), math.log(0.012 * distance), np.float32),
        logit_opacities=np.full(count, 5, np.float32),
        sh=((np.eye(3)[:count] - 0.5) / SH_C0)[:, None].astype(np.float32),
    )
    room = room_scene(0.2)
    room.means *= 4
    room.log_scales += math.log(4)
    room.sh[:] = -0.3
    return Gaussians(*(np.concatenate([getattr(balls, name), getattr(room, name)]) for name in vars(balls)))


def centre_of(picture: np.ndarray, channel: int) -> tuple[float, float]:
    """Column and row of the middle of a coloured dot, on the circle of columns."""
    weight = np.clip(picture[..., channel] - picture[..., [c for c in range(3) if c != channel]].max(axis=-1), 0, None)
    weight = np.where(weight > 0.3 * weight.max(), weight, 0)
    angle = (np.arange(picture.shape[1]) + 0.5) / picture.shape[1] * 2 * math.pi
    column = math.atan2((weight * np.sin(angle)).sum(), (weight * np.cos(angle)).sum()) / (2 * math.pi) % 1
    row = (weight * (np.arange(picture.shape[0])[:, None] + 0.5)).sum() / weight.sum()
    return column * picture.shape[1], row


@pytest.mark.parametrize("distance", [0.8, 2.0])
def test_disparity_is_that_of_the_viewing_circle(distance: float) -> None:
    """A point at horizontal distance d is seen asin(r / d) further to the right by the left eye, and the reverse."""
    directions = np.array([[0.2, 0.1, 1.0], [1.0, -0.4, -0.1], [-0.15, 0.3, -1.0]])
    eye_distance = 0.12
    left, right = stereo_panorama(dots(directions, distance), HEIGHT, eye_distance=eye_distance)
    x, _ = equirectangular_pixels(directions, HEIGHT)
    shift = math.asin(eye_distance / 2 / distance) / (2 * math.pi) * 2 * HEIGHT
    for channel in range(3):
        for picture, sign in ((left, 1), (right, -1)):
            column, _ = centre_of(picture, channel)
            difference = (column - x[channel] - sign * shift + HEIGHT) % (2 * HEIGHT) - HEIGHT
            assert abs(difference) < 0.35, (channel, sign)


def test_no_eye_distance_is_the_plain_panorama() -> None:
    from lucid3d.gaussians import render_equirectangular

    room = room_scene(0.15)
    left, right = stereo_panorama(room, 96, eye_distance=0)
    np.testing.assert_array_equal(left, right)
    plain = render_equirectangular(room, np.zeros(3), 96)
    assert np.abs(left - plain.image).mean() < 0.01


def test_every_column_is_seen_from_its_own_place() -> None:
    """A room that reaches close: each ray starts on the viewing circle, and hits the wall that it must."""
    height, eye_distance = 96, 0.4
    pictures = stereo_panorama(room_scene(0.07), height, eye_distance=eye_distance)
    rays = equirectangular_rays(height).reshape(-1, 3).astype(np.float64)
    longitude = np.arctan2(rays[:, 0], rays[:, 2])
    to_the_right = np.stack([np.cos(longitude), np.zeros(len(rays)), -np.sin(longitude)], axis=1)
    for picture, sign in zip(pictures, (-1, 1), strict=True):
        _, truth = room_hit(rays, sign * eye_distance / 2 * to_the_right)
        _, swapped = room_hit(rays, -sign * eye_distance / 2 * to_the_right)
        right = (np.abs(picture.reshape(-1, 3) - truth).max(axis=1) < 0.08).mean()
        wrong = (np.abs(picture.reshape(-1, 3) - swapped).max(axis=1) < 0.08).mean()
        assert right > 0.955  # the rest are the edges between walls
        assert wrong < right - 0.015


def test_left_eye_on_top(tmp_path: Path) -> None:
    scene = dots(np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]]), 1.0)
    path = write_stereo_panorama(scene, tmp_path / "stereo.png", 64, eye_distance=0.2)
    both = cv2.imread(str(path))[..., ::-1] / 255
    assert both.shape == (128, 128, 3)
    assert centre_of(both[:64], 0)[0] > 64 + 1 and centre_of(both[64:], 0)[0] < 64 - 1


@pytest.mark.parametrize("options", [{"eye_distance": -0.1}, {"eye_distance": 1.0}, {"height": 4}, {"height": 10_000}])
def test_sizes_out_of_range(options: dict) -> None:
    with pytest.raises(InputError, match="must lie between"):
        stereo_panorama(random_scene(3), **{"height": 32, **options})
    with pytest.raises(InputError, match="0 Gaussians"):
        stereo_panorama(random_scene(0), 32)
