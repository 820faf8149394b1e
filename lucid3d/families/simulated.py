"""A depth network that is simulated: true depth with the errors that ZoeDepth makes, for measuring what comes after.

Measured on pictures with truth, such a network blurs depth edges over a few pixels, lets the far range run into an end
(60 m and 600 m look alike), puts the sky at a wall there, bends every picture smoothly by some per cent, and misses the
scale by some tens of per cent. The crisp distortions of `procedural` have none of the first three.
"""

from __future__ import annotations

import math

import numpy as np

from lucid3d.camera import Camera
from lucid3d.families.base import Depth, DepthKind, Image
from lucid3d.families.diffusion.sky import find_sky
from lucid3d.families.procedural import FIELD_STRENGTH, Drawable, Drawings, random_field

FAR = 60.0
"""Metres at which the range ends."""
EDGE = 1.0
"""Pixels; standard deviation of the blur of inverse depth."""
SCALE = 0.2
"""Largest logarithm of a view's scale."""
WALL = 0.08
"""Strength of the field that bends the wall at which the sky stands."""


def as_a_network_sees(truth: Depth, rng: np.random.Generator) -> Depth:
    """True depth with a network's errors.

    Args:
        truth: (H, W) float32 metres, +inf in the sky.
        rng: decides scale and bend.
    Returns:
        (H, W) float32, finite everywhere: a network does not know of infinity.
    """
    import cv2

    height, width = truth.shape
    sky = ~np.isfinite(truth)
    seen = FAR * (1 - np.exp(-np.where(sky, 0, truth) / FAR))
    seen = np.where(sky, FAR * np.exp(WALL * random_field(rng, height, width)), seen)
    inverse = cv2.GaussianBlur((1 / np.maximum(seen, 1e-3)).astype(np.float32), (0, 0), EDGE)
    bend = np.exp(FIELD_STRENGTH * random_field(rng, height, width) + rng.uniform(-SCALE, SCALE))
    return (bend / inverse).astype(np.float32)


class SimulatedDepth:
    """What `NetworkDepth` would answer for pictures of a world: `as_a_network_sees`, and the sky found by its looks.

    Args:
        world: what is looked at.
        seed: decides the errors, together with the camera's pose.
    """

    kind: DepthKind = "metric"
    guesses_sky = True

    def __init__(self, world: Drawable, seed: int, drawings: Drawings | None = None) -> None:
        self.seed = seed
        self.drawings = drawings or Drawings(world)

    def estimate(self, image: Image, camera: Camera) -> Depth:
        """(H, W) z-depth in metres, +inf = sky."""
        pose = np.round(camera.world_from_camera, 6).astype(np.float64) + 0.0
        rng = np.random.default_rng([self.seed, *np.frombuffer(pose.tobytes(), np.uint32).tolist()])
        seen = as_a_network_sees(self.drawings.depth(camera), rng)
        return np.where(find_sky(image, seen, camera), math.inf, seen).astype(np.float32)
