"""The pieces that natural places are made of: channels, lava, smoke, arches, craters, canyon walls, the cave's hall."""

from __future__ import annotations

import numpy as np
import pytest

from lucid3d.procedural.assets.formations import arch, column_of_smoke, rows_of, stream
from lucid3d.procedural.assets.plants import Prototype, alien, wetland
from lucid3d.procedural.assets.rocks import boulder, rubble
from lucid3d.procedural.compose.extras import _bridge, _cut, _hidden, _plot
from lucid3d.procedural.compose.land.canyon import walls
from lucid3d.procedural.compose.land.cave import BACK, MOUTH, POOL, Chamber
from lucid3d.procedural.compose.land.greenery import wayside
from lucid3d.procedural.compose.land.other_planet import crater
from lucid3d.procedural.compose.land.relief import footprints
from lucid3d.procedural.compose.land.site import Conditions, Site
from lucid3d.procedural.compose.land.volcano import pahoehoe
from lucid3d.procedural.compose.settlement.overgrown import grass_between
from lucid3d.procedural.compose.wishes import site_for
from lucid3d.procedural.kit.course import Course
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.kit.terrain import Terrain, ring_radii, terrain_mesh
from lucid3d.procedural.language.brief import understand

STONE = Material("stone", "rock")
SIDE = np.linspace(-30, 30, 121, dtype=np.float32)
WINDING = Course(5.0, 0.1, ((6.0, 21.0, 0.7), (11.0, 60.0, 2.0)))


def test_a_course_passes_the_start_where_it_says_and_measures_across_itself() -> None:
    assert float(WINDING.x(np.zeros(1, np.float32))[0]) == pytest.approx(5.0)
    z = np.linspace(-40, 40, 81, dtype=np.float32)
    np.testing.assert_allclose(WINDING.across(WINDING.x(z), z), 0, atol=1e-5)
    # Beside it, the distance is that to the nearest of its points, to a few per cent.
    line_z = np.linspace(-80, 80, 40001, dtype=np.float32)
    line = np.stack([WINDING.x(line_z), line_z], axis=1)
    points = np.stack([WINDING.x(z) + 1.5, z], axis=1)
    nearest = np.array([np.hypot(*(line - p).T).min() for p in points])
    np.testing.assert_allclose(np.abs(WINDING.across(points[:, 0], z)), nearest, rtol=0.05)


def test_rows_are_closest_where_the_viewer_stands() -> None:
    rows = rows_of(-50, 300, 200)
    steps = np.diff(rows)
    assert rows[0] == pytest.approx(-50)
    assert rows[-1] == pytest.approx(300)
    assert abs(rows[steps.argmin()]) < 4
    assert (steps > 0).all()


def test_a_stream_fills_its_channel_and_ends_inside_the_banks() -> None:
    def heights(x: np.ndarray, z: np.ndarray) -> np.ndarray:
        away = np.abs(WINDING.across(x, z))
        return (EYE_HEIGHT + 0.05 * z + 1.0 * np.clip(1 - away / 4, 0, 1)).astype(np.float32)

    terrain = Terrain(heights)
    lava = stream(terrain, WINDING, lambda z: 2.0 + 0 * z, STONE, near=-20, far=40, fill=0.4, crown=0.1, rows=120)
    x, y, z = lava.vertices.T
    above = heights(x, z) - y  # metres by which the lava stands above the land
    away = np.abs(WINDING.across(x, z))
    assert (above[away < 0.5] > 0.2).all()
    assert (above[away > 2.5] < 0).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_canyon_walls_stand_on_both_sides_of_a_level_floor(seed: int) -> None:
    gorge = Course(3.0, 0.0, ((34.0, 95.0, 1.0),))
    z = np.zeros(121, np.float32)
    tall = walls(4 * SIDE, z, gorge, seed)
    assert tall[4 * SIDE < -90].mean() > 60
    assert tall[4 * SIDE > 96].mean() > 60
    assert np.abs(walls(np.linspace(-2, 8, 41, dtype=np.float32), np.zeros(41, np.float32), gorge, seed)).max() < 0.5


def test_a_crater_has_a_floor_a_rim_and_an_end() -> None:
    r = np.array([0.0, 0.5, 1.0, 3.0], np.float32)
    depth = crater(r)
    assert depth[0] == pytest.approx(-1, abs=0.01)
    assert depth[1] < -0.5
    assert depth[2] == pytest.approx(0.42, abs=0.01)
    assert abs(depth[3]) < 1e-3


def test_ropy_lava_is_wrinkled_and_its_furrows_lie_low() -> None:
    x, z = (g.ravel().astype(np.float32) for g in np.meshgrid(np.linspace(0, 12, 300), np.linspace(0, 12, 300)))
    up, furrow = pahoehoe(x, z, 5)
    assert np.isfinite(up).all()
    assert furrow.min() >= 0
    assert furrow.max() <= 1
    assert up[furrow > 0.8].mean() < up[furrow < 0.2].mean() - 0.03


def test_footprints_are_dents_on_the_trail_only() -> None:
    trail = Course(0.0)
    x, z = (g.ravel().astype(np.float32) for g in np.meshgrid(np.linspace(-2, 2, 201), np.linspace(2, 6, 201)))
    up = footprints(x, z, trail)
    assert up.min() < -0.03
    assert up.max() < 0.03
    assert np.abs(up[np.abs(x) > 0.6]).max() < 1e-3


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_cave_encloses_the_start_and_opens_ahead(seed: int) -> None:
    chamber = Chamber(seed)
    shell = chamber.shell()
    assert np.isfinite(shell).all()
    assert np.hypot(shell[..., 0], shell[..., 1], where=np.abs(shell[..., 2]) < 1.5,
                    out=np.full(shell.shape[:2], 9.0, np.float32)).min() > 1.5  # fmt: skip
    z = np.linspace(BACK + 7, MOUTH, 60)
    assert chamber.half_width(z).min() > 2  # one can walk out
    assert chamber.ceiling(z).min() > 3
    assert chamber.half_width(np.array([BACK])).max() < 0.1  # and not through the back
    pool = chamber.heights(np.array([-3.4], np.float32), np.array([6.2], np.float32))
    assert float(pool[0]) > POOL + 0.2
    start = chamber.heights(np.zeros(1, np.float32), np.zeros(1, np.float32))
    assert float(start[0]) == pytest.approx(EYE_HEIGHT, abs=0.15)


def _solid(thing: Prototype | Mesh) -> Mesh:
    return thing if isinstance(thing, Mesh) else thing.levels[0]


THINGS = {
    "arch": (lambda rng: arch(rng, 12, 6, 3, STONE), 4.5, 9),
    "smoke": (
        lambda rng: column_of_smoke(rng, (0, 0, 0), STONE, height=100, width=10, drift=(30, 0), puffs=20),
        80,
        140,
    ),
    "rubble": (lambda rng: rubble(rng), 0.2, 2.5),
    "swamp tree": (lambda rng: wetland.swamp_tree(rng, 9.0), 7, 14),
    "winter swamp tree": (lambda rng: wetland.swamp_tree(rng, 9.0, "winter", moss=0), 7, 14),
    "buttress tree": (lambda rng: wetland.buttress_tree(rng, 20.0), 16, 28),
    "feathers": (lambda rng: alien.feathers(rng, 1.0), 0.4, 1.4),
    "lanterns": (lambda rng: alien.lanterns(rng, 0.8), 0.3, 1.2),
}


@pytest.mark.parametrize("name", THINGS)
def test_things_stand_on_the_ground_and_are_the_same_again(name: str) -> None:
    make, low, high = THINGS[name]
    mesh = _solid(make(np.random.default_rng(3)))
    assert np.isfinite(mesh.vertices).all()
    top, bottom = -mesh.vertices[:, 1].min(), -mesh.vertices[:, 1].max()
    assert low < top < high
    assert bottom < 0.1  # its foot reaches the ground
    np.testing.assert_array_equal(mesh.vertices, _solid(make(np.random.default_rng(3))).vertices)
    assert not np.array_equal(mesh.vertices, _solid(make(np.random.default_rng(4))).vertices)


def test_rings_of_the_land_keep_their_shape_on_the_screen() -> None:
    radii = ring_radii(0.06, 9000.0, 400, 2.4)
    steps = np.diff(radii)
    assert radii[0] == pytest.approx(2.4)
    assert radii[-1] == pytest.approx(9000, rel=1e-6)
    assert steps[0] == pytest.approx(0.06, rel=0.05)
    far = radii[:-1] > 50
    np.testing.assert_allclose((steps / radii[:-1])[far], (steps / radii[:-1])[-1], rtol=0.1)
    assert (np.diff(ring_radii(0.01, 100.0, 8, 2.4)) > 0).all()  # too few rings: wider, never wrong


def test_the_tint_of_the_land_is_taken_by_place() -> None:
    def tint(x: np.ndarray, z: np.ndarray) -> np.ndarray:
        return np.where((x > 0)[:, None], [2.0, 1.0, 0.5], [1.0, 1.0, 1.0]).astype(np.float32)

    mesh = terrain_mesh(lambda x, z: np.full(x.shape, 1.6, np.float32), far=50, around=40, rings=20, tint=tint)
    assert mesh.tints is not None
    right = mesh.vertices[:, 0] > 0.1
    np.testing.assert_allclose(mesh.tints[right], [[2.0, 1.0, 0.5]] * int(right.sum()))
    np.testing.assert_allclose(mesh.tints[mesh.vertices[:, 0] < -0.1], 1.0)


@pytest.mark.parametrize("without", [(), ("rocks",)])
def test_a_sentence_without_rocks_has_none_lying_about(without: tuple[str, ...]) -> None:
    terrain = Terrain(lambda x, z: np.full(np.shape(x), 1.6, np.float32))
    site = Site(terrain, np.random.default_rng(1), Conditions(stones="rocks" not in without))
    site.put([boulder(np.random.default_rng(1))], per_square_metre=0.1, far=20)
    site.put([rubble(np.random.default_rng(1))], per_square_metre=0.1, far=20)
    assert {mesh.label for mesh in site.meshes} == ({"ice"} if without else {"ice", "rock"})


def _on_a_plain(**options: object) -> Site:
    terrain = Terrain(lambda x, z: np.full(np.shape(x), EYE_HEIGHT, np.float32))
    return Site(terrain, np.random.default_rng(1), **options)  # type: ignore[arg-type]


def test_grit_and_grass_of_a_path_keep_to_it() -> None:
    site = _on_a_plain(path=((0.0, -30.0), (0.0, 30.0)), path_width=2.4)
    wayside(site)
    labels = {mesh.label for mesh in site.meshes}
    assert {"rock", "grass"} <= labels
    assert max(float(np.abs(mesh.vertices[:, 0]).max()) for mesh in site.meshes) < 2.4
    bare = _on_a_plain()
    wayside(bare)
    assert not bare.meshes


def test_a_place_can_be_cleared_of_growth_twice() -> None:
    site = _on_a_plain()
    site.put([boulder(site.rng)], per_square_metre=0.2, near=3.0, far=8.0)
    assert sum(mesh.triangle_count for mesh in site.meshes) > 0
    for _ in range(2):
        _cut(site, 0.0, 0.0, 20.0)
        assert sum(mesh.triangle_count for mesh in site.meshes) == 0


@pytest.mark.parametrize("gone", [False, True])
def test_grass_between_slabs_spares_the_slabs(gone: bool) -> None:
    """A pavement of metre-square slabs, whole or with every other one gone: tufts stand where no slab is."""
    site = _on_a_plain()
    at = [(x, z) for x in np.arange(-2.5, 3) for z in np.arange(-11.5, 12)]
    lying = [(x, z) for k, (x, z) in enumerate(at) if not gone or k % 2]
    slabs = np.array([(x, z, 0.47, 0.47) for x, z in lying])
    grass_between(site, slabs, np.random.default_rng(2))
    feet = np.concatenate([_feet(mesh) for mesh in site.meshes])
    assert len(feet) > 20
    inside = np.abs(feet[:, None] - slabs[None, :, :2]).max(axis=2) < 0.35
    assert inside.any(axis=1).mean() < 0.1


def _feet(mesh: Mesh) -> np.ndarray:
    """(N, 2) middle of each copy in a mesh."""
    assert mesh.instances is not None
    corners = mesh.vertices[mesh.triangles].mean(axis=1)[:, ::2]
    count = np.maximum(np.bincount(mesh.instances), 1)
    return np.stack([np.bincount(mesh.instances, corners[:, k]) / count for k in (0, 1)], axis=1)


@pytest.mark.parametrize("sentence", ["a river with a red bridge", "a meadow with a bridge"])
def test_a_bridge_spans_the_water_ahead(sentence: str) -> None:
    """From land to land, over water in its middle, side on in the first view; on land where there is no water."""
    wet = "river" in sentence

    def heights(x: np.ndarray, z: np.ndarray) -> np.ndarray:
        channel = np.clip(2 - np.abs(z - 14 + 0.2 * x) / 2, 0, 1) if wet else 0 * z
        return (EYE_HEIGHT + 1.2 * channel).astype(np.float32)

    level = EYE_HEIGHT + 0.4 if wet else None
    site = site_for(understand(sentence), Terrain(heights), np.random.default_rng(3), level)
    _bridge(site)
    (bridge,) = site.meshes
    assert bridge.label == "bridge"
    corners = bridge.vertices
    bearings = np.degrees(np.arctan2(corners[:, 0], corners[:, 2]))
    assert np.abs(bearings).max() < 50
    assert np.hypot(corners[:, 0], corners[:, 2]).min() > 2
    if level is not None:
        along = corners[:, [0, 2]] - corners[:, [0, 2]].mean(axis=0)
        axis = np.linalg.svd(along, full_matrices=False)[2][0]
        reach = along @ axis
        for end in (corners[reach.argmin()], corners[reach.argmax()], corners[np.abs(reach).argmin()]):
            ground = heights(end[[0]], end[[2]])[0]
            assert (ground > level) == (abs((end[[0, 2]] - corners[:, [0, 2]].mean(axis=0)) @ axis) < 1)
        red, green, _ = bridge.materials[0].colors[0]
        assert red > 2 * green


def test_a_building_stands_on_dry_ground_where_it_is_seen() -> None:
    """Not on the flat bed of the lake ahead, not behind the wall on the left: on the open ground to the right."""

    def heights(x: np.ndarray, z: np.ndarray) -> np.ndarray:
        lake = 3.0 * ((z > 6) & (np.abs(x) < 0.8 * z))
        wall = 30.0 * ((x < -12) & (x > -16))
        return (EYE_HEIGHT + lake - wall).astype(np.float32)

    level = EYE_HEIGHT + 0.5
    for seed in range(5):
        site = site_for(understand("a lake with a cabin"), Terrain(heights), np.random.default_rng(seed), level)
        spot = _plot(site, 14.0, 60.0, 7.0, 9.0, 5.0)
        assert spot is not None
        x, y, z, _ = spot
        assert y < level
        assert not _hidden(site, *np.array([[x], [y - 3.0], [z]]))
        assert x > -12
    assert _hidden(site, *np.array([[-30.0], [EYE_HEIGHT - 3], [10.0]]))
