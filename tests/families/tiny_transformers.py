"""Tiny checkpoints of painters that are transformers: SD 3, FLUX.1 and its Fill, FLUX.2 klein, Qwen-Image, Z-Image.

As `tiny`: real files of the real formats with random weights, in the layout of the real repositories.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.families import tiny

WIDTH = 32  # of every text encoder


def t5_tokenizer() -> Any:
    """A T5 tokenizer of single letters."""
    from transformers import T5Tokenizer

    pieces = ["<pad>", "</s>", "<unk>", "▁", *"abcdefghijklmnopqrstuvwxyz"]
    return T5Tokenizer(vocab=[(piece, 0.0) for piece in pieces], extra_ids=0, model_max_length=64)


def t5_encoder(tokenizer: Any) -> Any:
    from transformers import T5Config, T5EncoderModel

    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=WIDTH,
        d_kv=8,
        d_ff=37,
        num_layers=1,
        num_heads=4,
        feed_forward_proj="gated-gelu",
    )
    return T5EncoderModel(config)


CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }} {{ message['content'] }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant{% endif %}"
)


def qwen_tokenizer() -> Any:
    """A byte-level Qwen tokenizer with a chat template."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import Qwen2Tokenizer

    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    letters = [*sorted(ByteLevel.alphabet()), *special]
    tokenizer = Qwen2Tokenizer(vocab={letter: index for index, letter in enumerate(letters)}, merges=[])
    tokenizer.add_special_tokens({"additional_special_tokens": special[1:]})
    tokenizer.chat_template = CHAT
    return tokenizer


def qwen3(tokenizer: Any, layers: int, causal: bool = True) -> Any:
    from transformers import Qwen3Config, Qwen3ForCausalLM, Qwen3Model

    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=16,
        tie_word_embeddings=True,
    )
    return (Qwen3ForCausalLM if causal else Qwen3Model)(config)


def vae(channels: int = 16) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        latent_channels=channels,
        norm_num_groups=4,
        sample_size=64,
        use_quant_conv=False,
        use_post_quant_conv=False,
        shift_factor=0.0609,
        scaling_factor=1.5035,
    )


def _flow(**options: Any) -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(**options)


def stable_diffusion_3(folder: Path, seed: int = 0, **saving: Any) -> Path:
    """Stable Diffusion 3.5: two CLIPs, a T5, one transformer."""
    import torch
    from diffusers import SD3Transformer2DModel, StableDiffusion3Pipeline

    torch.manual_seed(seed)
    clip, t5 = tiny.clip_tokenizer(), t5_tokenizer()
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
        scheduler=_flow(shift=3.0),
        vae=vae(),
        text_encoder=tiny.text_encoder(clip, projection=True),
        tokenizer=clip,
        text_encoder_2=tiny.text_encoder(clip, projection=True),
        tokenizer_2=tiny.clip_tokenizer(),
        text_encoder_3=_wide(t5),
        tokenizer_3=t5,
    )
    pipeline.save_pretrained(folder, **saving)
    return folder


def _wide(tokenizer: Any) -> Any:
    from transformers import T5Config, T5EncoderModel

    return T5EncoderModel(
        T5Config(vocab_size=len(tokenizer), d_model=2 * WIDTH, d_kv=8, d_ff=37, num_layers=1, num_heads=4)
    )


def flux(folder: Path, fill: bool = False, seed: int = 0, **saving: Any) -> Path:
    """FLUX.1: text-to-image, or FLUX.1 Fill, whose transformer also takes the mask and the masked picture."""
    import torch
    from diffusers import FluxFillPipeline, FluxPipeline, FluxTransformer2DModel

    torch.manual_seed(seed)
    clip, t5 = tiny.clip_tokenizer(), t5_tokenizer()
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
        scheduler=_flow(shift=3.0, use_dynamic_shifting=True),
        vae=vae(latent),
        text_encoder=tiny.text_encoder(clip),
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
    from diffusers import AutoencoderKLFlux2, Flux2KleinPipeline, Flux2Transformer2DModel

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
    autoencoder = AutoencoderKLFlux2(
        sample_size=32,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=4,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
    pipeline = Flux2KleinPipeline(
        scheduler=_flow(shift=3.0, use_dynamic_shifting=True),
        vae=autoencoder,
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
        scheduler=_flow(shift=3.0),
        vae=vae(),
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
    autoencoder = AutoencoderKLQwenImage(
        base_dim=8, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
    )
    pipeline = QwenImagePipeline(
        scheduler=_flow(shift=1.0, use_dynamic_shifting=True),
        vae=autoencoder,
        text_encoder=Qwen2_5_VLForConditionalGeneration(config),
        tokenizer=tokenizer,
        transformer=transformer,
    )
    pipeline.save_pretrained(folder, **saving)
    return folder
