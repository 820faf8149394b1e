from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.learning.optics import (
    down_from_latitudes,
    down_vector,
    focal_of_fov,
    fov_of_focal,
    horizon_offset,
    latitudes,
    pitch_roll,
)

ANGLE = st.floats(-60, 60)


@given(ANGLE, ANGLE)
def test_gravity_gives_back_its_pitch_and_roll(pitch: float, roll: float) -> None:
    assert pitch_roll(down_vector(pitch, roll)) == pytest.approx((pitch, roll), abs=1e-6)


@given(ANGLE, st.floats(-40, 40), st.floats(0.4, 3))
def test_gravity_is_found_in_how_far_rays_rise(pitch: float, roll: float, focal: float) -> None:
    down = down_vector(pitch, roll)
    found = down_from_latitudes(latitudes(down, 40 * focal, (24, 16), (32, 48)), 40 * focal)
    assert math.degrees(math.acos(min(float(found @ down), 1))) < 1.5


@pytest.mark.parametrize(("pitch", "roll"), [(0, 0), (-20, 5), (15, -10)])
def test_some_rays_that_are_wrong_hardly_turn_gravity(pitch: float, roll: float) -> None:
    down = down_vector(pitch, roll)
    rising = latitudes(down, 36, (24, 16), (32, 48))
    rising[8:16, 30:46] = 1.0
    assert math.degrees(math.acos(min(float(down_from_latitudes(rising, 36) @ down), 1))) < 3


def test_rays_at_the_horizon_do_not_rise_and_those_above_it_do() -> None:
    camera = Camera.from_fov(96, 64, 75, yaw_pitch(33, -12))
    rising = latitudes(camera.rotation.T @ [0, 1, 0], camera.fx, (48, 32), (64, 96))
    up = -camera.world_rays()[..., 1] / np.linalg.norm(camera.world_rays(), axis=-1)
    np.testing.assert_allclose(rising, np.arcsin(up), atol=1e-5)


def test_gravity_is_that_of_a_camera() -> None:
    """Pitch as `yaw_pitch` has it."""
    pose = yaw_pitch(70, 20)
    np.testing.assert_allclose(pose[:3, :3].T @ [0, 1, 0], down_vector(20, 0), atol=1e-12)


@pytest.mark.parametrize("pitch", [-35.0, -5.0, 0.0, 18.0])
def test_the_horizon_is_where_a_camera_sees_what_is_level_and_far(pitch: float) -> None:
    camera = Camera.from_fov(320, 200, 75, yaw_pitch(33, pitch))
    far = 1e7 * np.array([math.sin(math.radians(33)), 0, math.cos(math.radians(33))])
    pixel, _ = camera.project(far)
    scale = math.sqrt(320 * 200)
    offset = horizon_offset(camera.rotation.T @ [0, 1, 0], camera.fx / scale)
    assert 100 + offset * scale == pytest.approx(float(pixel[1]), abs=0.01)


def test_a_principal_point_off_the_middle_moves_the_horizon_with_it() -> None:
    down = down_vector(10, 5)
    moved = horizon_offset(down, 1.0, (0.1, 0.2)) - horizon_offset(down, 1.0)
    assert moved == pytest.approx(0.2 + 0.1 * math.tan(math.radians(5)))


@given(st.floats(10, 150), st.integers(50, 4000), st.integers(50, 4000))
def test_a_lens_gives_back_its_field_of_view(fov: float, width: int, height: int) -> None:
    assert fov_of_focal(focal_of_fov(fov, width, height), width, height) == pytest.approx(fov)


def test_a_lens_that_none_has_is_refused() -> None:
    with pytest.raises(InputError, match="between 1 and 179"):
        focal_of_fov(180, 10, 10)
