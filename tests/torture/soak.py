"""Has one worker do many tiny jobs, one after the other, and says what the worker and its server still hold after each.

    python -m tests.torture.soak FOLDER --jobs 300

Prints one JSON line: bytes of memory, open files and threads of both processes after every job, and the slope of the
worker's memory in megabytes a job. Sentences, sizes and formats change from job to job, as they do in a studio.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np

from lucid3d.service.dispatch import Dispatcher
from lucid3d.service.local import LocalWorkers
from tests.service.api import Api, serving

WARM = 50
"""Jobs after which a worker has loaded all that it ever loads."""

PLACES = ["a space station", "the surface of the moon", "a corridor", "a bedroom at night"]
EXPORTS = [[], ["splat"], [], ["glb"], [], ["spz"]]


def held(process: int) -> dict[str, int]:
    """Bytes of memory, open files and threads of a process."""
    here = Path(f"/proc/{process}")
    pages = int((here / "statm").read_text().split()[1])
    counted = {name: len(list((here / name).iterdir())) for name in ("fd", "task")}
    return {"memory": pages * os.sysconf("SC_PAGE_SIZE"), **counted}


def one_job(api: Api, number: int) -> None:
    place = PLACES[number % len(PLACES)]
    job = api.dream(place, seed=number, exports=EXPORTS[number % len(EXPORTS)])
    ended = api.until(job["id"])
    assert ended["state"] == "done", ended
    assert api.get(f"/v1/jobs/{job['id']}/files/preview.jpg").status == 200
    assert api.ask("DELETE", f"/v1/jobs/{job['id']}").status in (200, 204)


def worker(dispatcher: Dispatcher) -> int:
    """The only worker's process."""
    assert isinstance(dispatcher.workers, LocalWorkers)
    (one,) = [*dispatcher.workers.idle, *(each.handle.worker for each in dispatcher.active.values())]
    return int(one.process.pid)


def soaked(folder: Path, jobs: int, tell: bool = False) -> dict[str, list[dict[str, int]]]:
    """What both hold after every job."""
    found: dict[str, list[dict[str, int]]] = {"worker": [], "server": []}
    with serving(folder, workers=1) as (api, _, dispatcher):
        first = worker(dispatcher)
        for number in range(jobs):
            one_job(api, number)
            while dispatcher.active:
                pass
            assert worker(dispatcher) == first, "the worker was lost"
            found["worker"].append(held(first))
            found["server"].append(held(os.getpid()))
            if tell and number % 10 == 9:
                print(number + 1, found["worker"][-1], found["server"][-1], file=sys.stderr, flush=True)
    return found


def slope(held: list[dict[str, int]]) -> float:
    """Megabytes a job, by least squares over all jobs after the first `WARM` (or after half of fewer)."""
    memory = np.array([each["memory"] for each in held[min(WARM, len(held) // 2) :]]) / 2**20
    return float(np.polyfit(np.arange(len(memory)), memory, 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=300)
    options = parser.parse_args()
    found = soaked(options.folder, options.jobs, tell=True)
    shutil.rmtree(options.folder)
    print(json.dumps({"slope": {who: slope(each) for who, each in found.items()}, **found}))


if __name__ == "__main__":
    main()
