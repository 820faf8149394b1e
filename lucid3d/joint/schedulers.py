"""diffusers' schedulers as `Steps` of joint denoising, with the clean estimate in place of the network's output."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from lucid3d.errors import InputError
from lucid3d.joint.overlaps import Floats

PREDICTIONS = ("epsilon", "v_prediction", "sample")
"""What a network may predict for its clean estimate to be computed, and computed back."""


class SchedulerSteps:
    """Steps of any scheduler of Stable Diffusion, single-step, multistep or stochastic.

    The fused clean estimate is turned into the network output that would have meant it, and the scheduler steps with
    that. A multistep scheduler thereby remembers fused outputs only, and all views are one batch of one scheduler.
    Schedulers that add fresh noise get it from the sphere (see `step`).

    Args:
        scheduler: copied; the caller's is not touched.
        count: denoising steps.
    Raises:
        InputError: the scheduler predicts something else than noise, velocity or the clean picture.
    """

    def __init__(self, scheduler: Any, count: int) -> None:
        prediction = getattr(scheduler.config, "prediction_type", "epsilon")
        if prediction not in PREDICTIONS:
            raise InputError(
                f"joint dreaming knows {', '.join(PREDICTIONS)} and this checkpoint predicts {prediction}: "
                "use a Stable Diffusion checkpoint (1.5, 2 or XL)"
            )
        self.prediction = prediction
        self.scheduler = copy.deepcopy(scheduler)
        self.scheduler.set_timesteps(count)
        self.timesteps = self.scheduler.timesteps

    def __len__(self) -> int:
        return len(self.timesteps)

    def level(self, step: int) -> tuple[float, float]:
        """Signal and noise of a step, as the network sees them: their squares add up to 1."""
        sigmas = getattr(self.scheduler, "sigmas", None)
        if sigmas is not None and len(sigmas) >= len(self.timesteps):
            sigma = float(sigmas[step])
            return 1 / float(np.sqrt(1 + sigma**2)), sigma / float(np.sqrt(1 + sigma**2))
        alpha = float(self.scheduler.alphas_cumprod[int(self.timesteps[step])])
        return float(np.sqrt(alpha)), float(np.sqrt(1 - alpha))

    def begin(self, noise: Floats) -> Floats:
        """The state of the first step, of the noise's shape."""
        started: Floats = (noise * float(self.scheduler.init_noise_sigma)).astype(np.float32)
        return started

    def network_input(self, noisy: Floats, step: int) -> Floats:
        """The noisy values, of any shape, as the network wants them, signal and noise of unit size together."""
        scaled: Floats = (noisy / self._scale(step)).astype(np.float32)
        return scaled

    def _scale(self, step: int) -> float:
        """Schedulers that keep the signal at size 1 (Euler's) divide by sqrt(1 + sigma^2) before the network."""
        return 1 / self.level(step)[0] if "Euler" in type(self.scheduler).__name__ else 1.0

    def noised(self, clean: Floats, noise: Floats, step: int) -> Floats:
        """Clean latents with the noise of a step, of their shape."""
        signal, amount = self.level(step)
        mixed: Floats = ((signal * clean + amount * noise) * self._scale(step)).astype(np.float32)
        return mixed

    def clean(self, output: Floats, noisy: Floats, step: int) -> Floats:
        """What a network output says of the clean values (x0), all of the same shape."""
        seen, (signal, amount) = self.network_input(noisy, step), self.level(step)
        if self.prediction == "epsilon":
            return np.asarray((seen - amount * output) / signal, np.float32)
        if self.prediction == "v_prediction":
            return np.asarray(signal * seen - amount * output, np.float32)
        return output

    def output(self, clean: Floats, noisy: Floats, step: int) -> Floats:
        """The network output that says `clean`: the inverse of `clean`, all of the same shape."""
        seen, (signal, amount) = self.network_input(noisy, step), self.level(step)
        if self.prediction == "epsilon":
            return np.asarray((seen - signal * clean) / amount, np.float32)
        if self.prediction == "v_prediction":
            return np.asarray((signal * seen - clean) / amount, np.float32)
        return clean

    def step(self, noisy: Floats, clean: Floats, step: int, fresh: Callable[[], Floats]) -> Floats:
        """From level `step` to the next, all of the same shape.

        diffusers draws the noise of stochastic schedulers for every picture apart. A step is affine in that noise, so
        two draws tell how much of it there is, and noise shared on the sphere takes its place.
        """
        output = self.output(clean, noisy, step)
        trial = copy.deepcopy(self.scheduler)
        first, first_noise = self._advance(self.scheduler, output, noisy, step, seed=1)
        second, second_noise = self._advance(trial, output, noisy, step, seed=2)
        if np.array_equal(first, second):
            return first
        apart = (first_noise - second_noise).astype(np.float64)
        share = float(((first - second) * apart).sum() / (apart**2).sum())
        shared: Floats = (first + share * (fresh() - first_noise)).astype(np.float32)
        return shared

    def _advance(self, scheduler: Any, output: Floats, noisy: Floats, step: int, seed: int) -> tuple[Floats, Floats]:
        """The scheduler's own step with its own noise, and that noise; channels go first there."""
        import torch

        tensors = [torch.from_numpy(np.ascontiguousarray(values.transpose(0, 3, 1, 2))) for values in (output, noisy)]
        takes_noise = "generator" in inspect.signature(scheduler.step).parameters
        options = {"generator": torch.Generator("cpu").manual_seed(seed)} if takes_noise else {}
        stepped = scheduler.step(tensors[0], self.timesteps[step], tensors[1], return_dict=False, **options)[0]
        own = torch.randn(tensors[0].shape, generator=torch.Generator("cpu").manual_seed(seed))
        first, noise = (values.numpy().transpose(0, 2, 3, 1) for values in (stepped.float(), own))
        return np.ascontiguousarray(first), np.ascontiguousarray(noise)
