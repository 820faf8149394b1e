"""The folder that a job writes its result into: its size, and what a killed worker left in it."""

from __future__ import annotations

from pathlib import Path

from lucid3d import __version__
from lucid3d.errors import InputError
from lucid3d.workspace import read_record


def sweep(folder: Path) -> bool:
    """Remove what a killed worker left half-written.

    Returns:
        Whether what is there cannot be continued (another version of the program began it) and has to go.
    """
    if not folder.is_dir():
        return False
    for path in folder.rglob(".*"):
        if path.is_file():  # files under their final names never begin with a dot (lucid3d.files)
            path.unlink(missing_ok=True)
    if not (folder / "scene.yaml").is_file():
        return False
    try:
        return bool(read_record(folder).get("lucid3d") != __version__)
    except InputError:
        return True


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
