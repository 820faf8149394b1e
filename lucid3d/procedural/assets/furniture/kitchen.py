"""What kitchens are made of: units and worktops, sink, stove and hood, shelves of crockery, pans, a fridge."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import fittings, furniture, stuff
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, tube

WORKTOP = 0.92
"""Height of a kitchen's worktops, metres."""


def units(
    length: float,
    paint: Material,
    top: Material,
    rng: np.random.Generator,
    *,
    gaps: tuple[tuple[float, float], ...] = (),
) -> Mesh:
    """A run of base units along x from 0 to `length`, backs at z = 0, with a worktop; `gaps` stay free for a stove."""
    parts = Parts()
    edges = [0.0]
    for a, b in (*gaps, (length, length)):
        start = edges[-1]
        span = a - start
        if span > 0.2:
            count = max(1, round(span / 0.55))
            for i in range(count):
                wide = span / count
                x = start + wide * (i + 0.5)
                drawers = 3 if rng.random() < 0.3 else 0
                unit = furniture.cabinet(wide - 0.006, WORKTOP - 0.05, 0.58, paint, columns=1, drawers=drawers)
                parts.add(unit.transformed(np.array([[1, 0, 0, x], [0, 1, 0, 0], [0, 0, 1, -0.3], [0, 0, 0, 1.0]])))
            parts.box((start + span / 2, -WORKTOP + 0.02, -0.31), (span, 0.045, 0.66), top, grain=0)
        edges.append(b)
    return parts.mesh("cabinet")


@made_as("stove")
def stove(lit: bool, ceiling: float) -> Mesh:
    """A range cooker with an oven door and four rings, and a hood above whose flue goes up to the `ceiling`; 0.9 m
    wide, its back at z = 0."""
    parts = Parts()
    enamel = stuff.ENAMEL
    parts.box((0, -0.46, -0.31), (0.88, 0.9, 0.6), enamel)
    parts.box((0, -0.93, -0.31), (0.9, 0.03, 0.64), palette.IRON)
    for x in (-0.21, 0.21):
        for z in (-0.18, -0.45):
            parts.add(cylinder((x, -0.94, z), 0.012, 0.1, palette.IRON, sides=18))
            parts.box((x, -0.965, z), (0.24, 0.015, 0.02), palette.IRON)
            parts.box((x, -0.965, z), (0.02, 0.015, 0.24), palette.IRON)
    parts.box((0, -0.42, -0.625), (0.76, 0.5, 0.03), enamel, tint=0.8)
    glass = palette.glowing("oven", "#c9732a", (1.4, 0.6, 0.15)) if lit else palette.GLASS
    parts.quad([[-0.25, -0.58, -0.645], [0.25, -0.58, -0.645], [0.25, -0.3, -0.645], [-0.25, -0.3, -0.645]], glass)
    parts.add(tube([[-0.34, -0.7, -0.67], [0.34, -0.7, -0.67]], 0.015, palette.BRASS, sides=8))
    for x in np.linspace(-0.32, 0.32, 6):
        parts.add(tube([[x, -0.8, -0.61], [x, -0.8, -0.65]], 0.026, palette.BRASS, sides=12))
    hood = palette.make("hood", "plain", "#8d8a82", roughness=0.4)
    for (x0, x1, z0, y0), (u0, u1, w0, v0) in (((-0.45, 0.45, -0.5, -1.72), (-0.16, 0.16, -0.28, -2.15)),):
        for a, b, c, d in (
            ((x0, y0, z0), (x1, y0, z0), (u1, v0, w0), (u0, v0, w0)),
            ((x0, y0, 0), (x0, y0, z0), (u0, v0, w0), (u0, v0, 0)),
            ((x1, y0, z0), (x1, y0, 0), (u1, v0, 0), (u1, v0, w0)),
        ):
            parts.quad([d, c, b, a], hood)
        parts.box((0, y0 + 0.04, z0 / 2), (0.92, 0.09, 0.52), hood)
        flue = max(ceiling - 2.125, 0.05)
        parts.box((0, -2.125 - flue / 2, -0.14), (0.32, flue, 0.28), hood)
    return parts.mesh("stove")


@made_as("sink")
def sink() -> Mesh:
    """A stoneware sink for a gap in a worktop, with a swan-necked tap; its back at z = 0."""
    parts = Parts()
    for x in (-0.36, 0.36):
        parts.box((x, -WORKTOP + 0.08, -0.33), (0.05, 0.24, 0.52), stuff.PORCELAIN)
    for z in (-0.09, -0.57):
        parts.box((0, -WORKTOP + 0.08, z), (0.77, 0.24, 0.05), stuff.PORCELAIN)
    parts.box((0, -WORKTOP + 0.0485, -0.33), (0.68, 0.004, 0.44), stuff.SOOT, tint=4.0)
    a = np.linspace(0, np.pi, 9)
    path = np.stack([0 * a, -WORKTOP - 0.26 - 0.09 * np.sin(a), -0.06 - 0.09 * (1 - np.cos(a))], 1)
    neck = np.concatenate([[[0, -WORKTOP - 0.02, -0.06]], path, [[0, -WORKTOP - 0.2, -0.24]]])
    parts.add(tube(neck, 0.014, palette.BRASS, sides=8))
    for x in (-0.1, 0.1):
        parts.add(cylinder((x, -WORKTOP - 0.02, -0.06), 0.06, 0.016, palette.BRASS, sides=8))
        parts.box((x, -WORKTOP - 0.09, -0.06), (0.07, 0.012, 0.012), palette.BRASS)
    return parts.mesh("sink")


def crockery_shelf(width: float, wood: Material, rng: np.random.Generator, boards: int = 2) -> Mesh:
    """Open shelves on brackets with plates, cups, jars and bowls; backs at z = 0, the lowest board at y = 0."""
    parts = Parts()
    for k in range(boards):
        y = -0.38 * k
        parts.box((0, y, -0.13), (width, 0.03, 0.24), wood, grain=0)
        for x in (-width * 0.4, width * 0.4):
            parts.beam((x, y + 0.16, -0.01), (x, y + 0.015, -0.2), 0.02, 0.02, palette.IRON)
        if k == 0:
            for x in np.arange(-width / 2 + 0.12, width / 2 - 0.05, 0.15):  # cups on hooks
                if rng.random() < 0.7:
                    clay = palette.pick((stuff.PORCELAIN, palette.TERRACOTTA, stuff.LINEN), rng)
                    parts.add(tube([[x, y + 0.05, -0.13], [x, y + 0.11, -0.13]], [0.036, 0.03], clay, sides=12))
        x = -width / 2 + 0.1
        while x < width / 2 - 0.1:
            kind = int(rng.integers(5))
            if kind == 0:  # a pile of plates
                for i in range(int(rng.integers(3, 7))):
                    parts.add(
                        tube(
                            [[x + 0.05, y - 0.016 - 0.013 * i, -0.13], [x + 0.05, y - 0.028 - 0.013 * i, -0.13]],
                            [0.06, 0.1],
                            stuff.PORCELAIN,
                            sides=18,
                        )
                    )
                x += 0.26
            elif kind == 1:  # jars
                color = ("#b08a4f", "#8a5a35", "#c2b590", "#6b7a45", "#7a3d2a")[int(rng.integers(5))]
                high = rng.uniform(0.12, 0.24)
                parts.add(
                    cylinder(
                        (x, y - 0.015, -0.13),
                        high,
                        0.05,
                        palette.make(f"jar {color}", "plain", color, roughness=0.2),
                        sides=14,
                    )
                )
                parts.add(cylinder((x, y - 0.015 - high, -0.13), 0.025, 0.045, stuff.OAK, sides=12))
                x += 0.13
            elif kind == 2:  # a bowl
                profile = ((0, 0.04), (0.03, 0.07), (0.08, 0.1))
                clay = palette.pick((stuff.PORCELAIN, palette.TERRACOTTA, palette.COPPER_GREEN), rng)
                parts.add(
                    tube(
                        [[x + 0.03, y - 0.015 - h, -0.13] for h, _ in profile], [r for _, r in profile], clay, sides=18
                    )
                )
                x += 0.24
            elif kind == 3:
                parts.add(
                    fittings.vase(rng).transformed(
                        np.array([[0.8, 0, 0, x], [0, 0.8, 0, y - 0.015], [0, 0, 0.8, -0.13], [0, 0, 0, 1.0]])
                    )
                )
                x += 0.22
            else:
                for _ in range(int(rng.integers(2, 4))):
                    thick = rng.uniform(0.02, 0.045)
                    parts.box(
                        (x, y - 0.015 - 0.11, -0.13), (thick, 0.22, 0.16), stuff.SPINES[int(rng.integers(12))], grain=1
                    )
                    x += thick + 0.002
                x += 0.09
    return parts.mesh("bookshelf")


def pans(width: float, rng: np.random.Generator) -> Mesh:
    """Copper pans and ladles on a rail; the wall at z = 0, the rail at y = 0."""
    parts = Parts()
    parts.add(tube([[-width / 2, 0, -0.06], [width / 2, 0, -0.06]], 0.01, palette.IRON, sides=8))
    for x in np.arange(-width / 2 + 0.12, width / 2, 0.24):
        size = rng.uniform(0.08, 0.13)
        drop = rng.uniform(0.16, 0.24)
        parts.box((x, drop / 2, -0.06), (0.018, drop, 0.008), palette.IRON)
        parts.add(tube([[x, drop + size, -0.04], [x, drop + size, -0.11]], [size, size * 0.95], stuff.COPPER, sides=18))
    return parts.mesh("pan")


@made_as("fridge")
def fridge(paint: Material) -> Mesh:
    """A rounded fridge, 0.65 m wide, with notes on its door; its back at z = 0."""
    parts = Parts()
    parts.add(furniture.cushion((0.66, 1.72, 0.64), (0, -0.9, -0.34), paint, soft=0.12))
    parts.box((0, -1.22, -0.662), (0.6, 0.008, 0.012), palette.IRON)
    for y in (1.1, 1.42):
        parts.add(tube([[-0.26, -y, -0.7], [-0.26, -y - 0.18, -0.7]], 0.012, palette.STEEL, sides=8))
    for x, y, w, h, c in (
        (0.08, 1.45, 0.12, 0.15, "#c9b27a"),
        (-0.06, 0.95, 0.1, 0.1, "#b5705a"),
        (0.14, 1.0, 0.15, 0.11, "#93a3a8"),
    ):
        parts.box((x, -y, -0.664), (w, h, 0.003), palette.make(f"note {c}", "plain", c))
    for x in (-0.25, 0.25):
        parts.box((x, -0.03, -0.34), (0.06, 0.07, 0.5), palette.IRON)
    return parts.mesh("cabinet")


def sink_unit(width: float, paint: Material, top: Material, rng: np.random.Generator) -> Mesh:
    """A base unit with a sink in its worktop, about x = 0; its back at z = 0."""
    parts = Parts()
    unit = furniture.cabinet(width - 0.006, WORKTOP - 0.2, 0.56, paint, columns=2)
    parts.add(unit, placement([0, 0, -0.3]))
    for x in (-1.0, 1.0):
        wide = width / 2 - 0.385
        parts.box((x * (0.385 + wide / 2), -WORKTOP + 0.02, -0.31), (wide, 0.045, 0.66), top, grain=0)
        parts.box((x * (0.385 + wide / 2), -WORKTOP + 0.11, -0.3), (wide - 0.006, 0.16, 0.56), paint)
    parts.box((0, -WORKTOP + 0.02, -0.035), (0.77, 0.045, 0.07), top, grain=0)
    parts.add(sink())
    return parts.mesh("cabinet")


def chopping_board() -> Mesh:
    """A board that leans on the wall behind it."""
    parts = Parts()
    parts.box((0, -0.2, -0.02), (0.26, 0.38, 0.025), stuff.OAK, grain=1)
    return parts.mesh("board")


def bottles(rng: np.random.Generator, count: int = 5) -> Mesh:
    """Bottles of oil, vinegar and sauces in a loose row."""
    parts = Parts()
    for k in range(count):
        color = ("#4b5a2a", "#6b4a22", "#8c8f86", "#7a2e22", "#c2a25b")[k % 5]
        tall = rng.uniform(0.18, 0.3)
        x, z = 0.1 * (k - (count - 1) / 2), 0.05 * (k % 2)
        glass = palette.make(f"bottle {color}", "glass", color, roughness=0.05)
        heights, radii = np.array([0, 0.65, 0.8, 1.0]) * tall, [0.035, 0.035, 0.014, 0.013]
        parts.add(tube([[x, -h, z] for h in heights], radii, glass, sides=12))
    return parts.mesh("bottle")
