"""Panoramas: resampling is exact where it can be, seamless everywhere; holes are filled on the sphere."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.panorama import (
    CUBE_FACES,
    cube_cameras,
    cube_from_equirectangular,
    equirectangular_from_cube,
    equirectangular_pixels,
    equirectangular_rays,
    fill_holes,
    perspective_from_equirectangular,
    pixel_solid_angles,
    sample_equirectangular,
)

STEP = 1 / 255


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def random_directions(count: int, seed: int = 0) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, 3))).astype(np.float32)


# --- directions ---


def test_axes_lie_where_the_convention_says() -> None:
    """Centre forward (+z), right of it +x, top row up (-y), wrap backward (-z)."""
    rays = equirectangular_rays(64)
    assert rays.shape == (64, 128, 3)
    near = 1.5 * math.pi / 64
    for row, column, axis in [(32, 64, (0, 0, 1)), (32, 96, (1, 0, 0)), (32, 32, (-1, 0, 0)), (32, 0, (0, 0, -1))]:
        assert np.linalg.norm(rays[row, column] - axis) < near
    assert np.abs(rays[0] - (0, -1, 0)).max() < near and np.abs(rays[-1] - (0, 1, 0)).max() < near


@given(st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_rays_are_unit_and_land_on_their_own_pixels(height: int) -> None:
    rays = equirectangular_rays(height)
    np.testing.assert_allclose(np.linalg.norm(rays, axis=-1), 1, atol=1e-6)
    x, y = equirectangular_pixels(rays, height)
    np.testing.assert_allclose(x, np.tile(np.arange(2 * height) + 0.5, (height, 1)), atol=1e-4 * height)
    np.testing.assert_allclose(y, np.tile(np.arange(height)[:, None] + 0.5, (1, 2 * height)), atol=1e-4 * height)


@pytest.mark.parametrize("height", [1, 7, 64])
def test_solid_angles_cover_the_sphere(height: int) -> None:
    assert pixel_solid_angles(height).sum() * 2 * height == pytest.approx(4 * math.pi)


@pytest.mark.parametrize("name", CUBE_FACES)
def test_faces_are_rotations(name: str) -> None:
    rotation = CUBE_FACES[name]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3))
    assert np.linalg.det(rotation) == pytest.approx(1)


# --- sampling ---


def test_own_pixels_come_back() -> None:
    panorama = np.random.default_rng(0).uniform(size=(32, 64, 3)).astype(np.float32)
    rays = equirectangular_rays(32)
    np.testing.assert_array_equal(sample_equirectangular(panorama, rays, interpolation="nearest"), panorama)
    np.testing.assert_allclose(sample_equirectangular(panorama, rays), panorama, atol=2e-4)


@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
def test_turning_the_panorama_turns_what_is_seen(interpolation: str) -> None:
    """No column is special: the wrap is interpolated like any other place."""
    panorama = np.random.default_rng(1).uniform(size=(24, 48, 2)).astype(np.float32)
    directions = random_directions(500)
    expected = sample_equirectangular(panorama, directions, interpolation=interpolation)
    for columns in (1, 17, 24):
        angle = 2 * math.pi * columns / 48
        turn = np.array([[math.cos(angle), 0, math.sin(angle)], [0, 1, 0], [-math.sin(angle), 0, math.cos(angle)]])
        turned = sample_equirectangular(
            np.roll(panorama, columns, axis=1), directions @ turn.T.astype(np.float32), interpolation=interpolation
        )
        np.testing.assert_allclose(turned, expected, atol=0.02 if interpolation == "cubic" else 2e-4)


def test_poles_are_continuous() -> None:
    """A step of a millirad over a pole never jumps: the pixel beyond it lies half a turn away in the same row."""
    panorama = equirectangular_rays(48)
    for pole in (-1, 1):
        for angle in np.linspace(0, math.pi, 7):
            offsets = np.linspace(-0.05, 0.05, 101)
            line = unit(
                np.stack([offsets * math.cos(angle), np.full(101, pole), offsets * math.sin(angle)], axis=-1)
            ).astype(np.float32)
            seen = sample_equirectangular(panorama, line)
            assert np.abs(np.diff(seen, axis=0)).max() < 0.01
            np.testing.assert_allclose(seen, line, atol=0.01)


def test_any_shape_and_one_channel() -> None:
    panorama = equirectangular_rays(16)[..., 1]
    assert sample_equirectangular(panorama, random_directions(6).reshape(2, 3, 3)).shape == (2, 3)
    assert sample_equirectangular(panorama, random_directions(1)[0]).shape == ()


# --- cubes ---


@pytest.mark.parametrize(("height", "size"), [(256, 128), (128, 256), (300, 77)])
def test_direction_colours_survive_the_cube_and_back(height: int, size: int) -> None:
    """The panorama whose colour is its own direction, to a cube and back, within a step of 8 bits."""
    rays = equirectangular_rays(height)
    faces = cube_from_equirectangular(rays, size)
    for name, camera in cube_cameras(size).items():
        assert np.abs(faces[name] - unit(camera.world_rays())).max() < STEP
    assert np.abs(equirectangular_from_cube(faces, height) - rays).max() < STEP


def test_faces_join_as_the_convention_says() -> None:
    """U's bottom edge and D's top edge join F; L, F, R, B follow each other to the right."""
    size = 64
    faces = {name: unit(camera.world_rays()) for name, camera in cube_cameras(size).items()}
    joins = [
        (faces["U"][-1], faces["F"][0]),
        (faces["D"][0], faces["F"][-1]),
        (faces["L"][:, -1], faces["F"][:, 0]),
        (faces["F"][:, -1], faces["R"][:, 0]),
        (faces["R"][:, -1], faces["B"][:, 0]),
        (faces["B"][:, -1], faces["L"][:, 0]),
    ]
    for a, b in joins:
        assert np.linalg.norm(a - b, axis=-1).max() < 1.1 * 2 / size  # one pixel apart, everywhere along the edge


def test_a_face_edge_meets_its_neighbour_to_the_pixel() -> None:
    """Neighbouring edge pixels mirror each other about the edge, and a smooth sphere shows no step between them."""
    size = 48
    faces = {name: unit(camera.world_rays()) for name, camera in cube_cameras(size).items()}
    mirrored = faces["F"][:, -1][:, [2, 1, 0]]  # the plane x = z between F and R
    np.testing.assert_allclose(mirrored, faces["R"][:, 0], atol=1e-6)
    rays = equirectangular_rays(256)
    panorama = 0.5 + 0.25 * np.sin(9 * rays) + 0.2 * np.cos(7 * rays[..., [1, 2, 0]])
    cube = cube_from_equirectangular(panorama.astype(np.float32), size)
    inside = np.abs(cube["F"][:, -1] - cube["F"][:, -2]).max()
    assert np.abs(cube["F"][:, -1] - cube["R"][:, 0]).max() < 1.5 * inside


def test_cube_edges_are_seamless_in_the_panorama() -> None:
    """Interpolating next to an edge uses the neighbour's pixels: no difference to a cube with finer borders."""
    rays = equirectangular_rays(512)
    panorama = (0.5 + 0.4 * np.sin(6 * rays)).astype(np.float32)
    back = equirectangular_from_cube(cube_from_equirectangular(panorama, 128), 256)
    truth = 0.5 + 0.4 * np.sin(6 * equirectangular_rays(256))
    error = np.abs(back - truth).max(axis=-1)
    near = np.sort(np.abs(equirectangular_rays(256)), axis=-1)
    at_edges = near[..., 2] - near[..., 1] < 0.02
    assert error[at_edges].max() < 2 * error[~at_edges].max()
    assert error.max() < STEP


def test_averages_instead_of_skipping() -> None:
    """A checkerboard finer than the target becomes grey, not a pattern."""
    panorama = np.zeros((256, 512), np.float32)
    panorama[::2, ::2] = panorama[1::2, 1::2] = 1
    for face in cube_from_equirectangular(panorama, 16).values():
        assert abs(face.mean() - 0.5) < 0.02 and face.std() < 0.1
    camera = Camera.from_fov(32, 32, 80, yaw_pitch(30, 20))
    assert perspective_from_equirectangular(panorama, camera).std() < 0.1


def test_labels_are_never_mixed() -> None:
    labels = np.random.default_rng(2).integers(0, 5, (32, 64)).astype(np.float32)
    faces = cube_from_equirectangular(labels, 8, interpolation="nearest")
    assert set(np.unique(np.stack(list(faces.values())))) <= set(range(5))
    assert set(np.unique(equirectangular_from_cube(faces, 16, interpolation="nearest"))) <= set(range(5))


@given(yaw=st.floats(-180, 180), pitch=st.floats(-90, 90), fov=st.floats(20, 120))
@settings(max_examples=15, deadline=None)
def test_any_camera_sees_its_own_directions(yaw: float, pitch: float, fov: float) -> None:
    camera = Camera.from_fov(40, 30, fov, yaw_pitch(yaw, pitch))
    seen = perspective_from_equirectangular(equirectangular_rays(256), camera)
    np.testing.assert_allclose(seen, unit(camera.world_rays()), atol=2 * STEP)


def test_agrees_with_py360convert_on_a_smooth_sphere() -> None:
    """Another library has the same six faces the same way round."""
    py360convert = pytest.importorskip("py360convert")
    rays = equirectangular_rays(512)
    panorama = (0.5 + 0.3 * np.sin(3 * rays)).astype(np.float32)
    theirs = py360convert.e2c(panorama, face_w=128, cube_format="dict")
    ours = cube_from_equirectangular(panorama, 128)
    for name in "FRBLUD":
        assert np.abs(theirs[name] - ours[name]).max() < 0.03, name


# --- holes ---


def smooth_panorama(height: int) -> np.ndarray:
    return (0.5 + 0.3 * equirectangular_rays(height)).astype(np.float32)


def cap(height: int, centre: tuple[float, float, float], degrees: float) -> np.ndarray:
    rays = equirectangular_rays(height)
    return rays @ unit(np.array(centre, np.float32)) > math.cos(math.radians(degrees))


CENTRES = [(0, -1, 0), (0, 1, 0), (0, 0, -1), (0.3, 0.2, 1), (0.1, -1, -0.2)]


@pytest.mark.parametrize("centre", CENTRES)
def test_holes_are_filled_alike_everywhere_on_the_sphere(centre: tuple[float, float, float]) -> None:
    """The wrap and the poles are places like any other: a smooth sphere's gap is continued smoothly there too."""
    panorama, hole = smooth_panorama(64), cap(64, centre, 12)
    broken = np.where(hole[..., None], 0, panorama).astype(np.float32)
    filled, fraction = fill_holes(broken, ~hole)
    np.testing.assert_array_equal(filled[~hole], panorama[~hole])
    assert np.abs(filled - panorama)[hole].max() < 0.06
    assert fraction == pytest.approx((1 - math.cos(math.radians(12))) / 2, rel=0.15)


def test_filling_commutes_with_turning() -> None:
    panorama, hole = smooth_panorama(64), cap(64, (0, 0.2, -1), 20)
    there, _ = fill_holes(panorama, ~hole)
    here, _ = fill_holes(np.roll(panorama, 64, axis=1), ~np.roll(hole, 64, axis=1))
    np.testing.assert_allclose(np.roll(here, -64, axis=1), there, atol=1e-5)


def test_filling_stays_within_what_is_known() -> None:
    panorama = np.random.default_rng(0).uniform(0.2, 0.7, (32, 64, 3)).astype(np.float32)
    filled, _ = fill_holes(panorama, np.random.default_rng(1).uniform(size=(32, 64)) < 0.1)
    assert np.isfinite(filled).all() and filled.min() >= 0.2 - 1e-5 and filled.max() <= 0.7 + 1e-5


@pytest.mark.parametrize("height", [1, 2, 3, 5, 33])
def test_odd_sizes(height: int) -> None:
    panorama = np.full((height, 2 * height, 3), 0.4, np.float32)
    known = np.zeros((height, 2 * height), bool)
    known[0, 0] = True
    filled, _ = fill_holes(np.where(known[..., None], panorama, 9).astype(np.float32), known)
    np.testing.assert_allclose(filled, 0.4, atol=1e-5)


def test_coverage_is_composited() -> None:
    """A renderer's premultiplied picture over black loses its dark seams."""
    panorama, alpha = smooth_panorama(64), np.ones((64, 128), np.float32)
    alpha[20:40, 30:70] = np.random.default_rng(0).uniform(0, 1, (20, 40))
    filled, fraction = fill_holes(panorama * alpha[..., None], alpha)
    assert np.abs(filled - panorama).max() < 0.05
    assert 0 < fraction < 0.1


def test_holes_may_hold_anything() -> None:
    panorama, hole = smooth_panorama(32), cap(32, (0, 0, 1), 20)
    broken = np.where(hole[..., None], np.nan, panorama).astype(np.float32)
    assert np.isfinite(fill_holes(broken, ~hole)[0]).all()


def test_nothing_to_do_and_nothing_known() -> None:
    panorama = smooth_panorama(16)
    filled, fraction = fill_holes(panorama, np.ones((16, 32), bool))
    np.testing.assert_array_equal(filled, panorama)
    assert fraction == 0 and filled is not panorama
    with pytest.raises(InputError, match="one hole"):
        fill_holes(panorama, np.zeros((16, 32), bool))
    with pytest.raises(InputError, match="mask"):
        fill_holes(panorama, np.ones((16, 16), bool))


@pytest.mark.parametrize("centre", CENTRES)
def test_a_painter_fills_every_hole_and_nothing_else(centre: tuple[float, float, float]) -> None:
    """The painter here knows the truth; after it has been asked, so does the panorama, across seam and poles."""
    height = 128
    panorama = smooth_panorama(height)
    hole = cap(height, centre, 25) | cap(height, (1, 0, 0.1), 8)
    asked = []

    def inpaint(image: np.ndarray, known: np.ndarray, camera: Camera) -> np.ndarray:
        asked.append(known.mean())
        np.testing.assert_allclose(image[known], (0.5 + 0.3 * unit(camera.world_rays()))[known], atol=0.02)
        return (0.5 + 0.3 * unit(camera.world_rays())).astype(np.float32)

    filled, _ = fill_holes(np.where(hole[..., None], 0, panorama).astype(np.float32), ~hole, inpaint=inpaint)
    np.testing.assert_array_equal(filled[~hole], panorama[~hole])
    assert np.abs(filled - panorama)[hole].max() < STEP
    assert 1 <= len(asked) <= 4 and max(asked) < 1


# --- what cannot be used ---


@pytest.mark.parametrize("shape", [(10, 10, 3), (10,), (0, 0, 3), (4, 8, 3, 1)])
def test_panoramas_must_be_two_to_one(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="twice as wide"):
        sample_equirectangular(np.zeros(shape, np.float32), np.ones((1, 3), np.float32))


def test_cubes_must_be_whole() -> None:
    faces = cube_from_equirectangular(smooth_panorama(16), 8)
    with pytest.raises(InputError, match="lacks the faces U"):
        equirectangular_from_cube({k: v for k, v in faces.items() if k != "U"}, 16)
    with pytest.raises(InputError, match="face R"):
        equirectangular_from_cube({**faces, "R": faces["R"][:4]}, 16)
    with pytest.raises(InputError, match="size 0"):
        cube_from_equirectangular(smooth_panorama(16), 0)
    with pytest.raises(InputError, match="interpolation"):
        sample_equirectangular(smooth_panorama(16), np.ones((1, 3)), interpolation="bilinear")  # type: ignore[arg-type]
