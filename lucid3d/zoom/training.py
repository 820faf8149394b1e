"""The Gaussians of a 3-D zoom learn to look right from about the axis, level by level.

At the distance of a level one sees that level's Gaussians, and behind them what is left of coarser ones. So levels are
trained one after the other, from coarse to fine, each on its own views: its own Gaussians learn, the others stay.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import numpy as np

from lucid3d.config import TrainConfig
from lucid3d.families.base import DepthEstimator, Mask, Painter
from lucid3d.gaussians import Trainer, TrainingView
from lucid3d.transforms import PosedView
from lucid3d.zoom.dive import Axis, Dive
from lucid3d.zoom.levels import INVISIBLE, LevelGaussians, faded

NEAR_AXIS = ((0.0, 0.0), (-15.0, 0.0), (15.0, 0.0), (0.0, 14.0))
WIDE = ((-7.0, 5.0), (7.0, 5.0), (-24.0, 0.0), (24.0, 0.0))
"""(yaw, pitch) in degrees off the axis from which a painter that knows the truth draws a level for training: the first
for every level, both for those of the plan, which one stops at to look around."""

SHARE, WIDE_SHARE = 0.12, 0.24
"""Of a scene's training steps that a level takes, without and with the views of `WIDE`: it has few views."""

MEANS_RATE, SCALES_RATE, COLOUR_RATE = 0.2, 0.15, 0.01
"""Twice the trainer's own, about: a level has an eighth or a quarter of its steps."""

FIRM = 0.99
"""Weight (`LevelGaussians.weights`) above which a Gaussian is wholly there at its level's distance, and learns."""

APART = 30.0
"""Degrees off the axis from which a dreamed view is of the surroundings, not of the target."""


def level_training(scene: TrainConfig, wanted: bool, wide: bool) -> TrainConfig:
    """The settings for one level, from those for a scene; no steps where no training is wanted."""
    steps = math.ceil((WIDE_SHARE if wide else SHARE) * scene.iterations) if wanted else 0
    return replace(
        scene,
        iterations=steps,
        means_lr=MEANS_RATE,
        scales_lr=SCALES_RATE,
        sh_lr=COLOUR_RATE,
        strategy="none",
        prune_opacity=0.0,
    )


def training_views(
    dream: Dive, axis: Axis, level: int, prompt: str, painter: Painter, estimator: DepthEstimator, wide: bool
) -> list[PosedView]:
    """What a level is trained on: its dreamed views; an exact painter draws those about the axis anew, and more.

    A dreamed view repeats what was known of the place before, and blurred; the truth does not.

    Args:
        wide: whether it has the views of `WIDE` too.
    """
    dreamed = [view for view, of in zip(dream.views, dream.levels, strict=True) if of == level]
    if not getattr(estimator, "exact", False):
        return dreamed
    found = [view for view in dreamed if view.camera.forward @ axis.towards < math.cos(math.radians(APART))]
    size = dreamed[0].camera.width
    for yaw, pitch in NEAR_AXIS + (WIDE if wide else ()):
        camera = axis.camera(level, size, yaw=yaw, pitch=pitch)
        image = np.asarray(painter.imagine(prompt, camera, seed=0), np.float32)
        depth = np.asarray(estimator.estimate(image, camera), np.float32)
        found.append(PosedView(camera, image, depth, np.ones((size, size), bool), prompt=prompt))
    return found


def train_levels(
    made: LevelGaussians,
    axis: Axis,
    is_sky: Mask,
    views: Callable[[int], Sequence[PosedView]],
    configs: Sequence[TrainConfig],
    on_step: Callable[[int, int], None] = lambda done, total: None,
    *,
    seed: int = 0,
) -> LevelGaussians:
    """Train every level on its views.

    Args:
        made: with as many levels as the axis has distances.
        is_sky: (N,) bool, which stay where they are.
        views: of a level; without any it stays as it is.
        configs: one a level (`level_training`); without any iterations what was made is given back.
        on_step: told after every step of all.
        seed: decides the order of the views.
    """

    total = sum(config.iterations for config in configs)
    if total == 0:
        return made
    done = 0
    gaussians = made.gaussians[np.arange(len(made))]  # a copy
    made = replace(made, gaussians=gaussians)
    for level, config in enumerate(configs):
        weights = made.weights(axis.camera(level, 16))
        shown = np.flatnonzero(made.gaussians.opacities * weights > INVISIBLE)
        learns = (made.level[shown] == level) & (weights[shown] > FIRM)
        material = [TrainingView(v.camera, v.image, v.mask, v.depth) for v in views(level)]
        if not learns.any() or not material:
            continue
        seen = faded(made.gaussians[shown], weights[shown])
        trainer = Trainer(seen, material, config, seed=seed, is_sky=is_sky[shown], fixed=~learns)
        while not trainer.done:
            trainer.step()
            done += 1
            on_step(done, total)
        trained = trainer.gaussians[learns]
        for part in fields(trained):
            getattr(gaussians, part.name)[shown[learns]] = getattr(trained, part.name)
    return made
