"""What every request passes first: the name it came by, the page it came from, its token, and the size of its body."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException

from lucid3d.access import Access, cookie_value, own_origin

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

OPEN_PATHS = ("/v1/health",)
"""What needs no token."""

WORDS_BYTES = 256 * 1024
"""Of a body that carries no picture: it is held in memory, and the longest request has a tenth of it."""

KEPT = ("content-range",)
"""Headers about a body that say something without it."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src 'self' data: blob:; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""Sent with every answer. What the page needs stands in itself; results are shown, never run."""


class TooLarge(HTTPException):
    """A body beyond the limit."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(413, f"a request may have {most_bytes:,} bytes")


class Door:
    """An ASGI application in front of another one."""

    def __init__(self, app: Any, access: Access, most_bytes: int) -> None:
        self.app, self.access, self.most_bytes = app, access, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI), or let it through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        visitor = (scope.get("client") or ("",))[0]
        wait = 0.0 if scope["path"] in OPEN_PATHS else self.access.wait(visitor)
        if wait:
            sentence = "too many wrong tokens came from your address; come back later"
            await _answer(send, 429, "wrong_tokens", sentence, {"retry-after": str(math.ceil(wait))})
            return
        refusal = self._refusal(scope["path"], headers, query, visitor)
        if refusal is not None:
            await _answer(send, *refusal)
            return
        if "token" in query and self.access.token is not None and scope["method"] == "GET":
            await self._remember(send, query)
            return
        await self._serve(scope, receive, send, self._most(headers))

    def _most(self, headers: dict[str, str]) -> int:
        """Bytes that a body may have: pictures come as forms, which are kept on the disk, and words are few."""
        form = headers.get("content-type", "").lower().startswith("multipart/form-data")
        return self.most_bytes if form else min(self.most_bytes, WORDS_BYTES)

    def _refusal(
        self, path: str, headers: dict[str, str], query: dict[str, str], visitor: str
    ) -> tuple[int, str, str] | None:
        if not self.access.own_name(headers.get("host", "")):
            return 403, "host", "this service is not known under that name"
        elsewhere = headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate"
        if elsewhere or not own_origin(headers.get("origin"), headers.get("host", "")):
            return 403, "origin", "another site's page may not talk to this service"
        if path in OPEN_PATHS:
            return None
        kind, _, token = headers.get("authorization", "").partition(" ")
        presented = [token.strip() if kind.lower() == "bearer" else ""]
        presented += [query.get("token", ""), cookie_value(headers.get("cookie", ""), self.access.cookie)]
        if not self.access.admits(presented, visitor):
            return 401, "token", "send the token, as in 'Authorization: Bearer TOKEN'"
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length[:20]) > self._most(headers):
            return 413, "too_large", f"a request may have {self._most(headers):,} bytes"
        return None

    async def _remember(self, send: Send, query: dict[str, str]) -> None:
        """Swap the token in the address for a cookie, so that it stands in no history and no shared link."""
        rest = urlencode({name: value for name, value in query.items() if name != "token"})
        cookie: SimpleCookie = SimpleCookie()
        cookie[self.access.cookie] = self.access.token or ""
        for name, value in (("httponly", "1"), ("samesite", "Strict"), ("path", "/"), ("max-age", "604800")):
            cookie[self.access.cookie][name] = value
        headers = {"location": f"/?{rest}" if rest else "/", "set-cookie": cookie.output(header="").strip()}
        await _answer(send, 303, "moved", "the token is a cookie now", headers)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, most_bytes: int) -> None:
        received, begun = 0, False
        plain: MutableMapping[str, Any] | None = None

        async def counted() -> MutableMapping[str, Any]:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most_bytes:
                raise TooLarge(most_bytes)
            return message

        async def dressed(message: MutableMapping[str, Any]) -> None:
            nonlocal begun, plain
            if message["type"] == "http.response.start":
                begun = True
                there = {name.lower(): value for name, value in message["headers"]}
                if message["status"] >= 400 and there.get(b"content-type", b"").startswith(b"text/plain"):
                    plain = message  # a word of the framework: it is told like every other error
                    return
                own = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                extra = [(name, value) for name, value in own if name not in there]
                message = {**message, "headers": [*message["headers"], *extra]}
            elif plain is not None:
                refused, plain = plain, None
                await _tell(send, refused, message.get("body", b""))
                return
            await send(message)

        try:
            await self.app(scope, counted, dressed)
        except TooLarge:
            if not begun:
                await _answer(send, 413, "too_large", f"a request may have {most_bytes:,} bytes")


async def _tell(send: Send, refused: MutableMapping[str, Any], body: bytes) -> None:
    """An error that came as plain text, as JSON."""
    kept = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in refused["headers"]}
    headers = {name: value for name, value in kept.items() if not name.startswith("content-") or name in KEPT}
    status = refused["status"]
    code = {416: "range", 500: "internal"}.get(status, "bad_request")
    await _answer(send, status, code, body.decode("utf-8", "replace")[:300] or "it cannot be answered", headers)


async def _answer(send: Send, status: int, code: str, sentence: str, headers: dict[str, str] | None = None) -> None:
    body = json.dumps({"code": code, "message": sentence}).encode()
    all_headers = {**HEADERS, "content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    if status == 401:
        all_headers["www-authenticate"] = "Bearer"
    encoded = [(name.lower().encode(), value.encode()) for name, value in all_headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
