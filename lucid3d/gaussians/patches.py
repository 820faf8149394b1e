"""Few large Gaussians where a picture is flat, many small ones where it has detail.

Points are lifted from the pixels of views, so those of one view lie on a grid: its picture. A quadtree over each
picture joins points into patches of 2 x 2, 4 x 4 and so on. Joining costs what the picture loses by it: the squared
deviation of the colours from their mean, times the solid angle that the points fill for people's eyes; patches that
bend or bridge a small step of depth cost more, and those that bridge a large one are never joined. The patches that
cost least are joined until no more are left than wanted: the pruning of trees by cost (Breiman et al. 1984) with the
distortion of a picture for cost, as in quadtree image coding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lucid3d.camera import Camera
from lucid3d.pointcloud import PointCloud

LEVELS = 6
"""Halvings of the resolution: the largest patch is 64 pixels wide."""
FLAT = 0.12
"""Of a patch's width, the deviation from its plane with which it is still one disc."""
BENT = 0.25
"""1 - the length of the mean normal above which a patch is no disc."""
ROUGH = 0.3
"""Of the distance to the nearest eye, the extent up to which what is no disc may still be joined: the leaves of a tree.
Without it foliage takes every Gaussian there is, and ground and sky blur (a garden: 16 dB, with it 20; a pine forest
seen a metre aside: 22 dB at 0.1, 27 at 0.3, 26 at 1)."""
ROUGH_COSTS = 0.05
"""Deviation of colour that joining what is no disc counts as: what is flat is joined first."""
SKY_WEIGHT = 0.5
"""Of errors in the sky beside those on things: clouds are looked at less, and have no edges."""
NEAREST_EYE = 0.5
"""Metres; nobody's eye comes closer to a surface."""
WIDER = 1.05
"""A patch's disc beside the square that its points fill: neighbours of other sizes leave slits."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Sums:
    """What is known of each of N patches: sums over its points."""

    count: Floats
    weight: Floats
    area: Floats
    colors: Floats  # (N, 3), weighted
    squares: Floats  # weighted, of the colours' lengths
    positions: Floats  # (N, 3)
    moments: Floats  # (N, 6) of positions: xx, yy, zz, xy, xz, yz
    normals: Floats  # (N, 3)

    def joined(self, first: NDArray[np.intp]) -> _Sums:
        """Runs of patches that begin at `first` as one each."""
        sums = [np.add.reduceat(a, first, axis=0) for a in self._added()]
        return _Sums(*sums)

    def _added(self) -> tuple[Floats, ...]:
        return (
            self.count, self.weight, self.area, self.colors, self.squares, self.positions, self.moments, self.normals,
        )  # fmt: skip

    def loss(self) -> Floats:
        """What the picture loses when each patch has one colour; infinite for those that bridge a large step."""
        lost = self.squares - (self.colors**2).sum(1) / self.weight
        mean = self.positions / self.count[:, None]
        length = np.linalg.norm(self.normals, axis=1)
        normal = self.normals / np.maximum(length, 1e-12)[:, None]
        xx, yy, zz, xy, xz, yz = (self.moments / self.count[:, None] - _products(mean)).T
        x, y, z = normal.T
        spread = xx * x * x + yy * y * y + zz * z * z + 2 * (xy * x * y + xz * x * z + yz * y * z)
        flat = (spread <= FLAT**2 * self.area) & (length >= (1 - BENT) * self.count)
        # a solid angle is an area over a distance squared
        shallow = xx + yy + zz <= self.area + ROUGH**2 * self.area / self.weight
        rough = np.where(shallow, np.maximum(lost, 0) + ROUGH_COSTS**2 * self.weight, np.inf)
        return np.where(flat | (self.count == 1), np.maximum(lost, 0), rough)


def _products(p: Floats) -> Floats:
    """(N, 6) products of coordinates."""
    x, y, z = p.T
    return np.stack([x * x, y * y, z * z, x * y, x * z, y * z], axis=1)


def join_patches(
    cloud: PointCloud, wanted: int, cameras: Mapping[int, Camera], eyes: NDArray[np.floating] | None = None
) -> PointCloud:
    """About `wanted` points or more, joined where that is seen least.

    Args:
        cloud: N points; those of a view without a camera stay as they are.
        wanted: points to arrive at; more are left where nothing else can be joined, or where many have no camera.
        cameras: that the points were lifted from, by `cloud.views`.
        eyes: (M, 3) where people can be; None for the origin alone.
    Returns:
        PointCloud in another order; a joined point has the mean position, colour and normal of its points, and a
        footprint of their area.
    """
    if len(cloud) <= wanted:
        return cloud
    weights = solid_angles(cloud, eyes)
    rows: list[NDArray[np.intp]] = []
    trees: list[_Tree] = []
    for view in np.unique(cloud.views):
        camera = cameras.get(int(view))
        if camera is None:
            continue
        for sky in (False, True):
            mine = np.flatnonzero((cloud.views == view) & (cloud.is_sky == sky))
            key = _morton(camera, cloud.positions[mine])
            order = np.argsort(key, kind="stable")
            mine, key = mine[order], key[order]
            if len(mine):
                trees.append(_Tree.grown(cloud[mine], weights[mine], key, sum(len(r) for r in rows)))
                rows.append(mine)
    if not trees:
        return cloud
    order = np.concatenate(rows)
    alone = np.ones(len(cloud), bool)
    alone[order] = False
    # where many have no picture (a sky's dome in a small job), the others must not pay for them all
    share = max(wanted - int(alone.sum()), round(wanted * len(order) / len(cloud)))
    threshold = _threshold(trees, share)
    first = np.sort(np.concatenate([tree.leaves(threshold) for tree in trees]))
    return PointCloud.concatenate([cloud[alone], _joined(cloud[order], first)])


def solid_angles(cloud: PointCloud, eyes: NDArray[np.floating] | None) -> Floats:
    """(N,) steradians that the patch of each point fills for the nearest of `eyes`; sky by `SKY_WEIGHT`."""
    if eyes is None:
        distance = np.linalg.norm(cloud.positions, axis=1).astype(np.float64)
    else:
        distance, _ = cKDTree(np.asarray(eyes, np.float64)).query(cloud.positions, workers=-1)
    angle = cloud.footprints.astype(np.float64) / np.maximum(distance, NEAREST_EYE)
    solid: Floats = np.maximum(angle**2 * np.where(cloud.is_sky, SKY_WEIGHT, 1.0), 1e-18)
    return solid


def _morton(camera: Camera, positions: NDArray[np.float32]) -> NDArray[np.uint64]:
    """(N,) place of each point's pixel along a Z-order curve over the picture."""
    pixels, _ = camera.project(positions)
    limit = np.array([camera.width - 1, camera.height - 1])
    column, row = np.clip(np.floor(np.nan_to_num(pixels)), 0, limit).astype(np.uint64).T
    return spread_bits(column) | (spread_bits(row) << np.uint64(1))


def spread_bits(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A zero between every two of the lowest 16 bits of numbers in any shape."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


@dataclass(frozen=True, eq=False)
class _Tree:
    """The patches of one picture, by level.

    Attributes:
        first: of each level, where a patch's points begin in the order of all points.
        losses: what each patch loses; never less than its parts.
        above: what the patch loses that a patch would be joined into.
    """

    first: list[NDArray[np.intp]]
    losses: list[Floats]
    above: list[Floats]

    @staticmethod
    def grown(cloud: PointCloud, weights: Floats, key: NDArray[np.uint64], offset: int) -> _Tree:
        """The tree over points that are sorted by `key`; the first of them is number `offset`."""
        positions, colors = cloud.positions.astype(np.float64), cloud.colors.astype(np.float64)
        sums = _Sums(
            count=np.ones(len(cloud)),
            weight=weights,
            area=cloud.footprints.astype(np.float64) ** 2,
            colors=colors * weights[:, None],
            squares=(colors**2).sum(1) * weights,
            positions=positions,
            moments=_products(positions),
            normals=cloud.normals.astype(np.float64),
        )
        first, losses, above = [np.arange(offset, offset + len(cloud))], [np.zeros(len(cloud))], []
        for _ in range(LEVELS):
            key = key >> np.uint64(2)
            begins = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
            sums = sums.joined(begins)
            loss = np.maximum(sums.loss(), np.maximum.reduceat(losses[-1], begins))
            above.append(np.repeat(loss, np.diff(np.append(begins, len(key)))))
            first.append(first[-1][begins])
            losses.append(loss)
            key = key[begins]
        above.append(np.full(len(key), np.inf))
        return _Tree(first, losses, above)

    def leaves(self, threshold: float) -> NDArray[np.intp]:
        """Where the patches begin that stay when all that lose at most `threshold` are joined."""
        zipped = zip(self.first, self.losses, self.above, strict=True)
        return np.concatenate([first[(loss <= threshold) & (above > threshold)] for first, loss, above in zipped])


def _threshold(trees: list[_Tree], wanted: int) -> float:
    """The loss up to which patches are joined so that at most `wanted` stay, if there is one."""
    losses = np.sort(np.concatenate([loss for tree in trees for loss in tree.losses]))
    above = np.sort(np.concatenate([loss for tree in trees for loss in tree.above]))
    levels = np.unique(losses[np.isfinite(losses)])
    # patches that stay: those that may be joined, without those that are joined into larger ones
    stay = np.searchsorted(losses, levels, "right") - np.searchsorted(above, levels, "right")
    enough = np.flatnonzero(stay <= wanted)
    return float(levels[enough[0]] if len(enough) else levels[-1])


def _joined(cloud: PointCloud, first: NDArray[np.intp]) -> PointCloud:
    """Runs of points that begin at `first` as one point each; runs of one stay as they are."""
    count = np.diff(np.append(first, len(cloud)))
    many = count > 1
    kept = cloud[first]

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        total = np.add.reduceat(values.astype(np.float64), first, axis=0)
        return (total / count.reshape(-1, *[1] * (values.ndim - 1))).astype(np.float32)

    normals = mean(cloud.normals)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    footprints = WIDER * np.sqrt(np.add.reduceat(cloud.footprints.astype(np.float64) ** 2, first))
    return replace(
        kept,
        positions=np.where(many[:, None], mean(cloud.positions), kept.positions),
        colors=np.where(many[:, None], mean(cloud.colors), kept.colors),
        normals=np.where(many[:, None], normals, kept.normals),
        footprints=np.where(many, footprints, kept.footprints).astype(np.float32),
        confidences=np.where(many, mean(cloud.confidences), kept.confidences),
    )
