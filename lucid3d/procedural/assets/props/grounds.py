"""What gardens and camps are laid out with: runs of fence, rocks that were set, ponds, logs, lights, a fruit tree."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.rocks import boulder
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.shapes import cylinder, tube


@made_as("fence")
def picket_run(rng: np.random.Generator, length: float = 2.5) -> Mesh:
    """A piece of a white picket fence along x, about the origin."""
    white = palette.make("main picket paint", "wood", "#d3d0c6", "#c7c3b8", "#948e80", scale=0.1, wear=0.4)
    parts, h = Parts(), length / 2
    for y in (0.3, 0.75):
        parts.box((0, -y, 0.03), (length, 0.07, 0.03), white)
    for x in (-h,):
        parts.box((x, -0.5, 0.03), (0.09, 1.15, 0.09), white, grain=1)
    for x in np.arange(-h + 0.12, h, 0.14):
        high = 0.95 + float(rng.normal(0, 0.008))
        parts.box((x, -high / 2, -0.01), (0.075, high, 0.02), white, grain=1)
        parts.quad(
            [[x - 0.037, -high, -0.01], [x + 0.037, -high, -0.01], [x, -high - 0.07, -0.01], [x, -high - 0.07, -0.01]],
            white,
        )
    return parts.mesh("fence")


@made_as("railing")
def railing_run(rng: np.random.Generator, length: float = 2.1) -> Mesh:
    """A piece of a steel railing along x, about the origin."""
    steel = palette.make("main railing paint", "plain", "#3b4046", roughness=0.5)
    parts, h = Parts(), length / 2
    for y in (1.15, 0.15):
        parts.add(tube([[-h, -y, 0], [h, -y, 0]], 0.025, steel, sides=8))
    for x in np.arange(-h, h + 0.01, 0.14):
        parts.add(tube([[x, -0.15, 0], [x, -1.15, 0]], 0.01, steel, sides=4, caps=False))
    parts.add(tube([[-h, 0.1, 0], [-h, -1.18, 0]], 0.03, steel, sides=8))
    return parts.mesh("fence")


@made_as("rock")
def rock_group(rng: np.random.Generator) -> Mesh:
    """Three to five rocks as a garden has them, on a patch of moss, raked round."""
    parts = Parts()
    moss = palette.make("moss", "grass", "#4f6a2c", "#5d7a34", "#38501f", scale=0.06, bump=0.02)
    sand = palette.make("raked ring", "mottled", "#c2bbad", "#b5ae9f", scale=0.05, bump=0.01)
    for k in range(5):
        r = 1.15 + 0.13 * k
        a = np.linspace(0, 2 * np.pi, 41)
        parts.add(
            tube(np.stack([1.25 * r * np.cos(a), 0 * a - 0.022, r * np.sin(a)], 1), 0.025, sand, sides=6, caps=False)
        )
    a = np.linspace(0, np.pi / 2, 6)
    dome = tube(np.stack([0 * a, 0.02 - 0.12 * np.sin(a), 0 * a], 1), 1.05 * np.cos(a) + 0.02, moss, sides=26)
    dome.vertices[:, 0] *= np.float32(1.25)
    parts.add(dome)
    count = int(rng.integers(3, 6))
    for k in range(count):
        t = k * 2.4
        x, z = (0.0, 0.0) if not k else (0.62 * np.cos(t) * 1.2, 0.55 * np.sin(t))
        size = float(rng.uniform(0.85, 1.15)) if not k else float(rng.uniform(0.3, 0.55))
        rock = boulder(rng, 1.0, "slate").levels[0]
        parts.add(
            rock,
            placement(
                [x, 0.1, z],
                yaw=float(rng.uniform(0, 6)),
                scale=(size * 0.5, size * (0.9 if not k else 0.5), size * 0.45),
            ),
        )
    return parts.mesh("rock")


def pond_rim(rng: np.random.Generator, radius: float = 3.4) -> Mesh:
    """Stones about a pond, some of them in the water."""
    parts = Parts()
    for a in np.arange(0, 2 * np.pi, 0.23):
        size = float(rng.lognormal(-1.1, 0.35))
        r = radius + float(rng.normal(0.08, 0.12))
        rock = boulder(rng, 1.0, "slate").levels[1]
        parts.add(rock, placement([r * np.cos(a), 0.08, r * np.sin(a)], yaw=a, scale=(size, size * 0.55, size)))
    return parts.mesh("rock")


@made_as("mailbox")
def mailbox(rng: np.random.Generator) -> Mesh:
    """A letter box on a post."""
    parts = Parts()
    paint = palette.make(
        "main mailbox paint", "plain", ("#3b4046", "#8a2f28", "#c9c6be", "#2f4f74")[int(rng.integers(4))], roughness=0.5
    )
    parts.box((0, -0.5, 0), (0.09, 1.05, 0.09), palette.OLD_WOOD, grain=1)
    parts.box((0, -1.1, 0), (0.2, 0.18, 0.46), paint)
    parts.add(tube([[0, -1.18, -0.23], [0, -1.18, 0.23]], 0.1, paint, sides=14))
    parts.box((0.11, -1.24, 0.05), (0.012, 0.16, 0.04), palette.make("flag", "plain", "#a3261e"))
    return parts.mesh("object")


@made_as("lamp")
def garden_light(lit: bool = False) -> tuple[Mesh, tuple[float, float, float]]:
    """A low light of a garden path."""
    parts = Parts()
    glow = (
        palette.glowing("garden light", "#ffe0b0", (5, 3.6, 1.9))
        if lit
        else palette.make("frosted", "plain", "#c9c6bc", roughness=0.3)
    )
    parts.add(cylinder((0, 0.05, 0), 0.55, 0.05, palette.IRON, sides=10))
    parts.add(cylinder((0, -0.5, 0), 0.16, 0.075, glow, sides=12))
    parts.add(cylinder((0, -0.66, 0), 0.04, 0.1, palette.IRON, sides=12))
    return parts.mesh("lamp"), (0.0, -0.6, -0.3)


@made_as("log")
def log_seat(rng: np.random.Generator) -> Mesh:
    """A log to sit on, along x."""
    bark = palette.make("main log bark", "bark", "#5f4a36", "#503d2c", "#33271c", scale=0.06, bump=0.015)
    parts = Parts()
    parts.add(tube([[-0.8, -0.2, 0], [0.0, -0.21, 0.02], [0.8, -0.2, 0]], [0.21, 0.2, 0.22], bark, sides=14))
    for x in (-0.81, 0.81):
        parts.add(tube([[x, -0.2, 0], [x * 1.003, -0.2, 0]], 0.19, palette.BEAM, sides=14))
    return parts.mesh("furniture")


@made_as("log")
def log_pile(rng: np.random.Generator) -> Mesh:
    """Split firewood in a stack along x."""
    parts = Parts()
    bark = palette.make("main firewood", "bark", "#6b5138", "#5a4430", "#3a2b1e", scale=0.05, bump=0.01)
    for row in range(4):
        for k in range(7 - row % 2):
            x, y = -0.7 + 0.22 * k + 0.11 * (row % 2), -0.11 - 0.19 * row
            parts.add(tube([[x, y, -0.3], [x, y, 0.3]], float(rng.uniform(0.085, 0.11)), bark, sides=9))
    return parts.mesh("object")


@made_as("tree")
def fruit_tree(rng: np.random.Generator) -> Mesh:
    """A small blossoming tree of 4 m."""
    parts = Parts()
    bark = palette.make("fruit bark", "bark", "#5a4738", "#4b3a2d", "#2f251c", scale=0.05, bump=0.012)
    bloom = palette.make("blossom", "petal", "#d8a8b4", "#e0bcc4", "#b8808f", scale=0.03, translucency=0.35)
    parts.add(
        tube(
            [[0, 0.1, 0], [0.08, -0.8, 0.05], [-0.05, -1.6, 0], [0.05, -2.3, 0.05]],
            [0.14, 0.11, 0.09, 0.05],
            bark,
            sides=9,
        )
    )
    for k in range(8):
        a, up = 2.4 * k, 1.2 + 0.15 * k
        end = np.array([1.15 * np.cos(a), -up - 1.1, 1.15 * np.sin(a)])
        parts.add(
            tube(
                np.stack([np.array([0, -up, 0]), end * (0.55, 1.0, 0.55) + (0, 0.35, 0), end]),
                [0.06, 0.04, 0.015],
                bark,
                sides=6,
            )
        )
        parts.add(clump(end, (0.62, 0.45, 0.62), 170, 0.12, bloom, rng))
        parts.add(clump(end * 0.75, (0.5, 0.4, 0.5), 60, 0.13, palette.LEAVES, rng))
    parts.add(clump((0, -3.0, 0), (0.8, 0.5, 0.8), 240, 0.12, bloom, rng))
    return parts.mesh("tree")
