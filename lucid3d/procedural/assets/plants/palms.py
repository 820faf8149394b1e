"""Plants of the tropics: palms, banana plants, bamboo, lianas."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.plants.foliage import bark_colors, bark_material, leaf_material, mixed, wood
from lucid3d.procedural.assets.plants.growth import GOLDEN_ANGLE, Branches, leaf_sites, march, stem
from lucid3d.procedural.assets.plants.palettes import BARK, LEAVES
from lucid3d.procedural.assets.plants.trees import level_ranges
from lucid3d.procedural.assets.plants.undergrowth import pinnae
from lucid3d.procedural.kit.arrays import KITE, LANCE, UP, Array, Shape, f32, join, leaves, tubes, unit
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.prototype import Prototype, solid, srgb

PALM_GREEN = f32([(0.05, 0.105, 0.02), (0.075, 0.13, 0.024), (0.036, 0.08, 0.02)])
PALM_DRY = f32([(0.24, 0.16, 0.07), (0.3, 0.21, 0.1)])


def _fronds(
    top: Array, count: int, length: float, rng: np.random.Generator, *, low: float = -0.25, points: int = 8
) -> Branches:
    """Ribs of fronds around a trunk's top: the young stand up, the old hang down."""
    order = np.arange(count)
    azimuth = order * GOLDEN_ANGLE + rng.normal(0, 0.12, count)
    age = (order + 0.5) / count
    out = np.stack([np.cos(azimuth), np.zeros(count), np.sin(azimuth)], axis=1)
    lift = 1.6 * (1 - age) ** 1.2 + low * age
    headings = unit(out + UP * lift[:, None])
    lengths = f32(length * rng.uniform(0.85, 1.1, count) * (0.75 + 0.25 * np.sin(np.pi * np.clip(age + 0.2, 0, 1))))
    base = top + out * (0.03 * length) * age[:, None] - UP * 0.05 * length * age[:, None]
    line = march(f32(base), headings, lengths, points, rise=-1.5 - 0.5 * age, wander=0.03, rng=rng)
    profile = f32(np.linspace(1, 0.18, points))
    return Branches(line, f32(np.tile(profile * length * 0.009, (count, 1))), np.zeros(count, np.int64), f32(age))


def palm(rng: np.random.Generator, height: float = 8.0, fronds: int = 22, *, coconuts: bool = True) -> Prototype:
    """A coconut palm: a leaning, ringed trunk that straightens, arching fronds, the oldest dry."""
    away = rng.uniform(0, 2 * np.pi)
    lean = rng.uniform(0.15, 0.55)
    heading = unit(UP + f32([np.cos(away), 0, np.sin(away)]) * lean)
    trunk = stem(rng, height, height * 0.02 + 0.03, points=22, wander=0.02, taper=0.3, direction=heading)
    trunk.points = march(
        f32(np.zeros((1, 3))), heading[None], f32([height]), 22, rise=lean * 1.6, wander=0.012, rng=rng
    )
    trunk.radii = trunk.radii * f32(1 + 0.07 * (np.arange(22) % 2))  # scars of old fronds
    top = trunk.points[0, -1]
    ribs = _fronds(top, fronds, 1.05 * height**0.5, rng)
    dry = ribs.start > 0.88
    levels = []
    bark = bark_material("palm", 0.12, 0.015)
    leafy = leaf_material("palm", [tuple(c) for c in PALM_GREEN], 0.35)
    balls = _ball_shapes(top, 5, 0.11, rng) if coconuts else join([])
    for sides, every, pairs, broad in (
        (12, 1, 34, 1.0),
        (8, 1, 20, 1.3),
        (6, 2, 9, 1.5),
        (4, 4, 4, 1.7),
        (3, 7, 2, 1.8),
    ):
        shapes = []
        for rows, palette in ((~dry, PALM_GREEN), (dry, PALM_DRY)):
            some = Branches(ribs.points[rows], ribs.radii[rows], ribs.parent[rows], ribs.start[rows])
            if len(some) and pairs > 2:
                leaflets = pinnae(some, pairs, 0.27, palette, rng, broad=broad * (1.1 if pairs > 5 else 0.9), hang=0.55)
                shapes.append(leaflets)
                shapes.append(tubes(some.points, some.radii, 3, f32(palette[0] * 1.4)))
            elif len(some):
                tip = some.points[:, 3] - some.points[:, 0]
                size = some.lengths
                colors = mixed(palette, len(some), rng, 0.1)
                shapes.append(
                    leaves(
                        some.points[:, 0],
                        unit(tip),
                        f32(np.tile(UP, (len(some), 1))),
                        size * 0.55,
                        size * 0.3,
                        KITE,
                        colors,
                    )
                )
                tip = some.points[:, -1] - some.points[:, 3]
                shapes.append(
                    leaves(
                        some.points[:, 3],
                        unit(tip),
                        f32(np.tile(UP, (len(some), 1))),
                        size * 0.6,
                        size * 0.34,
                        KITE,
                        colors,
                    )
                )
        trunk_shape = wood([trunk], [sides], BARK["palm"], rng, flare=0.35 if sides > 5 else 0.0, every=every)
        nuts = [(balls, Material("coconut", "plain", (srgb((0.11, 0.085, 0.03)),)))] if pairs > 9 else []
        levels.append(solid([(trunk_shape, bark), (join(shapes), leafy), *nuts], "tree"))
    return Prototype("palm", levels, level_ranges(height), radius=0.8, sink=0.1)


def _ball_shapes(centre: Array, count: int, size: float, rng: np.random.Generator) -> Shape:
    """Round fruit that hangs in a bunch below `centre`."""
    azimuth = rng.uniform(0, 2 * np.pi, count)
    middle = (
        centre + f32(np.stack([np.cos(azimuth), rng.uniform(0.6, 2.0, count), np.sin(azimuth)], axis=1)) * size * 1.1
    )
    rise = f32(np.linspace(-1, 1, 6))
    points = middle[:, None] + UP * (rise[None, :, None] * size)
    radii = np.broadcast_to(np.sqrt(np.clip(1.02 - rise**2, 0, 1)) * size, (count, 6))
    return tubes(f32(points), f32(radii), 7, bark_colors((0.11, 0.085, 0.03), (count, 1, 1), rng))


def banana(rng: np.random.Generator, height: float = 2.4, count: int = 9) -> Prototype:
    """A banana plant or any other herb with paddle leaves a metre and more long, torn at the edges."""
    trunk = stem(rng, height * 0.4, height * 0.035, points=5, taper=0.4)
    ribs = _fronds(trunk.points[0, -1], count, height * 0.72, rng, low=0.15)
    palette = f32(LEAVES["jungle"]["summer"]) * f32([1.2, 1.25, 0.9])
    leafy = leaf_material("banana", [tuple(c) for c in palette], 0.45)
    levels = []
    for pieces, sides in ((16, 8), (7, 5), (3, 4)):
        blade = _paddle(ribs, pieces, 0.2, palette, rng)
        stalk = wood([trunk], [sides], (0.1, 0.12, 0.04), rng, flare=0.2)
        rib = tubes(ribs.points, ribs.radii, 3, palette[1] * 1.3)
        levels.append(solid([(join([stalk, rib, blade]), leafy)], "plant"))
    return Prototype("banana", levels, (12.0, 40.0, np.inf), radius=0.4, sink=0.05)


def _paddle(ribs: Branches, pieces: int, reach: float, palette: Array, rng: np.random.Generator) -> Shape:
    """Both halves of broad leaves as overlapping strips; some strips hang where the leaf is torn."""
    count = len(ribs)
    rows = np.repeat(np.arange(count), pieces * 2)
    along = f32(np.tile(np.repeat(0.2 + 0.8 * (np.arange(pieces) + 0.5) / pieces, 2), count))
    place, axis, _ = ribs.at(rows, along)
    side = unit(np.cross(axis, UP) + 1e-4) * np.tile([1.0, -1.0], count * pieces)[:, None]
    outline = np.sin(np.pi * np.clip(along * 0.9 + 0.07, 0, 1)) ** 0.6
    lengths = ribs.lengths[rows] * reach * outline
    torn = rng.random(len(rows)) < 0.14
    axes = unit(side + axis * 0.35 - UP * np.where(torn, 0.9, 0.1)[:, None])
    normal = unit(np.cross(axis, side))
    normal = normal * np.where(normal[:, 1:2] > 0, -1, 1)
    strip = type(LANCE)(
        ((-0.5, 0.0, 0.0), (0.5, 0.0, 0.0), (0.42, 0.97, -0.04), (-0.36, 1.0, -0.04)), ((0, 1, 2), (0, 2, 3))
    )
    width = ribs.lengths[rows] * 0.86 / pieces * np.where(torn, 0.8, 1.1)
    tint = np.repeat(np.exp(rng.normal(0, 0.18, count)), pieces * 2)[:, None]
    colors = mixed(palette, len(rows), rng, 0.05) * tint
    return leaves(
        place, axes, normal, lengths, width, strip, f32(np.clip(colors, 0.006, 0.8)), unit(normal * 0.8 + UP * 0.4)
    )


def bamboo(rng: np.random.Generator, height: float = 7.0, canes: int = 14) -> Prototype:
    """A clump of canes with joints; narrow leaves in the upper half, the tips bow."""
    azimuth, distance = rng.uniform(0, 2 * np.pi, canes), 0.55 * np.sqrt(rng.random(canes))
    base = f32(np.stack([np.cos(azimuth) * distance, np.zeros(canes), np.sin(azimuth) * distance], axis=1))
    headings = unit(UP + base * 0.18 + rng.normal(0, 0.03, (canes, 3)))
    lengths = f32(height * rng.uniform(0.6, 1.05, canes))
    line = march(base, headings, lengths, 25, rise=0.0, wander=0.012, rng=rng)
    line += np.linspace(0, 1, 25, dtype=np.float32)[None, :, None] ** 3 * unit(base)[:, None] * height * 0.16
    line[..., 1] += np.linspace(0, 1, 25, dtype=np.float32) ** 4 * height * 0.06
    radii = np.linspace(1, 0.35, 25) * 0.035 * (1 + 0.12 * (np.arange(25) % 3 == 0))
    tall = Branches(line, f32(np.tile(radii, (canes, 1))), np.zeros(canes, np.int64), f32(np.zeros(canes)))
    joint = np.where(np.arange(25) % 3 == 0, 0.6, 1.0)[None, :, None, None]
    green = f32([0.13, 0.16, 0.035]) * np.exp(rng.normal(0, 0.2, (canes, 1, 1, 1))) * joint
    palette = f32([(0.07, 0.13, 0.025), (0.1, 0.16, 0.03), (0.13, 0.15, 0.035)])
    material = leaf_material("bamboo", [tuple(c) for c in palette], 0.4)
    levels = []
    for sides, spacing, size in ((8, 0.012, 0.2), (5, 0.035, 0.3), (3, 0.14, 0.6)):
        sites = leaf_sites(tall, spacing, rng, start=0.38)
        number = len(sites.places)
        axes = unit(sites.outward + UP * rng.normal(-0.35, 0.4, (number, 1)))
        start = sites.places + sites.outward * rng.uniform(0, 0.5, (number, 1)) * height * 0.07
        colors = mixed(palette, number, rng)
        blade = leaves(
            f32(start),
            axes,
            unit(UP + rng.normal(0, 0.4, (number, 3))),
            f32(np.full(number, size)),
            f32(np.full(number, size * 0.14)),
            LANCE,
            colors,
            unit(sites.outward + UP),
        )
        step = 1 if sides > 3 else 4
        cane = tubes(
            line[:, ::step], tall.radii[:, ::step], sides, np.broadcast_to(green, (canes, 25, 1, 3))[:, ::step]
        )
        levels.append(solid([(join([cane, blade]), material)], "tree"))
    return Prototype("bamboo", levels, (11.0, 35.0, np.inf), radius=0.8, sink=0.1)


def liana(
    rng: np.random.Generator, start: tuple[float, float, float], end: tuple[float, float, float], sag: float = 1.5
) -> Shape:
    """A hanging vine between two points, with small leaves: a shape in world coordinates."""
    along = np.linspace(0, 1, 20)[:, None]
    straight = f32(start) * (1 - along) + f32(end) * along - UP * (sag * 4 * along * (1 - along))
    line = f32(straight + np.cumsum(rng.normal(0, 0.012, (20, 3)), axis=0) * (along * (1 - along) * 4))
    rope = Branches(line[None], f32(np.full((1, 20), 0.02)), np.zeros(1, np.int64), f32(np.zeros(1)))
    sites = leaf_sites(rope, 0.12, rng)
    number = len(sites.places)
    blade = leaves(
        sites.places,
        unit(sites.outward - UP * 0.7),
        f32(np.tile(UP, (number, 1))),
        f32(np.full(number, 0.12)),
        f32(np.full(number, 0.07)),
        KITE,
        mixed(f32(LEAVES["jungle"]["summer"]), number, rng),
    )
    return join([wood([rope], [5], (0.07, 0.06, 0.035), rng, flare=0.0), blade])
