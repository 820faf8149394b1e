"""A film has its name when all of it can be seen."""

from __future__ import annotations

import errno
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lucid3d.export import video
from lucid3d.export.video import decoded_frames, write_film

SIZE = {"width": 64, "height": 48, "rate": 25}


def frames(count: int) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(0)
    for _ in range(count):
        yield rng.random((48, 64, 3), np.float32)


def test_every_picture_can_be_decoded(tmp_path: Path) -> None:
    write_film(frames(7), tmp_path / "film.mp4", **SIZE)
    assert decoded_frames(tmp_path / "film.mp4") == 7
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize("part", [0.2, 0.6, 0.98])
def test_a_cut_film_is_told_from_a_whole_one(part: float, tmp_path: Path) -> None:
    write_film(frames(20), tmp_path / "film.mp4", **SIZE)
    data = (tmp_path / "film.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: int(part * len(data))])
    assert decoded_frames(tmp_path / "cut.mp4") < 20


def test_an_encoder_that_dies_leaves_no_film(tmp_path: Path) -> None:
    def deadly() -> Iterator[np.ndarray]:
        for number, frame in enumerate(frames(400)):
            if number == 5:
                children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
                os.kill(int(children[-1]), signal.SIGKILL)
            yield frame

    if not Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").exists():
        pytest.skip("the system does not say which processes are its children")
    with pytest.raises(OSError, match="encoder") as failed:
        write_film(deadly(), tmp_path / "film.mp4", **SIZE)
    assert failed.value.errno == errno.EIO
    assert not list(tmp_path.iterdir())


def encoder(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoder that does as it is told before (or in place of) the real one."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    real = video.ffmpeg()
    path.write_text(path.read_text().replace("REAL", real))
    monkeypatch.setattr(video, "ffmpeg", lambda: str(path))


LAST = "for last; do :; done; "


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (f'{LAST}REAL "$@"; truncate -s -200 "$last"', errno.EIO),  # says that all is well
        (f'{LAST}REAL "$@"; [ "$last" = - ] || : > "$last"', errno.EIO),
        ('cat > /dev/null; echo "av_interleaved_write_frame(): No space left on device" >&2; exit 228', errno.ENOSPC),
        ("exit 1", errno.EIO),
    ],
)
def test_an_encoder_is_not_believed(script: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "films").mkdir()
    encoder(tmp_path / "bin", script, monkeypatch)
    with pytest.raises(OSError) as failed:
        write_film(frames(12), tmp_path / "films" / "film.mp4", **SIZE)
    assert failed.value.errno == code
    assert not list((tmp_path / "films").iterdir())


def test_a_painter_that_fails_leaves_no_film(tmp_path: Path) -> None:
    def failing() -> Iterator[np.ndarray]:
        yield from frames(3)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        write_film(failing(), tmp_path / "film.mp4", **SIZE)
    assert not list(tmp_path.iterdir())
