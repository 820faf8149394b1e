"""Reading a sentence: which words go together (numbers, colours, sizes with their nouns; what a "no" reaches)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lucid3d.procedural.catalogue.load import Catalogue
from lucid3d.procedural.language.finding import Find
from lucid3d.procedural.language.words import base_forms

PLURAL = 3
"""How many "boats" are, when no number is given."""
MANY = 12
"""How many "many boats" are."""
NAMED, ATTRIBUTE, VIEWED, HINTED = 4.0, 2.5, 2.0, 1.0
"""How much a place counts that is named, that describes another ("desert canyon"), that is looked out on, of which a
thing makes one think."""


class Reader:
    """Collects what a list of finds says."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.places: list[tuple[float, str, int]] = []  # (weight, place, which word); the order of the sentence counts
        self.times: list[str] = []
        self.weathers: list[str] = []
        self.seasons: list[str] = []
        self.sky: list[str] = []
        self.moods: list[str] = []
        self.styles: list[str] = []
        self.features: dict[str, int] = {}
        self.without: set[str] = set()
        self.streets = [p.name for p in catalogue.places.values() if p.street]
        self.looks_out = False  # whether something is looked out on: "a lake outside the window"
        self.sizes: dict[str, float] = {}
        self.painted: dict[str, str] = {}
        self.made_of: dict[str, str] = {}
        self.wearing: dict[str, str] = {}
        self.density = 1.0
        self.strength = 1.0
        self.understood: list[tuple[str, str]] = []
        self.ignored: list[str] = []
        self.undrawn: list[str] = []
        self.notes: list[str] = []

    def read(self, finds: list[Find], negative: bool = False) -> None:
        """Read a sentence; a `negative` one lists what is not wanted."""
        denied = "without" if negative else ""
        number: int | None = None
        colour = material = ""
        viewed = False
        pending: list[str] = []  # modifier meanings that wait for their noun
        for position, item in enumerate(finds):
            if item.kind == "number":
                number = item.number if number is None or item.number < 12 else max(number, 1) * item.number
                continue
            if item.kind == "negation":
                denied = item.meanings[0]
                self.understood.append((item.text, "not"))
                continue
            if item.kind == "view":
                viewed = self.looks_out = True
                continue
            if item.kind in ("break", "clause"):
                if item.kind == "clause" or denied == "no" or not list_goes_on(finds, position):
                    denied = "without" if negative else ""
                if item.kind == "break":
                    viewed = False
                self._flush(colour, material, pending, item.kind == "break")
                if item.kind == "break":
                    number, colour, material, pending = None, "", "", []
                continue
            if item.kind == "and":
                after = finds[position + 1].kind if position + 1 < len(finds) else ""
                if denied == "no" and after in ("article", "number"):
                    denied = "without" if negative else ""
                continue
            if item.kind in ("silent", "article"):
                before = finds[position - 1].kind if position else ""
                if item.kind == "article" and denied == "without" and not negative and before in ("meaning", "undrawn"):
                    denied = ""  # "without trees or people a quiet lake": the list is over
                continue
            if item.kind == "undrawn":
                if not (denied or negative):
                    self.undrawn.append(item.text)
                number = None
                continue
            if item.kind == "unknown":
                if not (negative or item.text in self.ignored):
                    self.ignored.append(item.text)
                continue
            meanings = [m.split(".", 1) for m in item.meanings]
            kinds = {kind for kind, _ in meanings}
            name = item.corrected or item.text
            if denied or item.kind == "without":
                self._deny(item, meanings)
                continue
            nouns = [(k, n) for k, n in meanings if k in ("feature", "place", "hint")]
            features = [n for k, n in nouns if k == "feature"]
            weathers = [n for k, n in meanings if k == "weather"]
            if kinds <= {"size", "amount", "strength", "colour", "material", "mood", "style", "weather"} and (
                kinds & {"size", "amount", "strength"}
            ):
                pending.extend(item.meanings)  # its meaning depends on the noun that follows
                if not noun_follows(finds, position):
                    self._apply(pending, None, False)
                    pending = []
                self._note(item, name)
                continue
            if pending:
                if weathers and not features:
                    self._apply(pending, None, True)
                    pending = []
                elif features:
                    self._apply(pending, features[0], False)
                    pending = []
            own_colour = [n for k, n in meanings if k == "colour"]
            own_material = [n for k, n in meanings if k == "material"]
            if own_colour:
                colour = own_colour[0]
            if own_material:
                material = own_material[0]
            for kind, value in meanings:
                if kind == "place":
                    said = ATTRIBUTE if self._attributive(finds, position) else VIEWED if viewed else NAMED
                    if self.catalogue.places[value].indoors and (item.plural or seen_from_outside(finds, position)):
                        said = HINTED  # one stands in one room; cafes stand around
                        self.places.extend((HINTED, p, position) for p in self.streets)
                    self.places.append((said, value, position))
                elif kind == "hint":
                    self.places.append((HINTED / 2 if viewed else HINTED, value, position))
                elif kind == "time":
                    self.times.append(value)
                elif kind == "weather":
                    self.weathers.append(value)
                elif kind == "season":
                    self.seasons.append(value)
                elif kind == "sky":
                    self.sky.append(value)
                elif kind == "mood":
                    self.moods.append(value)
                elif kind == "style":
                    self.styles.append(value)
            for feature in features:
                self._want(feature, number, item.plural)
                if colour:
                    self.painted.setdefault(feature, colour)
                if material:
                    self.made_of.setdefault(feature, material)
            if features or any(k in ("place", "hint") for k, _ in nouns):
                if not features and colour:
                    self.painted.setdefault("", colour)
                if not features and material:
                    self.made_of.setdefault("", material)
                number, colour, material = None, "", ""
            self._note(item, name)
        self._flush(colour, material, pending, True)

    def _note(self, item: Find, name: str) -> None:
        said = ", ".join(dict.fromkeys(m.split(".", 1)[1].replace("_", " ") for m in item.meanings))
        entry = (item.text, said if name == item.text else f"{said} (read as {name})")
        if entry not in self.understood:
            self.understood.append(entry)

    def _flush(self, colour: str, material: str, pending: list[str], last: bool) -> None:
        """A colour or a material without a noun colours the place."""
        if not last:
            return
        if colour:
            self.painted.setdefault("", colour)
        if material:
            self.made_of.setdefault("", material)
        if pending:
            self._apply(pending, None, False)

    def _apply(self, modifiers: list[str], feature: str | None, weather: bool) -> None:
        for kind, value in (m.split(".", 1) for m in modifiers):
            if kind == "size" and feature:
                self.sizes[feature] = self.catalogue.words.size[value].factor
            elif kind == "strength" and weather:
                self.strength = self.catalogue.words.strength[value].factor
            elif kind == "amount" and not weather:
                self.density = self.catalogue.words.amount[value].factor
                if feature and self.catalogue.things[feature].sort == "scattered":
                    self.features[feature] = MANY if value == "many" else 2
            elif kind == "mood" and not weather:
                self.moods.append(value)
            elif kind == "style" and not weather:
                self.styles.append(value)
            elif kind == "weather":
                self.weathers.append(value)

    def _want(self, feature: str, number: int | None, plural: bool) -> None:
        if number == 0:
            self.without.add(feature)
            return
        count = number if number is not None else (PLURAL if plural else 1)
        self.features[feature] = max(self.features.get(feature, 0), count)

    def _deny(self, item: Find, meanings: list[list[str]]) -> None:
        said = []
        kinds = {kind for kind, _ in meanings}
        part = next((kind for kind in ("sky", "weather") if kind in kinds), "")
        grammar = self.catalogue.grammar
        if item.text in grammar.english.felt | grammar.chinese.felt and self.weathers:
            self.understood.append((item.text, "not drawn"))
            return
        for kind, value in meanings:
            if part and kind not in (part, "feature"):
                continue  # a storm without lightning is a storm, a night without starlight a night
            if kind in ("feature", "weather", "sky", "time", "place", "season"):
                self.without.add(value)
                said.append(value.replace("_", " "))
            if kind == "feature":
                self.without.update(name for name, thing in self.catalogue.things.items() if thing.kind_of == value)
            if kind == "colour":
                self.without.add(value)
                said.append(value)
        if said:
            self.understood.append((item.text, "no " + ", ".join(dict.fromkeys(said))))

    def _attributive(self, finds: list[Find], position: int) -> bool:
        """Whether the place at `position` only describes a place that follows: "desert canyon", 沙漠里的城市."""
        own = places_of(finds[position])
        if not all(self.catalogue.places[place].describes for place in own):
            return False
        vague = self.catalogue.grammar.english.vague
        owned = False  # a Chinese 的: what follows it is what the sentence is about
        for item in finds[position + 1 :]:
            named = places_of(item)
            if named:
                return not named <= own and base_forms(item.text)[-1] not in vague and item.text not in vague
            if item.kind == "clause" and item.text == "的":
                owned = True
            elif item.kind == "meaning":
                if not owned and any(not m.startswith(("colour.", "size.", "material.")) for m in item.meanings):
                    return False
            elif item.kind != "silent" or (item.text.isascii() and not owned):
                return False
        return False


def places_of(item: Find) -> set[str]:
    """The places that a find names outright."""
    return {m.split(".", 1)[1] for m in item.meanings if m.startswith("place.")} if item.kind == "meaning" else set()


OUTSIDE = frozenset(("front", "outside", "behind", "beside", "near", "opposite", "next", "before", "facing"))
"""Words before a room that is looked at from the street."""


def seen_from_outside(finds: list[Find], position: int) -> bool:
    """Whether a place stands after "in front of", "outside", "next to" and the like."""
    for item in reversed(finds[max(position - 5, 0) : position]):
        if item.text in OUTSIDE:
            return True
        if item.kind in ("break", "and", "meaning") and not any(
            m.startswith(("colour.", "size.", "material.", "mood.", "style.")) for m in item.meanings
        ):
            return False
    return False


def list_goes_on(finds: list[Find], position: int) -> bool:
    """Whether a list after "without" goes on beyond this comma: an "and" or "or" is still to come in it."""
    for item in finds[position + 1 :]:
        if item.kind == "and":
            return True
        if item.kind in ("clause", "negation"):
            return False
    return False


def noun_follows(finds: list[Find], position: int) -> bool:
    """Whether a noun stands behind a position in the same clause."""
    for item in finds[position + 1 :]:
        if item.kind in ("break", "clause", "and", "negation"):
            return False
        if item.kind == "meaning":
            return True
    return False


_SAID = re.compile(r"\b(three|3|twelve|12)\b|[三3]|十二")


def exact_counts(prompt: str, features: Mapping[str, int]) -> frozenset[str]:
    """The features whose number a sentence says: a plural alone counts as `PLURAL`, "many" as `MANY`."""
    spoken = bool(_SAID.search(prompt.lower()))
    return frozenset(f for f, n in features.items() if n > 1 and (n not in (PLURAL, MANY) or spoken))
