"""The grammar of houses: plinth, storeys, windows in bays, roof with overhang, chimney, porch. Village, cabin, barn."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from lucid3d.procedural.assets.buildings import details
from lucid3d.procedural.assets.buildings.details import Style
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Opening, Parts, clump, pierced_wall, side_matrices, slope


@dataclass(frozen=True)
class House:
    """One house: its mesh in its own frame (front towards -z, ground at y = 0), and where its lamps are.

    Attributes:
        mesh: the whole house.
        width, depth: footprint along x and z in metres.
        height: of the ridge.
        lamps: (x, y, z) of lamps outside, in the house's frame.
    """

    mesh: Mesh
    width: float
    depth: float
    height: float
    lamps: tuple[tuple[float, float, float], ...] = ()


def bays(
    width: float, bottom: float, top: float, rng: np.random.Generator, *, door: bool = False, window: float = 0.95
) -> list[Opening]:
    """Openings of one storey of a facade: evenly divided into bays, with a window in most and perhaps a door in one."""
    count = max(1, int(width / rng.uniform(2.1, 2.7)))
    pitch = width / count
    at = int(rng.integers(count)) if door else -1
    openings = []
    storey = top - bottom
    tall = min(1.35, storey * 0.52)
    for i in range(count):
        middle = pitch * (i + 0.5) + rng.uniform(-0.06, 0.06) * pitch
        if i == at:
            high = min(2.15, storey - 0.25)
            openings.append(Opening(middle - 0.52, middle + 0.52, bottom, bottom + high, "door"))
        elif rng.random() < 0.88:
            half = min(window / 2, pitch * 0.3)
            sill = bottom + storey * 0.34
            openings.append(Opening(middle - half, middle + half, sill, sill + tall, "window"))
    return openings


def gable_roof(
    parts: Parts,
    width: float,
    depth: float,
    eaves: float,
    pitch: float,
    style: Style,
    *,
    overhang: float = 0.45,
    gable: float = 0.35,
    sag: float = 0.05,
    thickness: float = 0.13,
) -> float:
    """Two slopes with the ridge along x over a width x depth footprint. Returns the height of the ridge."""
    half = depth / 2
    ridge = eaves + half * pitch
    low, over = eaves - overhang * pitch, half + overhang
    x = width / 2 + gable
    for sign in (-1.0, 1.0):
        corners = [
            [sign * x, -low, sign * over],
            [-sign * x, -low, sign * over],
            [-sign * x, -ridge, 0],
            [sign * x, -ridge, 0],
        ]
        slope(parts, corners, style.roof, style.beam, thickness=thickness, sag=sag, steps=5 if sag else 1)
        for end in (-1.0, 1.0):  # barge boards
            parts.beam(
                (end * (x + 0.02), -low + 0.04, sign * over),
                (end * (x + 0.02), -ridge + 0.04, 0),
                0.2,
                0.05,
                style.beam,
            )
        for rafter in np.arange(-width / 2 + 0.3, width / 2, 0.75):
            parts.beam(
                (rafter, -low + 0.07, sign * (over - 0.04)),
                (rafter, -eaves + 0.06, sign * (half - 0.1)),
                0.11,
                0.08,
                style.beam,
            )
        gutter = -low - 0.02
        parts.beam((-x, gutter, sign * (over + 0.05)), (x, gutter, sign * (over + 0.05)), 0.08, 0.09, palette.ZINC)
    if style.roof.pattern in ("roof_tile", "shingle", "thatch"):
        steps = 5
        heights = -ridge - thickness * 0.9 + sag * np.sin(np.pi * np.linspace(0, 1, steps + 1))
        xs = np.linspace(-x, x, steps + 1)
        for i in range(steps):
            parts.beam((xs[i], heights[i], 0), (xs[i + 1], heights[i + 1], 0), 0.16, 0.26, style.roof, tint=0.92)
    return ridge


def gable_wall(parts: Parts, depth: float, eaves: float, pitch: float, material: Material, shift: float) -> None:
    """The triangle under a gable, in a facade's frame (the facade is `depth` long)."""
    ridge = eaves + depth / 2 * pitch
    corners = [[0, -eaves, 0], [depth / 2, -ridge, 0], [depth / 2, -ridge, 0], [depth, -eaves, 0]]
    uv = [[shift, -eaves], [depth / 2 + shift, -ridge], [depth / 2 + shift, -ridge], [depth + shift, -eaves]]
    parts.quad(corners, material, uv=uv)


def timber_frame(
    parts: Parts,
    width: float,
    bottom: float,
    top: float,
    openings: list[Opening],
    style: Style,
    rng: np.random.Generator,
) -> None:
    """Posts, rails and braces in front of a facade's plaster."""
    thick, proud = 0.16, 0.05
    for y in (bottom + thick / 2, top - thick / 2):
        parts.box((width / 2, -y, 0), (width, thick, proud * 2), style.beam, tint=rng.uniform(0.85, 1.1))
    posts = [thick / 2, width - thick / 2]
    for o in openings:
        posts += [o.left - thick / 2 - 0.03, o.right + thick / 2 + 0.03]
    posts = sorted(p for p in posts if thick / 3 < p < width - thick / 3)
    for x in posts:
        parts.box((x, -(bottom + top) / 2, 0), (thick, top - bottom, proud * 2), style.beam, tint=rng.uniform(0.8, 1.1))
    for a, b in itertools.pairwise(posts):
        gap = b - a
        clear = all(o.right <= a + 0.05 or o.left >= b - 0.05 for o in openings)
        if clear and gap > 0.6:
            if rng.random() < 0.5:
                parts.beam((a, -bottom - 0.1, 0), (b, -top + 0.1, 0), thick * 0.9, proud * 2, style.beam)
            else:
                parts.beam((b, -bottom - 0.1, 0), (a, -top + 0.1, 0), thick * 0.9, proud * 2, style.beam)
        elif not clear:
            o = min(openings, key=lambda o: abs((o.left + o.right) / 2 - (a + b) / 2))
            for y in (o.bottom - 0.12, o.top + 0.2):
                if bottom + 0.3 < y < top - 0.3:
                    parts.box(((a + b) / 2, -y, 0), (gap, thick * 0.85, proud * 2), style.beam)


def village_style(rng: np.random.Generator, look: str, lit: float, wall: Material | None = None) -> Style:
    """Colours and materials of one village house. `look`: "", "alpine", "medieval", "mediterranean", "thatch"."""
    style = Style(
        wall=wall or palette.pick((palette.LIMEWASH, *palette.PLASTERS[:6], palette.RUBBLE, palette.RUBBLE), rng),
        roof=palette.pick((palette.CLAY_TILES, palette.CLAY_TILES, palette.BROWN_TILES, palette.SLATE), rng),
        door=palette.pick(palette.DOOR_PAINTS, rng),
        shutter=palette.pick(palette.SHUTTER_PAINTS, rng) if rng.random() < 0.6 else None,
        frame=palette.pick((palette.FRAME_WHITE, palette.FRAME_WHITE, palette.FRAME_DARK), rng),
        lit=lit,
        boxes=0.35,
    )
    if look == "thatch":
        style = replace(style, wall=wall or palette.LIMEWASH, roof=palette.THATCH, shutter=None)
    elif look == "medieval":
        style = replace(
            style, wall=wall or palette.pick(palette.PLASTERS[:5], rng), shutter=None, frame=palette.FRAME_DARK
        )
    return style


@made_as("house")
def house(
    rng: np.random.Generator,
    *,
    style: Style | None = None,
    storeys: int | None = None,
    timber: bool | None = None,
    width: float | None = None,
    depth: float | None = None,
    plain: bool = False,
) -> House:
    """A village house. `plain` leaves out what is not seen from afar (fewer triangles)."""
    style = style or village_style(rng, "", 0.0)
    storeys = storeys or int(rng.choice([1, 2, 2]))
    timber = bool(rng.random() < 0.35) if timber is None else timber
    width = width or rng.uniform(6.5, 10.0)
    depth = depth or rng.uniform(5.2, 6.8)
    pitch = 1.05 if style.roof.pattern == "thatch" else rng.uniform(0.72, 1.0)
    foot = rng.uniform(0.18, 0.5)
    first = foot + rng.uniform(2.5, 2.8)
    parts = Parts()
    lamps: list[tuple[float, float, float]] = []
    half_timbered = timber and style.wall.pattern in ("plaster", "mottled", "brick")
    lower = palette.RUBBLE if half_timbered and rng.random() < 0.5 else style.wall
    levels = [(foot, first)]
    for _ in range(storeys - 1):
        levels.append((levels[-1][1], levels[-1][1] + rng.uniform(2.35, 2.6)))
    eaves = levels[-1][1]
    for side, (matrix, length) in enumerate(side_matrices(width, depth)):
        facade = Parts()
        shift = rng.uniform(0, 40)
        for storey, (bottom, top) in enumerate(levels):
            front = side == 0 and storey == 0
            openings = bays(length, bottom, top, rng, door=front)
            if plain and side == 2:
                openings = []
            wall = lower if storey == 0 else style.wall
            pierced_wall(facade, length, bottom, top, openings, wall, shift=shift, depth=0.2)
            for hole in openings:
                if hole.kind == "door":
                    details.door(facade, hole, style, rng)
                    middle = (hole.left + hole.right) / 2
                    x = hole.right + 0.45
                    facade.add(details.lantern(style.lit > 0), placement([x, -hole.top + 0.25, 0]))
                    spot = matrix @ np.array([x, -hole.top + 0.2, -0.4, 1.0])
                    lamps.append((float(spot[0]), float(spot[1]), float(spot[2])))
                    if rng.random() < 0.5 and not plain and storeys > 1:
                        canopy(facade, middle, hole.top + 0.42, style)
                else:
                    details.window(facade, hole, style, rng)
            if half_timbered and (storey > 0 or lower is style.wall):
                timber_frame(facade, length, bottom, top, openings, style, rng)
        facade.span((-0.06, -foot, -0.06), (length + 0.06, 0.6, 0.1), style.plinth, grain=-2)
        if side in (1, 3):
            gable_wall(facade, length, eaves, pitch, style.wall, shift)
            if pitch * length / 2 > 2.2:
                top_window = Opening(length / 2 - 0.38, length / 2 + 0.38, eaves + 0.25, eaves + 1.2)
                inset = replace(style, shutter=None, mullions=(2, 2), boxes=0.0)
                facade.quad(
                    [
                        [top_window.left, -top_window.top, -0.012],
                        [top_window.right, -top_window.top, -0.012],
                        [top_window.right, -top_window.bottom, -0.012],
                        [top_window.left, -top_window.bottom, -0.012],
                    ],
                    palette.FRAME_DARK,
                )
                details.window(facade, top_window, inset, rng, depth=0.01)
            if half_timbered:
                ridge = eaves + length / 2 * pitch
                for x in (length * 0.25, length * 0.5, length * 0.75):
                    high = ridge - abs(x - length / 2) * pitch
                    facade.box((x, -(eaves + high) / 2, 0), (0.14, high - eaves, 0.1), style.beam)
                for fraction in (0.4,):
                    y = eaves + (ridge - eaves) * fraction
                    reach = length / 2 * (1 - fraction)
                    facade.box((length / 2, -y, 0), (2 * reach, 0.14, 0.1), style.beam)
        elif not plain and rng.random() < 0.3:
            ivy(facade, length * rng.uniform(0.05, 0.2), eaves * 0.8, rng)
        if not plain:
            for corner in (0.0, length) if lower.pattern in ("stone", "brick") else ():
                for k, y in enumerate(np.arange(foot, levels[0][1] - 0.2, 0.36)):
                    wide = 0.5 if k % 2 else 0.32
                    facade.box((abs(corner - wide / 2), -y - 0.18, 0.0), (wide, 0.33, 0.07), palette.GRANITE, tint=1.15)
        parts.add(facade, matrix)
    ridge = gable_roof(
        parts,
        width,
        depth,
        eaves,
        pitch,
        style,
        sag=0.0 if plain else rng.uniform(0.02, 0.09),
        thickness=0.34 if style.roof.pattern == "thatch" else 0.13,
    )
    stack = palette.pick((palette.BRICK, palette.RUBBLE, palette.DARK_BRICK), rng)
    details.chimney(parts, width * rng.choice([-0.36, 0.36, 0.1]), 0.55, eaves, ridge + rng.uniform(0.5, 0.9), stack)
    if not plain and storeys == 1 and width > 6.5:
        for x in (-width / 4, width / 4):
            face_z = -depth / 2 + 0.75
            base = eaves + 0.75 * pitch - 0.1
            details.dormer(parts, x, base, face_z, style, rng, 1.25 / pitch + 0.4)
    return House(parts.mesh("building"), width, depth, ridge + 0.9, tuple(lamps))


def canopy(parts: Parts, x: float, height: float, style: Style) -> None:
    """A little roof over a door, in a facade's frame."""
    reach, half = 0.95, 0.95
    slope(
        parts,
        [
            [x - half, -height + 0.05, -reach],
            [x + half, -height + 0.05, -reach],
            [x + half, -height - 0.5, 0],
            [x - half, -height - 0.5, 0],
        ],
        style.roof,
        style.beam,
        thickness=0.08,
    )
    for side in (-0.8, 0.8):
        parts.beam((x + side, -height + 0.75, -0.03), (x + side, -height + 0.08, -reach + 0.12), 0.09, 0.09, style.beam)
        parts.beam((x + side, -height + 0.05, 0), (x + side, -height + 0.05, -reach + 0.05), 0.09, 0.09, style.beam)


def ivy(parts: Parts, x: float, height: float, rng: np.random.Generator) -> None:
    """Ivy on a wall, thick at the foot and in a few strands above, in a facade's frame."""
    for _ in range(9):
        y = height * rng.uniform(0.0, 1.0) ** 1.3
        parts.add(
            clump(
                (x + rng.normal(0, 0.28) * (1 + y * 0.3), -y, -0.05),
                (0.4, 0.42, 0.09),
                110,
                0.11,
                palette.IVY,
                rng,
                tint=rng.uniform(0.8, 1.1),
            )
        )


@made_as("cabin")
def cabin(
    rng: np.random.Generator, *, lit: bool = False, wall: Material | None = None, roof: Material | None = None
) -> House:
    """A log cabin with a porch: crossing logs at the corners, a stone chimney, a bench, split wood by the wall."""
    wall = wall or palette.LOGS
    logs = wall.pattern == "planks"
    style = Style(
        wall=wall,
        roof=roof or palette.pick((palette.WOOD_SHINGLES, palette.SLATE), rng),
        door=palette.pick(palette.DOOR_PAINTS, rng),
        frame=palette.pick((palette.FRAME_WHITE, palette.DOOR_PAINTS[0], palette.DOOR_PAINTS[3]), rng),
        trim=palette.BEAM,
        shutter=palette.pick(palette.SHUTTER_PAINTS, rng),
        lit=1.0 if lit else 0.0,
        boxes=0.5,
        mullions=(2, 2),
    )
    width, depth = rng.uniform(6.2, 7.4), rng.uniform(4.8, 5.6)
    foot, eaves, pitch = 0.35, 2.85, rng.uniform(0.75, 0.95)
    parts = Parts()
    lamps: tuple[tuple[float, float, float], ...] = ()
    for side, (matrix, length) in enumerate(side_matrices(width, depth)):
        facade = Parts()
        if side == 0:
            openings = [
                Opening(length / 2 - 0.5, length / 2 + 0.5, foot, foot + 2.05, "door"),
                Opening(length * 0.19 - 0.55, length * 0.19 + 0.55, foot + 0.85, foot + 1.9),
                Opening(length * 0.81 - 0.55, length * 0.81 + 0.55, foot + 0.85, foot + 1.9),
            ]
        else:
            openings = [Opening(length / 2 - 0.5, length / 2 + 0.5, foot + 0.85, foot + 1.9)]
        pierced_wall(facade, length, foot, eaves, openings, wall, shift=rng.uniform(0, 9), reveal=palette.BEAM)
        for hole in openings:
            if hole.kind == "door":
                details.door(facade, hole, style, rng)
                facade.add(details.lantern(lit), placement([hole.right + 0.35, -hole.top + 0.2, 0]))
                spot = matrix @ np.array([hole.right + 0.35, -hole.top + 0.15, -0.4, 1.0])
                lamps = ((float(spot[0]), float(spot[1]), float(spot[2])),)
            else:
                details.window(facade, hole, style, rng)
        facade.span((-0.1, -foot, -0.1), (length + 0.1, 1.0, 0.15), palette.RUBBLE, grain=-2)
        if side in (1, 3):
            gable_wall(facade, length, eaves, pitch, wall, 0.0)
        if logs:
            for y in np.arange(foot + 0.14, eaves, 0.28):
                shifted = 0.14 if side % 2 else 0.0
                for x in (-0.22, length + 0.22):
                    facade.box(
                        (x, -y - shifted, 0.0), (0.44, 0.2, 0.2), palette.LOGS, grain=0, tint=rng.uniform(0.85, 1.1)
                    )
        parts.add(facade, matrix)
    ridge = gable_roof(parts, width, depth, eaves, pitch, style, overhang=0.6, gable=0.6, sag=0.04)
    details.chimney(parts, width * 0.32, 0.6, -0.5, ridge + 0.7, palette.RUBBLE)
    # The porch: a deck, posts, a railing with a gap before the door, and a roof of its own.
    front, reach = -depth / 2, 2.1
    for k, z in enumerate(np.arange(front - reach + 0.08, front, 0.165)):
        parts.box((0, -foot + 0.02, z), (width + 0.3, 0.05, 0.15), palette.GREY_WOOD, tint=0.9 + 0.07 * (k * 7 % 3))
    parts.span(
        (-width / 2 - 0.15, -foot + 0.05, front - reach),
        (width / 2 + 0.15, 1.0, front - reach + 0.08),
        palette.OLD_WOOD,
    )
    for x in np.linspace(-width / 2 - 0.05, width / 2 + 0.05, 4):
        parts.box((x, -(foot + eaves - 0.5) / 2, front - reach + 0.12), (0.15, eaves - 0.4 - foot, 0.15), palette.BEAM)
    for a, b in ((-width / 2, -0.85), (0.85, width / 2)):
        for y in (0.35, 0.9):
            parts.box(((a + b) / 2, -foot - y, front - reach + 0.12), (b - a, 0.08, 0.07), palette.BEAM)
        for x in np.arange(a + 0.15, b, 0.2):
            parts.box((x, -foot - 0.62, front - reach + 0.12), (0.045, 0.55, 0.045), palette.OLD_WOOD)
    slope(
        parts,
        [
            [-width / 2 - 0.5, -eaves + 0.5, front - reach - 0.35],
            [width / 2 + 0.5, -eaves + 0.5, front - reach - 0.35],
            [width / 2 + 0.5, -eaves - 0.1, front + 0.05],
            [-width / 2 - 0.5, -eaves - 0.1, front + 0.05],
        ],
        style.roof,
        style.beam,
        thickness=0.1,
    )
    for i in range(2):
        parts.span(
            (-0.8, -foot + 0.17 * (i + 1) - 0.0, front - reach - 0.32 * (i + 1)),
            (0.8, 0.5, front - reach),
            palette.OLD_WOOD,
        )
    for row in range(5):  # firewood under the window
        for k in range(9 - row):
            parts.box(
                (-width / 2 + 0.5 + 0.13 * k + 0.06 * row, -foot - 0.07 - 0.12 * row, front - 0.28),
                (0.11, 0.11, 0.45),
                palette.OLD_WOOD,
                grain=2,
                tint=rng.uniform(0.7, 1.3),
                yaw=rng.uniform(-0.06, 0.06),
            )
    return House(parts.mesh("building"), width, depth + 2 * reach, ridge + 0.8, lamps)


@made_as("barn")
def barn(rng: np.random.Generator, *, wall: Material | None = None) -> House:
    """A big barn with a bent roof, cross-braced doors and a hay loft hatch; the doors are in the gable, towards -z."""
    wall = wall or palette.pick((palette.RED_BARN, palette.RED_BARN, palette.GREY_WOOD), rng)
    trim = palette.FRAME_WHITE if wall is not palette.GREY_WOOD else palette.OLD_WOOD
    width, length, eaves = rng.uniform(8.5, 10.0), rng.uniform(12, 16), 4.0
    knee, knee_height, ridge = width * 0.3, 6.6, 8.2
    parts = Parts()
    outline = [
        (-width / 2, 0.3),
        (-width / 2, eaves),
        (-knee, knee_height),
        (0.0, ridge),
        (knee, knee_height),
        (width / 2, eaves),
        (width / 2, 0.3),
    ]
    for z, sign in ((-length / 2, -1.0), (length / 2, 1.0)):
        points = np.array([[x, -y, z] for x, y in outline])
        for i in range(1, len(outline) - 1):
            tri = [points[0], points[i], points[i + 1], points[i + 1]]
            parts.quad(tri, wall, uv=[[p[1], p[0]] for p in tri])
        if sign < 0:
            face = z - 0.04
            for side in (-1.0, 1.0):
                x = side * 0.95
                parts.box((x, -1.75, face), (1.86, 2.9, 0.07), wall, grain=1, tint=0.85)
                for y in (0.42, 1.75, 3.1):
                    parts.box((x, -y, face - 0.05), (1.86, 0.2, 0.04), trim)
                for e in (-0.86, 0.86):
                    parts.box((x + e, -1.75, face - 0.05), (0.17, 2.9, 0.04), trim)
                parts.beam((x - 0.8, -0.45, face - 0.05), (x + 0.8, -1.7, face - 0.05), 0.16, 0.035, trim)
                parts.beam((x - 0.8, -3.05, face - 0.05), (x + 0.8, -1.8, face - 0.05), 0.16, 0.035, trim)
            parts.box((0, -3.35, face - 0.05), (4.2, 0.22, 0.09), trim)
            parts.box((0, -5.6, face), (1.3, 1.5, 0.07), palette.OLD_WOOD, grain=1, tint=0.55)
            for x in (-0.7, 0.7):
                parts.box((x, -5.6, face - 0.03), (0.14, 1.7, 0.05), trim)
            for y in (4.8, 6.4):
                parts.box((0, -y, face - 0.03), (1.54, 0.14, 0.05), trim)
            parts.beam((0, -ridge + 0.25, z + 1.0), (0, -ridge + 0.25, z - 1.3), 0.16, 0.14, palette.BEAM)
    for sign in (-1.0, 1.0):
        x = sign * width / 2
        a, b = (-length / 2, length / 2) if sign > 0 else (length / 2, -length / 2)
        corners = [[x, -eaves, a], [x, -eaves, b], [x, -0.3, b], [x, -0.3, a]]
        parts.quad(corners, wall, uv=[[-eaves, a], [-eaves, b], [-0.3, b], [-0.3, a]])
        for z in np.arange(-length / 2 + 2, length / 2 - 1, 3.2):
            parts.box((x + sign * 0.02, -2.0, z), (0.08, 0.9, 0.9), palette.GLASS)
            for k in (-0.5, 0.0, 0.5):
                parts.box((x + sign * 0.06, -2.0, z + k), (0.06, 1.05, 0.1), trim)
                parts.box((x + sign * 0.06, -2.0 + k, z), (0.06, 0.1, 1.05), trim)
        over = 0.5
        drop = over * (knee_height - eaves) / (width / 2 - knee)
        out = sign * (width / 2 + over)
        lo, hi = (length / 2 + 0.5, -length / 2 - 0.5) if sign < 0 else (-length / 2 - 0.5, length / 2 + 0.5)
        slope(
            parts,
            [
                [out, -eaves + drop, lo],
                [out, -eaves + drop, hi],
                [sign * knee, -knee_height, hi],
                [sign * knee, -knee_height, lo],
            ],
            palette.ZINC,
            trim,
            thickness=0.1,
        )
        slope(
            parts,
            [[sign * knee, -knee_height, lo], [sign * knee, -knee_height, hi], [0, -ridge, hi], [0, -ridge, lo]],
            palette.ZINC,
            trim,
            thickness=0.1,
        )
        for z in (-length / 2, length / 2):
            parts.box((x, -(eaves + 0.3) / 2, z), (0.22, eaves - 0.2, 0.22), trim)
    parts.span(
        (-width / 2 - 0.12, -0.4, -length / 2 - 0.12),
        (width / 2 + 0.12, 1.0, length / 2 + 0.12),
        palette.RUBBLE,
        grain=-2,
    )
    return House(parts.mesh("building"), width, length, ridge, ())
