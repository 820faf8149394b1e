"""What people wear in a sentence: "a woman in a red dress" is one person, not a person and a dress."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lucid3d.procedural.catalogue.load import Catalogue
from lucid3d.procedural.language import wordnet
from lucid3d.procedural.language.binding import known_words
from lucid3d.procedural.language.lexicon import Meanings
from lucid3d.procedural.language.reader import Reader
from lucid3d.procedural.language.wish import Reading
from lucid3d.procedural.language.words import base_forms

OWNER = re.compile(r"\b([A-Za-z]+)['’]s ([A-Za-z]+)")
WEARING = ("in", "with")
"""Relations of a person to clothes ("wearing" is read as "with")."""
DRESSES: Mapping[str, Sequence[str]] = {
    "suit": ("suit", "uniform", "overall", "tracksuit", "pyjama"),
    "coat": ("coat", "cloak", "jacket"),
    "gown": ("dress", "gown", "robe", "kimono"),
    "skirt": ("skirt",),
    "shirt": ("garment", "clothing", "clothes"),
}
"""How a person is dressed (see `assets.figures.people.person`) -> kinds of what they wear; the first that holds."""
DRESSED = frozenset({"snowman"})
"""Things that wear something and are no people."""
USUAL: Mapping[str, str] = {"queen": "gown", "princess": "gown", "witch": "gown", "bride": "gown", "wizard": "gown"}
"""Noun for a person -> how they are dressed where it is not said."""


def dressed_people(reader: Reader, reading: Reading, known: Mapping[str, Meanings]) -> tuple[Reading, frozenset[str]]:
    """Give clothes to those who wear them: their colour becomes the person's, what is said of where they are is said of
    the person, and `reader` wants them no more as things.

    Args:
        reader: its `wearing` gets the person's name in the catalogue -> how they are dressed.
        known: noun -> what it means.
    Returns:
        The phrases with that, and the nouns for clothes that are worn.
    """
    people = DRESSED | {name for name, thing in reader.catalogue.things.items() if "person" in thing.seen_as}
    named = [[m.split(".", 1)[1] for m in known.get(w.head, ()) if m.startswith("feature.")] for w in reading.wishes]
    wishes, wearer = list(reading.wishes), dict[int, int]()
    for relation in reading.relations:
        who = next((name for name in named[relation.of] if name in people), "")
        for worn in relation.to if who and relation.kind in WEARING else ():
            garment, person = reading.wishes[worn], wishes[relation.of]
            dress = dress_of(garment.head)
            if not dress or garment.denied:
                continue
            reader.wearing.setdefault(who, dress)
            wishes[relation.of] = replace(
                person, colour=garment.colour or person.colour, material=garment.material or person.material
            )
            wearer[worn] = relation.of
            if reader.painted.get("") == garment.colour:
                del reader.painted[""]
    for wish, names in zip(reading.wishes, named, strict=True):
        for name in names:
            if name in people and wish.head in USUAL:
                reader.wearing.setdefault(name, USUAL[wish.head])
    kept = {name for i, names in enumerate(named) if i not in wearer for name in names}
    for name in {name for worn in wearer for name in named[worn]} - kept:
        for said in (reader.features, reader.painted, reader.made_of):
            said.pop(name, None)
    relations = tuple(replace(r, of=wearer.get(r.of, r.of)) for r in reading.relations)
    if wearer and "wearing" in reader.ignored:
        reader.ignored.remove("wearing")
    return replace(reading, wishes=tuple(wishes), relations=relations), frozenset(
        reading.wishes[worn].head for worn in wearer
    )


def without_owners(text: str, catalogue: Catalogue) -> str:
    """A sentence without those who only own something in it: "a wizard's tower" has no wizard, but "a children's
    bedroom" is a nursery."""
    known = known_words(catalogue)

    def kept(found: re.Match[str]) -> str:
        forms, owned = base_forms(found[1].lower()), found[2].lower()
        named = any(f"{form} {owned}" in known for form in forms)
        people = (m.split(".", 1)[1] for form in forms for m in known.get(form, ()) if m.startswith("feature."))
        someone = any("person" in catalogue.things[name].seen_as for name in people)
        return found[2] if someone and not named else found[0]

    return OWNER.sub(kept, text)


def dress_of(noun: str) -> str:
    """How one is dressed who wears what a noun names; "" for what is not worn."""
    forms = wordnet.number_forms(noun)
    return next(
        (
            dress
            for dress, kinds in DRESSES.items()
            if any(form in kinds or wordnet.is_kind_of(form, kind) for form in forms for kind in kinds)
        ),
        "",
    )
