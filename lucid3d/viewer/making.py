"""Jobs: one at a time, in a thread, watched by any number of browsers, cancelled between two steps."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from lucid3d.config import Config, find_config, load_config, overlay
from lucid3d.errors import InputError
from lucid3d.progress import Event, Listener
from lucid3d.prompts import is_prompt_file
from lucid3d.viewer.growing import Growth

log = logging.getLogger(__name__)

State = Literal["running", "done", "cancelled", "failed"]

MAX_PROMPT = 500
"""Characters of a prompt."""


class Cancelled(Exception):
    """Raised from a job's listener, which is how a job ends early (see `lucid3d.progress.Listener`)."""


@dataclass
class Job:
    """One piece of work.

    Attributes:
        title: what it is, for people.
        growth: what it has come to.
        owner: the number of the browser that started it.
        result: what the work returned, once it is done.
        message: how it ended, in a sentence.
        on_end: called once, in the worker's thread, when it has ended in whatever way.
    """

    title: str
    owner: int
    growth: Growth = field(default_factory=Growth)
    state: State = "running"
    result: Any = None
    message: str = ""
    on_end: list[Callable[[Job], None]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """End the job at its next step."""
        self._stop.set()

    def on_event(self, event: Event) -> None:
        """The listener that the work reports to."""
        if self._stop.is_set():
            raise Cancelled
        self.growth.on_event(event)


class Workshop:
    """Does one job at a time: a dream takes all cores."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.job: Job | None = None

    def start(
        self, title: str, work: Callable[[Listener], Any], owner: int, on_end: Callable[[Job], None] | None = None
    ) -> Job:
        """Begin a job.

        Args:
            work: gets the listener to report to; what it returns becomes the job's result.
        Raises:
            InputError: another job is running.
        """
        with self._lock:
            if self.job is not None and self.job.state == "running":
                raise InputError(f"'{self.job.title}' is still running; wait for it or cancel it")
            job = Job(title, owner, on_end=[on_end] if on_end else [])
            self.job = job
        threading.Thread(target=self._run, args=(job, work), daemon=True).start()
        return job

    def _run(self, job: Job, work: Callable[[Listener], Any]) -> None:
        try:
            job.result = work(job.on_event)
            job.state, job.message = "done", f"{job.title}: done"
        except Cancelled:
            job.state, job.message = "cancelled", f"{job.title}: cancelled"
        except InputError as error:
            job.state, job.message = "failed", str(error)
        except Exception as error:
            log.exception("the job '%s' failed", job.title)
            job.state, job.message = "failed", f"{job.title} failed: {type(error).__name__}: {error}"
        for callback in job.on_end:
            try:
                callback(job)
            except Exception:
                log.exception("after the job '%s'", job.title)


def presets() -> list[str]:
    """The names of the presets that come with the project, the default one first."""
    folder = find_config("default").parent
    names = sorted(path.stem for path in folder.glob("*.yaml"))
    return sorted(names, key=lambda name: name != "default")


def config_for(
    prompt: str,
    preset: str,
    *,
    seed: int = 0,
    models: str = "auto",
    negative_prompt: str = "",
    image: Path | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Config:
    """The config of a dream that was asked for in the page; everything in it is checked.

    Args:
        changes: laid over the preset, as in a YAML file.
    Raises:
        InputError: no prompt and no picture, one that is too long, or a value that cannot be.
    """
    prompt = " ".join(prompt.split())
    if not prompt and image is None:
        raise InputError("say what to dream: the prompt is empty")
    if is_prompt_file((prompt,)):  # the page must not read files
        raise InputError("a prompt is a sentence here, not the name of a file")
    if len(prompt) > MAX_PROMPT:
        raise InputError(f"the prompt has {len(prompt)} characters; {MAX_PROMPT} are enough")
    if preset not in presets():  # a preset's name, never a file's: the page must not read files
        raise InputError(f"preset '{preset[:40]}' is unknown; there are {', '.join(presets())}")
    config = overlay(load_config(find_config(preset)), changes or {})
    typed = {"seed": int(seed), "models": models, "negative_prompt": negative_prompt[:MAX_PROMPT]}
    config = overlay(config, typed)
    return dataclasses.replace(config, prompt=(prompt,) if prompt else (), image=str(image) if image else "")
