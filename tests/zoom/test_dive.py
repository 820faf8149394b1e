"""3-D zoom: levels dreamed into one scene, blended by size, written and read back."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lucid3d.config import Config
from lucid3d.errors import InputError
from lucid3d.families.procedural import Drawings, ProceduralDepth, ProceduralPainter
from lucid3d.gaussians import TrainConfig, render
from lucid3d.transforms import PosedView
from lucid3d.zoom.command import run_zoom
from lucid3d.zoom.dive import Axis, Dive, dive, film_cameras, to_gaussians
from lucid3d.zoom.levels import LevelGaussians, faded
from lucid3d.zoom.pipeline import Moved
from lucid3d.zoom.place import FOV, ZoomPlace
from lucid3d.zoom.training import level_training, train_levels, training_views
from tests.zoom.conftest import PLAN
from tests.zoom.small_place import flat_world

SIZE = 64
FULL = np.ones((SIZE, SIZE), bool)


@pytest.fixture(scope="module")
def dived(small_place: ZoomPlace) -> tuple[Axis, Dive, LevelGaussians, Moved]:
    moved = Moved(small_place.world, small_place.camera(0, 16))
    distances = tuple(small_place.distance(level) for level in range(3))
    axis = Axis(moved.into(small_place.target), moved.turn.T @ small_place.axis, distances, FOV)
    drawings = Drawings(moved)  # type: ignore[arg-type]
    painter = ProceduralPainter(moved, drawings)  # type: ignore[arg-type]
    estimator = ProceduralDepth(moved, drawings=drawings)  # type: ignore[arg-type]
    dream = dive(axis, PLAN.prompts, painter, estimator, size=SIZE, around=False)
    made, _ = to_gaussians(dream, PLAN.factors, 1 / axis.camera(0, SIZE).fx)

    def views(level: int) -> list[PosedView]:
        return training_views(dream, axis, level, PLAN.prompts[level], painter, estimator, True)

    settings = [level_training(TrainConfig(iterations=200), True, False)] * 3
    gaussians = train_levels(made, axis, dream.cloud.is_sky, views, settings)
    return axis, dream, gaussians, moved


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(-10 * np.log10(np.mean((np.clip(a, 0, 1) - np.clip(b, 0, 1)) ** 2)))


def test_every_level_adds_what_is_finer(dived: tuple[Axis, Dive, LevelGaussians, Moved]) -> None:
    gaussians = dived[2]
    counts = np.bincount(gaussians.level, minlength=3)
    assert (counts > 300).all()
    medians = [np.median(gaussians.footprint[(gaussians.level == i) & gaussians.covers]) for i in (1, 2)]
    assert medians[0] > 2.5 * medians[1]
    assert gaussians.covered[gaussians.level == 0].any() and not gaussians.covered[gaussians.level == 2].any()
    assert not gaussians.covers[gaussians.level == 0].any()


@pytest.mark.parametrize("off", [0.0, 10.0, 15.0])
def test_views_hold_together_at_every_level(dived: tuple[Axis, Dive, LevelGaussians, Moved], off: float) -> None:
    axis, _, gaussians, moved = dived
    for level in range(3):
        camera = axis.camera(level, SIZE, yaw=off)
        drawn = render(gaussians.seen_from(camera), camera)
        if level:  # the coarsest level's own edge lies in the side view: nobody looked there
            assert (drawn.alpha > 0.5).mean() > 0.97
        seen = drawn.alpha > 0.5
        assert psnr(drawn.image[seen], moved.draw(camera).image[seen]) > (27, 21.5, 25.5)[level]


def test_no_level_pops(dived: tuple[Axis, Dive, LevelGaussians, Moved]) -> None:
    """Opacities change a little from frame to frame; the film has no frame that stands out."""
    axis, _, gaussians, _ = dived
    cameras = film_cameras(axis, 48, 48, 41)
    weights = [gaussians.weights(camera) for camera in cameras]
    change = np.array([np.abs(b - a).mean() for a, b in itertools.pairwise(weights)])
    assert max(np.abs(b - a).max() for a, b in itertools.pairwise(weights)) < 0.5
    assert change.max() < 0.05
    first, last = gaussians.level == 0, gaussians.level == 2
    distance = np.linalg.norm(gaussians.gaussians.means - cameras[0].position, axis=1)
    tiny = gaussians.footprint < 0.25 * distance * gaussians.pixel
    assert (last & tiny & gaussians.covers).sum() > 300
    assert weights[0][tiny & gaussians.covers].max() < 0.05  # far away the finest levels are not drawn
    distance = np.linalg.norm(gaussians.gaussians.means - cameras[-1].position, axis=1)
    large = gaussians.footprint > 4 * distance * gaussians.pixel
    assert (first & large & gaussians.covered).sum() > 20
    assert weights[-1][large & gaussians.covered].max() < 0.05  # near, what finer levels cover is gone
    assert (weights[20][~gaussians.covered & ~gaussians.covers] == 1).all()


def test_something_opaque_is_always_there(dived: tuple[Axis, Dive, LevelGaussians, Moved]) -> None:
    """Seen from anywhere, the finer level is whole before what it covers begins to go."""
    for factor in (1.5, 2.0, 4.0, 8.0):
        gaussians = dived[2]
        two = replace(
            gaussians,
            gaussians=replace(gaussians.gaussians[:2], means=np.array([[0, 0, 1], [0, 0, 1]], np.float32)),
            level=np.array([0, 1], np.uint8),
            footprint=np.array([1.0, 1.0 / factor], np.float32),
            covered=np.array([True, False]),
            covers=np.array([False, True]),
            factors=(factor,),
            pixel=1.0,
        )
        from lucid3d.camera import Camera

        for near in np.exp(np.linspace(np.log(0.05), np.log(20), 60)):
            pose = np.eye(4)
            pose[2, 3] = 1 - near
            weight = two.weights(Camera.from_fov(16, 16, 60, pose))
            assert weight.max() > 0.999


def test_what_a_camera_cannot_see_is_left_out_and_not_missed(dived: tuple[Axis, Dive, LevelGaussians, Moved]) -> None:
    axis, _, gaussians, _ = dived
    first = axis.camera(1, SIZE)
    kept = gaussians.inside(first)
    assert len(kept) < len(gaussians)
    for camera in (first, axis.camera(2, SIZE)):  # the second lies straight ahead
        weights = gaussians.weights(camera)
        whole = render(faded(gaussians.gaussians, weights), camera)
        assert np.abs(render(kept.seen_from(camera), camera).image - whole.image).max() < 0.01
        assert np.abs(render(gaussians.seen_from(camera), camera).image - whole.image).max() < 0.01


def test_training_leaves_other_levels_alone(dived: tuple[Axis, Dive, LevelGaussians, Moved]) -> None:
    """A level that has nothing to be trained on keeps its Gaussians, and so do the others while one is trained."""
    axis, dream, gaussians, moved = dived
    views = [PosedView(axis.camera(2, SIZE), moved.draw(axis.camera(2, SIZE)).image, np.ones((SIZE, SIZE)), FULL)]
    configs = [level_training(TrainConfig(iterations=30), True, wide) for wide in (True, False, True)]
    assert [config.iterations for config in configs] == [8, 4, 8]
    before = gaussians.gaussians.means.copy()
    trained = train_levels(gaussians, axis, dream.cloud.is_sky, lambda level: views if level == 2 else [], configs)
    moves = (trained.gaussians.means != before).any(axis=1) | (trained.gaussians.sh != gaussians.gaussians.sh).any(
        (1, 2)
    )
    assert moves[gaussians.level == 2].mean() > 0.5 and not moves[gaussians.level < 2].any()
    assert np.array_equal(gaussians.gaussians.means, before)  # what was handed in is as it was
    configs = [level_training(TrainConfig(), False, True)] * 3
    assert train_levels(gaussians, axis, dream.cloud.is_sky, lambda _: views, configs) is gaussians


def test_the_film_moves_exponentially(dived: tuple[Axis, Dive, LevelGaussians, Moved]) -> None:
    axis = dived[0]
    away = [np.linalg.norm(camera.position - axis.target) for camera in film_cameras(axis, 16, 16, 9)]
    ratios = np.array(away[1:]) / away[:-1]
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-6)
    assert away[0] / away[-1] == pytest.approx(16)


def test_saved_levels_come_back(dived: tuple[Axis, Dive, LevelGaussians, Moved], tmp_path: Path) -> None:
    from lucid3d.export.ply import write_gaussians

    gaussians = dived[2]
    gaussians.save(tmp_path)
    write_gaussians(gaussians.finest(), tmp_path / "scene.ply")
    back = LevelGaussians.load(tmp_path)
    assert len(back) == len(gaussians) and back.factors == gaussians.factors
    order = np.concatenate([np.flatnonzero(~gaussians.covered), np.flatnonzero(gaussians.covered)])
    camera = dived[0].camera(1, 32)
    assert np.array_equal(back.gaussians.means, gaussians.gaussians.means[order])
    assert np.array_equal(back.weights(camera), gaussians.weights(camera)[order])
    write_gaussians(gaussians.finest()[:10], tmp_path / "scene.ply")
    with pytest.raises(InputError, match=r"does not belong to scene\.ply"):
        LevelGaussians.load(tmp_path)
    with pytest.raises(InputError, match="no 3-D zoom"):
        LevelGaussians.load(tmp_path / "none")


class WrongDepth:
    """The true depth times a factor of each view's own: what alignment is there to undo."""

    kind = "metric"

    def __init__(self, moved: Moved) -> None:
        self.moved, self.rng = moved, np.random.default_rng(4)

    def estimate(self, image: np.ndarray, camera: object) -> np.ndarray:
        return self.moved.draw(camera).depth * np.float32(np.exp(self.rng.uniform(-0.6, 0.6)))  # type: ignore[arg-type]


def test_depth_is_aligned_to_the_coarser_levels(dived: tuple[Axis, Dive, LevelGaussians, Moved]) -> None:
    axis, exact, _, moved = dived
    drawings = Drawings(moved)  # type: ignore[arg-type]
    painter = ProceduralPainter(moved, drawings)  # type: ignore[arg-type]
    dream = dive(axis, PLAN.prompts[:2], painter, WrongDepth(moved), size=SIZE, around=False)  # type: ignore[arg-type]
    for ours, true in zip(dream.views[:1] + dream.views[4:5], exact.views[:1] + exact.views[4:5], strict=True):
        assert np.array_equal(ours.camera.world_from_camera, true.camera.world_from_camera)
        both = np.isfinite(ours.depth) & np.isfinite(true.depth)
        assert abs(np.log(np.median(ours.depth[both] / true.depth[both]))) < 0.1  # the error was up to 0.6


def small_config(**models: object) -> Config:
    base = Config(models="procedural")
    render_ = replace(base.render, panorama_height=64, film_width=64, film_height=48, film_frames=4)
    return replace(base, dream=replace(base.dream, size=64), render=render_, **models)  # type: ignore[arg-type]


def plan_file(folder: Path, text: str = "levels: [a meadow, a granite rock, lichen on granite]") -> Path:
    path = folder / "zoom.yaml"
    path.write_text(text)
    return path


@pytest.mark.usefixtures("coarse_meshes")
def test_folders_of_a_zoom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    monkeypatch.setattr("lucid3d.procedural.build.build_world", lambda *_: flat_world())
    out = tmp_path / "flat"
    said = run_zoom(plan_file(tmp_path), small_config(), out)
    assert "3 levels" in said
    assert sorted(p.name for p in out.iterdir()) == ["levels", "zoom.jpg", "zoom.mp4", "zoom.yaml"]
    record = yaml.safe_load((out / "zoom.yaml").read_text())
    assert min(record["agreement_db"]) > 30 and record["factors"] == [4, 4]
    with pytest.raises(InputError, match="is not empty"):
        run_zoom(plan_file(tmp_path), small_config(), out)


@pytest.mark.usefixtures("coarse_meshes")
def test_the_folder_of_a_scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lucid3d.scene import Scene
    from lucid3d.viewer.walking import zoom_of

    monkeypatch.setattr("lucid3d.procedural.build.build_world", lambda *_: flat_world())
    out = tmp_path / "scene"
    run_zoom(plan_file(tmp_path), small_config(), out, scene=True)
    for name in ("scene.yaml", "scene.ply", "points.ply", "transforms.json", "preview.mp4", "depth.mp4", "index.html"):
        assert (out / name).is_file(), name
    scene, levels = Scene.load(out), LevelGaussians.load(out)
    assert len(scene.gaussians) == int((~levels.covered).sum())
    zoom = zoom_of(scene.facts)
    assert zoom is not None and zoom["distance"] > 1
    assert zoom_of({}) is None
    assert "there already" in run_zoom(plan_file(tmp_path), small_config(), out, scene=True)
    other = plan_file(tmp_path, "levels: [a meadow, a granite rock, lichen on granite]\nfactor: 2")
    with pytest.raises(InputError, match="another scene"):
        run_zoom(other, small_config(), out, scene=True)


def test_bad_input_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from lucid3d.cli import run_main

    out = tmp_path / "out"
    for text, says in (
        ("levels: [a meadow]", "at least two sentences"),
        ("levels: [a, b]\nfactor: 1.4", "below 1.5"),
        ("levels: [a, b]\nphotograph: none.png", "does not exist"),
    ):
        with pytest.raises(SystemExit) as stopped:
            run_main(["--zoom", str(plan_file(tmp_path, text)), "--output", str(out)])
        assert stopped.value.code == 2
        assert says in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run_main(["--scene", "--output", str(out)])
    assert "add --zoom" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run_main(["--zoom", str(plan_file(tmp_path)), "--prompt", "a lake", "--output", str(out)])
    assert "leave out the other options" in capsys.readouterr().err
    assert not out.exists()
