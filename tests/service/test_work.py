"""What a job tells of itself while it runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from lucid3d.progress import Event
from lucid3d.service.spot import Spot
from lucid3d.service.telling import LOOK_ROWS, Teller


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
