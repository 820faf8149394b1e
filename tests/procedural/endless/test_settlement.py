"""Settlements that go on: streets meet at borders, houses keep off them and each other, tiles follow from the seed."""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.catalogue.records import PlaceRecord
from lucid3d.procedural.compose.yard.footprints import Footprint
from lucid3d.procedural.compose.yard.recipe import Row, Street
from lucid3d.procedural.endless import land as endless_land
from lucid3d.procedural.endless import settlement as endless_settlement
from lucid3d.procedural.endless.gentle import GentleLand
from lucid3d.procedural.endless.ground import Outlook
from lucid3d.procedural.endless.network import Edge, Line, clear_of
from lucid3d.procedural.endless.plots import SHARED, corners_of
from lucid3d.procedural.endless.recipe import Behind, Hamlets, Settled, settled
from lucid3d.procedural.endless.settlement import Settlement
from lucid3d.procedural.endless.simpler import Coarseness, prototype, simplified
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.parts import Opening, Parts, pierced_wall
from lucid3d.procedural.kit.place import Place, Way
from lucid3d.procedural.kit.terrain import Terrain
from lucid3d.procedural.language.brief import understand

WAY = Way(3.0, 70.0, 0.3, 6.0, 1.5)
MADE = Settled(
    street=Street(width=6.0, pavement=1.5),
    rows=(Row("lucid3d.procedural.assets.buildings.row_houses:cycladic", widths=(5.0, 7.0), storeys=(1, 2)),),
    kinds=3,
    behind=Behind(),
)


def rolling(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    return np.asarray(1.6 + 2 * np.sin(x / 60) * np.cos(z / 80), np.float32)


def built(made: Settled = MADE, heights=rolling, water: float = 1e9, seed: int = 5) -> Settlement:  # type: ignore[no-untyped-def]
    terrain = Terrain(heights, Ground(water_level=water))
    return Settlement(made, Place(ways=(WAY,)), terrain, understand("a town street"), seed)


@functools.cache
def town() -> Settlement:
    return built()


BLOCKS = list(itertools.product((-1, 0, 3), (0, 1, 4)))


def footprints(of: Settlement, at: tuple[int, int]) -> list[Footprint]:
    return [Footprint(*row[:5]) for row in of.blocks(at).grounds.tolist()]


def test_blocks_agree_on_the_streets_between_them_and_streets_run_on_smoothly() -> None:
    network = town().network
    for i, j in BLOCKS:
        here, right, ahead = (network.block(at) for at in ((i, j), (i + 1, j), (i, j + 1)))
        np.testing.assert_array_equal(here.right.line, right.left.line)
        np.testing.assert_array_equal(here.far.line, ahead.near.line)
        np.testing.assert_allclose(here.left.line[-1], ahead.left.line[0], atol=1e-9)
        into, on = (np.diff(line, axis=0)[end] for line, end in ((here.left.line, -1), (ahead.left.line, 0)))
        bent = math.acos(np.clip(into @ on / np.hypot(*into) / np.hypot(*on), -1, 1))
        assert bent < math.radians(25)  # by points six metres apart


def test_the_street_of_the_start_goes_on_where_it_ends() -> None:
    edge = town().network.ahead((0, 0))
    np.testing.assert_allclose(edge.line[0], (WAY.x, WAY.z))
    step = edge.at(np.array(0.5)) - edge.line[0]
    assert math.atan2(*step) == pytest.approx(WAY.heading, abs=0.1)
    assert edge.road
    assert 2 * edge.half == WAY.width


def test_no_house_stands_in_a_street_or_in_another_house_or_beyond_its_block() -> None:
    count = 0
    for at in BLOCKS:
        block, houses = town().network.block(at), footprints(town(), at)
        for one, other in itertools.combinations(houses, 2):
            assert not one.meets(other, -SHARED - 1e-6)
        corners = np.concatenate([np.zeros((0, 2)), *map(corners_of, houses)])
        for edge in block.edges:
            if edge.road and len(corners):
                assert clear_of(corners, edge).min() > edge.wide - 0.3, at  # the chord of a bend
        middles = np.array([(house.x, house.z) for house in houses]).reshape(-1, 2)
        assert block.inside(middles).all()
        count += len(houses)
    assert count > 60


def test_a_tile_follows_from_the_seed_and_its_index_alone() -> None:
    again, other = built(), built(seed=6)
    for at in BLOCKS[::-1]:
        once, twice = town().blocks(at), again.blocks(at)
        for name in ("kinds", "matrices", "tints"):
            assert getattr(once.houses, name).tobytes() == getattr(twice.houses, name).tobytes()
        streets, same = (of.paved((at, True)) for of in (town(), again))
        assert (streets is None) == (same is None)
        if streets is not None and same is not None:
            assert streets.vertices.tobytes() == same.vertices.tobytes()
    assert any(other.blocks(at).grounds.tobytes() != town().blocks(at).grounds.tobytes() for at in BLOCKS)


def test_streets_lie_on_the_land_and_houses_stand_in_it() -> None:
    for at in BLOCKS:
        streets = town().paved((at, True))
        if streets is not None:
            x, y, z = streets.vertices.T
            up = rolling(x, z) - y
            assert (up < 0.5).all()
            assert (up > -0.4).all()
        houses = town().blocks(at).houses
        x, y, z = houses.matrices[:, :3, 3].T
        assert (np.abs(y - rolling(x, z)) < 1.5).all()


def test_nothing_is_built_in_water_or_where_something_of_the_start_stands() -> None:
    wet = built(heights=lambda x, z: np.asarray(1.6 + 8 * (x > 90), np.float32), water=5.0)
    for at in itertools.product((0, 1, 2, 3), (0, 1)):
        for house in footprints(wet, at):
            assert corners_of(house)[:, 0].max() < 90
        for edge in (wet.network.ahead(at), wet.network.across(at)):
            assert not edge.road or edge.line[:, 0].max() < 90
    tower = Parts()
    tower.box((20, -5, 110), (14, 12, 14), palette.BRICK)
    terrain = Terrain(rolling, Ground())
    about = Settlement(MADE, Place(meshes=[tower.mesh()], ways=(WAY,)), terrain, understand("a town street"), 5)
    for at in about.network.about((0, 60, 60, 160)):
        assert not any(Footprint(20, 110, 6.9, 6.9).meets(house, 0) for house in footprints(about, at))


def test_hamlets_lie_between_open_land() -> None:
    hamlets = replace(MADE, blocks=(230, 205), hamlets=Hamlets(share=0.4, reach=90, alone=0.0), behind=None)
    village = built(hamlets)
    houses = np.concatenate([village.blocks(at).grounds for at in itertools.product(range(-2, 3), range(-1, 4))])
    centres = [(0.0, 0.0)] + [village.network.crossing(at) for at in village.network.about((-900, -900, 900, 1200))
                              if village.hamlet(at)]  # fmt: skip
    away = np.hypot(houses[:, None, 0] - np.array(centres)[:, 0], houses[:, None, 1] - np.array(centres)[:, 1])
    assert len(houses) > 20
    assert away.min(axis=1).max() < 105


def test_a_look_stays_within_its_triangles_and_holds_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endless_settlement, "MOST_BLOCKS", 50)
    small = built()
    monkeypatch.setattr(small, "reach", 300.0)
    for z in (0.0, 600.0):
        outlook = Outlook(((0.0, z),), 0.0, 0.8)
        copies, streets = small.around(outlook)
        seen = [endless_land._seen(one, outlook, small.reach) for one in copies]
        most = int(0.8 * sum(one.triangles(away) for one, away in seen if len(one)))
        made = endless_land._within_budget(seen, most)
        assert 0 < sum(mesh.triangle_count for mesh in made) <= most
        assert streets
    assert len(small.blocks) <= 50


def test_trees_leave_streets_and_houses_free() -> None:
    block = town().network.block((0, 1))
    houses = footprints(town(), (0, 1))
    x, z = block.left.at(np.linspace(5, 60, 30)).T
    assert (town().open(x, z) == 0).all()
    assert (town().open(*np.array([(house.x, house.z) for house in houses]).T) == 0).all()
    u, v = (values.ravel() for values in np.meshgrid(np.linspace(0.1, 0.9, 12), np.linspace(0.1, 0.9, 12)))
    assert 0.1 < town().open(*block.within(u, v).T).mean() < 0.9


def test_from_far_a_wall_with_windows_is_one_wall_of_the_same_stuff() -> None:
    parts = Parts()
    holes = [Opening(1 + 2 * k, 2 + 2 * k, 1.0, 2.2) for k in range(4)]
    pierced_wall(parts, 9.0, 0.0, 3.0, holes, palette.BRICK)
    for hole in holes:
        ring = [[x, -y, 0.15] for x, y in ((hole.left, 1.0), (hole.right, 1.0), (hole.right, 2.2), (hole.left, 2.2))]
        parts.quad(ring, palette.GLASS)
    mesh = parts.mesh()
    with_panes, without = simplified(mesh, Coarseness(1.0, 0.3)), simplified(mesh, Coarseness(4.0, 5.0))
    assert without.triangle_count <= 4
    assert without.materials == (palette.BRICK,)
    np.testing.assert_allclose(without.bounds[:, :2], mesh.bounds[:, :2], atol=1e-6)
    assert without.tints is not None
    assert 0.7 < without.tints.mean() < 1  # its windows were darker
    panes = with_panes.triangles[
        np.array([m.pattern == "glass" for m in with_panes.materials])[with_panes.material_index]
    ]
    assert len(panes) == 8
    levels = prototype(mesh, "wall").levels
    assert all(b.triangle_count < a.triangle_count for a, b in itertools.pairwise(levels))


def test_gentle_land_is_as_it_was_at_the_start_and_flatter_beyond() -> None:
    def rough(x: np.ndarray, z: np.ndarray) -> np.ndarray:
        return np.asarray(1.6 - 20 * np.sin(x / 90) ** 2 - 2 * np.sin(z / 3) ** 2, np.float32)

    gentle = GentleLand(rough, steep=0.3, reach=100)
    rng = np.random.default_rng(0)
    x, z = rng.uniform(-70, 70, (2, 200)).astype(np.float32)
    np.testing.assert_array_equal(gentle(x, z), rough(x, z))
    line = np.arange(-3000, 3000, 2.0, np.float32)
    for here in (gentle(line, 0 * line + 900), gentle(0 * line + 900, line)):
        assert np.abs(np.diff(here)).max() < 0.2 * 2  # rise over run, over squares' borders too
    assert np.ptp(gentle(line, 0 * line + 900)) > 3


@pytest.mark.parametrize("name", [n for n, place in load_catalogue().places.items() if place.goes_on])
def test_every_place_that_is_built_up_says_how_it_goes_on(name: str) -> None:
    catalogue = load_catalogue()
    made = settled(catalogue.places[name], catalogue)
    assert made is not None
    assert made.street is not None
    assert made.rows or made.towers


@pytest.mark.parametrize(
    ("page", "said"),
    [({"like": "nowhere"}, "nowhere"), ({"blokcs": [40, 40]}, "blocks"), ({"floor": "gold"}, "gold")],
)
def test_a_wrong_page_is_refused_in_a_sentence(page: dict[str, object], said: str) -> None:
    catalogue = load_catalogue()
    record = catalogue.places["town_street"]
    given = {"name": record.name, "label": record.label, "kind": record.kind, "recipe": record.recipe}
    with pytest.raises(InputError, match=said):
        settled(PlaceRecord(**given, goes_on=page), catalogue)  # type: ignore[arg-type]


def test_points_of_a_line_are_the_same_one_by_one() -> None:
    edge = Edge(np.array([(0.0, 0.0), (3.0, 6.0), (3.5, 13.0), (9.0, 20.0)]), 3.0, 1.0, 1.0, True)
    line = Line(*(values.tolist() for values in edge.metres()))
    s = np.linspace(0, edge.length, 23)
    np.testing.assert_allclose([line.spot(v, 2.0) for v in s.tolist()], edge.at(s, 2.0), atol=0.35)
