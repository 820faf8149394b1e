"""Turning a scene: positions, shapes and view-dependent colours must all turn together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lucid3d.errors import InputError
from lucid3d.export.frames import FRAMES, frame_rotation, rotate_gaussians, rotate_sh, sh_basis, sh_rotation
from tests.export.scenes import colors_seen, covariances, random_scene, some_directions


@pytest.mark.parametrize("name", FRAMES)
def test_frames_mirror_nothing(name: str) -> None:
    rotation = frame_rotation(name)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3))
    assert np.linalg.det(rotation) == pytest.approx(1)


@pytest.mark.parametrize("name", ["opengl", "gltf", "unreal-gltf"])
def test_down_becomes_minus_y(name: str) -> None:
    np.testing.assert_allclose(frame_rotation(name) @ (0, 1, 0), (0, -1, 0))


def test_unknown_frame_lists_the_known() -> None:
    with pytest.raises(InputError, match="opengl"):
        frame_rotation("maya")


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_basis_is_gsplats(degree: int) -> None:
    directions = some_directions(50)
    sh = np.random.default_rng(0).normal(size=(4, (degree + 1) ** 2, 3))
    ours = np.einsum("dk,nkc->ndc", sh_basis(directions, degree), sh) + 0.5
    np.testing.assert_allclose(ours, colors_seen(sh, directions), atol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_colours_turn_with_the_scene(seed: int) -> None:
    """What is seen along R d after turning is what was seen along d before, judged by gsplat's harmonics."""
    rotation = Rotation.random(random_state=seed).as_matrix()
    directions = some_directions()
    sh = random_scene(5, 3, seed).sh
    turned = rotate_sh(sh, rotation)
    np.testing.assert_allclose(colors_seen(turned, directions @ rotation.T), colors_seen(sh, directions), atol=1e-5)


def test_turning_is_a_group() -> None:
    first, second = Rotation.random(2, random_state=8).as_matrix()
    for band in (1, 2, 3):
        both = sh_rotation(band, second) @ sh_rotation(band, first)
        np.testing.assert_allclose(both, sh_rotation(band, second @ first), atol=1e-9)
        np.testing.assert_allclose(both @ both.T, np.eye(2 * band + 1), atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_shapes_turn_with_positions(seed: int) -> None:
    rotation = Rotation.random(random_state=seed + 20).as_matrix()
    scene = random_scene(30, 0, seed)
    turned = rotate_gaussians(scene, rotation)
    np.testing.assert_allclose(turned.means, scene.means @ rotation.T, atol=1e-5)
    expected = rotation @ covariances(scene.quats, scene.scales) @ rotation.T
    np.testing.assert_allclose(covariances(turned.quats, turned.scales), expected, atol=1e-6)
