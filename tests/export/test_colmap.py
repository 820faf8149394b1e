"""The COLMAP model, read by the words of its format: points land where the views' cameras have them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.export.colmap import write_colmap
from lucid3d.pointcloud import PointCloud
from lucid3d.transforms import PosedView, read_image


def lines_of(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if not line.startswith("#")]


def test_points_land_where_our_cameras_have_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    views = []
    for yaw in (0.0, 70.0, 200.0):
        camera = Camera.from_fov(32, 24, 70 if yaw else 80, yaw_pitch(yaw, 12, rng.normal(size=3)))
        shape = (24, 32)
        mask = np.ones(shape, bool)
        mask[0] = yaw != 70.0
        views.append(PosedView(camera, rng.random((*shape, 3)).astype(np.float32), np.ones(shape, np.float32), mask))
    views.append(PosedView(views[0].camera, views[0].image, views[0].depth, views[0].mask, support=True))
    cloud = PointCloud.empty()
    positions = rng.normal(size=(40, 3)).astype(np.float32) * 3
    cloud.positions, cloud.colors = positions, rng.random((40, 3)).astype(np.float32)
    cloud.is_sky = np.arange(40) >= 30
    home = write_colmap(SimpleNamespace(views=views, points=cloud), tmp_path)  # type: ignore[arg-type]
    model = home / "sparse" / "0"
    lenses = {line.split()[0]: line.split()[1:] for line in lines_of(model / "cameras.txt")}
    assert len(lenses) == 2 and all(lens[0] == "PINHOLE" for lens in lenses.values())
    points = np.array([[float(v) for v in line.split()] for line in lines_of(model / "points3D.txt")])
    assert points.shape == (30, 8) and points[:, 0].tolist() == list(range(1, 31))
    np.testing.assert_allclose(points[:, 1:4], positions[:30], atol=1e-4)
    np.testing.assert_allclose(points[:, 4:7], cloud.colors[:30] * 255, atol=0.51)
    images = (model / "images.txt").read_text().splitlines()[1:]
    assert len(images) == 6 and images[1::2] == ["", "", ""]
    for view, line in zip(views, images[::2], strict=False):
        fields = line.split()
        w, x, y, z, *translation = (float(v) for v in fields[1:8])
        width, height, fx, fy, cx, cy = (float(v) for v in lenses[fields[8]][1:])
        assert (width, height) == (32, 24)
        local = points[:, 1:4] @ Rotation.from_quat([x, y, z, w]).as_matrix().T + translation
        ahead = local[:, 2] > 0.1
        pixels = local[ahead, :2] / local[ahead, 2:] * (fx, fy) + (cx, cy)
        ours, _ = view.camera.project(positions[:30])
        np.testing.assert_allclose(pixels, ours[ahead], atol=0.01)
        np.testing.assert_allclose(read_image(home / "images" / fields[9]), view.image, atol=0.003)
    assert [p.name for p in (home / "masks").iterdir()] == ["view_002.png.png"]


def test_a_scene_without_views(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no dreamed views"):
        write_colmap(SimpleNamespace(views=[], points=None), tmp_path)  # type: ignore[arg-type]
