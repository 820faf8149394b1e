"""Things of a world are its instances: where they are, how large and which way they look."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.playable.things import BACKGROUND, Thing, named, things_of_views, things_of_world
from lucid3d.procedural.kit.labels import LABELS
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, instances, merge, mirrored, placement
from lucid3d.procedural.kit.shapes import box
from lucid3d.transforms import PosedView
from tests.playable.places import room, room_free, room_game

GREY = Material("grey", "plain", ((0.5, 0.5, 0.5),) * 3)


def test_all_that_is_seen_is_listed() -> None:
    listed = {thing.instance: thing for thing in room_game().things}
    for yaw in (0, 90, 180, 270):
        drawing = room().draw(Camera.from_fov(96, 96, 90, yaw_pitch(yaw, -10, np.zeros(3))), antialias=False)
        for number in np.unique(drawing.instances).tolist():
            seen = drawing.instances == number
            label = LABELS[drawing.labels[seen][0]]
            if label not in BACKGROUND:
                assert listed[number].label == label


def test_boxes_hold_what_is_drawn() -> None:
    camera = Camera.from_fov(96, 96, 90)
    drawing = room().draw(camera, antialias=False)
    points = camera.unproject(drawing.depth)
    checked = 0
    for thing in room_game().things:
        own = points[drawing.instances == thing.instance]
        checked += len(own) > 0
        assert ((own >= thing.low - 0.01) & (own <= thing.high + 0.01)).all()
    assert checked > 5


def test_what_stands_at_a_wall_looks_into_the_room() -> None:
    """Pictures hang on all walls: their fronts look to the middle of where one can walk."""
    middle = room_free().eyes(np.argwhere(room_free().free)).mean(axis=0)
    hung = [thing for thing in room_game().things if thing.kind == "picture"]
    assert len(hung) >= 2
    for thing in hung:
        assert thing.front is not None and thing.front @ (middle - thing.foot) > 0
        assert thing.size[2] < 0.2 < thing.size[0]  # flat along its front


def test_meshes_keep_how_they_were_turned() -> None:
    made = box((1, 1, 2), (0, 0, 0), GREY)
    assert made.facing is None
    turned = made.transformed(placement((3, 0, 1), yaw=0.5)).transformed(placement((0, 0, 0), yaw=-2.0))
    np.testing.assert_allclose(turned.facing, [-1.5])
    np.testing.assert_allclose(mirrored(turned).facing, [1.5])
    np.testing.assert_allclose(turned.transformed(np.diag([-1.0, 1, 1, 1])).facing, [1.5])
    copies = instances(made, [placement((i, 0, 0), yaw=i) for i in range(3)])
    both = merge([copies, turned])
    np.testing.assert_allclose(both.facing, [0, 1, 2, -1.5])
    assert merge([copies, turned], one_instance=True).facing is None


def test_sizes_are_along_their_own_axes() -> None:
    for yaw in (0.0, np.pi / 2, 0.7):
        mesh = box((1, 0.5, 2), (0, 1, 0), GREY, label="furniture").transformed(placement((1, 0, 1), yaw=yaw))
        mesh.thing = "chest"
        world = SimpleNamespace(meshes=[mesh], spans=lambda: [(2, 3, "chest")])
        (thing,) = things_of_world(world, room_free())  # type: ignore[arg-type]
        np.testing.assert_allclose(thing.size, (1, 0.5, 2), atol=1e-5)
        np.testing.assert_allclose(thing.front, (-np.sin(yaw), 0, -np.cos(yaw)), atol=1e-6)
        assert (thing.name, thing.instance) == ("chest_1", 2)


def test_scattered_grass_is_not_listed() -> None:
    mesh = box((1, 1, 1), (0, 0, 0), GREY, label="grass")
    mesh.thing = "lawn grass"
    world = SimpleNamespace(meshes=[mesh], spans=lambda: [(2, 3, "lawn grass")])
    assert things_of_world(world, room_free()) == []  # type: ignore[arg-type]


def test_names_are_unique_and_plain() -> None:
    zero = np.zeros(3)
    kinds = ["coffee table", "coffee table", "Café!", "椅"]
    names = [t.name for t in named([Thing("", "object", kind, 1, zero, zero, None, zero) for kind in kinds])]
    assert names == ["coffee_table_1", "coffee_table_2", "café_1", "椅_1"]


def test_views_are_read_by_their_labels() -> None:
    """A reader that tells furniture from wall: two blocks before a wall become two things where they are."""
    camera = Camera.from_fov(64, 64, 60)
    depth = np.full((64, 64), 4.0, np.float32)
    depth[36:48, 8:18] = depth[36:48, 44:54] = 2.5
    labels = np.where(depth < 3, 9, 6).astype(np.uint8)  # furniture, wall
    view = PosedView(camera, np.zeros((64, 64, 3), np.float32), depth, np.ones((64, 64), bool))
    reader = SimpleNamespace(read=lambda image, fov=None: SimpleNamespace(labels=labels))
    found = things_of_views([view], reader)  # type: ignore[arg-type]
    assert [thing.name for thing in found] == ["furniture_1", "furniture_2"]
    for thing in found:
        assert abs((thing.low + thing.high)[2] / 2 - 2.5) < 0.16 and thing.yaw is None
    assert found[0].foot[0] * found[1].foot[0] < 0


def test_empty_meshes_are_nothing() -> None:
    empty = Mesh(np.zeros((0, 3)), np.zeros((0, 3)), (GREY,), thing="nothing")
    world = SimpleNamespace(meshes=[empty], spans=lambda: [(2, 3, "nothing")])
    assert things_of_world(world, room_free()) == []  # type: ignore[arg-type]
