"""The place that is zoomed into: the same thing at every scale, and words that matter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lucid3d.errors import InputError
from lucid3d.zoom.pipeline import Moved, draw_levels
from lucid3d.zoom.place import ZoomPlace, furnish, level_widths, rock_level
from lucid3d.zoom.plan import ZoomPlan, parse_plan, read_plan, refined
from lucid3d.zoom.stack import agreement
from lucid3d.zoom.subject import Growth, Skin, growths, natural_width, stone_kind, unheard
from lucid3d.zoom.surface import bands, cells3, fractal, noise3
from tests.zoom.conftest import PLAN
from tests.zoom.small_place import flat_world

SIZE = 96


def test_every_level_is_the_centre_of_the_one_before(small_place: ZoomPlace) -> None:
    result = draw_levels(small_place, PLAN, SIZE)
    assert result.images.shape == (3, SIZE, SIZE, 3)
    assert min(agreement(result.images, result.geometry)) > 60  # the bar is 30
    assert min(result.raw_agreement) > 32  # before blending, on land without grass
    assert result.film is not None and len(result.film[0]) == 5
    detail = [np.abs(np.diff(image, axis=0)).mean() for image in result.images]
    assert min(detail) > 0.004  # no level is a blur


def test_the_target_is_where_every_camera_looks(small_place: ZoomPlace) -> None:
    for level in range(3):
        camera = small_place.camera(level, 32)
        pixel, depth = camera.project(small_place.target)
        np.testing.assert_allclose(pixel, (16, 16), atol=1e-3)
        assert abs(depth / small_place.distance(level) - 1) < 1e-5
        hit, _ = small_place.world.trace(camera.position[None], camera.forward[None])
        assert abs(hit[0] - small_place.distance(level)) < 0.2 * small_place.widths[1]
    assert small_place.distance(0) / small_place.distance(2) == pytest.approx(16)
    side = small_place.camera(1, 32, yaw=15)
    angle = np.degrees(np.arccos(side.forward @ small_place.axis))
    assert abs(angle - 15) < 1


def test_the_frame_of_the_zoom_shows_the_same_picture(small_place: ZoomPlace) -> None:
    from lucid3d.camera import Camera, look_at

    camera = small_place.camera(1, 24)
    moved = Moved(small_place.world, small_place.camera(0, 16))
    target, position = moved.into(small_place.target), moved.into(camera.position)
    assert abs(target[0]) < 1e-6 and target[2] > 0  # straight ahead
    there = Camera.from_fov(24, 24, camera.fov_degrees, look_at(position, target))
    np.testing.assert_allclose(moved.draw(there).depth, small_place.world.draw(camera).depth, rtol=1e-3, atol=1e-3)


def test_words_choose_width_stone_and_growth() -> None:
    assert natural_width("a mountain behind a meadow") == 30
    assert natural_width("something else") is None
    assert stone_kind(["a meadow", "a basalt boulder"]) == "basalt"
    assert stone_kind(["a meadow"]) == "granite"
    grown = growths(("a mossy rock", "moss and lichens"), (4.0, 1.0))
    assert {each.kind: each.width for each in grown} == {"moss": 1.0, "lichen": 1.0}
    assert level_widths(ZoomPlan(("a", "lichen"), (40.0,), None))[-1] == pytest.approx(0.3)
    assert level_widths(parse_plan({"levels": ["a", "b"], "factor": 2, "width": 50})) == (50, 25)


def test_the_boulder_fills_the_level_that_is_as_wide_as_one() -> None:
    shipped = read_plan(Path(__file__).parents[2] / "configs" / "zoom" / "mountain.yaml")
    level = rock_level(shipped)
    assert "granite rock" in shipped.prompts[level]  # not the meadow with boulders, 61 m wide
    assert 1 < level_widths(shipped)[level] < 8
    words = ("a valley", "a meadow with a rock, alone", "a stone, grey", "lichen on the rock")
    assert rock_level(ZoomPlan(words, (4.0, 4.0, 4.0), width=64.0)) == 2  # 4 m; a comma does not hide the word
    assert rock_level(ZoomPlan(words, (4.0, 4.0, 4.0), width=4000.0)) == 3  # all too wide: the nearest
    assert rock_level(ZoomPlan(("a meadow", "a meadow", "grass"), (4.0, 4.0))) == 1


def test_what_grows_on_the_land_does_not_cover_the_stone() -> None:
    words, widths = ("snowy mountains over a meadow", "mossy boulders", "a rock", "lichen"), (100.0, 20.0, 4.0, 1.0)
    grown = growths(words, widths, rock=2)
    assert {each.kind: each.width for each in grown} == {"moss": 4.0, "lichen": 1.0}


def test_a_sentence_that_changes_nothing_is_told() -> None:
    assert unheard(("a meadow", "a rock", "a window", "moss in a crack")) == ["a window"]
    assert unheard(("anything at all", "sand grains")) == []


def test_a_growth_changes_colour_and_relief() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(-0.2, 0.2, (3000, 3))
    points[:, 1] -= 0.3
    bare = Skin(0.8, "granite", (), 1)(points, 0.004)
    for kind in ("lichen", "moss", "snow", "cracks", "crystal", "sand", "pebbles", "flowers"):
        relief, albedo = Skin(0.8, "granite", (Growth(kind, 0.3),), 1)(points, 0.004)
        assert np.abs(albedo - bare[1]).mean() > 0.002, kind
        assert np.abs(relief - bare[0]).max() > 1e-5, kind
        assert albedo.min() >= 0.02 and albedo.max() <= 0.8
    again = Skin(0.8, "granite", (), 1)(points, 0.004)
    assert np.array_equal(again[0], bare[0]) and np.array_equal(again[1], bare[1])


def test_a_finer_skin_is_the_coarser_one_with_more_bands() -> None:
    """Averaged over what the coarse one cannot show, the fine one is near it."""
    rng = np.random.default_rng(1)
    centres = rng.uniform(-0.3, 0.3, (300, 3))
    finest = 0.02
    cloud = centres[:, None] + rng.uniform(-0.5, 0.5, (1, 200, 3)) * finest
    skin = Skin(1.0, "granite", (), 2)
    coarse = skin(centres, finest)[1]
    fine = skin(cloud.reshape(-1, 3), finest / 8)[1].reshape(300, 200, 3).mean(axis=1)
    assert np.corrcoef(coarse.ravel(), fine.ravel())[0, 1] > 0.8
    assert np.abs(coarse - fine).mean() < 0.2 * coarse.mean()


def test_noise_and_cells() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(-50, 50, (20_000, 3))
    noise = noise3(points, 1.0, 5)
    assert abs(noise.mean()) < 0.02 and 0.2 < noise.std() < 0.6 and np.abs(noise).max() <= 1
    step = noise3(points + 1e-4, 1.0, 5)
    assert np.abs(step - noise).max() < 1e-3  # continuous
    assert [size for size, _ in bands(1.0, 0.2)] == pytest.approx([1.0, 1 / 2.07, 1 / 2.07**2])
    whole, part = fractal(points[:500], 1.0, 0.1, 3), fractal(points[:500], 1.0, 0.3, 3)
    assert 0 < np.abs(whole - part).mean() < 0.3
    cells = cells3(points[:2000], 2.0, 1)
    near = points[:2000] + 1e-7
    assert (cells3(near, 2.0, 1).number == cells.number).mean() > 0.99
    assert (cells.border >= 0).all() and cells.inside.max() < 1.3


def test_an_inside_is_refused() -> None:
    world = flat_world()
    world.place.interior = True
    with pytest.raises(InputError, match="no open land"):
        furnish(world, PLAN, 0)


def test_levels_in_between() -> None:
    fine, own = refined(ZoomPlan(("a", "b", "c"), (4.0, 3.0), photograph_level=1))
    assert fine.factors == (2.0, 2.0, 3.0)
    assert fine.prompts == ("a", "a", "b", "c")
    assert own == (0, 2, 3) and fine.photograph_level == 2


def test_a_near_plane_hides_what_is_before_it(small_place: ZoomPlace) -> None:
    lens = small_place.long_lens(4.0, 32)
    near = small_place.near_plane(4.0)
    assert near > 0.3 * small_place.distance(0)
    plain, cut = small_place.world.draw(lens), small_place.world.draw(lens, near=near)
    solid = np.isfinite(plain.depth)
    np.testing.assert_allclose(cut.depth[solid], plain.depth[solid], rtol=1e-3)
    beyond = small_place.world.draw(lens, near=small_place.distance(0) * 50)
    assert np.isinf(beyond.depth).mean() > np.isinf(plain.depth).mean()
