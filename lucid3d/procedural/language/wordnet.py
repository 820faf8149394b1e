"""What is a word of English, and what a noun is a kind of: WordNet 3.1, cut down to a few hundred kB.

`wordnet.xz` is made by `make_wordnet.py`, which says what it holds; its licence lies beside it (`wordnet.LICENSE`). It
is read when something is first asked.
"""

from __future__ import annotations

import functools
import lzma
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.language.words import base_forms, is_plural

DATA = Path(__file__).with_name("wordnet.xz")
PARTS = ("noun", "verb", "adj", "adv")
RARE = 6
"""Senses of a noun, by frequency, that are known: nobody means a later one."""
SENSES = 2
"""Senses of an unknown noun that are followed up."""
FAR = 5
"""Steps up from a noun beyond which its kind says nothing of it any more."""
RANK_COSTS = 2.0
"""A less frequent sense, in steps up."""
_VAGUE = """
    physical_entity object whole thing matter substance artifact instrumentality structure construction location
    region area district tract land ground point way space place unit part piece body material component container
    device equipment instrument implement commodity article item covering creation product facility cause agent
    organism being living_thing causal_agent person individual someone somebody soul animal animate_being beast brute
    creature fauna plant flora plant_life vertebrate chordate solid surface opening passage line enclosure room
    building edifice formation geological_formation natural_object top side level set stuff work goods good
    system light color food nutrient drink liquid fluid means conveyance transport vehicle
"""
VAGUE = frozenset(_VAGUE.split())
"""Kinds that are so wide that what stands for them stands for nothing: a stadium is a structure, and so is a well."""


@dataclass(frozen=True, eq=False)
class _Data:
    """The file. A lemma's sense is a synset, which is a row.

    Attributes:
        parts: word -> its parts of speech, joined by commas.
        tokens: lemma, with ".rank" for all but its first sense -> its place in the file.
        ends: (rows,) one past the place of each row's last lemma.
        steps: row -> how many rows before it the row is of which it is a kind; 0 at the top.
    """

    parts: dict[str, str]
    tokens: dict[str, int]
    ends: NDArray[np.int64]
    steps: list[int]

    def senses(self, lemma: str) -> list[tuple[int, int]]:
        """(rank by frequency, row) of a lemma, words joined by underscores; the most frequent first."""
        keys = ((0, lemma), *((rank, f"{lemma}.{rank}") for rank in range(1, RARE)))
        found = [(rank, self.tokens[key]) for rank, key in keys if key in self.tokens]
        return [(rank, int(np.searchsorted(self.ends, at, side="right"))) for rank, at in found]


@functools.lru_cache(maxsize=1)
def _data() -> _Data:
    words, lemmas, steps, counts = lzma.decompress(DATA.read_bytes()).decode("ascii").split("\n\n")
    parts: dict[str, str] = {}
    for line in words.split("\n"):
        of, _, group = line.partition(" ")
        parts.update(dict.fromkeys(group.split(" "), of))
    tokens = lemmas.split(" ")
    ends = np.cumsum(np.array(counts.split(" "), np.int64))
    return _Data(parts, dict(zip(tokens, range(len(tokens)), strict=True)), ends, list(map(int, steps.split(" "))))


def parts_of_speech(word: str) -> frozenset[str]:
    """Of noun, verb, adj, adv, what a lower-case word is as it stands (not its endings); empty where it is none."""
    of = _data().parts.get(word, "")
    return frozenset(of.split(",")) if of else frozenset()


def is_word(word: str) -> bool:
    """Whether a lower-case word is one of English, in some form: "boats" and "winding" are."""
    parts = _data().parts
    return word in IRREGULAR or any(form in parts for form in base_forms(word))


_IRREGULAR = """
    ate began begun bent bitten bled blew blown bore born bought bound bred broke broken brought built burnt came
    caught chose chosen clung crept dealt did done drank drawn drove driven drunk dug eaten fallen fed fell fled flew
    flown flung forbidden forgot forgotten fought found froze frozen gave given gone got gotten grew grown held heard
    hewn hid hidden hung kept knelt knew known laid lain leapt learnt led left lent let lit lost made meant met mown
    paid ran rang ridden rode rose risen said sang sank sat saw sawn seen sent set sewn shaken shed shone shook shorn
    shot shown shrank shrunk shut slain slept slid slung slunk slit sold sought sown spent spilt spoke spoken sprang
    sprung stole stolen stood strewn strode struck strung stuck stung sung sunk swam swept swollen swore sworn swum
    swung taken taught thought threw thrown told took tore torn trod trodden understood went wept were woke woken won
    wore worn wound wove woven written wrote mice geese teeth feet oxen dice women men children people lives wives
    thieves halves hooves scarves elves dwarves calves sheaves roofs wharves
"""
IRREGULAR = frozenset(_IRREGULAR.split())
"""Forms that no rule of endings leads back to their word."""


@functools.lru_cache(maxsize=4096)
def number_forms(word: str) -> tuple[str, ...]:
    """A noun as it is written, and in the singular where it may be a plural."""
    if not (is_plural(word) or word in PLURALS):
        return (word,)
    singular = [form for form in base_forms(word)[1:] if len(form) >= len(word) - 3 or word in PLURALS]
    return (word, *sorted(singular, key=len, reverse=True))  # pipes are no pips


PLURALS = frozenset(("people", "men", "women", "children", "cacti", "fungi", "leaves", "knives", "shelves", "wolves"))


def kind_of(noun: str, known: Mapping[str, object] | Iterable[str]) -> str | None:
    """The nearest of the `known` nouns that a noun is a kind of, or None: "saloon" -> "bar", "corgi" -> "dog".

    Frequent senses and near kinds come first; a known noun stands for its own most frequent sense or two, so that a
    "chest" of drawers is not reached as a part of the body. Words of a compound are joined by spaces.
    """
    data = _data()
    rows = _rows(frozenset(known))
    best: tuple[float, str] | None = None
    for form in dict.fromkeys(_forms(noun)):
        for rank, row in data.senses(form)[:SENSES]:
            at = row
            for step in range(FAR + 1):
                cost = step + RANK_COSTS * rank
                if best is not None and cost >= best[0]:
                    break
                name = rows.get(at)
                if name is not None and name != noun and (step == 0 or name.replace(" ", "_") not in VAGUE):
                    best = (cost, name)
                    break
                if not data.steps[at]:
                    break
                at -= data.steps[at]
        if best is not None:
            break
    return None if best is None else best[1]


def _forms(noun: str) -> Iterable[str]:
    """A noun as WordNet writes it: as it is, then its last word in the singular, and with a hyphen."""
    *first, last = noun.lower().split() or [""]
    for form in number_forms(last):
        yield "_".join([*first, form])
        if first:
            yield f"{'-'.join(first)}{'_' if len(first) > 1 else '-'}{form}"


@functools.lru_cache(maxsize=8)
def _rows(known: frozenset[str]) -> Mapping[int, str]:
    """Synset -> the known noun that stands for it."""
    data = _data()
    held: dict[int, tuple[int, str]] = {}
    for name in sorted(known):
        for rank, row in data.senses(name.replace(" ", "_"))[:2]:
            if rank <= 1 and (row not in held or rank < held[row][0]):
                held[row] = (rank, name)
    return {row: name for row, (_, name) in held.items()}


def is_kind_of(noun: str, kind: str) -> bool:
    """Whether a noun, as it is mostly meant, is a kind of another: ("corgi", "animal")."""
    data = _data()
    targets = {row for rank, row in data.senses(kind.replace(" ", "_")) if rank <= 1}
    for form in _forms(noun):
        senses = data.senses(form)
        at = senses[0][1] if senses else 0
        while data.steps[at]:
            if at in targets:
                return True
            at -= data.steps[at]
    return False


def is_noun(noun: str) -> bool:
    """Whether a noun, words joined by spaces and in the singular, is one that WordNet knows as a body or a place."""
    data = _data()
    return any(form in data.tokens or f"{form}.1" in data.tokens for form in _forms(noun))
