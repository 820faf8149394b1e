"""The course of a flight: where one is after so many metres, above the ground that lies ahead."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from lucid3d.camera import yaw_pitch
from lucid3d.flight.plan import Flight

STEP = 2.0
"""Metres between the places that the course is worked out at."""
SEES_AHEAD = 120.0
"""Metres ahead and behind within which the highest ground decides the height: one rises before a hill, not at it."""
SMOOTH = 38.0
"""Metres over which the height changes (standard deviation); a third of that, or smoothing would cut into hills."""
AT_ITS_SIDES = (-14.0, 0.0, 14.0)
"""Metres to the side at which the ground is looked at too."""
ABOVE_TREES = 12.0
"""Metres from the top of the tallest tree up to the course."""
NODS = 0.4
"""Share of a climb or descent by which the view follows it."""

Surface = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.floating]]
"""(x, z) -> y of the ground or the water, y down."""


@dataclass(frozen=True, eq=False)
class FlightCourse:
    """Samples of a course, `STEP` metres apart.

    Attributes:
        positions: (N, 3) metres; yaws: (N,) degrees; pitches: (N,) degrees, positive up.
    """

    positions: NDArray[np.float64]
    yaws: NDArray[np.float64]
    pitches: NDArray[np.float64]

    def position(self, metres: float) -> NDArray[np.float64]:
        """(3,) where one is after so many metres over the ground."""
        return np.array([self._at(axis, metres) for axis in self.positions.T])

    def pose(self, metres: float) -> NDArray[np.float64]:
        """(4, 4) world_from_camera after so many metres over the ground."""
        return yaw_pitch(self._at(self.yaws, metres), self._at(self.pitches, metres), self.position(metres))

    def _at(self, values: NDArray[np.float64], metres: float) -> float:
        return float(np.interp(metres / STEP, np.arange(len(values)), values))


def lay_course(flight: Flight, surface: Surface, tallest: float = 0.0) -> FlightCourse:
    """The course of a flight that begins above the start and looks ahead.

    Args:
        tallest: metres of the tallest tree.
    """
    along = np.arange(0.0, flight.length + 2 * STEP, STEP)
    yaws = flight.bend * np.sin(2 * math.pi * along / flight.wave)
    right, ahead = np.sin(np.radians(yaws)) * STEP, np.cos(np.radians(yaws)) * STEP
    x, z = (np.concatenate([[0.0], np.cumsum(v)[:-1]]) for v in (right, ahead))
    margin = int(SEES_AHEAD / STEP)
    line_x, line_z = (np.concatenate([v, v[-1] + step[-1] * np.arange(1, margin + 1)])
                      for v, step in ((x, right), (z, ahead)))  # fmt: skip
    heading = np.radians(np.concatenate([yaws, np.full(margin, yaws[-1])]))
    highest = np.min(
        [surface(line_x + np.cos(heading) * off, line_z - np.sin(heading) * off) for off in AT_ITS_SIDES], axis=0
    )
    ceiling = -maximum_filter1d(-highest, 2 * margin + 1, mode="nearest")  # y is down: the highest is the least
    smooth = gaussian_filter1d(ceiling, SMOOTH / STEP, mode="nearest", truncate=3)[: len(along)]
    y = smooth - max(flight.height, tallest + ABOVE_TREES)
    climb = np.degrees(np.arctan(-np.gradient(y, STEP)))
    return FlightCourse(np.stack([x, y, z], axis=1), yaws, NODS * climb - flight.down)
