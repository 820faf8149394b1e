"""Pictures of a world: one ray a pixel, more where pixels differ from their neighbours, one film for every view."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.place import Place
from lucid3d.procedural.render import tone
from lucid3d.procedural.render.atmosphere import Atmosphere
from lucid3d.procedural.render.shading import Seen, Shader, Surfaces

Floats = NDArray[np.float32]
CONTRAST = 0.12
"""Difference in sRGB between neighbours that asks for more rays."""
EDGE_CONTRAST = 0.035
"""The same where one thing ends and another begins."""
NEIGHBOURS = 1
"""Pixels around a wanted one that are lit too: they tell whether it is on an edge. (Its own light is evened out over
two; at the rim of a part over what is there, which nobody sees.)"""
FILTER = 0.5
"""Standard deviation of the filter at edges, in pixels: wide enough that a view can be resampled without ringing."""
CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
SIDES = ((-1, 0), (1, 0), (0, -1), (0, 1))
METERING_HEIGHT = 48
EYES_ADAPT = 0.45
"""Share of the colour of lamps that is taken off indoors."""

Offset = Callable[[NDArray[np.intp], Floats, Floats], Floats]
"""(pixel numbers, x, y) -> rays through those pixels, (x, y) pixels from their centres; all (N,)."""


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


class Renderer:
    """Draws a place under an atmosphere."""

    def __init__(self, place: Place, atmosphere: Atmosphere, before: Surfaces | None = None) -> None:
        self.surfaces = Surfaces(place, before)
        self.atmosphere = atmosphere

    @property
    def meshes(self) -> list[Mesh]:
        """Every solid mesh."""
        return self.surfaces.meshes

    @functools.cached_property
    def shader(self) -> Shader:
        """The light, worked out when the first picture is drawn."""
        return Shader(self.surfaces, self.atmosphere)

    @functools.cached_property
    def film(self) -> tone.Film:
        """Exposure and curve, metered once on a small panorama so that every view of a world agrees."""
        air = self.atmosphere
        rays = equirectangular_rays(METERING_HEIGHT).reshape(-1, 3)
        seen = self.shader.shade(np.zeros_like(rays), rays, math.pi / METERING_HEIGHT, disc=False)
        up = -rays[:, 1]
        level = np.sqrt(np.maximum(1 - up**2, 0))  # the solid angle of a pixel
        subject = np.exp(-(((up + 0.08) / 0.38) ** 2)) * level  # what stands about the horizon
        weights = subject.astype(np.float32)
        tint = np.array(air.tint, np.float32)
        if self.surfaces.place.interior:
            tint = tint * tone.balanced(seen.radiance, weights, EYES_ADAPT)
        sheet = float(self.shader.sky.sheet @ tone.LUMA) if air.moon else 0.0
        exposure = tone.metered(seen.radiance, weights, air.exposure, night_sheet=sheet)
        return tone.Film(exposure, (float(tint[0]), float(tint[1]), float(tint[2])), air.saturation, air.contrast)

    def draw(
        self, camera: Camera, *, antialias: bool = True, only: NDArray[np.bool_] | None = None, near: float = 0.0
    ) -> Drawing:
        """See `World.draw`."""
        rays = camera.world_rays().reshape(-1, 3)
        dx = (camera.rotation[:, 0] / camera.fx).astype(np.float32)
        dy = (camera.rotation[:, 1] / camera.fy).astype(np.float32)

        def offset(rows: NDArray[np.intp], x: Floats, y: Floats) -> Floats:
            return np.asarray(rays[rows] + x[:, None] * dx + y[:, None] * dy, np.float32)

        shape = (camera.height, camera.width)
        angle = 1.0 / max(camera.fx, camera.fy)
        if near:  # pixels are as wide as they are from the camera, at the depth of what the picture's middle shows
            axis = camera.forward.astype(np.float32)[None]
            start = (camera.position + near * camera.forward).astype(np.float32)[None]
            depth = float(self.surfaces.hits(start, axis)[0][0])
            angle *= 1 + near / depth if depth > 0 else 1
        again = offset if antialias else None
        return self._picture(camera.position, rays, shape, angle, again, wrap=False, only=only, near=near)

    def draw_equirectangular(
        self, height: int, position: NDArray[np.floating] | None = None, *, antialias: bool = True
    ) -> Drawing:
        """See `World.draw_equirectangular`."""
        rays = equirectangular_rays(height).reshape(-1, 3)
        width = 2 * height

        def offset(rows: NDArray[np.intp], x: Floats, y: Floats) -> Floats:
            return equirectangular_direction((rows % width) + 0.5 + x, (rows // width) + 0.5 + y, height)

        where = np.zeros(3) if position is None else np.asarray(position)
        return self._picture(where, rays, (height, width), math.pi / height, offset if antialias else None, wrap=True)

    def outlines(self, height: int) -> Drawing:
        """See `World.outlines`."""
        rays = equirectangular_rays(height)
        distance, normals, triangle = self.surfaces.hits(
            np.zeros((2 * height * height, 3), np.float32), rays.reshape(-1, 3)
        )
        labels, instances = self.surfaces.tables.identify(triangle)
        dark = np.zeros_like(rays)
        shape = rays.shape[:2]
        return Drawing(
            dark, dark, distance.reshape(shape), normals.reshape(rays.shape), labels.reshape(shape),
            instances.reshape(shape),
        )  # fmt: skip

    def _picture(
        self,
        position: NDArray[np.floating],
        rays: Floats,
        shape: tuple[int, int],
        angle: float,
        offset: Offset | None,
        *,
        wrap: bool,
        only: NDArray[np.bool_] | None = None,
        near: float = 0.0,
    ) -> Drawing:
        def starts(along: Floats) -> Floats:
            return np.asarray(np.asarray(position, np.float64) + near * along.astype(np.float64), np.float32)

        origins = starts(rays)
        wanted = None if only is None else _around(only).ravel()
        first = self.shader.shade(origins, rays, angle, grid=shape, wanted=wanted)
        labels, instances = self.surfaces.tables.identify(first.triangle)
        radiance = first.radiance
        if wanted is None:
            image = self.film.develop(radiance)
        else:
            image = np.zeros_like(radiance)
            image[wanted] = self.film.develop(radiance[wanted])
        if offset is not None:
            differing = edges(image.reshape(*shape, 3), first.distance.reshape(shape), instances.reshape(shape), wrap)
            rows = np.flatnonzero(differing if only is None else differing & only.ravel())
            if len(rows):
                radiance[rows] = self._smoothed(first, rows, starts, shape, angle, offset, wrap)
                image[rows] = self.film.develop(radiance[rows])
        return Drawing(
            image.reshape(*shape, 3),
            radiance.reshape(*shape, 3),
            first.distance.reshape(shape) + np.float32(near),
            first.normals.reshape(*shape, 3),
            labels.reshape(shape),
            instances.reshape(shape),
        )

    def _smoothed(
        self,
        first: Seen,
        rows: NDArray[np.intp],
        starts: Callable[[Floats], Floats],
        shape: tuple[int, int],
        angle: float,
        offset: Offset,
        wrap: bool,
    ) -> Floats:
        """Radiance (N, 3) of pixels `rows`: a Gaussian over rays through the pixel and about it.

        They are the centres of the pixel and of its neighbours, which are drawn already, and the corners. Neighbours
        share them, so that where everything is an edge, as in leaves and grass, one more ray a pixel buys nine.
        The Gaussian is wider than the pixel's own square: what is finer than a pixel does not flicker when the camera
        moves.
        """
        height, width = shape
        row, column = np.divmod(rows, width)
        # Averaging what the film shows, not radiance: one bright ray must not outweigh its neighbours.
        centres = self.film.compress(first.radiance)
        across = width + 1
        four = np.stack([(row + i) * across + column + j for i, j in CORNERS])
        needed = np.zeros((height + 1) * across, bool)
        needed[four] = True
        corners = np.flatnonzero(needed)
        down, right = np.divmod(corners, across)
        up, low = np.maximum(down - 1, 0), np.minimum(down, height - 1)
        left, end = np.maximum(right - 1, 0), np.minimum(right, width - 1)
        x, y = right - end - 0.5, down - low - 0.5
        rays = offset(low * width + end, x.astype(np.float32), y.astype(np.float32))
        about = np.stack([low * width + end, low * width + left, up * width + end, up * width + left])
        more = self.shader.shade(starts(rays), rays, angle, beside=(first, about))
        shown = self.film.compress(more.radiance)
        where = np.cumsum(needed) - 1
        total = centres[rows].copy()
        for i, j in SIDES:
            beside = np.clip(row + i, 0, height - 1) * width
            beside += (column + j) % width if wrap else np.clip(column + j, 0, width - 1)
            total += _gauss(1.0) * centres[beside]
        for corner in four:
            total += _gauss(0.5) * shown[where[corner]]
        return self.film.expand(total / (1 + 4 * _gauss(1.0) + 4 * _gauss(0.5)))


def _gauss(square: float) -> np.float32:
    """Weight of a ray whose distance from a pixel's centre, in pixels, has this square."""
    return np.float32(math.exp(-0.5 * square / FILTER**2))


def _around(only: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The wanted pixels and those beside them."""
    from scipy.ndimage import binary_dilation

    return np.asarray(binary_dilation(only, np.ones((3, 3), bool), iterations=NEIGHBOURS))


def edges(image: Floats, distance: Floats, instances: NDArray[np.int32], wrap: bool) -> NDArray[np.bool_]:
    """(H * W,) pixels that differ so much from a neighbour that one ray is not enough."""
    marked = np.zeros(distance.shape, bool)
    near = 1.0 / distance
    for axis in (0, 1):
        before = (slice(None, -1), slice(None)) if axis == 0 else (slice(None), slice(None, -1))
        after = (slice(1, None), slice(None)) if axis == 0 else (slice(None), slice(1, None))
        step = _contrast(image[after], image[before])
        jump = np.abs(near[after] - near[before]) > 0.08 * np.maximum(near[after], near[before])
        either = (step > CONTRAST) | ((jump | (instances[after] != instances[before])) & (step > EDGE_CONTRAST))
        marked[before] |= either
        marked[after] |= either
    if wrap:
        seam = _contrast(image[:, 0], image[:, -1]) > CONTRAST
        marked[:, 0] |= seam
        marked[:, -1] |= seam
    return marked.ravel()


def _contrast(a: Floats, b: Floats) -> Floats:
    """The largest difference of the three channels."""
    step = np.abs(a - b)
    most = np.maximum(np.maximum(step[..., 0], step[..., 1]), step[..., 2])  # much faster than a reduction over 3
    return np.asarray(most, np.float32)


def equirectangular_direction(column: NDArray[np.floating], row: NDArray[np.floating], height: int) -> Floats:
    """Unit directions (N, 3) at continuous pixel coordinates: the middle looks to +z, right of it to +x, the top up."""
    azimuth = (np.asarray(column) / (2 * height) - 0.5) * 2 * math.pi
    elevation = (0.5 - np.asarray(row) / height) * math.pi
    c = np.cos(elevation)
    return np.stack([c * np.sin(azimuth), -np.sin(elevation), c * np.cos(azimuth)], axis=-1).astype(np.float32)


def equirectangular_rays(height: int) -> Floats:
    """(height, 2 * height, 3) unit directions through the pixel centres."""
    row, column = np.meshgrid(np.arange(height) + 0.5, np.arange(2 * height) + 0.5, indexing="ij")
    return equirectangular_direction(column, row, height)
