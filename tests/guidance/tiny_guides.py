"""Tiny CLIP and Zero-1-to-3 checkpoints with random weights, in the layouts of the real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.families.tiny_parts import WIDTH, autoencoder, clip_tokenizer, ddim


def _vision() -> dict[str, Any]:
    return {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
            "image_size": 32, "patch_size": 8, "projection_dim": WIDTH}  # fmt: skip


def clip(folder: Path) -> Path:
    """A CLIP of pictures and words."""
    import torch
    from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPVisionConfig

    torch.manual_seed(0)
    tokenizer = clip_tokenizer()
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.eos_token_id,
        projection_dim=WIDTH,
    )  # fmt: skip
    config = CLIPConfig(
        text_config=text.to_dict(), vision_config=CLIPVisionConfig(**_vision()).to_dict(), projection_dim=WIDTH
    )
    CLIPModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def zero123(folder: Path) -> Path:
    """A Zero-1-to-3 as diffusers' community pipeline keeps it."""
    import torch
    from diffusers import UNet2DConditionModel
    from safetensors.torch import save_file
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(0)
    UNet2DConditionModel(
        sample_size=8, in_channels=8, out_channels=4, layers_per_block=1, block_out_channels=(32, 64),
        norm_num_groups=32, down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), attention_head_dim=8, cross_attention_dim=WIDTH,
    ).save_pretrained(folder / "unet")  # fmt: skip
    autoencoder(channels=4, widths=(32, 64, 64, 64), norm_num_groups=32, sample_size=64).save_pretrained(folder / "vae")
    CLIPVisionModelWithProjection(CLIPVisionConfig(**_vision())).save_pretrained(folder / "image_encoder")
    (folder / "clip_camera_projection").mkdir()
    save_file({"proj.weight": torch.randn(WIDTH, WIDTH + 4) / 6, "proj.bias": torch.zeros(WIDTH)},
              folder / "clip_camera_projection" / "diffusion_pytorch_model.safetensors")  # fmt: skip
    ddim().save_pretrained(folder / "scheduler")
    return folder
