"""Pinhole cameras: `Camera.unproject` is the paper's phi 2->3, `Camera.project` its phi 3->2.

OpenCV axes: x right, y down, z forward; pixel centres at +0.5; depth is z-depth in metres. The world is the frame of
the first camera, so "down" in the world is +y.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError

Floats = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera.

    Attributes:
        width, height: image size in pixels.
        fx, fy, cx, cy: focal lengths and principal point in pixels; the centre of the top left pixel is (0.5, 0.5).
        world_from_camera: (4, 4) float64 rigid pose; its columns are the camera's right, down, forward and position.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    world_from_camera: NDArray[np.float64] = field(default_factory=lambda: np.eye(4))

    def __post_init__(self) -> None:
        pose = np.array(self.world_from_camera, dtype=np.float64)
        if self.width < 1 or self.height < 1:
            raise InputError(f"camera size {self.width}x{self.height} must be at least 1x1")
        if not all(math.isfinite(f) and f > 0 for f in (self.fx, self.fy)):
            raise InputError(f"camera focal lengths ({self.fx}, {self.fy}) must be positive and finite")
        if pose.shape != (4, 4) or not np.isfinite(pose).all():
            raise InputError("camera pose must be a finite 4x4 matrix (world_from_camera)")
        rotation = pose[:3, :3]
        if np.abs(rotation @ rotation.T - np.eye(3)).max() > 1e-4 or np.abs(pose[3] - (0, 0, 0, 1)).max() > 1e-6:
            raise InputError("camera pose must be rigid: an orthonormal rotation, no scale, last row 0 0 0 1")
        if np.linalg.det(rotation) < 0:
            raise InputError("camera pose mirrors the world (determinant -1): flip one axis of its rotation")
        pose.setflags(write=False)
        object.__setattr__(self, "world_from_camera", pose)

    @classmethod
    def from_fov(cls, width: int, height: int, fov_degrees: float, world_from_camera: Floats | None = None) -> Camera:
        """A camera with square pixels, a centred principal point and this horizontal field of view in degrees."""
        if not 0 < fov_degrees < 180:
            raise InputError(f"field of view {fov_degrees} must lie between 0 and 180 degrees")
        focal = 0.5 * width / math.tan(math.radians(fov_degrees) / 2)
        pose = np.eye(4) if world_from_camera is None else np.asarray(world_from_camera, np.float64)
        return cls(width, height, focal, focal, width / 2, height / 2, pose)

    @property
    def fov_degrees(self) -> float:
        """Horizontal field of view, in degrees."""
        return math.degrees(math.atan2(self.cx, self.fx) + math.atan2(self.width - self.cx, self.fx))

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        """K, (3, 3) float64."""
        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1]], dtype=np.float64)

    @functools.cached_property
    def camera_from_world(self) -> NDArray[np.float64]:
        """(4, 4) float64, the inverse of `world_from_camera` (what rasterisers call viewmat)."""
        rotation, position = self.rotation, self.position
        inverse = np.eye(4)
        inverse[:3, :3] = rotation.T
        inverse[:3, 3] = -rotation.T @ position
        inverse.setflags(write=False)
        return inverse

    @property
    def position(self) -> NDArray[np.float64]:
        """(3,) the camera's centre in the world."""
        return self.world_from_camera[:3, 3]

    @property
    def rotation(self) -> NDArray[np.float64]:
        """(3, 3) world from camera."""
        return self.world_from_camera[:3, :3]

    @property
    def forward(self) -> NDArray[np.float64]:
        """(3,) unit vector of the optical axis in the world."""
        return self.world_from_camera[:3, 2]

    def at(self, world_from_camera: Floats) -> Camera:
        """The same lens at another pose."""
        return replace(self, world_from_camera=np.asarray(world_from_camera, np.float64))

    def resized(self, width: int, height: int) -> Camera:
        """The same pose and field of view, sampled with another number of pixels."""
        sx, sy = width / self.width, height / self.height
        return Camera(width, height, self.fx * sx, self.fy * sy, self.cx * sx, self.cy * sy, self.world_from_camera)

    def rays(self) -> NDArray[np.float32]:
        """(height, width, 3) float32 directions through the pixel centres, camera frame, z = 1 (not unit length)."""
        x = (np.arange(self.width) + 0.5 - self.cx) / self.fx
        y = (np.arange(self.height) + 0.5 - self.cy) / self.fy
        rays = np.empty((self.height, self.width, 3), np.float32)
        rays[..., 0], rays[..., 1], rays[..., 2] = x[None, :], y[:, None], 1.0
        return rays

    def world_rays(self) -> NDArray[np.float32]:
        """`rays` turned into the world frame: position + depth * ray is the point at that z-depth."""
        rays: NDArray[np.float32] = self.rays() @ self.rotation.T.astype(np.float32)
        return rays

    def unproject(self, depth: Floats) -> NDArray[np.float32]:
        """Lift a depth map (phi 2->3).

        Args:
            depth: (height, width) z-depth in metres; +inf gives points that are not finite.
        Returns:
            (height, width, 3) float32 points in the world.
        """
        depth = np.asarray(depth)
        if depth.shape != (self.height, self.width):
            raise InputError(f"depth has shape {depth.shape}, the camera needs ({self.height}, {self.width})")
        with np.errstate(invalid="ignore"):  # inf * 0 for sky on an axis
            offsets = self.world_rays() * depth[..., None].astype(np.float32)
            points: NDArray[np.float32] = (offsets + self.position.astype(np.float32)).astype(np.float32)
        return points

    def project(self, points: Floats) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Project world points (phi 3->2).

        Args:
            points: (..., 3) world positions.
        Returns:
            pixels (..., 2) float32, x right and y down, pixel centres at +0.5; NaN where depth <= 0.
            depth (...) float32 z-depth, negative behind the camera.
        """
        local = np.asarray(points, np.float64) @ self.rotation + self.camera_from_world[:3, 3]
        depth = local[..., 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            x = local[..., 0] / depth * self.fx + self.cx
            y = local[..., 1] / depth * self.fy + self.cy
        pixels = np.stack([x, y], axis=-1)
        pixels[~(depth > 0)] = np.nan
        return pixels.astype(np.float32), depth.astype(np.float32)


def look_at(position: Floats, target: Floats, down: Floats = np.array([0.0, 1.0, 0.0])) -> NDArray[np.float64]:
    """A pose at `position` that looks at `target` with `down` towards the bottom of the picture.

    Returns:
        (4, 4) float64 world_from_camera.
    Raises:
        InputError: position and target coincide.
    """
    position = np.asarray(position, np.float64)
    forward = np.asarray(target, np.float64) - position
    length = np.linalg.norm(forward)
    if not length > 0:
        raise InputError("look_at needs a target away from the position")
    forward = forward / length
    right = np.cross(np.asarray(down, np.float64), forward)
    if np.linalg.norm(right) < 1e-8:  # looking straight up or down: keep the world's x to the right
        right = np.array([1.0, 0.0, 0.0]) - forward * forward[0]
    right = right / np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = right, np.cross(forward, right), forward, position
    return pose


def yaw_pitch(yaw_degrees: float, pitch_degrees: float, position: Floats = np.zeros(3)) -> NDArray[np.float64]:
    """A level pose: yaw turns to the right, pitch looks up, both in degrees, at `position` (3,).

    Returns:
        (4, 4) float64 world_from_camera.
    """
    yaw, pitch = math.radians(yaw_degrees), math.radians(pitch_degrees)
    turn = np.array([[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]])
    tilt = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
    pose = np.eye(4)
    pose[:3, :3] = turn @ tilt
    pose[:3, 3] = position
    return pose


def lens_values(camera: Camera) -> NDArray[np.float32]:
    """(4,) float32 fx, fy, cx, cy, as the native kernels take them."""
    return np.array([camera.fx, camera.fy, camera.cx, camera.cy], np.float32)
