"""The things of a scene by name: what stands where, how large, and which way it looks.

Of a procedural world they are its own instances, exact. Of other scenes they are what the small network of
`lucid3d.learning` sees in the dreamed views: solid pixels of one label that lie together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.exploring.free_space import FreeSpace
from lucid3d.learning.classes import CLASSES
from lucid3d.learning.reader import Reader
from lucid3d.procedural.kit.labels import LABELS, label_number
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.world import World
from lucid3d.transforms import PosedView

BACKGROUND = frozenset(
    ("sky", "ground", "water", "road", "path", "floor", "ceiling", "wall", "snow", "ice", "lava", "grass", "flower")
)
"""Labels of what is no thing of its own; with a name of their own they are listed all the same."""
NEVER = frozenset(("grass",))
"""Labels of what nobody asks for one by one."""
NEAR = 10.0
"""Metres from where one can walk within which every thing is listed."""
APPARENT = 0.02
"""What is further off is listed if its box's diagonal is this part of its distance: some pixels of a screen."""
MOST = 5000
"""Things listed; those that look largest, where there are more (a forest)."""
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


def things_of_world(world: World, free: FreeSpace) -> list[Thing]:
    """What stands in a procedural world, hidden or not: all near where one can walk, and beyond what looks large
    enough; the nearest first."""
    found: list[Thing] = []
    away: list[NDArray[np.float64]] = []
    apparent: list[NDArray[np.float64]] = []
    for mesh, (first, behind, kind) in zip(world.meshes, world.spans(), strict=True):
        label = semantic_label(mesh)
        if not mesh.triangle_count or label in NEVER or not (kind or label not in BACKGROUND):
            continue
        numbers, low, high = instance_boxes(mesh)
        distance = _distances(free, low, high)
        looks = np.linalg.norm(high - low, axis=1) / np.maximum(distance, 1.0)
        listed = (distance <= NEAR) | (looks >= APPARENT)
        if not listed.any():
            continue
        yaws = None if mesh.facing is None else mesh.facing[np.minimum(numbers, len(mesh.facing) - 1)]
        sizes = high - low if yaws is None else _own_sizes(mesh, mesh.facing)
        for row in np.flatnonzero(listed):
            number = first + int(numbers[row])
            yaw = None if yaws is None else float(yaws[row])
            found.append(Thing("", label, kind or label, number, low[row], high[row], yaw, sizes[row]))
        away.append(distance[listed])
        apparent.append(looks[listed])
        assert behind > first
    if not found:
        return []
    largest = np.argsort(-np.concatenate(apparent), kind="stable")[:MOST]
    nearest = largest[np.argsort(np.concatenate(away)[largest], kind="stable")]
    return named([found[i] for i in nearest])


def semantic_label(mesh: Mesh) -> str:
    """A mesh's label as the ground truth has it, which knows fewer than generators say."""
    return LABELS[label_number(mesh.label)]


def instance_boxes(mesh: Mesh) -> tuple[NDArray[np.int64], Box, Box]:
    """Numbers (N,) of the instances of a mesh, and the smallest (N, 3) and largest (N, 3) corner of each."""
    return _extremes(mesh, mesh.vertices[mesh.triangles].astype(np.float64))


def _extremes(mesh: Mesh, corners: NDArray[np.float64]) -> tuple[NDArray[np.int64], Box, Box]:
    """The same for corners (T, 3, 3) of its triangles."""
    order, numbers, start = _sorted(mesh)
    low = np.minimum.reduceat(corners.min(axis=1)[order], start, axis=0)
    high = np.maximum.reduceat(corners.max(axis=1)[order], start, axis=0)
    return numbers, low, high


def _sorted(mesh: Mesh) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.intp]]:
    """Triangles (T,) in the order of their instances, the instances' numbers (N,), and where each begins (N,)."""
    own = np.zeros(len(mesh.triangles), np.int64) if mesh.instances is None else mesh.instances.astype(np.int64)
    order = np.argsort(own, kind="stable")
    numbers, start = np.unique(own[order], return_index=True)
    return order, numbers, start


def _own_sizes(mesh: Mesh, facing: NDArray[np.float64] | None) -> Box:
    """(N, 3) width, height and depth of the instances along their own axes."""
    assert facing is not None
    own = np.zeros(len(mesh.triangles), np.int64) if mesh.instances is None else mesh.instances.astype(np.int64)
    yaw = facing[np.minimum(own, len(facing) - 1)]
    c, s = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
    x, y, z = np.moveaxis(mesh.vertices[mesh.triangles].astype(np.float64), -1, 0)
    _, low, high = _extremes(mesh, np.stack([c * x - s * z, y, s * x + c * z], axis=-1))
    return high - low


def triangles_of(world: World, things: Sequence[Thing]) -> Iterator[tuple[Thing, NDArray[np.float64]]]:
    """Each thing with the corners (T, 3, 3) of its triangles, in the order of the things."""
    sorts: dict[int, tuple[Mesh, NDArray[np.intp], NDArray[np.int64], NDArray[np.intp]]] = {}
    firsts = np.array([first for first, _, _ in world.spans()])
    for thing in things:
        number = int(np.searchsorted(firsts, thing.instance, side="right")) - 1
        if number not in sorts:
            sorts[number] = (world.meshes[number], *_sorted(world.meshes[number]))
        mesh, order, numbers, start = sorts[number]
        at = int(np.searchsorted(numbers, thing.instance - firsts[number]))
        end = int(start[at + 1]) if at + 1 < len(start) else len(order)
        yield thing, mesh.vertices[mesh.triangles[order[start[at] : end]]].astype(np.float64)


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
