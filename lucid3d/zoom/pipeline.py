"""A zoom from its plan: levels dreamed by whoever the config asks for, and their dive in 3-D."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.config import Config
from lucid3d.errors import InputError
from lucid3d.families.base import Image, Models, Wish
from lucid3d.families.choose import Download, load_models, settle
from lucid3d.families.diffusion.family import DIFFUSION
from lucid3d.families.procedural import Drawings, ProceduralDepth, ProceduralPainter
from lucid3d.families.worlds import PROCEDURAL
from lucid3d.preparation import wish_for
from lucid3d.progress import Event, Listener, ignore
from lucid3d.zoom.diffusion import load_denoiser
from lucid3d.zoom.dive import Axis, dive, to_gaussians
from lucid3d.zoom.place import FOV, build_place
from lucid3d.zoom.plan import ZoomPlan, load_photograph, refined
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
"""Rays along each side of a pixel of a procedural level, averaged as they are shown. Grass is finer than a pixel:
with the few rays of an ordinary picture levels agree to 23 dB before they are pasted, with these to 27, with four along
each side to 29, for nearly twice the time."""


@dataclass
class Zoom:
    """A zoom ready to be written.

    Attributes:
        plan: what was asked for; result: pictures that agree.
        models: who painted, and who paints and measures what a 3-D zoom dreams.
        axis: along which it is flown.
    """

    plan: ZoomPlan
    result: ZoomResult
    models: Models
    axis: Axis


def zoom(
    plan: ZoomPlan, config: Config, *, pictures: bool = True, download: Download = "no", on_event: Listener = ignore
) -> Zoom:
    """Dream the levels of a plan with the models that the config asks for.

    Args:
        pictures: False when only a 3-D zoom is wanted: a procedural world then needs no long lens.
    Raises:
        InputError: the photograph or the words cannot be used, or weights are missing.
    """
    if config.painter or config.estimator:
        raise InputError("a zoom is dreamed by a whole family: leave out painter and estimator")
    photograph = load_photograph(plan.photograph, config.dream.size) if plan.photograph is not None else None
    wish = wish_for(config, " / ".join(plan.prompts), on_event=on_event)
    choice = settle(wish, download=download, tell=lambda reason: on_event(Event("models", 0, 1, reason)))
    if choice.family == DIFFUSION.name:
        return _diffusion(plan, config, photograph, wish, choice.reason, on_event)
    if photograph is not None:
        raise InputError(
            "procedural worlds cannot take a photograph as a level of a zoom: leave 'photograph' out, or use the "
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
    drawings = Drawings(moved)
    painter, estimator = ProceduralPainter(moved, drawings), ProceduralDepth(moved, drawings=drawings)
    return Zoom(plan, result, Models(PROCEDURAL.name, painter, estimator, reason, place.explanation), axis)


def draw_levels(
    place: ZoomPlace, plan: ZoomPlan, size: int, on_level: Callable[[int, int], None] = lambda done, total: None
) -> ZoomResult:
    """The levels of a procedural place, drawn with ever longer lenses, and brought to agree to the last bit.

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


def _diffusion(
    plan: ZoomPlan, config: Config, photograph: Image | None, wish: Wish, reason: str, on_event: Listener
) -> Zoom:
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
    models = replace(load_models(replace(wish, models=DIFFUSION.name)), reason=reason)
    far = DIFFUSION_DISTANCE if plan.width is None else plan.width / (2 * np.tan(np.radians(config.dream.fov) / 2))
    distances = tuple(float(far / magnification) for magnification in plan.magnifications)
    axis = Axis(np.array([0.0, 0.0, distances[0]]), np.array([0.0, 0.0, 1.0]), distances, config.dream.fov)
    return Zoom(plan, result, models, axis)


def dive_levels(made: Zoom, config: Config, on_event: Listener = ignore) -> tuple[LevelGaussians, Any, Any]:
    """The 3-D zoom of a dreamed zoom: trained Gaussians by level, the cloud without what is covered, and the dive."""

    size, own = config.dream.size, list(range(len(made.plan)))
    plan, axis, pictures = made.plan, made.axis, list(made.result.images)
    if made.models.family == PROCEDURAL.name:  # any level can be drawn: steps of two keep what is passed by sharp
        plan, between = refined(plan)
        own, pictures = list(between), []
        axis = replace(axis, distances=tuple(axis.distances[0] / m for m in plan.magnifications))
    dream = dive(
        axis,
        plan.prompts,
        made.models.painter,
        made.models.estimator,
        size=size,
        pictures=pictures or None,
        with_sides=own,
        negative_prompt=config.negative_prompt,
        seed=config.seed,
        on_view=lambda done, total: on_event(Event("dream", done, total, f"view {done - 1}")),
    )
    gaussians, cloud = to_gaussians(dream, plan.factors, 1 / axis.camera(0, size).fx)

    def views(level: int) -> list[PosedView]:
        return training_views(
            dream, axis, level, plan.prompts[level], made.models.painter, made.models.estimator, level in own
        )

    def report(done: int, total: int) -> None:
        on_event(Event("train", done, total))

    settings = [level_training(config.training, config.train, level in own) for level in range(len(plan))]
    return train_levels(gaussians, axis, dream.cloud.is_sky, views, settings, report, seed=config.seed), cloud, dream
