"""People: clothed figures in a few poses. They stand on the origin and look to -z."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.figures.body import EYE, Point, swept
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.palettes import make
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube

SKINS = ("#c99b7c", "#b07f5f", "#8a5f44", "#d8b196", "#6b4630")
HAIRS = ("#2a211c", "#5a3f2a", "#8a6a44", "#9a948c", "#1b1917")
TOPS = ("#7d2f2a", "#2f4a66", "#55684a", "#c4b697", "#4a4a52", "#8c6b3a", "#6a4a6b", "#d0ccc2")
BOTTOMS = ("#33384a", "#4b4238", "#2b2b2e", "#6a6154", "#3a4636")
HEMS = {"coat": -0.52, "skirt": -0.35, "gown": -0.3, "suit": -0.8}
"""Metres above the ground, negative upwards, to which what is worn about the legs comes down."""


def _cloth(name: str, color: str) -> Material:
    return make(name, "fabric", color, None, None, scale=0.02, bump=0.004, roughness=1.0)


def person(
    rng: np.random.Generator, pose: str = "", dress: str = "", tall: float = 0.0, long_hair: bool | None = None
) -> Mesh:
    """A person of 1.6 to 1.85 m.

    Args:
        pose: "standing", "walking", "sitting" (on something 0.45 m high); "" = standing or walking.
        dress: "shirt", "suit", "coat", "skirt", "gown", "farmer", "knight", "astronaut"; "" = a shirt, coat or skirt.
        tall: metres; 0 = drawn. long_hair: None = drawn.
    """
    pose = pose or str(rng.choice(["standing", "walking", "standing"]))
    dress = dress or str(rng.choice(["", "", "coat", "skirt"]))
    skin = make("skin", "plain", SKINS[int(rng.integers(len(SKINS)))], roughness=0.8)
    hair = make("hair", "fabric", HAIRS[int(rng.integers(len(HAIRS)))], None, None, scale=0.03, bump=0.004)
    top = _cloth("main clothes", TOPS[int(rng.integers(len(TOPS)))])
    bottom = _cloth("trousers", BOTTOMS[int(rng.integers(len(BOTTOMS)))])
    shoe = make("shoes", "plain", "#2a231d")
    if dress == "knight":
        steel = make("main armour", "metal", "#9aa0a4", "#858b90", "#5f6468", scale=0.3, roughness=0.35, wear=0.2)
        top = bottom = shoe = steel
    elif dress == "astronaut":
        top = bottom = shoe = make("main space suit", "fabric", "#d5d4cf", "#c9c8c2", "#9c9b96", scale=0.05, bump=0.01)
    elif dress == "gown":
        bottom = skin
    elif dress == "suit":  # jacket and trousers of one cloth
        bottom = top
    bulk = {"astronaut": 1.35, "knight": 1.12, "coat": 1.06}.get(dress, 1.0) * float(rng.uniform(0.94, 1.08))
    parts = Parts()
    sit = 0.42 if pose == "sitting" else 0.0
    hip, waist, chest, shoulder = -0.92 + sit, -1.1 + sit, -1.32 + sit, -1.45 + sit
    torso = [(0, hip + 0.04, 0.0), (0, waist, 0.0), (0, chest, -0.01), (0, shoulder, 0.0), (0, shoulder - 0.06, 0.01)]
    parts.add(
        swept(
            torso,
            [0.165 * bulk, 0.15 * bulk, 0.19 * bulk, 0.19 * bulk, 0.07],
            [0.115 * bulk, 0.105 * bulk, 0.13 * bulk, 0.1 * bulk, 0.06],
            top,
            sides=16,
        )
    )
    stride = 0.24 if pose == "walking" else 0.04
    for side in (-1.0, 1.0):
        x, swing = side * 0.095 * bulk, side * stride
        if pose == "sitting":
            leg: list[Point] = [
                (x, hip, 0.02),
                (x * 1.15, hip + 0.0, -0.25),
                (x * 1.2, hip + 0.03, -0.43),
                (x * 1.15, hip + 0.24, -0.44),
                (x * 1.15, -0.1, -0.42),
            ]
        else:
            knee = -0.5 - 0.02 * abs(swing)
            leg = [
                (x, hip + 0.02, 0),
                (x, -0.72, swing * 0.5),
                (x, knee, swing * 0.85 - 0.03),
                (x, -0.27, swing * 1.05 + 0.03),
                (x, -0.09, swing * 1.2),
            ]
        wide = [0.092 * bulk, 0.085 * bulk, 0.062 * bulk, 0.06 * bulk, 0.048 * bulk]
        parts.add(swept(leg, wide, wide, bottom, sides=11))
        foot = leg[-1]
        parts.add(sphere((foot[0], -0.045, foot[2] - 0.06), (0.05 * bulk, 0.045, 0.135 * bulk), shoe, subdivisions=2))
        arm_swing = -swing * 1.1
        elbow = (side * 0.265 * bulk, shoulder + 0.3, arm_swing * 0.5 + 0.03)
        hand = (side * 0.26 * bulk, shoulder + 0.55, arm_swing - 0.07)
        if pose == "sitting":
            elbow, hand = (side * 0.27, shoulder + 0.28, -0.02), (side * 0.16, hip - 0.06, -0.26)
        arm = [(side * 0.17 * bulk, shoulder + 0.03, 0), (side * 0.22 * bulk, shoulder + 0.12, 0.01), elbow, hand]
        wide = [0.066 * bulk, 0.06 * bulk, 0.046 * bulk, 0.036 * bulk]
        parts.add(swept(arm, wide, wide, top, sides=10))
        parts.add(
            sphere(
                (hand[0], hand[1] + 0.06, hand[2] - 0.01),
                (0.035, 0.075, 0.045),
                skin if dress not in ("knight", "astronaut") else top,
                subdivisions=2,
            )
        )
    if dress in HEMS and pose != "sitting":
        hem = HEMS[dress]
        parts.add(
            swept(
                [(0, waist, 0), (0, hip, 0), (0, hem, 0.01)],
                [0.155 * bulk, 0.19 * bulk, 0.2 * bulk if dress == "suit" else 0.25 * bulk],
                [0.11 * bulk, 0.135 * bulk, 0.14 * bulk if dress == "suit" else 0.2 * bulk],
                bottom if dress == "skirt" else top,
                sides=16,
            )
        )
    if dress == "suit":  # the shirt between the lapels, a tie on it
        for cloth, breadth, out in (
            (_cloth("shirt", "#e4e2da"), 0.062, 0.012),
            (_cloth("tie", "#4a2228"), 0.018, 0.02),
        ):
            middle = [(0, waist - 0.06, -0.04), (0, chest, -0.05), (0, shoulder, -0.035), (0, shoulder - 0.05, -0.02)]
            deep = [0.067 * bulk + out, 0.09 * bulk + out, 0.065 * bulk + out, 0.045 + out]
            parts.add(swept(middle, [0.01, 0.6 * breadth, breadth, 0.8 * breadth], deep, cloth, sides=12))
    neck = shoulder - 0.05
    parts.add(swept([(0, neck + 0.04, 0.01), (0, neck - 0.08, 0.0)], [0.058, 0.052], [0.058, 0.055], skin, sides=10))
    head = (0.0, neck - 0.19, -0.015)
    parts.add(
        swept(
            [
                (0, head[1] + 0.12, -0.045),
                (0, head[1] + 0.07, -0.03),
                (0, head[1] - 0.01, -0.01),
                (0, head[1] - 0.09, 0.005),
                (0, head[1] - 0.125, 0.01),
            ],
            [0.035, 0.062, 0.078, 0.07, 0.035],
            [0.045, 0.078, 0.1, 0.09, 0.045],
            skin,
            sides=14,
        )
    )
    parts.add(sphere((0, head[1] + 0.02, head[2] - 0.1), (0.013, 0.025, 0.02), skin, subdivisions=1))
    for side in (-1.0, 1.0):
        parts.add(sphere((side * 0.033, head[1] - 0.015, head[2] - 0.088), 0.011, EYE, subdivisions=1))
        parts.add(sphere((side * 0.08, head[1] + 0.01, head[2] + 0.01), (0.012, 0.03, 0.02), skin, subdivisions=1))
    if dress == "knight":
        parts.add(
            swept(
                [(0, neck, 0), (0, head[1], -0.01), (0, head[1] - 0.1, 0), (0, head[1] - 0.17, 0.01)],
                [0.08, 0.1, 0.095, 0.03],
                [0.09, 0.125, 0.115, 0.03],
                top,
            )
        )
        parts.box((0, head[1] - 0.02, -0.125), (0.13, 0.018, 0.03), make("slit", "plain", "#141414"))
        parts.box((0.34, -0.62, -0.16), (0.04, 1.1, 0.012), palette.STEEL, grain=1)
        parts.box((0.34, -1.02, -0.16), (0.2, 0.03, 0.03), palette.BRASS)
        parts.box(
            (-0.36, -0.95, -0.08),
            (0.05, 0.72, 0.5),
            make("main shield", "planks", "#7d2420", "#6d1f1b", None, scale=0.2),
        )
    elif dress == "astronaut":
        parts.add(sphere((0, head[1], 0.0), 0.19, top, subdivisions=3))
        parts.add(
            sphere(
                (0, head[1], -0.045),
                (0.155, 0.14, 0.165),
                make("visor", "glass", "#6b5424", "#7a612c", roughness=0.05),
                subdivisions=3,
            )
        )
        parts.box(
            (0, -1.25, 0.24), (0.5, 0.68, 0.26), make("back pack", "panel", "#c9c8c3", "#b5b4af", "#8d8c88", scale=0.2)
        )
    else:
        parts.add(
            swept(
                [
                    (0, head[1] + 0.03, 0.05),
                    (0, head[1] - 0.05, 0.03),
                    (0, head[1] - 0.115, 0.012),
                    (0, head[1] - 0.145, 0.0),
                ],
                [0.06, 0.086, 0.078, 0.02],
                [0.06, 0.085, 0.1, 0.03],
                hair,
                sides=12,
            )
        )
        if dress == "farmer":
            straw = make("straw hat", "fabric", "#b89a5e", "#a88b52", scale=0.04)
            parts.add(cylinder((0, head[1] - 0.075, 0), 0.015, 0.24, straw, sides=20))
            parts.add(cylinder((0, head[1] - 0.09, 0), 0.1, 0.1, straw, top_radius=0.07, sides=16))
        elif dress in ("skirt", "gown") or rng.random() < 0.3 if long_hair is None else long_hair:
            parts.add(
                swept(
                    [(0, head[1] - 0.05, 0.07), (0, head[1] + 0.06, 0.085), (0, head[1] + 0.2, 0.075)],
                    [0.075, 0.085, 0.05],
                    [0.04, 0.04, 0.03],
                    hair,
                    sides=10,
                )
            )
    mesh = parts.mesh("person")
    mesh.thing = "person"
    height = tall or float(rng.uniform(1.6, 1.85))
    mesh.vertices = mesh.vertices * np.float32(height / 1.78)
    return mesh


def woman(rng: np.random.Generator, dress: str = "") -> Mesh:
    """A woman, in a skirt or a coat unless it is said what she wears."""
    return person(rng, dress=dress or str(rng.choice(["skirt", "skirt", "coat"])), long_hair=True)


def man(rng: np.random.Generator, dress: str = "") -> Mesh:
    """A man, in a shirt or a coat unless it is said what he wears."""
    return person(rng, dress=dress or str(rng.choice(["shirt", "coat"])), long_hair=False)


def child(rng: np.random.Generator, dress: str = "") -> Mesh:
    """A child of 1.05 to 1.35 m."""
    return person(rng, dress=dress or str(rng.choice(["shirt", "skirt"])), tall=float(rng.uniform(1.05, 1.35)))


def walker(rng: np.random.Generator) -> Mesh:
    """Someone on their way."""
    return person(rng, "walking")


def sitter(rng: np.random.Generator) -> Mesh:
    """Someone who sits, 0.45 m above the ground."""
    return person(rng, "sitting")


def farmer(rng: np.random.Generator) -> Mesh:
    """Someone at work in a field, in a straw hat."""
    return person(rng, "standing", "farmer")


def knight(rng: np.random.Generator) -> Mesh:
    """A knight in armour with sword and shield."""
    return person(rng, "standing", "knight")


def astronaut(rng: np.random.Generator) -> Mesh:
    """Someone in a space suit."""
    return person(rng, "standing", "astronaut")


def robot(rng: np.random.Generator) -> Mesh:
    """A robot of 1.9 m: plates, round joints, a visor that glows."""
    shell = make("main robot shell", "metal", "#b5b8ba", "#a3a6a9", "#7a5a3a", scale=0.5, roughness=0.35, wear=0.25)
    joint = make("joint", "metal", "#3a3d40", "#2f3235", scale=0.2, roughness=0.5)
    parts = Parts()
    parts.add(
        swept(
            [(0, -0.98, 0), (0, -1.1, 0), (0, -1.38, -0.02), (0, -1.55, 0)],
            [0.17, 0.14, 0.27, 0.22],
            [0.13, 0.11, 0.18, 0.12],
            shell,
            sides=16,
        )
    )
    parts.box((0, -1.36, -0.19), (0.22, 0.16, 0.04), joint)
    parts.add(
        sphere((0, -1.36, -0.21), 0.05, palette.glowing("robot heart", "#8fe0ff", (0.6, 2.0, 2.6)), subdivisions=2)
    )
    parts.add(cylinder((0, -1.52, 0), 0.14, 0.06, joint, sides=12))
    parts.add(
        swept([(0, -1.63, 0), (0, -1.74, -0.01), (0, -1.88, 0)], [0.11, 0.14, 0.1], [0.12, 0.15, 0.1], shell, sides=14)
    )
    parts.box((0, -1.76, -0.145), (0.2, 0.055, 0.03), palette.glowing("visor light", "#7fd8ff", (0.5, 1.8, 2.4)))
    for s in (-1.0, 1.0):
        parts.add(tube([[s * 0.08, -1.86, 0.02], [s * 0.1, -2.02, 0.05]], 0.01, joint, sides=6))
        parts.add(sphere((s * 0.31, -1.48, 0), 0.11, shell, subdivisions=2))
        for a, b, r in (
            ((s * 0.33, -1.44, 0), (s * 0.38, -1.18, 0.02), 0.06),
            ((s * 0.38, -1.14, 0.02), (s * 0.37, -0.86, -0.08), 0.065),
        ):
            parts.add(tube([a, b], [r, r * 0.85], shell, sides=12))
        parts.add(sphere((s * 0.38, -1.16, 0.02), 0.065, joint, subdivisions=2))
        parts.box((s * 0.37, -0.78, -0.1), (0.07, 0.13, 0.1), joint)
        parts.add(sphere((s * 0.13, -0.95, 0), 0.1, joint, subdivisions=2))
        parts.add(
            swept(
                [(s * 0.14, -0.9, 0), (s * 0.15, -0.7, 0), (s * 0.15, -0.54, 0)],
                [0.1, 0.1, 0.07],
                [0.1, 0.11, 0.08],
                shell,
                sides=12,
            )
        )
        parts.add(sphere((s * 0.15, -0.5, -0.01), 0.075, joint, subdivisions=2))
        parts.add(
            swept(
                [(s * 0.15, -0.46, 0), (s * 0.155, -0.3, 0.02), (s * 0.155, -0.1, 0)],
                [0.07, 0.1, 0.09],
                [0.08, 0.11, 0.09],
                shell,
                sides=12,
            )
        )
        parts.box((s * 0.155, -0.05, -0.06), (0.17, 0.1, 0.34), shell)
    mesh = parts.mesh("machine")
    mesh.thing = "robot"
    return mesh
