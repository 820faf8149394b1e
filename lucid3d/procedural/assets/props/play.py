"""What stands on playgrounds and fairgrounds. Feet at the origin, fronts towards -z."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube

CHAIN = palette.make("chain", "metal", "#8a8f93", roughness=0.4, scale=0.2)
BRIGHT = ("#b83a2e", "#2f6aa8", "#d0a52e", "#3f8a4a", "#c9662a", "#7a4a9a")


def paint(rng: np.random.Generator, name: str = "main paint") -> Material:
    """Bright lacquer."""
    return palette.make(name, "plain", BRIGHT[int(rng.integers(len(BRIGHT)))], None, None, roughness=0.4, wear=0.2)


@made_as("swing")
def swings(rng: np.random.Generator, seats: int = 2) -> Mesh:
    """A frame of steel tubes with seats on chains."""
    parts, frame = Parts(), paint(rng)
    half, high = 0.85 * seats, 2.4
    parts.add(tube([[-half, -high, 0], [half, -high, 0]], 0.05, frame, sides=12))
    for x in (-half, half):
        for z in (-1.0, 1.0):
            parts.add(tube([[x, -high, 0], [x + np.sign(x) * 0.25, 0.05, z]], 0.045, frame, sides=12))
        parts.add(
            tube([[x + np.sign(x) * 0.17, -0.8, -0.67], [x + np.sign(x) * 0.17, -0.8, 0.67]], 0.03, frame, sides=8)
        )
    for k in range(seats):
        x, swing = (k - (seats - 1) / 2) * 1.5, float(rng.uniform(-0.25, 0.25))
        for side in (-0.23, 0.23):
            parts.add(tube([[x + side, -high, 0], [x + side, -0.5, swing]], 0.012, CHAIN, sides=5))
        parts.box((x, -0.48, swing), (0.52, 0.035, 0.2), palette.make("seat", "plain", "#2a2826"))
    return parts.mesh("object")


@made_as("slide")
def slide(rng: np.random.Generator) -> Mesh:
    """A slide that comes down towards -z, with a ladder, a platform and a little roof."""
    parts, wood = Parts(), palette.OLD_WOOD
    chute = palette.make("main slide", "plain", BRIGHT[int(rng.integers(2))], roughness=0.3, wear=0.1)
    high = 1.7
    run = np.linspace(0, 1, 12)
    z = -0.6 - 2.9 * run
    y = -high + (high - 0.25) * (run - 0.1 * np.sin(np.pi * run)) ** 0.92
    for i in range(11):
        a, b = (z[i], y[i]), (z[i + 1], y[i + 1])
        parts.quad([[-0.27, a[1], a[0]], [0.27, a[1], a[0]], [0.27, b[1], b[0]], [-0.27, b[1], b[0]]], chute)
        for s in (-1.0, 1.0):
            parts.quad(
                [
                    [s * 0.27, a[1] + 0.03, a[0]],
                    [s * 0.3, a[1] - 0.2, a[0]],
                    [s * 0.3, b[1] - 0.2, b[0]],
                    [s * 0.27, b[1] + 0.03, b[0]],
                ],
                chute,
            )
    for s in (-1.0, 1.0):
        parts.add(tube(np.stack([0 * run + s * 0.3, y - 0.21, z], 1), 0.025, chute, sides=8))
        for zz in (-0.55, 0.55):
            parts.box((s * 0.55, -1.55, zz), (0.1, 3.1, 0.1), wood, grain=1)
        parts.box((s * 0.55, -high - 0.75, 0), (0.05, 0.07, 1.1), wood)
        for k in range(4):
            parts.box((s * 0.55, -high - 0.38, -0.4 + 0.27 * k), (0.03, 0.7, 0.06), wood, grain=1)
        parts.beam((s * 0.35, 0.02, 1.35), (s * 0.35, -high - 0.1, 0.58), 0.07, 0.05, wood)
    parts.box((0, -high + 0.03, 0), (1.2, 0.07, 1.2), wood, grain=2)
    for k in range(6):
        t = (k + 1) / 7
        parts.box((0, -high * t, 1.35 - 0.77 * t), (0.7, 0.04, 0.09), wood)
    roof = paint(rng, "roof paint")
    for s in (-1.0, 1.0):
        parts.quad([[-0.75, -3.65, 0], [0.75, -3.65, 0], [0.75, -3.0, s * 0.75], [-0.75, -3.0, s * 0.75]], roof)
    return parts.mesh("object")


@made_as("seesaw")
def seesaw(rng: np.random.Generator) -> Mesh:
    """A seesaw along x."""
    parts, board = Parts(), paint(rng)
    parts.beam((-1.5, -0.3, 0), (1.5, -0.85, 0), 0.22, 0.06, board)
    for s in (-1.0, 1.0):
        parts.beam((s * 0.05, -0.6, -0.25), (s * 0.2, 0.05, -0.25), 0.07, 0.07, CHAIN)
        x, y = 1.15 * s, -0.3 - 0.275 * (1.15 * s + 1.5) / 1.5
        parts.add(tube([[x, y - 0.05, 0], [x, y - 0.35, 0]], 0.02, CHAIN, sides=6))
        parts.add(tube([[x, y - 0.35, -0.17], [x, y - 0.35, 0.17]], 0.02, CHAIN, sides=6))
    parts.add(tube([[0, -0.57, -0.35], [0, -0.57, 0.35]], 0.05, CHAIN, sides=8))
    return parts.mesh("object")


@made_as("climbing frame")
def climbing_frame(rng: np.random.Generator, radius: float = 1.6) -> Mesh:
    """A dome of tubes to climb on."""
    parts, steel = Parts(), paint(rng)
    for level in range(4):
        a = level * np.pi / 8
        turn = np.linspace(0, 2 * np.pi, 25)
        wide, y = radius * np.cos(a), -radius * np.sin(a) - 0.05
        parts.add(tube(np.stack([wide * np.cos(turn), 0 * turn + y, wide * np.sin(turn)], 1), 0.022, steel, sides=6))
    for k in range(8):
        t, rise = k * np.pi / 4, np.linspace(0, np.pi / 2, 9)
        r = radius * np.cos(rise)
        parts.add(
            tube(np.stack([r * np.cos(t), -radius * np.sin(rise) - 0.05, r * np.sin(t)], 1), 0.022, steel, sides=6)
        )
    return parts.mesh("object")


@made_as("sandbox")
def sandbox(rng: np.random.Generator, size: float = 2.8) -> Mesh:
    """A box of sand with a castle in it, a bucket and a ball."""
    parts = Parts()
    sand = palette.make("box sand", "sand", "#cdb88d", "#bfa97d", "#a38d62", scale=0.3, bump=0.012)
    h = size / 2
    parts.quad([[-h, -0.16, h], [h, -0.16, h], [h, -0.16, -h], [-h, -0.16, -h]], sand)
    for s in (-1.0, 1.0):
        parts.box((s * h, -0.14, 0), (0.16, 0.34, size + 0.16), palette.OLD_WOOD, grain=2)
        parts.box((0, -0.14, s * h), (size, 0.34, 0.16), palette.OLD_WOOD, grain=0)
    parts.add(sandcastle(rng), placement([0.4, -0.15, 0.2], scale=0.8))
    parts.add(cylinder((-0.6, -0.15, -0.4), 0.2, 0.09, paint(rng, "bucket"), top_radius=0.12, sides=14))
    return parts.mesh("object")


@made_as("sandcastle")
def sandcastle(rng: np.random.Generator) -> Mesh:
    """A castle of sand with four towers and a flag."""
    sand = palette.make("main moulded sand", "sand", "#b89a68", "#a98b5b", "#8b7048", scale=0.2, bump=0.01)
    parts = Parts()
    parts.add(cylinder((0, 0.03, 0), 0.14, 0.62, sand, top_radius=0.46, sides=20))
    for x, z in ((-0.3, -0.3), (0.3, -0.3), (-0.3, 0.3), (0.3, 0.3)):
        parts.add(cylinder((x, -0.08, z), 0.34, 0.12, sand, top_radius=0.1, sides=12))
        for a in np.arange(6) * np.pi / 3:
            parts.box((x + 0.08 * np.cos(a), -0.45, z + 0.08 * np.sin(a)), (0.045, 0.07, 0.045), sand)
    for x0, z0, sx, sz in ((0, -0.3, 0.5, 0.1), (0, 0.3, 0.5, 0.1), (-0.3, 0, 0.1, 0.5), (0.3, 0, 0.1, 0.5)):
        parts.box((x0, -0.19, z0), (sx, 0.22, sz), sand)
    parts.add(cylinder((0, -0.1, 0), 0.5, 0.17, sand, top_radius=0.13, sides=14))
    parts.add(cylinder((0, -0.6, 0), 0.18, 0.15, sand, top_radius=0.01, sides=14))
    parts.add(cylinder((0, -0.7, 0), 0.3, 0.006, palette.OLD_WOOD, sides=5))
    parts.quad([[0, -1.0, 0], [0.16, -0.97, 0], [0.16, -0.91, 0], [0, -0.88, 0]], paint(rng, "flag"))
    return parts.mesh("object")


@made_as("ferris wheel")
def ferris_wheel(
    rng: np.random.Generator, lit: bool = False, radius: float = 14.0
) -> tuple[Mesh, tuple[float, float, float]]:
    """A big wheel that faces -z, with sixteen gondolas; bulbs along its rims when it is lit."""
    parts = Parts()
    steel = palette.make("main wheel paint", "plain", "#d2d4d6", None, None, roughness=0.5)
    hub = -(radius + 2.6)
    turn = np.linspace(0, 2 * np.pi, 65)
    for z in (-1.1, 1.1):
        for r in (radius, radius * 0.86):
            ring = np.stack([r * np.cos(turn), hub + r * np.sin(turn), 0 * turn + z], 1)
            parts.add(tube(ring, 0.1, steel, sides=6, caps=False))
        for x in (-1.0, 1.0):
            parts.add(tube([[0, hub, z * 1.5], [x * radius * 0.55, 0.2, z * 2.6]], [0.25, 0.32], steel, sides=10))
    bulbs = [
        palette.glowing(f"bulb {k}", c, g)
        for k, (c, g) in enumerate(
            (("#ffd27a", (5, 3.2, 1.2)), ("#ff6aa0", (4.5, 0.8, 2.0)), ("#6ad0ff", (0.8, 2.8, 4.5)))
        )
    ]
    for k in range(16):
        a = k * np.pi / 8 + 0.1
        c, s = np.cos(a), np.sin(a)
        for z in (-1.1, 1.1):
            parts.add(tube([[0, hub, z * 0.6], [radius * c, hub + radius * s, z]], 0.05, steel, sides=5))
        parts.add(
            tube([[radius * c, hub + radius * s, -1.1], [radius * c, hub + radius * s, 1.1]], 0.07, steel, sides=6)
        )
        colour = palette.make(f"gondola {k % 6}", "plain", BRIGHT[k % 6], roughness=0.4)
        x, y = radius * c, hub + radius * s + 1.3
        parts.add(cylinder((x, y + 0.75, 0), 0.85, 0.8, colour, top_radius=0.95, sides=14))
        parts.add(cylinder((x, y - 0.75, 0), 0.5, 1.0, colour, top_radius=0.08, sides=14))
        for dx in (-0.85, 0.85):
            parts.add(tube([[x + dx, y - 0.1, 0], [x + dx, y - 0.8, 0]], 0.03, steel, sides=4))
    if lit:
        for k in range(96):
            a = k * 2 * np.pi / 96
            for r in (radius, radius * 0.86):
                parts.add(sphere((r * np.cos(a), hub + r * np.sin(a), -1.25), 0.13, bulbs[k % 3], subdivisions=0))
        for k in range(16):
            a = k * np.pi / 8 + 0.1
            for t in np.linspace(0.15, 0.8, 7):
                parts.add(
                    sphere((t * radius * np.cos(a), hub + t * radius * np.sin(a), -1.2), 0.1, bulbs[0], subdivisions=0)
                )
    parts.add(cylinder((0, hub, -1.6), 0.01, 0.01, steel, sides=4))
    parts.add(tube([[0, hub, -1.7], [0, hub, 1.7]], 0.7, steel, sides=16))
    parts.span((-3.5, -0.6, -2.4), (3.5, 0.3, 2.4), palette.GREY_WOOD, grain=0)
    return parts.mesh("object"), (0.0, -6.0, -4.0)


@made_as("carousel")
def carousel(rng: np.random.Generator, lit: bool = False) -> tuple[Mesh, tuple[float, float, float]]:
    """A merry-go-round with a striped roof, poles and painted horses."""
    parts = Parts()
    cream = palette.make("main carousel paint", "plain", "#d8c9a4", roughness=0.4)
    red, gold = palette.make("carousel red", "plain", "#9c2f2a", roughness=0.4), palette.BRASS
    radius, high = 4.2, 3.4
    parts.add(cylinder((0, 0.05, 0), 0.45, radius, red, sides=32))
    parts.add(cylinder((0, -0.4, 0), 0.06, radius + 0.1, palette.GREY_WOOD, sides=32))
    parts.add(cylinder((0, -0.4, 0), high, 0.9, cream, sides=16))
    for k in range(24):
        a, b = k * np.pi / 12, (k + 1) * np.pi / 12
        stripe = cream if k % 2 else red
        p, q = (radius + 0.5) * np.array([np.cos(a), np.sin(a)]), (radius + 0.5) * np.array([np.cos(b), np.sin(b)])
        parts.quad(
            [[0, -high - 2.3, 0], [0, -high - 2.3, 0], [q[0], -high - 0.4, q[1]], [p[0], -high - 0.4, p[1]]], stripe
        )
        parts.quad(
            [
                [p[0], -high - 0.4, p[1]],
                [q[0], -high - 0.4, q[1]],
                [q[0], -high + 0.25, q[1]],
                [p[0], -high + 0.25, p[1]],
            ],
            red if k % 2 else cream,
        )
        if lit:
            bulb = palette.glowing("fair bulb", "#ffe0a0", (6, 4, 1.8))
            parts.add(sphere((p[0] * 1.01, -high + 0.25, p[1] * 1.01), 0.06, bulb, subdivisions=1))
    parts.add(sphere((0, -high - 2.45, 0), 0.25, gold, subdivisions=2))
    for k in range(10):
        a = k * np.pi / 5
        x, z, up = 3.2 * np.cos(a), 3.2 * np.sin(a), 0.25 * np.sin(3 * a)
        parts.add(cylinder((x, -0.45, z), high, 0.03, gold, sides=8))
        coat = palette.make(f"wooden horse {k % 3}", "plain", ("#d8d0c0", "#7a4a2c", "#2f2c2a")[k % 3], roughness=0.4)
        at = placement([x, -1.15 + up, z], yaw=-a)
        body = Parts()
        body.add(
            tube(
                [[0, 0, 0.45], [0, -0.05, 0.2], [0, 0, -0.15], [0, -0.1, -0.42]], [0.1, 0.2, 0.2, 0.14], coat, sides=12
            )
        )
        body.add(tube([[0, -0.1, -0.38], [0, -0.45, -0.6], [0, -0.5, -0.68]], [0.14, 0.1, 0.08], coat, sides=10))
        body.add(tube([[0, -0.52, -0.62], [0, -0.38, -0.92]], [0.09, 0.05], coat, sides=10))
        for sx in (-0.12, 0.12):
            for sz, f in ((-0.3, -0.25), (0.3, 0.3)):
                body.add(
                    tube(
                        [[sx, 0.05, sz], [sx, 0.35, sz + f], [sx, 0.6, sz + f * 0.4]],
                        [0.07, 0.05, 0.035],
                        coat,
                        sides=8,
                    )
                )
        body.box((0, -0.2, 0.05), (0.34, 0.08, 0.36), palette.make(f"saddle {k % 6}", "plain", BRIGHT[k % 6]))
        parts.add(body, at)
    return parts.mesh("object"), (0.0, -3.0, -3.2)


@made_as("goal")
def goal(rng: np.random.Generator) -> Mesh:
    """A football goal, 7.3 m wide, its mouth towards -z."""
    parts = Parts()
    white = palette.make("main goal post", "plain", "#dcdcd8", roughness=0.5)
    net = palette.make("net", "plain", "#c9cac6")
    w, h, d = 3.66, 2.44, 2.0
    for s in (-1.0, 1.0):
        parts.add(tube([[s * w, 0.05, 0], [s * w, -h, 0]], 0.06, white, sides=10))
        parts.add(tube([[s * w, -h, 0], [s * w, -h + 0.3, 0.9], [s * w, 0, d]], 0.03, white, sides=6))
    parts.add(tube([[-w, -h, 0], [w, -h, 0]], 0.06, white, sides=10))
    for x in np.linspace(-w, w, 25):
        parts.add(tube([[x, -h, 0], [x, -h + 0.3, 0.9], [x, 0, d]], 0.008, net, sides=3, caps=False))
    for t in np.linspace(0.08, 1, 12):
        y, z = (
            (-h + 0.3 * t / 0.35, 0.9 * t / 0.35)
            if t < 0.35
            else (-h + 0.3 + (h - 0.3) * (t - 0.35) / 0.65, 0.9 + (d - 0.9) * (t - 0.35) / 0.65)
        )
        parts.add(tube([[-w, y, z], [w, y, z]], 0.008, net, sides=3, caps=False))
    return parts.mesh("object")


@made_as("floodlight")
def floodlight(lit: bool = False) -> tuple[Mesh, tuple[float, float, float]]:
    """A mast of 16 m with a bank of lamps that looks to -z."""
    parts = Parts()
    parts.add(cylinder((0, 0.1, 0), 16.0, 0.28, palette.STEEL, top_radius=0.14, sides=12))
    face = (
        palette.glowing("floodlight", "#fff4d8", (26, 24, 20))
        if lit
        else palette.make("floodlight glass", "plain", "#b9bec2", roughness=0.2)
    )
    parts.box((0, -16.2, 0), (3.4, 1.9, 0.1), palette.IRON)
    for i in range(4):
        for k in range(3):
            parts.box((-1.2 + 0.8 * i, -15.6 - 0.6 * k, -0.22), (0.6, 0.45, 0.3), palette.IRON)
            parts.box((-1.2 + 0.8 * i, -15.6 - 0.6 * k, -0.38), (0.52, 0.38, 0.04), face)
    return parts.mesh("lamp"), (0.0, -16.0, -1.0)
