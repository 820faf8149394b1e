"""Views from shards, cropped to a batch's shape and augmented, as tensors; batch i depends on (seed, i) alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from lucid3d.learning import augment
from lucid3d.learning.optics import horizon_offset, latitudes
from lucid3d.learning.shards import View, read_view

if TYPE_CHECKING:
    import torch

STRIDE = 8
"""Heights and widths are multiples of this, so that a picture keeps its proportions within a few per cent."""
SIZES = 0.7
"""Pictures of a batch have this many times the pixels, up to its inverse: things are read at more than one size."""
ASPECTS = (1.0, 1.0, 4 / 3, 4 / 3, 3 / 2, 3 / 4, 16 / 9, 3.2)
"""Width over height of the batches, as often as people's pictures have them; the last is a dashboard camera's."""
LEAST_CROP = 0.6
"""Of the largest crop of an aspect that the view holds."""
OFF_CENTRE = 0.12
"""Share of a crop by which its middle is off the optical axis, at most: people crop their pictures."""


@dataclass(frozen=True, eq=False)
class Sample:
    """A view that was cropped to (h, w) pixels, and its truth: depth and classes at (h / 2, w / 2) as the network
    answers.

    Attributes:
        image: (h, w, 3) uint8.
        scene: the geometry at the full (h, w), in pixels of the crop.
        horizon: below the picture's middle, in units of its scale (see `optics.horizon_offset`).
        roll: degrees; focal: in units of the picture's scale.
    """

    image: augment.Picture
    scene: augment.Scene
    horizon: float
    roll: float
    focal: float
    place: str
    indoors: bool


@dataclass(frozen=True, eq=False)
class Batch:
    """B samples of one shape, as tensors.

    Attributes:
        image: (B, 3, h, w) float32 in [0, 1].
        depth: (B, h/2, w/2) float32 canonical depth: metres over the focal length in units of the picture's scale;
            0 where it is sky.
        normals: (B, 3, h/2, w/2) float32, 0 where it is sky.
        classes: (B, h/2, w/2) int64.
        latitude: (B, h/2, w/2) float32 radians of each pixel's ray above the horizon.
        horizon, roll, focal: (B,) float32, see `Sample`.
        place: (B,) int64 number among the network's places, -1 = none of them; indoors: (B,) float32, 0 or 1.
    """

    image: torch.Tensor
    depth: torch.Tensor
    normals: torch.Tensor
    classes: torch.Tensor
    latitude: torch.Tensor
    horizon: torch.Tensor
    roll: torch.Tensor
    focal: torch.Tensor
    place: torch.Tensor
    indoors: torch.Tensor


def shape_for(aspect: float, pixels: int) -> tuple[int, int]:
    """(height, width) in multiples of `STRIDE` with about this aspect (width over height) and number of pixels."""
    height = max(round(math.sqrt(pixels / aspect) / STRIDE), 1) * STRIDE
    width = max(round(math.sqrt(pixels * aspect) / STRIDE), 1) * STRIDE
    return height, width


def cropped(view: View, shape: tuple[int, int], rng: np.random.Generator | None = None) -> Sample:
    """A crop of a view, resized to `shape`; mirrored half of the time.

    Args:
        rng: None for the largest crop of that aspect, in the middle and not mirrored.
    """
    side = view.image.shape[0]
    height, width = shape
    share = 1.0 if rng is None else rng.uniform(LEAST_CROP, 1.0)
    longest = max(width, height)
    wide, tall = round(side * share * width / longest), round(side * share * height / longest)
    left, top = (side - wide) / 2, (side - tall) / 2
    if rng is not None:
        left += rng.uniform(-1, 1) * min(left, OFF_CENTRE * wide)
        top += rng.uniform(-1, 1) * min(top, OFF_CENTRE * tall)
    x0, y0 = round(left), round(top)
    here = (slice(y0, y0 + tall), slice(x0, x0 + wide))
    size = (width, height)
    how = cv2.INTER_AREA if width < wide else cv2.INTER_LINEAR
    image = cv2.resize(view.image[here], size, interpolation=how)
    depth = cv2.resize(view.depth[here], size, interpolation=cv2.INTER_NEAREST)
    classes = cv2.resize(view.classes[here], size, interpolation=cv2.INTER_NEAREST)
    things = cv2.resize(view.instances[here], size, interpolation=cv2.INTER_NEAREST)
    half = (slice(y0 // 2, (y0 + tall) // 2), slice(x0 // 2, (x0 + wide) // 2))
    normals = cv2.resize(view.normals[half], size, interpolation=cv2.INTER_NEAREST)
    factor = math.sqrt(width / wide * height / tall)
    focal = view.focal * factor
    centre = ((side / 2 - x0) * width / wide, (side / 2 - y0) * height / tall)
    down = view.down.copy()
    if rng is not None and rng.random() < 0.5:
        image, depth, classes, things, normals = (
            np.ascontiguousarray(a[:, ::-1]) for a in (image, depth, classes, things, normals)
        )
        normals[..., 0] *= -1
        down[0] *= -1
        centre = (width - centre[0], centre[1])
    scale = math.sqrt(width * height)
    away = ((centre[0] - width / 2) / scale, (centre[1] - height / 2) / scale)
    scene = augment.Scene(
        np.asarray(depth, np.float32),
        np.asarray(normals, np.float32),
        np.asarray(classes, np.uint8),
        np.asarray(things, np.uint8),
        down,
        focal,
        centre,
        view.indoors,
    )
    return Sample(
        np.ascontiguousarray(image, np.uint8),
        scene,
        horizon=horizon_offset(down, focal / scale, away),
        roll=math.degrees(math.atan2(down[0], down[1])),
        focal=focal / scale,
        place=view.place,
        indoors=view.indoors,
    )


def collated(samples: Sequence[Sample], places: Sequence[str]) -> Batch:
    """Samples of one shape as one batch; `places` are the names behind a network's place numbers."""
    import torch

    image = np.stack([sample.image for sample in samples]).transpose(0, 3, 1, 2)
    middle = (slice(None), slice(1, None, 2), slice(1, None, 2))
    depth = np.stack([sample.scene.depth / np.float32(sample.focal) for sample in samples])[middle]
    normals = np.stack([sample.scene.normals for sample in samples])[middle].transpose(0, 3, 1, 2)
    classes = np.stack([sample.scene.classes for sample in samples])[middle]
    rising = np.stack([_latitude(sample) for sample in samples])[middle]
    numbers = {name: number for number, name in enumerate(places)}

    def column(name: str) -> torch.Tensor:
        return torch.tensor([float(getattr(sample, name)) for sample in samples], dtype=torch.float32)

    return Batch(
        image=torch.from_numpy(np.ascontiguousarray(image)).float() / 255,
        depth=torch.from_numpy(np.where(np.isfinite(depth), depth, 0).astype(np.float32)),
        normals=torch.from_numpy(np.ascontiguousarray(normals, np.float32)),
        classes=torch.from_numpy(classes.astype(np.int64)),
        latitude=torch.from_numpy(np.ascontiguousarray(rising)),
        horizon=column("horizon"),
        roll=column("roll"),
        focal=column("focal"),
        place=torch.tensor([numbers.get(sample.place, -1) for sample in samples], dtype=torch.int64),
        indoors=column("indoors"),
    )


def _latitude(sample: Sample) -> NDArray[np.float32]:
    scene = sample.scene
    height, width = scene.depth.shape
    return latitudes(scene.down, scene.focal, scene.centre, (height, width))


def training_batch(
    views: Sequence[tuple[Path, int]],
    places: Sequence[str],
    step: int,
    seed: int,
    *,
    batch: int,
    pixels: int,
    changed: float = 1.0,
) -> Batch:
    """Batch number `step`: random views, all cropped to one random shape of about `pixels` pixels.

    Args:
        views: (shard, number of the view in it) of all that may be taken.
        places: the names behind the network's place numbers.
        changed: share of the pictures that are augmented; the others are as they were drawn.
    """
    rng = np.random.default_rng([seed, step, 1])
    shape = shape_for(float(rng.choice(ASPECTS)), round(pixels * SIZES ** rng.uniform(-1, 1)))
    samples = []
    for index in rng.integers(len(views), size=batch):
        path, number = views[int(index)]
        sample = cropped(read_view(path, number), shape, rng)
        if rng.random() < changed:
            sample = replace(sample, image=augment.augmented(sample.image, sample.scene, rng))
        samples.append(sample)
    return collated(samples, places)
