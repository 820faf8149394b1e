"""A spherical film decodes, and ffmpeg finds its marks; what is no film is refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.export.spherical import mark_spherical
from lucid3d.export.video import decoded_frames, ffmpeg, write_film
from lucid3d.film360 import write_film_360
from tests.export.scenes import room_scene


def said_of(path: Path) -> str:
    """What ffmpeg says of a film."""
    return subprocess.run(
        [ffmpeg(), "-hide_banner", "-i", str(path)], capture_output=True, text=True, check=False
    ).stderr


def first_frame(path: Path, width: int, height: int) -> np.ndarray:
    command = [ffmpeg(), "-v", "error", "-i", str(path), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(data, np.uint8).reshape(height, width, 3) / 255


@pytest.mark.parametrize("stereo", [False, True])
def test_ffmpeg_reads_the_marks(tmp_path: Path, stereo: bool) -> None:
    path = tmp_path / "film.mp4"
    frames = [np.full((64, 128, 3), value, np.float32) for value in (0.1, 0.5, 0.9)]
    write_film(iter(frames), path, width=128, height=64, rate=10)
    before = first_frame(path, 128, 64)
    assert "pherical" not in said_of(path)
    mark_spherical(path, stereo=stereo)
    said = said_of(path)
    assert "Spherical Mapping: equirectangular" in said and ("top and bottom" in said) == stereo
    assert decoded_frames(path) == 3
    np.testing.assert_array_equal(first_frame(path, 128, 64), before)
    assert (
        b"StereoMode>top-bottom" in path.read_bytes()
    ) == stereo and b"GSpherical:Spherical>true" in path.read_bytes()


def test_a_room_all_around(tmp_path: Path) -> None:
    """The middle looks ahead at a blue wall, the right at a red one, from where the camera is."""
    places = [np.zeros(3), np.array([0.5, 0, 0])]
    path = write_film_360(room_scene(0.1), places, tmp_path / "mono.mp4", 64, 10)
    frame = first_frame(path, 128, 64)
    np.testing.assert_allclose(frame[32, 64], (0.2, 0.3, 0.9), atol=0.06)
    np.testing.assert_allclose(frame[32, 96], (0.9, 0.2, 0.2), atol=0.06)
    both = write_film_360(room_scene(0.1), places[:1], tmp_path / "stereo.mp4", 64, 10, eye_distance=0.2)
    frame = first_frame(both, 128, 128)
    np.testing.assert_allclose(frame[[32, 96], 64], [(0.2, 0.3, 0.9)] * 2, atol=0.06)
    assert "top and bottom" in said_of(both)


def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\xff\xffmoov")
    with pytest.raises(InputError, match="no whole MP4"):
        mark_spherical(broken, stereo=False)
    broken.write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0")
    with pytest.raises(InputError, match="no moov"):
        mark_spherical(broken, stereo=False)
    with pytest.raises(InputError, match="0 places"):
        write_film_360(room_scene(0.3), [], tmp_path / "none.mp4", 64, 10)
