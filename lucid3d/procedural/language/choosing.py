"""What a sentence means where it says several things, or nothing: its place, style, time, weather and season."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from lucid3d.procedural.catalogue.records import PlaceRecord
from lucid3d.procedural.language.reader import NAMED, VIEWED, Reader

CHOSEN = "No place was named, so one was chosen."
SAID_AT_MOST = 40
"""Letters of a word that a message repeats."""


def choose_place(reader: Reader, text: str, notes: list[str]) -> tuple[str, tuple[str, ...], bool]:
    """The place of a sentence, the others that are outside its windows or further off, and whether it was said.

    Args:
        text: decides which place it is where none is named; notes: sentences that are told, some are added.
    """
    known = reader.catalogue.places
    scores: dict[str, float] = {}
    first: dict[str, int] = {}
    for weight, place, position in reader.places:
        if place not in reader.without:
            # The first mention decides; later ones of the same place add a little.
            scores[place] = scores[place] + 0.1 * weight if place in scores else weight
            first.setdefault(place, position)
    rooms = [p for p in scores if known[p].indoors and scores[p] >= NAMED]
    outdoors = [p for p in scores if not known[p].indoors]
    if scores:
        # The first of equals; of those that one word suggests the one that is chosen where none is named.
        best = max(scores, key=lambda p: (scores[p], -first[p], bool(known[p].default)))
        # "a street in Kyoto" is a Japanese street; a water tower alone makes no town the wild west
        closer = [p for p in scores if best in known[p].kind_of and scores[p] >= VIEWED]
        if closer:
            best = max(closer, key=lambda p: (scores[p], -first[p]))
            scores = {p: score for p, score in scores.items() if p not in known[best].kind_of}
        seen_from = rooms and (
            known[best].indoors or scores[best] < NAMED or first[rooms[0]] < first[best] or reader.looks_out
        )
        if outdoors and seen_from:  # a room that looks out on a place
            best = rooms[0]
        secondary = tuple(
            p for p in scores if p != best and not known[p].indoors and (scores[p] >= 2 or known[best].indoors)
        )
        return best, secondary, True
    allowed = [record for record in known.values() if record.name not in reader.without]
    for said, given in ((reader.styles, True), (reader.moods, False)):
        for word in said:
            for record in allowed:
                if word in (record.styles if given else record.moods):
                    if given:
                        notes.append(CHOSEN)
                    return record.name, (), given
    pleasant = sorted((record for record in known.values() if record.default), key=lambda record: record.default)
    sorts = [reader.catalogue.things[feature].sort for feature in reader.features]
    if 2 * sorts.count("furniture") >= max(len(sorts), 1):
        rooms = [record.name for record in pleasant if record.indoors and record in allowed]
        if rooms:
            return rooms[0], (), False
    usual = [record for record in pleasant if not record.indoors]
    candidates = [r.name for r in usual if r in allowed] or [r.name for r in allowed] or [r.name for r in usual]
    # A sentence without a place still decides which pleasant place it gets, always the same one.
    number = zlib.crc32(text.encode("utf-8", "replace")) if text.strip() else 0
    choice = candidates[number % len(candidates)]
    return choice, (), False


def choose_style(reader: Reader) -> str:
    """The last style that changes the picture most: "cyberpunk" over "realistic"."""
    strong = [s for s in reader.styles if s != "photograph"]
    return strong[0] if strong else (reader.styles[0] if reader.styles else "")


def choose_time(reader: Reader, place: PlaceRecord, mood: str, style: str, notes: list[str]) -> tuple[str, bool]:
    """The time of day, and whether it was said."""
    times = [t for t in dict.fromkeys(reader.times) if t not in reader.without]
    if times:
        if len(times) > 1:
            # "a sunny day at sunset", "a breakfast room in the evening": the more particular word wins.
            particular = [t for t in times if t not in ("noon", "morning")] or times
            if "night" in times and len(particular) > 1 and set(particular) <= {"night", "dusk", "sunset"}:
                particular = ["night"]
            notes.append(f"It cannot be {listed(times, 'and')} at once; it is {particular[0]}.")
            return particular[0], True
        return times[0], True
    if "aurora" in reader.sky or "stars" in reader.sky:
        return ("night" if "night" not in reader.without else "dusk"), False
    words = reader.catalogue.words
    tones = [words.style.get(style), words.mood.get(mood)]
    candidates: list[str | None] = [*(tone.time if tone else None for tone in tones), place.time]
    if place.indoors and mood != "cosy":
        candidates[1] = None
    if "clear" in reader.weathers and mood not in ("romantic", "epic"):
        candidates[1] = None  # "a sunny, lonely beach" has a sun
        if place.time == "dusk":
            candidates[2] = "afternoon"
    if "storm" in reader.weathers and place.time in ("sunset", "sunrise"):
        candidates[2] = "afternoon"  # nothing glows under its clouds
    if "moon" in reader.sky:
        candidates.insert(0, "night")
    candidates += list(words.time)
    for time in candidates:
        if time and time not in reader.without:
            return time, False
    return place.time, False


def choose_weather(reader: Reader, place: PlaceRecord, time: str, mood: str, notes: list[str]) -> tuple[str, bool]:
    """The weather, and whether it was said."""
    weathers = [w for w in dict.fromkeys(reader.weathers) if w not in reader.without]
    if weathers:
        chosen = weathers[0]
        wet = [w for w in weathers if w not in ("clear", "cloudy")]
        if len(weathers) > 1:
            chosen = "storm" if "storm" in wet else (wet[0] if wet else "cloudy")
            if "clear" in weathers and chosen != "cloudy":
                if chosen == "mist":
                    notes.append("Sunshine and mist together: a sunlit mist.")
                else:
                    notes.append(f"It cannot be clear with {chosen}; there is {chosen}.")
        if chosen == "clear" and time == "night" and reader.times:
            sunny = [w for w, m in reader.understood if "clear" in m]
            if any(s.startswith("sun") or s in ("bright day",) for s in sunny):
                notes.append("The sun does not shine at night, so this is a clear, moonlit night.")
        return chosen, True
    words = reader.catalogue.words
    tone = words.mood.get(mood) if not place.indoors else None
    for weather in (tone.weather if tone else None, place.weather, "clear", *words.weather):
        if weather and weather not in reader.without:
            return weather, False
    return "clear", False


def choose_season(
    reader: Reader, place: PlaceRecord, around: Sequence[PlaceRecord], weather: str, notes: list[str]
) -> tuple[str, bool]:
    """The season, and whether it was said; `around`: the places further off."""
    seasons = [s for s in dict.fromkeys(reader.seasons) if s not in reader.without]
    if seasons:
        if len(seasons) > 1:
            plain = [s for s in seasons if any(word == s for word, _ in reader.understood)]
            chosen = (plain or seasons)[0]
            notes.append(f"Of {listed(seasons, 'and')} the season is {chosen}.")
            return chosen, True
        return seasons[0], True
    if weather == "snow":
        return "winter", False
    lying_in = next((other.landscape.season for other in around if other.landscape.season and not place.indoors), None)
    if lying_in and lying_in not in reader.without:
        return lying_in, False
    season = place.season
    return (season if season not in reader.without else "spring"), False


def listed(names: list[str], word: str = "or") -> str:
    """Up to eight names as a person lists them: "a, b or c"."""
    names = [n.replace("_", " ") for n in names[:8]]
    names = [n if len(n) <= SAID_AT_MOST else n[: SAID_AT_MOST - 3] + "..." for n in names]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" {word} " + names[-1]
