"""A procedural room stretched to the box that was found in a photograph, so that walls, floor and ceiling run on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.from_picture.room_box import Box
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import Lamp, Place

MOST_STRETCHED = (0.7, 1.6)
"""Furniture beyond this looks like no furniture; a room that would need more keeps a step at the frame."""


def fitted(place: Place, box: Box) -> Place:
    """`place` with its walls, ahead and at both sides, and its ceiling where `box` has them; the floor already is.

    Seen from the start, each side of it is stretched by a factor of its own: what is straight to the left of the
    start stays straight there.
    """
    floors = [m for m in place.meshes if m.label == "floor"]
    ceilings = [m for m in place.meshes if m.label == "ceiling"]
    if not floors or not ceilings:
        return place
    low, high = floors[0].bounds
    top = float(ceilings[0].vertices[:, 1].max())
    wanted = np.array([[-box.left, -box.ceiling, 0.0], [box.right, 0.0, box.back]])
    own = np.array([[low[0], top, 0.0], [high[0], 0.0, high[2]]])
    factors = np.divide(wanted, own, out=np.ones((2, 3)), where=np.abs(own) > 0.1)
    factors = np.clip(factors, *MOST_STRETCHED)  # row 0: towards negative coordinates, row 1: towards positive
    meshes = [_stretched(mesh, factors) for mesh in place.meshes]
    lamps = [_moved(lamp, factors) for lamp in place.lamps]
    return replace(place, meshes=meshes, lamps=lamps)


def _of(points: NDArray[np.floating], factors: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = np.where(points < 0, factors[0], factors[1])
    return result


def _stretched(mesh: Mesh, factors: NDArray[np.float64]) -> Mesh:
    by = _of(mesh.vertices, factors)
    normals: NDArray[np.float32] | None = None
    if mesh.normals is not None:
        bent = mesh.normals / by
        normals = (bent / np.maximum(np.linalg.norm(bent, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return replace(mesh, vertices=(mesh.vertices * by).astype(np.float32), normals=normals)


def _moved(lamp: Lamp, factors: NDArray[np.float64]) -> Lamp:
    at = np.asarray(lamp.position, np.float64)
    x, y, z = at * _of(at, factors)
    return replace(lamp, position=(float(x), float(y), float(z)))
