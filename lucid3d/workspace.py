"""The output folder: whose it is, how far its job has come, and what a resumed job needs.

scene.yaml names the job and its state; .progress/ holds what is needed to continue and goes when the job is complete.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lucid3d import __version__
from lucid3d.camera import Camera
from lucid3d.config import Config, plain, to_mapping
from lucid3d.dreaming import DreamedView
from lucid3d.errors import InputError
from lucid3d.families.base import Image
from lucid3d.files import atomic_path, write_text
from lucid3d.prompts import is_prompt_file

FORMAT = 1
"""Of scene.yaml; raised when an older version could no longer read a newer folder."""

OURS = (
    "scene.yaml", "transforms.json", "points.ply", "scene.ply", "preview.mp4", "depth.mp4", "preview.jpg", "index.html",
    "images", "depth", "masks", "skybox", "export", "zoom", ".progress",
)  # fmt: skip
"""All that this project ever puts into an output folder: the only names that --overwrite removes."""


def default_folder(prompt: str) -> Path:
    """outputs/<the prompt as a file name>."""
    slug = re.sub(r"[^\w]+", "-", prompt.lower()).strip("-")[:60].strip("-")
    return Path("outputs") / (slug or "scene")


def fingerprint(path: str) -> str:
    """The SHA-256 of an input file: the same name with other contents is another job."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path else ""
    except (OSError, ValueError):  # no such file: a name, a sentence, or an error that its reader will explain
        return ""


class Workspace:
    """One output folder during a job."""

    def __init__(self, folder: Path, config: Config) -> None:
        self.folder = folder
        self.config = config
        files = {name: fingerprint(getattr(config, name)) for name in ("image", "panorama", "depth", "trajectory")}
        # only what `plan_prompts` would read too: a sentence must not make us read a file that it happens to name
        files["prompt"] = fingerprint(config.prompt[0]) if is_prompt_file(config.prompt) else ""
        self.record: dict[str, Any] = {
            "format": FORMAT,
            "lucid3d": __version__,
            "status": "started",
            "config": to_mapping(config),
            "inputs": {name: digest for name, digest in files.items() if digest},
        }

    @property
    def progress(self) -> Path:
        return self.folder / ".progress"

    @property
    def checkpoint(self) -> Path:
        """Where the trainer's state is kept."""
        return self.progress / "training.npz"

    def open(self, *, resume: bool = False, overwrite: bool = False) -> bool:
        """Make the folder this job's.

        Returns:
            True if this very job is complete there already, so that nothing is left to do.
        Raises:
            InputError: the folder belongs to something else, holds an unfinished job and neither --resume nor
                --overwrite was given, or cannot be written to.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            held = sorted(path.name for path in self.folder.iterdir())
        except OSError as error:
            raise InputError(f"--output '{self.folder}' cannot be used: {error.strerror}; choose another") from None
        if held:
            try:
                if self._compare(resume=resume, overwrite=overwrite):
                    return True
            except InputError:
                if not overwrite or not (self.folder / "scene.yaml").is_file():
                    raise
                self._clear()
        try:
            self.note(status=self.record["status"])
            self.progress.mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(
                f"--output '{self.folder}' cannot be written to: {error.strerror}; choose another"
            ) from None
        return False

    def _compare(self, *, resume: bool, overwrite: bool) -> bool:
        path = self.folder / "scene.yaml"
        if not path.is_file():
            raise InputError(
                f"--output '{self.folder}' holds files that are not a scene of lucid3d; choose another folder"
            )
        there = read_record(self.folder)
        differences = _differences(there, self.record)
        if differences:
            raise InputError(
                f"--output '{self.folder}' holds another scene ({'; '.join(differences)}); "
                "choose another --output, or replace it with --overwrite"
            )
        if overwrite:
            self._clear()
            return False
        if there.get("status") == "complete":
            return True
        if not resume:
            raise InputError(
                f"--output '{self.folder}' holds this scene unfinished; continue it with --resume, or begin again with "
                "--overwrite"
            )
        self.record = there
        return False

    def _clear(self) -> None:
        for name in OURS:
            path = self.folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def note(self, **entries: Any) -> None:
        """Put entries into scene.yaml."""
        self.record.update(entries)
        write_text(self.folder / "scene.yaml", dump_yaml(self.record))

    def complete(self) -> None:
        """Mark the job as done and drop what only a resumed job needs."""
        self.note(status="complete")
        shutil.rmtree(self.progress, ignore_errors=True)

    def save_view(self, view: DreamedView) -> None:
        """Keep a dreamed view as it came from the loop."""
        camera = view.camera
        facts = {name: getattr(view, name) for name in ("index", "prompt", "scale", "shift", "overlap", "warning")}
        facts["lens"] = [camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy]
        with atomic_path(self.progress / f"view_{view.index:03d}.npz") as temporary:
            np.savez(
                temporary,
                image=np.round(view.image * 255).astype(np.uint8),
                depth=view.depth,
                scaled=np.zeros(0, np.float32) if view.scaled is None else view.scaled,
                painted=np.packbits(view.painted),
                pose=camera.world_from_camera,
                facts=np.frombuffer(json.dumps(facts, default=float).encode(), np.uint8),
            )

    def save_pictures(self, pictures: Sequence[Image]) -> None:
        """Keep the views that were painted together, before the loop asks for them."""
        with atomic_path(self.progress / "joint.npz") as temporary:
            np.savez(temporary, pictures=np.round(np.stack(pictures) * 255).astype(np.uint8))

    def load_pictures(self) -> list[Image] | None:
        """The same of an earlier run, or None."""
        try:
            with np.load(self.progress / "joint.npz", allow_pickle=False) as data:
                return list((data["pictures"] / np.float32(255)).astype(np.float32))
        except (OSError, ValueError, KeyError, EOFError):
            return None

    def load_views(self, cameras: Sequence[Camera]) -> list[DreamedView]:
        """The views kept so far; from the first unreadable one on they are dreamed again."""
        views: list[DreamedView] = []
        for path in sorted(self.progress.glob("view_*.npz")):
            try:
                with np.load(path, allow_pickle=False) as data:
                    facts = json.loads(data["facts"].tobytes())
                    shape = data["depth"].shape
                    view = DreamedView(
                        index=facts["index"],
                        camera=_camera(facts["lens"], data["pose"]),
                        prompt=facts["prompt"],
                        image=(data["image"] / np.float32(255)).astype(np.float32),
                        depth=data["depth"],
                        painted=np.unpackbits(data["painted"])[: shape[0] * shape[1]].reshape(shape).astype(bool),
                        scale=facts["scale"],
                        shift=facts["shift"],
                        overlap=facts["overlap"],
                        scaled=data["scaled"] if data["scaled"].size else None,
                        warning=facts["warning"],
                    )
            except (OSError, ValueError, KeyError, EOFError):
                break
            if view.index < len(cameras):
                views.append(view)
        return views


def _camera(lens: list[float], pose: np.ndarray) -> Camera:
    width, height, fx, fy, cx, cy = lens
    return Camera(int(width), int(height), fx, fy, cx, cy, pose)


def dump_yaml(data: dict[str, Any]) -> str:
    """YAML in the order given, with real letters in it."""
    import yaml

    text: str = yaml.safe_dump(plain(data), sort_keys=False, allow_unicode=True, width=100)
    return text


def read_record(folder: Path) -> dict[str, Any]:
    """scene.yaml as a mapping.

    Raises:
        InputError: it is missing, broken, or from a later version.
    """
    import yaml

    path = folder / "scene.yaml"
    try:
        record = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"'{folder}' holds no scene: there is no scene.yaml in it") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"'{path}' cannot be read: {str(error).splitlines()[0]}") from None
    if not isinstance(record, dict) or not isinstance(record.get("format"), int):
        raise InputError(f"'{path}' is not a scene of lucid3d")
    if record["format"] > FORMAT:
        raise InputError(f"'{path}' is from a later version ({record.get('lucid3d')}); update lucid3d to open it")
    return record


def _differences(there: dict[str, Any], here: dict[str, Any]) -> list[str]:
    """What tells two jobs apart, in words; at most three."""
    found = []
    for name in ("lucid3d", "config", "inputs"):
        left, right = _flat(there.get(name), name), _flat(here.get(name), name)
        for key in {**left, **right}:
            if left.get(key) != right.get(key):
                label = key.removeprefix("config.")
                found.append(f"{label}: {_short(left.get(key))} there, {_short(right.get(key))} here")
    return found[:3]


def _flat(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in _flat(item, f"{name}.{key}").items()}
    return {name: value}


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
