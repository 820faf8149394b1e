"""What a job tells of itself while it runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from lucid3d.progress import Event
from lucid3d.service.spec import DreamSpec, ExportSpec, Repaint
from lucid3d.service.spot import Spot
from lucid3d.service.telling import LOOK_ROWS, Teller
from lucid3d.service.work import perform
from tests.small import small_config


def test_the_first_preview_is_the_place_itself_and_drawn_once(tmp_path: Path) -> None:
    asked: list[int] = []

    def look(rows: int) -> np.ndarray:
        asked.append(rows)
        return np.full((rows, 2 * rows, 3), 0.5, np.float32)

    spot = Spot(tmp_path)
    teller = Teller(spot)
    for _ in range(2):
        teller.on_event(Event("models", 1, 1, "a meadow", look=look))
    assert asked == [LOOK_ROWS]
    with Image.open(spot.preview) as picture:
        assert picture.size == (2 * LOOK_ROWS, LOOK_ROWS)
    told = spot.progress()
    assert told is not None and told.preview == 1 and told.understood == "a meadow"


def test_what_a_job_is_to_do_comes_back_as_it_was_written(tmp_path: Path) -> None:
    spot = Spot(tmp_path / "spot")
    dream = DreamSpec(
        kind="remix",
        config=small_config(prompt=["a lake, 雪"], seed=7),
        exports=("spz",),
        source=tmp_path,
        repaint=Repaint(prompt="", negative_prompt="people", seed=3),
        output=tmp_path / "result",
    )
    export = ExportSpec(
        type="film", size="2k", targets=(), path="walk", seconds=2.5, source=tmp_path, output=tmp_path / "film"
    )
    for spec in (dream, export):
        spot.prepare(spec)
        assert spot.spec() == spec


def test_a_job_of_another_version_is_told_to_be_sent_again(tmp_path: Path) -> None:
    for text in ('{"kind": "dream"}', '{"kind": "sing"}', "[1"):
        (tmp_path / "spec.json").write_text(text)
        ending = perform(tmp_path)
        assert ending.state == "failed"
        assert ending.message.startswith("the job was written by another version (")
        assert ending.message.endswith("); send it again")
