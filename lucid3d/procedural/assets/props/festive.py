"""What hangs on walls and stands by the road: banners, hitching posts, tables of rails, lanterns on strings."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh, made_as
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.shapes import cylinder, lathe, sphere, tube

BALLOONS = 9
BALLOON_HUES = ("#c8352c", "#2f6fb5", "#e2b33c", "#3f9a58", "#d8679a", "#e07b2f", "#7a56a8")


@made_as("banner")
def banner(rng: np.random.Generator, width: float = 1.1, length: float = 3.4) -> Mesh:
    """A long swallow-tailed banner that hangs from y = 0 on a wall at z = 0."""
    parts = Parts()
    hue = ("#8a1f24", "#23407a", "#2f5a3a", "#8a6a24")[int(rng.integers(4))]
    cloth = palette.make("main banner cloth", "fabric", hue, None, None, scale=0.02, bump=0.004)
    gold = palette.make("banner gold", "fabric", "#c09a3f", scale=0.02)
    h = width / 2
    ys = np.linspace(0, length, 8)
    for i in range(7):
        z0, z1 = (-0.1 - 0.05 * np.sin(1.7 * y) for y in ys[i : i + 2])
        parts.quad([[-h, ys[i], z0], [h, ys[i], z0], [h, ys[i + 1], z1], [-h, ys[i + 1], z1]], cloth)
    for s in (-1.0, 1.0):
        parts.quad([[0, length, -0.1], [s * h, length, -0.1], [s * h, length + 0.5, -0.1], [0, length, -0.1]], cloth)
        parts.box((s * (h - 0.06), length / 2, -0.17), (0.05, length, 0.01), gold, grain=1)
    parts.add(tube([[-h - 0.1, 0, -0.1], [h + 0.1, 0, -0.1]], 0.03, palette.BEAM, sides=8))
    parts.box((0, length * 0.4, -0.18), (0.5, 0.6, 0.015), gold)
    parts.box((0, length * 0.4, -0.19), (0.36, 0.44, 0.015), cloth, tint=0.7)
    return parts.mesh("fabric")


@made_as("fence")
def hitching_post(rng: np.random.Generator) -> Mesh:
    """A rail along x to tie horses to, and a trough."""
    parts = Parts()
    for x in (-1.2, 1.2):
        parts.add(cylinder((x, 0.2, 0), 1.25, 0.07, palette.LOGS, sides=9))
    parts.add(tube([[-1.5, -0.95, 0], [1.5, -0.95, 0]], 0.05, palette.LOGS, sides=9))
    if rng.random() < 0.5:
        parts.span((-0.8, -0.5, 0.35), (0.8, 0.0, 0.8), palette.GREY_WOOD, grain=0)
        parts.box(
            (0, -0.47, 0.575), (1.45, 0.02, 0.34), palette.make("trough water", "glass", "#2a3335", roughness=0.05)
        )
    return parts.mesh("fence")


def lantern_string(lit: bool, width: float = 5.4) -> tuple[Mesh, tuple[float, float, float]]:
    """Red paper lanterns on a cord across a street along x, hung at y = 0; and the middle of their light."""
    parts = Parts()
    skin = (
        palette.glowing("lantern paper", "#d8452a", (2.4, 0.55, 0.16))
        if lit
        else palette.make("main lantern paper", "fabric", "#a3321f", None, None, scale=0.02, translucency=0.5)
    )
    xs = np.linspace(-width / 2, width / 2, 9)
    ys = 0.5 * (1 - (2 * xs / width) ** 2)
    parts.add(tube(np.stack([xs, ys, 0 * xs], 1), 0.01, palette.IRON, sides=4))
    for x, y in zip(xs[1:-1], ys[1:-1], strict=True):
        parts.add(sphere((x, y + 0.26, 0), (0.17, 0.2, 0.17), skin, subdivisions=2))
        for d in (0.06, 0.46):
            parts.add(cylinder((x, y + d + 0.03, 0), 0.04, 0.07, palette.IRON, sides=10))
    mesh = parts.mesh("lamp")
    mesh.thing = "lantern"
    return mesh, (0.0, 0.9, 0.0)


@made_as("toy balloons")
def toy_balloons(rng: np.random.Generator) -> Mesh:
    """A bunch of balloons on ribbons that a small weight on the ground holds, 2.1 m tall."""
    parts = Parts()
    first = int(rng.integers(len(BALLOON_HUES)))
    parts.add(sphere((0, -0.05, 0), (0.07, 0.06, 0.07), palette.make("main balloon weight", "fabric", "#c9a23f")))
    ribbon = palette.make("balloon ribbon", "fabric", "#e6e2d8")
    for i in range(BALLOONS):
        hue = BALLOON_HUES[(first + i) % len(BALLOON_HUES)]
        skin = palette.make("main balloon skin", "plain", hue, None, None, roughness=0.25, translucency=0.25)
        turn, out = (
            2.4 * i + rng.uniform(-0.2, 0.2),
            0.13 * np.sqrt(i),
        )
        x, z, y = out * np.cos(turn), out * np.sin(turn), -1.95 + 0.32 * out / 0.3 + rng.uniform(-0.05, 0.05)
        size = rng.uniform(0.125, 0.15)
        angle = np.linspace(0, np.pi, 12)
        up = -size * np.cos(angle) * np.where(angle < np.pi / 2, 1.44, 1.18)  # drawn out towards the knot
        parts.add(lathe(np.stack([size * np.sin(angle), up], 1), skin, center=(x, y, z)))
        knot = y + 1.44 * size
        parts.add(tube([[x, knot, z], [0.35 * x, 0.5 * knot, 0.35 * z], [0, -0.08, 0]], 0.0025, ribbon, sides=4))
    return parts.mesh("object")


@made_as("neon sign")
def neon_sign(rng: np.random.Generator, lit: bool = True) -> tuple[Mesh, tuple[float, float, float]]:
    """An upright sign of a shop on a wall at z = 0, out towards -z: a dark case, glowing strokes that nobody
    can read."""
    hues = (
        ("#ff4f9a", (3.2, 0.5, 1.5)),
        ("#45d9ff", (0.4, 2.4, 3.2)),
        ("#ffb347", (3.2, 1.6, 0.4)),
        ("#9a6bff", (1.4, 0.7, 3.2)),
        ("#5dff9b", (0.5, 2.8, 1.2)),
        ("#ff5a3c", (3.4, 0.7, 0.3)),
    )
    color, glow = hues[int(rng.integers(len(hues)))]
    light = (
        palette.glowing(f"main neon {color}", color, glow) if lit else palette.make("main neon tube", "plain", color)
    )
    parts, high, wide = Parts(), float(rng.uniform(1.3, 3.0)), float(rng.uniform(0.5, 0.8))
    z = -0.25 - wide / 2
    parts.box((0, 0, z), (0.2, high, wide), palette.make("sign case", "plain", "#1d1e22"), grain=1)
    parts.beam((0, -high / 2 + 0.1, 0), (0, -high / 2 + 0.1, z), 0.05, 0.05, palette.IRON)
    parts.beam((0, high / 2 - 0.1, 0), (0, high / 2 - 0.1, z), 0.05, 0.05, palette.IRON)
    rows = max(2, round(high / wide))
    for side in (-0.12, 0.12):
        for r in range(rows):
            cy = -high / 2 + high * (r + 0.5) / rows
            for _ in range(4):
                tall = bool(rng.random() < 0.5)
                size = (0.03, 0.55 * high / rows if tall else 0.06, 0.06 if tall else 0.55 * wide)
                parts.box(
                    (
                        side,
                        cy + float(rng.uniform(-0.2, 0.2)) * high / rows,
                        z + float(rng.uniform(-0.22, 0.22)) * wide,
                    ),
                    size,
                    light,
                )
        for d in (-1, 1):
            parts.box((side, 0, z + d * wide * 0.47), (0.03, high * 0.98, 0.04), light, grain=1)
            parts.box((side, d * high * 0.485, z), (0.03, 0.04, wide * 0.94), light)
    return parts.mesh("sign"), (0.0, 0.0, z - 0.6)


@made_as("puddle")
def puddle(rng: np.random.Generator) -> Mesh:
    """A puddle about the origin, 1 to 2 m long, that mirrors what stands above it."""
    water = palette.make("puddle", "plain", "#45423e", "#45423e", "#45423e", roughness=1.0, wear=0.0)
    turn = np.arange(26) * 2 * np.pi / 26
    wave = sum(rng.uniform(0, 0.35 / k) * np.cos(k * turn + rng.uniform(0, 6.3)) for k in range(1, 5))
    ring = (0.55 * (1 + np.asarray(wave)))[:, None] * np.stack([0.75 * np.cos(turn), np.sin(turn)], 1)
    points = np.concatenate([np.zeros((1, 3)), np.stack([ring[:, 0], 0 * turn, ring[:, 1]], 1)]).astype(np.float32)
    k = np.arange(26)
    triangles = np.stack([0 * k, 1 + k, 1 + (k + 1) % 26], 1).astype(np.int32)
    normals = np.broadcast_to(np.array([0, -1, 0], np.float32), points.shape).copy()
    return Mesh(points, triangles, (water,), "water", normals=normals)


@made_as("garden bed")
def flower_bed(rng: np.random.Generator) -> Mesh:
    """A round bed of flowers in two colours behind a low edge."""
    parts = Parts()
    soil = palette.make("bed soil", "mottled", "#4b3a2a", "#3f3123", scale=0.1, bump=0.02)
    parts.add(cylinder((0, 0.03, 0), 0.14, 1.25, palette.GRANITE, sides=22))
    parts.add(cylinder((0, -0.1, 0), 0.05, 1.1, soil, sides=22))
    for ring, stuff in ((0.85, palette.pick(palette.PETALS, rng)), (0.4, palette.pick(palette.PETALS, rng))):
        for a in np.arange(0, 2 * np.pi, 0.5 / ring):
            spot = (ring * np.cos(a), -0.24, ring * np.sin(a))
            parts.add(clump(spot, (0.2, 0.12, 0.2), 34, 0.12, palette.LEAVES, rng))
            parts.add(clump((spot[0], -0.36, spot[2]), (0.2, 0.08, 0.2), 30, 0.07, stuff, rng))
    return parts.mesh("flower")


@made_as("stall")
def fair_booth(rng: np.random.Generator, lit: bool = False) -> tuple[Mesh, tuple[float, float, float]]:
    """A booth of a fair: a counter, prizes on shelves, a striped roof with bulbs."""
    parts = Parts()
    hue = ("#a3322a", "#2f5f9a", "#3f7a4a", "#7a3f8a")[int(rng.integers(4))]
    paint = palette.make("main booth paint", "planks", hue, None, None, scale=0.2, wear=0.3)
    pale = palette.make("booth cream", "plain", "#d8cfb8")
    parts.span((-2.0, -1.0, -0.9), (2.0, 0.05, -0.75), paint, grain=0)
    parts.box((0, -1.03, -0.85), (4.1, 0.06, 0.45), palette.OLD_WOOD)
    for s in (-1.0, 1.0):
        parts.span((s * 2.0 - 0.05, -2.7, -0.9), (s * 2.0 + 0.05, 0.05, 1.0), paint, grain=0)
    parts.span((-2.0, -2.7, 0.95), (2.0, 0.05, 1.05), pale, grain=0)
    for k in range(10):
        a, b = -2.3 + 0.46 * k, -2.3 + 0.46 * (k + 1)
        stripe = paint if k % 2 else pale
        parts.quad([[a, -3.4, 1.0], [b, -3.4, 1.0], [b, -2.7, -1.4], [a, -2.7, -1.4]], stripe)
        parts.quad([[a, -2.7, -1.4], [b, -2.7, -1.4], [b, -2.35, -1.4], [a, -2.35, -1.4]], stripe)
        if lit:
            glow = palette.glowing("booth bulb", "#ffe0a0", (6, 4, 1.8))
            parts.add(sphere((a + 0.23, -2.33, -1.42), 0.05, glow, subdivisions=1))
    for y in (1.35, 1.95):
        parts.box((0, -y, 0.75), (3.8, 0.05, 0.35), palette.OLD_WOOD)
        for x in np.arange(-1.7, 1.8, 0.34):
            toy = palette.make(
                f"prize {int(x * 9) % 5}",
                "plain",
                ("#c9662a", "#b83a5e", "#2f8a9a", "#d0a52e", "#6a4a9a")[int(x * 9) % 5],
            )
            parts.add(sphere((x, -y - 0.17, 0.75), 0.13, toy, subdivisions=2))
            parts.add(sphere((x, -y - 0.34, 0.72), 0.08, toy, subdivisions=1))
    return parts.mesh("stall"), (0.0, -2.2, -0.6)


@made_as("roller coaster")
def roller_coaster(rng: np.random.Generator) -> Mesh:
    """A loop of track on trestles, 60 m long and up to 22 m high, along x."""
    parts = Parts()
    rail = palette.make("main coaster rail", "plain", "#b8322a", roughness=0.4)
    post = palette.make("coaster post", "plain", "#d2d4d6", roughness=0.5)
    t = np.linspace(0, 2 * np.pi, 180)
    x, z = 30 * np.cos(t), 11 * np.sin(t)
    y = 9 + 7 * np.cos(2 * t + 0.4) + 4.5 * np.sin(3 * t)
    line = np.stack([x, -np.maximum(y, 1.5), z], 1)
    along = np.gradient(line, axis=0)
    side = np.stack([along[:, 2], 0 * t, -along[:, 0]], 1)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    for s in (-0.6, 0.6):
        parts.add(tube(line + s * side, 0.12, rail, sides=6))
    for i in range(0, 180, 2):
        parts.beam(line[i] - 0.6 * side[i], line[i] + 0.6 * side[i], 0.1, 0.1, rail)
    for i in range(0, 180, 6):
        for s in (-1.6, 1.6):
            foot = line[i] + s * side[i]
            parts.beam((foot[0], 0.2, foot[2]), line[i], 0.2, 0.2, post)
    return parts.mesh("object")
