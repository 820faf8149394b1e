"""Seats of offices, theatres, trains, barbers, wards and tea rooms. Their fronts are towards -z."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.assets.furniture.furniture import cushion
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, lathe, tube

_TURN = np.linspace(0, 2 * np.pi, 25)


def office_chair(cloth: Material) -> Mesh:
    """A chair on castors with arms."""
    parts = Parts()
    for a in np.arange(5) * 2 * np.pi / 5 + 0.3:
        x, z = 0.3 * np.cos(a), 0.3 * np.sin(a)
        parts.beam((0, -0.12, 0), (x, -0.07, z), 0.04, 0.05, palette.IRON)
        parts.add(cylinder((x, 0, z), 0.06, 0.028, stuff.SOOT, sides=8))
    parts.add(cylinder((0, -0.1, 0), 0.32, 0.03, palette.STEEL, sides=10))
    parts.add(cushion((0.5, 0.1, 0.48), (0, -0.47, 0), cloth, soft=0.3))
    parts.add(cushion((0.46, 0.58, 0.08), (0, -0.86, 0.24), cloth, soft=0.35, tilt=-0.12))
    parts.beam((0, -0.44, 0.2), (0, -0.75, 0.27), 0.06, 0.03, palette.IRON)
    for x in (-0.27, 0.27):
        parts.beam((x, -0.44, 0.05), (x, -0.66, 0.05), 0.03, 0.04, palette.IRON)
        parts.box((x, -0.67, -0.02), (0.05, 0.03, 0.26), palette.IRON)
    return parts.mesh("chair")


def theatre_seat(cloth: Material, count: int) -> Mesh:
    """A row of `count` cinema seats with shared arms."""
    parts = Parts()
    wide = 0.56
    for i in range(count):
        x = (i - (count - 1) / 2) * wide
        parts.add(cushion((0.5, 0.14, 0.46), (x, -0.44, -0.04), cloth, soft=0.3, subdivisions=2))
        parts.add(cushion((0.5, 0.66, 0.13), (x, -0.78, 0.22), cloth, soft=0.35, tilt=-0.16, subdivisions=2))
    for i in range(count + 1):
        x = (i - count / 2) * wide
        parts.box((x, -0.3, 0.02), (0.05, 0.6, 0.42), stuff.BLACK_WOOD)
        parts.box((x, -0.62, -0.03), (0.07, 0.04, 0.46), stuff.WALNUT, grain=2)
    return parts.mesh("seat")


def train_seat(cloth: Material) -> Mesh:
    """A double seat of a railway carriage with head rests and an arm between."""
    parts = Parts()
    for x in (-0.26, 0.26):
        parts.add(cushion((0.5, 0.16, 0.5), (x, -0.44, -0.04), cloth, soft=0.28))
        parts.add(cushion((0.5, 0.72, 0.15), (x, -0.82, 0.24), cloth, soft=0.3, tilt=-0.14))
        parts.add(cushion((0.42, 0.2, 0.14), (x, -1.16, 0.25), stuff.LINEN, soft=0.4, tilt=-0.14))
    for x in (-0.53, 0.0, 0.53):
        parts.box((x, -0.6, 0.0), (0.06, 0.06, 0.44), stuff.WALNUT, grain=2)
    for x in (-0.53, 0.53):
        parts.box((x, -0.3, 0.04), (0.05, 0.58, 0.4), stuff.WALNUT)
    parts.box((0, -0.17, 0.08), (1.04, 0.34, 0.3), palette.IRON)
    return parts.mesh("seat")


def pilot_seat(cloth: Material) -> Mesh:
    """A high seat with straps and arm rests with levers."""
    parts = Parts()
    parts.box((0, -0.2, 0.05), (0.3, 0.4, 0.34), palette.STEEL)
    parts.add(cushion((0.54, 0.16, 0.54), (0, -0.46, 0), cloth, soft=0.3))
    parts.add(cushion((0.52, 0.9, 0.16), (0, -0.92, 0.26), cloth, soft=0.3, tilt=-0.16))
    parts.add(cushion((0.34, 0.22, 0.12), (0, -1.42, 0.33), cloth, soft=0.4, tilt=-0.16))
    for x in (-0.32, 0.32):
        parts.box((x, -0.66, -0.02), (0.09, 0.07, 0.44), palette.STEEL)
        parts.beam((x, -0.7, -0.2), (x, -0.86, -0.24), 0.03, 0.03, stuff.BLACK_WOOD)
    for x in (-0.13, 0.13):
        parts.beam((x, -0.56, 0.02), (x * 0.8, -1.24, 0.2), 0.05, 0.012, stuff.OLD_STRAP)
    return parts.mesh("seat")


def barber_chair(cloth: Material) -> Mesh:
    """A barber's chair of leather and steel with a foot rest."""
    parts = Parts()
    parts.add(lathe([(0.34, 0.0), (0.33, 0.03), (0.12, 0.08), (0.07, 0.14), (0.07, 0.42)], palette.STEEL, sides=24))
    parts.add(cushion((0.56, 0.15, 0.54), (0, -0.52, 0), cloth, soft=0.28))
    parts.add(cushion((0.52, 0.66, 0.13), (0, -0.92, 0.28), cloth, soft=0.3, tilt=-0.16))
    parts.add(cushion((0.3, 0.2, 0.12), (0, -1.32, 0.36), cloth, soft=0.4, tilt=-0.16))
    for x in (-0.33, 0.33):
        parts.add(cushion((0.1, 0.07, 0.44), (x, -0.76, 0), cloth, soft=0.35))
        parts.add(tube([[x, -0.72, 0.2], [x, -0.6, 0.24], [x, -0.5, 0.1]], 0.02, palette.STEEL, sides=8))
        parts.add(tube([[x, -0.72, -0.18], [x, -0.55, -0.2], [x, -0.48, -0.1]], 0.02, palette.STEEL, sides=8))
    for x in (-0.16, 0.16):
        parts.beam((x, -0.46, -0.22), (x, -0.22, -0.5), 0.03, 0.03, palette.STEEL)
    parts.box((0, -0.2, -0.52), (0.42, 0.03, 0.16), palette.STEEL)
    return parts.mesh("chair")


def rocking_chair(wood: Material, cloth: Material) -> Mesh:
    """A rocking chair with a spindle back."""
    parts = Parts()
    t = np.linspace(-0.55, 0.6, 13)
    for x in (-0.24, 0.24):
        rocker = np.stack([x + 0 * t, -0.03 - 0.22 * t**2, t], 1)
        parts.add(tube(rocker, 0.022, wood, sides=8))
        for z in (-0.2, 0.22):
            parts.beam((x, -0.05, z), (x * 0.95, -0.42, z * 0.9), 0.035, 0.035, wood)
        parts.beam((x, -0.42, 0.2), (x * 1.05, -1.18, 0.42), 0.036, 0.036, wood)
        parts.box((x * 1.12, -0.66, -0.02), (0.07, 0.03, 0.5), wood, grain=2)
        parts.beam((x * 1.05, -0.42, -0.2), (x * 1.12, -0.66, -0.22), 0.03, 0.03, wood)
    parts.box((0, -0.43, 0), (0.54, 0.04, 0.5), wood, grain=2)
    parts.add(cushion((0.48, 0.08, 0.44), (0, -0.48, 0), cloth, soft=0.35))
    for x in np.linspace(-0.18, 0.18, 6):
        parts.beam((x, -0.44, 0.21), (x, -1.12, 0.4), 0.018, 0.018, wood)
    parts.box((0, -1.16, 0.415), (0.54, 0.12, 0.03), wood, grain=0)
    return parts.mesh("chair")


def wheelchair(cloth: Material) -> Mesh:
    """A wheelchair."""
    parts = Parts()
    for x in (-0.31, 0.31):
        ring = np.stack([x + 0 * _TURN, -0.31 + 0.3 * np.sin(_TURN), 0.1 + 0.3 * np.cos(_TURN)], 1)
        parts.add(tube(ring, 0.018, stuff.SOOT, sides=6))
        parts.add(tube(ring * [1, 0.0, 0.0] + (ring - [x, -0.31, 0.1]) * [0, 0.88, 0.88] + [x * 0.08, -0.31, 0.1], 0.009, palette.STEEL, sides=6))  # noqa: E501  # fmt: skip
        for a in np.arange(8) * np.pi / 4:
            parts.beam(
                (x, -0.31, 0.1), (x, -0.31 + 0.29 * np.sin(a), 0.1 + 0.29 * np.cos(a)), 0.006, 0.006, palette.STEEL
            )
        small = np.stack([x * 0.8 + 0 * _TURN, -0.09 + 0.08 * np.sin(_TURN), -0.4 + 0.08 * np.cos(_TURN)], 1)
        parts.add(tube(small, 0.015, stuff.SOOT, sides=6))
        frame = [[x * 0.8, -0.12, -0.4], [x * 0.8, -0.5, -0.28], [x * 0.8, -0.5, 0.2], [x * 0.8, -0.95, 0.28], [x * 0.8, -0.98, 0.4]]  # noqa: E501  # fmt: skip
        parts.add(tube(frame, 0.013, palette.STEEL, sides=8))
        parts.box((x * 0.85, -0.72, -0.02), (0.05, 0.035, 0.32), stuff.BLACK_LEATHER)
        parts.beam((x * 0.6, -0.48, -0.26), (x * 0.45, -0.12, -0.55), 0.022, 0.022, palette.STEEL)
        parts.box((x * 0.45, -0.1, -0.58), (0.17, 0.02, 0.14), stuff.BLACK_WOOD)
    parts.box((0, -0.5, -0.04), (0.46, 0.04, 0.44), cloth)
    parts.box((0, -0.76, 0.23), (0.46, 0.42, 0.03), cloth)
    return parts.mesh("wheelchair")


def floor_cushion(cloth: Material) -> Mesh:
    """A flat cushion to kneel on."""
    return cushion((0.56, 0.1, 0.56), (0, -0.05, 0), cloth, soft=0.28)


def sauna_bench(width: float, wood: Material) -> Mesh:
    """Two tiers of slatted boards along a wall."""
    parts = Parts()
    for y, front, back in ((0.45, -0.6, -0.02), (0.95, 0.0, 0.58)):
        for z in np.arange(front + 0.05, back, 0.11):
            parts.box((0, -y, z), (width, 0.035, 0.085), wood, grain=0)
        for x in np.linspace(-width / 2 + 0.08, width / 2 - 0.08, max(2, round(width / 1.1))):
            parts.box((x, -y / 2, front + 0.08), (0.07, y, 0.07), wood, grain=1)
            parts.box((x, -y / 2, back - 0.05), (0.07, y, 0.07), wood, grain=1)
        parts.box((0, -y + 0.07, front + 0.03), (width, 0.09, 0.03), wood, grain=0)
    return parts.mesh("bench")
