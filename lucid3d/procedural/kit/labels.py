"""Semantic labels: what things are called in the ground truth."""

from __future__ import annotations

LABELS: tuple[str, ...] = (
    "sky", "ground", "water", "tree", "shrub", "grass", "flower", "rock", "building", "roof", "window", "door", "road",
    "path", "fence", "pier", "boat", "lamp", "vehicle", "furniture", "wall", "floor", "ceiling", "book", "fabric",
    "plant", "bridge", "statue", "snow", "ice", "lava", "machine", "person", "animal", "object",
)  # fmt: skip
"""Label number -> name; 0 is the sky, the last is anything without a name of its own."""

_NUMBERS = {name: number for number, name in enumerate(LABELS)}
_SYNONYMS = {"leaf": "tree", "trunk": "tree", "stone": "rock", "boulder": "rock", "terrain": "ground", "bush": "shrub"}


def label_number(name: str) -> int:
    """The number of a label; names that are not in the list count as "object"."""
    key = name.strip().lower().replace("_", " ")
    return _NUMBERS.get(_SYNONYMS.get(key, key), _NUMBERS["object"])
