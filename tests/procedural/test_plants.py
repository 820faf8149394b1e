"""Plants: they stand on the ground, grow upwards, get coarser with distance, and are fixed by their seed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lucid3d.colour import linear_from_srgb
from lucid3d.procedural.assets import plants
from lucid3d.procedural.assets.plants.growth import Rule, branch, leaf_sites, stem
from lucid3d.procedural.assets.plants.palettes import FLOWERS, GRASSES
from lucid3d.procedural.assets.plants.trees import CROWNS
from lucid3d.procedural.kit.arrays import BROAD, KITE, UP, comb, leaves, rotate, tubes
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.prototype import Prototype, srgb

Grow = Callable[[np.random.Generator], Prototype]

KINDS: dict[str, Grow] = {
    "spruce": lambda rng: plants.conifer(rng, "spruce", 10.0),
    "pine": lambda rng: plants.conifer(rng, "pine", 10.0),
    "snowy spruce": lambda rng: plants.conifer(rng, "spruce", 10.0, "winter"),
    "oak": lambda rng: plants.broadleaf(rng, "oak", 8.0),
    "bare birch": lambda rng: plants.broadleaf(rng, "birch", 8.0, "winter"),
    "cherry": lambda rng: plants.broadleaf(rng, "maple", 6.0, "spring", blossom="cherry"),
    "dead": lambda rng: plants.dead_tree(rng, 6.0),
    "palm": lambda rng: plants.palm(rng, 7.0),
    "banana": lambda rng: plants.banana(rng),
    "bamboo": lambda rng: plants.bamboo(rng),
    "saguaro": lambda rng: plants.saguaro(rng),
    "barrel": lambda rng: plants.barrel_cactus(rng),
    "pear": lambda rng: plants.prickly_pear(rng),
    "agave": lambda rng: plants.agave(rng),
    "shrub": lambda rng: plants.shrub(rng),
    "fern": lambda rng: plants.fern(rng),
    "reeds": lambda rng: plants.reeds(rng),
    "lilies": lambda rng: plants.lily_pads(rng),
    "log": lambda rng: plants.log(rng),
    "stump": lambda rng: plants.stump(rng),
    "mushroom": lambda rng: plants.mushroom(rng, spots=True),
    "litter": lambda rng: plants.fallen_leaves(rng, "maple"),
    "twigs": lambda rng: plants.twigs(rng),
    **{f"{kind} grass": lambda rng, k=kind: plants.grass_tuft(rng, k, ears=0.2) for kind in GRASSES},  # type: ignore[misc]
    **{kind: lambda rng, k=kind: plants.flower(rng, k) for kind in FLOWERS},  # type: ignore[misc]
}


def check_mesh(mesh: Mesh) -> None:
    """What every mesh must keep to be drawn."""
    assert mesh.triangle_count > 0
    assert np.isfinite(mesh.vertices).all()
    assert mesh.triangles.min() >= 0 and mesh.triangles.max() < len(mesh.vertices)
    assert mesh.normals is not None and mesh.tints is not None
    np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-3)
    index = np.zeros(mesh.triangle_count, int) if mesh.material_index is None else mesh.material_index
    hues = np.array([linear_from_srgb(m.hues[0]) for m in mesh.materials])
    albedo = hues[index] * mesh.tints[mesh.triangles[:, 0]]
    assert albedo.min() >= 0 and albedo.max() <= 0.86  # nothing reflects more than fresh snow


@pytest.mark.parametrize("name", KINDS)
def test_stands_on_the_ground_and_grows_up(name: str) -> None:
    prototype = KINDS[name](np.random.default_rng(5))
    for mesh in prototype.levels:
        check_mesh(mesh)
    low, high = prototype.levels[0].bounds
    assert high[1] > -0.06, "it floats"
    assert high[1] < 0.35 * max(prototype.height, 0.3) + 0.1, "it is buried"
    assert prototype.height > 0.004
    assert len(prototype.ranges) >= len(prototype.levels)
    assert low[1] < 0


@pytest.mark.parametrize("name", ["spruce", "pine", "oak", "palm", "shrub", "saguaro", "daisy", "meadow grass"])
def test_levels_get_coarser_and_keep_their_shape(name: str) -> None:
    prototype = KINDS[name](np.random.default_rng(2))
    counts = [m.triangle_count for m in prototype.levels]
    assert counts == sorted(counts, reverse=True) and counts[-1] * 4 < counts[0]
    top = prototype.levels[0].bounds[0, 1]
    for mesh in prototype.levels[1:]:
        assert mesh.bounds[0, 1] == pytest.approx(top, rel=0.3)


def test_the_seed_decides() -> None:
    first, again, other = (plants.broadleaf(np.random.default_rng(s), "oak", 7.0) for s in (1, 1, 2))
    assert first.levels[0].vertices.tobytes() == again.levels[0].vertices.tobytes()
    assert first.levels[0].vertices.tobytes() != other.levels[0].vertices.tobytes()


@pytest.mark.parametrize("kind", CROWNS)
def test_height_is_what_was_asked(kind: str) -> None:
    assert plants.broadleaf(np.random.default_rng(0), kind, 7.0, detail=0.4).height == pytest.approx(7.0, rel=0.12)


def test_seasons_change_the_leaves() -> None:
    def mean_color(season: plants.Season) -> np.ndarray:
        mesh = plants.broadleaf(np.random.default_rng(3), "maple", 6.0, season).levels[2]
        hues = np.array([linear_from_srgb(m.hues[0]) for m in mesh.materials])
        assert mesh.material_index is not None and mesh.tints is not None
        last = mesh.material_index == mesh.material_index.max()
        return np.asarray((hues[mesh.material_index] * mesh.tints[mesh.triangles[:, 0]])[last].mean(axis=0))

    summer, autumn, winter = mean_color("summer"), mean_color("autumn"), mean_color("winter")
    assert summer[1] > summer[0] and autumn[0] > 1.5 * autumn[1]
    assert winter.min() > 0.5  # only snow is left on the branches


def test_tubes_are_closed_round_and_outward() -> None:
    line = np.linspace([0, 0, 0], [0.3, -2.0, 0.1], 6)[None]
    shape = tubes(line, np.full((1, 6), 0.2), 12, np.float32([0.1, 0.1, 0.1]))
    a, b, c = (shape.vertices[shape.triangles[:, i]] for i in range(3))
    outward = np.einsum("ti,ti->t", np.cross(b - a, c - a), shape.normals[shape.triangles].mean(axis=1))
    assert (outward > 0).all()
    axis = (line[0, -1] - line[0, 0]) / np.linalg.norm(line[0, -1] - line[0, 0])
    offset = shape.vertices - (shape.vertices @ axis)[:, None] * axis
    np.testing.assert_allclose(np.linalg.norm(offset, axis=1), 0.2, rtol=1e-4)


@pytest.mark.parametrize("outline", [KITE, BROAD, comb(4)])
def test_leaves_face_their_normal(outline: object) -> None:
    rng = np.random.default_rng(0)
    axes = rng.normal(size=(20, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    shape = leaves(
        np.zeros((20, 3)),
        axes,
        rng.normal(size=(20, 3)),
        np.full(20, 0.2),
        np.full(20, 0.02),
        outline,
        np.full((20, 3), 0.1),
    )  # type: ignore[arg-type]
    a, b, c = (shape.vertices[shape.triangles[:, i]] for i in range(3))
    facing = np.einsum("ti,ti->t", np.cross(b - a, c - a), shape.normals[shape.triangles[:, 0]])
    assert (facing > 0).all()


def test_rotation_agrees_with_scipy() -> None:
    from scipy.spatial.transform import Rotation

    rng = np.random.default_rng(4)
    vectors, axes, angles = rng.normal(size=(9, 3)), rng.normal(size=(9, 3)), rng.uniform(-3, 3, 9)
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    expected = Rotation.from_rotvec(axes * angles[:, None]).apply(vectors)
    np.testing.assert_allclose(rotate(vectors, axes, angles), expected, atol=1e-5)


def test_branches_start_on_their_parent_and_are_thinner() -> None:
    rng = np.random.default_rng(1)
    trunk = stem(rng, 6.0, 0.2)
    boughs = branch(trunk, Rule(12, 0.3, 0.9, (70, 30), 0.4), rng)
    on, _, thickness = trunk.at(boughs.parent, boughs.start)
    np.testing.assert_allclose(boughs.points[:, 0], on, atol=1e-5)
    assert (boughs.radii[:, 0] <= thickness + 1e-6).all()
    assert (boughs.start >= 0.3 - 1e-6).all() and (boughs.start <= 0.9 + 1e-6).all()
    assert (trunk.points[0, -1] @ UP) > 5.0
    sites = leaf_sites(boughs, 0.05, rng)
    expected = boughs.lengths.sum() * 0.85 / 0.05
    assert len(sites.places) == pytest.approx(expected, rel=0.05)


def test_colours_survive_the_way_to_srgb_and_back() -> None:
    color = np.array([0.002, 0.2, 0.7])
    np.testing.assert_allclose(linear_from_srgb(srgb(color)), color, atol=1e-4)
