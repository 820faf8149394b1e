"""Houses for rows, by culture; those of our time are in `modern_rows.py`.

Each has its front on z = 0 (outside is -z), and x from 0 to its width, in metres.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lucid3d.procedural.assets.buildings import details
from lucid3d.procedural.assets.buildings.houses import House, village_style
from lucid3d.procedural.assets.buildings.temples import DARK_TIMBER, lattice, paper_lantern
from lucid3d.procedural.assets.buildings.townhouses import town_style, townhouse
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import made_as, placement
from lucid3d.procedural.kit.parts import Opening, Parts, clump, pierced_wall, slope
from lucid3d.procedural.kit.shapes import cylinder, tube

WHITEWASH = palette.make("whitewash", "plaster", "#ebe8e0", "#e2ded2", "#bfb9a9", scale=1.2, bump=0.006, wear=0.2)
SEA_BLUE = palette.make("sea blue paint", "planks", "#2f5f9a", "#2a568c", "#1f3f68", scale=0.11, bump=0.004, wear=0.4)
GREY_TILES = palette.make("kawara", "roof_tile", "#4d5257", "#5a6065", "#2e3134", scale=0.25, bump=0.035, wear=0.4)
WEATHERED = tuple(
    palette.make(f"weathered boards {i}", "planks", base, None, None, scale=0.19, bump=0.008, wear=0.8)
    for i, base in enumerate(("#9a8468", "#7d6a52", "#8f7a66", "#a08f78", "#71604c", "#8a5f48", "#6f7a72"))
)
CLOTHS = tuple(
    palette.make(f"shop cloth {i}", "fabric", base, None, None, scale=0.02, translucency=0.25)
    for i, base in enumerate(("#23355a", "#6d2326", "#3d5240", "#cfc6b2", "#5b3a5e"))
)
LETTERS = palette.make("sign letters", "plain", "#2a241e")


@made_as("house")
def old_town(
    rng: np.random.Generator,
    width: float,
    storeys: int,
    lit: float = 0.0,
    wall: Material | None = None,
    plain: bool = False,
    avoid: Material | None = None,
    shops: float = 0.45,
) -> House:
    """A town house of Central Europe; a share `shops` has a shop in it. Its wall is not `avoid`'s."""
    style = town_style(rng, lit, wall)
    for _ in range(4):  # neighbours of one colour look like one long house
        if style.wall is not avoid:
            break
        style = town_style(rng, lit, wall)
    return townhouse(rng, width, style=style, storeys=storeys, shop=rng.random() < shops, plain=plain)


def box_walls(parts: Parts, width: float, depth: float, top: float, wall: Material, shift: float) -> None:
    """The sides and the back of a house, from the ground up to `top`."""
    for x, order in ((0.0, 1), (width, -1)):
        ring = [[x, -top, depth], [x, -top, 0], [x, 0.4, 0], [x, 0.4, depth]][::order]
        parts.quad(ring, wall, uv=[[p[2] + shift, p[1]] for p in ring], tint=0.92)
    back = [[width, -top, depth], [0, -top, depth], [0, 0.4, depth], [width, 0.4, depth]]
    parts.quad(back, wall, uv=[[p[0] + shift, p[1]] for p in back], tint=0.92)


def flat_roof(parts: Parts, width: float, depth: float, top: float, wall: Material, parapet: float = 0.5) -> None:
    """A flat roof `top` metres up, with a parapet of so many metres around it."""
    parts.span((0, -top, 0), (width, -top + 0.2, depth), wall, grain=-2, tint=0.95)
    for low, high in (
        ((0, 0), (width, 0.25)),
        ((0, depth - 0.25), (width, depth)),
        ((0, 0), (0.25, depth)),
        ((width - 0.25, 0), (width, depth)),
    ):
        parts.span((low[0], -top - parapet, low[1]), (high[0], -top, high[1]), wall, grain=-2)


@made_as("house")
def cycladic(
    rng: np.random.Generator,
    width: float,
    storeys: int,
    lit: float = 0.0,
    wall: Material | None = None,
    plain: bool = False,
    depth: float = 7.0,
) -> House:
    """A white cube of the Aegean: deep small windows, blue wood, a flat roof or a dome, stairs, pots, bougainvillea."""
    parts, wall = Parts(), wall or WHITEWASH
    blue = SEA_BLUE if rng.random() < 0.8 else palette.pick(palette.SHUTTER_PAINTS, rng)
    style = replace(
        village_style(rng, "", lit, wall),
        door=blue,
        shutter=blue,
        frame=blue,
        trim=wall,
        plinth=wall,
        boxes=0.25,
        mullions=(2, 2),
    )
    lamps: list[tuple[float, float, float]] = []
    shift, storey = float(rng.uniform(0, 40)), 2.9
    set_back = storeys > 1 and rng.random() < 0.5
    for level in range(storeys):
        inset = 1.9 if level == storeys - 1 and level and set_back else 0.0
        low, high = level * storey, (level + 1) * storey
        count = max(1, round(width / rng.uniform(2.4, 3.2)))
        holes = []
        at = int(rng.integers(count)) if not level else -1
        for i in range(count):
            middle = width * (i + 0.5) / count + float(rng.uniform(-0.25, 0.25))
            if i == at or (inset and i == 0):
                holes.append(Opening(middle - 0.5, middle + 0.5, low + 0.12, low + 2.15, "door"))
            elif rng.random() < 0.8:
                half = float(rng.uniform(0.34, 0.46))
                holes.append(Opening(middle - half, middle + half, low + 1.05, low + 2.2))
        face = Parts()
        pierced_wall(face, width, low, high, holes, wall, shift=shift, depth=0.34)
        for hole in holes:
            if hole.kind == "door":
                details.door(face, hole, style, rng, depth=0.3)
                if not level:
                    face.add(details.lantern(lit > 0), placement([hole.right + 0.4, -hole.top, 0]))
                    lamps.append((hole.right + 0.4, -hole.top - 0.05, -0.4))
            else:
                details.window(face, hole, style, rng, depth=0.26)
        parts.add(face, placement([0, 0, inset]))
        box = Parts()
        box_walls(box, width, depth - inset, high, wall, shift)
        parts.add(box, placement([0, 0, inset]))
        if level == storeys - 1:
            roof = Parts()
            flat_roof(roof, width, depth - inset, high, wall, float(rng.uniform(0.3, 0.6)))
            parts.add(roof, placement([0, 0, inset]))
        elif inset or set_back:
            flat_roof(parts, width, 2.2, high, wall, 0.55)
    top = storeys * storey
    if rng.random() < 0.28 and not set_back:
        from_x, radius = width / 2, min(width, depth) * 0.36
        dome = palette.make("dome blue", "plaster", "#2f62a6", "#2a5897", "#1f4374", scale=1.0, wear=0.2)
        parts.add(cylinder((from_x, -top, depth / 2), 0.7, radius, wall, sides=24))
        a = np.linspace(0, np.pi / 2, 8)
        parts.add(
            tube(
                np.stack([0 * a + from_x, -top - 0.7 - radius * np.sin(a), 0 * a + depth / 2], 1),
                radius * np.cos(a) + 0.01,
                dome,
                sides=28,
            )
        )
        top += 0.7 + radius
    elif rng.random() < 0.5:
        parts.box((width * 0.7, -top - 0.75, depth * 0.6), (0.7, 0.9, 0.6), wall)
    if not plain:
        if rng.random() < 0.55:  # bougainvillea over the door's corner
            petals = palette.make(
                "bougainvillea", "petal", "#b3307a", "#c44a90", "#8e2460", scale=0.04, translucency=0.3
            )
            x0 = float(rng.choice([0.4, width - 0.6]))
            for _ in range(9):
                y = float(rng.uniform(0.3, 0.95)) * min(top, 4.2)
                spot = (x0 + float(rng.normal(0, 0.3)), -y, -0.15)
                parts.add(clump(spot, (0.5, 0.4, 0.2), 70, 0.1, petals if y > 1.4 else palette.LEAVES, rng))
        if rng.random() < 0.5:  # whitewashed stairs up the front
            side, x = (1.0, 0.3) if rng.random() < 0.5 else (-1.0, width - 0.3)
            for k in range(9):
                parts.span(
                    (x + side * 0.3 * k, -0.3 * (9 - k) * 1.0, -0.95), (x + side * 0.3 * (k + 1), 0.3, 0.0), wall
                )
    return House(parts.mesh("building"), width, depth, top, tuple(lamps))


@made_as("house")
def western(
    rng: np.random.Generator,
    width: float,
    storeys: int,
    lit: float = 0.0,
    wall: Material | None = None,
    plain: bool = False,
    depth: float = 9.0,
    sign: bool = False,
) -> House:
    """A wooden house of a frontier town: a false front with a sign, a boardwalk under a porch, batwing doors."""
    parts, wall = Parts(), wall or palette.pick(WEATHERED, rng)
    trim = palette.pick((palette.FRAME_WHITE, palette.GREY_WOOD, palette.DOOR_PAINTS[1], palette.DOOR_PAINTS[0]), rng)
    style = replace(
        town_style(rng, lit, wall),
        trim=trim,
        shutter=None,
        frame=palette.FRAME_WHITE,
        plinth=palette.GREY_WOOD,
        boxes=0.0,
        mullions=(2, 2),
    )
    two = storeys > 1
    first, walk, reach = 3.3, 0.4, 2.3
    top = (6.2 if two else 3.9) + walk
    shift = float(rng.uniform(0, 50))
    saloon = sign or rng.random() < 0.3
    holes = [Opening(width / 2 - 0.75, width / 2 + 0.75, walk, walk + 2.4, "door")]
    for x in (width * 0.22, width * 0.78):
        holes.append(Opening(x - 0.55, x + 0.55, walk + 0.75, walk + 2.2))
    if two:
        for x in np.linspace(0, width, max(3, round(width / 2.2)) + 1)[1:-1]:
            holes.append(Opening(x - 0.42, x + 0.42, first + walk + 0.7, first + walk + 2.1))
    front = top + float(rng.uniform(1.0, 1.9))
    pierced_wall(parts, width, walk, front - 0.4, holes, wall, shift=shift, depth=0.16)
    for hole in holes:
        if hole.kind == "door" and saloon:
            parts.quad(
                [
                    [hole.left, -hole.top, 0.5],
                    [hole.right, -hole.top, 0.5],
                    [hole.right, -walk, 0.5],
                    [hole.left, -walk, 0.5],
                ],
                palette.lit_glass(rng) if lit else LETTERS,
            )
            for x, turn in ((hole.left + 0.37, 0.35), (hole.right - 0.37, -0.25)):
                parts.box((x, -walk - 1.25, 0.05), (0.72, 1.1, 0.04), style.door, yaw=turn, grain=1)
        elif hole.kind == "door":
            details.door(parts, hole, style, rng, depth=0.14)
        else:
            details.window(parts, hole, style, rng, depth=0.12)
    parts.span((-0.1, -front, -0.12), (width + 0.1, -front + 0.4, 0.16), trim, grain=0)
    parts.box((width / 2, -front + 0.1, -0.16), (width + 0.4, 0.14, 0.5), trim)
    for x in np.arange(0.2, width, 0.6):
        parts.box((x, -front + 0.3, -0.24), (0.1, 0.26, 0.22), trim)
    board_y, wide = -(top + front) / 2 - 0.05 if front - top > 1.2 else -(first + walk + 0.2), width * 0.72
    parts.box(
        (width / 2, board_y, -0.12),
        (wide, 0.75, 0.08),
        palette.pick((*WEATHERED[:4], palette.FRAME_WHITE), rng),
        grain=0,
    )
    x = width / 2 - wide * 0.42
    while x < width / 2 + wide * 0.4:  # letters that nobody can read
        w = float(rng.uniform(0.16, 0.34))
        parts.box((x, board_y, -0.18), (0.06, 0.46, 0.03), LETTERS)
        for dy in rng.choice([-0.2, 0.0, 0.2], 2, replace=False):
            parts.box((x + w / 2, board_y + dy, -0.18), (w, 0.07, 0.03), LETTERS)
        x += w + 0.14
    # Boardwalk, porch with posts, a balcony or a lean-to roof over it.
    parts.span((0, -walk, -reach), (width, 0.3, 0.0), palette.GREY_WOOD, grain=0)
    for z in (-reach - 0.25,):
        parts.span((width / 2 - 0.9, -walk / 2, z - 0.12), (width / 2 + 0.9, 0.3, z + 0.25), palette.GREY_WOOD, grain=0)
    high = first + walk - 0.15
    posts = np.linspace(0.2, width - 0.2, max(3, round(width / 2.4)))
    for x in posts:
        parts.box((x, -(walk + high) / 2, -reach + 0.15), (0.13, high - walk, 0.13), trim, grain=1)
        parts.beam((x, -high + 0.55, -reach + 0.15), (x + 0.4, -high + 0.1, -reach + 0.15), 0.08, 0.08, trim)
    if two and saloon:
        parts.span((0, -high - 0.14, -reach), (width, -high, 0), palette.GREY_WOOD, grain=0)
        for x in np.linspace(0.2, width - 0.2, max(9, round(width / 0.28))):
            parts.box((x, -high - 0.55, -reach + 0.12), (0.05, 0.75, 0.05), trim, grain=1)
        parts.box((width / 2, -high - 0.96, -reach + 0.12), (width, 0.08, 0.1), trim)
    else:
        slope(
            parts,
            [
                [-0.1, -high, -reach - 0.2],
                [width + 0.1, -high, -reach - 0.2],
                [width + 0.1, -high - 0.75, 0],
                [-0.1, -high - 0.75, 0],
            ],
            palette.WOOD_SHINGLES,
            trim,
            thickness=0.07,
        )
    for a, b in ((posts[0], posts[1]), (posts[-2], posts[-1])):
        parts.box(((a + b) / 2, -walk - 0.85, -reach + 0.15), (b - a, 0.07, 0.07), trim)
    # The house behind its front.
    ridge = top + 1.0
    box_walls(parts, width, depth, top - 0.2, wall, shift)
    for x, order in ((0.0, 1), (width, -1)):
        parts.quad(
            [[x, -top + 0.2, 0], [x, -ridge, depth / 2], [x, -ridge, depth / 2], [x, -top + 0.2, depth]][::order], wall
        )
    slope(
        parts,
        [[0, -top + 0.25, 0.1], [width, -top + 0.25, 0.1], [width, -ridge, depth / 2], [0, -ridge, depth / 2]],
        palette.WOOD_SHINGLES,
        trim,
    )
    slope(
        parts,
        [
            [width, -top + 0.25, depth + 0.3],
            [0, -top + 0.25, depth + 0.3],
            [0, -ridge, depth / 2],
            [width, -ridge, depth / 2],
        ],
        palette.WOOD_SHINGLES,
        trim,
    )
    lamps = ((posts[0], -high + 0.5, -reach + 0.15),)
    parts.add(details.lantern(lit > 0), placement([posts[0] + 0.3, -high + 0.8, -0.02]))
    return House(parts.mesh("building"), width, depth, front, lamps)


@made_as("house")
def machiya(
    rng: np.random.Generator,
    width: float,
    storeys: int,
    lit: float = 0.0,
    wall: Material | None = None,
    plain: bool = False,
    depth: float = 8.0,
) -> House:
    """A Japanese town house: dark lattices, a short curtain over the door, a tiled eave, a low storey, lanterns."""
    parts = Parts()
    plaster = wall or palette.pick((palette.LIMEWASH, palette.PLASTERS[2], palette.PLASTERS[0], DARK_TIMBER), rng)
    glow = lit > 0.15 and rng.random() < 0.8
    low, high = 2.75, (5.2 if storeys > 1 else 3.6)
    door = float(rng.uniform(0.25, 0.7)) * width
    for x in (0.08, *np.linspace(0, width, max(3, round(width / 1.7)) + 1)[1:-1], width - 0.08):
        parts.box((x, -high / 2, 0.06), (0.14, high, 0.16), DARK_TIMBER, grain=1)
    a, b = 0.1, width - 0.1
    for left, right in ((a, door - 0.8), (door + 0.8, b)):
        if right - left > 0.5:
            lattice(parts, (left + right) / 2, 0.55, 2.3, 0.12, right - left, glow)
            parts.span((left, -0.55, 0.04), (right, 0.1, 0.16), DARK_TIMBER, grain=0)
            parts.span((left, -low, 0.1), (right, -2.3, 0.2), plaster, grain=-2)
    lattice(parts, door, 0.05, 2.1, 0.3, 1.5, glow)
    parts.span((door - 0.8, -low, 0.1), (door + 0.8, -2.1, 0.2), plaster, grain=-2)
    cloth = palette.pick(CLOTHS, rng)
    for k in range(4):  # noren
        x = door - 0.76 + 0.38 * k
        parts.quad(
            [[x, -2.12, -0.05], [x + 0.36, -2.12, -0.05], [x + 0.36, -1.5, -0.09 - 0.03 * (k % 2)], [x, -1.5, -0.09]],
            cloth,
        )
    parts.beam((door - 0.85, -2.14, -0.05), (door + 0.85, -2.14, -0.05), 0.04, 0.04, DARK_TIMBER)
    if storeys > 1:
        parts.span((0, -high, 0.5), (width, -low, 0.6), plaster, grain=-2)
        count = max(1, round(width / 2.2))
        for i in range(count):
            x = width * (i + 0.5) / count
            lattice(parts, x, low + 0.75, low + 1.75, 0.48, width / count - 0.6, glow and rng.random() < 0.7)
    slope(
        parts,
        [
            [-0.15, -low + 0.1, -1.0],
            [width + 0.15, -low + 0.1, -1.0],
            [width + 0.15, -low - 0.55, 0.55],
            [-0.15, -low - 0.55, 0.55],
        ],
        GREY_TILES,
        DARK_TIMBER,
        thickness=0.09,
        steps=4,
    )
    for x in np.arange(0.2, width, 0.45):
        parts.beam((x, -low + 0.2, -0.95), (x, -low - 0.15, 0.1), 0.05, 0.06, DARK_TIMBER)
    eaves, ridge = high, high + 1.9
    slope(
        parts,
        [
            [-0.2, -eaves, -0.55],
            [width + 0.2, -eaves, -0.55],
            [width + 0.2, -ridge, depth / 2],
            [-0.2, -ridge, depth / 2],
        ],
        GREY_TILES,
        DARK_TIMBER,
        thickness=0.1,
        steps=5,
    )
    slope(
        parts,
        [
            [width + 0.2, -eaves, depth + 0.4],
            [-0.2, -eaves, depth + 0.4],
            [-0.2, -ridge, depth / 2],
            [width + 0.2, -ridge, depth / 2],
        ],
        GREY_TILES,
        DARK_TIMBER,
        thickness=0.1,
    )
    parts.beam((-0.25, -ridge - 0.16, depth / 2), (width + 0.25, -ridge - 0.16, depth / 2), 0.32, 0.3, GREY_TILES)
    box_walls(parts, width, depth, eaves, plaster, 0.0)
    for x, order in ((0.0, 1), (width, -1)):
        parts.quad(
            [[x, -eaves, 0], [x, -ridge + 0.1, depth / 2], [x, -ridge + 0.1, depth / 2], [x, -eaves, depth]][::order],
            plaster,
        )
    lamps = []
    for x in (door - 1.0, door + 1.0):
        if rng.random() < 0.75:
            parts.add(paper_lantern(lit > 0), placement([x, -low + 0.25, -0.55], scale=0.85))
            lamps.append((x, -low + 0.65, -0.7))
    if rng.random() < 0.4:  # an upright shop sign
        parts.box((width - 0.4, -low - 1.4, -0.2), (0.09, 1.7, 0.5), palette.pick((*CLOTHS[3:4], DARK_TIMBER), rng))
    if not plain:
        parts.add(details.flower_pot(rng, 0.32), placement([0.5, 0, -0.4]))
        parts.add(details.flower_pot(rng, 0.24), placement([0.95, 0, -0.35]))
    return House(parts.mesh("building"), width, depth, ridge, tuple(lamps))
