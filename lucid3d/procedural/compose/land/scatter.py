"""Placing prototypes on the ground: by a density, in groups, never on a grid, never evenly.

Candidates are drawn in rings around the viewer, thickest near by; a density function keeps or drops each; a minimum
distance keeps neighbours apart. Every copy gets its own size (a power law), turn, lean and tint, and the level of
detail that its distance asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.arrays import Array, Floats, f32, unit
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.prototype import Prototype
from lucid3d.procedural.kit.sown import Copies, Density, Sown

Ground = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""ground(x, z) -> (y, slope): the ground's height coordinate (down is +) and its slope (rise over run, 0 = level)."""
Height = Callable[[Floats, Floats], Floats]
"""height(x, z) -> y alone."""


@dataclass
class Spots:
    """Where copies stand.

    Attributes:
        positions: (N, 3) on the ground, world frame.
        normals: (N, 3) unit, of the ground, pointing up (-y).
        distances: (N,) metres from the viewer.
        wild: the random numbers of a copy, (N, 4) in [0, 1): fixed once drawn, so that thinning changes nothing else.
    """

    positions: Array
    normals: Array
    distances: Array
    wild: Array = field(default_factory=lambda: np.zeros((0, 4), np.float32))

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Spots:
        return Spots(self.positions[rows], self.normals[rows], self.distances[rows], self.wild[rows])


def groups(
    rng: np.random.Generator, size: float, contrast: float = 1.0, middle: float = 0.5
) -> Callable[[Floats, Floats], Array]:
    """A random map, for places of any shape, of patches about `size` metres wide, 0 to 1: where a kind of plant keeps
    company.

    Multiply a density by it; `contrast` above 1 gives sharper clearings. Half the land is above `middle`, so that one
    below 0 leaves patches that lie apart.
    """
    count = 7
    angle = rng.uniform(0, 2 * np.pi, (3, count))
    frequency = (2 * np.pi / size) * np.array([[0.6], [1.3], [2.7]]) * rng.uniform(0.75, 1.3, (3, count))
    phase = rng.uniform(0, 2 * np.pi, (3, count))
    weight = np.array([1.0, 0.55, 0.3])

    def patches(x: Floats, z: Floats) -> Array:
        total = np.zeros(np.shape(x), np.float32)
        bend = 0.35 * size * np.sin(np.asarray(z) * 2 * np.pi / (size * 2.3) + phase[0, 0])
        for octave in range(3):
            kx, kz = frequency[octave] * np.cos(angle[octave]), frequency[octave] * np.sin(angle[octave])
            for i in range(count):
                total += weight[octave] * np.sin((x + bend) * kx[i] + z * kz[i] + phase[octave, i]).astype(np.float32)
        result: Array = np.clip(middle + contrast * total / 6.0, 0, 1).astype(np.float32)
        return result

    return patches


def normals(height: Height, x: Floats, z: Floats, step: float = 0.3) -> Array:
    """Unit normals of the ground, up."""
    dx = (height(x + step, z) - height(x - step, z)) / (2 * step)
    dz = (height(x, z + step) - height(x, z - step)) / (2 * step)
    return unit(np.stack([dx, -np.ones_like(dx), dz], axis=1))


def spots(
    ground: Ground,
    density: Density,
    rng: np.random.Generator,
    *,
    per_square_metre: float,
    near: float = 0.0,
    far: float = 60.0,
    falloff: float = 0.0,
    apart: float = 0.0,
    centre: tuple[float, float] = (0.0, 0.0),
    sector: tuple[float, float] = (-np.pi, np.pi),
    limit: int = 60_000,
    height: Height | None = None,
) -> Spots:
    """Places between `near` and `far` metres from `centre`.

    Args:
        density: 0 to 1 at each candidate; 1 keeps `per_square_metre` (at the centre).
        per_square_metre: copies a square metre where density is 1.
        falloff: metres over which the number falls to 1/e with distance (0 = the same everywhere).
        apart: least metres between two (Poisson disc by dart throwing), 0 = none.
        sector: azimuths in radians, 0 = +z, positive to the right.
        height: the ground's height alone, where it is cheaper to ask for than height and slope.
        limit: at most so many candidates are drawn; more are thinned, which a warning-free thinning keeps even.
    """
    bins = np.linspace(near, far, 65)
    expected = _expected(bins, per_square_metre, falloff, sector)
    expected *= min(1.0, limit / max(expected.sum(), 1e-9))
    counts = rng.poisson(expected)
    ring = np.repeat(np.arange(64), counts)
    radius = np.sqrt(bins[ring] ** 2 + (bins[ring + 1] ** 2 - bins[ring] ** 2) * rng.random(len(ring)))
    azimuth = rng.uniform(*sector, len(ring))
    x, z = centre[0] + radius * np.sin(azimuth), centre[1] + radius * np.cos(azimuth)
    y, slope = ground(x, z)
    chance = np.clip(np.asarray(density(x, z, y, slope), np.float64), 0, 1)
    wild = rng.random((len(ring), 4)).astype(np.float32)
    keep = np.nonzero((rng.random(len(ring)) < chance) & np.isfinite(y))[0]
    if apart > 0 and len(keep):
        keep = keep[spaced(np.stack([x[keep], z[keep]], axis=1), apart)]
    x, z, y = x[keep], z[keep], np.asarray(y)[keep]
    return Spots(
        np.stack([x, y, z], axis=1).astype(np.float32),
        normals(height or (lambda x, z: ground(x, z)[0]), x, z) if len(keep) else np.zeros((0, 3), np.float32),
        radius[keep].astype(np.float32),
        wild[keep],
    )


def _expected(
    bins: Floats, per_square_metre: float, falloff: float, sector: tuple[float, float] = (-np.pi, np.pi)
) -> Floats:
    """How many candidates lie between each two radii of `bins`."""
    weight = (bins[1:] ** 2 - bins[:-1] ** 2) * 0.5 * (sector[1] - sector[0])
    if falloff > 0:
        weight = weight * np.exp(-(bins[1:] + bins[:-1]) / 2 / falloff)
    return np.asarray(weight * per_square_metre)


def spaced(points: Floats, distance: float) -> NDArray[np.int64]:
    """Rows of a subset of points (N, 2), N > 0, no two of which are nearer than `distance`; earlier rows win, as darts
    thrown in turn."""
    pairs = _pairs(points, distance)
    alive = np.ones(len(points), bool)
    if len(pairs):
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        starts = np.searchsorted(pairs[:, 0], np.arange(len(points) + 1))
        for i in np.unique(pairs[:, 0]):
            if alive[i]:
                alive[pairs[starts[i] : starts[i + 1], 1]] = False
    return np.nonzero(alive)[0]


def _pairs(points: Floats, distance: float) -> NDArray[np.int64]:
    """(P, 2) rows i < j of all points (N, 2) within `distance` of each other.

    Points are sorted into square cells; the cells after a point's own, and half of those around it, hold its pairs.
    (scipy's tree does the same, but takes half a second to import.)
    """
    cell = np.floor((points - points.min(axis=0)) / distance).astype(np.int64) + 1
    across = int(cell[:, 1].max()) + 2
    key = cell[:, 0] * across + cell[:, 1]
    order = np.argsort(key, kind="stable")
    key = key[order]
    found = []
    for step in (0, 1, across - 1, across, across + 1):
        first = np.arange(1, len(key) + 1) if step == 0 else np.searchsorted(key, key + step)
        count = np.searchsorted(key, key + step, side="right") - first
        one = np.repeat(np.arange(len(key)), count)
        other = np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
        one, other = order[one], order[other]
        apart = points[one] - points[other]
        near = apart[:, 0] ** 2 + apart[:, 1] ** 2 <= distance**2
        found.append(np.stack([np.minimum(one, other), np.maximum(one, other)], axis=1)[near])
    return np.concatenate(found)


def copied(
    where: Spots,
    prototypes: Sequence[Prototype],
    rng: np.random.Generator,
    *,
    sizes: tuple[float, float] = (0.7, 1.4),
    power: float = 1.5,
    tint: float = 0.12,
    hue: float = 0.05,
    lean: float = 0.04,
    weights: Sequence[float] | None = None,
    detail: float = 1.0,
    shade: Floats | None = None,
) -> list[tuple[Copies, Floats]]:
    """Copies of `prototypes` on `where`: those of each prototype in use, and their (N,) metres from the viewer.

    Args:
        sizes: smallest and largest scale; sizes follow a power law with exponent `power` (many small, few large).
        tint: spread of brightness between copies; `hue`: spread between the colour channels.
        lean: radians by which copies stand off the vertical at random.
        weights: how often each prototype is taken.
        detail: factor on the ranges of the levels of detail (0.5 switches at half the distance).
        shade: (N,) factors on the albedo, e.g. darker under trees.
    """
    if len(where) == 0 or not prototypes:
        return []
    share = np.cumsum(np.ones(len(prototypes)) if weights is None else np.asarray(weights, np.float64))
    kind = np.searchsorted(share / share[-1], where.wild[:, 0], side="right").clip(0, len(prototypes) - 1)
    low, high = sizes
    if high > low and power != 1:
        a, b = low ** (1 - power), high ** (1 - power)
        scale = (a + (b - a) * where.wild[:, 1]) ** (1 / (1 - power))
    else:
        scale = low + (high - low) * where.wild[:, 1]
    tints = f32(np.exp(rng.normal(0, tint, (len(where), 1)) + rng.normal(0, hue, (len(where), 3))))
    if shade is not None:
        tints = tints * f32(shade)[:, None]
    made = []
    for k, prototype in enumerate(prototypes):
        mine = np.nonzero(kind == k)[0]
        if len(mine):
            matrices = _matrices(where[mine], scale[mine], prototype, lean, rng)
            made.append((Copies(prototype, matrices, f32(scale[mine]), tints[mine], detail), where.distances[mine]))
    return made


def place(
    where: Spots,
    prototypes: Sequence[Prototype],
    rng: np.random.Generator,
    record: list[Copies] | None = None,
    **look: Any,
) -> list[Mesh]:
    """`copied` as one mesh for each prototype and level of detail in use; `record` gets what was copied."""
    meshes: list[Mesh] = []
    for copies, distances in copied(where, prototypes, rng, **look):
        made = [clear_view(mesh) for mesh in copies.at(distances)]
        meshes += made
        if record is not None:
            record.append(replace(copies, meshes=tuple(made)))
    return meshes


def clear_view(mesh: Mesh, radius: float = 1.0) -> Mesh:
    """The mesh without triangles within `radius` metres of the start camera's eye: no leaf hangs before the lens."""
    low, high = mesh.bounds
    if (low > radius).any() or (high < -radius).any():
        return mesh
    near = np.einsum("vi,vi->v", mesh.vertices, mesh.vertices) < radius**2
    keep = ~near[mesh.triangles].any(axis=1)
    if keep.all():
        return mesh
    return replace(
        mesh,
        triangles=mesh.triangles[keep],
        material_index=None if mesh.material_index is None else mesh.material_index[keep],
        instances=None if mesh.instances is None else mesh.instances[keep],
    )


def _matrices(where: Spots, scale: Floats, prototype: Prototype, lean: float, rng: np.random.Generator) -> Array:
    """(N, 4, 4): up follows the ground by the prototype's lean, turned about it by a random yaw, sunk a little."""
    count = len(where)
    up = np.broadcast_to(f32([0, -1, 0]), (count, 3))
    up = unit(up * (1 - prototype.lean) + where.normals * prototype.lean + rng.normal(0, lean, (count, 3)))
    yaw = where.wild[:, 2] * 2 * np.pi
    heading = np.stack([np.cos(yaw), np.zeros(count), np.sin(yaw)], axis=1)
    right = unit(heading - up * np.einsum("ni,ni->n", heading, up)[:, None])
    matrices = np.zeros((count, 4, 4), np.float32)
    matrices[:, :3, 0] = right * scale[:, None]
    matrices[:, :3, 1] = -up * scale[:, None]
    matrices[:, :3, 2] = np.cross(right, -up) * scale[:, None]
    slope = np.sqrt(np.clip(1 / np.maximum(-where.normals[:, 1], 0.2) ** 2 - 1, 0, 4))
    sunk = prototype.sink * scale + (1 - prototype.lean) * np.minimum(prototype.radius * scale * slope * 0.35, 0.6)
    matrices[:, :3, 3] = where.positions
    matrices[:, 1, 3] += sunk
    matrices[:, 3, 3] = 1
    return matrices


LOOK = ("sizes", "power", "tint", "hue", "lean", "weights", "detail")
"""Options of `place`; the others are those of `spots`."""


def scatter(
    ground: Ground,
    density: Density,
    prototypes: Sequence[Prototype],
    rng: np.random.Generator,
    *,
    sown: list[Sown] | None = None,
    **options: Any,
) -> list[Mesh]:
    """`spots` and `place` in one call, with the options of both: the usual way to grow something over a piece of
    land. `sown` gets what was scattered, and how."""
    look = {name: options.pop(name) for name in LOOK if name in options}
    copies: list[Copies] = []
    meshes = place(spots(ground, density, rng, **options), prototypes, rng, copies, **look)
    if sown is not None and "centre" not in options and "sector" not in options:
        sown.append(_sown(prototypes, density, look, copies, **{"height": None, **options}))
    return meshes


def _sown(
    prototypes: Sequence[Prototype],
    density: Density,
    look: dict[str, Any],
    copies: list[Copies],
    *,
    per_square_metre: float,
    near: float = 0.0,
    far: float = 60.0,
    falloff: float = 0.0,
    apart: float = 0.0,
    limit: int = 60_000,
    height: Height | None = None,
) -> Sown:
    most = _expected(np.linspace(near, far, 65), per_square_metre, falloff).sum()
    thinned = min(1.0, limit / max(float(most), 1e-9))
    return Sown(prototypes, density, per_square_metre, near, far, falloff, thinned, apart, look, copies)
