"""Lamps for rooms, and candles. Each says where its light is, so that a `Lamp` can be put there."""

from __future__ import annotations

import itertools

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube


def shade_material(lit: bool, color: str = "#d8c7a4") -> Material:
    """A lampshade: it glows warmly where the lamp is on."""
    if lit:
        return palette.glowing("lampshade lit", color, (2.6, 1.75, 0.85))
    return palette.make("lampshade", "fabric", color, scale=0.012, translucency=0.4)


@made_as("lamp")
def floor_lamp(lit: bool) -> Mesh:
    """A standard lamp, 1.6 m; its light is at (0, -1.48, 0)."""
    parts = Parts()
    parts.add(cylinder((0, 0, 0), 0.03, 0.16, palette.BRASS, sides=20))
    parts.add(cylinder((0, -0.03, 0), 1.35, 0.014, palette.BRASS, sides=8))
    parts.add(tube([[0, -1.3, 0], [0, -1.64, 0]], [0.23, 0.15], shade_material(lit), sides=24, caps=False))
    return parts.mesh("lamp")


@made_as("lamp")
def table_lamp(lit: bool, base: Material = stuff.PORCELAIN) -> Mesh:
    """A lamp of 0.5 m for tables; its light is at (0, -0.4, 0)."""
    parts = Parts()
    profile = ((0, 0.07), (0.02, 0.07), (0.05, 0.05), (0.14, 0.085), (0.22, 0.06), (0.27, 0.018), (0.32, 0.015))
    parts.add(tube([[0, -y, 0] for y, _ in profile], [r for _, r in profile], base, sides=16))
    parts.add(tube([[0, -0.3, 0], [0, -0.52, 0]], [0.17, 0.11], shade_material(lit), sides=20, caps=False))
    return parts.mesh("lamp")


@made_as("lamp")
def banker_lamp(lit: bool) -> Mesh:
    """A reading lamp with a green glass shade along x; its light is at (0, -0.32, 0)."""
    parts = Parts()
    parts.add(cylinder((0, 0, 0), 0.025, 0.1, palette.BRASS, top_radius=0.08, sides=16))
    parts.add(cylinder((0, -0.02, 0), 0.36, 0.012, palette.BRASS, sides=8))
    green = (
        palette.glowing("green shade lit", "#2f6b48", (0.1, 0.42, 0.2))
        if lit
        else palette.make("green shade", "plain", "#1f4d36", roughness=0.2)
    )
    arc = np.linspace(-1.2, 1.2, 9)
    for a, b in itertools.pairwise(arc):
        ya, za, yb, zb = -0.3 - 0.09 * np.cos(a), 0.11 * np.sin(a), -0.3 - 0.09 * np.cos(b), 0.11 * np.sin(b)
        parts.quad([[-0.15, ya, za], [0.15, ya, za], [0.15, yb, zb], [-0.15, yb, zb]], green)
    if lit:
        parts.add(
            tube(
                [[-0.1, -0.335, 0], [0.1, -0.335, 0]],
                0.014,
                palette.glowing("tube", "#ffe9c0", (8.0, 6.0, 3.4)),
                sides=6,
            )
        )
    return parts.mesh("lamp")


@made_as("lamp")
def pendant(lit: bool, drop: float, color: str = "#3b3f3c") -> Mesh:
    """A hanging lamp: the ceiling is at y = 0, the shade's rim at y = `drop`; its light is at (0, drop - 0.06, 0)."""
    parts = Parts()
    parts.add(cylinder((0, 0.03, 0), 0.03, 0.05, palette.BRASS, sides=12))
    parts.add(tube([[0.0, 0, 0], [0.0, drop - 0.24, 0]], 0.005, palette.IRON, sides=4))
    metal = palette.make(f"enamel {color}", "plain", color, roughness=0.3)
    profile = ((-0.26, 0.03), (-0.22, 0.05), (-0.15, 0.13), (-0.05, 0.19), (0.0, 0.21))
    parts.add(tube([[0, drop + y, 0] for y, _ in profile], [r for _, r in profile], metal, sides=24, caps=False))
    parts.add(cylinder((0, drop - 0.24, 0), 0.05, 0.05, palette.BRASS, sides=12))
    bulb = (
        palette.glowing("bulb", "#ffe3b3", (8.0, 5.6, 2.8))
        if lit
        else palette.make("bulb off", "plain", "#d8d2c4", roughness=0.2)
    )
    parts.add(sphere((0, drop - 0.08, 0), 0.06, bulb, subdivisions=2))
    return parts.mesh("lamp")


@made_as("lamp")
def globe_lamp(lit: bool, drop: float) -> Mesh:
    """A hanging globe of opal glass: the ceiling is at y = 0, its middle, where its light is, at y = `drop`."""
    parts = Parts()
    parts.add(cylinder((0, 0.03, 0), 0.03, 0.05, palette.BRASS, sides=12))
    parts.add(tube([[0.0, 0, 0], [0.0, drop - GLOBE, 0]], 0.005, palette.IRON, sides=4))
    parts.add(cylinder((0, drop - GLOBE + 0.02, 0), 0.04, 0.05, palette.BRASS, sides=12))
    opal = (
        palette.glowing("opal glass lit", "#ffe8c4", (2.3, 1.7, 0.95))
        if lit
        else palette.make("opal glass", "plain", "#e4ddcd", roughness=0.2)
    )
    parts.add(sphere((0, drop, 0), GLOBE, opal, subdivisions=3))
    return parts.mesh("lamp")


GLOBE = 0.14
"""Radius of the globe in metres; a light at its middle with a radius of 0.2 does not see it."""


PENDANT_CLEAR, CHANDELIER_CLEAR = 0.36, 0.85
"""Radii in metres of the lights of hanging lamps: their own shades, rods and rings lie within and cast no hard shadows
on ceilings."""


@made_as("chandelier")
def chandelier(lit: bool, drop: float, arms: int = 8) -> Mesh:
    """A brass ring of candle lamps: the ceiling at y = 0, the ring at y = `drop`."""
    parts = Parts()
    ring = np.linspace(0, 2 * np.pi, 33)
    parts.add(tube([[0.0, 0, 0], [0.0, drop, 0]], 0.012, palette.BRASS, sides=6))
    for r, y in ((0.62, 0.0), (0.34, -0.26)):
        parts.add(
            tube(np.stack([r * np.cos(ring), drop + y + 0 * ring, r * np.sin(ring)], 1), 0.018, palette.BRASS, sides=6)
        )
        n = arms if r > 0.5 else arms // 2
        bulb = (
            palette.glowing("candle bulb", "#ffe3b3", (9.0, 6.2, 3.0))
            if lit
            else palette.make("candle bulb off", "plain", "#d8d2c4")
        )
        for i in range(n):
            a = 2 * np.pi * i / n
            x, z = r * np.cos(a), r * np.sin(a)
            parts.beam((0, drop - 0.3, 0), (x, drop + y, z), 0.014, 0.014, palette.BRASS)
            parts.add(cylinder((x, drop + y, z), 0.1, 0.016, stuff.PORCELAIN, sides=8))
            parts.add(sphere((x, drop + y - 0.13, z), (0.02, 0.035, 0.02), bulb, subdivisions=1))
    parts.add(sphere((0, drop - 0.05, 0), 0.07, palette.BRASS, subdivisions=2))
    return parts.mesh("lamp")


@made_as("candle")
def candle(lit: bool, height: float = 0.18, holder: bool = True) -> Mesh:
    """A candle, in a brass holder; its flame is at (0, -height - 0.06, 0)."""
    parts = Parts()
    lift = 0.05 if holder else 0.0
    if holder:
        parts.add(
            tube(
                [[0.0, 0, 0], [0, -0.012, 0], [0, -0.02, 0], [0, -0.05, 0]],
                [0.06, 0.06, 0.02, 0.025],
                palette.BRASS,
                sides=14,
            )
        )
    wax = palette.make("wax", "plain", "#d8cba8", translucency=0.4, roughness=0.5)
    parts.add(cylinder((0, -lift, 0), height, 0.022, wax, sides=12))
    if lit:
        flame = palette.glowing("candle flame", "#ffc46b", (14.0, 7.5, 2.0))
        parts.add(sphere((0, -lift - height - 0.03, 0), (0.009, 0.024, 0.009), flame, subdivisions=1))
    return parts.mesh("candle")
