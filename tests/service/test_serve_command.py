"""The command line: a port in use, a foreign folder, no Ray."""

from __future__ import annotations

import fcntl
import socket
import sys
from pathlib import Path

import pytest

from lucid3d.errors import InputError
from lucid3d.service.command import serve


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError, match="--port"):
        serve(["--outputs", str(tmp_path), "--port", str(taken.getsockname()[1])])


def test_an_outputs_folder_that_another_service_has(tmp_path: Path) -> None:
    (tmp_path / ".service").mkdir()
    with (tmp_path / ".service" / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another service"):
            serve(["--outputs", str(tmp_path), "--port", "0"])


def test_options_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for options, word in (
        (["--outputs", str(tmp_path / "file")], "is a file"),
        (["--workers", "0"], "at least 1"),
        (["--job-minutes", "nan"], "above 0"),
        (["--presets", str(tmp_path / "missing"), "--outputs", str(tmp_path)], "no folder"),
        (["--host", "192.0.2.1", "--outputs", str(tmp_path)], "not an address"),
    ):
        with pytest.raises(InputError, match=word):
            serve([*options, "--port", "0"])


def test_no_ray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # whether it is there or not
    with pytest.raises(InputError, match="Ray is not installed"):
        serve(["--outputs", str(tmp_path), "--port", "0", "--ray", "auto"])
