"""A first look at a place made of rules while it is still being built: its sky, by the same rules and the same seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lucid3d.camera import Camera
from lucid3d.config import Config

if TYPE_CHECKING:
    from lucid3d.service.work import Teller

SIDE = 256
"""Pixels of the sketch."""


def sketch(config: Config, teller: Teller) -> None:
    """Tell of a small drawing of the sky, where the rules will draw one; otherwise do nothing.

    The land of a place takes several seconds to grow; time, weather and light show in its sky at once.
    """
    from lucid3d.models.selection import choose_models
    from lucid3d.procedural.atmosphere import atmosphere_for
    from lucid3d.procedural.brief import understand
    from lucid3d.procedural.world import Place, World

    if not config.prompt or choose_models(config.models, config.diffusion).family != "procedural":
        return
    brief = understand(config.prompt[0], config.negative_prompt)
    teller.tell(understood=brief.explanation)
    if brief.indoors or brief.place == "cave":
        return
    place = Place()
    world = World(place, atmosphere_for(brief, place, np.random.default_rng(config.seed)), brief=brief)
    camera = Camera.from_fov(SIDE, SIDE, config.dream.fov)
    picture = np.asarray(world.draw(camera, antialias=False).image, np.float32)
    teller.tell(picture, detail="the sky; the land is growing")
