"""A second sky behind the first, so that no gap shows black: coarse where the sky was seen, and continued from it where
things hid it from every view, and who walks on sees it. Far land is a part of it: what stands before a hill hides the
hill, and no sky. Below the horizon it has the colours of the land."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from lucid3d.gaussians.model import Gaussians, joined
from lucid3d.pointcloud import PointCloud

CELLS = (1.0, 2.0, 4.0)
"""Degrees between the points, finest first: they only fill what shines through."""
FAR = 100.0
"""Metres from the start from which land is a backdrop like the sky: a step aside moves it by less than a degree."""
LOWEST = -2.0
"""Degrees of elevation down to which sky is continued: the horizon, seen from a hill."""
LAND_CELL = 3.0
"""Degrees between the points below the horizon."""
DEEPEST = -60.0
"""Degrees of elevation down to which there are any: a gap further down is at one's feet."""
UNDER_SKY = 0.1
"""Part of the sky that must be seen: what stands less open is a room with a window."""
BEHIND = 1.03
"""Of the dome's radius: Gaussians are sorted by depth, and a degree towards the edge of a picture the dome is up to 2 %
nearer."""
WIDER = 1.5
"""Footprint in cells, so that no gap opens towards the corners of a cell and the rim of what was seen."""
NO_VIEW = -1
"""The view of points that come from none."""


def sky_behind(cloud: PointCloud, most: int | None = None) -> PointCloud:
    """Points all over the dome, behind the sky of a cloud (N points, its sky settled), in its colours; empty indoors.

    They are for when everything has been dreamed: before, there may stand a house behind a house.

    Args:
        most: points at most; coarser ones are taken then. None for the finest.
    """
    if not cloud.is_sky.any():
        return PointCloud.empty()
    away = np.linalg.norm(cloud.positions, axis=1)
    sky, far = cloud[np.flatnonzero(cloud.is_sky)], cloud[np.flatnonzero(~cloud.is_sky & (away > FAR))]
    distance = BEHIND * float(np.median(away[cloud.is_sky]))
    for cell in CELLS:
        (colors, count), (land, beside) = _seen(sky, cell, 90.0, LOWEST), _seen(far, cell, 90.0, LOWEST)
        area = np.cos(np.radians(_elevations(len(count), cell, 90.0)))
        if float((area[:, None] * (count > 0)).sum() / (area.sum() * count.shape[1])) < UNDER_SKY:
            return PointCloud.empty()
        colors = np.where((count >= beside)[..., None], colors, land)
        behind = _shell(_continued(colors, count + beside > 0), cell, 90.0, distance)
        colors, count = _seen(cloud, LAND_CELL, LOWEST, DEEPEST)
        if count.any():
            colors = _continued(colors, count > 0)
            behind = PointCloud.concatenate([behind, _shell(colors, LAND_CELL, LOWEST, distance)])
        if most is None or len(behind) <= most:
            return behind
    return PointCloud.empty()


def restored(trained: Gaussians, behind: Gaussians) -> Gaussians:
    """Trained Gaussians with the second sky, M of them, as it was before: training sees little of it but past the rims
    of what stands before it, and would shrink it until it does not close."""
    if not len(behind):
        return trained
    distance = float(np.linalg.norm(behind.means[0]))
    kept = np.linalg.norm(trained.means, axis=1) < 0.5 * distance * (1 + 1 / BEHIND)
    return joined(trained[kept], behind)


def _seen(cloud: PointCloud, cell: float, top: float, bottom: float) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """(H, W, 3) mean colours of the points in each cell of the directions from `top` degrees of elevation down to
    `bottom`, all around; (H, W) how many there are."""
    directions = cloud.positions / np.maximum(np.linalg.norm(cloud.positions, axis=1, keepdims=True), 1e-9)
    rows, columns = _cells(directions, cell, top)
    height, width = round((top - bottom) / cell), round(360 / cell)
    inside = (rows >= 0) & (rows < height)
    number = rows[inside] * width + columns[inside]
    count = np.bincount(number, minlength=height * width).reshape(height, width)
    sums = [np.bincount(number, c, height * width).reshape(height, width) for c in cloud.colors[inside].T]
    mean = np.asarray(np.stack(sums, axis=2) / np.maximum(count, 1)[..., None], np.float64)
    return mean, count


def _shell(colors: NDArray[np.float64], cell: float, top: float, distance: float) -> PointCloud:
    """Points of cells (H, W, 3) from `top` degrees of elevation down, `distance` metres away, facing the origin."""
    height, width = colors.shape[:2]
    elevation = _elevations(height, cell, top)
    # towards the zenith the columns crowd: every n-th is enough
    every = np.maximum(1, np.floor(1 / np.maximum(np.cos(np.radians(elevation)), 1e-3))).astype(np.intp)
    row, column = np.nonzero(np.arange(width) % every[:, None] == 0)
    azimuth, up = np.radians(cell * (column + 0.5) - 180.0), np.radians(elevation[row])
    towards = np.stack([np.sin(azimuth) * np.cos(up), -np.sin(up), np.cos(azimuth) * np.cos(up)], axis=1)
    points = len(row)
    return PointCloud(
        (distance * towards).astype(np.float32),
        colors[row, column].astype(np.float32),
        -towards.astype(np.float32),
        np.full(points, distance * np.radians(WIDER * cell), np.float32),
        np.full(points, NO_VIEW, np.int32),
        np.ones(points, np.float32),
        np.ones(points, bool),
    )


def _elevations(count: int, cell: float, top: float) -> NDArray[np.float64]:
    """(count,) degrees of elevation of the middles of rows from `top` down."""
    return np.asarray(top - cell * (np.arange(count) + 0.5), np.float64)


def _cells(directions: NDArray[np.floating], cell: float, top: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row from `top` degrees of elevation down, and column, of the cell that each direction (N, 3) points to."""
    elevation = np.degrees(np.arcsin(np.clip(-directions[:, 1], -1, 1)))
    azimuth = np.degrees(np.arctan2(directions[:, 0], directions[:, 2]))
    columns = np.floor((azimuth + 180.0) / cell).astype(np.intp) % round(360 / cell)
    return np.floor((top - elevation) / cell).astype(np.intp), columns


def _continued(colors: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(H, W, 3) colours, all around; where `known` is False the mean of what is known, as near as there is any."""
    filled, done = np.where(known[..., None], colors, 0.0), known.copy()
    sigma = 1.0
    while not done.all():
        weight = gaussian_filter(done.astype(np.float64), sigma, mode=("nearest", "wrap"))
        blurred = [
            gaussian_filter(np.where(done, c, 0.0), sigma, mode=("nearest", "wrap")) for c in filled.T.swapaxes(1, 2)
        ]
        near = ~done & (weight > 1e-3)
        filled[near] = (np.stack(blurred, axis=-1) / np.maximum(weight, 1e-9)[..., None])[near]
        done |= near
        sigma *= 2.0
    return filled
