"""Work of which only the newest piece matters: a picture of where the camera is now, the state of a job."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Latest(Generic[T]):
    """Does a piece of work in a thread of its own, one at a time; what came in meanwhile is skipped but for the last.

    Args:
        work: what to do with a piece; an exception from it is logged and ends that piece only.
    """

    def __init__(self, work: Callable[[T], None]) -> None:
        self._work = work
        self._waiting: list[T] = []
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def submit(self, piece: T) -> None:
        """Do this piece next, in place of any that waits."""
        with self._changed:
            if self._closed:
                return
            self._waiting = [piece]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Finish the piece in hand and stop."""
        with self._changed:
            self._closed = True
            self._waiting = []
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._closed:
                        return
                    self._changed.wait()
                piece = self._waiting.pop()
            try:
                self._work(piece)
            except Exception:
                log.exception("in the viewer")
