"""The shape of a land, its water and its paths, as checked data; `terms.py` and `relief.py` make it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic.dataclasses import dataclass

from lucid3d.procedural.catalogue.records import STRICT

Pair = tuple[float, float]
RGB = tuple[float, float, float]
Kind = Literal["fbm", "ridged", "billow", "cells", "edges", "cell_id"]
"""Of noise."""


@dataclass(frozen=True, config=STRICT)
class Noise:
    """Fractal noise: `period` metres of its largest features, `height` metres up and down about `offset` heights.
    `fade` = metres from the start over which it comes in; `seed` is added to the land's."""

    period: float
    height: float
    octaves: int = 4
    seed: int = 0
    offset: float | None = None
    fade: Pair | None = None
    kind: Kind = "fbm"


@dataclass(frozen=True, config=STRICT)
class Knoll:
    """A rise (or with a height below 0 a hollow) about `at` (x, z), `size` metres to each side; `flat` has a level
    bottom and steep sides."""

    at: Pair
    size: Pair
    height: float
    flat: bool = False


@dataclass(frozen=True, config=STRICT)
class Mountains:
    """Ranges `period` metres apart and `height` metres high, or `asked` metres where a sentence asks for mountains."""

    period: float
    height: float
    asked: float | None = None
    seed: int = 0


@dataclass(frozen=True, config=STRICT)
class Rise:
    """A constant height in metres."""

    height: float


@dataclass(frozen=True, config=STRICT)
class Channel:
    """A gully along z at x = `at`, which sways by `sway` metres every `turn` metres a radian, `width` metres to each
    side and `depth` deep."""

    at: float
    sway: float
    turn: float
    width: float
    depth: float


@dataclass(frozen=True, config=STRICT)
class Ramp:
    """`rise` metres up for each metre ahead between the two z of `between`, coming in over the two of `fade`."""

    rise: float
    between: Pair
    fade: Pair


@dataclass(frozen=True, config=STRICT)
class Faded:
    """Other terms together, that come in over these metres from the start."""

    fade: Pair
    of: tuple[Mapping[str, Any], ...]


TERMS: Mapping[str, type[Any]] = {
    "noise": Noise, "knoll": Knoll, "mountains": Mountains, "rise": Rise, "channel": Channel, "ramp": Ramp,
    "faded": Faded,
}  # fmt: skip
"""What relief is made of by name; heights add up."""
Term = Noise | Knoll | Mountains | Rise | Channel | Ramp | Faded


@dataclass(frozen=True, config=STRICT)
class Form:
    """How the composition becomes land: see `relief.shaped`; `around`, `rings`: spokes and circles of its mesh."""

    half: float = 2600.0
    cells: int = 512
    drops: int = 110_000
    strength: float = 1.0
    rough: float = 1.0
    calm: float = 5.0
    around: int = 720
    rings: int = 400


@dataclass(frozen=True, config=STRICT)
class Water:
    """Water that stands at `level` metres in the composition.

    Attributes:
        asked: it is there only where the sentence asks for one of these; () = always.
        clearance: least metres from the water up to the ground at the start.
        shore: metres from the start ahead to the waterline; 0 = wherever it is.
        amplitude, wavelength, absorb, scatter: see `kit.water.Water`; wind: radians, or two to draw from.
        rough: amplitude and wavelength in rain and storms.
        sea: it is the open sea, which has looks of its own in every weather.
    """

    level: float = 0.0
    asked: tuple[str, ...] = ()
    clearance: float = 0.45
    shore: float = 0.0
    amplitude: float = 0.012
    wavelength: float = 1.8
    absorb: RGB | None = None
    scatter: RGB | None = None
    wind: Pair | None = None
    rough: Pair | None = None
    sea: Literal["", "temperate", "tropical"] = ""


@dataclass(frozen=True, config=STRICT)
class Path:
    """A trodden path that comes from behind the start and winds away ahead; metres, and radians a corner."""

    width: float = 1.5
    length: float = 70.0
    turn: float = 0.35
    back: float = 25.0


@dataclass(frozen=True, config=STRICT)
class Tracks:
    """Someone's footprints, `depth` times their usual depth; numbers to draw from are pairs."""

    start: Pair
    drift: Pair
    bend: tuple[float, float, float]
    depth: float = 1.0
    snow: bool = False


@dataclass(frozen=True, config=STRICT)
class Woods:
    """Woods too far off for single trees: the share of the land that they cover, and metres from where on."""

    share: float
    begin: float
