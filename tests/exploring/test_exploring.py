"""Planned views: holes are looked into, what is coarse is painted again, and it all ends, repeats and resumes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.config import DreamConfig
from lucid3d.dreaming import Dream, dream_views
from lucid3d.errors import InputError
from lucid3d.exploring.coarseness import give_way, too_coarse
from lucid3d.exploring.explorer import Explorer
from lucid3d.exploring.finding import from_points, from_world
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.exploring.planner import Planner, candidates, close_looks
from lucid3d.exploring.reach import FARTHEST, WITHIN, Reach, parse_reach
from lucid3d.exploring.support import cameras_on_the_way, seen_finely
from lucid3d.families.base import Repainter
from lucid3d.families.procedural import Drawings, ProceduralDepth, ProceduralPainter
from lucid3d.pointcloud import PointCloud, lift
from lucid3d.procedural.kit.place import EYE_HEIGHT
from lucid3d.procedural.world import World
from lucid3d.projection import project_cloud
from lucid3d.prompts import PromptPlan
from tests.exploring.test_free_space import block, court

SIZE = 48
LENS = Camera.from_fov(SIZE, SIZE, 95.0)
CONFIG = DreamConfig(size=SIZE, sharpness=1.0)
AROUND = [LENS.at(yaw_pitch(yaw, 0)) for yaw in (0, 90, 180, 270)]
REACH = Reach(1.1)
PILLAR = block(0.8, 2.4, 0.8, 0.0, 1.9, "wall")


@pytest.fixture(scope="module")
def world() -> World:
    """A court with a pillar before the start, which hides the wall behind it."""
    return court(PILLAR)


def explored(
    world: World, reach: Reach, *, done=(), exact: bool = True, explorer: Explorer | None = None
) -> list[Dream]:
    drawings = Drawings(world)
    painter, estimator = (
        ProceduralPainter(world, drawings),
        ProceduralDepth(world, None if exact else 1, drawings=drawings),
    )
    explorer = explorer or Explorer(reach, LENS, CONFIG.sharpness, world=world if exact else None)
    steps = dream_views(painter, estimator, AROUND, PromptPlan("a court"), CONFIG, done=done, explore=explorer)
    return [replace(step, cloud=step.cloud[np.arange(len(step.cloud))]) for step in steps]  # each writes over the last


@pytest.fixture(scope="module")
def whole(world: World) -> list[Dream]:
    return explored(world, REACH)


def unknown(cloud: PointCloud, free: FreeSpace) -> float:
    """Part of what is seen from places within the free space that no point shows."""
    rng = np.random.default_rng(0)
    eyes = free.eyes(rng.permutation(np.argwhere(free.free))[:12])
    lens = Camera.from_fov(48, 48, 75)
    seen = [project_cloud(cloud, lens.at(yaw_pitch(rng.uniform(0, 360), 0, eye)), rim_erosion=0) for eye in eyes]
    return float(np.mean([1 - view.known.mean() for view in seen]))


def test_exploring_closes_the_holes_that_a_turn_on_the_spot_leaves(world: World, whole: list[Dream]) -> None:
    free = from_world(world, REACH.radius)
    before, after = whole[len(AROUND) - 1].cloud, whole[-1].cloud
    assert unknown(before, free) > 0.03
    assert unknown(after, free) < 0.3 * unknown(before, free)
    planned = [view for view in whole[-1].views if view.planned]
    assert planned
    assert free.contains(np.array([view.camera.position for view in planned])).all()


def test_planning_ends_before_the_candidates_do(world: World, whole: list[Dream]) -> None:
    assert len(whole) < len(AROUND) + len(candidates(from_world(world, REACH.radius), LENS, CONFIG.sharpness, 0))
    assert whole[-1].done == whole[-1].total


def test_a_stopped_exploration_goes_on_to_the_same_cloud(world: World, whole: list[Dream]) -> None:
    kept = [step.newest for step in whole[: len(AROUND) + 2] if step.newest is not None]
    resumed = explored(world, REACH, done=kept)
    np.testing.assert_array_equal(resumed[-1].cloud.positions, whole[-1].cloud.positions)
    np.testing.assert_array_equal(resumed[-1].cloud.colors, whole[-1].cloud.colors)


def test_a_time_that_is_over_leaves_the_path_as_it_was(world: World, whole: list[Dream]) -> None:
    steps = explored(world, replace(REACH, seconds=0.0))
    assert not any(view.planned for view in steps[-1].views)
    np.testing.assert_array_equal(steps[-1].cloud.positions, whole[len(AROUND) - 1].cloud.positions)


def test_the_best_views_come_first_and_end_where_there_are_enough(world: World, whole: list[Dream]) -> None:
    few = explored(world, REACH, explorer=Explorer(REACH, LENS, CONFIG.sharpness, world=world, most=2))
    planned = [view for view in few[-1].views if view.planned]
    assert len(planned) == 2
    for view, same in zip(planned, (view for view in whole[-1].views if view.planned), strict=False):
        np.testing.assert_array_equal(view.camera.world_from_camera, same.camera.world_from_camera)


@pytest.mark.slow
def test_estimated_depths_are_explored_by_their_own_points(world: World) -> None:
    near = Reach(0.6)
    explorer = Explorer(near, LENS, CONFIG.sharpness)
    steps = explored(world, near, exact=False, explorer=explorer)
    assert explorer.free is not None
    assert all(np.linalg.norm(view.camera.position[[0, 2]]) <= 1.5 for view in steps[-1].views)
    assert np.isfinite(steps[-1].cloud.positions).all()


def test_a_closet_is_explored_from_where_one_stands() -> None:
    sides = [block(0.2, 2.4, 1.2, x, 0.0, "wall") for x in (-0.5, 0.5)]
    ends = [block(1.2, 2.4, 0.2, 0.0, z, "wall") for z in (-0.5, 0.5)]
    closet = court(*sides, *ends)
    assert from_world(closet, 4.0).area < 1.0
    places = [camera.position for camera in candidates(from_world(closet, 4.0), LENS, 1.0, 0)]
    assert places
    assert np.linalg.norm(places, axis=1).max() < 0.8


def wall(distance: float, camera: Camera) -> PointCloud:
    """A wall ahead of `camera`, seen by it."""
    shape = (camera.height, camera.width)
    return lift(
        np.full((*shape, 3), 0.5, np.float32), np.full(shape, distance, np.float32), camera, view=0, sky_radius=1e4
    )


def test_what_was_seen_from_afar_is_too_coarse_from_nearby() -> None:
    cloud = wall(8.0, LENS)
    near = LENS.at(yaw_pitch(0, 0, np.array([0, 0, 6.0])))
    middle = (slice(18, 30), slice(18, 30))
    assert not too_coarse(cloud, project_cloud(cloud, LENS), LENS, 20.0)[middle].any()
    assert too_coarse(cloud, project_cloud(cloud, near), near, 20.0)[middle].all()
    # a person who does not look so closely sees nothing of it
    assert not too_coarse(cloud, project_cloud(cloud, near), near, 0.1)[middle].any()


def test_finer_points_take_the_place_of_the_coarser_ones_that_they_cover() -> None:
    cloud = wall(8.0, LENS)
    near = LENS.at(yaw_pitch(0, 0, np.array([0, 0, 6.0])))
    depth = np.full((SIZE, SIZE), 2.0, np.float32)
    painted = np.zeros((SIZE, SIZE), bool)
    painted[:, :24] = True
    gone = give_way(cloud, near, depth, painted)
    pixels, _ = near.project(cloud.positions)
    wide = cloud.footprints * near.fx / 2.0  # pixels that a coarse point is wide
    inside = (pixels >= 0).all(axis=1) & (pixels <= SIZE).all(axis=1)
    assert gone.any()
    assert (inside & (pixels[:, 0] < 24))[gone].all()
    # half a coarse point from the rim of what was painted, all have given way
    deep = (pixels > wide[:, None]).all(axis=1) & (pixels[:, 0] < 24 - wide) & (pixels[:, 1] < SIZE - wide)
    assert gone[deep].all()
    # another surface, or one seen as coarsely, takes nobody's place
    assert not give_way(cloud, near, depth + 2.0, painted).any()
    assert not give_way(cloud, LENS, np.full((SIZE, SIZE), 8.0, np.float32), painted).any()


def test_a_repainted_view_draws_what_was_coarse(world: World) -> None:
    painter = ProceduralPainter(world)
    assert isinstance(painter, Repainter)
    known, fine = np.ones((SIZE, SIZE), bool), np.ones((SIZE, SIZE), bool)
    known[:10], fine[:30] = False, False
    grey = np.full((SIZE, SIZE, 3), 0.5, np.float32)
    image = painter.repaint(grey, known, fine, "", LENS, seed=0)
    np.testing.assert_array_equal(image[30:], grey[30:])
    np.testing.assert_allclose(image[:30], world.draw(LENS).image[:30], atol=0.01)  # edges are smoothed otherwise


def test_candidates_stand_on_free_ground_and_spread_outwards(world: World) -> None:
    free = from_world(world, 4.0)
    cameras = candidates(free, LENS, 1.0, 0)
    places = np.unique([camera.position.round(3) for camera in cameras], axis=0)
    assert free.contains(places).all()
    apart = np.linalg.norm(places[:, None] - places, axis=2) + 1e9 * np.eye(len(places))
    assert apart.min() >= 0.99


def test_close_looks_only_where_the_lens_is_too_wide() -> None:
    assert close_looks(LENS, 0.3, np.zeros(3)) == []
    looks = close_looks(LENS, 10.0, np.zeros(3))
    assert looks
    assert all(look.fx > LENS.fx for look in looks)
    directions = np.array([look.forward for look in looks])
    assert np.abs(directions.mean(axis=0)[[0, 2]]).max() < 1e-6  # all around


def test_nothing_is_planned_where_all_is_known(world: World, whole: list[Dream]) -> None:
    planner = Planner(from_world(world, REACH.radius), LENS, CONFIG.sharpness, worthwhile=1.1)
    assert planner(whole[-1].cloud) is None


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("10m", Reach(10.0)),
        ("2m", Reach(2.0)),
        ("90s", Reach(WITHIN, 90.0)),
        ("10m 90s", Reach(10.0, 90.0)),
        ("90s, 10m", Reach(10.0, 90.0)),
        ("", None),
        ("no", None),
    ],
)
def test_reaches(text: str, reach: Reach | None) -> None:
    assert parse_reach(text) == reach


@pytest.mark.parametrize("text", ["10km", "0m", "ten", "-5m", "10m 20m", "1e9m", "nan m", f"{FARTHEST + 1}m", "m"])
def test_reaches_that_make_no_sense_are_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match=r"explore '.*': (say how far|the radius)"):
        parse_reach(text)


def test_free_space_of_a_start_over_a_cliff_is_where_one_stands() -> None:
    edge = from_points(PointCloud.empty(), np.zeros(3), 3.0, eye=EYE_HEIGHT)
    assert edge.area > 0
    assert candidates(edge, LENS, 1.0, 0)


def test_support_views_stand_where_people_walk_and_show_what_is_there(world: World, whole: list[Dream]) -> None:
    free = from_world(world, REACH.radius)
    cameras = cameras_on_the_way(free, REACH.radius, 8, SIZE, seed=3)
    assert len(cameras) == 8
    assert free.contains(np.array([camera.position for camera in cameras])).all()
    errors = []
    for camera in cameras:
        image, depth, known = seen_finely(whole[-1].cloud, camera)
        truth = world.draw(camera)
        assert not image[~known].any()
        errors.append(np.abs(image - truth.image)[known].mean())
        solid = known & np.isfinite(truth.depth)
        assert np.median(np.abs(depth[solid] / truth.depth[solid] - 1)) < 0.02
    assert np.mean(errors) < 0.03
