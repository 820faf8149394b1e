"""Camera paths as data: by name (cameras/*.yaml), by file (our YAML, nerfstudio's transforms.json or camera path), or
as a list of poses.

A YAML path has either `views`, the places to dream from, or `keyframes`, a smooth curve to film along. Angles are in
degrees (yaw turns right, pitch looks up), positions in metres in the world (x right, y down, z forward); with
`unit: walk_radius` positions are multiples of the radius within which a person may walk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError, short
from lucid3d.nerfstudio import level_origin, read_path
from lucid3d.reading import read_json, read_yaml

CAMERAS = Path(__file__).parent.parent / "cameras"
"""Where the named paths live in a checkout; an installed package carries them inside (see `_named_file`)."""

MOST_CAMERAS = 10_000
"""Of a path to dream along: a day of dreaming on a GPU."""

MOST_FRAMES = 100_000
"""Of a film: an hour of it."""

FARTHEST = 1e5
"""Metres from the start at which a camera may stand."""

_FLIGHT = re.compile(r"^flight:", re.MULTILINE)
_VIEW_KEYS = {"yaw", "pitch", "position", "fov", "ring", "radius"}
_KEYFRAME_KEYS = {"yaw", "pitch", "position"}
_FILE_KEYS = {"description", "unit", "fov", "views", "keyframes", "frames", "closed", "explore", "wander", "flight"}


def names() -> list[str]:
    """The names of the paths that come with the project, sorted; flights, which are no paths, are not among them."""
    return sorted(path.stem for path in _folder().glob("*.yaml") if not _FLIGHT.search(path.read_text("utf-8")))


def load_cameras(
    trajectory: str | Path | Sequence[NDArray[np.floating]],
    *,
    width: int,
    height: int,
    fov_degrees: float,
    walk_radius: float = 0.5,
    frames: int | None = None,
) -> list[Camera]:
    """The cameras of a path; the first one stands at the origin of the world.

    A file says where up is: the world stays level, ahead is where the first camera looks, and its pitch and roll are
    its own. Of a list of poses nothing is known but the poses: there the first is the identity.

    Args:
        trajectory: a name (`names()`), a file, or a list of (4, 4) world_from_camera poses with OpenCV axes.
        width, height: picture size in pixels.
        fov_degrees: horizontal field of view where the path does not state its own.
        walk_radius: metres; scales the paths that are written in units of it.
        frames: number of pictures along a path of key frames (default: what the file says). Ignored for views.
    Raises:
        InputError: unknown name, unreadable file, a pose that is not rigid or not finite, or no pose at all.
    """
    if isinstance(trajectory, str | Path):
        path = _named_file(trajectory)
        poses, fovs = _read(path, walk_radius, frames, width, height)
        where, level = f"trajectory '{trajectory}'", True
    else:
        poses, fovs = [np.asarray(pose, np.float64) for pose in trajectory], [None] * len(trajectory)
        where, level = "trajectory", False
    if len(poses) > MOST_FRAMES:
        raise InputError(f"{where} holds {len(poses)} cameras; {MOST_FRAMES} are the most")
    if not poses:
        raise InputError(f"{where} holds no camera; it needs at least one")
    cameras = []
    origin: NDArray[np.float64] | None = None
    for index, (pose, fov) in enumerate(zip(poses, fovs, strict=True)):
        try:
            camera = Camera.from_fov(width, height, fov or fov_degrees, pose)
        except InputError as error:
            raise InputError(f"{where}, camera {index}: {error}") from None
        if origin is None:
            first = camera.at(level_origin(camera.world_from_camera)) if level else camera
            origin = first.camera_from_world
        cameras.append(camera.at(_orthonormal(origin @ pose)))
    return cameras


def planned_reach(trajectory: str | Path) -> str:
    """How far a path wants to be explored from (its key `explore`, see `exploring.reach`); "" where it does not say.

    Raises:
        InputError: unknown name, or unreadable file.
    """
    return str(_stated(trajectory, "explore", ""))


def wanders(trajectory: str | Path) -> bool:
    """Whether a film's path gives way to a walk through free space where that is known (its key `wander`).

    Raises:
        InputError: unknown name, or unreadable file.
    """
    return bool(_stated(trajectory, "wander", False))


def stated_flight(trajectory: str | Path) -> dict[str, Any] | None:
    """What a flight's file says under its key `flight`; None where the trajectory is a path.

    Raises:
        InputError: unknown name, unreadable file, or no mapping.
    """
    stated = _stated(trajectory, "flight", None)
    if stated is not None and not isinstance(stated, dict):
        raise InputError(f"trajectory '{trajectory}': flight must be a mapping, not {short(stated)}")
    return stated


def _stated(trajectory: str | Path, key: str, otherwise: Any) -> Any:
    path = _named_file(trajectory)
    if path.suffix == ".json":
        return otherwise
    data = read_yaml(path, f"trajectory file '{path}'")
    return data.get(key, otherwise) if isinstance(data, dict) else otherwise


def _orthonormal(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round-off from files (nerfstudio writes six digits) taken out of the rotation."""
    u, _, vt = np.linalg.svd(pose[:3, :3])
    clean = pose.copy()
    clean[:3, :3] = u @ vt
    return clean


def _folder() -> Path:
    packaged = Path(__file__).parent / "cameras"
    return packaged if packaged.is_dir() else CAMERAS


def _named_file(trajectory: str | Path) -> Path:
    named = _folder() / f"{trajectory}.yaml"
    if named.is_file():
        return named
    path = Path(trajectory)
    if path.is_file():
        return path
    if path.suffix:
        raise InputError(
            f"trajectory file '{trajectory}' does not exist; give a YAML or JSON file, or one of {names()}"
        )
    close = get_close_matches(str(trajectory), names(), n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    raise InputError(f"trajectory '{trajectory}' is not known; {hint}Known: {', '.join(names())}, or a file")


Poses = tuple[list[NDArray[np.float64]], list[float | None]]


def _read(path: Path, walk_radius: float, frames: int | None, width: int, height: int) -> Poses:
    what = f"trajectory file '{path}'"
    json = path.suffix.lower() == ".json"
    data = read_json(path, what) if json else read_yaml(path, what)
    if not isinstance(data, dict):
        raise InputError(f"trajectory file '{path}' must hold a mapping with 'views', 'keyframes' or 'frames'")
    try:
        if json:
            poses, lenses = read_path(data)
            return poses, [lens.fov_degrees(width, height) for lens in lenses]
        return _from_yaml(data, walk_radius, frames)
    except InputError as error:
        raise InputError(f"trajectory file '{path}': {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(f"trajectory file '{path}' does not have the expected form: {short(error)}") from None


def _from_yaml(data: dict[str, Any], walk_radius: float, frames: int | None) -> Poses:
    _check_keys(data, _FILE_KEYS, "the file")
    unit = data.get("unit", "metre")
    if unit not in ("metre", "walk_radius"):
        raise InputError(f"unit {short(unit)} must be 'metre' or 'walk_radius'")
    scale = walk_radius if unit == "walk_radius" else 1.0
    if "flight" in data:
        raise InputError("it is a flight, which run.py films over a landscape; scenes and their films take other paths")
    if "views" in data:
        return _views(data, scale)
    if "keyframes" in data:
        return _keyframes(data, scale, frames)
    raise InputError("it needs 'views' or 'keyframes'")


def _check_keys(data: dict[str, Any], allowed: set[str], where: str) -> None:
    if not isinstance(data, dict):
        raise InputError(f"{where} must be a mapping, not {short(data)}")
    for key in data:
        if key not in allowed:
            close = get_close_matches(str(key), sorted(allowed), n=1)
            hint = f"; did you mean '{close[0]}'?" if close else f"; known: {', '.join(sorted(allowed))}"
            raise InputError(f"{where} has an unknown key {short(key)}{hint}")


def _position(entry: dict[str, Any], scale: float) -> NDArray[np.float64]:
    position = np.asarray(entry.get("position", (0, 0, 0)), np.float64)
    if position.shape != (3,):
        raise InputError(f"position {short(entry['position'])} must be three numbers")
    if not np.abs(position).max() <= FARTHEST:  # NaN fails too
        raise InputError(f"position {short(entry['position'])} lies beyond {FARTHEST:g} metres, where no place reaches")
    return position * scale


def _common_fov(data: dict[str, Any]) -> float | None:
    return None if data.get("fov") is None else float(data["fov"])


def _views(data: dict[str, Any], scale: float) -> Poses:
    poses: list[NDArray[np.float64]] = []
    fovs: list[float | None] = []
    common = _common_fov(data)
    for index, entry in enumerate(data["views"] or []):
        _check_keys(entry, _VIEW_KEYS, f"view {index}")
        position, pitch = _position(entry, scale), float(entry.get("pitch", 0))
        start, count = float(entry.get("yaw", 0)), int(entry.get("ring", 1))
        if not 1 <= count <= MOST_CAMERAS:
            raise InputError(f"view {index}: ring {count} must lie between 1 and {MOST_CAMERAS}")
        for step in range(count):
            yaw = start + 360.0 * step / count
            # On a ring with a radius the camera stands that far out in the direction that it looks in.
            outwards = np.array([np.sin(np.radians(yaw)), 0, np.cos(np.radians(yaw))])
            radius = float(entry.get("radius", 0)) * scale
            poses.append(yaw_pitch(yaw, pitch, position + radius * outwards))
            fovs.append(float(entry["fov"]) if "fov" in entry else common)
    return poses, fovs


def _keyframes(data: dict[str, Any], scale: float, frames: int | None) -> Poses:
    from scipy.interpolate import CubicSpline

    entries = data["keyframes"] or []
    for index, entry in enumerate(entries):
        _check_keys(entry, _KEYFRAME_KEYS, f"key frame {index}")
    if len(entries) < 2:
        raise InputError(f"keyframes has {len(entries)} entries; a path needs at least two")
    closed = bool(data.get("closed", False))
    count = frames or int(data.get("frames", 30 * len(entries)))
    if not 1 <= count <= MOST_FRAMES:
        raise InputError(f"frames {count} must lie between 1 and {MOST_FRAMES}")
    keys = np.array([[*_position(e, scale), float(e.get("yaw", 0)), float(e.get("pitch", 0))] for e in entries])
    if not np.isfinite(keys).all():
        raise InputError("keyframes hold a number that is not finite")
    if closed:
        turn = np.round((keys[0, 3] - keys[-1, 3]) / 360.0)  # a full circle ends where it began, turned by 360 degrees
        end = keys[0] - np.array([0, 0, 0, 360.0 * turn, 0])
        keys = np.vstack([keys, end])
        drift = keys[-1] - keys[0]  # periodic splines need equal ends: spline the motion without the steady turn
        times = np.arange(len(keys), dtype=np.float64)
        steady = times[:, None] / times[-1] * drift
        curve = CubicSpline(times, np.vstack([(keys - steady)[:-1], keys[:1]]), bc_type="periodic")
        samples = np.arange(count) / count * times[-1]
        values = curve(samples) + samples[:, None] / times[-1] * drift
    else:
        times = np.arange(len(keys), dtype=np.float64)
        values = CubicSpline(times, keys, bc_type="clamped")(np.linspace(0, times[-1], count))
    return [yaw_pitch(v[3], v[4], v[:3]) for v in values], [_common_fov(data)] * count
