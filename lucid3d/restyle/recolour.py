"""New pictures of a finished scene become new colours of its points and Gaussians; nothing moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.families.base import Image
from lucid3d.gaussians import Trainer, TrainingView
from lucid3d.gaussians.model import SH_C0
from lucid3d.joint.fusion import SHARPNESS, centre_weights
from lucid3d.joint.overlaps import DEPTH_TOLERANCE, Floats, Overlap, sampled
from lucid3d.progress import Event, Listener, ignore
from lucid3d.projection import project_cloud
from lucid3d.scene_contents import SKY_FROM
from lucid3d.transforms import PosedView

if TYPE_CHECKING:
    from lucid3d.gaussians.model import Gaussians
    from lucid3d.scene import Scene

COLOUR_RATE = 0.01
"""Learning rate of the colours: twice the trainer's, as nothing else moves."""


def recoloured(scene: Scene, pictures: Sequence[Image], on_event: Listener = ignore) -> Scene:
    """The scene as its dreamed views look now.

    Every point and Gaussian takes the colour that the views show of it, those that see it nearest to their centre
    foremost; then the colours alone are trained. Support views are reprojected from the new points.

    Args:
        pictures: one for each dreamed view (`scene.views` without support views), (H, W, 3) float32 sRGB.
    """

    dreamed = [replace(v, image=p) for v, p in zip(_dreamed(scene), pictures, strict=True)]
    points = replace(scene.points, colors=seen_colours(scene.points.positions, scene.points.is_sky, dreamed))
    views = list(dreamed)
    for view in scene.views:
        if view.support and len(points):
            partial = project_cloud(points, view.camera)
            views.append(PosedView(view.camera, partial.image, partial.depth, partial.known, support=True))
    sh = np.zeros_like(scene.gaussians.sh)
    sh[:, 0] = (seen_colours(scene.gaussians.means, _sky_gaussians(scene), dreamed) - 0.5) / SH_C0
    gaussians = _trained(replace(scene.gaussians, sh=sh), views, scene, on_event)
    return replace(scene, gaussians=gaussians, points=points, views=views)


def _dreamed(scene: Scene) -> list[PosedView]:
    return [view for view in scene.views if not view.support]


def _sky_gaussians(scene: Scene) -> NDArray[np.bool_]:
    """(N,) bool: those on the dome that the sky points lie on."""

    distances = np.linalg.norm(scene.gaussians.means, axis=1)
    sky = scene.points.positions[scene.points.is_sky]
    if not len(sky):
        return np.zeros(len(distances), bool)
    on_dome: NDArray[np.bool_] = distances > SKY_FROM * float(np.linalg.norm(sky, axis=1).min())
    return on_dome


def seen_colours(positions: Floats, is_sky: NDArray[np.bool_], views: Sequence[PosedView]) -> Floats:
    """(N, 3) float32 sRGB of positions (N, 3) as the views show them; what none shows takes its neighbour's colour."""
    from scipy.spatial import cKDTree

    total, colours = np.zeros(len(positions)), np.zeros((len(positions), 3))
    for view in views:
        camera = view.camera
        pixels, depth = camera.project(positions)
        inside = (depth > 0) & (pixels >= 0).all(axis=1) & (pixels < (camera.width, camera.height)).all(axis=1)
        rows = np.flatnonzero(inside)
        column, row = pixels[rows].astype(int).T
        there = view.depth[row, column]
        with np.errstate(invalid="ignore"):
            same = np.abs(there - depth[rows]) <= DEPTH_TOLERANCE * depth[rows]
        shown = np.where(is_sky[rows], ~np.isfinite(there), same) & view.mask[row, column]
        rows, row, column = rows[shown], row[shown], column[shown]
        if not len(rows):
            continue
        x, y = (pixels[rows] - 0.5).astype(np.float32).T
        at = Overlap(0, 0, _columns(x), _columns(y), np.ones(0, bool))
        found = sampled(view.image, at, sharp=False).reshape(-1, 3)[: len(rows)]
        weight = centre_weights(camera.height, camera.width)[row, column].astype(np.float64) ** SHARPNESS
        colours[rows] += weight[:, None] * found
        total[rows] += weight
    seen = total > 0
    colours[seen] /= total[seen, None]
    if seen.any() and not seen.all():
        colours[~seen] = colours[seen][cKDTree(positions[seen]).query(positions[~seen])[1]]
    return colours.astype(np.float32)


def _columns(values: Floats) -> Floats:
    """A list of coordinates as the two-dimensional map that cv2 wants, its sides below 32,768."""
    width = min(1024, len(values))
    return np.resize(values, (-(-len(values) // width), width)).astype(np.float32)


def _trained(gaussians: Gaussians, views: Sequence[PosedView], scene: Scene, on_event: Listener) -> Gaussians:
    """Only the colours learn; the rest is put back as it was, to the last bit."""

    config = scene.config
    if not config.train or config.training.iterations == 0:
        return gaussians
    settings = replace(
        config.training,
        means_lr=0.0,
        quats_lr=0.0,
        scales_lr=0.0,
        opacities_lr=0.0,
        sh_lr=COLOUR_RATE,
        depth_weight=0.0,
        opaque_weight=0.0,
        prune_opacity=0.0,
        strategy="none",
    )
    support = config.training.support_weight
    material = [TrainingView(v.camera, v.image, v.mask, weight=support if v.support else 1.0) for v in views]
    trainer = Trainer(gaussians, material, settings, seed=config.seed)
    while not trainer.done:
        report = trainer.step()
        on_event(Event("train", trainer.iteration, settings.iterations, f"loss {report.loss:.4f}"))
    return replace(gaussians, sh=trainer.gaussians.sh)
