"""What a network that cuts out pictures takes for one thing, carried over to Gaussians: masks of several views vote.

The masks are prompted by the same point in every view that sees it, and a Gaussian belongs to what most of the views in
which it lies on the surface say (as SA3D does for radiance fields, Cen et al. 2023, section 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lucid3d.camera import Camera
from lucid3d.editing.belonging import NEXT
from lucid3d.editing.surroundings import SAME, Cutter, projected
from lucid3d.errors import InputError
from lucid3d.gaussians import Renderer
from lucid3d.gaussians.model import Gaussians

VIEWS = 5
"""Views that are asked: one takes seconds of a processor."""
ON_POINT = 0.05
"""Relative difference of depth up to which a view sees the point, and not something before it."""
INSIDE = 0.02
"""Of a picture's side: a point nearer to its border has half of its thing outside."""


def cut_out(
    gaussians: Gaussians, cameras: Sequence[Camera], cutter: Cutter, point: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """The Gaussians of what a point lies on.

    Args:
        gaussians: N; cameras: from where the scene is known well.
        point: (3,) metres, on a surface.
    Returns:
        (N,) bool.
    Raises:
        InputError: no camera sees the point.
    """
    renderer = Renderer(gaussians)
    count = len(gaussians)
    inside, seen = np.zeros(count, np.int32), np.zeros(count, np.int32)
    asked = 0
    for camera, pixel in _nearest_first(cameras, point):
        view = renderer.render(camera)
        x, y = pixel
        depth = float(camera.project(point[None])[1][0])
        if not abs(view.depth[int(y), int(x)] - depth) <= ON_POINT * depth:
            continue  # something is before it
        mask = cutter.part(np.clip(view.image, 0, 1), (x, y))
        rows, row, column, away = projected(gaussians.means, camera)
        on_it = np.abs(away - view.depth[row, column]) <= 2 * SAME * away
        rows, row, column = rows[on_it], row[on_it], column[on_it]
        seen[rows] += 1
        inside[rows] += mask[row, column]
        asked += 1
        if asked == VIEWS:
            break
    if not asked:
        raise InputError("no dreamed view of this scene shows that point: pick what the views show, or brush over it")
    chosen: NDArray[np.bool_] = 2 * inside > seen
    known = seen > 0
    if known.any() and not known.all():  # what lies within a surface goes with what covers it
        away, nearest = cKDTree(gaussians.means[known]).query(gaussians.means[~known], workers=-1)
        size = np.sort(gaussians.scales[known], axis=1)[:, 1]
        chosen[~known] = chosen[known][nearest] & (away < NEXT * size[nearest])
    return chosen


def _nearest_first(cameras: Sequence[Camera], point: NDArray[np.float64]) -> list[tuple[Camera, tuple[float, float]]]:
    """Cameras in whose picture a point lies, and its pixel (x, y); the nearest first."""
    found = []
    for camera in cameras:
        pixels, depth = camera.project(point[None])
        x, y = (float(value) for value in pixels[0])
        rim = INSIDE * min(camera.width, camera.height)
        if depth[0] > 0 and rim <= x < camera.width - rim and rim <= y < camera.height - rim:
            found.append((float(np.linalg.norm(camera.position - point)), camera, (x, y)))
    found.sort(key=lambda each: each[0])
    return [(camera, pixel) for _, camera, pixel in found]
