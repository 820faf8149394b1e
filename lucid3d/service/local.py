"""Workers as processes of this computer: each does one job after another, keeps its models, and can be killed."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from lucid3d.memory import give_back
from lucid3d.service.keeping import Keeper
from lucid3d.service.work import perform, warm_up

STOP_SECONDS = 3.0
"""How long a worker may take to end by itself."""


class Worker:
    """One process. It learns of a job by a line on its standard input, and ends when that closes (its server died)."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lucid3d.service.local"],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,  # what it started (an encoder, say) ends with it, and Ctrl-C is the server's
        )

    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process.poll() is None

    def start(self, folder: Path) -> None:
        """Hand it a job. A worker that has just died is noticed by `alive`."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(os.fsencode(folder) + b"\n")
            self.process.stdin.flush()
        except OSError:
            self.kill()

    def kill(self) -> None:
        """End it and everything that it started, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.close()

    def stop(self) -> None:
        """Let it end by itself; it may be in the middle of a job, which goes on another day."""
        self.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def close(self) -> None:
        """Let go of the pipes."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        self._log.close()


@dataclass
class Running:
    """A job at a worker."""

    worker: Worker
    spot: Path

    def alive(self) -> bool:
        """Whether somebody is still at it."""
        return self.worker.alive()

    def kill(self) -> None:
        """End it at once."""
        self.worker.kill()

    def trouble(self) -> str:
        """What is known of a death."""
        code = self.worker.process.returncode
        return f"killed by signal {-code}" if code is not None and code < 0 else f"exit code {code}"


class LocalWorkers:
    """A fixed number of worker processes.

    Args:
        count: of workers, which is how many jobs run at once.
        log: a file that takes what they print.
    """

    def __init__(self, count: int, log: Path) -> None:
        self.count = count
        self.log = log
        self.idle: list[Worker] = []
        log.parent.mkdir(parents=True, exist_ok=True)

    def warm(self) -> None:
        """Start them all, so that their imports are done before the first job comes."""
        self.idle = [worker for worker in self.idle if worker.alive()]
        while len(self.idle) < self.count:
            self.idle.append(Worker(self.log))

    def start(self, spot: Path) -> Running:
        """Give a job to a worker that does nothing."""
        while self.idle:
            worker = self.idle.pop()
            if worker.alive():
                break
            worker.close()
        else:
            worker = Worker(self.log)
        worker.start(spot)
        return Running(worker, spot)

    def release(self, running: Running) -> None:
        """The job has ended; the worker takes another one."""
        if running.worker.alive():
            self.idle.append(running.worker)
        else:
            running.worker.close()
            self.idle.append(Worker(self.log))

    def stop(self, running: list[Running]) -> None:
        """End all of them."""
        for worker in [*self.idle, *(each.worker for each in running)]:
            worker.close()
        for worker in [*self.idle, *(each.worker for each in running)]:
            worker.stop()
        self.idle = []


def main() -> None:
    """The worker's side."""
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def listen() -> None:
        for line in sys.stdin.buffer:
            jobs.put(line.rstrip(b"\n"))
        os._exit(0)  # the server is gone; a job in the middle goes on from its checkpoint

    threading.Thread(target=listen, daemon=True).start()

    warm_up()
    keeper = Keeper()
    while True:
        folder = Path(os.fsdecode(jobs.get()))
        print(f"{time.strftime('%F %T')} {folder.name}", flush=True)
        perform(folder, keeper.load)
        give_back()


if __name__ == "__main__":
    main()
