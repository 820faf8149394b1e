"""Terms of relief and of areas as functions over the land: what a recipe's numbers mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.land import landform, recipe
from lucid3d.procedural.compose.land.relief import Start, Up, mountains, to_polyline
from lucid3d.procedural.compose.land.site import Site, Where
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.noise import noise, smoothstep

REFUSED_MOUNTAINS = 0.3
"""Factor on mountains in a sentence without any: some land has to end the view."""


def relief(terms: Sequence[landform.Term], start: Start) -> Up:
    """Metres up over (x, z): the terms added up."""
    parts = [_TERMS[type(term)](term, start) for term in terms]

    def up(x: Floats, z: Floats) -> NDArray[np.float32]:
        tall = parts[0](x, z)
        for part in parts[1:]:
            tall = tall + part(x, z)
        return np.asarray(tall, np.float32)

    return up


def _noise(term: landform.Noise, start: Start) -> Callable[[Floats, Floats], Floats]:
    def up(x: Floats, z: Floats) -> Floats:
        waves = noise(x, z, start.seed + term.seed, term.period, term.octaves, kind=term.kind)
        mask = 1.0 if term.fade is None else smoothstep(*term.fade, np.hypot(x, z))
        if term.offset is not None:
            return np.asarray(mask * term.height * (term.offset + waves))
        return np.asarray(term.height * waves * mask)

    return up


def _knoll(term: landform.Knoll, start: Start) -> Callable[[Floats, Floats], Floats]:
    def up(x: Floats, z: Floats) -> Floats:
        across, along = (x - start.side * term.at[0]) / term.size[0], (z - term.at[1]) / term.size[1]
        if term.flat:
            return np.asarray(term.height * np.exp(-((across**2 + along**2) ** 2)))
        return np.asarray(term.height * np.exp(-(across**2) - along**2))

    return up


def _mountains(term: landform.Mountains, start: Start) -> Callable[[Floats, Floats], Floats]:
    height = term.height
    if start.wants("mountains"):
        height = (term.asked or height) * start.size("mountains")
    elif "mountains" in start.refused:
        height *= REFUSED_MOUNTAINS
    return lambda x, z: height * mountains(x, z, start.seed + term.seed, term.period)


def _rise(term: landform.Rise, start: Start) -> Callable[[Floats, Floats], Floats]:
    return lambda x, z: np.full(np.shape(x), term.height, np.float32)


def _channel(term: landform.Channel, start: Start) -> Callable[[Floats, Floats], Floats]:
    def up(x: Floats, z: Floats) -> Floats:
        away = x - term.at - term.sway * np.sin(z / term.turn)
        return np.asarray(-term.depth * np.exp(-(away**2) / term.width**2))

    return up


def _ramp(term: landform.Ramp, start: Start) -> Callable[[Floats, Floats], Floats]:
    return lambda x, z: term.rise * np.clip(z, *term.between) * smoothstep(*term.fade, z)


def _faded(term: landform.Faded, start: Start) -> Callable[[Floats, Floats], Floats]:
    inner = relief(recipe.read_terms(term.of, "faded"), start)
    return lambda x, z: smoothstep(*term.fade, np.hypot(x, z)) * inner(x, z)


_TERMS: Mapping[type[Any], Callable[[Any, Start], Callable[[Floats, Floats], Floats]]] = {
    landform.Noise: _noise, landform.Knoll: _knoll, landform.Mountains: _mountains, landform.Rise: _rise,
    landform.Channel: _channel, landform.Ramp: _ramp, landform.Faded: _faded,
}  # fmt: skip

Measure = Callable[[Floats, Floats, Floats, Floats], Floats]


def factor(item: recipe.Factor, site: Site, start: Start, own: Mapping[str, Up]) -> Where:
    """One share of an area: see `recipe.Factor`. Without water, metres above it are metres above the start's feet."""
    level = site.water_level if site.water_level is not None else float(site.terrain.height(ZERO, ZERO)[0])
    measures: dict[str, Measure] = {
        "up": lambda x, z, y, slope: level - y,
        "shore": lambda x, z, y, slope: np.abs(level - y),
        "far": lambda x, z, y, slope: np.hypot(x, z),
        "ahead": lambda x, z, y, slope: z,
        "side": lambda x, z, y, slope: x * start.side,
        "aside": lambda x, z, y, slope: np.abs(np.arctan2(x, z)),
        "path": lambda x, z, y, slope: to_polyline(x, z, site.path),
        "slope": lambda x, z, y, slope: slope,
        "patches": lambda x, z, y, slope: noise(x, z, start.seed + item.seed, item.period, item.octaves),
        "by": lambda x, z, y, slope: own[item.of](x, z),
    }
    bounds = {name: getattr(item, name) for name in measures if getattr(item, name) is not None}
    ((name, (low, high)),) = bounds.items()
    measure = measures[name]

    def share(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        value = measure(x, z, y, slope)
        part = value < low if low == high else smoothstep(low, high, value)
        return np.asarray(part if not item.least else item.least + (1 - item.least) * part)

    return share


ZERO = np.zeros(1, np.float32)
