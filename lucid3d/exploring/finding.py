"""Where free space is: filled outwards from the start, one ring of cells at a time, so that only what can be reached
counts, and so that the floor of a house is found under its ceiling.

Two sources give the same grid: `from_world` asks a procedural world (exact), `from_points` a dreamed cloud.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.exploring.free_space import CELL, STEP, Cells, Floats, FreeSpace
from lucid3d.pointcloud import PointCloud
from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.world import World

BODY = 0.2
"""Radius of the capsule that a person is, in metres."""
STEEPEST = 40.0
"""Degrees of slope on which a person can stand."""
KNEE = STEP + 0.05
"""Metres above the ground from which on things are in the way: what is lower is stepped over."""
HEAD = 0.1
"""Metres of a person above the eye."""
SOFT = ("grass", "flower", "plant")
"""Labels of things that one walks through."""
LAYER = 0.1
"""Metres, the height of a voxel of a dreamed cloud: below it one walks on, several above each other are in the way."""
IN_THE_WAY = 3
"""Occupied voxels between knee and head that stop a person: fewer are floaters and twigs."""
UPWARDS = float(np.cos(np.radians(STEEPEST)))

Walk = Callable[[Cells, Cells, Floats], Floats]
"""walk(from, to, ground under from (N,)) -> ground under to (N,), NaN where nobody gets across."""

_AROUND = np.array([(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)])


def from_world(world: World, radius: float, *, eye: float = EYE_HEIGHT) -> FreeSpace:
    """Free space around the start of a procedural world, asked by rays.

    Args:
        world: whose origin is the start's eye.
        radius: metres around the start.
        eye: metres from the ground to the eye.
    Raises:
        InputError: the radius is not positive, or above 500 m.
    """
    count = _cells_of(radius)
    soft = np.array([label_number(name) for name in SOFT])
    water = label_number("water")
    half = count // 2

    def hard(origins: Floats, directions: Floats) -> tuple[Floats, Floats, NDArray[np.int32]]:
        """Distance, upward part of the normal, and label of the first thing that one does not walk through."""
        distance, normals, labels = world.hits(origins, directions)
        for _ in range(4):  # through that many blades of grass behind each other
            again = np.flatnonzero(np.isin(labels, soft))
            if not len(again):
                break
            passed = distance[again] + np.float32(0.01)
            beyond, more_normals, more_labels = world.hits(
                origins[again] + passed[:, None] * directions[again], directions[again]
            )
            distance[again], normals[again], labels[again] = passed + beyond, more_normals, more_labels
        return distance, -normals[:, 1], labels

    def point(cells: Cells, heights: Floats) -> Floats:
        x, z = (cells[:, 1] - half) * CELL, (cells[:, 0] - half) * CELL
        return np.stack([x, heights, z], axis=1).astype(np.float32)

    down = np.array([0, 1, 0], np.float32)

    def walk(before: Cells, after: Cells, ground: Floats) -> Floats:
        head = eye + HEAD
        above = point(after, ground - head)
        fall, upward, label = hard(above, np.broadcast_to(down, above.shape).copy())
        level = (ground - head + fall).astype(np.float32)
        stands = (np.abs(level - ground) <= STEP) & (upward >= UPWARDS) & (label != water)
        across = ((after - before)[:, ::-1] * CELL).astype(np.float32)
        length = np.hypot(across[:, 0], across[:, 1])
        ahead = np.stack([across[:, 0], np.zeros(len(across), np.float32), across[:, 1]], axis=1) / length[:, None]
        side = ahead[:, [2, 1, 0]] * np.array([1, 0, -1], np.float32)
        rows = np.flatnonzero(stands)
        if len(rows):
            # from the higher ground of the two, so that the step itself is not taken for a wall
            foot = np.minimum(ground[rows], level[rows])
            from_here = [
                point(before[rows], (foot - up).astype(np.float32)) + np.float32(aside) * side[rows]
                for up in (KNEE, 0.5 * (KNEE + head), head)
                for aside in (-BODY, 0.0, BODY)
            ]
            ways = np.tile(ahead[rows].astype(np.float32), (len(from_here), 1))
            free_way, _, _ = hard(
                np.concatenate(from_here).astype(np.float32), ways
            )  # all at once: a cast has its price
            stands[rows] = (free_way.reshape(len(from_here), -1) > length[rows] + BODY).all(axis=0)
        return np.where(stands, level, np.nan).astype(np.float32)

    origin = np.zeros((1, 3), np.float32)
    below, _, _ = hard(origin, down[None].copy())
    first = np.float32(below[0] if np.isfinite(below[0]) else eye)
    return FreeSpace(_filled(count, first, walk), np.zeros(3), float(np.clip(first, 0.3, 3.0)))


def from_points(cloud: PointCloud, start: NDArray[np.floating], radius: float, *, eye: float) -> FreeSpace:
    """Free space around `start` in a cloud of dreamed points, by voxels.

    Args:
        cloud: N points; those of the sky are left out.
        start: (3,) world position of the start's eye.
        radius: metres around it.
        eye: metres from the ground to the eye.
    Raises:
        InputError: the radius is not positive, or above 500 m.
    """
    count = _cells_of(radius)
    half = count // 2
    start = np.asarray(start, np.float64)
    positions = cloud.positions[~cloud.is_sky]
    column, row = (np.rint((positions[:, axis] - start[axis]) / CELL).astype(np.intp) + half for axis in (0, 2))
    inside = (column >= 0) & (column < count) & (row >= 0) & (row < count)
    tallest = radius + 3.0  # 45 degrees up or down to the rim, and a person
    layer = np.floor((positions[:, 1] - start[1] + tallest) / LAYER).astype(np.intp)
    layers = int(2 * tallest / LAYER) + 1
    inside &= (layer >= 0) & (layer < layers)
    filled = np.zeros((count, count, layers), bool)
    filled[row[inside], column[inside], layer[inside]] = True
    # how many occupied voxels lie above each layer of a column, so that any span is a difference of two
    above = np.concatenate([np.zeros((count, count, 1), np.int32), np.cumsum(filled, axis=2, dtype=np.int32)], axis=2)

    def layer_of(y: Floats) -> NDArray[np.intp]:
        layer: NDArray[np.intp] = np.clip(np.floor((y - start[1] + tallest) / LAYER).astype(np.intp), 0, layers - 1)
        return layer

    steps = round(STEP / LAYER)
    offsets = np.arange(-steps, steps + 1)

    def walk(before: Cells, after: Cells, ground: Floats) -> Floats:
        middle = layer_of(ground)
        candidates = np.clip(middle[:, None] + offsets, 0, layers - 1)  # highest first: y is down
        occupied = filled[after[:, 0, None], after[:, 1, None], candidates]
        found = occupied.any(axis=1)
        pick = candidates[np.arange(len(after)), occupied.argmax(axis=1)]
        level = (start[1] - tallest + (pick + 0.5) * LAYER).astype(np.float32)
        top, bottom = layer_of(level - np.float32(eye + HEAD)), layer_of(level - np.float32(KNEE))
        stop = above[after[:, 0], after[:, 1], bottom] - above[after[:, 0], after[:, 1], top]
        return np.where(found & (stop < IN_THE_WAY), level, np.nan).astype(np.float32)

    under = layer_of(np.array([start[1] + eye], np.float32))[0]
    near = filled[half - 1 : half + 2, half - 1 : half + 2].any(axis=(0, 1))
    levels = np.flatnonzero(near)
    best = levels[np.abs(levels - under).argmin()] if len(levels) else under
    first = np.float32(start[1] - tallest + (best + 0.5) * LAYER) if abs(best - under) < 1 / LAYER else None
    ground = np.float32(start[1] + eye) if first is None else first
    return FreeSpace(_filled(count, ground, walk), np.asarray(start, np.float64), eye)


def _cells_of(radius: float) -> int:
    """Cells along a side of a grid that reaches `radius` metres."""
    if not 0 < radius <= 500:
        raise InputError(f"a radius of {radius:g} m to walk in must lie above 0 and at most 500")
    return 2 * int(np.ceil(radius / CELL)) + 1


def _filled(count: int, first: np.float32, walk: Walk) -> Floats:
    """(count, count) ground of the cells that are reached from the middle, ring by ring; only round the start."""
    ground = np.full((count, count), np.nan, np.float32)
    half = count // 2
    ground[half, half] = first
    row, column = np.mgrid[:count, :count] - half
    within = np.hypot(row, column) <= half
    frontier = np.array([[half, half]], np.intp)
    while len(frontier):
        before = np.repeat(frontier, len(_AROUND), axis=0)
        after = before + np.tile(_AROUND, (len(frontier), 1))
        inside = ((after >= 0) & (after < count)).all(axis=1)
        before, after = before[inside], after[inside]
        fresh = within[after[:, 0], after[:, 1]] & np.isnan(ground[after[:, 0], after[:, 1]])
        before, after = before[fresh], after[fresh]
        if not len(after):
            break
        level = walk(before, after, ground[before[:, 0], before[:, 1]])
        reached = np.isfinite(level)
        ground[after[reached, 0], after[reached, 1]] = level[reached]
        frontier = np.unique(after[reached], axis=0)
    return ground
