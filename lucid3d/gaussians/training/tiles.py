"""Tiles of ground: a scene too large to be trained at once is cut into parts of about equal size.

A tree of cuts (Bentley 1975), each straight across the ground, where it halves what is left. So a tile is small where
there is much to see and large where there is little; and from any place there is an order of all tiles in which none
hides one before it: at every cut the side that one stands on comes first (Fuchs, Kedem and Naylor 1980).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

X, Z = 0, 2
"""The axes of the ground."""
MIDDLE = (25, 75)
"""Percentiles between which the ground is measured: what lies far out must not decide how it is cut."""


@dataclass(frozen=True)
class Cut:
    """What lies below `at` metres along an axis of the world, and the rest; a number is a tile."""

    axis: int
    at: float
    below: Tiles
    beyond: Tiles


Tiles = Cut | int


def cut_ground(means: NDArray[np.float32], most: int) -> Tiles:
    """Tiles, numbered from 0, that hold at most `most` of N positions (N, 3) each (more only where they are one above
    the other)."""
    tiles, _ = _cut(means, -(-len(means) // most), most, 0)
    return tiles


def _cut(means: NDArray[np.float32], wanted: int, most: int, number: int) -> tuple[Tiles, int]:
    """The tiles of what is left, the first of them `number`, and the number after the last."""
    if wanted <= 1 and len(means) <= most:
        return number, number + 1
    spread = [float(np.ptp(np.percentile(means[:, axis], MIDDLE))) for axis in (X, Z)]
    first = X if spread[0] >= spread[1] else Z
    few = max(1, wanted // 2)
    for axis in (first, X + Z - first):
        along = means[:, axis]
        at = np.partition(along, len(along) * few // max(wanted, 2))[len(along) * few // max(wanted, 2)]
        low = along < at
        if low.any() and not low.all():
            below, number = _cut(means[low], few, most, number)
            beyond, number = _cut(means[~low], wanted - few, most, number)
            return Cut(axis, float(at), below, beyond), number
    return number, number + 1


def tile_of(tiles: Tiles, positions: NDArray[np.floating]) -> NDArray[np.intp]:
    """(N,) the tile over or under each of N positions (N, 3)."""
    found = np.zeros(len(positions), np.intp)

    def fill(tiles: Tiles, rows: NDArray[np.intp]) -> None:
        if isinstance(tiles, int):
            found[rows] = tiles
            return
        low = positions[rows, tiles.axis] < tiles.at
        fill(tiles.below, rows[low])
        fill(tiles.beyond, rows[~low])

    fill(tiles, np.arange(len(positions)))
    return found


def nearest_first(tiles: Tiles, eye: NDArray[np.floating]) -> list[int]:
    """All tiles, so that from an eye (3,) none hides one before it."""
    if isinstance(tiles, int):
        return [tiles]
    sides = (tiles.below, tiles.beyond) if eye[tiles.axis] < tiles.at else (tiles.beyond, tiles.below)
    return [tile for side in sides for tile in nearest_first(side, eye)]


def written(tiles: Tiles) -> Any:
    """As numbers and lists, for JSON; `read` is the inverse."""
    return tiles if isinstance(tiles, int) else [tiles.axis, tiles.at, written(tiles.below), written(tiles.beyond)]


def read(data: Any) -> Tiles:
    """What `written` wrote.

    Raises:
        ValueError, TypeError: it is something else.
    """
    if isinstance(data, int):
        return data
    axis, at, below, beyond = data
    return Cut(int(axis), float(at), read(below), read(beyond))
