"""Triangle meshes that worlds are made of: what a generator returns, and the shapes it is put together from.

World frame: metres, x right, **y down** (up is -y), z forward. Shading turns normals towards the viewer, so winding
decides nothing there, but outward counter-clockwise triangles make better exports.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lucid3d.procedural.kit.materials import Material

Vertices = NDArray[np.float32]
Triangles = NDArray[np.int32]
Making = ParamSpec("Making")
Made = TypeVar("Made")


@dataclass
class Mesh:
    """Triangles with what drawing and ground truth need to know about them.

    Attributes:
        vertices: (V, 3) float32 positions in metres, world frame (y down).
        triangles: (T, 3) int32 vertex indices.
        materials: the materials in use; `material_index` points into it.
        label: semantic label such as "tree", "rock", "building" (ground truth; see `labels.LABELS`).
        material_index: (T,) int32, or None where every triangle has `materials[0]`.
        tints: (V, 3) float32 factors on the albedo (1 = unchanged), or None. Vary them by instance and inside an
            object: darker inside a crown, lighter at tips.
        normals: (V, 3) float32 unit shading normals, or None for flat triangles. Crowns look soft when leaves carry
            normals bent away from the crown's centre.
        uv: (V, 2) float32 pattern coordinates in METRES (u along rows of bricks or along planks, v across them), or
        None:
            then walls take u along their horizontal tangent and v downwards, floors take world x and z.
        instances: (T,) int32 instance numbers local to this mesh, or None where the whole mesh is one instance.
        thing: what each of its instances is, in the catalogue's word ("well", "spruce"), or "" for what nobody asks
            for by name. Finer than the label; see `made_as` and `World.things`.
        facing: (N,) float64 radians by which each instance is turned about the vertical since it was made (its front
            was at -z then; see `placement`), (1,) where that is the same for all, or None where none was.
    """

    vertices: Vertices
    triangles: Triangles
    materials: tuple[Material, ...]
    label: str = "object"
    material_index: NDArray[np.int32] | None = None
    tints: NDArray[np.float32] | None = None
    normals: NDArray[np.float32] | None = None
    uv: NDArray[np.float32] | None = None
    instances: NDArray[np.int32] | None = field(default=None)
    thing: str = ""
    facing: NDArray[np.float64] | None = None
    _feet: NDArray[np.float64] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.vertices = np.ascontiguousarray(self.vertices, np.float32).reshape(-1, 3)
        self.triangles = np.ascontiguousarray(self.triangles, np.int32).reshape(-1, 3)
        if isinstance(self.materials, Material):
            self.materials = (self.materials,)

    @property
    def triangle_count(self) -> int:
        """The number of triangles."""
        return len(self.triangles)

    @property
    def bounds(self) -> NDArray[np.float32]:
        """(2, 3) smallest and largest corner."""
        axes = [self.vertices[:, axis] for axis in range(3)]  # numpy is slow on rows of three
        return np.array([[axis.min() for axis in axes], [axis.max() for axis in axes]], np.float32)

    def feet(self) -> NDArray[np.float64]:
        """(N, 2) metres along x and z at which each instance stands, by its number. Kept: a million leaves are asked
        about each thing that is set up among them, and none of them moves."""
        if self._feet is None:
            own = np.zeros(len(self.triangles), np.int32) if self.instances is None else self.instances
            corners, count = self.vertices[self.triangles[:, 0]], np.maximum(np.bincount(own), 1)
            sums = [np.bincount(own, corners[:, axis], len(count)) for axis in (0, 2)]
            self._feet = np.stack(sums, axis=1) / count[:, None]
        return self._feet

    def transformed(self, matrix: ArrayLike) -> Mesh:
        """The mesh moved by a (4, 4) matrix (rotation, uniform scale, translation)."""
        matrix = np.asarray(matrix, np.float32)
        linear = matrix[:3, :3]
        normals = None
        if self.normals is not None:
            normals = self.normals @ np.linalg.inv(linear)
            normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        before = np.zeros(1) if self.facing is None else self.facing
        facing = _yaw(linear) + np.sign(np.linalg.det(linear)) * before  # a mirror turns them the other way
        return replace(self, vertices=self.vertices @ linear.T + matrix[:3, 3], normals=normals, facing=facing)

    def tinted(self, tint: ArrayLike) -> Mesh:
        """The mesh with its albedo multiplied by `tint`, (3,) or (V, 3)."""
        factors = np.broadcast_to(np.asarray(tint, np.float32), self.vertices.shape)
        return replace(self, tints=(factors if self.tints is None else self.tints * factors).astype(np.float32))

    def with_smooth_normals(self) -> Mesh:
        """The mesh with area-weighted vertex normals."""
        a, b, c = (self.vertices[self.triangles[:, i]] for i in range(3))
        face = np.cross(b - a, c - a)
        normals = np.stack(
            [
                sum(
                    np.bincount(self.triangles[:, corner], face[:, axis], len(self.vertices)) for corner in range(3)
                )  # bincount is the fast scatter-add
                for axis in range(3)
            ],
            axis=1,
        )
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        return replace(self, normals=normals.astype(np.float32))


def merge(meshes: Sequence[Mesh], label: str | None = None, *, one_instance: bool = False) -> Mesh:
    """One mesh from several. Instance numbers stay apart unless `one_instance`; the label is the first mesh's by
    default. What the meshes are is kept where they are all the same thing.

    Raises:
        ValueError: no meshes.
    """
    if not meshes:
        raise ValueError("merge needs at least one mesh")
    materials: list[Material] = []
    seen: dict[Material, int] = {}
    indices, instances, triangles, facing = [], [], [], []
    first_vertex = first_instance = 0
    for mesh in meshes:
        table = []
        for material in mesh.materials:
            if material not in seen:
                seen[material] = len(materials)
                materials.append(material)
            table.append(seen[material])
        own = np.zeros(len(mesh.triangles), np.int32) if mesh.material_index is None else mesh.material_index
        indices.append(np.array(table, np.int32)[own])
        own = np.zeros(len(mesh.triangles), np.int32) if mesh.instances is None else mesh.instances
        instances.append(own + np.int32(first_instance))
        count = int(own.max(initial=0)) + 1
        turned = np.zeros(1) if mesh.facing is None else np.atleast_1d(mesh.facing)
        # one for all, or one each, also of instances behind the last one that is left of a part
        facing.append(turned[np.minimum(np.arange(count), len(turned) - 1)])
        first_instance += count
        triangles.append(mesh.triangles + np.int32(first_vertex))
        first_vertex += len(mesh.vertices)
    return Mesh(
        np.concatenate([m.vertices for m in meshes]),
        np.concatenate(triangles),
        tuple(materials),
        meshes[0].label if label is None else label,
        np.concatenate(indices),
        _optional([m.tints for m in meshes], meshes, 1.0),
        _merged_normals(meshes),
        _optional([m.uv for m in meshes], meshes, np.nan),
        None if one_instance else np.concatenate(instances),
        meshes[0].thing if len({m.thing for m in meshes}) == 1 else "",
        None if one_instance else np.concatenate(facing),
    )


def _optional(
    parts: list[NDArray[np.float32] | None], meshes: Sequence[Mesh], default: float
) -> NDArray[np.float32] | None:
    width = next((p.shape[1] for p in parts if p is not None), None)
    if width is None:
        return None
    filled = [
        np.full((len(m.vertices), width), default, np.float32) if p is None else p
        for p, m in zip(parts, meshes, strict=True)
    ]
    return np.concatenate(filled)


def _merged_normals(meshes: Sequence[Mesh]) -> NDArray[np.float32] | None:
    """Vertex normals; zero where a mesh is flat, which drawing reads as 'use the triangle's own normal'."""
    return _optional([m.normals for m in meshes], meshes, 0.0)


def instances(
    prototype: Mesh,
    transforms: ArrayLike,
    *,
    tints: ArrayLike | None = None,
) -> Mesh:
    """Many copies of one prototype, expanded into one mesh with an instance number each.

    Args:
        prototype: the mesh to copy; counts as one instance.
        transforms: (N, 4, 4) world-from-prototype matrices (rotation, uniform scale, translation).
        tints: (N, 3) albedo factor of each copy, or None.
    """
    matrices = np.asarray(transforms, np.float32).reshape(-1, 4, 4)
    count, size = len(matrices), len(prototype.vertices)
    linear, offset = matrices[:, :3, :3], matrices[:, :3, 3]
    vertices = np.matmul(prototype.vertices[None], linear.transpose(0, 2, 1))
    vertices += offset[:, None]
    normals = None
    if prototype.normals is not None:
        scale = np.cbrt(np.abs(np.linalg.det(linear)))[:, None, None]
        normals = np.matmul(prototype.normals[None], (linear / np.maximum(scale, 1e-9)).transpose(0, 2, 1)).reshape(
            -1, 3
        )
    colors = None
    if tints is not None or prototype.tints is not None:
        own = np.ones((size, 3), np.float32) if prototype.tints is None else prototype.tints
        per_copy = np.ones((count, 3), np.float32) if tints is None else np.asarray(tints, np.float32)
        colors = (own[None] * per_copy[:, None]).reshape(-1, 3).astype(np.float32)
    offsets = (np.arange(count, dtype=np.int32) * size)[:, None, None]
    return Mesh(
        vertices.reshape(-1, 3),
        (prototype.triangles[None] + offsets).reshape(-1, 3),
        prototype.materials,
        prototype.label,
        None if prototype.material_index is None else np.tile(prototype.material_index, count),
        colors,
        normals,
        None if prototype.uv is None else np.tile(prototype.uv, (count, 1)),
        np.repeat(np.arange(count, dtype=np.int32), len(prototype.triangles)),
        prototype.thing,
        _yaw(linear),
    )


def _yaw(linear: NDArray[np.floating]) -> NDArray[np.float64]:
    """(...) radians by which rotations (..., 3, 3) turn about the vertical: the inverse of `placement`'s yaw."""
    return np.asarray(np.arctan2(linear[..., 0, 2], linear[..., 2, 2]), np.float64)


def mirrored(mesh: Mesh) -> Mesh:
    """A mesh with left and right swapped."""
    flip = np.array([-1, 1, 1], np.float32)
    return replace(
        mesh,
        vertices=mesh.vertices * flip,
        triangles=mesh.triangles[:, ::-1],
        normals=None if mesh.normals is None else mesh.normals * flip,
        facing=None if mesh.facing is None else -mesh.facing,
    )


def made_as(thing: str) -> Callable[[Callable[Making, Made]], Callable[Making, Made]]:
    """Decorates a function that makes a thing: the mesh that it returns (also as `.mesh` of what it returns, or first
    in a tuple) says what it is."""

    def decorate(make: Callable[Making, Made]) -> Callable[Making, Made]:
        @functools.wraps(make)
        def made(*args: Making.args, **kwargs: Making.kwargs) -> Made:
            result = make(*args, **kwargs)
            mesh: Any = result[0] if isinstance(result, tuple) else getattr(result, "mesh", result)
            mesh.thing = thing
            mesh.facing = None  # what its parts were turned by says nothing of the whole
            return result

        return made

    return decorate


def placement(
    position: ArrayLike, *, yaw: float = 0.0, scale: float | ArrayLike = 1.0, tilt: float = 0.0, tilt_yaw: float = 0.0
) -> NDArray[np.float64]:
    """(4, 4): scale, lean by `tilt` towards `tilt_yaw`, turn by `yaw` about the vertical (radians), move to
    `position`."""
    matrix = np.eye(4)
    matrix[:3, 3] = np.asarray(position, np.float64)
    if isinstance(scale, int | float) and not tilt:  # the usual case, thousands of times a room
        c, s = math.cos(yaw), math.sin(yaw)
        matrix[0, 0], matrix[0, 2], matrix[1, 1], matrix[2, 0], matrix[2, 2] = (
            scale * c, scale * s, scale, -scale * s, scale * c,
        )  # fmt: skip
        return matrix
    factors = np.broadcast_to(np.asarray(scale, np.float64), (3,))
    matrix[:3, :3] = rotation_y(tilt_yaw) @ rotation_x(tilt) @ rotation_y(yaw - tilt_yaw) @ np.diag(factors)
    return matrix


def rotation_y(angle: float) -> NDArray[np.float64]:
    """(3, 3) turn about the vertical, radians; positive turns +z towards +x (to the right)."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def rotation_x(angle: float) -> NDArray[np.float64]:
    """(3, 3) turn about x, radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def rotation_z(angle: float) -> NDArray[np.float64]:
    """(3, 3) turn about z, radians."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
