"""What a person is told of a world: what a picture of it all around shows, not what was wished for.

It stands above the composers, so that it holds for every place: a feature is told when enough of it is drawn, by the
instances' words and, where nothing has a word of its own, by the labels; what was asked for and is not to be seen from
the start is said in one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.catalogue.load import Catalogue
from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.language.brief import listed_things
from lucid3d.procedural.language.naming import thing_words, word_forms
from lucid3d.procedural.render.drawing import Drawing, equirectangular_rays
from lucid3d.procedural.seen import pixel_shares, things_seen
from lucid3d.procedural.world import World

ROWS = 256
"""Rows of the panorama that is looked at: the smallest thing that is told is some 80 of its pixels."""
ENOUGH = 0.0006
"""Share of the sphere that a thing must take to be told: a mug on a table some metres off is not."""
MOUNTAIN, HILL = 60.0, 1.5
"""Metres above the eye to which ground must rise to be a mountain or a hill."""
MINGLED = frozenset(("trees", "grass", "flowers", "bushes", "leaves", "rocks", "ferns"))
"""What is told by its label, too: much of it is called by no word."""
GLASS = frozenset(("glass", "windows"))
"""Patterns of the windows that are part of a building."""
SKY = frozenset(("planet", "moon", "stars", "aurora"))
"""Features that the sky shows, which are always drawn."""


def look(world: World) -> Sight:
    """What the start's panorama shows."""
    return Sight(world, world.outlines(ROWS))


def told(world: World, sight: Sight) -> World:
    """The world, its brief telling what is seen: `Brief.told`, and an explanation that names no more than that."""
    brief = world.brief
    shown = tuple(name for name in brief.features if name not in brief.without and sight.shows(name))
    counts = {name: min(brief.features[name], max(sight.count(name), 1)) for name in shown}
    hidden = [name for name in brief.features if name not in shown and name not in brief.without]
    sentence = brief.explanation.replace(brief.listing, listed_things(counts, brief), 1) if brief.listing else ""
    if hidden:
        sentence = f"{sentence} {_missing(hidden, dict(world.place.unplaced), brief.catalogue)}"
    world.brief = replace(brief, told=shown, explanation=sentence or brief.explanation)
    return world


def _missing(names: list[str], reasons: dict[str, str], catalogue: Catalogue) -> str:
    labels = [catalogue.things[name].label for name in names[:6]]
    listed = labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
    more = " and more" if len(names) > len(labels) else ""
    reason = next((f" ({reasons[name]})" for name in names if name in reasons), "")
    return f"Not to be seen from the start: {listed}{more}{reason}."


def _glass(materials: Mapping[Material, float]) -> float:
    """How much of what is made of some materials (material -> share of its area) is glass."""
    return sum(share for material, share in materials.items() if material.pattern in GLASS)


@dataclass(frozen=True, eq=False)
class Sight:
    """What a panorama shows, asked by the catalogue's names."""

    world: World
    drawing: Drawing

    @cached_property
    def shares(self) -> NDArray[np.floating]:
        """(H, 2H) of the sphere, by pixel."""
        return pixel_shares(self.drawing, panorama=True)

    @cached_property
    def by_word(self) -> dict[str, list[int]]:
        """The numbers of the instances that are called each word: there are thousands, and few words."""
        found: dict[str, list[int]] = {}
        for number, thing in self.world.things().items():
            found.setdefault(thing, []).append(number)
        return found

    def shows(self, name: str) -> bool:
        """Whether enough of a feature is seen."""
        if name in SKY:
            return True
        record = self.world.brief.catalogue.things[name]
        words = thing_words(name, self.world.brief.catalogue)
        shares = self.shares
        numbers = self.numbers(words)
        if float(shares[np.isin(self.drawing.instances, numbers)].sum()) >= ENOUGH:
            return True
        if record.sort not in ("scattered", "landform") and name not in ("window", "path", "wall"):
            return False
        if numbers and record.sort == "scattered" and name not in MINGLED:
            return False  # what else is green is none of it
        if name in ("mountains", "hills"):
            return float(shares[self._land(MOUNTAIN if name == "mountains" else HILL)].sum()) >= ENOUGH
        if name == "window" and self._panes() >= ENOUGH:
            return True
        labels = [label_number(label) for label in record.seen_as]
        unnamed = ~np.isin(self.drawing.instances, [number for numbers in self.by_word.values() for number in numbers])
        return float(shares[np.isin(self.drawing.labels, labels) & unnamed].sum()) >= ENOUGH

    def count(self, name: str) -> int:
        """How many of a feature are drawn at all."""
        numbers = self.numbers(thing_words(name, self.world.brief.catalogue))
        return len(np.intersect1d(numbers, self.drawing.instances))

    def numbers(self, words: frozenset[str]) -> list[int]:
        """The numbers of the instances that are called one of these words."""
        return [n for word, numbers in self.by_word.items() if not words.isdisjoint(word_forms(word)) for n in numbers]

    def _panes(self) -> float:
        """The share of the sphere that is the glass of buildings, by the area of what is seen of them."""
        seen = things_seen(self.world, self.drawing, panorama=True)
        return sum(s.share * _glass(s.materials) for s in seen if s.label == "building")

    def _land(self, above: float) -> NDArray[np.bool_]:
        rise = -equirectangular_rays(ROWS).reshape(*self.drawing.labels.shape, 3)[..., 1]
        depth = np.where(np.isfinite(self.drawing.depth), self.drawing.depth, 0)
        ground = [label_number(label) for label in ("ground", "rock", "snow", "ice", "lava")]
        return np.isin(self.drawing.labels, ground) & (rise * depth > above)
