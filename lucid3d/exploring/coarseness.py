"""What is known, but more coarsely than it will be looked at; and its finer points in place of the coarser ones."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

import lucid3d.native._geometry as _geometry
from lucid3d.camera import Camera, lens_values
from lucid3d.pointcloud import PointCloud
from lucid3d.projection import PartialView
from lucid3d.threads import thread_count

TOO_COARSE = 1.5
"""A point is too coarse that stands for more than this many times the width that a person can tell apart."""
LEAST_CONFIDENCE = 0.05
"""Of a point, when its width is judged: a glance at 3 degrees stretches a pixel twentyfold."""
SAME_SURFACE = 3.0
"""Footprints of a coarse point by which it may lie before or behind the finer surface that takes its place."""
FINER = 1.5
"""A point gives way to points that are this many times finer."""


def widths(cloud: PointCloud) -> NDArray[np.float32]:
    """(N,) metres: the side of the square patch of surface that each point stands for; wide where it was seen at a
    glancing angle (the confidence is the cosine)."""
    slant = np.sqrt(np.maximum(cloud.confidences, np.float32(LEAST_CONFIDENCE)))
    return (cloud.footprints / slant).astype(np.float32)


def too_coarse(
    cloud: PointCloud, seen: PartialView, camera: Camera, sharpness: float, *, widened: float = 1.0
) -> NDArray[np.bool_]:
    """(H, W) bool: known pixels of solid things whose points are coarser than a person sees them from here.

    Args:
        cloud: that `seen` was projected from.
        sharpness: pixels a degree with which a person looks; a camera of fewer is no reason to paint again.
        widened: by how much the footprints were widened for a cloud thinned for a glance.
    """
    coarse = np.zeros(seen.known.shape, bool)
    solid = seen.known & np.isfinite(seen.depth)
    told_apart = max(float(np.radians(1.0 / sharpness)), 1.0 / camera.fx)
    picked = cloud[seen.point_index[solid]]
    coarse[solid] = widths(picked) > TOO_COARSE * widened * told_apart * seen.depth[solid]
    return coarse


def give_way(
    cloud: PointCloud, camera: Camera, depth: NDArray[np.float32], painted: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """(N,) bool: the points that a newly painted view replaces by finer ones.

    A point gives way where the whole patch that it stands for was painted, at its depth and `FINER` times as finely.

    Args:
        cloud: N points from before the view.
        depth: (H, W) z-depth of the view, +inf = sky.
        painted: (H, W) bool, the pixels that are lifted from it.
    """
    replaced = np.zeros(len(cloud), bool)
    if not painted.any():
        return replaced
    # how far each pixel is from the nearest that was not painted; beyond the picture nothing was
    inner = cv2.distanceTransform(np.pad(painted, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    _geometry.give_way(
        *(cloud.positions, cloud.footprints, cloud.is_sky, lens_values(camera)),
        np.ascontiguousarray(camera.camera_from_world),
        np.ascontiguousarray(camera.position),
        np.ascontiguousarray(depth, np.float32),
        np.ascontiguousarray(inner, np.float32),
        float(depth[painted].min()) / camera.fx,  # the finest that there is
        *(FINER, SAME_SURFACE, thread_count(None)),
        replaced,
    )
    return replaced


def thinned_for_a_glance(cloud: PointCloud, count: int) -> tuple[PointCloud, float]:
    """Every n-th point, `count` or fewer, their footprints widened so that no gap opens; and by how much."""
    every = -(-len(cloud) // count) if len(cloud) else 1
    picked = cloud[np.arange(0, len(cloud), every)]  # a copy: each glance would make one of a view with strides
    widened = float(np.sqrt(every))
    return replace(picked, footprints=picked.footprints * np.float32(widened)), widened
