"""The native rasteriser against the torch twin in float64, and both against gsplat's reference functions."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

from lucid3d.errors import InputError
from lucid3d.gaussians import kernels, rasterization
from tests.gaussians import gsplat_oracle
from tests.gaussians.random_scenes import Scene, random_scene, undecided, worst

IMAGE_TOLERANCE = 1e-5
GRADIENT_TOLERANCE = 1e-4
NAMES = ("means", "quats", "scales", "opacities", "colors", "viewmats")

pytestmark = pytest.mark.skipif(not kernels.available(), reason="the native kernels were not built")


def compare(scene: Scene, **options: object) -> None:
    """Images, meta and every gradient of the native backend against the twin's."""
    options = {"sh_degree": scene.sh_degree, "packed": False, **options}
    exact, quick = scene.tensors(torch.float64), scene.tensors(torch.float32)
    backgrounds = options.pop("backgrounds", None)
    results = []
    for tensors, backend in ((exact, "torch"), (quick, "native")):
        behind = None if backgrounds is None else backgrounds.to(tensors[0].dtype).detach().clone().requires_grad_()
        out = rasterization(*tensors, scene.width, scene.height, backend=backend, backgrounds=behind, **options)
        results.append((*out, behind))
    (renders, alphas, meta, behind), (renders32, alphas32, meta32, behind32) = results
    cameras = renders.shape[0]
    sure = torch.stack([~undecided(meta, c, scene.width, scene.height) for c in range(cameras)])[..., None]
    scale = max(1.0, float(renders.detach().abs().max()) if renders.numel() else 1.0)
    assert worst(
        torch.where(sure, renders32, 0).detach() / scale, torch.where(sure, renders, 0).detach() / scale
    ) < 2 * IMAGE_TOLERANCE or ((torch.where(sure, renders32 - renders, 0)).abs().max() < IMAGE_TOLERANCE * scale)
    assert torch.where(sure, alphas32 - alphas, 0).abs().max() < IMAGE_TOLERANCE
    assert (meta["radii"] > 0).all(-1).logical_xor((meta32["radii"] > 0).all(-1)).sum() == 0

    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(renders.shape, generator=generator, dtype=torch.float64) * sure
    alpha_weights = torch.randn(alphas.shape, generator=generator, dtype=torch.float64) * sure
    ((renders * weights).sum() + (alphas * alpha_weights).sum()).backward()
    ((renders32 * weights.float()).sum() + (alphas32 * alpha_weights.float()).sum()).backward()
    for name, a, b in zip(NAMES, exact, quick, strict=False):
        expected = torch.zeros_like(a) if a.grad is None else a.grad
        actual = torch.zeros_like(b) if b.grad is None else b.grad
        assert worst(actual, expected) < GRADIENT_TOLERANCE, name
    if behind is not None and behind.grad is not None:
        assert worst(behind32.grad, behind.grad) < GRADIENT_TOLERANCE


@pytest.mark.parametrize("kind", ["mixed", "behind", "huge", "tiny", "opaque", "ties", "hidden"])
@pytest.mark.parametrize("seed", range(3))
def test_every_kind_of_scene(kind: str, seed: int) -> None:
    compare(random_scene(seed, kind=kind), render_mode="RGB+D")


@pytest.mark.parametrize("size", [(1, 1), (1, 37), (41, 1), (17, 33), (16, 16), (64, 5)])
def test_every_size(size: tuple[int, int]) -> None:
    compare(random_scene(7, width=size[0], height=size[1]), render_mode="RGB+D")


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
@pytest.mark.parametrize("mode", ["RGB", "RGB+D", "D"])
def test_spherical_harmonics(degree: int, mode: str) -> None:
    compare(random_scene(20 + degree, sh_degree=degree), render_mode=mode)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("mode", ["RGB", "RGB+D"])
def test_any_number_of_features(channels: int, mode: str) -> None:
    compare(random_scene(30 + channels, channels=channels, count=30), render_mode=mode)


def test_bands_that_are_not_used_have_no_gradient() -> None:
    scene = random_scene(3, sh_degree=3, count=20)
    scene.sh_degree = 1
    compare(scene)


@pytest.mark.parametrize("mode", ["classic", "antialiased"])
def test_batches_of_cameras_with_backgrounds(mode: str) -> None:
    scene = random_scene(40, cameras=3)
    backgrounds = torch.rand(3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    compare(scene, backgrounds=backgrounds, rasterize_mode=mode, render_mode="RGB+D")


@pytest.mark.parametrize(
    "options", [{"eps2d": 0.0}, {"eps2d": 1.5}, {"near_plane": 2.5}, {"far_plane": 3.0}, {"radius_clip": 4.0}]
)
def test_options(options: dict[str, float]) -> None:
    compare(random_scene(50), **options)


@pytest.mark.parametrize("seed", range(3))
def test_expected_depth(seed: int) -> None:
    scene = random_scene(60 + seed, kind="opaque")
    expected, alphas, meta = rasterization(
        *scene.tensors(torch.float64, grad=False), 40, 30, render_mode="ED", packed=False
    )
    actual, _, _ = rasterization(*scene.tensors(torch.float32, grad=False), 40, 30, render_mode="ED")
    sure = (~undecided(meta, 0, 40, 30))[None, ..., None] & (alphas > 0.01)
    assert sure.any()
    assert (actual - expected)[sure].abs().max() < 1e-4


def test_no_gaussians_at_all() -> None:
    scene = random_scene(0, count=0)
    for backend in ("native", "torch"):
        tensors = scene.tensors(torch.float32)
        renders, alphas, _ = rasterization(*tensors, 40, 30, backend=backend, render_mode="RGB+D")
        assert renders.shape == (1, 30, 40, 4)
        assert not renders.detach().any()
        (renders.sum() + alphas.sum()).backward()


def test_packed_meta_lists_what_is_visible() -> None:
    scene = random_scene(2, kind="behind", cameras=2)
    tensors = scene.tensors(torch.float32)
    _, _, dense = rasterization(*tensors, 40, 30, packed=False)
    renders, _, packed = rasterization(*tensors, 40, 30, packed=True)
    packed["means2d"].retain_grad()
    renders.sum().backward()
    seen = (dense["radii"] > 0).all(-1)
    cameras, ids = torch.nonzero(seen, as_tuple=True)
    assert torch.equal(packed["camera_ids"], cameras)
    assert torch.equal(packed["gaussian_ids"], ids)
    assert torch.equal(packed["means2d"], dense["means2d"][seen])
    assert packed["means2d"].grad.abs().sum() > 0


def test_gradients_by_centres_are_what_densification_needs() -> None:
    scene = random_scene(5)
    grads = []
    for dtype, backend in ((torch.float64, "torch"), (torch.float32, "native")):
        renders, _, meta = rasterization(*scene.tensors(dtype), 40, 30, packed=False, backend=backend)
        meta["means2d"].retain_grad()
        (renders**2).sum().backward()
        grads.append(meta["means2d"].grad)
    assert worst(grads[1], grads[0]) < 1e-3  # (a pixel may fall the other way)


def test_absolute_gradients_bound_the_plain_ones() -> None:
    scene = random_scene(6)
    renders, _, meta = rasterization(*scene.tensors(torch.float32), 40, 30, packed=False, absgrad=True)
    meta["means2d"].retain_grad()
    (renders**2).sum().backward()
    plain, absolute = meta["means2d"].grad.abs(), meta["means2d"].absgrad
    assert (absolute >= plain * (1 - 1e-4) - 1e-5).all()
    assert absolute.sum() > 1.2 * plain.sum()
    # A single pixel has one sign only: there they agree.
    one = random_scene(6, width=1, height=1)
    renders, _, meta = rasterization(*one.tensors(torch.float32), 1, 1, packed=False, absgrad=True)
    meta["means2d"].retain_grad()
    renders.sum().backward()
    torch.testing.assert_close(meta["means2d"].absgrad, meta["means2d"].grad.abs(), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("instruction_set", kernels.native().instruction_sets() if kernels.available() else [])
def test_every_instruction_set_is_right(instruction_set: str) -> None:
    native = kernels.native()
    before = native.instruction_set()
    native.use_instruction_set(instruction_set)
    try:
        compare(random_scene(70, sh_degree=3, count=80), render_mode="RGB+D", rasterize_mode="antialiased")
    finally:
        native.use_instruction_set(before)


def test_the_same_bits_for_any_number_of_threads() -> None:
    scene = random_scene(80, count=9000, width=150, height=90, sh_degree=1)
    outputs = []
    for threads in (1, 2, 3, 7):
        tensors = scene.tensors(torch.float32)
        renders, alphas, _ = rasterization(*tensors, 150, 90, sh_degree=1, threads=threads)
        ((renders**2).sum() + alphas.sum()).backward()
        outputs.append([renders.detach(), alphas.detach(), *(t.grad for t in tensors[:6])])
    for other in outputs[1:]:
        assert all(torch.equal(a, b) for a, b in zip(outputs[0], other, strict=True))


@pytest.mark.parametrize("degree", [None, 0, 3])
@pytest.mark.parametrize("antialiased", [False, True])
def test_against_gsplat(degree: int | None, antialiased: bool) -> None:
    pytest.importorskip("gsplat")
    scene = random_scene(90, sh_degree=degree, count=120, width=36, height=28)
    theirs, ours = scene.tensors(torch.float32), scene.tensors(torch.float32)
    expected, expected_alphas = gsplat_oracle.rasterization(*theirs, 36, 28, sh_degree=degree, antialiased=antialiased)
    mode = "antialiased" if antialiased else "classic"
    actual, alphas, _ = rasterization(*ours, 36, 28, sh_degree=degree, render_mode="RGB+D", rasterize_mode=mode)
    _, _, meta = rasterization(
        *scene.tensors(torch.float64, grad=False), 36, 28, sh_degree=degree, packed=False, rasterize_mode=mode
    )
    sure = (~undecided(meta, 0, 36, 28))[None, ..., None]
    assert torch.where(sure, actual - expected, 0).abs().max() < IMAGE_TOLERANCE * 4  # depth reaches 4.5
    assert torch.where(sure, alphas - expected_alphas, 0).abs().max() < IMAGE_TOLERANCE
    weights = torch.randn(expected.shape, generator=torch.Generator().manual_seed(2)) * sure
    (expected * weights).sum().backward()
    (actual * weights).sum().backward()
    for name, a, b in zip(NAMES, theirs, ours, strict=False):
        assert worst(b.grad, a.grad) < GRADIENT_TOLERANCE, name


def test_our_call_fits_gsplats_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, order and defaults are gsplat's, and what the CUDA backend passes on is what gsplat takes."""
    gsplat = pytest.importorskip("gsplat")
    from lucid3d.gaussians import gsplat_backend

    theirs, ours = inspect.signature(gsplat.rasterization).parameters, inspect.signature(rasterization).parameters
    positional = [n for n, p in ours.items() if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    assert positional == list(theirs)[: len(positional)]
    for name in positional:
        assert ours[name].default == theirs[name].default, name
    passed = {}

    def recorder(*args: object, **kwargs: object) -> None:
        passed.update(inspect.signature(gsplat_rasterization).bind(*args, **kwargs).arguments)
        raise ImportError("no CUDA here")

    gsplat_rasterization = gsplat.rasterization
    monkeypatch.setattr(gsplat, "rasterization", recorder)
    scene = random_scene(0, count=4)
    options = {n: ours[n].default for n in positional[9:]}
    with pytest.raises(InputError, match="CUDA"):
        gsplat_backend.rasterization_gsplat(*scene.tensors(torch.float32), 8, 8, **options)
    assert set(positional) == set(passed)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU: gsplat's backend was not run")
@pytest.mark.parametrize("degree", [None, 0, 3])
def test_gsplat_on_cuda_draws_the_same(degree: int | None) -> None:
    scene = random_scene(91, sh_degree=degree, count=200)
    ours = scene.tensors(torch.float32)
    theirs = [t.detach().cuda().requires_grad_(t.requires_grad) for t in ours]
    actual, alphas, _ = rasterization(*ours, 40, 30, sh_degree=degree, render_mode="RGB+ED")
    expected, expected_alphas, _ = rasterization(*theirs, 40, 30, sh_degree=degree, render_mode="RGB+ED")
    assert (alphas - expected_alphas.cpu()).abs().median() < 1e-5
    actual.sum().backward()
    expected.sum().backward()
    for name, a, b in zip(NAMES[:5], theirs, ours, strict=False):
        assert worst(b.grad, a.grad.cpu()) < 1e-2, name


def test_frames_refuse_a_wrong_order_of_calls() -> None:
    frame = kernels.native().Frame()
    image = np.zeros((5, 0, 0), np.float32)
    with pytest.raises(ValueError, match="rasterize comes before"):
        frame.rasterize_backward(np.zeros(4, np.float32), image, image, False, 1)
