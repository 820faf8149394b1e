"""What a picture shows is known: its things, their shares, where they stand and what they are made of."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks import adherence_measure as adherence
from lucid3d.procedural.assets import props
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, merge, placement
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.kit.shapes import box
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.render.atmosphere import atmosphere_for
from lucid3d.procedural.seen import pixel_shares, things_seen
from lucid3d.procedural.world import World

RED = Material("red paint", "plain", ((0.7, 0.08, 0.06),))
OAK = Material("oak planks", "planks", ((0.4, 0.3, 0.2),))


def block(thing: str, at: tuple[float, float, float], size: tuple[float, float, float], material: Material) -> Mesh:
    mesh = box(size, at, material, label="object")
    mesh.thing, mesh.instances = thing, np.zeros(len(mesh.triangles), np.int32)
    return mesh


def world_of(*meshes: Mesh) -> World:
    rng = np.random.default_rng(0)
    place = Place(meshes=list(meshes))
    return World(
        place, atmosphere_for(understand("a meadow at noon"), place, rng), brief=understand("a meadow at noon")
    )


@pytest.fixture(scope="module")
def around() -> adherence.Picture:
    """A red crate ahead to the left, an oak one ahead to the right and nearer, a well behind a wall, unseen."""
    world = world_of(
        block("crate", (-3, 0.6, 8), (2, 2, 2), RED),
        block("crate", (2, 0.6, 5), (2, 2, 2), OAK),
        block("lid", (2, -0.5, 5), (0.5, 0.2, 0.5), OAK),
        block("wall", (0, 0, -4), (12, 8, 0.3), OAK),
        props.well(np.random.default_rng(0)).transformed(placement((0, 1.6, -9))),
    )
    return adherence.Picture(world, world.draw_equirectangular(128), adherence.Tables(), panorama=True)


def test_shares_are_of_the_sphere(around: adherence.Picture) -> None:
    shares = pixel_shares(around.drawing, panorama=True)
    assert shares.sum() == pytest.approx(1)
    wall = next(s for s in around.seen if s.thing == "wall")
    # The solid angle of a rectangle seen from its axis, in shares of the sphere (standard formula for a pyramid).
    a, b, d = 12 / 2, 8 / 2, 3.85
    angle = 4 * math.asin(a * b / math.sqrt((a * a + d * d) * (b * b + d * d)))
    assert wall.share == pytest.approx(angle / (4 * math.pi), rel=0.02)


def test_what_is_hidden_is_not_seen(around: adherence.Picture) -> None:
    assert "well" in around.names.values()
    assert not around.shows("well")
    assert around.find("crate").counted == 2


def test_boxes_and_materials_are_the_thing_s_own(around: adherence.Picture) -> None:
    red, oak = sorted((s for s in around.seen if s.thing == "crate"), key=lambda s: s.azimuth)
    np.testing.assert_allclose([red.low, red.high], [[-4, -0.4, 7], [-2, 1.6, 9]], atol=1e-5)
    assert list(red.materials) == [RED]
    assert oak.materials[OAK] == pytest.approx(1)


def test_two_instances_of_one_mesh_are_apart() -> None:
    pair = merge([block("crate", (-3, 0, 6), (1, 1, 1), RED), block("crate", (3, 0, 6), (1, 1, 1), RED)])
    world = world_of(pair)
    seen = things_seen(world, world.draw_equirectangular(64), panorama=True)
    assert sorted(round(float(s.centre[0])) for s in seen) == [-3, 3]


def test_colours_are_those_that_are_drawn(around: adherence.Picture) -> None:
    image, instances = around.drawing.image, around.drawing.instances
    red = next(s.instance for s in around.seen if s.azimuth < 0 and s.thing == "crate")
    assert adherence.coloured(image, instances == red, "red")
    assert not any(adherence.coloured(image, instances == red, other) for other in ("green", "blue", "yellow", "white"))


@pytest.mark.parametrize("colour", adherence.HUES)
def test_every_colour_is_told_from_its_opposites(colour: str) -> None:
    paint = {
        "red": (0.75, 0.1, 0.1), "orange": (0.9, 0.5, 0.1), "yellow": (0.9, 0.85, 0.2), "gold": (0.75, 0.58, 0.2),
        "green": (0.2, 0.5, 0.2), "turquoise": (0.1, 0.65, 0.65), "blue": (0.15, 0.3, 0.8), "purple": (0.5, 0.2, 0.6),
        "pink": (0.95, 0.6, 0.7), "brown": (0.4, 0.26, 0.15), "black": (0.06, 0.06, 0.06), "grey": (0.5, 0.5, 0.5),
        "white": (0.95, 0.95, 0.93),
    }  # fmt: skip
    far = {"red": "green", "green": "purple", "blue": "orange", "yellow": "blue", "white": "black", "black": "white"}
    mask = np.ones((4, 4), bool)

    def picture(name: str) -> np.ndarray:
        return np.broadcast_to(np.array(paint[name], np.float32), (4, 4, 3))

    assert adherence.coloured(picture(colour), mask, colour)
    assert not adherence.coloured(picture(far.get(colour, "green" if colour != "turquoise" else "red")), mask, colour)


@pytest.mark.parametrize(
    ("first", "relation", "second", "true"),
    [
        ("lid", "on", "crate", True), ("crate", "on", "lid", False), ("crate", "above", "lid", False),
        ("crate", "under", "lid", True), ("crate", "left", "", True), ("wall", "left", "", False),
        ("wall", "behind", "", True), ("crate", "left of", "lid", True), ("lid", "left of", "crate", False),
        ("crate", "behind", "lid", False), ("crate", "beside", "wall", False),
    ],
)  # fmt: skip
def test_relations(around: adherence.Picture, first: str, relation: str, second: str, true: bool) -> None:
    other = around.find(second) if second else adherence.Group()
    assert adherence.holds(relation, around.find(first), other) is true


def ring(count: int, radius: float) -> adherence.Group:
    turns = np.arange(count) * 2 * math.pi / count
    return adherence.Group(boxes=[np.array([[x, -1, z + 9]] * 2) for x, z in zip(
        radius * np.sin(turns), radius * np.cos(turns), strict=True)])  # fmt: skip


def test_around_among_and_between() -> None:
    middle = adherence.Group(boxes=[np.array([[-0.5, -1, 8.5], [0.5, 0, 9.5]])])
    assert adherence.holds("around", ring(5, 3), middle)
    assert adherence.holds("among", middle, ring(6, 5))
    assert not adherence.holds("around", middle, ring(5, 3))
    assert adherence.holds("between", middle, ring(2, 4))
    aside = adherence.Group(boxes=[box + np.array([9, 0, 0]) for box in middle.boxes])
    assert not adherence.holds("between", aside, ring(2, 4))


def test_every_sentence_can_be_judged() -> None:
    """Each thing, count, colour, relation and attribute of the file is one that the benchmark knows how to look for."""
    import yaml

    tables = adherence.Tables()
    entries = yaml.safe_load((adherence.HERE / "sentences.yaml").read_text(encoding="utf-8"))
    assert len(entries) >= 180
    assert len({e["say"] for e in entries}) == len(entries)
    assert sum(bool(e.get("kept")) for e in entries) == pytest.approx(len(entries) / 3, abs=1)
    for entry in entries:
        assert tables.place_score(entry["place"], entry["place"]) == 2
        seen = [adherence.wanted(text, set(tables.things)).thing for text in entry.get("see", ())]
        assert all(seen), entry["say"]
        for text in entry.get("rel", ()):
            first, _, second = adherence.relation(text)
            assert {first, second} - {""} <= set(seen) | set(tables.things), (entry["say"], text)
        assert set(entry.get("is", ())) <= set(tables.attributes), entry["say"]


def test_layouts_that_are_turned_are_the_same() -> None:
    rng = np.random.default_rng(0)
    rows, columns = adherence.CELLS
    one = rng.choice(["tree", "water", "sky"], (rows, columns))
    assert adherence.layout_distance(one.ravel().tolist(), np.roll(one, 5, axis=1).ravel().tolist()) == 0
    assert adherence.layout_distance(one.ravel().tolist(), ["wall"] * rows * columns) == pytest.approx(1)
