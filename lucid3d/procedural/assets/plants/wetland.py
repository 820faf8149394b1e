"""Trees of hot, wet ground: fluted trunks that stand in water, grey moss and vines that hang from their boughs."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.plants.foliage import bark_material, leaf_material, mixed
from lucid3d.procedural.assets.plants.palettes import LEAVES
from lucid3d.procedural.kit.arrays import KITE, LANCE, UP, Array, Shape, f32, join, leaves, thinned, tubes, unit
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.prototype import Prototype, Season, solid

MOSS_HUES = f32([[0.16, 0.17, 0.12], [0.11, 0.13, 0.085], [0.2, 0.2, 0.15]])
BARK_HUE = f32([0.105, 0.09, 0.075])


def _trunk(rng: np.random.Generator, height: float, lobes: int, flare: float, sides: int) -> tuple[Shape, Array]:
    """A fluted trunk and its middle line (P, 3); roots widen `flare` times over the lowest part."""
    t = np.linspace(0, 1, 18) ** 1.5
    lean = rng.normal(0, 0.035, 2) * height
    line = f32(np.stack([lean[0] * t**2, 0.5 - (height + 0.5) * t, lean[1] * t**2], axis=1))
    radius = height * 0.03 * (1 - 0.72 * t) * (1 + (flare - 1) * np.exp(-t * height / 0.75))
    angle = np.arange(sides) * 2 * np.pi / sides
    groove = np.cos(lobes * angle + rng.uniform(0, 6)) * 0.6 + 0.4 * np.cos((lobes + 3) * angle + 1)
    bulge = 1 + 0.3 * np.exp(-t * height / 1.6)[:, None] * groove[None]
    tone = (
        np.exp(rng.normal(0, 0.1, (1, 18, 1, 1))) * (0.55 + 0.45 * np.clip(t * height / 1.0, 0, 1))[None, :, None, None]
    )
    return tubes(line[None], f32(radius)[None], sides, BARK_HUE * tone, bulge[None]), line


def _boughs(rng: np.random.Generator, line: Array, height: float, count: int, low: float) -> tuple[Shape, Array]:
    """Crooked boughs from the upper trunk: their wood, and points (count, 9, 3) along them."""
    t = np.linspace(0, 1, 9)
    start = line[np.clip((rng.uniform(low, 0.98, count) ** (1 / 1.5) * 17).astype(int), 0, 17)]
    turn = np.arange(count) * 2.4 + rng.normal(0, 0.4, count)
    reach = height * rng.uniform(0.16, 0.36, count)
    rise = height * rng.uniform(0.0, 0.14, count)
    out = np.stack([np.cos(turn), np.zeros(count), np.sin(turn)], axis=1)
    bend = np.cumsum(rng.normal(0, 0.03, (count, 9, 3)), axis=1) * height * 0.18 * t[None, :, None]
    points = (
        start[:, None]
        + out[:, None] * (reach[:, None] * t)[..., None]
        + UP * (rise[:, None] * t**0.6)[..., None]
        + bend
    )
    radii = height * 0.0085 * (1.1 - t)[None] * rng.uniform(0.7, 1.2, (count, 1))
    return tubes(f32(points), f32(radii), 6, BARK_HUE), f32(points)


def _hanging(
    rng: np.random.Generator, points: Array, per_bough: int, length: float, hues: Array, width: float
) -> Shape:
    """Tresses that hang straight down from boughs, in clumps."""
    count = len(points)
    at = rng.integers(2, points.shape[1], (count, per_bough))
    feet = points[np.arange(count)[:, None], at].reshape(-1, 3) + rng.normal(0, 0.09, (count * per_bough, 3))
    number = len(feet)
    long = length * rng.uniform(0.25, 1.0, number) ** 1.4
    side = unit(rng.normal(0, 1, (number, 3)) * f32([1, 0, 1]) + 1e-3)
    down = unit(-UP + rng.normal(0, 0.05, (number, 3)))
    return leaves(f32(feet), down, side, long, np.full(number, width), LANCE, mixed(hues, number, rng, 0.2))


def swamp_tree(
    rng: np.random.Generator, height: float = 10.0, season: Season = "summer", *, moss: float = 1.0
) -> Prototype:
    """A cypress of the bayou: a trunk that spreads at the water, knees around it, thin crown, tresses of grey moss."""
    trunk, line = _trunk(rng, height, 7, 3.2, 28)
    wood, points = _boughs(rng, line, height, 13, 0.45)
    knees = []
    for _ in range(9):
        angle, away = rng.uniform(0, 6.28), height * float(rng.uniform(0.1, 0.24))
        tall = float(rng.uniform(0.2, 0.7))
        foot = f32([np.cos(angle) * away, 0.4, np.sin(angle) * away])
        knee = f32([foot, foot + UP * (0.4 + 0.6 * tall), foot + UP * (0.4 + tall)])
        knees.append(tubes(knee[None], f32([[0.13, 0.08, 0.02]]), 7, BARK_HUE * 0.8))
    far_trunk, _ = _trunk(np.random.default_rng(0), height, 7, 3.2, 8)
    bark = bark_material("oak", 0.09)
    levels: list[list[tuple[Shape, Material]]] = [
        [(join([trunk, wood, *knees]), bark)],
        [(join([far_trunk, wood]), bark)],
    ]
    if season != "winter":
        number = 1500
        pick, at = rng.integers(0, len(points), number), rng.integers(3, 9, number)
        feet = points[pick, at] + rng.normal(0, 0.05 * height, (number, 3)) * f32([1, 0.45, 1])
        axes = unit(rng.normal(0, 1, (number, 3)) + UP * 0.2)
        size = np.exp(rng.normal(-1.25, 0.25, number))
        tone = mixed(f32(LEAVES["larch" if season == "autumn" else "olive"][season]), number, rng)
        needles = leaf_material("cypress needles", [(0.085, 0.1, 0.055)])
        for level, keep in zip(levels, (number, 320), strict=True):
            some, grow = thinned(number, keep, rng)
            long, up = size[some] * grow, unit(UP + 0.6 * axes[some])
            green = leaves(f32(feet[some]), axes[some], up, long, long * 0.45, KITE, tone[some], up)
            level.append((green, needles))
    if moss > 0:
        hung = leaf_material("hanging moss", [(0.16, 0.17, 0.12)])
        for level, many, width in zip(levels, (16, 4), (0.1, 0.24), strict=True):
            level.append((_hanging(rng, points, int(many * moss), height * 0.17, MOSS_HUES, width), hung))
    meshes = [solid(parts, "tree") for parts in levels]
    return Prototype("swamp tree", meshes, (45.0, np.inf), radius=height * 0.1, sink=0.1)


def buttress_tree(rng: np.random.Generator, height: float = 20.0) -> Prototype:
    """A giant of the rain forest: a straight trunk on buttresses, hung with vines, its crown far up."""
    trunk, line = _trunk(rng, height, 5, 2.7, 36)
    wood, points = _boughs(rng, line, height, 15, 0.62)
    number, clumps = 3600, 85  # foliage in clumps at the boughs' ends, with gaps between
    centres = points[rng.integers(0, len(points), clumps), rng.integers(3, 9, clumps)]
    clumped = centres + rng.normal(0, 0.035 * height, (clumps, 3)) * f32([1, 0.5, 1])
    feet = clumped[rng.integers(0, clumps, number)] + rng.normal(0, 0.026 * height, (number, 3)) * f32([1, 0.6, 1])
    axes = unit(rng.normal(0, 1, (number, 3)) - UP * 0.3)
    size = np.exp(rng.normal(-0.5, 0.25, number))
    green = leaves(f32(feet), axes, unit(UP + 0.4 * axes), size, size * 0.5, KITE,
                   mixed(f32(LEAVES["jungle"]["summer"]), number, rng), unit(UP + 0.5 * axes))  # fmt: skip
    vines = _hanging(rng, points, 3, height * 0.62, f32([[0.05, 0.07, 0.025], [0.07, 0.055, 0.03]]), 0.035)
    hues = f32(LEAVES["jungle"]["summer"])
    climber = line[4 + np.arange(260) % 9] + rng.normal(0, 0.012 * height, (260, 3))
    ivy = leaves(f32(climber), unit(rng.normal(0, 1, (260, 3)) - UP * 0.5), unit(rng.normal(0, 1, (260, 3))),
                 np.full(260, 0.26), np.full(260, 0.2), KITE, mixed(hues, 260, rng))  # fmt: skip
    mesh = solid([
        (join([trunk, wood]), bark_material("oak", 0.12)),
        (join([green, vines, ivy]), leaf_material("jungle canopy", [(0.03, 0.092, 0.02)])),
    ], "tree")  # fmt: skip
    return Prototype("buttress tree", [mesh], (np.inf,), radius=height * 0.06, sink=0.1)
