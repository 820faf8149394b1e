"""The kernels' threads sleep while they wait, unless a person has chosen otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("chosen", "policy"), [(None, "PASSIVE"), ("active", "ACTIVE")])
def test_waiting_threads_sleep(chosen: str | None, policy: str) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    told = {"OMP_DISPLAY_ENV": "true", **({"OMP_WAIT_POLICY": chosen} if chosen else {})}
    line = [sys.executable, "-c", "import lucid3d.native._gaussians"]
    done = subprocess.run(line, env={**kept, **told}, capture_output=True, text=True, check=True)
    if "OMP_WAIT_POLICY" not in done.stderr:
        pytest.skip("this OpenMP library does not say how it waits")
    assert f"OMP_WAIT_POLICY = '{policy}'" in done.stderr
