"""Splat formats, each read back by a program that somebody else wrote and compared with the scene that went in."""

from __future__ import annotations

import json
import shlex
import struct
import subprocess
from pathlib import Path

import gsply
import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.export.gltf import write_gaussian_glb
from lucid3d.export.ply import read_gaussians, write_gaussians
from lucid3d.export.sog import write_sog
from lucid3d.export.splats import (
    Reduction,
    reduce,
    write_compressed_ply,
    write_splat,
    write_spz,
)
from lucid3d.export.usd import write_usd
from lucid3d.gaussians.model import Gaussians
from tests.export.scenes import axes_scene, colors_seen, covariances, random_scene, some_directions

FLIP_X = np.diag([1.0, -1.0, -1.0])
"""Half a turn about x: from y down, z forward to y up, z backward (.spz, USD)."""
FLIP_Z = np.diag([-1.0, -1.0, 1.0])
"""Half a turn about z: to glTF's y up, z forward."""


def assert_same_place(
    scene: Gaussians,
    means: np.ndarray,
    quats: np.ndarray,
    scales: np.ndarray,
    opacities: np.ndarray,
    sh: np.ndarray,
    frame: np.ndarray,
    *,
    metres: float = 1e-5,
    relative: float = 1e-4,
    colour: float = 1e-4,
    opacity: float = 1e-5,
) -> None:
    """The arrays, in whatever order, are the scene in `frame`: every Gaussian finds its own within the tolerances."""
    from scipy.spatial import cKDTree

    expected = scene.means.astype(np.float64) @ frame.T
    distance, index = cKDTree(means).query(expected)
    assert sorted(index) == list(range(len(scene)))
    assert distance.max() < metres
    covariance = frame @ covariances(scene.quats, scene.scales) @ frame.T
    read = covariances(quats[index], scales[index])
    size = np.abs(covariance).max(axis=(1, 2))
    assert (np.abs(read - covariance).max(axis=(1, 2)) / size).max() < relative
    np.testing.assert_allclose(opacities.reshape(-1)[index], scene.opacities, atol=opacity)
    directions = some_directions()
    seen = colors_seen(sh[index], directions @ frame.T)
    np.testing.assert_allclose(seen, colors_seen(scene.sh, directions), atol=colour)


def assert_reads_as(scene: Gaussians, path: Path, frame: np.ndarray = np.eye(3), **tolerances: float) -> None:
    """A PLY that another program wrote is the scene, in the frame of PLYs unless another is named."""
    back = read_gaussians(path)
    assert_same_place(scene, back.means, back.quats, back.scales, back.opacities, back.sh, frame, **tolerances)


def convert(command: str, source: Path, target: Path) -> Path:
    done = subprocess.run(
        [*shlex.split(command), "-w", "-q", "-g", "cpu", str(source), str(target)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return target


# What each format keeps: 24-bit positions and 8-bit logarithmic scales (spz), 11-bit positions in chunks (compressed
# PLY), 8-bit quaternions (splat), 16-bit positions and a codebook of 256 scales (sog).
SPZ = {"metres": 4e-4, "relative": 0.14, "colour": 0.06, "opacity": 0.003}
COMPRESSED = {"metres": 0.004, "relative": 0.05, "colour": 0.07, "opacity": 0.005}
SPLAT = {"metres": 1e-5, "relative": 0.06, "colour": 0.003, "opacity": 0.003}
SOG = {"metres": 0.002, "relative": 0.12, "colour": 0.12, "opacity": 0.01}


@pytest.mark.parametrize("degree", [0, 1, 3])
def test_spz_read_by_gsply(tmp_path: Path, degree: int) -> None:
    scene = axes_scene(degree)
    data = gsply.read_spz(write_spz(scene, tmp_path / "scene.spz"))
    sh = data.sh0[:, None] if not degree else np.concatenate([data.sh0[:, None], data.shN], axis=1)
    opacities = 1 / (1 + np.exp(-data.opacities))
    assert_same_place(scene, data.means, data.quats, np.exp(data.scales), opacities, sh, FLIP_X, **SPZ)


def test_spz_is_version_3(tmp_path: Path) -> None:
    import gzip

    raw = gzip.decompress(write_spz(axes_scene(), tmp_path / "scene.spz").read_bytes())
    magic, version, count = struct.unpack_from("<III", raw)
    assert (magic, version, count) == (0x5053474E, 3, len(axes_scene()))


def test_spz_keeps_a_far_sky(tmp_path: Path) -> None:
    """Fixed-point positions end at 2 km; a farther dome costs precision instead of wrapping around."""
    scene = random_scene(50)
    scene.means[7] = (9000, -3000, 12000)
    data = gsply.read_spz(write_spz(scene, tmp_path / "far.spz"))
    np.testing.assert_allclose(data.means @ FLIP_X, scene.means, atol=2e-3)
    scene.means[7] = 1e8
    with pytest.raises(InputError, match="1e\\+08 m away"):
        write_spz(scene, tmp_path / "farther.spz")
    assert not (tmp_path / "farther.spz").exists()


@pytest.mark.node
@pytest.mark.parametrize(("degree", "version"), [(0, 3), (3, 3), (1, 4)])
def test_spz_read_by_splat_transform(tmp_path: Path, splat_transform: str, degree: int, version: int) -> None:
    """It turns nothing since its version 3: what it writes lies in the file's own axes, which Niantic has y up."""
    scene = axes_scene(degree)
    source = write_spz(scene, tmp_path / "scene.spz", version=version)
    assert_reads_as(scene, convert(splat_transform, source, tmp_path / "back.ply"), FLIP_X, **SPZ)


@pytest.mark.node
def test_ply_read_by_splat_transform(tmp_path: Path, splat_transform: str) -> None:
    scene = axes_scene(2)
    source = write_gaussians(scene, tmp_path / "scene.ply")
    assert_reads_as(scene, convert(splat_transform, source, tmp_path / "back.ply"))


@pytest.mark.parametrize("degree", [0, 2])
def test_compressed_ply_read_by_gsply(tmp_path: Path, degree: int) -> None:
    scene = axes_scene(degree)
    data = gsply.plyread(write_compressed_ply(scene, tmp_path / "scene.compressed.ply"))
    sh = data.sh0[:, None] if not degree else np.concatenate([data.sh0[:, None], data.shN], axis=1)
    opacities = 1 / (1 + np.exp(-data.opacities))
    assert_same_place(scene, data.means, data.quats, np.exp(data.scales), opacities, sh, np.eye(3), **COMPRESSED)


@pytest.mark.node
@pytest.mark.parametrize("degree", [0, 2])
def test_compressed_ply_read_by_splat_transform(tmp_path: Path, splat_transform: str, degree: int) -> None:
    scene = axes_scene(degree)
    source = write_compressed_ply(scene, tmp_path / "scene.compressed.ply")
    assert_reads_as(scene, convert(splat_transform, source, tmp_path / "back.ply"), **COMPRESSED)


@pytest.mark.node
def test_splat_read_by_splat_transform(tmp_path: Path, splat_transform: str) -> None:
    scene = axes_scene()
    source = write_splat(scene, tmp_path / "scene.splat")
    assert source.stat().st_size == 32 * len(scene)
    assert_reads_as(scene, convert(splat_transform, source, tmp_path / "back.ply"), **SPLAT)


@pytest.mark.node
@pytest.mark.parametrize("degree", [0, 1])
def test_sog_read_by_splat_transform(tmp_path: Path, splat_transform: str, degree: int) -> None:
    scene = axes_scene(degree)
    source = write_sog(scene, tmp_path / "scene.sog")
    assert_reads_as(scene, convert(splat_transform, source, tmp_path / "back.ply"), **SOG)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back.ply", "scene.sog"]


def glb_attributes(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    """Attributes of the one primitive of a GLB, straight from the specification of the container."""
    data = path.read_bytes()
    magic, version, total = struct.unpack_from("<4sII", data)
    assert (magic, version, total) == (b"glTF", 2, len(data))
    length, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON"
    document = json.loads(data[20 : 20 + length])
    binary = data[20 + length + 8 :]
    (primitive,) = document["meshes"][0]["primitives"]
    arrays = {}
    for name, index in primitive["attributes"].items():
        accessor = document["accessors"][index]
        view = document["bufferViews"][accessor["bufferView"]]
        assert accessor["componentType"] == 5126 or name == "COLOR_0"
        if accessor["componentType"] == 5126:
            width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[accessor["type"]]
            start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
            values = np.frombuffer(binary, "<f4", accessor["count"] * width, start)
            arrays[name] = values.reshape(-1, width) if width > 1 else values
    return arrays, document


@pytest.mark.node
@pytest.mark.parametrize("degree", [0, 3])
def test_glb_is_what_splat_transform_writes(tmp_path: Path, splat_transform: str, degree: int) -> None:
    """splat-transform writes GLB but reads none: from the same scene both must write the same numbers."""
    scene = axes_scene(degree)
    source = write_gaussians(scene, tmp_path / "scene.ply")
    theirs, their_document = glb_attributes(convert(splat_transform, source, tmp_path / "theirs.glb"))
    ours, document = glb_attributes(write_gaussian_glb(scene, tmp_path / "ours.glb"))
    prefix = "KHR_gaussian_splatting:"
    for name in theirs:
        if name == f"{prefix}ROTATION":  # q and -q are one rotation, and theirs keeps its length
            a = theirs[name] / np.linalg.norm(theirs[name], axis=1, keepdims=True)
            np.testing.assert_allclose(np.abs((a * ours[name]).sum(axis=1)), 1, atol=1e-5)
        else:
            np.testing.assert_allclose(ours[name], theirs[name], atol=2e-5, rtol=1e-5, err_msg=name)
    extension = "KHR_gaussian_splatting"
    assert (
        document["meshes"][0]["primitives"][0]["extensions"][extension]
        == their_document["meshes"][0]["primitives"][0]["extensions"][extension]
    )


def test_glb_read_by_trimesh(tmp_path: Path) -> None:
    import trimesh

    scene = axes_scene()
    loaded = trimesh.load(write_gaussian_glb(scene, tmp_path / "scene.glb"), force="scene")
    (cloud,) = loaded.geometry.values()
    np.testing.assert_allclose(cloud.vertices, scene.means @ FLIP_Z, atol=1e-6)


@pytest.mark.parametrize("suffix", ["usdc", "usda"])
def test_usd_read_by_usd_core(tmp_path: Path, suffix: str) -> None:
    pxr = pytest.importorskip("pxr", reason="usd-core is not installed")
    from pxr import Usd, UsdGeom, UsdVol

    assert pxr
    scene = axes_scene(2)
    stage = Usd.Stage.Open(str(write_usd(scene, tmp_path / f"scene.{suffix}")))
    assert UsdGeom.GetStageUpAxis(stage) == "Y" and UsdGeom.GetStageMetersPerUnit(stage) == 1
    splat = UsdVol.ParticleField3DGaussianSplat(stage.GetDefaultPrim())
    quats = np.array([[q.GetReal(), *q.GetImaginary()] for q in splat.GetOrientationsAttr().Get()])
    degree = splat.GetRadianceSphericalHarmonicsDegreeAttr().Get()
    sh = np.array(splat.GetRadianceSphericalHarmonicsCoefficientsAttr().Get()).reshape(len(scene), -1, 3)
    assert degree == 2 and sh.shape[1] == 9
    assert_same_place(
        scene,
        np.array(splat.GetPositionsAttr().Get()),
        quats,
        np.array(splat.GetScalesAttr().Get()),
        np.array(splat.GetOpacitiesAttr().Get()),
        sh,
        FLIP_X,
    )
    low, high = np.array(splat.GetExtentAttr().Get())
    inside = scene.means @ FLIP_X
    assert (low < inside).all() and (inside < high).all()


WRITERS = {
    "scene.ply": write_gaussians,
    "scene.spz": write_spz,
    "scene.splat": write_splat,
    "scene.compressed.ply": write_compressed_ply,
    "scene.sog": write_sog,
    "scene.glb": write_gaussian_glb,
    "scene.usdc": write_usd,
}


@pytest.mark.parametrize("name", WRITERS)
def test_nothing_is_left_behind_by_a_scene_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    scene = random_scene(6, 1)
    scene.log_scales[3] = np.nan
    with pytest.raises(InputError, match="not finite"):
        WRITERS[name](scene, tmp_path / name)
    with pytest.raises(InputError, match="0 Gaussians"):
        WRITERS[name](random_scene(0), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_scene_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    first = WRITERS[name](axes_scene(1), tmp_path / "a" / name).read_bytes()
    assert WRITERS[name](axes_scene(1), tmp_path / "b" / name).read_bytes() == first
    assert first[:2] != b"\x1f\x8b" or first[4:8] == bytes(4)  # no hour in the header of a gzip file


def test_reduction_keeps_what_matters() -> None:
    scene = random_scene(200, 3)
    assert reduce(scene, Reduction()) is scene
    visible = reduce(scene, Reduction(min_opacity=0.3))
    assert len(visible) == (scene.opacities >= 0.3).sum() and visible.opacities.min() >= 0.3
    few = reduce(scene, Reduction(max_count=20, sh_degree=1))
    assert len(few) == 20 and few.sh.shape == (20, 4, 3)
    area = np.sort(scene.scales, axis=1)
    weight = scene.opacities * area[:, 1] * area[:, 2]
    kept = np.isin(scene.means[:, 0], few.means[:, 0])
    assert weight[kept].min() >= weight[~kept].max()
    with pytest.raises(InputError, match="min_opacity"):
        reduce(scene, Reduction(min_opacity=0.99999))


@pytest.mark.parametrize("options", [{"sh_degree": 4}, {"min_opacity": 1.0}, {"min_opacity": -0.1}, {"max_count": 0}])
def test_reductions_that_make_no_sense(options: dict) -> None:
    with pytest.raises(InputError, match=next(iter(options))):
        Reduction(**options)


def test_names_decide_formats() -> None:
    with pytest.raises(InputError, match=r"\.compressed\.ply"):
        write_compressed_ply(axes_scene(), "scene.ply")
    with pytest.raises(InputError, match=r"\.usd"):
        write_usd(axes_scene(), "scene.obj")
