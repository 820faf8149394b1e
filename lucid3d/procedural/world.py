"""The world: what a place is made of, under a sky; `World.draw` turns it into pictures with their ground truth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.render.atmosphere import Atmosphere
from lucid3d.procedural.render.drawing import Drawing, Renderer, equirectangular_rays
from lucid3d.procedural.render.strokes import STYLES, painted

THIN = 1e-3
"""Radians across a single ray: patterns keep their detail from nearby."""


class World:
    """A place under a sky.

    Attributes:
        place: the things; bare: the same without what the weather added (rain, snow, puddles).
        atmosphere: sun or moon, sky, clouds, air.
        prompt, seed: what it was built from.
        brief: what was understood (see `lucid3d.procedural.language.brief`), or None.
    """

    def __init__(
        self,
        place: Place,
        atmosphere: Atmosphere,
        *,
        prompt: str = "",
        seed: int = 0,
        brief: Any = None,
        before: World | None = None,
    ) -> None:
        """A world; `before`: the same without the last mesh of its place, from which it has what is slow to make."""
        self.place = place
        self.atmosphere = atmosphere
        self.bare = place
        self.prompt = prompt
        self.seed = seed
        self.brief = brief
        self._renderer: Renderer = Renderer(
            place, atmosphere, before._renderer.surfaces if before is not None else None
        )

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
        drawing = self._renderer.draw(camera, antialias=antialias, only=only, near=near)
        return self._painted(drawing, camera.world_rays(), camera.position)

    def draw_equirectangular(self, height: int, position: NDArray[np.floating] | None = None) -> Drawing:
        """(height, 2 * height) panorama from `position` (3,) (the start by default): the middle column looks to +z,
        the right half to +x, the top row up. Depth is distance along the ray."""
        drawing = self._renderer.draw_equirectangular(height, position)
        return self._painted(drawing, equirectangular_rays(height), np.zeros(3) if position is None else position)

    def outlines(self, height: int) -> Drawing:
        """The start's panorama (height, 2 * height) without light or colour: its image is black, its normals are those
        of the faces. It says what is seen where, in a small part of the time."""
        return self._renderer.outlines(height)

    def _painted(self, drawing: Drawing, rays: NDArray[np.floating], origin: NDArray[np.floating]) -> Drawing:
        """A drawing as the style of the sentence has it."""
        style = getattr(self.brief, "style", "")
        if style not in STYLES:
            return drawing
        shape = (*drawing.depth.shape, 3)
        rays, origin = np.asarray(rays, np.float32).reshape(shape), np.asarray(origin, np.float32)
        return replace(
            drawing, image=painted(drawing.image, style, rays, origin, drawing.depth, drawing.normals, drawing.labels)
        )

    def sky_alone(self) -> World:
        """The same air, light and exposure with nothing standing in it."""
        bare = World(Place(), self.atmosphere, prompt=self.prompt, seed=self.seed)
        bare._renderer.film = self._renderer.film
        return bare

    def with_mesh(self, mesh: Mesh) -> World:
        """The same world with one more mesh, the last of `spans`, exposed as it was."""
        place = replace(self.place, meshes=[*self.place.meshes, mesh])
        other = World(place, self.atmosphere, prompt=self.prompt, seed=self.seed, brief=self.brief, before=self)
        other._renderer.film = self._renderer.film
        return other

    def with_place(self, place: Place, *, brief: Any = None) -> World:
        """Another place under the same sky, exposed as this one; `brief`: what it was built from, if another."""
        other = World(place, self.atmosphere, prompt=self.prompt, seed=self.seed, brief=brief or self.brief)
        other._renderer.film = self._renderer.film
        return other

    def radiance(self, origins: NDArray[np.floating], directions: NDArray[np.floating]) -> NDArray[np.float32]:
        """(N, 3) linear light along rays from `origins` (N, 3) in `directions` (N, 3); the sun's disc is left out."""
        o, d = (np.ascontiguousarray(a, np.float32).reshape(-1, 3) for a in (origins, directions))
        return self._renderer.shader.shade(o, d, THIN, disc=False).radiance

    def trace(
        self, origins: NDArray[np.floating], directions: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Distance (N,) in units of `directions` (N, 3) from `origins` (N, 3) to the nearest solid or water surface
        (+inf: none), and its normals (N, 3)."""
        o, d = (np.ascontiguousarray(a, np.float32).reshape(-1, 3) for a in (origins, directions))
        return self._renderer.surfaces.hits(o, d)[:2]

    def away(self, positions: NDArray[np.floating]) -> NDArray[np.float32]:
        """(N,) metres from positions (N, 3) to the nearest solid surface; +inf in an empty world."""
        return self._renderer.surfaces.solid.away(np.ascontiguousarray(positions, np.float32))

    def things(self) -> dict[int, str]:
        """Instance number (as in `Drawing.instances`) -> what was made there, in the catalogue's word; instances that
        nobody would ask for by name (walls, blades, the ground) are not in it."""
        return {number: thing for first, behind, thing in self.spans() if thing for number in range(first, behind)}

    def spans(self) -> tuple[tuple[int, int, str], ...]:
        """(first instance number, one past the last, what they are or "") of each of `meshes`."""
        return self._renderer.surfaces.tables.things

    def hits(
        self, origins: NDArray[np.floating], directions: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
        """`trace` with the semantic label numbers (N,) of what is hit (0 where nothing is)."""
        o, d = (np.ascontiguousarray(a, np.float32).reshape(-1, 3) for a in (origins, directions))
        distance, normals, triangle = self._renderer.surfaces.hits(o, d)
        return distance, normals, self._renderer.surfaces.tables.identify(triangle)[0]

    @property
    def meshes(self) -> list[Mesh]:
        """Every mesh of the world, terrain and water included."""
        return self._renderer.meshes
