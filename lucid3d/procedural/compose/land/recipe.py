"""What a natural place is made of, as checked data: relief, cover, water, path, and what grows, layer by layer.

A record (`catalogue/places/*.yaml`) holds it under the key `land`. Relief and layers are lists of mappings with one key
each, the name of a term or of a layer:

    land:
      relief:
        - noise: {period: 190, height: 13, octaves: 3, fade: [12, 150]}
      put:
        - trees: {kinds: [oak, birch], count: 3, height: 9, where: [{up: [1, 3]}]}
        - flowers: {kinds: [daisy], when: {spring: {kinds: [tulip]}}}

What is truly special is a function that the record names as "package.module:function".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal, TypeVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from lucid3d.errors import InputError
from lucid3d.procedural.assets.plants.conifers import NEEDLES
from lucid3d.procedural.assets.plants.palettes import FLOWERS, GRASSES, LEAVES
from lucid3d.procedural.assets.plants.trees import CROWNS
from lucid3d.procedural.assets.rocks import STONES
from lucid3d.procedural.catalogue.checked import checked, suggestion
from lucid3d.procedural.catalogue.records import STRICT, Function, Season
from lucid3d.procedural.compose.land.landform import TERMS, Faded, Form, Path, Term, Tracks, Water, Woods
from lucid3d.procedural.compose.land.landform import Pair as Pair
from lucid3d.procedural.kit.ground import Ground

Case = Literal["spring", "summer", "autumn", "winter", "clear", "cloudy", "mist", "rain", "snow", "storm", "asked"]
"""A season, a weather, or that the sentence asks for the layer by its word."""


MEASURES = ("up", "shore", "far", "ahead", "side", "aside", "path", "slope", "patches", "by")


@dataclass(frozen=True, config=STRICT)
class Factor:
    """A share of 0 to 1 that rises from the first to the second value of one measure (falls, where the first is the
    larger; a hard edge, where both are the same, 1 below it); a place for growth is a product of such shares.

    Attributes:
        up: metres above the water; shore: metres above or below it.
        far: metres from the start; ahead: metres ahead of it (z); side: metres to the open side (x, or -x in a land
            that is mirrored); aside: radians to either side of straight ahead.
        path: metres from the middle of the path; slope: rise over run.
        of: a measure of the place's own, named by its relief, that `by` goes with.
        patches: noise of `period` metres, with `octaves` and a `seed` of its own.
        least: the share that is left where the measure gives 0.
    """

    up: Pair | None = None
    shore: Pair | None = None
    far: Pair | None = None
    ahead: Pair | None = None
    side: Pair | None = None
    aside: Pair | None = None
    path: Pair | None = None
    slope: Pair | None = None
    patches: Pair | None = None
    of: str = ""
    by: Pair | None = None
    period: float = 7.0
    octaves: int = 3
    seed: int = 0
    least: float = 0.0

    def __post_init__(self) -> None:
        if sum(getattr(self, name) is not None for name in MEASURES) != 1 or (self.by is not None) != bool(self.of):
            raise ValueError(f"one measure is wanted here: {', '.join(MEASURES)} (with 'of')")


Area = tuple[Factor | Function | Callable[..., Any], ...]
"""Where something grows: the product of factors and of functions (lot -> Where); builders hand in a `Where` itself."""


@dataclass(frozen=True, config=STRICT)
class Layer:
    """What is put on the land in one go.

    Attributes:
        where: on which ground.
        only: seasons in which it is there; () = all. What the sentence asks for is there in any season.
        word: the feature that refuses it ("without bushes") and asks for it; "" = the layer's own.
        unless_asked: left out where the sentence asks for it: things that a sentence names are set up apart.
        needs_water: left out where there is no water.
        when: case (a season, a weather, "asked") -> other values for some of the keys.
    """

    where: Area = ()
    only: tuple[Season, ...] = ()
    word: str = ""
    unless_asked: bool = False
    needs_water: bool = False
    when: Mapping[Case, Mapping[str, Any]] = Field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class Lone:
    """Trees that stand alone: of `kinds` and `height`, or the first two of the wood's own."""

    count: int
    near: float
    far: float
    kinds: tuple[str, ...] = ()
    height: float = 10.0
    where: Area = ()


@dataclass(frozen=True, config=STRICT)
class Trees(Layer):
    """`count` trees of the kinds in turn, about `height` metres, copied over the land (see `greenery.forest`).

    Attributes:
        name: by which a later layer can take them again.
        lone: trees that stand alone, set first.
    """

    kinds: tuple[str, ...] = ()
    count: int = 3
    height: float = 9.0
    spacing: float = 4.5
    near: float = 4.0
    far: float = 320.0
    patch: float = 60.0
    contrast: float = 1.4
    limit: int = 1500
    detail: float = 0.9
    sizes: Pair = (0.55, 1.35)
    name: str = ""
    lone: Lone | None = None


@dataclass(frozen=True, config=STRICT)
class Shrubs(Layer):
    """Bushes in groups."""

    amount: float = 1.0
    palette: str = "oak"
    blossom: bool = False
    near: float = 3.2


@dataclass(frozen=True, config=STRICT)
class Grass(Layer):
    """Tufts of grass."""

    kind: str = "meadow"
    height: float = 0.28
    amount: float = 1.0


@dataclass(frozen=True, config=STRICT)
class Flowers(Layer):
    """Flowers in drifts; none in winter, and none while it snows."""

    kinds: tuple[str, ...] = ()
    amount: float = 1.0


@dataclass(frozen=True, config=STRICT)
class Stones(Layer):
    """Pebbles at one's feet, boulders farther off."""

    kind: str = "granite"
    amount: float = 1.0
    boulders: float = 1.0
    above_water: float = -0.6


@dataclass(frozen=True, config=STRICT)
class Wayside(Layer):
    """What lies and grows on the path itself."""

    kind: str = "granite"
    amount: float = 1.0


@dataclass(frozen=True, config=STRICT)
class Undergrowth(Layer):
    """Ferns, logs, twigs and (in autumn) mushrooms of a wood's floor."""

    ferns: float = 1.0
    logs: bool = True
    mushrooms: bool = True


@dataclass(frozen=True, config=STRICT)
class Amount(Layer):
    """A layer that has nothing but an amount."""

    amount: float = 1.0


class Leaves(Amount):
    """Fallen leaves."""


class Reeds(Amount):
    """Reeds in shallow water."""


class Lilies(Amount):
    """Lily pads on still water."""


class Tropical(Amount):
    """Banana plants and low palms."""


class Cacti(Amount):
    """Agaves, prickly pears and barrel cacti, and with an amount above 1 tall ones."""


@dataclass(frozen=True, config=STRICT)
class Hedges(Layer):
    """Clipped hedges along lines of (x, z)."""

    lines: tuple[tuple[Pair, ...], ...] = ()


@dataclass(frozen=True, config=STRICT)
class Make:
    """A prototype: the function that makes it, what it is called with, how many of the kind."""

    make: Function
    given: Mapping[str, Any] = Field(default_factory=dict)
    times: int = 1


@dataclass(frozen=True, config=STRICT)
class Copies:
    """How copies are scattered: see `site.Site.put` and `scatter.scatter`; None = as there."""

    per_square_metre: float
    near: float | None = None
    far: float | None = None
    falloff: float | None = None
    apart: float | None = None
    sizes: Pair | None = None
    power: float | None = None
    tint: float | None = None
    hue: float | None = None
    lean: float | None = None
    detail: float | None = None
    limit: int | None = None
    above_water: float | None = None
    clear: float | None = None
    steepest: float | None = None
    patch: float | None = None
    contrast: float | None = None
    middle: float | None = None
    floor: float | None = None


@dataclass(frozen=True, config=STRICT)
class Scatter(Layer):
    """Copies of anything: prototypes that are made, or a named layer of trees again.

    Attributes:
        of: what is copied; again: the name of a `Trees` layer, of which the first two are taken.
        usual: left out where the sentence names a kind of tree.
        lush: the number follows how lush the sentence is.
        copies: how.
    """

    of: tuple[Make, ...] = ()
    again: str = ""
    usual: bool = False
    lush: bool = False
    copies: Copies = Field(default_factory=lambda: Copies(1.0))


@dataclass(frozen=True, config=STRICT)
class Singles(Layer):
    """A few whole things, set about."""

    of: Make | None = None
    count: int = 1
    near: float = 4.0
    far: float = 10.0


@dataclass(frozen=True, config=STRICT)
class Call(Layer):
    """What is truly special: a function (lot) that puts it there."""

    function: Function = ""
    given: Mapping[str, Any] = Field(default_factory=dict)


LAYERS: Mapping[str, type[Layer]] = {
    "trees": Trees, "shrubs": Shrubs, "grass": Grass, "flowers": Flowers, "stones": Stones, "wayside": Wayside,
    "undergrowth": Undergrowth, "leaves": Leaves, "reeds": Reeds, "lilies": Lilies, "tropical": Tropical,
    "cacti": Cacti, "hedges": Hedges, "scatter": Scatter, "singles": Singles,
    "call": Call,
}  # fmt: skip
"""What can be put on the land, by name."""


@dataclass(frozen=True, config=STRICT)
class Land:
    """A natural place, as its page has it.

    Attributes:
        relief: terms that add up, or a function (start -> shape); detail: terms of small shapes, added last.
        mirrored: the land is mirrored for half of the seeds: measures "to the side" follow it.
        form: how the composition becomes land.
        ground: fields of `kit.ground.Ground`; ground_when: season -> other values for some of them.
        water, path, woods, tracks: None = none; river: a wish for a river cuts a valley with one into the land.
        put: layers, in order.
        sun: radians off straight ahead between which the sun stands, to one side or the other.
        haze: factor on the density of the air; sky: time of day, "day" or "always" -> fields of the atmosphere.
    """

    relief: tuple[Mapping[str, Any], ...] | Function
    detail: tuple[Mapping[str, Any], ...] = ()
    mirrored: bool = False
    form: Form = Field(default_factory=Form)
    ground: Mapping[str, Any] = Field(default_factory=dict)
    ground_when: Mapping[Season, Mapping[str, Any]] = Field(default_factory=dict)
    water: Water | None = None
    path: Path | None = None
    river: bool = False
    woods: Woods | None = None
    tracks: Tracks | None = None
    put: tuple[Mapping[str, Any], ...] = ()
    sun: Pair = (0.45, 0.95)
    haze: float = 1.0
    sky: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A natural place whose terms and layers have been read, too.

    Attributes:
        land: the page; relief: terms, or a function's name; detail: terms; grounds: season -> ground; layers: in order.
    """

    land: Land
    relief: tuple[Term, ...] | str
    detail: tuple[Term, ...]
    grounds: Mapping[str, Ground]
    layers: tuple[Layer, ...]


_Cover: type[Any] = dataclass(frozen=True, config=STRICT)(Ground)
T = TypeVar("T", bound=Layer)


def read_recipe(page: Mapping[str, Any], where: str) -> Recipe:
    """A natural place from the mapping under a page's key `land`.

    Args:
        where: the page's file, for the message.
    Raises:
        InputError: something is wrong: one sentence with file, key and way out.
    """
    land = checked(Land, page, where=f"{where}, land")
    seasons: tuple[Season, ...] = ("spring", "summer", "autumn", "winter")
    grounds: dict[str, Ground] = {
        season: checked(_Cover, {**land.ground, **land.ground_when.get(season, {})}, where=f"{where}, ground")
        for season in seasons
    }
    layers = tuple(_named(LAYERS, item, f"{where}, put.{i + 1}") for i, item in enumerate(land.put))
    for i, layer in enumerate(layers):
        _known(layer, f"{where}, put.{i + 1}")
        for case in layer.when:
            _known(in_case(layer, [case], f"{where}, put.{i + 1}.when.{case}"), f"{where}, put.{i + 1}.when.{case}")
    relief = land.relief if isinstance(land.relief, str) else read_terms(land.relief, f"{where}, relief")
    return Recipe(land, relief, read_terms(land.detail, f"{where}, detail"), grounds, layers)


def read_terms(items: tuple[Mapping[str, Any], ...], where: str) -> tuple[Term, ...]:
    """Terms of relief; those within `faded` are read when it is."""
    terms = tuple(_named(TERMS, item, f"{where}.{i + 1}") for i, item in enumerate(items))
    for term in terms:
        if isinstance(term, Faded):
            read_terms(term.of, f"{where}, faded")
    return terms


def in_case(layer: T, cases: list[Any], where: str = "") -> T:
    """The layer with the values that it has in these cases; later ones win."""
    changes = {key: value for case in cases for key, value in layer.when.get(case, {}).items()}
    return layer if not changes else checked(type(layer), {**vars_of(layer), **changes}, where=where)


def vars_of(item: Any) -> dict[str, Any]:
    """A dataclass's fields, not copied deeply."""
    return {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}


KNOWN: Mapping[tuple[type[Layer], str], Collection[str]] = {
    (Trees, "kinds"): ("cherry", "palm", "bamboo", "dead", "conifer", *NEEDLES, *CROWNS),
    (Shrubs, "palette"): LEAVES, (Grass, "kind"): GRASSES,
    (Flowers, "kinds"): FLOWERS, (Stones, "kind"): STONES, (Wayside, "kind"): STONES,
}  # fmt: skip
"""Layer and key -> the names that can stand there."""


def _known(layer: Layer, where: str) -> None:
    for (kind, key), names in KNOWN.items():
        if isinstance(layer, kind):
            given = getattr(layer, key)
            for name in (given,) if isinstance(given, str) else given:
                if name not in names:
                    raise InputError(f"{where}: '{key}' cannot be '{name}'; {suggestion(name, names)}")


def _named(table: Mapping[str, type[Any]], item: Mapping[str, Any], where: str) -> Any:
    if len(item) != 1:
        raise InputError(f"{where}: one name with its values is wanted here, as in 'noise: {{period: 40, height: 2}}'")
    ((name, given),) = item.items()
    if name not in table:
        raise InputError(f"{where}: '{name}' is not known here; {suggestion(str(name), table)}")
    return checked(table[name], {} if given is None else given, where=f"{where}.{name}")
