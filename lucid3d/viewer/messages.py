"""What a browser may say: every message is checked before viser sees it, and the rest is dropped.

viser trusts its pages. This is the list of the messages that its pages really send to us, with their types (viser's own
declarations), bounds on their sizes, and on what a browser may upload. Nothing that arrives is ever executed or
unpickled.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import msgspec

MAX_MESSAGE = 32 * 2**20
"""Bytes of one message; the largest honest one is a picture that we asked the browser for."""

MAX_PLAIN = 64 * 2**10
"""Bytes of a message that carries neither a picture nor a file."""

MAX_UPLOAD = 20 * 2**20
"""Bytes of an uploaded picture."""

MAX_TRANSFERS = 2
"""Uploads that one browser may have under way."""

MAX_OFFENCES = 50
"""Messages that may be wrong before the connection is closed; an honest page sends none."""

RATE, BURST = 200.0, 400.0
"""Messages a second that are taken in the long run, and at once; a page that moves sends about 30."""

FAR_AWAY = 1e7
"""Metres (and any other number of a camera) beyond which nobody walks."""

ALLOWED = (
    "ViewerCameraMessage", "GuiUpdateMessage", "GuiButtonHoldMessage", "ScenePointerMessage", "SceneNodeClickMessage",
    "SceneNodeDragMessage",
    "TransformControlsUpdateMessage", "TransformControlsDragStartMessage", "TransformControlsDragEndMessage",
    "GetRenderResponseMessage", "FileTransferStartUpload", "FileTransferPart",
)  # fmt: skip
"""No ShareUrlRequest: nothing opens a tunnel to the outside."""

LARGE = ("GetRenderResponseMessage", "FileTransferPart")

UPLOAD_TYPES = ("image/png", "image/jpeg", "image/webp")


class Refused(ValueError):
    """A message that an honest page would not send; says why."""


@dataclass
class Screen:
    """Screens the messages of one connection.

    Attributes:
        offences: how many were refused so far.
    """

    offences: int = 0
    uploads: dict[str, int] = field(default_factory=dict)
    allowance: float = BURST
    last: float = field(default_factory=time.monotonic)

    def delay(self) -> float:
        """Seconds to wait before the next message is read, so that a flood slows down its sender and nobody else."""
        now = time.monotonic()
        self.allowance = min(BURST, self.allowance + (now - self.last) * RATE) - 1
        self.last = now
        return max(0.0, -self.allowance / RATE)

    def passes(self, raw: object) -> bool:
        """Whether a raw message may go on to viser; counts it as an offence if not."""
        try:
            self.check(raw)
        except Refused:
            self.offences += 1
            return False
        return True

    def check(self, raw: object) -> None:
        """Raises Refused unless `raw` is a message that viser can take."""
        if not isinstance(raw, bytes):
            raise Refused("text where only binary messages are spoken")
        try:
            mapping = msgspec.msgpack.decode(raw)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ValueError):
            raise Refused("not MessagePack") from None
        name = mapping.pop("type", None) if isinstance(mapping, dict) else None
        if name not in ALLOWED:
            raise Refused(f"a message of type {name!r}")
        if name not in LARGE and len(raw) > MAX_PLAIN:
            raise Refused(f"{len(raw)} bytes of {name}")
        known = _message_types()[name]
        if set(mapping) - set(known.__dataclass_fields__):
            raise Refused(f"unknown fields in {name}")
        try:
            message = msgspec.convert(mapping, type=known)
        except (msgspec.ValidationError, TypeError, OverflowError):
            raise Refused(f"wrong types in {name}") from None
        if not _finite(mapping):
            raise Refused(f"a number in {name} that is not finite or absurdly large")
        rule = getattr(self, f"_check_{name}", None)
        if rule is not None:
            rule(message)

    def _check_ViewerCameraMessage(self, message: Any) -> None:
        if not (0 < message.fov < math.pi and 0 < message.near < message.far):
            raise Refused("a camera without a field of view")
        if not (0 < message.image_width <= 2**14 and 0 < message.image_height <= 2**14):
            raise Refused("a window of impossible size")
        if not math.isclose(sum(q * q for q in message.wxyz), 1.0, abs_tol=1e-2):
            raise Refused("a camera whose orientation is no rotation")

    def _check_GuiUpdateMessage(self, message: Any) -> None:
        if set(message.updates) != {"value"}:
            raise Refused("an update of something other than a value")

    def _check_FileTransferStartUpload(self, message: Any) -> None:
        if message.mime_type not in UPLOAD_TYPES:
            raise Refused(f"an upload of type {message.mime_type!r}")
        if not (0 < message.size_bytes <= MAX_UPLOAD and 0 < message.part_count <= MAX_UPLOAD // 1024):
            raise Refused("an upload that is empty or too large")
        if len(self.uploads) >= MAX_TRANSFERS or message.transfer_uuid in self.uploads:
            raise Refused("too many uploads at once")
        self.uploads[message.transfer_uuid] = message.size_bytes

    def _check_FileTransferPart(self, message: Any) -> None:
        left = self.uploads.get(message.transfer_uuid)
        if left is None or len(message.content) > left or not message.content:
            raise Refused("a part of no upload, or more than was announced")
        left -= len(message.content)
        if left:
            self.uploads[message.transfer_uuid] = left
        else:
            del self.uploads[message.transfer_uuid]


def _message_types() -> dict[str, Any]:
    from viser import _messages  # viser publishes its wire format nowhere else

    return {name: getattr(_messages, name) for name in ALLOWED}


def _finite(value: Any) -> bool:
    if isinstance(value, float):
        return abs(value) <= FAR_AWAY  # False for NaN
    if isinstance(value, dict):
        return all(_finite(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(_finite(item) for item in value)
    return not isinstance(value, int) or abs(value) <= 2**53
