"""What a browser may say."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lucid3d.viewer.messages import BURST, MAX_UPLOAD, Refused, Screen

CAMERA = {
    "type": "ViewerCameraMessage", "wxyz": [1.0, 0, 0, 0], "position": [0, 0, 0], "fov": 1.0, "near": 0.01,
    "far": 1000.0, "image_height": 300, "image_width": 400, "look_at": [0, 0, 1], "up_direction": [0, -1, 0],
}  # fmt: skip
UPLOAD = {
    "type": "FileTransferStartUpload", "source_component_uuid": "a", "transfer_uuid": "t", "filename": "../../x.png",
    "mime_type": "image/png", "part_count": 2, "size_bytes": 20,
}  # fmt: skip


def packed(message: Any) -> bytes:
    return msgspec.msgpack.encode(message)


def part(content: bytes, transfer: str = "t") -> bytes:
    kind = {"type": "FileTransferPart", "source_component_uuid": "a", "transfer_uuid": transfer}
    return packed({**kind, "part_index": 0, "content": content})


def test_an_honest_camera_passes() -> None:
    Screen().check(packed(CAMERA))


@pytest.mark.parametrize(
    "changes",
    [
        {"position": [math.nan, 0, 0]},
        {"position": [1e300, 0, 0]},
        {"position": [0, 0]},
        {"position": "here"},
        {"wxyz": [0, 0, 0, 0]},
        {"fov": 0.0},
        {"fov": 4.0},
        {"near": 2000.0},
        {"image_width": 10**9},
        {"image_width": 2**63},
        {"extra": 1},
        {"type": "ShareUrlRequest"},
        {"type": "RunJavascriptMessage"},
        {"type": 7},
        {"type": None},
    ],
)
def test_a_camera_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Screen().check(packed({**CAMERA, **changes}))


@pytest.mark.parametrize("raw", ["text", b"", b"\xc1", b"\x91" * 5000, packed([1, 2]), packed({}), None])
def test_what_is_no_message_is_refused(raw: object) -> None:
    screen = Screen()
    assert not screen.passes(raw)
    assert screen.offences == 1


@given(st.binary(max_size=200))
def test_no_bytes_break_the_screen(raw: bytes) -> None:
    Screen().passes(raw)


def test_an_update_may_change_a_value_and_nothing_else() -> None:
    Screen().check(packed({"type": "GuiUpdateMessage", "uuid": "a", "updates": {"value": 3}}))
    for updates in ({"update_cb": []}, {"value": 1, "disabled": False}, {}, [1], {"value": "x" * 100_000}):
        with pytest.raises(Refused):
            Screen().check(packed({"type": "GuiUpdateMessage", "uuid": "a", "updates": updates}))


def test_an_upload_is_counted_to_its_end() -> None:
    screen = Screen()
    screen.check(packed(UPLOAD))
    screen.check(part(b"x" * 12))
    with pytest.raises(Refused, match="more than was announced"):
        screen.check(part(b"x" * 9))
    screen.check(part(b"x" * 8))
    assert screen.uploads == {}
    with pytest.raises(Refused):
        screen.check(part(b"x"))


@pytest.mark.parametrize(
    "changes",
    [
        {"mime_type": "application/x-python-pickle"},
        {"mime_type": "text/html"},
        {"size_bytes": MAX_UPLOAD + 1},
        {"size_bytes": 0},
        {"size_bytes": -5},
        {"part_count": 10**9},
        {"part_count": 0},
    ],
)
def test_an_upload_of_the_wrong_kind_or_size_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Screen().check(packed({**UPLOAD, **changes}))


def test_uploads_at_once_are_limited() -> None:
    screen = Screen()
    screen.check(packed(UPLOAD))
    screen.check(packed({**UPLOAD, "transfer_uuid": "u"}))
    with pytest.raises(Refused):
        screen.check(packed({**UPLOAD, "transfer_uuid": "v"}))


def test_a_flood_is_slowed_and_a_page_is_not() -> None:
    screen = Screen()
    assert all(screen.delay() == 0 for _ in range(int(BURST) - 1))
    assert any(screen.delay() > 0 for _ in range(50))
