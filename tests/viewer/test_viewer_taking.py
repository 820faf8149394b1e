"""What is taken away reads back as what was there."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.export.ply import read_gaussians
from lucid3d.gaussians import render
from lucid3d.viewer.splats import Splats
from lucid3d.viewer.taking import Exact, KeyFrame, export_file, film, path_through, png, standalone_page
from tests.viewer.tiny_scene import WALLS, gaussians_at, room, tiny_scene


def test_exact_pictures_are_the_renderers_with_spherical_harmonics() -> None:
    gaussians = gaussians_at(np.array([[0, 0, 2.0]]), np.full((1, 3), 0.5), sigma=0.3, sh_degree=1)
    gaussians.sh[0, 2] = [0.4, 0, -0.4]  # another colour from every side
    exact = Exact(gaussians)
    front = Camera.from_fov(40, 30, 60)
    back = Camera.from_fov(40, 30, 60, yaw_pitch(180, 0, np.array([0, 0, 4.0])))
    for camera in (front, back):
        expected = np.clip(render(gaussians, camera, background=(0.1, 0.2, 0.3)).image, 0, 1)
        np.testing.assert_allclose(exact.picture(camera, background=np.array([0.1, 0.2, 0.3])), expected, atol=1e-6)
    assert np.abs(exact.picture(front)[15, 20] - exact.picture(back)[15, 20]).max() > 0.2


def test_depth_and_opacity_are_pictures_too() -> None:
    exact = Exact(gaussians_at(np.array([[0, 0, 2.0]]), np.ones((1, 3)), sigma=0.2))
    camera = Camera.from_fov(40, 30, 60)
    depth, opacity = exact.picture(camera, "depth"), exact.picture(camera, "opacity")
    assert depth[15, 20].sum() > 1
    assert depth[0, 0].sum() == 0
    assert opacity[15, 20].min() > 0.9
    assert opacity[0, 0].max() < 0.01


@pytest.mark.parametrize("size", [(10**6, 10**6), (0, 10), (-5, 5), (8192, 8192), (15, 15)])
def test_a_picture_of_impossible_size_is_refused(size: tuple[int, int]) -> None:
    from lucid3d.viewer.taking import check_size

    with pytest.raises(InputError, match="cannot be drawn"):
        check_size(*size)


def test_a_png_reads_back() -> None:
    image = np.random.default_rng(0).uniform(size=(6, 9, 3)).astype(np.float32)
    again = np.asarray(Image.open(io.BytesIO(png(image)))) / 255
    np.testing.assert_allclose(again, image, atol=0.5 / 255 + 1e-6)


KEYS = [
    KeyFrame(yaw_pitch(0, 0), 1.0),
    KeyFrame(yaw_pitch(90, 10, np.array([1.0, 0, 0])), 1.2),
    KeyFrame(yaw_pitch(170, 0, np.array([1.0, 0, 1])), 0.8),
]


def test_a_path_passes_its_key_frames_smoothly() -> None:
    frames = path_through(KEYS, 41)
    for index, key in ((0, KEYS[0]), (20, KEYS[1]), (40, KEYS[2])):
        np.testing.assert_allclose(frames[index].pose, key.pose, atol=1e-6)
        assert frames[index].fov == pytest.approx(key.fov)
    turns = [frame.pose[:3, :3] for frame in frames]
    for turn in turns:
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
    steps = np.linalg.norm(np.diff([frame.pose[:3, 3] for frame in frames], axis=0), axis=1)
    assert np.abs(np.diff(steps)).max() < 0.02


def test_a_closed_path_leads_back_and_does_not_show_the_first_frame_twice() -> None:
    frames = path_through(KEYS, 30, closed=True)
    np.testing.assert_allclose(frames[0].pose, KEYS[0].pose, atol=1e-6)
    np.testing.assert_allclose(frames[10].pose, KEYS[1].pose, atol=1e-6)
    last = np.linalg.norm(frames[-1].pose[:3, 3] - frames[0].pose[:3, 3])
    assert 0 < last < 0.2


def test_two_key_frames_make_a_straight_line() -> None:
    frames = path_through(KEYS[:2], 5)
    np.testing.assert_allclose(frames[2].pose[:3, 3], [0.5, 0, 0], atol=1e-9)
    with pytest.raises(InputError, match="two key frames"):
        path_through(KEYS[:1], 5)


def test_a_film_has_its_size_its_length_and_its_colours(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(film(Exact(room(0.2)), KEYS[:1] * 2, 0.4, 65, 48))
    reader = imageio_ffmpeg.read_frames(str(tmp_path / "film.mp4"))
    facts = next(reader)
    assert facts["size"] == (64, 48)
    frames = [np.frombuffer(frame, np.uint8).reshape(48, 64, 3) for frame in reader]
    assert len(frames) == 10
    np.testing.assert_allclose(frames[5][20:28, 28:36].mean((0, 1)) / 255, WALLS["front"], atol=0.06)
    with pytest.raises(InputError, match="seconds"):
        film(Exact(room(0.5)), KEYS, 1e6, 64, 48)


def test_files_read_back(tmp_path: Path) -> None:
    scene = tiny_scene(step=0.3)
    name, content = export_file(scene, "ply")
    (tmp_path / name).write_bytes(content)
    np.testing.assert_array_equal(read_gaussians(tmp_path / name).means, scene.gaussians.means)
    name, content = export_file(scene, "splat")
    assert len(content) == 32 * len(scene.gaussians)
    with pytest.raises(InputError, match="unknown"):
        export_file(scene, "../../etc/passwd")


def test_several_files_come_in_one_zip(monkeypatch: pytest.MonkeyPatch) -> None:
    name, content = export_file(tiny_scene(step=0.3), "ply,splat")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {"scene.ply", "scene.splat"}
    assert name.endswith(".zip")


def test_a_page_of_its_own_asks_for_nothing() -> None:
    page = standalone_page(Splats.of(room(0.3)), np.eye(4), 1.0, title="A </script> room")
    assert "__VISER_EMBED_DATA__" in page
    assert 'src="http' not in page
    assert "<title>" in page
