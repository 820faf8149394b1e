"""Pictures and panoramas, and the Gaussians that points begin as."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.gaussians import (
    Gaussians,
    Render,
    Renderer,
    equirectangular,
    from_points,
    kernels,
    rasterization,
    render,
    render_equirectangular,
)
from lucid3d.gaussians.equirectangular import directions
from lucid3d.pointcloud import PointCloud
from tests.analytic_room import furnished_room, see

pytestmark = pytest.mark.skipif(not kernels.available(), reason="the native kernels were not built")


def room_cloud(camera: Camera, *, open_top: bool = False) -> tuple[PointCloud, np.ndarray]:
    """A view of the room lifted to points (sky onto a dome of 30 m), and the picture."""
    room = furnished_room(open_top=open_top)
    image, depth = see(room, camera)
    rays = camera.rays()
    sky = ~np.isfinite(depth)
    depth = np.where(sky, 30 / np.linalg.norm(rays, axis=-1), depth).astype(np.float32)
    world = (rays @ camera.rotation.T).reshape(-1, 3)
    _, normals = room.cast(camera.position, world.astype(np.float64))
    n = depth.size
    cloud = PointCloud(
        camera.unproject(depth).reshape(-1, 3),
        image.reshape(-1, 3),
        np.where(sky.reshape(-1, 1), 0, normals).astype(np.float32),
        (depth / camera.fx).reshape(-1).astype(np.float32),
        np.zeros(n, np.int32),
        np.ones(n, np.float32),
        sky.reshape(-1),
    )
    return cloud, image


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    return float(-10 * np.log10(np.mean((np.clip(a, 0, 1) - b) ** 2)))


@pytest.mark.parametrize("open_top", [False, True])
def test_an_untrained_render_is_already_close(open_top: bool) -> None:
    camera = Camera.from_fov(160, 120, 75, yaw_pitch(30, 10))
    cloud, image = room_cloud(camera, open_top=open_top)
    picture = render(from_points(cloud), camera)
    assert psnr(picture.image, image) > 24
    assert picture.alpha.min() > 0.9
    # A little to the side there are holes only where something was hidden.
    aside = render(from_points(cloud), camera.at(yaw_pitch(30, 10, np.array([0.05, 0, 0]))))
    assert np.median(aside.alpha) > 0.98


def test_rendered_depth_is_the_rooms() -> None:
    camera = Camera.from_fov(160, 120, 75)
    cloud, _ = room_cloud(camera)
    _, depth = see(furnished_room(), camera)
    error = np.abs(render(from_points(cloud), camera).depth / depth - 1)
    assert np.median(error) < 0.005


def test_what_points_become() -> None:
    camera = Camera.from_fov(32, 24, 75)
    cloud, _ = room_cloud(camera, open_top=True)
    cloud.normals[3] = 0
    cloud.is_sky[3] = False
    gaussians = from_points(cloud, sh_degree=2)
    assert gaussians.sh.shape == (32 * 24, 9, 3)
    np.testing.assert_allclose(gaussians.colors, cloud.colors, atol=1e-6)
    assert not gaussians.sh[:, 1:].any()
    w, x, y, z = gaussians.quats.T
    axis = np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], 1)
    inward = -cloud.positions / np.linalg.norm(cloud.positions, axis=1, keepdims=True)
    expected = np.where(cloud.is_sky[:, None], inward, cloud.normals)
    # Only at grazing angles is a disc turned towards the viewer.
    level = (expected * inward).sum(1) > 0.26
    assert level.mean() > 0.9
    level[3] = False
    np.testing.assert_allclose(axis[level], expected[level], atol=1e-5)
    scales = gaussians.scales
    assert (scales[:, 0] >= scales[:, 1] * (1 - 1e-5)).all()
    assert (scales[:, 0] <= 4.001 * scales[:, 1]).all()
    flat = np.arange(len(scales)) != 3
    assert (scales[flat, 2] < 0.2 * scales[flat, 1]).all()
    assert scales[3, 2] == pytest.approx(scales[3, 1])


def test_fewer_gaussians_cover_the_same_surface() -> None:
    camera = Camera.from_fov(160, 120, 75)
    cloud, image = room_cloud(camera)
    fewer = from_points(cloud, max_gaussians=5000)
    assert 2000 < len(fewer) <= 5000
    assert render(fewer, camera).alpha.mean() > 0.85
    assert psnr(render(fewer, camera).image, image) > 14
    np.testing.assert_array_equal(fewer.means, from_points(cloud, max_gaussians=5000).means)


def test_bad_points_are_refused() -> None:
    cloud, _ = room_cloud(Camera.from_fov(8, 6, 75))
    for wrong, name in (({"sh_degree": 4}, "sh_degree"), ({"opacity": 1.0}, "opacity"), ({"max_gaussians": 0}, "max")):
        with pytest.raises(InputError, match=name):
            from_points(cloud, **wrong)
    cloud.positions[2] = np.nan
    with pytest.raises(InputError, match="finite"):
        from_points(cloud)
    assert len(from_points(PointCloud.empty())) == 0


SOMEWHERE = np.array([0.2, -0.1, 0.3])


def some_gaussians(count: int = 3000, degree: int = 1) -> Gaussians:
    """All around the origin."""
    rng = np.random.default_rng(0)
    outward = rng.normal(size=(count, 3))
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    return Gaussians(
        (outward * rng.uniform(2, 5, (count, 1))).astype(np.float32),
        rng.normal(size=(count, 4)).astype(np.float32),
        rng.uniform(-3, -1.5, (count, 3)).astype(np.float32),
        rng.normal(size=count).astype(np.float32),
        (rng.normal(size=(count, (degree + 1) ** 2, 3)) * 0.4).astype(np.float32),
    )


def test_render_is_rasterization_without_gradients() -> None:
    gaussians = some_gaussians()
    camera = Camera.from_fov(70, 50, 80, yaw_pitch(20, 5, np.array([0.1, 0.2, 0.3])))
    background = np.array([0.1, 0.5, 0.9], np.float32)
    picture = render(gaussians, camera, background=background)
    renders, alphas, _ = rasterization(
        *(torch.from_numpy(a) for a in (gaussians.means, gaussians.quats, gaussians.scales, gaussians.opacities)),
        torch.from_numpy(gaussians.sh),
        torch.tensor(camera.camera_from_world, dtype=torch.float32)[None],
        torch.tensor(camera.intrinsics, dtype=torch.float32)[None],
        70, 50, sh_degree=1, backgrounds=torch.from_numpy(background)[None], render_mode="RGB+ED",
    )  # fmt: skip
    np.testing.assert_allclose(picture.image, renders[0, ..., :3], atol=2e-4)
    np.testing.assert_allclose(picture.alpha, alphas[0, ..., 0], atol=2e-4)
    covered = picture.alpha > 0.05
    np.testing.assert_allclose(picture.depth[covered], renders[0, ..., 3][covered], rtol=1e-3)


def test_more_beside_is_all_of_them_at_once() -> None:
    everyone = some_gaussians()
    camera = Camera.from_fov(64, 48, 80)
    renderer = Renderer(everyone[slice(0, 2000)])
    alone = renderer.render(camera).image
    for more in (slice(2000, 3000), slice(2500, 2990)):
        wanted = everyone[np.r_[0:2000, more]]
        assert np.array_equal(
            renderer.beside(everyone[more]).render(camera).image, Renderer(wanted).render(camera).image
        )
    assert np.array_equal(renderer.render(camera).image, alone)
    with pytest.raises(ValueError, match="degree"):
        renderer.beside(some_gaussians(10, degree=2))


def test_panorama_directions() -> None:
    d = directions(np.array([0.0, 5.0, 10.0]), np.array([0.0, 5.0, 10.0, 15.0, 20.0]), 10)
    np.testing.assert_allclose(d[1, 2], [0, 0, 1], atol=1e-12)  # centre: forward
    np.testing.assert_allclose(d[1, 3], [1, 0, 0], atol=1e-12)  # right of it: +x
    np.testing.assert_allclose(d[0, 2], [0, -1, 0], atol=1e-12)  # top: up
    np.testing.assert_allclose(d[1, 0], d[1, 4], atol=1e-12)  # it closes


@pytest.fixture(scope="module")
def panorama() -> Render:
    return render_equirectangular(some_gaussians(), SOMEWHERE, 256, background=(0.3, 0.2, 0.1))


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (90, 0), (180, 20), (-90, 60), (45, -85), (0, 90)])
def test_panorama_shows_what_a_camera_sees(panorama: Render, yaw: float, pitch: float) -> None:
    """Colour, distance and alpha, in every direction, at the seam and at both poles."""
    gaussians = some_gaussians()
    assert panorama.image.shape == (256, 512, 3)
    camera = Camera.from_fov(21, 21, 14, yaw_pitch(yaw, pitch, SOMEWHERE))
    fine = camera.resized(21 * 4, 21 * 4)
    picture = render(gaussians, fine, background=(0.3, 0.2, 0.1))
    image = picture.image.reshape(21, 4, 21, 4, 3).mean((1, 3))
    alpha = picture.alpha.reshape(21, 4, 21, 4).mean((1, 3))
    rays = camera.world_rays().astype(np.float64)
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    row = (0.5 - np.arcsin(-rays[..., 1]) / np.pi) * 256 - 0.5
    column = (np.arctan2(rays[..., 0], rays[..., 2]) / (2 * np.pi) + 0.5) * 512 - 0.5
    i, j = np.clip(np.rint(row), 0, 255).astype(int), np.rint(column).astype(int) % 512
    assert np.abs(panorama.image[i, j] - image).mean() < 0.04
    assert np.abs(panorama.alpha[i, j] - alpha).mean() < 0.04


def test_panorama_has_no_seams() -> None:
    """Neighbours across a facet's edge, and across the left and right edge, differ as other neighbours do."""
    gaussians = some_gaussians()
    gaussians.log_scales += 0.7
    image = render_equirectangular(gaussians, np.zeros(3), 256).image
    steps = np.abs(image - np.roll(image, 1, axis=1)).mean(axis=(0, 2))
    edges = np.arange(0, 512, 32)
    inside = np.setdiff1d(np.arange(512), np.concatenate([edges, edges + 1, edges - 1]))
    assert steps[edges].mean() < 1.15 * steps[inside].mean()
    rows = np.abs(np.diff(image, axis=0)).mean(axis=(1, 2))
    assert rows[31::32].mean() < 1.15 * np.delete(rows, np.arange(31, 255, 32)).mean()


@pytest.mark.parametrize("grown", [-1.5, 0.0])
def test_a_facet_misses_nothing_that_it_is_not_given(monkeypatch: pytest.MonkeyPatch, grown: float) -> None:
    """The same bits as when every facet is given every Gaussian."""
    gaussians = some_gaussians()
    gaussians.log_scales += grown
    picked = render_equirectangular(gaussians, SOMEWHERE, 64)
    monkeypatch.setattr(equirectangular, "SMALL", 0.0)  # none is small
    given = render_equirectangular(gaussians, SOMEWHERE, 64)
    for name in ("image", "depth", "alpha"):
        np.testing.assert_array_equal(getattr(picked, name), getattr(given, name))


def test_a_panorama_is_the_same_for_any_number_of_threads() -> None:
    one, three = (render_equirectangular(some_gaussians(), SOMEWHERE, 64, threads=n) for n in (1, 3))
    for name in ("image", "depth", "alpha"):
        np.testing.assert_array_equal(getattr(one, name), getattr(three, name))


def test_panorama_turns() -> None:
    gaussians = some_gaussians()
    turn = yaw_pitch(90, 0)[:3, :3]
    plain = render_equirectangular(gaussians, np.zeros(3), 64)
    turned = render_equirectangular(gaussians, np.zeros(3), 64, world_from_panorama=turn)
    np.testing.assert_allclose(turned.image, np.roll(plain.image, -32, axis=1), atol=2e-3)


def test_bad_panoramas_are_refused() -> None:
    gaussians = some_gaussians(10)
    with pytest.raises(InputError, match="height"):
        render_equirectangular(gaussians, np.zeros(3), 1)
    with pytest.raises(InputError, match="position"):
        render_equirectangular(gaussians, np.array([0, np.nan, 0]), 8)
    with pytest.raises(InputError, match="rotation"):
        render_equirectangular(gaussians, np.zeros(3), 8, world_from_panorama=np.eye(3) * 2)
    with pytest.raises(InputError, match="background"):
        render(gaussians, Camera.from_fov(4, 4, 60), background=(1, 2))
