"""Jobs from submission to download, done by a real worker."""

from __future__ import annotations

import io
import json
import os
import signal
import time
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from lucid3d.config import Config, overlay
from lucid3d.pipeline import run
from lucid3d.procedural.build import build_world
from tests.service.api import TINY, Api, serving
from tests.service.conftest import picture


def test_a_job_is_what_the_library_makes_of_it(working: Api, done: str, tmp_path: Path) -> None:
    config = overlay(overlay(Config(), TINY), {"prompt": ["a desert in the morning"], "seed": 1})
    run(config, tmp_path / "own")
    names = {entry["name"]: entry for entry in working.get(f"/v1/jobs/{done}/files").data["files"]}
    for name in ("scene.ply", "points.ply", "preview.mp4", "skybox/panorama.png", "transforms.json"):
        answer = working.get(names[name]["url"])
        assert answer.status == 200
        assert answer.body == (tmp_path / "own" / name).read_bytes(), name
        assert int(answer.headers["content-length"]) == names[name]["bytes"]
    job = working.get(f"/v1/jobs/{done}").data
    assert job["progress"] == 1 and job["preview"] > 0 and job["bytes"] > 1000 and job["finished"] >= job["started"]
    assert "desert" in job["understood"]
    assert Pillow.open(io.BytesIO(working.get(f"/v1/jobs/{done}/preview").body)).format == "JPEG"


def test_the_zip_holds_the_files(working: Api, done: str) -> None:
    archive = zipfile.ZipFile(io.BytesIO(working.get(f"/v1/jobs/{done}/zip").body))
    assert archive.testzip() is None
    listed = {entry["name"] for entry in working.get(f"/v1/jobs/{done}/files").data["files"]}
    assert set(archive.namelist()) == listed
    assert archive.read("scene.ply") == working.get(f"/v1/jobs/{done}/files/scene.ply").body
    part = zipfile.ZipFile(io.BytesIO(working.get(f"/v1/jobs/{done}/zip?folder=skybox").body))
    assert set(part.namelist()) == {name for name in listed if name.startswith("skybox/")}
    assert working.get(f"/v1/jobs/{done}/zip?folder=..").status == 404


def test_a_part_of_a_file(working: Api, done: str) -> None:
    whole = working.get(f"/v1/jobs/{done}/files/scene.ply").body
    answer = working.get(f"/v1/jobs/{done}/files/scene.ply", Range="bytes=10-19")
    assert (answer.status, answer.body) == (206, whole[10:20])


def test_events_tell_how_it_goes_on_and_end(working: Api) -> None:
    job = working.dream(seed=2)
    text = working.get(f"/v1/jobs/{job['id']}/events").body.decode()
    told = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]
    assert told[-1]["state"] == "done"
    assert [each["progress"] for each in told] == sorted(each["progress"] for each in told)
    assert {"dream", "write"} <= {each["stage"] for each in told}
    previews = [each["preview"] for each in told]
    assert previews == sorted(previews) and previews[-1] > 3 and len(set(previews)) > 1  # it does not wait for a client


def test_a_picture_becomes_a_place(working: Api) -> None:
    answer = working.form("/v1/jobs/picture", picture(), preset="tiny", seed="3", style="vivid")
    assert answer.status == 202, answer.body
    job = working.until(answer.data["id"])
    assert job["state"] == "done", job
    assert job["sentence"].endswith("vivid colours")


def test_an_edit_changes_a_copy(working: Api, done: str) -> None:
    before = working.get(f"/v1/jobs/{done}/files/scene.ply").body
    steps = [{"do": "insert", "thing": "a red tent"}, {"do": "edit", "prompt": "the ground blue"}]
    answer = working.post("/v1/edits", {"source": done, "steps": steps, "exports": ["spz"]})
    assert answer.status == 202, answer.body
    job = working.until(answer.data["id"])
    assert job["state"] == "done", job
    assert job["kind"] == "edit" and job["source"] == done and "a red tent set in at" in job["understood"]
    names = {each["name"] for each in working.get(f"/v1/jobs/{job['id']}/files").data["files"]}
    assert {"scene.ply", "edits/edits.json", "preview.jpg"} <= names and any(n.endswith(".spz") for n in names)
    assert working.get(f"/v1/jobs/{job['id']}/files/edits/scene.ply").body == before
    assert working.get(f"/v1/jobs/{done}/files/scene.ply").body == before


def test_a_remix_keeps_the_place_and_changes_the_light(working: Api, done: str) -> None:
    wish = {"source": done, "prompt": "at night", "style": "noir"}
    answer = working.post("/v1/remix", wish)
    assert answer.status == 202, answer.body
    job = working.until(answer.data["id"])
    assert job["state"] == "done", job
    assert job["kind"] == "remix" and job["source"] == done
    assert "morning" not in job["sentence"] and "night" in job["sentence"]
    assert job["structure_kept"] > 0.95
    before, after = (
        np.asarray(Pillow.open(io.BytesIO(working.get(f"/v1/jobs/{each}/files/images/view_000.png").body)), float)
        for each in (done, job["id"])
    )
    assert after.mean() < 0.8 * before.mean()
    assert np.ptp(after, axis=-1).mean() < 0.3 * np.ptp(before, axis=-1).mean()  # noir is black and white


def test_a_remix_to_another_place_says_that_structure_is_lost(working: Api, done: str) -> None:
    job = working.post("/v1/remix", {"source": done, "prompt": "a kitchen"}).data
    assert "made anew" in job["structure"]
    working.post(f"/v1/jobs/{job['id']}/cancel")


def test_a_panorama_is_repainted_over_the_depth_of_all_of_it(working: Api) -> None:
    panorama = picture(256, 128)
    answer = working.form("/v1/remix/picture", panorama, preset="tiny", role="panorama", prompt="at night", seed="1")
    job = working.until(answer.data["id"])
    assert job["state"] == "done", job
    assert "all of the panorama" in job["structure"] and "repainted over their depth" in job["structure"]
    assert job["structure_kept"] > 0.99
    views = [f["url"] for f in working.get(f"/v1/jobs/{job['id']}/files").data["files"] if "images/view" in f["name"]]
    seen = np.asarray(Pillow.open(io.BytesIO(working.get(views[0]).body)), float).mean()
    assert seen < 0.85 * np.asarray(Pillow.open(io.BytesIO(panorama)), float).mean()  # it was day
    answer = working.form("/v1/remix/picture", picture(64, 64), preset="tiny", role="panorama")
    assert answer.status == 422 and "twice as wide" in answer.data["message"]


def test_a_panorama_without_words_keeps_its_colours_behind_the_viewer_too(working: Api) -> None:
    pixels = np.zeros((64, 128, 3), np.uint8)
    pixels[:32], pixels[32:, 32:96], pixels[32:, :32], pixels[32:, 96:] = (90, 140, 220), (60, 120, 40), 200, 200
    file = io.BytesIO()
    Pillow.fromarray(pixels).save(file, "PNG")
    answer = working.form("/v1/remix/picture", file.getvalue(), preset="tiny", role="panorama", seed="1")
    job = working.until(answer.data["id"])
    assert job["state"] == "done", job
    assert "its colours stay" in job["structure"]
    shown = working.get(f"/v1/jobs/{job['id']}/files/skybox/panorama.png").body
    floor = np.asarray(Pillow.open(io.BytesIO(shown)).resize((128, 64)), float)[36:44]  # as far down as it looked
    assert np.ptp(floor[:, 56:72].mean((0, 1))) > 40  # green ahead
    assert np.ptp(floor[:, :8].mean((0, 1))) < 20  # grey behind


def test_a_control_image_is_repainted_in_a_style_alone(working: Api) -> None:
    answer = working.form("/v1/remix/picture", picture(), preset="tiny", role="control", style="noir", seed="1")
    job = working.until(answer.data["id"])
    assert job["state"] == "done", job
    assert job["structure_kept"] > 0.99
    assert job["sentence"] == "film noir, black and white" and "developed anew" in job["understood"]
    seen = np.asarray(Pillow.open(io.BytesIO(working.get(f"/v1/jobs/{job['id']}/files/images/view_000.png").body)), int)
    assert np.ptp(seen, axis=-1).max() <= 2  # no colour is left
    assert seen.std() > 20  # and light and dark are


def test_exports_in_types_and_sizes(working: Api, done: str) -> None:
    def made(**wish: object) -> dict[str, bytes]:
        job = working.post(f"/v1/jobs/{done}/exports", wish)
        assert job.status == 202, job.body
        ended = working.until(job.data["id"])
        assert ended["state"] == "done", ended
        listing = working.get(f"/v1/jobs/{ended['id']}/files").data["files"]
        return {entry["name"]: working.get(entry["url"]).body for entry in listing}

    files = made(type="equirectangular", size="1k")
    assert Pillow.open(io.BytesIO(files["panorama.png"])).size == (1024, 512)
    files = made(type="cubemap", size="1k")
    assert Pillow.open(io.BytesIO(files["skybox/unity/FrontTex.png"])).size == (256, 256)
    files = made(type="depth", size="1k")
    step = json.loads(files["depth.json"])["metres_per_unit"]
    depth = np.asarray(Pillow.open(io.BytesIO(files["depth.png"])), float) * step
    assert depth.shape == (512, 1024)
    truth = build_world("a desert in the morning", 1).draw_equirectangular(512).depth
    seen = (depth > 0) & np.isfinite(truth)  # 0 is the sky, and what no view of this tiny job looked at
    assert seen.mean() > 0.1
    assert np.median(np.abs(depth - truth)[seen] / truth[seen]) < 0.1
    assert set(made(type="film", seconds=0.4)) == {"film.mp4"}
    assert set(made(type="files", targets=["spz", "mesh"])) == {"scene.spz", "mesh.glb"}


def test_a_cancelled_job_ends_and_the_worker_goes_on(working: Api) -> None:
    running, waiting = working.dream(seed=7), working.dream(seed=8)
    after = working.dream(seed=9)
    assert working.post(f"/v1/jobs/{waiting['id']}/cancel").data["state"] == "cancelled"
    assert working.until(running["id"], ("running", "done"))["state"] == "running"
    working.post(f"/v1/jobs/{running['id']}/cancel")
    assert working.until(running["id"])["state"] == "cancelled"
    assert working.until(after["id"])["state"] == "done"
    answer = working.get(f"/v1/jobs/{running['id']}/files")
    assert (answer.status, answer.data["code"]) == (409, "cancelled")
    assert working.post(f"/v1/jobs/{running['id']}/cancel").data["code"] == "already_ended"


def test_a_killed_worker_costs_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "outputs", workers=1) as (api, _, dispatcher):
        jobs = [api.dream(seed=seed)["id"] for seed in range(2)]
        kills = 0
        for stage in ("models", "dream", "write"):
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:
                now = [api.get(f"/v1/jobs/{job}").data for job in jobs]
                if any(each["state"] == "running" and each["stage"] == stage for each in now):
                    for run in list(dispatcher.active.values())[:1]:  # none, if it has ended since it was asked for
                        os.kill(run.handle.worker.process.pid, signal.SIGKILL)
                        kills += 1
                    break
                if all(each["state"] == "done" for each in now):
                    break
                time.sleep(0.01)
        assert kills >= 2
        results = []
        for job in jobs:
            ended = api.until(job)
            assert ended["state"] == "done", ended
            results.append(api.get(f"/v1/jobs/{job}/files/scene.ply").body)
        undisturbed = api.until(api.dream(seed=0)["id"])
        assert results[0] == api.get(f"/v1/jobs/{undisturbed['id']}/files/scene.ply").body


def test_a_job_beyond_its_time_is_ended(tmp_path: Path) -> None:
    from lucid3d.service.settings import Limits

    with serving(tmp_path / "outputs", workers=1, limits=Limits(free_bytes=0, job_seconds=0.2)) as (api, _, _):
        ended = api.until(api.dream()["id"])
        assert ended["state"] == "failed" and "longer than" in ended["error"]


def test_deleting_takes_the_files_and_the_exports(working: Api, tmp_path: Path) -> None:
    job = working.until(working.dream(seed=5)["id"])["id"]
    export = working.until(working.post(f"/v1/jobs/{job}/exports", {"type": "mesh"}).data["id"])["id"]
    assert working.ask("DELETE", f"/v1/jobs/{job}").data["state"] == "deleted"
    for each in (job, export):
        for path in ("files", "zip", "files/scene.ply", "preview"):
            answer = working.get(f"/v1/jobs/{each}/{path}")
            assert (answer.status, answer.data["code"]) == (410, "deleted"), path
    assert working.ask("DELETE", f"/v1/jobs/{job}").status == 410
    assert working.post("/v1/remix", {"source": job, "prompt": "at night"}).status == 410
