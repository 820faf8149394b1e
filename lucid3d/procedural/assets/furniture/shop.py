"""What cafés, shops, schools, offices and wards are made of."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.assets.furniture.furniture import cushion
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube


def counter(width: float, wood: Material, top: Material) -> Mesh:
    """A counter 1.08 m high, panelled towards the guests (-z), with a foot rail."""
    parts = Parts()
    parts.box((0, -0.53, 0.02), (width, 1.02, 0.56), wood, grain=1)
    parts.box((0, -0.05, -0.01), (width - 0.02, 0.1, 0.56), wood, tint=0.6)
    parts.box((0, -1.06, 0), (width + 0.08, 0.05, 0.72), top, grain=0)
    count = max(2, round(width / 0.55))
    pitch = width / count
    for i in range(count):
        x = -width / 2 + pitch * (i + 0.5)
        parts.box((x, -0.57, -0.265), (pitch - 0.09, 0.72, 0.02), wood, grain=1, tint=0.86)
        for side in (-1.0, 1.0):
            parts.box((x + side * (pitch / 2 - 0.035), -0.57, -0.275), (0.05, 0.86, 0.03), wood, grain=1)
    for y in (0.15, 0.97):
        parts.box((0, -y, -0.275), (width, 0.07, 0.03), wood, grain=0)
    parts.add(tube([[-width / 2 + 0.1, -0.2, -0.36], [width / 2 - 0.1, -0.2, -0.36]], 0.018, palette.BRASS, sides=8))
    return parts.mesh("counter")


def stool(height: float, wood: Material) -> Mesh:
    """A round stool with a ring to rest the feet on."""
    parts = Parts()
    parts.add(cylinder((0, -height + 0.04, 0), 0.04, 0.17, wood, sides=24))
    for a in np.pi / 4 + np.arange(4) * np.pi / 2:
        c, s = np.cos(a), np.sin(a)
        parts.beam((0.19 * c, 0, 0.19 * s), (0.11 * c, -height + 0.04, 0.11 * s), 0.032, 0.032, palette.IRON)
    ring = np.linspace(0, 2 * np.pi, 25)
    parts.add(
        tube(np.stack([0.165 * np.cos(ring), 0 * ring - 0.24, 0.165 * np.sin(ring)], 1), 0.01, palette.IRON, sides=6)
    )
    return parts.mesh("stool")


def bench(width: float, wood: Material, cloth: Material) -> Mesh:
    """A cushioned bench with a high back, as along a café's wall."""
    parts = Parts()
    parts.box((0, -0.2, 0.0), (width, 0.4, 0.44), wood, grain=0)
    parts.box((0, -0.5, 0.21), (width, 1.0, 0.06), wood, grain=1)
    parts.box((0, -1.01, 0.2), (width + 0.02, 0.04, 0.09), wood)
    count = max(1, round(width / 0.75))
    for i in range(count):
        x = width * ((i + 0.5) / count - 0.5)
        parts.add(cushion((width / count - 0.01, 0.1, 0.46), (x, -0.44, -0.02), cloth, soft=0.25))
        parts.add(cushion((width / count - 0.02, 0.42, 0.1), (x, -0.72, 0.14), cloth, soft=0.3, tilt=-0.1))
    return parts.mesh("bench")


def espresso_machine() -> Mesh:
    """A machine for two cups, its groups towards -z, cups to warm on its top."""
    parts = Parts()
    steel = palette.STEEL
    parts.box((0, -0.06, 0), (0.72, 0.1, 0.46), steel)
    parts.box((0, -0.27, 0.12), (0.72, 0.34, 0.22), steel)
    parts.box((0, -0.4, 0.0), (0.72, 0.1, 0.46), stuff.ENAMEL)
    parts.box((0, -0.115, -0.06), (0.6, 0.012, 0.3), palette.IRON)
    for x in (-0.17, 0.17):
        parts.add(cylinder((x, -0.29, -0.1), 0.06, 0.035, steel, sides=14))
        parts.beam((x, -0.28, -0.1), (x, -0.26, -0.3), 0.025, 0.025, stuff.BLACK_WOOD)
    for x in (-0.33, 0.33):
        parts.add(tube([[x, -0.36, -0.2], [x, -0.24, -0.24], [x, -0.14, -0.22]], 0.007, steel, sides=6))
    for i in range(10):
        x, z = -0.27 + 0.13 * (i % 5), -0.09 + 0.14 * (i // 5)
        parts.add(tube([[x, -0.45, z], [x, -0.51, z]], [0.03, 0.04], stuff.PORCELAIN, sides=12))
    return parts.mesh("machine")


def pastry_case(rng: np.random.Generator, width: float, wood: Material, top: Material) -> Mesh:
    """A counter with a glass case of cakes and rolls on it, open to -z."""
    parts = Parts()
    parts.add(counter(width, wood, top))
    for y in (1.1, 1.32):
        parts.box((0, -y, 0.04), (width - 0.06, 0.012, 0.5), stuff.WHITE_PAINT)
        x = -width / 2 + 0.14
        while x < width / 2 - 0.1:
            kind, color = (
                int(rng.integers(3)),
                ("#a8703a", "#c9a05c", "#6b3f28", "#d8c4a0", "#b0564a")[int(rng.integers(5))],
            )
            crust = palette.make(f"pastry {color}", "mottled", color, scale=0.03, roughness=0.7)
            if kind == 0:
                parts.add(cylinder((x, -y - 0.006, 0.0), 0.08, 0.1, crust, sides=20))
                parts.add(
                    sphere(
                        (x, -y - 0.095, 0.0),
                        (0.02, 0.016, 0.02),
                        palette.make("cherry", "plain", "#8f2420"),
                        subdivisions=1,
                    )
                )
            else:
                for z in (-0.12, 0.0, 0.12):
                    parts.add(sphere((x, -y - 0.035, z), (0.065, 0.038, 0.045), crust, subdivisions=2))
            x += 0.24 if kind == 0 else 0.16
    for side in (-1.0, 1.0):
        parts.box((side * (width / 2 - 0.02), -1.33, 0.04), (0.02, 0.5, 0.52), palette.STEEL)
    parts.box((0, -1.59, 0.04), (width, 0.03, 0.54), palette.STEEL)
    return parts.mesh("counter")


def till() -> Mesh:
    """A cash register with a screen on a stem."""
    parts = Parts()
    parts.box((0, -0.06, 0), (0.4, 0.12, 0.36), stuff.ENAMEL)
    parts.beam((0, -0.12, 0.05), (0, -0.22, 0.05), 0.04, 0.04, palette.IRON)
    parts.box((0, -0.3, 0.03), (0.34, 0.2, 0.03), stuff.BLACK_WOOD)
    parts.quad([[-0.15, -0.38, 0.05], [0.15, -0.38, 0.05], [0.15, -0.22, 0.05], [-0.15, -0.22, 0.05]], stuff.SCREEN_OFF)
    return parts.mesh("machine")


def computer(lit: bool) -> Mesh:
    """A screen, a keyboard and a mouse; one looks at it from -z."""
    parts = Parts()
    parts.box((0, -0.01, 0.1), (0.22, 0.02, 0.18), palette.IRON)
    parts.beam((0, 0, 0.13), (0, -0.2, 0.13), 0.05, 0.03, palette.IRON)
    parts.box((0, -0.31, 0.1), (0.56, 0.34, 0.03), stuff.BLACK_WOOD)
    shown = palette.glowing("screen lit", "#8fb0c9", (0.45, 0.62, 0.85)) if lit else stuff.SCREEN_OFF
    parts.quad([[-0.26, -0.46, 0.083], [0.26, -0.46, 0.083], [0.26, -0.16, 0.083], [-0.26, -0.16, 0.083]], shown)
    parts.box((0, -0.012, -0.12), (0.42, 0.02, 0.14), stuff.ENAMEL)
    parts.add(sphere((0.29, -0.015, -0.12), (0.03, 0.018, 0.05), stuff.ENAMEL, subdivisions=2))
    return parts.mesh("machine")


def blackboard(rng: np.random.Generator, width: float, height: float, frame: Material, *, menu: bool = False) -> Mesh:
    """A board with lines of chalk (`menu`: in two columns with prices); its back at z = 0, its middle at the origin."""
    parts = Parts()
    slate = palette.make(
        "slate board", "mottled", "#26302b" if not menu else "#24211f", scale=0.3, roughness=0.9, wear=0.3
    )
    chalk = palette.make("chalk", "paper", "#c9c5b8")
    parts.box((0, 0, -0.015), (width, height, 0.02), slate)
    for y in (-height / 2, height / 2):
        parts.box((0, y, -0.02), (width + 0.08, 0.05, 0.04), frame, grain=0)
    for x in (-width / 2, width / 2):
        parts.box((x, 0, -0.02), (0.05, height, 0.04), frame, grain=1)
    if not menu:
        parts.box((0, height / 2 + 0.03, -0.06), (width * 0.9, 0.02, 0.09), frame)
    columns = 2 if menu else 1
    wide = width / columns
    for column in range(columns):
        left = -width / 2 + wide * column + 0.1
        y = -height / 2 + 0.16
        while y < height / 2 - 0.12:
            x, stop = left, left + (wide - 0.2) * (0.7 if menu else rng.uniform(0.35, 0.95))
            while x < stop:  # words of a few strokes
                letters = int(rng.integers(3, 9))
                for _ in range(letters):
                    tall = rng.uniform(0.018, 0.04)
                    parts.box((x, y - tall / 2 + 0.012, -0.027), (0.006, tall, 0.002), chalk)
                    parts.box((x + 0.009, y + rng.uniform(-0.02, 0.01), -0.027), (0.014, 0.005, 0.002), chalk)
                    x += 0.026
                x += 0.04
            if menu:
                parts.box((left + wide - 0.26, y, -0.027), (0.06, 0.026, 0.002), chalk)
            y += 0.1
    return parts.mesh("blackboard")


def strip_light(length: float, lit: bool) -> Mesh:
    """A fluorescent light under the ceiling at y = 0."""
    parts = Parts()
    parts.box((0, 0.03, 0), (length, 0.05, 0.14), stuff.WHITE_PAINT)
    tube_light = palette.glowing("tube lit", "#eef4ff", (3.2, 3.5, 3.8)) if lit else stuff.PORCELAIN
    parts.box((0, 0.066, 0), (length - 0.06, 0.03, 0.09), tube_light)
    return parts.mesh("lamp")


def hospital_bed(rng: np.random.Generator, cover: Material) -> Mesh:
    """A bed of steel tube on castors, its head raised, at +z."""
    parts = Parts()
    for z, high in ((-1.0, 0.85), (1.0, 1.05)):
        for x in (-0.42, 0.42):
            parts.add(tube([[x, -0.1, z], [x, -high, z]], 0.02, palette.STEEL, sides=8))
            parts.add(cylinder((x, 0, z), 0.1, 0.05, palette.IRON, sides=12))
        for y in np.linspace(0.5, high, 3):
            parts.add(tube([[-0.42, -y, z], [0.42, -y, z]], 0.016, palette.STEEL, sides=8))
    parts.box((0, -0.46, 0), (0.86, 0.05, 2.0), palette.STEEL)
    parts.add(cushion((0.86, 0.16, 1.35), (0, -0.56, -0.3), stuff.LINEN, soft=0.15))
    parts.add(cushion((0.86, 0.16, 0.75), (0, -0.7, 0.62), stuff.LINEN, soft=0.15, tilt=0.42))
    parts.add(
        cushion((0.6, 0.14, 0.36), (0, -0.88, 0.74), stuff.LINEN, soft=0.5, tilt=0.42, roll=rng.uniform(-0.05, 0.05))
    )
    parts.add(cushion((0.9, 0.12, 1.2), (0, -0.63, -0.36), cover, soft=0.18))
    return parts.mesh("bed")
