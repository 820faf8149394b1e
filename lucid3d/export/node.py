"""Node.js and splat-transform, for the formats whose only writer is written in JavaScript."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from lucid3d.errors import InputError

SPLAT_TRANSFORM = "@playcanvas/splat-transform@2.7.1"
"""The last version that runs on Node.js 20."""
COMMAND_VARIABLE = "LUCID3D_SPLAT_TRANSFORM"
"""Environment variable with the command to run instead of a search."""
TIMEOUT_SECONDS = 1800


def splat_transform() -> list[str]:
    """The command that runs splat-transform: $LUCID3D_SPLAT_TRANSFORM, or `splat-transform` on the path.

    Nothing is downloaded here: a library call should not reach for the network unasked.

    Raises:
        InputError: it is not installed; the message has the command that installs it.
    """
    named = os.environ.get(COMMAND_VARIABLE)
    if named:
        command = shlex.split(named)
        if shutil.which(command[0]) is None:
            raise InputError(f"{COMMAND_VARIABLE} names {command[0]!r}, which does not run: correct it or unset it")
        return command
    installed = shutil.which("splat-transform")
    if installed:
        return [installed]
    missing = "Node.js 20 or later and splat-transform are" if shutil.which("node") is None else "splat-transform is"
    raise InputError(
        f"{missing} not installed, and this format has no other writer: install Node.js and run "
        f"'npm install -g {SPLAT_TRANSFORM}', or set {COMMAND_VARIABLE}; .ply, .spz, .splat and .glb need neither"
    )


def run(command: list[str], what: str) -> None:
    """Run a converter and turn its failure into one sentence.

    Raises:
        InputError: it failed, ran too long, or wrote nothing.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise InputError(f"{what}: the converter ran for more than {TIMEOUT_SECONDS} s and was stopped") from None
    output = Path(command[-1])
    if done.returncode != 0 or not output.is_file() or output.stat().st_size == 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise InputError(f"{what} could not be written by splat-transform: {lines[-1] if lines else 'no reason given'}")
