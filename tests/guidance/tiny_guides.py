"""Tiny CLIP, Zero-1-to-3, SAM and Shap-E checkpoints with random weights, in the layouts of the real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.families.tiny_parts import WIDTH, autoencoder, clip_encoder, clip_tokenizer, ddim


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


def sam(folder: Path) -> Path:
    """A SAM of 64 pixels."""
    import torch
    from transformers import SamConfig, SamMaskDecoderConfig, SamModel, SamPromptEncoderConfig, SamVisionConfig
    from transformers.models.sam.image_processing_pil_sam import SamImageProcessorPil

    torch.manual_seed(0)
    vision = SamVisionConfig(
        hidden_size=32, output_channels=16, num_hidden_layers=1, num_attention_heads=2, image_size=64, patch_size=8,
        window_size=4, global_attn_indexes=[0], mlp_dim=32, num_pos_feats=8,
    )  # fmt: skip
    prompt = SamPromptEncoderConfig(hidden_size=16, image_size=64, patch_size=8, mask_input_channels=4)
    decoder = SamMaskDecoderConfig(hidden_size=16, mlp_dim=32, num_hidden_layers=1, num_attention_heads=2,
                                   iou_head_hidden_dim=16)  # fmt: skip
    SamModel(
        SamConfig(
            vision_config=vision.to_dict(),
            prompt_encoder_config=prompt.to_dict(),
            mask_decoder_config=decoder.to_dict(),
        )
    ).save_pretrained(folder)
    square = {"height": 64, "width": 64}
    SamImageProcessorPil(size={"longest_edge": 64}, pad_size=square).save_pretrained(folder)
    return folder


def cubes() -> tuple[Any, Any]:
    """Triangles for marching cubes, as checkpoints of Shap-E hold them: (256, 5, 3) edges and (256, 5) which there are.

    A cube whose corners are split in two by one surface gets a fan over the edges that it crosses; others none.
    """
    import numpy as np
    import torch

    corners = np.array([(n & 1, n >> 1 & 1, n >> 2 & 1) for n in range(8)])
    ends = []
    for axis, (first, second) in enumerate(((1, 2), (0, 2), (0, 1))):
        for number in range(4):
            low = np.zeros(3, int)
            low[first], low[second] = number & 1, number >> 1
            ends.append((low @ (1, 2, 4), low @ (1, 2, 4) + 2**axis))
    cases, masks = np.zeros((256, 5, 3), int), np.zeros((256, 5), bool)
    for mask in range(1, 255):
        solid = np.array([mask >> n & 1 for n in range(8)], bool)
        crossed = [n for n, (a, b) in enumerate(ends) if solid[a] != solid[b]]
        if not 3 <= len(crossed) <= 7:
            continue
        away = corners[~solid].mean(axis=0) - corners[solid].mean(axis=0)
        middles = np.array([corners[list(ends[n])].mean(axis=0) for n in crossed])
        flat = middles - middles.mean(axis=0)
        side = np.cross(away, [0.3, 0.5, 0.8])
        turn = np.argsort(np.arctan2(flat @ np.cross(away, side) / max(np.linalg.norm(away), 1e-9), flat @ side))
        ring = [crossed[n] for n in turn]
        for n in range(len(ring) - 2):
            cases[mask, n], masks[mask, n] = (ring[0], ring[n + 1], ring[n + 2]), True
    return torch.from_numpy(cases), torch.from_numpy(masks)


def shap_e(folder: Path, *, pictures: bool = False, inside: float = 0.0) -> Path:
    """A Shap-E of words, or of pictures; of its cube all that is more than so little inside is solid."""
    import torch
    from diffusers import HeunDiscreteScheduler, PriorTransformer, ShapEImg2ImgPipeline, ShapEPipeline
    from diffusers.pipelines.shap_e import ShapERenderer
    from transformers import CLIPImageProcessorPil, CLIPVisionConfig, CLIPVisionModel

    torch.manual_seed(0)
    latent = 16
    prior = PriorTransformer(
        num_attention_heads=2, attention_head_dim=latent, embedding_dim=latent, num_embeddings=32,
        embedding_proj_dim=WIDTH, time_embed_dim=4 * latent, num_layers=1, clip_embed_dim=2 * latent,
        additional_embeddings=0, time_embed_act_fn="gelu", norm_in_type="layer", added_emb_type=None,
        embedding_proj_norm_type="layer" if pictures else None, encoder_hid_proj_type=None,
    )  # fmt: skip
    renderer = ShapERenderer(
        param_shapes=((8, 93), (8, 8), (8, 8), (8, 8)), d_latent=latent, d_hidden=8, n_output=12,
        background=(0.1, 0.1, 0.1),
    )  # fmt: skip
    renderer.mlp.mlp[-1].bias.data[0] = inside
    first = renderer.params_proj.projections["nerstf__mlp__0__weight"]
    first.norm.weight.data[3:], first.norm.bias.data[3:], first.proj.bias.data[:] = 0, 0, 0  # no high frequencies
    renderer.mesh_decoder.cases[:], renderer.mesh_decoder.masks[:] = cubes()
    scheduler = HeunDiscreteScheduler(
        beta_schedule="exp", num_train_timesteps=1024, prediction_type="sample", use_karras_sigmas=True,
        clip_sample=True, clip_sample_range=1.0,
    )  # fmt: skip
    if pictures:
        encoder = CLIPVisionModel(CLIPVisionConfig(**_vision()))
        square = {"height": 32, "width": 32}
        processor = CLIPImageProcessorPil(size=square, crop_size=square)
        pipeline: Any = ShapEImg2ImgPipeline(prior, encoder, processor, scheduler, renderer)
    else:
        tokenizer = clip_tokenizer()
        pipeline = ShapEPipeline(prior, clip_encoder(tokenizer, projection=True), tokenizer, scheduler, renderer)
    pipeline.save_pretrained(folder)
    return folder
