"""What stands in gardens, yards and fields: seats and shade, torches, hives, scarecrows, a decorated tree."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.props.street_things import bistro_chair
from lucid3d.procedural.assets.props.timber import ROPE
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube


@made_as("torch")
def torch(rng: np.random.Generator, lit: bool = True, standing: bool = True) -> tuple[Mesh, tuple[float, float, float]]:
    """A torch on a pole, or with `standing` off in an iron bracket on a wall at z = 0."""
    parts = Parts()
    foot = np.array([0, 0, 0]) if standing else np.array([0, -1.9, -0.12])
    top = foot + (np.array([0, -1.75, 0]) if standing else np.array([0, -0.55, -0.2]))
    parts.add(tube([foot, top], [0.035, 0.045] if standing else [0.025, 0.04], palette.BEAM, sides=8))
    if not standing:
        parts.add(
            tube([foot + np.array([0, 0.1, 0.12]), foot + np.array([0, -0.05, -0.05])], 0.02, palette.IRON, sides=6)
        )
        parts.add(
            tube([foot + np.array([0, -0.25, -0.04]), foot + np.array([0, -0.25, 0.12])], 0.02, palette.IRON, sides=6)
        )
    parts.add(
        tube(
            [top, top + np.array([0, -0.08, 0]), top + np.array([0, -0.18, 0])],
            [0.05, 0.085, 0.1],
            palette.IRON,
            sides=10,
        )
    )
    flame = palette.glowing("torch flame", "#ffb347", (7.0, 3.2, 0.8))
    core = palette.glowing("flame core", "#ffe6a0", (10.0, 7.0, 3.0))
    for k in range(7):
        lean = rng.normal(0, 0.05, 2)
        h = float(rng.uniform(0.18, 0.42))
        at = top + np.array([float(rng.normal(0, 0.035)), -0.12, float(rng.normal(0, 0.035))])
        parts.add(
            tube(
                [at, at + np.array([lean[0] * 0.5, -0.4 * h, lean[1] * 0.5]), at + np.array([lean[0], -h, lean[1]])],
                [0.06, 0.055, 0.004],
                core if k < 2 else flame,
                sides=7,
            )
        )
    spot = top + np.array([0, -0.35, 0 if standing else -0.1])
    return parts.mesh("lamp"), (float(spot[0]), float(spot[1]), float(spot[2]))


def wall_torch(rng: np.random.Generator) -> tuple[Mesh, tuple[float, float, float]]:
    """A torch in a bracket on a wall at z = 0, outside towards -z."""
    return torch(rng, True, False)


@made_as("scarecrow")
def scarecrow(rng: np.random.Generator) -> Mesh:
    """A scarecrow on its pole: a coat, a sack for a head, a straw hat."""
    parts = Parts()
    coat = palette.make(
        "main coat",
        "fabric",
        ("#5a4a3a", "#6a3a2e", "#3f4a5a")[int(rng.integers(3))],
        None,
        None,
        scale=0.03,
        bump=0.006,
    )
    sack = palette.make("sack", "fabric", "#b79a6a", "#a58a5c", scale=0.05, bump=0.004)
    straw = palette.make("straw", "thatch", "#b89a5e", "#a88b52", "#7a6338", scale=0.1)
    parts.add(tube([[0, 0.2, 0], [0, -1.5, 0]], 0.04, palette.OLD_WOOD, sides=7))
    parts.add(tube([[-0.85, -1.35, 0], [0.85, -1.35, 0]], 0.03, palette.OLD_WOOD, sides=7))
    parts.add(tube([[0, -0.55, 0], [0, -0.8, 0], [0, -1.2, 0], [0, -1.42, 0]], [0.3, 0.25, 0.22, 0.16], coat, sides=12))
    for s in (-1.0, 1.0):
        parts.add(
            tube([[s * 0.12, -1.36, 0], [s * 0.45, -1.33, 0], [s * 0.78, -1.26, 0]], [0.11, 0.1, 0.12], coat, sides=10)
        )
        for _ in range(7):
            parts.add(
                tube(
                    [
                        [s * 0.78, -1.27, 0],
                        [
                            s * float(rng.uniform(0.9, 1.02)),
                            -1.27 + float(rng.normal(0, 0.09)),
                            float(rng.normal(0, 0.08)),
                        ],
                    ],
                    0.008,
                    straw,
                    sides=4,
                )
            )
        parts.add(sphere((s * 0.06, -1.68, -0.14), 0.02, palette.IRON, subdivisions=1))
    parts.add(sphere((0, -1.63, 0), (0.16, 0.19, 0.16), sack, subdivisions=3))
    parts.add(cylinder((0, -1.74, 0), 0.02, 0.34, straw, sides=20))
    parts.add(cylinder((0, -1.76, 0), 0.2, 0.17, straw, top_radius=0.11, sides=14))
    for _ in range(14):
        a = float(rng.uniform(0, 6.3))
        parts.add(
            tube(
                [
                    [0.26 * np.cos(a), -0.56, 0.26 * np.sin(a)],
                    [0.34 * np.cos(a), -0.3 - 0.1 * float(rng.random()), 0.34 * np.sin(a)],
                ],
                0.008,
                straw,
                sides=4,
            )
        )
    return parts.mesh("statue")


@made_as("christmas tree")
def christmas_tree(
    rng: np.random.Generator, lit: bool = False, height: float = 5.0
) -> tuple[Mesh, tuple[float, float, float]]:
    """A decorated fir: tiers of branches, baubles, a chain of lights, a star, presents under it."""
    parts = Parts()
    needles = palette.make(
        "main fir needles", "leaf", "#2c4a2c", "#36573a", "#1d331f", scale=0.04, translucency=0.2, variation=0.5
    )
    h = height
    parts.add(cylinder((0, 0.05, 0), h * 0.9, 0.02 * h, palette.BEAM, top_radius=0.004 * h, sides=9))
    tiers = 13
    for k in range(tiers):
        y, r = h * (0.1 + 0.84 * k / tiers), h * 0.29 * (1 - k / tiers) ** 0.85 + 0.05
        for a in np.arange(0, 2 * np.pi, 2 * np.pi / max(6, round(22 * (1 - k / tiers)))) + 0.4 * k:
            tip = np.array([r * np.cos(a), -y + 0.16 * r, r * np.sin(a)])
            middle = tip * (0.55, 1, 0.55) + (0, -0.02, 0)
            parts.add(
                clump(middle, (0.3 * r + 0.05, 0.1 + 0.05 * r, 0.3 * r + 0.05), 26, 0.12 + 0.04 * r, needles, rng)
            )
    hues = [
        ("#b8322a", (3.5, 0.5, 0.3)),
        ("#d8b04a", (3.6, 2.4, 0.7)),
        ("#2f6aa8", (0.5, 1.4, 3.5)),
        ("#c9ccd0", (2.6, 2.6, 2.6)),
    ]
    for k in range(70):
        t = (k + 0.5) / 70
        y, r, a = h * (0.1 + 0.8 * t), (h * 0.29 * (1 - t) ** 0.85 + 0.06) * 0.98, 2.4 * k
        spot = (r * np.cos(a), -y + 0.1, r * np.sin(a))
        if k % 2:
            colour = palette.make(f"bauble {k % 4}", "plain", hues[k % 4][0], roughness=0.15)
            parts.add(sphere(spot, 0.014 * h, colour, subdivisions=2))
        else:
            bulb = palette.glowing(f"tree light {k % 4}", "#ffdf9a", (7.0, 4.6, 1.9)) if lit else palette.BRASS
            parts.add(sphere(spot, 0.007 * h + 0.01, bulb, subdivisions=1))
    gold = palette.glowing("star", "#ffd56a", (5, 3.6, 1.2)) if lit else palette.BRASS
    for k in range(5):
        a = k * 2 * np.pi / 5 - np.pi / 2
        p = [0.05 * h * np.cos(a), -h * 0.98 + 0.05 * h * np.sin(a), 0.0]
        parts.quad([[0, -h * 0.98, -0.04], p, [0, -h * 0.98, 0.04], p], gold)
        b = a + np.pi / 5
        q = [0.02 * h * np.cos(b), -h * 0.98 + 0.02 * h * np.sin(b), 0.0]
        parts.quad([[0, -h * 0.98, -0.03], p, q, q], gold)
        parts.quad([[0, -h * 0.98, 0.03], p, q, q], gold)
    for k in range(6):
        a, s = k * 1.05, float(rng.uniform(0.2, 0.42))
        wrap = palette.make(
            f"present {k}",
            "plain",
            ("#9c2f28", "#2f5f9a", "#3f7a4a", "#c9a23a", "#c9c6be", "#7a3f8a")[k],
            roughness=0.5,
        )
        x, z = 0.17 * h * np.cos(a), 0.17 * h * np.sin(a)
        parts.box((x, -s / 2, z), (s, s, s * 0.8), wrap, yaw=a)
        parts.box((x, -s / 2, z), (0.05, s + 0.01, s * 0.8 + 0.01), palette.BRASS, yaw=a)
    return parts.mesh("tree"), (0.0, -0.55 * h, -0.35 * h)


@made_as("table")
def garden_table(rng: np.random.Generator, parasol: bool = True, seats: int = 4) -> Mesh:
    """A table outdoors with chairs about it, and a parasol."""
    parts = Parts()
    wood = palette.make("main table wood", "planks", "#8d6f4e", "#9a7c59", "#4c3a28", scale=0.12, bump=0.004, wear=0.4)
    for x in np.arange(-0.4, 0.41, 0.115):
        parts.box((x, -0.73, 0), (0.105, 0.03, 0.92), wood, grain=2)
    for x in (-0.38, 0.38):
        for z in (-0.38, 0.38):
            parts.box((x, -0.36, z), (0.06, 0.72, 0.06), wood, grain=1)
    for k in range(seats):
        a = k * 2 * np.pi / seats
        parts.add(
            bistro_chair(), placement([0.82 * np.sin(a), 0, 0.82 * np.cos(a)], yaw=a + float(rng.normal(0, 0.15)))
        )
    china = palette.make("china", "plain", "#d8d4cb", roughness=0.3)
    for _ in range(3):
        x, z = rng.uniform(-0.3, 0.3, 2)
        parts.add(cylinder((x, -0.745, z), 0.08, 0.035, china, top_radius=0.045, sides=12))
    if parasol:
        parts.add(parasol_mesh(rng))
    return parts.mesh("furniture")


def parasol_mesh(rng: np.random.Generator, radius: float = 1.5, high: float = 2.5) -> Mesh:
    """A round parasol on its pole, its gores in two tones."""
    parts = Parts()
    hue = ("#9c3a2f", "#3f6a56", "#c2a25b", "#41597a", "#cfc8b8")[int(rng.integers(5))]
    cloth = palette.make("main parasol cloth", "fabric", hue, None, None, scale=0.02, translucency=0.3)
    parts.add(cylinder((0, 0.02, 0), high, 0.025, palette.OLD_WOOD, sides=8))
    parts.add(cylinder((0, 0.02, 0), 0.08, 0.28, palette.GRANITE, sides=14))
    for i in range(12):
        a, b = i * np.pi / 6, (i + 1) * np.pi / 6
        p = [radius * np.cos(a), -high + 0.45, radius * np.sin(a)]
        q = [radius * np.cos(b), -high + 0.45, radius * np.sin(b)]
        parts.quad([[0, -high - 0.02, 0], [0, -high - 0.02, 0], q, p], cloth, tint=1.0 if i % 2 else 0.9)
        parts.quad([p, q, [q[0], q[1] + 0.16, q[2]], [p[0], p[1] + 0.16, p[2]]], cloth, tint=0.94)
    return parts.mesh("fabric")


@made_as("parasol")
def parasol(rng: np.random.Generator) -> Mesh:
    """A parasol."""
    return parasol_mesh(rng, 1.4, 2.4)


@made_as("lounger")
def lounger(rng: np.random.Generator) -> Mesh:
    """A sun lounger, its foot end towards -z, with a towel."""
    parts = Parts()
    for x in np.arange(-0.27, 0.28, 0.09):
        parts.box((x, -0.33, -0.35), (0.075, 0.03, 1.3), palette.OLD_WOOD, grain=2)
        parts.beam((x, -0.33, 0.3), (x, -0.72, 0.82), 0.075, 0.03, palette.OLD_WOOD)
    for x in (-0.3, 0.3):
        for z in (-0.9, 0.25):
            parts.box((x, -0.16, z), (0.05, 0.32, 0.05), palette.OLD_WOOD, grain=1)
    towel = palette.make(
        "main towel", "fabric", ("#c9c4b8", "#3f6f8f", "#c98a5a")[int(rng.integers(3))], None, None, scale=0.02
    )
    parts.box((0, -0.37, -0.35), (0.5, 0.05, 1.25), towel)
    return parts.mesh("furniture")


@made_as("gazebo")
def gazebo(rng: np.random.Generator) -> Mesh:
    """An open garden house with eight posts, a rail and a pointed roof."""
    parts = Parts()
    white = palette.make("main gazebo paint", "wood", "#d6d3ca", "#cac6bc", "#9a958a", scale=0.2, wear=0.2)
    a = np.arange(9) * np.pi / 4 + np.pi / 8
    ring = 2.1 * np.stack([np.cos(a), np.sin(a)], 1)
    parts.add(cylinder((0, 0.1, 0), 0.35, 2.45, palette.GREY_WOOD, sides=8))
    for i in range(8):
        p, q = ring[i], ring[i + 1]
        parts.box((p[0], -1.5, p[1]), (0.13, 2.6, 0.13), white, grain=1)
        if abs((p + q)[0]) > 1.2 or (p + q)[1] > 0:
            for y in (0.45, 1.05):
                parts.beam((p[0], -y, p[1]), (q[0], -y, q[1]), 0.07, 0.07, white)
            for t in np.linspace(0.1, 0.9, 9):
                x, z = p + (q - p) * t
                parts.box((x, -0.75, z), (0.035, 0.6, 0.035), white, grain=1)
        parts.beam((p[0], -2.7, p[1]), (q[0], -2.7, q[1]), 0.16, 0.1, white)
        b, c = p * 1.22, q * 1.22
        parts.quad([[0, -4.3, 0], [0, -4.3, 0], [c[0], -2.7, c[1]], [b[0], -2.7, b[1]]], palette.SLATE)
    parts.add(sphere((0, -4.4, 0), 0.14, white, subdivisions=2))
    return parts.mesh("building")


@made_as("beehive")
def beehive(rng: np.random.Generator) -> Mesh:
    """A wooden beehive of boxes on legs."""
    parts = Parts()
    colour = palette.make(
        "main hive paint",
        "planks",
        ("#c9bd9a", "#8fa6b0", "#c9a868", "#a9b89a")[int(rng.integers(4))],
        None,
        None,
        scale=0.2,
        wear=0.4,
    )
    for x in (-0.2, 0.2):
        for z in (-0.2, 0.2):
            parts.box((x, -0.12, z), (0.06, 0.26, 0.06), palette.OLD_WOOD, grain=1)
    for k in range(3):
        parts.box((0, -0.36 - 0.25 * k, 0), (0.52, 0.24, 0.46), colour, grain=0, tint=float(rng.uniform(0.93, 1.05)))
    parts.box((0, -1.02, 0), (0.6, 0.07, 0.54), palette.ZINC)
    parts.box((0, -0.29, -0.24), (0.3, 0.04, 0.05), palette.IRON)
    return parts.mesh("object")


@made_as("hammock")
def hammock(rng: np.random.Generator, length: float = 3.4) -> Mesh:
    """A hammock along x between two posts."""
    parts = Parts()
    cloth = palette.make(
        "main hammock cloth",
        "fabric",
        ("#b8893f", "#9c3a2f", "#3f6f8f", "#c9bfa8")[int(rng.integers(4))],
        None,
        None,
        scale=0.03,
    )
    h = length / 2
    u, v = np.meshgrid(np.linspace(-1, 1, 17), np.linspace(-1, 1, 7), indexing="ij")
    x = u * (h - 0.5)
    y = -0.62 - 0.62 * u**2 - 0.16 * v**2 * (1 - u**2)
    z = v * (0.5 * (1 - u**4) + 0.06)
    index = np.arange(u.size).reshape(u.shape)
    p, q, r, s = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    tri = np.concatenate([np.stack([p, q, r], -1).reshape(-1, 3), np.stack([q, s, r], -1).reshape(-1, 3)])
    parts.add(
        Mesh(
            np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32), tri.astype(np.int32), (cloth,), "fabric"
        ).with_smooth_normals()
    )
    for s_ in (-1.0, 1.0):
        parts.add(tube([[s_ * (h - 0.5), -1.24, 0], [s_ * h, -1.55, 0]], 0.015, ROPE, sides=5))
        parts.add(cylinder((s_ * h, 0.3, 0), 2.1, 0.09, palette.LOGS, top_radius=0.07, sides=10))
    return parts.mesh("fabric")
