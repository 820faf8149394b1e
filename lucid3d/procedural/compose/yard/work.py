"""A laid-out place while it is made: land, ground that is taken, what stands there; and putting one thing on it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.compose.making import Made
from lucid3d.procedural.compose.settlement.context import lamp_color
from lucid3d.procedural.compose.settlement.curve import Curve
from lucid3d.procedural.compose.yard.footprints import Footprint, Taken, footprint
from lucid3d.procedural.compose.yard.recipe import Area, Yard
from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.mesh import Mesh, instances, placement
from lucid3d.procedural.kit.place import EYE_HEIGHT, Lamp, Place
from lucid3d.procedural.kit.terrain import Terrain
from lucid3d.procedural.language.brief import Brief

START = Footprint(0.0, 0.0, 0.9, 0.9)
"""The ground under the one who looks."""


@dataclass(frozen=True)
class Opening:
    """A court of a street: its `side` (-1 left, 1 right), metres along the street from `begin` to `end`, `off` metres
    from its middle, `depth` metres deep."""

    side: float
    begin: float
    end: float
    off: float
    depth: float


@dataclass
class Work:
    """A laid-out place while it is made.

    Attributes:
        yard: its recipe; brief: what is wanted; rng: decides the rest.
        dark: lamps are on; lit: share of lit windows; side: -1 where left and right are changed.
        place, terrain, site, lot: what there is so far; curve: the middle of its street, or None.
        broad: factor on the widths of its street.
        stray: phases of how far things stand from where the recipe has them, for turn and distance; () = nowhere.
        courts: where houses stand back from the street.
        taken: ground where something stands; made: thing -> how many there are.
    """

    yard: Yard
    brief: Brief
    rng: np.random.Generator
    dark: bool
    lit: float
    side: float
    place: Place
    terrain: Terrain
    site: Site
    lot: Lot
    curve: Curve | None = None
    broad: float = 1.0
    stray: tuple[float, ...] = ()
    courts: list[Opening] = field(default_factory=list)
    taken: Taken = field(default_factory=lambda: Taken([START]))
    made: dict[str, int] = field(default_factory=dict)

    def ground(self, x: float, z: float) -> float:
        """y of what one stands on at (x, z)."""
        up = [f.up for f in self.yard.floor if inside(f, x * self.side, z)]
        street = self.yard.street
        if self.curve is not None and street is not None and self.curve.start < z < self.curve.end:
            off = abs(x - float(self.curve.x(np.array(z)))) - street.width / 2
            if off < 0:
                return EYE_HEIGHT
            if off < street.pavement + 3.0 or self.in_court(np.array([x]), np.array([z]))[0]:
                return EYE_HEIGHT + street.crown - street.kerb if street.kerb else EYE_HEIGHT - 0.012
        if any(inside(basin, x * self.side, z) for basin in self.yard.basins):
            return EYE_HEIGHT  # what stands in a basin counts from its rim
        if up:
            return EYE_HEIGHT - max(up)
        return float(self.terrain.heights(np.array([x], np.float32), np.array([z], np.float32))[0])

    def in_court(self, x: Floats, z: Floats) -> NDArray[np.bool_]:
        """(N,) whether (x, z), (N,) each, lie on the ground of a court."""
        inside_one = np.zeros(np.shape(x), bool)
        for court in self.courts:
            assert self.curve is not None
            off = court.side * (x - self.curve.x(z))
            inside_one |= (z > court.begin) & (z < court.end) & (off > 0) & (off < court.off + court.depth)
        return inside_one

    def fits(self, made: Made, x: float, z: float, yaw: float, scale: float = 1.0) -> bool:
        """Whether nothing stands there yet."""
        return self.taken.free(footprint(made.box, x, z, yaw, scale))

    def take(self, made: Made, x: float, z: float, yaw: float, scale: float = 1.0) -> None:
        """Nothing else comes where this stands, nor does anything grow there."""
        own = footprint(made.box, x, z, yaw, scale)
        self.taken.take(own)
        self.site.keep_out += own.circles()

    def stand(self, made: Made, spots: list[NDArray[np.float64]]) -> None:
        """Copies of a thing, one at each (4, 4)."""
        if len(spots) == 1:
            self.place.meshes.append(made.mesh.transformed(spots[0]))
        elif spots:
            self.place.meshes.append(instances(made.mesh, spots))

    def light(
        self, made: Made, spot: NDArray[np.float64], strength: float, *, reach: float = 14.0,
        glow: tuple[float, float, float] = (1.0, 0.66, 0.33), shadows: bool = False,
    ) -> None:  # fmt: skip
        """The lamps of a thing that stands at `spot` (4, 4), when it is dark."""
        if not (self.dark and strength) or "lamp" in self.brief.without:
            return
        color = tuple(strength * c for c in glow) if glow else lamp_color(strength)
        for lamp in made.lamps:
            x, y, z = (float(v) for v in (spot @ np.array([*lamp, 1.0]))[:3])
            near = math.hypot(x, z) < 26
            self.place.lamps.append(Lamp((x, y, z), color, 0.25, reach, shadows and near))  # type: ignore[arg-type]

    def add(self, mesh: Mesh) -> None:
        """A mesh in its place."""
        if mesh.triangle_count:
            self.place.meshes.append(mesh)

    def spot(self, x: float, z: float, yaw: float, *, up: float = 0.0, scale: float = 1.0) -> NDArray[np.float64]:
        """Where a thing stands on the ground at (x, z), (4, 4)."""
        return placement([x, self.ground(x, z) - up, z], yaw=yaw, scale=scale)


def inside(area: Area, x: float, z: float, margin: float = 0.0) -> bool:
    """Whether (x, z) lies in an area, or within `margin` metres of it."""
    if area.disc is not None:
        return math.hypot(x - area.disc[0], z - area.disc[1]) < area.disc[2] + margin
    assert area.rect is not None
    x0, z0, x1, z1 = area.rect
    return min(x0, x1) - margin < x < max(x0, x1) + margin and min(z0, z1) - margin < z < max(z0, z1) + margin
