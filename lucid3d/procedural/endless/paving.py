"""Streets as meshes: carriageways, pavements, crossings, and the floors of blocks; fine near by, plain far.

They are made on level ground, and laid over the land together (`draped`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lucid3d.procedural.compose.land.scatter import Height
from lucid3d.procedural.compose.yard.recipe import Street
from lucid3d.procedural.compose.yard.surfaces import SURFACES
from lucid3d.procedural.endless.network import Block, Edge, Points
from lucid3d.procedural.kit.materials import Material
from lucid3d.procedural.kit.mesh import Mesh, merge

UP, PAVED_UP, FLOOR_UP = 0.07, 0.05, 0.03
"""Metres that carriageways, pavements without kerbs, and the floors of blocks lie above the land."""
AT_CROSSING = 0.012
"""Metres that the middle of a crossing lies above its streets."""
ROUND = 1.12
"""Radius of such a floor in half widths of the widest street."""
AROUND = 20
"""Corners of a crossing."""
PATTERN_FROM = 5000.0
"""Metres from which patterns count: none of them is negative."""


@dataclass(frozen=True)
class Detail:
    """How finely streets are drawn.

    Attributes:
        step: metres along them between two cross-sections; lift: metres that all lies higher, for far land is coarse.
        kerbs: whether pavements stand out.
    """

    step: float
    lift: float
    kerbs: bool


NEAR = Detail(5.0, 0.0, True)
FAR = Detail(14.0, 0.35, False)


def street_mesh(edge: Edge, street: Street, detail: Detail, ends: tuple[float, float] = (0.0, 0.0)) -> list[Mesh]:
    """A street from one crossing to the next: its carriageway, and pavements on both sides.

    Args:
        ends: metres from the crossings at which its pavements begin and end: half the width of the streets there.
    """
    s = _steps(0.0, edge.length, detail)
    half = edge.half
    up = UP + detail.lift
    made = [_band(edge, s, (-half, 0.0, half), up, SURFACES[street.surface], middle=True)]
    if edge.pavement:
        top = up + (street.kerb if street.kerb else PAVED_UP - UP)
        side = SURFACES[street.pavement_material]
        s = _steps(ends[0], max(edge.length - ends[1], ends[0] + 1.0), detail)
        for sign in (-1.0, 1.0):
            near, far = sorted((sign * half, sign * edge.wide))
            made.append(_band(edge, s, (near, far), top, side))
            if street.kerb and detail.kerbs:
                made.append(_step(edge, s, sign * half, (up - 0.05, top), SURFACES[street.kerb_material]))
                made.append(_step(edge, s, sign * edge.wide, (FLOOR_UP - 0.3, top), side))
    return made


def crossing_mesh(at: Points, edges: list[Edge], street: Street, detail: Detail) -> list[Mesh]:
    """The ground where streets meet: a round floor of their surface, which also ends a street that goes no further."""
    roads = [edge for edge in edges if edge.road]
    if not roads:
        return []
    half = max(edge.half for edge in roads)
    return [_disc(at, ROUND * half, UP + detail.lift + AT_CROSSING, SURFACES[street.surface])]


def _steps(start: float, end: float, detail: Detail) -> NDArray[np.float64]:
    return np.linspace(start, end, max(2, math.ceil((end - start) / detail.step) + 1))


def floor_mesh(block: Block, material: Material, detail: Detail) -> Mesh:
    """A floor over all of a block, up to the middles of its streets."""
    across = [max(3, math.ceil(edge.length / detail.step) + 1) for edge in (block.near, block.left)]
    u, v = np.meshgrid(np.linspace(0, 1, across[0]), np.linspace(0, 1, across[1]))
    points = block.within(u.ravel(), v.ravel())
    index = np.arange(len(points)).reshape(u.shape)
    p, q, r, s = (part.ravel() for part in (index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]))
    triangles = np.concatenate([np.stack([p, r, q], -1), np.stack([q, r, s], -1)])
    return _flat(points, triangles, FLOOR_UP + detail.lift, material)


def draped(meshes: list[Mesh], height: Height) -> Mesh | None:
    """All of it as one mesh on the land, None where there is nothing."""
    if not meshes:
        return None
    made = merge(meshes, "road", one_instance=True)
    made.vertices[:, 1] += height(made.vertices[:, 0], made.vertices[:, 2])
    return made


def _flat(points: Points, triangles: NDArray[np.int64], up: float, material: Material) -> Mesh:
    vertices = np.stack([points[:, 0], np.full(len(points), -up), points[:, 1]], axis=1)
    uv = (points + PATTERN_FROM).astype(np.float32)
    return Mesh(vertices.astype(np.float32), triangles.astype(np.int32), (material,), "road", uv=uv)


def _band(
    edge: Edge, s: NDArray[np.float64], offs: tuple[float, ...], up: float, material: Material, *,
    middle: bool = False,
) -> Mesh:  # fmt: skip
    """A band along a street through offsets from its middle, on the land."""
    points = np.stack([edge.at(s, off) for off in offs], axis=1)
    index = np.arange(len(s) * len(offs)).reshape(len(s), len(offs))
    p, q, r, t = (part.ravel() for part in (index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]))
    triangles = np.concatenate([np.stack([p, r, q], -1), np.stack([q, r, t], -1)])
    made = _flat(points.reshape(-1, 2), triangles, up, material)
    across = np.broadcast_to(np.array(offs) + (0.0 if middle else PATTERN_FROM), index.shape)
    along = np.broadcast_to(s[:, None] + PATTERN_FROM, index.shape)
    made.uv = np.stack([along, across], axis=-1).reshape(-1, 2).astype(np.float32)
    return made


def _step(edge: Edge, s: NDArray[np.float64], off: float, ups: tuple[float, float], material: Material) -> Mesh:
    """An upright band along a street."""
    points = edge.at(s, off)
    rows = [np.stack([points[:, 0], np.full(len(s), -up), points[:, 1]], axis=1) for up in ups]
    index = np.arange(2 * len(s)).reshape(2, len(s))
    p, q, r, t = index[0, :-1], index[0, 1:], index[1, :-1], index[1, 1:]
    triangles = np.concatenate([np.stack([p, r, q], -1), np.stack([q, r, t], -1)])
    uv = np.stack([np.tile(s + PATTERN_FROM, 2), np.repeat(np.array(ups) + PATTERN_FROM, len(s))], axis=1)
    return Mesh(np.concatenate(rows).astype(np.float32), triangles.astype(np.int32), (material,), "road",
                uv=uv.astype(np.float32))  # fmt: skip


def _disc(at: Points, radius: float, up: float, material: Material) -> Mesh:
    turn = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    ring = at + radius * np.stack([np.sin(turn), np.cos(turn)], axis=1)
    k = np.arange(AROUND)
    triangles = np.stack([np.full(AROUND, AROUND), k, (k + 1) % AROUND], axis=1)
    return _flat(np.concatenate([ring, at[None]]), triangles, up, material)
