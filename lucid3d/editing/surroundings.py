"""What each Gaussian of a scene is: its label and instance in the procedural world that it was dreamed from; or what a
network that cuts out pictures makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lucid3d.camera import Camera
from lucid3d.families.base import Image
from lucid3d.gaussians.model import Gaussians
from lucid3d.procedural.world import World

SIDE = 512
"""Pixels across the pictures that Gaussians are looked up in, at most."""
SAME = 0.04
"""Relative difference of depth up to which a Gaussian lies on the surface that a picture shows."""


class Cutter(Protocol):
    """Cuts out of pictures what belongs together."""

    def part(self, image: Image, point: tuple[float, float]) -> NDArray[np.bool_]:
        """(H, W) bool: the part of an sRGB picture (H, W, 3) that a point of it (x, y in pixels) belongs to."""
        ...


@dataclass(frozen=True, eq=False)
class Surroundings:
    """A scene's Gaussians, and what they show where that is known.

    Attributes:
        gaussians: N.
        labels: (N,) int32, see `kit.labels`; instances: (N,) int32, as in `Drawing.instances`; None without a world.
        world: that the scene was made of, or None.
        cameras: from where it was dreamed.
        cutter: cuts out of pictures what belongs to a point, or None.
    """

    gaussians: Gaussians
    labels: NDArray[np.int32] | None = None
    instances: NDArray[np.int32] | None = None
    world: World | None = None
    cameras: Sequence[Camera] = ()
    cutter: Cutter | None = None


def surroundings_of(
    gaussians: Gaussians, cameras: Sequence[Camera], world: World | None, cutter: Cutter | None = None
) -> Surroundings:
    """Label and instance of every Gaussian, from where the scene was dreamed; what no camera sees is what the nearest
    seen Gaussian is."""
    if world is None or not cameras or len(gaussians) == 0:
        return Surroundings(gaussians, world=world, cameras=cameras, cutter=cutter)
    count = len(gaussians)
    labels, instances = np.zeros(count, np.int32), np.zeros(count, np.int32)
    error = np.full(count, np.inf)
    for camera in cameras:
        small = glance(camera)
        drawn = world.draw(small, antialias=False, only=np.zeros((small.height, small.width), bool))
        rows, row, column, depth = projected(gaussians.means, small)
        there = drawn.depth[row, column]
        with np.errstate(invalid="ignore"):
            off = np.where(np.isfinite(there), np.abs(there - depth) / depth, SAME)  # the sky's dome lies anywhere
        better = off < np.minimum(error[rows], SAME * 1.0001)
        rows, row, column = rows[better], row[better], column[better]
        error[rows] = off[better]
        labels[rows], instances[rows] = drawn.labels[row, column], drawn.instances[row, column]
    seen = np.isfinite(error)
    if seen.any() and not seen.all():
        nearest = cKDTree(gaussians.means[seen]).query(gaussians.means[~seen], workers=-1)[1]
        labels[~seen], instances[~seen] = labels[seen][nearest], instances[seen][nearest]
    return Surroundings(gaussians, labels, instances, world, cameras, cutter)


def glance(camera: Camera) -> Camera:
    """The camera with a picture of at most `SIDE` pixels to a side."""
    factor = SIDE / max(camera.width, camera.height)
    if factor >= 1:
        return camera
    return camera.resized(max(1, round(camera.width * factor)), max(1, round(camera.height * factor)))


def projected(
    positions: NDArray[np.float32], camera: Camera
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Those of positions (N, 3) that lie within a picture: which, and their pixel's row, column, and z-depth."""
    pixels, depth = camera.project(positions)
    with np.errstate(invalid="ignore"):
        inside = (depth > 1e-3) & (pixels >= 0).all(axis=1) & (pixels < (camera.width, camera.height)).all(axis=1)
    rows = np.flatnonzero(inside)
    column, row = pixels[rows].astype(np.intp).T
    return rows, row, column, np.asarray(depth[rows], np.float64)
