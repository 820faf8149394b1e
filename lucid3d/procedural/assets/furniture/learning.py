"""What schools, laboratories, museums, wards and nurseries hold. Fronts are towards -z."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.assets.furniture.furniture import cushion
from lucid3d.procedural.assets.furniture.goods import PACKS
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, lathe, sphere, tube

BONE = palette.make("bone", "mottled", "#b9a988", "#a6957a", "#7d6f59", scale=0.15, wear=0.5)
LIQUIDS = tuple(
    palette.make(f"liquid {i}", "plain", base, roughness=0.1)
    for i, base in enumerate(("#2f8f5a", "#2b5fa8", "#b8862b", "#9c2f4a", "#7bb0b8"))
)


def microscope() -> Mesh:
    """A microscope for tables."""
    parts = Parts()
    enamel = palette.make("microscope enamel", "plain", "#d5d3cc", roughness=0.3)
    parts.box((0, -0.02, 0), (0.2, 0.04, 0.26), stuff.ENAMEL)
    parts.add(tube([[0, -0.03, 0.1], [0, -0.2, 0.12], [0, -0.36, 0.06]], [0.035, 0.03, 0.03], enamel, sides=10))
    parts.box((0, -0.16, -0.02), (0.15, 0.018, 0.15), stuff.BLACK_WOOD)
    parts.add(tube([[0, -0.22, -0.02], [0, -0.3, -0.02]], [0.016, 0.026], palette.STEEL, sides=12))
    parts.box((0, -0.34, 0.02), (0.09, 0.07, 0.16), enamel)
    for x in (-0.03, 0.03):
        parts.add(tube([[x, -0.36, -0.03], [x, -0.45, -0.12]], 0.022, stuff.BLACK_WOOD, sides=10))
    parts.add(tube([[-0.06, -0.18, 0.11], [0.06, -0.18, 0.11]], 0.028, palette.STEEL, sides=12))
    return parts.mesh("microscope")


def flasks(rng: np.random.Generator, main: Material | None = None) -> Mesh:
    """Bottles and flasks of coloured liquids, and a rack of tubes."""
    parts = Parts()
    glass = palette.make("flask glass", "plain", "#b5c4c4", roughness=0.08)
    for k, x in enumerate((-0.26, -0.12, 0.04)):
        liquid = main or LIQUIDS[int(rng.integers(5))]
        if k == 0:
            profile = [(0.0, 0.0), (0.085, 0.005), (0.08, 0.04), (0.05, 0.1)]
            parts.add(lathe(profile, liquid, sides=16, center=(x, 0, 0)))
            parts.add(
                lathe([(0.05, 0.1), (0.02, 0.16), (0.02, 0.22), (0.026, 0.23)], glass, sides=16, center=(x, 0, 0))
            )
        elif k == 1:
            parts.add(lathe([(0.0, 0.0), (0.05, 0.0), (0.055, 0.12), (0.05, 0.16)], liquid, sides=14, center=(x, 0, 0)))
            parts.add(lathe([(0.05, 0.16), (0.02, 0.2), (0.02, 0.24), (0.03, 0.25), (0.0, 0.27)], glass, sides=14, center=(x, 0, 0)))  # noqa: E501  # fmt: skip
        else:
            parts.add(
                lathe([(0.0, 0.0), (0.05, 0.01), (0.085, 0.08), (0.06, 0.13)], liquid, sides=16, center=(x, 0, 0))
            )
            parts.add(lathe([(0.06, 0.13), (0.02, 0.17), (0.02, 0.25)], glass, sides=16, center=(x, 0, 0)))
    for y in (0.04, 0.12):
        parts.box((0.24, -y, 0), (0.22, 0.016, 0.08), stuff.PINE)
    for k in range(5):
        x = 0.16 + 0.04 * k
        parts.add(tube([[x, -0.02, 0], [x, -0.1, 0]], 0.012, LIQUIDS[k], sides=8))
        parts.add(tube([[x, -0.1, 0], [x, -0.19, 0]], 0.0125, glass, sides=8))
    return parts.mesh("bottle")


def big_bottle(main: Material) -> Mesh:
    """One bottle, 0.32 m."""
    glass = palette.make("green bottle", "plain", main.colors[0], roughness=0.08)
    profile = [(0.0, 0.0), (0.044, 0.004), (0.045, 0.18), (0.03, 0.225), (0.015, 0.25), (0.015, 0.31), (0.018, 0.315)]
    made = lathe(profile, glass, sides=18)
    parts = Parts()
    parts.add(made)
    parts.add(tube([[0, -0.06, 0], [0, -0.14, 0]], 0.0456, stuff.PAPER, sides=18, caps=False))
    return parts.mesh("bottle")


def wine_glass() -> Mesh:
    """A glass on a stem."""
    glass = palette.make("drinking glass", "glass", "#a9b9bb", "#b6c4c6", roughness=0.03)
    return lathe([(0.036, 0.0), (0.034, 0.006), (0.006, 0.012), (0.005, 0.08), (0.03, 0.1), (0.04, 0.14), (0.034, 0.19)], glass, sides=16)  # noqa: E501  # fmt: skip


def display_case(rng: np.random.Generator, width: float, wood: Material) -> Mesh:
    """A museum's case: a plinth, a lit shelf with finds, edges of brass where the glass is."""
    parts = Parts()
    parts.box((0, -0.42, 0), (width, 0.84, 0.6), wood, grain=1)
    parts.box((0, -0.86, 0), (width - 0.04, 0.03, 0.56), stuff.cloth("case cloth", "#3b3348"))
    for x in (-width / 2 + 0.015, width / 2 - 0.015):
        for z in (-0.285, 0.285):
            parts.box((x, -1.2, z), (0.02, 0.68, 0.02), palette.BRASS)
    parts.box((0, -1.55, 0), (width, 0.04, 0.6), palette.BRASS)
    count = max(2, round(width / 0.35))
    for i in range(count):
        x, kind = -width / 2 + width * (i + 0.5) / count, int(rng.integers(4))
        if kind == 0:
            parts.add(lathe([(0.03, 0.88), (0.09, 0.96), (0.1, 1.04), (0.05, 1.12), (0.06, 1.16)], palette.TERRACOTTA, sides=18, center=(x, 0, 0)))  # noqa: E501  # fmt: skip
        elif kind == 1:
            parts.add(sphere((x, -0.98, 0), (0.08, 0.09, 0.1), BONE, subdivisions=2))
            parts.add(sphere((x, -0.92, -0.06), (0.05, 0.04, 0.06), BONE, subdivisions=2))
            for s in (-0.03, 0.03):
                parts.add(sphere((x + s, -0.99, -0.085), 0.02, stuff.SOOT, subdivisions=1))
        elif kind == 2:
            parts.add(lathe([(0.05, 0.88), (0.02, 0.92), (0.02, 0.98), (0.09, 1.06), (0.1, 1.12)], palette.BRASS, sides=18, center=(x, 0, 0)))  # noqa: E501  # fmt: skip
        else:
            parts.add(tube([[x - 0.06, -0.89, -0.1], [x + 0.05, -0.92, 0.12]], [0.012, 0.008], palette.STEEL, sides=6))
            parts.add(sphere((x, -0.93, 0), (0.06, 0.05, 0.06), palette.GRANITE, subdivisions=2))
        parts.box((x, -0.89, -0.22), (0.12, 0.01, 0.06), stuff.PAPER)
    return parts.mesh("display case")


def dinosaur(rng: np.random.Generator, length: float) -> Mesh:
    """The mounted skeleton of a two-legged dinosaur on a plinth, its head to -z."""
    parts = Parts()
    k = length / 6.0
    parts.box((0, -0.1, 0.2 * k), (2.0 * k, 0.2, length * 0.8), stuff.WALNUT, grain=2)
    t = np.linspace(0, 1, 44)
    z = (-1.9 + 5.0 * t) * k
    y = -0.2 - k * (2.25 - 0.75 * (t - 0.38) ** 2 * 2 + 0.55 * np.exp(-((t / 0.13) ** 2)) - 0.35 * t**2)
    spine = np.stack([0 * t, y, z], 1)
    for i, (p, s) in enumerate(zip(spine, t, strict=True)):
        r = k * (0.035 + 0.055 * np.exp(-(((s - 0.38) / 0.2) ** 2)) * 1.0)
        parts.add(sphere(p, (r, r, 0.05 * k), BONE, subdivisions=1))
        if s < 0.85:
            parts.beam(p, p + np.array([0, -1.9 * r - 0.03 * k, 0.03 * k]), 0.022 * k, 0.012 * k, BONE)
        if 0.16 < s < 0.46 and i % 2 == 0:  # ribs
            bend = k * (0.3 + 0.32 * np.sin((s - 0.16) / 0.3 * np.pi))
            a = np.linspace(0, 1, 8)
            for side in (-1.0, 1.0):
                rib = np.stack(
                    [side * bend * 0.62 * np.sin(a * 2.6), p[1] + bend * 1.5 * a**1.1, p[2] + 0.1 * k * a], 1
                )
                parts.add(tube(rib, 0.018 * k * (1.2 - 0.7 * a), BONE, sides=6))
    head = spine[0] + np.array([0, -0.02, -0.32]) * k
    for side in (-1.0, 1.0):
        jaw = np.array([[0.13, 0.0, 0.3], [0.15, 0.02, 0.1], [0.1, 0.02, -0.2], [0.03, 0.0, -0.46]]) * [side, 1, 1] * k
        parts.add(tube(head + jaw + np.array([0, -0.08 * k, 0]), np.array([0.06, 0.07, 0.06, 0.04]) * k, BONE, sides=8))
        parts.add(tube(head + jaw * [1, 1, 0.94] + np.array([0, 0.2 * k, 0.02]), np.array([0.04, 0.035, 0.03, 0.025]) * k, BONE, sides=8))  # noqa: E501  # fmt: skip
        cheek = np.array([[side * 0.12, -0.08, 0.28], [side * 0.1, -0.24, 0.1], [side * 0.06, -0.16, -0.2]])
        parts.add(tube(head + cheek * k, 0.04 * k, BONE, sides=8))
        for j in range(9):
            f = head + np.array([side * (0.14 - 0.011 * j), -0.02, 0.12 - 0.065 * j]) * k
            parts.beam(f, f + np.array([0, 0.09, 0.01]) * k, 0.022 * k, 0.02 * k, stuff.PAPER)
    hip = spine[17]
    for side in (-1.0, 1.0):
        lead = 0.25 * side
        knee = np.array([side * 0.3 * k, -1.2 * k, hip[2] + (-0.35 + lead) * k])
        ankle = np.array([side * 0.3 * k, -0.62 * k, hip[2] + (0.12 + lead) * k])
        toe = np.array([side * 0.3 * k, -0.24 * k, hip[2] + (-0.1 + lead) * k])
        parts.add(
            tube(np.stack([hip + np.array([side * 0.12 * k, 0, 0]), knee]), np.array([0.08, 0.06]) * k, BONE, sides=8)
        )
        parts.add(tube([knee, ankle], np.array([0.065, 0.045]) * k, BONE, sides=8))
        parts.add(tube([ankle, toe], np.array([0.045, 0.05]) * k, BONE, sides=8))
        parts.add(sphere(knee, 0.085 * k, BONE, subdivisions=1))
        for spread in (-0.5, 0.0, 0.5):
            claw = toe + np.array([0.3 * np.sin(spread), 0.03, -0.32 * np.cos(spread)]) * k
            parts.add(tube([toe, claw], np.array([0.04, 0.015]) * k, BONE, sides=6))
        arm = spine[9] + np.array([side * 0.24, 0.4, 0.0]) * k
        parts.add(tube([spine[9] + [side * 0.14 * k, 0.1 * k, 0], arm, arm + np.array([0, 0.16, -0.2]) * k], 0.025 * k, BONE, sides=6))  # noqa: E501  # fmt: skip
    for p in (spine[8], spine[17], spine[30]):
        parts.add(tube([[0, -0.2, p[2]], [0, p[1] + 0.05, p[2]]], 0.025, palette.IRON, sides=8))
    return parts.mesh("skeleton")


def easel_map(width: float, height: float, rng: np.random.Generator) -> Mesh:
    """A map of lands and seas; its back at z = 0, its middle at the origin."""
    parts = Parts()
    parts.box(
        (0, 0, -0.01), (width, height, 0.012), palette.make("map sea", "mottled", "#7fa3b0", "#739aa8", scale=0.3)
    )
    for y in (-height / 2, height / 2):
        parts.add(tube([[-width / 2 - 0.05, y, -0.02], [width / 2 + 0.05, y, -0.02]], 0.018, stuff.WALNUT, sides=8))
    lands = ("#b7a56a", "#8f9c5c", "#c08a58", "#a8b083")
    for k in range(7):
        land = palette.make(f"map land {k % 4}", "mottled", lands[k % 4], scale=0.1)
        x, y = rng.uniform(-0.36, 0.36) * width, rng.uniform(-0.32, 0.32) * height
        a = np.linspace(0, 2 * np.pi, 19)[:-1]
        r = height * rng.uniform(0.08, 0.2) * (1 + 0.28 * np.sin(3 * a + rng.uniform(0, 6)) + 0.16 * np.sin(5 * a))
        rim = np.stack([np.clip(x + 1.3 * r * np.cos(a), -width / 2, width / 2), np.clip(y + r * np.sin(a), -height / 2, height / 2)], 1)  # noqa: E501  # fmt: skip
        for p, q in zip(rim, np.roll(rim, -1, axis=0), strict=True):
            z = -0.018 - 0.0006 * k
            parts.quad([[x, y, z], [*p, z], [*q, z], [x, y, z]], land)
    return parts.mesh("picture")


def drip_stand() -> Mesh:
    """A drip on a stand with castors."""
    parts = Parts()
    for a in np.arange(5) * 2 * np.pi / 5:
        parts.beam((0, -0.08, 0), (0.26 * np.cos(a), -0.03, 0.26 * np.sin(a)), 0.025, 0.025, palette.STEEL)
    parts.add(tube([[0, -0.06, 0], [0, -1.9, 0]], 0.012, palette.STEEL, sides=8))
    parts.beam((-0.14, -1.88, 0), (0.14, -1.88, 0), 0.012, 0.012, palette.STEEL)
    bag = palette.make("drip bag", "plain", "#c3d0d0", roughness=0.15, translucency=0.4)
    parts.add(cushion((0.13, 0.24, 0.05), (0.12, -1.72, 0), bag, soft=0.4, subdivisions=2))
    parts.add(tube([[0.12, -1.6, 0], [0.1, -1.2, -0.04], [0.16, -0.8, -0.1]], 0.004, bag, sides=5))
    parts.box((0, -1.15, -0.05), (0.16, 0.22, 0.1), stuff.WHITE_PAINT)
    return parts.mesh("machine")


def screen_curtain(width: float, cloth: Material) -> Mesh:
    """A folding ward screen of steel and cloth."""
    parts = Parts()
    panels = 3
    for i in range(panels):
        x0, x1 = -width / 2 + width * i / panels, -width / 2 + width * (i + 1) / panels
        z0, z1 = 0.16 * (i % 2) - 0.08, 0.16 * ((i + 1) % 2) - 0.08
        parts.quad([[x0, -1.7, z0], [x1, -1.7, z1], [x1, -0.2, z1], [x0, -0.2, z0]], cloth)
        for x, z in ((x0, z0), (x1, z1)):
            parts.add(tube([[x, 0, z], [x, -1.75, z]], 0.014, palette.STEEL, sides=8))
        parts.beam((x0, -1.72, z0), (x1, -1.72, z1), 0.02, 0.02, palette.STEEL)
    return parts.mesh("curtain")


def toys(rng: np.random.Generator) -> Mesh:
    """A ball, blocks, a bear or a train on the floor, by the seed."""
    parts = Parts()
    kind = int(rng.integers(4))
    if kind == 0:
        parts.add(sphere((0, -0.14, 0), 0.14, PACKS[int(rng.integers(10))], subdivisions=3))
        for a in (0.0, 2.1, 4.2):
            parts.add(
                sphere((0.11 * np.cos(a), -0.16, 0.11 * np.sin(a)), 0.045, PACKS[(2 + int(a)) % 10], subdivisions=2)
            )
    elif kind == 1:
        for x, y, z, m in ((-0.1, 0.05, 0, 0), (0.03, 0.05, 0.02, 4), (-0.03, 0.15, 0.01, 2), (0.16, 0.05, -0.08, 3), (-0.04, 0.25, 0.0, 1)):  # noqa: E501  # fmt: skip
            parts.box((x, -y, z), (0.1, 0.1, 0.1), PACKS[m], yaw=rng.uniform(-0.3, 0.3))
    elif kind == 2:
        fur = palette.make("plush", "fabric", "#8a5f3a", scale=0.03, bump=0.004)
        parts.add(sphere((0, -0.15, 0), (0.13, 0.15, 0.12), fur, subdivisions=2))
        parts.add(sphere((0, -0.36, -0.02), (0.11, 0.1, 0.1), fur, subdivisions=2))
        parts.add(sphere((0, -0.34, -0.11), (0.05, 0.04, 0.05), palette.painted(fur, (0.8, 0.68, 0.5)), subdivisions=2))
        for s in (-1.0, 1.0):
            parts.add(sphere((s * 0.09, -0.45, 0), 0.04, fur, subdivisions=2))
            parts.add(sphere((s * 0.14, -0.22, -0.04), (0.05, 0.1, 0.05), fur, subdivisions=2))
            parts.add(sphere((s * 0.09, -0.06, -0.12), (0.055, 0.055, 0.11), fur, subdivisions=2))
            parts.add(sphere((s * 0.04, -0.39, -0.11), 0.013, stuff.SOOT, subdivisions=1))
    else:
        for i, m in enumerate((0, 4, 2)):
            z = 0.26 * (i - 1)
            parts.box((0, -0.11, z), (0.13, 0.1, 0.22), PACKS[m])
            for s in (-0.07, 0.07):
                for w in (-0.06, 0.06):
                    parts.add(
                        tube(
                            [[s - 0.012, -0.045, z + w], [s + 0.012, -0.045, z + w]], 0.045, stuff.BLACK_WOOD, sides=10
                        )
                    )
        parts.add(cylinder((0, -0.16, -0.3), 0.1, 0.03, PACKS[1], sides=10))
        parts.add(tube([[0, -0.13, -0.36], [0, -0.13, -0.2]], 0.06, PACKS[0], sides=12))
    return parts.mesh("toy")


def crib(wood: Material, cloth: Material) -> Mesh:
    """A child's bed with bars."""
    parts = Parts()
    for x in (-0.34, 0.34):
        for z in np.linspace(-0.62, 0.62, 13):
            parts.box((x, -0.6, z), (0.02, 0.62, 0.02), wood, grain=1)
        for y in (0.3, 0.92):
            parts.box((x, -y, 0), (0.04, 0.05, 1.32), wood, grain=2)
    for z in (-0.66, 0.66):
        parts.box((0, -0.62, z), (0.72, 0.78, 0.03), wood, grain=0)
        for x in (-0.36, 0.36):
            parts.box((x, -0.52, z), (0.05, 1.04, 0.05), wood, grain=1)
    parts.add(cushion((0.64, 0.14, 1.26), (0, -0.38, 0), stuff.LINEN, soft=0.18))
    parts.add(cushion((0.62, 0.08, 0.8), (0, -0.46, -0.2), cloth, soft=0.2))
    parts.add(cushion((0.42, 0.1, 0.26), (0, -0.5, 0.46), stuff.LINEN, soft=0.5))
    return parts.mesh("bed")


def globe_terrarium(rng: np.random.Generator) -> Mesh:
    """A glass case of moss, stones and small plants, for tables."""
    parts = Parts()
    parts.box((0, -0.04, 0), (0.6, 0.08, 0.34), palette.EARTH)
    for x in (-0.3, 0.3):
        for z in (-0.17, 0.17):
            parts.box((x, -0.2, z), (0.014, 0.4, 0.014), stuff.BLACK_WOOD)
    for y in (0.005, 0.4):
        for z in (-0.17, 0.17):
            parts.box((0, -y, z), (0.61, 0.016, 0.016), stuff.BLACK_WOOD)
        for x in (-0.3, 0.3):
            parts.box((x, -y, 0), (0.016, 0.016, 0.35), stuff.BLACK_WOOD)
    from_moss = palette.make("moss", "mottled", "#4a6a2c", "#5d7c39", scale=0.03, bump=0.01)
    for _ in range(9):
        x, z = rng.uniform(-0.24, 0.24), rng.uniform(-0.12, 0.12)
        r = rng.uniform(0.03, 0.08)
        parts.add(
            sphere(
                (x, -0.08, z), (r, r * 0.7, r), from_moss if rng.random() < 0.65 else palette.GRANITE, subdivisions=2
            )
        )
        t = np.linspace(0, 1, 5)
        for _ in range(4):
            lean = rng.normal(0, 0.06, 2)
            stem = np.stack([x + lean[0] * t, -0.1 - 0.2 * t, z + lean[1] * t], 1)
            parts.add(tube(stem, 0.012 * (1.05 - t), stuff.GREENS[int(rng.integers(4))], sides=4))
    return parts.mesh("terrarium")
