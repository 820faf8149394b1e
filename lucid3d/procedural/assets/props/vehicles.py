"""What runs on roads and rails and flies: buses, lorries, trams, trains, tractors, aeroplanes. Along x, noses to -x."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube

GLASS = palette.make("vehicle glass", "glass", "#1e2427", "#252c2f", roughness=0.04)
RUBBER = palette.make("rubber", "plain", "#262524", roughness=0.9)
DARK = palette.make("underside", "plain", "#1f1f20")
HUES = ("#8a2a24", "#2f4f74", "#3f6a4a", "#b08a34", "#c9c6be", "#4d5a66")


def lacquer(rng: np.random.Generator, hues: tuple[str, ...] = HUES) -> Material:
    """The paint of a vehicle."""
    return palette.make(
        "main body paint", "metal", hues[int(rng.integers(len(hues)))], roughness=0.3, wear=0.1, scale=3.0
    )


def wheel(parts: Parts, x: float, z: float, radius: float, width: float = 0.24) -> None:
    """A wheel with its hub, its axle along z."""
    parts.add(tube([[x, -radius, z - width / 2], [x, -radius, z + width / 2]], radius, RUBBER, sides=18))
    out = np.sign(z) * (width / 2 + 0.015)
    parts.add(tube([[x, -radius, z], [x, -radius, z + out]], radius * 0.55, palette.STEEL, sides=14))


def hull(
    parts: Parts, low: float, top: float, x0: float, x1: float, half: float, paint: Material, *, bevel: float = 0.25
) -> None:
    """A coach's box with rounded shoulders: side walls that lean in at the roof."""
    for s in (-1.0, 1.0):
        parts.quad(
            [[x0, -top + bevel, s * half], [x1, -top + bevel, s * half], [x1, -low, s * half], [x0, -low, s * half]],
            paint,
        )
        parts.quad(
            [
                [x0, -top, s * (half - bevel)],
                [x1, -top, s * (half - bevel)],
                [x1, -top + bevel, s * half],
                [x0, -top + bevel, s * half],
            ],
            paint,
        )
    parts.quad(
        [[x0, -top, -half + bevel], [x1, -top, -half + bevel], [x1, -top, half - bevel], [x0, -top, half - bevel]],
        paint,
        tint=0.9,
    )
    for x in (x0, x1):
        parts.quad([[x, -top + bevel, -half], [x, -top + bevel, half], [x, -low, half], [x, -low, -half]], paint)
        parts.quad(
            [[x, -top, -half + bevel], [x, -top, half - bevel], [x, -top + bevel, half], [x, -top + bevel, -half]],
            paint,
        )


def band(parts: Parts, low: float, high: float, x0: float, x1: float, half: float, count: int, frame: Material) -> None:
    """Windows along both sides."""
    for s in (-1.0, 1.0):
        z = s * (half + 0.012)
        for i in range(count):
            a, b = (x0 + (x1 - x0) * (i + e) / count for e in (0.05, 0.95))
            parts.quad([[a, -high, z], [b, -high, z], [b, -low, z], [a, -low, z]], GLASS)
            for x in (a, b):
                parts.box((x, -(low + high) / 2, z), (0.04, high - low, 0.03), frame)


@made_as("bus")
def bus(rng: np.random.Generator, lit: bool = False) -> Mesh:
    """A city bus of 11 m."""
    parts, paint = Parts(), lacquer(rng, ("#9c2f28", "#2f5f9a", "#d0a52e", "#3f7a4a"))
    hull(parts, 0.35, 3.1, -5.5, 5.5, 1.25, paint)
    band(parts, 1.35, 2.5, -4.6, 5.3, 1.25, 7, DARK)
    parts.quad([[-5.52, -2.7, -1.1], [-5.52, -2.7, 1.1], [-5.52, -1.2, 1.1], [-5.52, -1.2, -1.1]], GLASS)
    parts.box(
        (-5.53, -2.85, 0),
        (0.03, 0.24, 1.5),
        palette.glowing("destination", "#ffb347", (2.4, 1.3, 0.3)) if lit else DARK,
    )
    parts.quad([[-5.2, -2.5, -1.27], [-4.2, -2.5, -1.27], [-4.2, -0.45, -1.27], [-5.2, -0.45, -1.27]], GLASS)
    for x in (-3.4, 3.2):
        for z in (-1.12, 1.12):
            wheel(parts, x, z, 0.48, 0.3)
    lamp = (
        palette.glowing("headlamp", "#fff3d8", (5, 4.6, 3.8))
        if lit
        else palette.make("headlamp off", "plain", "#c8ccd0")
    )
    for z in (-0.85, 0.85):
        parts.box((-5.53, -0.75, z), (0.05, 0.22, 0.4), lamp)
        parts.box((5.53, -0.9, z), (0.05, 0.3, 0.25), palette.make("tail lamp", "plain", "#7a1512", roughness=0.3))
    parts.box((0, -0.3, 0), (10.6, 0.14, 2.3), DARK)
    return parts.mesh("vehicle")


@made_as("truck")
def truck(rng: np.random.Generator, lit: bool = False) -> Mesh:
    """A pickup with an open bed."""
    parts, paint = Parts(), lacquer(rng)
    half = 0.92
    side = [
        (-2.6, 0.45),
        (-2.6, 1.0),
        (-1.35, 1.15),
        (-0.75, 1.85),
        (0.75, 1.88),
        (0.85, 1.12),
        (2.6, 1.1),
        (2.6, 0.45),
    ]
    for s in (-1.0, 1.0):
        z = s * half
        parts.quad([[-2.6, -1.0, z], [-1.35, -1.15, z], [-1.35, -0.45, z], [-2.6, -0.45, z]], paint)
        parts.quad([[-1.35, -1.15, z], [0.85, -1.12, z], [0.85, -0.45, z], [-1.35, -0.45, z]], paint)
        parts.quad([[0.85, -1.1, z], [2.6, -1.1, z], [2.6, -0.45, z], [0.85, -0.45, z]], paint)
        zi = s * (half - 0.14)
        parts.quad([[-1.3, -1.15, z], [0.8, -1.13, z], [0.7, -1.85, zi], [-0.75, -1.85, zi]], GLASS)
        for (x, y), (u, v) in (
            ((-1.35, 1.15), (-0.75, 1.85)),
            ((-0.1, 1.14), (-0.1, 1.85)),
            ((0.82, 1.12), (0.72, 1.87)),
        ):
            parts.beam((x, -y, z), (u, -v, zi), 0.09, 0.05, paint)
        parts.box(
            (-2.62, -0.8, s * 0.66),
            (0.06, 0.2, 0.32),
            palette.glowing("headlamp", "#fff3d8", (5, 4.6, 3.8)) if lit else palette.FRAME_WHITE,
        )
        parts.box((2.62, -0.85, s * 0.78), (0.05, 0.3, 0.14), palette.make("tail lamp", "plain", "#7a1512"))
        for x in (-1.75, 1.7):
            wheel(parts, x, s * 0.82, 0.4, 0.26)
    for (x0, y0), (x1, y1), stuff in (
        (side[0], side[1], paint),
        (side[1], side[2], paint),
        (side[2], side[3], GLASS),
        (side[3], side[4], paint),
        (side[4], side[5], GLASS),
    ):
        w0, w1 = half - 0.14 * (y0 > 1.5), half - 0.14 * (y1 > 1.5)
        parts.quad([[x0, -y0, -w0], [x0, -y0, w0], [x1, -y1, w1], [x1, -y1, -w1]], stuff)
    parts.box((1.75, -0.62, 0), (1.7, 0.06, 1.7), DARK)
    parts.box((2.58, -0.8, 0), (0.06, 0.6, 1.8), paint)
    parts.box((0, -0.42, 0), (5.1, 0.1, 1.6), DARK)
    for x in (-2.66, 2.68):
        parts.box((x, -0.5, 0), (0.12, 0.2, 1.8), palette.STEEL)
    parts.box((-2.63, -0.75, 0), (0.05, 0.3, 0.9), palette.IRON)
    return parts.mesh("vehicle")


@made_as("tractor")
def tractor(rng: np.random.Generator) -> Mesh:
    """A farm tractor with a cab."""
    parts, paint = Parts(), lacquer(rng, ("#a3302a", "#3f7a3a", "#2f5f9a"))
    parts.box((-1.0, -1.15, 0), (1.7, 0.62, 0.72), paint)
    parts.box((-1.0, -1.5, 0), (1.6, 0.1, 0.6), paint)
    parts.box((-1.88, -1.15, 0), (0.08, 0.55, 0.6), palette.IRON)
    parts.box((0.1, -0.75, 0), (3.0, 0.4, 0.6), DARK)
    for s in (-1.0, 1.0):
        wheel(parts, 0.75, s * 0.85, 0.78, 0.42)
        wheel(parts, -1.35, s * 0.72, 0.44, 0.26)
        a = np.linspace(-0.3, np.pi * 0.75, 9)
        parts.add(
            tube(np.stack([0.75 + 0.9 * np.cos(a), -0.78 - 0.9 * np.sin(a), 0 * a + s * 0.85], 1), 0.09, paint, sides=6)
        )
        for k in range(14):
            t = k * np.pi / 7
            parts.box((0.75 + 0.78 * np.cos(t), -0.78 + 0.78 * np.sin(t), s * 0.85), (0.1, 0.1, 0.4), RUBBER, yaw=0.0)
        for x, lean in ((-0.1, -0.12), (1.15, 0.05)):
            parts.beam((x, -1.25, s * 0.62), (x + lean, -2.5, s * 0.55), 0.07, 0.07, paint)
        parts.quad(
            [[-0.12, -1.3, s * 0.62], [1.12, -1.3, s * 0.62], [1.15, -2.45, s * 0.55], [-0.2, -2.45, s * 0.55]], GLASS
        )
    parts.quad([[-0.1, -1.3, -0.6], [-0.1, -1.3, 0.6], [-0.2, -2.45, 0.53], [-0.2, -2.45, -0.53]], GLASS)
    parts.box((0.5, -2.52, 0), (1.6, 0.1, 1.3), paint)
    parts.box((0.55, -1.1, 0), (1.0, 0.3, 1.1), paint)
    parts.add(cylinder((-1.0, -1.5, 0.2), 0.9, 0.045, palette.IRON, sides=8))
    return parts.mesh("vehicle")


@made_as("tram")
def tram(rng: np.random.Generator, lit: bool = False) -> Mesh:
    """A tram of 13 m with its pole."""
    parts, paint = Parts(), lacquer(rng, ("#9c2f28", "#c9a23a", "#2f5f6a"))
    cream = palette.make("tram cream", "plain", "#d8cfb8", roughness=0.4)
    hull(parts, 0.5, 3.3, -6.5, 6.5, 1.15, paint)
    for s in (-1.0, 1.0):
        parts.box((0, -2.15, s * 1.153), (12.7, 1.35, 0.02), cream)
        parts.quad(
            [[s * 6.52, -2.75, -0.95], [s * 6.52, -2.75, 0.95], [s * 6.52, -1.5, 0.95], [s * 6.52, -1.5, -0.95]], GLASS
        )
        parts.add(
            sphere(
                (s * 6.5, -1.05, 0),
                0.16,
                palette.glowing("tram lamp", "#fff0c8", (6, 5, 3.4)) if lit else cream,
                subdivisions=2,
            )
        )
    band(parts, 1.55, 2.75, -5.9, 5.9, 1.16, 9, cream)
    parts.box((0, -3.4, 0), (7, 0.24, 1.2), palette.ZINC)
    parts.beam((1.5, -3.4, 0), (-0.6, -4.3, 0), 0.05, 0.05, palette.IRON)
    parts.beam((-0.6, -4.3, 0), (0.9, -5.2, 0), 0.05, 0.05, palette.IRON)
    parts.box((0.9, -5.2, 0), (0.1, 0.05, 1.3), palette.IRON)
    for x in (-4.2, -2.6, 2.6, 4.2):
        for z in (-0.72, 0.72):
            wheel(parts, x, z, 0.36, 0.12)
    parts.box((0, -0.42, 0), (11.8, 0.3, 1.9), DARK)
    return parts.mesh("vehicle")


@made_as("train")
def train(rng: np.random.Generator, lit: bool = False, coaches: int = 3) -> Mesh:
    """A locomotive at -x and its coaches, on their wheels; the rails are not its own."""
    parts, paint = Parts(), lacquer(rng, ("#8a2a24", "#2f4f74", "#35604a", "#7a5a2c"))
    pale = palette.make("coach band", "plain", "#cfc8b4", roughness=0.4)
    length, x = 17.0, -8.5
    hull(parts, 1.0, 3.9, x - 6, x + 6, 1.45, paint, bevel=0.45)
    for s in (-1.0, 1.0):
        parts.quad(
            [
                [x - 6.02, -3.4, s * 1.2],
                [x - 6.02, -3.4, s * 0.15],
                [x - 6.02, -2.5, s * 0.15],
                [x - 6.02, -2.5, s * 1.2],
            ],
            GLASS,
        )
        parts.add(
            sphere(
                (x - 6.0, -1.5, s * 0.9),
                0.2,
                palette.glowing("train lamp", "#fff0c8", (9, 8, 6)) if lit else pale,
                subdivisions=2,
            )
        )
        parts.box((x, -2.0, s * 1.46), (11.9, 0.35, 0.02), pale)
        for k in range(7):
            parts.box((x - 3.5 + 1.3 * k, -2.95, s * 1.46), (0.9, 0.7, 0.03), palette.IRON)
        parts.quad(
            [
                [x - 5.6, -3.3, s * 1.465],
                [x - 4.7, -3.3, s * 1.465],
                [x - 4.7, -2.4, s * 1.465],
                [x - 5.6, -2.4, s * 1.465],
            ],
            GLASS,
        )
    parts.box((x - 6.05, -1.15, 0), (0.15, 0.35, 2.7), DARK)
    ends = [(x, 6.0)]
    at = x + 6.6
    for _ in range(coaches):
        hull(parts, 1.05, 3.8, at, at + length, 1.42, paint, bevel=0.5)
        for s in (-1.0, 1.0):
            parts.box((at + length / 2, -2.55, s * 1.425), (length - 0.3, 1.15, 0.02), pale)
            for door in (at + 1.0, at + length - 1.0):
                parts.box((door, -2.2, s * 1.44), (1.0, 2.2, 0.03), paint, tint=0.8)
                parts.quad(
                    [
                        [door - 0.3, -3.1, s * 1.46],
                        [door + 0.3, -3.1, s * 1.46],
                        [door + 0.3, -2.2, s * 1.46],
                        [door - 0.3, -2.2, s * 1.46],
                    ],
                    GLASS,
                )
        band(parts, 2.15, 3.05, at + 1.8, at + length - 1.8, 1.43, 9, DARK)
        if lit:
            warm = palette.glowing("coach light", "#ffdca0", (1.3, 0.95, 0.5))
            for s in (-1.0, 1.0):
                for i in range(9):
                    a = at + 1.8 + (length - 3.6) * (i + 0.12) / 9
                    b = at + 1.8 + (length - 3.6) * (i + 0.88) / 9
                    parts.quad(
                        [[a, -3.0, s * 1.45], [b, -3.0, s * 1.45], [b, -2.2, s * 1.45], [a, -2.2, s * 1.45]], warm
                    )
        ends.append((at + length / 2, length / 2))
        at += length + 0.6
    for centre, half in ends:
        parts.box((centre, -0.95, 0), (2 * half - 0.6, 0.22, 2.2), DARK)
        for c in (centre - half + 2.2, centre + half - 2.2):
            parts.box((c, -0.55, 0), (2.6, 0.3, 2.0), DARK)
            for d in (-0.9, 0.9):
                for z in (-0.75, 0.75):
                    parts.add(tube([[c + d, -0.46, z - 0.06], [c + d, -0.46, z + 0.06]], 0.46, palette.STEEL, sides=18))
    return parts.mesh("vehicle")


@made_as("rails")
def rails(length: float = 60.0, gauge: float = 1.44) -> Mesh:
    """Track along x on sleepers in ballast, its top at the ground."""
    parts = Parts()
    stones = palette.make("ballast", "stone", "#7d766d", "#6a645c", "#413d38", scale=0.09, bump=0.03, variation=0.8)
    half = length / 2
    for s in (-1.0, 1.0):
        parts.quad([[-half, -0.1, 0], [half, -0.1, 0], [half, -0.1, s * 1.5], [-half, -0.1, s * 1.5]], stones)
        parts.quad(
            [[-half, -0.1, s * 1.5], [half, -0.1, s * 1.5], [half, 0.25, s * 2.2], [-half, 0.25, s * 2.2]], stones
        )
        parts.box(
            (0, -0.24, s * gauge / 2),
            (length, 0.14, 0.07),
            palette.make("rail", "metal", "#8b7b6d", "#7a6a5c", "#5a4636", roughness=0.5, wear=0.5),
        )
    for x in np.arange(-half + 0.3, half, 0.65):
        parts.box(
            (x, -0.13, 0),
            (0.26, 0.12, 2.5),
            palette.make("sleeper", "wood", "#4a3d31", "#554738", "#2b231c", scale=0.2),
            grain=2,
        )
    return parts.mesh("road")


@made_as("aeroplane")
def airliner(rng: np.random.Generator, flying: bool = False) -> Mesh:
    """An airliner of 24 m along x, on its wheels."""
    parts = Parts()
    white = palette.make("main fuselage", "plain", "#d6d8da", None, None, roughness=0.35, wear=0.1)
    mark = palette.make(
        "airline colour", "plain", ("#2f5f9a", "#9c2f28", "#2f7a6a")[int(rng.integers(3))], roughness=0.35
    )
    y = -3.0
    xs = [-12, -11.3, -10, -8, -4, 4, 8, 11, 12.5]
    rs = [0.15, 0.75, 1.25, 1.5, 1.55, 1.55, 1.25, 0.6, 0.25]
    ys = [y + 0.35, y + 0.25, y + 0.1, y, y, y, y - 0.2, y - 0.6, y - 0.75]
    parts.add(tube(np.stack([xs, ys, np.zeros(9)], 1), rs, white, sides=24))
    for s in (-1.0, 1.0):
        wing = [[-1.6, y + 0.7, s * 1.1], [3.2, y + 0.7, s * 1.1], [5.2, y - 0.1, s * 11.5], [3.8, y - 0.1, s * 11.5]]
        parts.quad(wing, white)
        parts.quad(
            [[p[0], p[1] + 0.22 * (1 if i in (0, 1) else 0.3), p[2]] for i, p in enumerate(wing)], white, tint=0.9
        )
        parts.quad(
            [
                wing[0],
                wing[3],
                [wing[3][0], wing[3][1] + 0.07, wing[3][2]],
                [wing[0][0], wing[0][1] + 0.22, wing[0][2]],
            ],
            white,
        )
        parts.quad(
            [[9.2, y - 0.7, s * 0.4], [11.4, y - 0.7, s * 0.4], [12.4, y - 0.9, s * 4.0], [11.4, y - 0.9, s * 4.0]],
            mark,
        )
        parts.add(
            tube(
                [
                    [-1.2, y + 1.35, s * 4.0],
                    [-0.9, y + 1.35, s * 4.0],
                    [1.2, y + 1.3, s * 4.0],
                    [1.7, y + 1.25, s * 4.0],
                ],
                [0.6, 0.72, 0.6, 0.35],
                mark,
                sides=18,
            )
        )
        parts.add(tube([[-1.23, y + 1.35, s * 4.0], [-1.2, y + 1.35, s * 4.0]], 0.5, palette.IRON, sides=16))
        parts.box((0.6, y + 0.75, s * 4.0), (1.6, 0.5, 0.16), white)
        for k in range(22):
            parts.box((-7.6 + 0.72 * k, y - 0.42, s * 1.5), (0.26, 0.36, 0.06), GLASS)
        parts.box((0.2, y + 0.05, s * 1.545), (18.0, 0.18, 0.03), mark)
        parts.quad(
            [
                [-11.3, y - 0.25, s * 0.5],
                [-10.4, y - 0.75, s * 0.6],
                [-10.4, y - 0.35, s * 1.06],
                [-11.1, y + 0.05, s * 0.82],
            ],
            GLASS,
        )
        if not flying:
            for dx in (-0.4, 0.4):
                wheel(parts, 1.6 + dx, s * 1.9, 0.5, 0.34)
            parts.add(tube([[1.6, -0.5, s * 1.9], [1.6, y + 0.9, s * 1.9]], 0.12, palette.STEEL, sides=8))
            wheel(parts, -9.2, s * 0.25, 0.38, 0.2)
    parts.quad([[8.0, y - 1.4, 0.06], [10.2, y - 1.1, 0.06], [13.3, y - 4.6, 0.02], [11.8, y - 4.6, 0.02]], mark)
    parts.quad([[8.0, y - 1.4, -0.06], [10.2, y - 1.1, -0.06], [13.3, y - 4.6, -0.02], [11.8, y - 4.6, -0.02]], mark)
    if not flying:
        parts.add(tube([[-9.2, -0.4, 0], [-9.2, y + 1.2, 0]], 0.1, palette.STEEL, sides=8))
    return parts.mesh("vehicle")


@made_as("wreck")
def wreck(rng: np.random.Generator) -> Mesh:
    """A car that has rusted where it stood: no glass, no wheels, its bonnet up."""
    rust = palette.make(
        "main rust", "metal", "#7a4a30", "#8f5c3c", "#4a2e20", scale=0.7, roughness=0.9, wear=1.0, bump=0.006
    )
    parts = Parts()
    half = 0.82
    for s in (-1.0, 1.0):
        parts.quad(
            [[-2.1, -0.75, s * half], [2.1, -0.85, s * half], [2.1, -0.2, s * half], [-2.1, -0.2, s * half]], rust
        )
        for x, u in ((-1.1, -0.6), (0.15, 0.15), (1.5, 0.9)):
            parts.beam((x, -0.8, s * half), (u, -1.28, s * (half - 0.18)), 0.07, 0.04, rust)
    parts.quad([[-0.65, -1.28, -0.66], [0.95, -1.3, -0.66], [0.95, -1.26, 0.66], [-0.65, -1.3, 0.66]], rust)
    parts.quad([[-1.15, -0.8, -half], [-1.15, -0.8, half], [-1.6, -1.5, 0.78], [-1.6, -1.5, -0.78]], rust)
    parts.quad([[1.5, -0.85, -half], [2.12, -0.84, -half], [2.12, -0.84, half], [1.5, -0.85, half]], rust)
    for x in (-2.1, 2.1):
        parts.box((x, -0.5, 0), (0.06, 0.6, 1.64), rust)
    parts.box((0, -0.22, 0), (4.1, 0.08, 1.6), DARK)
    for x in (-0.5, 0.5):
        parts.box((x, -0.5, 0.35), (0.45, 0.5, 0.5), palette.make("burnt seat", "fabric", "#2b2622", scale=0.05))
        parts.box((x, -0.5, -0.35), (0.45, 0.5, 0.5), palette.make("burnt seat", "fabric", "#2b2622", scale=0.05))
    for x in (-1.35, 1.3):
        for z in (-0.8, 0.8):
            parts.add(tube([[x, -0.24, z - 0.08], [x, -0.24, z + 0.08]], 0.22, rust, sides=12))
    at = placement([0, 0, 0])
    out = Parts()
    out.add(parts, at)
    return out.mesh("vehicle")
