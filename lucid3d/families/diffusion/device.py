"""Where networks run, in which precision, and what to say when memory is short."""

from __future__ import annotations

import contextlib
import gc
import logging
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lucid3d.errors import InputError

if TYPE_CHECKING:
    import torch

    from lucid3d.families.config import ModelsConfig

WORKING_BYTES = 3 * 1024**3  # of a card, beside the weights: a picture's tensors, the VAE's decoding, the driver's own


def choose_device(requested: str = "auto") -> torch.device:
    """The device to run on.

    Args:
        requested: "auto" (CUDA, else Apple's MPS, else the CPU) or a torch device name.
    Raises:
        InputError: the name is no device, or the device is not there.
    """
    import torch

    if requested == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        if (trouble := unused_card().trouble) and trouble not in _told:
            _told.add(trouble)
            logging.getLogger(__name__).warning("%s; the networks run on the CPU", trouble)
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(requested)
    except RuntimeError:
        raise InputError(f'diffusion.device "{requested}" must be auto, cpu, mps, cuda or cuda:<number>') from None
    there = {
        "cpu": True,
        "mps": torch.backends.mps.is_available(),
        "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(),
    }
    if not there.get(device.type, False):
        raise InputError(f'diffusion.device "{requested}" is not there on this machine; use auto or cpu')
    return device


_told: set[str] = set()


@dataclass(frozen=True)
class Card:
    """The graphics card as its driver describes it, and why torch cannot use it.

    Attributes:
        name: of the card with its driver's version; "" where no driver answers.
        trouble: one clause with the way out; "" where there is no card, or torch uses it.
    """

    name: str = ""
    trouble: str = ""


DRIVER_SECONDS = 10
"""How long a driver may take to answer; a broken one hangs."""


def unused_card() -> Card:
    """What stands between torch and a card that the machine has: a driver that does not answer, a torch without CUDA,
    or one made for a newer driver."""
    import torch

    program = shutil.which("nvidia-smi")
    if program is None:
        return Card()
    command = [program, "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=DRIVER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        answer = None
    lines = answer.stdout.strip().splitlines() if answer is not None and answer.returncode == 0 else []
    if not lines:
        said = ((answer.stdout + answer.stderr).strip().splitlines() if answer is not None else [""])[:1]
        because = f" ({said[0].strip()})" if said and said[0].strip() else ""
        return Card("", f"NVIDIA's driver does not answer{because}: reinstall it, or restart the machine")
    name, _, driver = (part.strip() for part in lines[0].partition(","))
    card = f"{name}, driver {driver}"
    if torch.cuda.is_available():
        return Card(card)
    if torch.version.cuda is None:
        return Card(
            card,
            f"this machine has an {card}, but the installed torch {torch.__version__} is built without CUDA: install "
            "the build for your CUDA (the command is on pytorch.org, Get Started)",
        )
    return Card(
        card,
        f"this machine has an {card}, but torch {torch.__version__} cannot use it: it is built for CUDA "
        f"{torch.version.cuda}, which wants a newer driver; update the driver, or install a torch for an older CUDA",
    )


def choose_dtype(
    requested: str, device: torch.device, float32_bytes: int = 0, *, transformer: bool = False
) -> torch.dtype:
    """The precision of the networks.

    "auto" is float16 on CUDA and MPS; a transformer, whose sums leave float16's range, takes bfloat16 there (where
    the card has it, else float32). On a CPU "auto" is bfloat16 where the processor multiplies in it (AVX512-BF16, AMX,
    or an arm64 with BF16), else float32: emulated bfloat16 is three times slower than float32. Weights that would fill
    more than half of the memory as float32 take bfloat16 all the same. The decision rests on what the machine has,
    never on a timing or on what is free, so that one seed gives one picture.

    Args:
        requested: "auto" or the name of a torch dtype.
        device: where the networks run.
        float32_bytes: what the weights would take as float32.
        transformer: whether the painter is one (SD 3, FLUX, Qwen-Image, Z-Image), and no UNet.
    Raises:
        InputError: float16 was asked for on a CPU, where most operators do not have it.
    """
    import torch

    if requested != "auto":
        dtype: torch.dtype = getattr(torch, requested)
        if dtype == torch.float16 and device.type == "cpu":
            raise InputError("diffusion.dtype float16 needs a GPU; on a CPU use bfloat16, float32 or auto")
        return dtype
    if device.type == "cuda" and transformer:
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    if device.type != "cpu":
        return torch.bfloat16 if transformer else torch.float16
    short = 2 * float32_bytes > total_memory()
    return torch.bfloat16 if short or cpu_computes_bfloat16() else torch.float32


def total_memory() -> int:
    """Bytes of main memory; a generous guess where the system does not say."""
    import os

    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 16 * 1024**3


def cpu_computes_bfloat16() -> bool:
    """Whether this processor has instructions that multiply bfloat16."""
    import torch

    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return any(there is True for name, there in capabilities.items() if "bf16" in name)  # avx512_bf16, amx_bf16, bf16


def place(pipeline: Any, device: torch.device, offload: str) -> str:
    """Put a diffusers pipeline on its device; returns the way of offloading that was taken.

    Raises:
        InputError: offload was asked for on a device that has nothing to offload from.
    """
    import torch

    if device.type != "cuda":
        if offload in ("model", "sequential"):
            raise InputError(
                f"diffusion.offload {offload} needs a CUDA GPU; this run uses {device}: set it to none or auto"
            )
        pipeline.to(device)
        return "none"
    if offload == "auto":
        memory = torch.cuda.get_device_properties(device).total_memory
        offload = choose_offload(network_sizes(pipeline), memory)
    if offload == "model":
        pipeline.enable_model_cpu_offload(device=device)
    elif offload == "sequential":
        pipeline.enable_sequential_cpu_offload(device=device)
    else:
        pipeline.to(device)
    return offload


def network_sizes(pipeline: Any) -> list[int]:
    """Bytes of the weights of every network of a pipeline."""
    import torch

    parts = [part for part in pipeline.components.values() if isinstance(part, torch.nn.Module)]
    return [sum(each.numel() * each.element_size() for each in part.parameters()) for part in parts]


def choose_offload(sizes: Sequence[int], memory: int) -> Literal["none", "model", "sequential"]:
    """How much of a pipeline stays on a card: all of it, one network at a time, or a layer at a time.

    Args:
        sizes: bytes of the weights of every network.
        memory: bytes of the card.
    """
    room = memory - WORKING_BYTES
    if sum(sizes) <= room:
        return "none"
    return "model" if max(sizes, default=0) <= room else "sequential"


def free() -> None:
    """Give memory back after a network has been dropped."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()


def synchronise(device: torch.device) -> None:
    """Wait until a device has done what it was given: its clocks run on before it has."""
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


@contextlib.contextmanager
def memory_advice(config: ModelsConfig, device: torch.device, width: int, height: int) -> Iterator[None]:
    """Turn running out of memory into an InputError with advice that fits this run."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        free()
        raise InputError(
            f"out of memory on {device} at {width}x{height}: {'; or '.join(advice(config, device, width, height))}"
        ) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether this is any of the ways in which torch says that memory is gone."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and (
        "out of memory" in text or "can't allocate memory" in text or "not enough memory" in text
    )


def advice(config: ModelsConfig, device: torch.device, width: int, height: int) -> list[str]:
    """What helps this run with its memory, most helpful first."""
    ways = []
    if device.type == "cuda":
        if config.offload in ("auto", "none"):
            ways.append("set diffusion.offload to model")
        elif config.offload == "model":
            ways.append("set diffusion.offload to sequential (slow, but the least memory)")
        ways.append("close other programs that use the GPU")
    if config.dtype == "float32":
        ways.append(f"set diffusion.dtype to {'bfloat16' if device.type == 'cpu' else 'float16'}, which halves it")
    if min(width, height) > 256:
        smaller = max(256, min(width, height) * 3 // 4 // 64 * 64)
        ways.append(f"set diffusion.image_size to {smaller}")
    if device.type != "cpu":
        ways.append("set diffusion.device to cpu with few steps (diffusion.preset lcm)")
    elif config.dtype != "float32":
        ways.append("use a smaller checkpoint, such as Stable Diffusion 1.5 instead of SDXL")
    return ways
