"""Word of an ended job to an address that the client named: signed, repeated, and never into one's own network."""

from __future__ import annotations

import contextlib
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

from lucid3d.service.schemas import Job
from lucid3d.service.store import Store

log = logging.getLogger(__name__)

WAITS = (5.0, 30.0, 120.0, 600.0, 3600.0)
"""Seconds before each further try."""

TIMEOUT = 10.0
"""Seconds for each step of a call."""

DEADLINE = 20.0
"""Seconds for a whole call: a receiver that answers a byte at a time keeps every step short."""

SENDERS, PER_HOST = 8, 2
"""Calls at once, and those to the same host: a slow receiver holds up its own jobs and nobody else's."""

LOOK_EVERY = 0.25

LOCAL_NAMES = ("localhost", "local", "internal", "lan", "home", "localdomain", "arpa")
"""Last parts of names that lead to nothing public."""


class Refused(Exception):
    """An address that must not be called."""


def signature(secret: str, moment: int, body: bytes) -> str:
    """The value of the header Lucid3d-Signature."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def check_url(url: str) -> tuple[str, int]:
    """Host and port of an address that may be public, without looking its name up.

    Raises:
        Refused: it is no address, or written so that it can only be this computer or its network.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Refused("the address has no valid host and port") from None
    if not host:
        raise Refused("the address has no host")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if "." not in host.rstrip(".") or host.rstrip(".").rpartition(".")[2] in LOCAL_NAMES:
            raise Refused(f"{host[:100]} is a name of this computer's own network") from None
        return host, port
    if not is_public(address):
        raise Refused(f"{host[:100]} is not public")
    return host, port


NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
"""RFC 6052 and 8215: an IPv4 address stands in the last four bytes."""

COMPATIBLE = ipaddress.IPv6Network("::/96")
"""RFC 4291, 2.5.5.1, deprecated; the same."""


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is on the internet, and none that leads back to an IPv4 address which is not."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and any(address in net for net in (*NAT64, COMPATIBLE)):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.is_site_local or address in NAT64[1]:
            return False
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def public_address(host: str, port: int, *, private: bool) -> str:
    """The IP address to connect to; checked, so that no name leads into this computer or its network.

    Raises:
        Refused: the name has an address that is not public.
        OSError: it has none, now.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise Refused(f"{host[:100]} is no name: {error}") from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        if not private and not is_public(address):
            raise Refused(f"{host[:100]} has the address {address}, which is not public")
    return str(found[0][4][0])


def call(url: str, secret: str, body: bytes, *, private: bool) -> int:
    """POST a body to a URL, without following redirects.

    Returns:
        The status of the answer.
    Raises:
        Refused: see `public_address`.
        OSError, http.client.HTTPException: nobody answered, or not in HTTP.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Refused("the address has no valid host and port") from None
    address = public_address(host, port, private=private)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    # connected by hand to the address that was checked: a name may lead elsewhere a moment later
    wire = socket.create_connection((address, port), TIMEOUT)
    end = threading.Timer(DEADLINE, lambda: _hang_up(wire))  # of the wire as it is then: TLS takes it over
    end.daemon = True
    end.start()
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
        end.cancel()
        wire.close()


def _hang_up(wire: socket.socket) -> None:
    """End a connection from another thread: whoever waits for it is told."""
    with contextlib.suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)


class Webhooks:
    """Calls what is due: one thread looks, some others call."""

    def __init__(self, store: Store, *, private: bool) -> None:
        self.store, self.private = store, private
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._lock = threading.Lock()
        self._under_way: dict[str, str] = {}  # job -> host

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is due is called when the service starts again."""
        self._stop.set()

    def _run(self) -> None:
        kept = True  # what is due was written down by the service before this one
        while not self._stop.wait(LOOK_EVERY):
            try:
                if kept:
                    self.store.call_within(max(WAITS))
                kept = False
                self.step()
            except Exception:
                log.exception("a webhook stumbled")
                self._stop.wait(1.0)

    def step(self) -> list[threading.Thread]:
        """Begin every call that is due and has room; the threads that call."""
        begun = []
        for job, url in self.store.calls_due():
            host = _host(url)
            with self._lock:
                if len(self._under_way) >= SENDERS:
                    break
                if job in self._under_way or list(self._under_way.values()).count(host) >= PER_HOST:
                    continue
                self._under_way[job] = host
            # a daemon, so that a call under way does not keep the service from ending
            thread = threading.Thread(target=self._one, args=(job,), name=f"webhook {job}", daemon=True)
            thread.start()
            begun.append(thread)
        return begun

    def _one(self, job: str) -> None:
        try:
            due = self.store.call_of(job)
            if due is not None:
                self._call(*due)
        except Exception:  # a full disk, above all: it is due again
            log.exception("a webhook stumbled")
            self._stop.wait(1.0)
        finally:
            self.store.release()
            with self._lock:
                del self._under_way[job]

    def _call(self, job: Job, hook: dict[str, str], calls: int) -> None:
        wait = WAITS[calls] if calls < len(WAITS) else None
        try:
            status = call(hook["url"], hook["secret"], job.model_dump_json().encode(), private=self.private)
            wait = None if 200 <= status < 300 else wait
        except Refused as error:
            log.warning("the webhook of job %s is not called: %s", job.id, error)
            wait = None
        except (OSError, http.client.HTTPException, ValueError) as error:
            log.info("the webhook of job %s did not answer: %s", job.id, error)
        self.store.called(job.id, wait)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
