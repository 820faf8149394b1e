"""A place: what stands where, before sky and weather are laid over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lucid3d.procedural.kit.materials import RGB
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.sown import Sown
from lucid3d.procedural.kit.terrain import Terrain
from lucid3d.procedural.kit.water import Water

EYE_HEIGHT = 1.6
"""Metres from the ground to the start camera, which is the world's origin: the ground at the start is at y = +1.6."""

Path = tuple[tuple[float, float], ...]
"""Corners (x, z) of a path."""


@dataclass(frozen=True)
class Lamp:
    """A small light.

    Attributes:
        position: (x, y, z) metres.
        color: linear RGB intensity: a lamp of (4, 3, 2) lights a white wall 1 m away like a white wall in the sun is
            by (4, 3, 2) / pi. Street lamp 30 to 60, room lamp 4 to 10, candle 0.5.
        radius: metres; distances below it count as it, so that a lampshade is not burnt out.
        reach: metres where its light has faded to nothing.
        shadows: trace shadow rays to it (the nearest few lamps only; they cost time).
    """

    position: RGB
    color: RGB
    radius: float = 0.15
    reach: float = 25.0
    shadows: bool = True


@dataclass(frozen=True)
class Way:
    """Where a street leaves a place.

    Attributes:
        x, z: metres; heading: radians in which it goes on, 0 = ahead, positive to the right.
        width, pavement: metres of its carriageway and of each of its pavements.
    """

    x: float
    z: float
    heading: float
    width: float
    pavement: float = 0.0


@dataclass
class Place:
    """What a place builder returns: the things, without sky and weather, which are laid over every place alike.

    Attributes:
        meshes: everything that stands around, in world coordinates (origin = eye of the start camera, y down).
        terrain: the land (see `terrain.Terrain`), or None for rooms and stations.
        water: a lake, river or sea, or None.
        lamps: small lights; `night_only` lamps are the builder's affair (it has the brief).
        interior: True for rooms: exposure and bounced light are worked out for the inside.
        sun_azimuth: the direction in radians from which the sun suits the place best (0 = +z ahead, positive = to the
            right), or None for a default about 40 degrees right of straight ahead.
        ground_color: linear albedo of the surroundings, for bounced light.
        unplaced: (thing, why it has no room) of what was asked for and is not there.
        haze: factor on the density of the air (jungle 2, arctic 0.5).
        sown: what was scattered over its land, so that it can go on beyond (see `procedural.endless`).
        ways: where its streets leave it, the one ahead first: they go on beyond, too.
    """

    meshes: list[Mesh] = field(default_factory=list)
    terrain: Terrain | None = None
    water: Water | None = None
    lamps: list[Lamp] = field(default_factory=list)
    interior: bool = False
    sun_azimuth: float | None = None
    ground_color: RGB = (0.15, 0.14, 0.1)
    haze: float = 1.0
    unplaced: tuple[tuple[str, str], ...] = ()
    sky: dict[str, Any] = field(default_factory=dict)  # overrides of Atmosphere fields, for other planets and caves
    sown: list[Sown] = field(default_factory=list)
    ways: tuple[Way, ...] = ()
