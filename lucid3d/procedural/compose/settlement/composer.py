"""What a village, a temple and ruins have in common: ground and hills as the brief has them, a site to plant, things
that stand on it, lamps, and the finished place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.assets.buildings.houses import House
from lucid3d.procedural.compose.land.lot import Lot
from lucid3d.procedural.compose.land.planting import lot_for
from lucid3d.procedural.compose.land.site import Site
from lucid3d.procedural.compose.settlement.context import DARK_TIMES, finish, ground_y, hills, shore_of
from lucid3d.procedural.compose.wishes import site_for
from lucid3d.procedural.kit.ground import Ground
from lucid3d.procedural.kit.mesh import Mesh, placement
from lucid3d.procedural.kit.place import EYE_HEIGHT, Lamp, Place
from lucid3d.procedural.kit.terrain import Terrain
from lucid3d.procedural.language.brief import Brief


@dataclass
class Settlement:
    """A built place while it is made.

    Attributes:
        brief: what is wanted; rng: decides the rest; dark: lamps are on at this time of day.
        place: what stands there so far; terrain: its land; site: the land to plant; lot: the same for layers.
    """

    brief: Brief
    rng: np.random.Generator
    dark: bool
    place: Place
    terrain: Terrain
    site: Site
    lot: Lot

    def put(
        self, mesh: Mesh, x: float, z: float, *, yaw: float = 0.0, sink: float = 0.0, keep: float = 0.0
    ) -> NDArray[np.float64]:
        """Set a thing on the ground at (x, z), `sink` metres into it; nothing else comes within `keep` metres.

        Returns:
            Where it stands, (4, 4).
        """
        matrix = placement([x, ground_y(self.terrain, x, z) + sink, z], yaw=yaw)
        self.place.meshes.append(mesh.transformed(matrix))
        if keep:
            self.site.keep_out.append((x, z, keep))
        return matrix

    def light(
        self, house: House, matrix: NDArray[np.float64], color: tuple[float, float, float], *,
        radius: float = 0.2, reach: float = 12.0, shadows: bool = True,
    ) -> None:  # fmt: skip
        """The lamps of a house that stands at `matrix` (4, 4)."""
        for spot in house.lamps:
            x, y, z = (float(v) for v in (matrix @ np.array([*spot, 1.0]))[:3])
            self.place.lamps.append(Lamp((x, y, z), color, radius, reach, shadows))

    def finished(self) -> Place:
        """The place with what has been planted, under the lamps and labels of built places."""
        self.place.meshes += self.site.meshes
        self.place.sown = self.site.sown
        self.place.terrain = self.terrain
        return finish(self.place, self.brief)


def settle(
    brief: Brief, rng: np.random.Generator, ground: Ground, *, flat: float, sun: tuple[float, float],
    level: float = EYE_HEIGHT, clear: float = 2.6, **land: Any,
) -> Settlement:  # fmt: skip
    """Level land within `flat` metres, hills around it (`land`: see `context.hills`), and nothing on it.

    Args:
        ground: what it is covered with, its path included; level: y of the level part.
        sun: radians off straight ahead between which the sun stands, to one side or the other.
        clear: metres about the start that stay free of anything taller than grass.
    """
    terrain = hills(brief, rng, flat=flat, level=level, ground=ground, **land)
    water = terrain.ground.water_level if shore_of(brief, flat) is not None else None
    site = site_for(brief, terrain, rng, water, path=ground.path, path_width=ground.path_width, clear=clear)
    place = Place(sun_azimuth=float(rng.choice([-1.0, 1.0])) * float(rng.uniform(*sun)))
    return Settlement(brief, rng, brief.time in DARK_TIMES, place, terrain, site, lot_for(site, brief))
