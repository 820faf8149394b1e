"""Two scenes are joined: the other stands where it was put, looks as it did, and nothing of ours changes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.commands.edit_scene import insert
from lucid3d.editing.folder import join_in, step
from lucid3d.editing.joining import joined_on
from lucid3d.errors import InputError
from lucid3d.exploring.finding import from_world
from lucid3d.gaussians import render
from lucid3d.scene import Scene
from tests.editing.court import saved as saved_court
from tests.editing.court import scene, world
from tests.editing.test_inserting import files
from tests.exploring.test_free_space import FLOOR

AT, FACING = (1.0, 9.0), 130.0


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_court(tmp_path_factory.mktemp("joined") / "court")


def test_the_other_scene_looks_from_its_start_as_it_did() -> None:
    patch, ground = joined_on(scene(), scene(), AT, FACING)
    assert ground is None  # nobody knows where one can walk in this one
    assert not len(patch.rows)
    for yaw, pitch in ((0, -10), (110, -20)):
        before = Camera.from_fov(64, 64, 60, yaw_pitch(yaw, pitch))
        after = before.at(yaw_pitch(yaw + FACING, pitch, np.array([AT[0], 0, AT[1]])))
        one, other = render(scene().gaussians, before), render(patch.parts, after)
        near = (one.alpha > 0.9) & (one.depth > 0) & (one.depth < 6)
        assert near.mean() > 0.4
        assert np.abs(one.image - other.image)[near].mean() < 0.02
        # edges are blends with the sky in the one, and with nothing in the other
        assert np.median(np.abs(other.depth - one.depth)[near] / one.depth[near]) < 0.01


def test_one_can_walk_in_it_on_a_floor_of_the_same_height() -> None:
    known = replace(scene(), free=from_world(world(), 4.0))
    assert known.free is not None
    _, ground = joined_on(known, known, AT, FACING)
    assert ground is not None
    assert ground.contains(np.array([[AT[0], 0, AT[1]]])).all()
    assert not ground.contains(np.array([[0.0, 0, 0]])).any()
    assert ground.area == pytest.approx(known.free.area, rel=0.1)
    np.testing.assert_allclose(ground.ground[ground.free], FLOOR, atol=0.05)


def test_a_door_opens_what_is_in_the_way_and_one_walks_through() -> None:
    known = replace(scene(), free=from_world(world(), 4.0))
    assert known.free is not None
    closed, ground = joined_on(known, known, AT, FACING)
    opened, through = joined_on(known, known, AT, FACING, door=True)
    assert ground is not None and through is not None
    way = np.linspace(0, 1, 30)[:, None] * np.array([AT[0], 0.0, AT[1]])
    assert not (known.free.contains(way) | ground.contains(way)).all()
    assert (known.free.contains(way) | through.contains(way)).all()
    assert 0 < len(closed.parts) - len(opened.parts) < 0.2 * len(closed.parts)
    kept = {mean.tobytes() for mean in opened.parts.means}
    gone = np.array([mean for mean in closed.parts.means if mean.tobytes() not in kept])
    ahead = np.array(AT) / np.hypot(*AT)
    assert np.abs(gone[:, [0, 2]] @ np.array([-ahead[1], ahead[0]])).max() <= 0.5
    assert (FLOOR - gone[:, 1]).min() > 0 and (FLOOR - gone[:, 1]).max() < 2.15


def test_ours_stays_bit_for_bit_and_undoing_brings_the_bytes_back(saved: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "court"))
    before, own = files(folder), Scene.load(folder).gaussians
    insert([str(folder), "--file", str(saved), "--at", "1,9", "--facing", "130"])
    both = Scene.load(folder).gaussians
    assert len(both) > 1.5 * len(own)
    for name, values in vars(own).items():
        np.testing.assert_array_equal(getattr(both, name)[: len(own)], values)
    now = files(folder)
    assert {name for name in now if now[name] != before.get(name)} == {"scene.ply"}
    step(folder, -1)
    assert files(folder) == before
    step(folder, 1)
    assert files(folder) == now


def test_a_scene_cannot_be_joined_nowhere_or_with_what_is_none(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--at"):
        insert([str(saved), "--file", str(saved)])
    with pytest.raises(InputError, match="--size"):
        insert([str(saved), "--file", str(saved), "--at", "1,9", "--size", "2"])
    with pytest.raises(InputError):
        join_in(saved, tmp_path, AT)
