"""Ways through free space: to a place, and for a film out from the start and back another way where there is one."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter1d

from lucid3d.camera import yaw_pitch
from lucid3d.errors import InputError
from lucid3d.exploring.free_space import Cells, FreeSpace

PACE = 1.4
"""Metres a second that a person walks."""
SHORTEST = 1.5
"""Metres of a walk below which it is none."""
KEEP_AWAY = 0.6
"""Metres that a walker keeps from walls where there is room."""
ANOTHER_WAY = 0.75
"""Metres from the way out that the way back keeps where there is room."""
DEARER = 4.0
"""What a step costs that should be avoided, in steps."""
AHEAD = 0.25
"""Of a metre further that a place is worth which lies a metre ahead: films begin where the picture looks."""
ROUNDED = 0.35
"""Metres by which corners are rounded."""
TURNING = 0.5
"""Seconds over which the eye turns into a new direction."""
PITCH = -2.0
"""Degrees: a little below the horizon, where one walks to."""
SAMPLES_A_METRE = 40
ARRIVED = 1.0
"""Metres from a place at which one is there."""
BESIDE = 2.0
"""Metres to both sides of a way that belong to it: people do not walk on a line."""


def corridor(free: FreeSpace, x: float, z: float) -> tuple[FreeSpace, NDArray[np.float64]]:
    """The ground on and beside the shortest way from the start to the place nearest to (x, z) that can be reached.

    Returns:
        The part of free space within `BESIDE` metres of the way, and (M, 3) eyes on it.
    """
    place = nearest_place(free, x, z)
    size = len(free.ground)
    way = _shortest(free, int(place[0]) * size + int(place[1]), np.zeros((size, size), bool))
    on = np.zeros((size, size), bool)
    on[tuple(way.T)] = True
    beside = np.asarray(distance_transform_edt(~on)) * free.cell <= BESIDE
    return replace(free, ground=np.where(beside, free.ground, np.nan).astype(np.float32)), free.eyes(way)


def way_over(free: FreeSpace, places: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """(M, 3) eyes on the shortest ways from each of some places (x, z) to the next, each as near as one can walk to."""
    size = len(free.ground)
    numbers = [int(row) * size + int(column) for row, column in (nearest_place(free, x, z) for x, z in places)]
    nothing = np.zeros((size, size), bool)
    legs = [_shortest(free, end, nothing, start) for start, end in itertools.pairwise(numbers)]
    cells = np.concatenate([legs[0], *(leg[1:] for leg in legs[1:])]) if legs else np.argwhere(nothing)
    return free.eyes(cells)


def nearest_place(free: FreeSpace, x: float, z: float) -> NDArray[np.intp]:
    """(2,) row and column of the cell nearest to (x, z) that one can walk to."""
    cells = np.argwhere(np.isfinite(free.distances()))
    eyes = free.eyes(cells)
    nearest: NDArray[np.intp] = cells[np.argmin(np.hypot(eyes[:, 0] - x, eyes[:, 2] - z))]
    return nearest


def eye_near(free: FreeSpace, x: float, z: float) -> NDArray[np.float64]:
    """(3,) the eye of a person who stands at x and z, metres.

    Raises:
        InputError: nobody can walk to within `ARRIVED` of there; the nearest place is told.
    """
    eye = free.eyes(nearest_place(free, x, z)[None])[0]
    if np.hypot(eye[0] - x, eye[2] - z) > ARRIVED:
        raise InputError(
            f"nobody can walk to {x:g},{z:g}: something is in the way; the nearest place is {eye[0]:.1f},{eye[2]:.1f}"
        )
    return np.asarray(eye, np.float64)


def _shortest(free: FreeSpace, end: int, dear: NDArray[np.bool_], start: int | None = None) -> Cells:
    """(N, 2) cells of the shortest way to cell number `end` from another (the start's), avoiding where it is `dear`."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    size = len(free.ground)
    rows, columns, length = free.steps()
    cost = length * np.where(dear.ravel()[rows] | dear.ravel()[columns], DEARER, 1.0)
    graph = coo_array((cost, (rows, columns)), shape=(size * size, size * size)).tocsr()
    _, before = dijkstra(graph, directed=False, indices=end, return_predecessors=True)
    numbers = [free.half * size + free.half if start is None else start]
    while numbers[-1] != end:
        numbers.append(int(before[numbers[-1]]))
    return np.stack(np.divmod(np.array(numbers), size), axis=1).astype(np.intp)


def film_route(free: FreeSpace, frames: int, rate: float) -> list[NDArray[np.float64]] | None:
    """Poses of a film that walks through free space, from the start and back to it.

    Args:
        frames: pictures of the film, at least 1.
        rate: pictures a second; nobody walks faster than `PACE`.
    Returns:
        (4, 4) world_from_camera poses, or None where there is no room to walk.
    """
    cells = _there_and_back(free, PACE * frames / rate)
    if cells is None:
        return None
    eyes = free.eyes(cells)
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(eyes[:, [0, 2]], axis=0), axis=1))])
    # evenly along the way, the corners rounded; the way is closed
    dense = max(8 * frames, int(SAMPLES_A_METRE * along[-1]))
    places = np.stack(
        [np.interp(np.linspace(0, along[-1], dense, endpoint=False), along, axis) for axis in eyes.T], axis=1
    )
    places = gaussian_filter1d(places, ROUNDED * dense / along[-1], axis=0, mode="wrap")
    forward = np.roll(places, -1, axis=0) - np.roll(places, 1, axis=0)
    forward[0], forward[-1] = forward[1], forward[-2]  # it begins with the way out and ends with the way home
    yaw = np.unwrap(np.arctan2(forward[:, 0], forward[:, 2]))
    settled = int(2 * ROUNDED * dense / along[-1])  # where the rounded start turns into the way out
    yaw[:settled], yaw[-settled:] = yaw[settled], yaw[-settled]
    yaw = gaussian_filter1d(yaw, TURNING * rate * dense / frames, mode="nearest")
    picked = (np.arange(frames) * dense) // frames
    return [yaw_pitch(float(np.degrees(yaw[i])), PITCH, places[i]) for i in picked]


def _there_and_back(free: FreeSpace, longest: float) -> Cells | None:
    """(N, 2) cells of a way from the start and back, at most about `longest` metres; None where there is no room."""
    size, middle = len(free.ground), np.array([free.half, free.half])
    room = np.asarray(distance_transform_edt(np.pad(free.free, 1)))[1:-1, 1:-1] * free.cell
    tight = room < KEEP_AWAY
    walked = free.distances()
    near = np.isfinite(walked) & (walked <= 0.45 * longest)
    if walked[near].max() < 0.5 * SHORTEST:
        return None
    ahead = (np.arange(size) - free.half)[:, None] * free.cell
    worth = np.where(near, walked + np.minimum(room, KEEP_AWAY) + AHEAD * ahead, -np.inf)
    first, last = free.half * size + free.half, int(np.argmax(worth))
    out = _shortest(free, last, tight)
    taken = np.zeros((size, size), bool)
    taken[tuple(out.T)] = True
    beside = distance_transform_edt(~taken) * free.cell < ANOTHER_WAY
    ends = np.stack([middle, np.array(divmod(last, size))])
    row, column = np.mgrid[:size, :size]
    for end in ends:  # where it turns it must come near
        beside &= np.hypot(row - end[0], column - end[1]) * free.cell > ANOTHER_WAY
    back = _shortest(free, first, tight | beside, last)
    if (len(out) + len(back)) * free.cell > longest:  # no time for another way
        back = out[::-1]
    return np.concatenate([out, back[1:]])
