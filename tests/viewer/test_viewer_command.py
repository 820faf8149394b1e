"""viewer.py as a person starts it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

VIEWER = Path(__file__).parents[2] / "viewer.py"


@pytest.fixture
def started(outputs: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(VIEWER), str(outputs / "room"), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.wait()


def test_it_prints_an_address_that_answers_and_ends_with_ctrl_c(started: subprocess.Popen[str]) -> None:
    assert started.stdout is not None
    line = started.stdout.readline()
    assert line.startswith("walk in it: http://127.0.0.1:")
    assert "/scene/room?token=" in line
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(line.split()[-1]) as answer:
        assert answer.status == 200
    started.send_signal(signal.SIGINT)
    _, errors = started.communicate(timeout=60)
    assert started.returncode == 130
    assert "Traceback" not in errors


def test_a_port_in_use_is_one_sentence_and_exit_code_2(outputs: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        arguments = [sys.executable, str(VIEWER), str(outputs), "--port", port]
        result = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: --port {port}")
    assert len(result.stderr.strip().splitlines()) == 1
