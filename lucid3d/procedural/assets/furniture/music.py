"""Instruments. Fronts are towards -z."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.assets.furniture.furniture import cushion
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, lathe, prism, tube

_SKIN = palette.make("drum skin", "plain", "#d5d0c4")


def grand_piano(wood: Material) -> Mesh:
    """A grand piano with its lid up and a stool; one plays it from -z."""
    parts = Parts()
    t = np.linspace(0, 1, 15)
    curve = [(0.72 - 0.75 * s + 0.16 * np.sin(np.pi * s) * (1 if s < 0.5 else 0.4), -0.35 + 1.55 * s**0.8) for s in t]
    outline = [(-0.74, -0.72), (0.74, -0.72), (0.74, -0.4), *curve[1:-1], (-0.1, 1.22), (-0.5, 1.3), (-0.74, 1.15)]
    parts.add(prism(outline, -0.99, -0.66, wood))
    parts.add(prism([(x * 0.95, z * 0.95 + 0.02) for x, z in outline if z > -0.5], -1.0, -0.985,
                    palette.make("sound board", "wood", "#a97b3d", "#b98c4d", scale=0.1)))  # fmt: skip
    for k in range(26):  # strings
        x = -0.66 + 0.05 * k
        far = 1.05 - 1.1 * (k / 26) ** 0.8
        parts.beam((x, -1.01, -0.42), (x * 0.85 - 0.05, -1.01, max(far, -0.2)), 0.004, 0.004, palette.BRASS)
    lift = 0.62
    hinge = np.array([-0.74, -1.0])
    lid = [(x, z) for x, z in outline if z > -0.45]
    c, s = np.cos(lift), np.sin(lift)
    for (x0, z0), (x1, z1) in zip(lid, [*lid[1:], lid[0]], strict=True):
        p = [hinge[0] + (x0 - hinge[0]) * c, -1.0 - (x0 - hinge[0]) * s, z0]
        q = [hinge[0] + (x1 - hinge[0]) * c, -1.0 - (x1 - hinge[0]) * s, z1]
        m = [hinge[0] + 0.65 * c, -1.0 - 0.65 * s, 0.35]
        parts.quad([m, p, q, m], wood)
        down = [0.0, 0.03, 0.0]
        parts.quad([p, q, np.add(q, down), np.add(p, down)], wood)
    parts.beam((0.5, -1.0, 0.1), (0.34, -1.6, 0.1), 0.02, 0.02, wood)
    parts.box((0, -0.72, -0.86), (1.48, 0.05, 0.3), wood)
    for x in (-0.72, 0.72):
        parts.box((x, -0.84, -0.8), (0.06, 0.3, 0.42), wood)
    parts.box((0, -0.765, -0.88), (1.36, 0.03, 0.2), stuff.PORCELAIN)
    for k in range(36):
        if k % 7 not in (2, 6):
            parts.box((-0.66 + 0.037 * k, -0.785, -0.85), (0.016, 0.02, 0.12), stuff.BLACK_WOOD)
    parts.box((0, -1.14, -0.42), (0.66, 0.26, 0.02), wood)
    parts.box((0.05, -1.15, -0.435), (0.4, 0.22, 0.006), stuff.PAPER)
    for x, z in ((-0.62, -0.5), (0.62, -0.5), (-0.3, 0.95)):
        parts.add(lathe([(0.035, 0.06), (0.05, 0.2), (0.06, 0.6), (0.07, 0.68)], wood, sides=12, center=(x, 0, z)))
        parts.add(cylinder((x, 0, z), 0.06, 0.03, palette.BRASS, sides=10))
    parts.add(cushion((0.62, 0.1, 0.34), (0, -0.5, -1.3), stuff.BLACK_LEATHER, soft=0.25))
    for x in (-0.26, 0.26):
        for z in (-1.43, -1.17):
            parts.box((x, -0.23, z), (0.045, 0.46, 0.045), wood, grain=1)
    return parts.mesh("piano")


def _body(
    parts: Parts, outline: list[tuple[float, float]], depth: float, lift: float, wood: Material, face: Material
) -> None:
    """A stringed instrument's body: an outline (x, height) in the plane of the picture, `depth` thick, with a face."""
    ring = np.array(outline)
    middle = ring.mean(axis=0)
    for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        front, back = -depth / 2, depth / 2
        parts.quad(
            [[x0, -y0 - lift, front], [x1, -y1 - lift, front], [x1, -y1 - lift, back], [x0, -y0 - lift, back]], wood
        )
        m = [middle[0], -middle[1] - lift, front - 0.008]
        parts.quad([m, [x0, -y0 - lift, front], [x1, -y1 - lift, front], m], face)
        n = [middle[0], -middle[1] - lift, back]
        parts.quad([n, [x0, -y0 - lift, back], [x1, -y1 - lift, back], n], wood)


def _waisted(width: float, height: float) -> list[tuple[float, float]]:
    """The outline of a guitar or a cello, from its lowest point round."""
    t = np.linspace(0, np.pi, 15)
    half = width / 2 * (0.86 + 0.14 * np.cos(t * 1.1) - 0.3 * np.exp(-(((t - 1.9) / 0.42) ** 2)))
    half = half * np.sin(np.clip(t, 0.12, np.pi - 0.12)) ** 0.35
    up = height * (1 - np.cos(t)) / 2
    right = [(float(x), float(y)) for x, y in zip(half, up, strict=True)]
    return [*right, *[(-x, y) for x, y in reversed(right)]]


def _strung(
    width: float, height: float, neck: float, lift: float, wood: Material, face: Material, *, hole: bool
) -> Mesh:
    parts = Parts()
    _body(parts, _waisted(width, height), width * 0.27, lift, wood, face)
    z, top = -width * 0.14, lift + height
    parts.box((0, -top - neck / 2 + 0.1, z - 0.01), (width * 0.14, neck + 0.2, 0.025), stuff.BLACK_WOOD, grain=1)
    parts.box((0, -top - neck - 0.05, z), (width * 0.19, 0.14, 0.02), wood, grain=1)
    for k in range(3):
        for s in (-1.0, 1.0):
            parts.box((s * width * 0.12, -top - neck - 0.01 - 0.04 * k, z), (0.03, 0.014, 0.014), palette.BRASS)
    parts.box((0, -lift - height * 0.24, z - 0.015), (width * 0.34, 0.02, 0.02), stuff.BLACK_WOOD)
    for k in range(4):
        x = (k - 1.5) * width * 0.026
        parts.beam((x, -lift - height * 0.24, z - 0.03), (x, -top - neck, z - 0.025), 0.003, 0.003, palette.STEEL)
    if hole:
        a = np.linspace(0, 2 * np.pi, 17)
        ring = np.stack(
            [width * 0.13 * np.cos(a), -lift - height * 0.6 + width * 0.13 * np.sin(a), z - 0.004 + 0 * a], 1
        )
        parts.add(tube(ring, 0.008, stuff.WALNUT, sides=6))
        for i in range(16):
            m = [0, -lift - height * 0.6, z - 0.006]
            parts.quad([m, ring[i] - [0, 0, 0.002], ring[i + 1] - [0, 0, 0.002], m], stuff.SOOT)
    for s in (-1.0, 1.0):  # the stand
        parts.beam((s * 0.02, -lift - 0.1, 0.1), (s * 0.2, 0, 0.22), 0.02, 0.02, palette.IRON)
        parts.beam((s * 0.06, -lift + 0.02, 0.1), (s * 0.06, -lift + 0.02, -width * 0.22), 0.02, 0.02, palette.IRON)
    parts.beam((0, -lift - height, 0.1), (0, -0.05, 0.12), 0.025, 0.025, palette.IRON)
    parts.beam((0, -0.05, 0.12), (0, 0, -0.16), 0.02, 0.02, palette.IRON)
    return parts.mesh("instrument")


def guitar(wood: Material) -> Mesh:
    """A guitar on its stand."""
    return _strung(
        0.38, 0.5, 0.42, 0.16, wood, palette.make("spruce top", "wood", "#b98a4c", "#c79b5e", scale=0.08), hole=True
    )


def cello(wood: Material) -> Mesh:
    """A cello on a stand."""
    return _strung(0.46, 0.76, 0.5, 0.2, wood, palette.painted(wood, palette.shade(wood.colors[0], 1.25)), hole=False)


def harp(wood: Material) -> Mesh:
    """A harp with a fluted column."""
    parts = Parts()
    base, top = np.array([0.34, -0.1, 0.0]), np.array([0.36, -1.72, 0.0])
    parts.box((0.06, -0.05, 0), (0.82, 0.1, 0.42), wood)
    parts.add(tube([base, top], [0.05, 0.045], wood, sides=12))
    parts.add(
        tube(np.stack([[0.28, -0.1, 0.0], [-0.1, -0.75, 0.0], [-0.46, -1.42, 0.0]]), [0.16, 0.11, 0.06], wood, sides=12)
    )
    t = np.linspace(0, 1, 11)
    neck = np.stack([0.36 - 0.82 * t, -1.72 + 0.22 * np.sin(2 * np.pi * t) * (1 - 0.4 * t) + 0.3 * t, 0 * t], 1)
    parts.add(tube(neck, 0.045, wood, sides=10))
    for f in np.linspace(0.06, 0.94, 24):
        high = [float(np.interp(f, t, neck[:, k])) for k in range(3)]
        foot = [0.28 - 0.74 * f, -0.1 - 1.32 * f, -0.02]
        parts.beam(foot, [high[0], high[1], -0.02], 0.004, 0.004, palette.BRASS)
    return parts.mesh("instrument")


def drums(main: Material) -> Mesh:
    """A drum kit: bass drum, snare, toms, cymbals, a stool."""
    parts = Parts()

    def drum(x: float, y: float, z: float, r: float, high: float) -> None:
        parts.add(cylinder((x, y, z), high, r, main, sides=22))
        for up in (0.0, high - 0.02):
            parts.add(cylinder((x, y - up, z), 0.022, r + 0.012, palette.STEEL, sides=22))
        parts.add(cylinder((x, y - high, z), 0.006, r - 0.005, _SKIN, sides=22))

    parts.add(tube([[0, -0.3, -0.2], [0, -0.3, 0.2]], 0.29, main, sides=26))
    for z in (-0.205, 0.205):
        parts.add(tube([[0, -0.3, z - 0.012], [0, -0.3, z + 0.012]], 0.3, palette.STEEL, sides=26))
    parts.add(tube([[0, -0.3, -0.222], [0, -0.3, -0.218]], 0.27, _SKIN, sides=26))
    drum(-0.2, -0.66, 0.05, 0.15, 0.2)
    drum(0.2, -0.66, 0.05, 0.17, 0.22)
    drum(-0.52, -0.46, 0.32, 0.18, 0.14)
    drum(0.58, -0.18, 0.3, 0.21, 0.4)
    for x, z in ((-0.52, 0.32), (0.58, 0.3)):
        for a in (0.5, 2.6, 4.7):
            parts.beam((x, -0.45, z), (x + 0.25 * np.cos(a), 0, z + 0.25 * np.sin(a)), 0.018, 0.018, palette.STEEL)
    for x, z, high, r in ((-0.72, 0.02, 1.12, 0.24), (0.66, -0.1, 1.22, 0.26), (-0.86, 0.46, 0.84, 0.18)):
        parts.add(tube([[x, 0, z], [x, -high, z]], 0.012, palette.STEEL, sides=6))
        for a in (0.3, 2.4, 4.5):
            parts.beam((x, -0.3, z), (x + 0.22 * np.cos(a), 0, z + 0.22 * np.sin(a)), 0.014, 0.014, palette.STEEL)
        parts.add(lathe([(r, high - 0.02), (r * 0.3, high), (0.05, high + 0.03), (0.0, high + 0.035)], palette.BRASS, sides=24, center=(x, 0, z)))  # noqa: E501  # fmt: skip
    parts.add(cylinder((0, -0.42, 0.72), 0.1, 0.18, stuff.BLACK_LEATHER, sides=20))
    parts.add(cylinder((0, 0, 0.72), 0.42, 0.03, palette.STEEL, sides=8))
    for a in (0.5, 2.6, 4.7):
        parts.beam((0, -0.25, 0.72), (0.22 * np.cos(a), 0, 0.72 + 0.22 * np.sin(a)), 0.018, 0.018, palette.STEEL)
    return parts.mesh("drums")


def saxophone() -> Mesh:
    """A saxophone on its stand, its bell to the front."""
    parts = Parts()
    brass = palette.make(
        "saxophone brass", "metal", "#c3973f", "#cda54e", "#8a6626", scale=0.3, roughness=0.25, wear=0.1
    )
    path = np.array([[0.0, -1.08, 0.16], [0.0, -1.12, 0.1], [0.0, -1.1, 0.03], [0.0, -0.95, 0.02], [0.0, -0.6, 0.02],
                     [0.0, -0.38, 0.02], [0.0, -0.27, -0.03], [0.0, -0.27, -0.12], [0.0, -0.38, -0.17],
                     [0.0, -0.55, -0.19], [0.0, -0.66, -0.22]])  # fmt: skip
    radii = [0.012, 0.013, 0.015, 0.02, 0.032, 0.04, 0.048, 0.055, 0.07, 0.095, 0.15]
    parts.add(tube(path, radii, brass, sides=20, caps=False))
    for k in range(9):
        parts.add(
            tube([[0.02, -0.45 - 0.055 * k, -0.01], [0.025, -0.45 - 0.055 * k, -0.035]], 0.016, palette.STEEL, sides=10)
        )
    parts.beam((0.035, -0.4, -0.015), (0.025, -0.95, -0.01), 0.008, 0.008, palette.STEEL)
    parts.add(tube([[0, -1.08, 0.16], [0, -1.06, 0.22]], [0.012, 0.009], stuff.BLACK_WOOD, sides=8))
    for a in (0.4, 2.5, 4.6):
        parts.beam((0, -0.3, 0.0), (0.26 * np.cos(a), 0, 0.26 * np.sin(a)), 0.018, 0.018, palette.IRON)
    return parts.mesh("saxophone")


def music_stand() -> Mesh:
    """A stand with sheets on it; one reads them from -z."""
    parts = Parts()
    parts.add(tube([[0, -0.1, 0], [0, -1.1, 0]], 0.012, palette.IRON, sides=8))
    for a in (0.4, 2.5, 4.6):
        parts.beam((0, -0.2, 0), (0.25 * np.cos(a), 0, 0.25 * np.sin(a)), 0.016, 0.016, palette.IRON)
    parts.quad([[-0.25, -1.4, 0.12], [0.25, -1.4, 0.12], [0.25, -1.08, -0.02], [-0.25, -1.08, -0.02]], palette.IRON)
    for x in (-0.11, 0.11):
        a, b = x - 0.1, x + 0.1
        parts.quad([[a, -1.385, 0.105], [b, -1.385, 0.105], [b, -1.1, -0.025], [a, -1.1, -0.025]], stuff.PAPER)
    return parts.mesh("music stand")
