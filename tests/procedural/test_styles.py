"""Styles of the hand and of shapes: they change pictures and meshes, never what is where."""

from __future__ import annotations

import numpy as np
import pytest

from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.kit.shapes import sphere
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.render.shapes import SHAPES, styled
from lucid3d.procedural.render.strokes import STYLES, painted


def test_every_style_that_changes_something_has_a_word() -> None:
    assert set(SHAPES) | set(STYLES) <= set(load_catalogue().words.style)


@pytest.mark.parametrize(
    ("sentence", "style"),
    [("a low-poly island", "low_poly"), ("a voxel castle", "voxel"), ("a lego city street", "brick"),
     ("anime style school rooftop", "anime"), ("a clay model of a town", "clay"), ("a pixel art forest", "pixel")],
)  # fmt: skip
def test_styles_are_read(sentence: str, style: str) -> None:
    assert understand(sentence).style == style


@pytest.mark.parametrize("style", sorted(SHAPES))
def test_shapes_keep_their_place_and_their_names(style: str) -> None:
    ball = sphere((1.0, 0.0, 5.0), 1.5, palette.BRICK)
    ball.thing = "ball"
    (made,) = styled(Place([ball]), style).meshes
    assert made.thing == "ball" and made.label == ball.label
    np.testing.assert_allclose(made.bounds, ball.bounds, atol=0.45)


def test_cubes_are_closed_and_stand_on_a_grid() -> None:
    (made,) = styled(Place([sphere((1.0, 0.0, 5.0), 1.5, palette.BRICK)]), "voxel").meshes
    corners = made.vertices[made.triangles].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    along = np.abs(normals) / np.linalg.norm(normals, axis=1, keepdims=True)
    np.testing.assert_allclose(np.sort(along, axis=1), np.broadcast_to((0, 0, 1), along.shape), atol=1e-5)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_two_views_of_a_surface_are_painted_alike(style: str) -> None:
    """A wall at z = 4 in one light, seen from two places: where both see the same point, both paint the same."""
    x, y = np.meshgrid(np.linspace(-1, 1, 33), np.linspace(-1, 1, 33))
    wall = np.stack([x, y, np.full_like(x, 4.0)], axis=-1).astype(np.float32)
    image = np.full((*x.shape, 3), (0.5, 0.35, 0.2), np.float32)
    normals = np.broadcast_to(np.array([0, 0, -1], np.float32), wall.shape)
    labels = np.ones(x.shape, np.int32)
    seen = []
    for eye in (np.zeros(3, np.float32), np.array([0.7, 0.1, -1.0], np.float32)):
        seen.append(painted(image, style, wall - eye, eye, np.ones(x.shape, np.float32), normals, labels))
    assert (np.abs(seen[0] - seen[1]).max(axis=-1) < 0.02).mean() > 0.95
    assert np.isfinite(seen[0]).all() and seen[0].min() >= 0 and seen[0].max() <= 1


def test_no_style_leaves_a_picture_as_it_is() -> None:
    image = np.random.default_rng(0).random((4, 8, 3)).astype(np.float32)
    rays = np.ones((4, 8, 3), np.float32)
    flat = np.ones((4, 8), np.float32)
    assert painted(image, "", rays, np.zeros(3, np.float32), flat, rays, flat.astype(np.int32)) is image
