"""Sentences of other languages, word by word into English: enough for a place and its things, not for their grammar."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lucid3d.procedural.catalogue.load import PACKAGED
from lucid3d.procedural.catalogue.pages import read_page
from lucid3d.procedural.language import wordnet
from lucid3d.procedural.language.words import split

KANA = re.compile(r"[\u3040-\u30ff]")
FOREIGN = 0.34
"""Share of a sentence's words that are a language's own, and of no English, from which it is read as that language."""


@dataclass(frozen=True)
class Language:
    """A language's small words by which it is known, and words -> English."""

    marks: frozenset[str]
    words: Mapping[str, str]


@functools.cache
def languages() -> Mapping[str, Language]:
    """The languages of `catalogue/translations.yaml`."""
    page = read_page(PACKAGED / "translations.yaml")
    return {
        name: Language(frozenset(map(str, said["marks"])), {str(k): str(v) for k, v in said["words"].items()})
        for name, said in page.items()
    }


def in_english(text: str) -> tuple[str, str]:
    """A sentence in English as far as its words are known, and its language; ("", "") where it is English already, or
    no language of the list."""
    if KANA.search(text):
        return _japanese(text, languages()["japanese"]), "japanese"
    tokens = [token for token in split(text) if token.isalpha() and token.isascii()]
    if len(tokens) < 2:
        return "", ""
    best, most = "", 0
    for name, language in languages().items():
        own = sum((t in language.words or t in language.marks) and not _english(t) for t in tokens)
        if own > most and any(t in language.marks for t in tokens):
            best, most = name, own
    if not best or most < FOREIGN * len(tokens):
        return "", ""
    words = languages()[best].words
    return " ".join(said for t in split(text) if (said := words.get(t, t))), best


def _english(token: str) -> bool:
    return len(token) > 2 and wordnet.is_word(token)


def _japanese(text: str, language: Language) -> str:
    """The known words of a run without spaces, longest first."""
    longest = max(map(len, language.words))
    said, i = [], 0
    while i < len(text):
        size = next((n for n in range(longest, 0, -1) if text[i : i + n] in language.words), 0)
        if size:
            said.append(language.words[text[i : i + size]])
        elif text[i] in "、。,":
            said.append(",")
        i += max(size, 1)
    return " ".join(said)
