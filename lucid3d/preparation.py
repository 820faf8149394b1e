"""Everything before the first view: cameras, prompts, the picture to start from, and the models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from lucid3d.camera import Camera
from lucid3d.config import Config
from lucid3d.families.base import DepthEstimator, Image, Painter
from lucid3d.families.choose import choose_models, load_diffusion
from lucid3d.families.diffusion.captioner import caption
from lucid3d.families.diffusion.commands import offer_download
from lucid3d.families.diffusion.timing import LONG_SECONDS, time_estimate
from lucid3d.families.procedural import procedural_models
from lucid3d.from_picture.panorama_world import panorama_models
from lucid3d.from_picture.photo import photo_models
from lucid3d.joint.ring import joint_path
from lucid3d.panorama.painting import PanoramaPainter
from lucid3d.panorama.resampling import perspective_from_equirectangular
from lucid3d.progress import Event, Listener
from lucid3d.prompts import PromptPlan, plan_prompts
from lucid3d.start import Start, load_panorama, load_start
from lucid3d.trajectory import load_cameras

PHOTO_FOV = 60.0
"""Degrees across a picture whose file does not state its focal length: a phone's main camera, cropped to a square."""

RADIANCE_ROWS = 384
"""Of the panorama of true radiance that a procedural world gives: light needs no more, and it costs one view."""

Download = Literal["ask", "yes", "no"]

Loader = Callable[..., tuple[Painter, DepthEstimator]]
"""load(settings, progress) -> painter, estimator; see `lucid3d.families.choose.load_diffusion`."""


@dataclass
class Prepared:
    """What is known before any model is loaded.

    Attributes:
        config: with the prompt filled in where a picture came without one.
        prompts: by direction.
        cameras: where to dream from; the first has the picture's lens.
        start: the picture to begin with, or None.
        panorama: (H, 2H, 3) float32 sRGB, the panorama to begin with, or None; `start` is its part ahead then.
    """

    config: Config
    prompts: PromptPlan
    cameras: list[Camera]
    start: Start | None
    panorama: Image | None = None


@dataclass
class Models:
    """Who paints and who measures, why they were chosen, and what they say about the prompt."""

    painter: Painter
    estimator: DepthEstimator
    family: str
    reason: str
    understood: str = ""

    @property
    def look(self) -> Callable[[int], Image] | None:
        """Draws (H, 2H, 3) sRGB all around the start for H rows, where there is a world made of rules to be drawn."""
        world = self._world()
        return None if world is None else lambda rows: np.asarray(world.draw_equirectangular(rows).image, np.float32)

    def radiance(self, rows: int = RADIANCE_ROWS) -> Image | None:
        """(H, 2H, 3) linear light all around the start, where the models know it (a world made of rules)."""
        world = self._world()
        return None if world is None else np.asarray(world.draw_equirectangular(rows).radiance, np.float32)

    def _world(self) -> Any:
        world = getattr(self.painter, "world", None)
        return world if hasattr(world, "draw_equirectangular") else None

    def release(self) -> None:
        """Let go of what the models hold before training needs the memory."""
        for model in (self.painter, self.estimator):
            close = getattr(model, "close", None)
            if close is not None:
                close()


def prepare(config: Config) -> Prepared:
    """Read and check everything that a config names.

    Raises:
        InputError: something cannot be used; the message names it.
    """
    dream = config.dream
    cameras = load_cameras(
        config.trajectory, width=dream.size, height=dream.size, fov_degrees=dream.fov, walk_radius=dream.walk_radius
    )
    joint = config.dreaming == "joint"
    if config.panorama:
        return _prepared_panorama(config, cameras)
    if not config.image:
        cameras = joint_path(cameras, dream.size) if joint else cameras
        return Prepared(config, plan_prompts(config.prompt), cameras, None)
    start, fov = load_start(config.image, config.depth, size=dream.size, depth_unit=config.depth_unit)
    lens = Camera.from_fov(dream.size, dream.size, fov or PHOTO_FOV)
    cameras = joint_path(cameras, dream.size, lens) if joint else [lens, *cameras[1:]]
    if not config.prompt:
        config = replace(config, prompt=(_describe(config, start),))
    return Prepared(config, plan_prompts(config.prompt), cameras, start)


def _prepared_panorama(config: Config, cameras: list[Camera]) -> Prepared:
    panorama = load_panorama(config.panorama)
    first = cameras[0]
    ahead = np.clip(perspective_from_equirectangular(panorama, first, interpolation="cubic"), 0, 1)
    start = Start(ahead.astype(np.float32), np.ones((first.height, first.width), bool))
    if not config.prompt:
        config = replace(config, prompt=(_describe(config, start),))
    return Prepared(config, plan_prompts(config.prompt), cameras, start, panorama)


def _describe(config: Config, start: Start) -> str:
    """A sentence for a picture that came without one."""

    if choose_models(config.models, config.diffusion, caption=True).family == "diffusion":
        return caption(start.image, config.diffusion)
    return "a place like the photograph"  # the procedural family reads the place from the picture itself


def assemble_models(
    prepared: Prepared,
    painter: Painter | None,
    estimator: DepthEstimator | None,
    *,
    download: Download = "no",
    load: Loader | None = None,
    on_event: Listener,
) -> Models:
    """The models of a run: those handed in, or those that the config asks for and the disk has.

    Args:
        download: whether missing weights may be fetched; "ask" asks in a terminal on a machine with a GPU.
        load: in place of `lucid3d.families.choose.load_diffusion`, for whoever keeps networks between runs.
    Raises:
        InputError: the diffusion family was asked for and is not on disk.
    """
    config, prompts, start = prepared.config, prepared.prompts, prepared.start
    if painter is not None and estimator is not None:
        return Models(painter, estimator, "custom", f"{type(painter).__name__} and {type(estimator).__name__}")

    choice = choose_models(config.models, config.diffusion)
    if choice.missing and download != "no" and offer_download(choice, download):
        choice = choose_models(config.models, config.diffusion)
    on_event(Event("models", 0, 1, choice.reason))
    if choice.family == "diffusion":
        return _diffusion(prepared, choice.reason, load, on_event)
    if prepared.panorama is not None:
        painter, estimator, sphere = panorama_models(prepared.panorama, prompts.sentence, config.seed)
        return Models(painter, estimator, choice.family, choice.reason, _understood(sphere))
    if start is not None:
        image, camera = _cropped(start, prepared.cameras[0])
        painter, estimator, place = photo_models(image, camera, config.seed, prompts.sentence)
        return Models(painter, estimator, choice.family, choice.reason, _understood(place))

    painter, estimator, world = procedural_models(prompts.sentence, config.seed, config.negative_prompt)
    return Models(painter, estimator, choice.family, choice.reason, _understood(world))


def _diffusion(prepared: Prepared, reason: str, load: Loader | None, on_event: Listener) -> Models:
    settings = prepared.config.diffusion
    load = load or load_diffusion
    painter, estimator = load(settings, lambda what, step, steps: on_event(Event("paint", step, steps, what)))
    if prepared.panorama is not None:
        painter = PanoramaPainter(prepared.panorama, painter)
    estimate = time_estimate(settings, len(prepared.cameras), prepared.config.dream.size)
    if estimate.seconds > LONG_SECONDS:
        on_event(Event("models", 0, 1, estimate.sentence))
    return Models(painter, estimator, "diffusion", reason)


def _understood(world: Any) -> str:
    """What a world made of rules took from the prompt, in a sentence or two."""
    return str(getattr(getattr(world, "brief", None), "explanation", "") or getattr(world, "explanation", ""))


def _cropped(start: Start, camera: Camera) -> tuple[Image, Camera]:
    """The part of a start that is a picture, and the camera that saw it: bands to be outpainted are no picture."""
    rows, columns = np.flatnonzero(start.known.any(axis=1)), np.flatnonzero(start.known.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    image = start.image[top:bottom, left:right]
    lens = (camera.fx, camera.fy, camera.cx - float(left), camera.cy - float(top))
    return image, Camera(int(right - left), int(bottom - top), *lens, camera.world_from_camera)
