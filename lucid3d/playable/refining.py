"""Free space of a procedural world, finer: half the cell, and a person's whole outline looked after in each.

`exploring.finding` looks along the way from cell to cell; a trunk beside the way is not met. Here rays go out all
around from every cell's middle, so that a navigation mesh ends where a person would touch something.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lucid3d.exploring.finding import BODY, HEAD, KNEE, SOFT, UPWARDS
from lucid3d.exploring.free_space import STEP, FreeSpace
from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.world import World

AROUND = 16
"""Directions in which a person's outline is looked after."""
LEVELS = 5
"""Heights between knee and eye at which it is."""
BLADES = 6
"""Soft things behind each other that are looked through."""
FINEST = 0.06
"""Metres of a cell that is not halved further."""


def refined(world: World, free: FreeSpace) -> FreeSpace:
    """The same ground with cells half as large, those in which a person touches something left out.

    Args:
        world: that `free` was found in.
        free: as `from_world` finds it, or read with a scene.
    """
    if free.cell / 2 < FINEST:
        return free
    size = 2 * len(free.ground) + 1
    coarse = np.full((size, size), np.nan, np.float32)
    coarse[1::2, 1::2] = free.ground  # the middle cell stays the middle cell
    near = _nearest(coarse)
    rows, columns = np.nonzero(np.isfinite(near))
    half = size // 2
    cell = free.cell / 2
    feet = np.stack(
        [free.start[0] + (columns - half) * cell, near[rows, columns], free.start[2] + (rows - half) * cell], axis=1
    )
    ground = np.full_like(coarse, np.nan)
    ground[rows, columns] = standing(world, feet, free.eye)
    ground[half, half] = ground[half, half] if np.isfinite(ground[half, half]) else free.ground[free.half, free.half]
    parts, _ = ndimage.label(np.isfinite(ground), np.ones((3, 3)))
    ground[parts != parts[half, half]] = np.nan
    return FreeSpace(ground, free.start, free.eye, cell)


def _nearest(coarse: NDArray[np.float32]) -> NDArray[np.float32]:
    """The ground of the nearest known cell, for cells within one of it."""
    known = np.isfinite(coarse)
    distance, (row, column) = ndimage.distance_transform_edt(~known, return_indices=True)
    return np.where(distance < 1.5, coarse[row, column], np.nan).astype(np.float32)


def standing(world: World, feet: NDArray[np.floating], eye: float) -> NDArray[np.float32]:
    """(N,) world y of the ground on which a person stands at about (N, 3), NaN where nobody can."""
    head = np.asarray(feet, np.float32) - np.array([0, eye + HEAD, 0], np.float32)
    down = np.tile(np.array([0, 1, 0], np.float32), (len(head), 1))
    distance, upward, labels = _first(world, head, down)
    ground = head[:, 1] + distance
    with np.errstate(invalid="ignore"):
        good = (np.abs(ground - feet[:, 1]) <= STEP) & (upward >= UPWARDS) & (labels != label_number("water"))
    for up in np.linspace(KNEE, eye, LEVELS):
        for angle in np.linspace(0, 2 * np.pi, AROUND, endpoint=False):
            rows = np.flatnonzero(good)
            middle = head[rows].copy()
            middle[:, 1] = ground[rows] - up
            way = np.tile(np.array([np.sin(angle), 0, np.cos(angle)], np.float32), (len(rows), 1))
            good[rows] = _first(world, middle, way, BODY)[0] > BODY
    return np.where(good, ground, np.nan).astype(np.float32)


def _first(
    world: World, origins: NDArray[np.float32], directions: NDArray[np.float32], reach: float = np.inf
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
    """Distance, upward part of the normal and label (N,) of the first thing that one does not walk through."""
    soft = np.array([label_number(name) for name in SOFT])
    distance, normals, labels = world.hits(origins, directions)
    upward = -normals[:, 1]
    for _ in range(BLADES):
        again = np.flatnonzero(np.isin(labels, soft) & (distance <= reach))
        if not len(again):
            break
        passed = distance[again] + np.float32(0.005)
        beyond, more_normals, more_labels = world.hits(
            origins[again] + passed[:, None] * directions[again], directions[again]
        )
        distance[again], upward[again], labels[again] = passed + beyond, -more_normals[:, 1], more_labels
    return distance, upward, labels
