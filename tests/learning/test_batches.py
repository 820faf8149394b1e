from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from lucid3d.learning.batches import ASPECTS, STRIDE, collated, cropped, shape_for, training_batch
from lucid3d.learning.classes import SKY
from lucid3d.learning.data import shards
from lucid3d.learning.shards import View


@pytest.mark.parametrize("aspect", ASPECTS)
def test_shapes_are_multiples_of_the_stride_and_of_the_size_asked_for(aspect: float) -> None:
    height, width = shape_for(aspect, 192 * 192)
    assert height % STRIDE == width % STRIDE == 0
    assert 0.7 < height * width / 192**2 < 1.35
    assert 0.95 < width / height / aspect < 1.06


def test_a_crop_keeps_its_geometry(room: View) -> None:
    """Lifted with the crop's own lens and principal point, its points lie on the planes that its normals say."""
    for seed in range(6):
        sample = cropped(room, (64, 96), np.random.default_rng(seed))
        scene = sample.scene
        x = (np.arange(96) + 0.5 - scene.centre[0]) / scene.focal
        y = (np.arange(64) + 0.5 - scene.centre[1]) / scene.focal
        points = np.stack([x[None] * scene.depth, y[:, None] * scene.depth, scene.depth], axis=-1)
        across, down = points[4:-4, 8:] - points[4:-4, :-8], points[8:, 4:-4] - points[:-8, 4:-4]
        normal = np.cross(down, across)
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        agreement = np.abs((normal * scene.normals[4:-4, 4:-4]).sum(-1))
        assert np.median(agreement) > 0.97


def test_the_horizon_of_a_crop_is_level_with_the_camera(yard: View) -> None:
    """Rays through the horizon's row in the middle column are at right angles to gravity."""
    for seed in range(6):
        sample = cropped(yard, (64, 64), np.random.default_rng(seed))
        scene = sample.scene
        row = 32 + sample.horizon * 64
        ray = np.array([(32 - scene.centre[0]) / scene.focal, (row - scene.centre[1]) / scene.focal, 1.0])
        assert abs(ray @ scene.down) < 1e-9
        assert sample.focal == pytest.approx(scene.focal / 64)
        assert math.tan(math.radians(sample.roll)) == pytest.approx(scene.down[0] / scene.down[1])


def test_mirrored_crops_are_mirrored_in_everything(yard: View) -> None:
    plain = cropped(yard, (64, 64))
    found = {}
    for seed in range(12):
        sample = cropped(yard, (64, 64), np.random.default_rng(seed))
        found[bool(np.sign(sample.roll) != np.sign(plain.roll))] = sample
    assert set(found) == {True, False}
    mirrored = found[True]
    assert mirrored.scene.down[0] == pytest.approx(-yard.down[0])


def test_a_batch_depends_on_its_seed_and_number_alone(data: Path) -> None:
    views = [(path, i) for path in shards(data) for i in range(2)]
    first, again, other = (training_batch(views, ("a",), step, 3, batch=2, pixels=64 * 64) for step in (7, 7, 8))
    assert torch.equal(first.image, again.image) and torch.equal(first.depth, again.depth)
    assert first.image.shape != other.image.shape or not torch.equal(first.image, other.image)


def test_a_batch_is_in_the_canonical_lens(yard: View) -> None:
    sample = cropped(yard, (64, 96))
    batch = collated([sample, sample], ("meadow",))
    sky = sample.scene.classes[1::2, 1::2] == SKY
    depth = batch.depth[1].numpy()
    np.testing.assert_array_equal(depth == 0, sky)
    np.testing.assert_allclose(depth[~sky] * float(batch.focal[1]), sample.scene.depth[1::2, 1::2][~sky], rtol=1e-5)
    below = batch.latitude[1].numpy() < 0
    assert below[-1].mean() > below[0].mean()
    assert batch.image.shape == (2, 3, 64, 96) and batch.normals.shape == (2, 3, 32, 48)
    assert batch.place.tolist() == [-1, -1]
