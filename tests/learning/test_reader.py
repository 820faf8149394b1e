from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import numpy as np
import pytest

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import DepthEstimator
from lucid3d.families.mini import MiniDepth
from lucid3d.learning import weights
from lucid3d.learning.classes import CLASSES, SKY
from lucid3d.learning.export import ExportConfig, export_run
from lucid3d.learning.metrics import constant_score, depth_score
from lucid3d.learning.optics import down_vector
from lucid3d.learning.reader import DEEPEST_ROOM, PictureReader, usual_places


@pytest.fixture(scope="module")
def file(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    export_run(ExportConfig(str(run), str(target)))
    return target


@pytest.fixture(scope="module")
def reader(file: Path) -> PictureReader:
    return PictureReader(file, threads=1)


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height).random((height, width, 3)).astype(np.float32)


@pytest.mark.parametrize("size", [(2, 2), (3, 200), (90, 160), (240, 50)])
def test_a_reading_has_the_pictures_size_and_plausible_values(reader: PictureReader, size: tuple[int, int]) -> None:
    reading = reader.read(picture(*size))
    assert reading.depth.shape == reading.confidence.shape == reading.labels.shape == size
    assert reading.normals.shape == (*size, 3)
    np.testing.assert_array_equal(np.isinf(reading.depth), reading.labels == SKY)
    solid = reading.labels != SKY
    assert (reading.depth[solid] > 0).all()
    assert ((reading.confidence >= 0) & (reading.confidence <= 1)).all()
    assert reading.labels.max() < len(CLASSES)
    np.testing.assert_allclose(np.linalg.norm(reading.normals, axis=-1), 1, atol=1e-4)
    assert 5 < reading.fov < 175 and -90 < reading.pitch < 90 and 0 <= reading.indoors <= 1
    assert reading.place == reader.places[int(reading.places.argmax())]
    assert reading.places.sum() == pytest.approx(1, abs=1e-4)


def test_the_same_picture_is_read_the_same(reader: PictureReader) -> None:
    first, again = (reader.read(picture(60, 80)) for _ in range(2))
    np.testing.assert_array_equal(first.depth, again.depth)


def test_a_known_lens_scales_depth(reader: PictureReader) -> None:
    image = picture(64, 96)
    wide, long = reader.read(image, 90.0), reader.read(image, 30.0)
    solid = wide.labels != SKY
    factor = np.tan(np.radians(45)) / np.tan(np.radians(15))
    np.testing.assert_allclose(long.depth[solid] / wide.depth[solid], factor, rtol=1e-4)
    assert long.fov == 30.0


def test_a_mirrored_picture_is_read_mirrored(reader: PictureReader) -> None:
    image = picture(64, 96)
    seen, mirrored = reader.read(image), reader.read(image[:, ::-1])
    np.testing.assert_allclose(mirrored.depth[:, ::-1], seen.depth, rtol=1e-3)
    np.testing.assert_allclose(mirrored.normals[:, ::-1] * [-1, 1, 1], seen.normals, atol=1e-3)
    assert mirrored.pitch == pytest.approx(seen.pitch, abs=0.01) and mirrored.roll == pytest.approx(
        -seen.roll, abs=0.01
    )


def test_what_else_speaks_for_a_room_counts_and_a_room_has_no_sky(reader: PictureReader) -> None:
    image = picture(64, 96)
    outdoors, room = reader.read(image, lean=-50.0), reader.read(image, lean=50.0)
    assert outdoors.indoors < 1e-9 and room.indoors > 1 - 1e-9
    assert (room.labels != SKY).all() and room.depth.max() <= DEEPEST_ROOM * np.median(room.depth) * 1.001


def test_rare_places_of_the_training_are_not_rare_among_pictures() -> None:
    factor = usual_places(("forest", "moon", "cave"), {"forest": 990, "moon": 990})
    assert factor[2] > factor[0] > factor[1]
    np.testing.assert_array_equal(usual_places(("forest", "moon"), {}), 1)


def test_pitch_and_lens_agree_with_the_horizon(reader: PictureReader) -> None:
    """The ray at the horizon in the middle column is level."""
    reading = reader.read(picture(64, 96), 70.0)
    camera = Camera.from_fov(96, 64, 70.0)
    row = reading.horizon * 64
    ray = np.array([0, (row - camera.cy) / camera.fy, 1])
    assert abs(ray @ down_vector(reading.pitch, reading.roll)) < 1e-6


def test_pictures_that_are_none_are_refused(reader: PictureReader) -> None:
    for wrong in (np.zeros((5, 5)), np.zeros((5, 5, 4)), np.zeros((1, 5, 3)), np.full((5, 5, 3), np.nan)):
        with pytest.raises(InputError):
            reader.read(wrong)
    with pytest.raises(InputError, match="field of view"):
        reader.read(picture(5, 5), 190.0)


def test_without_weights_it_is_said_how_to_make_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(weights, "SHIPPED", tmp_path / "none.safetensors")
    with pytest.raises(InputError, match="lucid3d learn"):
        PictureReader()


def test_it_is_an_estimator_of_the_dream_loop(file: Path) -> None:
    estimator = MiniDepth(file)
    assert isinstance(estimator, DepthEstimator) and estimator.kind == "metric"
    camera = Camera.from_fov(80, 60, 65.0)
    depth = estimator.estimate(picture(60, 80), camera)
    assert depth.shape == (60, 80) and depth.dtype == np.float32 and (depth > 0).all()
    with pytest.raises(InputError, match="camera"):
        estimator.estimate(picture(60, 81), camera)


def test_its_entry_point_names_it() -> None:
    settings = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    named = settings["project"]["entry-points"]["lucid3d.families"]["lucid3d-mini"]
    module, _, name = named.partition(":")
    assert getattr(importlib.import_module(module), name) is MiniDepth


def test_scores_do_not_depend_on_scale_and_a_constant_is_a_constant() -> None:
    rng = np.random.default_rng(0)
    truth, answer = np.exp(rng.normal(size=(2, 20, 30)))
    truth[:3] = np.nan
    first, scaled = depth_score(answer, truth), depth_score(answer * 7, truth)
    assert first and scaled
    assert (scaled.abs_rel, scaled.within) == pytest.approx((first.abs_rel, first.within))
    perfect = depth_score(truth * 3, truth)
    assert perfect and (perfect.abs_rel, perfect.within, perfect.factor) == pytest.approx((0, 1, 3))
    constant = constant_score(truth)
    known = truth[3:].ravel()
    assert constant and constant.within <= 1
    assert constant.abs_rel == pytest.approx(np.abs(1 / known / np.median(1 / known) - 1).mean())
    assert depth_score(answer, np.full((20, 30), np.nan)) is None
