"""Land: a height function over (x, z), and the mesh of it that is fine near the start and coarse far away."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.kit.arrays import Floats
from lucid3d.procedural.kit.canopy import Canopy
from lucid3d.procedural.kit.grid import Grid, sampled
from lucid3d.procedural.kit.ground import GROUND, Ground
from lucid3d.procedural.kit.mesh import Mesh

Heights = Callable[[Floats, Floats], NDArray[np.float32]]
Tint = Callable[[Floats, Floats], NDArray[np.float32]]
"""(x, z) of shape (N,) -> (N, 3) factors on the albedo of the land: moist banks, ash, soot."""


@dataclass
class Terrain:
    """Land for things to stand on.

    Attributes:
        heights: (x, z) arrays of one shape -> y of the ground, float32, metres, y DOWN (a hilltop is more negative).
            Vectorised: what is scattered should call `height` with thousands of points at once.
        ground: what it is covered with.
        mesh: the drawn land, built from `heights`.
        canopy, tint: what the mesh was raised and coloured by (see `terrain_mesh`), or None.
    """

    heights: Heights
    ground: Ground = field(default_factory=Ground)
    mesh: Mesh | None = None
    canopy: Canopy | None = None
    tint: Tint | None = None

    def height(self, x: Floats, z: Floats) -> NDArray[np.float32]:
        """y of the ground at (x, z), any shape; put a plant's foot here (sink it by a few centimetres).

        Looked up in grids that are worked out once: `heights` itself is many octaves of noise.
        """
        x, z = np.asarray(x, np.float32), np.asarray(z, np.float32)
        reach = np.maximum(np.abs(x), np.abs(z))
        out = np.empty(x.shape, np.float32)
        todo = np.ones(x.shape, bool)
        for grid in self._grids:
            mine = todo & (reach < grid.half * 0.99)
            out[mine] = grid(x[mine], z[mine])
            todo &= ~mine
        if todo.any():
            out[todo] = self.heights(x[todo], z[todo])
        return out

    @functools.cached_property
    def _grids(self) -> list[Grid]:
        return [sampled(self.heights, half, cells) for half, cells in ((30.0, 320), (520.0, 420))]

    def normal(self, x: Floats, z: Floats, step: float = 0.25) -> NDArray[np.float32]:
        """(..., 3) unit normals that point up (y < 0), from differences over `step` metres."""
        x, z = np.asarray(x, np.float32), np.asarray(z, np.float32)
        slope_x = (self.height(x + step, z) - self.height(x - step, z)) / (2 * step)
        slope_z = (self.height(x, z + step) - self.height(x, z - step)) / (2 * step)
        normal = np.stack([slope_x, -np.ones_like(slope_x), slope_z], axis=-1)
        unit: NDArray[np.float32] = (normal / np.linalg.norm(normal, axis=-1, keepdims=True)).astype(np.float32)
        return unit

    def slope(self, x: Floats, z: Floats) -> NDArray[np.float32]:
        """Steepness in [0, 1]: 0 flat, 1 a cliff (1 - cosine of the slope)."""
        steepness: NDArray[np.float32] = 1.0 + self.normal(x, z, 0.5)[..., 1]
        return steepness

    def rise_over_run(self, x: Floats, z: Floats) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(y, tangent of the slope) at (x, z): what `scatter` asks of the ground."""
        normal = self.normal(x, z, 0.4)
        flat = np.maximum(-normal[..., 1], 0.05)
        slope = np.sqrt(np.maximum(1 - flat**2, 0)) / flat
        return self.height(x, z), slope.astype(np.float32)


def ring_radii(near: float, far: float, rings: int, inner: float) -> NDArray[np.float64]:
    """Radii from `inner` to `far` whose spacing starts at `near` and grows in proportion to the distance, so that cells
    keep their shape on the screen; where `rings` are too few for that, it starts wider."""
    low, high = -0.5 * inner, far
    for _ in range(60):  # the offset at which geometric growth starts with that spacing
        offset = 0.5 * (low + high)
        start = (inner + offset) * np.expm1(np.log((far + offset) / (inner + offset)) / (rings - 1))
        low, high = (low, offset) if start > near else (offset, high)
    return (inner + low) * ((far + low) / (inner + low)) ** np.linspace(0, 1, rings) - low


def polar_grid(
    near: float = 0.05, far: float = 9000.0, around: int = 640, rings: int = 420, inner: float = 2.4
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
    """A disc about the origin whose cells grow with distance.

    Args:
        near: smallest ring spacing in metres; far: radius in metres; around, rings: numbers of spokes and circles;
        inner: radius of the middle that is a square grid (spokes would crowd there).
    Returns:
        x (V,), z (V,), triangles (T, 3).
    """
    radii = ring_radii(near, far, rings, inner)
    angles = np.arange(around) * (2 * np.pi / around)
    x = (radii[:, None] * np.sin(angles)).ravel()
    z = (radii[:, None] * np.cos(angles)).ravel()
    index = np.arange(rings * around).reshape(rings, around)
    a, b = index[:-1], np.roll(index[:-1], -1, axis=1)
    c, d = index[1:], np.roll(index[1:], -1, axis=1)
    triangles = [np.stack([a, c, b], -1).reshape(-1, 3), np.stack([b, c, d], -1).reshape(-1, 3)]
    middle = around // 8  # a disc of squares bent round, stitched to the first circle
    side = np.linspace(-1, 1, 2 * middle + 1)
    u, v = np.meshgrid(side, side)
    ring = np.maximum(np.abs(u), np.abs(v))
    bearing = np.where(
        np.abs(u) >= np.abs(v),
        np.where(u > 0, 0.25 - v / np.where(u == 0, 1, u) * 0.125, 0.75 - v / np.where(u == 0, 1, u) * 0.125),
        np.where(v > 0, 0.0 + u / np.where(v == 0, 1, v) * 0.125, 0.5 + u / np.where(v == 0, 1, v) * 0.125),
    )
    radius = inner * ring
    first = len(x)
    x = np.concatenate([x, (radius * np.sin(bearing * 2 * np.pi)).ravel()])
    z = np.concatenate([z, (radius * np.cos(bearing * 2 * np.pi)).ravel()])
    cells = (np.arange(u.size) + first).reshape(u.shape)
    p, q, r, s = cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]
    triangles += [np.stack([p, r, q], -1).reshape(-1, 3), np.stack([q, r, s], -1).reshape(-1, 3)]
    return x.astype(np.float32), z.astype(np.float32), np.concatenate(triangles).astype(np.int32)


def terrain_mesh(
    heights: Heights,
    *,
    far: float = 9000.0,
    around: int = 720,
    rings: int = 400,
    near: float = 0.045,
    tint: Tint | None = None,
    canopy: Canopy | None = None,
) -> Mesh:
    """The land about the origin as one mesh with smooth normals; `tint` gives factors on its albedo, `canopy` raises it
    into far woods."""
    x, z, triangles = polar_grid(near, far, around, rings)
    y = heights(x, z)
    if canopy is not None:
        tall, crowns = canopy.raised(x, z)
        y = y - tall
    vertices = np.stack([x, y, z], axis=1)
    mesh = Mesh(vertices, triangles, (GROUND,), "ground").with_smooth_normals()
    assert mesh.normals is not None
    if mesh.normals[:, 1].mean() > 0:  # up is -y
        mesh.normals *= -1
    if canopy is not None:
        mesh = mesh.tinted(crowns)
    return mesh if tint is None else mesh.tinted(tint(x, z))
