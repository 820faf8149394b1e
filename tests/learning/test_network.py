from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from lucid3d.errors import InputError
from lucid3d.learning import network as N
from lucid3d.learning.classes import CLASSES, place_names
from lucid3d.learning.export import LARGEST
from lucid3d.learning.network import Answer, NetworkConfig, PictureNetwork, mixed_styles
from lucid3d.learning.weights import load_weights, save_weights, with_places
from tests.learning.conftest import TINY


@pytest.mark.parametrize("size", [(32, 32), (64, 160), (88, 72)])
def test_pictures_of_any_shape_are_answered_at_half_their_size(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    network = PictureNetwork(TINY).eval()
    answer = network(torch.rand(2, 3, *size))
    half = (size[0] // 2, size[1] // 2)
    assert answer.log_depth.shape == answer.log_error.shape == answer.latitude.shape == (2, *half)
    assert answer.classes.shape == (2, len(CLASSES), *half)
    torch.testing.assert_close(answer.normals.norm(dim=1), torch.ones(2, *half))
    assert answer.place.shape == (2, len(place_names()))
    assert answer.horizon.shape == answer.roll.shape == answer.focal.shape == (2, N.BINS)
    assert answer.scale.shape == answer.indoors.shape == (2,)


def test_the_default_network_is_small_enough_to_ship() -> None:
    with torch.device("meta"):
        network = PictureNetwork()
    assert 3e6 < sum(p.numel() for p in network.parameters()) < 8e6
    assert 2 * sum(t.numel() for t in network.state_dict().values()) < LARGEST


@pytest.mark.parametrize(
    ("share", "value", "numbers"),
    [
        (N.horizon_share, N.horizon_of_share, [-1.5, -0.2, 0.0, 0.4, 2.0]),
        (N.roll_share, N.roll_of_share, [-27.0, -1.0, 0.0, 12.0]),
        (N.focal_share, N.focal_of_share, [0.3, 0.8, 1.0, 3.0]),
    ],
)
def test_numbers_come_back_from_their_bins(
    share: Callable[[Tensor], Tensor], value: Callable[[Tensor], Tensor], numbers: list[float]
) -> None:
    values = torch.tensor(numbers)
    torch.testing.assert_close(value(share(values)), values, rtol=1e-4, atol=1e-4)
    bins = torch.arange(N.BINS) + 0.5
    logits = -0.5 * ((bins[None] - share(values)[:, None] * N.BINS) / 1.2) ** 2
    torch.testing.assert_close(share(value(N.expected_share(logits))), share(values), rtol=0, atol=0.3 / N.BINS)


def test_a_second_guess_far_off_does_not_pull() -> None:
    logits = torch.full((1, N.BINS), -20.0)
    logits[0, 10], logits[0, 50] = 1.0, 0.5
    assert float(N.expected_share(logits)) * N.BINS == pytest.approx(10.5, abs=0.01)


def test_weights_come_back_and_other_files_are_refused(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = PictureNetwork(TINY).eval()
    path = tmp_path / "weights.safetensors"
    save_weights(path, network, 64 * 64, {"step": 3})
    found, description = load_weights(path)
    assert found.config == NetworkConfig(**TINY.__dict__)
    assert description.pixels == 4096 and description.notes == {"step": 3}
    image = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(found(image).log_depth, network(image).log_depth, rtol=0, atol=0.02)
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    with pytest.raises(InputError, match="broken"):
        load_weights(path)
    with pytest.raises(InputError, match="no file of weights"):
        load_weights(tmp_path / "none.safetensors")
    from safetensors.torch import save_file

    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(InputError, match="not a network of"):
        load_weights(path)


def test_a_new_place_leaves_what_was_learned_of_the_others() -> None:
    torch.manual_seed(0)
    old = PictureNetwork(replace(TINY, places=("attic", "cave", "forest"))).eval()
    for layer in (old.numbers, old.bands):
        torch.nn.init.normal_(layer.weight)
        torch.nn.init.normal_(layer.bias)
    new = with_places(old, ("attic", "beach", "forest"))
    picture = torch.rand(2, 3, 64, 96)
    with torch.inference_mode():
        before, after = old(picture), new(picture)
    for name in Answer._fields:
        if name != "place":
            assert torch.equal(getattr(before, name), getattr(after, name)), name
    assert torch.equal(before.place[:, [0, 2]], after.place[:, [0, 2]])
    assert not torch.allclose(before.place[:, 1], after.place[:, 1])


def test_mixed_styles_are_those_of_the_batch_and_keep_what_is_shown() -> None:
    noise = torch.randn(6, 4, 9, 7, generator=torch.Generator().manual_seed(1))
    features = noise * 3 + torch.arange(6.0).reshape(6, 1, 1, 1)
    mixed = mixed_styles(features, np.random.default_rng(2))

    def normal(x: torch.Tensor) -> torch.Tensor:
        spread, mean = torch.std_mean(x, dim=(2, 3), keepdim=True)
        return (x - mean) / spread

    torch.testing.assert_close(normal(mixed), normal(features), rtol=1e-3, atol=1e-3)
    means, before = mixed.mean(dim=(2, 3)), features.mean(dim=(2, 3))
    assert (means >= before.min(dim=0).values - 1e-4).all() and (means <= before.max(dim=0).values + 1e-4).all()
    assert (means - before).abs().max() > 0.5
    torch.testing.assert_close(mixed, mixed_styles(features, np.random.default_rng(2)))
