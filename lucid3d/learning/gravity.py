"""Which way is down, from the depth of what lies level: ground, floor and water, and ceilings.

On a plane inverse depth is linear in the picture, 1 / depth = p . (x, y, 1) with x and y in units of the focal length,
and p is the plane's normal up to a factor. What is labelled as ground is mostly one plane, with bumps and things on it:
the fit is repeated with less weight for what is off it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lucid3d.learning.classes import CLASSES

LEVEL = tuple(CLASSES.index(name) for name in ("ground", "floor", "water", "snow"))
CEILING = CLASSES.index("ceiling")
LEAST_SHARE = 0.04
"""Of the picture that must lie level for this to be of use."""
LARGEST_TILT = 60.0
"""Degrees of pitch or roll beyond which a plane is taken for a wall with a wrong label."""
ROUNDS = 8
OFF = 0.08
"""Share of inverse depth by which a pixel may be off the plane before it counts less (Huber 1964)."""
FARTHEST = 4.0
"""Multiples of the median depth of what lies level beyond which its depth, and so the horizon's, is a guess."""


def level_down(
    depth: NDArray[np.floating], labels: NDArray[np.integer], confidence: NDArray[np.floating], focal: float
) -> tuple[NDArray[np.float64], float] | None:
    """Gravity, and how much of the picture it was found by.

    Args:
        depth: (H, W) z-depth up to one scale, +inf = sky.
        labels: (H, W), see `classes.CLASSES`.
        confidence: (H, W), what a pixel counts.
        focal: in pixels.
    Returns:
        (3,) unit vector in the camera's frame (x right, y down, z forward), and the share of the pixels that lie level;
        None where too little does.
    """
    height, width = depth.shape
    step = max(round(min(height, width) / 96), 1)  # a plane needs no more than some thousand pixels
    rows, columns = np.arange(step // 2, height, step), np.arange(step // 2, width, step)
    x, y = np.meshgrid((columns + 0.5 - width / 2) / focal, (rows + 0.5 - height / 2) / focal)
    here = np.ix_(rows, columns)
    flat = np.isfinite(depth[here])
    found: list[tuple[NDArray[np.float64], float]] = []
    for numbers, sign in ((LEVEL, 1.0), ((CEILING,), -1.0)):
        where = np.isin(labels[here], numbers) & flat
        if where.mean() < LEAST_SHARE:
            continue
        plane = _plane(x[where], y[where], depth[here][where].astype(np.float64), confidence[here][where])
        normal = sign * plane / np.linalg.norm(plane)
        if normal[1] > np.cos(np.radians(LARGEST_TILT)):
            found.append((normal, float(where.mean())))
    if not found:
        return None
    down = np.sum([normal * weight for normal, weight in found], axis=0)
    return down / np.linalg.norm(down), sum(weight for _, weight in found)


def _plane(
    x: NDArray[np.float64], y: NDArray[np.float64], depth: NDArray[np.float64], weight: NDArray[np.floating]
) -> NDArray[np.float64]:
    """(3,) p of 1 / depth = p . (x, y, 1) for N pixels."""
    near = depth < FARTHEST * np.median(depth)
    rays = np.stack([x, y, np.ones_like(x)], axis=1)[near]
    inverse, own = 1 / depth[near], np.asarray(weight, np.float64)[near] + 1e-3
    counts = own / inverse**2  # errors are shares of depth
    for _ in range(ROUNDS):
        weighted = rays * counts[:, None]
        ridge = 1e-9 * np.trace(weighted.T @ rays) * np.eye(3)
        plane = np.linalg.solve(weighted.T @ rays + ridge, weighted.T @ inverse)
        off = np.abs(rays @ plane - inverse) / inverse
        counts = own / inverse**2 * np.minimum(1, OFF / np.maximum(off, 1e-9))
    return np.asarray(plane, np.float64)
