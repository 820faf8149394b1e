"""Land that goes on: tiles agree on their borders, follow from seed and index alone, and few of them are held."""

from __future__ import annotations

import functools
import gc
import math
import weakref

import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.procedural.build import build_world
from lucid3d.procedural.endless import land as endless_land
from lucid3d.procedural.endless.ground import CELLS, FINEST, Outlook, ground_mesh, ground_tile, tiles_around
from lucid3d.procedural.endless.growth import SIDE, grow, missing
from lucid3d.procedural.endless.kept import Kept
from lucid3d.procedural.endless.land import EndlessLand
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.kit.sown import Sown
from lucid3d.procedural.render.rays import RayScene
from lucid3d.procedural.world import World
from tests.procedural.small_world import BOX_FRONT, WATER_LEVEL, small_world


@functools.cache
def world() -> World:
    return build_world("a meadow without flowers and grass", 3, drops=False)


@functools.cache
def land() -> EndlessLand:
    return EndlessLand(world())


def test_two_tiles_have_the_same_ground_on_their_border() -> None:
    here, right, ahead = (ground_tile(land().terrain, (1, *index)) for index in ((5, 7), (6, 7), (5, 8)))
    for name in ("x", "z", "y", "tall"):
        here_is, right_is, ahead_is = (getattr(tile, name) for tile in (here, right, ahead))
        np.testing.assert_array_equal(here_is[:, CELLS + 1], right_is[:, 1])
        np.testing.assert_array_equal(here_is[CELLS + 1], ahead_is[1])


def test_the_ground_is_that_of_the_world() -> None:
    tile = ground_tile(land().terrain, (0, 9, -4))
    where = tile.x.ravel(), tile.z.ravel()
    np.testing.assert_array_equal(tile.y.ravel(), land().terrain.heights(*where))
    inner = (slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(tile.height(tile.x[inner], tile.z[inner]), tile.y[inner], atol=1e-3)


def test_the_tiles_around_cover_what_is_seen_once_and_finely_where_it_is_near() -> None:
    outlook = Outlook(((700.0, 300.0),))
    tiles = tiles_around(outlook)
    rng = np.random.default_rng(1)
    away, bearing = 5000 * rng.random(300), rng.uniform(-math.pi, math.pi, 300)
    for x, z, r in zip(700 + away * np.sin(bearing), 300 + away * np.cos(bearing), away, strict=True):
        over = [
            level for level, i, j in tiles
            if 0 <= x / (FINEST * 2**level) - i < 1 and 0 <= z / (FINEST * 2**level) - j < 1
        ]  # fmt: skip
        assert len(over) == 1
        assert FINEST * 2 ** over[0] <= max(2 * r, FINEST)


def test_the_land_is_one_surface_without_gaps_at_the_borders_of_levels() -> None:
    fine = [(0, i, j) for i in (2, 3) for j in (0, 1)]
    mesh = ground_mesh([ground_tile(land().terrain, index) for index in [(1, 0, 0), *fine]], lambda x, z: 0 * x)
    scene = RayScene(mesh.vertices, mesh.triangles.astype(np.uint32))
    rng = np.random.default_rng(2)
    z = rng.uniform(5, 2 * FINEST - 5, 3000).astype(np.float32)
    start = np.stack([2 * FINEST + rng.uniform(-3, 3, 3000), np.full(3000, -500), z], axis=1).astype(np.float32)
    slanted = np.stack([rng.uniform(-0.005, 0.005, 3000), np.ones(3000), np.zeros(3000)], axis=1).astype(np.float32)
    assert np.isfinite(scene.cast(start, slanted).distance).all()


def test_what_stands_about_the_start_is_copied_as_it_is() -> None:
    place = world().bare
    standing = {id(mesh) for mesh in place.meshes}
    checked = 0
    for copies in (copies for sown in place.sown for copies in sown.copies):
        feet = copies.matrices[:, [0, 2], 3]
        for made, again in zip(copies.meshes, copies.at(np.hypot(*feet.T)), strict=True):
            assert id(made) in standing
            if len(made.triangles) == len(again.triangles):  # none of it hung before the lens
                np.testing.assert_array_equal(made.vertices, again.vertices)
                checked += 1
    assert checked > 10


def trees() -> tuple[int, Sown]:
    number = next(n for n, s in enumerate(land()._sown) if s.prototypes[0].label == "tree" and s.far > 200)
    return number, land()._sown[number]


def test_a_tile_of_growth_follows_from_seed_and_index_alone() -> None:
    number, sown = trees()
    height = ground_tile(land().terrain, (1, 4, 6)).height
    once, again = (grow(sown, height, 3, number, 4, 6) for _ in range(2))
    assert sum(map(len, once)) > 10
    for one, other in zip(once, again, strict=True):
        np.testing.assert_array_equal(one.matrices, other.matrices)
    elsewhere = grow(sown, ground_tile(land().terrain, (1, 5, 6)).height, 3, number, 5, 6)
    beside = np.concatenate([copies.matrices[:, :3, 3] for copies in elsewhere])
    assert len(beside) != sum(map(len, once)) or not np.allclose(
        beside[:, 2] % SIDE, np.concatenate([c.matrices[:, 2, 3] for c in once]) % SIDE
    )
    for copies in once:
        x, z = copies.matrices[:, 0, 3] / SIDE, copies.matrices[:, 2, 3] / SIDE
        assert (np.floor(x) == 4).all()
        assert (np.floor(z) == 6).all()


def test_nothing_is_added_where_everything_stands_already() -> None:
    full = Sown([], lambda x, z, y, slope: x, 0.1, 20.0, 90.0, 0.0, 1.0, 0.0, {})
    np.testing.assert_array_equal(missing(full, np.array([5.0, 50.0, 89.0, 91.0])), [0, 0, 0, 1])


def test_few_tiles_are_held_however_many_are_asked_for() -> None:
    made: list[int] = []
    kept: Kept[int, int] = Kept(lambda key: made.append(key) or -key, 3)
    assert [kept(key) for key in (1, 2, 1, 3, 4, 1)] == [-1, -2, -1, -3, -4, -1]
    assert len(kept) == 3
    assert made == [1, 2, 3, 4]  # 1 was used since, and is still there
    assert kept(2) == -2
    assert made == [1, 2, 3, 4, 2]


def test_a_look_holds_no_more_than_it_may_and_stays_within_its_triangles(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("MOST_GROUND", 40), ("MOST_GROWTH", 30), ("MOST_TRIANGLES", 600_000)):
        monkeypatch.setattr(endless_land, name, most)
    flown = EndlessLand(world())
    around = flown.around(Outlook(((0.0, 3000.0),), 0.0, 0.1, about=60.0)).place
    assert len(flown.ground) == 40
    assert len(flown.growth) <= 30
    assert 0 < sum(mesh.triangle_count for mesh in around.meshes) <= 600_000


def test_a_look_that_is_done_leaves_nothing_behind() -> None:
    flown = EndlessLand(small_world())
    seen = flown.around(Outlook(((0.0, 0.0),)))
    vertices = weakref.ref(seen._renderer.surfaces.tables.vertices)
    assert vertices() is not None
    del seen
    gc.collect()
    assert vertices() is None  # what stands at the start is kept, and was a part of these tables


def test_one_flies_over_what_stands_at_the_start_not_through_it() -> None:
    near = EndlessLand(small_world())
    x, z = np.array([0.0, 0.0, 6.0]), np.array([BOX_FRONT + 1, 2.0, 4.0])
    np.testing.assert_allclose(near.surface(x, z), [EYE_HEIGHT - 2, EYE_HEIGHT, WATER_LEVEL], atol=1e-5)


def test_woods_are_drawn_from_above_only_where_no_trees_stand_for_them() -> None:
    tiles = [ground_tile(land().terrain, (2, 2, 2))]
    bare = ground_mesh(tiles, lambda x, z: np.zeros_like(x))
    wooded = ground_mesh(tiles, lambda x, z: np.ones_like(x))
    assert (wooded.vertices[:, 1] <= bare.vertices[:, 1]).all()
    assert (bare.vertices[:, 1] - wooded.vertices[:, 1]).max() > 3


@pytest.mark.parametrize(("words", "said"), [("a living room", "no land"), ("a low poly moon", "style")])
def test_a_world_that_cannot_go_on_is_refused(words: str, said: str) -> None:
    closed = build_world(words, 1, drops=False)
    with pytest.raises(InputError, match=said):
        EndlessLand(closed)
