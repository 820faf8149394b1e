"""Growth of no known kind: curled feathers and lanterns on stalks."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.kit.arrays import KITE, Shape, f32, join, leaves, tubes, unit
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.prototype import Prototype, solid, srgb
from lucid3d.procedural.kit.shapes import icosphere

FEW = (0, 3, 6, 8, 10, 12, 13)
"""Points of a stalk that show when it is thin on the screen: more where it rolls up."""
SLIGHT = 9.0
"""Heights of a frond away at which its stalk is about a pixel wide, and three sides do."""
Color = tuple[float, float, float]


def _curls(rng: np.random.Generator, count: int, height: float, curl: float) -> np.ndarray:
    """Stalks (count, 14, 3) that rise, lean out and roll up at the tip."""
    t = np.linspace(0, 1, 14)
    heading = rng.uniform(0, 2 * np.pi, count)[:, None]
    tall = (height * rng.uniform(0.55, 1.1, count))[:, None]
    bend = np.cumsum(0.08 + curl * t**3, axis=0)[None] * rng.uniform(0.7, 1.2, count)[:, None]
    out, up = np.cumsum(np.sin(bend), axis=1) / 14 * tall, np.cumsum(np.cos(bend), axis=1) / 14 * tall
    return f32(np.stack([out * np.cos(heading), 0.04 - up, out * np.sin(heading)], axis=-1))


def feathers(
    rng: np.random.Generator, height: float = 1.1, hue: Color = (0.3, 0.06, 0.14), count: int = 6
) -> Prototype:
    """Rolled fronds from one root, fringed on both sides."""
    lines = _curls(rng, count, height, 0.75)
    radii = np.broadcast_to(height * 0.022 * np.linspace(1, 0.25, 14), (count, 14))
    tone = np.exp(rng.normal(0, 0.2, (count, 1, 1, 1))) * np.linspace(0.5, 1.2, 14)[None, :, None, None]
    shade = np.clip(f32(hue) * tone, 0.015, 0.8)
    stalks = tubes(lines, radii, 6, shade)
    slight = tubes(lines[:, FEW], radii[:, FEW], 3, shade[:, FEW])
    along = unit(np.gradient(lines, axis=1))[:, 3:].reshape(-1, 3)
    feet = lines[:, 3:].reshape(-1, 3)
    side = unit(np.cross(along, f32([0.1, 1.0, 0.2])))
    long = height * 0.2 * np.tile(np.sin(np.linspace(0.4, np.pi - 0.2, 11)), count)
    fringe = []
    for sign in (-1, 1):
        color = np.clip(f32(hue) * np.exp(rng.normal(0.2, 0.2, (len(feet), 1))), 0.015, 0.8)
        fringe.append(
            leaves(feet, unit(side * sign + along * 0.5), unit(np.cross(side, along)), long, long * 0.28, KITE, color)
        )
    material = Material("alien frond", "leaf", (srgb(hue),), scale=0.05, translucency=0.4, variation=0.3)
    levels = [solid([(join([stem, *fringe]), material)], "plant") for stem in (stalks, slight)]
    return Prototype("feathers", levels, (SLIGHT * height, np.inf), radius=0.3, sink=0.03)


def lanterns(
    rng: np.random.Generator, height: float = 0.8, hue: Color = (0.15, 0.6, 0.5), glow: float = 0.1
) -> Prototype:
    """Stalks that carry globes which shine a little."""
    count = 5
    lines = _curls(rng, count, height, 0.2)
    dark = f32(hue) * 0.25 + 0.02
    stalks = tubes(lines, np.broadcast_to(height * 0.02 * np.linspace(1, 0.5, 14), (count, 14)), 5, dark)
    ball, triangles = icosphere(2)
    globes = []
    for tip in lines[:, -1]:
        size = height * float(rng.uniform(0.05, 0.11))
        ribbed = f32(ball * (1 + 0.06 * np.cos(6 * np.arctan2(ball[:, 0], ball[:, 2])))[:, None])
        color = np.broadcast_to(f32(hue) * float(rng.uniform(0.7, 1.2)), ribbed.shape).astype(np.float32)
        globes.append(Shape(f32(ribbed * [1, 1.25, 1] * size + tip), triangles, f32(ball), color))
    stem = Material("alien stalk", "leaf", (srgb(tuple(float(c) for c in dark)),), scale=0.05, variation=0.2)
    skin = Material("lantern", "plain", (srgb(hue),), translucency=0.4, roughness=0.4,
                    emission=(hue[0] * glow, hue[1] * glow, hue[2] * glow))  # fmt: skip
    mesh = solid([(stalks, stem), (join(globes), skin)], "plant")
    return Prototype("lanterns", [mesh], (np.inf,), radius=0.25, sink=0.03)
