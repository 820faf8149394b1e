"""Tiny checkpoints, built once a session; and no way out to any network."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.families import tiny, tiny_transformers


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a connection anywhere, this machine included, fails the test."""

    def refuse(self: socket.socket, address: Any) -> None:
        raise AssertionError(f"a socket was connected to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_, **__: refuse(None, host))  # type: ignore[arg-type]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Tiny networks gain nothing from threads, and lose much when the cores are shared."""
    import torch

    torch.set_num_threads(1)


BUILDERS: dict[str, Callable[[Path], Path]] = {
    "sd-inpaint": lambda folder: tiny.stable_diffusion(folder, 9),
    "sd": lambda folder: tiny.stable_diffusion(folder, 4),
    "sd-file": lambda folder: tiny.single_file(tiny.stable_diffusion(folder / "source", 9), folder / "sd.safetensors"),
    "sd-fp16": lambda folder: tiny.stable_diffusion(folder, 9, variant="fp16"),
    "sd-pickled": lambda folder: tiny.stable_diffusion(folder, 9, safe_serialization=False),
    "sdxl-inpaint": lambda folder: tiny.stable_diffusion_xl(folder, 9),
    "sdxl": lambda folder: tiny.stable_diffusion_xl(folder, 4),
    "controlnet": tiny.controlnet,
    "zoe-n": lambda folder: tiny.zoedepth(folder, "n"),
    "zoe-k": lambda folder: tiny.zoedepth(folder, "k"),
    "zoe-nk": lambda folder: tiny.zoedepth(folder, "nk"),
    "anything": tiny.depth_anything,
    "anything-metric": lambda folder: tiny.depth_anything(folder, metric=True),
    "dpt": tiny.dpt,
    "glpn": tiny.glpn,
    "depth-pro": tiny.depth_pro,
    "blip": tiny.blip,
    "sd3": tiny_transformers.stable_diffusion_3,
    "flux": tiny_transformers.flux,
    "flux-fill": lambda folder: tiny_transformers.flux(folder, fill=True),
    "klein": tiny_transformers.klein,
    "z-image": tiny_transformers.z_image,
    "qwen-image": tiny_transformers.qwen_image,
}


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """The path of a tiny checkpoint by its name in `BUILDERS`, built when first asked for."""
    built: dict[str, Path] = {}
    root = tmp_path_factory.mktemp("checkpoints")

    def path(name: str) -> str:
        if name not in built:
            from lucid3d.families.diffusion.loading import quiet

            with quiet():
                built[name] = BUILDERS[name](root / name)
        return str(built[name])

    return path


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub cache with nothing in it."""
    cache = tmp_path / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    return cache
