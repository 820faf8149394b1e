"""phi 2->3 and phi 3->2 undo each other, and bad cameras are named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from lucid3d.camera import Camera, look_at, yaw_pitch
from lucid3d.errors import InputError


@st.composite
def cameras(draw: st.DrawFn) -> Camera:
    rotation = Rotation.random(rng=draw(st.integers(0, 2**16))).as_matrix()
    pose = np.eye(4)
    pose[:3, :3] = rotation
    pose[:3, 3] = [draw(st.floats(-5, 5)) for _ in range(3)]
    return Camera.from_fov(draw(st.integers(1, 40)), draw(st.integers(1, 40)), draw(st.floats(20, 140)), pose)


@settings(max_examples=60, deadline=None)
@given(cameras(), st.integers(0, 2**16))
def test_project_undoes_unproject(camera: Camera, seed: int) -> None:
    depth = np.random.default_rng(seed).uniform(0.5, 50, (camera.height, camera.width)).astype(np.float32)
    pixels, again = camera.project(camera.unproject(depth))
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    np.testing.assert_allclose(pixels, np.stack([x, y], axis=-1), atol=2e-3)
    np.testing.assert_allclose(again, depth, rtol=1e-4)


def test_axes_are_opencv() -> None:
    camera = Camera.from_fov(100, 100, 90)
    pixels, depth = camera.project(np.array([[1.0, 0, 2], [0, 1, 2], [0, 0, -1]]))
    np.testing.assert_allclose(pixels[:2], [[75, 50], [50, 75]])  # right is right, y down is down
    assert depth[2] < 0
    assert np.isnan(pixels[2]).all()


def test_yaw_turns_right_and_pitch_looks_up() -> None:
    np.testing.assert_allclose(yaw_pitch(90, 0)[:3, 2], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(yaw_pitch(0, 90)[:3, 2], [0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(
        yaw_pitch(33, 21)[:3, 2], look_at(np.zeros(3), yaw_pitch(33, 21)[:3, 2])[:3, 2], atol=1e-12
    )


def test_look_at_keeps_the_horizon_level() -> None:
    pose = look_at(np.array([1.0, -2, 3]), np.array([4.0, 1, -2]))
    assert pose[1, 0] == pytest.approx(0)  # "right" has no vertical part
    assert pose[1, 1] > 0  # the picture's bottom is down
    np.testing.assert_allclose(look_at(np.zeros(3), np.array([0, -1.0, 0]))[:3, 2], [0, -1, 0])


def test_resizing_keeps_the_field_of_view() -> None:
    camera = Camera.from_fov(640, 480, 75)
    assert camera.resized(320, 240).fov_degrees == pytest.approx(75)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": 0}, "at least 1x1"),
        ({"fov_degrees": 180}, "between 0 and 180"),
        ({"fov_degrees": float("nan")}, "between 0 and 180"),
        ({"world_from_camera": np.full((4, 4), np.nan)}, "finite"),
        ({"world_from_camera": np.diag([1.0, 1, -1, 1])}, "mirrors"),
        ({"world_from_camera": np.diag([2.0, 2, 2, 1])}, "rigid"),
    ],
)
def test_bad_cameras_are_named(arguments: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Camera.from_fov(**{"width": 8, "height": 8, "fov_degrees": 90.0, **arguments})


def test_unproject_names_a_wrong_shape() -> None:
    with pytest.raises(InputError, match=r"\(3, 3\)"):
        Camera.from_fov(4, 4, 90).unproject(np.ones((3, 3)))
