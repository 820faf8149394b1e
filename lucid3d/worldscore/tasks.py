"""One task of the benchmark, as its JSON has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lucid3d.errors import InputError, short
from lucid3d.reading import read_json
from lucid3d.worldscore.cameras import MOVES

MOST_MOVES = 32
"""Of one task; the benchmark itself has up to three."""


@dataclass(frozen=True)
class Task:
    """A static world to make.

    Attributes:
        image: the picture's path below the data set's root, with forward slashes.
        prompts: what is seen, the first of the picture itself, the next after each move; one may stand for all.
        moves: names of camera moves, one a scene.
        style: words that are added to every prompt, or "".
        folder: where the answer belongs below the output folder: static/<visual_style>/<scene_type>/<category>/<name>.
        data: the whole entry, which goes into image_data.json as it came.
    """

    image: str
    prompts: tuple[str, ...]
    moves: tuple[str, ...]
    style: str
    folder: PurePosixPath
    data: Mapping[str, Any]

    def prompt(self, scene: int) -> str:
        """The words for what a move newly shows (scene 1 follows the first move; 0 is the picture)."""
        words = self.prompts[min(scene, len(self.prompts) - 1)].strip()
        if not self.style:
            return words
        return f"{words} {self.style}" if words.endswith(".") else f"{words}. {self.style}"


def read_tasks(path: Path) -> tuple[list[Task], int]:
    """The static tasks of a JSON file (one object, or a list), and how many dynamic ones were left out.

    Raises:
        InputError: the file cannot be read, or an entry is none; the message says which.
    """
    if not path.exists():
        raise InputError(f"the tasks '{path}' do not exist")
    entries = read_json(path, f"the tasks '{path}'")
    entries = entries if isinstance(entries, list) else [entries]
    tasks, dynamic = [], 0
    for index, entry in enumerate(entries):
        try:
            if isinstance(entry, dict) and entry.get("visual_movement") == "dynamic":
                dynamic += 1
            else:
                tasks.append(read_task(entry))
        except InputError as error:
            raise InputError(f"'{path}', task {index}: {error}") from None
    if not tasks and not dynamic:
        raise InputError(f"'{path}' holds no task")
    return tasks, dynamic


def read_task(entry: object) -> Task:
    """One entry.

    Raises:
        InputError: something is missing, of the wrong type, or a move that is not known.
    """
    if not isinstance(entry, dict):
        raise InputError("a task is an object with image, prompt_list and camera_path")
    image = _text(entry, "image")
    prompts = _texts(entry, "prompt_list")
    moves = _texts(entry, "camera_path")
    for move in moves:
        if move not in MOVES:
            raise InputError(f"the move {short(move)} is not known; known: {', '.join(MOVES)}")
    if len(moves) > MOST_MOVES:
        raise InputError(f"camera_path has {len(moves)} moves; at most {MOST_MOVES} can be made")
    picture = PurePosixPath(image)
    parts = [_text(entry, name, "unknown") for name in ("visual_style", "scene_type")]
    # the category is the folder that the picture lies in; an entry without one may name it
    parts += [picture.parent.name or _text(entry, "category", "unknown"), picture.stem]
    if any(part in ("", ".", "..") or "/" in part or "\\" in part or "\0" in part for part in parts):
        raise InputError(f"visual_style, scene_type and image must give plain names of folders, not {short(parts)}")
    return Task(image, prompts, moves, _text(entry, "style", ""), PurePosixPath("static", *parts), entry)


def _text(entry: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = entry.get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise InputError(f"'{name}' must be text, not {short(value)}")
    return value


def _texts(entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = entry.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
        raise InputError(f"'{name}' must be a list of texts, not {short(value)}")
    return tuple(value)
