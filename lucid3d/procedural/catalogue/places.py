"""The table of places: one line a place, imported only when built.

A builder is `build(brief, rng) -> Place` (see `world.Place`). It gets the brief (place, time, weather, season,
features,
without, colours, mood) and a seeded generator,
and returns things in world coordinates: origin = the start camera's eye,
ground at the start at y = +1.6, +z ahead, y down. Sky, sun, fog and exposure are added afterwards.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from lucid3d.procedural.kit.place import Place

Builder = Callable[[Any, np.random.Generator], Place]

PLACES: dict[str, str] = {
    # natural places
    "alpine_lake": "lucid3d.procedural.compose.land.lake:alpine_lake",
    "meadow": "lucid3d.procedural.compose.land.meadow:meadow",
    "farmland": "lucid3d.procedural.compose.land.meadow:farmland",
    "garden": "lucid3d.procedural.compose.land.meadow:garden",
    "forest": "lucid3d.procedural.compose.land.woods:forest",
    "jungle": "lucid3d.procedural.compose.land.woods:jungle",
    "swamp": "lucid3d.procedural.compose.land.woods:swamp",
    "desert": "lucid3d.procedural.compose.land.dry:desert",
    "canyon": "lucid3d.procedural.compose.land.canyon:canyon",
    "coast": "lucid3d.procedural.compose.land.shores:coast",
    "island": "lucid3d.procedural.compose.land.shores:island",
    "arctic": "lucid3d.procedural.compose.land.arctic:arctic",
    "volcano": "lucid3d.procedural.compose.land.volcano:volcano",
    "other_planet": "lucid3d.procedural.compose.land.other_planet:other_planet",
    "cave": "lucid3d.procedural.compose.land.cave:cave",
    # man-made places
    "village": "lucid3d.procedural.compose.settlement.village:village",
    "town_street": "lucid3d.procedural.compose.settlement.streets:town_street",
    "modern_city": "lucid3d.procedural.compose.settlement.city:modern_city",
    "ruins": "lucid3d.procedural.compose.settlement.ruins:ruins",
    "temple": "lucid3d.procedural.compose.settlement.temple:temple",
    "space_station": "lucid3d.procedural.compose.room.station:space_station",
    "living_room": "lucid3d.procedural.compose.room.rooms:living_room",
    "bedroom": "lucid3d.procedural.compose.room.rooms:bedroom",
    "kitchen": "lucid3d.procedural.compose.room.kitchen:kitchen",
    "library": "lucid3d.procedural.compose.room.library:library",
}

DEFAULT_PLACE = "alpine_lake"


def builder(name: str) -> Builder:
    """The builder of a place; an unknown name gives the default place's."""
    module, function = PLACES.get(name, PLACES[DEFAULT_PLACE]).split(":")
    build: Builder = getattr(importlib.import_module(module), function)
    return build
