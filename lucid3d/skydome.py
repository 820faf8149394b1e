"""The sky behind things: what no view has seen of it, and who walks on sees, is continued from what is seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from lucid3d.pointcloud import PointCloud

CELL = 1.0
"""Degrees between the points of the continued sky: it has no detail."""
LOWEST = -2.0
"""Degrees of elevation down to which sky is continued: the horizon, seen from a hill."""
UNDER_SKY = 0.1
"""Part of the sky that must be seen: what stands less open is a room with a window."""
BEHIND = 1.002
"""Of the dome's radius: what is continued lies behind what was seen."""
ALONE = 0.6
"""Cells around a point of the continued sky in which none is seen."""
WIDER = 1.5
"""Footprint in cells, so that no gap opens towards the corners of a cell and the rim of what was seen."""
NO_VIEW = -1
"""The view of points that come from none."""


def hidden_sky(cloud: PointCloud) -> PointCloud:
    """Points on the dome where a cloud (N points, its sky settled) shows none, in the colours around; empty indoors.

    They are for what is left open when everything has been dreamed, not for what is still to be: there may stand a
    house behind a house.
    """
    sky = cloud[np.flatnonzero(cloud.is_sky)]
    if len(sky) == 0:
        return PointCloud.empty()
    radius = np.linalg.norm(sky.positions, axis=1)
    directions = sky.positions / radius[:, None]
    rows, columns = _cells(directions)
    height, width = round((90 - LOWEST) / CELL), round(360 / CELL)
    inside = rows < height
    cell = rows[inside] * width + columns[inside]
    count = np.bincount(cell, minlength=height * width).reshape(height, width)
    elevation = 90.0 - CELL * (np.arange(height) + 0.5)
    area = np.broadcast_to(np.cos(np.radians(elevation))[:, None], count.shape)
    if float(area[count > 0].sum() / area.sum()) < UNDER_SKY:
        return PointCloud.empty()
    sums = [np.bincount(cell, channel, height * width).reshape(height, width) for channel in sky.colors[inside].T]
    colors = np.stack(sums, axis=2) / np.maximum(count, 1)[..., None]
    # towards the zenith the columns crowd: every n-th is enough
    every = np.maximum(1, np.floor(1 / np.maximum(area, 1e-3))).astype(np.intp)
    row, column = np.nonzero((count == 0) & (np.arange(width) % every == 0))
    azimuth, up = np.radians(CELL * (column + 0.5) - 180.0), np.radians(elevation[row])
    towards = np.stack([np.sin(azimuth) * np.cos(up), -np.sin(up), np.cos(azimuth) * np.cos(up)], axis=1)
    alone = cKDTree(directions).query(towards, distance_upper_bound=np.radians(ALONE * CELL))[0] == np.inf
    row, column, towards = row[alone], column[alone], towards[alone]
    distance = BEHIND * float(np.median(radius))
    number = len(row)
    return PointCloud(
        (distance * towards).astype(np.float32),
        _continued(colors, count > 0)[row, column].astype(np.float32),
        -towards.astype(np.float32),
        np.full(number, distance * np.radians(WIDER * CELL), np.float32),
        np.full(number, NO_VIEW, np.int32),
        np.ones(number, np.float32),
        np.ones(number, bool),
    )


def _cells(directions: NDArray[np.floating]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row from the zenith down and column of the cell that each direction (N, 3) points to."""
    elevation = np.degrees(np.arcsin(np.clip(-directions[:, 1], -1, 1)))
    azimuth = np.degrees(np.arctan2(directions[:, 0], directions[:, 2]))
    columns = np.floor((azimuth + 180.0) / CELL).astype(np.intp) % round(360 / CELL)
    return np.floor((90.0 - elevation) / CELL).astype(np.intp), columns


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
