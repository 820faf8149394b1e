"""A panorama as the skybox of game engines: every picture turned so that each engine's forward is the scene's.

Conventions, as the engines look a direction up:

| engine | axes | panorama's centre looks along | forward |
|---|---|---|---|
| three.js cube | y up | faces px nx py ny pz nz, left-handed | +z: F is pz, R is px |
| Unity, 6 Sided | y up, left-handed | the slot called Left lies at +X, Right at -X | +Z |
| Unity, Panoramic | y up, left-handed | +X | +Z |
| Godot, PanoramaSkyMaterial | y up | +Z | -Z |
| Unreal, .hdr as a cube texture | z up, left-handed | -Y | +X |
"""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lucid3d import files
from lucid3d.errors import InputError
from lucid3d.export.hdr import InverseToneMapping, carry_radiance, expand_highlights
from lucid3d.export.images import eight_bits, write_exr, write_hdr, write_png
from lucid3d.panorama import cube_from_equirectangular, equirectangular_rays
from lucid3d.panorama.resampling import checked_panorama
from lucid3d.reading import LIGHT_BYTES, decode_light, read_bytes, read_json
from lucid3d.threads import thread_count

Array = NDArray[np.float32]
Pixel = TypeVar("Pixel", bound=np.generic)

_BAND_ROWS = 128
"""Rows that are worked on at a time where a large panorama would need several copies."""

THREE_FACES = {"px": "R", "nx": "L", "py": "U", "ny": "D", "pz": "F", "nz": "B"}
"""three.js name -> our face."""
UNITY_FACES = {"FrontTex": "F", "BackTex": "B", "LeftTex": "R", "RightTex": "L", "UpTex": "U", "DownTex": "D"}
"""Slot of Unity's Skybox/6 Sided shader -> our face. Unity's world +x lies to the right of its forward +z, and its
shader shows _LeftTex at +x: so what a person sees on the right goes into the slot called left."""


@dataclass(frozen=True)
class EnginePanorama:
    """How an engine looks a panorama up.

    Attributes:
        turn: how far the picture's columns move to the right, as a fraction of its width, so that our forward (its
            centre) comes to where the engine looks its own forward up.
        forward, up, right: the engine's world axes that our forward, up and right become.
        centre: the engine's axis in the middle of a picture.
    """

    turn: float
    forward: str
    up: str
    right: str
    centre: str


ENGINE_PANORAMAS = {
    "unity": EnginePanorama(-0.25, "+Z", "+Y", "+X", "+X"),
    "unreal": EnginePanorama(0.25, "+X", "+Z", "+Y", "-Y"),
    "godot": EnginePanorama(0.5, "-Z", "+Y", "+X", "+Z"),
}


TRUE_LIGHT = "radiance of the scene"
"""What skybox.json says of an HDR that was not guessed from the picture."""


def turn_panorama(panorama: NDArray[Pixel], turn: float) -> NDArray[Pixel]:
    """Move the columns of a panorama (H, 2H, C) to the right by a fraction of the width, around the wrap (whole
    pixels)."""
    return np.roll(panorama, round(turn * panorama.shape[1]), axis=1)


def write_skybox(
    panorama: Array,
    folder: str | os.PathLike[str],
    *,
    radiance: Array | None = None,
    depth: Array | None = None,
    normals: Array | None = None,
    cube_size: int | None = None,
    tone_mapping: InverseToneMapping = InverseToneMapping(),
    holes_filled: float | None = None,
) -> Path:
    """Write a panorama for every engine, with a `skybox.json` that says what is what.

    Args:
        panorama: (H, 2H, 3) float32 sRGB in [0, 1]; its centre looks along the world's +z (see `lucid3d.panorama`).
        folder: created when missing. Holds panorama.png .hdr .exr, cube/, unity/, unreal/, godot/ and skybox.json
            (written last), and depth.png .exr and normals.png .exr when there is a depth.
        radiance: (h, 2h, 3) float32 linear light; a smaller one lends its light to the panorama's detail. By default
            `expand_highlights` of the colours.
        depth: (h, 2h) float32 distance along each pixel's ray in metres, +inf for sky.
        normals: (h, 2h, 3) float32 unit vectors in the world frame; by default from the depth.
        cube_size: pixels along a cube face's edge; by default H / 2.
        holes_filled: fraction of the sphere that was filled in, to be stated.
    Returns:
        The folder.
    Raises:
        InputError: shapes that are not 2:1, or values that are not finite.
    """
    folder = Path(folder)
    panorama = checked_panorama(panorama)
    height = panorama.shape[0]
    if panorama.ndim != 3 or panorama.shape[2] != 3:
        raise InputError(f"a skybox needs a colour panorama (H, 2H, 3), this one is {panorama.shape}")
    if not np.isfinite(panorama).all():
        raise InputError(
            "the panorama holds values that are not finite: fill its holes first (lucid3d.panorama.fill_holes)"
        )
    size = max(1, height // 2) if cube_size is None else cube_size

    hdr_source = TRUE_LIGHT
    curve: dict[str, float] | None = None
    if radiance is None:
        radiance, peak = expand_highlights(panorama, tone_mapping)
        hdr_source, curve = "inverse tone mapping of panorama.png", {**asdict(tone_mapping), "peak_used": peak}
    radiance = checked_panorama(radiance)
    if len(radiance) < height:
        radiance = carry_radiance(panorama, radiance)
        hdr_source = f"{TRUE_LIGHT}, with the detail of panorama.png"

    colours = eight_bits(panorama)
    # Coding pictures runs outside the interpreter's lock.
    with ThreadPoolExecutor(max_workers=thread_count(None)) as pool:
        jobs: list[Future[object]] = [
            pool.submit(write_png, folder / "panorama.png", colours),
            pool.submit(write_hdr, folder / "panorama.hdr", radiance),
            pool.submit(write_exr, folder / "panorama.exr", radiance, latlong=True),
        ]
        for engine, convention in ENGINE_PANORAMAS.items():
            jobs.append(pool.submit(_write_turned, folder / engine, colours, radiance, convention.turn))
        depth_job = None if depth is None else pool.submit(_write_depth, folder, checked_panorama(depth), normals)
        for name, face in cube_from_equirectangular(panorama, size).items():
            jobs.append(pool.submit(write_png, folder / "cube" / f"{name}.png", face))
        for job in jobs:
            job.result()
    # The same pictures under the names that others ask for.
    for name, source in THREE_FACES.items():
        _copy(folder / "cube" / f"{source}.png", folder / "cube" / f"{name}.png")
    for slot, source in UNITY_FACES.items():
        _copy(folder / "cube" / f"{source}.png", folder / "unity" / f"{slot}.png")

    statement = _statement(panorama.shape, size, hdr_source, curve, holes_filled)
    if depth_job is not None:
        statement["depth"] = depth_job.result()
    files.write_text(folder / "skybox.json", json.dumps(statement, indent=2) + "\n")
    return folder


def read_radiance(folder: str | os.PathLike[str]) -> Array | None:
    """The light that `write_skybox` was given, from panorama.hdr; None where it was only guessed from the colours.

    Returns:
        (H, 2H, 3) float32 linear, or None.
    Raises:
        InputError: panorama.hdr is damaged.
    """
    folder = Path(folder)
    path, what = folder / "panorama.hdr", f"'{folder / 'panorama.hdr'}'"
    try:
        statement = read_json(folder / "skybox.json", what)
        known = str(statement["hdr"]["source"]).startswith(TRUE_LIGHT)
    except (InputError, OSError, KeyError, TypeError):
        return None
    return decode_light(read_bytes(path, what, LIGHT_BYTES), what) if known and path.is_file() else None


def normals_from_depth(depth: Array) -> Array:
    """World normals of a panorama's surfaces, towards the eye.

    Args:
        depth: (H, 2H) float32 distances along the rays, +inf for sky.
    Returns:
        (H, 2H, 3) float32 unit vectors, 0 where the depth or a neighbour's is not finite.
    """
    height = depth.shape[0]
    normals = np.empty((*depth.shape, 3), np.float32)
    # Over a pole the neighbour lies half a turn away in the same row: the ray of row -1 there is that of row 0.
    for start in range(0, height, _BAND_ROWS):
        rows = slice(start, min(height, start + _BAND_ROWS))
        points = _points(depth, rows.start - 1, rows.stop + 1)
        rays = equirectangular_rays(height, rows)
        with np.errstate(invalid="ignore"):
            middle = points[1:-1]
            across = np.roll(middle, -1, axis=1) - np.roll(middle, 1, axis=1)
            part = np.cross(points[2:] - points[:-2], across)
            part /= np.linalg.norm(part, axis=-1, keepdims=True)
            part = np.where((part * rays).sum(axis=-1, keepdims=True) > 0, -part, part)
        normals[rows] = np.where(np.isfinite(part).all(axis=-1, keepdims=True), part, 0)
    return normals


def _points(depth: Array, start: int, stop: int) -> Array:
    """Positions of rows start to stop of a depth panorama, one row beyond each pole allowed."""
    height = depth.shape[0]
    rows = np.arange(start, stop)
    inside = np.clip(rows, 0, height - 1)
    with np.errstate(invalid="ignore"):
        points = equirectangular_rays(height, inside) * depth[inside][..., None]
    for row in np.flatnonzero(rows != inside):
        points[row] = np.roll(points[row], height, axis=0)
    return points


def _write_turned(folder: Path, colours: NDArray[np.uint8], radiance: Array, turn: float) -> None:
    """panorama.png and panorama.hdr for one engine, of 8-bit colours (H, 2H, 3) and linear light (H, 2H, 3)."""
    write_hdr(folder / "panorama.hdr", turn_panorama(radiance, turn))
    write_png(folder / "panorama.png", turn_panorama(colours, turn))


def _copy(source: Path, target: Path) -> None:
    with files.atomic_path(target) as temporary:
        shutil.copyfile(source, temporary)


def write_depth_png(path: str | os.PathLike[str], depth: Array) -> float:
    """A 16-bit PNG of a (H, W) float32 depth in metres, +inf for sky, which becomes 0.

    Returns:
        Metres that one step of the file stands for.
    """
    finite = np.isfinite(depth)
    farthest = float(depth[finite].max()) if finite.any() else 0.0
    # Millimetres when they reach (65.5 m), otherwise coarser; 0 is kept for the sky.
    step = max(0.001, farthest / 65534)
    coded = np.where(finite, np.clip(np.rint(np.where(finite, depth, 0) / step), 1, 65535), 0).astype(np.uint16)
    write_png(path, coded)
    return step


def _write_depth(folder: Path, depth: Array, normals: Array | None) -> dict[str, object]:
    """depth.png, depth.exr, normals.png, normals.exr; returns what skybox.json says of them."""
    finite = np.isfinite(depth)
    farthest = float(depth[finite].max()) if finite.any() else 0.0
    step = write_depth_png(folder / "depth.png", depth)
    write_exr(folder / "depth.exr", depth, half=False)
    normals = normals_from_depth(depth) if normals is None else checked_panorama(normals)
    write_png(folder / "normals.png", normals * 0.5 + 0.5)
    write_exr(folder / "normals.exr", normals, signed=True)
    return {
        "meaning": "distance along each pixel's ray, in metres",
        "png": {"file": "depth.png", "metres_per_unit": step, "sky": 0},
        "exr": {"file": "depth.exr", "channel": "Z", "sky": "inf"},
        "farthest_metres": farthest,
        "normals": {
            "png": "normals.png",
            "exr": "normals.exr",
            "frame": "x right, y down, z forward, towards the eye",
            "coding": "png = (n + 1) / 2, 0.5 0.5 0.5 where there is none",
        },
    }


def _statement(
    shape: tuple[int, ...], size: int, hdr_source: str, curve: dict[str, float] | None, holes_filled: float | None
) -> dict[str, object]:
    """The contents of skybox.json."""
    engines: dict[str, object] = {
        name: {
            "panorama": f"{name}/panorama.hdr",
            "forward": convention.forward,
            "up": convention.up,
            "right": convention.right,
            "image_centre": convention.centre,
            "yaw_degrees": 0,
            "turned_by_degrees": convention.turn * 360,
        }
        for name, convention in ENGINE_PANORAMAS.items()
    }
    engines["unity"]["six_sided"] = {f"_{slot}": f"unity/{slot}.png" for slot in UNITY_FACES}  # type: ignore[index]
    engines["three"] = {
        "cube": [f"cube/{name}.png" for name in THREE_FACES],
        "forward": "+z",
        "up": "+y",
        "right": "-x",
        "yaw_degrees": 180,
        "note": "a camera that looks along -z sees forward once scene.backgroundRotation.y = Math.PI",
    }
    return {
        "version": 1,
        "panorama": {
            "ldr": "panorama.png",
            "hdr": "panorama.hdr",
            "exr": "panorama.exr",
            "width": shape[1],
            "height": shape[0],
            "projection": "equirectangular",
            "frame": "x right, y down, z forward",
            "forward": "+z, the image's centre",
            "up": "-y, the top row",
            "right": "+x, to the right of the centre",
            "yaw_degrees": 0,
        },
        "color_space": {"png": "sRGB", "hdr": "linear, Rec. 709 primaries", "exr": "linear, Rec. 709 primaries"},
        "hdr": {"source": hdr_source, "curve": curve},
        "holes_filled_fraction": holes_filled,
        "cube": {
            "size": size,
            "faces": {name: f"cube/{name}.png" for name in "FRBLUD"},
            "seen_from": "inside; the bottom edge of U and the top edge of D join F",
        },
        "engines": engines,
    }
