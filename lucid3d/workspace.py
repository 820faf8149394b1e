"""The output folder: whose it is, how far its job has come, and what a resumed job needs.

scene.yaml names the job and its state; .progress/ holds what is needed to continue and goes when the job is complete.
One writer holds the folder at a time (`lucid3d.locking`). What was damaged there (a disk, a power cut) is dropped and
done again: only a damaged result is ever refused.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import math
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lucid3d import __version__
from lucid3d.camera import Camera, lens_values
from lucid3d.config import Config, overlay, plain, to_mapping
from lucid3d.dreaming import DreamedView
from lucid3d.errors import InputError, short
from lucid3d.families.base import Image
from lucid3d.files import TEMPORARY, atomic_path, make_folder, sweep, sweep_here, write_text
from lucid3d.locking import LOCK, FolderLock
from lucid3d.prompts import is_prompt_file
from lucid3d.reading import YAML_BYTES, guarded, parse_yaml, read_arrays, read_text

log = logging.getLogger(__name__)

FORMAT = 1
"""Of scene.yaml; raised when an older version could no longer read a newer folder."""

SAME_POSE = 1e-9
"""Metres and cosines by which the pose of a kept view may differ from the camera's: the maths library may be newer."""

WHICH_JOB = ("lucid3d", "config", "inputs")
"""Entries of a record that tell one job from another."""

OURS = (
    "scene.yaml", "transforms.json", "points.ply", "scene.ply", "preview.mp4", "depth.mp4", "preview.jpg", "index.html",
    "free_space.npz", "images", "depth", "masks", "skybox", "export", "zoom", "edits", "regions", "figures", "tiles",
    ".progress",
)  # fmt: skip
"""All that this project ever puts into an output folder: the only names that --overwrite removes."""


def default_folder(prompt: str) -> Path:
    """outputs/<the prompt as a file name>."""
    slug = re.sub(r"[^\w]+", "-", prompt.lower()).strip("-")[:60].strip("-")
    return Path("outputs") / (slug or "scene")


def tiles_of(folder: Path) -> Path:
    """Where the parts of an output folder's scene are while they are trained."""
    return folder / ".progress" / "tiles"


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
        self._lock = FolderLock(folder)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let others write here."""
        self._lock.release()

    @property
    def progress(self) -> Path:
        """What a resumed run needs."""
        return self.folder / ".progress"

    @property
    def checkpoint(self) -> Path:
        """Where the trainer's state is kept."""
        return self.progress / "training.npz"

    @property
    def tiles(self) -> Path:
        """Where a scene is kept that is trained in parts (see `lucid3d.gaussians.training.shared`)."""
        return tiles_of(self.folder)

    def open(self, *, resume: bool = False, overwrite: bool = False) -> bool:
        """Make the folder this job's, and hold it until `close`.

        Returns:
            True if this very job is complete there already, so that nothing is left to do.
        Raises:
            InputError: the folder belongs to something else, holds an unfinished job and neither --resume nor
                --overwrite was given, somebody else writes there, or it cannot be written to.
        """
        try:
            make_folder(self.folder)
            self._lock.take()
        except OSError as error:
            raise InputError(f"--output '{self.folder}' cannot be used: {error.strerror}; choose another") from None
        try:
            return self._open(resume=resume, overwrite=overwrite)
        except BaseException:
            self.close()
            raise

    def _open(self, *, resume: bool, overwrite: bool) -> bool:
        try:
            if self._is_held():
                try:
                    if self._compare(resume=resume, overwrite=overwrite):
                        return True
                except InputError:
                    if not overwrite or not self._is_ours():
                        raise
                    self._clear()
            sweep([self.folder / name for name in OURS if (self.folder / name).is_dir()])
            sweep_here(self.folder)
            make_folder(self.progress)
            self.note(status=self.record["status"])
        except OSError as error:
            raise InputError(
                f"--output '{self.folder}' cannot be written to: {error.strerror}; choose another"
            ) from None
        return False

    def _is_held(self) -> bool:
        """Whether there is anything but what a job leaves that was killed before it had written anything."""
        for path in self.folder.iterdir():
            if path == self.progress and path.is_dir():
                if any(not inner.name.startswith(TEMPORARY) for inner in path.iterdir()):
                    return True
            elif path.name != LOCK and not path.name.startswith(TEMPORARY):
                return True
        return False

    def _is_ours(self) -> bool:
        return (self.folder / "scene.yaml").is_file() or self._kept_record.is_file()

    @property
    def _kept_record(self) -> Path:
        """A second copy of scene.yaml while the job is not complete, with a digest: either may be damaged."""
        return self.progress / "record.json"

    def _compare(self, *, resume: bool, overwrite: bool) -> bool:
        if not self._is_ours():
            raise InputError(
                f"--output '{self.folder}' holds files that are not a scene of lucid3d; choose another folder"
            )
        there = self._read_records()
        differences = _differences(_spelled_out(there), self.record)
        if differences:
            raise InputError(
                f"--output '{self.folder}' holds another scene ({'; '.join(differences)}); "
                "choose another --output, or replace it with --overwrite"
            )
        if overwrite:
            self._clear()
            return False
        if there.get("status") == "complete":
            shutil.rmtree(self.progress, ignore_errors=True)
            return True
        if not resume:
            raise InputError(
                f"--output '{self.folder}' holds this scene unfinished; continue it with --resume, or begin again with "
                "--overwrite"
            )
        self.record = {**there, "timings": _seconds(there.get("timings"))}
        return False

    def _clear(self) -> None:
        # scene.yaml goes last: until then the folder can be recognised as ours
        for name in sorted(OURS, key=lambda name: name == "scene.yaml"):
            path = self.folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def note(self, **entries: Any) -> None:
        """Put entries into scene.yaml."""
        self.record.update(entries)
        text = dump_yaml(self.record)
        if self.progress.is_dir() and self.record["status"] != "complete":
            kept = {"sha256": hashlib.sha256(text.encode()).hexdigest(), "scene.yaml": text}
            write_text(self._kept_record, json.dumps(kept))
        write_text(self.folder / "scene.yaml", text)

    def _read_records(self) -> dict[str, Any]:
        """scene.yaml, or the kept copy of it where that is this job's and knows more."""
        kept = self._read_kept_record()
        if kept is None or _differences(kept, self.record):
            try:
                return read_record(self.folder)
            except InputError:
                if not self._is_this_job():
                    raise
                log.warning("%s: its records are damaged; its views say that it is this job", self.folder)
                return dict(self.record)
        with contextlib.suppress(InputError):
            stated = read_record(self.folder)
            if stated.get("status") == "complete" and not _differences(stated, self.record):
                return stated  # killed after the last word, before the copy was gone
        return kept

    def _is_this_job(self) -> bool:
        """Whether the views that are kept are this job's, or there are none: for where no record can be read."""
        if not self.progress.is_dir():
            return False
        views = list(self.progress.glob("view_*.npz"))
        for path in views:
            with contextlib.suppress(InputError, OSError), guarded(str(path)):
                return bool(json.loads(read_arrays(path)["facts"].tobytes()).get("job") == self._job)
        return not views and all(
            path.name in ("scene.yaml", self.progress.name, LOCK) for path in self.folder.iterdir()
        )

    @property
    def _job(self) -> str:
        """A digest of what tells this job from others."""
        facts = {name: _flat(self.record.get(name), name) for name in WHICH_JOB}
        return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()

    def _read_kept_record(self) -> dict[str, Any] | None:
        try:
            kept = json.loads(self._kept_record.read_text(encoding="utf-8"))
            text = kept["scene.yaml"]
            if hashlib.sha256(text.encode()).hexdigest() != kept["sha256"]:
                return None
            return parse_record(text, self._kept_record)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):  # InputError is a ValueError
            return None

    def complete(self) -> None:
        """Mark the job as done and drop what only a resumed job needs."""
        self.note(status="complete")
        shutil.rmtree(self.progress, ignore_errors=True)

    def save_view(self, view: DreamedView) -> None:
        """Keep a dreamed view as it came from the loop."""
        camera = view.camera
        named = ("index", "prompt", "scale", "shift", "overlap", "warning", "planned", "measured")
        facts: dict[str, Any] = {name: getattr(view, name) for name in named}
        facts["job"] = self._job
        facts["lens"] = [camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy]
        with atomic_path(self.progress / view_name(view.index)) as temporary:
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
        path = self.progress / "joint.npz"
        try:
            pictures = read_arrays(path)["pictures"]
            if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[-1] != 3:
                raise InputError(f"{path} holds no pictures")
            return list((pictures / np.float32(255)).astype(np.float32))
        except FileNotFoundError:
            return None
        except (InputError, OSError, KeyError) as error:
            self._drop([path], error)
            return None

    def load_views(self, cameras: Sequence[Camera]) -> list[DreamedView]:
        """The views kept so far. From the first damaged one on they are dropped, to be dreamed again."""
        views: list[DreamedView] = []
        paths = sorted(self.progress.glob("view_*.npz"), key=lambda path: (len(path.name), path.name))
        for number, path in enumerate(paths):
            try:
                view = _read_view(path, cameras)
            except (InputError, OSError) as error:
                self._drop([*paths[number:], self.checkpoint], error)
                break
            views.append(view)
        return views

    def drop_checkpoint(self, why: Exception) -> None:
        """Remove the trainer's state, which cannot be used: training begins again, from the views."""
        self._drop([self.checkpoint], why)

    def _drop(self, paths: Sequence[Path], why: Exception) -> None:
        log.warning("%s: damaged, and done again (%s)", paths[0], str(why).splitlines()[0] if str(why) else why)
        for path in paths:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _read_view(path: Path, cameras: Sequence[Camera]) -> DreamedView:
    """A kept view.

    Raises:
        InputError, OSError: it is damaged, or not one of these cameras' views.
    """
    data = read_arrays(path)
    with guarded(str(path)):
        facts = json.loads(data["facts"].tobytes())
        camera = _camera(facts["lens"], data["pose"])
        planned = bool(facts.get("planned", False)) and facts["index"] >= len(cameras)  # it would plan the same again
        if path.name != view_name(facts["index"]) or not (planned or _is_same(camera, cameras[facts["index"]])):
            raise InputError(f"{path} was seen by another camera")
        shape = (camera.height, camera.width)
        image, depth, scaled = data["image"], data["depth"], data["scaled"]
        painted = np.unpackbits(data["painted"])[: shape[0] * shape[1]].reshape(shape).astype(bool)
        if image.shape != (*shape, 3) or depth.shape != shape or scaled.shape not in (shape, (0,)):
            raise InputError(f"{path} holds arrays that do not fit each other")
        if image.dtype != np.uint8 or depth.dtype != np.float32 or not depth.min() >= 0:  # NaN fails too
            raise InputError(f"{path} holds values that no view has")
        return DreamedView(
            index=facts["index"],
            camera=camera,
            prompt=facts["prompt"],
            image=(image / np.float32(255)).astype(np.float32),
            depth=depth,
            painted=painted,
            scale=facts["scale"],
            shift=facts["shift"],
            overlap=facts["overlap"],
            scaled=scaled if scaled.size else None,
            warning=facts["warning"],
            planned=planned,
            measured=bool(facts.get("measured", False)),
        )


def _is_same(one: Camera, other: Camera) -> bool:
    same = (one.width, one.height) == (other.width, other.height)
    same = same and np.allclose(lens_values(one), lens_values(other))
    return same and np.allclose(one.world_from_camera, other.world_from_camera, rtol=0, atol=SAME_POSE)


def view_name(index: int) -> str:
    """Of a kept view's file."""
    return f"view_{index:03d}.npz"


def _seconds(timings: Any) -> dict[str, float]:
    """What a record says of the time that stages took, without what cannot be."""
    entries = timings.items() if isinstance(timings, Mapping) else ()
    return {
        str(name): float(value) for name, value in entries if isinstance(value, int | float) and math.isfinite(value)
    }


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
    path = folder / "scene.yaml"
    if not path.is_file():
        raise InputError(f"'{folder}' holds no scene: there is no scene.yaml in it")
    return parse_record(read_text(path, f"'{path}'", YAML_BYTES), path)


def parse_record(text: str, path: Path) -> dict[str, Any]:
    """The text of a scene.yaml as a mapping; `path` is for messages."""
    record = parse_yaml(text, f"'{path}'")
    if not isinstance(record, dict) or type(record.get("format")) is not int:
        raise InputError(f"'{path}' is not a scene of lucid3d")
    if record["format"] > FORMAT:
        raise InputError(f"'{path}' is from a later version ({record.get('lucid3d')}); update lucid3d to open it")
    if not isinstance(record.get("config"), dict):
        raise InputError(f"'{path}' is damaged: it does not say how the scene was made ('config' is missing)")
    return record


def _spelled_out(record: dict[str, Any]) -> dict[str, Any]:
    """A record with the options that are younger than it at the values that they had before there was a choice."""
    try:
        return {**record, "config": to_mapping(overlay(Config(), record["config"]))}
    except (InputError, KeyError, AttributeError, TypeError):  # not a config of ours: it differs, whatever it says
        return record


def _differences(there: dict[str, Any], here: dict[str, Any]) -> list[str]:
    """What tells two jobs apart, in words; at most three."""
    found = []
    for name in WHICH_JOB:
        left, right = _flat(there.get(name), name), _flat(here.get(name), name)
        for key in {**left, **right}:
            if left.get(key) != right.get(key):
                label = key.removeprefix("config.")
                found.append(f"{label}: {short(left.get(key))} there, {short(right.get(key))} here")
    return found[:3]


def _flat(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in _flat(item, f"{name}.{key}").items()}
    return {name: value}
