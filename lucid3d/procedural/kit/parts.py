"""The kit that buildings and furniture are put together from: many boxes and faces, turned into one mesh at once.

Local frame of everything here: metres, x right, y down with the ground at 0 (so up is negative), and a building's front
faces -z. A facade has its own frame: x to the right as seen from outside, z into the building.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, merge, placement

_CORNERS = np.array(
    [
        [[-1, -1, -1], [1, -1, -1], [1, 1, -1], [-1, 1, -1]],  # front, towards -z
        [[1, -1, 1], [-1, -1, 1], [-1, 1, 1], [1, 1, 1]],  # back
        [[-1, -1, 1], [-1, -1, -1], [-1, 1, -1], [-1, 1, 1]],  # left
        [[1, -1, -1], [1, -1, 1], [1, 1, 1], [1, 1, -1]],  # right
        [[-1, -1, 1], [1, -1, 1], [1, -1, -1], [-1, -1, -1]],  # top
        [[-1, 1, -1], [1, 1, -1], [1, 1, 1], [-1, 1, 1]],  # bottom
    ],
    np.float32,
)
"""Corners of a box, face by face, counter-clockwise from outside, starting at the upper left."""
_FACE_AXES = ((0, 1), (0, 1), (2, 1), (2, 1), (0, 2), (0, 2))
"""The two axes that each face spans."""


@dataclass
class Parts:
    """Boxes, faces and meshes that are on their way to becoming one mesh."""

    _boxes: list[tuple[ArrayLike, ArrayLike, int, int, float, float]] = field(default_factory=list)
    _quads: list[tuple[NDArray[np.float32], int, NDArray[np.float32], float]] = field(default_factory=list)
    _meshes: list[Mesh] = field(default_factory=list)
    _materials: dict[Material, int] = field(default_factory=dict)

    def _index(self, material: Material) -> int:
        return self._materials.setdefault(material, len(self._materials))

    def box(
        self,
        center: ArrayLike,
        size: ArrayLike,
        material: Material,
        *,
        grain: int = -1,
        tint: float = 1.0,
        yaw: float = 0.0,
    ) -> None:
        """A box about `center` (3,) of `size` (3,).

        Args:
            grain: the axis that the pattern's u follows (planks along a beam); -1 = the longest, -2 = horizontal, as
                courses of bricks do.
            tint: factor on the albedo.
            yaw: turn about the vertical, radians.
        """
        self._boxes.append((center, size, self._index(material), grain, tint, yaw))

    def span(self, low: ArrayLike, high: ArrayLike, material: Material, *, grain: int = -1, tint: float = 1.0) -> None:
        """A box between two opposite corners."""
        a, b = np.asarray(low, np.float64), np.asarray(high, np.float64)
        self.box((a + b) / 2, np.abs(b - a), material, grain=grain, tint=tint)

    def quad(
        self,
        corners: ArrayLike,
        material: Material,
        *,
        uv: ArrayLike | None = None,
        tint: float = 1.0,
        turn: bool = False,
    ) -> None:
        """A face with (4, 3) corners in order; u runs from corner 0 to 1 unless `turn`, v from corner 0 to 3."""
        points = np.asarray(corners, np.float32).reshape(4, 3)
        if uv is None:
            u = float(np.linalg.norm(points[1] - points[0]))
            v = float(np.linalg.norm(points[3] - points[0]))
            coordinates = np.array([[0, 0], [u, 0], [u, v], [0, v]], np.float32)
            if turn:
                coordinates = coordinates[:, ::-1]
        else:
            coordinates = np.asarray(uv, np.float32).reshape(4, 2)
        self._quads.append((points, self._index(material), coordinates, tint))

    def beam(
        self, start: ArrayLike, end: ArrayLike, width: float, depth: float, material: Material, *, tint: float = 1.0
    ) -> None:
        """A beam from one point to another, `width` across in the plane with the vertical, `depth` the other way."""
        a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
        axis = b - a
        length = float(np.linalg.norm(axis))
        axis /= max(length, 1e-9)
        reference = np.array([0.0, 1.0, 0.0]) if abs(axis[1]) < 0.95 else np.array([1.0, 0.0, 0.0])
        side = np.cross(axis, reference)
        side /= np.linalg.norm(side)
        other = np.cross(side, axis)
        frame = np.stack([axis * length / 2, other * width / 2, side * depth / 2])
        corners = _CORNERS.reshape(-1, 3).astype(np.float64) @ frame + (a + b) / 2
        for face in range(6):
            self.quad(
                corners[face * 4 : face * 4 + 4],
                material,
                tint=tint,
                turn=face in (2, 3),
            )

    def add(self, mesh: Mesh | Parts, matrix: ArrayLike | None = None) -> None:
        """Add a mesh (or other parts), moved by a (4, 4) matrix."""
        made = mesh.mesh() if isinstance(mesh, Parts) else mesh
        if made.triangle_count:
            self._meshes.append(made if matrix is None else made.transformed(matrix))

    def __len__(self) -> int:
        return len(self._boxes) + len(self._quads) + len(self._meshes)

    def mesh(self, label: str = "building") -> Mesh:
        """Everything so far as one mesh and one instance."""
        pieces = []
        materials = tuple(self._materials)
        if self._boxes:
            pieces.append(_boxes(self._boxes, materials, label))
        if self._quads:
            pieces.append(_quads(self._quads, materials, label))
        pieces += self._meshes
        if not pieces:
            return Mesh(
                np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), materials or (Material("none"),), label
            )
        return merge(pieces, label, one_instance=True)


def _boxes(
    rows: Sequence[tuple[ArrayLike, ArrayLike, int, int, float, float]], materials: tuple[Material, ...], label: str
) -> Mesh:
    """All boxes at once: 24 vertices and 12 triangles each."""
    count = len(rows)
    centers = np.array([r[0] for r in rows], np.float32)
    sizes = np.array([r[1] for r in rows], np.float32)
    grains = np.array([r[3] for r in rows], np.int32)
    yaws = np.array([r[5] for r in rows], np.float32)
    local = _CORNERS.reshape(1, 24, 3) * (sizes[:, None] / 2)
    cos, sin = np.cos(yaws)[:, None], np.sin(yaws)[:, None]
    vertices = np.stack(
        [local[..., 0] * cos + local[..., 2] * sin, local[..., 1], local[..., 2] * cos - local[..., 0] * sin], axis=-1
    )
    vertices += centers[:, None]
    longest = np.where(grains == -1, np.argmax(sizes, axis=1), grains)
    # A box takes its pattern from where it stands, so that two boxes side by side do not show the same boards.
    offset = local + centers[:, None] * np.float32(0.73)
    uv = np.empty((count, 6, 4, 2), np.float32)
    points = offset.reshape(count, 6, 4, 3)
    for face, (a, b) in enumerate(_FACE_AXES):
        swap = (longest == b)[:, None]
        uv[:, face, :, 0] = np.where(swap, points[:, face, :, b], points[:, face, :, a])
        uv[:, face, :, 1] = np.where(swap, points[:, face, :, a], points[:, face, :, b])
    faces = (np.arange(count * 6, dtype=np.int32) * 4)[:, None, None]
    triangles = (np.array([[0, 1, 2], [0, 2, 3]], np.int32)[None] + faces).reshape(-1, 3)
    return Mesh(
        vertices.reshape(-1, 3).astype(np.float32),
        triangles,
        materials,
        label,
        np.repeat(np.array([r[2] for r in rows], np.int32), 12),
        np.repeat(np.array([r[4] for r in rows], np.float32), 24)[:, None].repeat(3, axis=1),
        None,
        uv.reshape(-1, 2),
    )


def _quads(
    rows: Sequence[tuple[NDArray[np.float32], int, NDArray[np.float32], float]],
    materials: tuple[Material, ...],
    label: str,
) -> Mesh:
    count = len(rows)
    faces = (np.arange(count, dtype=np.int32) * 4)[:, None, None]
    return Mesh(
        np.concatenate([r[0] for r in rows]),
        (np.array([[0, 1, 2], [0, 2, 3]], np.int32)[None] + faces).reshape(-1, 3),
        materials,
        label,
        np.repeat(np.array([r[1] for r in rows], np.int32), 2),
        np.repeat(np.array([r[3] for r in rows], np.float32), 4)[:, None].repeat(3, axis=1),
        None,
        np.concatenate([r[2] for r in rows]),
    )


@dataclass(frozen=True)
class Opening:
    """A hole in a wall, in the wall's frame: x to the right, heights upwards, metres."""

    left: float
    right: float
    bottom: float
    top: float
    kind: str = "window"

    @property
    def width(self) -> float:
        """Metres from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Metres from bottom to top."""
        return self.top - self.bottom


def pierced_wall(
    parts: Parts,
    width: float,
    bottom: float,
    top: float,
    openings: Sequence[Opening],
    material: Material,
    *,
    depth: float = 0.18,
    shift: float = 0.0,
    reveal: Material | None = None,
) -> None:
    """The outer face of a wall in the plane z = 0 with holes, and the reveals of the holes, `depth` deep.

    Bands between the edges of openings become as few faces as they can. `shift` moves the pattern: walls differ.
    """
    holes = [o for o in openings if o.bottom < top and o.top > bottom]
    levels = sorted({bottom, top, *(min(max(v, bottom), top) for o in holes for v in (o.bottom, o.top))})
    for low, high in itertools.pairwise(levels):
        if high - low < 1e-6:
            continue
        middle = (low + high) / 2
        spans = sorted((o.left, o.right) for o in holes if o.bottom < middle < o.top)
        at = 0.0
        for left, right in [*spans, (width, width)]:
            if left - at > 1e-6:
                corners = [[at, -high, 0], [left, -high, 0], [left, -low, 0], [at, -low, 0]]
                uv = [[at + shift, -high], [left + shift, -high], [left + shift, -low], [at + shift, -low]]
                parts.quad(corners, material, uv=uv)
            at = max(at, right)
    side = reveal or material
    for o in holes:
        low, high = max(o.bottom, bottom), min(o.top, top)
        ends = ((o.left, -high), (o.right, -high), (o.right, -low), (o.left, -low))
        for (x0, y0), (x1, y1) in zip(ends, (*ends[1:], ends[0]), strict=True):
            parts.quad([[x0, y0, 0], [x1, y1, 0], [x1, y1, depth], [x0, y0, depth]], side, tint=0.92)


def side_matrices(width: float, depth: float) -> list[tuple[NDArray[np.float64], float]]:
    """The frames of the four facades of a width x depth footprint about the origin: (matrix (4, 4), metres of the
    facade).

    Order: front (-z), right (+x), back (+z), left (-x).
    """

    w, d = width / 2, depth / 2
    return [
        (placement([-w, 0, -d], yaw=0.0), width),
        (placement([w, 0, -d], yaw=-np.pi / 2), depth),
        (placement([w, 0, d], yaw=np.pi), width),
        (placement([-w, 0, d], yaw=np.pi / 2), depth),
    ]


def clump(
    center: ArrayLike,
    radii: ArrayLike,
    count: int,
    leaf_size: float,
    material: Material,
    rng: np.random.Generator,
    *,
    tint: float = 1.0,
) -> Mesh:
    """A small plant of `count` leaf-shaped faces about `center`, spread by `radii` (3,): window boxes, pots, ivy."""
    radii = np.broadcast_to(np.asarray(radii, np.float32), (3,))
    direction = rng.normal(size=(count, 3)).astype(np.float32)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    places = direction * radii * (rng.uniform(0.35, 1.0, (count, 1)) ** 0.6).astype(np.float32)
    along = rng.normal(size=(count, 3)).astype(np.float32) + direction * 0.8
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross(along, rng.normal(size=(count, 3)).astype(np.float32))
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
    length = (leaf_size * rng.uniform(0.6, 1.4, (count, 1))).astype(np.float32)
    base = places + np.asarray(center, np.float32)
    tip = base + along * length
    middle = (base + tip) / 2
    side = across * length * 0.32
    vertices = np.stack([base, middle + side, tip, middle - side], axis=1).reshape(-1, 3)
    first = (np.arange(count, dtype=np.int32) * 4)[:, None, None]
    shade = (tint * rng.uniform(0.7, 1.25, count)).astype(np.float32)
    normals = np.repeat(direction + np.array([0, -0.5, 0], np.float32), 4, axis=0)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Mesh(
        vertices,
        (np.array([[0, 1, 2], [0, 2, 3]], np.int32)[None] + first).reshape(-1, 3),
        (material,),
        "plant",
        tints=np.repeat(shade, 4)[:, None].repeat(3, axis=1),
        normals=normals,
        uv=np.tile(np.array([[0, 0], [0.5, 0.5], [1, 0], [0.5, -0.5]], np.float32) * leaf_size, (count, 1)),
    )


def slope(
    parts: Parts,
    corners: ArrayLike,
    material: Material,
    edge: Material,
    *,
    thickness: float = 0.14,
    sag: float = 0.0,
    steps: int = 1,
) -> None:
    """A roof slope with thickness: (4, 3) corners eave left, eave right, ridge right, ridge left, seen from outside.

    u runs along the eaves, v down the slope. `sag` metres let the ridge and the eaves hang in the middle, as old roofs
    do, in `steps` pieces.
    """
    eave_left, eave_right, ridge_right, ridge_left = np.asarray(corners, np.float64).reshape(4, 3)
    normal = np.cross(eave_right - eave_left, ridge_left - eave_left)
    if np.linalg.norm(normal) < 1e-9:
        normal = np.cross(eave_right - eave_left, ridge_right - eave_left)
    normal /= max(float(np.linalg.norm(normal)), 1e-9)
    if normal[1] > 0:
        normal = -normal
    rise = float(np.linalg.norm(((ridge_left + ridge_right) - (eave_left + eave_right)) / 2))
    length = float(np.linalg.norm(eave_right - eave_left))
    fractions = np.linspace(0, 1, steps + 1)
    hang = sag * np.sin(np.pi * fractions)
    lower = eave_left + (eave_right - eave_left) * fractions[:, None] + np.array([0, 1, 0]) * hang[:, None] * 0.6
    upper = ridge_left + (ridge_right - ridge_left) * fractions[:, None] + np.array([0, 1, 0]) * hang[:, None]
    axis = (eave_right - eave_left) / max(length, 1e-9)
    along_lower = (lower - eave_left) @ axis
    along_upper = (upper - eave_left) @ axis
    top = normal * thickness
    for i in range(steps):
        quad = [upper[i] + top, upper[i + 1] + top, lower[i + 1] + top, lower[i] + top]
        uv = [[along_upper[i], 0], [along_upper[i + 1], 0], [along_lower[i + 1], rise], [along_lower[i], rise]]
        parts.quad(quad, material, uv=uv)
        parts.quad([lower[i], lower[i + 1], upper[i + 1], upper[i]], edge, tint=0.75)
        parts.quad([lower[i], lower[i] + top, lower[i + 1] + top, lower[i + 1]], edge)
    parts.quad([lower[0], lower[0] + top, upper[0] + top, upper[0]], edge)
    parts.quad([lower[-1], lower[-1] + top, upper[-1] + top, upper[-1]], edge)
