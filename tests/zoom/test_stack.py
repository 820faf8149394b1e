"""The zoom stack: exact identities, and the statistics of its noise."""

from __future__ import annotations

import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.zoom.stack import (
    Geometry,
    agreement,
    area_matrix,
    blend,
    centre,
    render_images,
    render_noise,
    shrink,
    towards_photograph,
    white_matrix,
)
from tests.zoom.known import truths

RNG = np.random.default_rng(0)
CASES = [(32, (4.0, 4.0), 1), (32, (2.0, 2.0, 2.0), 1), (48, (1.5, 3.0), 1), (64, (4.0, 2.0), 8), (40, (2.7,), 1)]


def stack_of(geometry: Geometry, channels: int = 3) -> np.ndarray:
    shape = (len(geometry.factors) + 1, channels, geometry.size, geometry.size)
    return RNG.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(("size", "factors", "cell"), CASES)
def test_every_centre_is_the_next_level_shrunk(size: int, factors: tuple[float, ...], cell: int) -> None:
    geometry = Geometry(size, factors, cell)
    stack = stack_of(geometry)
    rendered = render_images(stack, geometry)
    assert np.array_equal(rendered[-1], stack[-1])
    for level in range(len(factors)):
        span = geometry.span(level, 1)
        assert abs(size / span / factors[level] - 1) < 0.35
        assert span % (2 * cell) == 0
        np.testing.assert_allclose(centre(rendered[level], span), shrink(rendered[level + 1], span), atol=1e-6)
        outside = np.ones((size, size), bool)
        centre(outside, span)[...] = False
        assert np.array_equal(rendered[level][:, outside], stack[level][:, outside])
    again = render_images(rendered, geometry)
    np.testing.assert_allclose(again, rendered, atol=1e-5)


def test_shrinking_by_a_whole_factor_is_the_mean_of_blocks() -> None:
    picture = RNG.normal(size=(2, 24, 24)).astype(np.float32)
    expected = picture.reshape(2, 6, 4, 6, 4).mean(axis=(2, 4))
    np.testing.assert_allclose(shrink(picture, 6), expected, atol=1e-6)
    np.testing.assert_allclose(area_matrix(7, 3).sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(("fine", "coarse"), [(32, 8), (32, 16), (48, 32), (40, 15)])
def test_noise_stays_white_exactly(fine: int, coarse: int) -> None:
    white = white_matrix(fine, coarse).astype(np.float64)
    np.testing.assert_allclose(white @ white.T, np.eye(coarse), atol=1e-5)
    if fine % coarse == 0:  # the paper's restoration: the deviation that the average divides by the factor
        np.testing.assert_allclose(white, area_matrix(fine, coarse) * np.sqrt(fine / coarse), atol=1e-5)


@pytest.mark.parametrize("factors", [(4.0, 4.0), (1.5, 2.0)])
def test_noise_over_a_thousand_draws(factors: tuple[float, ...]) -> None:
    """Mean, variance, whiteness and sharing, each within five standard errors of what it must be."""
    geometry, draws = Geometry(16, factors), 1000
    noise = np.random.default_rng(3).standard_normal((len(factors) + 1, draws, 16, 16)).astype(np.float32)
    rendered = render_noise(noise, geometry).astype(np.float64)
    for level in rendered:
        pixels = level.reshape(draws, -1)
        assert abs(pixels.mean()) < 5 / np.sqrt(pixels.size)
        assert abs(pixels.var() - 1) < 5 * np.sqrt(2 / pixels.size)
        assert np.abs(pixels.mean(axis=0)).max() < 5 / np.sqrt(draws)
        assert np.abs(pixels.var(axis=0) - 1).max() < 5 * np.sqrt(2 / draws)
        correlation = pixels.T @ pixels / draws - np.diag(pixels.var(axis=0))
        assert np.abs(correlation).max() < 5.5 / np.sqrt(draws)
        kurtosis = (pixels**4).mean()
        assert abs(kurtosis - 3) < 5 * np.sqrt(96 / pixels.size)
    for index in range(len(factors)):
        span = geometry.span(index, 1)
        inside = centre(rendered[index], span)
        matrix = white_matrix(16, span).astype(np.float64)
        np.testing.assert_allclose(inside, matrix @ rendered[index + 1] @ matrix.T, atol=1e-5)
        outside = np.ones((16, 16), bool)
        centre(outside, span)[...] = False
        other = rendered[index][:, outside].T @ rendered[index + 1].reshape(draws, -1) / draws
        assert np.abs(other).max() < 5.5 / np.sqrt(draws)


def test_plain_shrinking_of_noise_would_lose_its_variance() -> None:
    noise = np.random.default_rng(0).standard_normal((200, 32, 32)).astype(np.float32)
    assert abs(shrink(noise, 8).std() - 0.25) < 0.01


@pytest.mark.parametrize(("size", "factors", "cell"), CASES)
def test_blending_keeps_what_agrees(size: int, factors: tuple[float, ...], cell: int) -> None:
    geometry = Geometry(size, factors, cell)
    flat = np.full((len(factors) + 1, 3, size, size), 0.3, np.float32)
    np.testing.assert_allclose(blend(flat, geometry), flat, atol=1e-5)
    if all(size / geometry.span(i, 1) == round(factors[i]) for i in range(len(factors))):
        agreed = render_images(stack_of(geometry), geometry)
        np.testing.assert_allclose(blend(agreed, geometry), agreed, atol=1e-4)


def test_coarse_levels_give_the_low_frequencies_and_fine_ones_the_detail() -> None:
    geometry = Geometry(64, (4.0,))
    stack = np.zeros((2, 1, 64, 64), np.float32)
    stack[0] += 1  # the coarse level says bright, the fine one has a chequerboard about dark
    stack[1] += (np.indices((64, 64)).sum(axis=0) % 2) - 0.5
    blended = blend(stack, geometry)
    assert abs(blended[1].mean() - 0.5) < 1e-5  # two levels speak about the mean
    assert abs(blended[1].std() - 0.5) < 0.01  # one about the finest detail
    assert np.array_equal(blended[0], stack[0])


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_photograph_is_reached_by_gradient_steps(level: int) -> None:
    geometry = Geometry(32, (4.0, 2.0))
    stack = stack_of(geometry)
    photograph = RNG.normal(size=(3, 32, 32)).astype(np.float32)
    before = np.abs(render_images(stack, geometry)[level] - photograph).mean()
    moved = towards_photograph(stack, photograph, level, geometry, steps=4)
    after = np.abs(render_images(moved, geometry)[level] - photograph).mean()
    assert after < 0.07 * before  # half of what is left goes with every step
    assert np.array_equal(moved[:level], stack[:level])


def test_the_step_is_the_gradient_of_the_loss() -> None:
    torch = pytest.importorskip("torch")
    geometry = Geometry(16, (2.0,))
    stack, photograph = stack_of(geometry, 1), RNG.normal(size=(1, 16, 16)).astype(np.float32)
    step = towards_photograph(stack, photograph, 0, geometry, steps=1, rate=1.0) - stack
    levels = torch.tensor(stack, requires_grad=True)
    small = torch.nn.functional.avg_pool2d(levels[1], 2)
    rendered = levels[0].clone()
    rendered[:, 4:12, 4:12] = small
    (0.5 * (rendered - torch.tensor(photograph)) ** 2).sum().backward()
    gradient = levels.grad.numpy()
    np.testing.assert_allclose(step[0], -gradient[0], atol=1e-5)
    np.testing.assert_allclose(step[1], -gradient[1] * 4, atol=1e-5)


def test_agreement_is_the_psnr_of_the_overlap() -> None:
    geometry = Geometry(32, (4.0,))
    images = np.zeros((2, 32, 32, 3), np.float32)
    images[1] += 0.1
    assert abs(agreement(images, geometry)[0] - 20) < 0.01
    true = np.moveaxis(truths(2, 32, 4.0), 1, -1) / 2 + 0.5
    assert agreement(true, geometry)[0] > 30


def test_sizes_that_cannot_be_zoomed_are_refused() -> None:
    with pytest.raises(InputError, match="multiple of 16"):
        Geometry(40, (4.0,), 8)
    with pytest.raises(InputError, match="too few"):
        Geometry(2, (4.0,))
