"""Worn wood and rope: boards that are never straight, posts, coils. Everything that props are put together from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lucid3d.procedural.kit.arrays import Array, f32, frames, unit
from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import Mesh

GREY_WOOD = Material(
    "weathered wood",
    "wood",
    ((0.52, 0.47, 0.41), (0.42, 0.37, 0.32), (0.24, 0.21, 0.18)),
    scale=0.14,
    bump=0.003,
    wear=0.8,
)
BROWN_WOOD = Material(
    "old wood", "wood", ((0.45, 0.32, 0.21), (0.36, 0.25, 0.16), (0.2, 0.14, 0.09)), scale=0.14, bump=0.003, wear=0.6
)
IRON = Material("iron", "plain", ((0.2, 0.2, 0.205), (0.17, 0.165, 0.16), (0.3, 0.16, 0.08)), scale=0.3, wear=0.5)
ROPE = Material("rope", "fabric", ((0.62, 0.53, 0.38), (0.5, 0.42, 0.3)), scale=0.02, bump=0.003)


def painted_wood(color: RGB, wear: float = 0.6) -> Material:
    """Wood under old paint; the third hue shows where it has peeled."""
    return Material(
        "painted wood",
        "planks",
        (color, (color[0] * 0.9, color[1] * 0.9, color[2] * 0.92), (0.45, 0.36, 0.27)),
        scale=0.16,
        bump=0.002,
        wear=wear,
    )


def boards(
    starts: ArrayLike,
    ends: ArrayLike,
    up: ArrayLike,
    width: ArrayLike,
    thickness: ArrayLike,
    material: Material,
    rng: np.random.Generator,
    *,
    sag: float = 0.0,
    rough: float = 0.004,
    twist: float = 0.02,
    tone: float = 0.14,
    points: int = 4,
    label: str = "object",
) -> Mesh:
    """N boards or beams, each between two points.

    Args:
        starts, ends: (N, 3) middles of the two ends.
        up: (3,) or (N, 3), roughly the broad side's normal.
        width, thickness: metres, numbers or (N,).
        sag: metres by which the middle hangs down.
        rough: metres of random bending; `twist`: radians of random twist between the ends.
        tone: spread of brightness from board to board.
        points: cross-sections along a board.
    """
    first, last = f32(starts).reshape(-1, 3), f32(ends).reshape(-1, 3)
    count = len(first)
    along = f32(np.linspace(0, 1, points))
    line = first[:, None] * (1 - along)[None, :, None] + last[:, None] * along[None, :, None]
    line[..., 1] += sag * 4 * along * (1 - along)
    line = line + f32(rng.normal(0, rough, line.shape)) * f32([1, 1, 1])
    axis = unit(last - first)
    normal = f32(np.broadcast_to(f32(up), (count, 3)))
    side = unit(np.cross(axis, normal))
    normal = unit(np.cross(side, axis))
    angle = f32(rng.normal(0, twist, (count, 1)) * (along[None] - 0.5) * 2 + rng.normal(0, twist * 0.3, (count, 1)))
    c, s = np.cos(angle)[..., None], np.sin(angle)[..., None]
    across = side[:, None] * c + normal[:, None] * s
    above = normal[:, None] * c - side[:, None] * s
    half_w = f32(np.broadcast_to(f32(width), (count,))) / 2
    half_t = f32(np.broadcast_to(f32(thickness), (count,))) / 2
    half_w = half_w[:, None] * f32(np.exp(rng.normal(0, 0.025, (count, points))))
    corners = np.stack(
        [
            line + sx * across * half_w[..., None] + sy * above * half_t[:, None, None]
            for sx, sy in ((-1, 1), (1, 1), (1, -1), (-1, -1))
        ],
        axis=2,
    )  # (N, points, 4, 3)
    length = np.linalg.norm(last - first, axis=1)
    offset = f32(rng.uniform(0, 5, (count, 1, 1)))
    u = along[None, :, None] * length[:, None, None] + offset
    vertices, uvs, triangles, base = [], [], [], 0
    for face in range(4):
        pair = corners[:, :, [face, (face + 1) % 4]]  # (N, points, 2, 3)
        wide = 2 * (half_w if face % 2 == 0 else np.broadcast_to(half_t[:, None], (count, points)))
        vertices.append(pair.reshape(-1, 3))
        v = np.stack([np.zeros_like(wide), wide], axis=2) + offset * 0.37
        uvs.append(np.stack([np.broadcast_to(u, v.shape), v], axis=-1).reshape(-1, 2))
        index = np.arange(count * points * 2).reshape(count, points, 2) + base
        a, b, c2, d = index[:, :-1, 0], index[:, :-1, 1], index[:, 1:, 1], index[:, 1:, 0]
        triangles.append(np.stack([np.stack([a, b, c2], -1), np.stack([a, c2, d], -1)], -2).reshape(-1, 3))
        base += count * points * 2
    for end, order in ((0, (0, 3, 2, 1)), (points - 1, (0, 1, 2, 3))):
        cap = corners[:, end][:, order]
        vertices.append(cap.reshape(-1, 3))
        uvs.append(np.tile(f32([[0, 0], [0.02, 0], [0.02, 0.02], [0, 0.02]]), (count, 1)))
        corner = np.arange(count * 4).reshape(count, 4) + base
        triangles.append(np.concatenate([corner[:, [0, 1, 2]], corner[:, [0, 2, 3]]]))
        base += count * 4
    shade = f32(np.exp(rng.normal(0, tone, (count, 1)) + rng.normal(0, 0.03, (count, 3))))
    tints = np.concatenate([np.repeat(shade, points * 2, axis=0)] * 4 + [np.repeat(shade * 0.8, 4, axis=0)] * 2)
    return Mesh(
        np.concatenate(vertices),
        np.concatenate(triangles),
        (material,),
        label,
        tints=f32(tints),
        uv=f32(np.concatenate(uvs)),
    )


def rounds(
    lines: ArrayLike,
    radii: ArrayLike,
    material: Material,
    rng: np.random.Generator,
    *,
    sides: int = 9,
    knobbly: float = 0.03,
    tone: float = 0.12,
    label: str = "object",
) -> Mesh:
    """N round poles with closed ends.

    Args:
        lines: (N, P, 3) middles.
        radii: a number, (N,) or (N, P) metres.
        knobbly: spread of the radius from corner to corner.
    """
    line = f32(lines)
    count, points = line.shape[:2]
    radius = f32(radii)
    radius = f32(np.broadcast_to(radius[:, None] if radius.ndim == 1 else radius, (count, points)))
    _, side, other = frames(line)
    angle = f32(np.arange(sides + 1) * 2 * np.pi / sides)
    ring = np.cos(angle)[:, None] * side[:, :, None] + np.sin(angle)[:, None] * other[:, :, None]
    bumps = np.exp(rng.normal(0, knobbly, (count, points, sides)))
    bumps = np.concatenate([bumps, bumps[..., :1]], axis=2)
    vertices = line[:, :, None] + ring * (radius[..., None] * bumps)[..., None]
    steps = np.linalg.norm(np.diff(line, axis=1), axis=2)
    along = np.concatenate([np.zeros((count, 1)), np.cumsum(steps, axis=1)], axis=1) + rng.uniform(0, 5, (count, 1))
    v = angle[None, None] * radius[..., None]
    uv = np.stack([np.broadcast_to(along[..., None], v.shape), v], axis=-1)
    index = np.arange(count * points * (sides + 1)).reshape(count, points, sides + 1)
    a, b, c, d = index[:, :-1, :-1], index[:, :-1, 1:], index[:, 1:, 1:], index[:, 1:, :-1]
    triangles = [np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], -2).reshape(-1, 3)]
    shade = f32(np.exp(rng.normal(0, tone, (count, 1))))
    tints = [np.repeat(np.repeat(shade, 3, axis=1), points * (sides + 1), axis=0)]
    parts, uvs, normals, start = [vertices.reshape(-1, 3)], [uv.reshape(-1, 2)], [ring.reshape(-1, 3)], index.size
    for end, sign in ((0, -1.0), (points - 1, 1.0)):
        rim = vertices[:, end, :sides]
        fan = np.concatenate([line[:, end][:, None], rim], axis=1)
        axis = unit(line[:, end] - line[:, 1 if end == 0 else end - 1])
        own = np.arange(count * (sides + 1)).reshape(count, sides + 1) + start
        nxt = np.roll(own[:, 1:], -1, axis=1)
        order = (own[:, 1:], nxt) if sign > 0 else (nxt, own[:, 1:])
        triangles.append(np.stack([np.broadcast_to(own[:, :1], nxt.shape), *order], -1).reshape(-1, 3))
        parts.append(fan.reshape(-1, 3))
        uvs.append((np.einsum("nki,ni->nk", fan - fan[:, :1], side[:, end])[..., None] * f32([1, 1])).reshape(-1, 2))
        normals.append(np.repeat(axis, sides + 1, axis=0))
        tints.append(np.repeat(np.repeat(shade * 1.1, 3, axis=1), sides + 1, axis=0))
        start += own.size
    return Mesh(
        np.concatenate(parts), np.concatenate(triangles), (material,), label, tints=f32(np.concatenate(tints)),
        normals=f32(np.concatenate(normals)), uv=f32(np.concatenate(uvs)),
    )  # fmt: skip


def hanging(start: ArrayLike, end: ArrayLike, sag: float, points: int = 12) -> Array:
    """A rope's line (N, 3) of `points` between two points (3,), hanging `sag` metres in the middle."""
    along = np.linspace(0, 1, points)[:, None]
    line = np.asarray(start, np.float64) * (1 - along) + np.asarray(end, np.float64) * along
    line[:, 1:2] += sag * 4 * along * (1 - along)
    return f32(line)


def yaw_matrix(angle: float) -> NDArray[np.float64]:
    """(3, 3) turn about the vertical, radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
