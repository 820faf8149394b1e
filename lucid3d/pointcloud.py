"""The cloud of dreamed points: what the loop grows and the Gaussians start from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

import lucid3d.native._geometry as _geometry
from lucid3d.camera import Camera, lens_values
from lucid3d.errors import InputError
from lucid3d.threads import thread_count


@dataclass
class PointCloud:
    """N coloured points with what training needs to know about each.

    Attributes:
        positions: (N, 3) float32, metres, world frame.
        colors: (N, 3) float32 sRGB in [0, 1].
        normals: (N, 3) float32 unit vectors towards the camera that saw the point (zeros where unknown).
        footprints: (N,) float32, the width in metres of the pixel that the point was lifted from (depth / focal).
        views: (N,) int32, index of the dreamed view that the point comes from.
        confidences: (N,) float32 in (0, 1], low at grazing angles and depth edges.
        is_sky: (N,) bool, True for points on the sky dome (they never take part in alignment).
    """

    positions: NDArray[np.float32]
    colors: NDArray[np.float32]
    normals: NDArray[np.float32]
    footprints: NDArray[np.float32]
    views: NDArray[np.int32]
    confidences: NDArray[np.float32]
    is_sky: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, index: NDArray[np.bool_] | NDArray[np.integer] | slice) -> PointCloud:
        return PointCloud(*(getattr(self, f.name)[index] for f in fields(self)))

    @classmethod
    def empty(cls) -> PointCloud:
        """A cloud of no points."""
        return cls(
            np.zeros((0, 3), np.float32),
            np.zeros((0, 3), np.float32),
            np.zeros((0, 3), np.float32),
            np.zeros(0, np.float32),
            np.zeros(0, np.int32),
            np.zeros(0, np.float32),
            np.zeros(0, bool),
        )

    @classmethod
    def concatenate(cls, clouds: list[PointCloud]) -> PointCloud:
        """All points of several clouds, in their order."""
        if not clouds:
            return cls.empty()
        return cls(*(np.concatenate([getattr(c, f.name) for c in clouds]) for f in fields(cls)))


def lift(
    image: NDArray[np.float32],
    depth: NDArray[np.float32],
    camera: Camera,
    *,
    view: int,
    mask: NDArray[np.bool_] | None = None,
    sky_radius: float,
) -> PointCloud:
    """Lift an RGB-D view to points (phi 2->3, Algorithm 1, line 2), row by row.

    Pixels of depth +inf go onto a dome of `sky_radius` around the world's origin. Pixels whose depth is NaN or not
    positive are left out. Normals come from differences of inverse depth (exact on planes) that do not reach across
    depth edges; a pixel with no neighbour on its own surface has none (zeros). Confidence is the cosine between normal
    and ray, less at edges.

    Args:
        image: (H, W, 3) sRGB in [0, 1].
        depth: (H, W) z-depth, metres; +inf is sky.
        camera: of that size.
        view: the index that the points carry.
        mask: (H, W) bool, the pixels to lift; None for all.
        sky_radius: metres, further than the camera is from the world's origin.
    Raises:
        InputError: shapes do not fit the camera, or the camera stands outside the sky dome.
    """
    shape = (camera.height, camera.width)
    if depth.shape != shape or image.shape != (*shape, 3) or (mask is not None and mask.shape != shape):
        raise InputError(
            f"image {image.shape} and depth {depth.shape} do not fit a camera of {shape[1]}x{shape[0]} pixels"
        )
    if not np.linalg.norm(camera.position) < sky_radius:
        raise InputError(
            f"sky_radius {sky_radius} m leaves the camera at {camera.position.round(2)} outside the sky dome"
        )
    depth = np.ascontiguousarray(depth, np.float32)
    wanted = depth > 0  # False for NaN
    if mask is not None:
        wanted &= mask
    pixels = np.flatnonzero(wanted)
    count = len(pixels)
    cloud = PointCloud(
        positions=np.empty((count, 3), np.float32),
        colors=np.ascontiguousarray(image, np.float32).reshape(-1, 3)[pixels],
        normals=np.empty((count, 3), np.float32),
        footprints=np.empty(count, np.float32),
        views=np.full(count, view, np.int32),
        confidences=np.empty(count, np.float32),
        is_sky=np.empty(count, np.bool_),
    )
    _geometry.lift(
        depth,
        pixels.astype(np.int64),
        lens_values(camera),
        np.ascontiguousarray(camera.camera_from_world),
        np.ascontiguousarray(camera.position),
        sky_radius,
        thread_count(None),
        cloud.positions,
        cloud.normals,
        cloud.footprints,
        cloud.confidences,
        cloud.is_sky,
    )
    return cloud


MERGE_FOOTPRINTS = 0.75
"""Points of one surface within this many footprints of each other, across the line of sight, say the same thing
twice."""
MERGE_DETAIL = 1.5
"""A point of the cloud stands for a new one up to this many times the new one's footprint."""
MERGE_THICKNESS = 3.0
"""Footprints along the normal within which two layers are one surface that was measured twice."""


def merge(cloud: PointCloud, new: PointCloud, camera: Camera, *, gone: NDArray[np.bool_] | None = None) -> PointCloud:
    """Append `new` to `cloud` without the points that would double a surface.

    A new point is left out where the cloud already has a point of at most `MERGE_DETAIL` times its footprint within
    `MERGE_FOOTPRINTS` footprints of it along the surface and `MERGE_THICKNESS` footprints along its normal (within
    `MERGE_FOOTPRINTS` all around where it has no normal). Points of the cloud are never moved: without `gone`, indices
    into it stay valid.

    Args:
        new: M points that were lifted from pixels of `camera`, at most one from each.
        gone: (N,) bool, points of the cloud that give way: they are left out, and no new one is for their sake.

    Returns:
        PointCloud that begins with the whole of `cloud`, but for what is gone.
    """
    kept = ~doubled(cloud, new, camera, gone)
    return PointCloud.concatenate([cloud if gone is None or not gone.any() else cloud[~gone], new[kept]])


class GrowingCloud:
    """A cloud that takes up the points of one view after the other in place, so that a view costs what it adds and not
    what is there.

    Attributes:
        cloud: all points so far. What is added follows or takes the place of what gave way: `cloud` of before holds
            until then, and is to be copied to be kept.
    """

    def __init__(self, cloud: PointCloud | None = None, *, room: int = 0) -> None:
        """
        Args:
            cloud: to begin with (it is copied); none by default.
            room: for how many points, without moving all of them; memory is taken as they come.
        """
        self.cloud = PointCloud.empty()
        self._room = self.cloud
        self._reserve(max(room, 0 if cloud is None else len(cloud)))
        if cloud is not None:
            self._append(cloud)

    def merge(self, new: PointCloud, camera: Camera, gone: NDArray[np.bool_] | None = None) -> None:
        """Take up what `merge` would of `new`, in another order: where points give way others take their rows, new ones
        first, then the last of all; every other row stays.

        Args:
            new, camera: see `merge`.
            gone: (N,) bool, see there too; None for nothing.
        """
        new = new[~doubled(self.cloud, new, camera, gone)]
        holes = np.flatnonzero(gone) if gone is not None else np.zeros(0, np.intp)
        filled = holes[: len(new)]
        self._write(filled, new[: len(filled)])
        left = holes[len(new) :]
        if len(left):
            count = len(self.cloud) - len(left)
            moved = np.setdiff1d(np.arange(count, len(self.cloud)), left, assume_unique=True)
            self._write(left[left < count], self.cloud[moved])
            self.cloud = self._room[:count]
        else:
            self._append(new[len(filled) :])

    def thin(self, most: int, eyes: NDArray[np.floating]) -> None:
        """See `thin`."""
        thinned = thin(self.cloud, most, eyes=eyes)
        self.cloud = self._room[:0]
        self._append(thinned)

    def _write(self, rows: NDArray[np.intp], points: PointCloud) -> None:
        for field in fields(PointCloud):
            getattr(self.cloud, field.name)[rows] = getattr(points, field.name)

    def _append(self, points: PointCloud) -> None:
        before, count = len(self.cloud), len(self.cloud) + len(points)
        if count > len(self._room):
            self._reserve(max(count, len(self._room) * 3 // 2))
        self.cloud = self._room[:count]
        for field in fields(PointCloud):
            getattr(self.cloud, field.name)[before:] = getattr(points, field.name)

    def _reserve(self, room: int) -> None:
        old = self.cloud
        arrays = (getattr(old, field.name) for field in fields(PointCloud))
        self._room = PointCloud(*(np.empty((room, *array.shape[1:]), array.dtype) for array in arrays))
        self.cloud = self._room[: len(old)]
        for field in fields(PointCloud):
            getattr(self.cloud, field.name)[:] = getattr(old, field.name)


def doubled(
    cloud: PointCloud, new: PointCloud, camera: Camera, gone: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """(M,) bool: which points of `new` stand on a surface that a cloud already has (see `merge`, arguments too)."""
    result = np.empty(len(new), bool)
    _geometry.doubled(
        *(cloud.positions, cloud.normals, cloud.footprints, cloud.is_sky, gone),
        *(new.positions, new.normals, new.footprints, new.is_sky),
        *(camera.width, camera.height, lens_values(camera)),
        np.ascontiguousarray(camera.camera_from_world),
        np.ascontiguousarray(camera.position),
        *(MERGE_FOOTPRINTS, MERGE_THICKNESS, MERGE_DETAIL),
        thread_count(None),
        result,
    )
    return result


NEAREST = 1e-6
"""Metres: points at an eye count as that far from it."""
SAMPLE = 200_000
"""Points of which the spacing is taken."""
COARSEST, FINEST = 1.0, 1e-5
"""Bounds on the size of a cell at the median distance, in units of that distance."""
FULL_ENOUGH = 0.97
"""Part of the points asked for that is as good as all of them."""
MOST_ROUNDS = 18
"""Counts of all points until halving alone would have found the size."""
FAR_ENOUGH = 4.0
"""Median distances beyond which things keep as many points an angle, however far: the sky is seen as well as a hill."""
OFF_CENTRE = 1.5
"""By how much the point that stays is wider than what it stands for: it seldom lies in the middle of that."""


def thin(cloud: PointCloud, max_points: int, *, eyes: NDArray[np.floating] | None = None) -> PointCloud:
    """Thin a cloud to about `max_points`, far things first, without opening a hole.

    Space is cut into cells whose size grows with distance d from the nearest eye as d^1.5 / near^0.5 (near: the median
    distance; as d beyond `FAR_ENOUGH` times that), so that near things keep more points an angle than far ones; each
    cell keeps its most confident point, which then stands for the surface of all of them. Order is kept.

    Args:
        max_points: upper bound on the points that stay, at least 1.
        eyes: (M, 3) where people will stand; None for the world's origin.
    Raises:
        InputError: `max_points` is below 1.
    """
    if max_points < 1:
        raise InputError(f"max_points {max_points} must be at least 1")
    if len(cloud) <= max_points:
        return cloud
    places = np.zeros((1, 3)) if eyes is None else np.unique(np.round(np.asarray(eyes, np.float64), 1), axis=0)
    threads = thread_count(None)
    distances = np.empty(len(cloud), np.float32)
    _geometry.nearest_distances(cloud.positions, places.astype(np.float32), threads, distances)
    near = max(float(np.median(distances)), NEAREST)

    def kept(size: float) -> tuple[int, NDArray[np.int32]]:
        """How many cells there are, and for each point the one that its cell keeps."""
        keeper = np.empty(len(cloud), np.int32)
        count = _geometry.one_a_cell(
            cloud.positions, distances, cloud.confidences, near, size, FAR_ENOUGH, threads, keeper
        )
        return count, keeper

    def units(rows: NDArray[np.integer]) -> NDArray[np.float64]:
        """(len(rows),) metres: the cells around points, at size 1."""
        sizes = np.empty(len(rows))
        _geometry.cell_sizes(distances[rows], near, FAR_ENOUGH, sizes)
        return sizes

    # The count falls like a power of the size, on surfaces like its square, less where nearly all stay: the last two
    # counts say which. The bounds only keep a wrong guess from leading astray.
    coarse, fine = COARSEST, FINEST
    best = np.full(len(cloud), int(cloud.confidences.argmax()), np.int32)
    some = np.arange(0, len(cloud), max(len(cloud) // SAMPLE, 1))
    spacing = float(np.median(cloud.footprints[some] / units(some)))  # of neighbours on a surface
    size = float(np.clip(spacing * (len(cloud) / max_points) ** 0.5, 2 * fine, 0.5 * coarse))
    wanted, power, before, cut = 0.5 * (1 + FULL_ENOUGH) * max_points, 2.0, None, COARSEST
    for _ in range(MOST_ROUNDS):
        count, keeper = kept(size)
        if count <= max_points:
            best, cut, coarse = keeper, size, size
            if count >= FULL_ENOUGH * max_points:
                break
        else:
            fine = size
        if before is not None and before[1] != count:
            power = float(np.clip(np.log(before[1] / count) / np.log(size / before[0]), 0.05, 3.0))
        before = (size, count)
        guess = size * (count / wanted) ** (1 / power)
        size = guess if fine < guess < coarse else float(np.sqrt(coarse * fine))
    # what stays covers what went: the area of its cell's points, but no more than a cell can hold of one surface
    rows = np.flatnonzero(best == np.arange(len(cloud), dtype=np.int32))
    area = np.bincount(best, weights=cloud.footprints.astype(np.float64) ** 2, minlength=len(cloud))[rows]
    own = cloud.footprints[rows]
    wide = np.minimum(OFF_CENTRE * np.sqrt(area), OFF_CENTRE**2 * cut * units(rows))
    many = np.bincount(best, minlength=len(cloud))[rows] > 1
    footprints = np.where(many, np.maximum(own, wide), own).astype(np.float32)
    return replace(cloud[rows], footprints=footprints)
