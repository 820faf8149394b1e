"""`lucid3d extend <scene> --to 3,12`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from lucid3d.commands.display import ProgressDisplay
from lucid3d.extending import Goal, extend_folder, parse_place


@dataclass(frozen=True)
class ExtendOptions:
    """Dream on from where a finished scene ends; what is there stays as it is."""

    scene: tyro.conf.Positional[str]
    """The folder of the scene; it stays as it is."""
    to: str = ""
    """A place to make the way to: metres to the right and ahead of the start, as in 3,12 (-3,12 as --to=-3,12)."""
    path: str = ""
    """A camera path to dream along instead: a name in cameras/, or a file."""
    radius: float | None = None
    """Metres around the start to make walkable instead."""
    prompt: str = ""
    """Words for what is new (default: the scene's own)."""
    output: str = ""
    """The folder of the larger scene (default: <scene>-extended beside it)."""


def main(arguments: Sequence[str]) -> None:
    """Parse, dream on and save.

    Raises:
        InputError: an option or the scene cannot be used.
    """
    options = tyro.cli(ExtendOptions, args=list(arguments), prog="lucid3d extend")
    goal = Goal(parse_place(options.to) if options.to else None, options.path, options.radius)
    output = Path(options.output) if options.output else None
    with ProgressDisplay() as display:
        folder = extend_folder(Path(options.scene), goal, output, prompt=options.prompt, on_event=display.show)
    display.print(f"the larger scene: {folder}; walk in it with: python viewer.py {folder}")
