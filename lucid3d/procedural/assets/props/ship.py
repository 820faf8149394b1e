"""A sailing ship to stand on: its deck with bulwarks, masts under sail, a wheel, hatches."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.arrays import f32
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, merge
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, tube

STERN, BOW = -13.0, 19.0
"""z of the ends of the deck, metres; the start stands at 0."""
BEAM = 4.1
"""Half the deck's greatest width."""
BULWARK = 0.95
FREEBOARD = 3.4
"""Metres from the deck down to below the waterline."""
DECK = palette.make("deck planks", "planks", "#a08a68", "#93805f", "#5a4c38", scale=0.16, bump=0.005, wear=0.5)
HULL = palette.make("main ship planks", "planks", "#4a3524", "#553d2a", "#2b2018", scale=0.24, bump=0.01, wear=0.5)
RAIL = palette.make("ship rail", "wood", "#6e4a2a", "#63422a", "#3c2a1b", scale=0.3, wear=0.3)
SPAR = palette.make("spar", "wood", "#8a6a42", "#7d6040", "#553f28", scale=0.3, wear=0.3)
CANVAS = Material("sailcloth", "fabric", ((0.74, 0.68, 0.56), (0.66, 0.6, 0.48)), scale=0.4, variation=0.3,
                  translucency=0.35)  # fmt: skip
ROPE = palette.make("tarred rope", "plain", "#3b2f22", roughness=0.9)


def half_width(z: np.ndarray) -> np.ndarray:
    """Half the deck's width in metres at z, of any shape: full amidships, a point at the bow, a flat stern."""
    t = np.clip((z - STERN) / (BOW - STERN), 0, 1)
    return np.asarray(
        BEAM * np.clip(1 - np.clip((t - 0.45) / 0.55, 0, 1) ** 2.2, 0.02, 1) * (0.82 + 0.18 * np.clip(t / 0.3, 0, 1))
    )


def deck() -> Mesh:
    """The planks, at y = 0, with hatches."""
    zs = np.linspace(STERN, BOW, 33)
    half = half_width(zs)
    floor = Parts()
    for z0, z1, h0, h1 in zip(zs, zs[1:], half, half[1:], strict=False):
        floor.quad([[-h0, 0, z0], [h0, 0, z0], [h1, 0, z1], [-h1, 0, z1]], DECK)
    for z in (2.0 + 7.4, -4.2):  # hatches
        floor.box((0, -0.2, z), (1.9, 0.4, 1.9), RAIL)
        for k in range(6):
            floor.box((-0.75 + 0.3 * k, -0.42, z), (0.07, 0.05, 1.7), SPAR)
    return floor.mesh("floor")


@made_as("railing")
def bulwarks() -> Mesh:
    """Bulwarks with a rail about the deck, and the hull below them."""
    zs = np.linspace(STERN, BOW, 33)
    half = half_width(zs)
    sides = Parts()
    for z0, z1, h0, h1 in zip(zs, zs[1:], half, half[1:], strict=False):
        for s in (-1.0, 1.0):
            a, b = (s * h0, z0), (s * h1, z1)
            sides.quad([[a[0], -BULWARK, a[1]], [b[0], -BULWARK, b[1]], [b[0], 0, b[1]], [a[0], 0, a[1]]], HULL)
            sides.quad(
                [[a[0], 0, a[1]], [b[0], 0, b[1]], [0.8 * b[0], FREEBOARD, b[1]], [0.8 * a[0], FREEBOARD, a[1]]], HULL
            )
            sides.beam((a[0], -BULWARK, a[1]), (b[0], -BULWARK, b[1]), 0.24, 0.1, RAIL)
            sides.beam((0.97 * a[0], -0.05, a[1]), (0.97 * a[0], -BULWARK, a[1]), 0.12, 0.12, RAIL)
    sides.span((-half[0], -BULWARK, STERN - 0.1), (half[0], FREEBOARD, STERN), HULL)
    sides.beam((-half[0], -BULWARK, STERN), (half[0], -BULWARK, STERN), 0.24, 0.1, RAIL)
    return sides.mesh("fence")


@made_as("mast")
def mast(rng: np.random.Generator, height: float = 17.0, canvas: Material = CANVAS) -> Mesh:
    """A mast at the origin with two square sails that the wind fills towards +z, and shrouds to the bulwarks."""
    parts = Parts()
    parts.add(tube([[0, 0.3, 0], [0, -height, 0]], 0.24, SPAR, sides=14))
    parts.add(cylinder((0, 0.05, 0), 0.42, 0.25, RAIL, sides=14))
    sails = []
    for low, high, wide in ((0.24, 0.56, 4.6), (0.6, 0.88, 3.5)):
        swing = 0.12 * float(rng.normal())
        for level in (low, high):
            side = wide * (1 if level == low else 0.86)
            parts.add(
                tube([[-side, -height * level, 0.3 + swing], [side, -height * level, 0.3 - swing]], 0.09, SPAR, sides=8)
            )
        u, v = np.meshgrid(np.linspace(-1, 1, 13), np.linspace(0, 1, 9))
        x = u * wide * (1 - 0.14 * v)
        y = -height * (low + (high - low) * v)
        z = 0.34 - swing * u + 1.1 * (1 - u**2) * np.sin(np.pi * np.clip(0.12 + 0.8 * v, 0, 1))
        first = np.arange(u.size).reshape(u.shape)
        a, b, c, d = first[:-1, :-1], first[:-1, 1:], first[1:, 1:], first[1:, :-1]
        triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
        uv = f32(np.stack([x, y], -1).reshape(-1, 2))
        points = f32(np.stack([x, y, z], -1).reshape(-1, 3))
        sails.append(Mesh(points, triangles, (canvas,), "boat", uv=uv).with_smooth_normals())
    for s in (-1.0, 1.0):
        for k in range(4):
            parts.add(tube([[s * 3.7, -BULWARK, -1.6 + 0.5 * k], [s * 0.2, -0.62 * height, 0]], 0.018, ROPE, sides=5))
        for k in range(9):
            t = 0.06 + 0.07 * k
            foot, head = np.array([s * 3.7, -BULWARK, -1.6]), np.array([s * 0.2, -0.62 * height, 0])
            other = np.array([s * 3.7, -BULWARK, -0.1])
            one, two = foot + (head - foot) * t, other + (head - other) * t
            parts.add(tube([one, two], 0.012, ROPE, sides=4))
    return merge([parts.mesh("boat"), *sails], "boat", one_instance=True)


@made_as("ship's wheel")
def wheel() -> Mesh:
    """A wheel on its stand, to be turned by one who looks to +z."""
    parts = Parts()
    parts.box((0, -0.45, 0.16), (0.34, 0.9, 0.3), RAIL)
    angles = np.linspace(0, 2 * np.pi, 25)
    parts.add(tube([[0.52 * np.sin(a), -1.0 - 0.52 * np.cos(a), 0] for a in angles], 0.035, RAIL, sides=8))
    for a in angles[:-1:3]:
        parts.beam((0, -1.0, 0), (0.72 * np.sin(a), -1.0 - 0.72 * np.cos(a), 0), 0.045, 0.045, RAIL)
    parts.add(cylinder((0, -0.93, 0), 0.1, 0.14, palette.STEEL, sides=10))
    return parts.mesh("object")
