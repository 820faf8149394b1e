"""Webhooks: signed, repeated, and never into one's own network unless that was allowed."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from lucid3d.service import webhooks
from lucid3d.service.store import NewJob, Store, new_id
from lucid3d.service.webhooks import Refused, Webhooks, call, public_address

SECRET = "0123456789abcdef"


class Receiver(BaseHTTPRequestHandler):
    got: ClassVar[list[tuple[dict[str, str], bytes]]] = []
    statuses: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((dict(self.headers), body))
        status = self.statuses.pop(0) if self.statuses else 204
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[int]:
    Receiver.got, Receiver.statuses = [], []
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def ended(store: Store, port: int) -> str:
    facts = {"prompt": "a lake", "negative_prompt": "", "style": "", "preset": "tiny", "seed": 1, "sentence": "a lake"}
    hook = {"url": f"http://127.0.0.1:{port}/hook?x=1", "secret": SECRET}
    job = store.submit(NewJob(new_id(), "dream", "me", facts, webhook=hook), queue=9, per_client=9)
    assert store.claim() is not None
    store.finish(job, "done")
    return job


def test_word_of_the_end_is_signed_and_sent_once(receiver: int, tmp_path: Path) -> None:
    store = Store(tmp_path / "jobs.sqlite")
    job = ended(store, receiver)
    sender = Webhooks(store, private=True)
    sender.step()
    sender.step()
    ((headers, body),) = Receiver.got
    assert json.loads(body)["id"] == job and json.loads(body)["state"] == "done" and SECRET not in body.decode()
    moment, _, signature = headers["Lucid3d-Signature"].partition(",v1=")
    expected = hmac.new(SECRET.encode(), moment.removeprefix("t=").encode() + b"." + body, hashlib.sha256).hexdigest()
    assert signature == expected


def test_failures_are_repeated_and_redirects_not_followed(
    receiver: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "WAITS", (0.0, 0.0))
    store = Store(tmp_path / "jobs.sqlite")
    ended(store, receiver)
    Receiver.statuses = [500, 302, 500]
    sender = Webhooks(store, private=True)
    for _ in range(5):
        sender.step()
    assert len(Receiver.got) == 3  # once, and as often again as there are waits


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_addresses_that_are_not_public(host: str) -> None:
    with pytest.raises(Refused):
        public_address(host, 80, private=False)


def test_a_private_address_is_not_called(receiver: int, tmp_path: Path) -> None:
    store = Store(tmp_path / "jobs.sqlite")
    ended(store, receiver)
    Webhooks(store, private=False).step()
    assert Receiver.got == [] and store.calls_due() == []
    with pytest.raises(Refused):
        call(f"http://127.0.0.1:{receiver}/", SECRET, b"{}", private=False)
