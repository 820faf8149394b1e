"""The table of places: one line a place, imported only when built.

A builder is `build(brief, rng) -> Place` (see `world.Place`). It gets the brief (place, time, weather, season, features,
without, colours, mood) and a seeded generator, and returns things in world coordinates: origin = the start camera's eye,
ground at the start at y = +1.6, +z ahead, y down. Sky, sun, fog and exposure are added afterwards.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from lucid3d.procedural.world import Place

Builder = Callable[[Any, np.random.Generator], Place]

PLACES: dict[str, str] = {
    # natural places
    "alpine_lake": "lucid3d.procedural.lake:alpine_lake",
    # man-made places
    "town_street": "lucid3d.procedural.buildings.streets:town_street",
    "living_room": "lucid3d.procedural.interiors.rooms:living_room",
    "bedroom": "lucid3d.procedural.interiors.rooms:bedroom",
    "kitchen": "lucid3d.procedural.interiors.work_rooms:kitchen",
    "library": "lucid3d.procedural.interiors.work_rooms:library",
}

DEFAULT_PLACE = "alpine_lake"


def builder(name: str) -> Builder:
    """The builder of a place; an unknown name gives the default place's."""
    module, function = PLACES.get(name, PLACES[DEFAULT_PLACE]).split(":")
    build: Builder = getattr(importlib.import_module(module), function)
    return build
