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
MERGE_GROUP = 1.0
"""Octaves of footprints that are merged at a time."""
MERGE_THICKNESS = 3.0
"""Footprints along the normal within which two layers are one surface that was measured twice."""


def merge(
    cloud: PointCloud,
    new: PointCloud,
    *,
    gone: NDArray[np.bool_] | None = None,
    radius: float = MERGE_FOOTPRINTS,
    thickness: float = MERGE_THICKNESS,
) -> PointCloud:
    """Append `new` to `cloud` without the points that would double a surface.

    A new point is left out where the cloud already has a point of at most `MERGE_DETAIL` times its footprint within
    `radius` footprints of it along the surface and `thickness` footprints along its normal (within `radius` all around
    where it has no normal). Points of the cloud are never moved: without `gone`, indices into it stay valid.

    Args:
        gone: (N,) bool, points of the cloud that give way: they are left out, and no new one is for their sake.

    Returns:
        PointCloud that begins with the whole of `cloud`, but for what is gone.
    """
    kept = _unknown(cloud, new, gone, radius, thickness)
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

    def merge(self, new: PointCloud, gone: NDArray[np.bool_] | None = None) -> None:
        """Take up what `merge` would of `new`, in another order: where points give way others take their rows, new ones
        first, then the last of all; every other row stays.

        Args:
            gone: (N,) bool, see `merge`.
        """
        new = new[_unknown(self.cloud, new, gone, MERGE_FOOTPRINTS, MERGE_THICKNESS)]
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


def _unknown(
    cloud: PointCloud, new: PointCloud, gone: NDArray[np.bool_] | None, radius: float, thickness: float
) -> NDArray[np.intp]:
    """Rows of `new` that `merge` takes up."""
    stays = None if gone is None or not gone.any() else ~gone
    doubled = np.zeros(len(new), bool)
    # In groups of like footprints: how far to look is a matter of the footprint, and near points are many.
    group = np.floor(np.log2(np.maximum(new.footprints, np.float32(1e-30))) / MERGE_GROUP)
    for sky in (False, True):
        kind = np.flatnonzero(new.is_sky == sky)
        if len(kind) == 0 or len(cloud) == 0:
            continue
        # the cloud is large: what may lie near any of the new points is picked once, for all groups
        widest = float(new.footprints[kind].max())
        theirs = _near_any(cloud.positions, new.positions[kind], widest * thickness) & (cloud.is_sky == sky)
        rows = np.flatnonzero(theirs if stays is None else theirs & stays)
        positions, footprints = np.take(cloud.positions, rows, axis=0), cloud.footprints[rows]
        for each in np.unique(group[kind]):
            mine = kind[group[kind] == each]
            doubled[mine] = _doubled(positions, footprints, new, mine, radius, thickness)
    return np.flatnonzero(~doubled)


def _doubled(
    theirs: NDArray[np.float32],
    widths: NDArray[np.float32],
    new: PointCloud,
    mine: NDArray[np.integer],
    radius: float,
    thickness: float,
) -> NDArray[np.bool_]:
    """(len(mine),) bool: which points of `new` stand on a surface that a cloud already has, whose points `theirs`
    (N, 3) have footprints `widths` (N,)."""
    from scipy.spatial import cKDTree

    positions, footprints, normals = new.positions[mine], new.footprints[mine], new.normals[mine]
    reach = float(footprints.max()) * thickness
    near = np.flatnonzero(_near_any(theirs, positions, reach) & (widths <= MERGE_DETAIL * footprints.max()))
    result = np.zeros(len(mine), bool)
    if len(near) == 0:
        return result
    theirs, widths = theirs[near], widths[near]
    candidates = np.flatnonzero(_near_any(positions, theirs, reach))
    tree = cKDTree(theirs, balanced_tree=False, compact_nodes=False)
    points, size, normal = positions[candidates], footprints[candidates], normals[candidates]
    distance, neighbour = tree.query(points, k=1, distance_upper_bound=reach, workers=-1)
    found = np.isfinite(distance)
    neighbour = np.where(found, neighbour, 0)
    offset = theirs[neighbour] - points
    along = np.abs((offset * normal).sum(1))
    across2 = np.maximum((offset**2).sum(1) - along**2, 0)
    same_detail = widths[neighbour] <= MERGE_DETAIL * size
    oriented = (normal != 0).any(1)
    within = (across2 <= (radius * size) ** 2) & (along <= np.where(oriented, thickness * size, 0.0))
    within |= distance <= radius * size
    result[candidates] = found & same_detail & within
    return result


def _near_any(points: NDArray[np.float32], others: NDArray[np.float32], reach: float) -> NDArray[np.bool_]:
    """(len(points),) bool: a cheap superset of the points that have one of `others` within `reach`, by coarse cells."""
    result = np.empty(len(points), bool)
    _geometry.near_any(np.ascontiguousarray(points), np.ascontiguousarray(others), reach, thread_count(None), result)
    return result


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
    from scipy.spatial import cKDTree

    if max_points < 1:
        raise InputError(f"max_points {max_points} must be at least 1")
    if len(cloud) <= max_points:
        return cloud
    places = np.zeros((1, 3)) if eyes is None else np.unique(np.round(np.asarray(eyes, np.float64), 1), axis=0)
    positions = cloud.positions.astype(np.float64)
    distance = np.maximum(cKDTree(places).query(positions, workers=-1)[0], 1e-6)
    relative = distance / np.median(distance)
    # Shells of constant cell size, an eighth of an octave each, so that cells line up within a shell.
    shell = np.floor(8 * np.log2(relative)).astype(np.int64)
    middle = np.exp2((shell + 0.5) / 8)
    unit = np.median(distance) * middle * np.sqrt(np.minimum(middle, FAR_ENOUGH))
    order = np.lexsort((np.arange(len(cloud)), -cloud.confidences))

    def kept(size: float) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
        """The point that each cell keeps, and the cell of each point."""
        cells = np.floor(positions / (unit * size)[:, None]).astype(np.int64)
        _, first, cell = np.unique(_hash_cells(cells, shell)[order], return_index=True, return_inverse=True)
        return order[first], cell

    # The count falls like a power of the size, on surfaces like its square, less where nearly all stay: the last two
    # counts say which. The bounds only keep a wrong guess from leading astray.
    coarse, fine = COARSEST, FINEST
    best: NDArray[np.integer] = order[:1]
    cell_of: NDArray[np.integer] = np.zeros(len(cloud), np.intp)
    spacing = float(np.median(cloud.footprints / unit))  # of neighbours on a surface
    size = float(np.clip(spacing * (len(cloud) / max_points) ** 0.5, 2 * fine, 0.5 * coarse))
    wanted, power, before, cut = 0.5 * (1 + FULL_ENOUGH) * max_points, 2.0, None, COARSEST
    for _ in range(MOST_ROUNDS):
        found, cells = kept(size)
        if len(found) <= max_points:
            best, cell_of, cut, coarse = found, cells, size, size
            if len(found) >= FULL_ENOUGH * max_points:
                break
        else:
            fine = size
        if before is not None and before[1] != len(found):
            power = float(np.clip(np.log(before[1] / len(found)) / np.log(size / before[0]), 0.05, 3.0))
        before = (size, len(found))
        guess = size * (len(found) / wanted) ** (1 / power)
        size = guess if fine < guess < coarse else float(np.sqrt(coarse * fine))
    # what stays covers what went: the area of its cell's points, but no more than a cell can hold of one surface
    area = np.bincount(cell_of, weights=cloud.footprints[order].astype(np.float64) ** 2, minlength=len(best))
    own = cloud.footprints[best]
    wide = np.minimum(OFF_CENTRE * np.sqrt(area), OFF_CENTRE**2 * cut * unit[best])
    many = np.bincount(cell_of, minlength=len(best)) > 1
    footprints = np.where(many, np.maximum(own, wide), own).astype(np.float32)
    row = np.argsort(best)
    return replace(cloud[best[row]], footprints=footprints[row])


def _hash_cells(cells: NDArray[np.int64], shell: NDArray[np.int64]) -> NDArray[np.uint64]:
    """(N,) one number a cell (a 64-bit mix; a collision would drop one point of millions)."""
    with np.errstate(over="ignore"):
        key = shell.astype(np.uint64)
        for axis in range(3):
            key = (key ^ cells[:, axis].astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(29)
    return key
