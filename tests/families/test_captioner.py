"""The captioner's direct path: a picture in, a sentence out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.captioner import caption


def picture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((48, 64, 3), dtype=np.float32)


def test_a_caption_is_words_and_always_the_same(checkpoint: Callable[[str], str]) -> None:
    config = ModelsConfig(captioner=checkpoint("blip"))
    text = caption(picture(0), config)
    assert text and text == caption(picture(0), config)
    assert text == text.strip() and "[SEP]" not in text


def test_captioners_that_are_none(checkpoint: Callable[[str], str], empty_cache: object) -> None:
    with pytest.raises(InputError, match='"glpn" checkpoint: a BLIP captioner is needed'):
        caption(picture(0), ModelsConfig(captioner=checkpoint("glpn")))
    with pytest.raises(InputError, match="lucid3d models download Salesforce/blip-image-captioning-large"):
        caption(picture(0), ModelsConfig())
