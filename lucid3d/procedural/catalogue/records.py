"""What a record holds: the places, things and words that there are, as frozen, checked data.

A place is one page, `places/<name>.yaml`; the things stand in `things.yaml`, all other words in `words.yaml`. `load.py`
reads them. A wrong page is refused with one sentence (see `checked.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator
from pydantic.dataclasses import dataclass

from lucid3d.procedural.catalogue.checked import suggestion
from lucid3d.procedural.kit.labels import LABELS

STRICT = ConfigDict(extra="forbid")
"""An unknown key is an error: a misspelt one would otherwise do nothing, silently."""

Time = Literal["dawn", "sunrise", "morning", "noon", "afternoon", "sunset", "dusk", "night"]
Weather = Literal["clear", "cloudy", "mist", "rain", "snow", "storm"]
Season = Literal["spring", "summer", "autumn", "winter"]
Function = Annotated[str, Field(pattern=r"^[^\W\d][\w.]*:[^\W\d]\w*$")]
"""A function by its name, "package.module:function"; imported when it is needed (see `functions.py`)."""
Metres = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def _label(name: str) -> str:
    if name not in LABELS:
        raise ValueError(f"no drawing has this label; {suggestion(name, LABELS)}")
    return name


RECIPES = ("room", "land", "yard", "settlement", "build")
"""Ways to describe how a place is made: a page has one of these keys. `build` names a function that makes all of it; a
mapping under one of the others is read by the composer of that name (`procedural/compose/`)."""


@dataclass(frozen=True, config=STRICT)
class Words:
    """Words and phrases for one meaning.

    Attributes:
        english: base forms, lower case ("boat", "water lily"); endings are taken off the sentence's words by rules.
        chinese: simplified and traditional.
        emoji: without variation selectors.
    """

    english: tuple[str, ...] = ()
    chinese: tuple[str, ...] = ()
    emoji: tuple[str, ...] = ()


@dataclass(frozen=True, config=STRICT)
class Growth:
    """What grows about a built place that lies in a landscape: kinds of trees, and factors on the number of trees and
    on grass and flowers."""

    kinds: tuple[str, ...]
    trees: float = 1.0
    grass: float = 1.0


@dataclass(frozen=True, config=STRICT)
class Landscape:
    """What a place gives to another one that lies in it ("a village in the desert").

    Attributes:
        brings: things that the other place then has, too.
        ground: fields of `kit.ground.Ground` that the ground of a built place takes.
        growth: what grows about a built place; None = what grows there anyway.
        woods: whether far hills may be wooded.
        arid: rivers are dry unless they are asked for, and stone has the colour of sand.
        season: the season of the whole, where the sentence names none.
    """

    brings: tuple[str, ...] = ()
    ground: Mapping[str, Any] = Field(default_factory=dict)
    growth: Growth | None = None
    woods: bool = True
    arid: bool = False
    season: Season | None = None


Sign = Literal[
    "room", "lamplit room", "close", "close and dark", "water", "water among green", "uprights", "bare ground",
    "green", "open land",
]  # fmt: skip
"""What is made out in a picture without a network (`from_picture.picture.describe`)."""


@dataclass(frozen=True, config=STRICT)
class Shore:
    """Where the water of a built place "by the sea" or "on a lake" begins: a straight line, roughly.

    Attributes:
        distance: metres from the start to it; azimuth: radians to the right of ahead in which it lies.
        gentle: metres over which the land goes down to its foot, `foot` metres from the level of the streets.
    """

    distance: Metres
    azimuth: float
    gentle: Metres = 26.0
    foot: float = 0.0


@dataclass(frozen=True, config=STRICT)
class PlaceRecord:
    """One place.

    Attributes:
        name: the page's file name without its ending; file: the page, for messages.
        label: how a sentence speaks of it ("an alpine lake").
        words: words that name it; hints: words that suggest it where no place is named ("ski": the arctic).
        near: words that name what nothing here is and this comes nearest to: it is built, and that is said.
        kind: how it is made (see `RECIPES`): by the function `build`, or by the composer `kind` from a `recipe`.
        indoors: it has walls and a ceiling: other places named beside it are what its windows show.
        sheltered: no rain or snow gets in, though it is not a room.
        time, weather, season: what it has where the sentence names none.
        seasons: whether the seasons show in it at all.
        puddles: whether rain stands on its ground (sand and clinker hold none).
        cannot_have: things that it does not have whatever is asked -> what is said then; a page may list the things
            alone, and it is said that there is no rule for them.
        things: things that it has unless they are refused -> how many.
        landscape: what it gives to a place that lies in it.
        shore: where the water of a built place begins that lies by the sea or on a lake; None = beyond its last house.
        describes: its name can also describe another place ("desert canyon").
        kind_of: places of more general names that it is one of, too: with one of these and this, this is meant.
        default: its turn among the places that a sentence may get which names none; 0 = never. A room with a turn is
            chosen for furniture without a place.
        moods, styles: those that choose this place where none is named.
        street: the place where rooms are that are only looked at ("in front of a bookshop").
        with_style: style -> the place that is meant instead.
        nearby: what stands near the start, in a sentence that is completed ("boulders on the shore").
        seen_as: what is made out in a picture -> words for the world around it.
        goes_on: how its streets and houses go on beyond the start (see `endless.recipe`); {} = they do not.
    """

    name: str
    label: str
    kind: Literal["room", "land", "yard", "settlement", "build"]
    build: Function = ""
    recipe: Mapping[str, Any] = Field(default_factory=dict)
    file: str = ""
    words: Words = Field(default_factory=Words)
    hints: Words = Field(default_factory=Words)
    near: Words = Field(default_factory=Words)
    indoors: bool = False
    sheltered: bool = False
    time: Time = "afternoon"
    weather: Weather = "clear"
    season: Season = "summer"
    seasons: bool = True
    puddles: bool = True
    cannot_have: Mapping[str, str] = Field(default_factory=dict)
    things: Mapping[str, int] = Field(default_factory=dict)
    landscape: Landscape = Field(default_factory=Landscape)
    shore: Shore | None = None
    describes: bool = False
    kind_of: tuple[str, ...] = ()
    default: int = 0
    street: bool = False
    moods: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    with_style: Mapping[str, str] = Field(default_factory=dict)
    nearby: str = ""
    seen_as: Mapping[Sign, str] = Field(default_factory=dict)
    goes_on: Mapping[str, Any] = Field(default_factory=dict)

    @field_validator("cannot_have", mode="before")
    @classmethod
    def _told(cls, value: object) -> object:
        return dict.fromkeys(value, "") if isinstance(value, tuple | list) else value


Sort = Literal["scattered", "landform", "prop", "building", "furniture"]
"""What a thing is among things: what grows or lies about in numbers (a count is then a wish for more or fewer, not a
head count), a form of the land or water, something that people put there, a building, a piece of furniture."""
Stands = Literal["ground", "water", "wall", "ceiling", "table", "sky"]
Label = Annotated[str, AfterValidator(_label)]


@dataclass(frozen=True, config=STRICT)
class ThingRecord:
    """One thing that can be asked for.

    Attributes:
        name: its key; file: the page, for messages.
        label: how a sentence speaks of it ("a boat").
        sort: what it is among things.
        words: what it is called.
        stands: where it can be.
        size: usual width, depth and height in metres; None where it has none of its own, and for furniture, whose sizes
            stand beside what makes it (`assets/furniture/registry.py`).
        seen_as: its semantic labels in a drawing (`kit.labels.LABELS`), the most usual first.
        coloured: whether it takes a colour that a sentence gives it; materials: those it can be made of.
        kind_of: a thing that it is a kind of ("no trees": no pines).
        make: the function that makes it, where one does: it takes those of `rng`, `lit` (share of lit windows, 0 to 1)
            and `wall` (a material or None) that it names, and gives a mesh or something with meshes, a width and a
            depth, which stands on the origin.
        set_about: metres from the start between which it is set about in open land.
    """

    name: str
    label: str
    sort: Sort
    words: Words
    stands: tuple[Stands, ...]
    seen_as: tuple[Label, ...]
    file: str = ""
    size: tuple[Metres, Metres, Metres] | None = None
    coloured: bool = False
    materials: tuple[str, ...] = ()
    kind_of: str = ""
    make: Function = ""
    set_about: tuple[Metres, Metres] | None = None

    @model_validator(mode="after")
    def _sized_once(self) -> ThingRecord:
        if self.sort == "furniture" and self.size:
            raise ValueError("the size of furniture stands in its registry; leave 'size' out")
        return self


@dataclass(frozen=True, config=STRICT)
class Word:
    """A meaning that is nothing but a name: a season, a light in the sky, a colour, a material."""

    words: Words


@dataclass(frozen=True, config=STRICT)
class TimeWord:
    """A time of day; `said` is how a sentence has it ("at dawn")."""

    words: Words
    said: str


@dataclass(frozen=True, config=STRICT)
class WeatherWord:
    """A weather, as a phrase of a sentence ("under a clear sky") and by itself ("clear sky")."""

    words: Words
    said: str
    short: str


@dataclass(frozen=True, config=STRICT)
class Tone:
    """A mood or a style, with the time and weather that it brings where the sentence names none."""

    words: Words
    time: Time | None = None
    weather: Weather | None = None


@dataclass(frozen=True, config=STRICT)
class Degree:
    """A size, amount or strength: a factor on what is usual."""

    words: Words
    factor: Metres


@dataclass(frozen=True, config=STRICT)
class Vocabulary:
    """All words that are no places and no things, by kind and name."""

    time: Mapping[str, TimeWord]
    sky: Mapping[str, Word]
    weather: Mapping[str, WeatherWord]
    season: Mapping[str, Word]
    colour: Mapping[str, Word]
    material: Mapping[str, Word]
    mood: Mapping[str, Tone]
    style: Mapping[str, Tone]
    size: Mapping[str, Degree]
    amount: Mapping[str, Degree]
    strength: Mapping[str, Degree]


@dataclass(frozen=True, config=STRICT)
class English:
    """Small words of English.

    Attributes:
        numbers: word -> how many.
        negations: word -> "no" (reaches the next noun) or "without" (reaches a list).
        articles, joiners ("and"), clauses (what ends a negation's reach), views ("overlooking").
        vague: nouns that say less than what describes them: a forest valley is a forest.
        felt: what is heard or felt of a weather: nothing is taken away from it without them.
        silent: words without a meaning of their own; the vocabulary is asked first, so some may still mean something.
        done: what is done to a thing, and no form of the noun that it sounds like: parked cars are no park.
        undrawn: people and animals: understood, but nothing here draws them.
    """

    numbers: Mapping[str, int]
    negations: Mapping[str, Literal["no", "without"]]
    articles: frozenset[str]
    views: frozenset[str]
    joiners: frozenset[str]
    clauses: frozenset[str]
    vague: frozenset[str]
    felt: frozenset[str]
    silent: frozenset[str]
    done: frozenset[str]
    undrawn: frozenset[str]


@dataclass(frozen=True, config=STRICT)
class Chinese:
    """Small words of Chinese, as in `English`; measures stand between a number and its noun: 三只船."""

    numbers: Mapping[str, int]
    measures: frozenset[str]
    negations: frozenset[str]
    joiners: frozenset[str]
    felt: frozenset[str]
    silent: frozenset[str]


@dataclass(frozen=True, config=STRICT)
class Grammar:
    """The small words of the languages."""

    english: English
    chinese: Chinese
