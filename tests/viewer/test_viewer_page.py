"""The panel, used by its labels over a real connection; what the server then sends and keeps."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lucid3d.export.ply import read_gaussians
from lucid3d.progress import Event
from lucid3d.scene import Scene
from lucid3d.viewer.app import Viewer
from lucid3d.viewer.editing import start_of
from tests.viewer.page import Page
from tests.viewer.tiny_scene import WALLS, room

Visit = Callable[..., Page]


def session(viewer: Viewer):
    """The only session; its panel is complete a moment after the page has all of it."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = next(iter(viewer.sessions.values()), None)
        if hasattr(found, "panel"):
            return found
        time.sleep(0.01)
    raise AssertionError("no session came")


def test_the_address_chooses_the_scene(viewer: Viewer, visit: Visit) -> None:
    first, second = visit(), visit("/scene/second")
    first.until(lambda: first.splat_count() == len(room(0.15)), "the first scene")
    second.until(lambda: second.splat_count() == len(room(0.3)), "the second scene")
    assert "a second room" in second.texts()


@pytest.mark.parametrize("path", ["/scene/missing", "/scene/..%2f..%2fetc", "/scene/%00", "/scene/" + "x" * 300])
def test_an_address_of_no_scene_says_so(visit: Visit, path: str) -> None:
    page = visit(path)
    page.until(lambda: any("scene" in note for note in page.notes()), "a sentence")


def test_splats_arrive_with_their_places_and_colours(visit: Visit) -> None:
    page = visit()
    page.until(lambda: page.splat_count() == len(room(0.15)), "splats")
    words = page.nodes["/splats"]["props"]["buffer"].view(np.uint32).reshape(-1, 8)
    np.testing.assert_array_equal(words[:, :3].copy().view(np.float32), room(0.15).means)
    rgba = words[:, 7:].copy().view(np.uint8)
    np.testing.assert_allclose(rgba[:, :3] / 255, room(0.15).colors, atol=0.5 / 255 + 1e-6)


def test_a_budget_is_kept_and_can_be_raised(viewer: Viewer, visit: Visit) -> None:
    viewer.budget = 500
    page = visit()
    page.until(lambda: 0 < page.splat_count() <= 500, "few splats")
    page.until(lambda: "melted into 500" in page.texts(), "a word about it")
    page.put("Splats sent", "all")
    page.until(lambda: page.splat_count() == len(room(0.15)), "all splats")


def test_browsers_do_not_disturb_each_other(viewer: Viewer, visit: Visit) -> None:
    one, other = visit(), visit()
    for page in (one, other):
        page.until(page.splat_count, "splats")
    before = len(other.messages)
    one.put("Dreamed points", True)
    one.put("Speed (m/s)", 5.0)
    one.put("Open", "second")
    one.until(lambda: one.splat_count() == len(room(0.3)), "the other scene")
    one.until(lambda: "/points" in one.nodes, "points")
    assert "/points" not in other.nodes
    assert other.splat_count() == len(room(0.15))
    kinds = {message["type"] for message in other.messages[before:]}
    assert not kinds & {"GaussianSplatsMessage", "PointCloudMessage", "SetCameraPositionMessage"}
    assert sorted(each.speed for each in viewer.sessions.values()) == [1.4, 5.0]


def test_points_cameras_and_skybox_are_sent_when_they_are_asked_for(visit: Visit) -> None:
    page = visit()
    page.until(page.splat_count, "splats")
    assert not {"/points", "/views/000", "/skybox/F"} & set(page.nodes)
    for switch, node in (("Dreamed points", "/points"), ("Cameras", "/views/001"), ("Skybox", "/skybox/D")):
        page.put(switch, True)
        page.until(lambda node=node: node in page.nodes, node)
    face = np.asarray(Image.open(io.BytesIO(bytes(page.nodes["/skybox/R"]["props"]["_data"]))))
    np.testing.assert_allclose(face[12:20, 12:20].mean((0, 1)) / 255, WALLS["right"], atol=0.05)


def test_a_picture_is_taken_from_where_the_page_looks(visit: Visit) -> None:
    page = visit()
    page.until(page.splat_count, "splats")
    page.put("Size", [80, 60], "Picture")
    page.click("Download the picture")
    page.until(lambda: "room.png" in page.files, "the picture")
    picture = np.asarray(Image.open(io.BytesIO(page.files["room.png"])))
    assert picture.shape == (60, 80, 3)
    np.testing.assert_allclose(picture[25:30, 35:45].mean((0, 1)) / 255, WALLS["front"], atol=0.05)


def test_a_picture_of_a_billion_pixels_is_refused(visit: Visit) -> None:
    page = visit()
    page.put("Size", [10**9, 10**9], "Picture")
    page.click("Download the picture")
    page.until(lambda: any("cannot be drawn" in note for note in page.notes()), "a sentence")


def test_the_exact_picture_is_drawn_in_the_panel_and_in_the_window(visit: Visit) -> None:
    page = visit()
    page.until(page.splat_count, "splats")

    def pictures() -> int:
        return sum(message["type"] == "BackgroundImageMessage" for message in page.messages)

    page.put("Picture", "colour")
    page.until(
        lambda: any(
            message["type"] == "GuiUpdateMessage" and "_data" in message["updates"] for message in list(page.messages)
        ),
        "the picture in the panel",
    )
    before = pictures()
    page.put("Where", "Window")
    page.until(lambda: pictures() > before, "the picture in the window")
    before = pictures()
    page.look((0.5, 0, 0))
    page.until(lambda: pictures() > before, "a picture from the new place")


def test_downloads_read_back(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    page.until(page.splat_count, "splats")
    page.click("Download")
    page.until(lambda: "room.ply" in page.files, "the file")
    (tmp_path / "x.ply").write_bytes(page.files["room.ply"])
    np.testing.assert_array_equal(read_gaussians(tmp_path / "x.ply").means, room(0.15).means)


def test_a_film_is_made_of_key_frames(visit: Visit) -> None:
    page = visit()
    page.until(page.splat_count, "splats")
    page.click("Download the film (MP4)")
    page.until(lambda: any("two key frames" in note for note in page.notes()), "a sentence")
    page.click("Add key frame here")
    page.until(lambda: "1 key frame." in page.texts(), "one key frame")
    page.look((0.5, 0, 0))
    page.click("Add key frame here")
    page.until(lambda: "2 key frames" in page.texts(), "two key frames")
    page.until(lambda: "/film" in page.nodes, "the path")
    page.put("Seconds", 0.4)
    page.put("Size", [64, 48], "Film")
    page.click("Download the film (MP4)")
    page.until(lambda: "room.mp4" in page.files, "the film")
    assert page.files["room.mp4"][4:8] == b"ftyp"


def test_a_crop_is_undone(visit: Visit) -> None:
    page = visit()
    whole = len(room(0.15))
    page.until(lambda: page.splat_count() == whole, "splats")
    page.put("Size (m)", [10.0, 2.0, 10.0])
    page.click("Crop to the box")
    page.until(lambda: 0 < page.splat_count() < whole, "fewer splats")
    page.click("Undo")
    page.until(lambda: page.splat_count() == whole, "all splats again")
    page.click("Undo")
    page.until(lambda: any("nothing to undo" in note for note in page.notes()), "a sentence")


def test_a_selection_is_deleted(visit: Visit) -> None:
    page = visit()
    whole = len(room(0.15))
    page.until(lambda: page.splat_count() == whole, "splats")
    page.click("Select a rectangle")
    page.until(lambda: any(m["type"] == "ScenePointerEnableMessage" for m in list(page.messages)), "the selection")
    page.send(
        "ScenePointerMessage",
        event_type="rect-select",
        ray_origin=None,
        ray_direction=None,
        screen_pos=[[0.4, 0.4], [0.6, 0.6]],
        modifier=None,
    )
    page.until(lambda: "/selection" in page.nodes, "the marks")
    label = next(e["props"]["label"] for e in page.gui.values() if str(e["props"].get("label")).startswith("Delete "))
    page.click(label)
    page.until(lambda: 0 < page.splat_count() < whole, "fewer splats")
    page.until(lambda: "/selection" not in page.nodes, "no marks")


def test_an_edited_scene_is_saved_beside_the_old_one(viewer: Viewer, visit: Visit, outputs: Path) -> None:
    page = visit()
    page.until(page.splat_count, "splats")
    old = (outputs / "room" / "scene.ply").read_bytes()
    page.look((0.25, 0, 0))
    page.click("Start here")
    page.until(lambda: any("starts here" in note for note in page.notes()), "the start")
    page.put("Walk radius (m)", 1.5)
    page.until(lambda: session(viewer).scene.config.dream.walk_radius == 1.5, "the radius")
    page.put("Name", "room")
    page.click("Save as a new scene")
    page.until(lambda: any("already" in note for note in page.notes()), "a refusal")
    page.put("Name", "../outside")
    page.click("Save as a new scene")
    page.until(lambda: any("no name" in note for note in page.notes()), "a refusal")
    page.put("Name", "changed")
    page.click("Save as a new scene")
    page.until(lambda: any("Saved as 'changed'" in note for note in page.notes()), "the save", 60)
    scene = Scene.load(outputs / "changed")
    assert start_of(scene)[0, 3] == pytest.approx(0.25)
    assert scene.config.dream.walk_radius == 1.5
    assert len(scene.views) == 2
    assert (outputs / "room" / "scene.ply").read_bytes() == old
    assert not (outputs.parent / "outside").exists()


def test_a_link_opens_this_view(visit: Visit) -> None:
    page = visit()
    page.until(page.splat_count, "splats")
    page.look((0.5, 0, 0))
    page.click("Link to this view")
    page.until(lambda: "/scene/room?initialCameraPosition=0.5000,0.0000,0.0000" in page.texts(), "the link")
    assert "token" not in page.texts()


def test_an_upload_is_a_picture_or_nothing(viewer: Viewer, visit: Visit) -> None:
    page = visit()
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 10, 10)).save(buffer, "PNG")

    def upload(content: bytes, transfer: str) -> None:
        uuid = page.field("Start from a picture")["uuid"]
        about = {"source_component_uuid": uuid, "transfer_uuid": transfer}
        page.send(
            "FileTransferStartUpload", **about, filename="../x", mime_type="image/png", part_count=1,
            size_bytes=len(content),
        )  # fmt: skip
        page.send("FileTransferPart", **about, part_index=0, content=content)

    upload(b"\x80\x04\x95 not a picture, a pickle", "a")
    page.until(lambda: any("no PNG" in note for note in page.notes()), "a sentence")
    assert session(viewer).panel.dream._picture is None
    upload(buffer.getvalue(), "b")
    page.until(lambda: "40 x 30" in page.texts(), "the picture")
    assert Image.open(io.BytesIO(session(viewer).panel.dream._picture)).size == (40, 30)


def test_an_empty_prompt_and_a_forged_preset_are_refused(visit: Visit) -> None:
    page = visit()
    page.click("Dream")
    page.until(lambda: any("prompt is empty" in note for note in page.notes()), "a sentence")
    page.put("Prompt", "a lake")
    page.put("Preset", "/etc/passwd")  # viser itself does not check a choice
    page.click("Dream")
    page.until(lambda: any("is unknown" in note for note in page.notes()), "a sentence")


def endless(on_event: Callable[[Event], None]) -> None:
    import time

    for step in range(6000):
        on_event(Event("train", step, 6000))
        time.sleep(0.01)


def test_cancel_ends_the_job_and_a_second_job_has_to_wait(viewer: Viewer, visit: Visit) -> None:
    page = visit()
    owner = session(viewer).client.client_id
    viewer.announce(viewer.workshop.start("A long job", endless, owner))
    page.until(lambda: "A long job" in page.texts(), "the progress")
    page.put("Prompt", "a lake")
    page.click("Dream")
    page.until(lambda: any("still running" in note for note in page.notes()), "a sentence")
    page.click("Cancel")
    page.until(lambda: viewer.workshop.job.state == "cancelled", "the end")
    page.until(lambda: "cancelled" in page.texts(), "the word")


@pytest.mark.parametrize("stops", [False, True])
def test_a_job_whose_page_is_closed_does_what_the_page_said(viewer: Viewer, visit: Visit, stops: bool) -> None:
    page = visit()
    if stops:
        page.put("Stop when I close this page", True)
        page.until(lambda: session(viewer).stops_with_page, "the tick")
    else:
        page.until(lambda: "goes on when this page is closed" in page.texts(), "the sentence")
    viewer.announce(viewer.workshop.start("A long job", endless, session(viewer).client.client_id))
    page.close()
    page.until(lambda: not viewer.sessions, "the goodbye")
    if stops:
        page.until(lambda: viewer.workshop.job.state == "cancelled", "the end")
    else:
        assert viewer.workshop.job.state == "running"
        visitor = visit()
        visitor.until(lambda: "A long job" in visitor.texts(), "the job, seen by who comes next")
        visitor.click("Cancel")


def test_back_to_the_start_and_to_a_dreamed_view(visit: Visit) -> None:
    page = visit()
    page.until(page.splat_count, "splats")
    page.look((1.0, 0, 0))
    page.click("Back to the start")

    def moved(kind: str, key: str, wanted: tuple[float, ...]) -> bool:
        moves = [m for m in list(page.messages) if m["type"] == kind and not m["initial"]]
        return bool(moves) and np.allclose(moves[-1][key], wanted, atol=1e-6)

    page.until(lambda: moved("SetCameraPositionMessage", "position", (0, 0, 0)), "the way back")
    page.until(lambda: "1: a tiny room" in page.field("Dreamed view")["props"]["options"], "the views")
    page.put("Dreamed view", "1: a tiny room")
    page.until(lambda: moved("SetCameraLookAtMessage", "look_at", (0.2, 0, 0)), "the second view")


def test_a_page_that_is_used_faster_than_it_follows_holds_up_no_other(
    viewer: Viewer, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = visit()
    first.until(first.splat_count, "its splats")
    there = session(viewer)
    going_on, done = threading.Event(), []
    monkeypatch.setattr(there, "put_splats", lambda: done.append(going_on.wait(60)))
    for number in range(100):  # more than viser has threads for all pages together
        first.put("Splats sent", ("all", "400,000")[number % 2])
    second = visit()
    assert second.until(second.splat_count, "the other page's splats") > 0
    assert done == []
    going_on.set()
    first.until(lambda: there.budget == 400_000 and len(done) >= 2, "the last click")
    assert len(done) <= 10
