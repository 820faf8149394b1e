"""lucid3d's own small network as an estimator of the dream loop: depth without downloaded weights."""

from __future__ import annotations

from pathlib import Path

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import Depth, DepthKind, Image
from lucid3d.learning.reader import PictureReader


class MiniDepth:
    """`PictureReader` behind the DepthEstimator protocol.

    Args:
        weights: a file of `lucid3d learn export`; None for the one in the package.
    Raises:
        InputError: the weights are not there or do not fit.
    """

    kind: DepthKind = "metric"
    guesses_sky = True

    def __init__(self, weights: str | Path | None = None) -> None:
        self.reader = PictureReader(weights)

    def estimate(self, image: Image, camera: Camera) -> Depth:
        """(camera.height, camera.width) float32 z-depth in metres, +inf = sky.

        Args:
            image: (H, W, 3) float32 sRGB in [0, 1].
            camera: where it was taken from; its lens decides the scale.
        Raises:
            InputError: the image is not of the camera's size.
        """
        if image.shape != (camera.height, camera.width, 3):
            raise InputError(f"estimate got an image {image.shape} for a camera of {(camera.height, camera.width)}")
        depth: Depth = self.reader.read(image, camera.fov_degrees).depth
        return depth
