"""Everything before the first view: cameras, prompts, the picture to start from, and the models."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from lucid3d.camera import Camera
from lucid3d.config import Config
from lucid3d.exploring.reach import FARTHEST, Reach, parse_reach
from lucid3d.families.base import DepthEstimator, Image, Models, Painter, Uses, Wish
from lucid3d.families.choose import Download, Loader, choose_models, load_models
from lucid3d.families.diffusion.captioner import caption
from lucid3d.families.diffusion.family import DIFFUSION
from lucid3d.families.diffusion.prompting import subject_ahead
from lucid3d.families.diffusion.timing import LONG_SECONDS, time_estimate
from lucid3d.families.picture import PanoramaPainter
from lucid3d.from_picture.learned import read_photograph
from lucid3d.input_panorama import load_panorama
from lucid3d.joint.ring import joint_path
from lucid3d.learning.optics import levelling
from lucid3d.learning.reader import PictureReader, Reading
from lucid3d.learning.shipped import shipped
from lucid3d.panorama.resampling import perspective_from_equirectangular
from lucid3d.progress import Event, Listener, ignore
from lucid3d.prompts import PromptPlan, plan_prompts
from lucid3d.start import Start, load_start
from lucid3d.trajectory import load_cameras, planned_reach

PHOTO_FOV = 60.0
"""Degrees across a picture whose file does not state its focal length: a phone's main camera, cropped to a square."""

UNDESCRIBED = "a place like the photograph"
"""The sentence of a picture that nobody described: the procedural family reads the place from the picture itself."""


@dataclass
class Prepared:
    """What is known before any model is loaded.

    Attributes:
        config: with the prompt filled in where a picture came without one.
        prompts: by direction.
        cameras: where to dream from; the first has the picture's lens.
        start: the picture to begin with, or None.
        panorama: (H, 2H, 3) float32 sRGB, the panorama to begin with, or None; `start` is its part ahead then.
        reading: what lucid3d's own network read in the picture; None without a picture, or without its weights.
        reach: how far to explore beyond the cameras, or None.
        spoken: what the family that runs is asked for in each direction, where that is not `prompts` itself.
    """

    config: Config
    prompts: PromptPlan
    cameras: list[Camera]
    start: Start | None
    panorama: Image | None = None
    reading: Reading | None = None
    reach: Reach | None = None
    spoken: PromptPlan | None = None


NARROW = {"walk": "walk_narrow", "turn": "turn_narrow", "roam": "walk_narrow"}
"""Paths whose views are too wide for networks, and what they are asked for instead. A network takes minutes a view, so
it explores only where somebody says how far (`--explore`)."""


def for_family(prepared: Prepared, models: Models) -> Prepared:
    """What is prepared, as the family that runs wants it: networks get narrower views, and the subject of a sentence
    ahead alone. Joint views keep their path."""
    config = prepared.config
    if models.family != DIFFUSION.name:
        return prepared
    return _for_networks(replace(prepared, spoken=subject_ahead(prepared.prompts, config.diffusion)))


def _for_networks(prepared: Prepared) -> Prepared:
    config = prepared.config
    other = NARROW.get(config.trajectory) if config.diffusion.narrow else None
    if other is None or config.dreaming == "joint":
        return prepared
    dream = config.dream
    cameras = load_cameras(
        other, width=dream.size, height=dream.size, fov_degrees=dream.fov, walk_radius=dream.walk_radius
    )
    reach = parse_reach(config.explore)
    if prepared.panorama is not None:
        return replace(prepared, cameras=cameras, start=start_in(prepared.panorama, cameras[0]), reach=reach)
    cameras = cameras if prepared.start is None else [prepared.cameras[0], *cameras[1:]]
    return replace(prepared, cameras=cameras, reach=reach)


def with_sphere(prepared: Prepared, models: Models, panorama: Image) -> tuple[Prepared, Models]:
    """A job whose sphere was painted first (H, 2H, 3): it goes on as one that begins with that panorama."""
    start = start_in(panorama, prepared.cameras[0])
    painter = PanoramaPainter(panorama, models.painter)
    return replace(prepared, panorama=panorama, start=start), replace(models, painter=painter)


def prepare(config: Config) -> Prepared:
    """Read and check everything that a config names.

    Raises:
        InputError: something cannot be used; the message names it.
    """
    dream = config.dream
    cameras = load_cameras(
        config.trajectory, width=dream.size, height=dream.size, fov_degrees=dream.fov, walk_radius=dream.walk_radius
    )
    reach = parse_reach(config.explore or planned_reach(config.trajectory))
    if reach is not None and not config.explore:
        reach = replace(reach, radius=min(max(reach.radius, dream.walk_radius), FARTHEST))
    return replace(_prepared(config, cameras), reach=reach)


def _prepared(config: Config, cameras: list[Camera]) -> Prepared:
    dream, joint = config.dream, config.dreaming == "joint"
    if config.panorama:
        return _prepared_panorama(config, cameras)
    if not config.image:
        cameras = joint_path(cameras, dream.size) if joint else cameras
        return Prepared(config, plan_prompts(config.prompt), cameras, None)
    start, fov = load_start(config.image, config.depth, size=dream.size, depth_unit=config.depth_unit)
    reading = read_start(start, fov, ", ".join(config.prompt))
    lens = _lens_of(start, fov, reading, level=joint)
    cameras = joint_path(cameras, dream.size, lens) if joint else [lens, *cameras[1:]]
    if not config.prompt:
        config = replace(config, prompt=(_describe(config, start),))
    return Prepared(config, plan_prompts(config.prompt), cameras, start, reading=reading)


def read_start(start: Start, fov_degrees: float | None, prompt: str = "") -> Reading | None:
    """What lucid3d's own network reads in a start's picture; None where the package carries no weights.

    Args:
        fov_degrees: horizontal field of view of the whole start where its file states it.
        prompt: words that say what it shows.
    """
    if not shipped():
        return None
    size = start.known.shape[0]
    picture, camera = _cropped(start, Camera.from_fov(size, size, fov_degrees or PHOTO_FOV))
    return read_photograph(picture, PictureReader(), camera.fov_degrees if fov_degrees else None, prompt)


def _lens_of(start: Start, fov_degrees: float | None, reading: Reading | None, *, level: bool) -> Camera:
    """The camera that took a start's picture: the file's lens or the one that was read, in a world that is level (with
    `level`, of a level camera, as it is if nothing was read)."""
    size = start.known.shape[0]
    if reading is None:
        return Camera.from_fov(size, size, fov_degrees or PHOTO_FOV)
    columns = np.flatnonzero(start.known.any(axis=0))
    share = (columns[-1] + 1 - columns[0]) / size
    across = 2 * math.degrees(math.atan(math.tan(math.radians(reading.fov) / 2) / share))
    pose = np.eye(4)
    if not level:
        pose[:3, :3] = levelling(reading.pitch, reading.roll)
    return Camera.from_fov(size, size, fov_degrees or across, pose)


def start_in(panorama: Image, camera: Camera) -> Start:
    """The part of a panorama (H, 2H, 3) that the first camera sees, as what a dream begins with."""
    ahead = np.clip(perspective_from_equirectangular(panorama, camera, interpolation="cubic"), 0, 1)
    return Start(ahead.astype(np.float32), np.ones((camera.height, camera.width), bool))


def _prepared_panorama(config: Config, cameras: list[Camera]) -> Prepared:
    panorama = load_panorama(config.panorama)
    start = start_in(panorama, cameras[0])
    if not config.prompt:
        config = replace(config, prompt=(_describe(config, start),))
    return Prepared(config, plan_prompts(config.prompt), cameras, start, panorama)


def _describe(config: Config, start: Start) -> str:
    """A sentence for a picture that came without one."""
    if choose_models(config.models, config.diffusion, Uses(captioner=True)).family == DIFFUSION.name:
        return caption(start.image, config.diffusion)
    return UNDESCRIBED


def wish_for(
    config: Config,
    prompt: str,
    *,
    painter: Painter | str | None = None,
    estimator: DepthEstimator | str | None = None,
    on_event: Listener = ignore,
) -> Wish:
    """What a config asks of its models, for a sentence.

    Args:
        painter, estimator: of one's own, in place of those that the config names.
    """
    return Wish(
        models=config.models,
        settings=config.diffusion,
        painter=painter or config.painter or None,
        estimator=estimator or config.estimator or None,
        prompt=prompt,
        negative_prompt=config.negative_prompt,
        seed=config.seed,
        progress=lambda what, step, steps: on_event(Event("paint", step, steps, what)),
    )


def assemble_models(
    prepared: Prepared,
    painter: Painter | str | None = None,
    estimator: DepthEstimator | str | None = None,
    *,
    download: Download = "no",
    load: Loader | None = None,
    on_event: Listener,
) -> Models:
    """The models of a run: those handed in, or those that the config asks for and the disk has.

    Args:
        download, load: see `lucid3d.families.choose.load_models`.
    Raises:
        InputError: see `lucid3d.families.choose.load_models`.
    """
    config = prepared.config
    wish = wish_for(config, prepared.prompts.sentence, painter=painter, estimator=estimator, on_event=on_event)
    if prepared.panorama is not None:
        wish = replace(wish, panorama=prepared.panorama)
    elif prepared.start is not None:
        picture, camera = _cropped(prepared.start, prepared.cameras[0])
        wish = replace(wish, picture=picture, camera=camera, reading=prepared.reading)

    def tell(reason: str) -> None:
        on_event(Event("models", 0, 1, reason))

    models = load_models(wish, download=download, load=load, tell=tell)
    if models.family == DIFFUSION.name:
        estimate = time_estimate(config.diffusion, len(_for_networks(prepared).cameras), config.dream.size)
        if estimate.seconds > LONG_SECONDS:
            tell(estimate.sentence)
    return models


def _cropped(start: Start, camera: Camera) -> tuple[Image, Camera]:
    """The part of a start that is a picture, and the camera that saw it: bands to be outpainted are no picture."""
    rows, columns = np.flatnonzero(start.known.any(axis=1)), np.flatnonzero(start.known.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    image = start.image[top:bottom, left:right]
    lens = (camera.fx, camera.fy, camera.cx - float(left), camera.cy - float(top))
    return image, Camera(int(right - left), int(bottom - top), *lens, camera.world_from_camera)
