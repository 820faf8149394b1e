"""Which points become Gaussians when there are more points than Gaussians to spend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.gaussians.patches import join_patches, spread_bits
from lucid3d.pointcloud import PointCloud

SKY_SHARE = 0.25
"""Of the sky's points that are wanted for each point of a surface, as a density: a sky has few edges, and what is left
of it is widened to close the gaps."""

SAME_DEPTH = 0.1
"""Points of a group within this part of its middle's distance lend it their colour."""

UNEVENNESS = 1.15
"""What stays is not a perfect grid: discs are widened by this much more than the mean spacing grows."""

_BITS = 14
"""Of each coordinate of the direction: cells of 0.01 degrees, below the pixel pitch of any view."""


def within_budget(
    cloud: PointCloud,
    max_gaussians: int,
    *,
    cameras: Mapping[int, Camera] | None = None,
    eyes: NDArray[np.floating] | None = None,
) -> PointCloud:
    """At most `max_gaussians` points, their footprints widened so that no gap opens.

    Where the cameras are known that the points were lifted from, points are joined where the picture is flat (see
    `patches`). What is still too much is thinned evenly by direction: points are put in the order of a space-filling
    curve over the directions from the origin and cut into groups of equal number; of each group the point in its middle
    stays, with the mean colour of those at its depth. Unlike a random choice this leaves neither clumps nor holes.

    Args:
        cloud: N points around the origin.
        max_gaussians: at least 1.
        cameras: that the points were lifted from, by `cloud.views`.
        eyes: (M, 3) where people can be; None for the origin alone.
    """
    if cameras is not None:
        cloud = join_patches(cloud, max_gaussians, cameras, eyes)
    if len(cloud) <= max_gaussians:
        return cloud
    sky, surface = np.flatnonzero(cloud.is_sky), np.flatnonzero(~cloud.is_sky)
    wanted_sky = round(max_gaussians * SKY_SHARE * len(sky) / (SKY_SHARE * len(sky) + len(surface)))
    parts = [
        _thinned(cloud, members, wanted)
        for members, wanted in ((sky, wanted_sky), (surface, max_gaussians - wanted_sky))
        if wanted > 0
    ]
    return PointCloud.concatenate(parts)


def _thinned(cloud: PointCloud, members: NDArray[np.intp], wanted: int) -> PointCloud:
    """`wanted` of the members, each for its neighbours in direction."""
    count = len(members)
    if count <= wanted:
        return cloud[members]
    distances = np.linalg.norm(cloud.positions[members], axis=1)
    directions = cloud.positions[members] / np.maximum(distances, 1e-9)[:, None]
    order = np.argsort(_curve(directions), kind="stable")
    members, distances, directions = members[order], distances[order], directions[order]
    group = (np.arange(count) * wanted) // count
    starts = np.searchsorted(group, np.arange(wanted))
    sizes = np.diff(np.append(starts, count))
    centres = np.add.reduceat(directions, starts, axis=0) / sizes[:, None]
    off_centre = ((directions - centres[group]) ** 2).sum(axis=1)
    middle = np.lexsort((off_centre, group))[starts]
    alike = np.abs(distances / distances[middle][group] - 1) < SAME_DEPTH
    weights = alike.astype(np.float32)[:, None]
    colours = np.add.reduceat(cloud.colors[members] * weights, starts, axis=0) / np.add.reduceat(weights, starts)
    kept = cloud[members[middle]]
    growth = np.float32(UNEVENNESS * np.sqrt(count / wanted))
    return replace(kept, colors=colours.astype(np.float32), footprints=kept.footprints * growth)


def _curve(positions: NDArray[np.float32]) -> NDArray[np.uint64]:
    """(N,) place along a Z-order curve over the octahedral map of the directions."""
    length = np.maximum(np.abs(positions).sum(axis=1, keepdims=True), 1e-12)
    x, y, z = (positions / length).T
    folded = z < 0
    u = np.where(folded, (1 - np.abs(y)) * np.where(x < 0, -1, 1), x)
    v = np.where(folded, (1 - np.abs(x)) * np.where(y < 0, -1, 1), y)
    steps = 2**_BITS - 1
    columns = spread_bits(((u + 1) / 2 * steps).astype(np.uint64))
    rows = spread_bits(((v + 1) / 2 * steps).astype(np.uint64))
    return columns | (rows << np.uint64(1))
