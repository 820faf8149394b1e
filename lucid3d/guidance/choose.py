"""A guidance by its name: what `--with` knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.gaussians.model import Gaussians
from lucid3d.guidance import clip, diffusion_network
from lucid3d.guidance.base import Guidance
from lucid3d.guidance.optimise import COLOURS_ALONE, Following
from lucid3d.guidance.sds import MAGIC3D, SDS, Distillation
from lucid3d.guidance.style import Style
from lucid3d.guidance.vsd import VSD
from lucid3d.transforms import read_image


@dataclass(frozen=True, eq=False)
class Asked:
    """What a guidance is made of.

    Attributes:
        gaussians: the scene as it is; mask: (N,) bool, what shall change; was: words of what it is.
        others: other regions (N,) bool with words of their own, which follow at the same time.
        picture: of a style, or None; network: name or folder of a checkpoint, "" = the usual one.
        steps: how many there will be; models: where networks run, and in which precision; seed: of all that is random.
    """

    gaussians: Gaussians
    mask: NDArray[np.bool_]
    was: str = ""
    others: Sequence[tuple[str, NDArray[np.bool_]]] = ()
    picture: Path | None = None
    network: str = ""
    steps: int = 300
    models: ModelsConfig = field(default_factory=ModelsConfig)
    seed: int = 0


@dataclass(frozen=True)
class Way:
    """One way to be guided.

    Attributes:
        says: in a line; make: the guidance; settings: how Gaussians follow; words: whether a prompt is needed;
        regions: whether several regions can follow words of their own at once.
    """

    says: str
    make: Callable[[Asked], Guidance]
    settings: Following
    words: bool = True
    regions: bool = False


def _style(asked: Asked) -> Guidance:
    if asked.picture is None:
        raise InputError("--with style takes the style of a picture: --picture FILE")
    return Style(read_image(asked.picture))


def _clip(asked: Asked) -> Guidance:
    encoder = clip.Clip(asked.network or clip.DEFAULT)
    regions = [] if asked.mask.all() else [("", asked.mask)]
    regions += asked.others
    return clip.DirectionalClip(encoder, asked.gaussians, asked.was or "a photo", regions=regions, seed=asked.seed)


def _network(asked: Asked) -> diffusion_network.DiffusionNetwork:
    name = asked.network or asked.models.text_to_image or diffusion_network.DEFAULT
    return diffusion_network.DiffusionNetwork(replace(asked.models, text_to_image=name))


def _distilled(settings: Distillation) -> Callable[[Asked], Guidance]:
    return lambda asked: SDS(_network(asked), replace(settings, steps=asked.steps, seed=asked.seed))


WAYS: Mapping[str, Way] = {
    "style": Way("the strokes and palette of a picture", _style, COLOURS_ALONE, words=False),
    "clip": Way("words by CLIP", _clip, COLOURS_ALONE, regions=True),
    "sds": Way("words by Stable Diffusion (DreamFusion)", _distilled(Distillation()), Following(size=512)),
    "magic3d": Way("the same in two stages (Magic3D)", _distilled(MAGIC3D), Following(size=512)),
    "vsd": Way(
        "words by Stable Diffusion and a copy that learns the scene (ProlificDreamer)",
        lambda asked: VSD(_network(asked), Distillation(scale=7.5, steps=asked.steps, seed=asked.seed)),
        Following(size=512),
    ),
}
"""What `--with` takes."""


def way_called(name: str) -> Way:
    """One of `WAYS`.

    Raises:
        InputError: there is no such; says which there are.
    """
    if name not in WAYS:
        known = "; ".join(f"{key}: {way.says}" for key, way in WAYS.items())
        raise InputError(f"--with {name} is not known; known: {known}")
    return WAYS[name]
