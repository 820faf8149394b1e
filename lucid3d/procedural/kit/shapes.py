"""Plain solids that generators put things together from. All are y-down, in metres, with pattern coordinates in
metres."""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh


def box(size: ArrayLike, center: ArrayLike, material: Material, *, yaw: float = 0.0, label: str = "object") -> Mesh:
    """An axis-aligned box of `size` (3,) about `center` (3,), turned by `yaw` radians; each face has its own uv.

    u runs along the longer side of each face, so that planks follow beams.
    """
    half = np.asarray(size, np.float64) / 2
    vertices: list[NDArray[np.float64]] = []
    uv: list[NDArray[np.float64]] = []
    triangles: list[int] = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            a, b = (axis + 1) % 3, (axis + 2) % 3
            if axis == 0:  # walls facing x: u along z, v along y
                a, b = 2, 1
            corners = np.zeros((4, 3))
            corners[:, axis] = sign * half[axis]
            for i, (sa, sb) in enumerate(((-1, -1), (1, -1), (1, 1), (-1, 1))):
                corners[i, a], corners[i, b] = sa * half[a], sb * half[b]
            normal = np.cross(corners[1] - corners[0], corners[3] - corners[0])
            order = [0, 1, 2, 0, 2, 3] if normal[axis] * sign > 0 else [0, 2, 1, 0, 3, 2]
            triangles += [len(vertices) * 4 + i for i in order]
            vertices.append(corners)
            along, across = (a, b) if half[a] >= half[b] or axis != 1 else (b, a)
            if axis != 1 and half[1] > 3 * max(half[a] if a != 1 else 0, half[b] if b != 1 else 0):
                along, across = 1, (a if a != 1 else b)  # posts: grain runs up
            elif axis != 1:
                along, across = (a if a != 1 else b), 1
            uv.append(corners[:, [along, across]] + half[[along, across]])
    turn = _turn(yaw)
    points = np.concatenate(vertices) @ turn.T + np.asarray(center, np.float64)
    return Mesh(
        points.astype(np.float32),
        np.array(triangles, np.int32).reshape(-1, 3),
        (material,),
        label,
        uv=np.concatenate(uv).astype(np.float32),
    )


def tube(
    path: ArrayLike,
    radii: ArrayLike,
    material: Material,
    *,
    sides: int = 8,
    caps: bool = True,
    label: str = "object",
) -> Mesh:
    """A round tube along a polyline: trunks, branches, posts, pipes.

    Args:
        path: (N, 3) points, N >= 2.
        radii: (N,) or scalar radii at the points.
        sides: corners of the cross-section.
        caps: close the ends.
    """
    points = np.asarray(path, np.float64).reshape(-1, 3)
    count = len(points)
    radius = np.broadcast_to(np.asarray(radii, np.float64), (count,))
    tangents = np.gradient(points, axis=0) if count > 2 else np.repeat(points[1:] - points[:1], 2, axis=0)
    tangents /= np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), 1e-12)
    side = _cross(tangents[0], (0.0, 0.0, 1.0) if abs(tangents[0][2]) < 0.9 else (1.0, 0.0, 0.0))
    frames = np.empty((2, count, 3))
    for i, tangent in enumerate(tangents):  # parallel transport keeps the tube from twisting
        side = side - tangent * (side @ tangent)
        side /= max(math.sqrt(side @ side), 1e-12)
        frames[0, i], frames[1, i] = side, _cross(tangent, side)
    ring, angles, triangles = _rings(count, sides, caps)
    directions = ring[0, :, None] * frames[0, :, None] + ring[1, :, None] * frames[1, :, None]
    vertices = points[:, None] + directions * radius[:, None, None]
    around, total = count * (sides + 1), count * (sides + 1) + (2 * (sides + 1) if caps else 0)
    all_vertices, all_normals = np.empty((total, 3), np.float32), np.empty((total, 3), np.float32)
    uv = np.empty((total, 2), np.float32)
    all_vertices[:around], all_normals[:around] = vertices.reshape(-1, 3), directions.reshape(-1, 3)
    lengths = np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))
    grid = uv[:around].reshape(count, sides + 1, 2)
    grid[0, :, 0], grid[1:, :, 0] = 0.0, lengths[:, None]
    grid[..., 1] = angles * float(radius.mean())
    if caps:
        for first, end, sign in ((around, 0, -1.0), (around + sides + 1, count - 1, 1.0)):
            rim = slice(first, first + sides)
            all_vertices[rim], all_vertices[first + sides] = vertices[end, :-1], points[end]
            all_normals[first : first + sides + 1] = tangents[end] * sign
            uv[rim], uv[first + sides] = ring[:, :-1].T * radius[end], 0.0
    return Mesh(all_vertices, triangles.copy(), (material,), label, normals=all_normals, uv=uv)


def _cross(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """The cross product of two vectors (3,); numpy's takes ten times as long for so few numbers."""
    (ax, ay, az), (bx, by, bz) = np.asarray(a).tolist(), np.asarray(b).tolist()
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


@functools.lru_cache(maxsize=512)
def _rings(count: int, sides: int, caps: bool) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32]]:
    """What tubes of so many points have in common: the circle (2, sides + 1), its angles (sides + 1,), and the
    triangles (T, 3) between the rings and in the ends."""
    angles = np.linspace(0, 2 * np.pi, sides + 1)
    index = np.arange(count * (sides + 1)).reshape(count, sides + 1)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    triangles = [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)]
    if caps:
        i = np.arange(sides)
        for first, turn in ((index.size, -1), (index.size + sides + 1, 1)):
            fan = np.stack([first + i, first + (i + 1) % sides, np.full(sides, first + sides)], 1)
            triangles.append(fan[:, ::turn])
    return np.stack([np.cos(angles), np.sin(angles)]), angles, np.concatenate(triangles).astype(np.int32)


def cylinder(
    base: ArrayLike,
    height: float,
    radius: float,
    material: Material,
    *,
    top_radius: float | None = None,
    sides: int = 16,
    label: str = "object",
) -> Mesh:
    """A standing cylinder (or cone) that grows upwards (towards -y) from `base` (3,)."""
    foot = np.asarray(base, np.float64)
    path = np.stack([foot, foot - [0.0, height, 0.0]])
    return tube(path, [radius, radius if top_radius is None else top_radius], material, sides=sides, label=label)


def sphere(
    center: ArrayLike, radius: float | ArrayLike, material: Material, *, subdivisions: int = 2, label: str = "object"
) -> Mesh:
    """An icosphere (or ellipsoid, with `radius` (3,)): 20 * 4**subdivisions triangles."""
    vertices, triangles = icosphere(subdivisions)
    radii = np.broadcast_to(np.asarray(radius, np.float64), (3,))
    normals = vertices / radii
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Mesh(
        (vertices * radii + np.asarray(center, np.float64)).astype(np.float32),
        triangles,
        (material,),
        label,
        normals=normals.astype(np.float32),
    )


def icosphere(subdivisions: int) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Unit sphere: vertices (V, 3), triangles (20 * 4**subdivisions, 3)."""
    vertices, triangles = _icosphere(subdivisions)
    return vertices.copy(), triangles.copy()


@functools.lru_cache(maxsize=8)
def _icosphere(subdivisions: int) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    g = (1 + 5**0.5) / 2
    points: list[tuple[float, float, float]] = [
        (-1, g, 0),
        (1, g, 0),
        (-1, -g, 0),
        (1, -g, 0),
        (0, -1, g),
        (0, 1, g),
        (0, -1, -g),
        (0, 1, -g),
    ]
    points += [(g, 0, -1), (g, 0, 1), (-g, 0, -1), (-g, 0, 1)]
    faces = [(0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4), (11, 10, 2), (10, 7, 6)]
    faces += [(7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8), (3, 8, 9), (4, 9, 5), (2, 4, 11), (6, 2, 10)]
    faces += [(8, 6, 7), (9, 8, 1)]
    vertices = np.array(points, np.float64)
    vertices /= np.linalg.norm(vertices, axis=1, keepdims=True)
    triangles = np.array(faces, np.int32)
    for _ in range(subdivisions):
        edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
        unique, inverse = np.unique(edges, axis=0, return_inverse=True)
        middle = vertices[unique].mean(axis=1)
        middle /= np.linalg.norm(middle, axis=1, keepdims=True)
        ab, bc, ca = (inverse.reshape(3, -1) + len(vertices)).astype(np.int32)
        a, b, c = triangles.T
        vertices = np.concatenate([vertices, middle])
        triangles = np.concatenate([np.stack(t, 1) for t in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))])
    return vertices, triangles


def quad(corners: ArrayLike, material: Material, *, label: str = "object") -> Mesh:
    """A flat (or slightly bent) four-cornered face, (4, 3) corners in order; u runs from corner 0 to corner 1."""
    points = np.asarray(corners, np.float64).reshape(4, 3)
    u, v = np.linalg.norm(points[1] - points[0]), np.linalg.norm(points[3] - points[0])
    uv = np.array([[0, 0], [u, 0], [u, v], [0, v]], np.float32)
    return Mesh(points.astype(np.float32), np.array([[0, 1, 2], [0, 2, 3]], np.int32), (material,), label, uv=uv)


def prism(
    outline: ArrayLike,
    top: float,
    bottom: float,
    material: Material,
    *,
    cap: Material | None = None,
    label: str = "object",
) -> Mesh:
    """A vertical prism over a simple polygon.

    Args:
        outline: (N, 2) x, z corners in order (either direction).
        top, bottom: y of the upper and lower face (y is down, so top < bottom).
        cap: material of the upper and lower face (the wall's by default).
    """
    ring = np.asarray(outline, np.float64).reshape(-1, 2)
    count = len(ring)
    following = np.roll(ring, -1, axis=0)
    steps = np.linalg.norm(following - ring, axis=1)
    start = np.concatenate([[0], np.cumsum(steps)])
    walls, uv = [], []
    for i in range(count):
        (x0, z0), (x1, z1) = ring[i], following[i]
        walls.append([[x0, top, z0], [x1, top, z1], [x1, bottom, z1], [x0, bottom, z0]])
        uv.append([[start[i], top], [start[i + 1], top], [start[i + 1], bottom], [start[i], bottom]])
    first = np.arange(count)[:, None] * 4
    triangles = np.concatenate([first + np.array([0, 1, 2]), first + np.array([0, 2, 3])])
    vertices, coordinates = np.array(walls).reshape(-1, 3), np.array(uv).reshape(-1, 2)
    ears = triangulate(ring)
    index = np.zeros(len(triangles) + 2 * len(ears), np.int32)
    for y in (top, bottom):
        offset = len(vertices)
        vertices = np.concatenate([vertices, np.stack([ring[:, 0], np.full(count, y), ring[:, 1]], 1)])
        coordinates = np.concatenate([coordinates, ring])
        triangles = np.concatenate([triangles, ears + offset])
    index[2 * count :] = 0 if cap is None else 1
    return Mesh(
        vertices.astype(np.float32),
        triangles.astype(np.int32),
        (material,) if cap is None else (material, cap),
        label,
        material_index=index,
        uv=coordinates.astype(np.float32),
    )


def lathe(
    profile: ArrayLike, material: Material, *, sides: int = 16, label: str = "object", center: ArrayLike = (0, 0, 0)
) -> Mesh:
    """A turned shape: `profile` (P, 2) radius and height above the ground, from bottom to top."""
    outline = np.asarray(profile, np.float64)
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    x, z = np.cos(angle), np.sin(angle)
    vertices = np.stack(
        [outline[:, :1] * x, np.broadcast_to(-outline[:, 1:], (len(outline), sides + 1)), outline[:, :1] * z], axis=-1
    )
    step = np.gradient(outline, axis=0)
    slope = np.stack([step[:, 1], step[:, 0]], axis=1)  # outward radius, downwards
    slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)
    normals = np.stack(
        [slope[:, :1] * x, np.broadcast_to(slope[:, 1:], (len(outline), sides + 1)), slope[:, :1] * z], axis=-1
    )
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(outline, axis=0), axis=1))])
    uv = np.stack(
        [
            np.broadcast_to(angle * outline[:, :1].max(), vertices.shape[:2]),
            np.broadcast_to(length[:, None], vertices.shape[:2]),
        ],
        -1,
    )
    index = np.arange(vertices.shape[0] * vertices.shape[1]).reshape(vertices.shape[:2])
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    triangles: NDArray[np.int64] = np.stack([np.stack([a, c, b], -1), np.stack([a, d, c], -1)], -2).reshape(-1, 3)
    return Mesh(
        (vertices.reshape(-1, 3) + np.asarray(center)).astype(np.float32),
        triangles.astype(np.int32),
        (material,),
        label,
        normals=normals.reshape(-1, 3).astype(np.float32),
        uv=uv.reshape(-1, 2).astype(np.float32),
    )


def triangulate(outline: ArrayLike) -> NDArray[np.int32]:
    """Ear clipping of a simple polygon: outline (N, 2) -> (N - 2, 3) indices."""
    ring = np.asarray(outline, np.float64)
    remaining = list(range(len(ring)))
    area = 0.5 * float(np.sum(ring[:, 0] * np.roll(ring[:, 1], -1) - np.roll(ring[:, 0], -1) * ring[:, 1]))
    if area < 0:
        remaining.reverse()

    def cross(o: int, a: int, b: int) -> float:
        (ox, oy), (ax, ay), (bx, by) = ring[o], ring[a], ring[b]
        return float((ax - ox) * (by - oy) - (ay - oy) * (bx - ox))

    triangles = []
    while len(remaining) > 3:
        for i in range(len(remaining)):
            a, b, c = remaining[i - 1], remaining[i], remaining[(i + 1) % len(remaining)]
            if cross(a, b, c) <= 0:
                continue
            others = (p for p in remaining if p not in (a, b, c))
            if any(cross(a, b, p) >= 0 and cross(b, c, p) >= 0 and cross(c, a, p) >= 0 for p in others):
                continue
            break
        triangles.append((a, b, c))
        remaining.remove(b)
    triangles.append((remaining[0], remaining[1], remaining[2]))
    return np.array(triangles, np.int32)


def _turn(yaw: float) -> NDArray[np.float64]:
    c, s = np.cos(yaw), np.sin(yaw)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
