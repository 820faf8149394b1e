"""Where people walk in a scene, and from where on it is sky: what decides how fine its parts must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from lucid3d.export.targets import Exportable

SKY_FROM = 0.5
"""What is farther than this part of the sky dome's distance is sky: soft edges in front of it end there."""


def where_people_walk(scene: Exportable) -> tuple[NDArray[np.float64], float]:
    """(3,) where people start, and the metres around in which they can walk (0 where nobody found that out)."""
    free = getattr(scene, "free", None)
    if free is None:
        return np.zeros(3), 0.0
    rows, columns = np.nonzero(free.free)
    steps = np.hypot(rows - free.half, columns - free.half)
    return np.asarray(free.start, np.float64), float(steps.max(initial=0.0) * free.cell)


def sky_distance(scene: Exportable) -> float | None:
    """Metres from the origin from which on a scene is its sky, None where it has none."""
    points = scene.points
    if points is None or len(points) == 0 or not points.is_sky.any():
        return None
    return float(np.linalg.norm(points.positions[points.is_sky], axis=1).min()) * SKY_FROM
