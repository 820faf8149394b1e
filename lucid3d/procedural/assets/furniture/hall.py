"""What churches, throne halls, taverns and dungeons are furnished with. Fronts are towards -z."""

from __future__ import annotations

import itertools

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.assets.furniture.furniture import cushion
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, lathe, sphere, tube

FLAME = (9.0, 4.2, 1.1)
"""Radiance of the brightest part of a torch's flame."""
GOLD = stuff.GOLD


def pew(width: float, wood: Material) -> Mesh:
    """A church bench with carved ends and a board for books on its back."""
    parts = Parts()
    parts.box((0, -0.44, 0.0), (width - 0.06, 0.04, 0.42), wood, grain=0)
    parts.box((0, -0.7, 0.22), (width - 0.06, 0.5, 0.03), wood, grain=0)
    parts.box((0, -0.22, 0.16), (width - 0.06, 0.36, 0.03), wood, grain=0, tint=0.8)
    parts.box((0, -0.93, 0.28), (width - 0.06, 0.03, 0.14), wood, grain=0)
    for x in (-width / 2, width / 2):
        parts.box((x, -0.31, 0.02), (0.06, 0.62, 0.5), wood, grain=1)
        parts.box((x, -0.8, 0.19), (0.06, 0.4, 0.16), wood, grain=1)
        parts.add(sphere((x, -1.02, 0.19), (0.045, 0.06, 0.08), wood, subdivisions=2))
        parts.box((x, -0.03, 0.02), (0.09, 0.06, 0.56), wood, tint=0.9)
    return parts.mesh("pew")


def altar(width: float, stone: Material, cloth: Material) -> Mesh:
    """A stone table on two steps with a cloth, a cross and two candles."""
    parts = Parts()
    for y, grow in ((0.15, 1.4), (0.3, 0.9)):
        parts.box((0, -y + 0.075, -0.1), (width + grow, 0.15, 1.1 + grow * 0.8), stone, grain=-2)
    parts.box((0, -0.72, 0), (width * 0.9, 0.84, 0.7), stone, grain=-2)
    parts.box((0, -1.17, 0), (width, 0.09, 0.85), stone, grain=-2)
    parts.box((0, -1.222, 0), (width * 0.5, 0.014, 0.87), cloth)
    parts.box((0, -1.0, -0.433), (width * 0.5, 0.45, 0.014), cloth)
    parts.box((0, -0.79, -0.438), (width * 0.5, 0.05, 0.012), GOLD)
    parts.box((0, -1.25, 0.15), (0.26, 0.05, 0.2), GOLD)
    parts.box((0, -1.62, 0.15), (0.06, 0.76, 0.045), GOLD)
    parts.box((0, -1.75, 0.15), (0.42, 0.06, 0.045), GOLD)
    return parts.mesh("altar")


def throne(rng: np.random.Generator, main: Material, cloth: Material) -> Mesh:
    """A high-backed seat on two steps, with arms, knobs and a crest."""
    parts = Parts()
    for y, grow in ((0.16, 0.9), (0.32, 0.45)):
        parts.box((0, -y + 0.08, -0.12), (1.0 + grow, 0.16, 1.0 + grow), stuff.MARBLE_TOP)
    base = 0.32
    parts.box((0, -base - 0.22, 0), (0.86, 0.44, 0.72), main)
    for x in (-0.39, 0.39):
        for z in (-0.32, 0.32):
            parts.box((x, -base - 0.24, z), (0.1, 0.48, 0.1), main)
        parts.box((x, -base - 0.72, -0.02), (0.11, 0.07, 0.72), main)
        parts.beam((x, -base - 0.46, -0.34), (x, -base - 0.72, -0.34), 0.07, 0.07, main)
        parts.add(sphere((x, -base - 0.75, -0.37), 0.075, main, subdivisions=2))
        parts.box((x, -base - 1.05, 0.32), (0.1, 1.7, 0.1), main, grain=1)
        parts.add(lathe([(0.05, 1.9), (0.08, 1.98), (0.05, 2.05), (0.07, 2.1), (0.0, 2.22)], main, sides=14,
                        center=(x, -base, 0.32)))  # fmt: skip
    parts.box((0, -base - 1.0, 0.34), (0.74, 1.3, 0.06), main, grain=1)
    for k, (w, h) in enumerate(((0.74, 0.16), (0.52, 0.14), (0.3, 0.12))):
        parts.box((0, -base - 1.72 - 0.13 * k, 0.34), (w, h, 0.07), main)
    parts.add(sphere((0, -base - 2.12, 0.34), 0.1, main, subdivisions=2))
    parts.add(sphere((0, -base - 1.82, 0.29), (0.09, 0.11, 0.04), cloth, subdivisions=2))
    parts.add(cushion((0.64, 0.14, 0.62), (0, -base - 0.49, -0.03), cloth, soft=0.3))
    parts.add(cushion((0.58, 1.0, 0.1), (0, -base - 1.08, 0.28), cloth, soft=0.25))
    return parts.mesh("throne")


def banner(rng: np.random.Generator, width: float, height: float, cloth: Material) -> Mesh:
    """A long cloth with a pointed end and a device, hung from a pole; its back at z = 0, its middle at the origin."""
    parts = Parts()
    top, tip = -height / 2, height / 2
    parts.add(tube([[-width / 2 - 0.12, top, -0.1], [width / 2 + 0.12, top, -0.1]], 0.025, GOLD, sides=10))
    for x in (-width / 2 - 0.12, width / 2 + 0.12):
        parts.add(sphere((x, top, -0.1), 0.05, GOLD, subdivisions=2))
    phase = rng.uniform(0, 6)
    xs = np.linspace(-width / 2, width / 2, 13)
    fold = -0.1 + 0.03 * np.sin(xs / width * 13 + phase)
    low = tip - 0.45 * width * np.abs(xs) / (width / 2)
    pale = palette.painted(cloth, palette.shade(cloth.colors[0], 1.6))
    for i in range(12):
        parts.quad(
                [[xs[i], top, -0.1], [xs[i + 1], top, -0.1], [xs[i + 1], low[i + 1], fold[i + 1]],
                 [xs[i], low[i], fold[i]]], cloth,
        )  # fmt: skip
        a, b = (xs[i], low[i], fold[i]), (xs[i + 1], low[i + 1], fold[i + 1])
        parts.quad([[a[0], a[1] - 0.1, a[2] - 0.006], [b[0], b[1] - 0.1, b[2] - 0.006], [b[0], b[1], b[2] - 0.006],
                    [a[0], a[1], a[2] - 0.006]], GOLD)  # fmt: skip
    middle = top + height * 0.4
    angle = np.linspace(0, 2 * np.pi, 13)
    for i in range(12):
        r0, r1 = (width * (0.28 if k % 2 else 0.17) for k in (i, i + 1))
        p = [r0 * np.sin(angle[i]), middle - r0 * np.cos(angle[i]), -0.14]
        q = [r1 * np.sin(angle[i + 1]), middle - r1 * np.cos(angle[i + 1]), -0.14]
        parts.quad([[0, middle, -0.14], p, q, [0, middle, -0.14]], GOLD)
    parts.add(_disc((0, middle, -0.145), width * 0.1, pale))
    return parts.mesh("banner")


def _disc(center: tuple[float, float, float], radius: float, material: Material, sides: int = 20) -> Mesh:
    """A round face towards -z."""
    a = np.linspace(0, 2 * np.pi, sides + 1)[:-1]
    rim = np.array(center) + np.stack([radius * np.cos(a), radius * np.sin(a), 0 * a], 1)
    i = np.arange(sides)
    return Mesh(np.concatenate([rim, [center]]), np.stack([i, (i + 1) % sides, np.full(sides, sides)], 1), (material,))


def flame(height: float, at: tuple[float, float, float], radiance: tuple[float, float, float] = FLAME) -> Mesh:
    """A flame: a bright core in two darker tongues, so that it has a shape."""
    parts = Parts()
    red, green, blue = radiance
    hues = (
        ("flame outer", "#e06a1e", (red * 0.45, green * 0.32, blue * 0.2), 1.0, 0.3),
        ("flame inner", "#ffb347", (red, green, blue), 0.68, 0.2),
        ("flame core", "#ffe6a8", (red * 1.25, green * 1.5, blue * 2.4), 0.36, 0.11),
    )
    x, y, z = at
    for k, (name, color, light, share, wide) in enumerate(hues):
        h, r = height * share, height * wide
        profile = [(r * 0.35, 0.0), (r, 0.22 * h), (r * 0.85, 0.42 * h), (r * 0.4, 0.72 * h), (0.004, h)]
        parts.add(lathe(profile, palette.glowing(name, color, light), sides=12, center=(x, y, z - 0.012 * k)))
        if k == 0:
            for a in (0.6, 2.7, 4.6):
                c, s = np.cos(a) * r * 0.75, np.sin(a) * r * 0.75
                tongue = [(r * 0.2, 0.0), (r * 0.5, 0.2 * h), (r * 0.25, 0.5 * h), (0.003, 0.72 * h)]
                parts.add(lathe(tongue, palette.glowing(name, color, light), sides=8, center=(x + c, y, z + s)))
    return parts.mesh("lamp")


def bracket_torch(lit: bool) -> Mesh:
    """A torch in an iron bracket on a wall (back at z = 0); its light is at (0, -0.32, -0.22)."""
    parts = Parts()
    parts.box((0, 0.05, -0.02), (0.09, 0.26, 0.03), palette.IRON)
    parts.beam((0, 0.1, -0.03), (0, 0.02, -0.17), 0.025, 0.025, palette.IRON)
    for y in (0.0, 0.1):
        ring = np.linspace(0, 2 * np.pi, 13)
        parts.add(tube(np.stack([0.045 * np.cos(ring), y - 0.02 + 0 * ring, -0.17 + 0.045 * np.sin(ring)], 1), 0.01,
                       palette.IRON, sides=5))  # fmt: skip
    parts.add(tube([[0, 0.3, -0.12], [0, -0.05, -0.18], [0, -0.12, -0.19]], [0.022, 0.03, 0.05], palette.OLD_WOOD))
    parts.add(cylinder((0, -0.06, -0.185), 0.1, 0.055, stuff.SOOT, top_radius=0.05, sides=10))
    if lit:
        parts.add(flame(0.34, (0, -0.15, -0.19)))
    return parts.mesh("torch")


def sconce(lit: bool) -> Mesh:
    """A brass wall lamp with a cloth shade (back at z = 0); its light is at (0, -0.08, -0.16)."""
    parts = Parts()
    parts.box((0, 0.0, -0.012), (0.09, 0.22, 0.024), palette.BRASS)
    parts.add(tube([[0, 0.04, -0.02], [0, 0.07, -0.1], [0, 0.0, -0.15]], 0.01, palette.BRASS, sides=8))
    shade = (
        palette.glowing("wall shade lit", "#e2c48f", (1.9, 1.25, 0.6))
        if lit
        else palette.make("wall shade", "fabric", "#cbb68c", scale=0.012, translucency=0.3)
    )
    parts.add(tube([[0, 0.0, -0.15], [0, -0.18, -0.15]], [0.11, 0.07], shade, sides=20, caps=False))
    return parts.mesh("lamp")


def candle_stand(lit: bool, height: float) -> Mesh:
    """A tall iron stand with five candles."""
    parts = Parts()
    parts.add(lathe([(0.19, 0.0), (0.17, 0.03), (0.03, 0.08), (0.025, height * 0.5), (0.05, height * 0.53),
                     (0.02, height * 0.57), (0.018, height - 0.3)], palette.IRON, sides=14))  # fmt: skip
    wax = palette.make("church wax", "plain", "#d8cba8", translucency=0.4, roughness=0.5)
    for i, x in enumerate((-0.3, -0.15, 0.0, 0.15, 0.3)):
        y = height - 0.3 - 0.1 * abs(i - 2) + 0.12
        if i != 2:
            parts.add(tube([[0, -height + 0.42, 0], [x * 0.6, -height + 0.4, 0], [x, -y + 0.05, 0], [x, -y, 0]], 0.012,
                           palette.IRON, sides=6))  # fmt: skip
        parts.add(cylinder((x, -y, 0), 0.02, 0.04, palette.IRON, sides=12))
        parts.add(cylinder((x, -y - 0.02, 0), 0.2, 0.018, wax, sides=10))
        if lit:
            parts.add(flame(0.07, (x, -y - 0.22, 0), (10.0, 5.5, 1.6)))
    return parts.mesh("candle")


def armour(metal: Material) -> Mesh:
    """A suit of plate armour that stands with both hands on a sword, on a wooden base."""
    parts = Parts()
    parts.box((0, -0.05, 0), (0.62, 0.1, 0.5), stuff.WALNUT)
    for x in (-0.12, 0.12):
        parts.add(tube([[x * 1.3, -0.14, -0.1], [x * 1.15, -0.16, 0.03]], [0.05, 0.07], metal, sides=10))
        parts.add(lathe([(0.06, 0.1), (0.075, 0.3), (0.07, 0.5), (0.085, 0.56), (0.08, 0.62), (0.1, 0.9)], metal,
                        sides=14, center=(x, 0, 0)))  # fmt: skip
        parts.add(sphere((x * 2.1, -1.5, 0), (0.12, 0.1, 0.12), metal, subdivisions=2))
        parts.add(tube([[x * 2.2, -1.44, 0], [x * 2.3, -1.18, -0.04], [x * 0.35, -1.06, -0.24]], [0.075, 0.065, 0.05],
                       metal, sides=10))  # fmt: skip
    parts.add(lathe([(0.2, 0.88), (0.16, 1.0), (0.15, 1.12), (0.2, 1.32), (0.2, 1.46), (0.1, 1.56)], metal, sides=20))
    parts.add(
        lathe([(0.08, 1.55), (0.12, 1.62), (0.125, 1.72), (0.1, 1.82), (0.03, 1.88), (0.0, 1.9)], metal, sides=18)
    )
    parts.box((0, -1.72, -0.118), (0.18, 0.018, 0.03), stuff.SOOT)
    parts.box((0, -0.62, -0.26), (0.05, 1.0, 0.014), palette.STEEL)
    parts.box((0, -1.1, -0.26), (0.26, 0.03, 0.03), palette.BRASS)
    parts.add(cylinder((0, -1.1, -0.26), 0.16, 0.018, stuff.LEATHER, sides=8))
    return parts.mesh("armour")


def coffin(stone: Material) -> Mesh:
    """A stone coffin with a lid on which a cross is carved."""
    parts = Parts()
    parts.box((0, -0.06, 0), (0.95, 0.12, 2.15), stone, grain=2)
    parts.box((0, -0.4, 0), (0.8, 0.6, 2.0), stone, grain=2)
    for z in (-0.7, 0.0, 0.7):
        for x in (-0.41, 0.41):
            parts.box((x, -0.4, z), (0.03, 0.42, 0.5), stone, grain=2, tint=0.85)
    parts.box((0, -0.73, 0), (0.92, 0.1, 2.12), stone, grain=2)
    parts.box((0, -0.81, 0), (0.7, 0.07, 1.9), stone, grain=2, tint=1.05)
    parts.box((0, -0.86, 0.1), (0.1, 0.04, 1.3), stone, tint=0.9)
    parts.box((0, -0.86, 0.4), (0.46, 0.04, 0.1), stone, tint=0.9)
    return parts.mesh("coffin")


def chest(width: float, wood: Material, *, gold: bool = False) -> Mesh:
    """A trunk with a vaulted lid, iron bands and a lock; `gold`: open, and full of coins."""
    parts = Parts()
    deep, high = width * 0.58, width * 0.42
    parts.box((0, -high / 2, 0), (width, high, deep), wood, grain=0)
    lift = 1.1 if gold else 0.0
    arc = np.linspace(0, np.pi, 11)
    pivot = np.array([-high, deep / 2])
    points = np.stack([-high - np.sin(arc) * deep * 0.38, np.cos(arc) * deep / 2], 1) - pivot
    c, s = np.cos(lift), np.sin(lift)
    points = points @ np.array([[c, -s], [s, c]]) + pivot
    for (y0, z0), (y1, z1) in itertools.pairwise(points):
        for x0, x1, m, out in ((-width / 2, width / 2, wood, 0.0), (-width * 0.4, -width * 0.3, palette.IRON, 0.008),
                               (width * 0.3, width * 0.4, palette.IRON, 0.008)):  # fmt: skip
            parts.quad([[x0, y0 - out, z0], [x1, y0 - out, z0], [x1, y1 - out, z1], [x0, y1 - out, z1]], m)
    for x in (-width / 2, width / 2):
        middle = points.mean(axis=0)
        for (y0, z0), (y1, z1) in itertools.pairwise(points):
            parts.quad([[x, y0, z0], [x, y1, z1], [x, *middle], [x, *middle]], wood)
        parts.box((x, -high * 0.6, 0), (0.03, 0.05, 0.2), palette.IRON)
    for x in (-width * 0.35, width * 0.35):
        parts.box((x, -high / 2, 0), (width * 0.1, high + 0.01, deep + 0.016), palette.IRON)
    parts.box((0, -high + 0.05, -deep / 2 - 0.012), (0.14, 0.16, 0.025), palette.BRASS)
    if gold:
        rng = np.random.default_rng(3)
        parts.add(cushion((width * 0.9, 0.12, deep * 0.85), (0, -high, 0), GOLD, soft=0.6))
        for _ in range(40):
            x, z = rng.uniform(-0.4, 0.4) * width, rng.uniform(-0.36, 0.36) * deep
            parts.add(cylinder((x, -high - 0.07, z), 0.02, 0.03, GOLD, sides=8))
    return parts.mesh("chest")


def barred_door(width: float, height: float) -> Mesh:
    """An iron door of bars and plates, hung before a wall (back at z = 0, its middle at the origin)."""
    parts = Parts()
    parts.box((0, 0, -0.01), (width, height, 0.02), stuff.SOOT)
    for x in np.linspace(-width / 2 + 0.06, width / 2 - 0.06, 7):
        parts.add(tube([[x, -height / 2, -0.05], [x, height / 2, -0.05]], 0.014, palette.IRON, sides=6))
    for y in (-height / 2 + 0.03, -height * 0.17, height * 0.17, height / 2 - 0.03):
        parts.box((0, y, -0.05), (width, 0.07, 0.03), palette.IRON)
        for x in np.linspace(-width / 2 + 0.06, width / 2 - 0.06, 7):
            parts.add(sphere((x, y, -0.068), 0.014, palette.IRON, subdivisions=1))
    for x in (-width / 2 - 0.05, width / 2 + 0.05):
        parts.box((x, 0, -0.04), (0.1, height + 0.1, 0.08), palette.GRANITE)
    parts.box((0, -height / 2 - 0.07, -0.04), (width + 0.2, 0.14, 0.08), palette.GRANITE)
    parts.box((width / 2 - 0.12, 0.06, -0.075), (0.12, 0.2, 0.03), palette.IRON)
    return parts.mesh("door")


def chains(rng: np.random.Generator) -> Mesh:
    """Two chains with shackles on a wall (back at z = 0), from the origin down."""
    parts = Parts()
    turn = np.linspace(0, 2 * np.pi, 9)
    for x in (-0.3, 0.3):
        parts.add(cylinder((x, 0.03, -0.03), 0.06, 0.05, palette.IRON, sides=10))
        links = int(rng.integers(8, 12))
        for k in range(links):
            flat = k % 2
            a, b = 0.022 * np.cos(turn), 0.035 * np.sin(turn)
            y = 0.04 + 0.055 * k
            ring = np.stack([x + a * flat, y + b, -0.05 + a * (1 - flat)], 1)
            parts.add(tube(ring, 0.006, palette.IRON, sides=5))
        ring = np.stack([x + 0.06 * np.cos(turn), 0.08 + 0.055 * links + 0.06 * np.sin(turn), -0.05 + 0 * turn], 1)
        parts.add(tube(ring, 0.012, palette.IRON, sides=6))
    return parts.mesh("chain")


def straw_bed(rng: np.random.Generator) -> Mesh:
    """A plank bed with loose straw and a rough blanket."""
    parts = Parts()
    for z in (-0.8, 0.8):
        parts.box((0, -0.16, z), (0.8, 0.32, 0.1), palette.OLD_WOOD)
    for i, x in enumerate(np.linspace(-0.34, 0.34, 5)):
        parts.box((x, -0.34, 0), (0.16, 0.04, 2.0), palette.OLD_WOOD, grain=2, tint=0.9 + 0.05 * (i % 3))
    straw = palette.make("straw", "thatch", "#b09a58", "#9a8345", "#6a5a30", scale=0.1, bump=0.02)
    parts.add(cushion((0.82, 0.2, 1.95), (0, -0.42, 0), straw, soft=0.3))
    for _ in range(160):
        x, z, a = rng.uniform(-0.5, 0.5), rng.uniform(-1.05, 1.05), rng.uniform(0, np.pi)
        dx, dz = 0.13 * np.cos(a), 0.13 * np.sin(a)
        y = -0.5 if abs(x) < 0.38 else rng.uniform(-0.45, -0.02)
        parts.beam((x - dx, y, z - dz), (x + dx, y - rng.uniform(-0.02, 0.05), z + dz), 0.007, 0.007, straw)
    parts.add(cushion((0.86, 0.08, 0.8), (0, -0.52, -0.4), stuff.cloth("rough blanket", "#6d6254"), soft=0.3))
    return parts.mesh("bed")


def treasure_chest(rng: np.random.Generator) -> Mesh:
    """An open chest full of coins, for the open air."""
    return chest(float(rng.uniform(0.85, 1.05)), palette.OLD_WOOD, gold=True)
