"""What hangs on walls and stands about in halls: doors, paper screens, stages, screens, trees and garlands for feasts,
rows of plants. Fronts are towards -z."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.assets.furniture.fittings import house_plant
from lucid3d.procedural.assets.furniture.goods import PACKS
from lucid3d.procedural.assets.furniture.textiles import curtain
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube

WASHI = palette.make("paper screen", "plain", "#ddd6c4", "#d2cab6", roughness=0.9, translucency=0.5)


def wall_door(width: float, height: float, paint: Material, trim: Material) -> Mesh:
    """A closed panelled door in its casing on a wall (back at z = 0), its foot at the origin."""
    parts = Parts()
    parts.box((0, -height / 2, -0.03), (width, height, 0.05), paint, grain=1)
    for low, high in ((0.18, 0.86), (1.02, height - 0.18)):
        y = (low + high) / 2
        for side in (-1.0, 1.0):
            x = side * width * 0.23
            parts.box((x, -y, -0.058), (width * 0.38, high - low, 0.012), paint, grain=1, tint=0.82)
            parts.box((x, -y, -0.064), (width * 0.3, high - low - 0.1, 0.014), paint, grain=1)
    for x in (-width / 2 - 0.05, width / 2 + 0.05):
        parts.box((x, -height / 2, -0.03), (0.1, height + 0.1, 0.08), trim, grain=1)
    parts.box((0, -height - 0.05, -0.03), (width + 0.22, 0.1, 0.09), trim, grain=0)
    parts.box((width / 2 - 0.09, -1.04, -0.075), (0.045, 0.17, 0.02), palette.BRASS)
    parts.box((width / 2 - 0.14, -1.06, -0.11), (0.14, 0.024, 0.025), palette.BRASS)
    return parts.mesh("door")


def saloon_doors(width: float, height: float, wood: Material) -> Mesh:
    """Swing doors with slats in a dark frame on a wall (back at z = 0), its foot at the origin."""
    parts = Parts()
    parts.box((0, -height / 2, -0.006), (width, height, 0.012), palette.make("dusk outside", "plain", "#6b5a45"))
    for x in (-width / 2 - 0.08, width / 2 + 0.08):
        parts.box((x, -height / 2, -0.07), (0.16, height + 0.1, 0.14), wood, grain=1)
    parts.box((0, -height - 0.08, -0.07), (width + 0.34, 0.18, 0.16), wood, grain=0)
    leaf = width / 2 - 0.02
    for side in (-1.0, 1.0):
        turned = Parts()
        turned.box((0, 0, 0), (0.06, 1.1, 0.04), wood, grain=1)
        turned.box((leaf, 0, 0), (0.06, 1.1, 0.04), wood, grain=1)
        for y in (-0.54, -0.05, 0.5):
            turned.box((leaf / 2, y, 0), (leaf, 0.09, 0.045), wood, grain=0)
        for y in np.arange(-0.46, 0.46, 0.055):
            turned.box((leaf / 2, y, 0), (leaf - 0.06, 0.045, 0.014), wood, grain=0, tint=0.85)
        matrix = placement([side * -width / 2, -1.15, -0.1], yaw=0.35 * side if side > 0 else np.pi + 0.35 * side)
        parts.add(turned, matrix)
    return parts.mesh("door")


def paper_doors(width: float, height: float, wood: Material) -> Mesh:
    """Sliding doors of paper on a lattice, along a wall (back at z = 0), their foot at the origin."""
    parts = Parts()
    leaves = max(2, round(width / 0.9))
    leaf = width / leaves
    for y in (0.02, height + 0.03):
        parts.box((0, -y, -0.07), (width + 0.1, 0.06 if y > 1 else 0.04, 0.14), wood, grain=0)
    for i in range(leaves):
        x, z = -width / 2 + leaf * (i + 0.5), -0.04 - 0.045 * (i % 2)
        parts.quad([[x - leaf / 2, -height, z + 0.012], [x + leaf / 2, -height, z + 0.012],
                    [x + leaf / 2, -0.04, z + 0.012], [x - leaf / 2, -0.04, z + 0.012]], WASHI)  # fmt: skip
        for e in (-1.0, 1.0):
            parts.box((x + e * (leaf / 2 - 0.018), -height / 2, z), (0.036, height, 0.034), wood, grain=1)
        for y in (0.04, 0.5, height - 0.02):
            parts.box((x, -y, z), (leaf, 0.04, 0.03), wood, grain=0)
        parts.box((x, -0.27, z + 0.004), (leaf - 0.06, 0.44, 0.016), wood, grain=0, tint=1.1)
        for k in range(1, 4):
            parts.box(
                (x - leaf / 2 + leaf * k / 4, -(height + 0.5) / 2, z), (0.014, height - 0.5, 0.018), wood, grain=1
            )
        for k in range(1, 6):
            parts.box((x, -0.5 - (height - 0.5) * k / 6, z), (leaf, 0.014, 0.018), wood, grain=0)
    return parts.mesh("door")


def scroll(width: float, height: float, rng: np.random.Generator) -> Mesh:
    """A hanging scroll with a branch in ink; its back at z = 0, its middle at the origin."""
    parts = Parts()
    parts.box((0, 0, -0.006), (width, height, 0.008), stuff.cloth("scroll silk", "#8d8468"))
    parts.box((0, -height * 0.04, -0.012), (width * 0.78, height * 0.66, 0.006), stuff.PAPER)
    for rod in (-height / 2, height / 2):
        ends = [[-width / 2 - 0.04, rod, -0.015], [width / 2 + 0.04, rod, -0.015]]
        parts.add(tube(ends, 0.016, stuff.WALNUT, sides=10))
    ink = palette.make("ink", "plain", "#37342f")
    t = np.linspace(0, 1, 9)
    x = width * (-0.28 + 0.5 * t + 0.04 * np.sin(6 * t))
    y = height * (0.22 - 0.42 * t + 0.02 * np.sin(9 * t))
    parts.add(tube(np.stack([x, y, 0 * t - 0.016], 1), 0.011 * (1.1 - t), ink, sides=5))
    for _ in range(16):
        k = int(rng.integers(2, 9))
        dx, dy = rng.normal(0, 0.05, 2)
        red = palette.make("blossom ink", "plain", "#9c4a44")
        parts.add(sphere((x[k] + dx, y[k] + dy, -0.018), (0.014, 0.014, 0.003), red, subdivisions=1))
    return parts.mesh("picture")


def stage(width: float, depth: float, wood: Material, height: float) -> Mesh:
    """A platform of boards with two steps, its back at +z; `height`: of the room, by which it is low or high."""
    parts = Parts()
    high = 0.75 if height > 3.2 else 0.35
    count = max(4, round(depth / 0.16))
    for i in range(count):
        parts.box((0, -high + 0.02, -depth / 2 + depth * (i + 0.5) / count), (width, 0.04, depth / count - 0.004), wood,
                  grain=0, tint=0.9 + 0.05 * (i % 3))  # fmt: skip
    parts.box((0, -high / 2 + 0.02, -depth / 2 + 0.02), (width, high - 0.04, 0.04), wood, grain=0, tint=0.75)
    for x in (-width / 2 + 0.3, width / 2 - 0.3):
        parts.box((x, -high * 0.25, -depth / 2 - 0.2), (0.7, high * 0.5, 0.4), wood, grain=0, tint=0.85)
    return parts.mesh("stage")


def stage_curtains(width: float, height: float, cloth: Material, rng: np.random.Generator) -> Mesh:
    """Heavy curtains drawn to both sides under a valance; hung before a wall, the foot at the origin."""
    parts = Parts()
    wide = width * 0.24
    for side in (-1.0, 1.0):
        parts.add(curtain(wide, height, cloth, rng), placement([side * (width / 2 - wide / 2), 0, -0.3]))
    xs = np.linspace(-width / 2, width / 2, 49)
    drop = 0.5 + 0.16 * np.abs(np.sin(xs / width * np.pi * 5))
    z = -0.42 + 0.05 * np.sin(xs * 9)
    for i in range(48):
        parts.quad([[xs[i], -height - 0.05, z[i]], [xs[i + 1], -height - 0.05, z[i + 1]],
                    [xs[i + 1], -height + drop[i + 1], z[i + 1]], [xs[i], -height + drop[i], z[i]]], cloth)  # fmt: skip
        fringe = palette.make("fringe", "fabric", "#b08a3c", scale=0.02)
        parts.quad([[xs[i], -height + drop[i], z[i]], [xs[i + 1], -height + drop[i + 1], z[i + 1]],
                    [xs[i + 1], -height + drop[i + 1] + 0.07, z[i + 1]], [xs[i], -height + drop[i] + 0.07, z[i]]],
                   fringe)  # fmt: skip
    return parts.mesh("curtain")


def big_screen(width: float, height: float, lit: bool) -> Mesh:
    """A cinema's screen in a black frame, a landscape on it when it is lit; back at z = 0, its middle at the origin."""
    parts = Parts()
    parts.box(
        (0, 0, -0.03), (width + 0.3, height + 0.3, 0.05), palette.make("screen frame", "fabric", "#141416", scale=0.03)
    )
    if not lit:
        parts.box((0, 0, -0.06), (width, height, 0.02), stuff.WHITE_PAINT)
        return parts.mesh("screen")
    rows = 12
    for k in range(rows):
        y0, y1 = -height / 2 + height * k / rows, -height / 2 + height * (k + 1) / rows
        f = k / rows
        glow = (0.75 - 0.1 * f, 0.5 - 0.05 * f + 0.25 * (1 - f), 0.35 + 0.75 * (1 - f))
        sky = palette.glowing(f"film sky {k}", "#b0a8b8", glow)
        parts.quad(
            [[-width / 2, y0, -0.06], [width / 2, y0, -0.06], [width / 2, y1, -0.06], [-width / 2, y1, -0.06]], sky
        )
    parts.add(_glow_disc(width * 0.18, height * 0.02, height * 0.09))
    xs = np.linspace(-width / 2, width / 2, 41)
    for layer, (base, glow) in enumerate(
        ((0.1, (0.34, 0.26, 0.36)), (0.22, (0.17, 0.15, 0.22)), (0.34, (0.05, 0.06, 0.09)))
    ):
        ys = height * (base - 0.12 * np.abs(np.sin(xs * (1.1 + 0.6 * layer) + layer)) - 0.04 * np.sin(xs * 4.3 + layer))
        land = palette.glowing(f"film land {layer}", "#404050", glow)
        for i in range(40):
            z = -0.062 - 0.001 * layer
            parts.quad(
                [[xs[i], ys[i], z], [xs[i + 1], ys[i + 1], z], [xs[i + 1], height / 2, z], [xs[i], height / 2, z]], land
            )
    return parts.mesh("screen")


def _glow_disc(x: float, y: float, radius: float) -> Mesh:
    a = np.linspace(0, 2 * np.pi, 25)[:-1]
    rim = np.stack([x + radius * np.cos(a), y + radius * np.sin(a), 0 * a - 0.0615], 1)
    i = np.arange(24)
    sun = palette.glowing("film sun", "#ffd9a0", (2.2, 1.5, 0.8))
    return Mesh(np.concatenate([rim, [[x, y, -0.0615]]]), np.stack([i, (i + 1) % 24, np.full(24, 24)], 1), (sun,))


def spotlight(lit: bool, drop: float) -> Mesh:
    """A theatre lamp under a ceiling at y = 0; its light is at (0, drop, 0)."""
    parts = Parts()
    parts.add(tube([[0.0, 0.0, 0.0], [0.0, drop - 0.3, 0.0]], 0.02, palette.IRON, sides=8))
    for x in (-0.16, 0.16):
        parts.beam((x, drop - 0.3, 0), (x, drop - 0.1, 0), 0.03, 0.02, palette.IRON)
    parts.box((0, drop - 0.3, 0), (0.34, 0.03, 0.03), palette.IRON)
    axis = np.array([0.0, 0.8, 0.6])
    middle = np.array([0, drop - 0.12, 0])
    parts.add(
        tube(
            [middle - 0.18 * axis, middle + 0.1 * axis, middle + 0.16 * axis], [0.1, 0.13, 0.15], palette.IRON, sides=16
        )
    )
    lens = palette.glowing("spotlight lens", "#fff1d0", (9.0, 8.0, 6.0)) if lit else stuff.SCREEN_OFF
    parts.add(tube([middle + 0.15 * axis, middle + 0.165 * axis], 0.12, lens, sides=16))
    return parts.mesh("lamp")


@made_as("lantern")
def paper_lantern(lit: bool, drop: float, paper: Material) -> Mesh:
    """A lantern of ribbed paper under a ceiling at y = 0, its middle at y = `drop`."""
    parts = Parts()
    parts.add(tube([[0.0, 0.0, 0.0], [0.0, drop - 0.26, 0.0]], 0.006, palette.IRON, sides=5))
    red, green, blue = (2.4 * c**1.6 + 0.15 for c in paper.colors[0])
    skin = (
        palette.glowing(f"lantern paper {paper.name}", "#ffffff", (red, green, blue))
        if lit
        else palette.painted(WASHI, paper.colors[0])
    )
    t = np.linspace(0, 1, 19)
    r = 0.17 * np.sin(np.pi * (0.14 + 0.72 * t)) + 0.006 * (np.arange(19) % 2)
    parts.add(tube(np.stack([0 * t, drop - 0.24 + 0.48 * t, 0 * t], 1), r, skin, sides=18))
    for y in (-0.25, 0.25):
        parts.add(cylinder((0, drop + y + 0.02, 0), 0.04, 0.08, stuff.BLACK_WOOD, sides=14))
    return parts.mesh("lantern")


def potted_christmas_tree(rng: np.random.Generator, height: float, lit: bool) -> Mesh:
    """A fir in a pot with balls, lights, a garland and a star; presents under it."""
    parts = Parts()
    needles = palette.make("fir needles", "leaf", "#274a2c", "#325b34", scale=0.04, translucency=0.15, variation=0.4)
    parts.add(cylinder((0, 0, 0), 0.3, 0.2, PACKS[0], top_radius=0.24, sides=18))
    parts.add(tube([[0, -0.2, 0], [0, -height * 0.9, 0]], [0.05, 0.015], palette.OLD_WOOD, sides=8))
    wide, tiers = height * 0.3, max(8, round(height / 0.18))
    for k in range(tiers):
        f = k / (tiers - 1)
        y, r = -0.38 - (height - 0.5) * f, wide * (1 - f) ** 0.85 + 0.05
        branches = max(6, round(16 * (1 - f) + 5))
        for b in range(branches):
            a = 2 * np.pi * (b + 0.5 * (k % 2)) / branches + rng.uniform(-0.15, 0.15)
            reach = r * rng.uniform(0.85, 1.1)
            for s in (0.35, 0.7, 1.0):
                x, z = reach * s * np.cos(a), reach * s * np.sin(a)
                parts.add(
                    clump((x, y + 0.1 * s * r, z), (0.09, 0.045, 0.09), 16, 0.1, needles, rng, tint=0.7 + 0.4 * s)
                )
    gold = palette.make("tree gold", "metal", "#c99b3f", "#b98a33", "#8a6424", roughness=0.25, wear=0.0)
    for k in range(round(34 * height / 2)):
        f = (k + 0.5) / (34 * height / 2)
        a, y, r = 2.4 * k, -0.42 - (height - 0.62) * f, wide * (1 - f) ** 0.85 + 0.05
        x, z = 1.04 * r * np.cos(a), 1.04 * r * np.sin(a)
        if k % 2:
            parts.add(sphere((x, y + 0.06, z), 0.038, (PACKS[0], gold, PACKS[0], palette.STEEL)[k % 4], subdivisions=2))
        else:
            light = palette.glowing("tree light", "#ffd890", (7.0, 4.6, 1.8)) if lit else stuff.PORCELAIN
            parts.add(sphere((x, y, z), 0.016, light, subdivisions=1))
    turn = np.linspace(0, 1, 90)
    r = (wide * (1 - turn) ** 0.85 + 0.05) * 1.02
    spiral = np.stack([r * np.cos(turn * 34), -0.44 - (height - 0.65) * turn + 0.04 * np.cos(turn * 136), r * np.sin(turn * 34)], 1)  # noqa: E501  # fmt: skip
    parts.add(tube(spiral, 0.012, gold, sides=5))
    for i in range(5):
        a = np.pi / 2 + i * 2 * np.pi / 5
        tip = np.array([0.14 * np.cos(a), -height - 0.02 - 0.14 * np.sin(a), 0])
        parts.beam((0, -height - 0.02, 0), tip, 0.05, 0.02, gold)
    for k in range(5):
        a, s = 1.1 + 1.25 * k, rng.uniform(0.2, 0.34)
        x, z = (wide * 0.75 + 0.1) * np.cos(a), (wide * 0.75 + 0.1) * np.sin(a)
        m, ribbon = PACKS[(0, 4, 3, 2, 6)[k]], PACKS[(7, 1, 0, 4, 7)[k]]
        parts.box((x, -s * 0.3, z), (s, s * 0.6, s * 0.8), m, yaw=a)
        parts.box((x, -s * 0.3, z), (s * 0.14, s * 0.61, s * 0.81), ribbon, yaw=a)
        parts.add(sphere((x, -s * 0.64, z), (s * 0.13, s * 0.06, s * 0.13), ribbon, subdivisions=1))
    return parts.mesh("christmas tree")


def garland(rng: np.random.Generator, width: float, lit: bool) -> Mesh:
    """A swag of fir with balls and lights along a wall (back at z = 0), hung from both ends at the origin's height."""
    parts = Parts()
    needles = palette.make("garland needles", "leaf", "#2a4e2e", "#356037", scale=0.04, variation=0.4)
    swags = max(1, round(width / 1.1))
    for i in range(swags):
        t = np.linspace(0, 1, 15)
        x = -width / 2 + width * (i + t) / swags
        y = 0.26 * np.sin(np.pi * t)
        for k, (px, py) in enumerate(zip(x, y, strict=True)):
            parts.add(clump((px, py, -0.08), (0.06, 0.05, 0.05), 22, 0.08, needles, rng))
            if k % 3 == 1:
                parts.add(sphere((px, py + 0.05, -0.13), 0.03, PACKS[0 if k % 2 else 1], subdivisions=2))
            elif k % 3 == 2:
                light = palette.glowing("garland light", "#ffd890", (6.0, 4.0, 1.6)) if lit else stuff.PORCELAIN
                parts.add(sphere((px, py, -0.14), 0.014, light, subdivisions=1))
        parts.box((x[0], 0.0, -0.1), (0.14, 0.1, 0.05), PACKS[0])
        parts.box((x[0], 0.12, -0.09), (0.06, 0.2, 0.02), PACKS[0])
    return parts.mesh("garland")


def planting_bench(rng: np.random.Generator, width: float, wood: Material) -> Mesh:
    """The bench of a greenhouse: slats on trestles, boxes of seedlings below."""
    parts = Parts()
    for z in np.arange(-0.36, 0.37, 0.12):
        parts.box((0, -0.78, z), (width, 0.03, 0.09), wood, grain=0)
    for x in np.linspace(-width / 2 + 0.1, width / 2 - 0.1, max(2, round(width / 1.3))):
        for z in (-0.34, 0.34):
            parts.box((x, -0.38, z), (0.06, 0.77, 0.06), wood, grain=1)
    for x in np.arange(-width / 2 + 0.4, width / 2 - 0.3, 0.75):
        parts.box((x, -0.1, 0), (0.5, 0.2, 0.4), palette.OLD_WOOD)
        parts.add(clump((x, -0.24, 0), (0.22, 0.08, 0.16), 90, 0.09, stuff.GREENS[int(rng.integers(4))], rng))
    return parts.mesh("table")


def plant_bed(rng: np.random.Generator, width: float, depth: float) -> Mesh:
    """A raised bed of large leaves and fronds, about man-high at most."""
    parts = Parts()
    for z in (-depth / 2, depth / 2):
        parts.box((0, -0.2, z), (width, 0.4, 0.06), palette.OLD_WOOD, grain=0)
    for x in (-width / 2, width / 2):
        parts.box((x, -0.2, 0), (0.06, 0.4, depth), palette.OLD_WOOD, grain=2)
    parts.box((0, -0.17, 0), (width - 0.06, 0.34, depth - 0.06), palette.EARTH)
    pot = palette.EARTH
    for x in np.arange(-width / 2 + 0.3, width / 2 - 0.2, 0.5):
        high = rng.uniform(0.8, 1.7)
        plant = house_plant(rng, high, pot)
        parts.add(
            plant,
            placement([x + rng.uniform(-0.1, 0.1), -0.1, rng.uniform(-0.15, 0.15) * depth], yaw=rng.uniform(0, 6)),
        )
    for _ in range(int(width * 3)):
        x, z = rng.uniform(-0.46, 0.46) * width, rng.uniform(-0.44, 0.44) * depth
        parts.add(clump((x, -0.42, z), (0.16, 0.09, 0.13), 26, 0.11, stuff.GREENS[int(rng.integers(4))], rng))
    return parts.mesh("houseplant")


def low_table(width: float, depth: float, height: float, wood: Material) -> Mesh:
    """A low table with a thick top."""
    parts = Parts()
    parts.box((0, -height + 0.03, 0), (width, 0.06, depth), wood, grain=0)
    for x in (-width / 2 + 0.1, width / 2 - 0.1):
        parts.box((x, -height / 2 + 0.02, 0), (0.07, height - 0.06, depth - 0.16), wood, grain=1, tint=0.9)
    parts.box((0, -height + 0.09, 0), (width - 0.2, 0.05, 0.05), wood, grain=0, tint=0.9)
    return parts.mesh("table")


def microphone() -> Mesh:
    """A microphone on a stand."""
    parts = Parts()
    parts.add(cylinder((0, 0, 0), 0.03, 0.14, palette.IRON, sides=18))
    parts.add(tube([[0, -0.02, 0], [0, -1.45, 0]], 0.011, palette.STEEL, sides=8))
    parts.add(tube([[0, -1.44, 0.02], [0, -1.56, -0.06]], [0.018, 0.03], palette.IRON, sides=10))
    parts.add(sphere((0, -1.6, -0.09), 0.042, palette.STEEL, subdivisions=2))
    return parts.mesh("microphone")
