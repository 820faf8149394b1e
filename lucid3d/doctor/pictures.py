"""Three small pictures with known depth, drawn by the procedural family: what a depth network is tried on.

`python -m lucid3d.doctor.pictures` draws them anew.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.families.base import Depth, Image
from lucid3d.procedural.build import build_world
from lucid3d.reading import read_arrays

FILE = Path(__file__).with_name("pictures.npz")
PLACES = {"street": "a town street at noon", "lake": "an alpine lake, clear morning", "room": "a living room"}
SIDE, FOV = 160, 70.0
TURN = 25.0
"""Degrees to the right at which each place is seen a second time."""


@dataclass(frozen=True)
class TruePicture:
    """A picture, its camera and its true depth: (H, W, 3) float32 sRGB, (H, W) float32 metres, +inf in the sky."""

    name: str
    image: Image
    depth: Depth
    camera: Camera


def true_pictures() -> list[tuple[TruePicture, TruePicture]]:
    """Every place, ahead and turned by TURN degrees."""
    arrays = read_arrays(FILE)
    return [(_picture(arrays, name, 0), _picture(arrays, name, 1)) for name in PLACES]


def _picture(arrays: dict[str, np.ndarray], name: str, view: int) -> TruePicture:
    image = arrays[f"{name}_{view}_image"].astype(np.float32) / np.float32(255)
    millimetres = arrays[f"{name}_{view}_inverse"].astype(np.float32)
    with np.errstate(divide="ignore"):
        depth = (np.float32(65535 * NEAREST) / millimetres).astype(np.float32)
    return TruePicture(name, image, depth, _camera(view))


NEAREST = 0.3
"""Metres; inverse depth is stored in steps of 1 / (65535 NEAREST), 0 is sky."""


def _camera(view: int) -> Camera:
    return Camera.from_fov(SIDE, SIDE, FOV, yaw_pitch(TURN * view, 0))


def draw(path: Path = FILE) -> None:
    """Draw all of them and write the file."""
    arrays = {}
    for name, prompt in PLACES.items():
        world = build_world(prompt, 1)
        for view in (0, 1):
            drawn = world.draw(_camera(view))
            arrays[f"{name}_{view}_image"] = np.round(np.clip(drawn.image, 0, 1) * 255).astype(np.uint8)
            inverse = 65535 * NEAREST / np.maximum(drawn.depth, NEAREST)
            arrays[f"{name}_{view}_inverse"] = np.round(inverse).astype(np.uint16)
    data = io.BytesIO()
    np.savez_compressed(data, **arrays)  # type: ignore[arg-type]  # its stub takes names for options
    path.write_bytes(data.getvalue())


if __name__ == "__main__":
    draw()
