"""What rays see: Embree finds what they hit, native code lights it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.kernels import kernels
from lucid3d.procedural.kit.labels import label_number
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.render.atmosphere import Atmosphere
from lucid3d.procedural.render.light import Sky, build_sky
from lucid3d.procedural.render.probes import light_room
from lucid3d.procedural.render.rays import OneMore, RayHits, RayScene
from lucid3d.procedural.render.tables import Tables, gather
from lucid3d.threads import thread_count

if TYPE_CHECKING:
    from lucid3d.procedural.kit.place import Place

Floats = NDArray[np.float32]

WATER, SKY = -1, -2
"""Triangle numbers of what has no triangles."""
LAMPS_WITH_SHADOWS = 3
BAND = 1 << 14
"""Surfaces whose rays numpy makes in one go: few enough for a core's own memory."""
OPEN_RAYS = 6
OPEN_RAYS_INDOORS = 12
"""Plain walls show the grain of few rays."""
FEWEST = 0.1
"""Least share of a pixel's neighbours with rays of their own that it takes its darkness from."""
OPEN_REACH = 1.6
"""Metres within which neighbours darken a corner, outdoors; rooms know the rest from their probes."""
ROOM_REACH = 0.7
"""The same indoors, where probes know what lies further off."""
LEAF_OPEN = 0.85
"""Foliage carries the shade of its own crown in its tints."""
SHOW_THROUGH = 70.0
"""Metres beyond which the bottom of a water is not looked for."""
FAR_WATER = 30000.0
WATER_LABEL = label_number("water")
LEVEL = 0.99
"""Cosine of the slope up to which a sheet of water is a mirror."""
MIRRORS = 0.02
"""Share of light that water mirrors when one looks straight down (its index of refraction is 1.33)."""
SHALLOW, THROUGH = 0.03, 0.6
"""Metres of water up to which the ground is seen through it, and how bright that is beside the same ground without."""
BELOW = 0.0002
"""Metres under the water from which the ground is looked for."""
UNKNOWN = -1.0
"""The sun's share where it was not traced."""
BEHIND = -0.02
"""Cosine between face and sun below which native code gives the surface no sunlight."""
BESIDE = 0.03
"""Rays through one pixel whose distances differ by less than this share hit one surface, and share its light."""

# Columns of the native Hit.
POSITION, FACE, NORMAL, ALBEDO, EMISSION, TRANSLUCENCY = (
    slice(0, 3), slice(3, 6), slice(6, 9), slice(9, 12), slice(12, 15), 15,
)  # fmt: skip


@dataclass
class Seen:
    """What a batch of N rays sees.

    Attributes:
        radiance: (N, 3); distance: (N,) in ray lengths, +inf = sky; normals: (N, 3) towards the viewer;
        triangle: (N,) int32, `WATER` or `SKY` where it is none; open: (N,) how open the surface is to the sky;
        sun: (N,) share of the key light that reaches it, `UNKNOWN` where nobody looked;
        lamps: (N, K) int32, the lamps that matter most to it, -1 = none; bright: (N, K) whether it sees them.
    """

    radiance: Floats
    distance: Floats
    normals: Floats
    triangle: NDArray[np.int32]
    open: Floats
    sun: Floats
    lamps: NDArray[np.int32]
    bright: Floats

    def pick(self, rows: NDArray[np.intp]) -> Seen:
        """Some of the rays."""
        return Seen(*(getattr(self, f.name)[rows] for f in fields(self)))


class Surfaces:
    """What stands in a place as rays hit it: without light, so that looking where things are costs little.

    Attributes:
        meshes: every solid mesh, the land first.
        tables: all of them in one set of arrays; solid: the same in Embree's tree.
    """

    def __init__(self, place: Place, before: Surfaces | None = None) -> None:
        """As it stands; `before`: the same place without its last mesh, whose tree is used again."""
        self.place = place
        self.meshes: list[Mesh] = list(place.meshes)
        if place.terrain is not None and place.terrain.mesh is not None:
            self.meshes.insert(0, place.terrain.mesh)
        self.tables: Tables = gather(self.meshes)
        self.solid: RayScene | OneMore
        if before is not None and isinstance(before.solid, RayScene):
            last = self.meshes[-1]
            small = RayScene(last.vertices, last.triangles.astype(np.uint32))
            self.solid = OneMore(before.solid, small, len(before.tables.triangles))
        else:
            self.solid = RayScene(self.tables.vertices, self.tables.triangles)

    def water_hits(self, origins: Floats, directions: Floats, distance: Floats) -> Floats | None:
        """Distance (N,) along rays (N, 3) to the water where it is nearer than anything solid, else +inf; None without
        water."""
        water = self.place.water
        if water is None:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = (np.float32(water.level) - origins[:, 1]) / directions[:, 1]
        far = FAR_WATER / np.maximum(np.sqrt(_dot(directions, directions)), 1e-6)
        ok = (directions[:, 1] > 1e-6) & (reach > 1e-4) & (reach < distance) & (reach < far)
        return np.where(ok, reach, np.inf).astype(np.float32)

    def hits(self, origins: Floats, directions: Floats) -> tuple[Floats, Floats, NDArray[np.int32]]:
        """Distance in ray lengths (N,), normal (N, 3) and triangle number (N,) of the nearest surface, water included:
        `WATER` or `SKY` where it is none."""
        hits = self.solid.cast(origins, directions)
        distance, normals = hits.distance, hits.normals.copy()
        struck = np.where(np.isfinite(distance), hits.triangle.astype(np.int64), SKY).astype(np.int32)
        water = self.water_hits(origins, directions, distance)
        if water is not None:
            wet = np.isfinite(water)
            distance, normals[wet], struck[wet] = np.where(wet, water, distance), (0, -1, 0), WATER
        normals[_dot(normals, directions) > 0] *= -1
        return distance, normals, struck


class Shader:
    """A place made ready for light."""

    def __init__(self, surfaces: Surfaces, atmosphere: Atmosphere) -> None:
        place = surfaces.place
        self.place, self.atmosphere, self.surfaces = place, atmosphere, surfaces
        self.tables, self.solid = surfaces.tables, surfaces.solid
        scene: Any = kernels().Scene()
        t = self.tables
        with ThreadPoolExecutor(1) as other:  # native code works out the clouds while triangles are copied
            sky = other.submit(build_sky, atmosphere, place.ground_color)
            scene.set_mesh(
                t.vertices.ravel(), t.triangles.ravel(), t.material, t.normals.ravel(), t.tints.ravel(), t.uv.ravel()
            )
            scene.set_materials(t.materials.ravel())
            self.sky: Sky = sky.result()
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
        self.scene = scene
        self._lamps = np.array(lamps, np.float32).reshape(-1, 8)
        self._shadowing = min(LAMPS_WITH_SHADOWS, len(lamps))
        self._sun = np.array(atmosphere.sun_direction, np.float32)
        self._lit = float(self.sky.sunlight.max()) > 1e-4
        self._open_reach = ROOM_REACH if place.interior else OPEN_REACH
        if place.interior:
            light_room(self)

    def shade(
        self,
        origins: Floats,
        directions: Floats,
        angle: float,
        *,
        secondary: bool = False,
        disc: bool = True,
        grid: tuple[int, int] | None = None,
        wanted: NDArray[np.bool_] | None = None,
        beside: tuple[Seen, NDArray[np.intp]] | None = None,
    ) -> Seen:
        """What rays see.

        Args:
            origins, directions: (N, 3), directions of any length (distances are in units of it).
            angle: width of a pixel in radians.
            secondary: a reflection or a probe's ray: no water, no lamp shadows, no dark corners.
            disc: show the sun's disc.
            grid: (rows, columns) when the rays are a picture's pixels: evens out the grain of dark corners and of
                the sun through leaves.
            wanted: (N,) where radiance is asked for; elsewhere it is black, and the surface alone is found.
            beside: what was seen before, and (K, N) which of it passes close by each ray: where one of the K hit the
                same surface, how much light reaches it is taken from there.
        """
        origins = np.ascontiguousarray(origins, np.float32)
        directions = np.ascontiguousarray(directions, np.float32)
        count = len(origins)
        hits = self.solid.cast(origins, directions)
        distance = hits.distance
        water = None if secondary else self.surfaces.water_hits(origins, directions, distance)
        wet = np.zeros(count, bool) if water is None else np.isfinite(water)
        solid = np.isfinite(distance)
        wanted = np.ones(count, bool) if wanted is None else wanted
        seen = Seen(
            np.zeros((count, 3), np.float32),
            distance.copy(),
            np.zeros((count, 3), np.float32),
            np.where(solid, hits.triangle.astype(np.int32), np.int32(SKY)),
            np.ones(count, np.float32),
            np.full(count, UNKNOWN, np.float32),
            np.full((count, self._shadowing), -1, np.int32),
            np.zeros((count, self._shadowing), np.float32),
        )
        rows = np.flatnonzero(solid & ~wet & ~wanted)
        if len(rows):
            normals = hits.normals[rows]
            normals *= -np.sign(_dot(normals, directions[rows]))[:, None]
            seen.normals[rows] = normals
        if water is not None:
            seen.distance[wet], seen.triangle[wet], seen.normals[wet] = water[wet], WATER, (0, -1, 0)
        rows = np.flatnonzero(solid & ~wet & wanted)
        if len(rows):
            near = None if beside is None else _nearest(*beside, rows, distance)
            even = None if beside is None or not self._shadowing else _lit_alike(beside[0], beside[1][:, rows])
            ray = (origins[rows], directions[rows], hits.pick(rows))
            self._solids(seen, rows, *ray, angle, secondary, grid, near, even)
            if not secondary:
                self._puddles(seen, rows, origins, directions, angle)
        rows = np.flatnonzero(wet & wanted)
        if len(rows) and water is not None:
            seen.radiance[rows] = self._water(origins[rows], directions[rows], water[rows], angle)
        rows = np.flatnonzero(~solid & ~wet & wanted)
        if len(rows):
            seen.radiance[rows] = self.scene.heaven(origins[rows], directions[rows], angle, disc)
        return seen

    def _solids(
        self,
        seen: Seen,
        rows: NDArray[np.intp],
        origins: Floats,
        directions: Floats,
        hits: RayHits,
        angle: float,
        secondary: bool,
        grid: tuple[int, int] | None,
        beside: Seen | None,
        even: NDArray[np.bool_] | None,
    ) -> None:
        surface = self.scene.surfaces(origins, directions, hits.distance, hits.triangle, hits.barycentric, angle)
        lift = (0.002 + 0.0006 * hits.distance * np.sqrt(_dot(directions, directions))).astype(np.float32)
        thin = surface[:, TRANSLUCENCY] > 0
        seen.normals[rows] = surface[:, NORMAL]
        self._sun_on(seen, rows, surface, lift, thin, grid, beside)
        if not secondary:
            self._open_on(seen, rows, surface, lift, thin, grid, beside)
        lamps, bright = self._lamps_on(seen, rows, surface, lift, thin, secondary, beside, even)
        sun = np.maximum(seen.sun[rows], 0)
        seen.radiance[rows] = self.scene.lit(
            surface, origins, directions, hits.distance, sun, seen.open[rows], lamps, bright, True
        )

    def _puddles(self, seen: Seen, rows: NDArray[np.intp], origins: Floats, directions: Floats, angle: float) -> None:
        """Sheets of water that lie level mirror what stands about them, over the ground that shallow ones show."""
        level = (self.tables.label[seen.triangle[rows]] == WATER_LABEL) & (seen.normals[rows, 1] < -LEVEL)
        rows = rows[level]
        if not len(rows):
            return
        self._ground_below(seen, rows, origins, directions, angle)
        way = directions[rows] / np.sqrt(_dot(directions[rows], directions[rows]))[:, None]
        start = origins[rows] + directions[rows] * seen.distance[rows, None]
        start[:, 1] -= 0.01
        mirror = np.asarray(way * (1, -1, 1), np.float32)
        about = self.shade(start, mirror, angle * 2 + 0.002, secondary=True, disc=False).radiance
        share = MIRRORS + (1 - MIRRORS) * (1 - np.abs(way[:, 1:2])) ** 5  # Schlick 1994
        seen.radiance[rows] += share * (about - seen.radiance[rows])

    def _ground_below(
        self, seen: Seen, rows: NDArray[np.intp], origins: Floats, directions: Floats, angle: float
    ) -> None:
        """The ground that shows through shallow water, which is what `rows` of the rays see: as far from the eye as it
        is, so that a pixel is as wide there as on the water, and in the light that falls on that."""
        start = origins[rows] + directions[rows] * seen.distance[rows, None]
        below = self.solid.cast(start + np.array([0, BELOW, 0], np.float32), np.ascontiguousarray(directions[rows]))
        shallow = below.distance * np.abs(directions[rows, 1]) < SHALLOW
        shallow[shallow] = self.tables.label[below.triangle[shallow].astype(np.int32)] != WATER_LABEL
        some = np.flatnonzero(shallow)
        if not len(some):
            return
        rows, below = rows[some], below.pick(some)
        ray = (np.ascontiguousarray(origins[rows]), np.ascontiguousarray(directions[rows]))
        distance = seen.distance[rows] + below.distance
        ground = self.scene.surfaces(*ray, distance, below.triangle, below.barycentric, angle)
        sun, lamps, bright = np.maximum(seen.sun[rows], 0), seen.lamps[rows], seen.bright[rows]
        lit = self.scene.lit(ground, *ray, distance, sun, seen.open[rows], lamps, bright, True)
        seen.radiance[rows] = THROUGH * lit

    def _open_on(
        self,
        seen: Seen,
        rows: NDArray[np.intp],
        surface: Floats,
        lift: Floats,
        thin: NDArray[np.bool_],
        grid: tuple[int, int] | None,
        beside: Seen | None,
    ) -> None:
        """How much neighbours darken surfaces; rays beside others take it from those."""
        if beside is not None:  # the nearest is good enough: it is a matter of shade at an edge
            seen.open[rows] = beside.open
            return
        seen.open[rows] = LEAF_OPEN
        traced = np.flatnonzero(~thin)
        if grid is None:
            seen.open[rows[traced]] = self._openness(surface, lift, traced)
            return
        # One pixel in four, for the rest take what their neighbours on the same surface know.
        down, right = np.divmod(rows[traced], grid[1])
        chosen = traced[(down % 2 == 0) & (right % 2 == 0)]
        known, share = np.zeros(len(seen.open), np.float32), np.zeros(len(seen.open), np.float32)
        known[rows[chosen]] = self._openness(surface, lift, chosen)
        share[rows[chosen]] = 1.0
        known, share = (self._evened(light, rows[traced], seen, grid) for light in (known, share))
        enough = share[rows[traced]] > FEWEST
        filled = rows[traced[enough]]
        seen.open[filled] = known[filled] / share[filled]
        alone = traced[~enough]
        seen.open[rows[alone]] = self._openness(surface, lift, alone)

    def _openness(self, surface: Floats, lift: Floats, which: NDArray[np.intp]) -> Floats:
        """How open some of the surfaces are, by rays of their own."""
        count = OPEN_RAYS_INDOORS if self.place.interior else OPEN_RAYS
        rays = self.scene.open_rays(surface[which], lift[which], count)
        return np.asarray(1.0 - 0.85 * self.solid.blocked_rays(rays, self._open_reach).mean(axis=1), np.float32)

    def _sun_on(
        self,
        seen: Seen,
        rows: NDArray[np.intp],
        surface: Floats,
        lift: Floats,
        thin: NDArray[np.bool_],
        grid: tuple[int, int] | None,
        beside: Seen | None,
    ) -> None:
        """Trace for the key light, as far as it is not known from rays beside."""
        if not self._lit:
            return
        # A normal bent by relief sees no light that comes from behind the face itself.
        facing = ((_along(surface[:, NORMAL], self._sun) > 0) & (_along(surface[:, FACE], self._sun) > BEHIND)) | thin
        if beside is not None:
            same = _same(seen.distance[rows], beside.distance) & (beside.sun >= 0)
            seen.sun[rows[same]] = beside.sun[same]
            facing &= ~same
        traced = np.flatnonzero(facing)
        seen.sun[rows[traced]] = 1.0 - self.solid.blocked_rays(self.scene.sun_rays(surface[traced], lift[traced]))
        if grid is not None:
            lit = rows[traced]
            seen.sun[lit] = self._evened(seen.sun, lit, seen, grid)[lit]

    def _evened(self, light: Floats, rows: NDArray[np.intp], seen: Seen, grid: tuple[int, int]) -> Floats:
        """The light (N,) of a picture's pixels averaged over neighbours on the same surface, among `rows`."""
        distance = np.full(len(light), np.inf, np.float32)
        distance[rows] = seen.distance[rows]
        smooth: Floats = self.scene.smooth_open(light, distance, seen.normals, *grid)
        return smooth

    def lighting(self, origins: Floats, directions: Floats, hits: RayHits, angle: float) -> Callable[[], Floats]:
        """Light what rays hit again and again as the light from all around changes: a function that gives (N, 3)."""
        surface = self.scene.surfaces(origins, directions, hits.distance, hits.triangle, hits.barycentric, angle)
        lift = np.full(len(surface), 0.004, np.float32)
        sun = np.zeros(len(surface), np.float32)
        if self._lit:
            sun = 1.0 - self.solid.blocked_rays(self.scene.sun_rays(surface, lift))
        lamps, bright = self._lamp_shadows(surface, lift, surface[:, TRANSLUCENCY] > 0, False)
        full = np.ones(len(surface), np.float32)

        def lit() -> Floats:
            radiance: Floats = self.scene.lit(
                surface, origins, directions, hits.distance, sun, full, lamps, bright, False
            )
            return radiance

        return lit

    def _lamps_on(
        self,
        seen: Seen,
        rows: NDArray[np.intp],
        surface: Floats,
        lift: Floats,
        thin: NDArray[np.bool_],
        secondary: bool,
        beside: Seen | None,
        even: NDArray[np.bool_] | None,
    ) -> tuple[NDArray[np.int32], Floats]:
        """Trace for lamps, as far as they are not known from rays beside: which (N, K), and what is seen of them.

        Where those rays do not agree (`even`), the edge of a shadow runs between them, and is looked for.
        """
        if secondary or beside is None or even is None:
            lamps, bright = self._lamp_shadows(surface, lift, thin, secondary)
        else:
            lamps, bright = beside.lamps.copy(), beside.bright.copy()
            other = np.flatnonzero(~even | ~_same(seen.distance[rows], beside.distance))
            lamps[other], bright[other] = self._lamp_shadows(surface[other], lift[other], thin[other], False)
        if not secondary:
            seen.lamps[rows], seen.bright[rows] = lamps, bright
        return lamps, bright

    def _lamp_shadows(
        self, surface: Floats, lift: Floats, thin: NDArray[np.bool_], secondary: bool
    ) -> tuple[NDArray[np.int32], Floats]:
        """The lamps that matter most to each surface, and whether it sees them."""

        number = min(1, self._shadowing) if secondary else self._shadowing
        if not number or not len(surface):
            return np.zeros((len(surface), number), np.int32), np.zeros((len(surface), number), np.float32)
        chosen: NDArray[np.int32] = self.scene.lamps_near(surface, number)
        visible = np.zeros(chosen.shape, np.float32)
        bands = [slice(first, first + BAND) for first in range(0, len(surface), BAND)]
        with ThreadPoolExecutor(thread_count(None)) as cores:
            done = cores.map(lambda b: self._lamp_rays(surface[b], lift[b], thin[b], chosen[b]), bands)
            rays, where = zip(*done, strict=True)
        blocked = self.solid.blocked_rays(np.concatenate(rays), 1.0)
        flat = visible.reshape(-1)
        flat[np.concatenate([w + number * b.start for w, b in zip(where, bands, strict=True)])] = 1.0 - blocked
        return chosen, visible

    def _lamp_rays(
        self, surface: Floats, lift: Floats, thin: NDArray[np.bool_], chosen: NDArray[np.int32]
    ) -> tuple[Floats, NDArray[np.intp]]:
        """Rays (R, 6) towards the lamps that are chosen (N, K) for surfaces, and which of the N * K each is."""
        x, y, z = (surface[:, POSITION.start + i] + surface[:, FACE.start + i] * lift for i in range(3))
        normal = np.ascontiguousarray(surface[:, NORMAL].T)
        lamps = np.ascontiguousarray(self._lamps.T[[0, 1, 2, 6]])
        rays, where = [], []
        for k in range(chosen.shape[1]):  # by columns: numpy is slow on rows of three
            lamp = lamps[:, chosen[:, k]]
            to_x, to_y, to_z = lamp[0] - x, lamp[1] - y, lamp[2] - z
            # What looks away from a lamp is dark by itself.
            before = (to_x * normal[0] + to_y * normal[1] + to_z * normal[2] > 0) | thin
            row = np.flatnonzero(before & (chosen[:, k] >= 0))
            length = np.sqrt(to_x * to_x + to_y * to_y + to_z * to_z)
            short = np.maximum(1 - (lamp[3] + np.float32(0.05)) / np.maximum(length, 1e-3), 0.05)  # not its own glass
            columns = np.stack([x, y, z, to_x * short, to_y * short, to_z * short])
            rays.append(columns.T[row])
            where.append(row * chosen.shape[1] + k)
        return np.concatenate(rays), np.concatenate(where)

    def _water(self, origins: Floats, directions: Floats, distance: Floats, angle: float) -> Floats:
        count = len(origins)
        speed = np.sqrt(_dot(directions, directions))
        unit = np.asarray(directions / speed[:, None], np.float32)
        position = origins + directions * distance[:, None]
        metres = distance * speed
        footprint = (metres * angle / np.sqrt(np.maximum(np.abs(unit[:, 1]), 0.02))).astype(np.float32)
        waves = self.scene.water_normals(position, footprint)
        normal, unseen = waves[:, :3], waves[:, 3]
        mirror = unit - 2 * _dot(unit, normal)[:, None] * normal
        mirror[:, 1] = (
            -np.abs(mirror[:, 1]) - 0.18 * unseen - 1e-3
        )  # waves too small to see turn up the view on average
        start = position - np.array([0, 0.01, 0], np.float32)
        mirrored = self.shade(start, mirror, angle * 2 + 0.002, secondary=True, disc=False).radiance
        below = np.zeros((count, 3), np.float32)
        thickness = np.full(count, 30.0, np.float32)
        shore = np.full(count, 30.0, np.float32)
        near = np.flatnonzero(metres < SHOW_THROUGH)
        if len(near):
            bent = unit[near] / 1.33
            bent[:, 1] = np.sqrt(np.maximum(1 - bent[:, 0] ** 2 - bent[:, 2] ** 2, 0.05))
            bent = (bent + 0.25 * (normal[near] - np.array([0, -1, 0], np.float32))).astype(np.float32)
            ground = self.solid.cast(position[near] + np.array([0, 0.002, 0], np.float32), bent)
            found = np.isfinite(ground.distance)
            rows = near[found]
            if len(rows):
                start_below, way, length = position[rows], bent[found], ground.distance[found]
                surface = self.scene.surfaces(
                    start_below, way, length, ground.triangle[found], ground.barycentric[found], angle
                )
                none = np.zeros((len(rows), 0), np.float32)
                dim = np.full(len(rows), 0.7, np.float32)
                below[rows] = self.scene.lit(
                    surface, start_below, way, length, dim, dim, none.astype(np.int32), none, False
                )
                thickness[rows] = length * 1.6  # light comes down as well as up
        water = self.place.water
        if water is not None and water.foam > 0:
            rows = np.flatnonzero(metres < 600.0)
            down = np.broadcast_to(np.array([0, 1, 0], np.float32), (len(rows), 3))
            shore[rows] = np.minimum(self.solid.cast(position[rows], down).distance * 3.0, 30.0)
        sun = np.ones(count, np.float32)
        if self._lit:
            sun = 1.0 - self.solid.blocked(start, np.broadcast_to(self._sun, (count, 3)))
        lit: Floats = self.scene.water_lit(
            origins, directions, distance, angle, mirrored, below, thickness, shore, sun, True
        )
        return lit


def _nearest(seen: Seen, choices: NDArray[np.intp], rows: NDArray[np.intp], distance: Floats) -> Seen:
    """For each of `rows`, the one of its (K, N) choices whose distance is the most like its own."""
    near, best = choices[0, rows], np.full(len(rows), np.inf, np.float32)
    for choice in choices:
        off = np.abs(seen.distance[choice[rows]] - distance[rows])
        closer = off < best
        near[closer], best[closer] = choice[rows][closer], off[closer]
    return seen.pick(near)


def _lit_alike(seen: Seen, choices: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(N,) whether all of (K, N) rays see the same of the same lamps."""
    key = np.zeros(len(seen.lamps), np.int64)
    for lamp, bright in zip(seen.lamps.T, seen.bright.T, strict=True):
        key = (key << 20) + 2 * (lamp + 1) + (bright > 0)
    first = key[choices[0]]
    return np.asarray((key[choices[1:]] == first).all(axis=0))


def _same(distance: Floats, other: Floats) -> NDArray[np.bool_]:
    """Whether rays close to each other hit one surface."""
    return np.isfinite(other) & (np.abs(distance - np.where(np.isfinite(other), other, 0)) < BESIDE * distance)


def _along(vectors: Floats, axis: Floats) -> Floats:
    """(N, 3) times one (3,) -> (N,); a matrix product would wake threads for it."""
    return np.asarray(vectors[:, 0] * axis[0] + vectors[:, 1] * axis[1] + vectors[:, 2] * axis[2], np.float32)


def _dot(a: Floats, b: Floats) -> Floats:
    """Row by row, (N, 3) with (N, 3) -> (N,)."""
    return np.asarray(np.einsum("ni,ni->n", a, b), np.float32)  # numpy's sums over short rows are slow
