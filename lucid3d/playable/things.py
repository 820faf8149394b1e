"""The things of a scene by name: what stands where, how large, and which way it looks.

Of a procedural world they are its own instances, exact. Of other scenes they are what the small network of
`lucid3d.learning` sees in the dreamed views: solid pixels of one label that lie together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.exploring.free_space import FreeSpace
from lucid3d.learning.classes import CLASSES
from lucid3d.learning.reader import Reader
from lucid3d.panorama import cube_cameras
from lucid3d.procedural.kit.labels import LABELS
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.world import World
from lucid3d.transforms import PosedView

BACKGROUND = frozenset(
    ("sky", "ground", "water", "road", "path", "floor", "ceiling", "wall", "snow", "ice", "lava", "grass", "flower")
)
"""Labels of what is no thing of its own; with a name of their own they are listed all the same."""
NEVER = frozenset(("grass",))
"""Labels of what nobody asks for one by one."""
NEAR = 30.0
"""Metres from where one can walk within which every thing is listed; what is further off is, if it is seen."""
MOST = 4000
"""Things listed; the nearest, where there are more (a forest's shrubs)."""
GLANCE = 400
"""Pixels along each of six views all around that look for what is far."""
VOXEL = 0.15
"""Metres within which pixels of a dreamed view count as neighbours."""
FEWEST_VOXELS = 12
"""Of a thing in dreamed views: less are specks."""
LARGEST_SHARE = 0.5
"""Of a view's distance that a thing may be wide: more is a backdrop (a forest's edge, a row of houses)."""
SEEN_THINGS = ("furniture", "thing", "rock", "foliage", "building")
"""Classes of the network that are things."""

Box = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Thing:
    """Something with a name.

    Attributes:
        name: unique in the scene, of letters, digits and "_".
        label: semantic label; kind: what it is in the catalogue's word, or the label.
        instance: its number in the ground truth of a procedural world, else counted from 1.
        low, high: (3,) smallest and largest corner in metres, world frame (y down).
        yaw: radians by which its front is turned to the right from looking towards -z, or None where that is unknown.
        size: (3,) width, height and depth in metres along its own axes: across its front, up, and behind it; those of
            the box where the front is unknown.
    """

    name: str
    label: str
    kind: str
    instance: int
    low: Box
    high: Box
    yaw: float | None
    size: Box

    @property
    def foot(self) -> Box:
        """(3,) the middle of its box's bottom."""
        return np.array([(self.low[0] + self.high[0]) / 2, self.high[1], (self.low[2] + self.high[2]) / 2])

    @property
    def front(self) -> Box | None:
        """(3,) unit vector that it looks along, or None."""
        return None if self.yaw is None else np.array([-np.sin(self.yaw), 0.0, -np.cos(self.yaw)])


def things_of_world(world: World, free: FreeSpace, eyes: Sequence[NDArray[np.floating]] = ()) -> list[Thing]:
    """What stands in a procedural world: all near where one can walk, and what is seen from `eyes`, the nearest first.

    Args:
        eyes: (3,) places to look for far things from.
    """
    seen: set[int] = set()
    nothing = np.zeros((GLANCE, GLANCE), bool)  # no colours are wanted, and instances come for nothing
    for eye in eyes:
        for camera in cube_cameras(GLANCE).values():
            pose = camera.world_from_camera.copy()
            pose[:3, 3] = eye
            seen |= set(np.unique(world.draw(camera.at(pose), antialias=False, only=nothing).instances).tolist())
    found: list[Thing] = []
    away: list[NDArray[np.float64]] = []
    for mesh, (first, behind, kind) in zip(world.meshes, world.spans(), strict=True):
        if not mesh.triangle_count or mesh.label in NEVER or not (kind or mesh.label not in BACKGROUND):
            continue
        numbers, low, high = instance_boxes(mesh)
        distance = _distances(free, low, high)
        listed = (distance <= NEAR) | np.array([first + int(n) in seen for n in numbers], bool)
        for row in np.flatnonzero(listed):
            number = int(numbers[row])
            yaw = None if mesh.facing is None else float(mesh.facing[min(number, len(mesh.facing) - 1)])
            found.append(
                Thing(
                    "", mesh.label, kind or mesh.label, first + number, low[row], high[row], yaw, high[row] - low[row]
                )
            )
        away.append(distance[listed])
        assert behind > first
    if not found:
        return []
    order = np.argsort(np.concatenate(away), kind="stable")[:MOST]
    return named([_measured(found[i], world) for i in order])


def instance_boxes(mesh: Mesh) -> tuple[NDArray[np.int64], Box, Box]:
    """Numbers (N,) of the instances of a mesh, and the smallest (N, 3) and largest (N, 3) corner of each."""
    corners = mesh.vertices[mesh.triangles].astype(np.float64)
    own = np.zeros(len(corners), np.int64) if mesh.instances is None else mesh.instances.astype(np.int64)
    order = np.argsort(own, kind="stable")
    numbers, start = np.unique(own[order], return_index=True)
    low = np.minimum.reduceat(corners.min(axis=1)[order], start, axis=0)
    high = np.maximum.reduceat(corners.max(axis=1)[order], start, axis=0)
    return numbers, low, high


def vertices_of(world: World, instance: int) -> NDArray[np.float64]:
    """(T, 3, 3) corners of the triangles of one instance of a world."""
    for mesh, (first, behind, _) in zip(world.meshes, world.spans(), strict=True):
        if first <= instance < behind:
            rows = slice(None) if mesh.instances is None else mesh.instances == instance - first
            return mesh.vertices[mesh.triangles[rows]].astype(np.float64)
    return np.zeros((0, 3, 3))


def _measured(thing: Thing, world: World) -> Thing:
    """A thing with its size along its own axes."""
    if (
        thing.yaw is None or abs(np.sin(2 * thing.yaw)) < 1e-6
    ):  # square to the world: the box itself, perhaps on its side
        across = thing.yaw is not None and abs(np.sin(thing.yaw)) > 0.5
        return replace(thing, size=thing.size[[2, 1, 0]] if across else thing.size)
    points = vertices_of(world, thing.instance).reshape(-1, 3)
    c, s = np.cos(thing.yaw), np.sin(thing.yaw)
    own = np.stack([c * points[:, 0] - s * points[:, 2], points[:, 1], s * points[:, 0] + c * points[:, 2]], axis=1)
    return replace(thing, size=np.ptp(own, axis=0))


def _distances(free: FreeSpace, low: Box, high: Box) -> NDArray[np.float64]:
    """(N,) metres along the ground from boxes to the nearest cell on which one can stand."""
    from scipy.spatial import cKDTree

    cells = free.eyes(np.argwhere(free.free))[:, [0, 2]]
    nearest = cells[cKDTree(cells).query((low + high)[:, [0, 2]] / 2)[1]]
    outside = np.maximum(np.maximum(low[:, [0, 2]] - nearest, nearest - high[:, [0, 2]]), 0)
    return np.asarray(np.hypot(outside[:, 0], outside[:, 1]), np.float64)


def things_of_views(views: Sequence[PosedView], reader: Reader) -> list[Thing]:
    """What a network sees in dreamed views: voxels of one class that touch, the nearest to the first view first.

    Args:
        views: dreamed ones; their depth says where a pixel is.
        reader: that labels a picture.
    """
    from scipy.ndimage import label as connected

    parts: dict[int, list[NDArray[np.float64]]] = {}
    for view in views:
        labels = reader.read(view.image, fov=view.camera.fov_degrees).labels
        points = view.camera.unproject(view.depth)
        for name in SEEN_THINGS:
            number = CLASSES.index(name)
            rows = view.mask & np.isfinite(view.depth) & (labels == number)
            parts.setdefault(number, []).append(points[rows].astype(np.float64))
    origin = views[0].camera.position if views else np.zeros(3)
    found: list[Thing] = []
    for number, lists in parts.items():
        points = np.concatenate(lists)
        if not len(points):
            continue
        low = points.min(axis=0)
        keys = np.unique(np.floor((points - low) / VOXEL).astype(np.int64), axis=0)
        keys = keys[(keys < 4000).all(axis=1)]  # 600 m: what is further off is scenery
        filled = np.zeros(tuple(keys.max(axis=0) + 1) if np.prod(keys.max(axis=0) + 1.0) < 2e8 else (1, 1, 1), bool)
        if filled.size == 1 and len(keys) > 1:
            continue  # spread over more than can be told apart
        filled[tuple(keys.T)] = True
        groups = connected(filled, np.ones((3, 3, 3), int))[0][tuple(keys.T)]
        for group in np.unique(groups):
            own = keys[groups == group]
            if len(own) < FEWEST_VOXELS:
                continue
            corner, opposite = low + own.min(axis=0) * VOXEL, low + (own.max(axis=0) + 1) * VOXEL
            distance = np.linalg.norm((corner + opposite) / 2 - origin)
            if np.ptp(np.stack([corner, opposite])[:, [0, 2]], axis=0).max() > max(LARGEST_SHARE * distance, 1.0):
                continue
            name = CLASSES[number]
            found.append(Thing("", name, name, 0, corner, opposite, None, opposite - corner))
    found.sort(key=lambda thing: float(np.linalg.norm((thing.low + thing.high) / 2 - origin)))
    return named([replace(thing, instance=i) for i, thing in enumerate(found[:MOST], 1)])


def named(things: Sequence[Thing]) -> list[Thing]:
    """The things, each with a name of its own: its kind and a number, in their order."""
    counted: Counter[str] = Counter()
    result = []
    for thing in things:
        base = re.sub(r"\W+", "_", thing.kind.lower()).strip("_") or "thing"
        counted[base] += 1
        result.append(replace(thing, name=f"{base}_{counted[base]}"))
    return result


def label_names() -> tuple[str, ...]:
    """Every label that a thing of a procedural world may have."""
    return tuple(name for name in LABELS if name not in BACKGROUND)
