"""Masks, pre-fill and seams."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lucid3d.families.diffusion.compositing import blank, block_unknown, composite, fill_slivers, prefill


@settings(max_examples=40, deadline=None)
@given(arrays(bool, (24, 40)))
def test_the_mask_grows_to_whole_cells_and_loses_no_hole(known: np.ndarray) -> None:
    unknown = block_unknown(known, 8)
    assert (unknown | known).all()  # every unknown pixel is painted
    cells = unknown.reshape(3, 8, 5, 8)
    assert (cells == cells[:, :1, :, :1]).all()
    assert all(
        unknown[8 * r, 8 * c] == (~known[8 * r : 8 * r + 8, 8 * c : 8 * c + 8]).any()
        for r in range(3)
        for c in range(5)
    )


@settings(max_examples=25, deadline=None)
@given(arrays(bool, (32, 48)), st.integers(0, 12), st.integers(0, 99))
def test_known_pixels_are_exact_for_any_mask(known: np.ndarray, feather: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    image, painted = rng.random((2, 32, 48, 3), dtype=np.float32)
    result = composite(painted, image, known, feather)
    assert np.array_equal(result[known], image[known])
    assert result.min() >= 0 and result.max() <= 1 and result.dtype == np.float32


def test_the_seam_disappears_and_far_pixels_stay() -> None:
    rng = np.random.default_rng(0)
    texture = (0.5 + 0.05 * rng.standard_normal((64, 64, 3))).astype(np.float32)
    painted = np.clip(texture + 0.2, 0, 1)  # a painter that comes back too bright
    known = np.zeros((64, 64), bool)
    known[:, :32] = True
    hard, soft = composite(painted, texture, known, 0), composite(painted, texture, known, 8)

    def step(image: np.ndarray) -> float:
        return float(abs((image[:, 32] - image[:, 31]).mean()))

    assert step(hard) > 0.15
    assert step(soft) < 0.02
    assert np.array_equal(soft[:, 41:], painted[:, 41:])
    # The texture of the painted side survives the blend: it is shifted, not smeared.
    assert soft[:, 33:36].std() > 0.8 * painted[:, 33:36].std()


def test_prefill_continues_colours_and_touches_nothing_known() -> None:
    y, x = np.mgrid[0:96, 0:128] / 96.0
    image = np.stack([0.3 + 0.2 * x, 0.6 - 0.2 * y, 0 * x + 0.5], axis=-1).astype(np.float32)
    known = np.ones((96, 128), bool)
    known[30:50, 40:70] = False
    hidden = np.where(known[..., None], image, 0).astype(np.float32)
    filled = prefill(hidden, known)
    assert np.array_equal(filled[known], image[known])
    assert np.abs(filled - image)[~known].max() < 0.06
    assert np.array_equal(prefill(image, np.ones_like(known)), image)
    assert (prefill(image, np.zeros_like(known)) == 0.5).all()


def test_slivers_are_filled_and_wide_holes_are_left() -> None:
    y, x = np.mgrid[0:96, 0:96] / 96
    image = np.stack([x, y, 0.5 + 0 * x], axis=-1).astype(np.float32)
    known = np.ones((96, 96), bool)
    known[20:24, 10:80] = False  # four pixels wide
    known[0:96, 90:94] = False  # along the border
    known[50:80, 20:60] = False  # a hole
    filled, covered = fill_slivers(np.where(known[..., None], image, np.nan).astype(np.float32), known, 16)
    assert covered[20:24, 10:80].all() and covered[:, 90:94].all()
    assert not covered[50:80, 20:60].any()
    assert np.array_equal(filled[known], image[known])
    assert np.abs(filled - image)[20:24, 12:78].max() < 0.05
    same, all_known = fill_slivers(image, np.ones((96, 96), bool), 16)
    assert same is image and all_known.all()


def test_blank_pictures_are_recognised() -> None:
    good = np.random.default_rng(0).random((8, 8, 3)).astype(np.float32)
    assert blank(good) == ""
    assert blank(0.05 * good) == ""  # night is not blank
    assert blank(np.zeros_like(good)) == "is black"
    assert "single colour" in blank(np.full_like(good, 0.5))
    assert "not numbers" in blank(np.full_like(good, np.nan))
