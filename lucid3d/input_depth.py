"""Depth maps as people have them, made into metres on the picture's own grid.

A depth camera writes 0 where nothing came back; renderers write 1e10, half floats 65504 and 16-bit files 65535 for the
sky; networks write inverse depth from 0 to 1. A phone stores picture and depth as its sensor read them, and says in the
picture's EXIF alone how to turn them.
"""

from __future__ import annotations

import logging
import math
import os
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.families.base import Depth, Image
from lucid3d.reading import guarded, open_picture, read_array, read_arrays

DepthUnit = Literal["m", "cm", "mm"]
METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}
DEPTH_PIXELS = 100_000_000
"""Of a depth map, 10,000 x 10,000: it takes 0.4 GB as it is read."""
SMALLEST_SIDE = 16
LEAST_MEASURED = 0.02
"""Of the pixels: the rest is completed by an estimate that is fitted to them."""
SPECKLE = 0.01
"""Share of the width: what was not measured that near to something measured is filled from it."""
HALF_FLOATS_END, SIXTEEN_BITS_END = 65504.0, 65535
"""The largest numbers of half floats and of 16 bits: what is farther than can be said."""
SKY_FROM = 1e5
"""Metres from which depth stands for the sky: no depth camera and no horizon reaches 100 km."""
ASPECT_TOLERANCE = 0.02
_EXR_NAMES = ("Z", "depth.Z", "Depth", "depth", "Y", "V", "R")
"""Channels that hold depth, the likeliest first; in a layer's name they stand at the end."""
UPRIGHT_BY_EXIF = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.T,
    6: lambda a: a.T[:, ::-1],
    7: lambda a: a[::-1, ::-1].T,
    8: lambda a: a.T[::-1],
}
"""EXIF orientation -> what turns stored rows and columns upright (Exif 2.3, tag 0x0112)."""


def load_depth(path: str | os.PathLike[str], unit: DepthUnit | float = "m") -> Depth:
    """Read a z-depth map: 16-bit PNG or TIFF, OpenEXR, .npy or .npz.

    Args:
        path: the file.
        unit: what one step of its numbers is: "m", "cm", "mm", or a number of metres.
    Returns:
        (H, W) float32 metres, positive; +inf is sky, NaN was not measured.
    Raises:
        InputError: no file, not a depth map, negative values, next to nothing measured, inverse depth, or a bad unit.
    """
    path = Path(path)
    scale = METRES.get(unit, 0.0) if isinstance(unit, str) else float(unit)
    if not (math.isfinite(scale) and scale > 0):
        raise InputError(f'depth unit "{unit}" must be m, cm, mm, or a positive number of metres')
    if not path.is_file():
        raise InputError(f"the depth map {path} does not exist")
    raw = _read_depth(path)
    if raw.size > DEPTH_PIXELS:
        raise InputError(f"the depth map {path} has {raw.size} pixels; {DEPTH_PIXELS // 10**6} million are the most")
    raw = _one_channel(raw)
    if raw.ndim != 2 or not (np.issubdtype(raw.dtype, np.floating) or np.issubdtype(raw.dtype, np.integer)):
        raise InputError(
            f"the depth map {path} has shape {raw.shape} of {raw.dtype}: it must be one channel of numbers"
        )
    if min(raw.shape) < SMALLEST_SIDE:
        raise InputError(
            f"the depth map {path} is {raw.shape[1]}x{raw.shape[0]}: at least {SMALLEST_SIDE} a side are needed"
        )
    depth = raw.astype(np.float32) * np.float32(scale)
    if (depth < 0).any():
        raise InputError(
            f"the depth map {path} has negative values ({float(np.nanmin(depth)):g} m): depth counts metres forward "
            "from the camera"
        )
    if _is_inverse(raw):
        raise InputError(
            f"the depth map {path} looks like inverse depth (it runs from nothing to full, and is larger towards the "
            "foot of the picture, where things are near): hand in metres, or leave --depth out and have it estimated"
        )
    limit = SIXTEEN_BITS_END if np.issubdtype(raw.dtype, np.integer) else HALF_FLOATS_END
    depth[(raw == limit) | (depth >= SKY_FROM)] = np.inf
    return _without_speckles(depth, str(path))


def _one_channel(raw: NDArray[Any]) -> NDArray[Any]:
    """(H, W) of a map with a last axis of one channel, or of equal ones."""
    if raw.ndim == 3 and raw.shape[-1] == 1:
        return raw[..., 0]
    if raw.ndim == 3 and raw.shape[-1] == 3 and raw.size and (raw == raw[..., :1]).all() and np.ptp(raw[..., 0]):
        return raw[..., 0]
    return raw


def _is_inverse(raw: NDArray[Any]) -> bool:
    """Whether numbers run from 0 to 1, or over all of 16 bits, and grow towards the foot of the picture."""
    values = raw[np.isfinite(raw)]
    full = SIXTEEN_BITS_END if np.issubdtype(raw.dtype, np.integer) else 1
    if not len(values) or values.min() != 0 or values.max() != full:
        return False
    half = len(raw) // 2
    upper, lower = np.nanmean(raw[:half]), np.nanmean(raw[half:])
    return bool(lower > 1.2 * upper)


def _without_speckles(depth: Depth, name: str) -> Depth:
    """Zeros become NaN, and both are filled from the nearest measured pixel where one is near by.

    Raises:
        InputError: next to nothing is measured, or all of it is sky.
    """
    unmeasured = np.isnan(depth) | (depth == 0)
    share = float(unmeasured.mean())
    if share > 1 - LEAST_MEASURED:
        raise InputError(
            f"the depth map {name} is zero or NaN on {share:.0%} of its pixels: at least {LEAST_MEASURED:.0%} must be "
            "measured"
        )
    if not np.isfinite(depth[~unmeasured]).any():
        raise InputError(f"the depth map {name} is infinite everywhere")
    if not unmeasured.any():
        return depth
    from scipy.ndimage import distance_transform_edt

    away, (rows, columns) = distance_transform_edt(unmeasured, return_indices=True)
    reach = max(SPECKLE * depth.shape[1], 1.5)
    filled: Depth = np.where(away <= reach, depth[rows, columns], np.nan).astype(np.float32)
    rest = float(np.isnan(filled).mean())
    if rest > 0.001:
        told = "%s: %.0f %% of the depth was not measured; an estimate that is fitted to the rest takes its place"
        logging.getLogger(__name__).warning(told, name, 100 * rest)
    return filled


def _read_depth(path: Path) -> NDArray[Any]:
    suffix, what = path.suffix.lower(), f"the depth map {path}"
    if suffix == ".npy":
        return read_array(path, what)
    if suffix == ".npz":
        return _only_map(read_arrays(path, what), what)
    if suffix == ".exr":
        with guarded(what):
            return _read_exr(path)
    with open_picture(path, what, most_pixels=DEPTH_PIXELS) as opened:
        if opened.mode in ("L", "P", "1"):
            raise InputError(
                f"the depth map {path} has 8 bits, 256 steps at most: save it with 16 bits, or as .npy or .exr"
            )
        if not (opened.mode.startswith("I;16") or opened.mode in ("I", "F")):
            raise InputError(f"the depth map {path} is a colour picture ({opened.mode}): it must have one channel")
        return np.asarray(opened)


def _only_map(arrays: dict[str, NDArray[Any]], what: str) -> NDArray[Any]:
    """The array named depth of an .npz, or the only one that is a map."""
    if "depth" in arrays:
        return arrays["depth"]
    maps = {name: array for name, array in arrays.items() if array.ndim in (2, 3) and min(array.shape[:2]) > 4}
    if len(maps) != 1:
        raise InputError(f"{what} holds {', '.join(arrays) or 'nothing'}: name the array with the metres 'depth'")
    return next(iter(maps.values()))


def _read_exr(path: Path) -> NDArray[Any]:
    """The depth channel of an OpenEXR file: Z, a layer's Z, or whatever single channel (or grey) there is."""
    import OpenEXR

    with OpenEXR.File(str(path), header_only=True) as file:
        low, high = (np.asarray(corner, np.int64) for corner in file.header()["dataWindow"])
        pixels = int(np.prod(high - low + 1))
    if not 0 < pixels <= DEPTH_PIXELS:
        raise InputError(f"the depth map {path} claims {pixels} pixels; {DEPTH_PIXELS // 10**6} million are the most")
    with OpenEXR.File(str(path), separate_channels=True) as file:
        channels = {name: np.array(channel.pixels) for name, channel in file.channels().items()}
    named = [name for wanted in _EXR_NAMES[:-1] for name in channels if name == wanted or name.endswith("." + wanted)]
    if named:
        return channels[named[0]]
    if len(channels) == 1:
        return next(iter(channels.values()))
    first, *others = channels.values()
    if others and all(np.array_equal(first, other, equal_nan=True) for other in others):
        return first
    raise InputError(
        f"the depth map {path} has channels {', '.join(channels)}, of which none is named Z or depth: keep one"
    )


def upright_depth(depth: Depth, image: Image, orientation: int) -> Depth:
    """Depth turned as its picture was.

    Cameras store both as the sensor read them, and other programs turn both: the way in which the edges of the two
    agree better is taken, the sensor's where they say nothing.

    Args:
        depth: (h, w), see `load_depth`.
        image: (H, W, 3) the picture, upright.
        orientation: the EXIF tag that the picture's file had, 1 = stored upright.
    """
    turned = np.ascontiguousarray(UPRIGHT_BY_EXIF.get(orientation, UPRIGHT_BY_EXIF[1])(depth))
    wanted = image.shape[1] / image.shape[0]
    ways = [way for way in (turned, depth) if abs(way.shape[1] / way.shape[0] / wanted - 1) < ASPECT_TOLERANCE]
    if orientation == 1 or len(ways) < 2:
        return ways[0] if ways else depth
    return max(ways, key=lambda way: _agreement(way, image))


def _agreement(depth: Depth, image: Image) -> float:
    """Correlation of the edges of inverse depth with those of lightness."""
    import cv2

    size = (64, max(round(64 * image.shape[0] / image.shape[1]), 8))
    near = np.where(np.isfinite(depth), 1 / np.maximum(depth, 1e-3), 0).astype(np.float32)
    light = cv2.cvtColor(np.ascontiguousarray(image, np.float32), cv2.COLOR_RGB2GRAY)
    edges = []
    for values in (near, light):
        small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
        edges.append(np.hypot(cv2.Sobel(small, cv2.CV_32F, 1, 0), cv2.Sobel(small, cv2.CV_32F, 0, 1)).ravel())
    first, second = (np.sqrt(edge) - np.sqrt(edge).mean() for edge in edges)
    return float(first @ second / max(float(np.linalg.norm(first) * np.linalg.norm(second)), 1e-9))
