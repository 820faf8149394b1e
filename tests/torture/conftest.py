"""How hard to try: LUCID3D_TORTURE=20 (make torture) tries twenty times as much as continuous integration does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lucid3d.progress import Event
from tests.torture.tiny_job import contents, job


class Stop(Exception):
    """Ends a job in its middle."""


@pytest.fixture(scope="session")
def effort() -> int:
    """Times as many tries as continuous integration makes."""
    return int(os.environ.get("LUCID3D_TORTURE", "1"))


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the tiny job gives when nobody disturbs it."""
    folder = tmp_path_factory.mktemp("finished") / "scene"
    job(folder)
    return contents(folder)


@pytest.fixture(scope="session")
def half_done(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Copies of a job that was stopped in its training, after its checkpoint."""
    folder = tmp_path_factory.mktemp("half") / "scene"

    def listen(event: Event) -> None:
        if event.stage == "train" and event.done == 3:
            raise Stop

    with pytest.raises(Stop):
        job(folder, on_event=listen)
    return lambda target: Path(shutil.copytree(folder, target / "scene"))
