"""Depth networks: what their numbers mean, mirrored averaging, sizes, and the sky."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import DepthEstimator
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.depth import HYPERSIM, KITTI, NYU, VKITTI, NetworkDepth, depth_kind, trained_focal
from lucid3d.families.simulated import FAR, as_a_network_sees

Checkpoint = Callable[[str], str]
CAMERA = Camera.from_fov(96, 72, 80)


def picture(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((72, 96, 3), dtype=np.float32)


def estimator(checkpoint: Checkpoint, name: str, **options: Any) -> NetworkDepth:
    return NetworkDepth(ModelsConfig(depth=checkpoint(name), **options))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("zoe-n", "metric"),
        ("zoe-k", "metric"),
        ("zoe-nk", "metric"),
        ("anything", "relative-disparity"),
        ("anything-metric", "metric"),
        ("dpt", "relative-disparity"),
        ("glpn", "metric"),
        ("depth-pro", "metric"),
    ],
)
def test_every_architecture_measures_and_states_its_kind(checkpoint: Checkpoint, name: str, kind: str) -> None:
    it = estimator(checkpoint, name)
    assert isinstance(it, DepthEstimator)
    assert it.kind == kind
    depth = it.estimate(picture(), CAMERA)
    assert depth.shape == (72, 96) and depth.dtype == np.float32
    assert np.isfinite(depth).all() and (depth >= 0).all()
    assert depth.std() > 0
    assert depth.tobytes() == estimator(checkpoint, name).estimate(picture(), CAMERA).tobytes()
    assert not np.array_equal(depth, it.estimate(picture(1), CAMERA))


@pytest.mark.parametrize("name", ["zoe-n", "anything"])
def test_a_mirrored_picture_has_mirrored_depth(checkpoint: Checkpoint, name: str) -> None:
    image = picture()
    mirrored = np.ascontiguousarray(image[:, ::-1])
    averaged = estimator(checkpoint, name)
    a, b = averaged.estimate(image, CAMERA), averaged.estimate(mirrored, CAMERA)[:, ::-1]
    assert np.abs(a - b).max() < 1e-3 * np.abs(a).max()
    single = estimator(checkpoint, name, mirrored_average=False)
    c, d = single.estimate(image, CAMERA), single.estimate(mirrored, CAMERA)[:, ::-1]
    assert np.abs(c - d).max() > 1e-2 * np.abs(c).max()  # so the test above can fail
    both = (c > 0) & (d > 0)  # elsewhere disparity was cut off at 0, after averaging
    assert both.mean() > 0.3
    assert np.allclose(a[both], (c[both] + d[both]) / 2, rtol=1e-3, atol=1e-3 * np.abs(a).max())


def test_zoedepth_cuts_off_the_border_that_its_processor_reflected(checkpoint: Checkpoint) -> None:
    import torch

    it = estimator(checkpoint, "zoe-n")
    it._load()
    inputs = it._processor(images=(picture() * 255).astype(np.uint8), return_tensors="pt")["pixel_values"]
    assert tuple(inputs.shape[-2:]) != (72, 96)
    top, left = int((72 / 2) ** 0.5 * 3), int((96 / 2) ** 0.5 * 3)
    x = torch.linspace(0, 1, 96 + 2 * left)  # a ramp over the padded picture, as the network would answer it
    ramp = it._to_size(x.expand(72 + 2 * top, -1), 72, 96)
    assert torch.allclose(ramp, x[left : left + 96].expand(72, -1), atol=1e-6)


def test_the_configured_kind_wins(checkpoint: Checkpoint) -> None:
    assert estimator(checkpoint, "dpt", depth_kind="metric").kind == "metric"


def test_depth_pro_takes_the_cameras_focal_length(checkpoint: Checkpoint) -> None:
    import torch

    from lucid3d.families.diffusion.depth_pro import metres

    wide, narrow = Camera.from_fov(96, 72, 90), Camera.from_fov(96, 72, 30)
    assert torch.allclose(metres(torch.tensor([[0.5, 0.25]]), wide), torch.tensor([[1.0, 2.0]]))
    it = estimator(checkpoint, "depth-pro", sky=False)
    a, b = it.estimate(picture(), wide), it.estimate(picture(), narrow)
    assert np.allclose(b / a, narrow.fx / wide.fx, rtol=1e-4)
    assert (a > 0).all()


def test_kinds_from_real_configurations() -> None:
    assert depth_kind({"model_type": "depth_anything", "depth_estimation_type": "metric"}, "x") == "metric"
    assert depth_kind({"model_type": "depth_anything"}, "x") == "relative-disparity"
    assert depth_kind({"model_type": "dpt", "backbone_config": {"model_type": "dinov2"}}, "x") == "metric"
    assert depth_kind({"model_type": "depth_pro"}, "x") == "metric"
    with pytest.raises(InputError, match="refines a depth sensor"):
        depth_kind({"model_type": "prompt_depth_anything"}, "x")
    with pytest.raises(InputError, match=r"diffusion\.depth_kind"):
        depth_kind({"model_type": "new", "architectures": ["NewForDepthEstimation"]}, "x")
    with pytest.raises(InputError, match="no depth estimator"):
        depth_kind({"model_type": "bert", "architectures": ["BertModel"]}, "x")


def test_no_torchvision_is_imported(checkpoint: Checkpoint) -> None:
    import sys

    estimator(checkpoint, "zoe-n").estimate(picture(), CAMERA)
    assert "torchvision" not in sys.modules


def test_the_indoor_head_of_zoedepth_rules_out_sky(checkpoint: Checkpoint) -> None:
    import torch

    it = estimator(checkpoint, "zoe-nk", mirrored_average=False)
    it._load()
    forward = it._network.forward
    for head, indoors in ((0, True), (1, False)):

        def routed(*arguments: Any, _head: int = head, **options: Any) -> Any:
            output = forward(*arguments, **options)
            output.domain_logits = torch.nn.functional.one_hot(torch.tensor([_head]), 2).float()
            return output

        it._network.forward = routed
        assert it._predict(picture(), CAMERA)[1] is indoors


def test_closed_and_used_again(checkpoint: Checkpoint) -> None:
    it = estimator(checkpoint, "anything")
    before = it.estimate(picture(), CAMERA)
    it.close()
    assert it._network is None
    assert np.array_equal(it.estimate(picture(), CAMERA), before)


def test_progress_is_told(checkpoint: Checkpoint) -> None:
    seen: list[tuple[str, int, int]] = []
    it = estimator(checkpoint, "anything")
    it.progress = lambda *event: seen.append(event)
    it.estimate(picture(), CAMERA)
    assert seen[0] == ("reading the depth network", 0, 1) and seen[-1] == ("measuring depth", 1, 1)


def test_wrong_sizes_and_wrong_checkpoints(checkpoint: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\(10, 96, 3\)"):
        estimator(checkpoint, "zoe-n").estimate(picture()[:10], CAMERA)
    with pytest.raises(InputError, match="no depth estimator"):
        estimator(checkpoint, "blip")
    with pytest.raises(InputError, match=r"config\.json"):
        estimator(checkpoint, "sd-inpaint")
    with pytest.raises(InputError, match=r"lacks model_index\.json or config\.json"):
        NetworkDepth(ModelsConfig(depth=str(tmp_path)))
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text(json.dumps({"model_type": "glpn"})[:-3])
    with pytest.raises(InputError, match="cannot be read as JSON"):
        NetworkDepth(ModelsConfig(depth=str(broken)))


def test_values_that_are_not_numbers_are_reported(checkpoint: Checkpoint) -> None:
    import torch

    it = estimator(checkpoint, "anything")
    it._load()
    with torch.no_grad():
        next(it._network.parameters()).fill_(float("nan"))
    with pytest.raises(InputError, match="not numbers"):
        it.estimate(picture(), CAMERA)


@pytest.mark.parametrize(
    ("settings", "indoors", "focal"),
    [
        ({"model_type": "zoedepth", "bin_configurations": [{"name": "nyu"}]}, False, NYU),
        ({"model_type": "zoedepth", "bin_configurations": [{"name": "nyu"}, {"name": "kitti"}]}, True, NYU),
        ({"model_type": "zoedepth", "bin_configurations": [{"name": "nyu"}, {"name": "kitti"}]}, False, KITTI),
        ({"model_type": "depth_anything", "depth_estimation_type": "metric", "max_depth": 80}, False, VKITTI),
        ({"model_type": "depth_anything", "depth_estimation_type": "metric", "max_depth": 20}, False, HYPERSIM),
        ({"model_type": "depth_pro"}, False, None),
    ],
)
def test_the_lens_that_a_metric_network_supposes(settings: dict[str, Any], indoors: bool, focal: float | None) -> None:
    assert trained_focal(settings, indoors) == focal


def test_metric_depth_grows_with_the_focal_length(checkpoint: Checkpoint) -> None:
    """Of a lens twice as long the same picture shows what is twice as far; a relative network has no metres."""
    narrow, wide = (Camera(64, 64, f, f, 32, 32) for f in (80.0, 40.0))
    image = np.random.default_rng(0).random((64, 64, 3), np.float32)
    for name, factor in (("zoe-n", 2.0), ("anything-metric", 2.0), ("anything", 1.0)):
        it = estimator(checkpoint, name, sky=False)
        np.testing.assert_allclose(it.estimate(image, narrow), factor * it.estimate(image, wide), rtol=1e-5)


def test_a_simulated_network_errs_as_networks_do() -> None:
    """No infinity, no far range, soft edges; near by, only scale and bend."""
    truth = np.full((64, 64), 4.0, np.float32)
    truth[:, 32:] = 1000.0
    truth[:16] = np.inf
    seen = as_a_network_sees(truth, np.random.default_rng(1))
    assert np.isfinite(seen).all() and seen.max() < 2.5 * FAR
    near = np.log(seen[24:, :24] / 4)
    assert near.std() < 0.2 and abs(near.mean()) < 0.5
    edge = seen[40, 28:36]
    assert ((edge > 1.2 * edge[0]) & (edge < 0.8 * edge[-1])).any()  # a pixel between the surfaces
