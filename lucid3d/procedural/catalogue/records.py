"""What a record holds: the places, things and words that there are, as frozen, checked data.

A place is one page, `places/<name>.yaml`; the things stand in `things.yaml`, all other words in `words.yaml`. `load.py`
reads them. A wrong page is refused with one sentence (see `checked.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator
from pydantic.dataclasses import dataclass

STRICT = ConfigDict(extra="forbid")
"""An unknown key is an error: a misspelt one would otherwise do nothing, silently."""

Time = Literal["dawn", "sunrise", "morning", "noon", "afternoon", "sunset", "dusk", "night"]
Weather = Literal["clear", "cloudy", "mist", "rain", "snow", "storm"]
Season = Literal["spring", "summer", "autumn", "winter"]
Function = Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")]
"""A function by its name, "package.module:function"; imported when it is needed (see `functions.py`)."""
Metres = Annotated[float, Field(gt=0, allow_inf_nan=False)]

RECIPES = ("room", "land", "settlement", "build")
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
        season: the season of the whole, where the sentence names none.
    """

    brings: tuple[str, ...] = ()
    ground: Mapping[str, Any] = Field(default_factory=dict)
    growth: Growth | None = None
    woods: bool = True
    season: Season | None = None


Sign = Literal[
    "room", "lamplit room", "close", "close and dark", "water", "water among green", "uprights", "bare ground",
    "green", "open land",
]  # fmt: skip
"""What is made out in a picture without a network (`from_picture.picture.describe`)."""


@dataclass(frozen=True, config=STRICT)
class PlaceRecord:
    """One place.

    Attributes:
        name: the page's file name without its ending; file: the page, for messages.
        label: how a sentence speaks of it ("an alpine lake").
        words: words that name it; hints: words that suggest it where no place is named ("ski": the arctic).
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
        describes: its name can also describe another place ("desert canyon").
        default: its turn among the places that a sentence may get which names none; 0 = never. A room with a turn is
            chosen for furniture without a place.
        moods, styles: those that choose this place where none is named.
        with_style: style -> the place that is meant instead.
        nearby: what stands near the start, in a sentence that is completed ("boulders on the shore").
        seen_as: what is made out in a picture -> words for the world around it.
    """

    name: str
    label: str
    kind: Literal["room", "land", "settlement", "build"]
    build: Function = ""
    recipe: Mapping[str, Any] = Field(default_factory=dict)
    file: str = ""
    words: Words = Field(default_factory=Words)
    hints: Words = Field(default_factory=Words)
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
    describes: bool = False
    default: int = 0
    moods: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    with_style: Mapping[str, str] = Field(default_factory=dict)
    nearby: str = ""
    seen_as: Mapping[Sign, str] = Field(default_factory=dict)

    @field_validator("cannot_have", mode="before")
    @classmethod
    def _told(cls, value: object) -> object:
        return dict.fromkeys(value, "") if isinstance(value, tuple | list) else value
