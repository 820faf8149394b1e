"""A picture in, its reading out: what the rest of lucid3d uses of the network."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.learning.batches import STRIDE
from lucid3d.learning.classes import SKY
from lucid3d.learning.optics import down_from_horizon, focal_of_fov, fov_of_focal, pitch_roll

NEARLY_RIGHT = math.log(1.25)
"""Log depth that counts as right, for `Reading.confidence`."""
WIDEST = 4.0
"""Width over height, or height over width, up to which a picture is read whole; longer ones are squeezed to it."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What a picture of (H, W) pixels shows.

    Attributes:
        depth: (H, W) float32 z-depth in metres, +inf = sky.
        confidence: (H, W) float32, the chance that a pixel's depth is within 25 % (after one scale); 0 for sky.
        normals: (H, W, 3) float32 unit normals towards the camera, in its frame (x right, y down, z forward).
        labels: (H, W) uint8, see `classes.CLASSES`.
        pitch, roll: degrees that the camera looks up, and is turned clockwise.
        fov: horizontal field of view in degrees: what was given, or else the network's.
        horizon: row of the horizon in the middle column as a share of the height, from the top; it may lie outside of
            the picture.
        places: (number of places,) float32 probabilities of `place_names`.
        place: the likeliest.
        indoors: the chance that it is a room.
    """

    depth: NDArray[np.float32]
    confidence: NDArray[np.float32]
    normals: NDArray[np.float32]
    labels: NDArray[np.uint8]
    pitch: float
    roll: float
    fov: float
    horizon: float
    places: NDArray[np.float32]
    place: str
    indoors: float
    place_names: tuple[str, ...]

    def resized(self, width: int, height: int) -> Reading:
        """The same for the picture at another size in pixels, of the same proportions."""
        if self.depth.shape == (height, width):
            return self
        size = (width, height)
        labels = np.asarray(cv2.resize(self.labels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
        with np.errstate(divide="ignore"):
            depth = 1 / _larger(np.divide(1, self.depth, dtype=np.float32), size)
        normals = _larger(self.normals, size)
        normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-6)
        return replace(
            self,
            depth=np.where(labels == SKY, np.inf, depth).astype(np.float32),
            confidence=_larger(self.confidence, size),
            normals=normals,
            labels=labels,
        )


class Reader(Protocol):
    """Anything that reads a picture; benchmarks compare them."""

    def read(self, image: NDArray[np.floating], fov: float | None = None) -> Reading:
        """See `PictureReader.read`."""
        ...


class PictureReader:
    """The network behind `read`. Weights are read once, when it is made.

    Args:
        weights: a file of `lucid3d learn export`; None for the one in the package.
        threads: of the processor; 0 = as many as torch takes by itself.
    Raises:
        InputError: the weights are not there or do not fit.
    """

    def __init__(self, weights: str | Path | None = None, *, threads: int = 0) -> None:
        from lucid3d.learning.weights import load_weights  # needs torch, which nobody waits for who reads no picture

        self.network, self.description = load_weights(None if weights is None else Path(weights))
        self.places = self.description.network.places
        self.threads = threads

    def read(self, image: NDArray[np.floating], fov: float | None = None) -> Reading:
        """Read one picture.

        Args:
            image: (H, W, 3) sRGB in [0, 1], at least 2 x 2 pixels.
            fov: horizontal field of view in degrees, if it is known (EXIF).
        Raises:
            InputError: the image has another shape, or values that are not numbers.
        """
        import torch

        from lucid3d.learning import network as bins

        image = np.asarray(image, np.float32)
        if image.ndim != 3 or image.shape[2] != 3 or min(image.shape[:2]) < 2:
            raise InputError(f"a picture to read must be (H, W, 3) and at least 2 x 2 pixels, not {image.shape}")
        if not np.isfinite(image).all():
            raise InputError("the picture has values that are not numbers")
        height, width = image.shape[:2]
        inner_height, inner_width = reading_size(height, width, self.description.pixels)
        shrinks = inner_width * inner_height < width * height
        small = cv2.resize(
            np.clip(image, 0, 1),
            (inner_width, inner_height),
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
        )
        with torch.inference_mode(), _threads(self.threads):
            answer = self.network(torch.from_numpy(np.ascontiguousarray(small.transpose(2, 0, 1)))[None])
            offset = float(bins.horizon_of_share(bins.expected_share(answer.horizon)))
            roll = float(bins.roll_of_share(bins.expected_share(answer.roll)))
            guessed = float(bins.focal_of_share(bins.expected_share(answer.focal)))
            places = answer.place[0].softmax(dim=0).numpy()
            indoors = float(answer.indoors[0].sigmoid())
        focal = guessed if fov is None else focal_of_fov(fov, width, height)
        scale = math.sqrt(width * height)
        size = (width, height)
        likely = _larger(answer.classes[0].numpy().transpose(1, 2, 0), size)
        if indoors > 0.5:
            likely[..., SKY] = -np.inf  # a white wall; what shows through a window has a distance as well
        labels = likely.argmax(axis=-1).astype(np.uint8)
        sky = labels == SKY
        log_depth = _larger(answer.log_depth[0].numpy(), size)
        metres = np.exp(log_depth + float(answer.scale[0])) * focal
        expected = np.exp(_larger(answer.log_error[0].numpy(), size))
        normals = _larger(answer.normals[0].numpy().transpose(1, 2, 0), size)
        normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-6)
        down = down_from_horizon(offset, roll, focal)
        pitch, roll = pitch_roll(down)
        return Reading(
            depth=np.where(sky, np.inf, metres).astype(np.float32),
            # Under a Laplace distribution, which is what the network was trained to tell the width of.
            confidence=np.where(sky, 0, 1 - np.exp(-NEARLY_RIGHT / expected)).astype(np.float32),
            normals=normals.astype(np.float32),
            labels=labels,
            pitch=pitch,
            roll=roll,
            fov=fov_of_focal(focal, width, height) if fov is None else fov,
            horizon=0.5 + offset * scale / height,
            places=places,
            place=self.places[int(places.argmax())],
            indoors=indoors,
            place_names=self.places,
        )


def reading_size(height: int, width: int, pixels: int) -> tuple[int, int]:
    """(height, width) in multiples of `STRIDE` of about `pixels` pixels, in the picture's proportions."""
    aspect = min(max(width / height, 1 / WIDEST), WIDEST)
    tall = max(round(math.sqrt(pixels / aspect) / STRIDE), 1) * STRIDE
    wide = max(round(math.sqrt(pixels * aspect) / STRIDE), 1) * STRIDE
    return tall, wide


def _larger(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(np.ascontiguousarray(values), size, interpolation=cv2.INTER_LINEAR), np.float32)


class _threads:
    """That many threads of torch for the time being."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __enter__(self) -> None:
        import torch

        self.before = torch.get_num_threads()
        if self.count:
            torch.set_num_threads(self.count)

    def __exit__(self, *_: object) -> None:
        import torch

        torch.set_num_threads(self.before)
