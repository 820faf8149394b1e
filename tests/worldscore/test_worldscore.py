"""The WorldScore adapter: moves as the benchmark defines them, and folders that its evaluator reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from scipy.spatial.transform import Rotation

from lucid3d import cli
from lucid3d.config import Config, overlay
from lucid3d.errors import InputError
from lucid3d.worldscore.answer import Shooting, answer, is_complete, path_cameras
from lucid3d.worldscore.cameras import MOVES, between, camera_data, frames_between, key_frames, theirs
from lucid3d.worldscore.tasks import Task, read_task, read_tasks

ENTRY = {
    "visual_movement": "static", "visual_style": "photorealistic", "scene_type": "outdoor", "style": "A photograph",
    "image": "static/outdoor/plains/001.png", "prompt_list": ["A meadow.", "a lake"], "camera_path": ["move_left"],
    "content_list": ["meadow", "lake"], "id": 7,
}  # fmt: skip
SMALL = overlay(Config(), {"dream": {"support_views": 1}, "training": {"iterations": 3, "max_gaussians": 8000}})
SHOOTING = Shooting(size=48, focal=47.0, frames=4, steps=1)


def tasked(**changes: object) -> Task:
    return read_task({**ENTRY, **changes})


# What the benchmark's camera generator says, in its own terms: camera_from_world with x left, y up, z forward.
THEIR_T = {"move_left": (-0.5, 0, 0), "move_right": (0.5, 0, 0), "push_in": (0, 0, -1), "pull_out": (0, 0, 1)}


@pytest.mark.parametrize("move", list(THEIR_T))
def test_translations_are_the_benchmark_s(move: str) -> None:
    expected = np.eye(4)
    expected[:3, 3] = THEIR_T[move]
    assert np.allclose(theirs(MOVES[move]), np.linalg.inv(np.diag([-1.0, 1, -1, 1]) @ expected))


@pytest.mark.parametrize(("move", "degrees"), [("pan_left", 30), ("pan_right", -30)])
def test_pans_are_the_benchmark_s(move: str, degrees: float) -> None:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turned = np.array([[c, 0, -s, 0], [0, 1, 0, 0], [s, 0, c, 0], [0, 0, 0, 1]])
    assert np.allclose(theirs(MOVES[move]), np.linalg.inv(np.diag([-1.0, 1, -1, 1]) @ turned))


@pytest.mark.parametrize(("move", "degrees"), [("orbit_left", -30), ("orbit_right", 30)])
def test_orbits_are_the_benchmark_s_and_keep_their_centre(move: str, degrees: float) -> None:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turned = np.array([[c, 0, -s, 0], [0, 1, 0, 0], [s, 0, c, 0], [0, 0, 0, 1]])
    there, back = np.eye(4), np.eye(4)
    there[2, 3], back[2, 3] = 1, -1
    assert np.allclose(theirs(MOVES[move]), np.linalg.inv(np.diag([-1.0, 1, -1, 1]) @ there @ turned @ back))
    assert np.allclose(np.linalg.inv(MOVES[move]) @ (0, 0, 1, 1), (0, 0, 1, 1))


def test_a_move_starts_where_the_one_before_ended() -> None:
    keys = key_frames(["pan_right"] * 3 + ["push_in"])
    assert np.allclose(keys[4][:3, 3], (1, 0, 0))  # a quarter to the right, then forwards: our x
    frames = frames_between(keys, 5)
    assert len(frames) == 4 * 4 + 1
    assert all(np.allclose(frames[4 * i], key) for i, key in enumerate(keys))
    angles = [np.degrees(Rotation.from_matrix(f[:3, :3]).magnitude()) for f in frames[:5]]
    assert np.allclose(angles, np.linspace(0, 30, 5))


def test_between_goes_straight_in_the_camera_s_frame() -> None:
    start, end = np.eye(4), MOVES["orbit_left"]
    half = np.linalg.inv(between(start, end, 0.5))
    assert np.allclose(half[:3, 3], np.linalg.inv(end)[:3, 3] / 2)


def test_camera_data_has_the_benchmark_s_keys() -> None:
    keys = key_frames(["fixed"])
    data = camera_data(keys, frames_between(keys, 3), 500)
    assert list(data) == ["focal_length", "scale", "cameras", "cameras_interp"]
    assert np.shape(data["cameras"]) == (2, 4, 4) and np.shape(data["cameras_interp"]) == (3, 4, 4)
    assert np.array_equal(data["cameras"][0], np.diag([-1.0, 1, -1, 1]))


def test_each_scene_has_its_words() -> None:
    task = tasked(camera_path=["move_left", "fixed", "pan_left"], prompt_list=["A meadow.", "a lake", "a hut", "a sea"])
    assert task.prompt(0) == "A meadow. A photograph" and task.prompt(1) == "a lake. A photograph"
    assert task.folder.as_posix() == "static/photorealistic/outdoor/plains/001"
    from lucid3d.camera import Camera

    keys = key_frames(task.moves)
    path = path_cameras(task, keys, Camera(48, 48, 47, 47, 24, 24), Shooting(48, 47, 4, steps=2, unit=3))
    assert [words.split(".")[0] for _, words in path] == ["A meadow", "a lake", "a lake", "a sea", "a sea"]
    assert np.allclose(path[2][0].position, (-1.5, 0, 0))
    assert tasked(prompt_list=["a hill"]).prompt(1) == "a hill. A photograph"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"camera_path": ["fly"]}, "fly"),
        ({"camera_path": []}, "camera_path"),
        ({"camera_path": ["fixed"] * 99}, "99"),
        ({"prompt_list": [1]}, "prompt_list"),
        ({"image": ""}, "image"),
        ({"visual_style": "../.."}, "plain names"),
        ({"image": "a/../x.png"}, "plain names"),
    ],
)
def test_a_task_that_cannot_be_says_why(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        tasked(**changes)


def test_files_of_tasks(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps([ENTRY, {"visual_movement": "dynamic"}]))
    tasks, dynamic = read_tasks(path)
    assert len(tasks) == 1 and dynamic == 1
    for text in ("", "[]", "[3]", "{}"):
        path.write_text(text)
        with pytest.raises(InputError):
            read_tasks(path)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("dataset")
    rows = np.linspace(0, 1, 60)[:, None, None]
    grain = np.random.default_rng(0).uniform(0.9, 1, (60, 80, 1))
    pixels = np.where(rows < 0.5, [0.5, 0.7, 0.95], [0.3, 0.45, 0.2]) * grain
    (root / "static/outdoor/plains").mkdir(parents=True)
    Pillow.fromarray((pixels * 255).astype(np.uint8)).save(root / ENTRY["image"])
    return root


def test_an_answer_is_what_the_evaluator_reads(dataset: Path, tmp_path: Path) -> None:
    task = tasked(camera_path=["move_left", "pan_left"])
    folder = answer(task, dataset, tmp_path, SMALL, SHOOTING)
    assert is_complete(folder, task, SHOOTING)
    assert not is_complete(folder, task, Shooting(48, 47, 5))
    assert sorted(p.name for p in folder.parent.iterdir()) == ["001"]
    names = sorted(p.name for p in (folder / "frames").iterdir())
    assert names == [f"{i:03d}.png" for i in range(7)]
    image_data = json.loads((folder / "image_data.json").read_text())
    assert image_data["anchor_frame_idx"] == [0, 3, 6] and image_data["total_frames"] == 7
    assert image_data["num_scenes"] == 2 and {k: image_data[k] for k in ENTRY if k != "camera_path"} == {
        k: v for k, v in ENTRY.items() if k != "camera_path"
    }
    cameras = json.loads((folder / "camera_data.json").read_text())
    assert len(cameras["cameras_interp"]) == 7 and cameras["focal_length"] == 47
    first = np.asarray(Pillow.open(folder / "frames" / "000.png"), float)
    given = np.asarray(Pillow.open(folder / "input_image.png"), float)
    assert first.shape == given.shape == (48, 48, 3)
    assert np.abs(first - given).mean() < 20  # the world begins with the picture
    assert (folder / "videos" / "output.mp4").stat().st_size > 500


def test_the_command_goes_on_and_counts_failures(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tasks.json").write_text(json.dumps([{**ENTRY, "image": "static/outdoor/plains/none.png"}]))
    base = ["worldscore", str(tmp_path / "tasks.json"), "--dataset", str(dataset), "--output", str(tmp_path / "out")]
    with pytest.raises(SystemExit) as left:
        cli.main(base)
    assert left.value.code == 1 and "does not exist" in capsys.readouterr().out
    with pytest.raises(SystemExit) as left:
        cli.main([*base, "--frames", "1"])
    assert left.value.code == 2 and "--frames" in capsys.readouterr().err
    folder = tmp_path / "out" / "static/photorealistic/outdoor/plains/none"
    (folder / "frames").mkdir(parents=True)
    for name in ("frames/000.png", "frames/001.png", "image_data.json", "camera_data.json", "input_image.png"):
        (folder / name).touch()
    cli.main([*base, "--frames", "2"])
    assert "there already" in capsys.readouterr().out
