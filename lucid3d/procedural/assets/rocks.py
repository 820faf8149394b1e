"""Stones by rule: boulders broken along planes and worn round, pebbles, scree, slabs, crystals."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.arrays import UP, Array, Shape, f32, join, tubes, unit
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.prototype import Prototype, solid, srgb
from lucid3d.procedural.kit.shapes import icosphere

Color = tuple[float, float, float]

# Linear albedo: base, variation, lichen or stain.
STONES: dict[str, tuple[Color, Color, Color]] = {
    "granite": ((0.22, 0.21, 0.2), (0.3, 0.285, 0.27), (0.25, 0.25, 0.13)),
    "limestone": ((0.4, 0.37, 0.31), (0.48, 0.45, 0.39), (0.2, 0.19, 0.15)),
    "sandstone": ((0.38, 0.21, 0.11), (0.46, 0.28, 0.15), (0.24, 0.12, 0.06)),
    "slate": ((0.11, 0.12, 0.135), (0.16, 0.165, 0.18), (0.17, 0.17, 0.1)),
    "basalt": ((0.055, 0.055, 0.06), (0.09, 0.088, 0.085), (0.14, 0.09, 0.06)),
    "red": ((0.3, 0.1, 0.05), (0.38, 0.15, 0.08), (0.18, 0.06, 0.035)),
    "alien": ((0.13, 0.09, 0.16), (0.2, 0.13, 0.21), (0.06, 0.17, 0.17)),
    "ice": ((0.5, 0.62, 0.7), (0.62, 0.71, 0.77), (0.36, 0.52, 0.64)),
}
MOSS = f32([0.065, 0.095, 0.018])


def stone_material(kind: str, scale: float = 0.5) -> Material:
    """What a stone of one of `STONES` is made of; `scale` is the size of its markings in metres."""
    hues = STONES[kind]
    pattern = "ice" if kind == "ice" else "rock"
    return Material(f"{kind} stone", pattern, tuple(srgb(h) for h in hues), scale=scale, bump=0.02, wear=0.4)  # type: ignore[arg-type]


@functools.lru_cache(maxsize=8)
def _sphere(subdivisions: int) -> tuple[Array, NDArray[np.int32]]:
    vertices, triangles = icosphere(subdivisions)
    return vertices.astype(np.float32), triangles


def waves(points: Array, rng: np.random.Generator, octaves: int, frequency: float, gain: float = 0.5) -> Array:
    """Smooth noise (N,) about 0, roughly within -1 to 1: sums of sines in random directions, finer and weaker."""
    total = np.zeros(len(points), np.float32)
    amplitude = 1.0
    for _ in range(octaves):
        directions = unit(rng.normal(0, 1, (5, 3))) * frequency * rng.uniform(0.7, 1.4, (5, 1))
        phases = rng.uniform(0, 2 * np.pi, 5)
        bent = points + 0.25 / frequency * np.sin(points[:, [1, 2, 0]] * frequency * 1.7 + phases[0])
        total += amplitude * np.sin(bent @ directions.T + phases).sum(axis=1).astype(np.float32) / 2.6
        frequency *= 2.1
        amplitude *= gain
    return total


def smooth_normals(vertices: Array, triangles: NDArray[np.integer]) -> Array:
    """Area-weighted vertex normals (V, 3)."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    total = np.zeros(vertices.shape, np.float64)
    for corner in range(3):
        for axis in range(3):
            total[:, axis] += np.bincount(triangles[:, corner], face[:, axis], len(vertices))
    return unit(total)


def stone(
    rng: np.random.Generator,
    subdivisions: int,
    *,
    planes: int = 11,
    roundness: float = 0.35,
    rough: float = 0.07,
    flat: float = 0.72,
) -> tuple[Array, NDArray[np.int32]]:
    """A stone of about one metre across: a body cut by random planes, with worn edges and a rough skin.

    Args:
        planes: cuts; few give slabs and wedges, many give round stones.
        roundness: 0 sharp edges to 1 a river pebble.
        rough: depth of the skin's relief in metres.
        flat: height as a share of the width.
    Returns:
        vertices (V, 3), standing with a third of itself below y = 0, and triangles.
    """
    directions, triangles = _sphere(subdivisions)
    normals = unit(rng.normal(0, 1, (planes, 3)))
    offsets = rng.uniform(0.26, 0.5, planes).astype(np.float32)
    reach = directions @ normals.T
    cuts = np.where(reach > 0.05, offsets / np.maximum(reach, 0.05), 9.0)
    sharp = 110.0 * (1 - roundness) ** 2 + 7.0  # soft minimum over the planes: the larger, the sharper the edges
    radius = -np.log(np.exp(-sharp * np.minimum(cuts, 0.62)).sum(axis=1) + np.exp(-sharp * 0.62)) / sharp
    radius = radius * (1 - roundness) + 0.42 * roundness
    state = rng.spawn(1)[0]
    vertices = directions * np.maximum(radius, 0.12)[:, None]
    fine = subdivisions > 2
    relief = waves(vertices, state, 5 if fine else 2, 5.0, 0.58)
    ridged = 1 - np.abs(waves(vertices, state, 3 if fine else 1, 3.5, 0.6))
    steps = waves(vertices * f32([0.3, 1.0, 0.3]), state, 1, 9.0)  # bedding: ledges run level through the stone
    skin = rough * (0.8 * relief + 1.2 * (ridged - 0.5) + 0.35 * np.tanh(4 * steps))
    vertices = vertices * (1 + skin)[:, None]
    squash = f32([rng.uniform(0.85, 1.25), flat * rng.uniform(0.85, 1.15), rng.uniform(0.75, 1.1)])
    vertices = vertices * squash
    vertices[:, 1] -= vertices[:, 1].max() * 0.45
    return vertices.astype(np.float32), triangles


def stone_shape(
    rng: np.random.Generator,
    size: float,
    kind: str,
    subdivisions: int,
    *,
    moss: float = 0.0,
    snow: float = 0.0,
    **form: float,
) -> Shape:
    """A stone `size` metres across with its colours: lighter edges, darker foot, moss or snow on top."""
    vertices, triangles = stone(rng, subdivisions, **form)  # type: ignore[arg-type]
    normals = smooth_normals(vertices, triangles)
    base, other, _ = (f32(c) for c in STONES[kind])
    mix = np.clip(0.5 + 0.5 * waves(vertices, rng, 3, 5.0), 0, 1)[:, None]
    colors = base * (1 - mix) + other * mix
    foot = np.clip((vertices[:, 1:2] + 0.12) / 0.25, 0, 1)
    colors = colors * (1 - 0.35 * foot)
    upward = -normals[:, 1:2]
    patchy = waves(vertices, rng, 3, 7.0)[:, None]
    if moss > 0:
        ragged = patchy + 0.6 * waves(vertices, rng, 2, 25.0)[:, None] + rng.normal(0, 0.12, (len(vertices), 1))
        cover = np.clip((upward * 0.8 + ragged * 0.45 - (1.15 - moss)) * 2.5, 0, 0.92)
        colors = colors * (1 - cover) + MOSS * (1 + 0.35 * patchy) * cover
    if snow > 0:
        cover = np.clip((upward + patchy * 0.2 - (0.95 - 0.6 * snow)) * 5, 0, 1)
        colors = colors * (1 - cover) + f32([0.74, 0.77, 0.82]) * cover
    return Shape(
        (vertices * size).astype(np.float32), triangles, normals, np.clip(colors, 0.02, 0.8).astype(np.float32)
    )


BOULDER = 1.2
"""Metres across the stone that `boulder`'s levels of detail are for."""


def boulder(
    rng: np.random.Generator,
    size: float = BOULDER,
    kind: str = "granite",
    *,
    moss: float = 0.0,
    snow: float = 0.0,
    planes: int = 12,
    roundness: float = 0.2,
    flat: float = 0.7,
) -> Prototype:
    """A boulder about `size` metres across, a third of it in the ground; `moss` and `snow` 0 to 1."""
    seed = int(rng.integers(2**31))
    levels = [
        solid(
            [
                (
                    stone_shape(
                        np.random.default_rng(seed), size, kind, n, moss=moss, snow=snow, planes=planes,
                        roundness=roundness, rough=0.07, flat=flat,
                    ),
                    stone_material(kind, 0.35 * size ** 0.5),
                )
            ],
            "rock",
        )
        for n in (4, 3, 2, 1)
    ]  # fmt: skip
    small = min(size / BOULDER, 1.0)  # a stone shows its facets from as near as it is small
    ranges = (6.0 * small, 18.0 * small, 60.0 * small, np.inf)
    return Prototype("boulder", levels, ranges, radius=size * 0.5, sink=size * 0.04, lean=0.5)


def pebble(
    rng: np.random.Generator, size: float = 0.06, kind: str = "granite", *, roundness: float = 0.7, moss: float = 0.0
) -> Prototype:
    """A small stone: round from a river or (lower `roundness`) a chip of scree."""
    seed = int(rng.integers(2**31))
    tone = float(np.exp(rng.normal(-0.4, 0.3)))  # small stones lie half in dust
    levels = []
    for n in (2, 1, 0):
        shape = stone_shape(
            np.random.default_rng(seed), size, kind, n, planes=9, roundness=roundness, rough=0.03, flat=0.6, moss=moss
        )
        levels.append(
            solid([(shape.painted(np.clip(shape.colors * tone, 0.02, 0.8)), stone_material(kind, 0.08))], "rock")
        )
    return Prototype("pebble", levels, (2.5, 7.0, np.inf), radius=size * 0.4, sink=size * 0.05, lean=1.0)


def scree(rng: np.random.Generator, kind: str = "granite", radius: float = 0.9, count: int = 34) -> Prototype:
    """A patch of broken stones whose sizes follow a power law, the small ones around the large."""
    sizes = np.clip(0.05 * (1 - rng.random(count)) ** (-0.75), 0.05, 0.5)
    angle, distance = rng.uniform(0, 2 * np.pi, count), radius * np.sqrt(rng.random(count))
    kinds = [int(rng.integers(2**31)) for _ in range(6)]
    levels = []
    turns = rng.uniform(0, 2 * np.pi, count)
    for n, keep in ((2, 0.0), (1, 0.08), (0, 0.13)):
        form = {"planes": 7, "roundness": 0.1, "rough": 0.03, "flat": 0.65}
        stones = [stone_shape(np.random.default_rng(k), 1.0, kind, n, **form) for k in kinds]
        shapes = []
        for i in np.nonzero(sizes >= min(keep, sizes.max()))[0]:
            c, s = np.cos(turns[i]), np.sin(turns[i])
            offset = (float(np.cos(angle[i]) * distance[i]), 0.0, float(np.sin(angle[i]) * distance[i]))
            turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
            shapes.append(stones[i % 6].moved(offset, turn, float(sizes[i])))
        levels.append(solid([(join(shapes), stone_material(kind, 0.2))], "rock"))
    return Prototype("scree", levels, (8.0, 25.0, np.inf), radius=radius * 0.6, sink=0.01, lean=1.0)


def rubble(rng: np.random.Generator, kind: str = "ice", radius: float = 1.5, count: int = 16) -> Prototype:
    """Slabs thrown over each other: a ridge in the ice of a sea, a collapsed ledge."""
    slabs = [stone_shape(rng, 1.0, kind, 2, planes=7, roundness=0.02, rough=0.02, flat=0.3) for _ in range(4)]
    shapes = []
    for i in range(count):
        size = float(0.35 + 0.9 * rng.random() ** 2)
        heading, tilt = rng.uniform(0, 2 * np.pi), float(rng.normal(0, 0.6))
        c, s = np.cos(heading), np.sin(heading)
        lean = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
        turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]) @ lean
        off = rng.normal(0, 0.4, 2) * radius
        up = 0.45 * max(1 - float(np.hypot(*off)) / radius, 0.0) * rng.random()
        shapes.append(slabs[i % 4].moved((float(off[0]), -float(up), float(off[1])), turn, size))
    mesh = solid([(join(shapes), stone_material(kind, 0.5))], "ice" if kind == "ice" else "rock")
    return Prototype("rubble", [mesh], (np.inf,), radius=radius * 0.6, sink=0.1, lean=0.7)


def crystals(
    rng: np.random.Generator, height: float = 0.9, color: Color = (0.2, 0.45, 0.7), *, glow: float = 0.0, count: int = 9
) -> Prototype:
    """A cluster of six-sided crystals that lean away from their middle; `glow` is the radiance they give off."""
    out = np.stack([np.cos(a := rng.uniform(0, 2 * np.pi, count)), np.zeros(count), np.sin(a)], axis=1)
    lean = rng.uniform(0.0, 0.75, (count, 1))
    lean[0] = 0.05
    axes = unit(UP + out * lean)
    tall = height * (1 - 0.75 * np.linspace(0, 1, count) ** 0.7) * rng.uniform(0.8, 1.1, count)
    wide = tall * rng.uniform(0.1, 0.17, count)
    steps = f32([-0.12, 0.0, 0.62, 0.8, 1.0])
    points = (out * 0.14 * height * lean)[:, None] + axes[:, None] * (tall[:, None] * steps)[..., None]
    radii = wide[:, None] * f32([0.9, 1.0, 0.88, 0.84, 0.02])
    tone = np.exp(rng.normal(0, 0.2, (count, 1, 1, 1))) * np.linspace(0.55, 1.25, 5)[None, :, None, None]
    shape = tubes(points, radii, 6, np.clip(f32(color) * tone, 0.02, 0.8))
    shape = _faceted(shape)
    emission = (color[0] * glow, color[1] * glow, color[2] * glow)
    material = Material(
        "crystal", "ice", (srgb(color),), scale=0.3, roughness=0.15, translucency=0.35, emission=emission
    )
    return Prototype(
        "crystals", [solid([(shape, material)], "rock")], (np.inf,), radius=height * 0.4, sink=0.05, lean=0.4
    )


def _faceted(shape: Shape) -> Shape:
    """Every triangle with corners of its own, so that facets stay flat."""
    vertices = shape.vertices[shape.triangles].reshape(-1, 3)
    a, b, c = vertices[0::3], vertices[1::3], vertices[2::3]
    normals = np.repeat(unit(np.cross(b - a, c - a)), 3, axis=0)
    index = np.arange(len(vertices), dtype=np.int32).reshape(-1, 3)
    return Shape(vertices, index, normals, shape.colors[shape.triangles].reshape(-1, 3))
