"""What the service's tests share: a service without workers, and one whose worker really works."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

pytest.importorskip("fastapi", reason="the service is not installed: pip install 'lucid3d[service]'")

from tests.service.api import Api, serving


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Api]:
    """A service that takes jobs and does none."""
    with serving(tmp_path / "outputs") as (api, _, _):
        yield api


@pytest.fixture(scope="session")
def working(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A service with one worker; its jobs are small but real."""
    with serving(tmp_path_factory.mktemp("service") / "outputs", workers=1) as (api, _, _):
        yield api


@pytest.fixture(scope="session")
def done(working: Api) -> str:
    """A finished job."""
    job = working.dream("a desert in the morning")
    ended = working.until(job["id"])
    assert ended["state"] == "done", ended
    return str(job["id"])


def picture(width: int = 64, height: int = 64, kind: str = "PNG") -> bytes:
    """A picture with sky above and ground below, as a file."""
    rows = np.linspace(0, 1, height)[:, None, None]
    grain = np.random.default_rng(0).uniform(0.9, 1, (height, width, 1))
    pixels = np.where(rows < 0.5, [0.5, 0.7, 0.95], [0.3, 0.45, 0.2]) * grain
    buffer = io.BytesIO()
    Pillow.fromarray((pixels * 255).astype(np.uint8)).save(buffer, kind)
    return buffer.getvalue()
