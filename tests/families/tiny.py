"""Tiny checkpoints with random weights: real files of the real formats, which the real libraries read.

Each builder writes one checkpoint below `folder` and returns the folder; nothing here replaces a network by a stand-in.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.families.tiny_parts import WIDTH, autoencoder, clip_encoder, clip_tokenizer, ddim


def _vae() -> Any:
    return autoencoder(channels=4, widths=(32, 64, 64, 64), norm_num_groups=32, sample_size=64)


def _unet(channels: int, xl: bool = False) -> Any:
    from diffusers import UNet2DConditionModel

    shared: dict[str, Any] = {
        "sample_size": 8,
        "in_channels": channels,
        "out_channels": 4,
        "layers_per_block": 1,
        "block_out_channels": (32, 64),
        "norm_num_groups": 32,
    }
    if not xl:
        return UNet2DConditionModel(
            **shared,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            attention_head_dim=8,
            cross_attention_dim=WIDTH,
        )
    return UNet2DConditionModel(
        **shared,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(2, 4),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        transformer_layers_per_block=(1, 2),
        projection_class_embeddings_input_dim=6 * 8 + WIDTH,
        cross_attention_dim=2 * WIDTH,
    )


def stable_diffusion(folder: Path, channels: int = 9, seed: int = 0, **saving: Any) -> Path:
    """A Stable Diffusion 1.5 pipeline; 9 channels: trained to inpaint, 4: text-to-image. `saving` goes to diffusers."""
    import torch
    from diffusers import StableDiffusionInpaintPipeline, StableDiffusionPipeline

    torch.manual_seed(seed)
    tokenizer = clip_tokenizer()
    pipeline_class = StableDiffusionInpaintPipeline if channels == 9 else StableDiffusionPipeline
    pipeline = pipeline_class(
        vae=_vae(),
        text_encoder=clip_encoder(tokenizer),
        tokenizer=tokenizer,
        unet=_unet(channels),
        scheduler=ddim(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder, **saving)
    return folder


def stable_diffusion_xl(folder: Path, channels: int = 9, seed: int = 0) -> Path:
    """A Stable Diffusion XL pipeline."""
    import torch
    from diffusers import StableDiffusionXLInpaintPipeline, StableDiffusionXLPipeline

    torch.manual_seed(seed)
    tokenizer = clip_tokenizer()
    pipeline_class = StableDiffusionXLInpaintPipeline if channels == 9 else StableDiffusionXLPipeline
    pipeline = pipeline_class(
        vae=_vae(),
        text_encoder=clip_encoder(tokenizer),
        text_encoder_2=clip_encoder(tokenizer, projection=True),
        tokenizer=tokenizer,
        tokenizer_2=clip_tokenizer(),
        unet=_unet(channels, xl=True),
        scheduler=ddim(),
    )
    pipeline.save_pretrained(folder)
    return folder


def controlnet(folder: Path, seed: int = 0) -> Path:
    """A ControlNet for the tiny Stable Diffusion; its zero convolutions get weights, so that it has an effect."""
    import torch
    from diffusers import ControlNetModel

    torch.manual_seed(seed)
    network = ControlNetModel.from_unet(_unet(4), conditioning_channels=3)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "controlnet_" in name:
                parameter.normal_(std=0.05)
    network.save_pretrained(folder)
    return folder


def zoedepth(folder: Path, kind: str = "n", seed: int = 0) -> Path:
    """ZoeDepth: "n" (indoors), "k" (outdoors) or "nk" (both heads and a router)."""
    import torch
    from transformers import BeitConfig, ZoeDepthConfig, ZoeDepthForDepthEstimation, ZoeDepthImageProcessor

    torch.manual_seed(seed)
    backbone = BeitConfig(
        image_size=32,
        patch_size=16,
        num_hidden_layers=4,
        hidden_size=32,
        intermediate_size=64,
        num_attention_heads=2,
        use_relative_position_bias=True,
        reshape_hidden_states=False,
        out_features=["stage1", "stage2", "stage3", "stage4"],
        initializer_range=0.3,
    )
    nyu = {"n_bins": 16, "min_depth": 1e-3, "max_depth": 10.0, "name": "nyu"}
    kitti = {"n_bins": 16, "min_depth": 1e-3, "max_depth": 80.0, "name": "kitti"}
    options: dict[str, Any] = {"bin_configurations": {"n": [nyu], "k": [kitti], "nk": [nyu, kitti]}[kind]}
    if kind == "nk":
        options |= {"num_patch_transformer_layers": 4, "patch_transformer_hidden_size": 128}
        options |= {"patch_transformer_intermediate_size": 64, "patch_transformer_num_attention_heads": 4}
    config = ZoeDepthConfig(
        backbone_config=backbone,
        neck_hidden_sizes=[16, 16, 32, 32],
        fusion_hidden_size=16,
        bottleneck_features=16,
        num_attractors=[4, 2, 2, 1],
        bin_embedding_dim=16,
        initializer_range=0.3,
        **options,
    )
    ZoeDepthForDepthEstimation(config).save_pretrained(folder)
    ZoeDepthImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder


def depth_anything(folder: Path, metric: bool = False, seed: int = 0) -> Path:
    """DepthAnything V2, relative (disparity) or metric."""
    import torch
    from transformers import DepthAnythingConfig, DepthAnythingForDepthEstimation, Dinov2Config, DPTImageProcessor

    torch.manual_seed(seed)
    backbone = Dinov2Config(
        image_size=70,
        patch_size=14,
        hidden_size=32,
        num_hidden_layers=4,
        num_attention_heads=2,
        out_features=["stage1", "stage2", "stage3", "stage4"],
        reshape_hidden_states=False,
        initializer_range=0.3,
    )
    config = DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=32,
        neck_hidden_sizes=[16, 16, 32, 32],
        fusion_hidden_size=16,
        head_hidden_size=16,
        depth_estimation_type="metric" if metric else "relative",
        max_depth=20 if metric else 1,
        initializer_range=0.3,
    )
    DepthAnythingForDepthEstimation(config).save_pretrained(folder)
    processor = DPTImageProcessor(size={"height": 70, "width": 70}, ensure_multiple_of=14, keep_aspect_ratio=True)
    processor.save_pretrained(folder)
    return folder


def dpt(folder: Path, seed: int = 0) -> Path:
    """DPT (MiDaS 3): disparity."""
    import torch
    from transformers import DPTConfig, DPTForDepthEstimation, DPTImageProcessor

    torch.manual_seed(seed)
    config = DPTConfig(
        hidden_size=32,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=64,
        image_size=32,
        patch_size=16,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[16, 16, 32, 32],
        fusion_hidden_size=16,
        is_hybrid=False,
        initializer_range=0.3,
    )
    DPTForDepthEstimation(config).save_pretrained(folder)
    DPTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def glpn(folder: Path, seed: int = 0) -> Path:
    """GLPN: metric depth."""
    import torch
    from transformers import GLPNConfig, GLPNForDepthEstimation, GLPNImageProcessor

    torch.manual_seed(seed)
    config = GLPNConfig(
        depths=[1, 1, 1, 1],
        hidden_sizes=[8, 8, 16, 16],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
        initializer_range=0.3,
    )
    GLPNForDepthEstimation(config).save_pretrained(folder)
    GLPNImageProcessor().save_pretrained(folder)
    return folder


def depth_pro(folder: Path, seed: int = 0) -> Path:
    """Depth Pro: canonical inverse depth. Its image processor needs torchvision, so its settings are written by
    hand.
    """
    import torch
    from transformers import DepthProConfig, DepthProForDepthEstimation

    torch.manual_seed(seed)
    encoder: dict[str, Any] = {
        "model_type": "dinov2",
        "image_size": 16,
        "patch_size": 4,
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "initializer_range": 0.3,
    }
    config = DepthProConfig(
        fusion_hidden_size=8,
        patch_size=16,
        intermediate_hook_ids=[1, 0],
        intermediate_feature_dims=[8, 8],
        scaled_images_ratios=[0.5, 1.0],
        scaled_images_overlap_ratios=[0.0, 0.2],
        scaled_images_feature_dims=[8, 8],
        merge_padding_value=1,
        use_fov_model=True,
        image_model_config=dict(encoder),
        patch_model_config=dict(encoder),
        fov_model_config=dict(encoder),
        initializer_range=0.3,
    )
    DepthProForDepthEstimation(config).save_pretrained(folder)
    settings = {"image_processor_type": "DepthProImageProcessor", "size": {"height": 32, "width": 32}}
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    return folder


def blip(folder: Path, seed: int = 0) -> Path:
    """BLIP with a vocabulary of a few words."""
    import torch
    from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration, BlipImageProcessor, BlipProcessor

    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "[ENC]"]
    words += ["a", "picture", "of", "lake", "tree", "house"]
    words += [f"word{index}" for index in range(51)]
    (folder / "vocab.txt").write_text("\n".join(words))
    tokenizer = BertTokenizer(vocab={word: index for index, word in enumerate(words)})
    text = {
        "vocab_size": len(words),
        "hidden_size": 32,
        "encoder_hidden_size": 32,
        "intermediate_size": 64,
        "projection_dim": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 64,
        "bos_token_id": 5,
        "eos_token_id": 3,
        "sep_token_id": 3,
        "pad_token_id": 0,
    }
    vision = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 16,
    }
    config = BlipConfig(text_config=text, vision_config=vision, projection_dim=32)
    BlipForConditionalGeneration(config).save_pretrained(folder)
    BlipProcessor(BlipImageProcessor(size={"height": 32, "width": 32}), tokenizer).save_pretrained(folder)
    return folder


def as_hub_cache(checkpoint: Path, cache: Path, name: str) -> Path:
    """Copy a checkpoint into a hub cache under a repository name; returns the snapshot's folder."""
    repository = cache / ("models--" + name.replace("/", "--"))
    snapshot = repository / "snapshots" / "0123456789abcdef"
    shutil.copytree(checkpoint, snapshot)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("0123456789abcdef")
    return snapshot


def edit_json(path: Path, **changes: Any) -> None:
    """Change entries of a JSON file."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_UNET = {  # the tiny UNet's parts by their names in the original Stable Diffusion code
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "down_blocks.0.resnets.0": "input_blocks.1.0",
    "down_blocks.0.downsamplers.0.conv": "input_blocks.2.0.op",
    "down_blocks.1.resnets.0": "input_blocks.3.0",
    "down_blocks.1.attentions.0": "input_blocks.3.1",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
    "up_blocks.0.resnets.0": "output_blocks.0.0",
    "up_blocks.0.attentions.0": "output_blocks.0.1",
    "up_blocks.0.resnets.1": "output_blocks.1.0",
    "up_blocks.0.attentions.1": "output_blocks.1.1",
    "up_blocks.0.upsamplers.0.conv": "output_blocks.1.2.conv",
    "up_blocks.1.resnets.0": "output_blocks.2.0",
    "up_blocks.1.resnets.1": "output_blocks.3.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
_VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}


def _original_vae_name(name: str, blocks: int) -> str:
    parts = name.split(".")
    if "mid_block" in parts:
        side, _, kind, index, *rest = parts
        if kind == "attentions":
            return f"{side}.mid.attn_1.{_VAE_ATTENTION['.'.join(rest[:-1])]}.{rest[-1]}"
        return f"{side}.mid.block_{int(index) + 1}.{'.'.join(rest)}"
    if "conv_norm_out" in parts:
        return name.replace("conv_norm_out", "norm_out")
    if "down_blocks" in parts or "up_blocks" in parts:
        side, kind, block, what, index, *rest = parts
        level = block if kind == "down_blocks" else str(blocks - 1 - int(block))
        tail = ".".join(rest).replace("conv_shortcut", "nin_shortcut")
        what = {"resnets": f"block.{index}", "downsamplers": "downsample", "upsamplers": "upsample"}[what]
        return f"{side}.{kind.removesuffix('_blocks')}.{level}.{what}.{tail}"
    return name


def single_file(pipeline: Path, path: Path) -> Path:
    """The weights of a tiny Stable Diffusion folder in one file, named as the original code names them."""
    from diffusers import DiffusionPipeline
    from safetensors.torch import save_file

    networks = DiffusionPipeline.from_pretrained(str(pipeline), local_files_only=True)
    tensors = {}
    for name, tensor in networks.unet.state_dict().items():
        part = next(each for each in sorted(_UNET, key=len, reverse=True) if name.startswith(each + "."))
        tail = name[len(part) + 1 :]
        if "resnets" in part:
            head, _, last = tail.rpartition(".")
            tail = f"{_RESNET[head]}.{last}"
        tensors[f"model.diffusion_model.{_UNET[part]}.{tail}"] = tensor
    for name, tensor in networks.vae.state_dict().items():
        if "attentions" in name and name.endswith("weight") and "group_norm" not in name:
            tensor = tensor[..., None, None]
        tensors["first_stage_model." + _original_vae_name(name, 4)] = tensor
    for name, tensor in networks.text_encoder.state_dict().items():
        full = name if name.startswith("text_model.") else f"text_model.{name}"
        tensors[f"cond_stage_model.transformer.{full}"] = tensor
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    return path
