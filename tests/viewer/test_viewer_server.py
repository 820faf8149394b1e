"""The door: who comes in, under which name, from which page, and what a crowd does to the server."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import http.client
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import websockets.sync.client
from websockets.exceptions import InvalidStatus

from lucid3d.access import GUESSES, UNGUESSABLE, Access, address, is_loopback
from lucid3d.errors import InputError
from lucid3d.viewer.app import Viewer
from lucid3d.viewer.server import MAX_BROWSERS, close_server, open_server
from tests.viewer.page import PROTOCOL, Page


def get(port: int, path: str = "/", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    answer.text = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def knock(port: int, origin: str | None, path: str = "/", **headers: str) -> int:
    """The status of a WebSocket's opening: 101 if it was let in."""
    try:
        with websockets.sync.client.connect(
            f"ws://127.0.0.1:{port}{path}",
            origin=origin,  # type: ignore[arg-type]
            subprotocols=[PROTOCOL],  # type: ignore[list-item]
            additional_headers=headers,
        ):
            return 101
    except InvalidStatus as error:
        return error.response.status_code


@pytest.fixture
def guarded() -> Iterator[tuple[int, str]]:
    """A server as it would be for others: port and token."""
    access = Access.to("0.0.0.0", 0)
    server = open_server(access)
    assert access.token is not None
    yield server.get_port(), access.token
    close_server(server)


def test_a_token_is_needed_on_this_computer_too() -> None:
    for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "192.168.1.5", "::", "example.org"):
        token = Access.to(host, 1).token
        assert token is not None
        assert len(token) >= UNGUESSABLE
    assert Access.to("localhost", 1, without_token=True).token is None
    for host, names in (("0.0.0.0", ()), ("127.0.0.1", ("proxy.example.org",)), ("127.0.0.1.evil.com", ())):
        with pytest.raises(InputError, match="--no-token"):
            Access.to(host, 1, names=names, without_token=True)
    assert not is_loopback("127.0.0.1.evil.com")


def test_a_short_token_cannot_be_found_by_trying() -> None:
    server = open_server(Access.to("127.0.0.1", 0, "secret"))
    try:
        port = server.get_port()
        assert get(port).status == 401  # no guess at all
        assert {get(port, f"/?token={n}").status for n in range(GUESSES)} == {401}
        assert get(port, "/?token=secret").status == 429
        assert knock(port, None, Cookie=f"lucid3d-{port}=secret") == 429
    finally:
        close_server(server)


def test_it_binds_this_computer_only(viewer: Viewer) -> None:
    assert viewer.server is not None
    assert viewer.server.get_host() == "127.0.0.1"
    listening = {line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]}
    assert f"0100007F:{viewer.port:04X}" in listening
    assert f"00000000:{viewer.port:04X}" not in listening


def test_only_its_own_pages_may_open_a_socket(viewer: Viewer) -> None:
    port = viewer.port
    assert knock(port, f"http://127.0.0.1:{port}") == 101
    assert knock(port, None) == 101  # no browser
    for origin in ("http://evil.com", f"http://evil.com:{port}", f"http://127.0.0.1:{port + 1}", "null", "file://"):
        assert knock(port, origin) == 403, origin


def test_a_name_that_leads_here_by_rebinding_is_refused(viewer: Viewer) -> None:
    assert get(viewer.port, Host=f"localhost:{viewer.port}").status == 200
    assert get(viewer.port, Host="evil.com").status == 403
    assert get(viewer.port, Host=f"evil.com:{viewer.port}").status == 403


def test_an_upgrade_in_capitals_is_judged_as_well(viewer: Viewer) -> None:
    answer = get(viewer.port, Upgrade="WebSocket", Connection="Upgrade", Origin="http://evil.com")
    assert answer.status == 403


def test_no_path_leads_to_a_file(viewer: Viewer) -> None:
    for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/scene/../../../etc/passwd", "//etc/passwd"):
        answer = get(viewer.port, path)
        assert b"root:" not in answer.text  # type: ignore[attr-defined]


def test_the_page_may_not_be_framed_and_tells_nobody_its_address(viewer: Viewer) -> None:
    answer = get(viewer.port, "/scene/room")
    assert answer.status == 200
    assert answer.getheader("Referrer-Policy") == "no-referrer"
    assert "frame-ancestors" in (answer.getheader("Content-Security-Policy") or "")


def test_without_the_token_there_is_no_page_and_no_socket(guarded: tuple[int, str]) -> None:
    port, token = guarded
    assert get(port).status == 401
    assert get(port, "/?token=wrong").status == 401
    assert get(port, "/?token=" + token[:-1]).status == 401
    assert knock(port, f"http://127.0.0.1:{port}") == 401
    assert knock(port, f"http://127.0.0.1:{port}", Cookie=f"lucid3d-{port}=wrong") == 401


def test_the_token_becomes_a_cookie_that_opens_page_and_socket(guarded: tuple[int, str]) -> None:
    port, token = guarded
    answer = get(port, f"/scene/lake?token={token}&initialCameraPosition=1,2,3")
    assert answer.status == 302
    assert answer.getheader("Location") == "/scene/lake?initialCameraPosition=1,2,3"
    cookie = answer.getheader("Set-Cookie") or ""
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    pair = cookie.split(";")[0]
    assert get(port, Cookie=pair).status == 200
    assert knock(port, f"http://127.0.0.1:{port}", Cookie=pair) == 101
    # a cookie travels with every request to the server: another page's socket must fail all the same
    assert knock(port, "http://evil.com", Cookie=pair) == 403


def test_the_redirect_stays_here(guarded: tuple[int, str]) -> None:
    port, token = guarded
    for path in ("//evil.com/", "/\\evil.com/", "/%2fevil.com", "/%5cevil.com", "/////evil.com"):
        location = get(port, f"{path}?token={token}").getheader("Location") or ""
        assert location[0] == "/"
        assert location[1:2] not in ("/", "\\"), path


def test_the_address_carries_the_token() -> None:
    assert address(Access.to("0.0.0.0", 80, "secret"), 80) == "http://127.0.0.1:80/?token=secret"
    assert address(Access("::1", 80), 80, "/scene/a b") == "http://[::1]:80/scene/a%20b"
    assert address(Access.to("::1", 80, "se&ret"), 80) == "http://[::1]:80/?token=se%26ret"
    assert "secret" not in address(Access.to("0.0.0.0", 80, "secret"), 80, shown=True)  # for a terminal or a log
    made = Access.to("0.0.0.0", 80)
    assert f"?token={made.token}" in address(made, 80, shown=True)


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"--port {port} .*choose another"):
            open_server(Access.to("127.0.0.1", port))


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 0), ("no such host", 0), ("127.0.0.1", 70_000)])
def test_an_address_that_cannot_be_is_named(host: str, port: int) -> None:
    with pytest.raises(InputError, match=r"--host|--port"):
        open_server(Access.to(host, port))


def test_a_crowd_is_turned_away_at_the_door(viewer: Viewer) -> None:
    origin = f"http://127.0.0.1:{viewer.port}"
    sockets = [
        websockets.sync.client.connect(f"ws://127.0.0.1:{viewer.port}/", origin=origin, subprotocols=[PROTOCOL])  # type: ignore[arg-type, list-item]
        for _ in range(MAX_BROWSERS)
    ]
    assert knock(viewer.port, origin) == 503
    for each in sockets:
        each.close()
    page = Page(viewer.port)
    page.until(page.splat_count, "splats after the crowd has gone")
    page.close()


def resident() -> float:
    """Memory of this process, in MB, without what the allocator only keeps for later."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # glibc's
        ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


HUGE = {
    "type": "FileTransferStartUpload", "source_component_uuid": "a", "transfer_uuid": "t", "filename": "x",
    "mime_type": "image/png", "part_count": 2**31, "size_bytes": 2**40,
}  # fmt: skip
HOSTILE = [
    b"\xff\xff\xff\xff",
    b"",
    b"A" * 70_000,
    msgspec.msgpack.encode({"type": "ShareUrlRequest"}),
    msgspec.msgpack.encode({"type": "RunJavascriptMessage", "source": "alert(1)"}),
    msgspec.msgpack.encode({"type": "GuiUpdateMessage", "uuid": "x", "updates": {"update_cb": 1}}),
    msgspec.msgpack.encode({"type": "GuiUpdateMessage", "uuid": 5, "updates": "x"}),
    msgspec.msgpack.encode({"type": "ViewerCameraMessage", "position": [float("nan")] * 3}),
    msgspec.msgpack.encode(HUGE),
    msgspec.msgpack.encode({"type": "GetRenderResponseMessage", "payload": b"0" * 200_000, "render_uuid": "x"}),
]


@pytest.mark.slow
def test_a_thousand_hostile_messages_and_a_hundred_visits_leave_the_server_as_it_was(
    viewer: Viewer, visit: Callable[..., Page]
) -> None:
    honest = visit()
    origin = f"http://127.0.0.1:{viewer.port}"

    def attack(messages: int) -> int:
        sent = 0
        while sent < messages:
            connection = websockets.sync.client.connect(
                f"ws://127.0.0.1:{viewer.port}/",
                origin=origin,  # type: ignore[arg-type]
                subprotocols=[PROTOCOL],  # type: ignore[list-item]
                max_size=None,
            )
            try:
                for _ in range(100):
                    connection.send(HOSTILE[sent % len(HOSTILE)])
                    sent += 1
            except websockets.exceptions.ConnectionClosed:
                pass  # thrown out, as it should be
            finally:
                with contextlib.suppress(OSError):  # the server may have closed it first
                    connection.socket.shutdown(socket.SHUT_RDWR)  # goes without a word, as attackers do
        return sent

    def come_and_go(times: int) -> None:
        for _ in range(times):
            page = Page(viewer.port)
            page.until(lambda page=page: page.received > 2000, "the first words")
            page.close()

    attack(100)
    come_and_go(10)
    before = resident()
    assert attack(1000) >= 1000
    come_and_go(100)
    honest.until(lambda: len(viewer.sessions) <= 1, "the others to be gone")
    assert resident() - before < 60
    honest.put("Speed (m/s)", 3.0)
    session = next(iter(viewer.sessions.values()))
    honest.until(lambda: session.speed == 3.0, "the server to listen")
    assert viewer.server is not None
    assert viewer.server._share_tunnel is None
