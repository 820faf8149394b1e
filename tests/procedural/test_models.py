"""The painter and the depth estimator that look at a procedural world."""

from __future__ import annotations

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.families.base import DepthEstimator, Painter
from lucid3d.families.procedural import ProceduralDepth, procedural_models

CAMERA = Camera.from_fov(96, 96, 90, yaw_pitch(40, -10, np.array([0.3, 0, 0.1])))


@pytest.fixture(scope="module")
def models():
    return procedural_models("a desert at dusk", 3)


def test_they_satisfy_the_protocols(models) -> None:
    painter, depth, _ = models
    assert isinstance(painter, Painter)
    assert isinstance(depth, DepthEstimator)
    assert depth.exact
    assert not ProceduralDepth(models[2], 1).exact


def test_known_pixels_come_back_exactly_and_the_rest_is_the_world(models) -> None:
    painter, depth, world = models
    rng = np.random.default_rng(0)
    known = np.ones((96, 96), bool)
    known[30:50, 20:60] = False
    image = rng.random((96, 96, 3)).astype(np.float32)
    painted = painter.inpaint(image, known, "", CAMERA, seed=0)
    np.testing.assert_array_equal(painted[known], image[known])
    whole = world.draw(CAMERA)
    # a part is drawn without its surroundings, which even out the grain of dark corners in the whole
    assert np.abs(painted - whole.image)[~known].mean() < 0.02
    np.testing.assert_array_equal(depth.estimate(painted, CAMERA), whole.depth)


def test_a_view_is_drawn_once_for_picture_and_depth(models, monkeypatch: pytest.MonkeyPatch) -> None:
    painter, depth, world = models
    drawn = []
    draw = world.draw
    monkeypatch.setattr(world, "draw", lambda *args, **options: drawn.append(1) or draw(*args, **options))
    camera = CAMERA.at(yaw_pitch(200, 0))
    image = painter.imagine("", camera, seed=0)
    depth.estimate(image, camera)
    painter.imagine("", camera, seed=0)
    assert len(drawn) == 1


def test_sizes_are_checked(models) -> None:
    with pytest.raises(InputError, match="camera's size"):
        models[0].inpaint(np.zeros((8, 8, 3), np.float32), np.ones((8, 8), bool), "", CAMERA, seed=0)


def test_a_distorted_depth_errs_as_the_design_says(models) -> None:
    _, exact, world = models
    image = np.zeros((96, 96, 3), np.float32)
    truth = exact.estimate(image, CAMERA)
    ground = np.isfinite(truth)
    for field in ("cosine", "random"):
        bent = ProceduralDepth(world, 5, field=field)
        depth = bent.estimate(image, CAMERA)
        np.testing.assert_array_equal(np.isfinite(depth), ground)
        ratio = np.log(depth[ground] / truth[ground])
        assert 0.01 < ratio.std() < 0.3
        assert abs(np.median(ratio)) < 0.35 + 0.3
        np.testing.assert_array_equal(bent.estimate(image, CAMERA), depth)
