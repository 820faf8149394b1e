"""Joint dreaming through real Stable Diffusion code, on tiny checkpoints."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image as pillow

import lucid3d
from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter
from lucid3d.joint.fusion import disagreement, separate
from lucid3d.joint.overlaps import turned_overlaps
from lucid3d.joint.painter import JointPainter, agreeing, paint_jointly
from lucid3d.joint.ring import RING, ring_cameras
from lucid3d.pipeline import run
from lucid3d.prompts import PromptPlan, plan_prompts
from lucid3d.start import Start
from tests.small import small_config

Checkpoint = Callable[[str], str]
SIZE = 64
CAMERAS = ring_cameras(SIZE)
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # diffusers on numpy 2
OVERLAPS = turned_overlaps(CAMERAS)


def networks(checkpoint: Checkpoint, name: str, **options: Any) -> ModelsConfig:
    settings = {"steps": 3, "retries": 0, "safety_checker": False, "mirrored_average": False} | options
    return ModelsConfig(inpainting=checkpoint(name), depth=checkpoint("zoe-nk"), **settings)


def painter(checkpoint: Checkpoint, name: str, **options: Any) -> DiffusionPainter:
    return DiffusionPainter(networks(checkpoint, name, **options))


def painted(it: DiffusionPainter, prompt: str = "a lake", seed: int = 1, start: Start | None = None) -> np.ndarray:
    views = paint_jointly(it, CAMERAS, PromptPlan(prompt), negative_prompt="", seed=seed, start=start)
    assert views is not None
    return np.stack(views.pictures)


@pytest.fixture(scope="module")
def plain(checkpoint: Checkpoint) -> np.ndarray:
    """What the plain settings paint for seed 1: the other ways of painting it are compared with this."""
    return painted(painter(checkpoint, "sd"))


@pytest.mark.parametrize("name", ["sd", "sd-inpaint", "sdxl", "sdxl-inpaint"])
def test_eight_views_agree_where_they_overlap(
    checkpoint: Checkpoint, plain: np.ndarray, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = painter(checkpoint, name)
    views = plain if name == "sd" else painted(it)
    assert views.shape == (RING, SIZE, SIZE, 3)
    assert views.min() >= 0 and views.max() <= 1 and (views.std(axis=(1, 2)) > 0.01).all()
    monkeypatch.setattr("lucid3d.joint.stable_diffusion.fusion", lambda *_: separate)
    alone = it.imagine_together(["a lake"] * RING, CAMERAS, seed=1)
    assert disagreement(views, OVERLAPS) < 0.35 * disagreement(np.stack(alone), OVERLAPS)


def test_the_networks_noise_prediction_is_that_of_diffusers(checkpoint: Checkpoint) -> None:
    """One view, nothing to fuse: the same picture as diffusers' own loop from the same noise."""
    import torch

    from lucid3d.families.diffusion.loading import quiet
    from lucid3d.joint import stable_diffusion
    from lucid3d.joint.noise import SphereNoise

    it = painter(checkpoint, "sd", scheduler="dpm++", steps=4)
    camera = Camera.from_fov(SIZE, SIZE, 90)
    pictures, problems = stable_diffusion.paint_views(
        it.pipeline_for_words(), it.config, [camera], ["a lake"], [], negative_prompt="fog", seed=3
    )
    noise = SphereNoise.over([camera.resized(8, 8)]).draw(np.random.default_rng([3, 0x701]), 4)
    from lucid3d.families.diffusion.checkpoints import text_to_image_from

    with torch.inference_mode(), quiet():
        theirs = text_to_image_from(it.pipeline_for_words())(
            prompt="a lake",
            negative_prompt="fog",
            latents=torch.from_numpy(noise.transpose(0, 3, 1, 2).copy()),
            num_inference_steps=4,
            guidance_scale=it.config.guidance,
            height=SIZE,
            width=SIZE,
            output_type="np",
        ).images[0]
    assert problems == [""]
    assert np.abs(pictures[0] - theirs).max() < 0.01


@pytest.mark.parametrize("scheduler", ["dpm++", "euler-a"])
def test_multistep_and_stochastic_schedulers_paint_jointly(checkpoint: Checkpoint, scheduler: str) -> None:
    views = painted(painter(checkpoint, "sd", scheduler=scheduler, guidance=1.0))
    assert np.isfinite(views).all() and views.std() > 0.01


def test_views_beyond_the_memory_take_turns_and_it_is_said(
    checkpoint: Checkpoint, plain: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        in_turns = painted(painter(checkpoint, "sd", views_at_once=3))
    assert "8 views are taken 3 at a time" in caplog.text
    assert in_turns == pytest.approx(plain, abs=0.01)


def test_running_out_of_memory_halves_the_turn(
    checkpoint: Checkpoint, plain: np.ndarray, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = painter(checkpoint, "sd")
    unet = it.pipeline_for_words().unet
    forward, sizes = unet.forward, []

    def short(sample: Any, *arguments: Any, **options: Any) -> Any:
        if len(sample) > 4:  # two views with guidance
            raise RuntimeError("[enforce fail] not enough memory: you tried to allocate 99 bytes")
        sizes.append(len(sample))
        return forward(sample, *arguments, **options)

    monkeypatch.setattr(unet, "forward", short)
    assert painted(it) == pytest.approx(plain, abs=0.01)
    assert set(sizes) == {4}
    assert "2 at a time" in caplog.text
    monkeypatch.setattr(unet, "forward", lambda *_, **__: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(InputError, match="out of memory"):
        painted(it)


@pytest.mark.parametrize("name", ["sd", "sdxl-inpaint"])
def test_a_picture_joins_as_it_is(checkpoint: Checkpoint, name: str) -> None:
    """Wider than high: its bands are painted with the rest, its own pixels never change."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    image = np.stack([x, y, 0.5 + 0.3 * np.sin(9 * x)], axis=-1).astype(np.float32)
    known = np.zeros((SIZE, SIZE), bool)
    known[13:50] = True
    views = painted(painter(checkpoint, name), start=Start(image, known))
    assert np.abs(views[0] - image)[known].max() <= 0.5 / 255 + 1e-6
    assert views[0][~known].std() > 0.01
    # the neighbour's near half shows the picture too: its centre weight outdoes the estimate's
    overlap = next(each for each in OVERLAPS if (each.target, each.source) == (1, 0))
    inside = overlap.seen & (overlap.y > 16) & (overlap.y < 46) & (overlap.x < SIZE - 4)
    from lucid3d.joint.overlaps import sampled

    assert np.abs(sampled(image, overlap) - views[1])[inside].mean() < 0.02


def test_a_sentence_for_each_direction(checkpoint: Checkpoint) -> None:
    it = painter(checkpoint, "sd")
    seen: list[str] = []
    encode = it.pipeline_for_words().encode_prompt
    it.pipeline_for_words().encode_prompt = lambda **options: seen.append(options["prompt"]) or encode(**options)
    paint_jointly(it, CAMERAS, plan_prompts(("a lake", "a wood")), negative_prompt="", seed=1)
    assert sorted(seen) == ["a lake", "a wood"]


def test_same_seed_same_bytes(checkpoint: Checkpoint, plain: np.ndarray) -> None:
    it = painter(checkpoint, "sd")
    assert painted(it).tobytes() == plain.tobytes()
    assert painted(it, seed=5).tobytes() != plain.tobytes()


def test_the_loop_is_given_the_joint_pictures(checkpoint: Checkpoint, plain: np.ndarray) -> None:
    it = painter(checkpoint, "sd-inpaint")
    views = agreeing(CAMERAS, list(plain))  # whoever painted them
    joint = JointPainter(it, views)
    assert np.array_equal(joint.imagine("a lake", CAMERAS[2], seed=0), views.pictures[2])
    known = np.zeros((SIZE, SIZE), bool)
    known[:, :20] = True
    image = np.full((SIZE, SIZE, 3), 0.2, np.float32)
    filled = joint.inpaint(image, known, "a lake", CAMERAS[2], seed=0)
    assert np.array_equal(filled[known], image[known])
    assert np.array_equal(filled[:, 40:], views.pictures[2][:, 40:])
    elsewhere = Camera.from_fov(SIZE, SIZE, 80)
    assert not np.array_equal(joint.imagine("a lake", elsewhere, seed=0), views.pictures[0])


@pytest.fixture
def path(tmp_path: Path) -> str:
    """One view at the start, which the ring replaces, and one to the side."""
    file = tmp_path / "path.yaml"
    file.write_text(yaml.safe_dump({"views": [{"yaw": 0}, {"yaw": 20, "position": [0.4, 0, 0]}]}))
    return str(file)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sd-inpaint", "sdxl"])
def test_the_main_job(path: str, checkpoint: Checkpoint, name: str, tmp_path: Path) -> None:
    config = small_config(
        prompt=["a lake"], models="diffusion", dreaming="joint", trajectory=path, dream={"size": 64, "support_views": 1}
    )
    config = lucid3d.Config(**{**vars(config), "diffusion": networks(checkpoint, name, steps=2)})
    scene = run(config, tmp_path / "scene")
    dreamed = [view for view in scene.views if not view.support]
    assert scene.facts["dream"]["cameras"] == RING + 2 + 1
    assert len(dreamed) >= RING
    assert "drift" in scene.facts["dream"]
    assert not (tmp_path / "scene" / ".progress").exists()


@pytest.mark.slow
def test_a_stopped_run_keeps_its_joint_pictures(path: str, checkpoint: Checkpoint, tmp_path: Path) -> None:
    config = small_config(prompt=["a lake"], models="diffusion", dreaming="joint", trajectory=path, train=False)
    config = lucid3d.Config(**{**vars(config), "diffusion": networks(checkpoint, "sd", steps=2)})

    def stop(event: Any) -> None:
        if event.stage == "dream" and event.done == 3:
            raise KeyboardInterrupt

    def refuse(event: Any) -> None:
        assert "together" not in event.detail

    with pytest.raises(KeyboardInterrupt):
        run(config, tmp_path / "scene", on_event=stop)
    resumed = run(config, tmp_path / "scene", resume=True, on_event=refuse)
    assert resumed.points.colors.tobytes() == run(config).points.colors.tobytes()


@pytest.mark.slow
def test_a_photograph_of_another_aspect_ratio(path: str, checkpoint: Checkpoint, tmp_path: Path) -> None:
    y, x = np.mgrid[0:40, 0:96]
    pixels = np.stack([255 * x / 96, 255 * y / 40, 120 + 60 * np.sin(x / 5)], axis=-1).astype(np.uint8)
    pillow.fromarray(pixels).save(tmp_path / "picture.png")
    scene = lucid3d.dream(
        "a lake",
        config=small_config(prompt=[]),
        models="diffusion",
        dreaming="joint",
        diffusion=networks(checkpoint, "sd-inpaint", steps=2),
        trajectory=path,
        image=str(tmp_path / "picture.png"),
    )
    first = scene.views[0]
    middle = np.asarray(pillow.fromarray(pixels).resize((48, 20), pillow.Resampling.BOX), np.float32) / 255
    assert np.abs(first.image[15:33] - middle[1:19]).max() < 0.05
    assert first.image[:12].std() > 0.005


def test_a_painter_of_another_kind_is_refused() -> None:
    class Painter:
        imagine = inpaint = None

    with pytest.raises(InputError, match="imagine_together"):
        paint_jointly(Painter(), CAMERAS, PromptPlan("a lake"), negative_prompt="", seed=0)  # type: ignore[arg-type]


def test_a_checkpoint_of_another_kind_is_refused() -> None:
    from types import SimpleNamespace

    from lucid3d.joint.stable_diffusion import check_pipeline

    with pytest.raises(InputError, match="Stable Diffusion"):
        check_pipeline(SimpleNamespace(transformer=1))


def test_a_world_made_of_rules_says_that_it_needs_no_joining() -> None:
    said: list[str] = []
    config = small_config(prompt=["a meadow"], dreaming="joint", train=False)
    scene = lucid3d.dream(config=config, models="procedural", on_event=lambda event: said.append(event.detail))
    assert any("exact" in each for each in said)
    assert scene.facts["dream"]["cameras"] == RING + 2
