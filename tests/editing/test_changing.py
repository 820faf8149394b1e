"""A scene is changed by words: what they name gets its colour, goes or is replaced, and nothing else changes."""

from __future__ import annotations

import functools
import shutil
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.colour import linear_from_srgb
from lucid3d.editing.book import Change, changes_in, read_book
from lucid3d.editing.changed_world import without
from lucid3d.editing.folder import change_in, insert_into, step, world_shown
from lucid3d.editing.insertion import Wish
from lucid3d.editing.order import read_order
from lucid3d.editing.patch import difference
from lucid3d.editing.regions import choose, region_from
from lucid3d.editing.rules import Changed, change_by_rules
from lucid3d.editing.surroundings import Surroundings, surroundings_of
from lucid3d.errors import InputError
from lucid3d.exploring.finding import from_world
from lucid3d.gaussians import render
from lucid3d.gaussians.model import Gaussians
from lucid3d.playable.things import things_of_world
from lucid3d.procedural.kit.mesh import merge
from lucid3d.procedural.kit.shapes import box
from lucid3d.scene import Scene
from tests.editing.court import BIN, HUT, RED, scene, world
from tests.editing.test_inserting import files
from tests.exploring.test_free_space import FLOOR

TO_HUT = Camera.from_fov(96, 96, 60, yaw_pitch(32, -5))


@functools.cache
def around() -> Surroundings:
    return surroundings_of(scene().gaussians, scene().cameras, world())


@functools.cache
def changed(words: str) -> Changed:
    return change_by_rules(scene(), read_order(words), None, around())


def same(one: Gaussians, other: Gaussians) -> NDArray[np.bool_]:
    equal = [(getattr(one, f.name) == getattr(other, f.name)).reshape(len(one), -1).all(axis=1) for f in fields(one)]
    return np.asarray(np.logical_and.reduce(equal), bool)


@pytest.mark.parametrize(
    ("words", "deed", "target", "what"),
    [
        ("the house blue", "dye", "house", "blue"),
        ("a wooden pier of stone", "dye", "pier", "stone"),
        ("turn the roof red", "dye", "roof", "red"),
        ("blue", "dye", "", "blue"),
        ("autumn", "season", "", "autumn"),
        ("remove the bin", "remove", "bin", ""),
        ("take away all the chairs", "remove", "chairs", ""),
        ("replace the sofa by a bench", "replace", "sofa", "a bench"),
        ("turn the sofa into a bench", "replace", "sofa", "a bench"),
        ("turn the house into stone", "dye", "house", "stone"),
    ],
)
def test_words_say_what_to_do_to_what(words: str, deed: str, target: str, what: str) -> None:
    order = read_order(words)
    assert (order.deed, order.target) == (deed, target)
    assert what in (order.colour, order.material, order.season, order.by, "")


@pytest.mark.parametrize(("words", "way_out"), [("at night", "restyle"), ("zorgblat", "materials"), ("", "materials")])
def test_what_says_no_change_is_told_what_would(words: str, way_out: str) -> None:
    with pytest.raises(InputError, match=way_out):
        read_order(words)


def test_a_thing_takes_the_colour_that_is_said_and_its_shades_stay() -> None:
    found = changed("the hut blue")
    after = found.patch.on(scene().gaussians)
    drawn = found.world.draw(TO_HUT) if found.world is not None else None
    assert drawn is not None
    hut = drawn.instances == world().spans()[-2][0]
    image = render(after, TO_HUT).image
    assert hut.mean() > 0.05
    red, green, blue = image[hut].T
    assert ((blue > green) & (green > red)).mean() > 0.95
    assert np.abs(image[hut] - drawn.image[hut]).mean() < 0.06


def test_outside_of_what_is_named_everything_stays_bit_for_bit() -> None:
    for words in ("the hut blue", "the bin of marble"):
        found = changed(words)
        before, after = scene().gaussians, found.patch.on(scene().gaussians)
        assert len(before) == len(after)
        equal = same(before, after)
        assert equal[~found.region].all()
        assert not equal[found.region].all()
        away = Camera.from_fov(64, 64, 40, yaw_pitch(180, 0))
        assert (render(before, away).image == render(after, away).image).all()


def test_what_is_taken_out_is_gone_and_what_was_behind_it_comes_to_light() -> None:
    found = changed("remove the hut")
    assert found.world is not None
    before, after = (render(g, TO_HUT) for g in (scene().gaussians, found.patch.on(scene().gaussians)))
    bare = found.world.draw(TO_HUT)
    hut = world().draw(TO_HUT).instances == world().spans()[-2][0]
    assert (after.alpha[hut] > 0.9).mean() > 0.97
    assert np.median(np.abs(after.depth - bare.depth)[hut] / bare.depth[hut]) < 0.06
    one, other = (np.abs(picture.image - bare.image)[hut].mean() for picture in (before, after))
    assert other < 0.06
    assert other < 0.4 * one


def test_a_region_of_an_unknown_scene_is_dyed_with_its_shades() -> None:
    gaussians = scene().gaussians
    unknown = Surroundings(gaussians)
    x, height, z = HUT
    region = choose(region_from({"steps": [{"box": [x, FLOOR - height / 2, z, 1.8, height, 1.4]}]}), unknown)
    found = change_by_rules(scene(), read_order("the house blue"), region, unknown)
    after = found.patch.on(gaussians)
    assert same(gaussians, after)[~region].all()
    red, green, blue = after.colors[region].T
    assert ((blue >= green) & (green >= red)).all()
    one, other = (linear_from_srgb(np.clip(g.colors[region], 0, 1)).mean(axis=1) for g in (gaussians, after))
    ratio = other / one
    assert np.abs(ratio[one > 0.01] - np.median(ratio)).max() < 0.05 * np.median(ratio)
    with pytest.raises(InputError, match="box or click"):
        change_by_rules(scene(), read_order("remove the house"), region, unknown)


def test_words_that_point_at_nothing_are_told_what_is_there() -> None:
    for words, match in (("the sofa blue", "bin, hut"), ("blue", "--region")):
        with pytest.raises(InputError, match=match):
            changed(words)


def test_a_difference_is_the_rows_that_differ_and_gives_the_other_back() -> None:
    before, after = scene().gaussians, changed("remove the bin").patch.on(scene().gaussians)
    patch = difference(before, after)
    again = patch.on(before)
    assert len(again) == len(after)
    assert same(again, after).all()
    assert same(before, after[slice(0, len(before))])[np.setdiff1d(np.arange(len(before)), patch.rows)].all()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene().save(tmp_path_factory.mktemp("changed") / "court")


@pytest.mark.slow
def test_changes_are_in_the_same_book_as_things_and_undone_to_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "court"
    shutil.copytree(saved, folder)
    states = [files(folder)]
    entry = change_in(folder, "the hut blue", world=world()).entry
    assert isinstance(entry, Change)
    assert entry.how == "made blue"
    states.append(files(folder))
    insert_into(folder, Wish("a barrel", at=(0.6, 1.6)), world=world())
    states.append(files(folder))
    change_in(folder, "replace the bin by a chair", world=world())
    states.append(files(folder))
    change_in(folder, "green", region_from({"steps": [{"label": "object"}]}), world=world())
    states.append(files(folder))
    assert len({state["scene.ply"] for state in states}) == len(states)
    for state in states[-2::-1]:
        step(folder, -1)
        assert files(folder) == state
    for state in states[1:]:
        step(folder, 1)
        assert files(folder) == state
    there = read_book(folder).state
    assert [each.name for each in there] == ["the-hut-blue", "barrel", "replace-the-bin-by-a-chair", "chair", "green"]
    assert len(changes_in(there)) == 3
    chair = there[3]
    assert not isinstance(chair, Change)
    assert np.hypot(chair.spot.x - BIN[0], chair.spot.z - BIN[2]) < 0.05


def test_a_game_is_told_of_what_was_set_in_and_not_of_what_was_taken_out(saved: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "court"))
    change_in(folder, "remove the bin", world=world())
    insert_into(folder, Wish("a barrel", at=(0.6, 1.6)), world=world())
    edited = Scene.load(folder)
    shown = world_shown(edited, world=world())
    assert shown is not None
    things = {thing.kind: thing for thing in things_of_world(shown, from_world(shown, 5.0))}
    assert {"hut", "barrel"} <= things.keys()
    assert "bin" not in things
    assert np.hypot(*(things["barrel"].foot[[0, 2]] - (0.6, 1.6))) < 0.1


def test_some_of_many_that_are_turned_each_in_its_own_way_are_taken_out() -> None:
    one = box((0.2, 0.2, 0.2), (0, FLOOR - 0.1, 3), RED, label="object")
    three = [replace(one, vertices=one.vertices + np.float32([x, 0, 0])) for x in (-1, 0, 1)]
    row = replace(merge(three), facing=np.array([0.1, 0.2, 0.3]), thing="crate")
    full = world().with_place(replace(world().place, meshes=[*world().place.meshes, row]))
    first = full.spans()[-1][0]
    left, taken = without(full, {first, first + 1})
    assert taken is not None and len(taken.triangles) == 2 * len(one.triangles)
    assert len(left.place.meshes[-1].triangles) == len(one.triangles)
