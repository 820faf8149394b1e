"""A kitchen: units, stove and sink, shelves of crockery, a table to sit at."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import fittings, furniture, lamps, stuff, textiles
from lucid3d.procedural.compose.room.rooms import Furnisher, warm, windows
from lucid3d.procedural.compose.room.shell import AHEAD, BACK, LEFT, RIGHT, Room, beams
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as
from lucid3d.procedural.kit.parts import Opening, Parts
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.kit.shapes import cylinder, tube
from lucid3d.procedural.language.brief import Brief

_UNITS = ("#6f7d6c", "#c9c2b0", "#4d5f6b", "#8a6f4e", "#b9b2a2", "#5a4a3f")
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
def stove(lit: bool) -> Mesh:
    """A range cooker with an oven door, four rings, a kettle, and a hood above; 0.9 m wide, its back at z = 0."""
    parts = Parts()
    enamel = palette.make("enamel", "plain", "#2f3336", "#393d40", roughness=0.3)
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
        parts.box((0, -2.6, -0.14), (0.32, 0.95, 0.28), hood)
    return parts.mesh("stove")


@made_as("sink")
def sink() -> Mesh:
    """A stoneware sink set into a worktop, with a swan-necked tap; its back at z = 0."""
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
    copper = palette.make("copper", "plain", "#a4623c", "#b87450", "#6b3d27", roughness=0.3)
    parts.add(tube([[-width / 2, 0, -0.06], [width / 2, 0, -0.06]], 0.01, palette.IRON, sides=8))
    for x in np.arange(-width / 2 + 0.12, width / 2, 0.24):
        size = rng.uniform(0.08, 0.13)
        drop = rng.uniform(0.16, 0.24)
        parts.box((x, drop / 2, -0.06), (0.018, drop, 0.008), palette.IRON)
        parts.add(tube([[x, drop + size, -0.04], [x, drop + size, -0.11]], [size, size * 0.95], copper, sides=18))
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


def kitchen(brief: Brief, rng: np.random.Generator) -> Place:
    """Units along the right and the window wall, a table in the middle, a dresser behind, a door to the left."""
    colors = stuff.scheme(brief, rng)
    high = rng.uniform(2.6, 2.9)
    asked = brief.colour("") or brief.colour("table") or brief.colour("bookshelf")
    unit_paint = palette.make(
        "unit paint", "wood", palette.named(asked) if asked else _UNITS[int(rng.integers(6))], scale=0.1, roughness=0.5
    )
    top = palette.pick(
        (stuff.OAK, stuff.WALNUT, palette.make("stone top", "marble", "#bdb6a8", "#a39b8c", "#6d665b", roughness=0.2)),
        rng,
    )
    tiles_hue = ("#d2cdc0", "#9fb0a8", "#b8a37e", "#7f98a0", "#c9bfae")[int(rng.integers(5))]
    splash = palette.make("splash tiles", "tile", tiles_hue, None, "#8a857a", scale=0.12, roughness=0.25, variation=0.5)
    floor = palette.pick((stuff.TERRACOTTA_FLOOR, stuff.STONE_FLOOR, colors.floor), rng)
    room = Room(
        left=-rng.uniform(2.2, 2.6),
        right=rng.uniform(2.4, 2.8),
        back=-rng.uniform(1.9, 2.3),
        ahead=rng.uniform(3.6, 4.2),
        height=high,
        wall=colors.wall,
        floor=floor,
        ceiling=stuff.CEILING,
        trim=colors.trim,
        mullions=(2, 2),
        walls={LEFT: colors.strong} if brief.material("") or brief.style in ("rustic", "medieval") else {},
    )
    big = brief.size("window")
    room.openings = {
        AHEAD: windows(room.width, 1, 1.7 * big, 1.12, high - 0.4, end=0.5),
        LEFT: [
            *windows(room.length, 1, 1.1 * big, 0.95, high - 0.45, start=room.length * 0.5),
            Opening(0.5, 1.42, 0.0, 2.08, "door"),
        ],
    }
    if not brief.wants("window", True):
        room.openings = {LEFT: room.openings[LEFT][-1:]}
    f = Furnisher(room, brief, rng, colors)
    f.place.sun_azimuth = float(rng.uniform(-0.6, -0.25))
    cook = room.length * 0.52
    f.hang(units(room.length, unit_paint, top, rng, gaps=((cook - 0.46, cook + 0.46),)), RIGHT, 0.0)
    f.hang(units(room.width - 0.62, unit_paint, top, rng), AHEAD, 0.0)
    for wall, length, start in ((RIGHT, room.length, 0.0), (AHEAD, room.width, 0.0)):
        part = Parts()
        holes = room.openings.get(wall, [])
        limit = min([o.bottom for o in holes if o.kind == "window"] + [1.42])
        part.quad(
            [[start, -limit, -0.012], [length, -limit, -0.012], [length, -WORKTOP, -0.012], [start, -WORKTOP, -0.012]],
            splash,
        )
        f.hang(part.mesh("wall"), wall, 0.0)
    baking = f.lit or brief.mood == "cosy" or brief.wants("fireplace")
    f.hang(stove(baking), RIGHT, cook)
    f.hang(fittings.teapot(palette.COPPER_GREEN), RIGHT, cook - 0.2, out=0.2, up=0.97)
    f.hang(pans(1.0, rng), RIGHT, cook + 1.05, up=1.95)
    f.hang(crockery_shelf(max(0.8, cook - 0.75), colors.wood, rng), RIGHT, (cook - 0.5) / 2, up=1.55)
    window_at = (room.openings.get(AHEAD) or [Opening(1.0, 2.0, 1, 2)])[0]
    sink_at = (window_at.left + window_at.right) / 2
    f.hang(sink(), AHEAD, sink_at)
    for k, x in enumerate(np.linspace(window_at.left + 0.2, window_at.right - 0.2, 3)):
        f.hang(
            fittings.house_plant(rng, 0.34 + 0.05 * k, palette.TERRACOTTA),
            AHEAD,
            float(x),
            out=-0.12,
            up=window_at.bottom + 0.01,
        )
    if brief.wants("curtain", rng.random() < 0.5) and room.openings.get(AHEAD):
        drape = textiles.curtain(window_at.width + 0.1, 0.34, colors.accent, rng)
        f.hang(drape, AHEAD, sink_at, up=window_at.top - 0.26)
        f.hang(textiles.curtain_rail(window_at.left - 0.1, window_at.right + 0.1, window_at.top + 0.08), AHEAD, 0.0)
    f.hang(crockery_shelf(0.9, colors.wood, rng, boards=3), AHEAD, 0.52, up=1.35) if window_at.left > 1.15 else None
    for along, thing in ((sink_at - 0.75, fittings.fruit_bowl(rng)), (sink_at + 0.62, fittings.book_pile(rng, 3))):
        if 0.2 < along < room.width - 0.9:
            f.hang(thing, AHEAD, along, out=0.3, up=WORKTOP + 0.02)
    board = Parts()
    board.box((0, -0.2, -0.05), (0.26, 0.38, 0.025), stuff.OAK, grain=1)
    f.hang(board.mesh("board"), RIGHT, cook + 0.75, out=0.01, up=WORKTOP + 0.02)
    for k in range(5):
        bottle = Parts()
        color = ("#4b5a2a", "#6b4a22", "#8c8f86", "#7a2e22", "#c2a25b")[k]
        tall = rng.uniform(0.18, 0.3)
        bottle.add(
            tube(
                [[0.0, 0, 0], [0, -tall * 0.65, 0], [0, -tall * 0.8, 0], [0, -tall, 0]],
                [0.035, 0.035, 0.014, 0.013],
                palette.make(f"bottle {color}", "glass", color, roughness=0.05),
                sides=12,
            )
        )
        f.hang(bottle.mesh("bottle"), RIGHT, cook + 0.62 + 0.1 * k, out=0.42 - 0.05 * (k % 2), up=WORKTOP + 0.02)
    f.hang(fridge(colors.accent if rng.random() < 0.4 else stuff.PORCELAIN), BACK, 0.55, out=0.02)
    dresser = furniture.cabinet(1.5, 0.9, 0.45, colors.wood, columns=3)
    f.hang(dresser, BACK, room.width - 1.35, out=0.24)
    f.hang(crockery_shelf(1.4, colors.wood, rng, boards=3), BACK, room.width - 1.35, up=1.2)
    x, z = -0.35, 1.55
    round_top = rng.random() < 0.4
    if brief.wants("table", True):
        wide, deep = (1.25, 1.25) if round_top else (1.7, 0.9)
        f.put(furniture.table(wide, deep, 0.75, colors.wood, round_top=round_top), x, z)
        f.put(fittings.fruit_bowl(rng), x + 0.1, z + 0.05, up=0.75)
        for k in range(max(brief.count("cup", 2), 0)):
            a = 0.8 + 2.4 * k
            f.put(fittings.cup(), x + 0.4 * np.cos(a), z + 0.28 * np.sin(a), up=0.75, yaw=a)
        f.put(
            fittings.teapot(palette.pick((stuff.PORCELAIN, palette.TERRACOTTA), rng)),
            x - 0.28,
            z + 0.1,
            up=0.75,
            yaw=rng.uniform(0, 6),
        )
        f.put(fittings.vase(rng), x + 0.42, z + 0.22, up=0.75)
        for k in range(brief.count("candle", 0)):
            spot = f.put(lamps.candle(True, 0.2), x - 0.1 + 0.1 * k, z - 0.12, up=0.75)
            f.light(spot, (0.0, -0.34, 0.0), (1.2, 0.7, 0.25), reach=4.0, radius=0.05)
        seats = brief.count("chair", 4)
        for k in range(min(seats, 6)):
            angle = k * np.pi / 2 + (np.pi / 4 if k >= 4 else 0)
            reach = 0.72 if round_top else (0.62 if k % 2 == 0 else 1.02)
            f.put(
                furniture.chair(colors.wood, colors.accent),
                x + reach * np.sin(angle),
                z + reach * np.cos(angle),
                yaw=angle + rng.uniform(-0.25, 0.25),
            )
    if brief.wants("rug", rng.random() < 0.4):
        f.put(
            textiles.rug(
                2.4,
                2.0,
                palette.shade(colors.accent.colors[0], 0.8),
                (0.4, 0.36, 0.3),
                (0.75, 0.7, 0.6),
                rng,
                plain=True,
            ),
            x,
            z,
        )
    spot = f.put(
        lamps.pendant(f.lit, high - 1.75, ("#2f3a36", "#8a3b2a", "#b08d3f")[int(rng.integers(3))]), x, z, up=high
    )
    if f.lit:
        f.light(spot, (0.0, high - 1.72, 0.0), warm(6.0), radius=0.2)
        f.place.lamps[-1:] = [f.place.lamps[-1]]
        second = f.put(lamps.pendant(True, 0.6), room.right - 1.0, z - 0.6, up=high)
        f.light(second, (0.0, 0.62, 0.0), warm(5.0), radius=0.2)
    if brief.wants("clock", True):
        f.hang(fittings.clock(0.17, colors.wood), LEFT, 1.95, up=2.0)
    f.hang(fittings.picture(0.45, 0.55, rng, stuff.OAK), LEFT, 2.3, up=1.55)
    for k in range(brief.count("houseplant", 1)):
        f.put(fittings.house_plant(rng, 1.2, stuff.WICKER), room.left + 0.4, room.back + 0.5 + 0.6 * k)
    if brief.style in ("rustic", "medieval") or brief.mood == "cosy" or rng.random() < 0.35:
        f.place.meshes.append(beams(room, palette.BEAM, 5, size=0.17, across=False))
    f.put(fittings.basket(rng), room.left + 0.4, room.ahead - 0.95)
    return f.finish(mirror=bool(rng.random() < 0.5))
