"""The procedural family: a procedural world, from words, from a photograph or from a panorama; no weights."""

from __future__ import annotations

from typing import Any

from lucid3d.families.base import Family, Models, Needs, Uses, Wish
from lucid3d.families.config import ModelsConfig
from lucid3d.families.picture import panorama_models, photo_models
from lucid3d.families.procedural import procedural_models
from lucid3d.learning.reader import PictureReader
from lucid3d.learning.shipped import shipped


def load(wish: Wish, uses: Uses) -> Models:
    """Painter and estimator that look at the world of a wish; they share its drawings, so both are always made.

    Raises:
        InputError: the picture or the words cannot be used.
    """
    world: Any
    if wish.panorama is not None:
        painter, estimator, world = panorama_models(
            wish.panorama, wish.prompt, wish.seed, reader=PictureReader() if shipped() else None
        )
    elif wish.picture is not None:
        camera = 60.0 if wish.camera is None else wish.camera
        painter, estimator, world = photo_models(wish.picture, camera, wish.seed, wish.prompt, reading=wish.reading)
    else:
        painter, estimator, world = procedural_models(wish.prompt, wish.seed, wish.negative_prompt)
    return Models("procedural", painter, estimator, understood=understood(world), world=world)


def understood(world: Any) -> str:
    """What a procedural world took from the words or the picture, in a sentence or two."""
    return str(getattr(getattr(world, "brief", None), "explanation", "") or getattr(world, "explanation", ""))


def needs(config: ModelsConfig, uses: Uses) -> Needs:
    """Nothing: see `Family.needs`."""
    return Needs()


PROCEDURAL = Family("procedural", load, needs, exact=True)
