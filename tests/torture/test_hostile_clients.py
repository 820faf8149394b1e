"""Clients that are slow, broken or hostile cost themselves their connection and nobody else anything."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the service is not installed: pip install 'lucid3d[service]'")

from lucid3d.access import GUESSES
from lucid3d.service import connections, webhooks
from lucid3d.service.settings import Limits
from lucid3d.service.store import NewJob, Store, new_id
from lucid3d.service.webhooks import Webhooks
from tests.service.api import Api, serving

HEAD = b"GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path / "outputs") as (api, _, _):
        yield api


def connected(port: int) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port))
    one.settimeout(20)
    return one


def ended(one: socket.socket) -> bool:
    """Wait until the other side has ended a connection."""
    try:
        while one.recv(1 << 16):
            pass
    except ConnectionError:
        pass
    return True


def test_half_sent_requests_lock_nobody_out(
    effort: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "most_connections", lambda: 100)
    with serving(tmp_path / "outputs") as (api, _, _), contextlib.ExitStack() as stack, caplog.at_level(logging.INFO):
        for number in range(120 + 30 * effort):
            one = stack.enter_context(connected(api.port))
            one.sendall(HEAD if number % 3 else b"\x16\x03\x01" if number % 2 else b"")
        for _ in range(20):
            assert api.get("/v1/health").status == 200
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_one_address_leaves_places_for_others() -> None:
    class Transport:
        gone = False

        def abort(self) -> None:
            self.gone = True

    def one(address: str) -> connections.Bounded:
        made = connections.Bounded.__new__(connections.Bounded)
        made.address, made.transport = address, Transport()
        return made

    places = connections.Places(8, per_client=4)
    crowd = [one("a") for _ in range(4)]
    assert all(places.enter(each) for each in crowd)
    places.busy(crowd[0])
    assert places.enter(one("a"))
    assert [each.transport.gone for each in crowd] == [False, True, False, False]  # the oldest that asks for nothing
    others = [one(str(n)) for n in range(4)]
    assert all(places.enter(each) for each in others)
    for each in [*crowd, *others]:
        places.busy(each)
    last = one("b")
    assert places.enter(last)  # in place of the fifth "a"
    places.busy(last)
    assert not places.enter(one("c"))  # everybody is being answered


@pytest.mark.parametrize("begin", [b"", HEAD, POST, POST + b"{"])
def test_whoever_stops_sending_is_let_go(begin: bytes, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(connections, "QUIET_SECONDS", 0.3)
    with connected(api.port) as one:
        one.sendall(begin)
        assert ended(one)


@pytest.mark.parametrize("begin", [HEAD, POST])
def test_a_trickle_gets_no_more_time(begin: bytes, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.5)
    with connected(api.port) as one:
        one.sendall(begin)
        with pytest.raises(ConnectionError):
            for _ in range(400):
                one.sendall(b"x")
                time.sleep(0.02)


def test_whoever_does_not_read_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "STUCK_SECONDS", 0.5)
    with serving(tmp_path / "outputs") as (api, store, dispatcher):
        facts = dict.fromkeys(("prompt", "negative_prompt", "style", "preset", "sentence"), "") | {"seed": 1}
        job = store.submit(NewJob(new_id(), "dream", "me", facts), queue=9, per_client=9)
        store.claim()
        store.finish(job, "done")
        folder = dispatcher.settings.result(job, "dream")
        folder.mkdir()
        (folder / "scene.ply").write_bytes(bytes(16 << 20))
        with connected(api.port) as one:
            one.sendall(f"GET /v1/jobs/{job}/files/scene.ply HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            time.sleep(1.5)
            received = 0
            with contextlib.suppress(ConnectionError):
                while data := one.recv(1 << 20):
                    received += len(data)
            assert received < 16 << 20
        assert len(api.get(f"/v1/jobs/{job}/files/scene.ply").body) == 16 << 20


def test_what_is_no_http_is_answered_in_json_and_leaves_no_line(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for junk in (
            b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
            b"GET / HTTP/9\r\n\r\n",
            b"GET /\x00 HTTP/1.1\r\n\r\n" * 3,
        ) * 20:
            with connected(api.port) as one:
                one.sendall(junk)
                answer = one.recv(4096)
                assert answer.startswith(b"HTTP/1.1 400 ")
                assert b'"code": "bad_request"' in answer
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_nobody_passes_the_limit_under_another_address(tmp_path: Path) -> None:
    with serving(tmp_path / "outputs", limits=Limits(jobs_per_client=1, free_bytes=0)) as (api, _, _):
        api.dream()
        wish = {"prompt": "a lake", "preset": "tiny"}
        assert api.post("/v1/jobs", wish, **{"X-Forwarded-For": "8.8.8.8"}).data["code"] == "too_many_jobs"


def test_a_short_token_cannot_be_found_by_trying(tmp_path: Path) -> None:
    with serving(tmp_path / "outputs", token="secret") as (api, _, _):
        assert api.get("/v1/jobs").status == 401  # no guess at all
        statuses = [api.get("/v1/jobs", Authorization=f"Bearer {n}").status for n in range(GUESSES + 1)]
        assert statuses == [401] * GUESSES + [429]
        refused = api.get("/v1/jobs", Authorization="Bearer secret")
        assert (refused.status, refused.data["code"]) == (429, "wrong_tokens")
        assert int(refused.headers["retry-after"]) >= 1
        assert api.get("/v1/health").status == 200


def test_many_words_are_refused_before_they_are_held(api: Api) -> None:
    answer = api.post("/v1/jobs", b"[" * 1_000_000)
    assert (answer.status, answer.data["code"]) == (413, "too_large")


def dripping(address: str) -> socket.socket:
    """A receiver that answers a byte at a time, for ever."""
    listening = socket.create_server((address, 0))

    def answer(one: socket.socket) -> None:
        with one, contextlib.suppress(OSError):
            while True:
                one.sendall(b"H")
                time.sleep(0.05)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return listening


def test_a_slow_webhook_holds_up_nobody_and_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "DEADLINE", 1.0)
    store = Store(tmp_path / "jobs.sqlite")
    facts = dict.fromkeys(("prompt", "negative_prompt", "style", "preset", "sentence"), "") | {"seed": 1}
    got = threading.Event()

    def receive(listening: socket.socket) -> None:
        one, _ = listening.accept()
        one.recv(1 << 16)
        one.sendall(b"HTTP/1.1 204 x\r\n\r\n")
        one.close()
        got.set()

    with dripping("127.0.0.1") as slow, socket.create_server(("127.0.0.2", 0)) as quick:
        threading.Thread(target=receive, args=(quick,), daemon=True).start()
        for listening in (slow,) * 6 + (quick,):
            host, port = listening.getsockname()
            hook = {"url": f"http://{host}:{port}/", "secret": "0123456789abcdef"}
            job = store.submit(NewJob(new_id(), "dream", "me", facts, webhook=hook), queue=99, per_client=99)
            store.claim()
            store.finish(job, "done")
        begun = Webhooks(store, private=True).step()
        assert len(begun) == webhooks.PER_HOST + 1
        assert got.wait(10)
        for thread in begun:
            thread.join(10)
            assert not thread.is_alive()
    assert len(store.calls_due()) == 4  # of the slow one's six, two were tried and wait for their next time
    store.close()
