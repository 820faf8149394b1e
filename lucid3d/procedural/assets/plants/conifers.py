"""Needle trees: spruce, fir, pine, larch, cypress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.plants.foliage import (
    SNOW_MATERIAL,
    Foliage,
    bark_material,
    foliage,
    leaf_material,
    snow_on,
    wood,
)
from lucid3d.procedural.assets.plants.growth import Branches, Rule, branch, cone, leaf_sites, stem
from lucid3d.procedural.assets.plants.palettes import BARK, LEAVES, SNOW
from lucid3d.procedural.assets.plants.trees import level_ranges
from lucid3d.procedural.kit.arrays import (
    BLOB,
    KITE,
    RAGGED,
    UP,
    Array,
    Leaf,
    Shape,
    comb,
    empty,
    f32,
    join,
    leaves,
    unit,
)
from lucid3d.procedural.kit.prototype import Prototype, Season, solid


@dataclass(frozen=True)
class Needles:
    """What makes one kind of needle tree differ from another.

    Attributes:
        leaf, bark: keys of `LEAVES` and `BARK`.
        trunk: radius as a share of the height.
        bare: share of the height without living branches.
        whorls: storeys of branches; `whorl` branches in each.
        reach: longest branch as a share of the height.
        angle: degrees from the trunk at the bottom and at the top.
        rise: of branches (below 0 they hang and turn up at the tip).
        twigs: side twigs a branch; `twig` their length as a share of the branch.
        spray: length and width of a twig of needles, metres; `spacing` between them.
        flat: sprays lie in the branch's plane (1) or all round it (0).
        hang: of the twigs.
    """

    leaf: str
    bark: str
    trunk: float = 0.017
    bare: float = 0.07
    whorls: int = 26
    whorl: int = 6
    reach: float = 0.21
    angle: tuple[float, float] = (104.0, 48.0)
    rise: float = 0.55
    twigs: float = 15
    twig: float = 0.34
    spray: tuple[float, float] = (0.34, 0.15)
    spacing: float = 0.13
    flat: float = 0.85
    hang: float = -0.5
    crown_round: bool = False


NEEDLES = {
    "spruce": Needles("spruce", "spruce"),
    "fir": Needles("spruce", "spruce", whorls=28, reach=0.17, angle=(95.0, 55.0), rise=0.25, hang=-0.1, flat=0.95),
    "larch": Needles(
        "larch", "spruce", whorls=20, whorl=5, reach=0.2, angle=(92.0, 55.0), hang=-0.9,
        spray=(0.26, 0.16),
    ),
    "pine": Needles(
        "pine", "pine", trunk=0.022, bare=0.42, whorls=11, whorl=4, reach=0.27, angle=(82.0, 35.0), rise=0.7, twigs=12,
        twig=0.36, spray=(0.36, 0.3), spacing=0.15, flat=0.2, hang=0.5, crown_round=True,
    ),
    "cypress": Needles(
        "spruce", "spruce", trunk=0.015, bare=0.03, whorls=36, whorl=6, reach=0.13, angle=(30.0, 15.0), rise=0.3,
        twigs=9, twig=0.4, spray=(0.3, 0.13), flat=0.1, hang=0.4,
    ),
}  # fmt: skip


LOAD = (0.5, 0.35, 0.5)
"""Metres (x, y, z) of the lumps in which snow lies on boughs."""
PAD = RAGGED
"""The outline of a lump of snow on a spray."""


def _pine_crown(along: Array) -> Array:
    result: Array = (0.55 + 0.45 * np.sin(np.pi * np.clip(along * 0.9 + 0.15, 0, 1))).astype(np.float32)
    return result


def skeleton(kind: Needles, height: float, rng: np.random.Generator) -> list[Branches]:
    """Trunk, branches in storeys, twigs."""
    trunk = stem(rng, height, height * kind.trunk, points=12, lean=0.02, wander=0.02, taper=1.0)
    branches = branch(
        trunk,
        Rule(
            kind.whorls * kind.whorl, kind.bare, 0.985, kind.angle, kind.reach,
            _pine_crown if kind.crown_round else cone, radius=0.3, rise=kind.rise, wander=0.06, points=7,
            whorl=kind.whorl, spread=0.17, taper=1.0,
        ),
        rng,
    )  # fmt: skip
    twigs = branch(
        branches,
        Rule(kind.twigs, 0.12, 1.0, (62, 38), kind.twig, radius=0.4, rise=kind.hang, wander=0.1, points=4, spread=0.25,
             flat=kind.flat),
        rng,
    )  # fmt: skip
    return [trunk, branches, twigs]


def conifer(
    rng: np.random.Generator,
    kind: str = "spruce",
    height: float = 13.0,
    season: Season = "summer",
    *,
    snow: float | None = None,
    detail: float = 1.0,
) -> Prototype:
    """A needle tree.

    Args:
        kind: one of `NEEDLES`.
        height: metres.
        season: of the needles' colour (larches turn gold, and are bare in winter).
        snow: share of the upper sides that carries snow; default 0.55 in winter, else 0.
        detail: factor on the number of sprays at the nearest level.
    """
    rules = NEEDLES[kind]
    levels = skeleton(rules, height, rng)
    scale = float((height / 13.0) ** 0.5)
    spacing = rules.spacing * scale / detail
    tips = Branches(  # the branch's own end bears needles too
        levels[1].points[:, ::2], levels[1].radii[:, ::2], np.arange(len(levels[1])), levels[1].start
    )
    along_twigs = leaf_sites(levels[2], spacing, rng, start=0.0)
    along_tips = leaf_sites(tips, spacing * 0.8, rng, start=0.35)
    for field in ("places", "directions", "outward"):
        setattr(along_twigs, field, np.concatenate([getattr(along_twigs, field), getattr(along_tips, field)]))
    palette = LEAVES[rules.leaf][season]
    green = foliage(
        along_twigs, palette, rng, length=rules.spray[0] * scale, width=rules.spray[1] * scale * 2,
        forward=0.72 if not rules.crown_round else 0.5, droop=0.18 if not rules.crown_round else -0.25,
        centre=None, volume=0.55, cell=height * 0.04, dark=0.3,
    )  # fmt: skip
    reach = np.hypot(green.bases[:, 0], green.bases[:, 2])
    up = -green.bases[:, 1]
    widest = np.maximum(rules.reach * height * cone(np.clip(up / height, 0, 1).astype(np.float32)), 0.1)
    tip = np.clip(reach / widest, 0, 1.2)[:, None] ** 1.5
    green.colors = (green.colors * (0.62 + 0.55 * tip)).astype(np.float32)  # young needles at the tips are lighter
    axis = np.stack([green.bases[:, 0], np.zeros(len(up)), green.bases[:, 2]], axis=1)  # a cone's normals
    green.shading = unit(unit(axis) * 0.75 + UP * 0.45 + green.shading * 0.5)
    snowy = (0.55 if season == "winter" else 0.0) if snow is None else snow
    if kind == "larch" and season == "winter":
        green = green[np.zeros(0, np.int64), 1.0]
    white = _settle(green, snowy, rng) if snowy > 0 and len(green) else np.zeros(len(green), bool)
    return _levels(kind, levels, green, white, rules, season, rng, snowy)


def _settle(green: Foliage, snowy: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Snow on the sprays that see the sky: they turn white, level and heavy. (N,) which.

    It lies in loads a bough wide, not spray by spray: neighbours carry it together or not at all.
    """
    light = green.colors.sum(axis=1)
    rank = light.argsort().argsort() / max(len(light) - 1, 1)
    chance = np.clip(rank * 1.3 - 0.15, 0, 1) * snowy * 1.5
    cell = np.floor(green.bases / f32(LOAD)).astype(np.int64)
    cell -= cell.min(axis=0)
    across, deep = int(cell[:, 0].max()) + 1, int(cell[:, 2].max()) + 1
    luck = rng.random((int(cell[:, 1].max()) + 1) * across * deep)[
        (cell[:, 1] * across + cell[:, 0]) * deep + cell[:, 2]
    ]
    white = 0.75 * luck + 0.25 * rng.random(len(green)) < chance
    tone = np.exp(rng.normal(0, 0.06, (int(white.sum()), 1)))
    green.colors[white] = np.clip(SNOW * tone, 0, 0.8)
    green.axes[white] = unit(green.axes[white] * f32([1, 0.45, 1]) - UP * 0.12)
    green.normals[white] = unit(UP + 0.35 * green.normals[white])
    result: NDArray[np.bool_] = white
    return result


def _levels(
    name: str,
    levels: list[Branches],
    green: Foliage,
    white: NDArray[np.bool_],
    rules: Needles,
    season: Season,
    rng: np.random.Generator,
    snowy: float,
) -> Prototype:
    color = BARK[rules.bark]
    bark = bark_material(rules.bark, bump=0.012)
    leafy = leaf_material(f"{rules.leaf} {season}", LEAVES[rules.leaf][season], 0.22)
    meshes = []
    white_levels = [levels[1]] if snowy > 0 else []
    near, middle = (
        (comb(5, 0.5, 0.9), comb(3, 0.5, 0.8)) if rules.crown_round else (comb(6, 0.44, 1.0), comb(2, 0.5, 0.8))
    )
    thin = 10_000 if rules.crown_round else 12_000
    fine = comb(3, 0.6, 0.7)
    plans: list[tuple[list[int], int, Callable[[], Shape]]] = [
        ([12, 5, 3], 1, lambda: _laden(green, white, thin, rng, near)),
        ([8, 3, 0], 1, lambda: _laden(green, white, max(len(green) // 2, 1), rng, middle)),
        ([6, 0, 0], 2, lambda: _boughs(levels[1], green, rules, 300, rng, fine, RAGGED, 560)),
        ([4, 0, 0], 3, lambda: _boughs(levels[1], green, rules, 110, rng, KITE, BLOB, 120)),
        ([3, 0, 0], 5, lambda: _boughs(levels[1], green, rules, 44, rng, KITE, BLOB, 36)),
    ]
    for sides, every, shape in plans:
        needles = shape() if len(green) else empty()
        snow = join([snow_on(b, rng) for b in white_levels]) if every == 1 else empty()
        trunk = wood(levels, sides, color, rng, every=every, flare=0.6 if sides[0] > 5 else 0)
        meshes.append(solid([(trunk, bark), (needles, leafy), (snow, SNOW_MATERIAL)], "tree"))
    radius = float(levels[0].radii[0, 0])
    return Prototype(
        name, meshes, level_ranges(float(-levels[0].points[..., 1].min())), radius=radius * 5 + 0.5, sink=radius * 0.5
    )


def _laden(green: Foliage, white: NDArray[np.bool_], keep: int, rng: np.random.Generator, outline: Leaf) -> Shape:
    """About `keep` sprays in place of all: needles in their `outline`, snow (`white`, (N,)) as ragged pads on them."""
    if not white.any():
        return green.coarse(keep, rng, outline)
    bare, snow = np.flatnonzero(~white), np.flatnonzero(white)
    share = keep / max(len(green), 1)
    needles = green[bare, 1.0].coarse(max(round(len(bare) * share), 1), rng, outline)
    pads = green[snow, 1.0].coarse(max(round(len(snow) * share), 1), rng, PAD)
    return join([needles, pads])


def _boughs(
    branches: Branches,
    green: Foliage,
    rules: Needles,
    keep: int,
    rng: np.random.Generator,
    outline: Leaf,
    clump: Leaf,
    clumps: int,
) -> Shape:
    """Far levels: whole boughs as single sprays, so that the storeys of a spruce still show; round crowns as clumps."""
    if rules.crown_round:
        return green.clumps(clumps, rng, clump, size=1.4)
    count = len(branches)
    chosen = np.arange(count) if keep >= count else np.linspace(0, count - 1, keep).astype(np.int64)
    copies = max(round(keep / count), 1)
    chosen = np.tile(chosen, copies)
    base, tip = branches.points[chosen, 1], branches.points[chosen, -1]
    reach = np.linalg.norm(tip - base, axis=1)
    grow = float(np.clip((count / len(np.unique(chosen))) ** 0.5, 1, 1.8))
    axes = unit((tip - base) / np.maximum(reach, 1e-6)[:, None] - UP * 0.12)
    roll = rng.uniform(-1.3, 1.3, (len(chosen), 1)).astype(np.float32)
    level = unit(UP + np.cross(axes, UP) * roll)
    outward = unit(unit(tip - base) * f32([1, 0, 1]) * 0.9 + UP * 0.5)
    places = green.bases[:, 1].argsort()
    ordered = green.colors[places]  # colours of the needles at the bough's own height, so that snow and tint agree
    heights = green.bases[places, 1]
    at = np.clip(np.searchsorted(heights, tip[:, 1]) + rng.integers(-40, 40, len(chosen)), 0, len(ordered) - 1)
    colors = ordered[at] * 0.5 + green.colors.mean(axis=0) * 0.5
    lengths = (reach * 1.22 + 0.15).astype(np.float32)
    widths = (reach * 0.62 * grow + 0.12).astype(np.float32)
    boughs = leaves(base, axes, level, lengths, widths, outline, colors * 1.05, outward)
    inside = green.clumps(clumps // 2, rng, BLOB, size=1.25)  # fills the storeys, a little darker
    return join([boughs, inside.painted(inside.colors * 0.85)])
