"""Diffusion pipelines read from disk: folders, hub caches and single files; with ControlNet, LoRA and scheduler."""

from __future__ import annotations

import json
import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig, lora_name
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.device import choose_dtype
from lucid3d.families.diffusion.loading import quiet, read_checkpoint
from lucid3d.families.diffusion.lora import merge_lora

if TYPE_CHECKING:
    import torch

Task = Literal["inpainting", "text-to-image"]

BASE_CONFIGS = {  # which repository describes a single file, by (SDXL?, channels that its UNet takes)
    (False, 9): "stable-diffusion-v1-5/stable-diffusion-inpainting",
    (False, 4): "stable-diffusion-v1-5/stable-diffusion-v1-5",
    (True, 9): "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
    (True, 4): "stabilityai/stable-diffusion-xl-base-1.0",
}
_LDM_INPUT = "model.diffusion_model.input_blocks.0.0.weight"
_LDM_XL = "conditioner.embedders."

TEXT_TO_IMAGE_CHANNELS = 4  # a UNet that was trained to inpaint also takes the mask and the masked picture: 9


def load_pipeline(config: ModelsConfig, task: Task, device: torch.device) -> Any:
    """Read the pipeline for a task, on the CPU, with scheduler and LoRA applied.

    Raises:
        InputError: the checkpoint is missing, unreadable, pickled, or made for another task.
    """
    name = config.inpainting if task == "inpainting" else config.text_to_image
    found = weights.inspect(name, safety_checker=config.safety_checker)
    path = found.require(config.allow_pickle)
    loras = [_find_lora(each, config) for each in config.lora]
    dtype = choose_dtype(config.dtype, device, float32_bytes=_float32_bytes(path))
    controlnet = (
        load_controlnet(config.controlnet, config, dtype) if task == "inpainting" and config.controlnet else None
    )
    with quiet(), read_checkpoint(name):
        if path.is_file():
            pipeline = _from_file(config, path, task, dtype, controlnet)
        else:
            pipeline = _from_folder(config, found, path, task, dtype, controlnet)
    _check_task(pipeline, name, task, controlnet is not None)
    for lora, weight in loras:
        with read_checkpoint(str(lora)):
            merge_lora(pipeline, lora, weight)
    if config.scheduler:
        pipeline.scheduler = make_scheduler(config.scheduler, pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _float32_bytes(path: Path) -> int:
    """Memory that the safetensors of a pipeline take as float32 (half-precision twins are not counted)."""
    files = [path] if path.is_file() else [file for file in path.rglob("*.safetensors") if file.is_file()]
    plain = [file for file in files if ".fp16" not in file.name] or files
    shapes = [shape for file in plain if file.suffix == ".safetensors" for shape in tensor_shapes(file).values()]
    return 4 * sum(math.prod(shape) for shape in shapes)


def _from_folder(
    config: ModelsConfig, found: weights.Weights, folder: Path, task: Task, dtype: torch.dtype, controlnet: Any
) -> Any:
    from diffusers import AutoPipelineForInpainting, AutoPipelineForText2Image

    if not (folder / "model_index.json").is_file():
        raise InputError(f"{found.name} is one network, no pipeline (it has no model_index.json): it cannot paint")
    options: dict[str, Any] = {
        "dtype": dtype,
        "local_files_only": True,
        "use_safetensors": None if found.pickled else True,
    }
    if found.variant:
        options["variant"] = found.variant
    if controlnet is not None:
        options["controlnet"] = controlnet
    if not config.safety_checker and "safety_checker" in weights.pipeline_components(folder):
        options |= {"safety_checker": None, "requires_safety_checker": False}
    automatic = AutoPipelineForInpainting if task == "inpainting" else AutoPipelineForText2Image
    class_name = str(weights.read_json(folder / "model_index.json").get("_class_name", ""))
    if task == "text-to-image" and "Inpaint" in class_name:
        raise InputError(
            f"{found.name} is an inpainting checkpoint: leave diffusion.text_to_image empty to use it for both"
        )
    return automatic.from_pretrained(str(folder), **options)  # type: ignore[no-untyped-call]


def _from_file(config: ModelsConfig, path: Path, task: Task, dtype: torch.dtype, controlnet: Any) -> Any:
    import diffusers

    shapes = tensor_shapes(path)
    if _LDM_INPUT not in shapes:
        raise InputError(f"{path} is no whole Stable Diffusion checkpoint (a LoRA, a VAE or a bare UNet cannot paint)")
    channels, large = shapes[_LDM_INPUT][1], any(key.startswith(_LDM_XL) for key in shapes)
    base = config.base_config or BASE_CONFIGS[large, 9 if channels == 9 else 4]
    described = weights.inspect(base, safety_checker=False)
    folder = described.path
    if folder is None or not (folder / "model_index.json").is_file():
        hint = f", or fetch it with: {described.fetch_command}" if described.fetch_command else ""
        raise InputError(
            f"{path} holds weights only; name a diffusers folder of its architecture in diffusion.base_config{hint}"
        )
    expected = weights.read_json(folder / "unet" / "config.json").get("in_channels")
    if expected != channels:
        raise InputError(
            f"{path} takes {channels} channels and diffusion.base_config {base} describes {expected}: name "
            f"{'an inpainting' if channels == 9 else 'a text-to-image'} folder there"
        )
    kind = "StableDiffusionXL" if large else "StableDiffusion"
    control = "ControlNet" if controlnet is not None else ""
    suffix = "InpaintPipeline" if task == "inpainting" else "Pipeline"
    options: dict[str, Any] = {"controlnet": controlnet} if controlnet is not None else {}
    if not large:
        options |= {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    pipeline_class = getattr(diffusers, f"{kind}{control}{suffix}")
    return pipeline_class.from_single_file(str(path), config=str(folder), dtype=dtype, local_files_only=True, **options)


def tensor_shapes(path: Path) -> dict[str, list[int]]:
    """Names and shapes in a .safetensors file, from its header alone; empty for another kind of file."""
    if path.suffix != ".safetensors":
        import torch

        loaded = torch.load(path, map_location="meta", weights_only=True)
        state = loaded.get("state_dict", loaded)
        return {key: list(value.shape) for key, value in state.items() if hasattr(value, "shape")}
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return {key: entry["shape"] for key, entry in header.items() if key != "__metadata__"}


def load_controlnet(name: str, config: ModelsConfig, dtype: torch.dtype) -> Any:
    """Read a ControlNet, on the CPU.

    Raises:
        InputError: it is missing, unreadable, pickled, or something else.
    """
    from diffusers import ControlNetModel

    found = weights.inspect(name)
    folder = found.require(config.allow_pickle)
    kind = (
        weights.read_json(folder / "config.json").get("_class_name")
        if (folder / "config.json").is_file()
        else "pipeline"
    )
    if kind != "ControlNetModel":
        raise InputError(f"{name} is a {kind}, no ControlNet")
    with quiet(), read_checkpoint(name):
        options = {"variant": found.variant} if found.variant else {}
        return ControlNetModel.from_pretrained(  # type: ignore[no-untyped-call]
            str(folder), dtype=dtype, local_files_only=True, **options
        )


def _find_lora(text: str, config: ModelsConfig) -> tuple[Path, float]:
    name, weight = lora_name(text)
    found = weights.inspect(name)
    found.require(False)  # a LoRA as a pickle is never worth it: every one exists as safetensors
    return weights.lora_file(found), weight


def _check_task(pipeline: Any, name: str, task: Task, guided: bool) -> None:
    """Refuse what cannot work; warn of what works badly."""
    unet = getattr(pipeline, "unet", None)
    if unet is None:
        return  # a transformer-based painter: its own pipeline class is the check
    channels = unet.config.in_channels
    if task == "text-to-image" and channels != TEXT_TO_IMAGE_CHANNELS:
        raise InputError(
            f"{name} takes {channels} channels, so it is an inpainting checkpoint: leave diffusion.text_to_image empty "
            "to use it for both"
        )
    if task == "inpainting" and guided and channels != TEXT_TO_IMAGE_CHANNELS:
        raise InputError(
            f"diffusion.controlnet guides text-to-image checkpoints; {name} was itself trained to inpaint ({channels} "
            "channels): leave diffusion.controlnet empty"
        )
    if task == "inpainting" and not guided and channels == TEXT_TO_IMAGE_CHANNELS:
        logging.getLogger(__name__).warning(
            "%s is a text-to-image checkpoint: it was not trained to inpaint and leaves seams; name an inpainting "
            "checkpoint, or guide it with diffusion.controlnet",
            name,
        )


def make_scheduler(name: str, trained: Any) -> Any:
    """The scheduler of this name, with the noise schedule that the checkpoint was trained on."""
    import diffusers

    classes: dict[str, tuple[str, dict[str, Any]]] = {
        "ddim": ("DDIMScheduler", {}),
        "dpm++": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++", "use_karras_sigmas": True}),
        "euler": ("EulerDiscreteScheduler", {}),
        "euler-a": ("EulerAncestralDiscreteScheduler", {"timestep_spacing": "trailing"}),
        "unipc": ("UniPCMultistepScheduler", {}),
        "lcm": ("LCMScheduler", {}),
    }
    class_name, options = classes[name]
    return getattr(diffusers, class_name).from_config(trained, **options)


def text_to_image_from(pipeline: Any) -> Any:
    """A text-to-image pipeline that shares the networks of an inpainting pipeline with a 4-channel UNet."""
    from diffusers import AutoPipelineForText2Image

    with quiet():
        options = {"controlnet": None} if hasattr(pipeline, "controlnet") else {}
        shared = AutoPipelineForText2Image.from_pipe(pipeline, **options)
    shared.set_progress_bar_config(disable=True)
    return shared
