"""Putting one layer of a recipe on a lot: whether it is there at all, and how much of it, as the brief has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lucid3d.procedural.catalogue.functions import function
from lucid3d.procedural.compose import wishes
from lucid3d.procedural.compose.land import greenery, recipe, thickets
from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.relief import Shape, Start
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.language.brief import Brief

MAGICAL_GLOW = 0.5
"""How much mushrooms glow in a magical place."""


def lot_for(site: Site, brief: Brief) -> Lot:
    """A site that was made otherwise, to be planted by layers."""
    return Lot(site, brief, Start(int(site.terrain.ground.seed), 1.0, site.rng), Shape(site.terrain.heights))


def plant(layer: recipe.Layer, lot: Lot) -> None:
    """Put one layer on the land, unless it is refused, out of season or without the water that it needs."""
    brief, site = lot.brief, lot.site
    word = layer.word or WORDS.get(type(layer), "")
    asked = bool(word) and brief.wants(word)
    if word in brief.without or (asked and layer.unless_asked) or (layer.needs_water and site.water_level is None):
        return
    if layer.only and brief.season not in layer.only and not (layer.word and asked):
        return
    cases = [case for case in (brief.season, brief.weather, *(("asked",) if asked else ())) if case in layer.when]
    _PUT[type(layer)](recipe.in_case(layer, cases) if cases else layer, lot)


WORDS: Mapping[type[recipe.Layer], str] = {
    recipe.Shrubs: "bushes", recipe.Hedges: "bushes", recipe.Grass: "grass", recipe.Flowers: "flowers",
    recipe.Leaves: "leaves", recipe.Reeds: "reeds", recipe.Lilies: "lilies", recipe.Stones: "rocks",
    recipe.Cacti: "cacti",
}  # fmt: skip
"""Layer -> the feature that refuses it as a whole and asks for more of it."""


OPEN = 5.0
"""Metres between trees from which a place is open land, where single ones can be counted."""
COUNTED = (11.0, 34.0)
"""Metres from the start between which trees stand that are counted."""


def _ahead(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
    return np.asarray((np.abs(np.arctan2(x, z)) < SEEN) & (slope < 0.7), np.float32)


SEEN = 0.6
"""Radians to either side of straight ahead that the first view shows."""


def _trees(layer: recipe.Trees, lot: Lot) -> None:
    site = lot.site
    grown = lot.trees(layer.kinds, layer.count, layer.height)
    lot.grown[layer.name] = grown
    if not grown:
        return
    number = wishes.number_of_trees(lot.brief)
    if number and layer.spacing >= OPEN:
        trees = [tree.levels[0] for tree in grown[:2]]
        thickets.singles(site, trees, count=number, near=COUNTED[0], far=COUNTED[1], where=_ahead)
        return
    if layer.lone is not None:
        lone = layer.lone
        kinds = lot.trees(lone.kinds, 1, lone.height) if lone.kinds else grown[:2]
        thickets.singles(
            site, [tree.levels[0] for tree in kinds], count=lone.count, near=lone.near, far=lone.far,
            where=lot.where(lone.where),
        )  # fmt: skip
    greenery.forest(
        site, grown, lot.where(layer.where), spacing=layer.spacing, far=layer.far, near=layer.near, patch=layer.patch,
        contrast=layer.contrast, limit=layer.limit, detail=layer.detail, sizes=layer.sizes,
    )  # fmt: skip


def _shrubs(layer: recipe.Shrubs, lot: Lot) -> None:
    thickets.shrubs(
        lot.site, lot.where(layer.where), amount=layer.amount * lot.amount("bushes"), palette=layer.palette,
        blossom=layer.blossom, near=layer.near,
    )  # fmt: skip


def _grass(layer: recipe.Grass, lot: Lot) -> None:
    greenery.grass(lot.site, layer.kind, lot.where(layer.where), height=layer.height, amount=layer.amount)


def _flowers(layer: recipe.Flowers, lot: Lot) -> None:
    if wishes.flowering(lot.brief):
        amount = layer.amount * lot.amount("flowers")
        greenery.flowers(lot.site, layer.kinds, lot.where(layer.where), amount=amount)


def _stones(layer: recipe.Stones, lot: Lot) -> None:
    greenery.stones(
        lot.site, layer.kind, lot.where(layer.where), amount=layer.amount,
        boulders=layer.boulders * lot.amount("rocks"), above_water=layer.above_water,
    )  # fmt: skip


def _wayside(layer: recipe.Wayside, lot: Lot) -> None:
    greenery.wayside(lot.site, layer.kind, amount=layer.amount)


def _undergrowth(layer: recipe.Undergrowth, lot: Lot) -> None:
    brief = lot.brief
    usual = layer.mushrooms and brief.season == "autumn"
    thickets.undergrowth(
        lot.site,
        ferns=0.0 if brief.season == "winter" else layer.ferns * lot.amount("ferns"),
        logs=layer.logs and "trees" not in brief.without,
        mushrooms=lot.amount("mushrooms") if brief.wants("mushrooms", usual) else 0.0,
        glow=MAGICAL_GLOW if brief.mood in ("magical", "dreamy") else 0.0,
    )


def _leaves(layer: recipe.Leaves, lot: Lot) -> None:
    if lot.brief.weather != "snow":  # it covers them
        thickets.leaf_litter(lot.site, amount=layer.amount * lot.amount("leaves"))


def _scatter(layer: recipe.Scatter, lot: Lot) -> None:
    site = lot.site
    options = {name: value for name, value in recipe.vars_of(layer.copies).items() if value is not None}
    if layer.usual and (not wishes.kinds_of_trees(lot.brief, ("oak",)) or wishes.names_trees(lot.brief)):
        return
    copied = lot.grown[layer.again][:2] if layer.again else []
    for item in layer.of:
        copied += [function(item.make)(site.rng, **item.given) for _ in range(item.times)]
    if layer.lush:
        options["per_square_metre"] *= site.lush
    site.put(copied, lot.where(layer.where), **options)


def _singles(layer: recipe.Singles, lot: Lot) -> None:
    assert layer.of is not None
    things: list[Mesh] = [function(layer.of.make)(lot.site.rng, **layer.of.given) for _ in range(layer.of.times)]
    thickets.singles(
        lot.site, things, count=layer.count, near=layer.near, far=layer.far, where=lot.where(layer.where)
    )  # fmt: skip


_PUT: Mapping[type[recipe.Layer], Callable[[Any, Lot], None]] = {
    recipe.Trees: _trees,
    recipe.Shrubs: _shrubs,
    recipe.Grass: _grass,
    recipe.Flowers: _flowers,
    recipe.Stones: _stones,
    recipe.Wayside: _wayside,
    recipe.Undergrowth: _undergrowth,
    recipe.Leaves: _leaves,
    recipe.Reeds: lambda layer, lot: thickets.reed_beds(lot.site, amount=layer.amount * lot.amount("reeds")),
    recipe.Lilies: lambda layer, lot: thickets.lilies(lot.site, amount=layer.amount * lot.amount("lilies")),
    recipe.Tropical: lambda layer, lot: thickets.tropical(lot.site, amount=layer.amount),
    recipe.Cacti: lambda layer, lot: thickets.cacti(lot.site, amount=layer.amount),
    recipe.Hedges: lambda layer, lot: thickets.hedges(lot.site, *layer.lines),
    recipe.Scatter: _scatter,
    recipe.Singles: _singles,
    recipe.Call: lambda layer, lot: function(layer.function)(lot, **layer.given),
}
