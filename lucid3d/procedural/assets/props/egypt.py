"""Stones of an Egyptian temple: papyrus columns, obelisks, seated giants, sphinxes; rows of signs are cut into all."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh, made_as
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import sphere, tube

STONE = palette.make(
    "main temple sandstone", "mottled", "#b58f5e", "#a98452", "#7d5f3b", scale=1.1, bump=0.012, wear=0.5
)
CUT = palette.make("cut signs", "plain", "#6e5232", roughness=0.95)
PAINTS = tuple(palette.make(f"faded paint {i}", "plaster", hue, None, "#8d6f49", scale=0.4, wear=0.8)
               for i, hue in enumerate(("#7d3b25", "#2f5d63", "#b08a3a")))  # fmt: skip
SIGNS = 11
"""Strokes of one sign at most."""


def _signs(parts: Parts, rng: np.random.Generator, radius: float, low: float, high: float, step: float = 0.42) -> None:
    """Rows of small carved signs about a shaft of this radius, from y = -low to y = -high."""
    around = max(6, round(2 * np.pi * radius / step))
    for level in np.arange(low, high, step * 1.15):
        for k in range(around):
            a = 2 * np.pi * (k + 0.5) / around
            across = np.array([np.cos(a), 0, -np.sin(a)])
            centre = radius * np.array([np.sin(a), 0, np.cos(a)]) + np.array([0, -level, 0])
            for _ in range(int(rng.integers(2, 4))):
                off = rng.uniform(-0.3, 0.3, 2) * step
                at = centre + across * off[0] + np.array([0, off[1], 0])
                upright = rng.random() < 0.5
                reach = (across * 0.02 + np.array([0, 0.32 * step, 0])) if upright else across * 0.3 * step
                parts.beam(at - reach / 2, at + reach / 2, 0.05, 0.03, CUT)


@made_as("column")
def lotus_column(rng: np.random.Generator) -> Mesh:
    """A column of 6.4 m on a round base, its capital an open papyrus flower, painted bands, rows of signs."""
    parts = Parts()
    tall = 6.4
    parts.add(tube([[0, 0.1, 0], [0, -0.3, 0]], 1.05, STONE, sides=24))
    profile = [(0.3, 0.7), (0.9, 0.8), (2.2, 0.82), (4.6, 0.72), (4.9, 0.7), (5.2, 0.8), (5.7, 1.1), (5.95, 1.22)]
    parts.add(tube([[0, -h, 0] for h, _ in profile], [r for _, r in profile], STONE, sides=24))
    for h, paint in ((4.72, 0), (4.86, 1), (5.0, 2), (1.0, 1), (1.14, 0)):
        parts.add(tube([[0, -h, 0], [0, -h - 0.1, 0]], 0.86 if h < 2 else 0.76, PAINTS[paint], sides=24))
    parts.box((0, -6.15, 0), (1.7, 0.4, 1.7), STONE)
    parts.box((0, -tall - 0.25, 0), (2.0, 0.7, 4.9), STONE)
    _signs(parts, rng, 0.81, 1.6, 4.4)
    return parts.mesh("building")


@made_as("obelisk")
def obelisk(rng: np.random.Generator) -> Mesh:
    """A needle of 13 m with a gilded point and a column of signs on each side."""
    parts = Parts()
    gold = palette.make("gilded stone", "metal", "#c59a3c", "#b98d33", "#8a6826", scale=0.4, roughness=0.35)
    parts.box((0, -0.3, 0), (2.2, 0.8, 2.2), STONE)
    corners = [np.array([[s * w, -h, t * w] for s, t in ((-1, -1), (1, -1), (1, 1), (-1, 1))]) for h, w in
               ((0.6, 0.8), (11.6, 0.55))]  # fmt: skip
    for k in range(4):
        a, b = corners[0][k], corners[0][(k + 1) % 4]
        c, d = corners[1][(k + 1) % 4], corners[1][k]
        parts.quad([d, c, b, a], STONE)
        tip = np.array([0, -12.8, 0])
        parts.quad([tip, tip, c, d], gold)
        out = (a + b) / 2
        out = out * (1, 0, 1) / np.linalg.norm(out[[0, 2]])
        across = np.array([out[2], 0, -out[0]])
        for level in np.arange(1.4, 10.8, 0.6):
            at = out * (0.8 - 0.0227 * (level - 0.6) + 0.01) + np.array([0, -level, 0])
            for _ in range(int(rng.integers(2, 5))):
                off, up = rng.uniform(-0.25, 0.25, 2)
                reach = np.array([0, 0.3, 0]) if rng.random() < 0.5 else across * 0.34
                spot = at + across * off + np.array([0, up, 0])
                parts.beam(spot - reach / 2, spot + reach / 2, 0.07, 0.04, CUT)
    return parts.mesh("building")


@made_as("statue")
def seated_colossus() -> Mesh:
    """A king on his seat, 5 m high, hands on his knees, looking to -z."""
    parts = Parts()
    parts.box((0, -0.25, 0), (2.2, 0.5, 3.2), STONE)
    parts.box((0, -1.25, 0.7), (1.8, 1.5, 1.6), STONE)
    parts.box((0, -2.4, 1.4), (1.7, 1.9, 0.4), STONE)
    for s in (-1.0, 1.0):
        parts.add(tube([[s * 0.42, -0.5, -0.75], [s * 0.42, -1.9, -0.7]], [0.3, 0.27], STONE, sides=12))
        parts.add(tube([[s * 0.42, -2.05, -0.75], [s * 0.45, -2.1, 0.7]], [0.3, 0.34], STONE, sides=12))
        parts.box((s * 0.42, -0.6, -1.05), (0.42, 0.24, 0.8), STONE)
        parts.add(
            tube(
                [[s * 0.95, -3.5, 0.85], [s * 0.9, -2.6, 0.7], [s * 0.48, -2.36, -0.4]],
                [0.24, 0.22, 0.17],
                STONE,
                sides=10,
            )
        )
    parts.add(
        tube(
            [[0, -2.1, 0.75], [0, -2.9, 0.8], [0, -3.6, 0.85], [0, -3.85, 0.85]],
            [0.62, 0.66, 0.9, 0.4],
            STONE,
            sides=18,
        )
    )
    parts.add(sphere((0, -4.35, 0.75), 0.5, STONE))
    parts.add(
        tube(
            [[0, -3.6, 0.95], [0, -4.2, 0.95], [0, -4.8, 0.9], [0, -5.0, 0.85]], [0.72, 0.74, 0.6, 0.3], STONE, sides=18
        )
    )
    parts.box((0, -3.75, 0.42), (0.2, 0.5, 0.2), STONE)
    return parts.mesh("statue")


@made_as("statue")
def sphinx() -> Mesh:
    """A small sphinx lying on its plinth, looking to -z."""
    parts = Parts()
    parts.box((0, -0.3, 0), (1.1, 0.7, 2.9), STONE)
    parts.add(
        tube(
            [[0, -1.0, 1.25], [0, -1.05, 0.6], [0, -1.1, -0.4], [0, -1.15, -0.75]],
            [0.42, 0.48, 0.42, 0.34],
            STONE,
            sides=14,
        )
    )
    for s in (-1.0, 1.0):
        parts.add(tube([[s * 0.33, -0.8, -1.35], [s * 0.33, -0.82, -0.3]], 0.16, STONE, sides=10))
        parts.add(sphere((s * 0.36, -0.95, 0.95), 0.36, STONE))
    parts.add(tube([[0, -1.1, -0.62], [0, -1.55, -0.7], [0, -1.75, -0.7]], [0.4, 0.42, 0.2], STONE, sides=14))
    parts.add(sphere((0, -1.62, -0.82), 0.27, STONE))
    return parts.mesh("statue")
