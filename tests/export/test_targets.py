"""The table of targets and the bundles: everything in a bundle lies in one coordinate system, the program's own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from lucid3d.errors import InputError
from lucid3d.export import TARGETS, ExportOptions, Reduction, check_target, export_scene, parse_targets
from lucid3d.export.ply import read_gaussians
from lucid3d.panorama import equirectangular_rays
from tests.export.scenes import axes_scene, random_scene, room_hit, room_scene, some_directions
from tests.export.test_mesh import away_from_corners, cast
from tests.export.test_skybox import ENGINE_AXES, LOOK_UPS

OPTIONS = ExportOptions(panorama_height=64, mesh_triangles=4000, collision_triangles=500)


def room_panorama(height: int) -> np.ndarray:
    rays = equirectangular_rays(height).reshape(-1, 3).astype(np.float64)
    return room_hit(rays)[1].reshape(height, 2 * height, 3).astype(np.float32)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All bundles of a room whose panorama shows its walls."""
    folder = tmp_path_factory.mktemp("bundles")
    scene = SimpleNamespace(
        gaussians=room_scene(0.1), points=None, cameras=None, panorama=room_panorama(128), prompt="room"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lucid3d.export.mesh.POINT_BUDGET", 6000)
        patch.setattr("lucid3d.export.bundles.scene_mesh", small_mesh)
        export_scene(scene, "unity,unreal,godot,blender", folder, OPTIONS)
    return folder


_made: dict[int, object] = {}


def small_mesh(scene: object, max_triangles: int) -> object:
    """The real mesh, made once for all bundles and from few points."""
    from lucid3d.export.mesh import scene_mesh

    if id(scene) not in _made:
        _made[id(scene)] = scene_mesh(scene, max_triangles, point_budget=6000)  # type: ignore[arg-type]
    return _made[id(scene)]


# What each program's glTF importer does to a position.
GLTF_IMPORT = {
    "unity": lambda v: v * (-1, 1, 1),
    "unreal": lambda v: v[:, [0, 2, 1]],
    "godot": lambda v: v,
    "blender": lambda v: v[:, [0, 2, 1]] * (1, -1, 1),
}
AXES = {**ENGINE_AXES, "blender": lambda d: (d[0], d[2], -d[1])}


def test_unreal_gets_every_property_of_the_layout(bundles: Path) -> None:
    header = (bundles / "unreal" / "scene.ply").read_bytes().split(b"end_header")[0]
    assert header.count(b"property float") == 62
    assert (bundles / "godot" / "scene.ply").read_bytes().split(b"end_header")[0].count(b"property float") == 17


@pytest.mark.parametrize("engine", GLTF_IMPORT)
@pytest.mark.parametrize("file", ["mesh.glb", "collision.glb"])
def test_meshes_stand_where_the_engine_has_forward(bundles: Path, engine: str, file: str) -> None:
    """After the program's own import, a ray along our direction, in its axes, hits the wall at the right distance."""
    loaded = trimesh.load(bundles / engine / file, force="mesh")
    vertices = GLTF_IMPORT[engine](np.asarray(loaded.vertices))
    ours = away_from_corners(some_directions(80))
    theirs = np.array([AXES[engine](d) for d in ours])
    distance = cast(vertices, np.asarray(loaded.faces), np.zeros(3), theirs)["t_hit"]
    np.testing.assert_allclose(distance, room_hit(ours)[0], rtol=0.06)


@pytest.mark.parametrize("engine", LOOK_UPS)
def test_sky_and_mesh_agree(bundles: Path, engine: str) -> None:
    """Looking past the mesh, the sky has the colour of the wall that stands there."""
    picture = cv2.imread(str(bundles / engine / "skybox" / "panorama.png"))[..., ::-1] / 255
    for ours in away_from_corners(some_directions(80)):
        u, v = LOOK_UPS[engine](AXES[engine](ours))
        pixel = picture[min(int(v * 128), 127), int(u * 256) % 256]
        np.testing.assert_allclose(pixel, room_hit(ours[None])[1][0], atol=0.01)


@pytest.mark.parametrize("engine", ["unity", "unreal", "godot", "blender"])
def test_bundles_bring_splats_and_instructions(bundles: Path, engine: str) -> None:
    home = bundles / engine
    assert len(read_gaussians(home / "scene.ply")) == len(room_scene(0.1))
    assert "forward is" in (home / "README.md").read_text()
    for name in re.findall(r"`([\w/]+\.(?:glb|hdr|exr|ply|gd|py|cs|json))`", (home / "README.md").read_text()):
        assert list(home.rglob(Path(name).name)), f"{engine}/README.md speaks of {name}"
    if engine != "blender":
        said = json.loads((home / "skybox" / "skybox.json").read_text())
        assert said["engine"] == engine and said["yaw_degrees"] == 0


def test_unity_comes_with_its_package(bundles: Path) -> None:
    package = bundles / "unity" / "com.lucid3d.unity"
    ours = Path(__file__).parents[2] / "integrations" / "unity"
    copied = {str(path.relative_to(package)): path.read_bytes() for path in package.rglob("*") if path.is_file()}
    assert copied == {str(path.relative_to(ours)): path.read_bytes() for path in ours.rglob("*") if path.is_file()}
    assert {"package.json", "package.json.meta", "Runtime/Client.cs", "Editor/SkyboxWindow.cs"} <= set(copied)


@pytest.mark.parametrize("engine", ["unity", "godot"])
def test_engines_get_a_level(bundles: Path, engine: str) -> None:
    """Where one can walk and what is solid, even of Gaussians alone."""
    said = json.loads((bundles / engine / "scene.objects.json").read_text())
    assert said["source"] == "views" and said["objects"] == []
    np.testing.assert_allclose(said["spawns"][0]["position"], (0, -1.5, 0), atol=0.11)  # to a voxel of 10 cm
    level = trimesh.load(bundles / engine / "playable.glb")
    assert {"navigation-navmesh", "floor-colonly", "walls-colonly"} == set(level.geometry)
    assert level.geometry["floor-colonly"].bounds[0][1] == pytest.approx(-1.5, abs=0.05)


def test_unity_has_its_six_sides(bundles: Path) -> None:
    front = cv2.imread(str(bundles / "unity" / "skybox" / "FrontTex.png"))[..., ::-1] / 255
    np.testing.assert_allclose(front[32, 32], (0.2, 0.3, 0.9), atol=0.01)
    left = cv2.imread(str(bundles / "unity" / "skybox" / "LeftTex.png"))[..., ::-1] / 255
    np.testing.assert_allclose(left[32, 32], (0.9, 0.2, 0.2), atol=0.01)


# --- the table ---


def test_every_row_names_a_function() -> None:
    import importlib

    for name, target in TARGETS.items():
        module, function = target.writer.split(":")
        assert callable(getattr(importlib.import_module(module), function)), name
        assert target.description


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("unreel", "unreal"), ("Blendr", "blender"), ("compressed_ply", "compressed-ply"), ("gltf", "glb")],
)
def test_unknown_targets_suggest_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"did you mean '{meant}'"):
        parse_targets(typed)


def test_target_lists() -> None:
    assert parse_targets("unity, PLY,unity") == ["unity", "ply"]
    assert parse_targets(["spz"]) == ["spz"]
    with pytest.raises(InputError, match="at least one"):
        parse_targets(" , ")


@given(st.text(max_size=20))
def test_no_name_crashes(name: str) -> None:
    try:
        assert set(parse_targets(name)) <= set(TARGETS)
    except InputError as error:
        assert "ply" in str(error)


def test_targets_are_refused_before_the_work() -> None:
    for name in set(TARGETS) - {"usd", "usd-level"}:
        check_target(name)
    with pytest.raises(InputError, match="unknown"):
        check_target("spx")


def minimal(gaussians: object, **more: object) -> SimpleNamespace:
    return SimpleNamespace(gaussians=gaussians, points=None, cameras=None, **more)


@pytest.mark.parametrize("target", ["ply", "compressed-ply", "splat", "spz", "glb", "usd"])
def test_single_files(tmp_path: Path, target: str) -> None:
    if target == "usd":
        pytest.importorskip("pxr", reason="usd-core is not installed")
    (written,) = export_scene(minimal(axes_scene(1)), target, tmp_path)
    assert written.is_file() and written.stat().st_size > 500 and written.parent == tmp_path


@pytest.mark.parametrize("target", list(TARGETS))
def test_an_empty_scene_leaves_nothing(tmp_path: Path, target: str) -> None:
    # What is made of views or of the film's path alone asks for those.
    lacking = {"colmap": "no dreamed views", "film360": "path", "film360-stereo": "path"}
    with pytest.raises(InputError, match=lacking.get(target, "0 Gaussians")):
        export_scene(minimal(random_scene(0)), target, tmp_path / "out")
    assert not list(tmp_path.rglob("*.*"))


def test_reductions_reach_the_file(tmp_path: Path) -> None:
    options = ExportOptions(reduction=Reduction(sh_degree=0, max_count=5))
    (path,) = export_scene(minimal(axes_scene(3)), "ply", tmp_path, options)
    scene = read_gaussians(path)
    assert len(scene) == 5 and scene.sh_degree == 0


def test_panoramas_of_scenes(tmp_path: Path) -> None:
    """Rendered where there is none, taken where there is one, asked for where it is a function."""
    room = room_scene(0.1)
    export_scene(minimal(room), "skybox,hdr", tmp_path / "rendered", OPTIONS)
    seen = cv2.imread(str(tmp_path / "rendered" / "skybox" / "panorama.png"))[..., ::-1] / 255
    truth = room_panorama(64)
    assert np.abs(seen - truth).mean() < 0.03
    said = json.loads((tmp_path / "rendered" / "skybox" / "skybox.json").read_text())
    assert said["holes_filled_fraction"] < 0.01 and said["depth"]["farthest_metres"] < 6

    asked = []

    def panorama(height: int) -> SimpleNamespace:
        asked.append(height)
        image = room_panorama(height)
        return SimpleNamespace(image=image, depth=np.ones(image.shape[:2], np.float32), filled=0.25, radiance=image * 3)

    export_scene(minimal(room, panorama=panorama), "skybox", tmp_path / "asked", OPTIONS)
    said = json.loads((tmp_path / "asked" / "skybox" / "skybox.json").read_text())
    assert asked == [64] and said["holes_filled_fraction"] == 0.25
    light = cv2.imread(str(tmp_path / "asked" / "skybox" / "panorama.hdr"), cv2.IMREAD_UNCHANGED)
    assert light.max() == pytest.approx(2.7, abs=0.05)


def test_an_all_sky_scene_still_has_a_bundle(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    faint = room_scene(0.3)
    faint.logit_opacities[:] = -6
    export_scene(minimal(faint, panorama=room_panorama(16)), "godot", tmp_path, OPTIONS)
    assert "without meshes" in caplog.text
    assert (tmp_path / "godot" / "skybox" / "panorama.hdr").is_file()
    assert not (tmp_path / "godot" / "mesh.glb").exists()
