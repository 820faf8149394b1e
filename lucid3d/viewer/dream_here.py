"""A new view dreamed where somebody stands, added to the scene (as WonderWorld, Yu et al. 2024, grows its worlds).

What the scene shows from there already is the start of the dream, picture and depth; the rest is painted, measured,
fitted to it (the paper's RGB-D start with outpainting), and only the new part is lifted and added.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lucid3d.camera import Camera
from lucid3d.config import Config
from lucid3d.dreaming import dream_views
from lucid3d.errors import InputError
from lucid3d.extending import sky_radius
from lucid3d.families.base import DepthEstimator, Models, Painter
from lucid3d.families.choose import load_models
from lucid3d.gaussians import from_points
from lucid3d.gaussians.model import joined
from lucid3d.pointcloud import lift, merge
from lucid3d.preparation import wish_for
from lucid3d.projection import project_cloud
from lucid3d.prompts import plan_prompts
from lucid3d.scene import Scene
from lucid3d.start import Start
from lucid3d.transforms import PosedView

ENOUGH = 0.999
"""A view of which this part is known shows nothing new."""


@dataclass
class Grown:
    """A scene with one more view.

    Attributes:
        scene: a new one; the old is untouched.
        added: how many Gaussians are new.
        known: part of the view that the scene showed before.
    """

    scene: Scene
    added: int
    known: float


def models_for(config: Config, prompt: str) -> Models:
    """The models that a scene was made with, for another sentence.

    Raises:
        InputError: they are not here.
    """
    return load_models(wish_for(config, prompt))


def dream_here(
    scene: Scene,
    camera: Camera,
    prompt: str,
    painter: Painter,
    estimator: DepthEstimator,
    *,
    seed: int = 0,
) -> Grown:
    """Dream what the scene does not show from `camera`, and add it.

    Args:
        camera: where to, in the scene's world; its size is that of the new view.
        prompt: words for this view.
        seed: of this view.
    Raises:
        InputError: the scene has no points, or shows everything from there already.
    """

    if len(scene.points) == 0:
        raise InputError("this scene was saved without its points (points.ply), so no view can be added to it")
    partial = project_cloud(scene.points, camera)
    known = float(partial.known.mean())
    if known >= ENOUGH:
        raise InputError("everything is known from here already: turn or step to where there are holes")
    if known > 0:
        depth = np.where(partial.known, partial.depth, np.nan).astype(np.float32)
        start = Start(partial.image, partial.known, depth)
    else:
        start = None
    steps = dream_views(
        painter,
        estimator,
        [camera],
        plan_prompts((prompt,)),
        scene.config.dream,
        negative_prompt=scene.config.negative_prompt,
        seed=seed,
        start=start,
    )
    view = next(iter(steps)).newest
    assert view is not None  # the first view of a dream is always dreamed
    number = 1 + max((int(v) for v in np.unique(scene.points.views)), default=-1)
    fresh = lift(
        view.image,
        view.depth,
        camera,
        view=number,
        mask=~partial.known,
        sky_radius=sky_radius(scene.points, camera.position),
    )
    cloud = merge(scene.points, fresh, camera)
    added = from_points(cloud[slice(len(scene.points), None)])
    posed = PosedView(camera, view.image, view.depth, np.ones(view.depth.shape, bool), prompt=prompt)
    grown = replace(scene, gaussians=joined(scene.gaussians, added), points=cloud, views=[*scene.views, posed])
    return Grown(grown, len(added), known)
