"""A closer look: what stands near one place is drawn again, as finely as a person there sees it, and takes the place of
the coarser Gaussians. So walking up to a wall shows its stones."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.editing.patch import Patch, difference, hidden
from lucid3d.errors import InputError
from lucid3d.exploring.finding import from_world
from lucid3d.exploring.reach import FARTHEST
from lucid3d.exploring.route import ARRIVED, eye_near
from lucid3d.gaussians import from_points
from lucid3d.gaussians.model import Gaussians, joined
from lucid3d.pointcloud import PointCloud, lift
from lucid3d.procedural.world import World
from lucid3d.progress import Event, Listener, ignore

SHARPNESS = 17.0
"""Pixels a degree: a window of 1024 pixels over 60 degrees."""
SIDE = 512
"""Pixels across each picture that is drawn."""
REACH = 12.0
"""Metres within which surfaces are drawn anew: what is further is little finer from here than from the start."""
LEAST = 0.02
"""Part of a picture that must lie within `REACH`, for the picture to be drawn."""
LOOKED_AT = 35.0
"""Degrees up and down that are looked at, about."""
ACROSS = 75.0
"""Degrees about a direction that are looked at: a window, and what comes into it as one turns a little."""
STEP = 0.92
"""Of a picture's field of view, to the next: neighbours overlap a little."""
MOST = 1_000_000
"""Gaussians that a closer look adds at most."""
COARSE = 1.5
"""Pixels of a closer look above which an old Gaussian's width (two deviations) is coarse."""
ON_IT = 3.0
"""Deviations of an old Gaussian within which it lies on a surface."""
NO_WORLD = (
    "a closer look is drawn by the procedural world that a scene was made of, and this scene has none: refine it "
    "without a place"
)
STRAYED = frozenset(("join", "guide", "drag"))
"""Deeds after which a scene holds on its surfaces what its world does not show."""
GLANCE, GLANCE_FOV = 384, 110.0
"""Pixels and degrees across the pictures by which it is judged which Gaussians give way."""


def check_true(deeds: Iterable[str]) -> None:
    """
    Raises:
        InputError: after one of these deeds a world no longer shows what its scene holds.
    """
    if found := STRAYED.intersection(deeds):
        raise InputError(
            "a closer look is drawn by the world that the scene was made of, and a change of this scene "
            f"({min(found)}) is not in it: look first, or undo that change"
        )


def looks_from(eye: NDArray[np.floating], yaw: float | None = None) -> list[Camera]:
    """Cameras at `eye` (3,), world frame, that look all around, or about `yaw` (degrees); level, up and down."""
    fov = float(np.degrees(2 * np.arctan(0.5 * SIDE / (np.degrees(1) * SHARPNESS))))
    lens, step = Camera.from_fov(SIDE, SIDE, fov), STEP * fov
    rows = round(LOOKED_AT / step)
    half = 180.0 if yaw is None else ACROSS / 2
    count = max(1, int(np.ceil(2 * half / step)))
    yaws = (0.0 if yaw is None else yaw) - half + 2 * half * (np.arange(count) + 0.5) / count
    return [lens.at(yaw_pitch(float(y), row * step, eye)) for row in range(-rows, rows + 1) for y in yaws]


def eye_at(world: World, x: float, z: float) -> NDArray[np.float64]:
    """(3,) the eye of a person who stands at x and z, metres.

    Raises:
        InputError: nobody can walk there from the start.
    """
    away = float(np.hypot(x, z))
    if not away + ARRIVED <= FARTHEST:
        raise InputError(f"a closer look is taken within {FARTHEST:g} m of the start, not at {x:g},{z:g}")
    return eye_near(from_world(world, away + 2 * ARRIVED), x, z)


def closer_look(
    gaussians: Gaussians,
    world: World,
    eye: NDArray[np.floating],
    yaw: float | None = None,
    *,
    on_event: Listener = ignore,
) -> Patch:
    """The change that makes what is near a place as fine as it is seen from there.

    Args:
        gaussians: N, of a scene that was made of `world`.
        eye: (3,) world frame, metres; yaw: see `looks_from`.
    Raises:
        InputError: nothing is near.
    """
    eye = np.asarray(eye, np.float64)
    cameras = looks_from(eye, yaw)
    clouds: list[PointCloud] = []
    drawn: dict[int, Camera] = {}
    for number, camera in enumerate(cameras, 1):
        on_event(Event("paint", number, len(cameras), "a closer look"))
        near = _near(world, camera)
        if near.mean() < LEAST:
            continue
        picture = world.draw(camera, only=near)
        new = lift(picture.image, picture.depth, camera, view=number, mask=near, sky_radius=1e5)
        clouds.append(new[~_within(list(drawn.values()), new.positions)])  # from the same place: it is there already
        drawn[number] = camera
    if not drawn:
        raise InputError(f"nothing stands within {REACH:g} m of there: go up to what shall be finer")
    fresh = from_points(
        PointCloud.concatenate(clouds),
        sh_degree=gaussians.sh_degree,
        max_gaussians=MOST,
        cameras=drawn,
        eyes=eye[None],
    )
    gone = np.zeros(len(gaussians), bool)
    for side in [yaw] if yaw is not None else [0.0, 90.0, 180.0, 270.0]:
        glance = Camera.from_fov(GLANCE, GLANCE, GLANCE_FOV, yaw_pitch(side, 0, eye))
        gone |= _replaced(gaussians, world, glance, drawn)
    return difference(gaussians, joined(hidden(gaussians, gone), fresh))


def _near(world: World, camera: Camera) -> NDArray[np.bool_]:
    """(H, W) bool: pixels that show a surface within `REACH`; drawn without light, which takes the time."""
    depth = world.draw(camera, antialias=False, only=np.zeros((camera.height, camera.width), bool)).depth
    return np.asarray(np.isfinite(depth) & (depth < REACH), bool)


def _replaced(gaussians: Gaussians, world: World, glance: Camera, drawn: dict[int, Camera]) -> NDArray[np.bool_]:
    """(N,) bool: coarse Gaussians on the surfaces that were drawn anew, whose whole extent lies in what was drawn. What
    stands before them stays: it may have been set in, and the world does not show it."""
    depth = world.draw(glance, antialias=False, only=np.zeros((glance.height, glance.width), bool)).depth
    rays = glance.world_rays().reshape(-1, 3)
    covered = _within(list(drawn.values()), glance.position + rays).reshape(depth.shape)
    covered &= np.isfinite(depth) & (depth < REACH)
    inner = cv2.distanceTransform(np.pad(covered, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    pixels, z = glance.project(gaussians.means)
    with np.errstate(invalid="ignore"):
        inside = (z > 0) & (pixels >= 0).all(axis=1) & (pixels < (glance.width, glance.height)).all(axis=1)
    rows = np.flatnonzero(inside)
    column, row = pixels[rows].astype(np.intp).T
    sigma, z, there = gaussians.scales.max(axis=1)[rows], z[rows], depth[row, column]
    coarse = 2 * sigma > COARSE * z * np.radians(1 / SHARPNESS)
    reaches = inner[row, column] >= sigma * glance.fx / z
    gone = np.zeros(len(gaussians), bool)
    gone[rows[coarse & reaches & (np.abs(z - there) <= ON_IT * sigma)]] = True
    return gone


def _within(cameras: list[Camera], positions: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(N,) bool: which positions lie in the picture of any camera, were nothing before them."""
    found = np.zeros(len(positions), bool)
    for camera in cameras:
        rest = np.flatnonzero(~found)
        pixels, depth = camera.project(positions[rest])
        with np.errstate(invalid="ignore"):
            inside = (depth > 0) & (pixels >= 0).all(axis=1) & (pixels < (camera.width, camera.height)).all(axis=1)
        found[rest[inside]] = True
    return found
