"""Every example runs, and does what its first line says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import imageio_ffmpeg
import pytest
import yaml

import lucid3d
from lucid3d.export.ply import read_gaussians
from tests.small import SMALL
from tests.viewer.tiny_scene import save, tiny_scene

QUICK = {**{name: value for name, value in SMALL.items() if name != "prompt"}, "models": "procedural"}

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def preset(tmp_path: Path) -> str:
    """The file of a preset with which a dream takes seconds."""
    file = tmp_path / "quick.yaml"
    file.write_text(yaml.safe_dump(QUICK))
    return str(file)


@pytest.fixture(scope="module")
def dreamed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first example dreams."""
    folder = tmp_path_factory.mktemp("dreamed")
    file = folder / "quick.yaml"
    file.write_text(yaml.safe_dump(QUICK))
    example("01_dream_and_save").main("a desert", str(folder / "desert"), str(file))
    return folder / "desert"


def test_every_example_is_tested() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    for path in sorted(EXAMPLES.glob("*.py")):
        assert f'"{path.stem}"' in here, path.name
        assert path.read_text(encoding="utf-8").startswith('"""')


def test_dream_and_save(dreamed: Path) -> None:
    scene = lucid3d.Scene.load(dreamed)
    assert scene.prompt == "a desert"
    assert len(scene.gaussians) > 1000


def test_view(tmp_path: Path) -> None:
    address = example("02_view").main(str(save(tiny_scene(step=0.5), tmp_path / "room")), 0, 0.2)
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*/scene/room\?token=\S+", address)


def test_own_painter(tmp_path: Path, preset: str) -> None:
    example("03_own_painter").main(str(tmp_path / "tunnel"), preset)
    scene = lucid3d.Scene.load(tmp_path / "tunnel")
    across = (scene.points.positions[:, :2] ** 2).sum(axis=1) ** 0.5
    assert abs(float(sorted(across)[len(across) // 2]) - 2) < 0.1  # on the tunnel's wall


def test_render_film(tmp_path: Path) -> None:
    file = tmp_path / "film.mp4"
    example("04_render_film").main(str(save(tiny_scene(step=0.5), tmp_path / "room")), str(file), 0.4, 64, 48)
    frames = imageio_ffmpeg.read_frames(str(file))
    assert next(frames)["size"] == (64, 48)
    assert len(list(frames)) == 10


def test_export(tmp_path: Path) -> None:
    folder = save(tiny_scene(step=0.5), tmp_path / "room")
    example("05_export").main(str(folder), "ply,splat", str(tmp_path / "out"))
    assert len(read_gaussians(tmp_path / "out" / "scene.ply")) == len(lucid3d.Scene.load(folder).gaussians)
    assert (tmp_path / "out" / "scene.splat").stat().st_size > 0


def test_watch_it_grow(dreamed: Path, preset: str, capsys: pytest.CaptureFixture[str]) -> None:
    # the scene is complete already, so the job has nothing left to do; growth itself is tested in test_viewer_making
    example("06_watch_it_grow").main("a desert", str(dreamed), preset, 0)
    assert "http://127.0.0.1:" in capsys.readouterr().out


def test_own_depth(tmp_path: Path, preset: str) -> None:
    example("08_own_depth").main(str(tmp_path / "meadow"), "a meadow", preset)
    scene = lucid3d.Scene.load(tmp_path / "meadow")
    assert scene.facts["models"]["reason"].endswith("with MyDepth of your own")
    first = scene.views[0].depth
    assert not (first[: len(first) // 2 - 1] < first[-1].min()).any()  # what it takes for ground is nearest


def test_dream_here(dreamed: Path, tmp_path: Path) -> None:
    example("07_dream_here").main(str(dreamed), str(tmp_path / "wider"), 30, -50)
    narrow, wide = (lucid3d.Scene.load(folder, views=False) for folder in (dreamed, tmp_path / "wider"))
    assert len(wide.gaussians) > len(narrow.gaussians)
