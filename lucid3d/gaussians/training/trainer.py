"""The training loop."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.config import TrainConfig
from lucid3d.errors import InputError
from lucid3d.gaussians.model import Gaussians
from lucid3d.gaussians.training import checkpoint
from lucid3d.gaussians.training.engine import Shots, ShotSource, rates_of
from lucid3d.gaussians.training.engines import make_engine
from lucid3d.gaussians.training.state import State
from lucid3d.gaussians.training.strategies import STRATEGIES, Strategy
from lucid3d.gaussians.training.view import TrainingView

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StepReport:
    """What a step did.

    Attributes:
        iteration: steps taken so far, this one included.
        loss: of this step's view.
        l1, ssim, depth: terms of the loss before their weights; ssim is 1 - SSIM.
        count: Gaussians after the step.
        view: index of the view.
    """

    iteration: int
    loss: float
    l1: float
    ssim: float
    depth: float
    count: int
    view: int


class Trainer:
    """Trains Gaussians on views, step by step.

    Args:
        gaussians: the start.
        views: at least one, or a `ShotSource` that makes them ready one by one.
        config: every knob; None for the defaults.
        seed: decides the order of the views and everything random in the strategy.
        strategy: one with settings of its own; None for the one that the config names.
        is_sky: (N,) bool, which Gaussians are sky and keep their positions; None to find them in views (see
            `TrainConfig.sky_radius`).
        fixed: (N,) bool, which Gaussians are drawn but stay as they are; not together with a strategy. None for none.
        device: None trains with the native kernels on the CPU (or with the torch twin where they were not built);
            "cuda" trains with gsplat; "cpu" with the twin.

    Raises:
        InputError: there is no view, or no Gaussian, or no pixel of any view is known.
    """

    def __init__(
        self,
        gaussians: Gaussians,
        views: Sequence[TrainingView] | ShotSource,
        config: TrainConfig | None = None,
        *,
        seed: int = 0,
        strategy: Strategy | None = None,
        is_sky: NDArray[np.bool_] | None = None,
        fixed: NDArray[np.bool_] | None = None,
        device: str | torch.device | None = None,
    ) -> None:
        self.config = config or TrainConfig()
        self.strategy = strategy or STRATEGIES[self.config.strategy]()
        if not len(gaussians):
            raise InputError("training needs at least one Gaussian")
        if is_sky is None:
            if not isinstance(views, Sequence):
                raise InputError("which Gaussians are sky must be said where views are made ready one by one: is_sky")
            is_sky = find_sky(gaussians.means, views, self.config.sky_radius)
        if is_sky.shape != (len(gaussians),):
            raise InputError(f"is_sky has shape {is_sky.shape}, it must be ({len(gaussians)},)")
        if fixed is not None and fixed.shape != (len(gaussians),):
            raise InputError(f"fixed has shape {fixed.shape}, it must be ({len(gaussians)},)")
        if fixed is not None and self.strategy is not None:
            raise InputError("a strategy moves and removes Gaussians: it cannot be used while some are fixed")
        self._begin(State.start(gaussians, is_sky), views, device, seed)
        if fixed is not None and fixed.any():
            self._fix(fixed)

    def _begin(
        self, state: State, views: Sequence[TrainingView] | ShotSource, device: str | torch.device | None, seed: int = 0
    ) -> None:
        material = made_ready(state, views) if isinstance(views, Sequence) else views
        if not material.weights:
            raise InputError("training needs at least one view")
        self._state = state
        self._rng = np.random.default_rng(seed)
        self._queue: list[int] = []
        self.iteration = 0
        self._material, self._weights = material, material.weights
        self._engine = make_engine(state, self.config, device)
        self._fixed: tuple[NDArray[np.bool_], NDArray[np.float32]] | None = None
        # The strategy's memory (a dictionary of arrays), so that the strategy itself can stay a description.
        self._memory: dict[str, NDArray[np.float64]] = {}

    def _fix(self, fixed: NDArray[np.bool_]) -> None:
        columns = np.zeros(self._state.planes.shape[1], bool)
        columns[: self._state.count] = fixed[self._state.identity]
        self._fixed = (columns, self._state.planes.copy())

    def _restore_fixed(self) -> None:
        if self._fixed is not None:
            columns, planes = self._fixed
            self._engine.pull()
            np.copyto(self._state.planes, planes, where=columns)
            self._engine.push()

    @property
    def gaussians(self) -> Gaussians:
        """A copy of the Gaussians as they are now. Those of the start come first, in their order."""
        self._engine.pull()
        return self._state.gaussians

    @property
    def done(self) -> bool:
        """Whether all iterations have been taken."""
        return self.iteration >= self.config.iterations

    def step(self) -> StepReport:
        """Train on one view.

        Raises:
            InputError: the loss is not finite (a learning rate is far too high, or the start holds infinities).
        """
        config, state = self.config, self._state
        if not self._queue:  # every view once, in random order, then again
            self._queue = [int(i) for i in self._rng.permutation(len(self._weights)) if self._weights[i] > 0]
            self._queue = self._queue or [0]
        index = self._queue.pop()
        progress = self.iteration / max(1, config.iterations - 1)
        rates = rates_of(config, len(state.planes), min(1.0, progress))
        strategy = self.strategy
        needs_means2d = strategy is not None and strategy.needs_means2d
        # what is seen by every fifth picture of all must be as bold as where the others are steps too
        counted = max(1, round((self.iteration + 1) * self._material.every))
        losses = self._engine.step(self._material.shot(index), rates, counted, with_means2d=needs_means2d)
        self._restore_fixed()
        self.iteration += 1
        if not math.isfinite(losses.total):
            raise InputError(
                f"the loss is {losses.total} at step {self.iteration}: lower the learning rates, or look for values in "
                "the start that are not finite"
            )
        if strategy is not None and strategy.acts(self.iteration, config.iterations):
            self._engine.pull()
            changed = strategy.apply(state, self._engine.seen(), self._memory, self.iteration, rates, config, self._rng)
            if changed:
                self._engine.push()
        if self.iteration == config.iterations and config.prune_opacity > 0 and self._fixed is None:
            self._prune()
        return StepReport(self.iteration, losses.total, losses.l1, losses.ssim, losses.depth, state.count, index)

    def _prune(self) -> None:
        self._engine.pull()
        keep = self._state.opacities >= self.config.prune_opacity
        if keep.any() and not keep.all():
            logger.info("removing %d Gaussians that are nearly transparent", int((~keep).sum()))
            self._state.keep(keep)
            self._engine.push()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a checkpoint from which training continues exactly (an .npz file, no pickle).

        Raises:
            InputError: some Gaussians are fixed, which a checkpoint does not hold.
            OSError: the file cannot be written.
        """
        if self._fixed is not None:
            raise InputError("a checkpoint does not hold which Gaussians are fixed: train to the end, or fix none")
        self._engine.pull()
        checkpoint.save(path, self._state, self.iteration, self._queue, self._rng, self._memory)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        views: Sequence[TrainingView] | ShotSource,
        config: TrainConfig | None = None,
        *,
        strategy: Strategy | None = None,
        device: str | torch.device | None = None,
    ) -> Trainer:
        """Continue from a checkpoint, with the views, the config and the strategy that it was written with.

        Raises:
            InputError: the file is not a checkpoint, or does not fit the views.
        """
        trainer = cls.__new__(cls)
        trainer.config = config or TrainConfig()
        trainer.strategy = strategy or STRATEGIES[trainer.config.strategy]()
        saved = checkpoint.load(path)
        trainer._begin(saved.state, views, device)
        there = len(trainer._weights)
        if any(i >= there for i in saved.queue):
            raise InputError(f"{path}: the checkpoint was written with more than these {there} views")
        trainer.iteration, trainer._queue, trainer._memory = saved.iteration, saved.queue, saved.memory
        trainer._rng.bit_generator.state = saved.rng
        return trainer


def train(
    gaussians: Gaussians,
    views: Sequence[TrainingView],
    config: TrainConfig | None = None,
    on_step: Callable[[StepReport], None] | None = None,
    *,
    seed: int = 0,
    strategy: Strategy | None = None,
    is_sky: NDArray[np.bool_] | None = None,
    fixed: NDArray[np.bool_] | None = None,
    device: str | torch.device | None = None,
) -> Gaussians:
    """Train to the end; `on_step` hears of every step (raise from it to stop). Arguments as for `Trainer`:
    `is_sky` and `fixed` are (N,)."""
    trainer = Trainer(gaussians, views, config, seed=seed, strategy=strategy, is_sky=is_sky, fixed=fixed, device=device)
    while not trainer.done:
        report = trainer.step()
        if on_step is not None:
            on_step(report)
    return trainer.gaussians


def find_sky(means: NDArray[np.floating], views: Sequence[TrainingView], sky_radius: float | None) -> NDArray[np.bool_]:
    """(N,) bool: the Gaussians that are the sky (see `TrainConfig.sky_radius`)."""
    if not views:
        return np.zeros(len(means), bool)
    middle = np.mean([view.camera.position for view in views], axis=0)
    distances = np.linalg.norm(means - middle, axis=1)
    if sky_radius is not None:
        beyond: NDArray[np.bool_] = distances >= sky_radius
        return beyond
    if not any(view.depth is not None and np.isposinf(view.depth[view.known]).any() for view in views):
        return np.zeros(len(means), bool)
    farthest = 0.0
    for view in views:
        if view.depth is None:
            continue
        solid = view.known & np.isfinite(view.depth)
        if solid.any():
            reach = (view.depth * np.linalg.norm(view.camera.rays(), axis=-1))[solid].max()
            farthest = max(farthest, float(reach) + float(np.linalg.norm(view.camera.position - middle)))
    is_sky: NDArray[np.bool_] = distances > farthest
    return is_sky


def made_ready(state: State, views: Sequence[TrainingView]) -> Shots:
    """All views, as the engine takes them.

    Raises:
        InputError: no pixel of any view is known.
    """
    if views and not any(view.known.any() for view in views):
        raise InputError("no pixel of any view is known: there is nothing to train on")
    return Shots.of(views, sky_distance(state.planes[:3, : state.count].T, state.is_sky, views))


def sky_distance(means: NDArray[np.floating], is_sky: NDArray[np.bool_], views: Sequence[TrainingView]) -> float | None:
    """How far those of N means (N, 3) that are sky (N,) are from the cameras' middle, metres; None without any."""
    if not is_sky.any() or not views:
        return None
    middle = np.mean([view.camera.position for view in views], axis=0)
    return float(np.median(np.linalg.norm(means[is_sky] - middle, axis=1)))
