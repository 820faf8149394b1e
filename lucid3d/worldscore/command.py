"""`lucid3d worldscore tasks.json`: the command line of the benchmark's adapter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import tyro

from lucid3d.commands.display import ProgressDisplay
from lucid3d.config import Config, find_config, load_config
from lucid3d.errors import InputError
from lucid3d.worldscore.answer import Shooting, answer, is_complete
from lucid3d.worldscore.tasks import read_tasks

if TYPE_CHECKING:
    from lucid3d.progress import Listener
    from lucid3d.worldscore.answer import Shooting
    from lucid3d.worldscore.tasks import Task


@dataclass(frozen=True)
class WorldScoreOptions:
    """Answer the static tasks of the WorldScore benchmark: frames and cameras in the layout of its evaluator. The same
    command continues what was interrupted."""

    tasks: tyro.conf.Positional[str]
    """A JSON file: one task or a list, with image, prompt_list, camera_path, visual_style, scene_type ..."""
    dataset: str = ""
    """The folder below which the tasks' pictures lie (default: that of the JSON file)."""
    output: str = "outputs/worldscore"
    """The folder for the answers, static/<visual_style>/<scene_type>/<category>/<name>/."""
    config: str = "fast"
    """A preset or a YAML file: how to dream and train."""
    models: Literal["auto", "procedural", "diffusion"] = "auto"
    """Who paints: Stable Diffusion and a depth network (weights on disk), or rules."""
    seed: int = 0
    """Decides everything that is random."""
    size: int = 512
    """Pixels of a frame's side; the picture is cropped to its middle square."""
    focal: float = 500.0
    """Focal length in pixels."""
    frames: int = 50
    """Of one move, both ends counted."""
    steps: int = 2
    """Views that are dreamed along one move."""
    unit: float = 1.0
    """Metres that the benchmark's unit of length stands for."""
    limit: int = 0
    """Answer only so many tasks; 0 for all."""


def main(arguments: Sequence[str]) -> int:
    """Answer the tasks; the exit code is 1 if one failed.

    Raises:
        InputError: an option or the file of tasks cannot be used.
    """
    options = tyro.cli(WorldScoreOptions, args=list(arguments), prog="lucid3d worldscore")
    _check(options)

    tasks, dynamic = read_tasks(Path(options.tasks))
    if dynamic:
        print(f"{dynamic} dynamic tasks are left out: nothing moves in a world of these Gaussians")
    tasks = tasks[: options.limit] if options.limit else tasks
    base = load_config(find_config(options.config))
    config = replace(base, models=options.models, seed=options.seed)
    shooting = Shooting(options.size, options.focal, options.frames, options.steps, options.unit)
    dataset = Path(options.dataset) if options.dataset else Path(options.tasks).parent
    with ProgressDisplay() as display:
        failed = _all(tasks, dataset, Path(options.output), config, shooting, display.show)
    return int(failed > 0)


def _all(
    tasks: Sequence[Task], dataset: Path, output: Path, config: Config, shooting: Shooting, on_event: Listener
) -> int:
    failed = 0
    for index, task in enumerate(tasks, start=1):
        where = f"{index}/{len(tasks)} {task.folder}"
        if is_complete(output / task.folder, task, shooting):
            print(f"{where}: there already")
            continue
        try:
            answer(task, dataset, output, config, shooting, on_event)
            print(f"{where}: done", flush=True)
        except InputError as error:
            failed += 1
            print(f"{where}: failed: {error}", flush=True)
    return failed


def _check(options: WorldScoreOptions) -> None:
    limits = {
        "size": (options.size, 16, 2048),
        "focal": (options.focal, 1, 100_000),
        "frames": (options.frames, 2, 1000),
        "steps": (options.steps, 1, 50),
        "unit": (options.unit, 1e-3, 1e3),
        "seed": (options.seed, 0, 2**32 - 1),
        "limit": (options.limit, 0, 10**9),
    }
    for name, (value, low, high) in limits.items():
        if not low <= value <= high:
            raise InputError(f"--{name} {value} must lie between {low} and {high}")
