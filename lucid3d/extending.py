"""A finished scene grows: dreamed on from where it ends, by the models that made it. What was there stays as it is, bit
for bit; new points are added where nothing was known, and new Gaussians are trained beside the old ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lucid3d.camera import Camera
from lucid3d.config import overlay
from lucid3d.dreaming import DreamedView, extend_views
from lucid3d.errors import InputError
from lucid3d.exploring.explorer import Explorer
from lucid3d.exploring.finding import from_world
from lucid3d.exploring.free_space import united
from lucid3d.exploring.reach import FARTHEST, Reach
from lucid3d.exploring.route import ARRIVED, eye_near
from lucid3d.families.base import Models
from lucid3d.families.choose import FAMILIES
from lucid3d.gaussians import Trainer, TrainingView, from_points
from lucid3d.gaussians.card import training_device
from lucid3d.gaussians.model import Gaussians, joined
from lucid3d.pointcloud import PointCloud
from lucid3d.preparation import assemble_models, prepare
from lucid3d.procedural.world import World
from lucid3d.progress import Event, Listener, ignore
from lucid3d.projection import erode_rim
from lucid3d.prompts import plan_prompts
from lucid3d.scene import Scene
from lucid3d.trajectory import load_cameras
from lucid3d.transforms import PosedView

SKY_MINIMUM = 50.0
"""Metres to the sky of a scene that has none yet."""
WITHIN_SKY = 0.8
"""Part of the way to a scene's sky within which it can grow."""
AROUND = 6
"""Pixels around what a view painted that are drawn when it is trained on: half the window of SSIM."""
RIM = 2
"""Pixels along the rim of what a view painted that are not trained on: old Gaussians cover a part of them."""
FEWEST_STEPS = 30
"""Of training the new Gaussians, where there are any."""


@dataclass(frozen=True)
class Goal:
    """Where to go on to: exactly one of them is given.

    Attributes:
        to: x and z in metres, a place to make the way to.
        path: a camera path (a name or file, see `trajectory.load_cameras`) to dream along.
        radius: metres around the start to make walkable.
    """

    to: tuple[float, float] | None = None
    path: str = ""
    radius: float | None = None

    def __post_init__(self) -> None:
        if sum((self.to is not None, bool(self.path), self.radius is not None)) != 1:
            raise InputError("extend needs one of --to X,Z, --path PATH and --radius METRES")
        if self.to is not None and not np.isfinite(self.to).all():
            raise InputError("--to needs two numbers, metres to the right and ahead of the start, as in --to 3,12")
        reach = self.radius if self.radius is not None else np.hypot(*self.to) if self.to is not None else 1.0
        if not 0 < reach <= FARTHEST:
            raise InputError(f"a scene can be extended by more than 0 and at most {FARTHEST:g} m, not {reach:g}")


def parse_place(text: str) -> tuple[float, float]:
    """x and z of "X,Z".

    Raises:
        InputError: it is something else.
    """
    try:
        x, z = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"--to {text!r} needs two numbers, metres to the right and ahead of the start, as in --to 3,12"
        ) from None
    return x, z


def extend_scene(
    scene: Scene, goal: Goal, *, prompt: str = "", models: Models | None = None, on_event: Listener = ignore
) -> Scene:
    """A new scene that begins with all of `scene` and goes on to the goal.

    Args:
        scene: with its points.
        prompt: words for what is new; the scene's own by default.
        models: that made the scene; loaded by its config by default.
        on_event: told after every step.
    Raises:
        InputError: the scene has no points, its sky is nearer than the goal, nobody can walk to the goal, or the models
            are not here.
    """
    if len(scene.points) == 0:
        raise InputError("this scene was saved without its points (points.ply), so it cannot be extended")
    config = scene.config
    radius = sky_radius(scene.points, np.zeros(3))
    cameras = _path(scene, goal)
    if _farthest(goal, cameras) > WITHIN_SKY * radius:
        raise InputError(
            f"the sky of this scene is {radius:.0f} m away: it can be extended to {WITHIN_SKY * radius:.0f} m from its "
            "start, and no further"
        )
    family = str(scene.facts.get("models", {}).get("family", config.models))
    if family in FAMILIES:  # "auto" may choose otherwise by now
        config = overlay(config, {"models": family})
    prepared = prepare(replace(config, prompt=(prompt,)) if prompt else config)
    if models is None:
        models = assemble_models(prepared, on_event=on_event)
    same_world = models.world if not prompt else None  # other words are another world: there the points say where
    explorer = None if cameras else _explorer(scene, goal, same_world)
    first = 1 + int(scene.points.views.max(initial=-1))
    views: list[DreamedView] = []
    cloud = scene.points
    source: Iterable[Camera] | Explorer = cameras if explorer is None else explorer
    for step in extend_views(
        models.painter,
        models.estimator,
        scene.points,
        source,
        plan_prompts((prompt,)) if prompt else prepared.prompts,
        config.dream,
        sky_radius=radius,
        first=first,
        negative_prompt=config.negative_prompt,
        seed=config.seed,
    ):
        cloud = step[1]
        views.append(step[0])
        on_event(Event("dream", len(views), len(views) + 1, f"view {views[-1].index}"))
    models.close()
    gaussians = scene.gaussians
    if len(cloud) > len(scene.points):
        gaussians = trained_beside(scene, cloud, views, on_event)
    free = explorer.free if explorer is not None else None
    known = scene.free if free is None else free if scene.free is None else united(scene.free, free)
    facts = _told(scene, goal, prompt, len(views), len(gaussians) - len(scene.gaussians))
    everything = np.ones((config.dream.size, config.dream.size), bool)
    posed = [PosedView(v.camera, v.image, v.depth, everything[: v.camera.height], prompt=v.prompt) for v in views]
    return replace(scene, gaussians=gaussians, points=cloud, views=[*scene.views, *posed], facts=facts, free=known)


def _farthest(goal: Goal, cameras: list[Camera]) -> float:
    """Metres from the start to where people will stand."""
    if goal.to is not None:
        return float(np.hypot(*goal.to))
    return goal.radius or max(float(np.linalg.norm(camera.position)) for camera in cameras)


def _path(scene: Scene, goal: Goal) -> list[Camera]:
    dream = scene.config.dream
    if not goal.path:
        return []
    return load_cameras(
        goal.path, width=dream.size, height=dream.size, fov_degrees=dream.fov, walk_radius=dream.walk_radius
    )


def _explorer(scene: Scene, goal: Goal, world: Any) -> Explorer:
    """Plans the views of the way to a place, or of all within a radius."""
    reach = goal.radius if goal.radius is not None else float(np.hypot(*goal.to)) + 2 * ARRIVED  # type: ignore[misc]
    if goal.to is not None and isinstance(world, World):
        eye_near(from_world(world, reach), *goal.to)
    size = scene.config.dream.size
    dreamed = [camera for camera in scene.cameras if camera.width == camera.height == size]
    usual = Camera.from_fov(size, size, scene.config.dream.fov)
    # close looks have longer lenses; networks get narrower ones than worlds
    lens = max(dreamed, key=lambda camera: camera.fov_degrees, default=usual)
    return Explorer(
        Reach(min(reach, FARTHEST)),
        lens,
        sharpness=scene.config.dream.sharpness,
        seed=scene.config.seed,
        world=world,
        worthwhile=scene.config.dream.worthwhile,
        goal=goal.to,
        protected=len(scene.points),
    )


def trained_beside(scene: Scene, cloud: PointCloud, views: list[DreamedView], on_event: Listener) -> Gaussians:
    """The scene's Gaussians, followed by those of the new points, which are trained on what the new views painted."""
    config = scene.config
    fresh = from_points(
        cloud[slice(len(scene.points), None)],
        sh_degree=config.training.sh_degree,
        max_gaussians=config.training.max_gaussians,
        cameras={view.index: view.camera for view in views},
        eyes=np.array([view.camera.position for view in views]),
    )
    before = max(1, sum(not view.support for view in scene.views))
    steps = max(FEWEST_STEPS, round(config.training.iterations * min(1.0, len(views) / before)))
    material = [shown for view in views if (shown := window(view)).known.any()]
    if not config.train or config.training.iterations == 0 or not material:
        return joined(scene.gaussians, fresh)
    # pruning would take away by number what others count on; a strategy would add to what has a budget
    settings = replace(config.training, iterations=steps, strategy="none", prune_opacity=0.0)
    trainer = Trainer(fresh, material, settings, seed=config.seed, device=training_device())
    while not trainer.done:
        report = trainer.step()
        on_event(Event("train", trainer.iteration, steps, f"loss {report.loss:.4f}"))
    return joined(scene.gaussians, trainer.gaussians)


def window(view: DreamedView) -> TrainingView:
    """The part of a view around what it painted, to train new Gaussians on: they alone are seen there, but for the rim,
    where they meet the old ones."""
    camera = view.camera
    inner = erode_rim(view.painted, RIM)
    rows, columns = np.flatnonzero(inner.any(axis=1)), np.flatnonzero(inner.any(axis=0))
    if len(rows) == 0:
        return TrainingView(camera, view.image, inner, view.depth)
    top, left = max(0, int(rows[0]) - AROUND), max(0, int(columns[0]) - AROUND)
    bottom, right = min(camera.height, int(rows[-1]) + AROUND + 1), min(camera.width, int(columns[-1]) + AROUND + 1)
    part = (slice(top, bottom), slice(left, right))
    lens = (camera.fx, camera.fy, camera.cx - left, camera.cy - top)
    cropped = Camera(right - left, bottom - top, *lens, camera.world_from_camera)
    return TrainingView(cropped, view.image[part], inner[part], view.depth[part])


def _told(scene: Scene, goal: Goal, prompt: str, views: int, added: int) -> dict[str, Any]:
    """The facts of the scene, with what was added to it."""
    entry: dict[str, Any] = {"views": views, "gaussians": added}
    if goal.to is not None:
        entry["to"] = list(goal.to)
    if goal.path:
        entry["path"] = goal.path
    if goal.radius is not None:
        entry["radius"] = goal.radius
    if prompt:
        entry["prompt"] = prompt
    return {**scene.facts, "extended": [*scene.facts.get("extended", []), entry]}


def sky_radius(cloud: PointCloud, position: np.ndarray) -> float:
    """Metres to the dome that the cloud's sky lies on, beyond somebody at `position` (3,)."""
    if cloud.is_sky.any():
        radius = float(np.median(np.linalg.norm(cloud.positions[cloud.is_sky], axis=1)))
    else:
        radius = max(SKY_MINIMUM, 1.2 * float(np.linalg.norm(cloud.positions, axis=1).max(initial=0)))
    return max(radius, 1.05 * float(np.linalg.norm(position)))


def extend_folder(
    folder: Path, goal: Goal, output: Path | None = None, *, prompt: str = "", on_event: Listener = ignore
) -> Path:
    """Extend a saved scene into a folder of its own (default: <scene>-extended beside it).

    Raises:
        InputError: see `extend_scene`; or the folder holds something else.
    """
    target = output or folder.with_name(f"{folder.resolve().name}-extended")
    if target.exists() and any(target.iterdir()):
        raise InputError(f"--output '{target}' is not empty; choose another folder")
    grown = extend_scene(Scene.load(folder), goal, prompt=prompt, on_event=on_event)
    return grown.save(target, on_event=on_event)
