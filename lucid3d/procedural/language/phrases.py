"""Noun phrases: what a sentence speaks of, each with its own number, colour and material, and how they stand together.

No grammar is needed for this much English: articles, numbers, prepositions, commas and "and" cut a sentence into noun
phrases; the last noun of a phrase (or the longest known compound at its end) is its head, and what stands before it is
said of it. A participle is told from a noun by where it stands ("a parked car", "a car parked by", "a clearing").
Chinese is read by its own order (`chinese.py`).
"""

from __future__ import annotations

from lucid3d.procedural.language.chinese import read_chinese
from lucid3d.procedural.language.collector import Collector, Phrase
from lucid3d.procedural.language.grammar import (
    BETWEEN_TWO,
    DETERMINERS,
    GROUPS,
    JOINING,
    LONGEST_RELATION,
    NEGATIONS,
    NUMBERS,
    ONLY_BEFORE_ARTICLES,
    PRONOUNS,
    SMALL,
    TO_NOBODY,
)
from lucid3d.procedural.language.wish import NOUNS, Meanings, Reading
from lucid3d.procedural.language.words import BREAK, split


def read_phrases(text: str, known: Meanings) -> Reading:
    """Read a sentence. Never fails: any text gives a reading, perhaps an empty one.

    Args:
        text: English or Chinese, or both.
        known: the vocabulary: which phrases are one, which words are colours and materials.
    """
    reader = Collector(known)
    tokens = split(text)
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token == BREAK:
            reader.comma()
            i += 1
        elif "\u3400" <= token[0] <= "\u9fff":
            reader.end()
            read_chinese(token, reader)
            i += 1
        elif not (token.isascii() and token.isalnum()):
            i += 1
        else:
            i += _english_word(tokens, i, reader)
    reader.comma()
    return Reading(tuple(reader.wishes), tuple(reader.relations))


def _english_word(tokens: list[str], i: int, reader: Collector) -> int:
    """Read what stands at `i`; how many tokens it is."""
    token = tokens[i]
    after = tokens[i + 1] if i + 1 < len(tokens) else BREAK
    phrase = reader.phrase
    found = _relation(tokens, i)
    if found and not (found[0] == "of" and _group(tokens, i, phrase)) and not _compound_goes_on(tokens, i, reader):
        reader.relate(found[0], found[2])
        return found[1]
    if token == "of":  # of a group: "a row of houses"
        phrase.words.pop()
        return 1
    if token in NEGATIONS:
        reader.end()
        reader.denied = True
        return 1
    if token in DETERMINERS:
        if phrase.words:
            reader.end()
        reader.phrase.begun = True
        return 1
    if token in NUMBERS or token.isdigit():
        number = min(int(token[:6]), 1000) if token.isdigit() else NUMBERS[token]
        if phrase.words and reader.is_noun(phrase.words[-1]):
            reader.end()
        reader.phrase.count = number
        return 2 if after == "of" and token in ("couple", "pair", "dozen") else 1
    if token in JOINING:
        if _same_noun(tokens, i, reader):
            return 1
        reader.end()
        if reader.pending is not None and reader.pending[0] != "between":
            reader.pending = None
        if after in ("no", "without"):
            reader.denied = False
        return 1
    if token in SMALL:
        reader.end()
        if token in PRONOUNS:
            reader.to_subject()
        return 1
    phrase.words.append(token)
    return 1


def _relation(tokens: list[str], i: int) -> tuple[str, int, bool] | None:
    """(kind, tokens, whether it is to nobody) of the longest relation at `i`."""
    for size in range(min(LONGEST_RELATION, len(tokens) - i), 0, -1):
        said = tuple(tokens[i : i + size])
        after = tokens[i + size] if i + size < len(tokens) else BREAK
        nothing = after == BREAK or after in JOINING or (after in SMALL and after not in PRONOUNS)
        if said in TO_NOBODY and (nothing or size > 2):
            return TO_NOBODY[said], size, True
        if said in ONLY_BEFORE_ARTICLES and not (after in DETERMINERS or after in NUMBERS):
            continue
        if said in BETWEEN_TWO:
            return BETWEEN_TWO[said], size, False
        if said in TO_NOBODY and said not in BETWEEN_TWO and size > 1:
            return TO_NOBODY[said], size, True
    return None


def _group(tokens: list[str], i: int, phrase: Phrase) -> bool:
    """Whether "of" at `i` belongs to a group word; it is then remembered."""
    if not phrase.words or phrase.words[-1] not in GROUPS or i + 1 >= len(tokens) or tokens[i + 1] == BREAK:
        return False
    phrase.group = GROUPS[phrase.words[-1]]
    if phrase.words[-1] not in ("couple", "pair", "dozen") and phrase.group:
        phrase.count = None  # two rows of trees are not two trees
    return True


def _compound_goes_on(tokens: list[str], i: int, reader: Collector) -> bool:
    """Whether a word that looks like a relation is part of a known noun: "cross over bridge" does not end at "over"."""
    for back in range(1, 3):
        for ahead in range(1, 3):
            if back > len(reader.phrase.words) or i + ahead >= len(tokens):
                continue
            phrase = " ".join([*reader.phrase.words[-back:], *tokens[i : i + ahead + 1]])
            if not reader.kinds(phrase).isdisjoint(NOUNS):
                return True
    return False


def _same_noun(tokens: list[str], i: int, reader: Collector) -> bool:
    """Whether "and" joins two words that are said of one noun: "a black and white cat"."""
    before, after = reader.phrase.words[-1:], tokens[i + 1 : i + 3]
    if not before or len(after) < 2 or after[1] in (BREAK, *JOINING):
        return False
    both = [reader.value(w, "colour") or not reader.is_noun(w) for w in (before[0], after[0])]
    return all(both) and reader.is_noun(after[1])
