"""A task answered: dream from its picture along its moves, train, render every frame, write the folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d import files
from lucid3d.camera import Camera
from lucid3d.config import Config
from lucid3d.export.images import write_png
from lucid3d.export.video import write_film
from lucid3d.gaussians import Renderer
from lucid3d.input_pictures import load_picture
from lucid3d.pipeline import grow
from lucid3d.pixels import resize
from lucid3d.preparation import Prepared, assemble_models
from lucid3d.progress import Event, Listener, ignore
from lucid3d.prompts import PromptPlan
from lucid3d.start import Start
from lucid3d.worldscore.cameras import Pose, between, camera_data, frames_between, key_frames
from lucid3d.worldscore.tasks import Task

if TYPE_CHECKING:
    from lucid3d.gaussians.model import Gaussians

Image = NDArray[np.float32]
"""(size, size, 3) float32 sRGB."""

FILM_RATE = 10
"""Pictures a second of output.mp4."""
SOLID = 0.5
"""Alpha from which on a pixel of a frame counts as seen; the rest is filled from beside it."""
HOLE_REACH = 3.0
"""Pixels around a hole that its filling looks at."""


@dataclass(frozen=True)
class Shooting:
    """How frames are taken.

    Attributes:
        size: pixels a side.
        focal: focal length in pixels.
        frames: of one move, both ends counted.
        steps: views dreamed along one move.
        unit: metres that the benchmark's unit of length stands for.
    """

    size: int = 512
    focal: float = 500.0
    frames: int = 50
    steps: int = 2
    unit: float = 1.0


@dataclass(frozen=True)
class PathPrompts(PromptPlan):
    """Words by camera of a path, not by direction: each move of the benchmark has a sentence of its own."""

    path: tuple[tuple[Camera, str], ...] = ()

    def at(self, camera: Camera) -> str:
        """The sentence of a camera of the path, else the default."""
        return next((words for known, words in self.path if known is camera), self.default)

    @property
    def sentence(self) -> str:
        """All sentences of the task, each once."""
        return ", ".join(dict.fromkeys([self.default, *(words for _, words in self.path)]))


def is_complete(folder: Path, task: Task, shooting: Shooting) -> bool:
    """Whether a task was answered already, by the benchmark's own rule: all files, and enough frames."""
    names = ("image_data.json", "camera_data.json", "input_image.png")
    if not all((folder / name).is_file() for name in names):
        return False
    return len(list((folder / "frames").glob("*.png"))) >= len(task.moves) * (shooting.frames - 1) + 1


def answer(
    task: Task, dataset: Path, output: Path, config: Config, shooting: Shooting, on_event: Listener = ignore
) -> Path:
    """Answer one task; the folder appears when it is complete.

    Args:
        dataset: the folder below which the task's picture lies.
        output: the folder for all answers.
        config: how to dream and train; its prompt, picture, path and sizes come from the task.
    Returns:
        output/static/<visual_style>/<scene_type>/<category>/<name>.
    Raises:
        InputError: the picture cannot be used, or the models are not there.
    """
    picture = centre_square(dataset / task.image, shooting.size)
    keys = key_frames(task.moves)
    poses = frames_between(keys, shooting.frames)
    lens = Camera(shooting.size, shooting.size, shooting.focal, shooting.focal, shooting.size / 2, shooting.size / 2)
    gaussians = dream_path(task, picture, keys, lens, config, shooting, on_event)
    folder = output / task.folder
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        _write(part, task, picture, gaussians, keys, poses, lens, shooting, on_event)
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def centre_square(path: Path, size: int) -> Image:
    """(size, size, 3) float32: the middle of a picture, as the benchmark crops what it hands to a model."""

    image = load_picture(path).image
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    square = resize(np.ascontiguousarray(image[top : top + side, left : left + side]), size, size, "smooth")
    return np.clip(square, 0, 1).astype(np.float32)


def path_cameras(task: Task, keys: Sequence[Pose], lens: Camera, shooting: Shooting) -> list[tuple[Camera, str]]:
    """Where to dream, the picture's own camera first, and the words for each."""
    path = [(lens, task.prompt(0))]
    for scene, (start, end) in enumerate(pairwise(keys), start=1):
        if np.array_equal(start, end):
            continue  # a camera that stays shows nothing new
        for step in range(1, shooting.steps + 1):
            pose = between(start, end, step / shooting.steps)
            path.append((lens.at(_metres(pose, shooting.unit)), task.prompt(scene)))
    return path


def dream_path(
    task: Task,
    picture: Image,
    keys: Sequence[Pose],
    lens: Camera,
    config: Config,
    shooting: Shooting,
    on_event: Listener = ignore,
) -> Gaussians:
    """The world that a task's moves see: Algorithm 1 along them, one sentence a scene, then training."""

    path = path_cameras(task, keys, lens, shooting)
    prompts = PathPrompts(path[0][1], path=tuple(path))
    config = replace(
        config,
        prompt=tuple(dict.fromkeys(words for _, words in path)),
        image="",
        depth="",
        dreaming="loop",
        dream=replace(config.dream, size=shooting.size),
    )
    start = Start(picture, np.ones(picture.shape[:2], bool))
    prepared = Prepared(config, prompts, [camera for camera, _ in path], start)
    return grow(prepared, assemble_models(prepared, on_event=on_event), on_event)


def _metres(pose: Pose, unit: float) -> Pose:
    scaled = pose.copy()
    scaled[:3, 3] *= unit
    return scaled


def _write(
    folder: Path,
    task: Task,
    picture: Image,
    gaussians: Gaussians,
    keys: Sequence[Pose],
    poses: Sequence[Pose],
    lens: Camera,
    shooting: Shooting,
    on_event: Listener,
) -> None:
    for name in ("frames", "videos"):
        (folder / name).mkdir(parents=True)
    write_png(folder / "input_image.png", picture)
    _write_json(folder / "camera_data.json", camera_data(keys, poses, shooting.focal))
    scenes = len(task.moves)
    added = {
        "num_scenes": scenes,
        "total_frames": len(poses),
        "anchor_frame_idx": [scene * (shooting.frames - 1) for scene in range(scenes + 1)],
    }
    _write_json(folder / "image_data.json", {**task.data, **added})
    digits = max(3, len(str(len(poses) - 1)))  # the evaluator sorts by name

    def frames() -> Iterator[Image]:
        for index, image in enumerate(render_frames(gaussians, poses, lens, shooting.unit)):
            write_png(folder / "frames" / f"{index:0{digits}d}.png", image)
            on_event(Event("film", index + 1, len(poses)))
            yield image[: shooting.size // 2 * 2, : shooting.size // 2 * 2]

    even = shooting.size // 2 * 2
    write_film(frames(), folder / "videos" / "output.mp4", width=even, height=even, rate=FILM_RATE)


def render_frames(gaussians: Gaussians, poses: Sequence[Pose], lens: Camera, unit: float) -> Iterator[Image]:
    """(size, size, 3) float32 a pose; what no view of the dream reached is filled from beside it."""
    import cv2

    renderer = Renderer(gaussians)
    for pose in poses:
        seen = renderer.render(lens.at(_metres(pose, unit)))
        image = np.clip(seen.image / np.maximum(seen.alpha, SOLID)[..., None], 0, 1)
        holes = seen.alpha < SOLID
        if holes.any() and not holes.all():
            coded = np.round(image * 255).astype(np.uint8)
            filled = cv2.inpaint(coded, holes.astype(np.uint8), HOLE_REACH, cv2.INPAINT_TELEA)
            image[holes] = filled[holes].astype(np.float32) / 255
        yield image.astype(np.float32)


def _write_json(path: Path, data: object) -> None:
    files.write_text(path, json.dumps(data, indent=4) + "\n")
