"""A region follows a guidance: a picture's style, words by networks, or truer pictures of itself (refining)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lucid3d.camera import Camera
from lucid3d.editing.lighting import COVERED
from lucid3d.editing.patch import Patch, difference
from lucid3d.editing.surroundings import Surroundings
from lucid3d.errors import InputError
from lucid3d.gaussians import from_points
from lucid3d.gaussians.model import joined
from lucid3d.guidance.choose import Asked, way_called
from lucid3d.guidance.optimise import Following, around, closer, followed, seeing
from lucid3d.guidance.pictures import Pictures
from lucid3d.pointcloud import PointCloud, lift
from lucid3d.progress import Event, Listener, ignore
from lucid3d.scene_contents import SceneContents

NEAR = 8
"""Dreamed views of a region that it is drawn from, closer."""
RING = 8
"""Cameras around a region."""
RING_REACH = 8.0
"""Metres: what is larger is not walked around."""
SIDE = 256
"""Pixels across a picture of a region that is refined."""
MOST = 100_000
"""Gaussians that refining adds."""
STAY = 0.5
"""How strongly colours are held to what they were while networks guide them."""


def guided(
    scene: SceneContents,
    region: NDArray[np.bool_] | None,
    way: str,
    words: str,
    *,
    others: Sequence[tuple[str, NDArray[np.bool_]]] = (),
    picture: Path | None = None,
    network: str = "",
    steps: int = 0,
    on_event: Listener = ignore,
) -> Patch:
    """The change that a guidance makes of a scene.

    Args:
        region: (N,) bool of its Gaussians that may change; None = all.
        others: other regions with words of their own, which follow at the same time.
        way: a name of `guidance.choose.WAYS`; words: what it shall be.
        picture, network: see `guidance.choose.Asked`; steps: 0 = the way's own.
    Raises:
        InputError: there is no such way, its network is not here, it takes one region only, or no view shows a region.
    """
    chosen = way_called(way)
    if others and (not chosen.regions or region is None):
        raise InputError(
            "several regions with words of their own follow CLIP: --with clip, and a --region for --prompt"
        )
    if chosen.words and not words:
        raise InputError(f"--with {way} needs words: --prompt 'a house of gingerbread'")
    gaussians = scene.gaussians
    mask = region if region is not None else np.ones(len(gaussians), bool)
    settings = replace(chosen.settings, steps=steps or chosen.settings.steps, stay=STAY, seed=scene.config.seed)
    asked = Asked(
        gaussians, mask, scene.prompt, others, picture, network, settings.steps, scene.config.diffusion, settings.seed
    )
    cameras = cameras_of(scene, mask if region is not None else None, settings.size)
    for _, other in others:
        cameras = [*cameras, *cameras_of(scene, other, settings.size)]
        mask = mask | other
    guidance = chosen.make(asked)
    return difference(
        gaussians, followed(gaussians, guidance, cameras, words, mask=mask, settings=settings, on_event=on_event)
    )


def cameras_of(scene: SceneContents, region: NDArray[np.bool_] | None, side: int) -> list[Camera]:
    """The dreamed views; of a region (N,) bool, those that see it, closer, and a ring around what is small.

    Raises:
        InputError: no view sees the region.
    """
    if region is None:
        return scene.cameras
    means = scene.gaussians.means[region]
    seen = seeing(scene.gaussians, region, scene.cameras)
    if not seen:
        raise InputError("no view of this scene shows that region")
    near = sorted(seen, key=lambda camera: float(np.linalg.norm(np.median(means, axis=0) - camera.position)))[:NEAR]
    low, high = np.percentile(means, [2, 98], axis=0)
    ring = around(means, side, RING) if float((high - low).max()) < RING_REACH else []
    return [*(closer(camera, means, side) for camera in near), *ring]


def refined(
    scene: SceneContents,
    region: NDArray[np.bool_] | None,
    around_it: Surroundings,
    *,
    steps: int = 0,
    on_event: Listener = ignore,
) -> Patch:
    """The change that makes a region sharper, and shows its back, by the world that the scene was made of; without one,
    by its dreamed views once more.

    Args:
        region: (N,) bool of its Gaussians; None = all, by their dreamed views.
    """
    gaussians = scene.gaussians
    world = around_it.world
    if region is None or world is None or around_it.instances is None:
        views = [view for view in scene.views if not view.support]
        mask = region if region is not None else np.ones(len(gaussians), bool)
        if not views:
            raise InputError("this scene was saved without its views, so there is nothing to refine it by")
        pictures = Pictures([v.camera for v in views], [v.image for v in views], [v.mask for v in views])
        cameras: Sequence[Camera] = seeing(gaussians, mask, [v.camera for v in views])
        settings = Following(steps=steps or 10 * max(1, len(cameras)), size=0)
        return difference(
            gaussians, followed(gaussians, pictures, cameras, mask=mask, settings=settings, on_event=on_event)
        )
    ids = sorted({int(number) for number in np.unique(around_it.instances[region])} - {0})
    cameras = cameras_of(scene, region, SIDE)
    drawn = []
    cloud = PointCloud.empty()
    kept = cKDTree(gaussians.means)
    for number, camera in enumerate(cameras, 1):
        flat = world.draw(camera, antialias=False, only=np.zeros((camera.height, camera.width), bool))
        mine = np.isin(flat.instances, ids) & np.isfinite(flat.depth)
        on_event(Event("paint", number, len(cameras), "the region from nearer"))
        if not mine.any():
            continue
        picture = world.draw(camera, only=mine)
        drawn.append((camera, picture.image, mine))
        new = lift(picture.image, picture.depth, camera, view=number, mask=mine, sky_radius=1e5)
        for tree, spared in ((kept, gaussians.scales.max(axis=1)), (None, None)):
            reach = COVERED * new.footprints
            if tree is None:
                tree = cKDTree(cloud.positions) if len(cloud) else None
            if tree is not None and len(new):
                away, nearest = tree.query(new.positions, workers=-1)
                # what a broad Gaussian covers already is covered: it learns to be finer
                new = new[away > (np.maximum(reach, spared[nearest]) if spared is not None else reach)]
        cloud = PointCloud.concatenate([cloud, new])
    if not drawn:
        raise InputError("no camera has a free view of that region")
    whole, mask = gaussians, region
    if len(cloud):
        eyes = np.array([camera.position for camera in cameras])
        fresh = from_points(cloud, sh_degree=gaussians.sh_degree, max_gaussians=MOST,
                            cameras=dict(enumerate(cameras, 1)), eyes=eyes)  # fmt: skip
        whole = joined(gaussians, fresh)
        mask = np.concatenate([region, np.ones(len(fresh), bool)])
    guidance = Pictures(*map(list, zip(*drawn, strict=True)), ssim=0.0)
    settings = Following(steps=steps or 12 * len(drawn), size=0, seed=scene.config.seed)
    seen_by = [camera for camera, _, _ in drawn]
    return difference(gaussians, followed(whole, guidance, seen_by, mask=mask, settings=settings, on_event=on_event))
