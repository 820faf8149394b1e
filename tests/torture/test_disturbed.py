"""Killed, failed or without power at any rename and any fsync, on any disk that is too small: it goes on to the same
bytes, and no file has its name before it is whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KINDS = ["kill", "fail", "power", "disk"]


def can_mount() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("mount") is not None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the faults are made by Linux's own means")
def test_whatever_ends_a_job_it_goes_on_to_the_same_bytes(effort: int, tmp_path: Path) -> None:
    kinds = KINDS if can_mount() else KINDS[:-1]
    line = [
        sys.executable,
        "-m",
        "tests.torture.disturbed",
        str(tmp_path),
        "--tries",
        str(8 * effort),
        "--kinds",
        *kinds,
    ]
    done = subprocess.run([*line, "--kinds", *kinds], capture_output=True, text=True, check=False)
    if "mount" in done.stderr and "CalledProcessError" in done.stderr:
        pytest.skip("no file system can be mounted here")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["tries"] == 8 * effort and told["calls"] > 100
    assert told["wrong"] == [], done.stderr
