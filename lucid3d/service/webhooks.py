"""Word of an ended job to an address that the client named: signed, repeated, and never into one's own network."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import logging
import socket
import ssl
import threading
import time
from urllib.parse import urlsplit

from lucid3d.service.store import Store

log = logging.getLogger(__name__)

WAITS = (5.0, 30.0, 120.0, 600.0, 3600.0)
"""Seconds before each further try."""

TIMEOUT = 10.0
LOOK_EVERY = 0.25


class Refused(Exception):
    """An address that must not be called."""


def signature(secret: str, moment: int, body: bytes) -> str:
    """The value of the header Lucid3d-Signature."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def public_address(host: str, port: int, *, private: bool) -> str:
    """The IP address to connect to; checked, so that no name leads into this computer or its network.

    Raises:
        Refused: the name has an address that is not public, or none at all.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(f"the name {host[:100]} cannot be resolved: {error}") from None
    addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
    for address in addresses:
        mapped = getattr(address, "ipv4_mapped", None) or address
        if not private and (not mapped.is_global or mapped.is_multicast):
            raise Refused(f"{host[:100]} has the address {address}, which is not public")
    return str(addresses[0])


def call(url: str, secret: str, body: bytes, *, private: bool) -> int:
    """POST a body to a URL, without following redirects.

    Returns:
        The status of the answer.
    Raises:
        Refused: see `public_address`.
        OSError, http.client.HTTPException: nobody answered, or not in HTTP.
    """
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Refused("the address has no valid port") from None
    address = public_address(host, port, private=private)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    # connected by hand to the address that was checked: a name may lead elsewhere a moment later
    wire = socket.create_connection((address, port), TIMEOUT)
    try:
        if parts.scheme == "https":
            wire = ssl.create_default_context().wrap_socket(wire, server_hostname=host)
        connection.sock = wire
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        moment = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "lucid3d",
            "Lucid3d-Signature": signature(secret, moment, body),
        }
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        wire.close()


class Webhooks:
    """A thread that calls what is due."""

    def __init__(self, store: Store, *, private: bool) -> None:
        self.store, self.private = store, private
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is due is called when the service starts again."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            try:
                self.step()
            except Exception:
                log.exception("a webhook stumbled")
                self._stop.wait(1.0)

    def step(self) -> None:
        """Call every webhook that is due."""
        for job, hook, calls in self.store.calls_due():
            again = time.time() + WAITS[calls] if calls < len(WAITS) else 0.0
            try:
                status = call(hook["url"], hook["secret"], job.model_dump_json().encode(), private=self.private)
                again = 0.0 if 200 <= status < 300 else again
            except Refused as error:
                log.warning("the webhook of job %s is not called: %s", job.id, error)
                again = 0.0
            except (OSError, http.client.HTTPException, ValueError) as error:
                log.info("the webhook of job %s did not answer: %s", job.id, error)
            self.store.called(job.id, again)
