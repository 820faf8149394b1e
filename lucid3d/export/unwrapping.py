"""A mesh with a place on a texture for every triangle: charts that overlap nowhere, packed by xatlas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.export.mesh import Mesh, open3d

PADDING = 3
"""Texels between charts: mip maps and filters reach over."""


@dataclass(frozen=True, eq=False)
class Unwrapped:
    """Triangles whose corners have texture coordinates; corners on the rim of a chart are there more than once.

    Attributes:
        vertices, normals: (V, 3) float32 metres and unit vectors, world frame.
        triangles: (T, 3) int32.
        uv: (V, 2) float32 in [0, 1], v downwards from the picture's top row, as glTF has it.
        colors: (V, 3) float32 sRGB of the mesh's own vertices.
    """

    vertices: NDArray[np.float32]
    normals: NDArray[np.float32]
    triangles: NDArray[np.int32]
    uv: NDArray[np.float32]
    colors: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Texels:
    """The texels that lie on a mesh: their rows and columns (N,), triangles (N,) and barycentric weights (N, 3)."""

    row: NDArray[np.intp]
    column: NDArray[np.intp]
    triangle: NDArray[np.intp]
    weights: NDArray[np.float32]

    def of(self, triangles: NDArray[np.int32], values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Values (V, K) of corners at the texels, (N, K)."""
        corners = values[triangles[self.triangle]]
        return np.asarray(np.einsum("nc,nck->nk", self.weights, corners), np.float32)


def unwrap(mesh: Mesh, size: int) -> Unwrapped:
    """Give a mesh texture coordinates for a square texture of `size` texels."""
    import xatlas

    vertices = np.ascontiguousarray(mesh.vertices, np.float32)
    normals = corner_normals(vertices, mesh.triangles)
    atlas = xatlas.Atlas()
    atlas.add_mesh(vertices, np.ascontiguousarray(mesh.triangles, np.uint32), normals)
    charts, pack = xatlas.ChartOptions(), xatlas.PackOptions()
    charts.max_iterations = 1  # more make charts a little rounder, and take as long again each
    pack.resolution = size
    pack.padding = PADDING
    pack.bruteForce = False
    atlas.generate(charts, pack)
    mapping, triangles, uv = atlas.get_mesh(0)
    colors = np.full((len(vertices), 3), 0.5, np.float32) if mesh.colors is None else mesh.colors
    return Unwrapped(
        vertices[mapping], normals[mapping], triangles.astype(np.int32), uv.astype(np.float32), colors[mapping]
    )


def texels_of(mesh: Unwrapped, size: int) -> Texels:
    """Which triangle each texel of a (size, size) texture lies in, found by rays through the flat chart."""
    o3d = open3d()
    flat = np.concatenate([mesh.uv * size, np.zeros((len(mesh.uv), 1), np.float32)], axis=1).astype(np.float32)
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(np.ascontiguousarray(flat), mesh.triangles.astype(np.uint32))
    rows: list[NDArray[np.intp]] = []
    columns: list[NDArray[np.intp]] = []
    triangles: list[NDArray[np.intp]] = []
    weights: list[NDArray[np.float32]] = []
    column = np.arange(size)
    for band in np.array_split(np.arange(size), max(1, size // 512)):
        rays = np.zeros((len(band), size, 6), np.float32)
        rays[..., 0], rays[..., 1] = column[None] + 0.5, band[:, None] + 0.5
        rays[..., 2], rays[..., 5] = 1, -1
        hits = scene.cast_rays(rays)
        row, at = np.nonzero(np.isfinite(hits["t_hit"].numpy()))
        uv = hits["primitive_uvs"].numpy()[row, at]
        rows.append(band[row])
        columns.append(at)
        triangles.append(hits["primitive_ids"].numpy()[row, at].astype(np.intp))
        weights.append(np.concatenate([1 - uv.sum(axis=1, keepdims=True), uv], axis=1).astype(np.float32))
    return Texels(np.concatenate(rows), np.concatenate(columns), np.concatenate(triangles), np.concatenate(weights))


def corner_normals(vertices: NDArray[np.float32], triangles: NDArray[np.int32]) -> NDArray[np.float32]:
    """(V, 3) unit normals, averaged over a vertex's triangles by their area."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    normals = np.stack(
        [
            sum(np.bincount(triangles[:, corner], face[:, axis], len(vertices)) for corner in range(3))
            for axis in range(3)
        ],
        axis=1,
    )
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.where(lengths > 0, normals / np.maximum(lengths, 1e-30), [0.0, -1.0, 0.0]).astype(np.float32)
