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

from lucid3d.procedural.world import Place

Builder = Callable[[Any, np.random.Generator], Place]

PLACES: dict[str, str] = {
    # natural places
    "alpine_lake": "lucid3d.procedural.lake:alpine_lake",
    "meadow": "lucid3d.procedural.meadow:meadow",
    "farmland": "lucid3d.procedural.meadow:farmland",
    "garden": "lucid3d.procedural.meadow:garden",
    "forest": "lucid3d.procedural.woods:forest",
    "jungle": "lucid3d.procedural.woods:jungle",
    "swamp": "lucid3d.procedural.woods:swamp",
    "desert": "lucid3d.procedural.dry:desert",
    "canyon": "lucid3d.procedural.canyon:canyon",
    "coast": "lucid3d.procedural.shores:coast",
    "island": "lucid3d.procedural.shores:island",
    "arctic": "lucid3d.procedural.arctic:arctic",
    "volcano": "lucid3d.procedural.volcano:volcano",
    "other_planet": "lucid3d.procedural.planet:other_planet",
    "cave": "lucid3d.procedural.cave:cave",
    # man-made places
    "village": "lucid3d.procedural.buildings.village:village",
    "town_street": "lucid3d.procedural.buildings.streets:town_street",
    "modern_city": "lucid3d.procedural.buildings.city:modern_city",
    "ruins": "lucid3d.procedural.buildings.ruins:ruins",
    "temple": "lucid3d.procedural.buildings.temple:temple",
    "space_station": "lucid3d.procedural.interiors.station:space_station",
    "living_room": "lucid3d.procedural.interiors.rooms:living_room",
    "bedroom": "lucid3d.procedural.interiors.rooms:bedroom",
    "kitchen": "lucid3d.procedural.interiors.kitchen:kitchen",
    "library": "lucid3d.procedural.interiors.library:library",
}

DEFAULT_PLACE = "alpine_lake"


def builder(name: str) -> Builder:
    """The builder of a place; an unknown name gives the default place's."""
    module, function = PLACES.get(name, PLACES[DEFAULT_PLACE]).split(":")
    build: Builder = getattr(importlib.import_module(module), function)
    return build
