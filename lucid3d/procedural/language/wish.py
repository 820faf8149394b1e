"""What a sentence says, as data: its noun phrases (wishes), and how they stand together (relations)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Meanings = Mapping[str, tuple[str, ...]]
"""Known word or phrase (base forms, joined by spaces) -> its meanings, "kind.name"."""
NOUNS = ("feature", "place", "hint", "sky")
"""Kinds of meanings that make a word a noun."""


@dataclass(frozen=True)
class Wish:
    """One noun phrase.

    Attributes:
        head: its noun in base form: "pier", "coffee shop".
        text: the head as it is written.
        count: the number that is said, or None.
        plural: whether the head is a plural.
        adjectives: what else is said of it, in order: adjectives, participles, nouns before the noun.
        colour, material: names of the vocabulary, or "".
        group: "row", "circle", "field" and the like: what they stand in.
        denied: whether it must not be there ("no", "without").
    """

    head: str
    text: str = ""
    count: int | None = None
    plural: bool = False
    adjectives: tuple[str, ...] = ()
    colour: str = ""
    material: str = ""
    group: str = ""
    denied: bool = False


@dataclass(frozen=True)
class Relation:
    """How a wish stands to others.

    Attributes:
        kind: left, right, ahead, behind, in front of, beside, on, under, above, between, among, around, facing, in,
            across, along, corner, centre, of, with.
        of: index of the wish that stands so.
        to: indices of the wishes to which it does; empty where it is to the one who looks ("on the left"), or to the
            room ("in the corner").
    """

    kind: str
    of: int
    to: tuple[int, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A sentence's wishes in order, and how they stand together."""

    wishes: tuple[Wish, ...] = ()
    relations: tuple[Relation, ...] = ()

    def heads(self) -> tuple[str, ...]:
        """The heads in order."""
        return tuple(wish.head for wish in self.wishes)

    def related(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """The relations by the heads of their wishes: ("bench", "under", ("oak tree",))."""
        return tuple((self.wishes[r.of].head, r.kind, tuple(self.wishes[i].head for i in r.to)) for r in self.relations)
