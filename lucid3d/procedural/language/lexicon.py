"""The words of a catalogue, ordered for finding them: a trie of English phrases, tables of Chinese words and emoji."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from lucid3d.procedural.catalogue.load import Catalogue
from lucid3d.procedural.catalogue.records import Words
from lucid3d.procedural.language.words import BREAK, Speller, split

Meanings = tuple[str, ...]
"""What a word means, as "kind.name": "place.meadow", "hint.arctic" (it suggests a place), "feature.boat",
"colour.red"."""
BEFORE_THINGS = ("time", "sky", "weather", "season")
"""Kinds that are told before things; the others (colours, moods, ...) after them."""


@dataclass
class Node:
    """A node of the phrase trie."""

    after: dict[str, Node] = field(default_factory=dict)
    meanings: Meanings = ()


@dataclass(frozen=True)
class Lexicon:
    """Every word and phrase with its meanings, and the speller that knows the English ones."""

    english: Node
    chinese: Mapping[str, Meanings]
    emoji: Mapping[str, Meanings]
    speller: Speller
    longest: int
    """Characters of the longest Chinese word."""


def meanings(catalogue: Catalogue) -> Iterator[tuple[str, Words]]:
    """Every meaning of a catalogue with its words."""
    for place in catalogue.places.values():
        yield f"place.{place.name}", place.words
    for place in catalogue.places.values():
        yield f"place.{place.name}", place.near
    for place in catalogue.places.values():
        yield f"hint.{place.name}", place.hints
    kinds = [kind.name for kind in fields(catalogue.words)]
    for kind in BEFORE_THINGS:
        yield from _of_kind(catalogue, kind)
    for thing in catalogue.things.values():
        yield f"feature.{thing.name}", thing.words
    for kind in kinds:
        if kind not in BEFORE_THINGS:
            yield from _of_kind(catalogue, kind)


def _of_kind(catalogue: Catalogue, kind: str) -> Iterator[tuple[str, Words]]:
    for name, record in getattr(catalogue.words, kind).items():
        yield f"{kind}.{name}", record.words


@functools.lru_cache(maxsize=8)
def lexicon(catalogue: Catalogue) -> Lexicon:
    """The words of a catalogue."""
    root, known = Node(), set()
    chinese: dict[str, Meanings] = {}
    emoji: dict[str, Meanings] = {}
    for meaning, words in meanings(catalogue):
        for phrase in words.english:
            node = root
            for word in split(phrase):
                if word != BREAK:
                    known.add(word)
                    node = node.after.setdefault(word, Node())
            node.meanings = _also(node.meanings, meaning)
        for word in words.chinese:
            chinese[word] = _also(chinese.get(word, ()), meaning)
        for symbol in words.emoji:
            emoji[symbol] = _also(emoji.get(symbol, ()), meaning)
    speller = Speller(frozenset(known - catalogue.grammar.english.silent))
    return Lexicon(root, chinese, emoji, speller, max(map(len, chinese), default=0))


def _also(said: Meanings, meaning: str) -> Meanings:
    """One more meaning of a word. Of two places that it names the first counts: a person's own come first."""
    named = meaning.startswith("place.") and any(m.startswith("place.") for m in said)
    return said if meaning in said or named else (*said, meaning)


def all_words(catalogue: Catalogue) -> dict[str, Meanings]:
    """Every word and phrase of a catalogue -> its meanings."""
    known = lexicon(catalogue)
    table: dict[str, Meanings] = {}

    def walk(node: Node, prefix: tuple[str, ...]) -> None:
        if node.meanings:
            table[" ".join(prefix)] = node.meanings
        for word, child in node.after.items():
            walk(child, (*prefix, word))

    walk(known.english, ())
    return {**table, **known.chinese, **known.emoji}
