"""Two writers on one folder: the second is told who the first is, and a dead one holds nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from lucid3d.commands.export import main as export
from lucid3d.errors import InputError
from lucid3d.locking import LOCK, FolderLock
from lucid3d.progress import Event
from lucid3d.scene import Scene
from tests.torture.tiny_job import contents, job

HOLD = textwrap.dedent("""
    import sys
    from pathlib import Path
    from lucid3d.locking import FolderLock
    lock = FolderLock(Path(sys.argv[1]))
    lock.take()
    print("held", flush=True)
    sys.stdin.read()
""")


@pytest.mark.parametrize("stage", ["dream", "train", "write"])
def test_a_second_job_is_refused_at_every_stage(stage: str, finished: dict[str, bytes], tmp_path: Path) -> None:
    folder, refused = tmp_path / "scene", []

    def second(event: Event) -> None:
        if event.stage == stage and not refused:
            for options in ({}, {"resume": True}, {"overwrite": True}):
                with pytest.raises(InputError, match=rf"process {os.getpid()} on .* writes into"):
                    job(folder, **options)
                refused.append(options)

    job(folder, on_event=second)
    assert len(refused) == 3
    assert contents(folder) == finished


def test_another_process_is_named_and_its_death_frees_the_folder(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(InputError, match=f"process {other.pid} on "):
            FolderLock(tmp_path).take()
    finally:
        other.kill()
        other.wait()
    assert (tmp_path / LOCK).exists()  # it was killed: nobody tidied up
    lock = FolderLock(tmp_path)
    lock.take()
    lock.release()
    assert not (tmp_path / LOCK).exists()


def test_nothing_is_saved_or_exported_into_a_folder_that_is_being_written(tmp_path: Path) -> None:
    job(tmp_path / "scene")
    scene = Scene.load(tmp_path / "scene")
    held = FolderLock(tmp_path / "scene")
    held.take()
    with pytest.raises(InputError, match="writes into"):
        scene.save(tmp_path / "scene")
    with pytest.raises(InputError, match="writes into"):
        export([str(tmp_path / "scene"), "--to", "splat"])
    export([str(tmp_path / "scene"), "--to", "splat", "--output", str(tmp_path / "elsewhere")])
    held.release()
    scene.save(tmp_path / "scene")
