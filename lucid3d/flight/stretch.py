"""The scene of one stretch of a flight: dreamed from stations along it, as Gaussians about its own origin."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.config import Config
from lucid3d.dreaming import dream_views, settle_sky
from lucid3d.families.base import Mask
from lucid3d.families.procedural import Drawable, Drawings, ProceduralDepth, ProceduralPainter
from lucid3d.gaussians.model import Gaussians
from lucid3d.pipeline import gaussians_of, posed
from lucid3d.procedural.render.drawing import Drawing
from lucid3d.progress import Listener
from lucid3d.prompts import PromptPlan

WIDER = 10.0
"""Degrees by which a station sees more than the film: the way turns, and the next pictures are taken from nearer."""


TRAINED = 1 / 6
"""Of a scene's training steps, those of a stretch: it has a tenth of the views, and is seen from where they were."""


@dataclass(frozen=True)
class Moved:
    """A world as seen by cameras whose origin lies elsewhere in it.

    Attributes:
        world: what is drawn; origin: (3,) metres, where the cameras' origin lies in it.
    """

    world: Drawable
    origin: NDArray[np.float64]

    def draw(self, camera: Camera, *, only: Mask | None = None) -> Drawing:
        """What `camera` sees."""
        return self.world.draw(camera.at(moved(camera.world_from_camera, self.origin)), only=only)


def moved(pose: NDArray[np.float64], by: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4, 4) a pose moved by (3,) metres."""
    out = pose.copy()
    out[:3, 3] += by
    return out


def dream_stretch(
    world: Drawable,
    stations: Sequence[NDArray[np.float64]],
    lens: Camera,
    prompts: PromptPlan,
    config: Config,
    on_event: Listener,
) -> Gaussians:
    """The Gaussians of a stretch, about the position of its first station.

    The paper's loop: what a station does not know is painted, and what it knows too coarsely from the stations before
    is painted again; then the points become Gaussians, and are trained on what the stations saw.

    Args:
        stations: (4, 4) world_from_camera, in the order of the flight.
        lens: of the film.
    """
    origin = stations[0][:3, 3].copy()
    cameras = [_wider(lens).at(moved(pose, -origin)) for pose in stations]
    drawings = Drawings(Moved(world, origin))
    sharpness = math.radians(1) * lens.fx
    dream_config = replace(config.dream, sharpness=min(sharpness, 100.0))
    further = iter(cameras[1:])
    steps = dream_views(
        ProceduralPainter(drawings.world, drawings, joins_water=True),
        ProceduralDepth(drawings.world, drawings=drawings),
        cameras[:1],
        prompts,
        dream_config,
        seed=config.seed,
        explore=lambda _: next(further, None),
    )
    dream = deque(steps, maxlen=1)[0]
    del world, drawings, steps  # its triangles are as large as training
    views = [posed(view) for view in dream.views]
    training = replace(config.training, iterations=round(TRAINED * config.training.iterations))
    return gaussians_of(settle_sky(dream.cloud), views, replace(config, training=training), None, on_event, dream)


def _wider(lens: Camera) -> Camera:
    """A lens of as many pixels that sees `WIDER` degrees more."""
    return Camera.from_fov(lens.width, lens.height, min(lens.fov_degrees + WIDER, 150.0))


def leaving(gaussians: Gaussians, origin: NDArray[np.float64], after: Camera | None) -> Gaussians:
    """The Gaussians that no later stretch draws finer: what the next one's first station does not see. In the world's
    own frame.

    Args:
        origin: (3,) of the Gaussians in the world; after: that station, in the world; None = the flight ends here.
    """
    means = (gaussians.means.astype(np.float64) + origin).astype(np.float32)
    whole = replace(gaussians, means=means)
    if after is None:
        return whole
    wide = _wider(after).at(after.world_from_camera)
    pixels, depth = wide.project(means)
    inside = (depth > 0) & (pixels >= 0).all(axis=1) & (pixels <= (wide.width, wide.height)).all(axis=1)
    return whole[~inside]
