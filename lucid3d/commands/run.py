"""`python run.py`: a scene, a zoom or a data set from what the options ask for."""

from __future__ import annotations

import signal
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lucid3d.commands.display import ProgressDisplay
from lucid3d.commands.run_options import RunOptions
from lucid3d.config import Config
from lucid3d.errors import InputError
from lucid3d.families.diffusion.presets import with_quality
from lucid3d.flight.pipeline import fly, refuse
from lucid3d.flight.plan import Flight, read_flight
from lucid3d.pipeline import run
from lucid3d.procedural.build import build_world
from lucid3d.procedural.dataset import write_dataset
from lucid3d.progress import Event
from lucid3d.prompts import plan_prompts
from lucid3d.workspace import default_folder
from lucid3d.zoom.command import run_zoom
from lucid3d.zoom.plan import read_plan

if TYPE_CHECKING:
    from lucid3d.viewer.live import LiveView


def main(options: RunOptions) -> None:
    """Do what the options ask for.

    Raises:
        InputError: something in them cannot be used.
    """
    config = Config(**{f.name: getattr(options, f.name) for f in fields(Config)})
    config = replace(config, diffusion=with_quality(config.diffusion, options.quality))
    if options.zoom:
        _zoom(options, config)
        return
    if options.scene:
        raise InputError("--scene belongs to a zoom: add --zoom zoom.yaml")
    if (flight := read_flight(config.trajectory, options.flight_length)) is not None:
        _fly(options, config, flight)
        return
    picture = config.image or config.panorama
    sentence = plan_prompts(config.prompt).sentence if config.prompt or not picture else Path(picture).stem
    output = Path(options.output) if options.output else default_folder(sentence)
    if options.dataset:
        if picture:
            raise InputError("--dataset draws a world from words: leave out --image and --panorama")
        _write_dataset(options, sentence, output)
        return
    began = time.perf_counter()
    live = _live_view(options, output) if options.viewer else None
    with ProgressDisplay() as display:

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


def _fly(options: RunOptions, config: Config, flight: Flight) -> None:
    for name in ("export", "dataset", "viewer"):
        if getattr(options, name):
            raise InputError(f"--{name} goes with a scene, not with a flight: leave it out")
    refuse(config)
    output = Path(options.output or default_folder(plan_prompts(config.prompt).sentence + " flight"))
    began = time.perf_counter()
    with ProgressDisplay() as display:
        made = fly(
            config, flight, output, resume=options.resume, overwrite=options.overwrite, on_event=display.show
        )  # fmt: skip
        seconds = time.perf_counter() - began
        display.print(
            f"{flight.length:g} m over {len(made['tiles'])} scenes in {seconds:.0f} s: {output / 'preview.mp4'}"
        )


def _live_view(options: RunOptions, output: Path) -> LiveView:
    from lucid3d.viewer.live import LiveView  # it imports viser, a second that only --viewer shall cost

    live = LiveView(output.parent)
    live.start(options.port)
    print(f"watch it grow: {live.address()}", flush=True)
    return live


def _write_dataset(options: RunOptions, sentence: str, output: Path) -> None:
    if output.exists() and any(output.iterdir()):
        raise InputError(f"--output '{output}' is not empty; choose another folder for the data set")
    world = build_world(sentence, options.seed, options.negative_prompt)
    write_dataset(world, options.dataset, output, options.seed)
    print(f"{options.dataset} views with ground truth: {output}")
