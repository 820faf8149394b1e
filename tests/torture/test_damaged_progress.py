"""Whatever is damaged of a job's progress is dropped and done again: the result is the same to the byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lucid3d.config import overlay
from lucid3d.errors import InputError
from lucid3d.files import TEMPORARY
from lucid3d.pipeline import run
from tests.torture.tiny_job import CONFIG, contents, job

Copies = Callable[[Path], Path]


def cut(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(0, len(data)))]


def flipped(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(0, len(data), 3):
        changed[place] ^= 1 << int(rng.integers(0, 8))
    return bytes(changed)


def zeroed(data: bytes, rng: np.random.Generator) -> bytes:
    begin = int(rng.integers(0, len(data)))
    return data[:begin] + bytes(min(512, len(data) - begin)) + data[begin + 512 :]


def all_zeros(data: bytes, rng: np.random.Generator) -> bytes:
    return bytes(len(data))


@pytest.mark.parametrize("damage", [cut, flipped, zeroed, all_zeros])
def test_a_damaged_job_goes_on_to_the_same_result(
    damage: Callable, half_done: Copies, finished: dict[str, bytes], effort: int, tmp_path: Path
) -> None:
    rng = np.random.default_rng(7)
    for number in range(2 * effort):
        folder = half_done(tmp_path / str(number))
        progress = sorted((folder / ".progress").iterdir())
        for path in rng.choice([*progress, folder / "scene.yaml"], 1 + number % 2, replace=False):
            path.write_bytes(damage(path.read_bytes(), rng))
        job(folder, resume=True)
        assert contents(folder) == finished


@pytest.mark.parametrize("name", ["view_002.npz", "training.npz", "record.json", "scene.yaml"])
def test_each_file_of_the_progress_may_be_empty(
    name: str, half_done: Copies, finished: dict[str, bytes], tmp_path: Path
) -> None:
    folder = half_done(tmp_path)
    (folder / name if name == "scene.yaml" else folder / ".progress" / name).write_bytes(b"")
    job(folder, resume=True)
    assert contents(folder) == finished


def test_both_records_may_be_damaged(half_done: Copies, finished: dict[str, bytes], tmp_path: Path) -> None:
    folder = half_done(tmp_path)
    (folder / "scene.yaml").write_bytes(bytes(9))
    (folder / ".progress" / "record.json").write_bytes(b"{")
    with pytest.raises(InputError, match=r"scene\.yaml"):  # the views are those of another job
        run(overlay(CONFIG, {"seed": 99}), folder, resume=True)
    assert (folder / ".progress" / "view_002.npz").is_file()
    job(folder, resume=True)
    assert contents(folder) == finished


def test_a_view_that_another_camera_saw_is_dreamed_again(
    half_done: Copies, finished: dict[str, bytes], tmp_path: Path
) -> None:
    progress = half_done(tmp_path) / ".progress"
    (progress / "view_002.npz").write_bytes((progress / "view_001.npz").read_bytes())
    job(progress.parent, resume=True)
    assert contents(progress.parent) == finished


def test_a_kill_before_the_first_record_leaves_a_folder_that_can_be_used(tmp_path: Path) -> None:
    folder = tmp_path / "scene"
    (folder / ".progress").mkdir(parents=True)
    (folder / f"{TEMPORARY}0123abcd.yaml").write_text("form")
    (folder / ".progress" / f"{TEMPORARY}89abcdef.json").write_text("{")
    (folder / ".lock").write_text("")
    job(folder)
    assert not list(folder.rglob(".*"))


def test_only_our_own_leftovers_are_swept(half_done: Copies, tmp_path: Path) -> None:
    folder = half_done(tmp_path)
    ours = [folder / f"{TEMPORARY}1.ply", folder / ".progress" / f"{TEMPORARY}2.npz"]
    theirs = [folder / ".scene-notes.txt", folder / "holiday.jpg", folder / ".progress" / "mine.txt"]
    for path in ours + theirs:
        path.write_bytes(b"x")
    job(folder, resume=True)
    assert not any(path.exists() for path in ours)
    assert all(path.read_bytes() == b"x" for path in theirs[:2])


def test_a_damaged_result_is_refused_with_the_way_out(tmp_path: Path) -> None:
    folder = tmp_path / "scene"
    job(folder)
    (folder / "scene.yaml").write_bytes(b"\0\0\0")
    with pytest.raises(InputError, match=r"scene\.yaml"):
        job(folder, resume=True)
    job(folder, overwrite=True)
    job(folder)  # complete: nothing is done
