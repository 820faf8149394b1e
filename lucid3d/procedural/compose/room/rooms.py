"""Living room, bedroom: rooms to live in, each laid out by rules with the start at their edge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.furniture import fittings, furniture, lamps, stuff, textiles
from lucid3d.procedural.assets.furniture.stuff import Scheme
from lucid3d.procedural.compose.room.outside import add_outside
from lucid3d.procedural.compose.room.shell import AHEAD, BACK, LEFT, RIGHT, Room, beams
from lucid3d.procedural.compose.settlement.context import DARK_TIMES, finish
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import RGB
from lucid3d.procedural.kit.mesh import Mesh, placement
from lucid3d.procedural.kit.parts import Opening
from lucid3d.procedural.kit.place import EYE_HEIGHT, Lamp, Place
from lucid3d.procedural.language.brief import Brief

FLOOR = EYE_HEIGHT
"""y of every room's floor."""


class Furnisher:
    """Puts things into a room and remembers its lamps; in a mirrored room left and right are swapped at the end."""

    def __init__(self, room: Room, brief: Brief, rng: np.random.Generator, colors: Scheme) -> None:
        self.room, self.brief, self.rng, self.colors = room, brief, rng, colors
        self.place = Place(interior=True)
        self.lit = lamps_on(brief)

    def put(self, mesh: Mesh, x: float, z: float, *, yaw: float = 0.0, up: float = 0.0) -> NDArray[np.float64]:
        """Stand a thing on the floor (or `up` metres above it). Returns where it stands."""
        matrix = placement([x, FLOOR - up, z], yaw=yaw)
        self.place.meshes.append(mesh.transformed(matrix))
        return matrix

    def hang(self, mesh: Mesh, wall: int, along: float, *, out: float = 0.0, up: float = 0.0) -> NDArray[np.float64]:
        """Put a thing against a wall, its back to it, `along` metres from the wall's left end as seen from inside."""
        matrix = self.room.against(wall, along, out, up)
        self.place.meshes.append(mesh.transformed(matrix))
        return matrix

    def light(
        self,
        matrix: NDArray[np.float64],
        spot: tuple[float, float, float],
        color: RGB,
        *,
        reach: float = 9.0,
        radius: float = 0.2,
    ) -> None:
        """A lamp's light at a spot of a thing, if lamps are on."""
        x, y, z = (matrix @ np.array([*spot, 1.0]))[:3]
        self.place.lamps.append(Lamp((float(x), float(y), float(z)), color, radius, reach))

    def curtains(self, wall: int, hole: Opening, height: float = 0.0) -> None:
        """Curtains at both sides of a window, on a rail."""
        if not self.brief.wants("curtain", True):
            return
        top = height or min(self.room.height - 0.16, hole.top + 0.22)
        cloth = self.colors.accent if self.brief.colour("curtain") else self.colors.second
        wide = min(0.5, 0.34 * hole.width + 0.12)
        for side in (-1.0, 1.0):
            x = (hole.left - wide * 0.36) if side < 0 else (hole.right + wide * 0.36)
            drape = textiles.curtain(wide, top, cloth, self.rng, gathered=0.35)
            self.hang(drape, wall, x)
        self.hang(textiles.curtain_rail(hole.left - wide - 0.05, hole.right + wide + 0.05, top), wall, 0.0)

    def finish(self, *, mirror: bool = False) -> Place:
        """The room's place; `mirror` swaps left and right."""
        self.place.meshes = self.room.mesh(self.rng) + self.place.meshes
        if mirror:
            self.place.meshes = [mirrored(m) for m in self.place.meshes]
            self.place.lamps = [
                replace(lamp, position=(-lamp.position[0], *lamp.position[1:])) for lamp in self.place.lamps
            ]
            if self.place.sun_azimuth is not None:
                self.place.sun_azimuth = -self.place.sun_azimuth
        corners = np.hypot(max(-self.room.left, self.room.right), max(-self.room.back, self.room.ahead))
        if self.lit and self.brief.time in DARK_TIMES:
            # A lamplit evening is darker than the average that automatic exposure aims at.
            self.place.sky["exposure"] = -1.1 if self.brief.mood in ("dark", "eerie") else -0.7
        finish(self.place, self.brief)  # before the outside comes: its own builder has seen to its lamps
        add_outside(self.place, self.brief, self.rng, clear=float(corners) + 0.6)
        return self.place


def mirrored(mesh: Mesh) -> Mesh:
    """A mesh with left and right swapped."""
    flip = np.array([-1, 1, 1], np.float32)
    return replace(
        mesh,
        vertices=mesh.vertices * flip,
        triangles=mesh.triangles[:, ::-1],
        normals=None if mesh.normals is None else mesh.normals * flip,
    )


def lamps_on(brief: Brief) -> bool:
    """Whether a room's lamps are lit: when it is dark outside or gloomy, or when they are asked for."""
    if "lamp" in brief.without:
        return False
    if "window" in brief.without:
        return True
    bright = brief.time in ("morning", "noon") and brief.weather in ("clear", "cloudy", "snow")
    return brief.wants("lamp") or brief.mood in ("cosy", "romantic", "dark", "magical") or not bright


def warm(strength: float) -> RGB:
    """Linear intensity of a warm room lamp."""
    return strength, strength * 0.68, strength * 0.36


def windows(
    length: float, count: int, width: float, bottom: float, top: float, *, start: float = 0.0, end: float = 0.0
) -> list[Opening]:
    """Windows spread evenly over a wall between `start` and its length minus `end`."""
    span = length - start - end
    pitch = span / count
    width = min(width, pitch - 0.35)
    middles = start + pitch * (np.arange(count) + 0.5)
    return [Opening(float(m - width / 2), float(m + width / 2), bottom, top) for m in middles]


def living_room(brief: Brief, rng: np.random.Generator) -> Place:
    """Sofa and fireplace facing each other over a rug, tall windows ahead, books and a piano or a desk behind."""
    colors = stuff.scheme(brief, rng)
    big = brief.size("window")
    high = rng.uniform(2.7, 3.1)
    room = Room(
        left=-rng.uniform(2.7, 3.2),
        right=rng.uniform(3.0, 3.6),
        back=-rng.uniform(2.6, 3.2),
        ahead=rng.uniform(4.2, 5.0),
        height=high,
        wall=colors.wall,
        floor=colors.floor,
        ceiling=stuff.CEILING,
        trim=colors.trim,
        mullions=(2, int(rng.integers(2, 5))),
        walls={LEFT: colors.strong},
    )
    rustic = brief.style in ("rustic", "medieval") or brief.mood == "cosy"
    if rng.random() < 0.35 and not rustic and brief.style != "minimal":
        room.wainscot, room.panel = 0.95, colors.trim
    sill, top = (0.12, high - 0.35) if big > 1 or rng.random() < 0.4 else (0.75, high - 0.45)
    count = brief.count("window", 2) if brief.count("window", 2) > 1 else 2
    room.openings = {
        AHEAD: windows(room.width, min(count, 4), 1.35 * big, sill, top),
        RIGHT: windows(room.length, 1, 1.3 * big, sill, top, end=room.length * 0.5),
        BACK: [Opening(room.width * 0.16, room.width * 0.16 + 0.95, 0.0, 2.1, "door")],
    }
    if not brief.wants("window", True):
        room.openings = {BACK: room.openings[BACK]}
    f = Furnisher(room, brief, rng, colors)
    f.place.sun_azimuth = float(rng.uniform(-0.5, -0.15))
    for wall in (AHEAD, RIGHT):
        for hole in room.openings.get(wall, []):
            f.curtains(wall, hole)
    middle_z = 1.9
    fire_at = room.wall_matrix(LEFT)[1] - (room.ahead - middle_z)  # along the left wall, seen from inside
    if brief.wants("fireplace", True):
        burning = f.lit or brief.season == "winter" or brief.wants("fireplace") or brief.season == "autumn"
        stone = palette.pick((palette.BRICK, palette.RUBBLE, palette.LIMESTONE), rng)
        spot = f.hang(fittings.fireplace(1.7, stone, burning, rng, breast=high - 1.25), LEFT, fire_at)
        if burning:
            f.light(spot, (0.0, -0.4, -0.75), (7.0, 2.7, 0.7), reach=7.0, radius=0.3)
        f.hang(fittings.picture(0.95, 0.7, rng, stuff.WALNUT), LEFT, fire_at, out=0.39, up=1.85)
        f.hang(lamps.candle(f.lit, 0.2), LEFT, fire_at - 0.62, out=0.3, up=1.245)
        f.hang(lamps.candle(f.lit, 0.26), LEFT, fire_at - 0.76, out=0.3, up=1.245)
        f.hang(fittings.vase(rng), LEFT, fire_at + 0.66, out=0.3, up=1.245)
        f.hang(fittings.basket(rng), LEFT, fire_at + 1.25, out=0.35)
    elif brief.wants("television", True):
        f.hang(furniture.television(1.3, f.lit), LEFT, fire_at, out=0.25)
    if brief.wants("rug", True):
        accent = colors.accent.colors[0]
        wide, long = 2.6, 3.1
        plain = brief.style in ("minimal", "futuristic")
        ground = palette.named(brief.colour("rug")) if brief.colour("rug") else palette.shade(accent, 0.8)
        f.put(
            textiles.rug(
                wide,
                long,
                ground,
                palette.shade(colors.second.colors[0], 0.45),
                palette.shade(colors.second.colors[0], 0.95),
                rng,
                plain=plain,
            ),
            0.15,
            middle_z,
        )
    if brief.wants("sofa", True):
        f.put(furniture.sofa(rng, colors.cloth, colors.accent, colors.wood), 1.75, middle_z, yaw=np.pi / 2)
        for k in range(1, min(brief.count("sofa", 1), 2)):
            f.put(
                furniture.sofa(rng, colors.cloth, colors.accent, colors.wood, seats=2),
                0.1,
                middle_z + 2.0 * k - 0.1,
                yaw=0.0,
            )
    for k in range(min(brief.count("armchair", 1), 3)):
        x, z, yaw = ((-1.15, 3.35, -0.5), (-1.35, 0.35, -2.5), (0.3, 3.55, 0.1))[k]
        f.put(
            furniture.armchair(rng, colors.accent if k == 0 else colors.second, stuff.LINEN, colors.wood), x, z, yaw=yaw
        )
    if brief.wants("table", True):
        f.put(furniture.table(1.1, 0.62, 0.4, colors.wood, boards=True), 0.25, middle_z, yaw=np.pi / 2)
        f.put(fittings.book_pile(rng, 3, opened=True), 0.3, middle_z - 0.3, up=0.4, yaw=0.4)
        for k in range(brief.count("cup", 2)):
            f.put(fittings.cup(), 0.12 + 0.2 * (k % 3), middle_z + 0.15 + 0.15 * (k // 3), up=0.4, yaw=1.0 + k)
        f.put(
            fittings.vase(rng) if brief.wants("houseplant", True) else lamps.candle(f.lit),
            0.2,
            middle_z + 0.42,
            up=0.4,
        )
    corner_x = room.right - 0.42
    spot = f.put(lamps.floor_lamp(f.lit), corner_x, room.ahead - 0.75)
    if f.lit:
        f.light(spot, (0.0, -1.2, 0.0), warm(9.0))
    for k in range(max(brief.count("houseplant", 2), 0)):
        x, z, tall = (
            (room.left + 0.5, room.ahead - 0.55, 1.5),
            (room.right - 0.45, middle_z - 1.75, 0.95),
            (-0.1, room.ahead - 0.4, 0.6),
            (room.left + 0.5, room.back + 0.5, 1.2),
        )[k % 4]
        f.put(
            fittings.house_plant(rng, tall, palette.pick((palette.TERRACOTTA, stuff.PORCELAIN, stuff.WICKER), rng)),
            x + 0.2 * (k // 4),
            z,
        )
    if brief.wants("bookshelf", True):
        wide = min(2.4, room.width * 0.42)
        f.hang(
            furniture.bookshelf(rng, wide, min(high - 0.35, 2.4), colors.wood),
            BACK,
            room.width - wide / 2 - 0.35,
            out=0.16,
        )
    if brief.wants("piano", rng.random() < 0.5):
        f.hang(furniture.piano(), LEFT, 1.0, out=0.33)
        f.hang(fittings.picture(0.6, 0.8, rng, palette.BRASS), LEFT, 0.9, up=1.85)
    else:
        f.hang(furniture.cabinet(1.5, 0.85, 0.42, colors.wood, columns=3), LEFT, 1.05, out=0.22)
        spot = f.hang(
            lamps.table_lamp(f.lit, palette.pick((stuff.PORCELAIN, palette.TERRACOTTA, palette.BRASS), rng)),
            LEFT,
            0.65,
            out=0.22,
            up=0.87,
        )
        if f.lit:
            f.light(spot, (0.0, -0.34, 0.0), warm(4.0), reach=6.0)
        f.hang(fittings.mirror(0.7, 0.9, palette.BRASS), LEFT, 1.2, up=1.75) if brief.wants("mirror", True) else None
        f.hang(fittings.book_pile(rng, 3), LEFT, 1.4, out=0.22, up=0.87)
    for k in range(min(brief.count("picture", 3), 6)):
        w, h = ((0.5, 0.65), (0.75, 0.55), (0.4, 0.5))[k % 3]
        along = (room.length - 1.2 - 0.75 * k) if k < 3 else 0.6 + 0.7 * (k - 3)
        free = all(not (o.left - w / 2 - 0.3 < along < o.right + w / 2 + 0.3) for o in room.openings.get(RIGHT, []))
        if free:
            f.hang(
                fittings.picture(
                    w, h, rng, palette.pick((stuff.WALNUT, stuff.OAK, stuff.BLACK_WOOD, palette.BRASS), rng)
                ),
                RIGHT,
                along,
                up=1.65 + 0.08 * (k % 2),
            )
    if brief.wants("clock", rng.random() < 0.5):
        f.hang(fittings.clock(0.19, colors.wood), AHEAD, room.width / 2, up=2.0)
    if brief.wants("television") and brief.wants("fireplace", True):
        f.hang(furniture.television(1.1, True), AHEAD, room.width / 2, out=0.25)
    extras(f, middle_z)
    pendant_lamp(f, 0.2, middle_z)
    if rustic or rng.random() < 0.25:
        f.place.meshes.append(beams(room, palette.BEAM if rustic else colors.wood, 5, size=0.18))
    return f.finish(mirror=bool(rng.random() < 0.5))


def pendant_lamp(f: Furnisher, x: float, z: float) -> None:
    """A hanging lamp or, in a grand room, a chandelier; unlit rooms keep it dark."""
    ceiling = f.room.height
    grand = f.brief.mood == "epic" or f.brief.size("lamp") > 1 or f.brief.style == "medieval"
    mesh = (
        lamps.chandelier(f.lit, 0.75)
        if grand
        else lamps.globe_lamp(f.lit, 0.62)  # an opaque shade would draw a hard line across every wall
    )
    spot = f.put(mesh, x, z, up=ceiling)
    if f.lit:
        f.light(
            spot, (0.0, 0.62 if not grand else 0.95, 0.0), warm(6.0 if not grand else 13.0), reach=10.0, radius=0.25
        )


def extras(f: Furnisher, middle_z: float) -> None:
    """What a sentence asks for that this room does not have of itself."""
    brief, room, rng = f.brief, f.room, f.rng
    if brief.wants("candle"):
        for k in range(min(brief.count("candle"), 9)):
            spot = f.put(
                lamps.candle(True, rng.uniform(0.1, 0.24)),
                0.05 + 0.11 * (k % 3),
                middle_z - 0.06 + 0.1 * (k // 3),
                up=0.4,
            )
            if k < 2:
                f.light(spot, (0.0, -0.34, 0.0), (1.2, 0.7, 0.25), reach=4.0, radius=0.05)
    if brief.wants("globe"):
        f.put(fittings.globe(), room.left + 0.55, middle_z - 1.5)
    if brief.wants("ladder"):
        f.hang(fittings.ladder(2.2, f.colors.wood), BACK, room.width * 0.7, out=0.35)
    if brief.wants("fruit"):
        f.put(fittings.fruit_bowl(rng), 0.42, middle_z - 0.05, up=0.4)
    if brief.wants("books") and not brief.wants("bookshelf"):
        for k in range(min(brief.count("books"), 8)):
            f.put(
                fittings.book_pile(rng, int(rng.integers(3, 9))),
                -0.9 + 0.35 * (k % 3),
                0.75 + 0.3 * (k // 3),
                yaw=rng.uniform(0, 6),
            )
    if brief.wants("desk"):
        desk(f, RIGHT, room.length - 1.1)
    if brief.wants("bed"):
        f.hang(
            furniture.bed(rng, f.colors.wood, f.colors.second, f.colors.accent, width=1.2),
            BACK,
            room.width * 0.5,
            out=1.15,
        )
    for k in range(min(brief.count("chair"), 4)):
        f.put(furniture.chair(f.colors.wood), -1.6 + 0.7 * k, room.back + 1.6, yaw=rng.uniform(-0.5, 0.5))


def desk(f: Furnisher, wall: int, along: float) -> None:
    """A writing desk with a lamp, papers and a chair."""
    f.hang(furniture.table(1.3, 0.65, 0.75, f.colors.wood, boards=False), wall, along, out=0.36)
    spot = f.hang(lamps.banker_lamp(f.lit), wall, along - 0.4, out=0.35, up=0.75)
    if f.lit:
        f.light(spot, (0.0, -0.26, -0.1), warm(1.8), reach=4.0, radius=0.1)
    f.hang(fittings.book_pile(f.rng, 4), wall, along + 0.45, out=0.4, up=0.75)
    f.hang(fittings.book_pile(f.rng, 1, opened=True), wall, along, out=0.4, up=0.75)
    matrix = f.room.against(wall, along + 0.05, 0.95)
    matrix = matrix @ placement([0, 0, 0], yaw=np.pi + f.rng.uniform(-0.4, 0.4))
    f.place.meshes.append(furniture.chair(f.colors.wood, f.colors.accent).transformed(matrix))


def bedroom(brief: Brief, rng: np.random.Generator) -> Place:
    """A bed against the right wall, a window ahead, a wardrobe and a chest behind, a chair by the window."""
    colors = stuff.scheme(brief, rng)
    big = brief.size("window")
    high = rng.uniform(2.5, 2.8)
    room = Room(
        left=-rng.uniform(1.9, 2.4),
        right=rng.uniform(2.9, 3.4),
        back=-rng.uniform(2.0, 2.5),
        ahead=rng.uniform(3.7, 4.3),
        height=high,
        wall=colors.wall,
        floor=colors.floor,
        ceiling=stuff.CEILING,
        trim=colors.trim,
        mullions=(2, 2),
        walls={RIGHT: colors.strong},
    )
    room.openings = {
        AHEAD: windows(room.width, 2 if brief.count("window", 2) > 1 else 1, 1.25 * big, 0.7, high - 0.4),
        LEFT: windows(room.length, 1, 1.2 * big, 0.7, high - 0.4, start=room.length * 0.45),
        BACK: [Opening(room.width * 0.62, room.width * 0.62 + 0.9, 0.0, 2.08, "door")],
    }
    if not brief.wants("window", True):
        room.openings = {BACK: room.openings[BACK]}
    f = Furnisher(room, brief, rng, colors)
    f.place.sun_azimuth = float(rng.uniform(-0.55, -0.2))
    for wall in (AHEAD, LEFT):
        for hole in room.openings.get(wall, []):
            f.curtains(wall, hole)
    bed_z = 1.95
    along = room.ahead - bed_z
    if brief.wants("bed", True):
        wide = 1.7 * min(max(brief.size("bed"), 0.7), 1.25)
        cover = colors.accent if brief.colour("bed") else palette.pick((colors.second, colors.cloth, stuff.LINEN), rng)
        f.hang(furniture.bed(rng, colors.wood, cover, colors.accent, width=wide), RIGHT, along, out=1.15)
        for s in (-1.0, 1.0):
            f.hang(
                furniture.cabinet(0.46, 0.52, 0.4, colors.wood, columns=1, drawers=2),
                RIGHT,
                along + s * (wide / 2 + 0.36),
                out=0.22,
            )
            spot = f.hang(
                lamps.table_lamp(f.lit, palette.pick((stuff.PORCELAIN, palette.TERRACOTTA), rng)),
                RIGHT,
                along + s * (wide / 2 + 0.36),
                out=0.22,
                up=0.54,
            )
            if f.lit:
                f.light(spot, (0.0, -0.36, -0.02), warm(4.2), reach=7.0)
            f.hang(fittings.book_pile(rng, 2), RIGHT, along + s * (wide / 2 + 0.36) + 0.08, out=0.36, up=0.54)
        f.hang(
            fittings.picture(1.1, 0.7, rng, palette.pick((stuff.OAK, stuff.WALNUT, stuff.BLACK_WOOD), rng)),
            RIGHT,
            along,
            up=1.85,
        )
    if brief.wants("rug", True):
        accent = colors.accent.colors[0]
        f.put(
            textiles.rug(
                2.3,
                3.0,
                palette.shade(accent, 0.85),
                palette.shade(colors.second.colors[0], 0.5),
                colors.second.colors[0],
                rng,
                plain=rng.random() < 0.4,
            ),
            0.35,
            bed_z - 0.1,
            yaw=np.pi / 2,
        )
    if brief.wants("armchair", True):
        f.put(
            furniture.armchair(rng, colors.cloth, colors.accent, colors.wood),
            room.left + 0.75,
            room.ahead - 0.95,
            yaw=-0.7,
        )
    f.hang(furniture.cabinet(1.7, 2.15, 0.6, colors.wood, columns=3), BACK, 1.0, out=0.31)
    f.hang(furniture.cabinet(1.15, 0.85, 0.45, colors.wood, columns=2, drawers=4), LEFT, 0.95, out=0.24)
    if brief.wants("mirror", True):
        f.hang(fittings.mirror(0.6, 0.8, colors.wood), LEFT, 0.95, up=1.45)
    f.hang(fittings.vase(rng), LEFT, 0.6, out=0.24, up=0.87)
    if brief.wants("candle"):
        spot = f.hang(lamps.candle(True), LEFT, 1.25, out=0.24, up=0.87)
        f.light(spot, (0.0, -0.34, 0.0), (1.2, 0.7, 0.25), reach=4.0, radius=0.05)
    for k in range(brief.count("houseplant", 1)):
        f.put(
            fittings.house_plant(rng, 1.2 - 0.2 * k, stuff.WICKER),
            room.left + 0.4 + 0.5 * k,
            room.ahead - 0.42 if k else room.back + 2.0,
        )
    if brief.wants("bookshelf"):
        f.hang(furniture.bookshelf(rng, 0.9, 1.9, colors.wood), BACK, room.width - 0.55, out=0.16)
    if brief.wants("desk"):
        desk(f, AHEAD, room.width / 2)
    if brief.wants("fireplace"):
        f.hang(fittings.fireplace(1.3, palette.BRICK, True, rng, breast=high - 1.25), LEFT, 1.1)
    pendant_lamp(f, 0.3, 1.0)
    f.put(furniture.cushion((0.6, 0.4, 0.6), (0, -0.2, 0), colors.second, soft=0.5), -0.85, 0.9)
    f.put(fittings.basket(rng), room.right - 0.4, room.back + 0.45)
    if brief.style in ("rustic", "medieval") or brief.mood == "cosy":
        f.place.meshes.append(beams(room, palette.BEAM, 4, size=0.16))
    return f.finish(mirror=bool(rng.random() < 0.5))
