"""Ground truth beyond a drawing's own: optical flow between two cameras, and the world as one coloured mesh."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.colour import srgb_from_linear
from lucid3d.files import atomic_path
from lucid3d.procedural.kit.labels import LABELS
from lucid3d.procedural.render.shading import ALBEDO

if TYPE_CHECKING:
    from lucid3d.procedural.render.drawing import Drawing
    from lucid3d.procedural.world import World

Floats = NDArray[np.float32]
TOUCHING = 0.002
"""Two depths along one ray that differ by less than this share are one surface; the point was itself hit by a ray, so
this is rounding, and a blade of grass a few centimetres before the ground hides it."""
WATER_REACH = 400.0
"""Metres from the start to the rim of the exported sheet of water."""


def optical_flow(
    world: World, first: Camera, second: Camera, drawing: Drawing | None = None
) -> tuple[Floats, NDArray[np.bool_]]:
    """Where every pixel of one view is seen by another camera.

    Args:
        drawing: the world as `first` sees it, if it is already drawn.
    Returns:
        flow (H, W, 2) float32, pixels right and down from `first` to `second`, NaN behind the second camera; and
        visible (H, W) bool: in the second picture, and not hidden there. The sky counts as infinitely far.
    """
    depth = (drawing or world.draw(first, antialias=False)).depth
    sky = ~np.isfinite(depth)
    rays = first.world_rays()
    points = first.unproject(np.where(sky, 1.0, depth))
    far = second.position + rays.astype(np.float64) * 1e7  # parallax from any walk is far below a pixel there
    pixels, z = second.project(np.where(sky[..., None], far, points))
    grid = np.stack(np.meshgrid(np.arange(first.width) + 0.5, np.arange(first.height) + 0.5), axis=-1)
    flow = (pixels - grid).astype(np.float32)
    with np.errstate(invalid="ignore"):
        inside = (z > 0) & (pixels[..., 0] > 0) & (pixels[..., 0] < second.width)
        inside &= (pixels[..., 1] > 0) & (pixels[..., 1] < second.height)
    visible = inside.copy()
    rows = np.flatnonzero(inside & ~sky)
    target = points.reshape(-1, 3)[rows]
    to = (target - second.position).astype(np.float32)
    origins = np.broadcast_to(second.position.astype(np.float32), to.shape)
    hit, _ = world.trace(origins, to)  # in ray lengths: 1 is the point itself
    visible.ravel()[rows] = hit > 1 - TOUCHING
    rows = np.flatnonzero(inside & sky)
    outward = np.ascontiguousarray(rays.reshape(-1, 3)[rows])
    blocked, _ = world.trace(np.broadcast_to(second.position.astype(np.float32), outward.shape), outward)
    visible.ravel()[rows] = ~np.isfinite(blocked)
    return flow, visible


def vertex_colors(world: World) -> NDArray[np.uint8]:
    """sRGB albedo of every vertex of the world's tables, (V, 3): the procedural materials, worked out there."""
    shader = world._renderer.shader
    tables = shader.tables
    owner = np.zeros(len(tables.vertices), np.int64)  # one triangle of every vertex, and which of its corners it is
    corner = np.zeros(len(tables.vertices), np.int64)
    for k in range(3):
        owner[tables.triangles[:, k]] = np.arange(len(tables.triangles))
        corner[tables.triangles[:, k]] = k
    a, b, c = (tables.vertices[tables.triangles[owner, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    size = np.sqrt(np.linalg.norm(normal, axis=1, keepdims=True))
    normal /= np.maximum(size**2, 1e-12)
    barycentric = np.stack([corner == 1, corner == 2], axis=1).astype(np.float32)
    # A ray of the triangle's own size, so that the pattern is averaged over it.
    surface = shader.scene.surfaces(
        (tables.vertices + normal * size).astype(np.float32),
        np.ascontiguousarray(-normal * size, np.float32),
        np.ones(len(owner), np.float32),
        owner.astype(np.uint32),
        barycentric,
        1.0,
    )
    albedo = np.clip(surface[:, ALBEDO] + surface[:, 12:15] * 0.3, 0, 1)
    return np.asarray(srgb_from_linear(albedo) * 255 + 0.5, np.uint8)


def write_mesh(world: World, path: str | Path, *, reach: float = 3000.0) -> None:
    """The world within `reach` metres as GLB, y UP (+z towards the viewer): one node a label, albedo as vertex
    colours."""
    import trimesh

    tables = world._renderer.surfaces.tables
    colors = vertex_colors(world)
    near = np.hypot(tables.vertices[:, 0], tables.vertices[:, 2]) < reach
    triangle_near = near[tables.triangles].all(axis=1)
    flip = np.array([1.0, -1.0, -1.0])
    scene: Any = trimesh.Scene()

    def add(name: str, vertices: Floats, faces: NDArray[np.integer], rgb: NDArray[np.uint8]) -> None:
        rgba = np.concatenate([rgb, np.full((len(rgb), 1), 255, np.uint8)], axis=1)
        mesh = trimesh.Trimesh(vertices * flip, faces, vertex_colors=rgba, process=False)
        scene.add_geometry(mesh, node_name=name, geom_name=name)

    for number in np.unique(tables.label[triangle_near]):
        faces = tables.triangles[triangle_near & (tables.label == number)]
        used, index = np.unique(faces, return_inverse=True)
        add(LABELS[number], tables.vertices[used], index.reshape(-1, 3), colors[used])
    if world.place.water is not None:
        side = min(WATER_REACH, reach)
        y = world.place.water.level
        corners = np.array([[-side, y, -side], [side, y, -side], [side, y, side], [-side, y, side]], np.float32)
        add("water", corners, np.array([[0, 2, 1], [0, 3, 2]]), np.tile(np.array([[40, 78, 84]], np.uint8), (4, 1)))
    with atomic_path(path) as temporary:
        temporary.write_bytes(bytes(scene.export(file_type="glb")))
