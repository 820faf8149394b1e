"""Drawing a world: Embree finds what every ray hits, native code lights it, edges get more rays."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.procedural import tone
from lucid3d.procedural.atmosphere import Atmosphere
from lucid3d.procedural.light import Sky, build_sky
from lucid3d.procedural.mesh import Mesh
from lucid3d.procedural.rays import RayScene
from lucid3d.procedural.tables import Tables, gather

if TYPE_CHECKING:
    from lucid3d.procedural.world import Drawing, Place

Floats = NDArray[np.float32]
WATER_LABEL = "water"
LAMPS_WITH_SHADOWS = 2
OPEN_REACH = 1.6
"""Metres within which neighbours darken a corner."""
EDGE_SAMPLES = 3
"""Extra rays for a pixel on an edge."""
SHOW_THROUGH = 70.0
"""Metres beyond which the bottom of a water is not looked for."""


@dataclass
class Shaded:
    """What a batch of rays sees: radiance (N, 3), distance in ray lengths (N,) with +inf sky, normals (N, 3), triangle
    numbers (N,) with -1 water and -2 sky."""

    radiance: Floats
    distance: Floats
    normals: Floats
    triangle: NDArray[np.int32]


class Renderer:
    """A place made ready for rays."""

    def __init__(self, place: Place, atmosphere: Atmosphere, seed: int) -> None:
        from lucid3d.native import _worlds

        self.place, self.atmosphere = place, atmosphere
        self.meshes: list[Mesh] = list(place.meshes)
        if place.terrain is not None and place.terrain.mesh is not None:
            self.meshes.insert(0, place.terrain.mesh)
        self.tables: Tables = gather(self.meshes)
        self.solid = RayScene(self.tables.vertices, self.tables.triangles)
        self.sky: Sky = build_sky(atmosphere, place.ground_color)
        scene = _worlds.Scene()
        t = self.tables
        scene.set_mesh(
            t.vertices.ravel(), t.triangles.ravel(), t.material, t.normals.ravel(), t.tints.ravel(), t.uv.ravel()
        )
        scene.set_materials(t.materials.ravel())
        scene.set_sky(self.sky.state)
        scene.set_air(self.sky.air)
        scene.set_clouds(self.sky.clouds)
        scene.set_horizon(self.sky.horizon)
        scene.set_ambient(self.sky.ambient.ravel())
        lamps = [[*lamp.position, *lamp.color, lamp.radius, lamp.reach] for lamp in place.lamps]
        scene.set_lamps(np.array(lamps, np.float32).ravel())
        if place.terrain is not None:
            scene.set_ground(*place.terrain.ground.packed())
        if place.water is not None:
            scene.set_water(place.water.packed())
        self.scene: Any = scene
        self._sun = np.array(atmosphere.sun_direction, np.float32)
        self._lit = float(self.sky.sunlight.max()) > 1e-4

    @functools.cached_property
    def film(self) -> tone.Film:
        """Exposure and curve, metered once on a small panorama so that every view of a world agrees."""
        air = self.atmosphere
        height = 48
        rays = equirectangular_rays(height).reshape(-1, 3)
        seen = self.shade(np.zeros_like(rays), rays, math.pi / height)
        up = -rays[:, 1]
        subject = np.exp(-(((up + 0.08) / 0.38) ** 2)).astype(np.float32) * np.sqrt(
            1 - up**2
        )  # what stands about the horizon
        exposure = tone.metered(seen.radiance, subject, air.exposure)
        return tone.Film(exposure, air.tint, air.saturation, air.contrast)

    # -- what rays see -------------------------------------------------------------------------------------------------

    def shade(
        self, origins: Floats, directions: Floats, angle: float, *, bounces: int = 1, sky_disc: bool = True
    ) -> Shaded:
        """What rays see: origins, directions (N, 3) of any length, `angle` the width of a pixel in radians."""
        origins = np.ascontiguousarray(origins, np.float32)
        directions = np.ascontiguousarray(directions, np.float32)
        count = len(origins)
        hits = self.solid.cast(origins, directions)
        distance, triangle = hits.distance, hits.triangle.astype(np.int32)
        triangle[~np.isfinite(distance)] = -2
        water = self._water_hits(origins, directions, distance) if bounces else None
        radiance = np.empty((count, 3), np.float32)
        normals = np.zeros((count, 3), np.float32)
        solid = np.isfinite(distance)
        if water is not None:
            wet = np.isfinite(water)
            solid &= ~wet
        rows = np.flatnonzero(solid)
        if len(rows):
            lit, bent = self._shade_solid(
                origins[rows],
                directions[rows],
                distance[rows],
                hits.triangle[rows],
                hits.barycentric[rows],
                angle,
                quick=bounces == 0,
            )
            radiance[rows], normals[rows] = lit, bent
        if water is not None and wet.any():
            rows = np.flatnonzero(wet)
            bottom = np.where(np.isfinite(distance[rows]), distance[rows], np.inf)
            distance[rows], triangle[rows] = water[rows], -1
            radiance[rows] = self._shade_water(origins[rows], directions[rows], water[rows], bottom, angle)
            normals[rows] = (0, -1, 0)
        rows = np.flatnonzero(~np.isfinite(distance))
        if len(rows):
            radiance[rows] = self.scene.heaven(
                np.ascontiguousarray(origins[rows]), np.ascontiguousarray(directions[rows]), angle, sky_disc
            )
        return Shaded(radiance, distance, normals, triangle)

    def _water_hits(self, origins: Floats, directions: Floats, distance: Floats) -> Floats | None:
        """Distance to the water where it is nearer than anything solid, else +inf; None without water."""
        water = self.place.water
        if water is None:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = (np.float32(water.level) - origins[:, 1]) / directions[:, 1]
        ok = (directions[:, 1] > 1e-6) & (reach > 1e-4) & (reach < distance)
        far = 30000.0 / np.maximum(np.linalg.norm(directions, axis=1), 1e-6)
        return np.where(ok & (reach < far), reach, np.inf).astype(np.float32)

    def _shade_solid(
        self,
        origins: Floats,
        directions: Floats,
        distance: Floats,
        triangle: NDArray[np.uint32],
        barycentric: Floats,
        angle: float,
        *,
        quick: bool,
    ) -> tuple[Floats, Floats]:
        c = np.ascontiguousarray
        hits = self.scene.surfaces(c(origins), c(directions), c(distance), c(triangle), c(barycentric), angle)
        position, face, normal = hits[:, :3], hits[:, 3:6], hits[:, 6:9]
        count = len(hits)
        lift = (0.002 + 0.0006 * distance * np.linalg.norm(directions, axis=1)).astype(np.float32)[:, None]
        thin = hits[:, 15:16] > 0  # leaves: do not step off a surface that has no inside
        start = position + np.where(thin, self._sun[None] * 0.01, face * lift + self._sun[None] * 0.001)
        sun = np.zeros(count, np.float32)
        facing = (normal @ self._sun > 0) | thin[:, 0]
        if self._lit and facing.any() and not (quick and self.place.interior):
            rows = np.flatnonzero(facing)
            sun[rows] = 1.0 - self.solid.blocked(start[rows], np.broadcast_to(self._sun, (len(rows), 3)))
        open_sky = np.ones(count, np.float32)
        if not quick:
            open_sky = self._openness(position + face * lift, face, hits[:, 15] > 0)
        lamps, seen = self._lamp_shadows(hits, position + face * lift, quick)
        lit = self.scene.lit(hits, c(origins), c(directions), c(distance), sun, open_sky, lamps, seen, True)
        return lit, normal

    def _openness(self, start: Floats, normal: Floats, thin: NDArray[np.bool_]) -> Floats:
        """How much of the sky's light near neighbours leave, (N,) in 0 to 1.

        Four directions over the hemisphere, turned by a hash of the position in space, so that two cameras agree.
        """
        count = len(start)
        cell = np.floor(start * 97.0).astype(np.int64)
        mixed = (cell[:, 0] * 73856093) ^ (cell[:, 1] * 19349663) ^ (cell[:, 2] * 83492791)
        turn = ((mixed * 2654435761) & 0xFFFFFF).astype(np.float32) / 0x1000000 * (2 * math.pi)
        helper = np.where(np.abs(normal[:, :1]) > 0.7, np.float32([[0, 0, 1]]), np.float32([[1, 0, 0]]))
        tangent = np.cross(normal, helper)
        tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-6)
        other = np.cross(normal, tangent)
        blocked = np.zeros(count, np.float32)
        slope = (0.45, 0.8)
        for k in range(4):
            bearing = turn + k * (math.pi / 2)
            sine = slope[k % 2]
            ray = (
                (np.cos(bearing) * sine)[:, None] * tangent
                + (np.sin(bearing) * sine)[:, None] * other
                + math.sqrt(1 - sine * sine) * normal
            )
            blocked += self.solid.blocked(start, ray, OPEN_REACH)
        opened = 1.0 - blocked * (0.8 / 4)
        return np.where(thin, 0.45 + 0.55 * opened, opened).astype(np.float32)

    def _lamp_shadows(self, hits: Floats, start: Floats, quick: bool) -> tuple[NDArray[np.int32], Floats]:
        count = len(hits)
        if not self.place.lamps or quick:
            return np.zeros((count, 0), np.int32), np.zeros((count, 0), np.float32)
        chosen = self.scene.lamps_near(hits, LAMPS_WITH_SHADOWS)
        positions = np.array([lamp.position for lamp in self.place.lamps], np.float32)
        radii = np.array([lamp.radius for lamp in self.place.lamps], np.float32)
        visible = np.ones(chosen.shape, np.float32)
        for k in range(LAMPS_WITH_SHADOWS):
            rows = np.flatnonzero(chosen[:, k] >= 0)
            if len(rows):
                to = positions[chosen[rows, k]] - start[rows]
                length = np.linalg.norm(to, axis=1)
                reach = np.maximum(1 - (radii[chosen[rows, k]] + 0.05) / np.maximum(length, 1e-3), 0.05)
                visible[rows, k] = 1.0 - self.solid.blocked(start[rows], to * reach[:, None], 1.0)
        return chosen, visible

    def _shade_water(
        self, origins: Floats, directions: Floats, distance: Floats, bottom: Floats, angle: float
    ) -> Floats:
        c = np.ascontiguousarray
        count = len(origins)
        unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
        position = origins + directions * distance[:, None]
        metres = distance * np.linalg.norm(directions, axis=1)
        footprint = (metres * angle / np.sqrt(np.maximum(np.abs(unit[:, 1]), 0.02))).astype(np.float32)
        waves = self.scene.water_normals(c(position), footprint)
        normal = waves[:, :3]
        mirror = unit - 2 * np.sum(unit * normal, axis=1, keepdims=True) * normal
        mirror[:, 1] = -np.abs(mirror[:, 1]) - 0.35 * waves[:, 3] * 0.5 - 1e-3  # unseen small waves look higher up
        start = position - np.float32([0, 0.01, 0])
        mirrored = self.shade(start, mirror, angle * 2 + 0.002, bounces=0, sky_disc=False).radiance
        below = np.zeros((count, 3), np.float32)
        thickness = np.full(count, 30.0, np.float32)
        shore = np.full(count, 30.0, np.float32)
        near = np.flatnonzero(metres < SHOW_THROUGH)
        if len(near):
            bent = unit[near] / 1.33
            bent[:, 1] = np.sqrt(np.maximum(1 - bent[:, 0] ** 2 - bent[:, 2] ** 2, 0.05))
            bent = (bent + 0.25 * (normal[near] - np.float32([0, -1, 0]))).astype(np.float32)
            ground = self.solid.cast(position[near] + np.float32([0, 0.002, 0]), bent)
            found = np.isfinite(ground.distance)
            rows = near[found]
            if len(rows):
                hits = self.scene.surfaces(
                    c(position[rows]),
                    c(bent[found]),
                    c(ground.distance[found]),
                    c(ground.triangle[found]),
                    c(ground.barycentric[found]),
                    angle,
                )
                empty = np.zeros((len(rows), 0), np.float32)
                caustic = np.full(len(rows), 0.7, np.float32)
                below[rows] = self.scene.lit(
                    hits,
                    c(position[rows]),
                    c(bent[found]),
                    c(ground.distance[found]),
                    caustic,
                    caustic,
                    empty.astype(np.int32),
                    empty,
                    False,
                )
                thickness[rows] = ground.distance[found] * 1.6
        straight = np.flatnonzero(metres < 600.0)
        if len(straight):
            down = np.broadcast_to(np.float32([0, 1, 0]), (len(straight), 3))
            drop = self.solid.cast(c(position[straight] - np.float32([0, 0.0, 0])), c(down)).distance
            shore[straight] = np.minimum(drop * 3.0, 30.0)
        sun = np.ones(count, np.float32)
        if self._lit:
            sun = (1.0 - self.solid.blocked(start, np.broadcast_to(self._sun, (count, 3)))).astype(np.float32)
        return np.asarray(
            self.scene.water_lit(
                c(origins), c(directions), c(distance), angle, mirrored, below, thickness, shore, sun, True
            )
        )

    # -- pictures ------------------------------------------------------------------------------------------------------

    def trace(self, origins: NDArray[np.floating], directions: NDArray[np.floating]) -> tuple[Floats, Floats]:
        """Distance in ray lengths (N,) and normal (N, 3) of the nearest surface, water included."""
        o, d = (np.ascontiguousarray(a, np.float32).reshape(-1, 3) for a in (origins, directions))
        hits = self.solid.cast(o, d)
        distance, normals = hits.distance, hits.normals.copy()
        water = self._water_hits(o, d, distance)
        if water is not None:
            wet = np.isfinite(water)
            distance, normals[wet] = np.where(wet, water, distance), (0, -1, 0)
        flip = np.sum(normals * d, axis=1) > 0
        normals[flip] *= -1
        return distance, normals

    def draw(self, camera: Camera, *, antialias: bool = True) -> Drawing:
        """See `World.draw`."""
        rays = camera.world_rays().reshape(-1, 3)
        origin = camera.position.astype(np.float32)
        dx = (camera.rotation[:, 0] / camera.fx).astype(np.float32)
        dy = (camera.rotation[:, 1] / camera.fy).astype(np.float32)
        angle = 1.0 / max(camera.fx, camera.fy)

        def offset(rows: NDArray[np.intp], x: float, y: float) -> Floats:
            return rays[rows] + x * dx + y * dy

        return self._draw(origin, rays, (camera.height, camera.width), angle, offset if antialias else None, wrap=False)

    def draw_equirectangular(
        self, height: int, position: NDArray[np.floating] | None = None, *, antialias: bool = True
    ) -> Drawing:
        """See `World.draw_equirectangular`."""
        rays = equirectangular_rays(height).reshape(-1, 3)
        origin = np.zeros(3, np.float32) if position is None else np.asarray(position, np.float32)
        width = 2 * height

        def offset(rows: NDArray[np.intp], x: float, y: float) -> Floats:
            return equirectangular_direction((rows % width) + 0.5 + x, (rows // width) + 0.5 + y, height)

        return self._draw(origin, rays, (height, width), math.pi / height, offset if antialias else None, wrap=True)

    def _draw(
        self, origin: Floats, rays: Floats, shape: tuple[int, int], angle: float, offset: Any, *, wrap: bool
    ) -> Drawing:
        from lucid3d.procedural.world import Drawing

        first = self.shade(np.broadcast_to(origin, rays.shape), rays, angle)
        image = self.film.develop(first.radiance).reshape(*shape, 3)
        labels, instances = self.tables.identify(first.triangle)
        total = first.radiance
        if offset is not None:
            rows = np.flatnonzero(edges(image, first.distance.reshape(shape), instances.reshape(shape), wrap))
            if len(rows):
                # Averaging what the film shows, not radiance: one bright ray must not outweigh its neighbours.
                spread = self.film.compress(total[rows])
                for x, y in ((-0.36, -0.12), (0.12, -0.36), (0.3, 0.32))[:EDGE_SAMPLES]:
                    more = self.shade(np.broadcast_to(origin, (len(rows), 3)), offset(rows, x, y), angle)
                    spread += self.film.compress(more.radiance)
                total[rows] = self.film.expand(spread / (EDGE_SAMPLES + 1))
        return Drawing(
            self.film.develop(total).reshape(*shape, 3),
            total.reshape(*shape, 3),
            first.distance.reshape(shape),
            first.normals.reshape(*shape, 3),
            labels.reshape(shape),
            instances.reshape(shape),
        )


def edges(image: Floats, distance: Floats, instances: NDArray[np.int32], wrap: bool) -> NDArray[np.bool_]:
    """(H * W,) pixels where neighbours differ enough that one ray is not enough."""
    marked = np.zeros(distance.shape, bool)
    with np.errstate(invalid="ignore", divide="ignore"):
        near = 1.0 / distance
    for axis in (0, 1):
        step = np.abs(np.diff(image, axis=axis)).max(axis=-1) > 0.085
        jump = np.diff(near, axis=axis)
        relative = np.abs(jump) > 0.08 * np.maximum(np.delete(near, -1, axis), np.delete(near, 0, axis))
        thing = (np.diff(instances, axis=axis) != 0) & (np.abs(np.diff(image, axis=axis)).max(axis=-1) > 0.02)
        either = step | (relative & (np.abs(np.diff(image, axis=axis)).max(axis=-1) > 0.02)) | thing
        if axis == 0:
            marked[:-1] |= either
            marked[1:] |= either
        else:
            marked[:, :-1] |= either
            marked[:, 1:] |= either
    if wrap:
        seam = np.abs(image[:, 0] - image[:, -1]).max(axis=-1) > 0.085
        marked[:, 0] |= seam
        marked[:, -1] |= seam
    return marked.ravel()


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
