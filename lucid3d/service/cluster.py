"""Workers as Ray tasks: the same jobs from the same folders, on as many machines as share the outputs folder."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lucid3d.errors import InputError
from lucid3d.service.work import perform

log = logging.getLogger(__name__)


def perform_there(folder: str) -> None:
    """What a Ray task runs."""

    perform(Path(folder))


@dataclass
class Task:
    """A job at the cluster."""

    ray: Any
    reference: Any
    spot: Path
    error: str = ""

    def alive(self) -> bool:
        """Whether the task is still on its way."""
        ready, _ = self.ray.wait([self.reference], timeout=0)
        if ready and not self.error:
            try:
                self.ray.get(self.reference)
                self.error = "it ended without a word"
            except Exception as error:
                self.error = str(error).strip().splitlines()[0][:200]
        return not ready

    def kill(self) -> None:
        """End it, wherever it is."""
        self.ray.cancel(self.reference, force=True)
        self.ray.wait([self.reference], timeout=30)

    def trouble(self) -> str:
        """What is known of a death."""
        return self.error or "the task was lost"


class RayWorkers:
    """As many jobs at once as the cluster has room for.

    Args:
        address: of a cluster, "auto", or "local" to start Ray on this computer.
        cpus, gpus: what one job asks for.
    Raises:
        InputError: Ray is not installed, no cluster answers, or it can never have room for a job.
    """

    def __init__(self, address: str, *, cpus: float = 2.0, gpus: float = 0.0, local_cpus: int | None = None) -> None:
        try:
            import ray
            import ray.util  # a folder called ray on the path is no Ray
        except ImportError:
            raise InputError("Ray is not installed: pip install 'lucid3d[ray]', or leave --ray out") from None
        self.ray: Any = ray
        where = {"num_cpus": local_cpus} if address == "local" else {"address": address}
        try:
            if not ray.is_initialized():
                ray.init(**where, log_to_driver=False, include_dashboard=False, logging_level=logging.ERROR)
        except TypeError:
            ray.init(**where, log_to_driver=False)
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            raise InputError(f"no Ray cluster answers at '{address}': {str(error).splitlines()[0]}") from None
        there = ray.cluster_resources()
        room = [there.get("CPU", 0.0) / cpus] if cpus else []
        room += [there.get("GPU", 0.0) / gpus] if gpus else []
        self.count = int(min(room, default=1))
        if self.count < 1:
            raise InputError(
                f"the Ray cluster has {there.get('CPU', 0):g} CPUs and {there.get('GPU', 0):g} GPUs; a job asks for "
                f"{cpus:g} and {gpus:g}: lower --ray-cpus or --ray-gpus"
            )
        # Ray must not try again by itself: the dispatcher does, and counts
        self._perform = ray.remote(perform_there).options(num_cpus=cpus, num_gpus=gpus, max_retries=0)

    def warm(self) -> None:
        """Ray starts its processes when they are needed."""

    def start(self, spot: Path) -> Task:
        """Send a job to the cluster."""
        return Task(self.ray, self._perform.remote(str(spot)), spot)

    def release(self, running: Task) -> None:
        """Nothing is held for a job that has ended."""

    def stop(self, running: list[Task]) -> None:
        """End what runs; a cluster of others stays."""
        for task in running:
            self.ray.cancel(task.reference, force=True)
        self.ray.shutdown()
