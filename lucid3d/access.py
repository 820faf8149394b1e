"""Who may talk to a server of ours: its addresses, its names, its token. The viewer and the service share it."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from lucid3d.errors import InputError


@dataclass(frozen=True)
class Access:
    """Who may come in.

    Attributes:
        host: the address to bind.
        port: 0 lets the system choose.
        token: what a visitor must present, or None on this computer.
        names: further host names under which the page may be opened (a reverse proxy's).
    """

    host: str = "127.0.0.1"
    port: int = 8080
    token: str | None = None
    names: tuple[str, ...] = ()

    @classmethod
    def to(cls, host: str, port: int, token: str = "", names: tuple[str, ...] = ()) -> Access:
        """Access with a token wherever others can reach it; made up here if none is given."""
        needed = token or (None if is_loopback(host) and not names else secrets.token_urlsafe(24))
        return cls(host, port, needed, names)

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

    def admits(self, presented: Iterable[str]) -> bool:
        """Whether one of the tokens that a visitor presents is right, or none is needed."""
        if self.token is None:
            return True
        token = self.token.encode()
        return any(secrets.compare_digest(text.encode(), token) for text in presented)


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


def address(access: Access, port: int, path: str = "/") -> str:
    """What to type into a browser, token included."""
    host = "127.0.0.1" if access.host in ("0.0.0.0", "::") else access.host
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{port}{quote(path)}" + (f"?token={access.token}" if access.token else "")


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
