"""Training in parts: tiles of ground and the sky, each with the views that see it, so that memory is bounded by a tile.

A part is trained on those pixels to which it adds something visible. What others draw before and behind it there is
drawn once, as they were at the start, and laid around it (`layers`): so parts meet without seams, can be trained in any
order or at the same time, and give the same bytes however many work on them. CityGaussian (Liu et al. 2024) and
VastGaussian (Lin et al. 2024) divide a scene so and train the neighbours of every block with it; here they are seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lucid3d.config import TrainConfig
from lucid3d.errors import InputError
from lucid3d.gaussians.model import Gaussians, joined
from lucid3d.gaussians.training.layers import Artist
from lucid3d.gaussians.training.pictures import Pictures, looked
from lucid3d.gaussians.training.plan import AtHand, Material, Plan
from lucid3d.gaussians.training.trainer import StepReport, Trainer

if TYPE_CHECKING:
    import torch

GROWTH = 3.0
"""Times its size at the start that a Gaussian may have after its part was trained."""

OnStep = Callable[[int, StepReport | None, Trainer | None], None]
"""Hears of every step: the part's number, and what was done; None and None now and then while others work."""


def train_part(
    material: Material,
    number: int,
    *,
    checkpoint: Path | None = None,
    every: int = 100,
    device: str | torch.device | None = None,
    on_step: Callable[[StepReport, Trainer], None] | None = None,
) -> Gaussians:
    """One part, trained while all others stay as they were at the start.

    Args:
        checkpoint: a file to go on from and to keep the state in; None keeps none. One that is damaged is removed.
        every: steps between two checkpoints.
        on_step: hears of every step (raise from it to stop).
    """
    plan, part, start = material.plan, material.plan.parts[number], material.start(number)
    gaussians = start.gaussians
    artist = Artist(plan.config.eps2d, plan.config.threads)
    glances = (looked(material, number, index, artist) for index in part.views) if part.steps else ()
    kept = [each for each in glances if each is not None]
    if not kept:
        return gaussians
    weights = [material.view(each.view).weight for each in kept]
    pictures = Pictures(material, kept, weights, plan.config.iterations / part.steps)
    config, seed = part_config(plan, number), plan.seed + number
    trainer = None
    if checkpoint is not None and checkpoint.is_file():
        try:
            trainer = Trainer.load(checkpoint, pictures, config, device=device)
        except InputError:
            checkpoint.unlink()
    if trainer is None:
        is_sky = np.full(part.count, part.is_sky)
        trainer = Trainer(gaussians, pictures, config, seed=seed, is_sky=is_sky, device=device)
    while not trainer.done:
        report = trainer.step()
        if checkpoint is not None and trainer.iteration % every == 0 and not trainer.done:
            trainer.save(checkpoint)
        if on_step is not None:
            on_step(report, trainer)
    # only where nothing is added or moved does a Gaussian stand in the row of its start
    return held_back(gaussians, trainer.gaussians) if config.strategy == "none" else trainer.gaussians


def held_back(start: Gaussians, trained: Gaussians) -> Gaussians:
    """The trained Gaussians (N), without those that grew more than `GROWTH` times, which are as they were at the start:
    views that did not show a part at the start do not train it, and such a Gaussian would lie across them as a veil."""
    grown = trained.scales.max(axis=1) > GROWTH * start.scales.max(axis=1)
    values = {name: getattr(trained, name).copy() for name in vars(trained)}
    for name, each in values.items():
        each[grown] = getattr(start, name)[grown]
    return Gaussians(**values)


def part_config(plan: Plan, number: int) -> TrainConfig:
    """The config of a part: its steps, and its share of what is counted over all Gaussians."""
    part, config = plan.parts[number], plan.config
    share = part.count / max(1, sum(each.count for each in plan.parts))
    return replace(
        config,
        iterations=part.steps,
        max_gaussians=max(100, round(share * config.max_gaussians)),
        opacity_regularizer=share * config.opacity_regularizer,
        scale_regularizer=share * config.scale_regularizer,
    )


def train_in_parts(
    scene: AtHand, *, device: str | torch.device | None = None, on_step: OnStep | None = None
) -> Gaussians:
    """All parts, one after another: in their order, what is never trained last. `on_step` hears of every step."""
    for number in scene.plan.trained:
        heard = None if on_step is None else partial(on_step, number)
        scene.done[number] = train_part(scene, number, device=device, on_step=heard)
    return so_far(scene)


def so_far(material: Material, now: int = -1, trainer: Trainer | None = None) -> Gaussians:
    """The whole scene as it is, while part `now` is being trained."""

    def of(number: int) -> Gaussians:
        if number == now and trainer is not None:
            return trainer.gaussians
        found = material.part(number)
        return material.start(number).gaussians if found is None else found

    return joined(*map(of, range(len(material.plan.parts))))
