"""What a brief decides for everything that grows in a place: once, as plain values, for the builders below."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lucid3d.procedural.compose.land.site import Conditions, Site
from lucid3d.procedural.kit.canopy import Canopy
from lucid3d.procedural.kit.place import Path
from lucid3d.procedural.kit.terrain import Terrain
from lucid3d.procedural.language.brief import Brief
from lucid3d.procedural.language.reader import exact_counts

TREES = {
    "pines": "conifer", "birches": "birch", "oaks": "oak", "maples": "maple", "palms": "palm", "willows": "willow",
    "cypresses": "cypress", "cherry_trees": "cherry", "dead_trees": "dead", "bamboo": "bamboo",
}  # fmt: skip
"""Words for kinds of trees -> what is grown."""
CONIFERS = ("spruce", "fir", "pine", "larch")
MORE = {"bushes": 2.0, "flowers": 1.6, "rocks": 1.8, "ferns": 2.0, "leaves": 2.0, "reeds": 2.0, "lilies": 2.0,
        "mushrooms": 3.0}  # fmt: skip
"""How many times as much there is of what a sentence asks for."""
LUSH = (0.3, 2.0)
"""Least and largest factor on how much grows: "sparse" leaves something, "lush" can be walked through."""


def conditions_of(brief: Brief) -> Conditions:
    """How things grow in the brief's season and weather."""
    return Conditions(
        season=brief.season,  # type: ignore[arg-type]
        snowed_in=brief.snowed_in,
        in_bloom=brief.season not in ("autumn", "winter"),
        wet=brief.weather in ("rain", "storm"),
        lush=float(np.clip(brief.density, *LUSH)),
        stones="rocks" not in brief.without,
        grass="grass" not in brief.without,
    )


def site_for(
    brief: Brief, terrain: Terrain, rng: np.random.Generator, water_level: float | None = None, *, path: Path = (),
    path_width: float = 1.6, clear: float = 2.6,
) -> Site:  # fmt: skip
    """Land to put things on, as the brief has it."""
    return Site(terrain, rng, conditions_of(brief), water_level, path, path_width, clear, brief=brief)


def amount(brief: Brief, word: str) -> float:
    """The factor on how much there is of what a word names: 0 where it is refused."""
    return 0.0 if word in brief.without else MORE.get(word, 1.0) if brief.wants(word) else 1.0


def names_trees(brief: Brief) -> bool:
    """Whether the sentence asks for a kind of tree."""
    return any(brief.wants(word) for word in TREES)


def number_of_trees(brief: Brief) -> int:
    """How many trees the sentence says there are; 0 where it says no number."""
    exact = exact_counts(brief.prompt, brief.features)
    return min(sum(brief.count(word) for word in ("trees", *TREES) if word in exact), MOST_TREES)


MOST_TREES = 16
"""Trees up to which a number is one to be counted, not a wood."""


def kinds_of_trees(brief: Brief, usual: Sequence[str]) -> tuple[str, ...]:
    """The kinds that are asked for, or those of the usual ones that are not refused; () where there are no trees."""
    asked = tuple(kind for word, kind in TREES.items() if brief.wants(word))
    if asked or "trees" in brief.without:
        return asked
    refused = {kind for word, kind in TREES.items() if word in brief.without}
    return tuple(k for k in usual if k not in refused and not (k in CONIFERS and "conifer" in refused))


def flowering(brief: Brief) -> bool:
    """Whether flowers stand in the open: not in winter, and not while it snows."""
    return "flowers" not in brief.without and brief.season != "winter" and brief.weather != "snow"


def far_woods(brief: Brief, share: float, begin: float, seed: int) -> Canopy | None:
    """Woods on `share` of the land from `begin` metres on; None where the brief wants none or the land bears none."""
    if share <= 0 or "trees" in brief.without or not all(place.landscape.woods for place in brief.around):
        return None
    return Canopy(share, begin, brief.season, seed)
