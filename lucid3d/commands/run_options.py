"""The options of `run.py`; nothing heavy is imported here, so that `--help` and a mistyped option answer at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Annotated, Literal

import tyro

from lucid3d.config import Config, find_config, load_config
from lucid3d.errors import InputError
from lucid3d.families.config import Quality


@dataclass(frozen=True)
class RunOptions(Config):
    """Dream a 3-D place from a sentence or a picture: Gaussian splats, a 360-degree skybox, films and a report."""

    config: str = "default"
    """A preset (default, fast, quality, explore) or a YAML file; what the command line says goes over it."""
    quality: Quality = ""
    """Which networks --models diffusion takes: "best", "fast" or "laptop"; of each the first that is on disk and fits
    this machine (lucid3d models list). Empty: those that the config names."""
    output: str = ""
    """The folder to write (default: outputs/<prompt>)."""
    resume: bool = False
    """Continue the unfinished scene in the output folder."""
    overwrite: bool = False
    """Replace the scene in the output folder."""
    export: tuple[str, ...] = field(default=())
    """A further format or engine to write for, may be repeated: unity, unreal, godot, three, blender, spz, glb, ..."""
    yes: tyro.conf.FlagCreatePairsOff[bool] = False
    """Fetch the diffusion models without asking when a GPU could run them and they are not on disk."""
    no_download: tyro.conf.FlagCreatePairsOff[bool] = False
    """Do not fetch them, and do not ask (without either, it is asked in a terminal)."""
    viewer: bool = False
    """Open a page in which the world can be watched as it grows, and walked in afterwards (Ctrl-C ends it)."""
    port: int = 8080
    """Of that page."""
    zoom: str = ""
    """A zoom.yaml: sentences from coarse to fine become one zoom (docs/zoom.md), instead of a scene from a prompt."""
    scene: bool = False
    """With --zoom: dream it in 3-D, as a scene to fly into."""
    flight_length: str = ""
    """With --trajectory flight: how far to fly over a landscape that goes on, as in 300m or 2km (docs/exploring.md)."""
    dataset: int = 0
    """Write this many posed views of the procedural world with their ground truth instead of a scene: pictures, depth,
    normals, labels, in nerfstudio's format, for training other models."""

    @property
    def download(self) -> Literal["ask", "yes", "no"]:
        """Whether to fetch missing weights.

        Raises:
            InputError: both answers are given.
        """
        if self.yes and self.no_download:
            raise InputError("--yes and --no-download contradict each other: leave one out")
        return "yes" if self.yes else "no" if self.no_download else "ask"


def parse_run(arguments: Sequence[str]) -> RunOptions:
    """Preset first, command line over it.

    Raises:
        InputError: the preset cannot be read.
        SystemExit: 0 after --help, 2 for an argument that is not known or not of its type.
    """
    preset = load_config(find_config(_value_of("--config", arguments) or "default"))
    defaults = RunOptions(**{f.name: getattr(preset, f.name) for f in fields(Config)})
    repeatable = Annotated[RunOptions, tyro.conf.UseAppendAction]
    options: RunOptions = tyro.cli(repeatable, args=list(arguments), default=defaults, prog="run.py")
    return options


def _value_of(name: str, arguments: Sequence[str]) -> str | None:
    """The value of one option, before the real parser can run (it needs the preset for its defaults)."""
    for index, argument in enumerate(arguments):
        if argument == name and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith(f"{name}="):
            return argument.removeprefix(f"{name}=")
    return None
