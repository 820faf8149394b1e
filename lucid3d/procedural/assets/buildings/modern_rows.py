"""Houses for rows of our time: suburbs, back alleys, and what a war or an age has left of a city. Each has its front on
z = 0 (outside is -z), and x from 0 to its width."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lucid3d.procedural.assets.buildings import details
from lucid3d.procedural.assets.buildings.houses import House, house, village_style
from lucid3d.procedural.assets.buildings.row_houses import CLOTHS, box_walls, flat_roof
from lucid3d.procedural.assets.buildings.townhouses import awning, shop_front, town_style
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import made_as, placement
from lucid3d.procedural.kit.parts import Opening, Parts, clump, pierced_wall, slope
from lucid3d.procedural.kit.shapes import cylinder

SIDINGS = tuple(
    palette.make(f"siding {i}", "planks", base, None, None, scale=0.16, bump=0.006, wear=0.2)
    for i, base in enumerate(("#d9d5ca", "#c8d0d2", "#d8cdb0", "#b9c4b2", "#cfc2b8", "#a9b6c0"))
)
RUINED = palette.make("ruined concrete", "concrete", "#8b857a", "#7c766b", "#544e45", scale=1.4, bump=0.02, wear=1.0)


@made_as("house")
def suburban(
    rng: np.random.Generator,
    width: float,
    storeys: int,
    lit: float = 0.0,
    wall: Material | None = None,
    plain: bool = False,
) -> House:
    """A house of a suburb with its garage beside it: boards, white trim, a porch; x from 0 to its width."""
    wall = wall or palette.pick(SIDINGS, rng)
    style = replace(
        village_style(rng, "", lit, wall),
        trim=palette.FRAME_WHITE,
        frame=palette.FRAME_WHITE,
        boxes=0.1,
        roof=palette.pick((palette.SLATE, palette.BROWN_TILES, palette.WOOD_SHINGLES), rng),
        shutter=palette.pick(palette.SHUTTER_PAINTS, rng) if rng.random() < 0.5 else None,
    )
    garage, depth = 3.6, 7.2
    main = width - garage
    made = house(rng, style=style, storeys=storeys, timber=False, width=main, depth=depth, plain=plain)
    parts = Parts()
    parts.add(made.mesh, placement([main / 2, 0, depth / 2]))
    top = 2.7
    x0, x1 = main - 0.05, width
    holes = [Opening(0.35, garage - 0.35, 0.0, 2.2, "garage")]
    face = Parts()
    pierced_wall(face, garage + 0.05, 0, top, holes, wall, depth=0.2)
    for k in range(4):
        face.box(
            (garage / 2, -0.28 - 0.55 * k, 0.16),
            (garage - 0.74, 0.51, 0.05),
            palette.FRAME_WHITE,
            grain=0,
            tint=0.97 + 0.03 * (k % 2),
        )
    parts.add(face, placement([x0, 0, 0.8]))
    ring = [[x1, -top, 0.8], [x1, -top, depth - 0.6], [x1, 0.3, depth - 0.6], [x1, 0.3, 0.8]]
    parts.quad(ring, wall, uv=[[p[2], p[1]] for p in ring])
    slope(
        parts,
        [[x0, -top, 0.35], [x1 + 0.3, -top, 0.35], [x1 + 0.3, -top - 1.3, depth / 2], [x0, -top - 1.3, depth / 2]],
        style.roof,
        style.trim,
    )
    slope(
        parts,
        [
            [x1 + 0.3, -top, depth - 0.2],
            [x0, -top, depth - 0.2],
            [x0, -top - 1.3, depth / 2],
            [x1 + 0.3, -top - 1.3, depth / 2],
        ],
        style.roof,
        style.trim,
    )
    parts.quad(
        [[x1, -top, 0.8], [x1, -top - 1.25, depth / 2], [x1, -top - 1.25, depth / 2], [x1, -top, depth - 0.6]], wall
    )
    lamps = tuple((x + main / 2, y, z + depth / 2) for x, y, z in made.lamps)
    return House(parts.mesh("building"), width, depth, made.height, lamps)


@made_as("house")
def alley_block(
    rng: np.random.Generator,
    width: float,
    storeys: int,
    lit: float = 0.0,
    wall: Material | None = None,
    plain: bool = False,
    depth: float = 7.0,
) -> House:
    """A house of a dense back street: a shutter or a shop, tiled or grimy fronts, air conditioners, pipes, cables."""
    parts = Parts()
    grimy = (palette.CONCRETE, palette.DARK_BRICK, palette.BRICK, palette.LIGHT_CONCRETE, palette.PLASTERS[6], RUINED)
    wall = wall or palette.pick(grimy, rng)
    style = replace(
        town_style(rng, max(lit, 0.0), wall), shutter=None, frame=palette.FRAME_DARK, boxes=0.0, mullions=(2, 1)
    )
    ground, high = 3.1, 2.8
    shift = float(rng.uniform(0, 50))
    if rng.random() < 0.62:
        pierced_wall(
            parts, width, 0, ground, [Opening(0.2, width - 0.2, 0, ground - 0.1, "shop")], wall, shift=shift, depth=0.28
        )
        if not shop_front(parts, 0.2, width - 0.2, ground - 0.1, style, rng):
            awning(parts, 0.25, width - 0.25, ground - 0.2, palette.pick(CLOTHS, rng), 0.8)
    else:
        pierced_wall(parts, width, 0, ground, [Opening(0.4, width - 1.4, 0, 2.5, "shutter")], wall, shift=shift)
        for y in np.arange(0.05, 2.5, 0.1):
            parts.box(((width - 1.0) / 2, -y, 0.1), (width - 1.8, 0.085, 0.05), palette.ZINC)
        parts.box((width - 0.75, -1.05, 0.02), (0.85, 2.1, 0.08), style.door, grain=1)
    top = ground
    for _ in range(1, storeys):
        count = max(1, round(width / 2.1))
        row = []
        for i in range(count):
            x = width * (i + 0.5) / count
            row.append(Opening(x - 0.5, x + 0.5, top + 0.9, top + 2.2))
        pierced_wall(parts, width, top, top + high, row, wall, shift=shift, depth=0.15)
        for hole in row:
            details.window(parts, hole, style, rng, depth=0.12)
            if rng.random() < 0.45 and not plain:  # an air conditioner on its bracket
                x, y = hole.right + 0.25, -hole.bottom + 0.2
                parts.box((x, y, -0.28), (0.75, 0.55, 0.32), palette.LIGHT_CONCRETE, tint=1.15)
                parts.box((x - 0.1, y, -0.45), (0.42, 0.42, 0.02), palette.IRON)
                parts.beam((x + 0.3, y + 0.2, -0.1), (x + 0.3, -top + 0.4, -0.06), 0.03, 0.03, palette.IRON)
        if rng.random() < 0.3 and not plain:
            details.balcony(parts, 0.3, width - 0.3, top + 0.15, style)
        top += high
    for x in (0.15, width - 0.25):
        parts.box((x, -top / 2, -0.07), (0.1, top, 0.1), palette.pick((palette.ZINC, palette.IRON), rng))
    box_walls(parts, width, depth, top, wall, shift)
    flat_roof(parts, width, depth, top, wall, 0.7)
    parts.add(cylinder((width * 0.6, -top - 0.2, depth * 0.5), 1.5, 0.8, palette.GREY_WOOD, sides=14))
    return House(parts.mesh("building"), width, depth, top, ((width / 2, -2.5, -0.8),))


@made_as("house")
def ruined_block(
    rng: np.random.Generator,
    width: float,
    storeys: int,
    wall: Material | None = None,
    plain: bool = False,
    depth: float = 10.0,
) -> House:
    """What is left of a block of flats: bare slabs and columns where the front fell, empty windows, iron rods, ivy."""
    parts, wall = (
        Parts(),
        wall or palette.pick((RUINED, palette.CONCRETE, palette.DARK_BRICK, palette.PLASTERS[6]), rng),
    )
    high, bays = 3.1, max(2, round(width / 2.6))
    heights = np.clip(storeys - np.abs(np.cumsum(rng.integers(-1, 2, bays))), 1, storeys)
    pitch, shift = width / bays, float(rng.uniform(0, 50))
    dark = palette.make("gutted", "plain", "#17140f")
    for i in range(bays):
        x0, x1 = pitch * i, pitch * (i + 1)
        for level in range(int(heights[i])):
            low = high * level
            last = level == heights[i] - 1
            parts.span((x0, -low - high, 0.25), (x1, -low - high + 0.24, depth), RUINED, grain=-2)
            for z in (0.4, depth / 2, depth - 0.3):
                parts.span((x0 + 0.05, -low - high, z), (x0 + 0.4, -low + 0.1, z + 0.35), RUINED, grain=-2)
            if rng.random() < (0.35 if last else 0.78):
                face, kind = Parts(), rng.random()
                hole = [Opening(0.45, pitch - 0.45, 0.0 if not level else 0.8, 2.3)] if kind < 0.9 else []
                pierced_wall(face, pitch, 0, high, hole, wall, shift=shift + x0, depth=0.25)
                if hole and rng.random() < 0.4:
                    face.box((pitch / 2, -1.5, 0.15), (0.06, 1.5, 0.06), palette.IRON)
                parts.add(face, placement([x0, -low, 0]))
            elif not plain:
                for _ in range(5):
                    x = float(rng.uniform(x0, x1))
                    parts.beam(
                        (x, -low - high + 0.1, 0.3),
                        (x + rng.normal(0, 0.2), -low - high + 0.5, -0.5),
                        0.03,
                        0.03,
                        palette.IRON,
                    )
        parts.quad(
            [
                [x0, -high * heights[i], depth - 0.5],
                [x1, -high * heights[i], depth - 0.5],
                [x1, 0, depth - 0.5],
                [x0, 0, depth - 0.5],
            ],
            dark,
        )
        if rng.random() < 0.6 and not plain:
            for _ in range(7):
                y = float(rng.uniform(0, heights[i] * high))
                spot = (float(rng.uniform(x0, x1)), -y, -0.1)
                parts.add(clump(spot, (0.8, 0.9, 0.15), 60, 0.2, palette.IVY, rng))
    box_walls(parts, width, depth, high * float(min(heights[0], heights[-1])), wall, shift)
    for _ in range(3 if plain else 16):  # what came down
        size = float(rng.lognormal(-0.7, 0.5))
        parts.box(
            (float(rng.uniform(0, width)), -size * 0.2, float(rng.uniform(-2.6, 0.3))),
            (size, size * 0.5, size * 0.8),
            RUINED,
            yaw=float(rng.uniform(0, 3)),
            tint=float(rng.uniform(0.8, 1.1)),
        )
    return House(parts.mesh("building"), width, depth, high * storeys)
