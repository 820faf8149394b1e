"""Broadleaved trees: oak, maple, birch, willow, blossom, jungle giants, dead snags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lucid3d.procedural.assets.plants.foliage import (
    SNOW_MATERIAL,
    Foliage,
    bark_material,
    foliage,
    leaf_material,
    snow_on,
    wood,
)
from lucid3d.procedural.assets.plants.growth import Branches, Rule, branch, dome, flame, leaf_sites, stem, umbrella
from lucid3d.procedural.assets.plants.palettes import BARK, BLOSSOM, LEAVES
from lucid3d.procedural.kit.arrays import BLOB, BROAD, LANCE, LOBED, RAGGED, Array, Leaf, Shape, empty, f32, join
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.prototype import Prototype, Season, solid

LEVEL_RANGES = (8.0, 26.0, 70.0, 190.0, np.inf)
"""Metres up to which each of a tree's five levels of detail is drawn, for a tree of nine metres."""


def level_ranges(height: float) -> tuple[float, ...]:
    """`LEVEL_RANGES` for a tree of `height`: the sprays of a tall tree are larger, and show from further away."""
    factor = float(np.clip((height / 9.0) ** 0.7, 0.75, 1.7))
    return (LEVEL_RANGES[0], *(r * factor for r in LEVEL_RANGES[1:]))


Outline = Callable[[Array], Array]


@dataclass(frozen=True)
class Crown:
    """What makes one kind of broadleaved tree differ from another.

    Attributes:
        leaf, bark: keys of `LEAVES` and `BARK`.
        trunk: radius as a share of the height.
        bare: share of the height without branches.
        boughs, limbs, twigs: children on the trunk, on each bough, on each limb.
        outline: the crown's shape along the trunk.
        reach: length of the longest bough as a share of the height.
        angle: of boughs, at the bottom and at the top.
        rise: bending of boughs; hang: bending of twigs.
        size: leaf length and width in metres.
        spacing: metres between leaves along a twig.
        together: leaves at each place.
        droop: of leaves.
        wander: crookedness.
        outline_leaf: of the nearest leaves.
    """

    leaf: str
    bark: str
    trunk: float = 0.03
    bare: float = 0.22
    boughs: float = 13
    limbs: float = 9
    twigs: float = 7
    outline: Outline = dome
    reach: float = 0.46
    angle: tuple[float, float] = (75.0, 28.0)
    rise: float = 0.35
    hang: float = 0.0
    size: tuple[float, float] = (0.165, 0.115)
    spacing: float = 0.034
    together: int = 1
    droop: float = 0.25
    wander: float = 0.13
    limb: float = 0.42
    twig: float = 0.36
    outline_leaf: Leaf = BROAD


CROWNS = {
    "oak": Crown("oak", "oak", trunk=0.04, bare=0.16, wander=0.17, reach=0.5),
    "maple": Crown(
        "maple", "maple", bare=0.2, size=(0.19, 0.19), spacing=0.044, outline_leaf=LOBED, reach=0.4, angle=(65.0, 22.0),
    ),
    "birch": Crown(
        "birch", "birch", trunk=0.014, bare=0.25, boughs=22, limbs=8, twigs=5, outline=flame, reach=0.27,
        angle=(55.0, 25.0), rise=0.1, hang=-0.9, size=(0.105, 0.082), spacing=0.028, droop=0.6, wander=0.1,
    ),
    "willow": Crown(
        "birch", "willow", trunk=0.04, bare=0.2, boughs=12, limbs=9, twigs=6, reach=0.42, angle=(60.0, 30.0), rise=-0.2,
        hang=-2.2, size=(0.17, 0.035), spacing=0.035, droop=0.9, limb=0.45, twig=0.8,
    ),
    "poplar": Crown(
        "birch", "maple", trunk=0.02, bare=0.08, boughs=34, limbs=7, twigs=5, outline=flame, reach=0.17,
        angle=(28.0, 14.0), rise=0.5, size=(0.11, 0.1), wander=0.08,
    ),
    "olive": Crown(
        "olive", "oak", trunk=0.06, bare=0.22, boughs=10, reach=0.48, size=(0.09, 0.03), spacing=0.035, wander=0.22,
    ),
    "acacia": Crown(  # a flat roof of leaves on spread ribs
        "olive", "oak", trunk=0.03, bare=0.5, boughs=10, limbs=11, twigs=7, outline=umbrella, reach=0.6,
        angle=(50.0, 62.0), rise=-0.55, hang=0.25, size=(0.13, 0.075), spacing=0.03, limb=0.34, wander=0.12,
    ),
    "jungle": Crown(
        "jungle", "jungle", trunk=0.026, bare=0.42, boughs=12, limbs=9, twigs=7, outline=umbrella, reach=0.42,
        angle=(75.0, 45.0), rise=0.1, size=(0.32, 0.14), spacing=0.085, droop=0.45, wander=0.15,
    ),
}  # fmt: skip


def skeleton(crown: Crown, height: float, rng: np.random.Generator) -> list[Branches]:
    """Trunk, boughs, limbs and twigs."""
    trunk = stem(rng, height * 0.86, height * crown.trunk, points=12, wander=crown.wander * 0.35, lean=0.05)
    boughs = branch(
        trunk,
        Rule(
            crown.boughs, crown.bare / 0.86, 0.98, crown.angle, crown.reach / 0.86, crown.outline, radius=0.55,
            rise=crown.rise, wander=crown.wander, points=8, spread=0.16,
        ),
        rng,
    )  # fmt: skip
    limbs = branch(
        boughs,
        Rule(crown.limbs, 0.2, 1.0, (62, 30), crown.limb, radius=0.5, rise=crown.rise * 0.6 + crown.hang * 0.3,
             wander=crown.wander, points=6, spread=0.3, flat=0.25),
        rng,
    )  # fmt: skip
    twigs = branch(
        limbs,
        Rule(crown.twigs, 0.12, 1.0, (60, 25), crown.twig, radius=0.5, rise=0.1 + crown.hang, wander=crown.wander,
             points=5, spread=0.3),
        rng,
    )  # fmt: skip
    levels = [trunk, boughs, limbs, twigs]
    tallest = max(float(-level.points[..., 1].min()) for level in levels)
    for level in levels:  # branches that rise make it taller than its trunk: bring it to the height that was asked for
        level.points *= f32(height / tallest)
        level.radii *= f32(height / tallest)
    return levels


def broadleaf(
    rng: np.random.Generator,
    kind: str = "oak",
    height: float = 9.0,
    season: Season = "summer",
    *,
    blossom: str | None = None,
    detail: float = 1.0,
) -> Prototype:
    """A broadleaved tree.

    Args:
        kind: one of `CROWNS`.
        height: metres.
        season: leaf colours; in winter the tree is bare, with snow on its branches.
        blossom: one of `BLOSSOM`, mixed with young leaves.
        detail: factor on the number of leaves at the nearest level.
    """
    crown = CROWNS[kind]
    levels = skeleton(crown, height, rng)
    bark = bark_material(crown.bark, bump=0.014)
    if season == "winter" and crown.leaf not in ("jungle", "dry", "olive"):
        return bare_tree(kind, levels, bark, crown.bark, rng)
    scale = (height / 9.0) ** 0.5  # taller trees have more leaves rather than larger ones
    sites = leaf_sites(levels[3], crown.spacing * scale / detail, rng, start=0.1, together=crown.together)
    palette = LEAVES[crown.leaf][season]
    bough = levels[2].parent[levels[3].parent]
    rows = np.repeat(
        np.arange(len(levels[3])),
        np.maximum(np.round(levels[3].lengths * 0.9 / (crown.spacing * scale / detail)), 1).astype(np.int64)
        * crown.together,
    )
    length, width = crown.size[0] * scale, crown.size[1] * scale
    green = foliage(
        sites, palette, rng, length=length, width=width, droop=crown.droop, boughs=bough[rows], cell=height * 0.05
    )
    materials = leaf_material(crown.leaf + f" {season}", palette)
    if blossom is not None:
        petals = rng.random(len(green)) < 0.82
        tone = np.exp(rng.normal(0, 0.1, (int(petals.sum()), 1)))
        shade = green.colors[petals].sum(axis=1, keepdims=True) / (3 * float(np.mean(palette)))
        green.colors[petals] = np.clip(f32(BLOSSOM[blossom]) * tone * (0.55 + 0.45 * np.clip(shade, 0, 1)), 0, 0.8)
        green.lengths[petals] *= 0.62
        green.widths[petals] *= 0.95
        materials = leaf_material(f"{blossom} blossom", [(0.5, 0.4, 0.4), (0.5, 0.38, 0.4)], 0.5)
    return _levels(kind, levels, green, bark, materials, crown.bark, rng, near=crown.outline_leaf)


def _levels(
    name: str,
    levels: list[Branches],
    green: Foliage,
    bark: Material,
    leafy: Material,
    bark_kind: str,
    rng: np.random.Generator,
    near: Leaf,
) -> Prototype:
    """Four levels of detail from one skeleton and all its leaves."""
    color = BARK[bark_kind]
    count = len(green)
    sprays = int(np.clip(70 * _height(levels), 500, 1300))
    hanging = bark_kind == "willow"  # clumps would cut its strands to pieces
    meshes = []
    for sides, every, shape in (
        ([14, 7, 4, 3], 1, green.shape(near)),
        ([9, 5, 3, 0], 1, green.coarse(max(int(count / 2.2), 900), rng, BROAD)),
        ([6, 3, 0, 0], 2, green.coarse(1900, rng, LANCE) if hanging else green.clumps(sprays, rng, RAGGED)),
        ([4, 0, 0, 0], 4, green.clumps(130, rng, BLOB)),
        ([3, 0, 0, 0], 6, green.clumps(34, rng, BLOB)),
    ):
        ringed = _ringed(levels, 90) if bark_kind == "birch" and every == 1 else levels
        trunk = wood(ringed, sides, color, rng, every=every, flare=0.9 if sides[0] > 4 else 0)
        if bark_kind == "birch" and every == 1:
            trunk = _birch_marks(trunk, rng)
        meshes.append(solid([(trunk, bark), (shape, leafy)], "tree"))
    radius = float(levels[0].radii[0, 0])
    return Prototype(name, meshes, level_ranges(_height(levels)), radius=radius * 4 + 0.4, sink=radius * 0.5)


def _height(levels: list[Branches]) -> float:
    return max(float(-level.points[..., 1].min()) for level in levels if len(level))


def bare_tree(
    name: str, levels: list[Branches], bark: Material, bark_kind: str, rng: np.random.Generator, snow: bool = True
) -> Prototype:
    """A tree without leaves; branches are thicker than twigs would be, because thousands of hairs only flicker."""
    color = BARK[bark_kind]
    meshes = []
    for sides, every, cover in (
        ([14, 7, 4, 3], 1, 4),
        ([9, 5, 3, 3], 2, 3),
        ([6, 3, 3, 0], 3, 2),
        ([4, 3, 0, 0], 4, 2),
        ([3, 3, 0, 0], 6, 2),
    ):
        ringed = _ringed(levels, 90) if bark_kind == "birch" and every == 1 else levels
        trunk = wood(ringed, sides, color, rng, every=every, flare=0.9 if sides[0] > 4 else 0)
        if bark_kind == "birch" and every == 1:
            trunk = _birch_marks(trunk, rng)
        white = join([snow_on(b, rng) for b in levels[1:cover]]) if snow else empty()
        meshes.append(solid([(trunk, bark), (white, SNOW_MATERIAL)], "tree"))
    radius = float(levels[0].radii[0, 0])
    return Prototype(name, meshes, level_ranges(_height(levels)), radius=radius * 4 + 0.4, sink=radius * 0.5)


def _birch_marks(trunk: Shape, rng: np.random.Generator) -> Shape:
    """White bark with dark dashes across it and a dark, cracked foot."""
    dark = rng.random(len(trunk.vertices)) < 0.07
    dark = dark | np.roll(dark, 1)  # neighbours on the ring: dashes run across the trunk
    dark |= rng.random(len(trunk.vertices)) < 0.04
    foot = np.clip(1 + trunk.vertices[:, 1] / 0.7, 0, 1)[:, None]
    colors = np.where(dark[:, None], f32([0.035, 0.03, 0.028]), trunk.colors)
    colors = colors * (1 - foot * 0.75)
    return trunk.painted(colors.astype(np.float32))


def _ringed(levels: list[Branches], points: int) -> list[Branches]:
    """The same skeleton with more rings on its trunk, for marks across it."""
    trunk = levels[0]
    line, _, radii = trunk.at(np.zeros(points, np.int64), np.linspace(0, 1, points))
    return [Branches(line[None], radii[None], trunk.parent, trunk.start), *levels[1:]]


def dead_tree(rng: np.random.Generator, height: float = 6.0, *, snow: bool = False) -> Prototype:
    """A grey snag: crooked, broken boughs, no twigs."""
    crown = Crown("dry", "dead", trunk=0.035, bare=0.25, boughs=9, limbs=5, twigs=3, reach=0.4, wander=0.26, rise=0.1)
    levels = skeleton(crown, height, rng)
    cut = rng.uniform(0.35, 1.0, len(levels[1]))
    length = levels[1].points.shape[1]
    for i in range(len(cut)):  # a broken bough ends early, and bluntly
        if cut[i] < 0.7:
            places = np.linspace(0, cut[i], length)
            points, _, radii = levels[1].at(np.full(length, i), places)
            levels[1].points[i], levels[1].radii[i] = points, radii
    whole = cut[levels[2].parent] >= 0.7
    limbs = Branches(levels[2].points[whole], levels[2].radii[whole], levels[2].parent[whole], levels[2].start[whole])
    return bare_tree("dead tree", [levels[0], levels[1], limbs], bark_material("dead"), "dead", rng, snow=snow)
