"""Tower blocks by a grammar: a podium, a shaft of one of four kinds, setbacks, a crown with plant and masts."""

from __future__ import annotations

import itertools

import numpy as np

from lucid3d.procedural.assets.buildings.houses import House
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import made_as
from lucid3d.procedural.kit.parts import Parts, side_matrices
from lucid3d.procedural.kit.shapes import cylinder

STOREY = 3.6
"""Metres from floor to floor."""
_GLASSES = ("#2b3a44", "#33414a", "#3a4440", "#2f3540", "#46484a", "#39454f")
_STONES = ("#9a958b", "#b3a78f", "#8a7f73", "#a3a6a6", "#6f6a66", "#94765c")


def facade_glass(rng: np.random.Generator, lit: float) -> Material:
    """Glass of an office front: cells some of which are lit at night."""
    color = palette.hue(_GLASSES[int(rng.integers(len(_GLASSES)))])
    glow = (0.95, 0.72, 0.42) if rng.random() < 0.7 else (0.7, 0.85, 0.95)
    return palette.make(
        f"facade glass {color[0]:.2f} {lit:.2f} {glow[0]:.2f}",
        "windows",
        color,
        palette.shade(color, 1.25),
        palette.shade(color, 0.7),
        scale=1.8,
        roughness=0.08,
        bump=0.0,
        wear=0.05,
        emission=(glow[0] * lit * 2.2, glow[1] * lit * 2.2, glow[2] * lit * 2.2),
    )


@made_as("skyscraper")
def tower_block(
    rng: np.random.Generator,
    *,
    lit: float,
    width: float,
    depth: float,
    height: float,
    near: bool,
    kind: str = "",
    wall: Material | None = None,
) -> House:
    """One tower about the origin, its front towards -z.

    Args:
        lit: share of lit windows.
        near: real fins, sills and recessed windows; far towers use a facade pattern.
        kind: "curtain", "grid", "bands" or "brick"; by the seed when "".
    """
    kind = kind or ("curtain", "grid", "bands", "brick")[int(rng.choice(4, p=[0.34, 0.26, 0.22, 0.18]))]
    stone = wall or palette.make(
        f"cladding {kind} {rng.integers(99)}",
        "concrete" if kind != "brick" else "brick",
        palette.hue(_STONES[int(rng.integers(len(_STONES)))])
        if kind != "brick"
        else palette.hue(("#7d4636", "#8f5a44", "#6f4a3d")[int(rng.integers(3))]),
        None,
        "#7a756c",
        scale=1.5 if kind != "brick" else 0.24,
        bump=0.004,
        wear=0.4,
    )
    glass = facade_glass(rng, lit)
    parts = Parts()
    podium = STOREY * (1.6 if height > 30 else 1.25)
    _podium(parts, width, depth, podium, stone, rng, lit)
    at, w, d = podium, width * rng.uniform(0.9, 1.0), depth * rng.uniform(0.9, 1.0)
    tiers = 1 if height < 45 else int(rng.integers(1, 4))
    for tier in range(tiers):
        share = (height - at) * (0.62 if tier < tiers - 1 else 1.0)
        top = at + max(STOREY * 3, round(share / STOREY) * STOREY)
        _shaft(parts, w, d, at, top, kind, stone, glass, rng, near=near and at < 55)
        parts.box((0, -top - 0.35, 0), (w + 0.5, 0.8, d + 0.5), stone, grain=-2)
        at = top
        if tier < tiers - 1:
            w, d = w * rng.uniform(0.7, 0.88), d * rng.uniform(0.7, 0.88)
    _crown(parts, w, d, at, rng, lit)
    return House(parts.mesh("building"), width, depth, at + 6, ())


def _lobby_walls(face: Parts, length: float, back: float, high: float, rng: np.random.Generator) -> None:
    """What one sees through lit panes: a ceiling with lamps, bays of brighter and dimmer wall, a darker skirting."""
    dim, dusky = palette.lit_glass(rng, 0.5), palette.lit_glass(rng, 0.28)
    lamp = palette.glowing("lobby lamp", "#fff0d6", (5.0, 4.3, 3.2))
    edges = np.arange(back, length - back + 0.1, 1.55)
    for left, right in itertools.pairwise(edges):
        low, top = -0.35, -high + 1.15
        if rng.random() < 0.7:
            wall = dim if rng.random() < 0.5 else dusky
            inset = rng.uniform(0.0, 0.4)
            face.quad(
                [[left + inset, top, back - 0.006], [right, top, back - 0.006], [right, low, back - 0.006],
                 [left + inset, low, back - 0.006]],
                wall,
            )  # fmt: skip
        face.box(((left + right) / 2, -high + 0.92, back - 0.01), (0.7, 0.07, 0.012), lamp)
        if rng.random() < 0.3:  # a picture or a screen on the back wall
            face.box(((left + right) / 2, -1.75, back - 0.011), (0.9, 0.6, 0.012), palette.BEAM)
    face.quad(
        [[back, -0.8, back - 0.009], [length - back, -0.8, back - 0.009], [length - back, 0, back - 0.009],
         [back, 0, back - 0.009]],
        dusky,
    )  # fmt: skip


def _podium(
    parts: Parts, width: float, depth: float, high: float, stone: Material, rng: np.random.Generator, lit: float
) -> None:
    """A lobby behind columns: glass set back, a canopy, revolving doors, a sign, planters' ledge."""
    back = 1.1
    lobby = (
        palette.lit_glass(rng, 1.1)
        if lit > 0
        else palette.make("lobby glass", "glass", "#2c3336", "#363d40", roughness=0.05)
    )
    dark = palette.make("mullion", "plain", "#2a2c2e", roughness=0.6)
    for matrix, length in side_matrices(width, depth):
        face = Parts()
        face.quad(
            [[back, -high + 0.6, back], [length - back, -high + 0.6, back], [length - back, 0, back], [back, 0, back]],
            lobby,
        )
        if lit > 0:
            _lobby_walls(face, length, back, high, rng)
            # Desks, shelves and partitions stand dark before the light.
            for x in np.arange(back + 0.8, length - back - 0.8, 1.9):
                tall = float(rng.choice((0.75, 1.05, 1.9, high - 0.9), p=(0.4, 0.3, 0.2, 0.1)))
                wide = rng.uniform(0.5, 1.7) if tall < 1.5 else rng.uniform(0.25, 0.9)
                inside = dark if rng.random() < 0.5 else palette.BEAM
                face.box((x + rng.uniform(-0.5, 0.5), -tall / 2, back - 0.012), (wide, tall, 0.02), inside)
        for x in np.arange(back, length - back + 0.1, 1.55):
            face.box((x, -high / 2 + 0.2, back - 0.04), (0.06, high - 0.5, 0.12), dark)
        face.box((length / 2, -1.1, back - 0.04), (length - 2 * back, 0.06, 0.1), dark)
        face.box((length / 2, -2.6, back - 0.04), (length - 2 * back, 0.1, 0.12), dark)
        face.box((length / 2, -0.2, back - 0.02), (length - 2 * back, 0.4, 0.12), stone, grain=-2)
        count = max(2, round(length / 5.4))
        for x in np.linspace(0.45, length - 0.45, count + 1):
            face.box((x, -high / 2, 0.45), (0.75, high, 0.75), stone, grain=-2)
            face.box((x, -0.25, 0.45), (0.9, 0.5, 0.9), stone, grain=-2, tint=0.8)
        face.box((length / 2, -high + 0.35, 0.45), (length, 0.9, 1.0), stone, grain=-2)
        face.box((length / 2, -high - 0.1, 0.1), (length + 0.3, 0.24, 1.3), stone, grain=-2, tint=1.1)
        middle = length / 2 + rng.uniform(-2, 2)
        face.box((middle, -2.9, -0.9), (4.2, 0.18, 3.0), dark)
        for x in (middle - 1.2, middle, middle + 1.2):
            face.box((x, -1.25, back - 0.1), (0.09, 2.5, 0.14), palette.STEEL)
        letters = rng.uniform(0.14, 0.26, int(rng.integers(4, 9)))
        x = middle - letters.sum() * 0.8
        sign = palette.glowing("sign", "#ffffff", (1.6, 1.7, 1.9)) if lit > 0.2 else palette.STEEL
        for wide in letters:
            face.box((x + wide, -high + 0.32, -0.1), (wide * 1.2, rng.uniform(0.3, 0.5), 0.08), sign)
            x += wide * 1.7
        parts.add(face, matrix)


def _shaft(
    parts: Parts,
    w: float,
    d: float,
    low: float,
    top: float,
    kind: str,
    stone: Material,
    glass: Material,
    rng: np.random.Generator,
    *,
    near: bool,
) -> None:
    """One tier: cladding between two heights on all four sides."""
    high = top - low
    storeys = max(1, round(high / STOREY))
    shift = rng.uniform(0, 300)
    fin = float(rng.choice([1.5, 1.8, 3.0]))
    dark = palette.make("mullion", "plain", "#3a3d40", roughness=0.6)
    for matrix, length in side_matrices(w, d):
        face = Parts()
        uv = [[shift, -top], [length + shift, -top], [length + shift, -low], [shift, -low]]
        if kind == "curtain":
            face.quad([[0, -top, 0], [length, -top, 0], [length, -low, 0], [0, -low, 0]], glass, uv=uv)
            for k in range(storeys + 1):
                face.box(
                    (length / 2, -low - k * STOREY, -0.02), (length, 0.9 if k % 6 == 0 else 0.55, 0.1), dark, tint=1.2
                )
            if near:
                for x in np.linspace(0, length, max(2, round(length / fin)) + 1):
                    face.box((x, -(low + top) / 2, -0.12), (0.09, high, 0.3), palette.STEEL, grain=1)
        elif kind == "bands":
            for k in range(storeys):
                y = low + k * STOREY
                ring = [
                    [0, -y - STOREY, 0.25],
                    [length, -y - STOREY, 0.25],
                    [length, -y - 1.1, 0.25],
                    [0, -y - 1.1, 0.25],
                ]
                face.quad(ring, glass, uv=[[p[0] + shift, p[1]] for p in ring])
                face.box((length / 2, -y - 0.55, 0.0), (length + 0.02, 1.15, 0.5), stone, grain=-2)
                if near:
                    for x in np.arange(1.0, length, 1.9):
                        face.box((x, -y - 2.3, 0.2), (0.06, 2.5, 0.1), dark)
        else:
            pier = 0.75 if kind == "grid" else 1.35
            bay = 2.7 if kind == "grid" else 3.1
            count = max(2, round(length / bay))
            pitch = length / count
            face.quad([[0, -top, 0.45], [length, -top, 0.45], [length, -low, 0.45], [0, -low, 0.45]], glass, uv=uv)
            for i in range(count + 1):
                x = pitch * i
                face.box(
                    (x, -(low + top) / 2, 0.2), (pier if 0 < i < count else pier * 1.2, high, 0.6), stone, grain=-2
                )
            for k in range(storeys + 1):
                face.box(
                    (length / 2, -low - k * STOREY, 0.24),
                    (length, 1.15 if kind == "grid" else 1.5, 0.5),
                    stone,
                    grain=-2,
                )
            if near:
                for i in range(count):
                    for k in range(storeys):
                        x, y = pitch * (i + 0.5), low + STOREY * k
                        face.box((x, -y - 0.86, -0.02), (pitch - pier + 0.2, 0.12, 0.3), palette.LIMESTONE)
                        face.box((x, -y - 2.0, 0.42), (0.07, 2.2, 0.08), dark)
        parts.add(face, matrix)
    parts.quad(
        [[-w / 2, -top, d / 2], [w / 2, -top, d / 2], [w / 2, -top, -d / 2], [-w / 2, -top, -d / 2]], palette.CONCRETE
    )


def _crown(parts: Parts, w: float, d: float, top: float, rng: np.random.Generator, lit: float) -> None:
    """Parapet, plant rooms, a water tank, masts with a red lamp."""
    for x, z, sx, sz in ((0, d / 2, w, 0.35), (0, -d / 2, w, 0.35), (w / 2, 0, 0.35, d), (-w / 2, 0, 0.35, d)):
        parts.box((x, -top - 0.6, z), (sx, 1.2, sz), palette.CONCRETE)
    for _ in range(int(rng.integers(1, 4))):
        sx, sz, sy = rng.uniform(0.15, 0.4) * w, rng.uniform(0.15, 0.4) * d, rng.uniform(2, 4.5)
        parts.box(
            (rng.uniform(-0.25, 0.25) * w, -top - sy / 2, rng.uniform(-0.25, 0.25) * d),
            (sx, sy, sz),
            palette.LIGHT_CONCRETE,
            grain=-2,
        )
    if rng.random() < 0.45:
        x, z = rng.uniform(-0.3, 0.3) * w, rng.uniform(-0.3, 0.3) * d
        for a in (0.7, 2.3, 3.9, 5.5):
            parts.beam(
                (x + 1.2 * np.cos(a), -top, z + 1.2 * np.sin(a)),
                (x + 1.1 * np.cos(a), -top - 2.4, z + 1.1 * np.sin(a)),
                0.15,
                0.15,
                palette.IRON,
            )
        parts.add(cylinder((x, -top - 2.4, z), 3.2, 1.6, palette.OLD_WOOD, sides=14))
        parts.add(cylinder((x, -top - 5.6, z), 1.2, 1.75, palette.SLATE, top_radius=0.05, sides=14))
    if rng.random() < 0.5:
        tall = rng.uniform(6, 20)
        parts.add(cylinder((0.1 * w, -top, 0.1 * d), tall, 0.22, palette.STEEL, top_radius=0.05, sides=6))
        if lit > 0:
            parts.box(
                (0.1 * w, -top - tall, 0.1 * d),
                (0.5, 0.5, 0.5),
                palette.glowing("warning lamp", "#ff3020", (6.0, 0.5, 0.3)),
            )
