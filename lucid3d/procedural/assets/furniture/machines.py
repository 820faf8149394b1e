"""What workshops, laundries and factories hold: benches, tools, machines, conveyors, pipes. Fronts are towards -z."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.assets.furniture.goods import PACKS
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, lathe, sphere, tube


def workbench(rng: np.random.Generator, width: float, wood: Material) -> Mesh:
    """A heavy bench with a vice, a shelf of boxes below and a few things left on it."""
    parts = Parts()
    parts.box((0, -0.88, 0), (width, 0.08, 0.7), wood, grain=0)
    parts.box((0, -0.2, 0.02), (width - 0.1, 0.04, 0.55), wood, grain=0, tint=0.8)
    for x in (-width / 2 + 0.08, width / 2 - 0.08):
        for z in (-0.27, 0.27):
            parts.box((x, -0.43, z), (0.1, 0.86, 0.1), wood, grain=1)
    parts.box((0, -0.78, -0.3), (width - 0.2, 0.12, 0.03), wood, grain=0)
    blue = palette.make("vice", "plain", "#2f4d63", roughness=0.4)
    x = -width * 0.3
    parts.box((x, -0.98, -0.2), (0.16, 0.12, 0.24), blue)
    parts.box((x, -1.03, -0.36), (0.18, 0.1, 0.05), blue)
    parts.beam((x - 0.12, -0.97, -0.42), (x + 0.12, -0.97, -0.42), 0.02, 0.02, palette.STEEL)
    for k in range(int(width / 0.5)):
        bx = -width / 2 + 0.35 + 0.45 * k
        parts.box((bx, -0.34, 0.02), (0.36, 0.24, 0.4), (palette.OLD_WOOD, palette.IRON, palette.make("tin box", "plain", "#7c3327"))[k % 3])  # noqa: E501  # fmt: skip
    for _ in range(4):
        px = rng.uniform(-0.1, 0.4) * width
        parts.add(
            cylinder((px, -0.92, rng.uniform(0.0, 0.25)), rng.uniform(0.08, 0.2), 0.05, PACKS[int(rng.integers(10))])
        )
    return parts.mesh("workbench")


def tool_wall(rng: np.random.Generator, width: float, height: float, board: Material) -> Mesh:
    """Hammers, saws, spanners and screwdrivers on a board; its back at z = 0, its middle at the origin."""
    parts = Parts()
    parts.box((0, 0, -0.015), (width, height, 0.03), board, grain=0)
    steel, grips = palette.STEEL, (PACKS[0], PACKS[1], PACKS[4], stuff.BLACK_WOOD, palette.OLD_WOOD)
    columns, rows = max(3, round(width / 0.2)), max(2, round(height / 0.4))
    for r in range(rows):
        for c in range(columns):
            x = -width / 2 + (c + 0.5) * width / columns
            y = -height / 2 + (r + 0.5) * height / rows
            kind, grip = int(rng.integers(5)), grips[int(rng.integers(5))]
            z = -0.05
            if kind == 0:  # hammer
                parts.box((x, y + 0.02, z), (0.025, 0.28, 0.025), palette.OLD_WOOD, grain=1)
                parts.box((x, y - 0.12, z), (0.12, 0.04, 0.04), steel)
            elif kind == 1:  # saw
                parts.quad([[x - 0.03, y - 0.16, z], [x + 0.05, y - 0.16, z], [x + 0.03, y + 0.12, z], [x - 0.01, y + 0.12, z]], steel)  # noqa: E501  # fmt: skip
                parts.box((x + 0.01, y - 0.17, z), (0.11, 0.07, 0.03), grip)
            elif kind == 2:  # spanner
                parts.box((x, y, z), (0.022, 0.24, 0.012), steel)
                for e in (-0.12, 0.12):
                    parts.add(cylinder((x, y + e, z), 0.02, 0.03, steel, sides=10))
                    parts.box((x, y + e * 1.12, z), (0.06, 0.04, 0.016), steel)
            elif kind == 3:  # screwdrivers
                for s in (-0.035, 0.035):
                    parts.box((x + s, y + 0.08, z), (0.01, 0.14, 0.01), steel)
                    parts.box((x + s, y - 0.05, z), (0.03, 0.12, 0.03), grip, grain=1)
            else:  # pliers
                for s in (-1.0, 1.0):
                    parts.beam((x + s * 0.045, y + 0.12, z), (x, y - 0.05, z), 0.02, 0.02, grip)
                    parts.beam((x, y - 0.05, z), (x + s * 0.012, y - 0.13, z), 0.018, 0.016, steel)
    return parts.mesh("tool")


def anvil(wood: Material) -> Mesh:
    """An anvil with a horn on a block of wood."""
    parts = Parts()
    parts.add(lathe([(0.27, 0.0), (0.25, 0.05), (0.25, 0.48), (0.0, 0.5)], wood, sides=18))
    black = palette.make("anvil", "metal", "#3a3c3e", "#45484a", "#2a2b2c", scale=0.3, roughness=0.5, wear=0.4)
    parts.box((0, -0.53, 0), (0.3, 0.07, 0.22), black)
    parts.box((0, -0.63, 0), (0.16, 0.14, 0.13), black)
    parts.box((0.03, -0.76, 0), (0.44, 0.13, 0.16), black)
    parts.add(tube([[-0.18, -0.765, 0], [-0.3, -0.775, 0], [-0.42, -0.79, 0]], [0.07, 0.05, 0.008], black, sides=12))
    parts.box((0.1, -0.85, 0.0), (0.05, 0.05, 0.05), palette.STEEL)
    parts.beam((0.1, -0.85, 0.0), (0.28, -0.84, -0.28), 0.03, 0.03, palette.OLD_WOOD)
    return parts.mesh("anvil")


def gears(rng: np.random.Generator, width: float, metal: Material) -> Mesh:
    """Three toothed wheels that mesh, on a wall (back at z = 0, their middle at the origin)."""
    parts = Parts()
    wheels = (
        (-width * 0.24, 0.06, width * 0.26),
        (width * 0.17, -0.04, width * 0.17),
        (width * 0.3, 0.3 * width, width * 0.12),
    )
    metals = (metal, palette.BRASS, stuff.COPPER)
    for (x, y, r), m in zip(wheels, metals, strict=True):
        z = -0.07
        teeth = max(10, round(r * 55))
        turn = np.linspace(0, 2 * np.pi, 33)
        rim = np.stack([x + r * 0.86 * np.cos(turn), y + r * 0.86 * np.sin(turn), z + 0 * turn], 1)
        parts.add(tube(rim, 0.09 * r + 0.01, m, sides=8))
        for a in np.arange(teeth) * 2 * np.pi / teeth:
            c, s = np.cos(a), np.sin(a)
            parts.beam((x + r * 0.9 * c, y + r * 0.9 * s, z), (x + r * 1.04 * c, y + r * 1.04 * s, z), 0.035, 0.05, m)
        for a in np.arange(6) * np.pi / 3 + 0.2:
            c, s = np.cos(a), np.sin(a)
            parts.beam((x, y, z), (x + r * 0.86 * c, y + r * 0.86 * s, z), 0.03, 0.03, m)
        parts.add(sphere((x, y, z - 0.02), 0.16 * r + 0.01, m, subdivisions=2))
        parts.beam((x, y, 0), (x, y, z - 0.05), 0.04, 0.04, palette.IRON)
    return parts.mesh("gear")


def tyres(rng: np.random.Generator) -> Mesh:
    """A stack of tyres."""
    parts = Parts()
    rubber = palette.make("tyre", "plain", "#1f2021", roughness=0.9)
    turn = np.linspace(0, 2 * np.pi, 29)
    for k in range(4):
        dx, dz = rng.uniform(-0.02, 0.02, 2)
        ring = np.stack([dx + 0.23 * np.cos(turn), -0.1 - 0.2 * k + 0 * turn, dz + 0.23 * np.sin(turn)], 1)
        parts.add(tube(ring, 0.1, rubber, sides=10))
    return parts.mesh("tyre")


def washing_machine(main: Material) -> Mesh:
    """A front loader with a glass door and a panel."""
    parts = Parts()
    parts.box((0, -0.43, 0), (0.6, 0.84, 0.58), main)
    parts.box((0, -0.77, -0.295), (0.58, 0.14, 0.012), main, tint=0.9)
    turn = np.linspace(0, 2 * np.pi, 29)
    ring = np.stack([0.17 * np.cos(turn), -0.42 + 0.17 * np.sin(turn), -0.3 + 0 * turn], 1)
    parts.add(tube(ring, 0.03, palette.STEEL, sides=8))
    glass = palette.make("drum glass", "glass", "#20282d", roughness=0.04)
    parts.add(sphere((0, -0.42, -0.29), (0.155, 0.155, 0.04), glass, subdivisions=3))
    parts.add(sphere((0.02, -0.37, -0.296), (0.1, 0.06, 0.04), stuff.cloth("washing", "#6d8196"), subdivisions=2))
    parts.box((-0.2, -0.77, -0.305), (0.14, 0.08, 0.012), main, tint=0.75)
    parts.add(tube([[0.06, -0.77, -0.3], [0.06, -0.77, -0.34]], 0.035, palette.STEEL, sides=14))
    parts.box((0.2, -0.77, -0.303), (0.1, 0.05, 0.008), stuff.SCREEN_OFF)
    return parts.mesh("machine")


def lathe_machine(rng: np.random.Generator, width: float, main: Material) -> Mesh:
    """A machine tool: a bed on two feet, a head with a hand wheel, a carriage, a cabinet with dials and lights."""
    parts = Parts()
    for x in (-width * 0.34, width * 0.34):
        parts.box((x, -0.38, 0), (width * 0.22, 0.76, 0.6), main)
        parts.box((x, -0.03, 0), (width * 0.26, 0.06, 0.68), palette.IRON)
    parts.box((0, -0.82, 0), (width, 0.12, 0.5), palette.STEEL)
    parts.box((-width * 0.34, -1.15, 0.02), (width * 0.3, 0.56, 0.56), main)
    parts.add(tube([[-width * 0.2, -1.16, 0], [-width * 0.1, -1.16, 0]], [0.16, 0.16], palette.STEEL, sides=20))
    parts.add(tube([[-width * 0.1, -1.16, 0], [width * 0.26, -1.16, 0]], 0.05, palette.BRASS, sides=14))
    parts.box((width * 0.08, -0.96, -0.06), (width * 0.16, 0.2, 0.56), main, tint=0.9)
    parts.box((width * 0.36, -1.06, 0), (width * 0.14, 0.36, 0.34), main)
    turn = np.linspace(0, 2 * np.pi, 21)
    for x, y, r in ((width * 0.08, -0.92, 0.12), (width * 0.46, -1.16, 0.14)):
        ring = np.stack([x + r * np.cos(turn), y + r * np.sin(turn), -0.38 + 0 * turn], 1)
        parts.add(tube(ring, 0.014, palette.STEEL, sides=6))
        parts.beam((x - r, y, -0.38), (x + r, y, -0.38), 0.016, 0.016, palette.STEEL)
        parts.beam((x, y, -0.38), (x, y, -0.2), 0.03, 0.03, palette.STEEL)
    for k in range(5):
        hue, glow = (("#d8402f", (2.2, 0.4, 0.2)), ("#5fd04f", (0.5, 2.0, 0.5)), ("#e8b53a", (2.2, 1.4, 0.3)))[k % 3]
        parts.box(
            (-width * 0.44 + 0.07 * k, -1.3, -0.27), (0.03, 0.03, 0.02), palette.glowing(f"signal {hue}", hue, glow)
        )
    return parts.mesh("machine")


def press(rng: np.random.Generator, main: Material) -> Mesh:
    """A tall press: two columns, a ram over a table, a motor with a belt wheel, pipes at its side."""
    parts = Parts()
    parts.box((0, -0.12, 0), (1.7, 0.24, 1.3), palette.IRON)
    for x in (-0.62, 0.62):
        parts.box((x, -1.4, 0), (0.3, 2.4, 0.8), main)
        parts.add(tube([[x * 0.55, -0.9, -0.1], [x * 0.55, -2.3, -0.1]], 0.06, palette.STEEL, sides=12))
    parts.box((0, -2.65, 0), (1.7, 0.5, 1.0), main)
    parts.box((0, -0.72, -0.05), (1.1, 0.36, 0.9), main, tint=0.85)
    parts.box((0, -1.75, -0.1), (0.8, 0.5, 0.6), palette.STEEL)
    parts.add(cylinder((0, -2.0, -0.1), 0.45, 0.16, palette.STEEL, sides=18))
    parts.add(tube([[0.7, -3.0, 0.1], [0.7, -3.0, -0.3]], [0.32, 0.32], palette.IRON, sides=24))
    parts.add(cylinder((-0.3, -2.9, 0.1), 0.42, 0.24, main, sides=18))
    for k in range(3):
        x = 0.86 + 0.07 * k
        parts.add(
            tube([[x, -0.2, 0.2], [x, -2.2 - 0.1 * k, 0.2], [0.5, -2.3 - 0.1 * k, 0.2]], 0.025, stuff.COPPER, sides=8)
        )
    yellow = palette.make("warning paint", "plain", "#c79a2a")
    for x in (-0.5, -0.25, 0.0, 0.25, 0.5):
        parts.box((x, -0.72, -0.505), (0.12, 0.1, 0.01), yellow)
    return parts.mesh("machine")


def conveyor(rng: np.random.Generator, length: float, main: Material) -> Mesh:
    """A belt on rollers along x with boxes on it."""
    parts = Parts()
    belt = palette.make("conveyor belt", "fabric", "#2a2b2c", scale=0.03)
    parts.box((0, -0.86, 0), (length, 0.04, 0.62), belt)
    for z in (-0.36, 0.36):
        parts.box((0, -0.84, z), (length, 0.16, 0.06), main, grain=0)
    for x in np.arange(-length / 2 + 0.2, length / 2, 0.32):
        parts.add(tube([[x, -0.78, -0.33], [x, -0.78, 0.33]], 0.05, palette.STEEL, sides=8))
    for x in np.linspace(-length / 2 + 0.3, length / 2 - 0.3, max(2, round(length / 1.8))):
        for z in (-0.3, 0.3):
            parts.box((x, -0.38, z), (0.09, 0.76, 0.09), main, grain=1)
    board = palette.make("cardboard", "mottled", "#a27d50", scale=0.3, roughness=0.9)
    for x in np.arange(-length / 2 + 0.5, length / 2 - 0.4, 1.0):
        w, h = rng.uniform(0.3, 0.5), rng.uniform(0.2, 0.42)
        parts.box((x + rng.uniform(-0.2, 0.2), -0.88 - h / 2, rng.uniform(-0.06, 0.06)), (w, h, 0.38), board,
                  yaw=rng.uniform(-0.2, 0.2))  # fmt: skip
    return parts.mesh("machine")


def pipes(rng: np.random.Generator, width: float, height: float) -> Mesh:
    """Pipes with flanges, bends and hand wheels along a wall (back at z = 0), its middle at the origin."""
    parts = Parts()
    metals = (palette.STEEL, stuff.COPPER, palette.make("green pipe", "plain", "#4f6b58"), palette.make("red pipe", "plain", "#8a3226"))  # noqa: E501  # fmt: skip
    for k in range(5):
        y, r = height * (-0.42 + 0.2 * k), (0.12, 0.06, 0.09, 0.05, 0.07)[k]
        bend = float(rng.uniform(-0.3, 0.3)) * width
        m, z = metals[k % 4], -0.16 - 0.02 * k
        end = height / 2 if k % 2 else -height / 2
        parts.add(tube([[-width / 2, y, z], [bend, y, z]], r, m, sides=12))
        parts.add(sphere((bend, y, z), r * 1.15, m, subdivisions=2))
        parts.add(tube([[bend, y, z], [bend, end, z]], r, m, sides=12))
        for x in np.arange(-width / 2 + 0.3, bend - 0.1, 1.1):
            parts.add(tube([[x, y, z], [x + 0.05, y, z]], r * 1.5, m, sides=12))
        turn = np.linspace(0, 2 * np.pi, 17)
        x = (-width / 2 + bend) / 2
        ring = np.stack([x + 0.13 * np.cos(turn), y + 0.13 * np.sin(turn), z - r - 0.12 + 0 * turn], 1)
        parts.add(tube(ring, 0.014, metals[3], sides=6))
        parts.beam((x, y, z), (x, y, z - r - 0.12), 0.03, 0.03, palette.IRON)
    return parts.mesh("pipe")
