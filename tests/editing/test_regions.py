"""Regions: what box, label, thing and click choose, and how what is chosen grows and shrinks."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lucid3d.editing.regions import Region, choose, read_region, region_from, write_region
from lucid3d.editing.surroundings import Surroundings, surroundings_of
from lucid3d.errors import InputError
from tests.editing.court import HUT, scene, world
from tests.exploring.test_free_space import FLOOR
from tests.viewer.tiny_scene import room


@functools.cache
def around() -> Surroundings:
    return surroundings_of(scene().gaussians, scene().cameras, world())


def chosen(*steps: dict[str, object], of: Surroundings | None = None) -> NDArray[np.bool_]:
    return choose(region_from({"steps": list(steps)}), of or around())


def in_hut(means: NDArray[np.float32], slack: float) -> NDArray[np.bool_]:
    x, height, z = HUT
    offset = np.abs(means - np.array([x, FLOOR - height / 2, z]))
    inside: NDArray[np.bool_] = (offset < np.array([0.8, height / 2, 0.6]) + slack).all(axis=1)
    return inside


def test_a_thing_is_all_of_it_and_nothing_else() -> None:
    means = scene().gaussians.means
    hut = chosen({"thing": "huts"})
    assert hut.sum() > 50
    assert in_hut(means[hut], 0.12).mean() > 0.98
    well_inside = in_hut(means, 0.01) & (means[:, 1] < FLOOR - 0.2)
    assert hut[well_inside].mean() > 0.97
    assert (hut == chosen({"label": "buildings"})).all()


def test_a_click_on_a_thing_chooses_the_thing() -> None:
    x, height, z = HUT
    front = [x, FLOOR - height / 2, z - 0.6]
    assert (chosen({"click": front}) == chosen({"thing": "hut"})).all()


def test_without_a_world_a_click_chooses_what_is_alike_and_touches() -> None:
    gaussians = room()
    wall = chosen({"click": [0.5, 0.2, 3.0]}, of=Surroundings(gaussians))
    assert np.allclose(gaussians.means[wall, 2], 3.0)
    front = np.isclose(gaussians.means[:, 2], 3.0) & (np.abs(gaussians.colors - [0.9, 0.1, 0.1]).max(axis=1) < 0.01)
    assert wall.sum() == front.sum()


def test_growing_adds_and_shrinking_takes_the_same_distance() -> None:
    means = scene().gaussians.means
    box = {"box": [0.0, FLOOR, 2.0, 2.0, 0.4, 2.0]}
    plain, grown = chosen(box), chosen(box, {"grow": 0.5})
    assert (grown | plain == grown).all()
    assert grown.sum() > plain.sum()
    outside = np.maximum(np.abs(means - [0, FLOOR, 2]) - [1, 0.2, 1], 0)
    assert np.linalg.norm(outside[grown], axis=1).max() <= 0.5
    assert (chosen(box, {"grow": 0.5}, {"shrink": 0.5}) | plain == chosen(box, {"grow": 0.5}, {"shrink": 0.5})).all()
    assert (chosen(box, {"invert": True}) == ~plain).all()
    assert (chosen(box, {"invert": True}, {"invert": True}) == plain).all()


def test_a_region_is_kept_with_the_scene_and_read_from_anywhere(tmp_path: Path) -> None:
    region = Region(region_from({"steps": [{"thing": "hut"}, {"grow": 0.3}]}).steps, "house")
    path = write_region(tmp_path, region)
    assert path == tmp_path / "regions" / "house.json"
    for name in ("house", "house.json", str(path)):
        assert read_region(tmp_path, name) == region
    with pytest.raises(InputError, match="keeps house"):
        read_region(tmp_path, "barn")


@pytest.mark.parametrize(
    "data",
    [
        [], {}, {"steps": []}, {"steps": [{"grow": -1}]}, {"steps": [{"box": [1, 2, 3]}]}, {"steps": [{"label": 3}]},
        {"steps": [{"click": [0, 0, float("nan")]}]}, {"steps": [{"fly": 1}]}, {"steps": [{"grow": 1, "shrink": 1}]},
        {"steps": [{"box": [0, 0, 0, 1, 1, 1]}], "name": "../x"}, {"steps": [{"instance": True}]},
    ],
)  # fmt: skip
def test_a_damaged_region_is_told(data: object, tmp_path: Path) -> None:
    path = tmp_path / "region.json"
    path.write_text(json.dumps(data))
    with pytest.raises(InputError):
        read_region(tmp_path, str(path))


def test_what_is_not_there_is_told_with_what_is() -> None:
    with pytest.raises(InputError, match="there: bin, hut"):
        chosen({"thing": "sofa"})
    with pytest.raises(InputError, match="known: sky"):
        chosen({"label": "zorg"})
    with pytest.raises(InputError, match="holds nothing"):
        chosen({"box": [500, 0, 0, 1, 1, 1]})
    with pytest.raises(InputError, match="box or click"):
        chosen({"thing": "hut"}, of=Surroundings(scene().gaussians))
