"""Free space in courts whose walls, steps and slopes are known, by rays and by dreamed points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.exploring.finding import BODY, from_points, from_world
from lucid3d.exploring.free_space import CELL, FreeSpace, read_free_space, write_free_space
from lucid3d.exploring.planner import candidates
from lucid3d.exploring.route import PACE, film_route
from lucid3d.pointcloud import PointCloud, lift
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import EYE_HEIGHT, Place
from lucid3d.procedural.kit.shapes import box, quad
from lucid3d.procedural.kit.water import Water
from lucid3d.procedural.render.atmosphere import Atmosphere
from lucid3d.procedural.world import World

STONE = Material("stone", "plain", ((0.5, 0.5, 0.5), (0.4, 0.4, 0.4), (0.6, 0.6, 0.6)))
FLOOR = EYE_HEIGHT
REACH = 4.0
LENS = Camera.from_fov(48, 48, 95.0)


def court(*things: Mesh, water: Water | None = None) -> World:
    """A level floor with walls of 3 m at 5 m to every side, and things in it."""
    size = 5.0
    floor = quad([[-size, FLOOR, -size], [size, FLOOR, -size], [size, FLOOR, size], [-size, FLOOR, size]], STONE)
    walls = [
        box((2 * size, 3, 0.2), (0, FLOOR - 1.5, size), STONE, label="wall"),
        box((2 * size, 3, 0.2), (0, FLOOR - 1.5, -size), STONE, label="wall"),
        box((0.2, 3, 2 * size), (size, FLOOR - 1.5, 0), STONE, label="wall"),
        box((0.2, 3, 2 * size), (-size, FLOOR - 1.5, 0), STONE, label="wall"),
    ]
    return World(Place([floor, *walls, *things], water=water), Atmosphere(cover=0.0))


def standing(space: FreeSpace, x: float, z: float) -> bool:
    return bool(space.contains(np.array([[x, 0.0, z]]))[0])


def block(width: float, height: float, depth: float, x: float, z: float, label: str = "object") -> Mesh:
    """A box that stands on the floor."""
    return box((width, height, depth), (x, FLOOR - height / 2, z), STONE, label=label)


def test_an_empty_court_is_free_up_to_a_body_from_its_walls() -> None:
    space = from_world(court(), 8.0)
    assert standing(space, 0, 0)
    assert space.eye == pytest.approx(EYE_HEIGHT)
    assert np.allclose(space.ground[space.free], FLOOR, atol=1e-3)
    wide = 2 * (5.0 - 0.1 - BODY)
    assert space.area == pytest.approx(wide**2, rel=0.06)
    assert not standing(space, 4.9, 0)
    assert not standing(space, 7.0, 0)


@pytest.mark.parametrize(("height", "climbs"), [(0.3, True), (0.39, True), (0.6, False), (2.5, False)])
def test_steps_are_climbed_and_walls_are_not(height: float, climbs: bool) -> None:
    space = from_world(court(block(2.0, height, 2.0, 0.0, 2.5)), REACH)
    assert standing(space, 0, 2.5) is climbs
    assert standing(space, 2.5, 2.5)  # around it


@pytest.mark.parametrize(("gap", "passes"), [(1.0, True), (0.2, False)])
def test_a_gap_lets_a_body_through_or_not(gap: float, passes: bool) -> None:
    wide = 5.0 - gap / 2
    halves = [block(wide, 2.5, 0.2, side * (gap / 2 + wide / 2), 2.0, "wall") for side in (-1, 1)]
    assert standing(from_world(court(*halves), REACH), 0, 3.0) is passes


@pytest.mark.parametrize(("degrees", "climbs"), [(25.0, True), (55.0, False)])
def test_slopes(degrees: float, climbs: bool) -> None:
    rise = 2.0 * np.tan(np.radians(degrees))
    ramp = quad([[-5, FLOOR, 1], [5, FLOOR, 1], [5, FLOOR - rise, 3], [-5, FLOOR - rise, 3]], STONE)
    assert standing(from_world(court(ramp), REACH), 0, 2.0) is climbs


def test_grass_is_walked_through_and_a_bar_at_the_chest_is_not() -> None:
    grass, bar = block(10, 0.8, 0.5, 0, 2.0, "grass"), box((10, 0.1, 0.1), (0, FLOOR - 1.0, -2.0), STONE)
    space = from_world(court(grass, bar), REACH)
    assert standing(space, 0, 3.0)
    assert space.ground[space.half + 8, space.half] == pytest.approx(FLOOR, abs=0.02)  # the ground, not the blades
    assert not standing(space, 0, -3.0)


def test_water_is_no_ground() -> None:
    pool = quad([[-5, FLOOR + 1, 1], [5, FLOOR + 1, 1], [5, FLOOR + 1, 5], [-5, FLOOR + 1, 5]], STONE)
    space = from_world(court(pool, water=Water(FLOOR - 0.05)), REACH)
    assert space.area == CELL**2  # the whole court lies under it, and only the start stands


def test_an_island_is_all_there_is_to_walk_on() -> None:
    water = Water(FLOOR - 0.05)
    island = block(2.0, 0.3, 2.0, 0.0, 0.0)
    space = from_world(court(island, water=water), REACH)
    assert 1.0 < space.area <= 2.25**2
    assert all(np.abs(camera.position[[0, 2]]).max() <= 1.01 for camera in candidates(space, LENS, 10.0, 0))


def test_a_cliff_edge_stops_and_stairs_lead_up() -> None:
    high = World(Place([box((10.0, 3.0, 5.0), (0, FLOOR + 1.5, -2.0), STONE)]), Atmosphere(cover=0.0))
    space = from_world(high, REACH)
    assert standing(space, 0, -1.0)
    assert not standing(space, 0, 1.0)
    stairs = [block(2.0, 0.18 * (i + 1), 0.3, 0.0, 1.0 + 0.3 * i) for i in range(6)]
    assert standing(from_world(court(*stairs), REACH), 0, 1.0 + 0.3 * 5)


def test_distances_lead_around_walls() -> None:
    wall = block(6.0, 2.5, 0.2, -2.0, 2.0, "wall")  # from the left wall to x = 1
    space = from_world(court(wall), REACH)
    walked = space.distances()
    behind = space.cells_at(np.array([[-1.0, 0.0, 3.0]]))[0]
    straight = np.hypot(1.0, 3.0)
    assert walked[space.half, space.half] == 0
    assert straight * 1.2 < walked[tuple(behind)] < 3 * straight
    assert np.isinf(walked[~space.free]).all()


def test_eyes_stand_above_the_ground() -> None:
    space = from_world(court(block(2.0, 0.3, 2.0, 0.0, 2.5)), REACH)
    cell = space.cells_at(np.array([[0.0, 0.0, 2.5]]))
    assert space.eyes(cell)[0] == pytest.approx([0, -0.3, 2.5], abs=0.02)
    assert (space.cells_at(space.eyes(cell)) == cell).all()


def views(world: World, positions: Sequence[tuple[float, float]]) -> PointCloud:
    """What a dream would know: drawn views from some places, lifted."""
    clouds = []
    for number, (x, z) in enumerate(positions):
        for yaw in range(0, 360, 90):
            for pitch in (0, -60):
                camera = Camera.from_fov(160, 160, 100, yaw_pitch(yaw, pitch, np.array([x, 0, z])))
                drawing = world.draw(camera, antialias=False)
                clouds.append(lift(drawing.image, drawing.depth, camera, view=number, sky_radius=1e4))
    return PointCloud.concatenate(clouds)


def test_a_dreamed_cloud_gives_the_space_that_rays_give() -> None:
    world = court(block(1.0, 1.2, 1.0, 1.5, 2.0), block(3.0, 2.5, 0.3, -1.5, -1.5, "wall"), block(1, 0.3, 1, -2, 2))
    truth = from_world(world, REACH)
    space = from_points(views(world, [(0, 0), (2.5, 3.5), (-3, -3)]), np.zeros(3), REACH, eye=EYE_HEIGHT)
    both, wrong = (space.free & truth.free).sum(), (space.free & ~truth.free).sum()
    assert both / truth.free.sum() > 0.9
    assert wrong / space.free.sum() < 0.08  # a row of cells along the walls: voxels do not know the body's radius
    off = np.abs(space.ground - truth.ground)[space.free & truth.free]
    assert np.quantile(off, 0.97) < 0.11  # a voxel; cells that a step's edge cuts have either height


def test_a_closet_an_empty_cloud_and_a_radius_that_cannot_be() -> None:
    closet = [block(0.1, 2.5, 0.6, side * 0.3, 0.0, "wall") for side in (-1, 1)]
    closet += [block(0.7, 2.5, 0.1, 0.0, side * 0.3, "wall") for side in (-1, 1)]
    assert from_world(court(*closet), REACH).area == CELL**2
    assert from_points(PointCloud.empty(), np.zeros(3), 1.0, eye=1.6).area == CELL**2
    for radius in (0.0, -1.0, 1e6):
        with pytest.raises(InputError, match="radius"):
            from_world(court(), radius)


def test_free_space_is_kept_in_a_file(tmp_path: Path) -> None:
    space = from_world(court(block(1.0, 1.2, 1.0, 1.5, 2.0)), REACH)
    write_free_space(space, tmp_path / "free_space.npz")
    again = read_free_space(tmp_path / "free_space.npz")
    np.testing.assert_array_equal(again.ground, space.ground)
    np.testing.assert_array_equal(again.start, space.start)
    assert (again.eye, again.cell) == (space.eye, space.cell)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 99}, "later version"),
        ({"ground": np.zeros((3, 5), np.float32)}, "no free space"),
        ({"ground": np.zeros((4, 4), np.float32)}, "no free space"),
        ({"ground": np.full((5, 5), np.inf, np.float32)}, "no free space"),
        ({"eye": np.nan}, "values"),
        ({"cell": 0.0}, "values"),
        ({"start": np.full(3, np.nan)}, "values"),
        ({"format": np.array(["x"])}, "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_one_sentence(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    good = {"format": 1, "ground": np.zeros((5, 5), np.float32), "start": np.zeros(3), "eye": 1.6, "cell": 0.25}
    np.savez(tmp_path / "free_space.npz", **(good | changes))
    with pytest.raises(InputError, match=said):
        read_free_space(tmp_path / "free_space.npz")


def test_a_film_walks_where_one_can_and_comes_back() -> None:
    space = from_world(court(block(6.0, 2.5, 0.2, -2.0, 1.5, "wall")), REACH)
    poses = film_route(space, 100, 20.0)
    assert poses is not None
    places = np.array([pose[:3, 3] for pose in poses])
    assert len(poses) == 100
    assert space.contains(places).mean() > 0.97  # rounded corners may cut a cell's edge
    strides = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert strides.max() * 20.0 < 1.3 * PACE
    assert strides.sum() > 2.0
    assert np.linalg.norm(places[0] - places[-1]) < 0.3
    turns = np.degrees([np.arccos(np.clip(a[:3, 2] @ b[:3, 2], -1, 1)) for a, b in pairwise(poses)])
    assert turns.max() < 15.0


def test_there_is_no_film_to_walk_in_a_closet() -> None:
    closet = FreeSpace(np.full((1, 1), FLOOR, np.float32), np.zeros(3), EYE_HEIGHT)
    assert film_route(closet, 50, 25.0) is None
