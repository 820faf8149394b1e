"""The whole main job through the diffusion family: text, picture, and picture with depth, on tiny checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image as pillow

import lucid3d
import lucid3d.panorama
from lucid3d.errors import InputError
from lucid3d.extending import Goal, extend_scene
from lucid3d.families.config import ModelsConfig
from tests.small import small_config

Checkpoint = Callable[[str], str]


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A path of three views: ahead, to the right, and down."""
    file = tmp_path / "path.yaml"
    file.write_text(yaml.safe_dump({"views": [{"yaw": 0}, {"yaw": 40}, {"yaw": 20, "pitch": -45}]}))
    return str(file)


def dream(
    path: str, checkpoint: Checkpoint, inpainting: str, network: str, *prompt: str, **choices: Any
) -> lucid3d.Scene:
    networks = ModelsConfig(
        inpainting=checkpoint(inpainting),
        depth=checkpoint(network),
        captioner=checkpoint("blip"),
        steps=2,
        safety_checker=False,
        mirrored_average=False,
        image_size=64,
    )
    return lucid3d.dream(
        prompt, config=small_config(prompt=[]), models="diffusion", diffusion=networks, trajectory=path, **choices
    )


def picture(folder: Path, width: int, height: int) -> str:
    y, x = np.mgrid[0:height, 0:width]
    bytes_image = np.stack([255 * x / width, 255 * y / height, 120 + 60 * np.sin(x / 5)], axis=-1).astype(np.uint8)
    pillow.fromarray(bytes_image).save(folder / "picture.png")
    return str(folder / "picture.png")


@pytest.mark.parametrize(
    ("inpainting", "depth"),
    [
        ("sd-inpaint", "zoe-nk"),
        ("sdxl-inpaint", "anything"),
        ("sd", "anything-metric"),
        ("sd3", "depth-pro"),
        ("flux-fill", "zoe-n"),
        ("klein", "zoe-k"),
        ("z-image", "zoe-n"),
    ],
)
def test_text_becomes_a_scene(path: str, checkpoint: Checkpoint, inpainting: str, depth: str) -> None:
    scene = dream(path, checkpoint, inpainting, depth, "a lake")
    assert len(scene.gaussians) > 500
    assert len(scene.points) > 500
    dreamed = [view for view in scene.views if not view.support]
    assert len(dreamed) >= 2
    assert all(np.isfinite(view.image).all() and view.image.std() > 0.01 for view in dreamed)
    assert scene.facts["models"]["family"] == "diffusion"


def test_a_finished_scene_goes_on_by_the_networks_that_made_it(path: str, checkpoint: Checkpoint) -> None:
    before = dream(path, checkpoint, "sd-inpaint", "zoe-n", "a lake")
    farther = Path(path).with_name("farther.yaml")
    farther.write_text(yaml.safe_dump({"views": [{"yaw": 40, "position": [0.2, 0, 0.2]}, {"yaw": 80}]}))
    before = replace(before, config=replace(before.config, models="auto"))
    after = extend_scene(before, Goal(path=str(farther)), prompt="a castle")
    count = len(before.points)
    assert len(after.points) > count
    np.testing.assert_array_equal(after.points.positions[:count], before.points.positions)
    np.testing.assert_array_equal(after.gaussians.means[: len(before.gaussians)], before.gaussians.means)
    fresh = after.views[len(before.views) :]
    assert fresh and all("castle" in view.prompt for view in fresh)
    assert all(view.depth is not None and np.isfinite(view.depth).any() for view in fresh)


def test_networks_explore_the_ground_that_they_dreamed(path: str, checkpoint: Checkpoint) -> None:
    scene = dream(path, checkpoint, "sd-inpaint", "zoe-n", "a lake", explore="0.5m")
    assert scene.free is not None and scene.free.area > 0
    planned = scene.cameras[-scene.facts["dream"]["planned"] :]
    assert 0 < len(planned) < len(scene.cameras)
    assert all(np.linalg.norm(camera.position[[0, 2]]) <= 1.0 for camera in planned)
    assert np.isfinite(scene.points.positions).all()


def test_the_same_seed_gives_the_same_bytes(path: str, checkpoint: Checkpoint) -> None:
    first, again = (dream(path, checkpoint, "sd-inpaint", "zoe-n", "a lake", seed=4) for _ in range(2))
    assert first.points.positions.tobytes() == again.points.positions.tobytes()
    assert first.gaussians.means.tobytes() == again.gaussians.means.tobytes()
    other = dream(path, checkpoint, "sd-inpaint", "zoe-n", "a lake", seed=5)
    assert first.points.colors.tobytes() != other.points.colors.tobytes()


def test_a_wide_picture_without_a_prompt_is_captioned_and_outpainted(
    path: str, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    file = picture(tmp_path, 96, 48)
    scene = dream(path, checkpoint, "sd-inpaint", "zoe-n", image=file)
    assert scene.prompt and scene.prompt != "a place like the photograph"
    first = next(view for view in scene.views if not view.support)
    # The picture lies in the middle half of the first view as it was; the bands around it are painted.
    middle = np.asarray(pillow.open(file).resize((48, 24), pillow.Resampling.BOX), np.float32) / 255
    assert np.abs(first.image[12:36] - middle).max() < 2 / 255
    assert first.image[:12].std() > 0.01 and first.image[36:].std() > 0.01


def test_a_panorama_is_kept_all_around_and_measured_by_the_network(
    path: str, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    file = picture(tmp_path, 256, 128)
    scene = dream(path, checkpoint, "sd-inpaint", "zoe-n", panorama=file)
    assert scene.prompt and scene.prompt != "a place like the photograph"
    panorama = np.asarray(pillow.open(file), np.float32) / 255
    for view in (each for each in scene.views if not each.support):
        shown = lucid3d.panorama.perspective_from_equirectangular(panorama, view.camera)
        assert np.abs(view.image - shown).mean() < 0.02
        assert view.depth is not None and np.isfinite(view.depth).any()


def test_a_picture_with_its_depth_keeps_both(path: str, checkpoint: Checkpoint, tmp_path: Path) -> None:
    file = picture(tmp_path, 64, 64)
    metres = np.tile(np.linspace(2, 6, 64, dtype=np.float32), (64, 1))
    np.save(tmp_path / "depth.npy", metres)
    depth_file = str(tmp_path / "depth.npy")
    scene = dream(path, checkpoint, "sd-inpaint", "anything", "a lake", image=file, depth=depth_file)
    first = next(view for view in scene.views if not view.support)
    assert first.depth is not None
    across = np.median(first.depth, axis=0)
    assert across == pytest.approx(np.linspace(2, 6, 48), abs=0.15)


def test_missing_weights_name_what_fetches_them(path: str, checkpoint: Checkpoint, empty_cache: Path) -> None:
    with pytest.raises(InputError, match="lucid3d models download"):
        lucid3d.dream("a lake", config=small_config(), models="diffusion")
