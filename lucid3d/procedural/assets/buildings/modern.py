"""Buildings of our time that places are laid out about: a villa, what surrounds a roof, halls at stations."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.buildings.houses import House
from lucid3d.procedural.assets.buildings.towers import facade_glass, tower_block
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, tube

WHITE = palette.make("main white render", "plaster", "#dfdcd4", "#d6d2c8", "#aaa598", scale=1.4, bump=0.003, wear=0.15)


@made_as("house")
def villa(rng: np.random.Generator, lit: float = 0.0, wall: Material | None = None) -> House:
    """A flat-roofed villa of two storeys: white slabs, glass from floor to ceiling, a cantilever, a wooden wall."""
    parts, wall = Parts(), wall or WHITE
    wood = palette.make("villa cladding", "planks", "#9a7650", "#8a6845", "#5a432c", scale=0.14, bump=0.004, wear=0.3)
    pane = (
        palette.lit_glass(rng, 0.9)
        if lit > 0
        else palette.make("villa glass", "glass", "#26323a", "#2c3840", roughness=0.04)
    )
    frame = palette.IRON

    def glazing(x0: float, x1: float, low: float, high: float, z: float) -> None:
        parts.quad([[x0, -high, z], [x1, -high, z], [x1, -low, z], [x0, -low, z]], pane)
        for x in np.linspace(x0, x1, max(2, round((x1 - x0) / 1.6)) + 1):
            parts.box((x, -(low + high) / 2, z - 0.03), (0.06, high - low, 0.06), frame, grain=1)
        for y in (low, high):
            parts.box(((x0 + x1) / 2, -y, z - 0.03), (x1 - x0, 0.08, 0.08), frame)

    parts.span((-8, -3.0, -2.6), (-2.5, 0.3, 5), wood, grain=1)
    parts.span((-2.5, -3.0, 1.8), (8, 0.3, 5), wall, grain=-2)
    glazing(-2.4, 7.8, 0.05, 2.8, -0.4)
    for x in (7.8,):
        parts.span((x, -3.0, -2.8), (x + 0.3, 0.3, 5), wall, grain=-2)
    parts.span((-8.6, -3.35, -3.4), (8.6, -3.0, 5.2), wall, grain=-2)
    glazing(-7.6, -3.0, 0.5, 2.6, -2.64)
    parts.span((-3.2, -6.3, -2.0), (-2.9, -3.35, 5), wall, grain=-2)
    parts.span((6.2, -6.3, -2.0), (6.5, -3.35, 5), wall, grain=-2)
    parts.span((-3.2, -6.3, 4.7), (6.5, -3.35, 5), wall, grain=-2)
    glazing(-2.9, 6.2, 3.4, 6.1, -1.3)
    parts.span((-3.9, -6.65, -3.2), (7.2, -6.3, 5.3), wall, grain=-2)
    parts.quad([[-2.9, -4.35, -3.3], [6.2, -4.35, -3.3], [6.2, -3.4, -3.3], [-2.9, -3.4, -3.3]], palette.GLASS)
    parts.box((1.65, -4.37, -3.3), (9.2, 0.04, 0.05), palette.STEEL)
    parts.span((-1.5, -2.9, 1.7), (7.6, 0.0, 1.78), palette.LIMEWASH, tint=0.9)
    for x, c in ((0.4, "#8a8f94"), (3.6, "#a38a6a")):
        parts.span((x, -0.45, 0.4), (x + 1.9, 0.0, 1.3), palette.make(f"sofa {c}", "fabric", c, scale=0.03))
    return House(parts.mesh("building"), 17, 10, 6.7, ((2.0, -2.6, -0.9), (-5.0, -2.6, -3.0)))


def city_around(rng: np.random.Generator, lit: float = 0.0, drop: float = 34.0) -> Mesh:
    """Blocks and towers about a roof at y = 0, which stands `drop` metres above the streets."""
    parts = Parts()
    parts.span((-13, 0.1, -12), (13, drop, 10.5), palette.LIGHT_CONCRETE, grain=-2)
    for ring, (near, far, count) in enumerate(((30, 75, 26), (80, 180, 46), (190, 420, 60))):
        for k in range(count):
            a = 2 * np.pi * (k + float(rng.uniform(0.1, 0.9))) / count
            r = float(rng.uniform(near, far))
            tall = float(np.clip(drop * rng.lognormal(-0.25 + 0.32 * ring, 0.45), 12, 70 + 90 * ring))
            if ring == 0:
                tall = min(tall, drop * (1.5 if abs(np.sin(a)) > 0.5 else 0.95))
            w, d = float(rng.uniform(14, 26)), float(rng.uniform(14, 24))
            x, z = r * np.sin(a), r * np.cos(a)
            if ring == 0 and k % 5 == 0:
                block = tower_block(rng, lit=lit, width=w, depth=d, height=tall, near=False)
                parts.add(block.mesh, placement([x, drop, z], yaw=float(rng.choice([0, np.pi / 2]))))
                continue
            body = Parts()
            body.span((-w / 2, -tall, -d / 2), (w / 2, 1, d / 2), facade_glass(rng, lit), grain=-2)
            body.span(
                (-w / 2 - 0.2, -tall - 0.7, -d / 2 - 0.2),
                (w / 2 + 0.2, -tall, d / 2 + 0.2),
                palette.LIGHT_CONCRETE,
                grain=-2,
            )
            for _ in range(3):
                bx, bz = float(rng.uniform(-0.35, 0.35)) * w, float(rng.uniform(-0.35, 0.35)) * d
                body.box(
                    (bx, -tall - 1.5, bz),
                    (float(rng.uniform(1.5, 4)), 2.2, float(rng.uniform(1.5, 4))),
                    palette.CONCRETE,
                )
            parts.add(body, placement([x, drop, z], yaw=float(rng.choice([0.0, 0.0, 0.3]))))
    mesh = parts.mesh("building")
    mesh.thing = "skyscraper"
    return mesh


def stair_house(rng: np.random.Generator, lit: float = 0.0) -> Mesh:
    """The head of a stair on a roof, with its door, and ducts beside it."""
    parts = Parts()
    parts.span((-1.7, -2.7, -1.5), (1.7, 0.1, 1.5), palette.LIGHT_CONCRETE, grain=-2)
    parts.box((0.3, -1.05, -1.52), (0.95, 2.1, 0.06), palette.DOOR_PAINTS[0], grain=1)
    parts.span((-1.85, -2.9, -1.65), (1.85, -2.7, 1.65), palette.CONCRETE)
    parts.box((2.9, -0.6, 0.3), (1.3, 1.1, 1.1), palette.ZINC)
    parts.add(cylinder((2.9, -1.15, 0.3), 0.15, 0.4, palette.IRON, sides=16))
    parts.add(cylinder((-2.4, 0, 0.6), 1.6, 0.18, palette.STEEL, sides=12))
    return parts.mesh("building")


@made_as("station")
def station_canopy(
    rng: np.random.Generator, lit: bool = False, length: float = 30.0
) -> tuple[Mesh, tuple[float, float, float]]:
    """A platform's roof along x on iron columns, with a clock and lamps under it."""
    parts = Parts()
    iron = palette.make("main station iron", "plain", "#35503f", roughness=0.6, wear=0.3)
    h = length / 2
    glow = palette.glowing("platform lamp", "#ffe2b0", (6, 4.6, 2.6)) if lit else palette.FRAME_WHITE
    for x in np.arange(-h + 2, h, 6.5):
        parts.add(cylinder((x, 0.1, 0), 4.1, 0.14, iron, top_radius=0.1, sides=12))
        parts.add(cylinder((x, 0.1, 0), 0.6, 0.24, iron, top_radius=0.16, sides=12))
        for s in (-1.0, 1.0):
            a = np.linspace(0, np.pi / 2, 7)
            parts.add(
                tube_line(np.stack([0 * a + x, -3.0 - 1.0 * np.sin(a), s * 1.6 * (1 - np.cos(a))], 1), 0.05, iron)
            )
            parts.beam((x, -4.1, 0), (x, -4.45, s * 2.9), 0.1, 0.1, iron)
        parts.box((x + 3.2, -3.7, 0), (0.3, 0.3, 0.3), glow)
    for s in (-1.0, 1.0):
        parts.quad([[-h, -4.15, 0], [h, -4.15, 0], [h, -4.55, s * 3.1], [-h, -4.55, s * 3.1]], palette.ZINC)
        parts.box((0, -4.5, s * 3.1), (length, 0.42, 0.05), palette.FRAME_WHITE)
        for x in np.arange(-h, h, 0.3):
            parts.box((x, -4.26, s * 3.1), (0.16, 0.14, 0.04), palette.FRAME_WHITE)
    parts.add(cylinder((0, -3.6, 0), 0.02, 0.02, iron, sides=5))
    parts.box((0.0, -3.2, 0), (0.8, 0.8, 0.22), iron)
    for s in (-1.0, 1.0):
        parts.box((0.0, -3.2, s * 0.12), (0.66, 0.66, 0.02), palette.FRAME_WHITE)
        parts.box((0.0, -3.32, s * 0.14), (0.03, 0.24, 0.02), palette.IRON)
        parts.box((0.09, -3.2, s * 0.14), (0.18, 0.03, 0.02), palette.IRON)
    return parts.mesh("building"), (0.0, -3.6, 0.0)


def tube_line(path: np.ndarray, radius: float, material: Material) -> Mesh:
    """A thin bent rod of `radius` metres along `path` (N, 3)."""
    return tube(path, radius, material, sides=6)


@made_as("shell")
def building_shell(rng: np.random.Generator, width: float = 18.0, storeys: int = 4) -> House:
    """A building under construction: slabs on columns, scaffolding in front."""
    parts = Parts()
    depth, high = 12.0, 3.2
    for level in range(storeys + 1):
        parts.span(
            (0, -high * level - 0.25, 0),
            (width, -high * level + (0.6 if not level else 0.0), depth),
            palette.CONCRETE,
            grain=-2,
        )
        if level == storeys:
            break
        for x in np.linspace(0.3, width - 0.3, 5):
            for z in (0.4, depth / 2, depth - 0.4):
                parts.span(
                    (x - 0.22, -high * (level + 1), z - 0.22),
                    (x + 0.22, -high * level, z + 0.22),
                    palette.CONCRETE,
                    grain=1,
                )
        if level < storeys - 1:
            for x in np.linspace(0.3, width - 0.3, 5)[:-1][:: 2 - level % 2]:
                parts.span(
                    (x + 0.3, -high * (level + 1) + 0.2, depth - 0.5),
                    (x + 3.8, -high * level, depth - 0.3),
                    palette.BRICK,
                    grain=-2,
                )
    for x in np.linspace(0, width, 9):
        for z in (-0.5, -1.5):
            parts.box((x, -high * storeys / 2 - 0.6, z), (0.05, high * storeys + 1.2, 0.05), palette.STEEL, grain=1)
    for level in range(1, storeys + 1):
        y = -high * level + 1.1
        parts.span((0, y, -1.5), (width, y + 0.05, -0.5), palette.OLD_WOOD, grain=0)
        for up in (0.5, 1.0):
            parts.box((width / 2, y - up, -1.5), (width, 0.05, 0.05), palette.STEEL)
    for x in np.linspace(1, width - 1, 12):
        parts.box((x, -high * storeys - 0.7, depth / 2), (0.03, 0.9, 0.03), palette.IRON)
    return House(parts.mesh("building"), width, depth, high * storeys)


@made_as("tower")
def control_tower(rng: np.random.Generator, lit: float = 0.0) -> Mesh:
    """An airport's control tower of 24 m."""
    parts = Parts()
    parts.add(cylinder((0, 0.3, 0), 18.0, 2.2, palette.LIGHT_CONCRETE, top_radius=1.8, sides=20))
    parts.add(cylinder((0, -17.5, 0), 1.2, 2.0, palette.LIGHT_CONCRETE, top_radius=4.2, sides=8))
    pane = palette.lit_glass(rng, 0.8) if lit > 0 else palette.GLASS
    parts.add(cylinder((0, -18.7, 0), 2.6, 4.0, pane, top_radius=4.6, sides=8))
    parts.add(cylinder((0, -21.3, 0), 0.7, 4.9, palette.LIGHT_CONCRETE, sides=8))
    parts.add(cylinder((0, -22.0, 0), 4.5, 0.12, palette.STEEL, sides=6))
    parts.span((-9, -4, -4), (9, 0.3, 6), palette.LIGHT_CONCRETE, grain=-2)
    parts.box((0, -2.2, -4.02), (16, 1.3, 0.06), pane)
    return parts.mesh("building")


@made_as("hangar")
def hangar_hall(rng: np.random.Generator) -> Mesh:
    """A hangar with a round roof, its gates to -z half open."""
    parts = Parts()
    sheet = palette.make(
        "main hangar sheet", "panel", "#8f979c", "#828a8f", "#5f6468", scale=1.4, roughness=0.7, wear=0.4
    )
    a = np.linspace(0, np.pi, 25)
    x, y = 15 * np.cos(a), -4 - 7 * np.sin(a)
    for i in range(24):
        parts.quad([[x[i], y[i], -12], [x[i + 1], y[i + 1], -12], [x[i + 1], y[i + 1], 14], [x[i], y[i], 14]], sheet)
        parts.quad([[x[i], y[i], 14], [x[i + 1], y[i + 1], 14], [x[i + 1], 0, 14], [x[i], 0, 14]], sheet)
        parts.quad(
            [
                [x[i], y[i], -12],
                [x[i + 1], y[i + 1], -12],
                [x[i + 1], -8 if y[i + 1] < -8 else y[i + 1], -12],
                [x[i], -8 if y[i] < -8 else y[i], -12],
            ],
            sheet,
        )
    for s in (-1.0, 1.0):
        parts.span((s * 15 - 0.1, -4, -12), (s * 15 + 0.1, 0.3, 14), sheet, grain=-2)
        parts.span((min(s * 15, s * 6), -8, -12.2), (max(s * 15, s * 6), 0, -12.05), sheet, grain=-2, tint=0.9)
    parts.span((-14, -0.02, -12), (14, 0.1, 14), palette.CONCRETE)
    return parts.mesh("building")


@made_as("grandstand")
def grandstand(rng: np.random.Generator, length: float = 56.0) -> Mesh:
    """Rows of seats that rise away from -z under a roof."""
    parts = Parts()
    h = length / 2
    seat = palette.make("main seats", "plain", ("#2f5f9a", "#9c2f28", "#3f7a4a")[int(rng.integers(3))], roughness=0.5)
    for k in range(9):
        parts.span((-h, -0.55 * (k + 1), 0.85 * k), (h, 0.3, 0.85 * (k + 1)), palette.CONCRETE, grain=-2)
        for x in np.arange(-h + 0.6, h, 1.6):
            parts.box((x, -0.55 * (k + 1) - 0.2, 0.85 * k + 0.5), (1.3, 0.4, 0.4), seat)
    parts.span((-h, -9.4, -1.5), (h, -9.15, 9), palette.ZINC, grain=0)
    for x in np.arange(-h + 1, h, 9):
        parts.beam((x, 0, 8.2), (x, -9.2, 8.2), 0.35, 0.35, palette.STEEL)
        parts.beam((x, -6.5, 8.2), (x, -9.1, 1.0), 0.2, 0.2, palette.STEEL)
    return parts.mesh("building")
