"""What a long job tells whoever watches: a command line, a viewer, a service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from lucid3d.dreaming import Dream
    from lucid3d.families.base import Image
    from lucid3d.gaussians.model import Gaussians

Stage = Literal["models", "paint", "dream", "train", "film", "write"]


@dataclass(frozen=True)
class Event:
    """One step of a job.

    Attributes:
        stage: which part of the job it belongs to.
        done, total: steps of the stage; `total` is 0 where it is not known.
        detail: a few words for a person ("view 3", "25.1 dB").
        dream: after a dreamed view, everything dreamed so far.
        gaussians: now and then while training, a function that fetches the Gaussians as they are.
        look: once a procedural world stands, a function that draws it all around: (H, 2H, 3) for H rows.
    """

    stage: Stage
    done: int
    total: int
    detail: str = ""
    dream: Dream | None = None
    gaussians: Callable[[], Gaussians] | None = None
    look: Callable[[int], Image] | None = None


Listener = Callable[[Event], Any]
"""Called after every step, in the thread that works; an exception from it ends the job (that is how to cancel)."""


def ignore(event: Event) -> None:
    """The listener that does nothing."""


SHARES = {"models": 0.0, "dream": 0.02, "train": 0.45, "panorama": 0.85, "film": 0.87, "write": 0.9}
"""Where each stage begins on the one progress bar."""


def part_of_job(stage: str, done: int, total: int) -> float:
    """How far a whole job is, 0 to 1, by the usual length of its stages."""
    names = list(SHARES)
    begin = SHARES.get(stage, 0.0)
    end = SHARES[names[names.index(stage) + 1]] if stage in names[:-1] else 1.0
    return begin + (end - begin) * (min(1.0, done / total) if total else 0.0)
