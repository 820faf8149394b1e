"""What a training engine is given and what it answers; see `engines` for the native one and `torch_engine`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.config import TrainConfig
from lucid3d.gaussians import kernels
from lucid3d.gaussians.training.view import TrainingView

_UNLIMITED = 1e30


LEAK = 0.0006
"""Of light, what is too little to count: a frame that has so little left ends at the next opaque Gaussian, since less
than 1e-4 would go on. The sky is so far away that its depth would be felt through it."""


def let_through(alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W) what goes on behind something of so much alpha."""
    rest = 1 - alpha
    return np.where(rest < LEAK, np.float32(0), rest)


@dataclass(frozen=True, eq=False)
class Around:
    """What others draw in a picture, before and behind the Gaussians that learn.

    Attributes:
        before, behind: (5, H, W) float32, as a frame draws them: colour and depth summed by weight, and alpha.
    """

    before: NDArray[np.float32]
    behind: NDArray[np.float32]

    def whole(self, own: NDArray[np.float32], out: NDArray[np.float32]) -> None:
        """The picture of all three, (5, H, W): each lies over what is behind it (Porter and Duff 1984)."""
        np.multiply(self.behind, let_through(own[4]), out=out)
        out += own
        out *= let_through(self.before[4])
        out += self.before

    def slope(self, own: NDArray[np.float32], v_whole: NDArray[np.float32]) -> None:
        """The gradient by the picture of all three becomes the one by `own` (5, H, W), in place."""
        v_whole *= let_through(self.before[4])
        v_whole[4] -= (v_whole * self.behind).sum(axis=0) * (let_through(own[4]) > 0)


@dataclass(frozen=True, eq=False)
class Shot:
    """A training view as the kernels want it.

    Attributes:
        camera: where it was taken.
        target: (3, H, W) float32.
        weight: (H, W) float32, 1 where the pixel is known, else 0.
        depth: (H, W) float32, 0 where there is none; None if there is none anywhere.
        known_pixels, depth_pixels: how many there are, at least 1.
        share: the view's weight.
        around: what others draw before and behind the Gaussians that learn; None for nothing.
    """

    camera: Camera
    target: NDArray[np.float32]
    weight: NDArray[np.float32]
    depth: NDArray[np.float32] | None
    known_pixels: int
    depth_pixels: int
    share: float
    around: Around | None = None

    @classmethod
    def prepare(cls, view: TrainingView, sky_distance: float | None) -> Shot:
        """Sky is put `sky_distance` metres away along its ray; without one it has no depth."""
        known = view.known
        target = np.ascontiguousarray(np.where(known[..., None], view.image, 0).transpose(2, 0, 1), np.float32)
        depth = None
        if view.depth is not None:
            depth = np.nan_to_num(view.depth, nan=0, posinf=0, neginf=0).astype(np.float32)
            if sky_distance is not None:
                sky = sky_distance / np.linalg.norm(view.camera.rays(), axis=-1)
                depth = np.where(np.isposinf(view.depth), sky, depth).astype(np.float32)
            depth = np.where(known & (depth > 0), depth, 0).astype(np.float32)
        known_pixels = max(1, int(known.sum()))
        depth_pixels = 1 if depth is None else max(1, int((depth > 0).sum()))
        return cls(view.camera, target, known.astype(np.float32), depth, known_pixels, depth_pixels, view.weight)


class ShotSource(Protocol):
    """Pictures to train on, made ready when their turn comes."""

    @property
    def weights(self) -> Sequence[float]:
        """How much each counts; those of 0 are left out."""
        ...

    @property
    def every(self) -> float:
        """Of how many pictures one is here: Adam counts those that are left out because they show nothing of this."""
        ...

    def shot(self, index: int) -> Shot:
        """One of them."""
        ...


AT_HAND = 64
"""Pictures that are made ready once and kept, at most: of more each is made ready when its turn comes, which takes a
thirtieth of a step, where keeping them would take as much memory as the views themselves."""


@dataclass(frozen=True)
class Shots:
    """Views as the trainer takes them.

    Attributes:
        sky_distance: see `Shot.prepare`.
        ready: those that are made ready already: all of them, or none.
        every: see `ShotSource.every`.
    """

    views: Sequence[TrainingView]
    sky_distance: float | None
    ready: Sequence[Shot]
    every: float = 1.0

    @classmethod
    def of(cls, views: Sequence[TrainingView], sky_distance: float | None) -> Shots:
        """All of them, made ready where they are few."""
        ready = [Shot.prepare(view, sky_distance) for view in views] if len(views) <= AT_HAND else []
        return cls(views, sky_distance, ready)

    @property
    def weights(self) -> Sequence[float]:
        """See `ShotSource.weights`."""
        return [view.weight for view in self.views]

    def shot(self, index: int) -> Shot:
        """See `ShotSource.shot`."""
        return self.ready[index] if self.ready else Shot.prepare(self.views[index], self.sky_distance)


@dataclass(frozen=True)
class Losses:
    """A step's loss and its terms before their weights."""

    total: float
    l1: float
    ssim: float
    depth: float
    opaque: float


@dataclass
class Seen:
    """What a strategy may want to know of the last step.

    Attributes:
        shot: the view.
        visible: (N,) bool.
        means2d_gradient: (N, 2) float32 by the projected centres in pixels; None unless asked for.
    """

    shot: Shot
    visible: NDArray[np.bool_]
    means2d_gradient: NDArray[np.float32] | None


class Engine(Protocol):
    """Takes training steps on a State."""

    def step(self, shot: Shot, rates: NDArray[np.float32], step: int, *, with_means2d: bool) -> Losses:
        """Draw, compare and update. rates: (number of planes,) learning rates; step: counts from 1, for Adam's
        corrections."""
        ...

    def seen(self) -> Seen:
        """About the last step."""
        ...

    def pull(self) -> None:
        """Bring the State up to date."""
        ...

    def push(self) -> None:
        """Read the State anew, after somebody else has changed it."""
        ...


def log_limits(config: TrainConfig) -> tuple[float, float]:
    """Logarithms of `max_needle` and `max_scale`."""
    return math.log(config.max_needle), _UNLIMITED if config.max_scale is None else math.log(config.max_scale)


def rates_of(config: TrainConfig, rows: int, progress: float) -> NDArray[np.float32]:
    """Learning rate of every plane (rows,); progress runs from 0 to 1."""
    decay = config.lr_decay**progress
    rates = np.empty(rows, np.float32)
    rates[kernels.MEANS] = config.means_lr * config.means_lr_decay**progress
    rates[kernels.QUATS] = config.quats_lr * decay
    rates[kernels.SCALES] = config.scales_lr * decay
    rates[kernels.OPACITY] = config.opacities_lr * decay
    rates[kernels.GEOMETRY_ROWS :] = config.sh_lr * decay * config.sh_rest_factor
    rates[kernels.GEOMETRY_ROWS : kernels.GEOMETRY_ROWS + 3] = config.sh_lr * decay
    return rates
