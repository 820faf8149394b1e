from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lucid3d.learning import augment
from lucid3d.learning.batches import Sample, cropped
from lucid3d.learning.classes import CLASSES
from lucid3d.learning.shards import View


@pytest.fixture(scope="module")
def sample(room: View) -> Sample:
    return cropped(room, (64, 96))


CHANGES = (*augment.PAINTERS, augment.colours, augment.light_field, augment.vignette, augment.blur, augment.sharpened,
           augment.coarser, augment.noise, augment.jpeg, augment.erased, augment.random_filter)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_depends_on_its_seed_alone_and_leaves_its_input(change: augment.Change, sample: Sample) -> None:
    before = sample.image.copy()
    first = change(sample.image, np.random.default_rng(5))
    again = change(sample.image, np.random.default_rng(5))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(sample.image, before)
    assert first.shape == before.shape and first.dtype == np.uint8
    assert (first != before).any()


def test_pictures_stay_pictures(sample: Sample) -> None:
    """Over many seeds: never all black, white or one colour."""
    for seed in range(40):
        image = augment.augmented(sample.image, sample.scene, np.random.default_rng(seed))
        assert image.shape == sample.image.shape and image.dtype == np.uint8
        assert 3 < image.mean() < 252
        assert image.std() > 1.5


def test_other_materials_lie_on_some_surfaces_only(sample: Sample) -> None:
    wall = CLASSES.index("wall")
    classes = np.full_like(sample.scene.classes, CLASSES.index("water"))
    classes[:, :40] = wall
    scene = replace(sample.scene, classes=classes, instances=np.zeros_like(classes))
    changed = np.zeros(classes.shape, bool)
    for seed in range(8):
        image = augment.other_materials(sample.image, scene, np.random.default_rng(seed))
        changed |= (image != sample.image).any(axis=-1)
    assert changed[:, :40].mean() > 0.9
    assert not changed[:, 40:].any()


def test_a_random_filter_gives_other_colours_to_the_same_shapes(sample: Sample) -> None:
    """What is of one colour stays so, away from its edges; which colour, differs from seed to seed."""
    half = np.zeros((64, 96, 3), np.uint8)
    half[:, :48], half[:, 48:] = (200, 120, 60), (40, 80, 160)
    found = [augment.random_filter(half, np.random.default_rng(seed)) for seed in range(6)]
    for image in found:
        for side in (image[8:-8, :40], image[8:-8, 56:]):
            assert np.ptp(side.reshape(-1, 3), axis=0).max() <= 1
    assert np.std([image[32, 10] for image in found], axis=0).max() > 20


def test_haze_thickens_with_distance(sample: Sample) -> None:
    depth = np.broadcast_to(np.linspace(1, 60, 96, dtype=np.float32), (64, 96))
    black = np.zeros_like(sample.image)
    hazy = augment.haze(black, replace(sample.scene, depth=depth), np.random.default_rng(0)).mean(axis=(0, 2))
    assert (np.diff(hazy) >= 0).all() and hazy[-1] > hazy[0] + 20


def test_depth_of_field_leaves_one_depth_sharp(sample: Sample) -> None:
    checks = np.indices((64, 96)).sum(axis=0) % 2 * 255
    image = np.repeat(checks[..., None], 3, axis=2).astype(np.uint8)
    depth = np.full((64, 96), 2.0, np.float32)
    depth[:, 48:] = 40.0
    found = augment.depth_of_field(image, replace(sample.scene, depth=depth), np.random.default_rng(1))
    contrast = np.array([found[:, part].std() for part in (slice(0, 40), slice(56, 96))])
    assert contrast.max() > 100 and contrast.min() < 40


def test_textures_are_seamless() -> None:
    noise = augment.spectral_noise(np.random.default_rng(2), 64, 1.5)
    seam = np.abs(noise[:, 0] - noise[:, -1]).mean()
    inside = np.abs(np.diff(noise, axis=1)).mean()
    assert seam < 2 * inside
