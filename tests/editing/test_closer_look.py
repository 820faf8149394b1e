"""A closer look makes what is near as fine as it is seen, leaves the rest as it is, and is undone to the same bytes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.editing import closer_look as module
from lucid3d.editing.closer_look import check_true, closer_look, eye_at, looks_from
from lucid3d.editing.folder import look_closer_in, step
from lucid3d.editing.patch import NAMES
from lucid3d.errors import InputError
from lucid3d.gaussians import render
from lucid3d.gaussians.model import joined
from tests.editing.court import saved, scene, world
from tests.editing.test_inserting import files

BEFORE_THE_HUT = (2.0, 1.9)
TO_HUT = Camera.from_fov(256, 256, 60, yaw_pitch(0, 0, np.array([BEFORE_THE_HUT[0], 0.0, BEFORE_THE_HUT[1]])))


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SIDE", 128)
    monkeypatch.setattr(module, "SHARPNESS", 4.0)
    monkeypatch.setattr(module, "MOST", 60_000)


def test_looks_cover_a_window_or_all_around_with_no_gap() -> None:
    for yaw, azimuths in ((None, np.arange(-180, 180, 3.0)), (90.0, np.arange(58, 123, 3.0))):
        cameras = looks_from(np.zeros(3), yaw)
        a, e = (np.radians(v).ravel() for v in np.meshgrid(azimuths, np.arange(-30, 31, 3.0)))
        rays = np.stack([np.sin(a) * np.cos(e), -np.sin(e), np.cos(a) * np.cos(e)], axis=1)
        assert module._within(cameras, rays).all()


def test_what_is_near_is_finer_and_the_rest_stays_bit_for_bit() -> None:
    old = scene().gaussians
    patch = closer_look(old, world(), TO_HUT.position, 0.0)
    new = patch.on(old)
    truth = world().draw(TO_HUT).image
    before, after = (np.mean((render(g, TO_HUT).image - truth) ** 2) for g in (old, new))
    assert after < 0.5 * before
    rest = np.setdiff1d(np.arange(len(old)), patch.rows)
    assert 0 < len(patch.rows) < 0.6 * len(old)
    assert all((getattr(new, name)[rest] == getattr(old, name)[rest]).all() for name in NAMES)
    behind = Camera.from_fov(64, 64, 60, yaw_pitch(180, 0, TO_HUT.position))
    assert not module._within([behind], patch.parts.means).any()
    # nothing that was known has become a hole, from a step aside either
    aside = TO_HUT.at(yaw_pitch(-20, 0, TO_HUT.position + np.array([0.3, 0, -0.3])))
    assert render(new, aside).alpha.mean() > render(old, aside).alpha.mean() - 0.02


def test_what_was_set_in_before_a_wall_stays() -> None:
    old = scene().gaussians
    spot = TO_HUT.position + np.array([0, 0.2, 0.35])
    coarse = replace(old[:40], means=np.tile(spot, (40, 1)).astype(np.float32))
    patch = closer_look(joined(old, coarse), world(), TO_HUT.position, 0.0)
    assert len(patch.rows) and patch.rows.max() < len(old)


def test_it_is_a_change_of_the_folder_and_undone_to_the_same_bytes(tmp_path: Path) -> None:
    folder = saved(tmp_path / "court")
    before = files(folder)
    changed = look_closer_in(folder, BEFORE_THE_HUT, 0.0, world=world())
    assert changed.entry is not None and changed.entry.name == "closer-look"
    assert files(folder) != before
    step(folder, -1)
    assert files(folder) == before
    shutil.rmtree(folder)


def test_where_nobody_can_stand_and_what_has_no_world_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nobody can walk"):
        eye_at(world(), 30.0, 3.0)  # beyond the wall
    with pytest.raises(InputError, match="within 100 m"):
        eye_at(world(), 5000.0, 0.0)
    for deed in ("join", "guide", "drag"):
        with pytest.raises(InputError, match="not in it"):
            check_true(["dye", deed])
    check_true(["dye", "refine", "season"])
    own = replace(scene(), facts={"models": {"family": "custom"}})
    own.save(tmp_path / "own")
    with pytest.raises(InputError, match="procedural world"):
        look_closer_in(tmp_path / "own", BEFORE_THE_HUT)
