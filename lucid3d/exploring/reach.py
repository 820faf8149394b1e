"""How far, or how long, a person wants a place to be explored."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lucid3d.errors import InputError

FARTHEST = 100.0
"""Metres to explore at most: beyond it the sky dome, thinning and training want tiles."""
WITHIN = 25.0
"""Metres to explore where only a time was given."""
_METRES = re.compile(r"(\d+(?:\.\d+)?)\s*m")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*s")


@dataclass(frozen=True)
class Reach:
    """How far to explore.

    Attributes:
        radius: metres around the start.
        seconds: after which no further view is begun, or None. A time makes the result depend on the machine.
    """

    radius: float
    seconds: float | None = None


def parse_reach(text: str) -> Reach | None:
    """What `--explore` says: "10m", "90s", or both ("10m 90s"); "" and "no" are None.

    Raises:
        InputError: anything else, nothing to explore, or more than `FARTHEST` metres.
    """
    if text.strip().lower() in ("", "no"):
        return None
    radius, seconds = None, None
    for part in re.split(r"[\s,]+", text.strip()):
        if (match := _METRES.fullmatch(part)) and radius is None:
            radius = float(match[1])
        elif (match := _SECONDS.fullmatch(part)) and seconds is None:
            seconds = float(match[1])
        else:
            raise InputError(f"explore '{text}': say how far or how long, as in 10m, 90s, or '10m 90s'")
    if radius is not None and not 0 < radius <= FARTHEST:
        raise InputError(f"explore '{text}': the radius must lie above 0 and at most {FARTHEST:g} m")
    return Reach(WITHIN if radius is None else radius, seconds)
