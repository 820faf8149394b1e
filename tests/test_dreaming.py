"""The loop on an analytic room: exact where the models are exact, and repeatable from any view on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from lucid3d.camera import Camera
from lucid3d.config import DreamConfig
from lucid3d.dreaming import closing_camera, dream_views, settle_sky, support_cameras
from lucid3d.errors import InputError
from lucid3d.families.base import DepthEstimator, Painter
from lucid3d.projection import project_cloud
from lucid3d.prompts import PromptPlan
from lucid3d.trajectory import load_cameras
from tests.analytic_room import Room, furnished_room, see

SIZE = 64
CONFIG = DreamConfig(size=SIZE)
PROMPTS = PromptPlan("a room")


@dataclass
class RoomPainter:
    """Paints what is there; counts how often it is asked."""

    room: Room
    asked: int = 0

    def imagine(self, prompt: str, camera: Camera, *, negative_prompt: str = "", seed: int) -> np.ndarray:
        self.asked += 1
        return see(self.room, camera)[0]

    def inpaint(self, image, known, prompt, camera, *, negative_prompt="", seed) -> np.ndarray:
        self.asked += 1
        return np.where(known[..., None], image, see(self.room, camera)[0])


@dataclass
class RoomDepth:
    """The true depth, or one whose scale is off by another factor in every view."""

    room: Room
    exact: bool = True

    def estimate(self, image: np.ndarray, camera: Camera) -> np.ndarray:
        depth = see(self.room, camera)[1]
        factor = 1.0 if self.exact or np.allclose(camera.world_from_camera, np.eye(4)) else 2.5 + camera.forward[0]
        return (depth * factor).astype(np.float32)


def cameras(name: str = "rotate360", fov: float = 90) -> list[Camera]:
    return load_cameras(name, width=SIZE, height=SIZE, fov_degrees=fov)


def dreamed(room: Room, path: list[Camera], **options):
    steps = list(dream_views(RoomPainter(room), RoomDepth(room), path, PROMPTS, CONFIG, **options))
    return steps[-1]


def test_the_models_of_the_test_satisfy_the_protocols() -> None:
    room = furnished_room(spheres=4, poles=1)
    assert isinstance(RoomPainter(room), Painter)
    assert isinstance(RoomDepth(room), DepthEstimator)


def test_known_pixels_come_back_as_they_were_projected() -> None:
    room = furnished_room(open_top=True, spheres=4, poles=1)
    steps = list(dream_views(RoomPainter(room), RoomDepth(room), cameras()[:3], PROMPTS, CONFIG))
    before, view = steps[0].cloud, steps[1].newest
    partial = project_cloud(before, view.camera)
    known = ~view.painted
    assert known.any()
    assert view.painted.any()
    np.testing.assert_array_equal(known, partial.known)
    np.testing.assert_allclose(view.image[known], partial.image[known], atol=0.5 / 255 + 1e-6)


def test_the_dreamed_cloud_lies_on_the_room() -> None:
    room = furnished_room(spheres=4, poles=1)
    dream = dreamed(room, cameras("walk"))
    directions = dream.cloud.positions.astype(np.float64)
    first_views = dream.cloud.views < 10  # these were seen from the origin
    distance, _ = room.cast(np.zeros(3), directions[first_views])
    assert np.median(np.abs(distance - 1)) < 1e-4
    assert (np.abs(distance - 1) < 1e-3).mean() > 0.99


def test_a_wrong_scale_in_every_view_is_undone() -> None:
    room = furnished_room(spheres=4, poles=1)
    path = cameras()
    steps = dream_views(RoomPainter(room), RoomDepth(room, exact=False), path, PROMPTS, CONFIG)
    dream = list(steps)[-1]
    assert dream.drift is not None
    for view in dream.views[1:]:
        truth = see(room, view.camera)[1]
        assert view.scale == pytest.approx(1 / (2.5 + view.camera.forward[0]), rel=1e-4)
        assert np.quantile(np.abs(view.depth / truth - 1), 0.99) < 1e-4


def test_an_object_that_is_off_beside_a_smooth_error_is_moved_after_the_views_are_joined() -> None:
    size = 128
    bare = Room(np.array([-4.0, -2, -4]), np.array([4.0, 2, 4]), np.zeros((0, 4)), np.zeros((0, 3)))
    room = replace(bare, spheres=np.array([[1.5, 0, 2.5, 0.7]]))
    y, x = np.mgrid[:size, :size] / size

    def on_the_ball(camera: Camera) -> np.ndarray:
        return see(room, camera)[1] < 0.99 * see(bare, camera)[1]

    class Wrong(RoomDepth):
        def estimate(self, image: np.ndarray, camera: Camera) -> np.ndarray:
            depth = see(room, camera)[1]
            if np.allclose(camera.world_from_camera, np.eye(4)):
                return depth
            smooth = np.exp(0.06 * np.cos(2 * x + camera.forward[0]) * np.cos(1.5 * y))
            return (2 * depth * smooth * np.where(on_the_ball(camera), 1.1, 1.0)).astype(np.float32)

    path = load_cameras("rotate360", width=size, height=size, fov_degrees=90)[:3]
    steps = dream_views(RoomPainter(room), Wrong(room, exact=False), path, PROMPTS, DreamConfig(size=size))
    for view in list(steps)[-1].views[1:]:
        ball = on_the_ball(view.camera)
        assert ball.mean() > 0.03
        assert np.median(np.abs(view.depth / see(room, view.camera)[1] - 1)[ball]) < 2e-3


def test_a_view_without_overlap_takes_the_scale_of_the_view_before() -> None:
    room = furnished_room(spheres=4, poles=1)

    class ThreeTimes(RoomDepth):
        def estimate(self, image: np.ndarray, camera: Camera) -> np.ndarray:
            first = np.allclose(camera.world_from_camera, np.eye(4))
            return see(self.room, camera)[1] * np.float32(1 if first else 3)

    path = cameras()
    cut = [path[0], path[1], path[6]]  # 36 and 216 degrees: the last meets neither
    dream = list(dream_views(RoomPainter(room), ThreeTimes(room, exact=False), cut, PROMPTS, CONFIG))[-1]
    last = dream.views[-1]
    assert last.warning is not None
    assert "view 2" in last.warning
    assert np.quantile(np.abs(last.depth / see(room, path[6])[1] - 1), 0.99) < 1e-3


def test_continuing_gives_what_an_uninterrupted_run_gives() -> None:
    room = furnished_room(3, spheres=4, poles=1)
    path = cameras("lookaround")
    for exact in (True, False):
        depth = RoomDepth(room, exact=exact)
        whole = list(dream_views(RoomPainter(room), depth, path, PROMPTS, CONFIG))
        kept = [step.newest for step in whole[:4] if step.newest is not None]
        resumed = list(dream_views(RoomPainter(room), depth, path, PROMPTS, CONFIG, done=kept))
        assert resumed[0].done == kept[-1].index + 2
        np.testing.assert_array_equal(resumed[-1].cloud.positions, whole[-1].cloud.positions)
        np.testing.assert_array_equal(resumed[-1].cloud.colors, whole[-1].cloud.colors)
        # everything done: one step, nothing painted
        painter = RoomPainter(room)
        everything = [step.newest for step in whole if step.newest is not None]
        finished = list(dream_views(painter, depth, path, PROMPTS, CONFIG, done=everything))
        assert painter.asked == len(path) - 1 - everything[-1].index
        np.testing.assert_array_equal(finished[-1].cloud.positions, whole[-1].cloud.positions)


def test_a_view_that_shows_nothing_new_is_not_painted() -> None:
    room = furnished_room(spheres=4, poles=1)
    path = [cameras()[0]] * 3
    painter = RoomPainter(room)
    steps = list(dream_views(painter, RoomDepth(room), path, PROMPTS, replace(CONFIG, enough=0.9)))
    assert painter.asked == 1
    assert [step.newest is None for step in steps] == [False, True, True]


def test_walk_leaves_no_hole_within_the_walk_radius() -> None:
    room = furnished_room(5, spheres=5, poles=1)
    config = DreamConfig(size=128)
    path = load_cameras("walk", width=128, height=128, fov_degrees=90)
    dream = list(dream_views(RoomPainter(room), RoomDepth(room), path, PROMPTS, config))[-1]
    rng = np.random.default_rng(0)
    holes = []
    for _ in range(10):
        pose = np.eye(4)
        yaw = rng.uniform(0, 2 * np.pi)
        pose[:3, :3] = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
        pose[:3, 3] = rng.normal(size=3)
        pose[:3, 3] *= 0.5 * rng.uniform() / np.linalg.norm(pose[:3, 3])
        partial = project_cloud(dream.cloud, Camera.from_fov(64, 64, 75, pose), rim_erosion=0)
        holes.append(1 - partial.known.mean())
    assert np.mean(holes) < 0.01


def test_the_sky_settles_just_beyond_the_farthest_surface() -> None:
    dream = dreamed(furnished_room(open_top=True, spheres=4, poles=1), cameras()[:2])
    settled = settle_sky(dream.cloud)
    radii = np.linalg.norm(settled.positions[settled.is_sky], axis=1)
    np.testing.assert_allclose(radii, 50, rtol=1e-3)
    before, after = (project_cloud(c, cameras()[0]) for c in (dream.cloud, settled))
    np.testing.assert_array_equal(before.known, after.known)
    np.testing.assert_array_equal(before.image, after.image)


def test_what_is_absurdly_far_is_sky() -> None:
    room = furnished_room(open_top=True, spheres=4, poles=1)

    class FarSighted(RoomDepth):
        def estimate(self, image: np.ndarray, camera: Camera) -> np.ndarray:
            depth = super().estimate(image, camera)
            return np.where(np.isfinite(depth), depth, np.float32(3e11))

    steps = dream_views(RoomPainter(room), FarSighted(room), cameras()[:2], PROMPTS, CONFIG)
    settled = settle_sky(list(steps)[-1].cloud)
    assert settled.is_sky.any()
    assert np.linalg.norm(settled.positions, axis=1).max() < 51


def test_which_camera_closes_the_circle() -> None:
    assert closing_camera(cameras("rotate360", fov=47.4)) == 9
    assert closing_camera(cameras("lookaround", fov=60)) is None


def test_support_cameras_stay_within_the_walk_radius_and_repeat() -> None:
    dream = dreamed(furnished_room(spheres=4, poles=1), cameras("walk")[:14])
    poses = [c.world_from_camera for c in support_cameras(dream.views, 20, 0.5, seed=1)]
    assert max(np.linalg.norm(p[:3, 3]) for p in poses) <= 0.5 + 1e-9
    again = [c.world_from_camera for c in support_cameras(dream.views, 20, 0.5, seed=1)]
    np.testing.assert_array_equal(poses, again)
    other = [c.world_from_camera for c in support_cameras(dream.views, 20, 0.5, seed=2)]
    assert not np.array_equal(poses, other)


class Broken(RoomPainter):
    """A third party's painter that gets something wrong."""

    def __init__(self, result: np.ndarray) -> None:
        super().__init__(furnished_room(spheres=4, poles=1))
        self.result = result

    def imagine(self, prompt, camera, *, negative_prompt="", seed):
        return self.result


@pytest.mark.parametrize(
    ("result", "message"),
    [(np.zeros((8, 8, 3), np.float32), "shape"), (np.full((SIZE, SIZE, 3), np.nan, np.float32), "NaN")],
)
def test_a_painter_that_returns_nonsense_is_named(result: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        next(dream_views(Broken(result), RoomDepth(furnished_room(spheres=4, poles=1)), cameras(), PROMPTS, CONFIG))


def test_no_camera_is_an_error() -> None:
    with pytest.raises(InputError, match="at least one"):
        next(
            dream_views(
                RoomPainter(furnished_room(spheres=4, poles=1)),
                RoomDepth(furnished_room(spheres=4, poles=1)),
                [],
                PROMPTS,
                CONFIG,
            )
        )
