"""What a finished scene is written as: splats, points, views, skybox, films and the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from lucid3d.camera import Camera
from lucid3d.config import Config
from lucid3d.errors import InputError
from lucid3d.exploring.free_space import FREE_SPACE, write_free_space
from lucid3d.exploring.route import film_route
from lucid3d.export import export_scene, parse_targets
from lucid3d.export.ply import write_gaussians, write_points
from lucid3d.export.skybox import write_skybox
from lucid3d.export.video import write_films
from lucid3d.figures.playing import figures_at, write_figures
from lucid3d.gaussians import Gaussians, Render, Renderer, render
from lucid3d.progress import Event, Listener, ignore
from lucid3d.report import write_report
from lucid3d.scene_contents import Panorama, SceneContents
from lucid3d.trajectory import load_cameras, wanders
from lucid3d.transforms import write_image, write_transforms
from lucid3d.workspace import Workspace

PREVIEW = 768
"""Pixels along a side of preview.jpg."""
PREVIEW_FOV = 90.0
"""Degrees across preview.jpg: what a person takes in at a glance."""


def write_scene(
    scene: SceneContents, workspace: Workspace, *, export: Sequence[str] = (), on_event: Listener = ignore
) -> None:
    """Write every file of the output folder; scene.yaml says "complete" only after the last one."""

    folder, timings = workspace.folder, scene.facts.setdefault("timings", {})
    workspace.note(status="writing", prompt=scene.prompt, **_plain_facts(scene))

    def timed(name: str, work: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        result = work()
        timings[name] = round(timings.get(name, 0.0) + time.perf_counter() - began, 2)
        return result

    def step(done: int, detail: str) -> None:
        on_event(Event("write", done, 5, detail))

    step(0, "splats and points")
    timed("files", lambda: write_gaussians(scene.gaussians, folder / "scene.ply"))
    timed("files", lambda: write_points(scene.points, folder / "points.ply"))
    free = scene.free
    if free is not None:
        timed("files", lambda: write_free_space(free, folder / FREE_SPACE))
    if scene.figures:
        timed("files", lambda: write_figures(scene.figures, folder))
    step(1, "views")
    timed("files", lambda: write_transforms(scene.views, folder))
    step(2, "panorama and skybox")
    panorama = timed("panorama", lambda: _write_surround(scene, folder))
    step(3, "films")
    timed("films", lambda: _write_films(scene, folder, on_event))
    step(4, "exports")
    if export:
        timed("exports", lambda: export_scene(scene, export, folder / "export"))
    scene.facts["timings"] = timings
    timed("files", lambda: write_report(scene, panorama, folder))
    workspace.note(**_plain_facts(scene))
    workspace.complete()
    step(5, "done")


def write_pictures(scene: SceneContents, folder: Path, *, on_event: Listener = ignore) -> None:
    """Panorama, skybox, preview, films and report of a scene that has changed, into the folder that it is in."""
    panorama = _write_surround(scene, folder)
    _write_films(scene, folder, on_event)
    write_report(scene, panorama, folder)


def _write_surround(scene: SceneContents, folder: Path) -> Panorama:
    """The panorama as a skybox, and the preview."""
    panorama = scene.panorama()
    scene.facts["filled"] = round(panorama.filled, 6)
    write_skybox(
        panorama.image,
        folder / "skybox",
        radiance=panorama.radiance,
        depth=panorama.depth,
        holes_filled=panorama.filled,
    )
    write_preview(scene.gaussians, scene.views[0].camera if scene.views else None, folder)
    return panorama


def write_preview(gaussians: Gaussians, first: Camera | None, folder: Path) -> None:
    """preview.jpg: what is seen at first, at a glance, and no more than the first view showed: a zoom knows nothing to
    the sides of it."""
    pose = None if first is None else first.world_from_camera
    fov = PREVIEW_FOV if first is None else min(PREVIEW_FOV, first.fov_degrees)
    write_image(render(gaussians, Camera.from_fov(PREVIEW, PREVIEW, fov, pose)).image, folder / "preview.jpg")


def _plain_facts(scene: SceneContents) -> dict[str, Any]:
    return {key: value for key, value in scene.facts.items() if key not in ("lucid3d", "inputs", "prompt")}


def film_cameras(scene: SceneContents) -> list[Camera]:
    """The cameras of the preview film, in the world of the scene: a walk where the path wants that and it is known on
    what ground."""
    render = scene.config.render
    lens = Camera.from_fov(render.film_width, render.film_height, render.film_fov)
    if scene.free is not None and wanders(render.film):
        route = film_route(scene.free, render.film_frames, render.film_rate)
        if route is not None:
            return [lens.at(pose) for pose in route]
    return load_cameras(
        render.film,
        width=render.film_width,
        height=render.film_height,
        fov_degrees=render.film_fov,
        walk_radius=scene.config.dream.walk_radius,
        frames=render.film_frames,
    )


def _write_films(scene: SceneContents, folder: Path, on_event: Listener) -> None:
    render = scene.config.render
    if render.film_frames == 0:
        return

    cameras, renderer = film_cameras(scene), Renderer(scene.gaussians)

    def drawn() -> Iterator[tuple[Render, None]]:
        for index, camera in enumerate(cameras, 1):
            now = renderer
            if scene.figures:
                walking = figures_at(scene.figures, (index - 1) / render.film_rate, scene.gaussians.sh_degree)
                now = renderer.beside(walking)
            seen = now.render(camera)
            on_event(Event("film", index, len(cameras)))
            yield seen, None

    size = {"width": render.film_width, "height": render.film_height, "rate": render.film_rate}
    write_films(drawn(), folder, **size)


def check_outputs(config: Config, export: Sequence[str]) -> None:
    """Refuse before hours of work what would fail after them: an unknown film path or export target.

    Raises:
        InputError: names the option and what is known.
    """

    render = config.render
    try:
        load_cameras(render.film, width=16, height=16, fov_degrees=render.film_fov, frames=2)
    except InputError as error:
        raise InputError(f"render.film: {error}") from None
    if export:
        parse_targets(export)
