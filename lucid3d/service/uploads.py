"""Pictures and meshes that strangers send: their size is looked at before they are decoded, of pictures nothing but
pixels is kept, and meshes that speak of other files are refused."""

from __future__ import annotations

import threading
from pathlib import Path, PurePosixPath

import numpy as np

from lucid3d.editing.mesh_file import gltf_document, thing_of_file
from lucid3d.editing.splat_file import holds_gaussians, thing_of_splats
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


MESHES = (".glb", ".obj", ".ply")
"""What is one file: the picture of a .gltf and the materials of an .obj lie beside it."""


def write_mesh(folder: Path, name: str, data: bytes) -> Path:
    """Keep an uploaded mesh as `mesh.glb`, `.obj` or `.ply` in a folder, once it was read.

    Args:
        name: of the client's file; nothing but its ending is heeded.
    Raises:
        Refusal: 415, it is none, is damaged, has too many triangles, or speaks of other files.
    """
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if suffix not in MESHES:
        raise Refusal(415, "no_mesh", f"a mesh must be one of {', '.join(MESHES)}")
    if suffix == ".obj":  # materials would be read from wherever it says
        data = b"\n".join(line for line in data.splitlines() if not line.lstrip().lower().startswith(b"mtllib"))
    path = folder / f"mesh{suffix}"
    path.write_bytes(data)
    try:
        with _DECODERS:
            if suffix == ".glb":
                _of_itself(path)
            thing_of_splats(path) if holds_gaussians(path) else thing_of_file(path)
    except InputError as error:
        path.unlink(missing_ok=True)
        raise Refusal(415, "no_mesh", str(error).replace(str(path), f"mesh{suffix}")) from None
    return path


def _of_itself(path: Path) -> None:
    document = gltf_document(path)
    for part in ("buffers", "images"):
        for each in document.get(part) or ():
            uri = each.get("uri", "") if isinstance(each, dict) else ""
            if uri and not str(uri).startswith("data:"):
                raise InputError("the mesh speaks of other files; pack its buffers and textures into the .glb")


def write_picture(path: Path, pixels: np.ndarray) -> None:
    """(H, W, 3) uint8 as a PNG of our own making."""

    write_png(path, pixels)
