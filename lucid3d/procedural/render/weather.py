"""Weather that is seen: falling rain and snow, puddles and wet ground, a bolt of lightning.

All of it stands in the world as geometry, at its own depth, so that two cameras agree on it and it can be dreamed into
one scene: a sparse set of real streaks and flakes about the start, none so near that a step would meet it. What falls
further away is a veil in the air and the sky (see `light`). Time stands still: a photograph of rain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.materials import RGB, Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.render.rays import RayScene
from lucid3d.procedural.render.snowfall import snow_caps

if TYPE_CHECKING:
    from lucid3d.procedural.kit.place import Place
    from lucid3d.procedural.kit.terrain import Terrain
    from lucid3d.procedural.render.atmosphere import Atmosphere

Floats = NDArray[np.float32]

AROUND = 30.0
"""Metres about the start whose roofs keep rain off and whose ground it splashes on."""
ABOVE = 14.0
"""Metres above the eye where the search for the ground begins."""


@dataclass(frozen=True)
class Layer:
    """Things that fall between two distances from the start.

    Attributes:
        count: how many; near, far: metres; length, width: metres of each (equal for flakes).
    """

    count: int
    near: float
    far: float
    length: float
    width: float


RAIN = (Layer(900, 2.2, 6.0, 0.34, 0.006), Layer(3200, 6.0, 15.0, 0.6, 0.015), Layer(5200, 15.0, 38.0, 1.1, 0.036))
SNOW = (Layer(2600, 1.8, 6.0, 0.018, 0.018), Layer(7000, 6.0, 15.0, 0.04, 0.04), Layer(9000, 15.0, 38.0, 0.09, 0.09))
"""Streaks and flakes grow with distance: each is to be more than a pixel wide, or it would only be noise."""
SLANT = 0.16
"""Tangent of the angle that the wind gives to rain, at ordinary strength."""
FALLING = {"rain": RAIN, "snow": SNOW, "storm": RAIN}

DROP = Material("rain", "plain", ((0.86, 0.89, 0.93),), roughness=1.0, translucency=0.5, variation=0.0, wear=0.0)
FLAKE = Material("snowflake", "plain", ((0.96, 0.97, 1.0),), roughness=1.0, translucency=0.5, variation=0.0, wear=0.0)
PUDDLE = Material("puddle", "plain", ((0.27, 0.255, 0.235),), roughness=1.0, variation=0.0, wear=0.0)
"""Of deep ones; a shallow one shows the ground under it, and what either mirrors is traced (`shading`)."""
RING = Material("ripple", "plain", ((0.62, 0.66, 0.72),), variation=0.0, wear=0.0)

WET_PATTERNS = frozenset(
    ("cobble", "stone", "tile", "brick", "concrete", "asphalt", "road", "planks", "wood", "thatch", "shingle",
     "roof_tile", "rock", "sand", "bark", "mottled", "plaster")
)  # fmt: skip
WET_LABELS = frozenset(("ground", "road", "path", "floor", "pier", "bridge", "roof", "rock", "fence"))
"""What darkens when it is wet; walls stay dry under their eaves."""
WET = 0.62
"""Factor on the albedo of what is wet: the water film keeps light in (Lekner and Dorf 1988)."""


def weathered(place: Place, brief: Any, air: Atmosphere, rng: np.random.Generator, *, drops: bool = True) -> Place:
    """The place with what its weather adds; unchanged indoors and in fair weather.

    Args:
        drops: whether rain is seen falling near the start; what it does to the ground and the sky is seen anyway.
    """
    layers = FALLING.get(brief.weather)
    if place.interior or brief.record.sheltered:
        return place
    caps = snow_caps(place.meshes, brief)
    if caps:
        place = replace(place, meshes=[*place.meshes, *caps])
    if not layers:
        return place
    if air.lightning > 0:
        place = replace(place, meshes=[*place.meshes, bolt(air.bolt_azimuth, air.bolt_color, rng)])
    if brief.weather == "storm" and "rain" in brief.without:
        return place
    terrain = place.terrain
    amount = float(np.clip(brief.strength, 0.4, 2.0)) * (0.6 if brief.weather == "storm" else 1.0)
    if brief.weather == "snow":
        near = near_solids(place.meshes)
        return replace(place, meshes=[*place.meshes, *falling(layers, amount, near, rng, FLAKE, terrain)])
    near = near_solids([*place.meshes, *([terrain.mesh] if terrain is not None and terrain.mesh is not None else [])])
    meshes = [wet(mesh) for mesh in place.meshes]
    if drops:
        meshes += falling(layers, amount, near, rng, DROP)
    if brief.record.puddles and "puddles" not in brief.without:
        meshes += puddles(near, rng, amount, place.water.level if place.water is not None else math.inf)
    if terrain is not None:
        terrain = replace(terrain, ground=replace(terrain.ground, wetness=max(terrain.ground.wetness, 0.8)))
    return replace(place, meshes=meshes, terrain=terrain)


def near_solids(meshes: list[Mesh]) -> RayScene:
    """What stands about the start, as something to trace rays in."""
    vertices, triangles, first = [], [], 0
    for mesh in meshes:
        if not mesh.triangle_count:
            continue
        close = np.ones(mesh.triangle_count, bool)
        for axis in (0, 2):  # a triangle is far off where all its corners are on one side
            side = mesh.vertices[:, axis]
            for beyond in (side >= AROUND, side <= -AROUND):
                a, b, c = (beyond[mesh.triangles[:, corner]] for corner in range(3))
                close &= ~(a & b & c)
        if close.any():
            used = np.zeros(len(mesh.vertices), bool)
            used[mesh.triangles[close]] = True
            number = np.cumsum(used, dtype=np.int32) + np.int32(first - 1)
            vertices.append(mesh.vertices[used])
            triangles.append(number[mesh.triangles[close]])
            first += len(vertices[-1])
    if not vertices:
        return RayScene(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.uint32))
    return RayScene(np.concatenate(vertices), np.concatenate(triangles).astype(np.uint32))


def falling(
    layers: tuple[Layer, ...],
    amount: float,
    near: RayScene,
    rng: np.random.Generator,
    material: Material,
    terrain: Terrain | None = None,
) -> list[Mesh]:
    """Streaks or flakes that face the start, in the open air above what stands `near` and above the `terrain`."""
    parts = []
    wind = rng.uniform(0, 2 * math.pi)
    for layer in layers:
        count = int(layer.count * amount)
        where = _shell(count, layer, rng)
        open_air = ~(near.blocked(where, np.broadcast_to(np.array([0, -1, 0], np.float32), where.shape), 40.0) > 0)
        below = near.cast(where, np.broadcast_to(np.array([0, 1, 0], np.float32), where.shape)).distance
        if terrain is not None:
            below = np.minimum(below, terrain.height(where[:, 0], where[:, 2]) - where[:, 1])
        where = where[open_air & (below > 0.1) & (np.isfinite(below) | (where[:, 1] < 1.2))]
        size = rng.uniform(0.6, 1.4, (len(where), 1)).astype(np.float32)
        if layer.length > layer.width:
            lean = np.array([math.sin(wind), 0, math.cos(wind)], np.float32) * np.float32(SLANT * amount)
            way = np.array([0, 1, 0], np.float32) + lean + rng.normal(0, 0.02, where.shape).astype(np.float32)
            parts.append(_ribbons(where, np.asarray(way * layer.length * size, np.float32), layer.width, material))
        else:
            parts.append(_flakes(where, layer.width * size, rng, material))
    return [part for part in parts if part.triangle_count]


def _shell(count: int, layer: Layer, rng: np.random.Generator) -> Floats:
    """Places (N, 3) spread evenly over a hollow cylinder about the start, from the ground up."""
    radius = np.sqrt(rng.uniform(layer.near**2, layer.far**2, count))
    turn = rng.uniform(0, 2 * math.pi, count)
    height = rng.uniform(-1.6, 0.75 * layer.far, count)
    return np.stack([radius * np.sin(turn), -height, radius * np.cos(turn)], axis=1).astype(np.float32)


def _across(where: Floats, way: Floats) -> Floats:
    """Unit vectors across `way`, square to the view from the start."""
    side = np.cross(way, where)
    return np.asarray(side / np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-6), np.float32)


def _ribbons(where: Floats, way: Floats, width: float, material: Material) -> Mesh:
    """Slender needles, pointed at both ends so that they fade out there."""
    side = _across(where, way) * np.float32(width / 2)
    corners = np.stack([where - way / 2, where + side, where + way / 2, where - side], axis=1)
    first = 4 * np.arange(len(where))[:, None]
    triangles = np.concatenate([first + np.array(corner) for corner in ((0, 1, 3), (1, 2, 3))])
    return Mesh(corners.reshape(-1, 3), triangles, (material,), "object", normals=_to_start(corners))


def _flakes(where: Floats, size: Floats, rng: np.random.Generator, material: Material) -> Mesh:
    """Six-sided flakes that face the start."""
    u = _across(where, np.broadcast_to(np.array([0, 1, 0], np.float32), where.shape))
    v = np.cross(where, u)
    v /= np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-6)
    turn = np.arange(6) * math.pi / 3 + rng.uniform(0, 1, (len(where), 1))
    ring = np.cos(turn)[..., None] * u[:, None] + np.sin(turn)[..., None] * v[:, None] * rng.uniform(0.7, 1, (1, 6, 1))
    corners = (where[:, None] + ring * size[:, None] / 2).astype(np.float32)
    first = 6 * np.arange(len(where))[:, None]
    triangles = np.concatenate([first + np.array((0, k, k + 1)) for k in range(1, 5)])
    return Mesh(corners.reshape(-1, 3), triangles, (material,), "object", normals=_to_start(corners))


def _to_start(corners: Floats) -> Floats:
    """Normals half towards the start and half up: what falls takes light from all over the sky."""
    flat = corners.reshape(-1, 3)
    normals = -flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6) + np.array([0, -1, 0], np.float32)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6), np.float32)


def wet(mesh: Mesh) -> Mesh:
    """The mesh with the materials that rain darkens darkened."""
    if mesh.label not in WET_LABELS:
        return mesh

    def darker(hue: RGB) -> RGB:
        return hue[0] * WET**0.5, hue[1] * WET**0.5, hue[2] * WET**0.48  # the square root: hues are sRGB

    return replace(
        mesh,
        materials=tuple(
            replace(m, colors=tuple(darker(c) for c in m.colors), roughness=m.roughness * 0.5)
            if m.pattern in WET_PATTERNS
            else m
            for m in mesh.materials
        ),
    )


PUDDLES, RIPPLES = 46, 5
FLAT = 0.05
"""Metres that the ground may rise and fall under a puddle."""


def puddles(near: RayScene, rng: np.random.Generator, amount: float, water_level: float) -> list[Mesh]:
    """Puddles on level ground about the start, with rings where drops have fallen."""
    count = int(PUDDLES * amount)
    reach = 1.8 + 16.0 * rng.uniform(0, 1, count) ** 1.3
    turn = rng.uniform(0, 2 * math.pi, count)
    size = rng.lognormal(-0.55, 0.5, count).clip(0.15, 1.7)
    corner = np.arange(22) * 2 * math.pi / 22
    sheets: list[Mesh] = []
    rings: list[Floats] = []
    lying: list[tuple[float, float, float]] = []  # x, z, radius
    down = np.array([0, 1, 0], np.float32)
    for i in range(count):
        x, z = reach[i] * math.sin(turn[i]), reach[i] * math.cos(turn[i])
        wave = sum(rng.uniform(0, 0.4 / k) * np.cos(k * corner + rng.uniform(0, 6.3)) for k in range(1, 5))
        radius = size[i] * (1 + wave)
        lie = rng.uniform(0, math.pi)
        across, along = radius * np.cos(corner) * 0.6, radius * np.sin(corner)
        rim = np.stack(
            [x + across * math.cos(lie) - along * math.sin(lie), np.full(22, -ABOVE),
             z + across * math.sin(lie) + along * math.cos(lie)], axis=1
        ).astype(np.float32)  # fmt: skip
        places = np.concatenate([np.array([[x, -ABOVE, z]], np.float32), rim])
        ground = near.cast(places, np.broadcast_to(down, places.shape)).distance - np.float32(ABOVE)
        if (
            not np.isfinite(ground).all()
            or np.ptp(ground) > FLAT
            or ground.min() < 0.9
            or ground[0] > water_level - 0.02
            or any(math.hypot(x - a, z - b) < radius.max() + other for a, b, other in lying)
        ):
            continue
        lying.append((x, z, float(radius.max())))
        # A puddle finds its level; where the ground rises through it, it ends.
        places[:, 1] = float(np.quantile(ground, 0.3)) - 0.004
        k = np.arange(22)
        triangles = np.stack([np.zeros(22, int), 1 + k, 1 + (k + 1) % 22], axis=1)
        normals = np.broadcast_to(np.array([0, -1, 0], np.float32), places.shape)
        sheets.append(Mesh(places, triangles, (PUDDLE,), "water", normals=normals.copy()))
        if reach[i] < 9:
            for _ in range(int(rng.integers(1, RIPPLES))):
                share = rng.uniform(0, 0.55)
                rings.append(places[0] + share * (places[1 + int(rng.integers(22))] - places[0]))
    meshes = list(sheets)
    if rings:
        meshes.append(_rings(np.array(rings, np.float32), rng))
    return meshes


def _rings(centres: Floats, rng: np.random.Generator) -> Mesh:
    """Thin flat rings, a hair above the water."""
    turn = np.arange(20) * 2 * math.pi / 20
    circle = np.stack([np.cos(turn), np.zeros(20), np.sin(turn)], axis=1)
    radius = rng.uniform(0.02, 0.11, (len(centres), 1, 1))
    inner, outer = centres[:, None] + circle * radius, centres[:, None] + circle * (radius + 0.0035)
    vertices = np.concatenate([inner, outer], axis=1).astype(np.float32)
    vertices[..., 1] -= 0.002
    k = np.arange(20)
    n = (k + 1) % 20
    quad = np.concatenate([np.stack([k, n, k + 20], 1), np.stack([n, n + 20, k + 20], 1)])
    triangles = (quad[None] + 40 * np.arange(len(centres))[:, None, None]).reshape(-1, 3)
    return Mesh(vertices.reshape(-1, 3), triangles.astype(np.int32), (RING,), "water")


BOLT_DISTANCE, BOLT_HEIGHT = 1100.0, 900.0
BOLT_WIDTH, BOLT_THINNEST = 6.5, 3.6
"""Metres of its channel and of the ends of its branches; seen as a third and a fifth of a degree, as an overexposed
channel is on film, and not thinner than a pixel of a view."""


def bolt(azimuth: float, glow: RGB, rng: np.random.Generator) -> Mesh:
    """Lightning from the clouds to the ground in the direction `azimuth` (radians, 0 = +z), with its side branches."""
    paths: list[tuple[NDArray[np.float64], float]] = []

    def grow(start: NDArray[np.float64], end: NDArray[np.float64], width: float, depth: int) -> None:
        points = np.stack([start, end])
        spread = 0.17 * float(np.linalg.norm(end - start))
        while len(points) < 65:  # a midpoint fractal
            middle = (points[1:] + points[:-1]) / 2 + rng.normal(0, spread, (len(points) - 1, 2)) * (1.0, 0.4)
            points = np.insert(points, np.arange(1, len(points)), middle, axis=0)
            spread *= 0.54
        paths.append((points, width))
        if depth:
            for _ in range(3 if depth == 2 else 2):
                at = points[int(rng.integers(8, 48))]
                way = np.array([rng.choice((-1, 1)) * rng.uniform(0.35, 0.9), -rng.uniform(0.6, 1.1)])
                reach = rng.uniform(0.2, 0.42) * max(float(at[1]), 120.0)
                grow(at, at + way * reach, width * 0.42, depth - 1)

    grow(np.array([0.0, BOLT_HEIGHT]), np.array([rng.uniform(-220, 220), -30.0]), BOLT_WIDTH, 2)
    right = np.array([math.cos(azimuth), 0, -math.sin(azimuth)])
    ahead = np.array([math.sin(azimuth), 0, math.cos(azimuth)])
    vertices, triangles, first = [], [], 0
    for points, width in paths:
        along = np.gradient(points, axis=0)
        along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
        across = along[:, 1:] * right + along[:, :1] * np.array([0.0, 1.0, 0.0])  # or what runs level would be a thread
        half = (np.maximum(width * np.linspace(1, 0.35, len(points)), BOLT_THINNEST) / 2)[:, None]
        middle = ahead * BOLT_DISTANCE + points[:, :1] * right + points[:, 1:] * np.array([0, -1, 0])
        vertices += [middle - half * across, middle + half * across]
        k = first + np.arange(len(points) - 1)
        n = len(points)
        triangles += [np.stack([k, k + 1, k + n], 1), np.stack([k + 1, k + n + 1, k + n], 1)]
        first += 2 * n
    channel = Material("lightning", "emissive", ((0.9, 0.92, 1.0),), emission=glow, variation=0.0)
    return Mesh(np.concatenate(vertices).astype(np.float32), np.concatenate(triangles), (channel,), "object")
