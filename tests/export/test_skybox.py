"""Skyboxes: every engine's own look-up, applied to the files, must see the scene the right way round.

The look-ups below are what the engines' shaders compute from a direction in their world; directions of our world are
given to them in each engine's axes. A picture whose colour is its direction decides.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest

from lucid3d.colour import linear_from_srgb, srgb_from_linear
from lucid3d.errors import InputError
from lucid3d.export.hdr import LUMINANCE, InverseToneMapping, expand_highlights
from lucid3d.export.images import read_exr, write_exr, write_hdr
from lucid3d.export.skybox import (
    ENGINE_PANORAMAS,
    THREE_FACES,
    UNITY_FACES,
    normals_from_depth,
    turn_panorama,
    write_skybox,
)
from lucid3d.panorama import equirectangular_rays, pixel_solid_angles
from tests.export.scenes import some_directions

HEIGHT = 128
STEP = 1 / 255


def direction_panorama(height: int = HEIGHT) -> np.ndarray:
    return (equirectangular_rays(height) * 0.4 + 0.5).astype(np.float32)


def png(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[..., ::-1].astype(np.float32) / 255


def hdr(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[..., ::-1]


@pytest.fixture(scope="module")
def sky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    depth = np.full((HEIGHT, 2 * HEIGHT), np.inf, np.float32)
    depth[HEIGHT // 2 :] = 3.25
    folder = tmp_path_factory.mktemp("sky")
    return write_skybox(direction_panorama(), folder, depth=depth, holes_filled=0.0125)


# (x, y, z) of our world -> the engine's axes: what forward, right and up become there.
ENGINE_AXES = {
    "unity": lambda d: (d[0], -d[1], d[2]),
    "godot": lambda d: (d[0], -d[1], -d[2]),
    "unreal": lambda d: (d[2], d[0], -d[1]),
}


def unity_panoramic(d: tuple[float, float, float]) -> tuple[float, float]:
    """Skybox/Panoramic: (0.5, 1) - (atan2(z, x) / 2 pi, acos(y) / pi), v counted from the bottom."""
    return 0.5 - math.atan2(d[2], d[0]) / (2 * math.pi), math.acos(d[1]) / math.pi


def godot_panorama(d: tuple[float, float, float]) -> tuple[float, float]:
    """PanoramaSkyMaterial: atan(x, -z) / 2 pi, acos(y) / pi from the top."""
    return math.atan2(d[0], -d[2]) / (2 * math.pi) % 1, math.acos(d[1]) / math.pi


def unreal_long_lat(d: tuple[float, float, float]) -> tuple[float, float]:
    """The texture compressor's long-lat to cube: atan2(x, -y) in its z-up world, acos(z) from the top."""
    return (1 + math.atan2(d[0], -d[1]) / math.pi) / 2 % 1, math.acos(d[2]) / math.pi


LOOK_UPS = {"unity": unity_panoramic, "godot": godot_panorama, "unreal": unreal_long_lat}


@pytest.mark.parametrize("engine", LOOK_UPS)
def test_engines_see_the_right_direction(sky: Path, engine: str) -> None:
    picture = png(sky / engine / "panorama.png")
    for ours in some_directions(40):
        u, v = LOOK_UPS[engine](ENGINE_AXES[engine](ours))
        pixel = picture[min(int(v * HEIGHT), HEIGHT - 1), int(u * 2 * HEIGHT) % (2 * HEIGHT)]
        np.testing.assert_allclose((pixel - 0.5) / 0.4, ours, atol=0.04)


AXIS = {"+X": (1, 0, 0), "-X": (-1, 0, 0), "+Y": (0, 1, 0), "-Y": (0, -1, 0), "+Z": (0, 0, 1), "-Z": (0, 0, -1)}


@pytest.mark.parametrize("engine", LOOK_UPS)
def test_the_statement_says_what_the_axes_are(sky: Path, engine: str) -> None:
    said = json.loads((sky / "skybox.json").read_text())["engines"][engine]
    axes = ENGINE_AXES[engine]
    assert AXIS[said["forward"]] == axes((0, 0, 1))
    assert AXIS[said["up"]] == axes((0, -1, 0))
    assert AXIS[said["right"]] == axes((1, 0, 0))
    centre = LOOK_UPS[engine](AXIS[said["image_centre"]])
    assert centre[0] == pytest.approx(0.5) and centre[1] == pytest.approx(0.5)
    assert said["turned_by_degrees"] == 360 * ENGINE_PANORAMAS[engine].turn


def cube_texel(d: tuple[float, float, float]) -> tuple[str, float, float]:
    """Face and texture coordinates (from the top left) of a direction, as OpenGL and Direct3D select cube faces."""
    x, y, z = d
    major = int(np.argmax(np.abs(d)))
    if major == 0:
        return ("px", (-z / x + 1) / 2, (-y / x + 1) / 2) if x > 0 else ("nx", (-z / x + 1) / 2, (y / x + 1) / 2)
    if major == 1:
        return ("py", (x / y + 1) / 2, (z / y + 1) / 2) if y > 0 else ("ny", (-x / y + 1) / 2, (z / y + 1) / 2)
    return ("pz", (x / z + 1) / 2, (-y / z + 1) / 2) if z > 0 else ("nz", (x / z + 1) / 2, (y / z + 1) / 2)


def test_cube_files_are_a_cube_map(sky: Path) -> None:
    """px to nz are what the cube map look-up of graphics hardware expects, in its left-handed axes (forward +z)."""
    size = HEIGHT // 2
    faces = {name: png(sky / "cube" / f"{name}.png") for name in THREE_FACES}
    for ours in some_directions(60):
        name, s, t = cube_texel((ours[0], -ours[1], ours[2]))
        pixel = faces[name][min(int(t * size), size - 1), min(int(s * size), size - 1)]
        np.testing.assert_allclose((pixel - 0.5) / 0.4, ours, atol=0.05)


def test_unity_six_sided_slots(sky: Path) -> None:
    """Front is +z; the slot called Left lies at +x, which is to the right of the default camera."""
    centre = HEIGHT // 4
    for slot, direction in {
        "FrontTex": (0, 0, 1), "BackTex": (0, 0, -1), "LeftTex": (1, 0, 0), "RightTex": (-1, 0, 0),
        "UpTex": (0, -1, 0), "DownTex": (0, 1, 0),
    }.items():  # fmt: skip
        pixel = png(sky / "unity" / f"{slot}.png")[centre, centre]
        np.testing.assert_allclose((pixel - 0.5) / 0.4, direction, atol=0.05)
    assert set(UNITY_FACES) == {"FrontTex", "BackTex", "LeftTex", "RightTex", "UpTex", "DownTex"}


def test_linear_pictures_are_linear(sky: Path) -> None:
    """Below the knee the .hdr and the .exr are the PNG's light, read by cv2 and by OpenEXR."""
    light = linear_from_srgb(direction_panorama())
    dark = light.max(axis=-1) < 0.7
    from_hdr, from_exr = hdr(sky / "panorama.hdr"), read_exr(sky / "panorama.exr")
    np.testing.assert_allclose(from_hdr[dark], light[dark], atol=1 / 128)  # RGBE: 8 bits of mantissa shared
    np.testing.assert_allclose(from_exr[dark], light[dark], atol=1 / 1024)
    with OpenEXR.File(str(sky / "panorama.exr")) as file:
        header = file.header()
        assert header["envmap"] == OpenEXR.ENVMAP_LATLONG
        assert header["compression"] == OpenEXR.ZIP_COMPRESSION
    np.testing.assert_allclose(png(sky / "panorama.png"), direction_panorama(), atol=0.51 * STEP)


def test_true_radiance_is_written_as_it_is(tmp_path: Path) -> None:
    radiance = linear_from_srgb(direction_panorama(32))
    radiance[5, 9] = (4000, 3800, 3000)
    write_skybox(direction_panorama(32), tmp_path, radiance=radiance)
    assert hdr(tmp_path / "panorama.hdr")[5, 9] == pytest.approx((4000, 3800, 3000), rel=0.01)
    assert read_exr(tmp_path / "panorama.exr")[5, 9] == pytest.approx((4000, 3800, 3000), rel=0.001)
    statement = json.loads((tmp_path / "skybox.json").read_text())
    assert statement["hdr"] == {"source": "radiance of the scene", "curve": None}


def test_depth_in_metres(sky: Path) -> None:
    said = json.loads((sky / "skybox.json").read_text())["depth"]
    coded = cv2.imread(str(sky / "depth.png"), cv2.IMREAD_UNCHANGED)
    assert coded.dtype == np.uint16
    assert (coded[: HEIGHT // 2] == said["png"]["sky"]).all()
    np.testing.assert_allclose(coded[HEIGHT // 2 :] * said["png"]["metres_per_unit"], 3.25, atol=0.001)
    exact = read_exr(sky / "depth.exr")
    assert np.isinf(exact[: HEIGHT // 2]).all() and (exact[HEIGHT // 2 :] == 3.25).all()
    assert json.loads((sky / "skybox.json").read_text())["holes_filled_fraction"] == 0.0125


def test_normals_are_kept_with_their_signs(sky: Path) -> None:
    exact = read_exr(sky / "normals.exr")
    lengths = np.linalg.norm(exact, axis=-1)
    below = slice(HEIGHT // 2 + 2, HEIGHT)
    np.testing.assert_allclose(lengths[below], 1, atol=2e-3)
    assert (lengths[: HEIGHT // 2 - 2] == 0).all()
    # On a sphere around the eye the normal is the reverse of the ray.
    np.testing.assert_allclose(exact[below], -equirectangular_rays(HEIGHT)[below], atol=0.02)
    np.testing.assert_allclose(png(sky / "normals.png")[below] * 2 - 1, exact[below], atol=0.01)


def test_far_depths_fit_16_bits(tmp_path: Path) -> None:
    depth = np.linspace(1, 900, 16 * 32).reshape(16, 32).astype(np.float32)
    write_skybox(direction_panorama(16), tmp_path, depth=depth)
    step = json.loads((tmp_path / "skybox.json").read_text())["depth"]["png"]["metres_per_unit"]
    coded = cv2.imread(str(tmp_path / "depth.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_allclose(coded * step, depth, atol=step)


def test_normals_of_a_room() -> None:
    """Inside a box every normal points along an axis, towards the eye."""
    rays = equirectangular_rays(64)
    half = np.array([2.0, 1.5, 3.0])
    depth = (half / np.abs(rays)).min(axis=-1).astype(np.float32)
    normals = normals_from_depth(depth)
    wall = np.argmin(half / np.abs(rays), axis=-1)
    expected = np.where(np.arange(3) == wall[..., None], -np.sign(rays), 0)
    away_from_edges = (np.sort(half / np.abs(rays), axis=-1)[..., 1] / depth) > 1.15
    error = np.linalg.norm(normals - expected, axis=-1)[away_from_edges]
    assert error.max() < 0.05 and away_from_edges.mean() > 0.5


@pytest.mark.parametrize("height", [64, 65])
def test_turning_wraps(height: int) -> None:
    panorama = direction_panorama(height)
    assert (turn_panorama(turn_panorama(panorama, 0.25), -0.25) == panorama).all()
    assert (turn_panorama(panorama, 1.0) == panorama).all()


# --- inverse tone mapping ---


def test_the_sun_becomes_brighter_than_white_and_the_rest_stays() -> None:
    panorama = np.full((64, 128, 3), 0.5, np.float32)
    panorama[20, 40:43] = 1.0
    light, peak = expand_highlights(panorama, InverseToneMapping(peak=24))
    assert peak == 24 and light[20, 41] == pytest.approx((24, 24, 24), rel=1e-5)
    rest = np.ones((64, 128), bool)
    rest[20, 40:43] = False
    np.testing.assert_array_equal(light[rest], linear_from_srgb(panorama)[rest])


def test_a_white_sky_does_not_light_the_scene_twice() -> None:
    panorama = np.full((64, 128, 3), 0.3, np.float32)
    panorama[:32] = 1.0
    light, peak = expand_highlights(panorama, InverseToneMapping(peak=24, budget=1.0))
    weights = pixel_solid_angles(64)[:, None]
    before = (linear_from_srgb(panorama) @ LUMINANCE * weights).sum()
    assert (light @ LUMINANCE * weights).sum() == pytest.approx(2 * before, rel=1e-3)
    assert peak < 3


def test_the_curve_rises() -> None:
    ramp = np.repeat(np.linspace(0, 1, 128, dtype=np.float32)[None, :, None], 64, axis=0).repeat(3, axis=2)
    light, _ = expand_highlights(ramp)
    assert (np.diff(light[0, :, 0]) > 0).all()
    assert expand_highlights(ramp, InverseToneMapping(peak=1))[0] == pytest.approx(linear_from_srgb(ramp))


@pytest.mark.parametrize("options", [{"peak": 0.5}, {"knee": 1.0}, {"power": 0}, {"budget": -1}])
def test_curves_that_make_no_sense(options: dict) -> None:
    with pytest.raises(InputError, match="peak"):
        InverseToneMapping(**options)


def test_srgb_is_its_own_inverse() -> None:
    values = np.linspace(0, 1, 1001, dtype=np.float32)
    np.testing.assert_allclose(srgb_from_linear(linear_from_srgb(values)), values, atol=2e-6)
    assert linear_from_srgb(np.float32(0.5)) == pytest.approx(0.21404, abs=1e-5)


# --- files and what cannot be used ---


def test_radiance_that_is_not_finite_is_cleaned(tmp_path: Path) -> None:
    radiance = np.ones((4, 8, 3), np.float32)
    radiance[0, 0], radiance[1, 1], radiance[2, 2] = np.inf, np.nan, -3
    for path in (write_hdr(tmp_path / "a.hdr", radiance), write_exr(tmp_path / "a.exr", radiance)):
        back = hdr(path) if path.suffix == ".hdr" else read_exr(path)
        assert np.isfinite(back).all() and back.min() >= 0 and back[0, 0, 0] > 60000


def test_bad_panoramas_leave_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="twice as wide"):
        write_skybox(np.zeros((10, 10, 3), np.float32), tmp_path / "sky")
    with pytest.raises(InputError, match="colour"):
        write_skybox(np.zeros((10, 20), np.float32), tmp_path / "sky")
    with pytest.raises(InputError, match="not finite"):
        write_skybox(np.full((10, 20, 3), np.nan, np.float32), tmp_path / "sky")
    assert list(tmp_path.iterdir()) == []
