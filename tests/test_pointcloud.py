"""Lifting against the analytic room; merging without doubled surfaces; thinning that keeps what is near."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import lucid3d.native._geometry as _geometry
from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.pointcloud import (
    MERGE_DETAIL,
    MERGE_FOOTPRINTS,
    MERGE_THICKNESS,
    GrowingCloud,
    PointCloud,
    doubled,
    lift,
    merge,
    thin,
)
from lucid3d.projection import project_cloud
from tests.analytic_room import furnished_room, see

SKY_RADIUS = 50.0


def lifted(camera: Camera, seed: int = 0, view: int = 0, **options: object) -> PointCloud:
    room = furnished_room(seed, open_top=True)
    return lift(*see(room, camera), camera, view=view, sky_radius=SKY_RADIUS, **options)  # type: ignore[arg-type]


def test_lifted_points_project_to_their_pixels():
    camera = Camera.from_fov(60, 40, 80, yaw_pitch(70, 10, np.array([0.3, 0.2, -0.4])))
    cloud = lifted(camera, view=3)
    pixels, _ = camera.project(cloud.positions)
    y, x = np.mgrid[:40, :60]
    assert np.allclose(pixels, np.stack([x + 0.5, y + 0.5], -1).reshape(-1, 2), atol=1e-3)
    assert (cloud.views == 3).all() and ((cloud.confidences > 0) & (cloud.confidences <= 1)).all()


def test_normals_are_those_of_the_surfaces():
    camera = Camera.from_fov(200, 200, 80, yaw_pitch(20, 5, np.array([0.1, 0.0, 0.2])))
    room = furnished_room(0)
    cloud = lift(*see(room, camera), camera, view=0, sky_radius=SKY_RADIUS)
    rays = camera.world_rays().reshape(-1, 3).astype(np.float64)
    _, truth = room.cast(camera.position, rays)
    cosine = (cloud.normals * truth).sum(1)
    assert (cosine > 0.99).mean() > 0.95
    has = (cloud.normals != 0).any(1)
    assert np.allclose(np.linalg.norm(cloud.normals[has], axis=1), 1, atol=1e-5)
    assert ((cloud.normals * rays).sum(1) <= 1e-5).all()  # towards the camera


def test_a_footprint_is_a_pixel_at_that_depth():
    camera = Camera.from_fov(50, 50, 60)
    depth = np.full((50, 50), 3.0, np.float32)
    cloud = lift(np.zeros((50, 50, 3), np.float32), depth, camera, view=0, sky_radius=SKY_RADIUS)
    assert np.allclose(cloud.footprints, np.linalg.norm(cloud.positions[1] - cloud.positions[0]), rtol=1e-4)


def test_sky_goes_onto_the_dome_around_the_worlds_origin():
    camera = Camera.from_fov(30, 30, 90, yaw_pitch(30, 20, np.array([5.0, -2.0, 1.0])))
    cloud = lift(
        np.zeros((30, 30, 3), np.float32), np.full((30, 30), np.inf, np.float32), camera, view=0, sky_radius=20.0
    )
    assert cloud.is_sky.all()
    assert np.allclose(np.linalg.norm(cloud.positions, axis=1), 20.0, rtol=1e-5)
    pixels, depth = camera.project(cloud.positions)
    assert (depth > 0).all() and np.allclose(pixels[0], 0.5, atol=1e-3)


def test_a_mask_and_impossible_depths_leave_points_out():
    camera = Camera.from_fov(10, 10, 60)
    depth = np.ones((10, 10), np.float32)
    depth[0, :3] = (np.nan, 0.0, -1.0)
    mask = np.zeros((10, 10), bool)
    mask[:5] = True
    cloud = lift(np.zeros((10, 10, 3), np.float32), depth, camera, view=0, mask=mask, sky_radius=9.0)
    assert len(cloud) == 47


def test_lift_refuses_what_does_not_fit():
    camera = Camera.from_fov(10, 10, 60, yaw_pitch(0, 0, np.array([3.0, 0.0, 0.0])))
    image, depth = np.zeros((10, 10, 3), np.float32), np.ones((10, 10), np.float32)
    with pytest.raises(InputError, match="do not fit"):
        lift(image[:5], depth, camera, view=0, sky_radius=9.0)
    with pytest.raises(InputError, match="outside the sky dome"):
        lift(image, depth, camera, view=0, sky_radius=2.0)


def test_the_same_view_twice_adds_nothing():
    camera = Camera.from_fov(80, 80, 80)
    cloud = lifted(camera)
    assert len(merge(cloud, cloud, camera)) == len(cloud)


def test_overlapping_views_do_not_double_surfaces():
    first = Camera.from_fov(100, 100, 90)
    second = first.at(yaw_pitch(30, 0))
    a, b = lifted(first), lifted(second, view=1)
    both = merge(a, b, second)
    pixels, depth = first.project(both.positions[len(a) :])
    inside = (depth > 0) & (pixels > 1).all(1) & (pixels < 99).all(1)
    assert (both.positions[: len(a)] == a.positions).all()
    assert inside.sum() < 0.1 * 100 * 100 * 0.6  # what is added lies outside of the first view, but for depth edges
    outside = len(b) - ((lambda p, d: (d > 0) & (p > 1).all(1) & (p < 99).all(1))(*first.project(b.positions))).sum()
    assert len(both) - len(a) > 0.9 * outside


def test_a_layer_a_footprint_behind_is_the_same_surface_and_one_far_behind_is_not():
    camera = Camera.from_fov(40, 40, 60)
    image = np.zeros((40, 40, 3), np.float32)

    def wall(z: float) -> PointCloud:
        return lift(image, np.full((40, 40), z, np.float32), camera, view=0, sky_radius=SKY_RADIUS)

    near = wall(2.0)
    footprint = float(near.footprints[0])
    # (the further wall is wider by a pixel all around)
    assert len(merge(near, wall(2.0 + 1.5 * footprint), camera)) < 1.12 * len(near)
    assert len(merge(near, wall(2.0 + 6 * footprint), camera)) == 2 * len(near)


def test_a_finer_surface_is_not_dropped_for_a_coarse_one():
    coarse, fine = Camera.from_fov(20, 20, 60), Camera.from_fov(80, 80, 60)
    a, b = (
        lift(np.zeros((c.height, c.width, 3), np.float32), np.full((c.height, c.width), 2.0, np.float32), c, view=0,
             sky_radius=SKY_RADIUS)
        for c in (coarse, fine)
    )  # fmt: skip
    assert len(merge(a, b, fine)) == len(a) + len(b)
    assert len(merge(b, a, coarse)) < len(b) + 0.1 * len(a)


def test_merging_with_nothing():
    camera = Camera.from_fov(10, 10, 60)
    cloud, empty = lifted(camera), PointCloud.empty()
    assert len(merge(cloud, empty, camera)) == len(merge(empty, cloud, camera)) == len(cloud)
    assert len(merge(empty, empty, camera)) == 0


@pytest.mark.parametrize("fov", [50.0, 100.0])
def test_what_is_doubled_is_what_trying_every_pair_finds(fov: float):
    """Against all pairs: points of the cloud whose normals are those of what they double, on, before and behind it."""
    rng = np.random.default_rng(5)
    camera = Camera.from_fov(40, 40, fov)
    new = lifted(camera, view=1)
    chosen = rng.integers(0, len(new), 300)
    size = new.footprints[chosen]
    aside = np.cross(new.normals[chosen], rng.normal(size=(300, 3)))
    aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-9)
    away = rng.uniform(-4, 4, 300), rng.uniform(0, 1.5, 300)
    moved = (away[0] * size)[:, None] * new.normals[chosen] + (away[1] * size)[:, None] * aside
    cloud = replace(
        new[chosen],
        positions=(new.positions[chosen] + moved).astype(np.float32),
        footprints=(size * rng.uniform(0.5, 2.0, 300)).astype(np.float32),
    )
    gone = rng.random(300) < 0.2
    offset = cloud.positions[None].astype(np.float64) - new.positions[:, None]
    along = (offset * new.normals[:, None]).sum(-1)
    across = np.sqrt(np.maximum((offset**2).sum(-1) - along**2, 0))
    own = new.footprints[:, None].astype(np.float64)
    oriented = (new.normals != 0).any(1)[:, None]
    within = oriented & (np.abs(along) <= MERGE_THICKNESS * own) & (across <= MERGE_FOOTPRINTS * own)
    within |= np.linalg.norm(offset, axis=-1) <= MERGE_FOOTPRINTS * own
    within &= (cloud.footprints <= MERGE_DETAIL * own) & (cloud.is_sky == new.is_sky[:, None]) & ~gone
    expected, found = within.any(1), doubled(cloud, new, camera, gone)
    assert expected.sum() > 150
    assert not (found & ~expected).any()
    assert found[expected].mean() > 0.98  # where surfaces meet, the normals of what is doubled differ


def test_distances_and_cells_are_what_numpy_finds():
    rng = np.random.default_rng(6)
    points, eyes = rng.normal(0, 5, (4000, 3)).astype(np.float32), rng.normal(0, 2, (7, 3)).astype(np.float32)
    confidences = rng.choice([0.2, 0.5, 0.9], 4000).astype(np.float32)
    distances, sizes, keeper = np.empty(4000, np.float32), np.empty(4000), np.empty(4000, np.int32)
    _geometry.nearest_distances(points, eyes, 2, distances)
    expected = np.linalg.norm(points[:, None].astype(np.float64) - eyes, axis=-1).min(axis=1)
    np.testing.assert_allclose(distances, expected, rtol=1e-5)
    _geometry.cell_sizes(distances, 3.0, 4.0, sizes)
    shell = np.floor(8 * np.log2(distances.astype(np.float64) / 3.0))
    middle = np.exp2((shell + 0.5) / 8)
    np.testing.assert_allclose(sizes, 3.0 * middle * np.sqrt(np.minimum(middle, 4.0)))
    count = _geometry.one_a_cell(points, distances, confidences, 3.0, 0.5, 4.0, 2, keeper)
    cells: dict[tuple[int, ...], list[int]] = {}
    for i, at in enumerate(np.floor(points / (0.5 * sizes)[:, None]).astype(int)):
        cells.setdefault((int(shell[i]), *at.tolist()), []).append(i)
    assert count == len(cells) < 4000
    for rows in cells.values():
        best = max(rows, key=lambda row: (confidences[row], -row))
        assert (keeper[rows] == best).all()
    again = np.empty(4000, np.int32)
    _geometry.one_a_cell(points, distances, confidences, 3.0, 0.5, 4.0, 1, again)
    np.testing.assert_array_equal(keeper, again)


@pytest.mark.parametrize("budget", [1, 500, 5000])
def test_thinning_keeps_its_budget_and_what_is_near(budget):
    cloud = PointCloud.concatenate([lifted(Camera.from_fov(120, 120, 90, yaw_pitch(a, 0))) for a in (0, 90, 180)])
    small = thin(cloud, budget)
    assert 0 < len(small) <= budget
    if budget == 5000:
        assert len(small) > 0.8 * budget
        distance = np.linalg.norm(cloud.positions, axis=1)
        kept = np.linalg.norm(small.positions, axis=1)
        middle = np.median(distance[~cloud.is_sky])
        share_near = (kept < middle).sum() / (distance < middle).sum()
        share_far = (kept >= middle).sum() / (distance >= middle).sum()
        assert share_near > 1.3 * share_far


def test_thinning_opens_no_hole_where_people_stand():
    camera = Camera.from_fov(120, 120, 90)
    cloud = lifted(camera)
    small = thin(cloud, len(cloud) // 3, eyes=np.array([[0.0, 0, 0], [0.3, 0, 0]]))
    assert len(small) <= len(cloud) // 3
    aside = camera.at(yaw_pitch(10, 0, np.array([0.05, 0, 0])))
    before, after = (project_cloud(c, aside).known.mean() for c in (cloud, small))
    assert after > before - 0.02
    bare = replace(small, footprints=cloud.footprints[:1].repeat(len(small)))
    assert project_cloud(bare, aside).known.mean() < after - 0.05  # as their own pixels they would leave gaps


def test_thinning_keeps_what_is_near_any_eye():
    cloud = lifted(Camera.from_fov(120, 120, 90))
    far = cloud.positions[np.argmax(np.where(cloud.is_sky, 0, np.linalg.norm(cloud.positions, axis=1)))]
    near = np.linalg.norm(cloud.positions - far, axis=1) < 0.5
    kept = [
        int((np.linalg.norm(thin(cloud, 3000, eyes=eyes).positions - far, axis=1) < 0.5).sum())
        for eyes in (None, 0.8 * far[None])
    ]
    assert near.sum() >= kept[1] > kept[0]


def test_thinning_what_fits_changes_nothing():
    cloud = lifted(Camera.from_fov(10, 10, 60))
    assert len(thin(cloud, 100)) == 100
    with pytest.raises(InputError, match="max_points 0"):
        thin(cloud, 0)


def table(cloud: PointCloud) -> np.ndarray:
    """(N, 13) all that a cloud holds."""
    columns = [values[:, None] if values.ndim == 1 else values for values in vars(cloud).values()]
    return np.hstack(columns).astype(np.float64)


@pytest.mark.parametrize("room", [0, 100_000])
def test_a_cloud_that_grows_in_place_holds_what_merging_gives(room: int):
    rng = np.random.default_rng(3)
    growing, whole = GrowingCloud(room=room), PointCloud.empty()
    for view, share in enumerate((0.0, 0.7, 0.02, 0.3, 0.0, 0.95)):  # many, few or none give way
        camera = Camera.from_fov(48, 48, 70 - 8 * view, yaw_pitch(25 * view, 4 * view, np.array([0.1 * view, 0, 0])))
        new = lifted(camera, view=view)
        gone = rng.random(len(whole)) < share
        gone[:100] = False
        place = {row.tobytes(): i for i, row in enumerate(table(growing.cloud))}
        same = np.array([place[row.tobytes()] for row in table(whole)], np.intp)
        theirs = np.zeros(len(whole), bool)
        theirs[same[gone]] = True
        first = growing.cloud.positions[:100].copy()
        whole = merge(whole, new, camera, gone=gone)
        growing.merge(new, camera, theirs if share else None)
        ordered = [each[np.lexsort(each.T)] for each in (table(growing.cloud), table(whole))]
        np.testing.assert_array_equal(*ordered)
        np.testing.assert_array_equal(growing.cloud.positions[: len(first)], first)


def test_a_cloud_that_grows_copies_what_it_begins_with_and_thins_itself():
    start = lifted(Camera.from_fov(40, 40, 70))
    before = start.positions.copy()
    growing = GrowingCloud(start)
    narrow, behind = Camera.from_fov(40, 40, 30), Camera.from_fov(40, 40, 70, yaw_pitch(180, 0))
    growing.merge(lifted(narrow), narrow, np.ones(len(start), bool))
    np.testing.assert_array_equal(start.positions, before)
    growing.thin(300, np.zeros((1, 3)))
    assert 0 < len(growing.cloud) <= 300
    growing.merge(lifted(behind), behind)
    assert len(growing.cloud) > 300


def test_points_a_rounding_beyond_the_margin_are_left_alone():
    """Sums of a position and the margin that round up to one past the last row: `make sanitize` sees what is read."""
    camera = Camera.from_fov(505, 505, 90)  # with its margin it crosses 512, beyond which floats are twice as coarse
    new = lifted(camera, view=1)
    edge = np.nextafter(np.float32(512), np.float32(0))
    pixels = np.array([[edge, edge], [edge, 250], [250, edge]], np.float64)
    rays = np.column_stack([(pixels - (camera.cx, camera.cy)) / camera.fx, np.ones(3)])
    for depth in (1.0, 2.0, 5.0):
        beyond = replace(new[:3], positions=(depth * rays).astype(np.float32))
        assert not doubled(beyond, new, camera).any()


def test_a_cloud_may_lie_in_memory_as_it_likes():
    camera = Camera.from_fov(30, 30, 60)
    new = lifted(camera)
    striped = replace(new[:90], positions=np.repeat(new.positions[:90], 2, axis=0)[::2])
    assert not striped.positions.flags.c_contiguous
    np.testing.assert_array_equal(doubled(striped, new, camera), doubled(new[:90], new, camera))
    assert doubled(striped, new, camera).any()
