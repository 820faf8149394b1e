"""What would take the machine's memory or fail after hours is refused before the start."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lucid3d.config import Config, overlay
from lucid3d.errors import InputError
from lucid3d.memory import GIGABYTE, check_memory, free_memory, needs
from lucid3d.pointcloud import PointCloud, thin


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [("dream", "size", 200_000), ("render", "film_width", 20_000), ("render", "film_height", 4098),
     ("render", "film_height", 541), ("render", "panorama_height", 10**9), ("dream", "size", 10**40)],
)  # fmt: skip
def test_sizes_that_cannot_be_are_refused_by_the_options(section: str, name: str, value: int) -> None:
    with pytest.raises(InputError, match=rf"{section}\.{name}"):
        overlay(Config(), {section: {name: value}})


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [("render", "panorama_height", 8192), ("training", "max_gaussians", 12_000_000), ("render", "film_frames", 9000),
     ("dream", "size", 4096)],
)  # fmt: skip
def test_what_needs_more_memory_than_there_is_is_refused_by_its_option(section: str, name: str, value: int) -> None:
    check_memory(Config(), 12, free=4 * GIGABYTE)
    config = overlay(Config(), {section: {name: value, **({"max_points": 10**9} if section == "dream" else {})}})
    if section == "training":
        config = overlay(config, {"dream": {"max_points": 12_000_000}})
    with pytest.raises(InputError, match=rf"GB are free: lower --{section}\.{name.replace('_', '-')}"):
        check_memory(config, 12, free=4 * GIGABYTE)


def test_the_need_grows_with_every_size() -> None:
    def peak(**sections: dict[str, int]) -> float:
        kept, stages = needs(overlay(Config(), sections), 12)
        return kept + max(stage.bytes for stage in stages)

    base = peak()
    assert base < 4 * GIGABYTE  # the default preset
    assert peak(dream={"size": 1024}) > base
    assert peak(render={"panorama_height": 4096}) > base
    assert peak(render={"panorama_height": 256}, training={"max_gaussians": 1000}) <= base


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="only Linux says how much memory is free")
def test_free_memory_is_what_a_program_can_take() -> None:
    free = free_memory()
    assert free is not None
    assert 2**26 < free < 2**45


@pytest.mark.parametrize("part", [0.5, 0.1, 0.01])
def test_thinning_counts_the_cloud_a_few_times_only(part: float, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    count = 40_000
    rays = rng.normal(size=(count, 3))
    rays /= np.linalg.norm(rays, axis=1)[:, None]
    distance = np.minimum(1.6 / np.maximum(np.abs(rays[:, 1]), 0.02), rng.uniform(3, 60, count))
    cloud = PointCloud.empty()
    cloud = PointCloud(*(np.zeros((count, *values.shape[1:]), values.dtype) for values in vars(cloud).values()))
    cloud.positions[:] = rays * distance[:, None]
    cloud.footprints[:] = distance / 256
    cloud.confidences[:] = rng.random(count)
    counted, unique = [], np.unique
    monkeypatch.setattr(np, "unique", lambda *a, **k: counted.append(1) or unique(*a, **k))
    kept = thin(cloud, int(part * count))
    assert 0.97 * part * count <= len(kept) <= part * count
    assert len(counted) <= 10  # of 18 that halving would take
