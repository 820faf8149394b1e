"""What the viewer's tests share: an outputs folder, a running viewer, and a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lucid3d.access import Access
from lucid3d.viewer.app import Viewer
from tests.small import SMALL
from tests.viewer.page import Page
from tests.viewer.tiny_scene import save, tiny_scene

QUICK = {name: SMALL[name] for name in ("dream", "training", "render")} | {"trajectory": "lookaround"}
"""Laid over every preset that a test dreams with."""


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """A folder with two scenes: `room` and, half as fine, `second`."""
    root = tmp_path / "outputs"
    save(tiny_scene(step=0.15), root / "room")
    save(tiny_scene("a second room", step=0.3), root / "second")
    return root


@pytest.fixture
def viewer(outputs: Path) -> Iterator[Viewer]:
    """A viewer that is running, on a port of its own."""
    running = Viewer(outputs, "room", access=Access("127.0.0.1", 0), changes=QUICK)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def visit(viewer: Viewer) -> Iterator[Callable[..., Page]]:
    """Opens pages without a browser, and closes them afterwards."""
    pages: list[Page] = []

    def opened(path: str = "/", **options: Any) -> Page:
        page = Page(viewer.port, path, **options)
        pages.append(page)
        page.field("Look again")  # the last tab is there, so the panel is complete
        return page

    yield opened
    for page in pages:
        page.close()
