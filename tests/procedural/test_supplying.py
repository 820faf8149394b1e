"""What a sentence asks for is set in sight where the finished world has room for it."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest

from lucid3d.procedural.build import build_place, build_world, place_under_sky
from lucid3d.procedural.compose.standing import Ground, boxes_of
from lucid3d.procedural.kit import palettes
from lucid3d.procedural.kit.mesh import placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.place import Lamp, Place
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.supplying import AHEAD, missing, moved, supplied
from lucid3d.procedural.telling import look
from lucid3d.procedural.world import World

MOON = "a moon landscape with a piano and three chairs"
ROOM = "a bathroom"
WANTED = {MOON: {"piano": 1, "chair": 3}, ROOM: {"clock": 1, "cat": 1}}


@functools.cache
def _before_and_after(sentence: str) -> tuple[Place, World, int]:
    """The place with what was supplied, the world of the place as it was, and how many meshes that had."""
    brief = understand(sentence)
    place = build_place(brief, 3)
    world = place_under_sky(place, brief, 3, drops=False)
    sight, count = look(world), len(place.meshes)
    assert supplied(place, world, sight, WANTED[sentence], np.random.default_rng(0))
    return place, world, count


@pytest.mark.parametrize("sentence", [MOON, ROOM])
def test_what_is_wanted_is_then_seen(sentence: str) -> None:
    place, world, _ = _before_and_after(sentence)
    sight = look(place_under_sky(place, world.brief, 3, drops=False))
    assert all(sight.shows(name) and sight.count(name) >= count for name, count in WANTED[sentence].items())


@pytest.mark.parametrize("sentence", [MOON, ROOM])
def test_nothing_is_set_into_another_thing(sentence: str) -> None:
    place, _, count = _before_and_after(sentence)
    solid = [box for mesh in place.meshes[:count] if mesh.thing and mesh.triangle_count for box in boxes_of(mesh)[1]]
    for number, mesh in enumerate(place.meshes[count:]):
        low, high = mesh.bounds[0] + 0.02, mesh.bounds[1] - 0.02
        others = [other.bounds for i, other in enumerate(place.meshes[count:]) if i != number]
        for other in (*others, *(box for box in solid if np.ptp(box, axis=0).max() < 9)):
            assert (low >= other[1]).any() or (high <= other[0]).any(), mesh.thing


def test_what_stands_stands_on_the_ground_ahead() -> None:
    place, _, count = _before_and_after(MOON)
    ground = Ground(Place(place.meshes[:count], terrain=place.terrain))
    assert {mesh.thing for mesh in place.meshes[count:]} >= {"piano", "chair"}
    for mesh in place.meshes[count:]:
        (x0, _, z0), (x1, foot, z1) = mesh.bounds.tolist()
        x, z = (x0 + x1) / 2, (z0 + z1) / 2
        assert abs(foot - ground.at(x, z)) < 0.35
        assert abs(np.arctan2(x, z)) < AHEAD + 0.05


def test_what_hangs_has_a_wall_behind_it() -> None:
    place, world, count = _before_and_after(ROOM)
    clock = next(mesh for mesh in place.meshes[count:] if mesh.thing == "clock")
    around = np.array([[1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1]], float)
    reach, _, _ = world.hits(np.broadcast_to(clock.bounds.mean(axis=0), (4, 3)), around)
    assert reach.min() < 0.1


def test_a_wood_that_was_cleared_is_no_obstacle() -> None:
    brief = understand(MOON)
    place = build_place(brief, 3)
    none = np.zeros((0, 3), np.int32)
    corners = np.zeros((3, 3), np.float32)
    place.meshes.append(
        replace(place.meshes[0], vertices=corners, triangles=none, instances=none[:, 0], label="tree", thing="oak",
                material_index=None, tints=None, normals=None, uv=None)
    )  # fmt: skip
    world = place_under_sky(place, brief, 3, drops=False)
    assert supplied(place, world, look(world), {"piano": 1}, np.random.default_rng(0))


def test_what_flies_or_lies_on_a_table_keeps_apart() -> None:
    brief = understand("a dining room")
    place = build_place(brief, 5)
    world, count = place_under_sky(place, brief, 5, drops=False), len(place.meshes)
    assert supplied(place, world, look(world), {"bottle": 2, "bread": 1, "bird": 2}, np.random.default_rng(0))
    added = place.meshes[count:]
    assert {mesh.thing for mesh in added} >= {"bottle", "bird"}
    for number, one in enumerate(added):
        for other in added[number + 1 :]:
            assert np.linalg.norm(one.bounds.mean(axis=0) - other.bounds.mean(axis=0)) > 0.1, (one.thing, other.thing)


def test_the_same_sentence_and_seed_give_the_same_things() -> None:
    one, two = (build_world(MOON, 3) for _ in range(2))
    assert len(one.place.meshes) == len(two.place.meshes)
    for a, b in zip(one.place.meshes[-3:], two.place.meshes[-3:], strict=True):
        assert np.array_equal(a.vertices, b.vertices)
    assert "piano" in (one.brief.told or ())


def test_a_place_that_shows_all_is_left_as_it_is() -> None:
    brief = understand("a moon landscape")
    assert missing(look(build_world("a moon landscape", 3)), brief) == {}


def test_what_is_set_up_in_sight_takes_the_place_and_the_light_of_what_was_hidden() -> None:
    parts = Parts()
    parts.box((0, -0.3, 0), (0.8, 0.6, 0.8), palettes.IRON)
    fire = parts.mesh("object")
    hidden, seen = fire.transformed(placement((9, 0, 30))), fire.transformed(placement((1, 0, 4)))
    street = Lamp((9.0, -3.0, 32.0), (1, 1, 1))
    place = Place([hidden, seen], lamps=[Lamp((9.0, -0.5, 30.0), (4, 2, 1)), street])
    moved(place, [hidden], [seen])
    assert place.meshes == [seen]
    np.testing.assert_allclose(place.lamps[0].position, (1, -0.5, 4), atol=1e-6)
    assert place.lamps[1] == street
