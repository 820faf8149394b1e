"""Operations counted against sums by hand; an estimate that grows as the work does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.timing import count_work, duration, operations, time_estimate, unet_operations

Checkpoint = Callable[[str], str]


def test_operations_of_layers_that_can_be_counted_by_hand() -> None:
    with torch.device("meta"):
        linear, convolution = torch.nn.Linear(10, 20), torch.nn.Conv2d(3, 8, 3, padding=1)
        tokens, picture = torch.empty(7, 10), torch.empty(1, 3, 16, 12)
    assert operations(lambda: linear(tokens)) == 2 * 7 * 10 * 20
    assert operations(lambda: convolution(picture)) == 2 * 9 * 3 * 8 * 16 * 12


def test_stable_diffusion_has_its_published_cost() -> None:
    # About 0.4 T multiply-adds for one pass of SD 1.5 at 512 pixels.
    assert unet_operations(None, 512, 512) == pytest.approx(0.8e12, rel=0.05)


@pytest.mark.slow
def test_work_follows_the_settings(checkpoint: Checkpoint) -> None:
    def work(**options: object) -> tuple[float, float]:
        settings = {"inpainting": checkpoint("sdxl-inpaint"), "depth": checkpoint("zoe-n"), **options}
        counted = count_work(ModelsConfig(**settings), 128, 128)  # type: ignore[arg-type]
        return counted.step, counted.depth

    assert work(guidance=1.0)[0] == pytest.approx(work()[0] / 2)
    assert work(mirrored_average=False)[1] == pytest.approx(work()[1] / 2)
    assert work(image_size=64)[0] < work(image_size=128)[0] / 2


def test_an_estimate_adds_up_and_reads_well(checkpoint: Checkpoint) -> None:
    config = ModelsConfig(inpainting=checkpoint("sd-inpaint"), depth=checkpoint("zoe-n"), steps=5)
    estimate = time_estimate(config, 10, 64)
    assert estimate.seconds == pytest.approx(sum(seconds for _, seconds in estimate.parts))
    assert all(seconds > 0 for _, seconds in estimate.parts)
    assert "10 views at 64x64 on cpu" in estimate.sentence and "5 steps" in estimate.sentence


@pytest.mark.parametrize(("seconds", "text"), [(3, "3 s"), (600, "10 min"), (7300, "2 h 02 min")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
