"""Tiny checkpoints of painters that are transformers: SD 3, FLUX.1 and its Fill, FLUX.2 klein, Qwen-Image, Z-Image.

As `tiny`: real files of the real formats with random weights, in the layout of the real repositories.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.families.tiny_parts import (
    WIDTH,
    autoencoder,
    clip_encoder,
    clip_tokenizer,
    flow_autoencoder,
    flow_matching,
    qwen3,
    qwen_tokenizer,
    t5_encoder,
    t5_tokenizer,
)


def stable_diffusion_3(folder: Path, seed: int = 0, **saving: Any) -> Path:
    """Stable Diffusion 3.5: two CLIPs, a T5, one transformer."""
    import torch
    from diffusers import SD3Transformer2DModel, StableDiffusion3Pipeline

    torch.manual_seed(seed)
    clip, t5 = clip_tokenizer(), t5_tokenizer()
    transformer = SD3Transformer2DModel(
        sample_size=8,
        patch_size=2,
        in_channels=16,
        num_layers=1,
        attention_head_dim=8,
        num_attention_heads=4,
        caption_projection_dim=32,
        joint_attention_dim=2 * WIDTH,
        pooled_projection_dim=2 * WIDTH,
        out_channels=16,
        pos_embed_max_size=16,
    )
    # T5's width is the joint one; the two CLIPs side by side fill it
    pipeline = StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=flow_matching(shift=3.0),
        vae=flow_autoencoder(),
        text_encoder=clip_encoder(clip, projection=True),
        tokenizer=clip,
        text_encoder_2=clip_encoder(clip, projection=True),
        tokenizer_2=clip_tokenizer(),
        text_encoder_3=t5_encoder(t5, 2 * WIDTH),
        tokenizer_3=t5,
    )
    pipeline.save_pretrained(folder, **saving)
    return folder


def flux(folder: Path, fill: bool = False, seed: int = 0, **saving: Any) -> Path:
    """FLUX.1: text-to-image, or FLUX.1 Fill, whose transformer also takes the mask and the masked picture."""
    import torch
    from diffusers import FluxFillPipeline, FluxPipeline, FluxTransformer2DModel

    torch.manual_seed(seed)
    clip, t5 = clip_tokenizer(), t5_tokenizer()
    latent = 16
    # packed two by two; Fill: the picture again, and the mask of 8 x 8 pixels a latent
    channels = 4 * latent * 2 + 4 * 64 if fill else 4 * latent
    transformer = FluxTransformer2DModel(
        patch_size=1,
        in_channels=channels,
        out_channels=4 * latent,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=WIDTH,
        pooled_projection_dim=WIDTH,
        axes_dims_rope=(4, 4, 8),
        guidance_embeds=True,
    )
    pipeline = (FluxFillPipeline if fill else FluxPipeline)(
        scheduler=flow_matching(shift=3.0, use_dynamic_shifting=True),
        vae=flow_autoencoder(),
        text_encoder=clip_encoder(clip),
        tokenizer=clip,
        text_encoder_2=t5_encoder(t5),
        tokenizer_2=t5,
        transformer=transformer,
    )
    pipeline.save_pretrained(folder, **saving)
    return folder


def klein(folder: Path, seed: int = 0, **saving: Any) -> Path:
    """FLUX.2 klein: a Qwen 3 whose 9th, 18th and 27th layers are the text, distilled to four steps."""
    import torch
    from diffusers import Flux2KleinPipeline, Flux2Transformer2DModel

    torch.manual_seed(seed)
    tokenizer = qwen_tokenizer()
    transformer = Flux2Transformer2DModel(
        patch_size=1,
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=3 * WIDTH,
        timestep_guidance_channels=64,
        axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=False,
    )
    pipeline = Flux2KleinPipeline(
        scheduler=flow_matching(shift=3.0, use_dynamic_shifting=True),
        vae=autoencoder(
            "AutoencoderKLFlux2",
            4,
            sample_size=32,
            norm_num_groups=4,
            use_quant_conv=False,
            use_post_quant_conv=False,
        ),
        text_encoder=qwen3(tokenizer, 28),
        tokenizer=tokenizer,
        transformer=transformer,
        is_distilled=True,
    )
    pipeline.save_pretrained(folder, **saving)
    return folder


def z_image(folder: Path, seed: int = 0, **saving: Any) -> Path:
    """Z-Image: a Qwen 3 and one transformer for text and picture together."""
    import torch
    from diffusers import ZImagePipeline, ZImageTransformer2DModel

    torch.manual_seed(seed)
    tokenizer = qwen_tokenizer()
    transformer = ZImageTransformer2DModel(
        all_patch_size=(2,),
        all_f_patch_size=(1,),
        in_channels=16,
        dim=32,
        n_layers=1,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=WIDTH,
        axes_dims=[4, 4, 8],
        axes_lens=[256, 32, 32],
    )
    pipeline = ZImagePipeline(
        scheduler=flow_matching(shift=3.0),
        vae=flow_autoencoder(),
        text_encoder=qwen3(tokenizer, 2, causal=False),
        tokenizer=tokenizer,
        transformer=transformer,
    )
    pipeline.save_pretrained(folder, **saving)
    return folder


def qwen_image(folder: Path, seed: int = 0, **saving: Any) -> Path:
    """Qwen-Image: a Qwen 2.5 VL reads the text, the VAE is one for films."""
    import torch
    from diffusers import AutoencoderKLQwenImage, QwenImagePipeline, QwenImageTransformer2DModel
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    torch.manual_seed(seed)
    tokenizer = qwen_tokenizer()
    config = Qwen2_5_VLConfig(
        text_config={
            "hidden_size": WIDTH,
            "intermediate_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "rope_scaling": {"mrope_section": [2, 3, 3], "rope_type": "default", "type": "default"},
            "rope_theta": 1000000.0,
            "vocab_size": len(tokenizer),
        },
        vision_config={
            "depth": 2,
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_heads": 2,
            "out_hidden_size": WIDTH,
        },
        vocab_size=len(tokenizer),
    )
    transformer = QwenImageTransformer2DModel(
        patch_size=2,
        in_channels=64,
        out_channels=16,
        num_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=WIDTH,
        axes_dims_rope=(8, 4, 4),
    )
    film_autoencoder = AutoencoderKLQwenImage(
        base_dim=8, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
    )
    pipeline = QwenImagePipeline(
        scheduler=flow_matching(shift=1.0, use_dynamic_shifting=True),
        vae=film_autoencoder,
        text_encoder=Qwen2_5_VLForConditionalGeneration(config),
        tokenizer=tokenizer,
        transformer=transformer,
    )
    pipeline.save_pretrained(folder, **saving)
    return folder
