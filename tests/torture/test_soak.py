"""A service that goes on over a weekend holds no more at its end than it did when it was warm."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the service is not installed: pip install 'lucid3d[service]'")
if not sys.platform.startswith("linux"):
    pytest.skip("only Linux tells what a process holds", allow_module_level=True)

from lucid3d.service.store import Store
from tests.torture.soak import WARM, slope, soaked

FILES_BESIDE = 8
"""Open files that come and go: connections of clients, and one to the queue for each of the server's threads."""


def test_many_jobs_leave_nothing_behind(effort: int, tmp_path: Path) -> None:
    jobs = 5 * effort
    found = soaked(tmp_path / "outputs", jobs)
    for held in found.values():
        warm, last = held[jobs // 2], held[-1]
        assert last["fd"] <= warm["fd"] + FILES_BESIDE
        assert last["task"] <= warm["task"] + FILES_BESIDE
    if jobs > 2 * WARM:
        assert slope(found["worker"]) < 0.1  # MB a job


def test_threads_that_come_and_go_leave_no_connection(tmp_path: Path) -> None:
    store = Store(tmp_path / "jobs.sqlite")

    def opened() -> int:
        return sum(
            "jobs.sqlite" in str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()
        )

    counted = []
    for _ in range(20):
        thread = threading.Thread(target=store.counts)
        thread.start()
        thread.join()
        counted.append(opened())
    assert max(counted) <= counted[0] + 1
    assert store.counts() == {}
    store.close()
