"""The folder of one job: what a worker is told, what it tells, and who works there. Nothing but files, so that a worker
may be another process, a Ray task on another machine with the same disk, or dead.

    spec.json      what to do; written once, before any worker knows of the job
    picture.png    an uploaded picture, decoded and encoded anew
    mesh.glb       an uploaded mesh (or .obj, .ply), which was read once before the job was taken
    progress.json  how it stands; replaced again and again
    preview.jpg    the newest picture
    cancel         its presence asks the worker to end
    reserve        room for the ending, should the disk be full by then
    end.json       how it ended; the last thing a worker writes
    lock           held by the worker that is at it, and let go by the system when that worker dies
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from lucid3d.files import write_text
from lucid3d.service.spec import Spec, read_spec

RESERVE = 64 * 1024
"""Bytes kept free for the ending of a job and for what the store has to say of it."""

End = Literal["done", "failed", "cancelled"]

LOCK_WAIT = 60.0
"""Seconds to wait for a worker that is dying to let go of a job."""


@dataclass(frozen=True)
class Progress:
    """How a job stands."""

    stage: str = ""
    part: float = 0.0
    detail: str = ""
    preview: int = 0
    understood: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Ending:
    """How a job ended.

    Attributes:
        state: done, failed or cancelled.
        message: why it failed, in a sentence.
        facts: further fields of the job, for the store.
    """

    state: End
    message: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Spot:
    """One job's folder."""

    folder: Path

    @property
    def preview(self) -> Path:
        """The picture of what is being made."""
        return self.folder / "preview.jpg"

    @property
    def picture(self) -> Path:
        """The picture that a client sent."""
        return self.folder / "picture.png"

    def exists(self) -> bool:
        """Whether it says what to do."""
        return (self.folder / "spec.json").is_file()

    def prepare(self, spec: Spec) -> None:
        """Write down what to do. A new spec over an old ending makes the job one to be done again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "end.json").unlink(missing_ok=True)
        (self.folder / "cancel").unlink(missing_ok=True)
        write_text(self.folder / "spec.json", spec.model_dump_json())
        (self.folder / "reserve").write_bytes(bytes(RESERVE))

    def spec(self) -> Spec:
        """What to do.

        Raises:
            InputError: another version wrote it.
        """
        return read_spec((self.folder / "spec.json").read_text(encoding="utf-8"))

    def tell(self, progress: Progress) -> None:
        """Say how it stands."""
        write_text(self.folder / "progress.json", json.dumps(asdict(progress)), sync=False)

    def progress(self) -> Progress | None:
        """What was told last, or None."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            return Progress(**json.loads((self.folder / "progress.json").read_text(encoding="utf-8")))
        return None

    def progress_stamp(self) -> tuple[int, int]:
        """Changes whenever something new was told: each word is a file of its own, whatever the clock says."""
        try:
            found = (self.folder / "progress.json").stat()
            return found.st_ino, found.st_mtime_ns
        except OSError:
            return 0, 0

    def ask_to_cancel(self) -> None:
        """Ask the worker to end at its next step."""
        (self.folder / "cancel").touch()

    def cancelled(self) -> bool:
        """Whether somebody asked."""
        return (self.folder / "cancel").exists()

    def finish(self, ending: Ending) -> None:
        """Say how it ended, in the room that was kept for it."""
        (self.folder / "reserve").unlink(missing_ok=True)
        write_text(self.folder / "end.json", json.dumps(asdict(ending)))

    def ending(self) -> Ending | None:
        """How it ended, or None."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            return Ending(**json.loads((self.folder / "end.json").read_text(encoding="utf-8")))
        return None

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Be the only worker at this job.

        Raises:
            TimeoutError: another one is at it and does not end.
        """
        with (self.folder / "lock").open("w") as file:
            until = time.monotonic() + LOCK_WAIT
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() > until:
                        raise TimeoutError(f"another worker is still at {self.folder.name}") from None
                    time.sleep(0.05)
            yield
