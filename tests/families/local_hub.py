"""A hub on this machine: the few routes of the Hugging Face Hub that a download uses, over real HTTP."""

from __future__ import annotations

import hashlib
import json
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """What the hub holds and what it was asked.

    Attributes:
        files: repository -> file -> content.
        stop_after: bytes after which the first whole answer of each file is cut; None sends all.
        stall: an event that every answer waits for, so that a download hangs; None does not wait.
        corrupt: send large files with a wrong byte.
        ranges: the Range headers of requests for files.
    """

    files: dict[str, dict[str, bytes]]
    stop_after: int | None = None
    stall: threading.Event | None = None
    corrupt: bool = False
    ranges: list[str] = field(default_factory=list)
    url: str = ""


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).lstrip("/")
            parts = path.split("/")
            if parts[:2] == ["api", "models"] and "/".join(parts[2:4]) in hub.files:
                return self._send_json(self._information("/".join(parts[2:4]), parts[4:]))
            if len(parts) > 4 and parts[2] == "resolve":
                content = hub.files.get("/".join(parts[:2]), {}).get("/".join(parts[4:]))
                if content is not None:
                    return self._send_file(content, body)
            self.send_response(401)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None

        def _information(self, name: str, rest: list[str]) -> Any:
            files = hub.files[name]
            if rest[:1] == ["tree"]:
                return [
                    {"type": "file", "path": file, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                    for file, content in files.items()
                ]
            siblings = [{"rfilename": file, "size": len(content)} for file, content in files.items()]
            return {"id": name, "sha": COMMIT, "siblings": siblings, "private": False, "tags": []}

        def _send_json(self, value: Any) -> None:
            data = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _send_file(self, content: bytes, body: bool) -> None:
            start = 0
            if body and (asked := self.headers.get("Range")):
                hub.ranges.append(asked)
                start = int(asked.removeprefix("bytes=").split("-")[0])
            self.send_response(206 if start else 200)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Accept-Ranges", "bytes")
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            if not body:
                return
            if hub.stall is not None:
                hub.stall.wait()
            sent = content[start:]
            if hub.corrupt and len(sent) > 1000:
                sent = b"\xff" + sent[1:]
            if hub.stop_after is not None and not start and len(sent) > hub.stop_after:
                self.wfile.write(sent[: hub.stop_after])
                self.close_connection = True
                return
            self.wfile.write(sent)

    return Handler


@contextmanager
def running(hub: Hub) -> Iterator[Hub]:
    """Serve `hub` on a free port of this machine while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        if hub.stall is not None:
            hub.stall.set()
        server.shutdown()
        server.server_close()
        thread.join()
