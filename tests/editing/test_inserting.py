"""A thing is set into a finished scene: where there is room, in its light, and nothing else changes."""

from __future__ import annotations

import functools
import shutil
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.commands.edit_scene import edits
from lucid3d.editing.book import composed, read_book
from lucid3d.editing.folder import insert_into, move_in, remove_from, step
from lucid3d.editing.insertion import Inserted, Where, Wish, insert
from lucid3d.editing.lighting import divided
from lucid3d.editing.standing import Spot
from lucid3d.errors import InputError
from lucid3d.families.base import Models
from lucid3d.families.procedural import Drawings, ProceduralDepth, ProceduralPainter
from lucid3d.gaussians import render
from lucid3d.gaussians.model import Gaussians
from lucid3d.pipeline import dream
from lucid3d.scene import Scene
from tests.exploring.test_free_space import FLOOR, court
from tests.small import small_config

WORLD = court()
AT = (0.5, 2.5)
CHAIR = Wish("a red chair", at=AT)


@functools.cache
def scene() -> Scene:
    drawings = Drawings(WORLD)
    own = Models("own", ProceduralPainter(WORLD, drawings), ProceduralDepth(WORLD, drawings=drawings), world=WORLD)
    return dream(config=small_config(), painter=own.painter, estimator=own.estimator)


@functools.cache
def chair() -> Inserted:
    return insert(scene(), CHAIR, world=WORLD)


def test_it_stands_on_the_ground_where_it_was_asked_for() -> None:
    found = chair()
    assert (found.spot.x, found.spot.z) == AT
    assert found.spot.y == pytest.approx(FLOOR, abs=0.02)
    means = found.gaussians.means
    assert means[:, 1].max() <= FLOOR + 0.02
    assert FLOOR - means[:, 1].min() == pytest.approx(found.thing.size[1], abs=0.05)
    assert np.hypot(means[:, 0] - AT[0], means[:, 2] - AT[1]).max() < 0.5 * np.hypot(*found.thing.size[::2]) + 0.05


def test_it_looks_as_in_the_world_that_it_stands_in() -> None:
    found = chair()
    mesh = found.thing.mesh.transformed(found.spot.matrix)
    after = WORLD.with_mesh(mesh)
    camera = Camera.from_fov(160, 160, 45, yaw_pitch(-10, -22, np.array([0.9, 0.2, 0.9])))
    truth = after.draw(camera)
    only = truth.instances >= after.spans()[-1][0]
    seen = render(found.gaussians, camera)
    assert only.mean() > 0.05
    error = np.mean((seen.image[only] - truth.image[only]) ** 2)
    assert -10 * np.log10(error) > 22
    assert (seen.alpha[only] > 0.9).mean() > 0.97


def test_it_shades_the_floor_beside_it_and_nothing_far_from_it() -> None:
    base, found = scene().gaussians, chair()
    whole = composed(base, [(found.gaussians, found.shade)])
    camera = Camera.from_fov(120, 120, 60, yaw_pitch(0, -35, np.array([0.5, 0, 0.5])))
    mesh = found.thing.mesh.transformed(found.spot.matrix)
    drawn = WORLD.with_mesh(mesh).draw(camera)
    before, after = (render(each, camera).image.mean(axis=2) for each in (base, whole))
    bare = WORLD.draw(camera).image.mean(axis=2)
    floor = drawn.labels == WORLD.draw(camera).labels
    shadow = floor & (drawn.image.mean(axis=2) < 0.8 * bare)
    light = floor & (np.abs(drawn.image.mean(axis=2) - bare) < 0.01)
    assert shadow.sum() > 100
    # a shadow of 48-pixel views is soft, so the darkest half of it is asked for
    ratio = after[shadow] / np.maximum(before[shadow], 1e-3)
    assert np.percentile(ratio, 25) < 0.9
    assert np.percentile(ratio, 75) < 0.97
    assert np.median(np.abs(after - before)[light]) < 0.02


def test_divided_gaussians_look_like_the_whole() -> None:
    camera = Camera.from_fov(96, 96, 60)
    turned = np.array([[0.9, 0.3, 0.2, 0.1]], np.float32)
    sh = np.full((1, 1, 3), 0.8, np.float32)
    for opacity in (2.0, 4.0):
        one = Gaussians(
            np.array([[0, 0, 3.0]], np.float32), turned, np.log([[0.6, 0.4, 0.01]]).astype(np.float32),
            np.array([opacity], np.float32), sh,
        )  # fmt: skip
        parts, owner = divided(one, 1.0)
        assert len(parts) > 50
        assert (owner == 0).all()
        whole, many = (render(each, camera).alpha for each in (one, parts))
        inside = whole > 0.05
        assert np.abs(whole - many)[inside].mean() < 0.06
        assert abs((many - whole)[inside].mean()) < 0.03
        assert np.abs(whole - many).max() < 0.15


def test_what_it_does_not_shade_stays_bit_for_bit() -> None:
    base, found = scene().gaussians, chair()
    both = composed(base, [(found.gaussians, found.shade)])
    same = np.ones(len(base), bool)
    same[found.shade.rows] = False
    assert same.mean() > 0.5
    for name in (each.name for each in fields(Gaussians)):
        np.testing.assert_array_equal(getattr(both, name)[: len(base)][same], getattr(base, name)[same])
    for name in ("means", "quats", "log_scales"):
        np.testing.assert_array_equal(getattr(both, name)[: len(base)], getattr(base, name))


def test_without_a_place_it_goes_where_people_see_it() -> None:
    found = insert(scene(), Wish("a barrel"), world=WORLD)
    camera = scene().views[0].camera
    pixel, z = camera.project(np.array([[found.spot.x, found.spot.y, found.spot.z]], np.float32))
    assert z[0] > 1
    assert (pixel > 0).all()
    assert (pixel < camera.width).all()


def test_on_a_slope_what_is_low_leans_and_its_foot_lies_on_the_ground() -> None:
    spot = Spot(1.0, 2.0, 3.0, 40.0, (0.1, -0.05))
    corners = np.array([[x, 0, z, 1] for x in (-2.0, 2.0) for z in (-1.0, 1.0)])
    x, y, z, _ = spot.matrix @ corners.T
    np.testing.assert_allclose(y, 2.0 + 0.1 * (x - 1) - 0.05 * (z - 3), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(spot.matrix[:3, :3]), 1, atol=1e-9)


def test_two_things_do_not_stand_in_each_other() -> None:
    taken = [(chair().spot, chair().thing.size)]
    with pytest.raises(InputError, match="the nearest is at"):
        insert(scene(), Wish("a barrel", at=AT), taken=taken, world=WORLD)
    other = insert(scene(), Wish("a barrel", at=(AT[0] + 0.8, AT[1])), taken=taken, world=WORLD)
    assert np.hypot(other.spot.x - AT[0], other.spot.z - AT[1]) > 0.5


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"thing": "a chair", "at": (40.0, 40.0)}, "the nearest is at"),
        ({"thing": "a chair", "at": (1e9, 2.0)}, "200 m away"),
        ({"thing": "a castle"}, "make it smaller"),
        ({"thing": "a chair", "on": "water"}, "open water"),
    ],
)
def test_what_has_no_room_is_refused_with_the_way_out(wish: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        insert(scene(), Wish(**wish), world=WORLD)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wish", [{}, {"thing": "a", "file": "b"}, {"thing": "a", "on": "ceiling"}, {"thing": "a", "at": (np.nan, 0.0)}]
)
def test_a_wish_must_make_sense(wish: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Wish(**wish)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scene().save(tmp_path_factory.mktemp("edited") / "court")


def files(folder: Path) -> dict[str, bytes]:
    skipped = ("preview.jpg",)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "edits" not in path.parts and path.name not in skipped
    }


def test_edits_are_undone_to_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "court"
    shutil.copytree(saved, folder)
    before = files(folder)
    entry = insert_into(folder, CHAIR, world=WORLD).entry
    assert entry is not None
    assert entry.name == "chair"
    one = files(folder)
    changed = {name for name in before if one[name] != before[name]}
    assert changed <= {"scene.ply", "free_space.npz"}
    assert "scene.ply" in changed
    second = insert_into(folder, Wish("a barrel", at=(-1.0, 2.0)), world=WORLD)
    assert [each.name for each in second.state] == ["chair", "barrel"]
    two = files(folder)
    step(folder, -1)
    assert files(folder) == one
    step(folder, 1)
    assert files(folder) == two
    remove_from(folder, "chair")
    remove_from(folder, "barrel")
    assert files(folder) == before
    step(folder, -4)
    assert files(folder) == before
    with pytest.raises(InputError, match="nothing more to undo"):
        step(folder, -1)


def test_a_thing_is_moved_and_copied_by_name(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "court"
    shutil.copytree(saved, folder)
    insert_into(folder, CHAIR, name="seat", world=WORLD)
    moved = move_in(folder, "seat", Where(at=(-1.0, 2.0), facing=90.0), world=WORLD).entry
    assert moved is not None
    assert (moved.name, moved.spot.x, moved.spot.z, moved.spot.facing) == ("seat", -1.0, 2.0, 90.0)
    copied = move_in(folder, "seat", Where(at=(1.0, 2.0)), copy=True, world=WORLD)
    assert [each.name for each in copied.state] == ["seat", "chair"]
    assert len(read_book(folder).states) == 4
    with pytest.raises(InputError, match="there: seat, chair"):
        remove_from(folder, "sofa")


def test_a_damaged_book_and_a_missing_scene_are_told(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "court"
    shutil.copytree(saved, folder)
    (folder / "edits").mkdir()
    for book, text in (
        ("edits.yaml", "format: 1\nthings: {}\nstates: [[gone]]\nnow: 0\n"),
        ("edits.json", '{"format": 99, "things": {}, "states": [[]], "now": 0}'),
        ("edits.json", "[[[["),
    ):
        (folder / "edits" / book).write_text(text)
        with pytest.raises(InputError, match=book):
            step(folder, -1)
    with pytest.raises(InputError, match="does not exist"):
        edits([str(tmp_path / "nowhere")])
    with pytest.raises(InputError, match="one of --undo"):
        edits([str(folder), "--undo", "--redo"])
