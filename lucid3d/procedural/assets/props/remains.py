"""Old stones and what grows over them: graves, standing stones, pyramids, rubble, weeds."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.shapes import tube

OLD_STONE = palette.make("main old stone", "concrete", "#8d8b83", "#7b7a72", "#5f6150", scale=0.5, bump=0.008, wear=0.9)


@made_as("gravestone")
def gravestone(rng: np.random.Generator) -> Mesh:
    """An old headstone: round, pointed or a cross, a little out of true, with moss at its foot."""
    parts, kind = Parts(), int(rng.integers(4))
    stone = palette.painted(OLD_STONE, palette.shade(OLD_STONE.colors[0], float(rng.uniform(0.75, 1.15))))
    stone = Material(f"main {stone.name}", "concrete", stone.colors, scale=0.5, bump=0.008, wear=0.9)
    wide, high = float(rng.uniform(0.5, 0.75)), float(rng.uniform(0.7, 1.1))
    body = Parts()
    if kind == 3:
        body.box((0, -0.8, 0), (0.2, 1.6, 0.16), stone, grain=1)
        body.box((0, -1.12, 0), (0.8, 0.2, 0.16), stone, grain=0)
        body.box((0, -0.12, 0), (0.6, 0.3, 0.42), stone)
    else:
        body.span((-wide / 2, -high, -0.08), (wide / 2, 0.2, 0.08), stone, grain=-2)
        a = np.linspace(0, np.pi, 11) if kind < 2 else np.linspace(0, np.pi, 3)
        xs, ys = wide / 2 * np.cos(a), -high - wide * (0.5 if kind == 0 else 0.3) * np.sin(a)
        for i in range(len(a) - 1):
            for z in (-0.08, 0.08):
                body.quad([[0, -high, z], [xs[i], ys[i], z], [xs[i + 1], ys[i + 1], z], [0, -high, z]], stone)
            body.quad(
                [
                    [xs[i], ys[i], -0.08],
                    [xs[i + 1], ys[i + 1], -0.08],
                    [xs[i + 1], ys[i + 1], 0.08],
                    [xs[i], ys[i], 0.08],
                ],
                stone,
            )
        for k in range(3):
            body.box(
                (0, -high * 0.85 + 0.14 * k, -0.085),
                (wide * 0.6 * float(rng.uniform(0.6, 1)), 0.03, 0.012),
                palette.IRON,
                tint=1.4,
            )
    parts.add(body, placement([0, 0, 0], tilt=float(rng.normal(0, 0.06)), tilt_yaw=float(rng.uniform(0, 6))))
    if rng.random() < 0.5:
        parts.box((0, -0.05, -0.95), (0.8, 0.16, 1.7), stone, grain=2)
    parts.add(clump((0, -0.06, -0.14), (wide * 0.6, 0.1, 0.12), 40, 0.09, palette.IVY, rng))
    return parts.mesh("statue")


@made_as("pyramid")
def pyramid(rng: np.random.Generator, height: float = 42.0) -> Mesh:
    """A pyramid of stone courses, an entrance on its front."""
    parts = Parts()
    stone = palette.make(
        "main pyramid stone", "brick", "#c2a472", "#b39564", "#8b7148", scale=2.2, bump=0.05, wear=0.9, variation=0.6
    )
    steps, half = 36, height * 0.78
    for k in range(steps):
        h = half * (1 - k / steps)
        y0, y1 = height * k / steps, height * (k + 1) / steps
        parts.span(
            (-h, -y1, -h), (h, -y0 + (1.0 if not k else 0), h), stone, grain=-2, tint=float(rng.uniform(0.92, 1.06))
        )
    parts.box((0, -2.2, -half + 0.2), (2.2, 4.4, 2.0), palette.SANDSTONE)
    parts.box((0, -1.7, -half - 0.85), (1.3, 3.2, 0.1), palette.make("entrance", "plain", "#1a140d"))
    return parts.mesh("building")


@made_as("standing stone")
def standing_stone(rng: np.random.Generator) -> Mesh:
    """A rough upright stone of 2.5 to 3.5 m."""
    high, n = float(rng.uniform(2.5, 3.6)), 9
    stone = palette.make("main megalith", "rock", "#8a887f", "#777569", "#5f6450", scale=0.9, bump=0.05, wear=0.9)
    t = np.linspace(0, 1, n)
    wide = (0.55 + 0.12 * np.sin(3 * t + float(rng.uniform(0, 6)))) * (1 - 0.25 * t)
    sway = 0.1 * np.sin(2 * t + float(rng.uniform(0, 6)))
    mesh = tube(np.stack([sway, 0.4 - (high + 0.4) * t, 0.05 * np.cos(4 * t)], 1), wide, stone, sides=10)
    corners = mesh.vertices
    corners[:, 2] *= np.float32(0.55)
    corners += rng.normal(0, 0.012, corners.shape).astype(np.float32)
    mesh.label = "rock"
    return Mesh(corners, mesh.triangles, (stone,), "rock")


@made_as("rubble")
def rubble_heap(rng: np.random.Generator) -> Mesh:
    """What has come down from a building: slabs, bricks, bent rods."""
    parts = Parts()
    grey = palette.make("main rubble", "concrete", "#857f74", "#777166", "#524c43", scale=0.9, bump=0.02, wear=1.0)
    for _ in range(22):
        size = float(rng.lognormal(-1.2, 0.5))
        x, z = rng.normal(0, 0.7, 2)
        high = max(0.0, 0.55 - 0.4 * float(np.hypot(x, z)))
        piece = Parts()
        stuff = palette.BRICK if rng.random() < 0.3 else grey
        piece.box((0, 0, 0), (size * 1.6, size * 0.4, size), stuff, tint=float(rng.uniform(0.75, 1.15)))
        parts.add(piece, placement([x, -high, z], yaw=float(rng.uniform(0, 6)), tilt=float(rng.normal(0, 0.4))))
    for _ in range(4):
        x, z = rng.normal(0, 0.5, 2)
        parts.add(tube([[x, 0, z], [x + 0.2, -0.6, z], [x + 0.6, -0.9, z + 0.2]], 0.015, palette.IRON, sides=4))
    return parts.mesh("rock")


@made_as("grass")
def weeds(rng: np.random.Generator) -> Mesh:
    """Weeds that have come up through a crack."""
    parts = Parts()
    leaf = palette.make("weeds", "leaf", "#6f7f42", "#808f4e", "#4c5a2c", scale=0.05, translucency=0.3, variation=0.6)
    for _ in range(3):
        x, z = rng.normal(0, 0.25, 2)
        high = float(rng.uniform(0.12, 0.4))
        parts.add(clump((x, -high / 2, z), (0.12, high / 2, 0.12), 26, 0.2, leaf, rng))
    return parts.mesh("grass")
