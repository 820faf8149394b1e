"""Painters and estimators of one's own: each alone beside the stock ones, by object or by the name of an entry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import lucid3d
from lucid3d.camera import Camera
from lucid3d.cli import run_main
from lucid3d.errors import InputError
from lucid3d.families import own
from lucid3d.families.base import NotLoaded, Uses, Wish
from lucid3d.families.choose import FAMILIES, load_models
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.depth import NetworkDepth
from lucid3d.families.procedural import ProceduralPainter
from lucid3d.service.keeping import Keeper
from tests.small import small_arguments, small_config

Checkpoint = Callable[[str], str]

PACKAGE = '''
"""A depth network of somebody's, with an interface of its own, made fit in one file."""

import numpy as np


def infer(bgr):
    """(h, w, 3) uint8 in BGR -> (21, 14) inverse depth."""
    assert bgr.dtype == np.uint8
    return np.broadcast_to(np.linspace(0, 1, 21, dtype=np.float32)[:, None], (21, 14))


class MyDepth:
    kind = "relative-disparity"

    def estimate(self, image, camera):
        inverse = infer(np.round(image[..., ::-1] * 255).astype(np.uint8))
        rows = np.arange(camera.height) * 21 // camera.height
        columns = np.arange(camera.width) * 14 // camera.width
        inverse = inverse[rows[:, None], columns]
        return np.where(inverse > 0, inverse, np.inf).astype(np.float32)


class MyWorld:
    """A wall one metre away, all around."""

    exact = True

    def imagine(self, prompt, camera, *, negative_prompt="", seed):
        return np.full((camera.height, camera.width, 3), 0.5, np.float32)

    def inpaint(self, image, known, prompt, camera, *, negative_prompt="", seed):
        return np.where(known[..., None], image, np.float32(0.5))

    def estimate(self, image, camera):
        return (1 / np.linalg.norm(camera.rays(), axis=-1)).astype(np.float32)


class Useless:
    pass


def broken():
    raise OSError("its weights are not there")
'''

POINTS = """[lucid3d.families]
my-depth = my_depth_package:MyDepth
my-world = my_depth_package:MyWorld
useless = my_depth_package:Useless
broken = my_depth_package:broken
gone = my_depth_package:Nobody
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with entry points, as pip leaves it."""
    (tmp_path / "my_depth_package.py").write_text(PACKAGE)
    facts = tmp_path / "my_depth_package-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: my-depth-package\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))


class Plain:
    """A painter that can nothing but paint."""

    def imagine(self, prompt, camera, *, negative_prompt="", seed):
        return np.random.default_rng(seed).random((camera.height, camera.width, 3), np.float32)

    def inpaint(self, image, known, prompt, camera, *, negative_prompt="", seed):
        return np.where(known[..., None], image, self.imagine(prompt, camera, seed=seed))


@pytest.mark.slow
def test_an_installed_estimator_stands_in_alone(installed: None) -> None:
    scene = lucid3d.dream("a meadow", config=small_config(train=False, models="procedural"), estimator="my-depth")
    assert scene.config.estimator == "my-depth"  # so that whoever loads the scene gets the same
    assert scene.facts["models"]["family"] == "custom"
    assert scene.facts["models"]["reason"] == "procedural models, as asked for; with MyDepth of your own"
    assert "meadow" in scene.facts["understood"]
    drawn = load_models(Wish("procedural", prompt="a meadow")).painter.imagine("", scene.cameras[0], seed=0)
    assert np.abs(scene.views[0].image - drawn).max() < 1 / 255  # the stock painter's picture ...
    below = scene.views[0].depth[-8:]
    assert np.ptp(below, axis=1).max() < 1e-5  # ... with the depth of one's own, the same all along a row


def test_one_name_can_be_both(installed: None) -> None:
    models = load_models(Wish(painter="my-world", estimator="my-world"))
    assert models.painter is models.estimator
    assert models.reason == "MyWorld and MyWorld"


def test_the_command_line_takes_the_name(installed: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as caught:
        run_main([*small_arguments(), "--estimator", "my-dept", "--output", str(out)])
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    for word in ("'my-dept'", "did you mean 'my-depth'", "my-world"):
        assert word in said
    assert not out.exists()


def test_a_painter_that_is_not_installed_is_told_with_those_that_are() -> None:
    with pytest.raises(InputError, match=r"painter 'x' is not installed.*lucid3d\.families.*lucid3d-mini"):
        own.make("painter", "x")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("useless", r"'useless' \(my_depth_package:Useless\) has no method estimate"),
        ("broken", "cannot be loaded: OSError: its weights are not there"),
        ("gone", "cannot be loaded: AttributeError"),
    ],
)
def test_what_is_wrong_with_a_package_is_told_as_its_own(name: str, says: str, installed: None) -> None:
    with pytest.raises(InputError, match=says):
        load_models(Wish("procedural", estimator=name))


def test_a_painter_alone_is_measured_by_a_network(checkpoint: Checkpoint) -> None:
    """By the depth network only: the inpainting checkpoint of the family need not be there."""
    settings = ModelsConfig(inpainting="nobody/nothing", depth=checkpoint("zoe-n"))
    painter = Plain()
    models = load_models(Wish(settings=settings, painter=painter))
    assert models.painter is painter and isinstance(models.estimator, NetworkDepth)
    assert models.reason.endswith("with Plain of your own")


@pytest.mark.parametrize("requested", ["auto", "procedural", "diffusion"])
def test_a_painter_alone_is_not_measured_by_a_world_that_it_does_not_paint(requested: str, empty_cache: Path) -> None:
    with pytest.raises(InputError, match=r"Intel/zoedepth|one of your own too"):
        load_models(Wish(requested, painter=Plain()))


def test_only_what_a_job_uses_is_loaded(checkpoint: Checkpoint) -> None:
    settings = ModelsConfig(inpainting=checkpoint("sd-inpaint"), depth="nobody/nothing")
    models = load_models(Wish("diffusion", settings), Uses(estimator=False))
    assert isinstance(models.estimator, NotLoaded)
    with pytest.raises(InputError, match="nobody/nothing"):
        load_models(Wish("diffusion", settings))


@pytest.mark.slow
def test_a_keeper_keeps_networks_and_never_worlds(checkpoint: Checkpoint) -> None:
    settings = ModelsConfig(inpainting=checkpoint("sd-inpaint"), depth=checkpoint("zoe-n"))
    keeper = Keeper()
    heard: list[str] = []
    first = load_models(Wish("diffusion", settings), load=keeper.load)
    camera = Camera.from_fov(64, 64, 90)
    picture = np.zeros((64, 64, 3), np.float32)
    first.estimator.estimate(picture, camera)
    first.close()  # does not let go: the network is not read again
    again = load_models(
        Wish("diffusion", settings, progress=lambda what, step, steps: heard.append(what)), load=keeper.load
    )
    assert again.painter is first.painter
    again.estimator.estimate(picture, camera)
    assert heard == ["measuring depth", "measuring depth"]
    other = load_models(Wish("diffusion", ModelsConfig(**{**vars(settings), "steps": 3})), load=keeper.load)
    assert other.painter is not first.painter
    worlds = [load_models(Wish("procedural", prompt=text), load=keeper.load) for text in ("a desert", "a meadow")]
    assert "desert" in worlds[0].understood and "meadow" in worlds[1].understood


def test_every_family_of_the_table_says_what_it_needs(empty_cache: Path) -> None:
    for name, family in FAMILIES.items():
        assert family.name == name
    assert FAMILIES["diffusion"].needs(ModelsConfig(), Uses()).missing
    assert not FAMILIES["procedural"].needs(ModelsConfig(), Uses()).lacking
    assert isinstance(load_models(Wish("procedural", prompt="a desert")).painter, ProceduralPainter)
