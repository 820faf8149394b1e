"""Pictures that strangers send: their size is looked at before they are decoded, and nothing but pixels is kept."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from lucid3d.errors import InputError
from lucid3d.export.images import write_png
from lucid3d.input_pictures import LONGEST_SIDE
from lucid3d.reading import bounded, open_picture
from lucid3d.service.store import Refusal

FORMATS = ("PNG", "JPEG", "WEBP")
SMALLEST, NARROWEST = 16, 4.0
"""Pixels of the shorter side at least, and how much longer the other may be: what the library starts from."""

_DECODERS = threading.Semaphore(2)
"""A file of 8 kB may claim 64 million pixels, 256 MB: no more than two are decoded at once, whoever sends them."""


def decode(data: bytes, most_pixels: int) -> np.ndarray:
    """A picture from the bytes of a PNG, JPEG or WebP.

    Returns:
        (H, W, 3) uint8 sRGB, turned as its EXIF tag says, at most `LONGEST_SIDE` a side.
    Raises:
        Refusal: 415, it is none, is damaged, or has too many or too few pixels.
    """
    from PIL import ImageOps

    try:
        with _DECODERS, open_picture(data, "the picture", formats=FORMATS) as file:
            _check(file.width, file.height, most_pixels)
            small = bounded(file, LONGEST_SIDE)
            ImageOps.exif_transpose(small, in_place=True)
            colours = small.convert("RGB")
            small.close()  # one picture of 64 million pixels at a time
            colours.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return np.asarray(colours)
    except Refusal:
        raise
    except InputError:
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
