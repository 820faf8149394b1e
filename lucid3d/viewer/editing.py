"""Changes to a scene. Each returns a new scene; the old one stays as it is, which is what undo goes back to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import Depth
from lucid3d.scene import Scene

NEIGHBOURS = 6
"""A floater has few splats near it: the distance to the sixth is compared."""

LONELY = 8.0
"""Times its own size at which the sixth neighbour is so far that the splat touches nothing."""

SURFACE = 0.06
"""Relative depth within which a splat belongs to the surface that is seen."""


@dataclass(frozen=True)
class Box:
    """An upright box, world axes.

    Attributes:
        center, size: (3,) metres.
    """

    center: NDArray[np.floating]
    size: NDArray[np.floating]

    def __post_init__(self) -> None:
        if not (np.isfinite(self.center).all() and np.isfinite(self.size).all() and (np.asarray(self.size) > 0).all()):
            raise InputError(f"a box of size {tuple(self.size)} cannot be: every side must be longer than 0")

    def holds(self, points: NDArray[np.floating]) -> NDArray[np.bool_]:
        """(N,) bool: which of (N, 3) points lie inside."""
        inside = np.abs(points - self.center) <= np.asarray(self.size) / 2
        return np.asarray(inside.all(axis=1), bool)


def crop(scene: Scene, box: Box, *, keep_sky: bool = True) -> Scene:
    """Only what lies in the box.

    Args:
        keep_sky: also keep what lies farther out than everything dreamed but the sky.
    Raises:
        InputError: nothing lies in the box.
    """
    keep, points = box.holds(scene.gaussians.means), box.holds(scene.points.positions)
    if keep_sky:
        keep |= _is_sky(scene)
        points |= scene.points.is_sky
    return kept(scene, keep, points)


def kept(scene: Scene, gaussians: NDArray[np.bool_], points: NDArray[np.bool_] | None = None) -> Scene:
    """The scene with some of its Gaussians (N,), and points (M,).

    Raises:
        InputError: no Gaussian would be left.
    """
    if not gaussians.any():
        raise InputError("nothing would be left of the scene")
    return replace(
        scene, gaussians=scene.gaussians[gaussians], points=scene.points if points is None else scene.points[points]
    )


def floaters(scene: Scene) -> NDArray[np.bool_]:
    """(N,) bool: Gaussians that touch no others: specks in the air. The sky is never among them."""
    from scipy.spatial import cKDTree

    gaussians = scene.gaussians
    if len(gaussians) <= NEIGHBOURS:
        return np.zeros(len(gaussians), bool)
    distances, _ = cKDTree(gaussians.means).query(gaussians.means, k=NEIGHBOURS + 1, workers=-1)
    size = gaussians.scales.max(axis=1)
    lonely: NDArray[np.bool_] = (distances[:, -1] > LONELY * size) & ~_is_sky(scene)
    return lonely


def _is_sky(scene: Scene) -> NDArray[np.bool_]:
    """(N,) bool: Gaussians as far out as the points of the sky."""
    sky = scene.points.positions[scene.points.is_sky]
    if len(sky) == 0:
        return np.zeros(len(scene.gaussians), bool)
    nearest = 0.9 * float(np.linalg.norm(sky, axis=1).min())
    far: NDArray[np.bool_] = np.linalg.norm(scene.gaussians.means, axis=1) >= nearest
    return far


def selected(
    scene: Scene,
    camera: Camera,
    corners: tuple[tuple[float, float], tuple[float, float]],
    surface: Depth | None = None,
) -> NDArray[np.bool_]:
    """(N,) bool: Gaussians in a rectangle of the picture.

    Args:
        camera: the picture's.
        corners: two opposite corners in parts of the width and height, 0 to 1 from the top left.
        surface: (camera.height, camera.width) rendered depth; with it only what is seen is selected, and not what
            lies behind.
    """
    (x0, y0), (x1, y1) = corners
    low = np.array([min(x0, x1) * camera.width, min(y0, y1) * camera.height])
    high = np.array([max(x0, x1) * camera.width, max(y0, y1) * camera.height])
    pixels, depth = camera.project(scene.gaussians.means)
    with np.errstate(invalid="ignore"):
        chosen: NDArray[np.bool_] = (depth > 0) & (pixels >= low).all(axis=1) & (pixels <= high).all(axis=1)
    if surface is not None and chosen.any():
        column = np.clip(pixels[chosen, 0].astype(int), 0, camera.width - 1)
        row = np.clip(pixels[chosen, 1].astype(int), 0, camera.height - 1)
        near = depth[chosen] <= surface[row, column] * (1 + SURFACE)
        chosen[np.flatnonzero(chosen)[~near]] = False
    return chosen


def with_start(scene: Scene, camera: Camera) -> Scene:
    """The scene that opens at a camera's pose (its `facts` carry it)."""
    return replace(scene, facts={**scene.facts, "start": np.round(camera.world_from_camera, 6).tolist()})


def start_of(scene: Scene) -> NDArray[np.float64]:
    """(4, 4) world_from_camera where a scene opens: the world's origin unless it was set."""
    try:
        pose = np.array(scene.facts["start"], np.float64)
        Camera.from_fov(2, 2, 90, pose)
    except (KeyError, TypeError, ValueError):
        return np.eye(4)
    return pose


def with_radius(scene: Scene, radius: float) -> Scene:
    """The scene with another walk radius, in metres.

    Raises:
        InputError: it is out of range.
    """
    return replace(scene, config=replace(scene.config, dream=replace(scene.config.dream, walk_radius=float(radius))))
