"""Light brighter than white: true radiance lent to a picture's detail."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lucid3d.colour import linear_from_srgb
from lucid3d.export.hdr import carry_radiance


def scene(height: int) -> np.ndarray:
    """Linear radiance of a sky with a sun 40 times brighter than white on the wrap, over a checkered ground."""
    latitude = (np.arange(height)[:, None] + 0.5) / height
    longitude = (np.arange(2 * height)[None] + 0.5) / (2 * height)
    sky = 0.3 + 0.4 * (1 - latitude) + 0 * longitude
    checks = 0.1 + 0.2 * ((np.floor(longitude * 64) + np.floor(latitude * 32)) % 2)
    radiance = np.where(latitude < 0.5, sky, checks)
    away = np.minimum(longitude, 1 - longitude)
    radiance[(away < 0.03) & (np.abs(latitude - 0.2) < 0.03)] = 40
    return np.repeat(radiance[..., None], 3, axis=2).astype(np.float32)


def srgb(linear: np.ndarray) -> np.ndarray:
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)


def test_detail_and_light_both_survive() -> None:
    true = scene(256)
    small = cv2.resize(true, (128, 64), interpolation=cv2.INTER_AREA)
    carried = carry_radiance(srgb(true), small)
    ground = carried[160:]
    assert np.abs(ground / true[160:] - 1).max() < 0.02  # the checks are as sharp as in the picture
    assert carried.max() == pytest.approx(40, rel=0.1)
    total = carried.sum() / true.sum()
    assert total == pytest.approx(1, abs=0.03)


def test_the_wrap_has_no_seam() -> None:
    true = scene(128)
    carried = carry_radiance(srgb(true), cv2.resize(true, (64, 32), interpolation=cv2.INTER_AREA))
    step = np.abs(np.diff(carried, axis=1)).mean(axis=(0, 2))
    assert np.abs(carried[:, 0] - carried[:, -1]).mean() <= np.percentile(step, 95) + 1e-6  # float32 ties


def test_what_is_not_clipped_is_the_picture_times_its_exposure() -> None:
    true = np.clip(scene(64), 0, 0.8)
    carried = carry_radiance(srgb(true), 3 * cv2.resize(true, (64, 32), interpolation=cv2.INTER_AREA))
    flat = true[:20, 20:100]
    assert np.abs(carried[:20, 20:100] / (3 * linear_from_srgb(srgb(flat))) - 1).max() < 0.05
