"""The whole sphere painted first: its seam and its poles, and the scene that is made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import save_file

import lucid3d
from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.catalogue import catalogue
from lucid3d.families.diffusion.sphere import POLE, close_seam, mend_poles, sphere_painter
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter
from lucid3d.panorama.resampling import equirectangular_rays, perspective_from_equirectangular
from tests.families.test_lora import LAYER, factors, named, pipeline
from tests.small import small_config

Checkpoint = Callable[[str], str]
ROWS = 96


def smooth(rows: int = ROWS) -> np.ndarray:
    """A picture without a seam, of the direction alone."""
    return np.clip(
        0.5 + 0.3 * equirectangular_rays(rows) @ np.array([[1, 0, 0.4], [0, 1, 0], [0.3, 0, 1]]), 0, 1
    ).astype(np.float32)


def interpolate(image: np.ndarray, known: np.ndarray, camera: Camera) -> np.ndarray:
    """An inpainter for pictures that vary along rows: a straight line over each hole."""
    filled = image.copy()
    x = np.arange(image.shape[1])
    for row in np.flatnonzero(~known.all(axis=1)):
        for channel in range(3):
            inside = known[row]
            filled[row, ~inside, channel] = np.interp(x[~inside], x[inside], image[row, inside, channel])
    return filled


def test_the_seam_is_closed_and_the_rest_stays() -> None:
    ramp = np.tile(np.linspace(0, 1, 2 * ROWS, dtype=np.float32)[None, :, None], (ROWS, 1, 3))
    closed = close_seam(ramp, interpolate)
    assert np.abs(ramp[:, 0] - ramp[:, -1]).max() == 1
    assert np.abs(closed[:, 0] - closed[:, -1]).max() < 0.06
    assert np.array_equal(closed[:, ROWS // 4 : -ROWS // 4], ramp[:, ROWS // 4 : -ROWS // 4])


def test_poles_are_painted_in_their_own_view_and_come_back_where_they_were() -> None:
    truth = smooth()
    broken = truth.copy()
    broken[:8] = np.random.default_rng(0).random(broken[:8].shape)
    asked = []

    def paint(image: np.ndarray, known: np.ndarray, camera: Camera) -> np.ndarray:
        asked.append(camera.forward)
        seen = perspective_from_equirectangular(truth, camera, interpolation="cubic")
        return np.where(known[..., None], image, seen).astype(np.float32)

    mended = mend_poles(broken, paint)
    np.testing.assert_allclose(np.array(asked)[:, 1], [-1, 1], atol=1e-6)
    assert np.abs(mended[:8] - truth[:8]).max() < 0.03
    away = np.degrees(np.arccos(np.abs(equirectangular_rays(ROWS)[..., 1]))) > POLE
    assert np.array_equal(mended[away], broken[away])


def lora(checkpoint: Checkpoint, folder: Path) -> str:
    file = folder / "sphere.safetensors"
    save_file(named("peft", LAYER, *factors(pipeline(checkpoint), LAYER), 1.0), file)
    return str(file)


def test_a_transformer_paints_a_sphere(checkpoint: Checkpoint) -> None:
    """Painted, closed and mended by one checkpoint that was not trained to inpaint."""
    settings = ModelsConfig(
        inpainting=checkpoint("z-image"),
        depth=checkpoint("zoe-n"),
        panorama=checkpoint("z-image"),
        steps=2,
        image_size=64,
    )
    panorama = DiffusionPainter(settings).imagine_panorama("a lake", seed=1)
    assert panorama.shape == (64, 128, 3) and np.isfinite(panorama).all() and panorama.std() > 0.01


@pytest.mark.parametrize("own", [False, True])
def test_a_sentence_becomes_a_sphere_and_the_sphere_a_scene(checkpoint: Checkpoint, tmp_path: Path, own: bool) -> None:
    """By a LoRA, and by a checkpoint of its own; the views that stand at the start show the sphere."""
    path = tmp_path / "path.yaml"
    path.write_text("views: [{yaw: 0}, {yaw: 120}, {yaw: 240, pitch: -45}]")
    networks = ModelsConfig(
        inpainting=checkpoint("sd-inpaint"), depth=checkpoint("zoe-n"), steps=2, safety_checker=False,
        mirrored_average=False, image_size=64, panorama_prompt="a sphere of {prompt}",
        text_to_image="" if own else checkpoint("sd"), panorama=checkpoint("sd") if own else lora(checkpoint, tmp_path),
    )  # fmt: skip
    job = {"config": small_config(prompt=["a lake"]), "models": "diffusion", "diffusion": networks}
    scene = lucid3d.dream(dreaming="panorama", trajectory=str(path), train=False, **job)
    dreamed = [view for view in scene.views if not view.support]
    assert len(dreamed) == 3 and len(scene.gaussians) > 500
    assert all(view.image.std() > 0.005 for view in dreamed)


@pytest.mark.slow
def test_a_killed_run_goes_on_with_the_same_sphere(checkpoint: Checkpoint, tmp_path: Path) -> None:
    networks = ModelsConfig(
        inpainting=checkpoint("sd-inpaint"), depth=checkpoint("zoe-n"), steps=2, safety_checker=False,
        mirrored_average=False, image_size=64, panorama=checkpoint("sd"),
    )  # fmt: skip
    path = tmp_path / "path.yaml"
    path.write_text("views: [{yaw: 0}, {yaw: 180}]")
    config = replace(
        small_config(prompt=["a lake"]),
        models="diffusion",
        diffusion=networks,
        train=False,
        dreaming="panorama",
        trajectory=str(path),
    )

    class Killed(Exception): ...

    def kill(event: lucid3d.progress.Event) -> None:
        if event.stage == "dream" and event.done == 1:
            raise Killed

    with pytest.raises(Killed):
        lucid3d.pipeline.run(config, tmp_path / "scene", on_event=kill)
    assert list((tmp_path / "scene").rglob("joint.npz"))
    resumed = lucid3d.pipeline.run(config, tmp_path / "scene", resume=True)
    whole = lucid3d.pipeline.run(config)
    assert resumed.points.positions.tobytes() == whole.points.positions.tobytes()


def test_what_is_missing_is_said_with_the_command(checkpoint: Checkpoint, empty_cache: Path) -> None:
    sd = ModelsConfig(inpainting=checkpoint("sd-inpaint"), depth=checkpoint("zoe-n"))
    with pytest.raises(InputError, match=r"none is on disk: fetch one with `lucid3d models download \S+/\S+ \S+/\S+`"):
        sphere_painter(sd)
    for known in (each for each in catalogue().models.values() if each.role == "panorama"):
        assert "{prompt}" in known.says and known.base in catalogue().models
    with pytest.raises(InputError, match=r"must hold \{prompt\}"):
        sphere_painter(ModelsConfig(panorama=checkpoint("sd"), panorama_prompt="a sphere"))


def test_a_world_that_is_exact_needs_no_sphere(tmp_path: Path) -> None:
    path = tmp_path / "path.yaml"
    path.write_text("views: [{yaw: 0}]")
    told: list[str] = []
    config = small_config(prompt=["a lake"])
    lucid3d.dream(
        config=config, dreaming="panorama", trajectory=str(path), models="procedural", train=False,
        on_event=lambda event: told.append(event.detail),
    )  # fmt: skip
    assert any("panorama first" in line for line in told)
    with pytest.raises(InputError, match="begins with words"):
        small_config(prompt=["a lake"], image="x.png", dreaming="panorama")
