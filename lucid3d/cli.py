"""The command lines: parse, call the library, print. Heavy imports wait until something has to be done."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import tyro

from lucid3d.config import Config, find_config, load_config
from lucid3d.errors import InputError

if TYPE_CHECKING:
    from lucid3d.progress import Event
    from lucid3d.viewer.live import LiveView

BAD_INPUT, INTERRUPTED = 2, 130
"""Exit codes: something handed in cannot be used; stopped by Ctrl-C (128 + SIGINT)."""

NO_ROOM = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would exceed the size limit",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
}
"""What the system says when a file cannot be written, in words."""


@dataclass(frozen=True)
class ExportOptions:
    """Write a finished scene in further formats."""

    scene: tyro.conf.Positional[str]
    """The folder of the scene."""
    to: str
    """Formats or engines, separated by commas."""
    output: str = ""
    """Where to write (default: <scene>/export)."""
    sh_degree: int | None = None
    """Of the colours' spherical harmonics that splat files keep: 0 (the same from everywhere) to 3 (default: all)."""
    min_opacity: float = 0.0
    """Splat files leave out Gaussians fainter than this."""
    max_gaussians: int | None = None
    """Splat files keep at most this many, those that cover most (default: all)."""
    panorama_height: int = 2048
    """Rows of a rendered panorama, up to 4096; it is twice as wide."""
    cube_size: int | None = None
    """Pixels along a cube face's edge (default: half of the panorama's height)."""
    eye_distance: float = 0.064
    """Metres between the eyes of the stereo panorama (target ods)."""
    mesh_triangles: int = 200_000
    """Of the mesh, at most."""
    collision_triangles: int = 5_000
    """Of the mesh to walk on, at most."""


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


@dataclass(frozen=True)
class RunOptions(Config):
    """Dream a 3-D place from a sentence or a picture: Gaussian splats, a 360-degree skybox, films and a report."""

    config: str = "default"
    """A preset (default, fast, quality) or a YAML file; what the command line says goes over it."""
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


def main(arguments: Sequence[str] | None = None) -> None:
    """`lucid3d <command>`."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    commands: dict[str, tuple[str, Callable[[Sequence[str]], None]]] = {
        "run": ("dream a scene (what run.py does)", run_main),
        "view": ("walk around in a scene (what viewer.py does)", view_main),
        "export": ("write a finished scene in further formats", export_main),
        "restyle": ("repaint a finished scene in other words", restyle_main),
        "serve": ("answer jobs over HTTP, with a page to try it in", serve_main),
        "batch": ("dream many scenes", batch_main),
        "models": ("list or download the diffusion models", models_main),
        "worldscore": ("answer tasks of the WorldScore benchmark", worldscore_main),
        "panorama": ("mend the seams of a panorama from elsewhere", panorama_main),
    }
    if not arguments or arguments[0] in ("-h", "--help"):
        print("usage: lucid3d COMMAND [options]; 'lucid3d COMMAND --help' tells more\n")
        for name, (summary, _) in commands.items():
            print(f"  {name:10} {summary}")
        return
    if arguments[0] == "--version":
        from lucid3d import __version__

        print(__version__)
        return
    if arguments[0] not in commands:
        _fail(f"command '{arguments[0]}' is not known; known: {', '.join(commands)}")
    commands[arguments[0]][1](arguments[1:])


def run_main(arguments: Sequence[str] | None = None) -> None:
    """`python run.py`: exit code 0 when the scene is complete, 2 for bad input, 130 when interrupted."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    with _reported("--resume"):
        options = parse_run(arguments)
        _run(options)


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


def _run(options: RunOptions) -> None:
    from lucid3d.prompts import plan_prompts

    config = Config(**{f.name: getattr(options, f.name) for f in fields(Config)})
    if options.zoom:
        _zoom(options, config)
        return
    if options.scene:
        raise InputError("--scene belongs to a zoom: add --zoom zoom.yaml")
    picture = config.image or config.panorama
    sentence = plan_prompts(config.prompt).sentence if config.prompt or not picture else Path(picture).stem
    from lucid3d.workspace import default_folder

    output = Path(options.output) if options.output else default_folder(sentence)
    if options.dataset:
        if picture:
            raise InputError("--dataset draws a world from words: leave out --image and --panorama")
        _write_dataset(options, sentence, output)
        return
    began = time.perf_counter()
    live = _live_view(options, output) if options.viewer else None
    with ProgressDisplay() as display:
        from lucid3d.pipeline import run

        def listen(event: Event) -> None:
            display.show(event)
            if live is not None:
                live.on_event(event)

        scene = run(
            config,
            output,
            export=options.export,
            resume=options.resume,
            overwrite=options.overwrite,
            download=options.download,
            on_event=listen,
        )
    seconds = time.perf_counter() - began
    display.print(f"{len(scene.gaussians):,} Gaussians in {seconds:.0f} s: {output}")
    if live is None:
        display.print(f"look at it: {output / 'index.html'}, or walk in it: python viewer.py {output}")
        return
    live.finish(output)
    display.print("the page shows the finished scene; Ctrl-C ends it")
    signal.pause()


def _zoom(options: RunOptions, config: Config) -> None:
    from lucid3d.workspace import default_folder
    from lucid3d.zoom.command import run_zoom
    from lucid3d.zoom.plan import read_plan

    if config.prompt or config.image or config.panorama or options.dataset or options.viewer:
        raise InputError("--zoom takes its sentences and its photograph from the file: leave out the other options")
    output = Path(options.output) if options.output else default_folder(read_plan(options.zoom).prompts[0] + " zoom")
    began = time.perf_counter()
    with ProgressDisplay() as display:
        written = run_zoom(
            options.zoom,
            config,
            output,
            scene=options.scene,
            overwrite=options.overwrite,
            download=options.download,
            export=options.export,
            on_event=display.show,
        )
        display.print(f"{written} in {time.perf_counter() - began:.0f} s: {output}")


def _live_view(options: RunOptions, output: Path) -> LiveView:
    from lucid3d.viewer.live import LiveView

    live = LiveView(output.parent)
    print(f"watch it grow: {live.start(options.port)}", flush=True)
    return live


def _write_dataset(options: RunOptions, sentence: str, output: Path) -> None:
    from lucid3d.procedural.build import build_world
    from lucid3d.procedural.dataset import write_dataset

    if output.exists() and any(output.iterdir()):
        raise InputError(f"--output '{output}' is not empty; choose another folder for the data set")
    world = build_world(sentence, options.seed, options.negative_prompt)
    write_dataset(world, options.dataset, output, options.seed)
    print(f"{options.dataset} views with ground truth: {output}")


class ProgressDisplay:
    """Progress bars on a terminal; elsewhere one line at the start of each stage."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.console = Console(stderr=False, highlight=False)
        self.tasks: dict[str, Any] = {}
        self.progress = Progress(
            TextColumn("{task.description:9}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[detail]}"),
            console=self.console,
            disable=not self.console.is_terminal,
        )

    def __enter__(self) -> ProgressDisplay:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def print(self, text: str) -> None:
        """One line for a person, above the bars."""
        self.console.print(text, markup=False, soft_wrap=True)

    def show(self, event: Event) -> None:
        """Move the bar of the event's stage."""
        if event.stage == "models":
            self.print(event.detail)
            return
        if event.stage not in self.tasks:
            self.tasks[event.stage] = self.progress.add_task(event.stage, total=None, rate="", detail="")
        task = self.tasks[event.stage]
        self.progress.update(task, completed=event.done, total=event.total or None, detail=event.detail)
        speed = next(t.speed for t in self.progress.tasks if t.id == task)
        self.progress.update(task, rate=f"{speed:.1f}/s" if speed else "")


def export_main(arguments: Sequence[str]) -> None:
    """`lucid3d export <scene> --to unity,spz`."""
    with _reported():
        options = tyro.cli(ExportOptions, args=list(arguments), prog="lucid3d export")
        from lucid3d import export
        from lucid3d.export.skybox import read_radiance
        from lucid3d.scene import Scene

        targets = export.parse_targets(options.to)
        choices = export.ExportOptions(
            reduction=export.Reduction(options.sh_degree, options.min_opacity, options.max_gaussians),
            panorama_height=options.panorama_height,
            cube_size=options.cube_size,
            eye_distance=options.eye_distance,
            mesh_triangles=options.mesh_triangles,
            collision_triangles=options.collision_triangles,
        )
        folder = Path(options.output) if options.output else Path(options.scene) / "export"
        scene = Scene.load(options.scene)
        scene.radiance = read_radiance(Path(options.scene) / "skybox")
        for path in export.export_scene(scene, targets, folder, choices):
            print(path)


def restyle_main(arguments: Sequence[str]) -> None:
    """`lucid3d restyle <scene> --prompt "the same in winter"`."""
    with _reported():
        options = tyro.cli(RestyleOptions, args=list(arguments), prog="lucid3d restyle")
        from lucid3d.restyle.command import restyle_folder

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


def models_main(arguments: Sequence[str]) -> None:
    """`lucid3d models list` and `lucid3d models download <name> ...`."""
    usage = "usage: lucid3d models list | lucid3d models download NAME [NAME ...]"
    with _reported():
        from lucid3d.families.diffusion import commands

        if list(arguments) == ["list"]:
            commands.list_models()
        elif len(arguments) >= 2 and arguments[0] == "download":
            commands.download(*arguments[1:])
        elif arguments and arguments[0] in ("-h", "--help"):
            print(usage)
        else:
            raise InputError(usage)


def panorama_main(arguments: Sequence[str]) -> None:
    """`lucid3d panorama repair in.png out.png`."""
    with _reported():
        from lucid3d.panorama import command

        command.main(arguments)


def worldscore_main(arguments: Sequence[str]) -> None:
    """`lucid3d worldscore tasks.json`: exit code 1 if a task failed."""
    with _reported("the same command"):
        from lucid3d.worldscore import command

        with ProgressDisplay() as display:
            failed = command.main(arguments, display.show)
        if failed:
            _leave(1)


def view_main(arguments: Sequence[str] | None = None) -> None:
    """`python viewer.py outputs/<scene>`."""
    with _reported():
        from lucid3d.viewer.command import serve

        serve(list(sys.argv[1:] if arguments is None else arguments))


def serve_main(arguments: Sequence[str]) -> None:
    """`lucid3d serve`."""
    with _reported():
        from lucid3d.service.command import serve

        serve(arguments)


def batch_main(arguments: Sequence[str]) -> None:
    """`lucid3d batch prompts.txt`: exit code 1 if a scene failed."""
    with _reported("the same command"):
        from lucid3d.service.batch import batch

        raise SystemExit(batch(arguments))


class _reported:
    """Turns what a person can mend into one sentence and an exit code; bugs keep their traceback."""

    def __init__(self, resume: str = "") -> None:
        self.resume = resume

    def __enter__(self) -> None:
        # `kill` ends a run as Ctrl-C does: between two files, never in one
        signal.signal(signal.SIGTERM, signal.default_int_handler)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, InputError):
            _fail(str(error))
        if isinstance(error, KeyboardInterrupt):
            hint = f"; the same command with {self.resume} continues" if self.resume else ""
            print(f"\nstopped{hint}", file=sys.stderr)
            _leave(INTERRUPTED)
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            _leave(1)
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            where = f" '{error.filename}'" if error.filename else ""
            hint = f"; mend that, and continue with {self.resume}" if self.resume else ""
            _fail(f"cannot write{where}: {NO_ROOM[error.errno]}{hint}")


def _fail(sentence: str) -> NoReturn:
    print(f"error: {sentence}", file=sys.stderr)
    _leave(BAD_INPUT)


def _leave(code: int) -> NoReturn:
    raise SystemExit(code) from None
