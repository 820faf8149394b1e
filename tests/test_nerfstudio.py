"""Camera paths of nerfstudio: every field that changes what is seen counts, or is refused by its name."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.nerfstudio import level_origin, nerfstudio_from_world, world_from_nerfstudio
from lucid3d.trajectory import load_cameras

RING = [yaw_pitch(yaw, 0) for yaw in range(0, 360, 45)]
FORTH = yaw_pitch(20, -10, np.array([1.0, -2.0, 3.0]))


def load(folder: Path, document: Any, width: int = 64, height: int = 64, name: str = "path.json") -> list[Camera]:
    path = folder / name
    path.write_text(json.dumps(document))
    return load_cameras(path, width=width, height=height, fov_degrees=90)


def viewer(poses: list[Any], fov: Any = 50, aspect: Any = 16 / 9, **more: Any) -> dict[str, Any]:
    path = [
        {"camera_to_world": nerfstudio_from_world(pose).ravel().tolist(), "fov": fov, "aspect": aspect}
        for pose in poses
    ]
    return {"camera_type": "perspective", "camera_path": path, **more}


def transforms(poses: list[Any], **lens: Any) -> dict[str, Any]:
    frames = [{"transform_matrix": nerfstudio_from_world(pose).tolist()} for pose in poses]
    return {"frames": frames, **lens}


def vertical(camera: Camera) -> float:
    return math.degrees(2 * math.atan(camera.height / 2 / camera.fy))


def test_round_trip() -> None:
    for pose in (np.eye(4), yaw_pitch(30, 10, np.array([0.1, -0.2, 0.3])), yaw_pitch(200, -40)):
        np.testing.assert_allclose(world_from_nerfstudio(nerfstudio_from_world(pose)), pose, atol=1e-12)


def test_up_is_up() -> None:
    """nerfstudio's world has z up: a camera raised by a metre there is at y = -1 here."""
    raised = np.eye(4)
    raised[2, 3] = 1.0
    np.testing.assert_allclose(world_from_nerfstudio(raised)[:3, 3], [0, -1, 0])


def test_the_viewers_angle_is_vertical(tmp_path: Path) -> None:
    """In a film of the file's own shape the vertical angle is the file's; in a square the whole frame is seen."""
    film = load(tmp_path, viewer(RING), 160, 90)
    assert [vertical(camera) for camera in film] == pytest.approx([50] * 8)
    across = math.degrees(2 * math.atan(16 / 9 * math.tan(math.radians(25))))
    assert load(tmp_path, viewer(RING))[0].fov_degrees == pytest.approx(across)
    portrait = load(tmp_path, viewer(RING, aspect=9 / 16))[0]
    assert vertical(portrait) == pytest.approx(50)
    sized = load(tmp_path, viewer(RING, aspect=None, render_width=160, render_height=90))[0]
    assert sized.fov_degrees == pytest.approx(across)


def test_every_frame_has_its_own_angle(tmp_path: Path) -> None:
    document = viewer([np.eye(4)] * 3, aspect=1)
    for entry, fov in zip(document["camera_path"], (20, 40, 60), strict=True):
        entry["fov"] = fov
    assert [camera.fov_degrees for camera in load(tmp_path, document)] == pytest.approx([20, 40, 60])


@pytest.mark.parametrize("by_columns", [True, False])
@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_key_frames_where_there_is_no_path(tmp_path: Path, by_columns: bool, scale: float) -> None:
    """Older viewers write text by columns, newer ones a list by rows; either may scale the rotation."""
    matrices = []
    for pose in (yaw_pitch(0, 0), FORTH):
        matrix = nerfstudio_from_world(pose)
        matrix[:3, :3] *= scale
        matrices.append(json.dumps(matrix.T.ravel().tolist()) if by_columns else matrix.ravel().tolist())
    keys = [{"matrix": matrix, "fov": 50, "aspect": 1} for matrix in matrices]
    cameras = load(tmp_path, {"camera_type": "perspective", "keyframes": keys, "camera_path": []})
    np.testing.assert_allclose(cameras[1].world_from_camera, FORTH, atol=1e-9)
    assert cameras[1].fov_degrees == pytest.approx(50)


@pytest.mark.parametrize(
    ("lens", "fov"),
    [
        ({"fl_x": 32, "w": 64}, 90.0),
        ({"fl_x": 32, "w": 64, "h": 128}, math.degrees(2 * math.atan(2))),  # the frame is higher than wide
        ({"fl_x": 32, "cx": 32}, 90.0),
        ({"fl_x": 32, "w": 64, "cx": 24}, math.degrees(2 * math.atan(40 / 32))),  # off its centre: the wider side
        ({"camera_angle_x": 1.2}, math.degrees(1.2)),
        ({"camera_angle_y": 0.6}, math.degrees(0.6)),
        ({}, 90.0),
    ],
)
def test_the_lens_of_a_transforms_file(tmp_path: Path, lens: dict[str, Any], fov: float) -> None:
    assert load(tmp_path, transforms(RING, **lens))[1].fov_degrees == pytest.approx(fov)


def test_a_frames_lens_is_its_own_and_names_order_the_frames(tmp_path: Path) -> None:
    document = transforms(RING[:3], w=64)
    for entry, number, focal in zip(document["frames"], (10, 9, 1), (16, 32, 64), strict=True):
        entry |= {"fl_x": focal, "file_path": f"images/{number}.png"}
    cameras = load(tmp_path, document)
    assert [camera.fov_degrees for camera in cameras] == pytest.approx(
        [2 * math.degrees(math.atan(32 / f)) for f in (64, 32, 16)]
    )


def test_a_ring_that_looks_down_turns_about_the_vertical(tmp_path: Path) -> None:
    """The file says where up is: the world stays level, and every camera of the ring looks down by as much."""
    poses = [yaw_pitch(yaw, -30, np.array([0, -1.0, 0])) for yaw in range(90, 450, 45)]
    cameras = load(tmp_path, transforms(poses, fl_x=32, w=64))
    pitches = [math.degrees(math.asin(-camera.forward[1])) for camera in cameras]
    assert pitches == pytest.approx([-30] * 8)
    np.testing.assert_allclose(cameras[0].world_from_camera, yaw_pitch(0, -30), atol=1e-9)


@pytest.mark.parametrize("pitch", [-90.0, -60.0, 0.0, 45.0, 90.0])
def test_level_origin_keeps_heading_and_place(pitch: float) -> None:
    place = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(level_origin(yaw_pitch(70, pitch, place)), yaw_pitch(70, 0, place), atol=1e-9)


def test_names_in_capitals_and_windows_marks(tmp_path: Path) -> None:
    text = json.dumps(transforms(RING, fl_x=32, w=64))
    for name, data in (("UP.JSON", text.encode()), ("mark.json", b"\xef\xbb\xbf" + text.encode())):
        (tmp_path / name).write_bytes(data)
        assert len(load_cameras(tmp_path / name, width=64, height=64, fov_degrees=50)) == 8


def test_distortion_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    load(tmp_path, transforms(RING, camera_model="OPENCV", fl_x=32, w=64, k1=0.05, k2=0.0))
    assert "distortion (k1) is left out" in caplog.text


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (viewer(RING) | {"camera_type": "fisheye"}, "camera_type 'fisheye'"),
        (viewer(RING) | {"camera_type": "equirectangular"}, "camera_type 'equirectangular'"),
        (transforms(RING, camera_model="OPENCV_FISHEYE"), "camera_model 'OPENCV_FISHEYE'"),
        (transforms(RING, fl_x=32), "without 'w'"),
        (transforms(RING, fl_x=-32, w=64), "fl_x -32 must lie above 0"),
        (viewer(RING, fov=180), "fov 180 must lie above 0 and below 180"),
        ({"camera_path": ["images"]}, "camera 0 must be a mapping with 'camera_to_world'"),
        ({"camera_path": [{"camera_to_world": [1, 2, 3]}]}, "16 numbers, this one 3"),
        ({"frames": [{"file_path": "a"}]}, "frame 0 has no 'transform_matrix'"),
        ({"frames": 3}, "list of mappings"),
        ({"camera_path": [], "keyframes": []}, "no camera"),
        ({"something": 1}, "needs 'frames'"),
        ([1], "mapping"),
    ],
)
def test_what_is_refused_is_named(tmp_path: Path, document: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load(tmp_path, document)
