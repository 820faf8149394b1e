"""Snow that lies on what people built: a white cap on every face that is open to the sky, with an edge of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.render.rays import RayScene

Floats = NDArray[np.float32]

COVERED = frozenset(
    ("building", "roof", "wall", "fence", "bridge", "pier", "boat", "vehicle", "furniture", "statue", "lamp", "road",
     "path", "floor", "object", "machine", "door")
)  # fmt: skip
"""Labels that snow lies on; land and plants have their own."""
STEEPEST = 0.42
"""Cosine of the steepest slope (65 degrees) that holds snow."""
SMALLEST = 0.004
"""Square metres of the least face that shows its snow."""
THICKEST = 0.11
"""Metres of snow on a broad face; narrow ones hold less."""
LYING = Material("lying snow", "snow", ((0.93, 0.95, 0.98),), roughness=0.8, bump=0.004, variation=0.1, wear=0.0)


def snow_caps(meshes: list[Mesh], brief: Any) -> list[Mesh]:
    """The snow on `meshes`; nothing where the sentence has no snow."""

    things = [m for m in meshes if m.label in COVERED and m.triangle_count and not _glows(m)]
    if not things or not brief.snowed_in:
        return []
    counts = np.cumsum([0, *(len(m.vertices) for m in things)])
    vertices = np.concatenate([m.vertices for m in things])
    triangles = np.concatenate([m.triangles + first for m, first in zip(things, counts[:-1], strict=True)])
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    u, v = b - a, c - a
    up = u[:, 2] * v[:, 0] - u[:, 0] * v[:, 2]  # y of the cross product, which is twice the area seen from above
    level = np.flatnonzero(np.abs(up) > 2 * SMALLEST * STEEPEST)
    area = 0.5 * np.linalg.norm(np.cross(u[level], v[level]), axis=1)
    keep = (area > SMALLEST) & (np.abs(up[level]) > 2 * STEEPEST * area)
    level, area = level[keep], area[keep]
    # Three points of each face look up: under eaves and on the undersides of things no snow lies.
    scene = RayScene(vertices, triangles.astype(np.uint32))
    corners = np.stack([a[level], b[level], c[level]], axis=1)
    weights = np.array([[0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6]], np.float32)
    points = (weights @ corners - np.array([0, 0.012, 0], np.float32)).reshape(-1, 3)
    covered = scene.blocked(points, np.broadcast_to(np.array([0, -1, 0], np.float32), points.shape))
    open_sky = covered.reshape(-1, 3).sum(axis=1) < 2
    return [_caps(corners[open_sky], area[open_sky])] if open_sky.any() else []


def _glows(mesh: Mesh) -> bool:
    return all(any(m.emission) for m in mesh.materials)


def _caps(corners: Floats, area: Floats) -> Mesh:
    """(N, 3, 3) corners of faces -> their snow: a lid above each face and walls down to it."""
    thick = np.clip(0.16 * np.sqrt(area), 0.012, THICKEST).astype(np.float32)
    lid = corners.copy()
    lid[..., 1] -= thick[:, None]
    vertices = np.concatenate([lid, corners], axis=1)  # six corners a face
    first = 6 * np.arange(len(corners))[:, None]
    pattern = np.array([(0, 1, 2), *((i, j, i + 3) for i, j in ((0, 1), (1, 2), (2, 0))),
                        *((j, j + 3, i + 3) for i, j in ((0, 1), (1, 2), (2, 0)))])  # fmt: skip
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    normal *= np.where(normal[:, 1:2] > 0, -1, 1)
    normals = np.repeat(normal[:, None], 6, axis=1).reshape(-1, 3)
    triangles = (first[:, None] + pattern[None]).reshape(-1, 3)
    return Mesh(vertices.reshape(-1, 3), triangles, (LYING,), "snow", normals=normals.astype(np.float32))
