"""Gravity, horizon and lens of a picture, and how they turn into one another.

`down` is the unit vector of gravity in the camera's frame (x right, y down, z forward): (0, 1, 0) for a level camera.
Looking up by `pitch` and turned clockwise by `roll`, it is (sin r cos p, cos r cos p, -sin p).

Pixels are measured in units of the picture's `scale`, the square root of its area, so that a lens is one number for
pictures of every shape: focal = focal length in pixels / sqrt(width * height).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lucid3d.errors import InputError


def down_vector(pitch_degrees: float, roll_degrees: float) -> NDArray[np.float64]:
    """(3,) gravity in the frame of a camera that looks up by `pitch` and is turned clockwise by `roll`."""
    pitch, roll = math.radians(pitch_degrees), math.radians(roll_degrees)
    return np.array([math.sin(roll) * math.cos(pitch), math.cos(roll) * math.cos(pitch), -math.sin(pitch)])


def levelling(pitch_degrees: float, roll_degrees: float) -> NDArray[np.float64]:
    """(3, 3): from the frame of a camera that looks up by `pitch` and is turned clockwise by `roll` to a level one that
    looks the same way; it takes `down_vector` to (0, 1, 0)."""
    pitch, roll = math.radians(pitch_degrees), math.radians(roll_degrees)
    upright = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    level = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
    return np.asarray(level @ upright, np.float64)


def pitch_roll(down: ArrayLike) -> tuple[float, float]:
    """Pitch and roll in degrees of gravity (3,) in the camera's frame; the inverse of `down_vector`."""
    x, y, z = np.asarray(down, np.float64) / np.linalg.norm(down)
    return math.degrees(math.asin(np.clip(-z, -1, 1))), math.degrees(math.atan2(x, y))


def horizon_offset(down: ArrayLike, focal: float, centre: tuple[float, float] = (0.0, 0.0)) -> float:
    """How far below the picture's middle its horizon crosses the middle column, in units of the picture's scale.

    Args:
        down: (3,) gravity in the camera's frame.
        focal: in the same units.
        centre: the principal point, right of and below the middle of the picture.
    Returns:
        Positive when the camera looks up. A camera that looks straight down has it at -inf, for rays with `ray . down`
        = 0 are the horizon.
    """
    x, y, z = (float(v) for v in np.asarray(down, np.float64))
    if abs(y) < 1e-9:
        return math.copysign(math.inf, -z)
    return centre[1] + (x * centre[0] - z * focal) / y


def down_from_horizon(offset: float, roll_degrees: float, focal: float) -> NDArray[np.float64]:
    """(3,) gravity in the camera's frame from where its horizon is; the inverse of `horizon_offset` and the roll, for a
    principal point in the middle."""
    slope = math.tan(math.radians(roll_degrees))
    down = np.array([slope, 1.0, -offset / focal])
    return np.asarray(down / np.linalg.norm(down), np.float64)


def focal_of_fov(fov_degrees: float, width: int, height: int) -> float:
    """Focal length, in units of the picture's scale, of a horizontal field of view in degrees.

    Raises:
        InputError: the field of view is not between 1 and 179 degrees.
    """
    if not 1 <= fov_degrees <= 179:
        raise InputError(f"field of view {fov_degrees} must lie between 1 and 179 degrees")
    return 0.5 * width / math.tan(math.radians(fov_degrees) / 2) / math.sqrt(width * height)


def fov_of_focal(focal: float, width: int, height: int) -> float:
    """Horizontal field of view in degrees; the inverse of `focal_of_fov`."""
    return 2 * math.degrees(math.atan(0.5 * width / (focal * math.sqrt(width * height))))
