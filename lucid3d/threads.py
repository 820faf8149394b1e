"""How many threads native loops and pools take."""

from __future__ import annotations

import os


def thread_count(threads: int | None) -> int:
    """The number of native threads to use: `threads`, or the cores that this process may run on."""
    if threads is not None:
        return max(1, threads)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
