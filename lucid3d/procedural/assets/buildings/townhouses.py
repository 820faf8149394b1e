"""The grammar of town houses: a ground floor with a shop or a door, storeys of bays, a cornice, a roof with dormers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lucid3d.procedural.assets.buildings import details
from lucid3d.procedural.assets.buildings.details import Style
from lucid3d.procedural.assets.buildings.houses import House
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import made_as, placement
from lucid3d.procedural.kit.parts import Opening, Parts, clump, pierced_wall, slope


def town_style(rng: np.random.Generator, lit: float, wall: Material | None = None) -> Style:
    """Colours and materials of one town house."""
    wall = wall or palette.pick(
        (*palette.PLASTERS, *palette.PLASTERS, palette.BRICK, palette.YELLOW_BRICK, palette.ASHLAR), rng
    )
    return Style(
        wall=wall,
        plinth=palette.GRANITE,
        trim=palette.pick((palette.LIMESTONE, palette.GRANITE, palette.LIMEWASH), rng),
        frame=palette.pick((palette.FRAME_WHITE, palette.FRAME_WHITE, palette.FRAME_DARK), rng),
        shutter=palette.pick(palette.SHUTTER_PAINTS, rng) if rng.random() < 0.45 else None,
        door=palette.pick(palette.DOOR_PAINTS, rng),
        roof=palette.pick((palette.CLAY_TILES, palette.BROWN_TILES, palette.SLATE), rng),
        lit=lit,
        boxes=0.22,
    )


def shop_front(parts: Parts, left: float, right: float, top: float, style: Style, rng: np.random.Generator) -> bool:
    """A shop: panelled stall riser, big panes, fascia, often an awning. In a facade's frame. True with an awning."""
    paint = palette.painted(style.door, palette.shade(style.door.colors[0], 1.1))
    base, head = 0.55, top - 0.62
    glow = style.lit > 0.2
    pane = palette.lit_glass(rng, 1.2) if glow else palette.GLASS
    z, pane_z = 0.09, 0.27
    door_wide = 0.95
    door_at = left if rng.random() < 0.5 else right - door_wide
    a, b = (left + door_wide, right) if door_at == left else (left, right - door_wide)
    parts.box(((a + b) / 2, -base / 2, z), (b - a, base, 0.12), paint, grain=-2)
    for x in np.linspace(a, b, max(2, round((b - a) / 0.75)) + 1)[:-1]:
        w = (b - a) / max(2, round((b - a) / 0.75))
        parts.box((x + w / 2, -base / 2, z - 0.07), (w * 0.75, base * 0.6, 0.03), paint, tint=0.8)
    parts.quad([[a, -head, pane_z], [b, -head, pane_z], [b, -base, pane_z], [a, -base, pane_z]], pane)
    parts.box(((a + b) / 2, -base, (z + pane_z) / 2), (b - a, 0.04, 0.26), palette.OLD_WOOD, grain=0)
    x = a + 0.15
    while x < b - 0.15:  # goods on display, in front of the glass that glows behind them
        wide, tall = rng.uniform(0.08, 0.3), rng.uniform(0.1, 0.55)
        goods = palette.pick((*palette.CANVAS, *palette.DOOR_PAINTS[:4], palette.TERRACOTTA, palette.BRASS), rng)
        parts.box((x + wide / 2, -base - 0.02 - tall / 2, 0.19), (wide, tall, 0.1), goods, tint=rng.uniform(0.7, 1.2))
        x += wide + rng.uniform(0.03, 0.25)
    for y in (base + 0.75, base + 1.3):
        if rng.random() < 0.5:
            parts.box(((a + b) / 2, -y, 0.22), (b - a, 0.03, 0.1), palette.OLD_WOOD, grain=0)
            for x in np.arange(a + 0.2, b - 0.2, rng.uniform(0.16, 0.3)):
                high = rng.uniform(0.08, 0.3)
                goods = palette.pick((*palette.CANVAS, palette.TERRACOTTA, palette.BRASS), rng)
                parts.box((x, -y - high / 2, 0.21), (rng.uniform(0.06, 0.14), high, 0.08), goods)
    for x in np.linspace(a, b, max(2, round((b - a) / 1.0)) + 1):
        parts.box((x, -(base + head) / 2, z - 0.03), (0.06, head - base, 0.09), paint)
    parts.box(((a + b) / 2, -head + 0.45, z - 0.03), (b - a, 0.06, 0.08), paint)
    parts.box((door_at + door_wide / 2, -1.05, z + 0.25), (door_wide, 2.1, 0.06), paint, grain=1)
    parts.quad(
        [
            [door_at + 0.12, -1.95, z + 0.21],
            [door_at + door_wide - 0.12, -1.95, z + 0.21],
            [door_at + door_wide - 0.12, -0.95, z + 0.21],
            [door_at + 0.12, -0.95, z + 0.21],
        ],
        pane,
    )
    parts.quad(
        [
            [door_at, -head, z + 0.22],
            [door_at + door_wide, -head, z + 0.22],
            [door_at + door_wide, -2.1, z + 0.22],
            [door_at, -2.1, z + 0.22],
        ],
        pane,
    )
    parts.span((door_at, -0.14, -0.28), (door_at + door_wide, 0.1, 0.3), style.plinth)
    parts.box(((left + right) / 2, -top + 0.3, 0.02), (right - left, 0.6, 0.2), paint, grain=-2, tint=0.9)
    parts.box(((left + right) / 2, -top - 0.02, -0.06), (right - left + 0.2, 0.09, 0.36), style.trim)
    for x in (left + 0.09, right - 0.09):
        parts.box((x, -top / 2, -0.02), (0.2, top, 0.16), paint, grain=1, tint=1.1)
    letters = rng.uniform(0.05, 0.09, int(rng.integers(6, 12)))
    x = (left + right) / 2 - letters.sum() * 1.1
    metal = palette.BRASS if rng.random() < 0.6 else palette.FRAME_WHITE
    for w in letters:  # a sign whose letters nobody can read: strokes of raised metal
        parts.box((x + w, -top + 0.3, -0.09), (w * 1.3, rng.uniform(0.12, 0.24), 0.03), metal)
        x += w * 2.2
    if rng.random() < 0.6:
        awning(parts, left + 0.1, right - 0.1, head + 0.25, palette.pick(palette.CANVAS, rng))
        return True
    return False


def awning(parts: Parts, left: float, right: float, height: float, cloth: Material, reach: float = 1.25) -> None:
    """A striped canvas on iron arms with a scalloped edge, in a facade's frame."""
    pale = palette.CANVAS[4]
    count = max(4, round((right - left) / 0.32))
    edges = np.linspace(left, right, count + 1)
    for i in range(count):
        a, b = edges[i], edges[i + 1]
        stripe = cloth if i % 2 else pale
        parts.quad([[a, -height, 0], [b, -height, 0], [b, -height + 0.5, -reach], [a, -height + 0.5, -reach]], stripe)
        parts.quad(
            [
                [a, -height + 0.5, -reach],
                [b, -height + 0.5, -reach],
                [b - 0.05, -height + 0.72, -reach],
                [a + 0.05, -height + 0.72, -reach],
            ],
            stripe,
        )
    for x in (left + 0.05, right - 0.05):
        parts.beam((x, -height + 0.75, 0), (x, -height + 0.5, -reach), 0.03, 0.03, palette.IRON)


@made_as("house")
def townhouse(
    rng: np.random.Generator,
    width: float,
    *,
    style: Style,
    storeys: int = 3,
    depth: float = 9.0,
    shop: bool = False,
    plain: bool = False,
) -> House:
    """A house in a row: its front at z = 0 (not centred), x from 0 to `width`, party walls at its sides."""
    parts = Parts()
    lamps: list[tuple[float, float, float]] = []
    ground = rng.uniform(3.2, 3.7) if shop else rng.uniform(2.9, 3.3)
    count = max(2, round(width / rng.uniform(1.75, 2.2)))
    pitch = width / count
    centres = pitch * (np.arange(count) + 0.5)
    half = min(0.55, pitch * 0.27)
    shift = rng.uniform(0, 50)
    rustic = style.wall.pattern == "plaster" and rng.random() < 0.5
    base_wall = palette.ASHLAR if rustic else style.wall
    openings: list[Opening] = []
    if shop:
        openings.append(Opening(0.25, width - 0.25, 0.0, ground - 0.05, "shop"))
    else:
        at = int(rng.integers(count))
        for i, x in enumerate(centres):
            if i == at:
                openings.append(Opening(x - 0.6, x + 0.6, 0.17, min(2.75, ground - 0.3), "door"))
            else:
                openings.append(Opening(x - half, x + half, 0.95, min(2.5, ground - 0.4)))
    pierced_wall(parts, width, 0.0, ground, openings, base_wall, shift=shift, depth=0.28)
    for hole in openings:
        if hole.kind == "shop":
            shop_front(parts, hole.left, hole.right, hole.top, style, rng)
        elif hole.kind == "door":
            details.door(parts, hole, style, rng)
            parts.add(details.lantern(style.lit > 0), placement([hole.right + 0.4, -hole.top + 0.35, 0]))
            lamps.append((hole.right + 0.4, -hole.top + 0.3, -0.4))
        else:
            details.window(parts, hole, replace(style, shutter=None), rng)
    if not shop:
        parts.span(
            (0, -0.5, -0.07), (openings[0].left if openings[0].kind == "door" else 0.02, 0.3, 0.05), style.plinth
        )
        for a, b in _gaps([o for o in openings if o.kind == "door"], width):
            parts.span((a, -0.55, -0.06), (b, 0.3, 0.05), style.plinth, grain=-2)
    parts.box((width / 2, -ground - 0.08, -0.04), (width, 0.22, 0.2), style.trim)
    top = ground + 0.15
    iron = rng.random() < 0.4
    for storey in range(1, storeys):
        high = rng.uniform(2.75, 3.1) * (1.0 - 0.06 * storey)
        tall = min(1.75, high * 0.58)
        sill = top + (0.18 if iron and storey == 1 else 0.75)
        if iron and storey == 1:
            tall = high * 0.72
        row = [Opening(x - half, x + half, sill, sill + tall) for x in centres]
        pierced_wall(parts, width, top - 0.15, top + high, row, style.wall, shift=shift)
        for i, hole in enumerate(row):
            blind = plain and style.shutter is None
            details.window(parts, hole, replace(style, boxes=0.0) if blind else style, rng)
            if i % 2 == 0 and iron and storey == 1:
                details.balcony(parts, hole.left - 0.45, hole.right + 0.45, top + 0.12, style)
            elif rng.random() < 0.25 and not plain and style.wall.pattern == "plaster":  # a hood over the window
                parts.box(
                    ((hole.left + hole.right) / 2, -hole.top - 0.3, -0.1), (hole.width + 0.5, 0.1, 0.3), style.trim
                )
        top += high
        if storey < storeys - 1 and storey % 2 == 1 and not plain:
            parts.box((width / 2, -top, -0.02), (width, 0.12, 0.12), style.trim)
    # Cornice with dentils, gutter, downpipe.
    parts.box((width / 2, -top - 0.1, -0.12), (width, 0.2, 0.36), style.trim)
    parts.box((width / 2, -top - 0.26, -0.22), (width + 0.06, 0.12, 0.56), style.trim)
    if not plain:
        for x in np.arange(0.15, width, 0.36):
            parts.box((x, -top - 0.13, -0.34), (0.14, 0.13, 0.1), style.trim)
    parts.beam((0, -top - 0.38, -0.46), (width, -top - 0.38, -0.46), 0.12, 0.13, palette.ZINC)
    parts.box((width - 0.12, -top / 2, -0.1), (0.09, top, 0.09), palette.ZINC)
    parts.beam((width - 0.12, -top, -0.1), (width - 0.12, -top - 0.33, -0.42), 0.08, 0.08, palette.ZINC)
    # Roof: ridge parallel to the street; party walls rise a little above it.
    eaves, tilt = top + 0.34, rng.uniform(0.75, 1.05)
    if rng.random() < 0.3:  # mansard: a steep lower slope that holds the dormers
        knee, inset = eaves + 2.2, 0.75
        slope(
            parts,
            [[0, -eaves, -0.4], [width, -eaves, -0.4], [width, -knee, inset], [0, -knee, inset]],
            palette.SLATE,
            style.trim,
            thickness=0.1,
        )
        slope(
            parts,
            [[0, -knee, inset], [width, -knee, inset], [width, -knee - 0.9, depth / 2], [0, -knee - 0.9, depth / 2]],
            palette.ZINC,
            style.trim,
            thickness=0.1,
        )
        slope(
            parts,
            [
                [width, -eaves, depth + 0.3],
                [0, -eaves, depth + 0.3],
                [0, -knee - 0.9, depth / 2],
                [width, -knee - 0.9, depth / 2],
            ],
            palette.ZINC,
            style.trim,
        )
        ridge, dormer_at, sill, run = knee + 0.9, 0.0, eaves + 0.3, 0.8
    else:
        ridge = eaves + (depth / 2 + 0.4) * tilt
        slope(
            parts,
            [[0, -eaves, -0.45], [width, -eaves, -0.45], [width, -ridge, depth / 2], [0, -ridge, depth / 2]],
            style.roof,
            style.trim,
            sag=rng.uniform(0, 0.06),
            steps=4,
        )
        slope(
            parts,
            [
                [width, -eaves, depth + 0.4],
                [0, -eaves, depth + 0.4],
                [0, -ridge, depth / 2],
                [width, -ridge, depth / 2],
            ],
            style.roof,
            style.trim,
        )
        parts.beam((0, -ridge - 0.1, depth / 2), (width, -ridge - 0.1, depth / 2), 0.16, 0.28, style.roof)
        dormer_at, sill, run = 0.85, eaves + 1.25 * tilt - 0.1, 1.25 / tilt + 0.3
    dormers = 0 if plain and rng.random() < 0.4 else int(rng.integers(1, max(2, count - 1)))
    for x in np.linspace(0, width, dormers + 2)[1:-1]:
        details.dormer(parts, x, sill, dormer_at, style, rng, run)
    for x in (0.16, width - 0.16):
        for z0, z1, y0, y1 in (
            (0.1, depth / 2, eaves - 0.1, ridge + 0.02),
            (depth, depth / 2, eaves - 0.1, ridge + 0.02),
        ):
            parts.beam((x, -y0 - 0.14, z0), (x, -y1 - 0.14, z1), 0.3, 0.3, style.trim, tint=0.85)
    for x, z in ((0.45, depth * 0.42), (width - 0.5, depth * 0.55)):
        if rng.random() < 0.75:
            stack = palette.pick((palette.BRICK, palette.DARK_BRICK), rng)
            details.chimney(parts, x, z, eaves, ridge + rng.uniform(0.6, 1.3), stack)
    # Party walls and the back.
    for x, order in ((0.0, 1), (width, -1)):
        ring = [[x, -eaves, depth], [x, -eaves, 0], [x, 0.2, 0], [x, 0.2, depth]][::order]
        parts.quad(ring, style.wall, uv=[[p[2], p[1]] for p in ring], tint=0.85)
        gable = [[x, -eaves, 0], [x, -ridge + 0.1, depth / 2], [x, -ridge + 0.1, depth / 2], [x, -eaves, depth]]
        parts.quad(gable, style.wall, uv=[[p[2], p[1]] for p in gable], tint=0.85)
    back = [[width, -eaves, depth], [0, -eaves, depth], [0, 0.2, depth], [width, 0.2, depth]]
    parts.quad(back, style.wall, uv=[[p[0], p[1]] for p in back], tint=0.9)
    if not plain and rng.random() < 0.35 and not shop:
        for _ in range(14):
            y = top * 0.7 * rng.uniform(0, 1) ** 1.4
            spot = (0.5 + abs(rng.normal(0, 0.25)) * (1 + 0.25 * y), -y, -0.06)
            parts.add(clump(spot, (0.45, 0.45, 0.1), 100, 0.12, palette.IVY, rng, tint=rng.uniform(0.75, 1.1)))
    return House(parts.mesh("building"), width, depth, ridge, tuple(lamps))


def _gaps(holes: list[Opening], width: float) -> list[tuple[float, float]]:
    """What is left of 0..width between openings."""
    gaps, at = [], 0.0
    for hole in sorted(holes, key=lambda o: o.left):
        if hole.left - 0.2 > at:
            gaps.append((at, hole.left - 0.2))
        at = hole.right + 0.2
    if at < width:
        gaps.append((at, width))
    return gaps
