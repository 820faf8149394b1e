"""What adds, moves and removes Gaussians while they train. A strategy is a description; its memory is the trainer's."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lucid3d.config import TrainConfig
from lucid3d.gaussians import kernels
from lucid3d.gaussians.training.engine import Seen
from lucid3d.gaussians.training.state import State

Memory = dict[str, NDArray[np.float64]]


class Strategy(Protocol):
    """Called by the trainer after every step."""

    @property
    def needs_means2d(self) -> bool:
        """Whether the gradients by the projected centres are wanted."""
        ...

    def acts(self, iteration: int, iterations: int) -> bool:
        """Whether `apply` wants to be called after this step (`iteration` counts from 1)."""
        ...

    def apply(
        self,
        state: State,
        seen: Seen,
        memory: Memory,
        iteration: int,
        rates: NDArray[np.float32],
        config: TrainConfig,
        rng: np.random.Generator,
    ) -> bool:
        """Change the state; returns whether it did.

        Args:
            memory: arrays of any shape that the strategy keeps between steps.
            rates: (number of planes,) learning rates of this step.
        """
        ...


def _logit(p: NDArray[np.floating]) -> NDArray[np.floating]:
    logits: NDArray[np.floating] = np.log(p) - np.log1p(-p)
    return logits


def _rotations(quats: NDArray[np.floating]) -> NDArray[np.float64]:
    """(4, N) quaternions w x y z of any length -> (N, 3, 3)."""
    w, x, y, z = quats.astype(np.float64) / np.maximum(np.linalg.norm(quats, axis=0), 1e-12)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), -1, 0)


@dataclass(frozen=True)
class MCMCStrategy:
    """3D Gaussian Splatting as Markov Chain Monte Carlo (Kheradmand et al. 2024).

    Dead Gaussians move to where living ones are, in such a way that the picture hardly changes; their number grows
    slowly up to `TrainConfig.max_gaussians`; nearly dead ones wander.

    Attributes:
        refine_start, refine_stop, refine_every: steps between which, and how often, Gaussians move and are added.
        growth: part of their number that is added each time.
        min_opacity: less opaque ones are dead.
        noise: strength of the wandering, in units of the positions' learning rate.
    """

    refine_start: int = 100
    refine_stop: int = 25_000
    refine_every: int = 100
    growth: float = 0.05
    min_opacity: float = 0.005
    noise: float = 5.0

    @property
    def needs_means2d(self) -> bool:
        """See `Strategy.needs_means2d`."""
        return False

    def acts(self, iteration: int, iterations: int) -> bool:
        """See `Strategy.acts`."""
        return True

    def apply(
        self,
        state: State,
        seen: Seen,
        memory: Memory,
        iteration: int,
        rates: NDArray[np.float32],
        config: TrainConfig,
        rng: np.random.Generator,
    ) -> bool:
        """See `Strategy.apply`."""
        changed = False
        if self.refine_start <= iteration < self.refine_stop and iteration % self.refine_every == 0:
            changed |= self.relocate(state, rng)
            changed |= self.grow(state, config.max_gaussians, rng)
        return self.wander(state, float(rates[0]), rng) or changed

    def relocate(self, state: State, rng: np.random.Generator) -> bool:
        """Move the dead onto the living, chosen by opacity."""
        opacities = state.opacities
        alive = (opacities > self.min_opacity) & ~state.is_sky
        dead = np.flatnonzero((opacities <= self.min_opacity) & ~state.is_sky)
        if not len(dead) or not alive.any():
            return False
        weight = np.where(alive, opacities, 0).astype(np.float64)
        chosen = rng.choice(state.count, len(dead), p=weight / weight.sum())
        _share(state, chosen)
        state.planes[:, dead] = state.planes[:, chosen]
        for moments in (state.first, state.second):
            moments[:, dead] = 0
            moments[:, chosen] = 0
        return True

    def grow(self, state: State, limit: int | None, rng: np.random.Generator) -> bool:
        """Add copies of the living, chosen by opacity."""
        wanted = int(state.count * (1 + self.growth))
        extra = min(wanted, wanted if limit is None else limit) - state.count
        weight = np.where(state.is_sky, 0, state.opacities).astype(np.float64)
        if extra <= 0 or not weight.sum() > 0:
            return False
        chosen = rng.choice(state.count, extra, p=weight / weight.sum())
        _share(state, chosen)
        state.append_copies(chosen)
        return True

    def wander(self, state: State, means_rate: float, rng: np.random.Generator) -> bool:
        """Add noise to the positions of nearly dead Gaussians, shaped by their covariance.

        The gate of the paper, sigmoid(100 (0.005 - opacity)), is below 1e-4 for opacities above 0.1.
        """
        opacities = state.opacities
        light = np.flatnonzero((opacities < 0.1) & ~state.is_sky)
        if not len(light) or self.noise == 0:
            return False
        gate = 1 / (1 + np.exp(-100 * (self.min_opacity - opacities[light].astype(np.float64))))
        rotations = _rotations(state.planes[kernels.QUATS, light])
        scales = np.exp(state.planes[kernels.SCALES, light].astype(np.float64)).T
        local = rng.standard_normal((len(light), 3)) * scales
        step = np.einsum("nij,nj->ni", rotations, local) * (gate * means_rate * self.noise)[:, None]
        state.planes[kernels.MEANS, light] += step.T.astype(np.float32)
        return True


def _share(state: State, chosen: NDArray[np.integer], most: int = 51) -> None:
    """Make room for copies: a Gaussian that becomes n has its opacity and scale lowered so that n of it look like one.

    Equation 9 of the paper: o' = 1 - (1 - o)^(1/n), and the scale shrinks by
    o / sum_{i=1..n} sum_{k=0..i-1} binomial(i-1, k) (-1)^k o'^(k+1) / sqrt(k+1).
    """
    copies = np.minimum(np.bincount(chosen, minlength=state.count) + 1, most)
    unique = np.flatnonzero(copies > 1)
    n = copies[unique]
    old = np.clip(state.opacities[unique].astype(np.float64), 1e-6, 1 - 1e-6)
    new = 1 - (1 - old) ** (1 / n)
    total = np.zeros_like(old)
    for i in range(1, int(n.max()) + 1):
        inner = sum(math.comb(i - 1, k) * (-1) ** k * new ** (k + 1) / math.sqrt(k + 1) for k in range(i))
        total += np.where(n >= i, inner, 0)
    state.planes[kernels.OPACITY, unique] = _logit(np.clip(new, 0.005, 1 - 1e-6))
    state.planes[kernels.SCALES, unique] += np.log(old / total).astype(np.float32)


@dataclass(frozen=True)
class DefaultStrategy:
    """The original densification (Kerbl et al. 2023): where the picture pulls hard at a Gaussian, there should be two.

    Attributes:
        refine_start, refine_stop, refine_every: steps between which, and how often, Gaussians are added and removed.
        grow_gradient: mean gradient by the projected centre, in units of half the picture, above which one is added.
        grow_size: Gaussians larger than this (radians, as seen from the nearest camera that trained on it) are split,
            smaller ones are copied.
        prune_opacity: less opaque ones are removed.
        prune_size: so are those larger than this (radians).
        reset_every: opacities are lowered to twice `prune_opacity` every so many steps; 0 for never.
    """

    refine_start: int = 500
    refine_stop: int = 15_000
    refine_every: int = 100
    grow_gradient: float = 2e-4
    grow_size: float = 0.01
    prune_opacity: float = 0.005
    prune_size: float = 0.5
    reset_every: int = 3000

    @property
    def needs_means2d(self) -> bool:
        """See `Strategy.needs_means2d`."""
        return True

    def acts(self, iteration: int, iterations: int) -> bool:
        """See `Strategy.acts`."""
        return iteration < self.refine_stop

    def apply(
        self,
        state: State,
        seen: Seen,
        memory: Memory,
        iteration: int,
        rates: NDArray[np.float32],
        config: TrainConfig,
        rng: np.random.Generator,
    ) -> bool:
        """See `Strategy.apply`."""
        if "gradient" not in memory or len(memory["gradient"]) != state.count:
            memory |= {"gradient": np.zeros(state.count), "visits": np.zeros(state.count)}
            memory["size"] = np.zeros(state.count)
        camera, visible = seen.shot.camera, seen.visible
        assert seen.means2d_gradient is not None
        pull = np.hypot(seen.means2d_gradient[:, 0] * camera.width / 2, seen.means2d_gradient[:, 1] * camera.height / 2)
        memory["gradient"][visible] += pull[visible]
        memory["visits"][visible] += 1
        largest = np.exp(state.planes[kernels.SCALES, : state.count][:, visible].max(axis=0))
        distance = np.linalg.norm(state.planes[kernels.MEANS, : state.count][:, visible].T - camera.position, axis=1)
        memory["size"][visible] = np.maximum(memory["size"][visible], largest / np.maximum(distance, 1e-6))

        changed = False
        if iteration >= self.refine_start and iteration % self.refine_every == 0:
            self.refine(state, memory, config.max_gaussians, rng)
            memory.clear()
            changed = True
        if self.reset_every and iteration % self.reset_every == 0:
            ceiling = float(_logit(np.array(2 * self.prune_opacity)))
            row = state.planes[kernels.OPACITY, : state.count]
            np.minimum(row, ceiling, out=row, where=~state.is_sky)
            state.first[kernels.OPACITY] = 0
            state.second[kernels.OPACITY] = 0
            changed = True
        return changed

    def refine(self, state: State, memory: Memory, limit: int | None, rng: np.random.Generator) -> None:
        """Copy, split and remove."""
        gradient = memory["gradient"] / np.maximum(memory["visits"], 1)
        size = memory["size"]
        wanted = np.flatnonzero((gradient >= self.grow_gradient) & ~state.is_sky)
        if limit is not None:  # those that are pulled hardest first
            room = max(0, limit - state.count)
            wanted = np.sort(wanted[np.argsort(-gradient[wanted], kind="stable")[:room]])
        split = wanted[size[wanted] > self.grow_size]
        size = np.concatenate([size, size[wanted]])
        added = state.append_copies(wanted)
        is_split = np.isin(wanted, split)
        pairs = np.concatenate([split, np.arange(added.start, added.stop)[is_split]])
        if len(pairs):  # two halves, drawn from the one that they replace, smaller by the paper's factor
            rotations = _rotations(state.planes[kernels.QUATS, pairs])
            scales = np.exp(state.planes[kernels.SCALES, pairs].astype(np.float64)).T
            offsets = np.einsum("nij,nj->ni", rotations, rng.standard_normal((len(pairs), 3)) * scales)
            state.planes[kernels.MEANS, pairs] += offsets.T.astype(np.float32)
            state.planes[kernels.SCALES, pairs] -= np.float32(math.log(1.6))
            state.first[:, pairs] = 0
            state.second[:, pairs] = 0
        faint = state.opacities < self.prune_opacity
        keep = ~((faint | (size > self.prune_size)) & ~state.is_sky)
        if keep.any() and not keep.all():
            state.keep(keep)


STRATEGIES: dict[str, Callable[[], Strategy | None]] = {
    "none": lambda: None,
    "mcmc": MCMCStrategy,
    "default": DefaultStrategy,
}
"""What adds and moves Gaussians, by the names of `TrainConfig.strategy`."""
