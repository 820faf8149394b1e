"""Marks an MP4 film as spherical, so that players turn with the head and know which half is which eye's.

Source: Google, "Spherical Video V2 RFC" (boxes st3d and sv3d in the sample entry) and "Spherical Video RFC" (an XMP
text in a uuid box of the track, which older players look for). ffmpeg writes them only for a stream that has them.
"""

from __future__ import annotations

import struct
import uuid
from pathlib import Path

import lucid3d
from lucid3d.errors import InputError
from lucid3d.files import atomic_path

XMP_UUID = uuid.UUID("ffcc8263-f855-4a93-8814-587a02521fdd").bytes
MONO, TOP_BOTTOM = 0, 1
"""Of st3d: one picture, or the left eye's above the right eye's."""
VIDEO_ENTRIES = (b"avc1", b"avc3", b"hvc1", b"hev1", b"av01")
ENTRY_FIELDS = 78
"""Bytes of a video sample entry before the boxes in it (ISO/IEC 14496-12, 12.1.3)."""

_ON_THE_WAY = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def mark_spherical(path: Path, *, stereo: bool) -> None:
    """Add the boxes to an MP4 of one video track, in place.

    Args:
        stereo: the left eye's picture lies above the right eye's.
    Raises:
        InputError: it is no MP4 with a video track.
    """
    data = path.read_bytes()
    boxes = _boxes(data, 0, len(data), path)
    moov = next((box for box in boxes if box[0] == b"moov"), None)
    if moov is None:
        raise InputError(f"{path.name} is no MP4 film: it has no moov box")
    _, start, end = moov
    marked, found = _with_marks(data[start:end], TOP_BOTTOM if stereo else MONO, path)
    if not found:
        raise InputError(f"{path.name} has no video track")
    grown = len(marked) - (end - start)
    if any(kind == b"mdat" and at > start for kind, at, _ in boxes):
        marked = _moved(marked, grown, path)  # pictures lie behind what grew
    with atomic_path(path) as temporary:
        temporary.write_bytes(data[:start] + marked + data[end:])


def _with_marks(box: bytes, mode: int, path: Path) -> tuple[bytes, bool]:
    """A box with the marks in what is in it, and whether there was a place for them."""
    kind, head = box[4:8], 8
    if kind in VIDEO_ENTRIES:
        inside = box[head:] + _full(b"st3d", bytes([mode])) + _sv3d()
        return _box(kind, inside), True
    if kind == b"stsd":
        head += 8
    elif kind not in _ON_THE_WAY:
        return box, False
    parts, found = [], False
    for _, start, end in _boxes(box, head, len(box), path):
        part, there = _with_marks(box[start:end], mode, path)
        parts.append(part)
        found |= there
    if kind == b"trak" and found:
        parts.append(_box(b"uuid", XMP_UUID + _xmp(mode)))
    return _box(kind, box[8:head] + b"".join(parts)), found


def _moved(box: bytes, by: int, path: Path) -> bytes:
    """A box whose chunk offsets (stco, co64) are larger by so many bytes."""
    kind = box[4:8]
    if kind in (b"stco", b"co64"):
        letter, size = ("I", 4) if kind == b"stco" else ("Q", 8)
        (count,) = struct.unpack_from(">I", box, 12)
        offsets = struct.unpack_from(f">{count}{letter}", box, 16)
        return box[:16] + struct.pack(f">{count}{letter}", *(v + by for v in offsets)) + box[16 + size * count :]
    if kind not in _ON_THE_WAY:
        return box
    return _box(kind, b"".join(_moved(box[start:end], by, path) for _, start, end in _boxes(box, 8, len(box), path)))


def _boxes(data: bytes, start: int, end: int, path: Path) -> list[tuple[bytes, int, int]]:
    """Kind, start and end of the boxes between two places."""
    found = []
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, start + 8)
        elif size == 0:
            size = end - start
        if size < 8 or start + size > end:
            raise InputError(f"{path.name} is no whole MP4 film: a box in it is {size} bytes long")
        found.append((kind, start, start + size))
        start += size
    return found


def _box(kind: bytes, inside: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def _full(kind: bytes, inside: bytes) -> bytes:
    """A box with version and flags 0."""
    return _box(kind, bytes(4) + inside)


def _sv3d() -> bytes:
    """The whole sphere as an equirectangular picture whose middle looks ahead."""
    source = _full(b"svhd", f"lucid3d {lucid3d.__version__}".encode() + b"\0")
    projection = _box(b"proj", _full(b"prhd", bytes(12)) + _full(b"equi", bytes(16)))
    return _box(b"sv3d", source + projection)


def _xmp(mode: int) -> bytes:
    stereo = "<GSpherical:StereoMode>top-bottom</GSpherical:StereoMode>" if mode == TOP_BOTTOM else ""
    return (
        '<?xml version="1.0"?><rdf:SphericalVideo xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/"><GSpherical:Spherical>true</GSpherical:Spherical>'
        "<GSpherical:Stitched>true</GSpherical:Stitched>"
        f"<GSpherical:StitchingSoftware>lucid3d {lucid3d.__version__}</GSpherical:StitchingSoftware>"
        f"<GSpherical:ProjectionType>equirectangular</GSpherical:ProjectionType>{stereo}</rdf:SphericalVideo>"
    ).encode()
