"""A picture in, its reading out: what the rest of lucid3d uses of the network."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lucid3d.errors import InputError
from lucid3d.learning.batches import shape_for
from lucid3d.learning.classes import SKY
from lucid3d.learning.optics import (
    down_from_latitudes,
    down_vector,
    focal_of_fov,
    fov_of_focal,
    horizon_offset,
    pitch_roll,
)
from lucid3d.learning.wishes import SHARE

if TYPE_CHECKING:
    from lucid3d.learning.network import Answer

NEARLY_RIGHT = math.log(1.25)
"""Log depth that counts as right, for `Reading.confidence`."""
LARGER = (1.0, 1.78, 2.6)
"""A picture is read at so many times the number of pixels that the network was trained on: photographs have finer
detail than drawn pictures, and the mean of three sizes is a steadier answer than any of them."""
EVENED = 1.5
"""Power of `SHARE`: training has rare places more often than people photograph them, so that it learns them at all."""
RARE = 10
"""Views added to those of every place: of one that was hardly seen little is known, and not that it is rare."""
SURE = 30.0
"""Log odds that are certainty."""
DEEPEST_ROOM = 6.0
"""Times the median depth of a picture of a room, at most."""
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

    def read(self, image: NDArray[np.floating], fov: float | None = None, *, lean: float = 0.0) -> Reading:
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
        self.usual = usual_places(self.places, self.description.notes.get("place_views", {}))
        self.threads = threads

    def read(self, image: NDArray[np.floating], fov: float | None = None, *, lean: float = 0.0) -> Reading:
        """Read one picture.

        Args:
            image: (H, W, 3) sRGB in [0, 1], at least 2 x 2 pixels.
            fov: horizontal field of view in degrees, if it is known (EXIF).
            lean: what else speaks for a room (> 0) or against it, as log odds.
        Raises:
            InputError: the image has another shape, or values that are not numbers.
        """
        image = np.asarray(image, np.float32)
        if image.ndim != 3 or image.shape[2] != 3 or min(image.shape[:2]) < 2:
            raise InputError(f"a picture to read must be (H, W, 3) and at least 2 x 2 pixels, not {image.shape}")
        if not np.isfinite(image).all():
            raise InputError("the picture has values that are not numbers")
        height, width = image.shape[:2]
        seen = self._looks(np.clip(image, 0, 1))
        focal = seen.focal if fov is None else focal_of_fov(fov, width, height)
        scale = math.sqrt(width * height)
        size = (width, height)
        places = seen.places * self.usual
        places /= places.sum()
        classes = _larger(seen.classes, size)
        indoors = 1 / (1 + math.exp(-min(max(seen.indoors + lean, -SURE), SURE)))
        # What shows white in a room is a wall, and what shows through its window has a distance as well.
        classes[..., SKY] *= 0.0 if indoors > 0.5 else 1 - indoors
        labels = classes.argmax(axis=-1).astype(np.uint8)
        sky = labels == SKY
        metres = np.exp(_larger(seen.log_depth, size)) * np.float32(focal)
        if indoors > 0.5:
            metres = np.minimum(metres, DEEPEST_ROOM * np.median(metres))
        normals = _larger(seen.normals, size)
        normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-6)
        grid = math.sqrt(seen.latitude.size)
        pitch, roll = pitch_roll(down_from_latitudes(seen.latitude, focal * grid))
        offset = horizon_offset(down_vector(pitch, roll), focal)
        return Reading(
            depth=np.where(sky, np.inf, metres).astype(np.float32),
            # Under a Laplace distribution, which is what the network was trained to tell the width of.
            confidence=np.where(sky, 0, 1 - np.exp(-NEARLY_RIGHT / np.exp(_larger(seen.log_error, size)))).astype(
                np.float32
            ),
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

    def _looks(self, image: NDArray[np.float32]) -> _Look:
        """What the network says of a picture (H, W, 3), in the mean over a few sizes and its mirror image."""
        import torch

        height, width = image.shape[:2]
        looks: list[_Look] = []
        with torch.inference_mode(), _threads(self.threads):
            for larger in LARGER:
                inner_height, inner_width = reading_size(height, width, round(self.description.pixels * larger))
                shrinks = inner_width * inner_height < width * height
                how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
                small = cv2.resize(image, (inner_width, inner_height), interpolation=how)
                both = np.stack([small, small[:, ::-1]]).transpose(0, 3, 1, 2)
                looks += _answers(self.network(torch.from_numpy(np.ascontiguousarray(both))))
        return _mean(looks)


@dataclass(frozen=True, eq=False)
class _Look:
    """One answer, or the mean of several, on one grid (h, w): `network.Answer` for one picture that is not mirrored.

    Attributes:
        log_depth, log_error: (h, w), of metres over the focal length.
        normals: (h, w, 3); classes: (h, w, classes) probabilities; latitude: (h, w) radians.
        focal: in units of the picture's scale; places: probabilities; indoors: logit.
    """

    log_depth: NDArray[np.float32]
    log_error: NDArray[np.float32]
    normals: NDArray[np.float32]
    classes: NDArray[np.float32]
    latitude: NDArray[np.float32]
    focal: float
    places: NDArray[np.float32]
    indoors: float


def _answers(answer: Answer) -> list[_Look]:
    """The answer to a picture and to its mirror image as two looks at the picture."""
    from lucid3d.learning import network as bins

    looks = []
    focal = bins.focal_of_share(bins.expected_share(answer.focal))
    for i, mirrored in enumerate((False, True)):

        def turned(values: NDArray[np.float32], mirrored: bool = mirrored) -> NDArray[np.float32]:
            return np.ascontiguousarray(values[:, ::-1] if mirrored else values)

        normals = turned(answer.normals[i].numpy().transpose(1, 2, 0))
        if mirrored:
            normals[..., 0] *= -1
        looks.append(
            _Look(
                turned((answer.log_depth[i] + answer.scale[i]).numpy()),
                turned(answer.log_error[i].numpy()),
                normals,
                turned(answer.classes[i].softmax(dim=0).numpy().transpose(1, 2, 0)),
                turned(answer.latitude[i].numpy()),
                float(focal[i]),
                answer.place[i].softmax(dim=0).numpy(),
                float(answer.indoors[i]),
            )
        )
    return looks


def _mean(looks: list[_Look]) -> _Look:
    """The mean of looks on the grid of the last one (of focal lengths the geometric mean)."""
    height, width = looks[-1].log_depth.shape

    def mean(name: str) -> NDArray[np.float32]:
        values = [_larger(getattr(look, name), (width, height)) for look in looks]
        return np.asarray(np.mean(values, axis=0), np.float32)

    return _Look(
        mean("log_depth"), mean("log_error"), mean("normals"), mean("classes"), mean("latitude"),
        math.exp(float(np.mean([math.log(look.focal) for look in looks]))),
        np.mean([look.places for look in looks], axis=0, dtype=np.float32),
        float(np.mean([look.indoors for look in looks])),
    )  # fmt: skip


def usual_places(places: tuple[str, ...], views: dict[str, int]) -> NDArray[np.float32]:
    """(number of places,) what to multiply the network's probabilities with: how often people have such a picture, over
    how often it was trained on ("Adjusting the Outputs of a Classifier to New a Priori Probabilities", Saerens et al.
    2002, equation 4).

    Args:
        places: their names; views: how many of each were trained on (a place that is not there: none).
    """
    if not views:
        return np.ones(len(places), np.float32)
    wanted = np.array([SHARE.get(name, 1.0) ** EVENED for name in places])
    trained = np.array([views.get(name, 0) for name in places]) + RARE
    return np.asarray(wanted / wanted.sum() * trained.sum() / trained, np.float32)


def reading_size(height: int, width: int, pixels: int) -> tuple[int, int]:
    """(height, width) in multiples of `batches.STRIDE` of about `pixels` pixels, in the picture's proportions."""
    return shape_for(min(max(width / height, 1 / WIDEST), WIDEST), pixels)


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
