"""Scattering: by density, apart, uneven, with detail where one looks, and the same again for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from lucid3d.procedural.assets.plants import grass_tuft
from lucid3d.procedural.assets.rocks import boulder
from lucid3d.procedural.compose.land.scatter import _pairs, clear_view, groups, place, scatter, spots

Floats = np.ndarray


def level(x: Floats, z: Floats) -> tuple[Floats, Floats]:
    return np.full(np.shape(x), 1.6), np.zeros(np.shape(x))


def slope(x: Floats, z: Floats) -> tuple[Floats, Floats]:
    return 1.6 + 0.3 * np.asarray(x), np.full(np.shape(x), 0.3)


def everywhere(x: Floats, z: Floats, y: Floats, s: Floats) -> Floats:
    return np.ones(np.shape(x))


def test_number_follows_density_and_area() -> None:
    rng = np.random.default_rng(0)
    full = spots(level, everywhere, rng, per_square_metre=2.0, near=2, far=20)
    assert len(full) == pytest.approx(2 * np.pi * (400 - 4), rel=0.07)
    half = spots(level, lambda x, z, y, s: (x > 0) * 0.5, rng, per_square_metre=2.0, near=2, far=20)
    assert len(half) == pytest.approx(len(full) / 4, rel=0.12)
    assert (half.positions[:, 0] > 0).all()
    assert (full.distances >= 2).all() and (full.distances <= 20).all()


def test_falloff_keeps_the_near_ground_dense() -> None:
    found = spots(level, everywhere, np.random.default_rng(1), per_square_metre=5.0, far=30, falloff=6)
    near, far = (found.distances < 5).sum() / 25, ((found.distances > 20) & (found.distances < 25)).sum() / 225
    assert near > 10 * far


def test_apart_and_never_a_grid() -> None:
    found = spots(level, everywhere, np.random.default_rng(2), per_square_metre=1.0, far=20, apart=0.8)
    distance = cKDTree(found.positions).query(found.positions, 2)[0][:, 1]
    assert distance.min() >= 0.8 - 1e-5
    assert distance.std() > 0.1  # uneven


@pytest.mark.parametrize(("count", "distance"), [(1, 1.0), (9, 200.0), (3000, 1.3)])
def test_pairs_are_those_of_a_tree(count: int, distance: float) -> None:
    points = np.random.default_rng(4).uniform(-30, 30, (count, 2))
    assert {tuple(pair) for pair in _pairs(points, distance)} == cKDTree(points).query_pairs(distance)


def test_groups_are_patches() -> None:
    patch = groups(np.random.default_rng(3), 20.0, 1.5)
    x, z = np.random.default_rng(0).uniform(-200, 200, (2, 4000))
    value = patch(x, z)
    assert value.min() >= 0 and value.max() <= 1 and value.std() > 0.15
    beside = patch(x + 1.0, z)
    assert np.corrcoef(value, beside)[0, 1] > 0.9
    assert abs(np.corrcoef(value, patch(x + 60, z))[0, 1]) < 0.4


def test_copies_stand_on_the_slope_with_sizes_by_power_law() -> None:
    rng = np.random.default_rng(4)
    where = spots(slope, everywhere, rng, per_square_metre=0.5, far=15)
    stone = boulder(np.random.default_rng(0), 1.0)
    meshes = place(where, [stone], rng, sizes=(0.3, 3.0), power=2.5)
    small = []
    for mesh in meshes:
        assert mesh.instances is not None
        for number in np.unique(mesh.instances)[:20]:
            vertices = mesh.vertices[np.unique(mesh.triangles[mesh.instances == number])]
            middle = vertices.mean(axis=0)
            ground = 1.6 + 0.3 * middle[0]
            tall = np.ptp(vertices[:, 1])
            assert vertices[:, 1].max() > ground - 0.05 * tall, "it floats"
            assert vertices[:, 1].min() < ground, "it is buried"
            small.append(tall)
    assert np.median(small) < 0.5 * (min(small) + max(small))  # many small, few large


def test_near_copies_have_more_triangles() -> None:
    tuft = grass_tuft(np.random.default_rng(0))
    meshes = scatter(level, everywhere, [tuft], np.random.default_rng(5), per_square_metre=1.0, far=30, sizes=(1, 1))
    size = {}
    for mesh in meshes:
        assert mesh.instances is not None
        count = int(mesh.instances.max()) + 1
        size[mesh.triangle_count // count] = np.hypot(*mesh.vertices[:, [0, 2]].T).mean()
    order = [size[k] for k in sorted(size, reverse=True)]
    assert len(order) == 3 and order == sorted(order)


def test_same_seed_same_world_and_nothing_where_nothing_may_grow() -> None:
    tuft = grass_tuft(np.random.default_rng(0))
    first, again = (
        scatter(level, everywhere, [tuft], np.random.default_rng(6), per_square_metre=1.0, far=8) for _ in range(2)
    )
    assert [m.vertices.tobytes() for m in first] == [m.vertices.tobytes() for m in again]
    assert scatter(level, lambda x, z, y, s: x * 0, [tuft], np.random.default_rng(6), per_square_metre=1.0) == []
    assert scatter(level, everywhere, [], np.random.default_rng(6), per_square_metre=1.0) == []


def test_nothing_hangs_before_the_lens() -> None:
    stone = boulder(np.random.default_rng(0), 1.0)
    at_eye = stone.levels[0].transformed(np.eye(4))
    cleared = clear_view(at_eye, 0.4)
    assert 0 < cleared.triangle_count < at_eye.triangle_count
    assert np.linalg.norm(cleared.vertices[cleared.triangles], axis=-1).min() >= 0.4
    matrix = np.eye(4)
    matrix[0, 3] = 5.0
    away = at_eye.transformed(matrix)
    assert clear_view(away, 0.4) is away


def test_tints_differ_between_copies() -> None:
    tuft = grass_tuft(np.random.default_rng(0))
    mesh = scatter(level, everywhere, [tuft], np.random.default_rng(7), per_square_metre=3.0, far=4)[0]
    assert mesh.tints is not None and mesh.instances is not None
    means = [mesh.tints[np.unique(mesh.triangles[mesh.instances == i])].mean() for i in range(8)]
    assert np.std(means) > 0.02
