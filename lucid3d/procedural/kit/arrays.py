"""Arrays of geometry and the two shapes that plants are made of: tapering tubes and leaves, thousands at a time.

World frame: +y is down, so that plants grow towards -y (`UP`). Triangles wind anticlockwise seen from outside, so that
cross(b - a, c - a) points along the shading normal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Floats = NDArray[np.floating]
"""Coordinates of places in metres, or values at them: of any shape, which all of a call share and the result has."""


def f32(values: object) -> Array:
    """Anything like an array as float32, of any shape."""
    return np.asarray(values, np.float32)


UP = np.array([0.0, -1.0, 0.0], np.float32)


@dataclass
class Shape:
    """Triangles of one material.

    Attributes:
        vertices: (V, 3) float32, metres.
        triangles: (T, 3) int32.
        normals: (V, 3) float32 unit shading normals; for leaves they lean towards the crown's outside, which is what
            gives a tree its volume.
        colors: (V, 3) float32 linear albedo.
    """

    vertices: Array
    triangles: NDArray[np.int32]
    normals: Array
    colors: Array

    def __len__(self) -> int:
        return len(self.triangles)

    def painted(self, colors: NDArray[np.floating]) -> Shape:
        """The same shape with this linear albedo, (3,) or (V, 3)."""
        return replace(self, colors=np.broadcast_to(np.asarray(colors, np.float32), self.vertices.shape).copy())

    def moved(
        self,
        offset: NDArray[np.floating] | tuple[float, float, float] = (0.0, 0.0, 0.0),
        rotation: NDArray[np.floating] | None = None,
        scale: float | NDArray[np.floating] = 1.0,
    ) -> Shape:
        """Scaled (a number or one per axis), then turned by `rotation` (3, 3), then moved by `offset` (3,)."""
        factors = np.broadcast_to(np.asarray(scale, np.float32), (3,))
        turn = np.eye(3, dtype=np.float32) if rotation is None else np.asarray(rotation, np.float32)
        vertices = (self.vertices * factors) @ turn.T + np.asarray(offset, np.float32)
        normals = unit((self.normals / factors) @ turn.T)
        return replace(self, vertices=vertices.astype(np.float32), normals=normals)


def empty() -> Shape:
    """A shape without triangles."""
    nothing = np.zeros((0, 3), np.float32)
    return Shape(nothing, np.zeros((0, 3), np.int32), nothing.copy(), nothing.copy())


def join(shapes: list[Shape]) -> Shape:
    """All triangles in one shape."""
    shapes = [s for s in shapes if len(s)]
    if not shapes:
        return empty()
    starts = np.cumsum([0] + [len(s.vertices) for s in shapes[:-1]])
    return Shape(
        np.concatenate([s.vertices for s in shapes]),
        np.concatenate([s.triangles + np.int32(start) for s, start in zip(shapes, starts, strict=True)]),
        np.concatenate([s.normals for s in shapes]),
        np.concatenate([s.colors for s in shapes]),
    )


def unit(vectors: NDArray[np.floating]) -> Array:
    """Vectors (..., 3) of length one; a zero vector stays zero."""
    length = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))[..., None]
    result: Array = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return result


def perpendicular(axes: NDArray[np.floating]) -> Array:
    """A unit vector at right angles to each of `axes` (..., 3)."""
    helper = np.where(np.abs(axes[..., 1:2]) < 0.9, f32([0, 1, 0]), f32([1, 0, 0]))
    return unit(np.cross(axes, helper))


def rotate(vectors: NDArray[np.floating], axes: NDArray[np.floating], angles: NDArray[np.floating]) -> Array:
    """Vectors (..., 3) turned about unit `axes` (..., 3) by `angles` (...) in radians (Rodrigues' formula)."""
    cosine, sine = np.cos(angles)[..., None], np.sin(angles)[..., None]
    along = np.einsum("...i,...i->...", vectors, axes)[..., None] * axes
    result: Array = (vectors * cosine + np.cross(axes, vectors) * sine + along * (1 - cosine)).astype(np.float32)
    return result


def frames(points: NDArray[np.floating]) -> tuple[Array, Array, Array]:
    """Directions and two normals along polylines (B, P, 3), carried along without twist (parallel transport)."""
    tangents = unit(np.gradient(points.astype(np.float32), axis=1))
    side = np.empty_like(tangents)
    side[:, 0] = perpendicular(tangents[:, 0])
    for i in range(1, points.shape[1]):
        carried = side[:, i - 1]
        side[:, i] = unit(carried - tangents[:, i] * np.einsum("bi,bi->b", carried, tangents[:, i])[:, None])
    return tangents, side, np.cross(tangents, side).astype(np.float32)


def tubes(
    points: NDArray[np.floating],
    radii: NDArray[np.floating],
    sides: int,
    colors: NDArray[np.floating],
    bulge: NDArray[np.floating] | None = None,
) -> Shape:
    """Open tubes around polylines.

    Args:
        points: (B, P, 3) polylines, P >= 2.
        radii: (B, P) metres.
        sides: corners of the cross-section, at least 3.
        colors: linear albedo, anything that broadcasts to (B, P, sides, 3).
        bulge: optional factors on the radius, anything that broadcasts to (B, P, sides): ribs, root flare, knots.
    """
    count, length = points.shape[:2]
    if count == 0:
        return empty()
    _, side, other = frames(points)
    angle = np.arange(sides, dtype=np.float32) * np.float32(2 * np.pi / sides)
    ring = (
        np.cos(angle)[None, None, :, None] * side[:, :, None] + np.sin(angle)[None, None, :, None] * other[:, :, None]
    )
    reach = np.asarray(radii, np.float32)[..., None]
    if bulge is not None:
        reach = reach * np.asarray(bulge, np.float32)
    vertices = points[:, :, None].astype(np.float32) + ring * reach[..., None]
    normals = ring
    if bulge is not None:  # the surface is no longer round: take its normals from its own differences
        around = np.roll(vertices, -1, axis=2) - np.roll(vertices, 1, axis=2)
        along = np.gradient(vertices, axis=1)
        normals = unit(np.cross(around, along))
        normals = normals * np.sign(np.einsum("bpsi,bpsi->bps", normals, ring))[..., None]
    index = np.arange(count * length * sides, dtype=np.int32).reshape(count, length, sides)
    a, b = index[:, :-1], index[:, 1:]
    a_next, b_next = np.roll(a, -1, axis=2), np.roll(b, -1, axis=2)
    triangles = np.stack([np.stack([a, a_next, b], -1), np.stack([a_next, b_next, b], -1)], axis=-2)
    return Shape(
        vertices.reshape(-1, 3).astype(np.float32),
        triangles.reshape(-1, 3),
        normals.reshape(-1, 3).astype(np.float32),
        np.broadcast_to(np.asarray(colors, np.float32), (count, length, sides, 3)).reshape(-1, 3).copy(),
    )


@dataclass(frozen=True)
class Leaf:
    """A leaf's outline: points (K, 3) as (across, along, raised) in units of its width and length, and triangles."""

    points: tuple[tuple[float, float, float], ...]
    triangles: tuple[tuple[int, int, int], ...]


KITE = Leaf(((0, 0, 0), (0.5, 0.45, 0.12), (0, 1, -0.12), (-0.5, 0.45, 0.12)), ((0, 1, 2), (0, 2, 3)))
"""Two triangles folded along the middle: enough beyond some ten metres."""
BROAD = Leaf(
    ((0, 0, 0), (0.36, 0.22, 0.14), (0.5, 0.55, 0.16), (0, 1, -0.2), (-0.5, 0.55, 0.16), (-0.36, 0.22, 0.14)),
    ((0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5)),
)
"""A leaf with a round belly, folded along its rib and bent at the tip."""
LOBED = Leaf(
    (
        (0, 0, 0), (0.5, 0.3, 0.1), (0.2, 0.43, 0.05), (0.36, 0.8, 0.02), (0, 1, -0.2), (-0.36, 0.8, 0.02),
        (-0.2, 0.43, 0.05), (-0.5, 0.3, 0.1),
    ),
    ((0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5), (0, 5, 6), (0, 6, 7)),
)  # fmt: skip
"""A maple's leaf, with five points."""
LANCE = Leaf(((0, 0, 0), (0.5, 0.3, 0.1), (0, 1, -0.4), (-0.5, 0.3, 0.1)), ((0, 1, 2), (0, 2, 3)))
"""Narrow and drooping: willow, bamboo, leaflets of a frond."""


def _ragged(corners: int) -> Leaf:
    """A spray of leaves seen from afar: an uneven, notched outline around its middle, bent out of its plane."""
    points: list[tuple[float, float, float]] = [(0.0, 0.0, 0.18)]
    for i in range(corners):
        angle = 2 * np.pi * i / corners
        reach = (0.56, 0.34, 0.5, 0.44, 0.25, 0.48, 0.55, 0.3, 0.42, 0.37)[i % 10]
        lift = (0.0, 0.1, -0.12, 0.06, 0.14, -0.05)[i % 6]
        points.append((float(reach * np.sin(angle)), float(reach * np.cos(angle)), lift))
    return Leaf(tuple(points), tuple((0, 1 + (i + 1) % corners, 1 + i) for i in range(corners)))


RAGGED = _ragged(10)
"""Many leaves together, for the middle distance."""
BLOB = _ragged(6)
"""Many leaves together, for afar."""


def comb(teeth: int, reach: float = 0.5, slant: float = 0.55) -> Leaf:
    """A twig of needles: a narrow rib with `teeth` slim triangles on either side, each as a few needles together.

    Sky shows between the teeth, which a solid card cannot do.
    """
    points: list[tuple[float, float, float]] = [(-0.03, 0, 0), (0.03, 0, 0), (0, 1, 0)]
    triangles = [(0, 1, 2)]
    for i in range(teeth):
        at = 0.04 + 0.86 * i / teeth
        length = reach * (1 - 0.45 * at) * (0.75 if i == 0 else 1.0)
        for sign in (-1, 1):
            start = len(points)
            wide = 0.2 / teeth
            tip = (sign * length, at + slant * length * 0.5 + 0.1, 0.1)
            points += [(0.0, at, 0.0), (0.0, at + wide * 2.0, 0.0), tip]
            triangles.append((start, start + 1, start + 2) if sign < 0 else (start + 1, start, start + 2))
    return Leaf(tuple(points), tuple(triangles))


def leaves(
    bases: NDArray[np.floating],
    axes: NDArray[np.floating],
    normals: NDArray[np.floating],
    lengths: NDArray[np.floating],
    widths: NDArray[np.floating],
    outline: Leaf,
    colors: NDArray[np.floating],
    shading: NDArray[np.floating] | None = None,
) -> Shape:
    """N leaves of one outline.

    Args:
        bases: (N, 3) where the stalks begin.
        axes: (N, 3) unit, from stalk to tip.
        normals: (N, 3) roughly the leaf's upper side (made perpendicular to the axis here).
        lengths, widths: (N,) metres.
        colors: (N, 3) linear albedo.
        shading: (N, 3) shading normals; default the leaf's own.
    """
    count = len(bases)
    if count == 0:
        return empty()
    across = unit(np.cross(axes, normals))
    upper = unit(np.cross(across, axes))
    template = np.asarray(outline.points, np.float32)
    size = len(template)
    vertices = (
        bases[:, None]
        + across[:, None] * (template[None, :, :1] * widths[:, None, None])
        + axes[:, None] * (template[None, :, 1:2] * lengths[:, None, None])
        + upper[:, None] * (template[None, :, 2:] * widths[:, None, None])
    ).astype(np.float32)
    triangles = np.asarray(outline.triangles, np.int32)[None] + (np.arange(count, dtype=np.int32) * size)[:, None, None]
    given = upper if shading is None else unit(shading)
    return Shape(
        vertices.reshape(-1, 3),
        triangles.reshape(-1, 3),
        np.repeat(given, size, axis=0),
        np.repeat(np.asarray(colors, np.float32), size, axis=0),
    )


def thinned(count: int, keep: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], float]:
    """Which (N,) of `count` leaves a coarser level keeps, and by how much their sides grow to cover the same area.

    Stochastic simplification (Cook, Halstead, Planck and Ryu, 2007).
    """
    if keep >= count:
        return np.arange(count), 1.0
    chosen = np.sort(rng.permutation(count)[:keep])
    return chosen, float(np.sqrt(count / max(keep, 1)))
