"""Pictures and depth maps handed in: every kind that people have, and every way in which they are bad."""

from __future__ import annotations

import base64
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as pillow

from lucid3d.errors import InputError
from lucid3d.input_depth import UPRIGHT_BY_EXIF, load_depth, upright_depth
from lucid3d.input_pictures import LONGEST_SIDE, Picture, load_picture, prepare_picture, without_border


def gradient(width: int, height: int) -> np.ndarray:
    """(height, width, 3) uint8: red grows to the right, green downwards, blue is constant."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([255 * x / max(width - 1, 1), 255 * y / max(height - 1, 1), 0 * x + 128], axis=-1).astype(np.uint8)


def save(folder: Path, name: str, picture: Any, **options: Any) -> Path:
    path = folder / name
    (picture if isinstance(picture, pillow.Image) else pillow.fromarray(picture)).save(path, **options)
    return path


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif", "a.bmp"])
def test_ordinary_pictures(tmp_path: Path, name: str) -> None:
    loaded = load_picture(save(tmp_path, name, gradient(40, 30)))
    assert loaded.image.shape == (30, 40, 3) and loaded.image.dtype == np.float32
    assert np.abs(loaded.image - gradient(40, 30) / 255.0).mean() < 0.03
    assert loaded.known.all() and loaded.fov_degrees is None


def test_transparent_pixels_are_not_known(tmp_path: Path) -> None:
    rgba = np.dstack([gradient(40, 30), np.full((30, 40), 255, np.uint8)])
    rgba[:, 20:, 3] = 10
    loaded = load_picture(save(tmp_path, "a.png", rgba))
    assert loaded.known[:, :20].all() and not loaded.known[:, 20:].any()
    rgba[..., 3] = 0
    with pytest.raises(InputError, match="transparent nearly everywhere"):
        load_picture(save(tmp_path, "b.png", rgba))


def test_palettes_grey_and_one_bit(tmp_path: Path) -> None:
    colours = pillow.fromarray(gradient(40, 30)).quantize(200)
    assert np.abs(load_picture(save(tmp_path, "p.png", colours)).image - gradient(40, 30) / 255.0).mean() < 0.05
    grey = load_picture(save(tmp_path, "g.png", gradient(40, 30)[..., 0])).image
    assert np.array_equal(grey[..., 0], grey[..., 2]) and grey[0, -1, 0] == 1
    assert load_picture(save(tmp_path, "1.png", pillow.new("1", (32, 32), 1))).image.min() == 1


def test_sixteen_bits_keep_their_brightness(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    image = load_picture(save(tmp_path, "a.png", ramp)).image
    assert np.abs(image[..., 1] - ramp / 65535.0).max() < 1e-4


def test_sixteen_bit_colour(tmp_path: Path) -> None:
    import cv2

    path = tmp_path / "a.png"
    deep = (gradient(40, 32).astype(np.uint16) * 257)[..., ::-1]
    assert cv2.imwrite(str(path), deep)
    assert np.abs(load_picture(path).image - gradient(40, 32) / 255.0).max() < 0.01


def test_cmyk(tmp_path: Path) -> None:
    path = save(tmp_path, "a.jpg", pillow.fromarray(gradient(64, 64)).convert("CMYK"), quality=95)
    with pillow.open(path) as opened:
        assert opened.mode == "CMYK"
    assert np.abs(load_picture(path).image - gradient(64, 64) / 255.0).mean() < 0.03


def test_an_embedded_profile_is_converted_to_srgb(tmp_path: Path) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    lab = pillow.fromarray(gradient(40, 40))
    plain = load_picture(save(tmp_path, "a.png", lab)).image
    # An sRGB profile changes nothing; one that cannot be used is passed over.
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.abs(load_picture(save(tmp_path, "b.png", lab, icc_profile=srgb)).image - plain).max() < 0.02
    for bad in (profile.tobytes(), b"not a profile"):
        assert np.array_equal(load_picture(save(tmp_path, "c.png", lab, icc_profile=bad)).image, plain)


def test_a_palette_with_a_profile_is_the_picture_that_a_browser_shows(tmp_path: Path) -> None:
    from PIL import ImageCms

    colours = pillow.fromarray(gradient(64, 48)).quantize(64)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain, tagged = save(tmp_path, "plain.png", colours), save(tmp_path, "tagged.png", colours, icc_profile=profile)
    assert np.abs(load_picture(tagged).image - load_picture(plain).image).max() < 0.02


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
def test_of_a_moving_picture_the_first_one_is_taken(tmp_path: Path, name: str) -> None:
    first, second = pillow.new("RGB", (40, 30), (200, 30, 30)), pillow.new("RGB", (40, 30), (20, 30, 220))
    path = save(tmp_path, name, first, save_all=True, append_images=[second], duration=100)
    np.testing.assert_allclose(load_picture(path).image.mean(axis=(0, 1)), np.array([200, 30, 30]) / 255, atol=0.03)


@pytest.mark.parametrize(("orientation", "turned"), [(1, False), (3, False), (6, True), (8, True)])
def test_exif_orientation_and_focal_length(tmp_path: Path, orientation: int, turned: bool) -> None:
    exif = pillow.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0xA405] = 28
    path = save(tmp_path, "a.jpg", gradient(120, 80), exif=exif, quality=95)
    loaded = load_picture(path)
    assert loaded.image.shape == ((120, 80, 3) if turned else (80, 120, 3))
    corner = {1: (0, 0), 3: (-1, -1), 6: (0, -1), 8: (-1, 0)}[orientation]
    assert loaded.image[corner][:2].max() < 0.1  # where red and green are both zero
    # 28 mm on a 36 x 24 mm film: the textbook's 65.5 degrees across, 46.4 degrees up and down.
    assert loaded.fov_degrees == pytest.approx(46.4 if turned else 65.5, abs=0.1)


def test_focal_length_from_the_sensors_resolution(tmp_path: Path) -> None:
    exif = pillow.Exif()
    folder = exif.get_ifd(0x8769)
    folder[0x920A], folder[0xA20E], folder[0xA210], folder[0xA002] = 10.0, 100.0, 3, 240  # 10 mm, 100 pixels a cm
    loaded = load_picture(save(tmp_path, "a.jpg", gradient(120, 80), exif=exif))  # reduced to half its width
    assert loaded.fov_degrees == pytest.approx(math.degrees(2 * math.atan(60 / 50)), abs=0.01)


@pytest.mark.parametrize("focal", [0, 65535, "x"])
def test_nonsense_in_exif_is_passed_over(tmp_path: Path, focal: Any) -> None:
    exif = pillow.Exif()
    exif.get_ifd(0x8769)[0xA405 if focal != "x" else 0x920A] = focal if focal != "x" else 1e9
    assert load_picture(save(tmp_path, "a.jpg", gradient(60, 60), exif=exif)).fov_degrees is None


HEIC = base64.b64decode(
    b"AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA"
    b"AAAERAAAIAAQAAAAAB4gABAAAAAAAAAKQAAgAAAAAChgABAAAAAAAAADYAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp"
    b"bmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE"
    b"ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA"
    b"AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEH"
    b"BpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAA4m1kYXQAAACgKAGvCeA+Dpue"
    b"ThB0sMYtPrFjNgKbiYWecZ3kxy0HRuntaoV7+5dnXbcwC518SEPcqKvoPbwdkaXy+gjUp+XmsYbYq/DBovBWnzmnWS7AiqUT0z09y+lEUCnoMW"
    b"sNQCLOQ6Ow3qKRXiN4dukW0ftd6ISZztcYTtWB7jgKmaBqGdV8NEYAlW9YpPSPvUdcNuKFHm7xnEVn0ODJKY0O4cJ/QAAAAAZFeGlmAABNTQAq"
    b"AAAACAABh2kABAAAAAEAAAAaAAAAAAABpAUAAwAAAAEAHAAAAAAAAA=="
)
"""`gradient(64, 48)` as a phone writes it, with a 28 mm lens in EXIF."""


def test_a_phones_heic_and_every_place_to_cut_it_off(tmp_path: Path) -> None:
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(HEIC)
    loaded = load_picture(path)
    assert np.abs(loaded.image - gradient(64, 48) / 255.0).mean() < 0.03
    assert loaded.fov_degrees == pytest.approx(math.degrees(2 * math.atan(34.61 / 2 / 28)), abs=0.1)
    for length in range(12, len(HEIC), 90):
        path.write_bytes(HEIC[:length])
        with pytest.raises(InputError, match="cannot be read"):
            load_picture(path)


def test_a_very_wide_picture(tmp_path: Path) -> None:
    wide = load_picture(save(tmp_path, "a.png", pillow.new("L", (20_000, 6_000), 200), compress_level=1))
    assert wide.image.shape[1] == LONGEST_SIDE
    assert wide.image.shape[0] == pytest.approx(LONGEST_SIDE * 0.3, abs=1)
    assert np.allclose(wide.image[0, 0], 200 / 255)
    with pytest.raises(InputError, match="4-fold"):
        load_picture(save(tmp_path, "b.png", pillow.new("L", (20_000, 100))))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.png", b"", "not a picture"),
        ("a.png", b"<html>", "not a picture"),
        ("a.txt", b"a sentence", "not a picture"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "cannot be read|not a picture"),
    ],
)
def test_files_that_are_no_pictures(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_picture(path)


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_picture_cut_short(tmp_path: Path, name: str) -> None:
    path = save(tmp_path, name, np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match="cannot be read"):
        load_picture(path)


def test_one_pixel_nothing_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1x1 pixels: at least 16x16"):
        load_picture(save(tmp_path, "a.png", pillow.new("RGB", (1, 1))))
    with pytest.raises(InputError, match="does not exist"):
        load_picture(tmp_path / "nothing.png")
    with pytest.raises(InputError, match="is a folder"):
        load_picture(tmp_path)


def test_a_picture_that_says_it_is_enormous(tmp_path: Path) -> None:
    """A PNG header of 100,000 x 100,000 pixels must not be believed as far as memory."""
    import struct
    import zlib

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", 0))
    with pytest.raises(InputError, match="reduce it"):
        load_picture(path)


def picture_of(width: int, height: int, fov: float | None = None) -> Picture:
    return Picture(gradient(width, height).astype(np.float32) / 255, np.ones((height, width), bool), fov)


@pytest.mark.parametrize("shade", [0.0, 1.0])
def test_a_thin_plain_border_is_no_part_of_the_place(shade: float) -> None:
    inner = 0.3 + 0.4 * picture_of(160, 120).image
    framed = inner.copy()
    framed[-2:], framed[:, :1] = shade, shade
    cleaned = without_border(framed)
    assert cleaned.min() > 0.29 and cleaned.max() < 0.71
    assert np.array_equal(cleaned[:-3, 2:], inner[:-3, 2:])


def test_a_sky_a_wall_and_a_wide_mat_are_no_border() -> None:
    plain = np.full((120, 160, 3), 0.8, np.float32)
    sky = plain.copy()
    sky[60:] = 0.2
    mat = plain.copy()
    mat[12:-12, 12:-12] = 0.1
    ramp = picture_of(160, 120).image
    for image in (plain, sky, mat, ramp):
        assert np.array_equal(without_border(image), image)


def test_nearly_square_pictures_are_cropped() -> None:
    square = prepare_picture(picture_of(64, 60, 60.0), 32)
    assert square.image.shape == (32, 32, 3) and square.known.all()
    # The crop is central: the reds of both sides are equally far from black and white.
    assert square.image[:, 0, 0].mean() == pytest.approx(1 - square.image[:, -1, 0].mean(), abs=0.01)
    assert square.image[:, 0, 0].mean() > 0.03
    assert square.fov_degrees is not None and square.fov_degrees < 60.0


@pytest.mark.parametrize(("width", "height"), [(96, 48), (48, 96)])
def test_others_keep_everything_and_leave_bands(width: int, height: int) -> None:
    square = prepare_picture(picture_of(width, height, 60.0), 64)
    rows = square.known.any(axis=1)
    columns = square.known.any(axis=0)
    assert rows.sum() == (32 if width > height else 64)
    assert columns.sum() == (64 if width > height else 32)
    assert square.known.sum() == rows.sum() * columns.sum()
    assert (square.image[~square.known] == 0).all()
    inside = square.image[square.known].reshape(rows.sum(), columns.sum(), 3)
    assert inside[:, 0, 0].mean() < 0.03 and inside[:, -1, 0].mean() > 0.97
    focal = width / 2 / math.tan(math.radians(30))
    assert square.fov_degrees == pytest.approx(math.degrees(2 * math.atan(48 / focal)))


def test_transparent_colours_do_not_bleed_into_known_pixels() -> None:
    image = np.zeros((64, 64, 3), np.float32)
    known = np.zeros((64, 64), bool)
    image[:, :33], known[:, :33] = (0.2, 0.4, 0.6), True
    image[:, 33:] = (1.0, 0.0, 1.0)
    for size in (32, 128):
        square = prepare_picture(Picture(image, known), size)
        assert np.abs(square.image[square.known] - (0.2, 0.4, 0.6)).max() < 1e-3


@settings(max_examples=30, deadline=None)
@given(st.integers(16, 70), st.integers(16, 70), st.integers(16, 80))
def test_any_shape_becomes_a_square(width: int, height: int, size: int) -> None:
    if max(width, height) > 4 * min(width, height):
        return
    depth = np.full((height, width), 2.0, np.float32)
    square = prepare_picture(picture_of(width, height, 70.0), size, depth)
    assert square.image.shape == (size, size, 3) and square.known.shape == (size, size)
    assert square.known.any()
    assert square.image.min() >= 0 and square.image.max() <= 1
    assert square.depth is not None
    assert np.array_equal(np.isfinite(square.depth), square.known)
    assert (square.depth[square.known] == 2.0).all()


def test_depth_follows_its_picture() -> None:
    depth = np.tile(np.linspace(1, 9, 192, dtype=np.float32), (96, 1))  # twice the picture's resolution
    square = prepare_picture(picture_of(96, 48), 64, depth)
    assert square.depth is not None
    across = square.depth[32]
    assert across[0] == pytest.approx(1.0, abs=0.1) and across[-1] == pytest.approx(9.0, abs=0.1)
    assert (np.diff(across) > 0).all()
    with pytest.raises(InputError, match="aspect must agree"):
        prepare_picture(picture_of(96, 48), 64, depth[:, :120])


def test_depth_is_never_blended_across_an_edge() -> None:
    depth = np.where(np.arange(64)[None, :] < 31, 1.0, 50.0).repeat(64, axis=0).reshape(64, 64).astype(np.float32)
    square = prepare_picture(picture_of(64, 64), 40, depth)
    assert square.depth is not None and set(np.unique(square.depth)) == {1.0, 50.0}


METRES = np.random.default_rng(0).uniform(0.5, 20, (24, 32)).astype(np.float32)


def write_depth(path: Path, metres: np.ndarray, channel: str = "Z") -> Path:
    if path.suffix == ".npy":
        np.save(path, metres)
    elif path.suffix == ".exr":
        import OpenEXR

        OpenEXR.File({"type": OpenEXR.scanlineimage}, {channel: metres.astype(np.float32)}).write(str(path))
    elif path.suffix == ".tiff":
        pillow.fromarray(metres.astype(np.float32)).save(path)
    else:
        pillow.fromarray(np.round(metres * 1000).astype(np.uint16)).save(path)
    return path


@pytest.mark.parametrize(
    ("name", "unit"), [("a.png", "mm"), ("a.npy", "m"), ("a.exr", "m"), ("a.tiff", "m"), ("a.png", 0.001)]
)
def test_every_depth_format_with_its_unit(tmp_path: Path, name: str, unit: Any) -> None:
    depth = load_depth(write_depth(tmp_path / name, METRES), unit)
    assert depth.dtype == np.float32 and depth.shape == METRES.shape
    assert np.abs(depth - METRES).max() < 6e-4


def test_other_units_and_channel_names(tmp_path: Path) -> None:
    path = write_depth(tmp_path / "a.exr", METRES * 100, channel="Y")
    assert np.allclose(load_depth(path, "cm"), METRES, rtol=1e-5)
    three = write_depth(tmp_path / "b.npy", METRES[..., None])
    assert np.array_equal(load_depth(three), METRES)
    assert np.array_equal(load_depth(write_depth(tmp_path / "c.npy", np.full((20, 20), 7))), np.full((20, 20), 7.0))


def test_specks_are_filled_from_their_neighbours_and_large_gaps_are_left_to_an_estimate(tmp_path: Path) -> None:
    holes = METRES.copy()
    holes[4:10, 4:10] = 0
    holes[12, 12] = np.nan
    holes[0] = np.inf
    depth = load_depth(write_depth(tmp_path / "a.npy", holes))
    kept = np.isfinite(holes) & (holes > 0)
    assert np.array_equal(depth[kept], METRES[kept])
    assert np.isinf(depth[0]).all() and np.isfinite(depth[1:4]).all()
    assert depth[12, 12] in METRES[11:14, 11:14]
    assert np.isnan(depth[6:8, 6:8]).all()


@pytest.mark.parametrize(("name", "sky"), [("a.npy", 1e10), ("a.npy", 65504.0), ("a.exr", 1e10), ("a.png", 65.535)])
def test_numbers_that_stand_for_the_sky(tmp_path: Path, name: str, sky: float) -> None:
    metres = METRES.copy()
    metres[:5] = sky
    depth = load_depth(write_depth(tmp_path / name, metres), "mm" if name.endswith("png") else "m")
    assert np.isinf(depth[:5]).all() and np.abs(depth[5:] - METRES[5:]).max() < 6e-4


def test_channels_and_arrays_of_any_name(tmp_path: Path) -> None:
    import OpenEXR

    kind = {"type": OpenEXR.scanlineimage}
    OpenEXR.File(kind, {"ViewLayer.Depth.Z": METRES}).write(str(tmp_path / "layer.exr"))
    OpenEXR.File(kind, {"RGB": np.repeat(METRES[..., None], 3, -1)}).write(str(tmp_path / "grey.exr"))
    np.savez(tmp_path / "named.npz", depth=METRES, other=METRES + 1)
    np.savez(tmp_path / "single.npz", whatever=METRES, intrinsics=np.eye(3))
    for name in ("layer.exr", "grey.exr", "named.npz", "single.npz"):
        assert np.array_equal(load_depth(tmp_path / name), METRES)
    np.savez(tmp_path / "two.npz", a=METRES, b=METRES)
    with pytest.raises(InputError, match="name the array with the metres 'depth'"):
        load_depth(tmp_path / "two.npz")
    OpenEXR.File(kind, {"RGB": np.random.default_rng(0).random((24, 32, 3), np.float32)}).write(
        str(tmp_path / "colour.exr")
    )
    with pytest.raises(InputError, match="none is named Z or depth"):
        load_depth(tmp_path / "colour.exr")


def test_inverse_depth_is_noticed(tmp_path: Path) -> None:
    rows = np.linspace(0, 1, 40, dtype=np.float32)[:, None].repeat(30, axis=1)
    np.save(tmp_path / "disparity.npy", rows)
    pillow.fromarray(np.rint(rows * 65535).astype(np.uint16)).save(tmp_path / "disparity.png")
    for name in ("disparity.npy", "disparity.png"):
        with pytest.raises(InputError, match="inverse depth"):
            load_depth(tmp_path / name)
    np.save(tmp_path / "near_the_foot.npy", rows[::-1])
    assert load_depth(tmp_path / "near_the_foot.npy")[0, 0] == 1


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("as_stored", [True, False])
def test_depth_is_turned_with_its_picture(orientation: int, as_stored: bool) -> None:
    depth = np.full((48, 64), 8.0, np.float32)
    depth[30:, :20] = 2.0
    depth[5:12, 40:60] = 4.0
    image = np.repeat((depth / 8)[..., None], 3, axis=-1)
    stored = np.ascontiguousarray(depth)
    back = {6: 8, 8: 6}.get(orientation, orientation)  # all others undo themselves
    if as_stored:
        stored = np.ascontiguousarray(UPRIGHT_BY_EXIF[back](depth))
    assert np.array_equal(upright_depth(stored, image, orientation), depth)


@pytest.mark.parametrize(
    ("depth", "message"),
    [
        (np.where(np.arange(768).reshape(24, 32) % 7 == 0, -1.0, 2.0), "negative values"),
        (np.zeros((24, 32)), "zero or NaN on 100%"),
        (np.full((24, 32), np.nan), "zero or NaN on 100%"),
        (np.full((24, 32), np.inf), "infinite everywhere"),
        (np.ones((24, 32, 3)), "one channel"),
        (np.ones((24, 32), np.complex64), "one channel"),
        (np.ones((1, 1)), "at least 16 a side"),
        (np.array(["a", "b"]), "one channel"),
    ],
)
def test_bad_depth(tmp_path: Path, depth: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_depth(write_depth(tmp_path / "a.npy", depth))


def test_depth_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        load_depth(tmp_path / "nothing.npy")
    for name in ("a.npy", "a.exr", "a.png"):
        (tmp_path / name).write_bytes(b"not what it says")
        with pytest.raises(InputError, match="cannot be read"):
            load_depth(tmp_path / name)
    with pytest.raises(InputError, match="8 bits"):
        load_depth(save(tmp_path, "b.png", gradient(32, 32)[..., 0]))
    with pytest.raises(InputError, match="colour picture"):
        load_depth(save(tmp_path, "c.png", gradient(32, 32)))
    np.save(tmp_path / "d.npy", np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError, match="cannot be read"):
        load_depth(tmp_path / "d.npy")
    for unit in ("inch", 0.0, -1.0, float("nan")):
        with pytest.raises(InputError, match="depth unit"):
            load_depth(write_depth(tmp_path / "e.npy", METRES), unit)  # type: ignore[arg-type]
