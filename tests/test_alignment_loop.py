"""All views at once: the loop closes, the gauge holds, and what is right already stays."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pytest

from lucid3d.alignment import align, close_loop, loop
from lucid3d.alignment.loop import _pairs
from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.pointcloud import PointCloud, lift, merge
from lucid3d.projection import project_cloud
from tests.analytic_room import furnished_room, see

SIZE = 96


@dataclass
class View:
    camera: Camera
    depth: np.ndarray


@functools.lru_cache
def ring(count: int = 8, fov: float = 90, circle: float = 0.0) -> tuple[list[Camera], list[np.ndarray]]:
    """Cameras all the way around, on the spot or on a circle, and their true depths."""
    room, cameras = furnished_room(0), []
    for k in range(count):
        yaw = 360 / count * k
        a = np.radians(yaw)
        position = circle * np.array([np.sin(a), 0, np.cos(a) - 1])
        cameras.append(Camera.from_fov(SIZE, SIZE, fov, yaw_pitch(yaw, 0, position)))
    return cameras, [see(room, c)[1] for c in cameras]


def smooth_fields(count: int, seed: int, scale: float = 0.35) -> list[np.ndarray]:
    """A factor for every view's depth: a scale, and a plane and a bump of a few per cent."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE
    fields = [np.ones((SIZE, SIZE))]
    for _ in range(count - 1):
        bump = np.exp(-((x - rng.random()) ** 2 + (y - rng.random()) ** 2) / 0.2)
        log = rng.uniform(-scale, scale) + 0.06 * (rng.normal() * x + rng.normal() * y + rng.normal() * bump)
        fields.append(np.exp(log))
    return fields


def errors(depths: list[np.ndarray], truth: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.abs(d / z - 1).ravel() for d, z in zip(depths[1:], truth[1:], strict=True)])


@pytest.mark.parametrize("circle", [0.0, 0.5])
def test_distorted_views_meet_all_the_way_around(circle):
    cameras, truth = ring(circle=circle)
    distorted = [(z * f).astype(np.float32) for z, f in zip(truth, smooth_fields(8, 1), strict=True)]
    views = [View(c, d) for c, d in zip(cameras, distorted, strict=True)]
    closure = close_loop(views)
    assert closure.changed and closure.warning is None and closure.overlaps >= 8
    assert (closure.depths[0] == truth[0]).all() and (closure.corrections[0] == 0).all()
    assert closure.drift_before > 0.1 and closure.drift_after < 5e-3
    assert closure.closing_after < 5e-3 < closure.closing_before
    before, after = errors(distorted, truth), errors(closure.depths, truth)
    assert np.median(after) < 0.025 and np.quantile(after, 0.9) < 0.08
    assert np.median(after) < 0.15 * np.median(before)
    for d, g, c in zip(closure.depths, distorted, closure.corrections, strict=True):
        assert np.allclose(np.log(d / g), c, atol=1e-5)


def test_scales_alone_are_found():
    cameras, truth = ring()
    rng = np.random.default_rng(0)
    scales = [1.0, *np.exp(rng.uniform(-1, 1, 7))]
    views = [View(c, (z * s).astype(np.float32)) for c, z, s in zip(cameras, truth, scales, strict=True)]
    after = errors(close_loop(views).depths, truth)
    assert np.median(after) < 5e-3 and np.quantile(after, 0.95) < 2e-2


def test_view_by_view_then_all_together_beats_view_by_view():
    cameras, truth = ring()
    given = [(z * f).astype(np.float32) for z, f in zip(truth, smooth_fields(8, 3), strict=True)]
    image = np.zeros((SIZE, SIZE, 3), np.float32)
    cloud, views, scaled = PointCloud.empty(), [], []
    for k, (camera, depth) in enumerate(zip(cameras, given, strict=True)):
        partial = project_cloud(cloud, camera)
        if k == 0:
            views.append(View(camera, depth))
            scaled.append(depth)
        else:
            alignment = align(depth, "metric", partial, camera, view=k)
            views.append(View(camera, alignment.depth))
            scaled.append(alignment.scaled)
        new = lift(image, views[-1].depth, camera, view=k, mask=~partial.known, sky_radius=50.0)
        cloud = merge(cloud, new, camera)
    one_by_one = errors([v.depth for v in views], truth)
    together = errors(close_loop(views, scaled=scaled).depths, truth)
    assert np.quantile(together, 0.9) < 0.6 * np.quantile(one_by_one, 0.9)
    assert np.median(together) < 0.03


def test_exact_depths_are_left_exactly_alone():
    for circle in (0.0, 0.5):
        cameras, truth = ring(circle=circle)
        closure = close_loop([View(c, z) for c, z in zip(cameras, truth, strict=True)])
        assert not closure.changed and closure.drift_before < 5e-4
        assert all((d == z).all() for d, z in zip(closure.depths, truth, strict=True))


def test_outliers_do_not_bend_the_rest():
    cameras, truth = ring()
    rng = np.random.default_rng(5)
    given = [(z * f).astype(np.float32) for z, f in zip(truth, smooth_fields(8, 2), strict=True)]
    spoilt = [given[0]]
    for d in given[1:]:
        wrong = rng.random(d.shape) < 0.2
        spoilt.append(np.where(wrong, d * np.exp(rng.uniform(0.1, 1.5, d.shape)), d).astype(np.float32))
    closure = close_loop([View(c, d) for c, d in zip(cameras, spoilt, strict=True)])
    corrected = [d * np.exp(c) for d, c in zip(given, closure.corrections, strict=True)]
    assert np.median(errors(corrected, truth)) < 0.04


def test_any_view_can_hold_the_gauge():
    cameras, truth = ring()
    given = [(z * f).astype(np.float32) for z, f in zip(truth, smooth_fields(8, 4), strict=True)]
    closure = close_loop([View(c, d) for c, d in zip(cameras, given, strict=True)], fixed=[3])
    assert (closure.depths[3] == given[3]).all() and not (closure.depths[0] == given[0]).all()


def test_a_rigid_motion_of_everything_changes_nothing():
    cameras, truth = ring()
    motion = yaw_pitch(50, 20, np.array([1.0, 2.0, 3.0]))
    given = [(z * f).astype(np.float32) for z, f in zip(truth, smooth_fields(8, 6), strict=True)]
    here = close_loop([View(c, d) for c, d in zip(cameras, given, strict=True)])
    moved = [c.at(motion @ c.world_from_camera) for c in cameras]
    there = close_loop([View(c, d) for c, d in zip(moved, given, strict=True)])
    for a, b in zip(here.depths, there.depths, strict=True):
        assert np.quantile(np.abs(a / b - 1), 0.99) < 5e-3


def test_sky_stays_sky_and_takes_no_part():
    room = furnished_room(0, open_top=True)
    cameras, _ = ring()
    truth = [see(room, c)[1] for c in cameras]
    given = [(z * f).astype(np.float32) for z, f in zip(truth, smooth_fields(8, 7), strict=True)]
    closure = close_loop([View(c, d) for c, d in zip(cameras, given, strict=True)])
    assert closure.drift_after < 5e-3
    assert all((np.isinf(d) == np.isinf(z)).all() for d, z in zip(closure.depths, truth, strict=True))
    assert all(np.isfinite(c).all() for c in closure.corrections)


def test_one_view_and_none():
    cameras, truth = ring()
    assert close_loop([]).depths == []
    closure = close_loop([View(cameras[0], truth[0])])
    assert (closure.depths[0] == truth[0]).all() and closure.warning is None and np.isnan(closure.drift_before)


def test_views_that_never_meet_are_said():
    cameras, truth = ring(4, fov=60)
    closure = close_loop([View(c, d) for c, d in zip(cameras, truth, strict=True)])
    assert "no two views" in (closure.warning or "") and not closure.changed


@pytest.mark.parametrize("count", [2, 3])
def test_a_few_views_that_all_meet_are_brought_together(count):
    cameras, truth = ring(24)
    fields = smooth_fields(count, 12)
    views = [View(c, (z * f).astype(np.float32)) for c, z, f in zip(cameras, truth, fields, strict=False)]
    closure = close_loop(views)
    assert closure.overlaps == count * (count - 1) // 2 and closure.drift_after < 5e-3 < closure.drift_before


def test_a_view_that_meets_no_other_is_named_and_stays(caplog):
    cameras, truth = ring()
    given = [(z * f).astype(np.float32) for z, f in zip(truth, smooth_fields(8, 11), strict=True)]
    kept = (0, 1, 2, 5)  # 5 is 135 degrees from 2 and from 0
    closure = close_loop([View(cameras[k], given[k]) for k in kept], names=kept)
    assert "view 5 sees nothing in common" in (closure.warning or "") and "view 5" in caplog.text
    assert np.allclose(closure.depths[3], given[5], rtol=1e-6) and closure.changed


def test_a_gauge_that_is_not_there_is_refused():
    cameras, truth = ring(4)
    views = [View(c, d) for c, d in zip(cameras, truth, strict=True)]
    with pytest.raises(InputError, match="fixed"):
        close_loop(views, fixed=[9])
    with pytest.raises(InputError, match="scaled"):
        close_loop(views, scaled=truth[:2])


def test_the_derivative_of_a_step_is_that_of_moving_the_point():
    """A pair's gain against finite differences: move view 0's surfaces by 1 per mille and measure again."""
    cameras, truth = ring(circle=0.5)
    base = _pairs(cameras[:2], truth[:2])[0]
    moved = _pairs(cameras[:2], [(truth[0] * np.float32(1.001)).astype(np.float32), truth[1]])[0]
    position = {(x, y): k for k, (x, y) in enumerate(zip(base.xi, base.yi, strict=True))}
    ours, theirs = zip(
        *((position[p], k) for k, p in enumerate(zip(moved.xi, moved.yi, strict=True)) if p in position), strict=True
    )
    measured = (moved.residual[list(theirs)] - base.residual[list(ours)]) / np.log(1.001)
    difference = np.abs(measured - base.gain[list(ours)])
    assert np.median(difference) < 0.01 and np.quantile(difference, 0.8) < 0.05
    assert np.abs(base.gain - 1).max() > 0.02  # the path does move


@pytest.mark.parametrize("fov", [70, 90])  # of neighbours alone, and of neighbours' neighbours at the rim
def test_sparse_and_dense_systems_have_one_solution(fov, monkeypatch):
    cameras, truth = ring(10, fov)
    given = [(z * f).astype(np.float32) for z, f in zip(truth, smooth_fields(10, 8), strict=True)]
    views = [View(c, d) for c, d in zip(cameras, given, strict=True)]
    sparse = close_loop(views)
    assert sparse.overlaps < 45  # not every view meets every other
    monkeypatch.setattr(loop, "DENSE_VIEWS", 2)
    monkeypatch.setattr(loop, "DENSE_FILL", 0.0)
    dense = close_loop(views)
    for a, b in zip(sparse.corrections, dense.corrections, strict=True):
        assert np.allclose(a, b, atol=1e-5)


def test_the_solution_of_blocks_solves_the_whole_system():
    rng = np.random.default_rng(0)
    rows = {(0, 2): rng.normal(size=(30, 5)), (2, 5): rng.normal(size=(30, 6))}  # views of 3, 2 and 4 unknowns
    place = {0: slice(0, 3), 2: slice(3, 5), 5: slice(5, 9)}
    whole = np.eye(9)
    for (a, b), r in rows.items():
        at = np.r_[place[a], place[b]]
        whole[np.ix_(at, at)] += r.T @ r
    right = rng.normal(size=9)
    blocks = {(a, b): whole[place[a], place[b]] for a in place for b in place if whole[place[a], place[b]].any()}
    assert (0, 5) not in blocks
    solution = loop._solve_blocks(blocks, {k: right[place[k]] for k in place})
    assert np.allclose(np.concatenate([solution[k] for k in place]), np.linalg.solve(whole, right))


def test_a_long_path_is_solved_from_a_bounded_number_of_samples(monkeypatch):
    cameras, truth = ring()
    given = [(z * f).astype(np.float32) for z, f in zip(truth, smooth_fields(8, 9), strict=True)]
    views = [View(c, d) for c, d in zip(cameras, given, strict=True)]
    full = errors(close_loop(views).depths, truth)
    monkeypatch.setattr(loop, "MAX_SAMPLES", 2000)
    pairs = _pairs(cameras, given)
    assert 1000 < sum(len(p.gain) for p in loop._thinned(pairs)) <= 2000 + len(pairs)
    thinned = errors(close_loop(views).depths, truth)
    assert np.median(thinned) < 1.2 * np.median(full) + 1e-3


def test_a_part_that_was_bent_to_meet_its_neighbours_does_not_bend_the_circle():
    """`scaled` is what counts: the depths that views had on the way, however bent, only say where they overlap."""
    cameras, truth = ring()
    given = [(z * f).astype(np.float32) for z, f in zip(truth, smooth_fields(8, 10), strict=True)]
    bump = np.exp(0.05 * np.sin(np.linspace(0, 40, SIZE)))[:, None].astype(np.float32)
    bent = [given[0], *((d * bump).astype(np.float32) for d in given[1:])]
    plain = close_loop([View(c, d) for c, d in zip(cameras, given, strict=True)])
    closed = close_loop([View(c, d) for c, d in zip(cameras, bent, strict=True)], scaled=given)
    for a, b in zip(plain.depths, closed.depths, strict=True):
        assert np.allclose(a, b, rtol=1e-5)
