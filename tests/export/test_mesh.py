"""Meshes of a room whose walls are known: where they are, what colour, which side is out, and whether one can stand."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import trimesh

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.colour import srgb_from_linear
from lucid3d.errors import InputError
from lucid3d.export.mesh import (
    Mesh,
    OrientedPoints,
    collision_mesh,
    lift,
    mesh_cameras,
    open3d,
    scene_mesh,
    thin_out,
    write_mesh_glb,
)
from lucid3d.pointcloud import PointCloud
from tests.export.scenes import ROOM_HIGH, ROOM_LOW, random_scene, room_hit, room_scene, some_directions


@pytest.fixture(scope="module")
def room_mesh() -> Mesh:
    return scene_mesh(
        SimpleNamespace(gaussians=room_scene(0.05), points=None, cameras=None), 20_000, point_budget=15_000
    )


def cast(vertices: np.ndarray, triangles: np.ndarray, origins: np.ndarray, directions: np.ndarray) -> dict:
    """First hits of rays with a mesh, by Embree."""
    o3d = open3d()
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(vertices.astype(np.float32), triangles.astype(np.uint32))
    rays = np.concatenate([np.broadcast_to(origins, directions.shape), directions], axis=1).astype(np.float32)
    return {name: value.numpy() for name, value in scene.cast_rays(rays).items()}


def away_from_corners(directions: np.ndarray) -> np.ndarray:
    """Directions that hit a wall well inside of it."""
    with np.errstate(divide="ignore"):
        steps = np.sort(np.where(directions > 0, ROOM_HIGH / directions, ROOM_LOW / directions), axis=1)
    return directions[steps[:, 1] > 1.2 * steps[:, 0]]


def test_walls_are_where_they_are(room_mesh: Mesh) -> None:
    directions = away_from_corners(some_directions(400))
    hits = cast(room_mesh.vertices, room_mesh.triangles, np.zeros(3), directions)
    distance, _ = room_hit(directions)
    # The mean depth of a Gaussian surface lies a little before it where it is seen at a slant.
    error = np.abs(hits["t_hit"] - distance)
    assert np.median(error) < 0.02 and error.max() < 0.08
    assert len(directions) > 100


def test_front_faces_look_into_the_room(room_mesh: Mesh) -> None:
    """Counter-clockwise towards where a person is: engines cull the other side."""
    directions = away_from_corners(some_directions(200))
    normals = cast(room_mesh.vertices, room_mesh.triangles, np.zeros(3), directions)["primitive_normals"]
    assert ((normals * directions).sum(axis=1) < 0).all()


def test_colours_are_the_walls(room_mesh: Mesh) -> None:
    directions = away_from_corners(some_directions(200))
    hits = cast(room_mesh.vertices, room_mesh.triangles, np.zeros(3), directions)
    assert room_mesh.colors is not None
    corners = room_mesh.triangles[hits["primitive_ids"]]
    error = np.abs(room_mesh.colors[corners].mean(axis=1) - room_hit(directions)[1]).max(axis=1)
    assert (error < 0.06).mean() > 0.97


def test_the_glb_is_read_by_trimesh(tmp_path: Path, room_mesh: Mesh) -> None:
    path = write_mesh_glb(room_mesh, tmp_path / "mesh.glb")
    loaded = trimesh.load(path, force="mesh", process=False)
    np.testing.assert_allclose(loaded.vertices, room_mesh.vertices * (-1, -1, 1), atol=1e-5)
    assert loaded.bounds[0][1] == pytest.approx(-1.5, abs=0.03)  # the floor, y up
    np.testing.assert_array_equal(loaded.faces, room_mesh.triangles)
    np.testing.assert_allclose(np.linalg.norm(loaded.vertex_normals, axis=1), 1, atol=1e-4)


def test_vertex_colours_are_linear_16_bit(tmp_path: Path) -> None:
    """Straight from the file: glTF's COLOR_0 is linear, and dark colours keep their steps."""
    import json
    import struct

    colors = np.array([[0.02, 0.5, 1.0], [0.0, 0.25, 0.75], [0.1, 0.1, 0.1]], np.float32)
    mesh = Mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32), colors)
    data = write_mesh_glb(mesh, tmp_path / "mesh.glb").read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    document = json.loads(data[20 : 20 + length])
    (primitive,) = document["meshes"][0]["primitives"]
    accessor = document["accessors"][primitive["attributes"]["COLOR_0"]]
    assert (accessor["componentType"], accessor["normalized"]) == (5123, True)
    start = 20 + length + 8 + document["bufferViews"][accessor["bufferView"]]["byteOffset"]
    stored = np.frombuffer(data, "<u2", 12, start).reshape(3, 4) / 65535
    np.testing.assert_allclose(srgb_from_linear(stored[:, :3]), colors, atol=2e-4)
    assert "KHR_materials_unlit" in document["materials"][primitive["material"]]["extensions"]


def test_one_can_walk_on_the_collision_mesh(tmp_path: Path, room_mesh: Mesh) -> None:
    """From everywhere in the room the ground is 1.5 m below the eye; the mesh is light and has no colours."""
    light = collision_mesh(room_mesh, 600)
    assert len(light.triangles) <= 600 and light.colors is None
    loaded = trimesh.load(write_mesh_glb(light, tmp_path / "collision.glb"), force="mesh")
    xs, zs = np.meshgrid(np.linspace(-1.6, 1.6, 9), np.linspace(-2.6, 1.1, 9))
    feet = np.stack([xs.ravel(), np.zeros(81), zs.ravel()], axis=1)  # glTF: z is our z, so the room spans -1.5 .. 3
    feet[:, 2] = -feet[:, 2]
    down = np.tile([0.0, -1.0, 0.0], (81, 1))
    hits = cast(np.asarray(loaded.vertices), np.asarray(loaded.faces), feet, down)
    np.testing.assert_allclose(hits["t_hit"], 1.5, atol=0.08)
    assert (hits["primitive_normals"][:, 1] > 0.95).all()


def test_nothing_is_invented_where_nobody_looked() -> None:
    """Half a room stays half a room, although Poisson's surface would close it."""
    room = room_scene()
    half = room[room.means[:, 0] < 0.2]
    mesh = scene_mesh(SimpleNamespace(gaussians=half, points=None, cameras=None), 20_000, point_budget=8000)
    assert mesh.vertices[:, 0].max() < 0.5
    assert mesh.vertices[:, 0].min() == pytest.approx(-2, abs=0.05)


def test_the_sky_is_no_mesh() -> None:
    """Gaussians on the sky dome, whose distance the points know, are left out."""
    room = room_scene(0.15)
    dome = some_directions(12_000).astype(np.float32) * 40
    sky = room[np.zeros(len(dome), int)]
    sky.means[:], sky.log_scales[:] = dome, math.log(0.75)
    room = room[room.means[:, 1] > -1.1]  # no ceiling: the sky shows
    scene = type(room)(*(np.concatenate([getattr(room, n), getattr(sky, n)]) for n in vars(room)))
    points = PointCloud.empty()
    for name, values in {
        "positions": dome, "colors": dome, "normals": dome, "footprints": dome[:, 0],
        "views": np.zeros(len(dome), np.int32), "confidences": dome[:, 0], "is_sky": np.ones(len(dome), bool),
    }.items():  # fmt: skip
        setattr(points, name, values)
    mesh = scene_mesh(SimpleNamespace(gaussians=scene, points=points, cameras=None), 5000, point_budget=8000)
    assert np.linalg.norm(mesh.vertices, axis=1).max() < 6


def test_depth_edges_do_not_become_surfaces() -> None:
    camera = Camera.from_fov(64, 48, 80, yaw_pitch(20, 5, np.array([0.3, 0, 1])))
    depth = np.full((48, 64), 4.0, np.float32)
    depth[:, 30:] = 1.0
    positions, normals, _, footprints = lift(camera, depth, np.zeros((48, 64, 3), np.float32), 100)
    local, _ = camera.project(positions)
    assert len(positions) > 2000
    assert not ((local[:, 0] > 28.6) & (local[:, 0] < 31.4)).any()
    np.testing.assert_allclose(normals, np.broadcast_to(-camera.forward, normals.shape), atol=1e-3)
    assert set(np.unique(footprints.round(4))) == set(np.float32([1 / camera.fx, 4 / camera.fx]).round(4))


def test_thinning_keeps_near_surfaces_finer() -> None:
    rng = np.random.default_rng(0)
    positions = rng.uniform(-1, 1, (20_000, 3)).astype(np.float32)
    footprints = np.where(positions[:, 0] > 0, 0.05, 0.01).astype(np.float32)
    points = OrientedPoints(positions, positions, positions, footprints)
    thinned, cell = thin_out(points, 5000)
    assert len(thinned.positions) <= 5000 and cell > 0
    assert (thinned.footprints < 0.02).sum() > 4 * (thinned.footprints > 0.02).sum()


def test_cameras_look_all_around_and_are_few() -> None:
    path = [Camera.from_fov(512, 256, 60, yaw_pitch(i, 0, np.array([1.0, 0, 0]))) for i in range(300)]
    chosen = mesh_cameras(path)
    assert len(chosen) == 30 and max(max(c.width, c.height) for c in chosen) == 256
    assert np.abs(sum(c.forward for c in chosen[:6])).max() < 1e-12
    np.testing.assert_allclose(chosen[0].position, (1, 0, 0))
    assert len(mesh_cameras([])) == 6


def test_scenes_without_a_surface() -> None:
    with pytest.raises(InputError, match="0 Gaussians"):
        scene_mesh(SimpleNamespace(gaussians=random_scene(0), points=None, cameras=None))
    faint = room_scene(0.3)
    faint.logit_opacities[:] = -6
    with pytest.raises(InputError, match="no solid surface"):
        scene_mesh(SimpleNamespace(gaussians=faint, points=None, cameras=None))
    with pytest.raises(InputError, match="no triangles"):
        write_mesh_glb(Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)), "mesh.glb")
