"""By which words a world may call what a sentence asks for."""

from __future__ import annotations

from lucid3d.procedural.catalogue.load import Catalogue
from lucid3d.procedural.language.words import base_forms


def thing_words(name: str, catalogue: Catalogue) -> frozenset[str]:
    """The words by which a world may call what a feature stands for: its own, and those of its kinds."""
    kinds = [name, *(other for other, record in catalogue.things.items() if record.kind_of == name)]
    words = {word for kind in kinds for word in (kind.replace("_", " "), *catalogue.things[kind].words.english)}
    return frozenset(form for word in words for form in word_forms(word))


def word_forms(word: str) -> set[str]:
    """A word, and its last word in the singular."""
    *first, last = word.split()
    return {word, *(" ".join([*first, form]) for form in base_forms(last)[:2] if len(form) > 2)}
