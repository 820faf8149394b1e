"""Pictures in the formats that engines take: PNG, Radiance HDR, OpenEXR."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.files import atomic_path

Array = NDArray[np.floating]

PNG_COMPRESSION = 2
"""zlib's level: a panorama becomes some per cent larger than at its default, in half of the time."""
_BAND_ROWS = 128
HALF_MAX = 65504.0
"""The largest finite float16: what an OpenEXR half channel and most texture formats end at."""


def write_png(path: str | os.PathLike[str], image: NDArray[np.generic]) -> Path:
    """An 8-bit PNG from float (H, W) or (H, W, 3 | 4) in [0, 1], or a PNG of uint8 or uint16 values as they are."""
    import cv2

    coded = image if image.dtype in (np.uint8, np.uint16) else eight_bits(image)
    return _write_cv2(path, cv2, _bgr(coded), [cv2.IMWRITE_PNG_COMPRESSION, PNG_COMPRESSION])


def write_jpeg(path: str | os.PathLike[str], image: Array, quality: int = 92) -> Path:
    """A JPEG from float (H, W, 3) in [0, 1]."""
    import cv2

    return _write_cv2(path, cv2, _bgr(eight_bits(image)), [cv2.IMWRITE_JPEG_QUALITY, quality])


def write_hdr(path: str | os.PathLike[str], radiance: Array) -> Path:
    """A Radiance .hdr (RGBE) from linear light (H, W, 3), clipped to what is finite and not negative."""
    import cv2

    return _write_cv2(path, cv2, _clean(radiance)[..., ::-1], [])


def write_exr(
    path: str | os.PathLike[str], image: Array, *, half: bool = True, signed: bool = False, latlong: bool = False
) -> Path:
    """An OpenEXR file with ZIP compression.

    Args:
        image: (H, W) becomes the channel Z (metres, +inf stays), (H, W, 3) becomes R G B.
        half: float16 channels; colours are clipped to what is finite and not negative. False keeps float32.
        signed: three channels are no colours but vectors, kept as they are.
        latlong: mark the picture as a latitude-longitude environment map.
    """
    import OpenEXR

    kind = np.float16 if half else np.float32
    image = np.asarray(image, np.float32)
    # A single array named RGB is OpenEXR's interleaved spelling of three channels.
    values = image if image.ndim == 2 or not half or signed else _clean(image)
    channels = {"Z" if image.ndim == 2 else "RGB": np.ascontiguousarray(values.astype(kind))}
    header: dict[str, object] = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    if latlong:
        header["envmap"] = OpenEXR.ENVMAP_LATLONG
    with atomic_path(path) as temporary:
        OpenEXR.File(header, channels).write(str(temporary))
    return Path(path)


def read_exr(path: str | os.PathLike[str]) -> NDArray[np.float32]:
    """(H, W, 3) from R G B, or (H, W) from Z or Y, float32."""
    import OpenEXR

    if not Path(path).is_file():
        raise InputError(f"{path} does not exist")
    with OpenEXR.File(str(path)) as file:
        channels = file.channels()
        for name in ("RGB", "RGBA"):
            if name in channels:
                return np.asarray(channels[name].pixels, np.float32)[..., :3]
        for name in ("Z", "Y"):
            if name in channels:
                return np.asarray(channels[name].pixels, np.float32)
    raise InputError(f"{path} has neither R G B nor Z")


def _clean(radiance: Array) -> NDArray[np.float32]:
    """A copy that is finite and not negative."""
    cleaned = np.array(radiance, np.float32)
    np.nan_to_num(cleaned, copy=False, nan=0.0, posinf=HALF_MAX, neginf=0.0)
    return np.clip(cleaned, 0, HALF_MAX, out=cleaned)


def eight_bits(image: NDArray[np.generic]) -> NDArray[np.uint8]:
    """uint8 (H, W, ...) from values in [0, 1], rounded and clipped; what is not a number becomes 0."""
    # Some rows at a time: a large panorama has no room for several copies.
    coded = np.empty(image.shape, np.uint8)
    for start in range(0, len(image), _BAND_ROWS):
        rows = slice(start, start + _BAND_ROWS)
        coded[rows] = np.rint(np.clip(np.nan_to_num(image[rows]), 0, 1) * 255)
    return coded


def _bgr(image: NDArray[np.generic]) -> NDArray[np.generic]:
    """cv2's channel order."""
    if image.ndim == 2:
        return image
    return np.ascontiguousarray(image[..., [2, 1, 0] if image.shape[2] == 3 else [2, 1, 0, 3]])


def _write_cv2(path: str | os.PathLike[str], cv2: Any, image: NDArray[np.generic], options: list[int]) -> Path:
    # Encoded first and written by us: OpenCV's own writing does not say why it failed, a full disk for one.
    done, coded = cv2.imencode(Path(path).suffix, image, options)
    if not done:
        raise OSError(f"{path} could not be encoded")
    with atomic_path(path) as temporary:
        temporary.write_bytes(coded)
    return Path(path)
