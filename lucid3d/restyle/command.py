"""`lucid3d restyle <scene> --prompt "the same in winter"`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro

from lucid3d.commands.display import ProgressDisplay
from lucid3d.config import find_config, load_config
from lucid3d.restyle.pipeline import restyle_folder


@dataclass(frozen=True)
class RestyleOptions:
    """Repaint a finished scene in other words, over its own depth, and save it as a new scene."""

    scene: tyro.conf.Positional[str]
    """The folder of the scene; it stays as it is."""
    prompt: str
    """What it shall be now: a season, an hour, a weather, a style."""
    output: str = ""
    """The folder of the new scene (default: <scene>-<prompt> beside it)."""
    models: Literal["auto", "procedural", "diffusion"] = "auto"
    """Who paints: Stable Diffusion with a depth ControlNet (weights on disk), or rules."""
    negative_prompt: str = ""
    """What must not be there."""
    seed: int = 0
    """Decides everything that is random."""
    config: str = ""
    """A YAML file whose `diffusion` section says which networks paint (default: what the scene was made with)."""


def main(arguments: Sequence[str]) -> None:
    """Parse, repaint and save.

    Raises:
        InputError: an option or the scene cannot be used.
    """
    options = tyro.cli(RestyleOptions, args=list(arguments), prog="lucid3d restyle")
    diffusion = load_config(find_config(options.config)).diffusion if options.config else None
    with ProgressDisplay() as display:
        folder = restyle_folder(
            Path(options.scene),
            options.prompt,
            Path(options.output) if options.output else None,
            models=options.models,
            diffusion=diffusion,
            negative_prompt=options.negative_prompt,
            seed=options.seed,
            on_event=display.show,
        )
    display.print(f"the restyled scene: {folder}; look at {folder / 'index.html'}")
