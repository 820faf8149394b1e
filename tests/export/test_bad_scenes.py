"""Scenes as they come: strays, one Gaussian, all in one point, legal infinities; in every splat format."""

from __future__ import annotations

import json
import logging
import struct
from collections.abc import Callable
from pathlib import Path

import gsply
import numpy as np
import pytest
from plyfile import PlyData, PlyElement

from lucid3d.errors import InputError
from lucid3d.export import morton
from lucid3d.export.gltf import write_gaussian_glb
from lucid3d.export.ply import read_gaussians, write_gaussians
from lucid3d.export.sog import write_sog
from lucid3d.export.splats import write_compressed_ply, write_splat, write_spz
from lucid3d.export.usd import write_usd
from lucid3d.gaussians.model import Gaussians
from tests.export.scenes import random_scene
from tests.export.test_splats import FLIP_X, FLIP_Z, convert, glb_attributes

Read = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Positions in our frame, standard deviations, opacities."""


def by_gsply(path: Path, frame: np.ndarray = np.eye(3)) -> Read:
    data = gsply.read_spz(path) if path.suffix == ".spz" else gsply.plyread(path)
    return data.means @ frame, np.exp(data.scales), 1 / (1 + np.exp(-data.opacities.astype(np.float64).reshape(-1)))


def by_plyfile(path: Path) -> Read:
    rows = PlyData.read(str(path))["vertex"].data
    means, scales = (np.stack([rows[f"{name}"] for name in names], axis=1) for names in
                     (("x", "y", "z"), ("scale_0", "scale_1", "scale_2")))  # fmt: skip
    return means, np.exp(scales), 1 / (1 + np.exp(-rows["opacity"].astype(np.float64)))


def by_layout(path: Path) -> Read:
    rows = np.frombuffer(path.read_bytes(), [("p", "<f4", 3), ("s", "<f4", 3), ("c", "u1", 4), ("q", "u1", 4)])
    return rows["p"], rows["s"], rows["c"][:, 3] / 255


def by_gltf(path: Path) -> Read:
    arrays, _ = glb_attributes(path)
    prefix = "KHR_gaussian_splatting:"
    return arrays["POSITION"] @ FLIP_Z, arrays[f"{prefix}SCALE"], arrays[f"{prefix}OPACITY"]


def by_usd(path: Path) -> Read:
    pytest.importorskip("pxr", reason="usd-core is not installed")
    from pxr import Usd, UsdVol

    stage = Usd.Stage.Open(str(path))
    splat = UsdVol.ParticleField3DGaussianSplat(stage.GetDefaultPrim())
    read = (splat.GetPositionsAttr(), splat.GetScalesAttr(), splat.GetOpacitiesAttr())
    means, scales, opacities = (np.array(attribute.Get()) for attribute in read)
    return means @ FLIP_X, scales, opacities


FORMATS: dict[str, tuple[Callable[..., Path], Callable[..., Read], float]] = {
    "scene.ply": (write_gaussians, by_plyfile, 0),
    "scene.spz": (write_spz, lambda path: by_gsply(path, FLIP_X), 2.0**-12),
    "four.spz": (lambda scene, path: write_spz(scene, path, version=4), lambda path: by_gsply(path, FLIP_X), 2.0**-12),
    "scene.splat": (write_splat, by_layout, 0),
    "scene.compressed.ply": (write_compressed_ply, by_gsply, 0.02),
    "scene.glb": (write_gaussian_glb, by_gltf, 0),
    "scene.usdc": (write_usd, by_usd, 0),
}
"""Name -> writer, reader, metres that its positions are rounded to in a scene of some metres."""


def seen(read: Read) -> Read:
    """Without what fills boxes up."""
    shown = read[2] > 1e-4
    return read[0][shown], read[1][shown], read[2][shown]


def assert_nobody_moved(expected: np.ndarray, means: np.ndarray, metres: float) -> None:
    from scipy.spatial import cKDTree

    distance, index = cKDTree(means).query(expected)
    assert len(set(index.tolist())) == len(expected)
    assert distance.max() <= metres + 1e-6


def stray_scene() -> Gaussians:
    """700 Gaussians within a few metres, opaque enough to be found again, and one at 1,000 km in the middle of them."""
    scene = random_scene(701)
    scene.logit_opacities[:] = 2
    scene.means[300] = (1e6, -2e5, 3e5)
    return scene


@pytest.mark.parametrize("name", FORMATS)
def test_a_stray_moves_nobody(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    writer, reader, metres = FORMATS[name]
    scene = stray_scene()
    others = np.delete(scene.means, 300, axis=0)
    with caplog.at_level(logging.WARNING):
        means, _, _ = seen(reader(writer(scene, tmp_path / name)))
    if len(means) == len(others):
        assert "1 of 701 Gaussians" in caplog.text and "left out" in caplog.text
    else:
        assert len(means) == 701
        far = means[np.abs(means).max(axis=1) > 1000]
        np.testing.assert_allclose(far, scene.means[300:301], rtol=1e-3)
    assert_nobody_moved(others, means, metres)


@pytest.mark.node
def test_a_stray_moves_nobody_in_sog(tmp_path: Path, splat_transform: str) -> None:
    """Its positions are logarithmic, 16 bits between the farthest: a part in 2,000 of the distance with a stray."""
    scene = stray_scene()
    back = read_gaussians(convert(splat_transform, write_sog(scene, tmp_path / "scene.sog"), tmp_path / "back.ply"))
    assert_nobody_moved(np.delete(scene.means, 300, axis=0), back.means, 0.006)


def test_a_scene_far_away_in_spz_says_what_it_is_rounded_to(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    scene = random_scene(50)
    scene.means[:] += np.float32(100_000)
    with caplog.at_level(logging.WARNING):
        means, _, _ = by_gsply(write_spz(scene, tmp_path / "scene.spz"), FLIP_X)
    assert "rounded to 0.0156 m" in caplog.text
    assert_nobody_moved(scene.means, means, 0.0156 * np.sqrt(3) / 2 + 0.01)


@pytest.mark.parametrize("name", FORMATS)
def test_a_single_gaussian(tmp_path: Path, name: str) -> None:
    writer, reader, metres = FORMATS[name]
    scene = random_scene(1, 0 if name.endswith("splat") else 1)
    means, scales, opacities = reader(writer(scene, tmp_path / name))
    np.testing.assert_allclose(means, scene.means, atol=metres + 1e-6)
    np.testing.assert_allclose(scales, scene.scales, rtol=0.04)
    np.testing.assert_allclose(opacities, scene.opacities, atol=0.003)


@pytest.mark.parametrize("name", FORMATS)
def test_all_in_one_point(tmp_path: Path, name: str) -> None:
    writer, reader, metres = FORMATS[name]
    scene = random_scene(300)
    scene.means[:] = (1.5, -0.25, 3)
    means, _, _ = reader(writer(scene, tmp_path / name))
    np.testing.assert_allclose(means, scene.means, atol=metres + 1e-6)


@pytest.mark.parametrize("name", FORMATS)
def test_infinite_opacity_is_opaque_and_minus_infinite_scale_is_flat(tmp_path: Path, name: str) -> None:
    writer, reader, _ = FORMATS[name]
    scene = random_scene(5)
    scene.logit_opacities[:] = np.inf
    scene.log_scales[:, 2] = -np.inf
    means, scales, opacities = reader(writer(scene, tmp_path / name))
    assert np.isfinite(means).all() and np.isfinite(scales).all()
    np.testing.assert_allclose(opacities, 1, atol=1e-4)
    assert (scales[:, 2] < 1e-4).all() and (scales[:, :2] > 0.009).all()
    scene.log_scales[1, 0] = np.inf
    with pytest.raises(InputError, match="log_scales of 1 of 5 Gaussians"):
        writer(scene, tmp_path / name)


def test_infinities_of_a_file_are_read(tmp_path: Path) -> None:
    scene = random_scene(4)
    path = write_gaussians(scene, tmp_path / "scene.ply")
    data = bytearray(path.read_bytes())
    row = data.index(b"end_header\n") + len(b"end_header\n")
    struct.pack_into("<ff", data, row + 9 * 4, np.inf, -np.inf)  # opacity and scale_0 of the first
    path.write_bytes(data)
    back = read_gaussians(path)
    assert back.opacities[0] == 1 and back.scales[0, 0] < 1e-7
    np.testing.assert_array_equal(back.log_scales[1:], scene.log_scales[1:])


def test_2dgs_discs_are_flat(tmp_path: Path) -> None:
    scene = random_scene(6, 1)
    path = write_gaussians(scene, tmp_path / "scene.ply")
    rows = PlyData.read(str(path))["vertex"].data
    names = [name for name in rows.dtype.names if name != "scale_2"]
    discs = np.empty(len(rows), [(name, "<f4") for name in names])
    for name in names:
        discs[name] = rows[name]
    PlyData([PlyElement.describe(discs, "vertex")], byte_order="<").write(str(path))
    back = read_gaussians(path)
    np.testing.assert_array_equal(back.log_scales[:, :2], scene.log_scales[:, :2])
    np.testing.assert_array_equal(back.quats, scene.quats)
    assert (back.scales[:, 2] < 1e-7).all()


def test_a_curve_keeps_neighbours_together_whatever_strays() -> None:
    positions = random_scene(4000).means
    plain, _ = morton.codes(positions, morton.middle(positions))
    positions[7] = 1e9
    code, cell = morton.codes(positions, morton.middle(positions))
    assert cell < 0.01
    near = np.delete(positions, 7, axis=0)

    def step(order: np.ndarray) -> float:
        return float(np.linalg.norm(np.diff(near[order], axis=0), axis=1).mean())

    walked = step(np.argsort(np.delete(code, 7)))
    assert walked < 1.1 * step(np.argsort(np.delete(plain, 7))) < 0.3 * step(np.arange(len(near)))


def test_codes_halve_space() -> None:
    """Level k of a code is the cell of 2^k smallest cells."""
    positions = random_scene(500).means
    centre = morton.middle(positions)
    code, cell = morton.codes(positions, centre, 0.01)
    assert cell == 0.01
    for level in (3, 6):
        cells = np.floor((positions - centre) / (0.01 * 2**level)).astype(int)
        _, by_cell = np.unique(cells, axis=0, return_inverse=True)
        _, by_code = np.unique(code >> np.uint64(3 * level), return_inverse=True)
        pairs = {*zip(by_cell.ravel().tolist(), by_code.tolist(), strict=True)}
        assert len(pairs) == by_cell.max() + 1 == by_code.max() + 1


def test_spz_4_is_named_by_its_header(tmp_path: Path) -> None:
    raw = write_spz(random_scene(9), tmp_path / "scene.spz", version=4).read_bytes()
    assert struct.unpack_from("<III", raw) == (0x5053474E, 4, 9)
    with pytest.raises(InputError, match="spz_version 5"):
        write_spz(random_scene(9), tmp_path / "scene.spz", version=5)
    assert json.dumps(sorted(path.name for path in tmp_path.iterdir())) == '["scene.spz"]'
