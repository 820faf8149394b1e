"""Gaussians follow losses on their pictures: to a known optimum, by tiny networks end to end, and in a mask alone."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.loading import quiet
from lucid3d.gaussians import render
from lucid3d.gaussians.model import Gaussians
from lucid3d.guidance import optimise
from lucid3d.guidance.base import Guidance, sum_of
from lucid3d.guidance.clip import Clip, Crops, DirectionalClip
from lucid3d.guidance.diffusion_network import DiffusionNetwork
from lucid3d.guidance.novel_view import NovelView, ViewNetwork, move_of
from lucid3d.guidance.optimise import COLOURS_ALONE, Following, around, closer, followed, seeing
from lucid3d.guidance.pictures import Pictures
from lucid3d.guidance.reference import Reference
from lucid3d.guidance.sds import SDS, Distillation
from lucid3d.guidance.style import Style
from lucid3d.guidance.vsd import VSD
from tests.families import tiny
from tests.guidance import tiny_guides
from tests.viewer.tiny_scene import gaussians_at

SIZE = 24
AT = Camera.from_fov(SIZE, SIZE, 60)
ASIDE = Camera.from_fov(SIZE, SIZE, 60, yaw_pitch(12, 4, np.array([-0.4, 0.1, 0.0])))
CAMERAS = [AT, ASIDE]


@functools.cache
def wall(seed: int = 0) -> Gaussians:
    """A patch of coloured wall two metres ahead."""
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(-1.2, 1.2, 13), np.linspace(-1.2, 1.2, 13)))
    means = np.stack([x, y, np.full_like(x, 2.0)], axis=1)
    colors = np.random.default_rng(seed).uniform(0.2, 0.8, means.shape).astype(np.float32)
    return gaussians_at(means, colors, sigma=0.13)


LEFT = wall().means[:, 0] < 0


def psnr(one: Gaussians, other: Gaussians, camera: Camera = AT) -> float:
    return float(-10 * np.log10(np.mean((render(one, camera).image - render(other, camera).image) ** 2)))


class LinearClip:
    """A guidance whose optimum is known: features are a fixed linear map of pictures, of full rank."""

    def __init__(self, target: Gaussians) -> None:
        generator = torch.Generator().manual_seed(0)
        count = 3 * SIZE * SIZE
        self.map = torch.randn(count, count, generator=generator) / count**0.5
        self.targets = {id(camera): self.features(picture(target, camera)) for camera in CAMERAS}
        self.poses = {id(camera): camera.world_from_camera for camera in CAMERAS}

    def features(self, image: Tensor) -> Tensor:
        return self.map @ image.reshape(-1)

    def loss(self, images: Tensor, cameras: Sequence[Camera], prompt: str) -> Tensor:
        total = images.new_zeros(())
        for image, camera in zip(images, cameras, strict=True):
            key = next(k for k, pose in self.poses.items() if np.array_equal(pose, camera.world_from_camera))
            total = total + ((self.features(image) - self.targets[key]) ** 2).mean()
        return total


def picture(gaussians: Gaussians, camera: Camera) -> Tensor:
    return torch.from_numpy(render(gaussians, camera).image.transpose(2, 0, 1).copy())


def steps(count: int, **changes: object) -> Following:
    return replace(Following(steps=count, size=0, views=2), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [{}, {"geometry": False}, {"colour": False}])
def test_the_lean_step_is_the_plain_one(changes: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradients by compiled code and by autograd lead to the same Gaussians, and the mask's outside keeps its bits."""
    target = replace(wall(1), means=wall(1).means + np.float32([0.03, 0, 0]))
    guidance = Pictures(CAMERAS, [render(target, camera).image for camera in CAMERAS])
    settings = steps(4, views=1, **changes)
    lean = followed(wall(), guidance, CAMERAS, mask=LEFT, settings=settings)
    monkeypatch.setattr("lucid3d.guidance.optimise.LeanState", optimise._State)
    plain = followed(wall(), guidance, CAMERAS, mask=LEFT, settings=settings)
    for name, before in vars(wall()).items():
        a, b = getattr(lean, name), getattr(plain, name)
        assert (a[~LEFT] == before[~LEFT]).all()
        if name != "quats" and (b != before).any():  # the wall's Gaussians are round: turning them is rounding alone
            assert np.corrcoef((a - before).ravel(), (b - before).ravel())[0, 1] > 0.99, name
    assert any((getattr(lean, name) != before).any() for name, before in vars(wall()).items())


def test_a_known_optimum_is_reached() -> None:
    target = wall(1)
    assert psnr(wall(), target) < 19
    found = followed(wall(), LinearClip(target), CAMERAS, settings=steps(250, colours=0.05, geometry=False))
    assert min(psnr(found, target, camera) for camera in CAMERAS) > 35


def test_pictures_bring_colour_and_place() -> None:
    target = replace(wall(1), means=wall(1).means + np.float32([0.03, 0, 0]))
    guidance = Pictures(CAMERAS, [render(target, camera).image for camera in CAMERAS])
    found = followed(wall(), guidance, CAMERAS, settings=steps(100, colours=0.08))
    assert psnr(found, target) > psnr(wall(), target) + 7
    broken = render(target, AT).image.copy()
    broken[3, 4] = np.nan
    assert torch.isfinite(Pictures([AT], [broken], ssim=0.0).loss(picture(wall(), AT)[None], [AT], ""))
    with pytest.raises(InputError, match="no picture"):
        guidance.loss(torch.zeros(1, 3, SIZE, SIZE), [Camera.from_fov(SIZE, SIZE, 60, yaw_pitch(90, 0))], "")


def test_outside_of_the_mask_and_what_is_frozen_stays_bit_for_bit() -> None:
    guidance = Pictures(CAMERAS, [render(wall(1), camera).image for camera in CAMERAS])
    before = wall()
    found = followed(before, guidance, CAMERAS, mask=LEFT, settings=steps(5))
    for name, values in vars(found).items():
        old = getattr(before, name)
        assert (values[~LEFT] == old[~LEFT]).all()
        assert (values[LEFT] != old[LEFT]).any(), name
    colours = followed(before, guidance, CAMERAS, settings=replace(COLOURS_ALONE, steps=5, size=0))
    assert (colours.sh != before.sh).any()
    assert all((getattr(colours, n) == getattr(before, n)).all() for n in vars(before) if n != "sh")
    shapes = followed(before, guidance, CAMERAS, settings=steps(5, colour=False))
    assert (shapes.sh == before.sh).all()
    assert (shapes.means != before.means).any()


def test_a_style_comes_without_weights() -> None:
    stripes = np.zeros((48, 48, 3), np.float32)
    stripes[::6], stripes[1::6], stripes[2::6] = (0.9, 0.1, 0.1), (0.9, 0.1, 0.1), (0.1, 0.1, 0.9)
    style = Style(stripes)
    images = torch.stack([picture(wall(), camera) for camera in CAMERAS])
    assert style.loss(torch.from_numpy(stripes.transpose(2, 0, 1).copy())[None], [AT], "") < 1e-6
    found = followed(wall(), style, CAMERAS, settings=steps(60, colours=0.03))
    after = torch.stack([picture(found, camera) for camera in CAMERAS])
    assert style.loss(after, CAMERAS, "") < 0.5 * style.loss(images, CAMERAS, "")


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guides")
    with quiet():
        tiny.stable_diffusion(folder / "sd", 4)
        tiny.stable_diffusion(folder / "sd-inpaint", 9)
        tiny_guides.clip(folder / "clip")
        tiny_guides.zero123(folder / "zero123")
    return folder


@functools.cache
def network(folder: Path) -> DiffusionNetwork:
    """Shared: a guidance leaves its network as it is."""
    return DiffusionNetwork(ModelsConfig(text_to_image=str(folder / "sd"), device="cpu"))


GUIDES: dict[str, Callable[[Path], Guidance]] = {
    "clip": lambda f: DirectionalClip(
        Clip(str(f / "clip")), wall(), regions=[("red brick", LEFT), ("blue ice", ~LEFT)], crops=Crops(patches=2)
    ),
    "sds": lambda f: SDS(network(f)),
    "magic3d": lambda f: SDS(network(f), Distillation(coarse=16, steps=2)),
    "vsd": lambda f: VSD(network(f)),
    "reference": lambda f: Reference(AT, render(wall(1), AT).image, SDS(network(f))),
    "novel view": lambda f: NovelView(
        ViewNetwork(str(f / "zero123"), "cpu"), AT, render(wall(1), AT).image, np.array([0, 0, 2.0])
    ),
}


@pytest.mark.parametrize("name", GUIDES)
def test_networks_guide_end_to_end_and_the_same_seed_the_same_way(name: str, checkpoints: Path) -> None:
    found = [
        followed(wall(), GUIDES[name](checkpoints), CAMERAS, "a wall of brick", mask=LEFT, settings=steps(2))
        for _ in range(2)
    ]
    assert all(np.isfinite(values).all() for values in vars(found[0]).values())
    assert (found[0].sh[LEFT] != wall().sh[LEFT]).any()
    assert (found[0].sh[~LEFT] == wall().sh[~LEFT]).all()
    assert (found[0].sh == found[1].sh).all()


def test_score_distillation_is_the_network_s_score_by_the_latents(checkpoints: Path) -> None:
    """Equation 3: with the network's Jacobian left out, the gradient by the latents is w(t) (predicted - noise)."""
    guide = SDS(network.__wrapped__(checkpoints), Distillation(scale=1.0))
    latents = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    guide.network.latents = lambda images, side=None: latents.requires_grad_()  # type: ignore[method-assign]
    guide.loss(torch.zeros(1, 3, SIZE, SIZE), [AT], "a wall").backward()
    again = SDS(network(checkpoints), Distillation(scale=1.0))
    steps_, noise = again.draw(latents.detach())
    with torch.no_grad():
        noisy = again.network.noisy(latents.detach(), noise, steps_)
        predicted = again.network.noise_in(noisy, steps_, again.network.words("a wall"), 1.0)
    expected = (1 - again.network.kept[steps_]) * (predicted - noise)
    assert latents.grad is not None
    torch.testing.assert_close(latents.grad, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_the_copy_of_vsd_begins_as_the_network_and_learns_the_pictures(checkpoints: Path) -> None:
    guide = VSD(network(checkpoints), rate=1e-2)
    images = torch.stack([picture(wall(), camera) for camera in CAMERAS])
    net, latents = guide.network, guide.network.latents(images).detach()
    before = {name: value.clone() for name, value in net.unet.state_dict().items()}
    words, steps_ = net.words("a wall"), torch.tensor([300, 300])
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(3))
    noisy, poses = net.noisy(latents, noise, steps_), torch.zeros(2, 12)

    def error() -> float:
        with torch.no_grad():
            seen = net.noise_in(noisy, steps_, words, 1.0, guide.twin, class_labels=poses)
        return float(((seen - noise) ** 2).mean())

    with torch.no_grad():
        plain = net.noise_in(noisy, steps_, words, 1.0)
    first = error()
    assert first == pytest.approx(float(((plain - noise) ** 2).mean()), rel=1e-5)
    for _ in range(25):
        guide.loss(images, CAMERAS, "a wall")
    assert error() < first
    assert all((value == before[name]).all() for name, value in net.unet.state_dict().items())


def test_several_guidances_add_up() -> None:
    one, other = (Pictures([AT], [render(wall(seed), AT).image]) for seed in (1, 2))
    images = picture(wall(), AT)[None]
    both = sum_of([(2.0, one), (0.5, other)]).loss(images, [AT], "")
    torch.testing.assert_close(both, 2 * one.loss(images, [AT], "") + 0.5 * other.loss(images, [AT], ""))


def test_cameras_turn_to_a_region_and_stand_around_it() -> None:
    means = wall().means[LEFT]
    for camera in (closer(ASIDE, means, 32), *around(means, 32)):
        pixels, depth = camera.project(means)
        assert (depth > 0).all()
        inside = (pixels > -1).all(axis=1) & (pixels < 33).all(axis=1)
        assert inside.mean() > 0.9
    away = Camera.from_fov(SIZE, SIZE, 60, yaw_pitch(180, 0))
    assert seeing(wall(), LEFT, [AT, away]) == [AT]
    turned = around(means, 32, 4)
    np.testing.assert_allclose(move_of(turned[0], turned[1], means.mean(axis=0))[1:3], [1, 0], atol=0.2)


@pytest.mark.parametrize("changes", [{"steps": 0}, {"geometry": False, "colour": False}, {"views": 0}])
def test_settings_that_cannot_be_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Following(**changes)  # type: ignore[arg-type]


def test_the_wrong_network_is_refused_in_a_sentence(checkpoints: Path) -> None:
    with pytest.raises(InputError):
        DiffusionNetwork(ModelsConfig(text_to_image=str(checkpoints / "sd-inpaint"), device="cpu"))
    with pytest.raises(InputError, match="lacks"):
        ViewNetwork(str(checkpoints / "sd"), "cpu")
    with pytest.raises(InputError):
        Clip(str(checkpoints / "nothing"))
