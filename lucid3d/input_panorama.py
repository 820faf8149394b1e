"""Panoramas that a person hands in, made into a whole sphere of colours: (H, 2H, 3) sRGB, level.

Phones write a part of the sphere, as it was held, and say in XMP which part and how ("Photo Sphere XMP Metadata",
Google: the names that begin with GPano); stitching programs leave the poles black; renderers write linear light as
Radiance .hdr or OpenEXR. What is not in the picture is continued from its rim (`panorama.filling`).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.colour import srgb_from_linear
from lucid3d.errors import InputError
from lucid3d.families.base import Image, Mask
from lucid3d.input_pictures import LONGEST_SIDE, load_picture
from lucid3d.learning.optics import levelling
from lucid3d.panorama.filling import fill_holes
from lucid3d.panorama.resampling import equirectangular_rays, sample_equirectangular
from lucid3d.reading import LIGHT_BYTES, LIGHT_PIXELS, decode_light, guarded, open_picture, read_bytes

ASPECT_OFF = 0.01
"""Share of its width by which a panorama may be wider or narrower than twice its height: programs round."""
WIDEST_STRIP = 40.0
"""Width over height of a part of a panorama, at most: a phone's strip is 12 times as wide as high."""
SMALLEST_HEIGHT = 32
"""Rows of a whole panorama."""
LEAST_TILT = 0.3
"""Degrees of pitch and roll up to which a panorama counts as level: turning it costs sharpness."""
BLACK = 0.01
"""Brightness up to which a row that is so all around was never photographed."""
MIDDLE_GREY = 0.18
"""Linear light of a grey card, which the median of a picture in unknown units is brought to."""
USUAL_LIGHT = (0.01, 1.0)
"""Medians of linear light that are left as they are: night to snow, where 1 is white."""
LIGHT_FILES = (".hdr", ".exr")


@dataclass(frozen=True)
class SpherePart:
    """What XMP says of a panorama.

    Attributes:
        full: width and height of the whole sphere in pixels; area: left, top, width and height of the picture in it.
        pitch, roll: degrees by which the camera looked up, and was turned clockwise.
    """

    full: tuple[float, float]
    area: tuple[float, float, float, float]
    pitch: float = 0.0
    roll: float = 0.0


def is_panorama(width: float, height: float) -> bool:
    """Whether a picture of that size can be one of all directions."""
    return abs(width - 2 * height) <= max(2, ASPECT_OFF * width)


def load_panorama(path: str) -> Image:
    """Read a 360-degree picture: (H, 2H, 3) float32 sRGB in [0, 1], level, without holes.

    Raises:
        InputError: the file is missing or no picture, or it is not twice as wide as high and does not say of what part
            of a panorama it is.
    """
    file = Path(path)
    if file.suffix.lower() in LIGHT_FILES:
        image = displayed(_light(file))
        known: Mask = np.ones(image.shape[:2], bool)
        part = None
    else:
        part = read_part(file)
        picture = load_picture(path, widest=WIDEST_STRIP)
        image, known = picture.image, picture.known
    height, width = image.shape[:2]
    if part is not None:
        image, known = _placed(image, known, part, path)
    elif not is_panorama(width, height):
        raise InputError(
            f"a panorama is twice as wide as high, but {path} has {width}x{height} pixels, and does not say which part "
            "of one it is; for a photograph use --image"
        )
    elif width != 2 * height:
        image, known = _resized(image, known, height)
    if len(image) < SMALLEST_HEIGHT:
        raise InputError(f"the panorama {path} has {len(image)} rows: at least {SMALLEST_HEIGHT} are needed")
    known = known & ~_black_bands(image)[:, None]
    if not known.any():
        raise InputError(f"the panorama {path} is black all over: there is nothing to begin with")
    if not known.all():
        image = np.clip(fill_holes(image, known)[0], 0, 1).astype(np.float32)
    return image if part is None else _levelled(image, part)


def read_part(path: Path) -> SpherePart | None:
    """What the XMP of a picture's file says of the sphere; None where it says nothing, or nothing that can be.

    Raises:
        InputError: the file is missing or no picture.
    """
    if not path.is_file():
        raise InputError(f"the picture {path} does not exist" if not path.exists() else f"{path} is a folder")
    with open_picture(path, f"the picture {path}") as opened:
        packet = opened.info.get("xmp") or opened.info.get("XML:com.adobe.xmp") or b""
        width, height = opened.size
    text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else str(packet)
    said: dict[str, float] = {}
    for name, value in re.findall(r"GPano:(\w+)\s*(?:=\s*[\"']|>)\s*([-+.\w]+)", text[:1_000_000]):
        try:
            said[name] = float(value)
        except ValueError:
            continue
    if not said:
        return None
    across, down = said.get("FullPanoWidthPixels", width), said.get("FullPanoHeightPixels", height)
    area = (
        said.get("CroppedAreaLeftPixels", 0.0),
        said.get("CroppedAreaTopPixels", 0.0),
        said.get("CroppedAreaImageWidthPixels", width),
        said.get("CroppedAreaImageHeightPixels", height),
    )
    numbers = np.array([across, down, *area, said.get("PosePitchDegrees", 0.0), said.get("PoseRollDegrees", 0.0)])
    if not np.isfinite(numbers).all() or min(across, down, area[2], area[3]) < 1 or not is_panorama(across, down):
        return None
    if area[2] > across * (1 + ASPECT_OFF) or area[3] > down * (1 + ASPECT_OFF):
        return None
    return SpherePart((across, down), area, float(numbers[-2]), float(numbers[-1]))


def displayed(light: NDArray[np.floating]) -> Image:
    """Linear light (H, W, 3), where 1 is white, as sRGB in [0, 1]; what has another unit is first exposed like a
    photograph. What is brighter than white is white."""
    grey = np.median(light.mean(axis=-1))
    exposure = 1.0 if USUAL_LIGHT[0] <= grey <= USUAL_LIGHT[1] or grey <= 0 else MIDDLE_GREY / float(grey)
    return np.asarray(srgb_from_linear(np.clip(light * np.float32(exposure), 0, 1)), np.float32)


def _light(path: Path) -> NDArray[np.float32]:
    """(H, W, 3) linear light of an .hdr or .exr, at most `LONGEST_SIDE` wide; finite, not negative."""
    import cv2

    what = f"the panorama {path}"
    data = read_bytes(path, what, LIGHT_BYTES)
    with guarded(what):
        light = _exr(path, what) if path.suffix.lower() == ".exr" else decode_light(data, what)
    if min(light.shape[:2]) < SMALLEST_HEIGHT:
        raise InputError(f"{what} is {light.shape[1]}x{light.shape[0]}: at least {SMALLEST_HEIGHT} rows are needed")
    light = np.clip(np.nan_to_num(light, nan=0.0, posinf=1e4, neginf=0.0), 0, 1e4).astype(np.float32)
    if light.shape[1] > LONGEST_SIDE:
        size = (LONGEST_SIDE, round(light.shape[0] * LONGEST_SIDE / light.shape[1]))
        light = np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.float32)
    return light


def _exr(path: Path, what: str) -> NDArray[np.float32]:
    import OpenEXR

    with OpenEXR.File(str(path), header_only=True) as file:
        low, high = (np.asarray(corner, np.int64) for corner in file.header()["dataWindow"])
    if not 0 < int(np.prod(high - low + 1)) <= LIGHT_PIXELS:
        raise InputError(f"{what} has more than {LIGHT_PIXELS / 1e6:.0f} million pixels, or none: reduce it")
    with OpenEXR.File(str(path), separate_channels=True) as file:
        channels = {name: np.asarray(channel.pixels, np.float32) for name, channel in file.channels().items()}
    for names in (("R", "G", "B"), ("r", "g", "b"), ("Y", "Y", "Y")):
        found = [next((channels[c] for c in channels if c == n or c.endswith("." + n)), None) for n in names]
        colours = [channel for channel in found if channel is not None]
        if len(colours) == 3:
            return np.stack(colours, axis=-1)
    raise InputError(f"{what} has channels {', '.join(channels)} and no colours: R, G and B are needed")


def _placed(image: Image, known: Mask, part: SpherePart, path: str) -> tuple[Image, Mask]:
    """The picture where it lies in the whole sphere, and what is known of that."""
    import cv2

    left, top, wide, tall = part.area
    height = min(round(part.full[1] * image.shape[1] / wide), LONGEST_SIDE // 2)
    scale = 2 * height / part.full[0]
    size = (max(round(wide * scale), 1), max(round(tall * scale), 1))
    if size[0] > 2 * height or size[1] > height:
        size = (min(size[0], 2 * height), min(size[1], height))
    if min(size) < 4:
        raise InputError(f"the panorama {path} shows {size[0]}x{size[1]} pixels of a sphere: too little to begin with")
    shrunk = size[0] < image.shape[1]
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrunk else cv2.INTER_LINEAR)
    small_known = cv2.resize(known.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    whole, whole_known = np.zeros((height, 2 * height, 3), np.float32), np.zeros((height, 2 * height), bool)
    row = min(max(round(top * scale), 0), height - size[1])
    columns = (np.arange(size[0]) + round(left * scale)) % (2 * height)
    whole[row : row + size[1], columns], whole_known[row : row + size[1], columns] = small, small_known
    return whole, whole_known


def _resized(image: Image, known: Mask, height: int) -> tuple[Image, Mask]:
    import cv2

    size = (2 * height, height)
    whole = np.clip(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), 0, 1).astype(np.float32)
    whole_known: Mask = cv2.resize(known.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return whole, whole_known


def _black_bands(image: Image) -> NDArray[np.bool_]:
    """(H,) the rows at the top and the foot that are black all around."""
    black: NDArray[np.bool_] = image.max(axis=(1, 2)) <= BLACK
    lit = np.flatnonzero(~black)
    if not len(lit):
        return black
    rows = np.arange(len(black))
    result: NDArray[np.bool_] = (rows < lit[0]) | (rows > lit[-1])
    return result


def _levelled(image: Image, part: SpherePart) -> Image:
    """The sphere with its horizon in the middle row."""
    if math.hypot(part.pitch, part.roll) < LEAST_TILT:
        return image
    # A ray of the level sphere in the camera's frame, where the picture has it.
    rays = equirectangular_rays(len(image)) @ levelling(part.pitch, part.roll).astype(np.float32)
    return np.clip(sample_equirectangular(image, rays, interpolation="cubic"), 0, 1).astype(np.float32)
