"""A library: a tall room lined with books."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import fittings, furniture, lamps, stuff, textiles
from lucid3d.procedural.compose.room.rooms import Furnisher, desk, warm, windows
from lucid3d.procedural.compose.room.shell import AHEAD, BACK, LEFT, RIGHT, Room, beams
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Opening, Parts
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.kit.shapes import sphere, tube
from lucid3d.procedural.language.brief import Brief

_UNITS = ("#6f7d6c", "#c9c2b0", "#4d5f6b", "#8a6f4e", "#b9b2a2", "#5a4a3f")
WORKTOP = 0.92
"""Height of a kitchen's worktops, metres."""


def library(brief: Brief, rng: np.random.Generator) -> Place:
    """A tall room lined with books: arched bays of windows ahead, a reading table, a ladder, a globe, armchairs."""
    colors = stuff.scheme(brief, rng)
    wood = palette.pick((stuff.WALNUT, stuff.WALNUT, stuff.OAK), rng)
    high = rng.uniform(4.1, 4.8)
    strong = palette.make(
        "library wall",
        "plaster",
        ("#4a5648", "#5b3f38", "#3f4c58", "#6b5a43")[int(rng.integers(4))],
        scale=1.6,
        wear=0.2,
    )
    room = Room(
        left=-rng.uniform(3.0, 3.6),
        right=rng.uniform(3.0, 3.6),
        back=-rng.uniform(3.0, 3.6),
        ahead=rng.uniform(5.2, 6.2),
        height=high,
        wall=strong,
        floor=palette.pick((stuff.DARK_FLOOR, stuff.OAK_FLOOR), rng),
        ceiling=stuff.CEILING,
        trim=wood,
        panel=wood,
        mullions=(2, 5),
        depth=0.45,
    )
    if brief.material("") in ("stone", "brick", "marble", "wood", "concrete"):
        room.walls[AHEAD] = colors.strong
    big = brief.size("window")
    count = min(max(brief.count("window", 2), 2), 3)
    room.openings = {
        AHEAD: windows(room.width, count, 1.25 * big, 0.85, high - 0.7),
        BACK: [Opening(room.width / 2 - 0.6, room.width / 2 + 0.6, 0.0, 2.35, "door")],
    }
    if not brief.wants("window", True):
        room.openings.pop(AHEAD)
    f = Furnisher(room, brief, rng, colors)
    f.place.sun_azimuth = float(rng.uniform(-0.5, 0.5))
    for hole in room.openings.get(AHEAD, []):
        f.curtains(AHEAD, hole, hole.top + 0.3)
    tall = high - 0.55
    for wall, length in ((LEFT, room.length), (RIGHT, room.length)):
        bays = 3
        pitch = (length - 0.5) / bays
        for i in range(bays):
            at = 0.25 + pitch * (i + 0.5)
            if wall == RIGHT and i == 1 and brief.wants("fireplace"):
                spot = f.hang(fittings.fireplace(1.8, palette.LIMESTONE, True, rng, breast=high - 1.25), wall, at)
                f.light(spot, (0.0, -0.4, -0.75), (7.0, 2.7, 0.7), reach=7.0, radius=0.3)
                continue
            f.hang(furniture.bookshelf(rng, pitch - 0.12, tall, wood, depth=0.34), wall, at, out=0.18)
            f.hang(_pilaster(tall, wood), wall, at - pitch / 2, out=0.0)
        f.hang(_pilaster(tall, wood), wall, 0.25 + pitch * bays)
    for at in (room.width * 0.2, room.width * 0.8):
        f.hang(furniture.bookshelf(rng, room.width * 0.36, tall, wood, depth=0.34), BACK, at, out=0.18)
    if brief.wants("ladder", True):
        f.hang(
            fittings.ladder(tall - 0.7, wood),
            RIGHT if not brief.wants("fireplace") else LEFT,
            room.length * 0.62,
            out=0.36,
        )
        rail = Parts()
        rail.add(
            tube([[0.3, -tall + 0.72, -0.4], [room.length - 0.3, -tall + 0.72, -0.4]], 0.014, palette.BRASS, sides=8)
        )
        f.hang(rail.mesh("ladder"), RIGHT, 0.0)
    middle_z = 2.6
    if brief.wants("rug", True):
        accent = (
            palette.named(brief.colour("rug"))
            if brief.colour("rug")
            else ((0.42, 0.12, 0.1), (0.13, 0.2, 0.32), (0.16, 0.26, 0.2))[int(rng.integers(3))]
        )
        f.put(textiles.rug(3.2, 4.6, accent, palette.shade(accent, 0.45), (0.72, 0.6, 0.42), rng), 0.0, middle_z - 0.2)
    if brief.wants("table", True):
        f.put(furniture.table(2.5, 1.05, 0.77, wood), 0.0, middle_z, yaw=np.pi / 2)
        for k, dz in enumerate((-0.75, 0.65)):
            spot = f.put(lamps.banker_lamp(f.lit), 0.05, middle_z + dz, up=0.77, yaw=np.pi / 2)
            if f.lit:
                f.light(spot, (0.0, -0.24, 0.0), warm(2.6), reach=5.0, radius=0.1)
            f.put(fittings.book_pile(rng, 4 + k), 0.3 - 0.5 * k, middle_z + dz * 0.45, up=0.77, yaw=rng.uniform(0, 6))
        f.put(fittings.book_pile(rng, 1, opened=True), -0.2, middle_z - 0.95, up=0.77, yaw=0.1)
        f.put(fittings.book_pile(rng, 2, opened=True), 0.22, middle_z + 1.0, up=0.77, yaw=3.4)
        if brief.wants("candle", True):
            for k in range(min(brief.count("candle", 1), 6)):
                spot = f.put(lamps.candle(f.lit or brief.wants("candle")), -0.3 + 0.12 * k, middle_z + 0.1, up=0.77)
                if brief.wants("candle") and k < 2:
                    f.light(spot, (0.0, -0.34, 0.0), (1.4, 0.8, 0.3), reach=5.0, radius=0.05)
        for k in range(min(brief.count("chair", 4), 6)):
            side = 1.0 if k % 2 else -1.0
            f.put(
                furniture.chair(wood, colors.accent),
                side * 0.82,
                middle_z - 0.6 + 1.15 * (k // 2),
                yaw=side * np.pi / 2 + rng.uniform(-0.35, 0.35),
            )
    if brief.wants("globe", True):
        f.put(fittings.globe(), -1.75, 1.15, yaw=0.5)
    for k in range(min(brief.count("armchair", 2), 4)):
        x, z, yaw = (
            (1.9, room.ahead - 1.05, 0.6),
            (-1.9, room.ahead - 1.05, -0.6),
            (1.9, -1.6, 2.3),
            (-1.9, -1.6, -2.3),
        )[k]
        f.put(
            furniture.armchair(
                rng, stuff.LEATHER if not brief.colour("armchair") else colors.accent, colors.accent, wood
            ),
            x,
            z,
            yaw=yaw,
        )
    if brief.wants("sofa"):
        f.put(furniture.sofa(rng, stuff.LEATHER, colors.accent, wood), 0.0, room.back + 1.7, yaw=np.pi)
    f.put(furniture.table(0.5, 0.5, 0.55, wood, round_top=True), 1.35, room.ahead - 0.75)
    spot = f.put(lamps.table_lamp(f.lit, palette.BRASS), 1.35, room.ahead - 0.75, up=0.55)
    if f.lit:
        f.light(spot, (0.0, -0.34, 0.0), warm(4.0), reach=6.0)
    for k in range(7):  # piles on the floor, where people leave them
        x, z = ((-2.4, 0.4), (-2.3, 0.85), (2.35, -0.2), (2.4, 1.9), (-0.9, 0.75), (1.15, 0.95), (2.3, 3.4))[k]
        f.put(fittings.book_pile(rng, int(rng.integers(3, 9))), x, z, yaw=rng.uniform(0, 6))
    for k in range(brief.count("houseplant", 2)):
        f.put(
            fittings.house_plant(rng, 1.3, palette.TERRACOTTA),
            room.left + 0.75 if k % 2 else room.right - 0.75,
            room.ahead - 0.45 - 0.7 * (k // 2),
        )
    if brief.wants("desk"):
        desk(f, AHEAD, room.width / 2)
    if brief.wants("piano"):
        f.hang(furniture.piano(), BACK, room.width / 2, out=0.4)
    spot = f.put(lamps.chandelier(f.lit, 1.25), 0.0, middle_z, up=high)
    if f.lit:
        f.light(spot, (0.0, 1.5, 0.0), warm(7.5), reach=12.0, radius=0.4)
    f.place.meshes.append(beams(room, wood, 5, size=0.24))
    f.place.meshes.append(beams(room, wood, 3, size=0.16, across=False))
    if brief.wants("clock", True):
        f.hang(fittings.clock(0.26, wood), AHEAD, room.width / 2, up=2.6)
    bust = Parts()
    bust.box((0, -0.55, 0), (0.36, 1.1, 0.36), palette.WEATHERED_MARBLE)
    bust.add(tube([[0, -1.1, 0], [0, -1.2, 0], [0, -1.3, 0]], [0.13, 0.17, 0.06], palette.WEATHERED_MARBLE, sides=14))
    bust.add(sphere((0, -1.44, 0), (0.1, 0.14, 0.115), palette.WEATHERED_MARBLE, subdivisions=3))
    f.put(bust.mesh("statue"), room.left + 0.8, room.back + 0.95)
    f.place.sky.setdefault("exposure", -0.95)  # walls of dark books would have the windows and the desk burn out
    return f.finish(mirror=bool(rng.random() < 0.5))


def _pilaster(height: float, wood: Material) -> Mesh:
    """A flat column between bookcases."""
    parts = Parts()
    parts.box((0, -height / 2, -0.19), (0.13, height, 0.4), wood, grain=1)
    for x in (-0.035, 0.0, 0.035):
        parts.box((x, -height / 2, -0.395), (0.018, height - 0.5, 0.02), wood, grain=1, tint=0.8)
    for y, w in ((0.08, 0.2), (height - 0.06, 0.2)):
        parts.box((0, -y, -0.2), (w, 0.14, 0.45), wood)
    return parts.mesh("bookshelf")
