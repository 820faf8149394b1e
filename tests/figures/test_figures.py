"""Rigged figures: skins and clips of glTF, the walk by rules, ways through free space, and what a broken file says."""

from __future__ import annotations

import functools
import json
import shutil
import struct
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from lucid3d.access import Access
from lucid3d.editing.figure import figure_for
from lucid3d.editing.folder import remove_from, step, walk_in
from lucid3d.editing.insertion import Wish
from lucid3d.errors import InputError
from lucid3d.export import export_scene
from lucid3d.figures.gltf import Skinned, has_skin, read_figure, write_figure
from lucid3d.figures.playing import closed_way, riding, with_figures
from lucid3d.figures.walker import PACE, walker
from lucid3d.scene import Scene
from lucid3d.viewer.app import Viewer
from lucid3d.viewer.figures import bone_poses, riders
from tests.editing.court import BIN, saved, world
from tests.editing.test_inserting import files
from tests.exploring.test_free_space import FLOOR
from tests.viewer.page import Page


@functools.cache
def person() -> Skinned:
    return walker(1, "coat")


@pytest.fixture(scope="module")
def glb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("figure") / "walker.glb"
    path.write_bytes(write_figure(person()))
    return path


def test_a_figure_is_read_back_as_it_was_written_and_others_read_it(glb: Path) -> None:
    one, other = person(), read_figure(glb)
    assert has_skin(glb)
    for clip, again in zip(one.rig.clips, other.rig.clips, strict=True):
        for seconds in (0.0, 0.31, 0.77):
            np.testing.assert_allclose(one.rig.posed(clip, seconds), other.rig.posed(again, seconds), atol=1e-5)
    np.testing.assert_allclose(one.colours, other.colours, atol=1e-6)
    mesh = trimesh.load_scene(glb).to_mesh()
    np.testing.assert_allclose(mesh.bounds, [one.rig.vertices.min(axis=0), one.rig.vertices.max(axis=0)], atol=1e-5)


def test_two_bones_bend_a_corner_as_linear_blend_skinning_has_it(tmp_path: Path) -> None:
    rig = person().rig
    turn = Rotation.from_euler("z", 90, degrees=True)
    turned = type(rig)(**{**vars(rig), "rotations": np.tile(turn.as_quat(), (len(rig.parents), 1)), "clips": ()})
    hips = rig.translations[0]
    held = np.flatnonzero((rig.bones[:, 0] == 1) & (rig.weights[:, 0] == 1))[:5]  # the chest, child of the hips
    joint = hips + turn.apply(rig.translations[1])
    expected = joint + (turn * turn).apply(rig.vertices[held] - hips - rig.translations[1])
    np.testing.assert_allclose(turned.posed(None, 0)[held], expected, atol=1e-9)


def test_a_walker_stands_on_the_ground_and_its_foot_goes_back_as_fast_as_it_goes_ahead() -> None:
    rig = person().rig
    clip = rig.clips[0]
    times = np.linspace(0, clip.seconds, 41)[:-1]
    shapes = np.array([rig.posed(clip, time) for time in times])
    assert np.abs(shapes[:, :, 1].min(axis=1)).max() < 0.03
    left = np.flatnonzero((rig.bones[:, 1] == 4) & (rig.vertices[:, 1] < 0.06))
    foot = shapes[:, left].mean(axis=1)
    on_ground = foot[:, 1] < foot[:, 1].min() + 0.05
    speed = np.gradient(foot[:, 2], times[1])
    assert 0.25 < on_ground.mean() < 0.75
    assert np.median(-speed[on_ground]) == pytest.approx(PACE, rel=0.25)
    right = shapes[(np.arange(40) + 20) % 40][:, np.flatnonzero((rig.bones[:, 1] == 6) & (rig.vertices[:, 1] < 0.06))]
    np.testing.assert_allclose(
        right.mean(axis=1)[:, 1:], foot[:, 1:], atol=0.12
    )  # half a step later; they stand apart by a little


def test_a_way_there_and_back_is_walked_evenly_and_looks_ahead() -> None:
    way = closed_way(np.array([[0, 1, 0], [2, 1, 0], [2, 1, 3.0]]))
    assert way.length == pytest.approx(10)
    metres = np.linspace(0.6, 4.4, 20)
    places = np.array([way.at(each)[0] for each in metres])
    assert np.linalg.norm(np.diff(places, axis=0), axis=1) == pytest.approx(0.2, rel=0.3)
    for each in (1.0, 3.8, 7.0, 9.2):
        (x, _, z), facing = way.at(each)
        (u, _, w), _ = way.at(each + 0.05)
        front = -np.array([np.sin(np.radians(facing)), np.cos(np.radians(facing))])
        ahead = np.array([u - x, w - z])
        assert front @ ahead > 0.9 * np.linalg.norm(ahead)


def broken(glb: Path, change: Callable[[dict[str, Any]], None], cut: int | None = None) -> Path:
    data = glb.read_bytes()
    length = struct.unpack("<I", data[12:16])[0]
    document = json.loads(data[20 : 20 + length])
    change(document)
    text = json.dumps(document).encode()
    path = glb.with_name("broken.glb")
    path.write_bytes(data[:12] + struct.pack("<I", len(text)) + data[16:20] + text + data[20 + length :][:cut])
    return path


def _set(*keys: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        part: Any = document
        for key in keys[:-1]:
            part = part[key]
        part[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("skins", 0, "joints", value=[999]), "broken skin"),
        (_set("skins", 0, "joints", value=[]), "broken skin"),
        (_set("skins", 0, "joints", value=[0, 1]), "broken skin"),
        (_set("skins", value=[]), "no skin"),
        (_set("meshes", 0, "primitives", 0, "attributes", value={"POSITION": 0}), "broken skin"),
        (_set("meshes", 0, "primitives", 0, "attributes", "WEIGHTS_0", value=999), "cannot be read"),
        (_set("accessors", 0, "count", value=10**9), "cut off"),
        (_set("accessors", 0, "byteOffset", value=-4000), "damaged"),
        (_set("nodes", 0, "children", value=[0]), "no tree"),
        (_set("nodes", 0, "scale", value=[0, 0, 0]), "all in one place"),
        (_set("nodes", 0, "rotation", value=[0, 0, 0, 0]), "a rotation that is none"),
        (_set("animations", 0, "samplers", 0, "output", value=0), "broken animation"),
        (_set("extensionsRequired", value=["KHR_draco_mesh_compression"]), "KHR_draco.*gltf-transform"),
    ],
)
def test_a_broken_figure_is_refused_in_a_sentence(glb: Path, change: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_figure(broken(glb, change))


def test_a_figure_that_was_cut_off_is_told(glb: Path) -> None:
    with pytest.raises(InputError, match="cut off"):
        read_figure(broken(glb, lambda _: None, cut=1000))


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    folder = saved(tmp_path_factory.mktemp("walked") / "court")
    before = files(folder)
    walk_in(folder, Wish("a woman in a skirt"), [(-1.5, 3.5), (1.2, 1.8)], world=world())
    return folder, before


def test_a_figure_walks_on_the_floor_around_what_is_in_its_way(walked: tuple[Path, dict[str, bytes]]) -> None:
    scene = Scene.load(walked[0])
    (figure,) = scene.figures
    way = figure.way
    for metres in np.linspace(0, way.length, 25):
        there = figure.at(metres / figure.pace)
        solid = there.means[:-1]  # the last is the shadow
        assert abs(solid[:, 1].max() - FLOOR) < 0.08
        assert 1.5 < np.ptp(solid[:, 1]) < 1.9
        place, _ = way.at(metres)
        assert max(abs(place[0] - BIN[0]), abs(place[2] - BIN[2])) > 0.25
    assert np.abs(with_figures(scene.gaussians, scene.figures, 1.0).means[: len(scene.gaussians)]
                  - scene.gaussians.means).max() == 0  # fmt: skip


def test_the_pieces_that_a_browser_moves_lie_where_the_figure_is(walked: tuple[Path, dict[str, bytes]]) -> None:
    (figure,) = Scene.load(walked[0]).figures
    bones, rest = riders(figure), bone_poses(figure, 0.9)
    own = figure.gaussians.means[:, :3]  # a person's bones are unmoved at rest
    moved = np.einsum("nij,nj->ni", rest[bones][:, :3, :3], own) + rest[bones][:, :3, 3]
    away = np.linalg.norm(moved - figure.at(0.9).means[:-1], axis=1)
    assert np.median(away) < 0.01
    assert np.percentile(away, 98) < 0.12  # where a coat or a knee bends


def test_a_browser_is_sent_each_piece_once_and_then_its_poses(walked: tuple[Path, dict[str, bytes]]) -> None:
    viewer = Viewer(walked[0].parent, walked[0].name, access=Access("127.0.0.1", 0))
    viewer.start()
    page = Page(viewer.port)
    try:
        sent, end = Counter[str](), time.monotonic() + 60
        while sent["SetPositionMessage"] < 44 and time.monotonic() < end:
            time.sleep(0.1)
            there = [each for each in list(page.messages) if str(each.get("name", "")).startswith("/figures/woman")]
            sent = Counter(each["type"] for each in there)
        assert sent["GaussianSplatsMessage"] == 11
        assert sent["SetPositionMessage"] >= 44
    finally:
        page.close()
        viewer.stop()


def test_it_is_exported_beside_the_splats_and_undone_to_the_same_bytes(
    walked: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(walked[0], tmp_path / "court"))
    now = files(folder)
    export_scene(Scene.load(folder), "ply", tmp_path / "export")
    (told,) = json.loads((tmp_path / "export" / "figures" / "figures.json").read_text())["figures"]
    assert read_figure(tmp_path / "export" / "figures" / told["file"]).rig.clips[0].name == told["clip"] == "walk"
    step(folder, -1)
    assert files(folder) == walked[1]
    step(folder, 1)
    assert files(folder) == now
    remove_from(folder, "woman-in-a-skirt")
    assert files(folder) == walked[1]


@pytest.mark.parametrize(
    ("wish", "along", "words"),
    [
        (Wish("a chair"), [(0, 2), (1, 2)], "cannot walk"),
        (Wish("a knight"), [(0, 2)], "two or more"),
        (Wish("a knight"), [(0.0, 2.0), (0.01, 2.0)], "no free ground"),
    ],
)
def test_what_cannot_walk_is_told(walked: tuple[Path, Any], wish: Wish, along: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        walk_in(walked[0], wish, along, world=world())


def test_points_ride_on_the_triangle_below_them() -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 5], [5, 5, 5], [0, 0, 1.0]])
    triangles = np.array([[0, 1, 2], [3, 3, 4], [1, 2, 5]])
    assert riding(np.array([[0.3, 0.3, 0.0], [5, 5, 5.0]]), corners, triangles).tolist() == [0, 2]


def test_a_figure_wears_what_the_words_say() -> None:
    plain, _ = figure_for(Wish("a man", seed=3))
    figure, _ = figure_for(Wish("a woman in a red dress", seed=3))
    low = figure.rig.vertices[:, 1] < 0.6 * figure.rig.vertices[:, 1].max()
    red = (figure.colours[:, 0] > 2 * figure.colours[:, 1]) & (figure.colours[:, 0] > 2 * figure.colours[:, 2])
    assert red.mean() > 0.2 and red[low].any()  # many corners are those of hands, face and shoes
    assert not ((plain.colours[:, 0] > 2 * plain.colours[:, 1]) & (plain.colours[:, 0] > 2 * plain.colours[:, 2])).any()
    assert len(figure.rig.vertices) > len(plain.rig.vertices)  # a skirt, and long hair
