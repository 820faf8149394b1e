"""Networks that are known to work (catalogue.yaml): what they do, weigh and cost, and how they were made to be used."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from lucid3d.reading import read_yaml

RECORDS = Path(__file__).with_name("catalogue.yaml")

Role = Literal[
    "inpainting", "text-to-image", "depth", "caption", "controlnet", "lora", "panorama", "segmenter", "thing"
]


@dataclass(frozen=True)
class Entry:
    """One known model.

    Attributes:
        name: hub repository.
        role: what it does here.
        gigabytes: roughly what a download takes (the half-precision weights where the repository has them).
        licence: as its page states it; read the page before you publish what you made.
        note: what to know before choosing it.
        memory: gigabytes of a graphics card with which it runs without offloading; 0 is not known.
        consent: whether its page asks for consent to the licence first.
        base: of a panorama LoRA: the checkpoint that it was trained for.
        says: of a network for panoramas: what it is asked for, {prompt} being the sentence.
        native, steps, guidance, scale: of its own where the class of its pipeline says something else (see `Painting`).
    """

    name: str
    role: Role
    gigabytes: float
    licence: str
    note: str = ""
    memory: float = 0.0
    consent: bool = False
    base: str = ""
    says: str = ""
    native: int | None = None
    steps: int | None = None
    guidance: float | None = None
    scale: str | None = None


@dataclass(frozen=True)
class Painting:
    """How a painter was made to be used.

    Attributes:
        native: pixels of the shorter side that it was trained at; 0 is not known.
        steps, guidance: as its makers recommend.
        scale: the argument of its pipeline that the guidance goes to.
    """

    native: int = 0
    steps: int = 30
    guidance: float = 7.5
    scale: str = "guidance_scale"


@dataclass(frozen=True)
class Pick:
    """What a quality picks: names in the order of preference, and a preset."""

    inpainting: tuple[str, ...]
    depth: tuple[str, ...]
    preset: Literal["", "lcm", "turbo"] = ""


@dataclass(frozen=True)
class Catalogue:
    """Everything in catalogue.yaml, by name."""

    models: Mapping[str, Entry]
    painters: Mapping[str, Painting]
    quality: Mapping[str, Pick]


@functools.cache
def catalogue() -> Catalogue:
    """The records, read once.

    Raises:
        TypeError: a record has a field that is not known.
    """
    data: dict[str, Any] = read_yaml(RECORDS, "the catalogue of networks")
    picks = {
        name: Pick(tuple(pick["inpainting"]), tuple(pick["depth"]), pick.get("preset", ""))
        for name, pick in data["quality"].items()
    }
    return Catalogue(
        MappingProxyType({name: Entry(name, **record) for name, record in data["models"].items()}),
        MappingProxyType({name: Painting(**record) for name, record in data["painters"].items()}),
        MappingProxyType(picks),
    )


def entry(name: str) -> Entry | None:
    """The known model of this hub name, None for any other."""
    return catalogue().models.get(name)


def painting(name: str, class_name: str) -> Painting:
    """How a checkpoint was made to be used.

    Args:
        name: as it was asked for.
        class_name: of its pipeline, as its model_index.json says it; "" when that is not known.
    """
    base = class_name.removesuffix("Pipeline").removesuffix("Inpaint").replace("ControlNet", "")
    found = catalogue().painters.get(base, Painting())
    own = entry(name)
    if own is None:
        return found
    return Painting(
        native=found.native if own.native is None else own.native,
        steps=found.steps if own.steps is None else own.steps,
        guidance=found.guidance if own.guidance is None else own.guidance,
        scale=own.scale or found.scale,
    )
