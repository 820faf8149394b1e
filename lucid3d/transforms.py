"""The views in nerfstudio's format: transforms.json with images/, depth/ and masks/ beside it.

https://docs.nerf.studio/quickstart/data_conventions.html: OpenGL camera axes, a world whose z is up, masks black where
a pixel must be ignored, depth as .npy in metres with 0 where it is not known (here: the sky).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.errors import InputError, short
from lucid3d.families.base import Depth, Image, Mask
from lucid3d.files import atomic_path, write_text
from lucid3d.nerfstudio import nerfstudio_from_world, world_from_nerfstudio
from lucid3d.reading import guarded, open_picture, read_array, read_json

LONGEST_NAME = 200
"""Characters of a file's name in a scene; ours have 20."""

VIEW_PIXELS = 64_000_000
"""Of one view of a scene, 8000 x 8000; dreamed ones have at most 4096 x 4096."""


@dataclass
class PosedView:
    """A picture with its camera.

    Attributes:
        camera: where it was taken.
        image: (H, W, 3) float32 sRGB.
        depth: (H, W) float32 z-depth in metres, +inf in the sky.
        mask: (H, W) bool, True where the picture can be trusted.
        support: True for a view that was reprojected, not dreamed.
        prompt: the words that painted it.
    """

    camera: Camera
    image: Image
    depth: Depth
    mask: Mask
    support: bool = False
    prompt: str = ""


def write_transforms(views: Sequence[PosedView], folder: Path) -> None:
    """Write transforms.json (last, when everything that it names is there), images/, depth/ and masks/."""
    with ThreadPoolExecutor(max_workers=2) as pool:  # PNG compression runs outside the interpreter's lock
        frames = list(pool.map(lambda item: _write_frame(item[1], item[0], folder), enumerate(views)))
    document = {
        "camera_model": "OPENCV",
        "depth_unit_scale_factor": 1.0,
        "frames": frames,
    }
    # No ply_file_path: points.ply is y-down, as every splat viewer wants it; nerfstudio would take it to be z-up.
    write_text(folder / "transforms.json", json.dumps(document, indent=1))


def _write_frame(view: PosedView, index: int, folder: Path) -> dict[str, Any]:
    name = f"{'support' if view.support else 'view'}_{index:03d}"
    write_image(view.image, folder / "images" / f"{name}.png")
    write_mask(view.mask, folder / "masks" / f"{name}.png")
    with atomic_path(folder / "depth" / f"{name}.npy") as temporary:
        np.save(temporary, np.where(np.isfinite(view.depth), view.depth, 0).astype(np.float32))
    camera = view.camera
    return {
        "file_path": f"images/{name}.png",
        "depth_file_path": f"depth/{name}.npy",
        "mask_path": f"masks/{name}.png",
        "w": camera.width,
        "h": camera.height,
        "fl_x": camera.fx,
        "fl_y": camera.fy,
        "cx": camera.cx,
        "cy": camera.cy,
        "transform_matrix": nerfstudio_from_world(camera.world_from_camera).tolist(),
        "support": view.support,
        "prompt": view.prompt,
    }


def read_transforms(folder: Path) -> Iterator[PosedView]:
    """Read back what `write_transforms` wrote, one view at a time.

    Raises:
        InputError: transforms.json is missing or broken, or a picture that it names is.
    """
    path = folder / "transforms.json"
    document = read_json(path, f"'{path}'")
    frames = document.get("frames") if isinstance(document, dict) else None
    if not isinstance(frames, list):
        raise InputError(f"'{path}' cannot be read: it has no list of 'frames'")
    for frame in frames:
        yield _read_frame(frame, folder)


def _read_frame(frame: dict[str, Any], folder: Path) -> PosedView:
    with guarded(f"a view in '{folder / 'transforms.json'}'"):
        matrix = np.array(frame["transform_matrix"], np.float64).reshape(4, 4)
        fx, fy, cx, cy = (float(frame[name]) for name in ("fl_x", "fl_y", "cx", "cy"))
        camera = Camera(int(frame["w"]), int(frame["h"]), fx, fy, cx, cy, world_from_nerfstudio(matrix))
        picture, known, metres = (_named(frame, key) for key in ("file_path", "mask_path", "depth_file_path"))
        image = read_image(folder / picture)
        mask = read_image(folder / known)[..., 0] > 0.5
        depth = read_array(folder / metres, f"the depth {metres}")
        shape = (camera.height, camera.width)
        if not image.shape[:2] == mask.shape == depth.shape == shape:
            raise InputError(
                f"a view in '{folder / 'transforms.json'}' cannot be read: its picture, mask and depth have "
                f"{image.shape[:2]}, {mask.shape} and {depth.shape} pixels, its camera {shape}"
            )
        depth = np.where(depth > 0, depth, np.inf).astype(np.float32)
    return PosedView(camera, image, depth, mask, bool(frame.get("support", False)), str(frame.get("prompt", "")))


def _named(frame: dict[str, Any], key: str) -> str:
    """The name of a file of ours, within the folder."""
    name = frame[key]
    if not isinstance(name, str) or len(name) > LONGEST_NAME or ".." in name or Path(name).is_absolute():
        raise InputError(f"a view's {key} is {short(name)} but must name a file in the scene's folder")
    return name


def write_image(image: Image, path: Path, *, quality: int = 92) -> None:
    """(H, W, 3) float sRGB to an 8-bit PNG or JPEG, by the suffix; atomic.

    Args:
        quality: of a JPEG.
    """
    from PIL import Image as Pillow

    pixels = np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)
    with atomic_path(path) as temporary:
        if path.suffix == ".png":
            # level 3 is three times as fast as the default and the file 5 % larger
            Pillow.fromarray(pixels).save(temporary, compress_level=3)
        else:
            Pillow.fromarray(pixels).save(temporary, quality=quality)


def write_mask(mask: Mask, path: Path) -> None:
    """(H, W) bool to a black and white PNG; atomic."""
    from PIL import Image as Pillow

    with atomic_path(path) as temporary:
        Pillow.fromarray(mask.astype(np.uint8) * 255).save(temporary, compress_level=3)


def read_image(path: Path) -> Image:
    """An 8-bit picture of our own as (H, W, 3) float32 sRGB."""
    with open_picture(path, f"the picture {path}", most_pixels=VIEW_PIXELS) as picture:
        return np.asarray(picture.convert("RGB"), np.float32) / np.float32(255)
