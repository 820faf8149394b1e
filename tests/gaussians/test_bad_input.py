"""What cannot be drawn is refused with a sentence; what is not a number is not drawn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.gaussians import Gaussians, kernels, rasterization, render
from tests.gaussians.random_scenes import random_scene

BACKENDS = ["torch", *(["native"] if kernels.available() else [])]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("index", "shape", "name"),
    [
        (0, (5, 2), "means"),
        (1, (5, 3), "quats"),
        (1, (4, 4), "quats"),
        (2, (5,), "scales"),
        (3, (5, 1), "opacities"),
        (4, (6, 3), "colors"),
        (4, (3,), "colors"),
        (5, (4, 4), "viewmats"),
        (5, (0, 4, 4), "viewmats"),
        (6, (2, 3, 3), "Ks"),
    ],
)
def test_wrong_shapes_are_named(backend: str, index: int, shape: tuple[int, ...], name: str) -> None:
    tensors = random_scene(0, count=5).tensors(torch.float32, grad=False)
    tensors[index] = torch.zeros(shape)
    with pytest.raises(ValueError, match=name):
        rasterization(*tensors, 8, 8, backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_wrong_values_are_named(backend: str) -> None:
    scene = random_scene(0, count=5)
    good = scene.tensors(torch.float32, grad=False)

    def call(
        width: object = 8, height: object = 8, *, at: int | None = None, value: object = None, **kw: object
    ) -> None:
        tensors = list(good)
        if at is not None:
            tensors[at] = value
        rasterization(*tensors, width, height, backend=backend, **kw)

    call()
    cases: list[tuple[str, dict[str, object]]] = [
        ("width", {"width": 0}),
        ("height", {"height": -3}),
        ("width", {"width": 70_000}),
        ("width", {"width": 8.0}),
        ("scales", {"at": 2, "value": good[2].double()}),
        ("quats", {"at": 1, "value": good[1].int()}),
        ("means", {"at": 0, "value": good[0].numpy()}),
        ("Ks", {"at": 6, "value": torch.zeros(1, 3, 3)}),
        ("Ks", {"at": 6, "value": torch.full((1, 3, 3), torch.nan)}),
        ("viewmats", {"at": 5, "value": torch.full((1, 4, 4), torch.inf)}),
        ("render_mode", {"render_mode": "rgb"}),
        ("sh_degree", {"sh_degree": 4}),
        ("colors", {"sh_degree": 1}),
        ("backgrounds", {"backgrounds": torch.zeros(1, 4)}),
        ("eps2d", {"eps2d": -1.0}),
        ("far_plane", {"far_plane": 0.001}),
        ("rasterize_mode", {"rasterize_mode": "smooth"}),
        ("camera_model", {"camera_model": "fisheye"}),
    ]
    for name, arguments in cases:
        with pytest.raises(InputError, match=name):
            call(**arguments)


def test_backends_say_what_they_need() -> None:
    scene = random_scene(0, count=5)
    with pytest.raises(InputError, match="backend"):
        rasterization(*scene.tensors(torch.float32), 8, 8, backend="metal")
    with pytest.raises(InputError, match="CUDA"):
        rasterization(*scene.tensors(torch.float32), 8, 8, backend="gsplat")
    if kernels.available():
        with pytest.raises(InputError, match="float32"):
            rasterization(*scene.tensors(torch.float64), 8, 8, backend="native")
        with pytest.raises(InputError, match="threads"):
            rasterization(*scene.tensors(torch.float32), 8, 8, backend="native", threads=0)


def test_non_contiguous_tensors_are_taken() -> None:
    scene = random_scene(1)
    plain = scene.tensors(torch.float32, grad=False)
    strided = [torch.stack([t, t], -1)[..., 0] for t in plain]
    assert not strided[0].is_contiguous()
    for backend in BACKENDS:
        a, _, _ = rasterization(*plain, 40, 30, backend=backend)
        b, _, _ = rasterization(*strided, 40, 30, backend=backend)
        assert torch.equal(a, b)


def test_without_native_kernels_there_is_one_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from lucid3d.gaussians import rasterizer

    monkeypatch.setattr(rasterizer.kernels, "available", lambda: False)
    monkeypatch.setattr(rasterizer, "_warned", set())
    tensors = random_scene(0, count=5).tensors(torch.float32, grad=False)
    for _ in range(2):
        rasterization(*tensors, 8, 8)
    assert [r.message for r in caplog.records if "C++" in r.message] == [caplog.records[0].message]


ODD = [0.0, -0.0, np.nan, np.inf, -np.inf, 1e-45, -1e-40, 1e38, -3e38, 1e-20, 1e20, 1.0, -1.0, 0.5, 3.0]


@pytest.mark.skipif(not kernels.available(), reason="the native kernels were not built")
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 40), st.integers(1, 50), st.integers(1, 50), st.sampled_from([0.0, 0.3]))
def test_nothing_crashes_and_what_is_finite_is_drawn(
    seed: int, count: int, width: int, height: int, eps2d: float
) -> None:
    """Any float at all in any parameter: a result, of the same bits twice, and finite if the features are finite."""
    rng = np.random.default_rng(seed)
    good = random_scene(seed, count=count)
    tensors = good.tensors(torch.float32, grad=False)
    for tensor in tensors[:4]:
        flat = tensor.view(-1)
        hit = torch.from_numpy(rng.random(len(flat)) < 0.3)
        flat[hit] = torch.from_numpy(rng.choice(ODD, int(hit.sum())).astype(np.float32))
    leaves = [t.requires_grad_() for t in tensors[:5]]
    first, alphas, meta = rasterization(*tensors, width, height, render_mode="RGB", eps2d=eps2d, packed=False)
    again, _, _ = rasterization(*tensors, width, height, render_mode="RGB", eps2d=eps2d, packed=False)
    assert torch.equal(first, again)
    assert torch.isfinite(first).all()
    assert ((alphas >= 0) & (alphas <= 1)).all()
    (first.sum() + alphas.sum()).backward()
    broken = ~torch.isfinite(torch.cat([t.detach().reshape(count, -1) for t in tensors[:4]], 1)).all(1)
    seen = (meta["radii"][0] > 0).all(-1)
    assert not (broken & seen & ~torch.isfinite(tensors[0].detach()).all(1)).any()
    for leaf in leaves:
        assert leaf.grad is not None
        assert not leaf.grad[~seen].any()


@pytest.mark.skipif(not kernels.available(), reason="the native kernels were not built")
def test_a_gaussian_that_is_not_a_number_does_not_spoil_the_others() -> None:
    rng = np.random.default_rng(0)
    n = 40
    good = Gaussians(
        rng.normal(size=(n, 3)).astype(np.float32) + np.float32([0, 0, 4]),
        rng.normal(size=(n, 4)).astype(np.float32),
        rng.uniform(-3, -1, (n, 3)).astype(np.float32),
        rng.normal(size=n).astype(np.float32),
        rng.normal(size=(n, 1, 3)).astype(np.float32),
    )
    camera = Camera.from_fov(40, 30, 70)
    bad = good[np.arange(n)]
    bad.means[3], bad.quats[9, 1], bad.log_scales[20, 2], bad.logit_opacities[31] = np.nan, np.nan, np.inf, np.nan
    keep = np.ones(n, bool)
    keep[[3, 9, 31]] = False
    picture, expected = render(bad, camera), render(bad[keep], camera)
    np.testing.assert_array_equal(picture.image, expected.image)
    assert np.isfinite(picture.image).all()
