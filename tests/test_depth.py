"""Depth sharpening: smeared edges become crisp, crisp ones and thin things stay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.depth import floating_pixels, nearest_index, sharpen_depth
from tests.analytic_room import furnished_room, see


def two_walls(size: int = 64) -> np.ndarray:
    depth = np.full((size, size), 6.0, np.float32)
    depth[:, size // 2 :] = 2.0
    return depth


def test_a_crisp_edge_stays():
    depth = two_walls()
    assert (sharpen_depth(depth) == depth).all()


@pytest.mark.parametrize("sigma", [0.7, 1.0, 1.5])
def test_a_smeared_edge_becomes_crisp(sigma):
    smeared = (1 / cv2.GaussianBlur(1 / two_walls(), (0, 0), sigma)).astype(np.float32)
    between = lambda d: ((d > 2.3) & (d < 4.8)).sum()  # noqa: E731
    assert between(smeared) > 64
    assert between(sharpen_depth(smeared)) == 0
    # Away from the edge nothing moves.
    assert (sharpen_depth(smeared)[:, :20] == smeared[:, :20]).all()


def test_blades_a_pixel_wide_stay():
    depth = np.full((64, 64), 6.0, np.float32)
    depth[10:, ::5] = 2.0
    depth[5:, 3::11] = 3.0
    assert (sharpen_depth(depth) == depth).all()


def test_grass_of_many_layers_stays():
    rng = np.random.default_rng(0)
    blades = rng.uniform(1, 8, (1, 96)) * rng.uniform(0.97, 1.03, (96, 1))
    depth = np.where(np.arange(96)[:, None] < rng.integers(20, 60, 96), 12.0, blades).astype(np.float32)
    assert (sharpen_depth(depth) == depth).all()


def test_an_exact_render_is_left_alone():
    _, depth = see(furnished_room(0), Camera.from_fov(256, 256, 90))
    assert (sharpen_depth(depth) == depth).all()


def test_a_slanted_floor_has_no_edges():
    rows = np.arange(1, 129, dtype=np.float32)[::-1, None]
    depth = np.repeat(200.0 / rows[::-1], 128, axis=1)
    assert not floating_pixels(depth.astype(np.float32)).any()


@pytest.mark.parametrize("size", [48, 64, 96])
def test_a_room_in_a_small_picture_has_no_smeared_edges(size):
    """Floor and walls change by more than the threshold from pixel to pixel here, and meet in corners."""
    for turn in range(0, 360, 45):
        _, depth = see(furnished_room(0, spheres=3, poles=1), Camera.from_fov(size, size, 90, yaw_pitch(turn, 0)))
        assert (sharpen_depth(depth) == depth).all()


def test_sky_is_a_surface_too():
    depth = two_walls()
    depth[:, :32] = np.inf
    assert (sharpen_depth(depth) == depth).all()
    assert np.isinf(sharpen_depth(np.full((4, 4), np.inf, np.float32))).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 2)])
def test_tiny_and_constant_maps_come_back(shape):
    depth = np.full(shape, 3.0, np.float32)
    assert (sharpen_depth(depth) == depth).all()


def test_the_input_is_not_changed_and_only_its_values_are_used():
    smeared = (1 / cv2.GaussianBlur(1 / two_walls(), (0, 0), 1.0)).astype(np.float32)
    copy = smeared.copy()
    result = sharpen_depth(smeared)
    assert (smeared == copy).all() and set(result.ravel()) <= set(smeared.ravel())


def test_nearest_index_agrees_with_brute_force():
    rng = np.random.default_rng(0)
    mask = rng.random((20, 30)) < 0.1
    rows, columns = np.divmod(nearest_index(mask), 30)
    assert mask[rows, columns].all()
    y, x = np.mgrid[:20, :30]
    candidates = np.argwhere(mask)
    best = np.sqrt(((y[..., None] - candidates[:, 0]) ** 2 + (x[..., None] - candidates[:, 1]) ** 2).min(-1))
    assert (np.hypot(y - rows, x - columns) <= best * 1.05 + 1e-6).all()  # the 5x5 distance mask is 2 % off
