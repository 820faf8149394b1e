"""The web server: viser's, behind a door.

viser binds every interface, asks nobody who they are, and takes a WebSocket from any page that a browser has open. Here
it listens on this computer only unless asked otherwise, demands a token as soon as it is reachable from elsewhere,
serves pages and sockets only under names that are its own (against DNS rebinding), refuses sockets that other pages
open, and screens every message (`lucid3d.viewer.messages`).
"""

from __future__ import annotations

import asyncio
import contextlib
import http
import logging
import threading
import warnings
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import viser

from lucid3d.access import Access, cookie_value, free_port, own_origin
from lucid3d.errors import InputError
from lucid3d.viewer.messages import MAX_MESSAGE, MAX_OFFENCES, Refused, Screen

log = logging.getLogger(__name__)

MAX_BROWSERS = 24
"""Connections at once; one more is told to come back later."""

SCENE_PATH = "/scene/"
"""http://.../scene/lake opens outputs/lake."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Cache-Control": "no-cache",
}
"""Sent with every page; the token in an address must not travel on, and nobody may put the page into a frame."""


def open_server(access: Access, label: str = "lucid3d") -> viser.ViserServer:
    """A viser server behind the door that `access` describes.

    Raises:
        InputError: the address cannot be bound.
    """
    port = free_port(access.host, access.port)
    door = _Door(replace(access, port=port))
    with _serving_through(door), _silent():
        server = viser.ViserServer(host=access.host, port=port, label=label, verbose=False)
    if server.get_port() != port:  # somebody was faster: viser moves on silently, a person would open the wrong page
        close_server(server)
        raise InputError(f"port {port} is in use; choose another with --port")
    server.get_event_loop().set_exception_handler(_quietly)
    # a browser may leave in the middle of anything; that is no news to whoever reads the terminal
    warnings.filterwarnings("ignore", message="Queued a .* on a closed connection")
    return server


def close_server(server: viser.ViserServer) -> None:
    """Stop a server."""
    with _silent():
        server.stop()


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """viser announces itself through rich's shared console; the program has its own words for that."""
    import rich

    console = rich.get_console()
    before, console.quiet = console.quiet, True
    try:
        yield
    finally:
        console.quiet = before


def _quietly(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    log.debug("in the web server: %s", context.get("exception") or context.get("message"))


def scene_of(client: viser.ClientHandle) -> str:
    """The scene that a browser's address names, or ""."""
    connection = client._viser_server._websock_server._live_connections.get(client.client_id)
    request = connection.request if connection is not None else None
    path = unquote(urlsplit(request.path).path) if request is not None else ""
    return path.removeprefix(SCENE_PATH).strip("/") if path.startswith(SCENE_PATH) else ""


@dataclass
class _Door:
    """Stands between the sockets and viser."""

    access: Access
    inside: set[Any] = field(default_factory=set)

    def answer(self, connection: Any, request: Any, inner: Callable[..., Any]) -> Any:
        """What websockets asks before it serves a request: a response ends it, None lets a WebSocket through."""
        if not self.access.own_name(request.headers.get("Host", "")):
            return _refuse(connection, http.HTTPStatus.FORBIDDEN, "This viewer is not known under that name.")
        upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
        url = urlsplit(request.path)
        query = dict(parse_qsl(url.query))
        visitor = (connection.remote_address or ("",))[0]
        if self.access.wait(visitor):
            return _refuse(connection, http.HTTPStatus.TOO_MANY_REQUESTS, "Too many wrong tokens; come back later.")
        if not self._known(request.headers, query, visitor):
            return _refuse(
                connection, http.HTTPStatus.UNAUTHORIZED, "Open the address with its token, as the program printed it."
            )
        if upgrade:
            if not own_origin(request.headers.get("Origin"), request.headers.get("Host", "")):
                return _refuse(connection, http.HTTPStatus.FORBIDDEN, "Another page may not talk to this viewer.")
            if len(self.inside) >= MAX_BROWSERS:
                return _refuse(connection, http.HTTPStatus.SERVICE_UNAVAILABLE, "Too many browsers are connected.")
            return None
        if "token" in query and self.access.token:
            return self._remember(connection, url.path, query)
        if url.path.startswith(SCENE_PATH):
            request.path = "/"  # one page for every scene; which one, the WebSocket's path says
        response = inner(connection, request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    def _known(self, headers: Any, query: dict[str, str], visitor: str) -> bool:
        presented = [query.get("token", ""), cookie_value("; ".join(headers.get_all("Cookie")), self.access.cookie)]
        return self.access.admits(presented, visitor)

    def _remember(self, connection: Any, path: str, query: dict[str, str]) -> Any:
        """Swap the token in the address for a cookie, so that it stands in no history and no shared link."""
        rest = urlencode({name: value for name, value in query.items() if name != "token"}, safe=",")
        response = connection.respond(http.HTTPStatus.FOUND, "")
        # one leading slash and no backslash: "//elsewhere" and "/\\elsewhere" would lead to another server
        response.headers["Location"] = "/" + quote(unquote(path).lstrip("/\\")) + (f"?{rest}" if rest else "")
        response.headers["Set-Cookie"] = (
            f"{self.access.cookie}={self.access.token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=604800"
        )
        return response

    async def handle(self, connection: Any, inner: Callable[[Any], Awaitable[None]]) -> None:
        """Serve one WebSocket through a screen."""
        self.inside.add(connection)
        try:
            await inner(_Screened(connection))
        except Exception as error:
            # whatever one connection does ends that connection only
            log.debug("a connection ended: %s: %s", type(error).__name__, error)
            connection.transport.abort()
        finally:
            self.inside.discard(connection)


class _Screened:
    """A connection whose incoming messages have been checked."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._screen = Screen()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def recv(self) -> bytes:
        while True:
            pause = self._screen.delay()
            if pause:
                await asyncio.sleep(pause)
            raw = await self._connection.recv()
            if self._screen.passes(raw):
                message: bytes = raw
                return message
            if self._screen.offences > MAX_OFFENCES:
                log.warning("a connection sent %d messages that no page sends; it was closed", self._screen.offences)
                with contextlib.suppress(asyncio.TimeoutError):  # whoever sends such things may not answer either
                    await asyncio.wait_for(self._connection.close(1008, "too many messages not understood"), 1)
                raise Refused("too many messages that no page sends")


def _refuse(connection: Any, status: http.HTTPStatus, sentence: str) -> Any:
    response = connection.respond(status, sentence + "\n")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


_construction = threading.Lock()


@contextlib.contextmanager
def _serving_through(door: _Door) -> Iterator[None]:
    """While viser starts, the `serve` that it calls puts the door in front.

    viser 1.1 offers no hook for requests or connections. Its only way to the network is one call of
    `websockets.asyncio.server.serve` while the server is constructed, and that takes both as arguments.
    """
    from websockets.asyncio import server as module

    original = module.serve

    def serve(handler: Any, *arguments: Any, **options: Any) -> Any:
        inner = options.pop("process_request")
        options.update(
            process_request=lambda connection, request: door.answer(connection, request, inner),
            max_size=MAX_MESSAGE,
            logger=log,
        )
        return original(lambda connection: door.handle(connection, handler), *arguments, **options)

    with _construction:
        module.serve = serve  # type: ignore[assignment,misc]
        try:
            yield
        finally:
            module.serve = original  # type: ignore[misc]
