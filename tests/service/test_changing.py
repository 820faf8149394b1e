"""Edit jobs: steps are read and checked before anybody waits, and a copy is changed while the source stays."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lucid3d.editing.book import read_book
from lucid3d.errors import InputError
from lucid3d.service.changing import check, steps_of
from lucid3d.service.schemas import EditStep, InsertStep, RefineStep, Step
from lucid3d.service.spec import EditSpec, read_spec
from lucid3d.service.spot import Spot
from lucid3d.service.work import perform
from tests.editing import court
from tests.service.api import Api


def test_a_line_of_a_list_is_read() -> None:
    found = steps_of("insert a red boat at -1.5, 4; the house blue; refine the roof; refine")
    assert found == (
        InsertStep(do="insert", thing="a red boat", at=(-1.5, 4.0)),
        EditStep(do="edit", prompt="the house blue"),
        RefineStep(do="refine", region=[{"label": "roof"}]),
        RefineStep(do="refine"),
    )
    with pytest.raises(InputError, match="say what to change"):
        steps_of(" ; ")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (InsertStep(do="insert", thing="a hemidemisemiquaver"), "step 1: nothing in"),
        (EditStep(do="edit", prompt="hello there"), "step 1: .* says no change"),
        (RefineStep(do="refine", region=[{"nosuch": 1}]), "step 1: "),
    ],
)
def test_what_no_scene_could_be_changed_by_is_refused(step: Step, words: str) -> None:
    with pytest.raises(InputError, match=words):
        check([step])


def test_a_copy_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = court.saved(tmp_path / "source")
    monkeypatch.setattr("lucid3d.service.changing.world_of", lambda scene, on_event: court.world())
    before = hashlib.sha256((source / "scene.ply").read_bytes()).hexdigest()
    spec = EditSpec(
        steps=steps_of("insert a red chair at 0.5,2.5; the hut blue"), source=source, output=tmp_path / "out"
    )
    assert read_spec(spec.model_dump_json()) == spec
    spot = Spot(tmp_path / "spot")
    spot.prepare(spec)
    ending = perform(spot.folder)
    assert ending.state == "done", ending
    assert "a red chair set in at 0.5,2.5" in ending.facts["understood"]
    assert [step.name for step in read_book(tmp_path / "out").state] == ["chair", "the-hut-blue"]
    assert (tmp_path / "out" / "skybox" / "panorama.png").is_file()
    assert hashlib.sha256((source / "scene.ply").read_bytes()).hexdigest() == before
    assert hashlib.sha256((tmp_path / "out" / "edits" / "scene.ply").read_bytes()).hexdigest() == before
    failing = Spot(tmp_path / "failing")
    failing.prepare(EditSpec(steps=steps_of("remove the sofa"), source=source, output=tmp_path / "other"))
    ended = perform(failing.folder)
    assert ended.state == "failed" and ended.message.startswith("step 1: ")


def test_a_request_is_checked_at_once(idle: Api) -> None:
    job = "0" * 16
    for steps, status in (
        ([], 422),
        ([{"do": "nosuch"}], 422),
        ([{"do": "insert", "thing": "a chair", "at": [1e9, 0]}], 422),
        ([{"do": "edit", "prompt": "the house blue"}], 404),
    ):
        assert idle.post("/v1/edits", {"source": job, "steps": steps}).status == status, steps
