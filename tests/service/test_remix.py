"""What is remixed by rebuilding it, and what by repainting it over its own depth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import lucid3d
from lucid3d.config import Config
from lucid3d.families.config import ModelsConfig
from lucid3d.service.remix import plan_remix
from lucid3d.service.spec import DreamSpec, Repaint
from lucid3d.service.spot import Ending, Spot
from lucid3d.service.work import perform
from tests.families.conftest import checkpoint  # noqa: F401 (a fixture)
from tests.small import small_config


def remixed(source: Path, folder: Path, change: str, style: str = "") -> Ending:
    """Plan a remix and do it, as a worker would."""
    plan = plan_remix(source, change, "", style, None)
    assert plan.repaint and "over their depth" in plan.structure
    words = Repaint(prompt=plan.wording.sentence, negative_prompt="", seed=plan.config.seed)
    spot = Spot(folder.parent / f"{folder.name}-spot")
    spot.prepare(DreamSpec(kind="remix", config=plan.config, source=source, repaint=words, output=folder))
    return perform(spot.folder)


def dreamed_pictures(folder: Path) -> np.ndarray:
    return np.stack([view.image for view in lucid3d.Scene.load(folder).views if not view.support])


def brightness_of(folder: Path, *, sky: bool) -> float:
    """Mean of the pictures' pixels that are sky, or that are not."""
    views = [view for view in lucid3d.Scene.load(folder).views if not view.support]
    return float(np.concatenate([view.image[np.isinf(view.depth) == sky] for view in views]).mean())


def short(tmp_path: Path, **choices: Any) -> Config:
    """A config of three views and no film."""
    path = tmp_path / "path.yaml"
    path.write_text("views: [{yaw: 0}, {yaw: 40}, {yaw: 20, pitch: -30}]")
    return small_config(trajectory=str(path), render={"film_frames": 0}, **choices)


def test_a_painted_place_is_repainted_over_its_depth(tmp_path: Path, checkpoint: Callable[[str], str]) -> None:  # noqa: F811
    networks = ModelsConfig(
        inpainting=checkpoint("sd"),
        depth=checkpoint("zoe-n"),
        depth_controlnet=checkpoint("controlnet"),
        steps=2,
        retries=0,
        safety_checker=False,
        mirrored_average=False,
    )
    config = short(tmp_path, prompt=["a lake in the morning"], models="diffusion")
    source = lucid3d.dream(config=config, diffusion=networks).save(tmp_path / "source")
    ending = remixed(source, tmp_path / "remix", "at night")
    assert ending.state == "done", ending
    assert ending.facts["structure_kept"] == 1
    assert "over their depth" in ending.facts["understood"]
    scene = lucid3d.Scene.load(tmp_path / "remix")
    assert scene.prompt == "a lake, at night" and scene.facts["restyled"]["from"] == "source"
    assert np.abs(dreamed_pictures(source) - dreamed_pictures(tmp_path / "remix")).mean() > 0.002
    # and that one again: its own words are the ones that change
    again = plan_remix(tmp_path / "remix", "in winter", "", "", None)
    assert again.repaint and again.wording.sentence == "a lake, at night, in winter"


def test_a_place_from_a_picture_keeps_its_shape_and_changes_its_light(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    from tests.service.conftest import picture as drawn

    picture.write_bytes(drawn())
    config = short(tmp_path, prompt=["a meadow at noon"], image=str(picture), models="procedural")
    source = lucid3d.dream(config=config).save(tmp_path / "source")
    ending = remixed(source, tmp_path / "remix", "at night")
    assert ending.state == "done" and ending.facts["structure_kept"] == 1, ending
    for beyond, brightness in ((True, 0.8), (False, 0.9)):  # another sky; and grass is dark by day already
        day, night = (brightness_of(folder, sky=beyond) for folder in (source, tmp_path / "remix"))
        assert night < brightness * day
