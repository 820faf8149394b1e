"""The files of a game: names, extras and axes, as their readers take them; a real Godot walks in them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import trimesh

from lucid3d.errors import InputError
from lucid3d.playable.assembly import free_space_of, playable, solid_voxels
from lucid3d.playable.target import FORMAT, beside, write_playable, write_scene_voxels
from lucid3d.playable.usd_level import write_usd_level
from tests.export.scenes import ROOM_HIGH, ROOM_LOW, random_scene, room_scene
from tests.playable.places import room_free, room_game

INTEGRATION = Path(__file__).parents[2] / "integrations" / "godot"


def document_of(path: Path) -> dict:
    data = path.read_bytes()
    return json.loads(data[20 : 20 + int.from_bytes(data[12:16], "little")])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("level")
    write_playable(room_game(), folder, "a room", frame="opengl", axes="opengl")
    return folder


def test_nodes_have_names_that_engines_know(written: Path) -> None:
    nodes = document_of(written / "playable.glb")["nodes"]
    names = [node["name"] for node in nodes]
    assert len(set(names)) == len(names)
    bodies = [node for node in nodes if node["name"].endswith("colonly")]
    assert len(bodies) == len(room_game().colliders)
    for node in bodies:
        kind = "convex" if node["name"].endswith("-convcolonly") else "triangles"
        assert node["extras"]["collider"] == kind and node["extras"]["part"] in ("floor", "walls", "thing")
    assert "navigation-navmesh" in names and "spawn_1" in names


def test_json_and_nodes_agree(written: Path) -> None:
    """In axes where -z is forward: the node's own -z looks along the front that the JSON has."""
    said = json.loads((written / "scene.objects.json").read_text())
    nodes = {node["name"]: node for node in document_of(written / "playable.glb")["nodes"]}
    assert said["source"] == "world" and said["axes"]["forward"] == "-z" and len(said["objects"]) > 10
    for entry in said["objects"] + said["spawns"]:
        node = nodes[entry["name"]]
        np.testing.assert_allclose(node["translation"], entry["position"], atol=1e-3)
        if entry["front"] is not None:
            _, y, _, w = node.get("rotation", (0, 0, 0, 1))
            angle = 2 * np.arctan2(y, w)
            np.testing.assert_allclose((-np.sin(angle), 0, -np.cos(angle)), entry["front"], atol=1e-3)
        if "box" in entry:
            assert nodes[entry["name"]]["extras"]["label"] == entry["label"]
            assert (np.array(entry["box"]["min"]) <= entry["box"]["max"]).all()


def test_unity_sees_the_same_place(tmp_path: Path) -> None:
    """Its importers mirror x of a glTF file; its JSON is in what comes of that."""
    write_playable(room_game(), tmp_path, frame="gltf", axes="unity")
    said = json.loads((tmp_path / "scene.objects.json").read_text())
    nodes = {node["name"]: node for node in document_of(tmp_path / "playable.glb")["nodes"]}
    for entry in said["objects"]:
        np.testing.assert_allclose(
            np.array(nodes[entry["name"]]["translation"]) * (-1, 1, 1), entry["position"], atol=1e-3
        )


def test_trimesh_reads_the_meshes(written: Path) -> None:
    scene = trimesh.load(written / "playable.glb")
    floor = scene.geometry["floor-colonly"]
    assert floor.bounds[0][1] < -1.5 and len(scene.geometry) == len(room_game().colliders) + 1


def test_voxels_of_gaussians_alone(tmp_path: Path) -> None:
    """Solid where the walls are, free where somebody walks, solid under their feet; turned as the format wants it."""
    scene = SimpleNamespace(gaussians=room_scene(0.1), points=None, cameras=None)
    free = free_space_of(scene, None)
    solid, low, size = solid_voxels(scene, free)
    eyes = free.eyes(np.argwhere(free.free))

    def at(points: np.ndarray) -> np.ndarray:
        return solid[tuple(np.floor((points - low) / size).astype(int).T)]

    assert len(eyes) > 100 and not at(eyes).any() and at(eyes + np.array([0, free.eye + 0.1, 0])).all()
    for x in (2.0, -2.0):  # a wall lies in one of the voxels that meet there
        assert at(np.array([[x - 0.05, 0, 0.05], [x + 0.05, 0, 0.05]])).any()
    path, _ = write_scene_voxels(scene, free, tmp_path / "scene.voxel.json")
    meta = json.loads(path.read_text())
    bounds = np.array([meta["sceneBounds"]["min"], meta["sceneBounds"]["max"]])
    np.testing.assert_allclose(
        bounds[:, [0, 2]], [(-ROOM_HIGH[0], ROOM_LOW[2]), (-ROOM_LOW[0], ROOM_HIGH[2])], atol=0.21
    )
    assert bounds[1, 1] == pytest.approx(-ROOM_LOW[1], abs=0.21) and bounds[0, 1] < -ROOM_HIGH[1]


def test_what_nobody_can_walk_in(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InputError, match="0 Gaussians"):
        playable(SimpleNamespace(gaussians=random_scene(0), points=None, cameras=None))
    beside(SimpleNamespace(gaussians=random_scene(0), points=None, cameras=None), tmp_path, "opengl", "opengl")
    assert "comes without what a game needs" in caplog.text and not list(tmp_path.iterdir())


def test_usd_has_colliders_and_labels(tmp_path: Path) -> None:
    pytest.importorskip("pxr", reason="usd-core is not installed")
    from pxr import Gf, Usd, UsdGeom, UsdPhysics, UsdSemantics

    stage = Usd.Stage.Open(str(write_usd_level(room_game(), tmp_path / "level.usdc")))
    assert UsdGeom.GetStageUpAxis(stage) == "Y" and UsdGeom.GetStageMetersPerUnit(stage) == 1
    bodies = [prim for prim in stage.Traverse() if prim.HasAPI(UsdPhysics.CollisionAPI)]
    assert len(bodies) == len(room_game().colliders)
    hulls = [p for p in bodies if UsdPhysics.MeshCollisionAPI(p).GetApproximationAttr().Get() == "convexHull"]
    assert len(hulls) == sum(body.convex for body in room_game().colliders)
    floor = UsdGeom.Mesh(stage.GetPrimAtPath("/level/colliders/floor_1"))
    assert np.asarray(floor.GetPointsAttr().Get())[:, 1].min() < -1.5
    cache = UsdGeom.XformCache()
    for thing in room_game().things[:40]:
        prim = stage.GetPrimAtPath(f"/level/objects/{thing.name}")
        assert list(UsdSemantics.LabelsAPI(prim, "class").GetLabelsAttr().Get()) == [thing.label]
        matrix = cache.GetLocalToWorldTransform(prim)
        np.testing.assert_allclose(matrix.Transform(Gf.Vec3d(0, 0, 0)), thing.foot * (1, -1, -1), atol=1e-5)
        if thing.front is not None:
            np.testing.assert_allclose(matrix.TransformDir(Gf.Vec3d(0, 0, -1)), thing.front * (1, -1, -1), atol=1e-5)


@pytest.fixture(scope="module")
def walked(written: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What Godot 3 says of the level, imported by its editor and run without a window."""
    if shutil.which("godot3-server") is None:
        pytest.skip("no Godot: apt-get install godot3-server")
    project = tmp_path_factory.mktemp("godot")
    (project / "project.godot").write_text('config_version=4\n[application]\nconfig/name="check"\n')
    shutil.copytree(written, project / "level")
    shutil.copytree(INTEGRATION / "for_godot_3", project / "lucid3d", ignore=shutil.ignore_patterns(".gdignore"))
    shutil.copy(Path(__file__).parent / "godot" / "walk.gd", project)
    command = ["godot3-server", "--path", str(project)]
    environment = {"HOME": str(project), "PATH": "/usr/bin:/bin"}
    subprocess.run([*command, "--editor", "--quit"], capture_output=True, timeout=120, env=environment, check=False)
    done = subprocess.run(
        [*command, "--fixed-fps", "60", "-s", "res://walk.gd"],
        capture_output=True, text=True, timeout=120, env=environment, check=False,
    )  # fmt: skip
    said: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        if line.startswith("lucid3d "):
            name, _, value = line[8:].partition("=")
            said.setdefault(name, []).append(value)
    assert "path" in said, done.stdout + done.stderr
    return said


def test_godot_makes_bodies_of_it(walked: dict[str, list[str]]) -> None:
    bodies = room_game().colliders
    assert int(walked["StaticBody"][0]) == len(bodies)
    assert int(walked["ConvexPolygonShape"][0]) == sum(body.convex for body in bodies)
    assert walked["NavigationMeshInstance"] == ["1"]
    assert walked["objects"] == walked["names"] == [str(len(room_game().things))]


def test_one_walks_in_godot(walked: dict[str, list[str]]) -> None:
    """The player lands on the floor, gets somewhere, and never where nobody can stand."""
    free = room_free()
    assert walked["landed"] == ["True"]
    places = np.array([[float(v) for v in line.split()] for line in walked["stands"] + walked["walked"]])
    ours = places * (1, -1, -1)
    assert np.abs(ours[0, 1] - free.eye - free.start[1]) < 0.05
    assert np.linalg.norm(np.diff(ours[:, [0, 2]], axis=0), axis=1).max() > 1
    near = ours[:, None] + 0.25 * np.array([(x, 0, z) for x in (-1, 0, 1) for z in (-1, 0, 1)])
    assert free.contains(near.reshape(-1, 3)).reshape(len(ours), -1).any(axis=1).all()
    assert int(walked["path"][0]) >= 2
    arrived = np.array([float(v) for v in walked["arrives"][0].split()]) * (1, -1, -1)
    np.testing.assert_allclose(arrived, room_game().spawns[0].position, atol=0.1)


def test_helpers_know_the_format_that_is_written() -> None:
    """A folder of a later version is refused in a sentence; whoever raises the number must teach the helpers."""
    godot = (INTEGRATION / "lucid3d_scene.gd").read_text()
    unity = (INTEGRATION.parent / "unity" / "Runtime" / "PlayableScene.cs").read_text()
    assert f"const FORMAT := {FORMAT}\n" in godot and "format > FORMAT" in godot
    assert f"const int Newest = {FORMAT};" in unity and "read.format <= Newest" in unity
