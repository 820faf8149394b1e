"""How far a flight has come: what of it is in the folder already, so that it goes on at the next stretch."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lucid3d.errors import InputError
from lucid3d.export.ply import read_gaussians, write_gaussians
from lucid3d.export.video import decoded_frames
from lucid3d.files import write_text
from lucid3d.gaussians.model import Gaussians
from lucid3d.reading import read_json

RECORD = "flight.json"


@dataclass(frozen=True)
class FlightProgress:
    """What is done of a flight.

    Attributes:
        stretches: that are filmed and written, from the start.
        tiles: what scene.yaml will say of their tiles.
        last: the scene of the last of them, from which the film goes over to the next; None at the start.
    """

    stretches: int = 0
    tiles: tuple[dict[str, Any], ...] = ()
    last: Gaussians | None = None


def film_part(progress: Path, number: int) -> Path:
    """The file of a stretch's part of the film."""
    return progress / f"film-{number:04d}.mp4"


def _scene_of(progress: Path, number: int) -> Path:
    return progress / f"scenery-{number:04d}.ply"


def keep(progress: Path, number: int, tiles: list[dict[str, Any]], scenery: Gaussians) -> None:
    """A stretch's film and tile are written: note it, and keep its scene until the next one is."""
    write_gaussians(scenery, _scene_of(progress, number))
    write_text(progress / RECORD, json.dumps({"stretches": number + 1, "tiles": tiles}))
    if number:
        _scene_of(progress, number - 1).unlink(missing_ok=True)


def done_so_far(folder: Path, progress: Path, pictures: Callable[[int], int]) -> FlightProgress:
    """What an interrupted flight left in its folder; nothing where any of it is damaged, so that all is made again.

    Args:
        folder: the output folder; progress: its folder for what a resumed run needs.
        pictures: of a stretch, how many its part of the film has.
    """
    try:
        noted = read_json(progress / RECORD, RECORD)
        stretches, tiles = int(noted["stretches"]), tuple(dict(tile) for tile in noted["tiles"])
        for number in range(stretches):
            if pictures(number) and decoded_frames(film_part(progress, number)) != pictures(number):
                return FlightProgress()
        for tile in tiles:
            if len(read_gaussians(folder / str(tile["file"]))) != tile["gaussians"]:
                return FlightProgress()
        return FlightProgress(stretches, tiles, read_gaussians(_scene_of(progress, stretches - 1)))
    except (InputError, OSError, KeyError, TypeError, ValueError):
        return FlightProgress()
