"""What tiny checkpoints are put together from: tokenizers, text encoders, VAEs, schedulers; all real and small."""

from __future__ import annotations

from typing import Any

WIDTH = 32  # of every text encoder's features
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }} {{ message['content'] }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant{% endif %}"
)


def clip_tokenizer() -> Any:
    """A byte-level CLIP tokenizer: every byte, every byte at the end of a word, a few merges."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import CLIPTokenizer

    letters = sorted(ByteLevel.alphabet())
    merges = [("l", "a"), ("la", "k"), ("lak", "e</w>")]
    words = [*letters, *(letter + "</w>" for letter in letters), *("".join(pair) for pair in merges)]
    words += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={word: index for index, word in enumerate(words)}, merges=merges, model_max_length=77)


def clip_encoder(tokenizer: Any, projection: bool = False) -> Any:
    """The text network of CLIP, with `projection` its pooled features, too."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=77,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
        projection_dim=WIDTH,
    )
    return CLIPTextModelWithProjection(config) if projection else CLIPTextModel(config)


def t5_tokenizer() -> Any:
    """A T5 tokenizer of single letters."""
    from transformers import T5Tokenizer

    pieces = ["<pad>", "</s>", "<unk>", "▁", *"abcdefghijklmnopqrstuvwxyz"]
    return T5Tokenizer(vocab=[(piece, 0.0) for piece in pieces], extra_ids=0, model_max_length=64)


def t5_encoder(tokenizer: Any, width: int = WIDTH) -> Any:
    """The encoder of T5 1.1 with features `width` wide."""
    from transformers import T5Config, T5EncoderModel

    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=width,
        d_kv=8,
        d_ff=37,
        num_layers=1,
        num_heads=4,
        feed_forward_proj="gated-gelu",
    )
    return T5EncoderModel(config)


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
    """Qwen 3, with its head for words where `causal`."""
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


def autoencoder(
    kind: str = "AutoencoderKL", channels: int = 16, widths: tuple[int, ...] = (8, 8, 8, 8), **options: Any
) -> Any:
    """A VAE by the name of its class in diffusers: one latent pixel of so many channels stands for 8 x 8 pixels."""
    import diffusers

    return getattr(diffusers, kind)(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=widths,
        layers_per_block=1,
        latent_channels=channels,
        **options,
    )


def flow_autoencoder() -> Any:
    """The VAE of SD 3, FLUX.1 and Z-Image: 16 channels, shifted and scaled, no convolutions about the latents."""
    return autoencoder(
        norm_num_groups=4,
        sample_size=64,
        use_quant_conv=False,
        use_post_quant_conv=False,
        shift_factor=0.0609,
        scaling_factor=1.5035,
    )


def ddim() -> Any:
    """The scheduler of Stable Diffusion."""
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False
    )


def flow_matching(**options: Any) -> Any:
    """The scheduler of networks that learned straight paths from noise."""
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(**options)
