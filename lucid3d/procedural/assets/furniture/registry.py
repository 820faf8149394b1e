"""The furniture that there is, one line a thing: how it is made, how large it is, where it stands, what it takes.

A `Piece` says nothing of sentences or rooms. `Order` is what a composer hands to the function that makes it.
"""

# ruff: noqa: E501  (a table: one line a thing)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lucid3d.procedural.assets.furniture import (
    bath,
    bookcases,
    fittings,
    fixtures,
    furniture,
    goods,
    gym,
    hall,
    hangars,
    kitchen,
    lamps,
    learning,
    machines,
    music,
    seats,
    shop,
    stuff,
    textiles,
)
from lucid3d.procedural.assets.furniture.stuff import Scheme
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import Mesh

Stands = Literal["floor", "wall", "corner", "hung", "table", "ceiling", "window", "inside"]
"""Where a thing stands by itself: free on the floor, its back to a wall, in a corner, on a wall, on a top, under the ceiling,
at windows, or only in another thing that holds it."""


@dataclass(frozen=True)
class Order:
    """What is asked of the function that makes a thing.

    Attributes:
        rng: for what is left open.
        width, depth, height: metres; a lamp under the ceiling hangs `height` deep.
        main: the material of what one sees most of it; scheme: the room's materials.
        lit: a lamp or a fire is on.
        ceiling: metres from the foot of the thing to the ceiling.
        colour, stuff: that the sentence gives to it, for things that are made as they are outdoors.
        dress: how someone is dressed (see `figures.people`), "" = as usual.
        sill, head: of a window's things, heights of the window's lower and upper edge above the floor.
    """

    rng: np.random.Generator
    width: float
    depth: float
    height: float
    main: Material
    scheme: Scheme
    lit: bool = False
    ceiling: float = 2.7
    sill: float = 0.8
    head: float = 2.2
    colour: str = ""
    stuff: str = ""
    dress: str = ""


@dataclass(frozen=True)
class Light:
    """A lamp's light: where it is in the thing's own frame (for lamps that hang, `y` is added to its drop), its strength as in
    `kit.place.Lamp`, how far it reaches, and its radius in metres."""

    y: float
    strength: float
    z: float = 0.0
    reach: float = 6.0
    radius: float = 0.2
    color: RGB = (1.0, 0.68, 0.36)


@dataclass(frozen=True)
class Top:
    """What things can be put on: its height in metres (None: the thing's highest point), how far from the edges they stay, and from
    where to where in depth (own frame) there is room."""

    height: float | None = None
    inset: float = 0.07
    depth: tuple[float, float] | None = None


@dataclass(frozen=True)
class Piece:
    """One kind of furniture.

    Attributes:
        make: what makes it; its own frame is y-down, on the floor (hung: against the wall) at its origin, its back to +z.
        size: usual width, depth and height in metres, handed to `make`; the footprint is measured on what was made.
        stands: where it stands by itself.
        main: the role in the room's `Scheme`, or materials by name, of its main part: what a colour or material changes.
        feature: the word of the catalogue that a wish for it uses ("table" for a coffee table); its own name by default.
        label: in the ground truth.
        light: if it is a lamp or a fire; always: it burns whenever it is asked for.
        top: if things can be put on it.
        hang: height and distance from its back in metres at which a picture above it hangs, where that is not the wall.
        stretch: widths it can be made in, where it can fill a wall.
        body: share of its bounds that is in the way (a plant's leaves are not).
        round: whether that is a circle.
        wall_height: metres up to which it hides the wall behind it, where that is not all of it (a tap before a window).
        tuck: metres of it that go under a table's top.
        up: height at which it hangs by itself.
        on, before: what belongs to it when a sentence adds it.
        holds: what always lies in it, another piece that is made by the same order and at the same spot.
    """

    make: Callable[[Order], Mesh]
    size: tuple[float, float, float] = (0.5, 0.5, 0.5)
    stands: Stands = "floor"
    main: str | tuple[str, ...] = "wood"
    feature: str = ""
    label: str = "furniture"
    light: Light | None = None
    always: bool = False
    top: Top | None = None
    hang: tuple[float, float] | None = None
    stretch: tuple[float, float] | None = None
    body: float = 1.0
    round: bool = False
    wall_height: float | None = None
    tuck: float = 0.0
    up: float = 1.6
    on: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    holds: str = ""


_FLAME = Light(-0.3, 1.5, reach=4.0, radius=0.05, color=(1.0, 0.58, 0.21))
_POTS = ("terracotta", "porcelain", "wicker")
_FRAMES = ("walnut", "oak", "black wood", "brass")
_SHADES = ("#2f3a36", "#8a3b2a", "#b08d3f")

_SEATS: dict[str, Piece] = {
    "sofa": Piece(lambda o: furniture.sofa(o.rng, o.main, o.scheme.accent, o.scheme.wood, seats=max(2, round((o.width - 0.3) / 0.66))), (2.3, 0.95, 0.95), main="cloth"),
    "armchair": Piece(lambda o: furniture.armchair(o.rng, o.main, stuff.LINEN, o.scheme.wood), (0.9, 0.9, 1.2), main="accent"),
    "chair": Piece(lambda o: furniture.chair(o.main, o.scheme.accent), (0.48, 0.5, 0.95), tuck=0.16),
    "plain_chair": Piece(lambda o: furniture.chair(o.main), (0.48, 0.5, 0.95), feature="chair", tuck=0.16),
    "stool": Piece(lambda o: shop.stool(o.height, o.main), (0.36, 0.36, 0.72), tuck=0.12, round=True),
    "bench": Piece(lambda o: shop.bench(o.width, o.main, o.scheme.accent), (1.6, 0.5, 0.9), "wall", stretch=(1.0, 6.0)),
    "pouf": Piece(lambda o: furniture.cushion((o.width, o.height, o.depth), (0, -o.height / 2, 0), o.main, soft=0.5), (0.6, 0.6, 0.4), main="second", round=True),
    "bed": Piece(lambda o: furniture.bed(o.rng, o.scheme.wood, o.main, o.scheme.accent, width=o.width), (1.7, 2.2, 1.2), "wall", main="second"),
    "hospital_bed": Piece(lambda o: shop.hospital_bed(o.rng, o.main), (0.9, 2.1, 1.0), "wall", main="linen", feature="bed"),
}  # fmt: skip
_TABLES: dict[str, Piece] = {
    "table": Piece(lambda o: furniture.table(o.width, o.depth, o.height, o.main), (1.7, 0.9, 0.75), top=Top()),
    "round_table": Piece(lambda o: furniture.table(o.width, o.width, o.height, o.main, round_top=True), (0.8, 0.8, 0.75), feature="table", top=Top(inset=0.13), round=True),
    "coffee_table": Piece(lambda o: furniture.table(o.width, o.depth, o.height, o.main), (1.1, 0.62, 0.4), feature="table", top=Top()),
    "side_table": Piece(lambda o: furniture.table(o.width, o.width, o.height, o.main, round_top=True), (0.5, 0.5, 0.55), feature="table", top=Top(), round=True),
    "desk": Piece(lambda o: furniture.table(o.width, o.depth, o.height, o.main, boards=False), (1.3, 0.65, 0.75), "wall", top=Top(), on=("banker_lamp", "books", "open_book"), before=("chair",)),
    "school_desk": Piece(lambda o: furniture.table(o.width, o.depth, o.height, o.main, boards=False), (1.2, 0.5, 0.72), feature="desk", main="pine", top=Top()),
    "counter": Piece(lambda o: shop.counter(o.width, o.main, o.scheme.top), (3.0, 0.7, 1.08), "wall", top=Top(), stretch=(1.6, 6.0)),
}  # fmt: skip
_CASES: dict[str, Piece] = {
    "bookshelf": Piece(lambda o: bookcases.bookshelf(o.rng, o.width, min(o.height, o.ceiling - 0.1), o.main, depth=o.depth), (1.6, 0.3, 2.1), "wall", stretch=(0.6, 2.4)),
    "book_wall": Piece(lambda o: bookcases.book_wall(o.rng, o.width, o.height, o.main), (3.0, 0.47, 3.6), "wall", feature="bookshelf", stretch=(0.8, 9.0)),
    "cabinet": Piece(lambda o: furniture.cabinet(o.width, o.height, o.depth, o.main, columns=max(1, round(o.width / 0.5))), (1.5, 0.42, 0.85), "wall", top=Top(inset=0.12)),
    "wardrobe": Piece(lambda o: furniture.cabinet(o.width, o.height, o.depth, o.main, columns=max(2, round(o.width / 0.57))), (1.7, 0.6, 2.15), "wall"),
    "chest": Piece(lambda o: furniture.cabinet(o.width, o.height, o.depth, o.main, columns=2, drawers=4), (1.15, 0.45, 0.85), "wall", top=Top(inset=0.12)),
    "nightstand": Piece(lambda o: furniture.cabinet(o.width, o.height, o.depth, o.main, columns=1, drawers=2), (0.46, 0.4, 0.52), "wall", top=Top()),
    "kitchen_units": Piece(lambda o: kitchen.units(o.width, o.main, o.scheme.top, o.rng), (2.0, 0.68, 0.94), "wall", top=Top(0.943, 0.15, (-0.5, -0.1)), stretch=(0.35, 9.0)),
    "sink": Piece(lambda o: kitchen.sink_unit(o.width, o.main, o.scheme.top, o.rng), (1.1, 0.64, 1.2), "wall", wall_height=0.94),
    "stove": Piece(lambda o: kitchen.stove(o.lit, o.ceiling), (0.9, 0.66, 2.4), "wall", top=Top(0.975, 0.2, (-0.5, -0.12))),
    "fridge": Piece(lambda o: kitchen.fridge(o.main), (0.66, 0.7, 1.8), "wall", main=("porcelain", "porcelain", "#8a3b2a")),
    "crockery_shelf": Piece(lambda o: kitchen.crockery_shelf(o.width, o.main, o.rng, boards=max(1, round(o.height / 0.38))), (1.2, 0.25, 0.76), "hung", feature="shelf", up=1.5, stretch=(0.6, 2.4)),
    "pastry_case": Piece(lambda o: shop.pastry_case(o.rng, o.width, o.main, o.scheme.top), (1.2, 0.7, 1.3), "wall"),
    "basket": Piece(lambda o: fittings.basket(o.rng), (0.5, 0.5, 0.45), "corner", round=True),
}  # fmt: skip
_LIGHTS: dict[str, Piece] = {
    "lamp": Piece(lambda o: lamps.floor_lamp(o.lit), (0.46, 0.46, 1.65), "corner", label="lamp", light=Light(-1.2, 9.0, reach=9.0), round=True),
    "table_lamp": Piece(lambda o: lamps.table_lamp(o.lit, o.main), (0.34, 0.34, 0.5), "table", main=("porcelain", "terracotta", "brass"), feature="lamp", label="lamp", light=Light(-0.35, 4.0)),
    "banker_lamp": Piece(lambda o: lamps.banker_lamp(o.lit), (0.32, 0.24, 0.4), "table", feature="lamp", label="lamp", light=Light(-0.26, 1.9, reach=4.5, radius=0.1)),
    "globe_lamp": Piece(lambda o: lamps.globe_lamp(o.lit, o.height), (0.3, 0.3, 0.62), "ceiling", feature="lamp", label="lamp", light=Light(0.0, 6.0, reach=10.0, radius=0.25)),
    "pendant_lamp": Piece(lambda o: lamps.pendant(o.lit, o.height, _SHADES[int(o.rng.integers(3))]), (0.44, 0.44, 0.9), "ceiling", feature="lamp", label="lamp", light=Light(0.03, 5.0, reach=8.0, radius=lamps.PENDANT_CLEAR)),
    "chandelier": Piece(lambda o: lamps.chandelier(o.lit, o.height), (1.3, 1.3, 1.0), "ceiling", feature="lamp", label="lamp", light=Light(0.25, 9.0, reach=12.0, radius=lamps.CHANDELIER_CLEAR)),
    "strip_light": Piece(lambda o: shop.strip_light(o.width, o.lit), (1.3, 0.2, 0.1), "ceiling", feature="lamp", label="lamp", light=Light(0.12, 7.0, reach=9.0, radius=0.4, color=(0.9, 0.95, 1.0))),
    "candle": Piece(lambda o: lamps.candle(o.lit, o.rng.uniform(0.14, 0.26)), (0.12, 0.12, 0.3), "table", label="lamp", light=_FLAME, always=True, round=True),
    "fireplace": Piece(lambda o: fittings.fireplace(o.width, o.main, o.lit, o.rng, breast=max(o.ceiling - 1.25, 0.0)), (1.7, 0.97, 2.7), "wall", main=("brick", "rubble", "limestone"), label="wall", light=Light(-0.4, 7.0, -0.75, 7.0, 0.3, (1.0, 0.39, 0.1)), always=True, top=Top(1.245, 0.05, (-0.62, -0.42)), hang=(1.85, 0.385)),
}  # fmt: skip
_SMALL: dict[str, Piece] = {
    "books": Piece(lambda o: fittings.book_pile(o.rng, int(o.rng.integers(2, 6))), (0.26, 0.3, 0.15), "table", label="book"),
    "pile": Piece(lambda o: fittings.book_pile(o.rng, int(o.rng.integers(4, 10))), (0.28, 0.3, 0.3), feature="books", label="book"),
    "open_book": Piece(lambda o: fittings.book_pile(o.rng, 1, opened=True), (0.4, 0.3, 0.08), "table", feature="books", label="book"),
    "cup": Piece(lambda o: fittings.cup(o.main), (0.15, 0.15, 0.08), "table", main="porcelain", label="object", round=True),
    "teapot": Piece(lambda o: fittings.teapot(o.main), (0.35, 0.2, 0.22), "table", main=("porcelain", "terracotta", "copper green"), label="object", round=True),
    "fruit": Piece(lambda o: fittings.fruit_bowl(o.rng), (0.33, 0.33, 0.2), "table", label="object", round=True),
    "vase": Piece(lambda o: fittings.vase(o.rng, o.main), (0.2, 0.2, 0.5), "table", main="porcelain", label="plant", round=True),
    "small_plant": Piece(lambda o: fittings.house_plant(o.rng, o.height, o.main), (0.26, 0.26, 0.38), "table", main=_POTS, feature="houseplant", label="plant", body=0.8, round=True),
    "houseplant": Piece(lambda o: fittings.house_plant(o.rng, o.height, o.main), (0.7, 0.7, 1.25), "corner", main=_POTS, label="plant", body=0.55, round=True),
    "chopping_board": Piece(lambda o: kitchen.chopping_board(), (0.26, 0.04, 0.4), "table", label="object"),
    "bottles": Piece(lambda o: kitchen.bottles(o.rng), (0.5, 0.12, 0.3), "table", label="object"),
    "espresso_machine": Piece(lambda o: shop.espresso_machine(), (0.75, 0.5, 0.5), "table", label="machine"),
    "till": Piece(lambda o: shop.till(), (0.4, 0.36, 0.35), "table", label="machine"),
    "computer": Piece(lambda o: shop.computer(o.lit), (0.56, 0.4, 0.5), "table", label="machine"),
    "globe": Piece(lambda o: fittings.globe(), (0.68, 0.68, 1.15), round=True),
    "statue": Piece(lambda o: fittings.bust(o.main), (0.4, 0.4, 1.6), "corner", main="weathered marble", label="statue"),
    "ladder": Piece(lambda o: fittings.ladder(min(o.height, o.ceiling - 0.2), o.main), (0.5, 0.6, 2.4), "wall"),
    "piano": Piece(lambda o: furniture.piano(o.main), (1.56, 1.3, 1.27), "wall", main="black wood", top=Top(1.275, 0.15, (0.0, 0.28))),
    "television": Piece(lambda o: furniture.television(o.width, o.lit), (1.3, 0.45, 1.35), "wall", label="furniture"),
    "bathtub": Piece(lambda o: bath.bathtub(o.width, o.depth, o.main), (1.75, 0.8, 0.6), "wall", main="porcelain"),
    "washbasin": Piece(lambda o: bath.washbasin(o.width, o.main), (0.7, 0.5, 0.95), "wall", main="porcelain", feature="sink", wall_height=0.9),
    "toilet": Piece(lambda o: bath.toilet(o.main), (0.45, 0.7, 0.85), "wall", main="porcelain"),
}  # fmt: skip
_ON_WALLS: dict[str, Piece] = {
    "picture": Piece(lambda o: fittings.picture(o.width, o.height, o.rng, o.main), (0.75, 0.05, 0.6), "hung", main=_FRAMES, up=1.65),
    "mirror": Piece(lambda o: fittings.mirror(o.width, o.height, o.main), (0.65, 0.05, 0.85), "hung", main=("brass", "oak", "walnut"), up=1.6),
    "clock": Piece(lambda o: fittings.clock(o.width / 2, o.main), (0.38, 0.06, 0.38), "hung", up=2.0),
    "pans": Piece(lambda o: kitchen.pans(o.width, o.rng), (1.0, 0.1, 0.5), "hung", up=1.95, label="object"),
    "blackboard": Piece(lambda o: shop.blackboard(o.rng, o.width, o.height, o.main), (3.0, 0.08, 1.2), "hung", up=1.5, stretch=(1.2, 4.0)),
    "menu_board": Piece(lambda o: shop.blackboard(o.rng, o.width, o.height, o.main, menu=True), (1.5, 0.06, 0.9), "hung", feature="blackboard", up=1.95),
    "towels": Piece(lambda o: bath.towels(o.rng, o.main), (0.6, 0.1, 0.6), "hung", main="accent", label="fabric", up=1.35),
}  # fmt: skip
_CLOTH: dict[str, Piece] = {
    "rug": Piece(lambda o: textiles.rug(o.width, o.depth, o.main.colors[0], palette.shade(o.scheme.second.colors[0], 0.45), palette.shade(o.scheme.second.colors[0], 0.95), o.rng), (2.6, 3.1, 0.02), main="accent", label="fabric"),
    "plain_rug": Piece(lambda o: textiles.rug(o.width, o.depth, palette.shade(o.main.colors[0], 0.85), o.main.colors[0], o.main.colors[0], o.rng, plain=True), (2.2, 2.8, 0.02), main="accent", feature="rug", label="fabric"),
    "curtain": Piece(lambda o: textiles.curtains(o.width, o.head, o.ceiling, o.main, o.rng), stands="window", main="second", label="fabric"),
    "short_curtain": Piece(lambda o: textiles.short_curtain(o.width, o.head, o.main, o.rng), stands="window", main="accent", feature="curtain", label="fabric"),
}  # fmt: skip

_MORE_SEATS: dict[str, Piece] = {
    "office_chair": Piece(lambda o: seats.office_chair(o.main), (0.66, 0.66, 1.15), main=("black leather", "#3b4a5a", "#5a5d60"), feature="chair", tuck=0.2),
    "seat": Piece(lambda o: seats.theatre_seat(o.main, 1), (0.62, 0.6, 1.1), main=("#7a1f1c", "#2d3b56")),
    "seat_row": Piece(lambda o: seats.theatre_seat(o.main, max(1, round((o.width - 0.06) / 0.56))), (2.3, 0.6, 1.1), main=("#7a1f1c", "#2d3b56"), feature="seat"),
    "train_seat": Piece(lambda o: seats.train_seat(o.main), (1.12, 0.6, 1.3), "wall", main=("leather", "#2f4a5c", "#5b3a2e"), feature="seat", wall_height=0.75),
    "pilot_seat": Piece(lambda o: seats.pilot_seat(o.main), (0.7, 0.7, 1.55), main="black leather", feature="seat"),
    "barber_chair": Piece(lambda o: seats.barber_chair(o.main), (0.76, 0.95, 1.45), main=("leather", "black leather"), feature="chair"),
    "rocking_chair": Piece(lambda o: seats.rocking_chair(o.main, o.scheme.accent), (0.66, 1.15, 1.25)),
    "wheelchair": Piece(lambda o: seats.wheelchair(o.main), (0.72, 1.05, 1.0), main="black leather"),
    "cushion": Piece(lambda o: seats.floor_cushion(o.main), (0.56, 0.56, 0.1), main="accent", tuck=0.12),
    "sauna_bench": Piece(lambda o: seats.sauna_bench(o.width, o.main), (2.6, 1.25, 1.0), "wall", main="pine", feature="bench", stretch=(1.0, 5.0)),
    "pew": Piece(lambda o: hall.pew(o.width, o.main), (2.6, 0.62, 1.06), main=("walnut", "oak"), stretch=(1.2, 5.0)),
    "throne": Piece(lambda o: hall.throne(o.rng, o.main, o.scheme.accent), (1.9, 1.9, 2.6), main=("gold",), top=None),
}  # fmt: skip
_HALLS: dict[str, Piece] = {
    "altar": Piece(lambda o: hall.altar(o.width, o.main, o.scheme.accent), (2.2, 1.0, 2.0), "wall", main="limestone", top=Top(1.23, 0.3, (-0.3, 0.0))),
    "armour": Piece(lambda o: hall.armour(o.main), (0.62, 0.6, 1.9), "wall", main="steel", label="statue"),
    "coffin": Piece(lambda o: hall.coffin(o.main), (0.95, 2.15, 0.9), main=("granite", "limestone")),
    "trunk": Piece(lambda o: hall.chest(o.width, o.main), (0.95, 0.56, 0.62), "wall", main=("walnut", "oak", "old wood")),
    "treasure": Piece(lambda o: hall.chest(o.width, o.main, gold=True), (0.95, 0.75, 0.95), "wall", main=("walnut", "old wood"), feature="trunk"),
    "straw_bed": Piece(lambda o: hall.straw_bed(o.rng), (0.9, 2.1, 0.6), "wall", feature="bed"),
    "stage": Piece(lambda o: fixtures.stage(o.width, o.depth, o.main, o.ceiling), (4.2, 2.4, 0.75), "wall", main=("walnut", "dark floor"), top=Top(None, 0.5), stretch=(2.0, 9.0)),
    "display_case": Piece(lambda o: learning.display_case(o.rng, o.width, o.main), (1.3, 0.62, 1.6), main=("walnut", "black wood")),
    "skeleton": Piece(lambda o: learning.dinosaur(o.rng, o.depth), (2.2, 6.0, 3.2), label="statue", body=0.8),
    "aeroplane": Piece(lambda o: hangars.light_aircraft(o.rng, o.depth, o.main), (11.0, 9.0, 3.3), main=("aircraft white",), label="vehicle"),
    "train": Piece(lambda o: hangars.railway_carriage(o.rng, o.width, o.main, lit=o.lit), (18.0, 2.9, 3.6), main=("coach red", "coach green", "coach blue"), label="vehicle"),
    "plant_bed": Piece(lambda o: fixtures.plant_bed(o.rng, o.width, o.depth), (3.0, 0.9, 1.7), feature="houseplant", label="plant", body=0.9),
    "low_table": Piece(lambda o: fixtures.low_table(o.width, o.depth, o.height, o.main), (1.3, 0.8, 0.36), feature="table", main=("walnut", "pine"), top=Top()),
    "planting_bench": Piece(lambda o: fixtures.planting_bench(o.rng, o.width, o.main), (2.6, 0.85, 0.8), "wall", main="grey wood", feature="table", top=Top(), stretch=(1.2, 6.0)),
    "christmas_tree": Piece(lambda o: fixtures.potted_christmas_tree(o.rng, o.height, o.lit), (1.5, 1.5, 2.2), "corner", label="tree", always=True, round=True, body=0.9, light=Light(-1.2, 1.6, -0.6, 4.0, 0.3)),
    "pool": Piece(lambda o: bath.pool(o.width, o.depth, o.main), (5.0, 10.0, 0.35), main="blue tiles", label="water"),
}  # fmt: skip
_TRADE: dict[str, Piece] = {
    "shelf": Piece(lambda o: goods.open_shelf(o.width, min(o.height, o.ceiling - 0.1), o.depth, o.main), (1.4, 0.4, 1.9), "wall", stretch=(0.8, 3.0), holds="jars"),
    "jars": Piece(lambda o: goods.jars(o.rng, o.width, min(o.height, o.ceiling - 0.1)), (1.4, 0.4, 1.9), "inside", feature="goods", label="object"),
    "goods_shelf": Piece(lambda o: goods.goods_shelf(o.width, o.height, o.main), (2.4, 0.45, 2.0), "wall", main=("white paint", "#8f9498"), feature="shelf", stretch=(1.0, 8.0), holds="shelf_goods"),
    "shelf_goods": Piece(lambda o: goods.goods(o.rng, o.width, o.height), (2.4, 0.45, 2.0), "inside", feature="goods", label="object"),
    "goods": Piece(lambda o: goods.basket_of_goods(o.rng), (0.5, 0.36, 0.36), "table", label="object"),
    "gondola": Piece(lambda o: goods.goods_shelf(o.width, o.height, o.main, both=True), (4.0, 0.9, 1.8), main=("white paint", "#8f9498"), feature="shelf", holds="gondola_goods"),
    "gondola_goods": Piece(lambda o: goods.goods(o.rng, o.width, o.height, both=True), (4.0, 0.9, 1.8), "inside", feature="goods", label="object"),
    "freezer": Piece(lambda o: goods.freezer(o.rng, o.width), (2.4, 0.7, 2.05), "wall", feature="fridge", stretch=(1.2, 6.0)),
    "checkout": Piece(lambda o: goods.checkout(o.width, o.main), (2.0, 0.7, 1.3), main=("#4a6b5a", "#6b4a3b"), feature="counter"),
    "bottle_shelf": Piece(lambda o: goods.bottle_shelf(o.width, o.height, o.main), (2.4, 0.26, 1.2), "hung", feature="shelf", up=1.75, stretch=(0.8, 4.0), holds="bar_bottles"),
    "bar_bottles": Piece(lambda o: goods.bar_bottles(o.rng, o.width, o.height), (2.4, 0.26, 1.2), "inside", feature="bottle", label="object"),
    "bread_shelf": Piece(lambda o: goods.bread_shelf(o.width, o.height, o.main), (1.5, 0.46, 1.9), "wall", main=("oak", "pine"), feature="shelf", stretch=(0.8, 3.0), holds="breads"),
    "breads": Piece(lambda o: goods.breads(o.rng, o.width, o.height), (1.5, 0.46, 1.9), "inside", feature="bread", label="object"),
    "bread": Piece(lambda o: goods.bread_basket(o.rng), (0.42, 0.42, 0.2), "table", label="object", round=True),
    "clothes": Piece(lambda o: goods.clothes_rail(o.rng, o.width), (1.6, 0.5, 1.5), "wall", label="fabric", stretch=(0.8, 3.0)),
    "workbench": Piece(lambda o: machines.workbench(o.rng, o.width, o.main), (2.2, 0.75, 1.1), "wall", main=("old wood", "pine"), feature="workbench", wall_height=0.95, top=Top(0.92, 0.2), stretch=(1.2, 5.0)),
    "tool": Piece(lambda o: machines.tool_wall(o.rng, o.width, o.height, o.main), (1.8, 0.1, 1.0), "hung", main=("pine", "old wood"), label="object", up=1.65, stretch=(0.8, 4.0)),
    "anvil": Piece(lambda o: machines.anvil(palette.LOGS), (0.85, 0.55, 0.9), label="machine"),
    "gear": Piece(lambda o: machines.gears(o.rng, o.width, o.main), (1.5, 0.15, 1.2), "hung", main=("brass", "copper"), label="machine", up=2.0),
    "tyre": Piece(lambda o: machines.tyres(o.rng), (0.68, 0.68, 0.8), "corner", label="object", round=True),
    "washing_machine": Piece(lambda o: machines.washing_machine(o.main), (0.62, 0.62, 0.88), "wall", main="porcelain", label="machine", top=Top(None, 0.1)),
    "machine": Piece(lambda o: machines.lathe_machine(o.rng, o.width, o.main), (2.4, 0.8, 1.45), main=("#5d7468", "#6b7f86", "#7a7f6a"), label="machine"),
    "press": Piece(lambda o: machines.press(o.rng, o.main), (1.9, 1.4, 3.3), main=("#5d7468", "#6b7f86", "#8a7a4a"), feature="machine", label="machine"),
    "conveyor": Piece(lambda o: machines.conveyor(o.rng, o.width, o.main), (6.0, 0.8, 1.3), main=("#8a7a2e", "#5d7468"), label="machine"),
    "pipe": Piece(lambda o: machines.pipes(o.rng, o.width, o.height), (4.0, 0.4, 1.6), "hung", label="machine", up=2.6, stretch=(1.5, 9.0)),
    "treadmill": Piece(lambda o: gym.treadmill(), (0.9, 1.8, 1.55), label="machine"),
    "weights": Piece(lambda o: gym.dumbbells(o.rng, o.width), (2.0, 0.6, 1.0), "wall", label="object", wall_height=1.0, stretch=(1.0, 4.0)),
    "weight_bench": Piece(lambda o: gym.weight_bench(o.main), (2.1, 1.3, 1.2), main="black leather", feature="weights", body=0.9),
}  # fmt: skip
_MUSIC: dict[str, Piece] = {
    "grand_piano": Piece(lambda o: music.grand_piano(o.main), (1.55, 2.9, 1.7), main="black wood"),
    "guitar": Piece(lambda o: music.guitar(o.main), (0.42, 0.46, 1.1), "corner", main=("walnut", "#7a3f1e"), label="object"),
    "cello": Piece(lambda o: music.cello(o.main), (0.5, 0.5, 1.5), "corner", main=("#6b3419", "walnut"), label="object"),
    "harp": Piece(lambda o: music.harp(o.main), (0.9, 0.45, 1.8), "corner", main=("brass", "walnut"), label="object"),
    "drums": Piece(lambda o: music.drums(o.main), (2.0, 1.5, 1.25), main=("#8a2a22", "#2b3f5c", "#26282b"), label="object", body=0.9),
    "saxophone": Piece(lambda o: music.saxophone(), (0.55, 0.55, 1.12), label="object"),
    "music_stand": Piece(lambda o: music.music_stand(), (0.52, 0.5, 1.4), label="object", body=0.8),
    "microphone": Piece(lambda o: fixtures.microphone(), (0.3, 0.3, 1.65), label="object"),
}  # fmt: skip
_LEARNING: dict[str, Piece] = {
    "microscope": Piece(lambda o: learning.microscope(), (0.22, 0.28, 0.46), "table", label="machine"),
    "flasks": Piece(lambda o: learning.flasks(o.rng), (0.72, 0.2, 0.28), "table", feature="bottle", label="object"),
    "bottle": Piece(lambda o: learning.big_bottle(o.main), (0.09, 0.09, 0.32), "table", main=("#2d4a2c", "#4a2f17"), label="object", round=True),
    "glass": Piece(lambda o: learning.wine_glass(), (0.08, 0.08, 0.19), "table", label="object", round=True),
    "map": Piece(lambda o: learning.easel_map(o.width, o.height, o.rng), (1.6, 0.06, 1.1), "hung", feature="picture", up=1.75),
    "scroll": Piece(lambda o: fixtures.scroll(o.width, o.height, o.rng), (0.5, 0.05, 1.3), "hung", feature="picture", up=1.5),
    "drip_stand": Piece(lambda o: learning.drip_stand(), (0.52, 0.52, 1.9), label="machine", body=0.7, round=True),
    "ward_screen": Piece(lambda o: learning.screen_curtain(o.width, o.main), (1.8, 0.35, 1.75), main=("#9fb8ad", "#b5c2c4"), feature="ward_screen", label="fabric"),
    "toy": Piece(lambda o: learning.toys(o.rng), (0.36, 0.5, 0.4), main="accent", label="object", body=0.9),
    "crib": Piece(lambda o: learning.crib(o.main, o.scheme.accent), (0.78, 1.4, 1.05), "wall", main=("white paint", "pine")),
    "terrarium": Piece(lambda o: learning.globe_terrarium(o.rng), (0.62, 0.36, 0.42), "table", label="plant"),
}  # fmt: skip
_FIXTURES: dict[str, Piece] = {
    "door": Piece(lambda o: fixtures.wall_door(o.width, o.height, o.main, o.scheme.trim), (0.95, 0.1, 2.1), "hung", main=("oak", "walnut", "white paint"), label="door", up=0.0),
    "saloon_doors": Piece(lambda o: fixtures.saloon_doors(o.width, o.height, o.main), (1.3, 0.4, 2.3), "hung", main=("walnut", "oak"), feature="door", label="door", up=0.0),
    "paper_doors": Piece(lambda o: fixtures.paper_doors(o.width, o.height, o.main), (3.6, 0.14, 1.95), "hung", main=("pine", "walnut"), feature="door", label="door", up=0.0, stretch=(1.6, 7.0)),
    "iron_door": Piece(lambda o: hall.barred_door(o.width, o.height), (1.1, 0.1, 2.1), "hung", main="iron", feature="door", label="door", up=1.06),
    "chain": Piece(lambda o: hall.chains(o.rng), (0.75, 0.1, 0.7), "hung", label="object", up=1.75),
    "banner": Piece(lambda o: hall.banner(o.rng, o.width, o.height, o.main), (0.95, 0.15, 2.4), "hung", main="accent", label="fabric", up=2.3),
    "screen": Piece(lambda o: fixtures.big_screen(o.width, o.height, o.lit), (5.0, 0.1, 2.4), "hung", feature="television", label="furniture", up=2.4, light=Light(0.0, 5.0, -1.2, 10.0, 0.8, (0.9, 0.8, 0.9)), stretch=(2.0, 9.0)),
    "stage_curtain": Piece(lambda o: fixtures.stage_curtains(o.width, o.height, o.main, o.rng), (5.0, 0.5, 3.6), "hung", main=("#7a1f1c",), feature="curtain", label="fabric", up=0.0, stretch=(2.0, 9.0)),
    "garland": Piece(lambda o: fixtures.garland(o.rng, o.width, o.lit), (2.2, 0.16, 0.4), "hung", label="plant", up=2.25, always=True),
}  # fmt: skip
_MORE_LIGHTS: dict[str, Piece] = {
    "torch": Piece(lambda o: hall.bracket_torch(o.lit), (0.12, 0.25, 0.8), "hung", label="lamp", up=1.75, always=True, light=Light(-0.32, 5.0, -0.28, 7.0, 0.22, (1.0, 0.5, 0.17))),
    "sconce": Piece(lambda o: hall.sconce(o.lit), (0.24, 0.28, 0.3), "hung", main="brass", feature="lamp", label="lamp", up=1.85, light=Light(-0.08, 3.4, -0.2, 6.0, 0.2)),
    "candle_stand": Piece(lambda o: hall.candle_stand(o.lit, o.height), (0.7, 0.4, 1.6), feature="candle", label="lamp", light=Light(-1.5, 2.6, 0.0, 6.0, 0.2, (1.0, 0.6, 0.25)), always=True, body=0.7),
    "spotlight": Piece(lambda o: fixtures.spotlight(o.lit, o.height), (0.4, 0.4, 0.7), "ceiling", feature="lamp", label="lamp", light=Light(0.1, 9.0, 0.0, 10.0, 0.3, (1.0, 0.92, 0.75))),
    "paper_lantern": Piece(lambda o: fixtures.paper_lantern(o.lit, o.height, o.main), (0.4, 0.4, 0.7), "ceiling", main=("#d8c9a0",), feature="lamp", label="lamp", light=Light(0.0, 4.0, 0.0, 7.0, 0.24)),
}  # fmt: skip

FURNITURE: dict[str, Piece] = {
    name: piece if piece.feature else Piece(**{**vars(piece), "feature": name})
    for table in (
        _SEATS,
        _TABLES,
        _CASES,
        _LIGHTS,
        _SMALL,
        _ON_WALLS,
        _CLOTH,
        _MORE_SEATS,
        _HALLS,
        _TRADE,
        _MUSIC,
        _LEARNING,
        _FIXTURES,
        _MORE_LIGHTS,
    )
    for name, piece in table.items()
}
"""Thing -> how it is made and where it stands."""
