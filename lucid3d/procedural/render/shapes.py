"""Styles that change the shape of things: facets, cubes, clay. The meshes themselves change, so that every view, every
label and every depth agrees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, merge
from lucid3d.procedural.kit.place import Place

Floats = NDArray[np.floating]
KEPT = frozenset(("emissive", "glass", "windows", "water", "lava"))
"""Patterns that stay what they are: they glow, or one sees through them."""
LOW = 0.055
"""Size of a facet as a share of its distance from the start, and the least in metres."""
LEAST_FACET = 0.12
CUBE, CUBE_SHARE = 0.2, 0.03
"""Edge of the nearest cubes in metres, and its share of the distance further off; edges double from one to the next."""
FAR_CUBES = 420.0
"""Metres beyond which the land stays what it is."""
MOST_SAMPLES = 2_000_000


def styled(place: Place, style: str) -> Place:
    """A place as a style has its shapes: the same place where the style changes none."""
    change = SHAPES.get(style)
    if change is None:
        return place
    meshes = [new for mesh in place.meshes if (new := change(mesh)).triangle_count]
    terrain = place.terrain
    if terrain is not None and terrain.mesh is not None:
        terrain = replace(terrain, mesh=change(terrain.mesh))
    return replace(place, meshes=meshes, terrain=terrain)


def flat_materials(mesh: Mesh, pattern: str = "plain", **look: float) -> Mesh:
    """The mesh with every surface in one hue."""
    return replace(mesh, materials=tuple(_flat(m, pattern, look) for m in mesh.materials))


def _flat(material: Material, pattern: str, look: Mapping[str, float]) -> Material:
    if material.pattern in KEPT or material.pattern == "ground":
        return material
    base, second, _ = material.hues
    colour = tuple(0.65 * a + 0.35 * b for a, b in zip(base, second, strict=True))
    given = {"bump": 0.0, "wear": 0.0, "variation": 0.0, "roughness": 0.95, **look}
    return replace(material, pattern=pattern, colors=(colour, colour, colour), **given)  # type: ignore[arg-type]


def low_poly(mesh: Mesh) -> Mesh:
    """Facets: corners drawn together on a grid that is coarser further off, no smoothed normals, one hue a surface."""
    vertices = mesh.vertices.astype(np.float64)
    size = np.maximum(LOW * np.linalg.norm(vertices, axis=1), LEAST_FACET)
    size = 2.0 ** np.round(np.log2(size))
    own = np.ptp(mesh.bounds, axis=0).max() / 7 if mesh.instances is None else np.inf
    size = np.minimum(size, max(float(own), 0.02))[:, None]
    vertices = (np.round(vertices / size) * size).astype(np.float32)
    a, b, c = (vertices[mesh.triangles[:, i]] for i in range(3))
    there = np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-9
    thin = mesh.label in ("grass", "flower", "tree", "shrub", "plant", "lamp", "fence", "person", "animal")
    if thin or (there.mean() < 0.35 and mesh.label != "ground"):  # what is finer than a facet keeps its shape
        return flat_materials(replace(mesh, normals=None))
    return flat_materials(
        replace(
            mesh, vertices=vertices, triangles=mesh.triangles[there], normals=None, uv=None,
            material_index=None if mesh.material_index is None else mesh.material_index[there],
            instances=None if mesh.instances is None else mesh.instances[there],
        )
    )  # fmt: skip


def clay(mesh: Mesh) -> Mesh:
    """Soft matt clay with the marks of fingers, in the colour of each surface."""
    return flat_materials(mesh, "mottled", bump=0.006, scale=0.05)


def flat_colours(mesh: Mesh) -> Mesh:
    """The same shapes without any texture: what is drawn with a pen and one brush."""
    return flat_materials(mesh)


def cubes(mesh: Mesh, height: float = 1.0) -> Mesh:
    """The mesh built of cubes, small ones near the start and larger ones further off; `height`: of a cube, as a share
    of its edge. Cubes carry the material, tint and instance of what they replace."""
    points, owner = _samples(mesh)
    if not len(points):
        return replace(mesh, triangles=mesh.triangles[:0])
    far = np.hypot(points[:, 0], points[:, 2])
    kept = far < FAR_CUBES
    points, owner, far = points[kept], owner[kept], far[kept]
    level = np.ceil(np.log2(np.maximum(far * CUBE_SHARE / CUBE, 1.0))).astype(np.int64)
    edge = CUBE * 2.0**level
    unit = np.stack([edge, edge * height, edge], axis=1)
    cells = np.floor(points / unit).astype(np.int64)
    code, first = np.unique(_codes(level, cells), return_index=True)
    cells, owner, unit = cells[first], owner[first], unit[first]
    low = cells * unit
    faces, which = [], []
    for axis, step in enumerate(STEPS):
        for side in (-1, 1):
            beside = code + side * step
            at = np.minimum(np.searchsorted(code, beside), len(code) - 1)
            shown = np.flatnonzero(code[at] != beside) if len(code) else np.zeros(0, np.int64)
            u, v = [i for i in range(3) if i != axis]
            corners = np.repeat(low[shown][:, None], 4, axis=1)
            corners[:, :, axis] += (side > 0) * unit[shown, axis][:, None]
            for k, (du, dv) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
                corners[:, k, u] += du * unit[shown, u]
                corners[:, k, v] += dv * unit[shown, v]
            faces.append(corners)
            which.append(shown)
    if not len(code):
        return _beyond(mesh)
    quads, of = np.concatenate(faces), owner[np.concatenate(which)]
    count = len(quads)
    start = 4 * np.arange(count)[:, None]
    triangles = (start + np.array([0, 1, 2, 0, 2, 3])).reshape(-1, 3)
    tints = None if mesh.tints is None else np.repeat(mesh.tints[mesh.triangles[of]].mean(axis=1), 4, axis=0)
    twice = np.repeat(of, 2)
    near = flat_materials(
        Mesh(
            quads.reshape(-1, 3).astype(np.float32), triangles.astype(np.int32), mesh.materials, mesh.label,
            None if mesh.material_index is None else mesh.material_index[twice],
            None if tints is None else tints.astype(np.float32),
            instances=None if mesh.instances is None else mesh.instances[twice], thing=mesh.thing,
        )
    )  # fmt: skip
    beyond = _beyond(mesh)
    return merge([near, beyond], one_instance=mesh.instances is None) if beyond.triangle_count else near


def _beyond(mesh: Mesh) -> Mesh:
    """What lies too far off for cubes."""
    middle = mesh.vertices[mesh.triangles].mean(axis=1)
    keep = np.hypot(middle[:, 0], middle[:, 2]) >= FAR_CUBES
    return replace(
        mesh, triangles=mesh.triangles[keep], normals=None,
        material_index=None if mesh.material_index is None else mesh.material_index[keep],
        instances=None if mesh.instances is None else mesh.instances[keep],
    )  # fmt: skip


def bricks(mesh: Mesh) -> Mesh:
    """The mesh built of toy bricks: flat, shiny ones."""
    made = cubes(mesh, 0.6)
    return replace(made, materials=tuple(_shiny(m) for m in made.materials))


def _shiny(material: Material) -> Material:
    if material.pattern in KEPT or material.pattern == "ground":
        return material
    colours = tuple(tuple(float(np.clip(0.5 + 1.25 * (c - 0.5), 0.02, 1)) for c in hue) for hue in material.colors)
    return replace(material, colors=colours, roughness=0.25)  # type: ignore[arg-type]


WIDE = 1 << 17
"""Cubes along an axis that a code tells apart: far more than lie within FAR_CUBES."""
STEPS = (WIDE * WIDE, WIDE, 1)
"""How far apart the codes of neighbours along x, y and z are."""


def _codes(level: NDArray[np.int64], cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number (N,) for each level (N,) and cell (N, 3)."""
    return np.asarray(level * WIDE**3 + cells @ np.array(STEPS, np.int64))


def _samples(mesh: Mesh) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points (N, 3) on a mesh, close enough that no cube on it is missed, and the triangle of each."""
    corners = mesh.vertices[mesh.triangles].astype(np.float64)
    middle = corners.mean(axis=1)
    away = np.hypot(middle[:, 0], middle[:, 2])
    size = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    edge = np.maximum(CUBE, (away - size) * CUBE_SHARE)
    steps = np.clip(np.ceil(size / (0.7 * edge)), 1, 400).astype(np.int64)
    steps = np.where(away - size > FAR_CUBES, 1, steps)
    total = float((steps * (steps + 1) / 2).sum())
    if total > MOST_SAMPLES:
        steps = np.maximum((steps * np.sqrt(MOST_SAMPLES / total)).astype(np.int64), 1)
    points, owner = [], []
    for n in np.unique(steps):
        rows = np.flatnonzero(steps == n)
        if n == 1:
            points.append(middle[rows])
            owner.append(rows)
            continue
        i, j = np.array([(i, j) for i in range(n + 1) for j in range(n + 1 - i)]).T
        weights = np.stack([i, j, n - i - j], axis=1) / n
        weights = 0.998 * weights + 0.002 / 3
        points.append(np.einsum("wk,tkd->twd", weights, corners[rows]).reshape(-1, 3))
        owner.append(np.repeat(rows, len(weights)))
    return np.concatenate(points), np.concatenate(owner)


SHAPES: Mapping[str, Callable[[Mesh], Mesh]] = {
    "low_poly": low_poly, "voxel": cubes, "brick": bricks, "pixel": cubes, "clay": clay, "anime": flat_colours,
}  # fmt: skip
"""Style -> what it makes of a mesh."""
