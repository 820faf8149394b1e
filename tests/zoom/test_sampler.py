"""Levels denoised together: with a denoiser whose answer is known, and with tiny checkpoints."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lucid3d.families.config import ModelsConfig
from lucid3d.zoom.sampler import sample_zoom
from lucid3d.zoom.stack import Geometry, agreement
from tests.zoom.known import KnownDenoiser, plan, truths


def error(images: np.ndarray, pictures: np.ndarray) -> np.ndarray:
    """Mean square of every level against the truth."""
    return ((np.moveaxis(images, -1, 1) * 2 - 1 - pictures) ** 2).mean(axis=(1, 2, 3))


@pytest.mark.parametrize("factor", [2.0, 4.0])
def test_levels_agree_and_come_nearer_to_the_truth(factor: float) -> None:
    pictures = truths(3, 64, factor)
    denoiser = KnownDenoiser(pictures)
    together = sample_zoom(denoiser, plan(3, factor), size=64, steps=6, seed=1)
    alone = sample_zoom(denoiser, plan(3, factor), size=64, steps=6, seed=1, joint=False)
    geometry = Geometry(64, (factor, factor))
    assert min(agreement(together.images, geometry)) > 25
    assert min(together.raw_agreement) > max(agreement(alone.images, geometry))
    assert error(together.images, pictures).sum() < error(alone.images, pictures).sum()


def test_a_photograph_is_one_of_the_levels() -> None:
    pictures = truths(3, 64, 4.0)
    photograph = np.moveaxis(truths(3, 64, 4.0)[1][:, ::-1], 0, -1) / 2 + 0.5
    from dataclasses import replace

    with_photograph = replace(plan(3), photograph_level=1)
    result = sample_zoom(KnownDenoiser(pictures), with_photograph, size=64, steps=6, seed=1, photograph=photograph)
    assert np.abs(result.images[1] - photograph).mean() < 0.002
    assert min(agreement(result.images, Geometry(64, (4.0, 4.0)))) > 25


def test_the_same_seed_gives_the_same_pictures() -> None:
    pictures = truths(2, 32, 2.0)
    runs = [
        sample_zoom(KnownDenoiser(pictures), plan(2, 2.0), size=32, steps=3, seed=seed).images for seed in (4, 4, 5)
    ]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


@pytest.mark.parametrize("name", ["sd", "sdxl", "sd-inpaint"])
def test_tiny_checkpoints_zoom(checkpoint: Callable[[str], str], name: str) -> None:
    from lucid3d.zoom.diffusion import load_denoiser

    key = "inpainting" if "inpaint" in name else "text_to_image"
    denoiser = load_denoiser(ModelsConfig(**{key: checkpoint(name)}, safety_checker=False))
    assert denoiser.cell == 8
    steps: list[int] = []
    result = sample_zoom(denoiser, plan(2), size=64, steps=2, seed=0, on_step=lambda step, steps_: steps.append(step))
    assert steps == [1, 2]
    assert result.images.shape == (2, 64, 64, 3)
    assert result.images.std() > 0.02
    assert agreement(result.images, result.geometry)[0] > 30
    other = sample_zoom(denoiser, plan(2), size=64, steps=2, seed=1)
    assert np.abs(other.images - result.images).mean() > 0.01


def test_the_clean_estimate_is_what_diffusers_computes(checkpoint: Callable[[str], str]) -> None:
    """The step of diffusers' own DDIM scheduler and ours, from one network answer."""
    import torch

    from lucid3d.zoom.diffusion import load_denoiser

    denoiser = load_denoiser(ModelsConfig(text_to_image=checkpoint("sd"), safety_checker=False, guidance=3.0))
    alphas = denoiser.schedule(10)
    noisy = np.random.default_rng(0).standard_normal((1, 4, 8, 8)).astype(np.float32)
    ours = denoiser.estimate(noisy, 4, ["a lake"])
    pipeline = denoiser.pipeline
    words, negative = pipeline.encode_prompt("a lake", "cpu", 1, True, None)
    time = denoiser._timesteps[4]
    with torch.inference_mode():
        sample = torch.from_numpy(noisy)
        answer, away = (pipeline.unet(sample, time, encoder_hidden_states=w).sample for w in (words, negative))
        pipeline.scheduler.set_timesteps(10)
        theirs = pipeline.scheduler.step(away + 3.0 * (answer - away), time, sample).pred_original_sample.numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-3 / np.sqrt(alphas[4]))


def test_a_pixel_model_zooms() -> None:
    """A network without latents, words or a VAE, as DDPM pipelines have."""
    import torch
    from diffusers import DDPMPipeline, DDPMScheduler, UNet2DModel

    from lucid3d.zoom.diffusion import DiffusersDenoiser

    torch.manual_seed(0)
    unet = UNet2DModel(
        sample_size=32, in_channels=3, out_channels=3, layers_per_block=1, block_out_channels=(32, 64),
        norm_num_groups=32, down_block_types=("DownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "UpBlock2D"),
    )  # fmt: skip
    denoiser = DiffusersDenoiser(DDPMPipeline(unet, DDPMScheduler(num_train_timesteps=100)))
    result = sample_zoom(denoiser, plan(3, 2.0), size=32, steps=3, seed=0)
    assert result.images.shape == (3, 32, 32, 3)
    assert min(agreement(result.images, result.geometry)) > 30
