"""A second sky behind the first, so that no gap shows black: coarse where the sky was seen, and continued from it where
things hid it from every view, and who walks on sees it. Far land is a part of it: what stands before a hill hides the
hill, and no sky."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from lucid3d.pointcloud import PointCloud

CELLS = (1.0, 2.0, 4.0)
"""Degrees between the points, finest first: they only fill what shines through."""
FAR = 100.0
"""Metres from the start from which land is a backdrop like the sky: a step aside moves it by less than a degree."""
LOWEST = -2.0
"""Degrees of elevation down to which sky is continued: the horizon, seen from a hill."""
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
    for cell in CELLS:
        behind = _dome(cloud, cell)
        if most is None or len(behind) <= most:
            return behind
    return PointCloud.empty()


def _dome(cloud: PointCloud, cell: float) -> PointCloud:
    away = np.linalg.norm(cloud.positions, axis=1)
    if not cloud.is_sky.any():
        return PointCloud.empty()
    sky, land = (_seen(cloud, away, which, cell) for which in (cloud.is_sky, ~cloud.is_sky & (away > FAR)))
    count = sky[0]
    height, width = count.shape
    elevation = 90.0 - cell * (np.arange(height) + 0.5)
    area = np.broadcast_to(np.cos(np.radians(elevation))[:, None], count.shape)
    if float(area[count > 0].sum() / area.sum()) < UNDER_SKY:
        return PointCloud.empty()
    colors = np.where((sky[0] >= land[0])[..., None], sky[1], land[1])
    # towards the zenith the columns crowd: every n-th is enough
    every = np.maximum(1, np.floor(1 / np.maximum(area, 1e-3))).astype(np.intp)
    row, column = np.nonzero(np.arange(width) % every == 0)
    azimuth, up = np.radians(cell * (column + 0.5) - 180.0), np.radians(elevation[row])
    towards = np.stack([np.sin(azimuth) * np.cos(up), -np.sin(up), np.cos(azimuth) * np.cos(up)], axis=1)
    distance = BEHIND * float(np.median(away[cloud.is_sky]))
    points = len(row)
    return PointCloud(
        (distance * towards).astype(np.float32),
        _continued(colors, (sky[0] > 0) | (land[0] > 0))[row, column].astype(np.float32),
        -towards.astype(np.float32),
        np.full(points, distance * np.radians(WIDER * cell), np.float32),
        np.full(points, NO_VIEW, np.int32),
        np.ones(points, np.float32),
        np.ones(points, bool),
    )


def _seen(
    cloud: PointCloud, away: NDArray[np.floating], which: NDArray[np.bool_], cell: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """How many of some points (N,) lie in each cell (H, W), and their mean colours (H, W, 3); `away`: metres (N,)."""
    height, width = round((90 - LOWEST) / cell), round(360 / cell)
    rows, columns = _cells(cloud.positions[which] / away[which, None], cell)
    inside = rows < height
    number = rows[inside] * width + columns[inside]
    count = np.bincount(number, minlength=height * width).reshape(height, width)
    sums = [np.bincount(number, c, height * width).reshape(height, width) for c in cloud.colors[which][inside].T]
    return count, np.stack(sums, axis=2) / np.maximum(count, 1)[..., None]


def _cells(directions: NDArray[np.floating], cell: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row from the zenith down and column of the cell that each direction (N, 3) points to."""
    elevation = np.degrees(np.arcsin(np.clip(-directions[:, 1], -1, 1)))
    azimuth = np.degrees(np.arctan2(directions[:, 0], directions[:, 2]))
    columns = np.floor((azimuth + 180.0) / cell).astype(np.intp) % round(360 / cell)
    return np.floor((90.0 - elevation) / cell).astype(np.intp), columns


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
