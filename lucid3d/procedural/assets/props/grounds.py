"""What stands about in yards, fields and on shores: graves, torches, scarecrows, festive trees, wrecks, towers."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.props.street_things import bistro_chair
from lucid3d.procedural.assets.props.timber import ROPE
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement
from lucid3d.procedural.kit.parts import Parts, clump
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube

OLD_STONE = palette.make("main old stone", "concrete", "#8d8b83", "#7b7a72", "#5f6150", scale=0.5, bump=0.008, wear=0.9)


@made_as("gravestone")
def gravestone(rng: np.random.Generator) -> Mesh:
    """An old headstone: round, pointed or a cross, a little out of true, with moss at its foot."""
    parts, kind = Parts(), int(rng.integers(4))
    stone = palette.painted(OLD_STONE, palette.shade(OLD_STONE.colors[0], float(rng.uniform(0.75, 1.15))))
    stone = Material(f"main {stone.name}", "concrete", stone.colors, scale=0.5, bump=0.008, wear=0.9)
    wide, high = float(rng.uniform(0.5, 0.75)), float(rng.uniform(0.7, 1.1))
    body = Parts()
    if kind == 3:
        body.box((0, -0.8, 0), (0.2, 1.6, 0.16), stone, grain=1)
        body.box((0, -1.12, 0), (0.8, 0.2, 0.16), stone, grain=0)
        body.box((0, -0.12, 0), (0.6, 0.3, 0.42), stone)
    else:
        body.span((-wide / 2, -high, -0.08), (wide / 2, 0.2, 0.08), stone, grain=-2)
        a = np.linspace(0, np.pi, 11) if kind < 2 else np.linspace(0, np.pi, 3)
        xs, ys = wide / 2 * np.cos(a), -high - wide * (0.5 if kind == 0 else 0.3) * np.sin(a)
        for i in range(len(a) - 1):
            for z in (-0.08, 0.08):
                body.quad([[0, -high, z], [xs[i], ys[i], z], [xs[i + 1], ys[i + 1], z], [0, -high, z]], stone)
            body.quad(
                [
                    [xs[i], ys[i], -0.08],
                    [xs[i + 1], ys[i + 1], -0.08],
                    [xs[i + 1], ys[i + 1], 0.08],
                    [xs[i], ys[i], 0.08],
                ],
                stone,
            )
        for k in range(3):
            body.box(
                (0, -high * 0.85 + 0.14 * k, -0.085),
                (wide * 0.6 * float(rng.uniform(0.6, 1)), 0.03, 0.012),
                palette.IRON,
                tint=1.4,
            )
    parts.add(body, placement([0, 0, 0], tilt=float(rng.normal(0, 0.06)), tilt_yaw=float(rng.uniform(0, 6))))
    if rng.random() < 0.5:
        parts.box((0, -0.05, -0.95), (0.8, 0.16, 1.7), stone, grain=2)
    parts.add(clump((0, -0.06, -0.14), (wide * 0.6, 0.1, 0.12), 40, 0.09, palette.IVY, rng))
    return parts.mesh("statue")


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


@made_as("shipwreck")
def shipwreck(rng: np.random.Generator, length: float = 16.0) -> Mesh:
    """The ribs and planks of a wooden ship that ran aground, along z, heeled over, its mast broken."""
    parts = Parts()
    wood = palette.make("main wreck timber", "planks", "#6b5a48", "#5c4c3c", "#352b22", scale=0.2, bump=0.012, wear=0.9)
    body, n = Parts(), 15
    zs = np.linspace(-0.5, 0.5, n) * length
    half = 2.5 * np.clip(1 - (np.abs(zs) / (0.53 * length)) ** 2.4, 0, 1) ** 0.6 + 0.1
    high = 2.7 + 1.3 * (zs / (0.5 * length)) ** 2
    left: list[np.ndarray] = []
    for i, z in enumerate(zs):
        for s in (-1.0, 1.0):
            t = np.linspace(0, 1, 7)
            keep = 1.0 if s < 0 else float(rng.uniform(0.35, 0.9))
            rib = np.stack(
                [
                    s * half[i] * np.sin(t * keep * np.pi / 2) ** 0.7,
                    -high[i] * (1 - np.cos(t * keep * np.pi / 2)),
                    0 * t + z,
                ],
                1,
            )
            body.add(tube(rib, 0.11, wood, sides=6))
            if s < 0:
                left.append(rib)
    for k in range(6):  # planks on the side that held
        if k == 4:
            continue
        for i in range(n - 1):
            if rng.random() < 0.24:
                continue
            body.quad(
                [
                    left[i][k] * (1.03, 1, 1),
                    left[i + 1][k] * (1.03, 1, 1),
                    left[i + 1][k + 1] * (1.03, 1, 1),
                    left[i][k + 1] * (1.03, 1, 1),
                ],
                wood,
                tint=float(rng.uniform(0.75, 1.15)),
            )
    for i in range(2, n - 4):
        for k in range(2):
            body.quad(
                [
                    left[i][k] * (-1.03, 1, 1),
                    left[i + 1][k] * (-1.03, 1, 1),
                    left[i + 1][k + 1] * (-1.03, 1, 1),
                    left[i][k + 1] * (-1.03, 1, 1),
                ],
                wood,
            )
    body.add(tube([[0.0, 0.1, -length / 2], [0, 0.15, 0], [0, 0.1, length / 2]], 0.2, wood, sides=8))
    body.add(
        tube(
            [[0, 0, -length / 2], [0, -2.6, -length / 2 - 0.9], [0, -4.4, -length / 2 - 2.4]],
            [0.22, 0.18, 0.1],
            wood,
            sides=8,
        )
    )
    body.add(tube([[0.0, 0.0, -1.0], [0.1, -5.4, -0.8]], [0.24, 0.2], wood, sides=9))
    body.add(tube([[0.1, -5.3, -0.8], [2.4, -3.4, 2.8]], [0.18, 0.12], wood, sides=8))
    body.span((-1.9, -2.5, 4.2), (0.6, -2.35, 7.0), wood, grain=2)
    parts.add(body, placement([0, 0.35, 0], tilt=0.34, tilt_yaw=np.pi / 2))
    return parts.mesh("boat")


@made_as("rope bridge")
def rope_bridge(rng: np.random.Generator, length: float = 18.0, sag: float = 1.1) -> Mesh:
    """A hanging bridge along z from 0 to its length, its ends at y = 0."""
    parts = Parts()
    n = 41
    t = np.linspace(0, 1, n)
    dip = sag * 4 * t * (1 - t)
    for s in (-0.62, 0.62):
        for up, r in ((0.0, 0.035), (1.05, 0.03)):
            line = np.stack([0 * t + s * (1 + 0.12 * (up > 0)), dip * (1 - 0.12 * (up > 0)) - up, t * length], 1)
            parts.add(tube(line, r, ROPE, sides=6))
        for i in range(1, n - 1, 2):
            parts.add(
                tube(
                    [[s, dip[i], t[i] * length], [s * 1.12, dip[i] * 0.88 - 1.05, t[i] * length]], 0.012, ROPE, sides=4
                )
            )
        for z in (0.0, length):
            parts.add(tube([[s * 1.15, 0.8, z], [s * 1.15, -1.35, z]], 0.11, palette.LOGS, sides=9))
    step = length / round(length / 0.3)
    for k in range(round(length / 0.3)):
        if rng.random() < 0.05:
            continue
        f = (k + 0.5) * step / length
        y = sag * 4 * f * (1 - f)
        parts.box(
            (float(rng.normal(0, 0.02)), y, f * length),
            (1.3, 0.045, 0.2),
            palette.OLD_WOOD,
            grain=0,
            yaw=float(rng.normal(0, 0.03)),
            tint=float(rng.uniform(0.8, 1.15)),
        )
    return parts.mesh("bridge")


@made_as("pier")
def stone_pier(rng: np.random.Generator, length: float = 24.0, width: float = 4.2, depth: float = 3.5) -> Mesh:
    """A mole of set stone along z from 0, its top at y = 0, with bollards, rings and a small light at its end."""
    parts = Parts()
    stone = palette.make("main pier stone", "brick", "#8d867a", "#7d766b", "#5b564d", scale=1.4, bump=0.03, wear=0.8)
    parts.span((-width / 2, -0.0, 0), (width / 2, depth, length), stone, grain=-2)
    parts.quad(
        [[-width / 2, -0.005, 0], [width / 2, -0.005, 0], [width / 2, -0.005, length], [-width / 2, -0.005, length]],
        palette.COBBLES,
    )
    for s in (-1.0, 1.0):
        for z in np.arange(0.6, length, 1.2):
            parts.box(
                (s * (width / 2 - 0.15), -0.09, z),
                (0.5, 0.26, 1.17),
                palette.GRANITE,
                grain=2,
                tint=float(rng.uniform(0.88, 1.1)),
            )
        for z in np.arange(3, length, 5):
            parts.add(
                tube(
                    [
                        [s * (width / 2 - 0.5), 0, z],
                        [s * (width / 2 - 0.5), -0.42, z],
                        [s * (width / 2 - 0.5), -0.55, z],
                    ],
                    [0.14, 0.13, 0.2],
                    palette.IRON,
                    sides=12,
                )
            )
    white, red = palette.LIMEWASH, palette.make("beacon red", "plain", "#a3322a", roughness=0.5)
    z = length - 1.6
    parts.add(cylinder((0, 0, z), 0.5, 1.1, palette.GRANITE, sides=18))
    parts.add(cylinder((0, -0.5, z), 3.2, 0.75, white, top_radius=0.6, sides=18))
    parts.add(cylinder((0, -1.6, z), 0.9, 0.73, red, top_radius=0.69, sides=18))
    parts.add(cylinder((0, -3.7, z), 0.12, 0.95, red, sides=18))
    parts.add(cylinder((0, -3.8, z), 0.8, 0.42, palette.GLASS, sides=12))
    parts.add(cylinder((0, -4.6, z), 0.6, 0.55, red, top_radius=0.04, sides=14))
    return parts.mesh("pier")


@made_as("water tower")
def water_tower(rng: np.random.Generator) -> Mesh:
    """A wooden tank on a trestle, 9 m tall."""
    parts = Parts()
    staves = palette.make(
        "main tank staves", "planks", "#8a6b4a", "#7a5d40", "#443322", scale=0.22, bump=0.012, wear=0.7
    )
    for a in np.arange(8) * np.pi / 4:
        parts.add(
            tube(
                [[1.9 * np.cos(a), 0.1, 1.9 * np.sin(a)], [1.35 * np.cos(a), -5.0, 1.35 * np.sin(a)]],
                0.13,
                palette.OLD_WOOD,
                sides=8,
            )
        )
    for k in range(8):
        a, b = k * np.pi / 4, (k + 1) * np.pi / 4
        parts.beam(
            (1.75 * np.cos(a), -1.2, 1.75 * np.sin(a)),
            (1.42 * np.cos(b), -4.4, 1.42 * np.sin(b)),
            0.09,
            0.09,
            palette.OLD_WOOD,
        )
    parts.add(cylinder((0, -5.0, 0), 0.2, 1.9, palette.OLD_WOOD, sides=20))
    parts.add(cylinder((0, -5.2, 0), 2.6, 1.65, staves, top_radius=1.6, sides=28))
    for y in (-5.5, -6.4, -7.3):
        parts.add(cylinder((0, y, 0), 0.07, 1.67, palette.IRON, sides=28))
    parts.add(cylinder((0, -7.75, 0), 1.1, 1.85, palette.WOOD_SHINGLES, top_radius=0.05, sides=24))
    parts.add(tube([[1.2, -5.2, 0], [2.4, -4.6, 0], [2.9, -3.6, 0]], 0.12, palette.IRON, sides=10))
    return parts.mesh("building")


@made_as("telephone box")
def telephone_box(lit: bool = False) -> Mesh:
    """A red telephone box with small panes and a domed top."""
    parts = Parts()
    red = palette.make("main box red", "plain", "#a3221c", "#941e19", "#6d1612", roughness=0.4, wear=0.2)
    pane = palette.glowing("box light", "#ffe2ad", (1.2, 0.9, 0.5)) if lit else palette.GLASS
    parts.span((-0.47, -0.25, -0.47), (0.47, 0.05, 0.47), red, grain=1)
    for s in (-1.0, 1.0):
        for x, z in ((s * 0.42, -0.42), (s * 0.42, 0.42)):
            parts.box((x, -1.25, z), (0.1, 2.1, 0.1), red, grain=1)
        for face in range(2):
            for k in range(8):
                y = -0.45 - 0.235 * k
                c = (s * 0.43, y, 0.0) if face else (0.0, y, s * 0.43)
                parts.box(c, (0.03, 0.03, 0.78) if face else (0.78, 0.03, 0.03), red)
            for d in (-0.15, 0.15):
                c = (s * 0.43, -1.25, d) if face else (d, -1.25, s * 0.43)
                parts.box(c, (0.03, 1.9, 0.03), red)
            c = (s * 0.41, -1.25, 0.0) if face else (0.0, -1.25, s * 0.41)
            parts.box(c, (0.01, 1.95, 0.78) if face else (0.78, 1.95, 0.01), pane)
            c = (s * 0.46, -2.3, 0.0) if face else (0.0, -2.3, s * 0.46)
            parts.box(c, (0.02, 0.16, 0.66) if face else (0.66, 0.16, 0.02), palette.FRAME_WHITE)
    parts.box((0, -2.3, 0), (0.96, 0.28, 0.96), red)
    parts.add(tube([[0, -2.42, 0], [0, -2.5, 0], [0, -2.62, 0]], [0.5, 0.46, 0.2], red, sides=20))
    return parts.mesh("object")


@made_as("crane")
def crane(rng: np.random.Generator) -> Mesh:
    """A tower crane of 34 m."""
    steel = palette.make("main crane paint", "plain", "#d0a02c", None, None, roughness=0.5, wear=0.3)
    parts, high = Parts(), 30.0

    def truss(a: np.ndarray, b: np.ndarray, wide: float, up: np.ndarray) -> None:
        axis = (b - a) / np.linalg.norm(b - a)
        side = np.cross(axis, up) * wide / 2
        over = up * wide / 2
        corners = [side + over, side - over, -side - over, -side + over]
        for c in corners:
            parts.beam(a + c, b + c, 0.12, 0.12, steel)
        n = round(float(np.linalg.norm(b - a)) / (wide * 1.4))
        for i in range(n):
            p, q = a + (b - a) * i / n, a + (b - a) * (i + 1) / n
            for k in range(4):
                parts.beam(p + corners[k], q + corners[(k + 1) % 4], 0.06, 0.06, steel)

    truss(np.array([0.0, 0.2, 0]), np.array([0.0, -high, 0]), 1.5, np.array([0.0, 0, 1]))
    truss(np.array([-9.0, -high - 0.5, 0]), np.array([26.0, -high - 0.5, 0]), 1.1, np.array([0.0, 1, 0]))
    parts.beam((0, -high - 5, 0), (22, -high - 1.0, 0), 0.07, 0.07, palette.IRON)
    parts.beam((0, -high - 5, 0), (-8.4, -high - 1.0, 0), 0.07, 0.07, palette.IRON)
    parts.add(tube([[0, -high, 0], [0, -high - 5, 0]], [0.5, 0.15], steel, sides=6))
    parts.box((-7.6, -high + 0.6, 0), (2.6, 2.0, 1.2), palette.CONCRETE)
    parts.box((1.2, -high + 1.3, 1.1), (1.5, 1.7, 1.3), steel)
    parts.box((1.97, -high + 1.1, 1.1), (0.04, 1.0, 1.1), palette.GLASS)
    parts.beam((15, -high, 0), (15, -high + 16, 0), 0.05, 0.05, palette.IRON)
    parts.box((15, -high + 16.4, 0), (2.2, 0.5, 0.5), palette.OLD_WOOD)
    parts.span((-2.2, -0.6, -2.2), (2.2, 0.3, 2.2), palette.CONCRETE)
    return parts.mesh("machine")


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


@made_as("igloo")
def igloo(rng: np.random.Generator) -> Mesh:
    """A house of snow blocks, its entrance towards -z."""
    parts = Parts()
    snow = palette.make("main snow blocks", "brick", "#d5dde4", "#c6d0da", "#9fb0c2", scale=0.75, bump=0.03, wear=0.1)
    a = np.linspace(0, np.pi / 2, 9)
    parts.add(tube(np.stack([0 * a, 0.1 - 1.95 * np.sin(a), 0 * a], 1), 2.0 * np.cos(a) + 0.02, snow, sides=24))
    t = np.linspace(0, np.pi, 11)
    for z0, z1, r in ((-1.5, -2.9, 0.85),):
        for i in range(10):
            p, q = (r * np.cos(t[i]), -r * 1.1 * np.sin(t[i])), (r * np.cos(t[i + 1]), -r * 1.1 * np.sin(t[i + 1]))
            parts.quad([[p[0], p[1], z0], [q[0], q[1], z0], [q[0], q[1], z1], [p[0], p[1], z1]], snow)
            parts.quad(
                [[p[0], p[1], z1], [q[0], q[1], z1], [q[0] * 0.72, q[1] * 0.72, z1], [p[0] * 0.72, p[1] * 0.72, z1]],
                snow,
            )
    parts.quad(
        [[-0.62, -0.7, -2.7], [0.62, -0.7, -2.7], [0.62, 0.1, -2.7], [-0.62, 0.1, -2.7]],
        palette.make("igloo dark", "plain", "#1d242c"),
    )
    return parts.mesh("building")


@made_as("pyramid")
def pyramid(rng: np.random.Generator, height: float = 42.0) -> Mesh:
    """A pyramid of stone courses, an entrance on its front."""
    parts = Parts()
    stone = palette.make(
        "main pyramid stone", "brick", "#c2a472", "#b39564", "#8b7148", scale=2.2, bump=0.05, wear=0.9, variation=0.6
    )
    steps, half = 36, height * 0.78
    for k in range(steps):
        h = half * (1 - k / steps)
        y0, y1 = height * k / steps, height * (k + 1) / steps
        parts.span(
            (-h, -y1, -h), (h, -y0 + (1.0 if not k else 0), h), stone, grain=-2, tint=float(rng.uniform(0.92, 1.06))
        )
    parts.box((0, -2.2, -half + 0.2), (2.2, 4.4, 2.0), palette.SANDSTONE)
    parts.box((0, -1.7, -half - 0.85), (1.3, 3.2, 0.1), palette.make("entrance", "plain", "#1a140d"))
    return parts.mesh("building")


@made_as("standing stone")
def standing_stone(rng: np.random.Generator) -> Mesh:
    """A rough upright stone of 2.5 to 3.5 m."""
    high, n = float(rng.uniform(2.5, 3.6)), 9
    stone = palette.make("main megalith", "rock", "#8a887f", "#777569", "#5f6450", scale=0.9, bump=0.05, wear=0.9)
    t = np.linspace(0, 1, n)
    wide = (0.55 + 0.12 * np.sin(3 * t + float(rng.uniform(0, 6)))) * (1 - 0.25 * t)
    sway = 0.1 * np.sin(2 * t + float(rng.uniform(0, 6)))
    mesh = tube(np.stack([sway, 0.4 - (high + 0.4) * t, 0.05 * np.cos(4 * t)], 1), wide, stone, sides=10)
    corners = mesh.vertices
    corners[:, 2] *= np.float32(0.55)
    corners += rng.normal(0, 0.012, corners.shape).astype(np.float32)
    mesh.label = "rock"
    return Mesh(corners, mesh.triangles, (stone,), "rock")


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


@made_as("treehouse")
def treehouse(rng: np.random.Generator) -> Mesh:
    """A wooden house in a great tree, with a rope ladder."""
    parts = Parts()
    bark = palette.make("great bark", "bark", "#5a4736", "#4b3a2c", "#2f251c", scale=0.14, bump=0.03)
    leaf = palette.make(
        "oak leaves", "leaf", "#4a6a30", "#5d7f3b", "#31481f", scale=0.06, translucency=0.35, variation=0.6
    )
    parts.add(
        tube(
            [[0, 0.3, 0], [0, -0.6, 0], [0.1, -3, 0], [0, -6, 0.1], [0.2, -8.5, 0]],
            [1.35, 0.95, 0.8, 0.7, 0.4],
            bark,
            sides=18,
        )
    )
    for k in range(7):
        a, up = k * 0.9, float(rng.uniform(5.2, 8.0))
        reach = float(rng.uniform(2.6, 4.4))
        end = np.array([reach * np.cos(a), -up - 1.8, reach * np.sin(a)])
        parts.add(
            tube(
                np.stack([np.array([0, -up, 0]), end * (0.5, 1, 0.5) + (0, 0.9, 0), end]),
                [0.38, 0.24, 0.1],
                bark,
                sides=9,
            )
        )
        for _ in range(3):
            c = end + rng.normal(0, 0.9, 3) * (1, 0.6, 1)
            parts.add(clump(c, (1.7, 1.25, 1.7), 420, 0.28, leaf, rng))
    for _ in range(5):
        parts.add(clump(rng.normal(0, 1.0, 3) * (1, 0.5, 1) + (0, -9.6, 0), (1.9, 1.4, 1.9), 420, 0.28, leaf, rng))
    plank = palette.make(
        "main treehouse planks", "planks", "#8d6c48", "#7d5f40", "#4a3826", scale=0.2, bump=0.008, wear=0.5
    )
    parts.span((-2.1, -3.15, -2.3), (2.1, -3.0, 1.6), plank, grain=2)
    for x in (-1.9, 1.9):
        parts.beam((x, -3.0, -2.0), (x * 0.35, -1.4, -0.4), 0.14, 0.14, palette.OLD_WOOD)
    parts.span((-1.6, -5.1, -1.3), (1.6, -3.15, 1.3), plank, grain=1)
    parts.box((0.6, -4.1, -1.32), (0.75, 1.7, 0.05), palette.BEAM, grain=1)
    parts.box((-0.7, -4.3, -1.32), (0.7, 0.7, 0.05), palette.GLASS)
    for s in (-1.0, 1.0):
        parts.quad(
            [[-1.9, -6.3, 0], [1.9, -6.3, 0], [1.9, -5.0, s * 1.7], [-1.9, -5.0, s * 1.7]], palette.WOOD_SHINGLES
        )
        parts.add(tube([[0.6 + s * 0.22, -3.1, -2.35], [0.6 + s * 0.24, 0.0, -2.6]], 0.02, ROPE, sides=5))
        for x in np.linspace(-2.0, 2.0, 9):
            parts.box((x, -3.6, -2.25), (0.05, 0.9, 0.05), plank, grain=1) if abs(x - 0.6) > 0.5 else None
    for k in range(9):
        parts.box((0.6, -0.3 - 0.31 * k, -2.58 + 0.024 * k), (0.46, 0.04, 0.05), palette.OLD_WOOD, grain=0)
    return parts.mesh("building")


@made_as("gas pump")
def gas_pump(rng: np.random.Generator, lit: bool = False) -> Mesh:
    """A petrol pump."""
    parts = Parts()
    red = palette.make("main pump paint", "plain", "#a3322a", roughness=0.35, wear=0.2)
    parts.span((-0.4, -0.12, -0.3), (0.4, 0.05, 0.3), palette.CONCRETE)
    parts.span((-0.32, -1.6, -0.22), (0.32, -0.12, 0.22), red, grain=1)
    parts.box(
        (0, -1.25, -0.225),
        (0.46, 0.4, 0.02),
        palette.glowing("pump display", "#cfe6d0", (0.9, 1.1, 0.9)) if lit else palette.GLASS,
    )
    parts.box((0, -1.72, 0), (0.7, 0.26, 0.46), palette.FRAME_WHITE)
    parts.add(
        tube([[0.34, -1.2, 0], [0.55, -0.5, 0.05], [0.45, -0.3, 0], [0.36, -0.95, -0.1]], 0.025, palette.IRON, sides=6)
    )
    return parts.mesh("machine")


@made_as("gas station")
def gas_station(rng: np.random.Generator, lit: bool = False) -> tuple[Mesh, tuple[float, float, float]]:
    """A filling station: a flat canopy on posts with lights under it, pumps, and a shop behind."""
    parts = Parts()
    white, red = palette.FRAME_WHITE, palette.make("main station red", "plain", "#a3322a", roughness=0.4)
    parts.span((-7, -5.2, -4), (7, -4.5, 4), white, grain=0)
    parts.span((-7.05, -5.0, -4.05), (7.05, -4.75, 4.05), red, grain=0)
    tube_light = (
        palette.glowing("canopy light", "#fff2d8", (9, 8.4, 7))
        if lit
        else palette.make("canopy panel", "plain", "#c9ccd0")
    )
    for x in (-4.5, 0, 4.5):
        for z in (-2, 2):
            parts.box((x, -4.48, z), (1.2, 0.04, 0.5), tube_light)
    for x in (-4, 4):
        parts.box((x, -2.25, 0), (0.4, 4.5, 0.4), white, grain=1)
        parts.span((x - 1.8, -0.18, -0.7), (x + 1.8, 0.1, 0.7), palette.CONCRETE)
        for d in (-1.1, 1.1):
            parts.add(gas_pump(rng, lit), placement([x + d, -0.15, 0]))
    parts.span((-6.5, -3.8, 7), (6.5, 0.2, 12), palette.LIMEWASH, grain=-2)
    parts.span((-6.6, -4.2, 6.9), (6.6, -3.6, 12.1), red, grain=0)
    glow = palette.lit_glass(rng, 1.2) if lit else palette.GLASS
    for x in np.arange(-5.6, 5.7, 1.6):
        parts.box((x, -1.6, 6.98), (1.45, 2.6, 0.05), glow)
    return parts.mesh("building"), (0.0, -4.3, 0.0)


@made_as("ramp")
def skate_ramp(rng: np.random.Generator) -> Mesh:
    """A quarter pipe, its curve towards -z, with paint on its sides."""
    parts = Parts()
    deck = palette.make("main ramp", "concrete", "#9a9690", "#8d8983", "#6c6963", scale=1.6, wear=0.3)
    a = np.linspace(0, np.pi / 2.2, 9)
    z, y = 1.4 - 2.4 * np.sin(a[::-1]) + 0.6, -2.4 * (1 - np.cos(a))
    z = np.linspace(-1.4, 1.0, 9)
    y = -2.0 * ((z + 1.4) / 2.4) ** 2
    for i in range(8):
        parts.quad([[-2.4, y[i], z[i]], [2.4, y[i], z[i]], [2.4, y[i + 1], z[i + 1]], [-2.4, y[i + 1], z[i + 1]]], deck)
        for s in (-2.4, 2.4):
            spray = palette.make(
                f"graffiti {i % 4}", "mottled", ("#b83a5e", "#2f8a9a", "#d0a52e", "#6a4a9a")[i % 4], scale=0.3
            )
            parts.quad(
                [[s, y[i], z[i]], [s, y[i + 1], z[i + 1]], [s, 0.1, z[i + 1]], [s, 0.1, z[i]]], spray if i > 2 else deck
            )
    parts.span((-2.4, -2.0, 1.0), (2.4, 0.1, 2.2), deck)
    parts.add(tube([[-2.4, -2.02, 1.0], [2.4, -2.02, 1.0]], 0.03, palette.STEEL, sides=8))
    for x in (-2.3, 0, 2.3):
        parts.add(cylinder((x, -2.0, 2.1), 1.0, 0.025, palette.STEEL, sides=6))
    parts.add(tube([[-2.3, -3.0, 2.1], [2.3, -3.0, 2.1]], 0.025, palette.STEEL, sides=6))
    return parts.mesh("object")


@made_as("water wheel")
def water_wheel(rng: np.random.Generator, radius: float = 2.4) -> Mesh:
    """A mill's wheel that turns in the plane of x and y, its axle at y = -radius."""
    parts, wood = Parts(), palette.OLD_WOOD
    turn = np.linspace(0, 2 * np.pi, 41)
    for z in (-0.5, 0.5):
        for r in (radius, radius * 0.8):
            parts.add(
                tube(
                    np.stack([r * np.cos(turn), -radius + r * np.sin(turn), 0 * turn + z], 1),
                    0.07,
                    wood,
                    sides=6,
                    caps=False,
                )
            )
        for k in range(8):
            a = k * np.pi / 4
            parts.beam((0, -radius, z), (radius * np.cos(a), -radius + radius * np.sin(a), z), 0.12, 0.1, wood)
    for k in range(24):
        a = k * np.pi / 12
        c, s = np.cos(a), np.sin(a)
        parts.quad(
            [
                [0.8 * radius * c, -radius + 0.8 * radius * s, -0.5],
                [0.8 * radius * c, -radius + 0.8 * radius * s, 0.5],
                [1.02 * radius * np.cos(a + 0.1), -radius + 1.02 * radius * np.sin(a + 0.1), 0.5],
                [1.02 * radius * np.cos(a + 0.1), -radius + 1.02 * radius * np.sin(a + 0.1), -0.5],
            ],
            wood,
        )
    parts.add(tube([[0, -radius, -0.9], [0, -radius, 0.9]], 0.16, palette.BEAM, sides=12))
    for z in (-0.85, 0.85):
        for s in (-1.0, 1.0):
            parts.beam((0, -radius, z), (s * 1.0, 0.2, z), 0.16, 0.16, wood)
    return parts.mesh("machine")


@made_as("bus stop")
def bus_stop(lit: bool = False) -> Mesh:
    """A glass shelter with a bench and a sign, open to -z."""
    parts = Parts()
    steel = palette.make("main shelter frame", "plain", "#3a3f44", roughness=0.5)
    parts.span((-2, -2.5, -0.7), (2, -2.4, 0.9), steel, grain=0)
    for x in (-1.95, 1.95):
        for z in (-0.6, 0.8):
            parts.box((x, -1.2, z), (0.07, 2.4, 0.07), steel, grain=1)
        parts.box((x, -1.3, 0.1), (0.02, 1.9, 1.2), palette.GLASS)
    for x in (-1.3, 0.0, 1.3):
        parts.box((x, -1.3, 0.82), (1.25, 1.9, 0.02), palette.GLASS)
    parts.box((0, -0.46, 0.5), (2.6, 0.05, 0.4), palette.OLD_WOOD)
    parts.box(
        (1.93, -1.35, -0.1),
        (0.09, 1.5, 1.0),
        palette.glowing("poster", "#d8e0e6", (1.2, 1.2, 1.3)) if lit else palette.FRAME_WHITE,
    )
    parts.add(cylinder((-2.4, 0, -0.8), 3.0, 0.035, steel, sides=8))
    parts.box((-2.4, -2.8, -0.8), (0.5, 0.5, 0.05), palette.make("stop sign", "plain", "#2f5f9a"))
    return parts.mesh("object")


@made_as("rubble")
def rubble_heap(rng: np.random.Generator) -> Mesh:
    """What has come down from a building: slabs, bricks, bent rods."""
    parts = Parts()
    grey = palette.make("main rubble", "concrete", "#857f74", "#777166", "#524c43", scale=0.9, bump=0.02, wear=1.0)
    for _ in range(22):
        size = float(rng.lognormal(-1.2, 0.5))
        x, z = rng.normal(0, 0.7, 2)
        high = max(0.0, 0.55 - 0.4 * float(np.hypot(x, z)))
        piece = Parts()
        stuff = palette.BRICK if rng.random() < 0.3 else grey
        piece.box((0, 0, 0), (size * 1.6, size * 0.4, size), stuff, tint=float(rng.uniform(0.75, 1.15)))
        parts.add(piece, placement([x, -high, z], yaw=float(rng.uniform(0, 6)), tilt=float(rng.normal(0, 0.4))))
    for _ in range(4):
        x, z = rng.normal(0, 0.5, 2)
        parts.add(tube([[x, 0, z], [x + 0.2, -0.6, z], [x + 0.6, -0.9, z + 0.2]], 0.015, palette.IRON, sides=4))
    return parts.mesh("rock")


@made_as("grass")
def weeds(rng: np.random.Generator) -> Mesh:
    """Weeds that have come up through a crack."""
    parts = Parts()
    leaf = palette.make("weeds", "leaf", "#6f7f42", "#808f4e", "#4c5a2c", scale=0.05, translucency=0.3, variation=0.6)
    for _ in range(3):
        x, z = rng.normal(0, 0.25, 2)
        high = float(rng.uniform(0.12, 0.4))
        parts.add(clump((x, -high / 2, z), (0.12, high / 2, 0.12), 26, 0.2, leaf, rng))
    return parts.mesh("grass")
