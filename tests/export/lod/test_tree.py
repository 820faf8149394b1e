"""The tree of levels of detail: what its nodes stand for, what its errors promise, and what is seen of its cuts."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.export.lod import Tree, build, merge
from lucid3d.gaussians import render
from lucid3d.gaussians.model import Gaussians
from tests.export.scenes import covariances, random_scene, room_scene


@functools.cache
def room_tree() -> Tree:
    return build(room_scene(0.05))


def standing_for(tree: Tree, cut: np.ndarray) -> np.ndarray:
    """(N,) the node of a cut that stands for each of the scene's own Gaussians, -1 if none or several do."""
    member = np.zeros(len(tree.nodes), bool)
    member[cut] = True
    at = np.arange(tree.leaves)
    found = np.full(tree.leaves, -1)
    hits = np.zeros(tree.leaves, int)
    while (at >= 0).any():
        here = (at >= 0) & member[at]
        found[here] = at[here]
        hits += here
        at = np.where(at >= 0, tree.parents[at], -1)
    return np.where(hits == 1, found, -1)


@pytest.mark.parametrize("error", [0.0, 0.05, 0.2, 1.0, 100.0])
def test_a_cut_is_the_whole_scene_once_and_within_its_error(error: float) -> None:
    tree = room_tree()
    cut = tree.cut(error)
    stands = standing_for(tree, cut)
    assert (stands >= 0).all() and set(stands.tolist()) == set(cut.tolist())
    moved = np.linalg.norm(tree.nodes.means[stands] - tree.nodes.means[: tree.leaves], axis=1)
    assert (moved <= tree.errors[stands] * 1.0001 + 1e-5).all() and (tree.errors[stands] <= error).all()


def test_cuts_go_from_the_scene_to_one_gaussian() -> None:
    tree = room_tree()
    counts = [len(tree.cut(error)) for error in (0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 100.0)]
    assert counts[0] == tree.leaves and counts[-1] == 1
    assert counts == sorted(counts, reverse=True) and counts[3] < 0.4 * counts[0]
    assert (tree.parents < 0).sum() == 1 and tree.parents[-1] == -1
    children = np.flatnonzero(tree.parents >= 0)
    assert (tree.errors[tree.parents[children]] >= tree.errors[children]).all()


def test_what_is_seen_from_a_place_is_the_whole_scene_once() -> None:
    tree = room_tree()
    for position in (np.zeros(3), np.array([1.5, 0, -1])):
        cut = tree.cut_seen_from(position, 0.03)
        assert (standing_for(tree, cut) >= 0).all()
        near = tree.errors[cut] <= 0.03 * np.linalg.norm(tree.nodes.means[cut] - position, axis=1) + 1e-6
        assert near.all() and len(cut) < tree.leaves


def test_coarser_within_two_pixels_is_seen_as_the_same() -> None:
    """Walls of 5 cm Gaussians, coarser where two pixels do not show it: no holes, the same colours, edges softer."""
    tree, scene = room_tree(), room_scene(0.05)
    pixels = 96
    for pose in (yaw_pitch(20, 10), yaw_pitch(130, -5)):
        camera = Camera(pixels, pixels, pixels / 2, pixels / 2, pixels / 2, pixels / 2, pose)
        cut = tree.cut_seen_from(np.zeros(3), 2 / (pixels / 2))
        assert len(cut) < 0.5 * tree.leaves
        fine, coarse = render(scene, camera), render(tree.nodes[cut], camera)
        assert coarse.alpha.min() > 0.9
        assert -10 * np.log10(np.mean((fine.image - coarse.image) ** 2)) > 28


def test_merging_keeps_the_first_two_moments() -> None:
    """Against the mixture's moments, from scipy's rotations; what overlaps too little to be opaque keeps its size."""
    scene = random_scene(12, 2)
    scene.logit_opacities[:] = -4
    starts = np.array([0, 1, 5])
    merged = merge(scene, starts)
    for i, rows in enumerate((slice(0, 1), slice(1, 5), slice(5, 12))):
        ordered = np.sort(scene.scales[rows].astype(float), axis=1)
        mass = scene.opacities[rows] * ordered[:, 1] * ordered[:, 2]
        weights = mass / mass.sum()
        mean = weights @ scene.means[rows]
        offsets = scene.means[rows] - mean
        inner = covariances(scene.quats[rows], scene.scales[rows]) + offsets[:, :, None] * offsets[:, None, :]
        covariance = np.einsum("n,nij->ij", weights, inner)
        np.testing.assert_allclose(merged.means[i], mean, atol=1e-5)
        read = covariances(merged.quats[i : i + 1], merged.scales[i : i + 1])[0]
        np.testing.assert_allclose(read, covariance, atol=1e-5 * covariance.max())
        np.testing.assert_allclose(merged.sh[i], np.einsum("n,nkc->kc", weights, scene.sh[rows]), atol=1e-5)
        axes = np.sort(merged.scales[i].astype(float))
        assert merged.opacities[i] * axes[1] * axes[2] == pytest.approx(mass.sum(), rel=1e-3)


def test_a_wall_stays_opaque_at_every_level() -> None:
    tree = room_tree()
    for error in (0.1, 0.3, 0.8):
        cut = tree.cut(error)
        assert np.median(tree.nodes.opacities[cut]) > 0.95


def test_scenes_as_they_come() -> None:
    one = random_scene(1, 1)
    tree = build(one)
    assert len(tree.nodes) == 1 and tree.parents.tolist() == [-1]
    with pytest.raises(InputError, match="0 Gaussians"):
        build(random_scene(0))
    odd = random_scene(400)
    odd.means[:200] = (1, 2, 3)
    odd.means[300] = (1e6, -1e6, 1e6)
    odd.logit_opacities[::7] = np.inf
    odd.logit_opacities[1::7] = -np.inf
    odd.log_scales[::5, 1] = -np.inf
    odd.log_scales[::15] = -np.inf
    tree = build(odd)
    for field in ("means", "quats", "log_scales", "logit_opacities", "sh"):
        assert np.isfinite(getattr(tree.nodes, field)).all()
    assert np.isfinite(tree.errors).all()
    assert (standing_for(tree, tree.cut(0.3)) >= 0).all() and len(tree.cut(0)) == 400
    near = np.flatnonzero(tree.errors < 5)
    assert len(near) > 440  # the stray did not put all others into one cell


def test_the_same_scene_gives_the_same_tree_in_any_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    scene: Gaussians = random_scene(900, 1)
    first = build(scene)
    monkeypatch.setattr("lucid3d.export.lod.tree.BLOCK", 50)
    second = build(scene)
    np.testing.assert_array_equal(first.parents, second.parents)
    np.testing.assert_allclose(first.nodes.means, second.nodes.means, atol=1e-5)
    np.testing.assert_allclose(first.errors, second.errors, rtol=1e-4, atol=1e-6)


def test_a_crowd_in_one_point_has_no_crowded_node() -> None:
    scene = random_scene(5000)
    scene.means[:] = 7
    tree = build(scene)
    children = np.bincount(tree.parents[tree.parents >= 0])
    assert children.max() <= 1024 and (tree.parents < 0).sum() == 1
    assert (standing_for(tree, tree.cut(1)) >= 0).all() and len(tree.cut(0)) == 5000
