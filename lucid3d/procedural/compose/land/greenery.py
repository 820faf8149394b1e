"""Trees, grass, flowers and stones on a site. Smaller growth is in `thickets`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lucid3d.procedural.assets import plants, rocks
from lucid3d.procedural.assets.plants import palms
from lucid3d.procedural.compose.land.relief import to_polyline
from lucid3d.procedural.compose.land.site import Ring, Site, Where
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.noise import smoothstep

GRASS = (
    Ring(70, None, 1.3, 1.2, (0.4, 0.8), {"clear": 0.0}),  # trodden short where one stands
    Ring(40, None, 6, 3.5, (0.5, 1.5)),
    Ring(18, 6, 16, 5, (0.7, 1.9), {"falloff": 16}),
    Ring(5, 16, 48, 9, (1.0, 2.6), {"falloff": 26, "limit": 14000}),
)
FLOWERS = (
    Ring(6.0, None, 14, 9, (0.5, 1.35), {"falloff": 10, "floor": 0.015, "power": 1.6}),
    Ring(2.2, 14, 75, 26, (1.0, 2.4), {"falloff": 36, "floor": 0.01, "limit": 6000}),
)
PEBBLES = (
    Ring(16, None, 5, 2.5, (0.5, 3.2), {"clear": 0.3, "power": 2.6}),
    Ring(4, 5, 18, 5, (1.2, 6), {"falloff": 14, "power": 2.4}),
)
BOULDERS = (
    Ring(0.05, 2.4, 30, 12, (0.16, 1.5), {"power": 2.3, "apart": 0.4}),
    Ring(0.006, 14, 160, 40, (0.5, 4.5), {"power": 2.2, "apart": 1.5, "limit": 900}),
)
GRIT = (
    Ring(26, None, 4.5, 1.6, (0.25, 1.7), {"contrast": 1.8, "middle": 0.3, "power": 2.7}),
    Ring(4, 4.5, 16, 4, (0.7, 2.6), {"falloff": 10, "power": 2.4}),
)
VERGE = (Ring(22, None, 18, 2.2, (0.4, 1.3), {"falloff": 9, "contrast": 2.0, "middle": 0.25}),)


def tree_prototypes(site: Site, kinds: Sequence[str], count: int, height: float) -> list[Any]:
    """`count` trees of these kinds in turn, about `height` metres tall; [] where there are no kinds."""
    rng, conditions = site.rng, site.conditions
    grown = []
    for i in range(count if kinds else 0):
        kind = kinds[i % len(kinds)]
        tall = height * float(rng.uniform(0.75, 1.25))
        if kind == "conifer":
            kind = ("spruce", "pine", "fir")[i % 3]
        if kind in ("spruce", "fir", "larch", "pine", "cypress"):
            snow = 0.5 if conditions.snowed_in else 0.0
            grown.append(plants.conifer(rng, kind, tall * 1.25, site.season, snow=snow))
        elif kind == "dead":
            grown.append(plants.dead_tree(rng, tall * 0.8))
        elif kind == "palm":
            grown.append(palms.palm(rng, tall))
        elif kind == "bamboo":
            grown.append(palms.bamboo(rng, tall))
        elif kind == "cherry":
            bloom = conditions.in_bloom
            season: Any = "spring" if bloom else site.season
            tree = plants.broadleaf(rng, "oak", tall * 0.7, season, blossom="cherry" if bloom else None)
            for level in tree.levels:
                level.thing = "cherry"
            grown.append(replace(tree, name="cherry"))
        else:
            grown.append(plants.broadleaf(rng, kind, tall, site.season))
    return grown


def grass(
    site: Site, kind: str = "meadow", where: Where | None = None, *, height: float = 0.28, amount: float = 1.0
) -> None:
    """Tufts: dense at one's feet, thinning out; further away the land's own material takes over."""
    if not site.conditions.grass or amount <= 0:
        return
    if site.season == "autumn" and kind in ("meadow", "lush", "alpine"):
        kind = "autumn"
    if site.conditions.snowed_in:
        kind, amount = "frost", amount * 0.5
    amount *= site.lush
    rng = site.rng
    tufts = [
        plants.grass_tuft(rng, kind, height * f, 0.1 + 0.08 * f, 26, ears=0.25 if f > 1 else 0.0)
        for f in (0.7, 1.0, 1.3)
    ]
    site.put_rings(tufts, where, GRASS, amount, clear=0.8, steepest=0.9, tint=0.16, hue=0.07, floor=0.45)


def flowers(site: Site, kinds: Sequence[str], where: Where | None = None, *, amount: float = 1.0) -> None:
    """Flowers in drifts, each kind in its own."""

    amount *= site.lush
    for kind in kinds:
        heads = [plants.flower(site.rng, kind, stems=n) for n in (3, 5)]
        # Each kind keeps to drifts of its own: thick in the middle, a few outliers between.
        site.put_rings(heads, where, FLOWERS, amount, clear=0.7, tint=0.14, hue=0.06, contrast=3.6, middle=-0.75)


def stones(
    site: Site,
    kind: str = "granite",
    where: Where | None = None,
    *,
    amount: float = 1.0,
    boulders: float = 1.0,
    above_water: float = -0.6,
) -> None:
    """Pebbles at one's feet, stones and boulders further off, their sizes by a power law."""
    rng = site.rng
    small = [rocks.pebble(rng, kind=kind) for _ in range(3)]
    snow = 0.75 if site.conditions.snowed_in else 0.0
    large = [rocks.boulder(rng, kind=kind, snow=snow) for _ in range(4)]
    site.put_rings(small, where, PEBBLES, amount, above_water=above_water, steepest=1.4)
    site.put_rings(large, where, BOULDERS, boulders, above_water=above_water, steepest=1.4)


def wayside(site: Site, kind: str = "granite", *, amount: float = 1.0) -> None:
    """What lies and grows on the site's path itself: grit, loose stones, short grass on its edges and middle strip."""
    if not site.path:
        return
    way = replace(site, path=())  # shares the meshes
    half = 0.5 * site.path_width

    def trodden(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        return smoothstep(1.15 * half, 0.9 * half, to_polyline(x, z, site.path))

    def spared(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        off = to_polyline(x, z, site.path) / half
        strip = 0.5 * smoothstep(0.3, 0.1, off) if site.path_width > 2 else 0.0
        return np.maximum(smoothstep(0.55, 0.9, off), strip) * smoothstep(1.35, 1.1, off)

    grit = [rocks.pebble(site.rng, kind=kind) for _ in range(3)]
    way.put_rings(grit, trodden, GRIT, amount, above_water=0.1, clear=0.25)
    if not site.conditions.grass or site.conditions.snowed_in:
        return
    tufts = [plants.grass_tuft(site.rng, "meadow", h, 0.1, 18) for h in (0.1, 0.17)]
    way.put_rings(tufts, spared, VERGE, amount * site.lush, above_water=0.1, clear=0.25)


def forest(
    site: Site,
    prototypes: Sequence[Any],
    where: Where | None = None,
    *,
    spacing: float = 4.5,
    far: float = 320.0,
    near: float = 4.0,
    patch: float = 60.0,
    contrast: float = 1.4,
    limit: int = 1500,
    detail: float = 0.9,
    sizes: tuple[float, float] = (0.55, 1.35),
) -> None:
    """Trees about `spacing` metres apart where `where` is 1, in groups with clearings between."""
    amount = site.lush**0.7
    dense = amount / (spacing * spacing)
    common: dict[str, Any] = {
        "where": where,
        "above_water": 0.5,
        "steepest": 1.1,
        "patch": patch,
        "contrast": contrast,
        "sizes": sizes,
        "power": 1.2,
        "tint": 0.16,
        "hue": 0.015 if site.conditions.snowed_in else 0.06,  # snow is white on every tree
    }
    split = min(90.0, far)
    site.put(
        prototypes,
        per_square_metre=dense,
        near=near,
        far=split,
        apart=spacing * 0.62,
        detail=detail,
        clear=near,
        limit=limit,
        **common,
    )
    if far > split:
        site.put(
            prototypes,
            per_square_metre=dense,
            near=split,
            far=far,
            apart=spacing * 0.7,
            detail=detail,
            limit=limit,
            **common,
        )
