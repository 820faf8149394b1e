"""What belongs together with a point, where nobody knows what things there are: alike in colour, normal and place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from lucid3d.gaussians.model import Gaussians
from lucid3d.restyle.transport import to_lab

NEIGHBOURS = 8
NEXT = 4.0
"""Sizes of the larger of two Gaussians between whose middles they still touch."""
STEP = 12.0
"""Difference in Lab from one to the next."""
SPREAD = 32.0
"""Difference in Lab from the first: shading may go on for long, another colour is another thing."""
BEND = 40.0
"""Degrees between the normals of neighbours."""
FAINT = 0.05
"""Opacity below which nobody sees that something is there."""


def connected_to(gaussians: Gaussians, seed: int) -> NDArray[np.bool_]:
    """(N,) bool: all that hangs together with one Gaussian over neighbours of like colour and normal that touch."""
    lab = to_lab(np.clip(gaussians.colors, 0, 1))
    alike = (np.linalg.norm(lab - lab[seed], axis=1) < SPREAD) & (gaussians.opacities > FAINT)
    alike[seed] = True
    rows = np.flatnonzero(alike)
    count = min(NEIGHBOURS + 1, len(rows))
    away, near = cKDTree(gaussians.means[rows]).query(gaussians.means[rows], k=count, workers=-1)
    away, near = away.reshape(len(rows), -1)[:, 1:], near.reshape(len(rows), -1)[:, 1:]
    size = np.sort(gaussians.scales[rows], axis=1)[:, 1]
    normals = normals_of(gaussians[rows])
    here = np.broadcast_to(np.arange(len(rows))[:, None], near.shape)
    touches = away < NEXT * np.maximum(size[here], size[near])
    level = np.abs((normals[here] * normals[near]).sum(axis=2)) > np.cos(np.radians(BEND))
    like = np.linalg.norm(lab[rows][here] - lab[rows][near], axis=2) < STEP
    linked = touches & level & like
    links = coo_array((np.ones(int(linked.sum())), (here[linked], near[linked])), shape=(len(rows), len(rows)))
    _, group = connected_components(links, directed=False)
    chosen = np.zeros(len(gaussians), bool)
    chosen[rows] = group == group[np.searchsorted(rows, seed)]
    return chosen


def normals_of(gaussians: Gaussians) -> NDArray[np.float64]:
    """(N, 3) unit vectors along the thinnest axes; either side."""
    if not len(gaussians):
        return np.zeros((0, 3))
    axes = Rotation.from_quat(gaussians.quats[:, [1, 2, 3, 0]]).as_matrix()
    thin = np.argmin(gaussians.log_scales, axis=1)
    normals: NDArray[np.float64] = np.take_along_axis(axes, thin[:, None, None], axis=2)[:, :, 0]
    return normals
