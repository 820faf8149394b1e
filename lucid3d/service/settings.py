"""How a service is run: its folders, its limits, its presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lucid3d.config import Config, find_config, load_config
from lucid3d.errors import InputError
from lucid3d.service.schemas import MAX_PROMPT

GIGABYTE = 2**30

BACKLOG = 2048
"""Connections that may wait to be accepted: a thousand clients ask at once."""


@dataclass(frozen=True)
class Limits:
    """What nobody may exceed.

    Attributes:
        queue: jobs that may wait.
        jobs_per_client: jobs of one address that may wait or run.
        upload_bytes: of a request.
        picture_pixels: of an uploaded picture; a small file can claim a huge one.
        job_seconds: that a job may run, over all its attempts.
        free_bytes: room that must be left on the disk for a job to be taken.
        result_bytes: of all results together; 0 for no limit.
        streams, streams_per_client: event streams at once, and those of one address.
        prompt: characters.
    """

    queue: int = 256
    jobs_per_client: int = 64
    upload_bytes: int = 20_000_000
    picture_pixels: int = 64_000_000
    job_seconds: float = 3600.0
    free_bytes: int = GIGABYTE
    result_bytes: int = 0
    streams: int = 256
    streams_per_client: int = 64
    prompt: int = MAX_PROMPT


@dataclass(frozen=True)
class Settings:
    """One service.

    Attributes:
        outputs: the outputs folder; results are folders in it, named by job, and `.service/` holds everything else.
        presets: name -> config; the first is the default.
        private_webhooks: whether webhooks may lead to addresses that are not public.
    """

    outputs: Path
    limits: Limits = field(default_factory=Limits)
    presets: Mapping[str, Config] = field(default_factory=lambda: load_presets())
    private_webhooks: bool = False

    @property
    def home(self) -> Path:
        """What is no result."""
        return self.outputs / ".service"

    def spot(self, job: str) -> Path:
        """The folder between the service and the worker of a job."""
        return self.home / "jobs" / job

    def result(self, job: str, kind: str) -> Path:
        """Where a job's files go: scenes into the outputs folder, where the viewer finds them too."""
        return self.home / "exports" / job if kind == "export" else self.outputs / job


def load_presets(folder: Path | None = None) -> dict[str, Config]:
    """The presets that come with the project, "fast" first, and those of a folder of YAML files.

    Raises:
        InputError: a file cannot be used.
    """
    own = find_config("default").parent
    files = {path.stem: path for path in sorted(own.glob("*.yaml"))}
    files = {"fast": files["fast"], **files}
    if folder is not None:
        if not folder.is_dir():
            raise InputError(f"--presets '{folder}' is no folder")
        files |= {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    return {name: load_config(path) for name, path in files.items()}
