"""Ground, poses and links."""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from urllib.parse import parse_qs

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.rotations import quaternions
from lucid3d.viewer import poses
from lucid3d.viewer.splats import Splats
from lucid3d.viewer.walking import (
    CELL,
    CLOSED,
    EYE,
    OPEN,
    REACH,
    UNEXPLORED,
    configuration,
    find_ground,
    ground_of,
)
from tests.viewer.tiny_scene import EYE as ROOM_EYE
from tests.viewer.tiny_scene import gaussians_at, room


@dataclass
class Seen:
    """What of a browser's camera is read."""

    wxyz: np.ndarray
    position: np.ndarray
    fov: float


def test_the_floor_of_a_room_is_found() -> None:
    ground = find_ground(Splats.of(room(0.1)), np.zeros(3))
    assert ground.found
    assert ground.eye == pytest.approx(ROOM_EYE, abs=0.02)
    for x, z in ((0, 0), (2, -2), (-2.5, 1)):
        assert ground.at(x, z) == pytest.approx(ROOM_EYE, abs=0.02)


def test_a_slope_is_followed_and_a_speck_above_it_is_not() -> None:
    x, z = (grid.ravel() for grid in np.meshgrid(np.arange(-5, 5, 0.1), np.arange(-5, 5, 0.1)))
    means = np.stack([x, 1.5 + 0.2 * z, z], axis=1)
    speck = np.array([[1.0, 0.7, 1.0]])
    ground = find_ground(
        Splats.of(gaussians_at(np.vstack([means, speck]), np.full((len(means) + 1, 3), 0.5))), np.zeros(3)
    )
    for at_z in (-3.0, 0.0, 1.0, 3.0):
        assert ground.at(1.0, at_z) == pytest.approx(1.5 + 0.2 * at_z, abs=0.06)
    assert ground.at(0, 4.9) == pytest.approx(ground.at(0, 50))  # beyond what is known the ground goes on


def test_the_ground_of_an_explored_scene_says_where_one_can_walk() -> None:
    heights = np.full((9, 9), 1.5, np.float32)
    heights[:, 6:] = np.nan  # a wall to the right
    ground = ground_of(FreeSpace(heights, np.zeros(3), 1.5))
    assert ground.ways is not None
    assert (ground.eye, ground.cell) == (1.5, 0.25)
    assert np.isfinite(ground.heights).all()
    assert ground.ways[4, 4] == OPEN
    assert ground.ways[4, 7] == CLOSED
    assert ground.ways[0, 8] == UNEXPLORED
    inside = json.loads(configuration(ground=ground).removeprefix("window.lucid3dWalk.configure(").removesuffix(");"))
    assert base64.b64decode(inside["ground"]["ways"]) == ground.ways.tobytes()


def test_a_scene_without_ground_gets_a_level_one() -> None:
    ground = find_ground(
        Splats.of(gaussians_at(np.array([[0, -5.0, 0]]), np.array([[1.0, 1, 1]]))), np.array([0, 2.0, 0])
    )
    assert not ground.found
    assert ground.at(3, 3) == pytest.approx(2.0 + EYE)


def test_the_configuration_is_javascript_that_ends_no_script() -> None:
    ground = find_ground(Splats.of(room(0.3)), np.zeros(3))
    text = configuration(title="</script><b>", speed=2, ground=ground)
    assert "</" not in text
    inside = json.loads(text.removeprefix("window.lucid3dWalk.configure(").removesuffix(");"))
    assert inside["title"] == "</script><b>"
    assert inside["ground"]["count"] == 2 * int(REACH / CELL) + 1


@given(st.floats(-180, 180), st.floats(-80, 80))
def test_quaternions_and_rotations_are_inverse(yaw: float, pitch: float) -> None:
    rotation = yaw_pitch(yaw, pitch)[:3, :3]
    np.testing.assert_allclose(poses.rotation_of(quaternions(rotation)), rotation, atol=1e-12)


def test_a_window_becomes_a_camera_of_the_same_view() -> None:
    pose = yaw_pitch(30, 10, np.array([1.0, -0.5, 2.0]))
    seen = Seen(quaternions(pose[:3, :3]), pose[:3, 3], 1.1)
    camera = poses.camera_of(seen, 300, 200)
    np.testing.assert_allclose(camera.world_from_camera, pose, atol=1e-12)
    assert poses.vertical_fov(camera) == pytest.approx(1.1)
    assert camera.fx == camera.fy


def test_a_link_says_where_and_whither() -> None:
    pose = yaw_pitch(90, 0, np.array([1.0, -0.5, 2.0]))
    query = parse_qs(poses.query_of(Seen(quaternions(pose[:3, :3]), pose[:3, 3], math.radians(50)), reach=0.5))
    assert query["initialCameraPosition"] == ["1.0000,-0.5000,2.0000"]
    assert query["initialCameraLookAt"] == ["1.5000,-0.5000,2.0000"]
    assert float(query["initialCameraFov"][0]) == pytest.approx(math.radians(50), abs=1e-4)
    assert query["initialCameraUp"] == ["0,-1,0"]
    assert Camera.from_fov(10, 10, 90, pose).forward[0] == pytest.approx(1)
