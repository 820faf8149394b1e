"""Parts in a folder, so that several processes train them, here or on machines that share the disk, and one that was
killed loses at most the steps since a checkpoint.

    plan.json        how the scene is divided; written last
    start_000.npy    a part before it is trained, as planes
    view_000.npz     a picture to train on
    training_000.npz the checkpoint of a part that is being trained
    part_000.npz     a part that is trained
    lock_000         held by whoever trains it, and let go by the system when that process dies
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock, Timeout

from lucid3d.camera import Camera
from lucid3d.config import TrainConfig, overlay, to_mapping
from lucid3d.errors import InputError
from lucid3d.files import atomic_path, make_folder, write_text
from lucid3d.gaussians.model import Gaussians
from lucid3d.gaussians.training import tiles
from lucid3d.gaussians.training.layers import Drawable
from lucid3d.gaussians.training.parts import OnStep, so_far, train_part
from lucid3d.gaussians.training.plan import AtHand, Part, Plan, divided
from lucid3d.gaussians.training.view import TrainingView
from lucid3d.reading import guarded, read_arrays

if TYPE_CHECKING:
    import torch

PLAN = "plan.json"
FORMAT = 1
"""Of plan.json: a folder of another version is divided anew."""
WAIT = 0.2
"""Seconds between two looks at parts that others train."""


class Folder:
    """A divided scene on the disk, a `lucid3d.gaussians.training.plan.Material`. Starts are read as they are drawn."""

    def __init__(self, folder: Path) -> None:
        """Raises:
        InputError: there is no plan, or it is none that this version reads.
        """
        self.folder = folder
        path = folder / PLAN
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"'{path}' cannot be read ({error})") from None
        with guarded(str(path)):
            if data["format"] != FORMAT:
                raise InputError(f"'{path}' is of another version")
            self.digest = str(data["digest"])
            self.plan = _plan(data)
            self.starts = [str(each) for each in data["starts"]]
            self._boxes = [(np.array(low), np.array(high)) for low, high in data["boxes"]]

    def start(self, number: int) -> Drawable:
        """See `Material.start`."""
        planes = np.load(self.folder / f"start_{number:03d}.npy", mmap_mode="r", allow_pickle=False)
        return Drawable(planes, self.plan.parts[number].count, *self._boxes[number])

    def view(self, index: int) -> TrainingView:
        """See `Material.view`."""
        path = self.folder / f"view_{index:03d}.npz"
        data = read_arrays(path)
        with guarded(str(path)):
            width, height, fx, fy, cx, cy = data["lens"].tolist()
            camera = Camera(int(width), int(height), fx, fy, cx, cy, data["pose"])
            image = data["image"]
            if image.dtype == np.uint8:
                image = (image / np.float32(255)).astype(np.float32)
            shape = (camera.height, camera.width)
            known = np.unpackbits(data["known"], count=shape[0] * shape[1]).reshape(shape).astype(bool)
            depth = data["depth"] if data["depth"].size else None
            return TrainingView(camera, image, known, depth, float(data["weight"]))

    def part(self, number: int) -> Gaussians | None:
        """A part that is trained; None while it is not. A damaged file is removed."""
        path = self.folder / f"part_{number:03d}.npz"
        try:
            data = read_arrays(path)
            with guarded(str(path)):
                found = Gaussians(*(data[each.name] for each in dataclasses.fields(Gaussians)))
                if not (len({len(values) for values in vars(found).values()}) == 1 and found.means.shape[1:] == (3,)):
                    raise InputError(f"{path} holds arrays that do not fit each other")
                return found
        except FileNotFoundError:
            return None
        except InputError:
            path.unlink(missing_ok=True)
            return None

    def keep(self, number: int, gaussians: Gaussians) -> None:
        """A part is trained."""
        with atomic_path(self.folder / f"part_{number:03d}.npz") as temporary:
            np.savez(temporary, **vars(gaussians))
        self.checkpoint(number).unlink(missing_ok=True)

    def is_done(self, number: int) -> bool:
        """Whether a part is trained, or stays as it is."""
        return not self.plan.parts[number].steps or (self.folder / f"part_{number:03d}.npz").exists()

    @property
    def left(self) -> list[int]:
        """Parts that are not trained yet."""
        return [number for number in self.plan.trained if not self.is_done(number)]

    def checkpoint(self, number: int) -> Path:
        """Where the state of a part's trainer is kept."""
        return self.folder / f"training_{number:03d}.npz"

    def lock(self, number: int) -> FileLock:
        """The right to train a part."""
        return FileLock(self.folder / f"lock_{number:03d}", timeout=0, thread_local=False)

    def is_whole(self, starts: Sequence[str], views: int) -> bool:
        """Whether all that the parts are trained from can be read, and is what was written; `starts` are digests."""
        try:
            for index in range(views):
                self.view(index)
            return len(starts) == len(self.plan.parts) and all(
                _hash(self.start(number).planes) == digest for number, digest in enumerate(starts)
            )
        except (InputError, OSError, ValueError):
            return False


def laid_out(
    folder: Path, things: Gaussians, dome: Gaussians, views: Sequence[TrainingView], config: TrainConfig, seed: int = 0
) -> Folder:
    """A scene divided in a folder (see `plan.divided`); what an earlier run of the same has done there is kept."""
    digest = _digest(things, dome, views, config, seed)
    try:
        there = Folder(folder)
        if there.digest == digest and there.is_whole(there.starts, len(views)):
            return there
    except InputError:
        pass
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    divided_ = divided(things, dome, views, config, seed)
    for number, start in enumerate(divided_.starts):
        with atomic_path(folder / f"start_{number:03d}.npy", sync=False) as temporary:
            np.save(temporary, start.planes)
    for index, view in enumerate(views):
        _write_view(view, folder / f"view_{index:03d}.npz")
    write_text(folder / PLAN, json.dumps(_spelled(divided_, digest)))
    return Folder(folder)


def _digest(things: Gaussians, dome: Gaussians, views: Sequence[TrainingView], config: TrainConfig, seed: int) -> str:
    """What decides the result."""
    found = hashlib.sha256(json.dumps([FORMAT, to_mapping(config), seed, len(views)], sort_keys=True).encode())
    for gaussians in (things, dome):
        for values in vars(gaussians).values():
            found.update(values.tobytes())
    for view in views:
        found.update(view.camera.world_from_camera.tobytes())
        found.update(view.image[::8, ::8].tobytes())
    return found.hexdigest()


def _hash(values: np.ndarray) -> str:
    return hashlib.sha256(values.tobytes()).hexdigest()


def _write_view(view: TrainingView, path: Path) -> None:
    """A view, without loss: as bytes where it came from bytes."""
    camera, coarse = view.camera, np.round(view.image * 255).clip(0, 255).astype(np.uint8)
    exact = np.array_equal((coarse / np.float32(255)).astype(np.float32), view.image)
    with atomic_path(path, sync=False) as temporary:
        np.savez(
            temporary,
            image=coarse if exact else view.image,
            known=np.packbits(view.known),
            depth=np.zeros(0, np.float32) if view.depth is None else view.depth,
            weight=np.float64(view.weight),
            lens=np.array([camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy], np.float64),
            pose=view.camera.world_from_camera,
        )


def _spelled(scene: AtHand, digest: str) -> dict[str, Any]:
    plan = scene.plan
    return {
        "format": FORMAT,
        "digest": digest,
        "tiles": tiles.written(plan.tiles),
        "starts": [_hash(start.planes) for start in scene.starts],
        "boxes": [[start.low.tolist(), start.high.tolist()] for start in scene.starts],
        "parts": [[part.count, part.is_sky, part.steps, part.views] for part in plan.parts],
        "config": to_mapping(plan.config),
        "seed": plan.seed,
        "sky_distance": plan.sky_distance,
        "known": plan.known,
    }


def _plan(data: dict[str, Any]) -> Plan:
    return Plan(
        tiles=tiles.read(data["tiles"]),
        parts=tuple(Part(count, is_sky, steps, tuple(views)) for count, is_sky, steps, views in data["parts"]),
        config=overlay(TrainConfig(), data["config"]),
        seed=data["seed"],
        sky_distance=data["sky_distance"],
        known=tuple((known, deep) for known, deep in data["known"]),
    )


def work(
    folder: Folder,
    *,
    every: int = 100,
    device: str | torch.device | None = None,
    on_step: OnStep | None = None,
) -> bool:
    """Train parts that nobody else is at, until there is none; the same call in other processes takes others.

    Args:
        every: steps between checkpoints.
    Returns:
        Whether all parts are trained now; if not, others are at what is left.
    """
    for number in folder.plan.trained:
        if folder.is_done(number):
            continue
        lock = folder.lock(number)
        try:
            lock.acquire()
        except Timeout:
            continue
        try:
            if not folder.is_done(number):
                gaussians = train_part(
                    folder,
                    number,
                    checkpoint=folder.checkpoint(number),
                    every=every,
                    device=device,
                    on_step=None if on_step is None else partial(on_step, number),
                )
                folder.keep(number, gaussians)
        finally:
            lock.release()
    return not folder.left


def together(
    folder: Folder,
    *,
    every: int = 100,
    device: str | torch.device | None = None,
    on_step: OnStep | None = None,
) -> Gaussians:
    """All parts, trained here and by whoever helps, in their order; what is never trained comes last."""
    while True:
        while not work(folder, every=every, device=device, on_step=on_step):
            if on_step is not None:
                on_step(-1, None, None)
            time.sleep(WAIT)
        if all(folder.part(number) is not None for number in folder.plan.trained):  # else one was damaged: once more
            return so_far(folder)
