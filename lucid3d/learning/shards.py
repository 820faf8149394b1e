"""A world's views in one small file, and back: about 100 kB a view of 256 pixels.

One .npz a world, stored (its members are compressed pictures already), so that one view can be read without the others.
Members: `meta` (JSON), `optics` (N, 5) float32, and for every view `image_NN` (JPEG), `depth_NN` (PNG, uint16),
`normals_NN` (PNG, half the size), `classes_NN` and `instances_NN` (PNG, uint8).
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.files import atomic_path

NEAREST, FARTHEST = 0.1, 2000.0
"""Metres: depth is clipped to this."""
LEVELS = 4095
"""Steps of log depth: 0.24 % each. 0 is sky."""
JPEG_QUALITY = 95


@dataclass(frozen=True, eq=False)
class View:
    """One training picture of S x S pixels and its truth.

    Attributes:
        image: (S, S, 3) uint8 sRGB.
        depth: (S, S) float32 z-depth in metres, +inf = sky.
        normals: (S / 2, S / 2, 3) float32 unit normals towards the camera, in its frame; 0 for sky.
        classes: (S, S) uint8, see `classes.CLASSES`.
        instances: (S, S) uint8: neighbours of one number are one thing.
        down: (3,) gravity in the camera's frame, see `optics`.
        focal: in pixels.
        height: metres from the camera to what lies below it.
        place: its name in the catalogue, or `classes.NO_PLACE`.
        indoors: whether it is a room.
    """

    image: NDArray[np.uint8]
    depth: NDArray[np.float32]
    normals: NDArray[np.float32]
    classes: NDArray[np.uint8]
    instances: NDArray[np.uint8]
    down: NDArray[np.float64]
    focal: float
    height: float
    place: str
    indoors: bool


def write_shard(path: Path, views: Sequence[View], meta: dict[str, object]) -> None:
    """Write views of one world; the file appears when it is whole. A world without any view gives a file without any,
    so that it is not tried again."""
    members: dict[str, NDArray[np.generic]] = {}
    for i, view in enumerate(views):
        members[f"image_{i:02d}"] = _encoded(".jpg", view.image[..., ::-1], [1, JPEG_QUALITY])
        members[f"depth_{i:02d}"] = _encoded(".png", depth_to_levels(view.depth))
        packed = np.clip(view.normals * 127 + 128, 0, 255).astype(np.uint8)
        members[f"normals_{i:02d}"] = _encoded(".png", packed)
        members[f"classes_{i:02d}"] = _encoded(".png", view.classes)
        members[f"instances_{i:02d}"] = _encoded(".png", view.instances)
    optics = [[view.focal, view.height, *view.down] for view in views]
    members["optics"] = np.array(optics, np.float32).reshape(-1, 5)
    text = json.dumps({**meta, "views": len(views)})
    members["meta"] = np.frombuffer(text.encode(), np.uint8)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **members)


def shard_meta(path: Path) -> dict[str, object]:
    """What the shard says of itself: place, indoors, prompt, views ...

    Raises:
        InputError: it is no shard, or broken.
    """
    with _opened(path) as file:
        meta: dict[str, object] = json.loads(bytes(file["meta"]).decode())
    return meta


def read_view(path: Path, index: int) -> View:
    """One view of a shard.

    Raises:
        InputError: it is no shard, or broken, or has no such view.
    """
    with _opened(path) as file:
        meta = json.loads(bytes(file["meta"]).decode())
        if not 0 <= index < meta["views"]:
            raise InputError(f"'{path}' has {meta['views']} views: there is no number {index}")
        focal, height, *down = file["optics"][index].astype(np.float64)
        image, depth, normals, classes, instances = (
            _decoded(file[f"{name}_{index:02d}"]) for name in ("image", "depth", "normals", "classes", "instances")
        )
    unit: NDArray[np.float32] = (np.asarray(normals, np.float32) - 128) / np.float32(127)
    length = np.linalg.norm(unit, axis=-1, keepdims=True)
    unit = np.where(length > 0.5, unit / np.maximum(length, 1e-6), 0).astype(np.float32)
    return View(
        np.ascontiguousarray(image[..., ::-1], np.uint8),
        levels_to_depth(np.asarray(depth, np.uint16)),
        unit,
        np.asarray(classes, np.uint8),
        np.asarray(instances, np.uint8),
        np.array(down) / np.linalg.norm(down),
        float(focal),
        float(height),
        str(meta["place"]),
        bool(meta["indoors"]),
    )


def depth_to_levels(depth: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Metres, of any shape -> steps of log depth, 1 to `LEVELS`; sky -> 0."""
    share = np.log(np.clip(depth, NEAREST, FARTHEST) / NEAREST) / math.log(FARTHEST / NEAREST)
    return np.where(np.isfinite(depth), np.round(1 + share * (LEVELS - 1)), 0).astype(np.uint16)


def levels_to_depth(levels: NDArray[np.uint16]) -> NDArray[np.float32]:
    """The inverse of `depth_to_levels`, of any shape."""
    table = NEAREST * np.exp(np.arange(-1, LEVELS) / (LEVELS - 1) * math.log(FARTHEST / NEAREST))
    table[0] = np.inf
    return table.astype(np.float32)[np.minimum(levels, LEVELS)]


def _encoded(kind: str, pixels: NDArray[np.generic], options: Sequence[int] = ()) -> NDArray[np.uint8]:
    import cv2

    fine, data = cv2.imencode(kind, np.ascontiguousarray(pixels), list(options))
    if not fine:
        raise OSError(f"cannot encode {pixels.shape} {pixels.dtype} as {kind}")
    return np.asarray(data, np.uint8).ravel()


def _decoded(data: NDArray[np.uint8]) -> NDArray[np.generic]:
    import cv2

    pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError("a picture that cannot be decoded")
    return np.asarray(pixels)


class _opened:
    """An .npz to read, with one sentence for whatever is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> np.lib.npyio.NpzFile:
        try:
            self.file = np.load(self.path, allow_pickle=False)
        except (ValueError, OSError, zipfile.BadZipFile, EOFError) as error:
            raise InputError(self._sentence) from error
        if not isinstance(self.file, np.lib.npyio.NpzFile):
            raise InputError(self._sentence)
        return self.file

    @property
    def _sentence(self) -> str:
        return (
            f"'{self.path}' is no shard of training views, or broken: delete it, and `lucid3d learn data` makes it anew"
        )

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        self.file.close()
        if isinstance(error, InputError):
            return
        if isinstance(error, (ValueError, KeyError, zipfile.BadZipFile, zipfile.error, EOFError)):
            raise InputError(self._sentence) from error
