"""From a scene to what a game needs of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.exploring.finding import HEAD, KNEE, from_points, from_world
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.export.mesh import Mesh, collision_mesh, scene_mesh
from lucid3d.learning.reader import PictureReader
from lucid3d.learning.shipped import shipped
from lucid3d.playable.colliders import Collider, mesh_colliders, world_colliders
from lucid3d.playable.navigation import NavigationMesh, navigation_mesh
from lucid3d.playable.refining import refined
from lucid3d.playable.spawning import Spawn, spawn_points
from lucid3d.playable.things import Thing, things_of_views, things_of_world
from lucid3d.pointcloud import PointCloud
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.world import World

if TYPE_CHECKING:
    from lucid3d.export.targets import Exportable

log = logging.getLogger(__name__)

RADIUS = 10.0
"""Metres around the start that are looked at where a scene was not explored."""
OPAQUE = 0.5
"""Opacity from which on a Gaussian is solid, where a scene has no points."""
VOXEL = 0.1
"""Metres along a voxel's side, doubled while there are more than `MOST_VOXELS`."""
MOST_VOXELS = 60_000_000
AROUND = 3.0
"""Metres of voxels beyond where one can walk."""
HEIGHTS = (6.0, 2.0)
"""Metres of voxels above the highest eye and below the lowest ground."""


@dataclass(frozen=True, eq=False)
class Playable:
    """What a game needs of a scene; all in the world frame (y down).

    Attributes:
        free: on what ground one can walk.
        exact: whether it is a procedural world's truth, or was read off what was dreamed.
    """

    free: FreeSpace
    navigation: NavigationMesh
    spawns: list[Spawn]
    things: list[Thing]
    colliders: list[Collider]
    exact: bool


def playable(scene: Exportable, world: World | None = None, surface: Mesh | None = None) -> Playable:
    """What a game needs of a scene.

    Args:
        scene: with its Gaussians; its points, free space and views are used where it has them.
        world: that a procedural scene is made of; without it things and colliders are read off what was dreamed.
        surface: the scene's collision mesh, if it is at hand (`export.mesh.collision_mesh`).
    Raises:
        InputError: the scene holds no Gaussians, or nothing that one can stand on.
    """
    free = free_space_of(scene, world)
    if world is not None:
        free = refined(world, free)
    # Finer still for the mesh alone: where trunks stand close, half a cell decides whether one touches them.
    navigation = navigation_mesh(free if world is None else refined(world, free))
    spawns = spawn_points(free)
    if world is not None:
        things = things_of_world(world, free)
        colliders = world_colliders(world, free, things)
    else:
        views = [view for view in getattr(scene, "views", None) or [] if not view.support]
        things = things_of_views(views, PictureReader()) if views and shipped() else []
        try:
            surface = surface or collision_mesh(scene_mesh(scene))
            colliders = mesh_colliders(surface, free, things)
        except InputError as error:  # all sky: one can walk on nothing that is solid
            log.warning("the scene comes without colliders: %s", error)
            colliders = []
    return Playable(free, navigation, spawns, things, colliders, world is not None)


def free_space_of(scene: Exportable, world: World | None) -> FreeSpace:
    """Where one can walk: as it was found when the scene was explored, else found now.

    Raises:
        InputError: there are no Gaussians, or nothing to stand on.
    """
    if len(scene.gaussians) == 0:
        raise InputError("the scene holds 0 Gaussians, so nobody can walk in it: train or load a scene first")
    known: FreeSpace | None = getattr(scene, "free", None)
    if known is None:
        if world is not None:
            known = from_world(world, RADIUS)
        else:
            cameras = list(scene.cameras or [])
            start = cameras[0].position if cameras else np.zeros(3)
            known = from_points(solid_points(scene), start, RADIUS, eye=EYE_HEIGHT)
    if not known.free.any():
        raise InputError("nobody can stand at the start of this scene, so it has no ground to walk on")
    return known


def solid_points(scene: Exportable) -> PointCloud:
    """The dreamed points, or the middles of opaque Gaussians where a scene has none."""
    if scene.points is not None and len(scene.points):
        return scene.points
    means = scene.gaussians.means[scene.gaussians.opacities >= OPAQUE]
    cloud, count = PointCloud.empty(), len(means)
    return PointCloud(
        np.ascontiguousarray(means, np.float32),
        np.zeros((count, 3), np.float32),
        np.zeros((count, 3), np.float32),
        np.zeros(count, np.float32),
        np.zeros(count, cloud.views.dtype),
        np.ones(count, np.float32),
        np.zeros(count, bool),
    )


def solid_voxels(scene: Exportable, free: FreeSpace) -> tuple[NDArray[np.bool_], NDArray[np.float64], float]:
    """Voxels of a scene's points: the ground under every walker filled, the air around them free.

    Returns:
        (X, Y, Z) bool along the world's axes (y down), the world position (3,) of the first voxel's corner, and metres
        along a voxel's side.
    """
    from scipy.ndimage import binary_closing

    cells = np.argwhere(free.free)
    feet = free.eyes(cells) + np.array([0, free.eye, 0])
    low, high = feet.min(axis=0) - AROUND, feet.max(axis=0) + AROUND
    low[1], high[1] = feet[:, 1].min() - free.eye - HEIGHTS[0], feet[:, 1].max() + HEIGHTS[1]
    size = VOXEL
    while np.prod((high - low) / size) > MOST_VOXELS:
        size *= 2
    shape = np.ceil((high - low) / size).astype(int)
    solid = np.zeros(tuple(shape), bool)
    cloud = solid_points(scene)
    index = np.floor((cloud.positions[~cloud.is_sky].astype(np.float64) - low) / size).astype(np.int64)
    index = index[((index >= 0) & (index < shape)).all(axis=1)]
    solid[tuple(index.T)] = True
    solid |= binary_closing(solid, np.ones((3, 3, 3), bool))  # far points are wider apart than voxels
    # every column of voxels goes with the cell that it is in
    x = low[0] + (np.arange(shape[0]) + 0.5) * size
    z = low[2] + (np.arange(shape[2]) + 0.5) * size
    plan = np.stack(np.meshgrid(x, [0.0], z, indexing="ij"), axis=-1).reshape(-1, 3)
    row, column = free.cells_at(plan).T
    ground = np.where(free.contains(plan), free.ground[row, column], np.nan).reshape(shape[0], 1, shape[2])
    y = (low[1] + (np.arange(shape[1]) + 0.5) * size)[None, :, None]
    with np.errstate(invalid="ignore"):
        solid &= ~((y > ground - free.eye - HEAD) & (y < ground - KNEE))
        solid |= (y > ground) & (y < ground + 3 * size)
    return solid, low, size
