"""Runs the tiny job again and again, each time cut short at another point, and resumes it.

    python -m tests.torture.disturbed FOLDER --tries 500 [--kinds kill fail power disk]

A fault lies between `lucid3d.files` and the system, as in SQLite's tests: the n-th call of `os.replace` or `os.fsync`
ends the process (kill), fails (fail), or is the last one before the power goes (power: what was not synced by then is
gone, or was it not). `disk` is a file system of its own that is too small. Each try is a process forked from one that
has imported everything; prints one JSON line: how many tries, and what went wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import importlib
import json
import os
import random
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lucid3d import files
from lucid3d.errors import InputError
from tests.torture.tiny_job import VARIES, contents, job

KILLED, FAILED = 9, 3
CALLS = ("replace", "fsync")


class Between:
    """Stands for `os` in `lucid3d.files`: passes everything on, until the n-th call."""

    def __init__(self, calls: int, then: Callable[[], None], after: bool = False) -> None:
        self.left, self.then, self.after = calls, then, after
        self.synced: dict[int, bytes] = {}
        self.names: dict[str, dict[str, int]] = {}

    def __getattr__(self, name: str) -> Any:
        return self._counted(name) if name in CALLS else getattr(os, name)

    def _counted(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self.left -= 1
            if self.left == 0 and not self.after:
                self.then()
            result = getattr(os, name)(*arguments)
            if name == "fsync":
                self._note(arguments[0])
            if self.left == 0 and self.after:
                self.then()
            return result

        return call

    def _note(self, handle: int) -> None:
        """What the disk has now for certain."""
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if path.is_dir():
            with os.scandir(path) as entries:  # other threads write here meanwhile, so no second look at a name
                self.names[str(path)] = {each.name: each.inode() for each in entries}
        else:
            self.synced[path.stat().st_ino] = path.read_bytes()

    def after_the_power_cut(self, folder: Path, target: Path, rng: random.Random) -> None:
        """Copy what may be left: of what was not synced the old, the new or nothing, each by chance."""
        with os.scandir(folder) as entries:
            now = {each.name: each.inode() for each in entries}
        before = self.names.get(str(folder), {})
        kept = {name: now.get(name, before.get(name)) for name in sorted({*now, *before})}
        for name, number in kept.items():
            if name in before and before[name] != now.get(name) and rng.random() < 0.6:
                number = before[name]
            elif (name not in before or name not in now) and rng.random() < 0.6:
                continue
            path = folder / name
            if path.is_dir() and not path.is_symlink():
                (target / name).mkdir()
                self.after_the_power_cut(path, target / name, rng)
            elif number in self.synced:
                (target / name).write_bytes(self.synced[number])
            elif path.is_file() and now.get(name) == number:  # named, never synced: any part of it may be there
                data = path.read_bytes()
                (target / name).write_bytes(data[: rng.randint(0, len(data))])


def child(work: Callable[[], None]) -> int:
    """Do something in a process of its own; its exit code."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except InputError:  # it had not begun: the folder cannot be written to
            code = FAILED
        except OSError as error:
            code = FAILED
            if error.errno not in (errno.EIO, errno.ENOSPC, None):
                traceback.print_exc()
                code = 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def disturbed(folder: Path, between: Between) -> None:
    files.os = between  # type: ignore[assignment,attr-defined]
    job(folder)


def fail() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


@contextlib.contextmanager
def small_disk(place: Path, size: int) -> Any:
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def tried(kind: str, point: int, root: Path, finished: dict[str, bytes], rng: random.Random) -> str:
    """One try; what went wrong, or ""."""
    folder = root / "scene"
    with contextlib.ExitStack() as stack:
        if kind == "disk":
            stack.enter_context(small_disk(root / "disk", point))
            folder = root / "disk" / "scene"
            code = child(lambda: job(folder))
        elif kind == "power":
            after = root / "after" / "scene"
            after.mkdir(parents=True)

            def cut() -> None:
                if folder.is_dir():
                    between.after_the_power_cut(folder, after, rng)
                os._exit(KILLED)

            between = Between(point, cut, after=bool(rng.randint(0, 1)))
            code = child(lambda: disturbed(folder, between))
            folder = after if code == KILLED else folder
        else:
            then = (lambda: os._exit(KILLED)) if kind == "kill" else fail
            code = child(lambda: disturbed(folder, Between(point, then, after=bool(rng.randint(0, 1)))))
        if code not in (0, KILLED, FAILED):
            return f"{kind} {point}: it ended with {code}"
        if kind == "disk" and code == FAILED:
            for name, data in whole(folder).items():
                if finished.get(name) != data:
                    return f"{kind} {point}: {name} has its name and is not whole"
            subprocess.run(["mount", "-o", "remount,size=1g", str(root / "disk")], check=True)
        if child(lambda: job(folder, resume=True)) != 0:
            return f"{kind} {point}: it cannot be resumed"
        if contents(folder) != finished:
            return f"{kind} {point}: another result after it was resumed"
    return ""


def whole(folder: Path) -> dict[str, bytes]:
    """Results under their own names; records of a job that goes on are none."""
    found = contents(folder) if folder.is_dir() else {}
    return {name: data for name, data in found.items() if not name.startswith(".") and Path(name).name not in VARIES}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tries", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", nargs="+", default=["kill", "fail", "power"])
    options = parser.parse_args(arguments)
    rng, root = random.Random(options.seed), options.folder
    known, counted = root / "modules.json", root / "calls.json"

    def first() -> None:
        between = Between(10**9, fail)
        disturbed(root / "finished", between)
        known.write_text(json.dumps(list(sys.modules)))
        counted.write_text(json.dumps(10**9 - between.left))

    assert child(first) == 0
    for name in json.loads(known.read_text()):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    finished, calls = contents(root / "finished"), json.loads(counted.read_text())
    size = sum(len(data) for data in finished.values())
    wrong: list[str] = []
    points = {kind: rng.sample(range(1, calls + 1), calls) for kind in options.kinds}
    for number in range(options.tries):
        kind = options.kinds[number % len(options.kinds)]
        turn = number // len(options.kinds)
        point = int(size * rng.uniform(0.02, 1.6)) if kind == "disk" else points[kind][turn % calls]
        here = root / "try"
        here.mkdir()
        said = tried(kind, point, here, finished, rng)
        if said:
            wrong.append(said)
            print(f"after {number + 1} tries: {said}", file=sys.stderr, flush=True)
        shutil.rmtree(here)
    print(json.dumps({"tries": options.tries, "calls": calls, "wrong": wrong}))


if __name__ == "__main__":
    main(sys.argv[1:])
