"""Understanding a sentence: from words to what a world is to be made of. Pure Python, milliseconds, never fails."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lucid3d.procedural.catalogue.load import Catalogue, load_catalogue
from lucid3d.procedural.catalogue.records import PlaceRecord
from lucid3d.procedural.language.binding import (
    Placing,
    bind,
    kin_told,
    known_words,
    near_told,
    with_kin,
    without_a_place,
)
from lucid3d.procedural.language.choosing import (
    CHOSEN,
    choose_place,
    choose_season,
    choose_style,
    choose_time,
    choose_weather,
    listed,
)
from lucid3d.procedural.language.finding import find
from lucid3d.procedural.language.phrases import read_phrases
from lucid3d.procedural.language.reader import MANY, Reader
from lucid3d.procedural.language.translating import in_english
from lucid3d.procedural.language.wearing import dressed_people, without_owners

LONGEST = 10_000
"""Characters of a sentence that are read."""


INSIDE = re.compile(
    r"\b(?:the )?(?:inside|interior) of (?:an?|the) ((?:[a-z]+ ){0,2}?[a-z]+)\b(?= with| in| at|[,.;]|$)", re.I
)
"""An inside that is named from the outside: "the inside of a Gothic church" is a Gothic church interior."""


MOON = re.compile(r"\W*(?:the )?moon\W*", re.I)
"""The moon and nothing else is a place; with other words it stands in their sky."""


TOO_SMALL_FOR: Mapping[str, tuple[str, ...]] = {"landform": ("furniture", "prop"), "building": ("furniture",)}
"""Sort of a thing -> sorts of what it cannot be on, under or above."""


@dataclass(frozen=True)
class Brief:
    """What a sentence asks for. Everything has a value; `given` says what came from the sentence.

    Attributes:
        place: the name of one of the catalogue's places.
        time: one of dawn, sunrise, morning, noon, afternoon, sunset, dusk, night.
        weather: one of clear, cloudy, mist, rain, snow, storm.
        season: spring, summer, autumn or winter.
        sky: of moon, stars, aurora, rainbow, lightning, puddles, those that are asked for; a night that names neither
            moon nor stars has both.
        features: name of a thing of the catalogue -> how many are asked for; see `count`.
        without: features, weathers, sky extras, places and times that must not be there.
        sizes: feature -> factor on its usual size ("huge mountains").
        painted: feature -> colour name ("a red boat"); the key "" holds a colour that belongs to nothing in particular.
        made_of: feature -> material name ("a wooden pier"); the key "" as above.
        wearing: person -> how they are dressed ("coat").
        density: factor on how much grows and lies about ("lush", "sparse").
        strength: factor on the weather ("light mist", "heavy rain").
        mood: one of the vocabulary's moods, or "".
        style: one of its styles, or "": how the picture is finished and what buildings look like.
        secondary: other places that are mentioned: what windows show, or what lies further off.
        given: which of "place", "time", "weather", "season" the sentence decided.
        understood: (word, meaning) in the order of the sentence.
        ignored: words that nothing here draws.
        relations: how the things that are asked for stand to each other and to the one who looks.
        explanation: one or two sentences: what was chosen and why.
        listing: the part of it that lists what was asked for.
        told: of `features`, what the finished world shows (see `procedural.telling`); None before it was looked at.
        catalogue: the places and things that were known.
    """

    prompt: str = ""
    negative_prompt: str = ""
    place: str = "alpine_lake"
    time: str = "morning"
    weather: str = "clear"
    season: str = "summer"
    sky: frozenset[str] = frozenset()
    features: Mapping[str, int] = field(default_factory=dict, hash=False)
    without: frozenset[str] = frozenset()
    sizes: Mapping[str, float] = field(default_factory=dict, hash=False)
    painted: Mapping[str, str] = field(default_factory=dict, hash=False)
    made_of: Mapping[str, str] = field(default_factory=dict, hash=False)
    wearing: Mapping[str, str] = field(default_factory=dict, hash=False)
    density: float = 1.0
    strength: float = 1.0
    mood: str = ""
    style: str = ""
    secondary: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()
    understood: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    relations: tuple[Placing, ...] = ()
    explanation: str = ""
    listing: str = ""
    told: tuple[str, ...] | None = None
    catalogue: Catalogue = field(default_factory=load_catalogue, compare=False, repr=False)

    @property
    def record(self) -> PlaceRecord:
        """What is known of the place."""
        return self.catalogue.places[self.place]

    @property
    def around(self) -> tuple[PlaceRecord, ...]:
        """The records of `secondary`."""
        return tuple(self.catalogue.places[name] for name in self.secondary)

    @property
    def arid(self) -> bool:
        """Whether the place lies in dry land."""
        return any(place.landscape.arid for place in self.around)

    @property
    def indoors(self) -> bool:
        """Whether the place is a room."""
        return self.record.indoors

    @property
    def snowed_in(self) -> bool:
        """Whether snow lies on the ground of temperate places."""
        return self.weather == "snow" or (self.season == "winter" and "snow" not in self.without)

    @property
    def colours(self) -> tuple[str, ...]:
        """Colour names that the sentence mentions, those of nothing in particular first."""
        return tuple(dict.fromkeys(self.painted[k] for k in sorted(self.painted)))

    @property
    def materials(self) -> tuple[str, ...]:
        """Material names that the sentence mentions."""
        return tuple(dict.fromkeys(self.made_of[k] for k in sorted(self.made_of)))

    def count(self, feature: str, usual: int = 0) -> int:
        """How many of a feature to make: 0 if it is not wanted, what is asked for, or else what is usual here."""
        if feature in self.without:
            return 0
        return self.features.get(feature, usual)

    def wants(self, feature: str, usual: bool = False) -> bool:
        """Whether to make a feature: asked for, or usual here and not refused."""
        return self.count(feature, int(usual)) > 0

    def size(self, feature: str) -> float:
        """The factor on a feature's usual size."""
        return self.sizes.get(feature, 1.0)

    def colour(self, feature: str, usual: str = "") -> str:
        """The colour name that a feature is to have."""
        return self.painted.get(feature, usual)

    def material(self, feature: str, usual: str = "") -> str:
        """The material name that a feature is to be made of."""
        return self.made_of.get(feature, usual)


def understand(prompt: str, negative_prompt: str = "", catalogue: Catalogue | None = None) -> Brief:
    """Read a sentence (English or Chinese, emoji too) and what is not wanted.

    Any text gives a brief: unknown words are listed as ignored, missing ones get defaults that suit the place, and
    contradictions are settled and explained. The same text always gives the same brief.
    """
    text = INSIDE.sub(r"\1 interior", str(prompt)[:LONGEST])
    text = MOON.sub("the surface of the moon", text) if MOON.fullmatch(text) else text
    negative = str(negative_prompt or "")[:LONGEST]
    catalogue = catalogue or load_catalogue()
    places, things = catalogue.places, catalogue.things
    english, language = in_english(text)
    text = english or text
    text = without_owners(text, catalogue)
    reader = Reader(catalogue)
    reading = read_phrases(text, known_words(catalogue))
    finds, taken = with_kin(find(text, catalogue), reading, catalogue)
    reader.read(finds)
    nouns = known_words(catalogue) | {kin.noun: kin.meanings for kin in taken}
    reading, worn = dressed_people(reader, reading, nouns)
    taken = [kin for kin in taken if kin.noun not in worn]
    relations = bind(reader, reading, taken)
    wanted = dict(reader.features)
    reader.read(find(negative, catalogue), negative=True)
    notes = reader.notes
    notes += [
        f"{things[p.thing].label.capitalize()} does not go {p.relation} {things[p.to[0]].label}: they are apart."
        for p in relations
        if p.relation in ("on", "under", "above") and p.to and p.to[0] != "bridge"
        and things[p.to[0]].sort in TOO_SMALL_FOR.get(things[p.thing].sort, ())
    ]  # fmt: skip
    if language:
        notes.append(f"Read word by word from {language.capitalize()}: {english}.")
    if len(str(prompt)) > LONGEST:
        notes.append(f"Only the first {LONGEST} characters were read.")
    for feature in sorted(reader.without & set(wanted)):
        if feature in reader.features:
            del reader.features[feature]
            notes.append(f"{things[feature].label.capitalize()} is both asked for and refused; it is left out.")

    place, secondary, place_given = choose_place(reader, text, notes)
    mood = reader.moods[0] if reader.moods else ""
    style = choose_style(reader)
    meant = places[place].with_style.get(style)
    if meant and meant not in reader.without:
        place = meant
    record = places[place]
    time, time_given = choose_time(reader, record, mood, style, notes)
    weather, weather_given = choose_weather(reader, record, time, mood, notes)
    season, season_given = choose_season(reader, record, [places[p] for p in secondary], weather, notes)
    features = dict(reader.features)
    if not record.indoors:
        _lie_in([places[p] for p in secondary], features, reader)
    for feature in [name for name in features if name in record.cannot_have]:
        del features[feature]
        told = f"There is no rule for {things[feature].label} in {record.label}; it is left out."
        notes.append(record.cannot_have[feature] or told)
    sky = frozenset(reader.sky) - reader.without
    if time == "night" and weather in ("clear", "cloudy") and not record.indoors:
        # A bright moon drowns the stars: a night that names one of them has the other only if it names it, too.
        asked = sky & {"stars", "moon"}
        sky |= (frozenset() if asked else frozenset({"stars", "moon"})) - reader.without
    if "rainbow" in sky and time == "night":
        notes.append("A rainbow needs the sun; at night it is left out.")
        sky -= {"rainbow"}
    if sky & {"stars", "aurora"} and time in ("morning", "noon", "afternoon"):
        notes.append("Stars and polar lights fade in daylight; they are drawn faintly.")
    ignored = list(dict.fromkeys(reader.ignored))
    if reader.undrawn:
        ignored.extend(dict.fromkeys(reader.undrawn))
        notes.append(f"No rule draws people or animals ({listed(list(dict.fromkeys(reader.undrawn)))}).")
    elsewhere = {**(POTTED if paved(record) else {}), **(INDOORS if record.indoors else {})}
    for name in [f for f in features if f in elsewhere]:
        features[elsewhere[name]] = max(features.get(elsewhere[name], 0), features.pop(name))
        _renamed(reader.painted, name, elsewhere[name])
        _renamed(reader.made_of, name, elsewhere[name])
        _renamed(reader.sizes, name, elsewhere[name])
    relations = tuple(
        replace(p, thing=elsewhere.get(p.thing, p.thing), to=tuple(elsewhere.get(name, name) for name in p.to))
        for p in relations
    )

    given = frozenset(
        name
        for name, on in (
            ("place", place_given),
            ("time", time_given),
            ("weather", weather_given),
            ("season", season_given),
        )
        if on
    )
    notes += kin_told(taken, place, catalogue)
    if place_given:
        notes += near_told([finds[at] for _, named, at in reader.places if named == place], place, catalogue, text)
    if not (place_given or taken):
        notes += without_a_place(reading, place, catalogue)
    explanation = _explain(
        reader, place, secondary, time, weather, season, sky, features, mood, style, given, ignored, notes
    )
    return Brief(
        prompt=str(prompt),
        negative_prompt=str(negative_prompt or ""),
        place=place,
        time=time,
        weather=weather,
        season=season,
        sky=sky,
        features=features,
        without=frozenset(reader.without),
        sizes=dict(reader.sizes),
        painted=dict(reader.painted),
        made_of=dict(reader.made_of),
        wearing=dict(reader.wearing),
        density=reader.density,
        strength=reader.strength,
        mood=mood,
        style=style,
        secondary=secondary,
        given=given,
        understood=tuple(reader.understood),
        ignored=tuple(ignored),
        relations=relations,
        explanation=explanation,
        listing=_listing(features, sky, catalogue),
        catalogue=catalogue,
    )


def _renamed(said: dict[str, Any], old: str, new: str) -> None:
    """What was said of a thing holds for what stands for it."""
    if old in said:
        said.setdefault(new, said.pop(old))


def _lie_in(around: Sequence[PlaceRecord], features: dict[str, int], reader: Reader) -> None:
    """A village in a forest has the forest's trees, one on a coast its sea."""
    for feature in (name for place in around for name in place.landscape.brings):
        if feature not in reader.without:
            scattered = reader.catalogue.things[feature].sort == "scattered"
            features.setdefault(feature, MANY if scattered else 1)


POTTED = {"bushes": "houseplant", "ferns": "houseplant"}
"""What grows in the ground -> what stands for it where one stands on floors."""


INDOORS = {"campfire": "fireplace", "balloon": "toy_balloons"}
"""What burns or flies outside -> what stands for it in a room: "by the fire"."""


PAVED = 4.0
"""Metres about the start that a floor covers which is more than a path."""


def paved(record: PlaceRecord) -> bool:
    """Whether one stands on a floor at the start, in which nothing grows."""
    rects = [floor["rect"] for floor in record.recipe.get("floor", ()) if "rect" in floor]
    return record.indoors or any(x0 < -PAVED < PAVED < x1 and z0 < 0 < PAVED < z1 for x0, z0, x1, z1 in rects)


def _listing(features: Mapping[str, int], sky: frozenset[str], catalogue: Catalogue) -> str:
    """ ", with ..." of an explanation, or ""."""
    things = catalogue.things
    drawn = [
        things[f].label if n <= 1 or things[f].sort in ("scattered", "landform") else f"{f.replace('_', ' ')} x {n}"
        for f, n in features.items()
    ]
    extras = drawn + [s for s in catalogue.words.sky if s in sky]
    return f", with {listed(extras, 'and')}" if extras else ""


def listed_things(counts: Mapping[str, int], brief: Brief) -> str:
    """The `Brief.listing` of so many of some of its features, and of its sky."""
    return _listing(counts, brief.sky, brief.catalogue)


def _explain(
    reader: Reader,
    place: str,
    secondary: tuple[str, ...],
    time: str,
    weather: str,
    season: str,
    sky: frozenset[str],
    features: Mapping[str, int],
    mood: str,
    style: str,
    given: frozenset[str],
    ignored: list[str],
    notes: list[str],
) -> str:
    places, words = reader.catalogue.places, reader.catalogue.words
    label = places[place].label
    when = words.time[time].said
    parts = [f"{label[0].upper()}{label[1:]} {when} in {season}, {words.weather[weather].short}"]
    if secondary:
        where = "outside" if places[place].indoors else "around"
        parts.append(f"{listed([places[p].label for p in secondary], 'and')} {where}")
    listing = _listing(features, sky, reader.catalogue)
    if listing:
        parts.append(listing.removeprefix(", "))
    if reader.without:
        parts.append("without " + listed(sorted(reader.without), "and"))
    sentence = ", ".join(parts) + "."
    tone = " and ".join(t for t in (mood, style) if t)
    if tone:
        sentence = sentence[:-1] + f"; {tone}."
    if not reader.understood:
        notes = [
            "No word of the sentence is one that worlds are made of, so this is a pleasant place of our choosing.",
            *notes,
        ]
    elif "place" not in given:
        notes = [CHOSEN, *notes]
    if ignored:
        notes = [*notes, f"Ignored: {listed(ignored, 'and')}{' and more' if len(ignored) > 8 else ''}."]
    return " ".join([sentence, *notes])
