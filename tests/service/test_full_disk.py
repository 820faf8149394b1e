"""A disk that is really full: a small file system of its own, filled to the brim."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lucid3d.export.images import write_exr, write_hdr, write_jpeg, write_png
from tests.service.api import serving


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    line = [mount or "mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    if mount is None or subprocess.run(line, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here (it takes root on Linux)")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """Fill a disk with one file, but for `leave` bytes."""
    room = os.statvfs(disk)
    (disk / "filler").write_bytes(bytes(room.f_bavail * room.f_frsize - leave))
    return disk / "filler"


def test_a_disk_that_fills_up_ends_the_job_with_a_sentence_and_nothing_else(small_disk: Path) -> None:
    with serving(small_disk / "outputs", workers=1) as (api, _, _):
        kept = api.until(api.dream()["id"])
        assert kept["state"] == "done"
        filler = fill(small_disk, 200_000)  # a tiny result takes four times that
        job = api.dream(seed=2)["id"]
        ended = api.until(job)
        assert ended["state"] == "failed" and "the disk is full" in ended["error"]
        filler.unlink()

        filler = fill(small_disk, 0)
        refused = api.post("/v1/jobs", {"prompt": "a lake", "preset": "tiny"})
        assert (refused.status, refused.data["code"]) == (507, "disk_full")
        assert api.get(f"/v1/jobs/{kept['id']}/files/scene.ply").status == 200
        filler.unlink()

        after = api.until(api.dream(seed=3)["id"])
        assert after["state"] == "done", after
    left = {path.name for path in (small_disk / "outputs").iterdir()}
    assert left == {".service", kept["id"], after["id"]}
    assert not [path for path in (small_disk / "outputs").glob("[0-9a-f]*/**/.*") if path.is_file()]


def test_every_writer_says_that_the_disk_is_full(small_disk: Path) -> None:
    picture = np.random.default_rng(0).uniform(0, 1, (256, 512, 3)).astype(np.float32)
    fill(small_disk, 40_000)
    for name, write in (("a.png", write_png), ("a.jpg", write_jpeg), ("a.hdr", write_hdr), ("a.exr", write_exr)):
        with pytest.raises(OSError) as stopped:
            write(small_disk / name, picture)
        assert stopped.value.errno == errno.ENOSPC, name
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


def test_a_job_is_taken_up_again_after_the_store_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path / "outputs", workers=1) as (api, store, dispatcher):
        working = store.died
        failures = iter([True])

        def died(job: str) -> int:
            if next(failures, False):
                raise sqlite3.OperationalError("database or disk is full")
            return working(job)

        monkeypatch.setattr(store, "died", died)
        job = api.dream()["id"]
        api.until(job, ("running",))
        next(iter(dispatcher.active.values())).handle.worker.process.kill()
        assert api.until(job)["state"] == "done"
        assert next(failures, None) is None  # it did fail
