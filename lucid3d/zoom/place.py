"""A procedural place that can be zoomed into without end: a world, and a boulder with detail at every scale.

The coarsest sentence builds the world. Where the zoom ends lies a boulder; around the target nested patches of mesh
lie in its skin, each as wide as a level and as fine as its pixels. All of them, and the boulder itself, sample the same
functions (`subject.Skin`): what a finer level shows is there at the coarser one too, only smaller.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera, look_at
from lucid3d.errors import InputError
from lucid3d.procedural.assets.rocks import smooth_normals, stone
from lucid3d.procedural.build import build_world
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.prototype import srgb
from lucid3d.procedural.render.rays import RayScene
from lucid3d.procedural.world import World
from lucid3d.zoom.plan import ZoomPlan
from lucid3d.zoom.subject import Skin, growths, natural_width, rock_width, stone_kind, unheard

if TYPE_CHECKING:
    from lucid3d.procedural.world import World

Floats = NDArray[np.float64]

FOV = 60.0
"""Degrees across a level: the magnification of a normal lens, so that near and far share a picture."""
ELEVATION = math.radians(14.0)
"""Of the axis above the ground: low enough for a horizon in the coarsest picture, high enough to clear the grass."""
FINEST_DEFAULT = 0.4
"""Metres across the last level when its words do not say how large their thing is."""
WIDEST, NARROWEST = 1500.0, 6.0
"""Metres across the coarsest level: beyond the first the land loses its detail, below the second nothing is a place."""
WIDER = 4.0
"""Times its natural width that a level may be wider or narrower than the rock it names, and still show just that."""
FILLS = 0.62
"""Part of the level that names the rock that the boulder fills."""
PATCH_CELLS = 600
"""Quads along the side of a patch: a little finer than the pixels of a level of 512."""
PATCH_MARGIN = 1.3
"""Width of a patch relative to its level: side views and slanted surfaces see past the frame."""
FINEST_BAND = 1.6
"""Size of a patch's finest band in units of its vertices' spacing: finer ones they cannot carry."""
SUBDIVISIONS = 7
"""Of the boulder's icosahedron: 160 thousand vertices, a facet is half a hundredth of its width."""
BRIGHT = 0.8
"""Linear albedo of the skin's material; tints carry everything below it."""
CLEARED = 12.0
"""Metres before the target from which whatever hangs into the finest level's view is taken away."""
CANDIDATES = 96
"""Places and headings that are tried for the axis."""
NEARBY = 12.0
"""Metres from the start within which the boulder lies: there the ground is at its finest."""
DRY = 0.1
"""Of a boulder's size, how far its foot lies above the water at least."""
LIGHT = -0.65
"""Cosine of the angle between the axis and the way to the sun, on the ground: over one's shoulder."""


@dataclass
class ZoomPlace:
    """A world and the axis of a zoom in it.

    Attributes:
        world: with the boulder and its patches.
        target: (3,) metres, where the axis meets the boulder.
        axis: (3,) unit vector from the coarsest camera towards the target.
        widths: metres across each level at the target.
        explanation: what was made of the words, in a sentence or two.
    """

    world: World
    target: Floats
    axis: Floats
    widths: tuple[float, ...]
    explanation: str

    def distance(self, level: float) -> float:
        """Metres from the camera of a level to the target; a level between two is between them in log scale."""
        width = float(np.exp(np.interp(level, np.arange(len(self.widths)), np.log(self.widths))))
        return width / (2 * math.tan(math.radians(FOV) / 2))

    def camera(self, level: float, size: int, *, yaw: float = 0.0, pitch: float = 0.0) -> Camera:
        """A camera on the axis at a level's distance, looking at the target; yaw and pitch (degrees) turn about it."""
        turned = _turned(self.axis, math.radians(yaw), math.radians(pitch))
        position = self.target - self.distance(level) * turned
        return Camera.from_fov(size, size, FOV, look_at(position, self.target))

    def long_lens(self, magnification: float, size: int) -> Camera:
        """The coarsest camera with a lens that many times as long."""
        camera = self.camera(0, size)
        focal = camera.fx * magnification
        return Camera(size, size, focal, focal, size / 2, size / 2, camera.world_from_camera)

    def near_plane(self, magnification: float) -> float:
        """z-depth before which that lens sees nothing; 0 for the coarsest camera."""
        if magnification <= 1:
            return 0.0
        camera = self.long_lens(magnification, 24)
        rays = camera.world_rays().reshape(-1, 3)
        hits, _ = self.world.trace(np.broadcast_to(camera.position, rays.shape), rays)
        before = 1.2 * self.widths[0] / magnification
        return max(0.0, min(float(hits.min()) * 0.995 - 1e-3, self.distance(0) - before))


def _turned(axis: Floats, yaw: float, pitch: float) -> Floats:
    heading, height = math.atan2(axis[0], axis[2]) + yaw, math.asin(float(np.clip(axis[1], -1, 1))) + pitch
    return np.array([math.cos(height) * math.sin(heading), math.sin(height), math.cos(height) * math.cos(heading)])


def level_widths(plan: ZoomPlan) -> tuple[float, ...]:
    """Metres across each level: the plan's own, or such that the finest shows what it names at its natural size."""
    scale = np.array(plan.magnifications)
    if plan.width is not None:
        return tuple(plan.width / scale)
    finest = natural_width(plan.prompts[-1]) or FINEST_DEFAULT
    return tuple(float(np.clip(finest * scale[-1], NARROWEST, WIDEST)) / scale)


def rock_level(plan: ZoomPlan) -> int:
    """The level that the boulder fills, never the first: the coarsest that names a rock and is about as wide as one.

    A level much wider than what it names shows it small ("a meadow with boulders"); only if no level is narrow enough
    the nearest is taken. Where no sentence names a rock it is the last but one, for what lies on it needs a level.
    """
    fitting: list[tuple[float, int]] = []
    for level, (prompt, width) in enumerate(zip(plan.prompts, level_widths(plan), strict=True)):
        natural = rock_width(prompt)
        if level and natural is not None:
            fitting.append((max(width / natural / WIDER, natural / width / WIDER, 1.0), level))
    return min(fitting)[1] if fitting else max(len(plan) - 2, 1)


def build_place(plan: ZoomPlan, seed: int, negative_prompt: str = "") -> ZoomPlace:
    """The world of a plan.

    Raises:
        InputError: the first sentence describes an inside, or no free line of sight leads to the ground.
    """

    return furnish(build_world(plan.prompts[0], seed, negative_prompt), plan, seed)


def furnish(world: World, plan: ZoomPlan, seed: int) -> ZoomPlace:
    """Put what a zoom ends on into a world; see `build_place`."""

    if world.place.interior or world.place.terrain is None:
        raise InputError(
            f'the coarsest level "{plan.prompts[0]}" is no open land: procedural worlds zoom from a landscape '
            "down to a stone; begin outdoors, or use the diffusion models"
        )
    widths = level_widths(plan)
    level = rock_level(plan)
    size = float(np.clip(FILLS * widths[level], 0.25, 60.0))
    kind = stone_kind(plan.prompts)
    grown = growths(plan.prompts, widths, level)
    standing, axis = _line_of_sight(world, size, widths[0], seed)
    skin = Skin(size, kind, grown, seed * 7919 + 17, axis)
    boulder = _Boulder(size, skin, seed)
    target = boulder.aim(standing, axis)
    meshes = boulder.meshes(target, axis, widths)
    free = 0.75 * widths[-1]
    kept = [_without(mesh, standing, 0.33 * size, target, axis, free) for mesh in world.place.meshes]
    world.place.meshes = kept + meshes
    world = World(world.place, world.atmosphere, prompt=world.prompt, seed=seed, brief=world.brief)
    names = ", ".join(growth.kind for growth in grown)
    told = f"{kind} boulder {size:.2g} m across" + (f" with {names}" if names else "")
    said = f"{getattr(world.brief, 'explanation', '')} The zoom ends on a {told}; levels are "
    said += ", ".join(f"{width:.3g}" for width in widths) + " m wide."
    if missed := unheard(plan.prompts):
        said += " Nothing on a stone answers to " + ", ".join(f'"{each}"' for each in missed) + "."
    return ZoomPlace(world, target, axis, widths, said.strip())


def _line_of_sight(world: World, size: float, width: float, seed: int) -> tuple[Floats, Floats]:
    """Where a boulder may lie so that it is seen from afar: its foot (3,) and the axis (3,).

    Places about the start and headings are tried; few rays blocked and a lit face decide.
    """
    rng = np.random.default_rng([seed, 77])
    terrain = world.place.terrain
    assert terrain is not None
    distance = width / (2 * math.tan(math.radians(FOV) / 2))
    water = world.place.water.level if world.place.water is not None else np.inf
    path = np.array(terrain.ground.path or [(1e6, 1e6)])
    sun = np.asarray(world.atmosphere.sun_direction, np.float64)
    best: tuple[float, Floats, Floats] | None = None
    for _ in range(CANDIDATES):
        heading = rng.uniform(-np.pi, np.pi)
        spot = rng.uniform(1.5, NEARBY) * np.array([math.sin(a := rng.uniform(-np.pi, np.pi)), math.cos(a)])
        ground = float(terrain.height(*(np.array([c], np.float32) for c in spot))[0])
        on_path = np.min(np.hypot(*(path - spot).T)) < 1.2
        foot = np.array([spot[0], ground, spot[1]])
        axis = np.array(
            [math.cos(ELEVATION) * math.sin(heading), math.sin(ELEVATION), math.cos(ELEVATION) * math.cos(heading)]
        )
        aim = foot - [0, 0.36 * size, 0]
        spread = rng.uniform(-0.5, 0.5, (120, 3)) * size
        ends = aim + spread - axis * 0.6 * size
        ways = (aim - distance * axis) - ends
        hits, _ = world.trace(ends, ways)
        blocked = float((hits < 1).mean())
        # the sun behind the camera and to one side: relief shows, and the target is not in its own shade
        light = float(axis @ sun) / max(float(np.hypot(sun[0], sun[2])), 0.1)
        score = blocked + (ground > water - DRY * size) * 2 + on_path * 0.3 + 0.5 * abs(light - LIGHT)
        if best is None or score < best[0]:
            best = (score, foot, axis)
    assert best is not None
    return best[1], best[2]


def _without(mesh: Mesh, foot: Floats, radius: float, target: Floats, axis: Floats, free: float) -> Mesh:
    """The mesh without copies that stand where the boulder lies, or within `free` metres of the axis before it."""
    if mesh.label == "ground" or mesh.instances is None:
        return mesh
    inside = np.hypot(mesh.vertices[:, 0] - foot[0], mesh.vertices[:, 2] - foot[2]) < radius
    before = (target - mesh.vertices) @ axis
    aside = np.linalg.norm(target - mesh.vertices - before[:, None] * axis, axis=1)
    inside |= (before > 0) & (before < CLEARED) & (aside < free)
    if not inside.any():
        return mesh
    drop = np.zeros(int(mesh.instances.max()) + 1, bool)
    drop[mesh.instances[inside[mesh.triangles].any(axis=1)]] = True
    return _kept(mesh, ~drop[mesh.instances])


def _kept(mesh: Mesh, keep: NDArray[np.bool_]) -> Mesh:
    from dataclasses import replace

    return replace(
        mesh,
        triangles=mesh.triangles[keep],
        material_index=None if mesh.material_index is None else mesh.material_index[keep],
        instances=None if mesh.instances is None else mesh.instances[keep],
    )


SKIN = Material("skin", "plain", (srgb((BRIGHT, BRIGHT, BRIGHT)),), scale=0.01, bump=0.0, wear=0.0, variation=0.0)
"""White, so that the tints of the vertices are the albedo."""


class _Boulder:
    """The boulder: its smooth body, and the meshes of its skin."""

    def __init__(self, size: float, skin: Skin, seed: int) -> None:
        rng = np.random.default_rng([seed, 78])
        vertices, triangles = stone(rng, SUBDIVISIONS, planes=13, roundness=0.22, rough=0.045, flat=0.8)
        self.size, self.skin = size, skin
        self.body = vertices.astype(np.float64) * size
        self.triangles = triangles
        self.facet = 0.83 * size / 2**SUBDIVISIONS
        self.foot = np.zeros(3)

    def aim(self, foot: Floats, axis: Floats) -> Floats:
        """Put the boulder on its foot; the point that the axis meets, a little above its middle."""

        self.foot = np.asarray(foot, np.float64)
        self.rays = RayScene(self.body.astype(np.float32), self.triangles.astype(np.uint32))
        towards = np.array([0.0, -0.2 * self.size, 0.0])
        start = towards - 3 * self.size * axis
        hit = self.rays.cast(start[None].astype(np.float32), axis[None].astype(np.float32))
        self.local = start + axis * float(hit.distance[0])
        return np.asarray(self.foot + self.local, np.float64)

    def meshes(self, target: Floats, axis: Floats, widths: tuple[float, ...]) -> list[Mesh]:
        """The boulder's mesh and the patches about the target, the wider ones with holes for the finer ones."""
        right = np.cross([0.0, 1.0, 0.0], axis)
        right /= np.linalg.norm(right)
        frame = np.stack([right, np.cross(axis, right), axis])
        patches = [width for width in widths if width * PATCH_MARGIN < 0.75 * self.size]
        patches = patches or [min(widths[-1], 0.5 * self.size)]  # even where the last level sees past the boulder
        found = [self._outer(target, frame, patches[0])]
        for number, width in enumerate(patches):
            finer = patches[number + 1] if number + 1 < len(patches) else 0.0
            coarser = self.facet if number == 0 else patches[number - 1] * PATCH_MARGIN / PATCH_CELLS
            found.append(self._patch(target, frame, width, finer, coarser))
        return found

    def _outer(self, target: Floats, frame: Floats, hole: float) -> Mesh:
        points = self.body - self.local
        outwards = smooth_normals(self.body.astype(np.float32), self.triangles).astype(np.float64)
        relief, albedo = self.skin(points, 1.2 * self.facet)
        moved = points + outwards * relief[:, None]
        # dust and damp at the foot
        foot = np.clip((self.body[:, 1] / self.size + 0.12) / 0.2, 0, 1)
        albedo = albedo * (1 - 0.35 * foot)[:, None]
        place = moved @ frame.T
        inside = (np.abs(place[:, :2]) < 0.5 * hole * PATCH_MARGIN * 0.86).all(axis=1) & (place[:, 2] < 0.3 * self.size)
        keep = ~inside[self.triangles].all(axis=1)
        return self._mesh(moved + target, self.triangles[keep], albedo)

    def _patch(self, target: Floats, frame: Floats, width: float, finer: float, coarser: float) -> Mesh:
        """A square patch in the skin, seen along the axis; `finer` is the width of the next one, `coarser` the spacing
        of what it lies in."""
        from scipy.ndimage import gaussian_filter

        cells = PATCH_CELLS
        extent = width * PATCH_MARGIN
        spacing = extent / cells
        pad = int(np.ceil(min(2.5 * self.facet / spacing, 400)))
        side = (np.arange(-pad, cells + 1 + pad) / cells - 0.5) * extent
        u, v = np.meshgrid(side, side)
        starts = self.local + u[..., None] * frame[0] + v[..., None] * frame[1] - 2 * self.size * frame[2]
        rays = np.broadcast_to(frame[2], starts.shape)
        hit = self.rays.cast(
            np.ascontiguousarray(starts.reshape(-1, 3), np.float32),
            np.ascontiguousarray(rays.reshape(-1, 3), np.float32),
        )
        depth = hit.distance.reshape(u.shape).astype(np.float64)
        depth[~np.isfinite(depth)] = 2.5 * self.size
        blur = min(self.facet / spacing, 150.0)  # the body's facets are no detail
        depth = gaussian_filter(depth, blur, mode="nearest")
        inner = slice(pad, pad + cells + 1)
        slope_v, slope_u = np.gradient(depth, spacing)
        depth, u, v = depth[inner, inner], u[inner, inner], v[inner, inner]
        depth = depth - 2 * self.size
        middle = float(depth[cells // 2, cells // 2])
        points = (u[..., None] * frame[0] + v[..., None] * frame[1] + (depth - middle)[..., None] * frame[2]).reshape(
            -1, 3
        )
        outwards = -(
            frame[2] - slope_u[inner, inner][..., None] * frame[0] - slope_v[inner, inner][..., None] * frame[1]
        ).reshape(-1, 3)
        outwards /= np.linalg.norm(outwards, axis=1, keepdims=True)
        relief, albedo = self.skin(points, FINEST_BAND * spacing)
        # in front of what it lies in, but for its rim, which dives below it
        ring = np.maximum(np.abs(u), np.abs(v)).ravel() / (0.5 * extent)
        lift = coarser * (0.3 - 0.7 * np.clip((ring - 0.9) / 0.1, 0, 1) ** 2)
        moved = points + outwards * (relief + lift)[:, None]
        index = np.arange((cells + 1) ** 2, dtype=np.int32).reshape(cells + 1, cells + 1)
        a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
        triangles = np.concatenate([np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)])
        if finer:
            hidden = (np.maximum(np.abs(u), np.abs(v)) < 0.5 * finer * PATCH_MARGIN * 0.86).ravel()
            triangles = triangles[~hidden[triangles].all(axis=1)]
        return self._mesh(moved + target, triangles, albedo)

    def _mesh(self, vertices: Floats, triangles: NDArray[np.int32], albedo: Floats) -> Mesh:
        return Mesh(
            vertices.astype(np.float32), triangles, (SKIN,), "rock", tints=(albedo / BRIGHT).astype(np.float32)
        ).with_smooth_normals()
