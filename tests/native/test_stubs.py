"""The type stubs of the native modules say what is compiled."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from nanobind.stubgen import StubGen

import lucid3d.native

FOLDER = Path(lucid3d.native.__file__).parent
RUFF = Path(sys.executable).with_name("ruff")


@pytest.mark.parametrize("name", ["_gaussians", "_geometry", "_worlds"])
def test_a_stub_is_what_nanobind_writes(name: str) -> None:
    """Else: python -m nanobind.stubgen -m lucid3d.native.NAME -o lucid3d/native/NAME.pyi, and ruff format."""
    module = importlib.import_module(f"lucid3d.native.{name}")
    generator = StubGen(module, quiet=True)
    generator.put(module)
    stub = FOLDER / f"{name}.pyi"
    command = [RUFF, "format", "--stdin-filename", stub, "-"]
    written = subprocess.run(command, input=generator.get(), capture_output=True, text=True, check=True).stdout
    assert written == stub.read_text(encoding="utf-8")
