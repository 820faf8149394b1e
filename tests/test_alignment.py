"""One view against what is known: scale, shift, motion along rays, and what is said when it cannot be done."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lucid3d.alignment import align, fit_scale
from lucid3d.alignment.smooth import field_basis
from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.pointcloud import PointCloud, lift
from lucid3d.projection import PartialView, project_cloud
from tests.analytic_room import Room, furnished_room, see

SKY_RADIUS = 50.0


def scene(open_top: bool = False, size: int = 128) -> tuple[Camera, PartialView, np.ndarray]:
    """A camera, what is known there from the view 40 degrees beside it, and the true depth."""
    room = furnished_room(0, open_top=open_top)
    first = Camera.from_fov(size, size, 90)
    second = first.at(yaw_pitch(40, 0))
    cloud = lift(*see(room, first), first, view=0, sky_radius=SKY_RADIUS)
    return second, project_cloud(cloud, second), see(room, second)[1]


def relative_error(depth: np.ndarray, truth: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
    finite = np.isfinite(truth) if where is None else where & np.isfinite(truth)
    return np.abs(depth[finite] / truth[finite] - 1)


@settings(max_examples=25, deadline=None)
@given(st.floats(np.log(1 / 20), np.log(20)))
def test_a_scale_only_distortion_is_recovered(log_scale):
    camera, partial, truth = scene()
    scale = np.exp(log_scale)
    result = align((truth * scale).astype(np.float32), "metric", partial, camera)
    assert result.converged and result.warning is None
    assert abs(result.scale * scale - 1) < 1e-4
    assert np.quantile(relative_error(result.depth, truth), 0.99) < 2e-3


@pytest.mark.parametrize("start", [1 / 20, 0.3, 1.0, 20.0, 1000.0])
def test_the_descent_itself_converges_from_far_off(start):
    rng = np.random.default_rng(0)
    target = rng.uniform(1, 10, 2000)
    rays = np.concatenate([rng.uniform(-1, 1, (2000, 2)), np.ones((2000, 1))], 1)
    fit = fit_scale(target / 3, target, rays, start=3 * start)
    assert fit.converged and abs(fit.scale / 3 - 1) < 1e-4 and fit.loss < 1e-3 and fit.iterations < 60


def test_the_loss_is_the_mean_l1_distance_in_3d_and_its_minimum():
    rng = np.random.default_rng(1)
    target = rng.uniform(1, 10, 3000)
    depth = target * np.exp(rng.normal(0, 0.02, 3000))
    rays = np.concatenate([rng.uniform(-1, 1, (3000, 2)), np.ones((3000, 1))], 1)
    fit = fit_scale(depth, target, rays)

    def distance(scale: float) -> float:
        return float(np.abs(rays * (scale * depth)[:, None] - rays * target[:, None]).sum(1).mean())

    assert fit.inliers > 0.99
    grid = np.linspace(0.98, 1.02, 401)
    best = min(distance(s) for s in grid)
    assert distance(fit.scale) < best * (1 + 1e-4)
    assert fit.loss == pytest.approx(distance(fit.scale), rel=0.02)


@pytest.mark.parametrize("kind", ["metric", "relative-depth", "relative-disparity"])
def test_thirty_per_cent_of_outliers_do_not_matter(kind):
    rng = np.random.default_rng(2)
    target = rng.uniform(1, 8, 4000)
    given_numbers = {
        "metric": target / 7,
        "relative-depth": (target - 0.5) / 4,
        "relative-disparity": (1 / target - 0.05) / 2,
    }
    numbers = given_numbers[kind].copy()
    wrong = rng.random(4000) < 0.3
    numbers[wrong] *= np.exp(rng.uniform(0.2, 2, wrong.sum()))  # all to one side
    rays = np.concatenate([rng.uniform(-1, 1, (4000, 2)), np.ones((4000, 1))], 1)
    fit = fit_scale(numbers, target, rays, kind)
    expected = {"metric": (7, 0), "relative-depth": (4, 0.5), "relative-disparity": (2, 0.05)}[kind]
    assert fit.scale == pytest.approx(expected[0], rel=5e-3)
    assert fit.shift == pytest.approx(expected[1], abs=5e-3)
    assert 0.65 < fit.inliers < 0.95


def test_sky_takes_no_part():
    camera, partial, truth = scene(open_top=True)
    assert np.isinf(truth).mean() > 0.1 and partial.is_sky.any()
    result = align((truth * 3).astype(np.float32), "metric", partial, camera)
    assert abs(result.scale * 3 - 1) < 1e-4
    assert (np.isinf(result.depth) == np.isinf(truth)).all()


@pytest.mark.parametrize("kind", ["relative-depth", "relative-disparity"])
@pytest.mark.parametrize("open_top", [False, True])
def test_relative_depth_finds_scale_and_shift(kind, open_top):
    camera, partial, truth = scene(open_top)
    with np.errstate(divide="ignore"):
        numbers = (truth - 0.8) / 5 if kind == "relative-depth" else (1 / truth - 0.02) * 30
    numbers = numbers.astype(np.float32)
    numbers[np.isinf(truth)] = np.inf
    result = align(numbers, kind, partial, camera)
    assert result.converged and result.warning is None
    assert np.quantile(relative_error(result.depth, truth), 0.95) < 2e-3
    assert (np.isinf(result.depth) == np.isinf(truth)).all()


def test_disparity_that_ends_at_zero_is_sky():
    camera, partial, truth = scene(open_top=True)
    numbers = np.where(np.isinf(truth), 0, 10 / truth).astype(np.float32)  # what a disparity network says of sky
    result = align(numbers, "relative-disparity", partial, camera)
    sky = np.isinf(truth)
    assert np.quantile(relative_error(result.depth, truth), 0.9) < 5e-3
    assert (result.depth[sky] > 500).mean() > 0.99


def test_a_rigid_motion_of_everything_changes_nothing():
    room = furnished_room(0)
    first = Camera.from_fov(96, 96, 90)
    second = first.at(yaw_pitch(40, 0, np.array([0.1, 0.0, 0.1])))
    image, depth = see(room, first)
    estimate = (see(room, second)[1] * 1.7).astype(np.float32)
    motion = yaw_pitch(77, -31, np.array([0.5, 1.0, -0.3]))
    results = []
    for m in (np.eye(4), motion):
        cloud = lift(image, depth, first.at(m @ first.world_from_camera), view=0, sky_radius=SKY_RADIUS)
        camera = second.at(m @ second.world_from_camera)
        results.append(align(estimate, "metric", project_cloud(cloud, camera), camera))
    assert results[0].scale == pytest.approx(results[1].scale, rel=1e-4)
    assert np.quantile(np.abs(results[0].depth / results[1].depth - 1), 0.99) < 1e-3


def test_a_consistent_depth_is_left_exactly_alone():
    camera, partial, truth = scene()
    result = align(truth, "metric", partial, camera)
    assert (result.depth == truth).all() and result.scale == 1.0


def test_points_of_the_known_region_move_onto_the_cloud_and_the_rest_follows_smoothly():
    camera, partial, truth = scene()
    y, x = np.mgrid[:128, :128] / 128
    field = 0.06 * np.cos(2.2 * x + 1) * np.cos(1.7 * y) + 0.1
    result = align((truth * np.exp(field)).astype(np.float32), "metric", partial, camera)
    overlap = partial.known & np.isfinite(partial.depth)
    assert np.median(relative_error(result.depth, truth, overlap)) < 2e-3
    unaligned = align((truth * np.exp(field)).astype(np.float32), "metric", partial, camera, motion=False)
    unknown = ~partial.known
    assert np.median(relative_error(result.depth, truth, unknown)) < 0.7 * np.median(
        relative_error(unaligned.depth, truth, unknown)
    )
    # The correction is smooth: it adds no detail of its own.
    correction = np.log(result.depth / truth) + field
    assert np.abs(np.diff(correction, axis=1)).max() < 0.01


def test_an_object_that_is_off_moves_alone_and_takes_its_unknown_part_along():
    """A beam before a wall, in part known; the network puts the beam 10 % too far, the wall where it is."""
    camera = Camera.from_fov(128, 128, 70)
    depth = np.full((128, 128), 6.0, np.float32)
    depth[50:78] = 2.0
    known = np.zeros((128, 128), bool)
    known[:, :80] = True
    partial = PartialView(
        np.zeros((128, 128, 3), np.float32), np.where(known, depth, np.inf).astype(np.float32), known,
        np.where(known, 0, -1).astype(np.int32),
    )  # fmt: skip
    estimate = depth.copy()
    estimate[50:78] *= 1.1
    result = align(estimate, "metric", partial, camera)
    beam, wall = np.zeros_like(known), np.ones_like(known)
    beam[54:74], wall[46:82] = True, False
    assert np.quantile(relative_error(result.depth, depth, beam & known), 0.9) < 0.01
    assert np.quantile(relative_error(result.depth, depth, wall), 0.95) < 0.015
    just_beyond = beam.copy()
    just_beyond[:, :80], just_beyond[:, 90:] = False, False
    assert relative_error(result.depth, depth, just_beyond).max() < 0.03
    # The step between the two stays as crisp as it was.
    assert (np.abs(np.diff(np.log(result.depth), axis=0)[[49, 77]]) > 0.8).all()


def nothing_known(camera: Camera) -> PartialView:
    return project_cloud(PointCloud.empty(), camera)


def test_no_overlap_is_said(caplog):
    camera, _, truth = scene()
    result = align(truth, "metric", nothing_known(camera), camera, view=7)
    assert result.warning is not None and result.warning.startswith("view 7:") and "0 pixels" in result.warning
    assert "kept as estimated" in result.warning and "view 7" in caplog.text
    assert (result.depth == truth).all() and not result.converged


def test_no_overlap_uses_the_scale_of_the_view_before():
    camera, partial, truth = scene()
    four = (truth * 4).astype(np.float32)
    before = align(four, "metric", partial, camera)
    result = align(four, "metric", nothing_known(camera), camera, fallback=(before.scale, before.shift))
    assert np.median(relative_error(result.depth, truth)) < 1e-3 and "view before" in (result.warning or "")


def test_all_sky_is_said():
    camera, partial, truth = scene()
    result = align(np.full_like(truth, np.inf), "metric", partial, camera, view=2)
    assert "all sky" in (result.warning or "") and np.isinf(result.depth).all()


@pytest.mark.parametrize("kind", ["metric", "relative-depth", "relative-disparity"])
def test_a_constant_depth_is_said(kind):
    camera, partial, truth = scene()
    result = align(np.full_like(truth, 0.3), kind, partial, camera, view=4)
    assert "constant" in (result.warning or "") and "view 4" in (result.warning or "")
    assert np.isfinite(result.depth).all() and (result.depth > 0).all()
    known = partial.depth[partial.known]
    assert known.min() <= np.median(result.depth) <= known.max()


def test_an_overlap_too_small_to_trust_is_said():
    camera, partial, truth = scene()
    known = np.zeros_like(partial.known)
    known[60:67, :7] = True
    small = PartialView(
        partial.image, np.where(known, partial.depth, np.inf).astype(np.float32), known, partial.point_index
    )
    y = np.mgrid[:128, :128][0] / 128
    result = align((2 * truth * np.exp(0.1 * y)).astype(np.float32), "metric", small, camera)
    assert "overlaps" in (result.warning or "")
    assert np.allclose(result.depth, 2 * truth * np.exp(0.1 * y) * result.scale, rtol=1e-5)  # scaled, not bent


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_smallest_pictures_do_not_fail(size):
    room = Room(np.array([-3.0, -3, -3]), np.array([3.0, 3, 3]), np.zeros((0, 4)), np.zeros((0, 3)))
    camera = Camera.from_fov(size, size, 60)
    image, depth = see(room, camera)
    partial = project_cloud(lift(image, depth, camera, view=0, sky_radius=SKY_RADIUS), camera)
    assert np.isfinite(align(depth, "metric", partial, camera).depth).all()


def test_what_does_not_fit_is_refused():
    camera, partial, truth = scene()
    with pytest.raises(InputError, match="camera's shape"):
        align(truth[:5], "metric", partial, camera)
    with pytest.raises(InputError, match="'nonsense'"):
        align(truth, "nonsense", partial, camera)  # type: ignore[arg-type]


def test_the_modes_make_up_the_covariance_they_come_from():
    basis = field_basis(48, 32, 0.05, 0.0)
    y, x = (a.ravel() for a in np.mgrid[:32:5, :48:5])
    rows = basis.rows(x, y)
    distance2 = ((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2) / (0.25 * 48) ** 2
    assert np.allclose(rows @ rows.T, 0.05**2 * np.exp(-0.5 * distance2), atol=0.05**2 * 0.02)
    q = np.random.default_rng(0).normal(size=len(basis))
    assert np.allclose(rows @ q, basis.field(q)[y, x], atol=1e-6)
