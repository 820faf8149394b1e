"""The whole command with tiny checkpoints: pictures with a photograph among them, and a scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lucid3d.config import Config
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.zoom.command import run_zoom
from lucid3d.zoom.levels import LevelGaussians


def config(checkpoint: Callable[[str], str], family: str = "diffusion") -> Config:
    diffusion = ModelsConfig(
        text_to_image=checkpoint("sd"),
        inpainting=checkpoint("sd-inpaint"),
        depth=checkpoint("zoe-n"),
        steps=2,
        retries=0,
        safety_checker=False,
    )
    base = Config(models=family, diffusion=diffusion)  # type: ignore[arg-type]
    drawn = replace(base.render, panorama_height=64, film_width=64, film_height=48, film_frames=3)
    return replace(base, dream=replace(base.dream, size=64), render=drawn)


def write_plan(folder: Path, extra: str = "") -> Path:
    path = folder / "zoom.yaml"
    path.write_text(f"levels: [a coast, a lighthouse]\nfactor: 4\n{extra}")
    return path


def test_pictures_with_a_photograph(checkpoint: Callable[[str], str], tmp_path: Path) -> None:
    from PIL import Image

    photograph = np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    Image.fromarray(photograph).save(tmp_path / "photograph.png")
    path = write_plan(tmp_path, "photograph: {file: photograph.png, level: 2}")
    run_zoom(path, config(checkpoint), tmp_path / "out")
    level = np.asarray(Image.open(tmp_path / "out" / "levels" / "level_1.png"))
    assert np.abs(level.astype(int) - photograph).max() <= 2
    coarse = np.asarray(Image.open(tmp_path / "out" / "levels" / "level_0.png"), np.float32)[24:40, 24:40]
    assert np.abs(coarse - photograph.reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))).max() < 3
    with pytest.raises(InputError, match="cannot take a photograph"):
        run_zoom(path, config(checkpoint, "procedural"), tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_scene(checkpoint: Callable[[str], str], tmp_path: Path) -> None:
    run_zoom(write_plan(tmp_path), config(checkpoint), tmp_path / "out", scene=True)
    levels = LevelGaussians.load(tmp_path / "out")
    assert set(np.unique(levels.level)) == {0, 1}
    assert (tmp_path / "out" / "preview.mp4").stat().st_size > 0
