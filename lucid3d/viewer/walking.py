"""Walking: the ground of a scene as a map of heights, and the script that keeps a browser's camera on it.

viser's own controls orbit. The script (walk.js) runs in the page, so that a step answers to its key at once: W A S D,
a drag of the mouse that looks around, a speed, a ground to stand on, walls that stop, a map and a radius to stay in.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.viewer.splats import Splats

if TYPE_CHECKING:
    import viser

    from lucid3d.exploring.free_space import FreeSpace

SCRIPT = Path(__file__).with_name("walk.js")

CELL = 0.2
"""Metres between heights: a stride is three of them."""

REACH = 12.0
"""Metres around the start for which heights are kept; beyond it the ground goes on as it ends."""

GROUND_SHARE = 0.35
"""Opacity that a splat needs to carry a person."""

EYE_MIN, EYE_MAX, EYE = 0.3, 3.0, 1.6
"""Metres from the ground to the eye: the least and the most that a scene's own start is believed, and what is taken
where it has no ground."""


@dataclass
class Ground:
    """Heights on a square grid around the world's origin.

    Attributes:
        heights: (N, N) float32, world y (down) of the ground at x = (column - N // 2) cell, z = (row - N // 2) cell.
        eye: metres from the ground to the start's eye.
        found: False where the scene shows no ground, and a level one was made up.
        cell: metres between heights.
        ways: (N, N) uint8 of `UNEXPLORED`, `OPEN` and `CLOSED`, where one can walk; None where nobody knows.
    """

    heights: NDArray[np.float32]
    eye: float
    found: bool
    cell: float = CELL
    ways: NDArray[np.uint8] | None = None

    def at(self, x: float, z: float) -> float:
        """World y of the ground under a position (the nearest height)."""
        half = len(self.heights) // 2
        column, row = (int(np.clip(round(value / self.cell) + half, 0, len(self.heights) - 1)) for value in (x, z))
        return float(self.heights[row, column])


UNEXPLORED, OPEN, CLOSED = 0, 1, 2
"""What a cell of `Ground.ways` is: beyond what was explored, to walk on, or with something in the way."""


def ground_of(free: FreeSpace) -> Ground:
    """The ground of a scene that was explored; cells on which nobody can stand take the height of the nearest that
    one can stand on."""
    from scipy.ndimage import distance_transform_edt

    nearest = distance_transform_edt(~free.free, return_distances=False, return_indices=True)
    heights = np.where(free.free, free.ground, free.ground[nearest[0], nearest[1]]).astype(np.float32)
    row, column = np.mgrid[: len(heights), : len(heights)] - free.half
    explored = np.hypot(row, column) <= free.half
    ways = np.where(free.free, OPEN, np.where(explored, CLOSED, UNEXPLORED)).astype(np.uint8)
    return Ground(heights, free.eye, True, free.cell, ways)


def find_ground(splats: Splats, start: NDArray[np.floating]) -> Ground:
    """The surface that a person who starts at `start` (3,) stands on.

    In every cell it is the highest opaque splat below the start's eye level less half a metre, smoothed with a median
    over a stride; cells where nothing was seen take the nearest that was.
    """
    from scipy.ndimage import distance_transform_edt, median_filter

    count = 2 * int(REACH / CELL) + 1
    half = count // 2
    x, y, z = (splats.centers - start.astype(np.float32)).T
    column, row = (
        np.rint(value / CELL).astype(np.int64) + half for value in (splats.centers[:, 0], splats.centers[:, 2])
    )
    inside = (column >= 0) & (column < count) & (row >= 0) & (row < count)
    # what hangs at the height of the chest is no ground, nor is what lies far below
    carries = inside & (splats.opacities > GROUND_SHARE) & (y > 0.5) & (y < 2 * EYE_MAX + np.hypot(x, z))
    heights = np.full((count, count), np.inf, np.float32)
    np.minimum.at(heights, (row[carries], column[carries]), splats.centers[carries, 1])
    known = np.isfinite(heights)
    if known.sum() < 10:
        return Ground(np.full((count, count), start[1] + EYE, np.float32), EYE, False)
    nearest = distance_transform_edt(~known, return_distances=False, return_indices=True)
    filled = heights[nearest[0], nearest[1]]
    # single high cells are grass and branches: a median over a stride steps over them
    smooth = median_filter(filled, size=5, mode="nearest").astype(np.float32)
    under = float(np.median(smooth[half - 3 : half + 4, half - 3 : half + 4]))
    eye = float(np.clip(under - start[1], EYE_MIN, EYE_MAX))
    return Ground(smooth, eye, True)


def zoom_of(facts: dict[str, Any]) -> dict[str, Any] | None:
    """What the script needs to fly into a 3-D zoom: its target, and the distance from which one walks at full speed."""
    zoom = facts.get("zoom")
    if not isinstance(zoom, dict) or not zoom.get("distances"):
        return None
    return {"target": [float(v) for v in zoom["target"]], "distance": float(zoom["distances"][0])}


def install(client: viser.ClientHandle) -> None:
    """Send the script to a page; it waits for `configure`."""
    _run(client, SCRIPT.read_text(encoding="utf-8"))


def configure(client: viser.ClientHandle, **settings: Any) -> None:
    """Change settings of the script: walking, speed, radius, title, ... and `ground` (a Ground)."""
    _run(client, configuration(**settings))


def configuration(**settings: Any) -> str:
    """The JavaScript that changes settings."""
    ground = settings.pop("ground", None)
    if ground is not None:
        settings["ground"] = {
            "cell": ground.cell,
            "count": len(ground.heights),
            "eye": round(ground.eye, 4),
            "heights": base64.b64encode(np.ascontiguousarray(ground.heights, "<f4").tobytes()).decode(),
            "ways": None if ground.ways is None else base64.b64encode(ground.ways.tobytes()).decode(),
        }
    # JSON is JavaScript; "</" must not end a script element where the call stands in a saved page
    literal = json.dumps(settings).replace("</", "<\\/")
    return f"window.lucid3dWalk.configure({literal});"


def _run(client: viser.ClientHandle, source: str) -> None:
    from viser._messages import RunJavascriptMessage  # how viser itself brings scripts to its page

    client._websock_connection.queue_message(RunJavascriptMessage(source=source))
