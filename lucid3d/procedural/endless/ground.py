"""The land as a quadtree of square tiles whose corners stand still: fine where it is near, coarse where it is far."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.canopy import Canopy
from lucid3d.procedural.kit.grid import Grid
from lucid3d.procedural.kit.ground import GROUND
from lucid3d.procedural.kit.mesh import Mesh
from lucid3d.procedural.kit.terrain import Terrain

Floats = NDArray[np.float32]
Index = tuple[int, int, int]
"""(level, i, j): the tile whose side is FINEST * 2^level metres, from i and j sides to the right and ahead."""

FINEST = 64.0
"""Metres along a side of the finest tiles."""
CELLS = 64
"""Cells along a side of every tile."""
COARSEST = 7
"""The level of the coarsest tiles: 8 km wide."""
SPLIT = 1.6
"""A tile is halved when it is nearer than this many of its sides: a cell is then as wide as half a degree, as about the
start."""
REACH = 9000.0
"""Metres to which the land is drawn, as about the start."""
CROWN_SAMPLE = 2.2
"""Metres between samples of woods from above; a coarser tile takes the mean of as many as it has cells for."""
MOST_SAMPLES = 4
"""Samples of woods along a cell at most."""
SKIRT = 1.5
"""Cells that a tile's rim hangs down, so that no gap opens beside a coarser one."""


@dataclass(frozen=True, eq=False)
class GroundTile:
    """What the land is on a tile; arrays (N, N) with rows along z, and one cell more than the tile on each side.

    Attributes:
        x, z: of the corners; y: of the ground; tall: metres that woods seen from above stand on it, or None.
        hue: (N, N, 3) factors on the albedo that the woods bring; tint: those of the land itself.
    """

    x: Floats
    z: Floats
    y: Floats
    tall: Floats | None
    hue: Floats | None
    tint: Floats | None

    def height(self, x: Floats, z: Floats) -> Floats:
        """y of the ground at points on the tile, or less than a cell beside it, in their shape."""
        grid = Grid(self.y, 0.5 * float(self.x[0, -1] - self.x[0, 0]))
        middle_x, middle_z = (0.5 * (v[0, 0] + v[-1, -1]) for v in (self.x, self.z))
        return grid(np.asarray(x - middle_x), np.asarray(z - middle_z))


def ground_tile(terrain: Terrain, index: Index) -> GroundTile:
    """The land of a tile, from the terrain's functions alone; neighbours of one level agree on their border."""
    level, i, j = index
    step = FINEST * 2.0**level / CELLS
    steps = np.arange(-1, CELLS + 2, dtype=np.float64)
    x, z = np.meshgrid((i * CELLS + steps) * step, (j * CELLS + steps) * step)
    flat_x, flat_z = x.ravel().astype(np.float32), z.ravel().astype(np.float32)
    y = terrain.heights(flat_x, flat_z).reshape(x.shape)
    tint = None if terrain.tint is None else terrain.tint(flat_x, flat_z).reshape(*x.shape, 3)
    tall = hue = None
    if terrain.canopy is not None:
        flat_tall, flat_hue = _crowns(terrain.canopy, flat_x, flat_z, step)
        wet = _under_water(terrain, y.ravel())
        tall = np.where(wet, 0, flat_tall).astype(np.float32).reshape(x.shape)
        hue = np.where(wet[:, None], 1, flat_hue).astype(np.float32).reshape(*x.shape, 3)
    return GroundTile(x.astype(np.float32), z.astype(np.float32), y, tall, hue, tint)


def _under_water(terrain: Terrain, y: Floats) -> NDArray[np.bool_]:
    """Where the ground lies under water."""
    return np.asarray(y > terrain.ground.water_level - 0.3)


def _crowns(canopy: Canopy, x: Floats, z: Floats, step: float) -> tuple[Floats, Floats]:
    """The canopy's height and hue (means over a cell, where cells are wider than crowns)."""
    count = int(np.clip(round(step / CROWN_SAMPLE), 1, MOST_SAMPLES))
    offsets = ((np.arange(count) + 0.5) / count - 0.5) * step
    tall, hue = np.zeros(len(x), np.float32), np.zeros((len(x), 3), np.float32)
    for down in offsets:
        for right in offsets:
            more, colour = canopy.raised(x + np.float32(right), z + np.float32(down))
            tall, hue = tall + more, hue + colour
    return tall / np.float32(count**2), hue / np.float32(count**2)


@functools.cache
def _triangles() -> NDArray[np.int32]:
    across = CELLS + 3
    corner = np.arange(across * across, dtype=np.int32).reshape(across, across)
    p, q, r, s = (part.ravel() for part in (corner[:-1, :-1], corner[:-1, 1:], corner[1:, :-1], corner[1:, 1:]))
    return np.concatenate([np.stack([p, r, q], -1), np.stack([q, r, s], -1)])


def ground_mesh(tiles: list[GroundTile], woods: Callable[[Floats, Floats], Floats]) -> Mesh:
    """One mesh of tiles.

    Args:
        woods: (x, z), of any shape, -> share of its height to which the canopy is drawn, 0 where trees stand for it.
    """
    parts = [_part(tile, woods) for tile in tiles]
    count = (CELLS + 3) ** 2
    triangles = np.concatenate([_triangles() + np.int32(k * count) for k in range(len(parts))])
    vertices, normals, tints = (np.concatenate([part[n] for part in parts]) for n in range(3))
    return Mesh(vertices, triangles, (GROUND,), "ground", normals=normals, tints=tints)


def _part(tile: GroundTile, woods: Callable[[Floats, Floats], Floats]) -> tuple[Floats, Floats, Floats]:
    x, y, z = tile.x, tile.y, tile.z
    tints = np.ones((*y.shape, 3), np.float32) if tile.tint is None else tile.tint
    if tile.tall is not None and tile.hue is not None and tile.tall.any():
        share = woods(x, z)
        y = y - share * tile.tall
        tints = tints * (1 + (tile.hue - 1) * share[..., None])
    step = float(x[0, 1] - x[0, 0])
    steep_z, steep_x = np.gradient(y, step)
    normals = np.stack([steep_x, -np.ones_like(steep_x), steep_z], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    rows = np.arange(CELLS + 3).clip(1, CELLS + 1)
    inner = np.ix_(rows, rows)  # the cell outside becomes a skirt that hangs from the rim
    hung = np.zeros_like(y)
    hung[[0, -1]] = hung[:, [0, -1]] = SKIRT * step
    vertices = np.stack([x[inner], y[inner] + hung, z[inner]], axis=-1)
    return tuple(np.ascontiguousarray(a.reshape(-1, 3), np.float32) for a in (vertices, normals[inner], tints[inner]))  # type: ignore[return-value]


@dataclass(frozen=True)
class Outlook:
    """Where one is, and where one looks.

    Attributes:
        eyes: (x, z) of each place that is looked from.
        heading: radians, 0 = ahead (+z), positive to the right; spread: radians to either side of it.
        about: metres around the eyes that count as seen in any direction: what stands there throws shadows.
    """

    eyes: tuple[tuple[float, float], ...]
    heading: float = 0.0
    spread: float = math.pi
    about: float = 160.0

    def away(self, x: float, z: float, radius: float = 0.0) -> float | None:
        """Metres from the nearest eye to a disc about (x, z); None where it is not seen."""
        nearest, seen = math.inf, False
        for eye_x, eye_z in self.eyes:
            right, ahead = x - eye_x, z - eye_z
            away = max(math.hypot(right, ahead) - radius, 0.0)
            nearest = min(nearest, away)
            if away < self.about:
                seen = True
                continue
            off = (math.atan2(right, ahead) - self.heading + math.pi) % (2 * math.pi) - math.pi
            seen |= abs(off) < self.spread + math.asin(min(radius / max(away + radius, 1e-6), 1.0))
        return nearest if seen else None

    def distances(self, x: Floats, z: Floats) -> Floats:
        """(N,) metres from the nearest eye to points."""
        return np.asarray(np.min([np.hypot(x - a, z - b) for a, b in self.eyes], axis=0), np.float32)

    def sees(self, x: Floats, z: Floats) -> NDArray[np.bool_]:
        """(N,) whether points are seen from any eye."""
        seen = self.distances(x, z) < self.about
        for eye_x, eye_z in self.eyes:
            off = (np.arctan2(x - eye_x, z - eye_z) - self.heading + np.pi) % (2 * np.pi) - np.pi
            seen |= np.abs(off) < self.spread
        return np.asarray(seen)


def tiles_around(outlook: Outlook) -> list[Index]:
    """The tiles that make up the land as it is seen, coarser ones further off, in a fixed order."""
    side = FINEST * 2.0**COARSEST
    x, z = np.array(outlook.eyes).T
    spans = [range(int((v.min() - REACH) // side), int((v.max() + REACH) // side) + 1) for v in (x, z)]
    queue = [(COARSEST, i, j) for i in spans[0] for j in spans[1]]
    found: list[Index] = []
    while queue:
        level, i, j = queue.pop()
        side = FINEST * 2.0**level
        away = outlook.away((i + 0.5) * side, (j + 0.5) * side, side * 0.7072)
        if away is None or away > REACH:
            continue
        if level > 0 and away < SPLIT * side:
            queue += [(level - 1, 2 * i + a, 2 * j + b) for a in (0, 1) for b in (0, 1)]
        else:
            found.append((level, i, j))
    return sorted(found)
