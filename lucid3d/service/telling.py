"""What a running job tells of itself in its folder: its progress, its preview, and whether it is to end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lucid3d.export.images import write_jpeg
from lucid3d.progress import Event, part_of_job
from lucid3d.service.spot import Progress, Spot

TELL_EVERY = 0.15
"""Seconds between two words about a job; a new stage or a new picture is told at once."""

PREVIEW_SIDE = 512
"""Pixels of a preview picture at most."""

LOOK_ROWS = 128
"""Rows of the first preview of a procedural world, which shows it all around: a tenth of a second."""


class Cancelled(Exception):
    """Raised from a job's listener, which is how a job ends early (see `lucid3d.progress.Listener`)."""


@dataclass
class Teller:
    """Listens to a job, tells of it in its folder, and ends it when somebody asked for that."""

    spot: Spot
    told: Progress = field(default_factory=Progress)
    _when: float = 0.0

    def __post_init__(self) -> None:
        before = self.spot.progress()
        if before is not None:  # a resumed job goes on counting its previews
            self.told = replace(before, stage="models", part=0.0, detail="going on")

    def on_event(self, event: Event) -> None:
        """A `lucid3d.progress.Listener`."""
        if self.spot.cancelled():
            raise Cancelled
        picture = None
        if event.dream is not None and event.dream.newest is not None:
            picture = event.dream.newest.image
        elif event.look is not None and not self.told.preview:
            picture = event.look(LOOK_ROWS)
        changes: dict[str, Any] = {
            "stage": event.stage,
            "part": max(self.told.part, part_of_job(event.stage, event.done, event.total)),
            "detail": event.detail[:200],
        }
        if event.stage == "models" and event.done:
            changes |= {"understood": event.detail, "detail": ""}
        if event.stage == "paint":
            changes["part"] = self.told.part  # steps inside one picture
        self.tell(picture, **changes)

    def tell(self, picture: np.ndarray | None = None, **changes: Any) -> None:
        """Change what is known of the job; `picture` (H, W, 3) float32 becomes its preview."""
        if picture is not None:
            write_preview(self.spot.preview, picture)
            changes["preview"] = self.told.preview + 1
        progress = replace(self.told, **changes)
        now = time.monotonic()
        urgent = picture is not None or progress.stage != self.told.stage or progress.understood != self.told.understood
        self.told = progress
        if urgent or now - self._when > TELL_EVERY:
            self.spot.tell(progress)
            self._when = now


def write_preview(path: Path, picture: np.ndarray) -> None:
    """A JPEG of at most `PREVIEW_SIDE` pixels from (H, W, 3) float32 sRGB."""
    import cv2

    scale = PREVIEW_SIDE / max(picture.shape[:2])
    if scale < 1:
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    write_jpeg(path, picture, 85)
