"""The dream-and-align loop: Algorithm 1 of "LucidDreamer: Domain-free Generation of 3D Gaussian Splatting Scenes"
(Chung et al. 2023), with the circle closed at the end.

    view 0:     paint from nothing, estimate depth, lift to points
    view i:     project the points to the next camera (phi 3->2), inpaint what is not known,
                estimate depth, align it with the points (lines 6 to 13), lift what was painted (phi 2->3), merge
    afterwards: support views, reprojected from the whole cloud

The loop knows nothing of files, progress bars or models: it takes a Painter and a DepthEstimator, and yields after
every view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d import alignment, depth, pointcloud, projection
from lucid3d.camera import Camera
from lucid3d.config import DreamConfig
from lucid3d.errors import InputError
from lucid3d.exploring.coarseness import give_way, too_coarse
from lucid3d.families.base import Depth, DepthEstimator, DepthKind, Image, Mask, Painter, Repainter
from lucid3d.families.diffusion.common_sky import agree_on_sky
from lucid3d.pointcloud import GrowingCloud, PointCloud
from lucid3d.prompts import PromptPlan
from lucid3d.start import Start, depth_of_start, first_depth

SKY_RADIUS = 10_000.0
"""Metres to the sky dome while dreaming: beyond everything that an estimator may find. `settle_sky` draws it in."""

FARTHEST = 0.9 * SKY_RADIUS
"""Metres; what an estimator puts further away is sky: nobody sees it move, and the dome must lie behind everything."""

ESTIMATED_RIM = 3
"""Pixels that the known mask loses along its rim where depth was estimated: networks blur depth edges over as many, and
what floats there would be shown as known."""

SKY_BEGINS = 0.95
"""Part of the way to a settled sky beyond which what is dreamed later is sky: it would stand behind it."""

LEAST_OVERLAP = 0.15
"""Part of a planned view that must be known where depth is estimated: it could not be aligned with less."""

ROOM_AFTER_THINNING = 0.85
"""Part of the points that stay when the cloud is full, so that it is not full again with the next view."""

SEED_STRIDE = 1_000_003
"""Views get seeds this far apart, so that neighbouring scene seeds share no view seed."""


Explorer = Callable[[PointCloud], Camera | None]
"""explore(what is known so far) -> the next camera to dream from, or None when there is nothing more to see."""


@dataclass
class DreamedView:
    """One view as it was dreamed.

    Attributes:
        index: its place in the trajectory.
        camera: where it was dreamed from.
        prompt: the words that painted it.
        image: (H, W, 3) float32 sRGB in steps of 1/255, so that a PNG holds it exactly.
        depth: (H, W) float32 aligned z-depth in metres, +inf in the sky.
        painted: (H, W) bool, True where the painter painted; elsewhere the picture is the cloud's.
        scale, shift: what alignment applied to the estimator's numbers.
        overlap: part of the picture that was known before.
        scaled: (H, W) float32 the depth after scale and shift alone (what `close_loop` takes as given), or None where
            the depth is exact or measured.
        warning: what went wrong and what was done instead, or None.
        measured: its depth came with the picture, and says itself where the sky is.
        planned: by an explorer: what it painted takes the place of coarser points.
    """

    index: int
    camera: Camera
    prompt: str
    image: Image
    depth: Depth
    painted: Mask
    scale: float = 1.0
    shift: float = 0.0
    overlap: float = 0.0
    scaled: Depth | None = None
    warning: str | None = None
    planned: bool = False
    measured: bool = False


@dataclass
class Dream:
    """What the loop holds after each view.

    Attributes:
        views: the views so far; a view that would have shown nothing new is left out.
        cloud: all points so far; until the next view is asked for, which may write over what gives way.
        done: how many cameras of the trajectory have been dealt with.
        total: how many there are.
        newest: the view of this step as it came from the alignment (before a circle was closed), or None if the camera
            would have shown nothing new. These are what `dream_views` takes as `done` to continue.
        drift: median relative depth step where views overlap, before and after the circle was closed, or None.
    """

    views: list[DreamedView]
    cloud: PointCloud
    done: int
    total: int
    newest: DreamedView | None = None
    drift: tuple[float, float] | None = None


def dream_views(
    painter: Painter,
    estimator: DepthEstimator,
    cameras: Sequence[Camera],
    prompts: PromptPlan,
    config: DreamConfig,
    *,
    negative_prompt: str = "",
    seed: int = 0,
    start: Start | None = None,
    done: Sequence[DreamedView] = (),
    explore: Explorer | None = None,
) -> Iterator[Dream]:
    """Dream along a path, yielding after every camera; the last yield is the whole dream, its circle closed.

    Args:
        cameras: where to dream from; the first is the origin.
        start: a picture in place of the first painted view.
        done: views of an earlier run to continue after, as they were yielded.
        explore: plans further views from what is known, one by one, after the path.
    Raises:
        InputError: a model returned something of the wrong shape, or no camera was given.
    """
    if not cameras:
        raise InputError("the trajectory holds no camera; it needs at least one")
    # next to a measured depth even an exact world is only an estimate
    exact = _is_exact(estimator) and (start is None or start.depth is None)
    guesses_sky = bool(getattr(estimator, "guesses_sky", False))
    resumed = {view.index: view for view in done}
    begin = max(resumed, default=-1) + 1
    last, circle = len(cameras) - 1, closing_camera(cameras)
    views: list[DreamedView] = []
    growing = GrowingCloud(room=_room(config, cameras[0]))
    drift = None
    for index, camera in enumerate(cameras):
        words = {"negative_prompt": negative_prompt, "seed": (seed * SEED_STRIDE + index) % 2**32}
        prompt = prompts.at(camera)
        newest: DreamedView | None
        if index < begin:
            newest = resumed.get(index)
        elif index == 0:
            newest = _first_view(painter, estimator, camera, prompt, words, start)
        else:
            before = next((view for view in reversed(views) if view.scaled is not None), None)
            cloud = growing.cloud
            newest = _next_view(painter, estimator, camera, prompt, words, cloud, index, config.enough, exact, before)
        if newest is not None:
            views = [*views, newest]
            _grow(growing, newest, config, views)
        if not exact and len(views) > 2 and index in (circle, last):
            views, growing, drift = _close(views, config, guesses_sky=guesses_sky)
        if index >= begin or index == last:
            yield Dream(views, growing.cloud, index + 1, len(cameras), newest, drift)
    if explore is None:
        return
    while (planned := explore(growing.cloud)) is not None:
        index += 1
        cloud = growing.cloud
        newest = resumed.get(index)
        if newest is None and index >= begin:
            words = {"negative_prompt": negative_prompt, "seed": (seed * SEED_STRIDE + index) % 2**32}
            before = next((view for view in reversed(views) if view.scaled is not None), None)
            prompt = prompts.at(planned)
            newest = _next_view(
                painter, estimator, planned, prompt, words, cloud, index, config.enough, exact, before, config.sharpness
            )
        if newest is not None:
            views = [*views, newest]
            _grow(growing, newest, config, views)
        if index >= begin:
            yield Dream(views, growing.cloud, index + 1, index + 2, newest, drift)
    if not exact and index > last:
        views, growing, drift = _close(views, config, guesses_sky=guesses_sky)
    yield Dream(views, growing.cloud, index + 1, index + 1, None, drift)


def extend_views(
    painter: Painter,
    estimator: DepthEstimator,
    cloud: PointCloud,
    cameras: Iterable[Camera] | Explorer,
    prompts: PromptPlan,
    config: DreamConfig,
    *,
    sky_radius: float,
    first: int,
    negative_prompt: str = "",
    seed: int = 0,
) -> Iterator[tuple[DreamedView, PointCloud]]:
    """Dream on from a finished cloud, whose points stay as they are; yields each new view and all points so far.

    Args:
        cloud: N points, with its sky where it was settled.
        cameras: where to dream from, or what plans that.
        sky_radius: metres to the cloud's sky; what is as far is sky.
        first: the index of the first new view.
    Raises:
        InputError: a model returned something of the wrong shape.
    """
    exact, kept = _is_exact(estimator), len(cloud)
    growing = GrowingCloud(cloud)
    planned = iter(cameras) if not callable(cameras) else iter(lambda: cameras(growing.cloud), None)
    before: DreamedView | None = None
    index = first
    for camera in planned:
        assert camera is not None
        words = {"negative_prompt": negative_prompt, "seed": (seed * SEED_STRIDE + index) % 2**32}
        cloud = growing.cloud
        view = _next_view(
            painter, estimator, camera, prompts.at(camera), words, cloud, index, config.enough, exact, before,
            config.sharpness, kept,
        )  # fmt: skip
        if view is None:
            continue
        rays = np.linalg.norm(camera.world_rays().reshape(*view.depth.shape, 3), axis=2)
        behind = view.depth * rays > SKY_BEGINS * sky_radius
        view = replace(view, depth=np.where(behind, np.inf, view.depth).astype(np.float32))
        gone = give_way(cloud, camera, view.depth, view.painted)
        gone[:kept] = False
        fresh = pointcloud.lift(view.image, view.depth, camera, view=index, mask=view.painted, sky_radius=sky_radius)
        growing.merge(fresh, camera, gone)
        before = view if view.scaled is not None else before
        index += 1
        yield view, growing.cloud


def _is_exact(estimator: DepthEstimator) -> bool:
    """Whether the estimator says that its depth is the truth (see `DepthEstimator`)."""
    return bool(getattr(estimator, "exact", False))


def _kind(estimator: DepthEstimator) -> DepthKind:
    kind: DepthKind = getattr(estimator, "kind", "metric")
    return kind


def _next_view(
    painter: Painter,
    estimator: DepthEstimator,
    camera: Camera,
    prompt: str,
    words: dict[str, Any],
    cloud: PointCloud,
    index: int,
    enough: float,
    exact: bool,
    before: DreamedView | None,
    sharpness: float | None = None,
    protected: int = 0,
) -> DreamedView | None:
    """Lines 4 to 13 of Algorithm 1 for one camera; None if the cloud shows all of it already.

    Without an overlap the scale of `before`, the last view that was aligned, is taken. With `sharpness` (pixels a
    degree) what is known more coarsely is painted again too, by painters that can (`Repainter`), but for the first
    `protected` points of the cloud.
    """
    partial = projection.project_cloud(cloud, camera, rim_erosion=projection.RIM_EROSION if exact else ESTIMATED_RIM)
    if sharpness is not None and not exact and partial.known.mean() < LEAST_OVERLAP:
        return None
    fine = partial.known
    if sharpness is not None and isinstance(painter, Repainter):
        again = too_coarse(cloud, partial, camera, sharpness) & (partial.point_index >= protected)
        fine = partial.known & ~again
    if fine.mean() >= enough:
        return None
    if isinstance(painter, Repainter) and (fine != partial.known).any():
        picture = painter.repaint(partial.image, partial.known, fine, prompt, camera, **words)
    else:
        picture = painter.inpaint(partial.image, partial.known, prompt, camera, **words)
    image = _painted(picture, camera)
    image[fine] = _quantised(partial.image[fine])
    estimate = _estimated(estimator.estimate(image, camera), camera)
    overlap, planned = float(partial.known.mean()), sharpness is not None
    if exact:
        return DreamedView(index, camera, prompt, image, estimate, ~fine, overlap=overlap, planned=planned)
    sharp = depth.sharpen_depth(estimate, camera)
    fallback = None if before is None else (before.scale, before.shift)
    aligned = alignment.align(sharp, _kind(estimator), partial, camera, view=index, fallback=fallback)
    return DreamedView(
        index,
        camera,
        prompt,
        image,
        aligned.depth,
        ~fine,
        scale=aligned.scale,
        shift=aligned.shift,
        overlap=aligned.overlap,
        scaled=aligned.scaled,
        warning=aligned.warning,
        planned=planned,
    )


def _first_view(
    painter: Painter,
    estimator: DepthEstimator,
    camera: Camera,
    prompt: str,
    words: dict[str, Any],
    start: Start | None,
) -> DreamedView:
    everything = np.ones((camera.height, camera.width), bool)
    if start is None:
        image = _painted(painter.imagine(prompt, camera, **words), camera)
    else:
        image = start.image
        if not start.known.all():
            image = painter.inpaint(image, start.known, prompt, camera, **words)
        image = _painted(image, camera)
        image[start.known] = _quantised(start.image[start.known])
    estimate = _estimated(estimator.estimate(image, camera), camera)
    if not _is_exact(estimator):
        estimate = first_depth(depth.sharpen_depth(estimate, camera), _kind(estimator))
    if start is not None and start.depth is not None:
        estimate = depth_of_start(start, estimate, camera)
    measured = start is not None and start.depth is not None
    return DreamedView(0, camera, prompt, image, estimate, everything, measured=measured)


def _painted(image: Image, camera: Camera) -> Image:
    if np.shape(image) != (camera.height, camera.width, 3):
        raise InputError(f"the painter returned shape {np.shape(image)}, not ({camera.height}, {camera.width}, 3)")
    if not np.isfinite(image).all():
        raise InputError("the painter returned a picture with NaN or infinite values")
    return _quantised(np.clip(image, 0, 1))


def _quantised(image: Image) -> Image:
    """Steps of 1/255: what is trained on is what the PNG files hold, with or without --resume."""
    return (np.round(image * 255) / 255).astype(np.float32)


def _estimated(estimate: Depth, camera: Camera) -> Depth:
    if np.shape(estimate) != (camera.height, camera.width):
        raise InputError(
            f"the depth estimator returned shape {np.shape(estimate)}, not ({camera.height}, {camera.width})"
        )
    return np.where(estimate <= FARTHEST, estimate, np.inf).astype(np.float32)


def _lifted(view: DreamedView) -> PointCloud:
    return pointcloud.lift(
        view.image, view.depth, view.camera, view=view.index, mask=view.painted, sky_radius=SKY_RADIUS
    )


def _room(config: DreamConfig, camera: Camera) -> int:
    """Points that a dream holds at most: before it is thinned one view more."""
    return config.max_points + camera.width * camera.height


def _grow(growing: GrowingCloud, view: DreamedView, config: DreamConfig, views: Sequence[DreamedView]) -> None:
    """Take up what a view painted; `views` are all so far: people will stand where they were dreamed from."""
    gone = give_way(growing.cloud, view.camera, view.depth, view.painted) if view.planned else None
    growing.merge(_lifted(view), view.camera, gone)
    if len(growing.cloud) > config.max_points:
        eyes = np.array([each.camera.position for each in views])
        growing.thin(int(ROOM_AFTER_THINNING * config.max_points), eyes)


def _close(
    views: list[DreamedView], config: DreamConfig, *, guesses_sky: bool
) -> tuple[list[DreamedView], GrowingCloud, tuple[float, float]]:
    """All views brought together, their sky carried from one to the others where it was guessed, and the cloud lifted
    from them anew."""
    scaled = [view.depth if view.scaled is None else view.scaled for view in views]
    closure = alignment.close_loop(views, scaled=scaled, names=[view.index for view in views])
    depths = closure.depths
    if guesses_sky:
        agreed = agree_on_sky([view.camera for view in views], [view.image for view in views], depths)
        depths = [old if view.measured else new for view, old, new in zip(views, depths, agreed, strict=True)]
        views = [_with_sky(view, depth) for view, depth in zip(views, depths, strict=True)]
    growing = GrowingCloud(room=_room(config, views[0].camera))
    closed = []
    for view, corrected in zip(views, depths, strict=True):
        if closure.changed and view.scaled is not None:
            corrected = alignment.move_objects(corrected, projection.project_cloud(growing.cloud, view.camera))
        closed.append(replace(view, depth=corrected))
        _grow(growing, closed[-1], config, views)
    return closed, growing, (closure.drift_before, closure.drift_after)


def _with_sky(view: DreamedView, depth: Depth) -> DreamedView:
    """A view that counts what became sky as sky from now on."""
    if view.scaled is None:
        return view
    return replace(view, scaled=np.where(np.isfinite(depth), view.scaled, np.inf).astype(np.float32))


def closing_camera(cameras: Sequence[Camera]) -> int | None:
    """The camera with which the horizon has been seen all the way around, or None if it never is."""
    seen = np.zeros(360, bool)
    for index, camera in enumerate(cameras):
        seen |= _horizon(camera)
        if seen.all():
            return index
    return None


def _horizon(camera: Camera) -> NDArray[np.bool_]:
    """(360,) bool: the degrees of azimuth in which a camera sees the horizon."""
    angles = np.radians(np.arange(360) + 0.5)
    directions = np.stack([np.sin(angles), np.zeros(360), np.cos(angles)], axis=1)
    pixels, z = camera.project(camera.position + directions)
    inside = (pixels >= 0).all(axis=1) & (pixels <= (camera.width, camera.height)).all(axis=1)
    seen: NDArray[np.bool_] = (z > 0) & inside
    return seen


def settle_sky(cloud: PointCloud, *, minimum: float = 50.0, margin: float = 1.2) -> PointCloud:
    """The cloud with its sky dome drawn in to just beyond the farthest surface.

    A dome that is nearer serves every viewer better (far planes, float16 positions), and it is still so far that it
    does not move when a person walks.

    Args:
        minimum: radius in metres where there is no farther surface (100 default walk radii: no visible parallax).
        margin: radius of the dome as a multiple of the distance of the farthest surface.
    """
    if not cloud.is_sky.any():
        return cloud
    surfaces = cloud.positions[~cloud.is_sky]
    farthest = float(np.linalg.norm(surfaces, axis=1).max()) if len(surfaces) else 0.0
    shrink = max(minimum, margin * farthest) / SKY_RADIUS
    positions, footprints = cloud.positions.copy(), cloud.footprints.copy()
    positions[cloud.is_sky] *= shrink
    footprints[cloud.is_sky] *= shrink
    return replace(cloud, positions=positions, footprints=footprints)


def support_cameras(views: Sequence[DreamedView], count: int, walk_radius: float, seed: int) -> list[Camera]:
    """Poses around the dreamed ones for the paper's M extra views: turned a little, stepped a little aside.

    The steps stay within `walk_radius` metres of the start.
    """
    rng = np.random.default_rng([seed, 0x5EED])
    cameras = []
    for step in range(count):
        base = views[(step * len(views)) // count].camera
        offset = rng.normal(size=3)
        position = 0.5 * base.position + walk_radius * rng.uniform(0, 1) ** (1 / 3) * offset / np.linalg.norm(offset)
        distance = np.linalg.norm(position)
        if distance > walk_radius > 0:
            position *= walk_radius / distance
        yaw = np.radians(rng.uniform(-22, 22))
        turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
        pose = base.world_from_camera.copy()
        pose[:3, :3] = turn @ base.rotation
        pose[:3, 3] = position
        cameras.append(base.at(pose))
    return cameras
