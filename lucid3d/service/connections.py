"""The connections of the service: none may hold a place for long without getting anywhere.

uvicorn gives a client all the time in the world for its first request, for the rest of a half-sent one and for reading
an answer. Here each of these has a deadline; one client's connections and all of them are counted; and where a place
is needed, the connection goes first that has waited longest without asking for anything.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
from collections import OrderedDict
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from lucid3d.service.settings import BACKLOG

REQUEST_SECONDS = 10.0
"""For the head of a request, from the connection or its first byte on."""
BODY_SECONDS = 120.0
"""For the whole body: 20 MB over a slow line."""
QUIET_SECONDS = 15.0
"""Between two pieces of a body."""
STUCK_SECONDS = 60.0
"""For a client to read any of what waits for it."""
PER_CLIENT = 256
"""Connections of one address."""
MOST = 2048
"""Connections at once, if the system gives as many files."""
OTHER_FILES = 256
"""Files that the service needs beside its connections: results that are sent, the store, its workers."""
BATCH = 64
"""Connections that are accepted before any of them is looked at."""


def most_connections() -> int:
    """How many connections this process can hold; raises its limit of open files as far as it may.

    Without a bound the file limit is one: then nobody is let in any more, and each refused one is a line in the log.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + OTHER_FILES + BATCH
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return MOST
    return max(16, min(MOST, soft - OTHER_FILES - BATCH))


class Places:
    """Who is connected, and who goes when a place is needed.

    Args:
        most: connections at once.
        per_client: of one address.
    """

    def __init__(self, most: int, per_client: int = PER_CLIENT) -> None:
        self.most, self.per_client = most, min(per_client, max(1, most // 2))
        self._all: set[Bounded] = set()
        self._of: dict[str, int] = {}
        self._waiting: OrderedDict[Bounded, None] = OrderedDict()  # those that ask for nothing, the oldest first

    def enter(self, one: Bounded) -> bool:
        """Give a new connection a place, if need be that of one that waits; whether there was one."""
        mine = self._of.get(one.address, 0) >= self.per_client
        if mine or len(self._all) >= self.most:
            gone = next((each for each in self._waiting if not mine or each.address == one.address), None)
            if gone is None:
                return False
            self.leave(gone)
            gone.transport.abort()
        self._all.add(one)
        self._of[one.address] = self._of.get(one.address, 0) + 1
        self._waiting[one] = None
        return True

    def busy(self, one: Bounded) -> None:
        """It has sent a whole head: it keeps its place until it is answered."""
        self._waiting.pop(one, None)

    def idle(self, one: Bounded) -> None:
        """It has been answered."""
        if one in self._all:
            self._waiting[one] = None

    def leave(self, one: Bounded) -> None:
        """It is gone, or about to be."""
        if one in self._all:
            self._all.remove(one)
            self._waiting.pop(one, None)
            self._of[one.address] -= 1
            if not self._of[one.address]:
                del self._of[one.address]


class Bounded(H11Protocol):
    """One connection with deadlines; a subclass names its `places`."""

    places: Places

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.address = ""
        self._deadlines: dict[str, asyncio.TimerHandle] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected."""
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        if self.places.enter(self):
            self._within("request", REQUEST_SECONDS)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._met(*list(self._deadlines))
        self.places.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A piece of a request; each kind of piece has its deadline."""
        before = self.cycle
        between = before is None or before.response_complete
        if between and "request" not in self._deadlines:  # kept alive, and the next request has begun
            self._within("request", REQUEST_SECONDS)
        super().data_received(data)
        self._look(before)
        if self.cycle is not None and self.cycle.more_body and not self.flow.read_paused:
            self._within("quiet", QUIET_SECONDS)
        else:
            self._met("quiet")
            if self.cycle is not None and not self.cycle.more_body:
                self._met("body")

    def on_response_complete(self) -> None:
        """An answer was handed over whole."""
        self._met("body", "quiet")
        self.places.idle(self)
        before = self.cycle
        super().on_response_complete()
        self._look(before)  # the next request may have come already

    def pause_writing(self) -> None:
        """The client reads slower than it is answered."""
        super().pause_writing()
        self._within("reading", STUCK_SECONDS)

    def resume_writing(self) -> None:
        """It has read most of it."""
        self._met("reading")
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP gets an answer like every other error, and the connection ends."""
        body = json.dumps({"code": "bad_request", "message": msg}).encode()
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(head.encode() + b"connection: close\r\n\r\n" + body)
        self.transport.close()

    def _look(self, before: Any) -> None:
        """Whether the head of a request has become whole since `before`."""
        if self.cycle is not before:
            self.places.busy(self)
            self._met("request")
            if self.cycle is not None and self.cycle.more_body:
                self._within("body", BODY_SECONDS)

    def _within(self, what: str, seconds: float) -> None:
        self._met(what)
        self._deadlines[what] = self.loop.call_later(seconds, self.transport.abort)

    def _met(self, *names: str) -> None:
        for name in names:
            handle = self._deadlines.pop(name, None)
            if handle is not None:
                handle.cancel()


class Server(uvicorn.Server):
    """An ASGI application behind bounded connections.

    Args:
        app: what answers.
        places: the connections that it may have; by default as many as the system's limit of files allows.
    """

    def __init__(self, app: Any, places: Places | None = None) -> None:
        here = type("BoundedHere", (Bounded,), {"places": places or Places(most_connections())})
        super().__init__(
            uvicorn.Config(
                app,
                http=here,
                ws="none",
                backlog=BATCH,  # asyncio accepts as many at a time
                proxy_headers=False,  # any client could take another's name
                server_header=False,
                log_level="error",  # whatever clients send that is no HTTP would fill it
                timeout_graceful_shutdown=2,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        for each in sockets or ():
            each.listen(BACKLOG)
