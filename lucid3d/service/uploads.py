"""Pictures that strangers send: their size is looked at before they are decoded, and nothing but pixels is kept."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np

from lucid3d.export.images import write_png
from lucid3d.service.store import Refusal

FORMATS = ("PNG", "JPEG", "WEBP")
SMALLEST, NARROWEST = 16, 4.0
"""Pixels of the shorter side at least, and how much longer the other may be: what the library starts from."""


def decode(data: bytes, most_pixels: int) -> np.ndarray:
    """A picture from the bytes of a PNG, JPEG or WebP.

    Returns:
        (H, W, 3) uint8 sRGB, turned as its EXIF tag says.
    Raises:
        Refusal: 415, it is none, is damaged, or has too many or too few pixels.
    """
    from PIL import Image as Pillow
    from PIL import ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures; the limit below is ours
            with Pillow.open(io.BytesIO(data), formats=FORMATS) as file:
                _check(file.width, file.height, most_pixels)
                file.verify()
            with Pillow.open(io.BytesIO(data), formats=FORMATS) as file:  # verify() leaves nothing to decode
                upright = ImageOps.exif_transpose(file)
                return np.asarray(upright.convert("RGB"))
    except Refusal:
        raise
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, struct.error, zlib.error,
            OverflowError, MemoryError, AttributeError, NotImplementedError, RuntimeError, AssertionError,
            ZeroDivisionError, Pillow.DecompressionBombError):  # fmt: skip
        # whatever a broken file makes a decoder say: it is a broken file
        raise Refusal(415, "no_picture", "that is no PNG, JPEG or WebP picture, or it is damaged") from None


def _check(width: int, height: int, most_pixels: int) -> None:
    if width * height > most_pixels:
        raise Refusal(
            415, "no_picture", f"the picture has {width} x {height} pixels; {most_pixels:,} in all are the limit"
        )
    if min(width, height) < SMALLEST:
        raise Refusal(415, "no_picture", f"the picture has {width} x {height} pixels; {SMALLEST} a side are needed")
    if max(width, height) > NARROWEST * min(width, height):
        raise Refusal(
            415, "no_picture", f"the picture has {width} x {height} pixels; its sides may differ {NARROWEST:g}-fold"
        )


def write_picture(path: Path, pixels: np.ndarray) -> None:
    """(H, W, 3) uint8 as a PNG of our own making."""

    write_png(path, pixels)
