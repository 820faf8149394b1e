"""Plants of dry country: saguaro, barrel cactus, prickly pear, agave."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.plants.foliage import leaf_material, mixed
from lucid3d.procedural.assets.plants.growth import GOLDEN_ANGLE, march
from lucid3d.procedural.kit.arrays import UP, Array, Leaf, Shape, f32, join, leaves, tubes, unit
from lucid3d.procedural.kit.prototype import Prototype, solid

CACTUS = f32([(0.075, 0.105, 0.045), (0.1, 0.125, 0.06), (0.055, 0.08, 0.035)])
SPINE = f32([0.42, 0.36, 0.24])


def _column(line: Array, radius: float, ribs: int, sides: int, rng: np.random.Generator) -> Shape:
    """A ribbed column with a round head along one polyline (P, 3)."""
    count = len(line)
    along = np.linspace(0, 1, count)
    profile = radius * (0.82 + 0.18 * np.sin(np.pi * np.clip(along * 1.2, 0, 1)))
    length = max(float(np.linalg.norm(line[-1] - line[0])), radius)
    head = np.clip((1 - along) * length / radius, 0, 1)
    profile = profile * np.sqrt(np.clip(1 - (1 - head) ** 2, 0.002, 1))
    angle = np.arange(sides) * 2 * np.pi / sides
    folds = np.cos(ribs * angle)
    bulge = 1 + 0.13 * folds[None, None]
    shade = (0.7 + 0.3 * folds)[None, None, :, None]  # grooves are darker
    tone = np.exp(rng.normal(0, 0.05, (1, count, 1, 1)))
    colors = CACTUS[rng.integers(3)] * shade * tone
    spiny = (folds > 0.9)[None, None, :, None] * 0.35
    return tubes(line[None], f32(profile[None]), sides, f32(colors * (1 - spiny) + SPINE * spiny), f32(bulge))


def _spines(line: Array, radius: float | Array, ribs: int, rng: np.random.Generator, every: float = 0.07) -> Shape:
    """Bundles of spines along the ribs, for the nearest level."""
    length = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
    steps = max(int(length / every), 2)
    along = np.repeat((np.arange(steps) + 0.5) / steps * (len(line) - 1), ribs)
    low = np.minimum(along.astype(int), len(line) - 2)
    share = (along - low)[:, None]
    place = line[low] * (1 - share) + line[low + 1] * share
    axis = unit(line[low + 1] - line[low])
    side = unit(np.cross(axis, f32([0.31, 0.2, 0.93])))
    angle = np.tile(np.arange(ribs) * 2 * np.pi / ribs, steps)[:, None]
    out = np.cos(angle) * side + np.sin(angle) * np.cross(axis, side)
    reach = np.interp(along, np.arange(len(line)), np.broadcast_to(radius, len(line)))[:, None]
    base = np.repeat(place + out * reach, 3, axis=0)
    tip = unit(np.repeat(out, 3, axis=0) + rng.normal(0, 0.6, (len(base), 3)))
    needle = Leaf(((-0.5, 0, 0), (0.5, 0, 0), (0, 1, 0)), ((0, 1, 2),))
    count = len(base)
    return leaves(
        f32(base),
        tip,
        f32(np.tile([0.3, -0.9, 0.2], (count, 1))),
        f32(np.full(count, 0.035)),
        f32(np.full(count, 0.003)),
        needle,
        f32(np.tile(SPINE, (count, 1))),
    )


def saguaro(rng: np.random.Generator, height: float = 4.5, arms: int | None = None) -> Prototype:
    """A tall ribbed cactus with arms that turn upwards."""
    number = int(rng.integers(1, 5)) if arms is None else arms
    radius = 0.05 * height**0.8 + 0.05
    trunk = march(
        f32([[0, 0.15, 0]]), unit(UP + rng.normal(0, 0.02, (1, 3))), f32([height]), 24, rise=0.0, wander=0.006, rng=rng
    )[0]
    lines = [(trunk, radius)]
    for i in range(number):
        at = int(rng.uniform(0.35, 0.65) * 23)
        azimuth = i * GOLDEN_ANGLE + rng.uniform(0, 0.8)
        out = f32([np.cos(azimuth), 0, np.sin(azimuth)])
        reach, tall = radius * rng.uniform(2.2, 3.2), height * rng.uniform(0.18, 0.38)
        turn = np.linspace(0, np.pi / 2, 8)[:, None]
        elbow = trunk[at] + out * np.sin(turn) * reach + UP * (1 - np.cos(turn)) * reach
        top = elbow[-1] + UP * np.linspace(0, 1, 11)[1:, None] * tall
        lines.append((f32(np.concatenate([elbow, top])), radius * rng.uniform(0.6, 0.78)))
    material = leaf_material("cactus", [tuple(c) for c in CACTUS], 0.0)
    levels = []
    for ribs, sides, near in ((13, 52, True), (13, 26, False), (8, 8, False)):
        step = 1 if near else (2 if sides > 8 else 4)
        parts = [_column(np.concatenate([line[:-1:step], line[-1:]]), r, ribs, sides, rng) for line, r in lines]
        if near:
            parts += [_spines(line, r, ribs, rng) for line, r in lines]
        levels.append(solid([(join(parts), material)], "plant"))
    return Prototype("saguaro", levels, (9.0, 40.0, np.inf), radius=radius * 3, sink=0.05)


def barrel_cactus(rng: np.random.Generator, size: float = 0.45) -> Prototype:
    """A round ribbed cactus, knee high."""
    line = f32(np.linspace([0, 0.05, 0], [0, -size, 0], 14))
    along = np.linspace(0, 1, 14)
    material = leaf_material("cactus", [tuple(c) for c in CACTUS], 0.0)
    levels = []
    for ribs, sides, near in ((17, 68, True), (12, 24, False), (6, 6, False)):
        angle = np.arange(sides) * 2 * np.pi / sides
        folds = np.cos(ribs * angle)
        radii = size * 0.46 * np.sqrt(np.clip(1 - (along * 1.5 - 0.55) ** 2 / 0.92, 0.004, 1))
        colors = CACTUS[1] * (0.62 + 0.38 * folds)[None, None, :, None]
        body = tubes(line[None], f32(radii[None]), sides, f32(colors), f32(1 + 0.1 * folds[None, None]))
        parts = [body, _spines(line, f32(radii * 1.06), ribs, rng, 0.04)] if near else [body]
        levels.append(solid([(join(parts), material)], "plant"))
    return Prototype("barrel cactus", levels, (7.0, 25.0, np.inf), radius=size * 0.5, sink=0.02)


def prickly_pear(rng: np.random.Generator, pads: int = 14, size: float = 0.28) -> Prototype:
    """Flat pads that grow from the rims of other pads, some with red fruit."""
    bases, axes, faces = (
        [f32([0, 0.03, 0])],
        [unit(UP + rng.normal(0, 0.2, 3))],
        [unit(rng.normal(0, 1, 3) * f32([1, 0.1, 1]))],
    )
    sizes = [size]
    for i in range(1, pads):
        parent = int(rng.integers(0, max(1, (i + 1) // 2)))
        side = unit(np.cross(axes[parent], faces[parent]))
        bend = rng.uniform(-1.0, 1.0)
        bases.append(
            f32(
                bases[parent]
                + axes[parent] * sizes[parent] * (0.55 + 0.4 * np.cos(bend))
                + side * np.sin(bend) * sizes[parent] * 0.38
            )
        )
        axes.append(unit(axes[parent] * 0.6 + side * bend * 1.1 + UP * 0.25))
        faces.append(unit(faces[parent] + rng.normal(0, 0.8, 3) * f32([1, 0.2, 1])))
        sizes.append(size * rng.uniform(0.6, 1.0))
    material = leaf_material("cactus", [tuple(c) for c in CACTUS], 0.05)
    levels = []
    for rings, sides in ((9, 14), (6, 8), (4, 5)):
        parts = []
        along = np.linspace(0, 1, rings)
        outline = np.sqrt(np.clip(1 - (2 * along**0.8 - 1) ** 2, 0.003, 1))
        for base, axis, face, long in zip(bases, axes, faces, sizes, strict=True):
            line = base + axis * (along * long)[:, None]
            pad = tubes(
                f32(line[None]), f32(outline[None] * long * 0.36), sides, CACTUS[rng.integers(3)] * f32([1.1, 1.2, 1.0])
            )
            flat = np.einsum("vi,i->v", pad.vertices - base, face)[:, None] * face
            pad.vertices = f32(pad.vertices - flat * 0.72)
            pad.normals = unit(pad.normals + face * np.sign(np.einsum("vi,i->v", pad.normals, face))[:, None] * 0.8)
            parts.append(pad)
        levels.append(solid([(join(parts), material)], "plant"))
    return Prototype("prickly pear", levels, (8.0, 25.0, np.inf), radius=size * 1.5, sink=0.02)


def agave(rng: np.random.Generator, size: float = 0.6, count: int = 34) -> Prototype:
    """A rosette of thick pointed leaves."""
    palette = f32([(0.13, 0.17, 0.12), (0.17, 0.2, 0.15), (0.1, 0.14, 0.09)])
    order = np.arange(count)
    azimuth, age = order * GOLDEN_ANGLE, (order + 0.5) / count
    out = f32(np.stack([np.cos(azimuth), np.zeros(count), np.sin(azimuth)], axis=1))
    axes = unit(out * (0.25 + age)[:, None] + UP * (1.25 - age)[:, None])
    lengths = f32(size * (0.55 + 0.5 * np.sin(np.pi * age)) * rng.uniform(0.9, 1.1, count))
    blade = Leaf(
        (
            (-0.32, 0, 0),
            (0.32, 0, 0),
            (0, 0.02, -0.25),
            (0.5, 0.4, 0.12),
            (-0.5, 0.4, 0.12),
            (0, 0.42, -0.16),
            (0, 1, 0.05),
        ),
        ((0, 2, 4), (2, 5, 4), (2, 1, 3), (2, 3, 5), (4, 5, 6), (5, 3, 6)),
    )
    colors = mixed(palette, count, rng, 0.08)
    shape = leaves(out * 0.04 * size, axes, unit(UP + out * 0.1), lengths, lengths * 0.2, blade, colors)
    material = leaf_material("agave", [tuple(c) for c in palette], 0.12)
    return Prototype("agave", [solid([(shape, material)], "plant")], (np.inf,), radius=size * 0.5, sink=0.02)
