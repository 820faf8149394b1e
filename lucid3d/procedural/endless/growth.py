"""What grows on a tile of land: every scattering of the place goes on over it, and far woods become trees.

A tile follows from the seed and its index alone. Where something was scattered about the start already, the tile adds
what is missing up to the same density.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.land.scatter import Height, Spots, copied, normals, spaced
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.noise import smoothstep
from lucid3d.procedural.kit.sown import Copies, Sown
from lucid3d.procedural.kit.terrain import Terrain

SIDE = 128.0
"""Metres along a side of a tile."""
GROWN = 0x67726F77
"""For the random choices of tiles."""
GOES_ON = 55.0
"""Metres: what was scattered less far about the start is only seen from there (tufts, pebbles)."""
DENSEST = 0.6
"""Copies a square metre of what goes on at most: from above, the land's own material shows the rest."""
TOO_DENSE = 4.0
"""Copies a square metre from which on something is a cover, like grass, that does not go on."""
COARSER = 0.7
"""Factor on the ranges of the levels of detail: one flies past, and is never as near as on foot."""
WOOD_SPACING = 6.0
"""Metres between the trees that stand for far woods."""
BANKS = 0.4
"""Metres above the water from which trees of far woods stand."""
STEEPEST = 0.9
"""Slope (rise over run) that they do not stand on."""
TREE = 4.0
"""Metres from which a plant is a tree that can stand in a wood."""


def goes_on(sown: Sown) -> bool:
    """Whether something is seen from so far that it must go on over the land."""
    return sown.far >= GOES_ON and sown.rate <= TOO_DENSE and bool(sown.prototypes)


def far_woods(terrain: Terrain, sown: Sequence[Sown]) -> Sown | None:
    """The trees of the woods that are drawn from above where they are far; None where there are none."""
    canopy = terrain.canopy
    trees = [s for s in sown if s.prototypes and s.prototypes[0].label == "tree" and s.prototypes[0].height > TREE]
    if canopy is None or not trees:
        return None
    model = max(trees, key=lambda s: s.far)

    def density(x: Floats, z: Floats, y: Floats, slope: Floats) -> Floats:
        share = canopy.wood(x, z) * smoothstep(canopy.begin, 1.6 * canopy.begin, np.hypot(x, z))
        return share * (terrain.ground.water_level - y > BANKS) * smoothstep(STEEPEST, 0.7 * STEEPEST, slope)

    rate = 1.0 / WOOD_SPACING**2
    return replace(
        model, density=density, rate=rate, near=canopy.begin, far=canopy.begin, falloff=0.0, apart=0.62 * WOOD_SPACING,
        copies=[],
    )  # fmt: skip


def grow(sown: Sown, height: Height, seed: int, number: int, i: int, j: int) -> list[Copies]:
    """The copies of one scattering on the tile from (i, j) sides to the right and ahead.

    Args:
        height: (x, z) -> y of the ground on the tile and a metre beyond it.
        number: of the scattering in its place.
    """
    rng = np.random.default_rng([seed, GROWN, number, i & 0xFFFFFFFF, j & 0xFFFFFFFF])
    rate = min(sown.rate, DENSEST)
    count = int(rng.poisson(rate * SIDE * SIDE))
    x, z = (SIDE * (start + rng.random(count)) for start in (i, j))
    wild, chance = rng.random((count, 4)).astype(np.float32), rng.random(count)
    todo = np.flatnonzero(chance < missing(sown, np.hypot(x, z)))
    x, z = x[todo], z[todo]
    y = np.asarray(height(x, z))
    up = normals(height, x, z) if len(x) else np.zeros((0, 3), np.float32)
    flat = np.maximum(-up[:, 1], 0.05)
    slope = np.sqrt(np.maximum(1 - flat**2, 0)) / flat
    kept = np.flatnonzero((rng.random(len(x)) < np.clip(sown.density(x, z, y, slope), 0, 1)) & np.isfinite(y))
    if sown.apart > 0 and len(kept):
        kept = kept[spaced(np.stack([x[kept], z[kept]], axis=1), sown.apart)]
    if not len(kept):
        return []
    feet = np.stack([x, y, z], axis=1)[kept].astype(np.float32)
    where = Spots(feet, up[kept], np.zeros(len(kept), np.float32), wild[todo[kept]])
    look = {**sown.look, "detail": COARSER * float(sown.look.get("detail", 1.0))}
    return [copies for copies, _ in copied(where, sown.prototypes, rng, **look)]


def missing(sown: Sown, away: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) the share of the density that is not there yet, at `away` metres from the start."""
    there = np.full(len(away), sown.thinned)
    if sown.falloff > 0:
        there = there * np.exp(-away / sown.falloff)
    return np.where(away < sown.near, 0.0, np.where(away < sown.far, 1 - np.clip(there, 0, 1), 1.0))
