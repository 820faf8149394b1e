"""From letters to words: splitting a sentence, taking endings off, forgiving spelling. English and Chinese."""

from __future__ import annotations

import functools
import re
import unicodedata

BREAK = ","
"""The token that stands for any punctuation between phrases."""

_PIECES = re.compile(r"[a-z]+|\d+|[\u3400-\u9fff]+|[,.;:!?()\[\]|/\n，。；、！？：（）]|[^\s\w]", re.UNICODE)
_BREAKS = frozenset(",.;:!?()[]|/\n，。；、！？：（）")

_IRREGULAR = {
    "leaves": "leaf",
    "loaves": "loaf",
    "wolves": "wolf",
    "shelves": "shelf",
    "bookshelves": "bookshelf",
    "cacti": "cactus",
    "fungi": "fungus",
    "knives": "knife",
    "skies": "sky",
    "people": "person",
    "women": "woman",
    "men": "man",
    "children": "child",
    "wooded": "wood",
    "wooden": "wooden",
    "golden": "golden",
    "building": "building",
    "painting": "painting",
    "evening": "evening",
    "morning": "morning",
    "spring": "spring",
    "string": "string",
    "red": "red",
    "bed": "bed",
}


def split(text: str) -> list[str]:
    """Split a sentence into words, runs of Chinese characters, numbers, single symbols (emoji) and `BREAK`s.

    Letters are lower-cased and lose their accents; hyphens and apostrophes separate words ("snow-covered").
    """
    decomposed = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    plain = re.sub(r"'s\b|’s\b", "", plain).replace("'", "").replace("’", "").replace("-", " ").replace("_", " ")
    tokens: list[str] = []
    for piece in _PIECES.findall(plain):
        if piece in _BREAKS:
            if tokens and tokens[-1] != BREAK:
                tokens.append(BREAK)
        else:
            tokens.append(piece)
    return tokens


@functools.lru_cache(maxsize=4096)
def base_forms(word: str) -> tuple[str, ...]:
    """The forms that a vocabulary may list this word under, the word itself first.

    A small set of suffix rules (plurals, -y, -ing, -ed, -ish, -en) after Porter's idea, but returning candidates
    instead of one stem, so that the vocabulary decides which of them is a word.
    """
    forms = [word]
    if word in _IRREGULAR:
        return (word,) if _IRREGULAR[word] == word else (word, _IRREGULAR[word])

    def add(stem: str) -> None:
        if len(stem) < 3:
            return
        forms.append(stem)
        if len(stem) > 3 and stem[-1] == stem[-2]:  # foggy -> fog, but grassy -> grass stays in the list as well
            forms.append(stem[:-1])

    if word.endswith("ies"):
        add(word[:-3] + "y")
    if word.endswith("es"):
        add(word[:-2])
    if word.endswith("s") and not word.endswith("ss"):
        add(word[:-1])
    for suffix in ("like", "wards", "ward", "ish", "ed", "ing", "en", "er", "est", "ly", "y"):
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            stem = word[: -len(suffix)]
            add(stem)
            if suffix in ("ed", "ing", "y", "er", "est", "ish"):
                add(stem + "e")  # hazy -> haze, icing -> ice
            if stem.endswith("i"):
                add(stem[:-1] + "y")
    return tuple(dict.fromkeys(forms))


def is_plural(word: str) -> bool:
    """Whether an English word looks like a plural."""
    return word in ("cacti", "fungi", "leaves", "shelves") or (
        word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3
    )


def edit_distance(a: str, b: str, limit: int) -> int:
    """Damerau-Levenshtein distance (optimal string alignment) between two words, `limit + 1` when it is larger."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i] + [0] * len(b)
        for j, y in enumerate(b, 1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            current[j] = cost
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return previous[-1]


def _letters(word: str) -> int:
    """A bit for each letter in the word: a cheap lower bound on the edit distance."""
    bits = 0
    for c in word:
        bits |= 1 << (ord(c) & 31)
    return bits


def _shared(a: str, b: str) -> int:
    """Length of the common beginning."""
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count


class Speller:
    """Finds the known word that a misspelt one was probably meant to be."""

    def __init__(self, known: frozenset[str]) -> None:
        self._by_length: dict[int, list[tuple[str, int]]] = {}
        for word in sorted(known):
            if word.isascii() and word.isalpha() and len(word) >= 4:
                self._by_length.setdefault(len(word), []).append((word, _letters(word)))

    def correct(self, word: str) -> str | None:
        """The nearest known word, or None. One slip from five letters on, two from eight; first letters agree."""
        if len(word) < 5 or len(word) > 24:
            return None
        limit = 2 if len(word) >= 8 else 1
        bits = _letters(word)
        best, best_rank = None, (limit + 1, 0)
        for length in range(len(word) - limit, len(word) + limit + 1):
            for known, known_bits in self._by_length.get(length, ()):
                if known[0] != word[0] or (bits ^ known_bits).bit_count() > 2 * limit:
                    continue
                distance = edit_distance(word, known, limit)
                # Of equally near words the one that shares more of its beginning and end: forst is forest, not fort.
                rank = (distance, -_shared(word, known) - _shared(word[::-1], known[::-1]))
                if distance <= limit and rank < best_rank:
                    best, best_rank = known, rank
        return best
