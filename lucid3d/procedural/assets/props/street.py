"""Things to sit on and to see by: benches, street lamps, lanterns."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.props.timber import BROWN_WOOD, IRON, boards, rounds
from lucid3d.procedural.kit.arrays import UP, f32
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, merge
from lucid3d.procedural.kit.shapes import lathe


@made_as("bench")
def bench(rng: np.random.Generator, width: float = 1.6, *, back: bool = True) -> Mesh:
    """A park bench that looks to +z: slats on iron legs."""
    rows = np.linspace(-0.18, 0.2, 4)
    seat = np.stack([np.full(4, -width / 2), -0.45 + np.array([0.01, 0, 0, 0.012]), rows], axis=1)
    parts = [boards(seat, seat * [-1, 1, 1], UP, 0.092, 0.03, BROWN_WOOD, rng, sag=0.008, label="furniture")]
    if back:
        rest = np.stack([np.full(3, -width / 2), [-0.58, -0.7, -0.82], [-0.25, -0.28, -0.31]], axis=1)
        parts.append(boards(rest, rest * [-1, 1, 1], [0, -0.25, 1], 0.088, 0.026, BROWN_WOOD, rng, label="furniture"))
    for x in (-width * 0.4, width * 0.4):
        for line in (
            [[x, 0.03, 0.2], [x, -0.43, 0.17]],
            [[x, 0.03, -0.24], [x, -0.43, -0.2], [x, -0.86, -0.33]],
            [[x, -0.43, 0.19], [x, -0.43, -0.2]],
        ):
            parts.append(rounds(f32(line)[None], 0.022, IRON, rng, sides=6, knobbly=0.0, label="furniture"))
    return merge(parts, "furniture", one_instance=True)


@made_as("lamp")
def lamp_post(
    rng: np.random.Generator, height: float = 3.4, *, lit: bool = False
) -> tuple[Mesh, tuple[float, float, float]]:
    """An old street lamp and the place of its light (x, y, z), relative to its foot."""
    profile = [
        (0.16, 0),
        (0.16, 0.12),
        (0.11, 0.18),
        (0.12, 0.4),
        (0.075, 0.5),
        (0.06, 0.75),
        (0.05, height * 0.8),
        (0.075, height * 0.81),
        (0.045, height * 0.84),
        (0.04, height - 0.45),
        (0.1, height - 0.42),
        (0.1, height - 0.4),
    ]
    post = lathe(profile, IRON, sides=12, label="lamp")
    glow = (9.0, 6.3, 3.2) if lit else (0.0, 0.0, 0.0)
    glass = Material("lamp glass", "emissive" if lit else "glass", ((0.95, 0.9, 0.78),), emission=glow)
    lantern = lathe(
        [(0.02, height - 0.4), (0.085, height - 0.38), (0.14, height - 0.06), (0.02, height - 0.055)],
        glass,
        sides=6,
        label="lamp",
    )
    roof = lathe(
        [
            (0.0, height - 0.06),
            (0.18, height - 0.05),
            (0.17, height - 0.03),
            (0.07, height + 0.07),
            (0.03, height + 0.08),
            (0.03, height + 0.13),
            (0.0, height + 0.14),
        ],
        IRON,
        sides=6,
        label="lamp",
    )
    turn = np.arange(6) * np.pi / 3
    low = np.stack([0.088 * np.cos(turn), np.full(6, -height + 0.4), 0.088 * np.sin(turn)], axis=1)
    high = np.stack([0.146 * np.cos(turn), np.full(6, -height + 0.05), 0.146 * np.sin(turn)], axis=1)
    bars = rounds(f32(np.stack([low, high], axis=1)), 0.008, IRON, rng, sides=4, label="lamp")
    return merge([post, lantern, roof, bars], "lamp", one_instance=True), (0.0, -(height - 0.22), 0.0)


@made_as("lantern")
def lantern(
    rng: np.random.Generator, height: float = 0.32, *, lit: bool = True
) -> tuple[Mesh, tuple[float, float, float]]:
    """A storm lantern to stand on a pier or a step, and the place of its light."""
    glow = (7.0, 4.2, 1.6) if lit else (0.0, 0.0, 0.0)
    glass = Material("lantern glass", "emissive" if lit else "glass", ((0.98, 0.85, 0.6),), emission=glow)
    body = lathe([(0.085, 0.0), (0.085, 0.05), (0.06, 0.06)], IRON, label="lamp")
    bulb = lathe([(0.05, 0.06), (0.07, 0.12), (0.065, 0.19), (0.04, 0.22)], glass, label="lamp")
    cap = lathe([(0.055, 0.22), (0.08, 0.225), (0.04, 0.28), (0.0, height - 0.02)], IRON, label="lamp")
    turn = np.linspace(0, np.pi, 9)
    handle = np.stack([0.085 * np.cos(turn), -0.2 - 0.16 * np.sin(turn), 0 * turn], axis=1)
    return merge(
        [body, bulb, cap, rounds(f32(handle)[None], 0.004, IRON, rng, sides=4, label="lamp")], "lamp", one_instance=True
    ), (0.0, -0.15, 0.0)
