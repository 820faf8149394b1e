"""A room's recipe as data: its shell, and what is put into it.

A page `catalogue/places/<name>.yaml` of a furnished room has a key `room` with this grammar (metres; shares from 0 to
1; a pair [a, b] where one number may stand is a range to choose from; left and right as seen from the start, which
looks ahead):

    room:
      shell:
        width: [5.7, 6.8]                 # left to right
        length: [6.8, 8.2]                # back to ahead
        height: [2.7, 3.1]
        start: [0.46, 0.37]               # shares of width (from the left) and of length (from the back)
        wall: limewash                    # materials by name, or a list; without one the room's colours decide
        floor: [oak floor, dark floor]
        accent: left                      # the wall of the second colour or the strong material
        windows: [{wall: ahead, count: 2, most: 4, width: 1.35, sill: 0.75, top: 0.45, begin: 0, end: 1}]
        doors: [{wall: back, at: 0.2, width: 0.95, height: 2.1}]
        beams: {maybe: 0.25, when: [rustic, cosy], count: 5}
        wainscot: {maybe: 0.3, height: 0.95}
        bands: [{wall: [right, ahead], low: 0.92, high: 1.42, material: white tiles}]
      put:
        - {thing: counter, wall: right, on: [cup, table_lamp]}
        - {thing: round_table, grid: [2, 3], around: {chair: 2}}
        - {thing: sofa, facing: fireplace}
        - {thing: rug, under: table}
        - {thing: bookshelf, wall: [left, back], fill: true}
        - {thing: pendant_lamp, over: table}

A thing is a name of `assets.furniture.registry.FURNITURE`, which knows how large it is, where it stands (on the floor,
with its back to a wall, in a corner, on a wall, on a table, under the ceiling, at windows) and whether it is a lamp. A
placement says as much as the room needs beyond that; `Put` lists the keys. What a sentence refuses is left out, what
it counts, colours, enlarges or adds is done by the composer for every placement alike (see `composer.py`): nothing of
it is said here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from lucid3d.errors import InputError
from lucid3d.procedural.assets.furniture.stuff import materials_by_name
from lucid3d.procedural.catalogue.checked import checked, suggestion
from lucid3d.procedural.catalogue.records import STRICT
from lucid3d.procedural.compose.room.pieces import packaged_pieces


def _pair(value: Any) -> Any:
    return (value, value) if isinstance(value, int | float) else value


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _puts(value: Any) -> Any:
    """`cup`, `[cup, {thing: vase}]` and `{chair: 2}` are all placements."""
    if isinstance(value, str):
        return ({"thing": value},)
    if isinstance(value, Mapping) and "thing" not in value:
        return tuple({"thing": thing, "count": count} for thing, count in value.items())
    if isinstance(value, Mapping):
        return (value,)
    if isinstance(value, list | tuple):
        return tuple(put for each in value for put in (_puts(each) if isinstance(each, str | Mapping) else (each,)))
    return value


def _surface(name: str) -> str:
    known = materials_by_name()
    if not name.startswith("#") and name not in known:
        raise ValueError(f"no material has this name; {suggestion(name, known)}")
    return name


def _thing(name: str) -> str:
    known = packaged_pieces()
    if name not in known:
        raise ValueError(f"no furniture has this name; {suggestion(name, known)}")
    return name


Finite = Annotated[float, Field(allow_inf_nan=False)]
Range = Annotated[tuple[Finite, Finite], BeforeValidator(_pair)]
"""A number, or two between which one is chosen."""
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[tuple[int, int], BeforeValidator(_pair)]
Names = Annotated[tuple[str, ...], BeforeValidator(_several)]
Wall = Literal["ahead", "right", "back", "left"]
Walls = Annotated[tuple[Wall, ...], BeforeValidator(_several)]
Surface = Annotated[str, BeforeValidator(_surface)]
Surfaces = Annotated[tuple[Surface, ...], BeforeValidator(_several)]
"""Materials by name (see `assets.furniture.stuff`), or "#rrggbb" for paint; one of several is chosen."""
Thing = Annotated[str, BeforeValidator(_thing)]
Puts = Annotated[tuple["Put", ...], BeforeValidator(_puts)]


@dataclass(frozen=True, config=STRICT)
class Put:
    """One placement. Without any hint, a thing stands where such things stand.

    Attributes:
        thing: what (see `pieces.pieces`).
        count: how many there usually are; most: how many there may be when a sentence asks for more.
        maybe: the chance that it is there unasked; 0: only when a sentence asks for it, and then here.
        when, unless: words of style or mood with which it is there for sure, and with which it is not. With `when`,
            `maybe` is 0 unless it is given.
        instead: what stands here when this does not (by chance or because it is refused).
        wall: walls to stand or hang at, the most wanted first; at: where along it, from its left end as seen from
            inside.
        out: metres from the wall to its back (a counter with room behind it).
        fill: fill all that is free of these walls.
        corner: in a corner.
        spot: where on the floor or under the ceiling, as shares of width and length; turn: degrees, or "any".
        grid, area: rows and columns of it over the floor, or over a part: [left, right, back, ahead] as shares.
        facing: opposite a thing, its front to it, `away` metres off; the first of several that is there. near: about a
            thing.
        beside: next to it. under: beneath it (rugs). over: above each of them (lamps).
        on, above, around, sides, before: what goes with each of it: on its top, on the wall above it, around it with
            the front to it, at both its sides, in front of it.
        sill: on the window sills.
        up: height in metres of a thing that hangs (its own origin).
        size: width, depth, height; null where the usual one is right; a negative height ends that far below the
            ceiling.
        of: materials of its main part, instead of its usual one.
        shows: takes the colour or material that a sentence gives to the whole room ("a blue kitchen").
    """

    thing: Thing
    count: Count = (1, 1)
    most: int = 12
    maybe: Share | None = None
    when: Names = ()
    unless: Names = ()
    instead: Puts = ()
    wall: Walls = ()
    at: Range | None = None
    out: Finite = 0.0
    fill: bool = False
    corner: bool = False
    spot: tuple[Share, Share] | None = None
    turn: Finite | Literal["any"] | None = None
    grid: tuple[int, int] | None = None
    area: tuple[Share, Share, Share, Share] = (0.0, 1.0, 0.0, 1.0)
    facing: Names = ()
    away: Range = (1.6, 3.0)
    near: Names = ()
    beside: Names = ()
    under: Names = ()
    over: Names = ()
    on: Puts = ()
    above: Puts = ()
    around: Puts = ()
    sides: Puts = ()
    before: Puts = ()
    sill: bool = False
    up: Range | None = None
    size: tuple[Range | None, Range | None, Range | None] = (None, None, None)
    of: Surfaces = ()
    shows: bool = False

    @property
    def chance(self) -> float:
        """How likely it is there when no word decides."""
        if self.maybe is not None:
            return self.maybe
        return 0.0 if self.when else 1.0

    def with_it(self) -> tuple[Put, ...]:
        """All that goes with it."""
        return (*self.on, *self.above, *self.around, *self.sides, *self.before)


@dataclass(frozen=True, config=STRICT)
class Windows:
    """Windows of one wall, evenly between the shares `begin` and `end` of it: how many (`most` when asked for more),
    how wide, the height of the sill, and how far below the ceiling they end. `tall` is the chance that they reach
    almost to the floor; `shape` what their heads are like; `stained`: of coloured glass. In the gables of a hall with
    a roof `top` may be negative."""

    wall: Wall
    count: int = 1
    most: int = 1
    width: Range = (1.3, 1.3)
    sill: Range = (0.75, 0.75)
    top: Range = (0.4, 0.4)
    begin: Share = 0.0
    end: Share = 1.0
    tall: Share = 0.0
    shape: Literal["square", "round", "pointed"] = "square"
    stained: bool = False


@dataclass(frozen=True, config=STRICT)
class Door:
    """A door: its wall, where along it (share of what is left of the wall beside it), its size, and whether it is
    open."""

    wall: Wall
    at: Range = (0.2, 0.2)
    width: float = 0.95
    height: float = 2.1
    kind: Literal["door", "arch"] = "door"


@dataclass(frozen=True, config=STRICT)
class Beams:
    """Beams under the ceiling: how many, across the room or along it or both ways, and when there are any."""

    maybe: Share = 1.0
    when: Names = ()
    count: int = 5
    size: float = 0.18
    across: bool = True
    crossed: int = 0
    of: Surfaces = ()


@dataclass(frozen=True, config=STRICT)
class Wainscot:
    """Panels on the lower walls."""

    maybe: Share = 1.0
    height: float = 0.95
    of: Surfaces = ()


@dataclass(frozen=True, config=STRICT)
class Band:
    """A band of another material on walls, between two heights above the floor: tiles behind a worktop."""

    wall: Walls
    low: float = 0.0
    high: float = 1.4
    material: Surfaces = ()


@dataclass(frozen=True, config=STRICT)
class Roof:
    """What a hall has above its walls instead of a flat ceiling: its form across the room, how high it rises, how many
    trusses or ribs carry it, of what. A roof of "glass" lets the sky in between its bars."""

    kind: Literal["gable", "round", "pointed", "glass"] = "gable"
    rise: Range = (3.0, 3.0)
    of: Surfaces = ()
    ribs: int = 6
    ribs_of: Surfaces = ()


@dataclass(frozen=True, config=STRICT)
class Columns:
    """Rows of columns along a hall: at which shares of its width, how many to a row, how thick, of what, of which form,
    and whether arches with a wall above join those of a row."""

    across: tuple[Share, ...] = (0.25, 0.75)
    count: int = 5
    thick: float = 0.7
    of: Surfaces = ()
    kind: Literal["round", "pier", "steel"] = "round"
    arches: Literal["", "round", "pointed"] = ""


@dataclass(frozen=True, config=STRICT)
class Shell:
    """What a room is before anything stands in it; see the grammar above."""

    width: Range
    length: Range
    height: Range = (2.6, 3.0)
    start: tuple[Share, Share] = (0.5, 0.35)
    wall: Surfaces = ()
    floor: Surfaces = ()
    ceiling: Surfaces = ()
    trim: Surfaces = ()
    wood: Surfaces = ()
    accent: Wall | Literal[""] = ""
    windows: tuple[Windows, ...] = ()
    doors: tuple[Door, ...] = ()
    panes: tuple[int, int] = (2, 3)
    thick: float = 0.3
    beams: Beams | None = None
    wainscot: Wainscot | None = None
    bands: tuple[Band, ...] = ()
    roof: Roof | None = None
    columns: Columns | None = None
    sun: Range | None = None
    lit: bool = False
    exposure: Finite = 0.0
    """`sun`: the direction in radians from which the sun comes, positive to the right; `lit`: its lamps are on by day,
    too; `exposure`: stops added to the picture's."""


@dataclass(frozen=True, config=STRICT)
class RoomRecipe:
    """A shell and what is put into it, the most important first."""

    shell: Shell
    put: Puts = ()


def room_recipe(mapping: Mapping[str, Any], *, where: str) -> RoomRecipe:
    """The checked recipe that a page's key `room` holds.

    Raises:
        InputError: a wrong key or value, or a placement that refers to a thing that the recipe does not put: one
            sentence with file, key and way out.
    """
    recipe = checked(RoomRecipe, mapping, where=where)
    named = {name for put in recipe.put for name in _named(put)}
    for put in recipe.put:
        for key in ("facing", "near", "beside", "under", "over"):
            for name in getattr(put, key):
                if name not in named:
                    raise InputError(
                        f"{where}: '{put.thing}' is to be {key} '{name}', which is not put anywhere; "
                        f"{suggestion(name, named)}"
                    )
    return recipe


def _named(put: Put) -> set[str]:
    """The things of a placement and of all that goes with it, by every name that they have."""
    own = {put.thing, packaged_pieces()[put.thing].feature}
    return own.union(*(_named(each) for each in (*put.with_it(), *put.instead)))
