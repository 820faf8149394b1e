"""The smallest whole job that has every stage, and what its folder holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lucid3d import pipeline
from tests.analytic_room import furnished_room
from tests.small import small_config
from tests.test_dreaming import RoomDepth, RoomPainter

CONFIG = small_config(
    trajectory="lookaround",
    dream={"size": 24, "support_views": 1},
    training={"iterations": 4, "max_gaussians": 2000},
    render={"panorama_height": 32, "film_frames": 2},
)

VARIES = {"scene.yaml", "index.html"}
"""Hold the seconds that stages took, or their date."""


def job(folder: Path, **options: Any) -> None:
    """Do it, with a checkpoint after two of its four steps of training."""
    room = furnished_room(1, open_top=True, spheres=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "CHECKPOINT_EVERY", 2)
        pipeline.run(CONFIG, folder, painter=RoomPainter(room), estimator=RoomDepth(room), **options)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of the folder but those that vary."""
    return {
        str(path.relative_to(folder)): b"" if path.name in VARIES else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
