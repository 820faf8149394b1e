"""What a flight is: how far, how fast, how high."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields, replace

from lucid3d.errors import InputError, short
from lucid3d.trajectory import MOST_FRAMES, stated_flight

_LENGTH = re.compile(r"(\d+(?:\.\d+)?(?:e\d+)?)\s*(km|m)?")
LIMITS = {
    "length": (1.0, 50_000.0),
    "speed": (0.5, 200.0),
    "height": (2.0, 1000.0),
    "down": (0.0, 60.0),
    "bend": (0.0, 60.0),
    "wave": (50.0, 10_000.0),
}
"""What a flight's numbers must lie between: beyond 50 km single precision no longer tells blades of grass apart."""


@dataclass(frozen=True)
class Flight:
    """A flight over a landscape.

    Attributes:
        length: metres; speed: metres a second; height: metres above the ground, and above the tops of the trees.
        down: degrees by which one looks down; bend: degrees by which the way turns to either side; wave: metres from
            one turn to the right to the next.
    """

    length: float = 1000.0
    speed: float = 20.0
    height: float = 22.0
    down: float = 12.0
    bend: float = 16.0
    wave: float = 460.0

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if not least <= value <= most:  # NaN fails too
                raise InputError(f"a flight's {name} is {value:g} and must lie between {least:g} and {most:g}")

    def frames(self, rate: int) -> int:
        """Pictures of the film, at `rate` a second.

        Raises:
            InputError: more than a film may have.
        """
        count = math.floor(self.length / self.speed * rate) + 1
        if count > MOST_FRAMES:
            raise InputError(
                f"the flight would take {count} pictures; {MOST_FRAMES} are the most: fly faster, or less far"
            )
        return count


def read_flight(trajectory: str, length: str = "") -> Flight | None:
    """The flight that a trajectory is, or None where it is a path.

    Args:
        length: what `--flight-length` says: "1km", "300m"; "" for what the file says.
    Raises:
        InputError: the file or the length is wrong, or there is a length and no flight.
    """
    stated = stated_flight(trajectory)
    if stated is None:
        if length:
            raise InputError(f"--flight-length {length} belongs to a flight: add --trajectory flight")
        return None
    known = [field.name for field in fields(Flight)]
    for key, value in stated.items():
        if key not in known:
            raise InputError(f"trajectory '{trajectory}': a flight has no {short(key)}; known: {', '.join(known)}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"trajectory '{trajectory}': a flight's {key} is {short(value)} and must be a number")
    flight = Flight(**{key: float(value) for key, value in stated.items()})
    return replace(flight, length=metres(length)) if length else flight


def metres(text: str) -> float:
    """The metres of a length.

    Raises:
        InputError: it is none.
    """
    match = _LENGTH.fullmatch(text.strip().lower())
    if match is None:
        raise InputError(f"flight length '{short(text)}': say how far, as in 1km or 300m")
    return float(match[1]) * (1000.0 if match[2] == "km" else 1.0)
