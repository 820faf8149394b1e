"""A building or a thing from far away: every large plane becomes its outline, small parts are left out.

What is left keeps its corners, materials and patterns, so that nothing changes its colour as one comes near.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.prototype import Prototype

Triangles = NDArray[np.int32]
Floats = NDArray[np.float64]

TURNED, BESIDE = 12.0, 0.3
"""Steps of a unit normal, and metres of a plane's distance from the origin, within which triangles lie in one plane."""
FILLED = 0.45
"""Share of its outline's area from which on a plane's triangles are one wall or roof, holes and all."""
GLAZED = 0.9
"""The same for panes: windows in a row stay windows."""
UPRIGHT = 0.3
"""Height of a wall's unit normal at most."""
PANES = frozenset({"glass", "emissive"})
"""Patterns of what lies back in a wall's openings: where the openings are closed, it comes forward by `FORWARD`."""
FORWARD = 0.34
"""Metres by which panes come forward."""
DARKER = 0.6
"""Share of its light that a wall loses where it is all windows."""


@dataclass(frozen=True)
class Coarseness:
    """What a level of detail still has: the area of the smallest outline, and of the smallest loose part."""

    outline: float
    loose: float


LEVELS = (Coarseness(0.8, 0.3), Coarseness(4.0, 5.0))
"""For things of middling size (see `prototype`), after the thing itself and the same without its smallest parts."""
SMALLEST = 0.05
"""Square metres of the smallest triangle of the second level."""
RANGES = (38.0, 105.0, 300.0, np.inf)
"""Metres up to which each level is drawn."""
ROUND = 0.3
"""Share of its triangles, the largest, that is left of a thing without any plane."""
USUAL = 9.0
"""Metres that a thing is wide and high to be of middling size."""


def prototype(mesh: Mesh, name: str) -> Prototype:
    """A thing to place many times, with its levels of detail."""
    size = float(np.clip(np.ptp(mesh.bounds, axis=0).max() / USUAL, 0.12, 4.0))
    small = size**2
    levels = [mesh, _without(mesh, SMALLEST * small)]
    levels += [simplified(mesh, Coarseness(c.outline * small, c.loose * small)) for c in LEVELS]
    kept = [levels[0]]
    ranges: list[float] = []
    for level, reach in zip(levels[1:], RANGES, strict=False):
        if 0 < level.triangle_count < 0.8 * kept[-1].triangle_count:
            kept.append(level)
            ranges.append(reach * size**0.5)
    return Prototype(name, kept, (*ranges, np.inf), sink=0.0)


def _areas(mesh: Mesh) -> tuple[Floats, Floats, Floats]:
    """(T, 3, 3) corners, (T, 3) unit normals and (T,) square metres of triangles."""
    corners = mesh.vertices[mesh.triangles].astype(np.float64)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    twice = np.linalg.norm(cross, axis=1)
    return corners, cross / np.maximum(twice, 1e-12)[:, None], twice / 2


def _own(mesh: Mesh) -> NDArray[np.int32]:
    return np.zeros(mesh.triangle_count, np.int32) if mesh.material_index is None else mesh.material_index


def _without(mesh: Mesh, smallest: float) -> Mesh:
    """The mesh without its small triangles."""
    kept = _areas(mesh)[2] >= smallest
    return _of(mesh, mesh.triangles[kept], _own(mesh)[kept])


def _of(mesh: Mesh, triangles: Triangles, own: NDArray[np.int32]) -> Mesh:
    """A mesh of some triangles over a mesh's corners; corners and materials that none needs are left out."""
    used, index = np.unique(triangles, return_inverse=True)
    materials, number = np.unique(own, return_inverse=True)

    def rows(values: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
        return None if values is None else values[used]

    return replace(
        mesh, vertices=mesh.vertices[used], triangles=index.reshape(-1, 3).astype(np.int32),
        materials=tuple(mesh.materials[m] for m in materials) or mesh.materials[:1],
        material_index=number.astype(np.int32), tints=rows(mesh.tints), normals=rows(mesh.normals), uv=rows(mesh.uv),
        instances=None,
    )  # fmt: skip


def simplified(mesh: Mesh, coarse: Coarseness) -> Mesh:
    """The mesh with each large plane as its outline."""
    corners, normals, areas = _areas(mesh)
    own = _own(mesh)
    panes = np.array([m.pattern in PANES for m in mesh.materials])[own]
    sign = np.sign(normals[np.arange(len(normals)), np.abs(normals).argmax(axis=1)])[:, None]
    facing = normals * sign  # of a slab's two sides, one normal
    beside = np.einsum("ta,ta->t", facing, corners[:, 0])
    # by material too: the roof's tiles and the boards under them lie in one plane
    key = np.column_stack([np.round(facing * TURNED), np.round(beside / BESIDE), own]).astype(np.int64)
    group = np.unique(key, axis=0, return_inverse=True)[1].reshape(-1)
    total = np.bincount(group, areas)
    fans: list[Triangles] = []
    stuff: list[NDArray[np.int32]] = []
    loose = areas >= coarse.loose
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(total) + 1))
    for plane in np.flatnonzero(total >= coarse.outline):
        rows = order[starts[plane] : starts[plane + 1]]
        ring, area = _outline(mesh.vertices, mesh.triangles[rows], facing[rows[areas[rows].argmax()]])
        if total[plane] < (GLAZED if panes[rows[0]] else FILLED) * area or len(ring) < 3:
            continue
        loose[rows] = False
        fan = np.stack([np.full(len(ring) - 2, ring[0]), ring[1:-1], ring[2:]], axis=1)
        fans.append(fan.astype(np.int32))
        stuff.append(np.full(len(fan), own[rows[0]], np.int32))
    if not fans and not loose.any():
        loose = areas >= np.quantile(areas, 1 - ROUND)  # all of it is round or thin
    made = _of(mesh, np.concatenate([*fans, mesh.triangles[loose]]), np.concatenate([*stuff, own[loose]]))
    walls = (np.abs(normals[:, 1]) < UPRIGHT) & ~panes
    windows = areas[panes & ~loose].sum() / max(float(areas[walls | panes].sum()), 1e-9)
    return _glazed(made, float(windows))


def _outline(vertices: NDArray[np.float32], triangles: Triangles, normal: Floats) -> tuple[NDArray[np.int32], float]:
    """The corners of the convex outline of triangles in one plane, in order, and its square metres (Andrew's monotone
    chain)."""
    first = np.cross(normal, (0.0, 1.0, 0.0) if abs(normal[1]) < 0.9 else (1.0, 0.0, 0.0))
    first /= np.linalg.norm(first)
    own = np.unique(triangles)
    flat = vertices[own].astype(np.float64) @ np.stack([first, np.cross(normal, first)], axis=1)
    order = np.lexsort((flat[:, 1], flat[:, 0]))
    points = flat[order].tolist()

    def chain(indices: range) -> list[int]:
        hull: list[int] = []
        for k in indices:
            while len(hull) > 1:
                (ax, ay), (bx, by), (cx, cy) = points[hull[-2]], points[hull[-1]], points[k]
                if (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) > 1e-6:
                    break
                hull.pop()
            hull.append(k)
        return hull[:-1]

    count = len(points)
    ring = chain(range(count)) + chain(range(count - 1, -1, -1))
    x, y = flat[order][ring].T
    area = 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
    return own[order][ring].astype(np.int32), area


def _glazed(mesh: Mesh, windows: float) -> Mesh:
    """The mesh with its panes before its closed walls; where panes are left out, `windows` of all that is upright, its
    walls are darker by as much."""
    if not mesh.triangle_count:
        return mesh
    _, normals, _ = _areas(mesh)
    panes = np.array([m.pattern in PANES for m in mesh.materials])[_own(mesh)]
    vertices = mesh.vertices.copy()
    middle = 0.5 * (mesh.bounds[0] + mesh.bounds[1])
    out = mesh.vertices[mesh.triangles].mean(axis=1) - middle
    way = normals * np.sign(np.einsum("ta,ta->t", normals, out))[:, None]
    upright = panes & (np.abs(normals[:, 1]) < UPRIGHT)
    for corner in mesh.triangles[upright].T:
        vertices[corner] = mesh.vertices[corner] + np.float32(FORWARD) * way[upright]
    tints = np.ones_like(mesh.vertices) if mesh.tints is None else mesh.tints.copy()
    walls = np.unique(mesh.triangles[(np.abs(normals[:, 1]) < UPRIGHT) & ~panes])
    tints[walls] *= np.float32(1 - DARKER * windows)
    return replace(mesh, vertices=vertices, tints=tints)
