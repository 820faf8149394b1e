"""What the dream-and-align loop asks of its models. Any object with these methods will do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera

Image = NDArray[np.float32]
"""(H, W, 3) float32 RGB in [0, 1], sRGB-encoded."""
Depth = NDArray[np.float32]
"""(H, W) float32 z-depth in metres, +inf where it is sky."""
Mask = NDArray[np.bool_]
"""(H, W) bool, True = known."""

DepthKind = Literal["metric", "relative-depth", "relative-disparity"]
"""What an estimator's numbers mean: metres (up to a scale error), depth up to scale and shift, or inverse depth up to
scale and shift."""

Progress = Callable[[str, int, int], None]
"""progress(what, step, steps); an exception raised in it cancels the run at once and leaves the networks usable."""


@runtime_checkable
class Painter(Protocol):
    """Paints what a camera sees."""

    def imagine(self, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int) -> Image:
        """Paint the first view from nothing. Returns (camera.height, camera.width, 3)."""
        ...

    def inpaint(
        self, image: Image, known: Mask, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int
    ) -> Image:
        """Fill `image` where `known` is False. Known pixels come back exactly as they were."""
        ...


@runtime_checkable
class DepthEstimator(Protocol):
    """Estimates how far away every pixel is.

    An estimator may carry an attribute `kind: DepthKind`; without one its depth is taken to be metric. With a relative
    kind `estimate` returns the network's own numbers, and alignment finds scale and shift. One that carries
    `exact = True` knows the truth (a procedural world): its depth is neither sharpened nor aligned.
    """

    def estimate(self, image: Image, camera: Camera) -> Depth:
        """Returns (camera.height, camera.width) z-depth, +inf where it is sky."""
        ...
