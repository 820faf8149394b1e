"""Diffusion pipelines read from disk: folders, hub caches and single files; with ControlNet, LoRA and scheduler."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import logging
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lucid3d.errors import InputError
from lucid3d.families.config import ModelsConfig, lora_name
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.device import choose_dtype
from lucid3d.families.diffusion.loading import quiet, read_checkpoint
from lucid3d.families.diffusion.lora import merge_lora
from lucid3d.families.diffusion.networks import check_numbers, read_network

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
    transformer = path.is_dir() and (path / "transformer").is_dir()
    dtype = choose_dtype(config.dtype, device, float32_bytes=_float32_bytes(path), transformer=transformer)
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
    """Memory that the networks of a pipeline take as float32 (twins of another precision are not counted)."""
    shapes = [shape for file in weights.network_files(path) for shape in tensor_shapes(file).values()]
    return 4 * sum(math.prod(shape) for shape in shapes)


def _from_folder(
    config: ModelsConfig, found: weights.Weights, folder: Path, task: Task, dtype: torch.dtype, controlnet: Any
) -> Any:
    if not (folder / "model_index.json").is_file():
        raise InputError(f"{found.name} is one network, no pipeline (it has no model_index.json): it cannot paint")
    index = weights.read_json(folder / "model_index.json")
    pipeline_class = class_for(str(index.get("_class_name", "")), task, found.name, guided=controlnet is not None)
    options: dict[str, Any] = {"controlnet": controlnet} if controlnet is not None else {}
    if not config.safety_checker and "safety_checker" in weights.pipeline_components(folder):
        options |= {"safety_checker": None, "requires_safety_checker": False}
    return read_pipeline(pipeline_class, found, folder, dtype, options, allow_pickle=config.allow_pickle)


def read_pipeline(
    pipeline_class: Any,
    found: weights.Weights,
    folder: Path,
    dtype: torch.dtype,
    options: dict[str, Any] | None = None,
    *,
    allow_pickle: bool = False,
) -> Any:
    """A pipeline of diffusers from its folder, on the CPU, every network of it with all of its tensors.

    Args:
        options: components that are read already, or left out (None), and flags.
    Raises:
        InputError: see `networks.read_network`; a component is of a class that is not known.
    """
    index = weights.read_json(folder / "model_index.json")
    options = dict(options or {})
    for component in weights.pipeline_components(folder):
        if component not in options and weights.has_weights(component):
            options[component] = read_network(
                _network_class(index[component], found.name),
                folder / component,
                f"{found.name}, {component}",
                dtype=dtype,
                variant=found.variant_of(component),
                allow_pickle=allow_pickle,
            )
    return pipeline_class.from_pretrained(str(folder), dtype=dtype, local_files_only=True, **options)


def _network_class(entry: list[str], name: str) -> Any:
    """The class of a component, from its ["library", "Class"] in model_index.json."""
    library, class_name = entry[:2]
    module = library if library in ("diffusers", "transformers") else f"diffusers.pipelines.{library}"
    try:
        return getattr(importlib.import_module(module), class_name)
    except (ImportError, AttributeError):
        raise InputError(
            f"{name} is made of a {class_name}, which the installed {module.partition('.')[0]} does not have: update "
            "it, or name another model"
        ) from None


def class_for(class_name: str, task: Task, name: str, *, guided: bool = False) -> Any:
    """The pipeline of diffusers that does a task with a checkpoint.

    Inpainting checkpoints say their own class (FLUX.1 Fill's is no twin of another one); for the others it is the
    inpainting twin of the same name, which exists for more than AutoPipelineForInpainting lists.

    Args:
        class_name: as model_index.json has it.
        guided: by a ControlNet.
    Raises:
        InputError: there is none; the message names the checkpoint as `name`.
    """
    import diffusers

    inpaints = any(mark in class_name for mark in ("Inpaint", "Fill"))
    if task == "text-to-image":
        if inpaints:
            raise InputError(
                f"{name} is an inpainting checkpoint: leave diffusion.text_to_image empty to use it for both"
            )
        wanted = class_name
    else:
        wanted = class_name if inpaints else class_name.removesuffix("Pipeline") + "InpaintPipeline"
        if guided:
            wanted = wanted.replace("InpaintPipeline", "ControlNetInpaintPipeline")
    found = getattr(diffusers, wanted, None)
    if found is None:
        if not hasattr(diffusers, class_name):
            what = f"is a {class_name or 'pipeline without a class'}, which the installed diffusers does not have"
        else:
            what = f"is a {class_name}, for which diffusers has no {'guided ' if guided else ''}{task} pipeline"
        raise InputError(f"{name} {what}: name another model (lucid3d models list)")
    return found


def _from_file(config: ModelsConfig, path: Path, task: Task, dtype: torch.dtype, controlnet: Any) -> Any:
    import diffusers

    shapes = tensor_shapes(path)
    if _LDM_INPUT not in shapes:
        raise InputError(f"{path} is no whole Stable Diffusion checkpoint (a LoRA, a VAE or a bare UNet cannot paint)")
    channels, large = shapes[_LDM_INPUT][1], is_xl(str(path))
    base = base_config(config, path)
    described = weights.inspect_settings(base)
    folder = described.path
    if folder is None or not described.complete:
        hint = f", or fetch it with: {described.fetch_command}" if described.fetch_command else ""
        raise InputError(
            f"{path} holds weights only; name a diffusers folder of its architecture in diffusion.base_config "
            f"({described.explain()}){hint}"
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
    for component, network_class in (("unet", diffusers.UNet2DConditionModel), ("vae", diffusers.AutoencoderKL)):
        with _all_tensors(path, component, network_class, folder):
            options[component] = network_class.from_single_file(
                str(path), config=str(folder), subfolder=component, dtype=dtype, local_files_only=True
            )
        check_numbers(f"{path}, {component}", options[component])
    with _all_tensors(path, "text encoder"):
        pipeline = pipeline_class.from_single_file(
            str(path), config=str(folder), dtype=dtype, local_files_only=True, **options
        )
    for component in ("text_encoder", "text_encoder_2"):
        if (network := getattr(pipeline, component, None)) is not None:
            check_numbers(f"{path}, {component}", network)
    return pipeline


@contextlib.contextmanager
def _all_tensors(path: Path, component: str, network_class: Any = None, folder: Path = Path()) -> Iterator[None]:
    """Say which tensors a single file lacks; diffusers leaves them on the meta device and cannot move them."""
    try:
        yield
    except NotImplementedError:
        names = ""
        if network_class is not None:
            import torch
            from diffusers.loaders import single_file_utils
            from safetensors.torch import load_file

            settings = weights.read_json(folder / component / "config.json")
            convert = getattr(single_file_utils, f"convert_ldm_{component}_checkpoint")
            with torch.device("meta"):
                wanted = set(network_class.from_config(settings).state_dict())
            names = ", ".join(sorted(wanted - set(convert(load_file(path), settings)))[:3])
        raise InputError(
            f"{path}, {component}, lacks the weights {names}: it is no whole checkpoint, or of another architecture "
            "than diffusion.base_config describes"
        ) from None


def base_config(config: ModelsConfig, path: Path) -> str:
    """Which repository or folder describes a single file of weights."""
    if config.base_config:
        return config.base_config
    channels = (tensor_shapes(path).get(_LDM_INPUT) or [0, 0])[1]
    return BASE_CONFIGS[is_xl(str(path)), 9 if channels == 9 else 4]


def is_xl(name: str) -> bool:
    """Whether a checkpoint is a Stable Diffusion XL: by its own settings or tensors; by its name where it is not here.

    Raises:
        InputError: the name cannot be a model.
    """
    found = weights.inspect(name)
    if found.path is not None and found.path.is_file() and found.path.suffix == ".safetensors" and found.complete:
        return any(key.startswith(_LDM_XL) for key in tensor_shapes(found.path))
    if found.path is not None and (found.path / "model_index.json").is_file():
        index = weights.read_json(found.path / "model_index.json")
        return str(index.get("_class_name", "")).startswith("StableDiffusionXL")
    return "xl" in name.lower()


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
        return read_network(
            ControlNetModel,
            folder,
            name,
            dtype=dtype,
            variant=found.variant_of(),
            allow_pickle=config.allow_pickle,
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
    """A text-to-image pipeline that shares the networks of an inpainting pipeline which was not trained to inpaint."""
    import diffusers

    plain = type(pipeline).__name__.replace("ControlNet", "").replace("InpaintPipeline", "Pipeline")
    plain_class: Any = getattr(diffusers, plain)
    wanted = inspect.signature(plain_class.__init__).parameters
    shared = {name: part for name, part in pipeline.components.items() if name in wanted}
    shared |= {name: pipeline.config[name] for name in _FLAGS if name in wanted and name in pipeline.config}
    with quiet():
        made = plain_class(**shared)
    made.set_progress_bar_config(disable=True)
    return made


_FLAGS = ("requires_safety_checker", "force_zeros_for_empty_prompt", "is_distilled")
"""Settings of a pipeline, beside its networks, that its twin needs to have too."""


def paints_from_text(pipeline: Any) -> bool:
    """Whether an inpainting pipeline's networks were trained to paint from text alone, not to inpaint."""
    unet = getattr(pipeline, "unet", None)
    if unet is not None:
        return bool(unet.config.in_channels == TEXT_TO_IMAGE_CHANNELS)
    return "Inpaint" in type(pipeline).__name__  # FLUX.1 Fill has a class of its own
