"""What a photograph would show, and does not, is not there: things of the world around that stand in its view.

The photograph hides what lies behind it and covers what stands in its frame, but a column whose foot is in the frame
and whose head is not would be left hanging in the air. So whole things go: those that the photograph sees through.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import Place

LIES = frozenset(
    {"ground", "grass", "road", "path", "water", "floor", "wall", "ceiling", "window", "door", "snow", "ice"}
)
"""Labels of what goes on beneath and around the photograph, and is never taken away."""
SEEN_THROUGH = 1.3
"""Multiples of a thing's distance at which the photograph's surface lies clearly behind it."""
SHARE = 0.1
"""Of a thing's triangles in the frame that must be seen through for it to go."""
BESIDE = 0.5
"""Of a thing's triangles that lie beside the frame for it to stay, whatever is seen of the rest: a house in a row goes
on beside the picture, and without it a field would begin there."""


def cleared(place: Place, depth: NDArray[np.floating], camera: Camera, level: NDArray[np.floating]) -> Place:
    """`place` without the things that a photograph would show and does not.

    Args:
        depth: (H, W) z-depth that the photograph shows, +inf = sky.
        camera: its lens.
        level: (3, 3) from the camera's frame to the place's, whose origin is the camera.
    """
    kept = [mesh if mesh.label in LIES else _without(mesh, depth, camera, level) for mesh in place.meshes]
    return replace(place, meshes=[mesh for mesh in kept if mesh.triangle_count])


def _without(mesh: Mesh, depth: NDArray[np.floating], camera: Camera, level: NDArray[np.floating]) -> Mesh:
    """The mesh without the instances that are seen through."""
    seen = mesh.vertices @ level.astype(np.float32)
    z = seen[:, 2]
    near = np.maximum(z, 1e-3)
    column = np.floor(seen[:, 0] / near * camera.fx + camera.cx)
    row = np.floor(seen[:, 1] / near * camera.fy + camera.cy)
    inside = (z > 0.1) & (column >= 0) & (row >= 0) & (column < camera.width) & (row < camera.height)
    if not inside.any():
        return mesh
    through = np.zeros(len(z), bool)
    at = row[inside].astype(np.intp), column[inside].astype(np.intp)
    through[inside] = depth[at] > SEEN_THROUGH * z[inside]
    corner = mesh.triangles[:, 0]
    instances = np.zeros(len(corner), np.intp) if mesh.instances is None else mesh.instances - mesh.instances.min()
    shown = np.bincount(instances, inside[corner])
    beside = (z <= 0.1) | (column < 0) | (column >= camera.width)
    mostly = np.bincount(instances, beside[corner]) > BESIDE * np.bincount(instances)
    gone = (np.bincount(instances, through[corner]) > SHARE * np.maximum(shown, 1)) & ~mostly
    keep = ~gone[instances]
    return replace(
        mesh,
        triangles=mesh.triangles[keep],
        material_index=None if mesh.material_index is None else mesh.material_index[keep],
        instances=None if mesh.instances is None else mesh.instances[keep],
    )
