"""The sentences that training worlds are built from: every place, at every time, in every weather, season and style."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.language.brief import Brief, understand

SHARE = {
    "living_room": 4.0, "bedroom": 3.5, "kitchen": 3.5, "office": 2.5, "dining_room": 2.0, "bathroom": 2.0,
    "corridor": 2.0, "coffee_shop": 1.5, "restaurant": 1.5, "library": 1.5, "classroom": 1.5, "shop": 1.2,
    "town_street": 2.5, "modern_city": 2.5, "suburb": 2.0, "alley": 1.5, "town_square": 1.5, "park": 1.5,
    "village": 1.5, "garden": 1.4, "forest": 2.0, "coast": 2.0, "meadow": 1.5, "alpine_lake": 1.5, "mountain_pass": 1.2,
    "other_planet": 0.4, "moon": 0.4, "space_station": 0.5, "coral_reef": 0.5, "cave": 0.6, "volcano": 0.6,
    "attic": 0.6, "dungeon_corridor": 0.6, "forge": 0.6, "throne_hall": 0.6, "tatami_room": 0.8, "laboratory": 0.7,
    "hospital_ward": 0.7, "laundry": 0.7, "wild_west": 0.6, "zen_garden": 0.7, "tulip_field": 0.6,
}  # fmt: skip
"""How often a place is taken, beside 1 for the others: people photograph rooms and streets more than volcanoes."""
MOST_FEATURES = 3
SEED_SPAN = 1 << 31


@dataclass(frozen=True)
class Wish:
    """What a training world is to be.

    Attributes:
        brief: what is built.
        seed: of the world.
    """

    brief: Brief
    seed: int


def wish(rng: np.random.Generator) -> Wish:
    """A place with some of everything that a sentence can ask for."""
    catalogue = load_catalogue()
    places, things, vocabulary = catalogue.places, catalogue.things, catalogue.words
    names = sorted(places)
    weights = np.array([SHARE.get(name, 1.0) for name in names])
    place = str(rng.choice(names, p=weights / weights.sum()))
    words = [places[place].label]
    features = [name for name, thing in things.items() if (thing.sort == "furniture") == places[place].indoors]
    chosen = rng.choice(features, size=int(rng.integers(0, MOST_FEATURES + 1)), replace=False)
    if len(chosen):
        words.append("with " + " and ".join(things[str(name)].label for name in chosen))
    prompt = " ".join(words)
    if rng.random() < 0.25:
        prompt = f"{rng.choice(list(vocabulary.mood))} {prompt}"
    if rng.random() < 0.2:
        prompt = f"{prompt}, {rng.choice(list(vocabulary.style))}"
    brief = understand(prompt)
    time = str(rng.choice(list(vocabulary.time), p=_TIME_SHARE))
    weather = str(rng.choice(list(vocabulary.weather), p=_WEATHER_SHARE))
    season = str(rng.choice(list(vocabulary.season)))
    # Set by name, so that no word of a feature or a style can turn one place into another.
    brief = replace(brief, place=place, time=time, weather=weather, season="winter" if weather == "snow" else season)
    return Wish(brief, int(rng.integers(SEED_SPAN)))


_TIME_SHARE = np.array([0.08, 0.1, 0.2, 0.17, 0.2, 0.1, 0.08, 0.07])
"""Of the vocabulary's times: most pictures are taken by day."""
_WEATHER_SHARE = np.array([0.42, 0.28, 0.1, 0.08, 0.07, 0.05])
"""Of its weathers."""
