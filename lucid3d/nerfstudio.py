"""Camera paths of other programs in nerfstudio's formats: transforms.json, and the paths that its viewer exports.

https://docs.nerf.studio/quickstart/data_conventions.html: camera-to-world matrices, OpenGL camera axes, a world whose z
is up. Every field that changes what is seen is honoured, or refused by name; a distortion that is left out is told.
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError, short

OPENGL_FROM_OPENCV = np.diag([1.0, -1.0, -1.0, 1.0])
"""Turns a camera's axes between OpenCV (y down, z forward) and OpenGL (y up, z back), which nerfstudio uses."""

NERFSTUDIO_FROM_WORLD = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
"""nerfstudio's world has z up; ours has y down: x stays, forward (z) becomes y, up (-y) becomes z."""

PERSPECTIVE = ("", "PERSPECTIVE", "PINHOLE", "SIMPLE_PINHOLE", "OPENCV", "SIMPLE_RADIAL", "RADIAL")
"""Types of camera, in capitals, that a picture with straight lines stands for; the last three bend them a little."""

DISTORTIONS = ("k1", "k2", "k3", "k4", "p1", "p2")


@dataclass(frozen=True)
class Frame:
    """What a file says of a lens: the tangents of half the angle across and down; None: it does not say."""

    across: float | None = None
    down: float | None = None

    def fov_degrees(self, width: int, height: int) -> float | None:
        """Horizontal field of view with which a picture of this size holds the whole frame; None: nothing is said."""
        needed = [self.across or 0.0, (self.down or 0.0) * width / height]
        return math.degrees(2 * math.atan(max(needed))) if any(needed) else None


def world_from_nerfstudio(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4, 4) OpenCV world_from_camera, y down, from nerfstudio's transform_matrix (OpenGL camera, world z up)."""
    return NERFSTUDIO_FROM_WORLD.T @ matrix @ OPENGL_FROM_OPENCV


def nerfstudio_from_world(world_from_camera: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `world_from_nerfstudio`: (4, 4) from (4, 4)."""
    return NERFSTUDIO_FROM_WORLD @ world_from_camera @ OPENGL_FROM_OPENCV


def read_path(data: Mapping[str, Any]) -> tuple[list[NDArray[np.float64]], list[Frame]]:
    """(4, 4) world_from_camera poses (OpenCV axes, y down, the file's own origin), and the lens of each.

    Args:
        data: a transforms.json ("frames"), or a camera path of the viewer ("camera_path"; where it is empty, its
            "keyframes" as they stand).
    Raises:
        InputError: neither, a camera that is not of perspective, or an entry that cannot be read.
    """
    if "frames" in data:
        return _from_transforms(data)
    if "camera_path" in data or "keyframes" in data:
        return _from_viewer(data)
    raise InputError("a JSON trajectory needs 'frames' (transforms.json) or 'camera_path' (nerfstudio's viewer)")


def _from_viewer(data: Mapping[str, Any]) -> tuple[list[NDArray[np.float64]], list[Frame]]:
    _check_type(data.get("camera_type"), "camera_type")
    entries, key = data.get("camera_path") or [], "camera_to_world"
    if not entries:
        entries, key = data.get("keyframes") or [], "matrix"
    poses, frames = [], []
    for index, entry in enumerate(entries):
        if not isinstance(entry, Mapping) or key not in entry:
            raise InputError(f"camera {index} must be a mapping with '{key}', not {short(entry)}")
        poses.append(world_from_nerfstudio(_matrix(entry[key], index)))
        frames.append(_viewer_frame(entry, data))
    return poses, frames


def _viewer_frame(entry: Mapping[str, Any], data: Mapping[str, Any]) -> Frame:
    """nerfstudio's `fov` is the vertical angle in degrees, `aspect` the width over the height."""
    if entry.get("fov") is None:
        return Frame()
    down = math.tan(math.radians(_number(entry["fov"], "fov", below=180)) / 2)
    aspect = entry.get("aspect")
    if aspect is None and data.get("render_width") and data.get("render_height"):
        aspect = float(data["render_width"]) / float(data["render_height"])
    return Frame(None if aspect is None else down * _number(aspect, "aspect"), down)


def _from_transforms(data: Mapping[str, Any]) -> tuple[list[NDArray[np.float64]], list[Frame]]:
    entries = data["frames"]
    if not isinstance(entries, list) or not all(isinstance(each, Mapping) for each in entries):
        raise InputError(f"frames must be a list of mappings, not {short(entries)}")
    # our own folders list the support views after the dreamed ones: they are no place to dream from
    entries = [each for each in entries if not each.get("support", False)]
    if all(isinstance(each.get("file_path"), str) for each in entries):
        entries = sorted(entries, key=lambda each: _natural(each["file_path"]))  # as nerfstudio does
    shared = {key: value for key, value in data.items() if key != "frames"}
    poses, frames = [], []
    for index, entry in enumerate(entries):
        if "transform_matrix" not in entry:
            raise InputError(f"frame {index} has no 'transform_matrix'")
        poses.append(world_from_nerfstudio(_matrix(entry["transform_matrix"], index)))
        frames.append(_transforms_frame({**shared, **entry}))
    bent = {key for each in (shared, *entries) for key in DISTORTIONS if each.get(key)}
    if bent:
        logging.getLogger(__name__).warning(
            "the lens's distortion (%s) is left out: views here have straight lines", ", ".join(sorted(bent))
        )
    return poses, frames


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts 9.png before 10.png."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]


def _transforms_frame(entry: Mapping[str, Any]) -> Frame:
    _check_type(entry.get("camera_model"), "camera_model")
    across = _half(entry, "w", "fl_x", "cx", "camera_angle_x")
    if across is None and "fl_y" not in entry:
        return Frame(None, _half(entry, "h", "fl_y", "cy", "camera_angle_y"))
    # a file may give one focal length for both
    down = _half({"fl_y": entry.get("fl_x"), **entry}, "h", "fl_y", "cy", "camera_angle_y")
    return Frame(across, down)


def _half(entry: Mapping[str, Any], size: str, focal: str, centre: str, angle: str) -> float | None:
    """Tangent of half an angle of view: from the focal length and the picture's size, else from the angle itself."""
    if entry.get(focal) is not None:
        length = _number(entry[focal], focal)
        if entry.get(size) is not None:
            # of a lens off its centre the wider side: the whole frame is to be seen
            whole = _number(entry[size], size)
            middle = _number(entry.get(centre, whole / 2), centre)
            return max(middle, whole - middle) / length
        if entry.get(centre) is not None:
            return _number(entry[centre], centre) / length
        if size == "w":
            raise InputError(f"{focal} {short(entry[focal])} comes without '{size}': add the picture's size in pixels")
    if entry.get(angle) is not None:
        return math.tan(_number(entry[angle], angle, below=math.pi) / 2)
    return None


def _check_type(kind: Any, key: str) -> None:
    if kind is not None and str(kind).upper() not in PERSPECTIVE:
        raise InputError(
            f"{key} {short(kind)} cannot be used: views are pictures of perspective; export the path with it"
        )


def _number(value: Any, key: str, below: float = math.inf) -> float:
    number = float(value)
    if not 0 < number < below:
        raise InputError(f"{key} {short(value)} must lie above 0" + (f" and below {below:g}" if below < 1e9 else ""))
    return number


def _matrix(value: Any, index: int) -> NDArray[np.float64]:
    """A (4, 4) matrix from rows, from 12 or 16 numbers, or from the text that older viewers write (by columns).

    The rotation may carry one positive scale, as the viewer's key frames do: it is taken out.
    """
    by_columns = isinstance(value, str)
    numbers: Any = np.asarray(json.loads(value) if by_columns else value, np.float64)
    if numbers.size not in (12, 16):
        raise InputError(f"camera {index}: a matrix has 16 numbers, this one {numbers.size}")
    matrix: NDArray[np.float64] = np.eye(4)
    if by_columns:
        matrix = numbers.reshape(-1, 4).T.copy()
    else:
        matrix[: numbers.size // 4] = numbers.reshape(-1, 4)
    length = np.linalg.norm(matrix[:3, 0])
    if np.isfinite(length) and length > 0:
        matrix[:3, :3] /= length
    return matrix


def level_origin(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4, 4) the place and the heading of a camera whose world is level (y down), without its pitch and its roll."""
    forward, up = pose[:3, 2], -pose[:3, 1]
    # straight up or down, the top of the picture says where ahead is
    ahead = forward if np.hypot(forward[0], forward[2]) > 0.1 else (up if forward[1] > 0 else -up)
    yaw = math.atan2(ahead[0], ahead[2])
    origin = np.eye(4)
    origin[0, 0] = origin[2, 2] = math.cos(yaw)
    origin[0, 2], origin[2, 0] = math.sin(yaw), -math.sin(yaw)
    origin[:3, 3] = pose[:3, 3]
    return origin
