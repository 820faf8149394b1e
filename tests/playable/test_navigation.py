"""The navigation mesh covers the cells on which one can stand, on the ground, and triangles share their edges."""

from __future__ import annotations

from collections import Counter

import numpy as np
import trimesh

from lucid3d.exploring.finding import BODY
from lucid3d.playable.navigation import NavigationMesh, grid_mesh, navigation_mesh
from lucid3d.playable.refining import FINEST, refined
from lucid3d.procedural.kit.labels import label_number
from tests.playable.places import ground, room, room_free


def rims(mesh: NavigationMesh) -> float:
    """Metres of edges that only one triangle has."""
    edges = Counter(tuple(sorted((int(t[i]), int(t[(i + 1) % 3])))) for t in mesh.triangles for i in range(3))
    assert max(edges.values()) <= 2
    return sum(
        float(np.linalg.norm(mesh.vertices[a] - mesh.vertices[b])) for (a, b), count in edges.items() if count == 1
    )


def test_a_square_with_a_pillar() -> None:
    heights = np.full((21, 21), 1.6)
    heights[4:6, 4:6] = np.nan
    free = ground(heights)
    mesh = navigation_mesh(free)
    assert mesh.area == np.float32(free.area)
    assert len(mesh.triangles) < 12
    np.testing.assert_allclose(rims(mesh), 4 * 21 * 0.25 + 4 * 0.5, rtol=1e-6)
    np.testing.assert_allclose(mesh.vertices[:, 1], 1.6, atol=1e-6)


def test_slopes_are_followed_and_ledges_part_the_mesh() -> None:
    rows, columns = np.mgrid[:21, :21] - 10.0
    slope = ground(1.6 - 0.1 * columns)
    mesh = navigation_mesh(slope)
    np.testing.assert_allclose(mesh.vertices[:, 1], 1.6 - 0.4 * mesh.vertices[:, 0], atol=0.051)
    stairs = grid_mesh(ground(np.where(rows > 0, 1.3, 1.6)))  # 0.3 m: stepped up
    ledge = grid_mesh(ground(np.where(rows > 0, 1.1, 1.6)))  # 0.5 m: not
    around = 4 * 21 * 0.25
    np.testing.assert_allclose(rims(stairs), around, rtol=0.01)
    np.testing.assert_allclose(rims(ledge), around + 2 * 21 * 0.25, rtol=0.01)


def test_a_room_is_covered_from_above() -> None:
    """Points of free cells lie in a triangle, at the ground's height; places where nobody stands do not."""
    free, mesh = room_free(), navigation_mesh(room_free())
    assert abs(mesh.area - free.area) < 0.01 * free.area
    a, b, c = (mesh.vertices[mesh.triangles[:, i]].astype(np.float64) for i in range(3))
    assert (np.cross(b - a, c - a)[:, 1] < 0).all()  # counter-clockwise from above, y down
    cells = np.argwhere(np.ones_like(free.free))
    x, z = free.start[0] + (cells[:, 1] - free.half) * free.cell, free.start[2] + (cells[:, 0] - free.half) * free.cell
    inside = np.zeros(len(cells), bool)
    for p, q, r in zip(a, b, c, strict=True):
        sides = [(v[0] - u[0]) * (z - u[2]) - (v[2] - u[2]) * (x - u[0]) for u, v in ((p, q), (q, r), (r, p))]
        inside |= np.all(np.array(sides) <= 0, axis=0) | np.all(np.array(sides) >= 0, axis=0)
    stands = free.free[tuple(cells.T)]
    assert inside[stands].mean() > 0.99 and inside[~stands].mean() < 0.005


def test_a_way_across_a_corner_is_a_way() -> None:
    """Two rooms that touch at a corner are joined by one triangle, whichever way the diagonal runs."""
    rows, columns = np.mgrid[:21, :21] - 10
    for side in (1, -1):
        heights = np.where((rows <= 0) == (side * columns <= 0), 1.6, np.nan)
        heights[(rows == 0) & (columns == 0)] = 1.6
        mesh = grid_mesh(ground(heights))
        body = trimesh.Trimesh(mesh.vertices, mesh.triangles, process=False)
        assert len(trimesh.graph.connected_components(body.face_adjacency, nodes=np.arange(len(mesh.triangles)))) == 1
        assert 0 < mesh.area - ground(heights).area <= 0.5 * 0.25**2 + 1e-6


def test_a_finer_map_keeps_a_person_off_things() -> None:
    """Around the middle of every finer cell nothing but what one walks through is within a person's radius."""
    fine = refined(room(), room_free())
    assert fine.cell == room_free().cell / 2 and fine.free[fine.half, fine.half]
    assert 0.8 * room_free().area < fine.area < 1.1 * room_free().area
    eyes = fine.eyes(np.argwhere(fine.free))
    for angle in np.arange(5) * 1.3:
        ways = np.tile(np.array([np.sin(angle), 0, np.cos(angle)]), (len(eyes), 1))
        distance, _, labels = room().hits(eyes, ways)
        assert ((distance > BODY - 0.02) | (labels == label_number("plant"))).mean() > 0.995
    assert refined(room(), fine) is fine or fine.cell / 2 >= FINEST
