"""What stands in a finished place, thing by thing: where each is, what it would stand on elsewhere, and moving it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.mesh import Mesh, rotation_y
from lucid3d.procedural.kit.place import EYE_HEIGHT, Place

FLOORS = frozenset(("path", "road", "floor", "pier", "ground", "bridge"))
"""Labels of meshes that one can stand on."""
SOLID = frozenset(("building", "wall", "vehicle", "furniture", "statue", "boat", "lamp", "machine", "person", "animal",
                   "object", "fence", "bridge", "rock", "fabric", "door"))  # fmt: skip
"""Labels of what is in each other's way."""
GROWN = frozenset(("tree", "shrub", "rock", "grass", "flower", "plant"))
"""Labels of what makes room for what a sentence puts there."""
FLAT = 0.12
"""Metres up to which a thing is stepped over, not walked around."""
FEW = 12
"""Instances of a mesh up to which they may be parts of things; more are things of their own."""
WITHIN = 0.3
"""Metres about a thing's box in which a lamp belongs to it."""


@dataclass
class Item:
    """One thing: its parts as (index of a mesh, instance number), its box (2, 3), y down."""

    thing: str
    parts: list[tuple[int, int]]
    box: NDArray[np.float64]

    @property
    def middle(self) -> NDArray[np.float64]:
        """(x, z) of its middle."""
        return np.asarray(self.box.mean(axis=0)[[0, 2]])

    @property
    def half(self) -> NDArray[np.float64]:
        """Half its extent along x and z."""
        return np.asarray(np.ptp(self.box, axis=0)[[0, 2]] / 2)

    @property
    def away(self) -> float:
        """Metres from the start."""
        return float(np.hypot(*self.middle))

    @property
    def azimuth(self) -> float:
        """Radians from straight ahead, positive to the right."""
        return math.atan2(*self.middle)

    def reach(self, direction: NDArray[np.float64]) -> float:
        """Metres from its middle to the edge of its box along a unit direction."""
        return float(np.abs(direction) @ self.half)


def items_in(
    meshes: Sequence[Mesh], words: frozenset[str] | None = None, labels: frozenset[str] = frozenset()
) -> list[Item]:
    """The things that are called one of `words`, or that carry one of `labels`. Meshes that lie in each other and are
    the same thing are one: a house may be several."""
    found: list[Item] = []
    alike: dict[str, list[Item]] = {}
    for index, mesh in enumerate(meshes):
        named = words is not None and mesh.thing in words
        if not (named or mesh.label in labels) or not mesh.triangle_count:
            continue
        numbers, boxes = boxes_of(mesh)
        for number, box in zip(numbers, boxes, strict=True):
            few = named and len(numbers) <= FEW
            others = alike.setdefault(mesh.thing, [])
            at = _lying_in(others, box) if few else None
            same = None if at is None else others[at]
            if same is None:
                others.append(Item(mesh.thing, [(index, number)], box))
                found.append(others[-1])
            else:
                same.parts.append((index, number))
                same.box = np.stack([np.minimum(same.box[0], box[0]), np.maximum(same.box[1], box[1])])
    return found


def boxes_of(mesh: Mesh) -> tuple[list[int], NDArray[np.float64]]:
    """The numbers of a mesh's instances, and their boxes (N, 2, 3)."""
    if mesh.instances is None:
        return [0], mesh.bounds.astype(np.float64)[None]
    order = np.argsort(mesh.instances, kind="stable")
    numbers, starts = np.unique(mesh.instances[order], return_index=True)
    corners = mesh.vertices[mesh.triangles[order]]
    low = np.minimum.reduceat(corners.min(axis=1), starts, axis=0).astype(np.float64)
    high = np.maximum.reduceat(corners.max(axis=1), starts, axis=0).astype(np.float64)
    return numbers.tolist(), np.stack([low, high], axis=1)


def _lying_in(items: Sequence[Item], box: NDArray[np.float64]) -> int | None:
    """The first of the items whose box's middle lies in `box` (2, 3), or that of `box` in its own, seen from above."""
    if not items:
        return None
    low, high = np.moveaxis(np.stack([item.box for item in items])[:, :, [0, 2]], 1, 0)
    near, far = box[:, [0, 2]]
    apart = np.abs((low + high) / 2 - (near + far) / 2)
    lies = (apart < np.maximum(high - low, far - near) / 2).all(axis=1)
    return int(lies.argmax()) if lies.any() else None


@dataclass
class Ground:
    """What one stands on in a place: the land and the floors that lie on it."""

    place: Place

    def __post_init__(self) -> None:
        self.floors = [m for m in self.place.meshes if m.label in FLOORS and not m.thing and m.triangle_count]
        self.room: NDArray[np.float64] | None = None
        floors = [m.bounds for m in self.floors if m.label == "floor"]
        if self.place.interior and floors:
            self.room = np.stack(
                [np.min([f[0] for f in floors], axis=0), np.max([f[1] for f in floors], axis=0)]
            ).astype(np.float64)

    def at(self, x: float, z: float) -> float:
        """y of the ground at (x, z)."""
        if self.place.interior:
            return EYE_HEIGHT
        terrain = self.place.terrain
        levels = (
            [] if terrain is None else [float(terrain.heights(np.array([x], np.float32), np.array([z], np.float32))[0])]
        )
        levels += [y for m in self.floors if (y := top_at(m, x, z)) is not None]
        return min(levels, default=EYE_HEIGHT)

    def dry(self, x: float, z: float, above: float = 0.1) -> bool:
        """Whether no water stands there."""
        water = self.place.water
        return water is None or self.at(x, z) < water.level - above

    def inside(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
        """Whether the corners low and high, (2,) metres along x and z, lie within the room; always outdoors."""
        room = self.room
        return room is None or bool((low > room[0, [0, 2]] + 0.05).all() and (high < room[1, [0, 2]] - 0.05).all())


def top_at(mesh: Mesh, x: float, z: float, triangles: NDArray[np.int32] | None = None) -> float | None:
    """y of the highest point of a mesh, or of some `triangles` (N, 3) of it, above (x, z); None where it does not
    reach."""
    low, high = mesh.bounds[:, [0, 2]]
    if not (low[0] <= x <= high[0] and low[1] <= z <= high[1]):
        return None
    corners = mesh.vertices[mesh.triangles if triangles is None else triangles]
    a, b, c = (corners[:, i].astype(np.float64) for i in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 2] - a[:, 2]) - (c[:, 0] - a[:, 0]) * (b[:, 2] - a[:, 2])
    with np.errstate(divide="ignore", invalid="ignore"):
        v = ((x - a[:, 0]) * (c[:, 2] - a[:, 2]) - (c[:, 0] - a[:, 0]) * (z - a[:, 2])) / area
        w = ((b[:, 0] - a[:, 0]) * (z - a[:, 2]) - (x - a[:, 0]) * (b[:, 2] - a[:, 2])) / area
        inside = (v >= -1e-6) & (w >= -1e-6) & (v + w <= 1 + 1e-6) & (np.abs(area) > 1e-12)
        y = a[:, 1] + v * (b[:, 1] - a[:, 1]) + w * (c[:, 1] - a[:, 1])
    return float(y[inside].min()) if inside.any() else None


def triangles_of(mesh: Mesh, number: int) -> NDArray[np.int32]:
    """(T, 3) of one of its instances."""
    return mesh.triangles if mesh.instances is None else mesh.triangles[mesh.instances == number]


def moved(place: Place, item: Item, x: float, z: float, y: float, turn: float = 0.0) -> None:
    """Move a thing so that its middle stands at (x, z) and its foot at y, turned by `turn` radians; its lamps go with
    it."""
    old = np.array([item.middle[0], item.box[1, 1], item.middle[1]])
    new = np.array([x, y, z])
    spin = rotation_y(turn)
    for index, number in item.parts:
        mesh = place.meshes[index]
        own = np.unique(triangles_of(mesh, number))
        vertices = mesh.vertices.copy()
        vertices[own] = (vertices[own] - old) @ spin.T + new
        normals = None if mesh.normals is None else mesh.normals.copy()
        if normals is not None:
            normals[own] = normals[own] @ spin.T
        place.meshes[index] = replace(mesh, vertices=vertices, normals=normals)
    for i, lamp in enumerate(place.lamps):
        at = np.array(lamp.position)
        if (at > item.box[0] - WITHIN).all() and (at < item.box[1] + WITHIN).all():
            a, b, c = ((at - old) @ spin.T + new).tolist()
            place.lamps[i] = replace(lamp, position=(a, b, c))
    item.box = item.box + (new - old)


def cleared(meshes: Sequence[Mesh], x: float, z: float, radius: float) -> None:
    """Take away what grows where something is to stand: whole instances, by their foot."""
    for mesh in meshes:
        if mesh.label not in GROWN or mesh.instances is None or not mesh.triangle_count:
            continue
        feet = mesh.feet()
        inside = np.hypot(feet[:, 0] - x, feet[:, 1] - z) < radius
        if inside[mesh.instances].any():
            keep = ~inside[mesh.instances]
            mesh.triangles, mesh.instances = mesh.triangles[keep], mesh.instances[keep]
            if mesh.material_index is not None:
                mesh.material_index = mesh.material_index[keep]
