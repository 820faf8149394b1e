"""LoRA files in the three namings that people have, merged into the weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from lucid3d.camera import Camera
from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig
from lucid3d.families.diffusion.checkpoints import load_pipeline
from lucid3d.families.diffusion.lora import merge_lora
from lucid3d.families.diffusion.stable_diffusion import DiffusionPainter

Checkpoint = Callable[[str], str]
LAYER = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
CONVOLUTION = "down_blocks.0.resnets.0.conv1"
RANK = 2


def pipeline(checkpoint: Checkpoint, **options: Any) -> Any:
    config = ModelsConfig(inpainting=checkpoint("sd-inpaint"), safety_checker=False, **options)
    return load_pipeline(config, "inpainting", torch.device("cpu"))


def factors(networks: Any, layer: str) -> tuple[torch.Tensor, torch.Tensor]:
    weight = networks.unet.get_submodule(layer).weight
    generator = torch.Generator().manual_seed(1)
    down = torch.randn((RANK, *weight.shape[1:]), generator=generator)
    up = torch.randn((weight.shape[0], RANK, *([1, 1] if weight.ndim == 4 else [])), generator=generator)
    return down, up


def named(kind: str, layer: str, down: torch.Tensor, up: torch.Tensor, alpha: float) -> dict[str, torch.Tensor]:
    if kind == "kohya":
        name = "lora_unet_" + layer.replace(".", "_")
        return {
            f"{name}.lora_down.weight": down,
            f"{name}.lora_up.weight": up,
            f"{name}.alpha": torch.tensor(alpha),
        }
    if kind == "peft":
        return {f"unet.{layer}.lora_A.weight": down, f"unet.{layer}.lora_B.weight": up}
    return {f"unet.{layer}.lora.down.weight": down, f"unet.{layer}.lora.up.weight": up}


@pytest.mark.parametrize("kind", ["peft", "diffusers", "kohya"])
@pytest.mark.parametrize("layer", [LAYER, CONVOLUTION])
def test_the_weight_becomes_what_the_paper_says(checkpoint: Checkpoint, tmp_path: Path, kind: str, layer: str) -> None:
    networks = pipeline(checkpoint)
    before = networks.unet.get_submodule(layer).weight.detach().clone()
    others = {name: value.clone() for name, value in networks.unet.state_dict().items() if not name.startswith(layer)}
    down, up = factors(networks, layer)
    alpha = 1.0
    file = tmp_path / "lora.safetensors"
    save_file(named(kind, layer, down, up, alpha), file)
    assert merge_lora(networks, file, 0.5) == 1
    scale = 0.5 * (alpha / RANK if kind == "kohya" else 1.0)
    # W + scale * B A, written out with einsum as an independent form
    change = torch.einsum("or,r...->o...", up.reshape(up.shape[0], RANK), down) * scale
    assert torch.allclose(networks.unet.get_submodule(layer).weight, before + change, atol=1e-5)
    assert all(torch.equal(networks.unet.state_dict()[name], value) for name, value in others.items())


def test_text_encoders_are_changed_too(checkpoint: Checkpoint, tmp_path: Path) -> None:
    networks = pipeline(checkpoint)
    name = next(n for n, _ in networks.text_encoder.named_modules() if n.endswith("layers.0.self_attn.q_proj"))
    weight = networks.text_encoder.get_submodule(name).weight
    before = weight.detach().clone()
    down, up = torch.ones(1, weight.shape[1]), torch.ones(weight.shape[0], 1)
    kohya = "lora_te_text_model_encoder_layers_0_self_attn_q_proj"
    file = tmp_path / "lora.safetensors"
    save_file(
        {f"{kohya}.lora_down.weight": down, f"{kohya}.lora_up.weight": up, f"{kohya}.alpha": torch.tensor(1.0)}, file
    )
    assert merge_lora(networks, file, 1.0) == 1
    assert torch.allclose(weight, before + 1)


def test_a_configured_lora_changes_the_picture_and_weight_zero_does_not(checkpoint: Checkpoint, tmp_path: Path) -> None:
    down, up = factors(pipeline(checkpoint), LAYER)
    file = tmp_path / "style.safetensors"
    save_file(named("peft", LAYER, down, up, 1.0), file)
    camera = Camera.from_fov(64, 64, 90)

    def paint(*lora: str) -> np.ndarray:
        config = ModelsConfig(
            inpainting=checkpoint("sd-inpaint"), depth=checkpoint("zoe-n"), steps=2, safety_checker=False, lora=lora
        )
        return DiffusionPainter(config).imagine("a lake", camera, seed=1)

    assert np.array_equal(paint(), paint(f"{file}:0"))
    assert not np.array_equal(paint(), paint(str(file)))


def test_files_that_do_not_fit(checkpoint: Checkpoint, tmp_path: Path) -> None:
    networks = pipeline(checkpoint)
    file = tmp_path / "x.safetensors"
    save_file({"weight": torch.ones(2)}, file)
    with pytest.raises(InputError, match="is no LoRA"):
        merge_lora(networks, file, 1.0)
    save_file(named("peft", "no.such.layer", torch.ones(1, 4), torch.ones(4, 1), 1.0), file)
    with pytest.raises(InputError, match="another architecture"):
        merge_lora(networks, file, 1.0)
    save_file(named("peft", LAYER, torch.ones(1, 4), torch.ones(4, 1), 1.0), file)
    with pytest.raises(InputError, match="another architecture"):
        merge_lora(networks, file, 1.0)
    with pytest.raises(InputError, match="is not on disk"):
        pipeline(checkpoint, lora=(str(tmp_path / "nowhere.safetensors"),))
    (tmp_path / "bad.safetensors").write_bytes(b"junk")
    with pytest.raises(InputError, match="corrupt"):
        pipeline(checkpoint, lora=(str(tmp_path / "bad.safetensors"),))


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("sd3", "transformer_blocks.0.attn.to_q"),
        ("flux", "single_transformer_blocks.0.proj_mlp"),
        ("klein", "transformer_blocks.0.attn.to_k"),
        ("z-image", "layers.0.attention.to_q"),
        ("qwen-image", "transformer_blocks.0.attn.to_v"),
    ],
)
def test_a_transformers_lora_is_merged_exactly(
    checkpoint: Callable[[str], str], tmp_path: Path, name: str, module: str
) -> None:
    """weight + 0.5 up down, computed here; every other weight stays."""
    import torch
    from safetensors.torch import save_file

    plain = load_pipeline(ModelsConfig(inpainting=checkpoint(name)), "inpainting", torch.device("cpu")).transformer
    weight = dict(plain.named_parameters())[f"{module}.weight"]
    generator = torch.Generator().manual_seed(0)
    up = torch.randn(weight.shape[0], 4, generator=generator)
    down = torch.randn(4, weight.shape[1], generator=generator)
    file = tmp_path / "style.safetensors"
    save_file({f"transformer.{module}.lora_A.weight": down, f"transformer.{module}.lora_B.weight": up}, file)
    config = ModelsConfig(inpainting=checkpoint(name), lora=(f"{file}:0.5",))
    merged = load_pipeline(config, "inpainting", torch.device("cpu")).transformer
    for key, value in merged.named_parameters():
        expected = dict(plain.named_parameters())[key]
        if key == f"{module}.weight":
            expected = expected + 0.5 * up @ down
        torch.testing.assert_close(value, expected)
