"""Camera paths: what comes with the project covers what it says, and what a user hands in is checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lucid3d.camera import yaw_pitch
from lucid3d.errors import InputError
from lucid3d.trajectory import load_cameras, names, planned_reach

LENS = {"width": 64, "height": 64, "fov_degrees": 90.0}


def fibonacci_sphere(count: int) -> np.ndarray:
    index = np.arange(count) + 0.5
    z = 1 - 2 * index / count
    angle = np.pi * (1 + 5**0.5) * index
    ring = np.sqrt(1 - z**2)
    return np.stack([ring * np.cos(angle), z, ring * np.sin(angle)], axis=1)


@pytest.mark.parametrize("name", names())
def test_every_named_path_loads_and_starts_at_the_origin_of_a_level_world(name: str) -> None:
    first = load_cameras(name, **LENS)[0]
    np.testing.assert_allclose(first.position, 0, atol=1e-12)
    np.testing.assert_allclose([first.forward[0], first.rotation[1, 0]], 0, atol=1e-12)  # ahead, and not rolled


def test_a_path_that_begins_with_a_nod_leaves_the_world_level() -> None:
    pitches = [np.degrees(np.arcsin(-camera.forward[1])) for camera in load_cameras("headbanging", **LENS, frames=8)]
    np.testing.assert_allclose(pitches, [12, -12] * 4, atol=1e-9)


def test_the_required_paths_are_there() -> None:
    required = {"lookdown", "lookaround", "rotate360", "walk", "llff", "back_and_forth", "headbanging"}
    assert required <= set(names())


def test_walk_covers_the_whole_sphere_from_the_start() -> None:
    directions = fibonacci_sphere(20_000)
    seen = np.zeros(len(directions), bool)
    for camera in load_cameras("walk", **LENS):
        if np.linalg.norm(camera.position) > 1e-9:
            continue
        pixels, depth = camera.project(directions)
        seen |= (depth > 0) & (pixels >= 0).all(axis=1) & (pixels <= (camera.width, camera.height)).all(axis=1)
    assert seen.all()


def test_walk_scales_with_the_walk_radius_and_stays_within_it() -> None:
    reach = [
        np.linalg.norm([c.position for c in load_cameras("walk", **LENS, walk_radius=r)], axis=1) for r in (0.5, 2)
    ]
    np.testing.assert_allclose(reach[1], 4 * reach[0])
    assert reach[0].max() == pytest.approx(0.5, abs=1e-9)


def test_rotate360_is_ten_steps_of_36_degrees() -> None:
    forwards = np.array([c.forward for c in load_cameras("rotate360", **LENS)])
    steps = np.degrees(np.arccos((forwards * np.roll(forwards, -1, axis=0)).sum(axis=1)))
    np.testing.assert_allclose(steps, 36, atol=1e-9)


@pytest.mark.parametrize("name", ["stroll", "llff", "headbanging", "back_and_forth"])
def test_films_are_closed_and_smooth(name: str) -> None:
    cameras = load_cameras(name, **LENS, frames=120)
    assert len(cameras) == 120
    poses = np.array([c.world_from_camera for c in cameras])
    steps = np.linalg.norm(np.diff(np.concatenate([poses, poses[:1]]), axis=0).reshape(120, -1), axis=1)
    assert steps.max() < 3 * np.median(steps) + 1e-3  # the step back to the first frame is no jump


def test_a_path_is_moved_so_that_its_first_camera_is_the_origin() -> None:
    poses = [yaw_pitch(90, 0, np.array([5.0, 0, 0])), yaw_pitch(90, 0, np.array([6.0, 0, 0]))]
    cameras = load_cameras(poses, **LENS)
    np.testing.assert_allclose(cameras[1].world_from_camera, yaw_pitch(0, 0, np.array([0, 0, 1.0])), atol=1e-12)


def mirrored() -> np.ndarray:
    return np.diag([-1.0, 1, 1, 1])


def with_nan() -> np.ndarray:
    pose = np.eye(4)
    pose[0, 3] = np.nan
    return pose


@pytest.mark.parametrize(
    ("poses", "message"),
    [
        ([], "at least one"),
        ([mirrored()], "mirrors"),
        ([np.eye(4), with_nan()], "camera 1"),
        ([2 * np.eye(4)], "rigid"),
    ],
)
def test_bad_poses_are_named(poses: list[np.ndarray], message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_cameras(poses, **LENS)


def test_one_camera_is_enough() -> None:
    assert len(load_cameras([np.eye(4)], **LENS)) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("views: [{yaww: 3}]", "did you mean 'yaw'"),
        ("views: []", "no camera"),
        ("keyframes: [{yaw: 1}]", "at least two"),
        ("keyframes: [{yaw: .nan}, {yaw: 2}]", "not finite"),
        ("views: [{position: [1, 2]}]", "three numbers"),
        ("views: [{ring: 0}]", "ring"),
        ("unit: feet\nviews: [{yaw: 0}]", "metre"),
        ("- 1", "mapping"),
        ("views: [", "cannot be read"),
        ("views: [{yaw: left}]", "expected form"),
        ("{}", "views"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "path.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        load_cameras(path, **LENS)


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'walk'"):
        load_cameras("walc", **LENS)
    with pytest.raises(InputError, match="does not exist"):
        load_cameras("nowhere.yaml", **LENS)


def test_a_path_may_say_how_far_it_wants_to_be_explored(tmp_path: Path) -> None:
    assert planned_reach("roam") == "2m"
    assert planned_reach("walk") == ""
    own = tmp_path / "own.yaml"
    own.write_text("explore: 3m\nviews: [{yaw: 0}]")
    assert planned_reach(own) == "3m"
    assert len(load_cameras(own, width=8, height=8, fov_degrees=90)) == 1
    with pytest.raises(InputError, match="not known"):
        planned_reach("raom")
