from __future__ import annotations

import math

import numpy as np
import pytest

from lucid3d.learning.classes import CLASSES, SKY
from lucid3d.learning.gravity import level_down
from lucid3d.learning.optics import down_vector

SIZE, FOCAL = 96, 80.0
GROUND, CEILING, WALL, THING = (CLASSES.index(name) for name in ("ground", "ceiling", "wall", "thing"))


def plane(down: np.ndarray, height: float) -> np.ndarray:
    """(SIZE, SIZE) z-depth of a level plane so far below the eye (above it if negative), +inf where it is not seen."""
    at = (np.arange(SIZE) + 0.5 - SIZE / 2) / FOCAL
    x, y = np.meshgrid(at, at)
    falling = x * down[0] + y * down[1] + down[2]
    with np.errstate(divide="ignore"):
        depth = height / falling
    return np.where(depth > 0, depth, np.inf)


def angle(a: np.ndarray, b: np.ndarray) -> float:
    return math.degrees(math.acos(np.clip(a @ b, -1, 1)))


@pytest.mark.parametrize(("pitch", "roll"), [(0, 0), (10, 0), (-25, 4), (5, -12)])
def test_a_level_ground_tells_which_way_is_down(pitch: float, roll: float) -> None:
    down = down_vector(pitch, roll)
    depth = plane(down, 1.6)
    labels = np.where(np.isfinite(depth), GROUND, SKY)
    found = level_down(0.37 * depth, labels, np.ones_like(depth), FOCAL)  # whatever the scale
    assert found is not None and angle(found[0], down) < 0.1
    assert found[1] == pytest.approx((labels == GROUND).mean(), abs=0.03)


def test_bumps_and_wrong_labels_do_not_tilt_it() -> None:
    down = down_vector(-12, 3)
    rng = np.random.default_rng(0)
    depth = plane(down, 1.6) * np.exp(rng.normal(0, 0.04, (SIZE, SIZE)))
    labels = np.where(np.isfinite(depth), GROUND, SKY)
    depth[60:80, 10:35] = 1.5  # a box that was taken for ground
    found = level_down(depth, labels, np.ones_like(depth), FOCAL)
    assert found is not None and angle(found[0], down) < 1.5


def test_a_ceiling_will_do() -> None:
    down = down_vector(15, 0)
    depth = plane(down, -1.1)
    labels = np.where(np.isfinite(depth), CEILING, WALL)
    depth = np.where(np.isfinite(depth), depth, 4.0)
    found = level_down(depth, labels, np.ones_like(depth), FOCAL)
    assert found is not None and angle(found[0], down) < 0.1


def test_without_ground_nothing_is_said() -> None:
    depth = np.full((SIZE, SIZE), 3.0)
    assert level_down(depth, np.full(depth.shape, THING), np.ones_like(depth), FOCAL) is None
    assert level_down(depth, np.full(depth.shape, GROUND), np.ones_like(depth), FOCAL) is None  # a wall, wrongly named
