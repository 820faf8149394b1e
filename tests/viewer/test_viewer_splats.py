"""Splats: exact where they can be, few where they must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from lucid3d.camera import Camera
from lucid3d.config import Config
from lucid3d.gaussians import render
from lucid3d.gaussians.model import SH_C0, Gaussians
from lucid3d.scene import Scene
from lucid3d.viewer.detail import reduce_to
from lucid3d.viewer.prepared import Prepared
from lucid3d.viewer.splats import SIGMA_MAX, SIGMA_MIN, Splats, covariances_of
from lucid3d.viewer.stage import in_half_range
from tests.viewer.tiny_scene import cloud_of, room


def random_gaussians(count: int, seed: int = 0) -> Gaussians:
    rng = np.random.default_rng(seed)
    return Gaussians(
        means=rng.normal(0, 3, (count, 3)).astype(np.float32),
        quats=rng.normal(size=(count, 4)).astype(np.float32),
        log_scales=rng.uniform(-5, 0, (count, 3)).astype(np.float32),
        logit_opacities=rng.normal(0, 2, count).astype(np.float32),
        sh=rng.normal(0, 0.5, (count, 4, 3)).astype(np.float32),
    )


def test_covariances_are_those_of_scipy() -> None:
    gaussians = random_gaussians(50)
    w, x, y, z = gaussians.quats.T
    rotations = Rotation.from_quat(np.stack([x, y, z, w], axis=1)).as_matrix()
    expected = np.einsum("nij,nj,nkj->nik", rotations, gaussians.scales.astype(float) ** 2, rotations)
    np.testing.assert_allclose(covariances_of(gaussians), expected, atol=1e-5)


def test_covariances_that_stand_for_many_stay_within_what_float16_carries() -> None:
    covariances = covariances_of(random_gaussians(3)) * np.array([1, 1e5, 1e7], np.float32)[:, None, None]
    sent = in_half_range(covariances)
    assert np.isfinite(sent.astype(np.float16)).all()
    np.testing.assert_array_equal(sent[0], covariances[0])
    np.testing.assert_allclose(sent / np.abs(sent).max((1, 2), keepdims=True),
                               covariances / np.abs(covariances).max((1, 2), keepdims=True), rtol=1e-5)  # fmt: skip


def test_scales_stay_within_what_float16_carries() -> None:
    gaussians = random_gaussians(2)
    gaussians.log_scales[:] = [[-30] * 3, [20] * 3]
    halves = covariances_of(gaussians).astype(np.float16)
    assert np.isfinite(halves).all()
    assert (np.diagonal(halves, axis1=1, axis2=2) > 0).all()
    assert 0 < SIGMA_MIN < SIGMA_MAX


def test_colours_are_the_average_ones_clipped() -> None:
    gaussians = random_gaussians(200)
    np.testing.assert_allclose(Splats.of(gaussians).colors, np.clip(0.5 + SH_C0 * gaussians.sh[:, 0], 0, 1), atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 400), st.integers(1, 300), st.integers(0, 5))
def test_a_budget_is_kept(count: int, budget: int, seed: int) -> None:
    reduced = reduce_to(Splats.of(random_gaussians(count, seed)), budget)
    assert 1 <= len(reduced) <= budget
    for values in (reduced.centers, reduced.covariances, reduced.colors, reduced.opacities):
        assert np.isfinite(values).all()
    assert (np.linalg.eigvalsh(reduced.covariances.astype(float)) > -1e-6).all()
    assert ((reduced.opacities >= 0) & (reduced.opacities <= 1)).all()


def test_what_fits_is_left_alone() -> None:
    splats = Splats.of(random_gaussians(10))
    assert reduce_to(splats, 10) is splats


def test_merging_keeps_mean_colour_and_cover() -> None:
    splats = Splats.of(random_gaussians(60, 3))
    splats.centers[:] = [0, 0, 5]  # all in one place
    splats.opacities[:] *= 0.01
    merged = reduce_to(splats, 1)
    weight = splats.opacities * np.trace(splats.covariances, axis1=1, axis2=2)
    part = weight / weight.sum()
    np.testing.assert_allclose(merged.centers[0], part @ splats.centers, rtol=1e-4)
    np.testing.assert_allclose(merged.colors[0], part @ splats.colors, rtol=1e-4)
    np.testing.assert_allclose(merged.covariances[0], np.einsum("n,nij->ij", part, splats.covariances), rtol=1e-3)
    assert merged.opacities[0] * np.trace(merged.covariances[0]) == pytest.approx(weight.sum(), rel=1e-3)


def as_gaussians(splats: Splats) -> Gaussians:
    values, vectors = np.linalg.eigh(splats.covariances.astype(float))
    vectors[np.linalg.det(vectors) < 0, :, 0] *= -1
    x, y, z, w = Rotation.from_matrix(vectors).as_quat().T
    return Gaussians(
        splats.centers,
        np.stack([w, x, y, z], axis=1).astype(np.float32),
        (0.5 * np.log(np.maximum(values, 1e-9))).astype(np.float32),
        np.log(splats.opacities / (1 - splats.opacities)).astype(np.float32),
        ((splats.colors - 0.5) / SH_C0)[:, None].astype(np.float32),
    )


@pytest.mark.parametrize(("part", "error"), [(0.5, 0.03), (0.25, 0.04), (0.1, 0.07)])
def test_a_part_of_the_splats_looks_like_all_of_them(part: float, error: float) -> None:
    gaussians = room(0.1)
    splats, budget = Splats.of(gaussians), int(part * len(gaussians))
    camera = Camera.from_fov(96, 64, 90)
    whole = render(gaussians, camera)
    merged = render(as_gaussians(reduce_to(splats, budget)), camera)
    some = np.random.default_rng(0).permutation(len(splats))[:budget]
    thinned = render(gaussians[some], camera)
    difference = np.abs(whole.image - merged.image).mean()
    assert difference < error
    assert difference < 0.3 * np.abs(whole.image - thinned.image).mean()
    assert merged.alpha.mean() > whole.alpha.mean() - 0.05  # no holes


def test_what_is_near_the_walker_is_finest() -> None:
    gaussians = room(0.1)
    scene = Scene("a room", Config(), gaussians, cloud_of(gaussians), [], {})
    prepared = Prepared(scene)
    wall = np.array([0.0, 0.0, 3.0])

    def near(splats: Splats) -> int:
        return int((np.linalg.norm(splats.centers - wall, axis=1) < 1.0).sum())

    budget = len(gaussians) // 5
    start, there = prepared.within(budget), prepared.within(budget, wall - [0, 0, 0.7])
    assert len(there) <= budget
    assert near(there) > 1.5 * near(start)
    assert prepared.within(budget, wall - [0, 0, 0.8]) is there  # a step too small to send anew
