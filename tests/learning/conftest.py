"""A tiny data set of plain solids, made by the real code, and a tiny network's run on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lucid3d.learning.data import DataConfig, make_data, shard_path
from lucid3d.learning.network import NetworkConfig
from lucid3d.learning.shards import View, read_view
from lucid3d.learning.train import TrainConfig, train

TINY = NetworkConfig(widths=(8, 8, 16, 16, 24), blocks=(1, 1, 1), layers=1, heads=2, expansion=2)
PLAIN_ROOM, PLAIN_YARD = 5, 11
"""World numbers of the data recipe that are quick to build."""


def tiny_data(folder: Path, **changes: int) -> DataConfig:
    settings = {"worlds": 12, "first": PLAIN_ROOM, "every": PLAIN_YARD - PLAIN_ROOM, "views": 4, "size": 64, **changes}
    return DataConfig(folder=str(folder), **settings)


def tiny_training(data: Path, output: Path, **changes: object) -> TrainConfig:
    settings: dict[str, object] = {
        "steps": 6, "batch": 2, "pixels": 64 * 64, "warmup": 2, "checkpoint_every": 3, "network": TINY, **changes
    }  # fmt: skip
    return TrainConfig(data=str(data), output=str(output), **settings)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learning") / "data"
    assert make_data(tiny_data(folder)) == 2
    return folder


@pytest.fixture(scope="session")
def run(data: Path) -> Path:
    """A run of six steps without a stop."""
    folder = data.parent / "run"
    train(tiny_training(data, folder))
    return folder


@pytest.fixture(scope="session")
def room(data: Path) -> View:
    return read_view(shard_path(data, PLAIN_ROOM), 0)


@pytest.fixture(scope="session")
def yard(data: Path) -> View:
    return read_view(shard_path(data, PLAIN_YARD), 1)
