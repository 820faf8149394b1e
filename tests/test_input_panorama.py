"""Panoramas handed in: parts of a sphere, tilted ones, linear light, black poles, and what is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as pillow

from lucid3d.errors import InputError
from lucid3d.export.images import write_exr, write_hdr, write_png
from lucid3d.input_panorama import load_panorama
from lucid3d.learning.optics import levelling
from lucid3d.panorama.resampling import equirectangular_rays, sample_equirectangular

ROWS = 64


def sphere() -> np.ndarray:
    """(ROWS, 2 ROWS, 3) float32 that is smooth everywhere and brightest straight up, with its own red to the east."""
    rays = equirectangular_rays(ROWS)
    return (
        (0.5 + 0.4 * rays @ np.array([[0.9, 0.1, 0.3], [-0.2, -0.9, -0.5], [0.2, 0.1, 0.7]], np.float32))
        .astype(np.float32)
        .clip(0.05, 1)
    )


def gpano(**said: float | str) -> bytes:
    tags = "".join(f'GPano:{name}="{value}" ' for name, value in said.items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" {tags}/></rdf:RDF></x:xmpmeta>'
    ).encode()


def saved(path: Path, image: np.ndarray, xmp: bytes = b"") -> str:
    pillow.fromarray((image * 255 + 0.5).astype(np.uint8)).save(path, xmp=xmp, quality=97)
    return str(path)


@pytest.mark.parametrize(("name", "write"), [("p.hdr", write_hdr), ("p.exr", write_exr)])
def test_linear_light_is_shown_as_the_picture_that_it_came_from(tmp_path: Path, name: str, write) -> None:
    light = np.where(sphere() <= 0.04045, sphere() / 12.92, ((sphere() + 0.055) / 1.055) ** 2.4)
    write(tmp_path / name, light)
    assert np.abs(load_panorama(str(tmp_path / name)) - sphere()).mean() < 0.01
    write(tmp_path / name, 5000 * light)  # candelas rather than shares of white
    dark = load_panorama(str(tmp_path / name))
    assert 0.3 < np.median(dark) < 0.6 and np.corrcoef(dark[..., 1].ravel(), sphere()[..., 1].ravel())[0, 1] > 0.9


def test_a_part_of_the_sphere_lies_where_its_xmp_says(tmp_path: Path) -> None:
    top, left, tall, wide = 16, 100, 32, 60  # over the seam behind
    columns = (left + np.arange(wide)) % (2 * ROWS)
    xmp = gpano(
        FullPanoWidthPixels=4 * ROWS, FullPanoHeightPixels=2 * ROWS, CroppedAreaLeftPixels=2 * left,
        CroppedAreaTopPixels=2 * top, CroppedAreaImageWidthPixels=2 * wide, CroppedAreaImageHeightPixels=2 * tall,
    )  # fmt: skip
    loaded = load_panorama(saved(tmp_path / "p.jpg", sphere()[top : top + tall][:, columns], xmp))
    assert loaded.shape == (ROWS, 2 * ROWS, 3)
    here = loaded[top : top + tall][:, columns]
    assert np.abs(here - sphere()[top : top + tall][:, columns]).mean() < 0.02
    assert loaded.min() > 0.02  # nothing is left black


def test_a_tilted_sphere_is_levelled(tmp_path: Path) -> None:
    tilted = sample_equirectangular(sphere(), equirectangular_rays(ROWS) @ levelling(14, -9).astype(np.float32).T)
    xmp = gpano(ProjectionType="equirectangular", PosePitchDegrees=14, PoseRollDegrees=-9.0)
    assert np.abs(load_panorama(saved(tmp_path / "p.jpg", tilted, xmp)) - sphere()).mean() < 0.02
    as_it_is = load_panorama(saved(tmp_path / "q.jpg", tilted))
    assert np.abs(as_it_is - sphere()).mean() > 0.05


def test_black_poles_are_continued_and_night_is_not(tmp_path: Path) -> None:
    capped = sphere()
    capped[:9] = capped[-7:] = 0
    loaded = load_panorama(saved(tmp_path / "p.png", capped))
    assert loaded.min() > 0.02 and np.abs(loaded[9:-7] - capped[9:-7]).max() < 0.01
    night = sphere()
    night[20:30] = 0  # a black wall is no missing part
    assert load_panorama(saved(tmp_path / "n.png", night))[24].max() == 0


@pytest.mark.parametrize(
    "said",
    [
        {"FullPanoWidthPixels": 0},
        {"FullPanoWidthPixels": "1e400", "CroppedAreaTopPixels": "nan"},
        {"FullPanoWidthPixels": 5},
    ],
)
def test_nonsense_in_xmp_is_passed_over(tmp_path: Path, said: dict[str, float | str]) -> None:
    assert load_panorama(saved(tmp_path / "p.jpg", sphere(), gpano(**said))).shape == (ROWS, 2 * ROWS, 3)


def test_what_is_no_panorama_is_refused_by_name(tmp_path: Path) -> None:
    square = saved(tmp_path / "s.png", sphere()[:, :ROWS])
    black = saved(tmp_path / "b.png", 0 * sphere())
    (tmp_path / "cut.hdr").write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 64 +X 128\n\x02\x02")
    (tmp_path / "big.hdr").write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 90000 +X 180000\n")
    (tmp_path / "no.exr").write_bytes(b"v/1\x01 nothing")
    write_exr(tmp_path / "z.exr", np.ones((64, 128), np.float32))
    write_png(tmp_path / "tiny.png", np.ones((20, 40, 3), np.float32))
    wrong = {
        square: "twice as wide", black: "black all over", str(tmp_path / "cut.hdr"): "cannot be read",
        str(tmp_path / "big.hdr"): "reduce it", str(tmp_path / "no.exr"): "cannot be read",
        str(tmp_path / "z.exr"): "no colours", str(tmp_path / "tiny.png"): "at least 32",
        str(tmp_path / "none.jpg"): "does not exist", str(tmp_path): "folder",
        str(tmp_path / "none.hdr"): "cannot be read",
    }  # fmt: skip
    for path, message in wrong.items():
        with pytest.raises(InputError, match=message):
            load_panorama(path)
