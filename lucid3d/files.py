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
            went wrong, and it names the file that was meant.
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
        if isinstance(error, OSError):
            _tell(error, temporary, path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def staged(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield an empty folder whose contents move into `folder` if the block succeeds, and vanish if it does not.

    For what is several files, of which none is worth anything without the others. What is new under its name gets it
    in one step. Where a folder of the name is there already, files move into it in the order in which they were
    written (an index, which writers write last, comes last), and others that lie in it stay.

    Raises:
        OSError: as of `atomic_path`; where it names a file, that is the one meant, not the one beside it.
    """
    folder = Path(folder)
    new = not folder.exists()
    make_folder(folder)
    temporary = _fresh_folder(folder)
    try:
        yield temporary
        for path in sorted(temporary.iterdir(), key=_written):
            _move(path, folder / path.name)
        sync_folder(folder)
    except OSError as error:
        _tell(error, temporary, folder)
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        if new:
            with contextlib.suppress(OSError):  # something is in it now
                folder.rmdir()


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
        sweep_here(folder, "**/")


def sweep_here(folder: Path, below: str = "") -> None:
    """The same for what lies in a folder itself."""
    for path in list(folder.glob(f"{below}{TEMPORARY}*")):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_file() and not path.is_symlink():
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


def _tell(error: OSError, temporary: Path, meant: Path) -> None:
    """Have an error speak of the name that was meant, where it speaks of the temporary one, or of none."""
    if error.filename is None:
        error.filename = str(meant)
    elif isinstance(error.filename, str | bytes) and Path(os.fsdecode(error.filename)).is_relative_to(temporary):
        error.filename = str(meant / Path(os.fsdecode(error.filename)).relative_to(temporary))


def _fresh_folder(folder: Path) -> Path:
    """A new empty folder; its permissions are those that a plain mkdir() gives."""
    while True:
        path = folder / f"{TEMPORARY}{secrets.token_hex(4)}"
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path


def _move(source: Path, target: Path) -> None:
    """Give a file or a folder its name; into a folder that is there, file by file."""
    if not source.is_dir() or not target.is_dir():
        _rename(source, target)
        return
    for path in sorted(source.rglob("*"), key=_written):
        if path.is_dir():
            make_folder(target / path.relative_to(source))
    for path in sorted((path for path in source.rglob("*") if path.is_file()), key=_written):
        _rename(path, target / path.relative_to(source))
    for path in (target, *(target / path.relative_to(source) for path in source.rglob("*") if path.is_dir())):
        sync_folder(path)


def _rename(source: Path, target: Path) -> None:
    """As `os.replace`, also where a folder on the way is a link to another disk."""
    try:
        os.replace(source, target)  # noqa: PTH105 - as in `atomic_path`
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with atomic_path(target) as temporary:
            shutil.copyfile(source, temporary)


def _written(path: Path) -> tuple[int, str]:
    """Sorts by when something was written."""
    return path.stat().st_mtime_ns, str(path)


def _is_full(folder: Path) -> bool:
    return shutil.disk_usage(folder).free < FULL_BYTES
