"""Between the queue and the workers: hands out jobs, reads what workers tell, and settles what became of each job.

One thread of the server runs `Dispatcher.step` again and again. Workers are `local.LocalWorkers` or
`cluster.RayWorkers`; both may lose a worker at any moment, and then its job is tried again from its last checkpoint.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lucid3d.service.settings import Settings
from lucid3d.service.spot import Ending, Spot
from lucid3d.service.store import Claimed, Store

log = logging.getLogger(__name__)

TICK = 0.05
"""Seconds between two looks at the workers."""

GRACE = 5.0
"""Seconds that a job which was asked to end may take to reach its next step, before its worker is killed."""

MAX_DEATHS = 5
"""Workers that a job may cost without getting any further: then it is the job's fault."""

FOLDER_GONE = "its folder was removed from the service's disk; send it again"


class Handle(Protocol):
    """A job at a worker."""

    def alive(self) -> bool:
        """Whether its process runs."""
        ...

    def kill(self) -> None:
        """End its process at once."""
        ...

    def trouble(self) -> str:
        """What its process said before it ended, for a person; may be empty."""
        ...


class Workers(Protocol):
    """Where jobs are done."""

    @property
    def count(self) -> int:
        """Jobs that run at once."""
        ...

    def warm(self) -> None:
        """Start what takes time to start."""
        ...

    def start(self, spot: Path) -> Any:
        """Have a job done; returns what `release` and `stop` take."""
        ...

    def release(self, running: Any) -> None:
        """A job has ended: its place is free."""
        ...

    def stop(self, running: list[Any]) -> None:
        """End all jobs and workers."""
        ...


@dataclass
class _Active:
    handle: Handle
    spot: Spot
    since: float
    spent: float
    stamp: tuple[int, int] = (0, 0)
    asked: float = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.since


class Dispatcher:
    """Keeps the workers at work."""

    def __init__(self, store: Store, settings: Settings, workers: Workers) -> None:
        self.store, self.settings, self.workers = store, settings, workers
        self.active: dict[str, _Active] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Take up what was left when the service ended last, and begin."""
        self.take_up()
        self.workers.warm()
        self._thread.start()

    def take_up(self) -> None:
        """Jobs that run by the store and that nobody is at: ended ones are settled, others go back to their places.

        There are some after the service died, and after a step that could not write into the store.
        """
        for job in self.store.running():
            if job in self.active:
                continue
            ending = Spot(self.settings.spot(job)).ending()
            if ending is None:
                self.store.requeue(job)
            else:
                self._settle(job, ending)

    def stop(self) -> None:
        """End the workers; what they are at goes on when the service starts again."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self.workers.stop([each.handle for each in self.active.values()])
        for job, each in self.active.items():
            ending = each.spot.ending()
            if ending is None:
                self.store.requeue(job, spent=each.seconds)
            else:
                self._settle(job, ending)
        self.active.clear()

    def _run(self) -> None:
        stumbled = False
        while not self._stop.wait(TICK):
            try:
                if stumbled:
                    self.take_up()
                stumbled = False
                self.step()
            except Exception:  # a full disk, above all: nothing is lost, and the next step tries again
                log.exception("the dispatcher stumbled")
                stumbled = True
                self._stop.wait(1.0)

    def step(self) -> None:
        """One look at everything."""
        cancelled = self.store.to_cancel() if self.active else set()
        for job in list(self.active):
            self._look(job, self.active[job], job in cancelled)
        while len(self.active) < self.workers.count and self.store.waiting():
            claimed = self.store.claim()
            if claimed is None:
                break
            self._begin(claimed)

    def _begin(self, claimed: Claimed) -> None:
        spot = Spot(self.settings.spot(claimed.id))
        if claimed.cancel:
            self.store.finish(claimed.id, "cancelled")
            return
        if not spot.exists():
            self.store.finish(claimed.id, "failed", FOLDER_GONE)
            return
        handle = self.workers.start(spot.folder)
        self.active[claimed.id] = _Active(handle, spot, time.monotonic(), claimed.spent)

    def _look(self, job: str, active: _Active, cancelled: bool) -> None:
        alive = active.handle.alive()  # before its files: whoever is dead now has written its last
        self._hear(job, active)
        ending = active.spot.ending()
        if ending is not None:
            self._settle(job, ending)
            del self.active[job]
            self.workers.release(active.handle)
        elif not alive:
            del self.active[job]
            self.workers.release(active.handle)
            self._lost(job, active)
        elif active.spent + active.seconds > self.settings.limits.job_seconds:
            minutes = self.settings.limits.job_seconds / 60
            self._end(job, active, Ending("failed", f"it took longer than the {minutes:g} minutes that a job may take"))
        elif cancelled and not active.asked:
            active.spot.ask_to_cancel()
            active.asked = time.monotonic()
        elif active.asked and time.monotonic() - active.asked > GRACE:
            self._end(job, active, Ending("cancelled"))

    def _hear(self, job: str, active: _Active) -> None:
        stamp = active.spot.progress_stamp()
        if stamp == active.stamp:
            return
        active.stamp = stamp
        told = active.spot.progress()
        if told is not None:
            facts = {name: value for name in ("understood", "sentence") if (value := getattr(told, name))}
            self.store.note(
                job, stage=told.stage, progress=told.part, detail=told.detail, preview=told.preview, facts=facts
            )

    def _end(self, job: str, active: _Active, ending: Ending) -> None:
        active.handle.kill()
        active.spot.finish(ending)
        del self.active[job]
        self.workers.release(active.handle)
        self._settle(job, ending)

    def _settle(self, job: str, ending: Ending) -> None:
        self.store.finish(job, ending.state, ending.message, ending.facts)

    def _lost(self, job: str, active: _Active) -> None:
        trouble = active.handle.trouble()
        log.warning("a worker was lost (%s) at job %s", trouble, job)
        if not active.spot.exists():
            self.store.finish(job, "failed", FOLDER_GONE)
            return
        if self.store.died(job) >= MAX_DEATHS:
            sentence = f"{MAX_DEATHS} workers died over it at the same point ({trouble}); a smaller preset may help"
            self.store.finish(job, "failed", sentence)
        else:
            self.store.requeue(job, spent=active.seconds)
