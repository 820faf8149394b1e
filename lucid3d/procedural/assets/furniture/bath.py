"""What bathrooms are made of. Backs are towards +z (towels: the wall at z = 0)."""

from __future__ import annotations

import numpy as np

from lucid3d.procedural.assets.furniture import stuff
from lucid3d.procedural.kit import palettes as palette
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.parts import Parts
from lucid3d.procedural.kit.shapes import cylinder, sphere, tube

_TURN = np.linspace(0, 2 * np.pi, 37)


def _ring(width: float, depth: float, y: float, squareness: float = 0.55) -> np.ndarray:
    """(37, 3) points of a rounded rectangle at height -y."""
    c, s = np.cos(_TURN), np.sin(_TURN)
    x, z = np.sign(c) * np.abs(c) ** squareness, np.sign(s) * np.abs(s) ** squareness
    return np.stack([x * width / 2, np.full_like(x, -y), z * depth / 2], 1)


def _bowl(rings: list[np.ndarray], material: Material) -> Mesh:
    """A skin over rings of equally many points, closed at the last one."""
    points = np.concatenate([*rings, rings[-1].mean(axis=0, keepdims=True)])
    count, triangles = len(rings[0]), []
    for k in range(len(rings) - 1):
        for i in range(count - 1):
            a, b = k * count + i, (k + 1) * count + i
            triangles += [(a, a + 1, b), (a + 1, b + 1, b)]
    last = (len(rings) - 1) * count
    triangles += [(last + i, last + i + 1, len(points) - 1) for i in range(count - 1)]
    return Mesh(points, np.array(triangles, np.int32), (material,), "furniture").with_smooth_normals()


def _tap(parts: Parts, x: float, y: float, z: float, reach: float = 0.14) -> None:
    """A tap that stands at (x, -y, z) and lets water fall `reach` metres before it (towards -z)."""
    a = np.linspace(0, np.pi, 7)
    path = np.stack([x + 0 * a, -y - 0.14 - 0.05 * np.sin(a), z - reach / 2 * (1 - np.cos(a))], 1)
    ends = [[x, -y, z]], [[x, -y - 0.1, z - reach]]
    parts.add(tube(np.concatenate([ends[0], path, ends[1]]), 0.012, palette.STEEL, sides=8))
    for side in (-0.09, 0.09):
        parts.add(cylinder((x + side, -y, z), 0.05, 0.014, palette.STEEL, sides=8))
        parts.box((x + side, -y - 0.06, z), (0.06, 0.012, 0.012), palette.STEEL)


def bathtub(width: float, depth: float, enamel: Material) -> Mesh:
    """A free-standing tub with a rolled rim on feet, half filled, a tap at one end."""
    parts = Parts()
    shells = [(0.78, 0.62, 0.12), (0.92, 0.84, 0.3), (0.97, 0.95, 0.52), (1.0, 1.0, 0.58), (0.97, 0.96, 0.6)]
    inner = [(0.92, 0.88, 0.585), (0.86, 0.8, 0.45), (0.74, 0.6, 0.22)]
    parts.add(_bowl([_ring(width * w, depth * d, y) for w, d, y in [*shells, *inner]], enamel))
    water = palette.make("bath water", "glass", "#9fb9bb", "#a9c1c2", roughness=0.03)
    surface = _ring(width * 0.85, depth * 0.79, 0.42)
    parts.add(_bowl([surface], water))
    for x in (-0.32, 0.32):
        for z in (-0.22, 0.22):
            parts.add(sphere((x * width, -0.06, z * depth), 0.055, palette.BRASS, subdivisions=2))
    _tap(parts, width * 0.44, 0.58, 0.06, 0.0)
    return parts.mesh("bathtub")


def washbasin(width: float, china: Material) -> Mesh:
    """A basin on a cabinet, with a tap, a glass and soap."""
    parts = Parts()
    parts.box((0, -0.4, 0.0), (width - 0.06, 0.8, 0.42), stuff.WALNUT, grain=0)
    for x in (-width / 4, width / 4):
        parts.box((x, -0.42, -0.217), (width / 2 - 0.06, 0.66, 0.016), stuff.WALNUT, grain=0, tint=0.9)
        parts.box((x, -0.7, -0.235), (0.14, 0.014, 0.02), palette.BRASS)
    rings = [(1.0, 0.48, 0.8), (1.0, 0.48, 0.9), (0.94, 0.44, 0.905), (0.7, 0.3, 0.86), (0.5, 0.2, 0.81)]
    parts.add(_bowl([_ring(width * w, d, y, 0.4) for w, d, y in rings], china))
    _tap(parts, 0.0, 0.9, 0.18)
    parts.add(cylinder((width * 0.38, -0.9, 0.12), 0.1, 0.033, palette.make("tumbler", "glass", "#8fa5a0"), sides=14))
    parts.box((-width * 0.36, -0.915, 0.1), (0.09, 0.03, 0.06), palette.make("soap", "plain", "#c9a27a"))
    return parts.mesh("sink")


def toilet(china: Material) -> Mesh:
    """A bowl with a lid and a cistern behind it."""
    parts = Parts()
    rings = [(0.24, 0.32, 0.0), (0.22, 0.3, 0.18), (0.36, 0.5, 0.36), (0.38, 0.52, 0.41)]
    bowl = [_ring(w, d, y, 0.8) + np.array([0, 0, -0.08]) for w, d, y in rings]
    parts.add(_bowl(bowl, china))
    parts.add(_bowl([_ring(0.39, 0.53, y, 0.8) + np.array([0, 0, -0.08]) for y in (0.41, 0.44)], china))
    parts.box((0, -0.6, 0.25), (0.4, 0.42, 0.18), china)
    parts.box((0, -0.82, 0.25), (0.42, 0.03, 0.2), china)
    parts.add(cylinder((0, -0.835, 0.25), 0.012, 0.03, palette.STEEL, sides=12))
    return parts.mesh("toilet")


def towels(rng: np.random.Generator, cloth: Material) -> Mesh:
    """Towels over a rail; the rail at y = 0."""
    parts = Parts()
    parts.add(tube([[-0.32, 0.0, -0.07], [0.32, 0, -0.07]], 0.011, palette.STEEL, sides=8))
    for x, material in ((-0.15, cloth), (0.15, stuff.LINEN)):
        drop = rng.uniform(0.42, 0.58)
        parts.box((x, drop / 2, -0.088), (0.26, drop, 0.018), material)
        parts.box((x, drop * 0.35, -0.055), (0.26, drop * 0.7, 0.016), material)
        parts.box((x, -0.008, -0.07), (0.26, 0.03, 0.05), material)
    return parts.mesh("towels")


def pool(width: float, depth: float, tiles: Material) -> Mesh:
    """A swimming pool whose rim stands a step above the floor, with lanes, a ladder and water to the brim."""
    parts = Parts()
    rim = palette.make("pool rim", "tile", "#cfcfc6", "#c6c6bd", "#9a9a92", scale=0.3, roughness=0.3)
    w, d, high = width / 2, depth / 2, 0.32
    for x in (-w + 0.2, w - 0.2):
        parts.box((x, -high / 2, 0), (0.4, high, depth), rim, grain=2)
    for z in (-d + 0.2, d - 0.2):
        parts.box((0, -high / 2, z), (width, high, 0.4), rim, grain=0)
    water = palette.make("pool water", "glass", "#3f93a8", "#4a9cb0", "#3a8598", roughness=0.04)
    hue = palette.painted(water, tiles.colors[0])
    parts.quad(
        [
            [-w + 0.4, -0.26, d - 0.4],
            [w - 0.4, -0.26, d - 0.4],
            [w - 0.4, -0.26, -d + 0.4],
            [-w + 0.4, -0.26, -d + 0.4],
        ],
        hue,
    )
    for x in np.arange(-w + 1.6, w - 1.0, 1.6):  # lines of floats
        for i, z in enumerate(np.arange(-d + 0.6, d - 0.5, 0.24)):
            color = palette.make(f"float {i % 6 < 3}", "plain", "#b8352b" if i % 6 < 3 else "#d8d4cc")
            parts.add(tube([[x, -0.27, z], [x, -0.27, z + 0.2]], 0.05, color, sides=8))
    for z in (-d + 0.9, -d + 1.35):
        arc = np.linspace(0, np.pi, 9)
        rail = np.stack([w - 0.35 - 0.3 * np.cos(arc), -high - 0.55 * np.sin(arc), z + 0 * arc], 1)
        parts.add(tube(rail, 0.022, palette.STEEL, sides=8))
    return parts.mesh("water")
