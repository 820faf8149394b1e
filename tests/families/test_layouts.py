"""Repositories as the hub has them: every one is listed, chosen, loaded and used, or refused in one right sentence;
and a checkpoint whose tensors do not fit is never used without a word.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.base import Uses
from lucid3d.families.choose import choose_models
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.captioner import caption
from lucid3d.families.diffusion.commands import models_on_disk
from lucid3d.families.diffusion.depth import NetworkDepth
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter
from tests.families import layouts
from tests.families.layouts import REPOSITORIES, Repository, Tensors

Checkpoint = Callable[[str], str]
CAMERA = Camera.from_fov(64, 64, 70)
PICTURE = np.random.default_rng(0).random((64, 64, 3), np.float32)
HALF = np.arange(64)[None, :].repeat(64, axis=0) < 32


@pytest.fixture(scope="module")
def hub(checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache with every repository."""
    cache = tmp_path_factory.mktemp("hub")
    for repository in REPOSITORIES:
        layouts.build(repository, Path(checkpoint(repository.source)), cache)
    return cache


@pytest.fixture
def cache(hub: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_CACHE", str(hub))
    return hub


def settings(repository: Repository) -> ModelsConfig:
    """The settings of a person who names this repository, with few steps."""
    few: dict[str, Any] = {"steps": 2, "image_size": 64, "retries": 0}
    where = {"inpainting": "inpainting", "text-to-image": "text_to_image", "depth": "depth", "caption": "captioner"}
    return ModelsConfig(**few, **{where[repository.role]: repository.name})


def use(repository: Repository) -> None:
    """Paint, measure or describe with it."""
    config = settings(repository)
    if repository.role == "depth":
        assert NetworkDepth(config).estimate(PICTURE, CAMERA).shape == (64, 64)
    elif repository.role == "caption":
        assert caption(PICTURE, config)
    else:
        painter = DiffusionPainter(config)
        assert painter.imagine("a lake", CAMERA, seed=1).std() > 0.01
        if repository.role == "inpainting":
            painted = painter.inpaint(PICTURE, HALF, "a lake", CAMERA, seed=1)
            np.testing.assert_array_equal(painted[HALF], PICTURE[HALF])
            assert painted[~HALF].std() > 0.01


@pytest.mark.parametrize("repository", REPOSITORIES, ids=lambda each: each.name)
def test_a_real_repository_is_listed_chosen_loaded_and_used(repository: Repository, cache: Path) -> None:
    row = next(row for row in models_on_disk() if row.name == repository.name)
    assert row.state == "complete", weights.inspect(repository.name).missing
    uses = Uses(
        repository.role in ("inpainting", "text-to-image"), repository.role == "depth", repository.role == "caption"
    )
    if repository.refused:
        choice = choose_models("auto", settings(repository), uses)
        assert choice.family == "procedural"
        for say in (lambda: choose_models("diffusion", settings(repository), uses), lambda: use(repository)):
            with pytest.raises(InputError, match=repository.refused) as refusal:
                say()
            assert f"lucid3d models download {repository.name}" in str(refusal.value)
        return
    choice = choose_models("auto", settings(repository), uses)
    assert choice.family == "diffusion", choice.reason
    use(repository)


def test_components_of_two_kinds_are_read_each_in_its_own(
    checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = Repository(
        "somebody/mixed", "sd-inpaint", (layouts.halves("unet", "text_encoder", keep_plain=False),), "inpainting"
    )
    layouts.build(mixed, Path(checkpoint("sd-inpaint")), tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    found = weights.inspect(mixed.name)
    assert found.complete and (found.variant_of("unet"), found.variant_of("vae")) == ("fp16", "")
    use(mixed)


def test_half_shards_whose_plain_ones_were_never_fetched(
    checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both indexes are there, as a download takes every JSON file; only the shards of one are."""
    for pattern, variant in (("text_encoder_3/model-0*", "fp16"), ("text_encoder_3/*fp16-0*", "")):
        name = f"somebody/only-{variant or 'plain'}"
        lacking = (layouts.shards("text_encoder_3", half=True), layouts.without(pattern))
        layouts.build(Repository(name, "sd3", lacking, "inpainting"), Path(checkpoint("sd3")), tmp_path)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
        found = weights.inspect(name)
        assert found.complete, found.missing
        assert found.variant_of("text_encoder_3") == variant


def renamed(part: str) -> Callable[[Tensors], Tensors]:
    def change(tensors: Tensors) -> Tensors:
        key = layouts.first(tensors, part)
        return {(f"{each}_old" if each == key else each): value for each, value in tensors.items()}

    return change


def lost(part: str) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {key: value for key, value in tensors.items() if key != layouts.first(tensors, part)}


def cut(part: str) -> Callable[[Tensors], Tensors]:
    def change(tensors: Tensors) -> Tensors:
        key = layouts.first(tensors, part)
        return tensors | {key: tensors[key][:-1]}

    return change


def broken(part: str) -> Callable[[Tensors], Tensors]:
    def change(tensors: Tensors) -> Tensors:
        key = layouts.first(tensors, part)
        worse = tensors[key].clone()
        worse.view(-1)[0] = float("nan")
        return tensors | {key: worse}

    return change


def more_layers(part: str, number: str) -> Callable[[Tensors], Tensors]:
    """A layer more than config.json counts, as of a larger sister."""

    def change(tensors: Tensors) -> Tensors:
        twins = {key.replace(part, number): value.clone() for key, value in tensors.items() if part in key}
        return tensors | twins

    return change


UNET, VAE, TEXT = (
    "unet/diffusion_pytorch_model.safetensors",
    "vae/diffusion_pytorch_model.safetensors",
    "text_encoder/model.safetensors",
)
FLOW, ONE = "transformer/diffusion_pytorch_model.safetensors", "model.safetensors"
DAMAGES = [
    ("sd-inpaint", UNET, renamed("mid_block.attentions"), "mid_block.attentions"),
    ("sd-inpaint", UNET, lost("conv_in.weight"), "conv_in.weight"),
    ("sd-inpaint", UNET, cut("conv_out.bias"), "conv_out.bias"),
    ("sd-inpaint", UNET, broken("conv_norm_out.weight"), "conv_norm_out.weight"),
    ("sd-inpaint", VAE, renamed("decoder.conv_in"), "decoder.conv_in"),
    ("sd-inpaint", VAE, lost("quant_conv.weight"), "quant_conv.weight"),
    ("sd-inpaint", TEXT, renamed("final_layer_norm"), "final_layer_norm"),
    ("sd-inpaint", TEXT, lost("token_embedding"), "token_embedding"),
    ("sd-inpaint", TEXT, more_layers("layers.1.", "layers.2."), "more layers"),
    ("sdxl-inpaint", "text_encoder_2/model.safetensors", lost("text_projection"), "text_projection"),
    ("sd3", FLOW, renamed("transformer_blocks.0.attn.to_q"), "transformer_blocks.0.attn.to_q"),
    ("flux-fill", FLOW, lost("x_embedder.weight"), "x_embedder.weight"),
    ("klein", "text_encoder/model.safetensors", renamed("layers.20.self_attn.q_proj"), "layers.20.self_attn"),
    ("zoe-nk", ONE, renamed("encoder.layer.0.attention.attention.query"), "query|q_proj"),
    ("zoe-nk", ONE, more_layers("encoder.layer.3.", "encoder.layer.4."), "more layers"),
    ("anything", ONE, renamed("encoder.layer.1.mlp.fc1"), "fc1"),
    ("anything-metric", ONE, broken("head.conv1.weight"), "head.conv1.weight"),
    ("depth-pro", ONE, lost("head.layers.0.weight"), "head.layers.0.weight"),
    ("dpt", ONE, cut("neck.convs.0.weight"), "neck.convs.0"),
    ("blip", ONE, renamed("text_decoder.bert.encoder.layer.0.attention"), "text_decoder"),
]


@pytest.mark.parametrize(("name", "file", "change", "named"), DAMAGES)
def test_a_tensor_that_does_not_fit_is_named(
    checkpoint: Checkpoint, tmp_path: Path, name: str, file: str, change: Callable[[Tensors], Tensors], named: str
) -> None:
    folder = layouts.damaged(tmp_path / "model", Path(checkpoint(name)), file, change)
    role: Any = "depth" if file == ONE and name != "blip" else "caption" if name == "blip" else "inpainting"
    with pytest.raises(InputError, match=named) as refusal:
        use(Repository(str(folder), name, (), role))
    assert "\n" not in str(refusal.value)


def test_a_tensor_that_a_single_file_lacks_is_named(checkpoint: Checkpoint, tmp_path: Path) -> None:
    source = Path(checkpoint("sd-file"))
    for part, named in (("middle_block.0.in_layers.2.weight", "mid_block"), ("decoder.conv_in.weight", "conv_in")):
        file = tmp_path / f"{named}.safetensors"
        layouts.write(file, lost(part)(layouts.read(source)))
        config = ModelsConfig(inpainting=str(file), base_config=checkpoint("sd-inpaint"), steps=2)
        with pytest.raises(InputError, match=f"{named}.*") as refusal:
            DiffusionPainter(config).imagine("a lake", CAMERA, seed=1)
        assert "lacks the weights" in str(refusal.value)


def test_a_left_over_head_is_told_and_no_fault(
    checkpoint: Checkpoint, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def another_head(tensors: Tensors) -> Tensors:
        return tensors | {"pretraining_head.weight": tensors[layouts.first(tensors, "head.conv1.weight")].clone()}

    folder = layouts.damaged(tmp_path / "model", Path(checkpoint("anything")), ONE, another_head)
    use(Repository(str(folder), "anything", (), "depth"))
    assert "pretraining_head.weight of its checkpoint are not used" in caplog.text
