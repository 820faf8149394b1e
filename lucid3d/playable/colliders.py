"""What is solid, by part: floor and walls as triangles, things as convex pieces.

A thing counts as high as a person reaches: under a tree one walks. Its convex hull is taken where nobody could stand in
it; else it is taken apart into convex pieces (V-HACD, Mamou 2016, through trimesh), and what still stands in somebody's
way stays triangles.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.exploring.finding import BODY, HEAD, KNEE, STEEPEST
from lucid3d.exploring.free_space import STEP, FreeSpace
from lucid3d.export.mesh import Mesh, open3d
from lucid3d.playable.things import Thing, semantic_label, triangles_of
from lucid3d.procedural.world import World

FLOOR = frozenset(("ground", "road", "path", "floor", "snow", "ice", "lava", "pier", "bridge"))
WALLS = frozenset(("wall", "ceiling", "building", "roof", "window", "door", "fence"))
SOFT = frozenset(("sky", "water", "grass", "flower", "plant"))
"""Labels of the ground, of what encloses, and of what one walks through; all others are things."""
REACH = 3.0
"""Metres above the ground up to which things stop a person who jumps."""
MARGIN = 3.0
"""Metres beyond where one can walk up to which the world is solid."""
FLOOR_TRIANGLES, WALL_TRIANGLES = 20_000, 30_000
MOST_THINGS = 400
"""With colliders, the nearest."""
DECOMPOSED = 12
"""Things taken apart at most: each takes about a second."""
PIECES = 12
"""Convex pieces of a thing."""
FEWEST = 4
"""Corners of a convex piece."""
HULL_CORNERS = 64
"""Of a hull: engines want few (PhysX takes 255)."""
TOUCHED = 0.02
"""Metres by which a hull may reach into where somebody's middle can be."""

Corners = NDArray[np.float64]
"""(T, 3, 3) corners of triangles in metres, world frame."""


@dataclass(frozen=True, eq=False)
class Collider:
    """A solid body that does not move.

    Attributes:
        name: of the part ("floor", "walls"), or of the thing.
        convex: a piece that is its own hull; else any triangles.
        mesh: in the world frame.
    """

    name: str
    convex: bool
    mesh: Mesh


def world_colliders(world: World, free: FreeSpace, things: Sequence[Thing]) -> list[Collider]:
    """Colliders of a procedural world, as far as one can walk and `MARGIN` further."""
    floor: list[Corners] = []
    walls: list[Corners] = []
    enclosing = WALLS | FLOOR | SOFT
    for mesh in world.meshes:
        label = semantic_label(mesh)
        if mesh.triangle_count and label in FLOOR | WALLS:
            near = _near(mesh.vertices[mesh.triangles].astype(np.float64), free)
            (floor if label in FLOOR else walls).append(near)
    found = [
        *_part("floor", floor, FLOOR_TRIANGLES),
        *_part("walls", walls, WALL_TRIANGLES),
    ]
    solid = [thing for thing in things if thing.label not in enclosing and _meets(thing, free)][:MOST_THINGS]
    return found + thing_colliders(triangles_of(world, solid), free)


def mesh_colliders(mesh: Mesh, free: FreeSpace, things: Sequence[Thing]) -> list[Collider]:
    """Colliders of a surface (a scene's collision mesh): floor is what lies level where one can walk, things are what
    lies in their boxes, the rest is walls."""
    corners = mesh.vertices[mesh.triangles].astype(np.float64)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    middle = corners.mean(axis=1)
    row, column = free.cells_at(middle).T
    ground = free.ground[row, column]
    level = np.abs(normal[:, 1]) >= np.cos(np.radians(STEEPEST))
    with np.errstate(invalid="ignore"):
        walked = np.abs(middle[:, 1] - ground) <= STEP
    floor = level & (walked | (np.isnan(ground) & (middle[:, 1] > free.start[1] + free.eye - STEP)))
    rest = ~floor
    pieces: list[tuple[Thing, Corners]] = []
    for thing in things:
        inside = rest & ((corners >= thing.low) & (corners <= thing.high)).all(axis=(1, 2))
        if inside.sum() >= FEWEST and _meets(thing, free):
            pieces.append((thing, corners[inside]))
            rest &= ~inside
    return [
        *_part("floor", [corners[floor]], FLOOR_TRIANGLES),
        *_part("walls", [corners[rest]], WALL_TRIANGLES),
        *thing_colliders(pieces, free),
    ]


def thing_colliders(things: Iterable[tuple[Thing, Corners]], free: FreeSpace) -> list[Collider]:
    """Convex pieces of things, and triangles of those that no few convex pieces leave room to walk around."""
    found: list[Collider] = []
    taken_apart = 0
    for thing, corners in things:
        low = thing.foot[1] - REACH
        own = corners[(corners[:, :, 1] > low).any(axis=1)]
        if len(own) < FEWEST:
            continue
        points = own.reshape(-1, 3)
        points = points[points[:, 1] >= low] if (points[:, 1] >= low).sum() >= FEWEST else points
        whole = hull(points)
        if whole is None:
            continue
        if not stands_in(whole, free):
            found.append(Collider(thing.name, True, whole))
            continue
        pieces: list[Mesh] = []
        if taken_apart < DECOMPOSED:
            taken_apart += 1
            pieces = decomposed(own)
        if pieces and not any(stands_in(piece, free) for piece in pieces):
            found += [Collider(thing.name, True, piece) for piece in pieces]
        else:
            found.append(Collider(thing.name, False, welded(own)))
    return found


def hull(points: NDArray[np.float64]) -> Mesh | None:
    """The convex hull of (N, 3) points, with few corners; a flat thing is given a centimetre. None: too few points."""
    from scipy.spatial import ConvexHull, QhullError

    points = np.unique(np.round(points, 3), axis=0)
    if len(points) < FEWEST:
        return None
    try:
        found = ConvexHull(points)
    except QhullError:  # all in a plane
        nudge = np.random.default_rng(0).normal(0, 0.005, points.shape)
        try:
            found = ConvexHull(points + nudge)
        except QhullError:
            return None
    corners = found.points[found.vertices]
    if len(corners) > HULL_CORNERS:  # those that stand out most, in directions all around
        index = np.arange(HULL_CORNERS) + 0.5
        y = 1 - 2 * index / HULL_CORNERS
        turn = index * np.pi * (3 - np.sqrt(5))
        ring = np.sqrt(1 - y * y)
        ways = np.stack([ring * np.cos(turn), y, ring * np.sin(turn)], axis=1)
        corners = corners[np.unique((corners @ ways.T).argmax(axis=0))]
        with contextlib.suppress(QhullError):
            found = ConvexHull(corners)
    used, triangles = np.unique(found.simplices, return_inverse=True)
    vertices = found.points[used].astype(np.float32)
    return Mesh(vertices, _outwards(vertices, triangles.reshape(-1, 3)))


def decomposed(corners: Corners) -> list[Mesh]:
    """Convex pieces of triangles; empty where V-HACD finds none."""
    import trimesh

    solid = welded(corners)
    body = trimesh.Trimesh(solid.vertices, solid.triangles, process=False)
    found: Any = trimesh.decomposition.convex_decomposition(
        body, maxConvexHulls=PIECES, resolution=20_000, maxNumVerticesPerCH=32, maxRecursionDepth=8
    )
    pieces = [hull(np.asarray(piece["vertices"], np.float64)) for piece in found]
    return [piece for piece in pieces if piece is not None]


def stands_in(mesh: Mesh, free: FreeSpace) -> bool:
    """Whether a convex piece reaches into where somebody's middle, between knee and head, can be."""
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    half = free.half
    first = np.ceil((low[[2, 0]] - free.start[[2, 0]]) / free.cell).astype(int) + half
    last = np.floor((high[[2, 0]] - free.start[[2, 0]]) / free.cell).astype(int) + half
    first, last = np.maximum(first, 0), np.minimum(last, len(free.ground) - 1)
    if (first > last).any():
        return False
    rows, columns = np.mgrid[first[0] : last[0] + 1, first[1] : last[1] + 1]
    cells = np.stack([rows.ravel(), columns.ravel()], axis=1)
    cells = cells[free.free[tuple(cells.T)]]
    if not len(cells):
        return False
    eyes = free.eyes(cells)
    a, b, c = (mesh.vertices[mesh.triangles[:, i]].astype(np.float64) for i in range(3))
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    offset = (normal * a).sum(axis=1)
    for up in np.linspace(KNEE + BODY, free.eye + HEAD, 4):
        middle = eyes + np.array([0, free.eye - up, 0])
        if ((middle @ normal.T - offset < -TOUCHED).all(axis=1)).any():
            return True
    return False


def welded(corners: Corners) -> Mesh:
    """Triangles (T, 3, 3) with the corners that lie together made one."""
    points, index = np.unique(np.round(corners.reshape(-1, 3), 4), axis=0, return_inverse=True)
    triangles = index.reshape(-1, 3).astype(np.int32)
    proper = (triangles[:, 0] != triangles[:, 1]) & (triangles[:, 1] != triangles[:, 2])
    proper &= triangles[:, 2] != triangles[:, 0]
    return Mesh(points.astype(np.float32), triangles[proper])


def _part(name: str, lists: Sequence[Corners], most: int) -> list[Collider]:
    """One collider of all triangles, none where there are none."""
    corners = np.concatenate([np.zeros((0, 3, 3)), *lists])
    if not len(corners):
        return []
    mesh = welded(corners)
    if len(mesh.triangles) > most:
        o3d = open3d()
        surface = o3d.geometry.TriangleMesh(
            o3d.utility.Vector3dVector(mesh.vertices.astype(np.float64)), o3d.utility.Vector3iVector(mesh.triangles)
        ).simplify_quadric_decimation(most)
        mesh = Mesh(np.asarray(surface.vertices, np.float32), np.asarray(surface.triangles, np.int32))
    return [Collider(name, False, mesh)] if len(mesh.triangles) else []


def _near(corners: Corners, free: FreeSpace) -> Corners:
    """The triangles that reach into the square around where one can walk."""
    feet = free.eyes(np.argwhere(free.free))
    low, high = feet.min(axis=0)[[0, 2]] - MARGIN, feet.max(axis=0)[[0, 2]] + MARGIN
    plan = corners[:, :, [0, 2]]
    near: Corners = corners[((plan.max(axis=1) >= low) & (plan.min(axis=1) <= high)).all(axis=1)]
    return near


def _meets(thing: Thing, free: FreeSpace) -> bool:
    """Whether somebody who walks could come to a thing."""
    feet = free.eyes(np.argwhere(free.free))
    outside = np.maximum(np.maximum(thing.low - feet, feet - thing.high), 0)
    return bool((np.hypot(outside[:, 0], outside[:, 2]) < MARGIN).any()) and bool(outside[:, 1].min() < REACH)


def _outwards(vertices: NDArray[np.float32], triangles: NDArray[np.integer]) -> NDArray[np.int32]:
    """The triangles of a convex body, counter-clockwise seen from outside."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    inwards = (np.cross(b - a, c - a) * (a - vertices.mean(axis=0))).sum(axis=1) < 0
    return np.where(inwards[:, None], triangles[:, ::-1], triangles).astype(np.int32)
