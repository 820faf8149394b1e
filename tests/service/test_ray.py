"""Jobs as Ray tasks: the same results as here, and a lost worker costs nothing."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
import yaml

pytest.importorskip("ray.util", reason="Ray is not installed: pip install 'lucid3d[ray]'")

from lucid3d.service.batch import BatchOptions, Row, plan, work_off
from lucid3d.service.cluster import RayWorkers
from lucid3d.service.local import LocalWorkers
from tests.service.api import PLACE, TINY


def test_the_same_bytes_even_when_a_worker_is_lost(tmp_path: Path) -> None:
    preset = tmp_path / "tiny.yaml"
    preset.write_text(yaml.safe_dump(TINY))
    results = {}
    for name in ("local", "ray"):
        (scene,) = plan([Row(prompt=PLACE)], tmp_path / name, BatchOptions("", config=str(preset)), tmp_path)
        workers = LocalWorkers(1, tmp_path / "log") if name == "local" else RayWorkers("local", cpus=1, local_cpus=1)
        if name == "ray":
            task = workers.start(scene.spot.folder)
            deadline = time.monotonic() + 120
            while not (scene.folder / ".progress" / "view_001.npz").is_file() and time.monotonic() < deadline:
                time.sleep(0.02)
            assert kill_the_task()
            while task.alive() and time.monotonic() < deadline:
                time.sleep(0.1)
            assert not task.alive() and scene.spot.ending() is None
        assert [each.state for each in work_off([scene], workers)] == ["done"]
        workers.stop([])
        names = ("scene.ply", "points.ply", "skybox/panorama.png", "preview.mp4")
        results[name] = [(scene.folder / each).read_bytes() for each in names]
    assert results["local"] == results["ray"]


def test_tiles_of_a_scene_as_tasks(tmp_path: Path) -> None:
    preset = tmp_path / "tiles.yaml"
    training = TINY["training"] | {"iterations": 100, "max_gaussians": 20_000, "tile_gaussians": 2000}
    preset.write_text(yaml.safe_dump(TINY | {"dream": {"size": 64, "support_views": 1}, "training": training}))
    results = []
    for name in ("local", "ray"):
        (scene,) = plan([Row(prompt=PLACE)], tmp_path / name, BatchOptions("", config=str(preset)), tmp_path)
        workers = LocalWorkers(1, tmp_path / "log") if name == "local" else RayWorkers("local", cpus=1, local_cpus=2)
        assert [each.state for each in work_off([scene], workers)] == ["done"]
        workers.stop([])
        assert (scene.helped > 0) == (name == "ray")
        results.append((scene.folder / "scene.ply").read_bytes())
    assert results[0] == results[1]


def kill_the_task() -> bool:
    """kill -9 of the process that runs our task."""
    for entry in Path("/proc").iterdir():
        try:
            if b"ray::perform_there" in (entry / "cmdline").read_bytes():
                os.kill(int(entry.name), signal.SIGKILL)
                return True
        except (OSError, ValueError):
            continue
    return False
