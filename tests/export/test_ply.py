"""PLY: exact round trips, the layout that others read, and every way a file can be broken."""

from __future__ import annotations

from pathlib import Path

import gsply
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plyfile import PlyData, PlyElement

from lucid3d.errors import InputError
from lucid3d.export.ply import read_gaussians, read_points, write_gaussians, write_points
from lucid3d.gaussians.model import Gaussians
from lucid3d.pointcloud import PointCloud
from tests.export.scenes import random_scene

FIELDS = ("means", "quats", "log_scales", "logit_opacities", "sh")


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_gaussians_come_back_bit_for_bit(tmp_path: Path, degree: int) -> None:
    scene = random_scene(40, degree)
    back = read_gaussians(write_gaussians(scene, tmp_path / "scene.ply"))
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(back, name), getattr(scene, name))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(1, 30), degree=st.integers(0, 3), seed=st.integers(0, 1000))
def test_any_scene_comes_back(tmp_path: Path, count: int, degree: int, seed: int) -> None:
    scene = random_scene(count, degree, seed)
    back = read_gaussians(write_gaussians(scene, tmp_path / "scene.ply"))
    assert all(np.array_equal(getattr(back, name), getattr(scene, name)) for name in FIELDS)


@pytest.mark.parametrize("degree", [0, 2, 3])
def test_gsply_reads_the_same_scene(tmp_path: Path, degree: int) -> None:
    scene = random_scene(25, degree)
    data = gsply.plyread(write_gaussians(scene, tmp_path / "scene.ply"))
    np.testing.assert_array_equal(data.means, scene.means)
    np.testing.assert_array_equal(data.quats, scene.quats)
    np.testing.assert_array_equal(data.scales, scene.log_scales)
    np.testing.assert_array_equal(data.opacities.reshape(-1), scene.logit_opacities)
    np.testing.assert_array_equal(data.sh0, scene.sh[:, 0])
    if degree:
        np.testing.assert_array_equal(data.shN, scene.sh[:, 1:])


def test_layout_is_the_reference_codes(tmp_path: Path) -> None:
    """Names, order and types of the properties; f_rest is channel-major."""
    scene = random_scene(5, 1)
    vertices = PlyData.read(write_gaussians(scene, tmp_path / "scene.ply"))["vertex"]
    names = [p.name for p in vertices.properties]
    rest = [f"f_rest_{i}" for i in range(9)]
    colours, shape = ["f_dc_0", "f_dc_1", "f_dc_2", *rest], ["scale_0", "scale_1", "scale_2"]
    turn = ["rot_0", "rot_1", "rot_2", "rot_3"]
    assert names == ["x", "y", "z", "nx", "ny", "nz", *colours, "opacity", *shape, *turn]
    assert {p.val_dtype for p in vertices.properties} == {"f4"}
    np.testing.assert_array_equal(vertices["f_rest_1"], scene.sh[:, 2, 0])  # second coefficient, red
    np.testing.assert_array_equal(vertices["f_rest_3"], scene.sh[:, 1, 1])  # first coefficient, green


def test_reads_files_without_normals_and_in_another_order(tmp_path: Path) -> None:
    scene = random_scene(7, 1)
    gsply.plywrite(
        tmp_path / "other.ply", scene.means, scene.log_scales, scene.quats, scene.logit_opacities, scene.sh[:, 0],
        np.ascontiguousarray(scene.sh[:, 1:]),
    )  # fmt: skip
    np.testing.assert_array_equal(read_gaussians(tmp_path / "other.ply").sh, scene.sh)


@pytest.mark.parametrize("degree", [0, 1, 3])
def test_readers_that_want_every_property_get_them(tmp_path: Path, degree: int) -> None:
    """Plugins that look for vertices of 248 bytes, or for all harmonics: what the scene lacks is 0."""
    scene = random_scene(5, degree)
    path = write_gaussians(scene, tmp_path / "scene.ply", least_degree=3)
    head, _, rows = path.read_bytes().partition(b"end_header\n")
    lines = head.decode().splitlines()
    assert lines[:3] == ["ply", "format binary_little_endian 1.0", "element vertex 5"]  # and no comment
    assert [line.split()[:2] for line in lines[3:]] == [["property", "float"]] * 62
    assert len(rows) == 5 * 248
    back = read_gaussians(path)
    bands = scene.sh.shape[1]
    np.testing.assert_array_equal(back.sh[:, :bands], scene.sh)
    assert not back.sh[:, bands:].any() and back.sh_degree == 3
    for name in ("means", "quats", "log_scales", "logit_opacities"):
        np.testing.assert_array_equal(getattr(back, name), getattr(scene, name))


WITHOUT_NORMALS = ("x", "y", "z", "f_dc_0", "f_dc_1", "f_dc_2", "opacity", "scale_0", "scale_1", "scale_2",
                   "rot_0", "rot_1", "rot_2", "rot_3")  # fmt: skip


@pytest.mark.parametrize(
    ("order", "comment"),
    [(WITHOUT_NORMALS, ""), (WITHOUT_NORMALS, "made elsewhere"), (tuple(sorted(WITHOUT_NORMALS)), "")],
)
def test_reads_what_postshot_and_supersplat_write(tmp_path: Path, order: tuple[str, ...], comment: str) -> None:
    """No normals, a comment in the header, properties in an order of their own."""
    scene = random_scene(6)
    rows = PlyData.read(str(write_gaussians(scene, tmp_path / "ours.ply")))["vertex"].data
    theirs = np.empty(len(rows), [(name, "<f4") for name in order])
    for name in order:
        theirs[name] = rows[name]
    path = tmp_path / "theirs.ply"
    comments = [comment] if comment else []
    PlyData([PlyElement.describe(theirs, "vertex")], byte_order="<", comments=comments).write(str(path))
    back = read_gaussians(path)
    for name in ("means", "quats", "log_scales", "logit_opacities", "sh"):
        np.testing.assert_array_equal(getattr(back, name), getattr(scene, name))


def broken(name: str, data: bytes) -> bytes:
    end = data.index(b"end_header\n")
    return {
        "truncated": data[:-7],
        "headless": data[: end - 3],
        "no ply": b"solid cube\n" + data,
        "empty": b"",
        "absurd count": data.replace(b"element vertex 9", b"element vertex 1000000000000"),
        "one too many": data.replace(b"element vertex 9", b"element vertex 10"),
        "wrong property": data.replace(b"property float opacity", b"property float transparency"),
        "unknown type": data.replace(b"property float opacity", b"property quaternion opacity"),
        "no vertices": data.replace(b"element vertex", b"element corner"),
        "a third of the harmonics": data.replace(b"property float f_rest_0\n", b"property float g_rest_0\n"),
    }[name]


BROKEN = {
    "truncated": "truncated",
    "headless": "header",
    "no ply": "not a PLY",
    "empty": "not a PLY",
    "absurd count": "1000000000000",
    "one too many": "truncated",
    "wrong property": "opacity",
    "unknown type": "damaged",
    "no vertices": "vertex",
    "a third of the harmonics": "f_rest",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_by_name(tmp_path: Path, name: str) -> None:
    path = write_gaussians(random_scene(9, 1), tmp_path / "scene.ply")
    path.write_bytes(broken(name, path.read_bytes()))
    with pytest.raises(InputError, match=BROKEN[name]) as caught:
        read_gaussians(path)
    assert "scene.ply" in str(caught.value)


NOT_FINITE = [(field, value) for field in FIELDS for value in (np.nan, np.inf)]
OPAQUE = ("logit_opacities", np.inf)
"""Legal: opaque altogether."""


def test_an_infinite_opacity_is_kept(tmp_path: Path) -> None:
    scene = random_scene(9)
    scene.logit_opacities[4] = np.inf
    read = read_gaussians(write_gaussians(scene, tmp_path / "scene.ply"))
    assert 1 / (1 + np.exp(-np.asarray(read.logit_opacities, np.float64)[4])) > 1 - 1e-4


@pytest.mark.parametrize(("field", "value"), [case for case in NOT_FINITE if case != OPAQUE])
def test_values_that_are_not_finite_are_refused_both_ways(tmp_path: Path, field: str, value: float) -> None:
    scene = random_scene(9)
    good = write_gaussians(scene, tmp_path / "scene.ply")
    getattr(scene, field).reshape(9, -1)[4, 0] = value
    with pytest.raises(InputError, match=rf"{field}.*number 4"):
        write_gaussians(scene, tmp_path / "bad.ply")
    assert not list(tmp_path.glob("*bad*"))
    vertices = PlyData.read(good, mmap=False)
    vertices["vertex"].data[list(vertices["vertex"].data.dtype.names)[0 if field == "means" else -1]][4] = value
    vertices.write(str(good))
    with pytest.raises(InputError, match="not finite"):
        read_gaussians(good)


def test_zero_gaussians_and_zero_quaternions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="0 Gaussians"):
        write_gaussians(random_scene(0), tmp_path / "empty.ply")
    scene = random_scene(3)
    scene.quats[1] = 0
    with pytest.raises(InputError, match="quaternion of Gaussian 1"):
        write_gaussians(scene, tmp_path / "turned.ply")
    assert list(tmp_path.iterdir()) == []


def test_mismatched_arrays_are_refused(tmp_path: Path) -> None:
    scene = random_scene(5)
    odd = Gaussians(scene.means, scene.quats[:4], scene.log_scales, scene.logit_opacities, scene.sh)
    with pytest.raises(InputError, match=r"quats has shape \(4, 4\)"):
        write_gaussians(odd, tmp_path / "odd.ply")
    with pytest.raises(InputError, match="sh has shape"):
        write_gaussians(
            Gaussians(
                scene.means, scene.quats, scene.log_scales, scene.logit_opacities, np.zeros((5, 3, 3), np.float32)
            ),
            tmp_path / "odd.ply",
        )


def test_missing_file_and_folder() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_gaussians("does/not/exist.ply")


def cloud(count: int, seed: int = 0) -> PointCloud:
    rng = np.random.default_rng(seed)
    normals = rng.normal(size=(count, 3))
    return PointCloud(
        positions=rng.normal(size=(count, 3)).astype(np.float32),
        colors=rng.uniform(size=(count, 3)).astype(np.float32),
        normals=(normals / np.linalg.norm(normals, axis=1, keepdims=True)).astype(np.float32),
        footprints=rng.uniform(0.001, 0.1, count).astype(np.float32),
        views=rng.integers(0, 12, count).astype(np.int32),
        confidences=rng.uniform(0.1, 1, count).astype(np.float32),
        is_sky=rng.uniform(size=count) < 0.3,
    )


@pytest.mark.parametrize("count", [0, 1, 50])
def test_points_come_back_bit_for_bit(tmp_path: Path, count: int) -> None:
    points = cloud(count)
    back = read_points(write_points(points, tmp_path / "points.ply"))
    for name in vars(points):
        np.testing.assert_array_equal(getattr(back, name), getattr(points, name))
        assert getattr(back, name).dtype == getattr(points, name).dtype


def test_open3d_and_trimesh_read_the_points(tmp_path: Path) -> None:
    import trimesh

    points = cloud(30)
    loaded = trimesh.load(write_points(points, tmp_path / "points.ply"))
    np.testing.assert_allclose(loaded.vertices, points.positions)
    np.testing.assert_allclose(loaded.colors[:, :3] / 255, points.colors, atol=0.5 / 255 + 1e-6)


def test_reads_another_programs_points(tmp_path: Path) -> None:
    import trimesh

    positions = np.random.default_rng(1).normal(size=(6, 3))
    colors = np.full((6, 4), (255, 128, 0, 255), np.uint8)
    trimesh.PointCloud(positions, colors).export(tmp_path / "scan.ply")
    points = read_points(tmp_path / "scan.ply")
    np.testing.assert_allclose(points.positions, positions, atol=1e-6)
    np.testing.assert_allclose(points.colors[0], (1, 128 / 255, 0))
    assert points.confidences.tolist() == [1] * 6 and not points.is_sky.any()
