"""A textured mesh of a room whose walls are known: where they are, in what colour, and which way they look."""

from __future__ import annotations

import functools
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import trimesh

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.export.baking import Textures, bake, corner_tangents
from lucid3d.export.mesh import Mesh
from lucid3d.export.panorama_render import panorama_of
from lucid3d.export.textured import beyond, textured_mesh, write_textured_glb
from lucid3d.export.unwrapping import Unwrapped, texels_of, unwrap
from lucid3d.gaussians.model import SH_C0, Gaussians
from lucid3d.panorama import cube_cameras
from lucid3d.transforms import PosedView
from tests.export.scenes import random_scene, room_hit, room_scene, some_directions
from tests.export.test_mesh import away_from_corners, cast

SIZE = 256


def room_view(camera: Camera) -> PosedView:
    """What a camera sees of the room, exactly."""
    rays = camera.world_rays().reshape(-1, 3).astype(np.float64)
    length = np.linalg.norm(rays, axis=1, keepdims=True)
    distance, colors = room_hit(rays / length, camera.position)
    shape = (camera.height, camera.width)
    depth = (distance / length[:, 0]).reshape(shape).astype(np.float32)
    return PosedView(camera, colors.reshape(*shape, 3).astype(np.float32), depth, np.ones(shape, bool))


@functools.cache
def textured_room() -> tuple[Unwrapped, Textures]:
    views = [room_view(camera) for camera in cube_cameras(96).values()]
    views += [
        room_view(Camera.from_fov(96, 96, 80, yaw_pitch(yaw, 10, np.array([0.5, 0.2, 0.3])))) for yaw in (0, 120, 240)
    ]
    scene = SimpleNamespace(gaussians=random_scene(1), points=None, cameras=None, views=views)
    return textured_mesh(scene, 4000, SIZE)


def looked_up(mesh: Unwrapped, picture: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """What the texture shows along rays from the origin: by the corners' uv, the nearest texel."""
    hits = cast(mesh.vertices, mesh.triangles, np.zeros(3), directions)
    b, c = hits["primitive_uvs"].T
    corners = mesh.uv[mesh.triangles[hits["primitive_ids"]]]
    uv = (1 - b - c)[:, None] * corners[:, 0] + b[:, None] * corners[:, 1] + c[:, None] * corners[:, 2]
    return picture[(uv[:, 1] * len(picture)).astype(int), (uv[:, 0] * len(picture)).astype(int)]


def test_walls_have_their_places_and_colours() -> None:
    mesh, textures = textured_room()
    directions = away_from_corners(some_directions(300))
    distance, colors = room_hit(directions)
    assert np.median(np.abs(cast(mesh.vertices, mesh.triangles, np.zeros(3), directions)["t_hit"] - distance)) < 0.01
    error = np.abs(looked_up(mesh, textures.color, directions) - colors).max(axis=1)
    assert np.mean(error < 0.02) > 0.97 and textures.seen > 0.9


def test_charts_do_not_overlap() -> None:
    mesh, _ = textured_room()
    texels = texels_of(mesh, SIZE)
    assert 0.3 < len(texels.row) / SIZE**2 < 1
    assert len(np.unique(texels.row * SIZE + texels.column)) == len(texels.row)
    corners = mesh.uv[mesh.triangles] * SIZE
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / 2
    assert area == pytest.approx(len(texels.row), rel=0.05)  # what overlapped would be counted twice in one alone
    np.testing.assert_allclose(texels.weights.sum(axis=1), 1, atol=1e-5)
    points = texels.of(mesh.triangles, mesh.uv)
    np.testing.assert_allclose(points * SIZE, np.stack([texels.column, texels.row], axis=1) + 0.5, atol=1e-2)


def test_flat_walls_have_flat_normals() -> None:
    mesh, textures = textured_room()
    inside = away_from_corners(some_directions(300))
    normals = looked_up(mesh, textures.normals, inside)
    assert np.quantile(normals[:, 2], 0.1) > 0.97
    np.testing.assert_allclose(np.linalg.norm(textures.tangents[:, :3], axis=1), 1, atol=1e-4)
    assert (np.abs((textures.tangents[:, :3] * mesh.normals).sum(axis=1)) < 1e-3).all()


def test_tangents_point_along_u() -> None:
    """A square in the plane z = 0 whose u runs along x and v down along y: tangent x, the third axis up (-v)."""
    vertices = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
    uv = vertices[:, :2].copy()
    mesh = Unwrapped(vertices, np.tile(np.array([0, 0, -1], np.float32), (4, 1)),
                     np.array([[0, 2, 1], [0, 3, 2]], np.int32), uv, uv[:, [0, 0, 0]])  # fmt: skip
    tangents = corner_tangents(mesh)
    np.testing.assert_allclose(tangents[:, :3], np.tile([1, 0, 0], (4, 1)), atol=1e-6)
    across = np.cross(mesh.normals, tangents[:, :3]) * tangents[:, 3:]
    np.testing.assert_allclose(across, np.tile([0, -1, 0], (4, 1)), atol=1e-6)


def test_hidden_surfaces_take_nothing_of_what_is_before_them() -> None:
    """A wall behind a red board: the part of it that the board hides keeps its own colour."""
    wall = Mesh(
        np.array([[-2, -2, 4], [2, -2, 4], [2, 2, 4], [-2, 2, 4]], np.float32),
        np.array([[0, 2, 1], [0, 3, 2]], np.int32),
        np.full((4, 3), 0.25, np.float32),
    )
    camera = Camera.from_fov(128, 128, 60)
    depth, image = np.full((128, 128), 4.0, np.float32), np.full((128, 128, 3), (0, 1, 0), np.float32)
    depth[48:80, 48:80], image[48:80, 48:80] = 2.0, (1, 0, 0)
    view = PosedView(camera, image, depth, np.ones((128, 128), bool))
    mesh = unwrap(wall, 64)
    texels = texels_of(mesh, 64)
    away = room_view(Camera.from_fov(32, 32, 60, yaw_pitch(180, 0, np.zeros(3))))  # sees nothing of it
    textures = bake(mesh, texels, 64, [view, away])
    pixels, _ = camera.project(texels.of(mesh.triangles, mesh.vertices))
    shown = textures.color[texels.row, texels.column]
    hidden = (np.abs(pixels - 64) < 14).all(axis=1)
    free = (np.abs(pixels - 64) > 20).any(axis=1)
    assert hidden.sum() > 20
    np.testing.assert_allclose(shown[hidden], 0.25, atol=1e-3)
    np.testing.assert_allclose(shown[free], np.tile([0, 1, 0], (free.sum(), 1)), atol=1e-3)


def test_the_glb_is_read_with_its_textures(tmp_path: Path) -> None:
    mesh, textures = textured_room()
    path = write_textured_glb(mesh, textures, tmp_path / "textured.glb")
    loaded = trimesh.load(path, force="mesh", process=False)
    np.testing.assert_allclose(loaded.vertices, mesh.vertices * (-1, -1, 1), atol=1e-5)
    np.testing.assert_array_equal(loaded.faces, mesh.triangles)
    # trimesh turns v up, as its own pictures have it
    np.testing.assert_allclose(loaded.visual.uv * (1, -1) + (0, 1), mesh.uv, atol=1e-5)
    picture = np.asarray(loaded.visual.material.baseColorTexture.convert("RGB"), np.float32) / 255
    np.testing.assert_allclose(picture, textures.color, atol=0.003)
    assert loaded.visual.material.normalTexture.size == (SIZE, SIZE)


def test_sizes_and_empty_scenes() -> None:
    scene = SimpleNamespace(gaussians=random_scene(0), points=None, cameras=None)
    with pytest.raises(InputError, match="texture of 3 texels"):
        textured_mesh(scene, 100, 3)
    with pytest.raises(InputError, match="0 Gaussians"):
        textured_mesh(scene, 100, 64)


def test_the_sky_behind_has_nothing_that_the_mesh_has() -> None:
    """A room with an open side, far hills of one colour around it: the walls are not in the sky's picture."""
    room, hills = room_scene(0.1), random_scene(4000)
    hills.means[:] = some_directions(4000) * 90
    hills.log_scales[:] = np.log(4)
    hills.logit_opacities[:] = 6
    hills.sh[:] = 0
    hills.sh[:, 0] = (np.array([0.2, 0.7, 0.4]) - 0.5) / SH_C0
    names = ("means", "quats", "log_scales", "logit_opacities", "sh")
    both = Gaussians(*(np.concatenate([getattr(room, name), getattr(hills, name)]) for name in names))
    scene = SimpleNamespace(gaussians=both, points=None, cameras=None)
    assert np.abs(beyond(scene, 64) - [0.2, 0.7, 0.4]).max() < 0.03
    alone = SimpleNamespace(gaussians=room, points=None, cameras=None)
    np.testing.assert_array_equal(beyond(alone, 64), panorama_of(alone, 64).image)
