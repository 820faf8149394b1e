"""The words that worlds know, and the finding of them in a sentence."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from lucid3d.procedural.catalogue.load import Catalogue, load_catalogue
from lucid3d.procedural.language import wordnet
from lucid3d.procedural.language.lexicon import Lexicon, Meanings, lexicon
from lucid3d.procedural.language.words import BREAK, base_forms, is_plural, split

LOOKS = ("colour.", "material.", "size.")
"""How the meanings of adjectives begin that go with the noun of their phrase."""
MAX_PHRASE = 5
"""Words in the longest phrase."""


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


def find(text: str, catalogue: Catalogue | None = None) -> list[Find]:
    """Cut a sentence into what it says, in order. Never fails, whatever the text.

    Args:
        catalogue: whose words are known; None = the package's.
    """
    catalogue = catalogue or load_catalogue()
    known, done = lexicon(catalogue), catalogue.grammar.english.done
    tokens = split(text)
    finds: list[Find] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token == BREAK:
            finds.append(Find(token, "break"))
            i += 1
        elif token.isascii() and (token.isalpha() or _longest(tokens, i, known, done)[1] > 1):  # "8 bit" is one word
            found, used = _find_english(tokens, i, catalogue)
            finds.extend(found)
            i += used
        elif token.isdigit():
            finds.append(Find(token, "number", number=min(int(token[:6]), 1000)))
            i += 1
        elif "\u3400" <= token[0] <= "\u9fff":
            finds.extend(_find_chinese(token, catalogue))
            i += 1
        else:
            meanings = known.emoji.get(token, ())
            if meanings:
                finds.append(Find(token, "meaning", meanings))
            elif ord(token[0]) > 0x2100 and ord(token[0]) not in range(0xFE00, 0xFE10):
                finds.append(Find(token, "unknown"))
            i += 1
    return finds


@functools.lru_cache(maxsize=4096)
def _forms(token: str) -> tuple[str, ...]:
    """What a word may be listed as. A noun that only ends as comparatives and adjectives do is nothing but itself and
    its singular: a corner is no corn, a shower no show."""
    noun = wordnet.parts_of_speech(token)
    if token.endswith(("er", "est", "en", "ly", "ish")) and "noun" in noun and "adj" not in noun:
        return wordnet.number_forms(token)
    return base_forms(token)


def _longest(tokens: list[str], start: int, known: Lexicon, done: frozenset[str]) -> tuple[Meanings, int]:
    """The meanings of the longest phrase that starts here, and its number of words (0 when there is none).

    Args:
        done: words that are no forms of the nouns they sound like (see `records.English`).
    """
    best: tuple[Meanings, int] = ((), 0)
    level = [known.english]
    for length in range(1, MAX_PHRASE + 1):
        if start + length > len(tokens):
            break
        token = tokens[start + length - 1]
        forms = (token,) if token in done else _forms(token)
        # The forms are tried in order, the written word first, so that "falls" is not "fall".
        level = [node.after[form] for node in level for form in forms if form in node.after]
        if not level:
            break
        for node in level:
            if node.meanings:
                best = (node.meanings, length)
                break
    return best


def _find_english(tokens: list[str], i: int, catalogue: Catalogue) -> tuple[list[Find], int]:
    """What the words from `i` on say, and how many of them were used."""
    token = tokens[i]
    known, small = lexicon(catalogue), catalogue.grammar.english
    meanings, length = _longest(tokens, i, known, small.done)
    if length > 1:
        text, plural = " ".join(tokens[i : i + length]), is_plural(tokens[i + length - 1])
        looks: list[Find] = []
        if all(meaning.startswith("hint.") for meaning in meanings):  # a "wooden fence" is a fence, too, and of wood
            own = [_longest([word], 0, known, small.done)[0] for word in tokens[i : i + length]]
            meanings = (*meanings, *(m for m in own[-1] if m.startswith("feature.")))
            looks = [Find(token, "meaning", m) for m in own[:-1] if m and all(x.startswith(LOOKS) for x in m)]
        return [*looks, Find(text, "meaning", meanings, plural=plural)], length
    if token in small.negations:
        return [Find(token, "negation", meanings=(small.negations[token],))], 1
    if token in small.numbers:
        return [Find(token, "number", number=small.numbers[token])], 1
    for kind, words in (("article", small.articles), ("and", small.joiners), ("clause", small.clauses)):
        if token in words:
            return [Find(token, kind)], 1
    if token in small.done:
        return [Find(token, "silent")], 1
    if meanings:
        view = [Find(token, "view")] if token in small.views else []
        return [Find(token, "meaning", meanings, plural=is_plural(token)), *view], 1
    if token in small.views:
        return [Find(token, "view")], 1
    if token.endswith(("less", "free")) and len(token) > 6:  # treeless, cloudless: a negation in one word
        lacking, _ = _longest([token[:-4]], 0, known, small.done)
        if lacking:
            return [Find(token, "without", lacking)], 1
    if token in small.silent:
        return [Find(token, "silent")], 1
    if not small.undrawn.isdisjoint(base_forms(token)):
        return [Find(token, "undrawn")], 1
    compound = _compound(token, known)
    if compound:
        return [Find(token, "meaning", compound, plural=is_plural(token))], 1
    corrected = None if wordnet.is_word(token) else _corrected(token, catalogue)  # correct English stays as it is
    if corrected:
        meanings, _ = _longest([corrected], 0, known, small.done)
        if meanings:
            return [Find(token, "meaning", meanings, plural=is_plural(token), corrected=corrected)], 1
    return [Find(token, "unknown")], 1


def _compound(token: str, known: Lexicon) -> Meanings:
    """The meanings of two known words written as one ("lakehouse", "snowstorm"), the later word's first."""
    for cut in range(3, len(token) - 2):
        head, _ = _longest([token[:cut]], 0, known, frozenset())
        tail, _ = _longest([token[cut:]], 0, known, frozenset())
        if head and tail:
            return tuple(dict.fromkeys((*tail, *head)))
    return ()


@functools.lru_cache(maxsize=4096)
def _corrected(token: str, catalogue: Catalogue) -> str | None:
    speller = lexicon(catalogue).speller
    for form in base_forms(token):
        corrected = speller.correct(form)
        if corrected:
            return corrected
    return None


def _find_chinese(run: str, catalogue: Catalogue) -> list[Find]:
    """Longest match, left to right (forward maximum matching)."""
    longest = lexicon(catalogue).longest
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
            found = _chinese_word(word, run, i, catalogue)
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


def _chinese_word(word: str, run: str, i: int, catalogue: Catalogue) -> list[Find]:
    table, small = lexicon(catalogue).chinese, catalogue.grammar.chinese
    if word in table:
        return [Find(word, "meaning", table[word])]
    if word in small.negations:
        return [Find(word, "negation", meanings=("no",))]
    if word in small.numbers:
        after = run[i + len(word) : i + len(word) + 1]
        # 一 is a number before a measure word; alone it is mostly part of another word.
        if after in small.measures or word != "一":
            return [Find(word, "number", number=small.numbers[word])]
        return [Find(word, "silent")]
    if word in small.joiners:
        return [Find(word, "and")]
    if word == "的":  # ends what a negation reaches: 没有树的沙漠 is a desert
        return [Find(word, "clause")]
    if word in small.silent:
        return [Find(word, "silent")]
    if word in small.measures and i > 0 and run[i - 1] in small.numbers:
        return [Find(word, "silent")]
    return []
