"""One writer a folder: a lock that the system lets go of when its holder dies, and that says who holds it."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from lucid3d.errors import InputError

LOCK = ".lock"
"""The lock's file; it is there while somebody writes. One that a killed process left is nobody's."""

LONGEST_NOTE = 4096
"""Bytes of a holder's note that are read."""


class FolderLock:
    """The right to write into a folder, for one holder at a time, in this process or another on any machine that
    shares the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / LOCK
        self._lock = FileLock(self.path, timeout=0, thread_local=False)

    def take(self) -> None:
        """Take it, or say at once who has it.

        Raises:
            InputError: somebody else writes here; the message says who, where and since when.
            OSError: the folder cannot be written to.
        """
        try:
            self._lock.acquire()
        except Timeout:
            raise InputError(
                f"{holder(self.path)} writes into '{self.folder}' already: wait for it or stop it, or choose another "
                "folder"
            ) from None
        note = {"pid": os.getpid(), "host": platform.node(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
        with contextlib.suppress(OSError):  # it only makes the message better
            self.path.write_text(json.dumps(note), encoding="utf-8")

    def release(self) -> None:
        """Let go of it; without effect if it is not held."""
        if self._lock.is_locked:
            # while it is held, so that nobody can have taken this file; whoever waits for it notices that it is gone
            with contextlib.suppress(OSError):
                self.path.unlink()
            self._lock.release()


@contextlib.contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Be the only writer of a folder in the block.

    Raises:
        InputError, OSError: see `FolderLock.take`.
    """
    lock = FolderLock(folder)
    lock.take()
    try:
        yield
    finally:
        lock.release()


def holder(path: Path) -> str:
    """Who holds a lock, in words."""
    try:
        with path.open("rb") as file:
            note = json.loads(file.read(LONGEST_NOTE))
        return f"process {int(note['pid'])} on {str(note['host'])[:80]} (since {str(note['since'])[:40]})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
