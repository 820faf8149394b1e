"""Readers that somebody else wrote."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

NODE_MODULES = Path(__file__).parent / "node" / "node_modules"


@pytest.fixture
def splat_transform() -> str:
    """The command of PlayCanvas's splat-transform."""
    cli = NODE_MODULES / "@playcanvas" / "splat-transform" / "bin" / "cli.mjs"
    if shutil.which("node") is None or not cli.is_file():
        pytest.skip("splat-transform is not installed: run tests/export/setup_node.sh (Node.js 20)")
    return f"node {cli}"


@pytest.fixture
def web_modules(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with three.js and Spark."""
    if not (NODE_MODULES / "@sparkjsdev" / "spark").is_dir():
        pytest.skip("three.js and Spark are not installed: run tests/export/setup_node.sh (Node.js 20)")
    monkeypatch.setenv("LUCID3D_WEB_MODULES", str(NODE_MODULES))
    return NODE_MODULES
