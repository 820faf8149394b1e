"""diffusers' schedulers, stepped from clean estimates."""

from __future__ import annotations

from typing import Any

import diffusers
import numpy as np
import pytest
import torch

from lucid3d.errors import InputError
from lucid3d.families.diffusion.checkpoints import make_scheduler
from lucid3d.joint.schedulers import SchedulerSteps

TRAINED = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # diffusers on numpy 2

NAMES = ["ddim", "dpm++", "euler", "euler-a", "unipc", "lcm"]
SHAPE = (3, 8, 8, 4)


def scheduler(name: str, **settings: Any) -> Any:
    if name == "pndm":  # what Stable Diffusion 1.5 comes with
        return diffusers.PNDMScheduler(**TRAINED, skip_prk_steps=True, steps_offset=1, **settings)
    trained = diffusers.DDIMScheduler(**TRAINED, clip_sample=False, set_alpha_to_one=False, steps_offset=1, **settings)
    return make_scheduler(name, trained.config)


def normal(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(SHAPE).astype(np.float32)


PAIRS = [(name, what) for name in [*NAMES, "pndm"] for what in ("epsilon", "v_prediction", "sample")]
PAIRS = [pair for pair in PAIRS if pair not in (("euler-a", "sample"), ("pndm", "sample"))]  # not in diffusers


@pytest.mark.parametrize(("name", "prediction"), PAIRS)
def test_the_truth_is_reached_and_outputs_are_inverted(name: str, prediction: str) -> None:
    """A denoiser that knows the answer arrives at it with every scheduler."""
    steps = SchedulerSteps(scheduler(name, prediction_type=prediction), 8)
    truth, noisy = 0.8 * normal(0), steps.begin(normal(1))
    for step in range(len(steps)):
        output = steps.output(truth, noisy, step)
        assert steps.clean(output, noisy, step) == pytest.approx(truth, abs=2e-3)
        level = steps.level(step)
        assert level[0] ** 2 + level[1] ** 2 == pytest.approx(1)
        noisy = steps.step(noisy, truth, step, lambda: normal(7))
    assert np.abs(noisy - truth).max() < 0.15  # DDIM's last level keeps a noise of 0.03


@pytest.mark.parametrize("name", ["ddim", "dpm++", "euler", "unipc"])
def test_deterministic_steps_are_the_schedulers_own(name: str) -> None:
    """Against diffusers' loop with the same network outputs."""
    ours, theirs = SchedulerSteps(scheduler(name), 6), scheduler(name)
    theirs.set_timesteps(6)
    noisy = ours.begin(normal(1))
    reference = torch.from_numpy(normal(1).transpose(0, 3, 1, 2)) * theirs.init_noise_sigma
    for step, timestep in enumerate(theirs.timesteps):
        guess = 0.5 * normal(20 + step)
        seen = theirs.scale_model_input(reference, timestep)
        assert ours.network_input(noisy, step).transpose(0, 3, 1, 2) == pytest.approx(seen.numpy(), abs=2e-3)
        clean = ours.clean(guess, noisy, step)
        noisy = ours.step(noisy, clean, step, lambda: normal(0))
        reference = theirs.step(torch.from_numpy(guess.transpose(0, 3, 1, 2)), timestep, reference).prev_sample
    assert noisy.transpose(0, 3, 1, 2) == pytest.approx(reference.numpy(), abs=5e-3)


@pytest.mark.parametrize("name", ["euler-a", "lcm"])
def test_fresh_noise_of_stochastic_schedulers_comes_from_the_sphere(name: str) -> None:
    """Views with the same values and the same shared noise stay the same; diffusers' own noise would part them."""
    steps = SchedulerSteps(scheduler(name), 5)
    same = np.repeat(normal(0)[:1], SHAPE[0], axis=0)
    asked = []

    def fresh() -> np.ndarray:
        asked.append(1)
        return np.repeat(normal(9 + len(asked))[:1], SHAPE[0], axis=0)

    stepped = steps.step(steps.begin(same), 0.3 * same, 0, fresh)
    assert asked
    assert np.abs(stepped[0] - stepped[1]).max() < 1e-4 * np.abs(stepped).max()
    assert stepped.std() == pytest.approx(steps.noised(0.3 * same, normal(3), 1).std(), rel=0.2)


def test_the_callers_scheduler_is_not_touched() -> None:
    theirs = scheduler("dpm++")
    before = theirs.timesteps.clone()
    SchedulerSteps(theirs, 3)
    assert torch.equal(theirs.timesteps, before)


def test_a_flow_network_is_refused() -> None:
    with pytest.raises(InputError, match="Stable Diffusion checkpoint"):
        SchedulerSteps(diffusers.UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True), 3)
