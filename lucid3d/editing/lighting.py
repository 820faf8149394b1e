"""A thing in a scene's light: drawn where it stands, lifted to Gaussians, and its shadow on what is around it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from lucid3d.camera import Camera
from lucid3d.colour import linear_from_srgb, srgb_from_linear
from lucid3d.gaussians import from_points
from lucid3d.gaussians.budget import within_budget
from lucid3d.gaussians.model import SH_C0, Gaussians
from lucid3d.pointcloud import PointCloud, lift
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.render.drawing import Drawing
from lucid3d.procedural.render.rays import RayScene
from lucid3d.procedural.world import World

PIXELS = 320
"""Across a drawing of the thing: at 3 m, a thing of 2 m is as sharp as a screen."""
FILLS = 0.8
"""Part of a drawing that the thing fills."""
LENS = 30.0
"""Degrees: nearly the same from all over the drawing, so that a thing is seen as from afar."""
LOOKS = tuple((45.0 * i, 8.0) for i in range(8)) + tuple((90.0 * i + 45, 45.0) for i in range(4)) + ((0.0, 88.0),)
"""Degrees to the right and above from which a thing is drawn."""
FROM_BELOW = tuple((90.0 * i, -35.0) for i in range(4))
"""The same of what hangs in the air."""
FRONTAL = 0.5
"""Cosine between a surface's normal and the way to the eye above which a drawing looks straight at it."""
CLOSED = 1.2
"""Times as wide as its points lie apart that a disc of a thing is: where drawings meet, their points do not fit."""
SHUN = 2.5
"""The same as `COVERED` of what is only seen from aside: it shines with what it mirrors."""
COVERED = 0.8
"""A point is new if none is within this part of its footprint."""
NEAR = 0.7
"""Times a thing's size: nearer to it than this it keeps off light from all around."""
LONGEST_SHADOW = 12.0
"""Times a thing's size, beyond which nobody sees what made a shadow."""
FAINT = 0.02
"""Change of light that nobody sees: what is changed less stays as it is."""
DARKEST, BRIGHTEST = 0.05, 1.5
"""Times the light that a place had when a thing is set in beside it, at least and at most."""
OFF = 0.03
"""Metres above a surface from which it is looked at to learn its light."""


BROAD = 0.1
"""Of a thing's size, the standard deviation from which a Gaussian around it is divided: no shadow would show on it."""
DIVIDED = (0.04, 8.0)
"""Of a thing's size, the standard deviation of the parts; at most so many times finer than the whole."""
PITCH = 1.2
"""Standard deviations between the middles of parts."""
REACH = 2.5
"""Standard deviations of the whole within which there are parts."""
UNSEEN = -12.0
"""Logit of the opacity of what gave way: below what any rasteriser draws (1/255)."""
FAINTEST = 0.01
"""Opacity below which a part is left out."""


NAMES = tuple(each.name for each in fields(Gaussians))


@dataclass(frozen=True, eq=False)
class Shade:
    """What a thing does to the light around it.

    Attributes:
        rows: (K,) int64, the scene's Gaussians that it changes.
        light: (K, 3) float32, factors on their linear colour; NaN where a Gaussian gives way to its `parts`.
        parts: smaller Gaussians in the changed light, for those that are too broad to show it.
    """

    rows: NDArray[np.int64]
    light: NDArray[np.float32]
    parts: Gaussians


def gaussians_of(after: World, mesh: Mesh, *, flies: bool, most: int, sh_degree: int) -> Gaussians:
    """The last mesh of a world as Gaussians, in the light that it stands in.

    Args:
        after: a world whose last mesh is `mesh`.
        flies: it is seen from below, too.
        most: Gaussians.
        sh_degree: 0 to 3, of the harmonics; those above degree 0 are zero.
    """
    first = after.spans()[-1][0]
    alone = RayScene(mesh.vertices, mesh.triangles.astype(np.uint32))
    low, high = mesh.bounds.astype(np.float64)
    middle, radius = 0.5 * (low + high), 0.5 * float(np.linalg.norm(high - low))
    distance = radius / np.sin(np.radians(LENS / 2) * FILLS)
    cameras: dict[int, Camera] = {}
    seen = list[tuple[int, Drawing, NDArray[np.bool_], NDArray[np.bool_]]]()
    for number, (yaw, pitch) in enumerate((*LOOKS, *(FROM_BELOW if flies else ()))):
        camera = _looking(middle, distance, yaw, pitch)
        outline = alone.cast(np.broadcast_to(camera.position.astype(np.float32), (PIXELS**2, 3)), _rays(camera))
        wanted = np.isfinite(outline.distance).reshape(PIXELS, PIXELS)
        drawing = after.draw(camera, near=distance - 1.02 * radius, only=wanted)
        mine = wanted & (drawing.instances >= first) & np.isfinite(drawing.depth)
        rays = camera.world_rays()
        facing = -(drawing.normals * rays).sum(axis=2) / np.linalg.norm(rays, axis=2)
        seen.append((number, drawing, mine, facing > FRONTAL))
        cameras[number] = camera
    cloud = PointCloud.empty()
    # every surface first by the drawings that look straight at it; from aside its points lie far apart
    for straight in (True, False):
        for number, drawing, mine, frontal in seen:
            mask = mine & (frontal == straight)
            new = lift(drawing.image, drawing.depth, cameras[number], view=number, mask=mask, sky_radius=1e5)
            if len(cloud) and len(new):
                away, _ = cKDTree(cloud.positions).query(new.positions, workers=-1)
                new = new[away > (COVERED if straight else SHUN) * new.footprints]
            cloud = PointCloud.concatenate([cloud, new])
    eyes = np.array([camera.position for camera in cameras.values()])
    cloud = within_budget(cloud, most, cameras=cameras, eyes=eyes)
    # a disc is as wide as its points lie apart, as seen from where they were drawn; no training closes what is left
    cloud = replace(cloud, footprints=cloud.footprints * np.float32(CLOSED))
    by_view = [
        from_points(cloud[cloud.views == number], sh_degree=sh_degree, viewpoint=camera.position)
        for number, camera in cameras.items()
    ]
    return Gaussians(*(np.concatenate([getattr(part, name) for part in by_view]) for name in NAMES))


def _rays(camera: Camera) -> NDArray[np.float32]:
    """(N, 3) directions through a camera's pixels, row by row."""
    return np.ascontiguousarray(camera.world_rays().reshape(-1, 3), np.float32)


def _looking(at: NDArray[np.float64], distance: float, yaw: float, pitch: float) -> Camera:
    """A camera `distance` metres from a point, so many degrees to its side and above, that looks at it."""
    a, b = np.radians(yaw), np.radians(pitch)
    away = np.array([np.sin(a) * np.cos(b), -np.sin(b), -np.cos(a) * np.cos(b)])
    forward, right = -away, np.array([np.cos(a), 0.0, np.sin(a)])
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    pose[:3, 3] = at + distance * away
    return Camera.from_fov(PIXELS, PIXELS, LENS, pose)


def shade_of(before: World, after: World, mesh: Mesh, gaussians: Gaussians, *, brightest: float = BRIGHTEST) -> Shade:
    """What a mesh takes from the light on a scene's Gaussians, and adds to it: one that only `after` has, or, where it
    was taken out, only `before`; a place has at most `brightest` times the light that it had.

    Each Gaussian near the thing is looked at from just above its own surface in both worlds: the ratio of the two
    radiances is that of the light, whatever it is made of: the sun's shadow, lamps and dark corners.
    """
    size = float((mesh.bounds[1] - mesh.bounds[0]).max())
    broad = np.sort(gaussians.log_scales, axis=1)[:, 1] > np.log(BROAD * size)
    away = _away(mesh, gaussians.means)
    rows = np.flatnonzero(~broad & (away < LONGEST_SHADOW * size))
    rows = rows[_in_its_way(after, mesh, gaussians.means[rows])]
    reach = REACH * np.exp(gaussians.log_scales.max(axis=1))
    whole = np.flatnonzero(
        broad & (away - reach < LONGEST_SHADOW * size) & (away > 0) & (reach < LONGEST_SHADOW * size)
    )
    light = _light(before, after, gaussians[rows], brightest)
    changed = np.abs(light - 1).max(axis=1) > FAINT
    parts, owner = divided(gaussians[whole], size)
    reached = np.zeros(len(whole), bool)
    reached[owner[_in_its_way(after, mesh, parts.means)]] = True
    parts, owner = parts[reached[owner]], owner[reached[owner]]
    on_parts = _light(before, after, parts, brightest)
    gives_way = np.zeros(len(whole), bool)
    gives_way[owner[np.abs(on_parts - 1).max(axis=1) > FAINT]] = True
    kept = gives_way[owner]
    return Shade(
        np.concatenate([rows[changed], whole[gives_way]]).astype(np.int64),
        np.concatenate([light[changed], np.full((int(gives_way.sum()), 3), np.nan)]).astype(np.float32),
        _recoloured(parts[kept], on_parts[kept]),
    )


def _light(before: World, after: World, gaussians: Gaussians, brightest: float) -> NDArray[np.float32]:
    """(N, 3) the ratio of the light on Gaussians after and before."""
    if len(gaussians) == 0:
        return np.ones((0, 3), np.float32)
    normals = _facing_eye(gaussians)
    one, other = (world.radiance(gaussians.means + OFF * normals, -normals) for world in (before, after))
    return np.clip(other / np.maximum(one, 1e-4), DARKEST, brightest).astype(np.float32)


def divided(gaussians: Gaussians, size: float) -> tuple[Gaussians, NDArray[np.intp]]:
    """Broad discs as many small ones on a grid in their planes, which together look the same.

    Optical depth, -log(1 - opacity), is what adds up: a grid of small Gaussians with the large one's optical depth at
    their middles, times the area of a cell over that of a Gaussian, sums up to the large one blurred by a small one.

    Args:
        gaussians: N; size: of the thing whose shadow shall show on them, metres.
    Returns:
        M Gaussians, and which of the N each is a part of, (M,).
    """
    axes = Rotation.from_quat(gaussians.quats[:, [1, 2, 3, 0]]).as_matrix() if len(gaussians) else np.zeros((0, 3, 3))
    order = np.argsort(-gaussians.log_scales, axis=1)
    pieces: list[Gaussians] = []
    owners: list[NDArray[np.intp]] = []
    finest, times = DIVIDED
    for number in range(len(gaussians)):
        first, second, third = order[number]
        scales = np.exp(gaussians.log_scales[number].astype(np.float64))
        fine = np.maximum(finest * size, scales[[first, second]] / times)
        fine = np.minimum(fine, scales[[first, second]])
        steps = [np.arange(-n, n + 1) for n in np.ceil(REACH * scales[[first, second]] / (PITCH * fine)).astype(int)]
        u, v = (g.ravel() for g in np.meshgrid(steps[0] * PITCH * fine[0], steps[1] * PITCH * fine[1]))
        fade = np.exp(-0.5 * ((u / scales[first]) ** 2 + (v / scales[second]) ** 2))
        depth = -np.log1p(-np.minimum(float(gaussians.opacities[number]) * fade, 0.9999))
        opacity = -np.expm1(-depth * PITCH**2 / (2 * np.pi))
        keep = np.flatnonzero(opacity > FAINTEST)
        one = gaussians[np.full(len(keep), number)]
        means = u[keep, None] * axes[number][:, first] + v[keep, None] * axes[number][:, second] + one.means
        narrow = np.empty(3)
        narrow[[first, second]] = fine
        narrow[third] = scales[third]
        o = opacity[keep]
        pieces.append(
            replace(
                one,
                means=means.astype(np.float32),
                log_scales=np.broadcast_to(np.log(narrow), (len(keep), 3)).astype(np.float32),
                logit_opacities=np.log(o / (1 - o)).astype(np.float32),
            )
        )
        owners.append(np.full(len(keep), number))
    if not pieces:
        return gaussians, np.zeros(0, np.intp)
    return Gaussians(*(np.concatenate([getattr(p, n) for p in pieces]) for n in NAMES)), np.concatenate(owners)


def _away(mesh: Mesh, positions: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N,) metres from a thing's box."""
    low, high = mesh.bounds
    outside = np.maximum(np.maximum(low - positions, positions - high), 0)
    return np.asarray(np.linalg.norm(outside, axis=1), np.float32)


def _in_its_way(world: World, mesh: Mesh, positions: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(N,) bool: places that a thing is near to, or stands between them and the sun or a lamp."""
    size = float((mesh.bounds[1] - mesh.bounds[0]).max())
    away = _away(mesh, positions)
    found: NDArray[np.bool_] = away < NEAR * size
    alone = RayScene(mesh.vertices, mesh.triangles.astype(np.uint32))
    rows = np.flatnonzero(~found & (away < LONGEST_SHADOW * size))
    here = positions[rows]
    sun = np.broadcast_to(np.array(world.atmosphere.sun_direction, np.float32), here.shape)
    lamps = [np.array(lamp.position, np.float32) - here for lamp in world.place.lamps]
    for along in (sun, *lamps):
        reached = alone.cast(here, np.ascontiguousarray(along)).distance
        found[rows] |= np.isfinite(reached) & ((reached < 1) | (along is sun))
    return found


def _facing_eye(gaussians: Gaussians) -> NDArray[np.float32]:
    """(N, 3) unit normals of discs, on the side of the world's origin."""
    thin = np.argmin(gaussians.log_scales, axis=1)
    axes = Rotation.from_quat(gaussians.quats[:, [1, 2, 3, 0]]).as_matrix()
    normals = np.take_along_axis(axes, thin[:, None, None], axis=2)[:, :, 0]
    away = (normals * gaussians.means).sum(axis=1, keepdims=True) > 0
    return np.asarray(np.where(away, -normals, normals), np.float32)


def shaded(gaussians: Gaussians, shades: list[Shade]) -> Gaussians:
    """The Gaussians with their colours in the changed light, those that gave way to parts unseen; those that no shade
    names are the same, bit for bit."""
    factors = np.ones((len(gaussians), 3), np.float32)
    for shade in shades:
        factors[shade.rows] *= shade.light
    gone = np.isnan(factors).any(axis=1)
    rows = np.flatnonzero((factors != 1).any(axis=1) & ~gone)
    changed = _recoloured(gaussians[rows], factors[rows])
    sh, opacities = gaussians.sh.copy(), gaussians.logit_opacities.copy()
    sh[rows] = changed.sh
    opacities[gone] = UNSEEN
    return replace(gaussians, sh=sh, logit_opacities=opacities)


def _recoloured(gaussians: Gaussians, light: NDArray[np.float32]) -> Gaussians:
    """The Gaussians in `light` (N, 3) times as much linear light."""
    colors = np.clip(gaussians.colors, 0, 1)
    lit = srgb_from_linear(linear_from_srgb(colors) * light)
    sh = gaussians.sh * (lit / np.maximum(colors, 1e-3))[:, None]
    sh[:, 0] = (lit - 0.5) / SH_C0
    return replace(gaussians, sh=sh.astype(np.float32))
