"""From a sentence and a seed to a world.

world = build_world("a misty alpine lake at sunrise", seed=7)
drawing = world.draw(Camera.from_fov(512, 512, 90))
"""

from __future__ import annotations

import zlib

import numpy as np

from lucid3d.procedural.catalogue.load import Catalogue
from lucid3d.procedural.compose.composing import compose
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.language.brief import Brief, understand
from lucid3d.procedural.render.atmosphere import atmosphere_for
from lucid3d.procedural.render.shapes import styled
from lucid3d.procedural.render.weather import weathered
from lucid3d.procedural.supplying import missing, supplied
from lucid3d.procedural.telling import look, told
from lucid3d.procedural.world import World

SUPPLIED = zlib.crc32(b"supplied")
"""For the random choices of what is added at the end."""


def build_world(
    prompt: str, seed: int, negative_prompt: str = "", *, drops: bool = True, catalogue: Catalogue | None = None
) -> World:
    """Build the world that `prompt` describes; the same words and seed give the same world.

    Args:
        prompt: a sentence, in any of the languages of the vocabulary; unknown words are ignored, an empty or unknown
            sentence gives a pleasant default.
        seed: decides everything that the sentence leaves open.
        negative_prompt: what must not appear.
        drops: whether falling rain is drawn. A picture wants it; in a scene to walk in, where time stands still, it
            would hang in the air as beads.
        catalogue: the places that there are; None = the package's. `load_catalogue("my/folder")` adds one's own.
    """
    brief = understand(prompt, negative_prompt, catalogue)
    return build_from_brief(brief, seed, drops=drops)


def build_from_brief(brief: Brief, seed: int, *, drops: bool = True) -> World:
    """`build_world` for a sentence that has been understood already; its brief tells what is to be seen."""
    place = build_place(brief, seed)
    world = place_under_sky(place, brief, seed, drops=drops)
    if not brief.features:
        return world
    sight = look(world)
    lacking = missing(sight, brief)
    if lacking and supplied(place, world, sight, lacking, np.random.default_rng([seed, SUPPLIED])):
        world = place_under_sky(place, brief, seed, drops=drops)
        sight = look(world)
    return told(world, sight)


def build_place(brief: Brief, seed: int) -> Place:
    """What stands in the world of a brief, without sky and weather.

    The plan follows the seed, the place and the things that are asked for: other things make another meadow, another
    hour or season does not.
    """
    plan = "/".join((brief.place, *sorted(brief.features)))
    return compose(brief, np.random.default_rng([seed, zlib.crc32(plan.encode())]))


def place_under_sky(place: Place, brief: Brief, seed: int, *, weather: bool = True, drops: bool = True) -> World:
    """A place that has been built, under the sky that a brief asks for.

    Args:
        weather: whether rain, snow and puddles are added to the place; without, only the light and air are the
            weather's, and the geometry stays what it was.
        drops: see `build_world`.
    """
    place = styled(place, brief.style)
    # The seed alone would give every place the same clouds.
    words = zlib.crc32("/".join((brief.place, brief.time, brief.weather, brief.season)).encode())
    atmosphere = atmosphere_for(brief, place, np.random.default_rng([seed, words]))
    rng = np.random.default_rng([seed, words, 1])
    shown = weathered(place, brief, atmosphere, rng, drops=drops) if weather else place
    world = World(shown, atmosphere, prompt=brief.prompt, seed=seed, brief=brief)
    world.bare = place
    return world
