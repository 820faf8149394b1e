from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.learning.classes import CLASSES, NO_PLACE, SKY, class_table, place_names
from lucid3d.learning.data import make_data, shard_path, shards, world_views
from lucid3d.learning.shards import (
    FARTHEST,
    NEAREST,
    View,
    depth_to_levels,
    levels_to_depth,
    read_view,
    shard_meta,
)
from lucid3d.learning.wishes import wish
from lucid3d.procedural.kit.labels import LABELS
from tests.learning.conftest import PLAIN_ROOM, PLAIN_YARD, tiny_data


def test_a_world_depends_on_its_seed_and_number_alone(data: Path) -> None:
    views, meta = world_views(0, PLAIN_ROOM, 4, 64)
    kept = read_view(shard_path(data, PLAIN_ROOM), 2)
    assert meta["place"] == NO_PLACE
    np.testing.assert_array_equal(kept.classes, views[2].classes)
    np.testing.assert_array_equal(kept.instances, views[2].instances)
    np.testing.assert_allclose(kept.depth, views[2].depth, rtol=0.002)
    np.testing.assert_allclose((kept.normals * views[2].normals).sum(-1), 1, atol=0.002)
    assert np.abs(kept.image.astype(int) - views[2].image).mean() < 4
    other, _ = world_views(1, PLAIN_ROOM, 1, 64)
    assert (other[0].image != views[0].image).mean() > 0.5


def test_truth_agrees_with_itself(room: View, yard: View) -> None:
    """Normals from neighbouring depths are the normals; the ground's normal is gravity's opposite."""
    for view in (room, yard):
        size = len(view.depth)
        axis = (np.arange(size) + 0.5 - size / 2) / view.focal
        finite = np.where(np.isfinite(view.depth), view.depth, 0)
        points = np.stack([axis[None] * finite, axis[:, None] * finite, finite], axis=-1)
        across = points[1:-1, 2:] - points[1:-1, :-2]
        down = points[2:, 1:-1] - points[:-2, 1:-1]
        normal = np.cross(down, across)
        normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
        seen = np.repeat(np.repeat(view.normals, 2, 0), 2, 1)[1:-1, 1:-1]
        solid = view.classes[1:-1, 1:-1] != SKY
        assert np.median(np.abs((normal * seen).sum(-1))[solid]) > 0.98
        level = np.isin(view.classes, [CLASSES.index("floor"), CLASSES.index("ground")])[::2, ::2]
        if level.any():
            assert np.median(view.normals[level] @ -view.down) > 0.99


def test_a_yard_has_a_sky_and_a_room_has_none(room: View, yard: View) -> None:
    assert not (room.classes == SKY).any() and room.indoors
    assert not yard.indoors and np.isinf(yard.depth[yard.classes == SKY]).all()


def test_views_stand_in_the_open(data: Path) -> None:
    for path in shards(data):
        for index in range(int(str(shard_meta(path)["views"]))):
            view = read_view(path, index)
            assert view.depth.min() > 0.15
            assert view.height > 0.3


def test_the_same_command_goes_on_where_it_stopped(tmp_path: Path, data: Path) -> None:
    one = tiny_data(tmp_path, worlds=PLAIN_ROOM + 1, views=2)
    assert make_data(one) == 1
    first = shard_path(tmp_path, PLAIN_ROOM).read_bytes()
    lines: list[str] = []
    assert make_data(tiny_data(tmp_path, views=2), lines.append) == 1
    assert len(lines) == 1 and f"world {PLAIN_YARD}" in lines[0]
    assert shard_path(tmp_path, PLAIN_ROOM).read_bytes() == first
    with pytest.raises(InputError, match="choose another --folder"):
        make_data(tiny_data(tmp_path, views=3))


def test_depth_is_kept_within_a_quarter_of_a_percent() -> None:
    depth = np.exp(np.linspace(math.log(NEAREST), math.log(FARTHEST), 5000)).astype(np.float32)
    np.testing.assert_allclose(levels_to_depth(depth_to_levels(depth)), depth, rtol=0.0013)
    assert levels_to_depth(depth_to_levels(np.array([np.inf], np.float32)))[0] == np.inf


def test_a_broken_shard_is_named(tmp_path: Path, data: Path) -> None:
    whole = shard_path(data, PLAIN_ROOM).read_bytes()
    broken = tmp_path / "broken.npz"
    for content in (b"", b"no shard", whole[: len(whole) // 2]):
        broken.write_bytes(content)
        with pytest.raises(InputError, match="broken"):
            read_view(broken, 0)
    with pytest.raises(InputError, match="no number 9"):
        read_view(shard_path(data, PLAIN_ROOM), 9)
    with pytest.raises(InputError, match="lucid3d learn data"):
        shards(tmp_path)


def test_every_label_has_a_class() -> None:
    outdoors = class_table(indoors=False, snowy=False)
    assert len(outdoors) == len(LABELS)
    assert set(outdoors.tolist()) <= set(range(len(CLASSES)))
    named = {label: CLASSES[number] for label, number in zip(LABELS, outdoors.tolist(), strict=True)}
    assert named["tree"] == "foliage" and named["window"] == "building" and named["statue"] == "thing"
    inside = class_table(indoors=True, snowy=False)
    assert CLASSES[inside[LABELS.index("window")]] == "wall"
    assert CLASSES[class_table(indoors=False, snowy=True)[LABELS.index("ground")]] == "snow"


def test_wishes_cover_all_places_times_and_weathers() -> None:
    made = [wish(np.random.default_rng([3, i])).brief for i in range(1200)]
    assert {brief.place for brief in made} == set(place_names())
    assert len({brief.time for brief in made}) == 8
    assert len({brief.weather for brief in made}) == 6
    assert len({brief.season for brief in made}) == 4
    assert len({brief.style for brief in made}) > 4
