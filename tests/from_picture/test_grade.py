"""Colours of what lies around a photograph."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.from_picture.grade import OPEN, SOLID, _veiled, match
from lucid3d.from_picture.picture import read_picture
from lucid3d.from_picture.surround import extend


def in_lab(rgb: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(np.asarray(rgb, np.float32)[None], cv2.COLOR_RGB2LAB)[0], np.float32)


@pytest.mark.parametrize("sky", [(0.0, 0.25, 0.85), (0.55, 0.7, 0.95), (0.95, 0.5, 0.2)])
def test_clouds_have_the_hue_of_their_sky(sky: tuple[float, float, float]) -> None:
    """From the sky to white in sRGB the hue stays: in CIE Lab a deep blue's way to white is violet."""
    lab = in_lab(np.array([sky]))
    detail = np.array([[20.0, -8.0, 25.0]])
    cloud = np.clip(cv2.cvtColor(_veiled(lab, detail)[None], cv2.COLOR_LAB2RGB)[0, 0], 0, 1)
    share = (cloud - sky) / (1 - np.array(sky))
    assert share.std() < 0.03 and 0.1 < share.mean() < 1


def test_what_is_darker_than_the_sky_keeps_its_detail() -> None:
    lab = in_lab(np.array([[0.5, 0.7, 0.9]]))
    np.testing.assert_allclose(_veiled(lab, np.array([[-7.0, 2.0, 3.0]])), lab + np.array([[-7, 2, 3]]), atol=1e-4)


@pytest.fixture(scope="module")
def wall() -> NDArray[np.float32]:
    """A picture without a sky: a bright, uneven wall."""
    rng = np.random.default_rng(0)
    smooth = cv2.GaussianBlur(rng.normal(size=(96, 128)).astype(np.float32), (0, 0), 4)
    return np.clip(0.62 + smooth[..., None] * 0.8 + [0.03, 0.0, -0.04], 0, 1).astype(np.float32)


def graded(
    picture: NDArray[np.float32], ahead: NDArray[np.float32], whole: NDArray[np.float32], kind: int
) -> NDArray[np.float32]:
    """`whole` in the colours of `picture`, as far from it as can be."""
    camera = Camera.from_fov(picture.shape[1], picture.shape[0], 60)
    canvas = extend(picture, read_picture(picture, camera.fx, "", "outdoors", 0.5), camera, 0)
    canvas.classes[:] = 3
    coarse = canvas.camera.resized(60, 50)
    seen = np.broadcast_to(ahead, (50, 60, 3)).astype(np.float32)
    kinds = np.full((50, 60), kind, np.uint8)
    whole_kinds = np.full(whole.shape[:2], kind, np.uint8)
    grade = match(canvas, seen, kinds, coarse, 0.0, None, whole, whole_kinds)
    behind = np.broadcast_to(np.array([0, 0, -1], np.float32), whole.shape)
    return grade.apply(whole, whole_kinds, np.ascontiguousarray(behind), 50.0)


def test_a_dark_wall_behind_is_as_light_as_the_picture(wall: NDArray[np.float32]) -> None:
    """The world is bright ahead and dark behind, the picture bright: nothing around stays in the dark."""
    whole = np.full((24, 48, 3), 0.12, np.float32)
    whole[:, 18:30] = 0.8
    shown = graded(wall, np.array([0.8, 0.8, 0.8]), whole, SOLID)
    assert shown[:, :12].mean() > 0.3


def test_a_sky_that_is_not_in_the_picture_is_no_wall(wall: NDArray[np.float32]) -> None:
    """A brown picture without a sky does not make the sky brown."""
    blue = np.broadcast_to(np.array([0.45, 0.62, 0.9], np.float32), (24, 48, 3)).copy()
    shown = graded(wall * np.array([0.5, 0.4, 0.25], np.float32), blue[0, 0], blue, OPEN)
    assert (shown[..., 2] > shown[..., 0]).all()
