"""Buildings: nothing floats, proportions are a building's, openings are holes, words change what is built."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest

from lucid3d.procedural.assets.buildings import houses, landmarks, temples, towers, townhouses
from lucid3d.procedural.assets.buildings.details import Style
from lucid3d.procedural.assets.buildings.houses import House
from lucid3d.procedural.catalogue.load import load_things
from lucid3d.procedural.compose.composing import compose
from lucid3d.procedural.compose.dressing import dyed
from lucid3d.procedural.compose.land import greenery
from lucid3d.procedural.compose.making import as_made, make_thing
from lucid3d.procedural.compose.settlement import context, features
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit import terrain
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Opening, Parts, pierced_wall, side_matrices, slope
from lucid3d.procedural.kit.place import EYE_HEIGHT, Place
from lucid3d.procedural.language.brief import understand

PLAIN = Material("plain wall", "plaster")


def area(mesh: Mesh) -> float:
    """Surface of a mesh in square metres."""
    a, b, c = (mesh.vertices[mesh.triangles[:, i]].astype(np.float64) for i in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def sound(mesh: Mesh) -> None:
    assert np.isfinite(mesh.vertices).all()
    assert mesh.triangles.min() >= 0
    assert mesh.triangles.max() < len(mesh.vertices)
    if mesh.material_index is not None:
        assert mesh.material_index.max() < len(mesh.materials)
        assert len(mesh.material_index) == mesh.triangle_count
    for extra in (mesh.uv, mesh.tints, mesh.normals):
        assert extra is None or len(extra) == len(mesh.vertices)
    if mesh.tints is not None:
        assert (mesh.tints > 0).all()


def test_boxes_have_the_surface_of_boxes() -> None:
    parts = Parts()
    parts.box((1, 2, 3), (2, 3, 4), PLAIN, yaw=0.7)
    parts.span((0, 0, 0), (1, 1, 1), PLAIN)
    mesh = parts.mesh()
    assert mesh.triangle_count == 24
    assert area(mesh) == pytest.approx(2 * (6 + 8 + 12) + 6, rel=1e-5)
    lengths = np.linalg.norm(mesh.uv[mesh.triangles[:, 0]] - mesh.uv[mesh.triangles[:, 1]], axis=1)  # type: ignore[index]
    edges = np.linalg.norm(mesh.vertices[mesh.triangles[:, 0]] - mesh.vertices[mesh.triangles[:, 1]], axis=1)
    np.testing.assert_allclose(lengths, edges, rtol=1e-4)  # patterns are in metres


def test_a_beam_is_as_long_and_thick_as_asked() -> None:
    parts = Parts()
    parts.beam((0, 0, 0), (3, -4, 0), 0.2, 0.1, PLAIN)
    assert area(parts.mesh()) == pytest.approx(2 * (5 * 0.2 + 5 * 0.1 + 0.02), rel=1e-4)


def test_openings_are_holes() -> None:
    holes = [Opening(1, 2, 0, 2.1, "door"), Opening(3, 4.5, 0.9, 2.2)]
    parts = Parts()
    pierced_wall(parts, 6.0, 0.0, 3.0, holes, PLAIN, depth=0.2)
    mesh = parts.mesh()
    flat = np.abs(mesh.vertices[:, 2]) < 1e-6
    on_wall = flat[mesh.triangles].all(axis=1)
    wall = Mesh(mesh.vertices, mesh.triangles[on_wall], (PLAIN,))
    assert area(wall) == pytest.approx(6 * 3 - 1 * 2.1 - 1.5 * 1.3, rel=1e-5)
    middles = wall.vertices[wall.triangles].mean(axis=1)
    for hole in holes:
        inside = (
            (middles[:, 0] > hole.left)
            & (middles[:, 0] < hole.right)
            & (-middles[:, 1] > hole.bottom)
            & (-middles[:, 1] < hole.top)
        )
        assert not inside.any()
    reveals = area(mesh) - area(wall)
    assert reveals == pytest.approx(0.2 * (2 * 3.1 + 2 * 2.8), rel=1e-5)


def test_the_four_sides_close() -> None:
    corners = []
    for matrix, length in side_matrices(8.0, 5.0):
        ends = (matrix @ np.array([[0, 0, 0, 1], [length, 0, 0, 1]], float).T).T[:, :3]
        corners.append(ends)
        inward = matrix[:3, :3] @ np.array([0, 0, 1.0])
        assert inward @ ends.mean(axis=0) < 0  # z of a facade points into the building
    starts, ends = np.array([c[0] for c in corners]), np.array([c[1] for c in corners])
    for start in starts:
        assert np.abs(ends - start).sum(axis=1).min() < 1e-9


def test_roofs_reach_over_walls() -> None:
    parts = Parts()
    ridge = houses.gable_roof(parts, 8.0, 6.0, 3.0, 0.8, Style(), overhang=0.5, gable=0.4)
    low, high = parts.mesh().bounds
    assert high[2] > 3.4
    assert low[2] < -3.4
    assert high[0] > 4.3
    assert ridge == pytest.approx(3.0 + 3.0 * 0.8)


def test_slopes_sag_by_what_is_asked() -> None:
    corners = [[0, -3, -4], [10, -3, -4], [10, -6, 0], [0, -6, 0]]
    straight, old = Parts(), Parts()
    slope(straight, corners, PLAIN, PLAIN, steps=4)
    slope(old, corners, PLAIN, PLAIN, steps=4, sag=0.2)
    lift = old.mesh().vertices[:, 1] - straight.mesh().vertices[:, 1]
    assert lift.min() >= -1e-5
    assert lift.max() == pytest.approx(0.2, abs=1e-5)


MAKERS: dict[str, Callable[[np.random.Generator], House]] = {
    "house": lambda rng: houses.house(rng),
    "cabin": lambda rng: houses.cabin(rng),
    "barn": lambda rng: houses.barn(rng),
    "church": lambda rng: landmarks.church(rng),
    "castle": lambda rng: landmarks.castle(rng),
    "lighthouse": lambda rng: landmarks.lighthouse(rng, lit=True),
    "windmill": lambda rng: landmarks.windmill(rng),
    "pagoda": lambda rng: temples.pagoda(rng),
    "hall": lambda rng: temples.hall(rng, lit=True),
    "tower": lambda rng: features.tower(rng),
    "skyscraper": lambda rng: features.skyscraper(rng),
    "near tower block": lambda rng: towers.tower_block(rng, lit=0.3, width=30, depth=25, height=60, near=True),
    "townhouse": lambda rng: townhouses.townhouse(rng, 6.5, style=townhouses.town_style(rng, 0.0), shop=True),
}


@pytest.mark.parametrize("name", MAKERS)
def test_buildings_stand_on_the_ground_and_vary(name: str) -> None:
    first, second, again = (MAKERS[name](np.random.default_rng(seed)) for seed in (1, 2, 1))
    for made in (first, second):
        sound(made.mesh)
        low, high = made.mesh.bounds
        assert high[1] >= -0.01  # reaches the ground
        assert high[1] < 9.0
        assert -low[1] > 2.0
        assert -low[1] < made.height + 30
        assert made.mesh.triangle_count < 60_000
    np.testing.assert_array_equal(first.mesh.vertices, again.mesh.vertices)  # the seed decides
    assert len(first.mesh.vertices) != len(second.mesh.vertices) or not np.array_equal(
        first.mesh.vertices, second.mesh.vertices
    )


@pytest.mark.parametrize("name", [thing.name for thing in load_things().values() if thing.make and thing.size])
def test_things_stand_on_the_ground_and_are_as_large_as_their_record_says(name: str) -> None:
    record = load_things()[name]
    mesh = as_made(make_thing(record, np.random.default_rng(3), 0.5)).mesh
    sound(mesh)
    corners = mesh.vertices
    assert corners[:, 1].max() > -0.12
    assert record.size is not None
    width, depth, height = np.asarray(record.size)
    across = np.sort(np.ptp(corners[:, [0, 2]], axis=0))
    np.testing.assert_array_less(across, 2 * np.sort([width, depth]))
    np.testing.assert_array_less(np.sort([width, depth]), 2 * across)
    tall = np.ptp(corners[:, 1]) if record.stands in (("sky",), ("wall",)) else -corners[:, 1].min()
    assert 0.5 * height < tall < 2 * height


def test_walls_are_painted_and_built_as_asked() -> None:
    from lucid3d.procedural.compose.settlement.context import wall_for

    rng = np.random.default_rng(0)
    brick = wall_for(understand("a brick house"), rng, "house")
    assert brick is not None
    assert brick.pattern == "brick"
    blue = wall_for(understand("a blue house"), rng, "house")
    assert blue is not None
    assert blue.colors[0][2] > blue.colors[0][0]
    assert wall_for(understand("a house"), rng, "house") is None


@pytest.mark.parametrize(
    ("make", "walls"),
    [
        (lambda rng: houses.house(rng, style=Style(wall=palette.LIMEWASH), timber=True, storeys=2), palette.LIMEWASH),
        (houses.cabin, palette.LOGS),
        (landmarks.church, None),
    ],
    ids=["half-timbered", "cabin", "church"],
)
def test_a_buildings_colour_is_that_of_its_walls_and_not_of_its_timber(
    make: Callable[[np.random.Generator], House], walls: Material | None
) -> None:
    for seed in range(3):
        mesh = make(np.random.default_rng(seed)).mesh
        before, after = mesh.materials, dyed(mesh, "blue").materials
        changed = [old for old, new in zip(before, after, strict=True) if old != new]
        assert all(m.pattern in ("plaster", "stone", "brick", "planks") for m in changed)
        assert changed and (walls is None or walls in changed)
        assert not {palette.BEAM, palette.FRAME_WHITE, *palette.SHUTTER_PAINTS, *palette.DOOR_PAINTS} & set(changed)
        assert mesh.material_index is not None and (dyed(mesh, "blue").material_index == mesh.material_index).all()


def test_named_hues_are_valid_for_every_colour() -> None:
    from lucid3d.procedural.kit.palettes import COLOURS

    for name in COLOURS:
        assert all(0.0 <= c <= 1.0 for c in palette.named(name))


def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """What grows, and fine land, are tested elsewhere; here they would only take time."""
    for name in ("grass", "flowers", "stones", "forest"):
        monkeypatch.setattr(greenery, name, lambda *args, **kwargs: None)
    monkeypatch.setattr(greenery, "tree_prototypes", lambda *args, **kwargs: [])
    monkeypatch.setattr(greenery.Site, "put", lambda *args, **kwargs: None)
    coarse = functools.partial(terrain.terrain_mesh, far=500.0, around=48, rings=24, near=0.5)
    monkeypatch.setattr(context, "terrain_mesh", lambda heights, **kwargs: coarse(heights))


@functools.cache
def place_of(sentence: str, seed: int = 1) -> Place:
    with pytest.MonkeyPatch.context() as monkeypatch:
        _bare(monkeypatch)
        brief = understand(sentence)
        return compose(brief, np.random.default_rng(seed))


@pytest.mark.parametrize("name", ["village", "town_street", "modern_city", "ruins", "temple"])
def test_places_leave_the_start_free_and_surround_it(name: str) -> None:
    place = place_of("a " + name.replace("_", " "))
    assert place.terrain is not None
    ground = float(place.terrain.height(np.zeros(1), np.zeros(1))[0])
    assert abs(ground - EYE_HEIGHT) < 0.7
    sectors = np.zeros(8, int)
    for mesh in place.meshes:
        sound(mesh)
        corners = mesh.vertices
        inside = np.linalg.norm(corners, axis=1) < 0.45
        assert not inside.any(), mesh.label  # nobody starts inside a wall
        tall = corners[(corners[:, 1] < 0.2) & (np.hypot(corners[:, 0], corners[:, 2]) < 120)]
        sectors += np.bincount(
            ((np.arctan2(tall[:, 0], tall[:, 2]) + np.pi) / (2 * np.pi) * 8).astype(int) % 8, minlength=8
        )
    assert (sectors > 0).all()  # something stands in every direction
    assert sum(m.triangle_count for m in place.meshes) < 3_000_000


@pytest.mark.parametrize(
    ("plain", "changed"),
    [
        ("a village", "a village with a windmill"),
        ("a village", "a village without a church"),
        ("a village", "a medieval village"),
        ("a town street", "a town street with three cars"),
        ("a modern city", "a modern city without cars"),
        ("a modern city", "a city with a red car"),
        ("ruins", "ruins with twenty columns"),
        ("a temple", "a temple without a pagoda"),
        ("a temple", "a temple with five gates"),
    ],
)
def test_words_change_what_is_built(plain: str, changed: str) -> None:
    def digest(sentence: str) -> tuple[int, int]:
        place = place_of(sentence, 1)
        names = {m.name + str(m.colors) for mesh in place.meshes for m in mesh.materials}
        return sum(m.triangle_count for m in place.meshes), hash(frozenset(names))

    assert digest(plain) != digest(changed)


def test_mountains_come_down_to_a_shore_and_are_not_cut_off() -> None:
    land = place_of("a village by a lake", 0).terrain
    assert land is not None
    azimuth, reach = np.meshgrid(np.radians(np.arange(0, 360, 2.0)), np.arange(150.0, 900.0, 10.0))
    x, z = (reach * np.sin(azimuth)).astype(np.float32), (reach * np.cos(azimuth)).astype(np.float32)
    here, beside = land.heights(x, z), land.heights(x + np.float32(10), z)
    assert (EYE_HEIGHT - here).max() > 250  # they are mountains
    assert np.abs(beside - here).max() / 10 < 7  # the steepest crags; a cut is five times as steep


def test_lamps_are_lit_when_it_is_dark() -> None:
    day, night = place_of("a town street at noon"), place_of("a town street at night")
    assert not day.lamps
    assert len(night.lamps) > 5

    def glowing(place: Place) -> int:
        return sum(any(m.emission) for mesh in place.meshes for m in mesh.materials)

    assert glowing(night) > glowing(day) + 5
    assert not place_of("a town street at night without lamps").lamps or len(
        place_of("a town street at night without lamps").lamps
    ) < len(night.lamps)


def test_the_same_seed_builds_the_same_street() -> None:
    a, c = place_of("a town street", 5), place_of("a town street", 6)
    place_of.cache_clear()
    b = place_of("a town street", 5)
    assert len(a.meshes) == len(b.meshes)
    assert all(np.array_equal(x.vertices, y.vertices) for x, y in zip(a.meshes, b.meshes, strict=True))
    assert sum(m.triangle_count for m in a.meshes) != sum(m.triangle_count for m in c.meshes)
