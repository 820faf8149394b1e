"""The machine: system, memory, packages, graphics card, and whether Gaussians are drawn alike by what draws them."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from lucid3d import __version__
from lucid3d.doctor.findings import Finding
from lucid3d.families.diffusion import weights
from lucid3d.families.diffusion.device import (
    choose_device,
    cpu_computes_bfloat16,
    synchronise,
    total_memory,
    unused_card,
)
from lucid3d.gaussians.gsplat_backend import builds_kernels
from lucid3d.gaussians.rasterizer import rasterization

PACKAGES = ("torch", "diffusers", "transformers", "huggingface_hub", "safetensors", "gsplat", "numpy", "open3d")
GAUSSIANS = 1000
CLOSE = 2e-3
"""Largest difference of a picture, and of a gradient over the largest one, between two rasterisers in float32."""
LEAST_DISK = 20e9
"""Bytes that a pair of networks and a few scenes take."""


def system() -> Iterator[Finding]:
    """What it is, and what of it is short."""
    cores, memory = os.cpu_count() or 1, total_memory() / 1e9
    yield Finding(
        "good",
        "machine",
        f"lucid3d {__version__}, Python {platform.python_version()}, {platform.platform()}, {cores} cores, "
        f"{memory:.0f} GB of memory",
    )
    folder = weights.cache_folder()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    room = shutil.disk_usage(folder).free
    state: Any = "good" if room > LEAST_DISK else "note"
    yield Finding(state, "disk", f"{room / 1e9:.0f} GB are free for models in {weights.cache_folder()}")


def packages() -> Iterator[Finding]:
    """Versions of what decides the result."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Finding("bad", "packages", f"{name} is not installed: pip install {name}")
    yield Finding("good", "packages", ", ".join(found))


def card() -> Iterator[Finding]:
    """The graphics card: there, used, and able to build kernels."""
    import torch

    described = unused_card()
    if described.trouble:
        yield Finding("bad", "card", described.trouble)
        return
    device = choose_device()
    if device.type == "cpu":
        how = "in bfloat16" if cpu_computes_bfloat16() else "in float32"
        yield Finding("note", "card", f"none: networks run on the CPU {how}, Gaussians by the native kernels")
        return
    if device.type == "mps":
        yield Finding("good", "card", "Apple's, through MPS; Gaussians are trained by the native kernels")
        return
    properties = torch.cuda.get_device_properties(device)
    built = f"ROCm {torch.version.hip}" if torch.version.hip else f"CUDA {torch.version.cuda}"
    yield Finding(
        "good",
        "card",
        f"{described.name or properties.name}, {properties.total_memory / 1e9:.0f} GB, torch for {built}",
    )
    compiler = shutil.which("nvcc")
    if compiler is None:
        yield Finding("note", "nvcc", "none: gsplat builds its kernels with it, once; install the CUDA toolkit")
    else:
        said = subprocess.run([compiler, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
        yield Finding("good", "nvcc", next((line.strip() for line in said.splitlines() if "release" in line), compiler))


def rasterisers() -> Iterator[Finding]:
    """1,000 Gaussians drawn, and gradients taken, by the native kernels and by gsplat (or the torch twin)."""
    import torch

    other = "gsplat" if torch.cuda.is_available() else "torch"
    if other == "gsplat" and (trouble := builds_kernels()):
        yield Finding("bad", "gsplat", trouble)
        other = "torch"
    began = time.perf_counter()
    ours, gradients = _draw("native", "cpu")
    native = time.perf_counter() - began
    began = time.perf_counter()
    theirs, their_gradients = _draw(other, "cuda" if other == "gsplat" else "cpu")
    seconds = time.perf_counter() - began
    picture = float((ours - theirs).abs().max())
    gradient = max(
        float((mine - his).abs().max() / his.abs().max().clamp(min=1e-9))
        for mine, his in zip(gradients, their_gradients, strict=True)
    )
    text = (
        f"native ({native:.2f} s) and {other} ({seconds:.2f} s) differ by {picture:.1e} in {GAUSSIANS:,} Gaussians' "
        f"picture, by {gradient:.1e} in their gradients"
    )
    yield Finding("good" if max(picture, gradient) < CLOSE else "bad", "rasterisers", text)


def _draw(backend: Any, device: str) -> tuple[Any, list[Any]]:
    """A picture of random Gaussians, and the gradients of a sum over it, on the CPU."""
    import torch

    generator = torch.Generator().manual_seed(0)

    def random(*shape: int) -> Any:
        return torch.rand(*shape, generator=generator)

    leaves = [
        random(GAUSSIANS, 3) * torch.tensor([4.0, 4.0, 3.0]) + torch.tensor([-2.0, -2.0, 2.0]),
        random(GAUSSIANS, 4) * 2 - 1,
        torch.exp(random(GAUSSIANS, 3) * 2 - 4),
        random(GAUSSIANS) * 0.8 + 0.1,
        random(GAUSSIANS, 3),
    ]
    weight = random(1, 64, 64, 3)
    leaves = [leaf.to(device).requires_grad_() for leaf in leaves]
    view = torch.eye(4, device=device)[None]
    lens = torch.tensor([[[60.0, 0, 32], [0, 60, 32], [0, 0, 1]]], device=device)
    means, quats, scales, opacities, colors = leaves
    image, _, _ = rasterization(means, quats, scales, opacities, colors, view, lens, 64, 64, backend=backend)
    (image * weight.to(device)).sum().backward()
    synchronise(torch.device(device))
    return image.detach().cpu(), [leaf.grad.cpu() for leaf in leaves]
