"""Files that have their name only when they are complete, and keep it when the power fails.

Every writer of the project comes through `atomic_path`: it writes beside the name, and the name is given last. Before
that the bytes are on the disk (fsync), and after it the name is (fsync of the folder), so that what has its name after
a power cut is whole.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

FULL_BYTES = 64 * 1024
"""A disk with less room than this is full: writers ask for whole blocks."""

TEMPORARY = ".lucid3d-"
"""How the names of files begin that are being written; nobody else's names do, so they can be swept."""

UNSYNCABLE = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.ENOSYS)
"""What file systems say that know no fsync of a folder (network shares, some FUSE): nothing can be done then."""


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike[str], *, sync: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside `path` that becomes `path` if the block succeeds, and vanishes if it does not.

    The temporary name keeps the suffix of `path` (writers choose their format by it) and starts with a dot. Missing
    parent folders are created. A block that needs a converter or an encoder checks what it wrote before it ends.

    Args:
        sync: wait until the disk has it. False for what is worth nothing after a power cut (a progress bar).
    Raises:
        OSError: the folder cannot be written to, the disk is full, or nothing was written (nothing is left behind
            then). A full disk is told as ENOSPC even where the writer (OpenEXR, an encoder) only knew that something
            went wrong.
    """
    path = Path(path)
    make_folder(path.parent, sync=sync)
    temporary = _fresh(path.parent, path.suffix)
    try:
        yield temporary
        if temporary.stat().st_size == 0:  # no format of ours is empty: the writer failed without a word
            raise OSError(errno.EIO, "nothing was written", str(path))
        if sync:
            sync_file(temporary)
        os.replace(temporary, path)  # noqa: PTH105 - tests/torture puts itself between this module and `os`
        if sync:
            sync_folder(path.parent)
    except Exception as error:
        if getattr(error, "errno", None) in (None, errno.EIO) and _is_full(path.parent):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str, *, sync: bool = True) -> None:
    """Write UTF-8 text atomically (see `atomic_path`)."""
    with atomic_path(path, sync=sync) as temporary:
        temporary.write_text(text, encoding="utf-8")


def make_folder(path: Path, *, sync: bool = True) -> None:
    """Make a folder and those above it, so that a power cut does not take them away again."""
    missing = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    if sync:
        for each in reversed(missing):
            sync_folder(each.parent)


def sync_file(path: Path) -> None:
    """Wait until the disk has the bytes of a file."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Wait until the disk has the names in a folder (where the system can: Windows does so by itself)."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in UNSYNCABLE:
            raise
    finally:
        os.close(handle)


def sweep(folders: Iterable[Path]) -> None:
    """Remove what writers of ours that were killed left in some folders and below; whoever calls holds the folders."""
    for folder in folders:
        for path in folder.rglob(f"{TEMPORARY}*"):
            if path.is_file() and not path.is_symlink():
                path.unlink(missing_ok=True)


def _fresh(folder: Path, suffix: str) -> Path:
    """A new empty file; its permissions are those that a plain open() gives."""
    while True:
        path = folder / f"{TEMPORARY}{secrets.token_hex(4)}{suffix}"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        except FileExistsError:
            continue
        return path


def _is_full(folder: Path) -> bool:
    return shutil.disk_usage(folder).free < FULL_BYTES
