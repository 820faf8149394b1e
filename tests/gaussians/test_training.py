"""The loss, Adam, the loop, its strategies, checkpoints: against torch and against what they promise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import ndimage

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.errors import InputError
from lucid3d.gaussians import (
    DefaultStrategy,
    Gaussians,
    MCMCStrategy,
    TrainConfig,
    Trainer,
    TrainingView,
    from_points,
    kernels,
    render,
    train,
)
from lucid3d.gaussians.patches import join_patches
from lucid3d.gaussians.training import engine
from lucid3d.gaussians.training.engine import Shot
from lucid3d.gaussians.training.state import State, morton_order
from lucid3d.gaussians.training.torch_engine import image_loss
from lucid3d.gaussians.training.trainer import find_sky
from lucid3d.pointcloud import lift

pytestmark = pytest.mark.skipif(not kernels.available(), reason="the native kernels were not built")


def random_gaussians(count: int, seed: int = 0, degree: int = 0) -> Gaussians:
    rng = np.random.default_rng(seed)
    return Gaussians(
        (rng.uniform(-1, 1, (count, 3)) * [1.5, 1.5, 0.5] + [0, 0, 3]).astype(np.float32),
        rng.normal(size=(count, 4)).astype(np.float32),
        rng.uniform(-3.5, -2, (count, 3)).astype(np.float32),
        rng.normal(size=count).astype(np.float32),
        rng.normal(size=(count, (degree + 1) ** 2, 3)).astype(np.float32) * np.float32(0.5),
    )


def views_of(
    gaussians: Gaussians, size: tuple[int, int] = (40, 32), count: int = 3, behind: float = 0.3
) -> list[TrainingView]:
    """Pictures of Gaussians, with a hole in what is known of each."""
    views = []
    for i in range(count):
        camera = Camera.from_fov(*size, 60, yaw_pitch(8 * (i - 1), 0, np.array([0.1 * i, 0, 0])))
        picture = render(gaussians, camera, background=(behind, behind, behind))
        known = np.ones((size[1], size[0]), bool)
        known[4:9, 5:17] = False
        depth = np.where(picture.alpha > 0.5, picture.depth, 0).astype(np.float32)
        views.append(TrainingView(camera, picture.image, known, depth))
    return views


@pytest.mark.parametrize("size", [(40, 32), (1, 1), (7, 3), (16, 70), (33, 140), (130, 5)])
def test_loss_and_its_gradient_are_torchs(size: tuple[int, int]) -> None:
    width, height = size
    rng = np.random.default_rng(width)
    camera = Camera.from_fov(width, height, 60)
    known = rng.random((height, width)) < 0.8
    known[0, 0] = True
    depth = rng.uniform(1, 5, (height, width)).astype(np.float32)
    depth[rng.random((height, width)) < 0.2] = 0
    view = TrainingView(camera, rng.random((height, width, 3), np.float32), known, depth, weight=1.7)
    shot = Shot.prepare(view, None)
    config = TrainConfig(ssim_weight=0.3, depth_weight=0.4, opaque_weight=0.2)
    image = rng.random((5, height, width)).astype(np.float32)
    image[3] *= 4
    image[:, ~known] = 17  # whatever it is, it does not count

    exact = torch.tensor(image, dtype=torch.float64, requires_grad=True)
    expected, expected_terms = image_loss(exact, shot, config)
    expected.backward()
    gradient = np.full_like(image, np.nan)
    total, l1, ssim, depth_term, opaque = kernels.native().ImageLoss()(
        image, shot.target, shot.weight, shot.depth, gradient, l1=1.7 * 0.7, ssim=1.7 * 0.3, depth_weight=1.7 * 0.4,
        opaque=1.7 * 0.2, known_pixels=shot.known_pixels, depth_pixels=shot.depth_pixels, threads=2,
    )  # fmt: skip
    np.testing.assert_allclose(total, float(expected.detach()), rtol=1e-4, atol=1e-6)
    terms = [expected_terms[name] for name in ("l1", "ssim", "depth", "opaque")]
    np.testing.assert_allclose([l1, ssim, depth_term, opaque], terms, rtol=1e-4, atol=1e-5)
    reference = exact.grad.numpy()
    np.testing.assert_allclose(gradient, reference, atol=2e-4 * np.abs(reference).max())


def test_a_perfect_picture_has_no_loss() -> None:
    gaussians = random_gaussians(50)
    view = views_of(gaussians)[0]
    shot = Shot.prepare(view, None)
    image = np.concatenate([shot.target, np.zeros((2, 32, 40), np.float32)])
    gradient = np.empty_like(image)
    total, *_ = kernels.native().ImageLoss()(
        image, shot.target, shot.weight, None, gradient, 0.8, 0.2, 0.0, 0.0, shot.known_pixels, 1, 1
    )
    assert abs(total) < 1e-6
    assert np.abs(gradient).max() < 1e-7


@pytest.mark.parametrize("visible_only", [True, False])
@pytest.mark.parametrize("degree", [0, 2])
def test_the_native_step_is_the_torch_step(visible_only: bool, degree: int) -> None:
    """Three steps of the fused engine and of torch (autograd through the twin, Adam written out) from one start."""
    start = random_gaussians(40, seed=1, degree=degree)
    views = views_of(random_gaussians(40, seed=2), size=(24, 20))
    config = TrainConfig(
        iterations=3, visible_only=visible_only, opacity_regularizer=0.05, scale_regularizer=0.1, max_needle=3.0,
        max_scale=0.2, prune_opacity=0.0, epsilon=1e-6,
    )  # fmt: skip
    native, plain = (Trainer(start, views, config, seed=5, device=device) for device in (None, "cpu"))
    for _ in range(3):
        a, b = native.step(), plain.step()
        assert a.view == b.view
        np.testing.assert_allclose([a.loss, a.l1, a.ssim], [b.loss, b.l1, b.ssim], rtol=1e-3)
    for name in ("means", "quats", "log_scales", "logit_opacities", "sh"):
        ours, theirs = getattr(native.gaussians, name), getattr(plain.gaussians, name)
        moved = np.abs(theirs - getattr(start, name)).max()
        assert moved > 1e-4
        # A gradient near zero may change its sign, and Adam's first steps are all sign: compare nearly all of them.
        assert np.quantile(np.abs(ours - theirs), 0.98) < 0.03 * moved, name


def test_training_improves_the_picture_and_is_repeatable() -> None:
    truth, start = random_gaussians(150, seed=3), random_gaussians(150, seed=3)
    start.sh += np.random.default_rng(0).normal(0, 0.5, start.sh.shape).astype(np.float32)
    views = views_of(truth, behind=0.0)
    config = TrainConfig(iterations=60, sh_lr=0.05, opaque_weight=0, depth_weight=0)
    losses = []
    first = train(start, views, config, on_step=lambda report: losses.append(report.loss))
    assert np.mean(losses[-6:]) < 0.5 * np.mean(losses[:6])
    for threads in (1, 3):
        again = train(start, views, replace(config, threads=threads))
        np.testing.assert_array_equal(first.means, again.means)
        np.testing.assert_array_equal(first.sh, again.sh)
    other = train(start, views, config, seed=1)
    assert not np.array_equal(first.sh, other.sh)


@pytest.mark.parametrize(
    "strategy",
    [
        None,
        MCMCStrategy(refine_start=4, refine_every=4, growth=0.2),
        DefaultStrategy(refine_start=4, refine_every=4, grow_gradient=1e-6, reset_every=6),
    ],
    ids=["none", "mcmc", "default"],
)
def test_a_checkpoint_continues_exactly(strategy: object, tmp_path: Path) -> None:
    start, views = random_gaussians(80, seed=4), views_of(random_gaussians(80, seed=5))
    start.logit_opacities[:10] = -6  # some that are dead
    config = TrainConfig(iterations=16, max_gaussians=120)
    whole = Trainer(start, views, config, strategy=strategy)
    for _ in range(7):
        whole.step()
    path = tmp_path / "half.npz"
    whole.save(path)
    resumed = Trainer.load(path, views, config, strategy=strategy)
    assert resumed.iteration == 7
    while not whole.done:
        assert whole.step() == resumed.step()
    a, b = whole.gaussians, resumed.gaussians
    for name in ("means", "quats", "log_scales", "logit_opacities", "sh"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    if strategy is not None:
        assert 80 < len(a) <= 120


def test_many_views_are_made_ready_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = random_gaussians(80)
    start, config = replace(truth, sh=truth.sh + np.float32(0.3)), TrainConfig(iterations=7)
    kept = Trainer(start, views_of(truth), config, seed=3)
    monkeypatch.setattr(engine, "AT_HAND", 2)
    late = Trainer(start, views_of(truth), config, seed=3)
    assert len(kept._material.ready) == 3 and not late._material.ready  # type: ignore[attr-defined]
    while not kept.done:
        assert kept.step() == late.step()
    for name, values in vars(kept.gaussians).items():
        assert np.array_equal(values, getattr(late.gaussians, name))


def test_checkpoints_that_are_none_are_refused(tmp_path: Path) -> None:
    views = views_of(random_gaussians(10))
    with pytest.raises(InputError, match="no such"):
        Trainer.load(tmp_path / "none.npz", views)
    path = tmp_path / "bad.npz"
    for content in (b"", b"PK\x03\x04nonsense", b"\x00" * 100):
        path.write_bytes(content)
        with pytest.raises(InputError, match="not a training checkpoint"):
            Trainer.load(path, views)
    np.savez(path, a=np.zeros(3))
    with pytest.raises(InputError, match="not a training checkpoint"):
        Trainer.load(path, views)


def test_mcmc_copies_hardly_change_the_picture() -> None:
    gaussians = random_gaussians(60, seed=6)
    gaussians.logit_opacities[:] = 0.5
    state = State.start(gaussians, np.zeros(60, bool))
    camera = Camera.from_fov(64, 48, 60)
    before = render(state.gaussians, camera).image
    assert MCMCStrategy(growth=0.5).grow(state, None, np.random.default_rng(0))
    assert state.count == 90
    after = render(state.gaussians, camera).image
    assert np.abs(after - before).mean() < 0.02
    naive = gaussians[np.r_[0:60, 0:30]]
    assert np.abs(after - before).mean() < 0.5 * np.abs(render(naive, camera).image - before).mean()


def test_default_strategy_splits_copies_and_prunes() -> None:
    gaussians = random_gaussians(30, seed=7)
    gaussians.logit_opacities[:5] = -8
    state = State.start(gaussians, np.zeros(30, bool))
    pull = np.zeros(30)
    position = np.argsort(state.identity)
    pull[position[10:14]] = 1.0
    size = np.full(30, 0.001)
    size[position[10:12]] = 0.1
    memory = {"gradient": pull, "visits": np.ones(30), "size": size}
    DefaultStrategy().refine(state, memory, 33, np.random.default_rng(0))
    assert state.count == 30 + 3 - 5  # room for three of the four that were pulled at
    assert set(range(5)).isdisjoint(state.identity)


def test_gaussians_come_back_in_their_order() -> None:
    gaussians = random_gaussians(33, degree=1)
    trainer = Trainer(gaussians, views_of(gaussians), TrainConfig(iterations=1))
    np.testing.assert_array_equal(trainer.gaussians.means, gaussians.means)
    np.testing.assert_array_equal(trainer.gaussians.sh, gaussians.sh)
    order = morton_order(gaussians.means)
    assert sorted(order) == list(range(33))
    steps = np.linalg.norm(np.diff(gaussians.means[order], axis=0), axis=1)
    assert steps.mean() < 0.8 * np.linalg.norm(np.diff(gaussians.means, axis=0), axis=1).mean()


def test_sky_is_found_and_stays() -> None:
    near, sky = random_gaussians(40, seed=8), random_gaussians(20, seed=9)
    sky.means[:] = sky.means / np.linalg.norm(sky.means, axis=1, keepdims=True) * 50
    sky.log_scales += 3
    both = Gaussians(*(np.concatenate([getattr(near, n), getattr(sky, n)]) for n in near.__dict__))
    views = []
    for view in views_of(both):
        depth = np.where(view.depth > 20, np.inf, view.depth).astype(np.float32)
        depth[0, 0] = np.inf
        views.append(replace(view, depth=depth))
    is_sky = find_sky(both.means, views, None)
    np.testing.assert_array_equal(is_sky, np.arange(60) >= 40)
    trained = train(both, views, TrainConfig(iterations=5, prune_opacity=0))
    np.testing.assert_array_equal(trained.means[40:], both.means[40:])
    assert not np.array_equal(trained.means[:40], both.means[:40])


def test_no_cracks_in_a_picture_finer_than_the_views() -> None:
    """A wall of sharp stripes, trained from one small view, looked at from there at three times its resolution."""
    camera = Camera.from_fov(48, 48, 70)
    depth = np.full((48, 48), 3, np.float32)
    image = np.repeat((np.indices((48, 48)).sum(0) // 3 % 2)[..., None], 3, axis=2).astype(np.float32)
    start = from_points(lift(image, depth, camera, view=0, sky_radius=100))
    views = [TrainingView(camera, image, np.ones((48, 48), bool), depth)]
    fine = camera.resized(144, 144)
    cracks = {}
    for eps2d in (0.1, 0.3):
        trained = train(start, views, TrainConfig(iterations=40, eps2d=eps2d))
        alpha = render(trained, fine).alpha[9:-9, 9:-9]
        cracks[eps2d] = float((alpha < 0.8).mean())
    # Stripes one pixel sharp ask Gaussians to be thin, so some are left; trained with what they are drawn with, many.
    assert cracks[0.1] < 0.5 * cracks[0.3]


def test_things_before_the_sky_keep_their_edges() -> None:
    """A board before a far sky, of Gaussians that are coarser than the pixels that they are trained on."""
    camera = Camera.from_fov(96, 96, 70)
    board = np.zeros((96, 96), bool)
    board[24:72, 24:72] = True
    image = np.where(board[..., None], np.float32([0.8, 0.6, 0.1]), np.float32([0.3, 0.5, 0.9]))
    depth = np.where(board, 3.0, np.inf).astype(np.float32)
    points = lift(image, depth, camera, view=0, sky_radius=1500)
    start = from_points(join_patches(points, 200, {0: camera}))
    trained = train(start, [TrainingView(camera, image, np.ones((96, 96), bool), depth)], TrainConfig(iterations=60))
    beside = ndimage.binary_dilation(board, iterations=4) & ~board
    off = np.abs(render(trained, camera).image - image)[beside]
    assert off.mean() < 0.1  # with an unending error of depth it is 0.28


def test_scales_stay_within_their_limits() -> None:
    start = random_gaussians(60, seed=10)
    start.log_scales[:, 0] = 0
    config = TrainConfig(iterations=3, max_needle=2.0, max_scale=0.5, visible_only=False)
    scales = np.sort(train(start, views_of(start), config).scales, axis=1)
    assert (scales[:, 2] <= 2.0 * scales[:, 1] * (1 + 1e-5)).all()
    assert scales.max() <= 0.5 * (1 + 1e-5)


def test_bad_training_input_is_refused() -> None:
    gaussians = random_gaussians(5)
    view = views_of(gaussians)[0]
    with pytest.raises(InputError, match="view"):
        Trainer(gaussians, [])
    with pytest.raises(InputError, match="Gaussian"):
        Trainer(gaussians[:0], [view])
    with pytest.raises(InputError, match="known"):
        Trainer(gaussians, [replace(view, known=np.zeros_like(view.known))])
    with pytest.raises(InputError, match="image"):
        replace(view, image=view.image[:-1])
    with pytest.raises(InputError, match="known"):
        replace(view, known=view.known.astype(np.float32))
    with pytest.raises(InputError, match="depth"):
        replace(view, depth=view.depth[:, :-1])
    with pytest.raises(InputError, match="finite"):
        replace(view, image=np.full_like(view.image, np.nan))
    for wrong in ({"iterations": -1}, {"means_lr": -1.0}, {"beta1": 1.0}, {"max_needle": 0.5}, {"max_scale": 0.0},
                  {"lr_decay": 0.0}, {"max_gaussians": 0}, {"sh_lr": float("nan")}):  # fmt: skip
        with pytest.raises(InputError, match=next(iter(wrong))):
            TrainConfig(**wrong)
    broken = random_gaussians(5)
    broken.sh[:] = np.inf
    with pytest.raises(InputError, match="loss"):
        Trainer(broken, [replace(view, known=np.ones_like(view.known))]).step()


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU: training on gsplat was not run")
def test_training_on_cuda_reaches_the_same_loss() -> None:
    start, views = random_gaussians(200, seed=11), views_of(random_gaussians(200, seed=12))
    config = TrainConfig(iterations=30)
    losses: dict[str, list[float]] = {"native": [], "cuda": []}
    train(start, views, config, on_step=lambda r: losses["native"].append(r.loss))
    train(start, views, config, on_step=lambda r: losses["cuda"].append(r.loss), device="cuda")
    np.testing.assert_allclose(losses["native"], losses["cuda"], rtol=0.02)


@pytest.mark.parametrize("device", [None, "cpu"])
def test_fixed_gaussians_stay_and_the_others_learn(device: str | None) -> None:
    truth = random_gaussians(60)
    start = replace(truth, sh=truth.sh + np.float32(0.3))
    fixed = np.arange(60) % 3 == 0
    after = train(start, views_of(truth), TrainConfig(iterations=4, prune_opacity=0.9), fixed=fixed, device=device)
    assert np.array_equal(after.sh[fixed], start.sh[fixed]) and np.array_equal(after.means[fixed], start.means[fixed])
    assert (after.sh[~fixed] != start.sh[~fixed]).any(axis=(1, 2)).mean() > 0.8
    with pytest.raises(InputError, match="does not hold which"):
        Trainer(start, views_of(truth), fixed=fixed).save("never.npz")
    with pytest.raises(InputError, match="fixed has shape"):
        Trainer(start, views_of(truth), fixed=fixed[:5])
    with pytest.raises(InputError, match="strategy"):
        Trainer(start, views_of(truth), TrainConfig(strategy="mcmc"), fixed=fixed)
