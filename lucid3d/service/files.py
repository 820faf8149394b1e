"""The files of a result: listed, and streamed as a zip while it is being packed. Names are looked up, never joined."""

from __future__ import annotations

import mimetypes
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

CHUNK = 1 << 20

_TYPES = {".ply": "application/octet-stream", ".hdr": "image/vnd.radiance", ".exr": "image/x-exr", ".yaml": "text/yaml",
          ".glb": "model/gltf-binary", ".npy": "application/octet-stream", ".md": "text/markdown"}  # fmt: skip


def files_of(folder: Path) -> dict[str, Path]:
    """Name within the result -> file, sorted. Hidden files and links are no part of a result."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in inside.parts):
            found[inside.as_posix()] = path
    return found


def media_type(name: str) -> str:
    """What a file is, for the one who downloads it."""
    suffix = Path(name).suffix.lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


class _Pipe:
    """A file that can only be written to; what was written is fetched with `take`."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        data, self._parts = b"".join(self._parts), []
        return data


def zipped(files: dict[str, Path]) -> Iterator[bytes]:
    """A zip of the files, portion by portion; stored, for pictures and films do not get smaller."""
    pipe = _Pipe()
    with zipfile.ZipFile(cast(IO[bytes], pipe), "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, path in files.items():
            info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)  # whatever the clock said
            with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
                while block := source.read(CHUNK):
                    target.write(block)
                    yield pipe.take()
    yield pipe.take()
