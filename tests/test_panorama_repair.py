"""Seams are found where they are and nowhere else, and mending them leaves the rest alone."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lucid3d.camera import Camera
from lucid3d.cli import main
from lucid3d.errors import InputError
from lucid3d.panorama import (
    cube_cameras,
    equirectangular_from_cube,
    equirectangular_rays,
    find_seams,
    perspective_from_equirectangular,
    repair_panorama,
)
from lucid3d.panorama.repair import PAINTED_DEGREES, ZONE_DEGREES
from lucid3d.panorama.seams import POLE_DEGREES, cap_mask

HEIGHT = 128


def textured(height: int = HEIGHT) -> np.ndarray:
    """A picture on the sphere: colour by direction, with waves in space as its detail."""
    rays = equirectangular_rays(height).astype(np.float64)
    rng = np.random.default_rng(3)
    picture = 0.5 + 0.25 * rays
    for _ in range(24):
        wave = rng.normal(size=3) * 14
        picture += 0.02 * np.sin(rays @ wave + rng.uniform(0, 6))[..., None] * rng.uniform(0.3, 1, 3)
    return np.clip(picture, 0, 1).astype(np.float32)


def with_a_seam() -> np.ndarray:
    """Darker towards the right, so that the wrap shows."""
    return textured() * np.linspace(1, 0.6, 2 * HEIGHT, dtype=np.float32)[None, :, None]


def visible(panorama: np.ndarray) -> set[str]:
    return {seam.name for seam in find_seams(panorama) if seam.visible}


def test_a_sphere_has_no_seam_and_comes_back_as_it_was() -> None:
    picture = textured()
    assert visible(picture) == set()
    repair = repair_panorama(picture)
    assert np.array_equal(repair.panorama, picture) and repair.painted == 0


def test_the_wrap_is_found_and_mended_and_nothing_far_from_it_changes() -> None:
    picture = with_a_seam()
    assert visible(picture) == {"wrap"}
    repair = repair_panorama(picture)
    assert visible(repair.panorama) == set()
    across = np.abs(repair.panorama[:, 0] - repair.panorama[:, -1]).mean()
    assert across < np.abs(picture[:, 0] - picture[:, -1]).mean() / 5
    reach = math.sin(math.radians(ZONE_DEGREES + 1))
    rays = equirectangular_rays(HEIGHT)
    far = (np.abs(rays[..., 0]) > reach) | (rays[..., 2] > 0)
    assert np.array_equal(repair.panorama[far], picture[far])


def test_only_the_part_that_shows_is_mended() -> None:
    picture = textured()
    upper = picture.copy()
    upper[: HEIGHT // 2] = with_a_seam()[: HEIGHT // 2]
    repair = repair_panorama(upper)
    ground = slice(HEIGHT * 3 // 4, None)
    assert np.array_equal(repair.panorama[ground], picture[ground])
    assert "wrap" in {seam.name for seam in repair.before if seam.visible}
    assert visible(repair.panorama) == set()


def test_cube_faces_of_other_brightness_are_found_by_their_names() -> None:
    faces = {
        name: perspective_from_equirectangular(textured(), camera) * (1.25 if name == "R" else 1)
        for name, camera in cube_cameras(64).items()
    }
    joined = np.clip(equirectangular_from_cube(faces, HEIGHT), 0, 1)
    assert {"FR", "RB"} <= visible(joined) <= {"FR", "RB", "RU", "RD"}
    assert not visible(repair_panorama(joined).panorama)


@pytest.mark.parametrize("top", [True, False])
def test_a_pole_that_was_painted_flat_is_mended(top: bool) -> None:
    rng = np.random.default_rng(0)
    picture = textured()
    rows = slice(0, 9) if top else slice(-9, None)
    picture[rows] = np.clip(picture[rows] + rng.normal(0, 0.1, picture[rows].shape), 0, 1)
    name = "zenith" if top else "nadir"
    assert visible(picture) == {name}
    repair = repair_panorama(picture)
    assert visible(repair.panorama) == set()
    outside = ~cap_mask(HEIGHT, 1.5 * POLE_DEGREES, top=top)
    assert np.array_equal(repair.panorama[outside], picture[outside])


def test_a_painter_paints_what_lies_on_the_seam_and_only_that() -> None:
    asked: list[tuple[int, int]] = []

    def paint(image: np.ndarray, known: np.ndarray, camera: Camera) -> np.ndarray:
        asked.append(known.shape)
        assert camera.world_from_camera[2, 2] < 0  # looks back, where the wrap is
        return np.where(known[..., None], image, np.float32([1, 0, 0])).astype(np.float32)

    repair = repair_panorama(with_a_seam(), inpaint=paint)
    red = (repair.panorama - np.float32([1, 0, 0])) ** 2
    red = red.sum(axis=-1) < 1e-6
    rays = equirectangular_rays(HEIGHT)
    offset = np.degrees(np.arcsin(np.abs(rays[..., 0])))
    assert asked and red.any() and (offset[red] < PAINTED_DEGREES + 1).all() and (rays[..., 2][red] < 0).all()
    assert repair.painted == pytest.approx(red.mean(), rel=0.6)


@pytest.mark.parametrize("shape", [(64, 64, 3), (64, 128), (64, 128, 4)])
def test_what_is_no_colour_panorama_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"2:1|\(H, 2H"):
        repair_panorama(np.zeros(shape, np.float32))
    broken = textured()
    broken[3, 3] = np.nan
    with pytest.raises(InputError, match="not finite"):
        repair_panorama(broken)


def test_the_command_mends_a_file_and_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "in.png", tmp_path / "out.png"
    Image.fromarray((with_a_seam() * 255).astype(np.uint8)).save(source)
    main(["panorama", "repair", str(source), str(target), "--models", "none"])
    said = capsys.readouterr().out
    assert "wrap: mended" in said and "no painter" in said
    assert visible(np.asarray(Image.open(target), np.float32) / 255) == set()
    with pytest.raises(SystemExit) as stopped:
        main(["panorama", "repair", str(source), str(target)])
    assert stopped.value.code == 2 and "--overwrite" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"not a picture", "in.png", "cannot be read"),
        (None, "missing.png", "does not exist"),
        ("square", "in.png", "twice as wide as high"),
    ],
)
def test_the_command_refuses_what_it_cannot_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | str | None, name: str, said: str
) -> None:
    source = tmp_path / name
    if content == "square":
        Image.new("RGB", (32, 32)).save(source)
    elif isinstance(content, bytes):
        source.write_bytes(content)
    with pytest.raises(SystemExit) as stopped:
        main(["panorama", "repair", str(source), str(tmp_path / "out.png")])
    assert stopped.value.code == 2 and said in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


def test_a_style_image_lends_its_colours_and_no_seam(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target, style = tmp_path / "in.png", tmp_path / "out.png", tmp_path / "style.png"
    Image.fromarray((textured() * 255).astype(np.uint8)).save(source)
    paint = np.clip(np.random.default_rng(2).normal((0.7, 0.45, 0.3), 0.06, (48, 64, 3)), 0, 1)
    Image.fromarray((paint * 255).astype(np.uint8)).save(style)
    main(["panorama", "repair", str(source), str(target), "--models", "none", "--style-image", str(style)])
    assert "colours only" in capsys.readouterr().out
    made = np.asarray(Image.open(target), np.float32) / 255
    assert visible(made) == set()
    middle = made[len(made) // 4 : -len(made) // 4].reshape(-1, 3)
    assert np.abs(middle.mean(axis=0) - paint.mean(axis=(0, 1))).max() < 0.06
    with pytest.raises(SystemExit) as stopped:
        main(["panorama", "repair", str(source), str(tmp_path / "b.png"), "--style-image", str(tmp_path / "none.png")])
    assert stopped.value.code == 2 and "does not exist" in capsys.readouterr().err
