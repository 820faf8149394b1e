"""Scenes as they come, in every export target: right, or one sentence and nothing else."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import trimesh

from lucid3d.errors import InputError
from lucid3d.export import TARGETS, ExportOptions, export_scene
from lucid3d.export import mesh as meshes
from lucid3d.export.rad import write_rad
from lucid3d.export.streamed import write_streamed_sog
from lucid3d.export.tiles import write_tiles
from lucid3d.gaussians.model import Gaussians
from tests.export.scenes import ROOM_HIGH, ROOM_LOW, random_scene, room_scene
from tests.export.test_bad_scenes import assert_nobody_moved
from tests.export.test_rad import chunk_at
from tests.export.test_streamed import sog_positions
from tests.export.test_tiles import WORLD, Z_UP, packed_positions

OPTIONS = ExportOptions(
    panorama_height=64, mesh_triangles=2000, collision_triangles=300, textured_triangles=1000, texture_size=64,
    film_height=32,
)  # fmt: skip
SLOW = ("mesh", "textured", "collision", "playable", "usd-level", "unity", "unreal", "godot", "blender", "web")
"""Targets that make meshes or start a program: tried where whole programs are."""
WITHOUT_VIEWS = ("colmap", "film360", "film360-stereo")
"""Made of views or of a film's path, which these scenes have not."""


def room_with(**changes: Callable[[np.ndarray], None]) -> Gaussians:
    scene = room_scene(0.3)
    for name, change in changes.items():
        change(getattr(scene, name))
    return scene


def bare(gaussians: Gaussians) -> SimpleNamespace:
    """A scene of nothing else."""
    return SimpleNamespace(gaussians=gaussians, points=None, cameras=None)


def at(*place: float) -> Callable[[], Gaussians]:
    def made() -> Gaussians:
        scene = random_scene(300)
        scene.means[:] = place
        return scene

    return made


def put(rows: object, value: object) -> Callable[[np.ndarray], None]:
    return lambda array: array.__setitem__(rows, value)


SCENES: dict[str, Callable[[], Gaussians]] = {
    "one": lambda: random_scene(1, 1),
    "two": lambda: random_scene(2),
    "in one point": at(1.5, -0.25, 3),
    "in one's eye": at(0, 0, 0),
    "stray": lambda: room_with(means=put(100, (1e6, -2e5, 3e5))),
    "opaque and flat": lambda: room_with(
        logit_opacities=put(slice(None), np.inf), log_scales=put((slice(None), 2), -np.inf)
    ),
    "not there": lambda: room_with(logit_opacities=put(slice(None), -np.inf)),
    "as large as the sun": lambda: room_with(log_scales=put(3, 20)),
    "no number": lambda: room_with(means=put((3, 1), np.nan)),
}


@pytest.fixture(scope="module", autouse=True)
def quick_meshes() -> Iterator[None]:
    """Real surfaces of few points."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("export.targets", "export.bundles", "playable.assembly", "playable.usd_level"):
            patch.setattr(
                f"lucid3d.{module}.scene_mesh",
                lambda scene, most=2000: meshes.scene_mesh(scene, most, point_budget=6000),
                raising=False,
            )
        patch.setattr("lucid3d.export.textured.POINT_BUDGET", 6000)
        yield


def assert_finite(folder: Path) -> None:
    """No number in a GLB or a JSON that is none, and no empty file."""
    for path in folder.rglob("*"):
        assert path.is_dir() or path.stat().st_size, path
        if path.suffix == ".glb" and "tiles" not in path.parts:
            for geometry in trimesh.load(path, force="scene").geometry.values():
                assert np.isfinite(geometry.vertices).all(), path
        if path.suffix == ".json":
            assert not {"NaN", "Infinity"} & set(path.read_text().replace(",", " ").replace(":", " ").split()), path


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize(
    "target",
    [
        pytest.param(name, marks=pytest.mark.slow if name in SLOW else [])
        for name in TARGETS
        if name not in WITHOUT_VIEWS
    ],
)
def test_right_or_one_sentence(tmp_path: Path, target: str, scene: str, recwarn: pytest.WarningsRecorder) -> None:
    if target in ("usd", "usd-level"):
        pytest.importorskip("pxr", reason="usd-core is not installed")
    folder = tmp_path / "out"
    try:
        written = export_scene(bare(SCENES[scene]()), target, folder, OPTIONS)
    except InputError as error:
        assert "\n" not in str(error) and len(str(error)) > 30
        assert not folder.exists()
    else:
        assert scene != "no number" and all(path.exists() for path in written)
        assert_finite(folder)
    assert not [str(each.message) for each in recwarn if issubclass(each.category, RuntimeWarning)]


def streamed_positions(folder: Path, scene: Gaussians) -> np.ndarray:
    meta = json.loads(write_streamed_sog(scene, folder).read_text())
    return np.concatenate([sog_positions(folder / name) for name in meta["filenames"] if name.startswith("0_")])


def rad_positions(folder: Path, scene: Gaussians) -> np.ndarray:
    data = write_rad(scene, folder / "scene.rad").read_bytes()
    (length,) = struct.unpack_from("<I", data, 4)
    said, planes = chunk_at(data, 8 + (length + 7) // 8 * 8)
    means = np.frombuffer(planes["center"], np.uint8).reshape(4, 3, said["count"]).transpose(2, 1, 0)
    return np.ascontiguousarray(means).view("<f4")[..., 0][np.frombuffer(planes["child_count"], "<u2") == 0]


def tile_positions(folder: Path, scene: Gaussians) -> np.ndarray:
    tile = json.loads(write_tiles(scene, folder).read_text())["root"]
    assert "children" not in tile
    return packed_positions(folder / tile["content"]["uri"]) @ Z_UP.T @ WORLD.T


@pytest.mark.parametrize(
    ("positions", "metres"), [(streamed_positions, 0.006), (rad_positions, 0), (tile_positions, 2.0**-10)]
)
@pytest.mark.parametrize("scene", ["one", "two", "in one point", "stray", "opaque and flat", "as large as the sun"])
def test_nobody_moves_in_levels_of_detail(
    tmp_path: Path, positions: Callable[[Path, Gaussians], np.ndarray], metres: float, scene: str
) -> None:
    whole = SCENES[scene]()
    found = positions(tmp_path, whole)
    assert len(found) in (len(whole), len(whole) - (scene == "stray"))
    if scene == "in one point":
        np.testing.assert_allclose(found, whole.means, atol=metres + 1e-6)
    else:
        assert_nobody_moved(whole.means[np.abs(whole.means).max(axis=1) < 1e4], found, metres)


@pytest.mark.slow
def test_a_stray_leaves_sky_and_mesh_as_they_are(tmp_path: Path) -> None:
    for name in ("stray", "alone"):
        scene = SCENES["stray"]() if name == "stray" else room_scene(0.3)[np.arange(len(room_scene(0.3))) != 100]
        export_scene(bare(scene), "skybox,collision", tmp_path / name, OPTIONS)
    one, other = (
        cv2.imread(str(tmp_path / name / "skybox" / "panorama.png")).astype(int) for name in ("stray", "alone")
    )
    assert np.abs(one - other).mean() < 0.05
    for name in ("stray", "alone"):
        low, high = trimesh.load(tmp_path / name / "collision.glb", force="mesh").bounds
        around = np.sort(np.abs([ROOM_LOW, ROOM_HIGH]).max(axis=0)) + 0.3
        assert (np.sort(np.abs([low, high]).max(axis=0)) < around).all()
