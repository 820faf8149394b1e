from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from lucid3d.learning import losses as L
from lucid3d.learning.batches import Batch
from lucid3d.learning.network import BINS, NetworkConfig, PictureNetwork
from tests.learning.conftest import TINY


@pytest.fixture()
def maps() -> tuple[Tensor, Tensor, Tensor]:
    """An answer, a truth and where it is known, (3, 24, 32), in log depth."""
    generator = torch.Generator().manual_seed(0)
    answer, truth = torch.randn(2, 3, 24, 32, generator=generator).unbind(0)
    return answer, truth, torch.rand(3, 24, 32, generator=generator) < 0.7


def shape_losses(answer: Tensor, truth: Tensor, known: Tensor) -> tuple[float, float]:
    residual = L.aligned_residual(answer, truth, known, L.best_offset(answer, truth, known))
    return float(L.depth_loss(residual, known)), float(L.gradient_loss(residual, known))


def test_shape_does_not_depend_on_scale(maps: tuple[Tensor, Tensor, Tensor]) -> None:
    answer, truth, known = maps
    factors = torch.tensor([0.01, 7.0, 300.0]).log()[:, None, None]
    assert shape_losses(answer + factors, truth, known) == pytest.approx(shape_losses(answer, truth, known), rel=1e-4)
    assert shape_losses(truth + factors, truth, known) == pytest.approx((0, 0), abs=1e-5)


def test_what_is_not_known_does_not_count(maps: tuple[Tensor, Tensor, Tensor]) -> None:
    answer, truth, known = maps
    garbage = torch.where(known, truth, torch.full_like(truth, 1e6))
    wild = torch.where(known, answer, torch.full_like(answer, -1e6))
    assert shape_losses(wild, garbage, known) == pytest.approx(shape_losses(answer, truth, known), rel=1e-5)


def test_depth_is_that_of_plain_numpy(maps: tuple[Tensor, Tensor, Tensor]) -> None:
    answer, truth, known = maps
    expected = 0.0
    for a, t, k in zip(answer.numpy(), truth.numpy(), known.numpy(), strict=True):
        difference = np.sort((t - a)[k])
        middle = difference[(len(difference) - 1) // 2]  # torch takes the lower of two medians
        expected += np.abs(a + middle - t)[k].mean() / 3
    assert shape_losses(answer, truth, known)[0] == pytest.approx(expected, rel=1e-5)


def test_gradients_are_those_of_plain_numpy() -> None:
    residual = torch.randn(2, 64, 64, generator=torch.Generator().manual_seed(1))
    known = torch.ones(2, 64, 64, dtype=torch.bool)
    levels = [residual[:, :: 2**level, :: 2**level].numpy() for level in range(L.GRADIENT_SCALES)]
    expected = sum(np.abs(np.diff(level, axis=axis)).mean() for level in levels for axis in (1, 2))
    assert float(L.gradient_loss(residual, known)) == pytest.approx(expected, rel=1e-5)


def test_the_expected_error_is_best_when_it_is_right() -> None:
    """A Laplace distribution of width b has a mean absolute value of b."""
    residual, known = torch.full((1, 8, 8), 0.3), torch.ones(1, 8, 8, dtype=torch.bool)
    found = [float(L.error_loss(torch.full((1, 8, 8), math.log(b)), residual, known)) for b in (0.2, 0.3, 0.45)]
    assert found[1] == min(found)


def test_normals_turned_together_lose_the_same() -> None:
    generator = torch.Generator().manual_seed(2)
    first, second = torch.nn.functional.normalize(torch.randn(2, 2, 3, 8, 8, generator=generator), dim=2).unbind(0)
    turn, _ = torch.linalg.qr(torch.randn(3, 3, generator=generator))
    turned = [torch.einsum("ij,bjhw->bihw", turn, normals) for normals in (first, second)]
    assert float(L.normal_loss(*turned)) == pytest.approx(float(L.normal_loss(first, second)), rel=1e-4)
    assert float(L.normal_loss(first, first)) == pytest.approx(0, abs=1e-6)
    assert float(L.normal_loss(first, -first)) == pytest.approx(2, rel=1e-5)


def test_the_right_bin_is_the_best_and_its_neighbour_better_than_one_far_off() -> None:
    share = torch.tensor([0.37])
    right = int(0.37 * BINS)
    found = [float(L.bin_loss(9.0 * torch.nn.functional.one_hot(torch.tensor([b]), BINS).float(), share))
             for b in (right, right + 1, right + 9)]  # fmt: skip
    assert found[0] < found[1] < found[2]


def test_nothing_known_means_nothing_learned() -> None:
    """All sky, an unknown place: losses and gradients are finite, and those of depth and place are zero."""
    config = NetworkConfig(**{**TINY.__dict__, "places": ("a", "b")})
    torch.manual_seed(0)
    network = PictureNetwork(config)
    nothing = Batch(
        image=torch.rand(2, 3, 64, 64),
        depth=torch.zeros(2, 32, 32),
        normals=torch.zeros(2, 3, 32, 32),
        classes=torch.zeros(2, 32, 32, dtype=torch.int64),
        latitude=torch.zeros(2, 32, 32),
        horizon=torch.tensor([0.0, 40.0]),
        roll=torch.tensor([0.0, 80.0]),
        focal=torch.tensor([0.01, 100.0]),
        place=torch.tensor([-1, -1]),
        indoors=torch.zeros(2),
    )
    parts = L.losses(network(nothing.image), nothing)
    assert {name for name, value in parts.items() if float(value.detach()) == 0} == {
        "depth", "gradient", "error", "normals", "scale", "place"
    }  # fmt: skip
    L.total(parts, L.Weights()).backward()
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in network.parameters())


def test_every_loss_has_a_weight() -> None:
    assert set(L.Weights.__dataclass_fields__) == {
        "depth", "gradient", "error", "normals", "classes", "latitude", "scale", "horizon", "roll", "focal", "place",
        "indoors",
    }  # fmt: skip
