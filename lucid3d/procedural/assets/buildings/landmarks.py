"""Buildings that stand out: church, tower, castle, lighthouse, windmill, bridge. Feet at y = 0, fronts towards -z."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.buildings import details
from lucid3d.procedural.assets.buildings.details import Style
from lucid3d.procedural.assets.buildings.houses import House, house
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement, rotation_z
from lucid3d.procedural.kit.parts import Opening, Parts, pierced_wall, side_matrices, slope
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube


def pyramid(
    parts: Parts, half: float, foot: float, top: float, roof: Material, *, overhang: float = 0.3, z: float = 0.0
) -> None:
    """A four-sided spire over a square of 2 x `half`, centred at (0, z)."""
    h = half + overhang
    ring = [(-h, -h), (h, -h), (h, h), (-h, h)]
    for (x0, z0), (x1, z1) in zip(ring, (*ring[1:], ring[0]), strict=True):
        parts.quad(
            [[0, -top, z], [0, -top, z], [x1, -foot + 0.1, z + z1], [x0, -foot + 0.1, z + z0]],
            roof,
            uv=[[0.0, 0.0], [0.0, 0.0], [h, top - foot], [-h, top - foot]],
        )
    parts.quad([[x, -foot + 0.1, z + zz] for x, zz in ring], roof, tint=0.5)


def pointed_opening(
    parts: Parts, x: float, bottom: float, top: float, half: float, material: Material, trim: Material
) -> None:
    """A pointed window in a facade's frame: glass in front of the wall in a stone surround with a mullion."""
    shoulder = top - half * 1.3
    z = -0.02
    parts.quad(
        [[x - half, -shoulder, z], [x + half, -shoulder, z], [x + half, -bottom, z], [x - half, -bottom, z]], material
    )
    arc = np.linspace(0, 1, 7)
    left = np.stack(
        [x - half * (1 - arc**1.6), -(shoulder + (top - shoulder) * np.sin(arc * np.pi / 2)), np.full(7, z)], 1
    )
    right = left * [-1, 1, 1] + [2 * x, 0, 0]
    for i in range(6):
        parts.quad([left[i + 1], right[i + 1], right[i], left[i]], material)
        parts.beam(left[i], left[i + 1], 0.12, 0.2, trim)
        parts.beam(right[i], right[i + 1], 0.12, 0.2, trim)
    for side in (-half, half):
        parts.box((x + side, -(bottom + shoulder) / 2, z), (0.12, shoulder - bottom, 0.2), trim)
    parts.box((x, -(bottom + top) / 2 + 0.1, z - 0.03), (0.07, top - bottom - 0.2, 0.08), trim)
    parts.box((x, -bottom + 0.06, -0.06), (2 * half + 0.3, 0.12, 0.3), trim)


@made_as("church")
def church(rng: np.random.Generator, *, style: str = "", lit: bool = False, wall: Material | None = None) -> House:
    """A church with its tower in front, towards -z: portal, pointed windows, buttresses, a spire with a cross."""
    wall = wall or palette.pick((palette.RUBBLE, palette.LIMEWASH, palette.LIMESTONE), rng)
    trim = palette.LIMESTONE if wall is not palette.LIMESTONE else palette.GRANITE
    roof = palette.pick((palette.SLATE, palette.CLAY_TILES), rng)
    glass = palette.lit_glass(rng) if lit else palette.make("leaded glass", "glass", "#2b2f3d", "#3a2f35", "#232a30")
    parts = Parts()
    half, tall = rng.uniform(2.8, 3.2), rng.uniform(17, 21)
    nave, length, eaves = half * 1.9, rng.uniform(15, 18), rng.uniform(7.0, 8.0)
    for matrix, width in side_matrices(2 * half, 2 * half):
        face = Parts()
        holes = [Opening(half - 0.75, half + 0.75, tall - 3.6, tall - 1.1)]
        pierced_wall(face, width, 0, tall, holes, wall, depth=0.45)
        for k in range(9):  # louvres of the belfry
            face.box((half, -tall + 3.4 - 0.27 * k, 0.3), (1.5, 0.05, 0.3), palette.OLD_WOOD)
        for y in (tall * 0.36, tall * 0.62, tall):
            face.box((half, -y, -0.05), (width + 0.25, 0.22, 0.25), trim)
        for x in (0.05, width - 0.05):
            face.box((x, -tall * 0.25, -0.15), (0.75, tall * 0.5, 0.75), wall, grain=-2)
        face.add(tube([[half, -tall * 0.72, 0.0], [half, -tall * 0.72, -0.1]], 0.85, palette.FRAME_WHITE, sides=24))
        for hour in range(12):
            a = hour * np.pi / 6
            face.box(
                (half + 0.68 * np.sin(a), -tall * 0.72 - 0.68 * np.cos(a), -0.12), (0.08, 0.12, 0.03), palette.IRON
            )
        face.beam((half, -tall * 0.72, -0.13), (half + 0.35, -tall * 0.72 - 0.3, -0.13), 0.06, 0.02, palette.IRON)
        face.beam((half, -tall * 0.72, -0.13), (half - 0.1, -tall * 0.72 - 0.62, -0.13), 0.05, 0.02, palette.IRON)
        parts.add(face, matrix)
    portal = Parts()
    for k in range(3):
        pointed_opening(portal, 0, 0.3, 4.4 + 0.35 * k, 1.15 + 0.25 * k, palette.OLD_WOOD if k == 0 else wall, trim)
    parts.add(portal, placement([0, 0, -half - 0.06]))
    parts.box((0, -1.8, -half - 0.14), (2.1, 3.0, 0.1), palette.DOOR_PAINTS[1], grain=1)
    parts.box((0, -1.8, -half - 0.2), (0.06, 3.0, 0.04), palette.IRON)
    for k in range(3):
        parts.span((-2.2, -0.3 + 0.1 * k, -half - 0.5 - 0.4 * k), (2.2, 0.5, -half), trim)
    pyramid(parts, half, tall, tall + rng.uniform(9, 13), roof)
    top = -tall - 9.4
    parts.box((0, top - 3.4, 0), (0.1, 2.6, 0.1), palette.BRASS)
    parts.box((0, top - 3.9, 0), (1.0, 0.1, 0.1), palette.BRASS)
    back = half + length
    for sign in (-1.0, 1.0):
        wall_x = sign * nave
        ring = [[wall_x, -eaves, half - 0.2], [wall_x, -eaves, back], [wall_x, 0.5, back], [wall_x, 0.5, half - 0.2]]
        parts.quad(ring, wall, uv=[[p[2], p[1]] for p in ring])
        face = Parts()
        for k in range(4):
            x = length * (k + 0.5) / 4
            pointed_opening(face, x, 2.0, eaves - 1.0, 0.7, glass, trim)
            face.box((x + length / 8, -eaves * 0.4, -0.35), (0.6, eaves * 0.8, 0.75), wall, grain=-2)
            face.box((x + length / 8, -eaves * 0.82, -0.3), (0.7, 0.2, 0.9), trim)
        parts.add(face, placement([wall_x, 0, half if sign > 0 else back], yaw=-np.pi / 2 if sign > 0 else np.pi / 2))
        far = sign * (nave + 0.5)
        ends = (half - 0.4, back + 0.5) if sign > 0 else (back + 0.5, half - 0.4)
        ridge = eaves + nave * 1.15
        slope(
            parts,
            [[far, -eaves + 0.5, ends[0]], [far, -eaves + 0.5, ends[1]], [0, -ridge, ends[1]], [0, -ridge, ends[0]]],
            roof,
            trim,
        )
    for z in (half - 0.2, back):
        ring = [[-nave, -eaves, z], [nave, -eaves, z], [nave, 0.5, z], [-nave, 0.5, z]]
        parts.quad(ring, wall, uv=[[p[0], p[1]] for p in ring])
        gable = [[-nave, -eaves, z], [0, -eaves - nave * 1.15, z], [0, -eaves - nave * 1.15, z], [nave, -eaves, z]]
        parts.quad(gable, wall, uv=[[p[0], p[1]] for p in gable])
    return House(parts.mesh("building"), 2 * nave, 2 * half + length, tall + 12, ())


def round_tower(
    parts: Parts,
    x: float,
    z: float,
    radius: float,
    height: float,
    wall: Material,
    *,
    roof: Material | None = None,
    battlements: bool = True,
    windows: int = 4,
    glass: Material = palette.GLASS,
    foot: float = 2.0,
    sides: int = 24,
) -> None:
    """A round tower with a splayed foot, slit windows, a machicolated top, and battlements or a cone roof."""
    profile = (
        (-foot, radius * 1.12),
        (0.0, radius * 1.12),
        (1.6, radius),
        (height - 1.6, radius),
        (height - 1.2, radius * 1.14),
        (height, radius * 1.14),
    )
    parts.add(tube([[x, -y, z] for y, _ in profile], [r for _, r in profile], wall, sides=sides))
    for i in range(sides):
        a = 2 * np.pi * i / sides
        out = radius * 1.07
        parts.box((x + out * np.cos(a), -height + 1.35, z + out * np.sin(a)), (0.3, 0.5, radius * 0.14), wall, yaw=-a)
    if battlements:
        count = max(6, int(2 * np.pi * radius / 1.5))
        for i in range(count):
            a = 2 * np.pi * i / count
            parts.box(
                (x + radius * 1.08 * np.cos(a), -height - 0.45, z + radius * 1.08 * np.sin(a)),
                (0.4, 0.95, 0.75),
                wall,
                yaw=-a,
                grain=-2,
            )
    if roof is not None:
        lift = 0.6 if battlements else 0.0
        parts.add(
            tube(
                [[x, -height - lift, z], [x, -height - lift - radius * 2.1, z]],
                [radius * (1.0 if battlements else 1.3), 0.02],
                roof,
                sides=sides,
            )
        )
        parts.add(cylinder((x, -height - lift - radius * 2.1, z), 1.2, 0.04, palette.IRON, sides=5))
    for i in range(windows):
        a = 2 * np.pi * i / windows - np.pi / 2 + 0.3 * (i % 2)
        for y in np.arange(3.5 + 1.3 * (i % 2), height - 3, 4.2):
            spot = (x + radius * np.cos(a), -y, z + radius * np.sin(a))
            parts.box(spot, (0.16, 1.3, 0.42), glass, yaw=-a)
            parts.box((spot[0], spot[1] - 0.75, spot[2]), (0.3, 0.2, 0.75), palette.LIMESTONE, yaw=-a)
            parts.box((spot[0], spot[1] + 0.72, spot[2]), (0.34, 0.14, 0.7), palette.LIMESTONE, yaw=-a)


@made_as("castle")
def castle(rng: np.random.Generator, *, lit: bool = False, wall: Material | None = None) -> House:
    """A castle: four corner towers, walls with battlements, a gatehouse towards -z, a keep with a steep roof."""
    wall = wall or palette.pick((palette.RUBBLE, palette.LIMESTONE, palette.ASHLAR), rng)
    roof = palette.pick((palette.SLATE, palette.CLAY_TILES), rng)
    glass = palette.lit_glass(rng) if lit else palette.GLASS
    parts = Parts()
    w, d, high = rng.uniform(17, 21), rng.uniform(15, 19), rng.uniform(8.5, 10.5)
    for sx in (-1.0, 1.0):
        for sz in (-1.0, 1.0):
            tall = high * rng.uniform(1.5, 2.1)
            round_tower(
                parts,
                sx * w,
                sz * d,
                rng.uniform(3.2, 4.2),
                tall,
                wall,
                roof=roof if rng.random() < 0.75 else None,
                glass=glass,
                battlements=rng.random() < 0.6,
                foot=8.0,
            )
    for matrix, length in side_matrices(2 * w, 2 * d):
        face = Parts()
        pierced_wall(face, length, -8.0, high, [], wall)
        face.span((0, -high, 0.0), (length, 8, 1.6), wall, grain=-2)
        face.box((length / 2, -high + 0.7, -0.2), (length, 0.4, 0.5), wall, grain=-2)
        for x in np.arange(0.8, length, 2.0):
            face.box((x, -high - 0.55, 0.2), (1.1, 1.2, 0.6), wall, grain=-2)
        for x in np.arange(3, length, 4.5):
            face.box((x, -high * 0.55, 0.0), (0.3, 1.4, 0.12), glass)
        parts.add(face, matrix)
    gate = Parts()
    gate.span((-4.2, -high - 3.2, -d - 2.6), (4.2, 8.0, -d + 2.5), wall, grain=-2)
    pointed_opening(gate, 0, 0.0, 5.2, 1.9, palette.OLD_WOOD, palette.LIMESTONE)
    parts.add(gate)
    door = Parts()
    pointed_opening(door, 0, 0.0, 5.0, 1.7, palette.OLD_WOOD, palette.LIMESTONE)
    for x in np.arange(-1.4, 1.5, 0.45):
        door.box((x, -2.1, -0.12), (0.08, 4.2, 0.06), palette.IRON)
    parts.add(door, placement([0, 0, -d - 2.62]))
    for x in np.arange(-3.7, 4, 1.8):
        parts.box((x, -high - 3.7, -d - 2.4), (1.0, 1.1, 0.5), wall, grain=-2)
    for x in (-4.4, 4.4):
        round_tower(
            parts, x, -d - 2.2, 2.1, high + 4.5, wall, roof=roof, glass=glass, battlements=False, foot=8.0, sides=18
        )
    keep_w, keep_d, keep_h = w * 0.42, d * 0.4, high * 2.1
    for matrix, length in side_matrices(2 * keep_w, 2 * keep_d):
        face = Parts()
        holes = [
            Opening(x - 0.45, x + 0.45, y, y + 1.6)
            for x in np.arange(2.2, length - 1, 3.4)
            for y in np.arange(high + 1.0, keep_h - 2.2, 3.6)
        ]
        pierced_wall(face, length, 0, keep_h, holes, wall, depth=0.4)
        for hole in holes:
            details.window(
                face,
                hole,
                Style(wall=wall, trim=palette.LIMESTONE, frame=palette.FRAME_DARK, lit=0.6 if lit else 0.0),
                rng,
                depth=0.4,
            )
        face.box((length / 2, -keep_h, -0.15), (length + 0.4, 0.4, 0.5), palette.LIMESTONE)
        parts.add(face, placement([0, 0, d * 0.2]) @ matrix)
    half_w, half_d, ridge = keep_w + 0.5, keep_d + 0.5, keep_h + keep_d * 1.7
    run = keep_w - keep_d * 0.55
    z0 = d * 0.2
    for s in (-1.0, 1.0):
        slope(
            parts,
            [
                [s * half_w, -keep_h, z0 + s * half_d],
                [-s * half_w, -keep_h, z0 + s * half_d],
                [-s * run, -ridge, z0],
                [s * run, -ridge, z0],
            ],
            roof,
            palette.LIMESTONE,
        )
        slope(
            parts,
            [
                [s * half_w, -keep_h, z0 - s * half_d],
                [s * half_w, -keep_h, z0 + s * half_d],
                [s * run, -ridge, z0],
                [s * run, -ridge, z0],
            ],
            roof,
            palette.LIMESTONE,
        )
    round_tower(
        parts, keep_w, z0 - keep_d, 2.2, keep_h + 5.5, wall, roof=roof, battlements=False, glass=glass, sides=18
    )
    for x in (-keep_w * 0.4, keep_w * 0.5):
        details.chimney(parts, x, z0 + 1.5, keep_h, ridge + 1.0, wall)
    return House(parts.mesh("building"), 2 * w, 2 * d, ridge, ())


@made_as("lighthouse")
def lighthouse(rng: np.random.Generator, *, lit: bool = False, wall: Material | None = None) -> House:
    """A white tower with coloured bands, gallery and lantern, and a keeper's house beside it."""

    parts = Parts()
    white = wall or palette.make("lighthouse white", "plaster", "#d6d2c6", "#c7c2b4", "#8f897a", scale=1.2, wear=0.6)
    band = palette.make("lighthouse band", "plaster", "#8e2f25", "#7c2820", "#5a211b", scale=1.2, wear=0.6)
    tall = rng.uniform(19, 24)
    levels = np.linspace(0, tall, 8)
    radii = 2.9 - 1.15 * (levels / tall) ** 0.8
    parts.add(tube([[0.0, 4.0, 0.0], [0.0, 0.0, 0.0]], [3.6, 3.3], palette.RUBBLE, sides=28))
    striped = wall is None and rng.random() < 0.75
    for i in range(7):
        parts.add(
            tube(
                [[0, -levels[i], 0], [0, -levels[i + 1], 0]],
                radii[i : i + 2],
                band if striped and i % 2 else white,
                sides=28,
                caps=False,
            )
        )
    for y, r in ((tall, radii[-1] + 0.1), (tall + 0.25, radii[-1] + 0.85), (tall + 0.45, radii[-1] + 0.85)):
        parts.add(tube([[0, -y, 0], [0, -y - 0.2, 0]], r, palette.IRON, sides=28))
    top = tall + 0.6
    for i in range(28):
        a = 2 * np.pi * i / 28
        r = radii[-1] + 0.78
        parts.box((r * np.cos(a), -top - 0.5, r * np.sin(a)), (0.04, 1.1, 0.04), palette.IRON)
        b = a + 2 * np.pi / 28
        for y in (0.5, 1.05):
            parts.beam(
                (r * np.cos(a), -top - y, r * np.sin(a)),
                (r * np.cos(b), -top - y, r * np.sin(b)),
                0.04,
                0.04,
                palette.IRON,
            )
    parts.add(cylinder((0, -top, 0), 0.9, 1.25, white, sides=20))
    light = (
        palette.glowing("beacon", "#fff0c8", (60.0, 48.0, 26.0))
        if lit
        else palette.make("lens", "glass", "#7d8a86", "#8f9a90")
    )
    parts.add(cylinder((0, -top - 0.9, 0), 1.7, 0.55, light, sides=14))
    for i in range(10):
        a = 2 * np.pi * i / 10
        parts.box((1.2 * np.cos(a), -top - 1.8, 1.2 * np.sin(a)), (0.07, 1.9, 0.07), palette.IRON)
    cap = ((2.7, 1.5), (2.85, 1.45), (3.7, 0.5), (3.9, 0.25), (4.0, 0.05))
    parts.add(tube([[0, -top - y, 0] for y, _ in cap], [r for _, r in cap], band, sides=20))
    parts.add(sphere((0, -top - 4.05, 0), 0.2, palette.BRASS, subdivisions=1))
    parts.add(cylinder((0, -top - 4, 0), 1.6, 0.03, palette.IRON, sides=4))
    for k in range(4):
        y = 2.6 + k * (tall - 4) / 4
        r = float(np.interp(y, levels, radii))
        for side in (-1.0, 1.0):
            parts.box((0.25 * (k % 2), -y, side * r), (0.62, 1.1, 0.2), palette.GLASS)
            parts.box((0.25 * (k % 2), -y - 0.63, side * r), (0.85, 0.15, 0.34), palette.GRANITE)
            parts.box((0.25 * (k % 2), -y + 0.6, side * r), (0.85, 0.12, 0.34), palette.GRANITE)
    parts.box((0, -1.1, -radii[0] + 0.02), (1.05, 2.2, 0.3), palette.DOOR_PAINTS[2], grain=1)
    parts.box((0, -2.35, -radii[0]), (1.6, 0.3, 0.5), palette.GRANITE)
    keeper = house(
        rng,
        storeys=1,
        timber=False,
        width=7.5,
        depth=5.5,
        style=Style(wall=white, roof=palette.SLATE, lit=0.7 if lit else 0.0),
    )
    parts.add(keeper.mesh, placement([7.6, 0, 0.8], yaw=0.1))
    lamps = ((0.0, -top - 1.8, 0.0),) if lit else ()
    return House(parts.mesh("building"), 16, 8, top + 5, lamps)


@made_as("windmill")
def windmill(rng: np.random.Generator, *, wall: Material | None = None) -> House:
    """A tower mill with a boat-shaped cap and four latticed sails, facing -z."""
    wall = wall or palette.pick((palette.LIMEWASH, palette.BRICK, palette.OLD_WOOD), rng)
    parts = Parts()
    tall = rng.uniform(9.5, 11.5)
    parts.add(
        tube(
            [[0.0, 1.5, 0.0], [0.0, 0.0, 0.0], [0.0, -tall, 0.0]],
            [3.6, 3.5, 2.2],
            wall,
            sides=12 if wall is palette.OLD_WOOD else 24,
        )
    )
    cap = ((0.0, 2.45), (0.5, 2.5), (1.4, 1.9), (2.1, 0.8), (2.3, 0.1))
    parts.add(tube([[0, -tall - y, 0] for y, _ in cap], [r for _, r in cap], palette.WOOD_SHINGLES, sides=18))
    hub = np.array([0, -tall - 0.7, -3.1])
    parts.add(tube([[0, -tall - 0.7, 0], hub.tolist()], 0.28, palette.BEAM, sides=8))
    turn = rng.uniform(0.2, 1.2)
    sail = Parts()
    sail.box((0, -4.4, 0), (0.2, 8.8, 0.16), palette.BEAM)
    for y in np.arange(1.6, 8.7, 0.5):
        sail.box((0.62, -y, 0.02), (1.35, 0.05, 0.05), palette.OLD_WOOD)
    for x in (0.3, 0.75, 1.28):
        sail.box((x, -5.1, 0.02), (0.05, 7.1, 0.05), palette.OLD_WOOD)
    sail.quad([[0.1, -8.6, 0.06], [1.28, -8.6, 0.06], [1.28, -3.0, 0.06], [0.1, -3.0, 0.06]], palette.CANVAS[4])
    for k in range(4):
        matrix = np.eye(4)
        matrix[:3, :3] = rotation_z(turn + k * np.pi / 2)
        matrix[:3, 3] = hub
        parts.add(sail, matrix)
    for y, a in ((2.3, 0.0), (5.2, 0.5), (7.8, -0.4), (3.2, 2.2), (6.2, 3.4)):
        r = 3.5 - 1.3 * y / tall
        spot = (r * np.sin(a), -y, -r * np.cos(a))
        parts.box(spot, (0.8, 1.0, 0.3), palette.GLASS, yaw=-a)
        parts.box((spot[0], spot[1] + 0.55, spot[2]), (1.0, 0.12, 0.42), palette.FRAME_WHITE, yaw=-a)
        parts.box((spot[0], spot[1] - 0.55, spot[2]), (1.0, 0.12, 0.42), palette.FRAME_WHITE, yaw=-a)
        parts.box(spot, (0.06, 1.0, 0.36), palette.FRAME_WHITE, yaw=-a)
    parts.box((0.9, -1.05, -3.35), (1.1, 2.1, 0.25), palette.DOOR_PAINTS[0], grain=1, yaw=-0.27)
    return House(parts.mesh("building"), 7, 7, tall + 2.5, ())


@made_as("bridge")
def stone_bridge(span: float, width: float, rise: float, material: Material = palette.RUBBLE) -> Mesh:
    """An arched bridge along z from 0 to `span`, its ends at y = 0, its back `rise` metres higher, with parapets."""
    parts = Parts()
    count = 24
    t = np.linspace(0, 1, count + 1)
    deck = -rise * np.sin(np.pi * t)
    arch_t = np.linspace(0.14, 0.86, count + 1)
    top = np.interp(arch_t, t, deck) + 0.55
    arch = 2.2 + (top.min() - 2.2) * np.sin(np.pi * (arch_t - 0.14) / 0.72) ** 0.6
    under = np.interp(t, arch_t, arch, left=3.0, right=3.0)
    half = width / 2
    paving = palette.COBBLES
    for i in range(count):
        z0, z1 = span * t[i], span * t[i + 1]
        parts.quad(
            [[-half, deck[i + 1], z1], [half, deck[i + 1], z1], [half, deck[i], z0], [-half, deck[i], z0]], paving
        )
        for s in (-1.0, 1.0):
            x = s * (half + 0.3)
            ring = [[x, deck[i] - 0.75, z0], [x, deck[i + 1] - 0.75, z1], [x, under[i + 1], z1], [x, under[i], z0]]
            parts.quad(ring, material, uv=[[p[2], p[1]] for p in ring])
            inner = s * half
            ring = [
                [inner, deck[i] - 0.75, z0],
                [inner, deck[i + 1] - 0.75, z1],
                [inner, deck[i + 1], z1],
                [inner, deck[i], z0],
            ]
            parts.quad(ring, material, uv=[[p[2], p[1]] for p in ring])
            parts.beam(
                (s * (half + 0.15), deck[i] - 0.8, z0),
                (s * (half + 0.15), deck[i + 1] - 0.8, z1),
                0.14,
                0.46,
                palette.GRANITE,
            )
        parts.quad(
            [
                [-half - 0.3, under[i], z0],
                [half + 0.3, under[i], z0],
                [half + 0.3, under[i + 1], z1],
                [-half - 0.3, under[i + 1], z1],
            ],
            material,
            tint=0.8,
        )
    return parts.mesh("bridge")
