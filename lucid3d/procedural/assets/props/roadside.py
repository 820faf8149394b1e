"""What stands at roads and on sites: filling stations, bus stops, telephone boxes, water towers, cranes, ramps."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, tube


@made_as("water tower")
def water_tower(rng: np.random.Generator) -> Mesh:
    """A wooden tank on a trestle, 9 m tall."""
    parts = Parts()
    staves = palette.make(
        "main tank staves", "planks", "#8a6b4a", "#7a5d40", "#443322", scale=0.22, bump=0.012, wear=0.7
    )
    for a in np.arange(8) * np.pi / 4:
        parts.add(
            tube(
                [[1.9 * np.cos(a), 0.1, 1.9 * np.sin(a)], [1.35 * np.cos(a), -5.0, 1.35 * np.sin(a)]],
                0.13,
                palette.OLD_WOOD,
                sides=8,
            )
        )
    for k in range(8):
        a, b = k * np.pi / 4, (k + 1) * np.pi / 4
        parts.beam(
            (1.75 * np.cos(a), -1.2, 1.75 * np.sin(a)),
            (1.42 * np.cos(b), -4.4, 1.42 * np.sin(b)),
            0.09,
            0.09,
            palette.OLD_WOOD,
        )
    parts.add(cylinder((0, -5.0, 0), 0.2, 1.9, palette.OLD_WOOD, sides=20))
    parts.add(cylinder((0, -5.2, 0), 2.6, 1.65, staves, top_radius=1.6, sides=28))
    for y in (-5.5, -6.4, -7.3):
        parts.add(cylinder((0, y, 0), 0.07, 1.67, palette.IRON, sides=28))
    parts.add(cylinder((0, -7.75, 0), 1.1, 1.85, palette.WOOD_SHINGLES, top_radius=0.05, sides=24))
    parts.add(tube([[1.2, -5.2, 0], [2.4, -4.6, 0], [2.9, -3.6, 0]], 0.12, palette.IRON, sides=10))
    return parts.mesh("building")


@made_as("telephone box")
def telephone_box(lit: bool = False) -> Mesh:
    """A red telephone box with small panes and a domed top."""
    parts = Parts()
    red = palette.make("main box red", "plain", "#a3221c", "#941e19", "#6d1612", roughness=0.4, wear=0.2)
    pane = palette.glowing("box light", "#ffe2ad", (1.2, 0.9, 0.5)) if lit else palette.GLASS
    parts.span((-0.47, -0.25, -0.47), (0.47, 0.05, 0.47), red, grain=1)
    for s in (-1.0, 1.0):
        for x, z in ((s * 0.42, -0.42), (s * 0.42, 0.42)):
            parts.box((x, -1.25, z), (0.1, 2.1, 0.1), red, grain=1)
        for face in range(2):
            for k in range(8):
                y = -0.45 - 0.235 * k
                c = (s * 0.43, y, 0.0) if face else (0.0, y, s * 0.43)
                parts.box(c, (0.03, 0.03, 0.78) if face else (0.78, 0.03, 0.03), red)
            for d in (-0.15, 0.15):
                c = (s * 0.43, -1.25, d) if face else (d, -1.25, s * 0.43)
                parts.box(c, (0.03, 1.9, 0.03), red)
            c = (s * 0.41, -1.25, 0.0) if face else (0.0, -1.25, s * 0.41)
            parts.box(c, (0.01, 1.95, 0.78) if face else (0.78, 1.95, 0.01), pane)
            c = (s * 0.46, -2.3, 0.0) if face else (0.0, -2.3, s * 0.46)
            parts.box(c, (0.02, 0.16, 0.66) if face else (0.66, 0.16, 0.02), palette.FRAME_WHITE)
    parts.box((0, -2.3, 0), (0.96, 0.28, 0.96), red)
    parts.add(tube([[0, -2.42, 0], [0, -2.5, 0], [0, -2.62, 0]], [0.5, 0.46, 0.2], red, sides=20))
    return parts.mesh("object")


@made_as("crane")
def crane(rng: np.random.Generator) -> Mesh:
    """A tower crane of 34 m."""
    steel = palette.make("main crane paint", "plain", "#d0a02c", None, None, roughness=0.5, wear=0.3)
    parts, high = Parts(), 30.0

    def truss(a: np.ndarray, b: np.ndarray, wide: float, up: np.ndarray) -> None:
        axis = (b - a) / np.linalg.norm(b - a)
        side = np.cross(axis, up) * wide / 2
        over = up * wide / 2
        corners = [side + over, side - over, -side - over, -side + over]
        for c in corners:
            parts.beam(a + c, b + c, 0.12, 0.12, steel)
        n = round(float(np.linalg.norm(b - a)) / (wide * 1.4))
        for i in range(n):
            p, q = a + (b - a) * i / n, a + (b - a) * (i + 1) / n
            for k in range(4):
                parts.beam(p + corners[k], q + corners[(k + 1) % 4], 0.06, 0.06, steel)

    truss(np.array([0.0, 0.2, 0]), np.array([0.0, -high, 0]), 1.5, np.array([0.0, 0, 1]))
    truss(np.array([-9.0, -high - 0.5, 0]), np.array([26.0, -high - 0.5, 0]), 1.1, np.array([0.0, 1, 0]))
    parts.beam((0, -high - 5, 0), (22, -high - 1.0, 0), 0.07, 0.07, palette.IRON)
    parts.beam((0, -high - 5, 0), (-8.4, -high - 1.0, 0), 0.07, 0.07, palette.IRON)
    parts.add(tube([[0, -high, 0], [0, -high - 5, 0]], [0.5, 0.15], steel, sides=6))
    parts.box((-7.6, -high + 0.6, 0), (2.6, 2.0, 1.2), palette.CONCRETE)
    parts.box((1.2, -high + 1.3, 1.1), (1.5, 1.7, 1.3), steel)
    parts.box((1.97, -high + 1.1, 1.1), (0.04, 1.0, 1.1), palette.GLASS)
    parts.beam((15, -high, 0), (15, -high + 16, 0), 0.05, 0.05, palette.IRON)
    parts.box((15, -high + 16.4, 0), (2.2, 0.5, 0.5), palette.OLD_WOOD)
    parts.span((-2.2, -0.6, -2.2), (2.2, 0.3, 2.2), palette.CONCRETE)
    return parts.mesh("machine")


@made_as("gas pump")
def gas_pump(rng: np.random.Generator, lit: bool = False) -> Mesh:
    """A petrol pump."""
    parts = Parts()
    red = palette.make("main pump paint", "plain", "#a3322a", roughness=0.35, wear=0.2)
    parts.span((-0.4, -0.12, -0.3), (0.4, 0.05, 0.3), palette.CONCRETE)
    parts.span((-0.32, -1.6, -0.22), (0.32, -0.12, 0.22), red, grain=1)
    parts.box(
        (0, -1.25, -0.225),
        (0.46, 0.4, 0.02),
        palette.glowing("pump display", "#cfe6d0", (0.9, 1.1, 0.9)) if lit else palette.GLASS,
    )
    parts.box((0, -1.72, 0), (0.7, 0.26, 0.46), palette.FRAME_WHITE)
    parts.add(
        tube([[0.34, -1.2, 0], [0.55, -0.5, 0.05], [0.45, -0.3, 0], [0.36, -0.95, -0.1]], 0.025, palette.IRON, sides=6)
    )
    return parts.mesh("machine")


@made_as("gas station")
def gas_station(rng: np.random.Generator, lit: bool = False) -> tuple[Mesh, tuple[float, float, float]]:
    """A filling station: a flat canopy on posts with lights under it, pumps, and a shop behind."""
    parts = Parts()
    white, red = palette.FRAME_WHITE, palette.make("main station red", "plain", "#a3322a", roughness=0.4)
    parts.span((-7, -5.2, -4), (7, -4.5, 4), white, grain=0)
    parts.span((-7.05, -5.0, -4.05), (7.05, -4.75, 4.05), red, grain=0)
    tube_light = (
        palette.glowing("canopy light", "#fff2d8", (9, 8.4, 7))
        if lit
        else palette.make("canopy panel", "plain", "#c9ccd0")
    )
    for x in (-4.5, 0, 4.5):
        for z in (-2, 2):
            parts.box((x, -4.48, z), (1.2, 0.04, 0.5), tube_light)
    for x in (-4, 4):
        parts.box((x, -2.25, 0), (0.4, 4.5, 0.4), white, grain=1)
        parts.span((x - 1.8, -0.18, -0.7), (x + 1.8, 0.1, 0.7), palette.CONCRETE)
        for d in (-1.1, 1.1):
            parts.add(gas_pump(rng, lit), placement([x + d, -0.15, 0]))
    parts.span((-6.5, -3.8, 7), (6.5, 0.2, 12), palette.LIMEWASH, grain=-2)
    parts.span((-6.6, -4.2, 6.9), (6.6, -3.6, 12.1), red, grain=0)
    glow = palette.lit_glass(rng, 1.2) if lit else palette.GLASS
    for x in np.arange(-5.6, 5.7, 1.6):
        parts.box((x, -1.6, 6.98), (1.45, 2.6, 0.05), glow)
    return parts.mesh("building"), (0.0, -4.3, 0.0)


@made_as("ramp")
def skate_ramp(rng: np.random.Generator) -> Mesh:
    """A quarter pipe, its curve towards -z, with paint on its sides."""
    parts = Parts()
    deck = palette.make("main ramp", "concrete", "#9a9690", "#8d8983", "#6c6963", scale=1.6, wear=0.3)
    a = np.linspace(0, np.pi / 2.2, 9)
    z, y = 1.4 - 2.4 * np.sin(a[::-1]) + 0.6, -2.4 * (1 - np.cos(a))
    z = np.linspace(-1.4, 1.0, 9)
    y = -2.0 * ((z + 1.4) / 2.4) ** 2
    for i in range(8):
        parts.quad([[-2.4, y[i], z[i]], [2.4, y[i], z[i]], [2.4, y[i + 1], z[i + 1]], [-2.4, y[i + 1], z[i + 1]]], deck)
        for s in (-2.4, 2.4):
            spray = palette.make(
                f"graffiti {i % 4}", "mottled", ("#b83a5e", "#2f8a9a", "#d0a52e", "#6a4a9a")[i % 4], scale=0.3
            )
            parts.quad(
                [[s, y[i], z[i]], [s, y[i + 1], z[i + 1]], [s, 0.1, z[i + 1]], [s, 0.1, z[i]]], spray if i > 2 else deck
            )
    parts.span((-2.4, -2.0, 1.0), (2.4, 0.1, 2.2), deck)
    parts.add(tube([[-2.4, -2.02, 1.0], [2.4, -2.02, 1.0]], 0.03, palette.STEEL, sides=8))
    for x in (-2.3, 0, 2.3):
        parts.add(cylinder((x, -2.0, 2.1), 1.0, 0.025, palette.STEEL, sides=6))
    parts.add(tube([[-2.3, -3.0, 2.1], [2.3, -3.0, 2.1]], 0.025, palette.STEEL, sides=6))
    return parts.mesh("object")


@made_as("bus stop")
def bus_stop(lit: bool = False) -> Mesh:
    """A glass shelter with a bench and a sign, open to -z."""
    parts = Parts()
    steel = palette.make("main shelter frame", "plain", "#3a3f44", roughness=0.5)
    parts.span((-2, -2.5, -0.7), (2, -2.4, 0.9), steel, grain=0)
    for x in (-1.95, 1.95):
        for z in (-0.6, 0.8):
            parts.box((x, -1.2, z), (0.07, 2.4, 0.07), steel, grain=1)
        parts.box((x, -1.3, 0.1), (0.02, 1.9, 1.2), palette.GLASS)
    for x in (-1.3, 0.0, 1.3):
        parts.box((x, -1.3, 0.82), (1.25, 1.9, 0.02), palette.GLASS)
    parts.box((0, -0.46, 0.5), (2.6, 0.05, 0.4), palette.OLD_WOOD)
    parts.box(
        (1.93, -1.35, -0.1),
        (0.09, 1.5, 1.0),
        palette.glowing("poster", "#d8e0e6", (1.2, 1.2, 1.3)) if lit else palette.FRAME_WHITE,
    )
    parts.add(cylinder((-2.4, 0, -0.8), 3.0, 0.035, steel, sides=8))
    parts.box((-2.4, -2.8, -0.8), (0.5, 0.5, 0.05), palette.make("stop sign", "plain", "#2f5f9a"))
    return parts.mesh("object")
