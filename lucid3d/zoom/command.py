"""`run.py --zoom zoom.yaml [--scene]`: the folder of a zoom."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.config import Config
from lucid3d.errors import InputError
from lucid3d.export.video import depth_colours, write_film
from lucid3d.families.base import DepthEstimator, Image, Painter
from lucid3d.families.choose import choose_models, load_diffusion
from lucid3d.families.diffusion.commands import offer_download
from lucid3d.families.procedural import Drawings, ProceduralDepth, ProceduralPainter
from lucid3d.files import write_text
from lucid3d.outputs import check_outputs, write_scene
from lucid3d.pipeline import train_config
from lucid3d.preparation import Download
from lucid3d.progress import Event, Listener, ignore
from lucid3d.scene import Scene
from lucid3d.transforms import write_image
from lucid3d.workspace import Workspace, dump_yaml, fingerprint
from lucid3d.zoom.diffusion import load_denoiser
from lucid3d.zoom.dive import Axis, dive, film_cameras, to_gaussians
from lucid3d.zoom.film import frame_count, zoom_frames
from lucid3d.zoom.place import FOV, build_place
from lucid3d.zoom.plan import ZoomPlan, load_photograph, read_plan, refined
from lucid3d.zoom.sampler import ZoomResult, sample_zoom
from lucid3d.zoom.stack import Geometry, agreement, blend, render_images, shrink
from lucid3d.zoom.training import level_training, train_levels, training_views

if TYPE_CHECKING:
    from lucid3d.procedural.render.drawing import Drawing
    from lucid3d.procedural.world import World
    from lucid3d.transforms import PosedView
    from lucid3d.zoom.dive import Axis
    from lucid3d.zoom.levels import LevelGaussians
    from lucid3d.zoom.place import ZoomPlace

DIFFUSION_DISTANCE = 4.0
"""Metres to the target of the coarsest level of a diffusion zoom that states no width: the rest is depth's."""

OVERSAMPLING = 3
"""Rays along each side of a pixel of a level made of rules, averaged as they are shown. Grass is finer than a pixel:
with the few rays of an ordinary picture levels agree to 23 dB before they are pasted, with these to 27, with four along
each side to 29, for nearly twice the time."""

FILM_SIDE = 0.75
"""Side of the film relative to a level's: what is magnified between two levels stays sharp for longer."""


@dataclass
class Zoom:
    """A zoom ready to be written.

    Attributes:
        plan: what was asked for; result: pictures that agree.
        painter, estimator, axis: what a 3-D zoom is dreamed with, or None.
        family, reason, understood: for the record.
    """

    plan: ZoomPlan
    result: ZoomResult
    painter: Painter
    estimator: DepthEstimator
    axis: Axis
    family: str
    reason: str
    understood: str = ""


def zoom(
    plan: ZoomPlan, config: Config, *, pictures: bool = True, download: Download = "no", on_event: Listener = ignore
) -> Zoom:
    """Dream the levels of a plan with the models that the config asks for.

    Args:
        pictures: False when only a 3-D zoom is wanted: a world made of rules then needs no long lens.
    Raises:
        InputError: the photograph or the words cannot be used, or weights are missing.
    """

    size = config.dream.size
    photograph = load_photograph(plan.photograph, size) if plan.photograph is not None else None
    choice = choose_models(config.models, config.diffusion)
    if choice.missing and download != "no" and offer_download(choice, download):
        choice = choose_models(config.models, config.diffusion)
    on_event(Event("models", 0, 1, choice.reason))
    if choice.family == "diffusion":
        return _diffusion(plan, config, photograph, choice.reason, on_event)
    if photograph is not None:
        raise InputError(
            "worlds made of rules cannot take a photograph as a level of a zoom: leave 'photograph' out, or use the "
            "diffusion models (--models diffusion)"
        )
    return _procedural(plan, config, choice.reason, pictures, on_event)


def _procedural(plan: ZoomPlan, config: Config, reason: str, pictures: bool, on_event: Listener) -> Zoom:
    place = build_place(plan, config.seed, config.negative_prompt)
    on_event(Event("models", 1, 1, place.explanation))
    if pictures:
        result = draw_levels(place, plan, config.dream.size, lambda i, n: on_event(Event("paint", i, n, f"level {i}")))
    else:
        geometry = Geometry(config.dream.size, plan.factors)
        result = ZoomResult(np.zeros((0, 0, 0, 3), np.float32), geometry, ())
    moved = Moved(place.world, place.camera(0, 16))
    axis = Axis(
        moved.into(place.target),
        moved.turn.T @ place.axis,
        tuple(place.distance(level) for level in range(len(plan))),
        FOV,
    )
    world: Any = moved
    drawings = Drawings(world)
    painter, estimator = ProceduralPainter(world, drawings), ProceduralDepth(world, drawings=drawings)
    return Zoom(plan, result, painter, estimator, axis, "procedural", reason, place.explanation)


def draw_levels(
    place: ZoomPlace, plan: ZoomPlan, size: int, on_level: Callable[[int, int], None] = lambda done, total: None
) -> ZoomResult:
    """The levels of a place made of rules, drawn with ever longer lenses, and brought to agree to the last bit.

    The drawings agree already but for what `OVERSAMPLING`^2 rays a pixel miss (`ZoomResult.raw_agreement`); blending
    and pasting remove that. Levels in between are drawn for the film.
    """
    fine, own = refined(plan)
    between = Geometry(size, fine.factors)
    drawn, magnification = [], 1.0
    for level in range(len(fine)):
        lens = place.long_lens(magnification, OVERSAMPLING * size)
        picture = place.world.draw(lens, antialias=False, near=place.near_plane(magnification)).image
        drawn.append(shrink(np.moveaxis(picture, -1, 0), size))
        on_level(level + 1, len(fine))
        if level < len(fine.factors):  # spans are whole pixels: the lens follows the stack, not the plan
            magnification *= size / between.span(level, 1)
    stack = np.stack(drawn)
    geometry = Geometry(size, plan.factors)
    raw = tuple(agreement(np.moveaxis(stack[list(own)], 1, -1), geometry))
    agreed = render_images(np.clip(blend(stack, between), 0, 1), between)
    images = np.ascontiguousarray(np.moveaxis(agreed, 1, -1), np.float32)
    return ZoomResult(images[list(own)], geometry, raw, (images, between))


class Moved:
    """A world seen in the frame of a zoom: the origin is the coarsest camera, +z its heading, +y down."""

    def __init__(self, world: World, camera: Camera) -> None:
        heading = np.arctan2(camera.forward[0], camera.forward[2])
        c, s = np.cos(heading), np.sin(heading)
        self.world = world
        self.brief = world.brief
        self.turn: NDArray[np.float64] = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        self.origin = camera.position

    def into(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """(..., 3) points of the world in the frame of the zoom."""
        return np.asarray((np.asarray(points, np.float64) - self.origin) @ self.turn)

    def draw(self, camera: Camera, *, only: NDArray[np.bool_] | None = None) -> Drawing:
        """See `World.draw`."""
        pose = np.eye(4)
        pose[:3, :3] = self.turn @ camera.rotation
        pose[:3, 3] = self.turn @ camera.position + self.origin
        return self.world.draw(camera.at(pose), only=only)


def _diffusion(plan: ZoomPlan, config: Config, photograph: Image | None, reason: str, on_event: Listener) -> Zoom:
    settings = config.diffusion
    denoiser = load_denoiser(settings, config.negative_prompt)
    result = sample_zoom(
        denoiser,
        plan,
        size=config.dream.size,
        steps=settings.steps,
        seed=config.seed,
        photograph=photograph,
        on_step=lambda step, steps: on_event(Event("paint", step, steps, f"{len(plan)} levels together")),
    )
    del denoiser
    painter, estimator = load_diffusion(settings, lambda what, step, steps: on_event(Event("paint", step, steps, what)))
    far = DIFFUSION_DISTANCE if plan.width is None else plan.width / (2 * np.tan(np.radians(config.dream.fov) / 2))
    distances = tuple(float(far / magnification) for magnification in plan.magnifications)
    axis = Axis(np.array([0.0, 0.0, distances[0]]), np.array([0.0, 0.0, 1.0]), distances, config.dream.fov)
    return Zoom(plan, result, painter, estimator, axis, "diffusion", reason)


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
        "models": {"family": made.family, "reason": made.reason},
        "understood": made.understood,
        "agreement_db": [round(float(value), 2) for value in agreement(result.images, result.geometry)],
        "agreement_before_pasting_db": [round(float(value), 2) for value in result.raw_agreement],
    }
    write_text(output / "zoom.yaml", dump_yaml(record))


def _told(frames: Iterator[Image], count: int, on_event: Listener) -> Iterator[Image]:
    for number, frame in enumerate(frames, 1):
        on_event(Event("film", number, count))
        yield frame


def dive_levels(made: Zoom, config: Config, on_event: Listener = ignore) -> tuple[LevelGaussians, Any, Any]:
    """The 3-D zoom of a dreamed zoom: trained Gaussians by level, the cloud without what is covered, and the dive."""

    size, own = config.dream.size, list(range(len(made.plan)))
    plan, axis, pictures = made.plan, made.axis, list(made.result.images)
    if made.family == "procedural":  # any level can be drawn: steps of two keep what is passed by sharp
        plan, between = refined(plan)
        own, pictures = list(between), []
        axis = replace(axis, distances=tuple(axis.distances[0] / m for m in plan.magnifications))
    dream = dive(
        axis,
        plan.prompts,
        made.painter,
        made.estimator,
        size=size,
        pictures=pictures or None,
        with_sides=own,
        negative_prompt=config.negative_prompt,
        seed=config.seed,
        on_view=lambda done, total: on_event(Event("dream", done, total, f"view {done - 1}")),
    )
    gaussians, cloud = to_gaussians(dream, plan.factors, 1 / axis.camera(0, size).fx)

    def views(level: int) -> list[PosedView]:
        return training_views(dream, axis, level, plan.prompts[level], made.painter, made.estimator, level in own)

    def report(done: int, total: int) -> None:
        on_event(Event("train", done, total))

    scene = train_config(config)
    settings = [level_training(scene, config.train, level in own) for level in range(len(plan))]
    return train_levels(gaussians, axis, dream.cloud.is_sky, views, settings, report), cloud, dream


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
    import platform

    check_outputs(config, export)
    workspace = Workspace(output, config)
    workspace.record["inputs"]["zoom"] = fingerprint(str(path))
    if workspace.open(resume=True, overwrite=overwrite):
        return "the zoom is there already"
    began = time.perf_counter()
    made = zoom(plan, config, pictures=False, download=download, on_event=on_event)
    gaussians, cloud, dream = dive_levels(made, config, on_event)
    facts: dict[str, Any] = {
        "prompt": " / ".join(plan.prompts),
        "models": {"family": made.family, "reason": made.reason},
        "understood": made.understood,
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
        write_films(gaussians, made.axis, config, output, on_event)
    write_scene(scene, workspace, export=export, on_event=on_event)
    return f"{len(gaussians.finest()):,} Gaussians on {len(plan)} levels"


def write_films(gaussians: LevelGaussians, axis: Axis, config: Config, folder: Path, on_event: Listener) -> None:
    """preview.mp4 and depth.mp4: the dive, every frame with the Gaussians that its distance asks for."""
    from lucid3d.gaussians import render

    settings = config.render
    cameras = film_cameras(axis, settings.film_width, settings.film_height, settings.film_frames)
    gaussians = gaussians.inside(cameras[0])  # they fly straight ahead: what the first cannot see none does
    depths: list[Image] = []

    def pictures() -> Iterator[Image]:
        for number, camera in enumerate(cameras, 1):
            drawn = render(gaussians.seen_from(camera), camera)
            seen = np.where(drawn.alpha >= 0.5, drawn.depth, np.inf).astype(np.float32)
            near = 0.5 * float(np.linalg.norm(camera.position - axis.target))
            depths.append((depth_colours(seen, near) * 255).astype(np.uint8))
            on_event(Event("film", number, len(cameras)))
            yield drawn.image

    size = {"width": settings.film_width, "height": settings.film_height, "rate": settings.film_rate}
    write_film(pictures(), folder / "preview.mp4", **size)
    write_film((d / np.float32(255) for d in depths), folder / "depth.mp4", **size)
