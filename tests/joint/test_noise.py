"""Noise on the sphere: mean, variance, whiteness, and how much overlapping views share."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.joint.noise import SphereNoise, fibonacci_sphere
from lucid3d.joint.ring import ring_cameras

SIZE, DRAWS = 12, 1000
PIXELS = SIZE * SIZE
CAMERAS = ring_cameras(SIZE)


@pytest.fixture(scope="module")
def sphere() -> SphereNoise:
    return SphereNoise.over(CAMERAS)


@pytest.fixture(scope="module")
def covariance(sphere: SphereNoise) -> np.ndarray:
    """The exact covariance of all pixels of all views."""
    return (sphere.weights @ sphere.weights.T).toarray().astype(np.float64)


@pytest.fixture(scope="module")
def draws(sphere: SphereNoise) -> np.ndarray:
    """(DRAWS, V * pixels) of 1,000 draws."""
    rng = np.random.default_rng(3)
    return np.concatenate([sphere.draw(rng, 50).reshape(-1, 50).T for _ in range(DRAWS // 50)]).astype(np.float64)


def test_every_view_is_exactly_white_and_of_unit_variance(covariance: np.ndarray) -> None:
    for view in range(len(CAMERAS)):
        own = slice(view * PIXELS, (view + 1) * PIXELS)
        assert np.abs(covariance[own, own] - np.eye(PIXELS)).max() < 1e-5


def test_a_thousand_draws_have_mean_zero_and_variance_one(draws: np.ndarray) -> None:
    assert draws.shape == (DRAWS, len(CAMERAS) * PIXELS)
    assert np.abs(draws.mean(axis=0)).max() < 5 / np.sqrt(DRAWS)
    assert np.abs(draws.var(axis=0) - 1).max() < 5 * np.sqrt(2 / DRAWS)
    assert stats.kstest(draws[:, ::97].ravel(), "norm").pvalue > 1e-3


def test_a_thousand_draws_are_white_within_a_view(draws: np.ndarray) -> None:
    for view in range(len(CAMERAS)):
        values = draws[:, view * PIXELS : (view + 1) * PIXELS]
        correlation = values.T @ values / DRAWS
        np.fill_diagonal(correlation, 0)
        assert np.abs(correlation).max() < 6 / np.sqrt(DRAWS)
        # their squares are those of independent numbers: the mean square is 1 / draws
        assert (correlation**2).sum() / (PIXELS * (PIXELS - 1)) == pytest.approx(1 / DRAWS, rel=0.1)
        grid = values.reshape(DRAWS, SIZE, SIZE)
        power = (np.abs(np.fft.fft2(grid)) ** 2).mean(axis=0) / PIXELS
        assert np.abs(power - 1).max() < 6 * np.sqrt(2 / DRAWS)


def test_a_thousand_draws_share_what_the_points_say(draws: np.ndarray, covariance: np.ndarray) -> None:
    """Correlations across neighbouring views: m / sqrt(n_a n_b), counted here point by point."""
    points = fibonacci_sphere(round(SphereNoise.over(CAMERAS).weights.shape[1]))
    numbers = []
    for camera in CAMERAS[:2]:
        pixels, depth = camera.project(points)
        with np.errstate(invalid="ignore"):
            inside = (depth > 0) & (pixels >= 0).all(axis=1) & (pixels < SIZE).all(axis=1)
        flat = np.full(len(points), -1)
        flat[inside] = pixels[inside, 1].astype(int) * SIZE + pixels[inside, 0].astype(int)
        numbers.append(flat)
    counts = np.zeros((PIXELS, PIXELS))
    both = (numbers[0] >= 0) & (numbers[1] >= 0)
    np.add.at(counts, (numbers[0][both], numbers[1][both]), 1)
    held = [np.bincount(each[each >= 0], minlength=PIXELS) for each in numbers]
    stated = counts / np.sqrt(held[0][:, None] * held[1][None, :])
    assert np.abs(covariance[:PIXELS, PIXELS : 2 * PIXELS] - stated).max() < 0.05  # single precision at pixel borders
    measured = draws[:, :PIXELS].T @ draws[:, PIXELS : 2 * PIXELS] / DRAWS
    assert np.abs(measured - stated).max() < 6 / np.sqrt(DRAWS)
    assert stated.max() > 0.6
    # the noise that an overlap shares is all there: what view 0 holds of a pixel of view 1 adds up to its weight
    whole = (stated**2).sum(axis=1)
    assert whole.max() > 0.4


def test_one_pose_has_one_noise_and_opposite_views_share_nothing(covariance: np.ndarray) -> None:
    twice = SphereNoise.over([CAMERAS[2], CAMERAS[2]])
    drawn = twice.draw(np.random.default_rng(0), 3)
    assert np.array_equal(drawn[0], drawn[1])
    assert not covariance[:PIXELS, 4 * PIXELS : 5 * PIXELS].any()


def test_the_same_seed_draws_the_same_noise(sphere: SphereNoise) -> None:
    first, again = (sphere.draw(np.random.default_rng(8), 4) for _ in range(2))
    assert first.tobytes() == again.tobytes()


def test_views_of_two_sizes_are_refused() -> None:
    with pytest.raises(InputError, match="one size"):
        SphereNoise.over([CAMERAS[0], Camera.from_fov(8, 8, 90)])


def test_views_too_fine_for_the_sphere_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lucid3d.joint.noise.MAX_POINTS", 10_000)
    with pytest.raises(InputError, match="image_size"):
        SphereNoise.over([Camera.from_fov(64, 64, 5, yaw_pitch(0, 0))])
