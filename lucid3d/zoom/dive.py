"""3-D zoom: every level is dreamed into the scene at its scale, around the target.

For each level, from coarse to fine: its picture is taken from the axis at the level's distance; its depth is aligned
to the coarser levels inside the picture (`lucid3d.alignment`); what it shows finer than they do, and what they do not
know, is lifted; side views fill what the axis cannot see. Every Gaussian remembers its level (`levels.LevelGaussians`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d import alignment, depth, pointcloud, projection
from lucid3d.camera import Camera, look_at, yaw_pitch
from lucid3d.dreaming import FARTHEST, SEED_STRIDE, SKY_RADIUS, settle_sky
from lucid3d.families.base import Depth, DepthEstimator, DepthKind, Image, Mask, Painter
from lucid3d.gaussians import from_points
from lucid3d.pointcloud import PointCloud
from lucid3d.start import first_depth
from lucid3d.transforms import PosedView
from lucid3d.zoom.levels import LevelGaussians

SIDES = ((-18.0, 0.0), (18.0, 0.0), (0.0, 14.0))
"""(yaw, pitch) in degrees of a level's side views about the target: from either side, and from above."""

AROUND = (60.0, 120.0, 180.0, 240.0, 300.0)
"""Degrees to the right of the axis in which the coarsest level also looks, so that the place has no edge."""
AROUND_FOV = 72.0
"""Degrees across these views: neighbours overlap."""

FINER = 0.75
"""A point is worth keeping where a coarser level shows the place too if its pixel is below this part of that one's."""

SHARP = 2.2
"""Pixels that a point of a coarser level may be magnified to and still count as known: beyond it is a blur, and a side
view paints it anew."""

COVERED = 0.6
"""A coarse point is covered when a finer one lies within this part of its footprint."""


@dataclass(frozen=True)
class Axis:
    """Where the cameras of a 3-D zoom stand.

    Attributes:
        target: (3,) metres; towards: (3,) unit vector from the coarsest camera to it.
        distances: metres from the target to each level's camera.
        fov: degrees across a level.
    """

    target: NDArray[np.float64]
    towards: NDArray[np.float64]
    distances: tuple[float, ...]
    fov: float

    def distance(self, level: float) -> float:
        """Metres at a level; between levels, between them in log scale."""
        return float(np.exp(np.interp(level, np.arange(len(self.distances)), np.log(self.distances))))

    def camera(
        self, level: float, width: int, height: int | None = None, *, yaw: float = 0.0, pitch: float = 0.0
    ) -> Camera:
        """A camera at a level's distance that looks at the target from `yaw` and `pitch` degrees off the axis."""
        heading = math.atan2(self.towards[0], self.towards[2]) + math.radians(yaw)
        climb = math.asin(float(np.clip(self.towards[1], -1, 1))) + math.radians(pitch)
        way = np.array([math.cos(climb) * math.sin(heading), math.sin(climb), math.cos(climb) * math.cos(heading)])
        pose = look_at(self.target - self.distance(level) * way, self.target)
        return Camera.from_fov(width, height or width, self.fov, pose)


@dataclass
class Dive:
    """What is dreamed so far.

    Attributes:
        clouds: the points of each level.
        views: every view, in the order of dreaming; levels: of each view.
        warnings: of alignment, in words.
    """

    clouds: list[PointCloud] = field(default_factory=list)
    views: list[PosedView] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def cloud(self) -> PointCloud:
        """The points of all levels."""
        return PointCloud.concatenate(self.clouds)


def dive(
    axis: Axis,
    prompts: Sequence[str],
    painter: Painter,
    estimator: DepthEstimator,
    *,
    size: int,
    pictures: Sequence[Image] | None = None,
    negative_prompt: str = "",
    seed: int = 0,
    with_sides: Sequence[int] | None = None,
    around: bool = True,
    on_view: Callable[[int, int], None] = lambda done, total: None,
) -> Dive:
    """Dream every level into the scene.

    Args:
        prompts: one a level.
        painter, estimator: as for the dream-and-align loop; an `exact` estimator is taken at its word.
        size: pixels a side of every view.
        pictures: (size, size, 3) each, what the levels look like from the axis (a sampled zoom); None lets the painter
            imagine them.
        with_sides: the levels that also get side views; None for all.
        around: also look all around from the coarsest level.
        on_view: told after every view.
    """
    found = Dive()
    ring = AROUND if around else ()
    sided = range(len(prompts)) if with_sides is None else with_sides
    total, count = len(prompts) + len(sided) * len(SIDES) + len(ring), 0
    for level, prompt in enumerate(prompts):
        cameras = [axis.camera(level, size)]
        cameras += [axis.camera(level, size, yaw=yaw, pitch=pitch) for yaw, pitch in SIDES if level in sided]
        if level == 0:
            cameras += [_turned(cameras[0], degrees) for degrees in ring]
        found.clouds.append(PointCloud.empty())
        coarse = PointCloud.concatenate(found.clouds[:-1])  # without what this level covers
        for number, camera in enumerate(cameras):
            words: dict[str, Any] = {"negative_prompt": negative_prompt, "seed": (seed * SEED_STRIDE + count) % 2**32}
            known = PointCloud.concatenate([coarse, found.clouds[level]])
            partial = projection.project_cloud(known, camera, max_magnification=SHARP)
            if number == 0:
                given = None if pictures is None else pictures[level]
                image = painter.imagine(prompt, camera, **words) if given is None else given
                painted = np.ones((size, size), bool)
            else:
                image = painter.inpaint(partial.image, partial.known, prompt, camera, **words)
                painted = ~partial.known
            measured = _measured(estimator, np.asarray(image, np.float32), camera, known, found, axis.distances[0])
            if number == 0 and level:
                coarser = axis.camera(level - 1, size)
                painted = _improves(measured, camera, coarser, projection.project_cloud(known, camera).known)
            new = pointcloud.lift(image, measured, camera, view=count, mask=painted, sky_radius=SKY_RADIUS)
            found.clouds[level] = PointCloud.concatenate([found.clouds[level], new])
            if number == 0 and level:
                coarse = coarse[~_over(coarse, new, COVERED)]
            everything = np.ones((size, size), bool)
            found.views.append(PosedView(camera, np.asarray(image), measured, everything, prompt=prompt))
            found.levels.append(level)
            count += 1
            on_view(count, total)
    return found


def _turned(camera: Camera, degrees: float) -> Camera:
    """A level camera at the same place that looks to the right of the axis."""

    heading = math.degrees(math.atan2(camera.forward[0], camera.forward[2])) + degrees
    return Camera.from_fov(camera.width, camera.height, AROUND_FOV, yaw_pitch(heading, 0.0, camera.position))


def _measured(
    estimator: DepthEstimator, image: Image, camera: Camera, known: PointCloud, found: Dive, distance: float
) -> Depth:
    """The depth of a view, aligned to what is known of the coarser levels and of the level itself."""
    estimate = np.asarray(estimator.estimate(image, camera), np.float32)
    estimate = np.where(estimate <= FARTHEST, estimate, np.inf).astype(np.float32)
    if getattr(estimator, "exact", False):
        return estimate
    estimate = depth.sharpen_depth(estimate, camera)
    kind: DepthKind = getattr(estimator, "kind", "metric")
    if not found.views:
        return _scaled(first_depth(estimate, kind), distance)
    aligned = alignment.align(estimate, kind, projection.project_cloud(known, camera), camera, view=len(found.views))
    if aligned.warning:
        found.warnings.append(aligned.warning)
    return aligned.depth


def _scaled(estimate: Depth, distance: float) -> Depth:
    """The first view's depth, scaled so that its middle is as far as the zoom's first camera is from its target."""
    height, width = estimate.shape
    inner = estimate[height * 9 // 20 : height * 11 // 20 + 1, width * 9 // 20 : width * 11 // 20 + 1]
    middle = float(np.median(inner))
    return np.asarray(estimate * (distance / middle), np.float32) if 0 < middle < np.inf else estimate


def _improves(measured: Depth, camera: Camera, coarser: Camera, known: Mask) -> Mask:
    """Where a level's own picture is worth more than what the coarser level's cloud shows there."""
    points = camera.unproject(np.where(np.isfinite(measured), measured, np.float32(FARTHEST)))
    pixels, far = coarser.project(points)
    inside = (pixels >= 0).all(-1) & (pixels < (coarser.width, coarser.height)).all(-1)  # False where NaN
    finer = np.where(inside & np.isfinite(measured), measured < FINER * far, False)
    return np.asarray(finer | ~known, bool)


def to_gaussians(dream: Dive, factors: Sequence[float], pixel: float) -> tuple[LevelGaussians, PointCloud]:
    """Gaussians of all levels, and the cloud without what finer levels cover.

    Args:
        factors: magnification from each level to the next; pixel: radians across a pixel of the views.
    """

    levels = np.concatenate([np.full(len(cloud), i, np.uint8) for i, cloud in enumerate(dream.clouds)])
    covered, covers = np.zeros(len(levels), bool), np.zeros(len(levels), bool)
    for level, cloud in enumerate(dream.clouds):
        mine = np.flatnonzero(levels == level)
        covered[mine] = _over(cloud, PointCloud.concatenate(dream.clouds[level + 1 :]), COVERED)
        if level:
            covers[mine] = _over(cloud, PointCloud.concatenate(dream.clouds[:level]), factors[level - 1])
    cloud = settle_sky(dream.cloud)
    made = LevelGaussians(from_points(cloud), levels, cloud.footprints, covered, covers, tuple(factors), pixel)
    return made, cloud[~covered]


def _over(cloud: PointCloud, other: PointCloud, share: float) -> Mask:
    """(N,) which surface points of a cloud have one of another within `share` of their footprint."""
    from scipy.spatial import cKDTree

    found, against = np.zeros(len(cloud), bool), other.positions[~other.is_sky]
    if not len(against):
        return found
    reach = share * cloud.footprints
    low, high = against.min(axis=0) - reach[:, None], against.max(axis=0) + reach[:, None]
    near = np.flatnonzero(~cloud.is_sky & (cloud.positions >= low).all(axis=1) & (cloud.positions <= high).all(axis=1))
    tree = cKDTree(against, compact_nodes=False, balanced_tree=False)
    # octave by octave: a search that may go as far as the largest footprint is slow for all the small ones
    octave = np.ceil(np.log2(np.maximum(reach[near], 1e-12))).astype(int)
    for number in np.unique(octave):
        which = near[octave == number]
        distance, _ = tree.query(cloud.positions[which], distance_upper_bound=2.0**number, workers=-1)
        found[which] = distance < reach[which]
    return found


def film_cameras(axis: Axis, width: int, height: int, frames: int) -> list[Camera]:
    """Cameras from the coarsest level to the finest: the distance shrinks exponentially, at one rate."""
    logs = np.linspace(np.log(axis.distances[0]), np.log(axis.distances[-1]), frames)
    levels = np.interp(-logs, -np.log(axis.distances), np.arange(len(axis.distances)))
    return [axis.camera(float(level), width, height) for level in levels]
