"""The viewer's script in a 3-D zoom: one flies, and the speed follows the scale."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from lucid3d.viewer.walking import SCRIPT, zoom_of


def fly(settings: dict[str, object], start: tuple[float, float, float]) -> np.ndarray:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js: the viewer's script cannot run")
    command = [node, str(Path(__file__).with_name("flight.js")), str(SCRIPT), json.dumps(settings), *map(str, start)]
    return np.array(json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60, text=True).stdout))


def test_speed_follows_the_distance_to_the_target() -> None:
    zoom = zoom_of({"zoom": {"target": [0, 0, 8], "distances": [8, 2, 0.5]}})
    path = fly({"speed": 1.4, "zoom": zoom}, (0, 0, 0))
    away = 8 - np.concatenate([[0], path[:, 2]])
    assert len(path) > 20 and (away > 0).all()  # one never flies through the target
    ratios = away[1:] / away[:-1]
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-3)  # the same part of the way left, every frame
    assert away[-1] < 0.35 * 8


def test_elsewhere_the_speed_is_the_walkers() -> None:
    path = fly({"speed": 1.4, "zoom": None}, (0, 0, 0))
    np.testing.assert_allclose(np.diff(path[:, 2]), 0.14, rtol=1e-6)
