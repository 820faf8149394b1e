"""A panorama painted over: it closes, it keeps fine detail, and how far it goes is what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from lucid3d.camera import Camera
from lucid3d.cli import main
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter
from lucid3d.joint.ring import joint_path
from lucid3d.panorama import equirectangular_rays, find_seams, perspective_from_equirectangular
from lucid3d.restyle.redraw import on_the_sphere, redraw_panorama

Checkpoint = Callable[[str], str]
HEIGHT = 384


def panorama() -> np.ndarray:
    """Colour by direction, with a fine grain that no view of 64 pixels holds."""
    grain = np.random.default_rng(0).normal(0, 0.04, (HEIGHT, 2 * HEIGHT, 1))
    return np.clip(0.5 + 0.2 * equirectangular_rays(HEIGHT) + grain, 0, 1).astype(np.float32)


def seams(picture: np.ndarray) -> set[str]:
    return {seam.name for seam in find_seams(picture) if seam.visible}


@pytest.fixture
def networks(checkpoint: Checkpoint) -> ModelsConfig:
    return ModelsConfig(
        inpainting=checkpoint("sd"), captioner=checkpoint("blip"), image_size=64, steps=4, retries=0,
        safety_checker=False,
    )  # fmt: skip


def test_the_views_of_a_sphere_cover_it_and_come_back() -> None:
    smooth = 0.5 + 0.3 * equirectangular_rays(HEIGHT)
    cameras = joint_path([], 96)
    views = [perspective_from_equirectangular(smooth, camera) for camera in cameras]
    assert np.abs(on_the_sphere(views, cameras, HEIGHT) - smooth).max() < 0.02
    one = on_the_sphere(views[:1], [Camera.from_fov(96, 96, 90)], HEIGHT)
    assert np.array_equal(one[:, 0], np.zeros_like(one[:, 0]))  # behind that view nothing is made up


def test_painting_goes_as_far_as_asked_and_shows_no_seam(networks: ModelsConfig) -> None:
    painter = DiffusionPainter(networks)
    before = panorama()
    little, much = (redraw_panorama(painter, before, "ink", strength=s, seed=1) for s in (0.25, 1.0))
    again = redraw_panorama(painter, before, "ink", strength=0.25, seed=1)
    assert np.array_equal(little, again)
    assert 0.003 < np.abs(little - before).mean() < 0.9 * np.abs(much - before).mean()
    assert seams(little) <= seams(before)  # the grain pinches at the poles from the start

    def grain(picture: np.ndarray) -> np.ndarray:
        middle = picture[HEIGHT // 3 : -HEIGHT // 3]
        return middle - (np.roll(middle, 1, axis=1) + np.roll(middle, -1, axis=1)) / 2

    kept = np.corrcoef(grain(little).ravel(), grain(before).ravel())[0, 1]
    assert kept > 0.7  # what lies between the views' pixels is carried over
    with pytest.raises(InputError, match="strength"):
        redraw_panorama(painter, before, "ink", strength=0, seed=1)


def test_the_command_paints_in_the_words_of_the_picture(
    networks: ModelsConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, picture in (("in.png", panorama()), ("style.png", np.random.default_rng(1).uniform(0, 1, (64, 64, 3)))):
        Image.fromarray((picture * 255).astype(np.uint8)).save(tmp_path / name)

    def repaired(networks: ModelsConfig, target: str, *more: str) -> str:
        chosen = {name: getattr(networks, name) for name in ("inpainting", "captioner", "image_size", "steps")}
        (tmp_path / "config.yaml").write_text(yaml.safe_dump({"diffusion": {**chosen, "safety_checker": False}}))
        files = [str(tmp_path / name) for name in ("in.png", target, "style.png", "config.yaml")]
        options = ["--models", "diffusion", "--style-image", files[2], "--config", files[3]]
        main(["panorama", "repair", *files[:2], *options, *more])
        return capsys.readouterr().out

    assert "painted over by" in repaired(networks, "a.png") and (tmp_path / "a.png").is_file()
    assert "colours only" in repaired(networks, "b.png", "--style-strength", "0")
    told = repaired(replace(networks, captioner="nobody/nothing"), "c.png")
    assert 'as "a 360-degree panorama"' in told  # nobody here who could describe the picture
    colours, painted = (np.asarray(Image.open(tmp_path / name), float) for name in ("b.png", "a.png"))
    assert np.abs(colours - painted).mean() > 0.5
    with pytest.raises(SystemExit) as stopped:
        repaired(networks, "d.png", "--style-strength", "2")
    assert stopped.value.code == 2 and not (tmp_path / "d.png").exists()
