"""From a brief to a place: its record says how, a table which composer reads the record's recipe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lucid3d.procedural.catalogue.functions import function
from lucid3d.procedural.compose.relating import relate
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.language.brief import Brief

COMPOSERS: dict[str, str] = {
    "land": "lucid3d.procedural.compose.land.composer:compose",
    "settlement": "lucid3d.procedural.compose.yard.composer:compose",
    "yard": "lucid3d.procedural.compose.yard.composer:compose",
    "room": "lucid3d.procedural.compose.room.composer:furnished",
}
"""Key of a recipe in a place's record -> the function `compose(record, brief, rng) -> Place` that reads it. Named as
text, for composers come back here for what lies around a room."""


def compose(brief: Brief, rng: np.random.Generator) -> Place:
    """What stands in the place of a brief, without sky and weather.

    Coordinates: the origin is the start camera's eye, the ground at the start is at y = +1.6, +z ahead, y down, metres.

    Args:
        brief: what is wanted; its place's record says how the place is made.
        rng: decides everything that the brief leaves open.
    Raises:
        InputError: a function that the record names is not there, or its recipe is wrong.
    """
    record = brief.record
    usual = {thing: count for thing, count in record.things.items() if thing not in brief.without}
    if usual:
        brief = replace(brief, features={**usual, **brief.features})
    made: Any
    if record.kind == "build":
        made = function(record.build, record.file)(brief, rng)
    else:
        made = function(COMPOSERS[record.kind])(record, brief, rng)
    if not isinstance(made, Place):
        raise TypeError(f"{record.file}: the place's function gave a {type(made).__name__}, not a Place")
    relate(made, brief)
    return made
