"""What a picture of a world shows: its named things, how large they are in it and where they stand.

Read off the drawn instances, so that what is hidden does not count: what a sentence asked for can be compared with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.labels import LABELS
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.render.drawing import Drawing
from lucid3d.procedural.world import World


@dataclass(frozen=True, eq=False)
class Seen:
    """One instance that a picture shows.

    Attributes:
        instance: its number in `Drawing.instances`.
        thing: what it is, in the catalogue's word; label: its semantic label.
        share: of the picture, 0 to 1; of the sphere's solid angle where the picture is a panorama.
        low, high: (3,) smallest and largest corner in metres, world frame (y down), hidden parts too.
        materials: what it is made of -> share of its area.
    """

    instance: int
    thing: str
    label: str
    share: float
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    materials: dict[Material, float]

    @property
    def centre(self) -> NDArray[np.float64]:
        """(3,) the middle of its box."""
        return (self.low + self.high) / 2

    @property
    def azimuth(self) -> float:
        """Radians from straight ahead at the start, positive to the right."""
        return math.atan2(self.centre[0], self.centre[2])


def pixel_shares(drawing: Drawing, *, panorama: bool) -> NDArray[np.float64]:
    """(H, W) each pixel's share of the picture; of the sphere where it is an equirectangular panorama."""
    height, width = drawing.labels.shape
    rows = np.cos((0.5 - (np.arange(height) + 0.5) / height) * math.pi) if panorama else np.ones(height)
    return np.broadcast_to((rows / (rows.sum() * width))[:, None], (height, width))


def things_seen(world: World, drawing: Drawing, *, panorama: bool) -> list[Seen]:
    """The named instances that `drawing` of `world` shows, the largest first."""
    shares = np.bincount(drawing.instances.ravel(), pixel_shares(drawing, panorama=panorama).ravel())
    labels = np.zeros(len(shares), np.int64)
    labels[drawing.instances.ravel()] = drawing.labels.ravel()
    found = []
    for mesh, (first, behind, thing) in zip(world.meshes, world.spans(), strict=True):
        shown = np.flatnonzero(shares[first:behind])
        if not (thing and len(shown)):
            continue
        corners = mesh.vertices[mesh.triangles].astype(np.float64)  # (T, 3, 3)
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        own = np.zeros(len(corners), np.int64) if mesh.instances is None else mesh.instances
        order = np.argsort(own, kind="stable")
        start = np.searchsorted(own[order], [shown, shown + 1])
        made_of = np.zeros(len(corners), np.int64) if mesh.material_index is None else mesh.material_index
        for number, begin, end in zip(shown.tolist(), *start.tolist(), strict=True):
            rows = order[begin:end]
            weight = np.bincount(made_of[rows], area[rows], len(mesh.materials))
            found.append(
                Seen(
                    first + number,
                    thing,
                    LABELS[labels[first + number]],
                    float(shares[first + number]),
                    corners[rows].min(axis=(0, 1)),
                    corners[rows].max(axis=(0, 1)),
                    {m: float(w) for m, w in zip(mesh.materials, weight / max(weight.sum(), 1e-12), strict=True) if w},
                )
            )
    return sorted(found, key=lambda s: -s.share)
