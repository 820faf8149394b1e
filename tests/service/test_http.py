"""The door and the desk: what is refused, with which status and words, and that nothing harms."""

from __future__ import annotations

import contextlib
import random
import select
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lucid3d.service.settings import Limits
from tests.service.api import Answer, Api, serving
from tests.service.conftest import picture

UNKNOWN = "0123456789abcdef"


def problem(answer: Answer) -> tuple[int, str]:
    assert set(answer.data) == {"code", "message"} and len(answer.data["message"]) > 8
    return answer.status, answer.data["code"]


def test_what_is_not_there(idle: Api) -> None:
    for path in ("", "/events", "/preview", "/files", "/files/scene.ply", "/zip"):
        assert problem(idle.get(f"/v1/jobs/{UNKNOWN}{path}")) == (404, "unknown_job")
    assert problem(idle.post(f"/v1/jobs/{UNKNOWN}/cancel")) == (404, "unknown_job")
    assert problem(idle.ask("DELETE", f"/v1/jobs/{UNKNOWN}")) == (404, "unknown_job")
    assert problem(idle.post(f"/v1/jobs/{UNKNOWN}/exports", {"type": "mesh"})) == (404, "unknown_job")
    assert problem(idle.post("/v1/remix", {"source": UNKNOWN, "prompt": "at night"})) == (404, "unknown_job")
    assert problem(idle.get("/v1/nothing")) == (404, "not_found")
    assert problem(idle.ask("PUT", "/v1/jobs")) == (405, "method")


def test_what_is_not_finished_or_was_cancelled(idle: Api) -> None:
    job = idle.dream()["id"]
    assert problem(idle.get(f"/v1/jobs/{job}/zip")) == (409, "not_finished")
    assert problem(idle.get(f"/v1/jobs/{job}/preview")) == (404, "no_preview")
    assert problem(idle.ask("DELETE", f"/v1/jobs/{job}")) == (409, "still_running")
    assert idle.post(f"/v1/jobs/{job}/cancel").data["state"] == "cancelled"
    assert problem(idle.get(f"/v1/jobs/{job}/files")) == (409, "cancelled")
    assert problem(idle.post(f"/v1/jobs/{job}/cancel")) == (409, "already_ended")
    assert idle.ask("DELETE", f"/v1/jobs/{job}").data["state"] == "deleted"
    assert problem(idle.get(f"/v1/jobs/{job}/zip")) == (410, "deleted")


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": " \n "}, "empty"),
        ({"prompt": "x" * 1001}, "prompt"),
        ({"prompt": "/etc/passwd.yaml"}, "file"),
        ({"prompt": "a lake", "preset": "../../etc/passwd"}, "preset"),
        ({"prompt": "a lake", "style": "nosuch"}, "style"),
        ({"prompt": "a lake", "exports": ["nosuch"]}, "nosuch"),
        ({"prompt": "a lake", "seed": -1}, "seed"),
        ({"prompt": "a lake", "models": "diffusion"}, "lucid3d models download"),
        ({"prompt": "a lake", "nosuch": 1}, "nosuch"),
        ({"prompt": "a lake", "webhook": {"url": "file:///etc/passwd", "secret": "s" * 16}}, "url"),
        ([], "dict"),
    ],
)
def test_fields_that_cannot_be(idle: Api, wish: object, word: str) -> None:
    answer = idle.post("/v1/jobs", wish)
    assert problem(answer) == (422, "invalid")
    assert word in answer.data["message"]


def test_a_sentence_that_names_a_file_is_only_a_sentence(idle: Api) -> None:
    assert idle.dream("/dev/zero")["sentence"] == "/dev/zero"


def test_uploads_that_are_no_pictures(idle: Api, tmp_path: Path) -> None:
    bomb = bytearray(picture())
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2  # a header that claims 3.6 thousand million pixels
    for data in (b"", b"no picture", picture()[:200], bytes(bomb), picture(8, 8), picture(400, 20), b"\x80\x04K\x01."):
        assert problem(idle.form("/v1/jobs/picture", data, preset="tiny")) == (415, "no_picture"), data[:20]
    assert not list(tmp_path.rglob("picture.png"))
    assert not list(tmp_path.rglob("*passwd*"))


def test_mutated_uploads_do_no_harm(idle: Api) -> None:
    rng = random.Random(0)
    originals = [picture(kind=kind) for kind in ("PNG", "JPEG", "WEBP")]
    for _ in range(60):
        data = bytearray(rng.choice(originals))
        for _ in range(rng.randint(1, 12)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        if rng.random() < 0.3:
            del data[rng.randrange(len(data)) :]
        answer = idle.form("/v1/jobs/picture", bytes(data), preset="tiny")
        assert answer.status in (202, 415, 429), answer.body
    assert idle.get("/v1/health").status == 200


def test_bodies_beyond_the_limit(tmp_path: Path) -> None:
    with serving(tmp_path / "outputs", limits=Limits(free_bytes=0, upload_bytes=50_000)) as (api, _, _):
        assert problem(api.form("/v1/jobs/picture", b"x" * 60_000)) == (413, "too_large")
        # one that does not say how long it is
        with socket.create_connection(("127.0.0.1", api.port), timeout=60) as wire:
            wire.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
            wire.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
            with contextlib.suppress(OSError):  # it may have hung up by then
                for _ in range(10):
                    if select.select([wire], [], [], 0.1)[0]:
                        break  # its answer is there; what is sent to a closed line would reset it
                    wire.sendall(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
            assert b" 413 " in wire.recv(4096)
        assert api.get("/v1/health").status == 200


def test_a_full_queue_and_too_many_jobs(tmp_path: Path) -> None:
    with serving(tmp_path / "a", limits=Limits(free_bytes=0, queue=2)) as (api, _, _):
        assert [api.dream()["queue_position"] for _ in range(2)] == [1, 2]
        answer = api.post("/v1/jobs", {"prompt": "a lake", "preset": "tiny"})
        assert problem(answer) == (429, "queue_full") and int(answer.headers["retry-after"]) > 0
    with serving(tmp_path / "b", limits=Limits(free_bytes=0, jobs_per_client=1)) as (api, _, _):
        api.dream()
        assert problem(api.post("/v1/jobs", {"prompt": "a lake", "preset": "tiny"})) == (429, "too_many_jobs")


def test_a_full_disk(tmp_path: Path) -> None:
    with serving(tmp_path / "outputs", limits=Limits(free_bytes=2**62)) as (api, _, _):
        assert problem(api.post("/v1/jobs", {"prompt": "a lake", "preset": "tiny"})) == (507, "disk_full")
        assert problem(api.form("/v1/jobs/picture", picture(), preset="tiny")) == (507, "disk_full")
        assert api.get("/v1/jobs").data == {"jobs": [], "next": ""}


def test_who_may_come_in(tmp_path: Path) -> None:
    with serving(tmp_path / "outputs", token="a secret") as (api, _, _):
        assert api.get("/v1/health").data == {"status": "ok"}
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic a secret"}):
            answer = api.get("/v1/jobs", **headers)
            assert problem(answer) == (401, "token") and answer.headers["www-authenticate"] == "Bearer"
        assert api.get("/v1/jobs", Authorization="Bearer a secret").status == 200
        moved = api.get("/?token=a%20secret&x=1")
        assert (moved.status, moved.headers["location"]) == (303, "/?x=1")
        assert (
            "httponly" in moved.headers["set-cookie"].lower()
            and "samesite=strict" in moved.headers["set-cookie"].lower()
        )
        assert api.get("/v1/jobs", Cookie=moved.headers["set-cookie"].split(";")[0]).status == 200
        assert problem(api.get("/v1/jobs", Host="evil.example")) == (403, "host")
        mine = {"Authorization": "Bearer a secret"}
        assert problem(api.get("/v1/jobs", **mine, Origin="http://evil.example")) == (403, "origin")
        assert problem(api.get("/v1/jobs", **mine, **{"Sec-Fetch-Site": "cross-site"})) == (403, "origin")


def test_no_path_leads_out(idle: Api, tmp_path: Path) -> None:
    (tmp_path / "outputs" / "secret.txt").write_text("secret")
    for name in ("../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "/etc/passwd", "a" * 16):
        for path in (f"/v1/jobs/{name}", f"/v1/jobs/{UNKNOWN}/files/{name}", f"/{name}"):
            answer = idle.get(path)
            assert answer.status in (404, 422), path
            assert b"secret" not in answer.body.replace(name.encode(), b"")


def test_the_same_key_is_the_same_job(idle: Api) -> None:
    wish = {"prompt": "a lake", "preset": "tiny"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: idle.post("/v1/jobs", wish, **{"Idempotency-Key": "k1"}).data["id"], range(8))
        )
    assert len(set(answers)) == 1
    assert idle.post("/v1/jobs", wish, **{"Idempotency-Key": "k2"}).data["id"] not in answers
    assert len(idle.get("/v1/jobs").data["jobs"]) == 2


def test_history_in_pages(idle: Api) -> None:
    made = [idle.dream(seed=seed)["id"] for seed in range(5)]
    seen, before = [], ""
    while True:
        page = idle.get(f"/v1/jobs?limit=2&before={before}").data
        seen += [job["id"] for job in page["jobs"]]
        before = page["next"]
        if not before:
            break
    assert seen == made[::-1]
    assert idle.get("/v1/jobs?state=done").data["jobs"] == []
    assert problem(idle.get("/v1/jobs?state=nosuch")) == (422, "invalid")


def test_many_ask_at_once(idle: Api) -> None:
    jobs = [idle.dream(seed=seed)["id"] for seed in range(4)]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: idle.get(f"/v1/jobs/{jobs[n % 4]}"), range(200)))
    assert [answer.data["id"] for answer in answers] == [jobs[n % 4] for n in range(200)]


def test_a_client_that_goes_away(idle: Api) -> None:
    job = idle.dream()["id"]
    wires = []
    for _ in range(5):
        wire = socket.create_connection(("127.0.0.1", idle.port), timeout=60)
        wire.sendall(f"GET /v1/jobs/{job}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert b"text/event-stream" in wire.recv(65536)
        wires.append(wire)
    with socket.create_connection(("127.0.0.1", idle.port), timeout=60) as half:
        half.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
    for wire in wires:
        wire.close()
    time.sleep(0.3)
    assert idle.get(f"/v1/jobs/{job}").data["state"] == "queued"
    assert len([t for t in threading.enumerate() if t.name.startswith("AnyIO")]) <= 40


def test_the_catalogues(idle: Api) -> None:
    assert {"noir", "watercolour"} <= {style["name"] for style in idle.get("/v1/styles").data["styles"]}
    assert "tiny" in [preset["name"] for preset in idle.get("/v1/presets").data["presets"]]
    exports = idle.get("/v1/exports").data
    assert "stroll" in exports["paths"] and "unity" in [target["name"] for target in exports["targets"]]
    about = idle.get("/v1/about").data
    assert about["models"].startswith("procedural") and about["limits"]["queue"] == 256
    enhanced = idle.post("/v1/enhance", {"prompt": "a lake", "style": "noir"}).data
    assert [rule["rule"] for rule in enhanced["rules"]][-1] == "style"
    assert all(rule["added"] in enhanced["sentence"] for rule in enhanced["rules"])


def test_a_preview_that_changes_while_it_is_sent(idle: Api, tmp_path: Path) -> None:
    """A worker replaces its picture while clients ask for it: each gets one whole picture or the other."""
    job = idle.dream()["id"]
    preview = tmp_path / "outputs" / ".service" / "jobs" / job / "preview.jpg"
    pictures = [bytes([n]) * size for n, size in ((1, 2_000), (2, 300_000))]
    preview.write_bytes(pictures[0])
    stop = threading.Event()

    def replace() -> None:
        for turn in range(10**6):
            if stop.is_set():
                return
            (preview.parent / ".next").write_bytes(pictures[turn % 2])
            (preview.parent / ".next").replace(preview)

    worker = threading.Thread(target=replace)
    worker.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: idle.get(f"/v1/jobs/{job}/preview"), range(150)))
    finally:
        stop.set()
        worker.join()
    assert {answer.status for answer in answers} == {200}
    assert {answer.body for answer in answers} <= set(pictures)
