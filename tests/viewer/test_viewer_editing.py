"""Editing: each change does what it says, and leaves the scene that it began with alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.gaussians import render
from lucid3d.gaussians.model import joined
from lucid3d.scene import Scene
from lucid3d.viewer.editing import Box, crop, floaters, kept, selected, start_of, with_radius, with_start
from tests.viewer.tiny_scene import cloud_of, gaussians_at, room, save, tiny_scene


def test_a_crop_keeps_what_is_in_the_box(outputs: Path) -> None:
    scene = tiny_scene()
    box = Box(np.array([0.0, 0, 1.5]), np.array([4.0, 4.0, 4.0]))
    cropped = crop(scene, box)
    assert 0 < len(cropped.gaussians) < len(scene.gaussians)
    assert box.holds(cropped.gaussians.means).all()
    assert box.holds(cropped.points.positions).all()
    assert len(cropped.gaussians) == box.holds(scene.gaussians.means).sum()
    assert len(scene.gaussians) == len(room())


def with_sky(scene: Scene) -> Scene:
    directions = np.random.default_rng(0).normal(size=(300, 3))
    dome = gaussians_at(50 * directions / np.linalg.norm(directions, axis=1, keepdims=True), np.ones((300, 3)), 0.1)
    points = cloud_of(dome)
    points.is_sky[:] = True
    cloud = type(points).concatenate([scene.points, points])
    return replace(scene, gaussians=joined(scene.gaussians, dome), points=cloud)


def test_the_sky_stays_where_it_is_wanted() -> None:
    scene = with_sky(tiny_scene())
    box = Box(np.zeros(3), np.array([20.0, 20, 20]))
    assert len(crop(scene, box).gaussians) == len(scene.gaussians)
    assert len(crop(scene, box, keep_sky=False).gaussians) == len(scene.gaussians) - 300
    assert not crop(scene, box, keep_sky=False).points.is_sky.any()


def test_a_box_that_cannot_be_or_holds_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="longer than 0"):
        Box(np.zeros(3), np.array([1.0, 0, 1]))
    with pytest.raises(InputError, match="longer than 0"):
        Box(np.zeros(3), np.array([1.0, np.nan, 1]))
    with pytest.raises(InputError, match="nothing would be left"):
        crop(tiny_scene(), Box(np.full(3, 100.0), np.ones(3)))


def test_specks_in_the_air_are_floaters_and_walls_and_sky_are_not() -> None:
    scene = with_sky(tiny_scene())
    specks = gaussians_at(np.array([[0.0, 0, 1], [1, -0.5, 0.5], [-0.7, 0.3, -1]]), np.ones((3, 3)), 0.02)
    dirty = replace(scene, gaussians=joined(scene.gaussians, specks))
    found = floaters(dirty)
    assert found[-3:].all()
    assert found.sum() == 3
    assert not floaters(replace(scene, gaussians=scene.gaussians[:3])).any()


def test_a_rectangle_selects_what_is_seen_in_it() -> None:
    scene = tiny_scene()
    camera = Camera.from_fov(120, 80, 90)
    drawn = render(scene.gaussians, camera)
    surface = np.where(drawn.alpha > 0.05, drawn.depth, np.inf).astype(np.float32)
    chosen = selected(scene, camera, ((0.4, 0.35), (0.6, 0.65)), surface)
    means = scene.gaussians.means[chosen]
    assert len(means) > 20
    assert np.allclose(means[:, 2], 3.0)  # the front wall, and nothing behind the camera
    pixels, _ = camera.project(means)
    assert (pixels >= (48, 28)).all()
    assert (pixels <= (72, 52)).all()
    # the corners may come in any order
    np.testing.assert_array_equal(chosen, selected(scene, camera, ((0.6, 0.65), (0.4, 0.35)), surface))
    without = render(kept(scene, ~chosen).gaussians, camera)
    assert without.alpha[40, 60] < 0.2
    assert without.alpha[40, 5] == pytest.approx(drawn.alpha[40, 5])


def test_what_lies_behind_is_selected_only_when_asked() -> None:
    scene = tiny_scene()
    behind = gaussians_at(np.array([[0, 0, 4.0]]), np.ones((1, 3)))
    scene = replace(scene, gaussians=joined(scene.gaussians, behind))
    camera = Camera.from_fov(120, 80, 90)
    drawn = render(scene.gaussians, camera)
    surface = np.where(drawn.alpha > 0.05, drawn.depth, np.inf).astype(np.float32)
    whole = ((0.0, 0.0), (1.0, 1.0))
    assert not selected(scene, camera, whole, surface)[-1]
    assert selected(scene, camera, whole)[-1]


def test_a_start_and_a_radius_are_saved_and_read_back(tmp_path: Path) -> None:
    camera = Camera.from_fov(8, 8, 90, yaw_pitch(40, 5, np.array([0.3, 0, 0.2])))
    scene = with_radius(with_start(tiny_scene(step=0.5), camera), 1.25)
    np.testing.assert_array_equal(start_of(tiny_scene(step=0.5)), np.eye(4))
    again = Scene.load(save(scene, tmp_path / "room"))
    np.testing.assert_allclose(start_of(again), camera.world_from_camera, atol=1e-5)
    assert again.config.dream.walk_radius == 1.25
    with pytest.raises(InputError, match="walk_radius"):
        with_radius(scene, -1)


@pytest.mark.parametrize("facts", [{}, {"start": 5}, {"start": [[1, 2], [3, 4]]}, {"start": np.zeros((4, 4)).tolist()}])
def test_a_start_that_cannot_be_is_the_origin(facts: dict) -> None:
    np.testing.assert_array_equal(start_of(replace(tiny_scene(step=0.5), facts=facts)), np.eye(4))


def test_sets_of_different_degree_join() -> None:
    flat, round_ = (
        gaussians_at(np.zeros((2, 3)), np.ones((2, 3))),
        gaussians_at(np.ones((3, 3)), np.ones((3, 3)), sh_degree=2),
    )
    both = joined(flat, round_)
    assert len(both) == 5
    assert both.sh_degree == 2
    np.testing.assert_array_equal(both.sh[:2, 1:], 0)
    np.testing.assert_array_equal(both.sh[2:], round_.sh)
