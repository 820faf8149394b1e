"""What a laid-out place is made of, as checked data: floors, basins, walls, rows of buildings, things in their places.

A record holds it under the key `yard`, or, with a street through it, under `settlement`:

    yard:
      floor:
        - {material: cobbles, rect: [-16, -12, 16, 26]}
      walls:
        - {line: [[-16, 26], [16, 26]], height: 6, material: rubble, top: battlements}
      put:
        - {thing: well, at: [[3, 9]]}
        - {thing: stall, row: [[-8, 14], [8, 14]], count: 4, face: start}
      grow:
        - grass: {kind: meadow, height: 0.2}

Metres; x to the right of the start, z ahead of it. What the sentence says of a thing (refused, how many, colour,
material) is decided where the thing is put (`putting`), never here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from lucid3d.errors import InputError
from lucid3d.procedural.catalogue.checked import checked, suggestion
from lucid3d.procedural.catalogue.records import STRICT, Function
from lucid3d.procedural.compose.land.recipe import LAYERS, Layer, Pair
from lucid3d.procedural.compose.yard.surfaces import SURFACES

Rect = tuple[float, float, float, float]
"""x and z of one corner, then of the other."""
Disc = tuple[float, float, float]
"""x, z and radius."""
Face = Literal["", "start", "in", "out", "along", "across", "ahead"]


@dataclass(frozen=True, config=STRICT)
class Area:
    """A piece of ground: a rectangle or a disc."""

    rect: Rect | None = None
    disc: Disc | None = None

    def __post_init__(self) -> None:
        if (self.rect is None) == (self.disc is None):
            raise ValueError("either 'rect' or 'disc' is wanted here")


@dataclass(frozen=True, config=STRICT)
class Floor(Area):
    """Ground that is paved, boarded or raked.

    Attributes:
        material: a name of `surfaces.SURFACES`; up: metres above the ground about it.
        turn: the pattern's rows run along z, not along x.
        edge: the material of a kerb around it, "" = none; edge_width, edge_height in metres.
        label: its semantic label.
    """

    material: str = "flagstones"
    up: float = 0.03
    turn: bool = False
    edge: str = ""
    edge_width: float = 0.2
    edge_height: float = 0.1
    label: str = "path"


@dataclass(frozen=True, config=STRICT)
class Basin(Area):
    """Ground that lies `depth` metres lower, behind walls: pools, moats, a harbour. The yard's water stands in it.

    Attributes:
        wall: the material of its walls, "" = none; coping: of the rim, `rim` metres wide.
        word: left out where this feature is refused.
        thing: what it is, in the catalogue's word ("pool"); "" = nothing that one would ask for.
    """

    depth: float = 1.4
    wall: str = "rubble"
    coping: str = "granite"
    rim: float = 0.4
    word: str = ""
    thing: str = ""


@dataclass(frozen=True, config=STRICT)
class Wall:
    """A wall along a line of corners.

    Attributes:
        top: what it ends in; gate: (metres along it, width) of an arched opening.
        word: the feature whose colour and material it takes, and by which it is refused; "" = none.
    """

    line: tuple[Pair, ...]
    height: float = 2.0
    thick: float = 0.4
    material: str = "rubble"
    top: Literal["", "coping", "battlements", "tiles"] = ""
    gate: Pair | None = None
    word: str = ""
    label: str = "wall"


@dataclass(frozen=True, config=STRICT)
class Court:
    """A stretch of one side of a street where the houses stand back: a small square, a front garden.

    Attributes:
        chance: of one on each side; length: metres along the street; depth: metres that the houses stand back.
        begin: metres along the street at which it begins.
        material: of its ground, a name of `surfaces.SURFACES`.
    """

    chance: float = 0.5
    length: Pair = (11.0, 17.0)
    depth: Pair = (5.0, 9.0)
    begin: Pair = (5.0, 26.0)
    material: str = "flagstones"


@dataclass(frozen=True, config=STRICT)
class Park:
    """A stretch of one side of a street without houses: trees and grass behind a low wall.

    Attributes:
        chance: of one, on either side; length: metres along the street; begin: where along it.
        wall, height: the wall's material, "" = none, and metres.
        trees: kinds; tall: metres of them.
    """

    chance: float = 0.3
    length: Pair = (18.0, 34.0)
    begin: Pair = (1.0, 8.0)
    wall: str = "rubble"
    height: float = 0.9
    trees: tuple[str, ...] = ("oak", "maple")
    tall: float = 7.0


@dataclass(frozen=True, config=STRICT)
class Row:
    """Buildings side by side: along a `line`, their fronts to one's right hand on the way; about a `ring` (x, z,
    radius) from one azimuth of `arc` to the other, their fronts inwards; or along both sides of the street (`sides`).

    Attributes:
        house: the function that makes one: it takes those of `rng`, `width`, `storeys`, `lit`, `wall` and `plain` that
            it names, and `given`; its front lies on z = 0, and x runs from 0 to its width.
        widths: metres, to draw from; storeys: the least and the most; gap: metres between two, to draw from.
        alley: how often there is a gap of 1.4 to 2.2 m more; back: metres that fronts lie behind the
            line, to draw from.
        court, park: where they stand back, and where none stand, along a street.
        plain_beyond: metres from the start from where detail is left out.
        lamps: intensity of their lamps when it is dark; word: the thing that the sentence knows them as.
    """

    house: Function
    line: tuple[Pair, Pair] | None = None
    ring: Disc | None = None
    arc: Pair = (0.42, 5.73)
    sides: Literal["both", "left", "right"] = "both"
    along: Pair = (-11.0, 76.0)
    widths: Pair = (5.0, 8.6)
    storeys: tuple[int, int] = (2, 4)
    gap: Pair = (0.0, 0.0)
    alley: float = 0.0
    back: Pair = (0.0, 0.0)
    court: Court | None = None
    park: Park | None = None
    plain_beyond: float = 45.0
    lamps: float = 6.0
    word: str = "house"
    given: Mapping[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class Put:
    """Things in their places. One of `at`, `row`, `grid`, `ring`, `about` and (in a street) `along` and `court` says
    where.

    Attributes:
        thing: a thing of the catalogue: refused, numbered, coloured as the sentence has it; make: a function instead,
            called as a thing's is, with `given` besides; word: the feature that refuses it, with `make`.
        at: places; row: from one point to another; grid: a rectangle's corners, `step` metres apart; ring: about (x, z)
            with a radius; about: anywhere free within a rectangle; along: metres along the street, `step` apart, on
            `side`, `off` metres from its middle; court: in each court of the street, at these shares of its length
            and depth.
        count: how many in a row, a ring or about; asked: only where the sentence asks for it, then in this place.
        face: what the front (-z) looks to: the start, the middle of the ring or grid ("in"), away from it ("out"), the
            way along the row or street, or across it, or straight to -z ("ahead"); "" = anywhere. turn: radians more.
        jitter: metres by which places are off; share: of the places that are taken; sizes: factors to draw from.
        up: metres above the ground; mount: the things hang or lie there and keep no ground free.
        times: of day in which they are there, "dark" and "day" among them; () = all.
        lamp: intensity of the light at the thing's lamp, when it is dark; 0 = none.
        vary: how many different ones there are.
    """

    thing: str = ""
    make: Function | Literal[""] = ""
    given: Mapping[str, Any] = Field(default_factory=dict)
    word: str = ""
    at: tuple[Pair, ...] = ()
    row: tuple[Pair, Pair] | None = None
    grid: tuple[Pair, Pair] | None = None
    ring: Disc | None = None
    about: tuple[Pair, Pair] | None = None
    along: Pair | None = None
    court: tuple[Pair, ...] = ()
    step: Pair = (2.0, 2.0)
    side: Literal["left", "right", "both", "turns", "either"] = "both"
    off: float = 3.0
    count: int = 4
    asked: bool = False
    face: Face = ""
    turn: float = 0.0
    jitter: float = 0.0
    share: float = 1.0
    sizes: Pair = (1.0, 1.0)
    up: float = 0.0
    mount: bool = False
    times: tuple[str, ...] = ()
    lamp: float = 0.0
    glow: tuple[float, float, float] = (1.0, 0.66, 0.33)
    reach: float = 14.0
    vary: int = 2

    def __post_init__(self) -> None:
        if bool(self.thing) == bool(self.make):
            raise ValueError("either 'thing' or 'make' is wanted here")
        given = (self.at, self.row, self.grid, self.ring, self.about, self.along, self.court)
        if sum(bool(where) for where in given) != 1:
            raise ValueError("one of at, row, grid, ring, about, along and court is wanted here")


@dataclass(frozen=True, config=STRICT)
class Street:
    """A street through the place: it comes from behind the start, which stands in its middle, and runs ahead.

    Attributes:
        broad: factors on all widths, to draw from; what stands along the street keeps its share of them.
        width: of the carriageway; pavement: of each pavement, 0 = none; kerb: metres that it lies higher.
        surface, pavement_material, kerb_material: names of surfaces.
        bend: metres by which it has turned aside after 34, to draw from; start, end: metres along it, behind and ahead.
        crown: metres that its middle lies above its gutters.
        aside: metres that the start stands off its middle, to the right.
    """

    width: float = 5.4
    pavement: float = 1.9
    kerb: float = 0.12
    surface: str = "cobbles"
    pavement_material: str = "flagstones"
    kerb_material: str = "kerb"
    bend: Pair = (9.0, 13.0)
    start: float = -20.0
    end: float = 84.0
    crown: float = 0.06
    broad: Pair = (0.9, 1.3)
    aside: float = 0.0

    def drawn(self, broad: float) -> Street:
        """The same street, `broad` times as wide."""
        return dataclasses.replace(self, width=self.width * broad, pavement=self.pavement * broad)


@dataclass(frozen=True, config=STRICT)
class Water:
    """The water in the basins: metres below the ground, and its look (see `kit.water.Water`)."""

    down: float = 0.25
    sea: Literal["", "temperate", "tropical"] = ""
    amplitude: float = 0.008
    wavelength: float = 1.2
    absorb: tuple[float, float, float] | None = None
    scatter: tuple[float, float, float] | None = None


@dataclass(frozen=True, config=STRICT)
class Around:
    """The land about the place: level within `flat` metres, then hills; see `settlement.context.hills`."""

    flat: float = 60.0
    height: float = 70.0
    rolling: float = 0.0
    wooded: float = 0.3
    ridges: float = 0.0


@dataclass(frozen=True, config=STRICT)
class Yard:
    """A laid-out place, as its page has it.

    Attributes:
        mirrored: left and right are changed for half of the seeds.
        spread: factors on all distances from the start, to draw from: things keep their sizes.
        stray: things stand a little elsewhere for every seed; false where they are in line with each other.
        ground: fields of `kit.ground.Ground`; around: the land about it.
        water: what stands in the basins; None = they are dry.
        floor, basins, walls, rows, put: what it is made of, in this order; grow: layers of plants (`land.recipe`).
        clear: metres about the start that stay free of anything taller than grass.
        sun: radians off straight ahead between which the sun stands, to one side or the other.
        haze: factor on the density of the air; sky: time of day, "day" or "always" -> fields of the atmosphere.
        raised: metres that the floor stands above the land about it, as a roof does.
    """

    street: Street | None = None
    mirrored: bool = True
    spread: Pair = (0.95, 1.25)
    stray: bool = True
    ground: Mapping[str, Any] = Field(default_factory=dict)
    around: Around = Field(default_factory=Around)
    water: Water | None = None
    floor: tuple[Floor, ...] = ()
    basins: tuple[Basin, ...] = ()
    walls: tuple[Wall, ...] = ()
    rows: tuple[Row, ...] = ()
    put: tuple[Put, ...] = ()
    grow: tuple[Mapping[str, Any], ...] = ()
    clear: float = 1.6
    sun: Pair = (0.45, 0.85)
    haze: float = 1.0
    sky: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    raised: float = 0.0


def spread(yard: Yard, by: float) -> Yard:
    """The same place with everything `by` times as far from the start; a place with a street, or whose things are
    in line with each other, stays as it is."""
    if yard.street is not None or not yard.stray:
        return yard

    def far(item: Any) -> Any:
        changed = {}
        for name in ("rect", "disc", "line", "at", "row", "grid", "ring", "about"):
            value = getattr(item, name, None)
            if value:
                changed[name] = tuple(by * v if isinstance(v, float | int) else (by * v[0], by * v[1]) for v in value)
        if gate := getattr(item, "gate", None):
            changed["gate"] = (by * gate[0], gate[1])
        return dataclasses.replace(item, **changed) if changed else item

    parts: dict[str, Any] = {
        name: tuple(map(far, getattr(yard, name))) for name in ("floor", "basins", "walls", "rows", "put")
    }
    return dataclasses.replace(yard, **parts)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A laid-out place whose layers of plants have been read, too."""

    yard: Yard
    layers: tuple[Layer, ...]


def read_recipe(page: Mapping[str, Any], where: str) -> Recipe:
    """A laid-out place from the mapping under a page's key `yard` or `settlement`.

    Args:
        where: the page's file, for the message.
    Raises:
        InputError: something is wrong: one sentence with file, key and way out.
    """
    yard = checked(Yard, page, where=where)
    layers = []
    for i, item in enumerate(yard.grow):
        ((name, given),) = item.items()
        if name not in LAYERS:
            raise InputError(f"{where}, grow.{i + 1}: '{name}' is not known here; {suggestion(name, LAYERS)}")
        layers.append(checked(LAYERS[name], given or {}, where=f"{where}, grow.{i + 1}.{name}"))
    street = yard.street
    names = [floor.material for floor in yard.floor] + [wall.material for wall in yard.walls]
    names += [floor.edge for floor in yard.floor] + [n for b in yard.basins for n in (b.wall, b.coping)]
    names += [row.court.material for row in yard.rows if row.court is not None]
    names += [row.park.wall for row in yard.rows if row.park is not None]
    names += [] if street is None else [street.surface, street.pavement_material, street.kerb_material]
    for name in filter(None, names):
        if name not in SURFACES:
            raise InputError(f"{where}: there is no surface '{name}'; {suggestion(name, SURFACES)}")
    return Recipe(yard, tuple(layers))
