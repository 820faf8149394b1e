"""Pictures that a person hands in, made into what a dream begins with (their depth: `input_depth`).

A nearly square picture is cropped to a square; any other is set in the middle of a square whose bands are to be painted
(outpainted), as in the paper, section 3.1. Transparent pixels are to be painted as well.
"""

from __future__ import annotations

import logging
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.families.base import Depth, Image, Mask
from lucid3d.pixels import resize
from lucid3d.reading import bounded, open_picture

if TYPE_CHECKING:
    from PIL import Image as PillowImage

SMALLEST_SIDE = 16  # pixels; below that there is nothing to estimate depth from
LONGEST_SIDE = 4096  # pixels; larger pictures are reduced on loading, no painter works above this
WIDEST_ASPECT = 4.0  # a narrower strip would leave three quarters of the square to invention
NEARLY_SQUARE = 1.1  # aspect up to which cropping loses less than 10 % of the picture
OPAQUE = 0.5  # alpha from which a pixel counts as known
WIDEST_BORDER = 0.02  # share of a side: a wider plain strip is part of the picture
PLAIN = 0.7  # spread of a border's colours over those beside it, at most: a thin line is blended with its picture
STANDS_OUT = 0.1  # mean difference, at least, between a border and what lies beside it
SUDDEN = 3.0  # and over that of the next lines
DIAGONAL_35MM = math.hypot(36.0, 24.0)  # mm; what "35 mm equivalent" focal lengths refer to (CIPA DCG-001)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, upright and in sRGB.

    Attributes:
        image: (H, W, 3) float32 sRGB in [0, 1].
        known: (H, W) bool, False where the picture is transparent.
        fov_degrees: horizontal field of view, None when the file does not say.
        orientation: the EXIF tag that said how to turn it upright, 1 = as it was stored.
    """

    image: Image
    known: Mask
    fov_degrees: float | None = None
    orientation: int = 1


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


def load_picture(path: str | os.PathLike[str], *, widest: float = WIDEST_ASPECT) -> Picture:
    """Read a picture: 8 or 16 bits, grey, palette, RGB, CMYK, with or without alpha, turned as its EXIF tag says.

    An embedded colour profile is converted to sRGB. Sides above `LONGEST_SIDE` are reduced.

    Args:
        widest: how many times as long as the other a side may be.

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
        _check_size(path, width, height, widest)
        fov_original = _focal_pixels(opened)
        orientation = _orientation(opened)
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
    return Picture(image, known, fov, orientation)


def _orientation(picture: PillowImage.Image) -> int:
    """The EXIF tag, 1 where it is missing or broken."""
    try:
        found = int(picture.getexif().get(_EXIF_ORIENTATION, 1))
    except (ValueError, TypeError, SyntaxError):
        return 1
    return found if 1 <= found <= 8 else 1


def _check_size(path: Path, width: int, height: int, widest: float) -> None:
    if min(width, height) < SMALLEST_SIDE:
        raise InputError(
            f"the picture {path} is {width}x{height} pixels: at least {SMALLEST_SIDE}x{SMALLEST_SIDE} are needed"
        )
    if max(width, height) > widest * min(width, height):
        raise InputError(
            f"the picture {path} is {width}x{height}: crop it, its sides may differ {widest:g}-fold at most"
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


_EXIF_ORIENTATION = 0x0112
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
    if known.all():
        image = without_border(image)
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


def without_border(image: Image) -> Image:
    """A picture (H, W, 3) whose thin plain border, if it has one at a side, is overwritten with what lies beside it.

    Scans, screenshots and cut-out pictures have such lines; a world that goes on beyond the frame would have them as
    posts and beams. The picture keeps its size, and with it lens and depth map.
    """
    result = image
    for _ in range(4):
        result = np.rot90(result)
        if len(result) < SMALLEST_SIDE:
            continue
        limit = min(int(WIDEST_BORDER * len(result)) + 2, len(result) // 4)
        steps = np.abs(np.diff(result[: limit + 2], axis=0)).mean(axis=(1, 2))
        inner = int(steps[:limit].argmax()) + 1
        plain = result[inner - 1].std(axis=0).mean() < PLAIN * result[inner].std(axis=0).mean()
        if plain and steps[inner - 1] > STANDS_OUT and steps[inner - 1] > SUDDEN * steps[inner : inner + 2].max():
            # One more: the line that it was blended with when the picture was reduced.
            result = result.copy()
            result[: inner + 1] = result[inner + 1]
    return np.ascontiguousarray(result)


def _check_aspect(depth: Depth, width: int, height: int) -> None:
    expected = depth.shape[0] * width / height
    if abs(depth.shape[1] - expected) > max(2.0, 0.02 * expected):
        raise InputError(
            f"the depth map is {depth.shape[1]}x{depth.shape[0]} and the picture {width}x{height}: they must show the "
            "same frame, so their aspect must agree"
        )
