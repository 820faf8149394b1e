"""A world whose depth is known exactly everywhere: a room with spheres and a thin pole, seen by ray casting.

The ground truth of tests and benchmarks that must not depend on the procedural worlds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Room:
    """An axis-aligned box seen from inside, spheres, and upright poles, in world coordinates (y down), metres.

    Attributes:
        low, high: (3,) corners of the box.
        spheres: (S, 4) centre and radius.
        poles: (P, 3) x, z and radius of vertical cylinders from floor to ceiling.
        open_top: True for a sky instead of a ceiling.
    """

    low: Floats
    high: Floats
    spheres: Floats
    poles: Floats
    open_top: bool = False

    def cast(self, origin: Floats, directions: Floats) -> tuple[Floats, Floats]:
        """Distances (N,) (in lengths of the directions (N, 3); inf for sky) and outward normals (N, 3) of first
        hits.
        """
        count = len(directions)
        rows = np.arange(count)
        with np.errstate(divide="ignore", invalid="ignore"):
            walls = np.where(directions > 0, (self.high - origin) / directions, (self.low - origin) / directions)
        walls[~np.isfinite(walls)] = np.inf
        axis = np.argmin(walls, axis=1)
        distance = walls[rows, axis]
        normal = np.zeros((count, 3))
        normal[rows, axis] = -np.sign(directions[rows, axis])
        if self.open_top:
            sky = (axis == 1) & (directions[:, 1] < 0)
            distance[sky] = np.inf
        for x, y, z, radius in self.spheres:
            distance, normal = _nearer(origin, directions, np.array([x, y, z]), radius, np.ones(3), distance, normal)
        for x, z, radius in self.poles:
            flat = np.array([1.0, 0.0, 1.0])
            distance, normal = _nearer(origin, directions, np.array([x, 0, z]), radius, flat, distance, normal)
        return distance, normal


def _nearer(
    origin: Floats, directions: Floats, centre: Floats, radius: float, axes: Floats, distance: Floats, normal: Floats
) -> tuple[Floats, Floats]:
    """Take a sphere (or, with axes (1, 0, 1), an upright cylinder) into account."""
    offset = (origin - centre) * axes
    flat = directions * axes
    a = (flat**2).sum(1)
    b = flat @ offset
    root = b * b - a * (offset @ offset - radius**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(root > 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.inf)
        hit = (root > 0) & (t > 1e-6) & (t < distance)
        outward = (offset + flat * np.where(hit, t, 0)[:, None]) / radius
    return np.where(hit, t, distance), np.where(hit[:, None], outward, normal)


def furnished_room(seed: int = 0, *, open_top: bool = False, spheres: int = 12, poles: int = 3) -> Room:
    """A room of 8 x 4 x 8 metres around the origin with spheres and poles that stand clear of the middle."""
    rng = np.random.default_rng(seed)
    balls, posts = [], []
    while len(balls) < spheres:
        centre, radius = rng.uniform([-3.2, -1.4, -3.2], [3.2, 1.6, 3.2]), rng.uniform(0.2, 0.6)
        if np.hypot(centre[0], centre[2]) > 1.6 + radius:
            balls.append([*centre, radius])
    while len(posts) < poles:
        x, z = rng.uniform(-3.5, 3.5, 2)
        if np.hypot(x, z) > 1.8:
            posts.append([x, z, rng.uniform(0.03, 0.08)])
    low, high = np.array([-4.0, -2.0, -4.0]), np.array([4.0, 2.0, 4.0])
    return Room(low, high, np.array(balls).reshape(-1, 4), np.array(posts).reshape(-1, 3), open_top)


def paint(points: Floats, normals: Floats) -> Floats:
    """(N, 3) colours in [0, 1] that tell every place of a surface apart."""
    x, y, z = points.T
    pattern = np.stack([np.sin(3 * x + 5 * y), np.sin(4 * y + 2), np.sin(5 * z + x)], axis=1)
    return np.clip(0.5 + 0.2 * pattern + 0.15 * normals, 0, 1)


def see(room: Room, camera: Camera) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a camera sees: image (H, W, 3) float32 and z-depth (H, W) float32, +inf for sky."""
    rays = (camera.rays().astype(np.float64) @ camera.rotation.T).reshape(-1, 3)
    depth, normals = room.cast(camera.position, rays)
    sky = ~np.isfinite(depth)
    points = camera.position + rays * np.where(sky, 1.0, depth)[:, None]
    colors = paint(points, normals)
    colors[sky] = (0.5, 0.7, 0.95)
    shape = (camera.height, camera.width)
    return colors.reshape(*shape, 3).astype(np.float32), depth.reshape(shape).astype(np.float32)
