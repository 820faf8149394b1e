"""Every word changes the picture: drawn very small, class by class."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.procedural.build import build_world
from lucid3d.procedural.catalogue.load import load_vocabulary
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.language.brief import understand
from lucid3d.procedural.render import light, probes
from lucid3d.procedural.render.atmosphere import atmosphere_for
from lucid3d.procedural.render.weather import weathered
from lucid3d.procedural.world import World
from tests.procedural.small_world import small_world

VOCABULARY = load_vocabulary()
CAMERA = Camera.from_fov(48, 32, 90, yaw_pitch(0, 12))
SEEN = 0.004
"""Mean difference in sRGB that counts as another picture."""


@pytest.fixture(autouse=True, scope="module")
def coarse_light() -> Iterator[None]:
    """Clouds in a sixteenth of the pixels and a room's light from few rays: they are most of a small world's cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(light, "CLOUD_ROWS", light.CLOUD_ROWS // 4)
        patch.setattr(light, "CLOUD_COLUMNS", light.CLOUD_COLUMNS // 4)
        patch.setattr(probes, "RAYS", 48)
        patch.setattr(probes, "MOST", 120)
        light._above.cache_clear()
        yield
    light._above.cache_clear()


@functools.cache
def _place() -> World:
    return small_world()


@functools.cache
def under_its_sky(sentence: str) -> np.ndarray:
    """A little place in the light and weather that a sentence asks for."""
    brief, rng = understand(sentence), np.random.default_rng(5)
    place = _place().place
    air = atmosphere_for(brief, place, rng)
    return World(weathered(place, brief, air, rng), air).draw(CAMERA, antialias=False).image


@functools.cache
def room(sentence: str) -> np.ndarray:
    """A world built for a sentence, all the way."""
    return build_world(sentence, 5).draw(CAMERA, antialias=False).image


def all_differ(pictures: dict[str, np.ndarray]) -> None:
    names = list(pictures)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            assert np.abs(pictures[a] - pictures[b]).mean() > SEEN, f"{a} looks like {b}"


SKY_CLASSES: dict[str, list[str]] = {
    "time": [f"a meadow at {time}" for time in ("dawn", "noon", "sunset", "night")],
    "weather": ["a meadow at noon", *(f"a meadow, {w}" for w in ("mist", "rain", "snow", "thunderstorm"))],
    "strength": ["a meadow, rain", "a meadow, heavy rain"],
    "sky": [f"a meadow at night with {what}" for what in ("a moon", "stars", "aurora")],
    "mood": ["a meadow at noon", *(f"a {mood} meadow at noon on a clear day" for mood in ("eerie", "magical"))],
    "style": ["a meadow at noon", *(f"a meadow at noon, {style}" for style in ("film noir", "watercolour"))],
}


@pytest.mark.parametrize("sentences", SKY_CLASSES.values(), ids=SKY_CLASSES)
def test_words_for_light_and_weather(sentences: list[str]) -> None:
    all_differ({s: under_its_sky(s) for s in sentences})


@pytest.mark.parametrize(
    ("phrase", "names"),
    [("at {}", tuple(VOCABULARY.time)), ("with {}", ("stars", "aurora", "rainbow")),
     ("in {} weather", ("clear", "cloudy", "misty", "stormy")),
     ("in a {} mood at noon", tuple(VOCABULARY.mood))],
    ids=["time", "sky", "weather", "mood"],
)  # fmt: skip
def test_every_word_for_light_changes_the_air(phrase: str, names: tuple[str, ...]) -> None:
    """All of them, undrawn: what the sky is made from is different for each."""
    airs = {}
    for name in names:
        brief = understand("a meadow " + phrase.format(name))
        airs[name] = atmosphere_for(brief, Place(), np.random.default_rng(5))
    assert len(set(airs.values())) == len(names)


@pytest.mark.parametrize(
    ("plain", "changed", "draw"),
    [
        ("a bedroom", "a bedroom with red walls", room),
        ("日落时的草地", "下雨的草地", under_its_sky),
        ("日落时的草地", "夜晚的草地", under_its_sky),
    ],
    ids=["colour", "chinese weather", "chinese time"],
)
def test_words_for_things(plain: str, changed: str, draw: Callable[[str], np.ndarray]) -> None:
    assert np.abs(draw(plain) - draw(changed)).mean() > SEEN
