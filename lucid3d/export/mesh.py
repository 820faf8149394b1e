"""Triangles from a scene: a vertex-coloured mesh to see, and a light one to walk on.

Depth maps rendered from the trained Gaussians become oriented points, screened Poisson reconstruction (Kazhdan and
Hoppe 2013, as Open3D has it) a surface; what lies far from every point is cut away again, so that nothing is invented
beyond what was seen. The sky is left out: it belongs to the skybox.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.export.frames import frame_rotation
from lucid3d.export.gltf import write_triangles_glb
from lucid3d.export.walking import sky_distance
from lucid3d.gaussians import Renderer
from lucid3d.gaussians.model import Gaussians
from lucid3d.panorama import cube_cameras

if TYPE_CHECKING:
    from lucid3d.export.targets import Exportable

VIEW_SIZE = 256
"""Pixels of a depth map's longer side: a few hundred thousand points from all views is what Poisson needs."""
MAX_VIEWS = 24
"""Cameras that are looked through at most, spread over the path."""
SOLID_ALPHA = 0.9
"""A pixel is a surface when it is covered at least this much."""
EDGE_STEP = 0.05
"""Depths of neighbouring pixels that differ by more than this part (beyond the surface's slant) are two surfaces."""
MIN_FACING = 0.04
"""Cosine between a surface and the eye below which it is no surface: the mean depths along a soft edge in front of
something far form such ramps. (The ground 1.6 m below the eye is kept up to 40 m away.)"""
FAR_METRES = 120.0
"""Surfaces beyond are left to the skybox when nothing says where the sky begins."""
MIN_POISSON_DEPTH, MAX_POISSON_DEPTH = 6, 10
POINT_BUDGET = 120_000
"""Points that Poisson gets: its time goes with them (about 5 s for these on 2 cores)."""
_CELL_FACTORS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 64)
"""Footprints to a cell, tried in turn."""
_REACH_FOOTPRINTS = 4.0
"""A vertex may lie this many point footprints from the nearest point."""


@dataclass(frozen=True)
class Mesh:
    """Triangles in the world frame (y down).

    Attributes:
        vertices: (V, 3) float32 metres.
        triangles: (T, 3) int32, counter-clockwise seen from the side that a person can be on.
        colors: (V, 3) float32 sRGB in [0, 1], or None.
    """

    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]
    colors: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class OrientedPoints:
    """Samples of surfaces: positions, unit normals towards the eye, colours and footprints, all float32."""

    positions: NDArray[np.float32]
    normals: NDArray[np.float32]
    colors: NDArray[np.float32]
    footprints: NDArray[np.float32]


def scene_mesh(scene: Exportable, max_triangles: int = 200_000, *, point_budget: int = POINT_BUDGET) -> Mesh:
    """The visible mesh of a scene.

    Args:
        scene: its Gaussians are looked at through its cameras, and all around from the first of them.
        max_triangles: simplified to this many at most.
        point_budget: points that are kept for Poisson; its time and its detail go with them.
    Raises:
        InputError: no Gaussians, or no solid surface in sight.
    """
    if len(scene.gaussians) == 0:
        raise InputError("the scene holds 0 Gaussians, so it has no surface: train or load a scene first")
    sky = surface_reach(scene)
    cameras = mesh_cameras(list(scene.cameras or []))
    points = rendered_points(scene.gaussians, cameras, sky)
    if len(points.positions) < 100:
        raise InputError("the scene shows no solid surface nearer than its sky, so there is nothing to make a mesh of")
    return poisson_mesh(points, max_triangles, point_budget=point_budget)


def mesh_cameras(cameras: Sequence[Camera]) -> list[Camera]:
    """Six views all around from the first camera (or the origin), and up to `MAX_VIEWS` of the given ones, small."""
    origin = cameras[0].position if cameras else np.zeros(3)
    around = []
    for camera in cube_cameras(VIEW_SIZE).values():
        pose = camera.world_from_camera.copy()
        pose[:3, 3] = origin
        around.append(camera.at(pose))
    chosen = (
        [cameras[i] for i in np.unique(np.linspace(0, len(cameras) - 1, MAX_VIEWS).round().astype(int))]
        if cameras
        else []
    )
    for camera in chosen:
        shrink = VIEW_SIZE / max(camera.width, camera.height)
        around.append(camera.resized(max(1, round(camera.width * shrink)), max(1, round(camera.height * shrink))))
    return around


def rendered_points(gaussians: Gaussians, cameras: Sequence[Camera], sky_distance: float) -> OrientedPoints:
    """Lift what cameras see of the Gaussians: solid pixels nearer than the sky and not on a depth edge."""

    renderer = Renderer(gaussians)
    parts: list[tuple[NDArray[np.float32], ...]] = []
    for camera in cameras:
        render = renderer.render(camera)
        solid = (render.alpha >= SOLID_ALPHA) & (render.depth > 0) & np.isfinite(render.depth)
        parts.append(lift(camera, np.where(solid, render.depth, np.nan), render.image, sky_distance))
    return OrientedPoints(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def lift(
    camera: Camera, depth: NDArray[np.float32], image: NDArray[np.float32], sky_distance: float
) -> tuple[NDArray[np.float32], ...]:
    """Points, normals and colours (N, 3), and footprints (N,) in metres, of the surfaces of a depth map (H, W) and its
    picture (H, W, 3); where depth is NaN there is none."""
    points = camera.unproject(depth)
    across = np.full_like(points, np.nan)
    down = np.full_like(points, np.nan)
    across[:, 1:-1] = points[:, 2:] - points[:, :-2]
    down[1:-1] = points[2:] - points[:-2]
    with np.errstate(invalid="ignore", divide="ignore"):
        # The second difference of disparity is 0 on every plane, however slanted, and large where surfaces meet.
        disparity = 1 / depth
        bend = np.full_like(depth, np.inf)
        bend[1:-1, 1:-1] = np.maximum(
            np.abs(disparity[1:-1, 2:] + disparity[1:-1, :-2] - 2 * disparity[1:-1, 1:-1]),
            np.abs(disparity[2:, 1:-1] + disparity[:-2, 1:-1] - 2 * disparity[1:-1, 1:-1]),
        )
        normals = np.cross(across, down)
        normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
        offsets = points - camera.position.astype(np.float32)
        distance = np.linalg.norm(offsets, axis=-1)
        facing = (normals * offsets).sum(axis=-1)
        normals = np.where(facing[..., None] > 0, -normals, normals)
        keep = (bend * depth < EDGE_STEP) & (distance < sky_distance) & np.isfinite(normals).all(axis=-1)
        keep &= np.abs(facing) > MIN_FACING * distance
    footprints = (depth / np.float32(min(camera.fx, camera.fy))).astype(np.float32)
    return (
        points[keep],
        normals[keep].astype(np.float32),
        np.clip(image[keep], 0, 1).astype(np.float32),
        footprints[keep],
    )


def poisson_mesh(points: OrientedPoints, max_triangles: int = 200_000, *, point_budget: int = POINT_BUDGET) -> Mesh:
    """A surface through oriented points, at most `max_triangles` large, cut off where no point is near.

    Raises:
        InputError: fewer than a hundred points, or nothing left after cutting.
    """
    from scipy.spatial import cKDTree

    if len(points.positions) < 100:
        raise InputError(f"{len(points.positions)} surface points are too few for a mesh")
    o3d = open3d()
    thinned, cell = thin_out(points, point_budget)
    cloud = o3d.geometry.PointCloud()
    cloud.points = o3d.utility.Vector3dVector(thinned.positions.astype(np.float64))
    cloud.normals = o3d.utility.Vector3dVector(thinned.normals.astype(np.float64))
    cloud.colors = o3d.utility.Vector3dVector(thinned.colors.astype(np.float64))
    extent = float(np.ptp(points.positions, axis=0).max()) * 1.1
    octree_depth = int(np.clip(math.ceil(math.log2(max(extent / cell, 2))), MIN_POISSON_DEPTH, MAX_POISSON_DEPTH))
    surface, _ = o3d.geometry.TriangleMesh.create_from_point_cloud_poisson(cloud, depth=octree_depth)
    cell = max(cell, extent / 2**octree_depth)
    distance, nearest = cKDTree(points.positions).query(np.asarray(surface.vertices), workers=-1)
    surface.remove_vertices_by_mask(distance > np.maximum(_REACH_FOOTPRINTS * points.footprints[nearest], 1.5 * cell))
    surface = _without_crumbs(surface, share=1e-3)
    if len(surface.triangles) > max_triangles:
        surface = surface.simplify_quadric_decimation(max_triangles)
    mesh = _from_open3d(surface)
    if len(mesh.triangles) == 0:
        raise InputError("no surface is left once what nobody saw is cut away: the scene has too few solid points")
    return mesh


def thin_out(points: OrientedPoints, budget: int) -> tuple[OrientedPoints, float]:
    """One point a cell; cells grow with the footprints of their points, so near surfaces stay finer than far ones.

    Returns:
        At most `budget` points, and the size in metres of the smaller cells (their tenth percentile).
    """
    positions, footprints = points.positions.astype(np.float64), np.maximum(points.footprints, 1e-6).astype(np.float64)
    low = positions.min(axis=0)
    for factor in _CELL_FACTORS:
        # Cells are powers of two, so that all points of one size share a grid.
        levels = np.ceil(np.log2(footprints * factor)).astype(np.int64)
        cells = 2.0**levels
        keys = np.column_stack([np.floor((positions - low) / cells[:, None]).astype(np.int64), levels])
        _, first = np.unique(keys, axis=0, return_index=True)
        if len(first) <= budget:
            break
    else:
        first = first[:: -(-len(first) // budget)]
    first = np.sort(first)
    kept = OrientedPoints(
        points.positions[first], points.normals[first], points.colors[first], points.footprints[first]
    )
    return kept, float(np.percentile(cells[first], 10))


def collision_mesh(mesh: Mesh, max_triangles: int = 5_000) -> Mesh:
    """A light mesh without colours for physics: the same surfaces, smoothed, simplified, without loose crumbs."""
    o3d = open3d()
    surface = o3d.geometry.TriangleMesh(
        o3d.utility.Vector3dVector(mesh.vertices.astype(np.float64)), o3d.utility.Vector3iVector(mesh.triangles)
    )
    surface = _without_crumbs(surface, share=5e-3)
    if len(surface.triangles) > max_triangles:
        # Taubin's filter takes the bumps that a foot would stumble over and does not shrink.
        surface = surface.filter_smooth_taubin(number_of_iterations=5)
        surface = surface.simplify_quadric_decimation(max_triangles)
    surface.remove_degenerate_triangles()
    surface.remove_unreferenced_vertices()
    light = _from_open3d(surface)
    return Mesh(light.vertices, light.triangles)


def write_mesh_glb(mesh: Mesh, path: str | os.PathLike[str], *, frame: str = "gltf") -> Path:
    """Write a mesh as GLB, y up, metres, in a frame of `lucid3d.export.frames.FRAMES`."""
    rotation = frame_rotation(frame).astype(np.float32)
    return write_triangles_glb(mesh.vertices @ rotation.T, mesh.triangles, mesh.colors, path)


def open3d() -> Any:
    """Open3D, also on a slim Linux without libusb (the wheel `libusb-package` carries that library)."""
    import ctypes

    try:
        import libusb_package

        ctypes.CDLL(str(libusb_package.get_library_path()), mode=ctypes.RTLD_GLOBAL)
    except (ImportError, OSError):
        pass  # the system's own will do, or the import below says what is missing
    import open3d as o3d

    o3d.utility.set_verbosity_level(o3d.utility.VerbosityLevel.Error)
    return o3d


def surface_reach(scene: Exportable) -> float:
    """Metres from the origin from which on everything is sky."""
    distance = sky_distance(scene)
    return FAR_METRES if distance is None else distance


def _without_crumbs(surface: Any, share: float) -> Any:
    """Drop connected pieces that have less than a share of the area of all of them."""
    labels, _, areas = surface.cluster_connected_triangles()
    labels, areas = np.asarray(labels), np.asarray(areas)
    if len(areas) > 1:
        surface.remove_triangles_by_mask(areas[labels] < share * areas.sum())
        surface.remove_unreferenced_vertices()
    return surface


def _from_open3d(surface: Any) -> Mesh:
    colors = np.asarray(surface.vertex_colors, np.float32) if surface.has_vertex_colors() else None
    return Mesh(np.asarray(surface.vertices, np.float32), np.asarray(surface.triangles, np.int32), colors)
