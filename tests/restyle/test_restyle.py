"""A finished scene in other words: nothing moves, all views change alike, and the old scene stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lucid3d
from lucid3d.camera import Camera, yaw_pitch
from lucid3d.cli import main
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter
from lucid3d.joint.fusion import disagreement
from lucid3d.joint.overlaps import depth_overlaps
from lucid3d.pointcloud import lift
from lucid3d.procedural.build import place_under_sky
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.language.brief import understand
from lucid3d.restyle import rules
from lucid3d.restyle.pipeline import restyle, restyle_folder
from lucid3d.restyle.recolour import seen_colours
from lucid3d.restyle.repaint import depth_picture, key_frames, repaint_by_diffusion
from lucid3d.restyle.transport import to_lab, transport
from lucid3d.transforms import PosedView
from tests.analytic_room import furnished_room, see
from tests.small import small_config

Checkpoint = Callable[[str], str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small place outdoors, saved: the one that is built the fastest."""
    folder = tmp_path_factory.mktemp("scenes") / "paddy"
    path = folder.parent / "path.yaml"
    path.write_text("views: [{yaw: 0}, {yaw: 40}, {yaw: 20, position: [0.3, 0, 0]}]")
    config = small_config(
        prompt=["a rice field at noon"], models="procedural", trajectory=str(path), render={"film_frames": 0}
    )
    lucid3d.dream(config=config).save(folder)
    return folder


@pytest.fixture
def paddy(folder: Path) -> lucid3d.Scene:
    return lucid3d.Scene.load(folder)


def dreamed(scene: lucid3d.Scene) -> list[PosedView]:
    return [view for view in scene.views if not view.support]


def brightness(scene: lucid3d.Scene) -> float:
    return float(np.mean([view.image.mean() for view in dreamed(scene)]))


def test_a_place_made_of_rules_is_drawn_under_another_sky(folder: Path, paddy: lucid3d.Scene, capsys: Any) -> None:
    """Through the command line, which writes a new scene and leaves the old one alone."""
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    main(["restyle", str(folder), "--prompt", "a rice field at night", "--models", "procedural"])
    new = folder.parent / "paddy-a-rice-field-at-night"
    assert str(new) in capsys.readouterr().out.replace("\n", "")
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    assert (new / "skybox" / "panorama.png").is_file()
    night = lucid3d.Scene.load(new)
    assert night.prompt == "a rice field at night"
    assert night.facts["restyled"]["was"] == "a rice field at noon"
    assert "another sky" in night.facts["restyled"]["how"]
    assert brightness(night) < 0.8 * brightness(paddy)
    # sizes are stored as logarithms, opacities as logits: the file gives them back exactly
    for name in ("means", "quats", "log_scales", "logit_opacities"):
        assert np.array_equal(getattr(night.gaussians, name), getattr(paddy.gaussians, name)), name
    assert not np.array_equal(night.gaussians.sh, paddy.gaussians.sh)
    assert np.array_equal(night.points.positions, paddy.points.positions)
    # what is drawn from the Gaussians is what the views show
    view = dreamed(night)[0]
    off = np.abs(night.render(view.camera).image - view.image).mean()
    assert off < 1.3 * np.abs(paddy.render(view.camera).image - dreamed(paddy)[0].image).mean() + 0.01


def test_another_season_changes_the_colours_of_surfaces(paddy: lucid3d.Scene) -> None:
    winter = restyle(paddy, "a rice field in winter at noon")
    assert "carried over" in winter.facts["restyled"]["how"]
    ground = [np.isfinite(view.depth) for view in dreamed(paddy)]
    greens = []
    for scene in (paddy, winter):
        colours = np.concatenate([view.image[on] for view, on in zip(dreamed(scene), ground, strict=True)])
        greens.append(float((colours[:, 1] - colours[:, [0, 2]].mean(axis=1)).mean()))
    assert greens[1] < 0.5 * greens[0]


def test_a_scene_of_unknown_making_takes_sky_and_colours(paddy: lucid3d.Scene) -> None:
    paddy.facts["models"] = {"family": "custom"}
    new = restyle(paddy, "a desert at sunset")
    assert "sky was replaced" in new.facts["restyled"]["how"]
    views = dreamed(new)
    cameras, depths = [view.camera for view in views], [view.depth for view in views]
    overlaps = depth_overlaps(cameras, depths)
    before = disagreement(np.stack([view.image for view in dreamed(paddy)]), overlaps)
    after = disagreement(np.stack([view.image for view in views]), overlaps)
    assert after < 1.5 * before + 0.02


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere", "--prompt", "x"], "does not exist"),
        (["{folder}", "--prompt", " "], "empty"),
        (["{folder}", "--prompt", "x", "--output", "{folder}"], "holds something already"),
        (["{folder}", "--prompt", "x", "--models", "diffusion"], "lucid3d models download"),
    ],
)
def test_bad_input_is_a_sentence(
    folder: Path, arguments: list[str], message: str, capsys: Any, empty_cache: Path
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["restyle", *(argument.format(folder=folder) for argument in arguments)])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_a_scene_without_views_is_refused(paddy: lucid3d.Scene) -> None:
    with pytest.raises(InputError, match="no views"):
        restyle(replace(paddy, views=[]), "a rice field at night")


def test_diffusion_repaints_over_depth(
    folder: Path, checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tiny networks through the real code; views agree where their depth says that they see the same."""
    networks = ModelsConfig(
        inpainting=checkpoint("sd"),
        depth=checkpoint("zoe-n"),
        depth_controlnet=checkpoint("controlnet"),
        steps=2,
        retries=0,
        safety_checker=False,
    )
    said: list[str] = []
    new = restyle_folder(
        folder,
        "a lake",
        tmp_path / "lake",
        models="diffusion",
        diffusion=networks,
        on_event=lambda event: said.append(event.detail),
    )
    scene = lucid3d.Scene.load(new)
    assert any("together" in each for each in said)
    assert "over their depth" in scene.facts["restyled"]["how"]
    # without its ControlNet the family of rules does it, and says what is missing
    said.clear()
    pictures = [view.image for view in dreamed(scene)]
    monkeypatch.setattr("lucid3d.restyle.pipeline.repaint_by_rules", lambda *_: rules.Repainted(pictures, "by rules"))
    alone = replace(networks, depth_controlnet="nobody/nothing")
    loaded = lucid3d.Scene.load(folder)
    restyle(
        replace(loaded, config=replace(loaded.config, diffusion=alone)),
        "a meadow in mist",
        on_event=lambda event: said.append(event.detail),
    )
    assert any("nobody/nothing is not on disk" in each for each in said)


def test_repainted_views_agree_and_depth_guides(checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    room = furnished_room()
    cameras = [Camera.from_fov(64, 64, 90, yaw_pitch(45 * step, 0)) for step in range(8)]
    cameras += [Camera.from_fov(64, 64, 90, yaw_pitch(20, 0, np.array([0.3, 0, 0.1])))]
    views = []
    for camera in cameras:
        image, depth = see(room, camera)
        views.append(PosedView(camera, image, depth, np.ones(depth.shape, bool)))
    assert 8 not in key_frames(cameras, [view.depth for view in views])

    def painted(scale: float, separate: bool = False) -> np.ndarray:
        networks = ModelsConfig(
            inpainting=checkpoint("sd"),
            depth=checkpoint("zoe-n"),
            depth_controlnet=checkpoint("controlnet"),
            controlnet_scale=scale,
            steps=2,
            retries=0,
            safety_checker=False,
        )
        painter = DiffusionPainter(networks)
        if separate:
            monkeypatch.setattr("lucid3d.restyle.repaint.depth_overlaps", lambda *_: [])
        found = repaint_by_diffusion(painter, views, "a lake", negative_prompt="", seed=1)
        monkeypatch.undo()
        return np.stack(found)

    together = painted(1.0)
    overlaps = depth_overlaps(cameras, [view.depth for view in views])
    # without overlaps every view is a key frame and painted by itself
    assert disagreement(together, overlaps) < 0.5 * disagreement(painted(1.0, separate=True), overlaps)
    assert np.abs(together - painted(0.0)).mean() > 0.002


def test_a_controlnet_of_another_family_is_refused(checkpoint: Checkpoint) -> None:
    from lucid3d.restyle.repaint import depth_network

    networks = ModelsConfig(
        inpainting=checkpoint("sdxl"),
        depth=checkpoint("zoe-n"),
        depth_controlnet=checkpoint("controlnet"),
        safety_checker=False,
    )
    with pytest.raises(InputError, match="painter's family"):
        depth_network(DiffusionPainter(networks))


def test_the_depth_picture_is_white_when_near() -> None:
    depth = np.full((40, 40), np.inf, np.float32)
    depth[20:] = np.linspace(20, 1, 20, dtype=np.float32)[:, None]
    shade = depth_picture(depth)
    assert shade.shape == (40, 40, 3)
    assert not shade[:20].any()
    assert (np.diff(shade[20:, 0, 0]) >= 0).all() and shade.max() == 1


def test_transport_takes_mean_and_spread_along() -> None:
    rng = np.random.default_rng(0)
    source = np.clip(rng.normal((0.3, 0.5, 0.3), (0.05, 0.1, 0.04), (5000, 3)), 0, 1).astype(np.float32)
    target = np.clip(rng.normal((0.7, 0.6, 0.5), (0.08, 0.07, 0.06), (5000, 3)), 0, 1).astype(np.float32)
    carried = to_lab(transport(source, target)(source))
    wanted = to_lab(target)
    assert carried.mean(axis=0) == pytest.approx(wanted.mean(axis=0), abs=0.5)
    assert np.cov(carried.T) == pytest.approx(np.cov(wanted.T), abs=8)
    same = transport(source, source)(source)
    assert np.abs(same - source).max() < 1 / 255


def test_colours_are_read_where_the_views_see_the_points() -> None:
    room = furnished_room(open_top=True)
    cameras = [Camera.from_fov(96, 96, 90, yaw_pitch(yaw, 0)) for yaw in (0, 45)]
    views, clouds = [], []
    for index, camera in enumerate(cameras):
        image, depth = see(room, camera)
        views.append(PosedView(camera, image, depth, np.ones(depth.shape, bool)))
        clouds.append(lift(image, depth, camera, view=index, sky_radius=100.0))
    for cloud in clouds:
        found = seen_colours(cloud.positions, cloud.is_sky, views)
        difference = np.abs(found - cloud.colors)
        assert np.median(difference) < 0.005
        assert (difference.max(axis=1) < 0.1).mean() > 0.95
    hidden = np.array([[0.0, 30.0, 0.0]], np.float32)  # under the floor: nobody sees it
    both = seen_colours(
        np.concatenate([clouds[0].positions, hidden]), np.concatenate([clouds[0].is_sky, [False]]), views
    )
    assert np.isfinite(both).all()


def test_the_sky_of_a_world_goes_all_around() -> None:
    sunset = understand("a desert at sunset")
    sky = rules.sky_panorama(place_under_sky(Place(), sunset, 0))
    assert sky is not None
    half = len(sky) // 2
    assert sky[:half].std() > 0.02 and sky[half - 1].mean() > 0.2
    assert np.array_equal(sky[half:], np.repeat(sky[half - 1 : half], half, axis=0))
    assert rules.sky_panorama(place_under_sky(Place(interior=True), sunset, 0)) is None


def test_surfaces_beside_the_sky_keep_no_fringe_of_it() -> None:
    depth = np.full((20, 20), 3.0, np.float32)
    depth[:8] = np.inf
    image = np.full((20, 20, 3), 0.1, np.float32)
    image[:8], image[8] = 0.9, 0.5
    clean = rules.interior(image, depth)
    assert np.array_equal(clean[:8], image[:8])
    assert clean[8:] == pytest.approx(0.1)
