"""What shops, bars, workshops, laundries and gyms hold. Fronts are towards -z."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.assets.furniture.furniture import cushion
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, lathe, sphere, tube

PACKS = tuple(
    palette.make(f"pack {i}", "plain", base, scale=0.1, roughness=0.5)
    for i, base in enumerate(("#a8352b", "#c98a2b", "#d3c24a", "#4f7d3c", "#2f6b8a", "#3a4a86", "#8a4b7a", "#d8d2c4",
                              "#b5653a", "#6b8f8a"))
)  # fmt: skip
WINES = tuple(
    palette.make(f"bottle glass {i}", "plain", base, roughness=0.12)
    for i, base in enumerate(("#2d4a2c", "#5a3417", "#7d5a1d", "#3f4f57", "#7b2a22", "#9aa8a0"))
)
CRUSTS = tuple(
    palette.make(f"crust {i}", "mottled", base, scale=0.04, roughness=0.8, bump=0.003)
    for i, base in enumerate(("#a5682f", "#b87d3d", "#8a5226", "#c79a56"))
)


SHELF = 0.42
"""Depth of a shelf for goods, metres."""


def _goods(parts: Parts, left: float, right: float, y: float, z: float, high: float, rng: np.random.Generator) -> None:
    """A row of packs, tins and bottles on a board at y, in blocks of one kind, fronts at z."""
    x = left
    while x < right - 0.06:
        kind, material = int(rng.integers(4)), PACKS[int(rng.integers(len(PACKS)))]
        label = PACKS[int(rng.integers(len(PACKS)))]
        wide, tall = ((0.1, 0.16), (0.085, 0.12), (0.08, 0.25), (0.17, 0.24))[kind]
        tall = min(tall * rng.uniform(0.85, 1.15), high - 0.03)
        for _ in range(int(rng.integers(2, 5))):
            if x + wide > right:
                break
            middle = x + wide / 2
            if kind == 1:
                for k in range(2 if 2 * tall < high else 1):
                    parts.add(cylinder((middle, y - k * tall, z + 0.06), tall - 0.004, wide * 0.46, material, sides=9))
                    parts.add(
                        cylinder((middle, y - k * tall - 0.03, z + 0.06), tall - 0.06, wide * 0.47, label, sides=9)
                    )
            elif kind == 2:
                parts.add(tube([[middle, y, z + 0.05], [middle, y - tall * 0.62, z + 0.05],
                                [middle, y - tall * 0.78, z + 0.05], [middle, y - tall, z + 0.05]],
                               [0.036, 0.036, 0.014, 0.014], material, sides=9))  # fmt: skip
            else:
                parts.box((middle, y - tall / 2, z + 0.08), (wide - 0.008, tall, 0.16), material)
                parts.box((middle, y - tall * 0.6, z - 0.002), (wide * 0.7, tall * 0.32, 0.004), label)
            x += wide
        x += rng.uniform(0.0, 0.03)


def _boards(height: float) -> list[float]:
    """y of the boards of a goods shelf."""
    count = max(3, round((height - 0.3) / 0.36))
    return [-0.17 - (height - 0.2) / count * k for k in range(count)]


def goods_shelf(width: float, height: float, frame: Material, *, both: bool = False) -> Mesh:
    """Shelves with price strips; `both`: to be bought from at both sides. `goods` says what lies on them."""
    parts = Parts()
    deep = SHELF * (2 if both else 1)
    parts.box((0, -height / 2, 0 if both else SHELF / 2 - 0.015), (width, height, 0.03), frame)
    parts.box((0, -0.08, 0), (width, 0.16, deep), frame, tint=0.85)
    for side in (1.0, -1.0) if both else (1.0,):
        middle = -side * SHELF / 2 if both else 0.0
        for y in _boards(height):
            parts.box((0, y + 0.012, middle), (width - 0.02, 0.024, SHELF - 0.03), frame)
            parts.box(
                (0, y + 0.02, middle - side * (SHELF / 2 - 0.005)), (width - 0.02, 0.045, 0.012), stuff.WHITE_PAINT
            )
    for x in (-width / 2, width / 2):
        parts.box((x, -height / 2, 0), (0.03, height, deep), frame)
    return parts.mesh("shelf")


def goods(rng: np.random.Generator, width: float, height: float, *, both: bool = False) -> Mesh:
    """What lies on a `goods_shelf` of this size: packs, tins and bottles in blocks of one kind."""
    parts = Parts()
    boards = _boards(height)
    gap = boards[0] - boards[1]
    for side in (1.0, -1.0) if both else (1.0,):
        front = Parts()
        middle = -SHELF / 2 if both else 0.0
        for y in boards:
            _goods(front, -width / 2 + 0.03, width / 2 - 0.03, y, middle - SHELF / 2 + 0.04, gap - 0.05, rng)
        parts.add(front, np.diag([side, 1.0, side, 1.0]))
    return parts.mesh("goods")


def freezer(rng: np.random.Generator, width: float) -> Mesh:
    """An upright cold case, lit inside, its goods behind glass doors that are left open to the eye."""
    parts = Parts()
    parts.box((0, -1.0, 0.3), (width, 2.0, 0.06), stuff.WHITE_PAINT)
    for y in (0.12, 1.95):
        parts.box((0, -y, 0), (width, 0.24 if y < 1 else 0.12, 0.66), stuff.WHITE_PAINT)
    cold = palette.glowing("case light", "#eef6ff", (1.1, 1.25, 1.35))
    parts.box((0, -1.86, -0.2), (width - 0.1, 0.03, 0.08), cold)
    for k in range(4):
        y = -0.26 - 0.4 * k
        parts.box((0, y + 0.01, 0.02), (width - 0.06, 0.02, 0.5), palette.STEEL)
        _goods(parts, -width / 2 + 0.06, width / 2 - 0.06, y, -0.2, 0.34, rng)
    doors = max(2, round(width / 0.75))
    for i in range(doors + 1):
        x = -width / 2 + width * i / doors
        parts.box((x, -1.06, -0.31), (0.05, 1.72, 0.04), stuff.ENAMEL)
    return parts.mesh("fridge")


def bottle_shelf(width: float, height: float, wood: Material) -> Mesh:
    """A back bar: boards before a mirror, on a wall (back at z = 0, its middle at the origin); see `bar_bottles`."""
    parts = Parts()
    glass = palette.make("bar mirror", "metal", "#8f9698", "#8b9294", "#7e8587", roughness=0.05, wear=0.0, scale=5.0)
    parts.box((0, 0, -0.012), (width - 0.1, height - 0.1, 0.02), glass)
    for x in (-width / 2, width / 2):
        parts.box((x, 0, -0.11), (0.1, height, 0.22), wood, grain=1)
    parts.box((0, -height / 2, -0.12), (width + 0.16, 0.1, 0.26), wood, grain=0)
    for y in _bar_boards(height):
        parts.box((0, y, -0.11), (width, 0.035, 0.2), wood, grain=0)
    return parts.mesh("shelf")


def _bar_boards(height: float) -> list[float]:
    count = max(2, round(height / 0.42))
    return [height / 2 - height / count * k - 0.02 for k in range(count)]


def bar_bottles(rng: np.random.Generator, width: float, height: float) -> Mesh:
    """The bottles on a `bottle_shelf` of this size."""
    parts = Parts()
    for y in _bar_boards(height):
        x = -width / 2 + 0.12
        while x < width / 2 - 0.1:
            tall, glass_of = rng.uniform(0.24, 0.32), WINES[int(rng.integers(len(WINES)))]
            z, foot = -0.1 + rng.uniform(-0.03, 0.03), y - 0.018
            neck = [[x, foot - tall * share, z] for share in (0.0, 0.55, 0.72, 1.0)]
            parts.add(tube(neck, [0.037, 0.037, 0.014, 0.013], glass_of, sides=10))
            parts.add(tube([[x, foot - tall * 0.15, z], [x, foot - tall * 0.42, z]], 0.0385, stuff.PAPER, sides=10))
            x += rng.uniform(0.09, 0.15)
    return parts.mesh("bottle")


def loaf(parts: Parts, x: float, y: float, z: float, kind: int, crust: Material) -> None:
    """A loaf on a board at y: round, long, or a roll."""
    if kind == 0:
        parts.add(cushion((0.2, 0.13, 0.2), (x, y - 0.06, z), crust, soft=0.8, subdivisions=2))
    elif kind == 1:
        parts.add(cushion((0.12, 0.1, 0.34), (x, y - 0.05, z), crust, soft=0.75, subdivisions=2))
        for s in (-0.08, 0.0, 0.08):
            parts.box((x, y - 0.1, z + s), (0.07, 0.006, 0.012), CRUSTS[3], yaw=0.5)
    else:
        parts.add(sphere((x, y - 0.035, z), (0.055, 0.04, 0.055), crust, subdivisions=2))


def bread_shelf(width: float, height: float, wood: Material) -> Mesh:
    """The frame of a rack of slanted boards; see `breads` for what lies on them."""
    parts = Parts()
    for x in (-width / 2, width / 2):
        parts.box((x, -height / 2, 0), (0.05, height, 0.44), wood, grain=1)
    parts.box((0, -height / 2, 0.2), (width, height, 0.02), wood, grain=1, tint=0.85)
    for k in range(4):
        y = -0.35 - (height - 0.5) / 3 * k
        parts.box((0, y, 0), (width, 0.035, 0.42), wood, grain=0)
        parts.box((0, y - 0.04, -0.2), (width, 0.06, 0.02), wood, grain=0)
    return parts.mesh("shelf")


def breads(rng: np.random.Generator, width: float, height: float) -> Mesh:
    """What lies on a `bread_shelf` of this size: loaves, long ones and rolls; in the same frame."""
    parts = Parts()
    for k in range(4):
        y = -0.37 - (height - 0.5) / 3 * k
        x = -width / 2 + 0.14
        kind, crust = int(rng.integers(3)), CRUSTS[int(rng.integers(4))]
        while x < width / 2 - 0.1:
            if rng.random() < 0.25:
                kind, crust = int(rng.integers(3)), CRUSTS[int(rng.integers(4))]
            for z in (-0.09, 0.08) if kind != 1 else (0.0,):
                loaf(parts, x, y, z, kind, crust)
            x += (0.22, 0.15, 0.12)[kind]
    return parts.mesh("bread")


def bread_basket(rng: np.random.Generator) -> Mesh:
    """Loaves in a shallow basket, for tables."""
    parts = Parts()
    parts.add(lathe([(0.0, 0.01), (0.16, 0.01), (0.21, 0.1), (0.2, 0.1), (0.15, 0.03)], stuff.WICKER, sides=20))
    for k in range(5):
        a = 1.3 * k
        loaf(parts, 0.09 * np.cos(a), -0.04, 0.09 * np.sin(a), 2 if k % 2 else 0, CRUSTS[k % 4])
    return parts.mesh("bread")


def checkout(width: float, main: Material) -> Mesh:
    """A till with a belt; one pays from -z."""
    parts = Parts()
    parts.box((0, -0.42, 0), (width, 0.84, 0.6), main, grain=0)
    parts.box((0, -0.87, 0), (width + 0.06, 0.05, 0.68), palette.STEEL)
    belt = palette.make("belt", "fabric", "#232425", scale=0.02)
    parts.box((-width * 0.14, -0.9, 0), (width * 0.66, 0.02, 0.5), belt)
    parts.box((width * 0.38, -1.0, 0.0), (0.4, 0.2, 0.36), stuff.ENAMEL)
    parts.box((width * 0.38, -1.22, 0.05), (0.34, 0.22, 0.03), stuff.BLACK_WOOD)
    for k, x in enumerate(np.linspace(-0.4, 0.05, 5)):
        parts.box((x * width, -0.98, 0.04 * (k % 2)), (0.12, 0.15, 0.1), PACKS[k * 2 % 10])
    return parts.mesh("counter")


def clothes_rail(rng: np.random.Generator, width: float) -> Mesh:
    """Coats and shirts on a steel rail."""
    parts = Parts()
    for x in (-width / 2, width / 2):
        parts.add(tube([[x, 0, 0], [x, -1.5, 0]], 0.018, palette.STEEL, sides=8))
        parts.add(tube([[x, -0.02, -0.24], [x, -0.02, 0.24]], 0.016, palette.STEEL, sides=8))
    parts.add(tube([[-width / 2, -1.5, 0], [width / 2, -1.5, 0]], 0.018, palette.STEEL, sides=8))
    for x in np.arange(-width / 2 + 0.1, width / 2 - 0.05, 0.09):
        cloth = stuff.cloth(f"garment {int(x * 100)}", palette.shade(PACKS[int(rng.integers(10))].colors[0], 0.9))
        long = rng.uniform(0.7, 1.05)
        parts.add(cushion((0.07, long, 0.42), (x, -1.4 + long / 2, 0), cloth, soft=0.35, subdivisions=2))
        parts.add(cushion((0.09, 0.5, 0.1), (x, -1.08, -0.24), cloth, soft=0.5, tilt=0.12, subdivisions=2))
    return parts.mesh("clothes")


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


def treadmill() -> Mesh:
    """A running machine; one runs towards +z."""
    parts = Parts()
    black = palette.make("gym black", "plain", "#232528", roughness=0.5)
    parts.box((0, -0.1, 0), (0.82, 0.14, 1.75), black)
    parts.box((0, -0.18, -0.05), (0.5, 0.02, 1.6), palette.make("running belt", "fabric", "#101112", scale=0.02))
    for x in (-0.36, 0.36):
        parts.box((x, -0.185, -0.05), (0.14, 0.02, 1.6), palette.STEEL)
        parts.beam((x, -0.15, 0.72), (x, -1.15, 0.6), 0.07, 0.09, black)
        parts.add(tube([[x, -0.95, 0.62], [x, -0.95, 0.05]], 0.025, black, sides=8))
    parts.box((0, -1.2, 0.58), (0.86, 0.12, 0.3), black)
    parts.box((0, -1.38, 0.68), (0.62, 0.32, 0.05), black)
    glow = palette.glowing("gym screen", "#4a9ac4", (0.25, 0.55, 0.75))
    parts.quad([[-0.26, -1.5, 0.65], [0.26, -1.5, 0.65], [0.26, -1.28, 0.65], [-0.26, -1.28, 0.65]], glow)
    return parts.mesh("treadmill")


def dumbbells(rng: np.random.Generator, width: float) -> Mesh:
    """A rack of dumbbells in two rows."""
    parts = Parts()
    iron = palette.make("weights", "plain", "#26282b", roughness=0.5)
    for x in (-width / 2 + 0.05, width / 2 - 0.05):
        parts.beam((x, 0, -0.2), (x, -0.95, 0.22), 0.06, 0.06, palette.STEEL)
        parts.box((x, -0.02, 0.0), (0.07, 0.04, 0.55), palette.STEEL)
    for y, z in ((0.42, -0.03), (0.85, 0.16)):
        parts.box((0, -y, z), (width, 0.03, 0.28), palette.STEEL)
        for k, x in enumerate(np.arange(-width / 2 + 0.15, width / 2 - 0.1, 0.22)):
            r = 0.055 + 0.006 * (k % 6)
            for s in (-1.0, 1.0):
                parts.add(tube([[x, -y - r - 0.02, z + s * 0.06], [x, -y - r - 0.02, z + s * 0.14]], r, iron, sides=8))
            parts.add(tube([[x, -y - r - 0.02, z - 0.08], [x, -y - r - 0.02, z + 0.08]], 0.016, palette.STEEL, sides=6))
    return parts.mesh("weights")


def weight_bench(main: Material) -> Mesh:
    """A bench with a barbell in its stands."""
    parts = Parts()
    parts.add(cushion((0.3, 0.1, 1.2), (0, -0.46, -0.1), main, soft=0.2))
    for z in (-0.6, 0.4):
        parts.box((0, -0.22, z), (0.07, 0.42, 0.07), palette.STEEL)
        parts.box((0, -0.02, z), (0.55, 0.04, 0.07), palette.STEEL)
    for x in (-0.55, 0.55):
        parts.box((x, -0.55, 0.55), (0.06, 1.1, 0.06), palette.STEEL)
        parts.box((x, -0.02, 0.55), (0.07, 0.04, 0.5), palette.STEEL)
    parts.add(tube([[-1.0, -1.12, 0.5], [1.0, -1.12, 0.5]], 0.015, palette.STEEL, sides=8))
    iron = palette.make("plates", "plain", "#2a2c2f", roughness=0.5)
    for s in (-1.0, 1.0):
        for k, r in enumerate((0.22, 0.22, 0.15)):
            parts.add(
                tube([[s * (0.72 + 0.06 * k), -1.12, 0.5], [s * (0.765 + 0.06 * k), -1.12, 0.5]], r, iron, sides=22)
            )
    return parts.mesh("weights")


def open_shelf(width: float, height: float, depth: float, wood: Material) -> Mesh:
    """An open rack of boards; see `jars` for what stands on it."""
    parts = Parts()
    for x in (-width / 2 + 0.03, width / 2 - 0.03):
        for z in (-depth / 2 + 0.03, depth / 2 - 0.03):
            parts.box((x, -height / 2, z), (0.055, height, 0.055), wood, grain=1)
    for y in (*_rack_boards(height), -height + 0.02):
        parts.box((0, y + 0.014, 0), (width, 0.028, depth), wood, grain=0)
    parts.beam((-width / 2, -0.15, depth / 2), (width / 2, -height + 0.1, depth / 2), 0.03, 0.02, wood)
    return parts.mesh("shelf")


def _rack_boards(height: float) -> list[float]:
    count = max(2, round(height / 0.42))
    return [-0.12 - (height - 0.14) / count * k for k in range(count)]


def jars(rng: np.random.Generator, width: float, height: float) -> Mesh:
    """Jars, boxes and tins on an `open_shelf` of this size."""
    parts = Parts()
    boards = _rack_boards(height)
    for y in boards:
        _goods(parts, -width / 2 + 0.08, width / 2 - 0.08, y, -0.12, min(boards[0] - boards[1] - 0.06, 0.3), rng)
    return parts.mesh("goods")


def basket_of_goods(rng: np.random.Generator) -> Mesh:
    """A shopping basket full of packs."""
    parts = Parts()
    wire = palette.make("basket wire", "plain", "#a8352b")
    for x in (-0.22, 0.22):
        parts.box((x, -0.11, 0), (0.02, 0.2, 0.3), wire)
    for z in (-0.15, 0.15):
        parts.box((0, -0.11, z), (0.46, 0.2, 0.02), wire)
    parts.box((0, -0.01, 0), (0.44, 0.02, 0.3), wire)
    _goods(parts, -0.2, 0.2, -0.03, -0.12, 0.34, rng)
    _goods(parts, -0.2, 0.2, -0.03, 0.02, 0.34, rng)
    return parts.mesh("goods")
