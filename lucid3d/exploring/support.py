"""Pictures to train on from where people will walk: the cloud itself, drawn finely, where it is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.exploring.planner import FAMILIAR
from lucid3d.pixels import resize
from lucid3d.pointcloud import PointCloud
from lucid3d.projection import RIM_EROSION, project_cloud

FOV = 75.0
"""Degrees across: what a window shows."""
TILT = 20.0
"""Degrees up and down."""
FINER = 2
"""Times as many pixels a side as are kept: points are seen as they are, without the jags of single ones."""
WHOLE = 0.99
"""Part of a kept pixel that must be known."""
GOLDEN = 0.618034
"""Of a turn from one picture to the next: all directions are looked into evenly, whatever their number."""


def cameras_on_the_way(free: FreeSpace, radius: float, count: int, size: int, seed: int) -> list[Camera]:
    """`count` cameras of `size` pixels a side at eye height on free ground within `radius` metres of the start, more of
    them near it."""
    rng = np.random.default_rng([seed, 0x5EED])
    cells = np.argwhere(free.free)
    away = np.hypot(*(cells - free.half).T) * free.cell
    near = away <= max(radius, free.cell)
    cells, away = cells[near], away[near]
    often = FAMILIAR / (FAMILIAR + away)
    eyes = free.eyes(cells[rng.choice(len(cells), size=count, p=often / often.sum())])
    lens, turn = Camera.from_fov(size, size, FOV), rng.uniform(0, 360)
    return [
        lens.at(yaw_pitch(turn + 360 * GOLDEN * i, float(rng.uniform(-TILT, TILT)), eye)) for i, eye in enumerate(eyes)
    ]


def seen_finely(
    cloud: PointCloud, camera: Camera
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Picture (H, W, 3) sRGB, z-depth (H, W) in metres and mask (H, W) of what is known of a cloud from `camera`."""
    lens = (FINER * camera.fx, FINER * camera.fy, FINER * camera.cx, FINER * camera.cy)
    large = Camera(FINER * camera.width, FINER * camera.height, *lens, camera.world_from_camera)
    fine = project_cloud(cloud, large, rim_erosion=FINER * RIM_EROSION)
    image = resize(fine.image, camera.width, camera.height)
    known = resize(fine.known.astype(np.float32), camera.width, camera.height) > WHOLE
    # the nearest of a pixel's depths: never a mean of two surfaces, nor of a surface and the sky
    depth = fine.depth.reshape(camera.height, FINER, camera.width, FINER).min(axis=(1, 3))
    return np.where(known[..., None], image, 0).astype(np.float32), depth, known
