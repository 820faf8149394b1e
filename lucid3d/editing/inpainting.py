"""A region repainted in words by networks: the loop of the paper over the hole that is left where the region was.

The region, and what lies behind it, is taken out of the cloud; from one view after the other that saw it the hole is
inpainted, its depth is estimated and fitted to what is known around, and the points are merged (LucidDreamer, Algorithm
1), so that each view continues what the others painted. Gaussians of the new points are trained beside the old ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lucid3d.camera import Camera
from lucid3d.config import overlay
from lucid3d.dreaming import DreamedView, extend_views
from lucid3d.editing.patch import Patch, difference, hidden
from lucid3d.editing.surroundings import projected
from lucid3d.errors import InputError
from lucid3d.extending import sky_radius, trained_beside
from lucid3d.families.base import Models
from lucid3d.gaussians import render
from lucid3d.guidance.optimise import seeing
from lucid3d.pointcloud import PointCloud
from lucid3d.preparation import assemble_models, prepare
from lucid3d.progress import Event, Listener, ignore
from lucid3d.prompts import plan_prompts
from lucid3d.scene import Scene

VIEWS = 6
"""Dreamed views that a region is repainted in: those that see most of it."""
FEATHER = 8
"""Pixels by which the hole is wider than the region, so that no rim of it is left: networks continue what they see."""
SHOWN = 0.3
"""Opacity from which a pixel shows the region."""
BEFORE = 1.05
"""Times its depth up to which what all Gaussians show is the region and nothing before it."""
LEAST = 0.003
"""Part of a picture that a region must take, for the picture to be repainted."""


@contextmanager
def painting(scene: Scene, models: Models | None = None, on_event: Listener = ignore) -> Iterator[Models]:
    """The networks that a scene's config names, closed afterwards; or `models`, which are left open.

    Raises:
        InputError: they are not on disk; says how to fetch them.
    """
    if models is not None:
        yield models
        return
    painters = assemble_models(prepare(overlay(scene.config, {"models": "diffusion"})), on_event=on_event)
    try:
        yield painters
    finally:
        painters.close()


def inpainted(
    scene: Scene, region: NDArray[np.bool_], words: str, models: Models, *, on_event: Listener = ignore
) -> Patch:
    """The change that makes a region what words say.

    Args:
        scene: with its points.
        region: (N,) bool of its Gaussians.
        models: that paint and estimate depth.
    Raises:
        InputError: no words, no points, the region is everything or is seen by no dreamed view.
    """
    if not words.strip():
        raise InputError("say what shall be there: --prompt 'a fountain of white marble'")
    if len(scene.points) == 0:
        raise InputError("this scene was saved without its points (points.ply), so it cannot be repainted")
    if region.all():
        raise InputError("everything at once is another scene: choose a region, or restyle the scene in other words")
    holes = _holes(scene, region)
    if not holes:
        raise InputError("no dreamed view of this scene shows that region")
    cloud = _without(scene, region, holes)
    first = 1 + int(scene.points.views.max(initial=-1))
    config, radius = scene.config, sky_radius(scene.points, np.zeros(3))
    views: list[DreamedView] = []
    grown = cloud
    # a view that shows less than `enough` unknown would be left out: what is asked for here is small in its pictures
    dream = replace(config.dream, enough=1.0)
    for step in extend_views(
        models.painter, models.estimator, cloud, [camera for camera, _ in holes], plan_prompts((words,)), dream,
        sky_radius=radius, first=first, negative_prompt=config.negative_prompt, seed=config.seed,
    ):  # fmt: skip
        view, grown = step
        hole = next(hole for camera, hole in holes if camera is view.camera)
        views.append(replace(view, painted=view.painted & hole))
        on_event(Event("dream", len(views), len(holes), f"view {view.index}"))
    new = _in_holes(grown[slice(len(cloud), None)], views)
    if not len(new):
        raise InputError("nothing was painted there: choose a larger region")
    base = replace(scene, gaussians=hidden(scene.gaussians, region), points=cloud)
    whole = trained_beside(base, PointCloud.concatenate([cloud, new]), views, on_event)
    return difference(scene.gaussians, whole)


def _holes(scene: Scene, region: NDArray[np.bool_]) -> list[tuple[Camera, NDArray[np.bool_]]]:
    """Views that show a region, and the pixels (H, W) to repaint; those that show most of it first."""
    own, found = scene.gaussians[np.flatnonzero(region)], []
    for camera in seeing(scene.gaussians, region, scene.cameras):
        part, whole = render(own, camera), render(scene.gaussians, camera)
        shown = (part.alpha > SHOWN) & (part.depth <= BEFORE * whole.depth)
        if shown.mean() >= LEAST:
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * FEATHER + 1, 2 * FEATHER + 1))
            found.append((camera, cv2.dilate(shown.astype(np.uint8), kernel) > 0))
    found.sort(key=lambda each: -float(each[1].mean()))
    return found[:VIEWS]


def _without(scene: Scene, region: NDArray[np.bool_], holes: list[tuple[Camera, NDArray[np.bool_]]]) -> PointCloud:
    """The cloud without the region, and without what would show through its holes."""
    cloud = scene.points
    _, nearest = cKDTree(scene.gaussians.means).query(cloud.positions, workers=-1)
    gone = region[nearest]
    own = scene.gaussians[np.flatnonzero(region)]
    for camera, hole in holes:
        rows, row, column, depth = projected(cloud.positions, camera)
        part = render(own, camera)
        front = np.where(part.alpha > SHOWN, part.depth, np.float32(np.inf)).min(initial=np.inf)
        gone[rows[hole[row, column] & (depth >= front / BEFORE)]] = True
    return cloud[~gone]


def _in_holes(new: PointCloud, views: list[DreamedView]) -> PointCloud:
    """Of new points those that lie where their own view was to be repainted."""
    kept = np.zeros(len(new), bool)
    for view in views:
        own = np.flatnonzero(new.views == view.index)
        rows, row, column, _ = projected(new.positions[own], view.camera)
        kept[own[rows[view.painted[row, column]]]] = True
    return new[kept]
