"""LoRA: low-rank changes to a painter's weights (Hu et al. 2021), merged once, so that they cost nothing afterwards."""

from __future__ import annotations

import inspect
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lucid3d.errors import InputError

if TYPE_CHECKING:
    import torch

_DOWN_UP = (  # how files mark the two factors, in the order in which the marks must be looked for
    (".lora_A.", ".lora_B."),
    (".lora_linear_layer.down.", ".lora_linear_layer.up."),
    (".lora.down.", ".lora.up."),
    ("_lora.down.", "_lora.up."),
    (".lora_down.", ".lora_up."),
)
_CLIP_NAMES = {".to_q": ".q_proj", ".to_k": ".k_proj", ".to_v": ".v_proj", ".to_out": ".out_proj"}


def merge_lora(pipeline: Any, path: Path, weight: float) -> int:
    """Add weight * (alpha / rank) * up @ down to every weight that the LoRA names.

    Reads the naming of diffusers, of PEFT and of kohya's trainer (through diffusers' own converter).

    Args:
        pipeline: a diffusers pipeline with a unet or a transformer, and text encoders.
        path: a .safetensors file.
        weight: 0 leaves the painter as it was, 1 is the full LoRA.
    Returns:
        how many weights were changed.
    Raises:
        InputError: the file is no LoRA, or one for another architecture.
    """
    from safetensors.torch import load_file

    if not hasattr(type(pipeline), "lora_state_dict"):
        raise InputError(f"{path}: a {type(pipeline).__name__} takes no LoRA")
    tensors = load_file(path)
    if not any("lora" in key for key in tensors):
        raise InputError(f"{path} is no LoRA: none of its tensors is named so")
    state, alphas = _converted(pipeline, tensors)
    pairs = _pairs(state)
    if not pairs:
        raise InputError(f"{path} is a LoRA of a kind that is not known here (LoHa, LoKr and DoRA are not)")
    modules = _modules(pipeline)
    unknown = [name for name in pairs if name not in modules]
    if len(unknown) == len(pairs):
        raise InputError(f"{path} is a LoRA for another architecture: this checkpoint has no {unknown[0]}")
    if unknown:
        logging.getLogger(__name__).warning("%s: %d of %d parts have no place here", path, len(unknown), len(pairs))
    alphas = alphas or {}
    for name, (key, down, up) in pairs.items():
        if name in modules:
            # Files without an alpha were trained with alpha equal to the rank. The converter names it either way.
            alpha = alphas.get(f"{key}.alpha", alphas.get(f"{name}.alpha", down.shape[0]))
            _add(modules[name], down, up, weight * float(alpha) / down.shape[0], f"{path}: {name}")
    return len(pairs) - len(unknown)


def _converted(pipeline: Any, tensors: dict[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Tensors named as diffusers names them, and their alphas, by the pipeline's own converter."""
    unet = getattr(pipeline, "unet", None)
    options = {"unet_config": unet.config} if unet is not None else {}
    if "return_alphas" in inspect.signature(type(pipeline).lora_state_dict).parameters:
        options["return_alphas"] = True
    found = type(pipeline).lora_state_dict(tensors, **options)
    if not isinstance(found, tuple):
        found = (found,)
    # The alphas are a mapping of numbers; converters for transformers take them into the factors and return none.
    alphas = found[1] if len(found) > 1 and isinstance(found[1], dict) else {}
    state = dict(found[0])
    alphas = {**alphas, **{key: float(state.pop(key)) for key in list(state) if key.endswith(".alpha")}}
    return state, alphas


def _pairs(state: dict[str, torch.Tensor]) -> dict[str, tuple[str, torch.Tensor, torch.Tensor]]:
    """Module name -> (key of the down factor, down, up) for every complete pair."""
    pairs = {}
    for key, down in state.items():
        mark = next((each for each in _DOWN_UP if each[0] in key), None)
        if mark is not None and (up := state.get(key.replace(*mark))) is not None:
            pairs[_module_name(key.split(mark[0])[0])] = (key, down, up)
    return pairs


def _module_name(name: str) -> str:
    """The module of a key; the oldest naming hangs a LoRA on the attention's processor instead of on its layer."""
    if name.startswith("text_encoder"):
        for old, new in _CLIP_NAMES.items():
            name = name.removesuffix(old) + new if name.endswith(old) else name
        return name
    return name.replace(".processor.to_out", ".to_out.0").replace(".processor.", ".")


def _modules(pipeline: Any) -> dict[str, torch.nn.Module]:
    found = {}
    for part in ("unet", "transformer", "text_encoder", "text_encoder_2"):
        if (network := getattr(pipeline, part, None)) is not None:
            for name, module in network.named_modules():
                found[f"{part}.{name}"] = module
                if part.startswith("text"):  # transformers dropped this level of CLIP's names; the files still have it
                    found[f"{part}.text_model.{name}"] = module
    return found


def _add(module: torch.nn.Module, down: torch.Tensor, up: torch.Tensor, scale: float, what: str) -> None:
    """weight += scale * up @ down, for linear layers and convolutions (the down part carries the kernel)."""
    import torch

    weight = getattr(module, "weight", None)
    if not isinstance(weight, torch.Tensor):
        raise InputError(f"{what} is no layer that a LoRA can change")
    rank = down.shape[0]
    if up.numel() != up.shape[0] * rank:
        raise InputError(f"{what} has factors {tuple(down.shape)} and {tuple(up.shape)}, which do not belong together")
    change = (up.float().reshape(up.shape[0], rank) @ down.float().reshape(rank, -1)) * scale
    if change.numel() != weight.numel():
        raise InputError(
            f"{what} has shape {tuple(change.shape)}, the checkpoint {tuple(weight.shape)}: another architecture"
        )
    with torch.no_grad():
        weight.copy_((weight.float() + change.reshape(weight.shape).to(weight.device)).to(weight.dtype))
