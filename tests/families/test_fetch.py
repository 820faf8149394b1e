"""Downloads against a hub on this machine: whole, continued, stopped, damaged, refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lucid3d.errors import InputError
from lucid3d.families.diffusion import fetch, weights
from tests.families.local_hub import Hub, running

Checkpoint = Callable[[str], str]
NAME = "somebody/depth"
BIG = fetch.CONTINUED_BYTES + 100_000


def contents(folder: str) -> dict[str, bytes]:
    root = Path(folder)
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


@pytest.fixture
def hub(checkpoint: Checkpoint, empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return Hub({NAME: contents(checkpoint("anything"))})


def serve(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    return hub


def test_a_model_arrives_whole_and_only_what_is_needed(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    hub.files[NAME]["pytorch_model.bin"] = b"pickle"
    hub.files[NAME]["flax_model.msgpack"] = b"flax"
    assert weights.inspect(NAME).path is None
    with running(hub):
        serve(hub, monkeypatch)
        fetch.fetch(NAME)
    found = weights.inspect(NAME)
    assert found.complete and found.path is not None
    assert not list(found.path.rglob("*.bin")) and not list(found.path.rglob("*.msgpack"))
    assert (found.path / "model.safetensors").read_bytes() == hub.files[NAME]["model.safetensors"]


def big_model(hub: Hub) -> bytes:
    """Give the repository one large file, a real safetensors file of zeros."""
    import torch
    from safetensors.torch import save

    content = save({"weight": torch.arange(BIG // 4, dtype=torch.int32)})
    hub.files[NAME] = {"config.json": b"{}", "model.safetensors": content}
    return content


def test_a_download_that_broke_off_continues_where_it_was(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    content = big_model(hub)
    hub.stop_after = 5_000_000
    with running(hub):
        serve(hub, monkeypatch)
        with pytest.raises(InputError, match="the same command continues"):
            fetch.fetch(NAME, quiet=True)
        found = weights.inspect(NAME)
        assert found.path is not None and not found.complete
        partial = next(weights.cache_folder().rglob("*.partial"))
        have = partial.stat().st_size
        assert 0 < have <= hub.stop_after
        fetch.fetch(NAME, quiet=True)
    assert hub.ranges == [f"bytes={have}-"]
    found = weights.inspect(NAME)
    assert found.complete and found.path is not None
    assert (found.path / "model.safetensors").read_bytes() == content


def test_a_damaged_file_is_not_kept(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    big_model(hub)
    hub.corrupt = True
    with running(hub):
        serve(hub, monkeypatch)
        with pytest.raises(InputError, match="arrived damaged"):
            fetch.fetch(NAME, quiet=True)
    assert not list(weights.cache_folder().rglob("*.partial"))


def test_a_hub_that_never_answers_can_be_left(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the parent ends parent and child, though the child waits for bytes that never come."""
    big_model(hub)
    hub.stall = threading.Event()
    with running(hub):
        serve(hub, monkeypatch)
        # what is started in the background of a shell ignores Ctrl-C, and so do its children
        heeds = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        program = f"{heeds}from lucid3d.families.diffusion.fetch import fetch; fetch({NAME!r}, quiet=True)"
        parent = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not list(weights.cache_folder().rglob("*.partial")) and time.monotonic() < deadline:
            time.sleep(0.05)
        child = int(
            subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent.pid)], capture_output=True, text=True).stdout
        )
        parent.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in parent.communicate(timeout=30)[1]
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_what_a_hub_refuses_and_a_hub_that_is_not_there(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(hub):
        serve(hub, monkeypatch)
        with pytest.raises(InputError, match='no model "nobody/nothing" on the hub'):
            fetch.fetch("nobody/nothing", quiet=True)
        hub.files[NAME] = {"config.json": b"{}", "pytorch_model.bin": b"pickle"}
        with pytest.raises(InputError, match="pickles"):
            fetch.fetch(NAME, quiet=True)
    with pytest.raises(InputError, match="check the network"):  # the server is gone now
        fetch.fetch(NAME, quiet=True)


def test_what_is_fetched_of_a_pipeline() -> None:
    names = [
        "model_index.json",
        "README.md",
        "v1-5-pruned.safetensors",
        "v1-5-pruned.ckpt",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
        "unet/diffusion_pytorch_model.fp16.safetensors",
        "unet/diffusion_pytorch_model.non_ema.safetensors",
        "unet/diffusion_pytorch_model.bin",
        "vae/config.json",
        "vae/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.fp16.safetensors",
        "tokenizer/merges.txt",
        "tokenizer/chat_template.jinja",
        "vae_decoder/model.onnx",
        "vae_1_0/config.json",
        "vae_1_0/diffusion_pytorch_model.safetensors",
        "text_encoders/clip_g.safetensors",
        "text_encoder_3/config.json",
        "text_encoder_3/model.safetensors.index.json",
        "text_encoder_3/model.safetensors.index.fp16.json",
        "text_encoder_3/model-00001-of-00002.safetensors",
        "text_encoder_3/model-00002-of-00002.safetensors",
        "text_encoder_3/model.fp16-00001-of-00002.safetensors",
        "text_encoder_3/model.fp16-00002-of-00002.safetensors",
    ]
    components = ["unet", "vae", "tokenizer", "text_encoder_3"]
    halves = fetch.files_to_fetch(names, components)
    assert [name for name in halves if name.endswith(".safetensors")] == [
        "text_encoder_3/model.fp16-00001-of-00002.safetensors",
        "text_encoder_3/model.fp16-00002-of-00002.safetensors",
        "unet/diffusion_pytorch_model.fp16.safetensors",
        "vae/diffusion_pytorch_model.fp16.safetensors",
    ]
    assert {"tokenizer/merges.txt", "tokenizer/chat_template.jinja", "unet/config.json", "README.md"} <= set(halves)
    assert not any(name.startswith(("vae_1_0", "text_encoders")) for name in halves)
    # A component that has none comes whole: every component is read in its own variant.
    mixed = fetch.files_to_fetch([name for name in names if "vae/diffusion_pytorch_model.fp16" not in name], components)
    assert "vae/diffusion_pytorch_model.safetensors" in mixed
    assert "unet/diffusion_pytorch_model.safetensors" not in mixed


def test_what_is_fetched_of_a_single_network() -> None:
    assert fetch.files_to_fetch(["config.json", "model.safetensors", "model.h5", "onnx/config.json"]) == [
        "config.json",
        "model.safetensors",
    ]
    # one file and its shards: once is enough
    twice = ["config.json", "model.safetensors", "model.safetensors.index.json", "model-00001-of-00001.safetensors"]
    assert [name for name in fetch.files_to_fetch(twice) if name.endswith(".safetensors")] == ["model.safetensors"]


def test_a_pipelines_index_says_what_is_fetched(
    hub: Hub, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over real HTTP: the twin of the VAE beside the components stays on the hub, and the pipeline is whole."""
    hub.files[NAME] = contents(checkpoint("sd-inpaint"))
    hub.files[NAME]["vae_twin/diffusion_pytorch_model.safetensors"] = b"x" * 1000
    with running(hub):
        serve(hub, monkeypatch)
        fetch.fetch(NAME, quiet=True)
    found = weights.inspect(NAME)
    assert found.complete and found.path is not None and not (found.path / "vae_twin").exists()
