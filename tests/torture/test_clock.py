"""The clock is set to and fro: nothing is due too late, no job ends before it began, files of any date are packed."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the service is not installed: pip install 'lucid3d[service]'")

from lucid3d.service import files
from lucid3d.service.store import NewJob, Store, new_id
from tests.torture.tiny_job import contents, job

YEAR = 365 * 86_400.0
WALL = time.time

SetClock = Callable[[float], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Sets the wall clock off by so many seconds; a steady clock goes on as before."""
    return lambda off: monkeypatch.setattr(time, "time", lambda: WALL() + off)


def ended(store: Store, between: Callable[[int], None]) -> str:
    """A job with a webhook that was queued, run and finished; `between` these comes what disturbs it."""
    facts = dict.fromkeys(("prompt", "negative_prompt", "style", "preset", "sentence"), "") | {"seed": 1}
    hook = {"url": "http://localhost/", "secret": "0123456789abcdef"}
    job = store.submit(NewJob(new_id(), "dream", "me", facts, webhook=hook), queue=9, per_client=9)
    between(0)
    store.claim()
    between(1)
    store.finish(job, "done")
    between(2)
    return job


@pytest.mark.parametrize("off", [-50 * YEAR, 70 * YEAR])
def test_a_webhook_is_due_in_its_time(off: float, set_clock: SetClock, tmp_path: Path) -> None:
    store = Store(tmp_path / "jobs.sqlite")
    job = ended(store, lambda _: set_clock(off))
    assert [due for due, _ in store.calls_due()] == [job]
    store.called(job, 60.0)
    set_clock(-off)
    assert store.calls_due() == []
    store.called(job, 0.0)
    set_clock(off)
    assert [due for due, _ in store.calls_due()] == [job]
    store.close()


def test_a_service_that_begins_with_another_clock_calls_soon(set_clock: SetClock, tmp_path: Path) -> None:
    set_clock(70 * YEAR)
    store = Store(tmp_path / "jobs.sqlite")
    job = ended(store, lambda _: None)
    store.close()
    set_clock(0)
    again = Store(tmp_path / "jobs.sqlite")
    assert again.calls_due() == []
    again.call_within(0.0)
    assert [due for due, _ in again.calls_due()] == [job]
    again.close()


def test_no_job_ends_before_it_began(set_clock: SetClock, tmp_path: Path) -> None:
    store = Store(tmp_path / "jobs.sqlite")
    told = store.get(ended(store, lambda step: set_clock(-YEAR * (step + 1))))
    assert told.created <= told.started <= told.finished
    store.close()


@pytest.mark.parametrize("date", [0, 4.5e9])  # 1970 and 2112: ZIP knows 1980 to 2107
def test_files_of_any_date_are_packed(date: float, tmp_path: Path) -> None:
    path = tmp_path / "scene.ply"
    path.write_bytes(b"ply")
    os.utime(path, (date, date))
    data = b"".join(files.zipped({"scene.ply": path}))
    assert zipfile.ZipFile(io.BytesIO(data)).read("scene.ply") == b"ply"


def test_a_job_is_the_same_whatever_the_clock_says(
    set_clock: SetClock, finished: dict[str, bytes], tmp_path: Path
) -> None:
    jumps = iter(range(10_000))
    job(tmp_path / "scene", on_event=lambda _: set_clock((-1) ** next(jumps) * 50 * YEAR))
    assert contents(tmp_path / "scene") == finished
