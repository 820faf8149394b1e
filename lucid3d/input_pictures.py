"""Pictures and depth maps that a person hands in, made into what a dream begins with.

A nearly square picture is cropped to a square; any other is set in the middle of a square whose bands are to be painted
(outpainted), as in the paper, section 3.1. Transparent pixels are to be painted as well.
"""

from __future__ import annotations

import logging
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.families.base import Depth, Image, Mask
from lucid3d.pixels import resize
from lucid3d.reading import bounded, guarded, open_picture, read_array

if TYPE_CHECKING:
    from PIL import Image as PillowImage

DepthUnit = Literal["m", "cm", "mm"]

SMALLEST_SIDE = 16  # pixels; below that there is nothing to estimate depth from
LONGEST_SIDE = 4096  # pixels; larger pictures are reduced on loading, no painter works above this
DEPTH_PIXELS = 100_000_000  # of a depth map, 10,000 x 10,000: it takes 0.4 GB as it is read
WIDEST_ASPECT = 4.0  # a narrower strip would leave three quarters of the square to invention
NEARLY_SQUARE = 1.1  # aspect up to which cropping loses less than 10 % of the picture
OPAQUE = 0.5  # alpha from which a pixel counts as known
DIAGONAL_35MM = math.hypot(36.0, 24.0)  # mm; what "35 mm equivalent" focal lengths refer to (CIPA DCG-001)
METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, upright and in sRGB.

    Attributes:
        image: (H, W, 3) float32 sRGB in [0, 1].
        known: (H, W) bool, False where the picture is transparent.
        fov_degrees: horizontal field of view, None when the file does not say.
    """

    image: Image
    known: Mask
    fov_degrees: float | None = None


@dataclass(frozen=True, eq=False)
class SquarePicture:
    """A picture made square.

    Attributes:
        image: (size, size, 3) float32 sRGB; 0 where not known.
        known: (size, size) bool; False is to be painted.
        fov_degrees: horizontal field of view of the square, None when not known.
        depth: (size, size) float32 z-depth in metres, NaN outside `known`; None when none was given.
    """

    image: Image
    known: Mask
    fov_degrees: float | None = None
    depth: Depth | None = None


def load_picture(path: str | os.PathLike[str]) -> Picture:
    """Read a picture: 8 or 16 bits, grey, palette, RGB, CMYK, with or without alpha, turned as its EXIF tag says.

    An embedded colour profile is converted to sRGB. Sides above `LONGEST_SIDE` are reduced.

    Raises:
        InputError: no file, no picture, cut short, too small, too large, too narrow, or nearly all transparent.
    """
    from PIL import ImageOps

    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"the picture {path} does not exist" if not path.exists() else f"{path} is a folder, no picture"
        )
    with open_picture(path, f"the picture {path}") as opened:
        width, height = opened.size
        _check_size(path, width, height)
        fov_original = _focal_pixels(opened)
        upright = ImageOps.exif_transpose(bounded(opened, LONGEST_SIDE))
        image, alpha = _to_srgb(upright)
    known = alpha >= OPAQUE
    if known.mean() < 0.05:
        raise InputError(f"the picture {path} is transparent nearly everywhere: nothing is left to dream from")
    fov = None
    if fov_original is not None:
        turned = (image.shape[1] > image.shape[0]) != (width > height) and width != height
        original_width = height if turned else width
        fov = math.degrees(2 * math.atan(original_width / 2 / fov_original))
    return Picture(image, known, fov)


def _check_size(path: Path, width: int, height: int) -> None:
    if min(width, height) < SMALLEST_SIDE:
        raise InputError(
            f"the picture {path} is {width}x{height} pixels: at least {SMALLEST_SIDE}x{SMALLEST_SIDE} are needed"
        )
    if max(width, height) > WIDEST_ASPECT * min(width, height):
        raise InputError(
            f"the picture {path} is {width}x{height}: crop it, its sides may differ {WIDEST_ASPECT:g}-fold at most"
        )


def _to_srgb(picture: PillowImage.Image) -> tuple[Image, NDArray[np.float32]]:
    """Colour (H, W, 3) and alpha (H, W), float32 in [0, 1], at most LONGEST_SIDE a side."""
    from PIL import Image as pillow

    picture.load()
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        values = np.asarray(picture, np.float32)
        # Pillow opens 16-bit grey as I;16 or, for some files, as 32-bit I; float pictures are taken to be in [0, 1].
        values = values if picture.mode == "F" else values / 65535.0
        grey = pillow.fromarray(np.clip(np.nan_to_num(values), 0, 1))
        grey.thumbnail((LONGEST_SIDE, LONGEST_SIDE), pillow.Resampling.LANCZOS)
        clipped = np.clip(np.asarray(grey, np.float32), 0, 1)
        return np.repeat(clipped[..., None], 3, axis=-1), np.ones(clipped.shape, np.float32)
    alpha: PillowImage.Image | None = None
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        alpha, picture = rgba.getchannel("A"), _keep_info(rgba.convert("RGB"), picture)
    if max(picture.size) > LONGEST_SIDE:
        picture = picture.convert("RGB") if picture.mode in ("P", "1") else picture  # indices cannot be averaged
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), pillow.Resampling.LANCZOS, reducing_gap=2.0)
        alpha = alpha.resize(picture.size, pillow.Resampling.BOX) if alpha is not None else None
    picture = _through_profile(picture).convert("RGB")
    image = np.asarray(picture, np.float32) / 255.0
    opacity = np.ones(image.shape[:2], np.float32) if alpha is None else np.asarray(alpha, np.float32) / 255.0
    return image, opacity


def _keep_info(converted: PillowImage.Image, original: PillowImage.Image) -> PillowImage.Image:
    if "icc_profile" in original.info:
        converted.info["icc_profile"] = original.info["icc_profile"]
    return converted


def _through_profile(picture: PillowImage.Image) -> PillowImage.Image:
    """The picture in sRGB according to its embedded colour profile; as it is when there is none or it is unusable."""
    import io

    from PIL import ImageCms

    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError) as error:
        logging.getLogger(__name__).warning("the picture's colour profile cannot be used and is ignored (%s)", error)
        return picture
    return picture if converted is None else converted


_EXIF_FOLDER, _FOCAL_35MM, _FOCAL_MM = 0x8769, 0xA405, 0x920A
_PLANE_X_RESOLUTION, _PLANE_UNIT, _PIXEL_WIDTH = 0xA20E, 0xA210, 0xA002
_UNIT_MM = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}  # Exif 2.3, FocalPlaneResolutionUnit


def _focal_pixels(picture: PillowImage.Image) -> float | None:
    """Focal length in pixels of the picture as stored, from EXIF; None when it does not say or says nonsense."""
    try:
        tags: dict[int, Any] = dict(picture.getexif().get_ifd(_EXIF_FOLDER))
        width, height = picture.size
        equivalent = float(tags.get(_FOCAL_35MM, 0))
        if equivalent > 0:
            focal = equivalent * math.hypot(width, height) / DIAGONAL_35MM
        else:
            per_mm = float(tags.get(_PLANE_X_RESOLUTION, 0)) / _UNIT_MM.get(int(tags.get(_PLANE_UNIT, 2)), 25.4)
            reduced = width / float(tags.get(_PIXEL_WIDTH, width) or width)
            focal = float(tags.get(_FOCAL_MM, 0)) * per_mm * reduced
    except (ValueError, TypeError, ZeroDivisionError, KeyError, AttributeError, SyntaxError):
        return None
    if not math.isfinite(focal) or focal <= 0:
        return None
    fov = math.degrees(2 * math.atan(picture.size[0] / 2 / focal))
    return focal if 5 <= fov <= 150 else None  # outside lie telescopes, fish-eyes and broken tags


def load_depth(path: str | os.PathLike[str], unit: DepthUnit | float = "m") -> Depth:
    """Read a z-depth map: 16-bit PNG or TIFF, OpenEXR, or .npy.

    Zero and NaN mean "not measured" (the habit of depth cameras) and are filled from the nearest measured pixel; +inf
    is sky.

    Args:
        path: the file.
        unit: what one step of its numbers is: "m", "cm", "mm", or a number of metres.
    Returns:
        (H, W) float32 metres, positive, +inf where it is sky.
    Raises:
        InputError: no file, not a depth map, negative values, more than half of it not measured, or a bad unit.
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
    if raw.ndim == 3 and raw.shape[-1] == 1:
        raw = raw[..., 0]
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
    return fill_unmeasured(depth, str(path))


def fill_unmeasured(depth: Depth, name: str) -> Depth:
    """Fill zeros and NaNs of (H, W) depth from the nearest measured pixel.

    Raises:
        InputError: more than half is not measured, or all of it is sky.
    """
    unmeasured = np.isnan(depth) | (depth == 0)
    share = float(unmeasured.mean())
    if share > 0.5:
        raise InputError(
            f"the depth map {name} is zero or NaN on {share:.0%} of its pixels: at most half may be missing"
        )
    if not np.isfinite(depth[~unmeasured]).any():
        raise InputError(f"the depth map {name} is infinite everywhere")
    if not unmeasured.any():
        return depth
    from scipy.ndimage import distance_transform_edt

    logging.getLogger(__name__).warning("%s: %.1f %% of the depth was not measured; filled", name, 100 * share)
    rows, columns = distance_transform_edt(unmeasured, return_distances=False, return_indices=True)
    filled: Depth = depth[rows, columns]
    return filled


def _read_depth(path: Path) -> NDArray[Any]:
    suffix, what = path.suffix.lower(), f"the depth map {path}"
    if suffix == ".npy":
        return read_array(path, what)
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


def _read_exr(path: Path) -> NDArray[Any]:
    """The depth channel of an OpenEXR file: Z, or whatever single channel there is."""
    import OpenEXR

    with OpenEXR.File(str(path), header_only=True) as file:
        low, high = (np.asarray(corner, np.int64) for corner in file.header()["dataWindow"])
        pixels = int(np.prod(high - low + 1))
    if not 0 < pixels <= DEPTH_PIXELS:
        raise InputError(f"the depth map {path} claims {pixels} pixels; {DEPTH_PIXELS // 10**6} million are the most")
    with OpenEXR.File(str(path), separate_channels=True) as file:
        channels = file.channels()
        name = next((name for name in ("Z", "depth.Z", "Depth", "depth", "Y", "V", "R") if name in channels), None)
        if name is None:
            raise InputError(f"the depth map {path} has channels {', '.join(channels)} and none named Z, Y or R")
        return np.array(channels[name].pixels)


def prepare_picture(picture: Picture, size: int, depth: Depth | None = None) -> SquarePicture:
    """Make a picture square: cropped when nearly square, else centred with bands left to be painted.

    Args:
        picture: what `load_picture` gave.
        size: pixels a side of the result.
        depth: (h, w) z-depth in metres of the whole picture, of the same aspect (any resolution), or None.
    Raises:
        InputError: the depth map has another aspect than the picture.
    """
    height, width = picture.image.shape[:2]
    fov = picture.fov_degrees
    focal = None if fov is None else width / 2 / math.tan(math.radians(fov) / 2)
    if depth is not None:
        _check_aspect(depth, width, height)
        # Nearest: a blend of near and far would be a surface that is not there.
        depth = resize(depth, width, height, "nearest")
    image, known = picture.image, picture.known
    if max(width, height) <= NEARLY_SQUARE * min(width, height):
        side = min(width, height)
        rows = slice((height - side) // 2, (height - side) // 2 + side)
        columns = slice((width - side) // 2, (width - side) // 2 + side)
        image, known = image[rows, columns], known[rows, columns]
        depth = None if depth is None else depth[rows, columns]
    else:
        side = max(width, height)
    new_width = round(image.shape[1] * size / side)
    new_height = round(image.shape[0] * size / side)
    left, top = (size - new_width) // 2, (size - new_height) // 2
    inside = (slice(top, top + new_height), slice(left, left + new_width))

    # Colours of transparent pixels must not bleed into known ones: average what is known only.
    small_weight = resize(known.astype(np.float32), new_width, new_height, "linear")
    small = resize(
        image * known[..., None].astype(np.float32), new_width, new_height, "smooth" if known.all() else "linear"
    )
    small = (small / np.maximum(small_weight, 1e-3)[..., None]).astype(np.float32)
    square = np.zeros((size, size, 3), np.float32)
    square_known = np.zeros((size, size), bool)
    square_known[inside] = small_weight >= OPAQUE
    square[inside] = np.clip(small, 0, 1)
    square[~square_known] = 0
    square_depth = None
    if depth is not None:
        square_depth = np.full((size, size), np.nan, np.float32)
        square_depth[inside] = resize(depth, new_width, new_height, "nearest")
        square_depth[~square_known] = np.nan
    square_fov = None if focal is None else math.degrees(2 * math.atan(side / 2 / focal))
    return SquarePicture(square, square_known, square_fov, square_depth)


def _check_aspect(depth: Depth, width: int, height: int) -> None:
    expected = depth.shape[0] * width / height
    if abs(depth.shape[1] - expected) > max(2.0, 0.02 * expected):
        raise InputError(
            f"the depth map is {depth.shape[1]}x{depth.shape[0]} and the picture {width}x{height}: they must show the "
            "same frame, so their aspect must agree"
        )
