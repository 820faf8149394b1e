"""Every answer is JSON with a sentence that is true, whatever happened to the queue, a folder or a key."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from lucid3d.errors import InputError
from lucid3d.service import store as stores
from lucid3d.service.dispatch import Dispatcher
from lucid3d.service.local import LocalWorkers
from lucid3d.service.store import Store
from tests.service.api import Api, serving
from tests.service.conftest import picture

SECRET = "0123456789abcdef"


def test_a_held_queue_is_told_and_not_a_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "BUSY_SECONDS", 0.1)
    with serving(tmp_path / "outputs") as (api, store, _):
        holder = sqlite3.connect(store.path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        answer = api.post("/v1/jobs", {"prompt": "a lake", "preset": "tiny"})
        assert (answer.status, answer.data["code"]) == (503, "busy")
        holder.execute("ROLLBACK")
        holder.close()
        assert api.post("/v1/jobs", {"prompt": "a lake", "preset": "tiny"}).status == 202


def test_a_queue_that_is_none_is_refused_with_the_way_out(tmp_path: Path) -> None:
    for data in (b"junk" * 2000, bytes(4096)):
        path = tmp_path / "jobs.sqlite"
        path.write_bytes(data)
        with pytest.raises(InputError, match=r"move the file away"):
            Store(path)
    path.unlink()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE jobs (x)")
    other.close()
    with pytest.raises(InputError, match=r"jobs\.sqlite"):
        Store(path)


def test_nobody_else_can_read_the_queue_or_its_log(tmp_path: Path) -> None:
    with serving(tmp_path / "outputs") as (api, store, _):
        api.dream(webhook={"url": "https://example.org/", "secret": SECRET})
        files = sorted(store.path.parent.glob("jobs.sqlite*"))
        assert len(files) == 3
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_key_belongs_to_one_request(idle: Api) -> None:
    key = {"Idempotency-Key": "k1"}
    wish = {"prompt": "a lake", "preset": "tiny"}
    first = idle.post("/v1/jobs", wish, **key).data
    assert idle.post("/v1/jobs", wish, **key).data["id"] == first["id"]
    for path, other in (("/v1/jobs", {**wish, "prompt": "a hill"}), ("/v1/jobs", {**wish, "seed": 3})):
        answer = idle.post(path, other, **key)
        assert (answer.status, answer.data["code"]) == (422, "key_reused")
    assert len(idle.get("/v1/jobs").data["jobs"]) == 1


def test_a_key_belongs_to_one_picture(idle: Api) -> None:
    idle.headers["Idempotency-Key"] = "k2"
    first = idle.form("/v1/jobs/picture", picture(), preset="tiny").data
    assert idle.form("/v1/jobs/picture", picture(), preset="tiny").data["id"] == first["id"]
    assert idle.form("/v1/jobs/picture", picture(72), preset="tiny").data["code"] == "key_reused"


def test_a_deleted_job_has_lost_its_words(tmp_path: Path) -> None:
    with serving(tmp_path / "outputs") as (api, store, _):
        hook = {"url": "https://example.org/", "secret": SECRET}
        job = api.dream("a lake of secrets", negative_prompt="whales", webhook=hook)["id"]
        api.post(f"/v1/jobs/{job}/cancel")
        gone = api.ask("DELETE", f"/v1/jobs/{job}").data
        assert gone["state"] == "deleted"
        assert (gone["prompt"], gone["negative_prompt"], gone["sentence"], gone["rules"]) == ("", "", "", [])
        assert store.calls_due() == []
        store.close()
        kept = sqlite3.connect(store.path)
        kept.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        kept.close()
        assert not any(word in store.path.read_bytes() for word in (b"secrets", b"whales", SECRET.encode()))


def test_a_private_webhook_is_refused_at_once(tmp_path: Path) -> None:
    with serving(tmp_path / "outputs", private=False) as (api, _, _):
        for url in ("http://127.0.0.1/", "http://[64:ff9b::a00:1]/", "http://printer/", "http://x.internal:99/"):
            wish = {"prompt": "a lake", "preset": "tiny", "webhook": {"url": url, "secret": SECRET}}
            answer = api.post("/v1/jobs", wish)
            assert answer.status == 422
            assert "public addresses only" in answer.data["message"]


def test_a_folder_that_is_gone_is_the_reason(tmp_path: Path) -> None:
    with serving(tmp_path / "outputs") as (api, store, dispatcher):
        job = api.dream()["id"]
        for path in dispatcher.settings.spot(job).iterdir():
            path.unlink()
        Dispatcher(store, dispatcher.settings, LocalWorkers(1, tmp_path / "log")).step()
        ended = api.get(f"/v1/jobs/{job}").data
        assert ended["state"] == "failed"
        assert "folder was removed" in ended["error"]


def test_a_range_that_cannot_be_is_answered_in_json(tmp_path: Path) -> None:
    with serving(tmp_path / "outputs") as (api, store, dispatcher):
        job = api.dream()["id"]
        store.claim()
        store.finish(job, "done")
        folder = dispatcher.settings.result(job, "dream")
        folder.mkdir()
        (folder / "scene.ply").write_bytes(bytes(100))
        for value, status in (("bytes=x", 400), ("lines=1-2", 400), ("bytes=500-600", 416)):
            answer = api.get(f"/v1/jobs/{job}/files/scene.ply", Range=value)
            assert answer.status == status
            assert answer.headers["content-type"] == "application/json"
            assert answer.data["message"]
        assert api.get(f"/v1/jobs/{job}/files/scene.ply", Range="bytes=2-5").body == bytes(4)
