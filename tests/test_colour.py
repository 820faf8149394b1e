"""The sRGB curve: its published values, its inverse, and its quick twin."""

from __future__ import annotations

import numpy as np
import pytest

from lucid3d.colour import linear_from_srgb, quick_srgb_from_linear, srgb_from_linear

KNOWN = [(0.0, 0.0), (0.04045, 0.0031308), (0.5, 0.21404114), (1.0, 1.0)]
"""(encoded, linear) of IEC 61966-2-1."""


@pytest.mark.parametrize(("encoded", "linear"), KNOWN)
def test_published_values(encoded: float, linear: float) -> None:
    assert float(linear_from_srgb(encoded, np.float64)) == pytest.approx(linear, abs=1e-7)
    assert float(srgb_from_linear(linear, np.float64)) == pytest.approx(encoded, abs=2e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_there_and_back(dtype: type) -> None:
    values = np.linspace(0, 1, 3 * 300 * 5).reshape(300, 5, 3)  # more rows than are decoded at a time
    back = srgb_from_linear(linear_from_srgb(values, dtype), dtype)
    assert back.dtype == dtype and back.shape == values.shape
    np.testing.assert_allclose(back, values, atol=2e-6)


def test_light_beyond_white_and_below_black() -> None:
    assert float(srgb_from_linear(4.0)) > 1.8
    assert float(linear_from_srgb(-0.01)) == pytest.approx(-0.01 / 12.92)


def test_the_quick_one_is_the_same_curve() -> None:
    light = np.random.default_rng(0).random((64, 64, 3), np.float32) ** 3
    np.testing.assert_allclose(quick_srgb_from_linear(light), srgb_from_linear(light), atol=3e-6)
    assert quick_srgb_from_linear(np.zeros((0, 3), np.float32)).shape == (0, 3)
