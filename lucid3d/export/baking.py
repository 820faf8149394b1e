"""Textures of a mesh from the pictures that see it: colour and normals, blended, hidden surfaces left out.

Every texel looks at all views; one counts where its depth map has this very surface there, the more the nearer it is
and the straighter it looks (the weight's power keeps blends short, so that they do not blur). What no view shows takes
the mesh's own colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.export.unwrapping import Texels, Unwrapped
from lucid3d.transforms import PosedView

HIDDEN = (0.02, 0.03)
"""A surface is seen where the view's depth is no less than this part, and these metres, before it."""
GRAZING = 0.1
"""Cosine to the view below which it is not asked."""
POWER = 4.0
"""Of the weight: the best view prevails, the second best helps near where they change."""
RIM = 1
"""Pixels along depth edges that are not used: they mix two surfaces."""
_CHUNK = 1_000_000

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Textures:
    """(S, S, 3) float32 each, glTF's way up.

    Attributes:
        color: sRGB in [0, 1].
        normals: unit vectors in the tangent frame of the mesh (x along u, y against v, z out).
        tangents: (V, 4) float32 of the mesh's corners: unit vector along u, and the sign of the third axis.
        seen: part of the texels that a view shows.
    """

    color: Floats
    normals: Floats
    tangents: Floats
    seen: float


def bake(mesh: Unwrapped, texels: Texels, size: int, views: Sequence[PosedView]) -> Textures:
    """Fill the textures of a mesh.

    Args:
        views: their depth says what they see (+inf is sky).
    """
    positions = texels.of(mesh.triangles, mesh.vertices)
    outward = texels.of(mesh.triangles, mesh.normals)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    count = len(positions)
    color, normal, weight = (
        np.zeros((count, 3), np.float32),
        np.zeros((count, 3), np.float32),
        np.zeros(count, np.float32),
    )
    for view in views:
        seen = _View(view)
        for start in range(0, count, _CHUNK):
            part = slice(start, start + _CHUNK)
            rows, values, normals, weights = seen.at(positions[part], outward[part])
            rows = rows + start
            color[rows] += weights[:, None] * values
            normal[rows] += weights[:, None] * normals
            weight[rows] += weights
    known = weight > 0
    color[known] /= weight[known, None]
    color[~known] = texels.of(mesh.triangles, mesh.colors)[~known]
    normal = np.where(known[:, None], normal, outward)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    tangents = corner_tangents(mesh)
    along = texels.of(mesh.triangles, tangents[:, :3])
    along -= outward * (along * outward).sum(axis=1, keepdims=True)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    side = np.sign(tangents[mesh.triangles[texels.triangle, 0], 3])[:, None]
    across = np.cross(outward, along) * side
    local = np.stack([(normal * axis).sum(axis=1) for axis in (along, across, outward)], axis=1)
    local[:, 2] = np.maximum(local[:, 2], 0.1)  # a normal that points inwards is a fault of the depth map
    local /= np.linalg.norm(local, axis=1, keepdims=True)
    return Textures(
        _spread(texels, np.clip(color, 0, 1), size), _spread(texels, local, size), tangents, float(known.mean())
    )


class _View:
    """A view that is asked for surfaces: its picture, depth and normals."""

    def __init__(self, view: PosedView) -> None:
        from scipy.ndimage import maximum_filter, minimum_filter

        self.camera: Camera = view.camera
        self.image = view.image
        depth = np.where(np.isfinite(view.depth) & (view.depth > 0), view.depth, np.inf).astype(np.float32)
        width = 2 * RIM + 1
        with np.errstate(invalid="ignore"):
            nearest, furthest = minimum_filter(depth, width), maximum_filter(depth, width)
            edge = ~(furthest < 1.15 * nearest)
        self.good = view.mask & np.isfinite(depth) & ~edge
        self.depth = depth
        self.normals = _depth_normals(self.camera, depth)

    def at(self, positions: Floats, outward: Floats) -> tuple[NDArray[np.intp], Floats, Floats, Floats]:
        """Rows (K,) of surfaces that are seen, their colours (K, 3), normals (K, 3) and weights (K,)."""
        import cv2

        camera = self.camera
        pixels, z = camera.project(positions)
        with np.errstate(invalid="ignore"):
            inside = (z > 0.05) & (pixels[:, 0] > 0) & (pixels[:, 0] < camera.width)
            inside &= (pixels[:, 1] > 0) & (pixels[:, 1] < camera.height)
        rows = np.flatnonzero(inside)
        ray = camera.position.astype(np.float32) - positions[rows]
        distance = np.linalg.norm(ray, axis=1)
        facing = (ray * outward[rows]).sum(axis=1) / np.maximum(distance, 1e-6)
        column, row = pixels[rows, 0].astype(np.intp), pixels[rows, 1].astype(np.intp)
        known = self.depth[row, column]
        shown = self.good[row, column] & (facing > GRAZING)
        with np.errstate(invalid="ignore"):  # the sky's depth is infinite, and it is not shown
            margin = np.maximum(HIDDEN[0] * known, HIDDEN[1])
            shown &= (z[rows] < known + margin) & (z[rows] > known - 3 * margin)
        kept = np.flatnonzero(shown)
        rows, row, column = rows[kept], row[kept], column[kept]
        if not len(rows):
            nothing = np.zeros((0, 3), np.float32)
            return rows, nothing, nothing, np.zeros(0, np.float32)
        x, y = (pixels[rows, axis].astype(np.float32) - np.float32(0.5) for axis in (0, 1))
        # remap takes at most 32767 along a side
        shape = (-1, 1024)
        pad = -len(x) % 1024
        grid = [np.pad(v, (0, pad)).reshape(shape) for v in (x, y)]
        values = cv2.remap(self.image, grid[0], grid[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        values = np.asarray(values, np.float32).reshape(-1, 3)[: len(x)]
        finest = np.float32(camera.fx) / np.maximum(distance[kept], 0.1) * facing[kept]  # pixels a metre
        return rows, values, self.normals[row, column], (finest / np.float32(1000)) ** np.float32(POWER)


def _depth_normals(camera: Camera, depth: Floats) -> Floats:
    """(H, W, 3) unit normals of a depth map towards the camera, zero where there are none."""
    points = camera.unproject(np.where(np.isfinite(depth), depth, np.nan))
    across, down = np.full_like(points, np.nan), np.full_like(points, np.nan)
    across[:, 1:-1], down[1:-1] = points[:, 2:] - points[:, :-2], points[2:] - points[:-2]
    normals = np.cross(across, down)
    with np.errstate(invalid="ignore", divide="ignore"):
        normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
        away = (normals * (points - camera.position.astype(np.float32))).sum(axis=-1) > 0
    normals = np.where(away[..., None], -normals, normals)
    return np.nan_to_num(normals).astype(np.float32)


def corner_tangents(mesh: Unwrapped) -> Floats:
    """(V, 4) glTF tangents: unit vectors along u, and the sign of the axis that points against v (+1 where the chart is
    not mirrored)."""
    corners, uv = mesh.vertices[mesh.triangles], mesh.uv[mesh.triangles]
    e1, e2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    d1, d2 = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
    turn = d1[:, 0] * d2[:, 1] - d2[:, 0] * d1[:, 1]
    along = (e1 * d2[:, 1:] - e2 * d1[:, 1:]) * np.sign(turn)[:, None]
    total = np.stack(
        [
            sum(np.bincount(mesh.triangles[:, c], along[:, axis], len(mesh.vertices)) for c in range(3))
            for axis in range(3)
        ],
        axis=1,
    )
    total -= mesh.normals * (total * mesh.normals).sum(axis=1, keepdims=True)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    spare = np.cross(mesh.normals, np.roll(mesh.normals, 1, axis=1) + np.array([0.1, 0.2, 0.3], np.float32))
    spare /= np.maximum(np.linalg.norm(spare, axis=1, keepdims=True), 1e-9)
    total = np.where(length > 1e-12, total / np.maximum(length, 1e-12), spare)
    # v runs down in glTF: cross(normal, tangent) points against it unless the chart is mirrored
    sign = np.full(len(mesh.vertices), 1.0)
    sign[mesh.triangles.ravel()] = np.repeat(np.where(turn < 0, 1.0, -1.0), 3)
    return np.concatenate([total, sign[:, None]], axis=1).astype(np.float32)


def _spread(texels: Texels, values: Floats, size: int) -> Floats:
    """(size, size, 3) texture of values (N, 3): between charts the nearest, so that filters find nothing foreign."""
    from scipy.ndimage import distance_transform_edt

    texture, empty = np.zeros((size, size, 3), np.float32), np.ones((size, size), bool)
    texture[texels.row, texels.column] = values
    empty[texels.row, texels.column] = False
    if empty.any() and not empty.all():
        row, column = distance_transform_edt(empty, return_distances=False, return_indices=True)
        texture = texture[row, column]
    return texture
