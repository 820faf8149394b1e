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

REWEIGHTINGS = 5
"""Rounds of `down_from_latitudes`."""
LEAST_DEVIATION = 0.01
"""Sine of an angle that counts as agreement."""
PULL = 1e-4
"""Weight of an upright camera beside the mean pixel."""
PULL_UP = np.array([0.0, PULL, 0.0])


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


def latitudes(
    down: ArrayLike, focal: float, centre: tuple[float, float], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """(h, w) radians by which the ray through each pixel's middle rises above the horizon ("Perspective Fields for
    Single Image Camera Calibration", Jin et al. 2023, section 3.1).

    Args:
        down: (3,) gravity in the camera's frame.
        focal, centre: focal length and principal point in pixels; shape: (h, w) of the picture.
    """
    rays = unit_rays(focal, centre, shape)
    return np.arcsin(np.clip(rays @ -np.asarray(down, np.float64), -1, 1)).astype(np.float32)


def unit_rays(focal: float, centre: tuple[float, float], shape: tuple[int, int]) -> NDArray[np.float64]:
    """(h, w, 3) unit rays through the pixels' middles, in the camera's frame; all arguments in pixels."""
    x = (np.arange(shape[1]) + 0.5 - centre[0]) / focal
    y = (np.arange(shape[0]) + 0.5 - centre[1]) / focal
    rays = np.stack([*np.meshgrid(x, y), np.ones(shape)], axis=-1)
    return np.asarray(rays / np.linalg.norm(rays, axis=-1, keepdims=True), np.float64)


def down_from_latitudes(latitude: NDArray[np.floating], focal: float) -> NDArray[np.float64]:
    """(3,) gravity in the camera's frame from how far each pixel's ray rises; the inverse of `latitudes` for a
    principal point in the middle, in the least absolute deviation where they do not agree (`REWEIGHTINGS` rounds of
    iteratively reweighted least squares: ray . down = -sin latitude is linear in `down`).

    Args:
        latitude: (h, w) radians; focal: in pixels of this grid.
    """
    height, width = latitude.shape
    rays = unit_rays(focal, (width / 2, height / 2), (height, width)).reshape(-1, 3)
    below = -np.sin(latitude.astype(np.float64)).ravel()
    weight = np.ones(len(rays))
    down = np.array([0.0, 1.0, 0.0])
    for _ in range(REWEIGHTINGS):
        weighted = rays * weight[:, None]
        # A narrow lens says little of one direction: a weak pull towards an upright camera settles it.
        down = np.linalg.solve(
            weighted.T @ rays + PULL * np.eye(3) * len(rays), weighted.T @ below + PULL_UP * len(rays)
        )
        weight = 1 / np.maximum(np.abs(rays @ down - below), LEAST_DEVIATION)
        weight /= weight.mean()
    length = float(np.linalg.norm(down))
    return down / length if length > LEAST_DEVIATION else np.array([0.0, 1.0, 0.0])
