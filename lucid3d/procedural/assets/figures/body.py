"""Bodies from sections swept along bones."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.palettes import make
from lucid3d.procedural.kit.parts import Parts

SIDES = 14
"""Corners of a section of a trunk; limbs have fewer."""
Point = tuple[float, float, float]


def swept(
    path: ArrayLike,
    wide: ArrayLike,
    deep: ArrayLike,
    material: Material,
    *,
    sides: int = SIDES,
    finer: int = 3,
    across: ArrayLike = (1.0, 0.0, 0.0),
) -> Mesh:
    """A closed body along `path` (N, 3), with elliptical sections of half axes `wide` and `deep` (N,), smoothed to
    `finer` sections a bone; `across` is the direction of their wide axis."""
    bones = np.asarray(path, np.float64)
    count = len(bones)
    knots = np.arange(count)
    along = np.linspace(0, count - 1, (count - 1) * finer + 1)
    points = _smooth(knots, bones, along)
    a = np.maximum(_smooth(knots, np.broadcast_to(np.asarray(wide, np.float64), count)[:, None], along)[:, 0], 1e-3)
    b = np.maximum(_smooth(knots, np.broadcast_to(np.asarray(deep, np.float64), count)[:, None], along)[:, 0], 1e-3)
    tangent = np.gradient(points, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    side = np.asarray(across, np.float64) - tangent * (tangent @ np.asarray(across, np.float64))[:, None]
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    other = np.cross(tangent, side)
    turn = np.arange(sides) * 2 * np.pi / sides
    ring = np.cos(turn)[:, None] * side[:, None] * a[:, None, None]
    ring = ring + np.sin(turn)[:, None] * other[:, None] * b[:, None, None]
    shell = points[:, None] + ring
    ends = [points[0] - tangent[0] * 0.4 * min(a[0], b[0]), points[-1] + tangent[-1] * 0.4 * min(a[-1], b[-1])]
    vertices = np.concatenate([shell.reshape(-1, 3), ends])
    rows = len(points)
    index = np.arange(rows * sides).reshape(rows, sides)
    following = np.roll(index, -1, axis=1)
    p, q, r, s = index[:-1], following[:-1], index[1:], following[1:]
    triangles = [np.stack([p, q, r], -1).reshape(-1, 3), np.stack([q, s, r], -1).reshape(-1, 3)]
    k = np.arange(sides)
    first, last = rows * sides, rows * sides + 1
    triangles += [
        np.stack([np.full(sides, first), (k + 1) % sides, k], 1),
        np.stack([np.full(sides, last), index[-1], following[-1]], 1),
    ]
    return Mesh(vertices.astype(np.float32), np.concatenate(triangles), (material,), "animal").with_smooth_normals()


def _smooth(knots: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Values (N, C) between knots on a curve without overshoot."""
    from scipy.interpolate import PchipInterpolator

    return np.asarray(PchipInterpolator(knots, values, axis=0)(at))


def coat(name: str, color: str, second: str | None = None) -> Material:
    """Fur, feathers or skin that takes the sentence's colour."""
    return make(f"main {name}", "mottled", color, second, None, scale=0.09, bump=0.003, roughness=0.95, wear=0.1)


HOOF = make("hoof", "plain", "#2b2521")
EYE = make("eye", "plain", "#15120f", roughness=0.1)


def animal(parts: Parts, kind: str) -> Mesh:
    """The parts of an animal as one mesh that is known as that kind."""
    mesh = parts.mesh("animal")
    mesh.thing = kind
    return mesh
