"""Who may talk to a server of ours: its addresses, its names, its token. The viewer and the service share it."""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from lucid3d.errors import InputError

TOKEN_VARIABLE = "LUCID3D_TOKEN"
"""Of the environment: a token on a command line is read by everybody on the computer."""

UNGUESSABLE = 32
"""Characters from which on a token cannot be guessed, as those that are made up here: nobody is locked out then."""

GUESSES, GUESS_EVERY = 10, 6.0
"""Wrong tokens that one address may present at once, and the seconds after which it may present one more."""

ADDRESSES = 4096
"""Addresses whose wrong guesses are remembered, the newest."""


class Guesses:
    """Counts wrong tokens, so that a short one cannot be found by trying. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._spent: OrderedDict[str, float] = OrderedDict()  # when the address will have all its guesses again
        self._lock = threading.Lock()

    def wait(self, visitor: str) -> float:
        """Seconds until an address may present a token again, right or wrong; 0 now."""
        with self._lock:
            return max(0.0, self._spent.get(visitor, 0.0) - time.monotonic() - (GUESSES - 1) * GUESS_EVERY)

    def wrong(self, visitor: str) -> None:
        """An address has presented a wrong token."""
        with self._lock:
            self._spent[visitor] = max(self._spent.get(visitor, 0.0), time.monotonic()) + GUESS_EVERY
            self._spent.move_to_end(visitor)
            while len(self._spent) > ADDRESSES:
                self._spent.popitem(last=False)


@dataclass(frozen=True)
class Access:
    """Who may come in.

    Attributes:
        host: the address to bind.
        port: 0 lets the system choose.
        token: what a visitor must present, or None: whoever is on this computer may come in.
        names: further host names under which the page may be opened (a reverse proxy's).
        chosen: whether a person chose the token, who knows it: it is not shown then.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    token: str | None = None
    names: tuple[str, ...] = ()
    chosen: bool = False
    guesses: Guesses = field(default_factory=Guesses, compare=False, repr=False)

    @classmethod
    def to(
        cls, host: str, port: int, token: str = "", names: tuple[str, ...] = (), *, without_token: bool = False
    ) -> Access:
        """Access with a token, made up here if none is given.

        This computer may have other users, so that it takes a token there too.

        Args:
            without_token: let everybody on this computer in.
        Raises:
            InputError: others than this computer could come in without a token.
        """
        if without_token:
            if token or names or not is_loopback(host):
                raise InputError("--no-token is for this computer alone: leave out --host, --name and --token")
            return cls(host, port)
        return cls(host, port, token or secrets.token_urlsafe(24), names, chosen=bool(token))

    def wait(self, visitor: str) -> float:
        """Seconds until a visitor's token is looked at again, after too many wrong ones; 0 now."""
        return 0.0 if self.token is None or len(self.token) >= UNGUESSABLE else self.guesses.wait(visitor)

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds the token, one for each port."""
        # cookies do not know ports: two viewers on one computer must not overwrite each other's
        return f"lucid3d-{self.port}"

    def own_name(self, host: str) -> bool:
        """Whether a Host header names this server (a page of another site may have a name that leads here)."""
        name = urlsplit(f"//{host}").hostname or ""
        if is_loopback(name) or name in self.names:
            return True
        if is_loopback(self.host):
            return False
        # reachable from elsewhere: any of this computer's names may be in use, and the token protects
        return bool(name)

    def admits(self, presented: Iterable[str], visitor: str = "") -> bool:
        """Whether one of the tokens that a visitor presents is right, or none is needed.

        Args:
            visitor: the address that a wrong one is counted for.
        """
        if self.token is None:
            return True
        token = self.token.encode()
        tried = [text.encode("utf-8", "surrogatepass") for text in presented if text]
        if any(secrets.compare_digest(text, token) for text in tried):
            return True
        if tried:
            self.guesses.wrong(visitor)
        return False


def own_origin(origin: str | None, host: str) -> bool:
    """Whether a request comes from a page of this server, or from no page at all."""
    if origin is None:  # not a browser; it had to get past the token like everybody
        return True
    return urlsplit(origin).netloc.lower() == host.lower()


def cookie_value(header: str, name: str) -> str:
    """One cookie out of a Cookie header, or ""."""
    try:
        cookies = SimpleCookie(header)
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""


def is_loopback(host: str) -> bool:
    """Whether an address is this computer's own, reachable by nobody else."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def address(access: Access, port: int, path: str = "/", *, shown: bool = False) -> str:
    """What to type into a browser, token included.

    Args:
        shown: it is for a terminal or a log: without a token that a person chose.
    """
    host = "127.0.0.1" if access.host in ("0.0.0.0", "::") else access.host
    host = f"[{host}]" if ":" in host else host
    token = None if shown and access.chosen else access.token
    return f"http://{host}:{port}{quote(path)}" + (f"?token={quote(token, safe='')}" if token else "")


def token_from(option: str) -> str:
    """The token that a person chose, by an option or in the environment, or ""."""
    return option or os.environ.get(TOKEN_VARIABLE, "")


def free_port(host: str, port: int) -> int:
    """The port to bind, found free.

    Raises:
        InputError: it is in use, or the address is not this computer's.
    """
    if not 0 <= port < 2**16:
        raise InputError(f"--port {port} must lie between 0 and 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError) as error:
            if isinstance(error, socket.gaierror | UnicodeError) or getattr(error, "errno", 0) == 99:
                raise InputError(f"--host '{host}' is not an address of this computer") from None
            raise InputError(
                f"--port {port} on {host} cannot be used ({error.strerror}); choose another with --port"
            ) from None
        found: int = probe.getsockname()[1]
        return found
