"""The service under load: throughput, memory, kills, damaged uploads, the first preview, and Ray with two workers.

    python benchmarks/service.py [--jobs 200] [--kills 20] [--uploads 2000] [--only PART] [--json FILE]

Everything runs on this computer over loopback. Each part starts a service of its own; jobs are as small as jobs can be,
so what is measured is the service, except for the first preview, which uses the preset "fast". Ray is compared with
itself (two workers against one) and its results byte for byte with the local worker's.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))  # the client lives with the tests

from tests.service.api import PLACE, TINY, Api, serving

PREVIEW_BAR = 5.0
"""Seconds from submission to the first preview."""


def most(pid: int) -> float:
    """The most memory that a process ever held, in MB: what it holds goes up and down within each job."""
    line = next(each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / 2**10


def resident(pid: int) -> float:
    """Memory of a process, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextlib.contextmanager
def command(folder: Path, *options: str) -> Iterator[tuple[Api, Callable[[], None]]]:
    """`lucid3d serve` as a process of its own, and a function that kills and restarts it."""
    presets = folder / "presets"
    presets.mkdir(parents=True, exist_ok=True)
    (presets / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    api = Api(0)
    process: subprocess.Popen[str] | None = None

    def start() -> None:
        nonlocal process
        if process is not None:
            process.kill()
            process.wait()
        line = [sys.executable, "-m", "lucid3d", "serve", "--port", "0", "--free-gb", "0", "--no-token"]
        line += ["--outputs", str(folder / "outputs"), "--presets", str(presets), "--queue", "1000"]
        line += ["--jobs-per-client", "1000", *options]
        process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        first = process.stdout.readline()
        api.port = int(first.rsplit(":", 1)[1].strip(" /\n"))

    start()
    try:
        yield api, start
    finally:
        assert process is not None
        process.terminate()
        process.wait(30)


def queue(jobs: int) -> dict[str, Any]:
    """Many jobs through the queue while 1,000 status requests at a time ask for them; memory of server and worker."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "outputs", workers=1) as (api, store, dispatcher),
    ):
        api.until(api.dream()["id"])
        worker = dispatcher.workers.idle[0].process.pid
        before = resident(os.getpid()), most(worker)
        began = time.monotonic()
        ids = [submit(api, seed=n % 7) for n in range(jobs)]
        waits: list[float] = []

        def ask(n: int) -> str:
            since = time.monotonic()
            state = api.get(f"/v1/jobs/{ids[n % jobs]}").data["state"]
            waits.append(time.monotonic() - since)
            return str(state)

        with ThreadPoolExecutor(1000) as pool:
            states = list(pool.map(ask, range(1000)))
        memory: list[float] = []
        for number, job in enumerate(ids):
            api.until(job, seconds=3600)
            if number % max(1, jobs // 10) == 0:
                memory.append(most(worker))
        counts = store.counts()
        runs = (Path(folder) / "outputs" / ".service" / "worker.log").read_text()
        return {
            "jobs": jobs,
            "ended well": counts.get("done", 0) - 1,
            "done twice": sum(runs.count(job) > 1 for job in ids),
            "jobs a minute": 60 * jobs / (time.monotonic() - began),
            "1,000 status requests at once: answered": len(states),
            "slowest answer (s)": max(waits),
            "server memory, growth (MB)": resident(os.getpid()) - before[0],
            "worker memory after the first job (MB)": before[1],
            "worker memory, its peak after each tenth (MB)": " ".join(f"{each:.0f}" for each in memory),
        }


def submit(api: Api, **wish: Any) -> str:
    """A job, sent again when the queue is full."""
    while True:
        answer = api.post("/v1/jobs", {"prompt": PLACE, "preset": "tiny", "seed": 1, **wish})
        if answer.status == 202:
            return str(answer.data["id"])
        time.sleep(0.5)


def kills(count: int) -> dict[str, Any]:
    """kill -9 of worker and of server by turns, at random moments; then every job must end as it would have."""
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as folder, command(Path(folder)) as (api, restart):
        ids = [submit(api, seed=n % 3) for n in range(max(3, count // 2))]
        for number in range(count):
            time.sleep(rng.uniform(1, 12))
            if number % 2:
                restart()
            else:
                kill_a_worker()
        ended = [api.until(job, seconds=3600) for job in ids]
        results: dict[int, set[bytes]] = {}
        for job in ended:
            results.setdefault(job["seed"], set()).add(api.get(f"/v1/jobs/{job['id']}/files/scene.ply").body)
        return {
            "kills": count,
            "jobs": len(ids),
            "ended well": sum(job["state"] == "done" for job in ended),
            "different results of the same seed": sum(len(each) - 1 for each in results.values()),
            "files left half-written": len([p for p in Path(folder, "outputs").glob("[0-9a-f]*/**/.*") if p.is_file()]),
        }


def kill_a_worker() -> None:
    """kill -9 of a worker of a service that this process started."""
    ours = {os.getpid()}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            grandparent = int(Path(f"/proc/{parent}/stat").read_text().rsplit(")", 1)[1].split()[1])
            if b"lucid3d.service.local" in (entry / "cmdline").read_bytes() and grandparent in ours:
                os.kill(int(entry.name), signal.SIGKILL)


def uploads(count: int) -> dict[str, Any]:
    """Damaged pictures: every answer must be one that is described, and the service must stay up."""
    from lucid3d.service.settings import Limits
    from tests.service.conftest import picture

    rng = random.Random(1)
    originals = [picture(kind=kind) for kind in ("PNG", "JPEG", "WEBP")]
    answers: dict[int, int] = {}
    limits = Limits(free_bytes=0, queue=10**6, jobs_per_client=10**6)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "outputs", limits=limits) as (api, _, _):
        before = resident(os.getpid())
        for _ in range(count):
            data = bytearray(rng.choice(originals))
            for _ in range(rng.randint(1, 40)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            if rng.random() < 0.3:
                del data[rng.randrange(len(data)) :]
            status = api.form("/v1/jobs/picture", bytes(data), preset="tiny").status
            answers[status] = answers.get(status, 0) + 1
        alive = api.get("/v1/health").status == 200
        growth = resident(os.getpid()) - before
    named = {f"answered {status}": number for status, number in sorted(answers.items())}
    return {"uploads": count, **named, "alive afterwards": int(alive), "server memory, growth (MB)": growth}


def preview(_: int) -> dict[str, Any]:
    """Submission to the first preview and to the first dreamed view, preset "fast", with a worker that is warm."""
    found = {}
    with tempfile.TemporaryDirectory() as folder, command(Path(folder)) as (api, _):
        api.until(api.dream()["id"])
        for sentence in ("a misty alpine lake at sunrise", "a desert canyon at dusk", "a living room"):
            began = time.monotonic()
            job = api.post("/v1/jobs", {"prompt": sentence, "preset": "fast", "seed": 1}).data["id"]
            first = None
            while True:
                now = api.get(f"/v1/jobs/{job}").data
                first = first or (time.monotonic() - began if now["preview"] else None)
                if now["stage"] == "dream" and now["detail"].startswith("view"):
                    break
                time.sleep(0.02)
            found[f"{sentence}: first preview (s), the bar is {PREVIEW_BAR:g}"] = first
            found[f"{sentence}: first dreamed view (s)"] = time.monotonic() - began
            api.post(f"/v1/jobs/{job}/cancel")
            api.until(job)
    return found


def ray(count: int) -> dict[str, Any]:
    """The same scenes with one Ray worker, with two, and with a local process."""
    try:
        import ray as _  # noqa: F401
    except ImportError:
        return {"skipped: Ray is not installed": 0}
    from lucid3d.service.batch import BatchOptions, Row, plan, work_off
    from lucid3d.service.cluster import RayWorkers
    from lucid3d.service.local import LocalWorkers

    count = min(count, 8)
    rows = [Row(prompt=PLACE, seed=n) for n in range(count)]
    seconds: dict[str, float] = {}
    results: dict[str, list[bytes]] = {}
    with tempfile.TemporaryDirectory() as folder:
        preset = Path(folder) / "tiny.yaml"
        preset.write_text(yaml.safe_dump(TINY))
        for name in ("local", "one", "two"):
            output = Path(folder) / name
            scenes = plan(rows, output, BatchOptions("", config=str(preset)), Path(folder))
            workers: Any = (
                LocalWorkers(1, output / "log")
                if name == "local"
                else RayWorkers("local", cpus=1, local_cpus={"one": 1, "two": 2}[name])
            )
            first, rest = scenes[:2], scenes[2:]
            list(work_off(first, workers))  # imports
            began = time.monotonic()
            list(work_off(rest, workers))
            seconds[name] = time.monotonic() - began
            workers.stop([])
            names = ("scene.ply", "points.ply", "skybox/panorama.png", "preview.mp4")
            results[name] = [(scene.folder / each).read_bytes() for scene in scenes for each in names]
    return {
        "scenes": count - 2,
        "local process (s)": seconds["local"],
        "Ray, one worker (s)": seconds["one"],
        "Ray, two workers (s)": seconds["two"],
        "throughput of two over one": seconds["one"] / seconds["two"],
        "files that differ from the local run": sum(
            a != b for name in ("one", "two") for a, b in zip(results["local"], results[name], strict=True)
        ),
    }


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--uploads", type=int, default=2000)
    parser.add_argument("--scenes", type=int, default=6, help="for Ray")
    parser.add_argument("--only", choices=["queue", "kills", "uploads", "preview", "ray"])
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    parts = {
        "preview": (preview, 0),
        "uploads": (uploads, options.uploads),
        "kills": (kills, options.kills),
        "queue": (queue, options.jobs),
        "ray": (ray, options.scenes),
    }
    results = {}
    for name, (part, count) in parts.items():
        if options.only in (None, name):
            results[name] = part(count)
            table = Table("", "figure", title=part.__doc__)
            for label, figure in results[name].items():
                table.add_row(label, f"{figure:.2f}" if isinstance(figure, float) else str(figure))
            Console().print(table)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
