"""What stands about in streets: benches, cafe tables, stalls, fountains, bicycles, signs, cars. Feet at the origin."""

from __future__ import annotations

import itertools

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube


@made_as("bench")
def bench(material: Material = palette.OLD_WOOD) -> Mesh:
    """A slatted bench on iron feet, its front towards -z."""
    parts = Parts()
    for z in (-0.2, -0.08, 0.04, 0.16):
        parts.box((0, -0.46, z), (1.7, 0.035, 0.1), material)
    for y in (0.62, 0.76, 0.9):
        parts.box((0, -y, 0.24 + (y - 0.6) * 0.15), (1.7, 0.1, 0.03), material)
    for x in (-0.72, 0.72):
        parts.beam((x, 0, -0.22), (x, -0.45, -0.2), 0.05, 0.05, palette.IRON)
        parts.beam((x, 0, 0.3), (x, -0.95, 0.28), 0.05, 0.05, palette.IRON)
        parts.box((x, -0.43, 0.03), (0.05, 0.04, 0.5), palette.IRON)
        parts.box((x, -0.66, -0.02), (0.05, 0.03, 0.5), palette.IRON)
    return parts.mesh("bench")


@made_as("table")
def cafe_table(rng: np.random.Generator, *, parasol: bool = False) -> Mesh:
    """A round table with cups on it and two or three chairs."""
    parts = Parts()
    parts.add(cylinder((0, -0.7, 0), 0.035, 0.36, palette.make("table top", "marble", "#c9c4b8", "#a49d90"), sides=20))
    parts.add(cylinder((0, 0, 0), 0.7, 0.03, palette.IRON, sides=8))
    parts.add(cylinder((0, 0, 0), 0.03, 0.22, palette.IRON, top_radius=0.06, sides=12))
    china = palette.make("china", "plain", "#d8d4cb", roughness=0.3)
    for _ in range(2):
        x, z = rng.uniform(-0.2, 0.2, 2)
        parts.add(cylinder((x, -0.735, z), 0.012, 0.075, china, sides=12))
        parts.add(cylinder((x, -0.745, z), 0.06, 0.032, china, top_radius=0.042, sides=12))
    for angle in np.arange(rng.integers(2, 4)) * 2.2 + rng.uniform(0, 6):
        spot = (0.62 * np.sin(angle), 0, 0.62 * np.cos(angle))
        parts.add(bistro_chair(), placement(spot, yaw=angle + rng.uniform(-0.3, 0.3)))
    if parasol:
        cloth = palette.pick(palette.CANVAS, rng)
        parts.add(cylinder((0, -0.7, 0), 1.75, 0.022, palette.OLD_WOOD, sides=8))
        for i in range(8):
            a, b = i * np.pi / 4, (i + 1) * np.pi / 4
            rim_a = [1.3 * np.cos(a), -2.08, 1.3 * np.sin(a)]
            rim_b = [1.3 * np.cos(b), -2.08, 1.3 * np.sin(b)]
            parts.quad([[0, -2.5, 0], [0, -2.5, 0], rim_b, rim_a], cloth, tint=1.0 if i % 2 else 0.93)
            parts.quad([rim_a, rim_b, [rim_b[0], -1.94, rim_b[2]], [rim_a[0], -1.94, rim_a[2]]], cloth, tint=0.95)
    return parts.mesh("table")


@made_as("chair")
def bistro_chair() -> Mesh:
    """A light chair, its back towards +z."""
    parts = Parts()
    for x in (-0.17, 0.17):
        parts.beam((x, 0, -0.17), (x, -0.45, -0.15), 0.025, 0.025, palette.IRON)
        parts.beam((x, 0, 0.2), (x * 0.95, -0.86, 0.22), 0.025, 0.025, palette.IRON)
    for z in (-0.12, -0.04, 0.04, 0.12):
        parts.box((0, -0.45, z), (0.4, 0.02, 0.065), palette.OLD_WOOD)
    for y in (0.62, 0.72, 0.82):
        parts.box((0, -y, 0.2 + y * 0.02), (0.38, 0.055, 0.015), palette.OLD_WOOD)
    return parts.mesh("chair")


@made_as("stall")
def stall(rng: np.random.Generator, lit: bool) -> Mesh:
    """A market stall: trestles, crates of produce, a striped roof; its front towards -z."""
    parts = Parts()
    cloth, pale = palette.pick(palette.CANVAS[:4], rng), palette.CANVAS[4]
    for x in (-1.35, 1.35):
        for z, high in ((-0.8, 2.15), (0.8, 2.5)):
            parts.box((x, -high / 2, z), (0.06, high, 0.06), palette.OLD_WOOD)
    edges = np.linspace(-1.55, 1.55, 11)
    for i in range(10):
        stripe = cloth if i % 2 else pale
        a, b = edges[i], edges[i + 1]
        parts.quad([[a, -2.55, 0.95], [b, -2.55, 0.95], [b, -2.1, -1.15], [a, -2.1, -1.15]], stripe)
        parts.quad([[a, -2.1, -1.15], [b, -2.1, -1.15], [b - 0.06, -1.88, -1.15], [a + 0.06, -1.88, -1.15]], stripe)
    parts.box((0, -0.82, -0.1), (2.7, 0.05, 1.3), palette.OLD_WOOD)
    parts.quad(
        [[-1.35, -0.82, -0.76], [1.35, -0.82, -0.76], [1.35, -0.1, -0.78], [-1.35, -0.1, -0.78]], pale, tint=0.85
    )
    hues = ("#a63a2a", "#c58a2b", "#5d7f35", "#8a4a6b", "#c9b04a", "#7a2e22")
    for i in range(4):
        for k in range(2):
            x, z = -0.98 + 0.65 * i, -0.42 + 0.6 * k
            parts.box((x, -0.92, z), (0.58, 0.16, 0.5), palette.OLD_WOOD, tint=0.9)
            fruit = palette.make(f"fruit {hues[(i * 2 + k) % 6]}", "plain", hues[(i * 2 + k) % 6], roughness=0.5)
            for _ in range(14):
                fx, fz = rng.uniform(-0.22, 0.22, 2)
                parts.add(sphere((x + fx, -1.02 - rng.uniform(0, 0.05), z + fz), 0.055, fruit, subdivisions=1))
    if lit:
        bulb = palette.glowing("bulb", "#ffe0b0", (9.0, 5.8, 2.6))
        for x in (-0.8, 0.8):
            parts.add(cylinder((x, -2.0, 0), 0.3, 0.006, palette.IRON, sides=4))
            parts.add(sphere((x, -1.96, 0), 0.06, bulb, subdivisions=1))
    return parts.mesh("stall")


@made_as("fountain")
def fountain(rng: np.random.Generator, stone: Material = palette.GRANITE) -> Mesh:
    """A round basin with water, a column, an upper bowl and thin jets."""
    parts = Parts()
    angles = np.linspace(0, 2 * np.pi, 25)
    for a, b in itertools.pairwise(angles):
        for radius, low, high, thick in ((2.3, 0.3, -0.12, 0.7), (2.0, 0.0, -0.6, 0.28)):
            parts.beam(
                (radius * np.cos(a), (high + low) / 2, radius * np.sin(a)),
                (radius * np.cos(b), (high + low) / 2, radius * np.sin(b)),
                low - high,
                thick,
                stone,
                tint=rng.uniform(0.92, 1.06),
            )
        parts.beam(
            (2.0 * np.cos(a), -0.62, 2.0 * np.sin(a)), (2.0 * np.cos(b), -0.62, 2.0 * np.sin(b)), 0.07, 0.42, stone
        )
    water = palette.make("fountain water", "glass", "#3c5556", "#48656a", "#2b3d40", roughness=0.05)
    parts.add(cylinder((0, -0.05, 0), 0.4, 1.9, water, sides=24))
    profile = ((0.0, 0.45), (0.35, 0.42), (0.4, 0.26), (1.0, 0.2), (1.35, 0.24), (1.4, 0.32))
    parts.add(tube([[0, -y, 0] for y, _ in profile], [r for _, r in profile], stone, sides=16))
    bowl = ((1.38, 0.2), (1.48, 0.55), (1.6, 0.85), (1.68, 0.92), (1.69, 0.84))
    parts.add(tube([[0, -y, 0] for y, _ in bowl], [r for _, r in bowl], stone, sides=20, caps=False))
    parts.add(cylinder((0, -1.55, 0), 0.1, 0.82, water, sides=20))
    parts.add(
        tube([[0, -1.6, 0], [0, -1.95, 0], [0, -2.05, 0], [0, -2.3, 0]], [0.13, 0.1, 0.22, 0.04], stone, sides=12)
    )
    spray = palette.make("spray", "plain", "#cfd8da", roughness=0.2, translucency=0.4)
    for i in range(14):  # threads of water over the rim of the bowl
        angle = i * 2 * np.pi / 14 + rng.uniform(-0.05, 0.05)
        t = np.linspace(0, 1, 5)
        r, y = 0.92 + 0.22 * t, -1.66 + 1.25 * t**2
        parts.add(
            tube(np.stack([r * np.cos(angle), y, r * np.sin(angle)], 1), 0.008 + 0.006 * t, spray, sides=5, caps=False)
        )
    return parts.mesh("fountain")


@made_as("bicycle")
def bicycle(rng: np.random.Generator) -> Mesh:
    """A bicycle that leans on its stand; along x."""
    parts = Parts()
    hues = ("#7c2b24", "#2f4c3c", "#2f3f57", "#9a8a4a")
    paint = palette.make("main bicycle paint", "metal", hues[int(rng.integers(4))], roughness=0.35)
    rubber = palette.make("rubber", "plain", "#262524", roughness=0.9)
    ring = np.linspace(0, 2 * np.pi, 21)
    for x in (-0.52, 0.52):
        wheel = np.stack([x + 0.33 * np.cos(ring), -0.34 + 0.33 * np.sin(ring), np.zeros(21)], 1)
        parts.add(tube(wheel, 0.018, rubber, sides=6, caps=False))
        for a in ring[:-1:2]:
            parts.beam((x, -0.34, 0), (x + 0.32 * np.cos(a), -0.34 + 0.32 * np.sin(a), 0), 0.004, 0.004, palette.STEEL)
    joints = {
        "rear": (-0.52, -0.34),
        "crank": (-0.08, -0.3),
        "seat": (-0.2, -0.82),
        "head": (0.36, -0.85),
        "front": (0.52, -0.34),
    }
    for a, b in (
        ("rear", "crank"),
        ("rear", "seat"),
        ("crank", "seat"),
        ("crank", "head"),
        ("seat", "head"),
        ("head", "front"),
    ):
        parts.beam((*joints[a], 0), (*joints[b], 0), 0.03, 0.03, paint)
    parts.box((-0.22, -0.93, 0), (0.26, 0.05, 0.13), palette.make("saddle", "plain", "#3d2a1d"))
    parts.beam((0.36, -0.85, 0), (0.33, -1.02, 0), 0.025, 0.025, palette.STEEL)
    parts.beam((0.3, -1.02, -0.27), (0.3, -1.02, 0.27), 0.025, 0.025, palette.STEEL)
    parts.box((0.58, -0.86, 0), (0.3, 0.22, 0.36), palette.make("wicker", "fabric", "#94744a", "#7c6038", scale=0.05))
    return parts.mesh("bicycle")


@made_as("sign")
def hanging_sign(rng: np.random.Generator) -> Mesh:
    """A painted board on an iron bracket; the wall at z = 0, outside towards -z."""
    parts = Parts()
    parts.beam((0, 0, 0), (0, 0, -0.95), 0.035, 0.035, palette.IRON)
    parts.beam((0, 0.45, 0), (0, 0.02, -0.6), 0.025, 0.025, palette.IRON)
    board = palette.pick(palette.DOOR_PAINTS, rng)
    parts.box((0, 0.4, -0.55), (0.045, 0.6, 0.68), board, grain=2)
    for y, w in ((0.27, 0.42), (0.4, 0.5), (0.52, 0.34)):
        for side in (-0.028, 0.028):
            parts.box((side, y, -0.55), (0.008, 0.05, w), palette.BRASS)
    for z in (-0.3, -0.8):
        parts.box((0, 0.05, z), (0.01, 0.12, 0.01), palette.IRON)
    return parts.mesh("sign")


@made_as("bollard")
def bollard() -> Mesh:
    """A cast iron bollard."""
    profile = ((-0.1, 0.1), (0.12, 0.1), (0.16, 0.075), (0.72, 0.06), (0.76, 0.085), (0.8, 0.07), (0.88, 0.02))
    return tube([[0, -y, 0] for y, _ in profile], [r for _, r in profile], palette.IRON, sides=12, label="bollard")


@made_as("planter")
def planter(rng: np.random.Generator, size: float = 0.9) -> Mesh:
    """A wooden tub with a clipped round tree or a shrub."""
    parts = Parts()
    h = size * 0.7
    parts.box((0, -h / 2, 0), (size, h, size), palette.OLD_WOOD, grain=1)
    for x in (-size / 2, size / 2):
        for z in (-size / 2, size / 2):
            parts.box((x, -h / 2 - 0.02, z), (0.09, h + 0.06, 0.09), palette.BEAM)
    parts.box((0, -h + 0.02, 0), (size * 0.9, 0.05, size * 0.9), palette.EARTH)
    trunk = rng.uniform(0.9, 1.3)
    parts.add(
        cylinder(
            (0, -h, 0), trunk, 0.05, palette.make("trunk", "bark", "#5d4b3a", "#6d5a47", scale=0.06), top_radius=0.04
        )
    )
    parts.add(clump((0, -h - trunk - 0.35, 0), (0.6, 0.6, 0.6), 1400, 0.085, palette.LEAVES, rng))
    parts.add(clump((0, -h - 0.1, 0), (size * 0.42, 0.12, size * 0.42), 160, 0.07, palette.LEAVES, rng))
    parts.add(
        clump((0, -h - 0.16, 0), (size * 0.42, 0.12, size * 0.42), 60, 0.05, palette.pick(palette.PETALS, rng), rng)
    )
    return parts.mesh("plant")


@made_as("garland")
def string_lights(start: np.ndarray, end: np.ndarray, lit: bool, *, sag: float = 0.7, pitch: float = 0.85) -> Mesh:
    """Bulbs on a hanging wire between two points (3,) in world coordinates."""
    parts = Parts()
    t = np.linspace(0, 1, 14)
    path = start + (end - start) * t[:, None] + np.stack([0 * t, 4 * sag * t * (1 - t), 0 * t], 1)
    parts.add(tube(path, 0.008, palette.IRON, sides=4, caps=False))
    bulb = (
        palette.glowing("bulb", "#ffe0b0", (7.0, 4.6, 2.0))
        if lit
        else palette.make("bulb off", "plain", "#cfc8b8", roughness=0.2)
    )
    count = max(2, int(np.linalg.norm(end - start) / pitch))
    for f in (np.arange(count) + 0.5) / count:
        spot = start + (end - start) * f + np.array([0, 4 * sag * f * (1 - f) + 0.1, 0])
        parts.add(sphere(spot, 0.05, bulb, subdivisions=1))
    return parts.mesh("lamp")


def garland(lit: bool, width: float = 9.0) -> tuple[Mesh, tuple[float, float, float]]:
    """String lights across a street along x, hung at y = 0; and the middle of their light."""
    return string_lights(np.array([-width / 2, 0, 0]), np.array([width / 2, 0, 0]), lit), (0.0, 0.9, 0.0)


@made_as("cart")
def cart() -> Mesh:
    """A two-wheeled wooden handcart; its shafts reach towards -x."""
    parts = Parts()
    wood = palette.OLD_WOOD
    for k in range(7):
        parts.box((0, -0.62, -0.42 + 0.14 * k), (1.5, 0.03, 0.13), wood, tint=0.85 + 0.06 * (k % 3))
    for z in (-0.48, 0.48):
        for y in (0.72, 0.88):
            parts.box((0, -y, z), (1.5, 0.11, 0.025), wood)
        for x in (-0.72, 0.0, 0.72):
            parts.box((x, -0.78, z), (0.06, 0.38, 0.05), palette.BEAM)
        parts.beam((-0.7, -0.6, z * 0.8), (-2.0, -0.55, z * 0.7), 0.06, 0.05, palette.BEAM)
    ring = np.linspace(0, 2 * np.pi, 25)
    for z in (-0.62, 0.62):
        rim = np.stack([0.15 + 0.48 * np.cos(ring), -0.48 + 0.48 * np.sin(ring), np.full(25, z)], 1)
        parts.add(tube(rim, 0.035, palette.BEAM, sides=6, caps=False))
        for a in ring[:-1:2]:
            parts.beam(
                (0.15, -0.48, z), (0.15 + 0.46 * np.cos(a), -0.48 + 0.46 * np.sin(a), z), 0.035, 0.03, palette.BEAM
            )
        parts.add(tube([[0.15, -0.48, z - 0.07], [0.15, -0.48, z + 0.07]], 0.08, palette.BEAM, sides=10))
    parts.box((0.15, -0.5, 0), (0.07, 0.07, 1.2), palette.IRON)
    parts.beam((-1.5, -0.55, 0.36), (-1.5, 0.0, 0.36), 0.05, 0.05, palette.BEAM)
    return parts.mesh("cart")


_CAR_PROFILE = np.array(
    [
        [-2.1, 0.32],
        [-2.12, 0.62],
        [-1.95, 0.86],
        [-1.2, 0.95],
        [-0.62, 1.42],
        [0.85, 1.46],
        [1.55, 1.0],
        [2.08, 0.92],
        [2.14, 0.6],
        [2.1, 0.32],
    ]
)
"""Outline of a small car from the side: x forward (to -x), height."""


@made_as("car")
def car(rng: np.random.Generator, lit: bool, paint: Material | None = None) -> Mesh:
    """A parked car along x, its nose towards -x."""
    hues = ("#7d2420", "#2c3f55", "#c0bdb6", "#34373a", "#5b6b5a", "#9a9fa3", "#b7913c")
    color = palette.hue(hues[int(rng.integers(len(hues)))])
    paint = paint or palette.make("main car paint", "metal", color, roughness=0.25, wear=0.05, scale=3.0)
    glass = palette.make("car glass", "glass", "#1e2427", "#252c2f", roughness=0.04)
    parts = Parts()
    half = 0.84
    count = len(_CAR_PROFILE)
    waist = 0.9
    for i in range(count - 1):
        (x0, y0), (x1, y1) = _CAR_PROFILE[i], _CAR_PROFILE[i + 1]
        in0 = half - max(0.0, y0 - waist) * 0.42
        in1 = half - max(0.0, y1 - waist) * 0.42
        pane = i in (3, 5)
        parts.quad([[x0, -y0, -in0], [x0, -y0, in0], [x1, -y1, in1], [x1, -y1, -in1]], glass if pane else paint)
    for sign in (-1.0, 1.0):
        body = [p for p in _CAR_PROFILE if p[1] <= 1.0]
        for a, b in itertools.pairwise(body):
            parts.quad(
                [
                    [a[0], -a[1], sign * half],
                    [b[0], -b[1], sign * half],
                    [b[0], -0.32, sign * half],
                    [a[0], -0.32, sign * half],
                ],
                paint,
            )
        cabin = [(-1.2, 0.95), (-0.62, 1.42), (0.85, 1.46), (1.55, 1.0)]
        points = [[x, -y, sign * (half - max(0.0, y - waist) * 0.42)] for x, y in cabin]
        parts.quad(points, glass)
        for (x, y), (x2, y2) in (
            ((-1.2, 0.95), (-0.62, 1.42)),
            ((0.1, 0.97), (0.12, 1.44)),
            ((1.55, 1.0), (0.85, 1.46)),
        ):
            z1, z2 = sign * (half - max(0, y - waist) * 0.42 + 0.01), sign * (half - (y2 - waist) * 0.42 + 0.01)
            parts.beam((x, -y, z1), (x2, -y2, z2), 0.09, 0.03, paint)
        parts.box((0.0, -0.36, sign * half), (3.0, 0.1, 0.05), palette.make("sill", "plain", "#232323"))
        rubber = palette.make("rubber", "plain", "#262524", roughness=0.9)
        for x in (-1.32, 1.3):
            parts.add(tube([[x, -0.32, sign * (half - 0.2)], [x, -0.32, sign * (half + 0.03)]], 0.32, rubber, sides=18))
            parts.add(
                tube(
                    [[x, -0.32, sign * (half + 0.02)], [x, -0.32, sign * (half + 0.045)]], 0.2, palette.STEEL, sides=14
                )
            )
        lamp = (
            palette.glowing("headlamp", "#fff3d8", (5.0, 4.6, 3.8))
            if lit
            else palette.make("headlamp off", "plain", "#c8ccd0")
        )
        parts.box((-2.08, -0.68, sign * 0.6), (0.12, 0.14, 0.3), lamp)
        parts.box(
            (2.1, -0.75, sign * 0.62), (0.08, 0.14, 0.26), palette.make("tail lamp", "plain", "#7a1512", roughness=0.3)
        )
    parts.box((0, -0.33, 0), (4.1, 0.06, 1.6), palette.make("underside", "plain", "#1d1d1d"))
    for x in (-2.15, 2.16):
        parts.box((x, -0.42, 0), (0.1, 0.16, 1.6), palette.make("bumper", "plain", "#2b2b2b"))
        parts.box((x * 1.01, -0.5, 0), (0.04, 0.11, 0.48), palette.FRAME_WHITE)
    return parts.mesh("car")
