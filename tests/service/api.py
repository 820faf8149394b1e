"""A running service for tests, and a client that asks it as any program would."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lucid3d.access import Access
from lucid3d.config import Config, overlay
from lucid3d.service.app import create_app
from lucid3d.service.connections import Server
from lucid3d.service.dispatch import Dispatcher
from lucid3d.service.local import LocalWorkers
from lucid3d.service.settings import Limits, Settings
from lucid3d.service.store import Store

TINY: dict[str, Any] = {
    "trajectory": "rotate360",
    "dream": {"size": 32, "support_views": 1},
    "training": {"iterations": 3, "max_gaussians": 5000},
    "render": {"panorama_height": 32, "film_frames": 2, "film_width": 32, "film_height": 32},
}
"""The smallest job that does everything a job does."""

PLACE = "a space station"
"""The place that takes least time to build."""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@dataclass
class Api:
    """Asks a service on this computer."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        sent = {**self.headers, **(headers or {})}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.ask("POST", path, body, headers)

    def form(self, path: str, picture: bytes, file: str = "picture", **fields: str) -> Answer:
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = 'Content-Disposition: form-data; name="FILE"; filename="../../etc/passwd"'.replace("FILE", file)
        parts += [f"--{boundary}\r\n{head}\r\n\r\n".encode(), picture, f"\r\n--{boundary}--\r\n".encode()]
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self.ask("POST", path, b"".join(parts), kind)

    def dream(self, prompt: str = PLACE, **wish: Any) -> dict[str, Any]:
        answer = self.post("/v1/jobs", {"prompt": prompt, "preset": "tiny", "seed": 1, **wish})
        assert answer.status == 202, answer.body
        return answer.data

    def until(self, job: str, states: tuple[str, ...] = ("done", "failed", "cancelled"), seconds: float = 240) -> Any:
        """Wait for a job to come to one of some states."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            now = self.get(f"/v1/jobs/{job}").data
            if now["state"] in states:
                return now
            time.sleep(0.05)
        raise AssertionError(f"the job did not come to {states}: {now}")


@contextlib.contextmanager
def serving(
    outputs: Path, *, limits: Limits | None = None, workers: int = 0, token: str | None = None, private: bool = True
) -> Iterator[tuple[Api, Store, Dispatcher]]:
    """A service on a free port; with `workers=0` jobs wait for ever."""
    outputs.mkdir(parents=True, exist_ok=True)
    presets = {"tiny": overlay(Config(), TINY)}
    presets["fast"] = presets["tiny"]
    settings = Settings(outputs, limits or Limits(free_bytes=0), presets, private)
    store = Store(settings.home / "jobs.sqlite")
    dispatcher = Dispatcher(store, settings, LocalWorkers(workers, settings.home / "worker.log"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        app = create_app(store, settings, access=Access("127.0.0.1", port, token), workers=workers)
        server = Server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        if workers:
            dispatcher.start()
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        try:
            yield Api(port), store, dispatcher
        finally:
            server.should_exit = True
            thread.join(10)
            if workers:
                dispatcher.stop()
            store.close()
