"""The sentences that training worlds are built from: every place, at every time, in every weather, season and style."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.language.brief import Brief, understand

SHARE = {
    "living_room": 3.5, "bedroom": 3.0, "kitchen": 3.0, "library": 2.5, "space_station": 0.6,
    "town_street": 2.5, "modern_city": 2.5, "village": 1.8, "garden": 1.4, "other_planet": 0.4, "cave": 0.6,
    "volcano": 0.6, "canyon": 0.8, "island": 0.7,
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
