"""Where people hold a camera in a world, and where they do not: never in a wall, never before a blank one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch

if TYPE_CHECKING:
    from lucid3d.procedural.world import World

ELBOW_ROOM = 0.3
"""Metres around a camera in which nothing stands."""
FOV_RANGE = (35.0, 100.0)
"""Degrees across a square picture: a short telephoto lens to a phone's ultra-wide one."""
REACH = {True: 7.0, False: 25.0}
"""Metres from the start to which cameras wander, indoors and out."""
HOPS = 2
"""Straight walks from the start: the second goes around a corner."""
PROBE = 16
"""Rays across and down that look whether a view is worth drawing."""
TOO_NEAR, NEAR_SHARE = 0.45, 0.2
"""A view is refused when more than this share of it is nearer than so many metres."""
CLOSE, CLOSE_SHARE = 0.9, 0.3
"""Of the views whose median is nearer than so many metres this share is kept: close-ups are rare among pictures."""
CEILING = 45.0
"""Metres up to which a room has a ceiling, a cathedral's vault included: what has none is outside, behind a window that
one can climb through."""
LEVEL_SHARE, FRAMED_SHARE = 0.35, 0.45
"""Of the views: how many are held about level, and how many at any pitch of `FRAMINGS`; the others look at a thing."""
FRAMINGS = (-38.0, 27.0)
"""Degrees of pitch at which people frame what is below and above them: without them no horizon is learned but one in
the middle."""
FLAT, FLAT_SHARE = 0.985, 0.9
"""And when this share of it has one normal (cosine to the mean): a picture of a wall and nothing else."""
TRIES = 60
"""Per view; a world in which it does not succeed gets fewer views."""
DOWN = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Viewpoint:
    """A camera and how high it is above what lies below it, in metres."""

    camera: Camera
    height: float


def sample_viewpoints(
    world: World, count: int, rng: np.random.Generator, *, size: int, indoors: bool
) -> list[Viewpoint]:
    """Up to `count` cameras of `size` pixels square, in the open, each with a lens, a pitch and a roll of its own."""
    found: list[Viewpoint] = []
    for _ in range(count):
        for _ in range(TRIES):
            at = _position(world, rng, indoors)
            if at is None:
                continue
            position, height = at
            camera = _aimed(world, position, height, rng, size)
            if _worth_drawing(world, camera, rng.random() < CLOSE_SHARE):
                found.append(Viewpoint(camera, height))
                break
    return found


def _position(world: World, rng: np.random.Generator, indoors: bool) -> tuple[NDArray[np.float64], float] | None:
    """A place for the eye, reached by walking from the start, and its height above the ground; None if that fails."""
    position = np.zeros(3)
    for _ in range(int(rng.integers(1, HOPS + 1))):
        bearing = rng.uniform(0, 2 * math.pi)
        along = np.array([math.sin(bearing), 0.0, math.cos(bearing)])
        free = min(_reach(world, position, along) - 2 * ELBOW_ROOM, REACH[indoors])
        if free > 0.2:
            position = position + along * free * math.sqrt(rng.random())
    ground = _reach(world, position, DOWN)
    if not math.isfinite(ground):
        return None
    if indoors and _reach(world, position, -DOWN) > CEILING:
        return None
    height = _eye_height(rng, indoors)
    rise = height - ground
    if rise > 0 and _reach(world, position, -DOWN) < rise + ELBOW_ROOM:
        return None
    position = position - DOWN * rise
    around = np.array([(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if x or y or z], float)
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    if (world.trace(np.broadcast_to(position, around.shape), around)[0] < ELBOW_ROOM).any():
        return None
    return position, height


def _reach(world: World, position: NDArray[np.float64], direction: NDArray[np.float64]) -> float:
    return float(world.trace(position[None], direction[None])[0][0])


def _eye_height(rng: np.random.Generator, indoors: bool) -> float:
    """Metres: mostly a standing person's, now and then a crouching one's, or (outdoors) from a window or a drone."""
    kind = rng.random()
    if indoors:
        return float(rng.uniform(1.3, 1.8) if kind < 0.6 else rng.uniform(0.4, 1.3) if kind < 0.9 else 2.1)
    if kind < 0.7:
        return float(rng.uniform(1.4, 1.9))
    return float(rng.uniform(0.3, 1.4)) if kind < 0.85 else float(math.exp(rng.uniform(math.log(1.9), math.log(12))))


def _aimed(world: World, position: NDArray[np.float64], height: float, rng: np.random.Generator, size: int) -> Camera:
    kind = rng.random()
    yaw = rng.uniform(0, 360)
    if kind < LEVEL_SHARE:
        pitch = rng.normal(-2, 6)
    elif kind < LEVEL_SHARE + FRAMED_SHARE:
        pitch = rng.uniform(*FRAMINGS)
    else:  # at some thing nearby, as a person frames a subject
        rays = np.stack([rng.normal(size=8), rng.uniform(-0.1, 0.9, 8), rng.normal(size=8)], axis=1)
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        away = world.trace(np.broadcast_to(position, rays.shape), rays)[0]
        x, y, z = rays[int(np.argmin(np.where(away > 2 * ELBOW_ROOM, away, np.inf)))]
        yaw, pitch = math.degrees(math.atan2(x, z)), -math.degrees(math.asin(y))
    pitch -= 12 * max(math.log(height / 1.9), 0)  # from high up one looks down
    roll = rng.normal(0, 1.2) if rng.random() < 0.8 else rng.normal(0, 7)
    fov = rng.triangular(FOV_RANGE[0], 66, FOV_RANGE[1])
    pose = yaw_pitch(yaw, float(np.clip(pitch, -70, 50)), position)
    c, s = math.cos(math.radians(roll)), math.sin(math.radians(roll))
    pose[:3, :3] = pose[:3, :3] @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return Camera.from_fov(size, size, float(fov), pose)


def _worth_drawing(world: World, camera: Camera, close: bool) -> bool:
    """Whether a coarse look through the camera shows something, and nothing before the lens; a close-up is worth it if
    `close`."""
    rays = camera.resized(PROBE, PROBE).world_rays().reshape(-1, 3)
    depth, normals = world.trace(np.broadcast_to(camera.position, rays.shape), rays)
    solid = np.isfinite(depth)
    if solid.mean() < 0.08 or depth.min() < ELBOW_ROOM or (depth < TOO_NEAR).mean() > NEAR_SHARE:
        return False
    mean = normals[solid].mean(axis=0)
    alike = normals[solid] @ (mean / max(float(np.linalg.norm(mean)), 1e-6)) > FLAT
    return bool(alike.sum() <= FLAT_SHARE * len(depth)) and (close or float(np.median(depth)) > CLOSE)
