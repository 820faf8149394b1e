"""`run.py --zoom zoom.yaml [--scene]`: the folder of a zoom."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lucid3d.config import Config
from lucid3d.errors import InputError
from lucid3d.export.video import write_film, write_films
from lucid3d.families.base import Image
from lucid3d.families.choose import Download
from lucid3d.files import write_text
from lucid3d.gaussians import Render, render
from lucid3d.outputs import check_outputs, write_scene
from lucid3d.progress import Event, Listener, ignore
from lucid3d.scene import Scene
from lucid3d.transforms import write_image
from lucid3d.workspace import Workspace, dump_yaml, fingerprint
from lucid3d.zoom.dive import Axis, film_cameras
from lucid3d.zoom.film import frame_count, zoom_frames
from lucid3d.zoom.levels import LevelGaussians
from lucid3d.zoom.pipeline import Zoom, dive_levels, zoom
from lucid3d.zoom.plan import ZoomPlan, load_photograph, read_plan
from lucid3d.zoom.stack import agreement

FILM_SIDE = 0.75
"""Side of the film relative to a level's: what is magnified between two levels stays sharp for longer."""


def run_zoom(
    path: str | Path,
    config: Config,
    output: Path,
    *,
    scene: bool = False,
    overwrite: bool = False,
    download: Download = "no",
    export: tuple[str, ...] = (),
    on_event: Listener = ignore,
) -> str:
    """Read zoom.yaml and write the folder of the zoom.

    Without `scene`: levels/ (a PNG a level), zoom.mp4, zoom.jpg (the levels side by side) and zoom.yaml. With it: the
    folder of a scene, with the film of the dive as preview.mp4, and zoom/ (see `levels.LevelGaussians.save`).

    Returns:
        A sentence about what was written.
    Raises:
        InputError: something cannot be used; nothing has been written then.
    """
    plan = read_plan(path)
    config = replace(config, prompt=plan.prompts)
    if plan.photograph is not None:
        load_photograph(plan.photograph, 16)  # refused before anything is loaded
    if scene:
        return _write_scene(plan, path, config, output, overwrite, download, export, on_event)
    if export:
        raise InputError("--export writes scenes: add --scene to the zoom")
    if output.exists() and any(output.iterdir()) and not (overwrite and (output / "zoom.yaml").is_file()):
        raise InputError(f"--output '{output}' is not empty; choose another folder, or replace a zoom with --overwrite")
    made = zoom(plan, config, download=download, on_event=on_event)
    write_zoom(made, output, config, on_event)
    return f"{len(plan)} levels and a film"


def write_zoom(made: Zoom, output: Path, config: Config, on_event: Listener = ignore) -> None:
    """levels/level_0.png ..., zoom.mp4, zoom.jpg, and last zoom.yaml."""

    result, render = made.result, config.render
    for level, image in enumerate(result.images):
        write_image(image, output / "levels" / f"level_{level}.png")
    write_image(np.concatenate(list(result.images), axis=1), output / "zoom.jpg")
    images, geometry = result.film or (result.images, result.geometry)
    count, side = frame_count(geometry, render.film_rate), 2 * int(geometry.size * FILM_SIDE / 2)
    if render.film_frames:
        frames = _told(zoom_frames(images, geometry, count, side), count, on_event)
        write_film(frames, output / "zoom.mp4", width=side, height=side, rate=render.film_rate)
    record = {
        "prompts": made.plan.prompts,
        "factors": [result.geometry.size / result.geometry.span(i, 1) for i in range(len(made.plan.factors))],
        "seed": config.seed,
        "models": {"family": made.models.family, "reason": made.models.reason},
        "understood": made.models.understood,
        "agreement_db": [round(float(value), 2) for value in agreement(result.images, result.geometry)],
        "agreement_before_pasting_db": [round(float(value), 2) for value in result.raw_agreement],
    }
    write_text(output / "zoom.yaml", dump_yaml(record))


def _told(frames: Iterator[Image], count: int, on_event: Listener) -> Iterator[Image]:
    for number, frame in enumerate(frames, 1):
        on_event(Event("film", number, count))
        yield frame


def _write_scene(
    plan: ZoomPlan,
    path: str | Path,
    config: Config,
    output: Path,
    overwrite: bool,
    download: Download,
    export: tuple[str, ...],
    on_event: Listener,
) -> str:
    check_outputs(config, export)
    workspace = Workspace(output, config)
    workspace.record["inputs"]["zoom"] = fingerprint(str(path))
    with workspace:
        if workspace.open(resume=True, overwrite=overwrite):
            return "the zoom is there already"
        return _make_scene(plan, config, workspace, download, export, on_event)


def _make_scene(
    plan: ZoomPlan,
    config: Config,
    workspace: Workspace,
    download: Download,
    export: tuple[str, ...],
    on_event: Listener,
) -> str:
    output = workspace.folder
    began = time.perf_counter()
    made = zoom(plan, config, pictures=False, download=download, on_event=on_event)
    gaussians, cloud, dream = dive_levels(made, config, on_event)
    facts: dict[str, Any] = {
        "prompt": " / ".join(plan.prompts),
        "models": {"family": made.models.family, "reason": made.models.reason},
        "understood": made.models.understood,
        "versions": {"python": platform.python_version()},
        "timings": {"dream": round(time.perf_counter() - began, 2)},
        "dream": {"views": len(dream.views), "points": len(cloud), "warnings": dream.warnings},
        "zoom": {
            "target": [round(float(v), 6) for v in made.axis.target],
            "distances": [round(d, 6) for d in made.axis.distances],
            "factors": list(plan.factors),
            "gaussians": np.bincount(gaussians.level).tolist(),
        },
    }
    gaussians.save(output)
    quiet = replace(config, render=replace(config.render, film_frames=0))
    scene = Scene(facts["prompt"], quiet, gaussians.finest(), cloud, dream.views, facts)
    if config.render.film_frames:
        write_dive(gaussians, made.axis, config, output, on_event)
    write_scene(scene, workspace, export=export, on_event=on_event)
    return f"{len(gaussians.finest()):,} Gaussians on {len(plan)} levels"


def write_dive(gaussians: LevelGaussians, axis: Axis, config: Config, folder: Path, on_event: Listener) -> None:
    """preview.mp4 and depth.mp4: the dive, every frame with the Gaussians that its distance asks for."""
    settings = config.render
    cameras = film_cameras(axis, settings.film_width, settings.film_height, settings.film_frames)
    gaussians = gaussians.inside(cameras[0])  # they fly straight ahead: what the first cannot see none does

    def drawn() -> Iterator[tuple[Render, float]]:
        for number, camera in enumerate(cameras, 1):
            seen = render(gaussians.seen_from(camera), camera)
            on_event(Event("film", number, len(cameras)))
            yield seen, 0.5 * float(np.linalg.norm(camera.position - axis.target))

    size = {"width": settings.film_width, "height": settings.film_height, "rate": settings.film_rate}
    write_films(drawn(), folder, **size)
