"""Dragging: what moves as one stays what it was, what is held stays, and nothing happens without a drag."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lucid3d.camera import Camera
from lucid3d.editing.drag import as_rigid_as_possible, dragged
from lucid3d.errors import InputError
from lucid3d.export.frames import rotate_each, rotate_gaussians, rotate_sh
from lucid3d.gaussians import render
from lucid3d.gaussians.model import Gaussians
from tests.viewer.tiny_scene import gaussians_at

MIDDLE = np.array([0.3, 0.2, 3.0])
INF, NAN = float("inf"), float("nan")
TURN = Rotation.from_euler("yxz", [50, 20, -15], degrees=True).as_matrix()


def block(seed: int = 0) -> Gaussians:
    """Flat Gaussians of colours that depend on the view, all over a box."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*(np.linspace(-0.5, 0.5, 7),) * 3), axis=-1).reshape(-1, 3)
    shell = grid[np.abs(grid).max(axis=1) > 0.49] + MIDDLE
    found = gaussians_at(shell, rng.uniform(0.2, 0.8, shell.shape).astype(np.float32), sigma=0.09, sh_degree=2)
    found.sh[:, 1:] = rng.normal(0, 0.15, found.sh[:, 1:].shape)
    found.quats[:] = rng.normal(size=found.quats.shape)
    found.log_scales[:, 2] -= 1.5
    return found


def moved(gaussians: Gaussians) -> Gaussians:
    """The block turned about its middle, as a whole."""
    about = rotate_gaussians(replace(gaussians, means=gaussians.means - MIDDLE.astype(np.float32)), TURN)
    return replace(about, means=about.means + MIDDLE.astype(np.float32))


def test_no_drag_changes_no_bit() -> None:
    gaussians = block()
    region = gaussians.means[:, 0] > MIDDLE[0]
    found = dragged(gaussians, region, [gaussians.means[0]], [gaussians.means[0]])
    assert all((getattr(found, f.name) == getattr(gaussians, f.name)).all() for f in fields(found))


def test_a_turned_region_looks_like_the_turned_original() -> None:
    one, rest = block(), gaussians_at(np.array([[5.0, 0, 3]]), np.array([[0.5, 0.5, 0.5]], np.float32), sh_degree=2)
    both = Gaussians(*(np.concatenate([getattr(one, f.name), getattr(rest, f.name)]) for f in fields(one)))
    region = np.arange(len(both)) < len(one)
    corners = [0, 6, 40, len(one) - 1, len(one) - 7]
    handles = one.means[corners].astype(np.float64)
    targets = (handles - MIDDLE) @ TURN.T + MIDDLE
    found = dragged(both, region, handles, targets)
    expected = moved(one)
    np.testing.assert_allclose(found.means[region], expected.means, atol=2e-3)
    for x in (-0.6, 0.0, 0.5):
        pose = np.eye(4)
        pose[0, 3] = x
        camera = Camera.from_fov(96, 96, 40, pose)
        error = np.mean((render(found[region], camera).image - render(expected, camera).image) ** 2)
        assert -10 * np.log10(error) > 30
    assert all((getattr(found, f.name)[~region] == getattr(rest, f.name)).all() for f in fields(found))


def test_turning_each_by_the_same_is_turning_all() -> None:
    gaussians = block()
    each = rotate_each(gaussians, np.broadcast_to(TURN, (len(gaussians), 3, 3)).copy())
    np.testing.assert_allclose(each.sh, rotate_sh(gaussians.sh, TURN), atol=1e-5)
    np.testing.assert_allclose(np.abs(each.quats), np.abs(rotate_gaussians(gaussians, TURN).quats), atol=1e-5)


def test_a_bar_that_is_held_at_one_end_bends_and_keeps_its_length() -> None:
    places = np.stack(
        [np.repeat(np.linspace(0, 2, 21), 4), np.tile([0, 0, 0.1, 0.1], 21), np.tile([0, 0.1, 0, 0.1], 21)], 1
    )
    fixed = {n: places[n] for n in range(8)} | {n: places[n] + [-0.2, 0.6, 0] for n in range(80, 84)}
    found, turns = as_rigid_as_possible(places, fixed)
    np.testing.assert_allclose(np.linalg.det(turns), 1, atol=1e-6)
    for number, goal in fixed.items():
        np.testing.assert_allclose(found[number], goal)
    spine = found.reshape(21, 4, 3).mean(axis=1)
    length = np.linalg.norm(np.diff(spine, axis=0), axis=1).sum()
    assert length == pytest.approx(2.0, rel=0.1)
    rise = np.diff(spine[:, 1])
    assert (rise > -0.01).all()


@pytest.mark.parametrize(
    ("handles", "targets"),
    [([], []), ([[0, 0, 0]], []), ([[0, 0, NAN]], [[0, 0, 1]]), ([[0, 0, 0]], [[0, 0, INF]])],
)
def test_a_drag_that_makes_no_sense_is_refused(handles: list[list[float]], targets: list[list[float]]) -> None:
    gaussians = block()
    with pytest.raises(InputError):
        dragged(gaussians, np.ones(len(gaussians), bool), handles, targets)
    with pytest.raises(InputError, match="holds nothing"):
        dragged(gaussians, np.zeros(len(gaussians), bool), [[0, 0, 0]], [[0, 0, 1]])
