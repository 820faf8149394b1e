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
from lucid3d.service.webhooks import Refused, Webhooks, call, check_url, public_address

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


def step(sender: Webhooks) -> None:
    for thread in sender.step():
        thread.join()


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
    for _ in range(2):
        step(sender)
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
        step(sender)
    assert len(Receiver.got) == 3  # once, and as often again as there are waits


HIDDEN = (
    "127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "::1", "::ffff:127.0.0.1", "::10.0.0.1",
    "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:a00:1::1", "fec0::1",
    "fe80::1", "fd00::1", "2001:0:0:0:0:0:80ff:fffe",
)  # fmt: skip
"""Private addresses, and addresses that lead to one: mapped, compatible, NAT64, 6to4, site-local, Teredo."""


@pytest.mark.parametrize("host", ["localhost", *HIDDEN])
def test_addresses_that_are_not_public(host: str) -> None:
    with pytest.raises(Refused):
        public_address(host, 80, private=False)
    with pytest.raises(Refused):
        check_url(f"http://[{host}]/" if ":" in host else f"https://{host}/")


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700::1", "64:ff9b::8.8.8.8", "2002:808:808::1", "example.org"])
def test_addresses_that_are_public(host: str) -> None:
    assert check_url(f"http://[{host}]:99/" if ":" in host else f"http://{host}:99/") == (host, 99)


@pytest.mark.parametrize("url", ["http://", "http://a b/", "http://[::1", "http://x:99999/", "https://printer/"])
def test_what_is_no_public_address_at_all(url: str) -> None:
    with pytest.raises(Refused):
        check_url(url)


def test_a_private_address_is_not_called(receiver: int, tmp_path: Path) -> None:
    store = Store(tmp_path / "jobs.sqlite")
    ended(store, receiver)
    step(Webhooks(store, private=False))
    assert Receiver.got == [] and store.calls_due() == []
    with pytest.raises(Refused):
        call(f"http://127.0.0.1:{receiver}/", SECRET, b"{}", private=False)
