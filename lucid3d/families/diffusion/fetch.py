"""Fetching a model from the hub, in a process of its own: the only place that goes online.

The parent shows progress and can stop the child at any moment; the child is
`python -m lucid3d.families.diffusion.fetch <name>`, which prints one line of JSON for each event. Large files are
continued where they stopped (huggingface_hub itself begins a file anew) and checked against their SHA-256;
huggingface_hub then lays out its cache around them.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lucid3d.errors import InputError
from lucid3d.families.diffusion import weights

CONTINUED_BYTES = 16 * 1024**2  # files from this size on are worth continuing
CHUNK_BYTES = 1024**2
POLITE_SECONDS = 5.0  # how long a child may take to end itself
ANSWER_SECONDS = 20  # a hub that does not answer by then is not there

_NEVER = (
    "*.msgpack",
    "*.h5",
    "*.onnx*",
    "*.ot",
    "*openvino*",
    "*.ckpt",
    "*.pt",
    "*.pth",
    "*.tflite",
    "*.mlmodel*",
    "*.gguf",
)
_TEXTS = ("*.json", "*.txt", "*.model", "*.md", "*.jinja")


def fetch(name: str, *, quiet: bool = False) -> None:
    """Download a model with a progress bar. Ctrl-C stops it; the next call continues.

    Args:
        name: hub repository.
        quiet: no progress bar.
    Raises:
        InputError: no such repository, no network, no permission, pickled weights only, or a full disk.
        KeyboardInterrupt: stopped by the user, after the child has ended.
    """
    # HF_HUB_OFFLINE speaks for ordinary runs; here somebody has asked to go online.
    environment = {
        key: value for key, value in os.environ.items() if key not in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    }
    environment |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_ETAG_TIMEOUT": str(ANSWER_SECONDS)}
    command = [sys.executable, "-m", "lucid3d.families.diffusion.fetch", name]
    # A session of its own: Ctrl-C reaches the parent alone, which ends the child in its own time.
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)
    try:
        _follow(child, name, quiet)
    finally:
        stop(child)


def stop(child: subprocess.Popen[str]) -> None:
    """End a child: asked first, killed when it does not listen."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGTERM)
        try:
            child.wait(POLITE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child.stdout:
        child.stdout.close()


def _follow(child: subprocess.Popen[str], name: str, quiet: bool) -> None:
    """Show what the child reports until it has ended."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    assert child.stdout is not None
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=quiet) as bar:
        task = bar.add_task(name, total=None)
        for line in child.stdout:
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue  # a library's own word
            if "error" in event:
                child.wait()
                raise InputError(event["error"])
            bar.update(task, total=event.get("total"), completed=event.get("done"))
    if child.wait() != 0:
        raise InputError(
            f"the download of {name} ended early (exit code {child.returncode}); the same command continues it"
        )


def files_to_fetch(names: Iterable[str], components: Iterable[str] = ()) -> list[str]:
    """What a model needs of its repository's files: settings, and one set of safetensors.

    Of a pipeline only what lies in its components' folders is read, never the single-file twins beside them; of a
    component with half-precision weights those are taken, at half the size; of one that exists as a pickle only that
    is fetched (and read if `diffusion.allow_pickle` is set).

    Args:
        names: every file of the repository.
        components: of a pipeline, those that its model_index.json names.
    Raises:
        InputError: there are weights, but only as pickles.
    """
    names = [name for name in names if not any(fnmatch.fnmatch(name.lower(), pattern) for pattern in _NEVER)]
    folders = set(components) if "model_index.json" in names else {""}
    texts = [
        name
        for name in names
        if any(fnmatch.fnmatch(name, pattern) for pattern in _TEXTS) and _folder(name) in folders | {""}
    ]
    chosen: list[str] = []
    pickles: list[str] = []
    for folder in sorted(folders):
        tensors = [name for name in names if name.endswith(".safetensors") and _folder(name) == folder]
        half = [name for name in tensors if weights.is_half(name)]
        plain = [name for name in tensors if not weights.is_half(name) and ".non_ema." not in name]
        first, second = (half, plain) if folder else (plain, half)
        chosen += _without_shards_of_singles(first or second)
        if folder and not tensors:
            pickles += [name for name in names if name.endswith(".bin") and _folder(name) == folder]
    if not chosen and any(name.endswith(".bin") for name in names):
        raise InputError("its weights are pickles (.bin), which can run code when they are read: name another model")
    plain_pickles = [name for name in pickles if not weights.is_half(name)]
    return sorted([*texts, *chosen, *(plain_pickles or pickles)])


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _without_shards_of_singles(tensors: list[str]) -> list[str]:
    """Files of one folder, without the shards of what is there as one file too."""
    stems = {name: name.rpartition("/")[2].split(".")[0].split("-")[0] for name in tensors}
    shards = {name for name in tensors if re.search(r"-\d{5}-of-\d{5}", name)}
    whole = {stems[name] for name in tensors if name not in shards}
    return [name for name in tensors if name not in shards or stems[name] not in whole]


def main(name: str) -> int:
    """The child's whole life."""
    try:
        for event in _download(name):
            print(json.dumps(event), flush=True)
    except Exception as error:  # whatever it is, the parent must hear of it in a sentence
        print(json.dumps({"error": _sentence(name, error)}), flush=True)
        return 1
    return 0


def _sentence(name: str, error: Exception) -> str:
    from huggingface_hub import errors

    if isinstance(error, InputError):
        return f"{name} cannot be used: {error}"
    if isinstance(error, errors.GatedRepoError):
        return (
            f"{name} asks for consent to its licence: accept it on its page on the hub, then log in with: hf auth login"
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return f'there is no model "{name}" on the hub (or it is private: log in with: hf auth login)'
    if isinstance(error, OSError) and error.errno == 28:
        return f"the disk is full: free some space, then the same command continues the download of {name}"
    what = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return f"{name} cannot be fetched ({what}): check the network; the same command continues the download"


def _download(name: str) -> Iterator[dict[str, Any]]:
    """Download a repository; yields {"total", "done"} in bytes."""
    from huggingface_hub import HfApi, snapshot_download

    information = HfApi().model_info(name, files_metadata=True, timeout=ANSWER_SECONDS)
    sizes = {each.rfilename: each.size or 0 for each in information.siblings or []}
    chosen = files_to_fetch(sizes, _components(name, sizes))
    if not chosen:
        raise InputError("the repository holds no model")
    total, done = sum(sizes[each] for each in chosen), 0
    yield {"total": total, "done": 0}
    for file in chosen:
        if sizes[file] >= CONTINUED_BYTES:
            for finished in _continue_file(name, file):
                yield {"total": total, "done": done + finished}
        done += sizes[file]
    cache = weights.cache_folder()
    patterns = [each.replace("[", "[[]") for each in chosen]
    snapshot_download(name, cache_dir=cache, allow_patterns=patterns, max_workers=4)
    yield {"total": total, "done": total}


def _components(name: str, names: Iterable[str]) -> list[str]:
    """What a pipeline's model_index.json names; nothing for a single network."""
    if "model_index.json" not in names:
        return []
    from huggingface_hub import hf_hub_download

    index = hf_hub_download(name, "model_index.json", cache_dir=weights.cache_folder())
    return weights.pipeline_components(Path(index).parent)


def _continue_file(name: str, file: str) -> Iterator[int]:
    """Bring one large file into the cache's blobs, from where an earlier attempt stopped; yields the bytes so far."""
    from huggingface_hub import get_hf_file_metadata, get_session, hf_hub_url
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    url = hf_hub_url(name, file)
    found = get_hf_file_metadata(url)
    if not found.etag or not found.size:
        return  # huggingface_hub fetches it its own way
    blob = weights.cache_folder() / ("models--" + name.replace("/", "--")) / "blobs" / found.etag
    if blob.exists():
        return
    blob.parent.mkdir(parents=True, exist_ok=True)
    partial = blob.with_name(found.etag + ".partial")
    have = partial.stat().st_size if partial.exists() else 0
    headers = build_hf_headers() if found.location == url else {}  # the token is for the hub, not for its file store
    if have:
        headers["Range"] = f"bytes={have}-"
    if have < found.size:
        with get_session().stream("GET", found.location, headers=headers, follow_redirects=True) as answer:
            answer.raise_for_status()
            mode = "ab" if have and answer.status_code == 206 else "wb"  # 200: the store sends it from the start
            have = have if mode == "ab" else 0
            told = time.monotonic()
            with partial.open(mode) as output:
                for chunk in answer.iter_bytes(CHUNK_BYTES):
                    output.write(chunk)
                    have += len(chunk)
                    if time.monotonic() - told > 0.2:
                        told = time.monotonic()
                        yield have
    if have != found.size or not _has_digest(partial, found.etag):
        partial.unlink()
        raise InputError(f"{file} arrived damaged; it will be fetched anew")
    partial.replace(blob)
    yield have


def _has_digest(path: Path, etag: str) -> bool:
    """Whether a file has the SHA-256 that the hub names large files by; true for any other kind of etag."""
    if len(etag) != 64:
        return True
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == etag.lower()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
