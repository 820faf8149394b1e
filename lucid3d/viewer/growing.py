"""A job that goes on, as browsers see it: its last word, its views, its points, its Gaussians."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from lucid3d.camera import Camera
from lucid3d.families.base import Image
from lucid3d.pointcloud import PointCloud
from lucid3d.progress import Event, part_of_job
from lucid3d.viewer.detail import reduce_to
from lucid3d.viewer.splats import Splats
from lucid3d.viewer.stage import MAX_POINTS

SPLATS_SHOWN = 120_000
"""Gaussians shown while training goes on: they are sent again and again."""

SPLATS_EVERY = 3.0
"""Seconds between two looks at the Gaussians, so that looking does not slow the training down."""

STAGES = {
    "models": "Waking the models",
    "dream": "Dreaming",
    "train": "Training",
    "panorama": "Painting the panorama",
    "film": "Filming",
    "write": "Writing",
}
"""What a person reads for each stage."""


@dataclass(frozen=True)
class Snapshot:
    """What a job has come to.

    Attributes:
        stage, done, total, detail: see `lucid3d.progress.Event`.
        views: camera and picture of every view so far.
        points: some of the dreamed points.
        splats: some of the Gaussians, once training has begun.
        made: counts changes of views, points and splats; equal numbers mean that nothing new can be seen.
    """

    stage: str = "models"
    done: int = 0
    total: int = 0
    detail: str = ""
    views: tuple[tuple[Camera, Image], ...] = ()
    points: PointCloud | None = None
    splats: Splats | None = None
    made: int = 0

    @property
    def part(self) -> float:
        """How far the whole job is, 0 to 1, by the usual length of its stages."""
        return part_of_job(self.stage, self.done, self.total)

    @property
    def sentence(self) -> str:
        """One line for a person."""
        count = f" {self.done} of {self.total}" if self.total > 1 else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{STAGES.get(self.stage, self.stage)}{count}{detail}"


@dataclass
class Growth:
    """Listens to a job and tells those who watch. Its methods may be called from any thread."""

    snapshot: Snapshot = field(default_factory=Snapshot)
    watchers: list[Callable[[Snapshot], None]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _looked: float = 0.0

    def on_event(self, event: Event) -> None:
        """A `lucid3d.progress.Listener`. Never raises: a viewer must not end the job that it shows."""
        now = self.snapshot
        changes: dict[str, object] = {
            "stage": event.stage, "done": event.done, "total": event.total, "detail": event.detail,
        }  # fmt: skip
        if event.dream is not None:
            cloud = event.dream.cloud
            changes["views"] = tuple((view.camera, view.image) for view in event.dream.views)
            every = -(-max(len(cloud), 1) // MAX_POINTS)
            changes["points"] = cloud[np.arange(0, len(cloud), every)]  # a copy: the dream writes on in its own
            changes["made"] = now.made + 1
        if event.gaussians is not None and self.watchers and time.monotonic() - self._looked > SPLATS_EVERY:
            changes["splats"] = reduce_to(Splats.of(event.gaussians()), SPLATS_SHOWN)
            changes["made"] = now.made + 1
            self._looked = time.monotonic()
        self.snapshot = replace(now, **changes)  # type: ignore[arg-type]
        self._tell()

    def watch(self, watcher: Callable[[Snapshot], None]) -> None:
        """Call `watcher` with every snapshot from now on, in the thread that works."""
        with self._lock:
            self.watchers.append(watcher)

    def leave(self, watcher: Callable[[Snapshot], None]) -> None:
        """Stop calling `watcher`."""
        with self._lock:
            if watcher in self.watchers:
                self.watchers.remove(watcher)

    def _tell(self) -> None:
        with self._lock:
            watchers = tuple(self.watchers)
        for watcher in watchers:
            watcher(self.snapshot)
