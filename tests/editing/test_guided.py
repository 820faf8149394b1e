"""A region follows a picture's style, or truer pictures of itself; it is one step of the book, and the rest stays."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lucid3d.commands.edit_scene import edit, refine
from lucid3d.editing.folder import guide_in, refine_in, step
from lucid3d.editing.guided import cameras_of, refined
from lucid3d.editing.regions import choose, region_from
from lucid3d.editing.surroundings import Surroundings, surroundings_of
from lucid3d.errors import InputError
from lucid3d.export.ply import read_gaussians
from lucid3d.gaussians import render
from tests.editing.court import saved, scene, world
from tests.editing.test_changing import same
from tests.editing.test_inserting import files

HUT = region_from({"steps": [{"thing": "hut"}]})


@functools.cache
def around() -> Surroundings:
    return surroundings_of(scene().gaussians, scene().cameras, world())


@functools.cache
def hut() -> NDArray[np.bool_]:
    return choose(HUT, around())


def test_refining_makes_a_thing_truer_and_shows_its_back() -> None:
    before = scene().gaussians
    after = refined(scene(), hut(), around(), steps=60).on(before)
    assert len(after) > len(before)
    assert same(before, after[slice(0, len(before))])[~hut()].all()
    number = world().spans()[-2][0]
    errors = []
    for camera in cameras_of(scene(), hut(), 64):
        truth = world().draw(camera)
        mine = truth.instances == number
        if mine.sum() > 200:
            errors.append([np.abs(render(g, camera).image - truth.image)[mine].mean() for g in (before, after)])
    one, other = np.array(errors).T
    assert len(one) > 6
    assert other.mean() < 0.5 * one.mean()
    assert (other < one).all()


def test_a_style_and_a_finer_part_are_undone_to_the_same_bytes(tmp_path: Path) -> None:
    folder = saved(tmp_path / "court")
    states = [files(folder)]
    picture = tmp_path / "stripes.png"
    Image.fromarray(np.tile(np.repeat(np.uint8([255, 30]), 4), (64, 8))).convert("RGB").save(picture)
    region = region_from({"steps": [{"box": [2, 0.6, 3, 2, 2.2, 2]}]})
    guide_in(folder, "style", "", region, picture=picture, steps=3)
    states.append(files(folder))
    refine_in(folder, HUT, steps=2, world=world())
    states.append(files(folder))
    assert len({state["scene.ply"] for state in states}) == 3
    step(folder, -1)
    assert files(folder) == states[1]
    step(folder, -1)
    assert files(folder) == states[0]
    one = read_gaussians(folder / "scene.ply")
    assert same(one, scene().gaussians).all()


def test_what_cannot_guide_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "court"
    folder.mkdir()
    for arguments, match in (
        (["--with", "magic"], "known: style"),
        (["--with", "style"], "--picture|scene"),
        (["--label", "roof", "--prompt", "red"], "scene"),
    ):
        with pytest.raises(InputError, match=match):
            edit([str(folder), *arguments])
    with pytest.raises(InputError, match="scene"):
        refine([str(tmp_path / "nowhere")])
    shutil.rmtree(folder)
