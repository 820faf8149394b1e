"""Camera moves of the benchmark, as key frames and as frames, in our axes and in those of its camera_data.json.

A move starts from the camera where the one before ended. Its length is the benchmark's: one unit forwards or back, half
a unit sideways, 30 degrees of pan, or 30 degrees around a point one unit ahead. Frames between two key frames have
rotations interpolated on the sphere and the translation of camera_from_world linearly, as the benchmark's own ground
truth has it (so an orbit is a chord-like path between its ends, not an arc).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Pose = NDArray[np.float64]
"""(4, 4) float64 world_from_camera; lengths in metres or, before a unit is chosen, in units of the benchmark."""

ANGLE = 30.0
"""Degrees of a pan or an orbit."""
SIDEWAYS = 0.5
"""Units of a move to the left or right."""

WORLD = np.diag([-1.0, -1.0, 1.0, 1.0])
"""The benchmark's world (x left, y up, z forward, as in PyTorch3D) from ours (x right, y down, z forward)."""
CAMERA = np.diag([1.0, -1.0, -1.0, 1.0])
"""Our camera (y down, z forward) from the benchmark's (x right, y up, z back, as in Blender)."""


def _moved(x: float = 0.0, z: float = 0.0, yaw: float = 0.0) -> Pose:
    """A pose x to the right, z forwards, turned to the right by `yaw` degrees."""
    c, s = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))
    return np.array([[c, 0, s, x], [0, 1, 0, 0], [-s, 0, c, z], [0, 0, 0, 1]])


def _orbit(side: float) -> Pose:
    """Around the point one unit ahead, to the left (-1) or right (1), which stays in the middle of the picture."""
    angle = math.radians(ANGLE)
    return _moved(side * math.sin(angle), 1 - math.cos(angle), -side * ANGLE)


MOVES: dict[str, Pose] = {
    "fixed": _moved(),
    "pan_left": _moved(yaw=-ANGLE),
    "pan_right": _moved(yaw=ANGLE),
    "move_left": _moved(x=-SIDEWAYS),
    "move_right": _moved(x=SIDEWAYS),
    "push_in": _moved(z=1),
    "pull_out": _moved(z=-1),
    "orbit_left": _orbit(-1),
    "orbit_right": _orbit(1),
}
"""(4, 4) pose of the camera after a move, in the frame of the camera before it; OpenCV axes, lengths in units."""


def key_frames(moves: Sequence[str]) -> list[Pose]:
    """world_from_camera before the first move and after each, lengths in units."""
    poses: list[Pose] = [np.eye(4)]
    for move in moves:
        poses.append(poses[-1] @ MOVES[move])
    return poses


def frames_between(keys: Sequence[Pose], frames: int) -> list[Pose]:
    """world_from_camera of every frame: `frames` a move, its ends among them, so that neighbours share one.

    Returns:
        len(moves) * (frames - 1) + 1 poses.
    """
    poses = [keys[0]]
    for start, end in pairwise(keys):
        poses += [between(start, end, step / (frames - 1)) for step in range(1, frames)]
    return poses


def between(start: Pose, end: Pose, t: float) -> Pose:
    """world_from_camera a part of the way from one key frame to the next."""
    from scipy.spatial.transform import Rotation, Slerp

    a, b = np.linalg.inv(start), np.linalg.inv(end)
    turned = Slerp([0, 1], Rotation.from_matrix(np.stack([a[:3, :3], b[:3, :3]])))(t)
    pose = np.eye(4)
    pose[:3, :3] = turned.as_matrix()
    pose[:3, 3] = (1 - t) * a[:3, 3] + t * b[:3, 3]
    return np.asarray(np.linalg.inv(pose), np.float64)


def theirs(pose: Pose) -> list[list[float]]:
    """Our world_from_camera as a matrix of camera_data.json."""
    converted: list[list[float]] = (WORLD @ pose @ CAMERA + 0.0).tolist()
    return converted


def camera_data(keys: Sequence[Pose], frames: Sequence[Pose], focal: float, scale: float = 1.0) -> dict[str, object]:
    """What camera_data.json holds: focal length in pixels, `scale` (the camera's speed), poses in units."""
    return {
        "focal_length": focal,
        "scale": scale,
        "cameras": [theirs(pose) for pose in keys],
        "cameras_interp": [theirs(pose) for pose in frames],
    }
