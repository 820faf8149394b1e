"""The world: what a place is made of, under a sky; `World.draw` turns it into pictures with their ground truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.procedural.materials import RGB
from lucid3d.procedural.mesh import Mesh

if TYPE_CHECKING:
    from lucid3d.procedural.atmosphere import Atmosphere
    from lucid3d.procedural.terrain import Terrain
    from lucid3d.procedural.water import Water

EYE_HEIGHT = 1.6
"""Metres from the ground to the start camera, which is the world's origin: the ground at the start is at y = +1.6."""

HeightFunction = Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.float32]]


@dataclass(frozen=True)
class Lamp:
    """A small light.

    Attributes:
        position: (x, y, z) metres.
        color: linear RGB intensity: a lamp of (4, 3, 2) lights a white wall 1 m away like a white wall in the sun is
        lit
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
        haze: factor on the density of the air (jungle 2, arctic 0.5).
    """

    meshes: list[Mesh] = field(default_factory=list)
    terrain: Terrain | None = None
    water: Water | None = None
    lamps: list[Lamp] = field(default_factory=list)
    interior: bool = False
    sun_azimuth: float | None = None
    ground_color: RGB = (0.15, 0.14, 0.1)
    haze: float = 1.0
    sky: dict[str, Any] = field(default_factory=dict)  # overrides of Atmosphere fields, for other planets and caves


@dataclass(frozen=True, eq=False)
class Drawing:
    """One picture and its ground truth; all arrays are (H, W) or (H, W, 3).

    Attributes:
        image: float32 sRGB in [0, 1], exposed and through the film curve.
        radiance: float32 linear HDR radiance, antialiased, unexposed (1 is about a white wall in the sun).
        depth: float32 z-depth in metres through the pixel centre (distance for equirectangular), +inf = sky.
        normals: float32 world-frame unit normals of the surface towards the camera, 0 for sky.
        labels: int32 semantic label numbers (`labels.LABELS`), 0 = sky.
        instances: int32 instance numbers, unique in the world, 0 = sky.
    """

    image: NDArray[np.float32]
    radiance: NDArray[np.float32]
    depth: NDArray[np.float32]
    normals: NDArray[np.float32]
    labels: NDArray[np.int32]
    instances: NDArray[np.int32]


class World:
    """A place under a sky.

    Attributes:
        place: the things; bare: the same without what the weather added (rain, snow, puddles).
        atmosphere: sun or moon, sky, clouds, air.
        prompt, seed: what it was built from.
        brief: what was understood (see `lucid3d.procedural.brief`), or None.
    """

    def __init__(
        self, place: Place, atmosphere: Atmosphere, *, prompt: str = "", seed: int = 0, brief: Any = None
    ) -> None:
        self.place = place
        self.atmosphere = atmosphere
        self.bare = place
        self.prompt = prompt
        self.seed = seed
        self.brief = brief
        from lucid3d.procedural.drawing import Renderer

        self._renderer = Renderer(place, atmosphere)

    def draw(
        self, camera: Camera, *, antialias: bool = True, only: NDArray[np.bool_] | None = None, near: float = 0.0
    ) -> Drawing:
        """What `camera` sees.

        Args:
            near: z-depth in metres before which nothing is seen (the near plane of a long lens: what is small and far
                is then traced, and shadowed, with the precision of what is close).
            only: (H, W) bool, the pixels whose colours are wanted; depth and normals are given everywhere, the rest is
                black, and time is saved.
        """
        return self._renderer.draw(camera, antialias=antialias, only=only, near=near)

    def draw_equirectangular(self, height: int, position: NDArray[np.floating] | None = None) -> Drawing:
        """(height, 2 * height) panorama from `position` (3,) (the start by default): the middle column looks to +z,
        the right half to +x, the top row up. Depth is distance along the ray."""
        return self._renderer.draw_equirectangular(height, position)

    def sky_alone(self) -> World:
        """The same air, light and exposure with nothing standing in it."""
        bare = World(Place(), self.atmosphere, prompt=self.prompt, seed=self.seed)
        bare._renderer.film = self._renderer.film
        return bare

    def trace(
        self, origins: NDArray[np.floating], directions: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Distance in units of `directions` to the nearest solid or water surface (+inf = none) and its normal."""
        o, d = (np.ascontiguousarray(a, np.float32).reshape(-1, 3) for a in (origins, directions))
        return self._renderer.shader.trace(o, d)

    @property
    def meshes(self) -> list[Mesh]:
        """Every mesh of the world, terrain and water included."""
        return self._renderer.meshes
