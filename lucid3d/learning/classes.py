"""What the network tells apart: a dozen labels that matter for rebuilding a picture, and the catalogue's places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.catalogue.load import load_catalogue
from lucid3d.procedural.kit.labels import LABELS

CLASSES: tuple[str, ...] = (
    "sky", "ground", "water", "building", "foliage", "rock", "wall", "ceiling", "floor", "furniture", "thing", "snow",
)  # fmt: skip
"""Class number -> name; the shipped weights depend on the order."""
SKY = CLASSES.index("sky")

_CLASS_OF_LABEL: dict[str, str] = {
    "sky": "sky",
    "ground": "ground", "grass": "ground", "road": "ground", "path": "ground", "lava": "ground",
    "water": "water",
    "building": "building", "roof": "building", "bridge": "building",
    "tree": "foliage", "shrub": "foliage", "flower": "foliage", "plant": "foliage",
    "rock": "rock",
    "wall": "wall", "window": "building", "door": "building",
    "ceiling": "ceiling",
    "floor": "floor",
    "furniture": "furniture", "book": "furniture", "fabric": "furniture",
    "snow": "snow", "ice": "snow",
}  # fmt: skip
"""Label of the ground truth -> class; the rest are things."""
_WHEN_INDOORS = {"window": "wall", "door": "wall", "building": "wall", "ground": "floor"}

NO_PLACE = "plain"
"""What views of plain solids have for a place: none that is trained on."""


def class_table(*, indoors: bool, snowy: bool) -> NDArray[np.uint8]:
    """(number of labels,) label number -> class number.

    Args:
        indoors: windows and doors are parts of walls then, not of buildings.
        snowy: the ground is covered with snow.
    """
    names = [_CLASS_OF_LABEL.get(label, "thing") for label in LABELS]
    if indoors:
        names = [_WHEN_INDOORS.get(label, name) for label, name in zip(LABELS, names, strict=True)]
    if snowy:
        names = ["snow" if label in ("ground", "grass") else name for label, name in zip(LABELS, names, strict=True)]
    return np.array([CLASSES.index(name) for name in names], np.uint8)


def place_names() -> tuple[str, ...]:
    """The places of the catalogue, in the alphabet's order. A network keeps the names that it was trained on."""
    return tuple(sorted(load_catalogue().places))
