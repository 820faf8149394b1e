"""Collects the wishes of a sentence, and their relations, from left to right.

Where a noun phrase ends is decided by the readers of words (`phrases.py`, `chinese.py`); what its words are, here: its
head (the last noun, or the longest known compound at its end), and what is said of the head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lucid3d.procedural.language import wordnet
from lucid3d.procedural.language.grammar import ING_NOUNS, NUMBERS, PARTS, VERBS
from lucid3d.procedural.language.wish import NOUNS, Meanings, Relation, Wish
from lucid3d.procedural.language.words import base_forms, is_plural

LONGEST_COMPOUND = 5


@dataclass
class Phrase:
    """The words of a noun phrase that has not ended yet; `begun`: it has an article."""

    words: list[str] = field(default_factory=list)
    count: int | None = None
    group: str = ""
    begun: bool = False


class Collector:
    """Collects the wishes of a sentence from left to right."""

    def __init__(self, known: Meanings) -> None:
        self.known = known
        self.wishes: list[Wish] = []
        self.relations: list[Relation] = []
        self.phrase = Phrase()
        self.denied = False
        self.clause = self.before = 0  # the first wish since the last comma, and of the clause before
        self.pending: tuple[str, int | None] | None = None  # a relation that waits for what it is to
        self.fronted: tuple[str, tuple[int, ...]] | None = None  # "on the table there is": waits for what stands so

    # What a word can be

    def kinds(self, phrase: str) -> set[str]:
        """The kinds of meanings that a known phrase has: {"feature", "colour"}."""
        return {m.split(".", 1)[0] for m in self.known.get(phrase, ())}

    def name(self, phrase: str, kind: str) -> str:
        """The name of a known phrase's meaning of a kind, or ""."""
        return next((m.split(".", 1)[1] for m in self.known.get(phrase, ()) if m.startswith(kind + ".")), "")

    def value(self, word: str, kind: str) -> str:
        """The colour or material that a word names, in any of its forms."""
        return next((n for form in base_forms(word) if (n := self.name(form, kind))), "")

    def is_noun(self, word: str) -> bool:
        """Whether a word can be a noun, by the vocabulary or by WordNet."""
        return any(
            not self.kinds(form).isdisjoint(NOUNS) or "noun" in wordnet.parts_of_speech(form)
            for form in base_forms(word)
        )

    def is_participle(self, word: str) -> bool:
        """Whether a word is a form of a verb that says something of a noun: "parked", "burning"."""
        if word in ING_NOUNS or not self.kinds(word).isdisjoint(NOUNS):
            return False
        if word in wordnet.IRREGULAR:
            return "noun" not in wordnet.parts_of_speech(word)
        stems = (*base_forms(word)[1:], f"{word[:-4]}ie") if word.endswith("ying") else base_forms(word)[1:]
        return word.endswith(("ing", "ed")) and any("verb" in wordnet.parts_of_speech(stem) for stem in stems)

    def only_said(self, word: str) -> bool:
        """Whether a word after a noun is said of it: an adjective, an adverb, a participle, a colour."""
        if self.is_participle(word) or word in VERBS:
            return True
        if any(not self.kinds(form).isdisjoint(NOUNS) for form in base_forms(word)):
            return False
        return not self.is_noun(word) or bool(self.value(word, "colour") and "adj" in wordnet.parts_of_speech(word))

    def base(self, words: Sequence[str]) -> str:
        """A compound with its last word in the singular, as it is known."""
        *first, last = words
        forms = [" ".join([*first, form]) for form in wordnet.number_forms(last)]
        if not self.kinds(forms[0]).isdisjoint(NOUNS):
            return forms[0]
        by_vocabulary = next((form for form in forms if not self.kinds(form).isdisjoint(NOUNS)), "")
        if by_vocabulary:
            return by_vocabulary
        singular = wordnet.number_forms(last)[1:] or (last,)
        return " ".join([*first, next((f for f in singular if "noun" in wordnet.parts_of_speech(f)), last)])

    def compound(self, words: list[str]) -> int:
        """How many of the last words are one noun."""
        for size in range(min(len(words), LONGEST_COMPOUND), 1, -1):
            tail = words[-size:]
            forms = [" ".join([*tail[:-1], form]) for form in wordnet.number_forms(tail[-1])]
            said = bool(
                self.value(tail[0], "material") or tail[0] in NUMBERS or self.name(tail[0], "colour") == tail[0]
            )
            if any(not self.kinds(form).isdisjoint((*NOUNS, "time")) for form in forms):
                if not ((said or self.is_participle(tail[0])) and self.same_things(" ".join(tail[1:]), forms)):
                    return size
                continue
            if not said and any(wordnet.is_noun(form) for form in forms):
                return size
        return 1

    def same_things(self, noun: str, forms: list[str]) -> bool:
        """Whether a compound is, in any of its forms, only the thing that its noun is: "marble column"."""
        singular = wordnet.number_forms(noun)
        alone = {m for form in (*singular, f"the {singular[-1]}") for m in self.known.get(form, ())}
        whole = {m for form in forms for m in self.known.get(form, ())}
        alone = {m for m in alone if m.startswith("feature.")}
        return whole <= alone | {m for m in whole if m.startswith(("colour.", "material."))}

    # Building

    def end(self) -> int | None:
        """The phrase is over: the wish that it makes, as its index; None where it holds no noun."""
        phrase, self.phrase = self.phrase, Phrase()
        words = list(phrase.words)
        behind: list[str] = []
        while len(words) > 1 and self.only_said(words[-1]) and self.compound(words) == 1:
            if not any(self.is_noun(word) for word in words[:-1]):
                break
            behind.insert(0, words.pop())
        for at in range(1, len(words) - 1):  # "a knight holding a sword" without the article
            inside = len(words) - self.compound(words)
            if (
                at < inside
                and words[at].endswith("ing")
                and self.is_participle(words[at])
                and self._standing_noun(words[at - 1])
            ):
                first = self._wish(Phrase(words[:at], phrase.count, phrase.group), [words[at]])
                second = self._wish(Phrase(words[at + 1 :]), behind)
                self.relations.append(Relation("with", first, (second,)))
                return first
        if not words or not (self.is_noun(words[-1]) or self.compound(words) > 1):
            if words and not (wordnet.is_word(words[-1]) or self.known.get(words[-1])):
                return self._wish(Phrase(words, phrase.count, phrase.group), behind)  # a name, or a slip
            return None
        if (
            len(words) == 1
            and not (behind or phrase.begun or phrase.count or self.pending)
            and self.only_mood(words[0])
        ):
            return None
        return self._wish(Phrase(words, phrase.count, phrase.group), behind)

    def only_mood(self, word: str) -> bool:
        """Whether a word without an article is known, and as anything but a noun: "quiet and calm"."""
        kinds = set().union(*(self.kinds(form) for form in base_forms(word)))
        return bool(kinds) and kinds.isdisjoint((*NOUNS, "time", "weather", "season"))

    def _standing_noun(self, word: str) -> bool:
        return self.is_noun(word) and not self.value(word, "material") and "adj" not in wordnet.parts_of_speech(word)

    def _wish(self, phrase: Phrase, behind: list[str]) -> int:
        words = phrase.words
        size = self.compound(words)
        before = words[:-size]
        colour = material = ""
        adjectives = []
        for word in [*before, *behind]:
            if named := self.value(word, "colour"):
                colour = colour or named
            if made := self.value(word, "material"):
                material = material or made
            if not (named or made):
                adjectives.append(word)
        head = words[-size:]
        self.wishes.append(
            Wish(
                self.base(head), " ".join(head), phrase.count, is_plural(head[-1]), tuple(adjectives), colour, material,
                phrase.group, self.denied,
            )
        )  # fmt: skip
        self.attach(len(self.wishes) - 1)
        return len(self.wishes) - 1

    def attach(self, wish: int) -> None:
        """Relate a new wish, by its index, by the relation that waits for one."""
        if self.pending is not None:
            kind, subject = self.pending
            self.pending = None
            if subject is None:
                self.fronted = (kind, (wish,))
            elif kind == "surrounded":
                self.relations.append(Relation("around", wish, (subject,)))
            elif kind == "either":
                self.relations.append(Relation("between", wish, (subject,)))
            elif kind != "from":
                self.relations.append(Relation("in" if kind == "centre of" else kind, subject, (wish,)))
                if kind == "centre of":
                    self.relations.append(Relation("centre", subject, (wish,)))
        elif self.fronted is not None:
            kind, to = self.fronted
            self.fronted = None
            if kind not in ("from", "of", "with"):
                self.relations.append(Relation("in" if kind == "centre of" else kind, wish, to))
        elif self.relations and self.relations[-1].kind == "between" and len(self.relations[-1].to) == 1:
            last = self.relations[-1]
            if last.to == (wish - 1,) and not self.wishes[wish - 1].plural and self.wishes[wish - 1].count in (None, 1):
                self.relations[-1] = replace(last, to=(*last.to, wish))

    def relate(self, kind: str, nobody: bool) -> None:
        """A relation stands here."""
        before = len(self.wishes)
        self.end()
        last = len(self.wishes) - 1
        here = last >= self.clause and (before <= last or last >= self.clause)
        if self.pending is not None and self.pending[0] != "from" and last < before:
            self.pending = None  # "in of": the earlier one has nothing
        subject = last if here and last >= 0 else None
        if subject is None and self.wishes and kind in ("surrounded", "facing", "with"):
            subject = self.before  # "..., surrounded by cafes"
        if subject is not None and (kind == "facing" or self.wishes[subject].head in PARTS):
            subject = self.clause  # a bench under an oak facing a lake; a church with a red roof among firs
        if nobody:
            if subject is not None:
                self.relations.append(Relation(kind, subject))
            else:
                self.fronted = (kind, ())
            return
        if kind == "with":
            self.denied = False
        self.pending = (kind, subject)

    def to_subject(self) -> None:
        """ "It" or "them": what the clause is about, or the one before."""
        if self.pending is None:
            return
        kind, subject = self.pending
        self.pending = None
        if (
            subject is not None
            and subject != self.clause
            and kind not in ("from", "of", "with", "surrounded", "either")
        ):
            self.relations.append(Relation(kind, subject, (self.clause,)))

    def comma(self) -> None:
        """A clause is over."""
        self.end()
        self.pending = None
        self.denied = False
        if len(self.wishes) > self.clause:
            self.before = self.clause
        self.clause = len(self.wishes)
