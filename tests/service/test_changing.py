"""Edit jobs: steps are read and checked before anybody waits, and a copy is changed while the source stays."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

import pytest
import trimesh

from lucid3d.editing.book import read_book
from lucid3d.errors import InputError
from lucid3d.service.changing import check, steps_of
from lucid3d.service.schemas import DragStep, EditStep, FollowStep, InpaintStep, InsertStep, RefineStep, Step, WalkStep
from lucid3d.service.spec import EditSpec, read_spec
from lucid3d.service.spot import Spot
from lucid3d.service.store import Refusal
from lucid3d.service.uploads import write_mesh
from lucid3d.service.work import perform
from tests.editing import court
from tests.service.api import Api


def test_a_line_of_a_list_is_read() -> None:
    found = steps_of(
        "insert a red boat at -1.5, 4; the house blue; refine the roof; refine; repaint the bench as a marble bench"
    )
    assert found == (
        InsertStep(do="insert", thing="a red boat", at=(-1.5, 4.0)),
        EditStep(do="edit", prompt="the house blue"),
        RefineStep(do="refine", region=[{"label": "roof"}]),
        RefineStep(do="refine"),
        InpaintStep(do="inpaint", prompt="a marble bench", region=[{"thing": "bench"}]),
    )
    with pytest.raises(InputError, match="say what to change"):
        steps_of(" ; ")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (InsertStep(do="insert", thing="a hemidemisemiquaver"), "step 1: nothing in"),
        (InsertStep(do="insert"), "step 1: name a thing, or send a mesh"),
        (EditStep(do="edit", prompt="hello there"), "step 1: .* says no change"),
        (RefineStep(do="refine", region=[{"nosuch": 1}]), "step 1: "),
        (WalkStep(do="walk", thing="a sofa", along=[(0, 1), (0, 2)]), "step 1: .* cannot walk"),
        (
            DragStep(do="drag", region=[{"thing": "hut"}], handles=[(0, 0, 1)], targets=[(0, 0, 1), (0, 0, 2)]),
            "step 1: .* as many targets",
        ),
    ],
)
def test_what_no_scene_could_be_changed_by_is_refused(step: Step, words: str) -> None:
    with pytest.raises(InputError, match=words):
        check([step])


def test_a_copy_is_dragged_and_walked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = court.saved(tmp_path / "source")
    monkeypatch.setattr("lucid3d.service.changing.world_of", lambda scene, on_event: court.world())
    steps: tuple[Step, ...] = (
        WalkStep(do="walk", thing="a man", along=[(0, 1), (0.5, 2.5)]),
        DragStep(do="drag", region=[{"thing": "bin"}], handles=[(-0.9, 1, 2)], targets=[(-0.9, 0.8, 2)]),
    )
    spec = EditSpec(steps=steps, source=source, output=tmp_path / "out")
    assert read_spec(spec.model_dump_json()) == spec
    spot = Spot(tmp_path / "spot")
    spot.prepare(spec)
    ending = perform(spot.folder)
    assert ending.state == "done", ending
    assert ending.facts["understood"] == "a man walks; drag: dragged"
    assert (tmp_path / "out" / "figures" / "man.glb").is_file()
    networks = FollowStep(do="follow", way="clip", prompt="of gold", region=[{"thing": "hut"}])
    failing = Spot(tmp_path / "failing")
    failing.prepare(EditSpec(steps=(networks,), source=source, output=tmp_path / "other"))
    ending = perform(failing.folder)
    assert ending.state == "failed"
    assert "models download openai/clip-vit-base-patch32" in str(ending)


def test_a_copy_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = court.saved(tmp_path / "source")
    monkeypatch.setattr("lucid3d.service.changing.world_of", lambda scene, on_event: court.world())
    before = hashlib.sha256((source / "scene.ply").read_bytes()).hexdigest()
    chair, blue = steps_of("insert a red chair at 0.5,2.5; the hut blue")
    mesh = write_mesh(tmp_path, "x.glb", box())
    own = InsertStep(do="insert", at=(-0.5, 2.5), size=0.5)
    spec = EditSpec(steps=(chair, blue, own), mesh=mesh, source=source, output=tmp_path / "out")
    assert read_spec(spec.model_dump_json()) == spec
    spot = Spot(tmp_path / "spot")
    spot.prepare(spec)
    ending = perform(spot.folder)
    assert ending.state == "done", ending
    assert "a red chair set in at 0.5,2.5" in ending.facts["understood"]
    assert [step.name for step in read_book(tmp_path / "out").state] == ["chair", "the-hut-blue", "mesh"]
    assert len(list((tmp_path / "out" / "meshes").glob("*.glb"))) == 1
    assert (tmp_path / "out" / "skybox" / "panorama.png").is_file()
    assert hashlib.sha256((source / "scene.ply").read_bytes()).hexdigest() == before
    assert hashlib.sha256((tmp_path / "out" / "edits" / "scene.ply").read_bytes()).hexdigest() == before
    failing = Spot(tmp_path / "failing")
    failing.prepare(EditSpec(steps=steps_of("remove the sofa"), source=source, output=tmp_path / "other"))
    ended = perform(failing.folder)
    assert ended.state == "failed" and ended.message.startswith("step 1: ")


def box() -> bytes:
    """A GLB."""
    return bytes(trimesh.creation.box().export(file_type="glb"))


def pointing(uri: str) -> bytes:
    """A GLB whose texture is a file somewhere."""
    document = {"asset": {"version": "2.0"}, "images": [{"uri": uri}], "meshes": [], "nodes": []}
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text), len(text), b"JSON") + text


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.exe", b"MZ", "one of .glb"),
        ("a", b"", "one of .glb"),
        ("a.glb", b"glTF, I promise", "no binary glTF"),
        ("../../a.glb", pointing("../../../etc/passwd"), "speaks of other files"),
        ("a.obj", b"v 1 2 3\n", "mesh.obj"),
        ("a.ply", b"ply\nformat ascii 1.0\nelement vertex 99999999999\nend_header\n", "mesh.ply"),
    ],
)
def test_meshes_that_cannot_be_used_are_refused(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words) as told:
        write_mesh(tmp_path, name, data)
    assert told.value.status == 415 and str(tmp_path) not in str(told.value)
    assert not list(tmp_path.iterdir())


def test_an_obj_reads_no_other_file(tmp_path: Path) -> None:
    data = b"mtllib /etc/passwd\n" + trimesh.creation.box().export(file_type="obj").encode()
    path = write_mesh(tmp_path, "C:\\things\\BOX.OBJ", data)
    assert path == tmp_path / "mesh.obj" and b"mtllib" not in path.read_bytes()


def test_a_mesh_comes_as_a_form(idle: Api) -> None:
    wish = {"source": "0" * 16, "steps": [{"do": "insert", "at": [0, 3]}]}
    assert idle.form("/v1/edits/mesh", box(), file="mesh", wish=json.dumps(wish)).status == 404
    answer = idle.form("/v1/edits/mesh", box(), file="mesh", wish=json.dumps({**wish, "steps": []}))
    assert answer.status == 422 and answer.data["message"].startswith("wish.steps")


def test_a_request_is_checked_at_once(idle: Api) -> None:
    job = "0" * 16
    for steps, status in (
        ([], 422),
        ([{"do": "nosuch"}], 422),
        ([{"do": "insert", "thing": "a chair", "at": [1e9, 0]}], 422),
        ([{"do": "edit", "prompt": "the house blue"}], 404),
    ):
        assert idle.post("/v1/edits", {"source": job, "steps": steps}).status == status, steps
