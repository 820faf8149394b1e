"""What shops, bars, bakeries and larders have on their shelves, and the shelves. Fronts are towards -z."""

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
