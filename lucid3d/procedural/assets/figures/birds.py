"""Birds, standing and flying, and fish."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.figures.body import EYE, animal, coat, swept
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.palettes import make
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import sphere, tube


def bird(rng: np.random.Generator, kind: str = "bird") -> Mesh:
    """A standing bird: "bird" (0.2 m), "gull", "heron", "penguin", "chicken", "duck"."""
    scale, leg, neck, color, belly, beak = {
        "bird": (0.11, 0.05, 0.05, "#5f5148", "#a08a70", "#c9913b"),
        "gull": (0.2, 0.1, 0.1, "#9aa0a4", "#dcdad4", "#d8a53a"),
        "heron": (0.32, 0.5, 0.55, "#8b939b", "#c9ccce", "#c9a24a"),
        "chicken": (0.2, 0.12, 0.12, "#9a5a34", "#7a4528", "#d0a040"),
        "duck": (0.22, 0.06, 0.12, "#6b5f50", "#8c8070", "#c98a2c"),
        "penguin": (0.34, 0.04, 0.1, "#22242a", "#dcdcd8", "#d0903a"),
    }[kind]
    skin, breast = coat(f"{kind} feathers", color), make("breast", "mottled", belly, scale=0.03)
    bill = make("bill", "plain", beak)
    parts, s = Parts(), scale
    if kind == "penguin":
        up = [(0, -0.06, 0.02), (0, -0.2, 0.0), (0, -0.5, 0.0), (0, -0.72, 0.0), (0, -0.84, -0.01), (0, -0.96, -0.01)]
        parts.add(swept(up, [0.12, 0.17, 0.18, 0.12, 0.085, 0.06], [0.12, 0.16, 0.17, 0.12, 0.09, 0.07], skin))
        parts.add(
            swept(
                [(0, -0.12, -0.06), (0, -0.42, -0.075), (0, -0.7, -0.05)],
                [0.1, 0.135, 0.07],
                [0.08, 0.11, 0.07],
                breast,
            )
        )
        parts.add(swept([(0, -0.88, -0.06), (0, -0.87, -0.17)], [0.025, 0.006], [0.02, 0.006], bill, sides=7))
        for side in (-1.0, 1.0):
            parts.add(
                swept(
                    [(side * 0.15, -0.68, 0), (side * 0.22, -0.45, 0.03), (side * 0.2, -0.26, 0.06)],
                    [0.03, 0.025, 0.01],
                    [0.06, 0.06, 0.03],
                    skin,
                    sides=8,
                )
            )
            parts.add(sphere((side * 0.07, -0.02, -0.05), (0.05, 0.02, 0.09), bill, subdivisions=1))
            parts.add(sphere((side * 0.055, -0.9, -0.06), 0.012, EYE, subdivisions=1))
        return animal(parts, kind)
    y = -leg - s * 0.6
    trunk = [
        (0, y + 0.1 * s, -0.75 * s),
        (0, y, -0.4 * s),
        (0, y, 0.2 * s),
        (0, y - 0.05 * s, 0.8 * s),
        (0, y - 0.05 * s, 1.5 * s),
    ]
    parts.add(
        swept(
            trunk,
            [0.3 * s, 0.52 * s, 0.55 * s, 0.35 * s, 0.14 * s],
            [0.32 * s, 0.55 * s, 0.55 * s, 0.3 * s, 0.05 * s],
            skin,
        )
    )
    parts.add(
        swept(
            [(0, y + 0.2 * s, -0.6 * s), (0, y + 0.22 * s, 0.1 * s), (0, y + 0.1 * s, 0.7 * s)],
            [0.2 * s, 0.42 * s, 0.2 * s],
            [0.3 * s, 0.38 * s, 0.2 * s],
            breast,
        )
    )
    nape = (0.0, y - 0.3 * s - neck, -0.75 * s - 0.25 * neck)
    parts.add(
        swept(
            [(0, y - 0.1 * s, -0.5 * s), (0, y - 0.35 * s - 0.4 * neck, -0.85 * s - 0.4 * neck), nape],
            [0.35 * s, 0.2 * s, 0.17 * s],
            [0.35 * s, 0.2 * s, 0.17 * s],
            skin,
        )
    )
    parts.add(
        sphere(
            (0, nape[1] - 0.05 * s, nape[2] - 0.06 * s), 0.26 * s, breast if kind == "gull" else skin, subdivisions=2
        )
    )
    reach = {"heron": 0.75, "gull": 0.5, "duck": 0.5}.get(kind, 0.35) * s
    parts.add(
        swept(
            [(0, nape[1], nape[2] - 0.25 * s), (0, nape[1] + 0.04 * s, nape[2] - 0.3 * s - reach)],
            [0.09 * s, 0.02 * s],
            [0.08 * s, 0.02 * s],
            bill,
            sides=7,
        )
    )
    if kind == "chicken":
        parts.add(
            sphere(
                (0, nape[1] - 0.35 * s, nape[2] - 0.1 * s),
                (0.03 * s, 0.14 * s, 0.2 * s),
                make("comb", "plain", "#a3261e"),
                subdivisions=1,
            )
        )
    for side in (-1.0, 1.0):
        parts.add(
            swept(
                [
                    (side * 0.5 * s, y - 0.15 * s, -0.3 * s),
                    (side * 0.55 * s, y, 0.3 * s),
                    (side * 0.3 * s, y, 1.15 * s),
                ],
                [0.06 * s, 0.1 * s, 0.03 * s],
                [0.25 * s, 0.36 * s, 0.06 * s],
                skin,
                sides=8,
            )
        )
        parts.add(
            tube([[side * 0.2 * s, y + 0.4 * s, 0.05 * s], [side * 0.2 * s, 0, -0.02 * s]], 0.04 * s, bill, sides=6)
        )
        parts.add(sphere((side * 0.2 * s, -0.01, -0.12 * s), (0.12 * s, 0.012, 0.22 * s), bill, subdivisions=1))
        parts.add(sphere((side * 0.2 * s, nape[1] - 0.1 * s, nape[2] - 0.16 * s), 0.045 * s, EYE, subdivisions=1))
    return animal(parts, kind)


def gull(rng: np.random.Generator) -> Mesh:
    """A gull that stands."""
    return bird(rng, "gull")


def heron(rng: np.random.Generator) -> Mesh:
    """A heron, 1.2 m tall."""
    return bird(rng, "heron")


def chicken(rng: np.random.Generator) -> Mesh:
    """A hen."""
    return bird(rng, "chicken")


def duck(rng: np.random.Generator) -> Mesh:
    """A duck, its waterline at y = 0 when sunk by 0.06."""
    return bird(rng, "duck")


def penguin(rng: np.random.Generator) -> Mesh:
    """A penguin of 1 m."""
    return bird(rng, "penguin")


def flying_bird(rng: np.random.Generator, span: float = 1.1) -> Mesh:
    """A gull on spread wings about the origin, its wings at a stroke of its own."""
    skin, dark = coat("gull feathers", "#c9cbcb"), make("wing tips", "plain", "#3a3c40")
    parts, lift = Parts(), float(rng.uniform(-0.12, 0.3))
    parts.add(
        swept(
            [(0, 0, -0.26), (0, 0.0, -0.12), (0, 0.01, 0.05), (0, 0, 0.26)],
            [0.03, 0.06, 0.07, 0.03],
            [0.035, 0.06, 0.065, 0.015],
            skin,
            sides=10,
        )
    )
    for side in (-1.0, 1.0):
        wing = [(side * 0.04, 0, -0.05), (side * span * 0.24, -lift * 0.6, -0.1), (side * span * 0.42, -lift, 0.0)]
        parts.add(swept(wing, [0.012, 0.012, 0.008], [0.1, 0.085, 0.05], skin, sides=8, across=(0, 1, 0)))
        parts.add(
            swept(
                [wing[2], (side * span * 0.5, -lift * 0.95, 0.08)],
                [0.008, 0.004],
                [0.05, 0.01],
                dark,
                sides=8,
                across=(0, 1, 0),
            )
        )
    return animal(parts, "bird")


REEF = ("#d88a2a", "#3f6fb0", "#c9b23a", "#b8503a", "#7a5aa0", "#4a9a8a", "#c98aa0")


def fish(rng: np.random.Generator, length: float = 0.3) -> Mesh:
    """A reef fish about the origin, its head to -z."""
    color = REEF[int(rng.integers(len(REEF)))]
    skin = make("main scales", "mottled", color, None, None, scale=0.03, roughness=0.5)
    fin = make("fins", "plain", color, None, None)
    parts, s = Parts(), length
    parts.add(
        swept(
            [(0, 0, -0.5 * s), (0, 0, -0.35 * s), (0, 0, -0.1 * s), (0, 0, 0.2 * s), (0, 0, 0.38 * s)],
            [0.02 * s, 0.07 * s, 0.1 * s, 0.07 * s, 0.02 * s],
            [0.04 * s, 0.17 * s, 0.25 * s, 0.17 * s, 0.05 * s],
            skin,
            sides=12,
        )
    )
    for up in (-1.0, 1.0):
        parts.add(
            swept(
                [(0, 0, 0.36 * s), (0, up * 0.12 * s, 0.48 * s), (0, up * 0.22 * s, 0.58 * s)],
                [0.012 * s] * 3,
                [0.04 * s, 0.07 * s, 0.02 * s],
                fin,
                sides=6,
            )
        )
        parts.add(
            swept(
                [(0, up * 0.2 * s, -0.12 * s), (0, up * 0.3 * s, 0.02 * s), (0, up * 0.24 * s, 0.2 * s)],
                [0.012 * s] * 3,
                [0.05 * s, 0.06 * s, 0.02 * s],
                fin,
                sides=6,
            )
        )
        parts.add(sphere((up * 0.06 * s, -0.05 * s, -0.36 * s), 0.028 * s, EYE, subdivisions=1))
    return animal(parts, "fish")
