"""Corals, sponges and sea fans, their feet on the origin."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as
from lucid3d.procedural.kit.palettes import make
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import sphere, tube

HUES = ("#c8604a", "#d89a5a", "#b0508a", "#7a5aa8", "#d8c07a", "#c87a9a", "#5a8a7a", "#e0a878")


def _skin(rng: np.random.Generator) -> Material:
    return make("main coral", "mottled", HUES[int(rng.integers(len(HUES)))], None, None, scale=0.04, bump=0.008)


@made_as("coral")
def coral(rng: np.random.Generator, kind: str = "branch") -> Mesh:
    """A coral of 0.5 to 1 m: "branch", "brain", "fan", "table", "tube", "soft"."""
    parts, skin = Parts(), _skin(rng)
    if kind == "branch":

        def grow(at: np.ndarray, way: np.ndarray, radius: float, depth: int) -> None:
            end = at + way
            parts.add(
                tube(
                    [at, (at + end) / 2 + rng.normal(0, 0.02, 3), end],
                    [radius, radius * 0.9, radius * 0.75],
                    skin,
                    sides=6,
                )
            )
            for _ in range(3 if depth > 1 else 2) if depth else ():
                bend = way + rng.normal(0, 0.5, 3) * np.linalg.norm(way)
                bend[1] = -abs(bend[1]) - 0.04
                grow(end, bend / np.linalg.norm(bend) * np.linalg.norm(way) * 0.8, radius * 0.75, depth - 1)

        for _ in range(3):
            grow(
                np.array([*rng.normal(0, 0.08, 1), 0.05, *rng.normal(0, 0.08, 1)]),
                np.array([*rng.normal(0, 0.08, 1), -0.24, *rng.normal(0, 0.08, 1)]),
                0.045,
                3,
            )
    elif kind == "brain":
        dark = make("brain coral", "stone", skin.colors[0], None, None, scale=0.07, bump=0.03, variation=0.2)
        parts.add(sphere((0, -0.12, 0), (0.48, 0.36, 0.44), dark, subdivisions=3))
        for _ in range(3):
            x, z = rng.normal(0, 0.35, 2)
            parts.add(sphere((x, -0.05, z), float(rng.uniform(0.12, 0.24)), dark, subdivisions=2))
    elif kind == "fan":
        for k in range(15):
            turn = -1.2 + 2.4 * k / 14
            tip = np.array([0.55 * np.sin(turn), -0.25 - 0.5 * np.cos(turn), float(rng.normal(0, 0.03))])
            parts.add(tube(np.stack([0 * tip, tip * (0.4, 0.5, 1), tip]), [0.022, 0.012, 0.006], skin, sides=5))
        for r in (0.3, 0.45, 0.6, 0.75, 0.9):
            a = np.linspace(-1.2, 1.2, 17)
            parts.add(
                tube(
                    np.stack([0.55 * r * np.sin(a), r * (-0.25 - 0.5 * np.cos(a)), 0 * a], 1),
                    0.006,
                    skin,
                    sides=4,
                    caps=False,
                )
            )
    elif kind == "table":
        parts.add(tube([[0, 0.05, 0], [0, -0.3, 0]], [0.08, 0.12], skin, sides=8))

        for r, y in ((0.75, -0.36), (0.55, -0.4), (0.35, -0.42)):
            parts.add(tube([[0, y + 0.05, 0], [0, y, 0]], [r * 0.9, r], skin, sides=18))
        for _ in range(60):
            t, q = float(rng.uniform(0, 6.3)), 0.7 * float(rng.random()) ** 0.5
            parts.add(
                tube(
                    [[q * np.cos(t), -0.36, q * np.sin(t)], [q * np.cos(t), -0.47, q * np.sin(t)]],
                    [0.022, 0.014],
                    skin,
                    sides=5,
                )
            )

    elif kind == "tube":
        for _ in range(7):
            x, z = rng.normal(0, 0.14, 2)
            high, lean = float(rng.uniform(0.3, 0.75)), rng.normal(0, 0.1, 2)
            parts.add(
                tube(
                    [[x, 0.05, z], [x + lean[0] / 2, -high / 2, z + lean[1] / 2], [x + lean[0], -high, z + lean[1]]],
                    [0.05, 0.07, 0.085],
                    skin,
                    sides=10,
                )
            )
            parts.add(
                tube(
                    [[x + lean[0], -high - 0.005, z + lean[1]], [x + lean[0], -high - 0.012, z + lean[1]]],
                    0.055,
                    make("sponge mouth", "plain", "#241a22"),
                    sides=10,
                )
            )
    else:
        for _ in range(26):
            t, q = float(rng.uniform(0, 6.3)), 0.3 * float(rng.random()) ** 0.5
            lean = 0.35 * q
            base = np.array([q * np.cos(t), 0.02, q * np.sin(t)])
            end = base + np.array([lean * np.cos(t), -float(rng.uniform(0.25, 0.5)), lean * np.sin(t)])
            parts.add(tube([base, (base + end) / 2 + rng.normal(0, 0.03, 3), end], [0.02, 0.022, 0.03], skin, sides=6))
    return parts.mesh("plant")
