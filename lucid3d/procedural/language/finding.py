"""The words that worlds know, and the finding of them in a sentence."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from lucid3d.procedural.language import chinese, emoji, english
from lucid3d.procedural.language.common import SILENT, UNDRAWN
from lucid3d.procedural.language.words import BREAK, Speller, base_forms, is_plural, split

MAX_PHRASE = 5
"""Words in the longest phrase."""

_NUMBERS: dict[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "twenty": 20, "hundred": 100, "thousand": 1000, "dozen": 12, "couple": 2, "pair": 2,
    "few": 3, "several": 5, "some": 3, "many": 12, "lots": 12, "countless": 50, "zero": 0, "single": 1, "numerous": 12,
    "dozens": 24, "hundreds": 100, "thousands": 1000, "various": 5,
}  # fmt: skip
_NEGATIONS = {"no": "no", "without": "without", "not": "no", "never": "no", "minus": "no", "neither": "without",
              "except": "without", "lacking": "without", "devoid": "without", "free": "", "dont": "without",
              "remove": "without", "avoid": "without", "exclude": "without", "excluding": "without"}  # fmt: skip


@dataclass(frozen=True)
class Find:
    """One word or phrase of a sentence that was recognised, or not.

    Attributes:
        text: as written (joined words of a phrase).
        kind: "meaning", "number", "negation", "break", "and", "article", "view" ("overlooking"), "silent", "undrawn",
            or "unknown".
        meanings: "kind.name" strings for a meaning.
        number: the value of a number.
        plural: whether the noun is a plural.
        corrected: the vocabulary's spelling where the sentence's differs by a slip.
    """

    text: str
    kind: str
    meanings: tuple[str, ...] = ()
    number: int = 0
    plural: bool = False
    corrected: str = ""


@dataclass
class _Node:
    """A node of the phrase trie."""

    after: dict[str, _Node] = field(default_factory=dict)
    meanings: tuple[str, ...] = ()


@functools.lru_cache(maxsize=1)
def _english() -> tuple[_Node, Speller]:
    root = _Node()
    words = set()
    for meaning, phrases in english.PHRASES.items():
        for phrase in phrases.split(";"):
            node = root
            for word in phrase.split():
                words.add(word)
                node = node.after.setdefault(word, _Node())
            node.meanings = (*node.meanings, meaning)
    return root, Speller(frozenset(words - SILENT))


@functools.lru_cache(maxsize=1)
def _chinese() -> tuple[dict[str, tuple[str, ...]], int]:
    table: dict[str, tuple[str, ...]] = {}
    for meaning, phrases in chinese.PHRASES.items():
        for phrase in phrases.split():
            table[phrase] = (*table.get(phrase, ()), meaning)
    return table, max(map(len, table))


@functools.lru_cache(maxsize=1)
def _emoji() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for meaning, symbols in emoji.SYMBOLS.items():
        for symbol in symbols.split():
            table[symbol] = (*table.get(symbol, ()), meaning)
    return table


def words() -> dict[str, tuple[str, ...]]:
    """Every word and phrase of the vocabulary -> its meanings."""
    table: dict[str, tuple[str, ...]] = {}

    def walk(node: _Node, prefix: tuple[str, ...]) -> None:
        if node.meanings:
            table[" ".join(prefix)] = node.meanings
        for word, child in node.after.items():
            walk(child, (*prefix, word))

    walk(_english()[0], ())
    return table | _chinese()[0] | _emoji()


def find(text: str) -> list[Find]:
    """Cut a sentence into what it says, in order. Never fails, whatever the text."""
    tokens = split(text)
    finds: list[Find] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token == BREAK:
            finds.append(Find(token, "break"))
            i += 1
        elif token.isascii() and token.isalpha():
            found, used = _find_english(tokens, i)
            finds.extend(found)
            i += used
        elif token.isdigit():
            finds.append(Find(token, "number", number=min(int(token[:6]), 1000)))
            i += 1
        elif "\u3400" <= token[0] <= "\u9fff":
            finds.extend(_find_chinese(token))
            i += 1
        else:
            meanings = _emoji().get(token, ())
            if meanings:
                finds.append(Find(token, "meaning", meanings))
            elif ord(token[0]) > 0x2100 and ord(token[0]) not in range(0xFE00, 0xFE10):
                finds.append(Find(token, "unknown"))
            i += 1
    return finds


def _longest(tokens: list[str], start: int) -> tuple[tuple[str, ...], int]:
    """The meanings of the longest phrase that starts here, and its number of words (0 when there is none)."""
    root, _ = _english()
    best: tuple[tuple[str, ...], int] = ((), 0)
    level = [root]
    for length in range(1, MAX_PHRASE + 1):
        if start + length > len(tokens):
            break
        token = tokens[start + length - 1]
        # The forms are tried in order, the written word first, so that "falls" is not "fall".
        level = [node.after[form] for node in level for form in base_forms(token) if form in node.after]
        if not level:
            break
        for node in level:
            if node.meanings:
                best = (node.meanings, length)
                break
    return best


_ARTICLES = frozenset(["a", "an", "the", "its", "my", "our", "your", "his", "her", "their", "this", "that"])
_VIEWS = frozenset(["overlooking", "overlook", "facing", "view", "views", "outside", "towards", "window", "windows"])


def _find_english(tokens: list[str], i: int) -> tuple[list[Find], int]:
    """What the words from `i` on say, and how many of them were used."""
    token = tokens[i]
    meanings, length = _longest(tokens, i)
    if length > 1:
        text = " ".join(tokens[i : i + length])
        return [Find(text, "meaning", meanings, plural=is_plural(tokens[i + length - 1]))], length
    if _NEGATIONS.get(token):
        return [Find(token, "negation", meanings=(_NEGATIONS[token],))], 1
    if token in _NUMBERS:
        return [Find(token, "number", number=_NUMBERS[token])], 1
    if token in _ARTICLES:
        return [Find(token, "article")], 1
    if token in ("and", "or", "nor", "plus"):
        return [Find(token, "and")], 1
    if token == "with" or token in ("but", "beside", "in", "at", "under", "on", "by", "beneath", "during", "near"):
        return [Find(token, "clause")], 1
    if meanings:
        view = [Find(token, "view")] if token in _VIEWS else []
        return [Find(token, "meaning", meanings, plural=is_plural(token)), *view], 1
    if token in _VIEWS:
        return [Find(token, "view")], 1
    if token.endswith("less") and len(token) > 6:  # treeless, cloudless: a negation in one word
        lacking, _ = _longest([token[:-4]], 0)
        if lacking:
            return [Find(token, "without", lacking)], 1
    if token.endswith("free") and len(token) > 6:
        lacking, _ = _longest([token[:-4]], 0)
        if lacking:
            return [Find(token, "without", lacking)], 1
    if token in SILENT:
        return [Find(token, "silent")], 1
    if not UNDRAWN.isdisjoint(base_forms(token)):
        return [Find(token, "undrawn")], 1
    compound = _compound(token)
    if compound:
        return [Find(token, "meaning", compound, plural=is_plural(token))], 1
    corrected = _corrected(token)
    if corrected:
        meanings, _ = _longest([corrected], 0)
        if meanings:
            return [Find(token, "meaning", meanings, plural=is_plural(token), corrected=corrected)], 1
    return [Find(token, "unknown")], 1


def _compound(token: str) -> tuple[str, ...]:
    """The meanings of two known words written as one ("lakehouse", "snowstorm"), the later word's first."""
    for cut in range(3, len(token) - 2):
        head, _ = _longest([token[:cut]], 0)
        tail, _ = _longest([token[cut:]], 0)
        if head and tail:
            return tuple(dict.fromkeys((*tail, *head)))
    return ()


@functools.lru_cache(maxsize=4096)
def _corrected(token: str) -> str | None:
    speller = _english()[1]
    for form in base_forms(token):
        corrected = speller.correct(form)
        if corrected:
            return corrected
    return None


def _find_chinese(run: str) -> list[Find]:
    """Longest match, left to right (forward maximum matching)."""
    table, longest = _chinese()
    finds: list[Find] = []
    unknown = ""
    i = 0

    def flush() -> None:
        nonlocal unknown
        if unknown:
            finds.append(Find(unknown, "unknown"))
            unknown = ""

    while i < len(run):
        for length in range(min(longest, len(run) - i), 0, -1):
            word = run[i : i + length]
            found = _chinese_word(word, run, i, table)
            if found:
                flush()
                finds.extend(found)
                i += length
                break
        else:
            unknown += run[i]
            i += 1
    flush()
    return finds


def _chinese_word(word: str, run: str, i: int, table: dict[str, tuple[str, ...]]) -> list[Find]:
    if word in table:
        return [Find(word, "meaning", table[word])]
    if word in chinese.NEGATIONS:
        return [Find(word, "negation", meanings=("no",))]
    if word in chinese.NUMBERS:
        after = run[i + len(word) : i + len(word) + 1]
        # 一 is a number before a measure word; alone it is mostly part of another word.
        if after in chinese.MEASURES or word != "一":
            return [Find(word, "number", number=chinese.NUMBERS[word])]
        return [Find(word, "silent")]
    if word in chinese.JOINERS:
        return [Find(word, "and")]
    if word == "的":  # ends what a negation reaches: 没有树的沙漠 is a desert
        return [Find(word, "clause")]
    if word in chinese.SILENT:
        return [Find(word, "silent")]
    if word in chinese.MEASURES and i > 0 and run[i - 1] in chinese.NUMBERS:
        return [Find(word, "silent")]
    return []
