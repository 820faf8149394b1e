"""Work of which only the newest piece matters: a picture of where the camera is now, the state of a job."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Latest(Generic[T]):
    """Does a piece of work in a thread of its own, one at a time; what came in meanwhile is skipped but for the last.

    Args:
        work: what to do with a piece; an exception from it is logged and ends that piece only.
        keep: pieces that may wait. Of more, the last ones are done.
    """

    def __init__(self, work: Callable[[T], None], keep: int = 1) -> None:
        self._work = work
        self._waiting: deque[T] = deque(maxlen=keep)
        self._lock = threading.Lock()
        self._closed = self._busy = False

    def submit(self, piece: T) -> None:
        """Do this piece; returns at once."""
        with self._lock:
            if self._closed:
                return
            self._waiting.append(piece)
            if self._busy:
                return
            self._busy = True
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        """Finish the piece in hand and stop."""
        with self._lock:
            self._closed = True
            self._waiting.clear()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._busy = False
                    return
                piece = self._waiting.popleft()
            try:
                self._work(piece)
            except Exception:
                log.exception("in the viewer")
