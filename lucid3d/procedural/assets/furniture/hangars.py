"""Vehicles that stand in halls: a light aircraft, a railway carriage with its engine. Their noses are towards -z (the
train's along x)."""

from __future__ import annotations

import itertools

import numpy as np

from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, made_as, placement, rotation_x
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import lathe, sphere, tube

_RUBBER = palette.make("tyre rubber", "plain", "#1e1f20", roughness=0.9)
_CABIN = palette.make("cabin glass", "glass", "#1d272d", roughness=0.04)
WHITE = palette.make("main aircraft paint", "plain", "#cfcdc6", "#c6c4bd", roughness=0.3, wear=0.2)


def _wheel(parts: Parts, x: float, z: float, radius: float, wide: float) -> None:
    parts.add(tube([[x - wide / 2, -radius, z], [x + wide / 2, -radius, z]], radius, _RUBBER, sides=20))
    parts.add(
        tube(
            [[x - wide / 2 - 0.01, -radius, z], [x + wide / 2 + 0.01, -radius, z]],
            radius * 0.5,
            palette.STEEL,
            sides=16,
        )
    )


def _wing(parts: Parts, root: tuple[float, float, float], tip: tuple[float, float, float], chords: tuple[float, float], thick: float, paint: Material) -> None:  # noqa: E501  # fmt: skip
    """A wing from root to tip with a rounded front edge; chords run along z."""
    a = np.linspace(0, 2 * np.pi, 17)
    outline = np.stack([-np.cos(a) * 0.5, np.sin(a) * (0.5 - 0.38 * (1 - np.cos(a)) / 2 * 0.9)], 1)
    ends = []
    for (x, y, z), chord in ((root, chords[0]), (tip, chords[1])):
        ends.append(
            np.stack([np.full(17, x), y - outline[:, 1] * thick * chord / chords[0], z - outline[:, 0] * chord], 1)
        )
    for i in range(16):
        parts.quad([ends[0][i], ends[0][i + 1], ends[1][i + 1], ends[1][i]], paint)
    middle = ends[1].mean(axis=0)
    for i in range(16):
        parts.quad([middle, ends[1][i], ends[1][i + 1], middle], paint)


@made_as("aeroplane")
def light_aircraft(rng: np.random.Generator, length: float = 9.0, paint: Material = WHITE) -> Mesh:
    """A small propeller aeroplane, its span about 1.2 times its length."""
    k = length / 9.0
    parts = Parts()
    profile = [(0.0, 0.0), (0.3, 0.06), (0.55, 0.5), (0.66, 1.4), (0.7, 2.4), (0.68, 3.6), (0.5, 5.4), (0.28, 7.4), (0.12, 8.6), (0.0, 8.75)]  # noqa: E501  # fmt: skip
    body = lathe([(r * k, h * k) for r, h in profile], paint, sides=26)
    turn = np.eye(4)
    turn[:3, :3] = rotation_x(-np.pi / 2)
    body = body.transformed(turn)
    low, high = body.bounds
    body = body.transformed(placement([0, -1.55 * k, -4.2 * k - (low[2] if abs(low[2]) < abs(high[2]) else -high[2])]))
    if body.bounds[0, 2] < -4.5 * k or body.bounds[1, 2] > 4.7 * k:
        body = body.transformed(placement([0, 0, -body.bounds.mean(axis=0)[2] + 0.2 * k]))
    parts.add(body)
    stripe = palette.make(
        "aircraft stripe", "plain", ("#9c2f26", "#2b4a7a", "#3b6b4a")[int(rng.integers(3))], roughness=0.3
    )
    y = -1.55 * k
    parts.add(sphere((0, y - 0.56 * k, -1.3 * k), (0.52 * k, 0.52 * k, 1.35 * k), _CABIN, subdivisions=3))
    for z in (-2.1, -1.3, -0.5):
        ring = np.linspace(-1.45, 1.45, 9)
        f = np.sqrt(max(1 - ((z + 1.3) / 1.35) ** 2, 0.1))
        arch = np.stack([0.53 * k * f * np.sin(ring), y - 0.56 * k - 0.53 * k * f * np.cos(ring), 0 * ring + z * k], 1)
        parts.add(tube(arch, 0.03 * k, paint, sides=6))
    for side in (-1.0, 1.0):
        _wing(
            parts,
            (side * 0.4 * k, y + 0.3 * k, -1.2 * k),
            (side * 5.3 * k, y - 0.12 * k, -0.95 * k),
            (1.7 * k, 1.05 * k),
            0.24 * k,
            paint,
        )
        _wing(
            parts,
            (side * 5.0 * k, y - 0.1 * k, -0.96 * k),
            (side * 5.5 * k, y - 0.14 * k, -0.92 * k),
            (1.12 * k, 0.8 * k),
            0.2 * k,
            stripe,
        )
        _wing(
            parts,
            (side * 0.1 * k, y - 0.2 * k, 3.9 * k),
            (side * 1.8 * k, y - 0.24 * k, 4.1 * k),
            (1.0 * k, 0.6 * k),
            0.12 * k,
            paint,
        )
        parts.box((side * 0.66 * k, y + 0.02, 1.0 * k), (0.02, 0.16 * k, 3.4 * k), stripe)
        parts.beam(
            (side * 0.5 * k, y + 0.4 * k, -0.7 * k),
            (side * 1.1 * k, -0.32 * k, -0.6 * k),
            0.1 * k,
            0.07 * k,
            palette.STEEL,
        )
        _wheel(parts, side * 1.12 * k, -0.6 * k, 0.32 * k, 0.16 * k)
    fin = [(3.3 * k, y - 0.2 * k), (4.3 * k, y - 1.75 * k), (4.85 * k, y - 1.75 * k), (4.7 * k, y - 0.1 * k)]
    for (z0, y0), (z1, y1), m in ((fin[0], fin[1], paint), (fin[1], fin[2], stripe), (fin[2], fin[3], paint)):
        parts.quad([[-0.06 * k, y0, z0], [-0.06 * k, y1, z1], [0.06 * k, y1, z1], [0.06 * k, y0, z0]], m)
    for side in (-0.06 * k, 0.06 * k):
        parts.quad(
            [
                [side, fin[0][1], fin[0][0]],
                [side, fin[1][1], fin[1][0]],
                [side, fin[2][1], fin[2][0]],
                [side, fin[3][1], fin[3][0]],
            ],
            paint,
        )
        high = [[side * 1.05, y - 1.25 * k, 3.98 * k], [side * 1.05, y - 1.7 * k, 4.27 * k], [side * 1.05, y - 1.7 * k, 4.84 * k], [side * 1.05, y - 1.25 * k, 4.8 * k]]  # noqa: E501  # fmt: skip
        parts.quad(high, stripe)
    nose = float(body.bounds[0, 2])
    parts.add(sphere((0, y, nose - 0.05 * k), (0.2 * k, 0.2 * k, 0.34 * k), stripe, subdivisions=2))
    for a in (0.5, 0.5 + np.pi):
        c, s = np.cos(a), np.sin(a)
        parts.beam(
            (0.1 * c * k, y + 0.1 * s * k, nose - 0.1 * k),
            (1.05 * c * k, y + 1.05 * s * k, nose - 0.13 * k),
            0.2 * k,
            0.03,
            palette.IRON,
        )
    parts.beam((0, y + 0.5 * k, nose + 0.8 * k), (0, -0.26 * k, nose + 0.7 * k), 0.08 * k, 0.08 * k, palette.STEEL)
    _wheel(parts, 0.0, nose + 0.7 * k, 0.26 * k, 0.14 * k)
    return parts.mesh("vehicle")


@made_as("train")
def railway_carriage(
    rng: np.random.Generator, length: float = 20.0, paint: Material | None = None, *, lit: bool = False
) -> Mesh:
    """A railway carriage along x, its rails' top at y = 0, with the engine's rounded front at its -x end."""
    parts = Parts()
    body = paint or palette.make(
        "main coach paint", "plain", ("#7b2a22", "#2f4f3c", "#2b3f66")[int(rng.integers(3))], roughness=0.3
    )
    cream = palette.make("coach cream", "plain", "#cfc4a6", roughness=0.3)
    wide, floor, roof = 2.8, 1.0, 3.55
    parts.box((0, -floor + 0.1, 0), (length, 0.24, wide - 0.1), palette.IRON)
    glass = palette.glowing("coach light", "#f2d9a0", (1.1, 0.8, 0.42)) if lit else _CABIN
    for side in (-1.0, 1.0):
        z = side * wide / 2
        parts.box((0, -1.42, z), (length, 0.95, 0.06), body, grain=0)
        parts.box((0, -1.92, z * 1.004), (length, 0.08, 0.06), cream)
        parts.box((0, -2.95, z), (length, 0.5, 0.06), body, grain=0)
        parts.box((0, -2.32, z * 0.97), (length - 0.2, 0.8, 0.03), glass)
        pitch = 1.5
        count = int((length - 1.2) / pitch)
        for i in range(count + 1):
            x = -count * pitch / 2 + i * pitch
            door = i % 6 == 3
            parts.box((x, -2.32, z), (0.34 if not door else 0.5, 0.8, 0.07), body, grain=1)
            if door:
                for e in (-0.5, 0.5):
                    parts.box((x + e, -1.95, z * 1.01), (0.04, 1.9, 0.06), palette.IRON)
                parts.box((x + 0.38, -1.6, z * 1.03), (0.04, 0.3, 0.06), palette.BRASS)
        for y in (1.92, 2.72):
            parts.box((0, -y, z * 1.012), (length, 0.03, 0.05), palette.BRASS)
    arc = np.linspace(0, np.pi, 11)
    section = np.stack([np.cos(arc) * wide / 2, -3.18 - np.sin(arc) * (roof - 3.18)], 1)
    grey = palette.make("coach roof", "metal", "#55585a", "#5f6263", "#3c3e40", scale=0.6, wear=0.4)
    for (z0, y0), (z1, y1) in itertools.pairwise(section):
        parts.quad([[-length / 2, y0, z0], [length / 2, y0, z0], [length / 2, y1, z1], [-length / 2, y1, z1]], grey)
    for x in (-length / 2, length / 2):
        parts.box((x, -2.1, 0), (0.08, 2.3, wide), body)
        for (z0, y0), (z1, y1) in itertools.pairwise(section):
            parts.quad([[x, -3.18, 0], [x, y0, z0], [x, y1, z1], [x, -3.18, 0]], body)
    front = -length / 2 - 0.05
    for z in (-0.75, 0.75):
        parts.box((front, -2.4, z), (0.06, 0.7, 1.1), _CABIN)
        parts.add(
            sphere(
                (front - 0.02, -1.35, z * 1.1),
                (0.06, 0.16, 0.16),
                palette.glowing("head lamp", "#fff0c8", (4.0, 3.4, 2.2)),
                subdivisions=2,
            )
        )
        parts.add(tube([[front, -0.95, z], [front - 0.4, -0.95, z]], [0.08, 0.2], palette.STEEL, sides=12))
    parts.box((front, -1.55, 0), (0.07, 0.14, wide), cream)
    for x in np.linspace(-length / 2 + 1.6, length / 2 - 1.6, max(2, round(length / 7)) * 2):
        for z in (-0.72, 0.72):
            parts.add(tube([[x, -0.46, z - 0.06], [x, -0.46, z + 0.06]], 0.46, palette.IRON, sides=20))
            parts.add(tube([[x, -0.46, z * 1.12 - 0.02], [x, -0.46, z * 1.12 + 0.02]], 0.16, palette.STEEL, sides=12))
    parts.box((0, -0.62, 0), (length * 0.5, 0.4, 1.6), palette.IRON)
    return parts.mesh("vehicle")
