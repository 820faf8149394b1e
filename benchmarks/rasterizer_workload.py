"""The workload of benchmarks/rasterizer.py: surfels of a furnished room, as RGB-D views would leave them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from lucid3d.camera import Camera
from lucid3d.gaussians import SH_C0, Gaussians

SIZE = 512
FOV_DEGREES = 75.0
HALF_ROOM = np.array([4.0, 2.0, 4.0])

Floats = NDArray[np.floating]


def look() -> Camera:
    """The camera that the benchmark looks through: a little beside those that took the surfels."""
    angle = math.radians(4.0)
    pose = np.eye(4)
    pose[:3, :3] = [[math.cos(angle), 0, math.sin(angle)], [0, 1, 0], [-math.sin(angle), 0, math.cos(angle)]]
    pose[:3, 3] = [0.12, -0.05, 0.1]
    return Camera.from_fov(SIZE, SIZE, FOV_DEGREES, pose)


def _cast(origin: Floats, directions: Floats, spheres: list[tuple[Floats, float]]) -> tuple[Floats, Floats]:
    """Distances and normals of first hits inside the room."""
    rows = np.arange(len(directions))
    walls = np.where(directions > 0, (HALF_ROOM - origin) / directions, (-HALF_ROOM - origin) / directions)
    axis = np.argmin(walls, axis=1)
    distance = walls[rows, axis]
    normals = np.zeros_like(directions)
    normals[rows, axis] = -np.sign(directions[rows, axis])
    for centre, radius in spheres:
        offset = origin - centre
        along = (directions * offset).sum(1)
        root = along**2 - (offset @ offset - radius**2)
        reach = np.where(root > 0, -along - np.sqrt(np.maximum(root, 0)), np.inf)
        hit = (root > 0) & (reach > 0.05) & (reach < distance)
        distance = np.where(hit, reach, distance)
        outward = (origin + directions * reach[:, None].clip(max=1e3) - centre) / radius
        normals = np.where(hit[:, None], outward, normals)
    return distance, normals


def surfels(count: int, seed: int = 0, cameras: int = 4) -> Gaussians:
    """`count` Gaussians in random order: discs of about a pixel's footprint (two pixels below 100,000 of them, so that
    the surface closes), with noise in depth, size, shape and colour, and opacities from 0.1 to 0.9.
    """
    rng = np.random.default_rng(seed)
    spheres = [
        (
            np.array([rng.uniform(-2.5, 2.5), rng.uniform(-1.5, 1.5), rng.uniform(1.2, 3.3)]),
            float(rng.uniform(0.2, 0.6)),
        )
        for _ in range(12)
    ]
    focal = 0.5 * SIZE / math.tan(math.radians(FOV_DEGREES) / 2)
    shares = [count // cameras] * cameras
    shares[0] += count - sum(shares)
    points, normals, footprints, colors = [], [], [], []
    for share, yaw in zip(shares, np.linspace(-30, 30, cameras), strict=True):
        angle = math.radians(yaw)
        turn = np.array([[math.cos(angle), 0, math.sin(angle)], [0, 1, 0], [-math.sin(angle), 0, math.cos(angle)]])
        origin = rng.uniform(-0.25, 0.25, 3)
        pixels = SIZE * SIZE
        chosen = rng.permutation(pixels)[:share] if share <= pixels else rng.integers(0, pixels, share)
        local = np.stack(
            [(chosen % SIZE + 0.5 - SIZE / 2) / focal, (chosen // SIZE + 0.5 - SIZE / 2) / focal, np.ones(share)], 1
        )
        length = np.linalg.norm(local, axis=1)
        directions = (local / length[:, None]) @ turn.T
        distance, normal = _cast(origin, directions, spheres)
        footprints.append(distance / length / focal)
        point = origin + directions * (distance * (1 + rng.normal(0, 0.004, share)))[:, None]
        x, y, z = point.T
        pattern = np.stack([np.sin(3 * x + y * 5), np.sin(4 * y + 2), np.sin(5 * z + x)], 1)
        points.append(point)
        normals.append(normal)
        colors.append(0.5 + 0.25 * pattern + rng.normal(0, 0.08, (share, 3)))
    normal = np.concatenate(normals)
    helper = np.where(np.abs(normal[:, :1]) < 0.8, [[1.0, 0, 0]], [[0, 1.0, 0]])
    first = np.cross(helper, normal)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(normal, first)
    phase = rng.uniform(0, np.pi, count)[:, None]
    u = np.cos(phase) * first + np.sin(phase) * second
    frames = np.stack([u, np.cross(normal, u), normal], axis=2)
    quats = Rotation.from_matrix(frames).as_quat()[:, [3, 0, 1, 2]] * rng.uniform(0.7, 1.4, (count, 1))
    pixels_wide = 1.0 if count > 100_000 else 2.0
    base = np.concatenate(footprints) * pixels_wide * np.exp(rng.normal(0, 0.3, count))
    stretch = np.exp(rng.uniform(-0.7, 0.7, count) / 2)
    scales = np.stack([base * stretch, base / stretch, base * 0.1], 1)
    opacities = rng.uniform(0.1, 0.9, count)
    gaussians = Gaussians(
        means=np.concatenate(points).astype(np.float32),
        quats=quats.astype(np.float32),
        log_scales=np.log(scales).astype(np.float32),
        logit_opacities=np.log(opacities / (1 - opacities)).astype(np.float32),
        sh=((np.concatenate(colors) - 0.5) / SH_C0)[:, None].astype(np.float32),
    )
    return gaussians[rng.permutation(count)]
