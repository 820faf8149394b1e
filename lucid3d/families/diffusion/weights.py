"""Which weights are on disk, and whether they are whole. Reads file names and headers only; never goes online."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from lucid3d.errors import InputError

Place = Literal["hub", "folder", "file"]

_HUB_NAME = re.compile(r"[\w][\w.-]*/[\w.-]+")
_PICKLES = (".bin", ".ckpt", ".pt", ".pth")
_SINGLE_FILES = (".safetensors", *_PICKLES)
_PROCESSORS = ("preprocessor_config.json", "processor_config.json")  # transformers 5 writes the second for some models
_STEMS = ("diffusion_pytorch_model", "pytorch_model", "model")  # what weights are called
_NO_WEIGHTS = {  # what a component without weights needs, any one of these
    "scheduler": ("scheduler_config.json",),
    "tokenizer": ("tokenizer.json", "vocab.json", "spiece.model"),
    "feature_extractor": ("preprocessor_config.json",),
    "image_processor": ("preprocessor_config.json",),
    "processor": _PROCESSORS,
}


@dataclass(frozen=True)
class Weights:
    """One model as found on disk.

    Attributes:
        name: as it was asked for.
        place: a repository in the hub's cache, a local folder, or a single file.
        path: the folder or file, None when nothing is there.
        missing: what is not there, one short phrase each; empty when the model is whole.
        size: bytes on disk.
        variants: (component, variant of its weights that is there): "" where the plain ones are, else "fp16". The
            component of a single network is "".
        pickled: files that are pickles and have no safetensors beside them.
    """

    name: str
    place: Place
    path: Path | None
    missing: tuple[str, ...] = ()
    size: int = 0
    variants: tuple[tuple[str, str], ...] = ()
    pickled: tuple[str, ...] = ()

    @property
    def variant(self) -> str:
        """The one variant that every component has, or "" (plain, or mixed)."""
        found = {variant for _, variant in self.variants}
        return found.pop() if len(found) == 1 else ""

    def variant_of(self, component: str = "") -> str:
        """The variant of one component's weights."""
        return dict(self.variants).get(component, "")

    @property
    def complete(self) -> bool:
        """Whether all of it is on disk."""
        return self.path is not None and not self.missing

    @property
    def fetch_command(self) -> str:
        """What a person types to get the model, or "" for what no hub has."""
        return f"lucid3d models download {self.name}" if self.place == "hub" else ""

    def explain(self) -> str:
        """One phrase: what is there and what is not."""
        if self.complete:
            return f"{self.name} is on disk"
        if self.path is None:
            return f"{self.name} is not on disk"
        return f"{self.name} is incomplete ({self.path} lacks {', '.join(self.missing)})"

    def require(self, allow_pickle: bool = False) -> Path:
        """The path of a whole model.

        Raises:
            InputError: it is missing, half there, or made of pickles and `allow_pickle` is False.
        """
        if self.path is None or self.missing:
            way_out = f"fetch it with: {self.fetch_command}" if self.fetch_command else "check the path"
            raise InputError(f"the model {self.explain()}; {way_out}")
        if self.pickled and not allow_pickle:
            raise InputError(f"the model {self.refusal()}")
        return self.path

    def refusal(self) -> str:
        """Why a model whose weights are pickles is not read, and what helps; for the end of a sentence."""
        fetched = f"fetch its .safetensors with: {self.fetch_command}" if self.fetch_command else ""
        return (
            f"{self.name} stores {self.pickled[0]} as a pickle, which can run any code when it is read; "
            f"{fetched or 'use a .safetensors version'}, or set diffusion.allow_pickle if you trust whoever made it"
        )


def cache_folder() -> Path:
    """The hub's cache, as HF_HUB_CACHE or HF_HOME or the hub's default says."""
    if cache := os.environ.get("HF_HUB_CACHE"):
        return Path(cache).expanduser()
    if home := os.environ.get("HF_HOME"):
        return Path(home).expanduser() / "hub"
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "huggingface" / "hub"


def inspect(name: str, *, safety_checker: bool = True) -> Weights:
    """Look a model up by hub name, folder or file.

    Args:
        name: "owner/repository", a folder, or a .safetensors / .ckpt / .bin file.
        safety_checker: whether a pipeline's safety checker counts as part of it.
    Raises:
        InputError: the name cannot be a model: neither a file, a folder nor "owner/repository".
    """
    path = Path(name).expanduser()
    if not name.strip():
        raise InputError('a model\'s name is empty: give a hub name like "owner/model", a folder or a file')
    if path.is_file():
        return _inspect_file(name, path)
    if path.is_dir():
        return _inspect_folder(name, "folder", path, safety_checker)
    if name.startswith(("/", ".", "~")) or name.lower().endswith(_SINGLE_FILES):
        return Weights(name, "file" if name.lower().endswith(_SINGLE_FILES) else "folder", None)
    if not _HUB_NAME.fullmatch(name):
        raise InputError(f'"{name}" names no model: it is neither a file, a folder, nor a hub name like "owner/model"')
    snapshot = _snapshot(name)
    if snapshot is None:
        return Weights(name, "hub", None)
    return _inspect_folder(name, "hub", snapshot, safety_checker)


def cached_models() -> list[str]:
    """Hub names with anything in the cache, sorted; empty on a fresh machine."""
    folder = cache_folder()
    if not folder.is_dir():
        return []
    return sorted(entry.name[len("models--") :].replace("--", "/", 1) for entry in folder.glob("models--*--*"))


def _snapshot(name: str) -> Path | None:
    """The folder of the newest known commit of a hub repository, None when there is none."""
    repository = cache_folder() / ("models--" + name.replace("/", "--"))
    reference = repository / "refs" / "main"
    if reference.is_file():
        snapshot = repository / "snapshots" / reference.read_text().strip()
        if snapshot.is_dir():
            return snapshot
    snapshots = [entry for entry in (repository / "snapshots").glob("*") if entry.is_dir()]
    if snapshots:
        return max(snapshots, key=lambda entry: entry.stat().st_mtime)
    # A download that was stopped early leaves blobs only: the repository itself stands for "begun".
    return repository if any((repository / "blobs").glob("*")) else None


def _inspect_file(name: str, path: Path) -> Weights:
    if path.suffix == ".safetensors":
        problem = safetensors_problem(path)
        return Weights(name, "file", path, (problem,) if problem else (), path.stat().st_size)
    if path.suffix.lower() in _PICKLES:
        return Weights(name, "file", path, (), path.stat().st_size, pickled=(path.name,))
    raise InputError(f"{path} is no checkpoint: single files end in .safetensors (or .ckpt)")


def _inspect_folder(name: str, place: Place, folder: Path, safety_checker: bool) -> Weights:
    missing: list[str] = []
    pickled: list[str] = []
    variants: list[tuple[str, str]] = []
    if (folder / "model_index.json").is_file():
        for component in pipeline_components(folder):
            if component == "safety_checker" and not safety_checker:
                continue
            if has_weights(component):
                _note(_part(folder, component), missing, pickled, variants)
            else:
                missing += _lacking_settings(folder, component)
    elif (folder / "config.json").is_file():
        _note(_part(folder, ""), missing, pickled, variants)
        architecture = read_json(folder / "config.json").get("architectures")
        if architecture and _sees(architecture) and not any((folder / file).is_file() for file in _PROCESSORS):
            missing.append(_PROCESSORS[0])
    elif lora := _lora_file(folder):
        if lora.suffix == ".safetensors":
            if problem := safetensors_problem(lora):
                missing.append(problem)
        else:
            pickled.append(lora.name)
    else:
        missing.append("model_index.json or config.json")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Weights(name, place, folder, tuple(missing), size, tuple(variants), tuple(pickled))


def has_weights(component: str) -> bool:
    """Whether a pipeline's component of this name is a network."""
    return component.rstrip("_0123456789") not in _NO_WEIGHTS  # tokenizer_2 is a tokenizer


def _lacking_settings(folder: Path, component: str) -> list[str]:
    files = _NO_WEIGHTS[component.rstrip("_0123456789")]
    return [] if any((folder / component / file).is_file() for file in files) else [f"{component}/{files[0]}"]


def inspect_settings(name: str) -> Weights:
    """The same for a repository of which only the settings and the tokenizers are read (see diffusion.base_config).

    Raises:
        InputError: the name cannot be a model.
    """
    found = inspect(name, safety_checker=False)
    if found.path is None or not found.path.is_dir():
        return found
    if not (found.path / "model_index.json").is_file():
        return replace(found, missing=("model_index.json",), pickled=())
    missing: list[str] = []
    for component in pipeline_components(found.path):
        if component in ("safety_checker", "feature_extractor"):
            continue
        if not has_weights(component):
            missing += _lacking_settings(found.path, component)
        elif not (found.path / component / "config.json").is_file():
            missing.append(f"{component}/config.json")
    return replace(found, missing=tuple(missing), pickled=())


def _sees(architectures: list[str]) -> bool:
    """Whether a transformers model takes pictures, and so needs the settings of an image processor."""
    return any(mark in each for mark in ("Depth", "Blip", "Sam") for each in architectures)


def _lora_file(folder: Path) -> Path | None:
    for pattern in ("*lora*.safetensors", "*.safetensors", "*lora*.bin"):
        if found := sorted(folder.glob(pattern)):
            return found[0]
    return None


def lora_file(weights: Weights) -> Path:
    """The file of a LoRA that was inspected and required."""
    assert weights.path is not None
    found = weights.path if weights.path.is_file() else _lora_file(weights.path)
    if found is None:
        raise InputError(f"{weights.name} holds no LoRA: no .safetensors file lies in {weights.path}")
    return found


def pipeline_components(folder: Path) -> list[str]:
    """Names of the components that a diffusers folder's model_index.json lists."""
    index = read_json(folder / "model_index.json")
    listed = {key: value for key, value in index.items() if not key.startswith("_") and isinstance(value, list)}
    return [key for key, value in listed.items() if value and value[0] is not None]


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a model's folder.

    Raises:
        InputError: the file is no JSON object (cut short, or a web page saved under its name).
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise InputError(
            f"{path} cannot be read as JSON ({error}): delete the model's folder and fetch it again"
        ) from None
    if not isinstance(value, dict):
        raise InputError(f"{path} should hold a JSON object: delete the model's folder and fetch it again")
    return value


@dataclass(frozen=True)
class _Part:
    """The weights of one component: what they lack, which variant they are, and the pickle that stands for them."""

    component: str
    variant: str = ""
    missing: tuple[str, ...] = ()
    pickled: str = ""


def _note(part: _Part, missing: list[str], pickled: list[str], variants: list[tuple[str, str]]) -> None:
    missing += part.missing
    pickled += [part.pickled] if part.pickled else []
    if not part.missing:
        variants.append((part.component, part.variant))


def _part(folder: Path, component: str) -> _Part:
    """Look at one component: every set of weights there is (plain or fp16, whole or in shards), the first whole one
    taken, plain before fp16."""
    here = folder / component
    prefix = f"{component}/" if component else ""
    lacking = () if (here / "config.json").is_file() else (f"{prefix}config.json",)
    problems: list[tuple[str, ...]] = []
    for variant in ("", "fp16"):
        for files in _weight_sets(here, variant):
            bad = tuple(problem for file in files if (problem := safetensors_problem(file, prefix)))
            if not bad:
                return _Part(component, variant, lacking)
            problems.append(bad)
    if problems:
        return _Part(component, "", (*lacking, *min(problems, key=len)))
    pickles = [file for file in sorted(here.glob("*.bin")) if file.name.split(".")[0].split("-")[0] in _STEMS]
    if pickles:
        plain = [file for file in pickles if not is_half(file.name)]
        return _Part(component, "" if plain else "fp16", lacking, prefix + (plain or pickles)[0].name)
    usual_name = "diffusion_pytorch_model" if component in ("unet", "vae", "transformer", "controlnet") else "model"
    return _Part(component, "", (*lacking, f"{prefix}{usual_name}.safetensors"))


def _weight_sets(folder: Path, variant: str) -> Iterator[list[Path]]:
    """Sets of safetensors that make a network whole: one file, or the shards that an index names.

    A download that was cut leaves a link to nothing, which is listed by its name.
    """
    for file in sorted(folder.glob("*.safetensors")):
        name = file.name
        sharded = re.search(r"-\d{5}-of-\d{5}", name)
        if is_half(name) == bool(variant) and name.split(".")[0] in _STEMS and ".non_ema" not in name and not sharded:
            yield [file]
    for index in sorted(folder.glob("*.safetensors.index*.json")):
        if is_half(index.name) == bool(variant):
            shards = sorted(set(read_json(index).get("weight_map", {}).values()))
            yield [folder / shard for shard in shards]


def network_files(path: Path) -> list[Path]:
    """The safetensors of a model's networks, one whole set of each; twins and what lies beside them are left out."""
    if path.is_file():
        return [path]
    components = pipeline_components(path) if (path / "model_index.json").is_file() else [""]
    files: list[Path] = []
    for component in filter(has_weights, components):
        sets = [each for variant in ("", "fp16") for each in _weight_sets(path / component, variant)]
        files += next((each for each in sets if not any(map(safetensors_problem, each))), [])
    return files


def is_half(name: str) -> bool:
    """Whether a file of weights is of the half-precision variant: model.fp16.safetensors, model.fp16-00001-of-00002."""
    return re.search(r"\.fp16[.-]", name) is not None


def safetensors_problem(path: Path, prefix: str = "") -> str:
    """What is wrong with a .safetensors file, judged by its header and its length; "" when nothing is.

    The format (safetensors, "Format"): 8 bytes little-endian length N, N bytes of JSON with the offsets of every tensor
    counted from the end of the header, then the tensors.
    """
    name = prefix + path.name
    if not path.is_file():
        return name
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > size - 8:
            return f"the whole of {name} (the file is cut short or corrupt)"
        try:
            header = json.loads(file.read(length))
            ends = [entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"]
        except (ValueError, KeyError, TypeError, AttributeError):
            return f"a readable header in {name} (the file is corrupt)"
    if 8 + length + max(ends, default=0) != size:
        return f"the whole of {name} (the file is cut short or corrupt)"
    return ""
