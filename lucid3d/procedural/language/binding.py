"""What the noun phrases of a sentence add to its words: nouns that nothing here is called go to the nearest kind, and
numbers, colours, materials and relations go with their own noun."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lucid3d.procedural.catalogue.load import Catalogue
from lucid3d.procedural.language import wordnet
from lucid3d.procedural.language.finding import Find
from lucid3d.procedural.language.lexicon import Meanings, all_words
from lucid3d.procedural.language.reader import MANY, PLURAL, Reader
from lucid3d.procedural.language.wish import NOUNS, Reading, Wish
from lucid3d.procedural.language.words import is_plural, split

GROUPED = 5
"""How many stand in a row or in a circle, when no number is given."""
PLACES = ("building", "room", "area", "location", "facility", "establishment", "workplace", "way", "compartment")
"""Kinds of what a sentence can be set in."""
MANY_WORDS = frozenset(("many", "several", "few", "some", "numerous", "countless", "various", "lots"))
"""Numbers that the reader has weighed already."""
SPATIAL = frozenset(
    ("left", "right", "ahead", "behind", "in front of", "beside", "on", "under", "above", "between", "among", "around",
     "facing", "across", "along", "corner", "centre", "circle", "row")
)  # fmt: skip
"""The relations by which a thing can be set (see `phrases.Relation`)."""


@dataclass(frozen=True)
class Placing:
    """How a thing that is asked for stands to others.

    Attributes:
        thing: its name in the catalogue.
        relation: one of `SPATIAL`.
        to: names of the things to which it does; empty where it is to the one who looks, or to the room.
    """

    thing: str
    relation: str
    to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kin:
    """A noun that nothing is called, and the known one whose kind it is."""

    noun: str
    known: str
    meanings: tuple[str, ...]


@functools.lru_cache(maxsize=8)
def known_words(catalogue: Catalogue) -> dict[str, Meanings]:
    """`lexicon.all_words`, kept."""
    return all_words(catalogue)


@functools.lru_cache(maxsize=8)
def _nouns(catalogue: Catalogue) -> frozenset[str]:
    """The English nouns that mean a place or a thing, or someone that nothing draws."""
    named = {w for w, said in known_words(catalogue).items() if w.isascii() and _is_noun(said) and not _wider(w, said)}
    return frozenset(named | catalogue.grammar.english.undrawn)


def _wider(word: str, meanings: Sequence[str]) -> bool:
    """Whether a word says more than the thing that it names here: not every barrier is a fence."""
    things = [m.split(".", 1)[1].replace("_", " ") for m in meanings if m.startswith("feature.")]
    return any(form != word and wordnet.is_kind_of(form, word) for t in things for form in wordnet.number_forms(t))


def _is_noun(meanings: Sequence[str]) -> bool:
    return any(m.split(".", 1)[0] in NOUNS for m in meanings)


def with_kin(finds: list[Find], reading: Reading, catalogue: Catalogue) -> tuple[list[Find], list[Kin]]:
    """The finds of a sentence, its unknown nouns replaced by the nearest known kind of thing or place up WordNet's
    hypernyms ("saloon": a pub, "corgi": a dog); and what was taken for what."""
    known = known_words(catalogue)
    finds, taken, start = list(finds), [], 0
    for wish in reading.wishes:
        drawn = wish.head not in catalogue.grammar.english.undrawn
        if not wish.head.isascii() or not drawn or _is_noun(known.get(wish.head, ())):
            continue
        words = wish.text.split()
        at = next((i for i in range(start, len(finds)) if _says(finds[i : i + len(words)], words)), None)
        if at is None:
            continue
        start = at + 1
        name = wordnet.kind_of(wish.head, _nouns(catalogue))
        meanings = tuple(m for m in known.get(name or "", ()) if m.split(".", 1)[0] in NOUNS)
        if any(wordnet.is_kind_of(form, "person") for form in wordnet.number_forms(wish.head)):
            # someone is no place: where they work is not said
            meanings = tuple(m for m in meanings if m.startswith("feature.")) or ("feature.person",)
            name = name or "person"
        if wish is not reading.wishes[0]:  # what only stands in a place does not name it
            meanings = tuple(m.replace("place.", "hint.", 1) for m in meanings)
        if name and not meanings:
            finds[at : at + len(words)] = [Find(wish.text, "undrawn")]
        elif name:
            finds[at : at + len(words)] = [Find(wish.text, "meaning", meanings, plural=wish.plural, corrected=name)]
            taken.append(Kin(wish.head, name, meanings))
    return finds, taken


def _says(finds: list[Find], words: list[str]) -> bool:
    """Whether these finds are a compound that is not known as one, or one unknown word."""
    if [f.text for f in finds] != words or any(f.kind not in ("unknown", "meaning", "silent") for f in finds):
        return False
    return len(words) > 1 or finds[0].kind == "unknown"


def kin_told(taken: Sequence[Kin], place: str, catalogue: Catalogue) -> list[str]:
    """A sentence for each noun that was taken for another."""
    sentences = []
    for kin in taken:
        places = [m.split(".", 1)[1] for m in kin.meanings if m.startswith(("place.", "hint."))]
        things = [m.split(".", 1)[1] for m in kin.meanings if m.startswith("feature.")]
        if things:
            sentences.append(f"{_an(kin.noun).capitalize()} is built as {catalogue.things[things[0]].label}.")
        elif place in places:
            sentences.append(f"I cannot build {_an(kin.noun)}; here is {catalogue.places[place].label} instead.")
    return sentences


def near_told(finds: Sequence[Find], place: str, catalogue: Catalogue, text: str) -> list[str]:
    """What is said where words name what nothing here is, and `place` only comes nearest to it.

    Args:
        finds: those that named the place.
        text: the sentence, for how a name is written.
    """
    record = catalogue.places[place]
    near = {" ".join(split(words)) for words in record.near.english} | set(record.near.chinese)
    for find in finds:
        if near.isdisjoint((find.corrected or find.text, *_number_phrases(find.text))):
            return []  # another word means the place itself
    return [f"I cannot build {_called(find.text, text)}; here is {record.label} instead." for find in finds[:1]]


def _number_phrases(words: str) -> list[str]:
    """A phrase with its last word in each number that it may stand for: "horse stables" -> "horse stable"."""
    *front, last = words.split(" ")
    return [" ".join((*front, form)) for form in wordnet.number_forms(last)]


def _called(words: str, text: str) -> str:
    """A noun with its article, a name as the sentence writes it: "a mosque", "the Taj Mahal", "Machu Picchu"."""
    written = re.search(rf"\b(the |an? )?({r'.{1,3}'.join(map(re.escape, words.split(' ')))})\b", text, re.IGNORECASE)
    if written and ((written[2][0].isupper() and written.start(2) > 0) or (written[2].istitle() and " " in words)):
        return f"{(written[1] or '').lower()}{written[2]}"
    said = written[2].lower() if written else words
    return said if not words.isascii() or is_plural(said.split(" ")[-1]) else _an(said)


def _an(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def bind(reader: Reader, reading: Reading, taken: Sequence[Kin]) -> tuple[Placing, ...]:
    """Give the reader's features the numbers, colours and materials of their own noun phrases, and take away what was
    another noun's. Returns how they stand to each other."""
    known = known_words(reader.catalogue) | {kin.noun: kin.meanings for kin in taken}
    features = [_features(wish, known) for wish in reading.wishes]
    for feature in reader.features:
        wishes = [w for w, own in zip(reading.wishes, features, strict=True) if feature in own and not w.denied]
        if not wishes:
            continue
        numbers = any(w.count is not None or w.group in ("row", "circle") for w in wishes)
        vague = reader.features[feature] >= MANY or any(not MANY_WORDS.isdisjoint(w.adjectives) for w in wishes)
        if numbers or not (vague or reader.catalogue.things[feature].sort == "scattered"):
            reader.features[feature] = sum(_number(w) for w in wishes) or reader.features[feature]
        for kept, said in ((reader.painted, "colour"), (reader.made_of, "material")):
            names = [getattr(w, said) or _own(w, said, known) or _of(w, said, reading, known) for w in wishes]
            kept.pop(feature, None)
            if name := next(filter(None, names), ""):
                kept[feature] = name
    placings = [
        Placing(names[0], w.group) for w, names in zip(reading.wishes, features, strict=True)
        if names and w.group in ("circle", "row") and not w.denied
    ]  # fmt: skip
    for relation in reading.relations:
        things = features[relation.of]
        to = [features[i] for i in relation.to]
        if relation.kind in ("left", "right") and any(_is_place(reading.wishes[i], known) for i in relation.to):
            to = []  # the place's own subject lies ahead: left of the waterfall is left
        if relation.kind in SPATIAL and things and all(to) and not reading.wishes[relation.of].denied:
            placings.append(Placing(things[0], relation.kind, tuple(names[0] for names in to)))
    return tuple(p for p in placings if p.thing in reader.features)


def _is_place(wish: Wish, known: dict[str, Meanings]) -> bool:
    """Whether a noun is a place, and nothing that stands in one."""
    said = known.get(wish.head, ())
    return any(m.startswith("place.") for m in said) and not any(m.startswith("feature.") for m in said)


def _features(wish: Wish, known: dict[str, Meanings]) -> list[str]:
    said = (*known.get(wish.head, ()), *known.get(f"the {wish.head}", ()))  # "well" alone is an adverb
    return [m.split(".", 1)[1] for m in said if m.startswith("feature.")]


def _own(wish: Wish, said: str, known: dict[str, Meanings]) -> str:
    """The colour or material that a noun has by itself: lavender is purple."""
    return next((m.split(".", 1)[1] for m in known.get(wish.head, ()) if m.startswith(f"{said}.")), "")


def _of(wish: Wish, said: str, reading: Reading, known: dict[str, Meanings]) -> str:
    """The colour or material that follows a noun: "a pier of stone", "a statue made of gold"."""
    parts = [
        reading.wishes[i] for r in reading.relations if r.kind == "of" and reading.wishes[r.of] is wish for i in r.to
    ]
    return next(filter(None, (_own(part, said, known) for part in parts if not _features(part, known))), "")


def _number(wish: Wish) -> int:
    if wish.count is not None:
        return wish.count
    return GROUPED if wish.group in ("row", "circle") else PLURAL if wish.plural else 1


def without_a_place(reading: Reading, place: str, catalogue: Catalogue) -> list[str]:
    """What is said where the first noun of a sentence is nothing that worlds know, nor near anything."""
    known = known_words(catalogue)
    first = next((w for w in reading.wishes if not w.denied), None)
    if first is None or first.head in known or not wordnet.is_noun(first.head):
        return []
    if any(wordnet.is_kind_of(first.head, kind) for kind in PLACES):
        return [f"I cannot build {_an(first.head)}; here is {catalogue.places[place].label} instead."]
    return [f"I cannot build {_an(first.head)}."]
