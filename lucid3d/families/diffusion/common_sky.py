"""The sky that all views agree on.

A picture by itself seldom says where its sky is: one of the zenith shows nothing else to tell it by, fog hides where it
begins, a network puts it at a wall. But sky is far wherever one stands, so views can vote by direction: what some of
them are sure of is carried to their neighbours over the sphere, as long as it stays high, far and coloured like sky.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.families.base import Depth, Image, Mask
from lucid3d.families.diffusion.sky import LOWEST_ELEVATION, sky_coloured
from lucid3d.panorama.resampling import equirectangular_pixels, equirectangular_rays

ROWS = 128
"""Of the sphere that is voted on: cells of 1.4 degrees."""
SURE = 0.5
"""Share of the views of a direction that call it sky, above which it is."""
SOME = 0.25
"""The same for directions beside such ones."""
LEAST_SKY = 0.02
"""Of the sphere; where less is sure, as in a room with a window, nothing is carried."""
HIGH = 20.0
"""Degrees above the horizon; nothing on land that is as far as a network's sky rises higher."""
FARTHEST = 0.98
"""Quantile of the distances of all directions: the wall at which a network puts the sky that was not found."""
AS_FAR = 0.65
"""Of that distance; networks bend it by less."""
NEAR = 0.5
"""Of what counts as far; what a view puts nearer than this is a branch or a mast before the sky."""
COLOURED = 0.3
"""Share of a cell's pixels that are coloured like sky."""
ROUNDS = 4
"""Times that the views' scales are settled against the sphere's."""

Grid = NDArray[np.float64]
Cells = tuple[NDArray[np.intp], NDArray[np.intp]]


def agree_on_sky(cameras: Sequence[Camera], images: Sequence[Image], depths: Sequence[Depth]) -> list[Depth]:
    """Depths with the sky carried from view to view.

    Args:
        cameras, images, depths: of the views; (H, W, 3) sRGB and (H, W) metres in one scale, +inf in the sky.
    Returns:
        (H, W) float32 each: as given, with +inf where the others know of sky; never less sky than before.
    """
    cells = [_cells(camera) for camera in cameras]
    skies = [~np.isfinite(depth) for depth in depths]
    all_of = [np.ones(sky.shape, bool) for sky in skies]
    votes, seen = _mean(cells, [sky.astype(np.float64) for sky in skies], all_of)
    sure = votes > SURE
    if sure.mean() < LEAST_SKY or all(sky.all() for sky in skies):
        return list(depths)
    coloured, _ = _mean(cells, [sky_coloured(image).astype(np.float64) for image in images], all_of)
    logs = [np.log(np.where(sky, 1.0, np.maximum(depth, 1e-6))) for sky, depth in zip(skies, depths, strict=True)]
    distance, scales = _distances(cells, logs, [~sky for sky in skies])
    known = np.isfinite(distance)
    far = AS_FAR * float(np.quantile(distance[known], FARTHEST)) if known.any() else 0.0
    elevation = np.degrees(np.arcsin(-equirectangular_rays(ROWS)[..., 1]))
    carried = (elevation > HIGH) & (distance > far) & (coloured > COLOURED)
    doubtful = (elevation > LOWEST_ELEVATION) & (votes > SOME)
    sky = _reached(sure, (sure | carried | doubtful) & (seen > 0))
    return [
        np.where(sky[cell] & (log - scale > np.log(max(NEAR * far, 1e-6))), np.inf, depth).astype(np.float32)
        for cell, log, scale, depth in zip(cells, logs, scales, depths, strict=True)
    ]


def _cells(camera: Camera) -> Cells:
    """Rows and columns (H, W) of the sphere's cells that a camera's pixels look into."""
    x, y = equirectangular_pixels(camera.world_rays().astype(np.float32), ROWS)
    return np.clip(y.astype(np.intp), 0, ROWS - 1), x.astype(np.intp) % (2 * ROWS)


def _mean(cells: Sequence[Cells], values: Sequence[Grid], where: Sequence[Mask]) -> tuple[Grid, Grid]:
    """(ROWS, 2 ROWS) mean of the pixels in each cell, and how many they are."""
    total, count = np.zeros((ROWS, 2 * ROWS)), np.zeros((ROWS, 2 * ROWS))
    for cell, value, mask in zip(cells, values, where, strict=True):
        np.add.at(total, cell, np.where(mask, value, 0.0))
        np.add.at(count, cell, mask)
    return total / np.maximum(count, 1), count


def _distances(cells: Sequence[Cells], logs: Sequence[Grid], where: Sequence[Mask]) -> tuple[Grid, list[float]]:
    """(ROWS, 2 ROWS) distance in each direction, +inf where no view sees a surface; and each view's log scale, by
    which it is farther than the others: alignment leaves some where views overlap in little but sky."""
    scales = [0.0] * len(cells)
    for _ in range(ROUNDS):
        mean, count = _mean(cells, [log - scale for log, scale in zip(logs, scales, strict=True)], where)
        scales = [
            float(np.median((log - mean[cell])[mask])) if mask.any() else 0.0
            for cell, log, mask in zip(cells, logs, where, strict=True)
        ]
    return np.where(count > 0, np.exp(mean), np.inf), scales


def _reached(seeds: Mask, region: Mask) -> Mask:
    """The parts of `region` (ROWS, 2 ROWS) that touch a seed; the left edge continues the right one."""
    import cv2

    _, labels = cv2.connectedComponents(np.concatenate([region, region], axis=1).astype(np.uint8), connectivity=4)
    touched = np.unique(labels[np.concatenate([seeds, seeds], axis=1)])
    found = np.isin(labels, touched[touched > 0])
    reached: Mask = found[:, : 2 * ROWS] | found[:, 2 * ROWS :]
    return reached
