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
HEADINGS = (0.0, 45.0, -45.0, 90.0, -90.0, 135.0, -135.0)
"""Degrees to the right that a way may turn by to come over land, the gentlest first."""
MOSTLY_WATER, DRIER, AS_DRY = 0.5, 0.25, 0.1
"""Shares of a way that lie over water: from which on it turns, how much less it must become by that, and how much more
than the least it may keep for the sake of a gentler turn."""
TURNS = 0.6
"""Degrees a metre by which it turns then, on average: no more than a scene sees beyond the film while it fades."""
LOOKS_AHEAD = 1000.0
"""Metres at least of a way that is judged: a short flight, too, turns to land."""
NODS = 0.4
"""Share of a climb or descent by which the view follows it."""

Surface = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.floating]]
"""(x, z) -> y of the ground or the water, y down."""
Wet = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]
"""(x, z) -> whether there is water."""


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


def lay_course(flight: Flight, surface: Surface, tallest: float = 0.0, wet: Wet | None = None) -> FlightCourse:
    """The course of a flight that begins above the start and looks ahead.

    Args:
        tallest: metres of the tallest tree.
        wet: where there is water: a way that would lie over little else turns to where there is land.
    """
    along = np.arange(0.0, flight.length + 2 * STEP, STEP)
    yaws = _yaws(flight, along, 0.0 if wet is None else heading_over_land(flight, wet))
    right, ahead = _steps(yaws)
    x, z = _line(right), _line(ahead)
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


def heading_over_land(flight: Flight, wet: Wet) -> float:
    """Degrees to the right of ahead, one of `HEADINGS`, that a flight turns to: 0 wherever land lies ahead."""
    along = np.arange(0.0, max(flight.length, LOOKS_AHEAD), STEP)
    shares = []
    for heading in HEADINGS:
        x, z = (_line(step) for step in _steps(_yaws(flight, along, heading)))
        shares.append(float(wet(x, z).mean()))
    least = min(shares)
    if shares[0] < MOSTLY_WATER or shares[0] - least < DRIER:
        return 0.0
    return next(heading for heading, share in zip(HEADINGS, shares, strict=True) if share <= least + AS_DRY)


def _yaws(flight: Flight, along: NDArray[np.float64], heading: float) -> NDArray[np.float64]:
    """(N,) degrees: the bends of a flight, about a heading that it turns to at first."""
    turned = np.clip(along * TURNS / max(abs(heading), 1e-9), 0, 1)
    smooth = turned * turned * (3 - 2 * turned)
    return heading * smooth + flight.bend * np.sin(2 * math.pi * along / flight.wave)


def _steps(yaws: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(N,) metres to the right and (N,) ahead from each sample to the next."""
    return np.sin(np.radians(yaws)) * STEP, np.cos(np.radians(yaws)) * STEP


def _line(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) where steps lead to from 0, before each."""
    return np.concatenate([[0.0], np.cumsum(steps)[:-1]])
