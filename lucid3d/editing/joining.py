"""Another scene is joined on, as through a door: its Gaussians stand where its start is put, and one can walk there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.editing.patch import Patch
from lucid3d.errors import InputError
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.export.frames import rotate_gaussians
from lucid3d.gaussians.model import Gaussians
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.scene_contents import SKY_FROM, SceneContents

MOST = 10_000_000
"""Gaussians of both."""
MOST_CELLS = 1000
"""Cells from the start to a grid's rim: 250 m."""
DOOR = (1.0, 2.1)
"""Width and height of a door in metres."""
SILL = 0.04
"""Metres above the floor that stay: the floor itself."""
BEFORE = 0.5
"""Metres before the other's start that stay as they are."""
LEVEL = 1.5
"""Metres around the place within which the ground is looked for that both floors lie on."""


def joined_on(
    scene: SceneContents, other: SceneContents, at: tuple[float, float], facing: float, *, door: bool = False
) -> tuple[Patch, FreeSpace | None]:
    """What another scene adds to one.

    Args:
        scene: stays as it is, its sky too; other: comes without its sky.
        at: x and z in metres of the other's start; facing: degrees to the right of our forward that its forward looks.
        door: open the other's walls where the straight way from our start to its goes.
    Returns:
        The change of our Gaussians, and the other's ground in our grid, as far as that reaches; None where unknown.
    Raises:
        InputError: there is nothing to join, or too much.
    """
    own = _without_sky(other)
    if not len(own):
        raise InputError("the scene to join holds nothing but sky")
    if len(own) + len(scene.gaussians) > MOST:
        raise InputError(f"both scenes would have {len(own) + len(scene.gaussians):,} Gaussians; {MOST:,} are the most")
    pose = _pose(scene, other, at, facing)
    turned = rotate_gaussians(own, pose[:3, :3])
    moved = replace(turned, means=(turned.means + pose[:3, 3]).astype(np.float32))
    if door:
        floor = float(pose[1, 3]) + _foot(other)
        moved = moved[~_doorway(moved.means, _first(scene).position[[0, 2]], np.asarray(at, np.float64), floor)]
    count = scene.gaussians.sh.shape[1]
    sh = np.pad(moved.sh, ((0, 0), (0, max(0, count - moved.sh.shape[1])), (0, 0)))[:, :count]
    patch = Patch(np.zeros(0, np.int64), scene.gaussians[:0], replace(moved, sh=sh))
    ground = _ground(scene.free, other.free, pose)
    if door and ground is not None:
        ground = _opened(ground, scene.free, _first(scene).position[[0, 2]], np.asarray(at, np.float64))
    return patch, ground


def _doorway(
    means: NDArray[np.float32], start: NDArray[np.float64], at: NDArray[np.float64], floor: float
) -> NDArray[np.bool_]:
    """(N,) bool: what stands in the way from our start to the other's, as wide and high as a door."""
    along, aside, length = _way(means[:, [0, 2]], start, at)
    up = floor - means[:, 1]
    return np.asarray((np.abs(aside) < DOOR[0] / 2) & (up > SILL) & (up < DOOR[1]) & (along < length - BEFORE), bool)


def _opened(ground: FreeSpace, own: FreeSpace | None, start: NDArray[np.float64], at: NDArray[np.float64]) -> FreeSpace:
    """The other's ground, and through the door to where ours begins."""
    cells = np.argwhere(np.isnan(ground.ground))
    x, z = (ground.start[axis] + (cells[:, 1 - i] - ground.half) * ground.cell for i, axis in enumerate((0, 2)))
    along, aside, length = _way(np.stack([x, z], axis=1), start, at)
    floor = ground.ground[tuple(ground.cells_at(np.array([[at[0], 0, at[1]]]))[0])]
    known = np.isfinite(ground.ground)
    if not np.isfinite(floor) or not known.any() or own is None:
        return ground
    feet = np.stack([x, np.zeros(len(x)), z], axis=1)
    chosen = (np.abs(aside) < DOOR[0] / 2) & (along > 0) & (along < length) & ~own.contains(feet)
    opened = ground.ground.copy()
    opened[tuple(cells[chosen].T)] = floor
    return replace(ground, ground=opened)


def _way(
    places: NDArray[np.floating], start: NDArray[np.float64], at: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Metres along and beside the way from `start` to `at` of places (N, 2), and its length."""
    length = float(np.linalg.norm(at - start))
    ahead = (at - start) / max(length, 1e-9)
    from_start = np.asarray(places, np.float64) - start
    return from_start @ ahead, from_start @ np.array([-ahead[1], ahead[0]]), length


def _foot(scene: SceneContents) -> float:
    """World y of the floor under a scene's start."""
    eye = scene.free.eye if scene.free is not None else EYE_HEIGHT
    return float(_first(scene).position[1]) + eye


def _without_sky(scene: SceneContents) -> Gaussians:
    sky = scene.points.positions[scene.points.is_sky]
    if not len(sky):
        return scene.gaussians
    radius = SKY_FROM * float(np.linalg.norm(sky[0]))
    return scene.gaussians[np.linalg.norm(scene.gaussians.means, axis=1) < radius]


def _pose(scene: SceneContents, other: SceneContents, at: tuple[float, float], facing: float) -> NDArray[np.float64]:
    """(4, 4) our frame from the other's: floors level, its start over the place."""
    first = _first(other)
    ahead = np.degrees(np.arctan2(first.forward[0], first.forward[2]))
    pose = yaw_pitch(facing - float(ahead), 0.0)
    start = first.position
    floor = start[1] + (other.free.eye if other.free is not None else EYE_HEIGHT)
    pose[:3, 3] = np.array([at[0], _floor(scene, at), at[1]]) - pose[:3, :3] @ np.array([start[0], floor, start[2]])
    return pose


def _first(scene: SceneContents) -> Camera:
    return scene.views[0].camera if scene.views else Camera.from_fov(64, 64, 75)


def _floor(scene: SceneContents, at: tuple[float, float]) -> float:
    """World y of our floor at a place, or, where nobody knows it there, at the start."""
    if scene.free is not None:
        cells = np.argwhere(scene.free.free)
        eyes = scene.free.eyes(cells)
        away = np.hypot(eyes[:, 0] - at[0], eyes[:, 2] - at[1])
        if len(away) and away.min() < LEVEL:
            return float(eyes[np.argmin(away), 1] + scene.free.eye)
    return float(_first(scene).position[1]) + (scene.free.eye if scene.free is not None else EYE_HEIGHT)


def _ground(own: FreeSpace | None, other: FreeSpace | None, pose: NDArray[np.float64]) -> FreeSpace | None:
    """The other's ground, looked up in the cells of our grid, which grows as far as it must."""
    if own is None or other is None:
        return None
    cells = np.argwhere(other.free)
    feet = (other.eyes(cells) + np.array([0, other.eye, 0])) @ pose[:3, :3].T + pose[:3, 3]
    reach = np.abs(feet[:, [0, 2]] - own.start[[0, 2]]).max(initial=0)
    half = int(min(np.ceil(reach / own.cell) + 1, MOST_CELLS))
    axis = (np.arange(-half, half + 1)) * own.cell
    x, z = np.meshgrid(axis + own.start[0], axis + own.start[2])
    back = (np.stack([x.ravel(), np.zeros(x.size), z.ravel()], axis=1) - pose[:3, 3]) @ pose[:3, :3]
    row, column = other.cells_at(back).T
    inside = (np.abs(back[:, [0, 2]] - other.start[[0, 2]]) <= (other.half + 0.5) * other.cell).all(axis=1)
    height = other.ground[row, column].astype(np.float64) + pose[1, 3]  # the turn is about the vertical
    ground = np.where(inside, height, np.nan).reshape(x.shape).astype(np.float32)
    return FreeSpace(ground, own.start, own.eye, own.cell)
