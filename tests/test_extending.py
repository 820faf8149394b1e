"""A finished scene goes on: old points and Gaussians stay bit for bit, what was hidden becomes known."""

from __future__ import annotations

import functools
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.extending import Goal, extend_folder, extend_scene, parse_place
from lucid3d.families.base import Models
from lucid3d.families.procedural import Drawings, ProceduralDepth, ProceduralPainter
from lucid3d.pipeline import dream
from lucid3d.pointcloud import PointCloud
from lucid3d.projection import project_cloud
from lucid3d.scene import Scene
from tests.exploring.test_free_space import block, court
from tests.small import small_config

WORLD = court(block(3.0, 2.4, 0.4, 0.0, 1.4, "wall"))
"""A court with a wall across, ahead of the start, that one can walk around."""
BEHIND = Camera.from_fov(48, 48, 90, yaw_pitch(180, 0, np.array([0.8, 0.0, 2.6])))
"""Looks at the far side of that wall."""


def models() -> Models:
    drawings = Drawings(WORLD)
    return Models("own", ProceduralPainter(WORLD, drawings), ProceduralDepth(WORLD, drawings=drawings), world=WORLD)


@functools.cache
def scene() -> Scene:
    """The court as it is seen from the start alone."""
    loaded = models()
    return dream(config=small_config(dream={"sharpness": 0.5}), painter=loaded.painter, estimator=loaded.estimator)


def same_beginning(before: Scene, after: Scene) -> None:
    count, points = len(before.gaussians), len(before.points)
    for name in (each.name for each in fields(before.gaussians)):
        np.testing.assert_array_equal(getattr(after.gaussians, name)[:count], getattr(before.gaussians, name))
    for name in (each.name for each in fields(PointCloud)):
        np.testing.assert_array_equal(getattr(after.points, name)[:points], getattr(before.points, name))


def test_the_way_to_a_place_becomes_known_and_the_rest_stays() -> None:
    before = scene()
    after = extend_scene(before, Goal(to=(1.0, 2.4)), models=models())
    same_beginning(before, after)
    assert len(after.gaussians) > len(before.gaussians)
    known = [project_cloud(each.points, BEHIND).known.mean() for each in (before, after)]
    assert known[1] > known[0] + 0.1
    assert after.free is not None
    assert after.free.contains(np.array([[1.0, 0.0, 2.4]]))[0]
    assert after.facts["extended"][0]["views"] == len(after.views) - len(before.views) > 0


def test_all_around_becomes_known_in_other_words_too() -> None:
    before = scene()
    after = extend_scene(before, Goal(radius=1.5), prompt="a court", models=models())
    same_beginning(before, after)
    assert after.free is not None and after.free.half * after.free.cell >= 1.5
    assert after.facts["extended"][0] | {"radius": 1.5, "prompt": "a court"} == after.facts["extended"][0]


def test_a_path_is_dreamed_along(tmp_path: Path) -> None:
    path = tmp_path / "path.yaml"
    path.write_text("views:\n  - {yaw: 0}\n  - {yaw: 90, position: [3, 0, 0]}\n  - {yaw: 0, position: [3, 0, 3]}\n")
    after = extend_scene(scene(), Goal(path=str(path)), models=models())
    same_beginning(scene(), after)
    assert [view.camera.position[0] for view in after.views[len(scene().views) :]] == pytest.approx([3, 3])


def test_a_place_behind_a_wall_is_told_with_the_nearest_there_is() -> None:
    with pytest.raises(InputError, match=r"nobody can walk to 0,9: .* nearest place is"):
        extend_scene(scene(), Goal(to=(0.0, 9.0)), models=models())


def test_what_cannot_be_extended_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without its points"):
        extend_scene(replace(scene(), points=PointCloud.empty()), Goal(radius=3.0), models=models())
    with pytest.raises(InputError, match="sky of this scene is"):
        extend_scene(scene(), Goal(radius=90.0), models=models())
    (tmp_path / "taken-extended").mkdir()
    (tmp_path / "taken-extended" / "mine").write_text("")
    with pytest.raises(InputError, match="not empty"):
        extend_folder(tmp_path / "taken", Goal(radius=3.0))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "one of"),
        ({"to": (1.0, 2.0), "radius": 3.0}, "one of"),
        ({"to": (np.nan, 2.0)}, "two numbers"),
        ({"radius": -1.0}, "at most"),
        ({"radius": 1e4}, "at most"),
        ({"radius": np.nan}, "at most"),
    ],
)
def test_goals_that_make_no_sense(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Goal(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["3", "a,b", "1,2,3", ""])
def test_places_that_make_no_sense(text: str) -> None:
    with pytest.raises(InputError, match="two numbers"):
        parse_place(text)
