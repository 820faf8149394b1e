"""A hub cache as people have it: the file lists, key names and settings of real repositories, around tiny networks.

Each repository is one of the tiny checkpoints, dressed: half-precision twins, shards with an index, pickles beside
safetensors, names that tensors had when the repository was made, and what else lies in it. Links lead to blobs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Tensors = dict[str, Any]
Dress = Callable[[Path], None]

COMMIT = "8a4288a76071f7280aedbdb3253bdb9e9d5d84bb"


@dataclass(frozen=True)
class Repository:
    """One repository of the hub.

    Attributes:
        name: of the repository.
        source: the tiny checkpoint that is dressed (see `conftest.BUILDERS`).
        dress: changes a folder in place.
        role: what it does here.
        refused: words of the sentence with which it is refused, or "".
    """

    name: str
    source: str
    dress: tuple[Dress, ...]
    role: Literal["inpainting", "text-to-image", "depth", "caption", "controlnet"]
    refused: str = ""


def weight_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.safetensors"))


def read(path: Path) -> Tensors:
    from safetensors.torch import load_file

    return dict(load_file(path))


def write(path: Path, tensors: Tensors) -> None:
    from safetensors.torch import save_file

    path.unlink(missing_ok=True)
    save_file({key: value.contiguous() for key, value in tensors.items()}, path, metadata={"format": "pt"})


def _half(value: Any) -> Any:
    return value.half() if value.is_floating_point() else value


def halves(*components: str, keep_plain: bool = True) -> Dress:
    """fp16 twins of the weights, beside the plain ones or in their place; every component where none is named."""

    def dress(folder: Path) -> None:
        for file in weight_files(folder):
            if components and file.parent.name not in components:
                continue
            stem = file.name.removesuffix(".safetensors")
            write(file.with_name(f"{stem}.fp16.safetensors"), {key: _half(v) for key, v in read(file).items()})
            if not keep_plain:
                file.unlink()

    return dress


def pickles(keep_safetensors: bool = True) -> Dress:
    """Pickled twins, as old repositories have them."""

    def dress(folder: Path) -> None:
        import torch

        for file in weight_files(folder):
            stem = file.name.removesuffix(".safetensors").replace("model", "pytorch_model", file.name[:5] == "model")
            torch.save(read(file), file.with_name(f"{stem}.bin"))
            if not keep_safetensors:
                file.unlink()

    return dress


def shards(component: str, parts: int = 2, half: bool = False) -> Dress:
    """The weights of one component in shards with an index; with `half` also as fp16 shards, as SD 3.5 has them."""

    def dress(folder: Path) -> None:
        here = folder / component
        (file,) = here.glob("*.safetensors")
        tensors, stem = read(file), file.name.removesuffix(".safetensors")
        file.unlink()
        for mark in ("", ".fp16") if half else ("",):
            weight_map = {}
            for part in range(parts):
                name = f"{stem}{mark}-{part + 1:05d}-of-{parts:05d}.safetensors"
                some = {key: value for index, (key, value) in enumerate(tensors.items()) if index % parts == part}
                write(here / name, {key: _half(value) if mark else value for key, value in some.items()})
                weight_map |= dict.fromkeys(some, name)
            index = {"metadata": {"total_size": 1}, "weight_map": weight_map}
            (here / f"{stem}.safetensors.index{mark}.json").write_text(json.dumps(index))

    return dress


def renamed(component: str, *pairs: tuple[str, str]) -> Dress:
    """Names that tensors had when the repository was made."""

    def dress(folder: Path) -> None:
        for file in weight_files(folder / component):
            tensors = read(file)
            for old, new in pairs:
                tensors = {key.replace(old, new): value for key, value in tensors.items()}
            write(file, tensors)

    return dress


def clip_of_old(component: str) -> Dress:
    """CLIP's text model as transformers 4 saved it: one level more in its names, and a buffer of positions."""

    def dress(folder: Path) -> None:
        import torch

        for file in weight_files(folder / component):
            tensors = {
                key if key.startswith("text_") else f"text_model.{key}": value for key, value in read(file).items()
            }
            write(file, tensors | {"text_model.embeddings.position_ids": torch.arange(77)[None]})

    return dress


OLD_VAE = renamed(
    "vae",
    ("mid_block.attentions.0.to_q.", "mid_block.attentions.0.query."),
    ("mid_block.attentions.0.to_k.", "mid_block.attentions.0.key."),
    ("mid_block.attentions.0.to_v.", "mid_block.attentions.0.value."),
    ("mid_block.attentions.0.to_out.0.", "mid_block.attentions.0.proj_attn."),
)


def safety_checker(folder: Path) -> None:
    """The safety checker of Stable Diffusion 1.5, with thresholds that nothing reaches."""
    import torch
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPConfig

    text = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    vision = text | {"image_size": 224, "patch_size": 56}
    checker = StableDiffusionSafetyChecker(CLIPConfig(text_config=text, vision_config=vision, projection_dim=16))
    with torch.no_grad():
        checker.concept_embeds_weights.fill_(1.0)
        checker.special_care_embeds_weights.fill_(1.0)
    checker.save_pretrained(folder / "safety_checker")
    renamed("safety_checker", ("vision_model.", "vision_model.vision_model."))(folder)
    for file in weight_files(folder / "safety_checker"):
        tensors = {key.replace("vision_model." * 3, "vision_model." * 2): value for key, value in read(file).items()}
        write(file, tensors | {"vision_model.vision_model.embeddings.position_ids": torch.arange(17)[None]})
    (folder / "feature_extractor").mkdir()
    settings = {
        "crop_size": 224,
        "do_center_crop": True,
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_resize": True,
        "feature_extractor_type": "CLIPFeatureExtractor",
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
        "resample": 3,
        "size": 224,
    }
    (folder / "feature_extractor" / "preprocessor_config.json").write_text(json.dumps(settings))
    index(
        safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"],
        feature_extractor=["transformers", "CLIPFeatureExtractor"],
        requires_safety_checker=True,
    )(folder)


def index(**changes: Any) -> Dress:
    """Entries of model_index.json."""

    def dress(folder: Path) -> None:
        path = folder / "model_index.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return dress


def beside(*files: str) -> Dress:
    """What else lies in the repository and is none of ours: single-file twins, other programs' formats."""

    def dress(folder: Path) -> None:
        for file in files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(b"not ours")

    return dress


def without(*patterns: str) -> Dress:
    """A repository that lacks these files."""

    def dress(folder: Path) -> None:
        for pattern in patterns:
            for file in folder.glob(pattern):
                file.unlink()

    return dress


REPOSITORIES = (
    Repository(
        "stable-diffusion-v1-5/stable-diffusion-inpainting",
        "sd-inpaint",
        (
            OLD_VAE,
            clip_of_old("text_encoder"),
            safety_checker,
            halves(keep_plain=False),
            beside(
                "sd-v1-5-inpainting.ckpt", "unet/diffusion_pytorch_model.bin", "vae/diffusion_pytorch_model.fp16.bin"
            ),
        ),
        "inpainting",
    ),
    Repository(
        "sd2-community/stable-diffusion-2-inpainting",
        "sd-inpaint",
        (
            OLD_VAE,
            clip_of_old("text_encoder"),
            halves(),
            index(safety_checker=[None, None], feature_extractor=[None, None]),
            beside("512-inpainting-ema.ckpt", "512-inpainting-ema.safetensors"),
        ),
        "inpainting",
    ),
    Repository(
        "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
        "sdxl-inpaint",
        (clip_of_old("text_encoder"), clip_of_old("text_encoder_2"), halves()),
        "inpainting",
    ),
    Repository(
        "stabilityai/sdxl-turbo",
        "sdxl",
        (
            clip_of_old("text_encoder"),
            clip_of_old("text_encoder_2"),
            halves(),
            beside("sd_xl_turbo_1.0_fp16.safetensors", "vae_decoder/model.onnx", "unet/openvino_model.xml"),
        ),
        "text-to-image",
    ),
    Repository(
        "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "sd",
        (
            clip_of_old("text_encoder"),
            safety_checker,
            halves(),
            pickles(),
            beside("unet/diffusion_pytorch_model.non_ema.safetensors", "v1-5-pruned.safetensors"),
        ),
        "text-to-image",
    ),
    Repository(
        "stabilityai/stable-diffusion-3.5-medium",
        "sd3",
        (
            clip_of_old("text_encoder"),
            clip_of_old("text_encoder_2"),
            halves("text_encoder", "text_encoder_2"),
            shards("text_encoder_3", half=True),
            beside("sd3.5_medium.safetensors", "text_encoders/clip_g.safetensors"),
        ),
        "inpainting",
    ),
    Repository(
        "black-forest-labs/FLUX.1-Fill-dev",
        "flux-fill",
        (clip_of_old("text_encoder"), shards("transformer", 3), shards("text_encoder_2"), beside("ae.safetensors")),
        "inpainting",
    ),
    Repository(
        "black-forest-labs/FLUX.2-klein-4B",
        "klein",
        (shards("text_encoder"), beside("flux-2-klein-4b.safetensors")),
        "inpainting",
    ),
    Repository(
        "Qwen/Qwen-Image",
        "qwen-image",
        (
            shards("transformer", 2),
            renamed("text_encoder", ("model.visual.", "visual."), ("model.language_model.", "model.")),
            shards("text_encoder", 2),
        ),
        "inpainting",
    ),
    Repository("Tongyi-MAI/Z-Image-Turbo", "z-image", (shards("transformer", 2),), "inpainting"),
    Repository("Intel/zoedepth-nyu-kitti", "zoe-nk", (pickles(),), "depth"),
    Repository("depth-anything/Depth-Anything-V2-Metric-Outdoor-Small-hf", "anything-metric", (), "depth"),
    Repository("apple/DepthPro-hf", "depth-pro", (beside("depth_pro.pt"),), "depth"),
    Repository(
        "Salesforce/blip-image-captioning-base", "blip", (pickles(keep_safetensors=False),), "caption", "as a pickle"
    ),
)
"""Those that the catalogue offers or that people name: listed, chosen, loaded and painted with, or refused."""


def build(repository: Repository, source: Path, cache: Path) -> Path:
    """Put a repository into a hub cache; returns its snapshot."""
    stage = cache / "stage"
    shutil.copytree(source, stage)
    for dress in repository.dress:
        dress(stage)
    (stage / "README.md").write_text("---\nlicense: other\n---\n")
    home = cache / ("models--" + repository.name.replace("/", "--"))
    snapshot = home / "snapshots" / COMMIT
    (home / "blobs").mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(COMMIT)
    for file in sorted(path for path in stage.rglob("*") if path.is_file()):
        blob = home / "blobs" / hashlib.sha256(str(file.relative_to(stage)).encode()).hexdigest()
        link = snapshot / file.relative_to(stage)
        link.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, blob)
        link.symlink_to(os.path.relpath(blob, link.parent))
    shutil.rmtree(stage)
    return snapshot


def damaged(folder: Path, source: Path, file: str, change: Callable[[Tensors], Tensors]) -> Path:
    """A copy of a checkpoint with one file's tensors changed."""
    shutil.copytree(source, folder)
    write(folder / file, change(read(folder / file)))
    return folder


def first(tensors: Iterable[str], part: str) -> str:
    """The first tensor whose name holds `part`."""
    return next(key for key in sorted(tensors) if part in key)
