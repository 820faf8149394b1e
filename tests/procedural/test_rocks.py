"""Stones: solid, partly in the ground, rounder when asked, mossy and snowy on top."""

from __future__ import annotations

import numpy as np
import pytest

from lucid3d.procedural.assets.rocks import STONES, boulder, crystals, pebble, scree, stone, stone_shape


@pytest.mark.parametrize("kind", STONES)
def test_boulders_sit_in_the_ground(kind: str) -> None:
    prototype = boulder(np.random.default_rng(1), 1.2, kind)
    low, high = prototype.levels[0].bounds
    assert high[1] > 0.03 and low[1] < -0.25
    assert np.ptp([low[0], high[0]]) == pytest.approx(1.0, abs=0.5)
    assert [m.triangle_count for m in prototype.levels] == [5120, 1280, 320, 80]


def test_stones_are_closed_surfaces_that_face_outwards() -> None:
    vertices, triangles = stone(np.random.default_rng(3), 3, planes=10)
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    a, b, c = (vertices[triangles[:, i]].astype(np.float64) for i in range(3))
    assert np.einsum("ti,ti->t", np.cross(b - a, c - a), a).sum() / 6 > 0.02  # its volume, positive when facing out


def test_levels_are_the_same_stone() -> None:
    prototype = boulder(np.random.default_rng(8), 2.0)
    for mesh in prototype.levels[1:]:
        np.testing.assert_allclose(mesh.bounds, prototype.levels[0].bounds, atol=0.25)


def test_roundness_makes_pebbles() -> None:
    def spread(roundness: float) -> float:
        vertices, _ = stone(np.random.default_rng(0), 3, planes=7, roundness=roundness, rough=0.0, flat=1.0)
        radius = np.linalg.norm(vertices - vertices.mean(axis=0), axis=1)
        return float(radius.std() / radius.mean())

    assert spread(0.9) < spread(0.1)


def test_moss_and_snow_lie_on_top() -> None:
    def top_color(**cover: float) -> np.ndarray:
        shape = stone_shape(np.random.default_rng(2), 1.0, "granite", 4, **cover)
        return np.asarray(shape.colors[shape.normals[:, 1] < -0.85].mean(axis=0))

    plain, mossy, snowy = top_color(), top_color(moss=0.9), top_color(snow=1.0)
    assert mossy[1] > 1.3 * mossy[2] and snowy.mean() > 2 * plain.mean()


def test_small_stones_and_crystals() -> None:
    rng = np.random.default_rng(0)
    assert pebble(rng, 0.05).height < 0.05
    patch = scree(rng, count=12)
    assert patch.triangles(0) > patch.triangles(2)
    glowing = crystals(rng, 0.8, glow=1.5)
    assert max(glowing.levels[0].materials[0].emission) > 0.5
    assert glowing.height == pytest.approx(0.8, rel=0.25)
