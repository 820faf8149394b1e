"""What grows below the trees: grass tufts of real blades, flowers, ferns, reeds, shrubs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.plants.foliage import bark_material, foliage, leaf_material, mixed, wood
from lucid3d.procedural.assets.plants.growth import Branches, Rule, branch, leaf_sites, march
from lucid3d.procedural.assets.plants.palettes import BARK, BLOSSOM, GRASSES, LEAVES, SNOW, Color
from lucid3d.procedural.kit.arrays import (
    BLOB,
    BROAD,
    KITE,
    LANCE,
    RAGGED,
    UP,
    Array,
    Shape,
    f32,
    join,
    leaves,
    tubes,
    unit,
)
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.prototype import Prototype, Season, solid, srgb


def blades(
    bases: NDArray[np.floating],
    headings: NDArray[np.floating],
    lengths: NDArray[np.floating],
    widths: NDArray[np.floating],
    colors: NDArray[np.floating],
    *,
    segments: int = 3,
    bend: NDArray[np.floating] | float = 0.8,
    root: float = 0.45,
) -> Shape:
    """Grass blades: strips that narrow to a point and bend over.

    Args:
        bases, headings: (N, 3) roots and unit directions at the root.
        lengths, widths: (N,) metres.
        colors: (N, 3) linear albedo at the tip; the root has `root` times as much (it stands in its neighbours' shade).
        segments: pieces along a blade; each but the last has two triangles.
        bend: radians it hangs over from root to tip, (N,) or one for all.
    """
    count = len(bases)
    sideways = unit(np.cross(headings, UP) + 1e-3)
    over = unit(np.cross(UP, sideways))
    over = over * np.where(np.einsum("ni,ni->n", over, headings) < 0, -1, 1)[:, None]
    points, tangent = np.asarray(bases, np.float32), np.asarray(headings, np.float32)
    step = (np.asarray(lengths) / segments)[:, None].astype(np.float32)
    turn = (np.broadcast_to(np.asarray(bend, np.float32), (count,)) / segments)[:, None]
    rows, tones, normals = [], [], []
    for i in range(segments + 1):
        along = i / segments
        half = sideways * (np.asarray(widths)[:, None] * 0.5 * (1 - along) ** 0.7).astype(np.float32)
        normal = unit(np.cross(sideways, tangent))
        normal = unit(normal * np.where(normal[:, 1:2] > 0, -1, 1) * 0.5 + UP)
        if i < segments:
            rows += [points - half, points + half]
            tones += [root + (1 - root) * along] * 2
            normals += [normal, normal]
        else:
            rows.append(points)
            tones.append(1.0)
            normals.append(normal)
        points = points + tangent * step
        tangent = unit(tangent + (over - UP * -0.55) * turn * (0.3 + along))
    vertices = np.stack(rows, axis=1)
    size = vertices.shape[1]
    triangles = [
        t for i in range(segments - 1) for t in ((2 * i, 2 * i + 1, 2 * i + 2), (2 * i + 1, 2 * i + 3, 2 * i + 2))
    ]
    triangles.append((size - 3, size - 2, size - 1))
    index = np.asarray(triangles, np.int32)[None] + (np.arange(count, dtype=np.int32) * size)[:, None, None]
    shade = np.asarray(colors, np.float32)[:, None] * np.asarray(tones, np.float32)[None, :, None]
    return Shape(
        vertices.reshape(-1, 3).astype(np.float32),
        index.reshape(-1, 3),
        np.stack(normals, axis=1).reshape(-1, 3).astype(np.float32),
        shade.reshape(-1, 3),
    )


def tuft(
    rng: np.random.Generator, count: int, height: float, radius: float, lean: float
) -> tuple[Array, Array, Array, Array]:
    """Roots (count, 3), headings (count, 3), lengths (count,) in metres and bends (count,) of the blades of one tuft:
    the outer ones are shorter and lean out."""
    angle = rng.uniform(0, 2 * np.pi, count)
    distance = radius * np.sqrt(rng.random(count))
    out = np.stack([np.cos(angle), np.zeros(count), np.sin(angle)], axis=1)
    bases = out * distance[:, None] - UP * 0.02
    far = distance / max(radius, 1e-6)
    headings = unit(UP + out * (lean * (0.25 + far))[:, None] + rng.normal(0, 0.16, (count, 3)))
    lengths = height * np.exp(rng.normal(-0.12, 0.28, count)) * (1 - 0.3 * far)
    return (
        bases.astype(np.float32),
        headings,
        lengths.astype(np.float32),
        rng.uniform(0.2, 1.5, count).astype(np.float32),
    )


def grass_tuft(
    rng: np.random.Generator,
    kind: str = "meadow",
    height: float = 0.28,
    radius: float = 0.12,
    count: int = 26,
    *,
    lean: float = 0.45,
    width: float = 0.007,
    ears: float = 0.0,
) -> Prototype:
    """A tuft of real blades.

    Args:
        kind: one of `GRASSES`.
        height, radius, width: of the tallest blades, of the tuft, of a blade, in metres.
        count: blades at the nearest level; a quarter of them, wider, afar.
        ears: share of the blades that carry a seed head.
    """
    palette = GRASSES[kind]
    material = Material(
        f"{kind} grass", "grass", (srgb(palette[0]), srgb(palette[1])), scale=0.05, translucency=0.35, variation=0.3
    )
    bases, headings, lengths, bend = tuft(rng, count, height, radius, lean)
    colors = mixed(np.asarray(palette), count, rng, 0.14)
    widths = width * np.exp(rng.normal(0, 0.25, count)) * (height / 0.28) ** 0.4
    near = blades(bases, headings, lengths, widths, colors, segments=3, bend=bend)
    extra = []
    if ears > 0:
        chosen = np.nonzero(rng.random(count) < ears)[0]
        extra.append(_ears(near, chosen, colors, height, rng))
    tallest = np.argsort(-lengths)  # the silhouette is theirs
    some = np.sort(np.concatenate([tallest[:3], tallest[3::2]]))
    middle = blades(
        bases[some], headings[some], lengths[some], widths[some] * 1.9, colors[some], segments=2, bend=bend[some]
    )
    few = np.sort(np.concatenate([tallest[:2], tallest[2::6]]))
    far = blades(
        bases[few], headings[few], lengths[few], widths[few] * 4.5, colors[few] * 0.92, segments=1, bend=0.0, root=0.6
    )
    levels = [
        solid([(join([near, *extra]), material)], "grass"),
        solid([(middle, material)], "grass"),
        solid([(far, material)], "grass"),
    ]
    return Prototype(f"{kind} grass", levels, (5.0, 13.0, np.inf), radius=radius * 0.3, sink=0.01, lean=0.6)


def _ears(near: Shape, chosen: NDArray[np.integer], colors: Array, height: float, rng: np.random.Generator) -> Shape:
    """Seed heads at the tips of some blades."""
    size = len(near.vertices) // max(len(colors), 1)
    tips = near.vertices[chosen * size + size - 1]
    below = near.vertices[chosen * size + size - 3]
    axes = unit(tips - below)
    tone = np.clip(colors[chosen] * f32([1.5, 1.2, 1.3]) + 0.04, 0, 0.8)
    start = tips - axes * height * 0.04
    return join(
        [
            leaves(start, axes, unit(rng.normal(0, 1, (len(chosen), 3))), np.full(len(chosen), height * 0.2),
                   np.full(len(chosen), height * 0.035), KITE, tone)
            for _ in range(2)
        ]
    )  # fmt: skip


def fern(
    rng: np.random.Generator, size: float = 0.6, fronds: int = 9, palette: str = "jungle", season: Season = "summer"
) -> Prototype:
    """A rosette of arched fronds, each with pairs of leaflets that shorten towards the tip."""
    angle = np.arange(fronds) * 2.39996 + rng.uniform(0, 1)
    out = np.stack([np.cos(angle), np.zeros(fronds), np.sin(angle)], axis=1)
    headings = unit(UP * rng.uniform(0.9, 1.7, (fronds, 1)) + out)
    lengths = size * rng.uniform(0.7, 1.15, fronds)
    line = march(
        out.astype(np.float32) * 0.02, headings, lengths.astype(np.float32), 8, rise=-1.7, wander=0.05, rng=rng
    )
    ribs = Branches(
        line, np.full((fronds, 8), size * 0.006, np.float32), np.zeros(fronds, np.int64), np.zeros(fronds, np.float32)
    )
    colors = (
        np.asarray([(0.3, 0.14, 0.04), (0.24, 0.12, 0.04)])
        if season in ("autumn", "winter") and palette != "jungle"
        else np.asarray(LEAVES[palette][season])
    )
    material = leaf_material("fern", [tuple(c) for c in colors], 0.4)
    shapes = [join([wood([ribs], [3], (0.05, 0.06, 0.02), rng, flare=0.0), pinnae(ribs, 13, 0.3, colors, rng)])]
    shapes.append(pinnae(ribs, 6, 0.32, colors, rng, broad=2.0))
    shapes.append(
        leaves(
            line[:, 0],
            unit(line[:, 4] - line[:, 0]),
            np.broadcast_to(UP, out.shape),
            lengths * 0.95,
            lengths * 0.4,
            RAGGED,
            mixed(colors, fronds, rng),
        )
    )
    return Prototype(
        "fern",
        [solid([(s, material)], "plant") for s in shapes],
        (7.0, 18.0, np.inf),
        radius=size * 0.4,
        sink=0.02,
        lean=0.4,
    )


def pinnae(
    ribs: Branches,
    pairs: int,
    reach: float,
    palette: NDArray[np.floating],
    rng: np.random.Generator,
    broad: float = 1.0,
    hang: float = 0.12,
) -> Shape:
    """Leaflets left and right of ribs: `reach` is the longest as a share of the rib; `hang` lets them droop;
    `palette` (N, 3) has their colours."""
    count = len(ribs)
    rows = np.repeat(np.arange(count), pairs * 2)
    along = np.tile(np.repeat(0.12 + 0.88 * (np.arange(pairs) + 0.5) / pairs, 2), count).astype(np.float32)
    place, axis, _ = ribs.at(rows, along)
    side = unit(np.cross(axis, UP) + 1e-4) * np.tile([1.0, -1.0], count * pairs)[:, None]
    outline = np.sin(np.pi * np.clip(along * 0.85 + 0.13, 0, 1)) ** 0.8
    lengths = ribs.lengths[rows] * reach * outline * rng.uniform(0.9, 1.1, len(rows))
    axes = unit(side + axis * 0.45 - UP * hang + rng.normal(0, 0.06, place.shape))
    normals = unit(np.cross(axis, side))
    normals = normals * np.where(normals[:, 1:2] > 0, -1, 1)
    width = ribs.lengths[rows] * 0.62 / pairs * broad
    colors = mixed(palette, len(rows), rng, 0.1) * (0.75 + 0.35 * along)[:, None]
    return leaves(
        place, axes, normals, lengths, width, LANCE, np.clip(colors, 0.006, 0.8), unit(normals * 0.8 + UP * 0.5)
    )


def reeds(
    rng: np.random.Generator, height: float = 1.5, count: int = 22, *, cattails: int = 4, kind: str = "reed"
) -> Prototype:
    """A stand of reeds with brown cattails, for shores and swamps."""
    palette = np.asarray(GRASSES[kind])
    material = Material(
        f"{kind}s", "grass", (srgb(palette[0]), srgb(palette[1])), scale=0.1, translucency=0.3, variation=0.3
    )
    bases, headings, lengths, _ = tuft(rng, count, height, 0.28, 0.1)
    headings = unit(headings + UP * 1.2)
    colors = mixed(palette, count, rng)
    bend = rng.uniform(0.05, 0.7, count)
    near = blades(bases, headings, lengths, np.full(count, 0.018), colors, segments=4, bend=bend)
    tails, _, _, _ = tuft(rng, cattails, height, 0.2, 0.1)
    line = march(
        tails,
        unit(UP + rng.normal(0, 0.05, (cattails, 3))),
        np.full(cattails, height * 0.92, np.float32) * rng.uniform(0.8, 1.1, cattails).astype(np.float32),
        9,
        rise=0.0,
        wander=0.015,
        rng=rng,
    )
    radii = np.tile(f32([0.004] * 6 + [0.014, 0.014, 0.003]), (cattails, 1))
    brown = np.where(radii[..., None, None] > 0.01, f32([0.075, 0.035, 0.016]), palette[0].astype(np.float32))
    heads = tubes(line, radii, 5, brown)
    half = np.arange(0, count, 2)
    far = blades(
        bases[half], headings[half], lengths[half], np.full(len(half), 0.045), colors[half], segments=2, bend=bend[half]
    )
    levels = [
        solid([(join([near, heads]), material)], "plant"),
        solid([(join([far, heads]), material)], "plant"),
        solid([(far, material)], "plant"),
    ]
    return Prototype("reeds", levels, (12.0, 30.0, np.inf), radius=0.25, sink=0.1, lean=0.0)


def shrub(
    rng: np.random.Generator,
    height: float = 1.3,
    palette: str = "oak",
    season: Season = "summer",
    *,
    leaf: float = 0.055,
    berries: Color | None = None,
    blossom: str | None = None,
    stems: int = 9,
) -> Prototype:
    """A bush: many stems from the ground, wide, dense; in winter bare twigs with some snow."""
    angle = np.arange(stems) * 2.39996
    out = np.stack([np.cos(angle), np.zeros(stems), np.sin(angle)], axis=1)
    headings = unit(UP * rng.uniform(0.6, 2.0, (stems, 1)) + out)
    lengths = (height * rng.uniform(0.55, 0.95, stems)).astype(np.float32)
    line = march(
        (out * 0.05 * height - UP * 0.04).astype(np.float32), headings, lengths, 6, rise=0.35, wander=0.13, rng=rng
    )
    radii = np.linspace(0.02, 0.006, 6, dtype=np.float32) * height
    trunk = Branches(line, np.tile(radii, (stems, 1)), np.zeros(stems, np.int64), np.zeros(stems, np.float32))
    limbs = branch(trunk, Rule(7, 0.2, 1.0, (55, 30), 0.45, radius=0.5, rise=0.3, wander=0.15, points=5), rng)
    twigs = branch(limbs, Rule(6, 0.15, 1.0, (55, 30), 0.45, radius=0.5, rise=0.2, wander=0.15, points=4), rng)
    skeleton, brown = [trunk, limbs, twigs], "oak"
    bark = bark_material(brown, 0.03, 0.004)
    colors = LEAVES[palette][season]
    bare = season == "winter" and palette in ("oak", "maple", "birch")
    material = leaf_material(f"{palette} shrub {season}", colors, 0.4)
    sites = leaf_sites(twigs, leaf * 0.42, rng, start=0.0)
    boughs = np.repeat(np.arange(len(twigs)), np.maximum(np.round(twigs.lengths / (leaf * 0.42)), 1).astype(np.int64))
    green = foliage(
        sites,
        colors,
        rng,
        length=leaf * 1.25,
        width=leaf * 0.8,
        boughs=limbs.parent[twigs.parent[boughs]],
        cell=height * 0.1,
        dark=0.35,
    )
    if blossom is not None:
        petals = rng.random(len(green)) < 0.45
        green.colors[petals] = f32(BLOSSOM[blossom]) * np.exp(rng.normal(0, 0.1, (int(petals.sum()), 1)))
    if bare:
        keep = np.nonzero(rng.random(len(green)) < 0.16)[0]
        green = green[keep, 0.9]
        green.colors[rng.random(len(green)) < 0.55] = SNOW
    if berries is not None:
        dots = rng.random(len(green)) < 0.05
        green.colors[dots] = berries
        green.lengths[dots] *= 0.4
    levels = []
    for sides, shape in (
        ([5, 4, 3], green.shape(BROAD)),
        ([4, 3, 0], green.coarse(max(len(green) // 3, 60), rng)),
        ([3, 0, 0], green.clumps(150, rng, RAGGED)),
        ([0, 0, 0], green.clumps(32, rng, BLOB)),
    ):
        levels.append(solid([(wood(skeleton, sides, BARK[brown], rng, flare=0.0), bark), (shape, material)], "shrub"))
    return Prototype("shrub", levels, (6.0, 16.0, 45.0, np.inf), radius=height * 0.5, sink=0.03, lean=0.2)
