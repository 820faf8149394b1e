"""The zoom as a film: constant speed, no spike where levels change."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import median_filter

from lucid3d.zoom.film import changes, frame_count, zoom_frames
from lucid3d.zoom.stack import Geometry, render_images
from tests.zoom.known import truths


def spikes(change: np.ndarray) -> np.ndarray:
    """Each change relative to the median of the eleven about it: 1 where nothing stands out."""
    return change / np.maximum(median_filter(change, size=11, mode="nearest"), 1e-6)


def levels(factor: float, count: int = 3, size: int = 64) -> tuple[np.ndarray, Geometry]:
    geometry = Geometry(size, (factor,) * (count - 1))
    agreed = render_images(truths(count, size, factor), geometry)
    return np.moveaxis(agreed, 1, -1) / 2 + 0.5, geometry


@pytest.mark.parametrize("factor", [2.0, 4.0])
def test_no_frame_stands_out(factor: float) -> None:
    images, geometry = levels(factor)
    change = changes(zoom_frames(images, geometry, 61, 64))
    assert len(change) == 60 and change.min() > 0
    assert spikes(change).max() < 1.25


def test_a_switch_of_levels_would_be_found() -> None:
    images, _ = levels(4.0)
    images = np.array(images)
    images[1] = np.clip(images[1] + 0.25, 0, 1)  # the second level is brighter: cut to it and it shows
    frames = list(zoom_frames(images[:1], Geometry(64, ()), 20, 64)) + list(
        zoom_frames(images[1:2], Geometry(64, ()), 20, 64)
    )
    assert spikes(changes(frames)).max() > 3


def test_ends_are_the_levels_themselves() -> None:
    images, geometry = levels(4.0)
    frames = list(zoom_frames(images, geometry, 5, 64))
    assert np.abs(frames[-1] - images[-1]).max() < 1e-5
    assert np.abs(frames[0] - images[0]).mean() < 0.01
    # half way in log scale lies the level in the middle
    assert np.abs(frames[2] - images[1]).mean() < 0.01


def test_the_zoom_keeps_its_centre_and_its_speed() -> None:
    """A ring about the centre grows by the same factor from frame to frame."""
    size, geometry = 96, Geometry(96, (2.0,))
    side = (np.arange(size) + 0.5) / size - 0.5
    radius = np.hypot(*np.meshgrid(side, side))
    images = np.stack([np.exp(-(((radius / 2**level - 0.1) / 0.02) ** 2)) for level in (0, 1)])[..., None].repeat(3, -1)
    found = []
    for frame in zoom_frames(images.astype(np.float32), geometry, 5, size):
        weight = frame[..., 0]
        found.append((weight * radius).sum() / weight.sum())
        assert abs((weight * side).sum()) / weight.sum() < 1e-3
    ratios = np.array(found[1:]) / found[:-1]
    np.testing.assert_allclose(ratios, 2**0.25, rtol=0.06)


def test_frame_count_follows_the_magnification() -> None:
    assert frame_count(Geometry(64, (4.0,)), 20) == pytest.approx(50, abs=1)
    assert frame_count(Geometry(64, (4.0, 4.0)), 20) == pytest.approx(100, abs=1)
