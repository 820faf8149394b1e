"""What a person asks to be changed, in words: "the house blue", "remove the bin", "replace the sofa by a bench"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from lucid3d.errors import InputError
from lucid3d.procedural.compose.dressing import STUFF
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.language.brief import understand

Deed = Literal["dye", "remove", "replace", "season", "guide", "refine", "drag", "join"]

REMOVE = re.compile(
    r"^(?:please )?(?:remove|delete|erase|drop|without|take (?:away|out)|get rid of)\s+(?:all |every )?"
    r"(?:of )?(?:the |an? |this |that )?(?P<target>.+)$",
    re.I,
)
REPLACE = re.compile(
    r"^(?:please )?(?:replace|swap|exchange)\s+(?P<target>.+?)\s+(?:by|with|for)\s+(?P<by>.+)$",
    re.I,
)
INTO = re.compile(
    r"^(?:please )?(?:turn|change|make|transform)\s+(?P<target>.+?)\s+(?:in)?to\s+(?P<by>.+)$",
    re.I,
)
MADE_OF = re.compile(r"\b(?:of|from|in)\s+([a-z]+)\s*$", re.I)
LITTLE = frozenset(
    ("the", "a", "an", "of", "in", "to", "into", "be", "is", "it", "its", "all", "every", "make", "turn", "paint",
     "dye", "colour", "color", "please", "same", "shall", "should", "with", "and", "now", "this", "that", "from",
     "made")
)  # fmt: skip
"""Words that name nothing."""


@dataclass(frozen=True)
class Order:
    """A change.

    Attributes:
        words: as it was asked for.
        deed: what to do.
        target: what to do it to, in words; "" = the region.
        colour, material: a name of the vocabulary, or "", for "dye".
        season: for "season"; by: words of what comes instead, for "replace"; how, for "guide".
    """

    words: str
    deed: Deed
    target: str = ""
    colour: str = ""
    material: str = ""
    season: str = ""
    by: str = ""


def read_order(words: str) -> Order:
    """What a sentence asks for.

    Raises:
        InputError: nothing that can be done; says what can.
    """
    text = " ".join(words.split()).rstrip(".!")
    if found := REPLACE.match(text):
        return Order(words, "replace", _thing(found["target"]), by=found["by"])
    if found := REMOVE.match(text):
        return Order(words, "remove", _thing(found["target"]))
    found = INTO.match(text)
    if found and understand(found["by"]).features:
        return Order(words, "replace", _thing(found["target"]), by=found["by"])
    brief = understand(text)
    colours = [name for name in brief.painted.values() if name in palette.COLOURS]
    materials = {word: meaning for word, meaning in brief.understood if meaning in STUFF}
    target = _rest(text, brief.understood)
    if colours or materials:
        last = MADE_OF.search(text)  # "a wooden pier of stone" is of stone now
        named = materials.get(last[1].lower()) if last else None
        material = named or (list(materials.values())[-1] if materials else "")
        return Order(words, "dye", target, colours[0] if colours else "", material)
    if "season" in brief.given and not {"time", "weather", "place"} & brief.given:
        return Order(words, "season", target, season=brief.season)
    if {"time", "weather"} & brief.given or brief.style:
        raise InputError(
            f"another hour, weather or style is another picture of all of it: lucid3d restyle SCENE --prompt '{words}'"
        )
    raise InputError(
        f"'{words}' says no change that rules can make; they know colours (the house blue), materials (the pier of "
        "stone), seasons (autumn), 'remove the bin' and 'replace the sofa by a bench'"
    )


def _thing(words: str) -> str:
    """Without its article."""
    return re.sub(r"^(?:the|an?|all|this|that)\s+", "", words.strip(), flags=re.I)


def _rest(text: str, understood: tuple[tuple[str, str], ...]) -> str:
    """What remains of a sentence without its colours, materials and seasons: what they are said of."""
    meant = palette.COLOURS.keys() | STUFF.keys() | {"spring", "summer", "autumn", "winter"}
    done = {part for word, meaning in understood if meaning in meant for part in word.lower().split()}
    kept = [word for word in re.findall(r"[\w-]+", text) if word.lower() not in done | LITTLE]
    return " ".join(kept)
