"""Flowers: stems, leaves, and heads built from petals."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.plants.foliage import leaf_material, mixed, wood
from lucid3d.procedural.assets.plants.growth import Branches, leaf_sites, march
from lucid3d.procedural.assets.plants.palettes import FLOWERS, GRASSES, Bloom
from lucid3d.procedural.assets.plants.undergrowth import tuft
from lucid3d.procedural.kit.arrays import BLOB, BROAD, KITE, LANCE, RAGGED, UP, Array, Shape, f32, join, leaves, unit
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.prototype import Prototype, solid, srgb


def flower(rng: np.random.Generator, kind: str = "daisy", stems: int = 4, *, radius: float = 0.12) -> Prototype:
    """A small group of flowers of one of `FLOWERS`: stems, leaves, heads that look up and to one side."""
    bloom = FLOWERS[kind]
    green = GRASSES["meadow"][:3]
    count = stems
    bases, headings, lengths, _ = tuft(rng, count, bloom.height, radius if count > 1 else 0.0, 0.18)
    lengths = bloom.height * rng.uniform(0.7, 1.1, count).astype(np.float32)
    line = march(bases, headings, lengths, 4, rise=0.2, wander=0.06, rng=rng)
    thick = max(0.0022, bloom.height * 0.006)
    stalks = Branches(
        line, np.full((count, 4), thick, np.float32), np.zeros(count, np.int64), np.zeros(count, np.float32)
    )
    stem_shape = wood([stalks], [3], green[2], rng, flare=0.0)
    low = leaf_sites(stalks, bloom.height / 6, rng, start=0.05)
    keep = rng.random(len(low.places)) < 0.75
    size = np.full(int(keep.sum()), bloom.height * 0.24 + 0.03)
    foliage_shape = leaves(
        low.places[keep], unit(low.outward[keep] + UP * 0.7), UP + low.outward[keep] * 0.1, size, size * 0.26, LANCE,
        mixed(np.asarray(green), int(keep.sum()), rng),
    )  # fmt: skip
    tops, facing = line[:, -1], unit(UP * 1.2 + (line[:, -1] - line[:, -2]) * 3 + rng.normal(0, 0.35, (count, 3)))
    heads = [_head(bloom, tops[i], facing[i], line[i], rng) for i in range(count)]
    petals = join(heads)
    hue = srgb(np.mean(bloom.petals, axis=0))
    glow = (0.12, 0.3, 0.34) if kind == "glow" else (0.0, 0.0, 0.0)
    petal_material = Material(
        f"{kind} petals", "petal", (hue,), scale=0.02, translucency=0.35, variation=0.2, emission=glow
    )
    stem_material = leaf_material("stem", green, 0.3)
    wide = np.full(count, bloom.width * (1.4 if bloom.form == "spike" else 1.0))
    long = np.full(count, bloom.height * 0.35) if bloom.form == "spike" else wide
    along = facing if bloom.form == "spike" else unit(np.cross(facing, f32([1, 0.1, 0])))
    start = tops - along * (long * 0.5)[:, None]
    dots = leaves(start, along, facing + UP, long, wide, KITE, mixed(np.asarray(bloom.petals), count, rng, 0.1))
    levels = [
        solid([(join([stem_shape, foliage_shape]), stem_material), (petals, petal_material)], "flower"),
        solid(
            [
                (join([wood([stalks], [3], green[2], rng, flare=0.0, every=3), foliage_shape]), stem_material),
                (dots, petal_material),
            ],
            "flower",
        ),
        solid([(dots, petal_material)], "flower"),
    ]
    return Prototype(kind, levels, (6.0, 14.0, np.inf), radius=radius * 0.4, sink=0.01, lean=0.2)


def _head(bloom: Bloom, top: Array, facing: Array, line: Array, rng: np.random.Generator) -> Shape:
    """Petals of one flower."""
    hue = f32(bloom.petals[rng.integers(len(bloom.petals))])
    if bloom.form == "spike":
        along = np.sort(rng.uniform(0.55, 1.0, bloom.count)).astype(np.float32)
        row = Branches(line[None], np.zeros((1, len(line)), np.float32), np.zeros(1, np.int64), np.zeros(1, np.float32))
        place, axis, _ = row.at(np.zeros(bloom.count, np.int64), along)
        out = unit(rng.normal(0, 1, (bloom.count, 3)) * f32([1, 0.2, 1]))
        size = bloom.width * (1.35 - along)[:, None][:, 0] * 1.6
        tone = hue * np.exp(rng.normal(0, 0.2, (bloom.count, 1))) * (0.8 + 0.5 * along[:, None])
        return leaves(
            place, unit(out + axis * 0.8), axis, size, size * 0.7, KITE, np.clip(tone, 0, 0.8), unit(out + UP * 0.5)
        )
    if bloom.form == "umbel":
        angle, distance = rng.uniform(0, 2 * np.pi, bloom.count), np.sqrt(rng.random(bloom.count)) * bloom.width / 2
        offset = np.stack(
            [np.cos(angle) * distance, -0.3 * (bloom.width / 2 - distance), np.sin(angle) * distance], axis=1
        )
        out = unit(rng.normal(0, 1, (bloom.count, 3)) * f32([1, 0.1, 1]))
        tone = np.clip(hue * np.exp(rng.normal(0, 0.12, (bloom.count, 1))), 0, 0.8)
        size = np.full(bloom.count, bloom.width * 0.17)
        return leaves(
            top + offset, out, np.broadcast_to(UP, out.shape), size, size, BLOB, tone, np.broadcast_to(UP, out.shape)
        )
    angle = np.arange(bloom.count) * 2 * np.pi / bloom.count + rng.normal(0, 0.12, bloom.count)
    side = unit(np.cross(facing, f32([1, 0.13, 0.2])))
    other = np.cross(facing, side)
    out = f32(np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * other)
    lift = 0.25 if bloom.form == "star" else 1.1
    axes = unit(out + facing * lift)
    long = np.full(bloom.count, bloom.width * (0.5 if bloom.form == "star" else 0.6)) * rng.uniform(
        0.85, 1.1, bloom.count
    )
    wide = long * min(5.2 / bloom.count, 1.15) * (1.0 if bloom.form == "star" else 1.1)
    tone = np.clip(hue * np.exp(rng.normal(0, 0.1, (bloom.count, 1))), 0, 0.8)
    petals = leaves(np.broadcast_to(top, out.shape), axes, facing - out * 0.3 * lift, long, wide, BROAD, tone,
                    unit(facing + out * 0.3 + UP * 0.3))  # fmt: skip
    size = np.full(1, bloom.width * (0.34 if bloom.form == "star" else 0.25))
    start = (top + facing * bloom.width * 0.05 - side * size[0] * 0.5)[None]
    heart = leaves(start + 0.0, side[None], facing[None], size, size, RAGGED, f32([bloom.heart]), facing[None])
    heart.vertices = f32(heart.vertices + side * size[0] * 0.5)
    return join([petals, heart])
