"""Sky found where it is, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.families.diffusion.sky import find_sky


def world(camera: Camera, sky: tuple[float, float, float], seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A plain with hills under a sky with clouds: picture, a network's kind of depth, and where the sky truly is."""
    import cv2

    rng = np.random.default_rng(seed)
    rays = camera.world_rays()
    rays = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
    azimuth, elevation = np.arctan2(rays[..., 0], rays[..., 2]), np.arcsin(-rays[..., 1])
    hills = 0.12 + 0.06 * np.sin(5 * azimuth + seed) + 0.03 * np.sin(13 * azimuth)
    is_sky = elevation > hills
    noise = rng.standard_normal((*is_sky.shape, 3)).astype(np.float32)
    clouds = np.clip(cv2.GaussianBlur(noise, (0, 0), camera.width / 12)[..., :1] * camera.width / 12, 0, 0.3)
    image = np.where(
        is_sky[..., None],
        np.array(sky) + clouds + 0.15 * (elevation[..., None] - 0.5),
        np.array([0.35, 0.4, 0.2]) + 0.08 * noise,
    )
    ground = 1.6 / np.maximum(np.sin(-elevation), 0.03)
    depth = np.where(is_sky, 60.0, np.where(elevation > 0, 45.0, np.minimum(ground, 45.0)))
    depth = depth * np.exp(0.1 * np.sin(3 * azimuth))  # bent, as networks bend it
    blurred = cv2.GaussianBlur(depth.astype(np.float32), (0, 0), 1.5)
    return np.clip(image, 0, 1).astype(np.float32), blurred, is_sky


def overlap(found: np.ndarray, truth: np.ndarray) -> float:
    return float((found & truth).sum() / max((found | truth).sum(), 1))


@pytest.mark.parametrize("sky", [(0.35, 0.55, 0.85), (0.7, 0.7, 0.72), (0.9, 0.6, 0.4)], ids=["blue", "grey", "dusk"])
@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (130, 15), (60, 50)])
def test_the_sky_is_found(sky: tuple[float, float, float], yaw: float, pitch: float) -> None:
    camera = Camera.from_fov(200, 150, 80, yaw_pitch(yaw, pitch))
    image, depth, truth = world(camera, sky)
    assert overlap(find_sky(image, depth, camera), truth) > 0.9
    assert overlap(find_sky(image, -1 / depth, camera), truth) > 0.9  # disparity with its sign turned


def test_the_ground_and_what_a_camera_sees_below_is_none() -> None:
    camera = Camera.from_fov(160, 120, 80, yaw_pitch(0, -60))
    image, depth, truth = world(camera, (0.35, 0.55, 0.85))
    assert not truth.any() and not find_sky(image, depth, camera).any()


def test_a_room_has_no_sky_even_with_a_bright_ceiling() -> None:
    for pitch in (0, 30):
        camera = Camera.from_fov(160, 160, 90, yaw_pitch(20, pitch))
        rays = camera.world_rays()
        with np.errstate(divide="ignore"):
            walls = np.abs(np.array([3.0, 1.3, 4.0]) / np.where(rays == 0, np.inf, rays))
        depth, side = walls.min(axis=-1), walls.argmin(axis=-1)  # the planes of a box around the camera
        colours = np.array([[0.8, 0.75, 0.7], [0.95, 0.95, 0.95], [0.7, 0.75, 0.8]])
        image = colours[side].astype(np.float32)
        assert find_sky(image, depth.astype(np.float32), camera).mean() < 0.02


def test_a_bare_ceiling_is_no_sky_though_nothing_else_is_in_view() -> None:
    camera = Camera.from_fov(120, 120, 80, yaw_pitch(0, 60))
    rays = camera.world_rays()
    ceiling = (1.3 / np.maximum(-rays[..., 1], 1e-3)).astype(np.float32)
    image = np.full((120, 120, 3), 0.9, np.float32)
    assert not find_sky(image, np.minimum(ceiling, 8.0), camera).any()


def test_without_structure_in_depth_nothing_is_claimed() -> None:
    camera = Camera.from_fov(64, 64, 90)
    assert not find_sky(np.full((64, 64, 3), 0.8, np.float32), np.ones((64, 64), np.float32), camera).any()
