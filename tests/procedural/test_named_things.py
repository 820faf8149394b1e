"""What a sentence names is seen in the first view, drawn very small."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
import pytest

from lucid3d.camera import Camera
from lucid3d.procedural.build import build_world
from lucid3d.procedural.kit.labels import LABELS, label_number
from lucid3d.procedural.render import light

FIRST = Camera.from_fov(160, 120, 80)


@pytest.fixture(autouse=True, scope="module")
def coarse_clouds() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(light, "CLOUD_ROWS", light.CLOUD_ROWS // 4)
        patch.setattr(light, "CLOUD_COLUMNS", light.CLOUD_COLUMNS // 4)
        light._above.cache_clear()
        yield
    light._above.cache_clear()


@functools.lru_cache(maxsize=1)
def labels(sentence: str) -> np.ndarray:
    """The labels of the first view of a sentence's world."""
    return build_world(sentence, 0).draw(FIRST, antialias=False, only=np.zeros((120, 160), bool)).labels


def seen(sentence: str, label: str) -> int:
    """Pixels of a label in the first view of a sentence's world."""
    return int((labels(sentence) == label_number(label)).sum())


@pytest.mark.parametrize(
    ("sentence", "label", "pixels"),
    [
        ("a coast with a lighthouse", "building", 60),
        ("a lake with a cabin", "building", 60),
        ("a village by the sea", "water", 60),
        ("a village by the sea with a fountain and a boat", "boat", 30),
        ("an island with a pier and a boat", "pier", 60),
        ("an old stone bridge over a river in an autumn valley", "bridge", 200),
        ("an old stone bridge over a river in an autumn valley", "water", 60),
        ("a forest with a stream", "water", 60),
        ("farmland with a river", "water", 60),
        ("a pirate ship in a bay", "boat", 150),
        ("a red sail on the shore of a lake", "boat", 150),
        ("a desert with a statue", "statue", 20),
    ],
)
def test_what_is_named_is_in_the_first_view(sentence: str, label: str, pixels: int) -> None:
    assert label in LABELS
    assert seen(sentence, label) > pixels
